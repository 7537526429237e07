/* The cancel object: it ends every call that waits, loses nothing, and leaves the socket as it was.
 *
 * Floor 2 (socket). Stamped over every kind of socket; races against completion are in cancel_race_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pier/cancel.h>

#include "socket/joint.h"
#include "support/fault_system.h"

/* How long the other thread lets the call wait before it fires, and how soon the call must have ended after that. */
enum { WAIT_MS = 30, SOON_MS = 1000 };

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

static pier_cancel *make_cancel(void) {
    pier_cancel *cancel = NULL;
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    return cancel;
}

static void sleep_ms(long time_ms) {
    struct timespec time = {time_ms / 1000, time_ms % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

/* One that fires from another thread while this one waits. */
typedef struct firing {
    pthread_t thread;
    pier_cancel *cancel;
    int64_t fired_ns;
} firing;

static void *fire_later(void *argument) {
    firing *later = argument;
    sleep_ms(WAIT_MS);
    later->fired_ns = pier_clock_monotonic_ns();
    pier_cancel_fire(later->cancel);
    return NULL;
}

static void begin_firing(firing *later, pier_cancel *cancel) {
    *later = (firing){.cancel = cancel};
    assert_int_equal(pthread_create(&later->thread, NULL, fire_later, later), 0);
}

static void assert_fired_soon(firing *later) {
    int64_t now_ns = pier_clock_monotonic_ns();
    assert_int_equal(pthread_join(later->thread, NULL), 0);
    assert_true(now_ns >= later->fired_ns);
    assert_in_range((now_ns - later->fired_ns) / 1000000, 0, SOON_MS);
}

static void name_cancel(pier_socket *socket, pier_cancel *cancel) {
    assert_int_equal(pier_socket_set_cancel(socket, cancel), PIER_OK);
}

/* Writes until the socket takes no more; returns how many bytes it took. */
static size_t stuff(pier_socket *socket) {
    static char bytes[65536];
    pier_bytes span = {bytes, sizeof bytes};
    size_t total = 0;
    size_t taken = 0;
    /* TCP goes on moving bytes into the peer's queue for a while, and makes room for a few before it says so. */
    for (int quiet = 0; quiet < 30; quiet++) {
        while (pier_socket_write(socket, &span, 1, &taken, PIER_NOW) == PIER_OK) {
            total += taken;
            quiet = 0;
        }
        sleep_ms(20);
    }
    return total;
}

static void accept_is_cancelled(void **state) {
    joint ends;
    pier_cancel *cancel = make_cancel();
    joint_listen(&ends, kind_of(state));
    name_cancel(ends.listener, cancel);
    firing later;
    begin_firing(&later, cancel);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NEVER), PIER_CANCELLED);
    assert_fired_soon(&later);
    assert_null(ends.server);
    /* It stays latched, is no failure, and takes nothing away. */
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NEVER), PIER_CANCELLED);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_error(ends.listener)->status, PIER_OK);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    pier_cancel_clear(cancel);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
    /* What it accepts has the same object. */
    char byte = 0;
    size_t size = 0;
    pier_cancel_fire(cancel);
    assert_int_equal(pier_socket_read(ends.server, &byte, 1, &size, PIER_NEVER), PIER_CANCELLED);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void read_is_cancelled(void **state) {
    joint ends;
    pier_cancel *cancel = make_cancel();
    joint_open(&ends, kind_of(state));
    name_cancel(ends.client, cancel);
    char got[8];
    size_t size = 99;
    firing later;
    begin_firing(&later, cancel);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, PIER_NEVER), PIER_CANCELLED);
    assert_fired_soon(&later);
    assert_int_equal(size, 0);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    /* Cancelled counts more than a deadline that has passed. */
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, pier_deadline_after_ms(0)), PIER_CANCELLED);
    /* What is there is read all the same. */
    joint_write(ends.server, "12345", 5);
    uint32_t ready = 0;
    assert_int_equal(pier_socket_set_cancel(ends.client, NULL), PIER_OK);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    name_cancel(ends.client, cancel);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, PIER_NEVER), PIER_OK);
    assert_int_equal(ready, PIER_READABLE);
    assert_int_equal(pier_socket_read(ends.client, got, 2, &size, PIER_NEVER), PIER_OK);
    pier_cancel_clear(cancel);
    joint_read(ends.client, got, 3);
    assert_memory_equal(got, "345", 3);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_OK);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void write_is_cancelled(void **state) {
    joint ends;
    pier_cancel *cancel = make_cancel();
    joint_open(&ends, kind_of(state));
    size_t total = stuff(ends.client);
    name_cancel(ends.client, cancel);
    pier_bytes span = {"never sent", 10};
    size_t taken = 99;
    firing later;
    begin_firing(&later, cancel);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &taken, PIER_NEVER), PIER_CANCELLED);
    assert_fired_soon(&later);
    assert_int_equal(taken, 0);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &taken, PIER_NOW), PIER_WOULD_BLOCK);
    pier_cancel_clear(cancel);
    /* Exactly what was taken arrives. */
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    char *got = malloc(total);
    assert_non_null(got);
    joint_read(ends.server, got, total);
    size_t size = 0;
    assert_int_equal(pier_socket_read(ends.server, got, 1, &size, joint_patience()), PIER_END);
    free(got);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void wait_is_cancelled(void **state) {
    joint ends;
    pier_cancel *cancel = make_cancel();
    joint_open(&ends, kind_of(state));
    name_cancel(ends.client, cancel);
    uint32_t ready = 99;
    firing later;
    begin_firing(&later, cancel);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, PIER_NEVER), PIER_CANCELLED);
    assert_fired_soon(&later);
    assert_int_equal(ready, 0);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NEVER), PIER_OK);
    assert_int_equal(ready, PIER_WRITABLE);
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void connect_is_cancelled(void **state) {
    joint ends = {.kind = kind_of(state)};
    pier_cancel *cancel = make_cancel();
    pier_socket_options options = {.size = sizeof options, .backlog = 1, .cancel = cancel};
    pier_socket *waiting[16];
    pier_error error;
    pier_address address = joint_address(&ends, ends.kind);
    assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, &error), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    size_t count = joint_fill_queue(&ends.address, waiting, sizeof waiting / sizeof waiting[0]);
    firing later;
    begin_firing(&later, cancel);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NEVER, &options, &error), PIER_CANCELLED);
    assert_fired_soon(&later);
    assert_null(ends.client);
    assert_int_equal(error.status, PIER_CANCELLED);
    assert_non_null(strstr(error.text, "it was cancelled"));
    pier_deadline deadline = pier_deadline_after_ms(SOON_MS);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, deadline, &options, &error), PIER_CANCELLED);
    pier_cancel_clear(cancel);
    deadline = pier_deadline_after_ms(WAIT_MS);
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, deadline, &options, &error), PIER_TIMEOUT);
    while (count > 0) {
        pier_socket_destroy(waiting[--count]);
    }
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void one_object_ends_many_calls(void **state) {
    enum { COUNT = 8 };
    joint ends[COUNT];
    pier_cancel *cancel = make_cancel();
    joint_kind kind = kind_of(state);
    for (size_t i = 0; i < COUNT; i++) {
        joint_open(&ends[i], kind);
        name_cancel(ends[i].client, cancel);
    }
    firing later;
    begin_firing(&later, cancel);
    for (size_t i = 0; i < COUNT; i++) {
        char byte = 0;
        size_t size = 0;
        assert_int_equal(pier_socket_read(ends[i].client, &byte, 1, &size, PIER_NEVER), PIER_CANCELLED);
    }
    assert_fired_soon(&later);
    for (size_t i = 0; i < COUNT; i++) {
        joint_close(&ends[i]);
    }
    pier_cancel_destroy(cancel);
}

static void what_need_not_wait_costs_no_call_more(void **state) {
    joint ends;
    pier_cancel *cancel = make_cancel();
    joint_open(&ends, kind_of(state));
    name_cancel(ends.client, cancel);
    name_cancel(ends.server, cancel);
    fault_system_reset();
    pier_bytes span = {"x", 1};
    char byte = 0;
    size_t size = 0;
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, PIER_NEVER), PIER_OK);
    /* Loopback delivers before the call returns, as Unix sockets do. */
    assert_int_equal(pier_socket_read(ends.server, &byte, 1, &size, PIER_NEVER), PIER_OK);
    uint64_t calls = 0;
    for (int call = 0; call < FAULT_CALL_COUNT; call++) {
        calls += fault_system_calls((fault_call)call);
    }
    assert_int_equal(calls, 2);
    fault_system_reset();
    joint_close(&ends);
    pier_cancel_destroy(cancel);
}

static void a_cancel_needs_a_socket(void **state) {
    (void)state;
    assert_int_equal(pier_socket_set_cancel(NULL, NULL), PIER_USAGE);
}

#define EACH_KIND(X)                                                                                                   \
    X(accept_is_cancelled, true)                                                                                       \
    X(connect_is_cancelled, true)                                                                                      \
    X(read_is_cancelled, false)                                                                                        \
    X(write_is_cancelled, false)                                                                                       \
    X(wait_is_cancelled, false)                                                                                        \
    X(one_object_ends_many_calls, false)                                                                               \
    X(what_need_not_wait_costs_no_call_more, false)

int main(void) {
    static const struct {
        CMUnitTestFunction function;
        const char *name;
        bool listens;
    } table[] = {
#define ROW(function, listens) {function, #function, listens},
        EACH_KIND(ROW)
#undef ROW
    };
    enum { ROWS = sizeof table / sizeof table[0] };
    static joint_kind kinds[JOINT_KIND_COUNT];
    static char names[ROWS * JOINT_KIND_COUNT][96];
    struct CMUnitTest tests[ROWS * JOINT_KIND_COUNT + 1];
    size_t count = 0;
    memset(tests, 0, sizeof tests);
    for (size_t row = 0; row < ROWS; row++) {
        for (int kind = 0; kind < JOINT_KIND_COUNT; kind++) {
            if (table[row].listens && kind == JOINT_PAIR) {
                continue;
            }
            kinds[kind] = (joint_kind)kind;
            (void)snprintf(names[count], sizeof names[count], "%s_%s", joint_kind_name(kinds[kind]), table[row].name);
            tests[count] = (struct CMUnitTest){names[count], table[row].function, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_cancel_needs_a_socket);
    return _cmocka_run_group_tests("socket_cancel", tests, count, NULL, NULL);
}
