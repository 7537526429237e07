/* Floats as the shortest text: see float_text.h.
 *
 * Any decimal number of 15 digits survives the way into a normal double and back (DBL_DIG), so a text of fewer digits,
 * when there is one, is the 15-digit one without its zeros. Otherwise 16 digits may do, and 17 always do. Two cases
 * need more care: denormals have fewer digits than 15; and below a power of two doubles lie twice as dense as above, so
 * that the nearest text of 16 digits may belong to the neighbour while the one above it does not. */
#include "float_text.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17

/* A number as 0.d1d2d3… times a power of ten would have it, with the point after the first digit. */
typedef struct decimal {
    char digits[DIGITS_MAX + 1]; /* terminated, no zeros at the end but one digit at least */
    int exponent;                /* of the first digit */
} decimal;

/* Fills `out` with `value` (positive) rounded to `count` digits. */
static void round_to_digits(double value, int count, decimal *out) {
    char text[FLOAT_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%.*e", count - 1, value);
    size_t written = 0;
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at != '.') {
            out->digits[written++] = *at;
        }
    }
    out->digits[written] = '\0';
    out->exponent = atoi(at + 1);
}

/* Adds one to the last digit. */
static void round_up(decimal *number) {
    size_t at = strlen(number->digits);
    while (at > 0 && number->digits[at - 1] == '9') {
        number->digits[--at] = '0';
    }
    if (at > 0) {
        number->digits[at - 1]++;
    } else {
        number->digits[0] = '1';
        number->exponent++;
    }
}

static bool reads_back(const decimal *number, double value) {
    char text[FLOAT_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%c.%se%d", number->digits[0], number->digits + 1, number->exponent);
    return strtod(text, NULL) == value;
}

/* Finds the shortest digits of `value`, positive and finite. */
static void shortest(double value, decimal *out) {
    int exponent;
    bool power_of_two = frexp(value, &exponent) == 0.5;
    for (int count = value < DBL_MIN ? 1 : DBL_DIG; count < DIGITS_MAX; count++) {
        round_to_digits(value, count, out);
        if (reads_back(out, value)) {
            return;
        }
        if (power_of_two) {
            round_up(out);
            if (reads_back(out, value)) {
                return;
            }
        }
    }
    round_to_digits(value, DIGITS_MAX, out);
}

size_t float_text(double value, char text[FLOAT_TEXT_SIZE]) {
    const char *sign = signbit(value) ? "-" : "";
    if (value == 0) {
        return (size_t)snprintf(text, FLOAT_TEXT_SIZE, "%s0.0", sign);
    }
    decimal number;
    shortest(fabs(value), &number);
    int count = (int)strlen(number.digits);
    while (count > 1 && number.digits[count - 1] == '0') {
        number.digits[--count] = '\0';
    }
    const char *digits = number.digits;
    int exponent = number.exponent;
    /* Numbers that people write without an exponent are written without one: from 0.0001 to below 10^16. */
    if (exponent < -4 || exponent > 15) {
        return (size_t)snprintf(text, FLOAT_TEXT_SIZE, "%s%c%s%se%d", sign, digits[0], count > 1 ? "." : "", digits + 1,
                                exponent);
    }
    if (exponent < 0) {
        return (size_t)snprintf(text, FLOAT_TEXT_SIZE, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
    }
    if (count > exponent + 1) {
        return (size_t)snprintf(text, FLOAT_TEXT_SIZE, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
    }
    return (size_t)snprintf(text, FLOAT_TEXT_SIZE, "%s%s%.*s.0", sign, digits, exponent + 1 - count, "000000000000000");
}
