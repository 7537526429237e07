/* Reading the closure of a stream's class; see proto/wire.md, Definitions.
 *
 * Floor 5 (record). The bytes come from outside. They are read twice: once to check them and to count what is there,
 * and once to fill memory of that size, so that a definition takes memory in proportion to its bytes, whatever it
 * claims. Only the form that the specification demands is taken (smallest encodings, ascending order): otherwise one
 * definition would have several fingerprints. What it reserves for later (kinds, flags, kinds of types) is taken as it
 * comes, so that tools can show what an older library does not understand. */
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "record/definition_parse_internal.h"

#define FAIL PIER__PARSE_FAIL

/* The path of a field or value whose name was just read. */
static void begin_path(pier__path *path, const char *type_name, pier__name_view name) {
    char text[PIER__NAME_BYTES_MAX + 1];
    (void)snprintf(text, sizeof text, "%.*s", (int)name.size, name.data);
    pier__path_init(path, type_name);
    (void)pier__path_field(path, text);
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

/* Reads the flags of a field. Those that this version knows must fit its kind and one another. */
static bool parse_flags(pier__parser *from, const char *path, pier__defined_field *field) {
    size_t position = from->position;
    uint64_t value = 0;
    if (!pier__parse_unsigned(from, path, "the flags of a field", UINT32_MAX, &value)) {
        return false;
    }
    uint32_t flags = (uint32_t)value;
    uint32_t kind = field->kind;
    field->flags = flags;
    bool repeated = (flags & PIER_FIELD_REPEATED) != 0;
    if (repeated && (flags & PIER_FIELD_PRESENCE) != 0) {
        return FAIL(from, position, path, "a field is repeated or has presence, not both");
    }
    if (!pier__field_is_known(field)) {
        return true;
    }
    const char *word = pier_field_kind_name((pier_field_kind)kind);
    if ((flags & PIER_FIELD_FIXED) != 0 && !pier__kind_is_integer(kind)) {
        return FAIL(from, position, path, "a field of kind %s has no fixed width", word);
    }
    if ((flags & PIER_FIELD_TYPED) != 0 && !(repeated && pier__kind_is_number(kind))) {
        return FAIL(from, position, path, "a typed array is of repeated numbers, not of kind %s", word);
    }
    if ((flags & PIER_FIELD_SHARED) != 0 && kind != PIER_FIELD_RECORD && kind != PIER_FIELD_ANY) {
        return FAIL(from, position, path, "a field of kind %s is no shared reference", word);
    }
    if ((flags & PIER_FIELD_MAP) != 0 && (!repeated || kind != PIER_FIELD_RECORD || (flags & PIER_FIELD_SHARED) != 0)) {
        return FAIL(from, position, path, "a map is a repeated record, and not shared");
    }
    return true;
}

/* Reads the name of a field's type, or nil. */
static bool parse_type_name(pier__parser *from, const char *path, pier__defined_field *field) {
    field->type_position = (uint32_t)from->position;
    bool needs_type = field->kind == PIER_FIELD_RECORD || field->kind == PIER_FIELD_ENUM;
    const char *word = pier_field_kind_name((pier_field_kind)field->kind);
    if (pier__parse_nil(from)) {
        return !needs_type || FAIL(from, field->type_position, path, "a field of kind %s needs a type", word);
    }
    pier__name_view name = {NULL, 0};
    if (!pier__parse_name(from, path, "the type of a field", &name)) {
        return false;
    }
    if (pier__kind_is_known(field->kind) && !needs_type) {
        return FAIL(from, field->type_position, path, "a field of kind %s has no type", word);
    }
    field->has_type_name = true;
    field->type_name = name.data;
    field->type_name_bytes = (uint32_t)name.size;
    return true;
}

/* Reads the name of a field's oneof, or nil. */
static bool parse_oneof(pier__parser *from, const char *path, pier__defined_field *field) {
    field->oneof_position = (uint32_t)from->position;
    if (pier__parse_nil(from)) {
        return true;
    }
    pier__name_view name = {NULL, 0};
    if (!pier__parse_name(from, path, "the oneof of a field", &name)) {
        return false;
    }
    if (pier__field_is_known(field) && (field->flags & (PIER_FIELD_REPEATED | PIER_FIELD_PRESENCE)) != 0) {
        return FAIL(from, field->oneof_position, path, "a field of a oneof is not repeated and has no presence");
    }
    const char *kept = pier__parse_keep_name(from, name);
    /* Before there is memory for it, the name in the closure tells that there is one. */
    field->oneof_name = kept != NULL ? kept : name.data;
    field->oneof_bytes = (uint32_t)name.size;
    return true;
}

static bool parse_field(pier__parser *from, const char *class_name, uint32_t *last_number) {
    pier__defined_field field = {.position = (uint32_t)from->position};
    uint64_t number = 0;
    uint64_t kind = 0;
    pier__name_view name = {NULL, 0};
    if (!pier__parse_tuple(from, class_name, "a field", 7)) {
        return false;
    }
    size_t number_position = from->position;
    if (!pier__parse_unsigned(from, class_name, "the number of a field", UINT16_MAX, &number)) {
        return false;
    }
    if (number <= *last_number) {
        return FAIL(from, number_position, class_name, "the numbers of the fields ascend from 1: %u follows %u",
                    (unsigned)number, (unsigned)*last_number);
    }
    *last_number = (uint32_t)number;
    if (!pier__parse_name(from, class_name, "the name of a field", &name)) {
        return false;
    }
    pier__path path;
    begin_path(&path, class_name, name);
    if (!pier__parse_unsigned(from, path.text, "the kind of a field", UINT32_MAX, &kind)) {
        return false;
    }
    field.kind = (uint32_t)kind;
    if (!parse_flags(from, path.text, &field) || !parse_type_name(from, path.text, &field) ||
        !parse_oneof(from, path.text, &field) || !pier__parse_default(from, path.text, &field)) {
        return false;
    }
    field.number = (uint16_t)number;
    field.name = pier__parse_keep_name(from, name);
    field.name_bytes = (uint32_t)name.size;
    if (from->fills) {
        *from->next_field++ = field;
    } else {
        from->fields++;
    }
    return true;
}

/* Types ------------------------------------------------------------------------------------------------------------ */

/* Reads what follows the name of a class: its version and fields. */
static bool parse_class(pier__parser *from, const char *class_name, pier_definition *type) {
    uint64_t version = 0;
    uint64_t count = 0;
    uint32_t last_number = 0;
    if (!pier__parse_unsigned(from, class_name, "the version of a class", UINT32_MAX, &version) ||
        !pier__parse_count(from, class_name, "the fields of a class", &count)) {
        return false;
    }
    type->version = (uint32_t)version;
    type->fields = from->next_field;
    for (uint64_t i = 0; i < count; i++) {
        if (!parse_field(from, class_name, &last_number)) {
            return false;
        }
    }
    /* Their numbers ascend, so they are no more than 65,535. */
    type->field_count = (uint32_t)count;
    return true;
}

/* Reads a value of an enum. `last` is the value before, whose name is in the closure; NULL for the first. */
static bool parse_value(pier__parser *from, const char *enum_name, const pier__defined_value *last,
                        pier__defined_value *value) {
    pier__name_view name = {NULL, 0};
    size_t position = from->position;
    if (!pier__parse_tuple(from, enum_name, "a value of an enum", 2)) {
        return false;
    }
    size_t number_position = from->position;
    int32_t number = 0;
    if (!pier__parse_i32(from, enum_name, "the number of a value", &number)) {
        return false;
    }
    if (last != NULL && number < last->number) {
        return FAIL(from, number_position, enum_name, "the numbers of an enum ascend: %d follows %d", (int)number,
                    (int)last->number);
    }
    size_t name_position = from->position;
    if (!pier__parse_name(from, enum_name, "the name of a value", &name)) {
        return false;
    }
    if (last != NULL && number == last->number &&
        pier__names_compare(last->name, last->name_bytes, name.data, name.size) >= 0) {
        pier__path path;
        begin_path(&path, enum_name, name);
        return FAIL(from, name_position, path.text, "the names of one value ascend");
    }
    *value = (pier__defined_value){name.data, (uint32_t)name.size, number, (uint32_t)position};
    return true;
}

/* Reads what follows the name of an enum: its values. */
static bool parse_enum(pier__parser *from, const char *enum_name, pier_definition *type) {
    size_t position = from->position;
    uint64_t count = 0;
    if (!pier__parse_count(from, enum_name, "the values of an enum", &count)) {
        return false;
    }
    if (count == 0) {
        return FAIL(from, position, enum_name, "an enum without a value");
    }
    type->values = from->next_value;
    pier__defined_value last;
    for (uint64_t i = 0; i < count; i++) {
        pier__defined_value value;
        if (!parse_value(from, enum_name, i > 0 ? &last : NULL, &value)) {
            return false;
        }
        last = value;
        value.name = pier__parse_keep_name(from, (pier__name_view){value.name, value.name_bytes});
        if (from->fills) {
            *from->next_value++ = value;
        } else {
            from->values++;
        }
    }
    /* Each takes bytes of the closure, which is below 4 GiB. */
    type->value_count = (uint32_t)count;
    return true;
}

/* Reads what follows the name of a type. */
static bool parse_content(pier__parser *from, const char *name, pier_definition *type, uint64_t count) {
    if (type->kind == PIER_DEFINITION_CLASS) {
        return parse_class(from, name, type);
    }
    if (type->kind == PIER_DEFINITION_ENUM) {
        return parse_enum(from, name, type);
    }
    for (uint64_t i = 2; i < count; i++) {
        if (!pier__parse_any(from, name, "a type of a later version")) {
            return false;
        }
    }
    return true;
}

/* Reads the head of a type and its kind. `index` is its place in the closure. */
static bool parse_head(pier__parser *from, uint64_t index, pier_definition *type, uint64_t *count) {
    size_t position = from->position;
    uint64_t kind = 0;
    if (!pier__parse_count(from, "", "a type", count)) {
        return false;
    }
    if (*count < 2) {
        return FAIL(from, position, "", "a type has a kind and a name");
    }
    size_t kind_position = from->position;
    if (!pier__parse_unsigned(from, "", "the kind of a type", UINT32_MAX, &kind)) {
        return false;
    }
    type->kind = (uint32_t)kind;
    type->is_class = kind == PIER_DEFINITION_CLASS;
    if (type->is_class && *count != 4) {
        return FAIL(from, position, "", "expected an array of 4 values: a class");
    }
    if (kind == PIER_DEFINITION_ENUM && *count != 3) {
        return FAIL(from, position, "", "expected an array of 3 values: an enum");
    }
    return type->is_class || index > 0 || FAIL(from, kind_position, "", "the first type is not a class");
}

static bool parse_type(pier__parser *from, uint64_t index) {
    pier_definition type = {.position = (uint32_t)from->position};
    uint64_t count = 0;
    pier__name_view name = {NULL, 0};
    if (!parse_head(from, index, &type, &count) || !pier__parse_name(from, "", "the name of a type", &name)) {
        return false;
    }
    type.name = pier__parse_keep_name(from, name);
    type.name_bytes = (uint32_t)name.size;
    char text[PIER__NAME_BYTES_MAX + 1];
    (void)snprintf(text, sizeof text, "%.*s", (int)name.size, name.data);
    if (!parse_content(from, text, &type, count)) {
        return false;
    }
    if (from->fills) {
        *from->next_type++ = type;
    } else {
        from->types++;
    }
    return true;
}

static bool parse_types(pier__parser *from) {
    uint64_t count = 0;
    from->position = 0;
    if (!pier__parse_count(from, "", "the types of a definition", &count)) {
        return false;
    }
    if (count == 0) {
        return FAIL(from, 0, "", "a definition without a type");
    }
    if (count > from->classes_max) {
        return pier__definition_fail(from->error, PIER_LIMIT, 0, "",
                                     "a definition of %llu types, the limit is %u (classes_max)",
                                     (unsigned long long)count, from->classes_max);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!parse_type(from, i)) {
            return false;
        }
    }
    return from->position == from->size || FAIL(from, from->position, "", "bytes follow the last type of a definition");
}

/* Fills memory of the size that the first reading found. `scratch` has room for an index of each type, field or value.
 */
static bool fill(pier__parser *from, pier_definition *root, size_t memory_bytes, uint32_t *scratch) {
    from->fills = true;
    from->next_type = root;
    from->next_field = (pier__defined_field *)(void *)(root + from->types);
    from->next_value = (pier__defined_value *)(void *)(from->next_field + from->fields);
    from->next_copy = (char *)(from->next_value + from->values);
    if (!parse_types(from)) {
        return false;
    }
    root->type_count = (uint32_t)from->types;
    root->memory_bytes = memory_bytes;
    XXH128_canonical_t fingerprint;
    XXH128_canonicalFromHash(&fingerprint, XXH3_128bits(from->begin, from->size));
    memcpy(root->fingerprint, fingerprint.digest, sizeof root->fingerprint);
    if (!pier__definition_check(root, scratch, from->error)) {
        return false;
    }
    root->prints_straight = pier__definition_prints_straight(root);
    return true;
}

static size_t larger(size_t one, size_t other) {
    return one > other ? one : other;
}

pier_status pier__definition_parse(const uint8_t *closure, size_t closure_bytes, uint32_t classes_max,
                                   const pier_allocator *allocator, pier_definition **out,
                                   pier__definition_error *error) {
    *out = NULL;
    pier__parser from = {.begin = closure, .size = closure_bytes, .classes_max = classes_max, .error = error};
    if (closure_bytes > UINT32_MAX) {
        (void)pier__definition_fail(error, PIER_LIMIT, 0, "", "a definition of more than 4 GiB");
        return PIER_LIMIT;
    }
    if (!parse_types(&from)) {
        return error->status;
    }
    size_t memory_bytes = from.types * sizeof(pier_definition) + from.fields * sizeof(pier__defined_field) +
                          from.values * sizeof(pier__defined_value) + from.copied_bytes + PIER__NAME_PADDING;
    size_t scratch_count = larger(from.types, larger(from.fields, from.values));
    pier_definition *root = (pier_definition *)pier__allocate(allocator, memory_bytes);
    uint32_t *scratch = (uint32_t *)pier__allocate_array(allocator, scratch_count, sizeof *scratch);
    if (root == NULL || scratch == NULL) {
        (void)pier__definition_fail(error, PIER_NO_MEMORY, 0, "", "no memory for a definition of %zu bytes",
                                    closure_bytes);
    } else if (fill(&from, root, memory_bytes, scratch)) {
        *out = root;
    }
    pier__release(allocator, scratch, scratch_count * sizeof *scratch);
    if (*out == NULL) {
        pier__release(allocator, root, memory_bytes);
        return error->status;
    }
    return PIER_OK;
}

void pier__definition_destroy(const pier_allocator *allocator, void *definition) {
    pier__release(allocator, definition, ((const pier_definition *)definition)->memory_bytes);
}
