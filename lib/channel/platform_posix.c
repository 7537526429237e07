/* See platform_internal.h. POSIX. */
#include "channel/platform_internal.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

static const int64_t second_ns = 1000000000;

size_t pier__platform_poll_bytes(void) {
    return sizeof(struct pollfd);
}

static struct timespec time_left(pier_deadline deadline) {
    int64_t left_ns = deadline == PIER_NOW ? 0 : deadline - pier_clock_monotonic_ns();
    left_ns = left_ns > 0 ? left_ns : 0;
    return (struct timespec){.tv_sec = (time_t)(left_ns / second_ns), .tv_nsec = (long)(left_ns % second_ns)};
}

/* An error or the end counts as whatever is waited for: the next call meets it. */
static uint32_t events_found(short found, uint32_t wanted) {
    uint32_t events = ((found & POLLIN) != 0 ? PIER_READABLE : 0) | ((found & POLLOUT) != 0 ? PIER_WRITABLE : 0);
    return (found & (POLLERR | POLLHUP | POLLNVAL)) != 0 ? wanted : events & wanted;
}

int pier__platform_poll_many(pier_interest *interests, size_t count, void *memory, pier_deadline deadline) {
    struct pollfd *polls = (struct pollfd *)memory;
    for (size_t i = 0; i < count; i++) {
        uint32_t events = interests[i].events;
        polls[i] = (struct pollfd){.fd = interests[i].handle};
        polls[i].events =
            (short)(((events & PIER_READABLE) != 0 ? POLLIN : 0) | ((events & PIER_WRITABLE) != 0 ? POLLOUT : 0));
    }
    int found = 0;
    do {
        struct timespec left = time_left(deadline);
        found = ppoll(polls, (nfds_t)count, deadline == PIER_NEVER ? NULL : &left, NULL);
    } while (found < 0 && errno == EINTR);
    if (found < 0) {
        return errno;
    }
    for (size_t i = 0; i < count; i++) {
        interests[i].events = events_found(polls[i].revents, interests[i].events);
    }
    return 0;
}
