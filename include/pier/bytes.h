/* Bytes and text that belong to somebody else.
 *
 * Floor 0 (base). A view owns nothing; the call that gives one says until when it holds. */
#ifndef PIER_BYTES_H
#define PIER_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* A run of bytes. `data` may be NULL when `size` is 0. */
typedef struct pier_bytes {
    const void *data;
    size_t size; /* bytes */
} pier_bytes;

/* A run of text in UTF-8, not terminated. `data` may be NULL when `size` is 0. */
typedef struct pier_text {
    const char *data;
    size_t size; /* bytes */
} pier_text;

/* A point in time, as MessagePack's timestamp has it: seconds since 1970-01-01 00:00 UTC and the nanoseconds after
 * them. */
typedef struct pier_time {
    int64_t seconds;
    uint32_t nanoseconds; /* 0 to 999,999,999 */
} pier_time;

/* A MessagePack value of an application's own type. */
typedef struct pier_ext {
    int8_t type; /* 0 to 127 are the application's, negative ones are MessagePack's own */
    pier_bytes bytes;
} pier_ext;

#endif
