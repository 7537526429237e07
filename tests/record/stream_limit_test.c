/* Records in streams: limits hold on both sides, and sizes that cannot be are refused.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdio.h>

#define NESTED(FIELD) FIELD(1, array(record(vec3), 4), points) FIELD(2, text, note) FIELD(3, bytes, raw)
PIER_RECORD(nested, "test.Nested", NESTED)

static void a_class_knows_its_depth_and_values(void **state) {
    (void)state;
    assert_int_equal(vec3_class.depth, 1);
    assert_int_equal(vec3_class.values_max, 4);
    assert_int_equal(nested_class.depth, 3);
    assert_int_equal(nested_class.values_max, 1 + 1 + 4 * 4 + 1 + 1);
    assert_int_equal(market_tick_class.depth, 2);
    assert_int_equal(market_tick_class.values_max, 1 + 5 + 4 + 1 + 11);
}

/* Stores and loads a record under limits; returns the first status that is not PIER_OK. */
static pier_status under_limits(const pier_limits *storing, const pier_limits *loading, const nested *record,
                                char *text, size_t capacity) {
    pier_archive_options options = {.size = sizeof options, .limits = storing};
    pier_archive *store = test_open_store(&options);
    pier_status status = nested_store(store, record);
    (void)snprintf(text, capacity, "%s", pier_archive_error(store)->text);
    if (status != PIER_OK) {
        assert_status(pier_archive_status(store), PIER_OK);
        pier_archive_destroy(store);
        return status;
    }
    test_stream stream = test_finish(store);
    options.limits = loading;
    pier_archive *load = test_open_stream(&stream, &options);
    nested loaded;
    status = pier_archive_next(load);
    if (status == PIER_OK) {
        status = nested_load(load, &loaded);
    }
    if (status == PIER_OK) {
        assert_same_record(&nested_class, record, &loaded);
    }
    (void)snprintf(text, capacity, "%s", pier_archive_error(load)->text);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    return status;
}

static void limits_hold_on_both_sides(void **state) {
    (void)state;
    char text[256];
    pier_limits none = {.size = sizeof none};
    nested record;
    memset(&record, 0, sizeof record);
    record.points_count = 1;
    record.note.data = "0123456789";
    record.note.size = 10;
    pier_limits depth = {.size = sizeof depth, .depth_max = 2};
    assert_status(under_limits(&depth, &none, &record, text, sizeof text), PIER_LIMIT);
    assert_status(under_limits(&none, &depth, &record, text, sizeof text), PIER_SKIPPED);
    record.points_count = 0;
    assert_status(under_limits(&depth, &depth, &record, text, sizeof text), PIER_OK);
    /* The record, an array, a text, bytes: 4 values, and 4 for each point. */
    pier_limits values = {.size = sizeof values, .elements_max = 8};
    record.points_count = 1;
    assert_status(under_limits(&values, &values, &record, text, sizeof text), PIER_OK);
    record.points_count = 2;
    assert_status(under_limits(&values, &none, &record, text, sizeof text), PIER_LIMIT);
    assert_status(under_limits(&none, &values, &record, text, sizeof text), PIER_SKIPPED);
    pier_limits texts = {.size = sizeof texts, .text_bytes_max = 9};
    assert_status(under_limits(&texts, &none, &record, text, sizeof text), PIER_LIMIT);
    assert_string_equal(text, "a text of 10 bytes, the limit is 9 (text_bytes_max)");
    assert_status(under_limits(&none, &texts, &record, text, sizeof text), PIER_SKIPPED);
    record.note.size = 9;
    assert_status(under_limits(&texts, &texts, &record, text, sizeof text), PIER_OK);
    record.raw.data = "0123456789";
    record.raw.size = 10;
    assert_status(under_limits(&texts, &none, &record, text, sizeof text), PIER_LIMIT);
    assert_string_equal(text, "10 bytes, the limit is 9 (text_bytes_max)");
    record.raw.size = 0;
    /* Exactly, although a codec asks for the room of the worst case. */
    uint8_t bytes[1024];
    size_t size = test_encode(&nested_class, &record, bytes, sizeof bytes);
    pier_limits records = {.size = sizeof records, .record_bytes_max = size};
    assert_status(under_limits(&records, &records, &record, text, sizeof text), PIER_OK);
    records.record_bytes_max = size - 1;
    assert_status(under_limits(&records, &none, &record, text, sizeof text), PIER_LIMIT);
    assert_status(under_limits(&none, &records, &record, text, sizeof text), PIER_SKIPPED);
}

/* A limit that a bound class meets: nobody scanned the record before its codec. */
static void limits_hold_behind_the_first_record(void **state) {
    (void)state;
    nested record;
    memset(&record, 0, sizeof record);
    pier_archive *store = test_open_store(NULL);
    assert_status(nested_store(store, &record), PIER_OK);
    record.note.data = "0123456789";
    record.note.size = 10;
    assert_status(nested_store(store, &record), PIER_OK);
    test_stream stream = test_finish(store);
    pier_limits limits = {.size = sizeof limits, .text_bytes_max = 9};
    pier_archive_options options = {.size = sizeof options, .limits = &limits};
    pier_archive *load = test_open_stream(&stream, &options);
    static const nested zero;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(nested_load(load, &record), PIER_OK);
    pier_status status = pier_archive_next(load);
    if (status == PIER_OK) {
        assert_status(nested_load(load, &record), PIER_LIMIT);
        assert_memory_equal(&record, &zero, sizeof zero);
    } else {
        assert_status(status, PIER_SKIPPED);
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* A size that no memory has must not wrap the room that is asked for. */
static void absurd_sizes_are_refused(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    nested record;
    memset(&record, 0, sizeof record);
    record.raw.data = &record;
    record.raw.size = SIZE_MAX;
    assert_status(nested_store(store, &record), PIER_LIMIT);
    assert_string_equal(pier_archive_error(store)->path, "test.Nested.raw");
    record.raw.size = (size_t)UINT32_MAX + 1;
    assert_status(nested_store(store, &record), PIER_LIMIT);
    record.raw.size = 0;
    assert_status(nested_store(store, &record), PIER_OK);
    pier_archive_destroy(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_knows_its_depth_and_values),
        cmocka_unit_test(limits_hold_on_both_sides),
        cmocka_unit_test(limits_hold_behind_the_first_record),
        cmocka_unit_test(absurd_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
