/* Reading Pier's options, and what they and the labels make of the fields of needed messages.
 *
 * protobuf-c keeps what it does not know of the options, tag by tag: that is where the extensions of
 * proto/pier/options.proto are. Of several values of one option the last counts, as protobuf has it. */
#include <string.h>

#include "schema_internal.h"

static const ProtobufCMessageUnknownField *find_option(const ProtobufCMessage *options, uint32_t number,
                                                       ProtobufCWireType type) {
    if (options != NULL) {
        for (unsigned i = options->n_unknown_fields; i > 0; i--) {
            const ProtobufCMessageUnknownField *found = &options->unknown_fields[i - 1];
            if (found->tag == number && found->wire_type == type) {
                return found;
            }
        }
    }
    return NULL;
}

static size_t take_varint(const uint8_t *data, size_t size, uint64_t *value) {
    *value = 0;
    for (size_t i = 0; i < size && i < 10; i++) {
        *value |= i < 9 ? (uint64_t)(data[i] & 0x7f) << (7 * i) : (uint64_t)data[i] << 63;
        if (data[i] < 0x80) {
            return i + 1;
        }
    }
    return 0;
}

bool schema__option_number(const ProtobufCMessage *options, uint32_t number, uint64_t *value) {
    const ProtobufCMessageUnknownField *found = find_option(options, number, PROTOBUF_C_WIRE_TYPE_VARINT);
    return found != NULL && take_varint(found->data, found->len, value) != 0;
}

bool schema__option_bytes(const ProtobufCMessage *options, uint32_t number, pier_bytes *value) {
    const ProtobufCMessageUnknownField *found = find_option(options, number, PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
    uint64_t length;
    if (found == NULL) {
        return false;
    }
    /* The length stands before the bytes. */
    size_t head = take_varint(found->data, found->len, &length);
    if (head == 0 || length != found->len - head) {
        return false;
    }
    value->data = found->data + head;
    value->size = (size_t)length;
    return true;
}

static bool option_is_set(const ProtobufCMessage *options, uint32_t number) {
    uint64_t value = 0;
    return schema__option_number(options, number, &value) && value != 0;
}

const char *schema__option_name(schema *owner, const ProtobufCMessage *options, schema_place place) {
    pier_bytes bytes;
    if (!schema__option_bytes(options, SCHEMA__C_NAME, &bytes)) {
        return NULL;
    }
    const char *name =
        schema__print(owner, "%.*s", (int)(bytes.size < 256 ? bytes.size : 256), (const char *)bytes.data);
    const char *safe = name != NULL ? schema__safe_name(owner, name) : NULL;
    if (safe != NULL && strcmp(name, safe) == 0 && strlen(name) == bytes.size) {
        return name;
    }
    if (!owner->no_memory) {
        schema__problem(owner, place, "\"%s\" cannot be a name in C and C++", name);
    }
    return NULL;
}

/* Tells that an option does not go with a field. */
static void refuse(schema *owner, const schema_field *field, const char *option, const char *why) {
    schema__problem(owner, field->place, "%s.%s: (pier.%s) %s", field->owner->full_name, field->name, option, why);
}

static uint32_t read_size(schema *owner, const schema_field *field, const ProtobufCMessage *options, uint32_t number,
                          const char *option, bool is_fitting, const char *what) {
    uint64_t value;
    if (!schema__option_number(options, number, &value)) {
        return 0;
    }
    if (!is_fitting) {
        refuse(owner, field, option, what);
        return 0;
    }
    if (value < 1 || value > SCHEMA_INLINE_MAX) {
        refuse(owner, field, option, "is 1 to 16,777,216");
        return 0;
    }
    return (uint32_t)value;
}

static void read_width(schema *owner, schema_field *field, const ProtobufCMessage *options) {
    uint64_t width;
    if (!schema__option_number(options, SCHEMA__WIDTH, &width)) {
        return;
    }
    if ((field->kind != PIER_FIELD_I32 && field->kind != PIER_FIELD_U32) || (field->flags & PIER_FIELD_FIXED) != 0) {
        refuse(owner, field, "width", "is for int32, sint32 and uint32");
    } else if (width != 8 && width != 16) {
        refuse(owner, field, "width", "is 8 or 16");
    } else if (field->kind == PIER_FIELD_I32) {
        field->kind = width == 8 ? PIER_FIELD_I8 : PIER_FIELD_I16;
    } else {
        field->kind = width == 8 ? PIER_FIELD_U8 : PIER_FIELD_U16;
    }
}

static void read_sizes(schema *owner, schema_field *field, const ProtobufCMessage *options) {
    bool is_repeated = (field->flags & PIER_FIELD_REPEATED) != 0;
    field->capacity =
        read_size(owner, field, options, SCHEMA__INLINE_BYTES, "inline_bytes",
                  field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES, "is for string and bytes");
    field->count_max = read_size(owner, field, options, SCHEMA__INLINE_COUNT, "inline_count",
                                 is_repeated && (field->flags & PIER_FIELD_MAP) == 0, "is for repeated fields");
    if (field->count_max != 0) {
        field->flags &= ~(uint32_t)PIER_FIELD_LIST;
    }
    if (option_is_set(options, SCHEMA__TYPED)) {
        if (is_repeated && schema__is_numeric(field->kind)) {
            /* The elements have the kind's width as it is. */
            field->flags = (field->flags & ~(uint32_t)PIER_FIELD_FIXED) | PIER_FIELD_TYPED;
        } else {
            refuse(owner, field, "typed", "is for repeated numbers");
        }
    }
}

static void read_references(schema *owner, schema_field *field, const ProtobufCMessage *options, bool is_record) {
    bool is_repeated = (field->flags & PIER_FIELD_REPEATED) != 0;
    if (option_is_set(options, SCHEMA__SHARED)) {
        if ((!is_record && field->kind != PIER_FIELD_ANY) || (field->flags & PIER_FIELD_MAP) != 0) {
            refuse(owner, field, "shared", "is for messages");
        } else {
            field->flags |= PIER_FIELD_SHARED;
            field->flags |= is_record && !is_repeated ? (uint32_t)PIER_FIELD_POINTER : 0;
        }
    }
    if (option_is_set(options, SCHEMA__POINTER)) {
        if (!is_record || is_repeated) {
            refuse(owner, field, "pointer", "is for messages that are not repeated");
        } else {
            field->flags |= PIER_FIELD_POINTER;
        }
    }
    if (option_is_set(options, SCHEMA__REQUIRED)) {
        if (is_repeated || field->oneof != NULL || (field->flags & PIER_FIELD_PRESENCE) != 0) {
            refuse(owner, field, "required", "is for fields that are neither repeated, optional nor in a oneof");
        } else if ((field->flags & (PIER_FIELD_POINTER | PIER_FIELD_SHARED)) != 0) {
            refuse(owner, field, "required", "does not go with a pointer or a shared reference, which may be NULL");
        } else {
            field->flags |= PIER_FIELD_REQUIRED;
        }
    }
}

static bool is_scalar(pier_field_kind kind) {
    return kind < PIER_FIELD_TIME || kind == PIER_FIELD_ENUM;
}

static void read_field(schema *owner, schema_field *field, const field_proto *proto) {
    const ProtobufCMessage *options = (const ProtobufCMessage *)proto->options;
    bool is_record = field->kind == PIER_FIELD_RECORD;
    bool is_message = is_record || field->kind == PIER_FIELD_TIME || field->kind == PIER_FIELD_DURATION;
    if (is_record && field->message != NULL && field->message->is_entry) {
        field->flags |= PIER_FIELD_MAP;
    }
    field->c_name = schema__option_name(owner, options, field->place);
    if (field->owner->is_entry) {
        return;
    }
    bool is_single = (field->flags & PIER_FIELD_REPEATED) == 0 && field->oneof == NULL;
    if (is_single && proto->proto3_optional && !is_message && field->kind != PIER_FIELD_ANY) {
        field->flags |= PIER_FIELD_PRESENCE;
    }
    read_width(owner, field, options);
    read_sizes(owner, field, options);
    read_references(owner, field, options, is_record);
    if (is_single && is_message && (field->flags & PIER_FIELD_REQUIRED) == 0) {
        field->flags |= PIER_FIELD_PRESENCE;
    }
    pier_bytes text;
    if (schema__option_bytes(options, SCHEMA__DEFAULT, &text)) {
        if (is_single && (field->flags & PIER_FIELD_PRESENCE) == 0 && is_scalar(field->kind)) {
            schema__read_default(owner, field, text);
        } else {
            refuse(owner, field, "default_value", "is for scalars that are neither repeated, optional nor in a oneof");
        }
    }
}

bool schema__read_options(schema *owner) {
    for (size_t i = 0; i < owner->file_count; i++) {
        for (size_t j = 0; j < schema__message_count(owner->files[i]); j++) {
            schema__message *message = (schema__message *)schema__message_at(owner->files[i], j);
            const ProtobufCMessage *options = (const ProtobufCMessage *)message->proto->options;
            uint64_t version = 0;
            if (!message->made.is_needed) {
                continue;
            }
            message->made.c_name = schema__option_name(owner, options, message->made.place);
            if (schema__option_number(options, SCHEMA__VERSION, &version)) {
                message->made.version = (uint32_t)version;
            }
            for (size_t k = 0; k < message->made.field_count; k++) {
                read_field(owner, &message->made.declared[k], message->proto->field[k]);
            }
        }
    }
    return !owner->no_memory;
}
