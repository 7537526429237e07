/* The clients of `pier listen`: who is there, who is ready, who is due.
 *
 * Part of the command; used by server.c. What happens costs by how many clients it happens to, not by how many there
 * are: a thousand that never read must not slow down one that does. */
#ifndef CROWD_H
#define CROWD_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/clock.h>

#include "client.h"

struct server;

typedef struct crowd {
    client **clients;
    size_t count;
    client **active; /* those that have a turn next */
    size_t active_count;
    size_t capacity;        /* of both */
    int handle;             /* readable while a client is ready: for poll */
    pier_deadline next_due; /* no client is due before */
} crowd;

/* Begins without clients. Returns false, with errno, when there is no descriptor. */
bool crowd_init(crowd *all);

/* Closes and frees all. */
void crowd_deinit(crowd *all);

/* Adds a client, which is taken on failure, too. Returns false, with errno, when memory ran out. */
bool crowd_add(crowd *all, client *added, const struct server *listening);

/* Takes note of which clients are ready. Returns whether one of them can be read. */
bool crowd_note_ready(crowd *all);

/* Lets the clients that are due by now have a turn. */
void crowd_note_due(crowd *all);

/* Gives a client a turn next, as if poll had said `events`. */
void crowd_activate(crowd *all, client *activated, short events);

/* Gives each one its turn that has something to do. */
void crowd_serve(crowd *all, struct server *listening);

/* Returns whether a client has records in memory that only its turn is lacking for. */
bool crowd_has_work(const crowd *all);

/* After something changed that all are concerned with: asks each anew what it waits for. */
void crowd_update(crowd *all, const struct server *listening);

/* Destroys a client; the last one gets its place. */
void crowd_remove(crowd *all, size_t index);

#endif
