/* `pier listen` at work: see server.h. */
#include "server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <pier/raw.h>

#include "connection.h"
#include "json_write.h"
#include "record_tree.h"
#include "report.h"
#include "report_queue.h"
#include "signals.h"

/* Connections taken in one round. */
#define ROUND_ACCEPTS 64

/* How long the listening socket rests when there is nothing to accept a connection with. */
#define ACCEPT_REST_MS 100

/* At the end: how long what has already come is read, and how long what waits is sent. */
#define LAST_READ_MS 1000
#define LAST_SEND_MS 5000

/* Whether all has arrived cannot be waited for, only asked. */
#define ASK_AGAIN_MS 5

/* Where things stand among the polls. */
enum { POLL_SIGNALS, POLL_LISTENER, POLL_OUT, POLL_ERROR, POLL_CLIENTS, POLLS };

static const char command[] = "listen";

/* Ends the whole. The first reason counts. */
static void end(server *running, int exit_status) {
    running->exit_status = running->exit_status != EXIT_DONE ? running->exit_status : exit_status;
    running->is_over = true;
}

/* Counts what was taken and printed. Returns as server_take_record. */
static bool count_record(server *running) {
    text_buffer_append_char(&running->out.text, '\n');
    running->records++;
    if (running->records == running->count) {
        end(running, EXIT_DONE);
    }
    return !running->is_over;
}

bool server_take_record(server *running, pier_archive *load, const char *peer, bool *is_refused) {
    if (pier_archive_is_raw(load)) {
        *is_refused = running->save != NULL;
        if (*is_refused) {
            (void)report(command, PIER_UNSUPPORTED, "%s: raw bytes are passed over: they are not saved", peer);
            return true;
        }
        json_write_raw(&running->out.text, UINT64_MAX);
        return count_record(running);
    }
    size_t printed_before = running->out.text.size;
    pier_status status = running->tree == NULL
                             ? PIER_NO_MEMORY
                             : json_write_record(&running->out.text, running->tree, load, running->out.colours);
    if (status != PIER_OK) {
        *is_refused = true;
        if (pier_archive_status(load) == PIER_OK) {
            (void)report(command, status, "%s: %s", peer, pier_status_text(status));
        } else {
            (void)report_error(command, pier_archive_error(load), peer, "");
        }
        return true;
    }
    if (running->save != NULL && pier_archive_forward(running->save, load) != PIER_OK) {
        const pier_error *error = pier_archive_error(running->save);
        running->out.text.size = printed_before;
        /* What the archive merely refuses, a bare ext of type 80 for instance, is the fault of who sent it. */
        if (pier_archive_status(running->save) == PIER_OK) {
            *is_refused = true;
            (void)report_error(command, error, peer, ": the record is not saved");
            return true;
        }
        end(running, report_error(command, error, running->save_name, ""));
        return false;
    }
    return count_record(running);
}

/* Makes a client of a connection and adds it. Returns false when there is no memory; the connection is gone then. */
static bool add_client(server *running, pier_channel *channel) {
    client *added = client_create(channel, ++running->accepted, running->format != PIER_FORMAT_GUESS);
    return added != NULL && crowd_add(&running->clients, added, running);
}

/* There is no descriptor or no memory for a connection: it waits, and is tried again. */
static void rest(server *running, const pier_error *error) {
    if (!running->cannot_accept) {
        (void)report_error(command, error, "cannot accept a connection now", "");
    }
    running->cannot_accept = true;
    running->accept_again = pier_deadline_after_ms(ACCEPT_REST_MS);
}

/* Returns whether there are as many clients as there may be. */
static bool is_crowded(const server *running) {
    return pier_budget_connections(running->budget) >= pier_budget_connections_max(running->budget);
}

static void accept_clients(server *running) {
    pier_limits limits = connection_limits(running->record_bytes_max);
    pier_channel_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .format = running->format,
        .compression_level = running->compression_level,
        .first_byte_timeout_ms = running->first_byte_timeout_ms,
        .frame_timeout_ms = running->frame_timeout_ms,
        .budget = running->budget,
    };
    for (int i = 0; i < ROUND_ACCEPTS && !is_crowded(running); i++) {
        pier_channel *channel;
        pier_error error;
        pier_status status = pier_channel_accept(&channel, running->listener, PIER_NOW, &options, &error);
        if (status > 0) {
            return;
        }
        if (status != PIER_OK) {
            rest(running, &error);
            return;
        }
        running->cannot_accept = false;
        if (!add_client(running, channel)) {
            (void)report(command, PIER_NO_MEMORY, "a connection is dropped: %s", pier_status_text(PIER_NO_MEMORY));
        }
    }
}

/* Returns whether a client has records in memory that could be printed now. */
static bool has_work(const server *running) {
    return !output_is_full(&running->out) && crowd_has_work(&running->clients);
}

static void write_out(server *running) {
    pier_status status = output_pump(&running->out);
    if (status < 0) {
        end(running, output_report(&running->out, command, status));
    }
}

/* When no input waits, what was made is written out. */
static void settle(server *running) {
    bool pauses = !has_work(running);
    if (pauses || output_is_ripe(&running->out)) {
        write_out(running);
    }
    if (pauses && running->save != NULL && pier_archive_flush(running->save) != PIER_OK) {
        end(running, report_error(command, pier_archive_error(running->save), running->save_name, ""));
    }
}

/* Milliseconds until `deadline`, rounded up, for poll. */
static int milliseconds_until(pier_deadline deadline) {
    int64_t left_ns = deadline == PIER_NEVER ? -1 : deadline - pier_clock_monotonic_ns();
    if (deadline == PIER_NEVER) {
        return -1;
    }
    int64_t left_ms = left_ns <= 0 ? 0 : (left_ns + 999999) / 1000000;
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

static void make_polls(const server *running, struct pollfd polls[POLLS]) {
    /* While there are as many clients as may be, others wait with the system. The first time that is told. */
    bool has_room = !is_crowded(running) || !running->has_told_crowd;
    bool listens = running->listener != NULL && !running->cannot_accept && has_room;
    bool writes = output_pending(&running->out) > 0;
    polls[POLL_SIGNALS] = (struct pollfd){running->has_heard_signal ? -1 : signals_handle(), POLLIN, 0};
    polls[POLL_LISTENER] = (struct pollfd){listens ? pier_socket_handle(running->listener) : -1, POLLIN, 0};
    polls[POLL_ERROR] = (struct pollfd){report_queue_waits() ? STDERR_FILENO : -1, POLLOUT, 0};
    polls[POLL_OUT] = (struct pollfd){running->out.is_file ? -1 : running->out.handle, writes ? POLLOUT : 0, 0};
    polls[POLL_CLIENTS] = (struct pollfd){running->clients.handle, POLLIN, 0};
}

/* While much waits for standard output, no client is read from. */
static void note_fullness(server *running) {
    bool is_full = output_is_full(&running->out);
    if (is_full != running->is_held_up) {
        running->is_held_up = is_full;
        crowd_update(&running->clients, running);
    }
}

/* A client said something, or is new: the time of --timeout begins anew. */
static void note_activity(server *running) {
    if (running->timeout_ms > 0) {
        running->idle_until = pier_deadline_after_ms((int64_t)running->timeout_ms);
    }
}

/* Waits for something to happen, until `deadline`, and notes at the clients what it was. Returns whether anything
 * did. */
static bool await(server *running, pier_deadline deadline) {
    report_queue_pump();
    note_fullness(running);
    struct pollfd polls[POLLS];
    make_polls(running, polls);
    running->has_newcomers = false;
    int ready = poll(polls, POLLS, milliseconds_until(deadline));
    if (ready <= 0) {
        return false;
    }
    bool is_readable = polls[POLL_CLIENTS].revents != 0 && crowd_note_ready(&running->clients);
    running->has_newcomers = (polls[POLL_LISTENER].revents & POLLIN) != 0;
    if (is_readable || running->has_newcomers) {
        note_activity(running);
    }
    if ((polls[POLL_OUT].revents & POLLERR) != 0 && output_pending(&running->out) == 0) {
        /* Nobody reads standard output any more, and nothing was to be written that would tell. */
        end(running, report_errno(command, EPIPE, "standard output"));
    }
    return true;
}

/* Until when the loop may sleep. */
static pier_deadline sleep_until(const server *running) {
    if (has_work(running)) {
        return PIER_NOW;
    }
    pier_deadline deadline = running->idle_until;
    if (running->cannot_accept && running->accept_again < deadline) {
        deadline = running->accept_again;
    }
    return running->clients.next_due < deadline ? running->clients.next_due : deadline;
}

static void tell_crowd(server *running) {
    if (is_crowded(running) && !running->has_told_crowd) {
        running->has_told_crowd = true;
        (void)report(command, PIER_LIMIT, "%u clients are there, the limit is %u (--clients-max): more have to wait",
                     pier_budget_connections(running->budget), pier_budget_connections_max(running->budget));
    }
}

static void run_round(server *running) {
    bool is_awake = await(running, sleep_until(running));
    if (running->is_over || signals_caught() != 0) {
        return;
    }
    if (!is_awake && pier_clock_monotonic_ns() >= running->idle_until) {
        end(running,
            report(command, PIER_TIMEOUT, "no byte came within %llu ms", (unsigned long long)running->timeout_ms));
        return;
    }
    if (running->cannot_accept && pier_clock_monotonic_ns() >= running->accept_again) {
        accept_clients(running);
    } else if (is_awake && running->has_newcomers) {
        tell_crowd(running);
        accept_clients(running);
    }
    crowd_note_due(&running->clients);
    crowd_serve(&running->clients, running);
    settle(running);
}

/* After a signal: prints the whole records that have already come, from each client until it has no more. */
static void read_on(server *running) {
    crowd *all = &running->clients;
    pier_deadline deadline = pier_deadline_after_ms(LAST_READ_MS);
    for (size_t i = 0; i < all->count; i++) {
        all->clients[i]->is_exhausted = false;
    }
    bool reads = true;
    while (reads && !running->is_over && pier_clock_monotonic_ns() < deadline) {
        reads = false;
        for (size_t i = 0; i < all->count; i++) {
            if (!all->clients[i]->is_exhausted) {
                crowd_activate(all, all->clients[i], POLLIN);
            }
        }
        crowd_serve(all, running);
        write_out(running);
        for (size_t i = 0; i < all->count; i++) {
            reads = reads || !all->clients[i]->is_exhausted;
        }
        if (reads && (output_is_full(&running->out) || !has_work(running))) {
            (void)await(running, pier_deadline_after_ms(ASK_AGAIN_MS));
        }
    }
}

/* Sends the clients what waits for them and their end marks. Returns whether some of that is worth to wait for. */
static bool finish_clients(server *running, bool waits_for_all) {
    crowd *all = &running->clients;
    bool waits = false;
    for (size_t i = all->count; i-- > 0;) {
        client *finished = all->clients[i];
        if (client_finish(finished)) {
            waits = waits || waits_for_all || finished->counts_last;
        } else {
            crowd_remove(all, i);
        }
    }
    return waits;
}

/* Takes the connections that were made before the signal: their clients may have sent, and gone, already. */
static void accept_last_clients(server *running) {
    uint64_t before;
    do {
        before = running->accepted;
        accept_clients(running);
    } while (running->accepted - before == ROUND_ACCEPTS);
}

/* Ends in order: what was printed reaches standard output, and the clients what waits for them, as far as they take it
 * in time. */
static void finish(server *running) {
    bool waits_for_all = signals_caught() != 0;
    running->has_heard_signal = waits_for_all;
    if (waits_for_all && !running->is_over) {
        accept_last_clients(running);
    }
    pier_socket_destroy(running->listener);
    running->listener = NULL;
    if (waits_for_all && !running->is_over) {
        read_on(running);
    }
    running->is_finishing = true;
    crowd_update(&running->clients, running);
    pier_deadline deadline = pier_deadline_after_ms(LAST_SEND_MS);
    bool has_output = running->out.os_error == 0;
    for (;;) {
        pier_status written = has_output ? output_pump(&running->out) : PIER_OK;
        if (written < 0) {
            end(running, output_report(&running->out, command, written));
            has_output = false;
        }
        bool is_late = pier_clock_monotonic_ns() >= deadline;
        bool sends = finish_clients(running, waits_for_all) && !is_late;
        bool prints = has_output && written > 0 && (!is_late || signals_caught() == 0);
        if (!sends && !prints) {
            break;
        }
        pier_deadline until = running->has_heard_signal ? deadline : PIER_NEVER;
        (void)await(running, sends ? pier_deadline_after_ms(ASK_AGAIN_MS) : until);
        running->has_heard_signal = signals_caught() != 0;
    }
    if (has_output && output_pending(&running->out) > 0) {
        end(running, report(command, PIER_TIMEOUT, "standard output takes no more, and %zu bytes are left",
                            output_pending(&running->out)));
    }
}

static void deinit(server *running) {
    crowd_deinit(&running->clients);
    pier_tree_destroy(running->tree);
    output_deinit(&running->out);
}

int server_run(server *running) {
    running->tree = record_tree_create();
    if (!crowd_init(&running->clients)) {
        end(running, report_errno(command, errno, "clients"));
    }
    running->idle_until = running->timeout_ms == 0 ? PIER_NEVER : pier_deadline_after_ms((int64_t)running->timeout_ms);
    while (!running->is_over && signals_caught() == 0) {
        run_round(running);
    }
    finish(running);
    deinit(running);
    return running->exit_status;
}
