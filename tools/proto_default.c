/* Printing the default of a field; see proto_print_internal.h.
 *
 * The option holds text that the schema compiler reads as the field's kind, or the bytes themselves. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/tree.h>

#include "proto_print_internal.h"

/* Appends the inside of a string of protobuf. Text stays readable, where it is no control character. */
static void append_escaped(text_buffer *out, const char *data, size_t size, bool is_text) {
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        char escape[8];
        if (byte == '"' || byte == '\\') {
            (void)snprintf(escape, sizeof escape, "\\%c", byte);
            text_buffer_append_string(out, escape);
        } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_text)) {
            (void)snprintf(escape, sizeof escape, "\\%03o", byte);
            text_buffer_append_string(out, escape);
        } else {
            text_buffer_append_char(out, (char)byte);
        }
    }
}

/* Writes a float so that strtod reads the same one. Returns false for a NaN that has other bits than the usual one. */
static bool write_float(char *text, size_t capacity, const pier_token *token) {
    double value = token->kind == PIER_KIND_F32 ? (double)token->as.f32 : token->as.f64;
    if (!isnan(value)) {
        bool is_narrow = token->kind == PIER_KIND_F32;
        (void)snprintf(text, capacity, "%.*g", is_narrow ? 9 : 17, value);
        double read = strtod(text, NULL);
        if (is_narrow && !isinf(value) && (read > (double)FLT_MAX || read < (double)-FLT_MAX)) {
            /* Rounded up it would be more than a float holds. */
            (void)snprintf(text, capacity, "%.17g", value);
        }
        return true;
    }
    bool is_usual;
    if (token->kind == PIER_KIND_F32) {
        uint32_t bits;
        memcpy(&bits, &token->as.f32, sizeof bits);
        is_usual = (bits & 0x7fffffff) == 0x7fc00000;
    } else {
        uint64_t bits;
        memcpy(&bits, &token->as.f64, sizeof bits);
        is_usual = (bits & 0x7fffffffffffffff) == 0x7ff8000000000000;
    }
    (void)snprintf(text, capacity, "%snan", signbit(value) ? "-" : "");
    return is_usual;
}

/* Writes a number, or the name of an enum's value. Returns false after a failure. */
static bool write_number(proto_printer *p, const pier_definition *owner, const pier_definition_field *field,
                         const pier_token *token, char text[PROTO_NAME_BYTES]) {
    const char *name = NULL;
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        (void)snprintf(text, PROTO_NAME_BYTES, "%s", token->as.boolean ? "true" : "false");
        return true;
    case PIER_FIELD_F32:
    case PIER_FIELD_F64:
        return write_float(text, PROTO_NAME_BYTES, token) ||
               proto_fail(p, PIER_UNSUPPORTED, pier_definition_name(owner), field->name,
                          "the default is a NaN of other bits than the usual one, which no text says");
    case PIER_FIELD_ENUM:
        name = pier_definition_value_name(field->type, (int32_t)token->as.sint);
        if (name == NULL) {
            return proto_fail(p, PIER_UNSUPPORTED, pier_definition_name(owner), field->name,
                              "the default is %lld, for which the enum has no name", (long long)token->as.sint);
        }
        (void)snprintf(text, PROTO_NAME_BYTES, "%s", name);
        return true;
    default:
        if (token->kind == PIER_KIND_UINT) {
            (void)snprintf(text, PROTO_NAME_BYTES, "%llu", (unsigned long long)token->as.uint);
        } else {
            (void)snprintf(text, PROTO_NAME_BYTES, "%lld", (long long)token->as.sint);
        }
        return true;
    }
}

bool proto_append_default(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    bool has_form = (field->kind < PIER_FIELD_TIME || field->kind == PIER_FIELD_ENUM) && !field->presence;
    if (!has_form) {
        return proto_fail(p, PIER_UNSUPPORTED, pier_definition_name(owner), field->name,
                          "only a field that is always there, and no time or duration, has a default in a schema");
    }
    pier_tree_options options = {.size = sizeof options, .borrows = true};
    pier_tree *tree;
    if (pier_tree_create(&tree, &options, NULL) != PIER_OK || pier_tree_parse(tree, field->default_value) != PIER_OK) {
        pier_tree_destroy(tree);
        return proto_fail(p, PIER_NO_MEMORY, NULL, NULL, "no memory to print a schema");
    }
    pier_token token = pier_value_token(pier_tree_root(tree));
    bool is_written = true;
    proto_append_option(p, "default_value) = \"");
    if (token.kind == PIER_KIND_TEXT) {
        append_escaped(&p->body, token.as.text.data, token.as.text.size, true);
    } else if (token.kind == PIER_KIND_BYTES) {
        append_escaped(&p->body, (const char *)token.as.bytes.data, token.as.bytes.size, false);
    } else {
        char text[PROTO_NAME_BYTES];
        is_written = write_number(p, owner, field, &token, text);
        text_buffer_append_string(&p->body, is_written ? text : "");
    }
    text_buffer_append_string(&p->body, "\"");
    pier_tree_destroy(tree);
    return is_written;
}
