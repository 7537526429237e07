/* `pier record` at work: see recorder.h. */
#include "recorder.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "relay.h"
#include "report.h"
#include "signals.h"

static const char command[] = "record";

static pier_status accept_connection(void *user, pier_error *error) {
    recorder *running = user;
    pier_socket *client;
    pier_status status = pier_socket_accept(running->loop.listener, &client, NULL, PIER_NOW);
    if (status != PIER_OK) {
        *error = *pier_socket_error(running->loop.listener);
        return status;
    }
    member *added = relay_create(client, ++running->loop.accepted, running);
    if (added == NULL || !crowd_add(&running->loop.members, added)) {
        (void)report(command, PIER_NO_MEMORY, "a connection is dropped: %s", pier_status_text(PIER_NO_MEMORY));
        running->over++;
    } else {
        /* It connects in its first turn. */
        crowd_activate(&running->loop.members, added, 0);
    }
    return PIER_OK;
}

/* Returns whether one more connection is wanted. */
static bool has_room(const void *user) {
    const recorder *running = user;
    return running->count == 0 || running->loop.accepted < running->count;
}

/* All that were wanted have come: others are refused from now on. */
static void stop_listening(void *user) {
    recorder *running = user;
    pier_socket_destroy(running->loop.listener);
    running->loop.listener = NULL;
}

/* On a terminal, tells how much there is. */
static void show_progress(recorder *running) {
    const recording *out = running->out;
    char words[120];
    if (!progress_is_due(&running->progress)) {
        return;
    }
    (void)snprintf(words, sizeof(words), "%" PRIu64 " connections (%zu open), %" PRIu64 " KiB, %" PRIu64 " records",
                   out->connections, running->loop.members.count,
                   (out->bytes[SIDE_OF_CLIENT] + out->bytes[SIDE_OF_SERVER]) >> 10,
                   out->records[SIDE_OF_CLIENT] + out->records[SIDE_OF_SERVER]);
    progress_show_words(&running->progress, words);
}

/* When nobody has anything to pass on, what passed is written. */
static void settle(void *user, bool pauses) {
    recorder *running = user;
    if (pauses) {
        recording_flush(running->out);
    }
    show_progress(running);
    if (running->loop.listener != NULL && !has_room(running)) {
        stop_listening(running);
    }
    if (running->count > 0 && running->over >= running->count) {
        loop_end(&running->loop, EXIT_DONE);
    }
}

static const loop_ops ops = {
    .accept = accept_connection,
    .has_room = has_room,
    .tell_crowd = stop_listening,
    .settle = settle,
};

/* After a signal: what has come by then goes on, each side in one turn. */
static void read_on(recorder *running) {
    crowd *all = &running->loop.members;
    for (size_t i = 0; i < all->count; i++) {
        crowd_activate(all, all->members[i], POLLIN);
        all->members[i]->watches[1].ready |= POLLIN;
    }
    crowd_serve(all, &running->loop.is_over);
}

int recorder_run(recorder *running) {
    running->loop.command = command;
    running->loop.ops = &ops;
    running->loop.user = running;
    progress_begin(&running->progress, true);
    loop_init(&running->loop);
    loop_run(&running->loop);
    progress_end(&running->progress);
    if (signals_caught() != 0) {
        read_on(running);
    }
    loop_deinit(&running->loop);
    return running->loop.exit_status;
}
