/* Names of interfaces, routes and polling.
 *
 * Floor 1 (address), POSIX. Has no state: any thread may call it. */
#include "address/platform_internal.h"

#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "address/sockaddr_posix_internal.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* The discard service: a datagram socket must be connected to some port to learn its own address. */
#define ANY_PORT 9

uint32_t pier__platform_interface_index(const char *name) {
    return (uint32_t)if_nametoindex(name);
}

/* Connects a datagram socket, which sends nothing and makes the system choose a route, and asks for its address. */
static bool ask_route(int handle, const pier_address *destination, pier_address *source) {
    struct sockaddr_storage storage;
    pier_address somewhere = *destination;
    somewhere.port = destination->port != 0 ? destination->port : ANY_PORT;
    socklen_t size = pier__address_to_sockaddr(&somewhere, &storage);
    if (connect(handle, (const struct sockaddr *)&storage, size) != 0) {
        return false;
    }
    size = sizeof storage;
    if (getsockname(handle, (struct sockaddr *)&storage, &size) != 0) {
        return false;
    }
    pier__address_from_sockaddr(&storage, size, source);
    return true;
}

bool pier__platform_source_address(const pier_address *destination, pier_address *source) {
    int family = destination->family == PIER_FAMILY_IPV4 ? AF_INET : AF_INET6;
    int handle = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0) {
        return false;
    }
    bool has_route = ask_route(handle, destination, source);
    (void)close(handle);
    return has_route;
}

/* Returns the events that a handle has, of those that were waited for. */
static uint32_t events_found(short found, uint32_t wanted) {
    uint32_t events = 0;
    if ((found & POLLIN) != 0) {
        events |= PIER_READABLE;
    }
    if ((found & POLLOUT) != 0) {
        events |= PIER_WRITABLE;
    }
    if ((found & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        events = wanted;
    }
    return events & wanted;
}

/* Returns how long it is up to the deadline. */
static struct timespec time_left(pier_deadline deadline) {
    int64_t left_ns = deadline == PIER_NOW ? 0 : deadline - pier_clock_monotonic_ns();
    left_ns = left_ns > 0 ? left_ns : 0;
    return (struct timespec){.tv_sec = (time_t)(left_ns / NANOSECONDS_PER_SECOND),
                             .tv_nsec = (long)(left_ns % NANOSECONDS_PER_SECOND)};
}

size_t pier__platform_poll_bytes(void) {
    return sizeof(struct pollfd);
}

int pier__platform_poll_many(pier_interest *interests, size_t count, void *memory, pier_deadline deadline) {
    struct pollfd *entries = (struct pollfd *)memory;
    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct pollfd){.fd = interests[i].handle};
        entries[i].events |= (interests[i].events & PIER_READABLE) != 0 ? POLLIN : 0;
        entries[i].events |= (interests[i].events & PIER_WRITABLE) != 0 ? POLLOUT : 0;
    }
    int found = 0;
    do {
        struct timespec left = time_left(deadline);
        found = ppoll(entries, (nfds_t)count, deadline == PIER_NEVER ? NULL : &left, NULL);
    } while (found < 0 && errno == EINTR);
    if (found < 0) {
        return errno;
    }
    for (size_t i = 0; i < count; i++) {
        interests[i].events = events_found(entries[i].revents, interests[i].events);
    }
    return 0;
}

int pier__platform_poll(pier_interest *interests, size_t count, pier_deadline deadline) {
    struct pollfd entries[PIER__POLL_HANDLES_MAX];
    assert(count <= PIER__POLL_HANDLES_MAX);
    return pier__platform_poll_many(interests, count, entries, deadline);
}
