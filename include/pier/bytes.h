/* Bytes and text that belong to somebody else.
 *
 * Floor 0 (base). A view owns nothing; the call that gives one says until when it holds. */
#ifndef PIER_BYTES_H
#define PIER_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/export.h>

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

/* Returns whether the text is valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF; a zero byte is
 * valid. `text` may be NULL when `size_bytes` is 0. Never blocks; any thread may call it. */
PIER_API bool pier_text_is_valid(const char *text, size_t size_bytes);

/* Returns how many bytes of `text`, from its first, are whole characters of UTF-8: `size_bytes` when all of it is
 * valid, else the place of the first character that is not. As above. */
PIER_API size_t pier_text_valid_bytes(const char *text, size_t size_bytes);

/* A point in time, as MessagePack's timestamp has it: seconds since 1970-01-01 00:00 UTC and the nanoseconds after
 * them. */
typedef struct pier_time {
    int64_t seconds;
    uint32_t nanoseconds; /* 0 to 999,999,999 */
} pier_time;

/* A span of time. Both numbers are of one sign, or zero. */
typedef struct pier_duration {
    int64_t seconds;     /* at most 315,576,000,000 either way: 10,000 years */
    int32_t nanoseconds; /* at most 999,999,999 either way */
} pier_duration;

/* A MessagePack value of an application's own type. */
typedef struct pier_ext {
    int8_t type; /* 0 to 127 are the application's, negative ones are MessagePack's own */
    pier_bytes bytes;
} pier_ext;

#endif
