/* Where text stops being UTF-8; see utf8_internal.h.
 *
 * Nearly all text is ASCII for long stretches, so those are passed over 16 bytes at a time; only a character above
 * U+007F is looked at byte by byte. Well-formed sequences: https://www.rfc-editor.org/rfc/rfc3629#section-4 */
#include "base/utf8_internal.h"

#include <stdint.h>
#include <string.h>

#include <pier/bytes.h>

/* The highest bit of each byte: set in none of them when all are ASCII. */
#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Returns how many bytes of `text` before `size` are certainly ASCII, in steps of 16. */
static size_t ascii_run(const unsigned char *text, size_t size) {
    size_t run = 0;
    while (size - run >= 16) {
        uint64_t words[2];
        memcpy(words, text + run, sizeof words);
        if (((words[0] | words[1]) & HIGH_BITS) != 0) {
            break;
        }
        run += 16;
    }
    return run;
}

/* Returns the length of the character above U+007F at `at`, of which `there` bytes can be read; 0 when it is none. */
static size_t character_bytes(const unsigned char *at, size_t there) {
    unsigned char lead = at[0];
    size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead < 0xC2 || lead > 0xF4 || bytes > there) {
        return 0;
    }
    /* The second byte alone decides about overlong forms, surrogates and the end of Unicode. */
    unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < lowest || at[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < bytes; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return bytes;
}

size_t pier__utf8_valid_bytes(const char *text, size_t size) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t position = 0;
    while (position < size) {
        position += ascii_run(bytes + position, size - position);
        /* What ended the run, another character or the end of the text, is less than 16 bytes away. */
        while (position < size && bytes[position] < 0x80) {
            position++;
        }
        size_t character = position < size ? character_bytes(bytes + position, size - position) : 0;
        if (character == 0) {
            return position;
        }
        position += character;
    }
    return position;
}

bool pier_text_is_valid(const char *text, size_t size_bytes) {
    return pier__utf8_valid_bytes(text, size_bytes) == size_bytes;
}

size_t pier_text_valid_bytes(const char *text, size_t size_bytes) {
    return pier__utf8_valid_bytes(text, size_bytes);
}
