/* The floor: send and recv. One way they move as many bytes as Pier's stream has, always the same 64 KiB, and look at
 * none of them; back and forth, the bytes of a tick as they are. */
#include <errno.h>
#include <sys/socket.h>

#include "demand.h"
#include "record_msgpack.h"
#include "stream.h"

void send_whole(int handle, const void *bytes, size_t size) {
    const uint8_t *at = (const uint8_t *)bytes;
    while (size > 0) {
        ssize_t sent = send(handle, at, size, MSG_NOSIGNAL);
        demand(sent > 0, "send");
        at += sent;
        size -= (size_t)sent;
    }
}

size_t receive_some(int handle, void *to, size_t capacity) {
    ssize_t came = recv(handle, to, capacity, 0);
    demand(came >= 0, "recv");
    return (size_t)came;
}

void receive_whole(int handle, void *to, size_t size) {
    uint8_t *at = (uint8_t *)to;
    while (size > 0) {
        size_t came = receive_some(handle, at, size);
        demand(came > 0, "a connection ends early");
        at += came;
        size -= came;
    }
}

static void send_raw(side *end) {
    static uint8_t buffer[BUFFER_BYTES];
    uint8_t *at = buffer;
    for (size_t i = 0; i < TICKS; i++) {
        pack_tick(&at, &end->ticks[i]);
    }
    end->started();
    for (uint64_t left = end->wire_bytes; left > 0;) {
        size_t size = left < sizeof buffer ? (size_t)left : sizeof buffer;
        send_whole(end->handle, buffer, size);
        left -= size;
    }
}

/* Nobody decodes: the count of bytes stands for the records. */
static void received_raw(side *end, uint64_t count) {
    demand(count == end->wire_bytes, "what came is not what was sent");
    end->count = end->records;
    end->sum = 0;
}

static void receive_raw(side *end) {
    static uint8_t buffer[BUFFER_BYTES];
    uint64_t count = 0;
    size_t came;
    while ((came = receive_some(end->handle, buffer, sizeof buffer)) > 0) {
        count += came;
    }
    received_raw(end, count);
}

/* The same, asking again and again in place of sleeping. */
static void receive_polling(side *end) {
    static uint8_t buffer[BUFFER_BYTES];
    uint64_t count = 0;
    ssize_t came;
    while ((came = recv(end->handle, buffer, sizeof buffer, MSG_DONTWAIT)) != 0) {
        demand(came > 0 || errno == EAGAIN, "recv");
        count += came > 0 ? (uint64_t)came : 0;
    }
    received_raw(end, count);
}

static size_t raw_bytes(const side *end, uint8_t *buffer) {
    uint8_t *at = buffer;
    pack_tick(&at, &end->ticks[0]);
    return (size_t)(at - buffer);
}

static void ping_raw(side *end) {
    uint8_t sent[TICK_BYTES_MAX];
    uint8_t came[TICK_BYTES_MAX];
    size_t size = raw_bytes(end, sent);
    for (uint64_t i = 0; i < end->records; i++) {
        int64_t begin = now_ns();
        send_whole(end->handle, sent, size);
        receive_whole(end->handle, came, size);
        end->round_ns[i] = now_ns() - begin;
    }
    demand(memcmp(sent, came, size) == 0, "what came is not what was sent");
}

static void pong_raw(side *end) {
    uint8_t buffer[TICK_BYTES_MAX];
    size_t size = raw_bytes(end, buffer);
    for (uint64_t i = 0; i < end->records; i++) {
        receive_whole(end->handle, buffer, size);
        send_whole(end->handle, buffer, size);
    }
}

/* The same, asking again and again in place of sleeping. */
static void poll_whole(int handle, uint8_t *at, size_t size) {
    while (size > 0) {
        ssize_t came = recv(handle, at, size, MSG_DONTWAIT);
        if (came > 0) {
            at += came;
            size -= (size_t)came;
        } else {
            demand(came < 0 && errno == EAGAIN, "a connection ends early");
        }
    }
}

static void ping_polling(side *end) {
    uint8_t sent[TICK_BYTES_MAX];
    uint8_t came[TICK_BYTES_MAX];
    size_t size = raw_bytes(end, sent);
    for (uint64_t i = 0; i < end->records; i++) {
        int64_t begin = now_ns();
        send_whole(end->handle, sent, size);
        poll_whole(end->handle, came, size);
        end->round_ns[i] = now_ns() - begin;
    }
    demand(memcmp(sent, came, size) == 0, "what came is not what was sent");
}

static void pong_polling(side *end) {
    uint8_t buffer[TICK_BYTES_MAX];
    size_t size = raw_bytes(end, buffer);
    for (uint64_t i = 0; i < end->records; i++) {
        poll_whole(end->handle, buffer, size);
        send_whole(end->handle, buffer, size);
    }
}

void add_raw_streams(void) {
    add_contender(&(contender){.name = "raw send and recv, 64 KiB", .send = send_raw, .receive = receive_raw});
    add_contender(
        &(contender){.name = "raw, 64 KiB, busy polling", .send = send_raw, .receive = receive_polling, .busy = true});
    add_contender(&(contender){.name = "raw send and recv", .ping = ping_raw, .pong = pong_raw});
    add_contender(&(contender){.name = "raw, busy polling", .ping = ping_polling, .pong = pong_polling, .busy = true});
}
