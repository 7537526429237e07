/* Listening, accepting and connecting: what every kind that listens must do alike.
 *
 * Floor 2 (socket). TCP and Unix paths have tests of their own (tcp_test.c, unix_path_test.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket/far_side.h"
#include "socket/joint.h"
#include "support/nobody.h"

static joint_kind kind_of(void **state) {
    joint_kind kind = *(const joint_kind *)*state;
    if (!joint_kind_is_here(kind)) {
        skip();
    }
    return kind;
}

static bool is_tcp(joint_kind kind) {
    return kind == JOINT_TCP_IPV4 || kind == JOINT_TCP_IPV6;
}

static void assert_text(const pier_address *address, const char *expected) {
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    (void)pier_address_format(address, text, sizeof text);
    assert_string_equal(text, expected);
}

static void the_answer_carries_the_real_address(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    joint_open(&ends, kind);
    pier_address server;
    pier_address client;
    pier_address peer;
    assert_int_equal(pier_socket_local_address(ends.client, &client), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.server, &server), PIER_OK);
    assert_true(pier_address_equal(&server, &ends.address));
    assert_int_equal(pier_socket_peer_address(ends.client, &peer), PIER_OK);
    assert_true(pier_address_equal(&peer, &ends.address));
    assert_int_equal(pier_socket_peer_address(ends.server, &peer), PIER_OK);
    assert_true(pier_address_equal(&peer, &client));
    if (is_tcp(kind)) {
        assert_true(pier_address_port(&ends.address) != 0);
        assert_true(pier_address_port(&client) != 0);
    } else {
        /* A Unix client is bound to no name. */
        assert_text(&client, "unix:");
    }
    joint_close(&ends);
}

static void accept_gives_the_peer(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    pier_address peer;
    pier_address client;
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, &peer, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.client, &client), PIER_OK);
    assert_true(pier_address_equal(&peer, &client));
    joint_close(&ends);
}

static void accept_waits_as_told(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    uint32_t ready = 0;
    pier_address peer;
    pier_socket *none = (pier_socket *)&ends;
    memset(&peer, 0x77, sizeof peer);
    assert_int_equal(pier_socket_accept(ends.listener, &none, &peer, PIER_NOW), PIER_WOULD_BLOCK);
    assert_null(none);
    assert_int_equal(peer.transport, PIER_TRANSPORT_NONE);
    int64_t begin_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_socket_accept(ends.listener, &none, NULL, pier_deadline_after_ms(JOINT_GLANCE_MS)),
                     PIER_TIMEOUT);
    assert_null(none);
    assert_in_range((pier_clock_monotonic_ns() - begin_ns) / 1000000, JOINT_GLANCE_MS, JOINT_GLANCE_MS + 1000);
    assert_int_equal(pier_socket_wait(ends.listener, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    joint_connect(&ends, &ends.client, &ends.server);
    assert_int_equal(pier_socket_error(ends.listener)->status, PIER_OK);
    joint_close(&ends);
}

static void a_waiting_connection_makes_the_listener_readable(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    uint32_t ready = 0;
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_wait(ends.listener, PIER_READABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(ready, PIER_READABLE);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW), PIER_OK);
    joint_close(&ends);
}

static void a_listener_carries_no_bytes(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    char got[4];
    size_t size = 99;
    pier_bytes span = {"x", 1};
    pier_address peer;
    pier_socket *none = NULL;
    assert_int_equal(pier_socket_read(ends.listener, got, sizeof got, &size, PIER_NEVER), PIER_USAGE);
    assert_int_equal(pier_socket_write(ends.listener, &span, 1, &size, PIER_NEVER), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown(ends.listener), PIER_USAGE);
    assert_int_equal(pier_socket_connected(ends.listener), PIER_USAGE);
    assert_int_equal(pier_socket_peer_address(ends.listener, &peer), PIER_USAGE);
    assert_int_equal(pier_socket_accept(ends.listener, NULL, NULL, PIER_NEVER), PIER_USAGE);
    joint_connect(&ends, &ends.client, &ends.server);
    assert_int_equal(pier_socket_accept(ends.client, &none, NULL, PIER_NEVER), PIER_USAGE);
    joint_close(&ends);
}

static void a_place_is_taken_once(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    joint_listen(&ends, kind);
    pier_socket *second = (pier_socket *)&ends;
    pier_error error;
    assert_int_equal(pier_socket_listen(&second, &ends.address, NULL, &error), PIER_IN_USE);
    assert_null(second);
    assert_int_equal(error.status, PIER_IN_USE);
    assert_int_equal(error.os_error, EADDRINUSE);
    assert_non_null(
        strstr(error.text, is_tcp(kind) ? "this process itself has this port" : "another process listens there"));
    assert_int_equal(pier_socket_listen(&second, &ends.address, NULL, NULL), PIER_IN_USE);
    /* The first one never noticed. */
    assert_int_equal(pier_socket_accept(ends.listener, &second, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    joint_connect(&ends, &ends.client, &ends.server);
    joint_close(&ends);
}

static void the_place_is_free_when_the_listener_closed(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    for (int i = 0; i < 3; i++) {
        /* A connection that the listener's side ends first leaves TCP lingering at this port. */
        joint_connect(&ends, &ends.client, &ends.server);
        pier_socket_destroy(ends.server);
        pier_socket_destroy(ends.client);
        assert_int_equal(pier_socket_close(ends.listener), PIER_OK);
        pier_socket_destroy(ends.listener);
        ends.client = NULL;
        ends.server = NULL;
        ends.listener = NULL;
        assert_int_equal(pier_socket_listen(&ends.listener, &ends.address, NULL, NULL), PIER_OK);
    }
    joint_close(&ends);
}

static void nobody_there_is_refused(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    joint_listen(&ends, kind);
    assert_int_equal(pier_socket_close(ends.listener), PIER_OK);
    if (is_tcp(kind) && !far_side_is_there()) {
        ends.address = test_nobody_at(kind == JOINT_TCP_IPV4 ? "tcp://127.0.0.1:0" : "tcp://[::1]:0");
    }
    pier_error error;
    pier_status expected = kind == JOINT_UNIX_PATH ? PIER_NOT_FOUND : PIER_REFUSED;
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, &error), expected);
    assert_null(ends.client);
    assert_int_equal(error.status, expected);
    assert_int_equal(error.os_error, kind == JOINT_UNIX_PATH ? ENOENT : ECONNREFUSED);
    assert_int_equal(strncmp(error.text, "connect to ", 11), 0);
    assert_non_null(strstr(error.text, "is the server running"));
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NEVER, NULL, NULL), expected);
    joint_close(&ends);
}

static void connecting_at_once_is_told_later(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    uint32_t ready = 0;
    pier_status status = PIER_WOULD_BLOCK;
    pier_deadline deadline = joint_patience();
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NOW, NULL, NULL), PIER_OK);
    while (status == PIER_WOULD_BLOCK && pier_clock_monotonic_ns() < deadline) {
        assert_int_equal(pier_socket_wait(ends.client, PIER_WRITABLE, &ready, deadline), PIER_OK);
        status = pier_socket_connected(ends.client);
    }
    assert_int_equal(status, PIER_OK);
    assert_int_equal(pier_socket_connected(ends.client), PIER_OK);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
    joint_write(ends.client, "x", 1);
    char got;
    joint_read(ends.server, &got, 1);
    joint_close(&ends);
}

static void reading_and_writing_wait_for_the_connection(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    char got[4];
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NOW, NULL, NULL), PIER_OK);
    joint_write(ends.client, "ab", 2);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
    joint_read(ends.server, got, 2);
    pier_socket_destroy(ends.client);
    pier_socket_destroy(ends.server);
    ends.server = NULL;
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NOW, NULL, NULL), PIER_OK);
    size_t size = 0;
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, pier_deadline_after_ms(JOINT_GLANCE_MS)),
                     PIER_TIMEOUT);
    assert_int_equal(pier_socket_connected(ends.client), PIER_OK);
    joint_close(&ends);
}

/* Makes connections that nobody accepts until no more are taken in; returns how many. */
static size_t fill_queue(const pier_address *address, pier_socket **clients, size_t capacity, pier_status *last) {
    size_t count = 0;
    *last = PIER_OK;
    while (count < capacity && *last == PIER_OK) {
        *last = pier_socket_connect(&clients[count], address, pier_deadline_after_ms(JOINT_GLANCE_MS), NULL, NULL);
        count += *last == PIER_OK;
    }
    return count;
}

static void a_full_queue_keeps_connections_waiting(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    pier_socket_options options = {.size = sizeof options, .backlog = 1};
    pier_socket *clients[16] = {NULL};
    pier_status last = PIER_OK;
    pier_error error;
    memset(&ends, 0, sizeof ends);
    ends.kind = kind;
    pier_address address = joint_address(&ends, kind);
    assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    size_t count = fill_queue(&ends.address, clients, 16, &last);
    assert_in_range(count, 1, 15);
    assert_int_equal(last, PIER_TIMEOUT);
    assert_null(clients[count]);
    int64_t begin_ns = pier_clock_monotonic_ns();
    assert_int_equal(
        pier_socket_connect(&ends.client, &ends.address, pier_deadline_after_ms(JOINT_GLANCE_MS), NULL, &error),
        PIER_TIMEOUT);
    assert_in_range((pier_clock_monotonic_ns() - begin_ns) / 1000000, JOINT_GLANCE_MS, JOINT_GLANCE_MS + 1000);
    assert_null(ends.client);
    assert_int_equal(error.status, PIER_TIMEOUT);
    assert_non_null(strstr(error.text, "the deadline passed"));
    if (!is_tcp(kind)) {
        assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NOW, NULL, &error), PIER_WOULD_BLOCK);
        assert_null(ends.client);
        assert_non_null(strstr(error.text, "the queue of the listener is full"));
    }
    for (size_t i = 0; i < count; i++) {
        pier_socket_destroy(clients[i]);
    }
    joint_close(&ends);
}

static void a_full_queue_lets_in_who_waits(void **state) {
    joint ends;
    joint_kind kind = kind_of(state);
    pier_socket_options options = {.size = sizeof options, .backlog = 1};
    pier_socket *clients[16] = {NULL};
    pier_status last = PIER_OK;
    memset(&ends, 0, sizeof ends);
    pier_address address = joint_address(&ends, kind);
    assert_int_equal(pier_socket_listen(&ends.listener, &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    size_t count = fill_queue(&ends.address, clients, 16, &last);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* TCP tries again after a second. */
        pier_status status = pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL);
        bool blocks = status == PIER_OK && (fcntl(pier_socket_handle(ends.client), F_GETFL) & O_NONBLOCK) == 0;
        pier_socket_destroy(ends.client);
        _exit(status == PIER_OK && !blocks ? 0 : 1);
    }
    assert_int_equal(usleep(JOINT_GLANCE_MS * 1000), 0);
    for (size_t i = 0; i <= count; i++) {
        assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
        pier_socket_destroy(ends.server);
        ends.server = NULL;
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    for (size_t i = 0; i < count; i++) {
        pier_socket_destroy(clients[i]);
    }
    joint_close(&ends);
}

static void no_descriptor_left_costs_no_connection(void **state) {
    joint ends;
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded != NULL && strstr(preloaded, "valgrind") != NULL) {
        /* Valgrind plays the limit by itself: it lets the system accept, closes that, and answers EMFILE. */
        skip();
    }
    joint_listen(&ends, kind_of(state));
    struct rlimit before;
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    /* The lowest free number is what accept would get: now it is beyond the limit. */
    int lowest = dup(0);
    assert_true(lowest >= 0);
    assert_int_equal(close(lowest), 0);
    struct rlimit tight = {.rlim_cur = (rlim_t)lowest, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    pier_status first = pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience());
    pier_status second = pier_socket_accept(ends.listener, &ends.server, NULL, PIER_NOW);
    pier_socket *none = NULL;
    pier_error error;
    pier_status connect = pier_socket_connect(&none, &ends.address, joint_patience(), NULL, &error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(first, PIER_SYSTEM);
    assert_int_equal(second, PIER_SYSTEM);
    assert_null(ends.server);
    assert_int_equal(pier_socket_error(ends.listener)->os_error, EMFILE);
    assert_non_null(strstr(pier_socket_error(ends.listener)->text, "no descriptor is left in this process; close some, "
                                                                   "or raise its limit (ulimit -n)"));
    assert_int_equal(connect, PIER_SYSTEM);
    assert_int_equal(error.os_error, EMFILE);
    assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
    joint_write(ends.client, "x", 1);
    char got;
    joint_read(ends.server, &got, 1);
    joint_close(&ends);
}

static void options_are_checked(void **state) {
    joint ends;
    joint_listen(&ends, kind_of(state));
    pier_socket_options options = {.size = 0};
    pier_socket *none = (pier_socket *)&ends;
    pier_socket *other = (pier_socket *)&ends;
    pier_error error;
    assert_int_equal(pier_socket_connect(&none, &ends.address, PIER_NOW, &options, &error), PIER_USAGE);
    assert_null(none);
    assert_non_null(strstr(error.text, "sizeof(pier_socket_options)"));
    none = (pier_socket *)&ends;
    assert_int_equal(pier_socket_listen(&none, &ends.address, &options, &error), PIER_USAGE);
    assert_null(none);
    none = (pier_socket *)&ends;
    assert_int_equal(pier_socket_pair(&none, &other, &options, &error), PIER_USAGE);
    assert_null(none);
    assert_null(other);
    joint_close(&ends);
}

/* ---- what is TCP's own, or needs no kind at all ---- */

static void addresses_without_a_stream_are_refused(void **state) {
    (void)state;
    pier_address unwhole = joint_parse("tcp://127.0.0.1:0");
    unwhole.name_bytes = 5;
    pier_address empty = {.transport = PIER_TRANSPORT_UNIX, .family = PIER_FAMILY_UNIX_PATH};
    pier_address cut = joint_parse("unix:/tmp/x");
    cut.name[2] = 0;
    pier_address overlong = joint_parse("unix:/tmp/x");
    overlong.name_bytes = PIER_UNIX_NAME_BYTES_MAX + 1;
    pier_address mixed = joint_parse("tcp://[::1]:0");
    mixed.family = PIER_FAMILY_IPV4;
    pier_address strange = joint_parse("unix:/tmp/x");
    strange.family = PIER_FAMILY_IPV4;
    const pier_address none = {.transport = PIER_TRANSPORT_NONE};
    const pier_address bad[] = {joint_parse("udp://127.0.0.1:0"), none, unwhole, empty, cut, overlong, mixed, strange};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pier_error error;
        pier_socket *socket = (pier_socket *)&error;
        assert_int_equal(pier_socket_listen(&socket, &bad[i], NULL, &error), PIER_USAGE);
        assert_null(socket);
        assert_int_equal(error.status, PIER_USAGE);
        socket = (pier_socket *)&error;
        assert_int_equal(pier_socket_connect(&socket, &bad[i], PIER_NEVER, NULL, NULL), PIER_USAGE);
        assert_null(socket);
    }
    pier_socket *socket = NULL;
    assert_int_equal(pier_socket_listen(NULL, &none, NULL, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_listen(&socket, NULL, NULL, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_connect(NULL, &none, PIER_NOW, NULL, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_connect(&socket, NULL, PIER_NOW, NULL, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_pair(&socket, NULL, NULL, NULL), PIER_USAGE);
    assert_int_equal(pier_socket_pair(NULL, &socket, NULL, NULL), PIER_USAGE);
}

static void a_connection_that_fails_later_keeps_its_failure(void **state) {
    (void)state;
    joint ends;
    joint_listen(&ends, JOINT_TCP_IPV4);
    assert_int_equal(pier_socket_close(ends.listener), PIER_OK);
    pier_status status = pier_socket_connect(&ends.client, &ends.address, PIER_NOW, NULL, NULL);
    if (status == PIER_OK) {
        /* The loopback may be so fast that it is refused at once; then there is nothing to ask. */
        uint32_t ready = 0;
        char got[4];
        size_t size = 0;
        pier_bytes span = {"x", 1};
        pier_address peer;
        assert_int_equal(pier_socket_wait(ends.client, PIER_WRITABLE, &ready, joint_patience()), PIER_OK);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(pier_socket_connected(ends.client), PIER_REFUSED);
            assert_int_equal(pier_socket_error(ends.client)->os_error, ECONNREFUSED);
        }
        assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, PIER_NEVER), PIER_REFUSED);
        assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, PIER_NEVER), PIER_REFUSED);
        assert_int_equal(pier_socket_write_error(ends.client)->status, PIER_REFUSED);
        assert_int_equal(pier_socket_peer_address(ends.client, &peer), PIER_USAGE);
        assert_int_equal(pier_socket_shutdown(ends.client), PIER_USAGE);
    } else {
        assert_int_equal(status, PIER_REFUSED);
    }
    joint_close(&ends);
}

static void a_connection_on_its_way_would_block(void **state) {
    (void)state;
    joint ends;
    pier_socket_options options = {.size = sizeof options, .backlog = 1};
    pier_socket *clients[16] = {NULL};
    pier_status last = PIER_OK;
    pier_address any = joint_parse("tcp://127.0.0.1:0");
    memset(&ends, 0, sizeof ends);
    assert_int_equal(pier_socket_listen(&ends.listener, &any, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
    size_t count = fill_queue(&ends.address, clients, 16, &last);
    char got[4];
    size_t size = 99;
    uint32_t ready = 99;
    pier_bytes span = {"x", 1};
    pier_address peer;
    assert_int_equal(pier_socket_connect(&ends.client, &ends.address, PIER_NOW, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_connected(ends.client), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(size, 0);
    assert_int_equal(pier_socket_write(ends.client, &span, 1, &size, pier_deadline_after_ms(1)), PIER_TIMEOUT);
    assert_int_equal(pier_socket_wait(ends.client, PIER_WRITABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_peer_address(ends.client, &peer), PIER_USAGE);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_USAGE);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_USAGE);
    for (size_t i = 0; i < count; i++) {
        pier_socket_destroy(clients[i]);
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
    ROW(the_answer_carries_the_real_address),
    ROW(accept_gives_the_peer),
    ROW(accept_waits_as_told),
    ROW(a_waiting_connection_makes_the_listener_readable),
    ROW(a_listener_carries_no_bytes),
    ROW(a_place_is_taken_once),
    ROW(the_place_is_free_when_the_listener_closed),
    ROW(nobody_there_is_refused),
    ROW(connecting_at_once_is_told_later),
    ROW(reading_and_writing_wait_for_the_connection),
    ROW(a_full_queue_keeps_connections_waiting),
    ROW(a_full_queue_lets_in_who_waits),
    ROW(no_descriptor_left_costs_no_connection),
    ROW(options_are_checked),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

static const struct CMUnitTest lone_tests[] = {
    cmocka_unit_test(addresses_without_a_stream_are_refused),
    cmocka_unit_test(a_connection_that_fails_later_keeps_its_failure),
    cmocka_unit_test(a_connection_on_its_way_would_block),
};

enum { LONE_COUNT = sizeof lone_tests / sizeof lone_tests[0] };

int main(void) {
    static struct CMUnitTest tests[JOINT_PAIR * SUITE_COUNT + LONE_COUNT];
    static char names[JOINT_PAIR * SUITE_COUNT][96];
    static joint_kind kinds[JOINT_PAIR];
    size_t count = 0;
    for (size_t kind = 0; kind < JOINT_PAIR; kind++) {
        kinds[kind] = (joint_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            (void)snprintf(names[count], sizeof names[count], "%s_%s", joint_kind_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    memcpy(&tests[count], lone_tests, sizeof lone_tests);
    return _cmocka_run_group_tests("socket connections", tests, count + LONE_COUNT, NULL, NULL);
}
