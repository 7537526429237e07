/* See session_support.h. */
#include "channel/session_support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

void session_scratch(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/pier-session-test-XXXXXX");
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
    const char *endpoint = pair->connect_to != NULL ? pair->connect_to : pair->endpoint;
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

void session_pair_turn(session_pair *pair) {
    if (pair->client != NULL) {
        (void)(pier_session_channel_step(pair->client) == PIER_OK);
    }
    pier_session_host_event event;
    pier_deadline deadline = pier_deadline_after_ms(1);
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
        assert_status(status, PIER_WOULD_BLOCK);
        if (pier_clock_monotonic_ns() > deadline) {
            fail_msg("record %llu does not come: %s", (unsigned long long)number,
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
