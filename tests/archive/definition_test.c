/* Definitions as a loader meets them: in any form around the closure, and wrong in every way.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>

#include <pier/mark.h>

#include "archive/wire_internal.h"

static const test_class one = {.name = "test.One"};

/* The payload of the n-th block (from 0) of a stream. */
static pier_bytes payload_of(const test_bytes *stream, size_t n) {
    size_t at = 64;
    for (;;) {
        pier__header header;
        assert_true(at + 64 <= stream->size);
        pier__header_decode(stream->data + at, &header);
        if (n-- == 0) {
            return (pier_bytes){stream->data + at + 64, header.stored_bytes};
        }
        at += 64 + header.stored_bytes;
    }
}

/* A framed stream with one definitions block of this payload, and a record of class 1. */
static void make_stream(test_bytes *stream, const void *payload, size_t size) {
    uint8_t piece[64];
    pier__preamble preamble = {.version_major = 1, .block_target_bytes = 65536, .stream_id = 7};
    pier__preamble_encode(&preamble, piece);
    stream->size = 0;
    test_bytes_append(stream, piece, 64);
    pier__header header = {.kind = PIER_BLOCK_DEFINITIONS, .flags = 4, .stream_id = 7, .first_record = 1};
    header.stored_bytes = header.raw_bytes = (uint32_t)size;
    pier__header_encode(&header, piece);
    test_bytes_append(stream, piece, 64);
    test_bytes_append(stream, payload, size);
    header = (pier__header){.kind = PIER_BLOCK_RECORDS, .stream_id = 7, .first_record = 1, .records = 1};
    header.stored_bytes = header.raw_bytes = 5;
    pier__header_encode(&header, piece);
    test_bytes_append(stream, piece, 64);
    test_bytes_append(stream, "\xd4\x50\x01\x91\x01", 5);
    header = (pier__header){.kind = PIER_BLOCK_END, .stream_id = 7, .first_record = 2, .number = 1};
    pier__header_encode(&header, piece);
    test_bytes_append(stream, piece, 64);
}

/* The fingerprint of the closure 90, which is `[]`, as the library computes it. */
static void fingerprint_of(const test_class *of, uint8_t *fingerprint, test_bytes *closure) {
    test_bytes stream = {0};
    pier_archive *archive = test_open_store(NULL, NULL);
    assert_status(test_store_typed(archive, of, 1), PIER_OK);
    test_close(archive, &stream);
    pier_bytes payload = payload_of(&stream, 0);
    memcpy(fingerprint, (const uint8_t *)payload.data + 8, 16);
    test_bytes_append(closure, (const uint8_t *)payload.data + 24, payload.size - 24);
    test_bytes_free(&stream);
}

static void definitions_may_take_any_form_around_the_closure(void **state) {
    (void)state;
    static const char *const arrays[] = {"\x93", "\xdc\x00\x03", "\xdd\x00\x00\x00\x03"};
    static const size_t array_bytes[] = {1, 3, 5};
    static const char *const ids[] = {"\x01", "\xcc\x01", "\xcd\x00\x01", "\xce\x00\x00\x00\x01",
                                      "\xcf\x00\x00\x00\x00\x00\x00\x00\x01"};
    static const size_t id_bytes[] = {1, 2, 3, 5, 9};
    static const char *const bins[] = {"\xc4\x10", "\xc5\x00\x10", "\xc6\x00\x00\x00\x10"};
    static const size_t bin_bytes[] = {2, 3, 5};
    uint8_t fingerprint[16];
    test_bytes closure = {0};
    fingerprint_of(&one, fingerprint, &closure);
    for (size_t i = 0; i < 3 * 5 * 3 * 3; i++) {
        size_t array = i % 3;
        size_t id = i / 3 % 5;
        size_t bin = i / 15 % 3;
        size_t ext = i / 45;
        test_bytes payload = {0};
        test_bytes stream = {0};
        size_t length = 1 + array_bytes[array] + id_bytes[id] + bin_bytes[bin] + 16 + closure.size;
        uint8_t head[6] = {(uint8_t)(0xc7 + ext)};
        size_t head_bytes = 1;
        for (size_t left = (size_t)1 << ext; left > 0; left--) {
            head[head_bytes++] = (uint8_t)(left == 1 ? length : 0);
        }
        head[head_bytes++] = 0x50;
        test_bytes_append(&payload, head, head_bytes);
        test_bytes_append(&payload, "\x10", 1);
        test_bytes_append(&payload, arrays[array], array_bytes[array]);
        test_bytes_append(&payload, ids[id], id_bytes[id]);
        test_bytes_append(&payload, bins[bin], bin_bytes[bin]);
        test_bytes_append(&payload, fingerprint, 16);
        test_bytes_append(&payload, closure.data, closure.size);
        make_stream(&stream, payload.data, payload.size);
        test_log log = {0};
        test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, TEST_HAS_NEXT);
        assert_int_equal(test_log_count(&log, "record 1 class 1"), 1);
        assert_int_equal(test_log_count(&log, "END"), 1);
        test_log_free(&log);
        test_bytes_free(&payload);
        test_bytes_free(&stream);
    }
    test_bytes_free(&closure);
}

static void bad_definitions_are_told_where_they_are_wrong(void **state) {
    (void)state;
    static const struct {
        const char *payload;
        size_t size;
        pier_status status;
        size_t at;
    } cases[] = {
        {"\x01", 1, PIER_PROTOCOL, 0},         /* no ext */
        {"\xd4\x50\x10", 3, PIER_PROTOCOL, 0}, /* a fixext */
        {"\xc7", 1, PIER_PROTOCOL, 0},         /* cut in its head */
        {"\xc8\x00", 2, PIER_PROTOCOL, 0},
        {"\xc7\x01\x50", 3, PIER_PROTOCOL, 0},         /* cut before its kind */
        {"\xc7\x02\x51\x10\x90", 5, PIER_PROTOCOL, 0}, /* of another type */
        {"\xc7\x02\x50\x11\x90", 5, PIER_PROTOCOL, 0}, /* of another kind */
        {"\xc7\x00\x50\x10\x90", 5, PIER_PROTOCOL, 0}, /* empty, so that the kind is not its own */
        {"\xc7\x05\x50\x10\x90", 5, PIER_PROTOCOL, 0}, /* longer than the block */
        {"\xc9\xff\xff\xff\xff\x50\x10\x90", 8, PIER_PROTOCOL, 0},
        {"\xc7\x01\x50\x10", 4, PIER_PROTOCOL, 4},             /* no value */
        {"\xc7\x02\x50\x10\x93", 5, PIER_PROTOCOL, 4},         /* half a value */
        {"\xc7\x04\x50\x10\x92\x01\xc1", 7, PIER_PROTOCOL, 6}, /* a byte that begins none */
        {"\xc7\x03\x50\x10\x90\x90", 6, PIER_PROTOCOL, 5},     /* two values */
        {"\xc7\x02\x50\x10\x90", 5, PIER_PROTOCOL, 4},         /* not an array of three */
        {"\xc7\x02\x50\x10\x03", 5, PIER_PROTOCOL, 4},
        {"\xc7\x05\x50\x10\x93\x01\x90\x90", 8, PIER_PROTOCOL, 4},                  /* no fingerprint */
        {"\xc7\x05\x50\x10\x93\x00\x90\x90", 8, PIER_PROTOCOL, 4},                  /* id 0 */
        {"\xc7\x05\x50\x10\x93\xff\x90\x90", 8, PIER_PROTOCOL, 4},                  /* id -1 */
        {"\xc7\x05\x50\x10\x93\xa0\x90\x90", 8, PIER_PROTOCOL, 4},                  /* id "" */
        {"\xc7\x09\x50\x10\x93\xce\x00\x01\x00\x00\x90\x90", 12, PIER_PROTOCOL, 4}, /* id 65,536 */
        {"\xc7\x06\x50\x10\x93\x01\xc4\x00\x90", 9, PIER_PROTOCOL, 4},              /* an empty fingerprint */
        {"\xc7\x16\x50\x10\x93\x01\xc4\x10"
         "0123456789abcdef"
         "\x90",
         25, PIER_CORRUPT, 6},
        {"", 0, PIER_UNKNOWN_CLASS, 64}, /* no definition is no fault; the class is unknown then */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_bytes stream = {0};
        make_stream(&stream, cases[i].payload, cases[i].size);
        for (size_t chunk = 0; chunk < 2; chunk++) {
            test_log log = {0};
            test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, chunk, TEST_HAS_NEXT);
            char expected[64];
            (void)snprintf(expected, sizeof expected, "failure %s %zu ", pier_status_name(cases[i].status),
                           128 + cases[i].at);
            if (test_log_count(&log, expected) != 1) {
                fail_msg("case %zu: expected %s, found %s", i, expected, test_log_text(&log));
            }
            /* What follows is good again. */
            test_log_clear(&log);
            test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, chunk, TEST_RECOVERS);
            assert_int_equal(test_log_count(&log, "failure"), cases[i].size > 0 ? 2 : 1);
            assert_int_equal(test_log_count(&log, "failure UNKNOWN_CLASS"), 1);
            assert_int_equal(test_log_count(&log, "END"), 1);
            test_log_free(&log);
        }
        test_bytes_free(&stream);
    }
}

enum { MANY_CLASSES = 700 };

/* An id for each number, in no order: 7,919 is prime. */
static uint16_t id_of(size_t number) {
    return (uint16_t)(1 + number * 7919 % UINT16_MAX);
}

static void append_block(test_bytes *stream, pier__header *header, const test_bytes *payload) {
    uint8_t piece[64];
    header->stream_id = 7;
    header->stored_bytes = header->raw_bytes = (uint32_t)payload->size;
    pier__header_encode(header, piece);
    test_bytes_append(stream, piece, 64);
    test_bytes_append(stream, payload->data, payload->size);
}

/* A definitions block of the classes from one number to another, and a block of a record of each class so far. */
static void append_classes(test_bytes *stream, size_t from, size_t to, uint64_t first_record, uint32_t number) {
    uint8_t fingerprint[16];
    test_bytes closure = {0};
    test_bytes definitions = {0};
    test_bytes records = {0};
    fingerprint_of(&one, fingerprint, &closure);
    for (size_t i = 0; i < to; i++) {
        uint16_t id = id_of(i);
        uint8_t head[] = {0xc7, 0, 0x50, PIER__DEFINITION_KIND, 0x93, 0xcd, (uint8_t)(id >> 8), (uint8_t)id, 0xc4, 16};
        head[1] = (uint8_t)(sizeof head - 3 + 16 + closure.size);
        if (i >= from) {
            test_bytes_append(&definitions, head, sizeof head);
            test_bytes_append(&definitions, fingerprint, 16);
            test_bytes_append(&definitions, closure.data, closure.size);
        }
        test_bytes_append(&records, (const uint8_t[]){0xd5, 0x50, (uint8_t)id, (uint8_t)(id >> 8), 0x05}, 5);
    }
    pier__header header = {.kind = PIER_BLOCK_DEFINITIONS, .first_record = first_record, .number = number};
    header.flags = from == 0 ? PIER__FLAG_EPOCH_BEGIN : 0;
    append_block(stream, &header, &definitions);
    header = (pier__header){.kind = PIER_BLOCK_RECORDS, .first_record = first_record, .number = number};
    header.records = (uint32_t)to;
    append_block(stream, &header, &records);
    test_bytes_free(&closure);
    test_bytes_free(&definitions);
    test_bytes_free(&records);
}

/* Loads a record of each of the first classes, and checks which class each is of. */
static void expect_classes(pier_archive *load, size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        const pier__stream_class *of = pier__archive_record_class(load);
        assert_non_null(of);
        assert_int_equal(of->id, id_of(i));
    }
}

static void classes_are_found_whatever_the_order_of_their_ids(void **state) {
    (void)state;
    uint8_t piece[64];
    test_bytes stream = {0};
    test_bytes last = {0};
    pier__preamble preamble = {.version_major = 1, .block_target_bytes = 65536, .stream_id = 7};
    pier__preamble_encode(&preamble, piece);
    test_bytes_append(&stream, piece, 64);
    append_classes(&stream, 0, 300, 1, 0);
    append_classes(&stream, 300, MANY_CLASSES, 301, 1);
    /* An id of none of them, in an order between theirs. */
    uint16_t unknown = id_of(MANY_CLASSES);
    test_bytes_append(&last, (const uint8_t[]){0xd5, 0x50, (uint8_t)unknown, (uint8_t)(unknown >> 8), 0x05}, 5);
    pier__header header = {.kind = PIER_BLOCK_RECORDS, .first_record = 301 + MANY_CLASSES, .number = 2, .records = 1};
    append_block(&stream, &header, &last);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_mark(load), PIER_OK);
    for (int round = 0; round < 2; round++) {
        /* Behind the mark there are more classes; back at the mark they are forgotten. */
        for (size_t i = 1; i < 300; i++) {
            assert_status(pier_archive_next(load), PIER_OK);
            assert_int_equal(pier__archive_record_class(load)->id, id_of(i));
        }
        expect_classes(load, MANY_CLASSES);
        assert_status(pier_archive_next(load), PIER_UNKNOWN_CLASS);
        assert_null(pier__archive_record_class(load));
        assert_int_equal(pier_archive_error(load)->offset, stream.size - 5);
        assert_status(pier_archive_rewind(load), PIER_OK);
    }
    pier_archive_destroy(load);
    test_bytes_free(&last);
    test_bytes_free(&stream);
}

/* An id is defined once in an epoch: within a block, in a later one, and, looking ahead, in one that is not taken
 * yet. */
static void an_id_is_defined_once_in_an_epoch(void **state) {
    (void)state;
    uint8_t fingerprint[16];
    test_bytes closure = {0};
    fingerprint_of(&one, fingerprint, &closure);
    for (int row = 0; row < 3; row++) {
        uint8_t piece[64];
        uint8_t head[] = {0xc7, 0, 0x50, PIER__DEFINITION_KIND, 0x93, 0xcd, 0x12, 0x34, 0xc4, 16};
        head[1] = (uint8_t)(sizeof head - 3 + 16 + closure.size);
        test_bytes definition = {0};
        test_bytes stream = {0};
        test_bytes_append(&definition, head, sizeof head);
        test_bytes_append(&definition, fingerprint, 16);
        test_bytes_append(&definition, closure.data, closure.size);
        if (row == 0) {
            size_t size = definition.size;
            for (size_t i = 0; i < size; i++) {
                uint8_t byte = definition.data[i];
                test_bytes_append(&definition, &byte, 1);
            }
        }
        pier__preamble preamble = {.version_major = 1, .block_target_bytes = 65536, .stream_id = 7};
        pier__preamble_encode(&preamble, piece);
        test_bytes_append(&stream, piece, 64);
        pier__header header = {.kind = PIER_BLOCK_DEFINITIONS, .flags = PIER__FLAG_EPOCH_BEGIN, .first_record = 1};
        append_block(&stream, &header, &definition);
        size_t second = stream.size;
        if (row > 0) {
            /* The last row begins another epoch: there it may be. */
            header = (pier__header){.kind = PIER_BLOCK_DEFINITIONS, .first_record = 1};
            header.flags = row == 2 ? PIER__FLAG_EPOCH_BEGIN : 0;
            header.epoch = row == 2 ? 1 : 0;
            append_block(&stream, &header, &definition);
        }
        header = (pier__header){.kind = PIER_BLOCK_END, .first_record = 1, .epoch = row == 2 ? 1 : 0};
        append_block(&stream, &header, &(test_bytes){0});
        size_t at = 5 + (row == 0 ? 128 + definition.size / 2 : second + 64);
        for (size_t chunk = 0; chunk < 2; chunk++) {
            test_log log = {0};
            test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, chunk, TEST_HAS_NEXT);
            char expected[64];
            (void)snprintf(expected, sizeof expected, row == 2 ? "END" : "failure PROTOCOL %zu ", at);
            if (test_log_count(&log, expected) != 1) {
                fail_msg("row %d: expected %s, found %s", row, expected, test_log_text(&log));
            }
            test_log_free(&log);
        }
        test_bytes_free(&definition);
        test_bytes_free(&stream);
    }
    test_bytes_free(&closure);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_may_take_any_form_around_the_closure),
        cmocka_unit_test(bad_definitions_are_told_where_they_are_wrong),
        cmocka_unit_test(classes_are_found_whatever_the_order_of_their_ids),
        cmocka_unit_test(an_id_is_defined_once_in_an_epoch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
