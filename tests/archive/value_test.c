/* Walking values, and reading them in both ways.
 *
 * Floor 4 (archive). */
#include "archive/value_support.h"

#include <float.h>
#include <math.h>

/* {"a": [1, -2, nil], 7: true, "a": "second", nil: {}} */
static const char mixed[] = "84 a161 93 01 fe c0  07 c3  a161 a6 7365636f6e64  c0 80";

static void a_tree_is_walked(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, mixed);
    assert_int_equal(pier_value_kind(root), PIER_KIND_MAP);
    assert_int_equal(pier_value_count(root), 4);
    assert_null(pier_value_parent(root));
    assert_null(pier_value_next(root));

    pier_value *key = pier_value_first(root);
    assert_true(pier_value_is_text(key, "a"));
    pier_value *array = pier_value_next(key);
    assert_int_equal(pier_value_kind(array), PIER_KIND_ARRAY);
    assert_ptr_equal(pier_value_parent(array), root);
    assert_int_equal(pier_value_count(array), 3);
    assert_int_equal(pier_value_u64(pier_value_at(array, 0), 9), 1);
    assert_int_equal(pier_value_i64(pier_value_at(array, 1), 9), -2);
    assert_int_equal(pier_value_kind(pier_value_at(array, 2)), PIER_KIND_NIL);
    assert_null(pier_value_at(array, 3));
    assert_null(pier_value_next(pier_value_at(array, 2)));
    assert_ptr_equal(pier_value_parent(pier_value_at(array, 0)), array);

    pier_value *value = pier_value_pair_at(root, 1, &key);
    assert_int_equal(pier_value_u32(key, 0), 7);
    assert_true(pier_value_bool(value, false));
    assert_ptr_equal(pier_value_pair_at(root, 3, NULL), pier_value_find_key(root, pier_value_at(array, 2)));
    assert_null(pier_value_pair_at(root, 4, &key));
    assert_null(key);
    assert_null(pier_value_pair_at(array, 0, NULL));
    assert_null(pier_value_at(root, 0));

    uint32_t seen = 0;
    for (pier_value *at = pier_value_first(root); at != NULL; at = pier_value_next(at)) {
        seen++;
    }
    assert_int_equal(seen, 8);
    pier_tree_destroy(tree);
}

static void keys_are_found(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, mixed);
    /* The first of two equal keys. */
    assert_ptr_equal(pier_value_find(root, "a"), pier_value_pair_at(root, 0, NULL));
    assert_ptr_equal(pier_value_find_text(root, (pier_text){"ab", 1}), pier_value_find(root, "a"));
    assert_null(pier_value_find(root, "b"));
    assert_null(pier_value_find(root, ""));
    assert_null(pier_value_find(root, NULL));
    assert_null(pier_value_find(pier_value_find(root, "a"), "a"));
    pier_value *key;
    pier_value *value = pier_value_pair_at(root, 1, &key);
    assert_ptr_equal(pier_value_find_key(root, key), value);
    assert_null(pier_value_find_key(root, value));
    assert_null(pier_value_find_key(root, NULL));
    root = test_value(tree, "81 a0 01");
    assert_int_equal(pier_value_u64(pier_value_find_text(root, (pier_text){NULL, 0}), 0), 1);
    pier_tree_destroy(tree);
}

static void what_is_not_there_is_nothing(void **state) {
    (void)state;
    assert_int_equal(pier_value_kind(NULL), PIER_KIND_NONE);
    assert_int_equal(pier_value_token(NULL).kind, PIER_KIND_NONE);
    assert_int_equal(pier_value_count(NULL), 0);
    assert_null(pier_value_first(NULL));
    assert_null(pier_value_next(NULL));
    assert_null(pier_value_parent(NULL));
    assert_null(pier_value_at(NULL, 0));
    assert_null(pier_value_find(NULL, "a"));
    assert_true(pier_value_bool(NULL, true));
    assert_int_equal(pier_value_u64(NULL, 3), 3);
    assert_int_equal(pier_value_i64(NULL, -3), -3);
    assert_int_equal(pier_value_u32(NULL, 4), 4);
    assert_int_equal(pier_value_i32(NULL, -4), -4);
    assert_true(pier_value_f64(NULL, 0.5) == 0.5);
    assert_true(pier_value_number(NULL, 0.5) == 0.5);
    assert_int_equal(pier_value_text(NULL).size, 0);
    assert_int_equal(pier_value_bytes(NULL).size, 0);
    assert_int_equal(pier_value_ext(NULL).bytes.size, 0);
    assert_int_equal(pier_value_time(NULL).seconds, 0);
    assert_false(pier_value_is_text(NULL, ""));
    pier_error error;
    uint64_t number = 1;
    assert_value_status(pier_value_get_u64(NULL, &number, &error), PIER_NOT_FOUND);
    assert_int_equal(number, 0);
    assert_string_equal(error.text, "expected u64, found no value");
    assert_string_equal(error.path, "");
    assert_int_equal(pier_value_path(NULL, NULL, 0), 0);
    assert_prints(NULL, "");
}

/* What each kind of value gives when it is read as another. */
static void other_kinds_give_the_default(void **state) {
    (void)state;
    static const char *const kinds[] = {"c0",       "c3",       "05",   "fb",     "ca3f800000",    "cb3ff0000000000000",
                                        "a3616263", "c4020102", "9105", "810506", "c7030401 0203", "d6ff00000007"};
    pier_tree *tree = test_tree(NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const pier_value *value = test_value(tree, kinds[i]);
        pier_kind kind = pier_value_kind(value);
        assert_int_equal(kind, PIER_KIND_NIL + i);
        assert_int_equal(pier_value_bool(value, false), kind == PIER_KIND_BOOL);
        assert_int_equal(pier_value_u64(value, 77), kind == PIER_KIND_UINT ? 5 : 77);
        assert_int_equal(pier_value_i64(value, 77), kind == PIER_KIND_UINT ? 5 : kind == PIER_KIND_INT ? -5 : 77);
        bool is_float = kind == PIER_KIND_F32 || kind == PIER_KIND_F64;
        assert_true(pier_value_f64(value, 7.5) == (is_float ? 1.0 : 7.5));
        double number = is_float ? 1.0 : kind == PIER_KIND_UINT ? 5.0 : kind == PIER_KIND_INT ? -5.0 : 7.5;
        assert_true(pier_value_number(value, 7.5) == number);
        assert_int_equal(pier_value_text(value).size, kind == PIER_KIND_TEXT ? 3 : 0);
        assert_int_equal(pier_value_bytes(value).size, kind == PIER_KIND_BYTES ? 2 : 0);
        assert_int_equal(pier_value_ext(value).bytes.size, kind == PIER_KIND_EXT ? 3 : 0);
        assert_int_equal(pier_value_ext(value).type, kind == PIER_KIND_EXT ? 4 : 0);
        assert_int_equal(pier_value_time(value).seconds, kind == PIER_KIND_TIME ? 7 : 0);
        assert_int_equal(pier_value_count(value), kind == PIER_KIND_ARRAY || kind == PIER_KIND_MAP ? 1 : 0);
        pier_token token = pier_value_token(value);
        assert_int_equal(token.kind, kind);
        if (kind == PIER_KIND_ARRAY || kind == PIER_KIND_MAP) {
            assert_int_equal(token.as.count, 1);
        }
    }
    pier_tree_destroy(tree);
}

static void numbers_are_read_by_their_range(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        bool u64, i64, u32, i32;
    } cases[] = {
        {"00", true, true, true, true},
        {"ff", false, true, false, true},
        {"ce7fffffff", true, true, true, true},
        {"ce80000000", true, true, true, false},
        {"ceffffffff", true, true, true, false},
        {"cf0000000100000000", true, true, false, false},
        {"cf7fffffffffffffff", true, true, false, false},
        {"cf8000000000000000", true, false, false, false},
        {"cfffffffffffffffff", true, false, false, false},
        {"d280000000", false, true, false, true},
        {"d3ffffffff7fffffff", false, true, false, false},
        {"d38000000000000000", false, true, false, false},
    };
    pier_tree *tree = test_tree(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const pier_value *value = test_value(tree, cases[i].hex);
        pier_error error;
        uint64_t u64;
        int64_t i64;
        uint32_t u32;
        int32_t i32;
        assert_value_status(pier_value_get_u64(value, &u64, &error), cases[i].u64 ? PIER_OK : PIER_RANGE);
        assert_value_status(pier_value_get_i64(value, &i64, NULL), cases[i].i64 ? PIER_OK : PIER_RANGE);
        assert_value_status(pier_value_get_u32(value, &u32, &error), cases[i].u32 ? PIER_OK : PIER_RANGE);
        assert_value_status(pier_value_get_i32(value, &i32, &error), cases[i].i32 ? PIER_OK : PIER_RANGE);
        assert_true(pier_value_u64(value, u64 + 1) == (cases[i].u64 ? u64 : u64 + 1));
        assert_true(pier_value_i64(value, 99) == (cases[i].i64 ? i64 : 99));
        assert_true(pier_value_u32(value, 99) == (cases[i].u32 ? u32 : 99));
        assert_true(pier_value_i32(value, 99) == (cases[i].i32 ? i32 : 99));
    }
    pier_tree_destroy(tree);
}

static void floats_are_read_by_their_width(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        pier_status as_f32;
        double value;
    } cases[] = {
        {"ca3dcccccd", PIER_OK, (double)0.1f},
        {"cb3ff8000000000000", PIER_OK, 1.5},
        {"cb3fb999999999999a", PIER_RANGE, 0.1},
        {"cb7ff0000000000000", PIER_OK, (double)INFINITY},
        {"cbfff0000000000000", PIER_OK, -(double)INFINITY},
        {"cb7fefffffffffffff", PIER_RANGE, DBL_MAX},
    };
    pier_tree *tree = test_tree(NULL);
    pier_error error;
    float f32;
    double f64;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const pier_value *value = test_value(tree, cases[i].hex);
        assert_value_status(pier_value_get_f64(value, &f64, &error), PIER_OK);
        assert_true(f64 == cases[i].value);
        assert_value_status(pier_value_get_f32(value, &f32, &error), cases[i].as_f32);
        assert_true((double)f32 == (cases[i].as_f32 == PIER_OK ? cases[i].value : 0));
    }
    const pier_value *nan = test_value(tree, "cb7ff8000000000000");
    assert_value_status(pier_value_get_f32(nan, &f32, &error), PIER_OK);
    assert_true(f32 != f32);
    assert_value_status(pier_value_get_f32(test_value(tree, "05"), &f32, &error), PIER_TYPE);
    assert_value_status(pier_value_get_f64(test_value(tree, "05"), &f64, &error), PIER_TYPE);
    assert_string_equal(error.text, "expected float, found integer");
    pier_tree_destroy(tree);
}

/* A failure tells its path and what was found. */
static void checked_reads_tell_where(void **state) {
    (void)state;
    pier_tree *tree = test_tree(NULL);
    const pier_value *root = test_value(tree, "81 a161 92 01 82 a162 a178 a163 cd0100");
    const pier_value *deep = pier_value_find(pier_value_at(pier_value_find(root, "a"), 1), "b");
    pier_error error;
    pier_bytes bytes = {"x", 1};
    pier_ext ext;
    pier_time time;
    pier_text text;
    bool boolean = true;
    assert_value_status(pier_value_get_bytes(deep, &bytes, &error), PIER_TYPE);
    assert_int_equal(bytes.size, 0);
    assert_string_equal(error.path, "a[1].b");
    assert_string_equal(error.text, "expected bytes, found text");
    assert_int_equal(error.floor, PIER_FLOOR_ARCHIVE);
    assert_true(error.offset == PIER_NO_OFFSET);
    assert_value_status(pier_value_get_ext(deep, &ext, &error), PIER_TYPE);
    assert_value_status(pier_value_get_time(deep, &time, &error), PIER_TYPE);
    assert_value_status(pier_value_get_bool(deep, &boolean, &error), PIER_TYPE);
    int64_t i64 = 1;
    assert_value_status(pier_value_get_i64(deep, &i64, &error), PIER_TYPE);
    assert_true(i64 == 0);
    assert_false(boolean);
    assert_value_status(pier_value_get_text(root, &text, &error), PIER_TYPE);
    assert_string_equal(error.path, "");
    assert_string_equal(error.text, "expected text, found map");
    assert_value_status(pier_value_get_text(deep, &text, &error), PIER_OK);
    assert_memory_equal(text.data, "x", 1);
    assert_int_equal(error.status, PIER_OK);
    /* Without an error to fill, too. */
    assert_value_status(pier_value_get_text(root, &text, NULL), PIER_TYPE);
    assert_value_status(pier_value_get_text(NULL, &text, NULL), PIER_NOT_FOUND);
    uint32_t u32;
    const pier_value *number = pier_value_find(pier_value_at(pier_value_find(root, "a"), 1), "c");
    assert_value_status(pier_value_get_u32(number, &u32, &error), PIER_OK);
    assert_int_equal(u32, 256);
    pier_value *minus = test_value(tree, "fb");
    assert_value_status(pier_value_get_u32(minus, &u32, &error), PIER_RANGE);
    assert_string_equal(error.text, "-5 does not fit into u32");
    pier_tree_destroy(tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_walked),
        cmocka_unit_test(keys_are_found),
        cmocka_unit_test(what_is_not_there_is_nothing),
        cmocka_unit_test(other_kinds_give_the_default),
        cmocka_unit_test(numbers_are_read_by_their_range),
        cmocka_unit_test(floats_are_read_by_their_width),
        cmocka_unit_test(checked_reads_tell_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
