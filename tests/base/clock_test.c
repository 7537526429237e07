/* Clocks and deadlines.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include <pier/clock.h>

static void the_monotonic_clock_goes_on(void **state) {
    (void)state;
    int64_t first_ns = pier_clock_monotonic_ns();
    assert_true(first_ns > 0);
    int64_t last_ns = first_ns;
    for (int i = 0; i < 1000; i++) {
        int64_t now_ns = pier_clock_monotonic_ns();
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
    }
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = 2000000};
    (void)nanosleep(&pause, NULL);
    int64_t passed_ns = pier_clock_monotonic_ns() - first_ns;
    assert_true(passed_ns >= 2000000);
    assert_true(passed_ns < INT64_C(30000000000));
}

static void the_unix_clock_is_the_systems(void **state) {
    (void)state;
    int64_t before_s = (int64_t)time(NULL);
    int64_t now_ns = pier_clock_unix_ns();
    int64_t after_s = (int64_t)time(NULL);
    /* time() may lag behind by one tick of the kernel, but stays within the second. */
    assert_true(now_ns / 1000000000 >= before_s);
    assert_true(now_ns / 1000000000 <= after_s + 1);
}

static void a_deadline_lies_ahead_by_its_timeout(void **state) {
    (void)state;
    int64_t before_ns = pier_clock_monotonic_ns();
    pier_deadline deadline = pier_deadline_after_ms(1500);
    int64_t after_ns = pier_clock_monotonic_ns();
    assert_true(deadline >= before_ns + INT64_C(1500000000));
    assert_true(deadline <= after_ns + INT64_C(1500000000));
}

static void a_deadline_after_0_ms_has_passed_and_is_not_now(void **state) {
    (void)state;
    pier_deadline deadline = pier_deadline_after_ms(0);
    assert_true(deadline > PIER_NOW);
    assert_true(deadline <= pier_clock_monotonic_ns());
}

static void a_deadline_beyond_the_clock_is_never(void **state) {
    (void)state;
    assert_true(pier_deadline_after_ms(-1) == PIER_NEVER);
    assert_true(pier_deadline_after_ms(INT64_MIN) == PIER_NEVER);
    assert_true(pier_deadline_after_ms(INT64_MAX) == PIER_NEVER);
    assert_true(pier_deadline_after_ms(PIER_NEVER / 1000000) == PIER_NEVER);
    /* A century fits. */
    assert_true(pier_deadline_after_ms(INT64_C(100) * 366 * 24 * 3600 * 1000) < PIER_NEVER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_monotonic_clock_goes_on),
        cmocka_unit_test(the_unix_clock_is_the_systems),
        cmocka_unit_test(a_deadline_lies_ahead_by_its_timeout),
        cmocka_unit_test(a_deadline_after_0_ms_has_passed_and_is_not_now),
        cmocka_unit_test(a_deadline_beyond_the_clock_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
