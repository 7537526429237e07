/* Floats as text: the fewest digits that read back, and of those the nearest to the number.
 *
 * Floor 4 (archive). The C library's printf and strtod, which are exact, say what is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/value_internal.h"
#include "support/random.h"

static uint64_t random_state;

static uint64_t random_u64(void) {
    return test_random(&random_state);
}

static double double_of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Counts the digits of a text without the zeros at both ends. */
static int count_digits(const char *text) {
    int digits = 0;
    int zeros = 0;
    for (const char *at = text; *at != '\0' && *at != 'e'; at++) {
        if (*at == '0' && digits > 0) {
            zeros++;
        } else if (*at >= '1' && *at <= '9') {
            digits += zeros + 1;
            zeros = 0;
        }
    }
    return digits;
}

/* Whether `value` in so many digits reads back; `text` gets it. */
static bool reads_back(double value, int digits, char text[64]) {
    (void)snprintf(text, 64, "%.*e", digits - 1, value);
    return strtod(text, NULL) == value;
}

/* Whether two texts are the same number: in as many digits they are the same text. */
static bool is_same_number(const char *a, const char *b, int digits) {
    char as_a[64];
    char as_b[64];
    (void)snprintf(as_a, sizeof(as_a), "%.*Le", digits - 1, strtold(a, NULL));
    (void)snprintf(as_b, sizeof(as_b), "%.*Le", digits - 1, strtold(b, NULL));
    return strcmp(as_a, as_b) == 0;
}

static void check(double value) {
    char text[PIER__FLOAT_TEXT_BYTES];
    char other[64];
    int exponent;
    if (!isfinite(value)) {
        return;
    }
    size_t size = pier__float_text(value, text);
    double back = strtod(text, NULL);
    if (size != strlen(text) || memcmp(&back, &value, sizeof(back)) != 0 || strpbrk(text, ".e") == NULL) {
        fail_msg("%a became %s", value, text);
    }
    int digits = count_digits(text);
    if (digits > 1 && reads_back(value, digits - 1, other)) {
        fail_msg("%a became %s, and %s is shorter", value, text, other);
    }
    /* Below a power of two the numbers lie denser than above: there the nearest text need not read back. */
    bool is_power = fabs(frexp(value, &exponent)) == 0.5;
    bool other_reads_back = digits > 0 && reads_back(value, digits, other);
    if (digits > 0 && !is_power && !(other_reads_back && is_same_number(text, other, digits))) {
        fail_msg("%a became %s, and %s is nearer", value, text, other);
    }
}

static void powers_and_their_neighbours(void **state) {
    (void)state;
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double power = ldexp(1.0, exponent);
        check(power);
        check(nextafter(power, 0));
        check(-nextafter(power, INFINITY));
    }
    for (int exponent = -330; exponent <= 308; exponent++) {
        for (int digits = 1; digits < 100; digits += 7) {
            char text[32];
            (void)snprintf(text, sizeof(text), "%de%d", digits, exponent);
            double power = strtod(text, NULL);
            check(power);
            check(nextafter(power, 0));
            check(nextafter(power, INFINITY));
        }
    }
    check(0.0);
    check(-0.0);
    check(double_of_bits(1));
    check(double_of_bits(0x7fefffffffffffff));
}

static void random_numbers(void **state) {
    (void)state;
    random_state = test_seed();
    for (int i = 0; i < 20000; i++) {
        check(double_of_bits(random_u64()));
        check(double_of_bits(random_u64() >> (12 + random_u64() % 52)));
        check((double)(int64_t)random_u64() / 1000.0);
        check((double)(random_u64() % 1000000) / 100.0);
        check((double)(random_u64() >> random_u64() % 64));
        check((double)(float)((double)(random_u64() % 100000) / 7.0));
    }
}

static void forms(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-12.5, "-12.5"},
        {100.0, "100.0"},
        {0.0001, "0.0001"},
        {0.00001, "1e-5"},
        {0.000012, "1.2e-5"},
        {1e15, "1000000000000000.0"},
        {9007199254740993.0, "9007199254740992.0"},
        {1e16, "1e16"},
        {1.25e16, "1.25e16"},
        {1e100, "1e100"},
        {-1.5e-300, "-1.5e-300"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        /* Powers of two whose nearest text of that length belongs to the number below. */
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p554, "5.896816288783659e166"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[PIER__FLOAT_TEXT_BYTES];
        assert_int_equal(pier__float_text(cases[i].value, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_and_their_neighbours),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
