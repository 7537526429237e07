/* Filling records; see fill.h. */
#include "generated/fill.h"

#include <stdlib.h>
#include <string.h>

#include "record/field_internal.h"
#include "support/random.h"

typedef struct filling {
    uint64_t *state;
    pier_arena *arena;
    int depth_left;
    int64_t values_left; /* about how many more the record may have */
    const pier_class *const *any_types;
    size_t any_count;
} filling;

static uint64_t below(filling *to, uint64_t bound) {
    return test_random(to->state) % bound;
}

/* Of any width, so that each form on the wire comes; every 8th is at the edge of one. */
static uint64_t number(filling *to) {
    uint64_t bits = test_random(to->state) >> below(to, 64);
    uint64_t edge = UINT64_C(1) << below(to, 64);
    uint64_t value = below(to, 8) == 0 ? edge - below(to, 2) : bits;
    return below(to, 2) == 0 ? value : 0 - value;
}

static void *take_memory(filling *to, size_t bytes, size_t alignment) {
    void *memory = pier_arena_allocate(to->arena, bytes, alignment);
    if (memory == NULL) {
        abort();
    }
    memset(memory, 0, bytes);
    return memory;
}

/* Writes letters and, now and then, a character of more than one byte. */
static void put_letters(filling *to, char *text, size_t size) {
    static const char *const wide[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x9a\xa2"};
    bool is_ascii = below(to, 3) != 0;
    for (size_t i = 0; i < size;) {
        const char *piece = wide[below(to, 3)];
        size_t bytes = strlen(piece);
        if (!is_ascii && below(to, 4) == 0 && bytes <= size - i) {
            memcpy(text + i, piece, bytes);
            i += bytes;
        } else {
            text[i++] = (char)('a' + below(to, 26));
        }
    }
}

static size_t text_size(filling *to, size_t most) {
    static const size_t edges[] = {0, 7, 8, 15, 16, 31, 32, 33, 255, 256, 400};
    size_t size = below(to, 3) == 0 ? edges[below(to, 11)] : below(to, 20);
    return size < most ? size : most;
}

static void fill_text(filling *to, const pier_field *field, uint8_t *member) {
    size_t size = text_size(to, field->capacity != 0 ? field->capacity - 1 : 400);
    if (field->capacity != 0) {
        memset(member, (int)below(to, 256), field->capacity);
        put_letters(to, (char *)member, size);
        member[size] = 0;
        return;
    }
    pier_text text = {NULL, size};
    if (size > 0) {
        char *letters = (char *)take_memory(to, size, 1);
        put_letters(to, letters, size);
        text.data = letters;
    }
    memcpy(member, &text, sizeof text);
}

static void fill_bytes(filling *to, const pier_field *field, uint8_t *member) {
    size_t size = text_size(to, field->capacity != 0 ? field->capacity : 400);
    uint8_t *data = field->capacity != 0 ? member + sizeof(uint32_t) : size > 0 ? take_memory(to, size, 1) : NULL;
    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)test_random(to->state);
    }
    if (field->capacity != 0) {
        uint32_t stored = (uint32_t)size;
        memcpy(member, &stored, sizeof stored);
        return;
    }
    pier_bytes bytes = {data, size};
    memcpy(member, &bytes, sizeof bytes);
}

static void fill_number(filling *to, const pier_field *field, uint8_t *member) {
    uint64_t bits = number(to);
    if (field->kind == PIER_FIELD_BOOL) {
        bool value = (bits & 1) != 0;
        memcpy(member, &value, sizeof value);
        return;
    }
    uint8_t narrow = (uint8_t)bits;
    uint16_t half = (uint16_t)bits;
    uint32_t word = (uint32_t)bits;
    size_t width = pier__kind_bytes(field->kind);
    memcpy(member,
           width == 1   ? (void *)&narrow
           : width == 2 ? (void *)&half
           : width == 4 ? (void *)&word
                        : (void *)&bits,
           width);
}

static void fill_time(filling *to, uint8_t *member) {
    pier_time time;
    memset(&time, 0, sizeof time);
    time.seconds = (int64_t)number(to);
    time.nanoseconds = below(to, 2) == 0 ? 0 : (uint32_t)below(to, 1000000000);
    memcpy(member, &time, sizeof time);
}

static void fill_duration(filling *to, uint8_t *member) {
    pier_duration duration;
    memset(&duration, 0, sizeof duration);
    duration.seconds = (int64_t)(number(to) % 315576000001u);
    duration.nanoseconds = (int32_t)(below(to, 3) * below(to, 500000000));
    if (below(to, 2) == 0) {
        duration.seconds = -duration.seconds;
        duration.nanoseconds = -duration.nanoseconds;
    }
    memcpy(member, &duration, sizeof duration);
}

static void fill_record(filling *to, const pier_class *type, uint8_t *record);

static void fill_any(filling *to, uint8_t *member) {
    if (to->any_count > 0 && to->depth_left > 0 && to->values_left > 0) {
        pier_any any = {.type = to->any_types[below(to, to->any_count)]};
        uint8_t *record = (uint8_t *)take_memory(to, any.type->record_bytes, 16);
        pier_record_init(any.type, record);
        to->depth_left -= 1;
        fill_record(to, any.type, record);
        to->depth_left += 1;
        any.record = record;
        memcpy(member, &any, sizeof any);
    }
}

static void fill_value(filling *to, const pier_field *field, uint8_t *member) {
    to->values_left--;
    switch (field->kind) {
    case PIER_FIELD_TEXT:
        fill_text(to, field, member);
        break;
    case PIER_FIELD_BYTES:
        fill_bytes(to, field, member);
        break;
    case PIER_FIELD_TIME:
        fill_time(to, member);
        break;
    case PIER_FIELD_DURATION:
        fill_duration(to, member);
        break;
    case PIER_FIELD_ANY:
        fill_any(to, member);
        break;
    case PIER_FIELD_RECORD:
        if (pier__field_is_pointer(field)) {
            void *pointed = take_memory(to, field->type->record_bytes, 16);
            memcpy(member, &pointed, sizeof pointed);
            member = (uint8_t *)pointed;
        }
        to->depth_left -= 1;
        fill_record(to, field->type, member);
        to->depth_left += 1;
        break;
    default:
        fill_number(to, field, member);
        break;
    }
}

static uint32_t count_of(filling *to, const pier_field *field) {
    static const uint32_t edges[] = {0, 1, 2, 7, 15, 16, 17, 40, 300};
    if (field->kind == PIER_FIELD_RECORD && (to->depth_left <= 0 || to->values_left <= 0)) {
        return 0;
    }
    uint64_t count = below(to, 4) == 0 && to->values_left > 0 ? edges[below(to, 9)] : below(to, 4);
    count = field->kind == PIER_FIELD_RECORD && count > 17 ? 17 : count;
    return count < field->count_max ? (uint32_t)count : field->count_max;
}

static void fill_elements(filling *to, const pier_field *field, uint8_t *record) {
    uint32_t count = count_of(to, field);
    uint8_t *elements = record + field->offset;
    if ((field->flags & PIER_FIELD_LIST) != 0) {
        elements = count > 0 ? (uint8_t *)take_memory(to, count * field->element_bytes, 16) : NULL;
        memcpy(record + field->offset, &elements, sizeof elements);
    }
    memcpy(record + field->count_offset, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        fill_value(to, field, elements + i * field->element_bytes);
    }
}

/* Chooses which member of a oneof is set, or none, at the first of them. */
static bool is_chosen(filling *to, const pier_class *type, uint32_t index, uint8_t *record) {
    const pier_field *fields = type->fields(type);
    uint32_t oneof = fields[index].oneof;
    size_t place = type->oneofs[oneof - 1].case_offset;
    uint32_t number = 0;
    if (pier__oneof_begins(fields, index)) {
        uint32_t members = 0;
        for (uint32_t i = 0; i < type->field_count; i++) {
            members += fields[i].oneof == oneof;
        }
        uint64_t chosen = below(to, members + 1);
        for (uint32_t i = 0; i < type->field_count; i++) {
            if (fields[i].oneof == oneof && chosen-- == 0) {
                bool is_deep = fields[i].kind == PIER_FIELD_RECORD && to->depth_left <= 0;
                number = is_deep ? 0 : fields[i].number;
            }
        }
        memcpy(record + place, &number, sizeof number);
    }
    memcpy(&number, record + place, sizeof number);
    return number == fields[index].number;
}

static void fill_record(filling *to, const pier_class *type, uint8_t *record) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; i < type->field_count; i++) {
        const pier_field *field = &fields[i];
        bool is_deep = field->kind == PIER_FIELD_RECORD && (to->depth_left <= 0 || to->values_left <= 0);
        bool may_lack = (field->flags & PIER_FIELD_PRESENCE) != 0;
        if (field->oneof != 0 && !is_chosen(to, type, i, record)) {
            continue;
        }
        if (may_lack && (is_deep || below(to, 3) == 0)) {
            continue;
        }
        if (may_lack && !pier__field_is_pointer(field)) {
            bool has = true;
            memcpy(record + field->presence_offset, &has, sizeof has);
        }
        if (pier__field_is_repeated(field)) {
            fill_elements(to, field, record);
        } else {
            fill_value(to, field, record + field->offset);
        }
    }
}

void test_fill_any(const pier_class *type, void *record, uint64_t *state, pier_arena *arena,
                   const pier_class *const *any_types, size_t any_count) {
    filling to = {state, arena, 6, 400, any_types, any_count};
    pier_record_init(type, record);
    fill_record(&to, type, (uint8_t *)record);
}

void test_fill(const pier_class *type, void *record, uint64_t *state, pier_arena *arena) {
    test_fill_any(type, record, state, arena, NULL, 0);
}
