/* nng: a message a record, and messages of 64 KiB that were packed before. The receiver answers at the end, as closing
 * does not wait for what is on its way. */
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/supplemental/util/platform.h>

#include "stream_packed.h"

static nng_socket open_socket(side *end) {
    nng_socket *of = (nng_socket *)allocate(sizeof *of);
    end->state = of;
    demand(nng_pair0_open(of) == 0, "no socket of nng");
    demand(nng_socket_set_ms(*of, NNG_OPT_RECVTIMEO, 30000) == 0, "nng has no such option");
    return *of;
}

static nng_socket socket_of(const side *end) {
    return *(const nng_socket *)end->state;
}

static void bind_nng(side *end) {
    nng_socket of = open_socket(end);
    char url[ENDPOINT_BYTES];
    (void)snprintf(url, sizeof url, "ipc://%s", end->endpoint);
    nng_listener listener;
    demand(nng_listen(of, end->tcp ? "tcp://127.0.0.1:0" : url, &listener, 0) == 0, "nng does not listen");
    char *bound = NULL;
    demand(nng_listener_get_string(listener, NNG_OPT_URL, &bound) == 0, "nng has no endpoint");
    (void)snprintf(end->endpoint, sizeof end->endpoint, "%s", bound);
    nng_strfree(bound);
}

static void connect_nng(side *end) {
    demand(nng_dial(open_socket(end), end->endpoint, NULL, 0) == 0, "nng does not connect");
}

static void send_message(nng_socket of, const void *bytes, size_t size) {
    nng_msg *message = NULL;
    demand(nng_msg_alloc(&message, size) == 0, "nng has no memory");
    memcpy(nng_msg_body(message), bytes, size);
    demand(nng_sendmsg(of, message, 0) == 0, "nng_sendmsg");
}

/* A record in a message: taken out of it. */
static void receive_one(nng_socket of, tick *record) {
    static uint8_t buffer[TICK_BYTES_MAX + PIER_PADDING_BYTES];
    nng_msg *message = NULL;
    demand(nng_recvmsg(of, &message, 0) == 0 && nng_msg_len(message) <= TICK_BYTES_MAX, "nng_recvmsg");
    size_t size = nng_msg_len(message);
    memcpy(buffer, nng_msg_body(message), size);
    nng_msg_free(message);
    (void)unpack_one(buffer, buffer + size, record);
}

static void say(nng_socket of, const tick *record) {
    uint8_t buffer[2 * TICK_BYTES_MAX];
    send_message(of, buffer, pack_one(buffer, record));
}

static void wait_for_answer(side *end) {
    tick answer;
    receive_one(socket_of(end), &answer);
    (void)nng_close(socket_of(end));
}

/* Nothing tells when the answer has left: it is given time. */
static void answer(side *end) {
    if (end->finished != NULL) {
        end->finished();
    }
    say(socket_of(end), &end->ticks[0]);
    nng_msleep(50);
}

static void send_records(side *end) {
    end->started();
    for (uint64_t i = 0; i < end->records; i++) {
        say(socket_of(end), &end->ticks[i % TICKS]);
    }
    wait_for_answer(end);
}

static void receive_records(side *end) {
    while (end->count < end->records) {
        tick record;
        receive_one(socket_of(end), &record);
        received(end, &record);
    }
    answer(end);
}

static void send_packed(side *end) {
    static packed message;
    pack_many(&message, end);
    end->started();
    for (uint64_t sent = 0; sent < end->records; sent += message.records) {
        send_message(socket_of(end), message.bytes, message.size);
    }
    wait_for_answer(end);
}

static void receive_packed_messages(side *end) {
    static packed expected;
    pack_many(&expected, end);
    while (end->count < end->records) {
        nng_msg *message = NULL;
        demand(nng_recvmsg(socket_of(end), &message, 0) == 0, "nng_recvmsg");
        receive_many(end, &expected, nng_msg_body(message), nng_msg_len(message));
        nng_msg_free(message);
    }
    answer(end);
}

static void ping_nng(side *end) {
    tick record;
    for (uint64_t i = 0; i < end->records; i++) {
        int64_t begin = now_ns();
        say(socket_of(end), &end->ticks[0]);
        receive_one(socket_of(end), &record);
        end->round_ns[i] = now_ns() - begin;
    }
    check_tick(end, &record);
    (void)nng_close(socket_of(end));
}

static void pong_nng(side *end) {
    for (uint64_t i = 1; i < end->records; i++) {
        tick record;
        receive_one(socket_of(end), &record);
        say(socket_of(end), &record);
    }
    tick last;
    receive_one(socket_of(end), &last);
    answer(end);
}

void add_nng_streams(void) {
    add_stream_version("nng", nng_version());
    add_contender(&(contender){.name = "nng, packed 64 KiB",
                               .bind = bind_nng,
                               .connect = connect_nng,
                               .send = send_packed,
                               .receive = receive_packed_messages,
                               .share = 0.5});
    add_contender(&(contender){.name = "nng, a message a record",
                               .bind = bind_nng,
                               .connect = connect_nng,
                               .send = send_records,
                               .receive = receive_records,
                               .share = 0.001});
    add_contender(
        &(contender){.name = "nng", .bind = bind_nng, .connect = connect_nng, .ping = ping_nng, .pong = pong_nng});
}
