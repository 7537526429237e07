/* Listening, and accepting connections.
 *
 * Floor 2 (socket). Knows the platform by its contract. A listener serves one thread at a time. */
#include "socket/socket_internal.h"

#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* Opens, binds and listens; answers the system's error number, with nothing left open then. */
static int listen_at(pier_socket *socket, const pier_address *address, const pier_socket_options *options) {
    socket->address = *address;
    int os_error = pier__platform_open(address, &socket->handle);
    if (os_error != 0) {
        return os_error;
    }
    os_error = pier__platform_prepare_bind(socket->handle, address);
    if (os_error == 0) {
        os_error = pier__socket_apply_settings(socket, options);
    }
    if (os_error == 0) {
        os_error = pier__socket_bind(socket, address);
    }
    if (os_error == 0) {
        os_error = pier__platform_listen(socket->handle, options->backlog);
    }
    if (os_error != 0) {
        (void)pier__socket_close(socket);
        return os_error;
    }
    socket->role = PIER__SOCKET_LISTENS;
    return 0;
}

pier_status pier_socket_listen(pier_socket **out, const pier_address *address, const pier_socket_options *options,
                               pier_error *error) {
    pier_socket_options chosen;
    if (out == NULL || address == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "out and address may not be NULL");
    }
    *out = NULL;
    pier_status status = pier__socket_options(options, &chosen, error);
    if (status != PIER_OK) {
        return status;
    }
    if (!pier__socket_address_is_good(address)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "%s",
                               address->transport == PIER_TRANSPORT_UDP
                                   ? "nobody connects to UDP: pier_datagram_open takes datagrams at such an address"
                                   : "only TCP and Unix addresses can listen");
    }
    status = pier__socket_check_settings(address, &chosen, error);
    if (status == PIER_OK) {
        status = pier__socket_check_range(address, &chosen, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen.allocator);
    pier_socket *socket = pier__socket_new(&allocator, chosen.delay, chosen.cancel);
    if (socket == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SOCKET, 0, "there is no memory for a socket");
    }
    socket->access = chosen.access;
    int os_error = pier__socket_open_in_range(socket, address, &chosen, listen_at);
    if (os_error != 0) {
        pier_socket_destroy(socket);
        return pier__socket_explain_range(error, "listen on", address, &chosen, os_error);
    }
    *out = socket;
    return PIER_OK;
}

/* Makes a connection out of the listener's spare socket. */
static pier_status take_connection(pier_socket *listener, pier_socket **out, int handle, const pier_address *peer) {
    pier_socket *socket = listener->spare;
    if (listener->address.transport == PIER_TRANSPORT_TCP && !listener->delays) {
        /* Linux hands the listener's setting on, which no standard promises: so each connection gets it. */
        int os_error = pier__platform_set_no_delay(handle);
        if (os_error != 0) {
            (void)pier__platform_close(handle);
            return pier__socket_fail(listener, PIER__READ, "set up a connection of", os_error);
        }
    }
    listener->spare = NULL;
    socket->handle = handle;
    socket->role = PIER__SOCKET_CONNECTED;
    socket->cancel = listener->cancel;
    socket->address = *peer;
    *out = socket;
    return PIER_OK;
}

bool pier__socket_denies(const pier_socket *socket, const pier_address *from) {
    return socket->access != NULL && !pier_access_allows(socket->access, from, NULL);
}

uint64_t pier_socket_denied_count(const pier_socket *listener) {
    return listener != NULL ? listener->denied : 0;
}

/* How long a call that may wait hopes for a descriptor or for memory before it tells that there is none, and how often
 * it looks. The connection still waits, so that the handle is ready all the time: a loop around a call that told at
 * once would do nothing but ask. */
#define SHORTAGE_MS 100
#define SHORTAGE_SLICE_MS 10
#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

/* Waits a moment for what the system is short of. `hope_ends`: 0 at first. Returns PIER_OK to try again,
 * PIER_CANCELLED, or PIER_WOULD_BLOCK when the shortage is to be told. */
static pier_status outlast_shortage(const pier_socket *listener, pier_deadline deadline, int64_t *hope_ends) {
    int64_t now = pier_clock_monotonic_ns();
    if (*hope_ends == 0) {
        *hope_ends = now + SHORTAGE_MS * NANOSECONDS_PER_MILLISECOND;
    }
    int64_t end = deadline < *hope_ends ? deadline : *hope_ends;
    if (deadline == PIER_NOW || now >= end) {
        return PIER_WOULD_BLOCK;
    }
    int64_t slice = now + SHORTAGE_SLICE_MS * NANOSECONDS_PER_MILLISECOND;
    pier_interest interest = {.handle = PIER__NO_HANDLE};
    uint32_t fired = 0;
    if (listener->cancel != NULL) {
        interest = (pier_interest){.handle = pier_cancel_handle(listener->cancel), .events = PIER_READABLE};
    }
    if (pier__platform_wait_many(&interest, 1, &fired, slice < end ? slice : end) != 0) {
        return PIER_WOULD_BLOCK;
    }
    return fired != 0 ? PIER_CANCELLED : PIER_OK;
}

pier_status pier_socket_accept(pier_socket *listener, pier_socket **out, pier_address *peer, pier_deadline deadline) {
    pier_address from;
    if (peer != NULL) {
        memset(peer, 0, sizeof *peer);
    }
    if (out != NULL) {
        *out = NULL;
    }
    if (listener == NULL) {
        return PIER_USAGE;
    }
    if (out == NULL || listener->role != PIER__SOCKET_LISTENS) {
        return pier__socket_refuse(listener, PIER__READ, PIER_USAGE, "only a listening socket accepts connections");
    }
    if (listener->spare == NULL) {
        listener->spare = pier__socket_new(&listener->allocator, listener->delays, NULL);
        if (listener->spare == NULL) {
            return pier__socket_refuse(listener, PIER__READ, PIER_NO_MEMORY, "there is no memory for a connection");
        }
    }
    unsigned turned_away = 0;
    int64_t hope_ends = 0;
    for (;;) {
        int handle = PIER__NO_HANDLE;
        int os_error = pier__platform_accept(listener->handle, &handle, &from);
        if (os_error == 0 && pier__socket_denies(listener, &from)) {
            pier__platform_turn_away(handle);
            listener->denied++;
            if (++turned_away % PIER__TURNED_AWAY_MAX != 0) {
                continue;
            }
            /* Whoever is denied must not hold up a call beyond its deadline by coming again and again. */
        } else if (os_error == 0) {
            if (peer != NULL) {
                *peer = from;
            }
            return take_connection(listener, out, handle, &from);
        }
        pier_status status = PIER_WOULD_BLOCK;
        if (os_error != 0 && pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            if (pier__platform_is_shortage(os_error)) {
                status = outlast_shortage(listener, deadline, &hope_ends);
            }
            if (status == PIER_OK) {
                continue;
            }
            return status == PIER_CANCELLED ? status : pier__socket_fail(listener, PIER__READ, "accept on", os_error);
        }
        status = pier__socket_await(listener, PIER__READ, PIER_READABLE, deadline, "accept on");
        if (status != PIER_OK) {
            return status;
        }
    }
}
