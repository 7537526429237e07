/* The inline half of storing records: one kernel for each kind of field. For the code that PIER_RECORD and
 * the schema compiler make; programs call the functions that it names.
 *
 * Floor 5 (record). Knows no archive: a kernel writes one value at `at`, in its smallest form, and returns where the
 * next one goes. Nothing is checked while writing: the caller has reserved the most that a record can take and
 * PIER__OVERHANG_BYTES behind it, because kernels write whole words and keep what counts of them. A value that may not
 * be stored (text that is not UTF-8, a count above its capacity) sets `*wrong`; the record is then stored again by the
 * slow way, which tells what is wrong. Any thread may use the kernels on memory of its own. */
#ifndef PIER_RECORD_ENCODE_H
#define PIER_RECORD_ENCODE_H

#include <pier/record_fixed.h>
#include <pier/record_integers.h>

/* The other scalars ------------------------------------------------------------------------------------------------ */

PIER__KERNEL uint8_t *pier__put_nil(uint8_t *at) {
    at[0] = 0xc0;
    return at + 1;
}

PIER__KERNEL uint8_t *pier__put_boolean(uint8_t *at, bool value, unsigned *wrong) {
    (void)wrong;
    at[0] = value ? 0xc3 : 0xc2;
    return at + 1;
}

PIER__KERNEL uint8_t *pier__put_f32(uint8_t *at, float value, unsigned *wrong) {
    (void)wrong;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    at[0] = 0xca;
    pier__put_word(at + 1, (uint64_t)bits << 32);
    return at + 5;
}

PIER__KERNEL uint8_t *pier__put_f64(uint8_t *at, double value, unsigned *wrong) {
    (void)wrong;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    at[0] = 0xcb;
    pier__put_word(at + 1, bits);
    return at + 9;
}

PIER__KERNEL uint8_t *pier__put_time(uint8_t *at, pier_time value, unsigned *wrong) {
    uint64_t seconds = (uint64_t)value.seconds;
    *wrong |= value.nanoseconds > 999999999;
    if (seconds >> 34 != 0) {
        at[0] = 0xc7;
        at[1] = 12;
        at[2] = 0xff;
        pier__put_word(at + 3, (uint64_t)value.nanoseconds << 32);
        pier__put_word(at + 7, seconds);
        return at + 15;
    }
    at[1] = 0xff;
    if (value.nanoseconds == 0 && seconds <= UINT32_MAX) {
        at[0] = 0xd6;
        pier__put_word(at + 2, seconds << 32);
        return at + 6;
    }
    at[0] = 0xd7;
    pier__put_word(at + 2, (uint64_t)value.nanoseconds << 34 | seconds);
    return at + 10;
}

PIER__KERNEL uint8_t *pier__put_duration(uint8_t *at, pier_duration value, unsigned *wrong) {
    *wrong |= !pier__duration_is_good(value);
    at[0] = 0x92;
    at = pier__put_i64(at + 1, value.seconds, wrong);
    return pier__put_i32(at, value.nanoseconds, wrong);
}

/* Heads, text and bytes -------------------------------------------------------------------------------------------- */

/* A head with the shortest length that holds `size`: in the first byte below `fixed_max`, or behind the byte of an 8
 * (0: there is none), 16 or 32 bit length. `size` is at most UINT32_MAX. */
PIER__KERNEL uint8_t *pier__put_head(uint8_t *at, uint64_t size, unsigned fixed, unsigned fixed_max, unsigned head_8,
                                     unsigned head_16) {
    if (size < fixed_max) {
        at[0] = (uint8_t)(fixed | size);
        return at + 1;
    }
    if (head_8 != 0 && size <= UINT8_MAX) {
        at[0] = (uint8_t)head_8;
        at[1] = (uint8_t)size;
        return at + 2;
    }
    at[0] = (uint8_t)(size <= UINT16_MAX ? head_16 : head_16 + 1);
    unsigned bytes = size <= UINT16_MAX ? 2 : 4;
    pier__put_word(at + 1, size << (64 - 8 * bytes));
    return at + 1 + bytes;
}

/* The head of an array; of a record, whose count is constant, too. */
PIER__KERNEL uint8_t *pier__put_count(uint8_t *at, uint32_t count) {
    return pier__put_head(at, count, 0x90, 16, 0, 0xdc);
}

PIER__KERNEL uint8_t *pier__put_text_head(uint8_t *at, uint64_t size) {
    if (PIER_LIKELY(size <= UINT8_MAX)) {
        /* Lines of text are now above 31 bytes, now below: nothing to predict. */
        unsigned is_long = size >= 32;
        at[0] = (uint8_t)(is_long ? 0xd9 : 0xa0 | size);
        at[1] = (uint8_t)size;
        return at + 1 + is_long;
    }
    return pier__put_head(at, size, 0xa0, 32, 0xd9, 0xda);
}

PIER__KERNEL uint8_t *pier__put_bytes_head(uint8_t *at, uint64_t size) {
    return pier__put_head(at, size, 0, 0, 0xc4, 0xc5);
}

/* What a view adds to the room that a record needs, its head apart. More than any archive stores counts as that. */
PIER__KERNEL uint64_t pier__view_bytes(size_t size) {
    return size <= UINT32_MAX ? size : (uint64_t)UINT32_MAX + 1;
}

PIER__KERNEL uint8_t *pier__put_body(uint8_t *at, const void *bytes, size_t size) {
    if (size > 0) {
        memcpy(at, bytes, size);
    }
    return at + size;
}

PIER__KERNEL uint8_t *pier__put_text(uint8_t *at, pier_text value, unsigned *wrong) {
    size_t size = value.data != NULL ? value.size : 0;
    *wrong |= size != value.size;
    at = pier__put_text_head(at, size);
    *wrong |= !pier__copy_text((char *)at, value.data, size);
    return at + size;
}

PIER__KERNEL uint8_t *pier__put_bytes(uint8_t *at, pier_bytes value, unsigned *wrong) {
    size_t size = value.data != NULL ? value.size : 0;
    *wrong |= size != value.size;
    return pier__put_body(pier__put_bytes_head(at, size), value.data, size);
}

PIER__KERNEL uint8_t *pier__put_inline_bytes(uint8_t *at, const uint8_t *data, uint32_t size, uint32_t capacity,
                                             unsigned *wrong) {
    *wrong |= size > capacity;
    size = size > capacity ? 0 : size;
    at = pier__put_bytes_head(at, size);
    if (capacity <= 64) {
        /* The whole array, as that of a text. */
        memcpy(at, data, capacity);
        return at + size;
    }
    return pier__put_body(at, data, size);
}

/* Returns `at` behind text that is not all ASCII, or fills its array; NULL when it may not be stored. It comes last,
 * and gives back what it got: where the text ends a record it is all that is left to do, and no register has to outlive
 * it, which would cost all records. */
PIER__RARE uint8_t *pier__behind_odd_text(uint8_t *at, const char *text, size_t size, size_t capacity) {
    return size < capacity && pier_text_is_valid(text, size) ? at : NULL;
}

PIER__KERNEL uint8_t *pier__put_inline_text(uint8_t *at, const char *text, uint32_t capacity, unsigned *wrong) {
    uint64_t odd = 0;
    /* The whole array, a constant number of bytes; what follows the text is overwritten by the next value. */
    size_t size = pier__inline_text_bytes(capacity <= 32 ? at + 1 : NULL, text, capacity, &odd);
    if (capacity <= 32) {
        at[0] = (uint8_t)(0xa0 | (size & 31));
        at += 1 + size;
    } else if (capacity <= 64) {
        at = pier__put_text_head(at, size);
        memcpy(at, text, capacity);
        at += size;
    } else {
        at = pier__put_body(pier__put_text_head(at, size), text, size);
    }
    if (PIER_UNLIKELY(odd != 0)) {
        uint8_t *behind = pier__behind_odd_text(at, text, size, capacity);
        if (behind == NULL) {
            *wrong |= 1;
        } else {
            at = behind;
        }
    }
    return at;
}

#endif
