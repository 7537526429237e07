/* The order of values.
 *
 * Floor 4 (archive). */
#include "archive/value_support.h"

/* All of these in order, no two equal. */
static const char *const ordered[] = {
    "c0",
    "c2",
    "c3",
    "d38000000000000000",
    "d1ff00",
    "ff",
    "00",
    "01",
    "cf7fffffffffffffff",
    "cf8000000000000000",
    "cfffffffffffffffff",
    "caffc00000", /* -NaN */
    "caff800000",
    "cabf800000",
    "ca80000000", /* -0.0 */
    "ca00000000",
    "ca00000001",
    "ca3f800000",
    "ca7f800000",
    "ca7fc00000",
    "ca7fc00001",
    "cbfff8000000000000",
    "cbfff0000000000000",
    "cbbff0000000000000",
    "cb8000000000000000",
    "cb0000000000000000",
    "cb3ff0000000000000",
    "cb7ff0000000000000",
    "cb7ff8000000000000",
    "a0",
    "a100",
    "a161",
    "a26161",
    "a162",
    "a1ff",
    "c400",
    "c40161",
    "c4026162",
    "c40162",
    "90",
    "91c0",
    "9101",
    "920101",
    "92019101",
    "9102",
    "9190",
    "919100",
    "9191a161",
    "80",
    "810102",
    "810103",
    "8201030102",
    "810203",
    "81a16101",
    "82a16101a16202",
    "82a16201a16102",
    "c70080",
    "c701ff01",
    "c70000",
    "c7010000",
    "c702000000",
    "c7010001",
    "c7007f",
    "c70cff00000000ffffffffffffffff",
    "d6ff00000000",
    "d7ff0000000400000000",
    "d6ff00000001",
};

static void all_are_in_order(void **state) {
    (void)state;
    enum { COUNT = sizeof ordered / sizeof ordered[0] };
    pier_tree *trees[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        trees[i] = test_tree(NULL);
        if (test_parse(trees[i], ordered[i]) != PIER_OK) {
            fail_msg("%s: %s", ordered[i], pier_tree_error(trees[i])->text);
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < COUNT; j++) {
            const pier_value *a = pier_tree_root(trees[i]);
            const pier_value *b = pier_tree_root(trees[j]);
            int order = pier_value_compare(a, b);
            int expected = i < j ? -1 : i > j;
            if ((order > 0) - (order < 0) != expected) {
                fail_msg("%s against %s: %d", ordered[i], ordered[j], order);
            }
            assert_int_equal(pier_value_equal(a, b), i == j);
        }
        assert_true(pier_value_compare(NULL, pier_tree_root(trees[i])) < 0);
        assert_true(pier_value_compare(pier_tree_root(trees[i]), NULL) > 0);
        assert_false(pier_value_equal(NULL, pier_tree_root(trees[i])));
    }
    assert_int_equal(pier_value_compare(NULL, NULL), 0);
    assert_true(pier_value_equal(NULL, NULL));
    for (size_t i = 0; i < COUNT; i++) {
        pier_tree_destroy(trees[i]);
    }
}

static void the_form_of_a_number_does_not_matter(void **state) {
    (void)state;
    static const char *const fives[] = {"05",   "cc05",   "cd0005",     "ce00000005",        "cf0000000000000005",
                                        "d005", "d10005", "d200000005", "d30000000000000005"};
    pier_tree *one = test_tree(NULL);
    pier_tree *other = test_tree(NULL);
    for (size_t i = 0; i < sizeof fives / sizeof fives[0]; i++) {
        assert_true(pier_value_equal(test_value(one, "05"), test_value(other, fives[i])));
    }
    assert_true(pier_value_equal(test_value(one, "a161"), test_value(other, "db0000000161")));
    assert_true(pier_value_equal(test_value(one, "9101"), test_value(other, "dd0000000101")));
    assert_true(pier_value_equal(test_value(one, "810102"), test_value(other, "de00010102")));
    assert_true(pier_value_equal(test_value(one, "d6ff00000001"), test_value(other, "d7ff0000000000000001")));
    assert_false(pier_value_equal(test_value(one, "01"), test_value(other, "ca3f800000")));
    assert_false(pier_value_equal(test_value(one, "ca3f800000"), test_value(other, "cb3ff0000000000000")));
    pier_tree_destroy(one);
    pier_tree_destroy(other);
}

static void order_of_maps_is_made_not_to_matter(void **state) {
    (void)state;
    pier_tree *one = test_tree(NULL);
    pier_tree *other = test_tree(NULL);
    /* {"a": {1: 2, 3: 4}, "b": [{"x": 1, "y": 2}]} */
    pier_value *a = test_value(one, "82 a161 82 0102 0304 a162 91 82 a178 01 a179 02");
    pier_value *b = test_value(other, "82 a162 91 82 a179 02 a178 01 a161 82 0304 0102");
    assert_false(pier_value_equal(a, b));
    pier_tree_sort(one, a);
    pier_tree_sort(other, b);
    assert_true(pier_value_equal(a, b));
    assert_prints(b, "{\"a\":{\"$map\":[[1,2],[3,4]]},\"b\":[{\"x\":1,\"y\":2}]}");
    /* The way back up holds after the sort. */
    assert_path(pier_value_at(pier_value_find(b, "b"), 0), "b[0]");
    /* Keys that are maps are sorted before they are compared; equal keys keep their order. */
    b = test_value(other, "84 a17a 01 82 0201 0102 02 a17a 03 a161 04");
    pier_tree_sort(other, b);
    assert_prints(b, "{\"$map\":[[\"a\",4],[\"z\",1],[\"z\",3],[{\"$map\":[[1,2],[2,1]]},2]]}");
    pier_tree_sort(other, NULL);
    pier_tree_sort(other, pier_value_pair_at(b, 0, NULL));
    pier_tree_destroy(one);
    pier_tree_destroy(other);
}

/* A map that grew has many chunks; sorted from backwards. */
static void a_large_map_is_sorted(void **state) {
    (void)state;
    enum { PAIRS = 5000 };
    pier_tree *tree = test_tree(NULL);
    pier_value *map = pier_tree_root(tree);
    pier_tree_set_map(tree, map);
    for (uint64_t i = 0; i < PAIRS; i++) {
        pier_value *key;
        pier_value *value = pier_tree_append_pair(tree, map, &key);
        pier_tree_set_u64(tree, key, PAIRS - 1 - i);
        pier_tree_set_array(tree, value);
        pier_tree_set_u64(tree, pier_tree_append(tree, value), i);
    }
    pier_tree_sort(tree, map);
    for (uint32_t i = 0; i < PAIRS; i++) {
        pier_value *key;
        pier_value *value = pier_value_pair_at(map, i, &key);
        assert_int_equal(pier_value_u64(key, 0), i);
        assert_int_equal(pier_value_u64(pier_value_at(value, 0), 0), PAIRS - 1 - i);
        assert_ptr_equal(pier_value_parent(pier_value_at(value, 0)), value);
    }
    uint32_t pair;
    assert_false(pier_tree_find_duplicate(tree, map, &pair));
    pier_tree_set_u64(tree, pier_value_first(map), 17);
    assert_true(pier_tree_find_duplicate(tree, map, &pair));
    assert_int_equal(pair, 17);
    pier_tree_destroy(tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_in_order),
        cmocka_unit_test(the_form_of_a_number_does_not_matter),
        cmocka_unit_test(order_of_maps_is_made_not_to_matter),
        cmocka_unit_test(a_large_map_is_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
