/* A connection that `pier replay` plays one side of.
 *
 * Part of the command; a member of the crowd of player.c, which decides what it sends and what it waits for. What it is
 * given to send leaves as the other side takes it, and what the other side says is kept until it is asked for; nothing
 * here waits. */
#ifndef PLAYED_H
#define PLAYED_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/socket.h>

#include "crowd.h"
#include "fifo.h"
#include "recording.h"
#include "side_reader.h"

/* Where a server is to be found. */
typedef struct played_target {
    const pier_address *addresses;
    size_t count;
    uint64_t timeout_ms; /* of one address */
} played_target;

typedef struct played {
    member base;
    uint64_t number;             /* as the recording has it; 0: nothing of the recording is played here yet */
    uint64_t order;              /* among those that were accepted */
    const played_target *target; /* NULL: it was accepted */
    size_t address;              /* that is tried */
    pier_deadline connected;     /* until when it has to be connected */
    pier_deadline next_try;
    bool is_connected;
    bool has_failed; /* to connect: `error` */
    pier_socket *socket;
    fifo out;
    fifo in;
    uint64_t in_bytes_max;
    uint64_t *sent_bytes; /* of all connections, counted up */
    bool has_peer_ended;
    bool is_peer_reset; /* and not in order: `error` */
    bool is_broken;     /* nothing more is taken by the peer */
    bool ends;          /* our side, when all of `out` is sent */
    bool is_shut;
    bool is_done; /* it goes, when all of `out` is sent */
    pier_error error;
    /* For comparison.c and player_step.c: what is compared. */
    side_reader expected;
    side_reader found;
    bool has_found_ended; /* the end was told to `found` */
    bool is_cut;          /* what was recorded ends within a record */
    bool is_bytes;        /* what was recorded has no records */
    bool is_given_up;     /* nothing more is compared */
    uint64_t passed[SIDES];
    uint64_t to_skip;      /* bytes that were recorded and are not to be compared */
    bool has_ended[SIDES]; /* in the recording */
} played;

/* Makes a connection that is played. socket: one that was accepted, taken; NULL: to connect to `target`, which is
 * borrowed. sent_bytes: borrowed. Returns NULL when memory ran out. */
played *played_create(pier_socket *socket, const played_target *target, uint64_t in_bytes_max, uint64_t *sent_bytes);

/* Goes on connecting, if need be, and sends what goes at once. */
void played_send(played *sending);

/* Cuts the connection. */
void played_cut(played *cutting);

#endif
