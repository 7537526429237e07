/* Playing the events of a recording one by one: see player_step.h. */
#include "player_step.h"

#include <inttypes.h>
#include <stdio.h>

#include "recording_classes.h"
#include "report.h"

/* What may wait to be sent before no more is played. */
#define OUT_BYTES_MAX ((size_t)1 << 20)

/* What is read ahead of what is compared, beside one record. */
#define IN_BYTES_MORE ((uint64_t)16 << 20)

static const char command[] = "replay";

/* Connections ----------------------------------------------------------------------------------------------------- */

played *player_at(const player *running, size_t index) {
    return (played *)running->loop.members.members[index];
}

/* Returns the connection that is played for the current event; NULL when there is none any more. */
static played *find(const player *running) {
    uint64_t number = running->first + running->event.connection;
    for (size_t i = 0; i < running->loop.members.count; i++) {
        if (player_at(running, i)->number == number) {
            return player_at(running, i);
        }
    }
    return NULL;
}

played *player_add(player *running, pier_socket *socket) {
    const played_target *target = socket == NULL ? &running->target : NULL;
    played *added =
        played_create(socket, target, running->record_bytes_max + IN_BYTES_MORE, &running->verdict.sent_bytes);
    if (added == NULL || !crowd_add(&running->loop.members, &added->base)) {
        loop_end(&running->loop, report(command, PIER_NO_MEMORY, "%s", pier_status_text(PIER_NO_MEMORY)));
        return NULL;
    }
    added->is_bytes = running->form == SIDE_BYTES;
    side_reader_init(&added->expected, running->form, running->record_bytes_max);
    side_reader_init(&added->found, running->form, running->record_bytes_max);
    return added;
}

/* Sends what goes at once, and lets the loop send the rest. */
static void send_on(player *running, played *sending) {
    played_send(sending);
    crowd_update_one(&running->loop.members, &sending->base);
}

/* Nothing more is played: the connection goes when all of it is sent. */
static void let_go(player *running, played *of) {
    of->is_done = true;
    of->number = 0;
    crowd_activate(&running->loop.members, &of->base, 0);
}

/* Waiting --------------------------------------------------------------------------------------------------------- */

/* Returns when something of the recording is due, at a speed. */
static pier_deadline due_at(const player *running, double speed) {
    int64_t since_ns = running->event.unix_ns - running->base_unix_ns;
    if (!running->has_base || speed <= 0 || since_ns <= 0) {
        return running->has_base ? running->base_ns : PIER_NOW;
    }
    return running->base_ns + (int64_t)((double)since_ns / speed);
}

/* Returns whether the time for the current event has not come yet. */
static bool is_early(player *running) {
    pier_deadline due = due_at(running, running->speed);
    running->wake = due;
    return running->speed > 0 && pier_clock_monotonic_ns() < due;
}

bool player_may_wait(player *running) {
    int64_t now = pier_clock_monotonic_ns();
    if (!running->is_waiting) {
        pier_deadline due = due_at(running, running->speed > 0 && running->speed < 1 ? running->speed : 1);
        running->wait_until = (due > now ? due : now) + (int64_t)running->timeout_ms * 1000000;
        running->is_waiting = true;
    }
    running->wake = running->wait_until;
    return now < running->wait_until;
}

/* Playing --------------------------------------------------------------------------------------------------------- */

/* The first connection of a recording is opened: its times count from here. */
static void begin_times(player *running) {
    if (!running->has_base) {
        running->has_base = true;
        running->base_unix_ns = running->event.unix_ns;
        running->base_ns = pier_clock_monotonic_ns();
    }
}

/* Takes the client that came next. */
static step take_client(player *running) {
    for (size_t i = 0; i < running->loop.members.count; i++) {
        played *taken = player_at(running, i);
        if (taken->order == running->opened + 1) {
            taken->number = running->first + running->event.connection;
            running->opened++;
            begin_times(running);
            return STEP_DONE;
        }
    }
    running->wake = PIER_NEVER;
    return STEP_WAITS;
}

static step play_opened(player *running) {
    if (running->side == SIDE_OF_SERVER) {
        return take_client(running);
    }
    if (is_early(running)) {
        return STEP_WAITS;
    }
    played *connecting = find(running);
    if (connecting == NULL) {
        begin_times(running);
        connecting = player_add(running, NULL);
        if (connecting == NULL) {
            return STEP_DONE;
        }
        connecting->number = running->first + running->event.connection;
        running->opened++;
    }
    running->wake = PIER_NEVER;
    return connecting->is_connected || connecting->has_failed ? STEP_DONE : STEP_WAITS;
}

/* There is no connection although there was one. Returns whether that is so, and ends the whole. */
static bool is_refused(player *running, const played *of) {
    bool is_other_end = running->event.kind == SCRIPT_ENDED && running->event.side != running->side;
    bool was_connected = running->event.kind == SCRIPT_PASSED || (is_other_end && running->event.how != REFUSED);
    bool is_over = of->has_failed && was_connected;
    if (is_over) {
        loop_end(&running->loop, report_error(command, &of->error, running->endpoint, ""));
    }
    return is_over;
}

/* Checks that nothing is missing in the file. What follows a gap cannot be played. */
static bool has_gap(player *running, played *of) {
    uint64_t before = of->passed[running->event.side];
    if (before == running->event.offset) {
        return false;
    }
    (void)report(command, PIER_CORRUPT,
                 "connection %" PRIu64 ": of the %s, bytes %" PRIu64 " to %" PRIu64
                 " are not in the file: it is not played further",
                 of->number, recording_side_words[running->event.side], before, running->event.offset);
    running->loop.exit_status = running->loop.exit_status != EXIT_DONE ? running->loop.exit_status : EXIT_DATA;
    of->is_given_up = true;
    let_go(running, of);
    return true;
}

static step play_sent(player *running, played *of) {
    if (is_early(running)) {
        return STEP_WAITS;
    }
    if (fifo_view(&of->out).size >= OUT_BYTES_MAX) {
        if (player_may_wait(running)) {
            return STEP_WAITS;
        }
        verdict_add(&running->verdict, (verdict_place){of->number, running->side, 0}, "that its bytes are taken",
                    "the other side takes none");
        of->is_broken = true;
        of->is_given_up = true;
        fifo_take(&of->out, fifo_view(&of->out).size);
    }
    if (!of->is_broken) {
        fifo_append(&of->out, running->event.bytes);
    }
    of->passed[running->side] += running->event.bytes.size;
    send_on(running, of);
    return STEP_DONE;
}

/* Goes on with what a comparison says. */
static step follow(player *running, played *of, comparison_state state) {
    if (state == COMPARISON_MOVED) {
        running->is_waiting = false;
        return STEP_AGAIN;
    }
    if (state == COMPARISON_DONE) {
        return STEP_DONE;
    }
    /* Room is made for what the other side sends. */
    crowd_update_one(&running->loop.members, &of->base);
    if (player_may_wait(running)) {
        return STEP_WAITS;
    }
    char came[64];
    (void)snprintf(came, sizeof(came), "nothing came within %" PRIu64 " ms", running->timeout_ms);
    comparison_give_up(&running->comparison, of, running->event.side, came);
    return STEP_DONE;
}

static step play_answer(player *running, played *of) {
    comparison_state state = comparison_pass(&running->comparison, of, running->event.side, running->event.bytes);
    step next = follow(running, of, state);
    if (next == STEP_DONE) {
        of->passed[running->event.side] += running->event.bytes.size;
    }
    return next;
}

/* Both sides have ended: the connection goes. */
static void part(player *running, played *of) {
    if (of->has_ended[SIDE_OF_CLIENT] && of->has_ended[SIDE_OF_SERVER]) {
        let_go(running, of);
    }
}

static step play_own_end(player *running, played *of) {
    if (is_early(running)) {
        return STEP_WAITS;
    }
    if (running->event.how == RESET || running->event.how == REFUSED) {
        if (fifo_view(&of->out).size > 0 && player_may_wait(running)) {
            return STEP_WAITS;
        }
        played_cut(of);
        of->is_given_up = true;
    }
    of->ends = running->event.how == END;
    of->has_ended[running->side] = true;
    send_on(running, of);
    part(running, of);
    return STEP_DONE;
}

static step play_other_end(player *running, played *of) {
    if (running->event.how == REFUSED) {
        if (!of->has_failed) {
            verdict_add(&running->verdict, (verdict_place){of->number, running->event.side, 0}, "no connection",
                        "a connection");
        }
        of->has_failed = true;
    } else {
        comparison_state state = comparison_end(&running->comparison, of, running->event.side, running->event.how);
        step next = follow(running, of, state);
        if (next != STEP_DONE) {
            return next;
        }
    }
    of->has_ended[running->event.side] = true;
    part(running, of);
    return STEP_DONE;
}

/* A recording begins: what was open in the one before it is over. */
static step play_started(player *running) {
    running->first = running->opened;
    running->has_base = false;
    for (size_t i = 0; i < running->loop.members.count; i++) {
        played *left = player_at(running, i);
        if (left->number != 0) {
            let_go(running, left);
        }
    }
    return STEP_DONE;
}

step player_step(player *running) {
    if (running->event.kind == SCRIPT_STARTED) {
        return play_started(running);
    }
    if (running->event.kind == SCRIPT_OPENED) {
        return play_opened(running);
    }
    played *of = find(running);
    /* It lacks its beginning, or was given up. */
    if (of == NULL || is_refused(running, of) || has_gap(running, of)) {
        return STEP_DONE;
    }
    bool is_own = running->event.side == running->side;
    if (running->event.kind == SCRIPT_PASSED) {
        return is_own ? play_sent(running, of) : play_answer(running, of);
    }
    return is_own ? play_own_end(running, of) : play_other_end(running, of);
}
