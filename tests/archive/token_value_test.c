/* Single values: times, floats, counts, and calls that serve both ways.
 *
 * Floor 4 (archive). */
#include "archive/token_support.h"

#include <float.h>
#include <math.h>

typedef struct moment {
    pier_time time;
    const char *bytes;
    size_t size;
} moment;

static void times_take_their_smallest_form(void **state) {
    (void)state;
#define MOMENT(seconds, nanoseconds, bytes)                                                                            \
    { {(seconds), (nanoseconds)}, (bytes), sizeof(bytes) - 1 }
    static const moment moments[] = {
        MOMENT(0, 0, "\xd6\xff\x00\x00\x00\x00"),
        MOMENT(UINT32_MAX, 0, "\xd6\xff\xff\xff\xff\xff"),
        MOMENT(0, 1, "\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x00"),
        MOMENT((int64_t)UINT32_MAX + 1, 0, "\xd7\xff\x00\x00\x00\x01\x00\x00\x00\x00"),
        MOMENT(((int64_t)1 << 34) - 1, 999999999, "\xd7\xff\xee\x6b\x27\xff\xff\xff\xff\xff"),
        MOMENT((int64_t)1 << 34, 0, "\xc7\x0c\xff\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00"),
        MOMENT(-1, 0, "\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
        MOMENT(INT64_MIN, 999999999, "\xc7\x0c\xff\x3b\x9a\xc9\xff\x80\x00\x00\x00\x00\x00\x00\x00"),
        MOMENT(INT64_MAX, 1, "\xc7\x0c\xff\x00\x00\x00\x01\x7f\xff\xff\xff\xff\xff\xff\xff"),
    };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        pier_archive *archive = begin_store();
        pier_time time = moments[i].time;
        pier_archive_time(archive, &time);
        end_stored(archive, moments[i].bytes, moments[i].size);
        time = (pier_time){5, 5};
        archive = load_of(moments[i].bytes, moments[i].size);
        pier_archive_time(archive, &time);
        assert_true(time.seconds == moments[i].time.seconds && time.nanoseconds == moments[i].time.nanoseconds);
        assert_loaded(archive);
    }
    /* Forms that a smaller one would do for, and heads that are wider than need be. */
    static const moment others[] = {
        MOMENT(1, 0, "\xd7\xff\x00\x00\x00\x00\x00\x00\x00\x01"),
        MOMENT(1, 2, "\xc7\x0c\xff\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01"),
        MOMENT(1, 0, "\xc7\x04\xff\x00\x00\x00\x01"),
        MOMENT(1, 0, "\xc8\x00\x08\xff\x00\x00\x00\x00\x00\x00\x00\x01"),
        MOMENT(1, 0, "\xc9\x00\x00\x00\x04\xff\x00\x00\x00\x01"),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        pier_archive *archive = load_of(others[i].bytes, others[i].size);
        pier_time time = pier_load_time(archive);
        assert_true(time.seconds == others[i].time.seconds && time.nanoseconds == others[i].time.nanoseconds);
        assert_loaded(archive);
    }
    /* An ext -1 that breaks the rules of times is an ext. */
    static const moment none[] = {
        MOMENT(0, 0, "\xd4\xff\x01"),
        MOMENT(0, 0, "\xc7\x00\xff"),
        MOMENT(0, 0, "\xd7\xff\xee\x6b\x28\x00\x00\x00\x00\x00"),
        MOMENT(0, 0, "\xc7\x0c\xff\x3b\x9a\xca\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
        MOMENT(0, 0, "\xc7\x05\xff\x00\x00\x00\x00\x00"),
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        pier_archive *archive = load_of(none[i].bytes, none[i].size);
        assert_int_equal(pier_load_kind(archive), PIER_KIND_EXT);
        pier_time time = pier_load_time(archive);
        assert_true(time.seconds == 0 && time.nanoseconds == 0);
        assert_status(pier_archive_status(archive), PIER_TYPE);
        pier_archive_destroy(archive);
        archive = load_of(none[i].bytes, none[i].size);
        assert_int_equal(pier_load_ext(archive).type, -1);
        assert_loaded(archive);
    }
}

static void floats_keep_their_bits(void **state) {
    (void)state;
    static const double doubles[] = {0.0, -0.0, 1.0, 0.1, DBL_MAX, DBL_MIN, 5e-324, -1e300, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++) {
        double value = doubles[i];
        pier_archive *archive = begin_store();
        pier_archive_f64(archive, &value);
        assert_status(pier_archive_end(archive), PIER_OK);
        assert_status(pier_archive_flush(archive), PIER_OK);
        pier_bytes bytes = pier_archive_drain(archive);
        assert_int_equal(bytes.size, 9);
        assert_int_equal(((const uint8_t *)bytes.data)[0], 0xcb);
        pier_archive *load = load_of(bytes.data, bytes.size);
        double back = 99;
        pier_archive_f64(load, &back);
        assert_memory_equal(&back, &value, sizeof value);
        assert_loaded(load);
        pier_archive_destroy(archive);
    }
    static const float floats[] = {0.0f, -0.0f, 1.5f, FLT_MAX, FLT_MIN, 1e-45f, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        float value = floats[i];
        pier_archive *archive = begin_store();
        pier_archive_f32(archive, &value);
        assert_status(pier_archive_end(archive), PIER_OK);
        assert_status(pier_archive_flush(archive), PIER_OK);
        pier_bytes bytes = pier_archive_drain(archive);
        assert_int_equal(bytes.size, 5);
        pier_archive *load = load_of(bytes.data, bytes.size);
        float back = 99;
        pier_archive_f32(load, &back);
        assert_memory_equal(&back, &value, sizeof value);
        assert_loaded(load);
        load = load_of(bytes.data, bytes.size);
        assert_true(pier_load_f64(load) == (double)value);
        assert_loaded(load);
        pier_archive_destroy(archive);
    }
}

/* A float64 is taken for a float exactly when a float holds it. */
static void narrowing_is_exact_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        bool fits;
    } cases[] = {
        {"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00", true},                                                  /* 1.5 */
        {"\xcb\x80\x00\x00\x00\x00\x00\x00\x00", true},                                                  /* -0 */
        {"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", true},                                                  /* infinity */
        {"\xcb\xff\xf0\x00\x00\x00\x00\x00\x00", true},  {"\xcb\x47\xef\xff\xff\xe0\x00\x00\x00", true}, /* FLT_MAX */
        {"\xcb\x47\xef\xff\xff\xe0\x00\x00\x01", false}, /* a little above */
        {"\xcb\x47\xf0\x00\x00\x00\x00\x00\x00", false}, /* 2^128 */
        {"\xcb\xff\xef\xff\xff\xff\xff\xff\xff", false}, /* -DBL_MAX */
        {"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a", false}, /* 0.1 */
        {"\xcb\x36\xa0\x00\x00\x00\x00\x00\x00", true},  /* the smallest float, 2^-149 */
        {"\xcb\x36\x90\x00\x00\x00\x00\x00\x00", false}, /* half of it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_archive *archive = load_of(cases[i].bytes, 9);
        float value = pier_load_f32(archive);
        assert_status(pier_archive_status(archive), cases[i].fits ? PIER_OK : PIER_RANGE);
        assert_true(cases[i].fits || value == 0);
        pier_archive_destroy(archive);
    }
    pier_archive *archive = load_of("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", 9);
    assert_true(isnan(pier_load_f32(archive)));
    assert_loaded(archive);
    archive = load_of("\xca\x7f\xc0\x00\x00", 5);
    assert_true(isnan(pier_load_f64(archive)));
    assert_loaded(archive);
}

static void counts_take_their_smallest_form(void **state) {
    (void)state;
    static const struct {
        uint32_t count;
        const char *array;
        const char *map;
        size_t head_bytes;
    } cases[] = {
        {0, "\x90", "\x80", 1},
        {15, "\x9f", "\x8f", 1},
        {16, "\xdc\x00\x10", "\xde\x00\x10", 3},
        {65535, "\xdc\xff\xff", "\xde\xff\xff", 3},
        {65536, "\xdd\x00\x01\x00\x00", "\xdf\x00\x01\x00\x00", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (uint32_t pairs = 0; pairs < 2; pairs++) {
            test_bytes expected = {0};
            test_bytes_append(&expected, pairs ? cases[i].map : cases[i].array, cases[i].head_bytes);
            pier_archive *archive = begin_store();
            assert_int_equal(pairs ? pier_archive_map(archive, cases[i].count)
                                   : pier_archive_array(archive, cases[i].count),
                             cases[i].count);
            for (uint32_t j = 0; j < cases[i].count * (1 + pairs); j++) {
                pier_archive_nil(archive);
                test_bytes_append(&expected, "\xc0", 1);
            }
            end_stored(archive, expected.data, expected.size);
            archive = load_of(expected.data, expected.size);
            assert_int_equal(pairs ? pier_archive_map(archive, 3) : pier_archive_array(archive, 3), cases[i].count);
            for (uint32_t j = 0; j < cases[i].count * (1 + pairs); j++) {
                pier_archive_nil(archive);
            }
            assert_loaded(archive);
            test_bytes_free(&expected);
        }
    }
}

static void bools_and_two_way_views(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool value = i != 0;
        pier_archive *archive = begin_store();
        pier_archive_bool(archive, &value);
        end_stored(archive, value ? "\xc3" : "\xc2", 1);
        archive = load_of(i != 0 ? "\xc3" : "\xc2", 1);
        value = !value;
        pier_archive_bool(archive, &value);
        assert_int_equal(value, i != 0);
        assert_loaded(archive);
    }
    pier_archive *archive = begin_store();
    assert_true(pier_archive_is_storing(archive));
    pier_text text = {"abc", 3};
    pier_bytes bytes = {"de", 2};
    pier_ext ext = {9, {"f", 1}};
    (void)pier_archive_array(archive, 3);
    pier_archive_text(archive, &text);
    pier_archive_bytes(archive, &bytes);
    pier_archive_ext(archive, &ext);
    end_stored(archive,
               "\x93\xa3"
               "abc"
               "\xc4\x02"
               "de"
               "\xd4\x09"
               "f",
               12);
    archive = load_of("\x93\xa1"
                      "x"
                      "\xc4\x01"
                      "y"
                      "\xd4\x08"
                      "z",
                      9);
    assert_false(pier_archive_is_storing(archive));
    assert_int_equal(pier_archive_array(archive, 0), 3);
    pier_archive_text(archive, &text);
    pier_archive_bytes(archive, &bytes);
    pier_archive_ext(archive, &ext);
    assert_memory_equal(text.data, "x", 1);
    assert_memory_equal(bytes.data, "y", 1);
    assert_int_equal(ext.type, 8);
    assert_loaded(archive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_take_their_smallest_form), cmocka_unit_test(floats_keep_their_bits),
        cmocka_unit_test(narrowing_is_exact_or_refused),  cmocka_unit_test(counts_take_their_smallest_form),
        cmocka_unit_test(bools_and_two_way_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
