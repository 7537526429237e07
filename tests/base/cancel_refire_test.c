/* A cancel object that is fired while it is being cleared: the moment between, at which threads alone seldom meet.
 *
 * Floor 0 (base). The linker puts __wrap_read in the place of the read that empties the handle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include <pier/cancel.h>

/* What happens while the handle is emptied. */
static struct {
    pier_cancel *cancel;
    bool fires_before;
    bool fires_after;
    bool waits; /* for another thread, which clears, too */
    atomic_bool other_clears;
} moment;

ssize_t __real_read(int handle, void *buffer, size_t size);
ssize_t __wrap_read(int handle, void *buffer, size_t size);

ssize_t __wrap_read(int handle, void *buffer, size_t size) {
    if (moment.fires_before) {
        pier_cancel_fire(moment.cancel);
        pier_cancel_fire(moment.cancel);
        assert_true(pier_cancel_is_fired(moment.cancel));
    }
    if (moment.waits) {
        while (!atomic_load(&moment.other_clears)) {
            (void)sched_yield();
        }
    }
    ssize_t got = __real_read(handle, buffer, size);
    if (moment.fires_after) {
        pier_cancel_fire(moment.cancel);
        assert_true(pier_cancel_is_fired(moment.cancel));
    }
    return got;
}

static bool shows(const pier_cancel *cancel) {
    struct pollfd entry = {.fd = pier_cancel_handle(cancel), .events = POLLIN, .revents = 0};
    return poll(&entry, 1, 0) == 1;
}

static int begin(void **state) {
    (void)state;
    moment.fires_before = false;
    moment.fires_after = false;
    moment.waits = false;
    atomic_store(&moment.other_clears, false);
    return pier_cancel_create(&moment.cancel, NULL, NULL) != PIER_OK;
}

static int end(void **state) {
    (void)state;
    pier_cancel_destroy(moment.cancel);
    return 0;
}

/* Clears in the moment that was chosen, then once more in peace. */
static void clear_twice(void) {
    pier_cancel_fire(moment.cancel);
    pier_cancel_clear(moment.cancel);
    /* What was fired while it was cleared stays, whole: the state and the handle. */
    assert_true(pier_cancel_is_fired(moment.cancel));
    assert_true(shows(moment.cancel));
    moment.fires_before = false;
    moment.fires_after = false;
    pier_cancel_clear(moment.cancel);
    assert_false(pier_cancel_is_fired(moment.cancel));
    assert_false(shows(moment.cancel));
}

static void fired_before_the_handle_is_empty(void **state) {
    (void)state;
    moment.fires_before = true;
    clear_twice();
}

static void fired_after_the_handle_is_empty(void **state) {
    (void)state;
    moment.fires_after = true;
    clear_twice();
}

static void *clear_too(void *user) {
    (void)user;
    atomic_store(&moment.other_clears, true);
    pier_cancel_clear(moment.cancel);
    return NULL;
}

static void cleared_by_two_at_once(void **state) {
    (void)state;
    pthread_t thread;
    moment.waits = true;
    pier_cancel_fire(moment.cancel);
    assert_int_equal(pthread_create(&thread, NULL, clear_too, NULL), 0);
    pier_cancel_clear(moment.cancel);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(pier_cancel_is_fired(moment.cancel));
    assert_false(shows(moment.cancel));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fired_before_the_handle_is_empty, begin, end),
        cmocka_unit_test_setup_teardown(fired_after_the_handle_is_empty, begin, end),
        cmocka_unit_test_setup_teardown(cleared_by_two_at_once, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
