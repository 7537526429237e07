/* Writing the closure of a class; see proto/wire.md, Definitions.
 *
 * Floor 5 (record). Equal definitions must have equal bytes, whoever writes them: everything is in its smallest form,
 * the types behind the first are sorted by name. One name is one type: the classes of two source files that describe
 * the same record are the same type, two types that only share a name are a mistake of the program. */
#include <string.h>

#include "base/error_internal.h"
#include "base/utf8_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

/* Heads and numbers of a field, a value and a type, the names apart. */
enum { FIELD_BYTES_MAX = 40, VALUE_BYTES_MAX = 16, TYPE_BYTES_MAX = 24 };

static pier_status no_memory(pier_error *error) {
    return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_RECORD, 0, "no memory to define a class");
}

/* What a program says of its classes ------------------------------------------------------------------------------- */

static bool name_is_good(const char *name, size_t bytes) {
    return bytes >= 1 && bytes <= PIER__NAME_BYTES_MAX && pier__utf8_valid_bytes(name, bytes) == bytes;
}

static pier_status refuse_name(const char *of_what, const char *type, const char *name, pier_error *error) {
    return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                           "%s: the name of a %s is 1 to %d bytes of UTF-8: \"%.40s\"", type, of_what,
                           PIER__NAME_BYTES_MAX, name);
}

static pier_status check_field(const pier_class *owner, const pier_field *field, pier_error *error) {
    if (!name_is_good(field->name, field->name_bytes)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                               "class %s: the name of a field is 1 to %d bytes of UTF-8: \"%.40s\"", owner->name,
                               PIER__NAME_BYTES_MAX, field->name);
    }
    if (!pier__default_is_good(field)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                               "class %s: the default of field %.60s is not of kind %s", owner->name, field->name,
                               pier_field_kind_name(field->kind));
    }
    return PIER_OK;
}

/* Classes come from the compiler, which checked their numbers; their names and defaults only meet the rules here. */
static pier_status check_class(const pier_class *checked, pier_error *error) {
    if (!name_is_good(checked->name, strlen(checked->name))) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                               "the name of a class is 1 to %d bytes of UTF-8: \"%.40s\"", PIER__NAME_BYTES_MAX,
                               checked->name);
    }
    const pier_field *fields = checked->fields(checked);
    for (uint32_t i = 0; i < checked->field_count; i++) {
        pier_status status = check_field(checked, &fields[i], error);
        if (status != PIER_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < checked->oneof_count; i++) {
        if (!name_is_good(checked->oneofs[i].name, strlen(checked->oneofs[i].name))) {
            return refuse_name("oneof", checked->name, checked->oneofs[i].name, error);
        }
    }
    return PIER_OK;
}

static pier_status check_enum(const pier_enum *checked, pier_error *error) {
    if (!name_is_good(checked->name, strlen(checked->name))) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                               "the name of an enum is 1 to %d bytes of UTF-8: \"%.40s\"", PIER__NAME_BYTES_MAX,
                               checked->name);
    }
    if (checked->value_count == 0) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0, "enum %s has no value", checked->name);
    }
    for (uint32_t i = 0; i < checked->value_count; i++) {
        const pier_enum_value *value = &checked->values[i];
        if (!name_is_good(value->name, strlen(value->name))) {
            return refuse_name("value", checked->name, value->name, error);
        }
        if (i > 0 && (value[-1].number > value->number ||
                      (value[-1].number == value->number && strcmp(value[-1].name, value->name) >= 0))) {
            return pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                                   "enum %s: %s is not behind %s by number and name", checked->name, value->name,
                                   value[-1].name);
        }
    }
    return PIER_OK;
}

static pier_status check_type(pier__type type, pier_error *error) {
    return type.of_class != NULL ? check_class(type.of_class, error) : check_enum(type.of_enum, error);
}

/* Bytes ------------------------------------------------------------------------------------------------------------ */

static uint8_t *put_name(uint8_t *at, const char *name, size_t bytes) {
    return pier__put_body(pier__put_text_head(at, bytes), name, bytes);
}

static uint8_t *put_name_or_nil(uint8_t *at, const char *name) {
    return name != NULL ? put_name(at, name, strlen(name)) : pier__put_nil(at);
}

/* Appends all of a field but its default. Returns false when there is no memory, as those below do. */
static bool encode_field(const pier_class *owner, const pier_field *field, pier__buffer *out) {
    if (!pier__buffer_reserve(out, FIELD_BYTES_MAX + 3 * PIER__NAME_BYTES_MAX + PIER__OVERHANG_BYTES)) {
        return false;
    }
    const char *type = field->type != NULL        ? field->type->name
                       : field->enum_type != NULL ? field->enum_type->name
                                                  : NULL;
    uint8_t *at = pier__put_count(out->data + out->size, 7);
    at = pier__put_unsigned(at, field->number);
    at = put_name(at, field->name, field->name_bytes);
    at = pier__put_unsigned(at, (uint64_t)field->kind);
    at = pier__put_unsigned(at, field->flags & PIER__DEFINED_FLAGS);
    at = put_name_or_nil(at, type);
    at = put_name_or_nil(at, field->oneof != 0 ? owner->oneofs[field->oneof - 1].name : NULL);
    out->size = (size_t)(at - out->data);
    return pier__default_encode(field, out);
}

static bool encode_class(const pier_class *type, pier__buffer *out) {
    const pier_field *fields = type->fields(type);
    if (!pier__buffer_reserve(out, TYPE_BYTES_MAX + PIER__NAME_BYTES_MAX + PIER__OVERHANG_BYTES)) {
        return false;
    }
    uint8_t *at = pier__put_count(out->data + out->size, 4);
    at = pier__put_unsigned(at, PIER_DEFINITION_CLASS);
    at = put_name(at, type->name, strlen(type->name));
    at = pier__put_unsigned(at, type->version);
    at = pier__put_count(at, type->field_count);
    out->size = (size_t)(at - out->data);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (!encode_field(type, &fields[i], out)) {
            return false;
        }
    }
    return true;
}

static bool encode_enum(const pier_enum *type, pier__buffer *out) {
    if (!pier__buffer_reserve(out, TYPE_BYTES_MAX + PIER__NAME_BYTES_MAX + PIER__OVERHANG_BYTES)) {
        return false;
    }
    uint8_t *at = pier__put_count(out->data + out->size, 3);
    at = pier__put_unsigned(at, PIER_DEFINITION_ENUM);
    at = put_name(at, type->name, strlen(type->name));
    at = pier__put_count(at, type->value_count);
    out->size = (size_t)(at - out->data);
    for (uint32_t i = 0; i < type->value_count; i++) {
        if (!pier__buffer_reserve(out, VALUE_BYTES_MAX + PIER__NAME_BYTES_MAX + PIER__OVERHANG_BYTES)) {
            return false;
        }
        at = pier__put_count(out->data + out->size, 2);
        at = pier__put_signed(at, type->values[i].number);
        at = put_name(at, type->values[i].name, strlen(type->values[i].name));
        out->size = (size_t)(at - out->data);
    }
    return true;
}

static bool encode_type(pier__type type, pier__buffer *out) {
    return type.of_class != NULL ? encode_class(type.of_class, out) : encode_enum(type.of_enum, out);
}

/* The closure ------------------------------------------------------------------------------------------------------ */

/* Compares what two types of one name define. Returns PIER_OK when it is the same; PIER_USAGE; PIER_NO_MEMORY. */
static pier_status compare_namesakes(pier__type one, pier__type other, const pier_allocator *allocator,
                                     pier_error *error) {
    pier__buffer first;
    pier__buffer second;
    pier__buffer_init(&first, allocator);
    pier__buffer_init(&second, allocator);
    pier_status status = PIER_OK;
    if (!encode_type(one, &first) || !encode_type(other, &second)) {
        status = no_memory(error);
    } else if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0) {
        bool are_classes = one.of_class != NULL && other.of_class != NULL;
        status = pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0, "two different %s are named %s",
                                 are_classes ? "classes" : "types", one.name);
    }
    pier__buffer_deinit(&first);
    pier__buffer_deinit(&second);
    return status;
}

/* Checks each type and drops those that are there already. `types` are by ascending name. */
static pier_status check_types(pier__buffer *types, pier_error *error) {
    size_t kept = 0;
    for (size_t i = 0; i < pier__type_count(types); i++) {
        pier__type next = pier__type_at(types, i);
        pier_status status = check_type(next, error);
        if (status != PIER_OK) {
            return status;
        }
        if (kept > 0) {
            pier__type last = pier__type_at(types, kept - 1);
            if (strcmp(last.name, next.name) == 0) {
                status = compare_namesakes(last, next, types->allocator, error);
                if (status != PIER_OK) {
                    return status;
                }
                continue;
            }
        }
        memcpy(types->data + kept * sizeof next, &next, sizeof next);
        kept++;
    }
    types->size = kept * sizeof(pier__type);
    return PIER_OK;
}

static pier_status encode_types(const pier_class *root, pier__buffer *types, pier__buffer *closure, pier_error *error) {
    pier_status status = check_types(types, error);
    if (status != PIER_OK) {
        return status;
    }
    if (!pier__buffer_reserve(closure, PIER__OVERHANG_BYTES)) {
        return no_memory(error);
    }
    uint8_t *at = pier__put_count(closure->data + closure->size, (uint32_t)pier__type_count(types));
    closure->size = (size_t)(at - closure->data);
    if (!encode_class(root, closure)) {
        return no_memory(error);
    }
    for (size_t i = 0; i < pier__type_count(types); i++) {
        pier__type type = pier__type_at(types, i);
        if (strcmp(type.name, root->name) != 0 && !encode_type(type, closure)) {
            return no_memory(error);
        }
    }
    return PIER_OK;
}

pier_status pier__class_encode_closure(const void *class_to_encode, pier__buffer *closure, pier_error *error) {
    const pier_class *root = (const pier_class *)class_to_encode;
    pier__buffer types;
    pier__buffer classes;
    pier__buffer_init(&types, closure->allocator);
    pier__buffer_init(&classes, closure->allocator);
    pier_status status =
        pier__types_collect(root, &types, &classes) ? encode_types(root, &types, closure, error) : no_memory(error);
    pier__buffer_deinit(&classes);
    pier__buffer_deinit(&types);
    return status;
}
