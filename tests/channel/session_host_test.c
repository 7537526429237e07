/* Hosts of sessions, and clients that wait: deadlines, cancelling, limits, homes of the program's own, names of
 * folders.
 *
 * Floor 7 (channel). */
#include "channel/session_support.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "channel/session_host_internal.h"
#include "session/session_internal.h"

/* A host that sends each number back, doubled, until it is cancelled; in a thread of its own. */
static void *echo(void *user) {
    session_pair *pair = (session_pair *)user;
    pier_session_host_event event;
    while (pier_session_host_next(pair->host, &event, PIER_NEVER) == PIER_OK) {
        while (event.session != NULL && pier_session_channel_next(event.session) == PIER_OK) {
            uint64_t number = pier_load_u64(pier_session_channel_load_archive(event.session));
            session_send(pair, event.session, number * 2);
            uint64_t last = pier_session_channel_record_number(event.session);
            if (pier_session_channel_commit(event.session, last) != PIER_OK) {
                return "a commit failed";
            }
        }
    }
    return NULL;
}

static void calls_wait_until_their_deadline(void **state) {
    session_pair *pair = (session_pair *)*state;
    pthread_t thread;
    pier_cancel *cancel = NULL;
    assert_status(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    pair->host_options.cancel = cancel;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    pier_session_channel *client = pair->client;
    pier_session_channel_set_deadline(client, pier_deadline_after_ms(30));
    assert_status(pier_session_channel_connect(client), PIER_TIMEOUT);
    assert_status(pier_session_channel_next(client), PIER_TIMEOUT);
    session_send(pair, client, 0);
    assert_status(pier_session_channel_await(client, 1, PIER_SESSION_STAGE_RECEIVED), PIER_TIMEOUT);
    assert_status(pier_session_channel_await(client, 2, PIER_SESSION_STAGE_RECEIVED), PIER_USAGE);
    assert_status(pier_session_channel_close(client), PIER_TIMEOUT);
    pier_session_channel_destroy(client);
    session_pair_open_client(pair);
    client = pair->client;

    assert_int_equal(pthread_create(&thread, NULL, echo, pair), 0);
    pier_session_channel_set_deadline(client, pier_deadline_after_ms(PATIENCE_MS));
    assert_status(pier_session_channel_connect(client), PIER_OK);
    assert_non_null(pier_session_channel_socket(client));
    for (uint64_t i = 1; i < 50; i++) {
        session_send(pair, client, i);
    }
    for (uint64_t i = 0; i < 50; i++) {
        assert_status(pier_session_channel_next(client), PIER_OK);
        assert_int_equal(pier_load_u64(pier_session_channel_load_archive(client)), i * 2);
        assert_int_equal(pier_session_channel_record_number(client), i + 1);
        assert_false(pier_session_channel_is_repeated(client));
    }
    uint64_t last = 0;
    assert_status(pier_session_channel_flush_synced(client, &last), PIER_OK);
    assert_int_equal(last, 50);
    assert_int_equal(pier_session_sent(pier_session_channel_session(client)).synced, 50);
    assert_status(pier_session_channel_commit(client, 51), PIER_USAGE);
    assert_status(pier_session_channel_commit(client, 50), PIER_OK);
    assert_status(pier_session_channel_await(client, 50, PIER_SESSION_STAGE_COMMITTED), PIER_OK);

    /* Cancelled, a call that waits ends, and nothing is lost by it. */
    pier_session_channel_set_cancel(client, cancel);
    pier_cancel_fire(cancel);
    assert_status(pier_session_channel_next(client), PIER_CANCELLED);
    void *wrong = NULL;
    assert_int_equal(pthread_join(thread, &wrong), 0);
    assert_null(wrong);
    pier_cancel_clear(cancel);
    assert_int_equal(pthread_create(&thread, NULL, echo, pair), 0);
    session_send(pair, client, 50);
    assert_status(pier_session_channel_next(client), PIER_OK);
    assert_status(pier_session_channel_close(client), PIER_OK);
    pier_cancel_fire(cancel);
    assert_int_equal(pthread_join(thread, &wrong), 0);
    pier_session_host_destroy(pair->host);
    pair->host = NULL;
    pier_session_channel_destroy(client);
    pair->client = NULL;
    pier_cancel_destroy(cancel);
}

/* Polls what an end wants to be polled for, no longer than it allows. */
static void poll_once(const pier_interest *interests, size_t count, pier_deadline due) {
    struct pollfd polls[64];
    assert_true(count <= 64);
    for (size_t i = 0; i < count; i++) {
        polls[i] = (struct pollfd){.fd = interests[i].handle};
        polls[i].events = (short)(((interests[i].events & PIER_READABLE) != 0 ? POLLIN : 0) |
                                  ((interests[i].events & PIER_WRITABLE) != 0 ? POLLOUT : 0));
        assert_int_not_equal(polls[i].events, 0);
    }
    int64_t left_ms = due == PIER_NOW ? 0 : (due - pier_clock_monotonic_ns()) / 1000000 + 1;
    /* Nothing is awaited here that comes by the clock, but a heartbeat at last. */
    assert_true(left_ms > 14000 || left_ms < 100);
    left_ms = left_ms > 0 ? left_ms : 0;
    int found = poll(polls, (nfds_t)count, left_ms < 2000 ? (int)left_ms : 2000);
    assert_true(found > 0 || left_ms < 100);
}

/* One poll loop drives both ends, by what they want alone: it never looks without being told to. */
static void a_poll_loop_drives_both_ends(void **state) {
    session_pair *pair = (session_pair *)*state;
    enum { ROUNDS = 200 };
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    pier_session_channel *client = pair->client;
    uint64_t sent = 0;
    uint64_t echoed = 0;
    unsigned polls = 0;
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (echoed < ROUNDS) {
        pier_interest interests[64];
        pier_session_host_event event;
        assert_true(pier_clock_monotonic_ns() < until);
        assert_status(pier_session_channel_step(client), PIER_OK);
        while (pier_session_channel_next(client) == PIER_OK) {
            assert_int_equal(pier_load_u64(pier_session_channel_load_archive(client)), ++echoed);
            assert_status(pier_session_channel_commit(client, echoed), PIER_OK);
        }
        if (sent < ROUNDS && sent < echoed + 3) {
            session_send(pair, client, ++sent);
        }
        while (pier_session_host_next(pair->host, &event, PIER_NOW) == PIER_OK) {
            while (event.session != NULL && pier_session_channel_next(event.session) == PIER_OK) {
                pair->server = event.session;
                uint64_t number = pier_load_u64(pier_session_channel_load_archive(event.session));
                assert_status(pier_session_channel_commit(event.session, number), PIER_OK);
                session_send(pair, event.session, number);
            }
        }
        size_t count = pier_session_channel_interests(client, interests, 32);
        assert_true(count <= PIER_SESSION_CHANNEL_HANDLES_MAX);
        count += pier_session_host_interests(pair->host, interests + count, 32);
        pier_deadline due = pier_session_channel_due(client);
        pier_deadline host_due = pier_session_host_due(pair->host);
        if (echoed < ROUNDS) {
            poll_once(interests, count, host_due < due ? host_due : due);
            polls++;
        }
    }
    /* It does not spin. */
    assert_true(polls < ROUNDS * 20);
}

static pier_session_channel *open_named(session_pair *pair, const char *name) {
    pier_session_channel *client = NULL;
    pier_error error = {0};
    if (pier_session_open(&client, name, session_path(name), pair->endpoint, &pair->client_options, &error) !=
        PIER_OK) {
        fail_msg("%s: %s", name, error.text);
    }
    pier_session_channel_set_deadline(client, PIER_NOW);
    return client;
}

static bool is_open(const pier_session_channel *client) {
    return pier_session_link_state(pier_session_channel_session(client)) == PIER_SESSION_LINK_OPEN;
}

/* Steps both ends, and one more client unless it is NULL, until a client's connection is open. */
static void until_open(session_pair *pair, pier_session_channel *client, pier_session_channel *other) {
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (!is_open(client)) {
        assert_true(pier_clock_monotonic_ns() < until);
        (void)(pier_session_channel_step(client) == PIER_OK);
        if (other != NULL) {
            (void)(pier_session_channel_step(other) == PIER_OK);
        }
        session_pair_turn(pair);
    }
}

/* Opens a host that closes who is away for so long, and a client of which one record has arrived. Returns the host's end
 * of it. */
static pier_session_channel *begin_away(session_pair *pair, uint32_t away_timeout_ms) {
    pair->host_options.away_timeout_ms = away_timeout_ms;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    session_settle(pair, pair->client);
    return pair->server;
}

static void leave(session_pair *pair) {
    pier_session_channel_destroy(pair->client);
    pair->client = NULL;
}

/* Above its limits a host takes nobody, and says nothing: a client comes again, and is taken when there is room. */
static void limits_hold_and_pass(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->host_options.sessions_max = 2;
    pair->host_options.folders_max = 3;
    session_pair_open_host(pair);
    pier_session_channel *clients[4];
    for (unsigned i = 0; i < 4; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "c%u", i);
        clients[i] = open_named(pair, name);
        pier_deadline until = pier_deadline_after_ms(i < 2 ? PATIENCE_MS : 100);
        while (!is_open(clients[i]) && pier_clock_monotonic_ns() < until) {
            (void)(pier_session_channel_step(clients[i]) == PIER_OK);
            session_pair_turn(pair);
        }
        assert_int_equal(is_open(clients[i]), i < 2);
    }
    assert_int_equal(pier_session_host_count(pair->host), 2);
    assert_status(pair->refusal.status, PIER_LIMIT);
    pier_session_channel_destroy(pier_session_host_find(pair->host, "c0"));
    assert_null(pier_session_host_find(pair->host, "c0"));
    pier_session_channel_destroy(clients[0]);
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (!is_open(clients[2])) {
        assert_true(pier_clock_monotonic_ns() < until);
        (void)(pier_session_channel_step(clients[2]) == PIER_OK);
        session_pair_turn(pair);
    }
    /* There is room for the fourth one now, but not for its folder. */
    pier_session_channel_destroy(pier_session_host_find(pair->host, "c1"));
    until = pier_deadline_after_ms(100);
    while (pier_clock_monotonic_ns() < until) {
        (void)(pier_session_channel_step(clients[3]) == PIER_OK);
        session_pair_turn(pair);
    }
    assert_false(is_open(clients[3]));
    assert_int_not_equal(access(session_path("host/c3"), F_OK), 0);
    for (unsigned i = 1; i < 4; i++) {
        pier_session_channel_destroy(clients[i]);
    }
}

/* Takes turns until a connection was refused; a client that comes again and again is one. */
static void until_told_of_refusal(session_pair *pair, pier_session_channel *client) {
    unsigned before = pair->refused;
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (pair->refused == before) {
        assert_true(pier_clock_monotonic_ns() < until);
        (void)(pier_session_channel_step(client) == PIER_OK);
        session_pair_turn(pair);
    }
}

/* A folder that was made counts, though there is no session in it, and counts once. */
static void folders_of_cut_creations_count(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->host_options.folders_max = 2;
    pair->server_options.segment_bytes = 1; /* of which no journal is made */
    session_pair_open_host(pair);
    pier_session_channel *clients[4];
    for (unsigned i = 0; i < 4; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "c%u", i);
        clients[i] = open_named(pair, name);
        until_told_of_refusal(pair, clients[i]);
        until_told_of_refusal(pair, clients[i]);
        assert_status(pair->refusal.status, i < 2 ? PIER_USAGE : PIER_LIMIT);
    }
    assert_int_equal(access(session_path("host/c1"), F_OK), 0);
    assert_int_not_equal(access(session_path("host/c2"), F_OK), 0);
    assert_int_not_equal(access(session_path("host/c3"), F_OK), 0);
    /* Whose folder is there is let in when the session can be made, and nobody else. */
    pier_session_host_destroy(pair->host);
    pair->server_options.segment_bytes = 0;
    session_pair_open_host(pair);
    until_told_of_refusal(pair, clients[2]);
    assert_status(pair->refusal.status, PIER_LIMIT);
    until_open(pair, clients[1], NULL);
    for (unsigned i = 0; i < 4; i++) {
        pier_session_channel_destroy(clients[i]);
    }
}

/* Two hosts on one folder would fight over its sessions. */
static void a_second_host_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    session_pair_open_host(pair);
    pier_session_host *second = NULL;
    pier_error error = {0};
    assert_status(pier_session_host_open(&second, session_path("host"), NULL, &error), PIER_IN_USE);
    assert_null(second);
    assert_non_null(strstr(error.text, "/host: the folder is locked by another writer"));
    pier_session_host_destroy(pair->host);
    session_pair_open_host(pair);
    /* The lock counts for no session, and is in no session's way. */
    assert_int_equal(pair->host->folder_count, 0);
    pier_session_channel *client = open_named(pair, "lock");
    until_open(pair, client, NULL);
    pier_session_channel_destroy(client);
}

/* A session whose client is away makes room, and goes on when the client is back; one whose client is there stays. */
static void who_is_away_makes_room(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->host_options.sessions_max = 2;
    pier_session_channel *first = begin_away(pair, 60);
    pier_session_channel *stays = open_named(pair, "stays");
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    until_open(pair, stays, NULL);
    /* Nobody is away. */
    pier_deadline soon = pier_deadline_after_ms(200);
    while (pier_clock_monotonic_ns() < soon) {
        session_pair_turn(pair);
        (void)(pier_session_channel_step(stays) == PIER_OK);
    }
    assert_int_equal(pair->closed, 0);
    /* What is on its way to one that is away is in its folder. */
    pier_session_channel_destroy(pair->client);
    pair->client = NULL;
    session_send(pair, first, 2);
    while (pair->closed == 0) {
        assert_true(pier_clock_monotonic_ns() < until);
        session_pair_turn(pair);
        (void)(pier_session_channel_step(stays) == PIER_OK);
    }
    session_pair_turn(pair);
    assert_int_equal(pier_session_host_count(pair->host), 1);
    assert_null(pier_session_host_find(pair->host, "test"));
    pier_session_channel *third = open_named(pair, "third");
    until_open(pair, third, stays);
    pier_session_channel_destroy(third);
    session_pair_open_client(pair);
    session_receive(pair, false, 2);
    assert_true(pair->closed >= 2);
    pier_session_channel_destroy(stays);
}

/* A client that is back in the very moment in which it has been away for too long is there, and its session stays. */
static void who_comes_back_in_time_stays(void **state) {
    session_pair *pair = (session_pair *)*state;
    pier_session_channel *server = begin_away(pair, 2000);
    leave(pair);
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (server->away_since == 0) {
        assert_true(pier_clock_monotonic_ns() < until);
        session_pair_turn(pair);
    }
    pier_deadline leaves = server->away_since + (int64_t)pair->host_options.away_timeout_ms * 1000000;
    /* Its resume is on its way, and the host looks at it and at the clock at once. */
    session_pair_open_client(pair);
    while (pier_session_channel_step(pair->client) == PIER_OK &&
           pair->client->session->link.phase != PIER__LINK_RESUMING) {
        pier_session_host_event event;
        assert_true(pier_clock_monotonic_ns() < leaves);
        (void)(pier_session_host_next(pair->host, &event, PIER_NOW) == PIER_OK);
    }
    while (pier_clock_monotonic_ns() <= leaves) {
        (void)usleep(1000);
    }
    session_pair_until(pair, PIER_SESSION_LINK_OPEN);
    session_send(pair, pair->client, 2);
    session_receive(pair, true, 2);
    assert_int_equal(pair->closed, 0);
    assert_ptr_equal(pier_session_host_find(pair->host, "test"), server);
}

/* A connection whose end is met within a call of the program is one that has ended: the time is taken from there,
 * though nothing comes any more that wakes the host. */
static void who_left_in_the_middle_of_a_call_is_away(void **state) {
    session_pair *pair = (session_pair *)*state;
    pier_session_channel *server = begin_away(pair, 20);
    leave(pair);
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (server->socket != NULL) {
        assert_true(pier_clock_monotonic_ns() < until);
        assert_status(pier_session_channel_flush(server, NULL), PIER_OK);
    }
    assert_true(server->away_since == 0);
    pier_session_host_event event = {.kind = PIER_SESSION_HOST_READY};
    while (event.kind != PIER_SESSION_HOST_CLOSING) {
        assert_status(pier_session_host_next(pair->host, &event, until), PIER_OK);
    }
    assert_ptr_equal(event.session, server);
    /* The program may do it itself. */
    pier_session_channel_destroy(server);
    assert_status(pier_session_host_next(pair->host, &event, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_session_host_count(pair->host), 0);
}

/* A name is what anybody says: in a line of a log it neither begins another one nor steers a terminal. */
static void names_in_refusals_are_harmless(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->host_options.creation_off = true;
    session_pair_open_host(pair);
    pier_session_channel *client = NULL;
    pier_error error = {0};
    assert_status(pier_session_open(&client, "a\nrefused: \x1b[2J\x7f\xc2\x9b\xc3\xa4", session_path("client"),
                                    pair->endpoint, &pair->client_options, &error),
                  PIER_OK);
    pier_session_channel_set_deadline(client, PIER_NOW);
    until_told_of_refusal(pair, client);
    assert_ptr_equal(strstr(pair->refusal.text, "a?refused: ?[2J???\xc3\xa4: "), pair->refusal.text);
    pier_session_channel_destroy(client);
}

/* Who connects and says nothing makes room for who speaks, long before its time has passed; who has spoken keeps its
 * place; and a host that is full waits without being busy. */
static void who_says_nothing_makes_room(void **state) {
    enum { SILENT = 8 };
    session_pair *pair = (session_pair *)*state;
    pair->host_options.stranger_timeout_ms = 10 * PATIENCE_MS;
    pair->host_options.strangers_max = 3;
    session_pair_open_host(pair);
    pier_address address;
    size_t count;
    pier_socket *silent[SILENT];
    assert_status(pier_address_resolve(pair->endpoint, &address, 1, &count, PIER_NOW, NULL, NULL), PIER_OK);
    for (unsigned i = 0; i < SILENT; i++) {
        assert_status(pier_socket_connect(&silent[i], &address, pier_deadline_after_ms(PATIENCE_MS), NULL, NULL),
                      PIER_OK);
    }
    /* The first one begins as a session does. */
    static const uint8_t begin[] = {0xc7, 61, 80, 5, 0};
    const pier_bytes bytes = {begin, sizeof begin};
    size_t size = 0;
    assert_status(pier_socket_write(silent[0], &bytes, 1, &size, PIER_NOW), PIER_OK);
    session_pair_open_client(pair);
    session_pair_until(pair, PIER_SESSION_LINK_OPEN);
    assert_status(pair->refusal.status, PIER_LIMIT);
    assert_non_null(strstr(pair->refusal.text, "strangers_max"));
    char byte;
    assert_status(pier_socket_read(silent[0], &byte, 1, &size, PIER_NOW), PIER_WOULD_BLOCK);
    assert_status(pier_socket_read(silent[1], &byte, 1, &size, pier_deadline_after_ms(PATIENCE_MS)), PIER_END);
    unsigned turns = 0;
    pier_deadline until = pier_deadline_after_ms(600);
    while (pier_clock_monotonic_ns() < until) {
        pier_interest interests[64];
        pier_session_host_event event;
        while (pier_session_host_next(pair->host, &event, PIER_NOW) == PIER_OK) {
        }
        pier_deadline due = pier_session_host_due(pair->host);
        struct pollfd polls[64];
        size_t handles = pier_session_host_interests(pair->host, interests, 64);
        for (size_t i = 0; i < handles; i++) {
            polls[i] = (struct pollfd){.fd = interests[i].handle, .events = POLLIN};
        }
        int64_t left_ms = due == PIER_NOW ? 0 : (due - pier_clock_monotonic_ns()) / 1000000 + 1;
        (void)poll(polls, (nfds_t)handles, left_ms < 0 ? 0 : left_ms < 100 ? (int)left_ms : 100);
        turns++;
    }
    assert_true(turns < 100);
    for (unsigned i = 0; i < SILENT; i++) {
        pier_socket_destroy(silent[i]);
    }
}

static pier_status find_home(void *user, const char *name, bool begins, pier_session_home *home) {
    (void)begins;
    unsigned *calls = (unsigned *)user;
    static char folder[512];
    ++*calls;
    if (strcmp(name, "test") != 0) {
        return PIER_NOT_FOUND;
    }
    (void)snprintf(folder, sizeof folder, "%s", session_path("elsewhere"));
    home->folder = folder;
    home->has_committed = *calls > 1;
    home->committed = 2;
    return PIER_OK;
}

/* The program says where a session lives, and what it has dealt with: that does not come again. */
static void a_program_tells_where_sessions_live(void **state) {
    session_pair *pair = (session_pair *)*state;
    unsigned calls = 0;
    pair->host_options.find = find_home;
    pair->host_options.user = &calls;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    for (uint64_t i = 1; i <= 3; i++) {
        session_send(pair, pair->client, i);
    }
    pier_deadline until = pier_deadline_after_ms(PATIENCE_MS);
    while (pier_session_sent(pier_session_channel_session(pair->client)).kept < 3) {
        assert_true(pier_clock_monotonic_ns() < until);
        session_pair_turn(pair);
    }
    assert_int_equal(access(session_path("elsewhere/received"), F_OK), 0);
    /* Two were loaded, and nothing was committed to the session. */
    assert_status(pier_session_channel_next(pair->server), PIER_OK);
    assert_status(pier_session_channel_next(pair->server), PIER_OK);
    pier_session_host_destroy(pair->host);
    pair->server = NULL;
    session_pair_open_host(pair);
    session_receive(pair, true, 3);
    assert_true(calls >= 2);
    pier_session_channel *stranger = open_named(pair, "stranger");
    pier_status status;
    while ((status = pier_session_channel_next(stranger)) == PIER_WOULD_BLOCK) {
        assert_true(pier_clock_monotonic_ns() < until);
        session_pair_turn(pair);
    }
    assert_status(status, PIER_DENIED);
    pier_session_channel_destroy(stranger);
}

/* Does not know yet where a session lives, or under which key, and says so a few times. */
static pier_status find_later(void *user, const char *name, bool begins, pier_session_home *home) {
    static const char key[] = "a key of its own";
    unsigned *calls = (unsigned *)user;
    (void)name;
    (void)begins;
    if (++*calls <= 3) {
        return PIER_TIMEOUT;
    }
    home->shared_key = (pier_bytes){key, sizeof key};
    return PIER_OK;
}

/* "Not now" of the program is no refusal, though no proof can be looked at: the client comes again, and is let in. */
static void a_program_may_tell_later(void **state) {
    session_pair *pair = (session_pair *)*state;
    static const char key[] = "a key of its own";
    unsigned calls = 0;
    pair->host_options.find = find_later;
    pair->host_options.user = &calls;
    pair->client_options.shared_key = (pier_bytes){key, sizeof key};
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    assert_int_equal(calls, 4);
    assert_int_equal(pair->refused, 3);
    assert_status(pair->refusal.status, PIER_TIMEOUT);
}

/* What is stored for one who is away waits for it. */
static void records_wait_for_who_is_away(void **state) {
    session_pair *pair = (session_pair *)*state;
    pier_session_channel *server = NULL;
    pier_error error = {0};
    session_pair_open_host(pair);
    assert_status(pier_session_host_open_session(pair->host, "test", &server, &error), PIER_NOT_FOUND);
    assert_null(server);
    assert_int_not_equal(access(session_path("host/test"), F_OK), 0);
    session_pair_open_client(pair);
    session_pair_until(pair, PIER_SESSION_LINK_OPEN);
    session_send(pair, pair->client, 1);
    session_receive(pair, true, 1);
    pier_session_channel_destroy(pair->client);
    pair->client = NULL;
    pier_session_host_destroy(pair->host);
    pair->server = NULL;
    session_pair_open_host(pair);
    assert_status(pier_session_host_open_session(pair->host, "test", &server, &error), PIER_OK);
    assert_ptr_equal(pier_session_host_at(pair->host, 0), server);
    session_send(pair, server, 5);
    session_send(pair, server, 6);
    pier_session_host_destroy(pair->host);
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_receive(pair, false, 5);
    session_receive(pair, false, 6);
}

static void names_of_folders_are_safe(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *folder;
    } cases[] = {
        {"chat", "chat"},       {"a/b", "a%2Fb"},
        {"..", "%2E."},         {".", "%2E"},
        {"a.b", "a.b"},         {"../../x", "%2E.%2F..%2Fx"},
        {"100%", "100%25"},     {"%2F", "%252F"},
        {"\xc3\xa4", "%C3%A4"}, {"a b", "a%20b"},
        {"~", "%7E"},           {"\n", "%0A"},
        {"-x_Y9", "-x_Y9"},     {"lock", "%6C%6F%63%6B"},
        {"locks", "locks"},
    };
    char folder[PIER__SESSION_FOLDER_BYTES];
    char other[PIER__SESSION_FOLDER_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(pier__session_folder_name(cases[i].name, folder));
        assert_string_equal(folder, cases[i].folder);
    }
    char name[256];
    for (size_t length = 1; length < sizeof name; length++) {
        for (unsigned filler = 0; filler < 2; filler++) {
            memset(name, filler == 0 ? 'x' : '/', length);
            name[length] = '\0';
            assert_true(pier__session_folder_name(name, folder));
            assert_true(strlen(folder) > 0 && strlen(folder) < 255);
            assert_null(strchr(folder, '/'));
            assert_int_not_equal(folder[0], '.');
            name[length - 1] = 'y';
            assert_true(pier__session_folder_name(name, other));
            assert_string_not_equal(folder, other);
        }
    }
}

static void options_are_looked_at(void **state) {
    (void)state;
    pier_session_host *host = NULL;
    pier_error error = {0};
    pier_session_host_options options = {.size = sizeof options};
    assert_status(pier_session_host_open(&host, NULL, &options, &error), PIER_USAGE);
    assert_null(host);
    options.size = 1;
    assert_status(pier_session_host_open(&host, session_path("host"), &options, &error), PIER_USAGE);
    options.size = sizeof options;
    assert_status(pier_session_host_open(&host, session_path("none/host"), &options, &error), PIER_NOT_FOUND);
    assert_null(host);
    assert_true(error.text[0] != '\0');
    pier_session_host_destroy(NULL);
    pier_session_channel_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_wait_until_their_deadline, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_poll_loop_drives_both_ends, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(limits_hold_and_pass, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(folders_of_cut_creations_count, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(who_is_away_makes_room, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(who_comes_back_in_time_stays, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(who_left_in_the_middle_of_a_call_is_away, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_second_host_is_told, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(names_in_refusals_are_harmless, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(who_says_nothing_makes_room, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_program_tells_where_sessions_live, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_program_may_tell_later, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(records_wait_for_who_is_away, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test(names_of_folders_are_safe),
        cmocka_unit_test_setup_teardown(options_are_looked_at, session_pair_set_up, session_pair_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
