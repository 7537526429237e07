/* What a network does to connections: refuses them, swallows them, resets them or falls silent in the middle.
 *
 * Floor 2 (socket). Runs in the namespaces that network.py makes, with --trouble ports: each port of the far side has a
 * fate of its own, and the quotas are for one connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pier/socket_option.h>

#include "socket/far_side.h"
#include "socket/joint.h"

/* The fates, by the rules of network.py. */
enum {
    PORT_RESET = 7101,
    PORT_SWALLOWED = 7102,
    PORT_RESET_LATER = 7103,
    PORT_SILENT_LATER = 7104,
    PORT_NO_HOST = 7105,
    PORT_LINGERS = 7106
};

/* The quota of the rules, in bytes of packets; what is sent to be sure that it is used up. */
enum { QUOTA_BYTES = 200 * 1024, CHUNK_BYTES = 4096 };

/* How long a call may take whose end the network alone decides: seconds, on any machine. */
#define NETWORK_MS 20000

static const char *const hosts[] = {"10.77.0.2", "[fd77::2]"};

static pier_address far_address(const char *host, unsigned port) {
    char text[64];
    (void)snprintf(text, sizeof text, "tcp://%s:%u", host, port);
    return joint_parse(text);
}

static void a_refusal_is_told_at_once(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pier_address address = far_address(hosts[i], PORT_RESET);
        pier_socket *client = NULL;
        pier_error error;
        assert_int_equal(pier_socket_connect(&client, &address, joint_patience(), NULL, &error), PIER_REFUSED);
        assert_null(client);
        assert_int_equal(error.os_error, ECONNREFUSED);
        assert_non_null(strstr(error.text, "nobody listens there; is the server running?"));
    }
}

static void a_router_that_knows_no_way_is_told(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pier_address address = far_address(hosts[i], PORT_NO_HOST);
        pier_socket *client = NULL;
        pier_error error;
        assert_int_equal(pier_socket_connect(&client, &address, joint_patience(), NULL, &error), PIER_UNREACHABLE);
        assert_null(client);
        assert_int_equal(error.os_error, EHOSTUNREACH);
        assert_non_null(strstr(error.text, "there is no way to the host"));
    }
}

static void silence_costs_the_deadline(void **state) {
    (void)state;
    pier_address address = far_address(hosts[0], PORT_SWALLOWED);
    pier_socket *client = NULL;
    pier_error error;
    int64_t begun_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_socket_connect(&client, &address, pier_deadline_after_ms(200), NULL, &error), PIER_TIMEOUT);
    assert_null(client);
    assert_true(pier_clock_monotonic_ns() - begun_ns >= 200 * INT64_C(1000000));
    assert_non_null(strstr(error.text, "the deadline passed before the other side answered"));
}

/* An IPv6 that swallows everything beside an IPv4 that works, as RFC 8305 is made for. */
static void a_dead_ipv6_costs_a_fraction_of_a_second(void **state) {
    (void)state;
    pier_socket *client = NULL;
    pier_socket *listener = NULL;
    pier_error error;
    pier_address addresses[2] = {far_address(hosts[1], PORT_SWALLOWED), far_address(hosts[0], 0)};
    far_side_enter();
    assert_int_equal(pier_socket_listen(&listener, &addresses[1], NULL, &error), PIER_OK);
    far_side_leave();
    assert_int_equal(pier_socket_local_address(listener, &addresses[1]), PIER_OK);
    int64_t begun_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_socket_connect_any(&client, addresses, 2, pier_deadline_after_ms(NETWORK_MS), NULL, &error),
                     PIER_OK);
    double took_ms = (double)(pier_clock_monotonic_ns() - begun_ns) / 1e6;
    print_message("a dead IPv6 cost %.0f ms\n", took_ms);
    /* The system itself would try for two minutes. */
    assert_true(took_ms >= 250 && took_ms < 3000);
    pier_socket_destroy(client);
    pier_socket_destroy(listener);
}

/* A connection over the first cable to a port with a fate. */
static void open_at(joint *ends, unsigned port) {
    pier_error error;
    memset(ends, 0, sizeof *ends);
    ends->address = far_address(hosts[0], port);
    far_side_enter();
    pier_status status = pier_socket_listen(&ends->listener, &ends->address, NULL, &error);
    far_side_leave();
    if (status != PIER_OK) {
        fail_msg("%s", error.text);
    }
    joint_connect(ends, &ends->client, &ends->server);
}

/* Sends the pattern and reads it on the other side until sending ends. Returns how; `sent` counts what was taken. */
static pier_status send_until_it_ends(joint *ends, int64_t timeout_ms, size_t *sent, size_t *arrived) {
    unsigned char chunk[CHUNK_BYTES];
    for (;;) {
        size_t size = 0;
        for (size_t i = 0; i < sizeof chunk; i++) {
            chunk[i] = joint_pattern(*sent + i);
        }
        pier_bytes span = {chunk, sizeof chunk};
        pier_status status = pier_socket_write(ends->client, &span, 1, &size, pier_deadline_after_ms(timeout_ms));
        *sent += size;
        while (pier_socket_read(ends->server, chunk, sizeof chunk, &size, PIER_NOW) == PIER_OK) {
            for (size_t i = 0; i < size; i++) {
                assert_int_equal(chunk[i], joint_pattern(*arrived + i));
            }
            *arrived += size;
        }
        if (status != PIER_OK) {
            return status;
        }
    }
}

static void a_reset_in_the_middle_ends_both_sides(void **state) {
    (void)state;
    joint ends;
    size_t sent = 0;
    size_t arrived = 0;
    size_t size = 99;
    char got[1];
    pier_bytes span = {"x", 1};
    open_at(&ends, PORT_RESET_LATER);
    pier_status status = send_until_it_ends(&ends, NETWORK_MS, &sent, &arrived);
    assert_true(status == PIER_RESET || status == PIER_CLOSED);
    const pier_error *error = pier_socket_write_error(ends.client);
    assert_int_equal(error->status, status);
    assert_int_equal(strncmp(error->text, "write to tcp://10.77.0.2:7103: ", 31), 0);
    print_message("%zu bytes were taken and %zu arrived before the reset\n", sent, arrived);
    assert_true(arrived > QUOTA_BYTES / 4 && arrived <= sent);
    /* The far side learns of it when it says something to somebody who is gone. */
    status = PIER_OK;
    while (status == PIER_OK) {
        status = pier_socket_write(ends.server, &span, 1, &size, pier_deadline_after_ms(NETWORK_MS));
        if (status == PIER_OK) {
            status = pier_socket_read(ends.server, got, 1, &size, pier_deadline_after_ms(50));
            status = status == PIER_TIMEOUT ? PIER_OK : status;
        }
    }
    /* Who asks second after a reset sees the end or that nobody reads. */
    assert_true(status == PIER_RESET || status == PIER_CLOSED || status == PIER_END);
    joint_close(&ends);
}

static void a_silent_network_is_given_up_when_told_to(void **state) {
    (void)state;
    joint ends;
    size_t sent = 0;
    size_t arrived = 0;
    size_t size = 99;
    char got[1];
    open_at(&ends, PORT_SILENT_LATER);
    /* The near side first: its deadline passes, nothing is wrong yet, and the socket goes on. */
    assert_int_equal(send_until_it_ends(&ends, 300, &sent, &arrived), PIER_TIMEOUT);
    assert_true(arrived > QUOTA_BYTES / 4 && arrived < sent);
    assert_int_equal(pier_socket_error(ends.client)->status, PIER_OK);
    /* The user timeout finds it out for whoever sends. */
    assert_int_equal(pier_socket_set_option(ends.client, PIER_OPTION_USER_TIMEOUT_MS, 500), PIER_OK);
    assert_int_equal(send_until_it_ends(&ends, NETWORK_MS, &sent, &arrived), PIER_UNREACHABLE);
    assert_int_equal(pier_socket_write_error(ends.client)->os_error, ETIMEDOUT);
    assert_non_null(strstr(pier_socket_write_error(ends.client)->text, "the peer does not answer"));
    /* Keep-alive for whoever only listens: the far side asks, and no answer gets through. */
    assert_int_equal(pier_socket_set_option(ends.server, PIER_OPTION_KEEP_ALIVE_IDLE_S, 1), PIER_OK);
    assert_int_equal(pier_socket_set_option(ends.server, PIER_OPTION_KEEP_ALIVE_INTERVAL_S, 1), PIER_OK);
    assert_int_equal(pier_socket_set_option(ends.server, PIER_OPTION_KEEP_ALIVE_COUNT, 1), PIER_OK);
    assert_int_equal(pier_socket_set_option(ends.server, PIER_OPTION_KEEP_ALIVE, 1), PIER_OK);
    assert_int_equal(pier_socket_read(ends.server, got, 1, &size, pier_deadline_after_ms(NETWORK_MS)),
                     PIER_UNREACHABLE);
    assert_non_null(strstr(pier_socket_read_error(ends.server)->text, "the peer does not answer"));
    joint_close(&ends);
}

/* Closing waits for what is not yet acknowledged as long as it was told to, and no longer. */
static void closing_lingers_as_told(void **state) {
    (void)state;
    joint ends;
    size_t sent = 0;
    size_t arrived = 0;
    open_at(&ends, PORT_LINGERS);
    assert_int_equal(send_until_it_ends(&ends, 300, &sent, &arrived), PIER_TIMEOUT);
    assert_int_equal(pier_socket_set_option(ends.client, PIER_OPTION_LINGER_S, 1), PIER_OK);
    int64_t begun_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_socket_close(ends.client), PIER_OK);
    assert_in_range((pier_clock_monotonic_ns() - begun_ns) / 1000000, 900, NETWORK_MS);
    joint_close(&ends);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_told_at_once),
        cmocka_unit_test(a_router_that_knows_no_way_is_told),
        cmocka_unit_test(silence_costs_the_deadline),
        cmocka_unit_test(a_dead_ipv6_costs_a_fraction_of_a_second),
        cmocka_unit_test(a_reset_in_the_middle_ends_both_sides),
        cmocka_unit_test(a_silent_network_is_given_up_when_told_to),
        cmocka_unit_test(closing_lingers_as_told),
    };
    if (!far_side_is_there()) {
        print_message("run by network.py: there is no far side\n");
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
