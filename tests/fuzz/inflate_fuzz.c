/* Compressed payloads: any bytes as what a block of codec 1 stores come to what zlib itself makes of them, step by step
 * and, where the library has libdeflate, in one call; whatever comes out is compressed again, and comes back.
 *
 * Floor 4 (archive). An input is three bytes, the raw length that a header tells, and a payload. */
#include "fuzz/fuzz.h"

#include <string.h>
#include <zlib.h>

#include "archive/compress_internal.h"

enum { RAW_BYTES_MAX = 1 << 20 };

/* One for all inputs: what an input left must not show in the next. */
static pier__inflater inflater;
static pier__inflater stepwise = {.is_stepwise = true};
static pier__deflater deflater;

/* What zlib makes of deflate data, all at once. Returns whether they are whole; `*out_bytes` gets how many came out of
 * them, and `*used` how many they were. */
static int inflate_by_zlib(const uint8_t *data, size_t size, uint8_t *out, size_t room, size_t *out_bytes,
                           size_t *used) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    FUZZ_REQUIRE(inflateInit2(&stream, -15) == Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    int result = inflate(&stream, Z_SYNC_FLUSH);
    *out_bytes = room - stream.avail_out;
    *used = size - stream.avail_in;
    FUZZ_REQUIRE(inflateEnd(&stream) == Z_OK);
    return result;
}

static void check_by_zlib(const uint8_t *payload, size_t size, size_t raw_bytes, pier__fault fault) {
    static uint8_t out[RAW_BYTES_MAX + 1];
    size_t data_at = payload[0] == 0xc7 ? 4 : payload[0] == 0xc8 ? 5 : 7;
    size_t out_bytes = 0;
    size_t used = 0;
    int result = inflate_by_zlib(payload + data_at, size - data_at, out, raw_bytes + 1, &out_bytes, &used);
    bool is_whole = result == Z_STREAM_END && out_bytes == raw_bytes && used == size - data_at;
    FUZZ_REQUIRE(is_whole == (fault.status == PIER_OK));
    FUZZ_REQUIRE(!is_whole || memcmp(stepwise.bytes, out, raw_bytes) == 0);
    /* That data come to more is found before what is damaged behind it. */
    FUZZ_REQUIRE(result != Z_DATA_ERROR || out_bytes > raw_bytes || fault.status == PIER_CORRUPT);
}

/* What one call makes of a payload is what going step by step does: the same bytes, or the same fault. Libdeflate reads
 * some data that zlib takes for damaged: those may come to anything, and to the raw length. */
static void check_by_steps(pier__fault fault, pier__fault by_steps, size_t raw_bytes) {
    if (fault.status == PIER_OK && by_steps.status == PIER_CORRUPT) {
        FUZZ_REQUIRE(strstr(by_steps.text, "damaged") != NULL);
        return;
    }
    FUZZ_REQUIRE(fault.status == by_steps.status && fault.at == by_steps.at);
    FUZZ_REQUIRE(fault.status != PIER_OK || memcmp(inflater.bytes, stepwise.bytes, raw_bytes) == 0);
    FUZZ_REQUIRE(fault.status == PIER_OK || strcmp(fault.text, by_steps.text) == 0);
}

/* The payload that was inflated, compressed and inflated again. */
static void check_there_and_back(size_t raw_bytes, uint32_t level) {
    static uint8_t raw[RAW_BYTES_MAX];
    static uint8_t again[RAW_BYTES_MAX];
    memcpy(raw, inflater.bytes, raw_bytes);
    pier_bytes stored;
    if (!pier__deflate_payload(&deflater, pier_allocator_default(), level, 2000, (pier_bytes){raw, raw_bytes},
                               &stored)) {
        return;
    }
    FUZZ_REQUIRE(stored.size < raw_bytes);
    memcpy(again, stored.data, stored.size);
    pier__header header = {.codec = 1, .stored_bytes = (uint32_t)stored.size, .raw_bytes = (uint32_t)raw_bytes};
    FUZZ_REQUIRE(pier__inflate_payload(&inflater, pier_allocator_default(), &header, again).status == PIER_OK);
    FUZZ_REQUIRE(memcmp(inflater.bytes, raw, raw_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 4 || size > RAW_BYTES_MAX) {
        return 0;
    }
    size_t raw_bytes = (data[0] | (size_t)data[1] << 8 | (size_t)(data[2] & 15) << 16);
    size_t stored_bytes = size - 3;
    raw_bytes = raw_bytes > stored_bytes ? raw_bytes : stored_bytes + 1;
    /* In memory of exactly that size, so that a sanitizer sees what is read behind it. */
    uint8_t *payload = (uint8_t *)malloc(stored_bytes);
    FUZZ_REQUIRE(payload != NULL);
    memcpy(payload, data + 3, stored_bytes);
    pier__header header = {.codec = 1, .stored_bytes = (uint32_t)stored_bytes, .raw_bytes = (uint32_t)raw_bytes};
    pier__fault fault = pier__inflate_payload(&inflater, pier_allocator_default(), &header, payload);
    FUZZ_REQUIRE(fault.status == PIER_OK || (fault.text != NULL && fault.at >= 40 && fault.at < 64 + stored_bytes));
    FUZZ_REQUIRE(inflater.capacity <= RAW_BYTES_MAX + (32 << 10));
    pier__fault by_steps = pier__inflate_payload(&stepwise, pier_allocator_default(), &header, payload);
    check_by_steps(fault, by_steps, raw_bytes);
    bool is_piece = by_steps.status != PIER_PROTOCOL || by_steps.at != 64;
    if (is_piece) {
        check_by_zlib(payload, stored_bytes, raw_bytes, by_steps);
    }
    free(payload);
    if (fault.status == PIER_OK) {
        check_there_and_back(raw_bytes, 6);
    }
    return 0;
}
