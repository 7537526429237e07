/* The tables of enums and classes: what <pier/class.h> says of them. */
#include <stdio.h>
#include <string.h>

#include "emit.h"

void emit_enum_table(emit_output *output, const schema_enum *from) {
    emit_gap(output);
    emit_open(output, "static const pier_enum_value pier__%s_values[] = {", from->c_name);
    for (size_t i = 0; i < from->value_count; i++) {
        const schema_value *value = from->sorted[i];
        const char *comma = i + 1 < from->value_count ? "," : "";
        if (value->number == INT32_MIN) {
            emit_line(output, "{-2147483647 - 1, \"%s\"}%s", value->name, comma);
        } else {
            emit_line(output, "{%d, \"%s\"}%s", (int)value->number, value->name, comma);
        }
    }
    emit_close(output, "};");
    emit_line(output, "const pier_enum %s = {\"%s\", %zu, pier__%s_values};", from->c_table, from->full_name,
              from->value_count, from->c_name);
}

static void append(char *text, size_t capacity, const char *separator, const char *added) {
    size_t length = strlen(text);
    (void)snprintf(text + length, capacity - length, "%s%s", length != 0 ? separator : "", added);
}

static void flags_text(char *text, size_t capacity, const schema_field *field) {
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        {PIER_FIELD_REPEATED, "PIER_FIELD_REPEATED"}, {PIER_FIELD_PRESENCE, "PIER_FIELD_PRESENCE"},
        {PIER_FIELD_FIXED, "PIER_FIELD_FIXED"},       {PIER_FIELD_TYPED, "PIER_FIELD_TYPED"},
        {PIER_FIELD_SHARED, "PIER_FIELD_SHARED"},     {PIER_FIELD_MAP, "PIER_FIELD_MAP"},
        {PIER_FIELD_POINTER, "PIER_FIELD_POINTER"},   {PIER_FIELD_LIST, "PIER_FIELD_LIST"},
        {PIER_FIELD_REQUIRED, "PIER_FIELD_REQUIRED"},
    };
    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((field->flags & names[i].flag) != 0) {
            append(text, capacity, " | ", names[i].name);
        }
    }
}

static const char *class_flags_text(char *text, size_t capacity, uint32_t flags) {
    static const char *const names[] = {"PIER_CLASS_UNBOUNDED", "PIER_CLASS_GRAPH", "PIER_CLASS_ANY",
                                        "PIER_CLASS_VIEWS"};
    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & 1u << i) != 0) {
            append(text, capacity, " | ", names[i]);
        }
    }
    if (text[0] == '\0') {
        (void)snprintf(text, capacity, "0");
    }
    return text;
}

static const char *kind_name(pier_field_kind kind) {
    static const char *const names[] = {
        "",    "BOOL", "I8",   "I16",   "I32",  "I64",      "U8",     "U16",  "U32", "U64",
        "F32", "F64",  "TEXT", "BYTES", "TIME", "DURATION", "RECORD", "ENUM", "ANY",
    };
    return names[kind];
}

static void emit_row_of_list(emit_output *row, const schema_field *field, const char *member) {
    const char *own = field->owner->c_name;
    if (field->count_max != 0) {
        emit_text(row, ", .count_max = %u", field->count_max);
    } else {
        emit_text(row, ", .count_max = UINT32_MAX");
    }
    emit_text(row, ", .element_bytes = sizeof(((%s *)0)->%s[0]), .count_offset = offsetof(%s, %s)", own, member, own,
              field->c_count);
}

/* One field, in a line that names all that is not zero. */
static void emit_row(emit_output *output, const schema_field *field) {
    const char *own = field->owner->c_name;
    char flags[256];
    char member[EMIT_NAME_BYTES];
    char name[EMIT_NAME_BYTES];
    emit_output row;
    emit_init(&row);
    (void)snprintf(member, sizeof member, "%s%s%s", field->oneof != NULL ? field->oneof->c_name : "",
                   field->oneof != NULL ? "." : "", field->c_name);
    emit_text(&row, "{.name = \"%s\", .name_bytes = %zu, .number = %u", field->name, strlen(field->name),
              field->number);
    flags_text(flags, sizeof flags, field);
    if (flags[0] != '\0') {
        emit_text(&row, ", .flags = %s", flags);
    }
    if (field->oneof != NULL) {
        emit_text(&row, ", .oneof = %u", field->oneof->index + 1);
    }
    if ((field->flags & PIER_FIELD_REPEATED) != 0) {
        emit_row_of_list(&row, field, member);
    }
    if (field->c_has != NULL) {
        emit_text(&row, ", .presence_offset = offsetof(%s, %s)", own, field->c_has);
    }
    emit_text(&row, ", .offset = offsetof(%s, %s), .kind = PIER_FIELD_%s", own, member, kind_name(field->kind));
    if (field->capacity != 0) {
        emit_text(&row, ", .capacity = %u", field->capacity);
    }
    if (field->message != NULL) {
        emit_text(&row, ", .type = &%s", field->message->c_class);
    }
    if (field->enumeration != NULL) {
        emit_text(&row, ", .enum_type = &%s", field->enumeration->c_table);
    }
    if (field->has_default) {
        emit_text(&row, ", .default_value = &%s", emit_default_name(name, sizeof name, field));
    }
    emit_bytes(&row, "},", sizeof "},");
    if (row.failed) {
        output->failed = true;
    } else {
        emit_line(output, "%s", row.data);
    }
    emit_deinit(&row);
}

static void emit_fields(emit_output *output, const schema_message *message) {
    if (message->field_count != 0) {
        emit_open(output, "static const pier_field pier__%s_rows[] = {", message->c_name);
        for (size_t i = 0; i < message->field_count; i++) {
            emit_row(output, message->fields[i]);
        }
        emit_close(output, "};");
        emit_gap(output);
    }
    emit_open(output, "static const pier_field *pier__%s_fields(const pier_class *self) {", message->c_name);
    emit_line(output, "(void)self;");
    if (message->field_count != 0) {
        emit_line(output, "return pier__%s_rows;", message->c_name);
    } else {
        emit_line(output, "return NULL;");
    }
    emit_close(output, "}");
    emit_gap(output);
}

static void emit_oneofs(emit_output *output, const schema_message *message) {
    if (message->oneof_count == 0) {
        return;
    }
    emit_open(output, "static const pier_oneof pier__%s_oneofs[] = {", message->c_name);
    for (size_t i = 0; i < message->oneof_count; i++) {
        emit_line(output, "{.name = \"%s\", .case_offset = offsetof(%s, %s)},", message->oneofs[i].name,
                  message->c_name, message->oneofs[i].c_case);
    }
    emit_close(output, "};");
    emit_gap(output);
}

static void emit_codec_member(emit_output *output, const schema_message *message, const char *which) {
    char name[EMIT_NAME_BYTES];
    const char *function = emit_codec_name(name, sizeof name, message, which);
    if (strcmp(function, "NULL") != 0) {
        emit_line(output, ".%s = %s,", which, function);
    }
}

void emit_class_table(emit_output *output, const schema_message *message) {
    char flags[128];
    emit_gap(output);
    for (size_t i = 0; i < message->field_count; i++) {
        emit_default(output, message->fields[i]);
    }
    emit_fields(output, message);
    emit_oneofs(output, message);
    emit_codec_wrappers(output, message);
    emit_open(output, "const pier_class %s = {", message->c_class);
    emit_line(output, ".size = sizeof(pier_class),");
    emit_line(output, ".name = \"%s\",", message->full_name);
    if (message->version != 0) {
        emit_line(output, ".version = %u,", message->version);
    }
    emit_line(output, ".flags = %s,", class_flags_text(flags, sizeof flags, message->class_flags));
    emit_line(output, ".field_count = %zu,", message->field_count);
    if (message->oneof_count != 0) {
        emit_line(output, ".oneof_count = %zu,", message->oneof_count);
        emit_line(output, ".oneofs = pier__%s_oneofs,", message->c_name);
    }
    emit_line(output, ".values_max = %u,", message->values_max);
    emit_line(output, ".depth = %u,", message->depth);
    emit_line(output, ".record_bytes = sizeof(%s),", message->c_name);
    emit_line(output, ".fields = pier__%s_fields,", message->c_name);
    emit_codec_member(output, message, "measure");
    emit_codec_member(output, message, "encode");
    emit_codec_member(output, message, "decode");
    emit_close(output, "};");
}
