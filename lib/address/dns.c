/* Asking name servers through c-ares.
 *
 * Floor 1 (address). Serves the thread of its look-up.
 *
 * Both families are asked for at the same time, as two look-ups of c-ares, not as one: c-ares would keep what one
 * family found from us until the other is given up, and forget it at the deadline. When one has addresses, the other
 * gets a moment more (twice the time after which c-ares asks again), and then what is there is the answer.
 *
 * The search domains are Pier's to try, for the same reason: both families must speak of the same name, or a host would
 * be mixed of two.
 *
 * ares_library_init is not called. On POSIX systems it does nothing but count and remember an allocator for the whole
 * process (ares_library_init(3)), and neither is safe in a library that other libraries stand beside. */
#include "address/dns_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define CARES_NO_DEPRECATED
#include <ares.h>

#include "address/platform_internal.h"
#include "address/sockaddr_posix_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

/* How often each server is asked, the time for an answer doubling each time; the bounds of the first time, and into how
 * many of them the time that a server gets is divided. With two servers and one second a silent first one costs a tenth
 * of it. c-ares' own default is five seconds: with a deadline below that, no second server would ever be asked. */
enum { TRIES = 4, TRY_MS_SHORTEST = 100, TRY_MS_LONGEST = 500, TRIES_WANTED = 8, PATIENT_TRY_MS = 5000 };

/* A look-up of c-ares: one family of the present name. */
typedef struct dns_question {
    pier__dns *dns;
    int family; /* AF_INET, AF_INET6 */
    bool is_asked;
    bool is_pending;
    int answer; /* ARES_…, when it is not pending */
} dns_question;

struct pier__dns {
    pier_allocator allocator;
    ares_channel channel;
    pier__dns_config config;
    pier__dns_report report;
    pier__dns_sockets sockets;
    dns_question questions[PIER__DNS_QUESTIONS];
    pier__dns_names names;
    char asked[PIER__DNS_NAME_BYTES]; /* the present name, without a final dot */
    size_t candidate;                 /* how many names were tried */
    bool has_name;                    /* one was there, without an address of the family */
    bool is_stopping;                 /* what c-ares tells now is the consequence of that */
    bool is_patient;                  /* this name is asked for over TCP, with all the time that is left */
    int64_t try_ms;
    pier_deadline deadline;
    int64_t begun_ns;
    pier_deadline grace; /* when one family is no longer waited for; PIER_NEVER: not yet */
    pier_status status;  /* PIER_WOULD_BLOCK until it ends */
    pier_address addresses[PIER_RESOLVE_ADDRESSES_MAX];
    size_t address_count;
};

/* Keeps an address, unless it is there already or there is no room. */
static void keep_address(pier__dns *dns, const struct ares_addrinfo_node *node) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    pier_address address;
    if ((size_t)node->ai_addrlen > sizeof storage || dns->address_count == PIER_RESOLVE_ADDRESSES_MAX) {
        return;
    }
    memcpy(&storage, node->ai_addr, (size_t)node->ai_addrlen);
    pier__address_from_sockaddr(&storage, (socklen_t)node->ai_addrlen, &address);
    address.port = 0;
    for (size_t i = 0; i < dns->address_count; i++) {
        if (pier_address_equal(&dns->addresses[i], &address)) {
            return;
        }
    }
    /* An answer about IPv6 may hold IPv4 in IPv6's clothes. */
    bool is_wanted = address.family == PIER_FAMILY_IPV4 ? dns->questions[0].is_asked : dns->questions[1].is_asked;
    if (address.family != PIER_FAMILY_NONE && is_wanted) {
        dns->addresses[dns->address_count++] = address;
    }
}

/* Tells the report what c-ares made of the answer that counted. */
static void note_verdict(pier__dns *dns, const dns_question *question) {
    size_t number = (size_t)(question - dns->questions);
    switch (question->answer) {
    case ARES_SUCCESS:
        pier__dns_report_verdict(&dns->report, number, PIER__DNS_ANSWERED);
        break;
    case ARES_ENODATA:
        pier__dns_report_verdict(&dns->report, number, PIER__DNS_EMPTY);
        break;
    case ARES_EBADRESP:
    case ARES_EBADNAME:
    case ARES_EBADSTR:
        pier__dns_report_verdict(&dns->report, number, PIER__DNS_MALFORMED);
        break;
    default:
        /* It tells nothing new about the answer. */
        break;
    }
}

/* c-ares is done with a question; also from inside the call that asks. */
static void answered(void *user, int answer, int timeouts, struct ares_addrinfo *result) {
    dns_question *question = (dns_question *)user;
    pier__dns *dns = question->dns;
    (void)timeouts;
    question->is_pending = false;
    question->answer = answer;
    if (!dns->is_stopping) {
        for (const struct ares_addrinfo_node *node = result != NULL ? result->nodes : NULL; node != NULL;
             node = node->ai_next) {
            keep_address(dns, node);
        }
        if (answer == ARES_SUCCESS && dns->address_count == 0) {
            /* What it has is of no use here. */
            question->answer = ARES_ENODATA;
        }
        note_verdict(dns, question);
    }
    if (result != NULL) {
        ares_freeaddrinfo(result);
    }
}

/* Forgets what became of the name before. */
static void begin_report(pier__dns *dns) {
    const bool is_asked[PIER__DNS_QUESTIONS] = {dns->questions[0].is_asked, dns->questions[1].is_asked};
    pier__dns_report_begin(&dns->report, dns->asked, is_asked);
}

/* Asks for the present name: both questions, or the one that is of interest. */
static void ask(pier__dns *dns) {
    char absolute[PIER__DNS_NAME_BYTES + 1];
    /* The final dot keeps c-ares from searching. */
    (void)snprintf(absolute, sizeof absolute, "%s.", dns->asked);
    for (size_t i = 0; i < PIER__DNS_QUESTIONS; i++) {
        dns->questions[i].is_pending = dns->questions[i].is_asked;
    }
    for (size_t i = 0; i < PIER__DNS_QUESTIONS; i++) {
        if (dns->questions[i].is_asked) {
            struct ares_addrinfo_hints hints = {
                .ai_flags = ARES_AI_NOSORT, .ai_family = dns->questions[i].family, .ai_socktype = SOCK_STREAM};
            ares_getaddrinfo(dns->channel, absolute, NULL, &hints, answered, &dns->questions[i]);
        }
    }
}

/* Asks for the next name. Returns false when there is none left. */
static bool ask_next(pier__dns *dns) {
    if (!pier__dns_names_next(&dns->names, dns->config.search, dns->config.dots_first, dns->asked)) {
        return false;
    }
    dns->candidate++;
    begin_report(dns);
    ask(dns);
    return true;
}

/* Returns whether an answer says that there is no such name, or no address of the family. */
static bool is_negative(int answer) {
    return answer == ARES_ENOTFOUND || answer == ARES_ENODATA;
}

/* Returns whether there is more to hear than a datagram holds, and TCP was too slow to say it: c-ares 1.18 gives it no
 * longer than a datagram, and asks over one connection once. */
static bool needs_patience(const pier__dns *dns) {
    bool needs = false;
    for (size_t i = 0; i < PIER__DNS_QUESTIONS; i++) {
        needs = needs || (dns->questions[i].is_asked && dns->questions[i].answer == ARES_ETIMEOUT &&
                          pier__dns_report_is_cut(&dns->report, i));
    }
    return needs && !dns->is_patient;
}

/* Both questions are answered, without an address. Returns how the look-up ends, or PIER_NOT_FOUND, with which the next
 * name's turn comes. */
static pier_status judge(pier__dns *dns) {
    bool has_failed = false;
    bool has_name = true;
    for (size_t i = 0; i < PIER__DNS_QUESTIONS; i++) {
        const dns_question *question = &dns->questions[i];
        if (question->is_asked) {
            if (question->answer == ARES_ENOMEM) {
                return PIER_NO_MEMORY;
            }
            has_failed = has_failed || !is_negative(question->answer);
            /* That a name does not exist holds for both families. */
            has_name = has_name && question->answer != ARES_ENOTFOUND;
        }
    }
    if (has_failed && has_name) {
        int os_error = 0;
        return pier__dns_report_status(&dns->report, &os_error);
    }
    dns->has_name = dns->has_name || has_name;
    return PIER_NOT_FOUND;
}

/* How long the first try waits: short enough that all servers are tried within the deadline. */
static int64_t first_try_ms(const pier__dns_config *config, pier_deadline deadline) {
    if (deadline == PIER_NEVER) {
        return TRY_MS_LONGEST;
    }
    int64_t left_ms = (deadline - pier_clock_monotonic_ns()) / NANOSECONDS_PER_MILLISECOND;
    int64_t try_ms = left_ms / (TRIES_WANTED * (int64_t)config->server_count);
    if (try_ms < TRY_MS_SHORTEST) {
        return TRY_MS_SHORTEST;
    }
    return try_ms < TRY_MS_LONGEST ? try_ms : TRY_MS_LONGEST;
}

/* How long TCP gets when it was too slow before: what c-ares gives by default, or longer than is left, so that it is
 * the deadline that ends it. */
static int64_t patient_try_ms(pier_deadline deadline) {
    if (deadline == PIER_NEVER) {
        return PATIENT_TRY_MS;
    }
    int64_t left_ms = (deadline - pier_clock_monotonic_ns()) / NANOSECONDS_PER_MILLISECOND + PATIENT_TRY_MS;
    return left_ms < INT32_MAX ? left_ms : INT32_MAX;
}

/* Tells c-ares the servers. */
static int set_servers(pier__dns *dns) {
    struct ares_addr_port_node nodes[PIER_RESOLVE_SERVERS_MAX];
    memset(nodes, 0, sizeof nodes);
    for (size_t i = 0; i < dns->config.server_count; i++) {
        const pier_address *address = &dns->config.servers[i].address;
        nodes[i].next = i + 1 < dns->config.server_count ? &nodes[i + 1] : NULL;
        nodes[i].family = address->family == PIER_FAMILY_IPV6 ? AF_INET6 : AF_INET;
        nodes[i].udp_port = address->port;
        nodes[i].tcp_port = address->port;
        memcpy(&nodes[i].addr, address->name, address->name_bytes);
    }
    return ares_set_servers_ports(dns->channel, nodes);
}

/* Makes the channel. Everything is said, so that c-ares reads no file. */
static int open_channel(pier__dns *dns) {
    char lookups[] = "b";
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | (dns->is_patient ? ARES_FLAG_USEVC : 0),
        .timeout = (int)dns->try_ms,
        .tries = dns->is_patient ? 1 : TRIES,
        .ndots = 1,
        .lookups = lookups,
        .sock_state_cb = pier__dns_sockets_wanted,
        .sock_state_cb_data = &dns->sockets,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS |
               ARES_OPT_SOCK_STATE_CB | ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST |
               (dns->config.rotates ? ARES_OPT_ROTATE : ARES_OPT_NOROTATE);
    int answer = ares_init_options(&dns->channel, &options, mask);
    if (answer != ARES_SUCCESS) {
        dns->channel = NULL;
        return answer;
    }
    pier__dns_sockets_attach(&dns->sockets, dns->channel);
    return set_servers(dns);
}

/* Asks for the present name once more, over TCP alone. Returns PIER_WOULD_BLOCK, or why that cannot be. */
static pier_status ask_patiently(pier__dns *dns) {
    dns->is_stopping = true;
    ares_destroy(dns->channel);
    dns->is_stopping = false;
    dns->is_patient = true;
    dns->try_ms = patient_try_ms(dns->deadline);
    int answer = open_channel(dns);
    if (answer != ARES_SUCCESS) {
        return answer == ARES_ENOMEM ? PIER_NO_MEMORY : PIER_SYSTEM;
    }
    ask(dns);
    return PIER_WOULD_BLOCK;
}

/* Goes on as far as the answers allow. */
static pier_status go_on(pier__dns *dns) {
    for (;;) {
        bool is_pending = dns->questions[0].is_pending || dns->questions[1].is_pending;
        if (is_pending && dns->address_count > 0 && dns->grace == PIER_NEVER) {
            dns->grace = pier_clock_monotonic_ns() + 2 * dns->try_ms * NANOSECONDS_PER_MILLISECOND;
        }
        if (is_pending) {
            return PIER_WOULD_BLOCK;
        }
        if (dns->address_count > 0) {
            return PIER_OK;
        }
        pier_status status = needs_patience(dns) ? ask_patiently(dns) : judge(dns);
        if (status == PIER_NOT_FOUND && !ask_next(dns)) {
            return status;
        }
        if (status != PIER_NOT_FOUND && status != PIER_WOULD_BLOCK) {
            return status;
        }
    }
}

pier_status pier__dns_start(pier__dns **out, const char *name, pier_family family, const pier__dns_config *config,
                            pier_deadline deadline, const pier_allocator *allocator, pier_error *error) {
    *out = NULL;
    pier__dns *dns = (pier__dns *)pier__allocate(allocator, sizeof *dns);
    if (dns == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_ADDRESS, 0, "no memory to look up %.64s", name);
    }
    memset(dns, 0, sizeof *dns);
    dns->allocator = *allocator;
    dns->config = *config;
    dns->report.servers = dns->config.servers;
    dns->report.server_count = config->server_count;
    dns->sockets.report = &dns->report;
    dns->questions[0] = (dns_question){.dns = dns, .family = AF_INET, .is_asked = family != PIER_FAMILY_IPV6};
    dns->questions[1] = (dns_question){.dns = dns, .family = AF_INET6, .is_asked = family != PIER_FAMILY_IPV4};
    dns->try_ms = first_try_ms(config, deadline);
    dns->begun_ns = pier_clock_monotonic_ns();
    dns->grace = PIER_NEVER;
    dns->status = PIER_WOULD_BLOCK;
    dns->deadline = deadline;
    pier__dns_names_begin(&dns->names, name);
    int answer = open_channel(dns);
    if (answer != ARES_SUCCESS) {
        pier__dns_destroy(dns);
        return pier__error_set(error, answer == ARES_ENOMEM ? PIER_NO_MEMORY : PIER_SYSTEM, PIER_FLOOR_ADDRESS, 0,
                               "looking up %.64s cannot begin: %s", name, ares_strerror(answer));
    }
    (void)ask_next(dns);
    *out = dns;
    return PIER_OK;
}

/* Lets c-ares work on the sockets that are ready, and on what has waited long enough. Returns 0 or the system's error
 * number. */
static int process(pier__dns *dns) {
    pier_interest interests[PIER__DNS_SOCKETS_MAX];
    size_t count = pier__dns_interests(dns, interests, PIER__DNS_SOCKETS_MAX);
    int os_error = pier__platform_poll(interests, count, PIER_NOW);
    if (os_error != 0) {
        return os_error;
    }
    pier__dns_sockets_begin_step(&dns->sockets);
    for (size_t i = 0; i < count; i++) {
        if (interests[i].events != 0) {
            /* c-ares looks for the handle among its own, so that one it has closed meanwhile is no harm. */
            ares_process_fd(dns->channel,
                            (interests[i].events & PIER_READABLE) != 0 ? interests[i].handle : ARES_SOCKET_BAD,
                            (interests[i].events & PIER_WRITABLE) != 0 ? interests[i].handle : ARES_SOCKET_BAD);
        }
    }
    ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    return 0;
}

pier_status pier__dns_step(pier__dns *dns) {
    if (dns->status != PIER_WOULD_BLOCK) {
        return dns->status;
    }
    int os_error = process(dns);
    if (os_error != 0) {
        dns->report.os_error = os_error;
        return pier__dns_stop(dns, pier__os_failure(os_error));
    }
    dns->status = go_on(dns);
    if (dns->status == PIER_WOULD_BLOCK && pier_clock_monotonic_ns() >= dns->grace) {
        return pier__dns_stop(dns, PIER_OK);
    }
    return dns->status;
}

pier_status pier__dns_stop(pier__dns *dns, pier_status status) {
    dns->is_stopping = true;
    ares_cancel(dns->channel);
    dns->status = dns->address_count > 0 ? PIER_OK : status;
    return dns->status;
}

size_t pier__dns_interests(const pier__dns *dns, pier_interest *interests, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; i < dns->sockets.count; i++) {
        const pier__dns_socket *socket = &dns->sockets.open[i];
        if (socket->events != 0 && count < capacity) {
            interests[count++] = (pier_interest){socket->handle, socket->events};
        }
    }
    return count;
}

pier_deadline pier__dns_next(const pier__dns *dns) {
    struct timeval left;
    bool is_pending = dns->questions[0].is_pending || dns->questions[1].is_pending;
    if (dns->status != PIER_WOULD_BLOCK || !is_pending) {
        return PIER_NOW;
    }
    if (ares_timeout(dns->channel, NULL, &left) == NULL) {
        return dns->grace;
    }
    /* c-ares rounds down to milliseconds: one more, or the last one would be spent in a circle. */
    int64_t left_ms = (int64_t)left.tv_sec * 1000 + (int64_t)left.tv_usec / 1000 + 1;
    pier_deadline next = pier_clock_monotonic_ns() + left_ms * NANOSECONDS_PER_MILLISECOND;
    return next < dns->grace ? next : dns->grace;
}

const pier_address *pier__dns_addresses(const pier__dns *dns, size_t *count) {
    *count = dns->address_count;
    return dns->addresses;
}

/* Says what happened, for the beginning of the error's text; the name follows. */
static const char *headline(const pier__dns *dns, pier_status status) {
    switch (status) {
    case PIER_NOT_FOUND:
        if (!dns->has_name) {
            return "there is no host of the name";
        }
        if (!dns->questions[1].is_asked) {
            return "there is no IPv4 address of the host";
        }
        return dns->questions[0].is_asked ? "there is no address of the host" : "there is no IPv6 address of the host";
    case PIER_TIMEOUT:
        return "there was no time left to look up";
    case PIER_CANCELLED:
        return "it was cancelled to look up";
    case PIER_UNREACHABLE:
        return "no name server answers about";
    case PIER_PROTOCOL:
        return "the name servers talk nonsense about";
    case PIER_NO_MEMORY:
        return "there was no memory to look up";
    default:
        return "the name servers fail to tell about";
    }
}

pier_status pier__dns_explain(const pier__dns *dns, pier_status status, const char *name, pier_error *error) {
    char words[PIER__DNS_WORDS_BYTES];
    char searched[48] = "";
    int os_error = 0;
    int64_t took_ms = (pier_clock_monotonic_ns() - dns->begun_ns) / NANOSECONDS_PER_MILLISECOND;
    (void)pier__dns_report_status(&dns->report, &os_error);
    if (dns->report.os_error != 0) {
        return pier__error_set(error, status, PIER_FLOOR_ADDRESS, os_error,
                               "%.64s cannot be looked up (%" PRId64 " ms): %s", name, took_ms,
                               pier__os_words(os_error, words));
    }
    if (dns->candidate > 1) {
        (void)snprintf(searched, sizeof searched, ", last of %zu names", dns->candidate);
    }
    /* The servers come last, so that of many some are cut off and not the rest. */
    pier__dns_report_words(&dns->report, words, sizeof words);
    return pier__error_set(error, status, PIER_FLOOR_ADDRESS, status == PIER_NOT_FOUND ? 0 : os_error,
                           "%s %.64s (%" PRId64 " ms%s): %s", headline(dns, status), name, took_ms, searched, words);
}

void pier__dns_destroy(pier__dns *dns) {
    if (dns != NULL) {
        pier_allocator allocator = dns->allocator;
        dns->is_stopping = true;
        ares_destroy(dns->channel);
        pier__release(&allocator, dns, sizeof *dns);
    }
}
