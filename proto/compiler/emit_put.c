/* Storing: statements that write a record at `at`; see emit_codec.h. */
#include <stdio.h>

#include "emit_codec.h"

/* `pointer` is an expression for the address of the value. */
static void put_record(emit_output *output, const schema_field *field, const char *pointer) {
    emit_line(output, "at = %s__put(at, %s);", field->message->c_name, pointer);
    emit_give_up(output, "at == NULL");
}

static void put_value(emit_output *output, const schema_field *field, const char *value) {
    char pointer[EMIT_POINTER_BYTES];
    if (field->message != NULL) {
        (void)snprintf(pointer, sizeof pointer, "&%s", value);
        put_record(output, field, pointer);
    } else if (field->capacity == 0) {
        emit_line(output, "at = pier__put_%s(at, %s, &wrong);", emit_kernel(field), value);
    } else if (field->kind == PIER_FIELD_TEXT) {
        emit_line(output, "at = pier__put_inline_text(at, %s, %u, &wrong);", value, field->capacity);
    } else {
        emit_line(output, "at = pier__put_inline_bytes(at, %s.data, %s.size, %u, &wrong);", value, value,
                  field->capacity);
    }
}

static void put_repeated(emit_output *output, const schema_field *field, const char *value) {
    char element[EMIT_ELEMENT_BYTES];
    emit_open(output, "{");
    if (emit_is_list(field)) {
        emit_line(output, "uint32_t count = pier__list_count(%s, record->%s, &wrong);", value, field->c_count);
    } else {
        emit_line(output, "uint32_t count = pier__array_count(record->%s, %u, &wrong);", field->c_count,
                  field->count_max);
    }
    if (emit_is_typed(field)) {
        emit_line(output, "at = pier__put_typed(at, %s, count, %u, %s, sizeof %s[0]);", value,
                  emit_is_list(field) ? 0 : field->count_max, emit_kind(field), value);
    } else if (emit_is_integers(field)) {
        emit_line(output, "at = pier__put_count(at, count);");
        emit_line(output, "at = pier__put_integers(at, %s, count, %s);", value, emit_kind(field));
    } else {
        emit_line(output, "at = pier__put_%s(at, count);", emit_is_map(field) ? "pairs" : "count");
        emit_open(output, "for (uint32_t i = 0; i < count; i++) {");
        (void)snprintf(element, sizeof element, "%s[i]", value);
        put_value(output, field, element);
        emit_close(output, "}");
    }
    emit_close(output, "}");
}

/* Writes what stands in the slot of a field that may be absent. */
static void put_present(emit_output *output, const schema_field *field, const char *value) {
    if (emit_is_pointer(field)) {
        emit_open(output, "if (%s != NULL) {", value);
        put_record(output, field, value);
    } else {
        emit_open(output, "if (record->%s) {", field->c_has);
        put_value(output, field, value);
    }
    output->depth--;
    emit_open(output, "} else {");
    emit_line(output, "at = pier__put_nil(at);");
    emit_close(output, "}");
}

static void put_oneof(emit_output *output, const schema_oneof *oneof) {
    char value[EMIT_MEMBER_BYTES];
    char is_null[EMIT_CALL_BYTES];
    emit_open(output, "switch (record->%s) {", oneof->c_case);
    for (size_t i = 0; i < oneof->field_count; i++) {
        const schema_field *field = oneof->fields[i];
        (void)emit_member(value, sizeof value, field);
        output->depth--;
        emit_open(output, "case %s:", field->c_case);
        emit_line(output, "at = pier__put_case(at, %s);", field->c_case);
        if (emit_is_pointer(field)) {
            (void)snprintf(is_null, sizeof is_null, "%s == NULL", value);
            emit_give_up(output, is_null);
            put_record(output, field, value);
        } else {
            put_value(output, field, value);
        }
        emit_line(output, "break;");
    }
    output->depth--;
    emit_open(output, "default:");
    emit_line(output, "wrong |= record->%s != 0;", oneof->c_case);
    emit_line(output, "at = pier__put_nil(at);");
    emit_line(output, "break;");
    emit_close(output, "}");
}

static void put_slot(emit_output *output, const schema_field *field) {
    char value[EMIT_MEMBER_BYTES];
    (void)emit_member(value, sizeof value, field);
    if (field->oneof != NULL) {
        put_oneof(output, field->oneof);
    } else if (emit_is_repeated(field)) {
        put_repeated(output, field, value);
    } else if (emit_is_pointer(field) || field->c_has != NULL) {
        put_present(output, field, value);
    } else {
        put_value(output, field, value);
    }
}

void emit_put(emit_output *output, const schema_message *message) {
    const char *what = message->is_entry ? "key and value" : "a record";
    emit_line(output, "/* Stores %s at `at`. Returns the end; NULL when a value may not be stored. */", what);
    emit_open(output, "PIER__CODEC uint8_t *%s__put(uint8_t *at, const %s *record) {", message->c_name,
              message->c_name);
    emit_line(output, "unsigned wrong = 0;");
    if (!message->is_entry) {
        emit_line(output, "at = pier__put_count(at, %u);", emit_slot_count(message));
    }
    for (size_t i = 0; i < message->field_count; i++) {
        if (emit_begins_slot(message->fields[i])) {
            put_slot(output, message->fields[i]);
        }
    }
    if (message->field_count == 0) {
        emit_line(output, "(void)record;");
    }
    emit_line(output, "return wrong == 0 ? at : NULL;");
    emit_close(output, "}");
    emit_gap(output);
}
