/* Files over stream sockets.
 *
 * Floor 3 (file). Knows the socket floor. One thread may read while another writes, as the socket allows. */
#include "file/file_internal.h"

#include <pier/datagram.h>

#include "base/error_internal.h"
#include "socket/socket_internal.h"

/* Gives the caller of the file what the socket keeps about its own failure. */
static PIER__HOT pier_status hand_on(pier_status status, const pier_error *socket_error, pier_error *error) {
    if (status < 0) {
        *error = *socket_error;
    }
    return status;
}

static PIER__HOT pier_status socket_file_read(void *self, void *buffer, size_t capacity_bytes, size_t *size,
                                              pier_deadline deadline, pier_error *error) {
    pier_socket *socket = self;
    return hand_on(pier_socket_read(socket, buffer, capacity_bytes, size, deadline), pier_socket_read_error(socket),
                   error);
}

static PIER__HOT pier_status socket_file_write(void *self, const pier_bytes *spans, size_t count, size_t *size,
                                               pier_deadline deadline, pier_error *error) {
    pier_socket *socket = self;
    return hand_on(pier_socket_write(socket, spans, count, size, deadline), pier_socket_write_error(socket), error);
}

static pier_status socket_file_wait(void *self, uint32_t events, uint32_t *ready, pier_deadline deadline,
                                    pier_error *error) {
    pier_socket *socket = self;
    pier_status status = pier_socket_wait(socket, events, ready, deadline);
    const pier_error *socket_error =
        (events & PIER_READABLE) != 0 ? pier_socket_read_error(socket) : pier_socket_write_error(socket);
    return hand_on(status, socket_error, error);
}

static pier_status socket_file_shutdown(void *self, pier_error *error) {
    pier_socket *socket = self;
    return hand_on(pier_socket_shutdown(socket), pier_socket_write_error(socket), error);
}

static pier_status socket_file_close(void *self, pier_error *error) {
    pier_socket *socket = self;
    return hand_on(pier_socket_close(socket), pier_socket_read_error(socket), error);
}

static void socket_file_destroy(void *self) {
    pier_socket_destroy(self);
}

static int socket_file_handle(void *self) {
    return pier_socket_handle(self);
}

static const pier_file_ops socket_ops = {
    .size = sizeof socket_ops,
    .capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE | PIER_FILE_CAN_WAIT | PIER_FILE_CAN_SHUTDOWN,
    .read = socket_file_read,
    .write = socket_file_write,
    .wait = socket_file_wait,
    .shutdown = socket_file_shutdown,
    .close = socket_file_close,
    .destroy = socket_file_destroy,
    .handle = socket_file_handle,
};

pier_status pier_file_open_socket(pier_file **out, pier_socket *socket, const pier_allocator *allocator,
                                  pier_error *error) {
    if (out != NULL) {
        *out = NULL;
    }
    if (pier_socket_is_datagram(socket)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0,
                               "a file, and an archive over it, need a stream, and this is a datagram socket: "
                               "pier_datagram_channel_open has archives for it");
    }
    if (out == NULL || socket == NULL || !pier__socket_is_stream(socket)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0,
                               "a file needs a socket that is connected, and a place for the file");
    }
    return pier_file_create(out, &socket_ops, socket, allocator, error);
}
