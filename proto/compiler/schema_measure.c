/* Counting the values that a record has at most, and the arrays that are in one another, for the limits of an archive:
 * as pier_class has them, without what lists, maps and pointers lead to. And how large its struct is, about: what no
 * program could have is refused. */
#include "schema_internal.h"

/* The most values, and bytes, of a record. What is above is counted as just above, so that no sum overflows. */
static const uint64_t most = (uint64_t)1 << 30;

typedef struct extent {
    uint64_t values;
    uint64_t depth;
    uint64_t bytes;
} extent;

static uint64_t capped(uint64_t count) {
    return count <= most ? count : most + 1;
}

static uint64_t larger(uint64_t one, uint64_t other) {
    return one > other ? one : other;
}

static extent extent_of_value(const schema_field *field) {
    /* A pointer, a view, a number and their like: none is larger. */
    extent answer = {1, 0, 16 + (uint64_t)field->capacity};
    if (field->kind == PIER_FIELD_DURATION) {
        answer.values = 3;
        answer.depth = 1;
    } else if (field->message != NULL && (field->flags & (PIER_FIELD_POINTER | PIER_FIELD_SHARED)) == 0) {
        answer.values = field->message->values_max;
        answer.depth = field->message->depth;
        answer.bytes = ((const schema__message *)field->message)->bytes;
    }
    return answer;
}

static extent extent_of_field(const schema_field *field) {
    if ((field->flags & PIER_FIELD_REPEATED) == 0) {
        return extent_of_value(field);
    }
    extent answer = {1, (field->flags & PIER_FIELD_TYPED) != 0 ? 0 : 1, 16};
    if ((field->flags & PIER_FIELD_LIST) == 0) {
        extent element = extent_of_value(field);
        answer.bytes = field->count_max * element.bytes;
        if ((field->flags & PIER_FIELD_TYPED) == 0) {
            answer.values = 1 + field->count_max * element.values;
            answer.depth = 1 + element.depth;
        }
    }
    return answer;
}

/* Adds a part to the whole. */
static void add(extent *whole, extent part) {
    whole->values = capped(whole->values + capped(part.values));
    whole->bytes = capped(whole->bytes + capped(part.bytes));
    whole->depth = larger(whole->depth, part.depth + 1);
}

static void measure_message(schema *owner, schema_message *message) {
    extent whole = {1, 1, 0};
    for (size_t i = 0; i < message->field_count; i++) {
        if (message->declared[i].oneof == NULL) {
            add(&whole, extent_of_field(&message->declared[i]));
        }
    }
    for (size_t i = 0; i < message->oneof_count; i++) {
        extent largest = {1, 0, 0};
        for (size_t j = 0; j < message->oneofs[i].field_count; j++) {
            extent member = extent_of_field(message->oneofs[i].fields[j]);
            largest.values = larger(largest.values, member.values);
            largest.depth = larger(largest.depth, member.depth);
            largest.bytes = larger(largest.bytes, member.bytes);
        }
        /* On the wire a member is in an array, behind its number. */
        extent choice = {largest.values + 2, largest.depth + 1, largest.bytes};
        add(&whole, choice);
    }
    if (message->is_needed && (whole.values > most || whole.bytes > most)) {
        schema__problem(owner, message->place, "%s has more than 1,073,741,824 %s in its struct", message->full_name,
                        whole.values > most ? "values" : "bytes");
    }
    message->values_max = (uint32_t)whole.values;
    message->depth = (uint32_t)whole.depth;
    ((schema__message *)message)->bytes = whole.bytes;
}

void schema__measure(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < owner->files[i]->message_count; j++) {
            measure_message(owner, owner->files[i]->messages[j]);
        }
    }
}
