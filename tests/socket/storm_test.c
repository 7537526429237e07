/* A storm of signals over a transfer: no call shows EINTR, and every byte arrives once and in order.
 *
 * Floor 2 (socket).
 *
 *     storm_test [MEGABYTES]      at each kind of socket; 10 if none is given */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "socket/joint.h"

/* The least that is sent, and the least that must strike on the way. */
static size_t bytes_min = (size_t)10 << 20;
#define SIGNALS_MIN 200
#define SIGNALS_PER_SECOND 1000

static atomic_ulong signals_sent; /* to each of the two threads; one that finds another waiting is lost in it */
static atomic_ulong signals_caught;
static atomic_bool is_sent;
static atomic_bool is_over;

static void catch_signal(int number) {
    (void)number;
    atomic_fetch_add_explicit(&signals_caught, 1, memory_order_relaxed);
}

/* One end of the transfer. */
typedef struct transfer_end {
    pier_socket *socket;
    size_t bytes;
    pier_status status;
    bool is_right;
} transfer_end;

static void *send_all(void *argument) {
    transfer_end *end = argument;
    static unsigned char chunk[40000];
    while (end->status == PIER_OK &&
           (end->bytes < bytes_min || atomic_load_explicit(&signals_caught, memory_order_relaxed) < SIGNALS_MIN)) {
        size_t size = 0;
        for (size_t i = 0; i < sizeof chunk; i++) {
            chunk[i] = joint_pattern(end->bytes + i);
        }
        pier_bytes spans[2] = {{chunk, 1000}, {chunk + 1000, sizeof chunk - 1000}};
        end->status = pier_socket_write(end->socket, spans, 2, &size, pier_deadline_after_ms(20000));
        end->bytes += size;
    }
    atomic_store(&is_sent, true);
    return NULL;
}

static void *receive_all(void *argument) {
    transfer_end *end = argument;
    static unsigned char chunk[7777];
    struct timespec pause = {0, 50000};
    end->is_right = true;
    for (;;) {
        size_t size = 0;
        end->status = pier_socket_read(end->socket, chunk, sizeof chunk, &size, pier_deadline_after_ms(20000));
        if (end->status != PIER_OK) {
            return NULL;
        }
        for (size_t i = 0; i < size; i++) {
            end->is_right = end->is_right && chunk[i] == joint_pattern(end->bytes + i);
        }
        end->bytes += size;
        if (end->bytes % 3 == 0) {
            /* Now and then the sender must wait, too. */
            (void)nanosleep(&pause, NULL);
        }
    }
}

/* The two threads that the storm goes over. */
static pthread_t sender;
static pthread_t receiver;

static void *blow(void *argument) {
    enum { PERIOD_NS = 1000000000 / SIGNALS_PER_SECOND };
    struct timespec next;
    (void)argument;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &next), 0);
    while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
        (void)pthread_kill(sender, SIGUSR1);
        (void)pthread_kill(receiver, SIGUSR1);
        atomic_fetch_add_explicit(&signals_sent, 1, memory_order_relaxed);
        /* By the clock: a pause after each would come to fewer. */
        next.tv_nsec += PERIOD_NS;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    return NULL;
}

static void a_storm_of_signals_changes_nothing(void **state) {
    joint ends;
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    joint_open(&ends, kind);
    pthread_t storm;
    transfer_end sending = {.socket = ends.client};
    transfer_end receiving = {.socket = ends.server};
    /* Without SA_RESTART every call that waits is interrupted. */
    struct sigaction caught = {.sa_handler = catch_signal};
    struct sigaction before;
    atomic_store(&signals_sent, 0);
    atomic_store(&signals_caught, 0);
    atomic_store(&is_sent, false);
    atomic_store(&is_over, false);
    assert_int_equal(sigaction(SIGUSR1, &caught, &before), 0);
    int64_t begun_ns = pier_clock_monotonic_ns();
    assert_int_equal(pthread_create(&receiver, NULL, receive_all, &receiving), 0);
    assert_int_equal(pthread_create(&sender, NULL, send_all, &sending), 0);
    assert_int_equal(pthread_create(&storm, NULL, blow, NULL), 0);
    /* The storm ends before the sender is joined: a thread that is gone must not be sent signals. */
    while (!atomic_load(&is_sent)) {
        struct timespec pause = {0, 1000000};
        (void)nanosleep(&pause, NULL);
    }
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(storm, NULL), 0);
    assert_int_equal(pthread_join(sender, NULL), 0);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    assert_int_equal(pthread_join(receiver, NULL), 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    double took_s = (double)(pier_clock_monotonic_ns() - begun_ns) / 1e9;
    print_message("%zu bytes in %.2f s, %.0f signals a second sent to each thread, %lu caught\n", receiving.bytes,
                  took_s, (double)atomic_load(&signals_sent) / took_s, atomic_load(&signals_caught));
    assert_int_equal(sending.status, PIER_OK);
    assert_int_equal(receiving.status, PIER_END);
    assert_true(receiving.is_right);
    assert_true(sending.bytes >= bytes_min);
    assert_int_equal(receiving.bytes, sending.bytes);
    assert_true(atomic_load(&signals_caught) >= SIGNALS_MIN);
    joint_close(&ends);
}

int main(int count, char **arguments) {
    if (count > 1) {
        bytes_min = (size_t)strtoul(arguments[1], NULL, 10) * 1000000;
    }
    static char names[JOINT_KIND_COUNT][96];
    static joint_kind kinds[JOINT_KIND_COUNT];
    static struct CMUnitTest tests[JOINT_KIND_COUNT];
    for (size_t kind = 0; kind < JOINT_KIND_COUNT; kind++) {
        kinds[kind] = (joint_kind)kind;
        (void)snprintf(names[kind], sizeof names[kind], "%s_a_storm_of_signals_changes_nothing",
                       joint_kind_name(kinds[kind]));
        tests[kind] = (struct CMUnitTest){names[kind], a_storm_of_signals_changes_nothing, NULL, NULL, &kinds[kind]};
    }
    return _cmocka_run_group_tests("signal storm", tests, JOINT_KIND_COUNT, NULL, NULL);
}
