/* Spans as the system's calls want them.
 *
 * Floor 2 (socket), for the platform files alone. Pure functions, any thread. */
#ifndef PIER_SOCKET_SPAN_POSIX_INTERNAL_H
#define PIER_SOCKET_SPAN_POSIX_INTERNAL_H

#include <stddef.h>
#include <sys/uio.h>

#include <pier/bytes.h>
#include <pier/socket.h>

/* The most that one call moves. Linux moves 2 GiB less a page, and refuses more than SSIZE_MAX at all. */
#define PIER__TRANSFER_BYTES_MAX ((size_t)1 << 30)

/* Fills `vectors` with the spans, empty ones left out, up to `most_bytes` together. Returns how many are in use. */
static inline size_t pier__span_vectors(const pier_bytes *spans, size_t count, size_t most_bytes,
                                        struct iovec vectors[PIER_SPANS_MAX]) {
    size_t used = 0;
    for (size_t i = 0; i < count && most_bytes > 0; i++) {
        size_t size = spans[i].size < most_bytes ? spans[i].size : most_bytes;
        if (size > 0) {
            /* iovec serves reading, too, and so has no const; the call writes from it only. */
            union {
                const void *given;
                void *wanted;
            } data = {.given = spans[i].data};
            vectors[used].iov_base = data.wanted;
            vectors[used].iov_len = size;
            used++;
            most_bytes -= size;
        }
    }
    return used;
}

#endif
