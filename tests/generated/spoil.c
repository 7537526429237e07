/* Spoiling records; see fill.h. */
#include "generated/fill.h"

#include <string.h>

#include "record/field_internal.h"
#include "support/random.h"

static uint64_t below(uint64_t *state, uint64_t bound) {
    return test_random(state) % bound;
}

static bool spoil_field(uint64_t *state, const pier_field *field, uint8_t *record) {
    static const char wrong[3] = {'a', '\xff', 'b'};
    uint8_t *member = record + field->offset;
    bool is_list = (field->flags & PIER_FIELD_LIST) != 0;
    if (pier__field_is_repeated(field)) {
        uint32_t count = is_list ? 1 + (uint32_t)below(state, 3) : field->count_max + 1;
        memcpy(record + field->count_offset, &count, sizeof count);
        memset(member, 0, is_list ? sizeof(void *) : 0);
        return true;
    }
    if ((field->flags & PIER_FIELD_PRESENCE) != 0 && !pier__field_is_pointer(field)) {
        bool has = true;
        memcpy(record + field->presence_offset, &has, sizeof has);
    }
    pier_text text = {below(state, 2) == 0 ? NULL : wrong, sizeof wrong};
    pier_bytes bytes = {NULL, 1 + below(state, 9)};
    pier_time time = {0, 1000000000};
    pier_duration duration = {1, -1};
    uint32_t size = field->capacity + 1;
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        if (field->capacity != 0) {
            memset(member, below(state, 2) == 0 ? 'a' : 0xff, field->capacity);
        } else {
            memcpy(member, &text, sizeof text);
        }
        return true;
    case PIER_FIELD_BYTES:
        memcpy(member, field->capacity != 0 ? (void *)&size : (void *)&bytes,
               field->capacity != 0 ? sizeof size : sizeof bytes);
        return true;
    case PIER_FIELD_TIME:
        memcpy(member, &time, sizeof time);
        return true;
    case PIER_FIELD_DURATION:
        memcpy(member, &duration, sizeof duration);
        return true;
    default:
        return false;
    }
}

bool test_spoil(const pier_class *type, void *record, uint64_t *state) {
    const pier_field *fields = type->fields(type);
    for (uint32_t tries = 0; tries < 4 * type->field_count; tries++) {
        const pier_field *field = &fields[below(state, type->field_count)];
        if (field->oneof != 0) {
            uint32_t number = 1 + (uint32_t)below(state, 1000);
            memcpy((uint8_t *)record + type->oneofs[field->oneof - 1].case_offset, &number, sizeof number);
            /* Nothing of the member is there if it is one by chance: then none is set. */
            for (uint32_t i = 0; i < type->field_count; i++) {
                number = fields[i].number == number ? 0 : number;
            }
            if (number != 0) {
                return true;
            }
            memcpy((uint8_t *)record + type->oneofs[field->oneof - 1].case_offset, &number, sizeof number);
        } else if (spoil_field(state, field, (uint8_t *)record)) {
            return true;
        }
    }
    return false;
}

/* Whether the member of a field is set: of a oneof the one that is chosen, of others what has a presence. */
static bool is_set(const pier_class *type, const pier_field *field, const uint8_t *record) {
    if (field->oneof != 0) {
        uint32_t number;
        memcpy(&number, record + type->oneofs[field->oneof - 1].case_offset, sizeof number);
        return number == field->number;
    }
    bool has = true;
    if ((field->flags & PIER_FIELD_PRESENCE) != 0 && !pier__field_is_pointer(field)) {
        memcpy(&has, record + field->presence_offset, sizeof has);
    }
    return has;
}

/* Returns one of the records in the member of a field, or in its elements; NULL when there is none. */
static uint8_t *record_in(uint64_t *state, const pier_class *type, const pier_field *field, uint8_t *record) {
    if (field->kind != PIER_FIELD_RECORD || !is_set(type, field, record)) {
        return NULL;
    }
    uint8_t *member = record + field->offset;
    if (pier__field_is_repeated(field)) {
        uint32_t count;
        memcpy(&count, record + field->count_offset, sizeof count);
        if (count == 0) {
            return NULL;
        }
        if ((field->flags & PIER_FIELD_LIST) != 0) {
            memcpy(&member, record + field->offset, sizeof member);
        }
        member += below(state, count) * field->element_bytes;
    }
    if (pier__field_is_pointer(field)) {
        memcpy(&member, member, sizeof member);
    }
    return member;
}

bool test_spoil_within(const pier_class *type, void *record, uint64_t *state) {
    uint32_t begin = (uint32_t)below(state, type->field_count + 1);
    for (uint32_t i = 0; i < type->field_count && below(state, 8) != 0; i++) {
        const pier_field *field = &type->fields(type)[(begin + i) % type->field_count];
        uint8_t *inner = record_in(state, type, field, (uint8_t *)record);
        if (inner != NULL && test_spoil_within(field->type, inner, state)) {
            return true;
        }
    }
    return test_spoil(type, record, state);
}
