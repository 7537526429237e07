/* Graphs and values of any class copied, compared and printed, without an archive.
 *
 * Floor 5 (record). */
#include "record/graph_support.h"
#include "record/record_support.h"

#include <stdlib.h>

#include <pier/record_generic.h>
#include <pier/tree.h>

#include "support/fault_allocator.h"

static test_stream stream_of(const pier_class *type, const void *record) {
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, type, record), PIER_OK);
    return test_finish(store);
}

static void assert_same_stream(const pier_class *type, const void *one, const void *other) {
    test_stream first = stream_of(type, one);
    test_stream second = stream_of(type, other);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    test_stream_free(&first);
    test_stream_free(&second);
}

static void a_copy_is_a_graph_of_the_same_shape(void **state) {
    (void)state;
    static test_tangle t;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        test_make_tangle(&t, seed);
        pier_arena arena;
        pier_arena_init(&arena, NULL, 0);
        g_node copy;
        assert_status(pier_record_copy(&g_node_class, &t.nodes[0], &arena, &copy), PIER_OK);
        assert_int_equal(pier_record_compare(&g_node_class, &t.nodes[0], &copy), 0);
        assert_int_equal(pier_record_compare(&g_node_class, &copy, &copy), 0);
        assert_same_stream(&g_node_class, &t.nodes[0], &copy);
        /* Nothing of it is the original's. */
        memset(&t, 0xa5, sizeof t);
        void *clone = NULL;
        assert_status(pier_record_clone(&g_node_class, &copy, NULL, &clone), PIER_OK);
        assert_same_stream(&g_node_class, &copy, clone);
        pier_record_free(clone);
        pier_arena_deinit(&arena);
    }
}

static void graphs_have_an_order(void **state) {
    (void)state;
    static test_tangle one;
    static test_tangle other;
    unsigned unequal = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        test_make_tangle(&one, seed);
        test_make_tangle(&other, seed);
        assert_int_equal(pier_record_compare(&g_node_class, &one.nodes[0], &other.nodes[0]), 0);
        other.nodes[seed % TEST_NODES].id++;
        int order = pier_record_compare(&g_node_class, &one.nodes[0], &other.nodes[0]);
        assert_true(order < 0);
        assert_true(pier_record_compare(&g_node_class, &other.nodes[0], &one.nodes[0]) > 0);
        /* Another place, with the same content. */
        test_make_tangle(&other, seed);
        other.styles[1] = other.styles[0];
        for (int i = 0; i < TEST_NODES; i++) {
            other.nodes[i].style = other.nodes[i].style == &other.styles[0] ? &other.styles[1] : other.nodes[i].style;
        }
        int there = pier_record_compare(&g_node_class, &one.nodes[0], &other.nodes[0]);
        int back = pier_record_compare(&g_node_class, &other.nodes[0], &one.nodes[0]);
        assert_true((there < 0 && back > 0) || (there > 0 && back < 0) || (there == 0 && back == 0));
        unequal += there != 0;
        test_make_tangle(&other, seed + 1000);
        there = pier_record_compare(&g_node_class, &one.nodes[0], &other.nodes[0]);
        back = pier_record_compare(&g_node_class, &other.nodes[0], &one.nodes[0]);
        assert_true((there < 0 && back > 0) || (there > 0 && back < 0));
    }
    assert_true(unequal > 0);
}

static void one_object_is_not_two_that_are_alike(void **state) {
    (void)state;
    g_style alike[2] = {{"s", NULL}, {"s", NULL}};
    g_node second = {.id = 2, .style = &alike[0]};
    g_node first = {.id = 1, .style = &alike[0], .next = &second};
    g_node other_second = second;
    g_node other_first = first;
    other_first.next = &other_second;
    assert_int_equal(pier_record_compare(&g_node_class, &first, &other_first), 0);
    other_second.style = &alike[1];
    assert_true(pier_record_compare(&g_node_class, &first, &other_first) < 0);
    /* A ring of one is not a ring of two, though every node looks like the next. */
    g_style ring = {"r", NULL};
    ring.base = &ring;
    g_style rings[2] = {{"r", &rings[1]}, {"r", &rings[0]}};
    assert_true(pier_record_compare(&g_style_class, &ring, &rings[0]) < 0);
    assert_int_equal(pier_record_compare(&g_style_class, &rings[0], &rings[1]), 0);
}

static void values_of_any_class_are_compared_by_class_first(void **state) {
    (void)state;
    g_count five = {5};
    g_count also_five = {5};
    g_count six = {6};
    g_style style = {"a", NULL};
    g_box one = {.first = {.type = &g_count_class, .record = &five}};
    g_box other = {.first = {.type = &g_count_class, .record = &also_five}};
    assert_int_equal(pier_record_compare(&g_box_class, &one, &other), 0);
    other.first.record = &six;
    assert_true(pier_record_compare(&g_box_class, &one, &other) < 0);
    other.first = (pier_any){.type = &g_style_class, .record = &style};
    assert_true(pier_record_compare(&g_box_class, &one, &other) < 0);
    other.first = (pier_any){.type = NULL};
    assert_true(pier_record_compare(&g_box_class, &one, &other) > 0);
    other.first = (pier_any){.name = {"g.Count", 7}, .raw = {"\x91\x05", 2}};
    assert_true(pier_record_compare(&g_box_class, &one, &other) > 0);
    one.first = (pier_any){.name = {"g.Count", 7}, .raw = {"\x91\x06", 2}};
    assert_true(pier_record_compare(&g_box_class, &one, &other) > 0);
}

/* As a tree of the stream prints it, which knows the stream's definitions alone. */
static void a_record_is_printed_as_its_stream_is(void **state) {
    (void)state;
    static test_tangle t;
    static char printed[1 << 16];
    static char expected[1 << 16];
    pier_tree *tree = NULL;
    assert_status(pier_tree_create(&tree, NULL, NULL), PIER_OK);
    g_style alone = {"x", NULL};
    g_count five = {5};
    g_box box = {.first = {.type = &g_count_class, .record = &five},
                 .second = {.type = &g_style_class, .record = &alone}};
    for (uint64_t seed = 0; seed <= 100; seed++) {
        test_make_tangle(&t, seed);
        const pier_class *type = seed == 0 ? &g_style_class : seed == 1 ? &g_box_class : &g_node_class;
        const void *record = seed == 0 ? (void *)&alone : seed == 1 ? (void *)&box : (void *)&t.nodes[0];
        test_stream stream = stream_of(type, record);
        pier_archive *load = test_open_stream(&stream, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_tree_load(tree, load), PIER_OK);
        size_t length;
        assert_status(pier_value_print(pier_tree_root(tree), NULL, expected, sizeof expected, &length), PIER_OK);
        assert_int_equal(pier_record_print(type, record, printed, sizeof printed), length);
        assert_string_equal(printed, expected);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
    pier_tree_destroy(tree);
}

static void values_that_were_kept_are_copied_and_printed(void **state) {
    (void)state;
    char raw[] = "\x91\x05";
    char name[] = "g.Count";
    g_node second = {.id = 2};
    g_node first = {.id = 1, .next = &second};
    first.other = (pier_any){.name = {name, 7}, .raw = {raw, 2}};
    second.other = first.other;
    second.extra = first.other;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    g_node copy;
    assert_status(pier_record_copy(&g_node_class, &first, &arena, &copy), PIER_OK);
    memset(name, 'x', 7);
    raw[1] = 0;
    assert_memory_equal(copy.other.name.data, "g.Count", 7);
    assert_memory_equal(copy.other.raw.data, "\x91\x05", 2);
    assert_ptr_equal(copy.other.raw.data, copy.next->other.raw.data);
    assert_true(copy.next->extra.raw.data != copy.other.raw.data);
    char text[512];
    (void)pier_record_print(&g_node_class, &copy, text, sizeof text);
    assert_non_null(strstr(text, "\"other\":{\"@type\":\"g.Count\",\"@value\":{\"$bin\":\"kQU=\"}}"));
    pier_arena_deinit(&arena);
}

static void what_is_no_value_is_refused(void **state) {
    (void)state;
    g_box box = {.first = {.type = &g_count_class, .record = NULL}};
    g_box copy;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    assert_status(pier_record_copy(&g_box_class, &box, &arena, &copy), PIER_RANGE);
    assert_true(pier_any_is_none(&copy.first));
    /* A box that holds itself. */
    box.first = (pier_any){.type = &g_box_class, .record = &box};
    assert_status(pier_record_copy(&g_box_class, &box, &arena, &copy), PIER_LIMIT);
    char text[64];
    assert_true(pier_record_print(&g_box_class, &box, text, sizeof text) > sizeof text);
    assert_int_equal(pier_record_compare(&g_box_class, &box, &box), 0);
    pier_class no_flag = g_style_class;
    no_flag.flags = 0;
    g_style style = {"s", &style};
    g_style style_copy;
    assert_status(pier_record_copy(&no_flag, &style, &arena, &style_copy), PIER_UNSUPPORTED);
    pier_arena_deinit(&arena);
}

static void sweep_pass(fault_allocator *faults, void *user) {
    const test_tangle *t = (const test_tangle *)user;
    void *clone = NULL;
    pier_status status = pier_record_clone(&g_node_class, &t->nodes[0], &faults->allocator, &clone);
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    assert_true((clone != NULL) == (status == PIER_OK));
    pier_record_free(clone);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    static test_tangle t;
    test_make_tangle(&t, 9);
    assert_true(fault_allocator_sweep(sweep_pass, &t) > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_a_graph_of_the_same_shape),
        cmocka_unit_test(graphs_have_an_order),
        cmocka_unit_test(one_object_is_not_two_that_are_alike),
        cmocka_unit_test(values_of_any_class_are_compared_by_class_first),
        cmocka_unit_test(a_record_is_printed_as_its_stream_is),
        cmocka_unit_test(values_that_were_kept_are_copied_and_printed),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
