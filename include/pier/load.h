/* Loading single values: the tokens of MessagePack, after pier_archive_next answered PIER_OK.
 *
 * Floor 4 (archive). The calls return the value, like arithmetic. One that does not fit (another type, a number out of
 * range, no value left in the record) gives zero, and the failure sticks: later loads give zero too, and
 * pier_archive_status and pier_archive_next tell. pier_archive_recover goes on with the next record. Views are borrowed
 * until the next record. Every legal width of a number is taken. None of them blocks. */
#ifndef PIER_LOAD_H
#define PIER_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>

/* The kind of a value. */
typedef enum pier_kind {
    PIER_KIND_NONE = 0, /* no value: the record has ended, or a failure sticks */
    PIER_KIND_NIL = 1,
    PIER_KIND_BOOL = 2,
    PIER_KIND_UINT = 3, /* an integer from 0 */
    PIER_KIND_INT = 4,  /* an integer below 0 */
    PIER_KIND_F32 = 5,
    PIER_KIND_F64 = 6,
    PIER_KIND_TEXT = 7,
    PIER_KIND_BYTES = 8,
    PIER_KIND_ARRAY = 9,
    PIER_KIND_MAP = 10,
    PIER_KIND_EXT = 11, /* also a timestamp that breaks the rules of timestamps */
    PIER_KIND_TIME = 12
} pier_kind;

/* A value of any kind. */
typedef struct pier_token {
    pier_kind kind;
    union {
        bool boolean;   /* PIER_KIND_BOOL */
        uint64_t uint;  /* PIER_KIND_UINT */
        int64_t sint;   /* PIER_KIND_INT */
        float f32;      /* PIER_KIND_F32 */
        double f64;     /* PIER_KIND_F64 */
        pier_text text; /* PIER_KIND_TEXT */
        pier_bytes bytes;
        uint32_t count; /* PIER_KIND_ARRAY: elements that follow; PIER_KIND_MAP: pairs that follow */
        pier_ext ext;
        pier_time time;
    } as;
} pier_token;

/* Returns the kind of the value that comes next in the record, and leaves it there. */
PIER_API pier_kind pier_load_kind(pier_archive *archive);

/* Loads the next value whatever it is; of an array or a map only its count. PIER_KIND_NONE at the end of the record,
 * which is no failure. */
PIER_API pier_token pier_load_token(pier_archive *archive);

/* Passes over the next value, with all that it holds. */
PIER_API void pier_load_skip(pier_archive *archive);

/* Loads the value that the name says. Integers are taken from any of MessagePack's forms; one that the type cannot hold
 * is PIER_RANGE. */
PIER_API void pier_load_nil(pier_archive *archive);
PIER_API bool pier_load_bool(pier_archive *archive);
PIER_API uint64_t pier_load_u64(pier_archive *archive);
PIER_API int64_t pier_load_i64(pier_archive *archive);
PIER_API uint32_t pier_load_u32(pier_archive *archive);
PIER_API int32_t pier_load_i32(pier_archive *archive);
PIER_API uint16_t pier_load_u16(pier_archive *archive);
PIER_API int16_t pier_load_i16(pier_archive *archive);
PIER_API uint8_t pier_load_u8(pier_archive *archive);
PIER_API int8_t pier_load_i8(pier_archive *archive);

/* Loads a float32, or a float64 that a float holds exactly (PIER_RANGE otherwise). */
PIER_API float pier_load_f32(pier_archive *archive);

/* Loads a float64 or a float32. Integers are PIER_TYPE. */
PIER_API double pier_load_f64(pier_archive *archive);

/* Loads text (str), borrowed. */
PIER_API pier_text pier_load_text(pier_archive *archive);

/* Loads text into the caller's array, terminated. Text that does not fit with its terminator, or that holds a zero
 * byte, is PIER_RANGE, and the array is left empty. Returns its length in bytes. */
PIER_API size_t pier_load_string(pier_archive *archive, char *buffer, size_t capacity_bytes);

/* Loads bytes (bin), borrowed. */
PIER_API pier_bytes pier_load_bytes(pier_archive *archive);

/* Loads a value of an application's own type, borrowed. */
PIER_API pier_ext pier_load_ext(pier_archive *archive);

/* Loads a timestamp in any of its three forms. */
PIER_API pier_time pier_load_time(pier_archive *archive);

/* Loads the head of an array: so many values follow. */
PIER_API uint32_t pier_load_array(pier_archive *archive);

/* Loads the head of a map: so many pairs follow. */
PIER_API uint32_t pier_load_map(pier_archive *archive);

#define PIER__LOAD_INTO(suffix, type)                                                                                  \
    static inline void pier__load_into_##suffix(pier_archive *archive, type *value) {                                  \
        *value = pier_load_##suffix(archive);                                                                          \
    }
PIER__LOAD_INTO(bool, bool)
PIER__LOAD_INTO(u8, uint8_t)
PIER__LOAD_INTO(i8, int8_t)
PIER__LOAD_INTO(u16, uint16_t)
PIER__LOAD_INTO(i16, int16_t)
PIER__LOAD_INTO(u32, uint32_t)
PIER__LOAD_INTO(i32, int32_t)
PIER__LOAD_INTO(f32, float)
PIER__LOAD_INTO(f64, double)
PIER__LOAD_INTO(text, pier_text)
PIER__LOAD_INTO(bytes, pier_bytes)
PIER__LOAD_INTO(ext, pier_ext)
PIER__LOAD_INTO(time, pier_time)
#undef PIER__LOAD_INTO
static inline void pier__load_into_long(pier_archive *archive, long *value) {
    *value = (long)(sizeof(long) == sizeof(int32_t) ? pier_load_i32(archive) : pier_load_i64(archive));
}
static inline void pier__load_into_ulong(pier_archive *archive, unsigned long *value) {
    *value = (unsigned long)(sizeof(long) == sizeof(int32_t) ? pier_load_u32(archive) : pier_load_u64(archive));
}
static inline void pier__load_into_llong(pier_archive *archive, long long *value) {
    *value = pier_load_i64(archive);
}
static inline void pier__load_into_ullong(pier_archive *archive, unsigned long long *value) {
    *value = pier_load_u64(archive);
}

/* pier_load(archive, &value) loads any of the types above by the type of `value`. */
#ifndef __cplusplus
#define pier_load(archive, pointer)                                                                                    \
    _Generic((pointer),                                                                                                \
        bool *: pier__load_into_bool,                                                                                  \
        signed char *: pier__load_into_i8,                                                                             \
        unsigned char *: pier__load_into_u8,                                                                           \
        short *: pier__load_into_i16,                                                                                  \
        unsigned short *: pier__load_into_u16,                                                                         \
        int *: pier__load_into_i32,                                                                                    \
        unsigned int *: pier__load_into_u32,                                                                           \
        long *: pier__load_into_long,                                                                                  \
        unsigned long *: pier__load_into_ulong,                                                                        \
        long long *: pier__load_into_llong,                                                                            \
        unsigned long long *: pier__load_into_ullong,                                                                  \
        float *: pier__load_into_f32,                                                                                  \
        double *: pier__load_into_f64,                                                                                 \
        pier_text *: pier__load_into_text,                                                                             \
        pier_bytes *: pier__load_into_bytes,                                                                           \
        pier_ext *: pier__load_into_ext,                                                                               \
        pier_time *: pier__load_into_time)((archive), (pointer))
#else
#define PIER__LOAD_OVERLOAD(suffix, type)                                                                              \
    static inline void pier_load(pier_archive *archive, type *value) {                                                 \
        pier__load_into_##suffix(archive, value);                                                                      \
    }
PIER__LOAD_OVERLOAD(bool, bool)
PIER__LOAD_OVERLOAD(i8, signed char)
PIER__LOAD_OVERLOAD(u8, unsigned char)
PIER__LOAD_OVERLOAD(i16, short)
PIER__LOAD_OVERLOAD(u16, unsigned short)
PIER__LOAD_OVERLOAD(i32, int)
PIER__LOAD_OVERLOAD(u32, unsigned int)
PIER__LOAD_OVERLOAD(long, long)
PIER__LOAD_OVERLOAD(ulong, unsigned long)
PIER__LOAD_OVERLOAD(llong, long long)
PIER__LOAD_OVERLOAD(ullong, unsigned long long)
PIER__LOAD_OVERLOAD(f32, float)
PIER__LOAD_OVERLOAD(f64, double)
PIER__LOAD_OVERLOAD(text, pier_text)
PIER__LOAD_OVERLOAD(bytes, pier_bytes)
PIER__LOAD_OVERLOAD(ext, pier_ext)
PIER__LOAD_OVERLOAD(time, pier_time)
#undef PIER__LOAD_OVERLOAD
#endif

#endif
