/* Those that a loop serves: who is there, who is ready, who is due.
 *
 * Part of the command; used by loop.c. What happens costs by how many members it happens to, not by how many there are:
 * a thousand that never read must not slow down one that does. A member is the first part of what serves somebody: a
 * client of `pier listen`, a connection through `pier record`, one that `pier replay` plays. */
#ifndef CROWD_H
#define CROWD_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/clock.h>

typedef struct member member;

/* A socket of a member. */
typedef struct member_watch {
    member *of;
    int handle;    /* -1: there is none */
    short wanted;  /* events to poll for, POLLIN and so on: set by member_ops.want */
    short watched; /* what the system was asked for */
    short ready;   /* what it said, until the member has had its turn */
} member_watch;

/* What a member does. */
typedef struct member_ops {
    /* Sets what is wanted of each of its sockets. */
    void (*want)(member *asked);
    /* Returns until when its turn comes at the latest. */
    pier_deadline (*due)(const member *asked);
    /* Gives it its turn. Returns whether it stays. */
    bool (*serve)(member *served);
    /* Returns whether it has something to do that only its turn is lacking for: poll would not tell. */
    bool (*has_work)(const member *asked);
    /* Closes and frees. */
    void (*destroy)(member *destroyed);
} member_ops;

/* How many sockets a member may have. */
enum { MEMBER_WATCHES = 2 };

struct member {
    const member_ops *ops;
    const char *name; /* for messages */
    member_watch watches[MEMBER_WATCHES];
    bool is_active; /* it has a turn next */
    size_t index;   /* among all */
};

typedef struct crowd {
    const char *command; /* for messages */
    member **members;
    size_t count;
    member **active; /* those that have a turn next */
    size_t active_count;
    size_t capacity;        /* of both */
    int handle;             /* readable while a member is ready: for poll */
    pier_deadline next_due; /* no member is due before */
} crowd;

/* Begins a member without sockets. name: borrowed. */
void member_init(member *made, const member_ops *ops, const char *name);

/* Gives a member a socket, -1 for none, in the place of one that is closed or about to be. */
void member_set_handle(member *changed, size_t watch, int handle);

/* Begins without members. Returns false, with errno, when there is no descriptor. */
bool crowd_init(crowd *all, const char *command);

/* Closes and frees all. */
void crowd_deinit(crowd *all);

/* Adds a member, which is taken on failure, too. Returns false, with errno, when memory ran out. */
bool crowd_add(crowd *all, member *added);

/* Takes note of which members are ready. Returns whether one of them can be read. */
bool crowd_note_ready(crowd *all);

/* Lets the members that are due by now have a turn. */
void crowd_note_due(crowd *all);

/* Gives a member a turn next, as if poll had said `events` of its first socket. */
void crowd_activate(crowd *all, member *activated, short events);

/* Gives each one its turn that has something to do, unless `is_over` becomes true meanwhile. */
void crowd_serve(crowd *all, const bool *is_over);

/* Returns whether a member has something to do that only its turn is lacking for. */
bool crowd_has_work(const crowd *all);

/* After something changed that all are concerned with: asks each anew what it waits for. */
void crowd_update(crowd *all);

/* After something changed that one is concerned with. */
void crowd_update_one(crowd *all, member *updated);

/* Destroys a member; the last one gets its place. */
void crowd_remove(crowd *all, size_t index);

#endif
