/* The codecs of messages: three functions each in the header, and what the class needs of them in the source. A class
 * without a codec is served by the library, table in hand. */
#include "emit_codec.h"

#include <stdio.h>
#include <string.h>

uint32_t emit_slot_count(const schema_message *message) {
    uint32_t slots = 0;
    for (size_t i = 0; i < message->field_count; i++) {
        slots += emit_begins_slot(message->fields[i]);
    }
    return slots;
}

const char *emit_kernel(const schema_field *field) {
    static const char *const plain[] = {"",     "boolean",  "i8",  "i16", "i32", "i64",  "u8",
                                        "u16",  "u32",      "u64", "f32", "f64", "text", "bytes",
                                        "time", "duration", "",    "i32", ""};
    static const char *const fixed[] = {"",          "",         "fixed_i8",  "fixed_i16", "fixed_i32",
                                        "fixed_i64", "fixed_u8", "fixed_u16", "fixed_u32", "fixed_u64"};
    if ((field->flags & PIER_FIELD_FIXED) != 0) {
        return fixed[field->kind];
    }
    return plain[field->kind];
}

bool emit_is_integers(const schema_field *field) {
    return (field->flags & PIER_FIELD_FIXED) == 0 &&
           ((field->kind >= PIER_FIELD_I8 && field->kind <= PIER_FIELD_U64) || field->kind == PIER_FIELD_ENUM);
}

const char *emit_kind(const schema_field *field) {
    static const char *const names[] = {"",
                                        "",
                                        "PIER_FIELD_I8",
                                        "PIER_FIELD_I16",
                                        "PIER_FIELD_I32",
                                        "PIER_FIELD_I64",
                                        "PIER_FIELD_U8",
                                        "PIER_FIELD_U16",
                                        "PIER_FIELD_U32",
                                        "PIER_FIELD_U64",
                                        "PIER_FIELD_F32",
                                        "PIER_FIELD_F64"};
    return names[field->kind == PIER_FIELD_ENUM ? PIER_FIELD_I32 : field->kind];
}

const char *emit_extent(char *text, size_t capacity, const schema_field *field, unsigned levels) {
    if (field->message != NULL) {
        const char *name = field->message->c_name;
        (void)snprintf(text, capacity, "%s__values, %u + %s__depth", name, levels, name);
    } else if (field->kind == PIER_FIELD_DURATION) {
        (void)snprintf(text, capacity, "3, %u", levels + 1);
    } else {
        /* The depth of the class has the list in it. */
        (void)snprintf(text, capacity, "1, 0");
    }
    return text;
}

void emit_deeper(emit_output *output, const char *counts, const schema_message *message, unsigned levels) {
    if (emit_is_unbounded(message)) {
        emit_line(output, "%s->depth_left -= %u;", counts, levels);
    }
}

void emit_back(emit_output *output, const char *counts, const schema_message *message, unsigned levels) {
    if (emit_is_unbounded(message)) {
        emit_line(output, "%s->depth_left += %u;", counts, levels);
    }
}

void emit_give_up(emit_output *output, const char *condition) {
    emit_open(output, "if (%s) {", condition);
    emit_line(output, "return NULL;");
    emit_close(output, "}");
}

/* Graphs have a table beside the record, and values of any class are looked up. */
static bool has_codec(const schema_message *message) {
    return (message->class_flags & (PIER_CLASS_GRAPH | PIER_CLASS_ANY)) == 0;
}

/* Whether a message of the file calls the functions of another before they are written. */
static bool is_called_early(const schema_file *file, const schema_message *called) {
    for (size_t i = 0; i < file->message_count && file->messages[i] != called; i++) {
        const schema_message *caller = file->messages[i];
        for (size_t j = 0; has_codec(caller) && j < caller->field_count; j++) {
            if (caller->declared[j].message == called) {
                return true;
            }
        }
    }
    return false;
}

void emit_codec_prototypes(emit_output *output, const schema_file *file) {
    bool has_any = false;
    for (size_t i = 0; i < file->message_count; i++) {
        const schema_message *message = file->messages[i];
        const char *name = message->c_name;
        if (has_codec(message)) {
            if (!has_any) {
                emit_line(output,
                          "/* The codecs. How large a record is at most, but for what its __measure tells: in bytes as "
                          "stored, in values, and");
                emit_line(output, " * in arrays that are in one another. */");
            }
            has_any = true;
            emit_line(output, "enum { %s__most = %u, %s__values = %u, %s__depth = %u };", name, message->bytes_max,
                      name, message->values_max, name, message->depth);
        }
    }
    for (size_t i = 0; i < file->message_count; i++) {
        const schema_message *message = file->messages[i];
        const char *name = message->c_name;
        if (has_codec(message) && is_called_early(file, message)) {
            if (message->is_variable) {
                emit_line(output, "PIER__CODEC uint64_t %s__measure(const %s *record, pier__measuring *counts);", name,
                          name);
            }
            emit_line(output, "PIER__CODEC uint8_t *%s__put(uint8_t *at, const %s *record);", name, name);
            emit_line(output,
                      "PIER__CODEC const uint8_t *%s__take(const uint8_t *at, const uint8_t *end, %s *record, "
                      "pier__decoding *how);",
                      name, name);
        }
    }
    if (has_any) {
        emit_gap(output);
    }
}

void emit_codecs(emit_output *output, const schema_message *message) {
    if (has_codec(message)) {
        emit_measure(output, message);
        emit_put(output, message);
        emit_take(output, message);
    }
}

void emit_codec_wrappers(emit_output *output, const schema_message *message) {
    const char *name = message->c_name;
    if (!has_codec(message) || message->is_entry) {
        return;
    }
    emit_open(output, "static uint64_t pier__%s_measure(const void *record, pier__measuring *counts) {", name);
    if (message->is_variable) {
        emit_line(output, "uint64_t more = %s__measure((const %s *)record, counts);", name, name);
        emit_line(output, "return pier__measured(counts, (uint64_t)%s__most + PIER__OVERHANG_BYTES + more);", name);
    } else {
        emit_line(output, "(void)record;");
        emit_line(output, "(void)counts;");
        emit_line(output, "return (uint64_t)%s__most + PIER__OVERHANG_BYTES;", name);
    }
    emit_close(output, "}");
    emit_open(output, "static uint8_t *pier__%s_encode(uint8_t *at, const void *record) {", name);
    emit_line(output, "return %s__put(at, (const %s *)record);", name, name);
    emit_close(output, "}");
    emit_open(output,
              "static const uint8_t *pier__%s_decode(const uint8_t *at, const uint8_t *end, void *record, "
              "pier__decoding *how) {",
              name);
    emit_line(output, "at = %s__take(at, end, (%s *)record, how);", name, name);
    emit_line(output, "return at != NULL && at <= end ? at : NULL;");
    emit_close(output, "}");
}

const char *emit_codec_name(char *name, size_t capacity, const schema_message *message, const char *which) {
    /* The entry of a map has no array around it: nobody loads one alone but by its table. */
    if (!has_codec(message) || message->is_entry) {
        return "NULL";
    }
    (void)snprintf(name, capacity, "pier__%s_%s", message->c_name, which);
    return name;
}
