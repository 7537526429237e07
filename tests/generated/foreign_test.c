/* Schemas that nobody here wrote, unchanged: records of every class, filled at random, are stored and loaded, framed and
 * plain, and come back the same. */
#include "generated/foreign.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/any.h>
#include <pier/arena.h>
#include <pier/record_generic.h>
#include <pier/registry.h>

#include "generated/fill.h"
#include "generated/ways.h"

enum { ROUNDS = 12 };

static int rounds(void) {
    const char *chosen = getenv("PIER_TEST_ROUNDS");
    return chosen != NULL ? atoi(chosen) : ROUNDS;
}

/* Entries of maps have no names of their own outside of their class, but are classes as others. */
static pier_registry *make_registry(void) {
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    for (size_t i = 0; i < foreign_count; i++) {
        assert_status(pier_registry_add(registry, foreign_classes[i]), PIER_OK);
    }
    return registry;
}

/* Stores a record, loads it, and stores what was loaded: the same record, and the same bytes. */
static void round_trip(const pier_class *type, const void *record, const pier_archive_options *options,
                       pier_registry *registry, pier_arena *arena) {
    pier_archive *store = test_open_store(options);
    assert_status(pier_store_record(store, type, record), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, options);
    assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    void *loaded = pier_arena_allocate(arena, type->record_bytes, 16);
    assert_non_null(loaded);
    if (pier_load_record_into(load, type, loaded, arena) != PIER_OK) {
        fail_msg("%s: %s", type->name, pier_archive_error(load)->text);
    }
    assert_equal_records(type, record, loaded);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);

    store = test_open_store(options);
    assert_status(pier_store_record(store, type, loaded), PIER_OK);
    test_stream again = test_finish(store);
    assert_int_equal(again.size, stream.size);
    assert_memory_equal(again.data, stream.data, stream.size);
    test_stream_free(&again);
    test_stream_free(&stream);
}

static void records_of_every_class_come_back(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    pier_registry *registry = make_registry();
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    const pier_archive_options framed = {.size = sizeof framed};
    const pier_archive_options map = {.size = sizeof map, .format = PIER_FORMAT_PLAIN};
    assert_true(foreign_count > 10);
    for (size_t i = 0; i < foreign_count; i++) {
        const pier_class *type = foreign_classes[i];
        for (int j = 0; j < rounds(); j++) {
            pier_arena_reset(&arena);
            void *record = pier_arena_allocate(&arena, type->record_bytes, 16);
            assert_non_null(record);
            test_fill_any(type, record, &seed, &arena, foreign_classes, foreign_count);
            /* By its codec and by its table, to the byte. */
            assert_status(test_store_ways(type, record, NULL), PIER_OK);
            round_trip(type, record, &framed, registry, &arena);
            round_trip(type, record, &map, registry, &arena);
        }
    }
    print_message("%zu classes\n", foreign_count);
    pier_arena_deinit(&arena);
    pier_registry_destroy(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_every_class_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
