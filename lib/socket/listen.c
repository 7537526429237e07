/* Listening, and accepting connections.
 *
 * Floor 2 (socket). Knows the platform by its contract. A listener serves one thread at a time. */
#include "socket/socket_internal.h"

#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

static int bind_at(pier_socket *socket, const pier_address *address) {
    return address->family == PIER_FAMILY_UNIX_PATH
               ? pier__platform_bind_path(socket->handle, address, &socket->unix_file)
               : pier__platform_bind(socket->handle, address);
}

/* How many denied connections are turned away before a call looks at its deadline. */
#define TURNED_AWAY_MAX 64

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
        os_error = bind_at(socket, address);
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

/* Returns whether the address is the IPv6 wildcard, and if so gives that of IPv4 with the same port. */
static bool is_wildcard(const pier_address *address, pier_address *ipv4) {
    pier_address wildcard = {.transport = PIER_TRANSPORT_TCP, .family = PIER_FAMILY_IPV6, .name_bytes = 16};
    wildcard.port = address->port;
    *ipv4 = wildcard;
    ipv4->family = PIER_FAMILY_IPV4;
    ipv4->name_bytes = 4;
    return pier_address_equal(address, &wildcard);
}

/* Listens at the address, or where there is no IPv6 at the wildcard of IPv4 in its place. */
static int listen_somehow(pier_socket *socket, const pier_address *address, const pier_socket_options *options) {
    pier_address ipv4;
    int os_error = listen_at(socket, address, options);
    if (pier__os_status(os_error) == PIER_UNREACHABLE && is_wildcard(address, &ipv4)) {
        /* A machine without IPv6: all its addresses are IPv4. */
        os_error = listen_at(socket, &ipv4, options);
    }
    return os_error;
}

/* Listens at the first port of the range that is free. Answers the number of the last one that was tried. */
static int listen_in_range(pier_socket *socket, const pier_address *address, const pier_socket_options *options) {
    pier_address candidate = *address;
    int os_error = listen_somehow(socket, &candidate, options);
    while (pier__os_status(os_error) == PIER_IN_USE && candidate.port < options->port_last) {
        candidate.port++;
        os_error = listen_somehow(socket, &candidate, options);
    }
    return os_error;
}

static pier_status explain(pier_error *error, const pier_address *address, const pier_socket_options *options,
                           int os_error) {
    char name[PIER_ADDRESS_TEXT_BYTES_MAX];
    if (options->port_last <= address->port || pier__os_status(os_error) != PIER_IN_USE) {
        return pier__socket_explain(error, "listen on", address, os_error);
    }
    (void)pier_address_format(address, name, sizeof name);
    return pier__error_set(error, PIER_IN_USE, PIER_FLOOR_SOCKET, os_error,
                           "listen on %s: every port up to %u is in use; choose a wider range or port 0", name,
                           (unsigned)options->port_last);
}

/* A range of ports needs a beginning and an order. */
static pier_status check_range(const pier_address *address, const pier_socket_options *options, pier_error *error) {
    bool is_range =
        address->transport == PIER_TRANSPORT_TCP && address->port != 0 && address->port <= options->port_last;
    if (options->port_last == 0 || is_range) {
        return PIER_OK;
    }
    return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                           "a range of ports begins at the address' port, which is 1 at least, and ends at port_last");
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
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "only TCP and Unix addresses can listen");
    }
    status = pier__socket_check_settings(address, &chosen, error);
    if (status == PIER_OK) {
        status = check_range(address, &chosen, error);
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
    int os_error = listen_in_range(socket, address, &chosen);
    if (os_error != 0) {
        pier_socket_destroy(socket);
        return explain(error, address, &chosen, os_error);
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

/* Returns whether the access list turns that address away. */
static bool is_denied(const pier_socket *listener, const pier_address *from) {
    return listener->access != NULL && !pier_access_allows(listener->access, from, NULL);
}

uint64_t pier_socket_denied_count(const pier_socket *listener) {
    return listener != NULL ? listener->denied : 0;
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
    for (;;) {
        int handle = PIER__NO_HANDLE;
        int os_error = pier__platform_accept(listener->handle, &handle, &from);
        if (os_error == 0 && is_denied(listener, &from)) {
            pier__platform_turn_away(handle);
            listener->denied++;
            if (++turned_away % TURNED_AWAY_MAX != 0) {
                continue;
            }
            /* Whoever is denied must not hold up a call beyond its deadline by coming again and again. */
        } else if (os_error == 0) {
            if (peer != NULL) {
                *peer = from;
            }
            return take_connection(listener, out, handle, &from);
        }
        if (os_error != 0 && pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(listener, PIER__READ, "accept on", os_error);
        }
        pier_status status = pier__socket_await(listener, PIER__READ, PIER_READABLE, deadline, "accept on");
        if (status != PIER_OK) {
            return status;
        }
    }
}
