/* A growing run of bytes: see text_buffer.h. */
#include "text_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_buffer_deinit(text_buffer *buffer) {
    free(buffer->data);
    *buffer = (text_buffer){0};
}

char *text_buffer_reserve(text_buffer *buffer, size_t size_bytes) {
    if (buffer->failed) {
        return NULL;
    }
    if (size_bytes > buffer->capacity - buffer->size) {
        size_t wanted = buffer->size + size_bytes;
        size_t capacity = buffer->capacity < 4096 ? 4096 : buffer->capacity;
        while (capacity < wanted && capacity <= (size_t)-1 / 2) {
            capacity *= 2;
        }
        char *data = wanted < size_bytes || capacity < wanted ? NULL : realloc(buffer->data, capacity);
        if (data == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->size;
}

void text_buffer_append(text_buffer *buffer, const char *data, size_t size_bytes) {
    char *room = text_buffer_reserve(buffer, size_bytes);
    if (room != NULL && size_bytes > 0) {
        memcpy(room, data, size_bytes);
        buffer->size += size_bytes;
    }
}

void text_buffer_append_char(text_buffer *buffer, char value) {
    text_buffer_append(buffer, &value, 1);
}

void text_buffer_append_string(text_buffer *buffer, const char *text) {
    text_buffer_append(buffer, text, strlen(text));
}

void text_buffer_append_format(text_buffer *buffer, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    text_buffer_append_string(buffer, text);
}
