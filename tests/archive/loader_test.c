/* Loading archives: records in turn, what is passed over, the end and what follows it, feeding, memory, views.
 *
 * Floor 4 (archive). Damage has its own tests (recover_test.c). */
#include "archive/archive_support.h"

#include <stdlib.h>

#include "support/fault_allocator.h"

static const test_class one = {.name = "test.One"};

static void feed(pier_archive *archive, const test_bytes *bytes, size_t from, size_t to) {
    assert_status(pier_archive_feed(archive, (pier_bytes){bytes->data + from, to - from}), PIER_OK);
}

/* Records, numbers, ends ------------------------------------------------------------------------------------------- */

static void records_come_in_turn_with_their_numbers(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    for (uint64_t i = 0; i < 5; i++) {
        test_store_u64(store, i * 1000);
    }
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_int_equal(pier_archive_record_number(load), 0);
    assert_int_equal(pier_archive_record_bytes(load).size, 0);
    assert_status(pier_archive_next(load), PIER_MORE);
    feed(load, &stream, 0, stream.size);
    for (uint64_t i = 0; i < 5; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_archive_record_number(load), i + 1);
        assert_int_equal(pier_archive_is_message_end(load), i == 4);
        /* Asked for again, the bytes are the same; loading does not use them up. */
        pier_bytes bytes = pier_archive_record_bytes(load);
        assert_int_equal(pier_load_u64(load), i * 1000);
        assert_int_equal(pier_archive_record_bytes(load).size, bytes.size);
        assert_ptr_equal(pier_archive_record_bytes(load).data, bytes.data);
        if (i % 2 == 0) {
            assert_status(pier_archive_end(load), PIER_OK);
            assert_int_equal(pier_archive_record_number(load), 0);
            assert_int_equal(pier_archive_record_bytes(load).size, 0);
            assert_false(pier_archive_is_message_end(load));
        }
    }
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(pier_archive_next(load), PIER_END);
    assert_int_equal(pier_archive_record_number(load), 0);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(pier_archive_feed(load, (pier_bytes){"x", 1}), PIER_USAGE);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

static void a_stream_may_be_appended_behind_the_end(void **state) {
    (void)state;
    test_bytes stream = {0};
    for (uint64_t i = 0; i < 3; i++) {
        pier_archive *store = test_open_store(NULL, &(pier_archive_options){.stream_id = i + 1});
        assert_status(test_store_typed(store, &one, i), PIER_OK);
        test_close(store, &stream);
    }
    size_t size = stream.size / 3;
    pier_archive *load = test_open_load(NULL, NULL);
    for (size_t i = 0; i < 3; i++) {
        feed(load, &stream, i * size, (i + 1) * size - 1);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_archive_record_number(load), 1);
        assert_int_equal(pier__archive_record_class(load)->id, 1);
        assert_int_equal(pier_load_array(load), 1);
        assert_int_equal(pier_load_u64(load), i);
        assert_status(pier_archive_next(load), PIER_MORE);
        feed(load, &stream, (i + 1) * size - 1, (i + 1) * size);
        assert_status(pier_archive_next(load), PIER_END);
    }
    /* The start of a fourth, cut. */
    feed(load, &stream, 0, 10);
    assert_status(pier_archive_next(load), PIER_MORE);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_TRUNCATED);
    assert_int_equal(pier_archive_error(load)->offset, 3 * size + 10);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

static void an_input_without_a_byte(void **state) {
    (void)state;
    static const struct {
        pier_format format;
        pier_status status;
    } cases[] = {{PIER_FORMAT_FRAMED, PIER_TRUNCATED}, {PIER_FORMAT_PLAIN, PIER_END}, {PIER_FORMAT_GUESS, PIER_END}};
    for (size_t i = 0; i < 3; i++) {
        pier_archive *load = test_open_load(NULL, &(pier_archive_options){.format = cases[i].format});
        assert_status(pier_archive_next(load), PIER_MORE);
        assert_false(pier_archive_has_next(load));
        pier_archive_feed_end(load);
        assert_true(pier_archive_has_next(load));
        assert_status(pier_archive_next(load), cases[i].status);
        assert_status(pier_archive_next(load), cases[i].status);
        assert_int_equal(pier_archive_format(load), cases[i].format);
        if (cases[i].status == PIER_TRUNCATED) {
            assert_int_equal(pier_archive_error(load)->offset, 0);
            assert_int_equal(pier_archive_error(load)->block_offset, PIER_NO_OFFSET);
            assert_status(pier_archive_recover(load, NULL), PIER_END);
            assert_status(pier_archive_next(load), PIER_END);
        }
        pier_archive_destroy(load);
    }
}

static void errors_tell_their_places(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 3};
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.limits = &limits});
    for (uint64_t i = 0; i < 6; i++) {
        test_store_u64(store, i);
    }
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    feed(load, &stream, 0, stream.size);
    for (int i = 0; i < 5; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
    }
    (void)pier_load_text(load);
    const pier_error *error = pier_archive_error(load);
    assert_status(error->status, PIER_TYPE);
    assert_int_equal(error->floor, PIER_FLOOR_ARCHIVE);
    assert_int_equal(error->offset, 64 + 67 + 64 + 1);
    assert_int_equal(error->block_offset, 64 + 67);
    assert_int_equal(error->payload_offset, 1);
    assert_int_equal(error->record, 5);
    /* Of the record floor: any byte of the window, and the field's name. */
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    const uint8_t *at = load->cursor;
    assert_status(pier__archive_fail_at(load, at, PIER_MISMATCH, "test.One.name", "%s", "why"), PIER_MISMATCH);
    assert_int_equal(error->payload_offset, 2);
    assert_int_equal(error->record, 6);
    assert_string_equal(error->path, "test.One.name");
    assert_string_equal(error->text, "why");
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

/* Records that are passed over ------------------------------------------------------------------------------------- */

static void a_record_above_the_limit_is_passed_over_by_its_header(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_limits storing = {.size = sizeof storing, .block_target_bytes = 100};
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.limits = &storing});
    /* The first block of the stream, and the first of its class, are among those passed over. */
    test_store_text(store, 5000, 'a');
    test_store_u64(store, 2);
    test_store_text(store, 996, 'b'); /* 999 bytes with its head: the last that fits */
    test_store_text(store, 1002, 'c');
    assert_status(test_store_typed(store, &one, 5), PIER_OK);
    test_store_text(store, 2000, 'd');
    assert_status(test_store_typed(store, &one, 7), PIER_OK);
    test_close(store, &stream);
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 999};
    pier_archive_options options = {.limits = &limits};
    test_log log = {0};
    for (size_t chunk = 0; chunk < 90; chunk += 13) {
        test_log_clear(&log);
        test_load_bytes(&log, &options, test_bytes_view(&stream), 0, chunk, TEST_HAS_NEXT);
        assert_int_equal(test_log_count(&log, "skipped"), 3);
        assert_int_equal(test_log_count(&log, "record"), 4);
        assert_non_null(
            strstr(test_log_text(&log), "skipped SKIPPED 64 block -1 payload -1 record 1: LIMIT a record of 5003"));
        assert_int_equal(test_log_count(&log, "record 7 class 1"), 1);
        assert_int_equal(test_log_count(&log, "END"), 1);
    }
    /* Bytes of a record that is passed over take no memory: the whole need not fit. */
    fault_allocator faults;
    fault_allocator_init(&faults);
    options.allocator = &faults.allocator;
    options.read_bytes = 100;
    test_log_clear(&log);
    test_load_bytes(&log, &options, test_bytes_view(&stream), 0, 50, 0);
    assert_true(faults.peak_bytes < 1064 * 2 + 8192);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    /* The input ends within one. */
    test_log_clear(&log);
    options.allocator = NULL;
    test_load_bytes(&log, &options, (pier_bytes){stream.data, 1000}, 0, 0, TEST_RECOVERS | TEST_HAS_NEXT);
    assert_non_null(strstr(test_log_text(&log), "failure TRUNCATED 1000 "));
    assert_int_equal(test_log_count(&log, "record"), 0);
    test_log_free(&log);
    test_bytes_free(&stream);
}

/* Its bytes are read in as many steps as it takes, and kept nowhere. */
static void a_record_that_is_passed_over_is_read_in_parts(void **state) {
    (void)state;
    pier_file *file = NULL;
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 100};
    assert_status(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    pier_archive *store = test_open_store(file, NULL);
    test_store_text(store, 5000, 'x');
    assert_status(pier_archive_flush(store), PIER_OK);
    test_store_u64(store, 7);
    assert_status(pier_archive_close(store), PIER_OK);
    assert_status(pier_file_seek(file, 0), PIER_OK);
    pier_archive *load = test_open_load(file, &(pier_archive_options){.limits = &limits, .read_bytes = 64});
    assert_status(pier_archive_next(load), PIER_SKIPPED);
    assert_int_equal(pier_archive_error(load)->offset, 64);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u64(load), 7);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    pier_file_destroy(file);
}

static void a_record_above_a_limit_within_its_block_is_passed_over(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    static const char *const encoded[] = {"\x01",
                                          "\x91\x91\x91\x01",
                                          "\x02",
                                          "\x94\x01\x02\x03\x04",
                                          "\xa4"
                                          "abcd",
                                          "\x03",
                                          "\x93\xa3"
                                          "abc\xa3"
                                          "abc\xa3"
                                          "abc",
                                          "\x04"};
    static const size_t sizes[] = {1, 4, 1, 5, 5, 1, 13, 1};
    for (size_t i = 0; i < 8; i++) {
        assert_status(pier_archive_store_encoded(store, (pier_bytes){encoded[i], sizes[i]}), PIER_OK);
    }
    test_close(store, &stream);
    pier_limits limits = {
        .size = sizeof limits, .depth_max = 2, .elements_max = 4, .text_bytes_max = 3, .record_bytes_max = 12};
    test_log log = {0};
    for (size_t chunk = 0; chunk < 20; chunk++) {
        test_log_clear(&log);
        test_load_bytes(&log, &(pier_archive_options){.limits = &limits}, test_bytes_view(&stream), 0, chunk,
                        TEST_HAS_NEXT);
        assert_string_equal(
            strchr(test_log_text(&log), '\n') + 1,
            "skipped SKIPPED 131 block 64 payload 3 record 2: LIMIT a record is passed over: 3 depth of arrays and maps, "
            "the limit is 2 (depth_max)\n"
            "record 3 1 af63bf4c8601bb45\n"
            "skipped SKIPPED 134 block 64 payload 6 record 4: LIMIT a record is passed over: 5 elements in a record, "
            "the limit is 4 (elements_max)\n"
            "skipped SKIPPED 139 block 64 payload 11 record 5: LIMIT a record is passed over: 4 bytes of one text, bin or "
            "ext, the limit is 3 (text_bytes_max)\n"
            "record 6 1 af63be4c8601b992\n"
            "skipped SKIPPED 154 block 64 payload 26 record 7: LIMIT a record is passed over: 13 bytes of a record, "
            "the limit is 12 (record_bytes_max)\n"
            "record 8 1 af63b94c8601b113 end\n"
            "END\n");
    }
    test_log_free(&log);
    test_bytes_free(&stream);
}

/* A plain stream tells the length of a value by the value alone: one above a limit ends it. */
static void a_plain_record_above_a_limit_ends_the_stream(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .depth_max = 2};
    pier_archive_options options = {.limits = &limits, .format = PIER_FORMAT_PLAIN};
    pier_archive *load = test_open_load(NULL, &options);
    assert_status(pier_archive_feed(load, (pier_bytes){"\x01\x91\x91\x91\x01\x02", 6}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_LIMIT);
    assert_int_equal(pier_archive_error(load)->offset, 3);
    assert_int_equal(pier_archive_error(load)->block_offset, PIER_NO_OFFSET);
    assert_status(pier_archive_recover(load, NULL), PIER_LIMIT);
    assert_status(pier_archive_next(load), PIER_LIMIT);
    assert_status(pier_archive_reset(load), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){"\x05\xc1", 2}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u8(load), 5);
    assert_true(pier_archive_has_next(load));
    assert_status(pier_archive_next(load), PIER_PROTOCOL);
    assert_int_equal(pier_archive_error(load)->offset, 1);
    assert_status(pier_archive_recover(load, NULL), PIER_PROTOCOL);
    pier_archive_destroy(load);
}

/* Walking the pieces ----------------------------------------------------------------------------------------------- */

static void pieces_are_walked_beside_records(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_limits storing = {.size = sizeof storing, .block_target_bytes = 4};
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.limits = &storing});
    for (uint64_t i = 0; i < 12; i++) {
        test_store_u64(store, i);
    }
    test_store_text(store, 50, 'x');
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_block block;
    feed(load, &stream, 0, 100);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.kind, PIER_BLOCK_PREAMBLE);
    assert_int_equal(block.offset, 0);
    assert_status(pier_archive_next_block(load, &block), PIER_MORE);
    feed(load, &stream, 100, stream.size);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.first_record, 1);
    assert_int_equal(block.records, 4);
    /* Some of its records, and then the next piece: the others are passed over. */
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u8(load), 1);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.first_record, 5);
    assert_int_equal(pier_archive_record_number(load), 0);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.first_record, 9);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_archive_record_number(load), 9);
    assert_int_equal(pier_load_u8(load), 8);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.records, 1);
    assert_int_equal(block.stored_bytes, 52);
    assert_int_equal(block.raw_bytes, 52);
    assert_true(block.checksum);
    assert_int_equal(block.time_unix_ns, OPENED_NS);
    assert_int_equal(block.stream_id, STREAM_ID);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_true(block.message_end);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.kind, PIER_BLOCK_END);
    assert_int_equal(block.first_record, 14);
    assert_status(pier_archive_next_block(load, &block), PIER_END);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next_block(load, &block), PIER_END);
    pier_archive_destroy(load);
    /* One that is passed over for its size is shown all the same. */
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 40};
    load = test_open_load(NULL, &(pier_archive_options){.limits = &limits});
    feed(load, &stream, 0, stream.size);
    for (int i = 0; i < 4; i++) {
        assert_status(pier_archive_next_block(load, &block), PIER_OK);
    }
    assert_status(pier_archive_next_block(load, &block), PIER_SKIPPED);
    assert_int_equal(block.first_record, 13);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.first_record, 14);
    pier_archive_destroy(load);
    /* Plain streams have none; a failure sticks here as elsewhere. */
    load = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    assert_status(pier_archive_next_block(load, &block), PIER_USAGE);
    assert_status(pier_archive_status(load), PIER_OK);
    pier_archive_destroy(load);
    load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, (pier_bytes){"x", 1}), PIER_OK);
    assert_status(pier_archive_next_block(load, &block), PIER_CORRUPT);
    assert_status(pier_archive_next_block(load, &block), PIER_CORRUPT);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

static void pieces_of_a_guessed_stream_are_walked(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_u64(store, 1);
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_GUESS});
    pier_block block;
    assert_status(pier_archive_next_block(load, &block), PIER_MORE);
    feed(load, &stream, 0, stream.size);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    assert_int_equal(block.kind, PIER_BLOCK_PREAMBLE);
    assert_int_equal(pier_archive_format(load), PIER_FORMAT_FRAMED);
    pier_archive_destroy(load);
    load = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_GUESS});
    assert_status(pier_archive_feed(load, (pier_bytes){"\x05", 1}), PIER_OK);
    assert_status(pier_archive_next_block(load, &block), PIER_USAGE);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

static void a_loader_is_reset_from_any_state(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    assert_status(test_store_typed(store, &one, 1), PIER_OK);
    test_store_u64(store, 2);
    test_close(store, &stream);
    test_log expected = {0};
    test_load_bytes(&expected, NULL, test_bytes_view(&stream), 0, 0, 0);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_GUESS});
    for (size_t cut = 0; cut <= stream.size; cut++) {
        /* Fed up to anywhere, and for some a wrong byte behind it; in a record, in recovery, at the end. */
        feed(load, &stream, 0, cut);
        while (pier_archive_next(load) == PIER_OK) {
        }
        if (cut % 3 == 0) {
            assert_status(pier_archive_feed(load, (pier_bytes){"\x01\x02\x03", 3}), PIER_OK);
            (void)(pier_archive_next(load) == PIER_OK);
        }
        if (cut % 6 == 0 && pier_archive_status(load) < 0) {
            (void)(pier_archive_recover(load, NULL) == PIER_OK);
        }
        if (cut % 2 == 0) {
            pier_archive_feed_end(load);
        }
        assert_status(pier_archive_reset(load), PIER_OK);
        assert_status(pier_archive_status(load), PIER_OK);
        assert_int_equal(pier_archive_format(load), PIER_FORMAT_GUESS);
        test_log found = {0};
        test_source source = {.input = test_bytes_view(&stream), .chunk = cut % 50};
        (void)test_load(&found, load, &source, 0);
        assert_string_equal(test_log_text(&found), test_log_text(&expected));
        test_log_free(&found);
        assert_status(pier_archive_reset(load), PIER_OK);
    }
    pier_archive_destroy(load);
    test_log_free(&expected);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_in_turn_with_their_numbers),
        cmocka_unit_test(a_stream_may_be_appended_behind_the_end),
        cmocka_unit_test(an_input_without_a_byte),
        cmocka_unit_test(errors_tell_their_places),
        cmocka_unit_test(a_record_above_the_limit_is_passed_over_by_its_header),
        cmocka_unit_test(a_record_that_is_passed_over_is_read_in_parts),
        cmocka_unit_test(a_record_above_a_limit_within_its_block_is_passed_over),
        cmocka_unit_test(a_plain_record_above_a_limit_ends_the_stream),
        cmocka_unit_test(pieces_are_walked_beside_records),
        cmocka_unit_test(pieces_of_a_guessed_stream_are_walked),
        cmocka_unit_test(a_loader_is_reset_from_any_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
