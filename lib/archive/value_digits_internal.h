/* Integers as decimal text.
 *
 * Floor 4 (archive). Two digits at a time from a table: a division for each digit is most of what printing a number
 * costs. Inline, because printing records lives by it. */
#ifndef PIER_ARCHIVE_VALUE_DIGITS_INTERNAL_H
#define PIER_ARCHIVE_VALUE_DIGITS_INTERNAL_H

#include <stdint.h>
#include <string.h>

/* 00 to 99. */
extern const char pier__digit_pairs[200];

/* The most that an unsigned number takes. */
enum { PIER__DIGITS_MAX = 20 };

static inline void pier__write_pair(char *to, uint32_t number) {
    memcpy(to, &pier__digit_pairs[number * 2], 2);
}

/* Writes a number below 10^8 with zeros in front: eight digits. */
static inline char *pier__write_eight(char *to, uint32_t number) {
    uint32_t high = number / 10000;
    uint32_t low = number % 10000;
    pier__write_pair(to, high / 100);
    pier__write_pair(to + 2, high % 100);
    pier__write_pair(to + 4, low / 100);
    pier__write_pair(to + 6, low % 100);
    return to + 8;
}

/* Writes a number below 10^4. */
static inline char *pier__write_four(char *to, uint32_t number) {
    if (number >= 100) {
        uint32_t high = number / 100;
        if (high >= 10) {
            pier__write_pair(to, high);
            to += 2;
        } else {
            *to++ = (char)('0' + high);
        }
        number %= 100;
    } else if (number < 10) {
        *to++ = (char)('0' + number);
        return to;
    }
    pier__write_pair(to, number);
    return to + 2;
}

/* Writes a number below 10^8. */
static inline char *pier__write_few(char *to, uint32_t number) {
    if (number < 10000) {
        return pier__write_four(to, number);
    }
    to = pier__write_four(to, number / 10000);
    number %= 10000;
    pier__write_pair(to, number / 100);
    pier__write_pair(to + 2, number % 100);
    return to + 4;
}

/* Writes a number. Returns the end of its text, at most PIER__DIGITS_MAX bytes on. */
static inline char *pier__write_unsigned(char *to, uint64_t number) {
    const uint64_t eight = 100000000;
    if (number < eight) {
        return pier__write_few(to, (uint32_t)number);
    }
    uint64_t high = number / eight;
    if (high < eight) {
        to = pier__write_few(to, (uint32_t)high);
    } else {
        to = pier__write_few(to, (uint32_t)(high / eight));
        to = pier__write_eight(to, (uint32_t)(high % eight));
    }
    return pier__write_eight(to, (uint32_t)(number % eight));
}

#endif
