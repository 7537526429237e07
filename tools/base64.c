/* Base64: see base64.h. */
#include "base64.h"

#include <stdint.h>

/* Returns the six bits of a character, or -1. */
static int decode_char(char character) {
    if (character >= 'A' && character <= 'Z') {
        return character - 'A';
    }
    if (character >= 'a' && character <= 'z') {
        return character - 'a' + 26;
    }
    if (character >= '0' && character <= '9') {
        return character - '0' + 52;
    }
    return character == '+' ? 62 : character == '/' ? 63 : -1;
}

bool base64_decode(const char *text, size_t size_chars, void *data, size_t *size_bytes) {
    uint8_t *out = data;
    *size_bytes = 0;
    if (size_chars % 4 != 0) {
        return false;
    }
    size_t written = 0;
    for (size_t at = 0; at < size_chars; at += 4) {
        bool last = at + 4 == size_chars;
        size_t padding = !last || text[at + 3] != '=' ? 0 : text[at + 2] != '=' ? 1 : 2;
        uint32_t group = 0;
        for (size_t i = 0; i < 4 - padding; i++) {
            int bits = decode_char(text[at + i]);
            if (bits < 0) {
                return false;
            }
            group |= (uint32_t)bits << (18 - 6 * i);
        }
        if ((padding == 1 && (group & 0xff) != 0) || (padding == 2 && (group & 0xffff) != 0)) {
            return false;
        }
        for (size_t i = 0; i < 3 - padding; i++) {
            out[written++] = (uint8_t)(group >> (16 - 8 * i) & 0xff);
        }
    }
    *size_bytes = written;
    return true;
}
