/* Records in plain archives, and records without a class in framed ones: maps by name, arrays by number.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdio.h>

#include <pier/store.h>

#include "support/fault_allocator.h"

#define CHAT_LINE(FIELD)                                                                                               \
    FIELD(1, u32, id)                                                                                                  \
    FIELD(3, text(8), who)                                                                                             \
    FIELD(4, optional(f64), weight)                                                                                    \
    FIELD(6, record(vec3), place)                                                                                      \
    FIELD(7, array(u8, 3), marks)
PIER_RECORD(chat_line, "chat.Line", CHAT_LINE)

static pier_archive_options plain(pier_plain_form form) {
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN, .plain_form = form};
    return options;
}

static chat_line a_line(void) {
    chat_line line;
    memset(&line, 0xFF, sizeof line);
    line.id = 300;
    memcpy(line.who, "ada", 4);
    line.has_weight = false;
    line.place.x = 1;
    line.place.y = 2;
    line.place.z = 3;
    line.marks_count = 2;
    line.marks[0] = 7;
    line.marks[1] = 200;
    return line;
}

static void check_stored(pier_plain_form form, const chat_line *line, const char *hex) {
    pier_archive_options options = plain(form);
    pier_archive *store = test_open_store(&options);
    assert_status(chat_line_store(store, line), PIER_OK);
    test_stream stream = test_finish(store);
    assert_hex(stream.data, stream.size, hex);
    pier_archive *load = test_open_stream(&stream, &options);
    chat_line loaded;
    memset(&loaded, 0x5A, sizeof loaded);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_false(pier_archive_record_is(load, &chat_line_class));
    assert_null(pier_archive_definition(load));
    assert_status(chat_line_load(load, &loaded), PIER_OK);
    assert_same_record(&chat_line_class, &loaded, line);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void a_record_is_a_map_by_name(void **state) {
    (void)state;
    chat_line line = a_line();
    check_stored(PIER_PLAIN_MAP, &line,
                 "84 a26964 cd012c a377686f a3616461 a5706c616365 83 a178 ca3f800000 a179 ca40000000 a17a ca40400000 "
                 "a56d61726b73 92 07 ccc8");
    line.has_weight = true;
    line.weight = 0.5;
    check_stored(PIER_PLAIN_MAP, &line,
                 "85 a26964 cd012c a377686f a3616461 a6776569676874 cb3fe0000000000000 a5706c616365 83 a178 ca3f800000 "
                 "a179 ca40000000 a17a ca40400000 a56d61726b73 92 07 ccc8");
}

static void a_record_is_an_array_by_number(void **state) {
    (void)state;
    chat_line line = a_line();
    check_stored(PIER_PLAIN_ARRAY, &line, "97 cd012c c0 a3616461 c0 c0 93 ca3f800000 ca40000000 ca40400000 92 07 ccc8");
    line.has_weight = true;
    line.weight = 0.5;
    check_stored(PIER_PLAIN_ARRAY, &line,
                 "97 cd012c c0 a3616461 cb3fe0000000000000 c0 93 ca3f800000 ca40000000 ca40400000 92 07 ccc8");
}

#define FAR(FIELD) FIELD(1, u8, near) FIELD(257, u8, away)
PIER_RECORD(far_record, "test.Far", FAR)
#define EDGE(FIELD) FIELD(256, u8, edge)
PIER_RECORD(edge_record, "test.Edge", EDGE)

static void an_array_has_places_for_256_fields(void **state) {
    (void)state;
    pier_archive_options options = plain(PIER_PLAIN_ARRAY);
    pier_archive *store = test_open_store(&options);
    far_record record = {1, 2};
    assert_status(far_record_store(store, &record), PIER_USAGE);
    assert_string_equal(pier_archive_error(store)->path, "test.Far.away");
    assert_string_equal(pier_archive_error(store)->text, "field number 257: in a plain array they go up to 256");
    edge_record edge = {9};
    assert_status(edge_record_store(store, &edge), PIER_OK);
    test_stream stream = test_finish(store);
    assert_int_equal(stream.size, 3 + 256);
    pier_archive *load = test_open_stream(&stream, &options);
    edge.edge = 0;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(edge_record_load(load, &edge), PIER_OK);
    assert_int_equal(edge.edge, 9);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    options = plain(PIER_PLAIN_MAP);
    store = test_open_store(&options);
    assert_status(far_record_store(store, &record), PIER_OK);
    pier_archive_destroy(store);
}

/* Loads a value of these bytes out of a plain archive, and without a class out of a framed one. */
static pier_status load_line(bool is_plain, const char *hex, chat_line *line, pier_error *error, uint64_t *begin) {
    uint8_t bytes[256];
    size_t size = test_hex(hex, bytes, sizeof bytes);
    pier_archive_options options = plain(PIER_PLAIN_MAP);
    test_stream stream = {bytes, size};
    *begin = 0;
    if (!is_plain) {
        pier_archive *store = test_open_store(NULL);
        pier_bytes value = {bytes, size};
        assert_status(pier_archive_store_encoded(store, value), PIER_OK);
        stream = test_finish(store);
        *begin = stream.size - 64 - size;
    }
    pier_archive *load = test_open_stream(&stream, is_plain ? &options : NULL);
    memset(line, 0x5A, sizeof *line);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_status status = chat_line_load(load, line);
    *error = *pier_archive_error(load);
    if (status == PIER_OK) {
        assert_status(pier_archive_next(load), PIER_END);
    }
    pier_archive_destroy(load);
    if (!is_plain) {
        test_stream_free(&stream);
    }
    return status;
}

static void check_loaded(const char *hex, const chat_line *expected) {
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        chat_line line;
        pier_error error;
        uint64_t begin;
        pier_status status = load_line(is_plain != 0, hex, &line, &error, &begin);
        if (status != PIER_OK) {
            fail_msg("%s: %s (%s)", hex, error.text, error.path);
        }
        assert_same_record(&chat_line_class, &line, expected);
    }
}

static void check_refused(const char *hex, pier_status expected, size_t byte, const char *path, const char *text) {
    for (int is_plain = 0; is_plain < 2; is_plain++) {
        static const chat_line zero;
        chat_line line;
        pier_error error;
        uint64_t begin;
        assert_status(load_line(is_plain != 0, hex, &line, &error, &begin), expected);
        assert_string_equal(error.text, text);
        assert_string_equal(error.path, path);
        assert_int_equal(error.offset, begin + byte);
        assert_memory_equal(&line, &zero, sizeof zero);
    }
}

static void maps_may_come_in_any_order(void **state) {
    (void)state;
    chat_line line = a_line();
    check_loaded("84 a56d61726b73 92 07 ccc8 a5706c616365 83 a17a ca40400000 a178 ca3f800000 a179 ca40000000 "
                 "a377686f a3616461 a26964 cd012c",
                 &line);
    line.has_weight = true;
    line.weight = 0.5;
    check_loaded("85 a6776569676874 ca3f000000 a26964 cd012c a377686f d903616461 a56d61726b73 92 07 ccc8 a5706c616365 "
                 "93 ca3f800000 ca40000000 ca40400000",
                 &line);
}

static void unknown_keys_are_passed_over(void **state) {
    (void)state;
    chat_line line = a_line();
    check_loaded("89 a3786978 93 01 81 a161 90 c0 a26964 cd012c 07 a161 c0 c0 a377686f a3616461 a0 d6ff00000000 "
                 "a56d61726b73 92 07 ccc8 a3786978 c3 a5706c616365 84 a178 ca3f800000 a177 01 a179 ca40000000 a17a "
                 "ca40400000",
                 &line);
}

static void missing_fields_and_nil_are_zero(void **state) {
    (void)state;
    chat_line zero;
    memset(&zero, 0, sizeof zero);
    check_loaded("80", &zero);
    check_loaded("90", &zero);
    check_loaded("85 a26964 c0 a377686f c0 a6776569676874 c0 a5706c616365 c0 a56d61726b73 c0", &zero);
    check_loaded("97 c0 c0 c0 c0 c0 c0 c0", &zero);
    zero.id = 5;
    check_loaded("91 05", &zero);
    check_loaded("81 a26964 05", &zero);
    zero.place.y = 2;
    check_loaded("82 a26964 05 a5706c616365 81 a179 ca40000000", &zero);
    check_loaded("96 05 c0 c0 c0 c0 92 c0 ca40000000", &zero);
}

static void places_without_a_field_are_passed_over(void **state) {
    (void)state;
    chat_line line = a_line();
    check_loaded("9a cd012c 81 c0 90 a3616461 c0 a3786978 93 ca3f800000 ca40000000 ca40400000 92 07 ccc8 01 a161 90",
                 &line);
}

static void a_field_that_comes_twice_is_refused(void **state) {
    (void)state;
    check_refused("83 a26964 05 a377686f a161 a26964 06", PIER_PROTOCOL, 11, "chat.Line.id", "the field comes twice");
    check_refused("82 a5706c616365 82 a178 ca3f800000 a178 c0 a377686f a161", PIER_PROTOCOL, 15, "chat.Line.place.x",
                  "the field comes twice");
    check_refused("82 a26964 c0 a26964 06", PIER_PROTOCOL, 5, "chat.Line.id", "the field comes twice");
}

static void errors_say_where(void **state) {
    (void)state;
    check_refused("05", PIER_TYPE, 0, "chat.Line", "expected map or array, found integer");
    check_refused("c0", PIER_TYPE, 0, "chat.Line", "expected map or array, found nil");
    check_refused("81 a26964 a161", PIER_TYPE, 4, "chat.Line.id", "expected integer, found str");
    check_refused("91 ff", PIER_RANGE, 1, "chat.Line.id", "-1 does not fit u32");
    check_refused("81 a5706c616365 05", PIER_TYPE, 7, "chat.Line.place", "expected map or array, found integer");
    check_refused("81 a5706c616365 81 a17a 05", PIER_TYPE, 10, "chat.Line.place.z", "expected float, found integer");
    check_refused("81 a56d61726b73 94 01 02 03 04", PIER_RANGE, 7, "chat.Line.marks",
                  "4 elements, and there is room for 3");
    check_refused("81 a56d61726b73 92 01 c0", PIER_TYPE, 9, "chat.Line.marks[1]", "expected integer, found nil");
    check_refused("81 a377686f a26fff", PIER_TEXT, 7, "chat.Line.who", "the text is not UTF-8");
}

static void a_plain_archive_goes_on_behind_a_bad_record(void **state) {
    (void)state;
    uint8_t bytes[] = {0x81, 0xa2, 'i', 'd', 0xc3, 0x91, 0x07};
    test_stream stream = {bytes, sizeof bytes};
    pier_archive_options options = plain(PIER_PLAIN_MAP);
    pier_archive *load = test_open_stream(&stream, &options);
    chat_line line;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(chat_line_load(load, &line), PIER_TYPE);
    assert_status(chat_line_load(load, &line), PIER_TYPE);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(chat_line_load(load, &line), PIER_OK);
    assert_int_equal(line.id, 7);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
}

/* Records of both plain forms and of every kind, filled at random, come back. */
static void records_of_all_kinds_come_back(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        static everything record;
        static everything loaded;
        test_fill_everything(&record, seed);
        pier_archive_options options = plain(PIER_PLAIN_MAP);
        pier_archive *store = test_open_store(&options);
        assert_status(everything_store(store, &record), PIER_OK);
        test_stream stream = test_finish(store);
        pier_archive *load = test_open_stream(&stream, &options);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(everything_load(load, &loaded), PIER_OK);
        assert_same_record(&everything_class, &record, &loaded);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

/* A class of more fields than the bits on the stack stand for. */
#define TEN(FIELD, n, x)                                                                                               \
    FIELD(n##0 + 1, u8, x##0)                                                                                          \
    FIELD(n##1 + 1, u8, x##1)                                                                                          \
    FIELD(n##2 + 1, u8, x##2)                                                                                          \
    FIELD(n##3 + 1, u8, x##3)                                                                                          \
    FIELD(n##4 + 1, u8, x##4)                                                                                          \
    FIELD(n##5 + 1, u8, x##5)                                                                                          \
    FIELD(n##6 + 1, u8, x##6)                                                                                          \
    FIELD(n##7 + 1, u8, x##7)                                                                                          \
    FIELD(n##8 + 1, u8, x##8) FIELD(n##9 + 1, u8, x##9)
#define HUNDRED(FIELD, n, x)                                                                                           \
    TEN(FIELD, n##0, x##0)                                                                                             \
    TEN(FIELD, n##1, x##1)                                                                                             \
    TEN(FIELD, n##2, x##2)                                                                                             \
    TEN(FIELD, n##3, x##3)                                                                                             \
    TEN(FIELD, n##4, x##4)                                                                                             \
    TEN(FIELD, n##5, x##5)                                                                                             \
    TEN(FIELD, n##6, x##6) TEN(FIELD, n##7, x##7) TEN(FIELD, n##8, x##8) TEN(FIELD, n##9, x##9)
#define MANY(FIELD)                                                                                                    \
    HUNDRED(FIELD, 1, f1)                                                                                              \
    HUNDRED(FIELD, 2, f2)                                                                                              \
    HUNDRED(FIELD, 3, f3) HUNDRED(FIELD, 4, f4) HUNDRED(FIELD, 5, f5) HUNDRED(FIELD, 6, f6)
PIER_RECORD(many, "test.Many", MANY)

static void fill_many(many *record) {
    memset(record, 0, sizeof *record);
    record->f100 = 1;
    record->f355 = 2;
    record->f699 = 3;
}

static void load_many(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_archive_options options = plain(PIER_PLAIN_MAP);
    options.allocator = &faults->allocator;
    pier_archive *load = NULL;
    pier_error error;
    pier_status status = pier_archive_open_load(&load, NULL, &options, &error);
    pier_bytes bytes = {stream->data, stream->size};
    if (status == PIER_OK) {
        status = pier_archive_feed(load, bytes);
    }
    if (status == PIER_OK) {
        pier_archive_feed_end(load);
        status = pier_archive_next(load);
    }
    many record;
    many expected;
    fill_many(&expected);
    if (status == PIER_OK) {
        status = many_load(load, &record);
        if (status == PIER_OK) {
            assert_memory_equal(&record, &expected, sizeof record);
        }
    }
    if (faults->struck == 0 || status != PIER_OK) {
        assert_status(status, faults->struck == 0 ? PIER_OK : PIER_NO_MEMORY);
    }
    pier_archive_destroy(load);
}

static void classes_of_many_fields_load_from_maps(void **state) {
    (void)state;
    many record;
    fill_many(&record);
    pier_archive_options options = plain(PIER_PLAIN_MAP);
    pier_archive *store = test_open_store(&options);
    assert_status(many_store(store, &record), PIER_OK);
    test_stream stream = test_finish(store);
    assert_true(fault_allocator_sweep(load_many, &stream) > 0);
    /* The last key again, at the end. */
    uint8_t *twice = (uint8_t *)test_malloc(stream.size + 6);
    memcpy(twice, stream.data, stream.size);
    memcpy(twice + stream.size,
           "\xa4"
           "f100\x05",
           6);
    twice[2] = (uint8_t)(twice[2] + 1);
    test_stream with_double = {twice, stream.size + 6};
    pier_archive *load = test_open_stream(&with_double, &options);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(many_load(load, &record), PIER_PROTOCOL);
    assert_string_equal(pier_archive_error(load)->path, "test.Many.f100");
    assert_int_equal(pier_archive_error(load)->offset, stream.size);
    pier_archive_destroy(load);
    test_free(twice);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_a_map_by_name),
        cmocka_unit_test(a_record_is_an_array_by_number),
        cmocka_unit_test(an_array_has_places_for_256_fields),
        cmocka_unit_test(maps_may_come_in_any_order),
        cmocka_unit_test(unknown_keys_are_passed_over),
        cmocka_unit_test(missing_fields_and_nil_are_zero),
        cmocka_unit_test(places_without_a_field_are_passed_over),
        cmocka_unit_test(a_field_that_comes_twice_is_refused),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(a_plain_archive_goes_on_behind_a_bad_record),
        cmocka_unit_test(records_of_all_kinds_come_back),
        cmocka_unit_test(classes_of_many_fields_load_from_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
