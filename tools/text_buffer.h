/* A growing run of bytes, for text that is put together before it is written.
 *
 * Part of the command. Knows no format. When memory runs out the buffer keeps what it had, remembers the failure, and
 * drops what is appended later, so that only the end of a piece of work has to ask. */
#ifndef TEXT_BUFFER_H
#define TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/export.h>

typedef struct text_buffer {
    char *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated */
    bool failed;     /* memory ran out since the last reset */
} text_buffer;

/* Frees the memory; the buffer is empty and may be used again. */
void text_buffer_deinit(text_buffer *buffer);

/* Makes room for `size_bytes` more. Returns where they go, or NULL when memory ran out. */
char *text_buffer_reserve(text_buffer *buffer, size_t size_bytes);

void text_buffer_append(text_buffer *buffer, const char *data, size_t size_bytes);
void text_buffer_append_char(text_buffer *buffer, char value);

/* Appends terminated text. */
void text_buffer_append_string(text_buffer *buffer, const char *text);

/* Appends what printf would write, at most 255 bytes of it. */
void text_buffer_append_format(text_buffer *buffer, const char *format, ...) PIER_PRINTF(2, 3);

#endif
