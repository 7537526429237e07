/* `pier connect udp://…`: see datagram_client.h.
 *
 * One loop over poll. Datagrams have no end: when all is sent, answers are waited for as long as --timeout says, or
 * until so many have come as --count says. */
#include "datagram_client.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "feeder.h"
#include "json_write.h"
#include "output.h"
#include "record_tree.h"
#include "report.h"

#define TIMEOUT_MS_DEFAULT 1000

/* Datagrams sent or taken before the rest has its turn. */
#define TURN_DATAGRAMS 64

enum { POLL_INPUT, POLL_SOCKET, POLL_OUT, POLLS };

static const char command[] = "connect";

typedef struct exchange {
    const datagram_client_options *chosen;
    pier_datagram_channel *channel;
    pier_address to;
    bool has_peer;
    feeder feed;
    output out;
    pier_tree *tree;
    bool input_waits;
    bool is_stored; /* a datagram is made and not sent yet */
    bool is_over;
    uint64_t records; /* that came back */
    int exit_status;
    uint64_t timeout_ms;
    pier_deadline idle_until;
} exchange;

/* Notes what to exit with. The first reason counts. */
static void blame(exchange *e, int exit_status) {
    e->exit_status = e->exit_status != EXIT_DONE ? e->exit_status : exit_status;
}

static void end(exchange *e, int exit_status) {
    blame(e, exit_status);
    e->is_over = true;
}

static void begin_idle_time(exchange *e) {
    e->idle_until = pier_deadline_after_ms((int64_t)e->timeout_ms);
}

static bool is_all_sent(const exchange *e) {
    return e->feed.is_over && !feeder_has_value(&e->feed) && !e->is_stored;
}

/* Sends a datagram for each line that is there, one line a datagram. Returns whether more lines may be there. */
static bool send_lines(exchange *e) {
    for (int i = 0; i < TURN_DATAGRAMS; i++) {
        if (!e->is_stored) {
            pier_status status = feeder_store_one(&e->feed);
            blame(e, e->feed.exit_status);
            if (status != PIER_OK) {
                return false;
            }
            e->is_stored = true;
        }
        pier_status status = pier_datagram_channel_send(e->channel, e->has_peer ? NULL : &e->to, PIER_NOW);
        if (status < 0) {
            end(e, report_error(command, pier_datagram_channel_error(e->channel), e->chosen->datagrams.endpoint, ""));
        }
        if (status != PIER_OK) {
            return false;
        }
        e->is_stored = false;
        begin_idle_time(e);
    }
    return true;
}

/* Prints the records of the datagram that was received. */
static void print_records(exchange *e, const pier_address *from) {
    pier_archive *load = pier_datagram_channel_load_archive(e->channel);
    pier_address_text peer = pier_address_as_text(from);
    while (!e->is_over) {
        pier_status status = pier_archive_next(load);
        if (status == PIER_OK) {
            status = e->tree == NULL ? PIER_NO_MEMORY : json_write_record(&e->out.text, e->tree, load, e->out.colours);
        }
        if (status == PIER_END) {
            return;
        }
        if (status == PIER_NO_MEMORY) {
            end(e, report(command, status, "%s: a record", pier_status_text(status)));
        } else if (status != PIER_OK) {
            blame(e, EXIT_DATA);
            (void)report_error(command, pier_archive_error(load), peer.text, "");
            if (status != PIER_SKIPPED) {
                return;
            }
        } else {
            text_buffer_append_char(&e->out.text, '\n');
            if (++e->records == e->chosen->count) {
                end(e, EXIT_DONE);
            }
        }
    }
}

/* Takes what datagrams have come. Returns whether more may wait. */
static bool receive(exchange *e) {
    for (int i = 0; i < TURN_DATAGRAMS; i++) {
        pier_address from;
        if (e->is_over || output_is_full(&e->out)) {
            return false;
        }
        pier_status status = pier_datagram_channel_receive(e->channel, &from, PIER_NOW);
        if (status > 0) {
            return false;
        }
        if (status == PIER_LIMIT) {
            blame(e, report_error(command, pier_datagram_channel_error(e->channel), "", ""));
        } else if (status != PIER_OK) {
            end(e, report_error(command, pier_datagram_channel_error(e->channel), "", ""));
        } else {
            begin_idle_time(e);
            print_records(e, &from);
        }
    }
    return true;
}

static void write_out(exchange *e) {
    pier_status status = output_pump(&e->out);
    if (status < 0) {
        end(e, output_report(&e->out, command, status));
    }
}

/* The time of --timeout is over: no failure, unless answers were counted on. */
static void end_by_time(exchange *e) {
    if (e->chosen->count == 0) {
        e->is_over = true;
        return;
    }
    end(e, report(command, PIER_TIMEOUT, "%s: %llu of %llu records came back, and none within %llu ms",
                  e->chosen->datagrams.endpoint, (unsigned long long)e->records, (unsigned long long)e->chosen->count,
                  (unsigned long long)e->timeout_ms));
}

/* How long poll may wait: for ever while input pauses or our own reader holds things up. */
static int poll_timeout(const exchange *e, bool more_wait) {
    if (more_wait) {
        return 0;
    }
    if (!is_all_sent(e) || output_is_full(&e->out)) {
        return -1;
    }
    int64_t left_ns = e->idle_until - pier_clock_monotonic_ns();
    return left_ns <= 0 ? 0 : (int)((left_ns + 999999) / 1000000);
}

/* Waits for something to happen. */
static void await(exchange *e, bool more_wait) {
    bool takes_input = !e->feed.is_over && !e->is_stored;
    bool reads = !output_is_full(&e->out);
    short events = (short)((reads ? POLLIN : 0) | (e->is_stored ? POLLOUT : 0));
    struct pollfd polls[POLLS] = {
        [POLL_INPUT] = {takes_input ? STDIN_FILENO : -1, POLLIN, 0},
        [POLL_SOCKET] = {events != 0 ? pier_socket_handle(pier_datagram_channel_socket(e->channel)) : -1, events, 0},
        [POLL_OUT] = {e->out.is_file ? -1 : e->out.handle, output_pending(&e->out) > 0 ? POLLOUT : 0, 0},
    };
    int ready = poll(polls, POLLS, poll_timeout(e, more_wait));
    e->input_waits = ready > 0 && polls[POLL_INPUT].revents != 0;
    if (ready > 0 && (polls[POLL_OUT].revents & POLLERR) != 0 && output_pending(&e->out) == 0) {
        end(e, report_errno(command, EPIPE, "standard output"));
    } else if (ready == 0 && !more_wait && is_all_sent(e) && !output_is_full(&e->out) &&
               pier_clock_monotonic_ns() >= e->idle_until) {
        end_by_time(e);
    }
}

static void run_round(exchange *e) {
    if (e->input_waits && feeder_read(&e->feed)) {
        begin_idle_time(e);
    }
    e->input_waits = false;
    bool more_wait = send_lines(e);
    more_wait = (!e->is_over && receive(e)) || more_wait;
    if (!e->is_over) {
        write_out(e);
    }
    if (!e->is_over) {
        await(e, more_wait);
    }
}

int datagram_client_run(const datagram_client_options *chosen) {
    exchange e = {.chosen = chosen, .timeout_ms = chosen->timeout_ms != 0 ? chosen->timeout_ms : TIMEOUT_MS_DEFAULT};
    int exit_status = datagrams_connect(&e.channel, &e.to, &e.has_peer, command, &chosen->datagrams);
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    feeder_init(&e.feed, command, pier_datagram_channel_store_archive(e.channel), chosen->typed,
                chosen->datagrams.record_bytes_max);
    e.tree = record_tree_create();
    output_init(&e.out, STDOUT_FILENO);
    begin_idle_time(&e);
    while (!e.is_over) {
        run_round(&e);
    }
    if (e.out.os_error == 0) {
        pier_status status = output_drain(&e.out, PIER_NEVER);
        if (status != PIER_OK) {
            blame(&e, output_report(&e.out, command, status));
        }
    }
    feeder_deinit(&e.feed);
    pier_tree_destroy(e.tree);
    output_deinit(&e.out);
    pier_datagram_channel_destroy(e.channel);
    return e.exit_status;
}
