/* Measuring: what a record needs beside the most of its fields; see emit_codec.h. */
#include <inttypes.h>
#include <stdio.h>

#include "emit_codec.h"

/* Whether a value, or an element, has something to measure. */
static bool value_is_variable(const schema_field *field) {
    return emit_is_view(field) || (field->message != NULL && field->message->is_variable);
}

/* `pointer` is an expression for the address of the value. */
static void measure_record(emit_output *output, const schema_field *field, const char *pointer, unsigned levels) {
    emit_deeper(output, "counts", field->message, levels);
    emit_line(output, "more += %s__measure(%s, counts);", field->message->c_name, pointer);
    emit_back(output, "counts", field->message, levels);
}

static void measure_value(emit_output *output, const schema_field *field, const char *value, unsigned levels) {
    if (emit_is_view(field)) {
        emit_line(output, "more += pier__view_bytes(%s.size);", value);
    } else if (field->message != NULL && field->message->is_variable) {
        char pointer[EMIT_POINTER_BYTES];
        (void)snprintf(pointer, sizeof pointer, "&%s", value);
        measure_record(output, field, pointer, levels);
    }
}

static void measure_pointer(emit_output *output, const schema_field *field, const char *value, unsigned levels) {
    char extent[EMIT_EXTENT_BYTES];
    emit_open(output, "if (pier__measure_pointer(counts, %s, %s)) {", value,
              emit_extent(extent, sizeof extent, field, levels));
    emit_line(output, "more += %s__most;", field->message->c_name);
    if (field->message->is_variable) {
        measure_record(output, field, value, levels);
    }
    emit_close(output, "}");
}

/* Puts together how many elements are measured. */
static const char *elements_of(char *text, size_t capacity, const schema_field *field, const char *value) {
    char extent[EMIT_EXTENT_BYTES];
    if (emit_is_list(field)) {
        (void)snprintf(text, capacity, "pier__measure_list(counts, %s, record->%s, %s)", value, field->c_count,
                       emit_extent(extent, sizeof extent, field, emit_is_map(field) ? 1 : 2));
    } else {
        (void)snprintf(text, capacity, "pier__measure_array(record->%s, %u)", field->c_count, field->count_max);
    }
    return text;
}

/* Puts together the most bytes of an element. */
static const char *bytes_of(char *text, size_t capacity, const schema_field *field) {
    if (field->message != NULL) {
        (void)snprintf(text, capacity, "%s__most", field->message->c_name);
    } else {
        (void)snprintf(text, capacity, "%" PRIu64, schema_element_bytes(field));
    }
    return text;
}

static void measure_repeated(emit_output *output, const schema_field *field, const char *value) {
    char elements[EMIT_CALL_BYTES];
    char bytes[EMIT_EXTENT_BYTES];
    bool is_large = schema_array_is_large(field);
    (void)bytes_of(bytes, sizeof bytes, field);
    if (emit_is_typed(field) && emit_is_list(field)) {
        emit_line(output, "more += %s != NULL ? (uint64_t)record->%s * sizeof %s[0] : 0;", value, field->c_count,
                  value);
        return;
    }
    (void)elements_of(elements, sizeof elements, field, value);
    if (!value_is_variable(field)) {
        if (is_large) {
            emit_line(output, "more += (uint64_t)%s * %s;", elements, bytes);
        }
        return;
    }
    char element[EMIT_ELEMENT_BYTES];
    (void)snprintf(element, sizeof element, "%s[i]", value);
    emit_open(output, "{");
    emit_line(output, "uint32_t count = %s;", elements);
    if (is_large) {
        emit_line(output, "more += (uint64_t)count * %s;", bytes);
    }
    emit_open(output, "for (uint32_t i = 0; i < count; i++) {");
    measure_value(output, field, element, emit_is_map(field) ? 1 : 2);
    emit_close(output, "}");
    emit_close(output, "}");
}

static void measure_field(emit_output *output, const schema_field *field) {
    char value[EMIT_MEMBER_BYTES];
    (void)emit_member(value, sizeof value, field);
    if (emit_is_repeated(field)) {
        measure_repeated(output, field, value);
    } else if (emit_is_pointer(field)) {
        measure_pointer(output, field, value, field->oneof != NULL ? 2 : 1);
    } else if (field->c_has != NULL && value_is_variable(field)) {
        emit_open(output, "if (record->%s) {", field->c_has);
        measure_value(output, field, value, 1);
        emit_close(output, "}");
    } else {
        measure_value(output, field, value, field->oneof != NULL ? 2 : 1);
    }
}

static void measure_oneof(emit_output *output, const schema_oneof *oneof) {
    bool is_variable = false;
    for (size_t i = 0; i < oneof->field_count; i++) {
        is_variable = is_variable || value_is_variable(oneof->fields[i]) || emit_is_pointer(oneof->fields[i]);
    }
    if (!is_variable) {
        return;
    }
    emit_open(output, "switch (record->%s) {", oneof->c_case);
    for (size_t i = 0; i < oneof->field_count; i++) {
        const schema_field *field = oneof->fields[i];
        if (value_is_variable(field) || emit_is_pointer(field)) {
            output->depth--;
            emit_open(output, "case %s:", field->c_case);
            measure_field(output, field);
            emit_line(output, "break;");
        }
    }
    output->depth--;
    emit_open(output, "default:");
    emit_line(output, "break;");
    emit_close(output, "}");
}

static bool uses_counts(const schema_message *message) {
    bool uses = false;
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = message->fields[i];
        uses = uses || (emit_is_list(field) && !emit_is_typed(field)) || emit_is_pointer(field) ||
               (field->message != NULL && field->message->is_variable);
    }
    return uses;
}

void emit_measure(emit_output *output, const schema_message *message) {
    if (!message->is_variable) {
        return;
    }
    emit_line(output, "/* Returns the bytes that a record needs beside %s__most. */", message->c_name);
    emit_open(output, "PIER__CODEC uint64_t %s__measure(const %s *record, pier__measuring *counts) {", message->c_name,
              message->c_name);
    emit_line(output, "uint64_t more = 0;");
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = message->fields[i];
        if (field->oneof == NULL) {
            measure_field(output, field);
        } else if (emit_begins_slot(field)) {
            measure_oneof(output, field->oneof);
        }
    }
    if (!uses_counts(message)) {
        emit_line(output, "(void)counts;");
    }
    emit_line(output, "return more;");
    emit_close(output, "}");
    emit_gap(output);
}
