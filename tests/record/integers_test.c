/* Whole arrays of integers (record_integers.h) beside the kernels that take one after the other, by the instructions
 * that every processor has and by wider ones as far as this one has them: the same bytes, the same numbers, and nothing
 * that is not a number of the type. */
#include "record/integers_internal.h"

#include "record/record_support.h"

enum { NUMBERS = 777, ROOM = 9 * NUMBERS + PIER_PADDING_BYTES };

static const pier_field_kind kinds[] = {PIER_FIELD_I8, PIER_FIELD_I16, PIER_FIELD_I32, PIER_FIELD_I64,
                                        PIER_FIELD_U8, PIER_FIELD_U16, PIER_FIELD_U32, PIER_FIELD_U64};
enum { KINDS = sizeof kinds / sizeof kinds[0], MIXES = 9 };

static uint64_t random_state;

static uint64_t next_random(void) {
    return test_random(&random_state);
}

static uint64_t of_bits(unsigned bits) {
    return bits == 0 ? 0 : next_random() >> (64 - bits);
}

/* A number of 64 bits as mixes have it: of any width, of one width but for a few, of runs of one, about the limits. */
static uint64_t number_of(unsigned mix, size_t i) {
    static const unsigned widths[] = {5, 8, 15, 31, 63};
    uint64_t number;
    switch (mix) {
    case 0:
        number = of_bits((unsigned)(next_random() % 65));
        break;
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
        number =
            next_random() % 50 == 0 ? next_random() : of_bits(widths[mix - 1]) | UINT64_C(1) << (widths[mix - 1] - 1);
        return mix == 3 && i % 100 < 50 ? 0 - number : number;
    case 6:
        number = of_bits(widths[i / 37 % 5]);
        break;
    case 7:
        number = (UINT64_C(1) << next_random() % 64) + next_random() % 3 - 1;
        break;
    default:
        return UINT64_C(1) << 63 | next_random() >> 20;
    }
    return next_random() % 2 != 0 ? 0 - number : number;
}

static unsigned width_of(pier_field_kind kind) {
    return pier__integer_kind_of(kind).width;
}

static bool is_signed(pier_field_kind kind) {
    return kind <= PIER_FIELD_I64;
}

/* Returns the number as one of the type, in 64 bits. */
static uint64_t cut(uint64_t number, pier_field_kind kind) {
    unsigned above = 64 - 8 * width_of(kind);
    return is_signed(kind) ? (uint64_t)((int64_t)(number << above) >> above) : number << above >> above;
}

static void set(void *array, size_t i, uint64_t number, pier_field_kind kind) {
    switch (width_of(kind)) {
    case 1:
        ((uint8_t *)array)[i] = (uint8_t)number;
        break;
    case 2:
        ((uint16_t *)array)[i] = (uint16_t)number;
        break;
    case 4:
        ((uint32_t *)array)[i] = (uint32_t)number;
        break;
    default:
        ((uint64_t *)array)[i] = number;
        break;
    }
}

static uint8_t *put_one(uint8_t *at, uint64_t number, pier_field_kind kind) {
    return is_signed(kind) ? pier__put_signed(at, (int64_t)number) : pier__put_unsigned(at, number);
}

static void check_array(pier_field_kind kind, unsigned mix, size_t count) {
    static uint64_t from[NUMBERS];
    static uint64_t to[NUMBERS];
    static uint8_t expected[ROOM];
    static uint8_t found[ROOM];
    uint8_t *expected_end = expected;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = cut(number_of(mix, i), kind);
        set(from, i, number, kind);
        expected_end = put_one(expected_end, number, kind);
    }
    uint8_t *end = pier__put_integers(found, from, count, kind);
    assert_int_equal(end - found, expected_end - expected);
    assert_memory_equal(found, expected, (size_t)(end - found));
    memset(to, 0xa5, sizeof to);
    assert_ptr_equal(pier__take_integers(found, end, to, count, kind), end);
    assert_memory_equal(to, from, count * width_of(kind));
    if (count > 0) {
        /* A byte is missing. */
        assert_null(pier__take_integers(found, end - 1, to, count, kind));
        /* One of them is none. */
        size_t place = next_random() % count;
        uint8_t *at = found;
        for (size_t i = 0; i < place; i++) {
            unsigned head = at[0];
            at += head >= 0xcc && head <= 0xd3 ? 1 + (1 << (head & 3)) : 1;
        }
        at[0] = 0xc0;
        assert_null(pier__take_integers(found, end, to, count, kind));
    }
}

static void test_all_ways_agree_with_one_by_one(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    for (unsigned most = PIER__WIDE_NONE; most <= PIER__WIDE_512_BITS; most++) {
        pier__limit_wide_instructions((pier__wide)most);
        random_state = seed;
        for (size_t kind = 0; kind < KINDS; kind++) {
            for (unsigned mix = 0; mix < MIXES; mix++) {
                for (size_t count = 0; count < 40; count++) {
                    check_array(kinds[kind], mix, count);
                }
                check_array(kinds[kind], mix, NUMBERS);
            }
        }
    }
}

/* Every form that is legal for a number is taken, and is no other number: one form among eight, after eight of it or of
 * another, so that it meets each of the ways. */
static void check_form(pier_field_kind kind, unsigned head, uint64_t bits, bool alike) {
    uint8_t bytes[16 * 9 + PIER_PADDING_BYTES] = {0};
    uint64_t to[16];
    uint8_t *at = bytes;
    unsigned behind = 1u << (head & 3);
    for (unsigned i = 0; i < 16; i++) {
        if (i != 12 && !alike) {
            *at++ = 1;
            continue;
        }
        at[0] = (uint8_t)head;
        pier__put_word(at + 1, (i == 12 ? bits : 1) << (64 - 8 * behind));
        at += 1 + behind;
    }
    bool has_sign = head >= 0xd0;
    uint64_t number = bits << (64 - 8 * behind);
    number = has_sign ? (uint64_t)((int64_t)number >> (64 - 8 * behind)) : number >> (64 - 8 * behind);
    bool is_below = has_sign && (int64_t)number < 0;
    bool fits = cut(number, kind) == number && is_below == (is_signed(kind) && (int64_t)number < 0);
    const uint8_t *end = pier__take_integers(bytes, at, to, 16, kind);
    if (!fits) {
        assert_null(end);
        return;
    }
    assert_ptr_equal(end, at);
    uint64_t expected[16] = {0};
    set(expected, 12, number, kind);
    size_t place = 12 * (size_t)width_of(kind);
    assert_memory_equal((uint8_t *)to + place, (uint8_t *)expected + place, width_of(kind));
}

static void test_every_form_of_a_number_is_taken(void **state) {
    (void)state;
    static const uint64_t values[] = {0,
                                      1,
                                      127,
                                      128,
                                      255,
                                      256,
                                      32767,
                                      32768,
                                      65535,
                                      65536,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      UINT64_C(1) << 32,
                                      UINT64_C(1) << 63,
                                      UINT64_MAX,
                                      UINT64_MAX - 127,
                                      UINT64_MAX - 128};
    for (unsigned most = PIER__WIDE_NONE; most <= PIER__WIDE_512_BITS; most++) {
        pier__limit_wide_instructions((pier__wide)most);
        for (size_t kind = 0; kind < KINDS; kind++) {
            for (unsigned head = 0xcc; head <= 0xd3; head++) {
                for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
                    check_form(kinds[kind], head, values[i], false);
                    check_form(kinds[kind], head, values[i], true);
                }
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_ways_agree_with_one_by_one),
        cmocka_unit_test(test_every_form_of_a_number_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
