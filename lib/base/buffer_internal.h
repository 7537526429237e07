/* A run of bytes that grows.
 *
 * Floor 0 (base). Knows nothing of what the bytes mean. */
#ifndef PIER_BASE_BUFFER_INTERNAL_H
#define PIER_BASE_BUFFER_INTERNAL_H

#include <stdbool.h>
#include <string.h>

#include "base/allocator_internal.h"

typedef struct pier__buffer {
    uint8_t *data;
    size_t size;                     /* bytes in use */
    size_t capacity;                 /* bytes allocated */
    const pier_allocator *allocator; /* borrowed */
} pier__buffer;

static inline void pier__buffer_init(pier__buffer *buffer, const pier_allocator *allocator) {
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
    buffer->allocator = allocator;
}

static inline void pier__buffer_deinit(pier__buffer *buffer) {
    pier__release(buffer->allocator, buffer->data, buffer->capacity);
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
}

/* Makes room for `more` bytes behind those in use, at least doubling. Returns false when there is no memory; the buffer
 * is then as it was. */
static inline bool pier__buffer_reserve(pier__buffer *buffer, size_t more) {
    if (more <= buffer->capacity - buffer->size) {
        return true;
    }
    if (more > (size_t)PTRDIFF_MAX - buffer->size) {
        return false;
    }
    size_t wanted = buffer->size + more;
    size_t doubled = buffer->capacity <= (size_t)PTRDIFF_MAX / 2 ? buffer->capacity * 2 : wanted;
    size_t capacity = doubled > wanted ? doubled : wanted;
    if (capacity < 64) {
        capacity = 64;
    }
    uint8_t *data = (uint8_t *)pier__reallocate(buffer->allocator, buffer->data, buffer->capacity, capacity);
    if (data == NULL) {
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

/* Appends bytes. Returns false when there is no memory; the buffer is then as it was. */
static inline bool pier__buffer_append(pier__buffer *buffer, const void *bytes, size_t size) {
    if (!pier__buffer_reserve(buffer, size)) {
        return false;
    }
    if (size != 0) {
        memcpy(buffer->data + buffer->size, bytes, size);
        buffer->size += size;
    }
    return true;
}

#endif
