/* Files by the calls of POSIX.
 *
 * Floor 3 (file), POSIX. Knows nothing of pier_file. Has no state: any thread may call it. */
#include "file/platform_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "socket/handle_internal.h"
#include "socket/platform_internal.h"
#include "socket/span_posix_internal.h"

/* The most that a file offset can be. */
#define OFFSET_MAX ((uint64_t)INT64_MAX)

static int os_answer(int result) {
    return result < 0 ? errno : 0;
}

static int open_whole(const char *path, int flags, int *handle) {
    do {
        /* O_NONBLOCK matters to pipes and devices alone: opening one would wait for its other end. They are refused
         * when they turn out to be what they are. */
        *handle = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR);
    } while (*handle < 0 && errno == EINTR);
    return os_answer(*handle);
}

int pier__disk_open(const char *path, pier_file_mode mode, int *handle, bool *is_new) {
    *is_new = mode == PIER_FILE_CREATE;
    if (mode == PIER_FILE_READ) {
        return open_whole(path, O_RDONLY, handle);
    }
    if (mode == PIER_FILE_CREATE) {
        return open_whole(path, O_WRONLY | O_CREAT | O_EXCL, handle);
    }
    /* No O_TRUNC: what is there is examined before it is emptied. */
    int flags = mode == PIER_FILE_APPEND   ? O_WRONLY | O_APPEND
                : mode == PIER_FILE_UPDATE ? O_RDWR | O_APPEND
                                           : O_WRONLY;
    int os_error = open_whole(path, flags, handle);
    if (os_error == ENOENT) {
        *is_new = true;
        os_error = open_whole(path, flags | O_CREAT, handle);
    }
    return os_error;
}

/* flock belongs to the opening, as a lock here shall. One of fcntl belongs to the process: opening the file twice in a
 * process would not be noticed, and closing any other handle of it would give the lock up. */
int pier__disk_lock(int handle, bool *is_taken) {
    int result = 0;
    do {
        result = flock(handle, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    *is_taken = result != 0 && errno == EWOULDBLOCK;
    return *is_taken ? 0 : os_answer(result);
}

int pier__disk_truncate(int handle, uint64_t length_bytes) {
    if (length_bytes > OFFSET_MAX) {
        return EOVERFLOW;
    }
    int result = 0;
    do {
        result = ftruncate(handle, (off_t)length_bytes);
    } while (result != 0 && errno == EINTR);
    return os_answer(result);
}

int pier__disk_seek(int handle, uint64_t offset) {
    if (offset > OFFSET_MAX) {
        return EOVERFLOW;
    }
    return lseek(handle, (off_t)offset, SEEK_SET) < 0 ? errno : 0;
}

int pier__disk_length(int handle, uint64_t *length_bytes) {
    struct stat status;
    if (fstat(handle, &status) != 0) {
        return errno;
    }
    *length_bytes = (uint64_t)status.st_size;
    return 0;
}

int pier__disk_sync(int handle) {
    int result = 0;
    do {
        result = fdatasync(handle);
    } while (result != 0 && errno == EINTR);
    return os_answer(result);
}

static int sync_folder(const char *folder) {
    int handle = PIER__NO_HANDLE;
    int os_error = open_whole(folder, O_RDONLY | O_DIRECTORY, &handle);
    if (os_error != 0) {
        return os_error;
    }
    int result = 0;
    do {
        result = fsync(handle);
    } while (result != 0 && errno == EINTR);
    os_error = os_answer(result);
    (void)pier__platform_close(handle);
    /* File systems whose folders need no sync or know none say EINVAL (fsync(2)). */
    return os_error == EINVAL ? 0 : os_error;
}

int pier__disk_sync_name(char *path) {
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return sync_folder(".");
    }
    /* The slash stays, so that the root is found, too. */
    char after = slash[1];
    slash[1] = '\0';
    int os_error = sync_folder(path);
    slash[1] = after;
    return os_error;
}

int pier__disk_close(int handle) {
    return pier__platform_close(handle);
}

int pier__handle_examine(int handle, pier__handle_kind *kind, bool *reads, bool *writes) {
    struct stat status;
    int flags = fcntl(handle, F_GETFL);
    if (flags < 0 || fstat(handle, &status) != 0) {
        return errno;
    }
    *kind = PIER__HANDLE_STREAM;
    if (S_ISREG(status.st_mode)) {
        *kind = PIER__HANDLE_DISK;
    } else if (S_ISDIR(status.st_mode)) {
        *kind = PIER__HANDLE_FOLDER;
    } else if (S_ISSOCK(status.st_mode)) {
        pier__handle_facts facts;
        int os_error = pier__platform_examine(handle, &facts);
        if (os_error != 0) {
            return os_error;
        }
        *kind = facts.is_datagram ? PIER__HANDLE_DATAGRAMS : PIER__HANDLE_SOCKET;
    }
    *reads = (flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR;
    *writes = (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
    return 0;
}

int pier__handle_read(int handle, pier__handle_kind kind, void *buffer, size_t capacity_bytes, size_t *size) {
    if (kind == PIER__HANDLE_SOCKET) {
        return pier__platform_receive(handle, buffer, capacity_bytes, size);
    }
    size_t most = capacity_bytes < PIER__TRANSFER_BYTES_MAX ? capacity_bytes : PIER__TRANSFER_BYTES_MAX;
    ssize_t got = 0;
    do {
        got = read(handle, buffer, most);
    } while (got < 0 && errno == EINTR);
    *size = got > 0 ? (size_t)got : 0;
    return got < 0 ? errno : 0;
}

/* What is done about SIGPIPE around one write. There is no flag for writing to a pipe as MSG_NOSIGNAL is one for
 * sockets, and a library may not change what the whole process does with a signal: so this thread alone holds it back
 * and, if the write raised it, takes it out of the queue (sigtimedwait), unless one was waiting there before. */
typedef struct pipe_signal {
    bool was_pending;
    sigset_t before;
} pipe_signal;

static void hold_pipe_signal(pipe_signal *held, sigset_t *pipe_alone) {
    sigset_t pending;
    (void)sigemptyset(pipe_alone);
    (void)sigaddset(pipe_alone, SIGPIPE);
    (void)sigemptyset(&pending);
    (void)sigpending(&pending);
    held->was_pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, pipe_alone, &held->before);
}

static void drop_pipe_signal(const pipe_signal *held, const sigset_t *pipe_alone, bool was_raised) {
    static const struct timespec at_once = {0, 0};
    if (was_raised && !held->was_pending) {
        while (sigtimedwait(pipe_alone, NULL, &at_once) < 0 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

static int write_vectors(int handle, const struct iovec *vectors, size_t count, size_t *size) {
    ssize_t put = 0;
    do {
        put = writev(handle, vectors, (int)count);
    } while (put < 0 && errno == EINTR);
    *size = put > 0 ? (size_t)put : 0;
    if (put == 0) {
        /* The system took nothing and said nothing. No file does; to go on would never end. */
        return ENOSPC;
    }
    return put < 0 ? errno : 0;
}

int pier__handle_write(int handle, pier__handle_kind kind, const pier_bytes *spans, size_t count, size_t most_bytes,
                       size_t *size) {
    if (kind == PIER__HANDLE_SOCKET) {
        return pier__platform_send(handle, spans, count, size);
    }
    struct iovec vectors[PIER_SPANS_MAX];
    size_t most = most_bytes < PIER__TRANSFER_BYTES_MAX ? most_bytes : PIER__TRANSFER_BYTES_MAX;
    size_t used = pier__span_vectors(spans, count, most, vectors);
    if (kind == PIER__HANDLE_DISK) {
        return write_vectors(handle, vectors, used, size);
    }
    pipe_signal held;
    sigset_t pipe_alone;
    hold_pipe_signal(&held, &pipe_alone);
    int os_error = write_vectors(handle, vectors, used, size);
    drop_pipe_signal(&held, &pipe_alone, os_error == EPIPE);
    return os_error;
}
