/* Finding the types of a schema, and where each stands; see proto_print_internal.h.
 *
 * A file has one package: the one that all types have in common. What else stands before the names of types, be it a
 * package or a message that no definition tells of, becomes messages around them, which gives them the same full
 * names. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto_print_internal.h"

bool proto_fail(proto_printer *p, pier_status status, const char *type, const char *field, const char *format, ...) {
    if (p->status != PIER_OK) {
        return false;
    }
    p->status = status;
    pier_error_clear(p->error);
    p->error->status = status;
    p->error->floor = PIER_FLOOR_RECORD;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(p->error->text, sizeof p->error->text, format, arguments);
    va_end(arguments);
    (void)snprintf(p->error->path, sizeof p->error->path, "%s%s%s", type != NULL ? type : "", field != NULL ? "." : "",
                   field != NULL ? field : "");
    return false;
}

bool proto_is_map(const pier_definition_field *field) {
    return (field->flags & PIER_FIELD_MAP) != 0;
}

/* The list --------------------------------------------------------------------------------------------------------- */

static int compare_names(const char *one, size_t one_bytes, const char *other, size_t other_bytes) {
    int order = memcmp(one, other, one_bytes < other_bytes ? one_bytes : other_bytes);
    return order != 0 ? order : (one_bytes > other_bytes) - (one_bytes < other_bytes);
}

/* Where a name is among those that are in order, or would be. */
static size_t place_of(const proto_printer *p, const char *name, size_t name_bytes) {
    size_t low = 0;
    size_t high = p->sorted;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_names(p->types[middle].name, p->types[middle].name_bytes, name, name_bytes) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static proto_type *find(const proto_printer *p, const char *name, size_t name_bytes) {
    size_t place = place_of(p, name, name_bytes);
    if (place < p->sorted && compare_names(p->types[place].name, p->types[place].name_bytes, name, name_bytes) == 0) {
        return &p->types[place];
    }
    const size_t *added = text_index_find(&p->added, name, name_bytes);
    return added != NULL ? &p->types[*added] : NULL;
}

const proto_type *proto_find(const proto_printer *p, const char *name, size_t name_bytes) {
    return find(p, name, name_bytes);
}

/* Appends a type that is not there. An archive may have a hundred thousand: they are put in order together. */
static bool insert(proto_printer *p, proto_type added) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity == 0 ? 32 : p->capacity * 2;
        proto_type *types = (proto_type *)realloc(p->types, capacity * sizeof *types);
        if (types == NULL) {
            return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
        }
        p->types = types;
        p->capacity = capacity;
    }
    if (text_index_add(&p->added, added.name, added.name_bytes, p->count) == NULL) {
        return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
    }
    p->types[p->count++] = added;
    return true;
}

static int compare_types(const void *one, const void *other) {
    const proto_type *a = (const proto_type *)one;
    const proto_type *b = (const proto_type *)other;
    return compare_names(a->name, a->name_bytes, b->name, b->name_bytes);
}

static void sort(proto_printer *p) {
    if (p->count > 0) {
        qsort(p->types, p->count, sizeof *p->types, compare_types);
    }
    p->sorted = p->count;
    text_index_clear(&p->added);
}

/* protobuf's own types --------------------------------------------------------------------------------------------- */

/* Which file of protobuf has the type; NULL: none. */
static const char *import_of(const char *name) {
    static const char prefix[] = "google.protobuf.";
    static const char *const files[][2] = {
        {"Struct", "struct"},
        {"Value", "struct"},
        {"ListValue", "struct"},
        {"NullValue", "struct"},
        {"DoubleValue", "wrappers"},
        {"FloatValue", "wrappers"},
        {"Int64Value", "wrappers"},
        {"UInt64Value", "wrappers"},
        {"Int32Value", "wrappers"},
        {"UInt32Value", "wrappers"},
        {"BoolValue", "wrappers"},
        {"StringValue", "wrappers"},
        {"BytesValue", "wrappers"},
        {"Empty", "empty"},
        {"FieldMask", "field_mask"},
        {"SourceContext", "source_context"},
        {"Type", "type"},
        {"Field", "type"},
        {"Enum", "type"},
        {"EnumValue", "type"},
        {"Option", "type"},
        {"Syntax", "type"},
        {"Api", "api"},
        {"Method", "api"},
        {"Mixin", "api"},
    };
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return NULL;
    }
    const char *rest = name + sizeof prefix - 1;
    size_t bytes = strcspn(rest, ".");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (strlen(files[i][0]) == bytes && memcmp(files[i][0], rest, bytes) == 0) {
            return files[i][1];
        }
    }
    return NULL;
}

/* Collecting ------------------------------------------------------------------------------------------------------- */

static bool same_text(const char *one, const char *other) {
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static bool same_field(const pier_definition_field *one, const pier_definition_field *other) {
    const char *type = one->type != NULL ? pier_definition_name(one->type) : NULL;
    const char *other_type = other->type != NULL ? pier_definition_name(other->type) : NULL;
    return one->number == other->number && strcmp(one->name, other->name) == 0 && one->kind == other->kind &&
           one->flags == other->flags && same_text(type, other_type) && same_text(one->oneof_name, other->oneof_name) &&
           one->default_value.size == other->default_value.size &&
           (one->default_value.size == 0 ||
            memcmp(one->default_value.data, other->default_value.data, one->default_value.size) == 0);
}

/* Whether two definitions of one name say the same. */
static bool same_type(const pier_definition *one, const pier_definition *other) {
    bool same = pier_definition_kind_of(one) == pier_definition_kind_of(other) &&
                pier_definition_version(one) == pier_definition_version(other) &&
                pier_definition_field_count(one) == pier_definition_field_count(other) &&
                pier_definition_value_count(one) == pier_definition_value_count(other);
    for (uint32_t i = 0; same && i < pier_definition_field_count(one); i++) {
        pier_definition_field field = pier_definition_field_at(one, i);
        pier_definition_field other_field = pier_definition_field_at(other, i);
        same = same_field(&field, &other_field);
    }
    for (uint32_t i = 0; same && i < pier_definition_value_count(one); i++) {
        pier_enum_value value = pier_definition_value_at(one, i);
        pier_enum_value other_value = pier_definition_value_at(other, i);
        same = value.number == other_value.number && strcmp(value.name, other_value.name) == 0;
    }
    return same;
}

/* Types whose fields are still to be followed. */
typedef struct pending {
    const pier_definition **list;
    size_t count;
    size_t capacity;
} pending;

static bool add(proto_printer *p, pending *to_follow, const pier_definition *definition) {
    const char *name = pier_definition_name(definition);
    proto_type *known = find(p, name, strlen(name));
    if (known != NULL) {
        /* Very many fields of one class may be of one type. */
        bool is_same = known->definition == definition || known->same == definition;
        known->same = definition;
        return is_same || same_type(known->definition, definition) ||
               proto_fail(p, PIER_MISMATCH, name, NULL,
                          "two classes of this name differ, and one file has one of them");
    }
    const char *import = import_of(name);
    if (!insert(p, (proto_type){name, strlen(name), definition, definition, import, false})) {
        return false;
    }
    if (import != NULL) {
        return true;
    }
    if (to_follow->count == to_follow->capacity) {
        size_t capacity = to_follow->capacity == 0 ? 32 : to_follow->capacity * 2;
        const pier_definition **list =
            (const pier_definition **)realloc((void *)to_follow->list, capacity * sizeof(const pier_definition *));
        if (list == NULL) {
            return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
        }
        to_follow->list = list;
        to_follow->capacity = capacity;
    }
    to_follow->list[to_follow->count++] = definition;
    return true;
}

static bool collect(proto_printer *p, pending *to_follow, const pier_definition *const *definitions, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!add(p, to_follow, definitions[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < to_follow->count; i++) {
        const pier_definition *type = to_follow->list[i];
        for (uint32_t j = 0; j < pier_definition_field_count(type); j++) {
            pier_definition_field field = pier_definition_field_at(type, j);
            if (field.type != NULL && !add(p, to_follow, field.type)) {
                return false;
            }
        }
    }
    return true;
}

/* Maps ------------------------------------------------------------------------------------------------------------- */

/* The name that protoc gives to the entry of a map: `by_name` of `k.All` has `k.All.ByNameEntry`. */
static void entry_name(const char *owner, const char *field, char *name, size_t capacity) {
    char upper[PROTO_NAME_BYTES];
    size_t length = 0;
    bool begins = true;
    for (const char *at = field; *at != '\0' && length + 1 < sizeof upper; at++) {
        bool is_lower = *at >= 'a' && *at <= 'z';
        if (*at != '_') {
            upper[length++] = begins && is_lower ? (char)(*at - 'a' + 'A') : *at;
        }
        begins = *at == '_';
    }
    (void)snprintf(name, capacity, "%s.%.*sEntry", owner, (int)length, upper);
}

static bool is_bare(const pier_definition_field *field) {
    return (field->flags & ~(uint32_t)PIER_FIELD_FIXED) == 0 && field->default_value.size == 0;
}

static bool check_map(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    const char *class_name = pier_definition_name(owner);
    const char *type_name = pier_definition_name(field->type);
    char expected[2 * PROTO_NAME_BYTES + 8];
    entry_name(class_name, field->name, expected, sizeof expected);
    if (strcmp(expected, type_name) != 0) {
        return proto_fail(p, PIER_UNSUPPORTED, class_name, field->name,
                          "protoc names the entries of the map %.90s, not %.80s", expected, type_name);
    }
    pier_definition_field key = pier_definition_field_at(field->type, 0);
    pier_definition_field value = pier_definition_field_at(field->type, 1);
    bool is_narrow = key.kind == PIER_FIELD_I8 || key.kind == PIER_FIELD_I16 || key.kind == PIER_FIELD_U8 ||
                     key.kind == PIER_FIELD_U16 || value.kind == PIER_FIELD_I8 || value.kind == PIER_FIELD_I16 ||
                     value.kind == PIER_FIELD_U8 || value.kind == PIER_FIELD_U16;
    if (is_narrow || !is_bare(&key) || !is_bare(&value) || pier_definition_version(field->type) != 0) {
        return proto_fail(p, PIER_UNSUPPORTED, class_name, field->name,
                          "the entries of a map have no version, and their key and value no width, reference, presence "
                          "or default");
    }
    find(p, type_name, strlen(type_name))->is_entry = true;
    return true;
}

/* Finds the entries of maps, which nothing else may be of. */
static bool find_entries(proto_printer *p) {
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < p->count; i++) {
            const pier_definition *owner = p->types[i].definition;
            uint32_t count = p->types[i].import == NULL ? pier_definition_field_count(owner) : 0;
            for (uint32_t j = 0; j < count; j++) {
                pier_definition_field field = pier_definition_field_at(owner, j);
                if (field.type == NULL || proto_is_map(&field) != (pass == 0)) {
                    continue;
                }
                const char *name = pier_definition_name(field.type);
                if (pass == 0 ? !check_map(p, owner, &field) : proto_find(p, name, strlen(name))->is_entry) {
                    return proto_fail(p, PIER_UNSUPPORTED, p->types[i].name, field.name,
                                      "its type is the entry of a map, which no other field can have");
                }
            }
        }
    }
    return true;
}

/* Packages --------------------------------------------------------------------------------------------------------- */

static bool is_identifier(const char *name, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') || name[i] == '_';
        if (!is_letter && (i == 0 || name[i] < '0' || name[i] > '9')) {
            return false;
        }
    }
    return bytes > 0;
}

static bool check_name(proto_printer *p, const char *owner, const char *name) {
    return is_identifier(name, strlen(name)) ||
           proto_fail(p, PIER_UNSUPPORTED, owner, NULL, "\"%.80s\" is no name in a .proto file", name);
}

/* Whether every name is made of identifiers. */
static bool check_names(proto_printer *p) {
    for (size_t i = 0; i < p->count; i++) {
        const proto_type *type = &p->types[i];
        for (const char *at = type->name; at != NULL;) {
            size_t bytes = strcspn(at, ".");
            if (!is_identifier(at, bytes)) {
                return proto_fail(p, PIER_UNSUPPORTED, type->name, NULL, "\"%.80s\" is no name in a .proto file",
                                  type->name);
            }
            at = at[bytes] == '.' ? at + bytes + 1 : NULL;
        }
        for (uint32_t j = 0; j < pier_definition_field_count(type->definition); j++) {
            pier_definition_field field = pier_definition_field_at(type->definition, j);
            if (!check_name(p, type->name, field.name) ||
                (field.oneof_name != NULL && !check_name(p, type->name, field.oneof_name))) {
                return false;
            }
        }
        for (uint32_t j = 0; j < pier_definition_value_count(type->definition); j++) {
            if (!check_name(p, type->name, pier_definition_value_at(type->definition, j).name)) {
                return false;
            }
        }
    }
    return true;
}

/* The bytes of the package that a type is in: all that is before the first part of its name that is a type. */
static size_t package_of(const proto_printer *p, const proto_type *type) {
    size_t package = 0;
    for (size_t end = strcspn(type->name, "."); end < type->name_bytes;) {
        if (proto_find(p, type->name, end) != NULL) {
            return package;
        }
        package = end;
        end += 1 + strcspn(type->name + end + 1, ".");
    }
    return package;
}

/* How far two packages are the same, in whole parts. */
static size_t common_bytes(const char *one, size_t one_bytes, const char *other, size_t other_bytes) {
    size_t common = 0;
    for (size_t i = 0; i <= one_bytes && i <= other_bytes; i++) {
        bool ends = i == one_bytes || one[i] == '.';
        bool other_ends = i == other_bytes || other[i] == '.';
        if (ends && other_ends) {
            common = i;
        }
        if (i < one_bytes && i < other_bytes && one[i] != other[i]) {
            break;
        }
    }
    return common;
}

static void find_package(proto_printer *p) {
    bool is_first = true;
    for (size_t i = 0; i < p->count; i++) {
        const proto_type *type = &p->types[i];
        if (type->import != NULL) {
            continue;
        }
        size_t bytes = package_of(p, type);
        p->package_bytes = is_first ? bytes : common_bytes(p->package, p->package_bytes, type->name, bytes);
        if (is_first) {
            memcpy(p->package, type->name, bytes);
        }
        is_first = false;
    }
    p->package[p->package_bytes] = '\0';
}

/* Adds the parts of a type's name between the package of the file and the type's own. */
static bool add_parts(proto_printer *p, const char *name) {
    const char *last = strrchr(name, '.');
    size_t scope = last != NULL ? (size_t)(last - name) : 0;
    size_t end = p->package_bytes == 0 ? 0 : p->package_bytes + 1;
    while (end < scope) {
        end += strcspn(name + end, ".");
        if (proto_find(p, name, end) == NULL && !insert(p, (proto_type){name, end, NULL, NULL, NULL, false})) {
            return false;
        }
        end++;
    }
    return true;
}

bool proto_find_types(proto_printer *p, const pier_definition *const *definitions, size_t count) {
    pending to_follow = {NULL, 0, 0};
    bool is_found = collect(p, &to_follow, definitions, count);
    free((void *)to_follow.list);
    sort(p);
    if (!is_found || !check_names(p) || !find_entries(p)) {
        return false;
    }
    find_package(p);
    /* The parts are added behind those that are gone through. */
    for (size_t i = 0; is_found && i < p->sorted; i++) {
        is_found = p->types[i].definition == NULL || p->types[i].import != NULL || add_parts(p, p->types[i].name);
    }
    sort(p);
    return is_found;
}
