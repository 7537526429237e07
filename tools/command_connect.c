/* `pier connect`: lines of JSON to a peer, its records back as lines of JSON.
 *
 * One loop over poll in which nothing waits for anything else: a peer that sends much while it is sent much, a reader
 * of standard output that is slow, and input that pauses, all go on side by side with bounded memory. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include <pier/channel.h>
#include <pier/limits.h>
#include <pier/raw.h>

#include "commands.h"
#include "connection.h"
#include "datagram_client.h"
#include "feeder.h"
#include "json_write.h"
#include "options.h"
#include "output.h"
#include "record_tree.h"
#include "report.h"
#include "schema_option.h"

#define TIMEOUT_MS_DEFAULT 10000

/* Records loaded before the rest has its turn. */
#define TURN_RECORDS 256

enum { POLL_INPUT, POLL_SOCKET, POLL_OUT, POLLS };

static const char command[] = "connect";

static const char help[] =
    "usage: pier connect ENDPOINT [options]\n"
    "\n"
    "Sends each line of JSON from standard input as a record, at once when the input pauses, and prints\n"
    "each record that comes back as a line of JSON. After the end of the input it waits for the peer to\n"
    "end, too.\n"
    "\n"
    "  ENDPOINT             tcp://127.0.0.1:7000, tcp://[::1]:7000, tcp://host:7000, unix:/path,\n"
    "                       unix:@name; udp://host:7000: a line is a datagram, also to a group\n"
    "  --plain              bare MessagePack values, for a peer without Pier (framed)\n"
    "  --compress[=LEVEL]   compress what is sent, 1 (fastest) to 9 (6), if the peer takes it\n" SCHEMA_OPTIONS_HELP
    "  --count N            udp: end after N records that came back\n"
    "  --interface NAME     udp: this interface alone, by name, number or address\n"
    "  --timeout MS         to connect, and without a byte once one side has ended (10000); udp: without\n"
    "                       a datagram once all is sent, which is no failure unless --count waits (1000)\n" OPTIONS_COMMON_HELP
    "\n"
    "pier store --help tells what JSON stands for which values.\n"
    "Exit status: 0 the peer ended between two records, 1 data bad or cut, 2 usage, 3 system or network,\n"
    "4 deadline.\n";

typedef struct connect_options {
    common_options common;
    bool plain;
    uint64_t count;
    const char *interface;
    uint32_t compression_level;
    schema_option schema;
    const char *endpoint;
} connect_options;

typedef struct talk {
    const connect_options *chosen;
    pier_channel *channel;
    pier_archive *store;
    pier_archive *load;
    feeder feed;
    output out;
    pier_tree *tree;
    bool input_waits;    /* standard input can be read */
    bool socket_waits;   /* the connection can be read */
    bool is_sent;        /* all input is sent, and our side ended */
    bool has_peer_ended; /* between two records; it may still read what is sent */
    bool is_peer_gone;   /* and surely does not */
    bool is_broken;      /* the peer takes no more; what it sent before may still be read */
    pier_error broken;   /* why */
    bool is_over;
    int exit_status;
    uint64_t queued_before;
    pier_deadline idle_until;
} talk;

/* Returns as options_read. */
static int read_options(int argc, char **argv, connect_options *chosen) {
    *chosen = (connect_options){.common = {.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT}};
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--compress", OPTION_LEVEL, &chosen->compression_level, 0, 0},
        {"--count", OPTION_NUMBER, &chosen->count, 1, UINT64_MAX},
        {"--interface", OPTION_TEXT, &chosen->interface, 0, 0},
        SCHEMA_OPTIONS(&chosen->schema),
        OPTIONS_COMMON(&chosen->common),
    };
    int taken =
        options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "ENDPOINT", &chosen->endpoint);
    if (taken >= 0) {
        return taken;
    }
    if (!datagrams_are_meant(chosen->endpoint)) {
        if (chosen->interface != NULL || chosen->count != 0) {
            return options_refuse(command, "--interface and --count are about udp://", "");
        }
        if (chosen->plain && chosen->compression_level > 0) {
            return options_refuse(command, "what is --plain has no blocks to --compress", "");
        }
        if (chosen->common.timeout_ms == 0) {
            chosen->common.timeout_ms = TIMEOUT_MS_DEFAULT;
        }
    } else if (chosen->compression_level > 0) {
        return options_refuse(command, "--compress is not about udp://", "");
    }
    return schema_option_check(&chosen->schema, command, chosen->plain);
}

/* Notes what to exit with. The first reason counts. */
static void blame(talk *t, int exit_status) {
    t->exit_status = t->exit_status != EXIT_DONE ? t->exit_status : exit_status;
}

static void end(talk *t, int exit_status) {
    blame(t, exit_status);
    t->is_over = true;
}

/* Ends by a failure of the connection. Whatever the system calls it: the exchange is cut. */
static void fail(talk *t, const pier_error *error) {
    int exit_status = report_error(command, error, t->chosen->endpoint, "");
    bool is_cut = error->status == PIER_RESET || error->status == PIER_CLOSED;
    end(t, is_cut ? EXIT_DATA : exit_status);
}

static void begin_idle_time(talk *t) {
    t->idle_until = pier_deadline_after_ms((int64_t)t->chosen->common.timeout_ms);
}

/* How much is ready to leave. */
static uint64_t queued_bytes(const talk *t) {
    return t->is_broken ? 0 : pier_archive_queued_bytes(t->store);
}

/* Returns whether all that was read is sent. */
static bool is_all_sent(const talk *t) {
    return !feeder_has_value(&t->feed) && queued_bytes(t) == 0;
}

/* Sending failed: nothing more is sent. What the peer sent before it went is still worth reading, and tells more. */
static void stop_sending(talk *t, const pier_error *error) {
    if (error->status != PIER_RESET && error->status != PIER_CLOSED) {
        fail(t, error);
        return;
    }
    t->is_broken = true;
    t->broken = *error;
    feeder_stop(&t->feed);
    begin_idle_time(t);
}

/* Ends our side behind all that was sent. */
static void end_sending(talk *t) {
    pier_status status = pier_channel_shutdown(t->channel);
    t->is_sent = status <= 0;
    begin_idle_time(t);
    /* All records have left. Whether a peer that is gone has ended or cut the exchange is for reading to tell. */
    if (status < 0) {
        t->is_broken = true;
        t->broken = (pier_error){.status = PIER_OK};
    }
}

/* Stores what lines there are, and sends them: the input pauses, or so much has come. */
static void send(talk *t) {
    if (t->is_sent || t->is_broken) {
        return;
    }
    pier_status status = feeder_store(&t->feed);
    blame(t, t->feed.exit_status);
    /* Within a record there is nothing to flush: it waits for the peer's preamble, and ours left at the start. */
    if (status >= 0 && !t->feed.in_record) {
        status = pier_archive_flush(t->store);
    }
    if (status < 0) {
        stop_sending(t, pier_archive_error(t->store));
    } else if (status == PIER_OK && t->feed.is_over && !feeder_has_value(&t->feed)) {
        end_sending(t);
    }
}

static void print_record(talk *t) {
    if (pier_archive_is_raw(t->load)) {
        /* They are passed over, and therefore not counted. */
        json_write_raw(&t->out.text, UINT64_MAX);
        text_buffer_append_char(&t->out.text, '\n');
        return;
    }
    pier_status status =
        t->tree == NULL ? PIER_NO_MEMORY : json_write_record(&t->out.text, t->tree, t->load, t->out.colours);
    if (status == PIER_NO_MEMORY) {
        end(t, report(command, status, "%s: a record", pier_status_text(status)));
    } else if (status == PIER_OK) {
        text_buffer_append_char(&t->out.text, '\n');
    }
    /* Another failure sticks, and the next call tells it. */
}

/* Returns whether records are in memory that can be printed now. */
static bool has_work(talk *t) {
    return !t->has_peer_ended && !output_is_full(&t->out) && pier_archive_has_next(t->load);
}

/* Prints what records have come. */
static void receive(talk *t) {
    if (!t->socket_waits && !has_work(t)) {
        return;
    }
    for (int turn = 0; turn < TURN_RECORDS && !t->has_peer_ended && !t->is_over && !output_is_full(&t->out); turn++) {
        pier_status status = pier_archive_next(t->load);
        if (status == PIER_OK) {
            print_record(t);
        } else if (status == PIER_SKIPPED) {
            (void)report_error(command, pier_archive_error(t->load), t->chosen->endpoint, "");
            blame(t, EXIT_DATA);
        } else if (status == PIER_END) {
            t->has_peer_ended = true;
            begin_idle_time(t);
        } else if (status < 0) {
            fail(t, pier_archive_error(t->load));
        } else {
            return;
        }
    }
}

static void write_out(talk *t) {
    pier_status status = output_pump(&t->out);
    if (status < 0) {
        end(t, output_report(&t->out, command, status));
    }
}

/* Whether the clock of --timeout runs: for bytes of the peer when all input is there, for bytes that leave, and for
 * input when the peer has ended; while our own reader holds things up it stands still. */
static bool is_timed(const talk *t) {
    bool waits = t->feed.is_over || t->has_peer_ended || !is_all_sent(t);
    return waits && !output_is_full(&t->out);
}

static int poll_timeout(talk *t) {
    /* Whether input waits is all that is to be known, then. */
    bool may_be_over = t->has_peer_ended && t->is_peer_gone && is_all_sent(t);
    if (has_work(t) || may_be_over) {
        return 0;
    }
    if (!is_timed(t)) {
        return -1;
    }
    int64_t left_ns = t->idle_until - pier_clock_monotonic_ns();
    return left_ns <= 0 ? 0 : (int)((left_ns + 999999) / 1000000);
}

/* Takes note of what poll said of the connection. */
static void note_socket(talk *t, short revents) {
    uint64_t queued = queued_bytes(t);
    t->socket_waits = !t->has_peer_ended && (revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    t->is_peer_gone = t->is_peer_gone || (t->has_peer_ended && (revents & (POLLHUP | POLLERR)) != 0);
    if (t->socket_waits || queued < t->queued_before) {
        begin_idle_time(t);
    }
    t->queued_before = queued;
}

/* The time of --timeout is over. Where the peer has ended and nothing is left to send, that is no failure. */
static void end_by_time(talk *t) {
    if (t->has_peer_ended && is_all_sent(t)) {
        t->is_over = true;
        return;
    }
    end(t, report(command, PIER_TIMEOUT, "%s: no byte came or left within %llu ms", t->chosen->endpoint,
                  (unsigned long long)t->chosen->common.timeout_ms));
}

/* Waits for something to happen. */
static void await(talk *t) {
    bool takes_input = !t->feed.is_over && !feeder_has_value(&t->feed);
    bool reads = !t->has_peer_ended && !output_is_full(&t->out);
    bool watches = reads || queued_bytes(t) > 0 || (t->has_peer_ended && !t->is_peer_gone);
    short socket_events = (short)((reads ? POLLIN : 0) | (queued_bytes(t) > 0 ? POLLOUT : 0));
    struct pollfd polls[POLLS] = {
        [POLL_INPUT] = {takes_input ? STDIN_FILENO : -1, POLLIN, 0},
        [POLL_SOCKET] = {watches ? pier_channel_handle(t->channel) : -1, socket_events, 0},
        [POLL_OUT] = {t->out.is_file ? -1 : t->out.handle, output_pending(&t->out) > 0 ? POLLOUT : 0, 0},
    };
    if (!is_timed(t)) {
        begin_idle_time(t);
    }
    int ready = poll(polls, POLLS, poll_timeout(t));
    if (ready < 0) {
        return;
    }
    t->input_waits = polls[POLL_INPUT].revents != 0;
    note_socket(t, polls[POLL_SOCKET].revents);
    if ((polls[POLL_OUT].revents & POLLERR) != 0 && output_pending(&t->out) == 0) {
        end(t, report_errno(command, EPIPE, "standard output"));
    } else if (ready == 0 && is_timed(t) && pier_clock_monotonic_ns() >= t->idle_until) {
        end_by_time(t);
    }
}

/* Returns whether the exchange is complete: the peer has ended, and nothing can or will be sent any more. A peer that
 * ended may still read, so that input which pauses is waited for, up to --timeout. */
static bool is_complete(const talk *t) {
    bool is_idle = is_all_sent(t) && t->is_peer_gone && !t->input_waits;
    return t->has_peer_ended && (t->is_sent || t->is_broken || is_idle);
}

/* One round: read, store and send; load and print; wait. */
static void run_round(talk *t) {
    if (t->input_waits && !t->feed.is_over && !feeder_has_value(&t->feed) && feeder_read(&t->feed)) {
        begin_idle_time(t);
    }
    t->input_waits = false;
    send(t);
    receive(t);
    if (!t->is_over && (output_is_ripe(&t->out) || !has_work(t))) {
        write_out(t);
    }
    if (!t->is_over && !(t->has_peer_ended && (t->is_sent || t->is_broken))) {
        await(t);
    }
    if (!t->is_over && is_complete(t)) {
        if (t->is_broken && t->broken.status != PIER_OK) {
            fail(t, &t->broken);
        }
        t->is_over = true;
    }
}

static int run(const connect_options *chosen, typed_record *typed, pier_channel *channel) {
    talk t = {
        .chosen = chosen,
        .channel = channel,
        .store = pier_channel_store_archive(channel),
        .load = pier_channel_load_archive(channel),
        .tree = record_tree_create(),
    };
    pier_channel_set_deadline(channel, PIER_NOW);
    feeder_init(&t.feed, command, t.store, typed, chosen->common.record_bytes_max);
    output_init(&t.out, STDOUT_FILENO);
    begin_idle_time(&t);
    while (!t.is_over) {
        run_round(&t);
    }
    if (t.out.os_error == 0) {
        pier_status status = output_drain(&t.out, PIER_NEVER);
        if (status != PIER_OK) {
            blame(&t, output_report(&t.out, command, status));
        }
    }
    if (!t.is_sent && !t.is_broken && t.exit_status == EXIT_DONE) {
        /* Input may go on, but nobody is there: our end mark is sent to who still reads. */
        (void)(pier_channel_shutdown(channel) == PIER_OK);
    }
    feeder_deinit(&t.feed);
    pier_tree_destroy(t.tree);
    output_deinit(&t.out);
    return t.exit_status;
}

static int connect_datagrams(const connect_options *chosen, typed_record *typed) {
    datagram_client_options datagrams = {
        .datagrams =
            {
                .endpoint = chosen->endpoint,
                .interface = chosen->interface,
                .format = chosen->plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED,
                .plain_form = schema_option_form(&chosen->schema),
                .record_bytes_max = chosen->common.record_bytes_max,
            },
        .typed = typed,
        .timeout_ms = chosen->common.timeout_ms,
        .count = chosen->count,
    };
    return datagram_client_run(&datagrams);
}

static int connect_channel(const connect_options *chosen, typed_record *typed) {
    pier_limits limits = connection_limits(chosen->common.record_bytes_max);
    pier_channel_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .format = chosen->plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED,
        .plain_form = schema_option_form(&chosen->schema),
        .compression_level = chosen->compression_level,
    };
    pier_channel *channel;
    pier_error error = {.status = PIER_TIMEOUT};
    pier_deadline deadline = pier_deadline_after_ms((int64_t)chosen->common.timeout_ms);
    pier_status status = pier_channel_connect(&channel, chosen->endpoint, deadline, &options, &error);
    if (status > 0) {
        return report(command, status, "%s: no connection within %llu ms", chosen->endpoint,
                      (unsigned long long)chosen->common.timeout_ms);
    }
    if (status != PIER_OK) {
        return report_error(command, &error, chosen->endpoint, "");
    }
    int exit_status = run(chosen, typed, channel);
    pier_channel_destroy(channel);
    return exit_status;
}

int command_connect(int argc, char **argv) {
    connect_options chosen;
    schema_use use;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    exit_status = schema_use_open(&use, command, &chosen.schema, &chosen.common);
    if (exit_status == EXIT_DONE) {
        exit_status = datagrams_are_meant(chosen.endpoint) ? connect_datagrams(&chosen, use.record)
                                                           : connect_channel(&chosen, use.record);
    }
    schema_use_close(&use);
    return exit_status;
}
