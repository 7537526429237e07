/* Arrays of integers of mixed widths, loaded by vectors of 64 bytes; included by integers_load.c alone.
 *
 * Floor 5 (record). For processors of x86-64 with AVX-512 and its permutations of bytes (VBMI), with the compiler's own
 * functions. Where a number begins depends on the lengths of those before it. So for each byte of a window it is found
 * not only how long a number is that begins there, but also how long two, four and eight are that begin there, each from
 * the one before, for 64 bytes at once. What is left of the chain is one load for eight numbers; their places follow in
 * three steps, and their values from one permutation of the bytes behind the first. */
#ifndef PIER_RECORD_INTEGERS_512_INTERNAL_H
#define PIER_RECORD_INTEGERS_512_INTERNAL_H

#include "record/integers_internal.h"

#if PIER__HAS_WIDE
#include <immintrin.h>

/* Room to read behind a window. */
enum { PIER__JUMPS_ROOM = PIER__WINDOW_BYTES + 64 };

/* The bytes of 1, 2, 4 and 8 numbers that begin at each byte. */
typedef struct pier__jumps {
    uint8_t of_1[PIER__JUMPS_ROOM];
    uint8_t of_2[PIER__JUMPS_ROOM];
    uint8_t of_4[PIER__JUMPS_ROOM];
    uint8_t of_8[PIER__JUMPS_ROOM];
} pier__jumps;

/* Doubles: from the bytes of n numbers those of 2 n. `n` is 4 at most, so that what is looked up lies at most 63 + 36
 * bytes on, among 128. What lies behind `size` is not known, and neither is what depends on it. */
PIER__WIDE_512 static void pier__double_jumps(uint8_t *twice, const uint8_t *once, size_t size) {
    const __m512i places =
        _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                        39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i here = _mm512_loadu_si512(once);
    for (size_t i = 0; i < size; i += 64) {
        __m512i next = _mm512_loadu_si512(once + i + 64);
        __m512i behind = _mm512_permutex2var_epi8(here, _mm512_add_epi8(places, here), next);
        _mm512_storeu_si512(twice + i, _mm512_add_epi8(here, behind));
        here = next;
    }
}

/* Fills all for `size` bytes, a multiple of 64 of at most PIER__WINDOW_BYTES. Numbers may be taken by them from a place
 * behind which 9 bytes for each number are left. */
PIER__WIDE_512 static void pier__find_jumps(pier__jumps *of, const uint8_t *at, size_t size) {
    /* cc to cf and d0 to d3 have 1, 2, 4 and 8 bytes behind them, by their lowest two bits; all others none. */
    const __m512i bytes = _mm512_set1_epi32((int)0x09050302u);
    for (size_t i = 0; i < size; i += 64) {
        __m512i heads = _mm512_loadu_si512(at + i);
        __mmask64 has_more =
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(heads, _mm512_set1_epi8((char)0xcc)), _mm512_set1_epi8(8));
        __m512i whole = _mm512_shuffle_epi8(bytes, _mm512_and_si512(heads, _mm512_set1_epi8(3)));
        _mm512_storeu_si512(of->of_1 + i, _mm512_mask_mov_epi8(_mm512_set1_epi8(1), has_more, whole));
    }
    memset(of->of_1 + size, 0, 64);
    memset(of->of_2 + size, 0, 64);
    memset(of->of_4 + size, 0, 64);
    pier__double_jumps(of->of_2, of->of_1, size);
    pier__double_jumps(of->of_4, of->of_2, size);
    pier__double_jumps(of->of_8, of->of_4, size);
}

/* Takes `count` numbers, a multiple of 8, which begin at byte `place` of `from`; `of` is of the bytes from `from` on.
 * Sets in `wrong` when one is no integer, or none of a type that has a sign (`any` all bits) or has none (`any` 0). Where
 * there are any, `*last_bytes` is how many bytes the last one has. Returns the place behind them. */
PIER__WIDE_512 static size_t pier__take_by_jumps(const pier__jumps *of, const uint8_t *from, size_t place, uint64_t *to,
                                                 size_t count, uint64_t any, uint64_t *wrong, size_t *last_bytes) {
    /* Byte i of the places, to all bytes of number i; and the bytes behind each first one, the last one lowest. */
    const __m512i spread =
        _mm512_set_epi64(0x0707070707070707, 0x0606060606060606, 0x0505050505050505, 0x0404040404040404,
                         0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0);
    const __m512i behind = _mm512_set1_epi64(0x0102030405060708);
    const __m512i shifts = _mm512_set_epi64(0, 32, 48, 56, 0, 32, 48, 56);
    __mmask8 bad = 0;
    for (size_t i = 0; i < count; i += PIER__GROUP) {
        const uint8_t *of_1 = of->of_1 + place;
        const uint8_t *of_2 = of->of_2 + place;
        uint64_t second = of_1[0];
        uint64_t third = of_2[0];
        uint64_t fifth = of->of_4[place];
        uint64_t fourth = third + of_1[third];
        uint64_t sixth = fifth + of_1[fifth];
        uint64_t seventh = fifth + of_2[fifth];
        uint64_t eighth = seventh + of_1[seventh];
        uint64_t places =
            (second << 8 | third << 16 | fourth << 24) | (fifth << 32 | sixth << 40) | (seventh << 48 | eighth << 56);
        const uint8_t *at = from + place;
        *last_bytes = of->of_8[place] - eighth;
        place += of->of_8[place];
        __m512i low = _mm512_loadu_si512(at);
        __m512i high = _mm512_loadu_si512(at + 64);
        __m512i each = _mm512_permutexvar_epi8(spread, _mm512_castsi128_si512(_mm_cvtsi64_si128((long long)places)));
        __m512i heads = _mm512_permutex2var_epi8(low, each, high);
        __m512i words = _mm512_permutex2var_epi8(low, _mm512_add_epi8(each, behind), high);
        __m512i head = _mm512_srli_epi64(heads, 56);
        __m512i form = _mm512_sub_epi64(head, _mm512_set1_epi64(0xcc));
        __mmask8 has_more = _mm512_cmplt_epu64_mask(form, _mm512_set1_epi64(8));
        __mmask8 is_plain = _mm512_mask_cmplt_epu64_mask(has_more, form, _mm512_set1_epi64(4));
        __m512i shift = _mm512_permutexvar_epi64(form, shifts);
        /* The first byte is its own number, with a sign, or the word is, with one or without. */
        __m512i number = _mm512_srai_epi64(heads, 56);
        number = _mm512_mask_srav_epi64(number, has_more, words, shift);
        number = _mm512_mask_srlv_epi64(number, is_plain, words, shift);
        __mmask8 is_below = _mm512_movepi64_mask(number);
        /* 80 to cb and d4 to df are no integers: below 0 as bytes, but not above df. */
        bad |= (__mmask8)(_mm512_cmplt_epu64_mask(_mm512_sub_epi64(head, _mm512_set1_epi64(0x80)),
                                                  _mm512_set1_epi64(0x60)) &
                          ~has_more);
        bad |= (__mmask8)(is_below & (any != 0 ? is_plain : (__mmask8)~is_plain));
        _mm512_storeu_si512(to + i, number);
    }
    *wrong |= bad;
    return place;
}

#endif
#endif
