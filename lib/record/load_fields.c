/* Loading what fields hold: values, elements, maps, oneofs; see interpret_internal.h.
 *
 * Floor 5 (record). Memory is only taken for elements that are there: the record has passed the scan. */
#include <string.h>

#include "record/interpret_internal.h"

/* Loads a record into the struct `to`, which is all zero. */
static bool load_fresh(pier__loading *from, const pier_class *type, uint8_t *to) {
    pier__init_fields(type, to);
    return pier__load_record(from, type, to);
}

/* Loads a record behind a pointer: into the arena. */
static bool load_behind(pier__loading *from, const pier_class *type, uint8_t *member) {
    uint8_t *pointed = pier__load_allocate(from, from->archive->cursor, 1, type->record_bytes);
    if (pointed == NULL) {
        return false;
    }
    memcpy(member, &pointed, sizeof pointed);
    return load_fresh(from, type, pointed);
}

bool pier__load_value(pier__loading *from, const pier_field *field, uint8_t *to) {
    if (field->kind == PIER_FIELD_ANY) {
        return pier__load_any(from, field, to);
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        return pier__load_shared(from, field, to);
    }
    if (field->kind == PIER_FIELD_RECORD) {
        return pier__field_is_pointer(field) ? load_behind(from, field->type, to) : load_fresh(from, field->type, to);
    }
    pier__found value = pier__load_take(from);
    return pier__load_scalar(from, field, &value, to);
}

bool pier__load_room(pier__loading *from, const pier_field *field, const uint8_t *at, uint64_t count, uint8_t *record,
                     uint8_t **elements) {
    if (count > field->count_max) {
        return pier__load_fail(from, at, PIER_RANGE, "%llu elements, and there is room for %u",
                               (unsigned long long)count, field->count_max);
    }
    *elements = record + field->offset;
    if ((field->flags & PIER_FIELD_LIST) != 0) {
        *elements = NULL;
        if (count > 0) {
            *elements = pier__load_allocate(from, at, (size_t)count, field->element_bytes);
            if (*elements == NULL) {
                return false;
            }
        }
        memcpy(record + field->offset, elements, sizeof *elements);
    }
    uint32_t stored = (uint32_t)count;
    memcpy(record + field->count_offset, &stored, sizeof stored);
    return true;
}

static bool load_elements(pier__loading *from, const pier_field *field, const pier__found *head, uint8_t *record) {
    uint32_t count = head->token.as.count;
    uint8_t *elements = NULL;
    if (!pier__load_room(from, field, head->at, count, record, &elements)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t before = pier__path_index(&from->path, i);
        if (!pier__load_value(from, field, elements + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&from->path, before);
    }
    return true;
}

/* Loads a pair of a map into its entry. */
static bool load_pair(pier__loading *from, const pier_class *type, uint8_t *entry) {
    const pier_field *fields = type->fields(type);
    pier__init_fields(type, entry);
    size_t before = pier__path_field(&from->path, fields[0].name);
    if (!pier__load_value(from, &fields[0], entry + fields[0].offset)) {
        return false;
    }
    pier__path_cut(&from->path, before);
    return pier__load_field(from, type, &fields[1], entry);
}

static bool load_pairs(pier__loading *from, const pier_field *field, const pier__found *head, uint8_t *record) {
    uint32_t count = head->token.as.count;
    uint8_t *entries = NULL;
    if (!pier__load_room(from, field, head->at, count, record, &entries)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t before = pier__path_index(&from->path, i);
        if (!load_pair(from, field->type, entries + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&from->path, before);
    }
    return true;
}

/* Arrays of numbers may come value by value or as a typed array, whichever of the two the field is: both hold the same,
 * and peers that know nothing of Pier have arrays alone. */
static bool load_repeated(pier__loading *from, const pier_field *field, uint8_t *record) {
    pier__found head = pier__load_take(from);
    if ((field->flags & PIER_FIELD_MAP) != 0) {
        return head.token.kind == PIER_KIND_MAP ? load_pairs(from, field, &head, record)
                                                : pier__load_fail_type(from, &head, "map");
    }
    bool is_number = field->kind >= PIER_FIELD_I8 && field->kind <= PIER_FIELD_F64;
    if (is_number && head.token.kind == PIER_KIND_EXT && head.token.as.ext.type == PIER__EXT_TYPED) {
        return pier__load_typed(from, field, &head, record);
    }
    if (head.token.kind == PIER_KIND_ARRAY) {
        return load_elements(from, field, &head, record);
    }
    return pier__load_fail_type(from, &head, (field->flags & PIER_FIELD_TYPED) != 0 ? "typed array" : "array");
}

static bool is_nil(pier__loading *from) {
    return pier_load_kind(from->archive) == PIER_KIND_NIL;
}

/* A slot of nil is a field without a value; in a plain record every field may be without one. */
static bool may_be_nil(const pier__loading *from, const pier_field *field) {
    return !from->is_typed || (field->flags & PIER_FIELD_PRESENCE) != 0 ||
           (pier__field_is_pointer(field) && !pier__field_is_repeated(field));
}

static bool load_named(pier__loading *from, const pier_class *type, const pier_field *field, uint8_t *record) {
    if (may_be_nil(from, field) && is_nil(from)) {
        pier__found nil = pier__load_take(from);
        return (field->flags & PIER_FIELD_REQUIRED) == 0 ||
               pier__load_fail(from, nil.at, PIER_MISMATCH, "the field is required, and is nil");
    }
    if (pier__field_is_repeated(field)) {
        return load_repeated(from, field, record);
    }
    if (field->oneof != 0) {
        uint32_t number = field->number;
        memcpy(record + type->oneofs[field->oneof - 1].case_offset, &number, sizeof number);
    } else if ((field->flags & PIER_FIELD_PRESENCE) != 0 && !pier__field_is_pointer(field)) {
        bool has = true;
        memcpy(record + field->presence_offset, &has, sizeof has);
    }
    uint8_t *member = record + field->offset;
    bool is_there = field->kind == PIER_FIELD_RECORD && field->oneof == 0 &&
                    (field->flags & PIER_FIELD_PRESENCE) == 0 && !pier__field_is_pointer(field);
    /* The record around it has given a record that is always there its defaults. */
    return is_there ? pier__load_record(from, field->type, member) : pier__load_value(from, field, member);
}

bool pier__load_field(pier__loading *from, const pier_class *type, const pier_field *field, uint8_t *record) {
    size_t before = pier__path_field(&from->path, field->name);
    if (!load_named(from, type, field, record)) {
        return false;
    }
    pier__path_cut(&from->path, before);
    return true;
}

/* Returns the member of a oneof that has the number; NULL when there is none. */
static const pier_field *find_member(const pier_class *type, uint32_t oneof, const pier_token *number) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; number->kind == PIER_KIND_UINT && i < type->field_count; i++) {
        if (fields[i].oneof == oneof && fields[i].number == number->as.uint) {
            return &fields[i];
        }
    }
    return NULL;
}

/* Loads number and value of a oneof. The path has its name. */
static bool load_member(pier__loading *from, const pier_class *type, uint32_t oneof, size_t path, uint8_t *record) {
    pier__found head = pier__load_take(from);
    if (!pier__load_pair(from, &head, "array or nil", "number and value")) {
        return false;
    }
    pier__found number = pier__load_take(from);
    if (number.token.kind != PIER_KIND_UINT && number.token.kind != PIER_KIND_INT) {
        return pier__load_fail_type(from, &number, "integer");
    }
    const pier_field *member = find_member(type, oneof, &number.token);
    if (member == NULL) {
        return pier__load_fail(from, number.at, PIER_PROTOCOL, "no field of the oneof has the number %lld",
                               (long long)number.token.as.sint);
    }
    pier__path_cut(&from->path, path);
    (void)pier__path_field(&from->path, member->name);
    if (is_nil(from)) {
        pier__found nil = pier__load_take(from);
        return pier__load_fail_type(from, &nil, "a value");
    }
    return load_named(from, type, member, record);
}

bool pier__load_oneof(pier__loading *from, const pier_class *type, uint32_t oneof, uint8_t *record) {
    if (is_nil(from)) {
        (void)pier__load_take(from);
        return true;
    }
    size_t before = pier__path_field(&from->path, type->oneofs[oneof - 1].name);
    if (!load_member(from, type, oneof, before, record)) {
        return false;
    }
    pier__path_cut(&from->path, before);
    return true;
}
