/* Pier's channels, as a program has them: typed records stored one by one, and nothing tuned. */
#include <pier/pier.h>

#include "demand.h"
#include "stream.h"

enum {
    PATIENCE_MS = 60000,
    SPIN_US = 1000,     /* longer than any answer takes */
    STREAM_SPIN_US = 50 /* longer than the next block takes */
};

static pier_channel *open_channel(side *end, pier_channel_options options) {
    pier_socket *socket = NULL;
    pier_channel *channel = NULL;
    pier_error error;
    options.size = sizeof options;
    demand(pier_socket_adopt(&socket, end->handle, NULL, &error) == PIER_OK &&
               pier_channel_open(&channel, socket, &options, &error) == PIER_OK,
           "no channel");
    return channel;
}

/* One way ---------------------------------------------------------------------------------------------------------- */

static void send_by(side *end, pier_channel_options options) {
    pier_channel *channel = open_channel(end, options);
    pier_channel_set_deadline(channel, pier_deadline_after_ms(PATIENCE_MS));
    pier_archive *store = pier_channel_store_archive(channel);
    end->started();
    for (uint64_t i = 0; i < end->records; i++) {
        pier_status status;
        while ((status = tick_store(store, &end->ticks[i % TICKS])) == PIER_WOULD_BLOCK) {
        }
        demand(status == PIER_OK, "a record is not sent");
    }
    demand(pier_channel_close(channel) == PIER_OK, "the sender cannot close");
    pier_channel_destroy(channel);
}

static void receive_by(side *end, pier_channel_options options) {
    pier_channel *channel = open_channel(end, options);
    pier_channel_set_deadline(channel, pier_deadline_after_ms(PATIENCE_MS));
    pier_archive *load = pier_channel_load_archive(channel);
    pier_status status;
    tick record;
    while ((status = tick_next(load, &record)) == PIER_OK) {
        received(end, &record);
    }
    demand(status == PIER_END, "a stream does not end");
    demand(pier_channel_close(channel) == PIER_OK, "the receiver cannot close");
    pier_channel_destroy(channel);
}

#define WAY(name, ...)                                                                                                 \
    static void send_##name(side *end) {                                                                               \
        send_by(end, (pier_channel_options){__VA_ARGS__});                                                             \
    }                                                                                                                  \
    static void receive_##name(side *end) {                                                                            \
        receive_by(end, (pier_channel_options){__VA_ARGS__});                                                          \
    }
WAY(checked, .checksum_off = false)
WAY(unchecked, .checksum_off = true)
WAY(compressed, .compression_level = 1)
WAY(spun, .checksum_off = true, .spin_us = STREAM_SPIN_US)

/* Back and forth --------------------------------------------------------------------------------------------------- */

typedef enum manner { SIMPLY, WATCHED, SPINNING } manner;

typedef struct talk {
    pier_channel *channel;
    pier_archive *store;
    pier_archive *load;
    pier_cancel *cancel;
    bool watched;
} talk;

static talk open_talk(side *end, manner how) {
    talk made = {.watched = how == WATCHED};
    pier_channel_options options = {.checksum_off = true, .spin_us = how == SPINNING ? SPIN_US : 0};
    if (made.watched) {
        demand(pier_cancel_create(&made.cancel, NULL, NULL) == PIER_OK, "no cancel");
        options.cancel = made.cancel;
    }
    made.channel = open_channel(end, options);
    made.store = pier_channel_store_archive(made.channel);
    made.load = pier_channel_load_archive(made.channel);
    return made;
}

static void close_talk(talk *of) {
    demand(pier_channel_close(of->channel) == PIER_OK, "a channel cannot close");
    pier_channel_destroy(of->channel);
    pier_cancel_destroy(of->cancel);
}

/* With a deadline each exchange has one of its own, as a program sets it that answers for its time. */
static void renew(talk *of) {
    if (of->watched) {
        pier_channel_set_deadline(of->channel, pier_deadline_after_ms(PATIENCE_MS));
    }
}

static void say(talk *of, const tick *record) {
    demand(tick_store(of->store, record) == PIER_OK && pier_archive_flush(of->store) == PIER_OK, "nothing is sent");
}

static void hear(talk *of, tick *record) {
    demand(tick_next(of->load, record) == PIER_OK, "nothing is received");
}

static void ping_by(side *end, manner how) {
    talk of = open_talk(end, how);
    tick answer;
    for (uint64_t i = 0; i < end->records; i++) {
        int64_t begin = now_ns();
        renew(&of);
        say(&of, &end->ticks[0]);
        hear(&of, &answer);
        end->round_ns[i] = now_ns() - begin;
    }
    check_tick(end, &answer);
    close_talk(&of);
}

static void pong_by(side *end, manner how) {
    talk of = open_talk(end, how);
    for (uint64_t i = 0; i < end->records; i++) {
        tick record;
        renew(&of);
        hear(&of, &record);
        say(&of, &record);
    }
    close_talk(&of);
}

#define MANNER(name, how)                                                                                              \
    static void ping_##name(side *end) {                                                                               \
        ping_by(end, how);                                                                                             \
    }                                                                                                                  \
    static void pong_##name(side *end) {                                                                               \
        pong_by(end, how);                                                                                             \
    }
MANNER(simply, SIMPLY)
MANNER(watched, WATCHED)
MANNER(spinning, SPINNING)

void add_pier_streams(void) {
    add_contender(&(contender){.name = "Pier, no checksum", .send = send_unchecked, .receive = receive_unchecked});
    add_contender(&(contender){
        .name = "Pier, no checksum, bounded spin", .send = send_spun, .receive = receive_spun, .busy = true});
    add_contender(&(contender){.name = "Pier", .send = send_checked, .receive = receive_checked});
    add_contender(&(contender){
        .name = "Pier, zlib level 1", .send = send_compressed, .receive = receive_compressed, .share = 0.05});
    add_contender(&(contender){.name = "Pier", .ping = ping_simply, .pong = pong_simply});
    add_contender(&(contender){.name = "Pier, deadline and cancel", .ping = ping_watched, .pong = pong_watched});
    add_contender(
        &(contender){.name = "Pier, bounded spin", .ping = ping_spinning, .pong = pong_spinning, .busy = true});
}
