/* Counting the values that a record has at most, and the arrays that are in one another, for the limits of an archive:
 * as pier_class has them, without what lists, maps and pointers lead to. */
#include "schema_internal.h"

typedef struct extent {
    uint64_t values;
    uint64_t depth;
} extent;

static extent larger(extent one, extent other) {
    extent answer = {one.values > other.values ? one.values : other.values,
                     one.depth > other.depth ? one.depth : other.depth};
    return answer;
}

static extent extent_of_value(const schema_field *field) {
    extent answer = {1, 0};
    if (field->kind == PIER_FIELD_DURATION) {
        answer.values = 3;
        answer.depth = 1;
    } else if (field->message != NULL && (field->flags & (PIER_FIELD_POINTER | PIER_FIELD_SHARED)) == 0) {
        answer.values = field->message->values_max;
        answer.depth = field->message->depth;
    }
    return answer;
}

static extent extent_of_field(const schema_field *field) {
    extent answer = {1, 0};
    if ((field->flags & PIER_FIELD_REPEATED) == 0) {
        return extent_of_value(field);
    }
    if ((field->flags & PIER_FIELD_TYPED) == 0 && (field->flags & PIER_FIELD_LIST) == 0) {
        extent element = extent_of_value(field);
        answer.values = 1 + field->count_max * element.values;
        answer.depth = 1 + element.depth;
    } else if ((field->flags & PIER_FIELD_TYPED) == 0) {
        answer.depth = 1;
    }
    return answer;
}

static void measure_message(schema *owner, schema_message *message) {
    extent whole = {1, 1};
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = &message->declared[i];
        if (field->oneof == NULL) {
            extent part = extent_of_field(field);
            whole.values += part.values;
            whole.depth = part.depth + 1 > whole.depth ? part.depth + 1 : whole.depth;
        }
    }
    for (size_t i = 0; i < message->oneof_count; i++) {
        extent most = {1, 0};
        for (size_t j = 0; j < message->oneofs[i].field_count; j++) {
            most = larger(most, extent_of_field(message->oneofs[i].fields[j]));
        }
        whole.values += most.values + 2;
        whole.depth = most.depth + 2 > whole.depth ? most.depth + 2 : whole.depth;
    }
    if (message->is_needed && (whole.values > INT32_MAX || whole.depth > INT32_MAX)) {
        schema__problem(owner, message->place, "%s has more than 2,147,483,647 values in its arrays",
                        message->full_name);
    }
    message->values_max = whole.values <= INT32_MAX ? (uint32_t)whole.values : INT32_MAX;
    message->depth = whole.depth <= INT32_MAX ? (uint32_t)whole.depth : INT32_MAX;
}

void schema__measure(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < owner->files[i]->message_count; j++) {
            measure_message(owner, owner->files[i]->messages[j]);
        }
    }
}
