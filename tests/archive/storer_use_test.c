/* Storing archives used wrongly, reset, limited and given options.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

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

static pier_archive *open_limited(void) {
    pier_limits limits = {
        .size = sizeof limits,
        .record_bytes_max = 1000,
        .text_bytes_max = 500,
        .block_target_bytes = 100,
        .depth_max = 3,
        .elements_max = 10,
        .classes_max = 3,
    };
    return test_open_store(NULL, &(pier_archive_options){.limits = &limits, .checkpoint_bytes = 400});
}

static const test_class classes[] = {
    {.name = "test.One"}, {.name = "test.Two"}, {.name = "test.Three"}, {.name = "test.Four"}};

static void wrong_use_is_told_and_does_not_stick(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_block block;
    assert_status(pier_archive_end(store), PIER_USAGE);
    pier_store(store, 1); /* outside a record: nothing happens */
    assert_status(pier_archive_begin(store), PIER_OK);
    assert_status(pier_archive_begin(store), PIER_USAGE);
    assert_status(pier_archive_flush(store), PIER_USAGE);
    pier_store(store, 7);
    assert_status(pier_archive_end(store), PIER_OK);
    assert_status(pier_archive_next(store), PIER_USAGE);
    assert_status(pier_archive_next_block(store, &block), PIER_USAGE);
    assert_status(pier_archive_recover(store, NULL), PIER_USAGE);
    assert_status(pier_archive_feed(store, (pier_bytes){"x", 1}), PIER_USAGE);
    void *space = store;
    size_t space_bytes = 1;
    assert_status(pier_archive_feed_space(store, &space, &space_bytes), PIER_USAGE);
    assert_null(space);
    assert_int_equal(space_bytes, 0);
    pier_archive_feed_filled(store, 1);
    pier_archive_feed_end(store);
    assert_false(pier_archive_has_next(store));
    assert_false(pier_archive_is_message_end(store));
    assert_int_equal(pier_archive_record_number(store), 0);
    assert_int_equal(pier_archive_record_bytes(store).size, 0);
    assert_int_equal(pier_load_u64(store), 0);
    assert_int_equal(pier_load_kind(store), PIER_KIND_NONE);
    assert_int_equal(pier_load_token(store).kind, PIER_KIND_NONE);
    pier_load_skip(store);
    assert_null(pier__archive_record_class(store));
    assert_status(pier_archive_status(store), PIER_OK);
    test_bytes stream = {0};
    test_close(store, &stream);
    assert_int_equal(stream.size, 64 + 65 + 64);
    assert_int_equal(stream.data[128], 7);

    assert_status(pier_archive_flush(load), PIER_USAGE);
    assert_status(pier_archive_close(load), PIER_OK);
    assert_status(pier_archive_store_encoded(load, (pier_bytes){"x", 1}), PIER_USAGE);
    assert_status(pier__archive_begin_class(load, &classes[0], test_encode_closure), PIER_USAGE);
    assert_status(pier_archive_forward(load, load), PIER_USAGE);
    assert_int_equal(pier_archive_drain(load).size, 0);
    pier_archive_drained(load, 1);
    assert_int_equal(pier_archive_queued_bytes(load), 0);
    pier_archive_abandon(load);
    pier_store(load, 1);
    pier_store(load, "text");
    assert_status(pier_archive_status(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_MORE);
    pier_archive_destroy(load);
    pier_archive_destroy(NULL);
    test_bytes_free(&stream);
}

static void more_drained_than_was_ready_sticks(void **state) {
    (void)state;
    pier_archive *archive = test_open_store(NULL, NULL);
    test_store_u64(archive, 1);
    assert_int_equal(pier_archive_drain(archive).size, 64);
    pier_archive_drained(archive, 65);
    assert_status(pier_archive_status(archive), PIER_USAGE);
    assert_int_equal(pier_archive_drain(archive).size, 0);
    assert_status(pier_archive_begin(archive), PIER_USAGE);
    assert_status(pier_archive_end(archive), PIER_USAGE);
    assert_status(pier_archive_flush(archive), PIER_USAGE);
    assert_status(pier_archive_close(archive), PIER_USAGE);
    pier_archive_drained(archive, 1);
    /* A reset makes it new. */
    assert_status(pier_archive_reset(archive), PIER_OK);
    pier_archive_set_time(archive, OPENED_NS);
    test_store_u64(archive, 1);
    test_bytes stream = {0};
    test_close(archive, &stream);
    assert_int_equal(stream.size, 64 + 65 + 64);
    test_bytes_free(&stream);
}

static void the_queue_has_a_limit(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 1000, .block_target_bytes = 100};
    for (int plain = 0; plain < 2; plain++) {
        pier_archive_options options = {.limits = &limits, .format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED};
        pier_archive *archive = test_open_store(NULL, &options);
        uint64_t stored = 0;
        pier_status status;
        while ((status = pier_archive_begin(archive)) == PIER_OK) {
            pier_store(archive, stored++);
            assert_status(pier_archive_end(archive), PIER_OK);
            assert_true(stored < 2000);
        }
        assert_status(status, PIER_WOULD_BLOCK);
        assert_status(pier_archive_begin(archive), PIER_WOULD_BLOCK);
        assert_status(pier_archive_store_encoded(archive, (pier_bytes){"\x01", 1}), PIER_WOULD_BLOCK);
        assert_true(pier_archive_queued_bytes(archive) >= 1000 && pier_archive_queued_bytes(archive) < 1300);
        assert_status(pier_archive_status(archive), PIER_OK);
        pier_bytes ready = pier_archive_drain(archive);
        pier_archive_drained(archive, ready.size - 999);
        assert_status(pier_archive_begin(archive), PIER_OK);
        pier_archive_destroy(archive);
    }
}

static void a_reset_begins_anew_with_the_same_bytes(void **state) {
    (void)state;
    test_bytes first = {0};
    test_bytes again = {0};
    pier_archive *archive = open_limited();
    for (int round = 0; round < 3; round++) {
        test_bytes *to = round == 0 ? &first : &again;
        again.size = 0;
        for (uint64_t i = 0; i < 50; i++) {
            assert_status(test_store_typed(archive, &classes[i % 3], i), PIER_OK);
            test_store_u64(archive, i);
        }
        assert_status(pier_archive_close(archive), PIER_OK);
        (void)test_drain(archive, to);
        if (round > 0) {
            assert_int_equal(first.size, again.size);
            assert_memory_equal(first.data, again.data, first.size);
        }
        assert_status(pier_archive_reset(archive), PIER_OK);
        if (round == 0) {
            /* Reset in the middle of a record, with things queued. */
            test_store_text(archive, 300, 'q');
            assert_status(pier_archive_begin(archive), PIER_OK);
            pier_store(archive, 1);
            assert_status(pier_archive_reset(archive), PIER_OK);
        }
    }
    pier_archive_destroy(archive);
    test_bytes_free(&first);
    test_bytes_free(&again);
}

static void without_an_id_each_stream_has_another(void **state) {
    (void)state;
    uint64_t ids[3];
    pier_archive *archive = NULL;
    assert_status(pier_archive_open_store(&archive, NULL, NULL, NULL), PIER_OK);
    for (int i = 0; i < 3; i++) {
        pier_bytes ready = pier_archive_drain(archive);
        assert_int_equal(ready.size, 64);
        memcpy(&ids[i], (const uint8_t *)ready.data + 40, 8);
        /* No time by hand: none is told. */
        static const uint8_t none[8];
        assert_memory_equal((const uint8_t *)ready.data + 48, none, 8);
        assert_status(pier_archive_reset(archive), PIER_OK);
    }
    assert_true(ids[0] != 0 && ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    pier_archive_destroy(archive);
}

static void bad_options_are_refused(void **state) {
    (void)state;
    pier_limits bad_limits = {.size = sizeof bad_limits, .depth_max = 5000};
    const pier_archive_options bad[] = {
        {.size = 0},
        {.size = sizeof(pier_archive_options) + 8},
        {.size = sizeof(pier_archive_options), .format = (pier_format)3},
        {.size = sizeof(pier_archive_options), .format = (pier_format)-1},
        {.size = sizeof(pier_archive_options), .plain_form = (pier_plain_form)2},
        {.size = sizeof(pier_archive_options), .limits = &bad_limits},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pier_archive *archive = (pier_archive *)&bad_limits;
        pier_error error = {0};
        assert_status(pier_archive_open_store(&archive, NULL, &bad[i], &error), PIER_USAGE);
        assert_null(archive);
        assert_status(error.status, PIER_USAGE);
        assert_true(error.text[0] != '\0');
        archive = (pier_archive *)&bad_limits;
        assert_status(pier_archive_open_load(&archive, NULL, &bad[i], NULL), PIER_USAGE);
        assert_null(archive);
    }
    pier_file *view = NULL;
    pier_archive *archive = NULL;
    pier_error error = {0};
    assert_status(pier_file_open_view(&view, (pier_bytes){"", 0}, NULL, NULL), PIER_OK);
    assert_status(pier_archive_open_store(&archive, view, NULL, &error), PIER_UNSUPPORTED);
    assert_null(archive);
    assert_status(error.status, PIER_UNSUPPORTED);
    pier_file_destroy(view);
}

static void checks_may_be_left_out(void **state) {
    (void)state;
    test_bytes stream = {0};
    pieces of;
    pier_archive *archive = test_open_store(NULL, &(pier_archive_options){.checksum_off = true});
    assert_status(test_store_typed(archive, &classes[0], 1), PIER_OK);
    test_store_u64(archive, 2);
    test_close(archive, &stream);
    walk(&stream, &of);
    assert_int_equal(of.count, 4);
    for (size_t i = 1; i < of.count; i++) {
        assert_false(of.piece[i].checksum);
    }
    /* A changed byte of a payload is then taken as it is; one of a header never. */
    test_log log = {0};
    stream.data[stream.size - 65] ^= 1;
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, 0);
    assert_int_equal(test_log_count(&log, "record"), 2);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_log_free(&log);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_use_is_told_and_does_not_stick),
        cmocka_unit_test(more_drained_than_was_ready_sticks),
        cmocka_unit_test(the_queue_has_a_limit),
        cmocka_unit_test(a_reset_begins_anew_with_the_same_bytes),
        cmocka_unit_test(without_an_id_each_stream_has_another),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(checks_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
