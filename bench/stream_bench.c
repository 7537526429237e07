/* Ticks (W1) between two processes, over TCP on loopback and over a Unix socket.
 *
 *     stream_bench stream|latency [--slices N] [--records N] [--only TEXT[,TEXT]…]
 *
 * `stream` sends so many one way, `latency` one back and forth as many times. A slice is two processes of its own with
 * a connection of their own, one bound to each of the first two processors; `latency` also has both on one. All
 * contenders have a slice in turn, so that what else the machine does meets all alike. In the first turn, which is not
 * timed, what comes is compared with what was sent. Prints JSON: a line with the versions of libraries, and one a
 * contender. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <pier/pier.h>

#include "demand.h"
#include "stream.h"

enum { CONTENDERS_MAX = 32, SLICES_MAX = 100, ROUNDS_MAX = 100000, PATIENCE_S = 15, TRIES = 3, PLACES = 4 };

/* What the two processes of a slice tell the runner. */
typedef struct outcome {
    int64_t begin;
    int64_t end;
    int64_t cpu_ns[2];
    int64_t round_ns[ROUNDS_MAX];
} outcome;

/* Where a contender runs: a transport, and on how many processors. */
typedef struct place {
    const char *transport;
    int processors;
} place;

typedef struct lane {
    const contender *of;
    place at;
    uint64_t records;
    bool failed;
    double values[SLICES_MAX];  /* records a second; or p50 in microseconds */
    double seconds[SLICES_MAX]; /* of processors, a million records; or p99 */
} lane;

static contender contenders[CONTENDERS_MAX];
static size_t contender_count;
static lane lanes[CONTENDERS_MAX * PLACES];
static size_t lane_count;
static tick ticks[TICKS];
static outcome *shared;
static double wire_bytes_a_record;
static bool back_and_forth;
static const char *only = "";
static int processors[2]; /* their numbers */
static size_t processor_count;

/* Whether a name has one of the texts that are asked for. */
static bool is_wanted(const char *name) {
    char text[64];
    for (const char *at = only;; at++) {
        size_t size = strcspn(at, ",");
        (void)snprintf(text, sizeof text, "%.*s", (int)size, at);
        if (strstr(name, text) != NULL) {
            return true;
        }
        at += size;
        if (*at == '\0') {
            return false;
        }
    }
}

void add_contender(const contender *added) {
    demand(contender_count < CONTENDERS_MAX, "too many contenders");
    bool takes_part = back_and_forth ? added->ping != NULL : added->send != NULL;
    if (takes_part && is_wanted(added->name)) {
        contenders[contender_count++] = *added;
    }
}

static const char *versions[8][2];
static size_t version_count;

void add_stream_version(const char *name, const char *version) {
    demand(version_count < 8, "too many versions");
    versions[version_count][0] = name;
    versions[version_count][1] = version;
    version_count++;
}

void check_tick(const side *end, const tick *record) {
    const tick *sent = &end->ticks[end->count % TICKS];
    demand(record->id == sent->id && record->time == sent->time && memcmp(&record->price, &sent->price, 16) == 0 &&
               record->flags == sent->flags && record->kind == sent->kind && record->live == sent->live &&
               strcmp(record->symbol, sent->symbol) == 0,
           "what came is not what was sent");
}

/* The two processes ------------------------------------------------------------------------------------------------ */

static void bind_to(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)processor, &set);
    demand(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

static socklen_t address_of(const side *end, struct sockaddr_storage *address) {
    memset(address, 0, sizeof *address);
    if (end->tcp) {
        struct sockaddr_in *inet = (struct sockaddr_in *)address;
        inet->sin_family = AF_INET;
        inet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        inet->sin_port = htons((uint16_t)strtoul(end->endpoint, NULL, 10));
        return sizeof *inet;
    }
    struct sockaddr_un *local = (struct sockaddr_un *)address;
    local->sun_family = AF_UNIX;
    demand(strlen(end->endpoint) < sizeof local->sun_path, "a path is too long");
    memcpy(local->sun_path, end->endpoint, strlen(end->endpoint) + 1);
    return sizeof *local;
}

static int new_socket(const side *end) {
    int handle = socket(end->tcp ? AF_INET : AF_UNIX, SOCK_STREAM, 0);
    demand(handle >= 0, "socket");
    return handle;
}

static void without_delay(const side *end) {
    int on = 1;
    demand(!end->tcp || setsockopt(end->handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
}

static int listen_plainly(side *end) {
    struct sockaddr_storage address;
    if (end->tcp) {
        (void)snprintf(end->endpoint, sizeof end->endpoint, "0");
    }
    socklen_t size = address_of(end, &address);
    int handle = new_socket(end);
    demand(bind(handle, (const struct sockaddr *)&address, size) == 0 && listen(handle, 1) == 0, "no listener");
    if (end->tcp) {
        size = sizeof address;
        demand(getsockname(handle, (struct sockaddr *)&address, &size) == 0, "getsockname");
        (void)snprintf(end->endpoint, sizeof end->endpoint, "%u",
                       (unsigned)ntohs(((const struct sockaddr_in *)&address)->sin_port));
    }
    return handle;
}

static void note_start(void) {
    shared->begin = now_ns();
}

static void note_end(void) {
    shared->end = now_ns();
}

static void fill_side(side *end, const lane *of, bool check) {
    memset(end, 0, sizeof *end);
    end->tcp = strcmp(of->at.transport, "tcp") == 0;
    end->handle = -1;
    end->ticks = ticks;
    end->records = of->records;
    end->wire_bytes = (uint64_t)(wire_bytes_a_record * (double)of->records);
    end->check = check;
    end->started = note_start;
    end->finished = note_end;
    end->round_ns = shared->round_ns;
    (void)snprintf(end->endpoint, sizeof end->endpoint, "/tmp/pier-bench-%ld", (long)getppid());
}

static void be_receiver(const lane *of, bool check, int to_sender) {
    static side end;
    fill_side(&end, of, check);
    const char *path = strdup(end.endpoint);
    int listener = -1;
    if (of->of->bind != NULL) {
        of->of->bind(&end);
    } else {
        listener = listen_plainly(&end);
    }
    demand(write(to_sender, end.endpoint, sizeof end.endpoint) == (ssize_t)sizeof end.endpoint, "no word is sent");
    if (listener >= 0) {
        end.handle = accept(listener, NULL, NULL);
        demand(end.handle >= 0, "accept");
        without_delay(&end);
    }
    int64_t cpu = cpu_ns();
    if (back_and_forth) {
        of->of->pong(&end);
    } else {
        of->of->receive(&end);
        demand(end.count >= of->records && end.count < of->records + 4 * TICKS, "another number of records came");
    }
    if (shared->end == 0) {
        note_end();
    }
    shared->cpu_ns[0] = cpu_ns() - cpu;
    (void)unlink(path);
}

static void be_sender(const lane *of, bool check, int from_receiver) {
    static side end;
    fill_side(&end, of, check);
    demand(read(from_receiver, end.endpoint, sizeof end.endpoint) == (ssize_t)sizeof end.endpoint, "no word came");
    if (of->of->connect != NULL) {
        of->of->connect(&end);
    } else {
        struct sockaddr_storage address;
        socklen_t size = address_of(&end, &address);
        end.handle = new_socket(&end);
        demand(connect(end.handle, (const struct sockaddr *)&address, size) == 0, "no connection");
        without_delay(&end);
    }
    int64_t cpu = cpu_ns();
    if (back_and_forth) {
        of->of->ping(&end);
    } else {
        of->of->send(&end);
    }
    shared->cpu_ns[1] = cpu_ns() - cpu;
}

static pid_t start(const lane *of, bool check, const int pipe_of[2], bool receives) {
    pid_t child = fork();
    demand(child >= 0, "fork");
    if (child == 0) {
        (void)alarm(PATIENCE_S);
        bind_to(processors[receives && of->at.processors == 2 ? 1 : 0]);
        (void)close(pipe_of[receives ? 0 : 1]);
        if (receives) {
            be_receiver(of, check, pipe_of[1]);
        } else {
            be_sender(of, check, pipe_of[0]);
        }
        /* What closes the socket, and runs none of the handlers that libraries have left. */
        _exit(0);
    }
    return child;
}

/* Returns false when one of the two failed: the other one is ended. */
static bool run_processes(const lane *of, bool check) {
    int pipe_of[2];
    shared->end = 0;
    demand(pipe(pipe_of) == 0, "pipe");
    (void)fflush(stdout);
    pid_t both[2] = {start(of, check, pipe_of, true), start(of, check, pipe_of, false)};
    (void)close(pipe_of[0]);
    (void)close(pipe_of[1]);
    bool good = true;
    for (size_t left = 2; left > 0; left--) {
        int status = 0;
        pid_t ended;
        do {
            ended = waitpid(-1, &status, 0);
        } while (ended < 0 && errno == EINTR);
        demand(ended == both[0] || ended == both[1], "waitpid");
        if (status != 0 && good) {
            good = false;
            (void)kill(ended == both[0] && left == 2 ? both[1] : both[0], SIGKILL);
        }
        if (left == 2) {
            both[0] = ended == both[0] ? both[1] : both[0];
        }
    }
    return good;
}

/* Measuring -------------------------------------------------------------------------------------------------------- */

static int by_size(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

static void run_slice(lane *of, size_t slice, bool timed) {
    if (of->failed) {
        return;
    }
    uint64_t records = of->records;
    of->records = timed ? records : records / 20 + 1;
    of->failed = true;
    for (size_t i = 0; of->failed && i < TRIES; i++) {
        of->failed = !run_processes(of, !timed);
    }
    if (of->failed) {
        fprintf(stderr, "\nbench: %s over %s failed, and loses its row\n", of->of->name, of->at.transport);
    } else if (timed && back_and_forth) {
        qsort(shared->round_ns, records, sizeof(int64_t), by_size);
        of->values[slice] = (double)shared->round_ns[records / 2] / 1000;
        of->seconds[slice] = (double)shared->round_ns[records * 99 / 100] / 1000;
    } else if (timed) {
        of->values[slice] = (double)records * 1e9 / (double)(shared->end - shared->begin);
        of->seconds[slice] = (double)(shared->cpu_ns[0] + shared->cpu_ns[1]) * 1e-3 / (double)records;
    }
    of->records = records;
}

static void print_values(const char *name, const double *values, size_t slices) {
    printf(",\"%s\":[", name);
    for (size_t i = 0; i < slices; i++) {
        printf("%s%.6g", i > 0 ? "," : "", values[i]);
    }
    printf("]");
}

static void measure(size_t slices) {
    for (size_t slice = 0; slice <= slices; slice++) {
        for (size_t i = 0; i < lane_count; i++) {
            run_slice(&lanes[i], slice == 0 ? 0 : slice - 1, slice > 0);
            fprintf(stderr, "\r%s: turn %zu of %zu, %zu of %zu lanes ", back_and_forth ? "latency" : "stream", slice,
                    slices, i + 1, lane_count);
        }
    }
    fprintf(stderr, "\n");
    for (size_t i = 0; i < lane_count; i++) {
        const lane *of = &lanes[i];
        if (of->failed) {
            continue;
        }
        printf("{\"part\":\"%s\",\"transport\":\"%s\",\"processors\":%d,\"name\":\"%s\"",
               back_and_forth ? "latency" : "stream", of->at.transport, of->at.processors, of->of->name);
        print_values(back_and_forth ? "p50_us" : "records_per_second", of->values, slices);
        print_values(back_and_forth ? "p99_us" : "cpu_s_a_million", of->seconds, slices);
        printf(",\"wire_bytes\":%.2f}\n", wire_bytes_a_record);
    }
}

/* How long Pier's stream is: bare sockets carry as much. */
static void prepare_ticks(void) {
    pier_archive *made = NULL;
    const pier_archive_options options = {.size = sizeof options, .checksum_off = true};
    demand(pier_archive_open_store(&made, NULL, &options, NULL) == PIER_OK, "no archive");
    for (size_t i = 0; i < TICKS; i++) {
        fill_tick(&ticks[i], i);
    }
    for (size_t i = 0; i < 64 * (size_t)TICKS; i++) {
        demand(tick_store(made, &ticks[i % TICKS]) == PIER_OK, "a record is refused");
    }
    demand(pier_archive_close(made) == PIER_OK, "a stream is not closed");
    wire_bytes_a_record = (double)pier_archive_drain(made).size / (64.0 * TICKS);
    pier_archive_destroy(made);
}

static void find_processors(void) {
    cpu_set_t set;
    demand(sched_getaffinity(0, sizeof set, &set) == 0, "sched_getaffinity");
    for (int i = 0; i < CPU_SETSIZE && processor_count < 2; i++) {
        if (CPU_ISSET((size_t)i, &set)) {
            processors[processor_count++] = i;
        }
    }
    demand(processor_count > 0, "no processor");
}

static void add_lanes(uint64_t records) {
    for (size_t i = 0; i < contender_count; i++) {
        for (size_t at = 0; at < PLACES; at++) {
            place where = {at % 2 == 0 ? "tcp" : "unix", at < 2 ? 2 : 1};
            bool fits = where.processors == 2 ? processor_count == 2 : !contenders[i].busy;
            if (!fits || (!back_and_forth && where.processors != (int)processor_count)) {
                continue;
            }
            double share = contenders[i].share > 0 ? contenders[i].share : 1;
            uint64_t of_it = (uint64_t)(share * (double)records);
            lanes[lane_count++] = (lane){.of = &contenders[i], .at = where, .records = of_it > 100 ? of_it : 100};
        }
    }
}

int main(int argc, char **argv) {
    demand(argc > 1 && (strcmp(argv[1], "stream") == 0 || strcmp(argv[1], "latency") == 0), "see stream_bench.c");
    back_and_forth = strcmp(argv[1], "latency") == 0;
    size_t slices = 9;
    uint64_t records = back_and_forth ? 5000 : 10000000;
    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--slices") == 0) {
            slices = (size_t)strtoul(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--records") == 0) {
            records = strtoull(argv[i + 1], NULL, 10);
        } else {
            demand(strcmp(argv[i], "--only") == 0, "see stream_bench.c");
            only = argv[i + 1];
        }
    }
    demand(slices > 0 && slices <= SLICES_MAX && records > 0 && (!back_and_forth || records <= ROUNDS_MAX),
           "slices: 1 to 100, rounds: 1 to 100,000");
    shared = (outcome *)mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    demand(shared != MAP_FAILED, "no memory");
    find_processors();
    prepare_ticks();
    add_raw_streams();
    add_pier_streams();
    add_msgpack_streams();
#ifdef BENCH_ZMQ
    add_zmq_streams();
#endif
#ifdef BENCH_NNG
    add_nng_streams();
#endif
#ifdef BENCH_EVENT
    add_event_streams();
#endif
    add_lanes(records);
    printf("{\"part\":\"%s\",\"versions\":{", argv[1]);
    for (size_t i = 0; i < version_count; i++) {
        printf("%s\"%s\":\"%s\"", i > 0 ? "," : "", versions[i][0], versions[i][1]);
    }
    printf("}}\n");
    measure(slices);
    return 0;
}
