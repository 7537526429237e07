/* Whole arrays of integers, loaded; see <pier/record_integers.h>.
 *
 * Floor 5 (record). Where each number begins depends on the length of the one before, which its first byte tells: a
 * chain of loads that is longer than all the rest of the work. So the lengths are found first, of numbers that would
 * begin at any of many bytes, by instructions that take 16 to 64 of them at once; the chain is then one load and one
 * addition a number, or for eight (integers_512_internal.h). Where the last eight had one width the next eight are tried
 * as the same, without a chain. */
#include "record/integers_512_internal.h"
#include "record/integers_internal.h"

/* What the first byte of an integer tells, in one word: how far the number is to be brought down from the top of eight
 * bytes, which is lowest because a shift looks at no more of it; where those begin behind the first byte; whether it is
 * none at all; and how many bytes the whole has. */
#define FORM(shift, skip, bytes) ((uint32_t)(shift) | (uint32_t)(skip) << 8 | (uint32_t)(bytes) << 24)
#define NO_INTEGER (FORM(56, 0, 1) | 1u << 16)
static const uint32_t forms[256] = {
    /* 00 to 7f: positive fixint */
    PIER__ROWS_32(FORM(56, 0, 1)), PIER__ROWS_32(FORM(56, 0, 1)), PIER__ROWS_32(FORM(56, 0, 1)),
    PIER__ROWS_32(FORM(56, 0, 1)),
    /* 80 to cb: others */
    PIER__ROWS_32(NO_INTEGER), PIER__ROWS_32(NO_INTEGER), PIER__ROWS_8(NO_INTEGER), PIER__ROWS_4(NO_INTEGER),
    /* cc to d3: uint 8 to 64, int 8 to 64 */
    FORM(56, 1, 2), FORM(48, 1, 3), FORM(32, 1, 5), FORM(0, 1, 9), FORM(56, 1, 2), FORM(48, 1, 3), FORM(32, 1, 5),
    FORM(0, 1, 9),
    /* d4 to df: others; e0 to ff: negative fixint */
    PIER__ROWS_8(NO_INTEGER), PIER__ROWS_4(NO_INTEGER), PIER__ROWS_32(FORM(56, 0, 1))};

/* The bit of the number that is its sign; 0 where it has none. */
static const uint64_t signs[256] = {PIER__ROWS_32(0), PIER__ROWS_32(0),   PIER__ROWS_32(0),  PIER__ROWS_32(0),
                                    PIER__ROWS_32(0), PIER__ROWS_32(0),   PIER__ROWS_16(0),  0x80,
                                    0x8000,           0x80000000,         UINT64_C(1) << 63, PIER__ROWS_8(0),
                                    PIER__ROWS_4(0),  PIER__ROWS_32(0x80)};

/* Numbers that are taken one after the other before the width is guessed anew, and the most bytes that they have. */
enum { RUN = 32, RUN_MOST = 9 * RUN };

/* How often a group is taken alone behind one of a single width, before a whole run is. */
enum { PATIENCE = 3 };

/* Fewer are taken one after the other: they end before the lengths of more would be found. */
enum { FEW = 14 };

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

/* Writes for each of `size` bytes, a multiple of 32, how many bytes an integer has that begins with it; 1 when none
 * does: cc to cf and d0 to d3 have 1, 2, 4 and 8 bytes behind them. */
PIER__KERNEL void find_lengths(uint8_t *lengths, const uint8_t *at, size_t size, pier__wide wide) {
#if defined(__GNUC__)
    if (wide >= PIER__WIDE_256_BITS) {
        FIND_LENGTHS(bytes_32, lengths, at, size)
    } else {
        FIND_LENGTHS(bytes_16, lengths, at, size)
    }
#else
    (void)wide;
    for (size_t i = 0; i < size; i++) {
        lengths[i] = (uint8_t)(forms[at[i]] >> 24);
    }
#endif
}

/* What is wrong with the numbers so far, of which nothing is asked before the last: `forms` together, and bits that may
 * not be set. */
typedef struct wrongs {
    uint32_t forms;
    uint64_t bits;
    uint64_t of_eight; /* of those that are taken eight at a time */
} wrongs;

/* Takes one number. `any`: all bits when the type has a sign, none when it has not: a number with a sign must not have
 * it in a type that has none, and one without must not have the highest bit in one that has. */
PIER__KERNEL uint64_t take_one(const uint8_t *at, uint64_t any, wrongs *wrong) {
    unsigned head = at[0];
    uint32_t form = forms[head];
    uint64_t number = pier__take_word(at + (form >> 8 & 0xff)) >> (form & 63);
    uint64_t sign = signs[head];
    wrong->forms |= form;
    wrong->bits |= number & (sign ^ any);
    /* Spreads the sign over what the shift brought in from above. */
    return (number ^ sign) - sign;
}

/* Returns what wrongs tell: 0 for nothing. */
PIER__KERNEL uint64_t tell(const wrongs *wrong, uint64_t any) {
    return (wrong->forms & 1u << 16) | wrong->of_eight | (any != 0 ? wrong->bits >> 63 : wrong->bits);
}

/* Takes a group of which all begin with the first one's byte and have `bits` behind it. Returns whether they do. */
PIER__KERNEL bool take_alike(const uint8_t *at, uint64_t *to, unsigned bits, uint64_t any, wrongs *wrong) {
    const unsigned step = 1 + bits / 8;
    const unsigned head = at[0];
    unsigned others = bits == 8 ? 0xcc : bits == 16 ? 0xcd : bits == 32 ? 0xce : 0xcf;
    others = others == head || others + 4 == head ? 0 : 1;
    for (unsigned i = 1; i < PIER__GROUP; i++) {
        others |= at[i * step] ^ head;
    }
    if (others != 0) {
        return false;
    }
    uint64_t sign = signs[head];
    for (unsigned i = 0; i < PIER__GROUP; i++, at += step) {
        uint64_t number = pier__take_word(at + 1) >> (64 - bits);
        wrong->bits |= number & (sign ^ any);
        to[i] = bits == 64 ? number : (number ^ sign) - sign;
    }
    return true;
}

PIER__KERNEL bool take_bytes(const uint8_t *at, uint64_t *to, uint64_t any, wrongs *wrong) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t high = word & PIER__HIGH_BITS;
    /* A byte of e0 to ff is a number below 0: its highest three bits are set. */
    if ((word << 1 & word << 2 & high) != high) {
        return false;
    }
    wrong->bits |= high & ~any;
    for (unsigned i = 0; i < PIER__GROUP; i++) {
        to[i] = (uint64_t)(int8_t)at[i];
    }
    return true;
}

PIER__KERNEL bool take_guessed(const uint8_t *at, uint64_t *to, unsigned guess, uint64_t any, wrongs *wrong) {
    switch (guess) {
    case 1:
        return take_bytes(at, to, any, wrong);
    case 2:
        return take_alike(at, to, 8, any, wrong);
    case 3:
        return take_alike(at, to, 16, any, wrong);
    case 5:
        return take_alike(at, to, 32, any, wrong);
    default:
        return take_alike(at, to, 64, any, wrong);
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

/* Returns of how many bytes to find the lengths, of `most`, for at least a run: no more than the numbers may have, and
 * than the block and what is behind it. `at` is not behind `end`. */
PIER__KERNEL size_t window_bytes(const uint8_t *at, const uint8_t *end, size_t count, size_t most, size_t multiple) {
    size_t there = (size_t)(end - at) + RUN_MOST;
    size_t bytes = there < most ? there : most;
    bytes = count < bytes / 9 ? count * 9 : bytes;
    return (bytes + multiple - 1) / multiple * multiple;
}

/* What is found of lengths: those of numbers that begin at `from` and the `known` bytes behind it. */
typedef struct window {
    const uint8_t *from;
    size_t known;
    union {
        uint8_t lengths[PIER__WINDOW_BYTES];
#if PIER__HAS_WIDE
        pier__jumps jumps; /* begins with the lengths */
#endif
    };
} window;

/* Makes the window begin at `at`. */
PIER__KERNEL void move_window(window *of, const uint8_t *at, const uint8_t *end, size_t count, size_t most,
                              pier__wide wide) {
    of->from = at;
#if PIER__HAS_WIDE
    if (wide == PIER__WIDE_512_BITS) {
        of->known = window_bytes(at, end, count, most, 64);
        pier__find_jumps(&of->jumps, at, of->known);
        return;
    }
#endif
    of->known = window_bytes(at, end, count, most, 32);
    find_lengths(of->lengths, at, of->known, wide);
}

/* Takes numbers of which nothing is known but that the lengths are found. Returns where the next one begins. */
PIER__KERNEL size_t take_mixed(const window *of, size_t place, uint64_t *to, size_t count, uint64_t any,
                               wrongs *wrong) {
    PIER__ROLLED
    for (size_t i = 0; i < count; i++) {
        to[i] = take_one(of->from + place, any, wrong);
        place += of->lengths[place];
    }
    return place;
}

/* Takes a few numbers of which nothing is known but that the window has them. Returns the place behind them; `*last` is
 * how many bytes the last ones have, `of_last` of them. */
PIER__KERNEL size_t take_from_window(const window *of, size_t place, uint64_t *to, size_t count, size_t of_last,
                                     uint64_t any, wrongs *wrong, size_t *last, pier__wide wide) {
#if PIER__HAS_WIDE
    if (wide == PIER__WIDE_512_BITS && count % PIER__GROUP == 0) {
        size_t begin =
            pier__take_by_jumps(&of->jumps, of->from, place, to, count - PIER__GROUP, any, &wrong->of_eight, last);
        size_t end = pier__take_by_jumps(&of->jumps, of->from, begin, to + (count - PIER__GROUP), PIER__GROUP, any,
                                         &wrong->of_eight, last);
        *last = of_last == 1 ? *last : end - begin;
        return end;
    }
#endif
    (void)wide;
    size_t begin = take_mixed(of, place, to, count - of_last, any, wrong);
    size_t end = take_mixed(of, begin, to + (count - of_last), of_last, any, wrong);
    *last = end - begin;
    return end;
}

PIER__KERNEL const uint8_t *take_integers(const uint8_t *at, const uint8_t *end, void *to, size_t count, unsigned width,
                                          uint64_t sign, pier__wide wide) {
    window of;
    of.from = at;
    of.known = 0;
    uint64_t narrow[RUN];
    unsigned guess = 0;
    unsigned patience = 0;
    wrongs wrong = {0, 0, 0};
    uint64_t unfit = 0;
    const uint64_t any = 0 - sign;
    size_t step;
    for (size_t i = 0; i < count && at <= end; i += step) {
        uint64_t *numbers = width == 8 ? (uint64_t *)to + i : narrow;
        if (guess != 0 && count - i >= PIER__GROUP && take_guessed(at, numbers, guess, any, &wrong)) {
            step = PIER__GROUP;
            at += PIER__GROUP * guess;
            patience = PATIENCE;
        } else {
            /* Where one width came to its end another one has often begun: few are taken, and the last one's width is
             * tried, before it is believed that widths are mixed. */
            size_t most = patience > 0 ? PIER__GROUP : RUN;
            step = count - i < most ? count - i : most;
            size_t place = (size_t)(at - of.from);
            if (place + 9 * step > of.known) {
                move_window(&of, at, end, count - i, patience > 0 ? RUN_MOST : PIER__WINDOW_BYTES, wide);
                place = 0;
            }
            size_t of_last = patience > 0 ? 1 : step < PIER__GROUP ? step : PIER__GROUP;
            size_t last = 0;
            at = of.from + take_from_window(&of, place, numbers, step, of_last, any, &wrong, &last, wide);
            guess = patience > 0 ? (unsigned)last : pier__guess_width(last);
            patience -= patience > 0;
        }
        if (width != 8) {
            give_narrow(to, numbers, i, step, width, sign, &unfit);
        }
    }
    return (tell(&wrong, any) | unfit) == 0 && at <= end ? at : NULL;
}

/* The same of few. */
static const uint8_t *take_few(const uint8_t *at, const uint8_t *end, void *to, size_t count, unsigned width,
                               uint64_t sign) {
    uint64_t narrow[FEW];
    uint64_t *numbers = width == 8 ? (uint64_t *)to : narrow;
    wrongs wrong = {0, 0, 0};
    uint64_t unfit = 0;
    const uint64_t any = 0 - sign;
    for (size_t i = 0; i < count; i++) {
        if (PIER_UNLIKELY(at > end)) {
            return NULL;
        }
        numbers[i] = take_one(at, any, &wrong);
        at += forms[at[0]] >> 24;
    }
    /* Where there is none `to` may be NULL. */
    if (width != 8 && count > 0) {
        give_narrow(to, numbers, 0, count, width, sign, &unfit);
    }
    return (tell(&wrong, any) | unfit) == 0 && at <= end ? at : NULL;
}

#if PIER__HAS_WIDE
PIER__WIDE_256 static const uint8_t *take_256(const uint8_t *at, const uint8_t *end, void *to, size_t count,
                                              unsigned width, uint64_t sign) {
    return take_integers(at, end, to, count, width, sign, PIER__WIDE_256_BITS);
}

PIER__WIDE_512 static const uint8_t *take_512(const uint8_t *at, const uint8_t *end, void *to, size_t count,
                                              unsigned width, uint64_t sign) {
    return take_integers(at, end, to, count, width, sign, PIER__WIDE_512_BITS);
}
#endif

const uint8_t *pier__take_integers(const uint8_t *at, const uint8_t *end, void *to, size_t count,
                                   pier_field_kind kind) {
    pier__integer_kind of = pier__integer_kind_of(kind);
    if (count < FEW) {
        return take_few(at, end, to, count, of.width, of.sign);
    }
#if PIER__HAS_WIDE
    switch (pier__wide_instructions()) {
    case PIER__WIDE_512_BITS:
        return take_512(at, end, to, count, of.width, of.sign);
    case PIER__WIDE_256_BITS:
        return take_256(at, end, to, count, of.width, of.sign);
    default:
        break;
    }
#endif
    return take_integers(at, end, to, count, of.width, of.sign, PIER__WIDE_NONE);
}
