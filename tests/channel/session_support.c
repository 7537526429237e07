/* See session_support.h. */
#include "channel/session_support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pier/resolve.h>

static char folder[64];

void session_scratch(void) {
    /* In memory, where there is such a place: syncs of a disk would take most of the time. */
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(folder, sizeof folder, "%s/pier-session-test-XXXXXX", root);
    assert_non_null(mkdtemp(folder));
}

const char *session_path(const char *name) {
    static char paths[4][512];
    static unsigned at = 0;
    at = (at + 1) % 4;
    (void)snprintf(paths[at], sizeof paths[at], "%s/%s", folder, name);
    return paths[at];
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void session_scratch_end(void) {
    assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* The relay ------------------------------------------------------------------------------------------------------- */

void session_relay_open(session_relay *relay, const char *target) {
    memset(relay, 0, sizeof *relay);
    relay->listener = test_listen("tcp://127.0.0.1:0", relay->endpoint, sizeof relay->endpoint);
    (void)snprintf(relay->target, sizeof relay->target, "%s", target);
    relay->cut_after[0] = UINT64_MAX;
    relay->cut_after[1] = UINT64_MAX;
}

void session_relay_drop(session_relay *relay) {
    for (unsigned i = 0; i < 2; i++) {
        pier_socket_destroy(relay->ends[i]);
        relay->ends[i] = NULL;
        relay->passed[i] = 0;
    }
}

void session_relay_end(session_relay *relay) {
    session_relay_drop(relay);
    pier_socket_destroy(relay->listener);
    relay->listener = NULL;
}

/* Passes bytes on from one end. Returns false when the connection is over. */
static bool pass_on(session_relay *relay, unsigned from) {
    uint8_t bytes[4096];
    size_t size = 0;
    uint64_t left = relay->cut_after[from] - relay->passed[from];
    size_t most = left < sizeof bytes ? (size_t)left : sizeof bytes;
    pier_status status = PIER_OK;
    if (most > 0) {
        status = pier_socket_read(relay->ends[from], bytes, most, &size, PIER_NOW);
    }
    for (size_t at = 0; status == PIER_OK && at < size;) {
        const pier_bytes rest = {bytes + at, size - at};
        size_t written = 0;
        status = pier_socket_write(relay->ends[1 - from], &rest, 1, &written, pier_deadline_after_ms(PATIENCE_MS));
        at += written;
    }
    relay->passed[from] += size;
    if (relay->passed[from] == relay->cut_after[from]) {
        relay->cuts++;
        relay->cut_after[0] = UINT64_MAX;
        relay->cut_after[1] = UINT64_MAX;
        return false;
    }
    return status == PIER_OK || status == PIER_WOULD_BLOCK;
}

void session_relay_turn(session_relay *relay) {
    if (relay->is_held) {
        return;
    }
    if (relay->ends[0] == NULL) {
        pier_address address;
        size_t count = 0;
        if (pier_socket_accept(relay->listener, &relay->ends[0], NULL, pier_deadline_after_ms(1)) != PIER_OK) {
            return;
        }
        relay->connections++;
        assert_status(pier_address_resolve(relay->target, &address, 1, &count, PIER_NOW, NULL, NULL), PIER_OK);
        if (pier_socket_connect(&relay->ends[1], &address, pier_deadline_after_ms(PATIENCE_MS), NULL, NULL) !=
            PIER_OK) {
            session_relay_drop(relay);
            return;
        }
    }
    if (!pass_on(relay, 0) || !pass_on(relay, 1)) {
        session_relay_drop(relay);
    }
}

/* The pair -------------------------------------------------------------------------------------------------------- */

void session_pair_init(session_pair *pair) {
    memset(pair, 0, sizeof *pair);
    pair->client_options = (pier_session_channel_options){
        .size = sizeof pair->client_options,
        .durability = PIER_DURABILITY_PROCESS,
        .segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST * 16,
        .first_wait_ms = 1,
        .longest_wait_ms = 20,
    };
    pair->server_options = pair->client_options;
    pair->host_options = (pier_session_host_options){.size = sizeof pair->host_options};
}

void session_pair_listen(session_pair *pair, const char *endpoint) {
    pair->listener = test_listen(endpoint, pair->endpoint, sizeof pair->endpoint);
}

void session_pair_open_host(session_pair *pair) {
    pier_error error = {0};
    pair->host_options.session = &pair->server_options;
    if (pier_session_host_open(&pair->host, session_path("host"), &pair->host_options, &error) != PIER_OK) {
        fail_msg("host: %s", error.text);
    }
    assert_status(pier_session_host_add_listener(pair->host, pair->listener), PIER_OK);
}

void session_pair_open_client(session_pair *pair) {
    pier_error error = {0};
    const char *endpoint = pair->relay != NULL ? pair->relay->endpoint : pair->endpoint;
    if (pier_session_open(&pair->client, "test", session_path("client"), endpoint, &pair->client_options, &error) !=
        PIER_OK) {
        fail_msg("client: %s", error.text);
    }
    pier_session_channel_set_deadline(pair->client, PIER_NOW);
}

void session_pair_end(session_pair *pair) {
    pier_session_channel_destroy(pair->client);
    pier_session_host_destroy(pair->host);
    pier_channel_destroy(pair->plain);
    pier_socket_destroy(pair->listener);
    memset(pair, 0, sizeof *pair);
}

int session_pair_set_up(void **state) {
    static session_pair pair;
    session_scratch();
    session_pair_init(&pair);
    session_pair_listen(&pair, "tcp://127.0.0.1:0");
    *state = &pair;
    return 0;
}

int session_pair_tear_down(void **state) {
    session_pair_end((session_pair *)*state);
    session_scratch_end();
    return 0;
}

void session_pair_turn(session_pair *pair) {
    if (pair->client != NULL) {
        (void)(pier_session_channel_step(pair->client) == PIER_OK);
    }
    pier_session_host_event event;
    pier_deadline deadline = pair->relay != NULL ? PIER_NOW : pier_deadline_after_ms(1);
    if (pair->relay != NULL) {
        session_relay_turn(pair->relay);
    }
    while (pair->host != NULL && pier_session_host_next(pair->host, &event, deadline) == PIER_OK) {
        deadline = PIER_NOW;
        switch (event.kind) {
        case PIER_SESSION_HOST_OPENED:
            pair->opened++;
            pair->server = event.session;
            break;
        case PIER_SESSION_HOST_PLAIN:
            pier_channel_destroy(pair->plain);
            pair->plain = event.plain;
            break;
        case PIER_SESSION_HOST_REFUSED:
            pair->refused++;
            pair->refusal = event.error;
            break;
        case PIER_SESSION_HOST_CLOSING:
            pair->closed++;
            pair->server = pair->server == event.session ? NULL : pair->server;
            break;
        case PIER_SESSION_HOST_READY:
            break;
        }
    }
}

void session_pair_until(session_pair *pair, pier_session_link state) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    while (pier_session_link_state(pier_session_channel_session(pair->client)) != state) {
        if (pier_clock_monotonic_ns() > deadline) {
            fail_msg("the connection is not in state %d: %s; %s", (int)state,
                     pier_session_channel_error(pair->client)->text, pair->refusal.text);
        }
        session_pair_turn(pair);
    }
}

void session_send(session_pair *pair, pier_session_channel *from, uint64_t number) {
    (void)pair;
    pier_archive *archive = pier_session_channel_store_archive(from);
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store(archive, number);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_status(pier_session_channel_flush(from, NULL), PIER_OK);
}

void session_receive(session_pair *pair, bool at_server, uint64_t number) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    for (;;) {
        pier_session_channel *at = at_server ? pair->server : pair->client;
        pier_status status = at != NULL ? pier_session_channel_next(at) : PIER_WOULD_BLOCK;
        if (status == PIER_OK) {
            assert_int_equal(pier_load_u64(pier_session_channel_load_archive(at)), number);
            assert_status(pier_session_channel_commit(at, pier_session_channel_record_number(at)), PIER_OK);
            return;
        }
        if (status != PIER_WOULD_BLOCK) {
            fail_msg("record %llu: %s: %s; %s", (unsigned long long)number, pier_status_name(status),
                     pier_session_channel_error(at)->text, pair->refusal.text);
        }
        if (pier_clock_monotonic_ns() > deadline) {
            pier_session_event event;
            while (at != NULL && pier_session_channel_next_event(at, &event) == PIER_OK) {
                print_error("event %d: %s, %llu: %s\n", (int)event.kind, pier_status_name(event.status),
                            (unsigned long long)event.number, event.text);
            }
            fail_msg("record %llu does not come %s: %s", (unsigned long long)number, at_server ? "up" : "down",
                     at != NULL ? pier_session_channel_error(at)->text : "there is no session");
        }
        session_pair_turn(pair);
    }
}

void session_settle(session_pair *pair, pier_session_channel *from) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    for (;;) {
        pier_session_progress sent = pier_session_sent(pier_session_channel_session(from));
        if (sent.committed == sent.last) {
            return;
        }
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
}
