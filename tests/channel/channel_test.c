/* Channels: connected and used over TCP and Unix sockets; peers that say nothing, reset, or end early.
 *
 * Floor 7 (channel). */
#include "channel/channel_support.h"
#include "support/nobody.h"

#include <sys/socket.h>

static void records_cross_every_kind_of_socket(void **state) {
    (void)state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind++) {
        pier_channel *client = NULL;
        pier_channel *server = NULL;
        test_connect(test_endpoint(kind), NULL, NULL, &client, &server);
        for (uint64_t i = 0; i < 100; i++) {
            assert_status(test_send(client, i), PIER_OK);
            assert_status(test_send(server, i + 1000), PIER_OK);
        }
        assert_status(test_flush(client), PIER_OK);
        assert_status(test_flush(server), PIER_OK);
        for (uint64_t i = 0; i < 100; i++) {
            test_receive(server, i);
            test_receive(client, i + 1000);
        }
        assert_true(pier_archive_is_message_end(pier_channel_load_archive(client)));
        pier_address address;
        assert_status(pier_socket_peer_address(pier_channel_socket(client), &address), PIER_OK);
        assert_status(pier_channel_error(client)->status, PIER_OK);
        /* One side ends, the other reads the end and ends as well. */
        assert_status(pier_channel_shutdown(client), PIER_OK);
        assert_status(pier_channel_shutdown(client), PIER_OK);
        test_receive_end(server);
        assert_status(pier_channel_close(server), PIER_OK);
        assert_status(pier_channel_close(client), PIER_OK);
        assert_status(pier_channel_close(client), PIER_OK);
        assert_int_equal(pier_channel_handle(client), -1);
        assert_int_equal(pier_channel_wanted(client), 0);
        pier_channel_destroy(client);
        pier_channel_destroy(server);
    }
    pier_channel_destroy(NULL);
}

/* After one side has ended its own direction it still reads. */
static void a_half_closed_channel_reads_on(void **state) {
    (void)state;
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(0), NULL, NULL, &client, &server);
    assert_status(test_send(client, 1), PIER_OK);
    assert_status(pier_channel_shutdown(client), PIER_OK);
    assert_status(test_send(client, 2), PIER_USAGE);
    test_receive(server, 1);
    test_receive_end(server);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_status(test_send(server, i), PIER_OK);
    }
    assert_status(pier_channel_shutdown(server), PIER_OK);
    for (uint64_t i = 0; i < 1000; i++) {
        test_receive(client, i);
    }
    test_receive_end(client);
    assert_status(pier_channel_close(client), PIER_OK);
    assert_status(pier_channel_close(server), PIER_OK);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

/* A peer that resets the connection: what came before is delivered, then the reset is told, in every later call too. */
static void a_reset_is_told_after_what_came(void **state) {
    (void)state;
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(0), NULL, NULL, &client, &server);
    assert_status(test_send(client, 1), PIER_OK);
    assert_status(test_flush(client), PIER_OK);
    test_receive(server, 1);
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(pier_channel_handle(client), SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    pier_channel_destroy(client);
    assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_RESET);
    assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_RESET);
    assert_status(pier_archive_recover(pier_channel_load_archive(server), NULL), PIER_RESET);
    assert_status(pier_channel_error(server)->status, PIER_RESET);
    assert_int_equal(pier_channel_error(server)->floor, PIER_FLOOR_SOCKET);
    assert_int_equal(pier_channel_wanted(server) & PIER_READABLE, 0);
    pier_status status = test_send(server, 5);
    assert_true(status == PIER_OK || status < 0);
    status = pier_channel_close(server);
    assert_true(status == PIER_RESET || status == PIER_CLOSED);
    assert_int_equal(pier_channel_handle(server), -1);
    assert_status(pier_channel_close(server), PIER_OK);
    pier_channel_destroy(server);
}

/* A peer that no longer reads. */
static void a_peer_that_is_gone_ends_storing(void **state) {
    (void)state;
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(2), NULL, NULL, &client, &server);
    pier_channel_destroy(server);
    pier_status status = PIER_OK;
    for (int i = 0; i < 1000 && status == PIER_OK; i++) {
        status = test_send_text(client, 10000);
    }
    assert_true(status == PIER_CLOSED || status == PIER_RESET);
    assert_status(pier_archive_status(pier_channel_store_archive(client)), status);
    assert_status(test_send(client, 1), status);
    assert_status(pier_channel_error(client)->status, status);
    assert_status(pier_channel_close(client), status);
    pier_channel_destroy(client);
}

/* The formats ------------------------------------------------------------------------------------------------------ */

static void an_accepting_side_guesses_both_formats(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        pier_channel_options told = {.size = sizeof told, .format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED};
        pier_channel_options guess = {.size = sizeof guess, .format = PIER_FORMAT_GUESS};
        pier_channel *client = NULL;
        pier_channel *server = NULL;
        test_connect(test_endpoint(0), &told, &guess, &client, &server);
        if (plain) {
            /* Nothing is sent before it is known. */
            assert_int_equal(pier_channel_wanted(server), PIER_READABLE);
            pier_channel_set_deadline(server, PIER_NOW);
            assert_status(test_send(server, 1), PIER_WOULD_BLOCK);
            pier_channel_set_deadline(server, pier_deadline_after_ms(PATIENCE_MS));
        }
        assert_status(test_send(client, 7), PIER_OK);
        assert_status(test_flush(client), PIER_OK);
        test_receive(server, 7);
        assert_int_equal(pier_archive_format(pier_channel_load_archive(server)), told.format);
        assert_status(test_send(server, 8), PIER_OK);
        assert_status(test_flush(server), PIER_OK);
        test_receive(client, 8);
        assert_status(pier_channel_shutdown(client), PIER_OK);
        test_receive_end(server);
        assert_status(pier_channel_close(server), PIER_OK);
        test_receive_end(client);
        assert_status(pier_channel_close(client), PIER_OK);
        pier_channel_destroy(client);
        pier_channel_destroy(server);
    }
}

static void a_connecting_side_may_not_guess(void **state) {
    (void)state;
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_socket *listener = test_listen(test_endpoint(0), text, sizeof text);
    pier_channel_options guess = {.size = sizeof guess, .format = PIER_FORMAT_GUESS};
    pier_channel *channel = (pier_channel *)&guess;
    pier_error error = {0};
    assert_status(pier_channel_connect(&channel, text, PIER_NEVER, &guess, &error), PIER_USAGE);
    assert_null(channel);
    assert_int_equal(error.floor, PIER_FLOOR_CHANNEL);
    pier_socket_destroy(listener);
}

/* A connection without a byte is no error, whichever side goes first. */
static void a_peer_that_says_nothing(void **state) {
    (void)state;
    for (int goes_first = 0; goes_first < 2; goes_first++) {
        pier_channel_options guess = {.size = sizeof guess, .format = PIER_FORMAT_GUESS};
        pier_channel_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
        pier_channel *client = NULL;
        pier_channel *server = NULL;
        test_connect(test_endpoint(0), &plain, &guess, &client, &server);
        pier_archive *load = pier_channel_load_archive(server);
        pier_channel_set_deadline(server, pier_deadline_after_ms(10));
        assert_status(pier_archive_next(load), PIER_TIMEOUT);
        assert_status(test_send(server, 1), PIER_TIMEOUT);
        pier_channel_set_deadline(server, pier_deadline_after_ms(PATIENCE_MS));
        if (goes_first == 0) {
            assert_status(pier_channel_shutdown(client), PIER_OK);
            assert_status(pier_archive_next(load), PIER_END);
            assert_int_equal(pier_archive_format(load), PIER_FORMAT_GUESS);
            assert_status(test_send(server, 1), PIER_END);
            assert_status(pier_channel_close(server), PIER_OK);
            test_receive_end(client);
            assert_status(pier_channel_close(client), PIER_OK);
        } else {
            assert_status(pier_channel_shutdown(server), PIER_OK);
            test_receive_end(client);
            assert_status(pier_channel_close(client), PIER_OK);
            assert_status(pier_channel_close(server), PIER_OK);
        }
        pier_channel_destroy(client);
        pier_channel_destroy(server);
    }
}

/* Records that one side does not take ------------------------------------------------------------------------------ */

static void an_oversized_record_leaves_the_link_alive(void **state) {
    (void)state;
    pier_limits small = {.size = sizeof small, .record_bytes_max = 1000};
    pier_limits blocks = {.size = sizeof blocks, .block_target_bytes = 200};
    pier_channel_options receiving = {.size = sizeof receiving, .limits = &small};
    pier_channel_options sending = {.size = sizeof sending, .limits = &blocks};
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_connect(test_endpoint(0), &sending, &receiving, &client, &server);
    /* Sent before the limits of the peer are known: the peer passes it over. */
    assert_status(test_send(client, 1), PIER_OK);
    assert_status(test_send_text(client, 5000), PIER_OK);
    assert_status(test_send(client, 3), PIER_OK);
    assert_status(test_flush(client), PIER_OK);
    test_receive(server, 1);
    assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_SKIPPED);
    assert_status(pier_channel_error(server)->status, PIER_LIMIT);
    assert_int_equal(pier_channel_error(server)->record, 2);
    test_receive(server, 3);
    /* And after they are: refused by its sender. */
    assert_status(test_send(server, 4), PIER_OK);
    assert_status(test_flush(server), PIER_OK);
    test_receive(client, 4);
    assert_status(test_send_text(client, 5000), PIER_LIMIT);
    assert_status(pier_channel_error(client)->status, PIER_LIMIT);
    assert_status(test_send_text(client, 900), PIER_OK);
    assert_status(test_send(client, 5), PIER_OK);
    assert_status(pier_channel_shutdown(client), PIER_OK);
    assert_status(pier_archive_next(pier_channel_load_archive(server)), PIER_OK);
    test_receive(server, 5);
    test_receive_end(server);
    assert_status(pier_channel_close(server), PIER_OK);
    assert_status(pier_channel_close(client), PIER_OK);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

/* Half a record, then silence: another client of the same thread is served meanwhile. */
static void half_a_record_hinders_nobody(void **state) {
    (void)state;
    pier_channel *silent[2];
    pier_channel *good[2];
    test_pair(NULL, NULL, &silent[0], &silent[1]);
    test_pair(NULL, NULL, &good[0], &good[1]);
    pier_channel_set_deadline(silent[1], PIER_NOW);
    pier_channel_set_deadline(good[1], PIER_NOW);
    static const uint8_t half[40] = {0xc7, 0x3d, 0x50, 1, 3};
    assert_int_equal(send(pier_channel_handle(silent[0]), half, sizeof half, 0), sizeof half);
    test_poll(silent[1]);
    assert_status(pier_archive_next(pier_channel_load_archive(silent[1])), PIER_WOULD_BLOCK);
    int64_t begun = pier_clock_monotonic_ns();
    assert_status(test_send(good[0], 9), PIER_OK);
    assert_status(test_flush(good[0]), PIER_OK);
    test_poll(good[1]);
    test_receive(good[1], 9);
    assert_true(pier_clock_monotonic_ns() - begun < 1000000000);
    assert_false(pier_archive_has_next(pier_channel_load_archive(silent[1])));
    assert_status(pier_archive_next(pier_channel_load_archive(silent[1])), PIER_WOULD_BLOCK);
    for (int i = 0; i < 2; i++) {
        pier_channel_destroy(silent[i]);
        pier_channel_destroy(good[i]);
    }
}

/* Use -------------------------------------------------------------------------------------------------------------- */

static void bad_arguments_are_refused(void **state) {
    (void)state;
    pier_channel *channel = (pier_channel *)&channel;
    pier_socket *socket = (pier_socket *)&channel;
    pier_error error = {0};
    pier_channel_options bad = {.size = 1};
    assert_status(pier_channel_listen(&socket, NULL, "tcp://no port", NULL, &error), PIER_ADDRESS);
    assert_null(socket);
    assert_status(pier_channel_listen(&socket, NULL, "udp://127.0.0.1:0", NULL, &error), PIER_USAGE);
    assert_null(socket);
    assert_status(pier_channel_connect(&channel, "nonsense", PIER_NEVER, NULL, &error), PIER_ADDRESS);
    assert_null(channel);
    assert_status(error.status, PIER_ADDRESS);
    assert_status(pier_channel_connect(&channel, "tcp://127.0.0.1:1", PIER_NEVER, &bad, &error), PIER_USAGE);
    assert_null(channel);
    assert_status(pier_channel_open(&channel, NULL, NULL, &error), PIER_USAGE);
    assert_null(channel);
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    socket = test_listen(test_endpoint(0), text, sizeof text);
    /* Nothing to accept; a listener is no connection. */
    assert_status(pier_channel_accept(&channel, socket, PIER_NOW, NULL, &error), PIER_WOULD_BLOCK);
    assert_null(channel);
    assert_status(error.status, PIER_WOULD_BLOCK);
    assert_status(pier_channel_accept(&channel, socket, pier_deadline_after_ms(5), NULL, NULL), PIER_TIMEOUT);
    assert_status(pier_channel_open(&channel, socket, NULL, &error), PIER_USAGE);
    assert_null(channel);
    /* The options are looked at before the socket is taken: it stays the caller's. */
    pier_socket *pair[2];
    assert_status(pier_socket_pair(&pair[0], &pair[1], NULL, NULL), PIER_OK);
    assert_status(pier_channel_open(&channel, pair[0], &bad, &error), PIER_USAGE);
    pier_limits limits = {.size = sizeof limits, .depth_max = 1u << 30};
    pier_channel_options bad_limits = {.size = sizeof bad_limits, .limits = &limits};
    assert_status(pier_channel_open(&channel, pair[0], &bad_limits, &error), PIER_USAGE);
    assert_null(channel);
    assert_true(pier_socket_handle(pair[0]) >= 0);
    assert_status(pier_channel_accept(&channel, pair[1], PIER_NOW, NULL, &error), PIER_USAGE);
    assert_status(error.status, PIER_USAGE);
    pier_socket_destroy(pair[0]);
    pier_socket_destroy(pair[1]);
    /* A connection that is made, and options that are not good for it. */
    assert_status(pier_channel_connect(&channel, text, pier_deadline_after_ms(PATIENCE_MS), &bad_limits, &error),
                  PIER_USAGE);
    assert_null(channel);
    assert_status(pier_channel_accept(&channel, socket, pier_deadline_after_ms(PATIENCE_MS), &bad_limits, &error),
                  PIER_USAGE);
    assert_null(channel);
    pier_socket_destroy(socket);
    pier_address nobody = test_nobody_at("tcp://127.0.0.1:0");
    (void)pier_address_format(&nobody, text, sizeof text);
    assert_status(pier_channel_connect(&channel, text, pier_deadline_after_ms(PATIENCE_MS), NULL, &error),
                  PIER_REFUSED);
    assert_null(channel);
    assert_status(error.status, PIER_REFUSED);
}

/* Connecting without waiting: the channel is there at once, and becomes writable when it stands. */
static void connecting_without_waiting(void **state) {
    (void)state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind++) {
        char text[PIER_ADDRESS_TEXT_BYTES_MAX];
        pier_socket *listener = test_listen(test_endpoint(kind), text, sizeof text);
        pier_channel *client = NULL;
        pier_channel *server = NULL;
        assert_status(pier_channel_connect(&client, text, PIER_NOW, NULL, NULL), PIER_OK);
        pier_channel_set_deadline(client, PIER_NOW);
        assert_status(test_send(client, 3), PIER_OK);
        pier_status status;
        while ((status = test_flush(client)) == PIER_WOULD_BLOCK) {
            assert_true((pier_channel_wanted(client) & PIER_WRITABLE) != 0);
            test_poll(client);
        }
        assert_status(status, PIER_OK);
        assert_status(pier_channel_accept(&server, listener, pier_deadline_after_ms(PATIENCE_MS), NULL, NULL), PIER_OK);
        pier_channel_set_deadline(server, pier_deadline_after_ms(PATIENCE_MS));
        test_receive(server, 3);
        assert_status(test_send(server, 4), PIER_OK);
        assert_status(test_flush(server), PIER_OK);
        test_poll(client);
        while (pier_archive_next(pier_channel_load_archive(client)) == PIER_WOULD_BLOCK) {
            test_poll(client);
        }
        assert_int_equal(pier_load_u64(pier_channel_load_archive(client)), 4);
        pier_channel_destroy(client);
        pier_channel_destroy(server);
        pier_socket_destroy(listener);
    }
}

/* A listener whose queue is full lets nobody wait in it. */
static void a_full_listener_is_not_now(void **state) {
    (void)state;
    pier_address address;
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_socket *listener = NULL;
    pier_socket_options few = {.size = sizeof few, .backlog = 1};
    assert_status(pier_address_parse(test_endpoint(2), &address, NULL), PIER_OK);
    assert_status(pier_socket_listen(&listener, &address, &few, NULL), PIER_OK);
    (void)pier_address_format(&address, text, sizeof text);
    pier_channel *channels[10] = {NULL};
    pier_error error = {0};
    pier_status status = PIER_OK;
    for (int i = 0; i < 10 && status == PIER_OK; i++) {
        status = pier_channel_connect(&channels[i], text, PIER_NOW, NULL, &error);
        assert_int_equal(channels[i] != NULL, status == PIER_OK);
    }
    assert_status(status, PIER_WOULD_BLOCK);
    assert_status(error.status, PIER_WOULD_BLOCK);
    assert_true(error.text[0] != '\0');
    for (int i = 0; i < 10; i++) {
        pier_channel_destroy(channels[i]);
    }
    pier_socket_destroy(listener);
}

/* A channel goes on recovering in a poll loop: it wants to read although a failure sticks meanwhile. */
static void a_channel_that_recovers_wants_to_read(void **state) {
    (void)state;
    pier_channel *client = NULL;
    pier_channel *server = NULL;
    test_pair(NULL, NULL, &client, &server);
    pier_channel_set_deadline(server, PIER_NOW);
    pier_archive *load = pier_channel_load_archive(server);
    while (pier_archive_next(load) == PIER_WOULD_BLOCK && !pier_archive_has_next(load)) {
        static const char noise[] = "noise, noise, and noise again";
        assert_int_equal(send(pier_channel_handle(client), noise, sizeof noise, 0), sizeof noise);
    }
    assert_status(pier_archive_next(load), PIER_CORRUPT);
    assert_int_equal(pier_channel_wanted(server), 0);
    assert_status(pier_archive_recover(load, NULL), PIER_WOULD_BLOCK);
    assert_int_equal(pier_channel_wanted(server), PIER_READABLE);
    assert_status(test_send(client, 6), PIER_OK);
    assert_status(test_flush(client), PIER_OK);
    pier_status status;
    uint64_t skipped = 0;
    while ((status = pier_archive_recover(load, &skipped)) == PIER_WOULD_BLOCK) {
        test_poll(server);
    }
    assert_status(status, PIER_OK);
    assert_true(skipped > 0);
    test_receive(server, 6);
    pier_channel_destroy(client);
    pier_channel_destroy(server);
}

/* Records that nobody flushed leave when the loader of their channel finds nothing: together, and not as a message. */
static void gathered_records_leave_before_a_wait(void **state) {
    (void)state;
    pier_channel *one;
    pier_channel *other;
    test_pair(NULL, NULL, &one, &other);
    assert_status(test_send(one, 1), PIER_OK);
    assert_status(test_send(one, 2), PIER_OK);
    pier_channel_set_deadline(other, PIER_NOW);
    assert_status(pier_archive_next(pier_channel_load_archive(other)), PIER_WOULD_BLOCK);
    pier_channel_set_deadline(one, PIER_NOW);
    assert_status(pier_archive_next(pier_channel_load_archive(one)), PIER_WOULD_BLOCK);
    assert_int_equal(pier_archive_queued_bytes(pier_channel_store_archive(one)), 0);
    for (uint64_t number = 1; number <= 2; number++) {
        test_receive(other, number);
        assert_false(pier_archive_is_message_end(pier_channel_load_archive(other)));
    }
    /* Nor does a record leave that is still being stored. */
    pier_archive *store = pier_channel_store_archive(one);
    assert_status(pier_archive_begin(store), PIER_OK);
    assert_status(pier_archive_next(pier_channel_load_archive(one)), PIER_WOULD_BLOCK);
    pier_store(store, (uint64_t)3);
    assert_status(pier_archive_end(store), PIER_OK);
    assert_status(test_flush(one), PIER_OK);
    pier_channel_set_deadline(other, pier_deadline_after_ms(PATIENCE_MS));
    test_receive(other, 3);
    assert_true(pier_archive_is_message_end(pier_channel_load_archive(other)));
    pier_channel_destroy(one);
    pier_channel_destroy(other);
}

/* The other side sends without reading: waiting for it to read would be waiting for ever. */
static void what_cannot_leave_keeps_nobody_from_loading(void **state) {
    (void)state;
    pier_channel *one;
    pier_channel *other;
    test_pair(NULL, NULL, &one, &other);
    pier_channel_set_deadline(one, PIER_NOW);
    do {
        assert_status(test_send_text(one, 50000), PIER_OK);
    } while (test_flush(one) == PIER_OK);
    uint64_t queued = pier_archive_queued_bytes(pier_channel_store_archive(one));
    assert_true(queued > 0);
    assert_status(test_send(other, 7), PIER_OK);
    assert_status(test_flush(other), PIER_OK);
    pier_deadline began = pier_clock_monotonic_ns();
    pier_channel_set_deadline(one, pier_deadline_after_ms(PATIENCE_MS));
    test_receive(one, 7);
    assert_true(pier_clock_monotonic_ns() - began < (pier_deadline)PATIENCE_MS * 1000000 / 2);
    assert_int_equal(pier_archive_queued_bytes(pier_channel_store_archive(one)), queued);
    pier_channel_destroy(one);
    pier_channel_destroy(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_cross_every_kind_of_socket),
        cmocka_unit_test(a_half_closed_channel_reads_on),
        cmocka_unit_test(a_reset_is_told_after_what_came),
        cmocka_unit_test(a_peer_that_is_gone_ends_storing),
        cmocka_unit_test(a_full_listener_is_not_now),
        cmocka_unit_test(an_accepting_side_guesses_both_formats),
        cmocka_unit_test(a_connecting_side_may_not_guess),
        cmocka_unit_test(a_peer_that_says_nothing),
        cmocka_unit_test(an_oversized_record_leaves_the_link_alive),
        cmocka_unit_test(half_a_record_hinders_nobody),
        cmocka_unit_test(bad_arguments_are_refused),
        cmocka_unit_test(gathered_records_leave_before_a_wait),
        cmocka_unit_test(what_cannot_leave_keeps_nobody_from_loading),
        cmocka_unit_test(connecting_without_waiting),
        cmocka_unit_test(a_channel_that_recovers_wants_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
