/* Checking a definition that was read: what its types and fields mean to one another; see proto/wire.md, Definitions.
 *
 * Floor 5 (record). The definition comes from outside: its types and fields may be many, and take no more than n log n
 * steps. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "record/definition_internal.h"
#include "record/record_internal.h"

bool pier__definition_fail(pier__definition_error *error, pier_status status, size_t position, const char *path,
                           const char *format, ...) {
    error->status = status;
    error->position = position;
    (void)snprintf(error->path, sizeof error->path, "%s", path);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

#define FAIL(error, position, path, ...) pier__definition_fail((error), PIER_PROTOCOL, (position), (path), __VA_ARGS__)

int pier__names_compare(const char *one, size_t one_bytes, const char *other, size_t other_bytes) {
    int order = memcmp(one, other, one_bytes < other_bytes ? one_bytes : other_bytes);
    return order != 0 ? order : (one_bytes > other_bytes) - (one_bytes < other_bytes);
}

const pier_definition *pier__definition_find(const pier_definition *root, const char *name, size_t name_bytes) {
    if (pier__names_compare(root->name, root->name_bytes, name, name_bytes) == 0) {
        return root;
    }
    uint32_t low = 1;
    uint32_t high = root->type_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = pier__names_compare(root[middle].name, root[middle].name_bytes, name, name_bytes);
        if (order == 0) {
            return &root[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static bool check_type_order(pier__definition_error *error, const pier_definition *root) {
    for (uint32_t i = 1; i < root->type_count; i++) {
        const pier_definition *type = &root[i];
        const pier_definition *before = &root[i - 1];
        if (pier__names_compare(type->name, type->name_bytes, root->name, root->name_bytes) == 0) {
            return FAIL(error, type->position, type->name, "a type is defined twice");
        }
        if (i > 1 && pier__names_compare(before->name, before->name_bytes, type->name, type->name_bytes) >= 0) {
            return FAIL(error, type->position, type->name, "the names of the types ascend: it follows %.60s",
                        before->name);
        }
    }
    return true;
}

static bool find_type_of(pier__definition_error *error, const pier_definition *root, const pier_definition *owner,
                         pier__defined_field *field) {
    pier__path path;
    pier__path_init(&path, owner->name);
    (void)pier__path_field(&path, field->name);
    field->type = pier__definition_find(root, field->type_name, field->type_name_bytes);
    if (field->type == NULL) {
        return FAIL(error, field->type_position, path.text, "its type %.*s is not in the definition",
                    (int)(field->type_name_bytes < 60 ? field->type_name_bytes : 60), field->type_name);
    }
    if (field->kind == PIER_FIELD_RECORD && !field->type->is_class) {
        return FAIL(error, field->type_position, path.text, "its type %.60s is not a class", field->type->name);
    }
    if (field->kind == PIER_FIELD_ENUM && field->type->kind != PIER_DEFINITION_ENUM) {
        return FAIL(error, field->type_position, path.text, "its type %.60s is not an enum", field->type->name);
    }
    return true;
}

static bool find_types(pier__definition_error *error, pier_definition *root) {
    for (uint32_t i = 0; i < root->type_count; i++) {
        for (uint32_t j = 0; j < root[i].field_count; j++) {
            pier__defined_field *field = &root[i].fields[j];
            if (field->has_type_name && !find_type_of(error, root, &root[i], field)) {
                return false;
            }
        }
    }
    return true;
}

/* Every type must be reached from the first. `to_visit` has room for all of them. A type of a later version may itself
 * name others, which nothing here can tell. */
static bool check_reach(pier__definition_error *error, pier_definition *root, uint32_t *to_visit) {
    uint32_t count = 0;
    bool all_are_known = true;
    root->is_reached = true;
    to_visit[count++] = 0;
    for (uint32_t i = 0; i < count; i++) {
        const pier_definition *type = &root[to_visit[i]];
        all_are_known = all_are_known && type->kind <= PIER_DEFINITION_ENUM;
        for (uint32_t j = 0; j < type->field_count; j++) {
            const pier_definition *next = type->fields[j].type;
            if (next != NULL && !next->is_reached) {
                uint32_t index = (uint32_t)(next - root);
                root[index].is_reached = true;
                to_visit[count++] = index;
            }
        }
    }
    for (uint32_t i = 1; all_are_known && i < root->type_count; i++) {
        if (!root[i].is_reached) {
            return FAIL(error, root[i].position, root[i].name, "no field is of this type");
        }
    }
    return true;
}

/* Maps ------------------------------------------------------------------------------------------------------------- */

static bool is_key(const pier__defined_field *field) {
    if (field->number != 1 || strcmp(field->name, "key") != 0 || field->oneof_name != NULL) {
        return false;
    }
    bool is_plain =
        field->kind == PIER_FIELD_BOOL || field->kind == PIER_FIELD_TEXT || pier__kind_is_integer(field->kind);
    return !pier__field_is_known(field) || (is_plain && (field->flags & ~(uint32_t)PIER_FIELD_FIXED) == 0);
}

static bool is_value(const pier__defined_field *field) {
    return field->number == 2 && strcmp(field->name, "value") == 0 && field->oneof_name == NULL &&
           (!pier__field_is_known(field) || (field->flags & PIER_FIELD_REPEATED) == 0);
}

/* The type of a map is a pair of key and value. On the way it is found out whether there are shared references. */
static bool check_maps(pier__definition_error *error, pier_definition *root) {
    for (uint32_t i = 0; i < root->type_count; i++) {
        for (uint32_t j = 0; j < root[i].field_count; j++) {
            const pier__defined_field *field = &root[i].fields[j];
            root->has_shared = root->has_shared || (field->flags & PIER_FIELD_SHARED) != 0;
            if (!pier__field_is_known(field) || (field->flags & PIER_FIELD_MAP) == 0) {
                continue;
            }
            const pier_definition *entry = field->type;
            if (entry->field_count != 2 || !is_key(&entry->fields[0]) || !is_value(&entry->fields[1])) {
                pier__path path;
                pier__path_init(&path, root[i].name);
                (void)pier__path_field(&path, field->name);
                return FAIL(error, field->type_position, path.text,
                            "its type %.60s is no entry of a map: a key and a "
                            "value",
                            entry->name);
            }
        }
    }
    return true;
}

bool pier__definition_check(pier_definition *root, uint32_t *scratch, pier__definition_error *error) {
    return check_type_order(error, root) && find_types(error, root) && check_maps(error, root) &&
           check_reach(error, root, scratch) && pier__definition_check_names(root, scratch, error);
}
