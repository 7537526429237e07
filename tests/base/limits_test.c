/* Limits: defaults, bounds, and the name of the field that is wrong.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/limits_internal.h"

static void assert_defaults(const pier_limits *limits) {
    assert_int_equal(limits->size, sizeof *limits);
    assert_true(limits->record_bytes_max == 16777216);
    assert_true(limits->text_bytes_max == 16777216);
    assert_true(limits->block_target_bytes == 65536);
    assert_true(limits->depth_max == 128);
    assert_true(limits->elements_max == 1048576);
    assert_true(limits->queue_bytes_max == 16777216);
    assert_true(limits->classes_max == 1024);
    assert_true(limits->raw_bytes_max == 1099511627776);
    assert_true(limits->arena_bytes_max == 67108864);
    assert_true(limits->inflation_ratio_max == 256);
}

static void none_and_zero_are_the_defaults(void **state) {
    (void)state;
    pier_limits resolved;
    assert_int_equal(pier__limits_resolve(NULL, &resolved, NULL), PIER_OK);
    assert_defaults(&resolved);
    const pier_limits zero = {.size = sizeof zero};
    memset(&resolved, 0x77, sizeof resolved);
    assert_int_equal(pier__limits_resolve(&zero, &resolved, NULL), PIER_OK);
    assert_defaults(&resolved);
}

/* What lies between the fields and behind them is not compared: nobody sets it. */
static void assert_same(const pier_limits *left, const pier_limits *right) {
    assert_memory_equal(left, right, offsetof(pier_limits, arena_bytes_max) + sizeof left->arena_bytes_max);
}

static void given_values_hold_from_1_to_the_highest(void **state) {
    (void)state;
    const pier_limits lowest = {sizeof lowest, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const pier_limits highest = {sizeof highest,
                                 PIER_RECORD_BYTES_MAX_HIGHEST,
                                 UINT64_MAX,
                                 PIER_BLOCK_TARGET_BYTES_HIGHEST,
                                 PIER_DEPTH_MAX_HIGHEST,
                                 UINT64_MAX,
                                 UINT64_MAX,
                                 PIER_CLASSES_MAX_HIGHEST,
                                 PIER_INFLATION_RATIO_MAX_HIGHEST,
                                 UINT64_MAX,
                                 UINT64_MAX};
    pier_limits resolved;
    assert_int_equal(pier__limits_resolve(&lowest, &resolved, NULL), PIER_OK);
    assert_same(&resolved, &lowest);
    assert_int_equal(pier__limits_resolve(&highest, &resolved, NULL), PIER_OK);
    assert_same(&resolved, &highest);
}

static void resolving_in_place_is_allowed(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .depth_max = 3};
    assert_int_equal(pier__limits_resolve(&limits, &limits, NULL), PIER_OK);
    assert_int_equal(limits.depth_max, 3);
    assert_int_equal(limits.classes_max, PIER_CLASSES_MAX_DEFAULT);
}

static void assert_refused(const pier_limits *given, const char *path, const char *text) {
    static const pier_limits nothing = {.size = 0};
    pier_limits resolved;
    pier_error error;
    memset(&resolved, 0x77, sizeof resolved);
    assert_int_equal(pier__limits_resolve(given, &resolved, &error), PIER_USAGE);
    assert_same(&resolved, &nothing);
    assert_int_equal(error.status, PIER_USAGE);
    assert_int_equal(error.floor, PIER_FLOOR_BASE);
    assert_string_equal(error.path, path);
    assert_string_equal(error.text, text);
    /* Nobody has to want the reason. */
    assert_int_equal(pier__limits_resolve(given, &resolved, NULL), PIER_USAGE);
}

static void values_above_the_highest_are_refused_by_name(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST + 1};
    assert_refused(&limits, "pier_limits.record_bytes_max",
                   "record_bytes_max is 1073741825, and may be 1073741824 at most");
    limits = (pier_limits){.size = sizeof limits, .block_target_bytes = PIER_BLOCK_TARGET_BYTES_HIGHEST + 1};
    assert_refused(&limits, "pier_limits.block_target_bytes",
                   "block_target_bytes is 16777217, and may be 16777216 at most");
    limits = (pier_limits){.size = sizeof limits, .depth_max = UINT32_MAX};
    assert_refused(&limits, "pier_limits.depth_max", "depth_max is 4294967295, and may be 1024 at most");
    limits = (pier_limits){.size = sizeof limits, .classes_max = PIER_CLASSES_MAX_HIGHEST + 1};
    assert_refused(&limits, "pier_limits.classes_max", "classes_max is 65536, and may be 65535 at most");
    limits = (pier_limits){.size = sizeof limits, .inflation_ratio_max = PIER_INFLATION_RATIO_MAX_HIGHEST + 1};
    assert_refused(&limits, "pier_limits.inflation_ratio_max", "inflation_ratio_max is 1033, and may be 1032 at most");
}

static void unknown_sizes_are_refused(void **state) {
    (void)state;
    const pier_limits forgotten = {.size = 0};
    char text[128];
    (void)snprintf(text, sizeof text, "size is 0, and must be sizeof(pier_limits), %zu", sizeof(pier_limits));
    assert_refused(&forgotten, "pier_limits.size", text);
    const pier_limits newer = {.size = sizeof newer + 8};
    (void)snprintf(text, sizeof text, "size is %zu, and must be sizeof(pier_limits), %zu", sizeof(pier_limits) + 8,
                   sizeof(pier_limits));
    assert_refused(&newer, "pier_limits.size", text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_and_zero_are_the_defaults),
        cmocka_unit_test(given_values_hold_from_1_to_the_highest),
        cmocka_unit_test(resolving_in_place_is_allowed),
        cmocka_unit_test(values_above_the_highest_are_refused_by_name),
        cmocka_unit_test(unknown_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
