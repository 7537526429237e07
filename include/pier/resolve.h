/* Names: all the addresses that one stands for, found within a deadline.
 *
 * Floor 1 (address). Knows nothing of sockets that carry data. Names are looked up in the hosts file first, then asked
 * of the name servers by c-ares; docs/names.md tells the order, the times, and what of the system's configuration is
 * not looked at. No thread is started, nothing is global, and no call waits beyond its deadline, but for reading local
 * files.
 *
 * One look-up serves both styles: pier_address_resolve waits, and a pier_resolver is driven by any poll loop. */
#ifndef PIER_RESOLVE_H
#define PIER_RESOLVE_H

#include <pier/address.h>
#include <pier/allocator.h>
#include <pier/cancel.h>
#include <pier/clock.h>
#include <pier/event.h>

typedef struct pier_resolver pier_resolver;

/* How many addresses of one name are kept; further ones are dropped. */
#define PIER_RESOLVE_ADDRESSES_MAX 128

/* How many name servers are asked at most; further ones are left out. */
#define PIER_RESOLVE_SERVERS_MAX 16

/* How many handles a resolver may want to be polled at a time. */
#define PIER_RESOLVE_HANDLES_MAX 33

/* Choices of a look-up. Zero it, set what differs, and set `size`. All that it points at is borrowed until the call
 * returns, the cancel object until the look-up ends. */
typedef struct pier_resolve_options {
    size_t size;                     /* sizeof(pier_resolve_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(). c-ares takes its own memory from malloc */
    pier_cancel *cancel;             /* NULL: nobody ends the look-up early. Once fired, it ends with PIER_CANCELLED */
    pier_family family;              /* PIER_FAMILY_IPV4 or PIER_FAMILY_IPV6 alone; PIER_FAMILY_NONE: both */
    bool numeric_only;               /* names of hosts and services are refused, as by pier_address_parse */
    const pier_address *servers;     /* NULL: those of resolv.conf; port 0 is 53; the transport does not matter */
    size_t server_count;             /* up to PIER_RESOLVE_SERVERS_MAX */
    const char *search;              /* domains to try behind names without a dot, blanks between; NULL: those of
                                        resolv.conf, and none when `servers` are given; "": none */
    const char *hosts_path;          /* NULL: /etc/hosts; "": none */
    const char *resolv_conf_path;    /* NULL: /etc/resolv.conf */
    const char *services_path;       /* NULL: /etc/services */
    /* Of a pier_resolver alone: called exactly once, by the step that ends the look-up, as the last thing that this
     * step does; the resolver may be destroyed in it. Not called when the resolver is destroyed before. NULL: none. */
    void (*done)(pier_resolver *resolver, pier_status status, void *user);
    void *user;
} pier_resolve_options;

/* As pier_address_parse, and takes the names of hosts and services too: `tcp://localhost:http`.
 *
 * What pier_address_parse takes is never looked up. `localhost`, and what ends in `.localhost`, is the loopback of this
 * machine, whatever files and servers say (RFC 6761).
 * text: terminated. addresses: gets up to `capacity` (at least 1) addresses, each once, the one to try first at first
 * (RFC 6724). count: gets how many; 0 unless PIER_OK. options: NULL for the defaults; `done` must be NULL. error: NULL,
 * or filled unless PIER_OK: what every server answered, and the time it took; `offset` is the byte of `text` that is
 * wrong or not found.
 * Returns PIER_OK with at least one address; PIER_TIMEOUT; PIER_CANCELLED; PIER_WOULD_BLOCK with PIER_NOW for a name
 * that must be asked for; PIER_ADDRESS for malformed text; PIER_NOT_FOUND for a name that does not exist, or has no
 * address of the family, and for a service that is not known; PIER_UNREACHABLE when no name server answers;
 * PIER_PROTOCOL when what they answer is malformed; PIER_SYSTEM when they refuse or fail, or the system does;
 * PIER_DENIED; PIER_NO_MEMORY; PIER_USAGE. Blocks until `deadline`; numbers and Unix addresses never block. Without a
 * deadline servers that do not answer are given up after some 8 seconds each. */
PIER_API pier_status pier_address_resolve(const char *text, pier_address *addresses, size_t capacity, size_t *count,
                                          pier_deadline deadline, const pier_resolve_options *options,
                                          pier_error *error) PIER_MUST_USE;

/* Starts a look-up of the same kind, to be driven by pier_resolver_step. It never ends in here: even what is known at
 * once is told by the first step.
 * out: owned: freed by pier_resolver_destroy; NULL on failure. deadline: of the whole look-up; one that has passed ends
 * it at the first step, unless the answer is known by then.
 * Returns PIER_OK; PIER_ADDRESS, PIER_NOT_FOUND for a service, PIER_USAGE, PIER_NO_MEMORY, PIER_SYSTEM and PIER_DENIED
 * as pier_address_resolve. Blocks as reading local files does. */
PIER_API pier_status pier_resolver_start(pier_resolver **out, const char *text, pier_deadline deadline,
                                         const pier_resolve_options *options, pier_error *error) PIER_MUST_USE;

/* Tells which handles to poll, level-triggered, and for what; the cancel object's is among them.
 * interests: gets up to `capacity` of them; PIER_RESOLVE_HANDLES_MAX is room enough. Returns how many there are: 0 when
 * nothing is waited for. They are borrowed and change with every step: ask anew before each poll. Never blocks. */
PIER_API size_t pier_resolver_interests(const pier_resolver *resolver, pier_interest *interests, size_t capacity);

/* Returns when pier_resolver_step must be called at the latest, ready or not: PIER_NOW for at once, PIER_NEVER when
 * only a handle can tell more. Never blocks. */
PIER_API pier_deadline pier_resolver_next(const pier_resolver *resolver);

/* Does what can be done by now: call it when a handle is ready and when the time has come; calling it more often does
 * no harm. Returns PIER_WOULD_BLOCK while the look-up goes on, then, from the step that ends it on, what
 * pier_address_resolve would return. Never blocks. */
PIER_API pier_status pier_resolver_step(pier_resolver *resolver) PIER_MUST_USE;

/* Gives what was found, as pier_address_resolve does, as often as it is asked. Returns what the last step returned, and
 * PIER_WOULD_BLOCK before the first one; PIER_USAGE for NULL. Never blocks. */
PIER_API pier_status pier_resolver_result(const pier_resolver *resolver, pier_address *addresses, size_t capacity,
                                          size_t *count) PIER_MUST_USE;

/* Returns why the look-up ended without an address; its status is PIER_OK before that and when there is one. Borrowed
 * until the resolver is destroyed. */
PIER_API const pier_error *pier_resolver_error(const pier_resolver *resolver);

/* Ends the look-up if it goes on, silently, and frees. NULL is allowed. */
PIER_API void pier_resolver_destroy(pier_resolver *resolver);

#endif
