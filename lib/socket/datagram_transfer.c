/* Datagrams sent, received and looked at; see <pier/datagram.h>.
 *
 * Floor 2 (socket). Knows the platform by its contract. One thread may receive while another sends: each call touches
 * what belongs to its direction alone. */
#include "socket/datagram_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* How long a Unix sender that cannot be woken waits before it tries again. */
#define SLICE_MS 10

#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

static bool is_udp(const pier_socket *socket) {
    return socket->address.transport == PIER_TRANSPORT_UDP;
}

/* What to do about a failure of a datagram, or NULL when the words say all. */
static const char *advice(const pier_socket *socket, pier__direction way, int os_error) {
    pier_status status = pier__os_status(os_error);
    if (status == PIER_REFUSED && is_udp(socket)) {
        return "an earlier datagram found nobody there";
    }
    if (way == PIER__READ) {
        return NULL;
    }
    if (status == PIER_REFUSED || status == PIER_NOT_FOUND) {
        return "is the receiver running?";
    }
    if (status == PIER_DENIED && is_udp(socket)) {
        return "PIER_OPTION_BROADCAST allows broadcast addresses; else a firewall is in the way";
    }
    return NULL;
}

/* Fills the error of one direction; `whom` is the other side, or the own address when that is not known. */
static pier_status fail(pier_socket *socket, pier__direction way, const char *verb, const pier_address *whom,
                        int os_error) {
    /* The longest address is cut, so that the reason behind it still fits in. */
    char name[100] = "a Unix socket without a name";
    char words[PIER__OS_WORDS_BYTES];
    const char *what_to_do = advice(socket, way, os_error);
    if (whom->name_bytes > 0) {
        (void)pier_address_format(whom, name, sizeof name);
    }
    atomic_store_explicit(&socket->failed_last, (unsigned char)way, memory_order_relaxed);
    return pier__error_set(&socket->errors[way], pier__os_status(os_error), PIER_FLOOR_SOCKET, os_error,
                           "%s %s: %s%s%s", verb, name, pier__os_words(os_error, words), what_to_do != NULL ? ": " : "",
                           what_to_do != NULL ? what_to_do : "");
}

/* Tells how much one datagram to `whom` may have; answers the system's number. */
static int ask_max(const pier_socket *socket, const pier_address *whom, size_t *bytes) {
    if (!is_udp(socket)) {
        return pier__platform_unix_datagram_max(socket->handle, bytes);
    }
    *bytes = pier_address_unmapped(whom).family == PIER_FAMILY_IPV4 ? PIER_DATAGRAM_IPV4_BYTES_MAX
                                                                    : PIER_DATAGRAM_IPV6_BYTES_MAX;
    return 0;
}

static pier_status refuse_size(pier_socket *socket, const pier_address *whom, size_t bytes) {
    char name[100];
    size_t most = 0;
    (void)pier_address_format(whom, name, sizeof name);
    int os_error = ask_max(socket, whom, &most);
    atomic_store_explicit(&socket->failed_last, (unsigned char)PIER__WRITE, memory_order_relaxed);
    if (os_error != 0 || bytes <= most) {
        return pier__error_set(&socket->errors[PIER__WRITE], PIER_LIMIT, PIER_FLOOR_SOCKET, 0,
                               "send to %s: a datagram of %zu bytes, and the way there takes less", name, bytes);
    }
    return pier__error_set(&socket->errors[PIER__WRITE], PIER_LIMIT, PIER_FLOOR_SOCKET, 0,
                           "send to %s: a datagram of %zu bytes, the limit is %zu", name, bytes, most);
}

/* Looks at the spans; gives the bytes of all. */
static bool spans_are_good(const pier_bytes *spans, size_t count, size_t *bytes) {
    *bytes = 0;
    if (count > PIER_SPANS_MAX || (count > 0 && spans == NULL)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if ((spans[i].size > 0 && spans[i].data == NULL) || spans[i].size > SIZE_MAX - *bytes) {
            return false;
        }
        *bytes += spans[i].size;
    }
    return true;
}

/* Waits until sending is worth another try. */
static pier_status await_room(pier_socket *socket, bool goes_to_peer, pier_deadline deadline) {
    if (is_udp(socket) || (goes_to_peer && socket->has_peer)) {
        return pier__socket_await(socket, PIER__WRITE, PIER_WRITABLE, deadline, "send from");
    }
    /* It is the receiver's queue that is full, and poll tells of that for a peer alone (unix_dgram_poll). */
    if (deadline == PIER_NOW) {
        return PIER_WOULD_BLOCK;
    }
    int64_t now = pier_clock_monotonic_ns();
    if (deadline != PIER_NEVER && now >= deadline) {
        return PIER_TIMEOUT;
    }
    pier_deadline slice = now + SLICE_MS * NANOSECONDS_PER_MILLISECOND;
    uint32_t fired = 0;
    pier_interest interest = {.handle = PIER__NO_HANDLE};
    if (socket->cancel != NULL) {
        interest = (pier_interest){.handle = pier_cancel_handle(socket->cancel), .events = PIER_READABLE};
    }
    int os_error =
        pier__platform_wait_many(&interest, 1, &fired, deadline != PIER_NEVER && deadline < slice ? deadline : slice);
    if (os_error != 0) {
        return fail(socket, PIER__WRITE, "wait for room at", &socket->address, os_error);
    }
    return fired != 0 ? PIER_CANCELLED : PIER_OK;
}

pier_status pier_datagram_send(pier_socket *socket, const pier_address *to, const pier_bytes *spans, size_t count,
                               pier_deadline deadline) {
    size_t bytes = 0;
    size_t most = 0;
    pier_address dressed;
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier_status status = pier__datagram_check(socket, PIER__WRITE);
    if (status != PIER_OK) {
        return status;
    }
    if (!spans_are_good(spans, count, &bytes)) {
        return pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE, "a datagram has up to 64 spans, none of them NULL");
    }
    if (to == NULL ? !socket->has_peer : !pier__datagram_dress(socket, to, &dressed)) {
        return pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE,
                                   to == NULL ? "a datagram needs an address to go to, or a peer"
                                              : "this socket cannot reach an address of that kind");
    }
    const pier_address *whom = to != NULL ? to : &socket->peer;
    if (is_udp(socket) && ask_max(socket, whom, &most) == 0 && bytes > most) {
        return refuse_size(socket, whom, bytes);
    }
    for (;;) {
        int os_error = pier__platform_send_datagram(socket->handle, to != NULL ? &dressed : NULL, spans, count);
        if (os_error == 0) {
            return PIER_OK;
        }
        if (pier__platform_is_too_large(os_error)) {
            return refuse_size(socket, whom, bytes);
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return fail(socket, PIER__WRITE, "send to", whom, os_error);
        }
        status = await_room(socket, to == NULL, deadline);
        if (status != PIER_OK) {
            return status;
        }
    }
}

/* Drops a datagram whose sender is denied: it was only looked at. */
static void drop(const pier_socket *socket) {
    size_t size = 0;
    pier_address from;
    /* What fails here fails again, and is told, when the next one is asked for. */
    (void)pier__platform_receive_datagram(socket->handle, NULL, 0, false, &size, &from);
}

/* Gets the next datagram whose sender is welcome. */
static pier_status next(pier_socket *socket, void *buffer, size_t capacity_bytes, bool peeks, size_t *size,
                        pier_address *from, pier_deadline deadline) {
    unsigned turned_away = 0;
    for (;;) {
        int os_error = pier__platform_receive_datagram(socket->handle, buffer, capacity_bytes, peeks, size, from);
        if (os_error == 0) {
            if (is_udp(socket)) {
                from->transport = PIER_TRANSPORT_UDP;
            }
            if (!pier__socket_denies(socket, from)) {
                return PIER_OK;
            }
            if (peeks) {
                drop(socket);
            }
            socket->denied++;
            if (++turned_away % PIER__TURNED_AWAY_MAX != 0) {
                continue;
            }
            /* Whoever is denied must not hold up a call beyond its deadline by sending again and again. */
        } else if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return socket->has_peer ? fail(socket, PIER__READ, "receive from", &socket->peer, os_error)
                                    : fail(socket, PIER__READ, "receive at", &socket->address, os_error);
        }
        pier_status status = pier__socket_await(socket, PIER__READ, PIER_READABLE, deadline, "receive at");
        if (status != PIER_OK) {
            return status;
        }
    }
}

/* What receiving and looking have in common. */
static pier_status take(pier_socket *socket, void *buffer, size_t capacity_bytes, bool peeks, size_t *size,
                        pier_address *from, pier_deadline deadline) {
    pier_address sender;
    if (size != NULL) {
        *size = 0;
    }
    if (from != NULL) {
        memset(from, 0, sizeof *from);
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier_status status = pier__datagram_check(socket, PIER__READ);
    if (status != PIER_OK) {
        return status;
    }
    if (size == NULL || (buffer == NULL && capacity_bytes > 0)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "size, and a buffer that has room, may not be NULL");
    }
    size_t found = 0;
    status = next(socket, buffer, capacity_bytes, peeks, &found, &sender, deadline);
    if (status != PIER_OK) {
        return status;
    }
    *size = found;
    if (from != NULL) {
        *from = sender;
    }
    if (!peeks && found > capacity_bytes) {
        atomic_store_explicit(&socket->failed_last, (unsigned char)PIER__READ, memory_order_relaxed);
        return pier__error_set(&socket->errors[PIER__READ], PIER_LIMIT, PIER_FLOOR_SOCKET, 0,
                               "a datagram of %zu bytes came, the buffer has %zu: it is dropped", found,
                               capacity_bytes);
    }
    return PIER_OK;
}

pier_status pier_datagram_receive(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                  pier_address *from, pier_deadline deadline) {
    return take(socket, buffer, capacity_bytes, false, size, from, deadline);
}

pier_status pier_datagram_peek(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                               pier_address *from, pier_deadline deadline) {
    return take(socket, buffer, capacity_bytes, true, size, from, deadline);
}

pier_status pier_datagram_bytes_max(pier_socket *socket, const pier_address *to, size_t *bytes) {
    pier_address dressed;
    if (bytes != NULL) {
        *bytes = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier_status status = pier__datagram_check(socket, PIER__WRITE);
    if (status != PIER_OK) {
        return status;
    }
    if (bytes == NULL || (to != NULL && !pier__datagram_dress(socket, to, &dressed))) {
        return pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE,
                                   bytes == NULL ? "bytes may not be NULL"
                                                 : "this socket cannot reach an address of that kind");
    }
    const pier_address *whom = to != NULL ? to : socket->has_peer ? &socket->peer : &socket->address;
    int os_error = ask_max(socket, whom, bytes);
    return os_error == 0 ? PIER_OK : fail(socket, PIER__WRITE, "ask for the limit at", whom, os_error);
}
