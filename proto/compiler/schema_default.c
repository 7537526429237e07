/* Reading default values: the text of an option as a value of the field's kind. */
#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

enum { NUMBER_BYTES_MAX = 64 };

static bool read_bool(schema_field *field, const char *text) {
    field->default_value.boolean = strcmp(text, "true") == 0;
    field->has_default = field->default_value.boolean;
    return field->has_default || strcmp(text, "false") == 0;
}

static bool read_signed(schema_field *field, const char *text) {
    unsigned bits = 8u << (field->kind - PIER_FIELD_I8);
    int64_t highest = (int64_t)(UINT64_MAX >> (65 - bits));
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 0);
    field->default_value.integer = value;
    field->has_default = value != 0;
    return errno == 0 && *end == '\0' && value <= highest && value >= -highest - 1;
}

static bool read_unsigned(schema_field *field, const char *text) {
    unsigned bits = 8u << (field->kind - PIER_FIELD_U8);
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    field->default_value.unsigned_integer = value;
    field->has_default = value != 0;
    return errno == 0 && *end == '\0' && text[0] != '-' && value <= UINT64_MAX >> (64 - bits);
}

static bool read_float(schema_field *field, const char *text) {
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    bool is_finite = value >= -DBL_MAX && value <= DBL_MAX;
    if (*end != '\0' || (errno == ERANGE && !is_finite) ||
        (field->kind == PIER_FIELD_F32 && is_finite && (value > FLT_MAX || value < -FLT_MAX))) {
        return false;
    }
    static const double zero = 0;
    field->default_value.number = value;
    field->has_default = memcmp(&value, &zero, sizeof value) != 0;
    return true;
}

static bool read_enum(schema_field *field, const char *text) {
    for (size_t i = 0; i < field->enumeration->value_count; i++) {
        if (strcmp(field->enumeration->values[i].name, text) == 0) {
            field->default_value.integer = field->enumeration->values[i].number;
            field->has_default = field->default_value.integer != 0;
            return true;
        }
    }
    return false;
}

static bool read_number(schema_field *field, pier_bytes given) {
    char text[NUMBER_BYTES_MAX + 1] = "";
    if (given.size < 1 || given.size > NUMBER_BYTES_MAX || memchr(given.data, 0, given.size) != NULL) {
        return false;
    }
    memcpy(text, given.data, given.size);
    /* strtod and its like pass over blanks. */
    if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) {
        return false;
    }
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        return read_bool(field, text);
    case PIER_FIELD_F32:
    case PIER_FIELD_F64:
        return read_float(field, text);
    default:
        return field->kind <= PIER_FIELD_I64 ? read_signed(field, text) : read_unsigned(field, text);
    }
}

static bool read_bytes(schema *owner, schema_field *field, pier_bytes given) {
    bool is_text = field->kind == PIER_FIELD_TEXT;
    if (is_text && !pier_text_is_valid((const char *)given.data, given.size)) {
        return false;
    }
    if (field->capacity != 0) {
        /* Text in the struct ends at its first zero byte, which needs a place, too. */
        size_t most = is_text ? field->capacity - 1 : field->capacity;
        if (given.size > most || (is_text && given.size != 0 && memchr(given.data, 0, given.size) != NULL)) {
            return false;
        }
    }
    char *copy = (char *)schema__allocate(owner, given.size + 1);
    if (copy != NULL && given.size != 0) {
        memcpy(copy, given.data, given.size);
    }
    field->default_value.bytes.data = copy;
    field->default_value.bytes.size = given.size;
    field->has_default = given.size != 0;
    return true;
}

void schema__read_default(schema *owner, schema_field *field, pier_bytes text) {
    bool is_good;
    if (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) {
        is_good = read_bytes(owner, field, text);
    } else if (field->kind == PIER_FIELD_ENUM) {
        const char *name =
            schema__print(owner, "%.*s", (int)(text.size < 256 ? text.size : 256), (const char *)text.data);
        is_good = name == NULL || (field->enumeration != NULL && read_enum(field, name));
    } else {
        is_good = read_number(field, text);
    }
    if (!is_good) {
        field->has_default = false;
        schema__problem(owner, field->place, "%s.%s: (pier.default_value) is no value of the field",
                        field->owner->full_name, field->name);
    }
}
