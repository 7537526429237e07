/* Loading what other libraries may write: every legal width of every number, longer heads than needed; and the exact
 * error, with its place and path, for what does not fit.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <math.h>
#include <stdio.h>

/* One field of each kind, all optional, so that a record of nil is a record: the test puts one value in place. */
#define SHAPES(FIELD)                                                                                                  \
    FIELD(1, optional(bool), a_bool)                                                                                   \
    FIELD(2, optional(i8), an_i8)                                                                                      \
    FIELD(3, optional(i16), an_i16)                                                                                    \
    FIELD(4, optional(i32), an_i32)                                                                                    \
    FIELD(5, optional(i64), an_i64)                                                                                    \
    FIELD(6, optional(u8), a_u8)                                                                                       \
    FIELD(7, optional(u16), a_u16)                                                                                     \
    FIELD(8, optional(u32), a_u32)                                                                                     \
    FIELD(9, optional(u64), a_u64)                                                                                     \
    FIELD(10, optional(f32), an_f32)                                                                                   \
    FIELD(11, optional(f64), an_f64)                                                                                   \
    FIELD(12, optional(time), a_time)                                                                                  \
    FIELD(13, optional(text), a_text)                                                                                  \
    FIELD(14, optional(text(8)), a_text_8)                                                                             \
    FIELD(15, optional(text(40)), a_text_40)                                                                           \
    FIELD(16, optional(bytes), some_bytes)                                                                             \
    FIELD(17, optional(bytes(4)), some_bytes_4)                                                                        \
    FIELD(18, optional(record(vec3)), a_record)
PIER_RECORD(shapes, "test.Shapes", SHAPES)

enum { FIELDS = 18, HEAD_BYTES = 3 };

/* A record of nil but for the value of field `number`. */
static size_t with_value(unsigned number, const char *hex, uint8_t *to, size_t capacity) {
    size_t size = test_hex("dc 0012", to, capacity);
    memset(to + size, 0xc0, number - 1);
    size += number - 1;
    size += test_hex(hex, to + size, capacity - size);
    memset(to + size, 0xc0, FIELDS - number);
    return size + FIELDS - number;
}

/* Loads such a record by the straight way and by the slow one. */
static void load_value(unsigned number, const char *hex, shapes *loaded) {
    uint8_t bytes[256];
    size_t size = with_value(number, hex, bytes, sizeof bytes);
    pier_class slow = test_slow_class(&shapes_class);
    shapes by_slow;
    const pier_class *ways[] = {&slow, &shapes_class};
    shapes *to[] = {&by_slow, loaded};
    for (size_t i = 0; i < 2; i++) {
        test_stream stream = test_typed_stream(&shapes_class, bytes, size);
        pier_archive *load = test_open_stream(&stream, NULL);
        memset(to[i], 0x5A, sizeof *to[i]);
        assert_status(pier_archive_next(load), PIER_OK);
        pier_status status = pier_load_record(load, ways[i], to[i]);
        if (status != PIER_OK) {
            fail_msg("%s: %s", hex, pier_archive_error(load)->text);
        }
        /* Views point into the archive, which goes now; what they held is compared here. */
        if (to[i]->has_a_text) {
            assert_int_equal(to[i]->a_text.size, 2);
            assert_memory_equal(to[i]->a_text.data, "ab", 2);
        }
        if (to[i]->has_some_bytes) {
            assert_int_equal(to[i]->some_bytes.size, 2);
            assert_memory_equal(to[i]->some_bytes.data, "ab", 2);
        }
        to[i]->a_text.data = NULL;
        to[i]->a_text.size = 0;
        to[i]->some_bytes.data = NULL;
        to[i]->some_bytes.size = 0;
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
    assert_same_record(&shapes_class, loaded, &by_slow);
}

#define ACCEPTS(number, field, hex, expected)                                                                          \
    do {                                                                                                               \
        shapes loaded;                                                                                                 \
        load_value((number), (hex), &loaded);                                                                          \
        assert_true(loaded.has_##field);                                                                               \
        assert_true(loaded.field == (expected));                                                                       \
    } while (0)

static void every_width_of_an_unsigned_number_is_taken(void **state) {
    (void)state;
    static const char *const forms_of_5[] = {"05",   "cc05",   "cd0005",     "ce00000005",        "cf0000000000000005",
                                             "d005", "d10005", "d200000005", "d30000000000000005"};
    for (size_t i = 0; i < sizeof forms_of_5 / sizeof forms_of_5[0]; i++) {
        ACCEPTS(2, an_i8, forms_of_5[i], 5);
        ACCEPTS(3, an_i16, forms_of_5[i], 5);
        ACCEPTS(4, an_i32, forms_of_5[i], 5);
        ACCEPTS(5, an_i64, forms_of_5[i], 5);
        ACCEPTS(6, a_u8, forms_of_5[i], 5);
        ACCEPTS(7, a_u16, forms_of_5[i], 5);
        ACCEPTS(8, a_u32, forms_of_5[i], 5);
        ACCEPTS(9, a_u64, forms_of_5[i], 5);
    }
    ACCEPTS(6, a_u8, "ccff", 255);
    ACCEPTS(6, a_u8, "cd00ff", 255);
    ACCEPTS(6, a_u8, "d100ff", 255);
    ACCEPTS(7, a_u16, "ce0000ffff", 65535);
    ACCEPTS(7, a_u16, "d20000ffff", 65535);
    ACCEPTS(8, a_u32, "cf00000000ffffffff", UINT32_MAX);
    ACCEPTS(8, a_u32, "d300000000ffffffff", UINT32_MAX);
    ACCEPTS(9, a_u64, "cfffffffffffffffff", UINT64_MAX);
    ACCEPTS(9, a_u64, "d37fffffffffffffff", INT64_MAX);
    ACCEPTS(2, an_i8, "cc7f", 127);
    ACCEPTS(3, an_i16, "cd7fff", 32767);
    ACCEPTS(4, an_i32, "ce7fffffff", INT32_MAX);
    ACCEPTS(5, an_i64, "cf7fffffffffffffff", INT64_MAX);
}

static void every_width_of_a_negative_number_is_taken(void **state) {
    (void)state;
    static const char *const forms_of_minus_2[] = {"fe", "d0fe", "d1fffe", "d2fffffffe", "d3fffffffffffffffe"};
    for (size_t i = 0; i < sizeof forms_of_minus_2 / sizeof forms_of_minus_2[0]; i++) {
        ACCEPTS(2, an_i8, forms_of_minus_2[i], -2);
        ACCEPTS(3, an_i16, forms_of_minus_2[i], -2);
        ACCEPTS(4, an_i32, forms_of_minus_2[i], -2);
        ACCEPTS(5, an_i64, forms_of_minus_2[i], -2);
    }
    ACCEPTS(2, an_i8, "d1ff80", -128);
    ACCEPTS(3, an_i16, "d2ffff8000", INT16_MIN);
    ACCEPTS(4, an_i32, "d3ffffffff80000000", INT32_MIN);
    ACCEPTS(5, an_i64, "d38000000000000000", INT64_MIN);
}

static void floats_of_the_other_width_are_taken_when_they_are_exact(void **state) {
    (void)state;
    ACCEPTS(11, an_f64, "ca3fc00000", 1.5);
    ACCEPTS(10, an_f32, "cb3ff8000000000000", 1.5f);
    ACCEPTS(10, an_f32, "cb8000000000000000", 0.0f);
    ACCEPTS(10, an_f32, "cb7ff0000000000000", INFINITY);
    ACCEPTS(10, an_f32, "cbfff0000000000000", -INFINITY);
    ACCEPTS(10, an_f32, "cb47efffffe0000000", 3.40282346638528859812e+38f);
    ACCEPTS(10, an_f32, "cb36a0000000000000", 1.40129846432481707e-45f);
    shapes loaded;
    load_value(10, "cb7ff8000000000000", &loaded);
    assert_true(isnan(loaded.an_f32));
    load_value(11, "ca7fc00000", &loaded);
    assert_true(isnan(loaded.an_f64));
}

static void longer_heads_are_taken(void **state) {
    (void)state;
    static const char *const texts[] = {"a26162", "d9026162", "da00026162", "db000000026162"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        shapes loaded;
        load_value(13, texts[i], &loaded);
        assert_true(loaded.has_a_text);
        load_value(14, texts[i], &loaded);
        assert_string_equal(loaded.a_text_8, "ab");
        load_value(15, texts[i], &loaded);
        assert_string_equal(loaded.a_text_40, "ab");
    }
    static const char *const bytes[] = {"c4026162", "c500026162", "c6000000026162"};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        shapes loaded;
        load_value(16, bytes[i], &loaded);
        assert_true(loaded.has_some_bytes);
        load_value(17, bytes[i], &loaded);
        assert_int_equal(loaded.some_bytes_4.size, 2);
        assert_memory_equal(loaded.some_bytes_4.data, "ab", 2);
    }
    static const char *const records[] = {"93", "dc0003", "dd00000003"};
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        char hex[100];
        (void)snprintf(hex, sizeof hex, "%s ca3f800000 ca40000000 ca40400000", records[i]);
        shapes loaded;
        load_value(18, hex, &loaded);
        assert_true(loaded.a_record.z == 3.0f);
    }
}

static void every_form_of_a_time_is_taken(void **state) {
    (void)state;
    static const char *const forms[] = {"d6ff00000007",           "d7ff0000000000000007",           "c704ff00000007",
                                        "c708ff0000000000000007", "c70cff000000000000000000000007", "c80004ff00000007",
                                        "c900000004ff00000007"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        shapes loaded;
        load_value(12, forms[i], &loaded);
        assert_int_equal(loaded.a_time.seconds, 7);
        assert_int_equal(loaded.a_time.nanoseconds, 0);
    }
}

/* Loading such a record fails, with all that the error says; the struct is zero afterwards, and the next record loads.
 * */
static void refuses(unsigned number, const char *hex, pier_status status, size_t byte, const char *path,
                    const char *text) {
    uint8_t bytes[256];
    size_t size = with_value(number, hex, bytes, sizeof bytes);
    pier_class slow = test_slow_class(&shapes_class);
    const pier_class *ways[] = {&shapes_class, &slow};
    for (size_t i = 0; i < 2; i++) {
        uint8_t good[64];
        size_t good_size = with_value(1, "c3", good, sizeof good);
        pier_archive *store = test_open_store(NULL);
        test_store_raw(store, &shapes_class, good, good_size);
        test_store_raw(store, &shapes_class, bytes, size);
        test_store_raw(store, &shapes_class, good, good_size);
        test_stream stream = test_finish(store);
        uint64_t offset = stream.size - 64 - good_size - size + HEAD_BYTES + (number - 1) + byte;
        pier_archive *load = test_open_stream(&stream, NULL);
        shapes loaded;
        static const shapes zero;
        /* The first record binds the class, so that the second one meets the codec as its first reader. */
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, ways[i], &loaded), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        memset(&loaded, 0x5A, sizeof loaded);
        assert_status(pier_load_record(load, ways[i], &loaded), status);
        assert_memory_equal(&loaded, &zero, sizeof zero);
        const pier_error *error = pier_archive_error(load);
        assert_status(error->status, status);
        assert_string_equal(error->text, text);
        assert_string_equal(error->path, path);
        assert_int_equal(error->offset, offset);
        assert_int_equal(error->record, 2);
        assert_int_equal(error->floor, PIER_FLOOR_RECORD);
        assert_status(pier_archive_next(load), status);
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, ways[i], &loaded), PIER_OK);
        assert_true(loaded.has_a_bool && loaded.a_bool);
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

static void numbers_that_do_not_fit_are_refused(void **state) {
    (void)state;
    refuses(6, "cd0100", PIER_RANGE, 0, "test.Shapes.a_u8", "256 does not fit u8");
    refuses(6, "ff", PIER_RANGE, 0, "test.Shapes.a_u8", "-1 does not fit u8");
    refuses(7, "ce00010000", PIER_RANGE, 0, "test.Shapes.a_u16", "65536 does not fit u16");
    refuses(7, "d0ff", PIER_RANGE, 0, "test.Shapes.a_u16", "-1 does not fit u16");
    refuses(8, "cf0000000100000000", PIER_RANGE, 0, "test.Shapes.a_u32", "4294967296 does not fit u32");
    refuses(8, "d2ffffffff", PIER_RANGE, 0, "test.Shapes.a_u32", "-1 does not fit u32");
    refuses(9, "d3ffffffffffffffff", PIER_RANGE, 0, "test.Shapes.a_u64", "-1 does not fit u64");
    refuses(2, "cc80", PIER_RANGE, 0, "test.Shapes.an_i8", "128 does not fit i8");
    refuses(2, "d1ff7f", PIER_RANGE, 0, "test.Shapes.an_i8", "-129 does not fit i8");
    refuses(3, "cd8000", PIER_RANGE, 0, "test.Shapes.an_i16", "32768 does not fit i16");
    refuses(3, "d2ffff7fff", PIER_RANGE, 0, "test.Shapes.an_i16", "-32769 does not fit i16");
    refuses(4, "ce80000000", PIER_RANGE, 0, "test.Shapes.an_i32", "2147483648 does not fit i32");
    refuses(4, "d3ffffffff7fffffff", PIER_RANGE, 0, "test.Shapes.an_i32", "-2147483649 does not fit i32");
    refuses(5, "cf8000000000000000", PIER_RANGE, 0, "test.Shapes.an_i64", "9223372036854775808 does not fit i64");
    refuses(10, "cb3fb999999999999a", PIER_RANGE, 0, "test.Shapes.an_f32", "0.10000000000000001 is not exact in f32");
    refuses(10, "cb7fefffffffffffff", PIER_RANGE, 0, "test.Shapes.an_f32",
            "1.7976931348623157e+308 is not exact in f32");
}

static void values_of_another_type_are_refused(void **state) {
    (void)state;
    static const struct {
        unsigned number;
        const char *path;
        const char *expected;
    } fields[] = {
        {1, "test.Shapes.a_bool", "bool"},       {2, "test.Shapes.an_i8", "integer"},
        {5, "test.Shapes.an_i64", "integer"},    {6, "test.Shapes.a_u8", "integer"},
        {9, "test.Shapes.a_u64", "integer"},     {10, "test.Shapes.an_f32", "float"},
        {11, "test.Shapes.an_f64", "float"},     {12, "test.Shapes.a_time", "timestamp"},
        {13, "test.Shapes.a_text", "str"},       {14, "test.Shapes.a_text_8", "str"},
        {15, "test.Shapes.a_text_40", "str"},    {16, "test.Shapes.some_bytes", "bin"},
        {17, "test.Shapes.some_bytes_4", "bin"}, {18, "test.Shapes.a_record", "array"},
    };
    static const struct {
        const char *hex;
        const char *found;
    } values[] = {
        {"c3", "bool"},
        {"07", "integer"},
        {"ff", "integer"},
        {"cb3ff0000000000000", "float"},
        {"ca3f800000", "float"},
        {"a161", "str"},
        {"c40161", "bin"},
        {"93 01 02 03", "array"},
        {"80", "map"},
        {"d40100", "ext 1"},
        {"d6ff00000000", "timestamp"},
        {"d7ffffffffff00000000", "ext -1"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            if (strcmp(fields[i].expected, values[j].found) != 0) {
                char text[100];
                (void)snprintf(text, sizeof text, "expected %s, found %s", fields[i].expected, values[j].found);
                refuses(fields[i].number, values[j].hex, PIER_TYPE, 0, fields[i].path, text);
            }
        }
    }
}

static void text_and_bytes_that_do_not_fit_are_refused(void **state) {
    (void)state;
    refuses(14, "a86162636465666768", PIER_RANGE, 0, "test.Shapes.a_text_8",
            "a text of 8 bytes, and there is room for 7");
    refuses(14, "a3610062", PIER_RANGE, 2, "test.Shapes.a_text_8", "a zero byte within text that one ends");
    refuses(15, "a3610062", PIER_RANGE, 2, "test.Shapes.a_text_40", "a zero byte within text that one ends");
    refuses(15, "d928 61626364656667686162636465666768616263646566676861626364656667686162636465666768", PIER_RANGE, 0,
            "test.Shapes.a_text_40", "a text of 40 bytes, and there is room for 39");
    refuses(17, "c4056162636465", PIER_RANGE, 0, "test.Shapes.some_bytes_4", "5 bytes, and there is room for 4");
    refuses(13, "a361ff62", PIER_TEXT, 2, "test.Shapes.a_text", "the text is not UTF-8");
    refuses(14, "a361ff62", PIER_TEXT, 2, "test.Shapes.a_text_8", "the text is not UTF-8");
    refuses(15, "a361ff62", PIER_TEXT, 2, "test.Shapes.a_text_40", "the text is not UTF-8");
}

static void records_within_records_say_where(void **state) {
    (void)state;
    refuses(18, "93 ca3f800000 07 ca40400000", PIER_TYPE, 6, "test.Shapes.a_record.y", "expected float, found integer");
    refuses(18, "93 ca3f800000 c0 ca40400000", PIER_TYPE, 6, "test.Shapes.a_record.y", "expected float, found nil");
    refuses(18, "92 ca3f800000 ca40400000", PIER_PROTOCOL, 0, "test.Shapes.a_record",
            "expected an array of 3 slots, found 2");
    refuses(18, "94 ca3f800000 ca40400000 ca3f800000 c0", PIER_PROTOCOL, 0, "test.Shapes.a_record",
            "expected an array of 3 slots, found 4");
}

#define LISTS(FIELD)                                                                                                   \
    FIELD(1, array(u16, 3), numbers) FIELD(2, array(record(vec3), 2), points) FIELD(3, array(text(4), 2), names)
PIER_RECORD(lists, "test.Lists", LISTS)

static void check_list(const char *hex, pier_status status, size_t byte, const char *path, const char *text) {
    uint8_t bytes[256];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    test_stream stream = test_typed_stream(&lists_class, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    lists loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(lists_load(load, &loaded), status);
    assert_string_equal(pier_archive_error(load)->text, text);
    assert_string_equal(pier_archive_error(load)->path, path);
    assert_int_equal(pier_archive_error(load)->offset, stream.size - 64 - size + byte);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void elements_of_arrays_say_where(void **state) {
    (void)state;
    check_list("93 94 01 02 03 04 90 90", PIER_RANGE, 1, "test.Lists.numbers", "4 elements, and there is room for 3");
    check_list("93 92 01 c3 90 90", PIER_TYPE, 3, "test.Lists.numbers[1]", "expected integer, found bool");
    check_list("93 93 01 02 ce00010000 90 90", PIER_RANGE, 4, "test.Lists.numbers[2]", "65536 does not fit u16");
    check_list("93 05 90 90", PIER_TYPE, 1, "test.Lists.numbers", "expected array, found integer");
    check_list("93 c0 90 90", PIER_TYPE, 1, "test.Lists.numbers", "expected array, found nil");
    check_list("93 90 92 93 ca00000000 ca00000000 ca00000000 93 ca00000000 ca00000000 c2 90", PIER_TYPE, 30,
               "test.Lists.points[1].z", "expected float, found bool");
    check_list("93 90 90 92 a161 a46162 6364", PIER_RANGE, 6, "test.Lists.names[1]",
               "a text of 4 bytes, and there is room for 3");
    check_list("93 90 90 91 c0", PIER_TYPE, 4, "test.Lists.names[0]", "expected str, found nil");
}

static void the_message_of_the_guide_reads_well(void **state) {
    (void)state;
    uint8_t bytes[64];
    size_t size = test_hex("98 01 02 a3616263 a0 a0 93 ca00000000 ca00000000 ca00000000 c0 90", bytes, sizeof bytes);
    test_stream stream = test_typed_stream(&market_tick_class, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    market_tick tick;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(market_tick_load(load, &tick), PIER_TYPE);
    char line[256];
    char expected[256];
    (void)pier_error_format(pier_archive_error(load), line, sizeof line);
    (void)snprintf(
        expected, sizeof expected,
        "TYPE: market.Tick.price: expected float, found str at byte %zu of record 1 (block at %zu, payload byte 6)",
        stream.size - 64 - size + 3, stream.size - 64 - size - 3 - 64);
    assert_string_equal(line, expected);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_width_of_an_unsigned_number_is_taken),
        cmocka_unit_test(every_width_of_a_negative_number_is_taken),
        cmocka_unit_test(floats_of_the_other_width_are_taken_when_they_are_exact),
        cmocka_unit_test(longer_heads_are_taken),
        cmocka_unit_test(every_form_of_a_time_is_taken),
        cmocka_unit_test(numbers_that_do_not_fit_are_refused),
        cmocka_unit_test(values_of_another_type_are_refused),
        cmocka_unit_test(text_and_bytes_that_do_not_fit_are_refused),
        cmocka_unit_test(records_within_records_say_where),
        cmocka_unit_test(elements_of_arrays_say_where),
        cmocka_unit_test(the_message_of_the_guide_reads_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
