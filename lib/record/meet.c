/* What meets what; see meet_internal.h and docs/versions.md.
 *
 * Floor 5 (record). The number of a field is what it is known by. Its name, the names of its type and of its oneof, and
 * how its numbers are written say nothing: a loader takes every form of them. What would lose something in silence is
 * either looked at in each record or refused as a whole. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "record/field_internal.h"
#include "record/meet_internal.h"
#include "record/record_internal.h"

/* Types and shapes ------------------------------------------------------------------------------------------------- */

const char *pier__side_name(pier__side type) {
    return type.own != NULL ? type.own->name : type.defined->name;
}

uint32_t pier__side_field_count(pier__side type) {
    return type.own != NULL ? type.own->field_count : type.defined->field_count;
}

uint32_t pier__side_oneof_count(pier__side type) {
    return type.own != NULL ? type.own->oneof_count : type.defined->oneof_count;
}

static pier__shape shape_of_own(const pier_class *of, const pier_field *field) {
    pier__shape shape = {
        .name = field->name,
        .number = field->number,
        .kind = (uint64_t)field->kind,
        .flags = field->flags & PIER__DEFINED_FLAGS,
        .is_required = (field->flags & PIER_FIELD_REQUIRED) != 0,
        .oneof = field->oneof != 0 ? of->oneofs[field->oneof - 1].name : NULL,
        .oneof_number = field->oneof,
        .count_max = (field->flags & PIER_FIELD_LIST) != 0 ? UINT32_MAX : field->count_max,
        .capacity = field->capacity,
        .own = field,
    };
    if (field->type != NULL) {
        shape.type_name = field->type->name;
        shape.type.own = field->type;
    } else if (field->enum_type != NULL) {
        shape.type_name = field->enum_type->name;
    }
    return shape;
}

static pier__shape shape_of_defined(const pier__defined_field *field) {
    pier__shape shape = {
        .name = field->name,
        .number = field->number,
        .kind = field->kind,
        .flags = field->flags,
        .oneof = field->oneof_name,
        .oneof_number = field->oneof,
        .count_max = UINT32_MAX,
        .position = field->position,
    };
    if (field->type != NULL) {
        shape.type_name = field->type->name;
        shape.type.defined = field->kind == PIER_FIELD_RECORD ? field->type : NULL;
    }
    return shape;
}

pier__shape pier__side_field(pier__side type, uint32_t index) {
    return type.own != NULL ? shape_of_own(type.own, &type.own->fields(type.own)[index])
                            : shape_of_defined(&type.defined->fields[index]);
}

uint32_t pier__side_find(pier__side type, uint32_t number) {
    uint32_t low = 0;
    uint32_t high = pier__side_field_count(type);
    const pier_field *fields = type.own != NULL ? type.own->fields(type.own) : NULL;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t found = fields != NULL ? fields[middle].number : type.defined->fields[middle].number;
        if (found == number) {
            return middle;
        }
        if (found < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return pier__side_field_count(type);
}

static bool is_repeated(const pier__shape *shape) {
    return (shape->flags & PIER_FIELD_REPEATED) != 0;
}

static bool is_map(const pier__shape *shape) {
    return (shape->flags & PIER_FIELD_MAP) != 0;
}

bool pier__shape_is_always_there(const pier__shape *shape) {
    return shape->oneof == NULL && (shape->flags & (PIER_FIELD_REPEATED | PIER_FIELD_PRESENCE)) == 0;
}

/* Writes how long an element may be, if that is limited: behind the name of its kind. */
static void write_length(const pier__shape *shape, char *text, size_t capacity) {
    text[0] = '\0';
    if (shape->capacity != 0) {
        uint32_t most = shape->capacity - (shape->kind == PIER_FIELD_TEXT); /* the terminator is no text */
        (void)snprintf(text, capacity, " of at most %" PRIu32 " byte%s", most, most == 1 ? "" : "s");
    }
}

void pier__shape_write(const pier__shape *shape, bool with_limits, char *text, size_t capacity) {
    char most[32] = "";
    char length[48] = "";
    if (with_limits) {
        write_length(shape, length, sizeof length);
        if (is_repeated(shape) && !is_map(shape) && shape->count_max != UINT32_MAX) {
            (void)snprintf(most, sizeof most, "at most %" PRIu32 " ", shape->count_max);
        }
    }
    const char *before = is_map(shape)                               ? "map of "
                         : is_repeated(shape)                        ? "array of "
                         : (shape->flags & PIER_FIELD_PRESENCE) != 0 ? "optional "
                                                                     : "";
    const char *shared = (shape->flags & PIER_FIELD_SHARED) != 0 ? "shared " : "";
    bool is_known = pier__kind_is_known(shape->kind);
    const char *name = is_known ? pier_field_kind_name((pier_field_kind)shape->kind) : "unknown kind";
    if (!is_known) {
        (void)snprintf(text, capacity, "%s%s%s%s %llu", before, most, shared, name, (unsigned long long)shape->kind);
    } else if (shape->type_name != NULL) {
        (void)snprintf(text, capacity, "%s%s%s%s %.40s", before, most, shared, name, shape->type_name);
    } else {
        (void)snprintf(text, capacity, "%s%s%s%s%s", before, most, shared, name, length);
    }
}

/* Kinds ------------------------------------------------------------------------------------------------------------ */

static bool is_integer(uint64_t kind) {
    return pier__kind_is_signed(kind) || (kind >= PIER_FIELD_U8 && kind <= PIER_FIELD_U64);
}

/* Returns whether every integer of the writer's kind is one of the loader's. */
static bool holds_all(uint64_t loader, uint64_t writer) {
    size_t loader_bytes = pier__kind_bytes((pier_field_kind)loader);
    size_t writer_bytes = pier__kind_bytes((pier_field_kind)writer);
    if (pier__kind_is_signed(loader) == pier__kind_is_signed(writer)) {
        return loader_bytes >= writer_bytes;
    }
    return pier__kind_is_signed(loader) && loader_bytes > writer_bytes;
}

static pier__meeting loads(pier__conversion conversion) {
    return (pier__meeting){PIER__LOADS, conversion, NULL};
}

static pier__meeting checked(pier__conversion conversion, const char *remark) {
    return (pier__meeting){PIER__CHECKED, conversion, remark};
}

static pier__meeting refused(const char *remark) {
    return (pier__meeting){PIER__REFUSED, PIER__AS_OWN, remark};
}

/* Numbers, and bool as 0 and 1. */
static pier__meeting numbers_meet(uint64_t loader, uint64_t writer) {
    if (is_integer(loader) && is_integer(writer)) {
        return holds_all(loader, writer) ? loads(PIER__AS_OWN) : checked(PIER__AS_OWN, "integers that fit");
    }
    if (is_integer(loader) && writer == PIER_FIELD_BOOL) {
        return loads(PIER__INTEGER_OF_BOOL);
    }
    if (loader == PIER_FIELD_BOOL && is_integer(writer)) {
        return checked(PIER__BOOL_OF_INTEGER, "0 and 1");
    }
    if (loader == PIER_FIELD_F64 && writer == PIER_FIELD_F32) {
        return loads(PIER__AS_OWN);
    }
    if (loader == PIER_FIELD_F32 && writer == PIER_FIELD_F64) {
        return checked(PIER__AS_OWN, "numbers that f32 holds exactly");
    }
    return refused("the kinds have nothing in common");
}

static pier__meeting texts_meet(const pier__shape *loader, const pier__shape *writer) {
    pier__conversion conversion = loader->kind == writer->kind        ? PIER__AS_OWN
                                  : (loader->kind == PIER_FIELD_TEXT) ? PIER__TEXT_OF_BYTES
                                                                      : PIER__BYTES_OF_TEXT;
    if (conversion == PIER__TEXT_OF_BYTES) {
        return checked(conversion, "bytes that are UTF-8");
    }
    /* A terminator takes one byte of the room for text. What is without limit on either side is no change. */
    uint32_t room = loader->capacity - (loader->capacity != 0 && loader->kind == PIER_FIELD_TEXT);
    uint32_t most = writer->capacity - (writer->capacity != 0 && writer->kind == PIER_FIELD_TEXT);
    bool is_known = writer->own != NULL;
    if (loader->capacity != 0 && is_known && (writer->capacity == 0 || room < most)) {
        return checked(conversion, "what there is room for");
    }
    return loads(conversion);
}

static pier__meeting values_meet(const pier__shape *loader, const pier__shape *writer) {
    bool loader_is_text = loader->kind == PIER_FIELD_TEXT || loader->kind == PIER_FIELD_BYTES;
    bool writer_is_text = writer->kind == PIER_FIELD_TEXT || writer->kind == PIER_FIELD_BYTES;
    if (loader_is_text && writer_is_text) {
        return texts_meet(loader, writer);
    }
    if (loader->kind != writer->kind) {
        return numbers_meet(loader->kind, writer->kind);
    }
    if (loader->kind == PIER_FIELD_RECORD) {
        return pier__side_is_none(loader->type) || pier__side_is_none(writer->type) ? refused("a type is not a class")
                                                                                    : loads(PIER__AS_RECORD);
    }
    bool is_known = loader->kind >= PIER_FIELD_BOOL && loader->kind <= PIER_FIELD_ANY;
    return is_known ? loads(PIER__AS_OWN) : refused("this version does not know the kind");
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

/* What a map and other fields have in common: an array of records with the fields 1 and 2 is a map. */
static bool forms_meet(const pier__shape *loader, const pier__shape *writer) {
    return is_map(loader) == is_map(writer) || (is_repeated(loader) && is_repeated(writer));
}

static bool has_key_and_value(pier__side type) {
    uint32_t count = pier__side_is_none(type) ? 0 : pier__side_field_count(type);
    return count > 0 && pier__side_find(type, 1) < count && pier__side_find(type, 2) < count;
}

/* What is looked at beside the values themselves; NULL: nothing. */
static const char *check_of_form(const pier__shape *loader, const pier__shape *writer) {
    if (is_repeated(writer) && !is_repeated(loader)) {
        return "arrays of one element at most";
    }
    if (is_repeated(loader) && loader->count_max < (is_repeated(writer) ? writer->count_max : 1) &&
        (writer->own != NULL || loader->count_max == 0)) {
        return "arrays that there is room for";
    }
    if (loader->is_required && !pier__shape_is_always_there(writer)) {
        return "records that have the field";
    }
    return NULL;
}

pier__meeting pier__fields_meet(const pier__shape *loader, const pier__shape *writer) {
    if (((loader->flags | writer->flags) & ~(uint64_t)PIER__KNOWN_FLAGS) != 0) {
        return refused("this version does not know all flags");
    }
    if (((loader->flags ^ writer->flags) & PIER_FIELD_SHARED) != 0) {
        return refused("only one side shares the object");
    }
    if (!forms_meet(loader, writer)) {
        return refused("a map is not a single value");
    }
    if ((is_map(loader) || is_map(writer)) && !has_key_and_value(writer->type)) {
        return refused("its records have no key or no value");
    }
    if (is_map(writer) && pier__side_field_count(writer->type) != 2) {
        return refused("the entries of a map have a key and a value alone");
    }
    pier__meeting meeting = values_meet(loader, writer);
    const char *check = meeting.verdict != PIER__REFUSED ? check_of_form(loader, writer) : NULL;
    return check != NULL ? checked(meeting.conversion, check) : meeting;
}

pier__meeting pier__field_alone(const pier__shape *loader, const pier__shape *writer) {
    (void)writer;
    return loader != NULL && loader->is_required ? refused("the field is required") : loads(PIER__AS_OWN);
}
