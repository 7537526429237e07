/* A client of `pier listen`: its connection, and what is going on with it.
 *
 * Part of the command; a member of the crowd of server.c, which decides when each has its turn. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/channel.h>

#include "crowd.h"

struct server;

typedef struct client {
    member base;
    struct server *listening;
    pier_channel *channel;
    char name[PIER_ADDRESS_TEXT_BYTES_MAX];
    bool has_sent;     /* a byte came from it */
    bool has_begun;    /* its first record came */
    bool is_greeted;   /* our preamble, if it is a framed client, was sent */
    bool owes_echo;    /* the current record is printed, but not echoed yet */
    bool has_echoed;   /* records were stored to it */
    bool has_more;     /* records are in memory: poll would not tell */
    bool is_exhausted; /* the last turn ended because there was nothing more to read */
    bool has_ended;    /* the stream ended: end mark, or end of input */
    bool is_closed;    /* our end mark is made */
    bool is_finished;  /* nothing more is read; what waits is sent, then the client goes */
    bool counts_last;  /* its record was the last one of --count */
    bool is_held;      /* it was not read from, because we did not want to */
} client;

/* Makes a client of a connection, which is taken. In its turn it sends, loads, prints, saves and echoes what can be done
 * without waiting; what it does wrong is told. Returns NULL when memory ran out; the connection is gone then. */
client *client_create(pier_channel *channel, uint64_t number, struct server *listening);

/* Reads no more, and sends what waits and the end mark. Returns whether it is worth to wait for more of that. */
bool client_finish(client *finished);

#endif
