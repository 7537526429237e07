/* Floats as the shortest text that reads back as the same number.
 *
 * Part of the command. The text has the fewest digits that any text of the number can have, and always a point or an
 * exponent, so that it reads back as a float and never as an integer: 1.0, 0.1, 1e300, -0.0, 5e-324. */
#ifndef FLOAT_TEXT_H
#define FLOAT_TEXT_H

#include <stddef.h>

/* Room for any of them: sign, 17 digits, point, exponent, terminator, and the zeros of 1000000000000000.0. */
#define FLOAT_TEXT_SIZE 32

/* Writes `value`, which is neither infinite nor NaN, terminated. Returns the length. */
size_t float_text(double value, char text[FLOAT_TEXT_SIZE]);

#endif
