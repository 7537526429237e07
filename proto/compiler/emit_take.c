/* Loading: statements that load a record from `at`; see emit_codec.h.
 *
 * Kernels look neither where the block ends nor whether the value before was right: behind the block there is padding.
 * So what is written keeps count of the bytes that may have been taken since `end` was looked at last, and looks again
 * before they are more than the padding bears. Lists and what pointers point to begin with such a look; records that
 * have those, or are too large, are entered and left with one. */
#include <inttypes.h>
#include <stdio.h>

#include "emit_codec.h"

typedef struct taking {
    emit_output *output;
    uint64_t unchecked; /* bytes, at most, since the last look */
} taking;

static void check_end(taking *to) {
    if (to->unchecked != 0) {
        emit_line(to->output, "at = pier__check_end(at, end, &wrong);");
        to->unchecked = 0;
    }
}

/* Makes sure that `bytes` more may be taken. */
static void need(taking *to, uint64_t bytes) {
    if (to->unchecked + bytes > PIER__UNCHECKED_BYTES) {
        check_end(to);
    }
    to->unchecked += bytes;
}

/* Returns the most bytes that loading a value moves on without a look. What has a size in its head is looked at before
 * it is passed over. */
static uint64_t moves(const schema_field *field) {
    if (emit_is_typed(field)) {
        return PIER__TYPED_HEAD_BYTES;
    }
    bool is_sized =
        field->kind == PIER_FIELD_TEXT ? field->capacity > SCHEMA_SHORT_TEXT : field->kind == PIER_FIELD_BYTES;
    return is_sized ? 5 : schema_element_bytes(field);
}

static bool is_long(const schema_field *field) {
    return field->message != NULL && field->message->is_long;
}

/* `pointer` is an expression for the address of the value. */
static void take_record(taking *to, const schema_field *field, const char *pointer, unsigned levels) {
    if (is_long(field)) {
        check_end(to);
    } else {
        need(to, moves(field));
    }
    emit_deeper(to->output, "how", field->message, levels);
    emit_line(to->output, "at = %s__take(at, end, %s, how);", field->message->c_name, pointer);
    emit_give_up(to->output, "at == NULL");
    emit_back(to->output, "how", field->message, levels);
    if (is_long(field)) {
        to->unchecked = PIER__UNCHECKED_BYTES;
        check_end(to);
    }
}

static void take_value(taking *to, const schema_field *field, const char *value, unsigned levels) {
    char pointer[EMIT_POINTER_BYTES];
    if (field->message != NULL) {
        (void)snprintf(pointer, sizeof pointer, "&%s", value);
        take_record(to, field, pointer, levels);
        return;
    }
    need(to, moves(field));
    if (field->capacity != 0 && field->kind == PIER_FIELD_TEXT) {
        emit_line(to->output, "at = pier__take_inline_text(at, end, %s, %u, &wrong);", value, field->capacity);
    } else if (field->capacity != 0) {
        emit_line(to->output, "at = pier__take_inline_bytes(at, end, %s.data, &%s.size, %u, &wrong);", value, value,
                  field->capacity);
    } else {
        emit_line(to->output, "at = pier__take_%s(at, end, &%s, %s&wrong);", emit_kernel(field), value,
                  emit_is_view(field) ? "how, " : "");
    }
}

/* What takes them together looks at the end itself. */
static void take_integers(taking *to, const schema_field *field, const char *value) {
    emit_line(to->output, "at = pier__take_integers(at, end, %s, record->%s, %s);", value, field->c_count,
              emit_kind(field));
    emit_give_up(to->output, "at == NULL");
    to->unchecked = 0;
}

static void take_elements(taking *to, const schema_field *field, const char *value) {
    char element[EMIT_ELEMENT_BYTES];
    (void)snprintf(element, sizeof element, "%s[i]", value);
    emit_open(to->output, "for (uint32_t i = 0, count = record->%s; i < count; i++) {", field->c_count);
    take_value(to, field, element, emit_is_map(field) ? 1 : 2);
    check_end(to);
    emit_close(to->output, "}");
    to->unchecked = 0;
}

/* Writes the row that says what is in a list, or behind a pointer. */
static void emit_element(taking *to, const schema_field *field, const char *value, unsigned levels) {
    char extent[EMIT_EXTENT_BYTES];
    emit_line(to->output, "static const pier__element element = {sizeof %s, PIER__ALIGN(%s), %s};", value, value,
              emit_extent(extent, sizeof extent, field, levels));
}

static void take_list(taking *to, const schema_field *field, const char *value) {
    char element[EMIT_ELEMENT_BYTES];
    char kind[32] = "";
    (void)snprintf(element, sizeof element, "%s[0]", value);
    if (emit_is_typed(field)) {
        (void)snprintf(kind, sizeof kind, "%s, ", emit_kind(field));
    }
    emit_open(to->output, "{");
    emit_element(to, field, element, emit_is_map(field) ? 1 : 2);
    emit_line(to->output, "at = pier__take_%s(at, end, &record->%s, &%s, %s&element, how);",
              emit_is_typed(field) ? "typed_list"
              : emit_is_map(field) ? "pairs"
                                   : "list",
              field->c_count, value, kind);
    emit_give_up(to->output, "at == NULL || wrong != 0");
    to->unchecked = 0;
    if (!emit_is_typed(field) && emit_is_integers(field)) {
        take_integers(to, field, value);
    } else if (!emit_is_typed(field)) {
        take_elements(to, field, value);
    }
    emit_close(to->output, "}");
}

static void take_array(taking *to, const schema_field *field, const char *value) {
    bool is_checked = schema_array_is_large(field) || is_long(field);
    if (emit_is_typed(field)) {
        need(to, PIER__TYPED_HEAD_BYTES);
        emit_line(to->output, "at = pier__take_typed(at, end, &record->%s, %s, %u, %s, sizeof %s[0], &wrong);",
                  field->c_count, value, field->count_max, emit_kind(field), value);
        return;
    }
    if (emit_is_integers(field)) {
        need(to, 5);
        emit_line(to->output, "at = pier__take_count(at, &record->%s, %u, &wrong);", field->c_count, field->count_max);
        take_integers(to, field, value);
        return;
    }
    need(to, 5 + (is_checked ? 0 : field->count_max * schema_element_bytes(field)));
    emit_line(to->output, "at = pier__take_count(at, &record->%s, %u, &wrong);", field->c_count, field->count_max);
    if (is_checked) {
        check_end(to);
        take_elements(to, field, value);
        return;
    }
    uint64_t unchecked = to->unchecked;
    to->unchecked = 0;
    char element[EMIT_ELEMENT_BYTES];
    (void)snprintf(element, sizeof element, "%s[i]", value);
    emit_open(to->output, "for (uint32_t i = 0, count = record->%s; i < count; i++) {", field->c_count);
    take_value(to, field, element, 2);
    emit_close(to->output, "}");
    to->unchecked = unchecked;
}

static void take_pointer(taking *to, const schema_field *field, const char *value, unsigned levels) {
    char pointed[EMIT_ELEMENT_BYTES];
    (void)snprintf(pointed, sizeof pointed, "*%s", value);
    emit_element(to, field, pointed, levels);
    emit_line(to->output, "at = pier__take_pointer(at, end, &%s, &element, how);", value);
    emit_give_up(to->output, "at == NULL || wrong != 0");
    to->unchecked = 0;
    take_record(to, field, value, levels);
}

/* Takes a value that may be nil instead. */
static void take_present(taking *to, const schema_field *field, const char *value) {
    /* Nil is a byte that nobody looks at; a pointer, and a record that is long, begin with a look of their own. */
    uint64_t bytes = emit_is_pointer(field) || is_long(field) ? 1 : moves(field);
    need(to, bytes);
    uint64_t unchecked = to->unchecked;
    to->unchecked -= bytes;
    if (emit_is_pointer(field)) {
        emit_open(to->output, "if (at[0] != 0xc0) {");
        take_pointer(to, field, value, 1);
    } else {
        emit_line(to->output, "record->%s = at[0] != 0xc0;", field->c_has);
        emit_open(to->output, "if (record->%s) {", field->c_has);
        take_value(to, field, value, 1);
    }
    to->output->depth--;
    emit_open(to->output, "} else {");
    if (emit_is_pointer(field)) {
        emit_line(to->output, "%s = NULL;", value);
    } else {
        emit_line(to->output, "memset(&%s, 0, sizeof %s);", value, value);
    }
    emit_line(to->output, "at += 1;");
    emit_close(to->output, "}");
    to->unchecked = to->unchecked > unchecked ? to->unchecked : unchecked;
}

static void take_oneof(taking *to, const schema_oneof *oneof) {
    char value[EMIT_MEMBER_BYTES];
    need(to, SCHEMA_CASE_BYTES);
    emit_line(to->output, "at = pier__take_case(at, &record->%s, &wrong);", oneof->c_case);
    emit_line(to->output, "memset(&record->%s, 0, sizeof record->%s);", oneof->c_name, oneof->c_name);
    uint64_t before = to->unchecked;
    uint64_t after = before;
    emit_open(to->output, "switch (record->%s) {", oneof->c_case);
    for (size_t i = 0; i < oneof->field_count; i++) {
        const schema_field *field = oneof->fields[i];
        (void)emit_member(value, sizeof value, field);
        to->unchecked = before;
        to->output->depth--;
        emit_open(to->output, "case %s:%s", field->c_case, emit_is_pointer(field) ? " {" : "");
        if (emit_is_pointer(field)) {
            take_pointer(to, field, value, 2);
        } else {
            take_value(to, field, value, 2);
        }
        emit_line(to->output, "break;");
        if (emit_is_pointer(field)) {
            to->output->depth--;
            emit_open(to->output, "}");
        }
        after = to->unchecked > after ? to->unchecked : after;
    }
    to->output->depth--;
    emit_open(to->output, "default:");
    emit_line(to->output, "wrong |= record->%s != 0;", oneof->c_case);
    emit_line(to->output, "break;");
    emit_close(to->output, "}");
    to->unchecked = after;
}

static void take_slot(taking *to, const schema_field *field) {
    char value[EMIT_MEMBER_BYTES];
    (void)emit_member(value, sizeof value, field);
    if (field->oneof != NULL) {
        take_oneof(to, field->oneof);
    } else if (emit_is_list(field)) {
        take_list(to, field, value);
    } else if (emit_is_repeated(field)) {
        take_array(to, field, value);
    } else if (emit_is_pointer(field) || field->c_has != NULL) {
        take_present(to, field, value);
    } else {
        take_value(to, field, value, 1);
    }
}

void emit_take(emit_output *output, const schema_message *message) {
    taking to = {output, 0};
    const char *what = message->is_entry ? "key and value" : "a record";
    emit_line(output, "/* Loads %s. Returns the end; NULL when it is in no form that %s__put gives. */", what,
              message->c_name);
    emit_open(output,
              "PIER__CODEC const uint8_t *%s__take(const uint8_t *at, const uint8_t *end, %s *record, pier__decoding "
              "*how) {",
              message->c_name, message->c_name);
    emit_line(output, "unsigned wrong = 0;");
    if (!message->is_entry) {
        need(&to, 3);
        emit_line(output, "at = pier__take_slots(at, %u, &wrong);", emit_slot_count(message));
    }
    bool uses_how = false;
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = message->fields[i];
        uses_how = uses_how || emit_is_view(field) || emit_is_list(field) || field->message != NULL;
        if (emit_begins_slot(field)) {
            take_slot(&to, field);
        }
    }
    if (message->field_count == 0) {
        emit_line(output, "(void)end;");
        emit_line(output, "(void)record;");
    }
    if (!uses_how) {
        emit_line(output, "(void)how;");
    }
    emit_line(output, "return wrong == 0 ? at : NULL;");
    emit_close(output, "}");
    emit_gap(output);
}
