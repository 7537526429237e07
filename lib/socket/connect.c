/* Connecting.
 *
 * Floor 2 (socket). Knows the platform by its contract. A socket that connects serves one thread at a time. */
#include "socket/socket_internal.h"

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* Opens and begins to connect; answers the system's error number. */
static int begin(pier_socket *socket, const pier_socket_options *options, pier_deadline deadline) {
    const pier_address *address = &socket->address;
    int os_error = pier__platform_open(address, &socket->handle);
    if (os_error != 0) {
        return os_error;
    }
    if (address->transport == PIER_TRANSPORT_UNIX) {
        os_error = pier__socket_apply_settings(socket, options);
        if (os_error == 0) {
            os_error = pier__platform_connect_unix(socket->handle, address, socket->cancel, deadline);
        }
        socket->role = PIER__SOCKET_CONNECTED;
        return os_error;
    }
    if (!socket->delays) {
        os_error = pier__platform_set_no_delay(socket->handle);
        if (os_error != 0) {
            return os_error;
        }
    }
    os_error = pier__socket_apply_settings(socket, options);
    if (os_error != 0) {
        return os_error;
    }
    os_error = pier__platform_connect(socket->handle, address);
    if (os_error == 0) {
        /* As if it had gone on: the result also tells whether the socket met itself. */
        os_error = pier__platform_connect_result(socket->handle, address);
        socket->role = PIER__SOCKET_CONNECTED;
        return os_error;
    }
    socket->role = PIER__SOCKET_CONNECTING;
    return pier__platform_is_under_way(os_error) ? 0 : os_error;
}

pier_status pier__socket_finish_connect(pier_socket *socket, pier__direction way, pier_deadline deadline) {
    if (socket->role == PIER__SOCKET_FAILED) {
        return pier__socket_fail(socket, way, "connect to", socket->connect_error);
    }
    uint32_t ready = 0;
    pier_status status = pier__socket_wait(socket, way, PIER_WRITABLE, &ready, deadline, "wait for a connection to");
    if (status != PIER_OK) {
        /* Nothing is decided about the connection. */
        return status;
    }
    int os_error = pier__platform_connect_result(socket->handle, &socket->address);
    if (os_error != 0) {
        socket->role = PIER__SOCKET_FAILED;
        socket->connect_error = os_error;
        return pier__socket_fail(socket, way, "connect to", os_error);
    }
    socket->role = PIER__SOCKET_CONNECTED;
    return PIER_OK;
}

/* Fills the error of a connect that the deadline or the cancel object ended, or for which there is no room now. */
static pier_status tell_not_now(pier_error *error, const pier_address *address, pier_status status) {
    char name[128];
    (void)pier_address_format(address, name, sizeof name);
    const char *words = status == PIER_TIMEOUT     ? "the deadline passed before the other side answered"
                        : status == PIER_CANCELLED ? "it was cancelled"
                                                   : "the queue of the listener is full";
    return pier__error_set(error, status, PIER_FLOOR_SOCKET, 0, "connect to %s: %s", name, words);
}

/* Connects `socket`, as far as `deadline` demands. */
static pier_status connect_socket(pier_socket *socket, const pier_socket_options *options, pier_deadline deadline,
                                  pier_error *error) {
    int os_error = begin(socket, options, deadline);
    if (os_error == PIER__NUMBER_CANCELLED) {
        return tell_not_now(error, &socket->address, PIER_CANCELLED);
    }
    bool is_unix = socket->address.transport == PIER_TRANSPORT_UNIX;
    if (is_unix && pier__os_status(os_error) == PIER_WOULD_BLOCK) {
        return tell_not_now(error, &socket->address, deadline == PIER_NOW ? PIER_WOULD_BLOCK : PIER_TIMEOUT);
    }
    if (os_error != 0) {
        return pier__socket_explain(error, "connect to", &socket->address, os_error);
    }
    if (socket->role == PIER__SOCKET_CONNECTED || deadline == PIER_NOW) {
        return PIER_OK;
    }
    pier_status status = pier__socket_finish_connect(socket, PIER__READ, deadline);
    if (status == PIER_TIMEOUT || status == PIER_CANCELLED) {
        return tell_not_now(error, &socket->address, status);
    }
    if (status != PIER_OK && error != NULL) {
        *error = socket->errors[PIER__READ];
    }
    return status;
}

pier_status pier_socket_connect(pier_socket **out, const pier_address *address, pier_deadline deadline,
                                const pier_socket_options *options, pier_error *error) {
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
                                   ? "UDP has no connections: pier_datagram_connect sends datagrams to such an address"
                                   : "only TCP and Unix addresses can be connected");
    }
    status = pier__socket_check_settings(address, &chosen, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen.allocator);
    pier_socket *socket = pier__socket_new(&allocator, chosen.delay, chosen.cancel);
    if (socket == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SOCKET, 0, "there is no memory for a socket");
    }
    socket->address = *address;
    status = connect_socket(socket, &chosen, deadline, error);
    if (status != PIER_OK) {
        pier_socket_destroy(socket);
        return status;
    }
    *out = socket;
    return PIER_OK;
}

pier_status pier_socket_connected(pier_socket *socket) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    switch (socket->role) {
    case PIER__SOCKET_CONNECTED:
        return PIER_OK;
    case PIER__SOCKET_CONNECTING:
    case PIER__SOCKET_FAILED:
        return pier__socket_finish_connect(socket, PIER__READ, PIER_NOW);
    case PIER__SOCKET_LISTENS:
    case PIER__SOCKET_DATAGRAM:
    case PIER__SOCKET_CLOSED:
    default:
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "this socket does not connect, or is closed");
    }
}
