/* Pieces that pass their checks and break the rules all the same: each field, with its status and its place.
 *
 * Floor 4 (archive). What only the numbers of a stream break is among the golden vectors. */
#include "archive/archive_support.h"

#include <stdio.h>

#include "archive/wire_internal.h"

/* A stream of a preamble, a records block with this payload, and an end mark; each may be changed before it is made. */
typedef struct stream_parts {
    pier__preamble preamble;
    pier__header block;
    pier__header end;
    const char *payload;
    size_t payload_bytes;
} stream_parts;

static stream_parts good_parts(const char *payload, size_t size, uint32_t records) {
    return (stream_parts){
        .preamble = {.version_major = 1, .record_bytes_max = 1000, .block_target_bytes = 100, .stream_id = 7},
        .block = {.kind = PIER_BLOCK_RECORDS,
                  .flags = PIER__FLAG_EPOCH_BEGIN,
                  .stream_id = 7,
                  .first_record = 1,
                  .records = records,
                  .stored_bytes = (uint32_t)size,
                  .raw_bytes = (uint32_t)size},
        .end = {.kind = PIER_BLOCK_END, .stream_id = 7, .first_record = 1 + records, .number = 1},
        .payload = payload,
        .payload_bytes = size,
    };
}

static void make(const stream_parts *parts, test_bytes *stream) {
    uint8_t piece[64];
    pier__preamble_encode(&parts->preamble, piece);
    test_bytes_append(stream, piece, 64);
    pier__header_encode(&parts->block, piece);
    test_bytes_append(stream, piece, 64);
    test_bytes_append(stream, parts->payload, parts->payload_bytes);
    pier__header_encode(&parts->end, piece);
    test_bytes_append(stream, piece, 64);
}

/* The first failure of a stream, as a status and an offset; END without one. Frees the stream. */
static void expect_failure_of(const char *what, test_bytes *stream, const pier_limits *limits, pier_status status,
                              uint64_t offset) {
    for (size_t chunk = 0; chunk < 70; chunk += 23) {
        test_log log = {0};
        test_load_bytes(&log, &(pier_archive_options){.limits = limits}, test_bytes_view(stream), 0, chunk,
                        TEST_HAS_NEXT);
        char expected[64];
        (void)snprintf(expected, sizeof expected, status == PIER_END ? "END" : "failure %s %llu ",
                       pier_status_name(status), (unsigned long long)offset);
        if (test_log_count(&log, expected) != 1) {
            fail_msg("%s: expected %s, found:\n%s", what, expected, test_log_text(&log));
        }
        test_log_free(&log);
    }
    test_bytes_free(stream);
}

static void expect_failure(const char *what, const stream_parts *parts, const pier_limits *limits, pier_status status,
                           uint64_t offset) {
    test_bytes stream = {0};
    make(parts, &stream);
    expect_failure_of(what, &stream, limits, status, offset);
}

static void preambles_that_break_the_rules(void **state) {
    (void)state;
    stream_parts parts = good_parts("\x05", 1, 1);
    expect_failure("good", &parts, NULL, PIER_END, 0);
    parts.preamble.version_minor = 77;
    parts.preamble.features_ignorable = UINT32_MAX;
    parts.preamble.record_bytes_max = 0;
    parts.preamble.time_unix_ns = UINT64_MAX;
    expect_failure("what is free", &parts, NULL, PIER_END, 0);
    parts = good_parts("\x05", 1, 1);
    parts.preamble.version_major = 0;
    expect_failure("version 0", &parts, NULL, PIER_VERSION, 10);
    parts.preamble.version_major = 2;
    expect_failure("version 2", &parts, NULL, PIER_VERSION, 10);
    parts = good_parts("\x05", 1, 1);
    parts.preamble.features_required = PIER__REQUIRES_DEFLATE;
    expect_failure("the known feature", &parts, NULL, PIER_END, 0);
    parts.preamble.features_required = 1u << 2;
    expect_failure("the next feature", &parts, NULL, PIER_VERSION, 12);
    parts.preamble.features_required = 1u << 31;
    expect_failure("a feature", &parts, NULL, PIER_VERSION, 12);
    parts = good_parts("\x05", 1, 1);
    parts.preamble.block_target_bytes = 0;
    expect_failure("no target", &parts, NULL, PIER_PROTOCOL, 28);
    parts.preamble.block_target_bytes = PIER_BLOCK_TARGET_BYTES_HIGHEST;
    expect_failure("the highest target", &parts, NULL, PIER_END, 0);
    parts.preamble.block_target_bytes = PIER_BLOCK_TARGET_BYTES_HIGHEST + 1;
    expect_failure("too high a target", &parts, NULL, PIER_PROTOCOL, 28);
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 99};
    parts = good_parts("\x05", 1, 1);
    expect_failure("blocks above the queue", &parts, &limits, PIER_LIMIT, 28);
    limits.queue_bytes_max = 100;
    expect_failure("blocks as large as the queue", &parts, &limits, PIER_END, 0);
    parts.preamble.stream_id = 0;
    expect_failure("stream id 0", &parts, NULL, PIER_PROTOCOL, 40);
}

static void headers_that_break_the_rules(void **state) {
    (void)state;
    stream_parts parts = good_parts("\x05", 1, 1);
    parts.block.flags = 8 | 4;
    expect_failure("an unknown flag", &parts, NULL, PIER_PROTOCOL, 64 + 4);
    parts = good_parts("\x05", 1, 1);
    parts.block.codec = 2;
    expect_failure("an unknown codec", &parts, NULL, PIER_VERSION, 64 + 5);
    parts = good_parts("\x05", 1, 1);
    parts.block.lane = 1;
    expect_failure("a lane", &parts, NULL, PIER_PROTOCOL, 64 + 6);
    parts = good_parts("\x05", 1, 1);
    parts.block.reserved = 1;
    expect_failure("a reserved byte", &parts, NULL, PIER_PROTOCOL, 64 + 7);
    parts = good_parts("\x05", 1, 1);
    parts.block.payload_check = 1;
    expect_failure("a check without its flag", &parts, NULL, PIER_PROTOCOL, 64 + 52);
    parts = good_parts("\x05", 1, 1);
    parts.block.raw_bytes = 2;
    expect_failure("two lengths", &parts, NULL, PIER_PROTOCOL, 64 + 40);
    /* Of several faults the first byte counts. */
    parts.block.lane = 1;
    expect_failure("two faults", &parts, NULL, PIER_PROTOCOL, 64 + 6);
    parts.block.stream_id = 8;
    parts.block.lane = 0;
    expect_failure("another stream, and two lengths", &parts, NULL, PIER_CORRUPT, 64 + 8);
    parts = good_parts("\x05", 1, 1);
    parts.end.stored_bytes = 1;
    expect_failure("an end mark with a payload", &parts, NULL, PIER_PROTOCOL, 128 + 1 + 36);
    parts = good_parts("\x05", 1, 1);
    parts.end.records = 1;
    expect_failure("an end mark with records", &parts, NULL, PIER_PROTOCOL, 128 + 1 + 32);
    parts = good_parts("\x05", 1, 1);
    parts.end.flags = PIER__FLAG_CHECKSUM;
    expect_failure("an end mark with flags", &parts, NULL, PIER_PROTOCOL, 128 + 1 + 4);
}

static void blocks_that_are_too_long(void **state) {
    (void)state;
    static const char zeros[1000];
    /* The preamble tells a target of 100: several records may have 200 bytes together, one alone as many as the
     * limit. */
    stream_parts parts = good_parts(zeros, 200, 200);
    expect_failure("twice the target", &parts, NULL, PIER_END, 0);
    parts = good_parts(zeros, 201, 201);
    expect_failure("above twice the target", &parts, NULL, PIER_LIMIT, 64 + 36);
    parts = good_parts(zeros, 201, 0);
    expect_failure("no record at all", &parts, NULL, PIER_PROTOCOL, 128);
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 50};
    parts = good_parts(zeros, 54, 0);
    expect_failure("no record, as long as one may be", &parts, &limits, PIER_PROTOCOL, 128);
    parts = good_parts(zeros, 55, 0);
    expect_failure("no record, and longer", &parts, &limits, PIER_LIMIT, 64 + 36);
}

static void payloads_that_break_the_rules(void **state) {
    (void)state;
    static const struct {
        const char *payload;
        size_t size;
        uint32_t records;
        pier_status status;
        uint64_t at;
    } cases[] = {
        {"", 0, 0, PIER_END, 0},
        {"", 0, 1, PIER_PROTOCOL, 0}, /* fewer than are counted */
        {"\x01", 1, 2, PIER_PROTOCOL, 1},
        {"\x01\x02", 2, 1, PIER_PROTOCOL, 1},                 /* more than are counted */
        {"\x01\x92\x02", 3, 2, PIER_PROTOCOL, 3},             /* cut off */
        {"\x01\xdc\x00", 3, 2, PIER_PROTOCOL, 3},             /* in its head */
        {"\x01\x92\xc1\x02", 4, 2, PIER_PROTOCOL, 2},         /* a byte that begins no value */
        {"\xdd\xff\xff\xff\xff\x01", 6, 1, PIER_PROTOCOL, 6}, /* above a limit, and cut off */
        {"\xdd\xff\xff\xff\xff\xc1", 6, 1, PIER_PROTOCOL, 5},
        {"\x01\xd4\x50\x00", 4, 1, PIER_PROTOCOL, 1}, /* a switch behind the last record */
        {"\xd4\x50\x00", 3, 1, PIER_PROTOCOL, 3},     /* a switch without a record */
        {"\xd4\x50", 2, 1, PIER_PROTOCOL, 2},         /* a switch that is cut off */
        {"\xd5\x50\x01", 3, 1, PIER_PROTOCOL, 3},
        {"\xd4", 1, 1, PIER_PROTOCOL, 1},
        {"\x01\xc7\x01\x50\x00", 5, 2, PIER_PROTOCOL, 1}, /* a piece where a record should be */
        {"\xd6\x50\x01\x02\x03\x04", 6, 1, PIER_PROTOCOL, 0},
        {"\xd4\x50\x00\xd5\x50\x00\x00\x07", 8, 1, PIER_END, 0}, /* to no class, twice */
        {"\xd4\x50\x09\x07", 4, 1, PIER_UNKNOWN_CLASS, 0},
        {"\x01\xd5\x50\x09\x00\x07\x08", 7, 3, PIER_UNKNOWN_CLASS, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char what[32];
        (void)snprintf(what, sizeof what, "case %zu", i);
        stream_parts parts = good_parts(cases[i].payload, cases[i].size, cases[i].records);
        expect_failure(what, &parts, NULL, cases[i].status, 128 + cases[i].at);
    }
}

/* A part of a longer stream: a block of one record, 41, and then a control block, whose payload is a byte as is. */
static stream_parts good_part(void) {
    stream_parts parts = good_parts("\x05", 1, 1);
    parts.preamble.features_required = PIER__REQUIRES_PART;
    parts.block.first_record = 41;
    parts.block.number = 9;
    parts.block.epoch = 3;
    parts.end = (pier__header){
        .kind = PIER_BLOCK_CONTROL, .stream_id = 7, .first_record = 42, .number = 10, .epoch = 3, .records = 5};
    return parts;
}

static void control_blocks_without_a_place(void **state) {
    (void)state;
    stream_parts parts = good_part();
    parts.end = (pier__header){.kind = PIER_BLOCK_CONTROL, .stream_id = 7};
    expect_failure("without a place", &parts, NULL, PIER_TRUNCATED, 193);
    parts.end.number = 1;
    expect_failure("with a number", &parts, NULL, PIER_PROTOCOL, 129 + 24);
    parts.end.number = 0;
    parts.end.epoch = 1;
    expect_failure("with an epoch", &parts, NULL, PIER_PROTOCOL, 129 + 28);
    parts.end.epoch = 0;
    parts.end.records = 1;
    expect_failure("with records", &parts, NULL, PIER_PROTOCOL, 129 + 32);
    parts.end.records = 0;
    parts.end.flags = PIER__FLAG_EPOCH_BEGIN;
    expect_failure("that begins an epoch", &parts, NULL, PIER_PROTOCOL, 129 + 4);
    parts.end.flags = 0;
    parts.end.stored_bytes = parts.end.raw_bytes = PIER__CONTROL_BYTES_MAX + 1;
    expect_failure("that is too long", &parts, NULL, PIER_LIMIT, 129 + 36);
    parts.end.stored_bytes = parts.end.raw_bytes = 0;
    parts.preamble.features_required = 0;
    parts.block.first_record = 1;
    parts.block.number = parts.block.epoch = 0;
    expect_failure("in a stream that is whole", &parts, NULL, PIER_CORRUPT, 129 + 3);
}

static void parts_enter_where_a_stream_can_be(void **state) {
    (void)state;
    stream_parts parts = good_part();
    expect_failure("a part", &parts, NULL, PIER_TRUNCATED, 193);
    parts.block.first_record = 0;
    expect_failure("at no record", &parts, NULL, PIER_PROTOCOL, 64 + 16);
    parts.block.first_record = UINT64_MAX;
    expect_failure("at the last number", &parts, NULL, PIER_PROTOCOL, 64 + 16);
    parts.block.first_record = 41;
    parts.block.flags = 0;
    expect_failure("within an epoch", &parts, NULL, PIER_CORRUPT, 64 + 28);
}

static void gaps_that_break_the_rules(void **state) {
    (void)state;
    stream_parts parts = good_part();
    parts.end.number = 10 + (uint32_t)INT32_MAX;
    expect_failure("over as many blocks as there may be", &parts, NULL, PIER_TRUNCATED, 193);
    parts.end.number++;
    expect_failure("over more", &parts, NULL, PIER_CORRUPT, 129 + 24);
    parts.end.number = 9;
    expect_failure("back", &parts, NULL, PIER_CORRUPT, 129 + 24);
    parts.end.number = 11;
    parts.end.records = 0;
    expect_failure("over a block without records", &parts, NULL, PIER_CORRUPT, 129 + 24);
    parts = good_part();
    parts.end.epoch = 4;
    expect_failure("into an epoch that it does not begin", &parts, NULL, PIER_CORRUPT, 129 + 28);
    parts.end.flags = PIER__FLAG_EPOCH_BEGIN;
    expect_failure("into the next epoch", &parts, NULL, PIER_TRUNCATED, 193);
    parts.end.epoch = 8;
    expect_failure("into a later one", &parts, NULL, PIER_TRUNCATED, 193);
    parts.end.epoch = 2;
    expect_failure("into one that is over", &parts, NULL, PIER_CORRUPT, 129 + 28);
    parts = good_part();
    parts.block.first_record = UINT64_MAX - 10;
    parts.end.first_record = UINT64_MAX - 9;
    parts.end.records = 9;
    expect_failure("up to the last number", &parts, NULL, PIER_TRUNCATED, 193);
    parts.end.records = 10;
    expect_failure("beyond the last number", &parts, NULL, PIER_PROTOCOL, 129 + 32);
}

/* Whose preamble is damaged, nobody knows whether it is a part: its control blocks are taken as they are. */
static void control_blocks_behind_damage(void **state) {
    (void)state;
    stream_parts parts = good_part();
    test_bytes stream = {0};
    make(&parts, &stream);
    uint8_t piece[64];
    parts.end.first_record = 47;
    parts.end.records = 0;
    pier__header_encode(&parts.end, piece);
    test_bytes_append(&stream, piece, 64);
    stream.data[50] ^= 1;
    test_log log = {0};
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, TEST_RECOVERS);
    const char *expected[] = {"failure CORRUPT 0 ", "failure TRUNCATED 257 "};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (test_log_count(&log, expected[i]) != 1) {
            fail_msg("expected %s, found:\n%s", expected[i], test_log_text(&log));
        }
    }
    test_log_free(&log);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preambles_that_break_the_rules), cmocka_unit_test(headers_that_break_the_rules),
        cmocka_unit_test(blocks_that_are_too_long),       cmocka_unit_test(payloads_that_break_the_rules),
        cmocka_unit_test(control_blocks_without_a_place), cmocka_unit_test(parts_enter_where_a_stream_can_be),
        cmocka_unit_test(gaps_that_break_the_rules),      cmocka_unit_test(control_blocks_behind_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
