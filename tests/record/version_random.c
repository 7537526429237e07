/* Models made up, and later versions of them; see version_model.h. */
#include "record/version_model.h"

#include <stdio.h>

enum { RECORDS = 4, ENUMS = 2, NUMBER_MAX = 24 };

static unsigned below(uint64_t *seed, unsigned count) {
    return (unsigned)(test_random(seed) % count);
}

static bool one_in(uint64_t *seed, unsigned count) {
    return below(seed, count) == 0;
}

static bool is_integer(pier_field_kind kind) {
    return kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_U64;
}

static bool is_number(pier_field_kind kind) {
    return kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_F64;
}

static bool is_text(pier_field_kind kind) {
    return kind == PIER_FIELD_TEXT || kind == PIER_FIELD_BYTES;
}

/* Types 0 to RECORDS - 1 are records, then enums follow, then the entries of maps. */
static int random_type(pier_field_kind kind, uint64_t *seed) {
    return kind == PIER_FIELD_RECORD ? (int)below(seed, RECORDS)
           : kind == PIER_FIELD_ENUM ? RECORDS + (int)below(seed, ENUMS)
                                     : -1;
}

static void set_kind(model_field *field, pier_field_kind kind, uint64_t *seed) {
    field->kind = kind;
    field->type = random_type(kind, seed);
    field->capacity = 0;
    if (is_text(kind) && one_in(seed, 3)) {
        field->capacity = 2 + below(seed, 9);
    }
}

/* Takes back what does not go together. */
static void mend(int type, model_field *field) {
    unsigned dropped = 0;
    bool is_map = (field->flags & PIER_FIELD_MAP) != 0;
    bool repeated = (field->flags & PIER_FIELD_REPEATED) != 0;
    bool may_be_shared = field->kind == PIER_FIELD_RECORD && !repeated && field->oneof == 0;
    dropped |= may_be_shared ? 0 : PIER_FIELD_SHARED;
    if ((field->flags & PIER_FIELD_SHARED & ~dropped) != 0) {
        field->flags |= PIER_FIELD_POINTER | PIER_FIELD_PRESENCE;
    }
    bool is_recursive = field->kind == PIER_FIELD_RECORD && !is_map && field->type <= type;
    if (repeated) {
        field->oneof = 0;
        dropped |= PIER_FIELD_PRESENCE | PIER_FIELD_REQUIRED | PIER_FIELD_POINTER;
        if (is_recursive || field->count_max == 0 || is_map) {
            field->flags |= PIER_FIELD_LIST;
        }
    } else {
        dropped |= PIER_FIELD_LIST | PIER_FIELD_TYPED | PIER_FIELD_MAP;
    }
    if (field->oneof != 0) {
        dropped |= PIER_FIELD_PRESENCE | PIER_FIELD_REQUIRED;
    }
    if (is_recursive && !repeated) {
        field->flags |= PIER_FIELD_POINTER | (field->oneof == 0 ? PIER_FIELD_PRESENCE : 0);
        dropped |= PIER_FIELD_REQUIRED;
    }
    if ((field->flags & PIER_FIELD_PRESENCE & ~dropped) != 0) {
        dropped |= PIER_FIELD_REQUIRED;
    } else if (field->oneof == 0) {
        dropped |= PIER_FIELD_POINTER;
    }
    dropped |= field->kind != PIER_FIELD_RECORD ? PIER_FIELD_POINTER : 0;
    dropped |= !is_integer(field->kind) ? PIER_FIELD_FIXED : 0;
    dropped |= !is_number(field->kind) ? PIER_FIELD_TYPED : 0;
    dropped |= (field->flags & PIER_FIELD_TYPED) != 0 ? PIER_FIELD_FIXED : 0;
    field->flags &= ~dropped;
    if (repeated || field->oneof != 0 || !is_integer(field->kind) ||
        (field->flags & (PIER_FIELD_PRESENCE | PIER_FIELD_REQUIRED)) != 0) {
        field->otherwise = 0;
    }
}

/* Oneofs that have lost all their members go. */
static void drop_empty_oneofs(model_type *type) {
    for (unsigned oneof = type->oneof_count; oneof > 0; oneof--) {
        unsigned members = 0;
        for (unsigned i = 0; i < type->field_count; i++) {
            members += type->fields[i].oneof == oneof;
        }
        if (members > 0) {
            continue;
        }
        for (unsigned i = 0; i < type->field_count; i++) {
            type->fields[i].oneof -= type->fields[i].oneof > oneof;
        }
        memmove(type->oneofs[oneof - 1], type->oneofs[oneof], (MODEL_ONEOFS - oneof) * sizeof type->oneofs[0]);
        type->oneof_count--;
    }
}

static void join_oneof(model_type *type, model_field *field, uint64_t *seed) {
    if (type->oneof_count == 0 || (type->oneof_count < 2 && one_in(seed, 4))) {
        static unsigned names;
        (void)snprintf(type->oneofs[type->oneof_count++], MODEL_NAME, "choice%u", names++ % 1000);
    }
    field->oneof = 1 + below(seed, type->oneof_count);
}

static void make_map(model *of, int type, model_field *field, uint64_t *seed) {
    static const pier_field_kind keys[] = {PIER_FIELD_BOOL, PIER_FIELD_I32, PIER_FIELD_I64,
                                           PIER_FIELD_U16,  PIER_FIELD_U64, PIER_FIELD_TEXT};
    char name[2 * MODEL_NAME + 8];
    (void)snprintf(name, sizeof name, "%s.%.12sEntry", of->types[type].name, field->name);
    if (of->type_count == MODEL_TYPES || model_find_type(of, name) >= 0) {
        return;
    }
    int entry = model_add_type(of, name);
    model_type *made = &of->types[entry];
    made->field_count = 2;
    made->fields[0] = (model_field){.name = "key", .number = 1, .type = -1};
    made->fields[1] = (model_field){.name = "value", .number = 2, .place = 1};
    made->fields[0].kind = keys[below(seed, sizeof keys / sizeof keys[0])];
    set_kind(&made->fields[1], (pier_field_kind)(1 + below(seed, PIER_FIELD_RECORD)), seed);
    if (made->fields[1].kind == PIER_FIELD_RECORD) {
        made->fields[1].type = 1 + (int)below(seed, RECORDS - 1);
    }
    field->kind = PIER_FIELD_RECORD;
    field->type = entry;
    field->flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST;
    field->oneof = 0;
}

static void set_form(model *of, int type, model_field *field, uint64_t *seed) {
    field->flags = one_in(seed, 4) ? PIER_FIELD_FIXED : 0;
    field->count_max = one_in(seed, 3) ? 1 + below(seed, 4) : 0;
    field->oneof = 0;
    switch (below(seed, 8)) {
    case 0:
    case 1:
        field->flags |= PIER_FIELD_PRESENCE | (one_in(seed, 3) ? PIER_FIELD_POINTER : 0);
        field->flags |= one_in(seed, 4) ? PIER_FIELD_SHARED : 0;
        break;
    case 2:
        field->flags |= PIER_FIELD_REPEATED | (one_in(seed, 2) ? PIER_FIELD_TYPED : 0);
        break;
    case 3:
        join_oneof(&of->types[type], field, seed);
        break;
    case 4:
        field->flags |= one_in(seed, 4) ? PIER_FIELD_REQUIRED : 0;
        field->otherwise = (int32_t)below(seed, 100);
        break;
    default:
        break;
    }
}

static bool add_field(model *of, int type, uint64_t *seed) {
    model_type *to = &of->types[type];
    model_field field = {.number = 1 + below(seed, NUMBER_MAX), .place = to->field_count};
    if (to->field_count + 4 >= MODEL_FIELDS || model_find_field(to, field.number) != NULL) {
        return false;
    }
    (void)snprintf(field.name, sizeof field.name, "f%u", field.number);
    set_kind(&field, (pier_field_kind)(1 + below(seed, PIER_FIELD_ENUM)), seed);
    set_form(of, type, &field, seed);
    if (one_in(seed, 10)) {
        make_map(of, type, &field, seed);
    }
    mend(type, &field);
    to->fields[to->field_count++] = field;
    model_sort(to);
    return true;
}

void model_random(model *made, uint64_t *seed) {
    static const char *const names[] = {"test.Root", "test.Leaf", "test.Node", "other.Part"};
    made->type_count = 0;
    for (unsigned i = 0; i < RECORDS; i++) {
        (void)model_add_type(made, names[i]);
    }
    for (unsigned i = 0; i < ENUMS; i++) {
        model_type *type = &made->types[model_add_type(made, i == 0 ? "test.Side" : "other.State")];
        type->is_enum = true;
        type->value_count = 2;
        type->values[1] = 7;
        (void)snprintf(type->value_names[0], MODEL_NAME, "ZERO%u", i);
        (void)snprintf(type->value_names[1], MODEL_NAME, "SEVEN%u", i);
    }
    for (int i = 0; i < RECORDS; i++) {
        unsigned wanted = 1 + below(seed, 6);
        for (unsigned j = 0; j < wanted; j++) {
            (void)add_field(made, i, seed);
        }
        drop_empty_oneofs(&made->types[i]);
    }
}

/* Evolving --------------------------------------------------------------------------------------------------------- */

/* Another kind: most often one that meets the old one. */
static void change_kind(model_field *field, uint64_t *seed) {
    if (is_integer(field->kind) || field->kind == PIER_FIELD_BOOL || field->kind == PIER_FIELD_ENUM) {
        static const pier_field_kind others[] = {PIER_FIELD_BOOL, PIER_FIELD_ENUM};
        pier_field_kind kind =
            one_in(seed, 6) ? others[below(seed, 2)] : (pier_field_kind)(PIER_FIELD_I8 + (int)below(seed, 8));
        set_kind(field, kind, seed);
    } else if (field->kind == PIER_FIELD_F32 || field->kind == PIER_FIELD_F64) {
        set_kind(field, field->kind == PIER_FIELD_F32 ? PIER_FIELD_F64 : PIER_FIELD_F32, seed);
    } else if (is_text(field->kind)) {
        set_kind(field, one_in(seed, 2) ? PIER_FIELD_TEXT : PIER_FIELD_BYTES, seed);
    } else if (field->kind == PIER_FIELD_RECORD && (field->flags & PIER_FIELD_MAP) == 0) {
        field->type = random_type(PIER_FIELD_RECORD, seed);
    }
    if (one_in(seed, 30) && (field->flags & PIER_FIELD_MAP) == 0) {
        set_kind(field, (pier_field_kind)(1 + below(seed, PIER_FIELD_ENUM)), seed);
    }
}

static void evolve_field(model *of, int type, model_field *field, uint64_t *seed) {
    bool is_map = (field->flags & PIER_FIELD_MAP) != 0;
    if (one_in(seed, 6)) {
        (void)snprintf(field->name, sizeof field->name, "renamed%u", field->number);
    }
    if (one_in(seed, 5)) {
        change_kind(field, seed);
    }
    if (one_in(seed, 6) && !is_map) {
        set_form(of, type, field, seed);
    }
    if (one_in(seed, 8)) {
        field->flags ^= PIER_FIELD_FIXED;
    }
    if (one_in(seed, 8) && (field->flags & PIER_FIELD_REPEATED) != 0) {
        field->flags ^= PIER_FIELD_TYPED;
    }
    field->place = below(seed, MODEL_FIELDS);
    mend(type, field);
}

static void evolve_type(model *evolved, int index, uint64_t *seed) {
    model_type *type = &evolved->types[index];
    unsigned kept = 0;
    for (unsigned i = 0; i < type->field_count; i++) {
        if (!one_in(seed, 8)) {
            type->fields[kept] = type->fields[i];
            evolve_field(evolved, index, &type->fields[kept++], seed);
        }
    }
    type->field_count = kept;
    for (unsigned more = below(seed, 3); more > 0; more--) {
        (void)add_field(evolved, index, seed);
    }
    drop_empty_oneofs(type);
    if (index != 0 && one_in(seed, 6)) {
        (void)snprintf(type->name, sizeof type->name, "renamed.Type%d", index);
    }
    type->version = below(seed, 3);
}

static void evolve_entry(model_type *entry, uint64_t *seed) {
    if (one_in(seed, 4)) {
        change_kind(&entry->fields[1], seed);
        if (entry->fields[1].kind == PIER_FIELD_RECORD && entry->fields[1].type == 0) {
            entry->fields[1].type = 1;
        }
    }
    if (one_in(seed, 6) && is_integer(entry->fields[0].kind)) {
        entry->fields[0].kind = (pier_field_kind)(PIER_FIELD_I8 + (int)below(seed, 8));
    }
}

void model_evolve(model *evolved, uint64_t *seed) {
    unsigned entries = evolved->type_count;
    for (int i = 0; i < RECORDS; i++) {
        evolve_type(evolved, i, seed);
    }
    for (unsigned i = RECORDS + ENUMS; i < entries; i++) {
        evolve_entry(&evolved->types[i], seed);
    }
    evolved->types[RECORDS].values[1] = one_in(seed, 2) ? 7 : 9;
}
