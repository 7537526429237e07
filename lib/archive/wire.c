/* The pieces of a framed stream as numbers; see wire_internal.h and proto/wire.md, which has the same offsets. */
#include "archive/wire_internal.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/endian_internal.h"

const uint8_t pier__preamble_constant[PIER__CONSTANT_BYTES] = {0xc7, 0x3d, PIER__EXT_TYPE, 0x00, 'P', 'I',
                                                               'E',  'R',  '\r',           '\n'};

enum { PREAMBLE_CHECK_AT = 56, HEADER_CHECK_AT = 60 };

static const uint8_t piece_prefix[PIER__PREFIX_BYTES] = {0xc7, 0x3d, PIER__EXT_TYPE};

void pier__preamble_encode(const pier__preamble *preamble, uint8_t *piece) {
    memcpy(piece, pier__preamble_constant, PIER__CONSTANT_BYTES);
    piece[10] = preamble->version_major;
    piece[11] = preamble->version_minor;
    pier__store_le32(piece + 12, preamble->features_required);
    pier__store_le32(piece + 16, preamble->features_ignorable);
    pier__store_le64(piece + 20, preamble->record_bytes_max);
    pier__store_le32(piece + 28, preamble->block_target_bytes);
    pier__store_le32(piece + 32, preamble->classes_max);
    pier__store_le32(piece + 36, preamble->depth_max);
    pier__store_le64(piece + 40, preamble->stream_id);
    pier__store_le64(piece + 48, preamble->time_unix_ns);
    pier__store_le64(piece + PREAMBLE_CHECK_AT, XXH3_64bits(piece, PREAMBLE_CHECK_AT));
}

void pier__preamble_decode(const uint8_t *piece, pier__preamble *preamble) {
    preamble->version_major = piece[10];
    preamble->version_minor = piece[11];
    preamble->features_required = pier__load_le32(piece + 12);
    preamble->features_ignorable = pier__load_le32(piece + 16);
    preamble->record_bytes_max = pier__load_le64(piece + 20);
    preamble->block_target_bytes = pier__load_le32(piece + 28);
    preamble->classes_max = pier__load_le32(piece + 32);
    preamble->depth_max = pier__load_le32(piece + 36);
    preamble->stream_id = pier__load_le64(piece + 40);
    preamble->time_unix_ns = pier__load_le64(piece + 48);
}

PIER__HOT void pier__header_encode(const pier__header *header, uint8_t *piece) {
    memcpy(piece, piece_prefix, PIER__PREFIX_BYTES);
    piece[3] = header->kind;
    piece[4] = header->flags;
    piece[5] = header->codec;
    piece[6] = header->lane;
    piece[7] = header->reserved;
    pier__store_le64(piece + 8, header->stream_id);
    pier__store_le64(piece + 16, header->first_record);
    pier__store_le32(piece + 24, header->number);
    pier__store_le32(piece + 28, header->epoch);
    pier__store_le32(piece + 32, header->records);
    pier__store_le32(piece + 36, header->stored_bytes);
    pier__store_le32(piece + 40, header->raw_bytes);
    pier__store_le64(piece + 44, header->time_unix_ns);
    pier__store_le64(piece + 52, header->payload_check);
    pier__store_le32(piece + HEADER_CHECK_AT, (uint32_t)XXH3_64bits(piece, HEADER_CHECK_AT));
}

PIER__HOT void pier__header_decode(const uint8_t *piece, pier__header *header) {
    header->kind = piece[3];
    header->flags = piece[4];
    header->codec = piece[5];
    header->lane = piece[6];
    header->reserved = piece[7];
    header->stream_id = pier__load_le64(piece + 8);
    header->first_record = pier__load_le64(piece + 16);
    header->number = pier__load_le32(piece + 24);
    header->epoch = pier__load_le32(piece + 28);
    header->records = pier__load_le32(piece + 32);
    header->stored_bytes = pier__load_le32(piece + 36);
    header->raw_bytes = pier__load_le32(piece + 40);
    header->time_unix_ns = pier__load_le64(piece + 44);
    header->payload_check = pier__load_le64(piece + 52);
}

bool pier__piece_may_begin(const uint8_t *bytes, size_t size, size_t *wrong) {
    for (size_t i = 0; i < size && i < PIER__PREFIX_BYTES; i++) {
        if (bytes[i] != piece_prefix[i]) {
            *wrong = i;
            return false;
        }
    }
    if (size <= PIER__PREFIX_BYTES) {
        return true;
    }
    if (bytes[3] > PIER_BLOCK_CONTROL) {
        *wrong = 3;
        return false;
    }
    if (bytes[3] != PIER_BLOCK_PREAMBLE) {
        return true;
    }
    for (size_t i = 4; i < size && i < PIER__CONSTANT_BYTES; i++) {
        if (bytes[i] != pier__preamble_constant[i]) {
            *wrong = i;
            return false;
        }
    }
    return true;
}

bool pier__piece_proves_itself(const uint8_t *piece) {
    if (piece[3] == PIER_BLOCK_PREAMBLE) {
        return XXH3_64bits(piece, PREAMBLE_CHECK_AT) == pier__load_le64(piece + PREAMBLE_CHECK_AT);
    }
    return (uint32_t)XXH3_64bits(piece, HEADER_CHECK_AT) == pier__load_le32(piece + HEADER_CHECK_AT);
}

uint64_t pier__payload_check(const uint8_t *payload, size_t size) {
    return XXH3_64bits(payload, size);
}

size_t pier__ext_head_encode(size_t length, uint8_t *at) {
    if (length <= UINT8_MAX) {
        at[0] = 0xc7;
        at[1] = (uint8_t)length;
        at[2] = PIER__EXT_TYPE;
        return 3;
    }
    if (length <= UINT16_MAX) {
        at[0] = 0xc8;
        pier__store_be16(at + 1, (uint16_t)length);
        at[3] = PIER__EXT_TYPE;
        return 4;
    }
    at[0] = 0xc9;
    pier__store_be32(at + 1, (uint32_t)length);
    at[5] = PIER__EXT_TYPE;
    return 6;
}
