/* `pier replay` at work: see player.h. */
#include "player.h"

#include <inttypes.h>
#include <stdio.h>

#include "player_step.h"
#include "record_tree.h"
#include "report.h"

/* Events in one turn, before the connections have theirs. */
#define TURN_EVENTS 256

/* How often the progress is shown anew. */
#define PROGRESS_MS 200

static const char command[] = "replay";

static pier_status accept_client(void *user, pier_error *error) {
    player *running = user;
    pier_socket *socket;
    pier_status status = pier_socket_accept(running->loop.listener, &socket, NULL, PIER_NOW);
    if (status != PIER_OK) {
        *error = *pier_socket_error(running->loop.listener);
        return status;
    }
    played *added = player_add(running, socket);
    if (added != NULL) {
        added->order = ++running->loop.accepted;
    }
    return PIER_OK;
}

static bool has_room(const void *user) {
    const player *running = user;
    return running->loop.accepted < running->totals.connections;
}

/* More clients come than were recorded: they are refused. */
static void stop_listening(void *user) {
    player *running = user;
    pier_socket_destroy(running->loop.listener);
    running->loop.listener = NULL;
}

static void show_progress(player *running) {
    if (!progress_is_due(&running->progress)) {
        return;
    }
    char time[40];
    char words[100];
    progress_format_time(time, sizeof(time), progress_seconds(&running->progress));
    (void)snprintf(words, sizeof(words), "%s, %" PRIu64 " connections, %" PRIu64 " records, %" PRIu64 " differences",
                   time, running->opened, running->verdict.records, running->verdict.differences);
    progress_show(&running->progress, running->events, running->totals.events, words);
}

/* All events were played: what is left to send is sent, within the time. */
static pier_deadline finish(player *running) {
    bool sends = false;
    for (size_t i = 0; i < running->loop.members.count; i++) {
        const played *left = player_at(running, i);
        sends = sends || (!left->is_broken && fifo_view(&left->out).size > 0);
    }
    if (!sends || !player_may_wait(running)) {
        loop_end(&running->loop, EXIT_DONE);
    }
    return running->wake;
}

/* Returns whether memory ran out for what was sent or received, and ends the whole. */
static bool lacks_memory(player *running) {
    bool lacks = running->comparison.expected == NULL || running->comparison.found == NULL;
    for (size_t i = 0; i < running->loop.members.count && !lacks; i++) {
        lacks = player_at(running, i)->in.bytes.failed || player_at(running, i)->out.bytes.failed;
    }
    if (lacks) {
        loop_end(&running->loop, report(command, PIER_NO_MEMORY, "%s", pier_status_text(PIER_NO_MEMORY)));
    }
    return lacks;
}

/* Gets the next event, if none is under way. Returns whether there is one. */
static bool get_event(player *running) {
    if (!running->has_event && !running->is_ending) {
        running->has_event = script_next(&running->script, &running->event);
        running->is_ending = !running->has_event;
        running->is_waiting = false;
        comparison_begin(&running->comparison);
    }
    return running->has_event;
}

static pier_deadline go_on(void *user) {
    player *running = user;
    running->wake = PIER_NOW;
    if (lacks_memory(running)) {
        return PIER_NOW;
    }
    for (int turn = 0; turn < TURN_EVENTS && !running->loop.is_over; turn++) {
        if (output_is_full(&running->loop.out)) {
            return PIER_NEVER;
        }
        if (!get_event(running)) {
            return finish(running);
        }
        step next = player_step(running);
        if (next == STEP_WAITS) {
            show_progress(running);
            pier_deadline shown = pier_deadline_after_ms(PROGRESS_MS);
            return running->progress.is_shown && shown < running->wake ? shown : running->wake;
        }
        if (next == STEP_DONE) {
            running->has_event = false;
            running->events++;
        }
    }
    show_progress(running);
    return PIER_NOW;
}

static void settle(void *user, bool pauses) {
    player *running = user;
    if (output_pending(&running->loop.out) > 0 && (pauses || output_is_ripe(&running->loop.out))) {
        report_progress(""); /* both may be the same terminal */
        loop_write_out(&running->loop);
    }
}

static const loop_ops ops = {
    .accept = accept_client,
    .has_room = has_room,
    .tell_crowd = stop_listening,
    .step = go_on,
    .settle = settle,
};

int player_run(player *running) {
    running->loop.command = command;
    running->loop.ops = &ops;
    running->loop.user = running;
    running->verdict.out = &running->loop.out;
    running->comparison = (comparison){
        .ignored = &running->ignored,
        .verdict = &running->verdict,
        .expected = record_tree_create(),
        .found = record_tree_create(),
    };
    progress_begin(&running->progress, true);
    loop_init(&running->loop);
    loop_run(&running->loop);
    progress_end(&running->progress);
    running->verdict.connections = running->opened;
    loop_deinit(&running->loop);
    pier_tree_destroy(running->comparison.expected);
    pier_tree_destroy(running->comparison.found);
    return running->loop.exit_status;
}
