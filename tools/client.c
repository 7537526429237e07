/* A client of `pier listen`: see client.h. */
#include "client.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <pier/load.h>
#include <pier/mark.h>

#include "connection.h"
#include "report.h"
#include "server.h"
#include "session_first.h"

/* Records that a client has in one turn, before it is the next one's. */
#define TURN_RECORDS 256

static const char command[] = "listen";

/* Notes the first byte. */
static void look_for_bytes(client *looked_at) {
    char byte;
    if (!looked_at->has_sent) {
        looked_at->has_sent = recv(pier_channel_handle(looked_at->channel), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    }
}

/* Tells what is wrong with the client, once. Returns false: it has to go. */
static bool accuse(const client *accused, const pier_error *error) {
    /* One that ended its stream and had nothing to read may go as it likes: when it closes without reading our
     * preamble, the system resets the connection. */
    bool is_gone = error->status == PIER_RESET || error->status == PIER_CLOSED;
    bool is_done = accused->has_ended && !accused->has_echoed && is_gone;
    /* A connection without bytes is no error, however it ends. */
    if (accused->has_sent && !is_done) {
        (void)report_error(command, error, accused->name, "");
    }
    return false;
}

/* Sends what is ready. Returns false on failure. */
static bool flush(client *served) {
    pier_archive *store = pier_channel_store_archive(served->channel);
    pier_status status = served->is_closed ? pier_archive_close(store) : pier_archive_flush(store);
    return status >= 0 || accuse(served, pier_archive_error(store));
}

/* Sends the preamble to a framed client as soon as it is known to be one: it may wait for it with a large record. */
static bool greet(client *served) {
    if (served->is_greeted || pier_archive_format(pier_channel_load_archive(served->channel)) != PIER_FORMAT_FRAMED) {
        return true;
    }
    served->is_greeted = true;
    return flush(served);
}

/* Begins a new stream to a client that goes on behind its end mark. Returns whether it could be done now. */
static pier_status reopen(client *served) {
    pier_archive *store = pier_channel_store_archive(served->channel);
    pier_status status = pier_archive_close(store);
    if (status == PIER_OK) {
        status = pier_archive_reset(store);
    }
    served->is_closed = status != PIER_OK;
    return status;
}

/* Echoes the current record. Returns false on failure; when it is not possible now, `owes_echo` stays. */
static bool echo(client *served) {
    pier_archive *store = pier_channel_store_archive(served->channel);
    pier_status status = served->is_closed ? reopen(served) : PIER_OK;
    if (status == PIER_OK) {
        status = pier_archive_forward(store, pier_channel_load_archive(served->channel));
        served->has_echoed = true;
    }
    served->owes_echo = status > 0;
    if (status >= 0) {
        return true;
    }
    (void)report_error(command, pier_archive_error(store), served->name, ": the record is not echoed");
    /* Refused: too large for what the client said it loads, for instance. */
    return pier_archive_status(store) == PIER_OK;
}

/* The stream ended. A framed one may go on behind its end mark; the end of the input says END again. */
static bool end_stream(client *served) {
    bool is_framed = pier_archive_format(pier_channel_load_archive(served->channel)) == PIER_FORMAT_FRAMED;
    served->is_finished = served->has_ended || !is_framed;
    served->has_ended = true;
    served->is_closed = true;
    return flush(served);
}

/* Returns whether the client is a session's, of which guessing makes bare MessagePack: its first record tells. */
static bool is_session(client *served, const server *listening) {
    pier_archive *load = pier_channel_load_archive(served->channel);
    bool is_first = !served->has_begun;
    served->has_begun = true;
    if (!is_first || listening->format != PIER_FORMAT_GUESS || pier_archive_format(load) != PIER_FORMAT_PLAIN ||
        pier_archive_mark(load) != PIER_OK) {
        return false;
    }
    pier_ext value = pier_load_ext(load);
    bool is = pier_archive_status(load) == PIER_OK && session_first_is(value);
    /* It is loaded again, whatever it is: a failure is met there. */
    (void)(pier_archive_rewind(load) == PIER_OK);
    pier_archive_release(load);
    return is;
}

/* Loads, prints, saves and echoes one record. Returns false when the client has to go; `*status` is PIER_OK when there
 * may be more. */
static bool serve_record(client *served, server *listening, pier_status *status) {
    pier_archive *load = pier_channel_load_archive(served->channel);
    *status = pier_archive_next(load);
    if (!greet(served)) {
        return false;
    }
    if (*status == PIER_END) {
        if (!served->is_finished && !end_stream(served)) {
            return false;
        }
        *status = served->is_finished ? PIER_END : PIER_OK;
        return true;
    }
    if (*status == PIER_SKIPPED) {
        (void)report_error(command, pier_archive_error(load), served->name, "");
        *status = PIER_OK;
        return true;
    }
    if (*status < 0) {
        return accuse(served, pier_archive_error(load));
    }
    if (*status != PIER_OK) {
        return true;
    }
    if (is_session(served, listening)) {
        (void)report(command, PIER_UNSUPPORTED, "%s: a session's connection: only a host of sessions can serve it",
                     served->name);
        return false;
    }
    served->has_ended = false;
    bool is_refused = false;
    bool goes_on = server_take_record(listening, load, served->name, &is_refused);
    if (is_refused) {
        return false;
    }
    served->counts_last = !goes_on;
    served->owes_echo = listening->echoes;
    return true;
}

static bool serve(member *base) {
    client *served = (client *)base;
    server *listening = served->listening;
    pier_archive *store = pier_channel_store_archive(served->channel);
    bool reads = (base->watches[0].ready & (POLLIN | POLLHUP | POLLERR)) != 0 || served->has_more || served->owes_echo;
    if (pier_archive_queued_bytes(store) > 0 && !flush(served)) {
        return false;
    }
    look_for_bytes(served);
    pier_status status = PIER_OK;
    for (int turn = 0; reads && turn < TURN_RECORDS && status == PIER_OK && !listening->loop.is_over; turn++) {
        if (served->owes_echo && !echo(served)) {
            return false;
        }
        if (served->owes_echo || served->is_finished || output_is_full(&listening->loop.out)) {
            break;
        }
        if (!serve_record(served, listening, &status)) {
            return false;
        }
    }
    served->is_exhausted = reads && status != PIER_OK;
    if (served->owes_echo && !echo(served)) {
        return false;
    }
    served->has_more = !served->is_finished && pier_archive_has_next(pier_channel_load_archive(served->channel));
    if (!flush(served)) {
        return false;
    }
    if (!served->is_finished || pier_archive_queued_bytes(store) > 0) {
        return true;
    }
    /* All is said: the close tells the other side, and resets nothing. */
    (void)(pier_channel_close(served->channel) == PIER_OK);
    return false;
}

bool client_finish(client *finished) {
    if (finished->owes_echo && !echo(finished)) {
        return false;
    }
    if (!finished->owes_echo) {
        finished->is_closed = true;
    }
    if (!flush(finished)) {
        return false;
    }
    if (finished->owes_echo || !connection_is_delivered(finished->channel)) {
        return true;
    }
    (void)(pier_channel_close(finished->channel) == PIER_OK);
    return false;
}

static void want(member *base) {
    client *asked = (client *)base;
    const server *listening = asked->listening;
    bool reads = !listening->is_finishing && !asked->is_finished && !asked->owes_echo && !listening->loop.is_held_up;
    bool writes = pier_archive_queued_bytes(pier_channel_store_archive(asked->channel)) > 0;
    if (reads && asked->is_held) {
        /* A client that is read from again has its time anew. */
        pier_archive_renew(pier_channel_load_archive(asked->channel));
    }
    asked->is_held = !reads;
    base->watches[0].wanted = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

/* Until when the client must have sent what is lacking. */
static pier_deadline due(const member *base) {
    const client *asked = (const client *)base;
    return asked->is_held ? PIER_NEVER : pier_archive_due(pier_channel_load_archive(asked->channel));
}

/* A client that has records in memory goes on, unless it must take something back first: the system tells when. */
static bool has_work(const member *base) {
    const client *asked = (const client *)base;
    return asked->has_more && !asked->owes_echo;
}

static void destroy(member *base) {
    client *closed = (client *)base;
    pier_channel_destroy(closed->channel);
    free(closed);
}

static const member_ops ops = {
    .want = want,
    .due = due,
    .serve = serve,
    .has_work = has_work,
    .destroy = destroy,
};

client *client_create(pier_channel *channel, uint64_t number, server *listening) {
    client *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        pier_channel_destroy(channel);
        return NULL;
    }
    pier_channel_set_deadline(channel, PIER_NOW);
    member_init(&made->base, &ops, made->name);
    member_set_handle(&made->base, 0, pier_channel_handle(channel));
    made->listening = listening;
    made->channel = channel;
    made->is_greeted = listening->format != PIER_FORMAT_GUESS;
    connection_peer_name(pier_channel_socket(channel), number, made->name, sizeof(made->name));
    return made;
}
