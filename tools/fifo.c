/* Bytes that wait: see fifo.h. */
#include "fifo.h"

#include <string.h>

/* What was taken is given back when it is so much: moving the rest costs less than the bytes did. */
#define SLACK_BYTES ((size_t)1 << 20)

void fifo_append(fifo *queue, pier_bytes bytes) {
    if (queue->begin > SLACK_BYTES && queue->begin > queue->bytes.size / 2) {
        queue->bytes.size -= queue->begin;
        memmove(queue->bytes.data, queue->bytes.data + queue->begin, queue->bytes.size);
        queue->begin = 0;
    }
    text_buffer_append(&queue->bytes, bytes.data, bytes.size);
}

pier_bytes fifo_view(const fifo *queue) {
    size_t size = queue->bytes.size - queue->begin;
    return (pier_bytes){size > 0 ? queue->bytes.data + queue->begin : NULL, size};
}

void fifo_take(fifo *queue, size_t size_bytes) {
    queue->begin += size_bytes;
    if (queue->begin == queue->bytes.size) {
        queue->begin = 0;
        queue->bytes.size = 0;
    }
}

void fifo_deinit(fifo *queue) {
    text_buffer_deinit(&queue->bytes);
    queue->begin = 0;
}
