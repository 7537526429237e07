/* The inline half of loading records: one kernel for each kind of field. For the code that PIER_RECORD and
 * the schema compiler make; programs call the functions that it names.
 *
 * Floor 5 (record). Knows no archive: a kernel reads the value at `at` and returns where the next one begins. It looks
 * neither where the block ends nor whether an earlier value was right: behind each block lie PIER_PADDING_BYTES that
 * may be read, and what does not fit sets `*wrong`, which is asked once a record. So a kernel must keep three promises
 * whatever the bytes are:
 *
 *   - it reads at most PIER__OVERHANG_BYTES behind the most that its kind takes when it is stored,
 *   - it moves on by no more than that most, but for text and bytes, which move on only after a look at `end`,
 *   - it gives a value that is safe to use (a count within its capacity) although `*wrong` is set.
 *
 * A kernel takes the forms that Pier stores and those nearly as common; for the rest `*wrong` is set and the record is
 * loaded again by the slow way, which takes every legal form and tells what is wrong. */
#ifndef PIER_RECORD_DECODE_H
#define PIER_RECORD_DECODE_H

#include <pier/archive.h>
#include <pier/class.h>
#include <pier/record_fixed.h>
#include <pier/record_integers.h>

/* The most bytes that may be taken between two looks at the end of the block. */
#define PIER__UNCHECKED_BYTES (PIER_PADDING_BYTES - PIER__OVERHANG_BYTES)

/* The look at the end. */
PIER__KERNEL const uint8_t *pier__check_end(const uint8_t *at, const uint8_t *end, unsigned *wrong) {
    if (PIER_UNLIKELY(at > end)) {
        *wrong |= 1;
        return end;
    }
    return at;
}

/* The other scalars ------------------------------------------------------------------------------------------------ */

PIER__KERNEL const uint8_t *pier__take_boolean(const uint8_t *at, const uint8_t *end, bool *value, unsigned *wrong) {
    (void)end;
    *wrong |= (at[0] & 0xfeu) ^ 0xc2u;
    *value = (at[0] & 1u) != 0;
    return at + 1;
}

PIER__KERNEL const uint8_t *pier__take_f32(const uint8_t *at, const uint8_t *end, float *value, unsigned *wrong) {
    (void)end;
    *wrong |= at[0] ^ 0xcau;
    uint32_t bits = (uint32_t)(pier__take_word(at + 1) >> 32);
    memcpy(value, &bits, sizeof bits);
    return at + 5;
}

PIER__KERNEL const uint8_t *pier__take_f64(const uint8_t *at, const uint8_t *end, double *value, unsigned *wrong) {
    (void)end;
    *wrong |= at[0] ^ 0xcbu;
    uint64_t bits = pier__take_word(at + 1);
    memcpy(value, &bits, sizeof bits);
    return at + 9;
}

PIER__KERNEL const uint8_t *pier__take_time(const uint8_t *at, const uint8_t *end, pier_time *value, unsigned *wrong) {
    (void)end;
    uint64_t word = pier__take_word(at + 2);
    if (at[0] == 0xd6 && at[1] == 0xff) {
        value->seconds = (int64_t)(word >> 32);
        value->nanoseconds = 0;
        return at + 6;
    }
    if (at[0] == 0xd7 && at[1] == 0xff) {
        value->seconds = (int64_t)(word & ((UINT64_C(1) << 34) - 1));
        value->nanoseconds = (uint32_t)(word >> 34);
        *wrong |= value->nanoseconds > 999999999;
        return at + 10;
    }
    *wrong |= (at[0] ^ 0xc7u) | (at[1] ^ 12u) | (at[2] ^ 0xffu);
    value->nanoseconds = (uint32_t)(pier__take_word(at + 3) >> 32);
    value->seconds = (int64_t)pier__take_word(at + 7);
    *wrong |= value->nanoseconds > 999999999;
    return at + 15;
}

PIER__KERNEL const uint8_t *pier__take_duration(const uint8_t *at, const uint8_t *end, pier_duration *value,
                                                unsigned *wrong) {
    int64_t nanoseconds;
    *wrong |= at[0] ^ 0x92u;
    at = pier__take_signed(at + 1, 8, &value->seconds, wrong);
    at = pier__take_signed(at, 4, &nanoseconds, wrong);
    value->nanoseconds = (int32_t)nanoseconds;
    *wrong |= !pier__duration_is_good(*value);
    (void)end;
    return at;
}

/* Text and bytes --------------------------------------------------------------------------------------------------- */

/* Copies `size` bytes into the arena, for a record that owns what it holds. Returns the copy, which is not NULL
 * when there are no bytes, either; NULL when there is no memory. */
PIER_API const void *pier__own(pier__decoding *how, const void *bytes, size_t size);

/* The look at `end` of what has a size: it is 0 afterwards when so many bytes are not there. */
PIER__KERNEL const uint8_t *pier__check_size(const uint8_t *at, const uint8_t *end, size_t *size, unsigned *wrong) {
    if (at > end || *size > (size_t)(end - at)) {
        *wrong |= 1;
        *size = 0;
    }
    return at;
}

/* Takes the head of text and looks at `end`. */
PIER__KERNEL const uint8_t *pier__take_text_head(const uint8_t *at, const uint8_t *end, size_t *size, unsigned *wrong) {
    unsigned head = at[0];
    uint64_t word = pier__take_word(at + 1);
    if (PIER_LIKELY((head & 0xe0u) == 0xa0u || head == 0xd9)) {
        /* Both in one: lines of text are now above 31 bytes, now below. */
        unsigned is_long = head == 0xd9;
        *size = is_long ? (size_t)(word >> 56) : head & 31u;
        at += 1 + is_long;
    } else if (head == 0xda) {
        *size = (size_t)(word >> 48);
        at += 3;
    } else if (head == 0xdb) {
        *size = (size_t)(word >> 32);
        at += 5;
    } else {
        *wrong |= 1;
        *size = 0;
        return at + 1;
    }
    return pier__check_size(at, end, size, wrong);
}

/* As pier__take_text_head, for bytes. */
PIER__KERNEL const uint8_t *pier__take_bytes_head(const uint8_t *at, const uint8_t *end, size_t *size,
                                                  unsigned *wrong) {
    unsigned head = at[0];
    uint64_t word = pier__take_word(at + 1);
    if (head == 0xc4) {
        *size = (size_t)(word >> 56);
        at += 2;
    } else if (head == 0xc5) {
        *size = (size_t)(word >> 48);
        at += 3;
    } else if (head == 0xc6) {
        *size = (size_t)(word >> 32);
        at += 5;
    } else {
        *wrong |= 1;
        *size = 0;
        return at + 1;
    }
    return pier__check_size(at, end, size, wrong);
}

PIER__KERNEL const uint8_t *pier__take_text(const uint8_t *at, const uint8_t *end, pier_text *value,
                                            pier__decoding *how, unsigned *wrong) {
    at = pier__take_text_head(at, end, &value->size, wrong);
    value->data = (const char *)at;
    *wrong |= !pier__text_is_good(value->data, value->size);
    if (PIER_UNLIKELY(how->owns)) {
        value->data = (const char *)pier__own(how, at, value->size);
        *wrong |= value->data == NULL;
    }
    return at + value->size;
}

PIER__KERNEL const uint8_t *pier__take_bytes(const uint8_t *at, const uint8_t *end, pier_bytes *value,
                                             pier__decoding *how, unsigned *wrong) {
    at = pier__take_bytes_head(at, end, &value->size, wrong);
    value->data = at;
    if (PIER_UNLIKELY(how->owns)) {
        value->data = pier__own(how, at, value->size);
        *wrong |= value->data == NULL;
    }
    return at + value->size;
}

/* The largest array that takes text without a branch on its size, and that whose text has a head of one byte. */
#define PIER__SHORT_TEXT 64
#define PIER__SHORTEST_TEXT 32

#if defined(__GNUC__)
/* Of the bytes of a text, and of those behind it. */
static const uint8_t pier__text_masks[2 * PIER__SHORT_TEXT] = {PIER__ROWS_32(0xff), PIER__ROWS_32(0xff)};

/* Takes the sixteen bytes from `from` of a text of `size` bytes, zero behind it. Returns what is not 0 when there are
 * bytes that are no ASCII, or zero. */
PIER__KERNEL uint64_t pier__take_text_piece(const uint8_t *at, size_t from, size_t size, char *text, size_t capacity) {
    pier__16_bytes bytes;
    pier__16_bytes mask;
    memcpy(&bytes, at + from, sizeof bytes);
    memcpy(&mask, pier__text_masks + PIER__SHORT_TEXT + from - size, sizeof mask);
    bytes &= mask;
    if (capacity - from > 8 && capacity - from < sizeof bytes) {
        /* In two moves of words, because a part of a vector would go through the stack. */
        uint64_t first = ((pier__two_words)bytes)[0];
        uint64_t second = ((pier__two_words)bytes)[1];
        memcpy(text + from, &first, 8);
        pier__put_text_word(text + from + 8, PIER__LITTLE(second), capacity - from - 8);
    } else {
        memcpy(text + from, &bytes, capacity - from < sizeof bytes ? capacity - from : sizeof bytes);
    }
#if defined(__SSE2__)
    return (unsigned)__builtin_ia32_pmovmskb128((pier__16_chars)(((pier__16_bytes)(bytes == 0) & mask) | bytes));
#else
    pier__two_words odd = (pier__two_words)(((pier__16_bytes)(bytes == 0) & mask) | (bytes & 0x80));
    return PIER__OR_BOTH(odd);
#endif
}
#else
/* The same in words of eight bytes. */
PIER__KERNEL uint64_t pier__take_text_half(const uint8_t *at, size_t from, size_t size, char *text, size_t capacity) {
    size_t bytes = size > from ? size - from : 0;
    bytes = bytes < 8 ? bytes : 8;
    /* In two halves, because a shift by 64 bits means nothing. */
    uint64_t beyond = (UINT64_MAX << 4 * bytes) << 4 * bytes;
    uint64_t word = pier__text_word(at + from);
    uint64_t zeros = pier__zero_byte(word | beyond);
    word &= ~beyond;
    pier__put_text_word(text + from, word, capacity - from < 8 ? capacity - from : 8);
    return zeros | (word & PIER__HIGH_BITS);
}

PIER__KERNEL uint64_t pier__take_text_piece(const uint8_t *at, size_t from, size_t size, char *text, size_t capacity) {
    uint64_t odd = pier__take_text_half(at, from, size, text, capacity);
    return capacity > from + 8 ? odd | pier__take_text_half(at, from + 8, size, text, capacity) : odd;
}
#endif

/* Takes all `size` bytes into an array of `capacity`, at most PIER__SHORT_TEXT, zero behind them: without a branch on
 * the size. The last piece overlaps the one before, so that each is a whole one. Returns as pier__take_text_piece. */
PIER__KERNEL uint64_t pier__take_pieces(const uint8_t *at, size_t size, char *text, uint32_t capacity) {
    const uint32_t last = capacity < 16 ? 0 : capacity - 16;
    uint64_t odd = pier__take_text_piece(at, 0, size, text, capacity);
    if (capacity > 16) {
        odd |= pier__take_text_piece(at, last < 16 ? last : 16, size, text, capacity);
    }
    if (capacity > 32) {
        odd |= pier__take_text_piece(at, last < 32 ? last : 32, size, text, capacity);
    }
    if (capacity > 48) {
        odd |= pier__take_text_piece(at, last, size, text, capacity);
    }
    return odd;
}

/* Returns `behind`, where text ends that is not all ASCII, or has a zero byte; NULL when it is refused, or something was
 * before it. It comes last and gives back what it got, as pier__behind_odd_text does: each register that had to outlive
 * it would cost all records. */
PIER__CALLED const uint8_t *pier__behind_odd_taken(const uint8_t *behind, const char *text, size_t size,
                                                   unsigned wrong) {
    return wrong == 0 && memchr(text, 0, size) == NULL && pier_text_is_valid(text, size) ? behind : NULL;
}

/* Takes text of a known size below `capacity`, at most PIER__SHORT_TEXT. */
PIER__KERNEL const uint8_t *pier__take_short_text(const uint8_t *at, size_t size, char *text, uint32_t capacity,
                                                  unsigned *wrong) {
    at += size;
    if (PIER_UNLIKELY(pier__take_pieces(at - size, size, text, capacity) != 0)) {
        const uint8_t *behind = pier__behind_odd_taken(at, text, size, *wrong);
        if (behind == NULL) {
            *wrong |= 1;
        } else {
            *wrong = 0;
            at = behind;
        }
    }
    return at;
}

PIER__KERNEL const uint8_t *pier__take_inline_bytes(const uint8_t *at, const uint8_t *end, uint8_t *data,
                                                    uint32_t *size, uint32_t capacity, unsigned *wrong) {
    size_t bytes;
    at = pier__take_bytes_head(at, end, &bytes, wrong);
    if (bytes > capacity) {
        *wrong |= 1;
        bytes = 0;
    }
    *size = (uint32_t)bytes;
    if (capacity <= PIER__SHORT_TEXT) {
        (void)pier__take_pieces(at, bytes, (char *)data, capacity);
        return at + bytes;
    }
    memcpy(data, at, bytes);
    return at + bytes;
}

PIER__KERNEL const uint8_t *pier__take_inline_text(const uint8_t *at, const uint8_t *end, char *text, uint32_t capacity,
                                                   unsigned *wrong) {
    size_t size = at[0] ^ 0xa0u;
    if (capacity <= PIER__SHORTEST_TEXT) {
        at += 1;
    } else {
        at = pier__take_text_head(at, end, &size, wrong);
    }
    if (PIER_UNLIKELY(size >= capacity)) {
        *wrong |= 1;
        size = 0;
    }
    if (capacity <= PIER__SHORT_TEXT) {
        return pier__take_short_text(at, size, text, capacity, wrong);
    }
    *wrong |= memchr(at, 0, size) != NULL || !pier_text_is_valid((const char *)at, size);
    memcpy(text, at, size);
    text[size] = '\0';
    return at + size;
}

/* Records and arrays ----------------------------------------------------------------------------------------------- */

/* Takes the head of a record with `count` slots. */
PIER__KERNEL const uint8_t *pier__take_slots(const uint8_t *at, uint32_t count, unsigned *wrong) {
    if (count < 16) {
        *wrong |= at[0] ^ (0x90u | count);
        return at + 1;
    }
    *wrong |= (unsigned)(pier__take_word(at) >> 40) ^ (0xdc0000u | count);
    return at + 3;
}

/* Takes the head of an array of at most `capacity` elements; the count is 0 when there are more. */
PIER__KERNEL const uint8_t *pier__take_count(const uint8_t *at, uint32_t *count, uint32_t capacity, unsigned *wrong) {
    unsigned head = at[0];
    uint64_t word = pier__take_word(at + 1);
    uint32_t elements = head & 15u;
    if ((head & 0xf0u) == 0x90u) {
        at += 1;
    } else if (head == 0xdc) {
        elements = (uint32_t)(word >> 48);
        at += 3;
    } else {
        *wrong |= head ^ 0xddu;
        elements = (uint32_t)(word >> 32);
        at += 5;
    }
    if (elements > capacity) {
        *wrong |= 1;
        elements = 0;
    }
    *count = elements;
    return at;
}

#endif
