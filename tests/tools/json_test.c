/* Tests of the command's JSON: what is read, what is written, what is refused and where, and that both directions agree
 * on random values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_read.h"
#include "json_write.h"
#include "record_tree.h"
#include "support/random.h"

static pier_tree *new_tree(void) {
    pier_tree *tree = record_tree_create();
    assert_non_null(tree);
    return tree;
}

/* Reads `size` bytes of JSON into `tree`; the copy, which the caller frees after the tree, ends with its allocation, so
 * that a byte read too far is seen by the sanitizers. */
static pier_status read_bytes(const char *text, size_t size, pier_tree *tree, json_problem *problem, char **copy) {
    *copy = malloc(size + 1);
    assert_non_null(*copy);
    memcpy(*copy, text, size);
    (*copy)[size] = '\n';
    return json_read(*copy, size, tree, problem);
}

/* Checks that `text` reads and is written as `expected`. */
static void assert_becomes(const char *text, const char *expected) {
    pier_tree *tree = new_tree();
    json_problem problem;
    text_buffer out = {0};
    char *copy;
    pier_status status = read_bytes(text, strlen(text), tree, &problem, &copy);
    if (status != PIER_OK) {
        fail_msg("%s: %s at %zu", text, problem.text, problem.offset);
    }
    json_write(&out, pier_tree_root(tree), false);
    text_buffer_append_char(&out, '\0');
    assert_string_equal(out.data, expected);
    pier_tree_destroy(tree);
    text_buffer_deinit(&out);
    free(copy);
}

static void assert_refused_bytes(const char *text, size_t size, pier_status expected, size_t offset) {
    pier_tree *tree = new_tree();
    json_problem problem;
    char *copy;
    pier_status status = read_bytes(text, size, tree, &problem, &copy);
    if (status != expected || problem.status != expected || problem.offset != offset || problem.text[0] == '\0') {
        fail_msg("%.*s: %s, %s at %zu, expected %s at %zu", (int)size, text, pier_status_name(status), problem.text,
                 problem.offset, pier_status_name(expected), offset);
    }
    pier_tree_destroy(tree);
    free(copy);
}

static void assert_refused(const char *text, pier_status expected, size_t offset) {
    assert_refused_bytes(text, strlen(text), expected, offset);
}

static void same_text_comes_back(void **state) {
    (void)state;
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "127",
        "128",
        "255",
        "256",
        "65535",
        "65536",
        "4294967295",
        "4294967296",
        "-32",
        "-33",
        "-128",
        "-129",
        "-32768",
        "-32769",
        "-2147483648",
        "-2147483649",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "-9223372036854775808",
        "0.0",
        "-0.0",
        "0.1",
        "1.0",
        "1.5",
        "-2.25",
        "100.0",
        "1e16",
        "1e300",
        "5e-324",
        "1.7976931348623157e308",
        "2.2250738585072014e-308",
        "0.0001",
        "1e-5",
        "1234567890123456.0",
        "\"\"",
        "\"abc\"",
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u000b\\u001f\"",
        "\"\\u007f/\\u0080\\u009f\xc2\xa0\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "\"\xe2\x80\xa8\"",
        "[]",
        "[1]",
        "[1,[2,[3,[]]],null]",
        "{}",
        "{\"\":1}",
        "{\"a\":1,\"b\":[{\"c\":{}}]}",
        "{\"b\":1,\"a\":2,\"B\":3}",
        "{\"$a\":1,\"b\":2}",
        "{\"a\":1,\"$bin\":\"AAA=\"}",
        "{\"$float\":\"NaN\"}",
        "{\"$float\":\"Infinity\"}",
        "{\"$float\":\"-Infinity\"}",
        "{\"$bin\":\"\"}",
        "{\"$bin\":\"AA==\"}",
        "{\"$bin\":\"AAE=\"}",
        "{\"$bin\":\"/+8B\"}",
        "{\"$ext\":[5,\"AQI=\"]}",
        "{\"$ext\":[-128,\"\"]}",
        "{\"$ext\":[127,\"AA==\"]}",
        "{\"$ext\":[-1,\"AA==\"]}",
        "{\"$time\":[0,0]}",
        "{\"$time\":[-1,999999999]}",
        "{\"$time\":[9223372036854775807,1]}",
        "{\"$time\":[-9223372036854775808,0]}",
        "{\"$str\":\"/w==\"}",
        "{\"$map\":[[1,2]]}",
        "{\"$map\":[[\"$a\",1]]}",
        "{\"$map\":[[\"$\",1]]}",
        "{\"$map\":[[\"a\",1],[\"a\",2]]}",
        "{\"$map\":[[{\"$str\":\"/w==\"},1]]}",
        "{\"$map\":[[[1],{}],[{\"a\":1},[]],[null,true]]}",
        "{\"$map\":[[{\"$map\":[[1,{\"$map\":[[2,3]]}]]},{\"$map\":[[4,[{\"$map\":[[5,6]]}]]]}]]}",
        "[{\"$map\":[[1,2],[3,4]]},{\"x\":{\"$map\":[[0,{\"$bin\":\"\"}]]}},7]",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_becomes(texts[i], texts[i]);
    }
}

static void other_text_of_the_same_value(void **state) {
    (void)state;
    assert_becomes(" \t[ 1 , 2 ]\r", "[1,2]");
    assert_becomes("-0", "0");
    assert_becomes("1E5", "100000.0");
    assert_becomes("1e5", "100000.0");
    assert_becomes("10e-1", "1.0");
    assert_becomes("1e-400", "0.0");
    assert_becomes("-1e-400", "-0.0");
    assert_becomes("0.30000000000000004", "0.30000000000000004");
    assert_becomes("18446744073709551616.0", "1.8446744073709552e19");
    assert_becomes("\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\\/\\u001f\"",
                   "\"A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80/\\u001f\"");
    assert_becomes("{\"\\u0061\\u0000\":1}", "{\"a\\u0000\":1}");
    assert_becomes("{\"$map\":[]}", "{}");
    assert_becomes("{\"$map\":[[\"a\",1],[\"b\",2]]}", "{\"a\":1,\"b\":2}");
    assert_becomes("{\"$str\":\"YQ==\"}", "\"a\"");
    assert_becomes("{\"\\u0024bin\":\"AA==\"}", "{\"$bin\":\"AA==\"}");
}

static void numbers_beyond_their_range_are_refused(void **state) {
    (void)state;
    assert_refused("18446744073709551616", PIER_RANGE, 0);
    assert_refused("18446744073709551620", PIER_RANGE, 0);
    assert_refused("184467440737095516150", PIER_RANGE, 0);
    assert_refused("[1, 99999999999999999999999999999]", PIER_RANGE, 4);
    assert_refused("-9223372036854775809", PIER_RANGE, 0);
    assert_refused("{\"a\": -18446744073709551616}", PIER_RANGE, 6);
    assert_refused("1e309", PIER_RANGE, 0);
    assert_refused("[0,-1.0e999]", PIER_RANGE, 3);
    char digits[401] = "";
    memset(digits, '9', 400);
    assert_refused(digits, PIER_RANGE, 0);
    memcpy(digits + 398, ".5", 2);
    assert_refused(digits, PIER_RANGE, 0);
}

static void what_is_not_json_is_refused_in_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
    } cases[] = {
        {"", 0},
        {"  ", 2},
        {"[1", 2},
        {"{\"a\"", 4},
        {"{\"a\":", 5},
        {"\"abc", 4},
        {"\"abc\\", 5},
        {"01", 0},
        {"1.", 0},
        {"1e", 0},
        {"-", 0},
        {"+1", 0},
        {".5", 0},
        {"0x10", 0},
        {"1a", 0},
        {"1 2", 2},
        {"{} {}", 3},
        {"[1,]", 3},
        {"[,1]", 1},
        {"[1 2]", 3},
        {"[1}", 2},
        {"{\"a\":1,}", 7},
        {"{\"a\" 1}", 5},
        {"{1:2}", 1},
        {"{a:1}", 1},
        {"tru", 0},
        {"truex", 0},
        {"[nul]", 1},
        {"NaN", 0},
        {"[Infinity]", 1},
        {"'a'", 0},
        {"\"\\x\"", 2},
        {"[\"a\\u12g4\"]", 7},
        {"\"a\tb\"", 2},
        {"/*x*/1", 0},
        {"[1, //", 4},
        {"\xef\xbb\xbf"
         "1",
         0},
        {"[\"a\", nope]", 6},
        {"]", 0},
        {"[1]]", 3},
        {"[\"a\\\"b\" 1]", 8},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_refused(cases[i].text, PIER_PROTOCOL, cases[i].offset);
    }
    assert_refused_bytes("[1,\0]", 5, PIER_PROTOCOL, 3);
    assert_refused_bytes("\"a\0b\"", 5, PIER_PROTOCOL, 2);
    assert_refused_bytes("[1]\0", 4, PIER_PROTOCOL, 3);
}

static void text_that_is_not_unicode_is_refused_in_its_place(void **state) {
    (void)state;
    assert_refused("\"\\ud800\"", PIER_TEXT, 1);
    assert_refused("[\"ab\\ud83dx\"]", PIER_TEXT, 4);
    assert_refused("\"\\ude00\"", PIER_TEXT, 1);
    assert_refused("\"\\ud83d\\ud83d\\ude00\"", PIER_TEXT, 1);
    assert_refused("\"\\ud83d\\ude00\\ude00\"", PIER_TEXT, 13);
    assert_refused("\"\\ud83d\\u0041\"", PIER_TEXT, 1);
    assert_refused("{\"\\udfff\":1}", PIER_TEXT, 2);
    assert_refused("\"a\xff\"", PIER_TEXT, 2);
    assert_refused("\"\xc0\x80\"", PIER_TEXT, 1);
    assert_refused("\"\xe0\x80\x80\"", PIER_TEXT, 1);
    assert_refused("\"\xed\xa0\x80\"", PIER_TEXT, 1);
    assert_refused("\"\xf0\x80\x80\x80\"", PIER_TEXT, 1);
    assert_refused("\"\xf4\x90\x80\x80\"", PIER_TEXT, 1);
    assert_refused("\"\xf5\x80\x80\x80\"", PIER_TEXT, 1);
    assert_refused("\"\xe2\x82\"", PIER_TEXT, 1);
    assert_refused("\"\xe2\x82", PIER_TEXT, 1);
    /* The mistake that comes first is told. */
    assert_refused("[1,,\"\\ud800\"]", PIER_PROTOCOL, 3);
    assert_refused("[99999999999999999999,\"\xff\"]", PIER_RANGE, 1);
    /* A backslash that is escaped itself begins no escape. */
    assert_becomes("\"\\\\ud800\"", "\"\\\\ud800\"");
}

static void duplicate_keys_are_refused(void **state) {
    (void)state;
    assert_refused("{\"a\":1,\"a\":2}", PIER_PROTOCOL, 7);
    assert_refused("{\"a\":1,\"b\":{\"c\":1,\"d\":2,\"c\":3}}", PIER_PROTOCOL, 24);
    assert_refused("{\"a\":1,\"\\u0061\":2}", PIER_PROTOCOL, 7);
    assert_refused("{\"\":1,\"\":2}", PIER_PROTOCOL, 6);
    assert_refused("{\"$bin\":\"\",\"$bin\":\"\"}", PIER_PROTOCOL, 11);
    assert_refused("{\"a\":1,\"b\":2,\"b\":3,\"a\":4}", PIER_PROTOCOL, 13);
    assert_becomes("{\"a\":{\"a\":{\"a\":1}},\"A\":0}", "{\"a\":{\"a\":{\"a\":1}},\"A\":0}");
    /* Many keys take another way than few. */
    char text[16384] = "{";
    for (int i = 0; i < 500; i++) {
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\"key %d\":%d", i == 0 ? "" : ",", i, i);
    }
    size_t size = strlen(text);
    memcpy(text + size, "}", 2);
    assert_becomes(text, text);
    memcpy(text + size, ",\"key 250\":0}", 14);
    assert_refused(text, PIER_PROTOCOL, size + 1);
}

static void forms_are_checked(void **state) {
    (void)state;
    assert_refused("{\"$foo\":1}", PIER_PROTOCOL, 1);
    assert_refused("{\"$\":1}", PIER_PROTOCOL, 1);
    assert_refused("[0, {\"$Bin\":\"\"}]", PIER_PROTOCOL, 5);
    assert_refused("{\"$float\":\"nan\"}", PIER_PROTOCOL, 10);
    assert_refused("{\"$float\":1.5}", PIER_PROTOCOL, 10);
    assert_refused("{\"$bin\":1}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":[]}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"A\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"AA\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"AAA\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"AB==\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"AAB=\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"A===\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"====\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"AA==AAAA\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"A-_=\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$bin\":\"AA A\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$str\":null}", PIER_PROTOCOL, 8);
    assert_refused("{\"$ext\":\"\"}", PIER_PROTOCOL, 8);
    assert_refused("{\"$ext\":[1]}", PIER_PROTOCOL, 8);
    assert_refused("{\"$ext\":[1,\"\",2]}", PIER_PROTOCOL, 8);
    assert_refused("{\"$ext\":[128,\"\"]}", PIER_PROTOCOL, 9);
    assert_refused("{\"$ext\":[-129,\"\"]}", PIER_PROTOCOL, 9);
    assert_refused("{\"$ext\":[1.0,\"\"]}", PIER_PROTOCOL, 9);
    assert_refused("{\"$ext\":[1,2]}", PIER_PROTOCOL, 11);
    assert_refused("{\"$ext\":[1,\"?\"]}", PIER_PROTOCOL, 11);
    assert_refused("{\"$ext\":[[1],\"\"]}", PIER_PROTOCOL, 9);
    assert_refused("{\"$time\":0}", PIER_PROTOCOL, 9);
    assert_refused("{\"$time\":[0]}", PIER_PROTOCOL, 9);
    assert_refused("{\"$time\":[0.5,0]}", PIER_PROTOCOL, 10);
    assert_refused("{\"$time\":[9223372036854775808,0]}", PIER_PROTOCOL, 10);
    assert_refused("{\"$time\":[0,-1]}", PIER_PROTOCOL, 12);
    assert_refused("{\"$time\":[0,1000000000]}", PIER_PROTOCOL, 12);
    assert_refused("{\"$time\":[0,[1]]}", PIER_PROTOCOL, 12);
    assert_refused("{\"$map\":{}}", PIER_PROTOCOL, 8);
    assert_refused("{\"$map\":[1]}", PIER_PROTOCOL, 9);
    assert_refused("{\"$map\":[[1,2],[3]]}", PIER_PROTOCOL, 15);
    assert_refused("{\"$map\":[[1,2,3]]}", PIER_PROTOCOL, 9);
}

/* Makes `depth` arrays in one another. */
static char *nested(size_t depth, const char *open, const char *close) {
    char *text = malloc(depth * (strlen(open) + strlen(close)) + 2);
    assert_non_null(text);
    char *at = text;
    for (size_t i = 0; i < depth; i++) {
        at = stpcpy(at, open);
    }
    at = stpcpy(at, "1");
    for (size_t i = 0; i < depth; i++) {
        at = stpcpy(at, close);
    }
    return text;
}

static void depth_has_a_limit(void **state) {
    (void)state;
    static const struct {
        const char *open;
        const char *close;
        size_t levels; /* of JSON, for one */
    } forms[] = {{"[", "]", 1}, {"{\"a\":", "}", 1}, {"{\"$map\":[[1,", "]]}", 3}};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t deepest = JSON_DEPTH_MAX / forms[i].levels;
        char *text = nested(deepest, forms[i].open, forms[i].close);
        assert_becomes(text, text);
        free(text);
        text = nested(deepest + 1, forms[i].open, forms[i].close);
        /* The bracket that is one too many. */
        assert_refused(text, PIER_LIMIT, deepest * strlen(forms[i].open) + (forms[i].levels == 3 ? 8 : 0));
        free(text);
    }
}

static void columns_count_characters(void **state) {
    (void)state;
    const char *line = "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\",x]";
    assert_int_equal(json_column(line, 0), 1);
    assert_int_equal(json_column(line, 2), 3);
    assert_int_equal(json_column(line, 13), 8);
}

/* Writes the root of a tree, which is destroyed. */
static void assert_written(pier_tree *tree, const char *expected) {
    text_buffer out = {0};
    json_write(&out, pier_tree_root(tree), false);
    text_buffer_append_char(&out, '\0');
    assert_string_equal(out.data, expected);
    pier_tree_destroy(tree);
    text_buffer_deinit(&out);
}

static void assert_f32_written(float value, const char *expected) {
    pier_tree *tree = new_tree();
    pier_tree_set_f32(tree, pier_tree_root(tree), value);
    assert_written(tree, expected);
}

static void float32_is_written_as_the_number_it_is(void **state) {
    (void)state;
    assert_f32_written(1.5f, "1.5");
    assert_f32_written(0.1f, "0.10000000149011612");
    assert_f32_written(-0.0f, "-0.0");
    assert_f32_written(INFINITY, "{\"$float\":\"Infinity\"}");
    assert_f32_written(NAN, "{\"$float\":\"NaN\"}");
}

static void assert_text_written(const char *data, size_t size, const char *expected) {
    pier_tree *tree = new_tree();
    pier_tree_set_text(tree, pier_tree_root(tree), (pier_text){data, size});
    assert_written(tree, expected);
}

static void text_that_is_not_utf8_is_written_as_base64(void **state) {
    (void)state;
    assert_text_written("\xed\xa0\x80", 3, "{\"$str\":\"7aCA\"}");
    assert_text_written("12345678\xc3", 9, "{\"$str\":\"MTIzNDU2NzjD\"}");
    assert_text_written(NULL, 0, "\"\"");
    pier_tree *tree = new_tree();
    pier_tree_set_bytes(tree, pier_tree_root(tree), (pier_bytes){NULL, 0});
    assert_written(tree, "{\"$bin\":\"\"}");
}

static void longer_than_any_room_is_written_whole(void **state) {
    (void)state;
    char text[6000];
    memset(text, 'x', sizeof(text));
    for (size_t size = 500; size < sizeof(text); size += 499) {
        char expected[sizeof(text) + 3] = "\"";
        memcpy(expected + 1, text, size);
        memcpy(expected + 1 + size, "\"", 2);
        assert_text_written(text, size, expected);
    }
    text_buffer out = {0};
    json_write_text(&out, "a\"b");
    text_buffer_append_char(&out, '\0');
    assert_string_equal(out.data, "\"a\\\"b\"");
    text_buffer_deinit(&out);
}

static uint64_t random_state;

static uint64_t random_u64(void) {
    return test_random(&random_state);
}

static double double_of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static pier_text random_text(char text[64]) {
    static const char *const pieces[] = {
        "a",    "\"",           "\\",  "\n", "\x01", "\xc3\xa4", "\xf0\x9f\x98\x80", "$",
        "\xff", "\xed\xa0\x80", "key", "",   "/",    "\x7f",     "\xe2\x80\xa8"};
    size_t count = (size_t)(random_u64() % 6);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[random_u64() % (sizeof(pieces) / sizeof(pieces[0]))];
        memcpy(text + size, piece, strlen(piece));
        size += strlen(piece);
    }
    if (random_u64() % 8 == 0) {
        text[size++] = '\0';
    }
    return (pier_text){text, size};
}

static void fill_random(pier_tree *tree, pier_value *value, int depth);

static void fill_random_container(pier_tree *tree, pier_value *value, bool is_map, uint32_t count, int depth) {
    if (is_map) {
        pier_tree_set_map(tree, value);
    } else {
        pier_tree_set_array(tree, value);
    }
    for (uint32_t i = 0; i < count; i++) {
        pier_value *key = NULL;
        pier_value *child = is_map ? pier_tree_append_pair(tree, value, &key) : pier_tree_append(tree, value);
        if (is_map) {
            fill_random(tree, key, depth - 1);
        }
        fill_random(tree, child, depth - 1);
    }
}

static void fill_random(pier_tree *tree, pier_value *value, int depth) {
    char space[64];
    uint64_t bits = random_u64() >> (random_u64() % 64);
    pier_text text = random_text(space);
    switch (random_u64() % (depth > 0 ? 10 : 8)) {
    case 0:
        pier_tree_set_bool(tree, value, bits & 1);
        break;
    case 1:
        pier_tree_set_u64(tree, value, bits);
        break;
    case 2:
        pier_tree_set_i64(tree, value, (int64_t)(bits | (uint64_t)1 << 63));
        break;
    case 3: {
        double number = double_of_bits(random_u64());
        pier_tree_set_f64(tree, value, isnan(number) ? NAN : number); /* the payload of a NaN is no value */
        break;
    }
    case 4:
        pier_tree_set_text(tree, value, text);
        break;
    case 5:
        pier_tree_set_bytes(tree, value, (pier_bytes){text.data, text.size});
        break;
    case 6:
        pier_tree_set_ext(tree, value, (pier_ext){(int8_t)bits, {text.data, text.size}});
        break;
    case 7:
        pier_tree_set_time(tree, value, (pier_time){(int64_t)random_u64(), (uint32_t)(bits % 1000000000)});
        break;
    default:
        fill_random_container(tree, value, (bits & 1) != 0, (uint32_t)(bits % 5), depth);
        break;
    }
}

static void random_values_come_back(void **state) {
    (void)state;
    pier_tree *tree = new_tree();
    pier_tree *back = new_tree();
    text_buffer out = {0};
    json_problem problem;
    random_state = test_seed();
    for (int i = 0; i < 20000; i++) {
        pier_tree_reset(tree);
        fill_random(tree, pier_tree_root(tree), 6);
        assert_int_equal(pier_tree_status(tree), PIER_OK);
        out.size = 0;
        json_write(&out, pier_tree_root(tree), false);
        assert_false(out.failed);
        assert_null(memchr(out.data, '\n', out.size));
        text_buffer_append_char(&out, '\n');
        if (json_read(out.data, out.size - 1, back, &problem) != PIER_OK) {
            fail_msg("round %d: %.*s: %s at %zu", i, (int)out.size, out.data, problem.text, problem.offset);
        }
        if (!pier_value_equal(pier_tree_root(tree), pier_tree_root(back))) {
            fail_msg("round %d: %.*s came back as another value", i, (int)out.size, out.data);
        }
    }
    pier_tree_destroy(tree);
    pier_tree_destroy(back);
    text_buffer_deinit(&out);
}

static void colours_change_nothing_else(void **state) {
    (void)state;
    pier_tree *tree = new_tree();
    json_problem problem;
    text_buffer out = {0};
    char *copy;
    const char *text = "{\"a\":[1,\"b\",null]}";
    assert_int_equal(read_bytes(text, strlen(text), tree, &problem, &copy), PIER_OK);
    json_write(&out, pier_tree_root(tree), true);
    text_buffer_append_char(&out, '\0');
    assert_string_equal(out.data, "{\033[34m\"a\"\033[0m:[\033[33m1\033[0m,\033[32m\"b\"\033[0m,\033[33mnull\033[0m]}");
    pier_tree_destroy(tree);
    text_buffer_deinit(&out);
    free(copy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_text_comes_back),
        cmocka_unit_test(other_text_of_the_same_value),
        cmocka_unit_test(numbers_beyond_their_range_are_refused),
        cmocka_unit_test(what_is_not_json_is_refused_in_its_place),
        cmocka_unit_test(text_that_is_not_unicode_is_refused_in_its_place),
        cmocka_unit_test(duplicate_keys_are_refused),
        cmocka_unit_test(forms_are_checked),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(float32_is_written_as_the_number_it_is),
        cmocka_unit_test(text_that_is_not_utf8_is_written_as_base64),
        cmocka_unit_test(longer_than_any_room_is_written_whole),
        cmocka_unit_test(random_values_come_back),
        cmocka_unit_test(colours_change_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
