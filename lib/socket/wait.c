/* Waiting: for the system, for a deadline, and for a cancel object.
 *
 * Floor 2 (socket). Knows the platform by its contract. One thread may wait to read while another waits to write.
 *
 * The cancel object costs nothing until something has to wait: then its handle is one more that the one call of the
 * system looks at. What is ready counts more than what was cancelled, so that nothing which arrived is left over. */
#include "socket/socket_internal.h"

#include "base/error_internal.h"

pier_status pier__socket_wait(pier_socket *socket, pier__direction way, uint32_t events, uint32_t *ready,
                              pier_deadline deadline, const char *verb) {
    pier_interest interests[2] = {{.handle = socket->handle, .events = events}};
    uint32_t found[2] = {0, 0};
    size_t count = 1;
    *ready = 0;
    if (socket->cancel != NULL && deadline != PIER_NOW) {
        interests[count++] = (pier_interest){.handle = pier_cancel_handle(socket->cancel), .events = PIER_READABLE};
    }
    int os_error = pier__platform_wait_many(interests, count, found, deadline);
    if (os_error != 0) {
        return pier__socket_fail(socket, way, verb, os_error);
    }
    *ready = found[0];
    if (found[0] != 0) {
        return PIER_OK;
    }
    if (found[1] != 0) {
        return PIER_CANCELLED;
    }
    return deadline == PIER_NOW ? PIER_WOULD_BLOCK : PIER_TIMEOUT;
}

pier_status pier__socket_await(pier_socket *socket, pier__direction way, uint32_t event, pier_deadline deadline,
                               const char *verb) {
    uint32_t ready = 0;
    if (deadline == PIER_NOW) {
        return PIER_WOULD_BLOCK;
    }
    /* Both are looked at even when the socket could be ready again by now: a call that goes on finding nothing would
     * otherwise never see them. */
    if (socket->cancel != NULL && pier_cancel_is_fired(socket->cancel)) {
        return PIER_CANCELLED;
    }
    if (deadline != PIER_NEVER && pier_clock_monotonic_ns() >= deadline) {
        return PIER_TIMEOUT;
    }
    return pier__socket_wait(socket, way, event, &ready, deadline, verb);
}

pier_status pier_socket_set_cancel(pier_socket *socket, pier_cancel *cancel) {
    if (socket == NULL) {
        return PIER_USAGE;
    }
    socket->cancel = cancel;
    return PIER_OK;
}
