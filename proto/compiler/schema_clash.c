/* Finding names in C that two things would have. Types, functions, constants and tables of all needed files share one
 * space, the members of a struct or union another. */
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

typedef struct use {
    const char *name;
    const char *of; /* full name of what has it */
    schema_place place;
} use;

/* What comes of a message beside its struct. */
static const char *const suffixes[] = {"store", "load",  "next",    "load_into", "init",
                                       "copy",  "clone", "compare", "print",     "free"};

static bool add_use(schema *owner, schema__list *uses, const char *name, const char *of, schema_place place) {
    use *added = name != NULL ? (use *)schema__append(owner, uses, sizeof *added) : NULL;
    if (added != NULL) {
        added->name = name;
        added->of = of;
        added->place = place;
    }
    return added != NULL;
}

/* By name, then by place: of two uses the later one is told. */
static int compare_uses(const void *one, const void *other) {
    const use *a = (const use *)one;
    const use *b = (const use *)other;
    int order = strcmp(a->name, b->name);
    if (order == 0) {
        order = strcmp(a->place.file, b->place.file);
    }
    return order != 0 ? order : (a->place.line > b->place.line) - (a->place.line < b->place.line);
}

static void tell_clashes(schema *owner, const schema__list *uses) {
    use *items = (use *)uses->items;
    if (uses->count != 0) {
        qsort(items, uses->count, sizeof *items, compare_uses);
    }
    for (size_t i = 1; i < uses->count; i++) {
        if (strcmp(items[i - 1].name, items[i].name) == 0) {
            schema__problem(owner, items[i].place,
                            "%s and %s would both be %s in C: (pier.c_name) and its like give another name",
                            items[i - 1].of, items[i].of, items[i].name);
        }
    }
}

static bool add_enum(schema *owner, schema__list *uses, const schema_enum *added) {
    if (!add_use(owner, uses, added->c_name, added->full_name, added->place) ||
        !add_use(owner, uses, added->c_table, added->full_name, added->place)) {
        return false;
    }
    for (size_t i = 0; i < added->value_count; i++) {
        const schema_value *value = &added->values[i];
        if (!add_use(owner, uses, value->c_name, value->name, value->place)) {
            return false;
        }
    }
    return true;
}

static bool add_message(schema *owner, schema__list *uses, const schema_message *added) {
    if (!add_use(owner, uses, added->c_name, added->full_name, added->place) ||
        !add_use(owner, uses, added->c_class, added->full_name, added->place)) {
        return false;
    }
    for (size_t i = 0; !added->is_entry && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        const char *name = schema__print(owner, "%s_%s", added->c_name, suffixes[i]);
        if (!add_use(owner, uses, name, added->full_name, added->place)) {
            return false;
        }
    }
    for (size_t i = 0; i < added->field_count; i++) {
        const schema_field *field = &added->declared[i];
        if (field->oneof != NULL && !add_use(owner, uses, field->c_case, field->name, field->place)) {
            return false;
        }
    }
    return true;
}

/* Adds the members that come of a field, to those of the struct or of its union. */
static bool add_members(schema *owner, schema__list *uses, const schema_field *field) {
    return add_use(owner, uses, field->c_name, field->name, field->place) &&
           (field->c_has == NULL || add_use(owner, uses, field->c_has, field->name, field->place)) &&
           (field->c_count == NULL || add_use(owner, uses, field->c_count, field->name, field->place));
}

static bool check_members(schema *owner, const schema_message *message) {
    schema__list uses = {NULL, 0, 0};
    for (size_t i = 0; i < message->field_count; i++) {
        if (message->declared[i].oneof == NULL && !add_members(owner, &uses, &message->declared[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < message->oneof_count; i++) {
        const schema_oneof *oneof = &message->oneofs[i];
        if (!add_use(owner, &uses, oneof->c_name, oneof->name, oneof->place) ||
            !add_use(owner, &uses, oneof->c_case, oneof->name, oneof->place)) {
            return false;
        }
    }
    tell_clashes(owner, &uses);
    for (size_t i = 0; i < message->oneof_count; i++) {
        schema__list of_union = {NULL, 0, 0};
        for (size_t j = 0; j < message->oneofs[i].field_count; j++) {
            if (!add_members(owner, &of_union, message->oneofs[i].fields[j])) {
                return false;
            }
        }
        tell_clashes(owner, &of_union);
    }
    return true;
}

bool schema__check_clashes(schema *owner) {
    schema__list uses = {NULL, 0, 0};
    for (size_t i = 0; i < owner->file_count; i++) {
        const schema_file *file = owner->files[i];
        for (size_t j = 0; j < file->enum_count; j++) {
            if (file->enums[j]->is_needed && !add_enum(owner, &uses, file->enums[j])) {
                return false;
            }
        }
        for (size_t j = 0; j < schema__message_count(file); j++) {
            const schema_message *message = schema__message_at(file, j);
            if (message->is_needed && (!add_message(owner, &uses, message) || !check_members(owner, message))) {
                return false;
            }
        }
    }
    tell_clashes(owner, &uses);
    return true;
}
