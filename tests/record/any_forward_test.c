/* Records with values of any class, passed on from archive to archive with the ids that they hold.
 *
 * Floor 5 (record). */
#include "record/any_support.h"
#include "record/record_support.h"

#include <pier/store.h>

#include "support/fault_allocator.h"

/* Passes all records of a stream on. */
static void forward_all(pier_archive *to, const test_stream *stream) {
    pier_archive *load = test_open_stream(stream, NULL);
    while (pier_archive_next(load) == PIER_OK) {
        assert_status(pier_archive_forward(to, load), PIER_OK);
    }
    pier_archive_destroy(load);
}

static void assert_boxes(const test_stream *stream, const uint32_t *expected, size_t count) {
    pier_registry *registry = test_any_registry(false, true);
    pier_archive *load = test_any_open(stream, registry, PIER_UNKNOWN_REFUSE);
    for (size_t i = 0; i < count; i++) {
        pier_any found;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
        if (found.type == &g_box_class) {
            found = ((const g_box *)found.record)->first;
        }
        assert_ptr_equal(found.type, &g_count_class);
        assert_int_equal(((const g_count *)found.record)->number, expected[i]);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
}

static void records_with_values_are_passed_on_with_their_classes(void **state) {
    (void)state;
    g_count one = {1};
    g_count two = {2};
    g_box first = {.first = test_any_count(&one)};
    g_box second = {.first = test_any_count(&two)};
    /* Box 1, count 2. */
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &first), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &second), PIER_OK);
    test_stream one_way = test_finish(store);
    /* Count 1, tick 2, box 3. */
    market_tick tick;
    test_fill_tick(&tick, 1);
    store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
    assert_status(market_tick_store(store, &tick), PIER_OK);
    test_stream other_way = test_finish(store);
    store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &second), PIER_OK);
    test_stream third_way = test_finish(store);
    /* A stream of its own keeps the ids, and no epoch is begun for that. */
    store = test_open_store(NULL);
    forward_all(store, &one_way);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDDRE");
    assert_boxes(&stream, (const uint32_t[]){1, 2}, 2);
    test_stream_free(&stream);
    /* Put together, an epoch is begun where the ids are others. Classes that hold none are told by fingerprint. */
    store = test_open_store(NULL);
    forward_all(store, &one_way);
    forward_all(store, &third_way);
    forward_all(store, &one_way);
    assert_status(pier_store_record(store, &g_box_class, &first), PIER_OK);
    stream = test_finish(store);
    assert_blocks(&stream, "PDDRDDRDDRE");
    assert_boxes(&stream, (const uint32_t[]){1, 2, 1, 2, 1, 2, 1}, 7);
    test_stream_free(&stream);
    /* Own records go on behind it, with ids that are free. */
    store = test_open_store(NULL);
    forward_all(store, &other_way);
    assert_status(pier_store_record(store, &g_box_class, &first), PIER_OK);
    forward_all(store, &one_way);
    stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_true(pier_archive_record_is(load, &market_tick_class));
    pier_archive_destroy(load);
    test_stream_free(&stream);
    test_stream_free(&one_way);
    test_stream_free(&other_way);
    test_stream_free(&third_way);
}

/* Where a definition was lost, the ids of the others have a gap before them, and keep it. */
static void ids_keep_their_gaps(void **state) {
    (void)state;
    g_count one = {1};
    g_box box = {.first = test_any_count(&one)};
    market_tick tick;
    test_fill_tick(&tick, 1);
    /* Tick 1, box 2, count 3. */
    pier_archive *store = test_open_store(NULL);
    assert_status(market_tick_store(store, &tick), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream stream = test_finish(store);
    /* The payload of the definition behind the preamble. */
    enum { PREAMBLE_AND_HEADER = 128, IN_PAYLOAD = 20 };
    stream.data[PREAMBLE_AND_HEADER + IN_PAYLOAD] ^= 1;
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_status status = pier_archive_next(load);
    while (status != PIER_OK || !pier_archive_record_is(load, &g_box_class)) {
        uint64_t skipped;
        assert_true(status == PIER_OK || status == PIER_SKIPPED || pier_archive_recover(load, &skipped) == PIER_OK);
        status = pier_archive_next(load);
        assert_true(status != PIER_END);
    }
    store = test_open_store(NULL);
    assert_status(pier_archive_forward(store, load), PIER_OK);
    pier_archive_destroy(load);
    /* Classes of its own go behind them. */
    assert_status(market_tick_store(store, &tick), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream_free(&stream);
    stream = test_finish(store);
    pier_registry *registry = test_any_registry(false, true);
    load = test_any_open(&stream, registry, PIER_UNKNOWN_REFUSE);
    for (int i = 0; i < 3; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        if (i == 1) {
            assert_true(pier_archive_record_is(load, &market_tick_class));
            continue;
        }
        g_box found;
        assert_status(pier_load_record(load, &g_box_class, &found), PIER_OK);
        assert_ptr_equal(found.first.type, &g_count_class);
        assert_int_equal(((const g_count *)found.first.record)->number, 1);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

/* A refused record leaves a block that nothing is in; the epoch that begins then takes it away. */
static void an_epoch_begins_behind_a_refused_record(void **state) {
    (void)state;
    g_count one = {1};
    g_box box = {.first = test_any_count(&one)};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    test_stream one_way = test_finish(store);
    store = test_open_store(NULL);
    assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
    assert_status(pier_archive_flush(store), PIER_OK);
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store_array(store, 2);
    assert_status(pier_archive_end(store), PIER_USAGE);
    forward_all(store, &one_way);
    test_stream stream = test_finish(store);
    assert_blocks(&stream, "PDRDDRE");
    assert_boxes(&stream, (const uint32_t[]){1, 1}, 2);
    test_stream_free(&stream);
    test_stream_free(&one_way);
}

static void forward_pass(fault_allocator *faults, void *user) {
    const test_stream *streams = (const test_stream *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator, .stream_id = 7};
    pier_archive *store = NULL;
    if (pier_archive_open_store(&store, NULL, &options, NULL) != PIER_OK) {
        assert_true(faults->struck > 0);
        return;
    }
    unsigned stored = 0;
    for (int i = 0; i < 3; i++) {
        pier_archive *load = test_open_stream(&streams[i % 2], NULL);
        while (pier_archive_next(load) == PIER_OK) {
            pier_status status = pier_archive_forward(store, load);
            assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
            stored += status == PIER_OK;
        }
        pier_archive_destroy(load);
    }
    if (pier_archive_close(store) == PIER_OK) {
        pier_bytes bytes = pier_archive_drain(store);
        pier_registry *registry = test_any_registry(false, true);
        test_stream stream = {(uint8_t *)(uintptr_t)bytes.data, bytes.size};
        pier_archive *load = test_any_open(&stream, registry, PIER_UNKNOWN_REFUSE);
        for (unsigned i = 0; i < stored; i++) {
            pier_any found;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
        }
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        pier_registry_destroy(registry);
    }
    pier_archive_destroy(store);
}

static void passing_on_may_run_out_of_memory(void **state) {
    (void)state;
    g_count one = {1};
    g_box box = {.first = test_any_count(&one)};
    test_stream streams[2];
    for (int i = 0; i < 2; i++) {
        pier_archive *store = test_open_store(NULL);
        if (i == 1) {
            assert_status(pier_store_record(store, &g_count_class, &one), PIER_OK);
        }
        assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
        streams[i] = test_finish(store);
    }
    assert_true(fault_allocator_sweep(forward_pass, streams) > 3);
    test_stream_free(&streams[0]);
    test_stream_free(&streams[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_with_values_are_passed_on_with_their_classes),
        cmocka_unit_test(ids_keep_their_gaps),
        cmocka_unit_test(an_epoch_begins_behind_a_refused_record),
        cmocka_unit_test(passing_on_may_run_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
