/* Loading records by tokens, as a class's table says; see interpret_internal.h.
 *
 * Floor 5 (record). A framed record has a slot for each field; a plain one is a map by name, in any order, or an array
 * by number. */
#include <string.h>

#include "record/links_internal.h"

static bool load_slots(pier__loading *from, const pier__found *head, const pier_class *type, uint8_t *record) {
    uint32_t slots = pier__class_slots(type);
    if (head->token.as.count != slots) {
        return pier__load_fail(from, head->at, PIER_PROTOCOL, "expected an array of %u slots, found %u", slots,
                               head->token.as.count);
    }
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (fields[i].oneof == 0) {
            if (!pier__load_field(from, type, &fields[i], record)) {
                return false;
            }
        } else if (pier__oneof_begins(fields, i) && !pier__load_oneof(from, type, fields[i].oneof, record)) {
            return false;
        }
    }
    return true;
}

/* Loads a field of a plain record. key: what stands before it, or the value itself. */
static bool load_plain(pier__loading *from, const pier_class *type, const pier_field *field, const uint8_t *key,
                       uint8_t *record) {
    if (field->oneof != 0 && pier__oneof_case(type, field->oneof, record) != 0 &&
        pier_load_kind(from->archive) != PIER_KIND_NIL) {
        (void)pier__path_field(&from->path, field->name);
        return pier__load_fail(from, key, PIER_PROTOCOL, "a second field of oneof %s",
                               type->oneofs[field->oneof - 1].name);
    }
    return pier__load_field(from, type, field, record);
}

static bool fail_required(pier__loading *from, const pier__found *head, const pier_field *field) {
    (void)pier__path_field(&from->path, field->name);
    return pier__load_fail(from, head->at, PIER_MISMATCH, "the field is required, and is missing");
}

static bool load_places(pier__loading *from, const pier__found *head, const pier_class *type, uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t next = 0;
    for (uint32_t place = 0; place < head->token.as.count; place++) {
        if (next < type->field_count && fields[next].number == place + 1) {
            if (!load_plain(from, type, &fields[next++], from->archive->cursor, record)) {
                return false;
            }
        } else {
            pier_load_skip(from->archive);
        }
    }
    for (; next < type->field_count; next++) {
        if ((fields[next].flags & PIER_FIELD_REQUIRED) != 0) {
            return fail_required(from, head, &fields[next]);
        }
    }
    return true;
}

/* Returns the index of the field with this name; the count of fields when there is none. Peers mostly keep an order, so
 * the field behind the last one is tried first. */
static uint32_t find_field(const pier_class *type, const pier_field *fields, uint32_t expected,
                           const pier__found *key) {
    if (key->token.kind != PIER_KIND_TEXT) {
        return type->field_count;
    }
    pier_text name = key->token.as.text;
    for (uint32_t i = 0; i < type->field_count; i++) {
        uint32_t index = expected + i < type->field_count ? expected + i : expected + i - type->field_count;
        if (fields[index].name_bytes == name.size && memcmp(fields[index].name, name.data, name.size) == 0) {
            return index;
        }
    }
    return type->field_count;
}

static bool is_seen(const uint8_t *seen, uint32_t index) {
    return (seen[index / 8] >> index % 8 & 1) != 0;
}

static bool load_entries(pier__loading *from, const pier__found *head, const pier_class *type, uint8_t *record,
                         uint8_t *seen) {
    const pier_field *fields = type->fields(type);
    uint32_t expected = 0;
    for (uint32_t i = 0; i < head->token.as.count; i++) {
        pier__found key = pier__load_take(from);
        uint32_t index = find_field(type, fields, expected, &key);
        if (index == type->field_count) {
            pier_load_skip(from->archive);
            continue;
        }
        if (is_seen(seen, index)) {
            (void)pier__path_field(&from->path, fields[index].name);
            return pier__load_fail(from, key.at, PIER_PROTOCOL, "the field comes twice");
        }
        seen[index / 8] = (uint8_t)(seen[index / 8] | 1u << index % 8);
        if (!load_plain(from, type, &fields[index], key.at, record)) {
            return false;
        }
        expected = index + 1 < type->field_count ? index + 1 : 0;
    }
    for (uint32_t i = 0; i < type->field_count; i++) {
        if ((fields[i].flags & PIER_FIELD_REQUIRED) != 0 && !is_seen(seen, i)) {
            return fail_required(from, head, &fields[i]);
        }
    }
    return true;
}

/* Loads a map. A bit a field tells which came; only classes of very many fields need memory for them. */
static bool load_map(pier__loading *from, const pier__found *head, const pier_class *type, uint8_t *record) {
    uint8_t few[64] = {0};
    if (type->field_count <= sizeof few * 8) {
        return load_entries(from, head, type, record, few);
    }
    const pier_allocator *allocator = &pier__archive_of(from->archive)->allocator;
    size_t bytes = (type->field_count + 7) / 8;
    uint8_t *many = (uint8_t *)pier__allocate(allocator, bytes);
    if (many == NULL) {
        return pier__load_fail(from, head->at, PIER_NO_MEMORY, "no memory to load a map");
    }
    memset(many, 0, bytes);
    bool loaded = load_entries(from, head, type, record, many);
    pier__release(allocator, many, bytes);
    return loaded;
}

bool pier__load_record(pier__loading *from, const pier_class *type, uint8_t *record) {
    pier__found head = pier__load_take(from);
    if (head.token.kind == PIER_KIND_ARRAY) {
        return from->is_typed ? load_slots(from, &head, type, record) : load_places(from, &head, type, record);
    }
    if (head.token.kind == PIER_KIND_MAP && !from->is_typed) {
        return load_map(from, &head, type, record);
    }
    return pier__load_fail_type(from, &head, from->is_typed ? "array" : "map or array");
}

pier_status pier__interpret_load(pier_archive *archive, const pier_class *class_of_record, void *record, bool is_typed,
                                 const pier__decoding *how) {
    pier__loading from = {
        .archive = archive, .arena = how->arena, .owns = how->owns, .is_typed = is_typed, .status = PIER_OK};
    pier__path_init(&from.path, class_of_record->name);
    pier__init_fields(class_of_record, (uint8_t *)record);
    if ((class_of_record->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) != 0) {
        (void)pier__load_linked(&from, class_of_record, NULL, (uint8_t *)record);
    } else {
        (void)pier__load_record(&from, class_of_record, (uint8_t *)record);
    }
    return from.status;
}
