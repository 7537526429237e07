/* The header of a file: types in an order that C takes, tables by name, functions. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <pier/version.h>

#include "emit.h"

void emit_file_name(emit_output *output, const schema_file *file, const char *suffix) {
    size_t length = strlen(file->name);
    if (length > 6 && strcmp(file->name + length - 6, ".proto") == 0) {
        length -= 6;
    }
    emit_bytes(output, file->name, length);
    emit_text(output, "%s", suffix);
}

static void emit_include(emit_output *output, const schema_file *file) {
    emit_text(output, "#include \"");
    emit_file_name(output, file, ".pier.h");
    emit_text(output, "\"\n");
}

/* The guard is the name of the file, in upper case. */
static void emit_guard(emit_output *output, const schema_file *file, const char *directive) {
    emit_text(output, "%s ", directive);
    if (file->name[0] >= '0' && file->name[0] <= '9') {
        emit_text(output, "PIER_");
    }
    size_t before = output->size;
    emit_file_name(output, file, "_PIER_H");
    for (size_t i = before; !output->failed && i < output->size; i++) {
        char letter = output->data[i];
        if (letter >= 'a' && letter <= 'z') {
            output->data[i] = (char)(letter - 'a' + 'A');
        } else if (!(letter >= 'A' && letter <= 'Z') && !(letter >= '0' && letter <= '9')) {
            output->data[i] = '_';
        }
    }
    emit_text(output, "\n");
}

static bool uses_message(const schema_message *message, const schema_file *used) {
    for (size_t i = 0; i < message->field_count; i++) {
        const schema_field *field = &message->declared[i];
        if ((field->message != NULL && field->message->file == used) ||
            (field->enumeration != NULL && field->enumeration->file == used)) {
            return true;
        }
    }
    return false;
}

static bool uses_file(const schema_file *file, const schema_file *used) {
    for (size_t i = 0; i < file->message_count; i++) {
        if (uses_message(file->messages[i], used)) {
            return true;
        }
    }
    return false;
}

static bool is_built_in(const schema_file *file) {
    return strcmp(file->name, "google/protobuf/timestamp.proto") == 0 ||
           strcmp(file->name, "google/protobuf/duration.proto") == 0 ||
           strcmp(file->name, "google/protobuf/any.proto") == 0;
}

/* Includes the headers of a file and of those that it imports publicly, as far as they are used or handed on. Whoever
 * is included already is left out by the guard. */
static void emit_includes_of(emit_output *output, const schema_file *user, const schema_import *import,
                             unsigned depth) {
    const schema_file *file = import->file;
    bool is_used = uses_file(user, file);
    bool is_handed_on = import->is_public && depth == 0 && file->is_proto3 && file->has_types && !is_built_in(file);
    if (is_used || is_handed_on) {
        emit_include(output, file);
    }
    for (size_t i = 0; i < file->import_count && depth < 100; i++) {
        if (file->imports[i].is_public) {
            emit_includes_of(output, user, &file->imports[i], depth + 1);
        }
    }
}

static bool has_kind(const schema_file *file, pier_field_kind kind) {
    for (size_t i = 0; i < file->message_count; i++) {
        for (size_t j = 0; j < file->messages[i]->field_count; j++) {
            if (file->messages[i]->declared[j].kind == kind) {
                return true;
            }
        }
    }
    return false;
}

static void emit_head(emit_output *output, const schema_file *file) {
    emit_line(output, "/* Made by protoc-gen-pier %s of %s: do not edit. */", PIER_VERSION_TEXT, file->name);
}

static void emit_enum(emit_output *output, const schema_enum *from) {
    emit_comment(output, from->comment.leading);
    emit_comment(output, from->comment.trailing);
    emit_line(output, "typedef int32_t %s;", from->c_name);
    emit_open(output, "enum {");
    for (size_t i = 0; i < from->value_count; i++) {
        const schema_value *value = &from->values[i];
        const char *comma = i + 1 < from->value_count ? "," : "";
        emit_comment(output, value->comment.leading);
        const char *note = value->comment.trailing;
        if (value->number == INT32_MIN) {
            emit_noted(output, note, "%s = -2147483647 - 1%s", value->c_name, comma);
        } else {
            emit_noted(output, note, "%s = %d%s", value->c_name, (int)value->number, comma);
        }
    }
    emit_close(output, "};");
    emit_line(output, "extern const pier_enum %s;", from->c_table);
    emit_gap(output);
}

static void emit_types(emit_output *output, const schema_file *file) {
    for (size_t i = 0; i < file->message_count; i++) {
        emit_line(output, "typedef struct %s %s;", file->messages[i]->c_name, file->messages[i]->c_name);
    }
    emit_gap(output);
    for (size_t i = 0; i < file->enum_count; i++) {
        emit_enum(output, file->enums[i]);
    }
    for (size_t i = 0; i < file->message_count; i++) {
        emit_struct(output, file->messages[i]);
    }
    for (size_t i = 0; i < file->message_count; i++) {
        emit_line(output, "extern const pier_class %s;", file->messages[i]->c_class);
    }
    emit_gap(output);
}

void emit_header(emit_output *output, const schema_file *file) {
    emit_head(output, file);
    emit_comment(output, file->comment.leading);
    emit_guard(output, file, "#ifndef");
    emit_guard(output, file, "#define");
    emit_directive(output,
                   "\n%s#include <pier/record.h>\n#include <pier/record_generic.h>\n#include <pier/version.h>\n",
                   has_kind(file, PIER_FIELD_ANY) ? "#include <pier/any.h>\n" : "");
    size_t before = output->size;
    for (size_t i = 0; i < file->import_count; i++) {
        emit_includes_of(output, file, &file->imports[i], 0);
    }
    emit_directive(output, "%s#if PIER_GENERATOR_VERSION != %d", output->size != before ? "\n" : "",
                   PIER_GENERATOR_VERSION);
    emit_directive(output, "#error this file was made by protoc-gen-pier %s: make it anew with that of this Pier",
                   PIER_VERSION_TEXT);
    emit_directive(output, "#endif\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
    emit_types(output, file);
    emit_codec_prototypes(output, file);
    for (size_t i = 0; i < file->message_count; i++) {
        emit_codecs(output, file->messages[i]);
        if (!file->messages[i]->is_entry) {
            emit_functions(output, file->messages[i]);
        }
    }
    emit_directive(output, "#ifdef __cplusplus\n}\n#endif\n\n#endif");
}

void emit_source(emit_output *output, const schema_file *file) {
    bool needs_math = false;
    for (size_t i = 0; i < file->message_count; i++) {
        for (size_t j = 0; j < file->messages[i]->field_count; j++) {
            const schema_field *field = &file->messages[i]->declared[j];
            bool is_float = field->kind == PIER_FIELD_F32 || field->kind == PIER_FIELD_F64;
            needs_math = needs_math || (is_float && field->has_default && !isfinite(field->default_value.number));
        }
    }
    emit_head(output, file);
    emit_include(output, file);
    if (needs_math) {
        emit_directive(output, "\n#include <math.h>");
    }
    for (size_t i = 0; i < file->enum_count; i++) {
        emit_enum_table(output, file->enums[i]);
    }
    for (size_t i = 0; i < file->message_count; i++) {
        emit_class_table(output, file->messages[i]);
    }
}
