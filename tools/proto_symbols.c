/* Looking for names that stand for two things in a schema; see proto_print_internal.h.
 *
 * protobuf has one space of names for types, fields, oneofs and the values of enums, which are beside their enum and
 * not in it. Definitions are stricter with some names and freer with others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto_print_internal.h"

/* Appends a name within a scope, terminated. */
static void append(text_buffer *names, const char *scope, size_t scope_bytes, const char *between, const char *name) {
    text_buffer_append(names, scope, scope_bytes);
    text_buffer_append_string(names, scope_bytes > 0 ? between : "");
    text_buffer_append(names, name, strlen(name) + 1);
}

/* What protoc compares fields by, so that their names in JSON differ whoever reads it: without underscores and in lower
 * case. It stands behind a mark that no name has. */
static void append_bare_name(text_buffer *names, const char *scope, size_t scope_bytes, const char *field) {
    char name[PROTO_NAME_BYTES];
    size_t length = 0;
    for (const char *at = field; *at != '\0'; at++) {
        if (*at != '_' && length + 1 < sizeof name) {
            name[length++] = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        }
    }
    name[length] = '\0';
    append(names, scope, scope_bytes, " ", name);
}

static void append_fields(text_buffer *names, const proto_type *type) {
    uint32_t last_oneof = 0;
    for (uint32_t i = 0; i < pier_definition_field_count(type->definition); i++) {
        pier_definition_field field = pier_definition_field_at(type->definition, i);
        append(names, type->name, type->name_bytes, ".", field.name);
        append_bare_name(names, type->name, type->name_bytes, field.name);
        /* Oneofs are numbered by their first fields. */
        if (field.oneof > last_oneof) {
            append(names, type->name, type->name_bytes, ".", field.oneof_name);
            last_oneof = field.oneof;
        }
    }
}

static void append_values(text_buffer *names, const proto_type *type) {
    size_t scope_bytes = type->name_bytes;
    while (scope_bytes > 0 && type->name[scope_bytes - 1] != '.') {
        scope_bytes--;
    }
    scope_bytes -= scope_bytes > 0 ? 1 : 0;
    for (uint32_t i = 0; i < pier_definition_value_count(type->definition); i++) {
        append(names, type->name, scope_bytes, ".", pier_definition_value_at(type->definition, i).name);
    }
}

static int compare(const void *one, const void *other) {
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Sorts the names and looks for two that are the same. */
static bool check(proto_printer *p, const text_buffer *names) {
    size_t count = 0;
    for (size_t i = 0; i < names->size; i++) {
        count += names->data[i] == '\0' ? 1 : 0;
    }
    const char **sorted = (const char **)malloc((count > 0 ? count : 1) * sizeof(const char *));
    if (sorted == NULL) {
        return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
    }
    const char *at = names->data;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = at;
        at += strlen(at) + 1;
    }
    qsort((void *)sorted, count, sizeof(const char *), compare);
    bool is_good = true;
    for (size_t i = 1; i < count && is_good; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            const char *mark = strchr(sorted[i], ' ');
            is_good =
                mark == NULL
                    ? proto_fail(p, PIER_UNSUPPORTED, sorted[i], NULL,
                                 "the name stands for two things in a .proto file")
                    : proto_fail(p, PIER_UNSUPPORTED, NULL, NULL,
                                 "%.*s: two fields differ in case and underscores alone (%.60s), which protoc refuses",
                                 (int)(mark - sorted[i]), sorted[i], mark + 1);
        }
    }
    free((void *)sorted);
    return is_good;
}

bool proto_check_symbols(proto_printer *p) {
    text_buffer names = {NULL, 0, 0, false};
    for (size_t i = 0; i < p->count; i++) {
        const proto_type *type = &p->types[i];
        if (type->import != NULL) {
            continue;
        }
        text_buffer_append(&names, type->name, type->name_bytes);
        text_buffer_append_char(&names, '\0');
        if (type->definition == NULL) {
            continue;
        }
        append_fields(&names, type);
        append_values(&names, type);
    }
    bool is_good =
        names.failed ? proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema") : check(p, &names);
    text_buffer_deinit(&names);
    return is_good;
}

/* References ------------------------------------------------------------------------------------------------------- */

/* Words with which a field could begin, so that a type of that name would not be taken for one. */
static bool is_word_of_fields(const char *name, size_t bytes) {
    static const char *const words[] = {
        "double",   "float",    "int32",    "int64",    "uint32",     "uint64", "sint32",  "sint64", "fixed32",
        "fixed64",  "sfixed32", "sfixed64", "bool",     "string",     "bytes",  "group",   "map",    "oneof",
        "optional", "repeated", "required", "reserved", "extensions", "extend", "message", "enum",   "option",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == bytes && memcmp(words[i], name, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether protoc, which looks for the first part of a name from the inside out, finds what the whole name means when
 * only its end from `start` is written. */
static bool is_enough(const proto_printer *p, const char *scope, const char *name, size_t start) {
    char tried[2 * PROTO_NAME_BYTES];
    size_t first_bytes = strcspn(name + start, ".");
    size_t scope_bytes = strlen(scope);
    for (;;) {
        int length = snprintf(tried, sizeof tried, "%.*s%s%.*s", (int)scope_bytes, scope, scope_bytes > 0 ? "." : "",
                              (int)first_bytes, name + start);
        if (proto_find(p, tried, (size_t)length) != NULL) {
            return (size_t)length == start + first_bytes && memcmp(tried, name, (size_t)length) == 0 &&
                   !is_word_of_fields(name + start, first_bytes);
        }
        if (scope_bytes <= p->package_bytes) {
            return false;
        }
        while (scope_bytes > p->package_bytes && scope[scope_bytes - 1] != '.') {
            scope_bytes--;
        }
        scope_bytes -= scope_bytes > p->package_bytes ? 1 : 0;
    }
}

void proto_append_name(proto_printer *p, const char *scope, const pier_definition *type) {
    const char *name = pier_definition_name(type);
    size_t bytes = strlen(name);
    size_t begin = p->package_bytes > 0 ? p->package_bytes + 1 : 0;
    for (size_t start = bytes; proto_find(p, name, bytes)->import == NULL && start > begin;) {
        start--;
        while (start > begin && name[start - 1] != '.') {
            start--;
        }
        if (is_enough(p, scope, name, start)) {
            text_buffer_append_string(&p->body, name + start);
            return;
        }
    }
    text_buffer_append_char(&p->body, '.');
    text_buffer_append_string(&p->body, name);
}
