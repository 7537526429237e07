/* Loading typed arrays: all elements side by side in one ext; see interpret_internal.h.
 *
 * Floor 5 (record). An ext of the field's own kind is copied as it is. One of another kind is taken element by element,
 * as long as each of its numbers fits: what a single value of a field takes, an element takes, too. */
#include <string.h>

#include "base/endian_internal.h"
#include "record/interpret_internal.h"

static bool is_little(void) {
    uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, sizeof first);
    return first == 1;
}

/* Reads an element as the token that would stand for it alone. */
static pier_token element_token(pier_field_kind kind, const uint8_t *at) {
    pier_token token = {.kind = PIER_KIND_UINT};
    uint32_t bits = 0;
    uint64_t long_bits = 0;
    switch (kind) {
    case PIER_FIELD_I8:
        token.as.sint = (int8_t)at[0];
        break;
    case PIER_FIELD_I16:
        token.as.sint = (int16_t)pier__load_le16(at);
        break;
    case PIER_FIELD_I32:
        token.as.sint = (int32_t)pier__load_le32(at);
        break;
    case PIER_FIELD_I64:
        token.as.sint = (int64_t)pier__load_le64(at);
        break;
    case PIER_FIELD_U8:
        token.as.uint = at[0];
        break;
    case PIER_FIELD_U16:
        token.as.uint = pier__load_le16(at);
        break;
    case PIER_FIELD_U32:
        token.as.uint = pier__load_le32(at);
        break;
    case PIER_FIELD_U64:
        token.as.uint = pier__load_le64(at);
        break;
    case PIER_FIELD_F32:
        bits = pier__load_le32(at);
        token.kind = PIER_KIND_F32;
        memcpy(&token.as.f32, &bits, sizeof bits);
        break;
    default:
        long_bits = pier__load_le64(at);
        token.kind = PIER_KIND_F64;
        memcpy(&token.as.f64, &long_bits, sizeof long_bits);
        break;
    }
    if (kind <= PIER_FIELD_I64 && token.as.sint < 0) {
        token.kind = PIER_KIND_INT;
    }
    return token;
}

pier__found pier__load_typed_element(const pier__typed *typed, size_t index) {
    const uint8_t *at = typed->elements + index * pier__kind_bytes(typed->kind);
    return (pier__found){at, element_token(typed->kind, at)};
}

static bool load_each(pier__loading *from, const pier_field *field, const pier__typed *typed, uint8_t *elements) {
    for (uint32_t i = 0; i < typed->count; i++) {
        pier__found element = pier__load_typed_element(typed, i);
        size_t before = pier__path_index(&from->path, i);
        if (!pier__load_scalar(from, field, &element, elements + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&from->path, before);
    }
    return true;
}

bool pier__load_typed_open(pier__loading *from, const pier__found *value, pier__typed *typed) {
    pier_bytes body = value->token.as.ext.bytes;
    const uint8_t *bytes = (const uint8_t *)body.data;
    if (body.size == 0) {
        return pier__load_fail(from, value->at, PIER_PROTOCOL, "a typed array without the kind of its elements");
    }
    if (bytes[0] < PIER_FIELD_I8 || bytes[0] > PIER_FIELD_F64) {
        return pier__load_fail(from, bytes, PIER_PROTOCOL, "a typed array of unknown kind %u", bytes[0]);
    }
    pier_field_kind kind = (pier_field_kind)bytes[0];
    size_t width = pier__kind_bytes(kind);
    if ((body.size - 1) % width != 0) {
        return pier__load_fail(from, value->at, PIER_PROTOCOL, "a typed array of %s with %zu bytes: no whole elements",
                               pier_field_kind_name(kind), body.size - 1);
    }
    *typed = (pier__typed){kind, bytes + 1, (body.size - 1) / width};
    return true;
}

bool pier__load_typed(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *record) {
    pier__typed typed;
    uint8_t *elements = NULL;
    if (!pier__load_typed_open(from, value, &typed) ||
        !pier__load_room(from, field, value->at, typed.count, record, &elements)) {
        return false;
    }
    size_t width = pier__kind_bytes(typed.kind);
    if (typed.count == 0) {
        return true;
    }
    if (typed.kind == field->kind && is_little() && field->element_bytes == width) {
        memcpy(elements, typed.elements, typed.count * width);
        return true;
    }
    return load_each(from, field, &typed, elements);
}
