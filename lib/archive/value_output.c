/* Text into a caller's buffer, as snprintf would have it.
 *
 * Floor 4 (archive). */
#include <math.h>
#include <string.h>

#include "archive/value_digits_internal.h"
#include "archive/value_internal.h"
#include "base/utf8_internal.h"

const char pier__digit_pairs[200] = {
    '0', '0', '0', '1', '0', '2', '0', '3', '0', '4', '0', '5', '0', '6', '0', '7', '0', '8', '0', '9', '1', '0', '1',
    '1', '1', '2', '1', '3', '1', '4', '1', '5', '1', '6', '1', '7', '1', '8', '1', '9', '2', '0', '2', '1', '2', '2',
    '2', '3', '2', '4', '2', '5', '2', '6', '2', '7', '2', '8', '2', '9', '3', '0', '3', '1', '3', '2', '3', '3', '3',
    '4', '3', '5', '3', '6', '3', '7', '3', '8', '3', '9', '4', '0', '4', '1', '4', '2', '4', '3', '4', '4', '4', '5',
    '4', '6', '4', '7', '4', '8', '4', '9', '5', '0', '5', '1', '5', '2', '5', '3', '5', '4', '5', '5', '5', '6', '5',
    '7', '5', '8', '5', '9', '6', '0', '6', '1', '6', '2', '6', '3', '6', '4', '6', '5', '6', '6', '6', '7', '6', '8',
    '6', '9', '7', '0', '7', '1', '7', '2', '7', '3', '7', '4', '7', '5', '7', '6', '7', '7', '7', '8', '7', '9', '8',
    '0', '8', '1', '8', '2', '8', '3', '8', '4', '8', '5', '8', '6', '8', '7', '8', '8', '8', '9', '9', '0', '9', '1',
    '9', '2', '9', '3', '9', '4', '9', '5', '9', '6', '9', '7', '9', '8', '9', '9',
};

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
    char digits[PIER__DIGITS_MAX];
    pier__output_add(out, digits, (size_t)(pier__write_unsigned(digits, number) - digits));
}

void pier__output_signed(pier__output *out, int64_t number) {
    if (number < 0) {
        pier__output_add(out, "-", 1);
    }
    pier__output_unsigned(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

char *pier__write_escaped(char *to, unsigned char character) {
    static const char names[] = "btn-fr"; /* of U+0008 to U+000D; U+000B has none */
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    if (character >= 8 && character <= 13 && character != 11) {
        *to++ = names[character - 8];
    } else if (character < 0x20 || character >= 0x7f) {
        memcpy(to, "u00", 3);
        to[3] = hex[character >> 4];
        to[4] = hex[character & 15];
        to += 5;
    } else {
        *to++ = (char)character;
    }
    return to;
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
            char escape[PIER__ESCAPE_BYTES];
            char *end = pier__write_escaped(escape, (unsigned char)text.data[i]);
            pier__output_add(out, escape, (size_t)(end - escape));
            plain = i + 1;
        }
    }
    if (text.size > plain) {
        pier__output_add(out, text.data + plain, text.size - plain);
    }
    pier__output_add(out, "\"", 1);
}

void pier__output_base64_bare(pier__output *out, pier_bytes bytes) {
    static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *from = (const uint8_t *)bytes.data;
    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t left = bytes.size - at;
        uint32_t group = (uint32_t)from[at] << 16;
        group |= left > 1 ? (uint32_t)from[at + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)from[at + 2] : 0;
        char four[4] = {alphabet[group >> 18], alphabet[group >> 12 & 63], left > 1 ? alphabet[group >> 6 & 63] : '=',
                        left > 2 ? alphabet[group & 63] : '='};
        pier__output_add(out, four, sizeof four);
    }
}

void pier__output_base64(pier__output *out, pier_bytes bytes) {
    pier__output_add(out, "\"", 1);
    pier__output_base64_bare(out, bytes);
    pier__output_add(out, "\"", 1);
}

void pier__output_text(pier__output *out, pier_text text) {
    if (pier__utf8_valid_bytes(text.data, text.size) == text.size) {
        pier__output_quoted(out, text);
    } else {
        pier__output_string(out, "{\"$str\":");
        pier__output_base64(out, (pier_bytes){text.data, text.size});
        pier__output_string(out, "}");
    }
}

void pier__output_bytes(pier__output *out, pier_bytes bytes) {
    pier__output_string(out, "{\"$bin\":");
    pier__output_base64(out, bytes);
    pier__output_string(out, "}");
}

void pier__output_float(pier__output *out, double value) {
    if (isnan(value)) {
        pier__output_string(out, "{\"$float\":\"NaN\"}");
    } else if (isinf(value)) {
        pier__output_string(out, value < 0 ? "{\"$float\":\"-Infinity\"}" : "{\"$float\":\"Infinity\"}");
    } else {
        char text[PIER__FLOAT_TEXT_BYTES];
        pier__output_add(out, text, pier__float_text(value, text));
    }
}

void pier__output_time(pier__output *out, pier_time time) {
    pier__output_string(out, "{\"$time\":[");
    pier__output_signed(out, time.seconds);
    pier__output_string(out, ",");
    pier__output_unsigned(out, time.nanoseconds);
    pier__output_string(out, "]}");
}
