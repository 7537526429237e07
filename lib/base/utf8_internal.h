/* Where text stops being UTF-8.
 *
 * Floor 0 (base). Has no state: any thread may use it. */
#ifndef PIER_BASE_UTF8_INTERNAL_H
#define PIER_BASE_UTF8_INTERNAL_H

#include <stddef.h>

/* Returns how many bytes of `text`, from its first, are whole characters of UTF-8: `size` when all of it is valid, else
 * the place of the first byte of the character that is not. Overlong forms, surrogates and what lies above U+10FFFF are
 * not valid; a zero byte is. `text` may be NULL when `size` is 0. */
size_t pier__utf8_valid_bytes(const char *text, size_t size);

#endif
