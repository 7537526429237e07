/* The same values in wider forms; see fill.h. */
#include <math.h>
#include <string.h>

#include "generated/fill.h"
#include "support/random.h"

typedef struct widening {
    const uint8_t *at;
    uint8_t *to;
    uint64_t *state;
} widening;

static uint64_t read_big(const uint8_t *at, size_t width) {
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static void write_big(widening *to, unsigned head, uint64_t value, size_t width) {
    *to->to++ = (uint8_t)head;
    for (size_t i = width; i-- > 0;) {
        *to->to++ = (uint8_t)(value >> (8 * i));
    }
}

static void copy(widening *to, size_t size) {
    memcpy(to->to, to->at, size);
    to->to += size;
    to->at += size;
}

/* Writes a number in a form with at least `width` bytes behind the first, of 1, 2, 4, 8. */
static void put_number(widening *to, uint64_t value, bool is_below, size_t width) {
    unsigned power = width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3;
    power += (unsigned)(test_random(to->state) % (4 - power));
    /* A small number fits every form, those with a sign, too. */
    bool is_signed = is_below || (value < 0x80 && test_random(to->state) % 2 == 0);
    write_big(to, (is_signed ? 0xd0u : 0xccu) + power, value, (size_t)1 << power);
}

/* Writes a length in a form with at least `power` of the three. */
static void put_length(widening *to, unsigned first_head, uint64_t length, unsigned power, unsigned powers) {
    power += (unsigned)(test_random(to->state) % (powers - power));
    write_big(to, first_head + power, length, (size_t)(powers == 3 ? 1 : 2) << power);
}

static bool widen_number(widening *to) {
    unsigned head = *to->at;
    if (head < 0x80 || head >= 0xe0) {
        to->at += 1;
        put_number(to, head < 0x80 ? head : (uint64_t)(int64_t)(int8_t)head, head >= 0x80, 1);
    } else if (head >= 0xcc && head <= 0xd3) {
        bool is_signed = head >= 0xd0;
        size_t width = (size_t)1 << (head & 3u);
        uint64_t value = read_big(to->at + 1, width);
        uint64_t sign = is_signed ? 0 - (value >> (8 * width - 1)) : 0;
        to->at += 1 + width;
        put_number(to, width == 8 ? value : value | sign << (8 * width), is_signed, width);
    } else if (head == 0xca) {
        uint32_t bits = (uint32_t)read_big(to->at + 1, 4);
        float narrow;
        memcpy(&narrow, &bits, sizeof narrow);
        if (isnan(narrow)) {
            copy(to, 5);
            return true;
        }
        double wide = (double)narrow;
        uint64_t wide_bits;
        memcpy(&wide_bits, &wide, sizeof wide_bits);
        to->at += 5;
        write_big(to, 0xcb, wide_bits, 8);
    } else {
        return false;
    }
    return true;
}

/* Widens a head with a length behind it. `bytes` gets how many bytes of the value follow. */
static bool widen_head(widening *to, size_t *bytes) {
    unsigned head = *to->at;
    *bytes = 0;
    if ((head & 0xf0) == 0x90 || (head & 0xf0) == 0x80) {
        to->at += 1;
        put_length(to, (head & 0xf0) == 0x90 ? 0xdc : 0xde, head & 15u, 0, 2);
    } else if (head >= 0xdc && head <= 0xdf) {
        size_t width = (head & 1u) != 0 ? 4 : 2;
        uint64_t length = read_big(to->at + 1, width);
        to->at += 1 + width;
        put_length(to, head & 0xfeu, length, width == 4, 2);
    } else if ((head & 0xe0) == 0xa0) {
        *bytes = head & 31u;
        to->at += 1;
        put_length(to, 0xd9, *bytes, 0, 3);
    } else if ((head >= 0xd9 && head <= 0xdb) || (head >= 0xc4 && head <= 0xc6)) {
        unsigned first = head >= 0xd9 ? 0xd9 : 0xc4;
        size_t width = (size_t)1 << (head - first);
        *bytes = (size_t)read_big(to->at + 1, width);
        to->at += 1 + width;
        put_length(to, first, *bytes, head - first, 3);
    } else {
        return false;
    }
    return true;
}

static void widen_ext(widening *to) {
    unsigned head = *to->at;
    bool is_fixed = head >= 0xd4;
    size_t width = is_fixed ? 0 : (size_t)1 << (head - 0xc7);
    size_t size = is_fixed ? (size_t)1 << (head - 0xd4) : (size_t)read_big(to->at + 1, width);
    if (to->at[1 + width] == 0xff) {
        copy(to, 2 + width + size);
        return;
    }
    to->at += 1 + width;
    put_length(to, 0xc7, size, is_fixed ? 0 : head - 0xc7, 3);
    copy(to, 1 + size);
}

size_t test_widen(const uint8_t *bytes, size_t size, uint8_t *to, uint64_t *state) {
    widening at = {bytes, to, state};
    unsigned one_in = 1 + (unsigned)(test_random(state) % 20);
    while (at.at < bytes + size) {
        unsigned head = *at.at;
        size_t body = 0;
        bool is_kept = test_random(state) % one_in != 0;
        if ((head >= 0xc7 && head <= 0xc9) || (head >= 0xd4 && head <= 0xd8)) {
            widen_ext(&at);
        } else if (is_kept && (head < 0x80 || head >= 0xe0)) {
            copy(&at, 1);
        } else if (!widen_number(&at) && !widen_head(&at, &body)) {
            copy(&at, head == 0xcb ? 9 : 1);
        }
        copy(&at, body);
    }
    return (size_t)(at.to - to);
}
