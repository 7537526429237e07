/* `pier listen udp://…` at work: see datagram_server.h.
 *
 * A datagram is read whole, printed and, if asked for, answered, before the next one is taken: there is nothing to keep
 * of a sender. What it sent wrong costs one line, and nobody else notices. */
#include "datagram_server.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "record_tree.h"
#include "report.h"
#include "report_queue.h"
#include "signals.h"

/* Datagrams taken before the rest has its turn. */
#define TURN_DATAGRAMS 64

/* At the end: how long standard output is waited for. */
#define LAST_WRITE_MS 5000

enum { POLL_SIGNALS, POLL_SOCKET, POLL_OUT, POLL_ERROR, POLLS };

static const char command[] = "listen";

typedef struct conversation {
    server *running;
    pier_datagram_channel *channel;
    bool owes_echo; /* an answer is made and not sent yet */
    pier_address from;
    char peer[PIER_ADDRESS_TEXT_BYTES_MAX];
} conversation;

static void drop_echo(conversation *talk) {
    talk->owes_echo = false;
    pier_datagram_channel_abandon(talk->channel);
}

/* Sends what is owed, as soon as the system takes it. */
static void send_echo(conversation *talk) {
    pier_status status = talk->owes_echo ? pier_datagram_channel_send(talk->channel, &talk->from, PIER_NOW) : PIER_OK;
    if (status < 0) {
        (void)report_error(command, pier_datagram_channel_error(talk->channel), talk->peer, ": no echo is sent");
        drop_echo(talk);
    } else if (status == PIER_OK) {
        talk->owes_echo = false;
    }
}

/* Puts the current record into the answer. */
static void echo_record(conversation *talk, pier_archive *load) {
    pier_archive *store = pier_datagram_channel_store_archive(talk->channel);
    if (pier_archive_forward(store, load) == PIER_OK) {
        talk->owes_echo = true;
    } else {
        (void)report_error(command, pier_archive_error(store), talk->peer, ": the record is not echoed");
    }
}

/* Takes the records of the datagram that was received. */
static void take_records(conversation *talk) {
    pier_archive *load = pier_datagram_channel_load_archive(talk->channel);
    for (;;) {
        pier_status status = pier_archive_next(load);
        if (status == PIER_END) {
            return;
        }
        if (status != PIER_OK) {
            (void)report_error(command, pier_archive_error(load), talk->peer, "");
            if (status == PIER_SKIPPED) {
                continue;
            }
            return;
        }
        bool is_refused = false;
        bool goes_on = server_take_record(talk->running, load, talk->peer, &is_refused);
        if (is_refused) {
            return;
        }
        if (talk->running->echoes) {
            echo_record(talk, load);
        }
        if (!goes_on) {
            return;
        }
    }
}

/* Takes the next datagram. Returns whether there was one. */
static bool take_datagram(conversation *talk) {
    pier_status status = pier_datagram_channel_receive(talk->channel, &talk->from, PIER_NOW);
    if (status > 0) {
        return false;
    }
    (void)pier_address_format(&talk->from, talk->peer, sizeof(talk->peer));
    if (status == PIER_LIMIT) {
        (void)report_error(command, pier_datagram_channel_error(talk->channel), talk->peer, "");
        return true;
    }
    if (status != PIER_OK) {
        loop_end(&talk->running->loop, report_error(command, pier_datagram_channel_error(talk->channel), "", ""));
        return false;
    }
    loop_note_activity(&talk->running->loop);
    take_records(talk);
    send_echo(talk);
    return true;
}

/* Takes what datagrams there are, up to a turn's worth. Returns whether more may wait. */
static bool take_turn(conversation *talk) {
    server *running = talk->running;
    bool may_go_on = true;
    for (int i = 0; i < TURN_DATAGRAMS && may_go_on; i++) {
        may_go_on =
            !running->loop.is_over && !talk->owes_echo && !output_is_full(&running->loop.out) && take_datagram(talk);
    }
    return may_go_on;
}

/* Waits for something to happen, and deals with all but datagrams. */
static void await(conversation *talk, bool more_wait) {
    server *running = talk->running;
    bool reads = !talk->owes_echo && !output_is_full(&running->loop.out);
    short events = (short)((reads ? POLLIN : 0) | (talk->owes_echo ? POLLOUT : 0));
    int handle = events != 0 ? pier_socket_handle(pier_datagram_channel_socket(talk->channel)) : -1;
    struct pollfd polls[POLLS] = {
        [POLL_SIGNALS] = {signals_handle(), POLLIN, 0},
        [POLL_SOCKET] = {handle, events, 0},
        [POLL_OUT] = {running->loop.out.is_file ? -1 : running->loop.out.handle,
                      output_pending(&running->loop.out) > 0 ? POLLOUT : 0, 0},
        [POLL_ERROR] = {report_queue_waits() ? STDERR_FILENO : -1, POLLOUT, 0},
    };
    int ready = poll(polls, POLLS, more_wait && reads ? 0 : loop_milliseconds_until(running->loop.idle_until));
    report_queue_pump();
    if (ready > 0 && (polls[POLL_OUT].revents & POLLERR) != 0 && output_pending(&running->loop.out) == 0) {
        loop_end(&running->loop, report_errno(command, EPIPE, "standard output"));
    }
    if (ready == 0 && !more_wait && pier_clock_monotonic_ns() >= running->loop.idle_until) {
        loop_end(&running->loop, report(command, PIER_TIMEOUT, "no datagram came within %llu ms",
                                        (unsigned long long)running->loop.timeout_ms));
    }
}

/* Ends in order: what has arrived before the signal is printed, and all of it reaches standard output in time. */
static void finish(conversation *talk) {
    server *running = talk->running;
    if (signals_caught() != 0) {
        while (take_turn(talk)) {
            loop_write_out(&running->loop);
        }
    }
    if (running->loop.out.os_error != 0) {
        return;
    }
    pier_status status = output_drain(&running->loop.out, pier_deadline_after_ms(LAST_WRITE_MS));
    if (status == PIER_TIMEOUT) {
        loop_end(&running->loop, report(command, PIER_TIMEOUT, "standard output takes no more, and %zu bytes are left",
                                        output_pending(&running->loop.out)));
    } else if (status != PIER_OK) {
        loop_end(&running->loop, output_report(&running->loop.out, command, status));
    }
}

int datagram_server_run(server *running) {
    conversation talk = {.running = running, .channel = running->datagrams};
    running->tree = record_tree_create();
    running->loop.command = command;
    running->loop.idle_until = PIER_NEVER;
    loop_note_activity(&running->loop);
    while (!running->loop.is_over && signals_caught() == 0) {
        send_echo(&talk);
        bool more_wait = take_turn(&talk);
        server_settle(running, !more_wait);
        if (!running->loop.is_over) {
            await(&talk, more_wait);
        }
    }
    finish(&talk);
    pier_datagram_channel_destroy(running->datagrams);
    pier_tree_destroy(running->tree);
    output_deinit(&running->loop.out);
    return running->loop.exit_status;
}
