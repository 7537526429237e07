/* Input that is taken in while output waits: within its limit, with its failures told in their turn.
 *
 * Floor 4 (archive). */
#include "archive/pair_support.h"

#include <stdlib.h>

#include <pier/budget.h>

#include "support/fault_allocator.h"
#include "support/scripted_file.h"

/* A text of `size` bytes, stored with what its end answers. */
static pier_status store_sized(pier_archive *archive, size_t size) {
    static char *text;
    text = (char *)realloc(text, size + 1);
    assert_non_null(text);
    memset(text, 't', size);
    pier_status status = pier_archive_begin(archive);
    if (status == PIER_OK) {
        pier_store_text(archive, (pier_text){text, size});
        status = pier_archive_end(archive);
    }
    free(text);
    text = NULL;
    return status;
}

/* Fills a connection until neither side can write: both queues and the system's buffers are full. */
static uint64_t fill(side *of, size_t size) {
    uint64_t stored = 0;
    for (;;) {
        pier_status status = store_sized(of->store, size);
        if (status != PIER_OK) {
            assert_status(status, PIER_WOULD_BLOCK);
            return stored;
        }
        stored++;
    }
}

static void a_side_that_only_stores_is_told_to_load(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 200000};
    pier_archive_options options = {.limits = &limits};
    side sides[2];
    open_sides(sides, &options, &options);
    set_deadline(&sides[1], PIER_NOW);
    uint64_t sent[2];
    sent[1] = fill(&sides[1], 5000);
    /* The first side may wait as long as it takes, and must not: its own unread input is full, and so is the peer's. */
    set_deadline(&sides[0], pier_deadline_after_ms(20000));
    int64_t begun = pier_clock_monotonic_ns();
    sent[0] = 0;
    pier_status status;
    while ((status = store_sized(sides[0].store, 5000)) == PIER_OK) {
        sent[0]++;
        /* The peer goes on filling what this side has taken in. */
        sent[1] += fill(&sides[1], 5000);
    }
    assert_status(status, PIER_WOULD_BLOCK);
    assert_true(pier_clock_monotonic_ns() - begun < 10000000000);
    assert_status(pier_archive_flush(sides[0].store), PIER_WOULD_BLOCK);
    assert_non_null(strstr(pier_archive_error(sides[0].store)->text, "queue_bytes_max"));
    assert_status(pier_archive_status(sides[0].store), PIER_OK);
    /* Loading makes it go on; everything arrives on both sides. */
    uint64_t loaded[2] = {0, 0};
    set_deadline(&sides[0], PIER_NOW);
    bool closed[2] = {false, false};
    bool ended[2] = {false, false};
    while (!ended[0] || !ended[1]) {
        for (int i = 0; i < 2; i++) {
            if (!closed[i]) {
                status = pier_archive_close(sides[i].store);
                assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
                closed[i] = status == PIER_OK;
            }
            while (!ended[i] && (status = pier_archive_next(sides[i].load)) == PIER_OK) {
                assert_int_equal(pier_load_text(sides[i].load).size, 5000);
                loaded[i]++;
            }
            assert_true(status == PIER_WOULD_BLOCK || status == PIER_END || status == PIER_OK);
            ended[i] = ended[i] || status == PIER_END;
        }
    }
    assert_int_equal(loaded[0], sent[1]);
    assert_int_equal(loaded[1], sent[0]);
    close_side(&sides[0]);
    close_side(&sides[1]);
}

/* While the storing side takes input in, what was loaded of the current record stays as it is. */
static void views_stay_while_input_is_taken_in(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.allocator = &faults.allocator, .read_bytes = 100};
    side sides[2];
    open_sides(sides, &options, NULL);
    set_deadline(&sides[1], PIER_NOW);
    for (char letter = 'a'; letter < 'e'; letter++) {
        test_store_text(sides[1].store, 3000, letter);
        assert_status(pier_archive_flush(sides[1].store), PIER_OK);
    }
    char expected[3000];
    for (char letter = 'a'; letter < 'd'; letter++) {
        assert_status(pier_archive_next(sides[0].load), PIER_OK);
        pier_text text = pier_load_text(sides[0].load);
        pier_bytes bytes = pier_archive_record_bytes(sides[0].load);
        /* A flush that cannot end, with much coming in meanwhile. */
        assert_status(store_sized(sides[1].store, 60000), PIER_OK);
        (void)(pier_archive_flush(sides[1].store) == PIER_OK);
        set_deadline(&sides[0], pier_deadline_after_ms(15));
        test_store_text(sides[0].store, 65000, letter);
        for (int i = 0; i < 8; i++) {
            test_store_text(sides[0].store, 65000, letter);
        }
        (void)(pier_archive_flush(sides[0].store) == PIER_OK);
        set_deadline(&sides[0], PIER_NEVER);
        memset(expected, letter, sizeof expected);
        assert_int_equal(text.size, sizeof expected);
        assert_memory_equal(text.data, expected, sizeof expected);
        assert_memory_equal((const uint8_t *)bytes.data + 3, expected, sizeof expected);
        assert_int_equal(pier_archive_record_bytes(sides[0].load).size, 3003);
    }
    assert_true(pier_archive_queued_bytes(sides[0].store) > 0);
    close_side(&sides[0]);
    close_side(&sides[1]);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

/* A side over a script: what is read and when writing stops is told byte by byte. */
static void open_scripted(side *of, scripted_file *script, const pier_archive_options *options) {
    open_side(of, scripted_file_open(script, NULL), options);
}

static void input_that_fails_meanwhile_is_told_after_what_came(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *peer = test_open_store(NULL, NULL);
    for (uint64_t i = 0; i < 5; i++) {
        test_store_u64(peer, i);
        assert_status(pier_archive_flush(peer), PIER_OK);
    }
    (void)test_drain(peer, &stream);
    pier_archive_destroy(peer);
    static const pier_status fates[] = {PIER_RESET, PIER_END};
    for (int i = 0; i < 2; i++) {
        scripted_file script;
        scripted_file_init(&script, test_bytes_view(&stream));
        scripted_file_at(&script, PIER_READABLE, stream.size, fates[i], SCRIPTED_FOR_GOOD);
        scripted_file_at(&script, PIER_WRITABLE, 100, PIER_WOULD_BLOCK, 12);
        side here;
        open_scripted(&here, &script, &(pier_archive_options){.read_bytes = 129});
        assert_status(pier_archive_next(here.load), PIER_OK);
        /* The flush meets the fate of the input three times over, and ends well. */
        test_store_u64(here.store, 9);
        pier_status status;
        do {
            status = pier_archive_flush(here.store);
        } while (status == PIER_TIMEOUT);
        assert_status(status, PIER_OK);
        assert_int_equal(script.read_offset, stream.size);
        assert_status(pier_archive_status(here.store), PIER_OK);
        assert_status(pier_archive_status(here.load), PIER_OK);
        assert_int_equal(pier_load_u8(here.load), 0); /* the record that was current all the time */
        for (uint64_t j = 1; j < 5; j++) {
            assert_true(pier_archive_has_next(here.load));
            assert_status(pier_archive_next(here.load), PIER_OK);
            assert_int_equal(pier_load_u8(here.load), j);
        }
        assert_status(pier_archive_next(here.load), i == 0 ? PIER_RESET : PIER_TRUNCATED);
        assert_int_equal(pier_archive_error(here.load)->offset, stream.size);
        close_side(&here);
        scripted_file_deinit(&script);
    }
    test_bytes_free(&stream);
}

/* A loading side that has failed takes nothing in any more, and hinders no flush. */
static void a_failed_loader_hinders_no_flush(void **state) {
    (void)state;
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){"no stream of Pier's, and more of it", 35});
    scripted_file_at(&script, PIER_WRITABLE, 64, PIER_WOULD_BLOCK, 3);
    side here;
    open_scripted(&here, &script, &(pier_archive_options){.read_bytes = 4});
    assert_status(pier_archive_next(here.load), PIER_CORRUPT);
    uint64_t read = script.read_offset;
    test_store_u64(here.store, 1);
    pier_status status;
    do {
        status = pier_archive_flush(here.store);
    } while (status == PIER_TIMEOUT);
    assert_status(status, PIER_OK);
    assert_int_equal(script.read_offset, read);
    assert_status(pier_archive_next(here.load), PIER_CORRUPT);
    close_side(&here);
    scripted_file_deinit(&script);
}

static void without_memory_for_input_the_flush_is_not_now(void **state) {
    (void)state;
    static const uint8_t input[5000];
    fault_allocator faults;
    fault_allocator_init(&faults);
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){input, sizeof input});
    scripted_file_at(&script, PIER_WRITABLE, 0, PIER_WOULD_BLOCK, 1);
    static const pier_archive_options options = {.format = PIER_FORMAT_PLAIN, .read_bytes = 500};
    pier_archive_options poor = options;
    poor.allocator = &faults.allocator;
    pier_file *file = scripted_file_open(&script, NULL);
    side here = {.file = file, .store = test_open_store(file, &options), .load = test_open_load(file, &poor)};
    assert_status(pier_archive_pair(here.store, here.load), PIER_OK);
    test_store_u64(here.store, 1);
    fault_allocator_fail(&faults, 1, true);
    assert_status(pier_archive_flush(here.store), PIER_WOULD_BLOCK);
    assert_non_null(strstr(pier_archive_error(here.store)->text, "memory"));
    assert_status(pier_archive_status(here.store), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_NO_MEMORY);
    assert_status(pier_archive_status(here.load), PIER_OK);
    fault_allocator_fail(&faults, 0, false);
    assert_status(pier_archive_flush(here.store), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_OK);
    close_side(&here);
    scripted_file_deinit(&script);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

/* Nothing is read beyond the limit, whatever room the buffer has. */
static void unread_input_stays_within_its_limit(void **state) {
    (void)state;
    static const uint8_t input[100000];
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){input, sizeof input});
    scripted_file_at(&script, PIER_WRITABLE, 0, PIER_WOULD_BLOCK, 1000);
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 10000, .block_target_bytes = 5000};
    side here;
    open_scripted(&here, &script,
                  &(pier_archive_options){.limits = &limits, .format = PIER_FORMAT_PLAIN, .read_bytes = 700});
    test_store_u64(here.store, 1);
    pier_status status;
    do {
        status = pier_archive_flush(here.store);
        assert_true(script.read_offset <= 10000);
    } while (status == PIER_TIMEOUT);
    assert_status(status, PIER_WOULD_BLOCK);
    assert_int_equal(script.read_offset, 10000);
    /* One record less: the room of one is read, and no more. */
    assert_status(pier_archive_next(here.load), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_OK);
    assert_status(pier_archive_flush(here.store), PIER_WOULD_BLOCK);
    assert_int_equal(script.read_offset, 10001);
    close_side(&here);
    scripted_file_deinit(&script);
}

/* So it is with the budget of many connections: the program is told to load, instead of trying for ever. */
static void unread_input_stays_within_the_budget(void **state) {
    (void)state;
    static const uint8_t input[100000];
    pier_budget *budget = NULL;
    pier_budget_options chosen = {.size = sizeof chosen, .connections_max = 1, .unread_bytes_max = 5000};
    assert_status(pier_budget_create(&budget, &chosen, NULL), PIER_OK);
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){input, sizeof input});
    scripted_file_at(&script, PIER_WRITABLE, 0, PIER_WOULD_BLOCK, 1000);
    side here;
    open_scripted(&here, &script,
                  &(pier_archive_options){.budget = budget, .format = PIER_FORMAT_PLAIN, .read_bytes = 700});
    test_store_u64(here.store, 1);
    pier_status status;
    do {
        status = pier_archive_flush(here.store);
    } while (status == PIER_TIMEOUT);
    assert_status(status, PIER_WOULD_BLOCK);
    assert_non_null(
        strstr(pier_archive_error(here.store)->text, "the limit is 5000 (unread_bytes_max of pier_budget)"));
    assert_status(pier_archive_status(here.store), PIER_OK);
    assert_status(pier_archive_status(here.load), PIER_OK);
    uint64_t read = script.read_offset;
    assert_true(read > 2500 && read <= 5000);
    assert_status(pier_archive_flush(here.store), PIER_WOULD_BLOCK);
    assert_int_equal(script.read_offset, read);
    /* What came is loaded; then there is room for more. */
    for (uint64_t i = 0; i < read; i++) {
        assert_status(pier_archive_next(here.load), PIER_OK);
    }
    do {
        status = pier_archive_flush(here.store);
    } while (status == PIER_TIMEOUT);
    assert_status(status, PIER_WOULD_BLOCK);
    assert_true(script.read_offset > read);
    close_side(&here);
    pier_budget_destroy(budget);
    scripted_file_deinit(&script);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_side_that_only_stores_is_told_to_load),
        cmocka_unit_test(views_stay_while_input_is_taken_in),
        cmocka_unit_test(input_that_fails_meanwhile_is_told_after_what_came),
        cmocka_unit_test(a_failed_loader_hinders_no_flush),
        cmocka_unit_test(without_memory_for_input_the_flush_is_not_now),
        cmocka_unit_test(unread_input_stays_within_its_limit),
        cmocka_unit_test(unread_input_stays_within_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
