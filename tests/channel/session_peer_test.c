/* Sessions and what their peers do: newcomers, strangers, wrong keys, silence, absence, copies.
 *
 * Floor 7 (channel). */
#include "channel/session_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pier/resolve.h>

#include "session/link_control_internal.h"

static session_relay relay;

static int set_up(void **state) {
    memset(&relay, 0, sizeof relay);
    return session_pair_set_up(state);
}

static int tear_down(void **state) {
    session_relay_end(&relay);
    return session_pair_tear_down(state);
}

/* Takes turns until the session channel tells such an event; fails when it does not. */
static pier_session_event await_event(session_pair *pair, pier_session_channel *at, pier_session_event_kind kind) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_session_event event;
    for (;;) {
        while (pier_session_channel_next_event(at, &event) == PIER_OK) {
            if (event.kind == kind) {
                return event;
            }
        }
        if (pier_clock_monotonic_ns() > deadline) {
            fail_msg("event %d does not come", (int)kind);
        }
        session_pair_turn(pair);
    }
}

/* Nothing failed: the events say in words what they are, and not that it is done. */
static void events_say_what_happened(void **state) {
    static const struct {
        pier_session_event_kind kind;
        uint64_t number;
        const char *words;
    } expected[] = {
        {PIER_SESSION_RESUMING, 0, "a connection stands, and both sides are being introduced"},
        {PIER_SESSION_SYNCED, 5, "all records up to this one survive the machine"},
        {PIER_SESSION_CONNECTED, 5, "the session has begun, records pass"},
        {PIER_SESSION_RESUMED, 0, "records pass again"},
    };
    session_pair *pair = (session_pair *)*state;
    session_pair_open_client(pair);
    for (uint64_t number = 1; number <= 5; number++) {
        session_send(pair, pair->client, number);
    }
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (expected[i].kind == PIER_SESSION_SYNCED) {
            assert_status(pier_session_channel_flush_synced(pair->client, NULL), PIER_OK);
        } else if (expected[i].kind == PIER_SESSION_CONNECTED) {
            session_pair_open_host(pair);
        } else if (expected[i].kind == PIER_SESSION_RESUMED) {
            session_settle(pair, pair->client);
            pier_session_channel_destroy(pair->client);
            session_pair_open_client(pair);
        }
        pier_session_event event = await_event(pair, pair->client, expected[i].kind);
        assert_status(event.status, PIER_OK);
        assert_int_equal(event.number, expected[i].number);
        assert_string_equal(event.text, expected[i].words);
        for (uint64_t number = 1; expected[i].kind == PIER_SESSION_CONNECTED && number <= 5; number++) {
            session_receive(pair, true, number);
        }
    }
}

static void until_refused(session_pair *pair, pier_status expected) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_status status;
    while ((status = pier_session_channel_connect(pair->client)) == PIER_WOULD_BLOCK) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
        if (pier_session_channel_next(pair->client) < 0) {
            status = pier_session_channel_next(pair->client);
            break;
        }
    }
    assert_status(status, expected);
    assert_status(pier_session_channel_error(pair->client)->status, expected);
}

/* A connection that nobody ends stands at the server, and the client comes with another one. */
static void a_newcomer_takes_over(void **state) {
    session_pair *pair = (session_pair *)*state;
    session_relay_open(&relay, pair->endpoint);
    pair->relay = &relay;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    for (uint64_t i = 2; i < 8; i++) {
        /* What stands is forgotten, and not closed. */
        pier_socket *kept[2] = {relay.ends[0], relay.ends[1]};
        relay.ends[0] = NULL;
        relay.ends[1] = NULL;
        pier_session_channel_destroy(pair->client);
        pier_socket_destroy(kept[0]);
        session_pair_open_client(pair);
        session_send(pair, pair->client, i);
        session_receive(pair, true, i);
        pier_session_event lost = await_event(pair, pair->server, PIER_SESSION_LOST);
        assert_status(lost.status, PIER_CANCELLED);
        /* The old connection was closed. */
        char byte;
        size_t size;
        pier_status status;
        do {
            status = pier_socket_read(kept[1], &byte, 1, &size, pier_deadline_after_ms(PATIENCE_MS));
        } while (status == PIER_OK);
        assert_true(status == PIER_END || status == PIER_RESET);
        pier_socket_destroy(kept[1]);
    }
    assert_int_equal(pair->opened, 1);
}

/* Too many of them in a short time are told to come again, and do. */
static void take_overs_are_limited(void **state) {
    session_pair *pair = (session_pair *)*state;
    pier_socket *kept[16];
    session_relay_open(&relay, pair->endpoint);
    pair->relay = &relay;
    session_pair_open_host(pair);
    for (unsigned i = 0; i < 16; i++) {
        session_pair_open_client(pair);
        pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
        pier_session_event event = {.kind = PIER_SESSION_LOST};
        while (pier_session_link_state(pier_session_channel_session(pair->client)) != PIER_SESSION_LINK_OPEN &&
               event.kind != PIER_SESSION_REFUSED) {
            assert_true(pier_clock_monotonic_ns() < deadline);
            session_pair_turn(pair);
            if (pier_session_channel_next_event(pair->client, &event) != PIER_OK) {
                event.kind = PIER_SESSION_LOST;
            }
        }
        if (event.kind == PIER_SESSION_REFUSED) {
            assert_int_equal(event.number, PIER__BUSY);
            assert_int_equal(i, 9);
            /* It is not refused for good. */
            assert_status(pier_session_channel_next(pair->client), PIER_WOULD_BLOCK);
            for (unsigned j = 0; j < i; j++) {
                pier_socket_destroy(kept[j]);
            }
            return;
        }
        kept[i] = relay.ends[1];
        relay.ends[1] = NULL;
        pier_socket_destroy(relay.ends[0]);
        relay.ends[0] = NULL;
        pier_session_channel_destroy(pair->client);
        pair->client = NULL;
    }
    fail_msg("take-overs are not limited");
}

/* Whatever a stranger says, it gets one answer, and changes nothing. */
static void strangers_get_one_answer(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->host_options.creation_off = true;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    until_refused(pair, PIER_DENIED);
    pier_session_event event = await_event(pair, pair->client, PIER_SESSION_REFUSED);
    assert_int_equal(event.number, PIER__UNKNOWN);
    assert_int_not_equal(access(session_path("host/test"), F_OK), 0);
    /* It is created when that is allowed, and the client is told to try again. */
    pier_session_host_destroy(pair->host);
    pair->host_options.creation_off = false;
    session_pair_open_host(pair);
    assert_status(pier_session_channel_connect(pair->client), PIER_WOULD_BLOCK);
    session_pair_until(pair, PIER_SESSION_LINK_OPEN);
    assert_int_equal(access(session_path("host/test"), F_OK), 0);
    /* Another folder of that name is not it. */
    pier_session_channel_destroy(pair->client);
    assert_int_equal(rename(session_path("client"), session_path("old")), 0);
    session_pair_open_client(pair);
    until_refused(pair, PIER_DENIED);
    event = await_event(pair, pair->client, PIER_SESSION_REFUSED);
    assert_int_equal(event.number, PIER__UNKNOWN);
}

static void a_shared_key_is_proven(void **state) {
    session_pair *pair = (session_pair *)*state;
    static const char good[] = "a good key";
    static const char wrong[] = "a wrong key";
    pair->server_options.shared_key = (pier_bytes){good, sizeof good};
    session_pair_open_host(pair);
    pair->client_options.shared_key = (pier_bytes){wrong, sizeof wrong};
    session_pair_open_client(pair);
    until_refused(pair, PIER_DENIED);
    /* Nothing was made for it. */
    assert_int_not_equal(access(session_path("host/test"), F_OK), 0);
    pier_session_channel_destroy(pair->client);
    pair->client_options.shared_key = (pier_bytes){good, sizeof good};
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    session_settle(pair, pair->client);
    /* Later, too; and what was wrong has changed nothing. */
    pier_session_channel_destroy(pair->client);
    pair->client_options.shared_key = (pier_bytes){wrong, sizeof wrong};
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    until_refused(pair, PIER_DENIED);
    pier_session_channel_destroy(pair->client);
    pair->client_options.shared_key = (pier_bytes){good, sizeof good};
    session_pair_open_client(pair);
    session_receive(pair, true, 2);
}

/* Channels come to the same port, framed and plain, and nothing of what they sent is lost. */
static void channels_come_to_the_same_port(void **state) {
    session_pair *pair = (session_pair *)*state;
    const pier_channel_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    const pier_channel_options guess = {.size = sizeof guess, .format = PIER_FORMAT_GUESS};
    pair->host_options.plain = &guess;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    for (unsigned i = 0; i < 6; i++) {
        pier_channel *channel = NULL;
        assert_status(pier_channel_connect(&channel, pair->endpoint, pier_deadline_after_ms(PATIENCE_MS),
                                           i % 2 == 0 ? NULL : &plain, NULL),
                      PIER_OK);
        for (uint64_t number = 0; number < (i < 4 ? 1 : 5000); number++) {
            assert_status(test_send(channel, number), PIER_OK);
        }
        pier_channel_set_deadline(channel, PIER_NOW);
        (void)(test_flush(channel) == PIER_OK);
        session_send(pair, pair->client, i);
        session_receive(pair, true, i);
        pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
        while (pair->plain == NULL) {
            assert_true(pier_clock_monotonic_ns() < deadline);
            session_pair_turn(pair);
        }
        pier_channel_set_deadline(channel, pier_deadline_after_ms(PATIENCE_MS));
        pier_channel_set_deadline(pair->plain, pier_deadline_after_ms(PATIENCE_MS));
        assert_status(test_flush(channel), PIER_OK);
        for (uint64_t number = 0; number < (i < 4 ? 1 : 5000); number++) {
            test_receive(pair->plain, number);
        }
        assert_status(test_send(pair->plain, 77), PIER_OK);
        assert_status(test_flush(pair->plain), PIER_OK);
        test_receive(channel, 77);
        pier_channel_destroy(channel);
        pier_channel_destroy(pair->plain);
        pair->plain = NULL;
    }
    assert_int_equal(pair->opened, 1);
}

/* Byte by byte, a hello is still a hello; and who stops in the middle is not waited for. */
static void strangers_are_not_waited_for(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->host_options.stranger_timeout_ms = 100;
    pair->host_options.strangers_max = 2;
    session_pair_open_host(pair);
    pier_socket *silent[4];
    pier_address address;
    size_t count;
    assert_status(pier_address_resolve(pair->endpoint, &address, 1, &count, PIER_NOW, NULL, NULL), PIER_OK);
    for (unsigned i = 0; i < 4; i++) {
        assert_status(pier_socket_connect(&silent[i], &address, pier_deadline_after_ms(PATIENCE_MS), NULL, NULL),
                      PIER_OK);
        if (i % 2 == 1) {
            /* Bytes as a session begins, and no more. */
            size_t size;
            static const uint8_t begin[] = {0xc7, 61, 80, 5, 0};
            const pier_bytes bytes = {begin, sizeof begin};
            assert_status(pier_socket_write(silent[i], &bytes, 1, &size, PIER_NOW), PIER_OK);
        }
    }
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    assert_true(pair->refused >= 2);
    for (unsigned i = 0; i < 4; i++) {
        char byte;
        size_t size;
        assert_status(pier_socket_read(silent[i], &byte, 1, &size, pier_deadline_after_ms(PATIENCE_MS)), PIER_END);
        pier_socket_destroy(silent[i]);
    }
}

/* A peer that says nothing is given up, and its successor found. */
static void silence_ends_a_connection(void **state) {
    session_pair *pair = (session_pair *)*state;
    session_relay_open(&relay, pair->endpoint);
    pair->relay = &relay;
    pair->client_options.heartbeat_ms = 30;
    pair->client_options.dead_peer_ms = 150;
    pair->client_options.handshake_timeout_ms = 100;
    pair->server_options.heartbeat_ms = 30;
    pair->server_options.dead_peer_ms = 150;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_pair_until(pair, PIER_SESSION_LINK_OPEN);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    /* Longer than the dead-peer time, with heartbeats alone. */
    unsigned before = relay.connections;
    pier_deadline until = pier_deadline_after_ms(500);
    while (pier_clock_monotonic_ns() < until) {
        session_pair_turn(pair);
    }
    assert_int_equal(relay.connections, before);
    relay.is_held = true;
    pier_session_event event = await_event(pair, pair->client, PIER_SESSION_LOST);
    assert_status(event.status, PIER_TIMEOUT);
    event = await_event(pair, pair->server, PIER_SESSION_LOST);
    assert_status(event.status, PIER_TIMEOUT);
    relay.is_held = false;
    session_relay_drop(&relay);
    session_send(pair, pair->client, 2);
    session_receive(pair, true, 2);
}

/* A server that is away for a while: the tries come later and later, and the first that can be made is made. */
static void a_server_that_was_away_is_found_again(void **state) {
    session_pair *pair = (session_pair *)*state;
    pier_socket_destroy(pair->listener);
    pair->listener = NULL;
    /* A name that nobody else will take while the server is away, as another program may take a port. */
    (void)snprintf(pair->endpoint, sizeof pair->endpoint, "unix:%s", session_path("socket"));
    pair->client_options.first_wait_ms = 8;
    pair->client_options.longest_wait_ms = 64;
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    unsigned waits = 0;
    uint64_t longest = 0;
    pier_deadline until = pier_deadline_after_ms(1500);
    while (pier_clock_monotonic_ns() < until) {
        pier_session_event event;
        session_pair_turn(pair);
        pier_deadline due = pier_session_channel_due(pair->client);
        assert_true(due <= pier_deadline_after_ms(65));
        while (pier_session_channel_next_event(pair->client, &event) == PIER_OK) {
            assert_int_equal(event.kind, PIER_SESSION_WAITING);
            assert_status(event.status, PIER_NOT_FOUND);
            assert_true(event.number <= 64);
            waits++;
            longest = event.number > longest ? event.number : longest;
        }
        (void)usleep(200);
    }
    /* With waits of 32 ms on average. */
    assert_in_range(waits, 8, 400);
    assert_true(longest > 16);
    session_pair_listen(pair, pair->endpoint);
    session_pair_open_host(pair);
    session_receive(pair, true, 1);
}

/* Who was away for too long gets the answer of who never was, though its session is open. */
static void an_open_session_expires(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->server_options.expiry_s = 1;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    session_settle(pair, pair->client);
    pier_session_channel_destroy(pair->client);
    pair->client = NULL;
    pier_deadline until = pier_deadline_after_ms(2100);
    while (pier_clock_monotonic_ns() < until) {
        session_pair_turn(pair);
    }
    session_pair_open_client(pair);
    until_refused(pair, PIER_DENIED);
    assert_int_equal(await_event(pair, pair->client, PIER_SESSION_REFUSED).number, PIER__UNKNOWN);
}

/* A folder that was copied and lives twice is told to both. */
static void a_copied_folder_is_a_conflict(void **state) {
    session_pair *pair = (session_pair *)*state;
    char command[1200];
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    session_settle(pair, pair->client);
    pier_session_channel_destroy(pair->client);
    (void)snprintf(command, sizeof command, "cp -r '%s' '%s'", session_path("client"), session_path("copy"));
    assert_int_equal(system(command), 0);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    session_receive(pair, true, 2);
    session_settle(pair, pair->client);
    pier_session_channel_destroy(pair->client);
    pier_error error = {0};
    assert_status(
        pier_session_open(&pair->client, "test", session_path("copy"), pair->endpoint, &pair->client_options, &error),
        PIER_OK);
    pier_session_channel_set_deadline(pair->client, PIER_NOW);
    session_send(pair, pair->client, 22);
    until_refused(pair, PIER_MISMATCH);
    /* What was refused is still there to be read, and the other one goes on. */
    assert_int_equal(pier_session_sent(pier_session_channel_session(pair->client)).last, 2);
    pier_session_channel_destroy(pair->client);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 3);
    session_receive(pair, true, 3);
}

static void what_is_open_is_not_opened_twice(void **state) {
    session_pair *pair = (session_pair *)*state;
    session_pair_open_client(pair);
    pier_session_channel *second = NULL;
    pier_error error = {0};
    assert_status(
        pier_session_open(&second, "test", session_path("client"), pair->endpoint, &pair->client_options, &error),
        PIER_IN_USE);
    assert_null(second);
    assert_true(error.text[0] != '\0');
    assert_status(
        pier_session_open(&second, "test", session_path("other"), "tcp://[::1", &pair->client_options, &error),
        PIER_ADDRESS);
    assert_status(pier_session_open(&second, "test", session_path("other"), "udp://127.0.0.1:1", NULL, &error),
                  PIER_USAGE);
    assert_status(pier_session_open(&second, "", session_path("other"), pair->endpoint, NULL, &error), PIER_USAGE);
    assert_status(pier_session_open(&second, "test", session_path("none/other"), pair->endpoint, NULL, &error),
                  PIER_NOT_FOUND);
    struct stat status;
    assert_int_equal(stat(session_path("client"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(stat(session_path("client/sent"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_say_what_happened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newcomer_takes_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(take_overs_are_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_get_one_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shared_key_is_proven, set_up, tear_down),
        cmocka_unit_test_setup_teardown(channels_come_to_the_same_port, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_are_not_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silence_ends_a_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_was_away_is_found_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_open_session_expires, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copied_folder_is_a_conflict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_open_is_not_opened_twice, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
