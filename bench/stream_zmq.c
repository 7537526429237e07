/* ZeroMQ: a message a record, and messages of 64 KiB that were packed before and are sent without a copy. */
#include <zmq.h>

#include "stream_packed.h"

typedef struct sockets {
    void *context;
    void *socket;
} sockets;

static void open_sockets(side *end) {
    sockets *of = (sockets *)allocate(sizeof *of);
    end->state = of;
    of->context = zmq_ctx_new();
    demand(of->context != NULL, "no context");
    of->socket = zmq_socket(of->context, ZMQ_PAIR);
    demand(of->socket != NULL, "no socket of ZeroMQ");
}

static void bind_zmq(side *end) {
    open_sockets(end);
    const sockets *of = (const sockets *)end->state;
    char path[ENDPOINT_BYTES];
    (void)snprintf(path, sizeof path, "ipc://%s", end->endpoint);
    demand(zmq_bind(of->socket, end->tcp ? "tcp://127.0.0.1:*" : path) == 0, "ZeroMQ does not bind");
    size_t size = sizeof end->endpoint;
    demand(zmq_getsockopt(of->socket, ZMQ_LAST_ENDPOINT, end->endpoint, &size) == 0, "ZeroMQ has no endpoint");
}

static void connect_zmq(side *end) {
    open_sockets(end);
    demand(zmq_connect(((const sockets *)end->state)->socket, end->endpoint) == 0, "ZeroMQ does not connect");
}

/* Waits until all that was sent has left. */
static void close_zmq(side *end) {
    const sockets *of = (const sockets *)end->state;
    demand(zmq_close(of->socket) == 0 && zmq_ctx_term(of->context) == 0, "ZeroMQ does not close");
}

/* The receiver answers when it has all, and the sender waits for that: a connection that ends may take along what its
 * receiver has not been given yet. */
static void wait_for_answer(side *end) {
    char answer;
    demand(zmq_recv(((const sockets *)end->state)->socket, &answer, 1, 0) == 1, "no answer");
    close_zmq(end);
}

static void answer(side *end) {
    end->finished();
    demand(zmq_send(((const sockets *)end->state)->socket, "!", 1, 0) == 1, "zmq_send");
    close_zmq(end);
}

static void send_records(side *end) {
    void *socket = ((const sockets *)end->state)->socket;
    uint8_t buffer[2 * TICK_BYTES_MAX];
    end->started();
    for (uint64_t i = 0; i < end->records; i++) {
        size_t size = pack_one(buffer, &end->ticks[i % TICKS]);
        demand(zmq_send(socket, buffer, size, 0) == (int)size, "zmq_send");
    }
    wait_for_answer(end);
}

static void receive_records(side *end) {
    void *socket = ((const sockets *)end->state)->socket;
    static uint8_t buffer[TICK_BYTES_MAX + PIER_PADDING_BYTES];
    while (end->count < end->records) {
        int size = zmq_recv(socket, buffer, TICK_BYTES_MAX, 0);
        demand(size > 0 && size <= TICK_BYTES_MAX, "zmq_recv");
        tick record;
        (void)unpack_one(buffer, buffer + size, &record);
        received(end, &record);
    }
    answer(end);
}

static void send_packed(side *end) {
    void *socket = ((const sockets *)end->state)->socket;
    static packed message;
    pack_many(&message, end);
    end->started();
    for (uint64_t sent = 0; sent < end->records; sent += message.records) {
        demand(zmq_send_const(socket, message.bytes, message.size, 0) == (int)message.size, "zmq_send");
    }
    wait_for_answer(end);
}

static void receive_messages(side *end, bool unpacks) {
    void *socket = ((const sockets *)end->state)->socket;
    static packed expected;
    pack_many(&expected, end);
    zmq_msg_t message;
    demand(zmq_msg_init(&message) == 0, "no message");
    while (end->count < end->records) {
        demand(zmq_msg_recv(&message, socket, 0) >= 0, "zmq_recv");
        if (unpacks) {
            receive_packed(end, &expected, zmq_msg_data(&message), zmq_msg_size(&message));
        } else {
            receive_many(end, &expected, zmq_msg_data(&message), zmq_msg_size(&message));
        }
    }
    (void)zmq_msg_close(&message);
    answer(end);
}

static void receive_packed_messages(side *end) {
    receive_messages(end, false);
}

static void receive_unpacked_messages(side *end) {
    receive_messages(end, true);
}

static void say(void *socket, const tick *record) {
    uint8_t buffer[2 * TICK_BYTES_MAX];
    size_t size = pack_one(buffer, record);
    demand(zmq_send(socket, buffer, size, 0) == (int)size, "zmq_send");
}

static void hear(void *socket, tick *record) {
    static uint8_t buffer[TICK_BYTES_MAX + PIER_PADDING_BYTES];
    int size = zmq_recv(socket, buffer, TICK_BYTES_MAX, 0);
    demand(size > 0 && size <= TICK_BYTES_MAX, "zmq_recv");
    (void)unpack_one(buffer, buffer + size, record);
}

static void ping_zmq(side *end) {
    void *socket = ((const sockets *)end->state)->socket;
    tick answer;
    for (uint64_t i = 0; i < end->records; i++) {
        int64_t begin = now_ns();
        say(socket, &end->ticks[0]);
        hear(socket, &answer);
        end->round_ns[i] = now_ns() - begin;
    }
    check_tick(end, &answer);
    close_zmq(end);
}

static void pong_zmq(side *end) {
    void *socket = ((const sockets *)end->state)->socket;
    for (uint64_t i = 0; i < end->records; i++) {
        tick record;
        hear(socket, &record);
        say(socket, &record);
    }
    close_zmq(end);
}

void add_zmq_streams(void) {
    static char version[32];
    int parts[3];
    zmq_version(&parts[0], &parts[1], &parts[2]);
    (void)snprintf(version, sizeof version, "%d.%d.%d", parts[0], parts[1], parts[2]);
    add_stream_version("ZeroMQ", version);
    add_contender(&(contender){.name = "ZeroMQ, packed 64 KiB",
                               .bind = bind_zmq,
                               .connect = connect_zmq,
                               .send = send_packed,
                               .receive = receive_packed_messages});
    add_contender(&(contender){.name = "ZeroMQ, packed 64 KiB, unpacked",
                               .bind = bind_zmq,
                               .connect = connect_zmq,
                               .send = send_packed,
                               .receive = receive_unpacked_messages});
    add_contender(&(contender){.name = "ZeroMQ, a message a record",
                               .bind = bind_zmq,
                               .connect = connect_zmq,
                               .send = send_records,
                               .receive = receive_records,
                               .share = 0.1});
    add_contender(
        &(contender){.name = "ZeroMQ", .bind = bind_zmq, .connect = connect_zmq, .ping = ping_zmq, .pong = pong_zmq});
}
