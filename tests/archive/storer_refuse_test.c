/* Records that are refused or taken back: told, and leaving no byte changed.
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

/* Random programs: with records that are refused or abandoned in between, the bytes are the same as without them. -- */

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_record_is_told_and_leaves_nothing),
        cmocka_unit_test(the_last_within_the_limits_is_taken),
        cmocka_unit_test(the_first_refusal_counts),
        cmocka_unit_test(taken_back_records_change_no_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
