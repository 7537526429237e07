/* Sockets as objects: options, lifetime, addresses, errors.
 *
 * Floor 2 (socket). Knows the platform by its contract. See socket_internal.h for what threads may do. */
#include "socket/socket_internal.h"

#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"

/* Connections that may wait to be accepted: Linux's own highest by default since 5.4 (net.core.somaxconn). */
#define BACKLOG_DEFAULT 4096

pier_status pier__socket_options(const pier_socket_options *given, pier_socket_options *chosen, pier_error *error) {
    memset(chosen, 0, sizeof *chosen);
    if (given != NULL) {
        if (given->size != sizeof *given) {
            return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                                   "size is %zu, and must be sizeof(pier_socket_options), %zu", given->size,
                                   sizeof *given);
        }
        *chosen = *given;
    }
    chosen->size = sizeof *chosen;
    if (chosen->backlog == 0) {
        chosen->backlog = BACKLOG_DEFAULT;
    }
    return PIER_OK;
}

pier_socket *pier__socket_new(const pier_allocator *allocator, bool delays, pier_cancel *cancel) {
    pier_socket *socket = pier__allocate(allocator, sizeof *socket);
    if (socket == NULL) {
        return NULL;
    }
    memset(socket, 0, sizeof *socket);
    socket->allocator = *allocator;
    socket->handle = PIER__NO_HANDLE;
    socket->role = PIER__SOCKET_CLOSED;
    socket->delays = delays;
    socket->cancel = cancel;
    atomic_init(&socket->patience, (unsigned char)PIER__NOT_PATIENT);
    atomic_init(&socket->failed_last, (unsigned char)PIER__READ);
    pier_error_clear(&socket->errors[PIER__READ]);
    pier_error_clear(&socket->errors[PIER__WRITE]);
    return socket;
}

bool pier__socket_name_is_good(const pier_address *address) {
    if (address->transport == PIER_TRANSPORT_TCP || address->transport == PIER_TRANSPORT_UDP) {
        return (address->family == PIER_FAMILY_IPV4 && address->name_bytes == 4) ||
               (address->family == PIER_FAMILY_IPV6 && address->name_bytes == 16);
    }
    if (address->transport != PIER_TRANSPORT_UNIX || address->name_bytes == 0 ||
        address->name_bytes > PIER_UNIX_NAME_BYTES_MAX) {
        return false;
    }
    /* A path with a zero byte would be another, shorter path to the system. */
    return address->family == PIER_FAMILY_UNIX_ABSTRACT ||
           (address->family == PIER_FAMILY_UNIX_PATH && memchr(address->name, '\0', address->name_bytes) == NULL);
}

bool pier__socket_address_is_good(const pier_address *address) {
    return address->transport != PIER_TRANSPORT_UDP && pier__socket_name_is_good(address);
}

const char *pier__socket_not_stream(const pier_socket *socket) {
    switch (socket->role) {
    case PIER__SOCKET_LISTENS:
        return "a listening socket carries no bytes";
    case PIER__SOCKET_DATAGRAM:
        return "a datagram socket carries whole datagrams and no stream: its calls are pier_datagram_send and "
               "pier_datagram_receive";
    case PIER__SOCKET_CONNECTED:
    case PIER__SOCKET_CONNECTING:
    case PIER__SOCKET_FAILED:
    case PIER__SOCKET_CLOSED:
    default:
        return "the socket is closed";
    }
}

pier_status pier_socket_pair(pier_socket **first, pier_socket **second, const pier_socket_options *options,
                             pier_error *error) {
    pier_socket_options chosen;
    int handles[2];
    if (first == NULL || second == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "first and second may not be NULL");
    }
    *first = NULL;
    *second = NULL;
    pier_status status = pier__socket_options(options, &chosen, error);
    if (status != PIER_OK) {
        return status;
    }
    static const pier_address unnamed = {.transport = PIER_TRANSPORT_UNIX, .family = PIER_FAMILY_UNIX_PATH};
    status = pier__socket_check_settings(&unnamed, &chosen, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen.allocator);
    pier_socket *one = pier__socket_new(&allocator, chosen.delay, chosen.cancel);
    pier_socket *other = pier__socket_new(&allocator, chosen.delay, chosen.cancel);
    if (one == NULL || other == NULL) {
        pier_socket_destroy(one);
        pier_socket_destroy(other);
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SOCKET, 0, "there is no memory for two sockets");
    }
    one->address = unnamed;
    other->address = unnamed;
    int os_error = pier__platform_open_pair(handles);
    if (os_error != 0) {
        pier_socket_destroy(one);
        pier_socket_destroy(other);
        return pier__socket_explain(error, "make a pair with", &unnamed, os_error);
    }
    one->handle = handles[0];
    one->role = PIER__SOCKET_CONNECTED;
    other->handle = handles[1];
    other->role = PIER__SOCKET_CONNECTED;
    os_error = pier__socket_apply_settings(one, &chosen);
    if (os_error == 0) {
        os_error = pier__socket_apply_settings(other, &chosen);
    }
    if (os_error != 0) {
        pier_socket_destroy(one);
        pier_socket_destroy(other);
        return pier__socket_explain(error, "set an option of a pair with", &unnamed, os_error);
    }
    *first = one;
    *second = other;
    return PIER_OK;
}

pier_status pier__socket_close(pier_socket *socket) {
    if (socket->spare != NULL) {
        pier_socket_destroy(socket->spare);
        socket->spare = NULL;
    }
    if (socket->handle == PIER__NO_HANDLE) {
        return PIER_OK;
    }
    pier__platform_remove_path(&socket->address, &socket->unix_file);
    int os_error = pier__platform_close(socket->handle);
    socket->handle = PIER__NO_HANDLE;
    socket->role = PIER__SOCKET_CLOSED;
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "close", os_error);
}

pier_status pier_socket_close(pier_socket *socket) {
    return socket != NULL ? pier__socket_close(socket) : PIER_USAGE;
}

void pier_socket_destroy(pier_socket *socket) {
    if (socket == NULL) {
        return;
    }
    (void)pier__socket_close(socket);
    pier_allocator allocator = socket->allocator;
    pier__release(&allocator, socket, sizeof *socket);
}

int pier_socket_handle(const pier_socket *socket) {
    /* Nothing changes that the program can see, and no socket is a constant object. */
    pier__socket_show_handle((pier_socket *)(uintptr_t)socket);
    return socket->handle;
}

bool pier__socket_is_stream(const pier_socket *socket) {
    return socket->role == PIER__SOCKET_CONNECTED || socket->role == PIER__SOCKET_CONNECTING;
}

/* The system gives addresses without what is spoken there; the socket knows. */
static void name_transport(const pier_socket *socket, pier_address *address) {
    if (socket->role == PIER__SOCKET_DATAGRAM && address->transport == PIER_TRANSPORT_TCP) {
        address->transport = PIER_TRANSPORT_UDP;
    }
}

pier_status pier_socket_local_address(pier_socket *socket, pier_address *address) {
    if (address != NULL) {
        memset(address, 0, sizeof *address);
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (address == NULL || socket->handle == PIER__NO_HANDLE) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "an open socket is needed to ask for its address");
    }
    int os_error = pier__platform_local_address(socket->handle, address);
    name_transport(socket, address);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask for the own address towards", os_error);
}

pier_status pier_socket_peer_address(pier_socket *socket, pier_address *address) {
    if (address != NULL) {
        memset(address, 0, sizeof *address);
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    bool has_peer =
        socket->role == PIER__SOCKET_CONNECTED || (socket->role == PIER__SOCKET_DATAGRAM && socket->has_peer);
    if (address == NULL || !has_peer) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "a connected socket is needed to ask for its peer");
    }
    int os_error = pier__platform_peer_address(socket->handle, address);
    name_transport(socket, address);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask for the address of", os_error);
}

const pier_error *pier_socket_error(const pier_socket *socket) {
    return &socket->errors[atomic_load_explicit(&socket->failed_last, memory_order_relaxed)];
}

PIER__HOT const pier_error *pier_socket_read_error(const pier_socket *socket) {
    return &socket->errors[PIER__READ];
}

PIER__HOT const pier_error *pier_socket_write_error(const pier_socket *socket) {
    return &socket->errors[PIER__WRITE];
}
