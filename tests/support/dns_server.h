/* A name server that does what a test says: answers, lies, is slow, or dead.
 *
 * Shared by the tests of all floors. It listens on 127.0.0.1 at a port that the system chose, for UDP and for TCP, and
 * runs in a process of its own: its descriptors are not the test's, and no fault is injected into it. */
#ifndef PIER_TESTS_DNS_SERVER_H
#define PIER_TESTS_DNS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/address.h>

/* Types of questions; 0 in a rule means any. */
enum { DNS_TYPE_A = 1, DNS_TYPE_AAAA = 28 };

/* Errors of RFC 1035, section 4.1.1. */
enum { DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4, DNS_REFUSED = 5 };

/* What the server does with a question. */
typedef enum dns_conduct {
    DNS_ANSWER,         /* answers with the addresses that fit the question, and the error `rcode` */
    DNS_SILENT,         /* nothing */
    DNS_WRONG_ID,       /* answers under another id */
    DNS_WRONG_QUESTION, /* answers another question */
    DNS_NO_ANSWER_FLAG, /* sends the question back as a question */
    DNS_SHORT,          /* sends 5 bytes */
    DNS_EMPTY,          /* sends an empty datagram, then the answer */
    DNS_BROKEN,         /* claims an answer that is cut off in the middle */
    DNS_LOOP,           /* an answer whose name points at itself */
    DNS_MANY_CLAIMED,   /* claims 65,535 answers and has one */
    DNS_HUGE,           /* answers with 4,000 bytes in one datagram, far more than was allowed */
    DNS_FLOOD,          /* sends 3,000 datagrams of nonsense, then nothing */
    DNS_CUT,            /* cuts the answer short over UDP and gives it whole over TCP */
    DNS_CUT_SILENT,     /* … and then nothing over TCP */
    DNS_CUT_SLOW,       /* … and waits 350 ms before each answer over TCP */
    DNS_CUT_CLOSED,     /* … and closes the TCP connection at the question */
    DNS_CUT_BYTEWISE    /* … and sends the whole one over TCP byte by byte */
} dns_conduct;

/* A rule. The first that fits a question holds. */
typedef struct dns_rule {
    const char *name; /* in lower case, without a final dot; NULL: any */
    uint16_t type;
    dns_conduct conduct;
    uint32_t rcode;
    uint32_t delay_ms;      /* how long the answer waits */
    uint32_t drop_first;    /* how many questions get no answer before */
    const char *addresses;  /* texts with blanks between; NULL: none */
    const char *aliases;    /* names with blanks between: the name is an alias of the first, that of the second, … */
    uint32_t address_count; /* when not 0: so many addresses, made up, instead of `addresses` */
} dns_rule;

typedef struct dns_server dns_server;

/* Starts a server; the test fails when that fails. rules: borrowed until it is stopped; what is not in any is answered
 * with NXDOMAIN. with_tcp: whether it listens on TCP, too. */
dns_server *dns_server_start(const dns_rule *rules, size_t count, bool with_tcp);

/* Returns where it listens. */
pier_address dns_server_address(const dns_server *server);

/* Returns how many questions of a type came, over UDP and TCP; of all types with 0. */
uint32_t dns_server_questions(const dns_server *server, uint16_t type);

/* Stops the server and frees. NULL is allowed. */
void dns_server_stop(dns_server *server);

/* Returns an address on loopback at which nobody listens, neither on UDP nor on TCP. */
pier_address dns_dead_address(void);

/* Returns an address at which questions arrive and nobody reads them; `handle` keeps it so until it is closed. */
pier_address dns_deaf_address(int *handle);

#endif
