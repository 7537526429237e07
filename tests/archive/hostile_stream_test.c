/* Framed streams that are made to hurt: lengths in headers, flags that lie, trailing bytes, a missing end, and every
 * kind of stream cut at every byte.
 *
 * Floor 4 (archive). The process has 256 MiB of address space. Checks are right wherever a check is not the lie. */
#include "archive/hostile_support.h"

#include <stdio.h>

enum { HEADER_AT = PIER__PIECE_BYTES, PAYLOAD_AT = 2 * PIER__PIECE_BYTES };

/* Loads a preamble, a header and `size` bytes of payload, in several chunks, and expects an answer. The loader may take
 * no more than what came twice, and a read. */
static void expect_block(const char *what, const pier__header *header, const test_bytes *payload, pier_status status,
                         uint64_t offset, size_t records) {
    for (size_t chunk = 0; chunk < 120; chunk += 37) {
        test_bytes bytes = {0};
        pier__preamble preamble = hostile_preamble();
        hostile_append_preamble(&bytes, &preamble);
        hostile_append_header(&bytes, header);
        test_bytes_append(&bytes, payload->data, payload->size);
        counted_memory memory;
        counted_memory_init(&memory);
        pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &memory.allocator});
        hostile_answer answer;
        (void)hostile_load(load, test_bytes_view(&bytes), chunk, &answer);
        hostile_expect(what, &answer, status, offset, records);
        assert_true(memory.peak_bytes < 2 * bytes.size + 256 * 1024);
        pier_archive_destroy(load);
        test_bytes_free(&bytes);
    }
}

/* Headers announce what does not come. A record alone in its block is passed over by the header when it is above the
 * limit; any other block is refused there. Within the limit the bytes are awaited, and their end is told. */
static void lengths_in_headers(void **state) {
    (void)state;
    static const struct {
        uint64_t length;
        pier_status one;  /* for a block of one record */
        pier_status many; /* for one of a thousand */
    } lengths[] = {
        {0, PIER_PROTOCOL, PIER_PROTOCOL},
        {131072, PIER_TRUNCATED, PIER_TRUNCATED}, /* twice the block target */
        {131073, PIER_TRUNCATED, PIER_LIMIT},
        {16 * MIB, PIER_TRUNCATED, PIER_LIMIT},
        {16 * MIB + PIER__SWITCH_BYTES_MAX, PIER_TRUNCATED, PIER_LIMIT},
        {16 * MIB + PIER__SWITCH_BYTES_MAX + 1, PIER_SKIPPED, PIER_LIMIT},
        {0x7fffffff, PIER_SKIPPED, PIER_LIMIT},
        {0x80000001, PIER_SKIPPED, PIER_LIMIT},
        {0xffffffff, PIER_SKIPPED, PIER_LIMIT},
    };
    test_bytes empty = {0};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char what[64];
        (void)snprintf(what, sizeof what, "a block of %llu bytes", (unsigned long long)lengths[i].length);
        pier__header header = hostile_header(&empty, 1);
        header.stored_bytes = (uint32_t)lengths[i].length;
        header.raw_bytes = header.stored_bytes;
        expect_block(what, &header, &empty, lengths[i].one, lengths[i].one == PIER_SKIPPED ? HEADER_AT : PAYLOAD_AT, 0);
        header.records = 1000;
        expect_block(what, &header, &empty, lengths[i].many,
                     lengths[i].many == PIER_LIMIT ? HEADER_AT + 36 : PAYLOAD_AT, 0);
    }
}

/* A block that is passed over by its header costs no memory while its bytes go by, and the link lives on. */
static void a_block_that_is_too_long_goes_by(void **state) {
    (void)state;
    enum { BLOCK_MIB = 64 };
    static uint8_t noise[65536];
    memset(noise, 0xc1, sizeof noise);
    test_bytes empty = {0};
    test_bytes bytes = {0};
    pier__preamble preamble = hostile_preamble();
    pier__header header = hostile_header(&empty, 1);
    header.stored_bytes = BLOCK_MIB * (uint32_t)MIB;
    header.raw_bytes = header.stored_bytes;
    header.payload_check = 1; /* nobody can know it */
    hostile_append_preamble(&bytes, &preamble);
    hostile_append_header(&bytes, &header);
    counted_memory memory;
    counted_memory_init(&memory);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &memory.allocator});
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_SKIPPED);
    assert_status(pier_archive_error(load)->status, PIER_LIMIT);
    assert_int_equal(pier_archive_error(load)->record, 1);
    for (size_t i = 0; i < BLOCK_MIB * MIB / sizeof noise; i++) {
        assert_status(pier_archive_next(load), PIER_MORE);
        assert_status(pier_archive_feed(load, (pier_bytes){noise, sizeof noise}), PIER_OK);
    }
    assert_true(memory.peak_bytes < 256 * 1024);
    /* The record behind it. */
    bytes.size = 0;
    test_bytes payload = {0};
    test_bytes_append(&payload, "\x07", 1);
    header = hostile_header(&payload, 1);
    header.flags = PIER__FLAG_CHECKSUM;
    header.first_record = 2;
    header.number = 1;
    hostile_append_header(&bytes, &header);
    test_bytes_append(&bytes, payload.data, payload.size);
    assert_status(pier_archive_next(load), PIER_MORE);
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u64(load), 7);
    pier_archive_destroy(load);
    test_bytes_free(&payload);
    test_bytes_free(&bytes);
}

/* One field that lies, the rest as it should be; the payload is the record 7, twice. */
static void flags_and_counts_that_lie(void **state) {
    (void)state;
    test_bytes payload = {0};
    test_bytes_append(&payload, "\x07\x07", 2);
    const pier__header good = hostile_header(&payload, 2);
    pier__header header = good;
    expect_block("all is right", &header, &payload, PIER_TRUNCATED, PAYLOAD_AT + 2, 2);
    header.flags |= 8;
    expect_block("an unknown flag", &header, &payload, PIER_PROTOCOL, HEADER_AT + 4, 0);
    header.flags = 0xff;
    expect_block("all flags", &header, &payload, PIER_PROTOCOL, HEADER_AT + 4, 0);
    header = good;
    header.flags = PIER__FLAG_EPOCH_BEGIN;
    expect_block("a check that is denied", &header, &payload, PIER_PROTOCOL, HEADER_AT + 52, 0);
    header = good;
    header.payload_check ^= 1;
    expect_block("another check", &header, &payload, PIER_CORRUPT, PAYLOAD_AT, 0);
    header = good;
    header.codec = 0xff;
    expect_block("an unknown codec", &header, &payload, PIER_VERSION, HEADER_AT + 5, 0);
    header = good;
    header.kind = PIER_BLOCK_DEFINITIONS;
    expect_block("records as definitions", &header, &payload, PIER_PROTOCOL, HEADER_AT + 32, 0);
    header.records = 0;
    expect_block("records as definitions that count none", &header, &payload, PIER_PROTOCOL, PAYLOAD_AT, 0);
    header.flags |= PIER__FLAG_MESSAGE_END;
    expect_block("definitions that end a message", &header, &payload, PIER_PROTOCOL, HEADER_AT + 4, 0);
    header = good;
    header.kind = PIER_BLOCK_END;
    expect_block("an end with flags", &header, &payload, PIER_PROTOCOL, HEADER_AT + 4, 0);
    header.flags = 0;
    expect_block("an end with records", &header, &payload, PIER_PROTOCOL, HEADER_AT + 32, 0);
    header = good;
    header.records = 1;
    expect_block("a record more than is counted", &header, &payload, PIER_PROTOCOL, PAYLOAD_AT + 1, 1);
    header.records = 3;
    expect_block("a record less than is counted", &header, &payload, PIER_PROTOCOL, PAYLOAD_AT + 2, 2);
    header.records = UINT32_MAX;
    expect_block("2^32-1 records", &header, &payload, PIER_PROTOCOL, PAYLOAD_AT + 2, 2);
    header.records = 0;
    expect_block("no record", &header, &payload, PIER_PROTOCOL, PAYLOAD_AT, 0);
    header = good;
    header.first_record = (uint64_t)1 << 63;
    expect_block("record 2^63", &header, &payload, PIER_CORRUPT, HEADER_AT + 16, 0);
    header.first_record = UINT64_MAX;
    expect_block("record 2^64-1", &header, &payload, PIER_CORRUPT, HEADER_AT + 16, 0);
    header = good;
    header.number = UINT32_MAX;
    expect_block("another block", &header, &payload, PIER_CORRUPT, HEADER_AT + 24, 0);
    header = good;
    header.raw_bytes = UINT32_MAX;
    expect_block("two lengths", &header, &payload, PIER_PROTOCOL, HEADER_AT + 40, 0);
    test_bytes_free(&payload);
}

/* Bytes behind the last record of a block, and behind the end mark. */
static void trailing_bytes(void **state) {
    (void)state;
    test_bytes payload = {0};
    test_bytes_append(&payload, "\x07\xc1", 2);
    pier__header header = hostile_header(&payload, 1);
    expect_block("a byte behind the last record", &header, &payload, PIER_PROTOCOL, PAYLOAD_AT + 1, 1);
    payload.size = 1;
    test_bytes stream = {0};
    hostile_append_stream(&stream, &payload);
    size_t whole = stream.size;
    static const char *const trails[] = {"\x07", "\xc7\x3d\x51", "\xc7\x3d\x50\x01"};
    static const size_t wrong[] = {0, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        stream.size = whole;
        test_bytes_append(&stream, trails[i], i == 0 ? 1 : 2 + i);
        for (size_t chunk = 0; chunk < 50; chunk += 7) {
            pier_archive *load = test_open_load(NULL, NULL);
            hostile_answer answer;
            size_t fed = hostile_load(load, test_bytes_view(&stream), chunk, &answer);
            if (answer.status == PIER_END && fed < stream.size) {
                /* The end mark was the end, as far as was known. What came behind it is looked at as well. */
                assert_int_equal(answer.records, 2);
                hostile_answer behind;
                (void)hostile_load(load, (pier_bytes){stream.data + fed, stream.size - fed}, chunk, &behind);
                behind.records += answer.records;
                answer = behind;
            }
            hostile_expect("behind the end mark", &answer, PIER_CORRUPT, whole + wrong[i], 2);
            pier_archive_destroy(load);
        }
    }
    test_bytes_free(&payload);
    test_bytes_free(&stream);
}

/* Whatever is cut is told as cut, where the input ends, with all whole records before it. */
static void cut_framed(const char *name, pier_bytes content, void *user) {
    size_t *cuts = (size_t *)user;
    test_log log = {0};
    test_load_bytes(&log, NULL, content, 0, 0, 0);
    bool is_sound = test_log_count(&log, "failure") == 0 && test_log_count(&log, "END") == 1;
    size_t records = test_log_count(&log, "record ");
    bool has_more_streams = false;
    for (size_t at = 64; at + 10 <= content.size && !has_more_streams; at++) {
        has_more_streams = memcmp((const uint8_t *)content.data + at, pier__preamble_constant, 10) == 0;
    }
    test_log_free(&log);
    if (!is_sound || has_more_streams) {
        return; /* behind an end mark in its middle such a file ends well */
    }
    for (size_t cut = 0; cut<content.size; cut += content.size> 20000 && cut > 1000 ? 61 : 1) {
        pier_archive *load = test_open_load(NULL, NULL);
        hostile_answer answer = {.status = PIER_SKIPPED};
        size_t fed = 0;
        size_t loaded = 0;
        while (answer.status == PIER_SKIPPED) {
            pier_bytes rest = {(const uint8_t *)content.data + fed, cut - fed};
            fed += hostile_load(load, rest, 0, &answer);
            loaded += answer.records;
        }
        answer.records = 0;
        hostile_expect(name, &answer, PIER_TRUNCATED, cut, 0);
        assert_true(loaded <= records);
        assert_int_equal(pier_archive_error(load)->offset, cut);
        assert_status(pier_archive_next(load), PIER_TRUNCATED);
        pier_archive_destroy(load);
        (*cuts)++;
    }
}

static void framed_streams_cut_everywhere(void **state) {
    (void)state;
    size_t cuts = 0;
    assert_true(test_each_vector(".pier", cut_framed, &cuts) > 20);
    print_message("%zu cuts\n", cuts);
    assert_true(cuts > 3000);
}

/* A plain stream that ends between two values ends well, anywhere else it is cut. */
static void plain_streams_cut_everywhere(void **state) {
    (void)state;
    static const uint8_t content[] =
        "\x07\xcd\x01\x02\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18\xa3"
        "abc\xc4\x02\x00\x01\xc7\x03\x05xyz\xd6\xff\x00\x00\x00\x01\x92\x01\x92\x02\xa1q\x82\xa1k\xc0\xa1l\x90\xda\x00\x03"
        "end\xdc\x00\x02\x01\x02\xde\x00\x01\x01\x02\xdb\x00\x00\x00\x01.";
    static const size_t ends[] = {0, 1, 4, 13, 17, 21, 27, 33, 39, 46, 52, 57, 62, 68};
    const size_t size = sizeof content - 1;
    assert_int_equal(size, ends[sizeof ends / sizeof ends[0] - 1]);
    size_t whole = 0;
    for (size_t cut = 0; cut <= size; cut++) {
        bool is_end = cut == ends[whole];
        for (size_t chunk = 0; chunk < 9; chunk += 4) {
            pier_archive *load = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
            hostile_answer answer;
            (void)hostile_load(load, (pier_bytes){content, cut}, chunk, &answer);
            hostile_expect("plain", &answer, is_end ? PIER_END : PIER_TRUNCATED, cut, is_end ? whole : whole - 1);
            pier_archive_destroy(load);
        }
        whole += is_end ? 1u : 0u;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_in_headers),
        cmocka_unit_test(a_block_that_is_too_long_goes_by),
        cmocka_unit_test(flags_and_counts_that_lie),
        cmocka_unit_test(trailing_bytes),
        cmocka_unit_test(framed_streams_cut_everywhere),
        cmocka_unit_test(plain_streams_cut_everywhere),
    };
    hostile_limit_address_space();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
