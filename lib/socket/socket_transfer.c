/* More ways to read; see <pier/socket_transfer.h>.
 *
 * Floor 2 (socket). Knows the platform by its contract. One thread may read while another writes. */
#include <pier/socket_transfer.h>

#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "socket/handle_internal.h"
#include "socket/socket_internal.h"

/* Looks whether the socket is connected, waiting for that if it is on its way. */
static pier_status check_connected(pier_socket *socket, pier__direction way, pier_deadline deadline) {
    if (socket->role == PIER__SOCKET_CONNECTED) {
        return PIER_OK;
    }
    if (socket->role == PIER__SOCKET_CONNECTING || socket->role == PIER__SOCKET_FAILED) {
        return pier__socket_finish_connect(socket, way, deadline);
    }
    return pier__socket_refuse(socket, way, PIER_USAGE,
                               socket->role == PIER__SOCKET_DATAGRAM ? pier__socket_not_stream(socket)
                                                                     : "a connected socket is needed for that");
}

static pier_status check_tcp(pier_socket *socket, pier__direction way, pier_deadline deadline) {
    pier_status status = check_connected(socket, way, deadline);
    if (status == PIER_OK && socket->address.transport != PIER_TRANSPORT_TCP) {
        return pier__socket_refuse(socket, way, PIER_UNSUPPORTED, "only TCP has urgent bytes");
    }
    return status;
}

/* How a read is made: into rooms, or looking ahead into the first of them. */
typedef int (*read_call)(int handle, const pier_room *rooms, size_t count, size_t *size);

static int peek_first(int handle, const pier_room *rooms, size_t count, size_t *size) {
    (void)count;
    return pier__platform_peek(handle, rooms[0].data, rooms[0].size, size);
}

static pier_status read_with(pier_socket *socket, read_call call, const pier_room *rooms, size_t count, size_t *size,
                             pier_deadline deadline) {
    pier_status status = check_connected(socket, PIER__READ, deadline);
    while (status == PIER_OK) {
        if (socket->is_read_shut) {
            return PIER_END;
        }
        int os_error = call(socket->handle, rooms, count, size);
        if (os_error == 0) {
            return *size > 0 ? PIER_OK : PIER_END;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(socket, PIER__READ, "read from", os_error);
        }
        status = pier__socket_await(socket, PIER__READ, PIER_READABLE, deadline, "read from");
    }
    return status;
}

/* Returns whether the rooms can be read into: 1 to 64 of them, with a byte at least and no NULL. */
static bool rooms_are_good(const pier_room *rooms, size_t count) {
    bool has_room = false;
    if (rooms == NULL || count > PIER_SPANS_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (rooms[i].size > 0 && rooms[i].data == NULL) {
            return false;
        }
        has_room = has_room || rooms[i].size > 0;
    }
    return has_room;
}

pier_status pier_socket_read_rooms(pier_socket *socket, const pier_room *rooms, size_t count, size_t *size,
                                   pier_deadline deadline) {
    if (size != NULL) {
        *size = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (size == NULL || !rooms_are_good(rooms, count)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "reading needs 1 to 64 rooms of a byte at least");
    }
    return read_with(socket, pier__platform_receive_rooms, rooms, count, size, deadline);
}

pier_status pier_socket_peek(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                             pier_deadline deadline) {
    pier_room room = {buffer, capacity_bytes};
    if (size != NULL) {
        *size = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (size == NULL || !rooms_are_good(&room, 1)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "reading needs a buffer of one byte at least");
    }
    return read_with(socket, peek_first, &room, 1, size, deadline);
}

pier_status pier_socket_bytes_waiting(pier_socket *socket, size_t *bytes) {
    if (bytes != NULL) {
        *bytes = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (bytes == NULL || socket->role != PIER__SOCKET_CONNECTED) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "a connected socket is needed to ask what waits");
    }
    int os_error = pier__platform_waiting(socket->handle, bytes);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask what waits from", os_error);
}

pier_status pier_socket_shutdown_reading(pier_socket *socket) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (socket->role != PIER__SOCKET_CONNECTED) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "only a connected socket has a direction to end");
    }
    if (socket->is_read_shut) {
        return PIER_OK;
    }
    int os_error = pier__platform_shutdown_reading(socket->handle);
    if (os_error != 0) {
        return pier__socket_fail(socket, PIER__READ, "end the reading from", os_error);
    }
    socket->is_read_shut = true;
    return PIER_OK;
}

pier_status pier_socket_write_urgent(pier_socket *socket, uint8_t byte, pier_deadline deadline) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier_status status = check_tcp(socket, PIER__WRITE, deadline);
    if (status == PIER_OK && socket->is_shut) {
        status = pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE, "the sending direction was ended");
    }
    while (status == PIER_OK) {
        int os_error = pier__platform_send_urgent(socket->handle, byte);
        if (os_error == 0) {
            return PIER_OK;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(socket, PIER__WRITE, "write to", os_error);
        }
        status = pier__socket_await(socket, PIER__WRITE, PIER_WRITABLE, deadline, "write to");
    }
    return status;
}

pier_status pier_socket_read_urgent(pier_socket *socket, uint8_t *byte) {
    size_t size = 0;
    if (byte != NULL) {
        *byte = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (byte == NULL) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "byte may not be NULL");
    }
    pier_status status = check_tcp(socket, PIER__READ, PIER_NOW);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = pier__platform_receive_urgent(socket->handle, byte, &size);
    if (os_error == 0) {
        return size > 0 ? PIER_OK : PIER_END;
    }
    return pier__os_status(os_error) == PIER_WOULD_BLOCK ? PIER_WOULD_BLOCK
                                                         : pier__socket_fail(socket, PIER__READ, "read from", os_error);
}

pier_status pier_socket_is_at_mark(pier_socket *socket, bool *is_at_mark) {
    if (is_at_mark != NULL) {
        *is_at_mark = false;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (is_at_mark == NULL) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "is_at_mark may not be NULL");
    }
    pier_status status = check_tcp(socket, PIER__READ, PIER_NOW);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = pier__platform_at_mark(socket->handle, is_at_mark);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask for the mark of", os_error);
}
