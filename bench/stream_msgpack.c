/* msgpack-c over bare sockets: its template into 64 KiB, its streaming unpacker with buffers of 64 KiB, and the values
 * taken out of its objects into a struct. */
#include <msgpack/object.h>
#include <msgpack/unpack.h>

#include "demand.h"
#include "record_msgpack.h"
#include "stream.h"

static void send_by_msgpack(side *end) {
    static uint8_t buffer[BUFFER_BYTES + TICK_BYTES_MAX];
    uint8_t *at = buffer;
    end->started();
    for (uint64_t i = 0; i < end->records; i++) {
        pack_tick(&at, &end->ticks[i % TICKS]);
        if (at - buffer >= BUFFER_BYTES || i + 1 == end->records) {
            send_whole(end->handle, buffer, (size_t)(at - buffer));
            at = buffer;
        }
    }
}

static bool is_number(const msgpack_object *object, uint64_t most) {
    return object->type == MSGPACK_OBJECT_POSITIVE_INTEGER && object->via.u64 <= most;
}

static void take_tick(const msgpack_object *from, tick *to) {
    demand(from->type == MSGPACK_OBJECT_ARRAY && from->via.array.size == 8, "msgpack-c loads no record");
    const msgpack_object *at = from->via.array.ptr;
    demand(is_number(&at[0], UINT64_MAX) && is_number(&at[1], INT64_MAX) && at[2].type == MSGPACK_OBJECT_FLOAT64 &&
               at[3].type == MSGPACK_OBJECT_FLOAT64 && is_number(&at[4], UINT32_MAX) && is_number(&at[5], UINT8_MAX) &&
               at[6].type == MSGPACK_OBJECT_BOOLEAN && at[7].type == MSGPACK_OBJECT_STR &&
               at[7].via.str.size < sizeof to->symbol,
           "msgpack-c loads another record");
    to->id = at[0].via.u64;
    to->time = (int64_t)at[1].via.u64;
    to->price = at[2].via.f64;
    to->size = at[3].via.f64;
    to->flags = (uint32_t)at[4].via.u64;
    to->kind = (uint8_t)at[5].via.u64;
    to->live = at[6].via.boolean;
    memcpy(to->symbol, at[7].via.str.ptr, at[7].via.str.size);
    to->symbol[at[7].via.str.size] = '\0';
}

typedef struct unpacking {
    msgpack_unpacker unpacker;
    msgpack_unpacked unpacked;
} unpacking;

static void open_unpacking(unpacking *of) {
    demand(msgpack_unpacker_init(&of->unpacker, BUFFER_BYTES), "msgpack-c has no memory");
    msgpack_unpacked_init(&of->unpacked);
}

static void close_unpacking(unpacking *of) {
    msgpack_unpacked_destroy(&of->unpacked);
    msgpack_unpacker_destroy(&of->unpacker);
}

/* Takes the next record out of what came; false when there is none yet. */
static bool next_tick(unpacking *of, tick *record) {
    msgpack_unpack_return answer = msgpack_unpacker_next(&of->unpacker, &of->unpacked);
    demand(answer == MSGPACK_UNPACK_SUCCESS || answer == MSGPACK_UNPACK_CONTINUE, "msgpack-c loads nothing");
    if (answer == MSGPACK_UNPACK_SUCCESS) {
        take_tick(&of->unpacked.data, record);
    }
    return answer == MSGPACK_UNPACK_SUCCESS;
}

/* Returns false at the end. */
static bool feed(unpacking *of, int handle) {
    demand(msgpack_unpacker_reserve_buffer(&of->unpacker, BUFFER_BYTES), "msgpack-c has no memory");
    size_t came = receive_some(handle, msgpack_unpacker_buffer(&of->unpacker), BUFFER_BYTES);
    msgpack_unpacker_buffer_consumed(&of->unpacker, came);
    return came > 0;
}

static void receive_by_msgpack(side *end) {
    unpacking of;
    open_unpacking(&of);
    while (feed(&of, end->handle)) {
        tick record;
        while (next_tick(&of, &record)) {
            received(end, &record);
        }
    }
    close_unpacking(&of);
}

static void hear(unpacking *of, int handle, tick *record) {
    while (!next_tick(of, record)) {
        demand(feed(of, handle), "a connection ends early");
    }
}

static void say(int handle, const tick *record) {
    uint8_t buffer[TICK_BYTES_MAX];
    uint8_t *at = buffer;
    pack_tick(&at, record);
    send_whole(handle, buffer, (size_t)(at - buffer));
}

static void ping_by_msgpack(side *end) {
    unpacking of;
    open_unpacking(&of);
    tick answer;
    for (uint64_t i = 0; i < end->records; i++) {
        int64_t begin = now_ns();
        say(end->handle, &end->ticks[0]);
        hear(&of, end->handle, &answer);
        end->round_ns[i] = now_ns() - begin;
    }
    check_tick(end, &answer);
    close_unpacking(&of);
}

static void pong_by_msgpack(side *end) {
    unpacking of;
    open_unpacking(&of);
    for (uint64_t i = 0; i < end->records; i++) {
        tick record;
        hear(&of, end->handle, &record);
        say(end->handle, &record);
    }
    close_unpacking(&of);
}

void add_msgpack_streams(void) {
    add_contender(&(contender){
        .name = "msgpack-c, 64 KiB", .send = send_by_msgpack, .receive = receive_by_msgpack, .share = 0.1});
    add_contender(&(contender){.name = "msgpack-c", .ping = ping_by_msgpack, .pong = pong_by_msgpack});
}
