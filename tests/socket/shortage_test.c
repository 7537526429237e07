/* Accepting while the process has no descriptor left: neither spins nor dies, and recovers.
 *
 * Floor 2 (socket). What one call answers then is in connect_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <pier/cancel.h>

#include "socket/joint.h"

/* Gives the process its descriptors back after a while. */
static void *raise_limit(void *argument) {
    struct timespec pause = {0, 30000000};
    (void)nanosleep(&pause, NULL);
    (void)setrlimit(RLIMIT_NOFILE, argument);
    return NULL;
}

/* A loop around the call does not spin, one that waits goes on when it can, and a cancel ends it. */
static void accepting_without_descriptors_does_not_spin(void **state) {
    joint ends;
    struct rlimit before;
    pier_cancel *cancel = NULL;
    pthread_t thread;
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded != NULL && strstr(preloaded, "valgrind") != NULL) {
        skip();
    }
    (void)state;
    joint_listen(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_set_cancel(ends.listener, cancel), PIER_OK);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int lowest = dup(0);
    assert_true(lowest >= 0);
    assert_int_equal(close(lowest), 0);
    struct rlimit tight = {.rlim_cur = (rlim_t)lowest, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    int calls = 0;
    int64_t begun_ns = pier_clock_monotonic_ns();
    while (pier_clock_monotonic_ns() - begun_ns < INT64_C(250000000)) {
        assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NEVER), PIER_SYSTEM);
        calls++;
    }
    pier_cancel_fire(cancel);
    pier_status cancelled = pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NEVER);
    pier_cancel_clear(cancel);
    assert_int_equal(pthread_create(&thread, NULL, raise_limit, &before), 0);
    pier_status status = PIER_SYSTEM;
    begun_ns = pier_clock_monotonic_ns();
    while (status == PIER_SYSTEM && pier_clock_monotonic_ns() - begun_ns < INT64_C(5000000000)) {
        status = pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience());
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_in_range(calls, 1, 3);
    assert_int_equal(cancelled, PIER_CANCELLED);
    assert_int_equal(status, PIER_OK);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepting_without_descriptors_does_not_spin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
