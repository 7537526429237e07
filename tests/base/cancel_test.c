/* The cancel object: latched, shared, fired from threads and signal handlers, and never half of it.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include <pier/cancel.h>

#include "support/fault_allocator.h"
#include "support/fault_system.h"

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

/* Returns whether the handle is readable within this time. */
static bool shows(const pier_cancel *cancel, int timeout_ms) {
    struct pollfd entry = {.fd = pier_cancel_handle(cancel), .events = POLLIN, .revents = 0};
    int found = 0;
    do {
        found = poll(&entry, 1, timeout_ms);
    } while (found < 0 && errno == EINTR);
    assert_true(found >= 0);
    return found == 1;
}

static pier_cancel *new_cancel(void) {
    pier_cancel *cancel = NULL;
    pier_error error;
    assert_int_equal(pier_cancel_create(&cancel, NULL, &error), PIER_OK);
    return cancel;
}

static void it_is_latched_until_it_is_cleared(void **state) {
    (void)state;
    pier_cancel *cancel = new_cancel();
    assert_false(pier_cancel_is_fired(cancel));
    assert_false(shows(cancel, 0));
    for (int round = 0; round < 3; round++) {
        pier_cancel_fire(cancel);
        pier_cancel_fire(cancel);
        assert_true(pier_cancel_is_fired(cancel));
        assert_true(shows(cancel, 0));
        assert_true(shows(cancel, 0));
        pier_cancel_clear(cancel);
        assert_false(pier_cancel_is_fired(cancel));
        assert_false(shows(cancel, 0));
        pier_cancel_clear(cancel);
        assert_false(shows(cancel, 0));
    }
    pier_cancel_destroy(cancel);
    pier_cancel_destroy(NULL);
}

static void the_handle_does_not_survive_exec(void **state) {
    (void)state;
    pier_cancel *cancel = new_cancel();
    assert_true((fcntl(pier_cancel_handle(cancel), F_GETFD) & FD_CLOEXEC) != 0);
    pier_cancel_destroy(cancel);
}

static void *fire_later(void *user) {
    struct timespec moment = {0, 20000000};
    (void)nanosleep(&moment, NULL);
    pier_cancel_fire((pier_cancel *)user);
    return NULL;
}

static void it_wakes_who_waits(void **state) {
    (void)state;
    pier_cancel *cancel = new_cancel();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fire_later, cancel), 0);
    assert_true(shows(cancel, 5000));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(pier_cancel_is_fired(cancel));
    pier_cancel_destroy(cancel);
}

static pier_cancel *fired_by_signal;

static void fire_by_signal(int number) {
    (void)number;
    pier_cancel_fire(fired_by_signal);
}

static void a_signal_handler_fires_it_and_keeps_errno(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = fire_by_signal};
    struct sigaction before;
    fired_by_signal = new_cancel();
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    /* Even when the write of the handler is interrupted: errno must be what it was. */
    fault_system_fail(FAULT_WRITE, 1, false, EINTR);
    errno = 4711;
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(errno, 4711);
    assert_int_equal(fault_system_struck(), 1);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    assert_true(shows(fired_by_signal, 0));
    fault_system_fail(FAULT_READ, 1, false, EINTR);
    pier_cancel_clear(fired_by_signal);
    assert_int_equal(fault_system_struck(), 2);
    assert_false(shows(fired_by_signal, 0));
    pier_cancel_destroy(fired_by_signal);
}

/* A thread that waits, is woken, clears, and says so; 100,000 times. A wake-up that is lost would end in the limit of
 * the wait, one that never ends would be seen at once. */
enum { ROUNDS = 100000 };

typedef struct exchange {
    pier_cancel *ping;
    pier_cancel *pong;
    atomic_int failures;
} exchange;

static void *answer(void *user) {
    exchange *both = (exchange *)user;
    for (int round = 0; round < ROUNDS; round++) {
        if (!shows(both->ping, 10000)) {
            atomic_fetch_add(&both->failures, 1);
        }
        pier_cancel_clear(both->ping);
        pier_cancel_fire(both->pong);
    }
    return NULL;
}

static void no_wake_up_is_lost(void **state) {
    (void)state;
    exchange both = {new_cancel(), new_cancel(), 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer, &both), 0);
    for (int round = 0; round < ROUNDS && atomic_load(&both.failures) == 0; round++) {
        pier_cancel_fire(both.ping);
        if (!shows(both.pong, 10000)) {
            atomic_fetch_add(&both.failures, 1);
        }
        pier_cancel_clear(both.pong);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&both.failures), 0);
    assert_false(shows(both.ping, 0));
    assert_false(shows(both.pong, 0));
    pier_cancel_destroy(both.ping);
    pier_cancel_destroy(both.pong);
}

typedef struct fight {
    pier_cancel *cancel;
    void (*blow)(pier_cancel *cancel);
} fight;

static void *strike(void *user) {
    const fight *one = (const fight *)user;
    for (int round = 0; round < ROUNDS / 4; round++) {
        one->blow(one->cancel);
    }
    return NULL;
}

static void firing_against_clearing_leaves_one_or_the_other(void **state) {
    (void)state;
    for (int times = 0; times < 20; times++) {
        pier_cancel *cancel = new_cancel();
        fight fights[4] = {{cancel, pier_cancel_fire},
                           {cancel, pier_cancel_clear},
                           {cancel, pier_cancel_fire},
                           {cancel, pier_cancel_clear}};
        pthread_t threads[4];
        for (int i = 0; i < 4; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, strike, &fights[i]), 0);
        }
        for (int i = 0; i < 4; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        }
        assert_int_equal(pier_cancel_is_fired(cancel), shows(cancel, 0));
        pier_cancel_clear(cancel);
        assert_false(pier_cancel_is_fired(cancel));
        assert_false(shows(cancel, 0));
        pier_cancel_destroy(cancel);
    }
}

static void without_a_descriptor_it_is_not_made(void **state) {
    (void)state;
    pier_cancel *cancel = (pier_cancel *)state;
    pier_error error;
    fault_allocator faults;
    fault_allocator_init(&faults);
    fault_system_fail(FAULT_EVENTFD, 1, false, EMFILE);
    assert_int_equal(pier_cancel_create(&cancel, &faults.allocator, &error), PIER_SYSTEM);
    assert_null(cancel);
    assert_int_equal(error.os_error, EMFILE);
    assert_int_equal(error.floor, PIER_FLOOR_BASE);
    assert_string_equal(error.text,
                        "a cancel object cannot be made: no descriptor is left in this process; close some, "
                        "or raise its limit (ulimit -n)");
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static void without_memory_it_is_not_made(void **state) {
    (void)state;
    pier_cancel *cancel = (pier_cancel *)state;
    pier_error error;
    fault_allocator faults;
    fault_allocator_init(&faults);
    fault_allocator_fail(&faults, 1, false);
    assert_int_equal(pier_cancel_create(&cancel, &faults.allocator, &error), PIER_NO_MEMORY);
    assert_null(cancel);
    assert_int_equal(error.status, PIER_NO_MEMORY);
    assert_int_equal(pier_cancel_create(&cancel, &faults.allocator, NULL), PIER_OK);
    pier_cancel_destroy(cancel);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    assert_int_equal(pier_cancel_create(NULL, NULL, &error), PIER_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_latched_until_it_is_cleared, reset),
        cmocka_unit_test_setup(the_handle_does_not_survive_exec, reset),
        cmocka_unit_test_setup(it_wakes_who_waits, reset),
        cmocka_unit_test_setup(a_signal_handler_fires_it_and_keeps_errno, reset),
        cmocka_unit_test_setup(no_wake_up_is_lost, reset),
        cmocka_unit_test_setup(firing_against_clearing_leaves_one_or_the_other, reset),
        cmocka_unit_test_setup(without_a_descriptor_it_is_not_made, reset),
        cmocka_unit_test_setup(without_memory_it_is_not_made, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
