/* Records as trees with the names of their fields.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/store.h>
#include <pier/tree.h>

#include "support/fault_allocator.h"

static market_tick a_tick(void) {
    market_tick tick;
    memset(&tick, 0, sizeof tick);
    tick.id = 7;
    tick.time = -3;
    tick.price = 1.5;
    memcpy(tick.symbol, "PIER", 5);
    tick.note = (pier_text){"a note", 6};
    tick.position = (vec3){1, 2, 3};
    tick.samples_count = 2;
    tick.samples[0] = 0.5f;
    return tick;
}

#define TICK_PRINTED                                                                                                       \
    "{\"id\":7,\"time\":-3,\"price\":1.5,\"symbol\":\"PIER\",\"note\":\"a note\",\"position\":{\"x\":1.0,\"y\":2.0,\"z\":" \
    "3.0},\"samples\":[0.5,0.0]}"

static pier_tree *new_tree(const pier_tree_options *options) {
    pier_tree *tree;
    assert_status(pier_tree_create(&tree, options, NULL), PIER_OK);
    return tree;
}

static void assert_printed(const pier_value *value, const char *expected) {
    char text[4096];
    size_t length;
    assert_status(pier_value_print(value, NULL, text, sizeof text, &length), PIER_OK);
    assert_string_equal(text, expected);
}

static void a_record_has_the_names_of_its_fields(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    market_tick tick = a_tick();
    assert_status(market_tick_store(store, &tick), PIER_OK);
    tick.has_flags = true;
    tick.flags = 9;
    assert_status(market_tick_store(store, &tick), PIER_OK);
    test_stream stream = test_finish(store);
    for (int borrows = 0; borrows < 2; borrows++) {
        pier_tree_options options = {.size = sizeof options, .borrows = borrows != 0};
        pier_tree *tree = new_tree(&options);
        pier_archive *load = test_open_stream(&stream, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_tree_load(tree, load), PIER_OK);
        assert_printed(pier_tree_root(tree), TICK_PRINTED);
        /* The struct can be loaded all the same. */
        market_tick loaded;
        assert_status(market_tick_load(load, &loaded), PIER_OK);
        assert_int_equal(loaded.id, 7);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_tree_load(tree, load), PIER_OK);
        assert_int_equal(pier_value_u64(pier_value_find(pier_tree_root(tree), "flags"), 0), 9);
        pier_value *y;
        pier_error error;
        assert_status(pier_value_resolve(pier_tree_root(tree), "position.y", &y, &error), PIER_OK);
        assert_true(pier_value_f64(y, 0) == 2);
        char path[64];
        assert_int_equal(pier_value_path(y, path, sizeof path), 10);
        assert_string_equal(path, "position.y");
        /* A copied tree outlives its archive. */
        pier_archive_destroy(load);
        if (!borrows) {
            assert_true(pier_value_is_text(pier_value_find(pier_tree_root(tree), "note"), "a note"));
        }
        pier_tree_destroy(tree);
    }
    test_stream_free(&stream);
}

static void records_in_records_are_named(void **state) {
    (void)state;
    everything all;
    memset(&all, 0, sizeof all);
    all.records_count = 3;
    for (int i = 0; i < 3; i++) {
        all.records[i] = (vec3){(float)i, 0, 1};
    }
    all.has_maybe_record = true;
    all.maybe_record = (vec3){4, 5, 6};
    pier_archive *store = test_open_store(NULL);
    assert_status(everything_store(store, &all), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_tree *tree = new_tree(NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_tree_load(tree, load), PIER_OK);
    pier_value *root = pier_tree_root(tree);
    assert_printed(pier_value_find(root, "records"),
                   "[{\"x\":0.0,\"y\":0.0,\"z\":1.0},{\"x\":1.0,\"y\":0.0,\"z\":1.0},{\"x\":2.0,\"y\":0.0,\"z\":1.0}]");
    assert_printed(pier_value_find(root, "maybe_record"), "{\"x\":4.0,\"y\":5.0,\"z\":6.0}");
    assert_null(pier_value_find(root, "maybe_u32"));
    assert_printed(pier_value_find(root, "i8s"), "[]");
    assert_int_equal(pier_value_kind(pier_value_find(root, "an_f32")), PIER_KIND_F32);
    /* The way up holds in what was put into its place. */
    for (pier_value *at = pier_value_first(root); at != NULL; at = pier_value_next(at)) {
        assert_ptr_equal(pier_value_parent(at), root);
        for (pier_value *in = pier_value_first(at); in != NULL; in = pier_value_next(in)) {
            assert_ptr_equal(pier_value_parent(in), at);
        }
    }
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Loads the tree of a record with these bytes, in a stream of its own. */
static void assert_loads_as(const pier_class *type, const char *hex, const char *printed) {
    uint8_t bytes[64];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    test_stream stream = test_typed_stream(type, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_tree *tree = new_tree(NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_tree_load(tree, load), PIER_OK);
    assert_printed(pier_tree_root(tree), printed);
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* A record that is not what its definition says stays as it is. */
static void what_does_not_agree_stays(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        const char *printed;
    } cases[] = {
        {"93 ca3f800000 ca40000000 ca40400000", "{\"x\":1.0,\"y\":2.0,\"z\":3.0}"},
        {"93 c0 a161 91 05", "{\"x\":null,\"y\":\"a\",\"z\":[5]}"},
        {"92 01 02", "[1,2]"},
        {"94 01 02 03 04", "[1,2,3,4]"},
        {"83 a178 01 a179 02 a17a 03", "{\"x\":1,\"y\":2,\"z\":3}"},
        {"05", "5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_loads_as(&vec3_class, cases[i].hex, cases[i].printed);
    }
}

#define MAYBE(FIELD) FIELD(1, optional(u32), a) FIELD(2, optional(record(vec3)), b) FIELD(3, array(record(vec3), 2), c)
PIER_RECORD(maybe, "test.Maybe", MAYBE)

static void records_without_values_are_empty(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        const char *printed;
    } cases[] = {
        {"93 c0 c0 90", "{\"c\":[]}"},
        {"93 c0 92 01 02 92 01 93 01 02 03", "{\"b\":[1,2],\"c\":[1,{\"x\":1,\"y\":2,\"z\":3}]}"},
        {"93 07 93 01 02 03 c0", "{\"a\":7,\"b\":{\"x\":1,\"y\":2,\"z\":3},\"c\":null}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_loads_as(&maybe_class, cases[i].hex, cases[i].printed);
    }
}

#define NOTHING(FIELD) FIELD(1, optional(u32), a) FIELD(2, optional(text), b)
PIER_RECORD(nothing, "test.Nothing", NOTHING)

static void a_record_may_have_no_field_left(void **state) {
    (void)state;
    uint8_t bytes[] = {0x92, 0xc0, 0xc0};
    test_stream stream = test_typed_stream(&nothing_class, bytes, sizeof bytes);
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_tree *tree = new_tree(NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_tree_load(tree, load), PIER_OK);
    assert_printed(pier_tree_root(tree), "{}");
    /* It can be added to, as any map. */
    pier_tree_set_bool(tree, pier_tree_put(tree, pier_tree_root(tree), "c"), true);
    assert_printed(pier_tree_root(tree), "{\"c\":true}");
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* The names of records in a record are copied once, not once for each. */
static void names_are_copied_once(void **state) {
    (void)state;
    everything *all = (everything *)calloc(1, sizeof *all);
    assert_non_null(all);
    all->records_count = 3;
    pier_archive *store = test_open_store(NULL);
    assert_status(everything_store(store, all), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_tree *tree = new_tree(NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_tree_load(tree, load), PIER_OK);
    const pier_value *records = pier_value_find(pier_tree_root(tree), "records");
    const char *first = pier_value_text(pier_value_first(pier_value_at(records, 0))).data;
    assert_ptr_equal(pier_value_text(pier_value_first(pier_value_at(records, 2))).data, first);
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    free(all);
}

static void limits_count_the_names(void **state) {
    (void)state;
    uint8_t bytes[64];
    size_t size = test_hex("93 01 02 03", bytes, sizeof bytes);
    test_stream stream = test_typed_stream(&vec3_class, bytes, size);
    /* The array and its slots are four, the names three more. */
    for (uint64_t most = 3; most <= 7; most++) {
        pier_limits limits = {.size = sizeof limits, .elements_max = most};
        pier_tree_options options = {.size = sizeof options, .limits = &limits};
        pier_archive *load = test_open_stream(&stream, NULL);
        pier_tree *tree = new_tree(&options);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_tree_load(tree, load), most == 7 ? PIER_OK : PIER_LIMIT);
        assert_int_equal(pier_value_kind(pier_tree_root(tree)), most == 7 ? PIER_KIND_MAP : PIER_KIND_NIL);
        assert_status(pier_archive_status(load), PIER_OK);
        pier_tree_destroy(tree);
        pier_archive_destroy(load);
    }
    test_stream_free(&stream);
}

static void load_with_faults(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_tree_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = test_open_stream(stream, NULL);
    pier_tree *tree = NULL;
    assert_status(pier_archive_next(load), PIER_OK);
    pier_status status = pier_tree_create(&tree, &options, NULL);
    if (status == PIER_OK) {
        status = pier_tree_load(tree, load);
        assert_int_equal(pier_value_kind(pier_tree_root(tree)), status == PIER_OK ? PIER_KIND_MAP : PIER_KIND_NIL);
    }
    assert_true(status == PIER_OK ? faults->struck == 0 : status == PIER_NO_MEMORY);
    assert_status(pier_archive_status(load), PIER_OK);
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
}

static void memory_that_lacks_is_told(void **state) {
    (void)state;
    everything *all = (everything *)calloc(1, sizeof *all);
    assert_non_null(all);
    all->records_count = 3;
    all->has_maybe_record = true;
    /* Of many sizes, so that memory lacks at each place that asks for some. */
    for (uint32_t count = 0; count <= 200; count += 2) {
        all->numbers_count = count;
        pier_archive *store = test_open_store(NULL);
        assert_status(everything_store(store, all), PIER_OK);
        test_stream stream = test_finish(store);
        assert_true(fault_allocator_sweep(load_with_faults, &stream) >= 4);
        test_stream_free(&stream);
    }
    free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_the_names_of_its_fields),
        cmocka_unit_test(records_in_records_are_named),
        cmocka_unit_test(what_does_not_agree_stays),
        cmocka_unit_test(records_without_values_are_empty),
        cmocka_unit_test(a_record_may_have_no_field_left),
        cmocka_unit_test(names_are_copied_once),
        cmocka_unit_test(limits_count_the_names),
        cmocka_unit_test(memory_that_lacks_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
