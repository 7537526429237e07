/* Paths into values and back.
 *
 * Floor 4 (archive). */
#include "archive/value_support.h"

/* {"a": {"b": [10, 11, {"c d": "deep"}]}, "x.y": 1, "": 2, 5: "five", -5: "minus", nil: "nil", "é": 3, "a": "hidden",
 *  "q\"\\\n": 4, "\xff": 6, [1]: {"k": 7}} */
static const char document[] =
    "8b a161 81 a162 93 0a 0b 81 a3632064 a464656570  a3782e79 01  a0 02  05 a466697665  fb a56d696e7573  c0 a36e696c"
    " a2c3a9 03  a161 a668696464656e  a471225c0a 04  a1ff 06  9101 81 a16b 07";

static void paths_lead_to_values(void **state) {
    (void)state;
    static const struct {
        const char *path;
        const char *printed;
        const char *canonical;
    } cases[] = {
        {"a.b[0]", "10", "a.b[0]"},
        {"[\"a\"][\"b\"][1]", "11", "a.b[1]"},
        {"a.b[-1][\"c d\"]", "\"deep\"", "a.b[2].c d"},
        {"a.b[2].c d", "\"deep\"", "a.b[2].c d"},
        {"a.b[-3]", "10", "a.b[0]"},
        {"a.b[-0]", "10", "a.b[0]"},
        {"a.b[00]", "10", "a.b[0]"},
        {"[\"x.y\"]", "1", "[\"x.y\"]"},
        {"[\"\"]", "2", "[\"\"]"},
        {"[5]", "\"five\"", "[5]"},
        {"[-5]", "\"minus\"", "[-5]"},
        {"{5}", "\"nil\"", "{5}"},
        {"\xc3\xa9", "3", "\xc3\xa9"},
        {"[\"\\u00e9\"]", "3", "\xc3\xa9"},
        {"{7}", "\"hidden\"", "{7}"},
        {"[\"q\\\"\\\\\\n\"]", "4", "[\"q\\\"\\\\\\n\"]"},
        {"[\"\\u0071\\u0022\\u005C\\u000a\"]", "4", "[\"q\\\"\\\\\\n\"]"},
        {"{9}", "6", "{9}"},
        {"{10}.k", "7", "{10}.k"},
    };
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, document);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_error error;
        pier_value *value;
        pier_status status = pier_value_resolve(root, cases[i].path, &value, &error);
        if (status != PIER_OK) {
            fail_msg("%s: %s", cases[i].path, error.text);
        }
        assert_prints(value, cases[i].printed);
        assert_path(value, cases[i].canonical);
        /* What is written leads there. */
        pier_value *again;
        assert_value_status(pier_value_resolve(root, cases[i].canonical, &again, NULL), PIER_OK);
        assert_ptr_equal(again, value);
    }
    pier_value *value;
    assert_value_status(pier_value_resolve(root, "", &value, NULL), PIER_OK);
    assert_ptr_equal(value, root);
    assert_path(root, "");
    /* A path begins anywhere. */
    assert_value_status(pier_value_resolve(pier_value_find(root, "a"), "b[1]", &value, NULL), PIER_OK);
    assert_int_equal(pier_value_u64(value, 0), 11);
    /* A key has the path of its value. */
    assert_path(pier_value_first(pier_value_find(root, "a")), "a.b");
    pier_tree_destroy(tree);
}

static void surrogate_pairs_are_one_character(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, "83 a4f09f9880 01 a3e282ac 02 a2dfbf 03");
    pier_value *value;
    assert_value_status(pier_value_resolve(root, "[\"\\ud83d\\uDE00\"]", &value, NULL), PIER_OK);
    assert_int_equal(pier_value_u64(value, 0), 1);
    assert_value_status(pier_value_resolve(root, "[\"\\u20ac\"]", &value, NULL), PIER_OK);
    assert_int_equal(pier_value_u64(value, 0), 2);
    assert_value_status(pier_value_resolve(root, "[\"\\u07ff\"]", &value, NULL), PIER_OK);
    assert_int_equal(pier_value_u64(value, 0), 3);
    assert_value_status(pier_value_resolve(root, "[\"\\u20ad\"]", &value, NULL), PIER_NOT_FOUND);
    pier_tree_destroy(tree);
}

static void steps_that_fail_are_told(void **state) {
    (void)state;
    static const struct {
        const char *path;
        pier_status status;
        size_t offset;
        const char *path_of_error;
    } cases[] = {
        {"z", PIER_NOT_FOUND, 0, ""},
        {"a.z", PIER_NOT_FOUND, 1, "a"},
        {"a.b[3]", PIER_NOT_FOUND, 3, "a.b"},
        {"a.b[-4]", PIER_NOT_FOUND, 3, "a.b"},
        {"a.b[18446744073709551615]", PIER_NOT_FOUND, 3, "a.b"},
        {"a.b[-9223372036854775808]", PIER_NOT_FOUND, 3, "a.b"},
        {"a[\"b\\n\"]", PIER_NOT_FOUND, 1, "a"},
        {"[6]", PIER_NOT_FOUND, 0, ""},
        {"[-6]", PIER_NOT_FOUND, 0, ""},
        {"{11}", PIER_NOT_FOUND, 0, ""},
        {"{18446744073709551615}", PIER_NOT_FOUND, 0, ""},
        {"a.b.c", PIER_TYPE, 3, "a.b"},
        {"a.b{0}", PIER_TYPE, 3, "a.b"},
        {"a.b[0][0]", PIER_TYPE, 6, "a.b[0]"},
        {"[5].x", PIER_TYPE, 3, "[5]"},
    };
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, document);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_error error;
        pier_value *value = root;
        assert_value_status(pier_value_resolve(root, cases[i].path, &value, &error), cases[i].status);
        assert_null(value);
        assert_int_equal(error.offset, cases[i].offset);
        assert_string_equal(error.path, cases[i].path_of_error);
        assert_value_status(pier_path_check(cases[i].path, &error), PIER_OK);
    }
    pier_error error;
    pier_value *value;
    (void)!pier_value_resolve(root, "a.b.c", &value, &error);
    assert_string_equal(error.text, ".c leads into an array");
    (void)!pier_value_resolve(root, "a.b[7]", &value, &error);
    assert_string_equal(error.text, "there is no [7] among 3");
    assert_value_status(pier_value_resolve(NULL, "a", &value, &error), PIER_NOT_FOUND);
    assert_value_status(pier_value_resolve(NULL, ".", &value, &error), PIER_USAGE);
    assert_value_status(pier_value_resolve(root, "z", &value, NULL), PIER_NOT_FOUND);
    pier_tree_destroy(tree);
}

static void what_is_no_path_is_refused_in_its_place(void **state) {
    (void)state;
    static const struct {
        const char *path;
        size_t offset;
    } cases[] = {
        {".", 0},
        {".a", 0},
        {"a.", 2},
        {"a..b", 2},
        {"a[", 2},
        {"a[]", 2},
        {"a[x]", 2},
        {"a[1", 3},
        {"a[1x]", 3},
        {"a[-]", 2},
        {"a[--1]", 2},
        {"a[+1]", 2},
        {"a[\"", 3},
        {"a[\"b", 4},
        {"a[\"b\"", 5},
        {"a[\"b]", 5},
        {"a[\"\\x\"]", 3},
        {"a[\"\\u12\"]", 3},
        {"a[\"\\ud800\"]", 3},
        {"a[\"\\ud800\\u0041\"]", 3},
        {"a[\"\\udc00\"]", 3},
        {"a[\"\\", 3},
        {"a{", 2},
        {"a{}", 2},
        {"a{x}", 2},
        {"a{1", 3},
        {"a{-1}", 2},
        {"a]", 1},
        {"a}", 1},
        {"a\"", 1},
        {"]", 0},
        {"a[0]b", 4},
        {"a[18446744073709551616]", 2},
        {"a[-9223372036854775809]", 2},
        {"a{18446744073709551616}", 2},
        {"a[\"\\u", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_error error;
        pier_status status = pier_path_check(cases[i].path, &error);
        if (status != PIER_USAGE || error.offset != cases[i].offset) {
            fail_msg("%s: %s at %d, expected %d", cases[i].path, pier_status_name(status), (int)error.offset,
                     (int)cases[i].offset);
        }
        assert_memory_equal(error.text, "not a path: ", 12);
        assert_value_status(pier_path_check(cases[i].path, NULL), PIER_USAGE);
    }
    assert_value_status(pier_path_check("", NULL), PIER_OK);
    assert_value_status(pier_path_check("a[0][\"x\"]{3}.b", NULL), PIER_OK);
}

static void a_path_is_cut_as_snprintf_does(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, document);
    pier_value *value;
    assert_value_status(pier_value_resolve(root, "a.b[2].c d", &value, NULL), PIER_OK);
    const char whole[] = "a.b[2].c d";
    for (size_t capacity = 0; capacity < sizeof whole + 3; capacity++) {
        char buffer[32];
        memset(buffer, '#', sizeof buffer);
        assert_int_equal(pier_value_path(value, buffer, capacity), sizeof whole - 1);
        size_t there = capacity == 0 ? 0 : capacity - 1 < sizeof whole - 1 ? capacity - 1 : sizeof whole - 1;
        assert_memory_equal(buffer, whole, there);
        assert_int_equal(buffer[there], capacity == 0 ? '#' : '\0');
        assert_int_equal(buffer[there + 1], '#');
    }
    pier_tree_destroy(tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_lead_to_values),           cmocka_unit_test(surrogate_pairs_are_one_character),
        cmocka_unit_test(steps_that_fail_are_told),       cmocka_unit_test(what_is_no_path_is_refused_in_its_place),
        cmocka_unit_test(a_path_is_cut_as_snprintf_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
