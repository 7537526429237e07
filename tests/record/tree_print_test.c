/* Records printed from their bytes: the text that the tree would be printed as, whatever the record is.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/load.h>
#include <pier/tree.h>

#include "record/definition_internal.h"
#include "support/fault_allocator.h"

/* A text in memory of its own size, so that writing past it is found. */
typedef struct printed {
    pier_status status;
    char *text; /* NULL when there was no room for any */
    size_t length;
} printed;

static pier_tree *new_tree(const pier_tree_options *options) {
    pier_tree *tree;
    assert_status(pier_tree_create(&tree, options, NULL), PIER_OK);
    return tree;
}

static printed print_by_tree(pier_archive *load, const pier_tree_options *options) {
    pier_tree *tree = new_tree(options);
    printed made = {pier_tree_load(tree, load), NULL, 0};
    const pier_value *root = made.status == PIER_OK ? pier_tree_root(tree) : NULL;
    assert_status(pier_value_print(root, NULL, NULL, 0, &made.length), PIER_OK);
    made.text = (char *)malloc(made.length + 1);
    assert_non_null(made.text);
    assert_status(pier_value_print(root, NULL, made.text, made.length + 1, &made.length), PIER_OK);
    pier_tree_destroy(tree);
    return made;
}

/* Asserts that the current record is printed so into so much memory. */
static void assert_prints(pier_tree *tree, pier_archive *load, size_t capacity, const printed *expected) {
    char *text = capacity > 0 ? (char *)malloc(capacity) : NULL;
    assert_true(capacity == 0 || text != NULL);
    size_t length = 77;
    assert_status(pier_tree_print(tree, load, NULL, text, capacity, &length), expected->status);
    assert_int_equal(length, expected->length);
    if (capacity > 0) {
        size_t there = length < capacity ? length : capacity - 1;
        assert_int_equal(strlen(text), there);
        assert_memory_equal(text, expected->text, there);
    }
    free(text);
}

/* Asserts that both ways lead to the same text, at every capacity or at some. Returns it. */
static printed assert_same_text(pier_archive *load, const pier_tree_options *options, bool at_every_capacity) {
    printed expected = print_by_tree(load, options);
    pier_tree *tree = new_tree(options);
    size_t step = at_every_capacity ? 1 : expected.length / 3 + 1;
    for (size_t capacity = 0; capacity <= expected.length + 1; capacity += step) {
        assert_prints(tree, load, capacity, &expected);
    }
    assert_prints(tree, load, expected.length + 1, &expected);
    assert_prints(tree, load, expected.length + 2000, &expected);
    pier_tree_destroy(tree);
    return expected;
}

/* Compares the ways for a record in a plain stream. Returns the text. */
static printed compare_plain(const void *bytes, size_t size, const pier_tree_options *options, bool at_every_capacity) {
    pier_limits limits = {.size = sizeof limits, .depth_max = PIER_DEPTH_MAX_HIGHEST};
    pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN, .limits = &limits};
    test_stream stream = {(uint8_t *)(uintptr_t)bytes, size};
    pier_archive *load = test_open_stream(&stream, &plain);
    assert_status(pier_archive_next(load), PIER_OK);
    printed made = assert_same_text(load, options, at_every_capacity);
    pier_archive_destroy(load);
    return made;
}

static void assert_plain(const char *hex, const char *expected) {
    uint8_t bytes[512];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    printed made = compare_plain(bytes, size, NULL, true);
    assert_status(made.status, PIER_OK);
    assert_string_equal(made.text, expected);
    free(made.text);
}

static void values_are_printed_as_by_the_tree(void **state) {
    (void)state;
    assert_plain("c0", "null");
    assert_plain("93 c2 c3 c0", "[false,true,null]");
    assert_plain("9a 00 07 63 7f cc80 ccff cd03e8 cdffff ce05f5e0ff ce05f5e100",
                 "[0,7,99,127,128,255,1000,65535,99999999,100000000]");
    assert_plain("94 cf002386f26fc0ffff cf002386f26fc10000 cf8ac7230489e80000 cfffffffffffffffff",
                 "[9999999999999999,10000000000000000,10000000000000000000,18446744073709551615]");
    assert_plain("95 ff e0 d080 d38000000000000000 d2fffffc18", "[-1,-32,-128,-9223372036854775808,-1000]");
    assert_plain("95 ca3fc00000 cb3fb999999999999a cb8000000000000000 cb7ff0000000000000 caff800000",
                 "[1.5,0.1,-0.0,{\"$float\":\"Infinity\"},{\"$float\":\"-Infinity\"}]");
    assert_plain("91 cb7ff8000000000000", "[{\"$float\":\"NaN\"}]");
    assert_plain("93 c400 c40101 c404 01020304", "[{\"$bin\":\"\"},{\"$bin\":\"AQ==\"},{\"$bin\":\"AQIDBA==\"}]");
    assert_plain("92 d6ff00000005 d40501", "[{\"$time\":[5,0]},{\"$ext\":[5,\"AQ==\"]}]");
    assert_plain("92 90 80", "[[],{}]");
    assert_plain("82 a161 01 a162 93 01 81 a163 02 03", "{\"a\":1,\"b\":[1,{\"c\":2},3]}");
}

static void texts_are_escaped_as_by_the_tree(void **state) {
    (void)state;
    assert_plain("93 a0 a161 a3610a62", "[\"\",\"a\",\"a\\nb\"]");
    assert_plain("a6 22 5c 7f 00 08 0b", "\"\\\"\\\\\\u007f\\u0000\\b\\u000b\"");
    /* U+0080 to U+009F with their two bytes in one piece of eight and in two, and what only looks so. */
    assert_plain("a8 61626364656667c2", "{\"$str\":\"YWJjZGVmZ8I=\"}");
    assert_plain("a9 61626364656667c29f", "\"abcdefg\\u009f\"");
    assert_plain("a9 61626364656667c2a0", "\"abcdefg\xC2\xA0\"");
    assert_plain("ae f09f9880 e282ac c3bc f48fbfbf 61", "\"\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xBC\xF4\x8F\xBF\xBF"
                                                        "a\"");
    assert_plain("92 a2c3bc a2c328", "[\"\xC3\xBC\",{\"$str\":\"wyg=\"}]");
    /* Each byte at each place of a text. */
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < 18; at += at < 9 ? 1 : 4) {
            uint8_t bytes[19] = "\xB2"
                                "abcdefghijklmnopqr";
            bytes[1 + at] = (uint8_t)byte;
            free(compare_plain(bytes, sizeof bytes, NULL, false).text);
        }
    }
}

static void maps_that_are_no_objects_are_printed_as_by_the_tree(void **state) {
    (void)state;
    assert_plain("82 a161 01 a161 02", "{\"$map\":[[\"a\",1],[\"a\",2]]}");
    assert_plain("82 a86162636465666768 01 a86162636465666769 02", "{\"abcdefgh\":1,\"abcdefgi\":2}");
    assert_plain("82 a9616263646566676869 01 a9616263646566676869 02",
                 "{\"$map\":[[\"abcdefghi\",1],[\"abcdefghi\",2]]}");
    assert_plain("82 a161 81 a161 03 a162 02", "{\"a\":{\"a\":3},\"b\":2}");
    assert_plain("82 a0 01 a100 02", "{\"\":1,\"\\u0000\":2}");
    assert_plain("81 01 02", "{\"$map\":[[1,2]]}");
    assert_plain("81 a1ff 02", "{\"$map\":[[{\"$str\":\"/w==\"},2]]}");
    assert_plain("81 a22461 02", "{\"$map\":[[\"$a\",2]]}");
    assert_plain("82 a22461 02 a162 03", "{\"$a\":2,\"b\":3}");
    assert_plain("91 82 a161 81 a22462 01 a163 02", "[{\"a\":{\"$map\":[[\"$b\",1]]},\"c\":2}]");
}

/* Appends a map of `count` keys, which all differ, the value of the last one left out or 1. */
static uint8_t *append_map(uint8_t *at, unsigned first, unsigned count, bool is_last_left) {
    *at++ = 0xde;
    *at++ = (uint8_t)(count >> 8);
    *at++ = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf((char *)at, 5, "\xA3%03u", first + i);
        at += 4;
        if (i + 1 < count || !is_last_left) {
            *at++ = 1;
        }
    }
    return at;
}

/* Maps of ever more keys, in one and in one another, and arrays of ever more depth: over where the short way ends. */
static void large_and_deep_records_are_printed_as_by_the_tree(void **state) {
    (void)state;
    static uint8_t bytes[4096];
    for (unsigned keys = 100; keys <= 150; keys++) {
        const uint8_t *end = append_map(bytes, 0, keys, false);
        free(compare_plain(bytes, (size_t)(end - bytes), NULL, false).text);
        end = append_map(append_map(append_map(bytes, 0, 40, true), 0, keys - 80, true), 0, 40, false);
        free(compare_plain(bytes, (size_t)(end - bytes), NULL, false).text);
    }
    for (unsigned depth = 1; depth <= 128; depth++) {
        memset(bytes, 0x91, depth);
        bytes[depth] = 5;
        free(compare_plain(bytes, depth + 1, NULL, false).text);
    }
}

/* Appends a random value, `depth` arrays and maps deep at most. */
static uint8_t *append_random(uint64_t *random, uint8_t *at, unsigned depth) {
    static const uint8_t widths[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8}; /* from 0xca on */
    uint64_t choice = test_random(random);
    unsigned count = (unsigned)(choice >> 8) % 5;
    switch (choice % (depth > 0 ? 12 : 9)) {
    case 0:
        *at++ = (uint8_t)(0xc2 + (choice >> 20) % 2);
        return at;
    case 1:
    case 2: /* integers and floats of all widths */
        *at++ = (uint8_t)(0xca + (choice >> 20) % 10);
        for (unsigned left = widths[at[-1] - 0xca]; left > 0; left--) {
            *at++ = (uint8_t)test_random(random);
        }
        return at;
    case 3:
        *at++ = (uint8_t)(choice >> 20);
        at[-1] = at[-1] >= 0x80 && at[-1] < 0xe0 ? 0xc0 : at[-1];
        return at;
    case 4:
    case 5:
    case 6: /* text of a few characters, so that keys meet again */
        *at++ = (uint8_t)(0xa0 + count * (1 + (choice >> 30) % 5));
        for (unsigned i = at[-1] - 0xa0u; i > 0; i--) {
            *at++ = (uint8_t) "ab$\"\\ \n\xC3\xBC\x7F"[(choice >> 40) % 7 == 0 ? test_random(random) % 10 : i % 3];
        }
        return at;
    case 7:
        *at++ = 0xc4;
        *at++ = (uint8_t)(count * 40);
        memset(at, (int)(choice >> 24) & 255, count * 40);
        return at + count * 40;
    case 8:
        *at++ = 0xd4 + 2;
        memcpy(at,
               (choice >> 40) % 2 == 0 ? "\xFF"
                                         "abcd"
                                       : "\x05"
                                         "abcd",
               5);
        return at + 5;
    case 9:
        *at++ = (uint8_t)(0x90 + count);
        break;
    default:
        *at++ = (uint8_t)(0x80 + count);
        count *= 2;
        break;
    }
    for (unsigned i = 0; i < count; i++) {
        at = append_random(random, at, depth - 1);
    }
    return at;
}

static void random_values_are_printed_as_by_the_tree(void **state) {
    (void)state;
    uint64_t random = test_seed();
    static uint8_t bytes[1 << 20];
    for (int i = 0; i < 4000; i++) {
        const uint8_t *end = append_random(&random, bytes, 4);
        free(compare_plain(bytes, (size_t)(end - bytes), NULL, i % 50 == 0).text);
    }
}

/* Typed records --------------------------------------------------------------------------------------------------- */

/* Compares the ways for a typed record of these bytes. Returns the text. */
static printed compare_typed(const pier_class *type, const void *bytes, size_t size, bool is_straight) {
    test_stream stream = test_typed_stream(type, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    const pier_definition *definition = pier_archive_definition(load);
    assert_non_null(definition);
    assert_int_equal(definition->prints_straight, is_straight);
    printed made = assert_same_text(load, NULL, true);
    assert_status(pier_archive_status(load), PIER_OK);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    return made;
}

static void assert_typed(const pier_class *type, const char *hex, const char *expected) {
    uint8_t bytes[256];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    printed made = compare_typed(type, bytes, size, true);
    assert_string_equal(made.text, expected);
    free(made.text);
}

#define MAYBE(FIELD) FIELD(1, optional(u32), a) FIELD(2, optional(record(vec3)), b) FIELD(3, array(record(vec3), 2), c)
PIER_RECORD(maybe, "test.Maybe", MAYBE)

#define LONG(FIELD)                                                                                                    \
    FIELD(1, u8, a_name_of_16_byt) FIELD(2, u8, a_name_of_17_byte) FIELD(3, u8, a_name_that_is_longer_than_most)
PIER_RECORD(long_names, "test.Long", LONG)

static void records_have_the_names_of_their_fields(void **state) {
    (void)state;
    assert_typed(&vec3_class, "93 ca3f800000 ca40000000 ca40400000", "{\"x\":1.0,\"y\":2.0,\"z\":3.0}");
    assert_typed(&vec3_class, "93 c0 a161 91 05", "{\"x\":null,\"y\":\"a\",\"z\":[5]}");
    assert_typed(&vec3_class, "92 01 02", "[1,2]");
    assert_typed(&vec3_class, "94 01 02 03 04", "[1,2,3,4]");
    assert_typed(&vec3_class, "83 a178 01 a179 02 a17a 03", "{\"x\":1,\"y\":2,\"z\":3}");
    assert_typed(&vec3_class, "05", "5");
    assert_typed(&maybe_class, "93 c0 c0 90", "{\"c\":[]}");
    assert_typed(&maybe_class, "93 c0 92 01 02 92 01 93 01 02 03", "{\"b\":[1,2],\"c\":[1,{\"x\":1,\"y\":2,\"z\":3}]}");
    assert_typed(&maybe_class, "93 07 93 01 02 03 c0", "{\"a\":7,\"b\":{\"x\":1,\"y\":2,\"z\":3},\"c\":null}");
    assert_typed(&maybe_class, "93 07 93 01 02 93 01 02 03 91 91 93 01 02 03",
                 "{\"a\":7,\"b\":{\"x\":1,\"y\":2,\"z\":[1,2,3]},\"c\":[[[1,2,3]]]}");
    assert_typed(&long_names_class, "93 01 02 03",
                 "{\"a_name_of_16_byt\":1,\"a_name_of_17_byte\":2,\"a_name_that_is_longer_than_most\":3}");
}

#define NUMBERS(FIELD) FIELD(1, array(i16, 3), many) FIELD(2, i16, one)
PIER_RECORD(numbers, "test.Numbers", NUMBERS)

/* A typed array is read wherever numbers are repeated, though the definition does not say that they come so. */
static void typed_arrays_are_printed_as_by_the_tree(void **state) {
    (void)state;
    assert_typed(&numbers_class, "92 c705 41 03 0100 feff 05", "{\"many\":[1,-2],\"one\":5}");
    assert_typed(&numbers_class, "92 92 01 02 c705 41 03 0100 feff",
                 "{\"many\":[1,2],\"one\":{\"$ext\":[65,\"AwEA/v8=\"]}}");
}

/* Values of any kind in the slots of a class. */
static void random_slots_are_printed_as_by_the_tree(void **state) {
    (void)state;
    uint64_t random = test_seed();
    static uint8_t bytes[1 << 18];
    for (int i = 0; i < 400; i++) {
        uint8_t *at = bytes;
        *at++ = 0x93;
        for (int j = 0; j < 3; j++) {
            uint64_t choice = test_random(&random);
            if (choice % 3 == 0) {
                *at++ = 0xc0;
                continue;
            }
            at = append_random(&random, at, 3);
        }
        free(compare_typed(&maybe_class, bytes, (size_t)(at - bytes), true).text);
    }
}

static void every_kind_is_printed_as_by_the_tree(void **state) {
    (void)state;
    everything *all = (everything *)calloc(1, sizeof *all);
    assert_non_null(all);
    all->records_count = 3;
    all->has_maybe_record = true;
    all->i64s_count = 4;
    all->some_bytes = (pier_bytes){"bytes", 5};
    all->a_text = (pier_text){"text", 4};
    all->texts_count = 3;
    pier_archive *store = test_open_store(NULL);
    assert_status(everything_store(store, all), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    free(assert_same_text(load, NULL, true).text);
    /* The record can be loaded all the same. */
    assert_status(everything_load(load, all), PIER_OK);
    assert_int_equal(all->records_count, 3);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    free(all);
}

/* Names that JSON does not take as they are, and kinds that are for the tree to name. ------------------------------ */

static const pier_field odd_fields[][2] = {
    {{.name = "$bin", .name_bytes = 4, .number = 1, .kind = PIER_FIELD_U8}},
    {{.name = "a\"b", .name_bytes = 3, .number = 1, .kind = PIER_FIELD_U8}},
    {{.name = "a\\b", .name_bytes = 3, .number = 1, .kind = PIER_FIELD_U8}},
    {{.name = "\xC3\xBC", .name_bytes = 2, .number = 1, .kind = PIER_FIELD_U8}},
    {{.name = "a\x7F", .name_bytes = 2, .number = 1, .kind = PIER_FIELD_U8}},
    {{.name = "span", .name_bytes = 4, .number = 1, .kind = PIER_FIELD_DURATION}},
    {{.name = "what", .name_bytes = 4, .number = 1, .kind = PIER_FIELD_ANY}},
    {{.name = "many",
      .name_bytes = 4,
      .number = 1,
      .kind = PIER_FIELD_F32,
      .flags = PIER_FIELD_REPEATED | PIER_FIELD_TYPED}},
};

static size_t odd_choice;

static const pier_field *odd_fields_of(const pier_class *self) {
    (void)self;
    return odd_fields[odd_choice];
}

static void what_is_out_of_the_ordinary_goes_by_the_tree(void **state) {
    (void)state;
    static const char *const printed_names[] = {"\"$map\":[[\"$bin\",7]]", "\"a\\\"b\":7", "\"a\\\\b\":7",
                                                "\"\xC3\xBC\":7", "\"a\\u007f\":7"};
    for (odd_choice = 0; odd_choice < sizeof odd_fields / sizeof odd_fields[0]; odd_choice++) {
        pier_class odd = vec3_class;
        odd.name = "test.Odd";
        odd.field_count = 1;
        odd.fields = odd_fields_of;
        printed made = compare_typed(&odd, "\x91\x07", 2, false);
        if (odd_choice < sizeof printed_names / sizeof printed_names[0]) {
            char expected[64];
            (void)snprintf(expected, sizeof expected, "{%s}", printed_names[odd_choice]);
            assert_string_equal(made.text, expected);
        }
        free(made.text);
    }
}

static void colours_and_wrong_options(void **state) {
    (void)state;
    test_stream stream = test_typed_stream(&vec3_class, "\x93\x01\x02\x03", 4);
    pier_archive *load = test_open_stream(&stream, NULL);
    pier_tree *tree = new_tree(NULL);
    char text[256] = "before";
    char expected[256];
    size_t length = 5;
    size_t expected_length;
    /* There is no record yet. */
    assert_status(pier_tree_print(tree, load, NULL, text, sizeof text, &length), PIER_USAGE);
    assert_int_equal(length, 0);
    assert_string_equal(text, "");
    assert_status(pier_archive_next(load), PIER_OK);
    pier_print_options options = {.size = sizeof options, .colours = true};
    assert_status(pier_tree_print(tree, load, &options, text, sizeof text, &length), PIER_OK);
    assert_status(pier_tree_load(tree, load), PIER_OK);
    assert_status(pier_value_print(pier_tree_root(tree), &options, expected, sizeof expected, &expected_length),
                  PIER_OK);
    assert_string_equal(text, expected);
    assert_int_equal(length, expected_length);
    options.size = 1;
    assert_status(pier_tree_print(tree, load, &options, text, sizeof text, &length), PIER_USAGE);
    assert_int_equal(length, 0);
    assert_string_equal(text, "");
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* What a tree refuses is refused. */
static void limits_of_the_tree_hold(void **state) {
    (void)state;
    uint8_t bytes[64];
    size_t size = test_hex("93 82 a161 01 a161 02 a3626364 a2c328", bytes, sizeof bytes);
    pier_limits few = {.size = sizeof few, .elements_max = 4};
    pier_limits short_texts = {.size = sizeof short_texts, .text_bytes_max = 2};
    pier_limits shallow = {.size = sizeof shallow, .depth_max = 1};
    const struct {
        pier_tree_options options;
        pier_status status;
    } cases[] = {
        {{.size = sizeof(pier_tree_options), .refuses_duplicates = true}, PIER_PROTOCOL},
        {{.size = sizeof(pier_tree_options), .refuses_bad_text = true}, PIER_TEXT},
        {{.size = sizeof(pier_tree_options), .limits = &few}, PIER_LIMIT},
        {{.size = sizeof(pier_tree_options), .limits = &short_texts}, PIER_LIMIT},
        {{.size = sizeof(pier_tree_options), .limits = &shallow}, PIER_LIMIT},
        {{.size = sizeof(pier_tree_options), .borrows = true}, PIER_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        printed made = compare_plain(bytes, size, &cases[i].options, false);
        assert_status(made.status, cases[i].status);
        free(made.text);
    }
}

static void print_with_faults(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_tree_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    pier_archive *load = test_open_stream(stream, &plain);
    pier_tree *tree = NULL;
    assert_status(pier_archive_next(load), PIER_OK);
    pier_status status = pier_tree_create(&tree, &options, NULL);
    if (status == PIER_OK) {
        char text[4096];
        size_t length;
        pier_print_options printing = {.size = sizeof printing, .allocator = &faults->allocator};
        status = pier_tree_print(tree, load, &printing, text, sizeof text, &length);
        assert_int_equal(strlen(text), length);
        assert_int_equal(length > 0, status == PIER_OK);
    }
    assert_true(status == PIER_OK ? faults->struck == 0 : status == PIER_NO_MEMORY);
    assert_status(pier_archive_status(load), PIER_OK);
    pier_tree_destroy(tree);
    pier_archive_destroy(load);
}

static void memory_that_lacks_is_told(void **state) {
    (void)state;
    /* Of the two passes the second is clean: where the tree is not used nothing but itself is asked for. */
    test_stream plain = {(uint8_t *)(uintptr_t) "\x81\xA1"
                                                "a\x01",
                         4};
    assert_int_equal(fault_allocator_sweep(print_with_faults, &plain), 2);
    /* A map that is no object asks for its values and, when it is large, for room to compare its keys. */
    uint8_t bytes[64] = {0xde, 0, 20};
    for (size_t i = 0; i < 20; i++) {
        bytes[3 + 3 * i] = 0xa1;
        bytes[4 + 3 * i] = (uint8_t)('a' + i % 19);
        bytes[5 + 3 * i] = 1;
    }
    test_stream odd = {bytes, 63};
    assert_true(fault_allocator_sweep(print_with_faults, &odd) >= 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_printed_as_by_the_tree),
        cmocka_unit_test(texts_are_escaped_as_by_the_tree),
        cmocka_unit_test(maps_that_are_no_objects_are_printed_as_by_the_tree),
        cmocka_unit_test(large_and_deep_records_are_printed_as_by_the_tree),
        cmocka_unit_test(random_values_are_printed_as_by_the_tree),
        cmocka_unit_test(records_have_the_names_of_their_fields),
        cmocka_unit_test(typed_arrays_are_printed_as_by_the_tree),
        cmocka_unit_test(random_slots_are_printed_as_by_the_tree),
        cmocka_unit_test(every_kind_is_printed_as_by_the_tree),
        cmocka_unit_test(what_is_out_of_the_ordinary_goes_by_the_tree),
        cmocka_unit_test(colours_and_wrong_options),
        cmocka_unit_test(limits_of_the_tree_hold),
        cmocka_unit_test(memory_that_lacks_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
