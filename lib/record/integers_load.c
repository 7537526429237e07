/* Whole arrays of integers, loaded; see <pier/record_integers.h>.
 *
 * Floor 5 (record). Where each number begins depends on the length of the one before, which its first byte tells: a
 * chain of loads that is longer than all the rest of the work. So the lengths are found first, of numbers that would
 * begin at any of many bytes, by instructions that take 16 or 32 of them at once; the chain is then one load and one
 * addition a number. Where the last eight had one width the next eight are tried as the same, without a chain. */
#include <stdatomic.h>

#include "record/integers_internal.h"

#if PIER__HAS_WIDE
#include <cpuid.h>
#endif

/* 0: nobody asked yet; 1: no; 2: yes */
static atomic_int wide;

void pier__allow_wide_instructions(bool allowed) {
    atomic_store_explicit(&wide, allowed ? 0 : 1, memory_order_relaxed);
}

bool pier__has_wide_instructions(void) {
    int has = atomic_load_explicit(&wide, memory_order_relaxed);
    if (PIER_UNLIKELY(has == 0)) {
        has = 1;
#if PIER__HAS_WIDE
        unsigned a;
        unsigned b;
        unsigned c = 0;
        unsigned d;
        /* The compiler's own question knows of AVX2 whether the system keeps its registers, but not all know lzcnt. */
        if (__get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & 1u << 5) != 0 && __builtin_cpu_supports("avx2") &&
            __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) {
            has = 2;
        }
#endif
        atomic_store_explicit(&wide, has, memory_order_relaxed);
    }
    return has == 2;
}

/* What the first byte of an integer tells. */
typedef struct pier__integer_head {
    uint8_t skip;  /* where the number begins behind `at` */
    uint8_t shift; /* brings it from the top of the word down */
    uint8_t bytes; /* of the whole */
    uint8_t kind;  /* 0: from 0; 1: with a sign; 2: no integer */
} pier__integer_head;

#define PIER__HEAD_FIX                                                                                                 \
    { 0, 56, 1, 0 }
#define PIER__HEAD_BELOW                                                                                               \
    { 0, 56, 1, 1 }
#define PIER__HEAD_NONE                                                                                                \
    { 0, 56, 1, 2 }

static const pier__integer_head pier__integer_heads[256] = {
    /* 00 to 7f: positive fixint */
    PIER__ROWS_32(PIER__HEAD_FIX),
    PIER__ROWS_32(PIER__HEAD_FIX),
    PIER__ROWS_32(PIER__HEAD_FIX),
    PIER__ROWS_32(PIER__HEAD_FIX),
    /* 80 to cb: others */
    PIER__ROWS_32(PIER__HEAD_NONE),
    PIER__ROWS_32(PIER__HEAD_NONE),
    PIER__ROWS_8(PIER__HEAD_NONE),
    PIER__ROWS_4(PIER__HEAD_NONE),
    /* cc to d3: uint 8 to 64, int 8 to 64 */
    {1, 56, 2, 0},
    {1, 48, 3, 0},
    {1, 32, 5, 0},
    {1, 0, 9, 0},
    {1, 56, 2, 1},
    {1, 48, 3, 1},
    {1, 32, 5, 1},
    {1, 0, 9, 1},
    /* d4 to df: others; e0 to ff: negative fixint */
    PIER__ROWS_8(PIER__HEAD_NONE),
    PIER__ROWS_4(PIER__HEAD_NONE),
    PIER__ROWS_32(PIER__HEAD_BELOW)};

#undef PIER__HEAD_FIX
#undef PIER__HEAD_BELOW
#undef PIER__HEAD_NONE

/* How many bytes the lengths are found of at once. */
enum { WINDOW = 1024, WINDOW_LEAST = 256, GROUP_MOST = 9 * PIER__GROUP };

#if defined(__GNUC__)
typedef uint8_t bytes_16 __attribute__((vector_size(16)));
typedef uint8_t bytes_32 __attribute__((vector_size(32)));
/* In bytes throughout: C would widen each of them first. */
#define FIND_LENGTHS(type, lengths, at, size)                                                                          \
    for (size_t i = 0; i < (size); i += sizeof(type)) {                                                                \
        type heads;                                                                                                    \
        memcpy(&heads, (at) + i, sizeof heads);                                                                        \
        type behind = (heads & 1) + 1;                                                                                 \
        behind += (type)((heads & 2) == 2) & (behind + behind + behind);                                               \
        behind = ((type)(((heads + 4) & 0xf8) == 0xd0) & behind) + 1;                                                  \
        memcpy((lengths) + i, &behind, sizeof behind);                                                                 \
    }
#endif

/* Writes for each of `size` bytes, a multiple of 32, how many bytes an integer has that begins with it; 1 when none does: cc to cf and d0
 * to d3 have 1, 2, 4 and 8 bytes behind them. */
PIER__KERNEL void find_lengths(uint8_t *lengths, const uint8_t *at, size_t size, bool is_wide) {
#if defined(__GNUC__)
    if (is_wide) {
        FIND_LENGTHS(bytes_32, lengths, at, size)
    } else {
        FIND_LENGTHS(bytes_16, lengths, at, size)
    }
#else
    (void)is_wide;
    for (size_t i = 0; i < size; i++) {
        lengths[i] = pier__integer_heads[at[i]].bytes;
    }
#endif
}

/* Takes one number. Sets in `wrong` when it is none of 64 bits with (`sign` 1) or without (0) a sign. */
PIER__KERNEL uint64_t take_one(const uint8_t *at, uint64_t sign, uint64_t *wrong) {
    pier__integer_head head = pier__integer_heads[at[0]];
    uint64_t word = pier__take_word(at + head.skip);
    uint64_t has_sign = head.kind & 1u;
    /* The sign is spread over what the shift brought in from above. */
    uint64_t number = (word >> head.shift) | ((0 - ((word >> 63) & has_sign)) << (63 - head.shift));
    *wrong |= (head.kind & 2u) | ((number >> 63) & (has_sign ^ sign));
    return number;
}

/* Takes a group of which all have `bits` behind their first bytes. Returns whether they have. */
PIER__KERNEL bool take_alike(const uint8_t *at, uint64_t *to, unsigned bits, uint64_t sign, uint64_t *wrong) {
    const unsigned step = 1 + bits / 8;
    const unsigned which = bits == 8 ? 0xd0 : bits == 16 ? 0xd1 : bits == 32 ? 0xd2 : 0xd3;
    unsigned others = 0;
    for (unsigned i = 0; i < PIER__GROUP; i++) {
        /* Brings cc to cf to d0 to d3, and those to d4 to d7. */
        others |= ((at[i * step] + 4u) & 0xfbu) ^ which;
    }
    if (others != 0) {
        return false;
    }
    for (unsigned i = 0; i < PIER__GROUP; i++, at += step) {
        uint64_t word = pier__take_word(at + 1);
        uint64_t has_sign = (at[0] + 4u) >> 2 & 1u;
        if (bits == 64) {
            to[i] = word;
            *wrong |= (word >> 63) & (has_sign ^ sign);
        } else {
            uint64_t below = (word >> 63) & has_sign;
            to[i] = word >> (64 - bits) | (0 - below) << (bits - 1);
            *wrong |= below & ~sign;
        }
    }
    return true;
}

PIER__KERNEL bool take_bytes(const uint8_t *at, uint64_t *to, uint64_t sign, uint64_t *wrong) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t high = word & PIER__HIGH_BITS;
    /* A byte of e0 to ff is a number below 0: its highest three bits are set. */
    if ((word << 1 & word << 2 & high) != high) {
        return false;
    }
    *wrong |= sign != 0 ? 0 : high;
    for (unsigned i = 0; i < PIER__GROUP; i++) {
        to[i] = (uint64_t)(int8_t)at[i];
    }
    return true;
}

PIER__KERNEL bool take_guessed(const uint8_t *at, uint64_t *to, unsigned guess, uint64_t sign, uint64_t *wrong) {
    switch (guess) {
    case 1:
        return take_bytes(at, to, sign, wrong);
    case 2:
        return take_alike(at, to, 8, sign, wrong);
    case 3:
        return take_alike(at, to, 16, sign, wrong);
    case 5:
        return take_alike(at, to, 32, sign, wrong);
    default:
        return take_alike(at, to, 64, sign, wrong);
    }
}

/* Gives numbers to an array of narrower ones. Sets in `wrong` when one does not fit. */
PIER__KERNEL void give(void *to, const uint64_t *numbers, size_t count, unsigned width, uint64_t sign,
                       uint64_t *wrong) {
    const uint64_t below = sign << (8 * width - 1);
    for (size_t i = 0; i < count; i++) {
        *wrong |= (numbers[i] + below) >> (8 * width);
        switch (width) {
        case 1:
            ((uint8_t *)to)[i] = (uint8_t)numbers[i];
            break;
        case 2:
            ((uint16_t *)to)[i] = (uint16_t)numbers[i];
            break;
        default:
            ((uint32_t *)to)[i] = (uint32_t)numbers[i];
            break;
        }
    }
}

PIER__KERNEL void give_narrow(void *to, const uint64_t *numbers, size_t i, size_t count, unsigned width, uint64_t sign,
                              uint64_t *wrong) {
    if (width == 1) {
        give((uint8_t *)to + i, numbers, count, 1, sign, wrong);
    } else if (width == 2) {
        give((uint16_t *)to + i, numbers, count, 2, sign, wrong);
    } else {
        give((uint32_t *)to + i, numbers, count, 4, sign, wrong);
    }
}

/* Returns of how many bytes to find the lengths, for at least a group: no more than the numbers may have, and than the
 * block and what is behind it. `at` is not behind `end`. */
PIER__KERNEL size_t window_bytes(const uint8_t *at, const uint8_t *end, size_t count) {
    size_t there = (size_t)(end - at) + WINDOW_LEAST;
    size_t bytes = there < WINDOW ? there : WINDOW;
    bytes = count < bytes / 9 ? count * 9 : bytes;
    return (bytes + 31) & ~(size_t)31;
}

PIER__KERNEL const uint8_t *take_integers(const uint8_t *at, const uint8_t *end, void *to, size_t count, unsigned width,
                                          uint64_t sign, bool is_wide) {
    uint8_t lengths[WINDOW];
    uint64_t narrow[PIER__GROUP];
    const uint8_t *window = at;
    size_t known = 0; /* bytes from `window` on where a group may begin whose lengths are found */
    unsigned guess = 0;
    uint64_t wrong = 0;
    size_t i = 0;
    for (; count - i >= PIER__GROUP && at <= end; i += PIER__GROUP) {
        uint64_t *numbers = width == 8 ? (uint64_t *)to + i : narrow;
        if (guess != 0 && take_guessed(at, numbers, guess, sign, &wrong)) {
            at += PIER__GROUP * guess;
        } else {
            if ((size_t)(at - window) >= known) {
                window = at;
                known = window_bytes(at, end, count - i);
                find_lengths(lengths, at, known, is_wide);
                known -= GROUP_MOST;
            }
            size_t begin = (size_t)(at - window);
            size_t from = begin;
            for (unsigned j = 0; j < PIER__GROUP; j++) {
                numbers[j] = take_one(window + from, sign, &wrong);
                from += lengths[from];
            }
            at = window + from;
            guess = guess != 0 ? 0 : pier__guess_width(from - begin);
        }
        if (width != 8) {
            give_narrow(to, numbers, i, PIER__GROUP, width, sign, &wrong);
        }
    }
    for (; i < count && at <= end; i++) {
        uint64_t *number = width == 8 ? (uint64_t *)to + i : narrow;
        *number = take_one(at, sign, &wrong);
        at += pier__integer_heads[at[0]].bytes;
        if (width != 8) {
            give_narrow(to, number, i, 1, width, sign, &wrong);
        }
    }
    return wrong == 0 && at <= end ? at : NULL;
}

#if PIER__HAS_WIDE
PIER__WIDE static const uint8_t *take_wide(const uint8_t *at, const uint8_t *end, void *to, size_t count,
                                           unsigned width, uint64_t sign) {
    return take_integers(at, end, to, count, width, sign, true);
}
#endif

const uint8_t *pier__take_integers(const uint8_t *at, const uint8_t *end, void *to, size_t count,
                                   pier_field_kind kind) {
    pier__integer_kind of = pier__integer_kind_of(kind);
#if PIER__HAS_WIDE
    if (pier__has_wide_instructions()) {
        return take_wide(at, end, to, count, of.width, of.sign);
    }
#endif
    return take_integers(at, end, to, count, of.width, of.sign, false);
}
