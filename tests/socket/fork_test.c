/* Sockets after fork: both processes have them, closing in one leaves the other's alone, and what a process made is
 * removed by that process.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/cancel.h>

#include "socket/joint.h"

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

/* Waits for a child, which must have exited with 0. */
static void assert_child_went_well(pid_t child) {
    int outcome = -1;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_true(WIFEXITED(outcome));
    assert_int_equal(WEXITSTATUS(outcome), 0);
}

static void a_child_that_destroys_its_copies_disturbs_nobody(void **state) {
    joint ends;
    char got[4];
    joint_open(&ends, kind_of(state));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_socket_destroy(ends.client);
        pier_socket_destroy(ends.server);
        pier_socket_destroy(ends.listener);
        _exit(0);
    }
    assert_child_went_well(child);
    joint_write(ends.client, "abc", 3);
    joint_read(ends.server, got, 3);
    assert_memory_equal(got, "abc", 3);
    if (ends.kind != JOINT_PAIR) {
        /* The listener still listens, at its path, too. */
        pier_socket_destroy(ends.client);
        pier_socket_destroy(ends.server);
        joint_connect(&ends, &ends.client, &ends.server);
    }
    joint_close(&ends);
}

static void the_end_comes_when_the_last_copy_is_closed(void **state) {
    joint ends;
    char byte = 0;
    size_t size = 0;
    uint32_t ready = 0;
    joint_open(&ends, kind_of(state));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* Holds the client open until the other end is told to be read. */
        pier_socket_destroy(ends.server);
        bool is_good = joint_try_read(ends.client, &byte, 1) && byte == 'g';
        _exit(is_good ? 0 : 1);
    }
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    assert_int_equal(pier_socket_read(ends.server, &byte, 1, &size, pier_deadline_after_ms(JOINT_GLANCE_MS)),
                     PIER_TIMEOUT);
    joint_write(ends.server, "g", 1);
    assert_child_went_well(child);
    assert_int_equal(pier_socket_wait(ends.server, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_read(ends.server, &byte, 1, &size, joint_patience()), PIER_END);
    joint_close(&ends);
}

static void shutting_down_holds_for_both(void **state) {
    joint ends;
    char byte = 0;
    size_t size = 0;
    joint_open(&ends, kind_of(state));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(pier_socket_shutdown(ends.client) == PIER_OK ? 0 : 1);
    }
    assert_child_went_well(child);
    assert_int_equal(pier_socket_read(ends.server, &byte, 1, &size, joint_patience()), PIER_END);
    joint_close(&ends);
}

static void a_child_s_cancel_is_its_own(void **state) {
    joint ends;
    pier_cancel *cancel = NULL;
    char byte = 0;
    size_t size = 0;
    joint_open(&ends, kind_of(state));
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* Made after fork, it is whole. */
        pier_cancel *own = NULL;
        if (pier_cancel_create(&own, NULL, NULL) != PIER_OK || pier_socket_set_cancel(ends.client, own) != PIER_OK) {
            _exit(1);
        }
        pier_cancel_fire(own);
        _exit(pier_socket_read(ends.client, &byte, 1, &size, joint_patience()) == PIER_CANCELLED ? 0 : 2);
    }
    assert_child_went_well(child);
    assert_false(pier_cancel_is_fired(cancel));
    assert_int_equal(pier_socket_set_cancel(ends.client, cancel), PIER_OK);
    assert_int_equal(pier_socket_read(ends.client, &byte, 1, &size, pier_deadline_after_ms(JOINT_GLANCE_MS)),
                     PIER_TIMEOUT);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static const struct {
    const char *name;
    CMUnitTestFunction run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(a_child_that_destroys_its_copies_disturbs_nobody),
    ROW(the_end_comes_when_the_last_copy_is_closed),
    ROW(shutting_down_holds_for_both),
    ROW(a_child_s_cancel_is_its_own),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

int main(void) {
    static struct CMUnitTest tests[JOINT_KIND_COUNT * SUITE_COUNT];
    static char names[JOINT_KIND_COUNT * SUITE_COUNT][96];
    static joint_kind kinds[JOINT_KIND_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < JOINT_KIND_COUNT; kind++) {
        kinds[kind] = (joint_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            (void)snprintf(names[count], sizeof names[count], "%s_%s", joint_kind_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    return _cmocka_run_group_tests("sockets after fork", tests, count, NULL, NULL);
}
