/* Loading archives and memory: what may be fed, what announced lengths cost, and how long views hold.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <pier/mark.h>
#include <pier/raw.h>

#include "archive/wire_internal.h"
#include "support/fault_allocator.h"

static const test_class one = {.name = "test.One"};

static void feed(pier_archive *archive, const test_bytes *bytes, size_t from, size_t to) {
    assert_status(pier_archive_feed(archive, (pier_bytes){bytes->data + from, to - from}), PIER_OK);
}

static void unread_input_has_a_limit(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 1000};
    pier_archive_options options = {.limits = &limits, .format = PIER_FORMAT_PLAIN, .read_bytes = 10};
    pier_archive *load = test_open_load(NULL, &options);
    static const uint8_t ones[2000] = {0};
    assert_status(pier_archive_feed(load, (pier_bytes){ones, 1001}), PIER_LIMIT);
    assert_status(pier_archive_feed(load, (pier_bytes){ones, 600}), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){ones, 401}), PIER_LIMIT);
    assert_non_null(strstr(pier_archive_error(load)->text, "queue_bytes_max"));
    assert_status(pier_archive_feed(load, (pier_bytes){NULL, 0}), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){ones, 400}), PIER_OK);
    void *space = NULL;
    size_t space_bytes = 0;
    assert_status(pier_archive_feed_space(load, &space, &space_bytes), PIER_LIMIT);
    assert_status(pier_archive_status(load), PIER_OK);
    for (int i = 0; i < 1000; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_load_u8(load), 0);
    }
    assert_status(pier_archive_next(load), PIER_MORE);
    assert_status(pier_archive_feed_space(load, &space, &space_bytes), PIER_OK);
    assert_true(space_bytes >= 1 && space_bytes <= 1010);
    memcpy(space, "\x07\x08", 2);
    pier_archive_feed_filled(load, 2);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u8(load), 7);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u8(load), 8);
    pier_archive_destroy(load);
}

/* Without a limit worth the name, memory is one. */
static void a_feed_that_no_memory_holds(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = UINT64_MAX};
    pier_archive *load =
        test_open_load(NULL, &(pier_archive_options){.limits = &limits, .allocator = &faults.allocator});
    assert_status(pier_archive_feed(load, (pier_bytes){"x", SIZE_MAX / 2}), PIER_NO_MEMORY);
    void *space = load;
    size_t space_bytes = 1;
    fault_allocator_fail(&faults, 1, false);
    assert_status(pier_archive_feed_space(load, &space, &space_bytes), PIER_NO_MEMORY);
    assert_null(space);
    assert_status(pier_archive_error(load)->status, PIER_NO_MEMORY);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_feed_space(load, &space, &space_bytes), PIER_OK);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

/* A record that is longer than the queue is loaded all the same, when it is within its own limit. */
static void a_record_above_the_queue_still_arrives(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        test_bytes stream = {0};
        pier_format format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
        pier_limits storing = {.size = sizeof storing, .block_target_bytes = 500};
        pier_archive *store = test_open_store(NULL, &(pier_archive_options){.format = format, .limits = &storing});
        test_store_text(store, 20000, 'x');
        test_store_u64(store, 5);
        test_close(store, &stream);
        pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 1000};
        pier_archive *load =
            test_open_load(NULL, &(pier_archive_options){.limits = &limits, .format = format, .read_bytes = 64});
        size_t fed = 0;
        size_t records = 0;
        while (records < 2) {
            pier_status status = pier_archive_next(load);
            if (status == PIER_OK) {
                records++;
                assert_int_equal(pier_archive_record_bytes(load).size, records == 1 ? 20003 : 1);
                continue;
            }
            assert_status(status, PIER_MORE);
            size_t size = stream.size - fed < 64 ? stream.size - fed : 64;
            feed(load, &stream, fed, fed + size);
            fed += size;
        }
        pier_archive_destroy(load);
        test_bytes_free(&stream);
    }
}

/* Announced lengths take no memory before their bytes come. */
static void hostile_lengths_cost_nothing(void **state) {
    (void)state;
    static const char *const values[] = {"\xdd\xff\xff\xff\xff", "\xdf\x7f\xff\xff\xff", "\xdb\x00\xff\xff\xff",
                                         "\xc6\x00\xff\xff\xff", "\xdd\x00\x0f\xff\xff"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive_options options = {.allocator = &faults.allocator, .format = PIER_FORMAT_PLAIN, .read_bytes = 100};
        pier_archive *load = test_open_load(NULL, &options);
        assert_status(pier_archive_feed(load, (pier_bytes){values[i], 5}), PIER_OK);
        pier_status status = pier_archive_next(load);
        assert_true(status == PIER_LIMIT || status == PIER_MORE);
        assert_true(faults.peak_bytes < 8192);
        pier_archive_destroy(load);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
    }
    /* A block whose header announces 16 MiB: memory follows what came. */
    fault_allocator faults;
    fault_allocator_init(&faults);
    uint8_t piece[64];
    pier__preamble preamble = {.version_major = 1, .block_target_bytes = 16 << 20, .stream_id = 7};
    pier__header header = {.kind = PIER_BLOCK_RECORDS,
                           .flags = 6,
                           .stream_id = 7,
                           .first_record = 1,
                           .records = 1,
                           .stored_bytes = 16 << 20,
                           .raw_bytes = 16 << 20};
    pier_archive *load =
        test_open_load(NULL, &(pier_archive_options){.allocator = &faults.allocator, .read_bytes = 100});
    pier__preamble_encode(&preamble, piece);
    assert_status(pier_archive_feed(load, (pier_bytes){piece, 64}), PIER_OK);
    pier__header_encode(&header, piece);
    assert_status(pier_archive_feed(load, (pier_bytes){piece, 64}), PIER_OK);
    for (size_t came = 64; came < 100000; came += 64) {
        assert_status(pier_archive_next(load), PIER_MORE);
        assert_true(faults.live_bytes < 3 * came + 16384);
        assert_status(pier_archive_feed(load, (pier_bytes){piece, 64}), PIER_OK);
    }
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

/* Memory does not grow with the connection. */
static void memory_stays_while_records_pass(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_format format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
        pier_limits limits = {.size = sizeof limits, .block_target_bytes = 500};
        pier_archive_options options = {
            .allocator = &faults.allocator, .limits = &limits, .format = format, .read_bytes = 256};
        pier_archive *store = test_open_store(NULL, &options);
        pier_archive *load = test_open_load(NULL, &options);
        size_t after_100 = 0;
        for (uint64_t i = 0; i < 5000; i++) {
            test_store_text(store, 1 + i * 37 % 900, 'm');
            pier_bytes ready = pier_archive_drain(store);
            assert_status(pier_archive_feed(load, ready), PIER_OK);
            pier_archive_drained(store, ready.size);
            while (pier_archive_next(load) == PIER_OK) {
                assert_true(pier_load_text(load).size > 0);
            }
            if (i == 1000) {
                after_100 = faults.live_bytes;
            }
        }
        assert_int_equal(faults.live_bytes, after_100);
        pier_archive_destroy(store);
        pier_archive_destroy(load);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
    }
}

/* Views of the current record stay as they are while input is fed behind it, however often the buffer moves. */
static void views_stay_while_input_comes(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        test_bytes stream = {0};
        pier_format format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
        pier_archive *store = test_open_store(NULL, &(pier_archive_options){.format = format});
        for (char letter = 'a'; letter <= 'z'; letter++) {
            test_store_text(store, 300, letter);
            assert_status(pier_archive_flush(store), PIER_OK);
        }
        test_close(store, &stream);
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive *load = test_open_load(
            NULL, &(pier_archive_options){.allocator = &faults.allocator, .format = format, .read_bytes = 1});
        size_t fed = 0;
        char expected[300];
        for (char letter = 'a'; letter <= 'z'; letter++) {
            while (pier_archive_next(load) == PIER_MORE) {
                feed(load, &stream, fed, fed + 1);
                fed++;
            }
            assert_int_equal(pier_archive_record_number(load), letter - 'a' + 1);
            memset(expected, letter, sizeof expected);
            bool is_loaded = letter % 2 == 0;
            pier_text text = is_loaded ? pier_load_text(load) : (pier_text){0};
            pier_bytes bytes = pier_archive_record_bytes(load);
            /* Much comes behind it, in small and large pieces. */
            for (size_t size = 1; size < 500 && stream.size - fed > 700; size *= 3) {
                feed(load, &stream, fed, fed + size);
                fed += size;
            }
            (void)pier_archive_has_next(load);
            if (!is_loaded) {
                text = pier_load_text(load);
            }
            assert_int_equal(text.size, 300);
            assert_memory_equal(text.data, expected, 300);
            assert_memory_equal((const uint8_t *)bytes.data + 3, expected, 300);
        }
        pier_archive_destroy(load);
        fault_allocator_check(&faults);
        fault_allocator_deinit(&faults);
        test_bytes_free(&stream);
    }
}

/* Without memory for more input what was loaded stays, and so does what came. */
static void views_stay_when_no_memory_is_left(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_text(store, 300, 'a');
    assert_status(pier_archive_flush(store), PIER_OK);
    size_t first = test_drain(store, &stream);
    test_store_text(store, 5000, 'b');
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &faults.allocator, .read_bytes = 1});
    feed(load, &stream, 0, first);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_text text = pier_load_text(load);
    fault_allocator_fail(&faults, 1, true);
    pier_bytes rest = {stream.data + first, stream.size - first};
    assert_status(pier_archive_feed(load, rest), PIER_NO_MEMORY);
    assert_non_null(strstr(pier_archive_error(load)->text, "no memory for"));
    assert_status(pier_archive_status(load), PIER_OK);
    assert_int_equal(faults.struck, 1);
    assert_int_equal(text.size, 300);
    assert_int_equal(text.data[299], 'a');
    fault_allocator_fail(&faults, 0, false);
    assert_status(pier_archive_feed(load, rest), PIER_OK);
    assert_int_equal(text.data[0], 'a');
    assert_int_equal(text.data[299], 'a');
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_text(load).size, 5000);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    test_bytes_free(&stream);
}

/* A part of raw bytes is a view, too. */
static void parts_stay_while_input_comes(void **state) {
    (void)state;
    static uint8_t content[30000];
    test_bytes stream = {0};
    size_t stored = 0;
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i % 251);
    }
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 1000};
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.limits = &limits});
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    assert_status(pier_archive_store_raw(store, (pier_bytes){content, sizeof content}, &stored), PIER_OK);
    assert_int_equal(stored, sizeof content);
    assert_status(pier_archive_end_raw(store), PIER_OK);
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.read_bytes = 1});
    size_t fed = 0;
    size_t at = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_MORE) {
        feed(load, &stream, fed, fed + 1);
        fed++;
    }
    assert_status(status, PIER_OK);
    for (pier_bytes part; (status = pier_archive_load_raw(load, &part)) != PIER_END; at += part.size) {
        size_t size = stream.size - fed < 700 ? stream.size - fed : 700;
        assert_true(status == PIER_OK || (status == PIER_MORE && size > 0));
        feed(load, &stream, fed, fed + size);
        fed += size;
        assert_memory_equal(part.size > 0 ? part.data : content + at, content + at, part.size);
    }
    assert_int_equal(at, sizeof content);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

/* A record above the queue was let in; a mark that keeps it lets nothing more in until it is gone back to. */
static void a_mark_on_a_record_above_the_queue_is_full(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 700, .block_target_bytes = 600};
    pier_archive *store = test_open_store(NULL, NULL);
    pier__preamble preamble;
    test_store_text(store, 5000, 'a');
    assert_status(pier_archive_flush(store), PIER_OK);
    test_store_u64(store, 7);
    test_close(store, &stream);
    pier__preamble_decode(stream.data, &preamble);
    preamble.block_target_bytes = 600;
    pier__preamble_encode(&preamble, stream.data);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.limits = &limits, .read_bytes = 10});
    size_t fed = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_MORE) {
        size_t size = pier_archive_feed(load, (pier_bytes){stream.data + fed, 100}) == PIER_OK ? 100 : 1;
        if (size == 1) {
            feed(load, &stream, fed, fed + 1);
        }
        fed += size;
    }
    assert_status(status, PIER_OK);
    assert_int_equal(pier_load_text(load).size, 5000);
    assert_status(pier_archive_mark(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_LIMIT);
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){stream.data + fed, 1}), PIER_LIMIT);
    assert_non_null(strstr(pier_archive_error(load)->text, "exceed 700 (queue_bytes_max)"));
    assert_status(pier_archive_rewind(load), PIER_OK);
    pier_archive_release(load);
    assert_status(pier_archive_next(load), PIER_MORE);
    feed(load, &stream, fed, stream.size);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u64(load), 7);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

static void nothing_is_filled_in_before_there_is_space(void **state) {
    (void)state;
    pier_archive *load = test_open_load(NULL, NULL);
    pier_archive_feed_filled(load, 100);
    assert_status(pier_archive_next(load), PIER_MORE);
    assert_false(pier_archive_has_next(load));
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_TRUNCATED);
    assert_int_equal(pier_archive_error(load)->offset, 0);
    pier_archive_destroy(load);
}

/* Behind a block lie readable bytes, also when it fills the buffer to its end. */
static void padding_lies_behind_every_record(void **state) {
    (void)state;
    for (size_t length = 1; length < 400; length += 7) {
        test_bytes stream = {0};
        pier_archive *store = test_open_store(NULL, NULL);
        assert_status(test_store_typed(store, &one, length), PIER_OK);
        test_store_text(store, length, 'p');
        test_close(store, &stream);
        pier_archive *load = test_open_load(NULL, &(pier_archive_options){.read_bytes = 1});
        size_t fed = 0;
        size_t records = 0;
        pier_status status;
        while ((status = pier_archive_next(load)) != PIER_END) {
            if (status == PIER_MORE) {
                feed(load, &stream, fed, fed + 1);
                fed++;
                continue;
            }
            const uint8_t *begin = NULL;
            const uint8_t *end = NULL;
            assert_true(pier__archive_typed_window(load, &begin, &end));
            uint64_t sum = 0;
            for (const uint8_t *at = begin; at != end + PIER_PADDING_BYTES; at++) {
                sum += *at;
            }
            assert_true(sum > 0);
            records++;
        }
        assert_int_equal(records, 2);
        pier_archive_destroy(load);
        test_bytes_free(&stream);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feed_that_no_memory_holds),
        cmocka_unit_test(unread_input_has_a_limit),
        cmocka_unit_test(a_record_above_the_queue_still_arrives),
        cmocka_unit_test(hostile_lengths_cost_nothing),
        cmocka_unit_test(memory_stays_while_records_pass),
        cmocka_unit_test(views_stay_while_input_comes),
        cmocka_unit_test(views_stay_when_no_memory_is_left),
        cmocka_unit_test(parts_stay_while_input_comes),
        cmocka_unit_test(a_mark_on_a_record_above_the_queue_is_full),
        cmocka_unit_test(nothing_is_filled_in_before_there_is_space),
        cmocka_unit_test(padding_lies_behind_every_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
