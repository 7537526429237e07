/* Is it UTF-8? As RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 *
 * Part of the command; needed because JSON is UTF-8 alone, and MessagePack's text may be anything. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* Returns how many bytes at the start of `text` are valid UTF-8: `size_bytes` when all are. */
size_t utf8_valid_bytes(const char *text, size_t size_bytes);

#endif
