/* System calls that fail, are interrupted or fall short when a test says so.
 *
 * Shared by the tests of all floors. The linker's --wrap puts these functions between the static library and the C
 * library (pier_add_test(… FAULTS)); calls that the C library makes for itself are not touched.
 *
 * All settings and counts belong to the calling thread: a peer that a test runs in another thread is not disturbed. */
#ifndef PIER_TESTS_FAULT_SYSTEM_H
#define PIER_TESTS_FAULT_SYSTEM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a call does, for the settings that strike whole kinds of calls. */
#define FAULT_IS_INTERRUPTIBLE 1u /* may answer EINTR */
#define FAULT_IS_TRANSFER 2u      /* moves bytes, and may move fewer than asked for */
#define FAULT_IS_CONNECTION 4u    /* moves bytes of a socket, and may answer ECONNRESET */

/* The calls: name for the settings, function, kinds, and the errno with which a sweep lets it fail. */
#define FAULT_CALL_TABLE(X)                                                                                            \
    X(READ, read, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, EIO)                               \
    X(WRITE, write, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, ENOSPC)                          \
    X(READV, readv, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, EIO)                             \
    X(WRITEV, writev, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, ENOSPC)                        \
    X(RECV, recv, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, ECONNRESET)                        \
    X(SEND, send, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, ECONNRESET)                        \
    X(RECVMSG, recvmsg, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, ECONNRESET)                  \
    X(SENDMSG, sendmsg, FAULT_IS_INTERRUPTIBLE | FAULT_IS_TRANSFER | FAULT_IS_CONNECTION, ECONNRESET)                  \
    X(POLL, poll, FAULT_IS_INTERRUPTIBLE, ENOMEM)                                                                      \
    X(PPOLL, ppoll, FAULT_IS_INTERRUPTIBLE, ENOMEM)                                                                    \
    X(SOCKET, socket, 0u, EMFILE)                                                                                      \
    X(SOCKETPAIR, socketpair, 0u, EMFILE)                                                                              \
    X(BIND, bind, 0u, EADDRINUSE)                                                                                      \
    X(LISTEN, listen, 0u, EADDRINUSE)                                                                                  \
    X(ACCEPT4, accept4, FAULT_IS_INTERRUPTIBLE, EMFILE)                                                                \
    X(CONNECT, connect, FAULT_IS_INTERRUPTIBLE, ENETUNREACH)                                                           \
    X(GETSOCKOPT, getsockopt, 0u, ENOBUFS)                                                                             \
    X(SETSOCKOPT, setsockopt, 0u, ENOBUFS)                                                                             \
    X(GETSOCKNAME, getsockname, 0u, ENOBUFS)                                                                           \
    X(GETPEERNAME, getpeername, 0u, ENOBUFS)                                                                           \
    X(SHUTDOWN, shutdown, 0u, ENOBUFS)                                                                                 \
    X(CLOSE, close, FAULT_IS_INTERRUPTIBLE, EIO)                                                                       \
    X(OPEN, open, FAULT_IS_INTERRUPTIBLE, EMFILE)                                                                      \
    X(OPENAT, openat, FAULT_IS_INTERRUPTIBLE, EMFILE)                                                                  \
    X(FDOPENDIR, fdopendir, 0u, ENOMEM)                                                                                \
    X(MKDIR, mkdir, 0u, EACCES)                                                                                        \
    X(RENAMEAT, renameat, 0u, EACCES)                                                                                  \
    X(UNLINKAT, unlinkat, 0u, EACCES)                                                                                  \
    X(PREAD, pread, FAULT_IS_INTERRUPTIBLE, EIO)                                                                       \
    X(PWRITEV, pwritev, FAULT_IS_INTERRUPTIBLE, ENOSPC)                                                                \
    X(FALLOCATE, fallocate, FAULT_IS_INTERRUPTIBLE, ENOSPC)                                                            \
    X(FSTAT, fstat, 0u, EIO)                                                                                           \
    X(STAT, stat, 0u, EIO)                                                                                             \
    X(LSTAT, lstat, 0u, EIO)                                                                                           \
    X(LSEEK, lseek, 0u, EIO)                                                                                           \
    X(FSYNC, fsync, FAULT_IS_INTERRUPTIBLE, EIO)                                                                       \
    X(FDATASYNC, fdatasync, FAULT_IS_INTERRUPTIBLE, EIO)                                                               \
    X(FLOCK, flock, FAULT_IS_INTERRUPTIBLE, ENOLCK)                                                                    \
    X(FTRUNCATE, ftruncate, FAULT_IS_INTERRUPTIBLE, EIO)                                                               \
    X(IOCTL, ioctl, 0u, ENOBUFS)                                                                                       \
    X(FCNTL, fcntl, 0u, ENOLCK)                                                                                        \
    X(EVENTFD, eventfd, 0u, EMFILE)                                                                                    \
    X(PIPE2, pipe2, 0u, EMFILE)                                                                                        \
    X(UNLINK, unlink, 0u, EACCES)                                                                                      \
    X(CHMOD, chmod, 0u, EPERM)                                                                                         \
    X(FCHMOD, fchmod, 0u, EPERM)                                                                                       \
    X(GETIFADDRS, getifaddrs, FAULT_IS_INTERRUPTIBLE, ENOBUFS)                                                         \
    X(GETRANDOM, getrandom, FAULT_IS_INTERRUPTIBLE, ENOSYS)

typedef enum fault_call {
#define FAULT_CALL_ENUM(name, function, kinds, error) FAULT_##name,
    FAULT_CALL_TABLE(FAULT_CALL_ENUM)
#undef FAULT_CALL_ENUM
        FAULT_CALL_COUNT
} fault_call;

/* Forgets all settings and counts of this thread: calls go through untouched. */
void fault_system_reset(void);

/* Lets the `nth` such call from now (1 is the next) fail with `error`, and with `for_good` all after it. One setting a
 * call: a second one replaces the first. A close that fails has closed all the same, and a connect that is interrupted
 * goes on, as Linux has it; any other call is not made. */
void fault_system_fail(fault_call call, uint64_t nth, bool for_good, int error);

/* Lets every `every`-th call of those that can (all kinds counted together) answer EINTR; 1 would never end and is
 * refused. 0 stops that. */
void fault_system_interrupt(uint64_t every);

/* Lets every `every`-th transfer of bytes answer EAGAIN; 0 stops that. Not for disk files, which never do. */
void fault_system_stall(uint64_t every);

/* Lets transfers move `most_bytes` at most; 0 stops that. */
void fault_system_shorten(size_t most_bytes);

/* Lets the `nth` transfer of bytes from now, and all after it, answer ECONNRESET; 0 stops that. */
void fault_system_break_connection(uint64_t nth);

/* How often this thread made the call since the last reset, and how many calls of any kind were struck: failed,
 * interrupted, stalled, broken (not: shortened). */
uint64_t fault_system_calls(fault_call call);
uint64_t fault_system_struck(void);

/* The name of a call, "accept4" for instance. */
const char *fault_system_name(fault_call call);

/* How many descriptors the process has open. */
size_t fault_system_descriptors(void);

/* Runs `pass` untouched, to learn which calls it makes; then, for each of them, with the 1st, 2nd, 3rd … failing once,
 * until a pass is not struck, and all that again with every later one failing, too, each with the errno of the table.
 * After each pass the test fails if another number of descriptors is open than before. The pass looks at
 * fault_system_struck() to know what it must demand: success when it is 0, otherwise success or an honest failure, and
 * nothing half done. Every wait in it needs a deadline. Returns how many passes were struck. */
uint64_t fault_system_sweep(void (*pass)(void *user), void *user);

/* The same with the errnos that any call may answer when the machine is short of something: ECONNABORTED, EMFILE,
 * ENFILE, ENOBUFS, ENOMEM, each once and for good; and once with EAGAIN, and with EINTR where a call may be
 * interrupted, for those are asked again and again. Before the passes with an errno `prepare` is told it; NULL: nothing
 * is to be done. */
uint64_t fault_system_sweep_shortages(void (*pass)(void *user), void *user, void (*prepare)(int error));

/* The same for one call and one errno. */
uint64_t fault_system_sweep_call(void (*pass)(void *user), void *user, fault_call call, int error);

#endif
