/* Handles and special ways to read, by the calls of POSIX and Linux.
 *
 * Floor 2 (socket), POSIX. Has no state: any thread may call it. */
#include "socket/handle_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/span_posix_internal.h"

/* How many handles one message may bring (SCM_MAX_FD of Linux): room for all, so that none is left open unseen. */
#define HANDLES_MAX 253

static int os_answer(int result) {
    return result < 0 ? errno : 0;
}

static int get_number(int handle, int name, int *number) {
    socklen_t size = sizeof *number;
    *number = 0;
    return os_answer(getsockopt(handle, SOL_SOCKET, name, number, &size));
}

int pier__platform_examine(int handle, pier__handle_facts *facts) {
    int type = 0;
    int family = 0;
    int listens = 0;
    memset(facts, 0, sizeof *facts);
    int os_error = get_number(handle, SO_TYPE, &type);
    if (os_error == ENOTSOCK) {
        return 0;
    }
    if (os_error == 0) {
        os_error = get_number(handle, SO_DOMAIN, &family);
    }
    if (os_error == 0) {
        os_error = get_number(handle, SO_ACCEPTCONN, &listens);
    }
    if (os_error != 0) {
        return os_error;
    }
    facts->is_socket = true;
    facts->is_stream = type == SOCK_STREAM;
    facts->is_datagram = type == SOCK_DGRAM;
    facts->is_known_family = family == AF_INET || family == AF_INET6 || family == AF_UNIX;
    facts->listens = listens != 0;
    if (!facts->listens) {
        struct sockaddr_storage storage;
        socklen_t size = sizeof storage;
        os_error = os_answer(getpeername(handle, (struct sockaddr *)&storage, &size));
        facts->is_connected = os_error == 0;
    }
    return os_error == ENOTCONN ? 0 : os_error;
}

int pier__platform_close_on_exec(int handle) {
    int flags = fcntl(handle, F_GETFD);
    if (flags < 0) {
        return errno;
    }
    return os_answer(fcntl(handle, F_SETFD, flags | FD_CLOEXEC));
}

int pier__platform_prepare_handle(int handle) {
    int flags = fcntl(handle, F_GETFL);
    if (flags < 0) {
        return errno;
    }
    int os_error = os_answer(fcntl(handle, F_SETFL, flags | O_NONBLOCK));
    return os_error == 0 ? pier__platform_close_on_exec(handle) : os_error;
}

int64_t pier__platform_process(void) {
    return (int64_t)getpid();
}

const char *pier__platform_environment(const char *name) {
    return getenv(name);
}

/* Room for the handles of a message, aligned as the system wants it. */
typedef union handles_room {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(HANDLES_MAX * sizeof(int))];
} handles_room;

int pier__platform_send_handle(int handle, int passed) {
    handles_room room;
    char byte = 'h';
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &room};
    memset(&room, 0, sizeof room);
    message.msg_controllen = CMSG_SPACE(sizeof passed);
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(control), &passed, sizeof passed);
    ssize_t sent = 0;
    do {
        sent = sendmsg(handle, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

/* Takes the one handle of a message; closes them when there are several. */
static int take_handle(struct msghdr *message) {
    int taken = PIER__NO_HANDLE;
    size_t total = 0;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int passed = PIER__NO_HANDLE;
            memcpy(&passed, CMSG_DATA(control) + i * sizeof passed, sizeof passed);
            if (++total == 1) {
                taken = passed;
            } else {
                (void)pier__platform_close(passed);
            }
        }
    }
    if (total > 1) {
        (void)pier__platform_close(taken);
        taken = PIER__NO_HANDLE;
    }
    return taken;
}

int pier__platform_receive_handle(int handle, size_t *bytes, int *passed, bool *lost) {
    handles_room room;
    char byte = 0;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    ssize_t got = 0;
    *passed = PIER__NO_HANDLE;
    memset(&room, 0, sizeof room);
    do {
        message.msg_control = &room;
        message.msg_controllen = sizeof room;
        got = recvmsg(handle, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    *bytes = got > 0 ? (size_t)got : 0;
    *lost = false;
    if (got < 0) {
        return errno;
    }
    *passed = take_handle(&message);
    *lost = (message.msg_flags & MSG_CTRUNC) != 0;
    return 0;
}

int pier__platform_credentials(int handle, pier_credentials *credentials) {
    struct ucred found = {.pid = 0};
    socklen_t size = sizeof found;
    memset(credentials, 0, sizeof *credentials);
    if (getsockopt(handle, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
        return errno;
    }
    *credentials = (pier_credentials){.process = found.pid, .user = found.uid, .group = found.gid};
    return 0;
}

int pier__platform_waiting(int handle, size_t *bytes) {
    int found = 0;
    int os_error = os_answer(ioctl(handle, FIONREAD, &found));
    *bytes = os_error == 0 && found > 0 ? (size_t)found : 0;
    return os_error;
}

static int receive(int handle, void *buffer, size_t capacity_bytes, size_t *size, int flags) {
    size_t most = capacity_bytes < PIER__TRANSFER_BYTES_MAX ? capacity_bytes : PIER__TRANSFER_BYTES_MAX;
    ssize_t got = 0;
    do {
        got = recv(handle, buffer, most, flags | MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    *size = got > 0 ? (size_t)got : 0;
    return got < 0 ? errno : 0;
}

int pier__platform_peek(int handle, void *buffer, size_t capacity_bytes, size_t *size) {
    return receive(handle, buffer, capacity_bytes, size, MSG_PEEK);
}

int pier__platform_receive_rooms(int handle, const pier_room *rooms, size_t count, size_t *size) {
    struct iovec vectors[PIER_SPANS_MAX];
    pier_bytes spans[PIER_SPANS_MAX];
    struct msghdr message = {.msg_iov = vectors};
    for (size_t i = 0; i < count; i++) {
        spans[i] = (pier_bytes){rooms[i].data, rooms[i].size};
    }
    message.msg_iovlen = pier__span_vectors(spans, count, PIER__TRANSFER_BYTES_MAX, vectors);
    ssize_t got = 0;
    do {
        got = recvmsg(handle, &message, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    *size = got > 0 ? (size_t)got : 0;
    return got < 0 ? errno : 0;
}

int pier__platform_shutdown_reading(int handle) {
    return os_answer(shutdown(handle, SHUT_RD));
}

int pier__platform_send_urgent(int handle, uint8_t byte) {
    ssize_t sent = 0;
    do {
        sent = send(handle, &byte, 1, MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

int pier__platform_receive_urgent(int handle, uint8_t *byte, size_t *size) {
    int os_error = receive(handle, byte, 1, size, MSG_OOB);
    /* Linux says EINVAL when there is none, has been read already, or stays inline (tcp_recv_urg). */
    return os_error == EINVAL ? EAGAIN : os_error;
}

int pier__platform_at_mark(int handle, bool *is_at_mark) {
    int found = 0;
    int os_error = os_answer(ioctl(handle, SIOCATMARK, &found));
    *is_at_mark = os_error == 0 && found != 0;
    return os_error;
}
