/* The kernels of integers, in both directions. For the code that PIER_RECORD makes; see record_encode.h and
 * record_decode.h for what holds of all kernels.
 *
 * Floor 5 (record). An integer is stored in the smallest form that holds it, so the width of each decides where the
 * next value lies: these are the kernels whose time counts. */
#ifndef PIER_RECORD_INTEGERS_H
#define PIER_RECORD_INTEGERS_H

#include <pier/definition.h>
#include <pier/record_words.h>

/* Storing -------------------------------------------------------------------------------------------------------------
 *
 * The form of an integer follows from its highest telling bit: of the number itself, or of its complement when it is
 * below 0. A table instead of a chain of branches: widths that change from record to record cost a branch predictor
 * 15 cycles a miss, the table is always 6. Only what needs 9 bytes, times and hashes, is a branch of its own: those
 * are nearly always or nearly never there. (W1, minimum ns a record: table alone 7.7, branches 6.6, both 5.9.) */
typedef struct pier__integer_form {
    uint8_t head;  /* first byte; the number's own last byte overwrites it when it is its own form */
    uint8_t skip;  /* where the number begins behind `at` */
    uint8_t shift; /* brings the bytes that count to the top of the word */
    uint8_t bytes; /* of the whole */
} pier__integer_form;

#define PIER__FIX                                                                                                      \
    { 0, 0, 56, 1 }
#define PIER__FORM_8(head)                                                                                             \
    { head, 1, 56, 2 }
#define PIER__FORM_16(head)                                                                                            \
    { head, 1, 48, 3 }
#define PIER__FORM_32(head)                                                                                            \
    { head, 1, 32, 5 }
#define PIER__FORM_64(head)                                                                                            \
    { head, 1, 0, 9 }
/* 64 rows for numbers from 0, by their highest bit, and 64 for those below. */
static const pier__integer_form pier__integer_forms[128] = {
    /* 0 to 6: positive fixint; 7: uint 8; 8 to 15: uint 16; 16 to 31: uint 32; 32 to 63: uint 64 */
    PIER__ROWS_4(PIER__FIX), PIER__ROWS_2(PIER__FIX), PIER__FIX, PIER__FORM_8(0xcc), PIER__ROWS_8(PIER__FORM_16(0xcd)),
    PIER__ROWS_16(PIER__FORM_32(0xce)), PIER__ROWS_32(PIER__FORM_64(0xcf)),
    /* 0 to 4: negative fixint; 5, 6: int 8; 7 to 14: int 16; 15 to 30: int 32; 31 to 63: int 64 */
    PIER__ROWS_4(PIER__FIX), PIER__FIX, PIER__ROWS_2(PIER__FORM_8(0xd0)), PIER__ROWS_8(PIER__FORM_16(0xd1)),
    PIER__ROWS_16(PIER__FORM_32(0xd2)), PIER__ROWS_32(PIER__FORM_64(0xd3)), PIER__FORM_64(0xd3)};

#undef PIER__FIX
#undef PIER__FORM_8
#undef PIER__FORM_16
#undef PIER__FORM_32
#undef PIER__FORM_64

PIER__KERNEL uint8_t *pier__put_form(uint8_t *at, uint64_t value, unsigned row) {
    pier__integer_form form = pier__integer_forms[row];
    at[0] = form.head;
    pier__put_word(at + form.skip, value << form.shift);
    return at + form.bytes;
}

PIER__KERNEL uint8_t *pier__put_unsigned(uint8_t *at, uint64_t value) {
    return pier__put_form(at, value, pier__highest_bit(value));
}

PIER__KERNEL uint8_t *pier__put_signed(uint8_t *at, int64_t value) {
    uint64_t below = value < 0 ? UINT64_MAX : 0;
    return pier__put_form(at, (uint64_t)value, pier__highest_bit((uint64_t)value ^ below) | (unsigned)(below & 64));
}

/* The same for numbers of at most 32 bits, whose forms are shorter than a word: one word has head and number. A row is a
 * word, too: a shift, which brings the number behind the head, or to the top when it is its own form; the bytes of the
 * whole; the head, of numbers below 0 less the sign that the shift leaves in its place. */
#define PIER__SHORT(shift, bytes, head) ((shift) | (bytes) << 8 | (uint32_t)(head) << 24)
#define PIER__SHORT_FIX PIER__SHORT(56, 1, 0)
#define PIER__SHORT_8(head) PIER__SHORT(48, 2, head)
#define PIER__SHORT_16(head) PIER__SHORT(40, 3, head)
#define PIER__SHORT_32(head) PIER__SHORT(24, 5, head)
/* 32 rows for numbers from 0, by their highest bit, and 32 for those below. */
static const uint32_t pier__short_forms[64] = {PIER__ROWS_4(PIER__SHORT_FIX),
                                               PIER__ROWS_2(PIER__SHORT_FIX),
                                               PIER__SHORT_FIX,
                                               PIER__SHORT_8(0xcc),
                                               PIER__ROWS_8(PIER__SHORT_16(0xcd)),
                                               PIER__ROWS_16(PIER__SHORT_32(0xce)),
                                               PIER__ROWS_4(PIER__SHORT_FIX),
                                               PIER__SHORT_FIX,
                                               PIER__ROWS_2(PIER__SHORT_8(0xd0 ^ 0xff)),
                                               PIER__ROWS_8(PIER__SHORT_16(0xd1 ^ 0xff)),
                                               PIER__ROWS_16(PIER__SHORT_32(0xd2 ^ 0xff)),
                                               PIER__SHORT_32(0xd2 ^ 0xff)};

#undef PIER__SHORT
#undef PIER__SHORT_FIX
#undef PIER__SHORT_8
#undef PIER__SHORT_16
#undef PIER__SHORT_32

PIER__KERNEL uint8_t *pier__put_short_form(uint8_t *at, uint64_t value, unsigned row) {
    uint32_t form = pier__short_forms[row];
    uint64_t word = PIER__BIG(value << (form & 63)) ^ PIER__LITTLE((uint64_t)(form >> 24));
    memcpy(at, &word, sizeof word);
    return at + (form >> 8 & 0xff);
}

PIER__KERNEL uint8_t *pier__put_short_unsigned(uint8_t *at, uint32_t value) {
    return pier__put_short_form(at, value, pier__highest_bit(value));
}

PIER__KERNEL uint8_t *pier__put_short_signed(uint8_t *at, int32_t value) {
    uint32_t below = value < 0 ? UINT32_MAX : 0;
    return pier__put_short_form(at, (uint64_t)(int64_t)value,
                                pier__highest_bit((uint32_t)value ^ below) | (below & 32));
}

PIER__KERNEL uint8_t *pier__put_u8(uint8_t *at, uint8_t value, unsigned *wrong) {
    (void)wrong;
    unsigned is_wide = value >> 7;
    at[0] = 0xcc;
    at[is_wide] = value;
    return at + 1 + is_wide;
}

PIER__KERNEL uint8_t *pier__put_u16(uint8_t *at, uint16_t value, unsigned *wrong) {
    (void)wrong;
    return pier__put_short_unsigned(at, value);
}

PIER__KERNEL uint8_t *pier__put_u32(uint8_t *at, uint32_t value, unsigned *wrong) {
    (void)wrong;
    return pier__put_short_unsigned(at, value);
}

PIER__KERNEL uint8_t *pier__put_u64(uint8_t *at, uint64_t value, unsigned *wrong) {
    (void)wrong;
    if (value > UINT32_MAX) {
        at[0] = 0xcf;
        pier__put_word(at + 1, value);
        return at + 9;
    }
    return pier__put_short_unsigned(at, (uint32_t)value);
}

PIER__KERNEL uint8_t *pier__put_i8(uint8_t *at, int8_t value, unsigned *wrong) {
    (void)wrong;
    unsigned is_wide = value < -32;
    at[0] = 0xd0;
    at[is_wide] = (uint8_t)value;
    return at + 1 + is_wide;
}

PIER__KERNEL uint8_t *pier__put_i16(uint8_t *at, int16_t value, unsigned *wrong) {
    (void)wrong;
    return pier__put_short_signed(at, value);
}

PIER__KERNEL uint8_t *pier__put_i32(uint8_t *at, int32_t value, unsigned *wrong) {
    (void)wrong;
    return pier__put_short_signed(at, value);
}

PIER__KERNEL uint8_t *pier__put_i64(uint8_t *at, int64_t value, unsigned *wrong) {
    (void)wrong;
    if (value > (int64_t)UINT32_MAX || value < INT32_MIN) {
        at[0] = value < 0 ? 0xd3 : 0xcf;
        pier__put_word(at + 1, (uint64_t)value);
        return at + 9;
    }
    uint64_t below = value < 0 ? UINT64_MAX : 0;
    return pier__put_short_form(at, (uint64_t)value,
                                pier__highest_bit((uint64_t)value ^ below) | (unsigned)(below & 32));
}

/* Stores `count` integers of an array: `from` has the C type of `kind`, PIER_FIELD_I8 to PIER_FIELD_U64. What is known
 * of their widths is found out meanwhile, and the instructions of the processor are used: it is in library code. */
PIER_API uint8_t *pier__put_integers(uint8_t *at, const void *from, size_t count, pier_field_kind kind);

/* Loading -------------------------------------------------------------------------------------------------------------
 *
 * Branches by the first byte, although a table would be smaller: the place of the next value depends on the width of
 * this one, and a branch that is predicted cuts that chain, a table lengthens it by 10 cycles. (W1, minimum ns a
 * record: branches 7.8, table 15.) In an array, where widths differ from element to element, other ways are better: see
 * pier__take_integers. */

/* Takes a number from 0 whose widest form has `widest` bytes behind the first. */
PIER__KERNEL const uint8_t *pier__take_unsigned(const uint8_t *at, unsigned widest, uint64_t *value, unsigned *wrong) {
    unsigned head = at[0];
    if (head < 0x80) {
        *value = head;
        return at + 1;
    }
    /* What needs much of its type is the most likely: ids and times, and flags of any width. */
    uint64_t word = pier__take_word(at + 1);
    if (widest >= 8 && head == 0xcf) {
        *value = word;
        return at + 9;
    }
    if (widest >= 4 && head == 0xce) {
        *value = word >> 32;
        return at + 5;
    }
    if (widest >= 2 && head == 0xcd) {
        *value = word >> 48;
        return at + 3;
    }
    if (head == 0xcc) {
        *value = word >> 56;
        return at + 2;
    }
    *wrong |= 1;
    *value = 0;
    return at + 1;
}

/* Takes a number whose widest form has `widest` bytes behind the first; one above the type's highest is wrong. */
PIER__KERNEL const uint8_t *pier__take_signed(const uint8_t *at, unsigned widest, int64_t *value, unsigned *wrong) {
    unsigned head = at[0];
    if (head < 0x80 || head >= 0xe0) {
        *value = (int8_t)head;
        return at + 1;
    }
    if (widest >= 8 && head == 0xcf) {
        uint64_t word = pier__take_word(at + 1);
        *wrong |= (unsigned)(word >> 63);
        *value = (int64_t)word;
        return at + 9;
    }
    if (head >= 0xd0) {
        uint64_t word = pier__take_word(at + 1);
        if (head == 0xd0) {
            *value = (int8_t)(word >> 56);
            return at + 2;
        }
        if (widest >= 2 && head == 0xd1) {
            *value = (int16_t)(word >> 48);
            return at + 3;
        }
        if (widest >= 4 && head == 0xd2) {
            *value = (int32_t)(word >> 32);
            return at + 5;
        }
        if (widest >= 8 && head == 0xd3) {
            *value = (int64_t)word;
            return at + 9;
        }
    }
    uint64_t number;
    at = pier__take_unsigned(at, widest, &number, wrong);
    *wrong |= (unsigned)(number >> (8 * widest - 1)) & 1u;
    *value = (int64_t)number;
    return at;
}

#define PIER__TAKE_INTEGER(suffix, type, sign, wide, widest)                                                           \
    PIER__KERNEL const uint8_t *pier__take_##suffix(const uint8_t *at, const uint8_t *end, type *value,                \
                                                    unsigned *wrong) {                                                 \
        (void)end;                                                                                                     \
        wide number;                                                                                                   \
        at = pier__take_##sign(at, widest, &number, wrong);                                                            \
        *value = (type)number;                                                                                         \
        return at;                                                                                                     \
    }
PIER__TAKE_INTEGER(u8, uint8_t, unsigned, uint64_t, 1)
PIER__TAKE_INTEGER(u16, uint16_t, unsigned, uint64_t, 2)
PIER__TAKE_INTEGER(u32, uint32_t, unsigned, uint64_t, 4)
PIER__TAKE_INTEGER(u64, uint64_t, unsigned, uint64_t, 8)
PIER__TAKE_INTEGER(i8, int8_t, signed, int64_t, 1)
PIER__TAKE_INTEGER(i16, int16_t, signed, int64_t, 2)
PIER__TAKE_INTEGER(i32, int32_t, signed, int64_t, 4)
PIER__TAKE_INTEGER(i64, int64_t, signed, int64_t, 8)
#undef PIER__TAKE_INTEGER

/* Takes `count` integers of an array to `to`, as pier__put_integers. Returns where the next value begins, and that is not
 * behind `end`; NULL when they are not all integers that the type holds. Asks for no look at the end before, and needs
 * none behind it. */
PIER_API const uint8_t *pier__take_integers(const uint8_t *at, const uint8_t *end, void *to, size_t count,
                                            pier_field_kind kind);

#endif
