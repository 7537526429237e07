/* Laying out structs at run time; see layout_internal.h. */
#include "record/field_internal.h"
#include "record/layout_internal.h"

enum { ALIGNMENT = sizeof(uint64_t) > sizeof(void *) ? sizeof(uint64_t) : sizeof(void *) };

/* How far a struct goes. Once it is too large it stays so. */
typedef struct extent {
    size_t bytes;
    bool is_too_large;
} extent;

/* Finds the place of the next member. */
static size_t place(extent *of, size_t bytes, size_t alignment) {
    size_t offset = (of->bytes + alignment - 1) / alignment * alignment;
    if (of->is_too_large || bytes > PIER__RECORD_BYTES_MAX || offset > PIER__RECORD_BYTES_MAX - bytes) {
        of->is_too_large = true;
        return 0;
    }
    of->bytes = offset + bytes;
    return offset;
}

bool pier__layout_is_inline_record(const pier_field *field) {
    return field->kind == PIER_FIELD_RECORD && !pier__field_is_pointer(field) && (field->flags & PIER_FIELD_LIST) == 0;
}

static size_t alignment_of(const pier_field *field) {
    if (field->capacity != 0) {
        return field->kind == PIER_FIELD_TEXT ? 1 : sizeof(uint32_t);
    }
    size_t bytes = field->kind == PIER_FIELD_RECORD ? 0 : pier__kind_bytes(field->kind);
    return bytes != 0 ? bytes : ALIGNMENT;
}

/* Finds the place of a field that is of no oneof, and of what stands beside it. */
static void place_field(extent *of, pier_field *field) {
    if (!pier__field_is_repeated(field)) {
        if ((field->flags & PIER_FIELD_PRESENCE) != 0 && !pier__field_is_pointer(field)) {
            field->presence_offset = place(of, sizeof(bool), 1);
        }
        field->offset = place(of, pier__field_bytes(field), alignment_of(field));
        return;
    }
    field->count_offset = place(of, sizeof(uint32_t), sizeof(uint32_t));
    if ((field->flags & PIER_FIELD_LIST) != 0) {
        field->offset = place(of, sizeof(void *), ALIGNMENT);
        return;
    }
    size_t element = pier__field_bytes(field);
    if (field->count_max > PIER__RECORD_BYTES_MAX / (element > 0 ? element : 1)) {
        of->is_too_large = true;
        return;
    }
    field->offset = place(of, element * field->count_max, alignment_of(field));
}

/* Where the union of a oneof lies: behind its number. */
static size_t union_offset(const pier_oneof *oneof) {
    return (oneof->case_offset + sizeof(uint32_t) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Finds places for the oneofs: a number each, and a union as large as the largest of its members. */
static void place_oneofs(extent *of, const pier_class *laid, pier_field *fields, pier_oneof *oneofs) {
    for (uint32_t i = 0; i < laid->oneof_count; i++) {
        oneofs[i].case_offset = 0;
    }
    /* Until the places are found, the size of the largest member stands there. */
    for (uint32_t i = 0; i < laid->field_count; i++) {
        if (fields[i].oneof != 0 && pier__field_bytes(&fields[i]) > oneofs[fields[i].oneof - 1].case_offset) {
            oneofs[fields[i].oneof - 1].case_offset = pier__field_bytes(&fields[i]);
        }
    }
    for (uint32_t i = 0; i < laid->oneof_count; i++) {
        size_t largest = oneofs[i].case_offset;
        oneofs[i].case_offset = place(of, sizeof(uint32_t), sizeof(uint32_t));
        (void)place(of, largest, ALIGNMENT);
    }
    for (uint32_t i = 0; i < laid->field_count; i++) {
        if (fields[i].oneof != 0) {
            fields[i].offset = union_offset(&oneofs[fields[i].oneof - 1]);
        }
    }
}

bool pier__layout_class(pier_class *laid, pier_field *fields, pier_oneof *oneofs) {
    extent of = {0, false};
    for (uint32_t i = 0; i < laid->field_count; i++) {
        if (fields[i].oneof == 0) {
            place_field(&of, &fields[i]);
        }
    }
    place_oneofs(&of, laid, fields, oneofs);
    /* A struct of nothing has a size all the same. */
    (void)place(&of, of.bytes == 0 ? 1 : 0, 1);
    (void)place(&of, 0, ALIGNMENT);
    laid->record_bytes = of.bytes;
    return !of.is_too_large;
}

void pier__layout_elements(const pier_class *laid, pier_field *fields) {
    for (uint32_t i = 0; i < laid->field_count; i++) {
        fields[i].element_bytes = pier__field_is_repeated(&fields[i]) ? pier__field_bytes(&fields[i]) : 0;
    }
}
