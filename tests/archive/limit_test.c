/* The limits, each at one below, at and one above, in both directions: what is above is refused when it is stored and
 * passed over when it is loaded, with the value, the limit and its name in the error, and the archive goes on.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>

#include "archive/wire_internal.h"

/* Stores a record that measures `measure` by some limit. */
typedef void measured_record(pier_archive *store, uint64_t measure);

static void record_bytes(pier_archive *store, uint64_t measure) {
    /* Two bytes of head, up to 255; bin, whose limit is not this one. */
    static const uint8_t bytes[300];
    pier_store(store, ((pier_bytes){bytes, (size_t)measure - 2}));
}

static void large_record_bytes(pier_archive *store, uint64_t measure) {
    /* Of several values, so that only the whole is too long. */
    static const uint8_t bytes[50000];
    pier_store_array(store, 3);
    pier_store(store, ((pier_bytes){bytes, 40000}));
    pier_store(store, ((pier_bytes){bytes, 50000}));
    pier_store(store, ((pier_bytes){bytes, (size_t)measure - 90000 - 1 - 3 * 3}));
}

static void text_bytes(pier_archive *store, uint64_t measure) {
    static const char text[300] = "0123456789";
    pier_store_array(store, 2);
    pier_store_text(store, (pier_text){text, 3});
    pier_store_text(store, (pier_text){text, (size_t)measure});
}

static void bin_bytes(pier_archive *store, uint64_t measure) {
    static const uint8_t bytes[300];
    pier_store(store, ((pier_bytes){bytes, (size_t)measure}));
}

static void ext_bytes(pier_archive *store, uint64_t measure) {
    static const uint8_t bytes[300];
    pier_store_ext(store, (pier_ext){5, {bytes, (size_t)measure}});
}

static void depth_of_arrays(pier_archive *store, uint64_t measure) {
    for (uint64_t i = 0; i < measure; i++) {
        pier_store_array(store, i + 1 < measure ? 1 : 0);
    }
}

static void depth_of_maps(pier_archive *store, uint64_t measure) {
    for (uint64_t i = 0; i < measure; i++) {
        pier_store_map(store, i + 1 < measure ? 1 : 0);
        if (i + 1 < measure) {
            pier_store_nil(store);
        }
    }
}

/* Elements count together, wherever they stand: here as many arrays of two as there can be. */
static void elements_together(pier_archive *store, uint64_t measure) {
    uint64_t inner = (measure - 1) / 3;
    uint64_t rest = (measure - 1) % 3;
    pier_store_array(store, (uint32_t)(inner + rest));
    for (uint64_t i = 0; i < inner; i++) {
        pier_store_array(store, 2);
        pier_store_nil(store);
        pier_store_nil(store);
    }
    for (uint64_t i = 0; i < rest; i++) {
        pier_store_nil(store);
    }
}

static void elements_of_a_map(pier_archive *store, uint64_t measure) {
    /* A map and one value beside it for an even number. */
    uint64_t pairs = (measure - 1) / 2;
    bool is_even = measure % 2 == 0;
    if (is_even) {
        pier_store_array(store, 2);
        pier_store_nil(store);
        pairs = (measure - 3) / 2;
        if ((measure - 3) % 2 != 0) {
            pier_store_array(store, 1);
            pairs = (measure - 4) / 2;
        }
    }
    pier_store_map(store, (uint32_t)pairs);
    for (uint64_t i = 0; i < pairs * 2; i++) {
        pier_store(store, i);
    }
}

typedef struct limit_case {
    const char *name;
    measured_record *record;
    pier_limits limits;
    uint64_t limit;
} limit_case;

#define LIMITS(...)                                                                                                    \
    { .size = sizeof(pier_limits), __VA_ARGS__ }

static const limit_case cases[] = {
    {"record_bytes_max", record_bytes, LIMITS(.record_bytes_max = 100), 100},
    {"record_bytes_max", large_record_bytes, LIMITS(.record_bytes_max = 100000), 100000},
    {"record_bytes_max", large_record_bytes, LIMITS(.record_bytes_max = 100000, .queue_bytes_max = 70000), 100000},
    {"text_bytes_max", text_bytes, LIMITS(.text_bytes_max = 40), 40},
    {"text_bytes_max", text_bytes, LIMITS(.text_bytes_max = 255), 255},
    {"text_bytes_max", bin_bytes, LIMITS(.text_bytes_max = 40), 40},
    {"text_bytes_max", ext_bytes, LIMITS(.text_bytes_max = 40), 40},
    {"depth_max", depth_of_arrays, LIMITS(.depth_max = 2), 2},
    {"depth_max", depth_of_arrays, LIMITS(.depth_max = 0), 128},
    {"depth_max", depth_of_arrays, LIMITS(.depth_max = 1024), 1024},
    {"depth_max", depth_of_maps, LIMITS(.depth_max = 0), 128},
    {"elements_max", elements_together, LIMITS(.elements_max = 20), 20},
    {"elements_max", elements_together, LIMITS(.elements_max = 1000), 1000},
    {"elements_max", elements_of_a_map, LIMITS(.elements_max = 21), 21},
    {"elements_max", elements_together, LIMITS(.elements_max = 0), 1048576},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* The error names the value, the limit and the limit's name. */
static void assert_named(const pier_archive *archive, const limit_case *of, uint64_t value) {
    const pier_error *error = pier_archive_error(archive);
    char found[32];
    char limit[96];
    (void)snprintf(found, sizeof found, "%llu", (unsigned long long)value);
    (void)snprintf(limit, sizeof limit, "the limit is %llu (%s)", (unsigned long long)of->limit, of->name);
    assert_status(error->status, PIER_LIMIT);
    if (strstr(error->text, found) == NULL || strstr(error->text, limit) == NULL) {
        fail_msg("%s: expected %s and '%s' in: %s", of->name, found, limit, error->text);
    }
}

static void stores_up_to_each_limit(void **state) {
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        for (uint32_t level = 0; level < 10; level += 9) {
            pier_archive *store =
                test_open_store(NULL, &(pier_archive_options){.limits = &cases[i].limits, .compression_level = level});
            for (int round = 0; round < 2; round++) {
                for (uint64_t measure = cases[i].limit - 1; measure <= cases[i].limit + 1; measure++) {
                    assert_status(pier_archive_begin(store), PIER_OK);
                    cases[i].record(store, measure);
                    bool is_above = measure > cases[i].limit;
                    assert_status(pier_archive_end(store), is_above ? PIER_LIMIT : PIER_OK);
                    if (is_above) {
                        assert_named(store, &cases[i], measure);
                        assert_int_equal(pier_archive_error(store)->record, 3 + 2 * round);
                    }
                    assert_status(pier_archive_flush(store), PIER_OK);
                    (void)test_drain(store, NULL);
                }
            }
            pier_archive_destroy(store);
        }
    }
}

/* What a loader answers for the three records and one behind them. */
static void load_three(const limit_case *of, const test_bytes *stream, size_t chunk) {
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.limits = &of->limits, .read_bytes = 1000});
    test_source source = {.input = test_bytes_view(stream), .chunk = chunk};
    unsigned loaded = 0;
    unsigned skipped = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) != PIER_END) {
        if (status == PIER_MORE) {
            assert_true(test_feed(load, &source));
        } else if (status == PIER_SKIPPED) {
            skipped++;
            assert_named(load, of, of->limit + 1);
            assert_int_equal(pier_archive_error(load)->record, 3);
        } else {
            assert_status(status, PIER_OK);
            loaded++;
            assert_int_equal(pier_archive_record_number(load), loaded + skipped);
        }
    }
    if (loaded != 3 || skipped != 1) {
        fail_msg("%s, limit %llu, chunk %zu: %u loaded, %u skipped", of->name, (unsigned long long)of->limit, chunk,
                 loaded, skipped);
    }
    pier_archive_destroy(load);
}

static void loads_up_to_each_limit(void **state) {
    (void)state;
    static const pier_limits high = LIMITS(.depth_max = PIER_DEPTH_MAX_HIGHEST, .elements_max = 10000000);
    for (size_t i = 0; i < CASES; i++) {
        if (cases[i].limit == PIER_DEPTH_MAX_HIGHEST) {
            /* Nobody stores what is above the highest. */
            continue;
        }
        for (uint32_t level = 0; level < 10; level += 9) {
            pier_archive *store =
                test_open_store(NULL, &(pier_archive_options){.limits = &high, .compression_level = level});
            test_bytes stream = {0};
            for (uint64_t measure = cases[i].limit - 1; measure <= cases[i].limit + 1; measure++) {
                assert_status(pier_archive_begin(store), PIER_OK);
                cases[i].record(store, measure);
                assert_status(pier_archive_end(store), PIER_OK);
                if (cases[i].limit > 1000) {
                    assert_status(pier_archive_flush(store), PIER_OK);
                }
            }
            test_store_u64(store, 7);
            test_close(store, &stream);
            load_three(&cases[i], &stream, cases[i].limits.queue_bytes_max != 0 ? 1000 : 0);
            load_three(&cases[i], &stream, 997);
            if (stream.size < 5000) {
                load_three(&cases[i], &stream, 1);
            }
            test_bytes_free(&stream);
        }
    }
}

/* As many classes as the limit are loaded and stored, and not one more. */
static void classes_up_to_the_limit(void **state) {
    (void)state;
    static const test_class classes[] = {{.name = "a.One"}, {.name = "a.Two"}, {.name = "a.Three"}, {.name = "a.Four"}};
    static const pier_limits three = LIMITS(.classes_max = 3);
    static const limit_case of = {.name = "classes_max", .limit = 3};
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.limits = &three});
    for (size_t i = 0; i < 4; i++) {
        assert_status(test_store_typed(store, &classes[i], i), i < 3 ? PIER_OK : PIER_LIMIT);
    }
    const pier_error *error = pier_archive_error(store);
    assert_string_equal(error->text, "one class more than the limit of 3 in an epoch (classes_max)");
    assert_status(test_store_typed(store, &classes[0], 4), PIER_OK);
    pier_archive_destroy(store);
    store = test_open_store(NULL, NULL);
    test_bytes stream = {0};
    for (size_t i = 0; i < 4; i++) {
        assert_status(test_store_typed(store, &classes[i], i), PIER_OK);
    }
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.limits = &three});
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
    }
    assert_status(pier_archive_next(load), PIER_LIMIT);
    assert_named(load, &of, 4);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_UNKNOWN_CLASS);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

/* The queue of a storing archive: full at the limit; of a loading one: see loader_memory_test.c. */
static void the_queue_up_to_the_limit(void **state) {
    (void)state;
    static const pier_limits limits = LIMITS(.queue_bytes_max = 1000, .block_target_bytes = 100);
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.limits = &limits});
    /* A preamble, then blocks of 164 bytes: not full below the limit, whatever one more record brings. */
    while (pier_archive_queued_bytes(store) < 1000) {
        test_store_text(store, 98, 'q');
        assert_status(pier_archive_flush(store), PIER_OK);
    }
    assert_status(pier_archive_begin(store), PIER_WOULD_BLOCK);
    pier_bytes ready = pier_archive_drain(store);
    pier_archive_drained(store, ready.size - 1000);
    assert_int_equal(pier_archive_queued_bytes(store), 1000);
    assert_status(pier_archive_begin(store), PIER_WOULD_BLOCK);
    pier_archive_drained(store, 1);
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_archive_destroy(store);
}

/* A block with one record is passed over by its header alone, whatever size that tells, and without room for it. */
static void oversized_records_cost_no_memory(void **state) {
    (void)state;
    static const uint32_t sizes[] = {105, 1000, 70000, 1 << 24, (1u << 31) - 1, 1u << 31, (1u << 31) + 1, UINT32_MAX};
    static const pier_limits limits = LIMITS(.record_bytes_max = 100, .queue_bytes_max = 200);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (uint8_t codec = 0; codec < 2; codec++) {
            uint8_t piece[PIER__PIECE_BYTES];
            pier_archive *load = test_open_load(NULL, &(pier_archive_options){.limits = &limits});
            pier__preamble preamble = {.version_major = 1, .block_target_bytes = 100, .stream_id = 7};
            pier__preamble_encode(&preamble, piece);
            assert_status(pier_archive_feed(load, (pier_bytes){piece, sizeof piece}), PIER_OK);
            uint32_t stored = codec == 0 ? sizes[i] : sizes[i] / 2;
            pier__header header = {.kind = PIER_BLOCK_RECORDS,
                                   .flags = PIER__FLAG_EPOCH_BEGIN,
                                   .codec = codec,
                                   .stream_id = 7,
                                   .first_record = 1,
                                   .records = 1,
                                   .stored_bytes = stored,
                                   .raw_bytes = sizes[i]};
            pier__header_encode(&header, piece);
            assert_status(pier_archive_feed(load, (pier_bytes){piece, sizeof piece}), PIER_OK);
            assert_status(pier_archive_next(load), PIER_SKIPPED);
            assert_int_equal(pier_archive_error(load)->offset, 64);
            assert_int_equal(pier_archive_error(load)->record, 1);
            char text[128];
            (void)snprintf(text, sizeof text,
                           "a record of %u bytes is passed over, the limit is 100 (record_bytes_max)", sizes[i]);
            assert_string_equal(pier_archive_error(load)->text, text);
            static const uint8_t zeros[128];
            uint64_t left = stored;
            while (left > 0 && left <= 70000) {
                size_t size = left < sizeof zeros ? (size_t)left : sizeof zeros;
                assert_status(pier_archive_next(load), PIER_MORE);
                assert_status(pier_archive_feed(load, (pier_bytes){zeros, size}), PIER_OK);
                left -= size;
            }
            assert_status(pier_archive_next(load), PIER_MORE);
            pier_archive_destroy(load);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_up_to_each_limit),          cmocka_unit_test(loads_up_to_each_limit),
        cmocka_unit_test(classes_up_to_the_limit),          cmocka_unit_test(the_queue_up_to_the_limit),
        cmocka_unit_test(oversized_records_cost_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
