/* Models out of the words of docs/versions.md; see version_model.h.
 *
 *     fields   field; field …
 *     field    [number] [name:] shape [= default]      or  [name:] oneof (field; field …)
 *     shape    [required | optional | shared | fixed] one
 *              [typed] array of [at most N] one
 *              map of one to one
 *     one      a kind; text of at most N bytes; bytes of at most N bytes; the name of a type
 *
 * A field without a number has the next one. A record that is optional within its own type is a pointer. */
#include "record/version_model.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct parser {
    model *to;
    int type;
    const char *at;
    uint32_t number; /* of the last field */
    unsigned oneof;  /* that fields are members of */
} parser;

static void skip_blanks(parser *p) {
    while (*p->at == ' ') {
        p->at++;
    }
}

/* Takes a word or sign if it comes next. */
static bool take(parser *p, const char *word) {
    skip_blanks(p);
    size_t length = strlen(word);
    bool is_word = isalnum((unsigned char)word[length - 1]) != 0;
    if (strncmp(p->at, word, length) != 0 || (is_word && isalnum((unsigned char)p->at[length]) != 0)) {
        return false;
    }
    p->at += length;
    return true;
}

static bool take_number(parser *p, uint32_t *number) {
    skip_blanks(p);
    if (isdigit((unsigned char)*p->at) == 0) {
        return false;
    }
    char *end = NULL;
    *number = (uint32_t)strtoul(p->at, &end, 10);
    p->at = end;
    return true;
}

static void take_name(parser *p, char *name) {
    skip_blanks(p);
    size_t length = 0;
    while (isalnum((unsigned char)p->at[length]) != 0) {
        length++;
    }
    if (length == 0 || length >= MODEL_NAME) {
        fail_msg("a name is expected at \"%s\"", p->at);
    }
    memcpy(name, p->at, length);
    name[length] = '\0';
    p->at += length;
}

static uint32_t take_at_most(parser *p) {
    uint32_t number = 0;
    if (take(p, "at most") && !take_number(p, &number)) {
        fail_msg("a number is expected at \"%s\"", p->at);
    }
    return number;
}

/* Takes what one value is. */
static void take_one(parser *p, model_field *field) {
    char name[MODEL_NAME];
    take_name(p, name);
    field->type = -1;
    for (int kind = PIER_FIELD_BOOL; kind <= PIER_FIELD_ANY; kind++) {
        if (strcmp(pier_field_kind_name((pier_field_kind)kind), name) == 0) {
            field->kind = (pier_field_kind)kind;
            bool may_be_limited = kind == PIER_FIELD_TEXT || kind == PIER_FIELD_BYTES;
            if (may_be_limited && take(p, "of")) {
                field->capacity = take_at_most(p) + (kind == PIER_FIELD_TEXT ? 1 : 0);
                assert_true(take(p, "bytes"));
            }
            return;
        }
    }
    field->type = model_find_type(p->to, name);
    if (field->type < 0) {
        fail_msg("no type is named %s", name);
    }
    field->kind = p->to->types[field->type].is_enum ? PIER_FIELD_ENUM : PIER_FIELD_RECORD;
}

static void take_map(parser *p, model_field *field) {
    char name[2 * MODEL_NAME + 8];
    (void)snprintf(name, sizeof name, "%s.%.12sEntry", p->to->types[p->type].name, field->name);
    int entry = model_add_type(p->to, name);
    model_type *type = &p->to->types[entry];
    type->field_count = 2;
    memcpy(type->fields[0].name, "key", 4);
    memcpy(type->fields[1].name, "value", 6);
    type->fields[0].number = 1;
    type->fields[1].number = 2;
    type->fields[1].place = 1;
    take_one(p, &type->fields[0]);
    assert_true(take(p, "to"));
    take_one(p, &type->fields[1]);
    field->kind = PIER_FIELD_RECORD;
    field->type = entry;
    field->flags |= PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST;
}

static void take_shape(parser *p, model_field *field) {
    if (take(p, "map of")) {
        take_map(p, field);
        return;
    }
    if (take(p, "typed array of")) {
        field->flags |= PIER_FIELD_REPEATED | PIER_FIELD_TYPED | PIER_FIELD_LIST;
    } else if (take(p, "array of")) {
        field->count_max = take_at_most(p);
        field->flags |= PIER_FIELD_REPEATED | (field->count_max == 0 ? PIER_FIELD_LIST : 0);
    } else if (take(p, "required")) {
        field->flags |= PIER_FIELD_REQUIRED;
    } else if (take(p, "optional")) {
        field->flags |= PIER_FIELD_PRESENCE;
    } else if (take(p, "shared")) {
        field->flags |= PIER_FIELD_SHARED | PIER_FIELD_PRESENCE;
    } else if (take(p, "fixed")) {
        field->flags |= PIER_FIELD_FIXED;
    }
    take_one(p, field);
    if (field->type == p->type || (field->flags & PIER_FIELD_SHARED) != 0) {
        field->flags |= PIER_FIELD_POINTER;
    }
    uint32_t number;
    if (take(p, "=") && take_number(p, &number)) {
        field->otherwise = (int32_t)number;
    }
}

static void take_fields(parser *p);

static void take_field(parser *p) {
    uint32_t number = 0;
    char name[MODEL_NAME] = "";
    bool has_number = take_number(p, &number);
    const char *before = p->at;
    take_name(p, name);
    if (!take(p, ":")) {
        name[0] = '\0';
        p->at = before;
    }
    model_type *type = &p->to->types[p->type];
    if (take(p, "oneof (")) {
        assert_true(type->oneof_count < MODEL_ONEOFS);
        memcpy(type->oneofs[type->oneof_count++], name, sizeof name);
        p->oneof = type->oneof_count;
        take_fields(p);
        p->oneof = 0;
        assert_true(take(p, ")"));
        return;
    }
    p->number = has_number ? number : p->number + 1;
    model_field field = {.number = p->number, .oneof = p->oneof, .place = type->field_count};
    if (name[0] == '\0') {
        (void)snprintf(name, sizeof name, "f%u", p->number);
    }
    memcpy(field.name, name, sizeof name);
    take_shape(p, &field);
    assert_true(type->field_count < MODEL_FIELDS);
    type->fields[type->field_count++] = field;
}

static void take_fields(parser *p) {
    do {
        take_field(p);
    } while (take(p, ";"));
}

void model_describe(model *to, int type, const char *text) {
    parser p = {.to = to, .type = type, .at = text};
    take_fields(&p);
    if (*p.at != '\0') {
        fail_msg("\"%s\" is not understood, from \"%s\" on", text, p.at);
    }
    model_sort(&to->types[type]);
}
