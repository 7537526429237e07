/* Unix sockets in the file system: taking a place, taking over a dead one, giving it back.
 *
 * Floor 2 (socket), POSIX as Linux has it. Has no state: any thread may call it.
 *
 * A process that was killed leaves the file of its socket behind, and a restarted server must get its place again, but
 * never the place of a living one, and never another file. Three things make that sure:
 *
 *   - Whether a socket is dead is asked with a datagram socket that connects: ECONNREFUSED says that no process holds
 * the socket, EPROTOTYPE that one does (unix_find_bsd in net/unix/af_unix.c). Connecting a stream socket, as is often
 *     done, also finds a socket refusing that is bound and about to listen, so that two servers that start together
 *     could evict each other; and it puts a connection into the queue of the one that lives.
 *   - Between asking and removing, another process could have removed the dead file and made its own. So this happens
 *     under a lock: an abstract name made of the folder and the name of the file. The system gives it to one process,
 *     and takes it back when that ends, however it ends.
 *   - At the end the file is removed before the socket is closed, while it is alive and nobody takes it over, and only
 *     if it is still the same file. */
#include "socket/platform_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address/sockaddr_posix_internal.h"

static int os_answer(int result) {
    return result < 0 ? errno : 0;
}

static int bind_to(int handle, const pier_address *address) {
    struct sockaddr_storage storage;
    socklen_t size = pier__address_to_sockaddr(address, &storage);
    return os_answer(bind(handle, (const struct sockaddr *)&storage, size));
}

/* Copies the path, which has no terminator in an address. */
static void copy_path(const pier_address *address, char path[PIER_UNIX_NAME_BYTES_MAX + 1]) {
    memcpy(path, address->name, address->name_bytes);
    path[address->name_bytes] = '\0';
}

/* FNV-1a: spreads names well enough for a lock that may be too coarse but never too fine. */
static uint64_t hash_text(const char *text) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint64_t)(unsigned char)*text) * UINT64_C(1099511628211);
    }
    return hash;
}

/* Makes the name of the lock of a place: the same for every process and for every spelling of the path's folder. */
static int name_lock(const char *path, pier_address *lock) {
    char folder[PIER_UNIX_NAME_BYTES_MAX + 1] = ".";
    struct stat status;
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (slash != NULL) {
        /* The slash stays, so that the root is found, too. */
        memcpy(folder, path, (size_t)(name - path));
        folder[name - path] = '\0';
    }
    if (stat(folder, &status) != 0) {
        return errno;
    }
    memset(lock, 0, sizeof *lock);
    lock->transport = PIER_TRANSPORT_UNIX;
    lock->family = PIER_FAMILY_UNIX_ABSTRACT;
    int length = snprintf((char *)lock->name, sizeof lock->name, "pier-take-over-%" PRIx64 "-%" PRIx64 "-%" PRIx64,
                          (uint64_t)status.st_dev, (uint64_t)status.st_ino, hash_text(name));
    lock->name_bytes = (uint32_t)length;
    return 0;
}

/* Removes what stands at the path if it is a dead socket. `probe` is a datagram socket that holds the lock. Answers 0
 * when the place is free now. */
static int clear_place(int probe, const pier_address *address, const char *path) {
    struct sockaddr_storage storage;
    struct stat status;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (!S_ISSOCK(status.st_mode)) {
        return EEXIST;
    }
    socklen_t size = pier__address_to_sockaddr(address, &storage);
    if (connect(probe, (const struct sockaddr *)&storage, size) == 0 || errno != ECONNREFUSED) {
        /* It lives, or it cannot be known whether it does. */
        return EADDRINUSE;
    }
    return os_answer(unlink(path));
}

/* Binds in the place of a dead socket. */
static int take_over(int handle, const pier_address *address, const char *path) {
    pier_address lock;
    int os_error = name_lock(path, &lock);
    if (os_error != 0) {
        return os_error;
    }
    int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) {
        return errno;
    }
    /* If the lock is held, another process is about to have the place: EADDRINUSE is the truth about that, too. */
    os_error = bind_to(probe, &lock);
    if (os_error == 0) {
        os_error = clear_place(probe, address, path);
    }
    if (os_error == 0) {
        os_error = bind_to(handle, address);
    }
    (void)pier__platform_close(probe);
    return os_error;
}

int pier__platform_bind_path(int handle, const pier_address *address, pier__unix_file *file) {
    char path[PIER_UNIX_NAME_BYTES_MAX + 1];
    struct stat status;
    copy_path(address, path);
    /* The mode that the socket has when it is bound becomes the file's, less the umask (unix_bind_bsd): so there is no
     * moment in which others could connect, and the process' umask, which all threads share, is left alone. */
    int os_error = os_answer(fchmod(handle, S_IRUSR | S_IWUSR));
    if (os_error == 0) {
        os_error = bind_to(handle, address);
    }
    if (os_error == EADDRINUSE) {
        os_error = take_over(handle, address, path);
    }
    if (os_error == 0 && lstat(path, &status) != 0) {
        os_error = errno;
        (void)unlink(path);
    }
    if (os_error == 0) {
        *file = (pier__unix_file){true, (uint64_t)status.st_dev, (uint64_t)status.st_ino, (int64_t)getpid()};
    }
    return os_error;
}

void pier__platform_remove_path(const pier_address *address, const pier__unix_file *file) {
    char path[PIER_UNIX_NAME_BYTES_MAX + 1];
    struct stat status;
    if (!file->is_ours || file->process != (int64_t)getpid()) {
        return;
    }
    copy_path(address, path);
    /* While the socket is open its inode is not used again, so that an equal number means the same file. */
    if (lstat(path, &status) == 0 && (uint64_t)status.st_dev == file->device &&
        (uint64_t)status.st_ino == file->inode) {
        (void)unlink(path);
    }
}
