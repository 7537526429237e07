/* Text into a caller's buffer, as snprintf would have it.
 *
 * Floor 4 (archive). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/value_internal.h"

pier__output pier__output_begin(char *buffer, size_t capacity_bytes) {
    return (pier__output){buffer, capacity_bytes > 0 ? capacity_bytes - 1 : 0, 0};
}

size_t pier__output_end(const pier__output *out) {
    if (out->buffer != NULL) {
        out->buffer[out->length < out->capacity ? out->length : out->capacity] = '\0';
    }
    return out->length;
}

void pier__output_add(pier__output *out, const char *text, size_t size) {
    if (out->length < out->capacity && size > 0) {
        size_t room = out->capacity - out->length;
        memcpy(out->buffer + out->length, text, size < room ? size : room);
    }
    out->length += size;
}

void pier__output_string(pier__output *out, const char *text) {
    pier__output_add(out, text, strlen(text));
}

void pier__output_unsigned(pier__output *out, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    pier__output_add(out, digits + at, sizeof digits - at);
}

void pier__output_signed(pier__output *out, int64_t number) {
    if (number < 0) {
        pier__output_add(out, "-", 1);
    }
    pier__output_unsigned(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void add_escaped(pier__output *out, unsigned char character) {
    static const char names[] = "btn-fr"; /* of U+0008 to U+000D; U+000B has none */
    char escape[8] = {'\\', (char)character, '\0'};
    if (character >= 8 && character <= 13 && character != 11) {
        escape[1] = names[character - 8];
    } else if (character < 0x20 || character >= 0x7f) {
        (void)snprintf(escape, sizeof escape, "\\u%04x", character);
    }
    pier__output_string(out, escape);
}

/* Whether U+0080 to U+009F stands at `at`: two bytes, of which the second is the number. */
static bool is_upper_control(pier_text text, size_t at) {
    return (unsigned char)text.data[at] == 0xc2 && at + 1 < text.size && (unsigned char)text.data[at + 1] < 0xa0;
}

void pier__output_quoted(pier__output *out, pier_text text) {
    pier__output_add(out, "\"", 1);
    size_t plain = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char character = (unsigned char)text.data[i];
        bool is_upper = is_upper_control(text, i);
        if (character < 0x20 || character == '"' || character == '\\' || character == 0x7f || is_upper) {
            pier__output_add(out, text.data + plain, i - plain);
            i += is_upper ? 1 : 0;
            add_escaped(out, (unsigned char)text.data[i]);
            plain = i + 1;
        }
    }
    if (text.size > plain) {
        pier__output_add(out, text.data + plain, text.size - plain);
    }
    pier__output_add(out, "\"", 1);
}

void pier__output_base64(pier__output *out, pier_bytes bytes) {
    static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *from = (const uint8_t *)bytes.data;
    pier__output_add(out, "\"", 1);
    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t left = bytes.size - at;
        uint32_t group = (uint32_t)from[at] << 16;
        group |= left > 1 ? (uint32_t)from[at + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)from[at + 2] : 0;
        char four[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63], left > 1 ? alphabet[group >> 6 & 63] : '=',
                        left > 2 ? alphabet[group & 63] : '='};
        pier__output_add(out, four, sizeof four);
    }
    pier__output_add(out, "\"", 1);
}
