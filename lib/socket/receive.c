/* Receiving, and waiting for what is about to come.
 *
 * Floor 2 (socket). Knows the platform by its contract. For the thread that reads; the handle may be asked for by any
 * thread meanwhile.
 *
 * Asking, waiting by poll and asking again are three calls of the system for each answer of a peer, and on one
 * processor they are a fifth of the time in which a small record goes there and back. So a socket whose reads have
 * waited before waits within the call that reads, for a slice of time: which needs a handle that blocks, and a time
 * limit of its own. What takes longer than that is waited for by poll, with the cancel object beside it. So a wait that
 * is cancelled in its first slice ends with the slice, and a deadline that is nearer than two slices is left to poll.
 * Every other call asks the system not to block, whatever the handle is set to.
 *
 * Who asks for the handle gets one that does not block, and such a socket is left alone from then on. */
#include "socket/socket_internal.h"

#include "base/os_error_internal.h"

static bool is_cancelled(const pier_socket *socket) {
    return socket->cancel != NULL && pier_cancel_is_fired(socket->cancel);
}

/* Whether a read may wait for a slice of time, whatever happens meanwhile. */
static PIER__HOT bool may_wait(const pier_socket *socket, pier_deadline deadline) {
    return !is_cancelled(socket) &&
           (deadline == PIER_NEVER || deadline - pier_clock_monotonic_ns() >= 2 * PIER__SLICE_NS);
}

static bool is_patient(const pier_socket *socket) {
    return atomic_load_explicit(&socket->patience, memory_order_relaxed) == PIER__PATIENT;
}

/* Lets reads wait from now on. Returns whether they may. */
static bool become_patient(pier_socket *socket) {
    unsigned char before = PIER__NOT_PATIENT;
    if (atomic_load_explicit(&socket->patience, memory_order_relaxed) != before) {
        return false;
    }
    if (pier__platform_let_wait(socket->handle) != 0 ||
        !atomic_compare_exchange_strong(&socket->patience, &before, (unsigned char)PIER__PATIENT)) {
        /* The system did half of it; or somebody has got the handle in this very moment. */
        pier__platform_forbid_wait(socket->handle);
        return false;
    }
    return true;
}

void pier__socket_show_handle(pier_socket *socket) {
    if (atomic_load_explicit(&socket->patience, memory_order_relaxed) != PIER__NEVER_PATIENT &&
        atomic_exchange(&socket->patience, (unsigned char)PIER__NEVER_PATIENT) == PIER__PATIENT &&
        socket->handle != PIER__NO_HANDLE) {
        pier__platform_forbid_wait(socket->handle);
    }
}

void pier__socket_set_spin(pier_socket *socket, uint32_t spin_us) {
    socket->spin_ns = (int64_t)spin_us * 1000;
}

static bool would_block(int os_error) {
    return os_error != 0 && pier__os_status(os_error) == PIER_WOULD_BLOCK;
}

/* Asks again and again, as long as the socket's spin allows. */
static int spin(const pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline) {
    int64_t until = pier_clock_monotonic_ns() + socket->spin_ns;
    until = deadline < until ? deadline : until;
    int os_error;
    do {
        os_error = pier__platform_receive(socket->handle, buffer, capacity_bytes, size);
    } while (would_block(os_error) && !is_cancelled(socket) && pier_clock_monotonic_ns() < until);
    return os_error;
}

PIER__HOT int pier__socket_receive(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                   pier_deadline deadline) {
    bool spins = socket->spin_ns > 0 && deadline != PIER_NOW;
    if (!spins && deadline != PIER_NOW && is_patient(socket) && may_wait(socket, deadline)) {
        return pier__platform_receive_waiting(socket->handle, buffer, capacity_bytes, size);
    }
    int os_error = pier__platform_receive(socket->handle, buffer, capacity_bytes, size);
    if (spins && would_block(os_error)) {
        os_error = spin(socket, buffer, capacity_bytes, size, deadline);
    }
    if (deadline != PIER_NOW && would_block(os_error) && may_wait(socket, deadline) &&
        (is_patient(socket) || become_patient(socket))) {
        os_error = pier__platform_receive_waiting(socket->handle, buffer, capacity_bytes, size);
    }
    return os_error;
}
