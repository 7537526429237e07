/* Storing what fields hold: values, elements, maps; see interpret_internal.h.
 *
 * Floor 5 (record). What is nested is counted as it is opened, so that a record that is too deep or has too many values
 * is refused with the path where that shows, before the program's stack or memory is at an end. */
#include <string.h>

#include "base/endian_internal.h"
#include "record/interpret_internal.h"

/* Counts `values` values, one level deeper. */
static bool open_level(pier__storing *to, uint64_t values) {
    if (to->depth_left == 0) {
        return pier__store_refuse(to, PIER_LIMIT, "%u arrays and maps in one another, the limit is %u (depth_max)",
                                  to->limits->depth_max + 1, to->limits->depth_max);
    }
    if (values > to->elements_left) {
        uint64_t before = to->limits->elements_max - to->elements_left;
        return pier__store_refuse(to, PIER_LIMIT, "%llu elements in a record, the limit is %llu (elements_max)",
                                  (unsigned long long)(before + values), (unsigned long long)to->limits->elements_max);
    }
    to->depth_left--;
    to->elements_left -= values;
    return true;
}

bool pier__store_array(pier__storing *to, uint32_t count) {
    if (!open_level(to, count)) {
        return false;
    }
    pier_store_array(to->archive, count);
    return true;
}

bool pier__store_map(pier__storing *to, uint32_t pairs) {
    if (!open_level(to, (uint64_t)pairs * 2)) {
        return false;
    }
    pier_store_map(to->archive, pairs);
    return true;
}

bool pier__store_value(pier__storing *to, const pier_field *field, const uint8_t *value) {
    if (field->kind == PIER_FIELD_ANY) {
        return pier__store_any(to, field, value);
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        return pier__store_shared(to, field, value);
    }
    if (field->kind != PIER_FIELD_RECORD) {
        return pier__store_scalar(to, field, value);
    }
    if (!pier__field_is_pointer(field)) {
        return pier__store_record(to, field->type, value);
    }
    const uint8_t *pointed = (const uint8_t *)pier__read_pointer(value);
    if (pointed == NULL) {
        return pier__store_refuse(to, PIER_RANGE, "a pointer that is NULL, where a record must be");
    }
    return pier__store_record(to, field->type, pointed);
}

static bool is_little(void) {
    uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, sizeof first);
    return first == 1;
}

/* Stores one number, least significant byte first. */
static void put_little(uint8_t *at, const uint8_t *value, size_t width) {
    for (size_t i = 0; i < width; i++) {
        at[i] = is_little() ? value[i] : value[width - 1 - i];
    }
}

/* Stores the head of an ext in its smallest form. `size` is at least 1. */
static uint8_t *put_ext_head(uint8_t *at, uint32_t size) {
    bool is_power = size <= 16 && (size & (size - 1)) == 0;
    if (is_power) {
        *at++ = (uint8_t)(0xd4 + pier__lowest_bit(size));
    } else {
        at = pier__put_head(at, size, 0, 0, 0xc7, 0xc8);
    }
    *at++ = PIER__EXT_TYPED;
    return at;
}

/* Stores an ext with all elements side by side. */
static bool store_typed(pier__storing *to, const pier_field *field, const uint8_t *elements, uint32_t count) {
    size_t width = pier__kind_bytes(field->kind);
    if (width == 0 || field->kind < PIER_FIELD_I8 || field->kind > PIER_FIELD_F64) {
        return pier__store_refuse(to, PIER_USAGE, "a typed array of %s", pier_field_kind_name(field->kind));
    }
    uint64_t size = (uint64_t)count * width + 1;
    if (size > to->limits->text_bytes_max || size > UINT32_MAX) {
        return pier__store_refuse(to, PIER_LIMIT, "a typed array of %llu bytes, the limit is %llu (text_bytes_max)",
                                  (unsigned long long)size, (unsigned long long)to->limits->text_bytes_max);
    }
    if (!pier__archive_reserve(to->archive, (size_t)size + PIER__OVERHANG_BYTES)) {
        return false;
    }
    uint8_t *at = put_ext_head(to->archive->cursor, (uint32_t)size);
    *at++ = (uint8_t)field->kind;
    if (is_little() && field->element_bytes == width) {
        at = pier__put_body(at, elements, (size_t)size - 1);
    } else {
        for (uint32_t i = 0; i < count; i++, at += width) {
            put_little(at, elements + i * field->element_bytes, width);
        }
    }
    to->archive->cursor = at;
    return true;
}

static bool store_each(pier__storing *to, const pier_field *field, const uint8_t *elements, uint32_t count) {
    if (!pier__store_array(to, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t before = pier__path_index(&to->path, i);
        if (!pier__store_value(to, field, elements + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&to->path, before);
    }
    pier__store_close(to);
    return true;
}

/* Stores the key or the value of a pair. */
static bool store_half(pier__storing *to, const pier_class *type, const pier_field *field, const uint8_t *entry) {
    if (pier__field_is_set(type, field, entry)) {
        return pier__store_field(to, field, entry);
    }
    pier_store_nil(to->archive);
    return true;
}

static bool store_pairs(pier__storing *to, const pier_field *field, const uint8_t *entries, uint32_t count) {
    if (!pier__store_map(to, count)) {
        return false;
    }
    const pier_field *halves = field->type->fields(field->type);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = entries + i * field->element_bytes;
        size_t before = pier__path_index(&to->path, i);
        if (!store_half(to, field->type, &halves[0], entry) || !store_half(to, field->type, &halves[1], entry)) {
            return false;
        }
        pier__path_cut(&to->path, before);
    }
    pier__store_close(to);
    return true;
}

static bool store_repeated(pier__storing *to, const pier_field *field, const uint8_t *record) {
    uint32_t count = pier__field_count(field, record);
    if (count > field->count_max) {
        return pier__store_refuse(to, PIER_RANGE, "the count is %u, and there is room for %u elements", count,
                                  field->count_max);
    }
    const uint8_t *elements = pier__field_elements(field, record);
    if (elements == NULL && count > 0) {
        return pier__store_refuse(to, PIER_RANGE, "the count is %u, and the list is NULL", count);
    }
    if ((field->flags & PIER_FIELD_MAP) != 0) {
        return store_pairs(to, field, elements, count);
    }
    return (field->flags & PIER_FIELD_TYPED) != 0 ? store_typed(to, field, elements, count)
                                                  : store_each(to, field, elements, count);
}

bool pier__store_field(pier__storing *to, const pier_field *field, const uint8_t *record) {
    size_t before = pier__path_field(&to->path, field->name);
    bool stored = pier__field_is_repeated(field) ? store_repeated(to, field, record)
                                                 : pier__store_value(to, field, record + field->offset);
    if (stored) {
        pier__path_cut(&to->path, before);
    }
    return stored;
}
