/* Filling errors, and writing one as a line.
 *
 * Floor 0 (base). Knows nothing of the objects that keep the errors. Has no state: any thread may call it. */
#include "base/error_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void pier_error_clear(pier_error *error) {
    if (error == NULL) {
        return;
    }
    memset(error, 0, sizeof *error);
    error->offset = PIER_NO_OFFSET;
    error->block_offset = PIER_NO_OFFSET;
    error->payload_offset = PIER_NO_OFFSET;
    error->record = PIER_NO_OFFSET;
}

/* Returns how many of the `length` bytes of `text` are left when a character of UTF-8 that was cut off at the end is
 * dropped. Bytes that are no UTF-8 at all are kept: they are the text's own fault, not the cut's. */
static size_t whole_characters(const char *text, size_t length) {
    size_t back = 0;
    while (back < 3 && back < length && ((unsigned char)text[length - 1 - back] & 0xC0u) == 0x80u) {
        back++;
    }
    if (back == length) {
        return length;
    }
    unsigned char lead = (unsigned char)text[length - 1 - back];
    size_t needed = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : lead >= 0xC0u ? 2 : 1;
    return needed > back + 1 ? length - back - 1 : length;
}

pier_status pier__error_set(pier_error *error, pier_status status, pier_floor floor, int os_error, const char *format,
                            ...) {
    if (error == NULL) {
        return status;
    }
    int errno_before = errno;
    /* The text is made aside first: the arguments may lie in the very error that is being filled. */
    char text[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (written <= 0) {
        (void)snprintf(text, sizeof text, "%s", pier_status_text(status));
    } else if ((size_t)written >= sizeof text) {
        text[whole_characters(text, sizeof text - 1)] = '\0';
    }
    pier_error_clear(error);
    error->status = status;
    error->floor = floor;
    error->os_error = os_error;
    memcpy(error->text, text, sizeof text);
    errno = errno_before;
    return status;
}

pier_status pier__error_about(pier_error *error, pier_status status, const char *subject) {
    if (error == NULL || status >= 0 || strstr(error->text, subject) != NULL) {
        return status;
    }
    char text[sizeof error->text];
    int written = snprintf(text, sizeof text, "%s: %s", subject, error->text);
    if (written >= 0 && (size_t)written >= sizeof text) {
        text[whole_characters(text, sizeof text - 1)] = '\0';
    }
    memcpy(error->text, text, sizeof text);
    return status;
}

/* A line that grows in the caller's buffer and goes on counting when that is full. */
typedef struct error_line {
    char *buffer;
    size_t capacity_bytes;
    size_t length;
} error_line;

static void line_append(error_line *line, const char *text) {
    for (; *text != '\0'; text++) {
        if (line->length + 1 < line->capacity_bytes) {
            unsigned char byte = (unsigned char)*text;
            /* What came from outside must not break the line or steer a terminal. */
            line->buffer[line->length] = byte < 0x20u || byte == 0x7Fu ? '?' : *text;
        }
        line->length++;
    }
}

/* Appends one item of the list in parentheses that ends the line. */
static void line_append_item(error_line *line, bool *first, const char *label, const char *value) {
    line_append(line, *first ? " (" : ", ");
    line_append(line, label);
    line_append(line, value);
    *first = false;
}

static void line_append_number(error_line *line, bool *first, const char *label, uint64_t number) {
    if (number == PIER_NO_OFFSET) {
        return;
    }
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    line_append_item(line, first, label, digits);
}

static void line_append_place(error_line *line, const char *label, uint64_t number) {
    char text[64];
    (void)snprintf(text, sizeof text, " %s%" PRIu64, label, number);
    line_append(line, text);
}

/* Appends where a field went wrong, as the end of a sentence: " at byte 137 of record 12". Behind a block that was
 * compressed only its beginning is on the wire. */
static void line_append_field_place(error_line *line, const pier_error *error, bool is_inflated) {
    if (is_inflated) {
        line_append_place(line, "at byte ", error->payload_offset);
        line_append_place(line, "of the payload of the block at byte ", error->block_offset);
        line_append(line, ",");
    } else if (error->offset != PIER_NO_OFFSET) {
        line_append_place(line, "at byte ", error->offset);
    }
    if (error->record != PIER_NO_OFFSET) {
        bool is_of = error->offset != PIER_NO_OFFSET && !is_inflated;
        line_append_place(line, is_of ? "of record " : "in record ", error->record);
    }
}

size_t pier_error_format(const pier_error *error, char *buffer, size_t capacity_bytes) {
    error_line line = {buffer, capacity_bytes, 0};
    bool first = true;
    bool is_of_field = error->floor == PIER_FLOOR_RECORD && error->path[0] != '\0';
    bool is_inflated = is_of_field && error->payload_offset != PIER_NO_OFFSET && error->block_offset == error->offset &&
                       error->record != PIER_NO_OFFSET;
    line_append(&line, pier_status_name(error->status));
    line_append(&line, ": ");
    if (is_of_field) {
        line_append(&line, error->path);
        line_append(&line, ": ");
    }
    line_append(&line, error->text[0] != '\0' ? error->text : pier_status_text(error->status));
    if (is_of_field) {
        line_append_field_place(&line, error, is_inflated);
    } else {
        line_append_number(&line, &first, "byte ", error->offset);
    }
    if (!is_inflated) {
        line_append_number(&line, &first, "block at ", error->block_offset);
        line_append_number(&line, &first, "payload byte ", error->payload_offset);
    }
    if (!is_of_field) {
        line_append_number(&line, &first, "record ", error->record);
        if (error->path[0] != '\0') {
            line_append_item(&line, &first, "", error->path);
        }
    }
    if (error->os_error != 0) {
        char digits[16];
        (void)snprintf(digits, sizeof digits, "%d", error->os_error);
        line_append_item(&line, &first, "errno ", digits);
    }
    if (!first) {
        line_append(&line, ")");
    }
    if (capacity_bytes > 0) {
        size_t end = line.length < capacity_bytes ? line.length : whole_characters(buffer, capacity_bytes - 1);
        buffer[end] = '\0';
    }
    return line.length;
}
