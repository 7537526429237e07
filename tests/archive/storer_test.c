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

/* Refused records ------------------------------------------------------------------------------------------------- */

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

typedef struct refusal {
    const char *what;
    pier_status status;
    void (*store)(pier_archive *archive);
} refusal;

static void store_nothing(pier_archive *archive) {
    (void)archive;
}

static void store_two(pier_archive *archive) {
    pier_store(archive, 1);
    pier_store(archive, 2);
}

static void store_too_few(pier_archive *archive) {
    pier_store_array(archive, 3);
    pier_store(archive, 1);
    pier_store(archive, 2);
}

static void store_half_a_map(pier_archive *archive) {
    pier_store_map(archive, 1);
    pier_store(archive, "key");
}

static void store_too_deep(pier_archive *archive) {
    for (int i = 0; i < 4; i++) {
        pier_store_array(archive, 1);
    }
    pier_store(archive, 1);
}

static void store_too_many(pier_archive *archive) {
    pier_store_array(archive, 10);
    for (int i = 0; i < 10; i++) {
        pier_store(archive, i);
    }
}

static void store_long_text(pier_archive *archive) {
    static const char text[501];
    pier_store(archive, ((pier_text){text, sizeof text}));
}

static void store_long_bytes(pier_archive *archive) {
    static const char bytes[501];
    pier_store(archive, ((pier_bytes){bytes, sizeof bytes}));
}

static void store_long_ext(pier_archive *archive) {
    static const char bytes[501];
    pier_store(archive, ((pier_ext){5, {bytes, sizeof bytes}}));
}

static void store_long_record(pier_archive *archive) {
    static const char text[500];
    pier_store_array(archive, 2);
    pier_store(archive, ((pier_text){text, sizeof text}));
    pier_store(archive, ((pier_text){text, sizeof text}));
}

/* Far above the limit, so that it is refused on the way: it may not take memory without end. */
static void store_endless_record(pier_archive *archive) {
    static const char text[500];
    for (int i = 0; i < 1000; i++) {
        pier_store(archive, ((pier_text){text, sizeof text}));
    }
}

static void store_bad_time(pier_archive *archive) {
    pier_store(archive, ((pier_time){1, 1000000000}));
    pier_store_nil(archive);
}

static void store_own_ext(pier_archive *archive) {
    pier_store(archive, ((pier_ext){80, {"x", 1}}));
}

static void store_long_own_ext(pier_archive *archive) {
    pier_store(archive, ((pier_ext){80, {"abc", 3}}));
}

static const refusal refusals[] = {
    {"no value", PIER_USAGE, store_nothing},
    {"two values", PIER_USAGE, store_two},
    {"an array that lacks a value", PIER_USAGE, store_too_few},
    {"a map that lacks a value", PIER_USAGE, store_half_a_map},
    {"depth", PIER_LIMIT, store_too_deep},
    {"elements", PIER_LIMIT, store_too_many},
    {"a long text", PIER_LIMIT, store_long_text},
    {"long bytes", PIER_LIMIT, store_long_bytes},
    {"a long ext", PIER_LIMIT, store_long_ext},
    {"a long record", PIER_LIMIT, store_long_record},
    {"an endless record", PIER_LIMIT, store_endless_record},
    {"a time of more than a second", PIER_RANGE, store_bad_time},
    {"Pier's own ext", PIER_USAGE, store_own_ext},
    {"Pier's own ext with a length", PIER_USAGE, store_long_own_ext},
};

static void a_refused_record_is_told_and_leaves_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        test_bytes stream = {0};
        test_bytes expected = {0};
        for (int with = 0; with < 2; with++) {
            pier_archive *archive = open_limited();
            test_store_u64(archive, 1);
            if (with) {
                assert_status(pier_archive_begin(archive), PIER_OK);
                refusals[i].store(archive);
                pier_status status = pier_archive_end(archive);
                if (status != refusals[i].status) {
                    fail_msg("%s: %s", refusals[i].what, pier_status_name(status));
                }
                const pier_error *error = pier_archive_error(archive);
                assert_status(error->status, refusals[i].status);
                assert_int_equal(error->floor, PIER_FLOOR_ARCHIVE);
                assert_int_equal(error->record, 2);
                assert_true(error->text[0] != '\0');
                assert_status(pier_archive_status(archive), PIER_OK);
                assert_status(pier_archive_end(archive), PIER_USAGE);
            }
            test_store_u64(archive, 2);
            test_close(archive, with ? &stream : &expected);
        }
        assert_int_equal(stream.size, expected.size);
        assert_memory_equal(stream.data, expected.data, stream.size);
        test_bytes_free(&stream);
        test_bytes_free(&expected);
    }
}

static void the_last_within_the_limits_is_taken(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *archive = open_limited();
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_array(archive, 1);
    pier_store_array(archive, 1);
    pier_store_array(archive, 0);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_array(archive, 9);
    for (int i = 0; i < 9; i++) {
        pier_store(archive, i);
    }
    assert_status(pier_archive_end(archive), PIER_OK);
    test_store_text(archive, 500, 'x');
    /* 1 + 503 + 496 bytes */
    assert_status(pier_archive_begin(archive), PIER_OK);
    static const char text[500];
    pier_store_array(archive, 2);
    pier_store(archive, ((pier_text){text, 500}));
    pier_store(archive, ((pier_text){text, 493}));
    assert_status(pier_archive_end(archive), PIER_OK);
    /* Pier's ext type is an ordinary value within a record. */
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_array(archive, 1);
    pier_store(archive, ((pier_ext){80, {"x", 1}}));
    assert_status(pier_archive_end(archive), PIER_OK);
    test_close(archive, &stream);
    test_log log = {0};
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, TEST_TOKENS);
    assert_int_equal(test_log_count(&log, "record"), 5);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_log_free(&log);
    test_bytes_free(&stream);
    /* Plain, an ext of any type may be a record. */
    archive = test_open_store(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    assert_status(pier_archive_begin(archive), PIER_OK);
    store_own_ext(archive);
    assert_status(pier_archive_end(archive), PIER_OK);
    pier_archive_destroy(archive);
}

static void the_first_refusal_counts(void **state) {
    (void)state;
    pier_archive *archive = open_limited();
    assert_status(pier_archive_begin(archive), PIER_OK);
    store_long_text(archive);
    store_bad_time(archive);
    assert_status(pier_archive_end(archive), PIER_LIMIT);
    assert_non_null(strstr(pier_archive_error(archive)->text, "text_bytes_max"));
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier__archive_refuse(archive, PIER_TEXT, "market.Tick.symbol", "the text is %s", "bad");
    pier__archive_refuse(archive, PIER_RANGE, NULL, "something else");
    assert_status(pier_archive_end(archive), PIER_TEXT);
    assert_string_equal(pier_archive_error(archive)->path, "market.Tick.symbol");
    assert_string_equal(pier_archive_error(archive)->text, "the text is bad");
    pier_archive_destroy(archive);
}

/* Random programs: with records that are refused or abandoned in between, the bytes are the same as without them. ---- */

static uint64_t next_random(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed >> 11;
}

static const test_class classes[] = {
    {.name = "test.One"}, {.name = "test.Two"}, {.name = "test.Three"}, {.name = "test.Four"}};
static const test_class broken = {.name = "test.Broken", .status = PIER_USAGE};

static void store_and_take_back(pier_archive *archive, uint64_t choice, test_bytes *stream) {
    const test_class *of = &classes[choice / 8 % 4];
    switch (choice % 8) {
    case 0: {
        const refusal *one = &refusals[choice / 8 % (sizeof refusals / sizeof refusals[0])];
        assert_status(pier_archive_begin(archive), PIER_OK);
        one->store(archive);
        assert_status(pier_archive_end(archive), one->status);
        break;
    }
    case 1:
        assert_status(pier_archive_begin(archive), PIER_OK);
        pier_store(archive, 12345);
        pier_archive_abandon(archive);
        break;
    case 2:
    case 3:
        /* A class that may be new, taken back with its definition; or there is no room for it. */
        if (pier__archive_begin_class(archive, of, test_encode_closure) == PIER_OK) {
            pier_store(archive, "half");
            if (stream != NULL) {
                (void)test_drain(archive, stream);
            }
            pier_archive_abandon(archive);
        } else {
            assert_status(pier_archive_error(archive)->status, PIER_LIMIT);
        }
        break;
    case 4:
        assert_status(pier__archive_begin_class(archive, &broken, test_encode_closure), PIER_USAGE);
        break;
    case 5:
        if (pier__archive_begin_class(archive, of, test_encode_closure) == PIER_OK) {
            pier__archive_refuse(archive, PIER_TEXT, "test.One.name", "bad");
            assert_status(pier__archive_end_typed(archive), PIER_TEXT);
        }
        break;
    case 6:
        assert_status(pier_archive_store_encoded(archive, (pier_bytes){"\x92\x01", 2}), PIER_PROTOCOL);
        break;
    default:
        assert_status(pier_archive_flush(archive), PIER_OK); /* not a record; both programs do it, see below */
        break;
    }
}

static void run_program(uint64_t seed, bool with_refused, test_bytes *stream) {
    pier_archive *archive = open_limited();
    uint64_t refused_seed = seed ^ 0x5555;
    for (int step = 0; step < 120; step++) {
        uint64_t choice = next_random(&seed);
        pier_archive_set_time(archive, OPENED_NS + (uint64_t)step);
        switch (choice % 8) {
        case 0:
            assert_status(pier_archive_flush(archive), PIER_OK);
            break;
        case 1:
            test_store_text(archive, choice / 8 % 400, 'r');
            break;
        case 2:
            (void)test_drain(archive, stream);
            break;
        case 3:
        case 4: {
            pier_status status = test_store_typed(archive, &classes[choice / 8 % 4], choice);
            assert_true(status == PIER_OK || status == PIER_LIMIT);
            break;
        }
        default:
            test_store_u64(archive, choice);
            break;
        }
        for (uint64_t refused = next_random(&refused_seed) % 3; with_refused && refused > 0; refused--) {
            uint64_t what = next_random(&refused_seed);
            store_and_take_back(archive, what % 8 == 7 ? what - 1 : what, stream);
        }
    }
    test_close(archive, stream);
}

static void taken_back_records_change_no_byte(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        test_bytes with = {0};
        test_bytes without = {0};
        run_program(seed * 0x9e3779b97f4a7c15u, true, &with);
        run_program(seed * 0x9e3779b97f4a7c15u, false, &without);
        if (with.size != without.size || memcmp(with.data, without.data, with.size) != 0) {
            size_t at = 0;
            while (at < with.size && at < without.size && with.data[at] == without.data[at]) {
                at++;
            }
            fail_msg("seed %llu: %zu and %zu bytes differ at %zu", (unsigned long long)seed, with.size, without.size,
                     at);
        }
        test_log log = {0};
        test_load_bytes(&log, NULL, test_bytes_view(&with), 0, 33, TEST_HAS_NEXT);
        assert_int_equal(test_log_count(&log, "failure"), 0);
        assert_int_equal(test_log_count(&log, "END"), 1);
        test_log_free(&log);
        pieces of;
        walk(&with, &of);
        for (size_t i = 0; i < of.count; i++) {
            assert_true(of.piece[i].records <= 1 || of.piece[i].stored_bytes <= 200);
        }
        test_bytes_free(&with);
        test_bytes_free(&without);
    }
}

/* Use ------------------------------------------------------------------------------------------------------------- */

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
        cmocka_unit_test(a_block_ends_at_its_target),
        cmocka_unit_test(a_record_above_the_target_stands_alone),
        cmocka_unit_test(a_record_is_moved_right_when_the_buffer_was_drained),
        cmocka_unit_test(a_flush_ends_a_message),
        cmocka_unit_test(closing_may_be_repeated_and_ends_storing),
        cmocka_unit_test(nothing_stored_is_a_preamble_and_an_end_mark),
        cmocka_unit_test(a_refused_record_is_told_and_leaves_nothing),
        cmocka_unit_test(the_last_within_the_limits_is_taken),
        cmocka_unit_test(the_first_refusal_counts),
        cmocka_unit_test(taken_back_records_change_no_byte),
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
