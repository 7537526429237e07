/* Registries, and streams of several classes.
 *
 * Floor 5 (record). */
#include <pier/registry.h>

#include "record/graph_support.h"
#include "record/record_support.h"

#include <stdio.h>

#include <pier/arena.h>
#include <pier/mark.h>
#include <pier/store.h>

#include "support/fault_allocator.h"

static pier_text text_of(const char *text) {
    return (pier_text){text, strlen(text)};
}

static void classes_are_found_by_their_full_names(void **state) {
    (void)state;
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    assert_int_equal(pier_registry_count(registry), 0);
    assert_null(pier_registry_find(registry, text_of("g.Count")));
    assert_null(pier_registry_at(registry, 0));
    const pier_class *const classes[] = {&g_note_class, &g_count_class, &market_tick_class, &g_box_class,
                                         &vec3_class,   &g_style_class, &g_node_class,      &everything_class};
    for (size_t i = 0; i < 8; i++) {
        assert_status(pier_registry_add(registry, classes[i]), PIER_OK);
        assert_status(pier_registry_add(registry, classes[i]), PIER_OK);
    }
    static pier_class many[40];
    static char names[40][16];
    for (int i = 0; i < 40; i++) {
        many[i] = g_count_class;
        (void)snprintf(names[i], sizeof names[i], "g.Count%d", i);
        many[i].name = names[i];
        assert_status(pier_registry_add(registry, &many[i]), PIER_OK);
    }
    assert_int_equal(pier_registry_count(registry), 48);
    for (size_t i = 0; i < 8; i++) {
        assert_ptr_equal(pier_registry_find(registry, text_of(classes[i]->name)), classes[i]);
    }
    for (int i = 0; i < 40; i++) {
        assert_ptr_equal(pier_registry_find(registry, text_of(names[i])), &many[i]);
    }
    for (size_t i = 1; i < 48; i++) {
        assert_true(strcmp(pier_registry_at(registry, i - 1)->name, pier_registry_at(registry, i)->name) < 0);
    }
    assert_null(pier_registry_at(registry, 48));
    assert_null(pier_registry_find(registry, text_of("g.Coun")));
    assert_null(pier_registry_find(registry, text_of("g.Count:")));
    assert_null(pier_registry_find(registry, (pier_text){NULL, 0}));
    pier_registry_destroy(registry);
    pier_registry_destroy(NULL);
}

static void one_name_is_one_class(void **state) {
    (void)state;
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    assert_status(pier_registry_add(registry, &g_count_class), PIER_OK);
    /* The same class, described in another source file. */
    pier_class twin = g_count_class;
    assert_status(pier_registry_add(registry, &twin), PIER_OK);
    assert_ptr_equal(pier_registry_find(registry, text_of("g.Count")), &g_count_class);
    pier_class other = vec3_class;
    other.name = "g.Count";
    assert_status(pier_registry_add(registry, &other), PIER_USAGE);
    twin.version = 2;
    assert_status(pier_registry_add(registry, &twin), PIER_USAGE);
    pier_class old = vec3_class;
    old.size--;
    assert_status(pier_registry_add(registry, &old), PIER_USAGE);
    assert_int_equal(pier_registry_count(registry), 1);
    pier_registry_destroy(registry);
}

/* A count, a tick, a box, a value without a class, a style that refers to another, a count. */
static test_stream mixed_stream(void) {
    pier_archive *store = test_open_store(NULL);
    g_count count = {7};
    market_tick tick;
    test_fill_tick(&tick, 3);
    g_box box = {.first = {.type = &g_count_class, .record = &count}};
    g_style base = {"base", NULL};
    g_style style = {"style", &base};
    assert_status(pier_store_record(store, &g_count_class, &count), PIER_OK);
    assert_status(market_tick_store(store, &tick), PIER_OK);
    assert_status(pier_store_record(store, &g_box_class, &box), PIER_OK);
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store_u32(store, 99);
    assert_status(pier_archive_end(store), PIER_OK);
    assert_status(pier_store_record(store, &g_style_class, &style), PIER_OK);
    count.number = 8;
    assert_status(pier_store_record(store, &g_count_class, &count), PIER_OK);
    return test_finish(store);
}

static pier_registry *mixed_registry(void) {
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    assert_status(pier_registry_add(registry, &g_count_class), PIER_OK);
    assert_status(pier_registry_add(registry, &g_style_class), PIER_OK);
    return registry;
}

/* Loads all records, and tells of each what came, a line each. */
static void load_all(pier_archive *load, const pier_registry *registry, pier_arena *arena, pier_tree *tree, char *log,
                     size_t capacity) {
    size_t used = 0;
    log[0] = '\0';
    while (pier_archive_next(load) == PIER_OK) {
        pier_any found;
        pier_status status = pier_load_any(load, registry, arena, tree, &found);
        char text[512] = "";
        if (status == PIER_SKIPPED) {
            (void)snprintf(text, sizeof text, "skipped: %s (record %llu)", pier_archive_error(load)->text,
                           (unsigned long long)pier_archive_error(load)->record);
            assert_true(pier_archive_error(load)->offset < 4096);
            assert_status(pier_archive_status(load), PIER_OK);
        } else if (found.type == &g_count_class) {
            (void)snprintf(text, sizeof text, "count %u", ((const g_count *)found.record)->number);
        } else if (found.type == &g_style_class) {
            const g_style *style = (const g_style *)found.record;
            (void)snprintf(text, sizeof text, "style %s on %s", style->name, style->base->name);
        } else {
            assert_status(status, PIER_OK);
            assert_true(found.raw.size > 0);
            static char printed[4096];
            size_t length;
            assert_status(pier_value_print(pier_tree_root(tree), NULL, printed, sizeof printed, &length), PIER_OK);
            (void)snprintf(text, sizeof text, "tree %.*s %.20s", (int)found.name.size,
                           found.name.size > 0 ? found.name.data : "", printed);
        }
        used += (size_t)snprintf(log + used, capacity - used, "%s\n", text);
        assert_true(used < capacity);
    }
}

static void records_of_several_classes_are_told_apart(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    pier_registry *registry = mixed_registry();
    char log[2048];
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int owns = 0; owns < 2; owns++) {
        pier_archive *load = test_open_stream(&stream, NULL);
        load_all(load, registry, owns != 0 ? &arena : NULL, NULL, log, sizeof log);
        assert_string_equal(log, "count 7\n"
                                 "skipped: class market.Tick is not in the registry (record 2)\n"
                                 "skipped: class g.Box is not in the registry (record 3)\n"
                                 "skipped: a record without a class (record 4)\n"
                                 "style style on base\n"
                                 "count 8\n");
        pier_archive_destroy(load);
    }
    pier_tree *tree = NULL;
    assert_status(pier_tree_create(&tree, NULL, NULL), PIER_OK);
    pier_archive *load = test_open_stream(&stream, NULL);
    load_all(load, registry, NULL, tree, log, sizeof log);
    pier_archive_destroy(load);
    char *line = strstr(log, "tree market.Tick {\"id\":");
    assert_non_null(line);
    assert_non_null(strstr(line, "tree  99\n"));
    assert_non_null(strstr(line, "style style on base\ncount 8\n"));
    pier_tree_destroy(tree);
    pier_arena_deinit(&arena);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void a_skipped_record_can_still_be_loaded(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    pier_registry *registry = mixed_registry();
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_any found;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_mark(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_SKIPPED);
    assert_int_equal(found.name.size, 11);
    assert_memory_equal(found.name.data, "market.Tick", 11);
    market_tick tick;
    assert_status(market_tick_load(load, &tick), PIER_OK);
    assert_status(pier_registry_add(registry, &market_tick_class), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
    assert_ptr_equal(found.type, &market_tick_class);
    assert_same_record(&market_tick_class, &tick, found.record);
    /* Back, and the same again. */
    assert_status(pier_archive_rewind(load), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
    assert_int_equal(((const g_count *)found.record)->number, 7);
    pier_archive_release(load);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
    assert_ptr_equal(found.type, &market_tick_class);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void a_record_that_fails_is_recovered_from(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    g_count count = {1};
    assert_status(pier_store_record(store, &g_count_class, &count), PIER_OK);
    test_store_raw(store, &g_count_class, "\x91\xa1x", 3);
    assert_status(pier_archive_flush(store), PIER_OK);
    count.number = 2;
    assert_status(pier_store_record(store, &g_count_class, &count), PIER_OK);
    test_stream stream = test_finish(store);
    pier_registry *registry = mixed_registry();
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_any found;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_TYPE);
    assert_null(found.type);
    assert_null(found.record);
    assert_string_equal(pier_archive_error(load)->path, "g.Count.number");
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_OK);
    assert_int_equal(((const g_count *)found.record)->number, 2);
    /* Beyond the last one there is none. */
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(pier_load_any(load, registry, NULL, NULL, &found), PIER_USAGE);
    pier_archive_destroy(load);
    store = test_open_store(NULL);
    assert_status(pier_load_any(store, registry, NULL, NULL, &found), PIER_USAGE);
    pier_archive_destroy(store);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void an_arena_that_is_full_is_told(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    pier_registry *registry = mixed_registry();
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_arena arena;
    pier_arena_init(&arena, NULL, 2);
    pier_any found;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_any(load, registry, &arena, NULL, &found), PIER_LIMIT);
    assert_string_equal(pier_archive_error(load)->path, "g.Count");
    pier_arena_deinit(&arena);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void sweep_pass(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_registry *registry = NULL;
    if (pier_registry_create(&registry, &faults->allocator) != PIER_OK) {
        assert_null(registry);
        assert_true(faults->struck > 0);
        return;
    }
    const pier_class *const classes[] = {&g_count_class,    &g_style_class, &g_note_class,
                                         &g_node_class,     &vec3_class,    &g_box_class,
                                         &everything_class, &g_count_class, &market_tick_class};
    pier_class twin = g_node_class;
    for (size_t i = 0; i < 9; i++) {
        pier_status status = pier_registry_add(registry, classes[i]);
        assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    }
    pier_status added = pier_registry_add(registry, &twin);
    assert_true(added == PIER_OK || (added == PIER_NO_MEMORY && faults->struck > 0));
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_status status = pier_archive_open_load(&load, NULL, &options, NULL);
    if (status == PIER_OK) {
        status = pier_archive_feed(load, (pier_bytes){stream->data, stream->size});
    }
    unsigned loaded = 0;
    while (status == PIER_OK) {
        status = pier_archive_next(load);
        pier_any found;
        if (status == PIER_OK) {
            pier_status came = pier_load_any(load, registry, NULL, NULL, &found);
            status = came == PIER_SKIPPED ? PIER_OK : came;
            loaded++;
        }
    }
    assert_true(status == PIER_END || (status == PIER_NO_MEMORY && faults->struck > 0));
    assert_true(status != PIER_END || loaded == 6);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    test_stream stream = mixed_stream();
    assert_true(fault_allocator_sweep(sweep_pass, &stream) > 10);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_found_by_their_full_names),
        cmocka_unit_test(one_name_is_one_class),
        cmocka_unit_test(records_of_several_classes_are_told_apart),
        cmocka_unit_test(a_skipped_record_can_still_be_loaded),
        cmocka_unit_test(a_record_that_fails_is_recovered_from),
        cmocka_unit_test(an_arena_that_is_full_is_told),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
