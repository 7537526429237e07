/* The sockets that c-ares asks through. They are Pier's own for three reasons: close-on-exec without a gap, faults that
 * tests can inject, and a look at what passes, so that errors can tell which server did what.
 *
 * Floor 1 (address), POSIX as Linux has it. Serves the thread of its look-up. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define CARES_NO_DEPRECATED
#include <ares.h>

#include "address/dns_internal.h"
#include "address/sockaddr_posix_internal.h"
#include "base/endian_internal.h"

/* How many datagrams are taken in one step: a thousand times what honest servers send, and no more than a kernel buffer
 * of the usual size holds. */
#define DATAGRAMS_A_STEP 256

static pier__dns_socket *find_socket(pier__dns_sockets *sockets, int handle) {
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->open[i].handle == handle) {
            return &sockets->open[i];
        }
    }
    return NULL;
}

/* Notes why no socket could be made, and leaves the number in errno for c-ares. */
static int fail_to_open(pier__dns_sockets *sockets, int os_error) {
    sockets->report->os_error = os_error;
    errno = os_error;
    return ARES_SOCKET_BAD;
}

static ares_socket_t open_socket(int family, int type, int protocol, void *user) {
    pier__dns_sockets *sockets = (pier__dns_sockets *)user;
    if (sockets->count == PIER__DNS_SOCKETS_MAX) {
        return fail_to_open(sockets, EMFILE);
    }
    int handle = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (handle < 0) {
        return fail_to_open(sockets, errno);
    }
    pier__dns_socket *made = &sockets->open[sockets->count++];
    memset(made, 0, sizeof *made);
    made->handle = handle;
    made->server = sockets->report->server_count;
    made->is_stream = type == SOCK_STREAM;
    return handle;
}

static int close_socket(ares_socket_t handle, void *user) {
    pier__dns_sockets *sockets = (pier__dns_sockets *)user;
    pier__dns_socket *socket = find_socket(sockets, handle);
    if (socket != NULL) {
        *socket = sockets->open[--sockets->count];
    }
    return close(handle);
}

/* Finds the server that c-ares connects to. */
static size_t find_server(const pier__dns_report *report, const struct sockaddr *name, socklen_t size) {
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    pier_address address;
    size_t server = 0;
    memcpy(&storage, name, (size_t)size < sizeof storage ? (size_t)size : sizeof storage);
    pier__address_from_sockaddr(&storage, size, &address);
    while (server < report->server_count) {
        const pier_address *own = &report->servers[server].address;
        if (own->port == address.port && own->name_bytes == address.name_bytes &&
            memcmp(own->name, address.name, own->name_bytes) == 0) {
            break;
        }
        server++;
    }
    return server;
}

/* Notes that a server could not be reached, unless the answer was just "not now". */
static void note_failure(pier__dns_sockets *sockets, const pier__dns_socket *socket, int os_error) {
    if (os_error != EAGAIN && os_error != EINPROGRESS && socket->server < sockets->report->server_count) {
        pier__dns_report_failed(sockets->report, socket->server, os_error);
    }
}

static int connect_socket(ares_socket_t handle, const struct sockaddr *name, ares_socklen_t size, void *user) {
    pier__dns_sockets *sockets = (pier__dns_sockets *)user;
    pier__dns_socket *socket = find_socket(sockets, handle);
    struct sockaddr_storage storage;
    socket->server = find_server(sockets->report, name, size);
    if (socket->server == sockets->report->server_count) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    /* Not the address that c-ares gives: it forgets the interface of a link-local one. */
    socklen_t bytes = pier__address_to_sockaddr(&sockets->report->servers[socket->server].address, &storage);
    int result = connect(handle, (const struct sockaddr *)&storage, bytes);
    if (result != 0 && errno == EINTR) {
        /* It goes on in the background (connect(2)). */
        errno = EINPROGRESS;
    }
    if (result != 0) {
        int os_error = errno;
        note_failure(sockets, socket, os_error);
        errno = os_error;
    }
    return result;
}

/* Looks at what came over TCP: each answer stands behind its length in two bytes. */
static void look_at_stream(pier__dns_sockets *sockets, pier__dns_socket *socket, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        size_t room = sizeof socket->head - socket->head_bytes;
        size_t answer_bytes = socket->passed_bytes >= 2 ? 2 + (size_t)pier__load_be16(socket->head) : 2;
        size_t piece = answer_bytes - socket->passed_bytes;
        piece = piece < size ? piece : size;
        size_t kept = piece < room ? piece : room;
        memcpy(socket->head + socket->head_bytes, bytes, kept);
        socket->head_bytes += kept;
        socket->passed_bytes += piece;
        bytes += piece;
        size -= piece;
        if (socket->passed_bytes >= 2 && socket->passed_bytes == 2 + (size_t)pier__load_be16(socket->head)) {
            pier__dns_report_got(sockets->report, socket->server, socket->head + 2, socket->head_bytes - 2, true);
            socket->head_bytes = 0;
            socket->passed_bytes = 0;
        }
    }
}

/* Says who sent what was received: the sockets are connected, so that it can only have been their server. */
static void fill_sender(const pier__dns_sockets *sockets, const pier__dns_socket *socket, struct sockaddr *from,
                        ares_socklen_t *from_size) {
    struct sockaddr_storage storage;
    socklen_t size = pier__address_to_sockaddr(&sockets->report->servers[socket->server].address, &storage);
    if (size <= *from_size) {
        memcpy(from, &storage, size);
    }
    *from_size = size;
}

/* Receives; an empty datagram says nothing and is passed over, like one too many for a step. */
static ssize_t receive(pier__dns_sockets *sockets, const pier__dns_socket *socket, void *buffer, size_t capacity) {
    ssize_t got = 0;
    do {
        if (!socket->is_stream && sockets->datagrams_left-- == 0) {
            sockets->datagrams_left = 0;
            errno = EAGAIN;
            return -1;
        }
        got = recv(socket->handle, buffer, capacity, MSG_DONTWAIT);
    } while ((got < 0 && errno == EINTR) || (got == 0 && !socket->is_stream));
    return got;
}

static ares_ssize_t receive_from(ares_socket_t handle, void *buffer, size_t capacity, int flags, struct sockaddr *from,
                                 ares_socklen_t *from_size, void *user) {
    pier__dns_sockets *sockets = (pier__dns_sockets *)user;
    pier__dns_socket *socket = find_socket(sockets, handle);
    (void)flags;
    ssize_t got = receive(sockets, socket, buffer, capacity);
    if (got <= 0) {
        int os_error = got < 0 ? errno : ECONNRESET;
        note_failure(sockets, socket, os_error);
        errno = os_error;
        return got;
    }
    if (socket->is_stream) {
        look_at_stream(sockets, socket, (const uint8_t *)buffer, (size_t)got);
    } else {
        pier__dns_report_got(sockets->report, socket->server, (const uint8_t *)buffer, (size_t)got, false);
    }
    if (from != NULL) {
        fill_sender(sockets, socket, from, from_size);
    }
    return got;
}

/* Looks at a question that is sent, over TCP behind its length. */
static void look_at_sent(pier__dns_sockets *sockets, const pier__dns_socket *socket, const struct iovec *vectors,
                         int count) {
    size_t skip = socket->is_stream ? 2 : 0;
    for (int i = 0; i < count; i++) {
        if (vectors[i].iov_len > skip) {
            pier__dns_report_sent(sockets->report, socket->server, (const uint8_t *)vectors[i].iov_base + skip,
                                  vectors[i].iov_len - skip);
        }
    }
}

static ares_ssize_t send_vectors(ares_socket_t handle, const struct iovec *vectors, int count, void *user) {
    pier__dns_sockets *sockets = (pier__dns_sockets *)user;
    const pier__dns_socket *socket = find_socket(sockets, handle);
    struct msghdr message = {.msg_iov = (struct iovec *)vectors, .msg_iovlen = (size_t)count};
    ssize_t sent = 0;
    /* That the datagram before was refused is told to the next call, which may be this one. c-ares would take it for
     * the fate of this datagram alone, and wait for an answer to the other. Sent all the same, this one is refused,
     * too, and the next receive tells it of the server. */
    bool may_be_stale = !socket->is_stream;
    bool is_stale = false;
    do {
        sent = sendmsg(handle, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        is_stale = sent < 0 && errno == ECONNREFUSED && may_be_stale;
        may_be_stale = may_be_stale && !is_stale;
    } while (is_stale || (sent < 0 && errno == EINTR));
    int os_error = sent < 0 ? errno : 0;
    if (os_error != 0) {
        note_failure(sockets, socket, os_error);
    } else {
        look_at_sent(sockets, socket, vectors, count);
    }
    if (os_error == EAGAIN && !socket->is_stream) {
        /* A full buffer loses a datagram as any router does, and it is asked again in time; c-ares 1.18 would give the
         * server up for it. */
        sent = (ssize_t)vectors[0].iov_len;
    }
    errno = os_error;
    return sent;
}

void pier__dns_sockets_attach(pier__dns_sockets *sockets, void *channel) {
    static const struct ares_socket_functions functions = {open_socket, close_socket, connect_socket, receive_from,
                                                           send_vectors};
    ares_set_socket_functions((ares_channel)channel, &functions, sockets);
}

void pier__dns_sockets_wanted(void *sockets, int handle, int readable, int writable) {
    pier__dns_socket *socket = find_socket((pier__dns_sockets *)sockets, handle);
    if (socket != NULL) {
        socket->events = (readable != 0 ? PIER_READABLE : 0) | (writable != 0 ? PIER_WRITABLE : 0);
    }
}

void pier__dns_sockets_begin_step(pier__dns_sockets *sockets) {
    sockets->datagrams_left = DATAGRAMS_A_STEP;
}
