/* Records in streams that end anywhere: cut ones are never half a record, input may come in pieces of any size, and
 * memory may run out at any call.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdlib.h>

#include "support/fault_allocator.h"
#include "support/scripted_file.h"

static test_stream mixed_stream(void) {
    pier_archive *store = test_open_store(NULL);
    static everything all;
    for (uint64_t i = 0; i < 4; i++) {
        market_tick tick = test_numbered_tick(i);
        assert_status(market_tick_store(store, &tick), PIER_OK);
        test_fill_everything(&all, i);
        assert_status(everything_store(store, &all), PIER_OK);
    }
    return test_finish(store);
}

/* Loads what comes and checks it. Returns how many records came; `*status` is why it ended. */
static size_t load_mixed(pier_archive *load, pier_status *status) {
    size_t count = 0;
    while ((*status = pier_archive_next(load)) == PIER_OK) {
        if (count % 2 == 0) {
            market_tick tick;
            market_tick expected = test_numbered_tick(count / 2);
            *status = market_tick_load(load, &tick);
            if (*status != PIER_OK) {
                break;
            }
            assert_same_record(&market_tick_class, &expected, &tick);
        } else {
            static everything loaded;
            static everything expected;
            test_fill_everything(&expected, count / 2);
            *status = everything_load(load, &loaded);
            if (*status != PIER_OK) {
                break;
            }
            assert_same_record(&everything_class, &expected, &loaded);
        }
        count++;
    }
    return count;
}

static void every_truncation_gives_whole_records_and_a_word(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    for (size_t cut = 0; cut <= stream.size; cut++) {
        uint8_t *exact = (uint8_t *)malloc(cut > 0 ? cut : 1);
        assert_non_null(exact);
        memcpy(exact, stream.data, cut);
        test_stream shorter = {exact, cut};
        pier_archive *load = test_open_stream(&shorter, NULL);
        pier_status status;
        size_t count = load_mixed(load, &status);
        if (cut == stream.size) {
            assert_status(status, PIER_END);
            assert_int_equal(count, 8);
        } else {
            assert_status(status, PIER_TRUNCATED);
            assert_int_equal(pier_archive_error(load)->offset, cut);
        }
        pier_archive_destroy(load);
        free(exact);
    }
    test_stream_free(&stream);
}

/* A record cut within its block, under a check that is right: the writer lied. */
static void every_cut_within_a_block_is_refused(void **state) {
    (void)state;
    static uint8_t bytes[1 << 14];
    static everything all;
    test_fill_everything(&all, 3);
    size_t size = test_encode(&everything_class, &all, bytes, sizeof bytes);
    for (size_t cut = 0; cut < size; cut++) {
        pier_archive *store = test_open_store(NULL);
        test_store_raw(store, &everything_class, bytes, size);
        test_store_raw(store, &everything_class, bytes, cut);
        test_stream stream = test_finish(store);
        pier_archive *load = test_open_stream(&stream, NULL);
        static everything loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(everything_load(load, &loaded), PIER_OK);
        pier_status status = pier_archive_next(load);
        if (status == PIER_OK) {
            status = everything_load(load, &loaded);
        }
        assert_status(status, PIER_PROTOCOL);
        assert_int_equal(pier_archive_error(load)->offset, stream.size - 64);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

static void input_may_come_in_pieces(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    static const size_t pieces[] = {1, 33, 100, 4096};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        scripted_file script;
        pier_bytes input = {stream.data, stream.size};
        scripted_file_init(&script, input);
        scripted_file_cut(&script, pieces[i], pieces[i]);
        pier_file *file = scripted_file_open(&script, NULL);
        pier_archive_options options = {.size = sizeof options, .read_bytes = 33};
        pier_archive *load = NULL;
        pier_error error;
        assert_status(pier_archive_open_load(&load, file, &options, &error), PIER_OK);
        pier_status status;
        assert_int_equal(load_mixed(load, &status), 8);
        assert_status(status, PIER_END);
        pier_archive_destroy(load);
        pier_file_destroy(file);
        scripted_file_deinit(&script);
    }
    test_stream_free(&stream);
}

/* Small blocks, so that records end them everywhere, and checkpoints, so that definitions come again. */
static void definitions_come_again_in_each_epoch(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 33};
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .checkpoint_bytes = 1};
    pier_archive *store = test_open_store(&options);
    for (uint64_t i = 0; i < 50; i++) {
        market_tick tick = test_numbered_tick(i);
        assert_status(market_tick_store(store, &tick), PIER_OK);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    for (uint64_t i = 0; i < 50; i++) {
        market_tick tick;
        market_tick expected = test_numbered_tick(i);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_string_equal(pier_definition_name(pier_archive_definition(load)), "market.Tick");
        assert_status(market_tick_load(load, &tick), PIER_OK);
        assert_same_record(&market_tick_class, &expected, &tick);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Memory that runs out --------------------------------------------------------------------------------------------- */

static void store_under_faults(fault_allocator *faults, void *user) {
    (void)user;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 33};
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator, .limits = &limits};
    options.stream_id = 5;
    pier_archive *store = NULL;
    pier_error error;
    pier_status status = pier_archive_open_store(&store, NULL, &options, &error);
    if (status != PIER_OK) {
        assert_status(status, PIER_NO_MEMORY);
        assert_null(store);
        return;
    }
    size_t stored = 0;
    static everything all;
    for (uint64_t i = 0; i < 6; i++) {
        test_fill_everything(&all, i);
        market_tick tick = test_numbered_tick(i);
        status = i % 2 == 0 ? market_tick_store(store, &tick) : everything_store(store, &all);
        if (status != PIER_OK) {
            assert_status(status, PIER_NO_MEMORY);
            assert_true(faults->struck > 0);
            assert_status(pier_archive_status(store), PIER_OK);
        }
        stored += status == PIER_OK;
    }
    status = pier_archive_close(store);
    if (status == PIER_OK) {
        pier_bytes bytes = pier_archive_drain(store);
        test_stream stream = {(uint8_t *)(uintptr_t)bytes.data, bytes.size};
        pier_archive *load = test_open_stream(&stream, NULL);
        size_t loaded = 0;
        while (pier_archive_next(load) == PIER_OK) {
            loaded++;
        }
        assert_status(pier_archive_next(load), PIER_END);
        assert_int_equal(loaded, stored);
        pier_archive_destroy(load);
    } else {
        assert_status(status, PIER_NO_MEMORY);
    }
    assert_true(faults->struck > 0 || stored == 6);
    pier_archive_destroy(store);
}

static void storing_survives_want_of_memory(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(store_under_faults, NULL) > 10);
}

static void load_under_faults(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_error error;
    pier_status status = pier_archive_open_load(&load, NULL, &options, &error);
    pier_bytes bytes = {stream->data, stream->size};
    if (status == PIER_OK) {
        status = pier_archive_feed(load, bytes);
    }
    if (status == PIER_OK) {
        pier_archive_feed_end(load);
        status = pier_archive_next(load);
    }
    market_tick tick;
    if (status == PIER_OK) {
        bool is_tick = pier_archive_record_is(load, &market_tick_class);
        assert_true(is_tick || pier_archive_status(load) == PIER_NO_MEMORY);
        static const market_tick zero;
        status = market_tick_load(load, &tick);
        if (status != PIER_OK) {
            assert_memory_equal(&tick, &zero, sizeof zero);
        }
    }
    if (status == PIER_OK) {
        market_tick expected = test_numbered_tick(0);
        assert_same_record(&market_tick_class, &expected, &tick);
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            vec3 other;
            status = vec3_load(load, &other);
        }
        assert_true(status == PIER_TYPE || (status == PIER_NO_MEMORY && faults->struck > 0));
    } else {
        assert_status(status, PIER_NO_MEMORY);
        assert_true(faults->struck > 0);
    }
    pier_archive_destroy(load);
}

static void loading_survives_want_of_memory(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    assert_true(fault_allocator_sweep(load_under_faults, &stream) > 10);
    test_stream_free(&stream);
}

#define TICK_OF_OLD(FIELD) FIELD(1, u64, id) FIELD(2, i64, time) FIELD(9, bool, live)
PIER_RECORD(tick_of_old, "market.Tick", TICK_OF_OLD)
#define TICK_OF_OTHERS(FIELD) FIELD(1, u64, id) FIELD(3, time, price)
PIER_RECORD(tick_of_others, "market.Tick", TICK_OF_OTHERS)

/* Loads the first record of the stream as two classes: the one meets it, the other does not. */
static void match_under_faults(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_error error;
    pier_status status = pier_archive_open_load(&load, NULL, &options, &error);
    pier_bytes bytes = {stream->data, stream->size};
    if (status == PIER_OK) {
        status = pier_archive_feed(load, bytes);
    }
    if (status == PIER_OK) {
        pier_archive_feed_end(load);
        status = pier_archive_next(load);
    }
    tick_of_old tick;
    if (status == PIER_OK) {
        status = tick_of_old_load(load, &tick);
    }
    if (status == PIER_OK) {
        market_tick stored = test_numbered_tick(0);
        assert_true(tick.id == stored.id && tick.time == stored.time && !tick.live);
        tick_of_others other;
        status = tick_of_others_load(load, &other);
        assert_true(status == PIER_MISMATCH || (status == PIER_NO_MEMORY && faults->struck > 0));
    } else {
        assert_status(status, PIER_NO_MEMORY);
        assert_true(faults->struck > 0);
    }
    pier_archive_destroy(load);
}

static void matching_survives_want_of_memory(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    assert_true(fault_allocator_sweep(match_under_faults, &stream) > 10);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation_gives_whole_records_and_a_word),
        cmocka_unit_test(every_cut_within_a_block_is_refused),
        cmocka_unit_test(input_may_come_in_pieces),
        cmocka_unit_test(definitions_come_again_in_each_epoch),
        cmocka_unit_test(storing_survives_want_of_memory),
        cmocka_unit_test(loading_survives_want_of_memory),
        cmocka_unit_test(matching_survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
