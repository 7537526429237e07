/* Default values: static objects of the members' types. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "emit.h"

const char *emit_default_name(char *name, size_t capacity, const schema_field *field) {
    (void)snprintf(name, capacity, field->has_default ? "pier__%s_default_%s" : "NULL", field->owner->c_name,
                   field->c_name);
    return name;
}

static void number_text(char *text, size_t capacity, const schema_field *field) {
    double number = field->default_value.number;
    bool is_float = field->kind == PIER_FIELD_F32;
    if (isnan(number)) {
        (void)snprintf(text, capacity, "%sNAN", is_float ? "" : "(double)");
        return;
    }
    if (isinf(number)) {
        (void)snprintf(text, capacity, "%s%sINFINITY", number < 0 ? "-" : "", is_float ? "" : "(double)");
        return;
    }
    (void)snprintf(text, capacity, "%.*g", is_float ? 9 : 17, number);
    size_t length = strlen(text);
    bool is_integer = strpbrk(text, ".e") == NULL;
    (void)snprintf(text + length, capacity - length, "%s%s", is_integer ? ".0" : "", is_float ? "F" : "");
}

static void integer_text(char *text, size_t capacity, const schema_field *field) {
    int64_t value = field->default_value.integer;
    if (field->kind == PIER_FIELD_BOOL) {
        (void)snprintf(text, capacity, "true");
    } else if (field->kind == PIER_FIELD_U64) {
        (void)snprintf(text, capacity, "UINT64_C(%" PRIu64 ")", field->default_value.unsigned_integer);
    } else if (field->kind >= PIER_FIELD_U8 && field->kind <= PIER_FIELD_U32) {
        (void)snprintf(text, capacity, "%" PRIu64 "%s", field->default_value.unsigned_integer,
                       field->default_value.unsigned_integer > INT16_MAX ? "U" : "");
    } else if (field->kind == PIER_FIELD_I64 && value == INT64_MIN) {
        (void)snprintf(text, capacity, "INT64_MIN");
    } else if (field->kind == PIER_FIELD_I64) {
        (void)snprintf(text, capacity, "INT64_C(%" PRId64 ")", value);
    } else if (value == INT32_MIN) {
        (void)snprintf(text, capacity, "INT32_MIN");
    } else {
        (void)snprintf(text, capacity, "%" PRId64, value);
    }
}

/* Inline bytes, numbers one by one: a literal would have a terminator that does not fit. */
static void emit_inline_bytes(emit_output *output, const char *name, const schema_field *field) {
    const unsigned char *data = (const unsigned char *)field->default_value.bytes.data;
    size_t size = field->default_value.bytes.size;
    emit_open(output, "static const struct {");
    emit_line(output, "uint32_t size;");
    emit_line(output, "uint8_t data[%u];", field->capacity);
    emit_close(output, "} %s = {%zu, {", name, size);
    output->depth++;
    for (size_t at = 0; at < size; at += 16) {
        char line[128] = "";
        size_t length = 0;
        for (size_t i = at; i < size && i < at + 16; i++) {
            length += (size_t)snprintf(line + length, sizeof line - length, "%s0x%02x%s", i != at ? " " : "", data[i],
                                       i + 1 < size ? "," : "");
        }
        emit_line(output, "%s", line);
    }
    emit_close(output, "}};");
}

static void emit_text_default(emit_output *output, const char *name, const schema_field *field) {
    const pier_bytes *value = &field->default_value.bytes;
    if (field->capacity != 0 && field->kind == PIER_FIELD_BYTES) {
        emit_inline_bytes(output, name, field);
        return;
    }
    if (field->capacity != 0) {
        emit_line(output, "static const char %s[%u] =", name, field->capacity);
    } else {
        emit_line(output, "static const %s %s = {", emit_type(field), name);
    }
    output->depth++;
    emit_literal(output, (const char *)value->data, value->size);
    output->depth--;
    if (field->capacity != 0) {
        emit_text(output, ";\n");
    } else {
        emit_text(output, ", %zu};\n", value->size);
    }
}

void emit_default(emit_output *output, const schema_field *field) {
    char name[EMIT_NAME_BYTES];
    char text[64];
    if (!field->has_default) {
        return;
    }
    (void)emit_default_name(name, sizeof name, field);
    if (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) {
        emit_text_default(output, name, field);
        return;
    }
    if (field->kind == PIER_FIELD_F32 || field->kind == PIER_FIELD_F64) {
        number_text(text, sizeof text, field);
    } else {
        integer_text(text, sizeof text, field);
    }
    emit_line(output, "static const %s %s = %s;", emit_type(field), name, text);
}
