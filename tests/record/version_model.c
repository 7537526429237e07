/* Models, and the classes that are made of them; see version_model.h. */
#include "record/version_model.h"

#include <stdalign.h>
#include <stdlib.h>

#include "record/field_internal.h"

int model_add_type(model *to, const char *name) {
    assert_true(to->type_count < MODEL_TYPES);
    model_type *type = &to->types[to->type_count];
    memset(type, 0, sizeof *type);
    assert_true(strlen(name) < sizeof type->name);
    memcpy(type->name, name, strlen(name) + 1);
    return (int)to->type_count++;
}

int model_find_type(const model *in, const char *name) {
    for (unsigned i = 0; i < in->type_count; i++) {
        if (strcmp(in->types[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const model_field *model_find_field(const model_type *type, uint32_t number) {
    for (unsigned i = 0; i < type->field_count; i++) {
        if (type->fields[i].number == number) {
            return &type->fields[i];
        }
    }
    return NULL;
}

void model_sort(model_type *type) {
    for (unsigned i = 1; i < type->field_count; i++) {
        for (unsigned j = i; j > 0 && type->fields[j - 1].number > type->fields[j].number; j--) {
            model_field moved = type->fields[j];
            type->fields[j] = type->fields[j - 1];
            type->fields[j - 1] = moved;
        }
    }
    for (unsigned i = 1; i < type->field_count; i++) {
        assert_true(type->fields[i - 1].number < type->fields[i].number);
    }
}

/* Building --------------------------------------------------------------------------------------------------------- */

typedef struct built_class {
    pier_class of; /* first: the library hands it to fields_of */
    pier_field fields[MODEL_FIELDS];
    pier_oneof oneofs[MODEL_ONEOFS];
    uint64_t defaults[MODEL_FIELDS];
    bool is_laid_out;
} built_class;

typedef struct built_enum {
    pier_enum of;
    pier_enum_value values[MODEL_FIELDS];
} built_enum;

typedef struct built {
    built_class classes[MODEL_TYPES]; /* the first is what callers hold */
    built_enum enums[MODEL_TYPES];
    const model *from;
} built;

static const pier_field *fields_of(const pier_class *self) {
    return ((const built_class *)self)->fields;
}

static size_t round_up(size_t bytes) {
    return (bytes + 7) / 8 * 8;
}

static void lay_out(built *b, unsigned index);

/* The room that one value takes. */
static size_t value_bytes(built *b, const model_field *field, const pier_field *row) {
    if (field->kind == PIER_FIELD_ANY) {
        return 64;
    }
    if (field->kind == PIER_FIELD_RECORD && !pier__field_is_pointer(row)) {
        lay_out(b, (unsigned)field->type);
    }
    return pier__field_bytes(row);
}

/* Gives the members of a struct their places, in the order in which they stand in it. */
static void lay_out(built *b, unsigned index) {
    built_class *to = &b->classes[index];
    const model_type *type = &b->from->types[index];
    if (to->is_laid_out) {
        return;
    }
    to->is_laid_out = true;
    size_t at = 0;
    for (unsigned i = 0; i < type->oneof_count; i++) {
        to->oneofs[i] = (pier_oneof){type->oneofs[i], at};
        at += 8;
        size_t room = 0;
        for (unsigned j = 0; j < type->field_count; j++) {
            if (type->fields[j].oneof == i + 1) {
                to->fields[j].offset = at;
                size_t bytes = value_bytes(b, &type->fields[j], &to->fields[j]);
                room = bytes > room ? bytes : room;
            }
        }
        at += round_up(room);
    }
    for (unsigned place = 0; place < 2 * MODEL_FIELDS; place++) {
        for (unsigned j = 0; j < type->field_count; j++) {
            const model_field *field = &type->fields[j];
            pier_field *row = &to->fields[j];
            if (field->oneof != 0 || field->place != place) {
                continue;
            }
            row->count_offset = at;
            row->presence_offset = at;
            row->offset = at + 8;
            bool is_list = (field->flags & PIER_FIELD_LIST) != 0;
            size_t one = is_list ? sizeof(void *) : value_bytes(b, field, row);
            at += 8 + round_up(one * ((field->flags & PIER_FIELD_REPEATED) != 0 && !is_list ? field->count_max : 1));
        }
    }
    to->of.record_bytes = at > 0 ? at : 8;
}

static void fill_field(built *b, const model_field *from, pier_field *to, uint64_t *otherwise) {
    to->name = from->name;
    to->name_bytes = strlen(from->name);
    to->number = (uint16_t)from->number;
    to->flags = (uint16_t)from->flags;
    to->oneof = (uint16_t)from->oneof;
    to->count_max = (from->flags & PIER_FIELD_LIST) != 0 ? UINT32_MAX : from->count_max;
    to->kind = from->kind;
    to->capacity = from->capacity;
    if (from->type >= 0 && b->from->types[from->type].is_enum) {
        to->enum_type = &b->enums[from->type].of;
    } else if (from->type >= 0) {
        to->type = &b->classes[from->type].of;
    }
    if (from->otherwise != 0) {
        size_t bytes = pier__kind_bytes(from->kind);
        int64_t wide = from->otherwise;
        int32_t middle = from->otherwise;
        int8_t narrow = (int8_t)from->otherwise;
        int16_t small = (int16_t)from->otherwise;
        memcpy(otherwise,
               bytes == 8   ? (const void *)&wide
               : bytes == 4 ? (const void *)&middle
               : bytes == 2 ? (const void *)&small
                            : (const void *)&narrow,
               bytes);
        to->default_value = otherwise;
    }
}

/* Whether a type reaches a shared reference, or a value of any class. `seen` has a bit for each type. */
static bool reaches(const model *of, unsigned index, bool (*what)(const model_field *field), uint64_t *seen) {
    if ((*seen >> index & 1) != 0) {
        return false;
    }
    *seen |= UINT64_C(1) << index;
    for (unsigned i = 0; i < of->types[index].field_count; i++) {
        const model_field *field = &of->types[index].fields[i];
        if (what(field) || (field->kind == PIER_FIELD_RECORD && reaches(of, (unsigned)field->type, what, seen))) {
            return true;
        }
    }
    return false;
}

static bool is_shared(const model_field *field) {
    return (field->flags & PIER_FIELD_SHARED) != 0;
}

static bool is_any(const model_field *field) {
    return field->kind == PIER_FIELD_ANY;
}

static uint32_t class_flags(const model *of, unsigned index) {
    uint64_t seen = 0;
    uint32_t flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_VIEWS;
    flags |= reaches(of, index, is_shared, &seen) ? PIER_CLASS_GRAPH : 0;
    seen = 0;
    return flags | (reaches(of, index, is_any, &seen) ? PIER_CLASS_ANY : 0);
}

static void fill_type(built *b, unsigned index) {
    const model_type *type = &b->from->types[index];
    built_class *to = &b->classes[index];
    for (unsigned i = 0; type->is_enum && i < type->value_count; i++) {
        b->enums[index].values[i] = (pier_enum_value){type->values[i], type->value_names[i]};
    }
    b->enums[index].of = (pier_enum){type->name, type->value_count, b->enums[index].values};
    to->of = (pier_class){.size = sizeof(pier_class),
                          .name = type->name,
                          .version = type->version,
                          .flags = class_flags(b->from, index),
                          .field_count = type->field_count,
                          .oneof_count = type->oneof_count,
                          .values_max = 1000,
                          .depth = 32,
                          .fields = fields_of,
                          .oneofs = type->oneof_count > 0 ? to->oneofs : NULL};
    for (unsigned i = 0; i < type->field_count; i++) {
        fill_field(b, &type->fields[i], &to->fields[i], &to->defaults[i]);
    }
}

const pier_class *model_build(const model *of) {
    built *b = (built *)calloc(1, sizeof *b);
    assert_non_null(b);
    b->from = of;
    for (unsigned i = 0; i < of->type_count; i++) {
        fill_type(b, i);
    }
    for (unsigned i = 0; i < of->type_count; i++) {
        lay_out(b, i);
    }
    for (unsigned i = 0; i < of->type_count; i++) {
        for (unsigned j = 0; j < of->types[i].field_count; j++) {
            pier_field *row = &b->classes[i].fields[j];
            row->element_bytes =
                (row->flags & PIER_FIELD_REPEATED) != 0 ? value_bytes(b, &of->types[i].fields[j], row) : 0;
        }
    }
    return &b->classes[0].of;
}

void model_release(const pier_class *built_class_of_model) {
    free((void *)(uintptr_t)built_class_of_model);
}
