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

/* These fill a token member by member. A token made elsewhere and copied would be read, as a whole, right after it was
 * written in parts: processors wait for that, and half of the time of loading a value was this. */
static inline void pier__token_set_signed(pier_token *token, int64_t value) {
    token->kind = value < 0 ? PIER_KIND_INT : PIER_KIND_UINT;
    token->as.sint = value;
}

static inline void pier__token_set_unsigned(pier_token *token, uint64_t value) {
    token->kind = PIER_KIND_UINT;
    token->as.uint = value;
}

static inline void pier__token_set_float(pier_token *token, uint32_t bits) {
    token->kind = PIER_KIND_F32;
    memcpy(&token->as.f32, &bits, sizeof bits);
}

static inline void pier__token_set_double(pier_token *token, uint64_t bits) {
    token->kind = PIER_KIND_F64;
    memcpy(&token->as.f64, &bits, sizeof bits);
}

static inline void pier__token_set_ext(pier_token *token, int8_t type, const uint8_t *body, size_t size) {
    if (type == -1 && pier__read_time(body, size, &token->as.time)) {
        token->kind = PIER_KIND_TIME;
        return;
    }
    token->kind = PIER_KIND_EXT;
    token->as.ext = (pier_ext){type, {body, size}};
}

/* Reads a value with a length in bytes: str, bin, ext. `head` is its first byte's row. */
static inline void pier__token_set_bytes(pier_token *token, const uint8_t *at, const pier__head *head, size_t length) {
    const uint8_t *body = at + head->head_bytes;
    if (at[0] <= 0xbf || (at[0] >= 0xd9 && at[0] <= 0xdb)) {
        token->kind = PIER_KIND_TEXT;
        token->as.text.data = (const char *)body;
        token->as.text.size = length;
    } else if (at[0] <= 0xc6) {
        token->kind = PIER_KIND_BYTES;
        token->as.bytes.data = body;
        token->as.bytes.size = length;
    } else {
        pier__token_set_ext(token, (int8_t)body[-1], body, length);
    }
}

/* Reads a value that is all head. */
static inline void pier__token_set_bare(pier_token *token, const uint8_t *at) {
    switch (at[0]) {
    case 0xc0:
        token->kind = PIER_KIND_NIL;
        break;
    case 0xc2:
    case 0xc3:
        token->kind = PIER_KIND_BOOL;
        token->as.boolean = at[0] == 0xc3;
        break;
    case 0xca:
        pier__token_set_float(token, pier__load_be32(at + 1));
        break;
    case 0xcb:
        pier__token_set_double(token, pier__load_be64(at + 1));
        break;
    case 0xcc:
        pier__token_set_unsigned(token, at[1]);
        break;
    case 0xcd:
        pier__token_set_unsigned(token, pier__load_be16(at + 1));
        break;
    case 0xce:
        pier__token_set_unsigned(token, pier__load_be32(at + 1));
        break;
    case 0xcf:
        pier__token_set_unsigned(token, pier__load_be64(at + 1));
        break;
    case 0xd0:
        pier__token_set_signed(token, (int8_t)at[1]);
        break;
    case 0xd1:
        pier__token_set_signed(token, (int16_t)pier__load_be16(at + 1));
        break;
    case 0xd2:
        pier__token_set_signed(token, (int32_t)pier__load_be32(at + 1));
        break;
    case 0xd3:
        pier__token_set_signed(token, (int64_t)pier__load_be64(at + 1));
        break;
    default:
        pier__token_set_signed(token, (int8_t)at[0]);
        break;
    }
}

/* Reads the value at `at`. Returns its bytes, of an array or map those of its head. */
static inline size_t pier__read_token(const uint8_t *at, pier_token *token) {
    const pier__head *head = &pier__heads[at[0]];
    uint32_t length = head->length_bytes == 0   ? head->fixed
                      : head->length_bytes == 1 ? at[1]
                      : head->length_bytes == 2 ? pier__load_be16(at + 1)
                                                : pier__load_be32(at + 1);
    if (head->kind == PIER__HEAD_BARE) {
        pier__token_set_bare(token, at);
        return head->head_bytes;
    }
    if (head->kind == PIER__HEAD_BYTES) {
        pier__token_set_bytes(token, at, head, length);
        return head->head_bytes + (size_t)length;
    }
    token->kind = head->kind == PIER__HEAD_ARRAY ? PIER_KIND_ARRAY : PIER_KIND_MAP;
    token->as.count = length;
    return head->head_bytes;
}

#endif
