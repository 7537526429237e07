/* Printing a field of a message; see proto_print_internal.h. */
#include <stdio.h>
#include <string.h>

#include "proto_print_internal.h"

static bool refuse(proto_printer *p, const pier_definition *owner, const pier_definition_field *field,
                   const char *text) {
    return proto_fail(p, PIER_UNSUPPORTED, pier_definition_name(owner), field->name, "%s", text);
}

/* What fields can be in a definition and not in a schema. */
static bool check(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    enum {
        KNOWN = PIER_FIELD_REPEATED | PIER_FIELD_PRESENCE | PIER_FIELD_FIXED | PIER_FIELD_TYPED | PIER_FIELD_SHARED |
                PIER_FIELD_MAP
    };
    bool is_narrow = field->kind == PIER_FIELD_I8 || field->kind == PIER_FIELD_I16 || field->kind == PIER_FIELD_U8 ||
                     field->kind == PIER_FIELD_U16;
    bool is_single = !field->repeated && field->oneof == 0;
    if (field->kind < PIER_FIELD_BOOL || field->kind > PIER_FIELD_ANY || (field->flags & ~(uint32_t)KNOWN) != 0) {
        return refuse(p, owner, field, "the field is of a kind or form of a later version");
    }
    if (field->number >= 19000 && field->number <= 19999) {
        return refuse(p, owner, field, "protobuf keeps the numbers from 19000 to 19999 for itself");
    }
    if ((field->flags & PIER_FIELD_FIXED) != 0 && (is_narrow || (field->flags & PIER_FIELD_TYPED) != 0)) {
        return refuse(p, owner, field, "a schema has no fixed width of 8 or 16 bits, and none of typed arrays");
    }
    if (field->kind == PIER_FIELD_ANY && field->presence) {
        return refuse(p, owner, field, "an any with presence has no form in a schema: it is absent without");
    }
    if (field->kind == PIER_FIELD_RECORD && (field->flags & PIER_FIELD_SHARED) != 0 && is_single && !field->presence) {
        return refuse(p, owner, field, "a shared reference without presence has no form in a schema");
    }
    return true;
}

static const char *scalar_word(const pier_definition_field *field) {
    bool is_fixed = (field->flags & PIER_FIELD_FIXED) != 0;
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        return "bool";
    case PIER_FIELD_I8:
    case PIER_FIELD_I16:
        return "int32";
    case PIER_FIELD_I32:
        return is_fixed ? "sfixed32" : "int32";
    case PIER_FIELD_I64:
        return is_fixed ? "sfixed64" : "int64";
    case PIER_FIELD_U8:
    case PIER_FIELD_U16:
        return "uint32";
    case PIER_FIELD_U32:
        return is_fixed ? "fixed32" : "uint32";
    case PIER_FIELD_U64:
        return is_fixed ? "fixed64" : "uint64";
    case PIER_FIELD_F32:
        return "float";
    case PIER_FIELD_F64:
        return "double";
    case PIER_FIELD_TEXT:
        return "string";
    case PIER_FIELD_BYTES:
        return "bytes";
    default:
        return NULL;
    }
}

/* The types of protobuf begin with a point, as a part of a package could be named `google` as well. */
static void append_type(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    const char *word = scalar_word(field);
    if (word != NULL) {
        text_buffer_append_string(&p->body, word);
    } else if (field->kind == PIER_FIELD_TIME) {
        p->has_time = true;
        text_buffer_append_string(&p->body, ".google.protobuf.Timestamp");
    } else if (field->kind == PIER_FIELD_DURATION) {
        p->has_duration = true;
        text_buffer_append_string(&p->body, ".google.protobuf.Duration");
    } else if (field->kind == PIER_FIELD_ANY) {
        p->has_any = true;
        text_buffer_append_string(&p->body, ".google.protobuf.Any");
    } else {
        proto_append_name(p, pier_definition_name(owner), field->type);
    }
}

static void append_label_and_type(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    if (proto_is_map(field)) {
        pier_definition_field key = pier_definition_field_at(field->type, 0);
        pier_definition_field value = pier_definition_field_at(field->type, 1);
        text_buffer_append_string(&p->body, "map<");
        append_type(p, owner, &key);
        text_buffer_append_string(&p->body, ", ");
        append_type(p, owner, &value);
        text_buffer_append_string(&p->body, ">");
        return;
    }
    bool is_message =
        field->kind == PIER_FIELD_RECORD || field->kind == PIER_FIELD_TIME || field->kind == PIER_FIELD_DURATION;
    if (field->repeated) {
        text_buffer_append_string(&p->body, "repeated ");
    } else if (field->presence && !is_message) {
        text_buffer_append_string(&p->body, "optional ");
    }
    append_type(p, owner, field);
}

/* Begins an option of the field, in the brackets that all of them share. */
static void begin_option(proto_printer *p, bool *has_options) {
    text_buffer_append_string(&p->body, *has_options ? ", " : " [");
    *has_options = true;
    p->has_options = true;
}

static bool append_options(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    bool has_options = false;
    bool is_message =
        field->kind == PIER_FIELD_RECORD || field->kind == PIER_FIELD_TIME || field->kind == PIER_FIELD_DURATION;
    if (field->kind == PIER_FIELD_I8 || field->kind == PIER_FIELD_U8) {
        begin_option(p, &has_options);
        proto_append_option(p, "width) = 8");
    }
    if (field->kind == PIER_FIELD_I16 || field->kind == PIER_FIELD_U16) {
        begin_option(p, &has_options);
        proto_append_option(p, "width) = 16");
    }
    if ((field->flags & PIER_FIELD_TYPED) != 0) {
        begin_option(p, &has_options);
        proto_append_option(p, "typed) = true");
    }
    if ((field->flags & PIER_FIELD_SHARED) != 0) {
        begin_option(p, &has_options);
        proto_append_option(p, "shared) = true");
    }
    if (is_message && !field->repeated && field->oneof == 0 && !field->presence) {
        begin_option(p, &has_options);
        proto_append_option(p, "required) = true");
    }
    if (field->default_value.size > 0) {
        begin_option(p, &has_options);
        if (!proto_append_default(p, owner, field)) {
            return false;
        }
    }
    text_buffer_append_string(&p->body, has_options ? "];\n" : ";\n");
    return true;
}

bool proto_append_field(proto_printer *p, const pier_definition *owner, const pier_definition_field *field) {
    if (!check(p, owner, field)) {
        return false;
    }
    char number[32];
    append_label_and_type(p, owner, field);
    (void)snprintf(number, sizeof number, " = %u", (unsigned)field->number);
    text_buffer_append_string(&p->body, " ");
    text_buffer_append_string(&p->body, field->name);
    text_buffer_append_string(&p->body, number);
    return append_options(p, owner, field);
}
