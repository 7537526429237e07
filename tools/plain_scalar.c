/* Single values as the plain form of a field: see plain_scalar.h. */
#include "plain_scalar.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <pier/store.h>

#include "base64.h"
#include "date_text.h"

/* Up to here every integer is a float, and what lies beyond is not rounded to one of these. */
#define F32_INTEGER_MAX ((double)(1 << 24))
#define F64_INTEGER_MAX ((double)(((uint64_t)1 << 53) - 1))

static const char *store_base64(pier_archive *archive, pier_text text, plain_scratch *scratch) {
    size_t bytes = BASE64_DATA_SIZE(text.size);
    if (bytes > scratch->capacity) {
        const pier_allocator *from = &scratch->allocator;
        void *room = scratch->data == NULL ? from->allocate(from->user, bytes)
                                           : from->reallocate(from->user, scratch->data, scratch->capacity, bytes);
        if (room == NULL) {
            return "";
        }
        scratch->data = room;
        scratch->capacity = bytes;
    }
    if (!base64_decode(text.data, text.size, scratch->data, &bytes)) {
        return "bin, or its base64";
    }
    pier_store_bytes(archive, (pier_bytes){scratch->data, bytes});
    return NULL;
}

static const char *store_date(pier_archive *archive, pier_text text) {
    pier_time time;
    if (!date_text_read(text.data, text.size, &time)) {
        return "timestamp, or a date such as \"2026-03-01T10:30:00Z\"";
    }
    pier_store_time(archive, time);
    return NULL;
}

/* Stores a duration; an array of seconds and nanoseconds stays what it is. */
static const char *store_duration(pier_archive *archive, const pier_value *value) {
    int64_t seconds = 0;
    int32_t nanoseconds = 0;
    if (pier_value_kind(value) == PIER_KIND_ARRAY) {
        pier_store_value(archive, value);
        return NULL;
    }
    pier_text text = pier_value_text(value);
    if (!duration_text_read(text.data, text.size, &seconds, &nanoseconds)) {
        return "duration such as \"1.5s\"";
    }
    pier_store_array(archive, 2);
    pier_store_i64(archive, seconds);
    pier_store_i64(archive, nanoseconds);
    return NULL;
}

/* Stores a number of a field of floats. Numbers that none of its floats stands for stay as they are. */
static void store_float(pier_archive *archive, pier_field_kind kind, const pier_value *value) {
    double number = pier_value_number(value, 0);
    pier_kind written = pier_value_kind(value);
    bool is_integer = written == PIER_KIND_INT || written == PIER_KIND_UINT;
    double most = kind == PIER_FIELD_F32 ? F32_INTEGER_MAX : F64_INTEGER_MAX;
    if (is_integer && fabs(number) > most) {
        pier_store_value(archive, value);
    } else if (is_integer && kind == PIER_FIELD_F64) {
        pier_store_f64(archive, number);
    } else if (kind == PIER_FIELD_F32 && fabs(number) <= (double)FLT_MAX && (number == 0 || (float)number != 0)) {
        pier_store_f32(archive, (float)number);
    } else {
        pier_store_value(archive, value);
    }
}

const char *plain_scalar_store(pier_archive *archive, const pier_field *field, const pier_value *value,
                               plain_scratch *scratch) {
    pier_kind kind = pier_value_kind(value);
    bool is_number = kind == PIER_KIND_INT || kind == PIER_KIND_UINT || kind == PIER_KIND_F64;
    if (is_number && (field->kind == PIER_FIELD_F32 || field->kind == PIER_FIELD_F64)) {
        store_float(archive, field->kind, value);
        return NULL;
    }
    if (kind == PIER_KIND_TEXT && field->kind == PIER_FIELD_BYTES) {
        return store_base64(archive, pier_value_text(value), scratch);
    }
    if (kind == PIER_KIND_TEXT && field->kind == PIER_FIELD_TIME) {
        return store_date(archive, pier_value_text(value));
    }
    if (field->kind == PIER_FIELD_DURATION) {
        return store_duration(archive, value);
    }
    pier_store_value(archive, value);
    return NULL;
}

/* Reads an integer in the one way to write it. Returns whether it is one. */
static bool read_integer(pier_text text, bool *is_negative, uint64_t *number) {
    *is_negative = text.size > 0 && text.data[0] == '-';
    size_t at = *is_negative ? 1 : 0;
    bool has_zero = at < text.size && text.data[at] == '0';
    *number = 0;
    if (at == text.size || (has_zero && text.size > 1)) {
        return false;
    }
    for (; at < text.size; at++) {
        uint64_t digit = (uint64_t)(text.data[at] - '0');
        if (text.data[at] < '0' || text.data[at] > '9' || *number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return !*is_negative || *number <= (uint64_t)INT64_MAX + 1;
}

void plain_scalar_store_key(pier_archive *archive, const pier_field *key, const pier_value *value) {
    bool is_negative = false;
    uint64_t number = 0;
    bool is_text = pier_value_kind(value) == PIER_KIND_TEXT;
    if (is_text && key->kind == PIER_FIELD_BOOL &&
        (pier_value_is_text(value, "true") || pier_value_is_text(value, "false"))) {
        pier_store_bool(archive, pier_value_is_text(value, "true"));
    } else if (is_text && key->kind >= PIER_FIELD_I8 && key->kind <= PIER_FIELD_U64 &&
               read_integer(pier_value_text(value), &is_negative, &number)) {
        if (is_negative) {
            pier_store_i64(archive, (int64_t)(0 - number));
        } else {
            pier_store_u64(archive, number);
        }
    } else {
        pier_store_value(archive, value);
    }
}
