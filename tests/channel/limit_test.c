/* What an accepting side does not put up with: peers that take their time, too many of them, too much unread.
 *
 * Floor 7 (channel). Times are lower bounds: a busy machine is late. */
#include "channel/channel_support.h"

#include <poll.h>
#include <unistd.h>

#include <pier/mark.h>

#include "support/fault_allocator.h"

enum { TIMEOUT_MS = 150 };

static int64_t ms_since(int64_t began_ns) {
    return (pier_clock_monotonic_ns() - began_ns) / 1000000;
}

static void assert_cut_off(pier_channel *server, const char *words) {
    const pier_error *error = pier_archive_error(pier_channel_load_archive(server));
    assert_int_equal(error->status, PIER_LIMIT);
    assert_non_null(strstr(error->text, words));
    assert_int_equal(pier_channel_error(server)->status, PIER_LIMIT);
}

static void a_silent_peer_ends_who_waits_for_ever(void **state) {
    (void)state;
    pier_channel_options silent = {.size = sizeof silent, .format = PIER_FORMAT_PLAIN};
    pier_channel_options options = {
        .size = sizeof options, .format = PIER_FORMAT_GUESS, .first_byte_timeout_ms = TIMEOUT_MS};
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind++) {
        if (test_endpoint(kind) == NULL) {
            continue;
        }
        pier_channel *client = NULL;
        pier_channel *server = NULL;
        int64_t began = pier_clock_monotonic_ns();
        test_connect(test_endpoint(kind), &silent, &options, &client, &server);
        pier_channel_set_deadline(server, PIER_NEVER);
        assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_LIMIT);
        assert_true(ms_since(began) >= TIMEOUT_MS);
        assert_cut_off(server, "no byte came within 150 ms (first_byte_timeout_ms)");
        pier_channel_destroy(client);
        pier_channel_destroy(server);
    }
}

/* Sends a byte of a text that never ends every few milliseconds, and loads, without waiting. Returns the status that
 * ended it. */
static pier_status drip(pier_channel *client, pier_channel *server) {
    pier_archive *load = pier_channel_load_archive(server);
    pier_status status = PIER_WOULD_BLOCK;
    for (int64_t began = pier_clock_monotonic_ns(); status == PIER_WOULD_BLOCK && ms_since(began) < PATIENCE_MS;) {
        assert_int_equal(write(pier_channel_handle(client), "\xda", 1), 1);
        struct pollfd polled = {pier_channel_handle(server), POLLIN, 0};
        (void)poll(&polled, 1, 10);
        status = pier_archive_next(load);
        (void)poll(NULL, 0, 10);
    }
    return status;
}

static void a_drip_is_cut_off_in_a_loop_that_does_not_wait(void **state) {
    (void)state;
    pier_channel_options sending = {.size = sizeof sending, .format = PIER_FORMAT_PLAIN};
    pier_channel_options options = {
        .size = sizeof options, .format = PIER_FORMAT_PLAIN, .frame_timeout_ms = TIMEOUT_MS};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(0), &sending, &options, &client, &server);
    pier_channel_set_deadline(server, PIER_NOW);
    int64_t began = pier_clock_monotonic_ns();
    assert_status(drip(client, server), PIER_LIMIT);
    assert_true(ms_since(began) >= TIMEOUT_MS);
    assert_cut_off(server, "within 150 ms (frame_timeout_ms)");
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

static void who_waits_for_the_rest_is_let_go(void **state) {
    (void)state;
    pier_channel_options sending = {.size = sizeof sending, .format = PIER_FORMAT_PLAIN};
    pier_channel_options options = {
        .size = sizeof options, .format = PIER_FORMAT_GUESS, .frame_timeout_ms = TIMEOUT_MS};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(0), &sending, &options, &client, &server);
    /* A deadline of the call's own comes first, and is no failure. */
    assert_int_equal(write(pier_channel_handle(client), "\x92\x01", 2), 2);
    pier_channel_set_deadline(server, pier_deadline_after_ms(10));
    assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_TIMEOUT);
    assert_true(pier_archive_due(pier_channel_load_archive(server)) != PIER_NEVER);
    pier_channel_set_deadline(server, PIER_NEVER);
    assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_LIMIT);
    assert_cut_off(server, "2 bytes came");
    assert_int_equal(pier_archive_error(pier_channel_load_archive(server))->offset, 0);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

static void accepting_has_times_unless_told_otherwise(void **state) {
    (void)state;
    pier_channel_options options = {
        .size = sizeof options, .first_byte_timeout_ms = PIER_NO_TIMEOUT, .frame_timeout_ms = PIER_NO_TIMEOUT};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    int64_t began = pier_clock_monotonic_ns();
    test_connect(test_endpoint(0), NULL, NULL, &client, &server);
    assert_true(pier_archive_due(pier_channel_load_archive(server)) >= began + (int64_t)10000 * 1000000);
    assert_true(pier_archive_due(pier_channel_load_archive(server)) != PIER_NEVER);
    assert_true(pier_archive_due(pier_channel_load_archive(client)) == PIER_NEVER);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
    test_connect(test_endpoint(0), NULL, &options, &client, &server);
    assert_true(pier_archive_due(pier_channel_load_archive(server)) == PIER_NEVER);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

/* A channel whose unread input is at its limit asks for no more, and for more again when some of it was loaded. */
static void a_full_channel_wants_to_be_loaded_from(void **state) {
    (void)state;
    enum { TEXT_BYTES = 1000, TEXTS = 200 };
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 50 * TEXT_BYTES, .block_target_bytes = 2000};
    pier_channel_options small = {.size = sizeof small, .limits = &limits};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_pair(&small, &small, &client, &server);
    pier_channel_set_deadline(server, PIER_NOW);
    pier_channel_set_deadline(client, PIER_NOW);
    pier_archive *load = pier_channel_load_archive(server);
    for (int i = 0; i < TEXTS; i++) {
        pier_status status = test_send_text(client, TEXT_BYTES);
        assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
    }
    (void)(test_flush(client) == PIER_OK);
    assert_int_equal(pier_channel_wanted(server) & PIER_READABLE, PIER_READABLE);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_mark(load), PIER_OK);
    /* The mark keeps what is loaded, as long as the queue holds it. */
    while (pier_archive_next(load) == PIER_OK) {
    }
    assert_int_equal(pier_archive_error(load)->status, PIER_LIMIT);
    assert_int_equal(pier_channel_wanted(server) & PIER_READABLE, 0);
    pier_archive_release(load);
    assert_int_equal(pier_channel_wanted(server) & PIER_READABLE, PIER_READABLE);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

static void connections_above_the_budget_wait(void **state) {
    (void)state;
    pier_budget *budget = NULL;
    pier_budget_options budget_options = {.size = sizeof budget_options, .connections_max = 1};
    assert_status(pier_budget_create(&budget, &budget_options, NULL), PIER_OK);
    pier_channel_options options = {.size = sizeof options, .budget = budget};
    char endpoint[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_socket *listener = test_listen(test_endpoint(0), endpoint, sizeof endpoint);
    pier_channel *clients[2] = {NULL, NULL};
    for (size_t i = 0; i < 2; i++) {
        assert_status(pier_channel_connect(&clients[i], endpoint, pier_deadline_after_ms(PATIENCE_MS), NULL, NULL),
                      PIER_OK);
    }
    pier_channel *server = NULL;
    pier_error error;
    assert_status(pier_channel_accept(&server, listener, pier_deadline_after_ms(PATIENCE_MS), &options, &error),
                  PIER_OK);
    pier_channel *second = (pier_channel *)&error;
    assert_status(pier_channel_accept(&second, listener, PIER_NEVER, &options, &error), PIER_LIMIT);
    assert_null(second);
    assert_int_equal(error.status, PIER_LIMIT);
    assert_string_equal(error.text, "1 connections are there, the limit is 1 (connections_max of pier_budget)");
    pier_channel_destroy(server);
    assert_int_equal(pier_budget_connections(budget), 0);
    assert_status(pier_channel_accept(&second, listener, pier_deadline_after_ms(PATIENCE_MS), &options, &error),
                  PIER_OK);
    assert_int_equal(pier_budget_connections(budget), 1);
    pier_channel_destroy(second);
    for (size_t i = 0; i < 2; i++) {
        pier_channel_destroy(clients[i]);
    }
    pier_socket_destroy(listener);
    assert_int_equal(pier_budget_connections(budget), 0);
    pier_budget_destroy(budget);
}

static void a_socket_above_the_budget_stays_the_caller_s(void **state) {
    (void)state;
    pier_budget *budget = NULL;
    pier_budget_options budget_options = {.size = sizeof budget_options, .connections_max = 1};
    assert_status(pier_budget_create(&budget, &budget_options, NULL), PIER_OK);
    pier_channel_options options = {.size = sizeof options, .budget = budget};
    pier_socket *sockets[2];
    pier_error error;
    assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, &error), PIER_OK);
    pier_channel *one = NULL;
    pier_channel *other = (pier_channel *)&error;
    assert_status(pier_channel_open(&one, sockets[0], &options, &error), PIER_OK);
    assert_status(pier_channel_open(&other, sockets[1], &options, &error), PIER_LIMIT);
    assert_null(other);
    pier_socket_destroy(sockets[1]);
    pier_channel_destroy(one);
    assert_int_equal(pier_budget_connections(budget), 0);
    pier_budget_destroy(budget);
}

static void what_cannot_be_made_gives_its_connection_back(void **state) {
    (void)state;
    pier_budget *budget = NULL;
    assert_status(pier_budget_create(&budget, NULL, NULL), PIER_OK);
    bool is_done = false;
    for (uint64_t nth = 1; !is_done; nth++) {
        fault_allocator memory;
        fault_allocator_init(&memory);
        fault_allocator_fail(&memory, nth, true);
        pier_channel_options options = {.size = sizeof options, .budget = budget, .allocator = &memory.allocator};
        pier_socket *sockets[2];
        pier_error error;
        pier_channel *channel = NULL;
        assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
        pier_status status = pier_channel_open(&channel, sockets[0], &options, &error);
        is_done = status == PIER_OK;
        if (!is_done) {
            assert_status(status, PIER_NO_MEMORY);
            assert_null(channel);
            pier_socket_destroy(sockets[0]);
        }
        pier_channel_destroy(channel);
        pier_socket_destroy(sockets[1]);
        assert_int_equal(pier_budget_connections(budget), 0);
        assert_int_equal(pier_budget_unread_bytes(budget), 0);
    }
    pier_budget_destroy(budget);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_peer_ends_who_waits_for_ever),
        cmocka_unit_test(a_drip_is_cut_off_in_a_loop_that_does_not_wait),
        cmocka_unit_test(who_waits_for_the_rest_is_let_go),
        cmocka_unit_test(accepting_has_times_unless_told_otherwise),
        cmocka_unit_test(a_full_channel_wants_to_be_loaded_from),
        cmocka_unit_test(connections_above_the_budget_wait),
        cmocka_unit_test(a_socket_above_the_budget_stays_the_caller_s),
        cmocka_unit_test(what_cannot_be_made_gives_its_connection_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
