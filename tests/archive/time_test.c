/* What a peer may not take its time with, by a clock that the test tells: the first byte, and the rest of what
 * began. */
#include "archive/archive_support.h"

#include <pier/mark.h>

#define MS ((int64_t)1000000)
#define BEGAN (1000 * MS)
#define FIRST_BYTE_MS 10000
#define FRAME_MS 30000

static pier_archive *open_timed(pier_format format) {
    pier_archive_options options = {
        .format = format, .first_byte_timeout_ms = FIRST_BYTE_MS, .frame_timeout_ms = FRAME_MS};
    pier_archive *archive = test_open_load(NULL, &options);
    pier_archive_set_now(archive, BEGAN);
    return archive;
}

static void feed(pier_archive *archive, const void *data, size_t size) {
    assert_status(pier_archive_feed(archive, (pier_bytes){data, size}), PIER_OK);
}

static void assert_overdue(pier_archive *archive, uint64_t offset, const char *words) {
    assert_status(pier_archive_next(archive), PIER_LIMIT);
    const pier_error *error = pier_archive_error(archive);
    assert_int_equal(error->status, PIER_LIMIT);
    assert_int_equal(error->offset, offset);
    assert_non_null(strstr(error->text, words));
    /* It sticks, and nothing more is awaited. */
    assert_status(pier_archive_status(archive), PIER_LIMIT);
    assert_status(pier_archive_next(archive), PIER_LIMIT);
    assert_true(pier_archive_due(archive) == PIER_NEVER);
}

static void the_first_byte_has_its_time(void **state) {
    (void)state;
    for (int format = PIER_FORMAT_FRAMED; format <= PIER_FORMAT_GUESS; format++) {
        pier_archive *archive = open_timed((pier_format)format);
        assert_true(pier_archive_due(archive) == BEGAN + FIRST_BYTE_MS * MS);
        pier_archive_set_now(archive, BEGAN + FIRST_BYTE_MS * MS - 1);
        assert_status(pier_archive_next(archive), PIER_MORE);
        pier_archive_set_now(archive, BEGAN + FIRST_BYTE_MS * MS);
        assert_overdue(archive, 0, "within 10000 ms (first_byte_timeout_ms)");
        pier_archive_destroy(archive);
    }
}

static void a_byte_ends_the_wait_for_the_first(void **state) {
    (void)state;
    pier_archive *archive = open_timed(PIER_FORMAT_PLAIN);
    pier_archive_set_now(archive, BEGAN + 9 * MS);
    feed(archive, "\x07", 1);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_MORE);
    /* Between two records a peer may be silent for ever. */
    assert_true(pier_archive_due(archive) == PIER_NEVER);
    pier_archive_set_now(archive, PIER_NEVER - 1);
    assert_status(pier_archive_next(archive), PIER_MORE);
    pier_archive_destroy(archive);
}

/* Feeds a stream byte by byte, one every `step_ms`, and returns at which byte it was cut off, or the size. */
static size_t drip(pier_archive *archive, pier_bytes stream, int64_t step_ms, pier_deadline *due) {
    int64_t now = BEGAN;
    for (size_t i = 0; i < stream.size; i++) {
        now += step_ms * MS;
        pier_archive_set_now(archive, now);
        feed(archive, (const uint8_t *)stream.data + i, 1);
        pier_status status = pier_archive_next(archive);
        if (status == PIER_LIMIT) {
            return i;
        }
        if (i == 0) {
            *due = pier_archive_due(archive);
            assert_true(*due == now + FRAME_MS * MS);
        } else if (status == PIER_MORE && pier_archive_due(archive) != PIER_NEVER) {
            /* A byte now and then does not move it. */
            assert_true(pier_archive_due(archive) >= *due);
        }
    }
    return stream.size;
}

static void a_drip_is_cut_off_at_the_absolute_time(void **state) {
    (void)state;
    static const char value[] = "\xd9\x20"
                                "0123456789abcdef0123456789abcdef";
    pier_deadline due = 0;
    pier_archive *archive = open_timed(PIER_FORMAT_PLAIN);
    /* The first byte comes after 3 s, and 30 s later, 10 bytes on, it is over. */
    assert_int_equal(drip(archive, (pier_bytes){(const uint8_t *)value, sizeof value - 1}, 3000, &due), 10);
    assert_overdue(archive, 0,
                   "of what began here 11 bytes came, and not the rest, within 30000 ms (frame_timeout_ms)");
    pier_archive_destroy(archive);

    archive = open_timed(PIER_FORMAT_PLAIN);
    assert_int_equal(drip(archive, (pier_bytes){(const uint8_t *)value, sizeof value - 1}, 800, &due),
                     sizeof value - 1);
    pier_archive_destroy(archive);
}

static void a_framed_drip_is_cut_off_in_each_piece(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_text(store, 100, 'x');
    test_bytes stream = {0};
    test_close(store, &stream);
    pier_deadline due = 0;
    for (size_t whole = 0; whole <= 64; whole += 64) {
        for (int format = PIER_FORMAT_FRAMED; format <= PIER_FORMAT_GUESS; format += 2) {
            pier_archive *archive = open_timed((pier_format)format);
            feed(archive, stream.data, whole);
            assert_status(pier_archive_next(archive), PIER_MORE);
            pier_bytes rest = {stream.data + whole, stream.size - whole};
            assert_int_equal(drip(archive, rest, 3000, &due), 10);
            assert_overdue(archive, whole, "11 bytes came");
            pier_archive_destroy(archive);
        }
    }
    test_bytes_free(&stream);
}

static void a_frame_that_is_passed_over_has_the_same_time(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    test_store_text(store, 100000, 'x');
    test_bytes stream = {0};
    test_close(store, &stream);
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 70000};
    pier_archive_options options = {.limits = &limits, .frame_timeout_ms = FRAME_MS};
    pier_archive *archive = test_open_load(NULL, &options);
    pier_archive_set_now(archive, BEGAN);
    feed(archive, stream.data, 64 + 10);
    assert_status(pier_archive_next(archive), PIER_MORE);
    pier_archive_set_now(archive, BEGAN + 20000 * MS);
    feed(archive, stream.data + 74, 1000);
    assert_status(pier_archive_next(archive), PIER_SKIPPED);
    assert_status(pier_archive_next(archive), PIER_MORE);
    assert_true(pier_archive_due(archive) == BEGAN + FRAME_MS * MS);
    pier_archive_set_now(archive, BEGAN + 29999 * MS);
    feed(archive, stream.data + 1074, 1000);
    assert_status(pier_archive_next(archive), PIER_MORE);
    pier_archive_set_now(archive, BEGAN + FRAME_MS * MS);
    assert_overdue(archive, 64, "2010 bytes came");
    pier_archive_destroy(archive);
    test_bytes_free(&stream);
}

static void the_next_frame_has_its_own_time(void **state) {
    (void)state;
    pier_archive *archive = open_timed(PIER_FORMAT_PLAIN);
    feed(archive, "\x92\x01", 2);
    assert_status(pier_archive_next(archive), PIER_MORE);
    pier_archive_set_now(archive, BEGAN + 20000 * MS);
    feed(archive, "\x02\x92\x03", 3);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_MORE);
    assert_true(pier_archive_due(archive) == BEGAN + 50000 * MS);
    pier_archive_set_now(archive, BEGAN + 50000 * MS);
    assert_overdue(archive, 3, "2 bytes came");
    pier_archive_destroy(archive);
}

static void renewing_begins_the_time_anew(void **state) {
    (void)state;
    pier_archive *archive = open_timed(PIER_FORMAT_PLAIN);
    pier_archive_set_now(archive, BEGAN + 9000 * MS);
    pier_archive_renew(archive);
    assert_true(pier_archive_due(archive) == BEGAN + 19000 * MS);
    feed(archive, "\x92", 1);
    assert_status(pier_archive_next(archive), PIER_MORE);
    pier_archive_set_now(archive, BEGAN + 39000 * MS);
    pier_archive_renew(archive);
    assert_status(pier_archive_next(archive), PIER_MORE);
    assert_true(pier_archive_due(archive) == BEGAN + 69000 * MS);
    pier_archive_destroy(archive);
}

static void without_times_or_a_clock_nothing_is_due(void **state) {
    (void)state;
    pier_archive *plain = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    pier_archive_set_now(plain, BEGAN);
    assert_true(pier_archive_due(plain) == PIER_NEVER);
    feed(plain, "\x92", 1);
    pier_archive_set_now(plain, PIER_NEVER - 1);
    assert_status(pier_archive_next(plain), PIER_MORE);
    pier_archive_renew(plain);
    assert_true(pier_archive_due(plain) == PIER_NEVER);
    pier_archive_destroy(plain);

    pier_archive *untold = test_open_load(
        NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN, .first_byte_timeout_ms = 1, .frame_timeout_ms = 1});
    assert_true(pier_archive_due(untold) == PIER_NEVER);
    assert_status(pier_archive_next(untold), PIER_MORE);
    feed(untold, "\x92", 1);
    assert_status(pier_archive_next(untold), PIER_MORE);
    assert_true(pier_archive_due(untold) == PIER_NEVER);
    pier_archive_destroy(untold);

    pier_archive *store = test_open_store(NULL, NULL);
    pier_archive_set_now(store, BEGAN);
    pier_archive_renew(store);
    assert_true(pier_archive_due(store) == PIER_NEVER);
    pier_archive_destroy(store);
}

static void one_of_the_two_times_may_be_left_out(void **state) {
    (void)state;
    pier_archive *archive =
        test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN, .first_byte_timeout_ms = 10});
    pier_archive_set_now(archive, BEGAN);
    feed(archive, "\x92", 1);
    assert_status(pier_archive_next(archive), PIER_MORE);
    assert_true(pier_archive_due(archive) == PIER_NEVER);
    assert_status(pier_archive_reset(archive), PIER_OK);
    /* A new stream, and a new first byte. */
    assert_true(pier_archive_due(archive) == BEGAN + 10 * MS);
    pier_archive_destroy(archive);
}

static void a_budget_ends_who_takes_too_much(void **state) {
    (void)state;
    pier_budget *budget = NULL;
    pier_budget_options budget_options = {
        .size = sizeof budget_options, .connections_max = 2, .unread_bytes_max = 4000};
    assert_status(pier_budget_create(&budget, &budget_options, NULL), PIER_OK);
    pier_archive_options options = {.format = PIER_FORMAT_PLAIN, .budget = budget};
    pier_archive *large = test_open_load(NULL, &options);
    pier_archive *small = test_open_load(NULL, &options);
    static uint8_t text[3000] = {0xda, 0x0b, 0xb5};
    feed(large, text, 2000);
    assert_status(pier_archive_next(large), PIER_MORE);
    assert_int_equal(pier_budget_unread_bytes(budget), 2000);
    /* 1,000 bytes are each one's own. */
    feed(small, text, 1000);
    assert_status(pier_archive_next(small), PIER_MORE);
    feed(large, text, 1);
    assert_status(pier_archive_next(large), PIER_LIMIT);
    assert_int_equal(pier_archive_error(large)->offset, 0);
    assert_string_equal(pier_archive_error(large)->text,
                        "2001 bytes lie unread here, 3001 in all connections, the limit is 4000 (unread_bytes_max of "
                        "pier_budget)");
    pier_archive_destroy(large);
    assert_int_equal(pier_budget_unread_bytes(budget), 1000);
    /* Now there is room. */
    feed(small, text, 900);
    assert_status(pier_archive_next(small), PIER_MORE);
    assert_status(pier_archive_reset(small), PIER_OK);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    feed(small, "\x01\x02", 2);
    assert_status(pier_archive_next(small), PIER_OK);
    assert_status(pier_archive_next(small), PIER_OK);
    assert_status(pier_archive_next(small), PIER_MORE);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    pier_archive_destroy(small);
    pier_budget_destroy(budget);
}

/* Who looks ahead and goes back waits no longer for it: neither for the rest of a frame, begun behind the mark or
 * before it, nor for the first byte. */
static void going_back_gives_no_more_time(void **state) {
    (void)state;
    /* Nothing; a text that lacks its rest; the same behind a whole value. */
    static const char input[] = {0x07, (char)0xd9, 100, 'x'};
    static const struct {
        size_t from;
        size_t size;
        int64_t time_ms;
        const char *words;
    } cases[] = {
        {0, 0, FIRST_BYTE_MS, "within 10000 ms (first_byte_timeout_ms)"},
        {1, 3, FRAME_MS, "of what began here 3 bytes came, and not the rest, within 30000 ms"},
        {0, 4, FRAME_MS, "of what began here 3 bytes came, and not the rest, within 30000 ms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_archive *archive = open_timed(PIER_FORMAT_PLAIN);
        size_t whole = cases[i].size == 4 ? 1 : 0;
        feed(archive, input + cases[i].from, cases[i].size);
        for (int64_t now = 0; now < cases[i].time_ms; now += 1000) {
            pier_archive_set_now(archive, BEGAN + now * MS);
            assert_status(pier_archive_mark(archive), PIER_OK);
            for (size_t j = 0; j < whole; j++) {
                assert_status(pier_archive_next(archive), PIER_OK);
            }
            assert_status(pier_archive_next(archive), PIER_MORE);
            assert_status(pier_archive_rewind(archive), PIER_OK);
            pier_archive_release(archive);
            assert_true(pier_archive_due(archive) == BEGAN + cases[i].time_ms * MS);
        }
        /* The clock, too, stands where it was told, and not where it stood at the mark. */
        assert_status(pier_archive_mark(archive), PIER_OK);
        pier_archive_set_now(archive, BEGAN + cases[i].time_ms * MS);
        assert_status(pier_archive_rewind(archive), PIER_OK);
        for (size_t j = 0; j < whole; j++) {
            assert_status(pier_archive_next(archive), PIER_OK);
        }
        assert_overdue(archive, whole, cases[i].words);
        pier_archive_destroy(archive);
    }
}

/* What came behind a mark is counted once, however often it is gone back over. */
static void going_back_leaves_the_budget_right(void **state) {
    (void)state;
    pier_budget *budget = NULL;
    assert_status(pier_budget_create(&budget, NULL, NULL), PIER_OK);
    pier_archive_options options = {.format = PIER_FORMAT_PLAIN, .budget = budget};
    pier_archive *archive = test_open_load(NULL, &options);
    for (int round = 0; round < 3; round++) {
        assert_status(pier_archive_mark(archive), PIER_OK);
        feed(archive, "\x01\x02\x03\x04", 4);
        assert_status(pier_archive_next(archive), PIER_OK);
        assert_status(pier_archive_rewind(archive), PIER_OK);
        pier_archive_release(archive);
        assert_int_equal(pier_budget_unread_bytes(budget), 4);
        for (int i = 0; i < 4; i++) {
            assert_status(pier_archive_next(archive), PIER_OK);
        }
        assert_status(pier_archive_next(archive), PIER_MORE);
        assert_int_equal(pier_budget_unread_bytes(budget), 0);
    }
    pier_archive_destroy(archive);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    pier_budget_destroy(budget);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_byte_has_its_time),
        cmocka_unit_test(a_byte_ends_the_wait_for_the_first),
        cmocka_unit_test(a_drip_is_cut_off_at_the_absolute_time),
        cmocka_unit_test(a_framed_drip_is_cut_off_in_each_piece),
        cmocka_unit_test(a_frame_that_is_passed_over_has_the_same_time),
        cmocka_unit_test(the_next_frame_has_its_own_time),
        cmocka_unit_test(renewing_begins_the_time_anew),
        cmocka_unit_test(without_times_or_a_clock_nothing_is_due),
        cmocka_unit_test(one_of_the_two_times_may_be_left_out),
        cmocka_unit_test(a_budget_ends_who_takes_too_much),
        cmocka_unit_test(going_back_gives_no_more_time),
        cmocka_unit_test(going_back_leaves_the_budget_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
