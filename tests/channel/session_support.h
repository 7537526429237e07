/* What the tests of sessions over sockets share: a folder of their own, a client and a host that go by turns, and a
 * relay that cuts connections where it is told to.
 *
 * Every wait of these tests ends at a deadline. */
#ifndef PIER_TESTS_SESSION_SUPPORT_H
#define PIER_TESTS_SESSION_SUPPORT_H

#include "channel/channel_support.h"

#include <stdbool.h>

#include <pier/session_channel.h>
#include <pier/session_host.h>

/* Makes an empty folder of this process, and names a path in it: valid until the next call but three. */
void session_scratch(void);
const char *session_path(const char *name);

/* Removes the folder, with all that is in it. */
void session_scratch_end(void);

/* Passes bytes between a client and a server, until it is told to cut or to hold the connection. */
typedef struct session_relay {
    pier_socket *listener;
    char endpoint[PIER_ADDRESS_TEXT_BYTES_MAX];
    char target[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_socket *ends[2];  /* of the client, of the server; NULL: there is no connection */
    uint64_t passed[2];    /* of the current connection: up, from the client, and down */
    uint64_t cut_after[2]; /* UINT64_MAX: never; holds for one connection */
    bool is_held;          /* nothing passes */
    unsigned connections;
    unsigned cuts;
} session_relay;

void session_relay_open(session_relay *relay, const char *target);
void session_relay_turn(session_relay *relay);
void session_relay_drop(session_relay *relay); /* closes what stands */
void session_relay_end(session_relay *relay);

/* A client and a host, driven by turns in one thread. */
typedef struct session_pair {
    pier_socket *listener;
    char endpoint[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_session_host *host;
    pier_session_channel *client;
    pier_session_channel *server; /* NULL until it was told, and after session_pair_end_server */
    pier_channel *plain;          /* the last one that came, owned; NULL */
    unsigned opened;
    unsigned refused;
    unsigned closed;
    pier_error refusal; /* the last one */
    pier_session_channel_options client_options;
    pier_session_host_options host_options;
    pier_session_channel_options server_options;
    session_relay *relay; /* the client connects to it; NULL: to the listener */
} session_pair;

/* Sets choices that make tests quick. */
void session_pair_init(session_pair *pair);

/* Listens; opens the host in the scratch folder's `host`; opens the client in `client`, as "test". */
void session_pair_listen(session_pair *pair, const char *endpoint);
void session_pair_open_host(session_pair *pair);
void session_pair_open_client(session_pair *pair);
void session_pair_end(session_pair *pair);

/* The setup and teardown of a test: a scratch folder, and a pair that listens over TCP, in `state`. */
int session_pair_set_up(void **state);
int session_pair_tear_down(void **state);

/* Takes one turn at both ends, waiting 1 ms at most. */
void session_pair_turn(session_pair *pair);

/* Takes turns until the client's connection is in that state; fails after PATIENCE_MS. */
void session_pair_until(session_pair *pair, pier_session_link state);

/* Stores a number, and flushes. */
void session_send(session_pair *pair, pier_session_channel *from, uint64_t number);

/* Takes turns until a record is there: it must be this one. Commits it. */
void session_receive(session_pair *pair, bool at_server, uint64_t number);

/* Takes turns until the peer's program has dealt with all that was stored. */
void session_settle(session_pair *pair, pier_session_channel *from);

#endif
