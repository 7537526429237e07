/* The table of POSIX error numbers.
 *
 * Floor 0 (base), POSIX. Has no state: any thread may call it. */
#include "base/os_error_internal.h"

#include <errno.h>
#include <stdio.h>

/* EWOULDBLOCK is EAGAIN on every system that this file is for. */
_Static_assert(EWOULDBLOCK == EAGAIN, "one row stands for both");

static const struct {
    int os_error;
    pier_status status;
    const char *words;
} table[] = {
    {EAGAIN, PIER_WOULD_BLOCK, "not ready"},
    {EINPROGRESS, PIER_WOULD_BLOCK, "still connecting"},
    {EALREADY, PIER_WOULD_BLOCK, "still connecting"},
    {ECONNREFUSED, PIER_REFUSED, "the connection was refused"},
    {ECONNRESET, PIER_RESET, "the peer reset the connection"},
    {ECONNABORTED, PIER_RESET, "the connection was given up"},
    {ENETRESET, PIER_RESET, "the network dropped the connection"},
    {ENOTCONN, PIER_RESET, "the connection is gone"},
    {EPIPE, PIER_CLOSED, "the peer no longer reads"},
    {ETIMEDOUT, PIER_UNREACHABLE, "the peer does not answer"},
    {EHOSTUNREACH, PIER_UNREACHABLE, "there is no way to the host"},
    {EHOSTDOWN, PIER_UNREACHABLE, "the host is down"},
    {ENETUNREACH, PIER_UNREACHABLE, "there is no way to the network"},
    {ENETDOWN, PIER_UNREACHABLE, "the network is down"},
    {EADDRNOTAVAIL, PIER_UNREACHABLE, "this machine has no such address, or no free port for it"},
    {EAFNOSUPPORT, PIER_UNREACHABLE, "this system does not have that kind of address"},
    {EADDRINUSE, PIER_IN_USE, "the address is in use"},
    {EACCES, PIER_DENIED, "permission denied"},
    {EPERM, PIER_DENIED, "permission denied"},
    {EROFS, PIER_DENIED, "the file system is read-only"},
    {EEXIST, PIER_EXISTS, "there is something already"},
    {ENOENT, PIER_NOT_FOUND, "there is nothing of that name"},
    {ENODEV, PIER_NOT_FOUND, "there is no such interface"},
    {ENOTDIR, PIER_NOT_FOUND, "a part of the path is no folder"},
    {ENOSPC, PIER_NO_SPACE, "no space is left on the device"},
    {EDQUOT, PIER_NO_SPACE, "the quota is used up"},
    {EFBIG, PIER_NO_SPACE, "the file would be larger than the system allows"},
    {ENOMEM, PIER_NO_MEMORY, "the system has no memory left"},
    {ENOBUFS, PIER_NO_MEMORY, "the system has no buffers left"},
    {EISDIR, PIER_UNSUPPORTED, "this is a folder"},
    {ENXIO, PIER_UNSUPPORTED, "this is no file, or nobody is at its other end"},
    {EOPNOTSUPP, PIER_UNSUPPORTED, "this kind of socket cannot do that"},
    {ENOPROTOOPT, PIER_UNSUPPORTED, "this kind of socket has no such option"},
    {EBADF, PIER_USAGE, "the handle is not open for that"},
    {EOVERFLOW, PIER_USAGE, "the offset is larger than any file can be"},
    {EMFILE, PIER_SYSTEM, "no descriptor is left in this process; close some, or raise its limit (ulimit -n)"},
    {ENFILE, PIER_SYSTEM, "no descriptor is left in the whole system"},
    {EIO, PIER_SYSTEM, "the device failed"},
    {ELOOP, PIER_SYSTEM, "the path goes through too many links"},
    {ENAMETOOLONG, PIER_SYSTEM, "the path is too long"},
    {EPROTOTYPE, PIER_SYSTEM, "there is another kind of socket"},
    {ETXTBSY, PIER_SYSTEM, "this is a program that runs"},
};

pier_status pier__os_status(int os_error) {
    if (os_error == 0) {
        return PIER_OK;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].os_error == os_error) {
            return table[i].status;
        }
    }
    return PIER_SYSTEM;
}

pier_status pier__os_failure(int os_error) {
    pier_status status = pier__os_status(os_error);
    return status == PIER_WOULD_BLOCK ? PIER_SYSTEM : status;
}

const char *pier__os_words(int os_error, char words[PIER__OS_WORDS_BYTES]) {
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].os_error == os_error) {
            (void)snprintf(words, PIER__OS_WORDS_BYTES, "%s", table[i].words);
            return words;
        }
    }
    (void)snprintf(words, PIER__OS_WORDS_BYTES, "the system answered error %d", os_error);
    return words;
}
