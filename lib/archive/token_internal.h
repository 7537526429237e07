/* How the bytes of a MessagePack value become a token. Formats: https://github.com/msgpack/msgpack/blob/master/spec.md
 *
 * Floor 4 (archive). For bytes that have passed the scan: nothing is checked again. Inline, because loading and the
 * decoder of trees live by it. */
#ifndef PIER_ARCHIVE_TOKEN_INTERNAL_H
#define PIER_ARCHIVE_TOKEN_INTERNAL_H

#include <string.h>

#include <pier/load.h>

#include "archive/scan_internal.h"
#include "base/endian_internal.h"

/* Whether an ext of type -1 is a timestamp by the rules; takes it apart. */
static inline bool pier__read_time(const uint8_t *body, size_t size, pier_time *time) {
    if (size == 4) {
        *time = (pier_time){pier__load_be32(body), 0};
        return true;
    }
    if (size == 8) {
        uint64_t both = pier__load_be64(body);
        *time = (pier_time){(int64_t)(both & 0x3ffffffff), (uint32_t)(both >> 34)};
    } else if (size == 12) {
        *time = (pier_time){(int64_t)pier__load_be64(body + 4), pier__load_be32(body)};
    } else {
        return false;
    }
    return time->nanoseconds <= 999999999;
}

static inline pier_token pier__signed_token(int64_t value) {
    pier_token token = {.kind = value < 0 ? PIER_KIND_INT : PIER_KIND_UINT};
    if (value < 0) {
        token.as.sint = value;
    } else {
        token.as.uint = (uint64_t)value;
    }
    return token;
}

static inline pier_token pier__unsigned_token(uint64_t value) {
    return (pier_token){.kind = PIER_KIND_UINT, .as.uint = value};
}

static inline pier_token pier__float_token(uint32_t bits) {
    pier_token token = {.kind = PIER_KIND_F32};
    memcpy(&token.as.f32, &bits, sizeof bits);
    return token;
}

static inline pier_token pier__double_token(uint64_t bits) {
    pier_token token = {.kind = PIER_KIND_F64};
    memcpy(&token.as.f64, &bits, sizeof bits);
    return token;
}

static inline pier_token pier__ext_token(int8_t type, const uint8_t *body, size_t size) {
    pier_token token = {.kind = PIER_KIND_EXT};
    if (type == -1 && pier__read_time(body, size, &token.as.time)) {
        token.kind = PIER_KIND_TIME;
        return token;
    }
    token.as.ext = (pier_ext){type, {body, size}};
    return token;
}

/* Reads a value with a length in bytes: str, bin, ext. `head` is its first byte's row. */
static inline pier_token pier__bytes_token(const uint8_t *at, const pier__head *head, size_t length) {
    const uint8_t *body = at + head->head_bytes;
    if (at[0] <= 0xbf || (at[0] >= 0xd9 && at[0] <= 0xdb)) {
        return (pier_token){.kind = PIER_KIND_TEXT, .as.text = {(const char *)body, length}};
    }
    if (at[0] <= 0xc6) {
        return (pier_token){.kind = PIER_KIND_BYTES, .as.bytes = {body, length}};
    }
    return pier__ext_token((int8_t)body[-1], body, length);
}

/* Reads a value that is all head. */
static inline pier_token pier__bare_token(const uint8_t *at) {
    switch (at[0]) {
    case 0xc0:
        return (pier_token){.kind = PIER_KIND_NIL};
    case 0xc2:
    case 0xc3:
        return (pier_token){.kind = PIER_KIND_BOOL, .as.boolean = at[0] == 0xc3};
    case 0xca:
        return pier__float_token(pier__load_be32(at + 1));
    case 0xcb:
        return pier__double_token(pier__load_be64(at + 1));
    case 0xcc:
        return pier__unsigned_token(at[1]);
    case 0xcd:
        return pier__unsigned_token(pier__load_be16(at + 1));
    case 0xce:
        return pier__unsigned_token(pier__load_be32(at + 1));
    case 0xcf:
        return pier__unsigned_token(pier__load_be64(at + 1));
    case 0xd0:
        return pier__signed_token((int8_t)at[1]);
    case 0xd1:
        return pier__signed_token((int16_t)pier__load_be16(at + 1));
    case 0xd2:
        return pier__signed_token((int32_t)pier__load_be32(at + 1));
    case 0xd3:
        return pier__signed_token((int64_t)pier__load_be64(at + 1));
    default:
        return at[0] <= 0x7f ? pier__unsigned_token(at[0]) : pier__signed_token((int8_t)at[0]);
    }
}

/* Reads the value at `at`; `*size` gets its bytes, of an array or map those of its head. */
static inline pier_token pier__read_token(const uint8_t *at, size_t *size) {
    const pier__head *head = &pier__heads[at[0]];
    uint32_t length = head->length_bytes == 0   ? head->fixed
                      : head->length_bytes == 1 ? at[1]
                      : head->length_bytes == 2 ? pier__load_be16(at + 1)
                                                : pier__load_be32(at + 1);
    *size = head->head_bytes;
    if (head->kind == PIER__HEAD_ARRAY || head->kind == PIER__HEAD_MAP) {
        return (pier_token){.kind = head->kind == PIER__HEAD_ARRAY ? PIER_KIND_ARRAY : PIER_KIND_MAP,
                            .as.count = length};
    }
    if (head->kind == PIER__HEAD_BYTES) {
        *size += length;
        return pier__bytes_token(at, head, length);
    }
    return pier__bare_token(at);
}

#endif
