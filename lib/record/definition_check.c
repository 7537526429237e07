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

static int compare_names(const char *one, size_t one_bytes, const char *other, size_t other_bytes) {
    int order = memcmp(one, other, one_bytes < other_bytes ? one_bytes : other_bytes);
    return order != 0 ? order : (one_bytes > other_bytes) - (one_bytes < other_bytes);
}

const pier_definition *pier__definition_find(const pier_definition *root, const char *name, size_t name_bytes) {
    if (compare_names(root->name, root->name_bytes, name, name_bytes) == 0) {
        return root;
    }
    uint32_t low = 1;
    uint32_t high = root->type_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_names(root[middle].name, root[middle].name_bytes, name, name_bytes);
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
        if (compare_names(type->name, type->name_bytes, root->name, root->name_bytes) == 0) {
            return FAIL(error, type->position, type->name, "a type is defined twice");
        }
        if (i > 1 && compare_names(before->name, before->name_bytes, type->name, type->name_bytes) >= 0) {
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
    bool all_are_classes = true;
    root->is_reached = true;
    to_visit[count++] = 0;
    for (uint32_t i = 0; i < count; i++) {
        const pier_definition *type = &root[to_visit[i]];
        all_are_classes = all_are_classes && type->is_class;
        for (uint32_t j = 0; j < type->field_count; j++) {
            const pier_definition *next = type->fields[j].type;
            if (next != NULL && !next->is_reached) {
                uint32_t index = (uint32_t)(next - root);
                root[index].is_reached = true;
                to_visit[count++] = index;
            }
        }
    }
    for (uint32_t i = 1; all_are_classes && i < root->type_count; i++) {
        if (!root[i].is_reached) {
            return FAIL(error, root[i].position, root[i].name, "no field is of this type");
        }
    }
    return true;
}

static int compare_fields(const pier_definition *type, uint32_t one, uint32_t other) {
    return compare_names(type->fields[one].name, type->fields[one].name_bytes, type->fields[other].name,
                         type->fields[other].name_bytes);
}

/* Lets the field at `place` of a heap sink to where it belongs. */
static void sink(const pier_definition *type, uint32_t *heap, uint32_t place, uint32_t count) {
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count && compare_fields(type, heap[child], heap[child + 1]) < 0) {
            child++;
        }
        if (compare_fields(type, heap[place], heap[child]) >= 0) {
            return;
        }
        uint32_t moved = heap[place];
        heap[place] = heap[child];
        heap[child] = moved;
        place = child;
    }
}

/* No name may stand for two fields. They are sorted by heap: 65,535 names from outside must not take a second. */
static bool check_field_names(pier__definition_error *error, const pier_definition *type, uint32_t *heap) {
    uint32_t count = type->field_count;
    for (uint32_t i = 0; i < count; i++) {
        heap[i] = i;
    }
    for (uint32_t i = count / 2; i > 0; i--) {
        sink(type, heap, i - 1, count);
    }
    for (uint32_t left = count; left > 1; left--) {
        uint32_t largest = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = largest;
        sink(type, heap, 0, left - 1);
    }
    for (uint32_t i = 1; i < count; i++) {
        if (compare_fields(type, heap[i - 1], heap[i]) == 0) {
            const pier__defined_field *one = &type->fields[heap[i - 1]];
            const pier__defined_field *other = &type->fields[heap[i]];
            const pier__defined_field *later = one->number > other->number ? one : other;
            pier__path path;
            pier__path_init(&path, type->name);
            (void)pier__path_field(&path, later->name);
            return FAIL(error, later->position, path.text, "two fields of a class have this name");
        }
    }
    return true;
}

static bool check_names(pier__definition_error *error, const pier_definition *root, uint32_t *heap) {
    for (uint32_t i = 0; i < root->type_count; i++) {
        if (!check_field_names(error, &root[i], heap)) {
            return false;
        }
    }
    return true;
}

bool pier__definition_check(pier_definition *root, uint32_t *scratch, pier__definition_error *error) {
    return check_type_order(error, root) && find_types(error, root) && check_reach(error, root, scratch) &&
           check_names(error, root, scratch);
}
