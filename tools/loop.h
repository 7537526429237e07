/* The loop of the commands that serve several at once: one thread, one poll over the listening socket, the members of
 * the crowd, standard output, standard error and the signals, level-triggered, in which nothing waits for anybody.
 *
 * Part of the command; `pier listen` (server.c), `pier record` (recorder.c) and `pier replay` (player.c) run it. What
 * they do with a connection is theirs: the loop knows no records. */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/clock.h>
#include <pier/socket.h>

#include "crowd.h"
#include "output.h"

/* What a command does in the loop; `user` is its own. */
typedef struct loop_ops {
    /* Takes one connection that waits at the listening socket, within PIER_NOW. Returns PIER_OK; "not now" when none
     * waits; or the failure in `error`: the listening socket rests for a while then. */
    pier_status (*accept)(void *user, pier_error *error);
    /* Returns whether one more connection may be taken. NULL: as many as come. */
    bool (*has_room)(const void *user);
    /* Tells that there is no room; called once. */
    void (*tell_crowd)(void *user);
    /* Goes on with what is no member's, after their turns. Returns until when it wants to be called again. NULL:
     * nothing is. */
    pier_deadline (*step)(void *user);
    /* Writes what was made in a round. pauses: no more is there to be done at once. */
    void (*settle)(void *user, bool pauses);
} loop_ops;

typedef struct loop {
    const char *command; /* for messages */
    const loop_ops *ops;
    void *user;
    pier_socket *listener; /* owned; NULL: nobody is taken */
    output out;
    uint64_t timeout_ms; /* end when no byte comes for so long; 0: never */
    crowd members;
    uint64_t accepted;
    bool has_newcomers; /* connections wait at the listening socket */
    bool is_held_up;    /* so much waits for standard output that nobody is polled for reading */
    bool has_told_crowd;
    bool cannot_accept; /* no descriptor or memory: the listening socket rests for a while */
    pier_deadline accept_again;
    pier_deadline idle_until; /* --timeout */
    pier_deadline step_again; /* as `step` said */
    int exit_status;          /* EXIT_DONE until something ended the whole */
    bool is_over;             /* the loop ends */
    bool has_heard_signal;    /* and acts on it: it must not wake the loop for ever */
} loop;

/* Begins; `command`, `ops`, `user`, `listener`, `out` and `timeout_ms` are set. A failure is told, and ends the
 * whole. */
void loop_init(loop *running);

/* Closes the listening socket and all members, and frees. */
void loop_deinit(loop *running);

/* Ends the whole. The first reason counts. */
void loop_end(loop *running, int exit_status);

/* Runs until something ends the whole, or a signal comes. */
void loop_run(loop *running);

/* What loop_run is made of, for a command that ends in an order of its own. */

/* Waits for something to happen, until `deadline`, and notes what it was. Returns whether anything did. */
bool loop_await(loop *running, pier_deadline deadline);

/* Takes the connections that wait, up to a round's worth. Returns whether more may wait. */
bool loop_accept(loop *running);

/* Writes to standard output what it takes at once. */
void loop_write_out(loop *running);

/* Returns whether a member has something to do for which nothing is waited for. */
bool loop_has_work(const loop *running);

/* Returns the milliseconds until `deadline`, rounded up, as poll takes them. */
int loop_milliseconds_until(pier_deadline deadline);

/* Somebody said something: the time of --timeout begins anew. */
void loop_note_activity(loop *running);

#endif
