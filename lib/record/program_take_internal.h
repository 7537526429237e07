/* How programs load a value that is one token, or text and bytes; see program_internal.h.
 *
 * Floor 5 (record). Inline in two loops: over fields, and over the elements of arrays. */
#ifndef PIER_RECORD_PROGRAM_TAKE_INTERNAL_H
#define PIER_RECORD_PROGRAM_TAKE_INTERNAL_H

#include <pier/record_decode.h>
#include <pier/record_lists.h>

#include "record/program_internal.h"

/* A record being loaded. Each function returns where the next value begins, at most at the end; NULL when the record is
 * not for programs. */
typedef struct pier__taking {
    const pier__program *program;
    const uint8_t *end;
    pier__decoding *how;
} pier__taking;

/* Takes text into an array, which may hold a default. */
PIER__KERNEL const uint8_t *pier__program_take_inline_text(const pier__taking *from, const uint8_t *at, char *text,
                                                           uint32_t capacity, unsigned *wrong) {
    size_t size;
    at = pier__take_text_head(at, from->end, &size, wrong);
    if (PIER_UNLIKELY(size >= capacity)) {
        *wrong |= 1;
        return at;
    }
    if (capacity > PIER__SHORT_TEXT) {
        *wrong |= memchr(at, 0, size) != NULL || !pier_text_is_valid((const char *)at, size);
        memcpy(text, at, size);
        text[size] = '\0';
        return at + size;
    }
    uint64_t odd = 0;
    if (capacity >= 16) {
        for (size_t i = 0; i <= size; i += 16) {
            size_t piece = i + 16 <= capacity ? i : capacity - 16;
            odd |= pier__take_text_piece(at, piece, size, text, piece + 16);
        }
    } else {
        char whole[16];
        odd = pier__take_text_piece(at, 0, size, whole, sizeof whole);
        if (capacity >= 8) {
            memcpy(text, whole, 8);
            memcpy(text + (capacity - 8), whole + (capacity - 8), 8);
        } else {
            memcpy(text, whole, capacity);
        }
    }
    if (PIER_UNLIKELY(odd != 0)) {
        *wrong |= memchr(at, 0, size) != NULL || !pier_text_is_valid((const char *)at, size);
    }
    return at + size;
}

PIER__KERNEL const uint8_t *pier__program_take_inline_bytes(const pier__taking *from, const uint8_t *at, uint8_t *value,
                                                            uint32_t capacity, unsigned *wrong) {
    size_t found;
    at = pier__take_bytes_head(at, from->end, &found, wrong);
    if (PIER_UNLIKELY(found > capacity)) {
        *wrong |= 1;
        return at;
    }
    uint32_t size = (uint32_t)found;
    memcpy(value, &size, sizeof size);
    memcpy(value + sizeof size, at, size);
    return at + size;
}

PIER__KERNEL const uint8_t *pier__program_take_widened(const pier__taking *from, const uint8_t *at, uint8_t *to,
                                                       unsigned *wrong) {
    float narrow;
    at = pier__take_f32(at, from->end, &narrow, wrong);
    double number = (double)narrow;
    memcpy(to, &number, sizeof number);
    return at;
}

#define PIER__TAKE(type, kernel)                                                                                       \
    {                                                                                                                  \
        type number;                                                                                                   \
        at = kernel(at, from->end, &number, wrong);                                                                    \
        memcpy(to, &number, sizeof number);                                                                            \
        return at;                                                                                                     \
    }

#define PIER__TAKE_VIEW(type, kernel)                                                                                  \
    {                                                                                                                  \
        type view;                                                                                                     \
        at = kernel(at, from->end, &view, from->how, wrong);                                                           \
        memcpy(to, &view, sizeof view);                                                                                \
        return at;                                                                                                     \
    }

/* Takes one value that is no record into a member that is all zero. Sets `*wrong` when it is not the usual one; where
 * the next value begins is then nothing to rely on. */
PIER__KERNEL const uint8_t *pier__take_scalar(const pier__taking *from, unsigned kind, const pier__op *op,
                                              const uint8_t *at, uint8_t *to, unsigned *wrong) {
    switch (kind) {
    case PIER_FIELD_BOOL:
        PIER__TAKE(bool, pier__take_boolean)
    case PIER_FIELD_I8:
        PIER__TAKE(int8_t, pier__take_i8)
    case PIER_FIELD_I16:
        PIER__TAKE(int16_t, pier__take_i16)
    case PIER_FIELD_I32:
        PIER__TAKE(int32_t, pier__take_i32)
    case PIER_FIELD_I64:
        PIER__TAKE(int64_t, pier__take_i64)
    case PIER_FIELD_U8:
        PIER__TAKE(uint8_t, pier__take_u8)
    case PIER_FIELD_U16:
        PIER__TAKE(uint16_t, pier__take_u16)
    case PIER_FIELD_U32:
        PIER__TAKE(uint32_t, pier__take_u32)
    case PIER_FIELD_U64:
        PIER__TAKE(uint64_t, pier__take_u64)
    case PIER_FIELD_F32:
        PIER__TAKE(float, pier__take_f32)
    case PIER_FIELD_F64:
        if (PIER_UNLIKELY(at[0] == 0xca)) {
            /* Of a writer that has the field narrower. */
            return pier__program_take_widened(from, at, to, wrong);
        }
        PIER__TAKE(double, pier__take_f64)
    case PIER_FIELD_TIME:
        PIER__TAKE(pier_time, pier__take_time)
    case PIER_FIELD_DURATION:
        PIER__TAKE(pier_duration, pier__take_duration)
    case PIER_FIELD_TEXT:
        PIER__TAKE_VIEW(pier_text, pier__take_text)
    case PIER_FIELD_BYTES:
        PIER__TAKE_VIEW(pier_bytes, pier__take_bytes)
    case PIER__VALUE_INLINE_TEXT:
        return pier__program_take_inline_text(from, at, (char *)to, op->capacity, wrong);
    case PIER__VALUE_INLINE_BYTES:
        return pier__program_take_inline_bytes(from, at, to, op->capacity, wrong);
    default:
        *wrong |= 1;
        return at;
    }
}

#undef PIER__TAKE
#undef PIER__TAKE_VIEW

#endif
