/* What the two directions of whole arrays of integers share; see <pier/record_integers.h>.
 *
 * Floor 5 (record). Each is one function in C, compiled again where the compiler can: for every processor, for those that
 * have AVX2, lzcnt and shifts that leave the flags alone, and loading for those that have AVX-512 and its permutations of
 * bytes, too. Which one runs is decided by the processor that it runs on; all give the same bytes. */
#ifndef PIER_RECORD_INTEGERS_INTERNAL_H
#define PIER_RECORD_INTEGERS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/definition.h>
#include <pier/record_integers.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define PIER__HAS_WIDE 1
#define PIER__WIDE_256 __attribute__((target("avx2,bmi,bmi2,lzcnt")))
#define PIER__WIDE_512 __attribute__((target("avx2,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512dq,avx512vbmi")))
#else
#define PIER__HAS_WIDE 0
#endif

/* The instructions that functions are compiled for, each with all before it. */
typedef enum pier__wide {
    PIER__WIDE_NONE, /* every processor's */
    PIER__WIDE_256_BITS,
    PIER__WIDE_512_BITS
} pier__wide;

/* Returns the most that this processor has. Any thread may call it. */
pier__wide pier__wide_instructions(void);

/* For tests: the most that are used from now on, if the processor has them. */
void pier__limit_wide_instructions(pier__wide most);

/* Before a loop over a group: gcc would unroll it, put off what is only gathered, and run out of registers. */
#if defined(__GNUC__) && !defined(__clang__)
#define PIER__ROLLED _Pragma("GCC unroll 1")
#else
#define PIER__ROLLED
#endif

/* Of how many bytes lengths are found at once, a multiple of 64. */
enum { PIER__WINDOW_BYTES = 1024 };

/* Numbers at a time. Their values, and whether all are of one form, are told before any of them is used. */
enum { PIER__GROUP = 8 };

/* The C type of a kind of integers. */
typedef struct pier__integer_kind {
    unsigned width; /* bytes */
    uint64_t sign;  /* 1: its highest bit is its sign; else 0 */
} pier__integer_kind;

PIER__KERNEL pier__integer_kind pier__integer_kind_of(pier_field_kind kind) {
    bool is_signed = kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_I64;
    pier__integer_kind of = {1u << ((unsigned)kind - (is_signed ? PIER_FIELD_I8 : PIER_FIELD_U8)), is_signed};
    return of;
}

/* Returns how many bytes each of a group had, if all had as many: what the next group is tried as; else 0. It is a
 * guess, as others of other widths may have as many together. */
PIER__KERNEL unsigned pier__guess_width(size_t bytes_of_group) {
    switch (bytes_of_group) {
    case 8:
    case 16:
    case 24:
    case 40:
    case 72:
        return (unsigned)bytes_of_group / PIER__GROUP;
    default:
        return 0;
    }
}

#endif
