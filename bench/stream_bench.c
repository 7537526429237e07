/* Records between two processes, over TCP on loopback and over a Unix socket: Pier's typed records beside the same
 * bytes by bare send and recv of 64 KiB, and beside msgpack-c with 64 KiB buffers and its streaming unpacker.
 *
 *     stream_bench [SLICES [RECORDS]]
 *
 * A slice is a connection of its own over which so many ticks (W1 of bench/README.md) go one way. All contenders have a
 * slice in turn, so that what else the machine does meets all alike. Prints a line of JSON for each slice. What arrives
 * is counted and summed up, and compared with what was sent. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/pier.h>

#include <msgpack/object.h>
#include <msgpack/unpack.h>

#include "demand.h"
#include "record_msgpack.h"

enum { TICKS = 1024, BUFFER_BYTES = 65536, PATIENCE_MS = 60000 };

static tick ticks[TICKS];          /* sent in turn */
static uint64_t records = 1 << 20; /* a slice */
static uint64_t expected_sum;
static uint64_t wire_bytes; /* of Pier's stream: bare sockets carry as many */

static pier_deadline patience(void) {
    return pier_deadline_after_ms(PATIENCE_MS);
}

/* Pier ------------------------------------------------------------------------------------------------------------- */

static pier_channel *open_channel(pier_socket *socket, bool checksum_off) {
    pier_channel *channel = NULL;
    pier_error error;
    const pier_channel_options options = {.size = sizeof options, .checksum_off = checksum_off};
    demand(pier_channel_open(&channel, socket, &options, &error) == PIER_OK, "no channel");
    pier_channel_set_deadline(channel, patience());
    return channel;
}

static void send_all(pier_socket *socket, bool checksum_off) {
    pier_channel *channel = open_channel(socket, checksum_off);
    pier_archive *store = pier_channel_store_archive(channel);
    for (uint64_t i = 0; i < records; i++) {
        pier_status status;
        while ((status = tick_store(store, &ticks[i % TICKS])) == PIER_WOULD_BLOCK) {
        }
        demand(status == PIER_OK, "a record is not sent");
    }
    demand(pier_channel_close(channel) == PIER_OK, "the sender cannot close");
    pier_channel_destroy(channel);
}

static void receive_all(pier_socket *socket, bool checksum_off) {
    pier_channel *channel = open_channel(socket, checksum_off);
    pier_archive *load = pier_channel_load_archive(channel);
    uint64_t count = 0;
    uint64_t sum = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK) {
        tick record;
        demand(tick_load(load, &record) == PIER_OK, "a record is not loaded");
        sum += record.id;
        count++;
    }
    demand(status == PIER_END && count == records && sum == expected_sum, "what came is not what was sent");
    demand(pier_channel_close(channel) == PIER_OK, "the receiver cannot close");
    pier_channel_destroy(channel);
}

static void send_by_pier(pier_socket *socket) {
    send_all(socket, false);
}
static void receive_by_pier(pier_socket *socket) {
    receive_all(socket, false);
}
static void send_unchecked(pier_socket *socket) {
    send_all(socket, true);
}
static void receive_unchecked(pier_socket *socket) {
    receive_all(socket, true);
}

/* Bare sockets ----------------------------------------------------------------------------------------------------- */

/* The handle of a socket, waiting as sockets do without Pier. */
static int bare_handle(pier_socket *socket) {
    int handle = pier_socket_handle(socket);
    int flags = fcntl(handle, F_GETFL);
    demand(flags >= 0 && fcntl(handle, F_SETFL, flags & ~O_NONBLOCK) == 0, "fcntl");
    return handle;
}

static void send_whole(int handle, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = send(handle, bytes, size, MSG_NOSIGNAL);
        demand(sent > 0, "send");
        bytes += sent;
        size -= (size_t)sent;
    }
}

static void send_bare(pier_socket *socket) {
    static uint8_t buffer[BUFFER_BYTES];
    uint8_t *at = buffer;
    for (size_t i = 0; i < TICKS; i++) {
        pack_tick(&at, &ticks[i]);
    }
    int handle = bare_handle(socket);
    for (uint64_t left = wire_bytes; left > 0;) {
        size_t size = left < sizeof buffer ? (size_t)left : sizeof buffer;
        send_whole(handle, buffer, size);
        left -= size;
    }
    pier_socket_destroy(socket);
}

static void receive_bare(pier_socket *socket) {
    static uint8_t buffer[BUFFER_BYTES];
    int handle = bare_handle(socket);
    uint64_t count = 0;
    ssize_t came;
    while ((came = recv(handle, buffer, sizeof buffer, 0)) > 0) {
        count += (uint64_t)came;
    }
    demand(came == 0 && count == wire_bytes, "recv");
    pier_socket_destroy(socket);
}

/* msgpack-c -------------------------------------------------------------------------------------------------------- */

static void send_by_msgpack(pier_socket *socket) {
    static uint8_t buffer[BUFFER_BYTES + 256];
    int handle = bare_handle(socket);
    uint8_t *at = buffer;
    for (uint64_t i = 0; i < records; i++) {
        pack_tick(&at, &ticks[i % TICKS]);
        if (at - buffer >= BUFFER_BYTES || i + 1 == records) {
            send_whole(handle, buffer, (size_t)(at - buffer));
            at = buffer;
        }
    }
    pier_socket_destroy(socket);
}

static void receive_by_msgpack(pier_socket *socket) {
    int handle = bare_handle(socket);
    msgpack_unpacker unpacker;
    msgpack_unpacked unpacked;
    demand(msgpack_unpacker_init(&unpacker, BUFFER_BYTES), "msgpack-c has no memory");
    msgpack_unpacked_init(&unpacked);
    uint64_t count = 0;
    uint64_t sum = 0;
    for (;;) {
        demand(msgpack_unpacker_reserve_buffer(&unpacker, BUFFER_BYTES), "msgpack-c has no memory");
        ssize_t came = recv(handle, msgpack_unpacker_buffer(&unpacker), BUFFER_BYTES, 0);
        demand(came >= 0, "recv");
        if (came == 0) {
            break;
        }
        msgpack_unpacker_buffer_consumed(&unpacker, (size_t)came);
        msgpack_unpack_return answer;
        while ((answer = msgpack_unpacker_next(&unpacker, &unpacked)) == MSGPACK_UNPACK_SUCCESS) {
            const msgpack_object *object = &unpacked.data;
            demand(object->type == MSGPACK_OBJECT_ARRAY && object->via.array.size == 8 &&
                       object->via.array.ptr[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER,
                   "msgpack-c loads another record");
            sum += object->via.array.ptr[0].via.u64;
            count++;
        }
        demand(answer == MSGPACK_UNPACK_CONTINUE, "msgpack-c loads nothing");
    }
    demand(count == records && sum == expected_sum, "what came is not what was sent");
    msgpack_unpacked_destroy(&unpacked);
    msgpack_unpacker_destroy(&unpacker);
    pier_socket_destroy(socket);
}

/* Measuring -------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*send)(pier_socket *socket);
    void (*receive)(pier_socket *socket);
} contenders[] = {
    {"send and recv of 64 KiB", send_bare, receive_bare},
    {"Pier", send_by_pier, receive_by_pier},
    {"Pier, checksum off", send_unchecked, receive_unchecked},
    {"msgpack-c", send_by_msgpack, receive_by_msgpack},
};

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static double cpu_seconds(int who) {
    struct rusage usage;
    demand(getrusage(who, &usage) == 0, "getrusage");
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

/* The other process: connects, waits for the word, sends. */
static void run_sender(size_t contender, const pier_address *address, int go) {
    pier_socket *socket = NULL;
    char byte = 0;
    demand(pier_socket_connect(&socket, address, patience(), NULL, NULL) == PIER_OK, "no connection");
    demand(read(go, &byte, 1) == 1, "no word to begin");
    contenders[contender].send(socket);
    exit(0);
}

static void run_slice(const char *transport, pier_socket *listener, const pier_address *address, size_t contender) {
    int go[2];
    demand(pipe(go) == 0, "pipe");
    double cpu_before = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
    pid_t child = fork();
    demand(child >= 0, "fork");
    if (child == 0) {
        run_sender(contender, address, go[0]);
    }
    pier_socket *socket = NULL;
    demand(pier_socket_accept(listener, &socket, NULL, patience()) == PIER_OK, "nobody connects");
    int64_t begin = pier_clock_monotonic_ns();
    demand(write(go[1], "!", 1) == 1, "no word to begin");
    contenders[contender].receive(socket);
    int64_t end = pier_clock_monotonic_ns();
    int status = 0;
    demand(waitpid(child, &status, 0) == child && status == 0, "the sender failed");
    double cpu = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN) - cpu_before;
    (void)close(go[0]);
    (void)close(go[1]);
    double seconds = (double)(end - begin) * 1e-9;
    printf("{\"transport\":\"%s\",\"name\":\"%s\",\"records_per_second\":%.0f,\"bytes_per_second\":%.0f,"
           "\"cpu_seconds_per_million\":%.4f}\n",
           transport, contenders[contender].name, (double)records / seconds, (double)wire_bytes / seconds,
           cpu * 1e6 / (double)records);
    (void)fflush(stdout);
}

/* How long Pier's stream is: bare sockets carry as much. */
static void prepare(void) {
    pier_archive *made = NULL;
    demand(pier_archive_open_store(&made, NULL, NULL, NULL) == PIER_OK, "no archive");
    for (size_t i = 0; i < TICKS; i++) {
        fill_tick(&ticks[i], i);
    }
    for (uint64_t i = 0; i < records; i++) {
        demand(tick_store(made, &ticks[i % TICKS]) == PIER_OK, "a record is refused");
        expected_sum += ticks[i % TICKS].id;
        if (i % TICKS == 0) {
            pier_bytes ready = pier_archive_drain(made);
            wire_bytes += ready.size;
            pier_archive_drained(made, ready.size);
        }
    }
    demand(pier_archive_close(made) == PIER_OK, "a stream is not closed");
    wire_bytes += pier_archive_drain(made).size;
    pier_archive_destroy(made);
}

int main(int argc, char **argv) {
    size_t slices = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 21;
    records = argc > 2 ? strtoull(argv[2], NULL, 10) : records;
    demand(slices > 0 && records > 0, "usage: stream_bench [SLICES [RECORDS]]");
    prepare();
    char local[64];
    (void)snprintf(local, sizeof local, "unix:@pier-bench-%ld", (long)getpid());
    const char *const endpoints[2] = {"tcp://127.0.0.1:0", local};
    pier_socket *listeners[2];
    pier_address addresses[2];
    for (size_t i = 0; i < 2; i++) {
        demand(pier_channel_listen(&listeners[i], &addresses[i], endpoints[i], NULL, NULL) == PIER_OK, "no listener");
    }
    for (size_t slice = 0; slice < slices; slice++) {
        for (size_t i = 0; i < 2 * sizeof contenders / sizeof contenders[0]; i++) {
            run_slice(i % 2 == 0 ? "tcp" : "unix", listeners[i % 2], &addresses[i % 2], i / 2);
        }
    }
    pier_socket_destroy(listeners[0]);
    pier_socket_destroy(listeners[1]);
    return 0;
}
