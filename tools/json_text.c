/* The text of a line of JSON: see json_text.h. */
#include "json_text.h"

#include <stdbool.h>
#include <string.h>

#include <pier/bytes.h>

static size_t string_end(const char *line, size_t size, size_t at) {
    for (at++; at < size; at++) {
        if (line[at] == '\\') {
            at++;
        } else if (line[at] == '"') {
            return at + 1;
        }
    }
    return size;
}

size_t json_token_end(const char *line, size_t size_bytes, size_t at) {
    size_t space = at;
    while (space < size_bytes && strchr(" \t\r\n", line[space]) != NULL && line[space] != '\0') {
        space++;
    }
    if (space > at) {
        return space;
    }
    if (line[at] == '"') {
        return string_end(line, size_bytes, at);
    }
    /* strchr finds the zero byte too: it ends what is no token, as any delimiter does. */
    size_t other = at;
    while (other < size_bytes && strchr(" \t\r\n\"[]{},:", line[other]) == NULL) {
        other++;
    }
    return other > at ? other : at + 1;
}

size_t json_token_start(const char *line, size_t size_bytes, size_t at) {
    size_t start = 0;
    while (start < size_bytes) {
        size_t end = json_token_end(line, size_bytes, start);
        if (end > at) {
            return start;
        }
        start = end;
    }
    return at;
}

size_t json_child_start(const char *line, size_t size_bytes, size_t at, uint32_t index) {
    uint32_t depth = 0;
    for (at++; at < size_bytes; at = json_token_end(line, size_bytes, at)) {
        char first = line[at];
        bool is_space = first == ' ' || first == '\t' || first == '\r';
        bool separates = first == ',' || first == ':';
        if (depth == 0 && index == 0 && !is_space) {
            return at;
        }
        index -= depth == 0 && separates ? 1 : 0;
        depth += first == '[' || first == '{' ? 1 : 0;
        depth -= first == ']' || first == '}' ? 1 : 0;
    }
    return size_bytes;
}

/* Reads the escape \uXXXX at `at`. Returns its number, or -1 when it is none. */
static int unicode_escape(const char *line, size_t size, size_t at) {
    if (size - at < 6 || line[at] != '\\' || line[at + 1] != 'u') {
        return -1;
    }
    int number = 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = line[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        number = number * 16 + digit;
    }
    return number;
}

/* Returns where the first half of a surrogate pair without its other half is, or `size`. A backslash outside of text is
 * a mistake that the parser meets before. */
static size_t lone_surrogate(const char *line, size_t size) {
    size_t at = 0;
    while (at < size) {
        const char *escape = memchr(line + at, '\\', size - at);
        if (escape == NULL) {
            return size;
        }
        at = (size_t)(escape - line);
        int number = unicode_escape(line, size, at);
        if (number >= 0xd800 && number <= 0xdbff) {
            int other = unicode_escape(line, size, at + 6);
            if (other < 0xdc00 || other > 0xdfff) {
                return at;
            }
            at += 12;
        } else if (number >= 0xdc00 && number <= 0xdfff) {
            return at;
        } else {
            at += number < 0 ? 2 : 6;
        }
    }
    return size;
}

size_t json_sound_bytes(const char *line, size_t size_bytes, const char **why) {
    size_t utf8 = pier_text_valid_bytes(line, size_bytes);
    size_t surrogate = lone_surrogate(line, utf8);
    /* The line was cut where UTF-8 ends; an escape that is cut there was half of nothing yet. */
    if (surrogate < utf8) {
        *why = "half of a surrogate pair";
        return surrogate;
    }
    *why = "bytes that are not UTF-8";
    return utf8;
}
