/* Framed streams that are made field by field, with right checks: headers that say anything, around any payload. Byte
 * by byte a fuzzer finds few of them, since each lies behind a check.
 *
 * Floor 4 (archive). An input is the choices of archive_fuzz.h, then pieces: a byte that says what differs from what
 * the stream should say next, those fields, and the payload with its length before it. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include "archive/wire_internal.h"

/* What of a piece differs, a bit each; its fields follow in this order. */
enum {
    CHANGES_KIND = 1,
    CHANGES_FLAGS = 2,
    CHANGES_NUMBERS = 4, /* first record, number, epoch, or of a preamble its limits */
    CHANGES_RECORDS = 8,
    CHANGES_LENGTHS = 16,
    CHANGES_REST = 32, /* codec, lane, reserved byte, stream id, check */
    IS_FLUSH = 64,
    IS_PREAMBLE = 128
};

typedef struct maker {
    const uint8_t *data;
    size_t size;
    uint8_t *stream; /* room for what any input makes */
    size_t made;
    uint64_t next_record;
    uint32_t next_block;
    bool has_blocks;
} maker;

/* Takes a number of `bytes` bytes; 0 where the input ends. */
static uint64_t take(maker *from, size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes && from->size > 0; i++) {
        value |= (uint64_t)*from->data++ << (8 * i);
        from->size--;
    }
    return value;
}

/* A small difference, up or down. */
static uint64_t shifted(maker *from, uint64_t value) {
    int8_t by = (int8_t)take(from, 1);
    return by == INT8_MIN ? UINT64_MAX : value + (uint64_t)(int64_t)by;
}

static void make_preamble(maker *from, unsigned changes) {
    pier__preamble preamble = {.version_major = 1, .record_bytes_max = 1000, .block_target_bytes = 100, .stream_id = 7};
    if ((changes & CHANGES_NUMBERS) != 0) {
        preamble.block_target_bytes = (uint32_t)take(from, 4);
        preamble.record_bytes_max = take(from, 8);
    }
    if ((changes & CHANGES_REST) != 0) {
        preamble.version_major = (uint8_t)take(from, 1);
        preamble.features_required = (uint32_t)take(from, 1);
        preamble.stream_id = take(from, 1);
    }
    pier__preamble_encode(&preamble, from->stream + from->made);
    from->made += PIER__PIECE_BYTES;
    from->next_record = 1;
    from->next_block = 0;
    from->has_blocks = false;
}

/* The header that the stream should have next, with what the input changes of it. */
static pier__header make_header(maker *from, unsigned changes, size_t payload_bytes) {
    pier__header header = {.kind = PIER_BLOCK_RECORDS,
                           .flags = (uint8_t)((from->has_blocks ? 0 : PIER__FLAG_EPOCH_BEGIN) |
                                              ((changes & IS_FLUSH) != 0 ? PIER__FLAG_MESSAGE_END : 0)),
                           .stream_id = 7,
                           .first_record = from->next_record,
                           .number = from->next_block,
                           .records = (uint32_t)payload_bytes,
                           .stored_bytes = (uint32_t)payload_bytes,
                           .raw_bytes = (uint32_t)payload_bytes};
    if ((changes & CHANGES_KIND) != 0) {
        header.kind = (uint8_t)(1 + take(from, 1) % 3);
        header.flags &= header.kind == PIER_BLOCK_END ? 0 : PIER__FLAG_EPOCH_BEGIN;
        header.records = 0;
    }
    if ((changes & CHANGES_FLAGS) != 0) {
        header.flags = (uint8_t)take(from, 1);
    }
    if ((changes & CHANGES_NUMBERS) != 0) {
        header.first_record = shifted(from, header.first_record);
        header.number = (uint32_t)shifted(from, header.number);
        header.epoch = (uint32_t)shifted(from, header.epoch);
    }
    if ((changes & CHANGES_RECORDS) != 0) {
        header.records = (uint32_t)shifted(from, 1);
    }
    if ((changes & CHANGES_LENGTHS) != 0) {
        header.stored_bytes = (uint32_t)take(from, 4);
        header.raw_bytes = (uint32_t)shifted(from, header.stored_bytes);
    }
    if ((changes & CHANGES_REST) != 0) {
        header.codec = (uint8_t)take(from, 1);
        header.lane = (uint8_t)take(from, 1);
        header.reserved = (uint8_t)take(from, 1);
        header.stream_id = shifted(from, 7);
        header.payload_check = take(from, 1);
    }
    return header;
}

static void make_block(maker *from, unsigned changes) {
    size_t payload_bytes = (size_t)take(from, 1);
    pier__header header = make_header(from, changes, payload_bytes);
    payload_bytes = payload_bytes < from->size ? payload_bytes : from->size;
    uint8_t *payload = from->stream + from->made + PIER__PIECE_BYTES;
    if (payload_bytes > 0) {
        memcpy(payload, from->data, payload_bytes);
    }
    from->data += payload_bytes;
    from->size -= payload_bytes;
    if ((header.flags & PIER__FLAG_CHECKSUM) != 0) {
        header.payload_check ^= pier__payload_check(payload, payload_bytes);
    }
    pier__header_encode(&header, from->stream + from->made);
    from->made += PIER__PIECE_BYTES + payload_bytes;
    from->has_blocks = true;
    if (header.kind == PIER_BLOCK_RECORDS) {
        from->next_record = header.first_record + header.records;
        from->next_block = header.number + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < FUZZ_CHOICES_BYTES) {
        return 0;
    }
    maker from = {.data = data + FUZZ_CHOICES_BYTES, .size = size - FUZZ_CHOICES_BYTES};
    /* A byte of input makes a piece at most, or a byte of payload. */
    from.stream = (uint8_t *)malloc(FUZZ_CHOICES_BYTES + (size + 1) * PIER__PIECE_BYTES + size);
    FUZZ_REQUIRE(from.stream != NULL);
    memcpy(from.stream, data, FUZZ_CHOICES_BYTES);
    from.stream[0] &= (uint8_t)~FUZZ_REPAIRS;
    from.made = FUZZ_CHOICES_BYTES;
    make_preamble(&from, 0);
    while (from.size > 0) {
        unsigned changes = (unsigned)take(&from, 1);
        if ((changes & IS_PREAMBLE) != 0) {
            make_preamble(&from, changes);
        } else {
            make_block(&from, changes);
        }
    }
    (void)fuzz_load_both_ways(PIER_FORMAT_FRAMED, from.stream, from.made, 0);
    free(from.stream);
    return 0;
}
