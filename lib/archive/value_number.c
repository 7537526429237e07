/* Floats as the shortest text that is the same number.
 *
 * Floor 4 (archive). The text has the fewest digits that any text of the number can have, and always a point or an
 * exponent, so that it is read as a float and never as an integer: 1.0, 0.1, 1e300, -0.0, 5e-324. No locale changes it.
 *
 * The numbers that read back as a double are those between the middles to its two neighbours. Among the numbers of as
 * few decimal digits as fit between them, the nearest one is the answer. Raffaello Giulietti's "The Schubfach way to
 * render doubles" (2020) shows how one multiplication for each of the double and its two bounds, by a power of ten that
 * is known to 126 bits, decides that exactly: there are at most two candidates with a digit less and two without. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "archive/value_digits_internal.h"
#include "archive/value_internal.h"
#include "archive/value_powers_internal.h"

/* IEEE 754 binary64. */
enum {
    FRACTION_BITS = 52,
    EXPONENT_MASK = 0x7ff,
    EXPONENT_BIAS = 1075 /* of the significand as an integer */
};

#define HIDDEN_BIT ((uint64_t)1 << FRACTION_BITS)

/* A number `digits` times ten to the `exponent`. */
typedef struct decimal {
    uint64_t digits;
    int exponent;
} decimal;

/* Divides by a power of two and rounds down; what is shifted out of a negative number depends on the compiler. */
static int floor_shift(int value, int bits) {
    int divisor = 1 << bits;
    return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

/* The product of two numbers, its upper and its lower half. Compilers of 64-bit machines have one instruction for it,
 * which this is spelled for; four products of halves, which every compiler can do, took three times as long. */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

static inline uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low) {
    wide product = (wide)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
}
#else
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low) {
    uint64_t a_low = a & UINT32_MAX;
    uint64_t b_low = b & UINT32_MAX;
    uint64_t middle = (a >> 32) * b_low + (a_low * b_low >> 32);
    uint64_t other = a_low * (b >> 32) + (middle & UINT32_MAX);
    *low = other << 32 | (a_low * b_low & UINT32_MAX);
    return (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32);
}
#endif

/* The upper 64 bits of the product of a power (128 bits) and `value`; the last bit is set when anything is left below
 * it, so that what lies between two numbers is never taken for one of them. */
static uint64_t round_to_odd(const pier__power_of_ten *power, uint64_t value) {
    uint64_t low;
    uint64_t unused;
    uint64_t carried = multiply(power->low, value, &unused);
    uint64_t high = multiply(power->high, value, &low);
    low += carried;
    high += low < carried ? 1 : 0;
    return high | (low > 1 ? 1 : 0);
}

/* Finds the shortest digits of `significand` times two to the `exponent`. is_closer_below: the double below is half as
 * far away as the one above. */
static decimal shortest(uint64_t significand, int exponent, bool is_closer_below) {
    bool is_even = significand % 2 == 0; /* then the bounds read back, too: ties go to even */
    /* The greatest power of ten that is not above the distance of the bounds: 1262611 / 2^22 is log10(2), 524031 / 2^22
     * is log10(4/3), both near enough for every exponent. */
    int scale = floor_shift(exponent * 1262611 - (is_closer_below ? 524031 : 0), 22);
    const pier__power_of_ten *power = &pier__powers_of_ten[-scale - PIER__POWER_LOWEST];
    /* 1741647 / 2^19 is log2(10). */
    int shift = exponent + floor_shift(-scale * 1741647, 19) + 1;
    uint64_t middle = round_to_odd(power, (significand * 4) << shift);
    uint64_t lower = round_to_odd(power, (significand * 4 - (is_closer_below ? 1 : 2)) << shift) + (is_even ? 0 : 1);
    uint64_t upper = round_to_odd(power, (significand * 4 + 2) << shift) - (is_even ? 0 : 1);
    /* All in quarters from here. */
    uint64_t down = middle / 4;
    if (down >= 10) {
        uint64_t tens = down / 10;
        bool down_fits = lower <= tens * 40;
        bool up_fits = tens * 40 + 40 <= upper;
        if (down_fits != up_fits) {
            return (decimal){tens + (up_fits ? 1 : 0), scale + 1};
        }
    }
    bool down_fits = lower <= down * 4;
    bool up_fits = down * 4 + 4 <= upper;
    if (down_fits != up_fits) {
        return (decimal){down + (up_fits ? 1 : 0), scale};
    }
    uint64_t half = down * 4 + 2;
    bool rounds_up = middle > half || (middle == half && down % 2 != 0);
    return (decimal){down + (rounds_up ? 1 : 0), scale};
}

static inline decimal strip(decimal number, uint32_t power, int zeros) {
    while (number.digits % power == 0) {
        number.digits /= power;
        number.exponent += zeros;
    }
    return number;
}

/* Takes the zeros off the end. A number that people write has many of them here, so they go by eights first. */
static decimal strip_zeros(decimal number) {
    return strip(strip(strip(strip(number, 100000000, 8), 10000, 4), 100, 2), 10, 1);
}

/* Writes the digits, without zeros at the end. Returns how many. */
static int write_digits(decimal number, char digits[PIER__DIGITS_MAX], int *exponent_of_first) {
    number = strip_zeros(number);
    int count = (int)(pier__write_unsigned(digits, number.digits) - digits);
    *exponent_of_first = number.exponent + count - 1;
    return count;
}

static char *put(char *to, const char *from, int count) {
    memcpy(to, from, (size_t)count);
    return to + count;
}

static char *put_zeros(char *to, int count) {
    memset(to, '0', (size_t)count);
    return to + count;
}

/* Writes an exponent of up to three digits. */
static char *put_exponent(char *to, int exponent) {
    unsigned magnitude = exponent < 0 ? 0u - (unsigned)exponent : (unsigned)exponent;
    *to++ = 'e';
    if (exponent < 0) {
        *to++ = '-';
    }
    if (magnitude >= 100) {
        *to++ = (char)('0' + magnitude / 100);
    }
    if (magnitude >= 10) {
        *to++ = (char)('0' + magnitude / 10 % 10);
    }
    *to++ = (char)('0' + magnitude % 10);
    return to;
}

/* Writes digits with a point: numbers that people write without an exponent, from 0.0001 to below 10^16, have none. */
static char *put_number(char *to, const char *digits, int count, int exponent) {
    if (exponent < -4 || exponent > 15) {
        *to++ = digits[0];
        if (count > 1) {
            *to++ = '.';
            to = put(to, digits + 1, count - 1);
        }
        return put_exponent(to, exponent);
    }
    if (exponent < 0) {
        to = put_zeros(put(to, "0.", 2), -exponent - 1);
        return put(to, digits, count);
    }
    if (count > exponent + 1) {
        to = put(to, digits, exponent + 1);
        *to++ = '.';
        return put(to, digits + exponent + 1, count - exponent - 1);
    }
    to = put_zeros(put(to, digits, count), exponent + 1 - count);
    return put(to, ".0", 2);
}

/* Whether a number has nothing behind the point, and is below 2^53. */
static bool is_whole(double value) {
    double magnitude = value < 0 ? -value : value;
    return magnitude < (double)(HIDDEN_BIT * 2) && (double)(uint64_t)magnitude == magnitude;
}

size_t pier__float_text(double value, char text[PIER__FLOAT_TEXT_BYTES]) {
    uint64_t bits;
    char *at = text;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (HIDDEN_BIT - 1);
    int exponent = (int)(bits >> FRACTION_BITS) & EXPONENT_MASK;
    if (bits >> 63 != 0) {
        *at++ = '-';
    }
    if (is_whole(value)) {
        /* The distance to the next double is at most one, so that no text with fewer digits is this number. */
        at = pier__write_unsigned(at, (uint64_t)(value < 0 ? -value : value));
        at = put(at, ".0", 2);
    } else {
        char digits[PIER__DIGITS_MAX];
        int first;
        decimal number = exponent == 0
                             ? shortest(fraction, 1 - EXPONENT_BIAS, false)
                             : shortest(fraction | HIDDEN_BIT, exponent - EXPONENT_BIAS, fraction == 0 && exponent > 1);
        int count = write_digits(number, digits, &first);
        at = put_number(at, digits, count, first);
    }
    *at = '\0';
    return (size_t)(at - text);
}
