/* The memory of loaded records: none is taken anew once an arena has grown, none is lost when it runs out, and nothing
 * of a record that owns what it holds is left in the archive. */
#include <stdlib.h>

#include "every.pier.h"
#include "generated/fill.h"
#include "generated/ways.h"
#include "support/fault_allocator.h"

enum { RECORDS = 20, PASSES = 5 };

static uint8_t record[TEST_RECORD_BYTES];
static uint8_t loaded[TEST_RECORD_BYTES];

/* A stream of everything, the records of which `seed` makes anew. */
static test_stream make_stream(uint64_t seed) {
    pier_archive *store = test_open_store(NULL);
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int i = 0; i < RECORDS; i++) {
        pier_arena_reset(&arena);
        test_fill(&every_everything_class, record, &seed, &arena);
        assert_status(every_everything_store(store, (const every_everything *)record), PIER_OK);
    }
    pier_arena_deinit(&arena);
    return test_finish(store);
}

static void test_steady_state(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_arena arena;
    pier_arena_init(&arena, &faults.allocator, 0);
    test_stream stream = make_stream(seed);
    uint64_t calls = 0;
    for (int i = 0; i < PASSES; i++) {
        pier_archive *load = test_open_stream(&stream, NULL);
        for (int j = 0; j < RECORDS; j++) {
            pier_arena_reset(&arena);
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(every_everything_load_into(load, (every_everything *)loaded, &arena), PIER_OK);
        }
        pier_archive_destroy(load);
        calls = i == 0 ? faults.calls : calls;
        assert_int_equal(faults.calls, calls);
    }
    assert_true(calls > 0);
    test_stream_free(&stream);
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

typedef struct sweep {
    uint64_t seed;
    test_stream stream;
} sweep;

/* Loads the first record, when it can. */
static void load_one(fault_allocator *faults, void *user) {
    const sweep *with = (const sweep *)user;
    pier_archive *load = test_open_stream(&with->stream, NULL);
    pier_arena arena;
    pier_arena_init(&arena, &faults->allocator, 0);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_status status = every_everything_load_into(load, (every_everything *)loaded, &arena);
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY));
    if (status == PIER_OK) {
        uint64_t seed = with->seed;
        pier_arena filled;
        pier_arena_init(&filled, NULL, 0);
        test_fill(&every_everything_class, record, &seed, &filled);
        assert_equal_records(&every_everything_class, record, loaded);
        pier_arena_deinit(&filled);
    } else {
        assert_int_equal(pier_arena_used_bytes(&arena), 0);
    }
    pier_archive_destroy(load);
    pier_arena_deinit(&arena);
}

static void test_no_memory(void **state) {
    (void)state;
    sweep with = {.seed = test_seed()};
    with.stream = make_stream(with.seed);
    assert_true(fault_allocator_sweep(load_one, &with) > 0);
    test_stream_free(&with.stream);
}

/* An arena that may give so much and no more: the codec stops where the slow way stops, and tells the same. */
static void test_limit_of_arena(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    test_stream stream = make_stream(seed);
    bool was_loaded = false;
    for (uint64_t limit = 1; !was_loaded; limit += 1 + limit / 3) {
        pier_arena arena;
        pier_arena_init(&arena, NULL, limit);
        pier_archive *load = test_open_stream(&stream, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        pier_status status = every_everything_load_into(load, (every_everything *)loaded, &arena);
        assert_true(status == PIER_OK || status == PIER_LIMIT);
        assert_int_equal(pier_archive_error(load)->status, status);
        was_loaded = status == PIER_OK;
        assert_true(pier_arena_used_bytes(&arena) <= limit);
        pier_archive_destroy(load);
        pier_arena_deinit(&arena);
    }
    test_stream_free(&stream);
}

static void test_owned_records(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    test_stream stream = make_stream(seed);
    pier_arena arenas[2];
    pier_arena_init(&arenas[0], NULL, 0);
    pier_arena_init(&arenas[1], NULL, 0);
    pier_archive *load = test_open_stream(&stream, NULL);
    test_stream_free(&stream);
    static every_everything records[RECORDS];
    for (int i = 0; i < RECORDS; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(every_everything_load_into(load, &records[i], &arenas[0]), PIER_OK);
    }
    pier_archive_destroy(load);
    for (int i = 0; i < RECORDS; i++) {
        pier_arena_reset(&arenas[1]);
        test_fill(&every_everything_class, record, &seed, &arenas[1]);
        assert_equal_records(&every_everything_class, record, &records[i]);
    }
    pier_arena_deinit(&arenas[0]);
    pier_arena_deinit(&arenas[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steady_state),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_limit_of_arena),
        cmocka_unit_test(test_owned_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
