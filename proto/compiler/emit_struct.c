/* The struct of a message: its members in the order of the schema. */
#include <stdio.h>
#include <string.h>

#include "emit.h"

const char *emit_type(const schema_field *field) {
    static const char *const numbers[] = {"",        "bool",     "int8_t",   "int16_t",  "int32_t", "int64_t",
                                          "uint8_t", "uint16_t", "uint32_t", "uint64_t", "float",   "double"};
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        return field->capacity != 0 ? "char" : "pier_text";
    case PIER_FIELD_BYTES:
        return field->capacity != 0 ? NULL : "pier_bytes";
    case PIER_FIELD_TIME:
        return "pier_time";
    case PIER_FIELD_DURATION:
        return "pier_duration";
    case PIER_FIELD_ANY:
        return "pier_any";
    case PIER_FIELD_RECORD:
        return field->message->c_name;
    case PIER_FIELD_ENUM:
        return field->enumeration->c_name;
    default:
        return numbers[field->kind];
    }
}

const char *emit_member(char *text, size_t capacity, const schema_field *field) {
    if (field->oneof != NULL) {
        (void)snprintf(text, capacity, "record->%s.%s", field->oneof->c_name, field->c_name);
    } else {
        (void)snprintf(text, capacity, "record->%s", field->c_name);
    }
    return text;
}

/* In C++ a member may not have the name of a type that the struct uses, unless that is said to be a struct. */
static bool hides_type(const schema_message *message, const char *type) {
    for (size_t i = 0; i < message->field_count; i++) {
        if (strcmp(message->declared[i].c_name, type) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < message->oneof_count; i++) {
        if (strcmp(message->oneofs[i].c_name, type) == 0) {
            return true;
        }
    }
    return false;
}

/* Puts the type of a value together, "struct " before it where it must be. */
static const char *type_of_member(char *text, size_t capacity, const schema_field *field) {
    const char *type = emit_type(field);
    bool is_hidden =
        (field->kind == PIER_FIELD_RECORD || field->kind == PIER_FIELD_ENUM) && hides_type(field->owner, type);
    if (is_hidden && field->kind == PIER_FIELD_ENUM) {
        return "int32_t";
    }
    (void)snprintf(text, capacity, "%s%s", is_hidden ? "struct " : "", type != NULL ? type : "");
    return text;
}

/* Puts together what stands around the name: `*name`, `name[10]`, `(*name)[16]`. */
static const char *declarator(char *text, size_t capacity, const schema_field *field) {
    bool is_list = (field->flags & PIER_FIELD_LIST) != 0;
    bool is_reference = (field->flags & PIER_FIELD_POINTER) != 0 ||
                        ((field->flags & PIER_FIELD_SHARED) != 0 && field->kind == PIER_FIELD_RECORD);
    bool is_array = field->kind == PIER_FIELD_TEXT && field->capacity != 0;
    char count[16] = "";
    char size[16] = "";
    if (field->count_max != 0) {
        (void)snprintf(count, sizeof count, "[%u]", field->count_max);
    }
    if (is_array) {
        (void)snprintf(size, sizeof size, "[%u]", field->capacity);
    }
    bool is_grouped = is_list && is_array;
    (void)snprintf(text, capacity, "%s%s%s%s%s%s%s", is_grouped ? "(" : "", is_reference ? "*" : "", is_list ? "*" : "",
                   field->c_name, count, is_grouped ? ")" : "", size);
    return text;
}

static void emit_field(emit_output *output, const schema_field *field) {
    char text[EMIT_NAME_BYTES];
    char type[EMIT_NAME_BYTES];
    emit_comment(output, field->comment.leading);
    if (field->is_deprecated) {
        emit_comment(output, "Deprecated.");
    }
    if (field->c_has != NULL) {
        emit_line(output, "bool %s;", field->c_has);
    }
    if (field->c_count != NULL) {
        emit_line(output, "uint32_t %s;", field->c_count);
    }
    (void)declarator(text, sizeof text, field);
    if (emit_type(field) != NULL) {
        emit_noted(output, field->comment.trailing, "%s %s;", type_of_member(type, sizeof type, field), text);
        return;
    }
    emit_comment(output, field->comment.trailing);
    emit_open(output, "struct {");
    emit_line(output, "uint32_t size;");
    emit_line(output, "uint8_t data[%u];", field->capacity);
    emit_close(output, "} %s;", text);
}

static void emit_oneof(emit_output *output, const schema_oneof *oneof) {
    emit_comment(output, oneof->comment.leading);
    emit_comment(output, oneof->comment.trailing);
    emit_line(output, "uint32_t %s; /* the number of the member that is set; 0: none */", oneof->c_case);
    emit_open(output, "union {");
    for (size_t i = 0; i < oneof->field_count; i++) {
        emit_field(output, oneof->fields[i]);
    }
    emit_close(output, "} %s;", oneof->c_name);
}

/* The numbers of the members of oneofs, as constants. */
static void emit_cases(emit_output *output, const schema_message *message) {
    for (size_t i = 0; i < message->oneof_count; i++) {
        const schema_oneof *oneof = &message->oneofs[i];
        emit_line(output, "/* What %s of a %s may be. */", oneof->c_case, message->c_name);
        emit_open(output, "enum {");
        for (size_t j = 0; j < oneof->field_count; j++) {
            emit_line(output, "%s = %u%s", oneof->fields[j]->c_case, oneof->fields[j]->number,
                      j + 1 < oneof->field_count ? "," : "");
        }
        emit_close(output, "};");
        emit_gap(output);
    }
}

void emit_struct(emit_output *output, const schema_message *message) {
    bool is_empty = true;
    emit_cases(output, message);
    if (message->is_entry) {
        emit_line(output, "/* One pair of the map in a %s. */", message->outer->c_name);
    }
    emit_comment(output, message->comment.leading);
    emit_comment(output, message->comment.trailing);
    if (message->is_deprecated) {
        emit_comment(output, "Deprecated.");
    }
    emit_open(output, "struct %s {", message->c_name);
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = &message->declared[i];
        is_empty = false;
        if (field->oneof == NULL) {
            emit_field(output, field);
        } else if (field == field->oneof->fields[0]) {
            emit_oneof(output, field->oneof);
        }
    }
    if (is_empty) {
        emit_line(output, "uint8_t pier_unused; /* C has no struct without members */");
    }
    emit_close(output, "};");
    emit_gap(output);
}
