/* Asking name servers: one name, its search domains, both families.
 *
 * Floor 1 (address). The only files that know c-ares are dns.c, dns_config.c and dns_socket_posix.c. What is here
 * serves the thread of its look-up alone. */
#ifndef PIER_ADDRESS_DNS_INTERNAL_H
#define PIER_ADDRESS_DNS_INTERNAL_H

#include <pier/resolve.h>

#include "base/allocator_internal.h"

/* The two questions about a name: A for IPv4 and AAAA for IPv6. */
#define PIER__DNS_QUESTIONS 2

/* Room for the text of a name with its search domain and a final dot, terminated, and for the same as a question: its
 * labels, type and class (RFC 1035, section 4.1.2). */
#define PIER__DNS_NAME_BYTES 256
#define PIER__DNS_QUESTION_BYTES 260

/* Room for the domains to search, and for all that is said about the servers. */
#define PIER__DNS_SEARCH_BYTES 1024
#define PIER__DNS_WORDS_BYTES 512

/* How many sockets a look-up may have open at a time: one for UDP and one for TCP a server. */
#define PIER__DNS_SOCKETS_MAX (2 * PIER_RESOLVE_SERVERS_MAX)

/* What became of a question at a server, as far as Pier has seen it pass. */
typedef enum pier__dns_outcome {
    PIER__DNS_UNASKED,
    PIER__DNS_SILENT,    /* asked, and no answer yet */
    PIER__DNS_STRAY,     /* sent something, but no answer to this question */
    PIER__DNS_FAILED,    /* the system failed to send or receive: `os_error` */
    PIER__DNS_CUT,       /* answered more than a datagram holds, and was to be asked again over TCP */
    PIER__DNS_MALFORMED, /* answered, and the answer cannot be read */
    PIER__DNS_REJECTED,  /* answered with the error `rcode` */
    PIER__DNS_EMPTY,     /* answered that there is no address of the family */
    PIER__DNS_ANSWERED   /* answered */
} pier__dns_outcome;

typedef struct pier__dns_asked {
    pier__dns_outcome outcome;
    uint32_t rcode; /* RFC 1035, section 4.1.1, and IANA's registry */
    int os_error;
} pier__dns_asked;

/* A name server, and what became of the questions about the name that was asked last. */
typedef struct pier__dns_server {
    pier_address address; /* UDP; with its port */
    pier__dns_asked asked[PIER__DNS_QUESTIONS];
} pier__dns_server;

/* Who is asked and how. */
typedef struct pier__dns_config {
    pier__dns_server servers[PIER_RESOLVE_SERVERS_MAX];
    size_t server_count;
    char search[PIER__DNS_SEARCH_BYTES]; /* domains, a blank between */
    uint32_t dots_first;                 /* a name with so many dots is first asked for as it is (`ndots`) */
    bool rotates;                        /* the servers take turns */
} pier__dns_config;

/* Makes the configuration of the options, or of the system where they name none.
 * Returns PIER_OK; PIER_USAGE for servers that are none; PIER_NO_MEMORY; PIER_SYSTEM; `error` is filled then. */
pier_status pier__dns_configure(pier__dns_config *config, const pier_resolve_options *options, pier_error *error);

/* The names to ask for, one after the other. */
typedef struct pier__dns_names {
    char name[PIER__DNS_NAME_BYTES]; /* without a final dot */
    bool is_absolute;                /* it had one: no domain is put behind it */
    bool is_as_is_done;
    size_t dots;
    size_t position; /* of the next domain in the search list */
} pier__dns_names;

/* Begins with a name of at most 253 bytes and perhaps a final dot. */
void pier__dns_names_begin(pier__dns_names *names, const char *name);

/* Makes the next name, without a final dot: one with `dots_first` dots is first taken as it is, any other first with
 * each domain of `search`, between which blanks stand. Returns false when there is none left. */
bool pier__dns_names_next(pier__dns_names *names, const char *search, uint32_t dots_first,
                          char name[PIER__DNS_NAME_BYTES]);

/* What was seen of the questions about one name. */
typedef struct pier__dns_report {
    pier__dns_server *servers; /* borrowed */
    size_t server_count;
    bool is_asked[PIER__DNS_QUESTIONS];
    uint8_t questions[PIER__DNS_QUESTIONS][PIER__DNS_QUESTION_BYTES];
    size_t question_bytes; /* both have the same size */
    bool has_id[PIER__DNS_QUESTIONS];
    uint8_t ids[PIER__DNS_QUESTIONS][2];
    size_t last_answerer[PIER__DNS_QUESTIONS]; /* `server_count`: nobody */
    int os_error;                              /* of the last socket that could not be made; 0: none */
} pier__dns_report;

/* Begins with a new name, which has at most 253 bytes without its final dot: nobody was asked about it yet. */
void pier__dns_report_begin(pier__dns_report *report, const char *name, const bool is_asked[PIER__DNS_QUESTIONS]);

/* Notes a question that is sent, given from its header on. */
void pier__dns_report_sent(pier__dns_report *report, size_t server, const uint8_t *packet, size_t size);

/* Notes an answer, given from its header on, as far as the question at least. is_stream: it came over TCP. */
void pier__dns_report_got(pier__dns_report *report, size_t server, const uint8_t *packet, size_t size, bool is_stream);

/* Notes that a server could not be reached. */
void pier__dns_report_failed(pier__dns_report *report, size_t server, int os_error);

/* Notes what the answer that counted turned out to be. */
void pier__dns_report_verdict(pier__dns_report *report, size_t question, pier__dns_outcome outcome);

/* Returns whether a server has more to say about a question than a datagram holds, and no whole answer came. */
bool pier__dns_report_is_cut(const pier__dns_report *report, size_t question);

/* Writes what each server did with the questions, one after the other, terminated and cut at the capacity. */
void pier__dns_report_words(const pier__dns_report *report, char *words, size_t capacity_bytes);

/* Tells what the servers' answers mean for a look-up that found nothing: PIER_SYSTEM, PIER_PROTOCOL or
 * PIER_UNREACHABLE, with the system's error number if there is one. */
pier_status pier__dns_report_status(const pier__dns_report *report, int *os_error);

/* An open socket of a look-up. */
typedef struct pier__dns_socket {
    int handle;
    uint32_t events; /* what c-ares waits for */
    size_t server;   /* `server_count` until it is connected */
    bool is_stream;
    /* Over TCP answers come in pieces, each behind its length: what of the present one is known. */
    uint8_t head[2 + 12 + PIER__DNS_QUESTION_BYTES];
    size_t head_bytes;
    size_t passed_bytes; /* how much of the answer, its length counted, has come */
} pier__dns_socket;

/* The sockets of a look-up, through which all that c-ares sends and receives passes. */
typedef struct pier__dns_sockets {
    pier__dns_report *report; /* borrowed */
    pier__dns_socket open[PIER__DNS_SOCKETS_MAX];
    size_t count;
    size_t datagrams_left; /* how many may still be received in this step */
} pier__dns_sockets;

/* Lets c-ares use these sockets. channel: an ares_channel. */
void pier__dns_sockets_attach(pier__dns_sockets *sockets, void *channel);

/* c-ares tells here what it waits for: an ares_sock_state_cb with the sockets as its data. */
void pier__dns_sockets_wanted(void *sockets, int handle, int readable, int writable);

/* Begins a step: a server that sends without end may not hold it forever. */
void pier__dns_sockets_begin_step(pier__dns_sockets *sockets);

/* A look-up by c-ares. */
typedef struct pier__dns pier__dns;

/* Begins to ask for `name`. config: copied. out: owned: freed by pier__dns_destroy; NULL on failure.
 * Returns PIER_OK; PIER_NO_MEMORY; PIER_SYSTEM; `error` is filled then. */
pier_status pier__dns_start(pier__dns **out, const char *name, pier_family family, const pier__dns_config *config,
                            pier_deadline deadline, const pier_allocator *allocator, pier_error *error);

/* Does what can be done by now. Returns PIER_WOULD_BLOCK, or how the look-up ended. */
pier_status pier__dns_step(pier__dns *dns);

/* Ends the look-up before its time: PIER_OK when an address has been found already, else `status`. */
pier_status pier__dns_stop(pier__dns *dns, pier_status status);

/* Tells what to poll, as pier_resolver_interests, and when to step, as pier_resolver_next. */
size_t pier__dns_interests(const pier__dns *dns, pier_interest *interests, size_t capacity);
pier_deadline pier__dns_next(const pier__dns *dns);

/* Gives the addresses found, each once, as the servers told them, borrowed until destroy; TCP, port 0. */
const pier_address *pier__dns_addresses(const pier__dns *dns, size_t *count);

/* Fills `error` with what became of the look-up of `name`. Returns `status`. */
pier_status pier__dns_explain(const pier__dns *dns, pier_status status, const char *name, pier_error *error);

/* Frees; NULL is allowed. */
void pier__dns_destroy(pier__dns *dns);

#endif
