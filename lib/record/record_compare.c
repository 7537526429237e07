/* The order of records; see <pier/record_generic.h>.
 *
 * Floor 5 (record). */
#include <pier/record_generic.h>

#include <string.h>

#include "record/interpret_internal.h"
#include "record/visited_internal.h"

/* The objects of both graphs, in the order in which they are met: which is the same one as long as they are equal. */
typedef struct comparing {
    pier__visited one;
    pier__visited other;
    bool has_failed; /* memory ran out */
} comparing;

static int order_of_unsigned(uint64_t one, uint64_t other) {
    return one < other ? -1 : one > other;
}

static int order_of_signed(int64_t one, int64_t other) {
    return one < other ? -1 : one > other;
}

/* Turns the bits of a float (IEEE 754) into a number that has the order of totalOrder: what is negative is turned
 * around, and all else goes above it. */
static uint64_t ordered_bits(uint64_t bits, uint64_t sign) {
    return (bits & sign) != 0 ? (sign | (sign - 1)) - bits : bits + sign;
}

static int order_of_floats(pier_field_kind kind, const uint8_t *one, const uint8_t *other) {
    uint64_t sign = UINT64_C(1) << (8 * pier__kind_bytes(kind) - 1);
    return order_of_unsigned(ordered_bits(pier__read_unsigned(kind, one), sign),
                             ordered_bits(pier__read_unsigned(kind, other), sign));
}

static int order_of_bytes(const void *one, size_t one_size, const void *other, size_t other_size) {
    size_t both = one_size < other_size ? one_size : other_size;
    int order = both == 0 ? 0 : memcmp(one, other, both);
    return order != 0 ? order : order_of_unsigned(one_size, other_size);
}

static int order_of_records(const pier_class *type, const uint8_t *one, const uint8_t *other, uint32_t depth_left,
                            comparing *c);

/* References are equal when they refer to objects that were met as the same one; what those hold is compared later. One
 * that is met now has the higher number. */
static int order_of_references(const pier_class *type, const void *one, const void *other, comparing *c) {
    size_t numbers[2] = {0, 0};
    bool is_new[2];
    if (one == NULL || other == NULL) {
        return one == other ? 0 : one == NULL ? -1 : 1;
    }
    if (!pier__visited_find(&c->one, type, one, &numbers[0], &is_new[0]) ||
        !pier__visited_find(&c->other, type, other, &numbers[1], &is_new[1])) {
        c->has_failed = true;
        return 1;
    }
    return order_of_unsigned(numbers[0], numbers[1]);
}

static pier_text name_of(const pier_any *any) {
    return any->type != NULL ? (pier_text){any->type->name, strlen(any->type->name)} : any->name;
}

static int order_of_anys(const pier_field *field, const uint8_t *one, const uint8_t *other, uint32_t depth_left,
                         comparing *c) {
    pier_any anys[2];
    memcpy(&anys[0], one, sizeof anys[0]);
    memcpy(&anys[1], other, sizeof anys[1]);
    pier_text names[2] = {name_of(&anys[0]), name_of(&anys[1])};
    int order = order_of_bytes(names[0].data, names[0].size, names[1].data, names[1].size);
    bool is_known = anys[0].type != NULL;
    if (order == 0 && is_known != (anys[1].type != NULL)) {
        order = is_known ? 1 : -1;
    }
    if (order == 0 && !is_known) {
        order = order_of_bytes(anys[0].raw.data, anys[0].raw.size, anys[1].raw.data, anys[1].raw.size);
    }
    bool is_shared = (field->flags & PIER_FIELD_SHARED) != 0;
    const void *objects[2] = {pier__any_object(&anys[0]), pier__any_object(&anys[1])};
    if (order != 0 || (!is_known && !is_shared)) {
        return order;
    }
    if (is_shared || objects[0] == NULL || objects[1] == NULL) {
        return order_of_references(anys[0].type, objects[0], objects[1], c);
    }
    return order_of_records(anys[0].type, (const uint8_t *)objects[0], (const uint8_t *)objects[1], depth_left, c);
}

static int order_of_values(const pier_field *field, const uint8_t *one, const uint8_t *other, uint32_t depth_left,
                           comparing *c) {
    pier_time times[2];
    pier_duration spans[2];
    pier_bytes views[2];
    int order = 0;
    switch (field->kind) {
    case PIER_FIELD_I8:
    case PIER_FIELD_I16:
    case PIER_FIELD_I32:
    case PIER_FIELD_I64:
    case PIER_FIELD_ENUM:
        return order_of_signed(pier__read_signed(field->kind, one), pier__read_signed(field->kind, other));
    case PIER_FIELD_F32:
    case PIER_FIELD_F64:
        return order_of_floats(field->kind, one, other);
    case PIER_FIELD_TEXT:
    case PIER_FIELD_BYTES:
        views[0] = pier__field_view(field, one);
        views[1] = pier__field_view(field, other);
        return order_of_bytes(views[0].data, views[0].size, views[1].data, views[1].size);
    case PIER_FIELD_TIME:
        memcpy(&times[0], one, sizeof times[0]);
        memcpy(&times[1], other, sizeof times[1]);
        order = order_of_signed(times[0].seconds, times[1].seconds);
        return order != 0 ? order : order_of_unsigned(times[0].nanoseconds, times[1].nanoseconds);
    case PIER_FIELD_DURATION:
        memcpy(&spans[0], one, sizeof spans[0]);
        memcpy(&spans[1], other, sizeof spans[1]);
        order = order_of_signed(spans[0].seconds, spans[1].seconds);
        return order != 0 ? order : order_of_signed(spans[0].nanoseconds, spans[1].nanoseconds);
    case PIER_FIELD_RECORD:
        if ((field->flags & PIER_FIELD_SHARED) != 0) {
            return order_of_references(field->type, pier__read_pointer(one), pier__read_pointer(other), c);
        }
        if (pier__field_is_pointer(field)) {
            one = (const uint8_t *)pier__read_pointer(one);
            other = (const uint8_t *)pier__read_pointer(other);
        }
        if (one == other || one == NULL || other == NULL) {
            return one == other ? 0 : one == NULL ? -1 : 1;
        }
        return order_of_records(field->type, one, other, depth_left, c);
    case PIER_FIELD_ANY:
        return order_of_anys(field, one, other, depth_left, c);
    default:
        return order_of_unsigned(pier__read_unsigned(field->kind, one), pier__read_unsigned(field->kind, other));
    }
}

static uint32_t count_of(const pier_field *field, const uint8_t *record) {
    uint32_t count = pier__field_count(field, record);
    return count > field->count_max || pier__field_elements(field, record) == NULL ? 0 : count;
}

static int order_of_elements(const pier_field *field, const uint8_t *one, const uint8_t *other, uint32_t depth_left,
                             comparing *c) {
    uint32_t one_count = count_of(field, one);
    uint32_t other_count = count_of(field, other);
    const uint8_t *one_elements = pier__field_elements(field, one);
    const uint8_t *other_elements = pier__field_elements(field, other);
    for (uint32_t i = 0; i < one_count && i < other_count; i++) {
        size_t at = i * field->element_bytes;
        int order = order_of_values(field, one_elements + at, other_elements + at, depth_left, c);
        if (order != 0) {
            return order;
        }
    }
    return order_of_unsigned(one_count, other_count);
}

static int order_of_records(const pier_class *type, const uint8_t *one, const uint8_t *other, uint32_t depth_left,
                            comparing *c) {
    const pier_field *fields = type->fields(type);
    for (uint32_t i = 0; depth_left > 0 && i < type->field_count; i++) {
        const pier_field *field = &fields[i];
        int order = 0;
        if (field->oneof != 0 && pier__oneof_begins(fields, i)) {
            order = order_of_unsigned(pier__oneof_case(type, field->oneof, one),
                                      pier__oneof_case(type, field->oneof, other));
        }
        bool one_is_set = pier__field_is_set(type, field, one);
        bool other_is_set = pier__field_is_set(type, field, other);
        if (order == 0 && one_is_set != other_is_set) {
            order = one_is_set ? 1 : -1;
        }
        if (order == 0 && one_is_set) {
            order = pier__field_is_repeated(field)
                        ? order_of_elements(field, one, other, depth_left - 1, c)
                        : order_of_values(field, one + field->offset, other + field->offset, depth_left - 1, c);
        }
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

/* Compares what is met from the roots on, object by object. */
static int order_of_graphs(const pier_class *type, const uint8_t *one, const uint8_t *other, comparing *c) {
    if (!pier__visited_begin(&c->one, type, one) || !pier__visited_begin(&c->other, type, other)) {
        return 1;
    }
    int order = 0;
    for (size_t i = 0; i < c->one.count && order == 0; i++) {
        const pier__visited_object object = c->one.list[i];
        if (object.type != NULL) {
            order = order_of_records(object.type, object.object, c->other.list[i].object, PIER_DEPTH_MAX_HIGHEST, c);
        }
    }
    return c->has_failed ? 1 : order;
}

int pier_record_compare(const pier_class *class_of_record, const void *one, const void *other) {
    comparing c = {.one = {.allocator = pier_allocator_default()}, .other = {.allocator = pier_allocator_default()}};
    if (!pier__class_is_linked(class_of_record)) {
        return order_of_records(class_of_record, (const uint8_t *)one, (const uint8_t *)other, PIER_DEPTH_MAX_HIGHEST,
                                &c);
    }
    int order = order_of_graphs(class_of_record, (const uint8_t *)one, (const uint8_t *)other, &c);
    pier__visited_deinit(&c.one);
    pier__visited_deinit(&c.other);
    return order;
}
