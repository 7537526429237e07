/* Telling what cannot be honoured: every place of it, so that one run shows all. */
#include <string.h>

#include "schema_internal.h"

static void check_field(schema *owner, const schema_field *field) {
    const char *message = field->owner->full_name;
    if (field->number > SCHEMA_NUMBER_MAX) {
        schema__problem(owner, field->place, "%s.%s has the number %u: numbers go up to 65,535", message, field->name,
                        field->number);
    }
    if (field->kind == PIER_FIELD_RECORD && field->message == NULL) {
        schema__problem(owner, field->place, "%s.%s is of a message that a file of proto2 describes", message,
                        field->name);
    }
    if (field->kind == PIER_FIELD_ENUM && field->enumeration == NULL) {
        schema__problem(owner, field->place, "%s.%s is of an enum that a file of proto2 describes", message,
                        field->name);
    }
    bool is_own = field->message != NULL && field->message->component == field->owner->component;
    if (is_own && field->count_max != 0 && (field->flags & PIER_FIELD_SHARED) == 0) {
        schema__problem(owner, field->place, "%s.%s: (pier.inline_count) is not for a message that reaches itself",
                        message, field->name);
    }
    if (is_own && (field->flags & PIER_FIELD_REQUIRED) != 0) {
        schema__problem(owner, field->place,
                        "%s.%s: (pier.required) is not for a message that reaches itself: no "
                        "record would end",
                        message, field->name);
    }
}

static void check_name(schema *owner, schema_place place, const char *full_name) {
    if (strlen(full_name) > SCHEMA_NAME_BYTES_MAX) {
        schema__problem(owner, place, "the full name of %.80s… is above 255 bytes", full_name);
    }
}

static void check_message(schema *owner, const schema_message *message) {
    check_name(owner, message->place, message->full_name);
    for (size_t i = 0; i < message->field_count; i++) {
        check_field(owner, &message->declared[i]);
    }
}

/* proto2 ----------------------------------------------------------------------------------------------------------- */

static void check_proto2_field(schema *owner, const schema__file *file, const message_proto *message,
                               const field_proto *field, const int32_t *path, size_t length) {
    schema_place place = schema__place(&file->places, path, length, NULL);
    const char *name = field->name != NULL ? field->name : "";
    if (field->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REQUIRED) {
        schema__problem(owner, place, "%s.%s is required, which proto3 does not have: (pier.required) is there for it",
                        message->name, name);
    }
    if (field->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_GROUP) {
        schema__problem(owner, place, "%s.%s is a group, which proto3 does not have: a message is what it is",
                        message->name, name);
    }
    if (field->default_value != NULL) {
        schema__problem(owner, place,
                        "%s.%s has a default, which proto3 does not have: (pier.default_value) is there for it",
                        message->name, name);
    }
}

static void check_proto2_message(schema *owner, const schema__file *file, const message_proto *message, int32_t *path,
                                 size_t length) {
    enum { FIELD = 2, NESTED_TYPE = 3, EXTENSION_RANGE = 5 };
    if (message->n_extension_range != 0) {
        path[length] = EXTENSION_RANGE;
        path[length + 1] = 0;
        schema__problem(owner, schema__place(&file->places, path, length + 2, NULL),
                        "%s has extensions, which proto3 does not have", message->name);
    }
    for (size_t i = 0; i < message->n_field; i++) {
        path[length] = FIELD;
        path[length + 1] = (int32_t)i;
        check_proto2_field(owner, file, message, message->field[i], path, length + 2);
    }
    for (size_t i = 0; i < message->n_nested_type; i++) {
        path[length] = NESTED_TYPE;
        path[length + 1] = (int32_t)i;
        check_proto2_message(owner, file, message->nested_type[i], path, length + 2);
    }
}

/* A file that is asked for, and not proto3. */
static void check_proto2(schema *owner, const schema__file *file) {
    int32_t path[2 * SCHEMA_DEPTH_MAX + 4];
    schema_place place = file->made.place;
    if (place.line == 0 && file->places.count != 0) {
        /* Without a line that says so, it is proto2. */
        place.line = 1;
        place.column = 1;
    }
    const char *syntax = file->proto->syntax != NULL && file->proto->syntax[0] != '\0' ? file->proto->syntax : "proto2";
    schema__problem(owner, place, "the file is %s: Pier takes proto3 alone", syntax);
    for (size_t i = 0; i < file->proto->n_message_type; i++) {
        path[0] = 4;
        path[1] = (int32_t)i;
        check_proto2_message(owner, file, file->proto->message_type[i], path, 2);
    }
}

void schema__check(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        const schema_file *file = owner->files[i];
        if (file->is_root && !file->is_proto3) {
            check_proto2(owner, (const schema__file *)file);
        }
        for (size_t j = 0; j < file->enum_count; j++) {
            if (file->enums[j]->is_needed) {
                check_name(owner, file->enums[j]->place, file->enums[j]->full_name);
            }
        }
        for (size_t j = 0; j < schema__message_count(file); j++) {
            if (schema__message_at(file, j)->is_needed) {
                check_message(owner, schema__message_at(file, j));
            }
        }
    }
}
