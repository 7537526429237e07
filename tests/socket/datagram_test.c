/* The conformance suite of datagrams, stamped over every kind of datagram socket.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/socket_handle.h>
#include <pier/socket_option.h>
#include <pier/socket_transfer.h>

#include "socket/joint.h"
#include "socket/mole.h"
#include "support/nobody.h"

/* Opens both ends of the kind that the suite is run for; skips where the machine does not have it. */
static void open_ends(mole *ends, void **state) {
    mole_kind kind = *(const mole_kind *)*state;
    if (!mole_kind_is_here(kind)) {
        skip();
    }
    mole_open(ends, kind, NULL);
}

static void datagrams_arrive_whole_and_tell_their_sender(void **state) {
    mole ends;
    pier_address from;
    open_ends(&ends, state);
    mole_send(ends.left, &ends.right_address, "one");
    mole_send(ends.left, &ends.right_address, "and two");
    mole_receive(ends.right, "one", &from);
    assert_true(pier_address_equal(&from, &ends.left_address));
    mole_receive(ends.right, "and two", NULL);
    mole_send(ends.right, &from, "an answer");
    mole_receive(ends.left, "an answer", &from);
    assert_true(pier_address_equal(&from, &ends.right_address));
    assert_true(pier_socket_is_datagram(ends.left));
    mole_close(&ends);
}

static void an_empty_datagram_arrives(void **state) {
    mole ends;
    char buffer[4];
    size_t size = 9;
    pier_address from;
    pier_bytes nothing = {NULL, 0};
    open_ends(&ends, state);
    assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, NULL, 0, joint_patience()), PIER_OK);
    assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, &nothing, 1, joint_patience()), PIER_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_datagram_receive(ends.right, buffer, sizeof buffer, &size, &from, joint_patience()),
                         PIER_OK);
        assert_int_equal(size, 0);
        assert_true(pier_address_equal(&from, &ends.left_address));
    }
    mole_close(&ends);
}

static void spans_are_one_datagram(void **state) {
    enum { COUNT = PIER_SPANS_MAX };
    mole ends;
    char text[COUNT + 1];
    pier_bytes spans[COUNT + 1];
    open_ends(&ends, state);
    for (size_t i = 0; i < COUNT; i++) {
        text[i] = (char)('a' + i % 26);
        spans[i] = (pier_bytes){&text[i], 1};
    }
    text[COUNT] = '\0';
    spans[COUNT] = spans[0];
    assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, spans, COUNT, joint_patience()), PIER_OK);
    mole_receive(ends.right, text, NULL);
    assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, spans, COUNT + 1, PIER_NOW), PIER_USAGE);
    mole_close(&ends);
}

static void a_datagram_is_never_cut_unseen(void **state) {
    mole ends;
    char buffer[8];
    size_t size = 0;
    pier_address from;
    open_ends(&ends, state);
    mole_send(ends.left, &ends.right_address, "much too long");
    mole_send(ends.left, &ends.right_address, "fits in");
    /* Looked at it tells its size, and stays. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_datagram_peek(ends.right, NULL, 0, &size, &from, joint_patience()), PIER_OK);
        assert_int_equal(size, 13);
        assert_true(pier_address_equal(&from, &ends.left_address));
    }
    assert_int_equal(pier_datagram_peek(ends.right, buffer, 4, &size, NULL, joint_patience()), PIER_OK);
    assert_int_equal(size, 13);
    assert_memory_equal(buffer, "much", 4);
    assert_int_equal(pier_datagram_receive(ends.right, buffer, sizeof buffer, &size, &from, joint_patience()),
                     PIER_LIMIT);
    assert_int_equal(size, 13);
    assert_true(pier_address_equal(&from, &ends.left_address));
    assert_string_equal(pier_socket_error(ends.right)->text,
                        "a datagram of 13 bytes came, the buffer has 8: it is dropped");
    assert_int_equal(pier_socket_error(ends.right)->status, PIER_LIMIT);
    assert_int_equal(pier_socket_error(ends.right)->offset, PIER_NO_OFFSET);
    mole_receive(ends.right, "fits in", NULL);
    mole_close(&ends);
}

static void the_largest_goes_and_a_larger_one_is_refused_before(void **state) {
    mole ends;
    size_t most = 0;
    size_t size = 0;
    char expected[96];
    open_ends(&ends, state);
    assert_int_equal(pier_datagram_bytes_max(ends.left, &ends.right_address, &most), PIER_OK);
    if (!mole_is_unix(ends.kind)) {
        assert_int_equal(most, ends.kind == MOLE_IPV4 ? PIER_DATAGRAM_IPV4_BYTES_MAX : PIER_DATAGRAM_IPV6_BYTES_MAX);
    }
    assert_true(most > 4096);
    unsigned char *bytes = malloc(most + 1);
    unsigned char *got = malloc(most);
    assert_non_null(bytes);
    assert_non_null(got);
    for (size_t i = 0; i <= most; i++) {
        bytes[i] = joint_pattern(i);
    }
    pier_bytes whole = {bytes, most};
    pier_bytes more = {bytes, most + 1};
    assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, &more, 1, joint_patience()), PIER_LIMIT);
    (void)snprintf(expected, sizeof expected, ": a datagram of %zu bytes, the limit is %zu", most + 1, most);
    assert_non_null(strstr(pier_socket_error(ends.left)->text, expected));
    if (pier_datagram_send(ends.left, &ends.right_address, &whole, 1, joint_patience()) != PIER_OK) {
        fail_msg("%s", pier_socket_error(ends.left)->text);
    }
    assert_int_equal(pier_datagram_receive(ends.right, got, most, &size, NULL, joint_patience()), PIER_OK);
    assert_int_equal(size, most);
    assert_memory_equal(got, bytes, most);
    free(bytes);
    free(got);
    mole_close(&ends);
}

static void waits_until_the_deadline_and_no_longer(void **state) {
    mole ends;
    char buffer[8];
    size_t size = 0;
    uint32_t ready = 0;
    pier_address from;
    open_ends(&ends, state);
    assert_int_equal(pier_datagram_receive(ends.right, buffer, sizeof buffer, &size, &from, PIER_NOW),
                     PIER_WOULD_BLOCK);
    assert_int_equal(from.family, PIER_FAMILY_NONE);
    assert_int_equal(pier_datagram_peek(ends.right, NULL, 0, &size, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    pier_deadline deadline = pier_deadline_after_ms(JOINT_GLANCE_MS);
    assert_int_equal(pier_datagram_receive(ends.right, buffer, sizeof buffer, &size, NULL, deadline), PIER_TIMEOUT);
    assert_true(pier_clock_monotonic_ns() >= deadline);
    assert_int_equal(pier_socket_error(ends.right)->status, PIER_OK);
    mole_send(ends.left, &ends.right_address, "late");
    assert_int_equal(pier_socket_wait(ends.right, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(ready, PIER_READABLE);
    /* What is there is received although the deadline has passed. */
    assert_int_equal(pier_datagram_receive(ends.right, buffer, sizeof buffer, &size, NULL, deadline), PIER_OK);
    assert_int_equal(size, 4);
    mole_close(&ends);
}

typedef struct late_fire {
    pier_cancel *cancel;
    pier_socket *socket;
    pier_status status;
} late_fire;

static void *receive_in_vain(void *user) {
    late_fire *fire = user;
    char buffer[8];
    size_t size = 0;
    fire->status = pier_datagram_receive(fire->socket, buffer, sizeof buffer, &size, NULL, joint_patience());
    return NULL;
}

static void a_cancel_object_ends_receiving(void **state) {
    mole ends;
    pthread_t thread;
    late_fire fire;
    open_ends(&ends, state);
    assert_int_equal(pier_cancel_create(&fire.cancel, NULL, NULL), PIER_OK);
    fire.socket = ends.right;
    assert_int_equal(pier_socket_set_cancel(ends.right, fire.cancel), PIER_OK);
    assert_int_equal(pthread_create(&thread, NULL, receive_in_vain, &fire), 0);
    pier_cancel_fire(fire.cancel);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(fire.status, PIER_CANCELLED);
    /* What is ready is received all the same, and the socket goes on. */
    mole_send(ends.left, &ends.right_address, "there");
    mole_receive(ends.right, "there", NULL);
    pier_cancel_clear(fire.cancel);
    mole_send(ends.left, &ends.right_address, "again");
    mole_receive(ends.right, "again", NULL);
    mole_close(&ends);
    pier_cancel_destroy(fire.cancel);
}

static void a_peer_is_who_is_talked_with(void **state) {
    mole ends;
    pier_socket *client = NULL;
    pier_address address;
    pier_address from;
    pier_error error;
    open_ends(&ends, state);
    assert_int_equal(pier_socket_peer_address(ends.left, &address), PIER_USAGE);
    if (pier_datagram_connect(&client, &ends.right_address, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    mole_send(client, NULL, "hello");
    mole_receive(ends.right, "hello", &from);
    assert_int_equal(pier_socket_local_address(client, &address), PIER_OK);
    assert_true(pier_address_equal(&from, &address));
    assert_int_equal(pier_socket_peer_address(client, &address), PIER_OK);
    assert_true(pier_address_equal(&address, &ends.right_address));
    /* Another one is not heard; over Unix it is told so. */
    pier_bytes span = {"intruder", 8};
    pier_status status = pier_datagram_send(ends.left, &from, &span, 1, joint_patience());
    assert_int_equal(status, mole_is_unix(ends.kind) ? PIER_DENIED : PIER_OK);
    mole_send(ends.right, &from, "welcome");
    mole_receive(client, "welcome", NULL);
    /* The peer may change. */
    assert_int_equal(pier_datagram_set_peer(client, &ends.left_address), PIER_OK);
    mole_send(client, NULL, "and you");
    mole_receive(ends.left, "and you", NULL);
    pier_socket_destroy(client);
    mole_close(&ends);
}

static void without_a_peer_an_address_is_needed(void **state) {
    mole ends;
    pier_bytes span = {"x", 1};
    pier_address other = joint_parse("tcp://127.0.0.1:1");
    open_ends(&ends, state);
    assert_int_equal(pier_datagram_send(ends.left, NULL, &span, 1, PIER_NOW), PIER_USAGE);
    assert_string_equal(pier_socket_error(ends.left)->text, "a datagram needs an address to go to, or a peer");
    assert_int_equal(pier_datagram_send(ends.left, &other, &span, 1, PIER_NOW), PIER_USAGE);
    other = joint_parse(mole_is_unix(ends.kind) ? "udp://127.0.0.1:1" : "unix:@x");
    assert_int_equal(pier_datagram_send(ends.left, &other, &span, 1, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_datagram_set_peer(ends.left, &other), PIER_USAGE);
    assert_int_equal(pier_datagram_set_peer(ends.left, NULL), PIER_USAGE);
    size_t most = 9;
    assert_int_equal(pier_datagram_bytes_max(ends.left, &other, &most), PIER_USAGE);
    assert_int_equal(most, 0);
    assert_int_equal(pier_datagram_bytes_max(ends.left, NULL, NULL), PIER_USAGE);
    mole_close(&ends);
}

static void nobody_there_is_told(void **state) {
    mole ends;
    pier_socket *client = NULL;
    pier_error error;
    pier_bytes span = {"x", 1};
    open_ends(&ends, state);
    if (!mole_is_unix(ends.kind)) {
        ends.right_address = test_nobody_at(ends.kind == MOLE_IPV4 ? "udp://127.0.0.1:0" : "udp://[::1]:0");
    }
    assert_int_equal(pier_datagram_connect(&client, &ends.right_address, NULL, NULL), PIER_OK);
    pier_socket_destroy(ends.right);
    ends.right = NULL;
    if (mole_is_unix(ends.kind)) {
        assert_int_equal(pier_datagram_send(client, NULL, &span, 1, joint_patience()), PIER_REFUSED);
        assert_non_null(strstr(pier_socket_error(client)->text, "is the receiver running?"));
        pier_socket *other = NULL;
        pier_status expected = ends.kind == MOLE_UNIX_PATH ? PIER_NOT_FOUND : PIER_REFUSED;
        assert_int_equal(pier_datagram_connect(&other, &ends.right_address, NULL, &error), expected);
        assert_null(other);
    } else {
        char buffer[8];
        size_t size = 0;
        assert_int_equal(pier_datagram_send(client, NULL, &span, 1, joint_patience()), PIER_OK);
        assert_int_equal(pier_datagram_receive(client, buffer, sizeof buffer, &size, NULL, joint_patience()),
                         PIER_REFUSED);
        assert_non_null(strstr(pier_socket_error(client)->text, "an earlier datagram found nobody there"));
        /* Told once, and nothing has ended. */
        assert_int_equal(pier_datagram_receive(client, buffer, sizeof buffer, &size, NULL, PIER_NOW), PIER_WOULD_BLOCK);
        assert_int_equal(pier_datagram_send(client, NULL, &span, 1, joint_patience()), PIER_OK);
    }
    pier_socket_destroy(client);
    mole_close(&ends);
}

/* Every call of streams says what it is, and takes nothing. */
static void streams_are_refused(void **state) {
    mole ends;
    char buffer[8];
    size_t size = 1;
    pier_bytes span = {"x", 1};
    pier_room room = {buffer, sizeof buffer};
    pier_socket *accepted = NULL;
    open_ends(&ends, state);
    mole_send(ends.left, &ends.right_address, "stays");
    assert_int_equal(pier_socket_read(ends.right, buffer, sizeof buffer, &size, joint_patience()), PIER_USAGE);
    assert_non_null(strstr(pier_socket_error(ends.right)->text, "no stream"));
    assert_int_equal(pier_socket_read_rooms(ends.right, &room, 1, &size, joint_patience()), PIER_USAGE);
    assert_non_null(strstr(pier_socket_error(ends.right)->text, "no stream"));
    assert_int_equal(pier_socket_peek(ends.right, buffer, sizeof buffer, &size, joint_patience()), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.right, &span, 1, &size, joint_patience()), PIER_USAGE);
    assert_non_null(strstr(pier_socket_write_error(ends.right)->text, "no stream"));
    assert_int_equal(pier_socket_accept(ends.right, &accepted, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown(ends.right), PIER_USAGE);
    assert_int_equal(pier_socket_connected(ends.right), PIER_USAGE);
    assert_false(pier_socket_is_listening(ends.right));
    mole_receive(ends.right, "stays", NULL);
    mole_close(&ends);
}

static void a_closed_socket_refuses_everything(void **state) {
    mole ends;
    char buffer[8];
    size_t size = 1;
    pier_address from;
    pier_bytes span = {"x", 1};
    open_ends(&ends, state);
    assert_int_equal(pier_socket_close(ends.left), PIER_OK);
    assert_int_equal(pier_socket_close(ends.left), PIER_OK);
    assert_false(pier_socket_is_datagram(ends.left));
    assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, &span, 1, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_datagram_receive(ends.left, buffer, 8, &size, &from, PIER_NOW), PIER_USAGE);
    assert_int_equal(size, 0);
    assert_int_equal(pier_datagram_peek(ends.left, buffer, 8, &size, &from, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_datagram_set_peer(ends.left, &ends.right_address), PIER_USAGE);
    assert_int_equal(pier_datagram_bytes_max(ends.left, NULL, &size), PIER_USAGE);
    mole_close(&ends);
}

static void handles_are_adopted_and_released(void **state) {
    mole ends;
    pier_socket *adopted = NULL;
    pier_socket *client = NULL;
    pier_error error;
    pier_address from;
    int handle = -1;
    open_ends(&ends, state);
    assert_int_equal(fcntl(pier_socket_handle(ends.left), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(pier_socket_handle(ends.left), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(pier_datagram_connect(&client, &ends.right_address, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_release(client, &handle), PIER_OK);
    pier_socket_destroy(client);
    assert_int_equal(pier_socket_adopt(&adopted, handle, NULL, &error), PIER_USAGE);
    assert_null(adopted);
    assert_non_null(strstr(error.text, "it is a datagram socket, which carries no stream; pier_datagram_adopt"));
    if (pier_datagram_adopt(&adopted, handle, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    /* It knows its peer. */
    mole_send(adopted, NULL, "taken over");
    mole_receive(ends.right, "taken over", &from);
    mole_send(ends.right, &from, "good");
    mole_receive(adopted, "good", NULL);
    pier_socket_destroy(adopted);
    mole_close(&ends);
}

static void a_place_that_is_taken_is_refused(void **state) {
    mole ends;
    pier_socket *second = NULL;
    pier_error error;
    open_ends(&ends, state);
    assert_int_equal(pier_datagram_open(&second, &ends.left_address, NULL, &error), PIER_IN_USE);
    assert_null(second);
    assert_int_equal(strncmp(error.text, "take datagrams at ", 18), 0);
    if (!mole_is_unix(ends.kind)) {
        assert_non_null(strstr(error.text, "this process itself has this port"));
    }
    pier_socket_destroy(ends.left);
    ends.left = NULL;
    assert_int_equal(pier_datagram_open(&second, &ends.left_address, NULL, &error), PIER_OK);
    pier_socket_destroy(second);
    mole_close(&ends);
}

typedef struct stream {
    pier_socket *socket;
    const pier_address *to;
    unsigned count;
    pier_status status;
} stream;

static void *send_many(void *user) {
    stream *sent = user;
    for (unsigned i = 0; i < sent->count && sent->status == PIER_OK; i++) {
        pier_bytes span = {&i, sizeof i};
        sent->status = pier_datagram_send(sent->socket, sent->to, &span, 1, joint_patience());
    }
    return NULL;
}

static void one_thread_sends_while_another_receives(void **state) {
    enum { COUNT = 100 };
    mole ends;
    pthread_t threads[2];
    open_ends(&ends, state);
    stream streams[2] = {{ends.left, &ends.right_address, COUNT, PIER_OK},
                         {ends.right, &ends.left_address, COUNT, PIER_OK}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, send_many, &streams[i]), 0);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        pier_socket *sockets[2] = {ends.right, ends.left};
        for (int j = 0; j < 2; j++) {
            unsigned number = 0;
            size_t size = 0;
            /* Over loopback nothing is lost while it fits into the receiver's buffer, and this much does. */
            assert_int_equal(pier_datagram_receive(sockets[j], &number, sizeof number, &size, NULL, joint_patience()),
                             PIER_OK);
            assert_int_equal(size, sizeof number);
            assert_int_equal(number, i);
        }
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(streams[i].status, PIER_OK);
    }
    mole_close(&ends);
}

typedef void suite_test(void **state);

static const struct {
    const char *name;
    suite_test *run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(datagrams_arrive_whole_and_tell_their_sender),
    ROW(an_empty_datagram_arrives),
    ROW(spans_are_one_datagram),
    ROW(a_datagram_is_never_cut_unseen),
    ROW(the_largest_goes_and_a_larger_one_is_refused_before),
    ROW(waits_until_the_deadline_and_no_longer),
    ROW(a_cancel_object_ends_receiving),
    ROW(a_peer_is_who_is_talked_with),
    ROW(without_a_peer_an_address_is_needed),
    ROW(nobody_there_is_told),
    ROW(streams_are_refused),
    ROW(a_closed_socket_refuses_everything),
    ROW(handles_are_adopted_and_released),
    ROW(a_place_that_is_taken_is_refused),
    ROW(one_thread_sends_while_another_receives),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

int main(void) {
    static struct CMUnitTest tests[MOLE_KIND_COUNT * SUITE_COUNT];
    static char names[MOLE_KIND_COUNT * SUITE_COUNT][96];
    static mole_kind kinds[MOLE_KIND_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < MOLE_KIND_COUNT; kind++) {
        kinds[kind] = (mole_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            (void)snprintf(names[count], sizeof names[count], "%s_%s", mole_kind_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    return _cmocka_run_group_tests("datagram conformance", tests, count, NULL, NULL);
}
