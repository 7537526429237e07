/* Reads that wait: in one call of the system where that can be, for no longer than they may, and with a handle that
 * blocks nobody who asks for it; and reads that ask again and again for a while before they sleep.
 *
 * Floor 2 (socket). Stamped over every kind of connected socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <pier/cancel.h>
#include <pier/socket_handle.h>
#include <pier/socket_transfer.h>

#include "socket/joint.h"
#include "socket/socket_internal.h"
#include "support/fault_system.h"

/* How long the other thread waits before it does its part: within the first slice of a wait. SOON: how long what is due
 * may take on a busy machine. LONG_US: a spin that a test would not wait for. */
enum { EARLY_MS = 2, SOON_MS = 2000, LONG_US = 600000000 };

static void open_joint(joint *ends, void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    joint_open(ends, kind);
    fault_system_reset();
}

static int64_t now_ms(void) {
    return pier_clock_monotonic_ns() / 1000000;
}

static void sleep_ms(long time_ms) {
    struct timespec time = {0, time_ms * 1000000};
    (void)nanosleep(&time, NULL);
}

/* What another thread does while this one reads: writes a byte, or fires. */
typedef struct other {
    pthread_t thread;
    pier_socket *writes;
    pier_cancel *fires;
} other;

static void *act(void *argument) {
    other *self = argument;
    sleep_ms(EARLY_MS);
    if (self->fires != NULL) {
        pier_cancel_fire(self->fires);
    } else {
        (void)joint_try_write(self->writes, "x", 1);
    }
    return NULL;
}

static void begin(other *self, pier_socket *writes, pier_cancel *fires) {
    *self = (other){.writes = writes, .fires = fires};
    assert_int_equal(pthread_create(&self->thread, NULL, act, self), 0);
}

static void end(other *self) {
    assert_int_equal(pthread_join(self->thread, NULL), 0);
}

static pier_status read_byte(pier_socket *socket, pier_deadline deadline) {
    char byte = 0;
    size_t size = 0;
    pier_status status = pier_socket_read(socket, &byte, 1, &size, deadline);
    assert_int_equal(size, status == PIER_OK ? 1 : 0);
    assert_int_equal(byte, status == PIER_OK ? 'x' : 0);
    return status;
}

/* Lets a read wait, for a byte that comes soon. */
static void wait_for_byte(joint *ends, pier_deadline deadline) {
    other writer;
    begin(&writer, ends->server, NULL);
    assert_int_equal(read_byte(ends->client, deadline), PIER_OK);
    end(&writer);
}

static void assert_does_not_block(int handle) {
    struct timeval slice = {1, 1};
    socklen_t size = sizeof slice;
    assert_int_equal(fcntl(handle, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(getsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &slice, &size), 0);
    assert_int_equal(slice.tv_sec, 0);
    assert_int_equal(slice.tv_usec, 0);
}

static void a_second_wait_is_one_call(void **state) {
    joint ends;
    open_joint(&ends, state);
    for (int i = 0; i < 20; i++) {
        wait_for_byte(&ends, joint_patience());
        /* The first wait prepares the socket; and on a busy machine a byte may take longer than a slice. */
        if (i > 0 && fault_system_calls(FAULT_PPOLL) == 0 && fault_system_calls(FAULT_RECV) == 1) {
            joint_close(&ends);
            return;
        }
        fault_system_reset();
    }
    fail_msg("no wait is one call");
}

static void a_wait_of_any_length_ends_well(void **state) {
    joint ends;
    open_joint(&ends, state);
    wait_for_byte(&ends, PIER_NEVER);
    for (int i = 0; i < 3; i++) {
        /* Longer than a slice: the rest is waited for by poll. */
        int64_t begin_ms = now_ms();
        assert_int_equal(read_byte(ends.client, pier_deadline_after_ms(60)), PIER_TIMEOUT);
        assert_in_range(now_ms() - begin_ms, 59, SOON_MS);
        /* Shorter than one. */
        begin_ms = now_ms();
        assert_int_equal(read_byte(ends.client, pier_deadline_after_ms(5)), PIER_TIMEOUT);
        assert_in_range(now_ms() - begin_ms, 4, SOON_MS);
        assert_int_equal(read_byte(ends.client, PIER_NOW), PIER_WOULD_BLOCK);
        wait_for_byte(&ends, PIER_NEVER);
    }
    joint_close(&ends);
}

/* A socket whose reads wait by themselves blocks in no other call. */
static void no_other_call_blocks(void **state) {
    joint ends;
    open_joint(&ends, state);
    wait_for_byte(&ends, PIER_NEVER);
    char byte = 0;
    size_t size = 0;
    const pier_room room = {&byte, 1};
    int handle = -1;
    assert_int_equal(pier_socket_peek(ends.client, &byte, 1, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_read_rooms(ends.client, &room, 1, &size, PIER_NOW), PIER_WOULD_BLOCK);
    if (ends.address.transport == PIER_TRANSPORT_UNIX) {
        assert_int_equal(pier_socket_receive_handle(ends.client, &handle, PIER_NOW), PIER_WOULD_BLOCK);
    }
    static char bytes[65536];
    const pier_bytes span = {bytes, sizeof bytes};
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = pier_socket_write(ends.client, &span, 1, &size, PIER_NOW);
    }
    assert_int_equal(status, PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, pier_deadline_after_ms(20)), PIER_TIMEOUT);
    joint_close(&ends);
}

static void a_wait_is_cancelled_in_its_first_slice(void **state) {
    joint ends;
    open_joint(&ends, state);
    pier_cancel *cancel = NULL;
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_set_cancel(ends.client, cancel), PIER_OK);
    wait_for_byte(&ends, PIER_NEVER);
    other firing;
    int64_t begin_ms = now_ms();
    begin(&firing, NULL, cancel);
    assert_int_equal(read_byte(ends.client, PIER_NEVER), PIER_CANCELLED);
    assert_in_range(now_ms() - begin_ms, 0, SOON_MS);
    end(&firing);
    /* Fired already: at once, but for what is there. */
    fault_system_reset();
    assert_int_equal(read_byte(ends.client, PIER_NEVER), PIER_CANCELLED);
    assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
    joint_write(ends.server, "x", 1);
    assert_int_equal(read_byte(ends.client, PIER_NEVER), PIER_OK);
    pier_cancel_clear(cancel);
    wait_for_byte(&ends, PIER_NEVER);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void who_asks_for_the_handle_gets_one_that_does_not_block(void **state) {
    joint ends;
    open_joint(&ends, state);
    wait_for_byte(&ends, PIER_NEVER);
    assert_does_not_block(pier_socket_handle(ends.client));
    /* And it stays so. */
    wait_for_byte(&ends, PIER_NEVER);
    wait_for_byte(&ends, joint_patience());
    int handle = -1;
    assert_int_equal(pier_socket_release(ends.client, &handle), PIER_OK);
    assert_does_not_block(handle);
    assert_int_equal(close(handle), 0);
    joint_close(&ends);
}

static void a_released_handle_does_not_block(void **state) {
    joint ends;
    open_joint(&ends, state);
    wait_for_byte(&ends, PIER_NEVER);
    int handle = -1;
    assert_int_equal(pier_socket_release(ends.client, &handle), PIER_OK);
    assert_does_not_block(handle);
    assert_int_equal(close(handle), 0);
    joint_close(&ends);
}

/* Reading goes on by poll where the system does not let it wait. */
static void what_prepares_a_wait_may_fail(void **state) {
    static const fault_call calls[] = {FAULT_SETSOCKOPT, FAULT_IOCTL};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        joint ends;
        open_joint(&ends, state);
        fault_system_fail(calls[i], 1, true, ENOBUFS);
        /* On a busy machine the byte may be there before it is read, and nothing waits. */
        for (int tries = 0; tries < 20 && fault_system_struck() == 0; tries++) {
            wait_for_byte(&ends, joint_patience());
        }
        assert_true(fault_system_struck() > 0);
        fault_system_reset();
        /* Nothing of it is left. */
        assert_does_not_block(ends.client->handle);
        assert_int_equal(read_byte(ends.client, pier_deadline_after_ms(30)), PIER_TIMEOUT);
        joint_close(&ends);
    }
}

static void a_signal_in_a_wait_is_not_shown(void **state) {
    joint ends;
    open_joint(&ends, state);
    wait_for_byte(&ends, PIER_NEVER);
    fault_system_reset();
    joint_write(ends.server, "x", 1);
    fault_system_fail(FAULT_RECV, 1, false, EINTR);
    assert_int_equal(read_byte(ends.client, PIER_NEVER), PIER_OK);
    assert_int_equal(fault_system_struck(), 1);
    fault_system_fail(FAULT_RECV, 1, false, EINTR);
    assert_int_equal(read_byte(ends.client, pier_deadline_after_ms(50)), PIER_TIMEOUT);
    fault_system_reset();
    joint_close(&ends);
}

/* Spinning --------------------------------------------------------------------------------------------------------- */

static void what_comes_in_time_is_read_without_sleeping(void **state) {
    joint ends;
    open_joint(&ends, state);
    pier__socket_set_spin(ends.client, LONG_US);
    /* On a busy machine the byte may be there before it is read. */
    for (int i = 0; i < 20 && fault_system_calls(FAULT_RECV) <= 1; i++) {
        fault_system_reset();
        wait_for_byte(&ends, PIER_NEVER);
        assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
    }
    assert_true(fault_system_calls(FAULT_RECV) > 1);
    joint_close(&ends);
}

static void a_spin_ends_in_time(void **state) {
    joint ends;
    open_joint(&ends, state);
    pier__socket_set_spin(ends.client, 5000);
    int64_t begin_ms = now_ms();
    assert_int_equal(read_byte(ends.client, pier_deadline_after_ms(100)), PIER_TIMEOUT);
    assert_in_range(now_ms() - begin_ms, 99, SOON_MS);
    assert_true(fault_system_calls(FAULT_RECV) > 2);
    /* It slept, and had spun before: no more than a fraction of the time went to the processor. */
    assert_true(fault_system_calls(FAULT_PPOLL) > 0);
    fault_system_reset();
    assert_int_equal(read_byte(ends.client, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(fault_system_calls(FAULT_RECV), 1);
    joint_close(&ends);
}

static void a_spin_respects_the_deadline(void **state) {
    joint ends;
    open_joint(&ends, state);
    pier__socket_set_spin(ends.client, LONG_US);
    int64_t begin_ms = now_ms();
    assert_int_equal(read_byte(ends.client, pier_deadline_after_ms(20)), PIER_TIMEOUT);
    assert_in_range(now_ms() - begin_ms, 19, SOON_MS);
    assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
    joint_close(&ends);
}

static void a_spin_is_cancelled(void **state) {
    joint ends;
    open_joint(&ends, state);
    pier_cancel *cancel = NULL;
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_set_cancel(ends.client, cancel), PIER_OK);
    pier__socket_set_spin(ends.client, LONG_US);
    other firing;
    int64_t begin_ms = now_ms();
    begin(&firing, NULL, cancel);
    assert_int_equal(read_byte(ends.client, PIER_NEVER), PIER_CANCELLED);
    assert_in_range(now_ms() - begin_ms, 0, SOON_MS);
    assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
    end(&firing);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void the_end_is_met_while_spinning(void **state) {
    joint ends;
    open_joint(&ends, state);
    pier__socket_set_spin(ends.client, LONG_US);
    assert_int_equal(pier_socket_shutdown(ends.server), PIER_OK);
    assert_int_equal(read_byte(ends.client, PIER_NEVER), PIER_END);
    joint_close(&ends);
}

#define EACH_KIND(X)                                                                                                   \
    X(a_second_wait_is_one_call)                                                                                       \
    X(a_wait_of_any_length_ends_well)                                                                                  \
    X(no_other_call_blocks)                                                                                            \
    X(a_wait_is_cancelled_in_its_first_slice)                                                                          \
    X(who_asks_for_the_handle_gets_one_that_does_not_block)                                                            \
    X(a_released_handle_does_not_block)                                                                                \
    X(what_prepares_a_wait_may_fail)                                                                                   \
    X(a_signal_in_a_wait_is_not_shown)                                                                                 \
    X(what_comes_in_time_is_read_without_sleeping)                                                                     \
    X(a_spin_ends_in_time)                                                                                             \
    X(a_spin_respects_the_deadline)                                                                                    \
    X(a_spin_is_cancelled)                                                                                             \
    X(the_end_is_met_while_spinning)

int main(void) {
    static const struct {
        CMUnitTestFunction function;
        const char *name;
    } table[] = {
#define ROW(function) {function, #function},
        EACH_KIND(ROW)
#undef ROW
    };
    enum { ROWS = sizeof table / sizeof table[0] };
    static joint_kind kinds[JOINT_KIND_COUNT];
    static char names[ROWS * JOINT_KIND_COUNT][96];
    struct CMUnitTest tests[ROWS * JOINT_KIND_COUNT];
    size_t count = 0;
    memset(tests, 0, sizeof tests);
    for (size_t row = 0; row < ROWS; row++) {
        for (int kind = 0; kind < JOINT_KIND_COUNT; kind++) {
            kinds[kind] = (joint_kind)kind;
            (void)snprintf(names[count], sizeof names[count], "%s_%s", joint_kind_name(kinds[kind]), table[row].name);
            tests[count] = (struct CMUnitTest){names[count], table[row].function, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    return _cmocka_run_group_tests("socket_receive", tests, count, NULL, NULL);
}
