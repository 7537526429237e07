/* Declaring what files have: messages, enums and their names, before any field is looked at, since a field may name a
 * type that comes later. */
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

/* Where in the descriptors the declaration is. */
typedef struct scope {
    schema *owner;
    schema__file *file;
    schema__message *outer; /* NULL: in the file itself */
    const char *full_name;  /* of the message or package; "" for no package */
    size_t depth;
} scope;

static bool is_name(const char *name) {
    return name != NULL && schema__is_identifier(name) && strlen(name) <= SCHEMA_NAME_BYTES_MAX;
}

static bool is_package(const char *name) {
    bool begins = true;
    for (const char *at = name; *at != '\0'; at++) {
        bool is_letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_';
        if (*at == '.' ? begins : !is_letter && (begins || *at < '0' || *at > '9')) {
            return false;
        }
        begins = *at == '.';
    }
    return name[0] == '\0' || !begins;
}

static const int32_t *extend_path(const scope *in, int32_t kind, size_t index, size_t *length) {
    size_t outer_length = in->outer != NULL ? in->outer->path_length : 0;
    int32_t *path = (int32_t *)schema__allocate_array(in->owner, outer_length + 2, sizeof *path);
    if (path == NULL) {
        return NULL;
    }
    if (outer_length != 0) {
        memcpy(path, in->outer->path, outer_length * sizeof *path);
    }
    path[outer_length] = kind;
    path[outer_length + 1] = (int32_t)index;
    *length = outer_length + 2;
    return path;
}

static bool add_symbol(const scope *in, const char *full_name, schema__symbol_kind kind, void *object) {
    schema__symbol *symbol = (schema__symbol *)schema__append(in->owner, &in->owner->symbols, sizeof *symbol);
    if (symbol == NULL) {
        return false;
    }
    symbol->full_name = full_name;
    symbol->kind = kind;
    symbol->file = &in->file->made;
    symbol->object = object;
    return true;
}

/* Returns the full name of something in a scope; NULL: no memory, or no name. */
static const char *name_in(const scope *in, const char *name) {
    if (!is_name(name)) {
        schema__malformed(in->owner, "%s: a name that is none", in->file->made.name);
        return NULL;
    }
    return schema__print(in->owner, "%s%s%s", in->full_name, in->full_name[0] != '\0' ? "." : "", name);
}

static int compare_values(const void *one, const void *other) {
    const schema_value *a = *(schema_value *const *)one;
    const schema_value *b = *(schema_value *const *)other;
    return a->number != b->number ? (a->number < b->number ? -1 : 1) : strcmp(a->name, b->name);
}

static bool declare_values(const scope *in, schema_enum *made, const enum_proto *proto, const int32_t *path,
                           size_t length) {
    made->values = (schema_value *)schema__allocate_array(in->owner, proto->n_value, sizeof *made->values);
    made->sorted = (schema_value **)schema__allocate_array(in->owner, proto->n_value, sizeof *made->sorted);
    int32_t *value_path = (int32_t *)schema__allocate_array(in->owner, length + 2, sizeof *value_path);
    if (made->values == NULL || made->sorted == NULL || value_path == NULL) {
        return false;
    }
    memcpy(value_path, path, length * sizeof *path);
    value_path[length] = 2;
    for (size_t i = 0; i < proto->n_value; i++) {
        schema_value *value = &made->values[i];
        if (!is_name(proto->value[i]->name)) {
            return schema__malformed(in->owner, "%s: a value of the enum %s has no name", in->file->made.name,
                                     made->full_name);
        }
        value_path[length + 1] = (int32_t)i;
        value->name = proto->value[i]->name;
        value->number = proto->value[i]->number;
        value->place = schema__place(&in->file->places, value_path, length + 2, &value->comment);
        const ProtobufCMessage *options = (const ProtobufCMessage *)proto->value[i]->options;
        value->c_name = schema__option_name(in->owner, options, value->place);
        made->sorted[i] = value;
    }
    if (proto->n_value == 0) {
        return schema__malformed(in->owner, "%s: the enum %s has no value", in->file->made.name, made->full_name);
    }
    made->value_count = proto->n_value;
    qsort(made->sorted, made->value_count, sizeof *made->sorted, compare_values);
    return true;
}

static bool declare_enum(const scope *in, const enum_proto *proto, int32_t kind, size_t index) {
    const char *full_name = name_in(in, proto->name);
    if (full_name == NULL) {
        return false;
    }
    if (!in->file->made.is_proto3) {
        return add_symbol(in, full_name, SCHEMA__FOREIGN, NULL);
    }
    size_t length;
    const int32_t *path = extend_path(in, kind, index, &length);
    schema_enum *made = (schema_enum *)schema__allocate(in->owner, sizeof *made);
    schema_enum **place = (schema_enum **)schema__append(in->owner, &in->file->enums, sizeof(schema_enum *));
    if (path == NULL || made == NULL || place == NULL) {
        return false;
    }
    *place = made;
    made->name = proto->name;
    made->full_name = full_name;
    made->file = &in->file->made;
    made->place = schema__place(&in->file->places, path, length, &made->comment);
    made->c_name = schema__option_name(in->owner, (const ProtobufCMessage *)proto->options, made->place);
    return declare_values(in, made, proto, path, length) && add_symbol(in, full_name, SCHEMA__ENUM, made);
}

static bool declare_message(const scope *in, const message_proto *proto, int32_t kind, size_t index);

static bool declare_nested(const scope *in, const message_proto *proto) {
    enum { NESTED_TYPE = 3, ENUM_TYPE = 4 };
    for (size_t i = 0; i < proto->n_nested_type; i++) {
        if (!declare_message(in, proto->nested_type[i], NESTED_TYPE, i)) {
            return false;
        }
    }
    for (size_t i = 0; i < proto->n_enum_type; i++) {
        if (!declare_enum(in, proto->enum_type[i], ENUM_TYPE, i)) {
            return false;
        }
    }
    return true;
}

static bool declare_message(const scope *in, const message_proto *proto, int32_t kind, size_t index) {
    scope inside = *in;
    inside.full_name = name_in(in, proto->name);
    inside.depth++;
    if (inside.full_name == NULL) {
        return false;
    }
    if (inside.depth > SCHEMA_DEPTH_MAX) {
        return schema__malformed(in->owner, "%s: messages are in one another more than %d deep", in->file->made.name,
                                 SCHEMA_DEPTH_MAX);
    }
    if (!in->file->made.is_proto3) {
        return add_symbol(in, inside.full_name, SCHEMA__FOREIGN, NULL) && declare_nested(&inside, proto);
    }
    schema__message *made = (schema__message *)schema__allocate(in->owner, sizeof *made);
    schema_message **place =
        (schema_message **)schema__append(in->owner, &in->file->messages, sizeof(schema_message *));
    if (made == NULL || place == NULL) {
        return false;
    }
    *place = &made->made;
    made->proto = proto;
    made->path = extend_path(in, kind, index, &made->path_length);
    if (made->path == NULL) {
        return false;
    }
    made->made.name = proto->name;
    made->made.full_name = inside.full_name;
    made->made.file = &in->file->made;
    made->made.outer = in->outer != NULL ? &in->outer->made : NULL;
    made->made.is_entry = proto->options != NULL && proto->options->map_entry;
    made->made.is_deprecated = proto->options != NULL && proto->options->deprecated;
    made->made.place = schema__place(&in->file->places, made->path, made->path_length, &made->made.comment);
    inside.outer = made;
    return add_symbol(in, inside.full_name, SCHEMA__MESSAGE, made) && declare_nested(&inside, proto);
}

static bool declare_imports(schema *owner, schema__file *file) {
    const file_proto *proto = file->proto;
    file->made.imports =
        (schema_import *)schema__allocate_array(owner, proto->n_dependency, sizeof *file->made.imports);
    if (file->made.imports == NULL) {
        return false;
    }
    for (size_t i = 0; i < proto->n_dependency; i++) {
        const char *name = proto->dependency[i];
        schema_file *found = NULL;
        for (size_t j = 0; j < owner->file_count; j++) {
            found = strcmp(owner->files[j]->name, name) == 0 ? owner->files[j] : found;
        }
        if (found == NULL) {
            return schema__malformed(owner, "%.80s imports %.80s, which is not among the descriptors before it",
                                     proto->name, name);
        }
        file->made.imports[file->made.import_count++].file = found;
    }
    for (size_t i = 0; i < proto->n_public_dependency; i++) {
        size_t index = (size_t)proto->public_dependency[i];
        if (proto->public_dependency[i] >= 0 && index < file->made.import_count) {
            file->made.imports[index].is_public = true;
        }
    }
    return true;
}

static bool declare_file(schema *owner, const file_proto *proto) {
    enum { MESSAGE_TYPE = 4, ENUM_TYPE = 5, SYNTAX = 12 };
    if (proto->name == NULL || proto->name[0] == '\0' || (proto->package != NULL && !is_package(proto->package))) {
        return schema__malformed(owner, "a file without a name, or in a package that is none");
    }
    schema__file *file = (schema__file *)schema__allocate(owner, sizeof *file);
    if (file == NULL || !schema__places_init(owner, &file->places, proto)) {
        return false;
    }
    const int32_t syntax_path[] = {SYNTAX};
    file->proto = proto;
    file->made.name = proto->name;
    file->made.package = proto->package != NULL ? proto->package : "";
    file->made.is_proto3 = proto->syntax != NULL && strcmp(proto->syntax, "proto3") == 0;
    file->made.place = schema__place(&file->places, syntax_path, 1, &file->made.comment);
    if (!declare_imports(owner, file)) {
        return false;
    }
    owner->files[owner->file_count++] = &file->made;
    scope in = {owner, file, NULL, file->made.package, 0};
    for (size_t i = 0; i < proto->n_message_type; i++) {
        if (!declare_message(&in, proto->message_type[i], MESSAGE_TYPE, i)) {
            return false;
        }
    }
    for (size_t i = 0; i < proto->n_enum_type; i++) {
        if (!declare_enum(&in, proto->enum_type[i], ENUM_TYPE, i)) {
            return false;
        }
    }
    file->made.enums = (schema_enum **)file->enums.items;
    file->made.enum_count = file->enums.count;
    file->made.has_types = file->enums.count != 0 || file->messages.count != 0;
    return !file->made.is_proto3 || schema__declare_services(owner, file);
}

static int compare_symbols(const void *one, const void *other) {
    return strcmp(((const schema__symbol *)one)->full_name, ((const schema__symbol *)other)->full_name);
}

bool schema__declare(schema *owner, file_proto *const *files, size_t count) {
    owner->files = (schema_file **)schema__allocate_array(owner, count, sizeof *owner->files);
    for (size_t i = 0; owner->files != NULL && i < count; i++) {
        if (!declare_file(owner, files[i])) {
            return false;
        }
    }
    schema__symbol *symbols = (schema__symbol *)owner->symbols.items;
    if (owner->symbols.count != 0) {
        qsort(symbols, owner->symbols.count, sizeof *symbols, compare_symbols);
    }
    for (size_t i = 1; i < owner->symbols.count; i++) {
        if (strcmp(symbols[i - 1].full_name, symbols[i].full_name) == 0) {
            return schema__malformed(owner, "%s is described twice", symbols[i].full_name);
        }
    }
    return !owner->no_memory;
}

const schema__symbol *schema__find(const schema *owner, const char *full_name) {
    if (owner->symbols.count == 0) {
        return NULL;
    }
    schema__symbol wanted = {full_name, SCHEMA__FOREIGN, NULL, NULL};
    return (const schema__symbol *)bsearch(&wanted, owner->symbols.items, owner->symbols.count, sizeof wanted,
                                           compare_symbols);
}
