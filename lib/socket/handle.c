/* Handles: adopted, released, passed to another process; see <pier/socket_handle.h>.
 *
 * Floor 2 (socket). Knows the platform by its contract. For the thread that uses the socket. */
#include "socket/handle_internal.h"

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "socket/socket_internal.h"

/* Looks whether the handle can be a socket of Pier's. */
static pier_status examine(int handle, pier__handle_facts *facts, pier_error *error) {
    char words[PIER__OS_WORDS_BYTES];
    const char *wrong = NULL;
    int os_error = pier__platform_examine(handle, facts);
    if (os_error != 0) {
        return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_SOCKET, os_error, "adopt handle %d: %s",
                               handle, pier__os_words(os_error, words));
    }
    if (!facts->is_socket) {
        wrong = "it is no socket; pier_file_open_handle takes other handles";
    } else if (facts->is_datagram && facts->is_known_family) {
        wrong = "it is a datagram socket, which carries no stream; pier_datagram_adopt takes it";
    } else if (!facts->is_stream || !facts->is_known_family) {
        wrong = "it is no stream socket of TCP or Unix";
    } else if (!facts->listens && !facts->is_connected) {
        wrong = "it neither listens nor is it connected";
    }
    return wrong == NULL
               ? PIER_OK
               : pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "adopt handle %d: %s", handle, wrong);
}

/* Sets the socket up around the handle; answers the system's number. */
static int furnish(pier_socket *socket, int handle, const pier__handle_facts *facts,
                   const pier_socket_options *options) {
    int os_error = 0;
    if (!facts->listens && socket->address.transport == PIER_TRANSPORT_TCP && !options->delay) {
        os_error = pier__platform_set_no_delay(handle);
    }
    if (os_error == 0) {
        socket->handle = handle;
        os_error = pier__socket_apply_settings(socket, options);
        socket->handle = PIER__NO_HANDLE;
    }
    return os_error == 0 ? pier__platform_prepare_handle(handle) : os_error;
}

pier_status pier_socket_adopt(pier_socket **out, int handle, const pier_socket_options *options, pier_error *error) {
    pier_socket_options chosen;
    pier__handle_facts facts;
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0, "out may not be NULL");
    }
    *out = NULL;
    pier_status status = pier__socket_options(options, &chosen, error);
    if (status == PIER_OK) {
        status = examine(handle, &facts, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen.allocator);
    pier_socket *socket = pier__socket_new(&allocator, chosen.delay, chosen.cancel);
    if (socket == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SOCKET, 0, "there is no memory for a socket");
    }
    int os_error = facts.listens ? pier__platform_local_address(handle, &socket->address)
                                 : pier__platform_peer_address(handle, &socket->address);
    if (os_error == 0) {
        status = pier__socket_check_settings(&socket->address, &chosen, error);
    }
    if (os_error == 0 && status == PIER_OK) {
        os_error = furnish(socket, handle, &facts, &chosen);
    }
    if (os_error != 0) {
        status = pier__socket_explain(error, "adopt the socket of", &socket->address, os_error);
    }
    if (status != PIER_OK) {
        pier_socket_destroy(socket);
        return status;
    }
    socket->access = chosen.access;
    socket->handle = handle;
    socket->role = facts.listens ? PIER__SOCKET_LISTENS : PIER__SOCKET_CONNECTED;
    *out = socket;
    return PIER_OK;
}

pier_status pier_socket_release(pier_socket *socket, int *handle) {
    if (handle != NULL) {
        *handle = PIER__NO_HANDLE;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (handle == NULL || socket->handle == PIER__NO_HANDLE) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "an open socket is needed to release its handle");
    }
    pier__socket_show_handle(socket);
    *handle = socket->handle;
    socket->handle = PIER__NO_HANDLE;
    socket->role = PIER__SOCKET_CLOSED;
    socket->unix_file.is_ours = false;
    return PIER_OK;
}

bool pier_socket_is_listening(const pier_socket *socket) {
    return socket != NULL && socket->role == PIER__SOCKET_LISTENS;
}

/* Looks whether the socket is a connected Unix socket. */
static pier_status check_unix(pier_socket *socket, pier__direction way) {
    if (socket->role != PIER__SOCKET_CONNECTED) {
        return pier__socket_refuse(socket, way, PIER_USAGE, "a connected Unix socket is needed for that");
    }
    if (socket->address.transport != PIER_TRANSPORT_UNIX) {
        return pier__socket_refuse(socket, way, PIER_UNSUPPORTED,
                                   "only Unix sockets know the process at the other end");
    }
    return PIER_OK;
}

pier_status pier_socket_send_handle(pier_socket *socket, int handle, pier_deadline deadline) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    pier_status status = check_unix(socket, PIER__WRITE);
    if (status == PIER_OK && socket->is_shut) {
        status = pier__socket_refuse(socket, PIER__WRITE, PIER_USAGE, "the sending direction was ended");
    }
    while (status == PIER_OK) {
        int os_error = pier__platform_send_handle(socket->handle, handle);
        if (os_error == 0) {
            return PIER_OK;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(socket, PIER__WRITE, "send a handle to", os_error);
        }
        status = pier__socket_await(socket, PIER__WRITE, PIER_WRITABLE, deadline, "send a handle to");
    }
    return status;
}

/* Judges what came where a handle was expected. */
static pier_status judge(pier_socket *socket, size_t bytes, int passed, bool lost, int *handle) {
    if (passed != PIER__NO_HANDLE) {
        *handle = passed;
        return PIER_OK;
    }
    if (bytes == 0) {
        return PIER_END;
    }
    if (lost) {
        return pier__socket_refuse(socket, PIER__READ, PIER_SYSTEM,
                                   "a handle came, and no descriptor is left for it in this process");
    }
    return pier__socket_refuse(socket, PIER__READ, PIER_PROTOCOL, "one handle was expected, and none came or several");
}

pier_status pier_socket_receive_handle(pier_socket *socket, int *handle, pier_deadline deadline) {
    if (handle != NULL) {
        *handle = PIER__NO_HANDLE;
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (handle == NULL) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "handle may not be NULL");
    }
    pier_status status = check_unix(socket, PIER__READ);
    while (status == PIER_OK) {
        size_t bytes = 0;
        int passed = PIER__NO_HANDLE;
        bool lost = false;
        int os_error = pier__platform_receive_handle(socket->handle, &bytes, &passed, &lost);
        if (os_error == 0) {
            return judge(socket, bytes, passed, lost, handle);
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return pier__socket_fail(socket, PIER__READ, "receive a handle from", os_error);
        }
        status = pier__socket_await(socket, PIER__READ, PIER_READABLE, deadline, "receive a handle from");
    }
    return status;
}

pier_status pier_socket_peer_credentials(pier_socket *socket, pier_credentials *credentials) {
    if (credentials != NULL) {
        *credentials = (pier_credentials){.process = 0};
    }
    if (socket == NULL) {
        return PIER_USAGE;
    }
    if (credentials == NULL) {
        return pier__socket_refuse(socket, PIER__READ, PIER_USAGE, "credentials may not be NULL");
    }
    pier_status status = check_unix(socket, PIER__READ);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = pier__platform_credentials(socket->handle, credentials);
    return os_error == 0 ? PIER_OK : pier__socket_fail(socket, PIER__READ, "ask for the process behind", os_error);
}
