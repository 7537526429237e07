/* Counting the values that a record has at most, and the arrays that are in one another, for the limits of an archive:
 * as pier_class has them, without what lists, maps and pointers lead to. And how large its struct is, about: what no
 * program could have is refused. And the bytes of a record, for codecs: of these, large arrays do not count, since a
 * record with few elements would have far more room than it needs. */
#include "schema_internal.h"

/* The most values, and bytes, of a record. What is above is counted as just above, so that no sum overflows. */
static const uint64_t most = (uint64_t)1 << 24;

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
        schema__problem(owner, message->place, "%s has more than 16,777,216 %s in its struct", message->full_name,
                        whole.values > most ? "values" : "bytes");
    }
    message->values_max = (uint32_t)whole.values;
    message->depth = (uint32_t)whole.depth;
    ((schema__message *)message)->bytes = whole.bytes;
}

/* The most bytes of one value, without what it borrows. */
static uint64_t bytes_of_value(const schema_field *field) {
    static const uint8_t scalars[] = {0, 1, 2, 3, 5, 9, 2, 3, 5, 9, 5, 9, 5, 5, 15, 15, 0, 5, 0};
    if (field->capacity != 0) {
        /* A short text has a head of one byte, and a terminator that is not stored. */
        bool is_short = field->kind == PIER_FIELD_TEXT && field->capacity <= SCHEMA_SHORT_TEXT;
        return is_short ? field->capacity : (uint64_t)field->capacity + 5;
    }
    return field->message != NULL ? field->message->bytes_max : scalars[field->kind];
}

uint64_t schema_element_bytes(const schema_field *field) {
    return bytes_of_value(field);
}

bool schema_array_is_large(const schema_field *field) {
    return (field->flags & PIER_FIELD_LIST) != 0 || bytes_of_value(field) > SCHEMA_LARGE_ARRAY / field->count_max;
}

uint64_t schema_field_bytes(const schema_field *field) {
    if ((field->flags & PIER_FIELD_REPEATED) != 0) {
        uint64_t head = (field->flags & PIER_FIELD_TYPED) != 0 ? 7 : 5;
        return schema_array_is_large(field) ? head : head + field->count_max * bytes_of_value(field);
    }
    return (field->flags & PIER_FIELD_POINTER) != 0 ? 1 : bytes_of_value(field);
}

/* Whether something of a field is measured record by record. */
static bool is_variable(const schema_field *field) {
    bool is_view = (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) && field->capacity == 0;
    bool is_large = (field->flags & PIER_FIELD_REPEATED) != 0 && schema_array_is_large(field);
    return is_view || is_large || (field->flags & PIER_FIELD_POINTER) != 0 ||
           (field->message != NULL && field->message->is_variable);
}

/* Whether loading a field looks at the end: lists and pointers do, and arrays that are not counted as a whole. */
static bool is_long(const schema_field *field) {
    bool is_large = (field->flags & PIER_FIELD_REPEATED) != 0 && schema_array_is_large(field);
    return is_large || (field->flags & PIER_FIELD_POINTER) != 0 || (field->message != NULL && field->message->is_long);
}

static void measure_bytes(schema *owner, schema_message *message) {
    uint64_t bytes = 3;
    message->is_variable = false;
    message->is_long = false;
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = &message->declared[i];
        message->is_variable = message->is_variable || is_variable(field);
        message->is_long = message->is_long || is_long(field);
        bytes += field->oneof == NULL ? schema_field_bytes(field) : 0;
    }
    for (size_t i = 0; i < message->oneof_count; i++) {
        uint64_t longest = 0;
        for (size_t j = 0; j < message->oneofs[i].field_count; j++) {
            uint64_t member = schema_field_bytes(message->oneofs[i].fields[j]);
            longest = member > longest ? member : longest;
        }
        bytes += longest + SCHEMA_CASE_BYTES;
    }
    if (message->is_needed && bytes > INT32_MAX) {
        schema__problem(owner, message->place, "%s has more than 2,147,483,647 bytes in its fields",
                        message->full_name);
    }
    message->bytes_max = bytes <= INT32_MAX ? (uint32_t)bytes : INT32_MAX;
    message->is_long = message->is_long || bytes > PIER__UNCHECKED_BYTES;
}

void schema__measure(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < owner->files[i]->message_count; j++) {
            measure_message(owner, owner->files[i]->messages[j]);
            measure_bytes(owner, owner->files[i]->messages[j]);
        }
    }
}
