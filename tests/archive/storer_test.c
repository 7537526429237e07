/* Storing archives: blocks, numbers, messages, the end mark, and records taken back.
 *
 * Floor 4 (archive). What was stored is walked piece by piece and loaded again. */
#include "archive/archive_support.h"

#include <stdlib.h>

/* The pieces of a stream, walked by the loader. */
typedef struct pieces {
    pier_block piece[512];
    size_t count;
} pieces;

static void walk(const test_bytes *stream, pieces *of) {
    pier_archive *archive = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(archive, test_bytes_view(stream)), PIER_OK);
    pier_archive_feed_end(archive);
    of->count = 0;
    pier_status status;
    while ((status = pier_archive_next_block(archive, &of->piece[of->count])) == PIER_OK) {
        of->count++;
        assert_true(of->count < sizeof of->piece / sizeof of->piece[0]);
    }
    assert_status(status, PIER_END);
    assert_status(pier_archive_status(archive), PIER_OK);
    pier_archive_destroy(archive);
}

static pier_archive *open_with_target(uint32_t target) {
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = target};
    return test_open_store(NULL, &(pier_archive_options){.limits = &limits});
}

static void a_block_ends_at_its_target(void **state) {
    (void)state;
    static const struct {
        size_t text_bytes[4]; /* each takes one byte more below 32 bytes */
        size_t blocks;
        size_t first_payload;
    } cases[] = {
        {{31, 31}, 1, 64},        /* below the target: only the end ends it */
        {{31, 30, 1}, 1, 65},     /* 65 */
        {{31, 31, 31}, 1, 96},    /* 96 */
        {{31, 31, 31, 3}, 1, 100} /* exactly the target */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_bytes stream = {0};
        pieces of;
        pier_archive *archive = open_with_target(100);
        for (size_t j = 0; j < 4 && cases[i].text_bytes[j] > 0; j++) {
            test_store_text(archive, cases[i].text_bytes[j], 'a');
        }
        /* What has reached the target is ready without a flush, and nothing else is. */
        bool is_full = cases[i].first_payload >= 100;
        assert_int_equal(test_drain(archive, &stream), is_full ? 64 + 64 + cases[i].first_payload : 64);
        test_close(archive, &stream);
        walk(&stream, &of);
        assert_int_equal(of.piece[1].stored_bytes, cases[i].first_payload);
        /* The full block was ended by its size; the message ends with an empty one. */
        assert_int_equal(of.count, is_full ? 4 : 3);
        assert_int_equal(of.piece[1].message_end, !is_full);
        if (is_full) {
            assert_int_equal(of.piece[2].records, 0);
            assert_int_equal(of.piece[2].stored_bytes, 0);
            assert_true(of.piece[2].message_end);
            assert_int_equal(of.piece[2].first_record, 5);
            assert_int_equal(of.piece[2].number, 1);
        }
        test_bytes_free(&stream);
    }
}

static void a_record_above_the_target_stands_alone(void **state) {
    (void)state;
    test_bytes stream = {0};
    pieces of;
    pier_archive *archive = open_with_target(33);
    test_store_u64(archive, 1);
    test_store_text(archive, 200, 'b'); /* 202 bytes */
    test_store_u64(archive, 3);
    test_store_text(archive, 31, 'd'); /* 32: not above, and 33 with the one before */
    test_store_text(archive, 32, 'e'); /* 34: above by one */
    test_close(archive, &stream);
    walk(&stream, &of);
    static const struct {
        uint64_t first;
        uint32_t records;
        uint32_t bytes;
    } expected[] = {{1, 1, 1}, {2, 1, 202}, {3, 2, 33}, {5, 1, 34}, {6, 0, 0}};
    assert_int_equal(of.count, 7);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(of.piece[i + 1].first_record, expected[i].first);
        assert_int_equal(of.piece[i + 1].records, expected[i].records);
        assert_int_equal(of.piece[i + 1].stored_bytes, expected[i].bytes);
        assert_int_equal(of.piece[i + 1].number, i);
    }
    assert_int_equal(of.piece[6].kind, PIER_BLOCK_END);
    assert_int_equal(of.piece[6].first_record, 6);
    assert_int_equal(of.piece[6].number, 5);
    test_bytes_free(&stream);
}

/* A record that needs a block of its own when the buffer's front is already sent: the buffer may be moved meanwhile. */
static void a_record_is_moved_right_when_the_buffer_was_drained(void **state) {
    (void)state;
    for (size_t drained = 0; drained <= 1600; drained += 40) {
        test_bytes stream = {0};
        test_bytes expected = {0};
        for (int pass = 0; pass < 2; pass++) {
            pier_archive *archive = open_with_target(100);
            test_bytes *to = pass == 0 ? &stream : &expected;
            for (int i = 0; i < 8; i++) {
                test_store_text(archive, 150, (char)('a' + i));
            }
            test_store_u64(archive, 77);
            pier_bytes ready = pier_archive_drain(archive);
            if (pass == 0) {
                /* Taken in part: the rest stays in the buffer behind what is gone. */
                size_t part = drained < ready.size ? drained : ready.size;
                test_bytes_append(to, ready.data, part);
                pier_archive_drained(archive, part);
            }
            for (size_t size = 101; size < 1000; size += 290) {
                test_store_text(archive, size, 'z');
                test_store_u64(archive, size);
            }
            test_close(archive, to);
        }
        assert_int_equal(stream.size, expected.size);
        assert_memory_equal(stream.data, expected.data, stream.size);
        test_bytes_free(&stream);
        test_bytes_free(&expected);
    }
}

static void a_flush_ends_a_message(void **state) {
    (void)state;
    test_bytes stream = {0};
    pieces of;
    pier_archive *archive = test_open_store(NULL, NULL);
    assert_status(pier_archive_flush(archive), PIER_OK);
    assert_int_equal(test_drain(archive, &stream), 64); /* the preamble alone */
    test_store_u64(archive, 1);
    test_store_u64(archive, 2);
    assert_int_equal(test_drain(archive, &stream), 0);
    assert_status(pier_archive_flush(archive), PIER_OK);
    assert_status(pier_archive_flush(archive), PIER_OK);
    assert_int_equal(test_drain(archive, &stream), 66);
    /* A record that was taken back leaves no message. */
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store(archive, 3);
    pier_archive_abandon(archive);
    pier_archive_abandon(archive);
    assert_status(pier_archive_flush(archive), PIER_OK);
    assert_int_equal(test_drain(archive, &stream), 0);
    test_store_u64(archive, 3);
    test_close(archive, &stream);
    walk(&stream, &of);
    assert_int_equal(of.count, 4);
    assert_true(of.piece[1].message_end && of.piece[2].message_end);
    assert_int_equal(of.piece[1].records, 2);
    assert_int_equal(of.piece[2].records, 1);
    test_log log = {0};
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, 0);
    assert_non_null(strstr(test_log_text(&log), "record 2 1 "));
    assert_int_equal(test_log_count(&log, "record"), 3);
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void closing_may_be_repeated_and_ends_storing(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        test_bytes stream = {0};
        pier_archive_options options = {.format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED};
        pier_archive *archive = test_open_store(NULL, &options);
        test_store_u64(archive, 1);
        assert_status(pier_archive_begin(archive), PIER_OK);
        pier_store(archive, "never ended");
        assert_status(pier_archive_close(archive), PIER_OK);
        size_t size = test_drain(archive, &stream);
        assert_int_equal(size, plain ? 1 : 64 + 65 + 64);
        assert_status(pier_archive_close(archive), PIER_OK);
        assert_status(pier_archive_flush(archive), PIER_OK);
        assert_int_equal(test_drain(archive, &stream), 0);
        assert_status(pier_archive_begin(archive), PIER_USAGE);
        assert_status(pier_archive_store_encoded(archive, (pier_bytes){"\x01", 1}), PIER_USAGE);
        assert_status(pier_archive_status(archive), PIER_OK);
        test_close(archive, &stream);
        assert_int_equal(stream.size, size);
        test_bytes_free(&stream);
    }
}

static void nothing_stored_is_a_preamble_and_an_end_mark(void **state) {
    (void)state;
    test_bytes stream = {0};
    pieces of;
    pier_archive *archive = test_open_store(NULL, NULL);
    pier_bytes ready = pier_archive_drain(archive);
    assert_int_equal(ready.size, 64);
    assert_ptr_equal(ready.data, pier_archive_drain(archive).data);
    test_close(archive, &stream);
    assert_int_equal(stream.size, 128);
    walk(&stream, &of);
    assert_int_equal(of.count, 2);
    assert_int_equal(of.piece[0].stream_id, STREAM_ID);
    assert_int_equal(of.piece[0].time_unix_ns, OPENED_NS);
    assert_int_equal(of.piece[0].version_major, 1);
    assert_int_equal(of.piece[1].first_record, 1);
    test_bytes_free(&stream);
    /* Plain, nothing is nothing. */
    archive = test_open_store(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    test_close(archive, &stream);
    assert_int_equal(stream.size, 0);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_ends_at_its_target),
        cmocka_unit_test(a_record_above_the_target_stands_alone),
        cmocka_unit_test(a_record_is_moved_right_when_the_buffer_was_drained),
        cmocka_unit_test(a_flush_ends_a_message),
        cmocka_unit_test(closing_may_be_repeated_and_ends_storing),
        cmocka_unit_test(nothing_stored_is_a_preamble_and_an_end_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
