/* Raw bytes in mid-stream: stored, loaded part by part, passed over, abandoned, cut off and limited; archives detached.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <pier/raw.h>

#include "archive/wire_internal.h"
#include "support/fault_allocator.h"

static uint8_t byte_at(size_t i) {
    return (uint8_t)(i * 31 + i / 251);
}

static void fill(uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bytes[i] = byte_at(i);
    }
}

/* Stores `size` bytes as raw bytes, `chunk` at a time, and drains what is ready. */
static void store_raw(pier_archive *archive, size_t size, size_t chunk, test_bytes *bytes) {
    static uint8_t content[300000];
    fill(content, size);
    assert_status(pier_archive_begin_raw(archive), PIER_OK);
    for (size_t at = 0; at < size; at += chunk) {
        size_t stored = 0;
        size_t now = size - at < chunk ? size - at : chunk;
        assert_status(pier_archive_store_raw(archive, (pier_bytes){content + at, now}, &stored), PIER_OK);
        assert_int_equal(stored, now);
        if (bytes != NULL) {
            (void)test_drain(archive, bytes);
        }
    }
    assert_status(pier_archive_end_raw(archive), PIER_OK);
}

/* Loads raw bytes, and compares them. Returns how the loading ended. */
static pier_status expect_raw(pier_archive *archive, test_source *source, size_t size) {
    assert_true(pier_archive_is_raw(archive));
    size_t at = 0;
    for (;;) {
        pier_bytes part;
        pier_status status = pier_archive_load_raw(archive, &part);
        if (status == PIER_MORE && source != NULL && test_feed(archive, source)) {
            continue;
        }
        if (status != PIER_OK) {
            assert_int_equal(part.size, 0);
            if (status == PIER_END) {
                assert_int_equal(at, size);
                assert_false(pier_archive_is_raw(archive));
            }
            return status;
        }
        for (size_t i = 0; i < part.size; i++) {
            assert_int_equal(((const uint8_t *)part.data)[i], byte_at(at + i));
        }
        at += part.size;
    }
}

/* The next record, fed as far as need be. */
static pier_status next(pier_archive *archive, test_source *source) {
    pier_status status;
    while ((status = pier_archive_next(archive)) == PIER_MORE || (status == PIER_END && !source->is_ended)) {
        assert_true(test_feed(archive, source));
    }
    return status;
}

static void what_is_stored_is_loaded_however_it_is_cut(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 1000, 200000};
    static const uint32_t targets[] = {1, 64, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++) {
            if (sizes[i] > 1000 && targets[t] < 65536) {
                continue;
            }
            pier_limits limits = {.size = sizeof limits, .block_target_bytes = targets[t]};
            pier_archive_options options = {.limits = &limits};
            pier_archive *store = test_open_store(NULL, &options);
            test_bytes bytes = {0};
            test_store_u64(store, 1);
            store_raw(store, sizes[i], 7000, &bytes);
            test_store_u64(store, 3);
            store_raw(store, sizes[i], 10, &bytes);
            test_close(store, &bytes);
            static const size_t chunks[] = {0, 1, 33, 4096};
            for (size_t c = sizes[i] > 1000 ? 2 : 0; c < sizeof chunks / sizeof chunks[0]; c++) {
                pier_archive_options small = {.read_bytes = 33};
                pier_archive *load = test_open_load(NULL, &small);
                test_source source = {.input = test_bytes_view(&bytes), .chunk = chunks[c]};
                assert_status(next(load, &source), PIER_OK);
                assert_int_equal(pier_load_u32(load), 1);
                assert_status(next(load, &source), PIER_OK);
                assert_int_equal(pier_archive_record_number(load), 2);
                assert_status(expect_raw(load, &source, sizes[i]), PIER_END);
                assert_int_equal(pier_archive_record_number(load), 0);
                assert_status(next(load, &source), PIER_OK);
                assert_int_equal(pier_archive_record_number(load), 3);
                assert_int_equal(pier_load_u32(load), 3);
                /* The second raw bytes are passed over, after their first part. */
                assert_status(next(load, &source), PIER_OK);
                assert_true(pier_archive_is_raw(load));
                assert_status(next(load, &source), PIER_END);
                pier_archive_destroy(load);
            }
            test_bytes_free(&bytes);
        }
    }
}

/* Memory stays within a block or two on both sides, whatever the size, over a connection of two files in memory. */
static void memory_does_not_grow_with_the_size(void **state) {
    (void)state;
    fault_allocator memory;
    fault_allocator_init(&memory);
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 100};
    pier_archive_options options = {.allocator = &memory.allocator, .limits = &limits};
    pier_archive *store = test_open_store(NULL, &options);
    pier_archive *load = test_open_load(NULL, &options);
    static uint8_t content[100000];
    fill(content, sizeof content);
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    uint64_t loaded = 0;
    for (int turn = 0; turn < 500; turn++) {
        size_t stored = 0;
        assert_status(pier_archive_store_raw(store, (pier_bytes){content, sizeof content}, &stored), PIER_OK);
        pier_bytes ready = pier_archive_drain(store);
        assert_status(pier_archive_feed(load, ready), PIER_OK);
        pier_archive_drained(store, ready.size);
        if (turn == 0) {
            assert_status(pier_archive_next(load), PIER_OK);
        }
        pier_bytes part;
        while (pier_archive_load_raw(load, &part) == PIER_OK) {
            loaded += part.size;
        }
    }
    assert_true(loaded > UINT64_C(49000000));
    assert_true(memory.peak_bytes < 1000000);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    fault_allocator_check(&memory);
    fault_allocator_deinit(&memory);
}

static void what_is_abandoned_is_told_and_records_follow(void **state) {
    (void)state;
    for (int at_close = 0; at_close < 2; at_close++) {
        pier_archive *store = test_open_store(NULL, NULL);
        test_bytes bytes = {0};
        size_t stored = 0;
        assert_status(pier_archive_abandon_raw(store), PIER_OK);
        assert_status(pier_archive_begin_raw(store), PIER_OK);
        assert_status(pier_archive_store_raw(store, (pier_bytes){"half", 4}, &stored), PIER_OK);
        assert_status(pier_archive_flush(store), PIER_OK);
        if (at_close == 0) {
            assert_status(pier_archive_abandon_raw(store), PIER_OK);
            test_store_u64(store, 7);
        }
        test_close(store, &bytes);
        pier_archive *load = test_open_load(NULL, NULL);
        assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
        pier_archive_feed_end(load);
        assert_status(pier_archive_next(load), PIER_OK);
        pier_bytes part;
        assert_status(pier_archive_load_raw(load, &part), PIER_OK);
        assert_memory_equal(part.data, "half", 4);
        assert_status(pier_archive_load_raw(load, &part), PIER_SKIPPED);
        assert_status(pier_archive_error(load)->status, PIER_TRUNCATED);
        assert_int_equal(pier_archive_error(load)->record, 1);
        assert_int_equal(pier_archive_error(load)->offset, 64 + 64 + 9);
        if (at_close == 0) {
            assert_status(pier_archive_next(load), PIER_OK);
            assert_int_equal(pier_load_u32(load), 7);
        }
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        test_bytes_free(&bytes);
    }
}

static void limits_hold_on_both_sides(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .raw_bytes_max = 100, .block_target_bytes = 64};
    pier_archive_options options = {.limits = &limits};
    pier_archive *store = test_open_store(NULL, &options);
    uint8_t content[200];
    size_t stored = 1;
    fill(content, sizeof content);
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    assert_status(pier_archive_store_raw(store, (pier_bytes){content, 101}, &stored), PIER_LIMIT);
    assert_int_equal(stored, 0);
    assert_non_null(strstr(pier_archive_error(store)->text, "raw_bytes_max"));
    assert_status(pier_archive_store_raw(store, (pier_bytes){content, 100}, &stored), PIER_OK);
    assert_status(pier_archive_store_raw(store, (pier_bytes){content, 1}, &stored), PIER_LIMIT);
    assert_status(pier_archive_end_raw(store), PIER_OK);
    pier_archive_destroy(store);
    /* A sender with a higher limit. */
    limits.raw_bytes_max = 0;
    test_bytes bytes = {0};
    store = test_open_store(NULL, &options);
    store_raw(store, 200, 200, &bytes);
    test_store_u64(store, 2);
    test_close(store, &bytes);
    limits.raw_bytes_max = 100;
    pier_archive *load = test_open_load(NULL, &options);
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(expect_raw(load, NULL, 200), PIER_SKIPPED);
    assert_status(pier_archive_error(load)->status, PIER_LIMIT);
    assert_non_null(strstr(pier_archive_error(load)->text, "(raw_bytes_max)"));
    assert_int_equal(pier_archive_error(load)->offset, 64 + 64 + 69 + 64);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u32(load), 2);
    pier_archive_destroy(load);
    test_bytes_free(&bytes);
}

/* Each cut in the raw bytes is TRUNCATED at the length of the input. */
static void each_cut_is_truncated_at_its_place(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 64};
    pier_archive_options options = {.limits = &limits};
    pier_archive *store = test_open_store(NULL, &options);
    test_bytes bytes = {0};
    store_raw(store, 150, 150, &bytes);
    (void)test_drain(store, &bytes);
    pier_archive_destroy(store);
    for (size_t cut = 64 + 64 + 69; cut < bytes.size; cut++) {
        pier_archive *load = test_open_load(NULL, NULL);
        assert_status(pier_archive_feed(load, (pier_bytes){bytes.data, cut}), PIER_OK);
        pier_archive_feed_end(load);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(expect_raw(load, NULL, 150), PIER_TRUNCATED);
        assert_int_equal(pier_archive_error(load)->offset, cut);
        pier_bytes part;
        assert_status(pier_archive_load_raw(load, &part), PIER_TRUNCATED);
        assert_status(pier_archive_recover(load, NULL), PIER_END);
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
    }
    test_bytes_free(&bytes);
}

static void misuse_is_told(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    pier_archive *load = test_open_load(NULL, NULL);
    size_t stored;
    pier_bytes part;
    assert_status(pier_archive_store_raw(store, (pier_bytes){"x", 1}, &stored), PIER_USAGE);
    assert_status(pier_archive_end_raw(store), PIER_USAGE);
    assert_status(pier_archive_load_raw(store, &part), PIER_USAGE);
    assert_status(pier_archive_begin_raw(load), PIER_USAGE);
    assert_status(pier_archive_store_raw(load, (pier_bytes){"x", 1}, &stored), PIER_USAGE);
    assert_status(pier_archive_end_raw(load), PIER_USAGE);
    assert_status(pier_archive_abandon_raw(load), PIER_USAGE);
    assert_status(pier_archive_load_raw(load, &part), PIER_USAGE);
    assert_false(pier_archive_is_raw(load));
    assert_false(pier_archive_is_raw(store));
    assert_status(pier_archive_begin(store), PIER_OK);
    assert_status(pier_archive_begin_raw(store), PIER_USAGE);
    pier_archive_abandon(store);
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    assert_status(pier_archive_begin_raw(store), PIER_USAGE);
    assert_status(pier_archive_begin(store), PIER_USAGE);
    assert_status(pier_archive_detach(store, NULL), PIER_USAGE);
    assert_status(pier_archive_store_raw(store, (pier_bytes){"x", 1}, &stored), PIER_OK);
    assert_status(pier_archive_end_raw(store), PIER_OK);
    test_bytes bytes = {0};
    test_close(store, &bytes);
    /* Who takes raw bytes for a record fails in this record alone. */
    pier_archive *copy = test_open_store(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_forward(copy, load), PIER_UNSUPPORTED);
    assert_int_equal(pier_archive_record_bytes(load).size, 0);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_detach(load, &part), PIER_USAGE);
    assert_int_equal(pier_load_u32(load), 0);
    assert_status(pier_archive_status(load), PIER_TYPE);
    assert_int_equal(pier_archive_error(load)->offset, 128);
    assert_status(pier_archive_load_raw(load, &part), PIER_TYPE);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(copy);
    pier_archive_destroy(load);
    test_bytes_free(&bytes);
    pier_archive_options plain = {.format = PIER_FORMAT_PLAIN};
    store = test_open_store(NULL, &plain);
    assert_status(pier_archive_begin_raw(store), PIER_UNSUPPORTED);
    test_store_u64(store, 1);
    assert_status(pier_archive_status(store), PIER_OK);
    pier_archive_destroy(store);
}

/* A flush sends what there is of raw bytes: nothing, when all of it went before. */
static void a_flush_with_no_part_open_adds_nothing(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    test_bytes bytes = {0};
    size_t stored = 0;
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    assert_status(pier_archive_store_raw(store, (pier_bytes){"0123456789", 10}, &stored), PIER_OK);
    assert_status(pier_archive_flush(store), PIER_OK);
    assert_true(test_drain(store, &bytes) > 0);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_archive_flush(store), PIER_OK);
        assert_int_equal(test_drain(store, &bytes), 0);
    }
    assert_status(pier_archive_end_raw(store), PIER_OK);
    test_close(store, &bytes);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_bytes part;
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_load_raw(load, &part), PIER_OK);
    assert_int_equal(part.size, 10);
    assert_memory_equal(part.data, "0123456789", 10);
    assert_status(pier_archive_load_raw(load, &part), PIER_END);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_bytes_free(&bytes);
}

/* What is wrong with a block of raw bytes that are passed over is told ahead, too. */
static void a_bad_part_that_is_passed_over_is_looked_ahead_at(void **state) {
    (void)state;
    uint8_t piece[64];
    test_bytes bytes = {0};
    pier__preamble preamble = {.version_major = 1, .block_target_bytes = 100, .stream_id = 7};
    pier__header header = {.kind = PIER_BLOCK_RAW,
                           .flags = PIER__FLAG_EPOCH_BEGIN | PIER__FLAG_RAW_BEGIN,
                           .stream_id = 7,
                           .first_record = 1,
                           .records = 1,
                           .stored_bytes = 3,
                           .raw_bytes = 3};
    pier__preamble_encode(&preamble, piece);
    test_bytes_append(&bytes, piece, 64);
    pier__header_encode(&header, piece);
    test_bytes_append(&bytes, piece, 64);
    test_bytes_append(&bytes, "\xc4\x01x", 3);
    for (int wrong = 0; wrong < 2; wrong++) {
        header = (pier__header){.kind = PIER_BLOCK_RAW, .stream_id = 7, .first_record = 2, .number = 1};
        header.stored_bytes = header.raw_bytes = 3;
        bytes.size = 64 + 64 + 3;
        pier__header_encode(&header, piece);
        test_bytes_append(&bytes, piece, 64);
        test_bytes_append(&bytes, wrong ? "\xc4\x02x" : "\xc4\x01x", 3);
        pier_archive *load = test_open_load(NULL, NULL);
        assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_true(pier_archive_is_raw(load));
        assert_int_equal(pier_archive_has_next(load), wrong);
        assert_status(pier_archive_next(load), wrong ? PIER_PROTOCOL : PIER_MORE);
        if (wrong) {
            assert_int_equal(pier_archive_error(load)->offset, 64 + 64 + 3 + 64);
        }
        pier_archive_destroy(load);
    }
    test_bytes_free(&bytes);
}

static void a_full_queue_takes_a_part(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 500, .block_target_bytes = 100};
    pier_archive_options options = {.limits = &limits};
    pier_archive *store = test_open_store(NULL, &options);
    static uint8_t content[3000];
    fill(content, sizeof content);
    test_bytes bytes = {0};
    size_t at = 0;
    unsigned waits = 0;
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    while (at < sizeof content) {
        size_t stored = 0;
        pier_status status = pier_archive_store_raw(store, (pier_bytes){content + at, sizeof content - at}, &stored);
        at += stored;
        if (status != PIER_OK) {
            assert_status(status, PIER_WOULD_BLOCK);
            assert_true(pier_archive_queued_bytes(store) < 1000);
            waits++;
            (void)test_drain(store, &bytes);
        }
    }
    assert_true(waits > 3);
    assert_status(pier_archive_end_raw(store), PIER_OK);
    test_close(store, &bytes);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(expect_raw(load, NULL, sizeof content), PIER_END);
    pier_archive_destroy(load);
    test_bytes_free(&bytes);
}

/* A pass that may lack memory at any call: what was not taken is stored again, and all arrives. */
static void store_and_load(fault_allocator *faults, void *user) {
    (void)user;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 600};
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator, .limits = &limits};
    pier_archive *store = NULL;
    pier_archive *load = NULL;
    uint8_t content[2000];
    fill(content, sizeof content);
    pier_status status = pier_archive_open_store(&store, NULL, &options, NULL);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&load, NULL, &options, NULL);
    }
    if (status == PIER_OK) {
        status = pier_archive_begin_raw(store);
    }
    size_t at = 0;
    bool is_patient = !faults->for_good;
    while (status == PIER_OK && at < sizeof content) {
        size_t stored = 0;
        status = pier_archive_store_raw(store, (pier_bytes){content + at, sizeof content - at}, &stored);
        at += stored;
        status = status == PIER_NO_MEMORY && is_patient ? PIER_OK : status;
    }
    if (status == PIER_OK) {
        status = pier_archive_end_raw(store);
    }
    if (status == PIER_NO_MEMORY && is_patient && store != NULL && load != NULL && at == sizeof content) {
        status = pier_archive_end_raw(store);
    }
    if (status == PIER_OK) {
        status = pier_archive_feed(load, pier_archive_drain(store));
    }
    if (status == PIER_OK) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(expect_raw(load, NULL, sizeof content), PIER_END);
    }
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

static void a_lack_of_memory_loses_nothing(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(store_and_load, NULL) > 8);
}

static void a_detached_archive_gives_what_it_read_ahead(void **state) {
    (void)state;
    for (int format = PIER_FORMAT_FRAMED; format <= PIER_FORMAT_PLAIN; format++) {
        for (int over_file = 0; over_file < 2; over_file++) {
            pier_archive_options options = {.format = (pier_format)format};
            pier_archive *store = test_open_store(NULL, &options);
            test_bytes bytes = {0};
            test_store_u64(store, 5);
            test_store_u64(store, 6);
            test_close(store, &bytes);
            static const char rest[] = "\xc1\xc1 another protocol";
            test_bytes_append(&bytes, rest, sizeof rest);
            pier_file *file = NULL;
            assert_status(pier_file_open_view(&file, test_bytes_view(&bytes), NULL, NULL), PIER_OK);
            pier_archive *load = test_open_load(over_file != 0 ? file : NULL, &options);
            if (over_file == 0) {
                assert_status(pier_archive_feed(load, test_bytes_view(&bytes)), PIER_OK);
            }
            pier_bytes unread;
            assert_status(pier_archive_next(load), PIER_OK);
            if (format == PIER_FORMAT_FRAMED) {
                /* A record of the block is not loaded yet. */
                assert_status(pier_archive_detach(load, &unread), PIER_USAGE);
                assert_status(pier_archive_status(load), PIER_OK);
            }
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_archive_detach(load, NULL), PIER_USAGE);
            assert_status(pier_archive_detach(load, &unread), PIER_OK);
            assert_int_equal(unread.size, sizeof rest);
            assert_memory_equal(unread.data, rest, sizeof rest);
            assert_status(pier_archive_next(load), PIER_USAGE);
            assert_status(pier_archive_detach(load, &unread), PIER_USAGE);
            assert_status(pier_archive_reset(load), PIER_USAGE);
            assert_status(pier_archive_recover(load, NULL), PIER_USAGE);
            assert_int_equal(pier_archive_record_number(load), 0);
            pier_archive_destroy(load);
            pier_file_destroy(file);
            test_bytes_free(&bytes);
        }
    }
}

static void a_storing_archive_is_detached_when_all_is_written(void **state) {
    (void)state;
    pier_archive_options options = {.format = PIER_FORMAT_PLAIN};
    pier_file *file = NULL;
    assert_status(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    pier_archive *store = test_open_store(file, &options);
    test_store_u64(store, 5);
    assert_status(pier_archive_detach(store, NULL), PIER_OK);
    assert_int_equal(pier_file_memory_bytes(file).size, 1);
    assert_status(pier_archive_begin(store), PIER_USAGE);
    assert_status(pier_archive_flush(store), PIER_USAGE);
    pier_archive_destroy(store);
    pier_file_destroy(file);
    /* By hand: when all is drained. */
    store = test_open_store(NULL, &options);
    test_store_u64(store, 5);
    assert_status(pier_archive_detach(store, NULL), PIER_WOULD_BLOCK);
    pier_archive_drained(store, 1);
    assert_status(pier_archive_detach(store, NULL), PIER_OK);
    pier_archive_destroy(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_is_loaded_however_it_is_cut),
        cmocka_unit_test(memory_does_not_grow_with_the_size),
        cmocka_unit_test(what_is_abandoned_is_told_and_records_follow),
        cmocka_unit_test(limits_hold_on_both_sides),
        cmocka_unit_test(each_cut_is_truncated_at_its_place),
        cmocka_unit_test(misuse_is_told),
        cmocka_unit_test(a_flush_with_no_part_open_adds_nothing),
        cmocka_unit_test(a_bad_part_that_is_passed_over_is_looked_ahead_at),
        cmocka_unit_test(a_full_queue_takes_a_part),
        cmocka_unit_test(a_lack_of_memory_loses_nothing),
        cmocka_unit_test(a_detached_archive_gives_what_it_read_ahead),
        cmocka_unit_test(a_storing_archive_is_detached_when_all_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
