/* The loop of the commands that serve several at once: see loop.h. */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "report.h"
#include "report_queue.h"
#include "signals.h"

/* Connections taken in one round. */
#define ROUND_ACCEPTS 64

/* How long the listening socket rests when there is nothing to accept a connection with. */
#define ACCEPT_REST_MS 100

/* Where things stand among the polls. */
enum { POLL_SIGNALS, POLL_LISTENER, POLL_OUT, POLL_ERROR, POLL_MEMBERS, POLLS };

void loop_end(loop *running, int exit_status) {
    running->exit_status = running->exit_status != EXIT_DONE ? running->exit_status : exit_status;
    running->is_over = true;
}

void loop_init(loop *running) {
    running->idle_until = PIER_NEVER;
    running->step_again = running->ops->step != NULL ? PIER_NOW : PIER_NEVER;
    if (!crowd_init(&running->members, running->command)) {
        loop_end(running, report_errno(running->command, errno, "clients"));
    }
    loop_note_activity(running);
}

void loop_deinit(loop *running) {
    pier_socket_destroy(running->listener);
    running->listener = NULL;
    crowd_deinit(&running->members);
}

void loop_note_activity(loop *running) {
    if (running->timeout_ms > 0) {
        running->idle_until = pier_deadline_after_ms((int64_t)running->timeout_ms);
    }
}

/* Accepting ------------------------------------------------------------------------------------------------------- */

static bool has_room(const loop *running) {
    return running->ops->has_room == NULL || running->ops->has_room(running->user);
}

/* There is no descriptor or no memory for a connection: it waits, and is tried again. */
static void rest(loop *running, const pier_error *error) {
    if (!running->cannot_accept) {
        (void)report_error(running->command, error, "cannot accept a connection now", "");
    }
    running->cannot_accept = true;
    running->accept_again = pier_deadline_after_ms(ACCEPT_REST_MS);
}

bool loop_accept(loop *running) {
    int taken = 0;
    while (taken < ROUND_ACCEPTS && has_room(running) && !running->is_over) {
        pier_error error;
        pier_status status = running->ops->accept(running->user, &error);
        if (status > 0) {
            return false;
        }
        if (status != PIER_OK) {
            rest(running, &error);
            return false;
        }
        running->cannot_accept = false;
        taken++;
    }
    return taken == ROUND_ACCEPTS;
}

static void tell_crowd(loop *running) {
    if (!has_room(running) && !running->has_told_crowd) {
        running->has_told_crowd = true;
        running->ops->tell_crowd(running->user);
    }
}

/* Waiting --------------------------------------------------------------------------------------------------------- */

bool loop_has_work(const loop *running) {
    return !output_is_full(&running->out) && crowd_has_work(&running->members);
}

void loop_write_out(loop *running) {
    pier_status status = output_pump(&running->out);
    if (status < 0) {
        loop_end(running, output_report(&running->out, running->command, status));
    }
}

int loop_milliseconds_until(pier_deadline deadline) {
    if (deadline == PIER_NEVER) {
        return -1;
    }
    int64_t left_ns = deadline - pier_clock_monotonic_ns();
    int64_t left_ms = left_ns <= 0 ? 0 : (left_ns + 999999) / 1000000;
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

static void make_polls(const loop *running, struct pollfd polls[POLLS]) {
    /* While there is no room, others wait with the system. The first time that is told. */
    bool takes = has_room(running) || !running->has_told_crowd;
    bool listens = running->listener != NULL && !running->cannot_accept && takes;
    bool writes = output_pending(&running->out) > 0;
    polls[POLL_SIGNALS] = (struct pollfd){running->has_heard_signal ? -1 : signals_handle(), POLLIN, 0};
    polls[POLL_LISTENER] = (struct pollfd){listens ? pier_socket_handle(running->listener) : -1, POLLIN, 0};
    polls[POLL_ERROR] = (struct pollfd){report_queue_waits() ? STDERR_FILENO : -1, POLLOUT, 0};
    polls[POLL_OUT] = (struct pollfd){running->out.is_file ? -1 : running->out.handle, writes ? POLLOUT : 0, 0};
    polls[POLL_MEMBERS] = (struct pollfd){running->members.handle, POLLIN, 0};
}

/* While much waits for standard output, nobody is read from. */
static void note_fullness(loop *running) {
    bool is_full = output_is_full(&running->out);
    if (is_full != running->is_held_up) {
        running->is_held_up = is_full;
        crowd_update(&running->members);
    }
}

bool loop_await(loop *running, pier_deadline deadline) {
    report_queue_pump();
    note_fullness(running);
    struct pollfd polls[POLLS];
    make_polls(running, polls);
    running->has_newcomers = false;
    int ready = poll(polls, POLLS, loop_milliseconds_until(deadline));
    if (ready <= 0) {
        return false;
    }
    bool is_readable = polls[POLL_MEMBERS].revents != 0 && crowd_note_ready(&running->members);
    running->has_newcomers = (polls[POLL_LISTENER].revents & POLLIN) != 0;
    if (is_readable || running->has_newcomers) {
        loop_note_activity(running);
    }
    if ((polls[POLL_OUT].revents & POLLERR) != 0 && output_pending(&running->out) == 0) {
        /* Nobody reads standard output any more, and nothing was to be written that would tell. */
        loop_end(running, report_errno(running->command, EPIPE, "standard output"));
    }
    return true;
}

/* Until when the loop may sleep. */
static pier_deadline sleep_until(const loop *running) {
    if (loop_has_work(running)) {
        return PIER_NOW;
    }
    pier_deadline deadline = running->idle_until < running->step_again ? running->idle_until : running->step_again;
    if (running->cannot_accept && running->accept_again < deadline) {
        deadline = running->accept_again;
    }
    return running->members.next_due < deadline ? running->members.next_due : deadline;
}

/* Running --------------------------------------------------------------------------------------------------------- */

static void run_round(loop *running) {
    bool is_awake = loop_await(running, sleep_until(running));
    if (running->is_over || signals_caught() != 0) {
        return;
    }
    if (!is_awake && pier_clock_monotonic_ns() >= running->idle_until) {
        loop_end(running, report(running->command, PIER_TIMEOUT, "no byte came within %llu ms",
                                 (unsigned long long)running->timeout_ms));
        return;
    }
    if (running->cannot_accept && pier_clock_monotonic_ns() >= running->accept_again) {
        (void)loop_accept(running);
    } else if (is_awake && running->has_newcomers) {
        tell_crowd(running);
        (void)loop_accept(running);
    }
    crowd_note_due(&running->members);
    crowd_serve(&running->members, &running->is_over);
    if (running->ops->step != NULL && !running->is_over) {
        running->step_again = running->ops->step(running->user);
    }
    running->ops->settle(running->user, !loop_has_work(running));
}

void loop_run(loop *running) {
    while (!running->is_over && signals_caught() == 0) {
        run_round(running);
    }
}
