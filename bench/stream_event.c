/* libevent's bufferevent, both sides, with records packed by the codec that Pier makes: blocks of 64 KiB at most, each
 * behind its length. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "stream_packed.h"

typedef struct conversation {
    side *end;
    struct event_base *base;
    struct bufferevent *event;
    uint64_t done; /* records sent, or rounds */
    int64_t begin;
    bool ping;
    bool finished;
} conversation;

static void write_block(struct bufferevent *event, const uint8_t *bytes, uint32_t size) {
    demand(bufferevent_write(event, &size, sizeof size) == 0 && bufferevent_write(event, bytes, size) == 0,
           "libevent writes nothing");
}

/* Takes a whole block out of the input, when there is one. Returns its size. */
static uint32_t read_block(struct bufferevent *event, uint8_t *to, size_t capacity) {
    struct evbuffer *input = bufferevent_get_input(event);
    uint32_t size = 0;
    if (evbuffer_copyout(input, &size, sizeof size) != (ev_ssize_t)sizeof size ||
        evbuffer_get_length(input) < sizeof size + size) {
        return 0;
    }
    demand(size > 0 && size <= capacity, "a block is too long");
    (void)evbuffer_drain(input, sizeof size);
    demand(evbuffer_remove(input, to, size) == (int)size, "libevent reads nothing");
    return size;
}

static void on_event(struct bufferevent *event, short what, void *user) {
    conversation *of = (conversation *)user;
    (void)event;
    demand((what & BEV_EVENT_EOF) != 0 || of->finished, "libevent fails");
    (void)event_base_loopbreak(of->base);
}

static void start(conversation *of, side *end, bufferevent_data_cb on_read, bufferevent_data_cb on_write) {
    of->end = end;
    of->base = event_base_new();
    demand(of->base != NULL && evutil_make_socket_nonblocking(end->handle) == 0, "no event base");
    of->event = bufferevent_socket_new(of->base, end->handle, 0);
    demand(of->event != NULL, "no bufferevent");
    bufferevent_setcb(of->event, on_read, on_write, on_event, of);
    demand(bufferevent_enable(of->event, EV_READ | EV_WRITE) == 0, "libevent enables nothing");
}

static void run(conversation *of) {
    demand(event_base_dispatch(of->base) >= 0, "libevent fails");
    bufferevent_free(of->event);
    event_base_free(of->base);
}

/* One way ---------------------------------------------------------------------------------------------------------- */

static void on_drained(struct bufferevent *event, void *user) {
    static uint8_t block[BUFFER_BYTES];
    conversation *of = (conversation *)user;
    if (of->done == of->end->records) {
        of->finished = evbuffer_get_length(bufferevent_get_output(event)) == 0;
        if (of->finished) {
            (void)event_base_loopbreak(of->base);
        }
        return;
    }
    size_t size = 0;
    while (of->done < of->end->records && size + 2 * TICK_BYTES_MAX <= sizeof block) {
        size += pack_one(block + size, &of->end->ticks[of->done % TICKS]);
        of->done++;
    }
    write_block(event, block, (uint32_t)size);
}

static void send_by_event(side *end) {
    conversation of = {.done = 0};
    start(&of, end, NULL, on_drained);
    end->started();
    on_drained(of.event, &of);
    run(&of);
}

static void on_blocks(struct bufferevent *event, void *user) {
    static uint8_t block[BUFFER_BYTES + PIER_PADDING_BYTES];
    conversation *of = (conversation *)user;
    uint32_t size;
    while ((size = read_block(event, block, BUFFER_BYTES)) > 0) {
        for (const uint8_t *at = block; at < block + size;) {
            tick record;
            at = unpack_one(at, block + size, &record);
            received(of->end, &record);
        }
    }
}

static void receive_by_event(side *end) {
    conversation of = {.done = 0};
    start(&of, end, on_blocks, NULL);
    (void)bufferevent_set_max_single_read(of.event, BUFFER_BYTES);
    run(&of);
}

/* Back and forth --------------------------------------------------------------------------------------------------- */

static void say(struct bufferevent *event, const tick *record) {
    uint8_t buffer[2 * TICK_BYTES_MAX];
    write_block(event, buffer, (uint32_t)pack_one(buffer, record));
}

static void on_round(struct bufferevent *event, void *user) {
    static uint8_t block[TICK_BYTES_MAX + PIER_PADDING_BYTES];
    conversation *of = (conversation *)user;
    uint32_t size;
    while ((size = read_block(event, block, TICK_BYTES_MAX)) > 0) {
        tick record;
        (void)unpack_one(block, block + size, &record);
        if (of->ping) {
            int64_t now = now_ns();
            of->end->round_ns[of->done] = now - of->begin;
            of->begin = now;
            check_tick(of->end, &record);
        }
        of->done++;
        if (of->ping && of->done == of->end->records) {
            of->finished = true;
            (void)event_base_loopbreak(of->base);
        } else {
            say(event, &record);
        }
    }
}

static void ping_by_event(side *end) {
    conversation of = {.ping = true};
    start(&of, end, on_round, NULL);
    of.begin = now_ns();
    say(of.event, &end->ticks[0]);
    run(&of);
}

static void pong_by_event(side *end) {
    conversation of = {.ping = false};
    start(&of, end, on_round, NULL);
    run(&of);
}

void add_event_streams(void) {
    add_stream_version("libevent", event_get_version());
    add_contender(&(contender){
        .name = "libevent, bufferevent", .send = send_by_event, .receive = receive_by_event, .share = 0.4});
    add_contender(&(contender){.name = "libevent, bufferevent", .ping = ping_by_event, .pong = pong_by_event});
}
