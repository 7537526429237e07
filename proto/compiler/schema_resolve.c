/* Making the fields of messages: number, kind and type. What options make of them comes later, for needed messages
 * alone. */
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

/* What a scalar of protobuf is here. Indexed by the numbers of FieldDescriptorProto.Type. */
static const struct {
    pier_field_kind kind;
    uint32_t flags;
} scalars[] = {
    {(pier_field_kind)0, 0},            /* there is no type 0 */
    {PIER_FIELD_F64, 0},                /* double */
    {PIER_FIELD_F32, 0},                /* float */
    {PIER_FIELD_I64, 0},                /* int64 */
    {PIER_FIELD_U64, 0},                /* uint64 */
    {PIER_FIELD_I32, 0},                /* int32 */
    {PIER_FIELD_U64, PIER_FIELD_FIXED}, /* fixed64 */
    {PIER_FIELD_U32, PIER_FIELD_FIXED}, /* fixed32 */
    {PIER_FIELD_BOOL, 0},               /* bool */
    {PIER_FIELD_TEXT, 0},               /* string */
    {(pier_field_kind)0, 0},            /* group */
    {PIER_FIELD_RECORD, 0},             /* message */
    {PIER_FIELD_BYTES, 0},              /* bytes */
    {PIER_FIELD_U32, 0},                /* uint32 */
    {PIER_FIELD_ENUM, 0},               /* enum */
    {PIER_FIELD_I32, PIER_FIELD_FIXED}, /* sfixed32 */
    {PIER_FIELD_I64, PIER_FIELD_FIXED}, /* sfixed64 */
    {PIER_FIELD_I32, 0},                /* sint32 */
    {PIER_FIELD_I64, 0}                 /* sint64 */
};

/* Messages that are kinds of their own where a field is of them. */
static pier_field_kind kind_of_message(const char *full_name) {
    return strcmp(full_name, "google.protobuf.Timestamp") == 0  ? PIER_FIELD_TIME
           : strcmp(full_name, "google.protobuf.Duration") == 0 ? PIER_FIELD_DURATION
           : strcmp(full_name, "google.protobuf.Any") == 0      ? PIER_FIELD_ANY
                                                                : PIER_FIELD_RECORD;
}

static bool resolve_type(schema *owner, schema_field *field, const field_proto *proto) {
    const char *name = proto->type_name != NULL ? proto->type_name : "";
    const schema__symbol *symbol = schema__find(owner, name + (name[0] == '.'));
    schema__symbol_kind wanted = field->kind == PIER_FIELD_ENUM ? SCHEMA__ENUM : SCHEMA__MESSAGE;
    if (symbol == NULL || (symbol->kind != wanted && symbol->kind != SCHEMA__FOREIGN)) {
        return schema__malformed(owner, "%s.%s is of the type %.80s, which is not described", field->owner->full_name,
                                 field->name, name);
    }
    if (wanted == SCHEMA__ENUM) {
        field->enumeration = (schema_enum *)symbol->object;
        return true;
    }
    if (symbol->kind == SCHEMA__MESSAGE && ((const schema_message *)symbol->object)->is_entry &&
        ((const schema_message *)symbol->object)->outer != field->owner) {
        return schema__malformed(owner, "%s.%s is of the entry of another message's map", field->owner->full_name,
                                 field->name);
    }
    field->kind = kind_of_message(symbol->full_name);
    field->message = field->kind == PIER_FIELD_RECORD ? (schema_message *)symbol->object : NULL;
    return true;
}

/* protoc makes a oneof of its own for each `optional`; that is none. */
static bool is_synthetic(const message_proto *message, int32_t index) {
    for (size_t i = 0; i < message->n_field; i++) {
        const field_proto *field = message->field[i];
        if (field->has_oneof_index && field->oneof_index == index && !field->proto3_optional) {
            return false;
        }
    }
    return true;
}

static bool resolve_field(schema *owner, schema__message *message, size_t index) {
    const field_proto *proto = message->proto->field[index];
    schema_field *field = &message->made.declared[index];
    const schema__file *file = (const schema__file *)message->made.file;
    int32_t *path = (int32_t *)schema__allocate_array(owner, message->path_length + 2, sizeof *path);
    if (path == NULL) {
        return false;
    }
    memcpy(path, message->path, message->path_length * sizeof *path);
    path[message->path_length] = 2;
    path[message->path_length + 1] = (int32_t)index;
    field->owner = &message->made;
    field->place = schema__place(&file->places, path, message->path_length + 2, &field->comment);
    field->name = proto->name;
    if (proto->name == NULL || proto->name[0] == '\0' || strlen(proto->name) > SCHEMA_NAME_BYTES_MAX ||
        !schema__is_identifier(proto->name) || proto->number < 1) {
        return schema__malformed(owner, "a field of %s has no name or no number", message->made.full_name);
    }
    field->number = (uint32_t)proto->number;
    field->is_deprecated = proto->options != NULL && proto->options->deprecated;
    if (proto->type < 1 || (size_t)proto->type >= sizeof scalars / sizeof scalars[0] ||
        scalars[proto->type].kind == 0) {
        return schema__malformed(owner, "%s.%s has no type of proto3", message->made.full_name, proto->name);
    }
    field->kind = scalars[proto->type].kind;
    field->flags = scalars[proto->type].flags;
    if (proto->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED) {
        field->flags |= PIER_FIELD_REPEATED | PIER_FIELD_LIST;
    }
    if ((field->kind == PIER_FIELD_RECORD || field->kind == PIER_FIELD_ENUM) && !resolve_type(owner, field, proto)) {
        return false;
    }
    bool is_map = field->message != NULL && field->message->is_entry;
    bool is_repeated = (field->flags & PIER_FIELD_REPEATED) != 0;
    if ((is_map && !is_repeated) || (is_repeated && proto->has_oneof_index)) {
        return schema__malformed(owner, "%s.%s is a map that is not repeated, or repeated in a oneof",
                                 message->made.full_name, proto->name);
    }
    return true;
}

static int compare_fields(const void *one, const void *other) {
    uint32_t a = (*(schema_field *const *)one)->number;
    uint32_t b = (*(schema_field *const *)other)->number;
    return a < b ? -1 : a > b;
}

static bool resolve_oneofs(schema *owner, schema__message *message) {
    const message_proto *proto = message->proto;
    schema_message *made = &message->made;
    made->oneofs = (schema_oneof *)schema__allocate_array(owner, proto->n_oneof_decl, sizeof *made->oneofs);
    int32_t *path = (int32_t *)schema__allocate_array(owner, message->path_length + 2, sizeof *path);
    if (made->oneofs == NULL || path == NULL) {
        return false;
    }
    memcpy(path, message->path, message->path_length * sizeof *path);
    path[message->path_length] = 8;
    for (size_t i = 0; i < proto->n_oneof_decl; i++) {
        if (is_synthetic(proto, (int32_t)i)) {
            continue;
        }
        schema_oneof *oneof = &made->oneofs[made->oneof_count];
        path[message->path_length + 1] = (int32_t)i;
        oneof->name = proto->oneof_decl[i]->name;
        if (oneof->name == NULL || oneof->name[0] == '\0' || strlen(oneof->name) > SCHEMA_NAME_BYTES_MAX) {
            return schema__malformed(owner, "a oneof of %s has no name", made->full_name);
        }
        oneof->index = (uint32_t)made->oneof_count++;
        oneof->owner = made;
        oneof->place =
            schema__place(&((const schema__file *)made->file)->places, path, message->path_length + 2, &oneof->comment);
        oneof->c_name =
            schema__option_name(owner, (const ProtobufCMessage *)proto->oneof_decl[i]->options, oneof->place);
        oneof->fields = (schema_field **)schema__allocate_array(owner, proto->n_field, sizeof(schema_field *));
        if (oneof->fields == NULL) {
            return false;
        }
        for (size_t j = 0; j < made->field_count; j++) {
            if (proto->field[j]->has_oneof_index && proto->field[j]->oneof_index == (int32_t)i) {
                made->declared[j].oneof = oneof;
                oneof->fields[oneof->field_count++] = &made->declared[j];
            }
        }
        qsort(oneof->fields, oneof->field_count, sizeof(schema_field *), compare_fields);
    }
    return true;
}

/* An entry of a map is a message with a key and a value, made by protoc. */
static bool entry_is_good(const schema_message *entry) {
    return entry->field_count == 2 && entry->fields[0]->number == 1 && entry->fields[1]->number == 2 &&
           strcmp(entry->fields[0]->name, "key") == 0 && strcmp(entry->fields[1]->name, "value") == 0 &&
           ((entry->fields[0]->kind >= PIER_FIELD_BOOL && entry->fields[0]->kind <= PIER_FIELD_U64) ||
            entry->fields[0]->kind == PIER_FIELD_TEXT) &&
           ((entry->fields[0]->flags | entry->fields[1]->flags) & ~(uint32_t)PIER_FIELD_FIXED) == 0;
}

static bool resolve_message(schema *owner, schema__message *message) {
    schema_message *made = &message->made;
    size_t count = message->proto->n_field;
    made->declared = (schema_field *)schema__allocate_array(owner, count, sizeof *made->declared);
    made->fields = (schema_field **)schema__allocate_array(owner, count, sizeof *made->fields);
    if (made->declared == NULL || made->fields == NULL) {
        return false;
    }
    made->field_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!resolve_field(owner, message, i)) {
            return false;
        }
        made->fields[i] = &made->declared[i];
    }
    if (count != 0) {
        qsort(made->fields, count, sizeof *made->fields, compare_fields);
    }
    for (size_t i = 1; i < count; i++) {
        if (made->fields[i - 1]->number == made->fields[i]->number) {
            return schema__malformed(owner, "%s has two fields of one number", made->full_name);
        }
    }
    if (made->is_entry && (made->outer == NULL || !entry_is_good(made))) {
        return schema__malformed(owner, "%s is no entry of a map", made->full_name);
    }
    return resolve_oneofs(owner, message);
}

bool schema__resolve(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < schema__message_count(owner->files[i]); j++) {
            if (!resolve_message(owner, (schema__message *)schema__message_at(owner->files[i], j))) {
                return false;
            }
        }
    }
    return !owner->no_memory;
}

static void need_enum(schema_enum *needed) {
    if (needed != NULL) {
        needed->is_needed = true;
    }
}

bool schema__find_needed(schema *owner) {
    schema__list list = {NULL, 0, 0};
    for (size_t i = 0; i < owner->file_count; i++) {
        const schema_file *file = owner->files[i];
        for (size_t j = 0; file->is_root && j < file->enum_count; j++) {
            need_enum(file->enums[j]);
        }
        for (size_t j = 0; file->is_root && j < schema__message_count(file); j++) {
            schema_message **item = (schema_message **)schema__append(owner, &list, sizeof *item);
            if (item == NULL) {
                return false;
            }
            *item = schema__message_at(file, j);
            (*item)->is_needed = true;
        }
    }
    for (size_t i = 0; i < list.count; i++) {
        const schema_message *message = ((schema_message **)list.items)[i];
        for (size_t j = 0; j < message->field_count; j++) {
            need_enum(message->declared[j].enumeration);
            schema_message *next = message->declared[j].message;
            if (next != NULL && !next->is_needed) {
                schema_message **item = (schema_message **)schema__append(owner, &list, sizeof *item);
                if (item == NULL) {
                    return false;
                }
                next->is_needed = true;
                *item = next;
            }
        }
    }
    return true;
}
