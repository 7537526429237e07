/* A name server in a process of its own; see dns_server.h.
 *
 * Shared by the tests of all floors. */
#include "support/dns_server.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/endian_internal.h"
#include "support/dns_message.h"

enum { CONNECTIONS_MAX = 16, DELAYED_MAX = 64, FLOOD_DATAGRAMS = 3000 };

/* What the test and the server share. */
typedef struct shared_counts {
    atomic_uint a;
    atomic_uint aaaa;
    atomic_uint others;
} shared_counts;

struct dns_server {
    const dns_rule *rules;
    size_t rule_count;
    uint16_t port;
    int udp;
    int tcp;
    pid_t process;
    shared_counts *counts;
};

/* An answer that waits for its time. */
typedef struct delayed {
    int64_t due_ms;
    struct sockaddr_in to;
    size_t size;
    uint8_t bytes[512];
} delayed;

/* A TCP connection, with what has come of a question. */
typedef struct connection {
    int handle;
    size_t size;
    uint8_t bytes[2 + 512];
} connection;

/* The state of the server's process. */
typedef struct server_state {
    const dns_server *server;
    uint32_t dropped[64]; /* a rule */
    delayed waiting[DELAYED_MAX];
    size_t waiting_count;
    connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    uint8_t answer[2 + DNS_MESSAGE_BYTES_MAX];
} server_state;

static int64_t now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns the rule for a question, or NULL when the question is dropped. */
static const dns_rule *find_rule(server_state *state, const dns_question *question) {
    static const dns_rule unknown = {.rcode = DNS_NXDOMAIN};
    const dns_server *server = state->server;
    for (size_t i = 0; i < server->rule_count; i++) {
        const dns_rule *rule = &server->rules[i];
        if ((rule->name == NULL || strcmp(rule->name, question->name) == 0) &&
            (rule->type == 0 || rule->type == question->type)) {
            return state->dropped[i]++ < rule->drop_first ? NULL : rule;
        }
    }
    return &unknown;
}

static void count_question(const dns_server *server, uint16_t type) {
    atomic_uint *count = &server->counts->others;
    if (type == DNS_TYPE_A) {
        count = &server->counts->a;
    } else if (type == DNS_TYPE_AAAA) {
        count = &server->counts->aaaa;
    }
    atomic_fetch_add(count, 1);
}

static void send_datagram(const dns_server *server, const void *bytes, size_t size, const struct sockaddr_in *to) {
    (void)sendto(server->udp, bytes, size, 0, (const struct sockaddr *)to, sizeof *to);
}

/* Answers a datagram, or puts the answer aside for its time. */
static void answer_datagram(server_state *state, const uint8_t *message, size_t size, const struct sockaddr_in *from) {
    dns_question question;
    if (!dns_message_question(message, size, &question)) {
        return;
    }
    count_question(state->server, question.type);
    const dns_rule *rule = find_rule(state, &question);
    if (rule == NULL || rule->conduct == DNS_SILENT) {
        return;
    }
    size_t answer_bytes = dns_message_answer(message, &question, rule, false, state->answer);
    if (rule->delay_ms > 0 && state->waiting_count < DELAYED_MAX && answer_bytes <= sizeof state->waiting[0].bytes) {
        delayed *aside = &state->waiting[state->waiting_count++];
        *aside = (delayed){.due_ms = now_ms() + rule->delay_ms, .to = *from, .size = answer_bytes};
        memcpy(aside->bytes, state->answer, answer_bytes);
        return;
    }
    if (rule->conduct == DNS_EMPTY) {
        send_datagram(state->server, "", 0, from);
    }
    for (int i = 0; rule->conduct == DNS_FLOOD && i < FLOOD_DATAGRAMS; i++) {
        send_datagram(state->server, state->answer, answer_bytes, from);
    }
    send_datagram(state->server, state->answer, answer_bytes, from);
}

/* Sends over TCP; what a peer that is gone does not take is its own loss. */
static void send_stream(int handle, const uint8_t *bytes, size_t size, size_t piece) {
    while (size > 0) {
        ssize_t sent = send(handle, bytes, piece < size ? piece : size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes += sent;
        size -= (size_t)sent;
        if (piece == 1) {
            struct timespec moment = {0, 200000};
            (void)nanosleep(&moment, NULL);
        }
    }
}

/* Answers what has come whole over a connection. Returns false when the connection is to be closed. */
static bool answer_stream(server_state *state, connection *from) {
    dns_question question;
    size_t message_bytes = from->size >= 2 ? pier__load_be16(from->bytes) : 0;
    if (from->size < 2 || from->size < 2 + message_bytes) {
        return from->size < sizeof from->bytes;
    }
    if (!dns_message_question(from->bytes + 2, message_bytes, &question)) {
        return false;
    }
    count_question(state->server, question.type);
    const dns_rule *rule = find_rule(state, &question);
    if (rule == NULL || rule->conduct == DNS_CUT_CLOSED) {
        return false;
    }
    if (rule->conduct == DNS_CUT_SLOW) {
        struct timespec moment = {0, 350000000};
        (void)nanosleep(&moment, NULL);
    }
    if (rule->conduct != DNS_CUT_SILENT) {
        size_t size = dns_message_answer(from->bytes + 2, &question, rule, true, state->answer + 2);
        pier__store_be16(state->answer, (uint16_t)size);
        send_stream(from->handle, state->answer, 2 + size, rule->conduct == DNS_CUT_BYTEWISE ? 1 : 65536);
    }
    memmove(from->bytes, from->bytes + 2 + message_bytes, from->size - 2 - message_bytes);
    from->size -= 2 + message_bytes;
    return from->size == 0 || answer_stream(state, from);
}

static void read_connection(server_state *state, size_t place) {
    connection *from = &state->connections[place];
    ssize_t got = recv(from->handle, from->bytes + from->size, sizeof from->bytes - from->size, 0);
    from->size += got > 0 ? (size_t)got : 0;
    if (got <= 0 || !answer_stream(state, from)) {
        (void)close(from->handle);
        *from = state->connections[--state->connection_count];
    }
}

/* Sends what is due. Returns how long the next one waits, -1 for none. */
static int send_due(server_state *state) {
    int64_t now = now_ms();
    int64_t next = -1;
    for (size_t i = 0; i < state->waiting_count;) {
        delayed *aside = &state->waiting[i];
        if (aside->due_ms <= now) {
            send_datagram(state->server, aside->bytes, aside->size, &aside->to);
            *aside = state->waiting[--state->waiting_count];
            continue;
        }
        if (next < 0 || aside->due_ms - now < next) {
            next = aside->due_ms - now;
        }
        i++;
    }
    return (int)next;
}

static void serve_once(server_state *state) {
    struct pollfd entries[2 + CONNECTIONS_MAX];
    size_t connections = state->connection_count;
    entries[0] = (struct pollfd){.fd = state->server->udp, .events = POLLIN};
    entries[1] = (struct pollfd){.fd = state->server->tcp, .events = POLLIN};
    for (size_t i = 0; i < connections; i++) {
        entries[2 + i] = (struct pollfd){.fd = state->connections[i].handle, .events = POLLIN};
    }
    int timeout_ms = send_due(state);
    if (poll(entries, (nfds_t)(2 + connections), timeout_ms) <= 0) {
        return;
    }
    /* From the last on, because one that ends gives its place to the last. */
    for (size_t i = connections; i > 0; i--) {
        if (entries[1 + i].revents != 0) {
            read_connection(state, i - 1);
        }
    }
    if (entries[0].revents != 0) {
        uint8_t message[512];
        struct sockaddr_in from;
        socklen_t from_bytes = sizeof from;
        ssize_t got = recvfrom(state->server->udp, message, sizeof message, 0, (struct sockaddr *)&from, &from_bytes);
        if (got > 0) {
            answer_datagram(state, message, (size_t)got, &from);
        }
    }
    if (entries[1].revents != 0 && state->connection_count < CONNECTIONS_MAX) {
        int handle = accept(state->server->tcp, NULL, NULL);
        if (handle >= 0) {
            state->connections[state->connection_count++] = (connection){.handle = handle};
        }
    }
}

/* Binds UDP to a free port, and TCP to the same one. */
static bool bind_both(dns_server *server, bool with_tcp) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->udp >= 0 && server->tcp >= 0);
    assert_int_equal(bind(server->udp, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(server->udp, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    if (bind(server->tcp, (struct sockaddr *)&address, sizeof address) == 0 &&
        (!with_tcp || listen(server->tcp, CONNECTIONS_MAX) == 0)) {
        return true;
    }
    (void)close(server->udp);
    (void)close(server->tcp);
    return false;
}

dns_server *dns_server_start(const dns_rule *rules, size_t count, bool with_tcp) {
    dns_server *server = calloc(1, sizeof *server);
    assert_non_null(server);
    assert_true(count <= 64);
    server->rules = rules;
    server->rule_count = count;
    server->counts = mmap(NULL, sizeof *server->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(server->counts, MAP_FAILED);
    int tries = 0;
    while (!bind_both(server, with_tcp)) {
        assert_true(++tries < 100);
    }
    pid_t parent = getpid();
    server->process = fork();
    assert_true(server->process >= 0);
    if (server->process == 0) {
        static server_state state;
        /* It must not outlive a test that crashes. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        state.server = server;
        while (getppid() == parent) {
            serve_once(&state);
        }
        _exit(0);
    }
    (void)close(server->udp);
    (void)close(server->tcp);
    return server;
}

static pier_address loopback(uint16_t port) {
    pier_address address = {PIER_TRANSPORT_UDP, PIER_FAMILY_IPV4, port, 0, 4, {127, 0, 0, 1}};
    return address;
}

pier_address dns_server_address(const dns_server *server) {
    return loopback(server->port);
}

uint32_t dns_server_questions(const dns_server *server, uint16_t type) {
    uint32_t a = atomic_load(&server->counts->a);
    uint32_t aaaa = atomic_load(&server->counts->aaaa);
    if (type == DNS_TYPE_A) {
        return a;
    }
    return type == DNS_TYPE_AAAA ? aaaa : a + aaaa + atomic_load(&server->counts->others);
}

void dns_server_stop(dns_server *server) {
    if (server == NULL) {
        return;
    }
    (void)kill(server->process, SIGKILL);
    while (waitpid(server->process, NULL, 0) < 0 && errno == EINTR) {
    }
    (void)munmap(server->counts, sizeof *server->counts);
    free(server);
}

pier_address dns_dead_address(void) {
    dns_server both;
    memset(&both, 0, sizeof both);
    while (!bind_both(&both, false)) {
    }
    (void)close(both.udp);
    (void)close(both.tcp);
    return loopback(both.port);
}

pier_address dns_deaf_address(int *handle) {
    dns_server both;
    memset(&both, 0, sizeof both);
    while (!bind_both(&both, false)) {
    }
    (void)close(both.tcp);
    *handle = both.udp;
    return loopback(both.port);
}
