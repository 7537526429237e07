/* Reading, writing, waiting, and ending one direction.
 *
 * Floor 2 (socket). Knows the platform by its contract. One thread may read while another writes: each call touches
 * what belongs to its direction alone.
 *
 * Every call tries first and waits only when it would block, so that a busy connection costs one system call a piece.
 * */
#include "socket/socket_internal.h"

#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* Answers for a socket that is not connected: it may be about to be. */
static pier_status get_connected(pier_socket *socket, pier__direction way, pier_deadline deadline) {
    if (socket->role == PIER__SOCKET_CONNECTING || socket->role == PIER__SOCKET_FAILED) {
        return pier__socket_finish_connect(socket, way, deadline);
    }
    return pier__socket_refuse(socket, way, PIER_USAGE, pier__socket_not_stream(socket));
}

PIER__HOT pier_status pier_socket_read(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                       pier_deadline deadline) {
    if (size != NULL) {
        *size = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (PIER_UNLIKELY(buffer == NULL || capacity_bytes == 0 || size == NULL)) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "reading needs a buffer of one byte at least");
    }
    if (PIER_UNLIKELY(socket->role != PIER__SOCKET_CONNECTED)) {
        pier_status status = get_connected(socket, PIER__READ, deadline);
        if (status != PIER_OK) {
            return status;
        }
    }
    if (PIER_UNLIKELY(socket->is_read_shut)) {
        return PIER_END;
    }
    for (;;) {
        int os_error = pier__socket_receive(socket, buffer, capacity_bytes, size, deadline);
        if (PIER_LIKELY(os_error == 0)) {
            return *size > 0 ? PIER_OK : PIER_END;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(socket, PIER__READ, "read from", os_error);
        }
        pier_status status = pier__socket_await(socket, PIER__READ, PIER_READABLE, deadline, "read from");
        if (status != PIER_OK) {
            return status;
        }
    }
}

/* Returns whether the spans can be written: 1 to 64 of them, with a byte at least and no NULL. */
static bool spans_are_good(const pier_bytes *spans, size_t count) {
    bool has_bytes = false;
    if (spans == NULL || count > PIER_SPANS_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (spans[i].size != 0) {
            if (spans[i].data == NULL) {
                return false;
            }
            has_bytes = true;
        }
    }
    return has_bytes;
}

PIER__HOT pier_status pier_socket_write(pier_socket *socket, const pier_bytes *spans, size_t count, size_t *size,
                                        pier_deadline deadline) {
    if (size != NULL) {
        *size = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (PIER_UNLIKELY(size == NULL || !spans_are_good(spans, count))) {
        return pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE, "writing needs 1 to 64 spans with a byte at least");
    }
    if (PIER_UNLIKELY(socket->role != PIER__SOCKET_CONNECTED)) {
        pier_status status = get_connected(socket, PIER__WRITE, deadline);
        if (status != PIER_OK) {
            return status;
        }
    }
    if (PIER_UNLIKELY(socket->is_shut)) {
        return pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE, "the sending direction was ended");
    }
    for (;;) {
        int os_error = pier__platform_send(socket->handle, spans, count, size);
        if (PIER_LIKELY(os_error == 0)) {
            return PIER_OK;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(socket, PIER__WRITE, "write to", os_error);
        }
        pier_status status = pier__socket_await(socket, PIER__WRITE, PIER_WRITABLE, deadline, "write to");
        if (status != PIER_OK) {
            return status;
        }
    }
}

pier_status pier_socket_wait(pier_socket *socket, uint32_t events, uint32_t *ready, pier_deadline deadline) {
    if (ready != NULL) {
        *ready = 0;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier__direction way = (events & (PIER_READABLE | PIER_URGENT)) != 0 ? PIER__READ : PIER__WRITE;
    if (ready == NULL || events == 0 || (events & ~(PIER_READABLE | PIER_WRITABLE | PIER_URGENT)) != 0) {
        return pier__socket_refuse(socket, way, PIER_USAGE, "waiting needs PIER_READABLE, PIER_WRITABLE or both");
    }
    if (socket->handle == PIER__NO_HANDLE) {
        return pier__socket_refuse(socket, way, PIER_USAGE, "the socket is closed");
    }
    return pier__socket_wait(socket, way, events, ready, deadline, "wait for");
}

pier_status pier_socket_shutdown(pier_socket *socket) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (socket->role != PIER__SOCKET_CONNECTED) {
        return pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE, "only a connected socket has a direction to end");
    }
    if (socket->is_shut) {
        return PIER_OK;
    }
    int os_error = pier__platform_shutdown(socket->handle);
    if (os_error != 0) {
        return pier__socket_fail(socket, PIER__WRITE, "end the sending to", os_error);
    }
    socket->is_shut = true;
    return PIER_OK;
}
