/* Damage: every truncation and every flipped bit of a stream with several blocks, classes and epochs gives an error or
 * records that are right; going on after it delivers no record twice, no wrong one, and loses none without a word.
 *
 * Floor 4 (archive). What the undamaged stream gives is the oracle. */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "archive/wire_internal.h"
#include "support/scripted_file.h"

/* The golden stream, and the lines that its loading logs. */
static test_bytes golden;
static char *golden_log;
static size_t golden_records;

static int read_golden(void **state) {
    (void)state;
    test_log log = {0};
    test_read_file("proto/vectors/mixed.pier", &golden);
    test_load_bytes(&log, NULL, test_bytes_view(&golden), 0, 0, 0);
    golden_records = test_log_count(&log, "record");
    assert_int_equal(test_log_count(&log, "END"), 1);
    assert_true(golden_records > 50);
    golden_log = strdup(test_log_text(&log));
    assert_non_null(golden_log);
    test_log_free(&log);
    return 0;
}

static int free_golden(void **state) {
    (void)state;
    test_bytes_free(&golden);
    free(golden_log);
    return 0;
}

/* Checks that the records of a log are records of the golden one, in their order and each once. Whether a record ends a
 * message is part of its line. */
static void check_records(const char *what, size_t at, test_log *log) {
    const char *right = golden_log;
    for (const char *line = test_log_text(log); *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t length = (size_t)(strchr(line, '\n') + 1 - line);
        if (strncmp(line, "record", 6) != 0) {
            continue;
        }
        while (*right != '\0' && strncmp(right, line, length) != 0) {
            right = strchr(right, '\n') + 1;
        }
        if (*right == '\0') {
            fail_msg("%s %zu: a wrong record, or one that came before:\n%.*s\nin\n%s", what, at, (int)length, line,
                     test_log_text(log));
        }
        right = strchr(right, '\n') + 1;
    }
    if (test_log_count(log, "record") < golden_records && test_log_count(log, "failure") == 0) {
        fail_msg("%s %zu: a loss without a word:\n%s", what, at, test_log_text(log));
    }
}

/* Loads damaged bytes and goes on after every failure; at each fourth place also without going on, and in chunks. */
static void check_damaged(const char *what, size_t at, pier_bytes bytes) {
    test_log whole = {0};
    test_load_bytes(&whole, NULL, bytes, 0, 0, TEST_RECOVERS);
    check_records(what, at, &whole);
    assert_int_equal(test_log_count(&whole, "END"), 1);
    if (at % 4 == 0) {
        test_log other = {0};
        test_load_bytes(&other, NULL, bytes, 0, 1 + at % 90, TEST_RECOVERS);
        assert_string_equal(test_log_text(&other), test_log_text(&whole));
        test_log_clear(&other);
        test_load_bytes(&other, NULL, bytes, 0, 0, 0);
        check_records(what, at, &other);
        assert_true(test_log_count(&other, "failure") + test_log_count(&other, "END") == 1);
        test_log_free(&other);
    }
    test_log_free(&whole);
}

static void every_truncation(void **state) {
    (void)state;
    for (size_t size = 0; size < golden.size; size++) {
        test_log log = {0};
        pier_bytes cut = {golden.data, size};
        check_damaged("cut at", size, cut);
        test_load_bytes(&log, NULL, cut, 0, 0, 0);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "failure TRUNCATED %zu ", size);
        assert_int_equal(test_log_count(&log, expected), 1);
        test_log_free(&log);
    }
}

static void every_flipped_bit(void **state) {
    (void)state;
    uint8_t *flipped = (uint8_t *)malloc(golden.size);
    assert_non_null(flipped);
    memcpy(flipped, golden.data, golden.size);
    for (size_t bit = 0; bit < golden.size * 8; bit++) {
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
        check_damaged("bit", bit, (pier_bytes){flipped, golden.size});
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(flipped);
}

static void every_byte_missing_or_doubled(void **state) {
    (void)state;
    uint8_t *bytes = (uint8_t *)malloc(golden.size + 1);
    assert_non_null(bytes);
    for (size_t at = 0; at < golden.size; at++) {
        memcpy(bytes, golden.data, at);
        memcpy(bytes + at, golden.data + at + 1, golden.size - at - 1);
        check_damaged("without byte", at, (pier_bytes){bytes, golden.size - 1});
        memcpy(bytes, golden.data, at + 1);
        memcpy(bytes + at + 1, golden.data + at, golden.size - at);
        check_damaged("twice byte", at, (pier_bytes){bytes, golden.size + 1});
    }
    free(bytes);
}

/* The places of the pieces of the golden stream, its end the last. */
static size_t places_of_pieces(size_t *places) {
    pier_archive *archive = test_open_load(NULL, NULL);
    pier_block block;
    size_t count = 0;
    assert_status(pier_archive_feed(archive, test_bytes_view(&golden)), PIER_OK);
    while (pier_archive_next_block(archive, &block) == PIER_OK) {
        places[count++] = (size_t)block.offset;
    }
    places[count++] = golden.size;
    pier_archive_destroy(archive);
    return count;
}

static void pieces_missing_doubled_and_swapped(void **state) {
    (void)state;
    size_t places[100];
    size_t count = places_of_pieces(places);
    for (size_t i = 0; i + 1 < count; i++) {
        size_t size = places[i + 1] - places[i];
        test_bytes bytes = {0};
        test_bytes_append(&bytes, golden.data, places[i]);
        test_bytes_append(&bytes, golden.data + places[i + 1], golden.size - places[i + 1]);
        check_damaged("without piece", i, test_bytes_view(&bytes));
        bytes.size = places[i];
        test_bytes_append(&bytes, golden.data + places[i], size);
        test_bytes_append(&bytes, golden.data + places[i], golden.size - places[i]);
        check_damaged("twice piece", i, test_bytes_view(&bytes));
        for (size_t j = i + 1; j + 1 < count; j++) {
            bytes.size = places[i];
            test_bytes_append(&bytes, golden.data + places[j], places[j + 1] - places[j]);
            test_bytes_append(&bytes, golden.data + places[i + 1], places[j] - places[i + 1]);
            test_bytes_append(&bytes, golden.data + places[i], size);
            test_bytes_append(&bytes, golden.data + places[j + 1], golden.size - places[j + 1]);
            check_damaged("swapped pieces", i * 100 + j, test_bytes_view(&bytes));
        }
        test_bytes_free(&bytes);
    }
}

/* The whole stream twice, the second time damaged: what the end mark of the first has closed is not mixed with it. */
static void damage_behind_an_end_mark(void **state) {
    (void)state;
    test_bytes both = {0};
    test_bytes_append(&both, golden.data, golden.size);
    test_bytes_append(&both, golden.data, golden.size);
    for (size_t at = golden.size; at < golden.size + 300; at++) {
        both.data[at] ^= 0x10;
        test_log log = {0};
        test_load_bytes(&log, NULL, test_bytes_view(&both), 0, 0, TEST_RECOVERS);
        /* The first stream whole; of the second the same id does not come again unless its preamble does. */
        assert_memory_equal(test_log_text(&log), golden_log, strlen(golden_log) - 4);
        assert_int_equal(test_log_count(&log, "failure") > 0, true);
        assert_int_equal(test_log_count(&log, "END"), 1);
        test_log_free(&log);
        both.data[at] ^= 0x10;
    }
    test_bytes_free(&both);
}

/* Over files: stalls at every byte of the way, and reads of one byte, change nothing. */
static void recovering_over_a_file_that_stalls(void **state) {
    (void)state;
    uint8_t *flipped = (uint8_t *)malloc(golden.size);
    assert_non_null(flipped);
    memcpy(flipped, golden.data, golden.size);
    for (size_t at = 0; at < golden.size; at += 61) {
        flipped[at] ^= 0x40;
        test_log expected = {0};
        test_load_bytes(&expected, NULL, (pier_bytes){flipped, golden.size}, 0, 0, TEST_RECOVERS);
        for (uint32_t read_bytes = 1; read_bytes < 5000; read_bytes = read_bytes * 9 + 24) {
            test_log found = {0};
            scripted_file script;
            scripted_file_init(&script, (pier_bytes){flipped, golden.size});
            scripted_file_cut_randomly(&script, 70, 0, at + 1);
            for (uint64_t i = 0; i < SCRIPTED_EVENTS_MAX; i++) {
                scripted_file_at(&script, PIER_READABLE, i * golden.size / SCRIPTED_EVENTS_MAX + at % 40,
                                 PIER_WOULD_BLOCK, 2);
            }
            pier_file *file = scripted_file_open(&script, NULL);
            pier_archive *archive = test_open_load(file, &(pier_archive_options){.read_bytes = read_bytes});
            if (at % 2 == 0) {
                pier_archive_set_deadline(archive, PIER_NOW);
            }
            (void)test_load(&found, archive, NULL, TEST_RECOVERS);
            /* Over a file that may wait the end mark is the end at once; the rest is read when it is asked again. */
            assert_string_equal(test_log_text(&found), test_log_text(&expected));
            pier_archive_destroy(archive);
            pier_file_destroy(file);
            scripted_file_deinit(&script);
            test_log_free(&found);
        }
        test_log_free(&expected);
        flipped[at] ^= 0x40;
    }
    free(flipped);
}

static void recovering_without_need_does_nothing(void **state) {
    (void)state;
    pier_archive *load = test_open_load(NULL, NULL);
    uint64_t skipped = 7;
    assert_status(pier_archive_recover(load, &skipped), PIER_OK);
    assert_int_equal(skipped, 0);
    assert_status(pier_archive_feed(load, test_bytes_view(&golden)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_int_equal(pier_archive_record_number(load), 1);
    pier_archive_destroy(load);
}

/* "Not now" in the middle of the search loses nothing and keeps the failure. */
static void the_search_waits_for_more_input(void **state) {
    (void)state;
    pier_archive *load = test_open_load(NULL, NULL);
    test_bytes bytes = {0};
    test_bytes_append(&bytes, golden.data, golden.size);
    bytes.data[20] ^= 1;
    assert_status(pier_archive_feed(load, (pier_bytes){bytes.data, 64}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_CORRUPT);
    uint64_t skipped = 7;
    for (size_t at = 64; at < 127; at++) {
        assert_status(pier_archive_recover(load, &skipped), PIER_MORE);
        assert_int_equal(skipped, 0);
        assert_status(pier_archive_status(load), PIER_CORRUPT);
        assert_status(pier_archive_next(load), PIER_CORRUPT);
        assert_true(pier_archive_has_next(load));
        assert_status(pier_archive_feed(load, (pier_bytes){bytes.data + at, 1}), PIER_OK);
    }
    assert_status(pier_archive_recover(load, &skipped), PIER_MORE);
    assert_status(pier_archive_feed(load, (pier_bytes){bytes.data + 127, bytes.size - 127}), PIER_OK);
    assert_status(pier_archive_recover(load, &skipped), PIER_OK);
    assert_int_equal(skipped, 64);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_archive_record_number(load), 1);
    pier_archive_destroy(load);
    test_bytes_free(&bytes);
}

static void what_cannot_be_gone_on_after(void **state) {
    (void)state;
    /* Another version. */
    uint8_t piece[64];
    pier__preamble preamble = {.version_major = 2, .block_target_bytes = 100, .stream_id = 1};
    pier__preamble_encode(&preamble, piece);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, (pier_bytes){piece, 64}), PIER_OK);
    assert_status(pier_archive_feed(load, test_bytes_view(&golden)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_VERSION);
    assert_status(pier_archive_recover(load, NULL), PIER_VERSION);
    assert_status(pier_archive_next(load), PIER_VERSION);
    pier_archive_destroy(load);
    /* A file that fails: at once, and in the middle of a search. */
    for (size_t at = 0; at < golden.size; at += 37) {
        test_bytes bytes = {0};
        test_bytes_append(&bytes, golden.data, golden.size);
        bytes.data[at * 7 % golden.size] ^= 2;
        scripted_file script;
        scripted_file_init(&script, test_bytes_view(&bytes));
        scripted_file_at(&script, PIER_READABLE, at, PIER_RESET, SCRIPTED_FOR_GOOD);
        pier_file *file = scripted_file_open(&script, NULL);
        load = test_open_load(file, NULL);
        test_log log = {0};
        (void)test_load(&log, load, NULL, TEST_RECOVERS);
        check_records("reset at", at, &log);
        assert_status(pier_archive_status(load), PIER_RESET);
        assert_int_equal(pier_archive_error(load)->offset, at);
        assert_int_equal(pier_archive_error(load)->floor, PIER_FLOOR_FILE);
        assert_status(pier_archive_recover(load, NULL), PIER_RESET);
        assert_status(pier_archive_next(load), PIER_RESET);
        pier_archive_destroy(load);
        pier_file_destroy(file);
        scripted_file_deinit(&script);
        test_log_free(&log);
        test_bytes_free(&bytes);
    }
}

/* Of a stream whose preamble was lost nobody knows the block target: the limit of the queue bounds its blocks. */
static void without_a_preamble_blocks_have_the_limit_of_the_queue(void **state) {
    (void)state;
    static const struct {
        uint8_t kind;
        uint8_t flags;
        uint32_t records;
        const char *limit;
    } rows[] = {
        {PIER_BLOCK_RECORDS, 0, 2, "the limit is 70000 (queue_bytes_max)"},
        {PIER_BLOCK_RAW, PIER__FLAG_RAW_BEGIN, 1, "the limit is 70000 (queue_bytes_max)"},
        {PIER_BLOCK_DEFINITIONS, 0, 0, "the limit is 65536 (record_bytes_max)"},
    };
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 70000, .record_bytes_max = 1000};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t piece[64];
        pier__header header = {.kind = PIER_BLOCK_RECORDS,
                               .flags = PIER__FLAG_EPOCH_BEGIN,
                               .stream_id = 9,
                               .first_record = 1,
                               .records = 1,
                               .stored_bytes = 1,
                               .raw_bytes = 1};
        pier__header_encode(&header, piece);
        test_bytes bytes = {0};
        test_bytes_append(&bytes, "?", 1);
        test_bytes_append(&bytes, piece, 64);
        test_bytes_append(&bytes, "\x01", 1);
        header = (pier__header){.kind = rows[i].kind,
                                .flags = rows[i].flags,
                                .stream_id = 9,
                                .first_record = 2,
                                .number = 1,
                                .records = rows[i].records,
                                .stored_bytes = 70001,
                                .raw_bytes = 70001};
        pier__header_encode(&header, piece);
        test_bytes_append(&bytes, piece, 64);
        pier_archive *load = test_open_load(NULL, &(pier_archive_options){.limits = &limits});
        assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
        pier_archive_feed_end(load);
        assert_status(pier_archive_next(load), PIER_CORRUPT);
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_archive_next(load), PIER_LIMIT);
        assert_int_equal(pier_archive_error(load)->offset, 1 + 64 + 1 + 36);
        assert_non_null(strstr(pier_archive_error(load)->text, "70001"));
        assert_non_null(strstr(pier_archive_error(load)->text, rows[i].limit));
        pier_archive_destroy(load);
        test_bytes_free(&bytes);
    }
}

/* Numbers that no stream can have are not taken over: they would wrap, and records come again. */
static void numbers_that_wrap_are_not_taken_over(void **state) {
    (void)state;
    static const uint64_t firsts[] = {0, UINT64_MAX, UINT64_MAX - 1};
    for (size_t i = 0; i < 3; i++) {
        uint8_t piece[64];
        pier__header header = {.kind = PIER_BLOCK_RECORDS,
                               .flags = 4,
                               .stream_id = 9,
                               .first_record = firsts[i],
                               .records = 2,
                               .stored_bytes = 2,
                               .raw_bytes = 2};
        pier__header_encode(&header, piece);
        test_bytes bytes = {0};
        test_bytes_append(&bytes, "?", 1);
        test_bytes_append(&bytes, piece, 64);
        test_bytes_append(&bytes, "\x01\x02", 2);
        test_log log = {0};
        test_load_bytes(&log, NULL, test_bytes_view(&bytes), 0, 0, TEST_RECOVERS);
        assert_int_equal(test_log_count(&log, "record"), 0);
        assert_int_equal(test_log_count(&log, "END"), 1);
        test_log_free(&log);
        test_bytes_free(&bytes);
    }
}

/* Whatever the limits: the search takes no more memory than a block, and ends. */
static void damage_is_gone_through_by_small_loaders(void **state) {
    (void)state;
    pier_limits limits = {
        .size = sizeof limits, .record_bytes_max = 20, .queue_bytes_max = 200, .classes_max = 2, .depth_max = 2};
    for (size_t at = 0; at < golden.size; at += 11) {
        uint8_t byte = golden.data[at];
        golden.data[at] ^= 0x81;
        test_log whole = {0};
        test_log chunked = {0};
        pier_archive_options options = {.limits = &limits, .read_bytes = 1 << 20};
        test_load_bytes(&whole, &options, test_bytes_view(&golden), 0, 0, TEST_RECOVERS);
        options.read_bytes = 7;
        test_load_bytes(&chunked, &options, test_bytes_view(&golden), 0, 7, TEST_RECOVERS | TEST_HAS_NEXT);
        assert_string_equal(test_log_text(&chunked), test_log_text(&whole));
        golden.data[at] = byte;
        test_log_free(&whole);
        test_log_free(&chunked);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(every_byte_missing_or_doubled),
        cmocka_unit_test(pieces_missing_doubled_and_swapped),
        cmocka_unit_test(damage_behind_an_end_mark),
        cmocka_unit_test(recovering_over_a_file_that_stalls),
        cmocka_unit_test(recovering_without_need_does_nothing),
        cmocka_unit_test(the_search_waits_for_more_input),
        cmocka_unit_test(what_cannot_be_gone_on_after),
        cmocka_unit_test(without_a_preamble_blocks_have_the_limit_of_the_queue),
        cmocka_unit_test(numbers_that_wrap_are_not_taken_over),
        cmocka_unit_test(damage_is_gone_through_by_small_loaders),
    };
    return cmocka_run_group_tests(tests, read_golden, free_golden);
}
