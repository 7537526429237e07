/* Printing a schema: messages, enums and the head of the file; see proto_print.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto_print_internal.h"

/* How deep protoc takes messages within one another. */
enum { DEPTH_MAX = 31 };

static void begin_line(proto_printer *p, uint32_t depth) {
    for (uint32_t i = 0; i < depth; i++) {
        text_buffer_append_string(&p->body, "    ");
    }
}

static void append_value(proto_printer *p, uint32_t depth, const pier_enum_value *value) {
    char number[32];
    begin_line(p, depth);
    (void)snprintf(number, sizeof number, " = %d;\n", (int)value->number);
    text_buffer_append_string(&p->body, value->name);
    text_buffer_append_string(&p->body, number);
}

static bool append_enum(proto_printer *p, uint32_t depth, const pier_definition *type) {
    uint32_t count = pier_definition_value_count(type);
    bool has_zero = false;
    bool has_aliases = false;
    for (uint32_t i = 0; i < count; i++) {
        int32_t number = pier_definition_value_at(type, i).number;
        has_zero = has_zero || number == 0;
        has_aliases = has_aliases || (i > 0 && pier_definition_value_at(type, i - 1).number == number);
    }
    if (!has_zero) {
        return proto_fail(p, PIER_UNSUPPORTED, pier_definition_name(type), NULL,
                          "the enum has no value 0, with which one of proto3 begins");
    }
    if (has_aliases) {
        begin_line(p, depth);
        text_buffer_append_string(&p->body, "option allow_alias = true;\n");
    }
    /* What protoc takes for the beginning of something else. */
    for (uint32_t i = 0; i < count; i++) {
        const char *name = pier_definition_value_at(type, i).name;
        if (strcmp(name, "option") == 0 || strcmp(name, "reserved") == 0) {
            return proto_fail(p, PIER_UNSUPPORTED, pier_definition_name(type), name,
                              "protoc takes a value of this name for something else");
        }
    }
    /* The value 0 goes first, whatever is below it. */
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < count; i++) {
            pier_enum_value value = pier_definition_value_at(type, i);
            if ((value.number == 0) == (pass == 0)) {
                append_value(p, depth, &value);
            }
        }
    }
    return true;
}

/* Appends a oneof with all of its fields, at the place of its first. next: for each field the next one of its oneof; 0:
 * none. */
static bool append_oneof(proto_printer *p, uint32_t depth, const pier_definition *type, uint32_t first,
                         const uint32_t *next) {
    begin_line(p, depth);
    text_buffer_append_string(&p->body, "oneof ");
    text_buffer_append_string(&p->body, pier_definition_field_at(type, first).oneof_name);
    text_buffer_append_string(&p->body, " {\n");
    uint32_t member = first;
    do {
        pier_definition_field field = pier_definition_field_at(type, member);
        begin_line(p, depth + 1);
        if (!proto_append_field(p, type, &field)) {
            return false;
        }
        member = next[member];
    } while (member != 0);
    begin_line(p, depth);
    text_buffer_append_string(&p->body, "}\n");
    return true;
}

/* Chains the fields of each oneof: gets for each field the next one of its oneof, 0: none. last: room for a number for
 * each oneof. */
static void chain_members(const pier_definition *type, uint32_t *next, uint32_t *last) {
    for (uint32_t i = 0; i < pier_definition_field_count(type); i++) {
        uint32_t oneof = pier_definition_field_at(type, i).oneof;
        if (oneof != 0) {
            /* The place of the last one, counted from 1. */
            if (last[oneof - 1] != 0) {
                next[last[oneof - 1] - 1] = i;
            }
            last[oneof - 1] = i + 1;
        }
    }
}

static bool append_chained(proto_printer *p, uint32_t depth, const pier_definition *type, const uint32_t *next) {
    uint32_t last_oneof = 0;
    for (uint32_t i = 0; i < pier_definition_field_count(type); i++) {
        pier_definition_field field = pier_definition_field_at(type, i);
        if (field.oneof == 0) {
            begin_line(p, depth);
            if (!proto_append_field(p, type, &field)) {
                return false;
            }
        } else if (field.oneof > last_oneof) {
            last_oneof = field.oneof;
            if (!append_oneof(p, depth, type, i, next)) {
                return false;
            }
        }
    }
    return true;
}

static bool append_fields(proto_printer *p, uint32_t depth, const pier_definition *type) {
    uint32_t fields = pier_definition_field_count(type);
    uint32_t oneofs = pier_definition_oneof_count(type);
    uint32_t *next = (uint32_t *)calloc((size_t)fields + oneofs + 1, sizeof *next);
    if (next == NULL) {
        return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
    }
    chain_members(type, next, next + fields);
    bool appended = append_chained(p, depth, type, next);
    free(next);
    return appended;
}

/* The types that are within the one at `index` stand behind it. */
static bool is_within(const proto_printer *p, size_t index, size_t outer) {
    const proto_type *of = &p->types[outer];
    return index < p->count && p->types[index].name_bytes > of->name_bytes &&
           p->types[index].name[of->name_bytes] == '.' && memcmp(p->types[index].name, of->name, of->name_bytes) == 0;
}

/* Whether a part of the name behind the first, where it hides a package from what is within it, is "pier". */
static bool hides_pier(const proto_type *type) {
    static const char part[] = ".pier";
    for (const char *at = type->name; (at = strstr(at, part)) != NULL; at++) {
        size_t end = (size_t)(at - type->name) + strlen(part);
        if (end == type->name_bytes || (end < type->name_bytes && type->name[end] == '.')) {
            return true;
        }
    }
    return false;
}

void proto_append_option(proto_printer *p, const char *rest) {
    text_buffer_append_string(&p->body, p->hides_pier ? "(.pier." : "(pier.");
    text_buffer_append_string(&p->body, rest);
}

static bool append_type(proto_printer *p, uint32_t depth, size_t *index);

static bool append_message(proto_printer *p, uint32_t depth, const proto_type *type, size_t *index) {
    size_t outer = *index - 1;
    char version[64];
    if (type->definition == NULL) {
        begin_line(p, depth);
        text_buffer_append_string(&p->body, "// Stands here for its name, which what is in it has.\n");
    } else if (pier_definition_version(type->definition) != 0) {
        p->has_options = true;
        begin_line(p, depth);
        (void)snprintf(version, sizeof version, "version) = %u;\n",
                       (unsigned)pier_definition_version(type->definition));
        text_buffer_append_string(&p->body, "option ");
        proto_append_option(p, version);
    }
    while (is_within(p, *index, outer)) {
        if (!append_type(p, depth, index)) {
            return false;
        }
    }
    return type->definition == NULL || append_fields(p, depth, type->definition);
}

/* Appends the type at `*index` and what is in it; `*index` goes behind them. Recursion ends at DEPTH_MAX. */
static bool append_type(proto_printer *p, uint32_t depth, size_t *index) {
    proto_type type = p->types[(*index)++];
    if (type.import != NULL || type.is_entry) {
        return true;
    }
    if (depth >= DEPTH_MAX) {
        return proto_fail(p, PIER_UNSUPPORTED, type.name, NULL, "protoc takes messages %d deep in one another",
                          (int)DEPTH_MAX);
    }
    pier_definition_kind kind =
        type.definition != NULL ? pier_definition_kind_of(type.definition) : PIER_DEFINITION_CLASS;
    const char *name = type.name + type.name_bytes;
    while (name > type.name && name[-1] != '.') {
        name--;
    }
    begin_line(p, depth);
    text_buffer_append_string(&p->body, kind == PIER_DEFINITION_CLASS ? "message " : "enum ");
    text_buffer_append(&p->body, name, (size_t)(type.name + type.name_bytes - name));
    text_buffer_append_string(&p->body, " {\n");
    if (!(kind == PIER_DEFINITION_CLASS ? append_message(p, depth + 1, &type, index)
                                        : append_enum(p, depth + 1, type.definition))) {
        return false;
    }
    begin_line(p, depth);
    text_buffer_append_string(&p->body, "}\n");
    return true;
}

/* Whether the name of an imported package stands for something else at the top of the file. */
static bool check_import(proto_printer *p, const char *package, bool is_imported) {
    size_t bytes = strlen(package);
    bool clashes = is_imported && p->package_bytes == 0 && proto_find(p, package, bytes) != NULL;
    return !clashes ||
           proto_fail(p, PIER_UNSUPPORTED, package, NULL, "the name is that of a package which the schema imports");
}

static void append_import(text_buffer *out, const char *folder, const char *file, bool is_needed) {
    if (is_needed) {
        text_buffer_append_string(out, "import \"");
        text_buffer_append_string(out, folder);
        text_buffer_append_string(out, file);
        text_buffer_append_string(out, ".proto\";\n");
    }
}

static int compare_files(const void *one, const void *other) {
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Appends the imports of protobuf's own files, each once, by name. Returns how many there are. */
static size_t append_imports(proto_printer *p, text_buffer *out) {
    const char *files[16];
    size_t count = 0;
    const char *always[] = {p->has_any ? "any" : NULL, p->has_duration ? "duration" : NULL,
                            p->has_time ? "timestamp" : NULL};
    for (size_t i = 0; i < p->count + 3; i++) {
        const char *file = i < 3 ? always[i] : p->types[i - 3].import;
        bool is_new = file != NULL;
        for (size_t j = 0; j < count; j++) {
            is_new = is_new && strcmp(files[j], file) != 0;
        }
        if (is_new) {
            files[count++] = file;
        }
    }
    qsort((void *)files, count, sizeof files[0], compare_files);
    for (size_t i = 0; i < count; i++) {
        append_import(out, "google/protobuf/", files[i], true);
    }
    append_import(out, "pier/", "options", p->has_options);
    return count + (p->has_options ? 1 : 0);
}

static bool print(proto_printer *p, const pier_definition *const *definitions, size_t count, text_buffer *out) {
    if (!proto_find_types(p, definitions, count) || !proto_check_symbols(p)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        p->hides_pier = p->hides_pier || hides_pier(&p->types[i]);
    }
    for (size_t index = 0; index < p->count;) {
        size_t before = p->body.size;
        if (!append_type(p, 0, &index)) {
            return false;
        }
        if (p->body.size > before && index < p->count) {
            text_buffer_append_string(&p->body, "\n");
        }
    }
    while (p->body.size > 1 && p->body.data[p->body.size - 2] == '\n') {
        p->body.size--;
    }
    size_t before = out->size;
    text_buffer_append_string(out, "syntax = \"proto3\";\n\n");
    if (p->package_bytes > 0) {
        text_buffer_append_string(out, "package ");
        text_buffer_append_string(out, p->package);
        text_buffer_append_string(out, ";\n\n");
    }
    size_t imports = append_imports(p, out);
    text_buffer_append_string(out, imports > 0 ? "\n" : "");
    text_buffer_append(out, p->body.data, p->body.size);
    if (p->body.failed || out->failed) {
        out->size = before;
        return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
    }
    bool has_google = imports > 0;
    if (!check_import(p, "google", has_google) || !check_import(p, "pier", p->has_options)) {
        out->size = before;
        return false;
    }
    return true;
}

pier_status proto_print(const pier_definition *const *definitions, size_t count, text_buffer *out, pier_error *error) {
    proto_printer p = {.status = PIER_OK, .error = error};
    (void)print(&p, definitions, count, out);
    text_buffer_deinit(&p.body);
    free(p.types);
    return p.status;
}
