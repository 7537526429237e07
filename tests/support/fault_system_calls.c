/* The system calls as the static library sees them when a test is linked with FAULTS.
 *
 * Shared by the tests of all floors. With --wrap=read the linker sends each read of the objects to __wrap_read, and
 * __real_read to the C library. Everything is kept a thread. */
#include "support/fault_system_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* A call that is not made at all when it is struck. */
#define WRAP(name, result, function, parameters, arguments)                                                            \
    result __real_##function parameters;                                                                               \
    result __wrap_##function parameters;                                                                               \
    result __wrap_##function parameters {                                                                              \
        int error = fault__strike(FAULT_##name);                                                                       \
        if (error != 0) {                                                                                              \
            errno = error;                                                                                             \
            return -1;                                                                                                 \
        }                                                                                                              \
        return __real_##function arguments;                                                                            \
    }

WRAP(READ, ssize_t, read, (int fd, void *buffer, size_t size), (fd, buffer, fault__shorten(size)))
WRAP(WRITE, ssize_t, write, (int fd, const void *buffer, size_t size), (fd, buffer, fault__shorten(size)))
WRAP(RECV, ssize_t, recv, (int fd, void *buffer, size_t size, int flags), (fd, buffer, fault__shorten(size), flags))
WRAP(SEND, ssize_t, send, (int fd, const void *buffer, size_t size, int flags),
     (fd, buffer, fault__shorten(size), flags))
WRAP(POLL, int, poll, (struct pollfd * fds, nfds_t count, int timeout_ms), (fds, count, timeout_ms))
WRAP(PPOLL, int, ppoll, (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *signals),
     (fds, count, timeout, signals))
WRAP(SOCKET, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(SOCKETPAIR, int, socketpair, (int domain, int type, int protocol, int pair[2]), (domain, type, protocol, pair))
WRAP(BIND, int, bind, (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))
WRAP(LISTEN, int, listen, (int fd, int backlog), (fd, backlog))
WRAP(ACCEPT4, int, accept4, (int fd, struct sockaddr *address, socklen_t *size, int flags), (fd, address, size, flags))
WRAP(GETSOCKOPT, int, getsockopt, (int fd, int level, int name, void *value, socklen_t *size),
     (fd, level, name, value, size))
WRAP(SETSOCKOPT, int, setsockopt, (int fd, int level, int name, const void *value, socklen_t size),
     (fd, level, name, value, size))
WRAP(GETSOCKNAME, int, getsockname, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size))
WRAP(GETPEERNAME, int, getpeername, (int fd, struct sockaddr *address, socklen_t *size), (fd, address, size))
WRAP(SHUTDOWN, int, shutdown, (int fd, int how), (fd, how))
WRAP(FSTAT, int, fstat, (int fd, struct stat *status), (fd, status))
WRAP(STAT, int, stat, (const char *path, struct stat *status), (path, status))
WRAP(LSTAT, int, lstat, (const char *path, struct stat *status), (path, status))
WRAP(LSEEK, off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
WRAP(FSYNC, int, fsync, (int fd), (fd))
WRAP(FDATASYNC, int, fdatasync, (int fd), (fd))
WRAP(FLOCK, int, flock, (int fd, int how), (fd, how))
WRAP(FTRUNCATE, int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(MKDIR, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(RENAMEAT, int, renameat, (int from_fd, const char *from, int to_fd, const char *to), (from_fd, from, to_fd, to))
WRAP(UNLINKAT, int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(PREAD, ssize_t, pread, (int fd, void *buffer, size_t size, off_t offset),
     (fd, buffer, fault__shorten(size), offset))
WRAP(FALLOCATE, int, fallocate, (int fd, int mode, off_t offset, off_t size), (fd, mode, offset, size))
WRAP(EVENTFD, int, eventfd, (unsigned value, int flags), (value, flags))
WRAP(PIPE2, int, pipe2, (int pair[2], int flags), (pair, flags))
WRAP(UNLINK, int, unlink, (const char *path), (path))
WRAP(CHMOD, int, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(FCHMOD, int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(GETIFADDRS, int, getifaddrs, (struct ifaddrs * *list), (list))
WRAP(GETRANDOM, ssize_t, getrandom, (void *buffer, size_t size, unsigned flags), (buffer, size, flags))

enum { SPANS_MAX = 1024 };

/* Copies the spans that hold the bytes which may move. Returns how many spans these are, or -1 when all may move. */
static int shorten_spans(struct iovec *shortened, const struct iovec *spans, int count) {
    size_t total = 0;
    for (int i = 0; i < count; i++) {
        total += spans[i].iov_len;
    }
    size_t left = fault__shorten(total);
    if (left == total || count > SPANS_MAX) {
        return -1;
    }
    int used = 0;
    while (left > 0) {
        shortened[used] = spans[used];
        if (shortened[used].iov_len > left) {
            shortened[used].iov_len = left;
        }
        left -= shortened[used].iov_len;
        used++;
    }
    return used;
}

#define WRAP_SPANS(name, function)                                                                                     \
    ssize_t __real_##function(int fd, const struct iovec *spans, int count);                                           \
    ssize_t __wrap_##function(int fd, const struct iovec *spans, int count);                                           \
    ssize_t __wrap_##function(int fd, const struct iovec *spans, int count) {                                          \
        int error = fault__strike(FAULT_##name);                                                                       \
        if (error != 0) {                                                                                              \
            errno = error;                                                                                             \
            return -1;                                                                                                 \
        }                                                                                                              \
        struct iovec shortened[SPANS_MAX];                                                                             \
        int used = shorten_spans(shortened, spans, count);                                                             \
        return used < 0 ? __real_##function(fd, spans, count) : __real_##function(fd, shortened, used);                \
    }

WRAP_SPANS(READV, readv)
WRAP_SPANS(WRITEV, writev)

ssize_t __real_pwritev(int fd, const struct iovec *spans, int count, off_t offset);
ssize_t __wrap_pwritev(int fd, const struct iovec *spans, int count, off_t offset);
ssize_t __wrap_pwritev(int fd, const struct iovec *spans, int count, off_t offset) {
    int error = fault__strike(FAULT_PWRITEV);
    if (error != 0) {
        errno = error;
        return -1;
    }
    struct iovec shortened[SPANS_MAX];
    int used = shorten_spans(shortened, spans, count);
    return used < 0 ? __real_pwritev(fd, spans, count, offset) : __real_pwritev(fd, shortened, used, offset);
}

DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd) {
    int error = fault__strike(FAULT_FDOPENDIR);
    if (error != 0) {
        errno = error;
        return NULL;
    }
    return __real_fdopendir(fd);
}

#define WRAP_MESSAGE(name, function, qualifier)                                                                        \
    ssize_t __real_##function(int fd, qualifier struct msghdr *message, int flags);                                    \
    ssize_t __wrap_##function(int fd, qualifier struct msghdr *message, int flags);                                    \
    ssize_t __wrap_##function(int fd, qualifier struct msghdr *message, int flags) {                                   \
        int error = fault__strike(FAULT_##name);                                                                       \
        if (error != 0) {                                                                                              \
            errno = error;                                                                                             \
            return -1;                                                                                                 \
        }                                                                                                              \
        struct iovec shortened[SPANS_MAX];                                                                             \
        int used = shorten_spans(shortened, message->msg_iov, (int)message->msg_iovlen);                               \
        if (used < 0) {                                                                                                \
            return __real_##function(fd, message, flags);                                                              \
        }                                                                                                              \
        struct msghdr shorter = *message;                                                                              \
        shorter.msg_iov = shortened;                                                                                   \
        shorter.msg_iovlen = (size_t)used;                                                                             \
        return __real_##function(fd, &shorter, flags);                                                                 \
    }

#define NOT_CONST
WRAP_MESSAGE(RECVMSG, recvmsg, NOT_CONST)
WRAP_MESSAGE(SENDMSG, sendmsg, const)

/* Linux gives the descriptor back whatever close answers, so a struck one must be gone, too (close(2)). */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd) {
    int error = fault__strike(FAULT_CLOSE);
    int result = __real_close(fd);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return result;
}

/* A connect that a signal interrupts goes on in the background (connect(2)). */
int __real_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size) {
    int error = fault__strike(FAULT_CONNECT);
    int result = error == 0 || error == EINTR ? __real_connect(fd, address, size) : -1;
    if (error != 0 && !(error == EINTR && result != 0 && errno != EINPROGRESS)) {
        errno = error;
        return -1;
    }
    return result;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    int error = fault__strike(FAULT_OPEN);
    if (error != 0) {
        errno = error;
        return -1;
    }
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return __real_open(path, flags, mode);
}

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...) {
    int error = fault__strike(FAULT_OPENAT);
    if (error != 0) {
        errno = error;
        return -1;
    }
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return __real_openat(folder, path, flags, mode);
}

/* All requests that the library makes have a pointer. */
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...) {
    int error = fault__strike(FAULT_IOCTL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return __real_ioctl(fd, request, argument);
}

/* The third argument of the commands that have one is an int or a pointer; a long carries either on every Linux. */
int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...) {
    int error = fault__strike(FAULT_FCNTL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    if (command == F_GETFD || command == F_GETFL || command == F_GETOWN) {
        return __real_fcntl(fd, command);
    }
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return __real_fcntl(fd, command, argument);
}
