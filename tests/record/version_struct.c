/* Values of models in structs; see version_model.h. */
#include "record/version_model.h"

#include "record/field_internal.h"

static void put_record(const model *of, int type_index, const pier_class *type, const value *from, uint8_t *record);

static void put_integer(uint8_t *to, uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        uint16_t one = 1;
        uint8_t little;
        memcpy(&little, &one, 1);
        to[little != 0 ? i : bytes - 1 - i] = (uint8_t)(number >> (8 * i));
    }
}

static uint64_t get_integer(const uint8_t *from, size_t bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        uint16_t one = 1;
        uint8_t little;
        memcpy(&little, &one, 1);
        number |= (uint64_t)from[little != 0 ? i : bytes - 1 - i] << (8 * i);
    }
    return number;
}

static void put_one(const model *of, const model_field *field, const pier_field *row, const value *from, uint8_t *to) {
    switch (field->kind) {
    case PIER_FIELD_RECORD:
        if (pier__field_is_pointer(row)) {
            uint8_t *pointed = (uint8_t *)pool_take(row->type->record_bytes);
            memcpy(to, &pointed, sizeof pointed);
            to = pointed;
        }
        put_record(of, field->type, row->type, from, to);
        break;
    case PIER_FIELD_F32: {
        float real = (float)from->real;
        memcpy(to, &real, sizeof real);
        break;
    }
    case PIER_FIELD_F64:
        memcpy(to, &from->real, sizeof from->real);
        break;
    case PIER_FIELD_TEXT:
        if (field->capacity != 0) {
            memcpy(to, from->data, from->size);
        } else {
            pier_text text = {from->data, from->size};
            memcpy(to, &text, sizeof text);
        }
        break;
    case PIER_FIELD_BYTES:
        if (field->capacity != 0) {
            uint32_t size = (uint32_t)from->size;
            memcpy(to, &size, sizeof size);
            memcpy(to + sizeof size, from->data, from->size);
        } else {
            pier_bytes bytes = {from->data, from->size};
            memcpy(to, &bytes, sizeof bytes);
        }
        break;
    case PIER_FIELD_TIME: {
        pier_time time = {from->seconds, (uint32_t)from->nanoseconds};
        memcpy(to, &time, sizeof time);
        break;
    }
    case PIER_FIELD_DURATION: {
        pier_duration duration = {.seconds = from->seconds, .nanoseconds = from->nanoseconds};
        memcpy(to, &duration, sizeof duration);
        break;
    }
    default:
        put_integer(to, from->number, pier__kind_bytes(field->kind));
        break;
    }
}

static void put_list(const model *of, const model_field *field, const pier_field *row, const value *from,
                     uint8_t *record) {
    uint8_t *elements = record + row->offset;
    if ((row->flags & PIER_FIELD_LIST) != 0 && from->count > 0) {
        elements = (uint8_t *)pool_take(from->count * row->element_bytes);
        memcpy(record + row->offset, &elements, sizeof elements);
    }
    memcpy(record + row->count_offset, &from->count, sizeof(uint32_t));
    for (unsigned i = 0; i < from->count; i++) {
        put_one(of, field, row, &from->children[i], elements + i * row->element_bytes);
    }
}

static void put_record(const model *of, int type_index, const pier_class *type, const value *from, uint8_t *record) {
    const model_type *described = &of->types[type_index];
    const pier_field *rows = type->fields(type);
    for (unsigned i = 0; i < described->field_count; i++) {
        const model_field *field = &described->fields[i];
        const value *child = &from->children[i];
        if (child->is == VALUE_ABSENT) {
            continue;
        }
        if (child->is == VALUE_LIST) {
            put_list(of, field, &rows[i], child, record);
            continue;
        }
        if (field->oneof != 0) {
            memcpy(record + type->oneofs[field->oneof - 1].case_offset, &field->number, sizeof field->number);
        } else if ((field->flags & PIER_FIELD_PRESENCE) != 0 && !pier__field_is_pointer(&rows[i])) {
            bool has = true;
            memcpy(record + rows[i].presence_offset, &has, sizeof has);
        }
        put_one(of, field, &rows[i], child, record + rows[i].offset);
    }
}

void *value_to_record(const model *of, int type_index, const pier_class *type, const value *from) {
    uint8_t *record = (uint8_t *)pool_take(type->record_bytes);
    put_record(of, type_index, type, from, record);
    return record;
}

/* Comparing -------------------------------------------------------------------------------------------------------- */

static bool holds_record(const model *of, int type_index, const pier_class *type, const value *expected,
                         const uint8_t *record);

static bool holds_bytes(const model_field *field, const value *expected, const uint8_t *from) {
    pier_bytes bytes;
    if (field->capacity == 0) {
        memcpy(&bytes, from, sizeof bytes);
    } else if (field->kind == PIER_FIELD_TEXT) {
        bytes.data = (const uint8_t *)from;
        bytes.size = strlen((const char *)from);
    } else {
        uint32_t size;
        memcpy(&size, from, sizeof size);
        bytes.data = from + sizeof size;
        bytes.size = size;
    }
    return bytes.size == expected->size && (bytes.size == 0 || memcmp(bytes.data, expected->data, bytes.size) == 0);
}

static bool holds_one(const model *of, const model_field *field, const pier_field *row, const value *expected,
                      const uint8_t *from) {
    switch (field->kind) {
    case PIER_FIELD_RECORD:
        return holds_record(of, field->type, row->type, expected,
                            pier__field_is_pointer(row) ? (const uint8_t *)pier__read_pointer(from) : from);
    case PIER_FIELD_F32: {
        float real;
        float wanted = (float)expected->real;
        memcpy(&real, from, sizeof real);
        return memcmp(&real, &wanted, sizeof real) == 0;
    }
    case PIER_FIELD_F64:
        return memcmp(from, &expected->real, sizeof expected->real) == 0;
    case PIER_FIELD_TEXT:
    case PIER_FIELD_BYTES:
        return holds_bytes(field, expected, from);
    case PIER_FIELD_TIME: {
        pier_time time;
        memcpy(&time, from, sizeof time);
        return time.seconds == expected->seconds && time.nanoseconds == (uint32_t)expected->nanoseconds;
    }
    case PIER_FIELD_DURATION: {
        pier_duration duration;
        memcpy(&duration, from, sizeof duration);
        return duration.seconds == expected->seconds && duration.nanoseconds == expected->nanoseconds;
    }
    default: {
        size_t bytes = pier__kind_bytes(field->kind);
        return get_integer(from, bytes) == (expected->number & UINT64_MAX >> (64 - 8 * bytes));
    }
    }
}

static bool holds_list(const model *of, const model_field *field, const pier_field *row, const value *expected,
                       const uint8_t *record) {
    uint32_t count = pier__field_count(row, record);
    const uint8_t *elements = pier__field_elements(row, record);
    bool holds = count == expected->count && ((row->flags & PIER_FIELD_LIST) == 0 || (elements != NULL) == (count > 0));
    for (uint32_t i = 0; holds && i < count; i++) {
        holds = holds_one(of, field, row, &expected->children[i], elements + i * row->element_bytes);
    }
    return holds;
}

static bool holds_record(const model *of, int type_index, const pier_class *type, const value *expected,
                         const uint8_t *record) {
    const model_type *described = &of->types[type_index];
    const pier_field *rows = type->fields(type);
    bool holds = record != NULL;
    unsigned set_of[MODEL_ONEOFS] = {0};
    for (unsigned i = 0; holds && i < described->field_count; i++) {
        const model_field *field = &described->fields[i];
        const value *child = &expected->children[i];
        bool is_set = pier__field_is_set(type, &rows[i], record);
        if (child->is == VALUE_ABSENT) {
            holds = !is_set;
        } else if (child->is == VALUE_LIST) {
            holds = holds_list(of, field, &rows[i], child, record);
        } else {
            holds = is_set && holds_one(of, field, &rows[i], child, record + rows[i].offset);
            if (field->oneof != 0) {
                set_of[field->oneof - 1] = field->number;
            }
        }
        if (!holds) {
            print_error("%s.%s is not as expected\n", described->name, field->name);
        }
    }
    for (unsigned i = 0; holds && i < described->oneof_count; i++) {
        holds = pier__oneof_case(type, i + 1, record) == set_of[i];
    }
    return holds;
}

void assert_record_holds(const model *of, int type_index, const pier_class *type, const value *expected,
                         const void *record) {
    assert_true(holds_record(of, type_index, type, expected, (const uint8_t *)record));
}
