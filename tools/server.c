/* `pier listen` at work: see server.h. */
#include "server.h"

#include <poll.h>

#include <pier/raw.h>

#include "client.h"
#include "connection.h"
#include "json_write.h"
#include "record_tree.h"
#include "report.h"
#include "signals.h"

/* At the end: how long what has already come is read, and how long what waits is sent. */
#define LAST_READ_MS 1000
#define LAST_SEND_MS 5000

/* Whether all has arrived cannot be waited for, only asked. */
#define ASK_AGAIN_MS 5

static const char command[] = "listen";

/* Counts what was taken and printed. Returns as server_take_record. */
static bool count_record(server *running) {
    text_buffer_append_char(&running->loop.out.text, '\n');
    running->records++;
    if (running->records == running->count) {
        loop_end(&running->loop, EXIT_DONE);
    }
    return !running->loop.is_over;
}

bool server_take_record(server *running, pier_archive *load, const char *peer, bool *is_refused) {
    if (pier_archive_is_raw(load)) {
        *is_refused = running->save != NULL;
        if (*is_refused) {
            (void)report(command, PIER_UNSUPPORTED, "%s: raw bytes are passed over: they are not saved", peer);
            return true;
        }
        json_write_raw(&running->loop.out.text, UINT64_MAX);
        return count_record(running);
    }
    size_t printed_before = running->loop.out.text.size;
    pier_status status = running->tree == NULL ? PIER_NO_MEMORY
                                               : json_write_record(&running->loop.out.text, running->tree, load,
                                                                   running->loop.out.colours);
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
        running->loop.out.text.size = printed_before;
        /* What the archive merely refuses, a bare ext of type 80 for instance, is the fault of who sent it. */
        if (pier_archive_status(running->save) == PIER_OK) {
            *is_refused = true;
            (void)report_error(command, error, peer, ": the record is not saved");
            return true;
        }
        loop_end(&running->loop, report_error(command, error, running->save_name, ""));
        return false;
    }
    return count_record(running);
}

/* Makes a client of a connection that waits. Without memory for it the connection is gone. */
static pier_status accept_client(void *user, pier_error *error) {
    server *running = user;
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
    pier_channel *channel;
    pier_status status = pier_channel_accept(&channel, running->loop.listener, PIER_NOW, &options, error);
    if (status != PIER_OK) {
        return status;
    }
    client *added = client_create(channel, ++running->loop.accepted, running);
    if (added == NULL || !crowd_add(&running->loop.members, &added->base)) {
        (void)report(command, PIER_NO_MEMORY, "a connection is dropped: %s", pier_status_text(PIER_NO_MEMORY));
    }
    return PIER_OK;
}

/* Returns whether there are fewer clients than there may be. */
static bool has_room(const void *user) {
    const server *running = user;
    return pier_budget_connections(running->budget) < pier_budget_connections_max(running->budget);
}

static void tell_crowd(void *user) {
    const server *running = user;
    (void)report(command, PIER_LIMIT, "%u clients are there, the limit is %u (--clients-max): more have to wait",
                 pier_budget_connections(running->budget), pier_budget_connections_max(running->budget));
}

void server_settle(server *running, bool pauses) {
    if (pauses || output_is_ripe(&running->loop.out)) {
        loop_write_out(&running->loop);
    }
    if (pauses && running->save != NULL && pier_archive_flush(running->save) != PIER_OK) {
        loop_end(&running->loop, report_error(command, pier_archive_error(running->save), running->save_name, ""));
    }
}

static void settle(void *user, bool pauses) {
    server_settle(user, pauses);
}

static const loop_ops ops = {
    .accept = accept_client,
    .has_room = has_room,
    .tell_crowd = tell_crowd,
    .settle = settle,
};

static client *client_at(const server *running, size_t index) {
    return (client *)running->loop.members.members[index];
}

/* After a signal: prints the whole records that have already come, from each client until it has no more. */
static void read_on(server *running) {
    crowd *all = &running->loop.members;
    pier_deadline deadline = pier_deadline_after_ms(LAST_READ_MS);
    for (size_t i = 0; i < all->count; i++) {
        client_at(running, i)->is_exhausted = false;
    }
    bool reads = true;
    while (reads && !running->loop.is_over && pier_clock_monotonic_ns() < deadline) {
        reads = false;
        for (size_t i = 0; i < all->count; i++) {
            if (!client_at(running, i)->is_exhausted) {
                crowd_activate(all, all->members[i], POLLIN);
            }
        }
        crowd_serve(all, &running->loop.is_over);
        loop_write_out(&running->loop);
        for (size_t i = 0; i < all->count; i++) {
            reads = reads || !client_at(running, i)->is_exhausted;
        }
        if (reads && (output_is_full(&running->loop.out) || !loop_has_work(&running->loop))) {
            (void)loop_await(&running->loop, pier_deadline_after_ms(ASK_AGAIN_MS));
        }
    }
}

/* Sends the clients what waits for them and their end marks. Returns whether some of that is worth to wait for. */
static bool finish_clients(server *running, bool waits_for_all) {
    crowd *all = &running->loop.members;
    bool waits = false;
    for (size_t i = all->count; i-- > 0;) {
        client *finished = client_at(running, i);
        if (client_finish(finished)) {
            waits = waits || waits_for_all || finished->counts_last;
        } else {
            crowd_remove(all, i);
        }
    }
    return waits;
}

/* Ends in order: what was printed reaches standard output, and the clients what waits for them, as far as they take it
 * in time. */
static void finish(server *running) {
    bool waits_for_all = signals_caught() != 0;
    running->loop.has_heard_signal = waits_for_all;
    if (waits_for_all && !running->loop.is_over) {
        /* Connections that were made before the signal: their clients may have sent, and gone, already. */
        while (loop_accept(&running->loop)) {
        }
    }
    pier_socket_destroy(running->loop.listener);
    running->loop.listener = NULL;
    if (waits_for_all && !running->loop.is_over) {
        read_on(running);
    }
    running->is_finishing = true;
    crowd_update(&running->loop.members);
    pier_deadline deadline = pier_deadline_after_ms(LAST_SEND_MS);
    bool has_output = running->loop.out.os_error == 0;
    for (;;) {
        pier_status written = has_output ? output_pump(&running->loop.out) : PIER_OK;
        if (written < 0) {
            loop_end(&running->loop, output_report(&running->loop.out, command, written));
            has_output = false;
        }
        bool is_late = pier_clock_monotonic_ns() >= deadline;
        bool sends = finish_clients(running, waits_for_all) && !is_late;
        bool prints = has_output && written > 0 && (!is_late || signals_caught() == 0);
        if (!sends && !prints) {
            break;
        }
        pier_deadline until = running->loop.has_heard_signal ? deadline : PIER_NEVER;
        (void)loop_await(&running->loop, sends ? pier_deadline_after_ms(ASK_AGAIN_MS) : until);
        running->loop.has_heard_signal = signals_caught() != 0;
    }
    if (has_output && output_pending(&running->loop.out) > 0) {
        loop_end(&running->loop, report(command, PIER_TIMEOUT, "standard output takes no more, and %zu bytes are left",
                                        output_pending(&running->loop.out)));
    }
}

int server_run(server *running) {
    running->tree = record_tree_create();
    running->loop.command = command;
    running->loop.ops = &ops;
    running->loop.user = running;
    loop_init(&running->loop);
    loop_run(&running->loop);
    finish(running);
    loop_deinit(&running->loop);
    pier_tree_destroy(running->tree);
    output_deinit(&running->loop.out);
    return running->loop.exit_status;
}
