/* The buffer that grows.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer_internal.h"
#include "support/fault_allocator.h"

static void bytes_are_kept_while_it_grows(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier__buffer buffer;
    pier__buffer_init(&buffer, &faults.allocator);
    for (unsigned i = 0; i < 10000; i++) {
        const uint8_t byte = (uint8_t)(i * 7);
        assert_true(pier__buffer_append(&buffer, &byte, 1));
        assert_int_equal(buffer.size, i + 1);
        assert_true(buffer.capacity >= buffer.size);
    }
    for (unsigned i = 0; i < 10000; i++) {
        assert_int_equal(buffer.data[i], (uint8_t)(i * 7));
    }
    /* Doubling: a logarithmic number of moves. */
    assert_true(faults.calls <= 10);
    pier__buffer_deinit(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
    assert_int_equal(buffer.capacity, 0);
    fault_allocator_check(&faults);
}

static void room_is_there_after_a_reserve(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier__buffer buffer;
    pier__buffer_init(&buffer, &faults.allocator);
    assert_true(pier__buffer_reserve(&buffer, 0));
    assert_true(pier__buffer_append(&buffer, NULL, 0));
    assert_int_equal(faults.calls, 0);
    assert_true(pier__buffer_reserve(&buffer, 1000));
    assert_true(buffer.capacity >= 1000);
    assert_int_equal(buffer.size, 0);
    const uint64_t calls = faults.calls;
    assert_true(pier__buffer_reserve(&buffer, 1000));
    assert_int_equal(faults.calls, calls);
    pier__buffer_deinit(&buffer);
    fault_allocator_check(&faults);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier__buffer buffer;
    pier__buffer_init(&buffer, &faults.allocator);
    assert_true(pier__buffer_append(&buffer, "abc", 3));
    const uint64_t calls = faults.calls;
    assert_false(pier__buffer_reserve(&buffer, SIZE_MAX));
    assert_false(pier__buffer_reserve(&buffer, SIZE_MAX - 2));
    assert_false(pier__buffer_reserve(&buffer, (size_t)PTRDIFF_MAX - 2));
    assert_int_equal(faults.calls, calls);
    assert_int_equal(buffer.size, 3);
    assert_memory_equal(buffer.data, "abc", 3);
    pier__buffer_deinit(&buffer);
    fault_allocator_check(&faults);
}

static void append_pass(fault_allocator *faults, void *user) {
    (void)user;
    char text[100];
    memset(text, 'x', sizeof text);
    pier__buffer buffer;
    pier__buffer_init(&buffer, &faults->allocator);
    size_t expected = 0;
    bool whole = true;
    for (int i = 0; i < 4; i++) {
        const uint64_t struck = faults->struck;
        bool appended = pier__buffer_append(&buffer, text, sizeof text);
        assert_int_equal(appended, faults->struck == struck);
        expected += appended ? sizeof text : 0;
        assert_int_equal(buffer.size, expected);
        whole = whole && appended;
    }
    assert_int_equal(whole, faults->struck == 0);
    pier__buffer_deinit(&buffer);
}

static void a_refusal_leaves_it_as_it_was(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(append_pass, NULL) >= 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_kept_while_it_grows),
        cmocka_unit_test(room_is_there_after_a_reserve),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_refusal_leaves_it_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
