/* Is it UTF-8? See utf8.h. */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* Returns the length of the character that begins at `bytes`, or 0 when it is not one. */
static size_t character_bytes(const uint8_t *bytes, size_t left) {
    uint8_t lead = bytes[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    /* The second byte tells overlong forms (E0, F0), surrogates (ED) and what lies above U+10FFFF (F4). */
    if ((lead == 0xe0 && bytes[1] < 0xa0) || (lead == 0xed && bytes[1] > 0x9f) || (lead == 0xf0 && bytes[1] < 0x90) ||
        (lead == 0xf4 && bytes[1] > 0x8f)) {
        return 0;
    }
    return length;
}

size_t utf8_valid_bytes(const char *text, size_t size_bytes) {
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;
    while (at < size_bytes) {
        /* Most text is ASCII: eight bytes at a time. */
        uint64_t eight;
        if (size_bytes - at >= sizeof(eight)) {
            memcpy(&eight, bytes + at, sizeof(eight));
            if ((eight & 0x8080808080808080u) == 0) {
                at += sizeof(eight);
                continue;
            }
        }
        size_t length = character_bytes(bytes + at, size_bytes - at);
        if (length == 0) {
            return at;
        }
        at += length;
    }
    return at;
}
