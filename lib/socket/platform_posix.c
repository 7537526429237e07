/* Sockets by the calls of POSIX, as Linux has them.
 *
 * Floor 2 (socket), POSIX. Knows nothing of pier_socket. Has no state: any thread may call it. Linux is needed for
 * accept4, for abstract names and for the flags that make a socket close-on-exec without a gap in which another thread
 * could fork. */
#include "socket/platform_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "address/ip_text_internal.h"
#include "address/sockaddr_posix_internal.h"
#include "socket/span_posix_internal.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)

/* How long a wait lasts that cannot be woken, before it looks at its cancel object. */
#define SLICE_US (PIER__SLICE_NS / 1000)

/* How many dead connections one call of accept passes over, before it lets its caller look at the deadline. */
#define ACCEPT_PASSED_OVER_MAX 64

/* Turns the answer of a system call, -1 or not, into 0 or errno. */
static int os_answer(int result) {
    return result < 0 ? errno : 0;
}

static int open_socket(const pier_address *address, int type, int *handle) {
    int family = AF_UNIX;
    if (address->family == PIER_FAMILY_IPV4) {
        family = AF_INET;
    } else if (address->family == PIER_FAMILY_IPV6) {
        family = AF_INET6;
    }
    *handle = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return os_answer(*handle);
}

int pier__platform_open(const pier_address *address, int *handle) {
    return open_socket(address, SOCK_STREAM, handle);
}

int pier__platform_open_datagram(const pier_address *address, int *handle) {
    return open_socket(address, SOCK_DGRAM, handle);
}

int pier__platform_open_pair(int handles[2]) {
    handles[0] = PIER__NO_HANDLE;
    handles[1] = PIER__NO_HANDLE;
    return os_answer(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, handles));
}

static int set_option(int handle, int level, int name, int value) {
    return os_answer(setsockopt(handle, level, name, &value, sizeof value));
}

int pier__platform_set_no_delay(int handle) {
    return set_option(handle, IPPROTO_TCP, TCP_NODELAY, 1);
}

/* Returns whether an IPv6 address stands for IPv4, too: the wildcard, and IPv4 in IPv6's clothes. */
static bool takes_ipv4(const pier_address *address) {
    static const uint8_t wildcard[16];
    return memcmp(address->name, wildcard, sizeof wildcard) == 0 || pier__ipv6_is_mapped(address->name);
}

int pier__platform_prepare_bind(int handle, const pier_address *address) {
    int os_error = 0;
    if (address->transport == PIER_TRANSPORT_TCP) {
        os_error = set_option(handle, SOL_SOCKET, SO_REUSEADDR, 1);
    }
    if (os_error == 0 && address->family == PIER_FAMILY_IPV6) {
        /* Said either way, because the default is the administrator's (net.ipv6.bindv6only). */
        os_error = set_option(handle, IPPROTO_IPV6, IPV6_V6ONLY, takes_ipv4(address) ? 0 : 1);
    }
    return os_error;
}

int pier__platform_use_interface(int handle, const char *name) {
    size_t length = strlen(name);
    /* The system would cut a longer name, and so use another interface. */
    if (length == 0 || length >= IFNAMSIZ) {
        return ENODEV;
    }
    return os_answer(setsockopt(handle, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)length));
}

void pier__platform_turn_away(int handle) {
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    /* If it fails, closing ends the connection all the same. */
    (void)setsockopt(handle, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    (void)pier__platform_close(handle);
}

/* Linux says "invalid" of a link-local address without its interface (ipv6(7)): it names nothing that can be
 * reached. */
static int without_interface(int os_error, const pier_address *address, int meaning) {
    bool lacks_it = address->family == PIER_FAMILY_IPV6 && address->scope == 0 &&
                    pier_address_kind_of(address) == PIER_ADDRESS_LINK_LOCAL;
    return os_error == EINVAL && lacks_it ? meaning : os_error;
}

int pier__platform_bind(int handle, const pier_address *address) {
    struct sockaddr_storage storage;
    socklen_t size = pier__address_to_sockaddr(address, &storage);
    int os_error = os_answer(bind(handle, (const struct sockaddr *)&storage, size));
    return without_interface(os_error, address, EADDRNOTAVAIL);
}

int pier__platform_listen(int handle, uint32_t backlog) {
    return os_answer(listen(handle, backlog < INT32_MAX ? (int)backlog : INT32_MAX));
}

/* Returns whether accept reports the fate of one connection, and not of the listener: Linux hands on what befell the
 * connection while it waited (accept(2), "Error handling"). */
static bool is_passed_over(int os_error) {
    switch (os_error) {
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
        return true;
    default:
        return false;
    }
}

int pier__platform_accept(int listener, int *handle, pier_address *peer) {
    int passed_over = 0;
    for (;;) {
        struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
        socklen_t size = sizeof storage;
        *handle = accept4(listener, (struct sockaddr *)&storage, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (*handle >= 0) {
            pier__address_from_sockaddr(&storage, size, peer);
            return 0;
        }
        if (is_passed_over(errno)) {
            if (++passed_over == ACCEPT_PASSED_OVER_MAX) {
                return EAGAIN;
            }
        } else if (errno != EINTR) {
            return errno;
        }
    }
}

int pier__platform_connect(int handle, const pier_address *address) {
    struct sockaddr_storage storage;
    socklen_t size = pier__address_to_sockaddr(address, &storage);
    int os_error = os_answer(connect(handle, (const struct sockaddr *)&storage, size));
    /* An interrupted connect goes on in the background (connect(2)). */
    return os_error == EINTR ? EINPROGRESS : without_interface(os_error, address, EHOSTUNREACH);
}

bool pier__platform_is_under_way(int os_error) {
    return os_error == EINPROGRESS;
}

/* Sets how long a blocking connect may wait; PIER_NEVER is 0 to the system. With a cancel object it waits a slice. */
static int set_send_timeout(int handle, bool in_slices, pier_deadline deadline) {
    struct timeval timeout = {0, 0};
    if (deadline != PIER_NEVER || in_slices) {
        int64_t left_us = deadline != PIER_NEVER ? (deadline - pier_clock_monotonic_ns()) / 1000 : SLICE_US;
        left_us = left_us > 0 ? left_us : 1;
        left_us = in_slices && left_us > SLICE_US ? SLICE_US : left_us;
        timeout.tv_sec = (time_t)(left_us / 1000000);
        timeout.tv_usec = (suseconds_t)(left_us % 1000000);
    }
    return os_answer(setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout));
}

/* Connects without showing an interruption. A call that succeeded although it was interrupted says EISCONN next. */
static int connect_whole(int handle, const struct sockaddr_storage *storage, socklen_t size) {
    int os_error = 0;
    do {
        os_error = os_answer(connect(handle, (const struct sockaddr *)storage, size));
    } while (os_error == EINTR);
    return os_error == EISCONN ? 0 : os_error;
}

static int set_blocking(int handle, bool blocks) {
    return os_answer(fcntl(handle, F_SETFL, blocks ? 0 : O_NONBLOCK));
}

int pier__platform_connect_unix(int handle, const pier_address *address, const pier_cancel *cancel,
                                pier_deadline deadline) {
    struct sockaddr_storage storage;
    socklen_t size = pier__address_to_sockaddr(address, &storage);
    int os_error = connect_whole(handle, &storage, size);
    if (os_error != EAGAIN || deadline == PIER_NOW) {
        return os_error;
    }
    /* The listener's queue is full. A Unix socket cannot be polled for room in it: only a blocking connect waits, as
     * long as SO_SNDTIMEO says (unix(7) has no other way; interrupted, it answers EINTR and has done nothing). Nothing
     * but a signal would end that, so that one which can be cancelled is made in slices. */
    os_error = set_blocking(handle, true);
    while (os_error == 0) {
        if (cancel != NULL && pier_cancel_is_fired(cancel)) {
            return PIER__NUMBER_CANCELLED;
        }
        os_error = set_send_timeout(handle, cancel != NULL, deadline);
        if (os_error == 0) {
            os_error = connect_whole(handle, &storage, size);
        }
        if (os_error == 0) {
            return set_blocking(handle, false);
        }
        if (os_error == EAGAIN && (deadline == PIER_NEVER || pier_clock_monotonic_ns() < deadline)) {
            os_error = 0;
        }
    }
    return os_error;
}

int pier__platform_connect_result(int handle, const pier_address *address) {
    int os_error = 0;
    socklen_t size = sizeof os_error;
    if (getsockopt(handle, SOL_SOCKET, SO_ERROR, &os_error, &size) != 0) {
        return errno;
    }
    if (os_error != 0) {
        return os_error;
    }
    /* To a local port that nobody listens at the system may give the very same port as one's own, and the socket meets
     * itself (RFC 9293, section 3.5, simultaneous open). To the caller that is nobody. */
    pier_address local;
    os_error = pier__platform_local_address(handle, &local);
    local.scope = address->scope;
    return os_error == 0 && pier_address_equal(&local, address) ? ECONNREFUSED : os_error;
}

bool pier__platform_is_shortage(int os_error) {
    return os_error == EMFILE || os_error == ENFILE || os_error == ENOBUFS || os_error == ENOMEM;
}

bool pier__platform_is_invalid(int os_error) {
    return os_error == EINVAL;
}

PIER__HOT int pier__platform_receive(int handle, void *buffer, size_t capacity_bytes, size_t *size) {
    size_t most = capacity_bytes < PIER__TRANSFER_BYTES_MAX ? capacity_bytes : PIER__TRANSFER_BYTES_MAX;
    ssize_t got = 0;
    do {
        got = recv(handle, buffer, most, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    *size = got > 0 ? (size_t)got : 0;
    return got < 0 ? errno : 0;
}

int pier__platform_let_wait(int handle) {
    const struct timeval slice = {.tv_usec = (suseconds_t)SLICE_US};
    int blocks = 0;
    int os_error = os_answer(setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice));
    return os_error == 0 ? os_answer(ioctl(handle, FIONBIO, &blocks)) : os_error;
}

void pier__platform_forbid_wait(int handle) {
    const struct timeval for_ever = {0, 0};
    int not_blocking = 1;
    /* Neither can fail where pier__platform_let_wait did not. */
    (void)ioctl(handle, FIONBIO, &not_blocking);
    (void)setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof for_ever);
}

PIER__HOT int pier__platform_receive_waiting(int handle, void *buffer, size_t capacity_bytes, size_t *size) {
    size_t most = capacity_bytes < PIER__TRANSFER_BYTES_MAX ? capacity_bytes : PIER__TRANSFER_BYTES_MAX;
    ssize_t got = recv(handle, buffer, most, 0);
    if (got < 0 && errno == EINTR) {
        return pier__platform_receive(handle, buffer, capacity_bytes, size);
    }
    *size = got > 0 ? (size_t)got : 0;
    return got < 0 ? errno : 0;
}

PIER__HOT int pier__platform_send(int handle, const pier_bytes *spans, size_t count, size_t *size) {
    struct iovec vectors[PIER_SPANS_MAX];
    struct msghdr message = {.msg_iov = vectors};
    message.msg_iovlen = pier__span_vectors(spans, count, PIER__TRANSFER_BYTES_MAX, vectors);
    ssize_t sent = 0;
    do {
        sent = sendmsg(handle, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    *size = sent > 0 ? (size_t)sent : 0;
    return sent < 0 ? errno : 0;
}

/* Translates what poll found. An error and the end of both directions count as both events, because every call then
 * answers at once. */
static uint32_t events_found(short found) {
    uint32_t ready = 0;
    if ((found & (POLLIN | POLLHUP | POLLERR)) != 0) {
        ready |= PIER_READABLE;
    }
    if ((found & (POLLOUT | POLLHUP | POLLERR)) != 0) {
        ready |= PIER_WRITABLE;
    }
    if ((found & POLLPRI) != 0) {
        ready |= PIER_URGENT;
    }
    return ready;
}

/* Fills in what the system shall look for. */
static void fill_polls(const pier_interest *interests, size_t count, struct pollfd *polls) {
    for (size_t i = 0; i < count; i++) {
        int events = ((interests[i].events & PIER_READABLE) != 0 ? POLLIN : 0) |
                     ((interests[i].events & PIER_WRITABLE) != 0 ? POLLOUT : 0) |
                     ((interests[i].events & PIER_URGENT) != 0 ? POLLPRI : 0);
        polls[i] = (struct pollfd){.fd = interests[i].handle, .events = (short)events, .revents = 0};
    }
}

/* Reads what the system found. */
static int read_polls(const pier_interest *interests, size_t count, const struct pollfd *polls, uint32_t *ready) {
    for (size_t i = 0; i < count; i++) {
        if ((polls[i].revents & POLLNVAL) != 0) {
            return EBADF;
        }
        ready[i] = events_found(polls[i].revents) & interests[i].events;
    }
    return 0;
}

int pier__platform_wait_many(const pier_interest *interests, size_t count, uint32_t *ready, pier_deadline deadline) {
    struct pollfd polls[PIER__WAIT_MAX];
    memset(ready, 0, count * sizeof *ready);
    fill_polls(interests, count, polls);
    for (;;) {
        struct timespec left = {0, 0};
        if (deadline != PIER_NOW && deadline != PIER_NEVER) {
            int64_t left_ns = deadline - pier_clock_monotonic_ns();
            left_ns = left_ns > 0 ? left_ns : 0;
            left.tv_sec = (time_t)(left_ns / NANOSECONDS_PER_SECOND);
            left.tv_nsec = (long)(left_ns % NANOSECONDS_PER_SECOND);
        }
        int found = ppoll(polls, count, deadline == PIER_NEVER ? NULL : &left, NULL);
        if (found >= 0) {
            return read_polls(interests, count, polls, ready);
        }
        if (errno != EINTR) {
            return errno;
        }
        if (deadline != PIER_NEVER && pier_clock_monotonic_ns() >= deadline) {
            /* A row of signals must not make the wait longer. */
            return 0;
        }
    }
}

int pier__platform_wait(int handle, uint32_t events, uint32_t *ready, pier_deadline deadline) {
    const pier_interest interest = {.handle = handle, .events = events};
    return pier__platform_wait_many(&interest, 1, ready, deadline);
}

int pier__platform_shutdown(int handle) {
    return os_answer(shutdown(handle, SHUT_WR));
}

int pier__platform_close(int handle) {
    /* Linux has given the descriptor back even when a signal interrupted the call (close(2)): closing again could hit
     * what another thread just opened. */
    int os_error = os_answer(close(handle));
    return os_error == EINTR ? 0 : os_error;
}

int pier__platform_local_address(int handle, pier_address *address) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof storage;
    int os_error = os_answer(getsockname(handle, (struct sockaddr *)&storage, &size));
    pier__address_from_sockaddr(&storage, size, address);
    return os_error;
}

int pier__platform_peer_address(int handle, pier_address *address) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof storage;
    int os_error = os_answer(getpeername(handle, (struct sockaddr *)&storage, &size));
    pier__address_from_sockaddr(&storage, size, address);
    return os_error;
}
