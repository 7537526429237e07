/* Whole arrays of integers, stored; see <pier/record_integers.h>.
 *
 * Floor 5 (record). Numbers of random widths go through a table, which never branches on them. Where the last eight had
 * one width the next eight are tried as the same: a few comparisons for all of them, and moves that do not depend on
 * one another. A wrong guess costs the comparisons, and the next eight are not guessed. */
#include "record/integers_internal.h"

/* Gets numbers from an array of narrower ones. */
PIER__KERNEL void get_narrow(uint64_t *numbers, const void *from, size_t i, size_t count, unsigned width,
                             uint64_t sign) {
    /* A number that is below 0 without its sign is as high as its sign, twice, lower with it. */
    const uint64_t top = sign << (8 * width - 1);
    for (size_t j = 0; j < count; j++) {
        uint64_t number = width == 1   ? ((const uint8_t *)from)[i + j]
                          : width == 2 ? ((const uint16_t *)from)[i + j]
                                       : ((const uint32_t *)from)[i + j];
        numbers[j] = (number ^ top) - top;
    }
}

/* Whether all of a group are within `low` and as many numbers from there on as `span`. */
PIER__KERNEL bool are_within(const uint64_t *numbers, uint64_t low, uint64_t span) {
    uint64_t outside = 0;
    for (unsigned i = 0; i < PIER__GROUP; i++) {
        outside |= (uint64_t)(numbers[i] - low >= span);
    }
    return outside == 0;
}

PIER__KERNEL void put_of_width(uint8_t *at, const uint64_t *numbers, unsigned head, unsigned bits) {
    for (unsigned i = 0; i < PIER__GROUP; i++) {
        at[0] = (uint8_t)head;
        pier__put_word(at + 1, numbers[i] << (64 - bits));
        at += 1 + bits / 8;
    }
}

PIER__KERNEL uint8_t *put_one(uint8_t *at, uint64_t number, uint64_t sign) {
    uint64_t below = 0 - (number >> 63 & sign);
    return pier__put_form(at, number, pier__highest_bit(number ^ below) | (unsigned)(below & 64));
}

/* Numbers of 2, 3 or 5 bytes, if all of the group have the first one's form. */
PIER__KERNEL bool put_alike(uint8_t *at, const uint64_t *numbers, unsigned guess, uint64_t sign) {
    bool is_below = (numbers[0] >> 63 & sign) != 0;
    if (guess == 2) {
        if (!are_within(numbers, is_below ? (uint64_t)-128 : 128, is_below ? 128 - 32 : 128)) {
            return false;
        }
        put_of_width(at, numbers, is_below ? 0xd0 : 0xcc, 8);
    } else if (guess == 3) {
        if (!are_within(numbers, is_below ? (uint64_t)INT16_MIN : 256, is_below ? 32768 - 128 : 65536 - 256)) {
            return false;
        }
        put_of_width(at, numbers, is_below ? 0xd1 : 0xcd, 16);
    } else {
        if (!are_within(numbers, is_below ? (uint64_t)INT32_MIN : 65536,
                        is_below ? UINT64_C(0x80000000) - 32768 : UINT64_C(0x100000000) - 65536)) {
            return false;
        }
        put_of_width(at, numbers, is_below ? 0xd2 : 0xce, 32);
    }
    return true;
}

/* Stores a group of which all are guessed to have `guess` bytes. Returns whether they have. */
PIER__KERNEL bool put_guessed(uint8_t *at, const uint64_t *numbers, unsigned guess, uint64_t sign) {
    if (guess == 1) {
        if (!are_within(numbers, 0 - 32 * sign, 128 + 32 * sign)) {
            return false;
        }
        for (unsigned i = 0; i < PIER__GROUP; i++) {
            at[i] = (uint8_t)numbers[i];
        }
        return true;
    }
    if (guess != 9) {
        return put_alike(at, numbers, guess, sign);
    }
    /* From the number behind the highest of 5 bytes on, and round to the one before the lowest. */
    if (!are_within(numbers, UINT64_C(0x100000000), UINT64_MAX - (UINT32_MAX + (sign << 31)))) {
        return false;
    }
    for (unsigned i = 0; i < PIER__GROUP; i++) {
        at[9 * i] = (numbers[i] >> 63 & sign) != 0 ? 0xd3 : 0xcf;
        pier__put_word(at + 9 * i + 1, numbers[i]);
    }
    return true;
}

PIER__KERNEL uint8_t *put_integers(uint8_t *at, const void *from, size_t count, unsigned width, uint64_t sign) {
    uint64_t narrow[PIER__GROUP];
    unsigned guess = 0;
    size_t i = 0;
    for (; count - i >= PIER__GROUP; i += PIER__GROUP) {
        const uint64_t *numbers = width == 8 ? (const uint64_t *)from + i : narrow;
        if (width != 8) {
            get_narrow(narrow, from, i, PIER__GROUP, width, sign);
        }
        if (guess != 0 && put_guessed(at, numbers, guess, sign)) {
            at += PIER__GROUP * guess;
            continue;
        }
        const uint8_t *begin = at;
        for (unsigned j = 0; j < PIER__GROUP; j++) {
            at = put_one(at, numbers[j], sign);
        }
        guess = guess != 0 ? 0 : pier__guess_width((size_t)(at - begin));
    }
    for (; i < count; i++) {
        if (width == 8) {
            narrow[0] = ((const uint64_t *)from)[i];
        } else {
            get_narrow(narrow, from, i, 1, width, sign);
        }
        at = put_one(at, narrow[0], sign);
    }
    return at;
}

#if PIER__HAS_WIDE
PIER__WIDE_256 static uint8_t *put_wide(uint8_t *at, const void *from, size_t count, unsigned width, uint64_t sign) {
    return put_integers(at, from, count, width, sign);
}
#endif

uint8_t *pier__put_integers(uint8_t *at, const void *from, size_t count, pier_field_kind kind) {
    pier__integer_kind of = pier__integer_kind_of(kind);
#if PIER__HAS_WIDE
    if (count >= PIER__GROUP && pier__wide_instructions() >= PIER__WIDE_256_BITS) {
        return put_wide(at, from, count, of.width, of.sign);
    }
#endif
    return put_integers(at, from, count, of.width, of.sign);
}
