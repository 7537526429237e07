/* Storing records by tokens, as a class's table says; see interpret_internal.h.
 *
 * Floor 5 (record). Stores what a codec cannot: the forms of plain archives, and classes that have none. And finds what
 * a codec only noticed: the first value that may not be stored, which it refuses with its path. */
#include <string.h>

#include "record/links_internal.h"

static bool store_map(pier__storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t present = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        present += pier__field_is_set(type, &fields[i], record);
    }
    if (!pier__store_map(to, present)) {
        return false;
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (pier__field_is_set(type, &fields[i], record)) {
            pier_text name = {fields[i].name, fields[i].name_bytes};
            pier_store_text(to->archive, name);
            if (!pier__store_field(to, &fields[i], record)) {
                return false;
            }
        }
    }
    pier__store_close(to);
    return true;
}

static bool store_place(pier__storing *to, const pier_class *type, const pier_field *field, const uint8_t *record) {
    if (!pier__field_is_set(type, field, record)) {
        pier_store_nil(to->archive);
        return true;
    }
    return pier__store_field(to, field, record);
}

static bool store_places(pier__storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t places = type->field_count > 0 ? fields[type->field_count - 1].number : 0;
    if (places > PIER__PLACES_MAX) {
        (void)pier__path_field(&to->path, fields[type->field_count - 1].name);
        return pier__store_refuse(to, PIER_USAGE, "field number %u: in a plain array they go up to %d", places,
                                  PIER__PLACES_MAX);
    }
    if (!pier__store_array(to, places)) {
        return false;
    }
    uint32_t place = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        for (; place + 1 < fields[i].number; place++) {
            pier_store_nil(to->archive);
        }
        if (!store_place(to, type, &fields[i], record)) {
            return false;
        }
        place++;
    }
    pier__store_close(to);
    return true;
}

/* Returns the member of a oneof that is set; NULL: none is. */
static const pier_field *find_set(const pier_class *type, uint32_t oneof, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (fields[i].oneof == oneof && pier__field_is_set(type, &fields[i], record)) {
            return &fields[i];
        }
    }
    return NULL;
}

static bool store_oneof(pier__storing *to, const pier_class *type, uint32_t oneof, const uint8_t *record) {
    const pier_field *member = find_set(type, oneof, record);
    if (member == NULL) {
        pier_store_nil(to->archive);
        return true;
    }
    size_t before = pier__path_field(&to->path, type->oneofs[oneof - 1].name);
    if (!pier__store_array(to, 2)) {
        return false;
    }
    pier__path_cut(&to->path, before);
    pier_store_u64(to->archive, member->number);
    if (!pier__store_field(to, member, record)) {
        return false;
    }
    pier__store_close(to);
    return true;
}

static bool store_slots(pier__storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    if (!pier__store_array(to, pier__class_slots(type))) {
        return false;
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        bool stored = fields[i].oneof == 0            ? store_place(to, type, &fields[i], record)
                      : pier__oneof_begins(fields, i) ? store_oneof(to, type, fields[i].oneof, record)
                                                      : true;
        if (!stored) {
            return false;
        }
    }
    pier__store_close(to);
    return true;
}

/* Refuses a record whose oneof says that a member is set which the class does not have. */
static bool check_cases(pier__storing *to, const pier_class *type, const uint8_t *record) {
    const pier_field *fields = type->fields(type);
    for (uint32_t oneof = 1; oneof <= type->oneof_count; oneof++) {
        uint32_t number = pier__oneof_case(type, oneof, record);
        bool is_known = number == 0;
        for (uint32_t i = 0; i < type->field_count && !is_known; i++) {
            is_known = fields[i].oneof == oneof && fields[i].number == number;
        }
        if (!is_known) {
            (void)pier__path_field(&to->path, type->oneofs[oneof - 1].name);
            return pier__store_refuse(to, PIER_RANGE, "no field of the oneof has the number %u", number);
        }
    }
    return true;
}

bool pier__store_record(pier__storing *to, const pier_class *type, const uint8_t *record) {
    if (!check_cases(to, type, record)) {
        return false;
    }
    switch (to->form) {
    case PIER__FORM_MAP:
        return store_map(to, type, record);
    case PIER__FORM_PLACES:
        return store_places(to, type, record);
    default:
        return store_slots(to, type, record);
    }
}

void pier__interpret_store(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    const pier__archive *common = pier__archive_of(archive);
    pier__storing to = {.archive = archive,
                        .limits = &common->limits,
                        .depth_left = common->limits.depth_max,
                        .elements_left = common->limits.elements_max - 1};
    to.form = common->format == PIER_FORMAT_FRAMED           ? PIER__FORM_SLOTS
              : common->options.plain_form == PIER_PLAIN_MAP ? PIER__FORM_MAP
                                                             : PIER__FORM_PLACES;
    pier__path_init(&to.path, class_of_record->name);
    if ((class_of_record->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) != 0) {
        (void)pier__store_linked(&to, class_of_record, (const uint8_t *)record);
    } else {
        (void)pier__store_record(&to, class_of_record, (const uint8_t *)record);
    }
}
