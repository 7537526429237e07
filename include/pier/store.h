/* Storing single values: the tokens of MessagePack, between pier_archive_begin and pier_archive_end.
 *
 * Floor 4 (archive). The calls return nothing, like arithmetic: what goes wrong (a limit, memory) refuses the record,
 * and pier_archive_end tells. Outside a record they do nothing but refuse the next pier_archive_end with PIER_USAGE.
 * Integers take their smallest form. None of them blocks. */
#ifndef PIER_STORE_H
#define PIER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pier/archive.h>

/* Stores the value that the name says. */
PIER_API void pier_store_nil(pier_archive *archive);
PIER_API void pier_store_bool(pier_archive *archive, bool value);
PIER_API void pier_store_u64(pier_archive *archive, uint64_t value);
PIER_API void pier_store_i64(pier_archive *archive, int64_t value);
PIER_API void pier_store_f32(pier_archive *archive, float value);
PIER_API void pier_store_f64(pier_archive *archive, double value);

/* Stores text as str. The bytes are copied. Any bytes are stored; typed records ask for UTF-8. */
PIER_API void pier_store_text(pier_archive *archive, pier_text text);

/* Stores bytes as bin. The bytes are copied. */
PIER_API void pier_store_bytes(pier_archive *archive, pier_bytes bytes);

/* Stores a value of an application's own type. Type -1 is MessagePack's timestamp: pier_store_time. */
PIER_API void pier_store_ext(pier_archive *archive, pier_ext ext);

/* Stores a time in MessagePack's smallest timestamp form; nanoseconds above 999,999,999 refuse the record
 * (PIER_RANGE). */
PIER_API void pier_store_time(pier_archive *archive, pier_time time);

/* Begins an array: the next `count` values are its elements. */
PIER_API void pier_store_array(pier_archive *archive, uint32_t count);

/* Begins a map: the next `count` pairs, a key and a value each, are its entries. */
PIER_API void pier_store_map(pier_archive *archive, uint32_t count);

/* clang-format off */

/* Stores an integer in the smallest form that holds it, whatever its type. */
static inline void pier_store_u8(pier_archive *archive, uint8_t value) { pier_store_u64(archive, value); }
static inline void pier_store_u16(pier_archive *archive, uint16_t value) { pier_store_u64(archive, value); }
static inline void pier_store_u32(pier_archive *archive, uint32_t value) { pier_store_u64(archive, value); }
static inline void pier_store_i8(pier_archive *archive, int8_t value) { pier_store_i64(archive, value); }
static inline void pier_store_i16(pier_archive *archive, int16_t value) { pier_store_i64(archive, value); }
static inline void pier_store_i32(pier_archive *archive, int32_t value) { pier_store_i64(archive, value); }

/* clang-format on */

/* Stores terminated text; NULL is stored as nil. */
static inline void pier_store_string(pier_archive *archive, const char *text) {
    if (text == NULL) {
        pier_store_nil(archive);
    } else {
        pier_text view = {text, strlen(text)};
        pier_store_text(archive, view);
    }
}

static inline void pier__store_long(pier_archive *archive, long value) {
    pier_store_i64(archive, value);
}
static inline void pier__store_ulong(pier_archive *archive, unsigned long value) {
    pier_store_u64(archive, value);
}
static inline void pier__store_llong(pier_archive *archive, long long value) {
    pier_store_i64(archive, value);
}
static inline void pier__store_ullong(pier_archive *archive, unsigned long long value) {
    pier_store_u64(archive, value);
}
static inline void pier__store_char(pier_archive *archive, char value) {
    pier_store_i64(archive, value);
}

/* pier_store(archive, value) stores any of the types above by the type of `value`. */
#ifndef __cplusplus
#define pier_store(archive, value)                                                                                     \
    _Generic((value),                                                                                                  \
        bool: pier_store_bool,                                                                                         \
        char: pier__store_char,                                                                                        \
        signed char: pier_store_i8,                                                                                    \
        unsigned char: pier_store_u8,                                                                                  \
        short: pier_store_i16,                                                                                         \
        unsigned short: pier_store_u16,                                                                                \
        int: pier_store_i32,                                                                                           \
        unsigned int: pier_store_u32,                                                                                  \
        long: pier__store_long,                                                                                        \
        unsigned long: pier__store_ulong,                                                                              \
        long long: pier__store_llong,                                                                                  \
        unsigned long long: pier__store_ullong,                                                                        \
        float: pier_store_f32,                                                                                         \
        double: pier_store_f64,                                                                                        \
        char *: pier_store_string,                                                                                     \
        const char *: pier_store_string,                                                                               \
        pier_text: pier_store_text,                                                                                    \
        pier_bytes: pier_store_bytes,                                                                                  \
        pier_ext: pier_store_ext,                                                                                      \
        pier_time: pier_store_time)((archive), (value))
#else
/* clang-format off */
static inline void pier_store(pier_archive *archive, bool value) { pier_store_bool(archive, value); }
static inline void pier_store(pier_archive *archive, char value) { pier_store_i64(archive, value); }
static inline void pier_store(pier_archive *archive, signed char value) { pier_store_i64(archive, value); }
static inline void pier_store(pier_archive *archive, unsigned char value) { pier_store_u64(archive, value); }
static inline void pier_store(pier_archive *archive, short value) { pier_store_i64(archive, value); }
static inline void pier_store(pier_archive *archive, unsigned short value) { pier_store_u64(archive, value); }
static inline void pier_store(pier_archive *archive, int value) { pier_store_i64(archive, value); }
static inline void pier_store(pier_archive *archive, unsigned int value) { pier_store_u64(archive, value); }
static inline void pier_store(pier_archive *archive, long value) { pier_store_i64(archive, value); }
static inline void pier_store(pier_archive *archive, unsigned long value) { pier_store_u64(archive, value); }
static inline void pier_store(pier_archive *archive, long long value) { pier_store_i64(archive, value); }
static inline void pier_store(pier_archive *archive, unsigned long long value) { pier_store_u64(archive, value); }
static inline void pier_store(pier_archive *archive, float value) { pier_store_f32(archive, value); }
static inline void pier_store(pier_archive *archive, double value) { pier_store_f64(archive, value); }
static inline void pier_store(pier_archive *archive, const char *value) { pier_store_string(archive, value); }
static inline void pier_store(pier_archive *archive, pier_text value) { pier_store_text(archive, value); }
static inline void pier_store(pier_archive *archive, pier_bytes value) { pier_store_bytes(archive, value); }
static inline void pier_store(pier_archive *archive, pier_ext value) { pier_store_ext(archive, value); }
static inline void pier_store(pier_archive *archive, pier_time value) { pier_store_time(archive, value); }
/* clang-format on */
#endif

#endif
