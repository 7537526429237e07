/* Bytes that wait, first in, first out.
 *
 * Part of the command. When memory runs out what is appended is dropped, and `bytes.failed` is set. */
#ifndef FIFO_H
#define FIFO_H

#include <stddef.h>

#include <pier/bytes.h>

#include "text_buffer.h"

typedef struct fifo {
    text_buffer bytes;
    size_t begin; /* what is before was taken */
} fifo;

void fifo_append(fifo *queue, pier_bytes bytes);

/* Returns all that waits, borrowed until the next call. */
pier_bytes fifo_view(const fifo *queue);

/* Takes the first bytes of what waits. */
void fifo_take(fifo *queue, size_t size_bytes);

void fifo_deinit(fifo *queue);

#endif
