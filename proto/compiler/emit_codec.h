/* What the parts of codecs share: emit_codec.c puts them together, emit_measure.c, emit_put.c and emit_take.c write the
 * three functions of a message.
 *
 * Part of protoc-gen-pier. What is written is straight-line code over the kernels of <pier/record_decode.h> and its
 * like, a statement a field; the counts that it keeps are told in <pier/record_lists.h>. */
#ifndef EMIT_CODEC_H
#define EMIT_CODEC_H

#include "emit.h"

/* Room for a member, for an element of it, and for the address of that; for two numbers of a row; for a call. */
enum {
    EMIT_MEMBER_BYTES = 600,
    EMIT_ELEMENT_BYTES = EMIT_MEMBER_BYTES + 8,
    EMIT_POINTER_BYTES = EMIT_ELEMENT_BYTES + 8,
    EMIT_EXTENT_BYTES = 640,
    EMIT_CALL_BYTES = 2048
};

static inline bool emit_is_repeated(const schema_field *field) {
    return (field->flags & PIER_FIELD_REPEATED) != 0;
}

static inline bool emit_is_list(const schema_field *field) {
    return (field->flags & PIER_FIELD_LIST) != 0;
}

static inline bool emit_is_pointer(const schema_field *field) {
    return (field->flags & PIER_FIELD_POINTER) != 0;
}

static inline bool emit_is_typed(const schema_field *field) {
    return (field->flags & PIER_FIELD_TYPED) != 0;
}

static inline bool emit_is_map(const schema_field *field) {
    return (field->flags & PIER_FIELD_MAP) != 0;
}

/* Whether a value is text or bytes that are borrowed. */
static inline bool emit_is_view(const schema_field *field) {
    return (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) && field->capacity == 0;
}

/* Whether a record keeps counts of depth and elements. */
static inline bool emit_is_unbounded(const schema_message *message) {
    return (message->class_flags & PIER_CLASS_UNBOUNDED) != 0;
}

/* Whether a field begins a slot: one of a oneof does when it has the lowest number of it. */
static inline bool emit_begins_slot(const schema_field *field) {
    return field->oneof == NULL || field->oneof->fields[0] == field;
}

/* Returns how many slots a message has. */
uint32_t emit_slot_count(const schema_message *message);

/* Returns the name of the kernels of a scalar, "u32", "fixed_i64". */
const char *emit_kernel(const schema_field *field);

/* Whether the elements of an array are integers of the smallest form, which are stored and loaded together. */
bool emit_is_integers(const schema_field *field);

/* Returns the name of a kind, "PIER_FIELD_F32". */
const char *emit_kind(const schema_field *field);

/* Writes, in the caller's memory, `type__values, 2 + type__depth`: the values of an element of a list, or of what a
 * pointer points to, and the depth that it needs; levels: from the record to it. */
const char *emit_extent(char *text, size_t capacity, const schema_field *field, unsigned levels);

/* Writes statements that note that a record lies `levels` deeper, and takes it back; nothing when it has no counts. */
void emit_deeper(emit_output *output, const char *counts, const schema_message *message, unsigned levels);
void emit_back(emit_output *output, const char *counts, const schema_message *message, unsigned levels);

/* Writes `if (…) { return NULL; }`. */
void emit_give_up(emit_output *output, const char *condition);

/* Writes the functions of a message. */
void emit_measure(emit_output *output, const schema_message *message);
void emit_put(emit_output *output, const schema_message *message);
void emit_take(emit_output *output, const schema_message *message);

#endif
