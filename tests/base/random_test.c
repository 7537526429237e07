/* Random numbers: never 0, never the same, and an honest answer when the system has none.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random_internal.h"
#include "support/fault_system.h"

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

static void numbers_differ_and_are_not_0(void **state) {
    (void)state;
    /* Two of 100 random 64-bit numbers agree once in 10^15 runs. */
    uint64_t numbers[100];
    for (int i = 0; i < 100; i++) {
        assert_true(pier__random_u64(&numbers[i]));
        assert_true(numbers[i] != 0);
        for (int j = 0; j < i; j++) {
            assert_true(numbers[i] != numbers[j]);
        }
    }
}

static void interruptions_are_passed_over(void **state) {
    (void)state;
    uint64_t number;
    fault_system_interrupt(2);
    for (int i = 0; i < 10; i++) {
        assert_true(pier__random_u64(&number));
        assert_true(number != 0);
    }
    assert_true(fault_system_struck() >= 5);
}

static void a_system_without_any_is_told(void **state) {
    (void)state;
    uint64_t number;
    fault_system_fail(FAULT_GETRANDOM, 1, true, ENOSYS);
    assert_false(pier__random_u64(&number));
    assert_int_equal(fault_system_struck(), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(numbers_differ_and_are_not_0, reset),
        cmocka_unit_test_setup(interruptions_are_passed_over, reset),
        cmocka_unit_test_setup(a_system_without_any_is_told, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
