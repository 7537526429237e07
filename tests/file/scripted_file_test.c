/* The scripted file itself: a tool that does not do as told would let every test pass.
 *
 * Floor 3 (file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/scripted_file.h"

static const char digits[] = "0123456789";

static pier_bytes ten(void) {
    return (pier_bytes){digits, 10};
}

static void reads_and_writes_are_cut(void **state) {
    (void)state;
    scripted_file script;
    char got[16];
    size_t size = 0;
    scripted_file_init(&script, ten());
    scripted_file_cut(&script, 3, 4);
    pier_file *file = scripted_file_open(&script, NULL);
    static const size_t expected[] = {3, 3, 3, 1};
    for (size_t i = 0, offset = 0; i < 4; i++) {
        assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
        assert_int_equal(size, expected[i]);
        assert_memory_equal(got, digits + offset, size);
        offset += size;
    }
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_END);
    pier_bytes spans[3] = {{"ab", 2}, {"", 0}, {"cdefg", 5}};
    assert_int_equal(pier_file_write(file, spans, 3, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 4);
    spans[0] = (pier_bytes){"efg", 3};
    assert_int_equal(pier_file_write(file, spans, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 3);
    assert_int_equal(scripted_file_written(&script).size, 7);
    assert_memory_equal(scripted_file_written(&script).data, "abcdefg", 7);
    assert_int_equal(script.calls, 7);
    pier_file_destroy(file);
    assert_int_equal(script.closes, 1);
    scripted_file_deinit(&script);
}

static void random_cuts_repeat_with_their_seed(void **state) {
    (void)state;
    size_t sizes[2][64];
    size_t counts[2] = {0, 0};
    static const char bytes[100];
    for (size_t run = 0; run < 2; run++) {
        scripted_file script;
        char got[16];
        size_t size = 0;
        scripted_file_init(&script, (pier_bytes){bytes, sizeof bytes});
        scripted_file_cut_randomly(&script, 5, 5, 99);
        pier_file *file = scripted_file_open(&script, NULL);
        while (pier_file_read(file, got, sizeof got, &size, PIER_NOW) == PIER_OK) {
            assert_in_range(size, 1, 5);
            sizes[run][counts[run]++ % 64] = size;
        }
        pier_file_destroy(file);
        scripted_file_deinit(&script);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_in_range(counts[0], 21, 63);
    assert_memory_equal(sizes[0], sizes[1], counts[0] * sizeof sizes[0][0]);
}

static void events_happen_at_their_byte(void **state) {
    (void)state;
    scripted_file script;
    char got[16];
    size_t size = 0;
    uint32_t ready = 0;
    scripted_file_init(&script, ten());
    scripted_file_at(&script, PIER_READABLE, 4, PIER_WOULD_BLOCK, 2);
    scripted_file_at(&script, PIER_READABLE, 4, PIER_TIMEOUT, 1);
    scripted_file_at(&script, PIER_READABLE, 7, PIER_RESET, SCRIPTED_FOR_GOOD);
    pier_file *file = scripted_file_open(&script, NULL);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 4);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NEVER), PIER_TIMEOUT);
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_OK);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 3);
    /* A failure is not used up by waiting for it. */
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_RESET);
        assert_int_equal(pier_file_error(file)->status, PIER_RESET);
    }
    assert_int_equal(script.read_offset, 7);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
}

static void writing_has_events_of_its_own(void **state) {
    (void)state;
    scripted_file script;
    size_t size = 0;
    uint32_t ready = 0;
    pier_bytes span = {digits, 10};
    scripted_file_init(&script, ten());
    scripted_file_at(&script, PIER_WRITABLE, 6, PIER_NO_SPACE, 1);
    scripted_file_at(&script, PIER_WRITABLE, 8, PIER_WOULD_BLOCK, 1);
    pier_file *file = scripted_file_open(&script, NULL);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 6);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_NO_SPACE);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 2);
    assert_int_equal(pier_file_wait(file, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NOW), PIER_OK);
    assert_int_equal(ready, PIER_READABLE);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 10);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
}

static void the_input_may_end_early_or_grow(void **state) {
    (void)state;
    scripted_file script;
    char got[16];
    size_t size = 0;
    uint32_t ready = 0;
    scripted_file_init(&script, ten());
    scripted_file_at(&script, PIER_READABLE, 5, PIER_END, SCRIPTED_FOR_GOOD);
    pier_file *file = scripted_file_open(&script, NULL);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 5);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_END);
    pier_file_destroy(file);
    scripted_file_deinit(&script);

    scripted_file_init(&script, (pier_bytes){digits, 3});
    script.input_may_grow = true;
    file = scripted_file_open(&script, NULL);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NEVER), PIER_TIMEOUT);
    scripted_file_extend(&script, ten());
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 7);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
}

static void stalls_and_delays_take_their_time(void **state) {
    (void)state;
    scripted_file script;
    char got[16];
    size_t size = 0;
    scripted_file_init(&script, ten());
    scripted_file_stall(&script, PIER_READABLE, 10);
    scripted_file_delay(&script, PIER_READABLE, 0, 20);
    pier_file *file = scripted_file_open(&script, NULL);
    int64_t begin_ns = pier_clock_monotonic_ns();
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
        assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
        assert_int_equal(size, 1);
        assert_int_equal(got[0], digits[i]);
    }
    assert_true(pier_clock_monotonic_ns() - begin_ns >= 20000000);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
}

static void the_rest_answers_as_told(void **state) {
    (void)state;
    scripted_file script;
    scripted_file_init(&script, ten());
    script.sync_status = PIER_NO_SPACE;
    script.shutdown_status = PIER_RESET;
    script.close_status = PIER_SYSTEM;
    pier_file *file = scripted_file_open(&script, NULL);
    assert_int_equal(pier_file_handle(file), -1);
    assert_int_equal(pier_file_sync(file), PIER_NO_SPACE);
    assert_int_equal(pier_file_shutdown(file), PIER_RESET);
    assert_int_equal(pier_file_close(file), PIER_SYSTEM);
    assert_int_equal(script.syncs, 1);
    assert_int_equal(script.shutdowns, 1);
    assert_int_equal(script.closes, 1);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
}

static void an_inner_file_is_cut_and_its_errors_come_through(void **state) {
    (void)state;
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    pier_file *inner = NULL;
    scripted_file script;
    char got[16];
    size_t size = 0;
    uint32_t ready = 0;
    pier_bytes spans[2] = {{"abc", 3}, {"defgh", 5}};
    assert_int_equal(pier_socket_pair(&first, &second, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_socket(&inner, first, NULL, NULL), PIER_OK);
    scripted_file_init_over(&script, inner);
    scripted_file_cut(&script, 2, 4);
    scripted_file_at(&script, PIER_WRITABLE, 0, PIER_WOULD_BLOCK, 1);
    pier_file *file = scripted_file_open(&script, NULL);
    assert_int_equal(pier_file_handle(file), pier_socket_handle(first));
    assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 4);
    assert_int_equal(pier_socket_read(second, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(got, "abcd", 4);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_file_wait(file, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_write(second, spans, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(pier_file_wait(file, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NOW), PIER_OK);
    assert_int_equal(ready, PIER_READABLE | PIER_WRITABLE);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 2);
    assert_int_equal(pier_file_write(file, spans, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(pier_file_shutdown(file), PIER_OK);
    pier_socket_destroy(second);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 1);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_RESET);
    assert_int_equal(pier_file_error(file)->floor, PIER_FLOOR_SOCKET);
    pier_file_destroy(file);
    scripted_file_deinit(&script);
    pier_file_destroy(inner);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_are_cut),
        cmocka_unit_test(random_cuts_repeat_with_their_seed),
        cmocka_unit_test(events_happen_at_their_byte),
        cmocka_unit_test(writing_has_events_of_its_own),
        cmocka_unit_test(the_input_may_end_early_or_grow),
        cmocka_unit_test(stalls_and_delays_take_their_time),
        cmocka_unit_test(the_rest_answers_as_told),
        cmocka_unit_test(an_inner_file_is_cut_and_its_errors_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
