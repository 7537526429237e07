/* What every kind of socket must do alike: one suite, stamped over TCP, Unix and pairs.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/joint.h"

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

static int64_t milliseconds_since(int64_t begin_ns) {
    return (pier_clock_monotonic_ns() - begin_ns) / 1000000;
}

static void carries_bytes_both_ways(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[32];
    size_t size = 0;
    pier_bytes spans[4] = {{"one ", 4}, {NULL, 0}, {"two ", 4}, {"three", 5}};
    assert_int_equal(pier_socket_write(ends.client, spans, 4, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 13);
    joint_read(ends.server, got, 13);
    assert_memory_equal(got, "one two three", 13);
    joint_write(ends.server, "back", 4);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, joint_patience()), PIER_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(got, "back", 4);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_OK);
    joint_close(&ends);
}

static void reads_no_more_than_there_is_room_for(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 0;
    joint_write(ends.client, "abcdef", 6);
    for (int i = 0; i < 6; i++) {
        memset(got, '#', sizeof got);
        assert_int_equal(pier_socket_read(ends.server, got, 1, &size, joint_patience()), PIER_OK);
        assert_int_equal(size, 1);
        assert_int_equal(got[0], "abcdef"[i]);
        assert_int_equal(got[1], '#');
    }
    joint_close(&ends);
}

static void takes_sixty_four_spans(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    pier_bytes spans[PIER_SPANS_MAX + 1];
    unsigned char sent[PIER_SPANS_MAX + 1];
    unsigned char got[PIER_SPANS_MAX];
    size_t size = 99;
    for (size_t i = 0; i < PIER_SPANS_MAX + 1; i++) {
        sent[i] = joint_pattern(i);
        spans[i] = (pier_bytes){&sent[i], 1};
    }
    assert_int_equal(pier_socket_write(ends.client, spans, PIER_SPANS_MAX + 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(size, 0);
    assert_int_equal(pier_socket_write(ends.client, spans, PIER_SPANS_MAX, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, PIER_SPANS_MAX);
    joint_read(ends.server, got, sizeof got);
    assert_memory_equal(got, sent, sizeof got);
    joint_close(&ends);
}

static void answers_at_once_when_told_to(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(size, 0);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(ready, 0);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_OK);
    joint_close(&ends);
}

static void waits_until_the_deadline_and_no_longer(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    int64_t begin_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, pier_deadline_after_ms(JOINT_GLANCE_MS)),
                     PIER_TIMEOUT);
    assert_int_equal(size, 0);
    assert_in_range(milliseconds_since(begin_ns), JOINT_GLANCE_MS, JOINT_GLANCE_MS + 1000);
    begin_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, pier_deadline_after_ms(JOINT_GLANCE_MS)),
                     PIER_TIMEOUT);
    assert_int_equal(ready, 0);
    assert_in_range(milliseconds_since(begin_ns), JOINT_GLANCE_MS, JOINT_GLANCE_MS + 1000);
    /* A deadline that has passed is no PIER_NOW, and what is ready is done all the same. */
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, pier_deadline_after_ms(0)), PIER_TIMEOUT);
    joint_write(ends.server, "x", 1);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, 1), PIER_OK);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, 1), PIER_TIMEOUT);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_OK);
    joint_close(&ends);
}

/* Fills the sending side until it blocks; returns how many bytes went. */
static size_t fill(pier_socket *socket) {
    static const char bytes[65536];
    size_t total = 0;
    for (;;) {
        pier_bytes span = {bytes, sizeof bytes};
        size_t size = 0;
        pier_status status = pier_socket_write(socket, &span, 1, &size, PIER_NOW);
        if (status != PIER_OK) {
            assert_int_equal(status, PIER_WOULD_BLOCK);
            assert_int_equal(size, 0);
            return total;
        }
        total += size;
    }
}

static void writing_blocks_when_the_peer_does_not_read(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    uint32_t ready = 99;
    size_t size = 99;
    pier_bytes span = {"x", 1};
    size_t total = 0;
    pier_status status = PIER_OK;
    pier_deadline deadline = joint_patience();
    /* TCP moves what it holds to the peer's side by and by, so that it takes more a moment later: whatever finds room
     * begins anew. */
    while (status == PIER_OK && pier_clock_monotonic_ns() < deadline) {
        total += fill(ends.client);
        int64_t begin_ns = pier_clock_monotonic_ns();
        status = pier_socket_write(ends.client, &span, 1, &size, pier_deadline_after_ms(JOINT_GLANCE_MS));
        total += size;
        if (status != PIER_OK) {
            assert_int_equal(status, PIER_TIMEOUT);
            assert_int_equal(size, 0);
            assert_in_range(milliseconds_since(begin_ns), JOINT_GLANCE_MS, JOINT_GLANCE_MS + 1000);
            status = pier_socket_wait(ends.client, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NOW);
        }
    }
    assert_int_equal(status, PIER_WOULD_BLOCK);
    assert_int_equal(ready, 0);
    assert_true(total > 0);
    char *got = malloc(total);
    assert_non_null(got);
    joint_read(ends.server, got, total);
    free(got);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, joint_patience()), PIER_OK);
    assert_int_equal(size, 1);
    joint_close(&ends);
}

static void a_huge_write_is_taken_in_parts(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    /* Claimed lengths beyond what any call moves: the system sees no more than it takes, and never reads the rest. */
    size_t capacity = (size_t)64 << 20;
    char *bytes = calloc(1, capacity);
    assert_non_null(bytes);
    pier_bytes spans[3] = {{bytes, capacity}, {bytes, capacity}, {bytes, capacity}};
    size_t size = 0;
    assert_int_equal(pier_socket_write(ends.client, spans, 3, &size, PIER_NOW), PIER_OK);
    assert_in_range(size, 1, 3 * capacity);
    free(bytes);
    joint_close(&ends);
}

static void one_direction_ends_and_the_other_goes_on(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    uint32_t ready = 0;
    pier_bytes span = {"x", 1};
    joint_write(ends.client, "last", 4);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_write_error(ends.client)->status, PIER_USAGE);
    joint_read(ends.server, got, 4);
    assert_memory_equal(got, "last", 4);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_socket_read(ends.server, got, sizeof got, &size, joint_patience()), PIER_END);
        assert_int_equal(size, 0);
    }
    assert_int_equal(pier_socket_wait(ends.server, PIER_READABLE, &ready, PIER_NOW), PIER_OK);
    joint_write(ends.server, "answer", 6);
    joint_read(ends.client, got, 6);
    assert_memory_equal(got, "answer", 6);
    assert_int_equal(pier_socket_shutdown(ends.server), PIER_OK);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, joint_patience()), PIER_END);
    joint_close(&ends);
}

static void a_peer_that_closed_is_met_without_a_signal(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    joint_write(ends.server, "bye", 3);
    assert_int_equal(pier_socket_close(ends.server), PIER_OK);
    joint_read(ends.client, got, 3);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, joint_patience()), PIER_END);
    /* TCP learns of it from the answer to the first write; on a slow network many go before that comes. */
    pier_status status = PIER_OK;
    pier_deadline deadline = joint_patience();
    while ((status == PIER_OK || status == PIER_TIMEOUT) && pier_clock_monotonic_ns() < deadline) {
        pier_bytes span = {"x", 1};
        status = pier_socket_write(ends.client, &span, 1, &size, pier_deadline_after_ms(JOINT_GLANCE_MS));
    }
    assert_true(status == PIER_CLOSED || status == PIER_RESET);
    assert_int_equal(size, 0);
    const pier_error *error = pier_socket_error(ends.client);
    assert_ptr_equal(error, pier_socket_write_error(ends.client));
    assert_int_equal(error->status, status);
    assert_int_equal(error->floor, PIER_FLOOR_SOCKET);
    assert_true(error->os_error == EPIPE || error->os_error == ECONNRESET);
    assert_int_equal(strncmp(error->text, "write to ", 9), 0);
    joint_close(&ends);
}

static void a_peer_that_left_bytes_unread_resets(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    uint32_t ready = 0;
    joint_write(ends.client, "unread", 6);
    assert_int_equal(pier_socket_wait(ends.server, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_close(ends.server), PIER_OK);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, joint_patience()), PIER_RESET);
    assert_int_equal(size, 0);
    const pier_error *error = pier_socket_error(ends.client);
    assert_int_equal(error->status, PIER_RESET);
    assert_int_equal(error->os_error, ECONNRESET);
    assert_ptr_equal(error, pier_socket_read_error(ends.client));
    assert_non_null(strstr(error->text, "read from "));
    assert_non_null(strstr(error->text, "the peer reset the connection"));
    joint_close(&ends);
}

static void waiting_tells_what_is_ready(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    uint32_t ready = 0;
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NOW), PIER_OK);
    assert_int_equal(ready, PIER_WRITABLE);
    joint_write(ends.server, "x", 1);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(ready, PIER_READABLE);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE | PIER_WRITABLE, &ready, PIER_NEVER), PIER_OK);
    assert_int_equal(ready, PIER_READABLE | PIER_WRITABLE);
    assert_int_equal(pier_socket_wait(ends.client, 0, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_wait(ends.client, 8, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, NULL, PIER_NOW), PIER_USAGE);
    joint_close(&ends);
}

static void the_end_of_both_directions_is_ready(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    uint32_t ready = 0;
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_OK);
    assert_int_equal(pier_socket_close(ends.server), PIER_OK);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE | PIER_WRITABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(ready, PIER_READABLE | PIER_WRITABLE);
    joint_close(&ends);
}

static void handles_are_closed_on_exec_and_do_not_block(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    const pier_socket *sockets[3] = {ends.client, ends.server, ends.listener};
    for (size_t i = 0; i < 3; i++) {
        if (sockets[i] != NULL) {
            int handle = pier_socket_handle(sockets[i]);
            assert_true(handle >= 0);
            assert_int_equal(fcntl(handle, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
            assert_int_equal(fcntl(handle, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
        }
    }
    joint_close(&ends);
}

static void a_closed_socket_refuses_everything(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    pier_bytes span = {"x", 1};
    pier_address address;
    pier_socket *other = NULL;
    int handle = pier_socket_handle(ends.client);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_socket_close(ends.client), PIER_OK);
        assert_int_equal(pier_socket_handle(ends.client), -1);
        assert_int_equal(fcntl(handle, F_GETFD), -1);
    }
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, PIER_NEVER), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, PIER_NEVER), PIER_USAGE);
    assert_int_equal(pier_socket_wait(ends.client, PIER_READABLE, &ready, PIER_NEVER), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_USAGE);
    assert_int_equal(pier_socket_connected(ends.client), PIER_USAGE);
    assert_int_equal(pier_socket_local_address(ends.client, &address), PIER_USAGE);
    assert_int_equal(pier_socket_peer_address(ends.client, &address), PIER_USAGE);
    assert_int_equal(pier_socket_accept(ends.client, &other, &address, PIER_NEVER), PIER_USAGE);
    assert_null(other);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_USAGE);
    joint_close(&ends);
}

static void misuse_is_refused(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    char got[8];
    size_t size = 99;
    pier_bytes nothing = {"x", 0};
    pier_bytes nowhere = {NULL, 1};
    pier_bytes span = {"x", 1};
    pier_socket *other = NULL;
    assert_int_equal(pier_socket_read(ends.client, NULL, 8, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(size, 0);
    assert_int_equal(pier_socket_read(ends.client, got, 0, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_read(ends.client, got, 8, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.client, NULL, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.client, &span, 0, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.client, &nothing, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.client, &nowhere, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_accept(ends.client, &other, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_accept(ends.client, NULL, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_local_address(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_peer_address(ends.client, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_connected(ends.client), PIER_OK);
    /* Nothing of that hurt the connection. */
    joint_write(ends.client, "fine", 4);
    joint_read(ends.server, got, 4);
    joint_close(&ends);
}

static void null_is_refused(void **state) {
    (void)kind_of(state);
    size_t size = 99;
    uint32_t ready = 99;
    char got[1];
    pier_bytes span = {"x", 1};
    pier_address address;
    pier_socket *other = NULL;
    assert_int_equal(pier_socket_read(NULL, got, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(size, 0);
    assert_int_equal(pier_socket_write(NULL, &span, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_wait(NULL, PIER_READABLE, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown(NULL), PIER_USAGE);
    assert_int_equal(pier_socket_connected(NULL), PIER_USAGE);
    assert_int_equal(pier_socket_close(NULL), PIER_USAGE);
    assert_int_equal(pier_socket_local_address(NULL, &address), PIER_USAGE);
    assert_int_equal(pier_socket_peer_address(NULL, &address), PIER_USAGE);
    assert_int_equal(pier_socket_accept(NULL, &other, NULL, PIER_NOW), PIER_USAGE);
    pier_socket_destroy(NULL);
}

/* One side of the full-duplex test. */
typedef struct duplex_side {
    pier_socket *socket;
    size_t bytes;
    bool went_well;
} duplex_side;

static void *send_pattern(void *argument) {
    duplex_side *side = argument;
    unsigned char chunk[1500];
    side->went_well = true;
    for (size_t done = 0; done < side->bytes && side->went_well;) {
        size_t part = side->bytes - done < sizeof chunk ? side->bytes - done : sizeof chunk;
        for (size_t i = 0; i < part; i++) {
            chunk[i] = joint_pattern(done + i);
        }
        side->went_well = joint_try_write(side->socket, chunk, part);
        done += part;
    }
    return NULL;
}

static void *receive_pattern(void *argument) {
    duplex_side *side = argument;
    unsigned char chunk[1100];
    side->went_well = true;
    for (size_t done = 0; done < side->bytes && side->went_well;) {
        size_t part = side->bytes - done < sizeof chunk ? side->bytes - done : sizeof chunk;
        side->went_well = joint_try_read(side->socket, chunk, part);
        for (size_t i = 0; i < part && side->went_well; i++) {
            side->went_well = chunk[i] == joint_pattern(done + i);
        }
        done += part;
    }
    return NULL;
}

static void one_thread_reads_while_another_writes(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    enum { BYTES = 1 << 20 };
    duplex_side sides[4] = {{ends.client, BYTES, false},
                            {ends.server, BYTES, false},
                            {ends.server, BYTES, false},
                            {ends.client, BYTES, false}};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, i % 2 == 0 ? send_pattern : receive_pattern, &sides[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(sides[i].went_well);
    }
    joint_close(&ends);
}

/* A thread that meets the failure of its own direction and keeps a copy of the error. */
typedef struct failing_side {
    pier_socket *socket;
    pier_status status;
    pier_error error;
} failing_side;

static void *read_until_failure(void *argument) {
    failing_side *side = argument;
    char got[16];
    size_t size = 0;
    do {
        side->status = pier_socket_read(side->socket, got, sizeof got, &size, joint_patience());
    } while (side->status == PIER_OK);
    side->error = *pier_socket_read_error(side->socket);
    return NULL;
}

static void *write_until_failure(void *argument) {
    failing_side *side = argument;
    static const char bytes[4096];
    size_t size = 0;
    do {
        pier_bytes span = {bytes, sizeof bytes};
        side->status = pier_socket_write(side->socket, &span, 1, &size, joint_patience());
    } while (side->status == PIER_OK);
    side->error = *pier_socket_write_error(side->socket);
    return NULL;
}

static void both_directions_may_fail_at_once(void **state) {
    joint ends;
    joint_open(&ends, kind_of(state));
    failing_side reading = {.socket = ends.client};
    failing_side writing = {.socket = ends.client};
    uint32_t ready = 0;
    pthread_t threads[2];
    assert_int_equal(pthread_create(&threads[0], NULL, read_until_failure, &reading), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, write_until_failure, &writing), 0);
    assert_int_equal(pier_socket_wait(ends.server, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_close(ends.server), PIER_OK);
    assert_int_equal(pthread_join(threads[0], NULL), 0);
    assert_int_equal(pthread_join(threads[1], NULL), 0);
    /* The system tells a reset once: whoever asks second sees an end, or that the peer no longer reads. */
    assert_true(reading.status == PIER_RESET || reading.status == PIER_END);
    assert_true(writing.status == PIER_RESET || writing.status == PIER_CLOSED);
    assert_int_equal(writing.error.status, writing.status);
    assert_int_equal(strncmp(writing.error.text, "write to ", 9), 0);
    if (reading.status == PIER_RESET) {
        assert_int_equal(strncmp(reading.error.text, "read from ", 10), 0);
    }
    joint_close(&ends);
}

typedef void suite_test(void **state);

static const struct {
    const char *name;
    suite_test *run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(carries_bytes_both_ways),
    ROW(reads_no_more_than_there_is_room_for),
    ROW(takes_sixty_four_spans),
    ROW(answers_at_once_when_told_to),
    ROW(waits_until_the_deadline_and_no_longer),
    ROW(writing_blocks_when_the_peer_does_not_read),
    ROW(a_huge_write_is_taken_in_parts),
    ROW(one_direction_ends_and_the_other_goes_on),
    ROW(a_peer_that_closed_is_met_without_a_signal),
    ROW(a_peer_that_left_bytes_unread_resets),
    ROW(waiting_tells_what_is_ready),
    ROW(the_end_of_both_directions_is_ready),
    ROW(handles_are_closed_on_exec_and_do_not_block),
    ROW(a_closed_socket_refuses_everything),
    ROW(misuse_is_refused),
    ROW(null_is_refused),
    ROW(one_thread_reads_while_another_writes),
    ROW(both_directions_may_fail_at_once),
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
    return _cmocka_run_group_tests("socket conformance", tests, count, NULL, NULL);
}
