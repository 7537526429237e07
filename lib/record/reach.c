/* The types that a class reaches; see record_internal.h.
 *
 * Floor 5 (record). Types are met one after the other and kept by name, so that each is found again in log n steps:
 * classes that tools make of a stream's definition may be as many as its limits let through. */
#include <string.h>

#include "record/record_internal.h"

static int compare(const pier__type *one, const pier__type *other) {
    int order = strcmp(one->name, other->name);
    if (order != 0) {
        return order;
    }
    uintptr_t first = one->of_class != NULL ? (uintptr_t)one->of_class : (uintptr_t)one->of_enum;
    uintptr_t second = other->of_class != NULL ? (uintptr_t)other->of_class : (uintptr_t)other->of_enum;
    return (first > second) - (first < second);
}

/* Adds a type that was met. Returns false when there is no memory. */
static bool meet(pier__type met, pier__buffer *types, pier__buffer *classes) {
    size_t low = 0;
    size_t high = pier__type_count(types);
    size_t count = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        pier__type there = pier__type_at(types, middle);
        int order = compare(&there, &met);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (!pier__buffer_append(types, &met, sizeof met)) {
        return false;
    }
    uint8_t *slot = types->data + low * sizeof met;
    memmove(slot + sizeof met, slot, (count - low) * sizeof met);
    memcpy(slot, &met, sizeof met);
    return met.of_class == NULL || pier__buffer_append(classes, &met.of_class, sizeof met.of_class);
}

bool pier__types_collect(const pier_class *root, pier__buffer *types, pier__buffer *classes) {
    if (!meet((pier__type){root->name, root, NULL}, types, classes)) {
        return false;
    }
    for (size_t i = 0; i < pier__class_list_count(classes); i++) {
        const pier_class *next = pier__class_list_at(classes, i);
        const pier_field *fields = next->fields(next);
        for (uint32_t j = 0; j < next->field_count; j++) {
            const pier_class *type = fields[j].type;
            const pier_enum *enum_type = fields[j].enum_type;
            if ((type != NULL && !meet((pier__type){type->name, type, NULL}, types, classes)) ||
                (enum_type != NULL && !meet((pier__type){enum_type->name, NULL, enum_type}, types, classes))) {
                return false;
            }
        }
    }
    return true;
}

bool pier__class_collect(const pier_class *root, pier__buffer *list) {
    pier__buffer types;
    pier__buffer_init(&types, list->allocator);
    bool is_whole = pier__types_collect(root, &types, list);
    pier__buffer_deinit(&types);
    return is_whole;
}
