/* Storing single values; see interpret_internal.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8_internal.h"
#include "record/duration_internal.h"
#include "record/interpret_internal.h"

bool pier__store_refuse(pier__storing *to, pier_status status, const char *format, ...) {
    char text[sizeof((pier_error *)0)->text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pier__archive_refuse(to->archive, status, to->path.text, "%s", text);
    pier__archive_of(to->archive)->error.floor = PIER_FLOOR_RECORD;
    return false;
}

static bool store_text(pier__storing *to, pier_text text) {
    if (text.size > 0 && text.data == NULL) {
        return pier__store_refuse(to, PIER_RANGE, "the size is %zu, and the text is NULL", text.size);
    }
    size_t valid = pier__utf8_valid_bytes(text.data, text.size);
    if (valid != text.size) {
        return pier__store_refuse(to, PIER_TEXT, "byte %zu of the text is not UTF-8", valid);
    }
    if (text.size > to->limits->text_bytes_max) {
        return pier__store_refuse(to, PIER_LIMIT, "a text of %zu bytes, the limit is %llu (text_bytes_max)", text.size,
                                  (unsigned long long)to->limits->text_bytes_max);
    }
    pier_store_text(to->archive, text);
    return true;
}

static bool store_inline_text(pier__storing *to, const char *text, uint32_t capacity) {
    const char *end = (const char *)memchr(text, 0, capacity);
    if (end == NULL) {
        return pier__store_refuse(to, PIER_RANGE, "the text is not terminated within its %u bytes", capacity);
    }
    pier_text view = {text, (size_t)(end - text)};
    return store_text(to, view);
}

static bool store_bytes(pier__storing *to, pier_bytes bytes) {
    if (bytes.size > 0 && bytes.data == NULL) {
        return pier__store_refuse(to, PIER_RANGE, "the size is %zu, and the bytes are NULL", bytes.size);
    }
    if (bytes.size > to->limits->text_bytes_max) {
        return pier__store_refuse(to, PIER_LIMIT, "%zu bytes, the limit is %llu (text_bytes_max)", bytes.size,
                                  (unsigned long long)to->limits->text_bytes_max);
    }
    pier_store_bytes(to->archive, bytes);
    return true;
}

static bool store_inline_bytes(pier__storing *to, const uint8_t *value, uint32_t capacity) {
    uint32_t size;
    memcpy(&size, value, sizeof size);
    if (size > capacity) {
        return pier__store_refuse(to, PIER_RANGE, "the size is %u, and there is room for %u bytes", size, capacity);
    }
    pier_bytes view = {value + sizeof size, size};
    return store_bytes(to, view);
}

static bool store_time(pier__storing *to, const uint8_t *value) {
    pier_time time;
    memcpy(&time, value, sizeof time);
    if (time.nanoseconds > PIER__NANOSECONDS_MAX) {
        return pier__store_refuse(
            to, PIER_RANGE, "a time with %u nanoseconds: at most 999999999 are less than a second", time.nanoseconds);
    }
    pier_store_time(to->archive, time);
    return true;
}

static bool store_duration(pier__storing *to, const uint8_t *value) {
    pier_duration duration;
    memcpy(&duration, value, sizeof duration);
    if (duration.seconds < -pier__duration_seconds_max || duration.seconds > pier__duration_seconds_max) {
        return pier__store_refuse(to, PIER_RANGE, "%lld seconds of a duration, at most %lld either way",
                                  (long long)duration.seconds, (long long)pier__duration_seconds_max);
    }
    if (duration.nanoseconds < -PIER__NANOSECONDS_MAX || duration.nanoseconds > PIER__NANOSECONDS_MAX) {
        return pier__store_refuse(to, PIER_RANGE, "%d nanoseconds of a duration, at most %d either way",
                                  duration.nanoseconds, PIER__NANOSECONDS_MAX);
    }
    if ((duration.seconds < 0 && duration.nanoseconds > 0) || (duration.seconds > 0 && duration.nanoseconds < 0)) {
        return pier__store_refuse(to, PIER_RANGE, "%lld seconds and %d nanoseconds are not of one sign",
                                  (long long)duration.seconds, duration.nanoseconds);
    }
    if (!pier__store_array(to, 2)) {
        return false;
    }
    pier_store_i64(to->archive, duration.seconds);
    pier_store_i64(to->archive, duration.nanoseconds);
    pier__store_close(to);
    return true;
}

/* Stores an integer in the width of its kind: the first byte of that width, and the number, most significant first. */
static bool store_fixed(pier__storing *to, const pier_field *field, uint64_t number) {
    bool is_signed = field->kind >= PIER_FIELD_I8 && field->kind <= PIER_FIELD_I64;
    unsigned width = (unsigned)pier__kind_bytes(field->kind);
    unsigned power = width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3;
    if (!pier__archive_reserve(to->archive, PIER__OVERHANG_BYTES)) {
        return false;
    }
    uint8_t *at = to->archive->cursor;
    at[0] = (uint8_t)((is_signed ? 0xd0u : 0xccu) + power);
    pier__put_word(at + 1, number << (64 - 8 * width));
    to->archive->cursor = at + 1 + width;
    return true;
}

static bool store_number(pier__storing *to, const pier_field *field, const uint8_t *member) {
    bool is_fixed = (field->flags & PIER_FIELD_FIXED) != 0;
    float f32;
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        pier_store_bool(to->archive, pier__read_unsigned(field->kind, member) != 0);
        return true;
    case PIER_FIELD_F32:
        memcpy(&f32, member, sizeof f32);
        pier_store_f32(to->archive, f32);
        return true;
    case PIER_FIELD_F64:
        pier_store_f64(to->archive, pier__read_float(field->kind, member));
        return true;
    default:
        break;
    }
    bool is_signed = pier__kind_is_signed(field->kind);
    uint64_t number =
        is_signed ? (uint64_t)pier__read_signed(field->kind, member) : pier__read_unsigned(field->kind, member);
    if (is_fixed && field->kind != PIER_FIELD_ENUM) {
        return store_fixed(to, field, number);
    }
    if (is_signed) {
        pier_store_i64(to->archive, (int64_t)number);
    } else {
        pier_store_u64(to->archive, number);
    }
    return true;
}

bool pier__store_scalar(pier__storing *to, const pier_field *field, const uint8_t *value) {
    switch (field->kind) {
    case PIER_FIELD_TIME:
        return store_time(to, value);
    case PIER_FIELD_DURATION:
        return store_duration(to, value);
    case PIER_FIELD_TEXT:
        if (field->capacity == 0) {
            pier_text text;
            memcpy(&text, value, sizeof text);
            return store_text(to, text);
        }
        return store_inline_text(to, (const char *)value, field->capacity);
    case PIER_FIELD_BYTES:
        if (field->capacity == 0) {
            pier_bytes bytes;
            memcpy(&bytes, value, sizeof bytes);
            return store_bytes(to, bytes);
        }
        return store_inline_bytes(to, value, field->capacity);
    default:
        return pier__kind_bytes(field->kind) != 0
                   ? store_number(to, field, value)
                   : pier__store_refuse(to, PIER_USAGE, "a field of unknown kind %u", (unsigned)field->kind);
    }
}
