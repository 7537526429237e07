/* What the kernels of both directions share: words of eight bytes, and text in them.
 *
 * Floor 5 (record). For the code that PIER_RECORD and the schema compiler make. Numbers are put together and taken
 * apart with shifts, so that the machine's own order never matters; gcc and clang make one move, and one swap where it
 * is needed, of them. */
#ifndef PIER_RECORD_WORDS_H
#define PIER_RECORD_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pier/bytes.h>

/* The most that a kernel writes or reads behind the value it stands at. */
#define PIER__OVERHANG_BYTES 64

/* Before each kernel, and before what kernels call when something is rare. Kernels are small, and fold to a few
 * instructions only where they are inlined; not every program uses each of them. PIER__CALLED is for what is as rare,
 * and is followed by a branch on its answer: behind a call that is marked cold gcc takes both ways for cold, and with
 * them the whole function. */
#if defined(__GNUC__)
#define PIER__KERNEL static inline __attribute__((always_inline, unused))
#define PIER__UNUSED __attribute__((unused))
#define PIER__CODEC static inline PIER__UNUSED
#define PIER__RARE static __attribute__((noinline, cold, unused))
#define PIER__CALLED static __attribute__((noinline, unused))
#else
#define PIER__KERNEL static inline
#define PIER__UNUSED
#define PIER__CODEC static inline
#define PIER__RARE static inline
#define PIER__CALLED static inline
#endif

/* Rows of tables that are alike. */
#define PIER__ROWS_2(...) __VA_ARGS__, __VA_ARGS__
#define PIER__ROWS_4(...) PIER__ROWS_2(__VA_ARGS__), PIER__ROWS_2(__VA_ARGS__)
#define PIER__ROWS_8(...) PIER__ROWS_4(__VA_ARGS__), PIER__ROWS_4(__VA_ARGS__)
#define PIER__ROWS_16(...) PIER__ROWS_8(__VA_ARGS__), PIER__ROWS_8(__VA_ARGS__)
#define PIER__ROWS_32(...) PIER__ROWS_16(__VA_ARGS__), PIER__ROWS_16(__VA_ARGS__)

/* A word with its first byte most (big) or least (little) significant: the two swap into one another, and the machine
 * has one of them. Compilers that tell which get one move of it; others take it apart. */
#if defined(__BYTE_ORDER__) && defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PIER__BIG(word) __builtin_bswap64(word)
#define PIER__LITTLE(word) (word)
#elif defined(__BYTE_ORDER__) && defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PIER__BIG(word) (word)
#define PIER__LITTLE(word) __builtin_bswap64(word)
#else
PIER__KERNEL uint64_t pier__word_by_bytes(uint64_t word, bool is_big) {
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(word >> (is_big ? 56 - 8 * i : 8 * i));
    }
    memcpy(&word, bytes, sizeof word);
    return word;
}
#define PIER__BIG(word) pier__word_by_bytes(word, true)
#define PIER__LITTLE(word) pier__word_by_bytes(word, false)
#endif

/* Stores eight bytes, most significant first. */
PIER__KERNEL void pier__put_word(uint8_t *at, uint64_t word) {
    word = PIER__BIG(word);
    memcpy(at, &word, sizeof word);
}

/* Loads eight bytes, most significant first. */
PIER__KERNEL uint64_t pier__take_word(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return PIER__BIG(word);
}

/* Loads eight bytes of text, first byte least significant: where its first zero byte is follows from the lowest bits.
 * */
PIER__KERNEL uint64_t pier__text_word(const void *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return PIER__LITTLE(word);
}

/* Stores the first `size` of the eight bytes that pier__text_word loads; a constant of at most 8 where it is called: more
 * comes only in branches that are left out, and a compiler that leaves them in would warn. */
PIER__KERNEL void pier__put_text_word(char *text, uint64_t word, size_t size) {
    word = PIER__LITTLE(word);
    memcpy(text, &word, size < sizeof word ? size : sizeof word);
}

/* Returns the number of the highest bit that is set, from 0; 0 for 0, too. */
PIER__KERNEL unsigned pier__highest_bit(uint64_t value) {
#if defined(__GNUC__)
    return 63u - (unsigned)__builtin_clzll(value | 1);
#else
    unsigned bit = 0;
    while ((value >>= 1) != 0) {
        bit++;
    }
    return bit;
#endif
}

/* Returns the number of the lowest bit that is set. `value` is not 0. */
PIER__KERNEL unsigned pier__lowest_bit(uint64_t value) {
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(value);
#else
    return pier__highest_bit(value & (~value + 1));
#endif
}

/* The highest bit of each byte: set in none of them when all are ASCII. */
#define PIER__HIGH_BITS UINT64_C(0x8080808080808080)

/* Returns a word in which the lowest bit that is set is the highest bit of the first zero byte of `word`; 0 when there
 * is no such byte. */
PIER__KERNEL uint64_t pier__zero_byte(uint64_t word) {
    return (word - UINT64_C(0x0101010101010101)) & ~word & PIER__HIGH_BITS;
}

/* Sixteen bytes that are moved and put together at once. */
#if defined(__GNUC__)
typedef char pier__16_chars __attribute__((vector_size(16)));
typedef uint8_t pier__16_bytes __attribute__((vector_size(16)));
typedef uint64_t pier__two_words __attribute__((vector_size(16)));
#define PIER__OR_WORDS(one, other) ((one) | (other))
#define PIER__OR_BOTH(pair) ((pair)[0] | (pair)[1])
#else
typedef struct pier__two_words {
    uint64_t words[2];
} pier__two_words;
PIER__KERNEL pier__two_words PIER__OR_WORDS(pier__two_words one, pier__two_words other) {
    pier__two_words both = {{one.words[0] | other.words[0], one.words[1] | other.words[1]}};
    return both;
}
#define PIER__OR_BOTH(pair) ((pair).words[0] | (pair).words[1])
#endif

/* The most bytes of text that pier__text_bits takes. */
#define PIER__TEXT_AT_ONCE 64

/* Returns the bits of a text of at most PIER__TEXT_AT_ONCE bytes, those of all of them in one word: its highest bits
 * tell whether it is ASCII. Copies the text to `to` meanwhile, unless that is NULL. Neither reads nor writes what is
 * not of the text: pieces of the text overlap instead, so that only three of the sizes' ranges are told apart, and
 * texts of 16 to 64 bytes take no branch that depends on how long each is. */
PIER__KERNEL uint64_t pier__text_bits(char *to, const char *from, size_t size) {
    if (size >= 16) {
        size_t last = size - 16;
        size_t second = last < 16 ? last : 16;
        size_t third = last < 32 ? last : 32;
        pier__two_words pieces[4];
        memcpy(&pieces[0], from, 16);
        memcpy(&pieces[1], from + second, 16);
        memcpy(&pieces[2], from + third, 16);
        memcpy(&pieces[3], from + last, 16);
        if (to != NULL) {
            memcpy(to, &pieces[0], 16);
            memcpy(to + second, &pieces[1], 16);
            memcpy(to + third, &pieces[2], 16);
            memcpy(to + last, &pieces[3], 16);
        }
        pier__two_words all =
            PIER__OR_WORDS(PIER__OR_WORDS(pieces[0], pieces[1]), PIER__OR_WORDS(pieces[2], pieces[3]));
        return PIER__OR_BOTH(all);
    }
    if (size >= 4) {
        size_t second = size >= 8 ? 4 : 0;
        uint32_t pieces[4];
        memcpy(&pieces[0], from, 4);
        memcpy(&pieces[1], from + second, 4);
        memcpy(&pieces[2], from + (size - 4 - second), 4);
        memcpy(&pieces[3], from + (size - 4), 4);
        if (to != NULL) {
            memcpy(to, &pieces[0], 4);
            memcpy(to + second, &pieces[1], 4);
            memcpy(to + (size - 4 - second), &pieces[2], 4);
            memcpy(to + (size - 4), &pieces[3], 4);
        }
        return pieces[0] | pieces[1] | pieces[2] | pieces[3];
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++) {
        bits |= (unsigned char)from[i];
        if (to != NULL) {
            to[i] = from[i];
        }
    }
    return bits;
}

/* Returns whether text is UTF-8, having copied it. Not a kernel: a record may have many texts, and one copy of this
 * serves all of them. */
PIER__CODEC bool pier__copy_text(char *to, const char *from, size_t size) {
    if (PIER_LIKELY(size <= PIER__TEXT_AT_ONCE)) {
        return PIER_LIKELY((pier__text_bits(to, from, size) & PIER__HIGH_BITS) == 0) || pier_text_is_valid(from, size);
    }
    memcpy(to, from, size);
    return pier_text_is_valid(from, size);
}

/* Returns whether text is UTF-8. */
PIER__CODEC bool pier__text_is_good(const char *text, size_t size) {
    return (PIER_LIKELY(size <= PIER__TEXT_AT_ONCE) &&
            PIER_LIKELY((pier__text_bits(NULL, text, size) & PIER__HIGH_BITS) == 0)) ||
           pier_text_is_valid(text, size);
}

/* Whether both numbers of a duration are in their ranges and of one sign. */
PIER__KERNEL bool pier__duration_is_good(pier_duration value) {
    return value.seconds >= -INT64_C(315576000000) && value.seconds <= INT64_C(315576000000) &&
           value.nanoseconds >= -999999999 && value.nanoseconds <= 999999999 &&
           !(value.seconds < 0 && value.nanoseconds > 0) && !(value.seconds > 0 && value.nanoseconds < 0);
}

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
/* MemorySanitizer takes a word for unknown as soon as a byte behind the terminator is, so it sees bytes alone. */
#define PIER__TEXT_BY_BYTES
#endif
#endif

/* Returns what of a word that pier__text_word loaded stands before the terminator, whose place `zero` has from
 * pier__zero_byte: what lies behind it may never have been written, and must not decide anything. */
PIER__KERNEL uint64_t pier__before_zero(uint64_t word, uint64_t zero) {
    return zero != 0 ? word & ((UINT64_C(1) << pier__lowest_bit(zero)) - 1) : word;
}

/* Returns the length of terminated text in an array of `capacity` bytes, `capacity` when no byte of it ends the text,
 * and adds to `*odd` what is not 0 when it is not all ASCII, or fills the array. Copies the array to `to` meanwhile,
 * unless that is NULL: there are PIER__OVERHANG_BYTES behind what counts of it. */
PIER__KERNEL size_t pier__inline_text_bytes(uint8_t *to, const char *text, size_t capacity, uint64_t *odd) {
    size_t size = 0;
#if defined(__SSE2__) && defined(__GNUC__) && !defined(PIER__TEXT_BY_BYTES)
    if (capacity >= 16 && capacity <= 64) {
        /* As numbers with a bit a byte; the last piece overlaps the one before. */
        uint64_t zeros = 0;
        uint64_t highs = 0;
        for (size_t from = 0; from < capacity; from += 16) {
            size_t piece = from + 16 <= capacity ? from : capacity - 16;
            pier__16_bytes bytes;
            memcpy(&bytes, text + piece, sizeof bytes);
            if (to != NULL) {
                memcpy(to + piece, &bytes, sizeof bytes);
            }
            highs |= (uint64_t)(unsigned)__builtin_ia32_pmovmskb128((pier__16_chars)bytes) << piece;
            zeros |= (uint64_t)(unsigned)__builtin_ia32_pmovmskb128((pier__16_chars)(bytes == 0)) << piece;
        }
        size = zeros != 0 ? pier__lowest_bit(zeros) : capacity;
        *odd |= pier__before_zero(highs, zeros) | (zeros == 0);
        return size;
    }
    if (capacity > 8 && capacity < 16) {
        /* Names and symbols, which are now below eight bytes, now above: without a branch on that. What the second word
         * has of the first is shifted out; zeros come in, and end the text where nothing else does. */
        pier__two_words both = {pier__text_word(text), pier__text_word(text + (capacity - 8)) >> 8 * (16 - capacity)};
        pier__16_chars bytes = (pier__16_chars)both;
        unsigned zeros = (unsigned)__builtin_ia32_pmovmskb128((pier__16_chars)(bytes == 0));
        unsigned highs = (unsigned)__builtin_ia32_pmovmskb128(bytes);
        if (to != NULL) {
            memcpy(to, &both, sizeof both);
        }
        size = pier__lowest_bit(zeros);
        /* What lies up to the end, shifted to the top. The byte that ends the text has no high bit; one behind the array
         * is as good as one. `size` is 15 at most. */
        *odd |= (highs | 1u << capacity) << (~size & 31);
        return size;
    }
#endif
    if (to != NULL) {
        memcpy(to, text, capacity);
    }
#if !defined(PIER__TEXT_BY_BYTES)
    if (capacity >= 8 && capacity <= 16) {
        /* The same without vectors, and of eight bytes anywhere. A shift by 64 bits means nothing, so it is two. */
        uint64_t first = pier__text_word(text);
        uint64_t zero = pier__zero_byte(first);
        uint64_t second = pier__text_word(text + (capacity - 8)) >> 4 * (16 - capacity) >> 4 * (16 - capacity);
        uint64_t second_zero = pier__zero_byte(second);
        size_t first_size = zero != 0 ? pier__lowest_bit(zero) / 8 : 8;
        size_t second_size = second_zero != 0 ? pier__lowest_bit(second_zero) / 8 : 8;
        size = zero != 0 ? first_size : 8 + second_size;
        *odd |= pier__before_zero(first, zero) & PIER__HIGH_BITS;
        *odd |= zero != 0 ? 0 : pier__before_zero(second, second_zero) & PIER__HIGH_BITS;
        *odd |= size == capacity;
        return size;
    }
#endif
#if !defined(PIER__TEXT_BY_BYTES)
    for (; capacity - size >= 8; size += 8) {
        uint64_t word = pier__text_word(text + size);
        uint64_t zero = pier__zero_byte(word);
        if (zero != 0) {
            *odd |= pier__before_zero(word, zero) & PIER__HIGH_BITS;
            return size + pier__lowest_bit(zero) / 8;
        }
        *odd |= word & PIER__HIGH_BITS;
    }
#endif
    while (size < capacity && text[size] != '\0') {
        *odd |= (unsigned char)text[size] & 0x80u;
        size++;
    }
    *odd |= size == capacity;
    return size;
}

#endif
