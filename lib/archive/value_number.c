/* Floats as the shortest text that is the same number.
 *
 * Floor 4 (archive). The text has the fewest digits that any text of the number can have, and always a point or an
 * exponent, so that it is read as a float and never as an integer: 1.0, 0.1, 1e300, -0.0, 5e-324.
 *
 * Any decimal number of 15 digits survives the way into a normal double and back (DBL_DIG), so a text of fewer digits,
 * when there is one, is the 15-digit one without its zeros. Otherwise 16 digits may do, and 17 always do. Two cases
 * need more care: denormals have fewer digits than 15; and below a power of two doubles lie twice as dense as above, so
 * that the nearest text of 16 digits may belong to the neighbour while the one above it does not. */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/value_internal.h"

enum { DIGITS_MAX = 17 };

/* A number as 0.d1d2d3… times a power of ten would have it, with the point after the first digit. */
typedef struct decimal {
    char digits[DIGITS_MAX + 1]; /* terminated, no zeros at the end but one digit at least */
    int exponent;                /* of the first digit */
} decimal;

/* Fills `out` with `value` (positive) rounded to `count` digits. */
static void round_to_digits(double value, int count, decimal *out) {
    char text[PIER__FLOAT_TEXT_BYTES];
    (void)snprintf(text, sizeof text, "%.*e", count - 1, value);
    size_t written = 0;
    const char *at = text;
    /* The point is the locale's, whatever that is. */
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
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
    char text[PIER__FLOAT_TEXT_BYTES];
    /* Without a point, which the locale may have another character for. */
    int exponent = number->exponent - (int)strlen(number->digits) + 1;
    (void)snprintf(text, sizeof text, "%se%d", number->digits, exponent);
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

size_t pier__float_text(double value, char text[PIER__FLOAT_TEXT_BYTES]) {
    const char *sign = signbit(value) ? "-" : "";
    if (value == 0) {
        return (size_t)snprintf(text, PIER__FLOAT_TEXT_BYTES, "%s0.0", sign);
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
        return (size_t)snprintf(text, PIER__FLOAT_TEXT_BYTES, "%s%c%s%se%d", sign, digits[0], count > 1 ? "." : "",
                                digits + 1, exponent);
    }
    if (exponent < 0) {
        return (size_t)snprintf(text, PIER__FLOAT_TEXT_BYTES, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
    }
    if (count > exponent + 1) {
        return (size_t)snprintf(text, PIER__FLOAT_TEXT_BYTES, "%s%.*s.%s", sign, exponent + 1, digits,
                                digits + exponent + 1);
    }
    return (size_t)snprintf(text, PIER__FLOAT_TEXT_BYTES, "%s%s%.*s.0", sign, digits, exponent + 1 - count,
                            "000000000000000");
}
