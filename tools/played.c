/* A connection that `pier replay` plays one side of: see played.h. */
#include "played.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <pier/socket_option.h>

/* Reads in one turn, before others have theirs. */
#define TURN_READS 16

#define READ_BYTES ((size_t)64 << 10)

/* How often a target is asked again that has no room for one more connection now. */
#define CONNECT_AGAIN_MS 10

/* Connecting ------------------------------------------------------------------------------------------------------ */

static void close_socket(played *closing) {
    member_set_handle(&closing->base, 0, -1);
    pier_socket_destroy(closing->socket);
    closing->socket = NULL;
}

/* Begins to connect to the current address, or to one behind it. */
static void begin_connecting(played *begun) {
    close_socket(begun);
    begun->connected = pier_deadline_after_ms((int64_t)begun->target->timeout_ms);
    begun->next_try = pier_deadline_after_ms(CONNECT_AGAIN_MS);
    for (; begun->address < begun->target->count; begun->address++) {
        const pier_address *address = &begun->target->addresses[begun->address];
        pier_status status = pier_socket_connect(&begun->socket, address, PIER_NOW, NULL, &begun->error);
        if (status == PIER_OK) {
            member_set_handle(&begun->base, 0, pier_socket_handle(begun->socket));
        }
        if (status >= 0) {
            return;
        }
    }
    begun->has_failed = true;
}

static void go_on_connecting(played *begun) {
    bool is_late = pier_clock_monotonic_ns() >= begun->connected;
    if (begun->socket == NULL && !is_late) {
        pier_deadline until = begun->connected;
        begin_connecting(begun);
        begun->connected = until;
        return;
    }
    pier_status status = begun->socket != NULL ? pier_socket_connected(begun->socket) : PIER_WOULD_BLOCK;
    begun->is_connected = status == PIER_OK;
    if (status == PIER_OK || (status > 0 && !is_late)) {
        return;
    }
    if (status == PIER_RESET) {
        /* It stood, and was cut before anybody looked. */
        begun->error = *pier_socket_error(begun->socket);
        begun->is_connected = true;
        begun->has_peer_ended = true;
        begun->is_peer_reset = true;
        begun->is_broken = true;
        return;
    }
    if (status < 0) {
        begun->error = *pier_socket_error(begun->socket);
    } else {
        pier_error_clear(&begun->error);
        begun->error.status = PIER_TIMEOUT;
        (void)snprintf(begun->error.text, sizeof(begun->error.text), "no connection within %llu ms",
                       (unsigned long long)begun->target->timeout_ms);
    }
    begun->address++;
    begin_connecting(begun);
}

/* Sending and receiving ------------------------------------------------------------------------------------------- */

void played_cut(played *cutting) {
    if (cutting->socket != NULL) {
        /* A Unix socket has no such thing: it sees the end. */
        (void)(pier_socket_set_option(cutting->socket, PIER_OPTION_LINGER_S, 0) == PIER_OK);
    }
    close_socket(cutting);
    cutting->has_peer_ended = true;
}

static void write_out(played *sending) {
    pier_bytes left;
    while (!sending->is_broken && (left = fifo_view(&sending->out)).size > 0) {
        size_t size = 0;
        pier_status status = pier_socket_write(sending->socket, &left, 1, &size, PIER_NOW);
        if (status > 0) {
            return;
        }
        sending->is_broken = status < 0;
        if (sending->is_broken) {
            sending->error = *pier_socket_error(sending->socket);
            size = left.size;
        } else {
            *sending->sent_bytes += size;
        }
        fifo_take(&sending->out, size);
    }
}

void played_send(played *sending) {
    if (!sending->is_connected && !sending->has_failed) {
        go_on_connecting(sending);
    }
    if (!sending->is_connected || sending->socket == NULL) {
        return;
    }
    write_out(sending);
    if (sending->ends && !sending->is_shut && fifo_view(&sending->out).size == 0) {
        sending->is_shut = true;
        (void)(pier_socket_shutdown(sending->socket) == PIER_OK);
    }
}

static bool is_full(const played *reading) {
    return !reading->is_given_up && fifo_view(&reading->in).size >= reading->in_bytes_max;
}

static void read_in(played *reading) {
    char buffer[READ_BYTES];
    for (int turn = 0; turn < TURN_READS && !reading->has_peer_ended && !is_full(reading); turn++) {
        size_t size = 0;
        pier_status status = pier_socket_read(reading->socket, buffer, sizeof(buffer), &size, PIER_NOW);
        if (status == PIER_OK && reading->is_given_up) {
            continue; /* who sends it is not to be held up */
        }
        if (status == PIER_OK) {
            fifo_append(&reading->in, (pier_bytes){buffer, size});
        } else if (status == PIER_END) {
            reading->has_peer_ended = true;
        } else if (status < 0) {
            reading->error = *pier_socket_error(reading->socket);
            reading->is_peer_reset = true;
            reading->has_peer_ended = true;
        } else {
            return;
        }
    }
}

/* As a member of the crowd ---------------------------------------------------------------------------------------- */

static bool serve(member *base) {
    played *served = (played *)base;
    played_send(served);
    if (served->is_connected && served->socket != NULL && base->watches[0].ready != 0) {
        read_in(served);
    }
    return !(served->is_done && fifo_view(&served->out).size == 0);
}

static void want(member *base) {
    const played *asked = (const played *)base;
    bool reads = asked->is_connected && !asked->has_peer_ended && !is_full(asked);
    bool writes = !asked->is_connected || (!asked->is_broken && fifo_view(&asked->out).size > 0);
    base->watches[0].wanted = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

static pier_deadline due(const member *base) {
    const played *asked = (const played *)base;
    if (asked->is_connected || asked->has_failed) {
        return PIER_NEVER;
    }
    return asked->socket != NULL ? asked->connected : asked->next_try;
}

static bool has_work(const member *base) {
    const played *asked = (const played *)base;
    return asked->is_done && fifo_view(&asked->out).size == 0;
}

static void destroy(member *base) {
    played *closed = (played *)base;
    pier_socket_destroy(closed->socket);
    side_reader_deinit(&closed->expected);
    side_reader_deinit(&closed->found);
    fifo_deinit(&closed->in);
    fifo_deinit(&closed->out);
    free(closed);
}

static const member_ops ops = {
    .want = want,
    .due = due,
    .serve = serve,
    .has_work = has_work,
    .destroy = destroy,
};

played *played_create(pier_socket *socket, const played_target *target, uint64_t in_bytes_max, uint64_t *sent_bytes) {
    played *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        pier_socket_destroy(socket);
        return NULL;
    }
    member_init(&made->base, &ops, "a connection");
    made->target = target;
    made->in_bytes_max = in_bytes_max;
    made->sent_bytes = sent_bytes;
    made->socket = socket;
    made->is_connected = socket != NULL;
    if (socket != NULL) {
        member_set_handle(&made->base, 0, pier_socket_handle(socket));
    } else {
        begin_connecting(made);
    }
    return made;
}
