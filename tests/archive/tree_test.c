/* Making and changing values.
 *
 * Floor 4 (archive). */
#include "archive/value_support.h"

#include "support/fault_allocator.h"

static void a_value_becomes_what_it_is_set_to(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = pier_tree_root(tree);
    assert_prints(root, "null");
    pier_tree_set_array(tree, root);
    pier_tree_set_bool(tree, pier_tree_append(tree, root), true);
    pier_tree_set_u64(tree, pier_tree_append(tree, root), UINT64_MAX);
    pier_tree_set_i64(tree, pier_tree_append(tree, root), INT64_MIN);
    pier_tree_set_i64(tree, pier_tree_append(tree, root), INT64_MAX);
    pier_tree_set_f32(tree, pier_tree_append(tree, root), 0.5f);
    pier_tree_set_f64(tree, pier_tree_append(tree, root), 0.1);
    char text[] = "text";
    pier_tree_set_string(tree, pier_tree_append(tree, root), text);
    pier_tree_set_string(tree, pier_tree_append(tree, root), NULL);
    pier_tree_set_text(tree, pier_tree_append(tree, root), (pier_text){text, 2});
    pier_tree_set_bytes(tree, pier_tree_append(tree, root), (pier_bytes){text, 1});
    pier_tree_set_ext(tree, pier_tree_append(tree, root), (pier_ext){-7, {text, 3}});
    pier_tree_set_time(tree, pier_tree_append(tree, root), (pier_time){-5, 999999999});
    pier_tree_borrow_text(tree, pier_tree_append(tree, root), (pier_text){text, 4});
    pier_tree_set_map(tree, pier_tree_append(tree, root));
    memset(text, 'z', 4);
    assert_value_status(pier_tree_status(tree), PIER_OK);
    assert_prints(root, "[true,18446744073709551615,-9223372036854775808,9223372036854775807,0.5,0.1,\"text\",null,"
                        "\"te\",{\"$bin\":\"dA==\"},{\"$ext\":[-7,\"dGV4\"]},{\"$time\":[-5,999999999]},\"zzzz\",{}]");
    assert_int_equal(pier_value_kind(pier_value_at(root, 3)), PIER_KIND_UINT);
    /* One that held something is something else, and the tree goes on. */
    pier_tree_set_nil(tree, pier_value_at(root, 13));
    pier_tree_set_bool(tree, root, false);
    assert_prints(root, "false");
    assert_int_equal(pier_value_count(root), 0);
    pier_tree_destroy(tree);
    pier_tree_destroy(NULL);
}

static void pairs_are_put_and_appended(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *map = pier_tree_root(tree);
    pier_tree_set_map(tree, map);
    pier_tree_set_u64(tree, pier_tree_put(tree, map, "a"), 1);
    pier_tree_set_u64(tree, pier_tree_put_text(tree, map, (pier_text){"bcd", 1}), 2);
    pier_tree_set_u64(tree, pier_tree_put(tree, map, "a"), 3);
    pier_value *key;
    pier_value *value = pier_tree_append_pair(tree, map, &key);
    assert_prints(map, "{\"$map\":[[\"a\",3],[\"b\",2],[null,null]]}");
    pier_tree_set_string(tree, key, "c");
    pier_tree_set_array(tree, value);
    pier_tree_set_u64(tree, pier_tree_append_key(tree, map, "a"), 4);
    assert_prints(map, "{\"$map\":[[\"a\",3],[\"b\",2],[\"c\",[]],[\"a\",4]]}");
    uint32_t pair;
    assert_true(pier_tree_find_duplicate(tree, map, &pair));
    assert_int_equal(pair, 3);
    assert_false(pier_tree_find_duplicate(tree, value, &pair));
    assert_false(pier_tree_find_duplicate(tree, NULL, &pair));
    pier_tree_destroy(tree);
}

/* Pointers to values hold while what holds them grows, and the lookup by place finds each. */
static void values_do_not_move_when_more_come(void **state) {
    (void)state;
    enum { COUNT = 300000 };
    static pier_value *values[COUNT];
    pier_tree *tree = test_tree(NULL);
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_array(tree, root);
    for (uint32_t i = 0; i < COUNT; i++) {
        values[i] = pier_tree_append(tree, root);
        assert_non_null(values[i]);
        pier_tree_set_u64(tree, values[i], i);
    }
    pier_value *at = pier_value_first(root);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(at, values[i]);
        assert_int_equal(pier_value_u32(at, 0), i);
        if (i % 997 == 0) {
            assert_ptr_equal(pier_value_at(root, i), at);
            assert_ptr_equal(pier_value_parent(at), root);
        }
        at = pier_value_next(at);
    }
    assert_null(at);
    assert_path(values[12345], "[12345]");
    pier_tree_destroy(tree);
}

/* Removes one after the other, in a pseudo-random order, and compares with a plain list. */
static void what_is_removed_is_gone(void **state) {
    (void)state;
    enum { COUNT = 60 };
    pier_tree *tree = test_tree(NULL);
    for (int is_map = 0; is_map < 2; is_map++) {
        uint32_t list[COUNT];
        pier_tree_reset(tree);
        pier_value *root = pier_tree_root(tree);
        is_map ? pier_tree_set_map(tree, root) : pier_tree_set_array(tree, root);
        for (uint32_t i = 0; i < COUNT; i++) {
            pier_value *key = NULL;
            pier_value *value = is_map ? pier_tree_append_pair(tree, root, &key) : pier_tree_append(tree, root);
            pier_tree_set_u64(tree, key, i);
            pier_tree_set_array(tree, value);
            pier_tree_set_u64(tree, pier_tree_append(tree, value), i);
            list[i] = i;
        }
        uint32_t random = 12345;
        for (uint32_t left = COUNT; left > 0; left--) {
            random = random * 1103515245 + 12345;
            uint32_t index = (random >> 16) % left;
            pier_tree_remove(tree, root, index);
            memmove(list + index, list + index + 1, (left - index - 1) * sizeof list[0]);
            assert_int_equal(pier_value_count(root), left - 1);
            for (uint32_t i = 0; i < left - 1; i++) {
                pier_value *value = is_map ? pier_value_pair_at(root, i, NULL) : pier_value_at(root, i);
                assert_int_equal(pier_value_u32(pier_value_first(value), 0), list[i]);
                assert_ptr_equal(pier_value_parent(pier_value_first(value)), value);
                assert_ptr_equal(pier_value_parent(value), root);
            }
        }
        assert_null(pier_value_first(root));
        pier_tree_remove(tree, root, 0);
        /* It grows again. */
        pier_value *key = NULL;
        pier_value *value = is_map ? pier_tree_append_pair(tree, root, &key) : pier_tree_append(tree, root);
        pier_tree_set_bool(tree, value, true);
        assert_prints(root, is_map ? "{\"$map\":[[null,true]]}" : "[true]");
    }
    pier_tree_remove(tree, NULL, 0);
    assert_value_status(pier_tree_status(tree), PIER_OK);
    pier_tree_destroy(tree);
}

static void copies_stand_alone(void **state) {
    (void)state;
    pier_tree *from = test_tree(NULL);
    pier_tree *to = test_tree(NULL);
    pier_value *source =
        test_value(from, "86 a161 93 01 92 02 90 80 a162 c4020102 01 d6ff00000001 c0 c70105ff a163 80 a164 a0");
    pier_tree_set_array(to, pier_tree_root(to));
    pier_value *copy = pier_tree_append(to, pier_tree_root(to));
    pier_tree_copy(to, copy, source);
    assert_value_status(pier_tree_status(to), PIER_OK);
    assert_true(pier_value_equal(copy, source));
    char *before = test_print(source);
    pier_tree_destroy(from);
    assert_prints(copy, before);
    free(before);
    assert_path(pier_value_at(pier_value_at(pier_value_find(copy, "a"), 1), 1), "[0].a[1][1]");
    /* Into itself: the whole into a part of it, and a part over the whole. */
    pier_tree_copy(to, pier_value_at(pier_value_find(copy, "a"), 0), copy);
    assert_int_equal(
        pier_value_u32(pier_value_at(pier_value_find(pier_value_at(pier_value_find(copy, "a"), 0), "a"), 0), 0), 1);
    pier_tree_copy(to, copy, pier_value_find(copy, "b"));
    assert_prints(pier_tree_root(to), "[{\"$bin\":\"AQI=\"}]");
    pier_tree_copy(to, copy, copy);
    pier_tree_copy(to, NULL, copy);
    pier_tree_copy(to, copy, NULL);
    assert_prints(pier_tree_root(to), "[null]");
    pier_tree_destroy(to);
}

static void values_are_moved(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, "83 a161 92 9101 02 a162 81 a163 9103 a164 04");
    pier_value *a = pier_value_find(root, "a");
    pier_value *b = pier_value_find(root, "b");
    pier_value *d = pier_value_find(root, "d");
    pier_tree_move(tree, d, pier_value_at(a, 0));
    assert_prints(root, "{\"a\":[null,2],\"b\":{\"c\":[3]},\"d\":[1]}");
    assert_path(pier_value_at(d, 0), "d[0]");
    /* Deeper, and up again from what is thrown away by it. */
    pier_tree_move(tree, pier_value_at(a, 1), b);
    assert_prints(root, "{\"a\":[null,{\"c\":[3]}],\"b\":null,\"d\":[1]}");
    pier_tree_move(tree, a, pier_value_find(pier_value_at(a, 1), "c"));
    assert_prints(root, "{\"a\":[3],\"b\":null,\"d\":[1]}");
    assert_path(pier_value_at(a, 0), "a[0]");
    pier_tree_move(tree, a, a);
    pier_tree_move(tree, a, NULL);
    pier_tree_move(tree, NULL, a);
    assert_value_status(pier_tree_status(tree), PIER_OK);
    pier_tree_move(tree, pier_value_at(a, 0), root);
    assert_value_status(pier_tree_status(tree), PIER_USAGE);
    assert_string_equal(pier_tree_error(tree)->path, "a[0]");
    pier_tree_destroy(tree);
}

/* What was thrown away does not lead back into the tree, however it is put together again. */
static void what_is_thrown_away_leads_nowhere(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, "91 91 91 01");
    pier_value *middle = pier_value_at(root, 0);
    pier_value *inner = pier_value_at(middle, 0);
    pier_tree_set_bool(tree, middle, true);
    assert_null(pier_value_parent(inner));
    assert_path(pier_value_at(inner, 0), "[0]");
    pier_tree_move(tree, inner, root);
    assert_prints(inner, "[true]");
    assert_path(pier_value_at(inner, 0), "[0]");
    pier_tree_move(tree, root, inner);
    assert_prints(root, "[true]");
    assert_path(pier_value_at(root, 0), "[0]");
    pier_tree_destroy(tree);
}

static void failures_stick_and_change_nothing(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, "81 a161 9101");
    pier_value *a = pier_value_find(root, "a");
    assert_null(pier_tree_append(tree, root));
    assert_value_status(pier_tree_status(tree), PIER_TYPE);
    assert_string_equal(pier_tree_error(tree)->text, "the value is no array, and nothing can be appended to it so");
    pier_value *key;
    assert_null(pier_tree_append_pair(tree, root, &key));
    assert_null(key);
    assert_null(pier_tree_put(tree, root, "a"));
    assert_null(pier_tree_append_key(tree, root, "b"));
    pier_tree_set_nil(tree, a);
    pier_tree_set_bool(tree, a, true);
    pier_tree_set_u64(tree, a, 1);
    pier_tree_set_i64(tree, a, 1);
    pier_tree_set_f32(tree, a, 1);
    pier_tree_set_f64(tree, a, 1);
    pier_tree_set_string(tree, a, "x");
    pier_tree_set_bytes(tree, a, (pier_bytes){"x", 1});
    pier_tree_set_ext(tree, a, (pier_ext){1, {"x", 1}});
    pier_tree_set_time(tree, a, (pier_time){1, 1});
    pier_tree_set_time(tree, a, (pier_time){1, UINT32_MAX});
    pier_tree_set_array(tree, a);
    pier_tree_set_map(tree, a);
    pier_tree_remove(tree, a, 0);
    pier_tree_copy(tree, a, root);
    pier_tree_move(tree, a, root);
    pier_tree_sort(tree, root);
    uint32_t pair;
    assert_false(pier_tree_find_duplicate(tree, root, &pair));
    assert_value_status(pier_tree_status(tree), PIER_TYPE);
    assert_prints(root, "{\"a\":[1]}");

    pier_tree_reset(tree);
    assert_value_status(pier_tree_status(tree), PIER_OK);
    assert_int_equal(pier_tree_error(tree)->status, PIER_OK);
    assert_prints(root, "null");
    pier_tree_set_time(tree, root, (pier_time){0, 1000000000});
    assert_value_status(pier_tree_status(tree), PIER_RANGE);
    pier_tree_reset(tree);
    assert_null(pier_tree_append_key(tree, root, "a"));
    assert_value_status(pier_tree_status(tree), PIER_TYPE);
    /* Without a value there is nothing to do. */
    pier_tree_reset(tree);
    assert_null(pier_tree_append(tree, NULL));
    assert_null(pier_tree_put(tree, NULL, "a"));
    pier_tree_set_map(tree, NULL);
    pier_tree_set_string(tree, NULL, "x");
    assert_value_status(pier_tree_status(tree), PIER_OK);
    pier_tree_destroy(tree);
}

static void options_are_checked(void **state) {
    (void)state;
    pier_tree *tree = (pier_tree *)1;
    pier_error error;
    pier_tree_options options = {.size = 3};
    assert_value_status(pier_tree_create(&tree, &options, &error), PIER_USAGE);
    assert_null(tree);
    assert_non_null(strstr(error.text, "pier_tree_options.size is 3"));
    options = (pier_tree_options){.size = sizeof options, .depth_max = 65536};
    assert_value_status(pier_tree_create(&tree, &options, &error), PIER_USAGE);
    pier_limits limits = {.size = sizeof limits, .depth_max = 1025};
    options = (pier_tree_options){.size = sizeof options, .limits = &limits};
    assert_value_status(pier_tree_create(&tree, &options, &error), PIER_USAGE);
    assert_string_equal(error.path, "pier_limits.depth_max");
    assert_value_status(pier_tree_create(&tree, &options, NULL), PIER_USAGE);
}

static void limits_are_kept_when_values_are_made(void **state) {
    (void)state;
    pier_limits limits = {
        .size = sizeof limits, .elements_max = 5, .depth_max = 2, .text_bytes_max = 4, .record_bytes_max = 6};
    pier_tree_options options = {.size = sizeof options, .limits = &limits};
    pier_tree *tree = test_tree(&options);
    pier_value *root = pier_tree_root(tree);
    /* Depth: two arrays in one another, and no third. */
    pier_tree_set_array(tree, root);
    pier_value *inner = pier_tree_append(tree, root);
    pier_tree_set_array(tree, inner);
    pier_value *innermost = pier_tree_append(tree, inner);
    pier_tree_set_map(tree, innermost);
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_string_equal(pier_tree_error(tree)->path, "[0][0]");
    assert_string_equal(pier_tree_error(tree)->text, "depth of arrays and maps: 3, the limit is 2 (depth_max)");
    /* Elements: the root is one. */
    pier_tree_reset(tree);
    pier_tree_set_array(tree, root);
    for (int i = 0; i < 4; i++) {
        assert_non_null(pier_tree_append(tree, root));
    }
    assert_null(pier_tree_append(tree, root));
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_string_equal(pier_tree_error(tree)->text, "values in a tree: 6, the limit is 5 (elements_max)");
    /* Text: one, and all together. */
    pier_tree_reset(tree);
    pier_tree_set_string(tree, root, "12345");
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_non_null(strstr(pier_tree_error(tree)->text, "(text_bytes_max)"));
    assert_prints(root, "null");
    pier_tree_reset(tree);
    pier_tree_set_string(tree, root, "1234");
    pier_tree_set_string(tree, root, "12");
    pier_tree_set_string(tree, root, "");
    assert_value_status(pier_tree_status(tree), PIER_OK);
    pier_tree_set_string(tree, root, "1");
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_non_null(strstr(pier_tree_error(tree)->text, "(record_bytes_max)"));
    /* Copies and moves are held to the same. */
    pier_tree *other = test_tree(NULL);
    pier_tree_reset(tree);
    pier_tree_copy(tree, root, test_value(other, "91 91 91 01"));
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_prints(root, "null");
    pier_tree_reset(tree);
    pier_tree_copy(tree, root, test_value(other, "95 01 02 03 04 05"));
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    pier_tree_reset(tree);
    pier_tree_copy(tree, root, test_value(other, "91 a5 3132333435"));
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_string_equal(pier_tree_error(tree)->path, "");
    pier_tree_reset(tree);
    pier_tree_copy(tree, root, test_value(other, "92 90 91 01"));
    pier_tree_move(tree, pier_value_first(pier_value_at(root, 1)), pier_value_at(root, 0));
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    assert_prints(root, "[[],[1]]");
    pier_tree_destroy(other);
    pier_tree_destroy(tree);
}

/* A tree as deep as one may be, through all that walks. */
static void depth_costs_no_stack(void **state) {
    (void)state;
    pier_tree_options options = {.size = sizeof options, .depth_max = PIER_TREE_DEPTH_MAX_HIGHEST};
    pier_tree *tree = test_tree(&options);
    pier_tree *other = test_tree(&options);
    pier_value *at = pier_tree_root(tree);
    for (uint32_t depth = 0; depth < PIER_TREE_DEPTH_MAX_HIGHEST; depth++) {
        pier_value *key;
        if (depth % 2 == 0) {
            pier_tree_set_array(tree, at);
            at = pier_tree_append(tree, at);
        } else {
            pier_tree_set_map(tree, at);
            at = pier_tree_append_pair(tree, at, &key);
        }
    }
    assert_value_status(pier_tree_status(tree), PIER_OK);
    pier_tree_copy(other, pier_tree_root(other), pier_tree_root(tree));
    assert_value_status(pier_tree_status(other), PIER_OK);
    assert_true(pier_value_equal(pier_tree_root(tree), pier_tree_root(other)));
    pier_tree_sort(tree, pier_tree_root(tree));
    size_t length;
    assert_value_status(pier_value_print(pier_tree_root(tree), NULL, NULL, 0, &length), PIER_OK);
    assert_int_equal(length, 4 + 2 * 32768 + (sizeof "{\"$map\":[[null," - 1 + 3) * 32767);
    assert_int_equal(pier_value_path(at, NULL, 0), 3 * PIER_TREE_DEPTH_MAX_HIGHEST);
    pier_tree_set_array(tree, at);
    assert_value_status(pier_tree_status(tree), PIER_LIMIT);
    pier_tree_destroy(tree);
    pier_tree_destroy(other);
}

/* The memory of a tree that is used again and again is that of its largest use, and a huge one gives it back. */
static void a_reset_keeps_some_memory(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_tree_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_tree *tree = test_tree(&options);
    for (int round = 0; round < 10; round++) {
        uint64_t calls = faults.calls;
        pier_tree_reset(tree);
        pier_value *root = pier_tree_root(tree);
        pier_tree_set_array(tree, root);
        for (int i = 0; i < 2000; i++) {
            pier_tree_set_string(tree, pier_tree_append(tree, root), "some text");
        }
        if (round > 3) {
            assert_int_equal(faults.calls, calls);
        }
    }
    pier_tree_reset(tree);
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_array(tree, root);
    for (int i = 0; i < 200000; i++) {
        (void)pier_tree_append(tree, root);
    }
    assert_value_status(pier_tree_status(tree), PIER_OK);
    assert_true(faults.live_bytes > 3000000);
    pier_tree_reset(tree);
    assert_true(faults.live_bytes < 1200000);
    pier_tree_destroy(tree);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_becomes_what_it_is_set_to),
        cmocka_unit_test(pairs_are_put_and_appended),
        cmocka_unit_test(values_do_not_move_when_more_come),
        cmocka_unit_test(what_is_removed_is_gone),
        cmocka_unit_test(copies_stand_alone),
        cmocka_unit_test(values_are_moved),
        cmocka_unit_test(what_is_thrown_away_leads_nowhere),
        cmocka_unit_test(failures_stick_and_change_nothing),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(limits_are_kept_when_values_are_made),
        cmocka_unit_test(depth_costs_no_stack),
        cmocka_unit_test(a_reset_keeps_some_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
