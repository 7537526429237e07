/* The memory of a schema: it grows until all of it goes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schema_internal.h"

enum { CHUNK_BYTES = 16384, ALIGNMENT = sizeof(max_align_t) };

static size_t round_up(size_t size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *schema__allocate(schema *owner, size_t size) {
    size_t head = round_up(sizeof(schema__chunk));
    if (owner->no_memory || size > PTRDIFF_MAX / 2) {
        owner->no_memory = true;
        return NULL;
    }
    size = round_up(size != 0 ? size : 1);
    schema__chunk *chunk = owner->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size) {
        size_t wanted = head + size > CHUNK_BYTES ? head + size : CHUNK_BYTES;
        chunk = (schema__chunk *)owner->allocator.allocate(owner->allocator.user, wanted);
        if (chunk == NULL) {
            owner->no_memory = true;
            return NULL;
        }
        chunk->size = wanted;
        chunk->used = head;
        chunk->next = owner->chunks;
        owner->chunks = chunk;
    }
    void *answer = (unsigned char *)chunk + chunk->used;
    chunk->used += size;
    memset(answer, 0, size);
    return answer;
}

void *schema__allocate_array(schema *owner, size_t count, size_t size) {
    return schema__allocate(owner, count <= PTRDIFF_MAX / size ? count * size : PTRDIFF_MAX);
}

void schema__release(schema *owner) {
    while (owner->chunks != NULL) {
        schema__chunk *chunk = owner->chunks;
        owner->chunks = chunk->next;
        owner->allocator.release(owner->allocator.user, chunk, chunk->size);
    }
}

PIER_PRINTF(2, 0) static const char *print_list(schema *owner, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length >= 0 ? (char *)schema__allocate(owner, (size_t)length + 1) : NULL;
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    }
    return text;
}

const char *schema__print(schema *owner, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = print_list(owner, format, arguments);
    va_end(arguments);
    return text;
}

void *schema__append(schema *owner, schema__list *list, size_t item_bytes) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity != 0 ? 2 * list->capacity : 8;
        void *items = schema__allocate_array(owner, capacity, item_bytes);
        if (items == NULL) {
            return NULL;
        }
        if (list->count != 0) {
            memcpy(items, list->items, list->count * item_bytes);
        }
        list->items = items;
        list->capacity = capacity;
    }
    return (unsigned char *)list->items + item_bytes * list->count++;
}

void schema__problem(schema *owner, schema_place place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = print_list(owner, format, arguments);
    va_end(arguments);
    schema_problem *problem = (schema_problem *)schema__append(owner, &owner->problems, sizeof *problem);
    if (problem != NULL && text != NULL) {
        problem->place = place;
        problem->text = text;
    }
}

bool schema__malformed(schema *owner, const char *format, ...) {
    if (owner->error.status == PIER_OK) {
        owner->error.status = PIER_PROTOCOL;
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(owner->error.text, sizeof owner->error.text, format, arguments);
        va_end(arguments);
    }
    return false;
}
