/* A connection through `pier record`: see relay.h. */
#include "relay.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/socket_option.h>

#include "connection.h"
#include "recorder.h"
#include "recording_classes.h"
#include "report.h"

/* Reads of one side in one turn, before others have theirs. */
#define TURN_READS 16

/* How long connecting to one address of the target may take. */
#define CONNECT_MS 10000

/* How often a target is asked again that has no room for one more connection now. */
#define CONNECT_AGAIN_MS 10

static const char command[] = "record";

/* What one side says, and what is to be done with it. */
typedef struct half {
    char *waiting; /* what was read and does not go on yet, in a buffer of its own; NULL: it was never needed */
    size_t begin;
    size_t end;
    uint64_t bytes; /* that came */
    bool is_over;   /* nothing more is read */
    bool is_shut;   /* and the other side knows */
    side_reader reader;
    char name[64];
} half;

typedef struct relay {
    member base;
    recorder *of;
    uint64_t number;
    pier_socket *sockets[SIDES];
    size_t address;          /* of the target that is tried */
    pier_deadline connected; /* until when it has to be connected */
    pier_deadline next_try;  /* of a target that had no room */
    bool is_connected;
    half halves[SIDES]; /* by the side that sends */
    char client[PIER_ADDRESS_TEXT_BYTES_MAX];
} relay;

/* Ending ---------------------------------------------------------------------------------------------------------- */

/* A side ended: nothing more of it is read. */
static void end_side(relay *ended, int side, recording_how how, const char *text) {
    half *of = &ended->halves[side];
    if (of->is_over) {
        return;
    }
    of->is_over = true;
    side_reader_end(&of->reader);
    recording_show(ended->of->out, ended->number, side, &of->reader, of->name);
    recording_end_side(ended->of->out, ended->number, side, of->bytes, how, text);
}

/* Cuts the connection to a side, so that it sees a reset. */
static void cut(relay *cutting, int side) {
    if (cutting->sockets[side] != NULL) {
        /* A Unix socket has no such thing: it sees the end. */
        (void)(pier_socket_set_option(cutting->sockets[side], PIER_OPTION_LINGER_S, 0) == PIER_OK);
        pier_socket_destroy(cutting->sockets[side]);
        cutting->sockets[side] = NULL;
        member_set_handle(&cutting->base, (size_t)side, -1);
    }
}

/* A side cut the connection, and so the other one is cut off. Returns false: it is all over. */
static bool reset(relay *cutting, int side, const pier_error *error) {
    end_side(cutting, side, RESET, error->text);
    cut(cutting, SIDES - 1 - side);
    return false;
}

/* Connecting ------------------------------------------------------------------------------------------------------ */

/* There is no connection to be had. Returns false. */
static bool refuse(relay *refused, const pier_error *error) {
    (void)report_error(command, error, refused->of->target, "");
    end_side(refused, SIDE_OF_SERVER, REFUSED, error->text);
    cut(refused, SIDE_OF_CLIENT);
    return false;
}

/* Begins to connect to the next address, or once more to one that has no room now. Returns whether there is one. */
static bool begin_connecting(relay *begun) {
    const recorder *of = begun->of;
    pier_error error = {.status = PIER_UNREACHABLE};
    member_set_handle(&begun->base, SIDE_OF_SERVER, -1);
    pier_socket_destroy(begun->sockets[SIDE_OF_SERVER]);
    begun->sockets[SIDE_OF_SERVER] = NULL;
    for (; begun->address < of->address_count; begun->address++) {
        pier_socket **made = &begun->sockets[SIDE_OF_SERVER];
        pier_status status = pier_socket_connect(made, &of->addresses[begun->address], PIER_NOW, NULL, &error);
        if (status == PIER_OK) {
            member_set_handle(&begun->base, SIDE_OF_SERVER, pier_socket_handle(*made));
        }
        begun->next_try = pier_deadline_after_ms(CONNECT_AGAIN_MS);
        if (status >= 0) {
            return true;
        }
    }
    return refuse(begun, &error);
}

/* Goes on connecting. Returns whether the connection stays. */
static bool go_on_connecting(relay *begun) {
    bool is_late = pier_clock_monotonic_ns() >= begun->connected;
    if (begun->sockets[SIDE_OF_SERVER] == NULL && !is_late) {
        return begin_connecting(begun);
    }
    pier_error error;
    pier_error_clear(&error);
    error.status = PIER_TIMEOUT;
    (void)snprintf(error.text, sizeof(error.text), "no connection within %d ms", CONNECT_MS);
    pier_socket *made = begun->sockets[SIDE_OF_SERVER];
    pier_status status = made != NULL ? pier_socket_connected(made) : PIER_WOULD_BLOCK;
    if (status == PIER_OK) {
        begun->is_connected = true;
        return true;
    }
    if (status > 0 && !is_late) {
        return true;
    }
    if (status < 0) {
        error = *pier_socket_error(made);
    }
    if (status == PIER_RESET) {
        /* It stood, and was cut before anybody looked. */
        begun->is_connected = true;
        return reset(begun, SIDE_OF_SERVER, &error);
    }
    begun->address++;
    begun->connected = pier_deadline_after_ms(CONNECT_MS);
    return begun->address < begun->of->address_count ? begin_connecting(begun) : refuse(begun, &error);
}

/* Passing --------------------------------------------------------------------------------------------------------- */

/* Writes what goes at once of `bytes` to the other side. What that does not take is left in `bytes`. Returns false
 * when the other side takes nothing any more. */
static bool write_some(relay *passing, int side, pier_bytes *bytes) {
    pier_socket *to = passing->sockets[SIDES - 1 - side];
    while (bytes->size > 0) {
        size_t size = 0;
        pier_status status = pier_socket_write(to, bytes, 1, &size, PIER_NOW);
        if (status != PIER_OK) {
            return status > 0;
        }
        *bytes = (pier_bytes){(const char *)bytes->data + size, bytes->size - size};
    }
    return true;
}

/* The other side takes nothing any more: what this one sends has nowhere to go. The other one may still say something,
 * and then that it ended. */
static void give_up(relay *passing, int side) {
    half *of = &passing->halves[side];
    end_side(passing, side, STOPPED, "the other side takes nothing any more");
    of->begin = 0;
    of->end = 0;
    of->is_shut = true;
}

/* Sends on what waits, and then the end. */
static void send_waiting(relay *passing, int side) {
    half *of = &passing->halves[side];
    if (of->begin < of->end) {
        pier_bytes left = {of->waiting + of->begin, of->end - of->begin};
        if (!write_some(passing, side, &left)) {
            give_up(passing, side);
            return;
        }
        of->begin = of->end - left.size;
    }
    if (of->begin == of->end && of->is_over && !of->is_shut) {
        of->is_shut = true;
        (void)(pier_socket_shutdown(passing->sockets[SIDES - 1 - side]) == PIER_OK);
    }
}

/* Lets what the other side did not take wait. Returns false when there is no memory for it. */
static bool keep_waiting(half *of, pier_bytes left) {
    if (left.size == 0) {
        return true;
    }
    of->waiting = of->waiting != NULL ? of->waiting : malloc(RECORDER_READ_BYTES);
    if (of->waiting == NULL) {
        return false;
    }
    memcpy(of->waiting, left.data, left.size);
    of->begin = 0;
    of->end = left.size;
    return true;
}

/* Passes on bytes that a side sent, and then keeps them. Returns whether the connection stays. */
static bool pass(relay *passing, int side, pier_bytes bytes) {
    half *of = &passing->halves[side];
    pier_bytes left = bytes;
    bool is_taken = write_some(passing, side, &left);
    recording_pass(passing->of->out, passing->number, side, of->bytes, bytes);
    of->bytes += bytes.size;
    side_reader_feed(&of->reader, bytes);
    recording_show(passing->of->out, passing->number, side, &of->reader, of->name);
    if (!is_taken) {
        give_up(passing, side);
    } else if (!keep_waiting(of, left)) {
        (void)report(command, PIER_NO_MEMORY, "%s: the connection is cut: %s", of->name,
                     pier_status_text(PIER_NO_MEMORY));
        cut(passing, SIDE_OF_CLIENT);
        cut(passing, SIDE_OF_SERVER);
        return false;
    }
    return true;
}

/* Reads from a side as long as it goes on at once. Returns whether the connection stays. */
static bool read_side(relay *passing, int side) {
    half *of = &passing->halves[side];
    for (int turn = 0; turn < TURN_READS && !of->is_over && of->begin == of->end; turn++) {
        char *buffer = passing->of->read_buffer;
        size_t size = 0;
        pier_status status = pier_socket_read(passing->sockets[side], buffer, RECORDER_READ_BYTES, &size, PIER_NOW);
        if (status == PIER_END) {
            end_side(passing, side, END, "");
        } else if (status < 0) {
            return reset(passing, side, pier_socket_error(passing->sockets[side]));
        } else if (status != PIER_OK) {
            return true;
        } else if (!pass(passing, side, (pier_bytes){buffer, size})) {
            return false;
        }
    }
    return true;
}

/* As a member of the crowd ---------------------------------------------------------------------------------------- */

static bool serve(member *base) {
    relay *served = (relay *)base;
    if (!served->is_connected && !go_on_connecting(served)) {
        served->of->over++;
        return false;
    }
    if (!served->is_connected) {
        return true;
    }
    bool stays = true;
    for (int side = 0; side < SIDES && stays; side++) {
        send_waiting(served, side);
        bool is_ready = (base->watches[side].ready & (POLLIN | POLLHUP | POLLERR)) != 0;
        stays = !is_ready || read_side(served, side);
        if (stays) {
            send_waiting(served, side);
        }
    }
    /* Given up on in both directions, or ended in both, and the ends have gone on. */
    stays = stays && !(served->halves[SIDE_OF_CLIENT].is_shut && served->halves[SIDE_OF_SERVER].is_shut);
    served->of->over += stays ? 0 : 1;
    return stays;
}

static void want(member *base) {
    relay *asked = (relay *)base;
    for (int side = 0; side < SIDES; side++) {
        const half *from = &asked->halves[side];
        const half *to = &asked->halves[SIDES - 1 - side];
        bool reads = asked->is_connected && !from->is_over && from->begin == from->end;
        bool writes = asked->is_connected ? to->begin < to->end : side == SIDE_OF_SERVER;
        base->watches[side].wanted = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
    }
}

static pier_deadline due(const member *base) {
    const relay *asked = (const relay *)base;
    if (asked->is_connected) {
        return PIER_NEVER;
    }
    return asked->sockets[SIDE_OF_SERVER] != NULL ? asked->connected : asked->next_try;
}

static bool has_work(const member *base) {
    (void)base;
    return false; /* the system tells again what is not read */
}

static void destroy(member *base) {
    relay *closed = (relay *)base;
    /* Cut off, or there when the recording ends. */
    for (int side = 0; side < SIDES; side++) {
        end_side(closed, side, STOPPED, "");
    }
    for (int side = 0; side < SIDES; side++) {
        pier_socket_destroy(closed->sockets[side]);
        side_reader_deinit(&closed->halves[side].reader);
        free(closed->halves[side].waiting);
    }
    free(closed);
}

static const member_ops ops = {
    .want = want,
    .due = due,
    .serve = serve,
    .has_work = has_work,
    .destroy = destroy,
};

member *relay_create(pier_socket *client, uint64_t number, recorder *of) {
    relay *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        pier_socket_destroy(client);
        return NULL;
    }
    member_init(&made->base, &ops, made->client);
    made->of = of;
    made->number = number;
    made->sockets[SIDE_OF_CLIENT] = client;
    member_set_handle(&made->base, SIDE_OF_CLIENT, pier_socket_handle(client));
    connection_peer_name(client, number, made->client, sizeof(made->client));
    for (int side = 0; side < SIDES; side++) {
        side_reader_init(&made->halves[side].reader, of->form, of->record_bytes_max);
        (void)snprintf(made->halves[side].name, sizeof(made->halves[side].name), "connection %llu, %s",
                       (unsigned long long)number, recording_side_words[side]);
    }
    recording_open_connection(of->out, number, made->client, of->target);
    made->connected = pier_deadline_after_ms(CONNECT_MS);
    return &made->base;
}
