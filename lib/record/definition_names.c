/* Checking the names within the types of a definition, and finding its oneofs; see proto/wire.md, Definitions.
 *
 * Floor 5 (record). Names are sorted by heap, in memory that the caller has: 65,535 fields from outside must take n log
 * n steps, whatever their order, and no stack. */
#include <string.h>

#include "record/definition_internal.h"
#include "record/record_internal.h"

#define FAIL(error, position, path, ...) pier__definition_fail((error), PIER_PROTOCOL, (position), (path), __VA_ARGS__)

/* Compares two fields or values of a type by their indices. */
typedef int comparison(const pier_definition *type, uint32_t one, uint32_t other);

/* Lets what is at `place` of a heap sink to where it belongs. */
static void sink(const pier_definition *type, comparison *compare, uint32_t *heap, uint32_t place, uint32_t count) {
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count && compare(type, heap[child], heap[child + 1]) < 0) {
            child++;
        }
        if (compare(type, heap[place], heap[child]) >= 0) {
            return;
        }
        uint32_t moved = heap[place];
        heap[place] = heap[child];
        heap[child] = moved;
        place = child;
    }
}

static void sort(const pier_definition *type, comparison *compare, uint32_t *heap, uint32_t count) {
    for (uint32_t i = count / 2; i > 0; i--) {
        sink(type, compare, heap, i - 1, count);
    }
    for (uint32_t left = count; left > 1; left--) {
        uint32_t largest = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = largest;
        sink(type, compare, heap, 0, left - 1);
    }
}

static bool fail_at(pier__definition_error *error, const pier_definition *type, const char *name, size_t position,
                    const char *text) {
    pier__path path;
    pier__path_init(&path, type->name);
    (void)pier__path_field(&path, name);
    return FAIL(error, position, path.text, "%s", text);
}

/* Values ----------------------------------------------------------------------------------------------------------- */

static int compare_values(const pier_definition *type, uint32_t one, uint32_t other) {
    const pier__defined_value *first = &type->values[one];
    const pier__defined_value *second = &type->values[other];
    return pier__names_compare(first->name, first->name_bytes, second->name, second->name_bytes);
}

/* No name may stand for two values. */
static bool check_values(pier__definition_error *error, const pier_definition *type, uint32_t *sorted) {
    for (uint32_t i = 0; i < type->value_count; i++) {
        sorted[i] = i;
    }
    sort(type, compare_values, sorted, type->value_count);
    for (uint32_t i = 1; i < type->value_count; i++) {
        if (compare_values(type, sorted[i - 1], sorted[i]) == 0) {
            uint32_t later = sorted[i - 1] > sorted[i] ? sorted[i - 1] : sorted[i];
            return fail_at(error, type, type->values[later].name, type->values[later].position,
                           "two values of an enum have this name");
        }
    }
    return true;
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

static int compare_fields(const pier_definition *type, uint32_t one, uint32_t other) {
    const pier__defined_field *first = &type->fields[one];
    const pier__defined_field *second = &type->fields[other];
    return pier__names_compare(first->name, first->name_bytes, second->name, second->name_bytes);
}

static int compare_oneof_names(const pier_definition *type, uint32_t one, uint32_t other) {
    const pier__defined_field *first = &type->fields[one];
    const pier__defined_field *second = &type->fields[other];
    return pier__names_compare(first->oneof_name, first->oneof_bytes, second->oneof_name, second->oneof_bytes);
}

/* By the names of their oneofs, those of one oneof by number. */
static int compare_oneofs(const pier_definition *type, uint32_t one, uint32_t other) {
    int order = compare_oneof_names(type, one, other);
    return order != 0 ? order : (one > other) - (one < other);
}

/* Whether a field among the sorted ones has the name of the oneof. */
static bool is_field_name(const pier_definition *type, const uint32_t *sorted, const pier__defined_field *of_oneof) {
    uint32_t low = 0;
    uint32_t high = type->field_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const pier__defined_field *field = &type->fields[sorted[middle]];
        int order = pier__names_compare(field->name, field->name_bytes, of_oneof->oneof_name, of_oneof->oneof_bytes);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* No name may stand for two fields, or for a field and a oneof. */
static bool check_fields(pier__definition_error *error, const pier_definition *type, uint32_t *sorted) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        sorted[i] = i;
    }
    sort(type, compare_fields, sorted, type->field_count);
    for (uint32_t i = 1; i < type->field_count; i++) {
        if (compare_fields(type, sorted[i - 1], sorted[i]) == 0) {
            uint32_t later = sorted[i - 1] > sorted[i] ? sorted[i - 1] : sorted[i];
            return fail_at(error, type, type->fields[later].name, type->fields[later].position,
                           "two fields of a class have this name");
        }
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier__defined_field *field = &type->fields[i];
        if (field->oneof_name != NULL && is_field_name(type, sorted, field)) {
            return fail_at(error, type, field->name, field->oneof_position, "its oneof has the name of a field");
        }
    }
    return true;
}

/* Numbers the oneofs by their first fields, chains the fields of each, and counts the slots. */
static void find_oneofs(pier_definition *type, uint32_t *sorted) {
    uint32_t members = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        type->fields[i].opens_slot = true;
        if (type->fields[i].oneof_name != NULL) {
            sorted[members++] = i;
        }
    }
    sort(type, compare_oneofs, sorted, members);
    uint32_t first = 0;
    for (uint32_t i = 0; i < members; i++) {
        pier__defined_field *field = &type->fields[sorted[i]];
        if (i > 0 && compare_oneof_names(type, sorted[i - 1], sorted[i]) == 0) {
            field->opens_slot = false;
            field->oneof = first;
            type->fields[sorted[i - 1]].next_member = sorted[i];
        } else {
            first = sorted[i];
        }
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        pier__defined_field *field = &type->fields[i];
        if (field->oneof_name != NULL) {
            field->oneof = field->opens_slot ? ++type->oneof_count : type->fields[field->oneof].oneof;
        }
    }
    type->slot_count = type->field_count - members + type->oneof_count;
}

bool pier__definition_check_names(pier_definition *root, uint32_t *scratch, pier__definition_error *error) {
    for (uint32_t i = 0; i < root->type_count; i++) {
        if (!check_values(error, &root[i], scratch) || !check_fields(error, &root[i], scratch)) {
            return false;
        }
        find_oneofs(&root[i], scratch);
    }
    return true;
}
