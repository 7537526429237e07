/* Tests of records that are made of values: what they hold, that one value leaves nothing to the next, and every
 * failure of memory. schema_test.py has the kinds and the errors, through the command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pier/record.h>
#include <pier/registry.h>

#include "date_text.h"
#include "json_read.h"
#include "record_tree.h"
#include "support/fault_allocator.h"
#include "typed_record.h"

#define TRIP_STOP(FIELD)                                                                                               \
    FIELD(1, text, name)                                                                                               \
    FIELD(2, optional(duration), stay)
PIER_RECORD(trip_stop, "trip.Stop", TRIP_STOP)

#define TRIP_PLAN(FIELD)                                                                                               \
    FIELD(1, time, begins)                                                                                             \
    FIELD(2, bytes, token)                                                                                             \
    FIELD(3, list(record(trip_stop)), stops)                                                                           \
    FIELD(4, f32, metres)                                                                                              \
    FIELD(5, typed_list(i32), heights)
PIER_RECORD(trip_plan, "trip.Plan", TRIP_PLAN)

static const char line[] =
    "{\"begins\":\"1970-01-01T00:00:01.5Z\",\"token\":\"AQIDBA==\",\"metres\":7,"
    "\"stops\":[{\"name\":\"north\"},{\"stay\":\"-1.5s\",\"name\":\"south\"}],\"heights\":[1,-2]}\n";

/* Reads a line, with its line feed, into a tree. */
static pier_tree *read_line(const char *text) {
    pier_tree *tree = record_tree_create();
    json_problem problem;
    assert_non_null(tree);
    assert_int_equal(json_read(text, strlen(text) - 1, tree, &problem), PIER_OK);
    return tree;
}

/* Stores the record that was taken, and loads it again. The archive is the caller's to destroy. */
static pier_archive *pass_on(const typed_record *record, trip_plan *plan) {
    pier_archive *store = NULL;
    pier_archive *load = NULL;
    assert_int_equal(pier_archive_open_store(&store, NULL, NULL, NULL), PIER_OK);
    assert_int_equal(pier_archive_open_load(&load, NULL, NULL, NULL), PIER_OK);
    assert_int_equal(typed_record_store(record, store), PIER_OK);
    assert_int_equal(pier_archive_close(store), PIER_OK);
    assert_int_equal(pier_archive_feed(load, pier_archive_drain(store)), PIER_OK);
    assert_int_equal(trip_plan_next(load, plan), PIER_OK);
    pier_archive_destroy(store);
    return load;
}

static void check_plan(const typed_record *record) {
    trip_plan plan;
    pier_archive *load = pass_on(record, &plan);
    assert_int_equal(plan.begins.seconds, 1);
    assert_int_equal(plan.begins.nanoseconds, 500000000);
    assert_int_equal(plan.token.size, 4);
    assert_memory_equal(plan.token.data, "\1\2\3\4", 4);
    assert_true(plan.metres == 7.0f);
    assert_int_equal(plan.stops_count, 2);
    assert_memory_equal(plan.stops[0].name.data, "north", 5);
    assert_false(plan.stops[0].has_stay);
    assert_true(plan.stops[1].has_stay);
    assert_int_equal(plan.stops[1].stay.seconds, -1);
    assert_int_equal(plan.stops[1].stay.nanoseconds, -500000000);
    assert_int_equal(plan.heights_count, 2);
    assert_int_equal(plan.heights[1], -2);
    pier_archive_destroy(load);
}

static typed_record *create(const pier_registry *registry) {
    typed_record *record = NULL;
    pier_error error;
    assert_int_equal(typed_record_create(&record, &trip_plan_class, registry, 1 << 20, NULL, &error), PIER_OK);
    return record;
}

static void test_a_value_leaves_nothing_to_the_next(void **state) {
    (void)state;
    pier_registry *registry = NULL;
    pier_error error;
    assert_int_equal(pier_registry_create(&registry, NULL), PIER_OK);
    typed_record *record = create(registry);
    pier_tree *full = read_line(line);
    pier_tree *empty = read_line("{}\n");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(typed_record_take(record, pier_tree_root(full), &error), PIER_OK);
        /* Not now, and again: the record stays until the next one is taken. */
        check_plan(record);
        check_plan(record);
        trip_plan plan;
        assert_int_equal(typed_record_take(record, pier_tree_root(empty), &error), PIER_OK);
        pier_archive *load = pass_on(record, &plan);
        assert_int_equal(plan.stops_count, 0);
        assert_int_equal(plan.token.size, 0);
        assert_int_equal(plan.begins.seconds, 0);
        pier_archive_destroy(load);
    }
    pier_tree_destroy(full);
    pier_tree_destroy(empty);
    typed_record_destroy(record);
    typed_record_destroy(NULL);
    pier_registry_destroy(registry);
}

static void test_errors_are_whole(void **state) {
    (void)state;
    static const struct {
        const char *line;
        pier_status status;
        const char *path;
    } cases[] = {
        {"{\"stops\":[{},{\"stay\":\"1\"}]}\n", PIER_TYPE, "trip.Plan.stops[1].stay"},
        {"{\"stops\":[{},{\"stey\":\"1s\"}]}\n", PIER_NOT_FOUND, "trip.Plan.stops[1]"},
        {"{\"stops\":[{},{\"name\":5}]}\n", PIER_TYPE, "trip.Plan.stops[1].name"},
        {"{\"metres\":1e300}\n", PIER_RANGE, "trip.Plan.metres"},
        {"{\"heights\":[1,3000000000]}\n", PIER_RANGE, "trip.Plan.heights[1]"},
        {"7\n", PIER_TYPE, "trip.Plan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_registry *registry = NULL;
        pier_error error = {.status = PIER_OK};
        assert_int_equal(pier_registry_create(&registry, NULL), PIER_OK);
        typed_record *record = create(registry);
        pier_tree *tree = read_line(cases[i].line);
        assert_int_equal(typed_record_take(record, pier_tree_root(tree), &error), cases[i].status);
        assert_int_equal(error.status, cases[i].status);
        assert_string_equal(error.path, cases[i].path);
        assert_true(error.text[0] != '\0');
        pier_tree_destroy(tree);
        typed_record_destroy(record);
        pier_registry_destroy(registry);
    }
}

/* One pass of the sweep: a record is made, or memory ran out and is told. */
static void take_pass(fault_allocator *faults, void *user) {
    const pier_tree *tree = (const pier_tree *)user;
    pier_registry *registry = NULL;
    typed_record *record = NULL;
    pier_error error = {.status = PIER_OK};
    assert_int_equal(pier_registry_create(&registry, NULL), PIER_OK);
    pier_status status = typed_record_create(&record, &trip_plan_class, registry, 1 << 20, &faults->allocator, &error);
    assert_true((status == PIER_OK) == (record != NULL));
    if (status == PIER_OK) {
        status = typed_record_take(record, pier_tree_root((pier_tree *)(uintptr_t)tree), &error);
    }
    if (status == PIER_OK) {
        check_plan(record);
    } else {
        assert_true(faults->struck > 0);
        assert_int_equal(status, PIER_NO_MEMORY);
        assert_int_equal(error.status, PIER_NO_MEMORY);
        assert_true(error.text[0] != '\0');
    }
    typed_record_destroy(record);
    pier_registry_destroy(registry);
}

static void test_memory_that_runs_out(void **state) {
    (void)state;
    pier_tree *tree = read_line(line);
    assert_true(fault_allocator_sweep(take_pass, tree) > 10);
    pier_tree_destroy(tree);
}

static void test_texts_of_no_bytes(void **state) {
    (void)state;
    pier_time time;
    int64_t seconds;
    int32_t nanoseconds;
    assert_false(date_text_read(NULL, 0, &time));
    assert_false(duration_text_read(NULL, 0, &seconds, &nanoseconds));
    /* Nothing behind the text is looked at. */
    assert_true(date_text_read("2026-03-01T10", 10, &time));
    assert_int_equal(time.seconds, 1772323200);
    assert_false(duration_text_read("1.5s", 3, &seconds, &nanoseconds));
    assert_true(duration_text_read("1.5ss", 4, &seconds, &nanoseconds));
    assert_int_equal(nanoseconds, 500000000);
}

/* What is written is read again as the same time; what reading does is tested with the command. */
static void test_dates_that_are_written(void **state) {
    (void)state;
    static const struct {
        pier_time time;
        const char *text;
    } rows[] = {
        {{0, 0}, "1970-01-01T00:00:00Z"},
        {{-1, 999999999}, "1969-12-31T23:59:59.999999999Z"},
        {{1772361000, 500000000}, "2026-03-01T10:30:00.500Z"},
        {{951782400, 1000}, "2000-02-29T00:00:00.000001Z"},
        {{-62135596800, 0}, "0001-01-01T00:00:00Z"},
        {{253402300799, 0}, "9999-12-31T23:59:59Z"},
    };
    char text[DATE_TEXT_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(date_text_write(rows[i].time, text));
        assert_string_equal(text, rows[i].text);
    }
    assert_false(date_text_write((pier_time){.seconds = -62135596801}, text));
    assert_false(date_text_write((pier_time){.seconds = 253402300800}, text));
    assert_false(date_text_write((pier_time){.nanoseconds = 1000000000}, text));
    /* The last second of each eleventh day of the years that have a date: of every day of the calendar, by and by. */
    for (int64_t seconds = -62135596801 + 86400; seconds < 253402300800; seconds += 11 * 86400) {
        pier_time found = {0, 0};
        assert_true(date_text_write((pier_time){.seconds = seconds}, text));
        assert_true(date_text_read(text, strlen(text), &found));
        assert_true(found.seconds == seconds && found.nanoseconds == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_leaves_nothing_to_the_next),
        cmocka_unit_test(test_errors_are_whole),
        cmocka_unit_test(test_memory_that_runs_out),
        cmocka_unit_test(test_texts_of_no_bytes),
        cmocka_unit_test(test_dates_that_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
