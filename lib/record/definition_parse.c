/* Reading the closure of a stream's class; see proto/wire.md, Definitions.
 *
 * Floor 5 (record). The bytes come from outside. They are read twice: once to check them and to count what is there,
 * and once to fill memory of that size, so that a definition takes memory in proportion to its bytes, whatever it
 * claims. Only the form that the specification demands is taken (smallest encodings, ascending order): otherwise one
 * definition would have several fingerprints. What it reserves for later (kinds, flags, kinds of types) is taken as it
 * comes, so that tools can show what an older library does not understand. */
#include <stdio.h>
#include <string.h>

#include "archive/scan_internal.h"
#include "base/endian_internal.h"
#include "base/utf8_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

enum { NAME_BYTES_MAX = 255 };

typedef struct parser {
    const uint8_t *begin;
    size_t size;
    size_t position;
    uint32_t classes_max;
    bool fills; /* the second time */
    /* Counted the first time, handed out the second. */
    size_t types;
    size_t fields;
    size_t name_bytes; /* with terminators */
    pier_definition *next_type;
    pier__defined_field *next_field;
    char *next_name;
    pier__definition_error *error;
} parser;

typedef struct name_view {
    const char *data;
    size_t size;
} name_view;

#define FAIL(from, position, path, ...)                                                                                \
    pier__definition_fail((from)->error, PIER_PROTOCOL, (position), (path), __VA_ARGS__)

/* Reading single values -------------------------------------------------------------------------------------------- */

/* Reads a number behind the head at the current place, of `bytes` bytes. */
static bool read_number(const parser *from, size_t bytes, uint64_t *value) {
    const uint8_t *at = from->begin + from->position + 1;
    if (from->size - from->position <= bytes) {
        return false;
    }
    *value = bytes == 1   ? at[0]
             : bytes == 2 ? pier__load_be16(at)
             : bytes == 4 ? pier__load_be32(at)
                          : pier__load_be64(at);
    return true;
}

/* What a head says in its smallest form. `fixed` is the mask of the form that holds its length itself, with lengths
 * below `fixed_max`; `head` the first byte of the form with 8, or when it is 0, `head_16` with 16 bits. */
static bool read_head(parser *from, unsigned fixed, unsigned fixed_max, unsigned head_8, unsigned head_16,
                      uint64_t *length) {
    if (from->position == from->size) {
        return false;
    }
    unsigned head = from->begin[from->position];
    if (head >= fixed && head < fixed + fixed_max) {
        *length = head - fixed;
        from->position += 1;
        return true;
    }
    size_t bytes = head_8 != 0 && head == head_8 ? 1 : head == head_16 ? 2 : head == head_16 + 1 ? 4 : 0;
    if (head_8 == 0xcc && head == 0xcf) {
        bytes = 8;
    }
    if (bytes == 0 || !read_number(from, bytes, length)) {
        return false;
    }
    uint64_t below = bytes == 8                  ? UINT32_MAX
                     : bytes == 4                ? UINT16_MAX
                     : bytes == 2 && head_8 != 0 ? UINT8_MAX
                                                 : (uint64_t)fixed_max - 1;
    if (*length <= below) {
        return false;
    }
    from->position += 1 + bytes;
    return true;
}

static bool read_count(parser *from, const char *path, const char *what, uint64_t *count) {
    size_t position = from->position;
    return read_head(from, 0x90, 16, 0, 0xdc, count) || FAIL(from, position, path, "expected an array: %s", what);
}

/* Reads an array of exactly `count` values. */
static bool read_tuple(parser *from, const char *path, const char *what, uint64_t count) {
    size_t position = from->position;
    uint64_t found = 0;
    if (!read_count(from, path, what, &found)) {
        return false;
    }
    return found == count || FAIL(from, position, path, "expected an array of %u values: %s", (unsigned)count, what);
}

static bool read_unsigned(parser *from, const char *path, const char *what, uint64_t most, uint64_t *value) {
    size_t position = from->position;
    if (!read_head(from, 0, 128, 0xcc, 0xcd, value)) {
        return FAIL(from, position, path, "expected an integer in its smallest form: %s", what);
    }
    return *value <= most || FAIL(from, position, path, "%llu is too large: %s", (unsigned long long)*value, what);
}

static bool read_name(parser *from, const char *path, const char *what, name_view *name) {
    size_t position = from->position;
    uint64_t length = 0;
    if (!read_head(from, 0xa0, 32, 0xd9, 0xda, &length)) {
        return FAIL(from, position, path, "expected text in its smallest form: %s", what);
    }
    if (length > from->size - from->position) {
        return FAIL(from, position, path, "the definition ends within it: %s", what);
    }
    name->data = (const char *)from->begin + from->position;
    name->size = (size_t)length;
    if (length < 1 || length > NAME_BYTES_MAX) {
        return FAIL(from, position, path, "a name has 1 to %d bytes, not %u: %s", NAME_BYTES_MAX, (unsigned)length,
                    what);
    }
    if (pier__utf8_valid_bytes(name->data, name->size) != name->size || memchr(name->data, 0, name->size) != NULL) {
        return FAIL(from, position, path, "a name is not valid text: %s", what);
    }
    from->position += name->size;
    return true;
}

/* Passes over a value of any kind: what is reserved. */
static bool skip_value(parser *from, const char *path, const char *what) {
    size_t extent = pier__scan_extent(from->begin + from->position, from->size - from->position);
    if (extent == 0) {
        return FAIL(from, from->position, path, "the definition ends within it: %s", what);
    }
    from->position += extent;
    return true;
}

/* Types and fields ------------------------------------------------------------------------------------------------- */

/* Counts a name, or copies it. */
static const char *keep_name(parser *from, name_view name) {
    if (!from->fills) {
        from->name_bytes += name.size + 1;
        return NULL;
    }
    char *kept = from->next_name;
    memcpy(kept, name.data, name.size);
    kept[name.size] = '\0';
    from->next_name += name.size + 1;
    return kept;
}

/* Reads the name of a field's type, or nil. */
static bool read_type_name(parser *from, const char *path, pier__defined_field *field) {
    field->type_position = (uint32_t)from->position;
    if (from->position < from->size && from->begin[from->position] == 0xc0) {
        from->position++;
        return field->kind != PIER_FIELD_RECORD || FAIL(from, field->type_position, path, "a record needs a type");
    }
    name_view name = {NULL, 0};
    if (!read_name(from, path, "the type of a field", &name)) {
        return false;
    }
    if (field->kind >= PIER_FIELD_BOOL && field->kind <= PIER_FIELD_TIME) {
        return FAIL(from, field->type_position, path, "a field of kind %s has no type",
                    pier_field_kind_name((pier_field_kind)field->kind));
    }
    field->has_type_name = true;
    field->type_name = name.data;
    field->type_name_bytes = (uint32_t)name.size;
    return true;
}

static bool parse_field(parser *from, const char *class_name, uint32_t *last_number) {
    pier__defined_field field = {.position = (uint32_t)from->position};
    uint64_t number = 0;
    name_view name = {NULL, 0};
    if (!read_tuple(from, class_name, "a field", 7)) {
        return false;
    }
    size_t number_position = from->position;
    if (!read_unsigned(from, class_name, "the number of a field", UINT16_MAX, &number)) {
        return false;
    }
    if (number <= *last_number) {
        return FAIL(from, number_position, class_name, "the numbers of the fields ascend from 1: %u follows %u",
                    (unsigned)number, (unsigned)*last_number);
    }
    *last_number = (uint32_t)number;
    if (!read_name(from, class_name, "the name of a field", &name)) {
        return false;
    }
    pier__path path;
    pier__path_init(&path, class_name);
    char field_name[NAME_BYTES_MAX + 1];
    (void)snprintf(field_name, sizeof field_name, "%.*s", (int)name.size, name.data);
    (void)pier__path_field(&path, field_name);
    if (!read_unsigned(from, path.text, "the kind of a field", UINT32_MAX, &field.kind)) {
        return false;
    }
    size_t flags_position = from->position;
    if (!read_unsigned(from, path.text, "the flags of a field", UINT32_MAX, &field.flags)) {
        return false;
    }
    if ((field.flags & PIER_FIELD_REPEATED) != 0 && (field.flags & PIER_FIELD_PRESENCE) != 0) {
        return FAIL(from, flags_position, path.text, "a field is repeated or has presence, not both");
    }
    if (!read_type_name(from, path.text, &field) || !skip_value(from, path.text, "the oneof of a field") ||
        !skip_value(from, path.text, "the default of a field")) {
        return false;
    }
    field.number = (uint16_t)number;
    field.name = keep_name(from, name);
    field.name_bytes = (uint32_t)name.size;
    if (from->fills) {
        *from->next_field++ = field;
    } else {
        from->fields++;
    }
    return true;
}

/* Reads what follows the name of a class: its version and fields. */
static bool parse_class(parser *from, const char *class_name, pier_definition *type) {
    uint64_t version = 0;
    uint64_t count = 0;
    uint32_t last_number = 0;
    if (!read_unsigned(from, class_name, "the version of a class", UINT32_MAX, &version) ||
        !read_count(from, class_name, "the fields of a class", &count)) {
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

static bool parse_type(parser *from) {
    pier_definition type = {.position = (uint32_t)from->position};
    size_t position = from->position;
    uint64_t count = 0;
    uint64_t kind = 0;
    name_view name = {NULL, 0};
    if (!read_count(from, "", "a type", &count)) {
        return false;
    }
    if (count < 2) {
        return FAIL(from, position, "", "a type has a kind and a name");
    }
    size_t kind_position = from->position;
    if (!read_unsigned(from, "", "the kind of a type", UINT32_MAX, &kind)) {
        return false;
    }
    type.is_class = kind == 0;
    if (type.is_class && count != 4) {
        return FAIL(from, position, "", "expected an array of 4 values: a class");
    }
    if (!type.is_class && from->types == 0 && !from->fills) {
        return FAIL(from, kind_position, "", "the first type is not a class");
    }
    if (!read_name(from, "", "the name of a type", &name)) {
        return false;
    }
    type.name = keep_name(from, name);
    type.name_bytes = (uint32_t)name.size;
    char class_name[NAME_BYTES_MAX + 1];
    (void)snprintf(class_name, sizeof class_name, "%.*s", (int)name.size, name.data);
    if (type.is_class && !parse_class(from, class_name, &type)) {
        return false;
    }
    for (uint64_t i = 2; !type.is_class && i < count; i++) {
        if (!skip_value(from, class_name, "a type of a later version")) {
            return false;
        }
    }
    if (from->fills) {
        *from->next_type++ = type;
    } else {
        from->types++;
    }
    return true;
}

static bool parse_types(parser *from) {
    uint64_t count = 0;
    from->position = 0;
    if (!read_count(from, "", "the types of a definition", &count)) {
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
        if (!parse_type(from)) {
            return false;
        }
    }
    return from->position == from->size || FAIL(from, from->position, "", "bytes follow the last type of a definition");
}

/* Fills memory of the size that the first reading found. `scratch` has room for an index of each type or field. */
static bool fill(parser *from, pier_definition *root, size_t memory_bytes, uint32_t *scratch) {
    from->fills = true;
    from->next_type = root;
    from->next_field = (pier__defined_field *)(void *)(root + from->types);
    from->next_name = (char *)(from->next_field + from->fields);
    if (!parse_types(from)) {
        return false;
    }
    root->type_count = (uint32_t)from->types;
    root->memory_bytes = memory_bytes;
    return pier__definition_check(root, scratch, from->error);
}

pier_status pier__definition_parse(const uint8_t *closure, size_t closure_bytes, uint32_t classes_max,
                                   const pier_allocator *allocator, pier_definition **out,
                                   pier__definition_error *error) {
    *out = NULL;
    parser from = {.begin = closure, .size = closure_bytes, .classes_max = classes_max, .error = error};
    if (closure_bytes > UINT32_MAX) {
        (void)pier__definition_fail(error, PIER_LIMIT, 0, "", "a definition of more than 4 GiB");
        return PIER_LIMIT;
    }
    if (!parse_types(&from)) {
        return error->status;
    }
    size_t memory_bytes =
        from.types * sizeof(pier_definition) + from.fields * sizeof(pier__defined_field) + from.name_bytes;
    size_t scratch_count = from.types > from.fields ? from.types : from.fields;
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
