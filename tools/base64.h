/* Base64 of RFC 4648, section 4: the alphabet with + and /, padded.
 *
 * Part of the command; the library writes it, and this reads it. Decoding is strict: no white space, no missing
 * padding, no bits that encode nothing, so that one run of bytes has one text. */
#ifndef BASE64_H
#define BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes at most `size_chars` characters hold. */
#define BASE64_DATA_SIZE(size_chars) ((size_chars) / 4 * 3)

/* Writes at most BASE64_DATA_SIZE(size_chars) bytes to `data` and their number to `size_bytes`. Returns false for text
 * that is not base64. */
bool base64_decode(const char *text, size_t size_chars, void *data, size_t *size_bytes);

#endif
