/* Printing values: as JSON, into any buffer, in any locale.
 *
 * Floor 4 (archive). */
#include "archive/value_support.h"

#include <locale.h>
#include <math.h>

#include "archive/value_internal.h"
#include "support/fault_allocator.h"
#include "support/random.h"

static void each_kind_has_its_form(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        const char *printed;
    } cases[] = {
        {"c0", "null"},
        {"c2", "false"},
        {"c3", "true"},
        {"00", "0"},
        {"cfffffffffffffffff", "18446744073709551615"},
        {"ff", "-1"},
        {"d38000000000000000", "-9223372036854775808"},
        {"ca3fc00000", "1.5"},
        {"ca3dcccccd", "0.10000000149011612"},
        {"cb3fb999999999999a", "0.1"},
        {"cb8000000000000000", "-0.0"},
        {"cb7ff8000000000000", "{\"$float\":\"NaN\"}"},
        {"cb7ff0000000000000", "{\"$float\":\"Infinity\"}"},
        {"cafF800000", "{\"$float\":\"-Infinity\"}"},
        {"a0", "\"\""},
        {"a5 22 5c 0a 01 7f", "\"\\\"\\\\\\n\\u0001\\u007f\""},
        {"a9 c280 7e c29b c29f c2a0", "\"\\u0080~\\u009b\\u009f\xc2\xa0\""},
        {"a7 08 09 0c 0d 0b 1f 00", "\"\\b\\t\\f\\r\\u000b\\u001f\\u0000\""},
        {"a1ff", "{\"$str\":\"/w==\"}"},
        {"c400", "{\"$bin\":\"\"}"},
        {"c40100", "{\"$bin\":\"AA==\"}"},
        {"c4020001", "{\"$bin\":\"AAE=\"}"},
        {"c403fffefd", "{\"$bin\":\"//79\"}"},
        {"c70380010203", "{\"$ext\":[-128,\"AQID\"]}"},
        {"c7007f", "{\"$ext\":[127,\"\"]}"},
        {"d6ff00000001", "{\"$time\":[1,0]}"},
        {"c70cff0000000bffffffffffffffff", "{\"$time\":[-1,11]}"},
        {"90", "[]"},
        {"80", "{}"},
        {"93 01 90 92 02 03", "[1,[],[2,3]]"},
        {"82 a161 80 a162 81 a163 91 c0", "{\"a\":{},\"b\":{\"c\":[null]}}"},
        {"81 a0 01", "{\"\":1}"},
        {"81 a2 2461 01", "{\"$map\":[[\"$a\",1]]}"},
        {"82 a2 2461 01 a162 02", "{\"$a\":1,\"b\":2}"},
        {"82 a161 01 a161 02", "{\"$map\":[[\"a\",1],[\"a\",2]]}"},
        {"82 01 02 9103 8104 05", "{\"$map\":[[1,2],[[3],{\"$map\":[[4,5]]}]]}"},
        {"81 a1ff 01", "{\"$map\":[[{\"$str\":\"/w==\"},1]]}"},
        {"81 80 81 c0 90", "{\"$map\":[[{},{\"$map\":[[null,[]]]}]]}"},
    };
    pier_tree *tree = test_tree(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_prints(test_value(tree, cases[i].hex), cases[i].printed);
    }
    /* A value within is printed without what is around it. */
    pier_value *root = test_value(tree, "93 01 92 02 03 04");
    assert_prints(pier_value_at(root, 1), "[2,3]");
    assert_prints(pier_value_at(root, 0), "1");
    pier_tree_destroy(tree);
}

static void the_text_is_cut_as_snprintf_does(void **state) {
    (void)state;
    static const char whole[] = "{\"a\":[1,\"\\n\",{\"$bin\":\"AAE=\"}]}";
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, "81 a161 93 01 a10a c4020001");
    for (size_t capacity = 0; capacity < sizeof whole + 3; capacity++) {
        char buffer[64];
        size_t length = 0;
        memset(buffer, '#', sizeof buffer);
        assert_value_status(pier_value_print(root, NULL, buffer, capacity, &length), PIER_OK);
        assert_int_equal(length, sizeof whole - 1);
        size_t there = capacity == 0 ? 0 : capacity - 1 < length ? capacity - 1 : length;
        assert_memory_equal(buffer, whole, there);
        assert_int_equal(buffer[there], capacity == 0 ? '#' : '\0');
        assert_int_equal(buffer[there + 1], '#');
    }
    pier_tree_destroy(tree);
}

static void options_are_checked(void **state) {
    (void)state;
    char buffer[64] = "old";
    size_t length = 7;
    pier_print_options options = {.size = 1};
    pier_tree *tree = test_tree(NULL);
    pier_value *root = test_value(tree, "81 a161 92 01 a162");
    assert_value_status(pier_value_print(root, &options, buffer, sizeof buffer, &length), PIER_USAGE);
    assert_int_equal(length, 0);
    assert_string_equal(buffer, "");
    options = (pier_print_options){.size = sizeof options, .colours = true};
    assert_value_status(pier_value_print(root, &options, buffer, sizeof buffer, &length), PIER_OK);
    assert_string_equal(buffer, "{\033[34m\"a\"\033[0m:[\033[33m1\033[0m,\033[32m\"b\"\033[0m]}");
    pier_tree_destroy(tree);
}

static pier_value *many_keys(pier_tree *tree, uint64_t count, bool has_twice) {
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_map(tree, root);
    for (uint64_t i = 0; i < count; i++) {
        char key[24];
        (void)snprintf(key, sizeof key, "%llu", (unsigned long long)(has_twice && i == count - 1 ? 1 : i));
        pier_tree_set_u64(tree, pier_tree_append_key(tree, root, key), i);
    }
    assert_value_status(pier_tree_status(tree), PIER_OK);
    return root;
}

/* Few keys are compared without memory, many with some. */
static void print_with_faults(fault_allocator *faults, void *user) {
    const pier_value *value = (const pier_value *)user;
    pier_print_options options = {.size = sizeof options, .allocator = &faults->allocator};
    char buffer[1024];
    size_t length;
    pier_status status = pier_value_print(value, &options, buffer, sizeof buffer, &length);
    if (status == PIER_OK) {
        assert_true(length > 10 && length < sizeof buffer);
        assert_int_equal(faults->struck, 0);
    } else {
        assert_value_status(status, PIER_NO_MEMORY);
        assert_int_equal(length, 0);
        assert_string_equal(buffer, "");
    }
}

static void keys_that_come_twice_are_seen_in_any_number(void **state) {
    (void)state;
    for (uint64_t count = 3; count < 40; count++) {
        pier_tree *tree = test_tree(NULL);
        char *text = test_print(many_keys(tree, count, false));
        assert_memory_equal(text, "{\"0\":0", 6);
        free(text);
        pier_tree_reset(tree);
        text = test_print(many_keys(tree, count, true));
        assert_memory_equal(text, "{\"$map\":[[\"0\",0]", 16);
        free(text);
        uint64_t struck = fault_allocator_sweep(print_with_faults, pier_tree_root(tree));
        assert_int_equal(struck, count > 16 ? 2 : 0);
        pier_tree_destroy(tree);
    }
}

/* In a locale whose point is another character, when there is one. */
static void floats_have_a_point_in_any_locale(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "ps_AF.UTF-8", "C.UTF-8"};
    pier_tree *tree = test_tree(NULL);
    pier_value *root =
        test_value(tree, "94 cb3ff8000000000000 cb3fb999999999999a cb7e37e43c8800759c cb0000000000000001");
    bool has_other = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_NUMERIC, names[i]) != NULL) {
            has_other = has_other || strcmp(localeconv()->decimal_point, ".") != 0;
            assert_prints(root, "[1.5,0.1,1e300,5e-324]");
        }
    }
    (void)setlocale(LC_NUMERIC, "C");
    print_message("a locale with another point: %s\n", has_other ? "yes" : "none here");
    pier_tree_destroy(tree);
}

static uint64_t random_state;

static uint64_t random_u64(void) {
    return test_random(&random_state);
}

static double double_of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void assert_float(double value) {
    char text[PIER__FLOAT_TEXT_BYTES];
    size_t size = pier__float_text(value, text);
    assert_int_equal(size, strlen(text));
    char *end;
    double back = strtod(text, &end);
    if (*end != '\0' || memcmp(&back, &value, sizeof(back)) != 0 || strpbrk(text, ".e") == NULL) {
        fail_msg("%.17g became %s", value, text);
    }
}

static void floats_read_back_and_none_is_shorter(void **state) {
    (void)state;
    random_state = test_seed();
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double power = ldexp(1.0, exponent);
        assert_float(power);
        assert_float(nextafter(power, 0));
        assert_float(-nextafter(power, INFINITY));
    }
    for (int i = 0; i < 20000; i++) {
        double value = double_of_bits(random_u64());
        if (isfinite(value)) {
            assert_float(value);
        }
        assert_float((double)(int64_t)random_u64() / 1000.0);
        assert_float((double)(random_u64() % 100000) / 100.0);
    }
    /* The digits of these are not the rounded ones; Steele and White's cases of uneven neighbours. */
    char text[PIER__FLOAT_TEXT_BYTES];
    (void)pier__float_text(ldexp(1.0, 554), text);
    assert_string_equal(text, "5.896816288783659e166");
    (void)pier__float_text(ldexp(1.0, 976), text);
    assert_string_equal(text, "6.386688990511104e293");
    (void)pier__float_text(9007199254740993.0, text);
    assert_string_equal(text, "9007199254740992.0");
    (void)pier__float_text(999999999999999.9, text);
    assert_string_equal(text, "999999999999999.9");
    (void)pier__float_text(9999999999999998.0, text);
    assert_string_equal(text, "9999999999999998.0");
    (void)pier__float_text(0.00012345, text);
    assert_string_equal(text, "0.00012345");
    (void)pier__float_text(1e-323, text);
    assert_string_equal(text, "1e-323");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_form),
        cmocka_unit_test(the_text_is_cut_as_snprintf_does),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(keys_that_come_twice_are_seen_in_any_number),
        cmocka_unit_test(floats_have_a_point_in_any_locale),
        cmocka_unit_test(floats_read_back_and_none_is_shorter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
