/* Testing descriptors before protobuf-c unpacks them.
 *
 * protobuf-c calls itself for each message in another, with a kilobyte of stack each time and no limit: descriptors
 * from a file could end the program. Only one message of protobuf's descriptors contains itself, DescriptorProto by
 * its nested types, so the depth of those is all that has to be counted; a walk without recursion does. */
#include "schema_internal.h"

typedef struct cursor {
    const uint8_t *at;
    const uint8_t *end;
} cursor;

static bool take_varint(cursor *input, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (input->at == input->end) {
            return false;
        }
        uint8_t byte = *input->at++;
        *value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

/* Takes the next field. Returns false at the end and when it is none; then `input` is not at its end. `body` is empty
 * unless the field is delimited by its length. */
static bool take_field(cursor *input, uint64_t *number, cursor *body) {
    uint64_t tag;
    uint64_t length = 0;
    const uint8_t *before = input->at;
    if (input->at == input->end) {
        return false;
    }
    if (!take_varint(input, &tag)) {
        input->at = before;
        return false;
    }
    *number = tag >> 3;
    bool is_good = *number != 0;
    switch (tag & 7) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        is_good = is_good && take_varint(input, &length);
        length = 0;
        break;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        length = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        length = 4;
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        is_good = is_good && take_varint(input, &length);
        break;
    default:
        is_good = false;
    }
    if (!is_good || length > (uint64_t)(input->end - input->at)) {
        input->at = before;
        return false;
    }
    body->at = input->at;
    body->end = (tag & 7) == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED ? input->at + length : input->at;
    input->at += length;
    return true;
}

pier_status schema__scan(const schema_source *source) {
    /* What leads down: the files in the set or request, messages in a file, messages in a message. */
    enum { FILES_OF_SET = 1, FILES_OF_REQUEST = 15, MESSAGES_OF_FILE = 4, NESTED_TYPES = 3 };
    cursor stack[SCHEMA_DEPTH_MAX + 2];
    size_t depth = 0;
    stack[0].at = (const uint8_t *)source->bytes;
    stack[0].end = stack[0].at + source->size;
    for (;;) {
        uint64_t number;
        cursor body;
        if (!take_field(&stack[depth], &number, &body)) {
            if (stack[depth].at != stack[depth].end) {
                return PIER_PROTOCOL;
            }
            if (depth == 0) {
                return PIER_OK;
            }
            depth--;
            continue;
        }
        uint64_t down = depth == 0   ? (source->is_request ? FILES_OF_REQUEST : FILES_OF_SET)
                        : depth == 1 ? MESSAGES_OF_FILE
                                     : NESTED_TYPES;
        if (number == down && body.at != body.end) {
            if (depth + 1 == sizeof stack / sizeof stack[0]) {
                return PIER_LIMIT;
            }
            stack[++depth] = body;
        }
    }
}
