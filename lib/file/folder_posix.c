/* A folder on disk by the calls of POSIX; see folder_internal.h.
 *
 * Floor 3 (file), POSIX. Everything goes by the folder's own handle (openat), so that it stays the same folder when its
 * path comes to mean another one. Has no state beside that of each folder. */
#include "file/folder_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "file/folder_room_internal.h"
#include "file/platform_internal.h"
#include "socket/platform_internal.h"
#include "socket/span_posix_internal.h"

typedef struct disk_folder {
    pier_allocator allocator;
    int handle;
    int lock; /* PIER__NO_HANDLE: not locked */
} disk_folder;

static int os_answer(int result) {
    return result < 0 ? errno : 0;
}

/* Fills the error with "VERB NAME: WORDS". */
static pier_status explain(pier_error *error, const char *verb, const char *name, int os_error) {
    char words[PIER__OS_WORDS_BYTES];
    return pier__error_set(error, pier__os_failure(os_error), PIER_FLOOR_FILE, os_error, "%s %s: %s", verb, name,
                           pier__os_words(os_error, words));
}

/* For calls on an open file, whose name is not known here. */
static pier_status answer(pier_error *error, const char *verb, int os_error) {
    return os_error == 0 ? PIER_OK : explain(error, verb, "a file of the folder", os_error);
}

static pier_status check_name(const char *name, pier_error *error) {
    size_t length = name != NULL ? strlen(name) : 0;
    if (length == 0 || length > PIER__FOLDER_NAME_BYTES_MAX || strchr(name, '/') != NULL || name[0] == '.') {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "a name in a folder is one part of a path");
    }
    return PIER_OK;
}

static int open_at(int folder, const char *name, int flags, int *handle) {
    do {
        /* O_NONBLOCK: a pipe that stands there must not hold anybody up before it is refused. */
        *handle = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR);
    } while (*handle < 0 && errno == EINTR);
    return os_answer(*handle);
}

/* O_NOFOLLOW says of a symbolic link that there are too many of them. */
static pier_status explain_open(pier_error *error, const char *verb, const char *name, int os_error) {
    if (os_error == ELOOP) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_FILE, os_error,
                               "%s %s: this is a symbolic link, which is not followed", verb, name);
    }
    return explain(error, verb, name, os_error);
}

static pier_status disk_create(void *self, const char *name, int *file, pier_error *error) {
    const disk_folder *folder = self;
    *file = PIER__FOLDER_NO_FILE;
    pier_status status = check_name(name, error);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = open_at(folder->handle, name, O_RDWR | O_CREAT | O_EXCL, file);
    return os_error == 0 ? PIER_OK : explain(error, "create", name, os_error);
}

static pier_status open_file(const disk_folder *folder, const char *name, int flags, int *file, pier_error *error) {
    int os_error = open_at(folder->handle, name, flags, file);
    if (os_error != 0) {
        return explain_open(error, "open", name, os_error);
    }
    struct stat status;
    os_error = os_answer(fstat(*file, &status));
    pier_status answered = PIER_OK;
    if (os_error != 0) {
        answered = explain(error, "look at", name, os_error);
    } else if (!S_ISREG(status.st_mode)) {
        answered = pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_FILE, 0, "open %s: this is no disk file", name);
    }
    if (answered != PIER_OK) {
        (void)pier__platform_close(*file);
        *file = PIER__FOLDER_NO_FILE;
    }
    return answered;
}

static pier_status disk_open(void *self, const char *name, bool writes, int *file, pier_error *error) {
    *file = PIER__FOLDER_NO_FILE;
    pier_status status = check_name(name, error);
    return status == PIER_OK ? open_file(self, name, writes ? O_RDWR : O_RDONLY, file, error) : status;
}

static pier_status disk_close(void *self, int file, pier_error *error) {
    (void)self;
    return answer(error, "close", pier__platform_close(file));
}

static pier_status disk_size(void *self, int file, uint64_t *size_bytes, pier_error *error) {
    (void)self;
    return answer(error, "ask for the length of", pier__disk_length(file, size_bytes));
}

static pier_status disk_read(void *self, int file, uint64_t offset, void *buffer, size_t capacity_bytes,
                             size_t *size_bytes, pier_error *error) {
    (void)self;
    *size_bytes = 0;
    while (*size_bytes < capacity_bytes) {
        size_t more = capacity_bytes - *size_bytes;
        more = more < PIER__TRANSFER_BYTES_MAX ? more : PIER__TRANSFER_BYTES_MAX;
        uint8_t *room = buffer;
        ssize_t got = pread(file, room + *size_bytes, more, (off_t)(offset + *size_bytes));
        if (got < 0 && errno != EINTR) {
            return answer(error, "read from", errno);
        }
        if (got == 0) {
            break;
        }
        *size_bytes += got > 0 ? (size_t)got : 0;
    }
    return PIER_OK;
}

/* Takes what was written off the front of the spans. */
static void advance(pier_bytes *spans, size_t count, size_t written) {
    for (size_t i = 0; i < count && written > 0; i++) {
        size_t gone = spans[i].size < written ? spans[i].size : written;
        const uint8_t *data = spans[i].data;
        spans[i].data = data + gone;
        spans[i].size -= gone;
        written -= gone;
    }
}

static pier_status disk_write(void *self, int file, uint64_t offset, const pier_bytes *spans, size_t count,
                              pier_error *error) {
    (void)self;
    pier_bytes left[PIER_SPANS_MAX];
    if (count > PIER_SPANS_MAX) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "more spans than one write takes");
    }
    memcpy(left, spans, count * sizeof *spans);
    for (;;) {
        struct iovec vectors[PIER_SPANS_MAX];
        size_t used = pier__span_vectors(left, count, PIER__TRANSFER_BYTES_MAX, vectors);
        if (used == 0) {
            return PIER_OK;
        }
        ssize_t put = pwritev(file, vectors, (int)used, (off_t)offset);
        if (put < 0 && errno != EINTR) {
            return answer(error, "write to", errno);
        }
        if (put == 0) {
            /* The system took nothing and said nothing. No file does; to go on would never end. */
            return answer(error, "write to", ENOSPC);
        }
        offset += put > 0 ? (uint64_t)put : 0;
        advance(left, count, put > 0 ? (size_t)put : 0);
    }
}

static pier_status disk_cut(void *self, int file, uint64_t size_bytes, pier_error *error) {
    (void)self;
    return answer(error, "take away the end of", pier__disk_truncate(file, size_bytes));
}

static pier_status disk_reserve(void *self, int file, uint64_t size_bytes, pier_error *error) {
    (void)self;
    int os_error = pier__folder_reserve(file, size_bytes);
    if (os_error == EOPNOTSUPP || os_error == ENOSYS) {
        return PIER_UNSUPPORTED;
    }
    return answer(error, "reserve room for", os_error);
}

static uint64_t disk_room(void *self) {
    const disk_folder *folder = self;
    struct statvfs room;
    return fstatvfs(folder->handle, &room) == 0 ? (uint64_t)room.f_bavail * room.f_frsize : UINT64_MAX;
}

static pier_status disk_sync(void *self, int file, pier_error *error) {
    (void)self;
    return answer(error, "sync", pier__disk_sync(file));
}

static int sync_handle(int handle) {
    int result = 0;
    do {
        result = fsync(handle);
    } while (result != 0 && errno == EINTR);
    /* File systems whose folders need no sync or know none say EINVAL (fsync(2)). */
    return result != 0 && errno != EINVAL ? errno : 0;
}

static pier_status disk_sync_folder(void *self, pier_error *error) {
    const disk_folder *folder = self;
    int os_error = sync_handle(folder->handle);
    return os_error == 0 ? PIER_OK : explain(error, "sync", "the folder", os_error);
}

static pier_status disk_rename(void *self, const char *from, const char *to, pier_error *error) {
    const disk_folder *folder = self;
    pier_status status = check_name(from, error);
    status = status == PIER_OK ? check_name(to, error) : status;
    if (status != PIER_OK) {
        return status;
    }
    int os_error = os_answer(renameat(folder->handle, from, folder->handle, to));
    return os_error == 0 ? PIER_OK : explain(error, "rename", from, os_error);
}

static pier_status disk_remove(void *self, const char *name, pier_error *error) {
    const disk_folder *folder = self;
    pier_status status = check_name(name, error);
    if (status != PIER_OK) {
        return status;
    }
    int os_error = os_answer(unlinkat(folder->handle, name, 0));
    return os_error == 0 ? PIER_OK : explain(error, "remove", name, os_error);
}

static pier_status disk_list(void *self, pier__folder_visit *visit, void *user, pier_error *error) {
    const disk_folder *folder = self;
    int handle = PIER__NO_HANDLE;
    int os_error = open_at(folder->handle, ".", O_RDONLY | O_DIRECTORY, &handle);
    if (os_error != 0) {
        return explain(error, "list", "the folder", os_error);
    }
    DIR *names = fdopendir(handle);
    if (names == NULL) {
        os_error = errno;
        (void)pier__platform_close(handle);
        return explain(error, "list", "the folder", os_error);
    }
    errno = 0;
    const struct dirent *entry = NULL;
    bool goes_on = true;
    while (goes_on && (entry = readdir(names)) != NULL) {
        /* What begins with a dot is no name that this makes, "." and ".." among it. */
        goes_on = entry->d_name[0] == '.' || visit(user, entry->d_name);
        errno = 0;
    }
    os_error = goes_on ? errno : 0;
    (void)closedir(names);
    return os_error == 0 ? PIER_OK : explain(error, "list", "the folder", os_error);
}

static pier_status disk_lock(void *self, pier_error *error) {
    disk_folder *folder = self;
    pier_status status = PIER_OK;
    int file = PIER__NO_HANDLE;
    status = open_file(folder, PIER__FOLDER_LOCK_NAME, O_RDWR | O_CREAT, &file, error);
    if (status != PIER_OK) {
        return status;
    }
    bool is_taken = false;
    int os_error = pier__disk_lock(file, &is_taken);
    if (os_error != 0) {
        status = explain(error, "lock", "the folder", os_error);
    } else if (is_taken) {
        status = pier__error_set(error, PIER_IN_USE, PIER_FLOOR_FILE, 0, "the folder is locked by another writer");
    }
    if (status != PIER_OK) {
        (void)pier__platform_close(file);
        return status;
    }
    folder->lock = file;
    return PIER_OK;
}

static void disk_life(void *self, uint8_t life[PIER__FOLDER_LIFE_BYTES]) {
    (void)self;
    pier__folder_life(life);
}

static void disk_destroy(void *self) {
    disk_folder *folder = self;
    pier_allocator allocator = folder->allocator;
    if (folder->lock != PIER__NO_HANDLE) {
        (void)pier__platform_close(folder->lock);
    }
    if (folder->handle != PIER__NO_HANDLE) {
        (void)pier__platform_close(folder->handle);
    }
    pier__release(&allocator, folder, sizeof *folder);
}

static const pier__folder_ops disk_ops = {
    .create = disk_create,
    .open = disk_open,
    .close = disk_close,
    .size = disk_size,
    .read = disk_read,
    .write = disk_write,
    .cut = disk_cut,
    .reserve = disk_reserve,
    .room = disk_room,
    .sync = disk_sync,
    .sync_folder = disk_sync_folder,
    .rename = disk_rename,
    .remove = disk_remove,
    .list = disk_list,
    .lock = disk_lock,
    .life = disk_life,
    .destroy = disk_destroy,
};

/* Makes the folder if it is not there, and its name survive. Returns an error number. */
static int make_folder(const char *path) {
    if (mkdir(path, S_IRWXU) != 0) {
        return errno == EEXIST ? 0 : errno;
    }
    int parent = PIER__NO_HANDLE;
    char outer[PATH_MAX];
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    if (length >= sizeof outer) {
        return ENAMETOOLONG;
    }
    memcpy(outer, length > 0 ? path : ".", length > 0 ? length : 1);
    outer[length > 0 ? length : 1] = '\0';
    do {
        parent = open(outer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (parent < 0 && errno == EINTR);
    if (parent < 0) {
        return errno;
    }
    int os_error = sync_handle(parent);
    (void)pier__platform_close(parent);
    return os_error;
}

pier_status pier__folder_open_disk(pier__folder *folder, const char *path, bool makes, const pier_allocator *allocator,
                                   pier_error *error) {
    *folder = (pier__folder){NULL, NULL};
    if (path == NULL || path[0] == '\0') {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "a folder needs a path");
    }
    pier_allocator chosen = pier__allocator_choose(allocator);
    disk_folder *disk = pier__allocate(&chosen, sizeof *disk);
    if (disk == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_FILE, 0, "there is no memory for a folder");
    }
    *disk = (disk_folder){.allocator = chosen, .handle = PIER__NO_HANDLE, .lock = PIER__NO_HANDLE};
    int os_error = makes ? make_folder(path) : 0;
    if (os_error == 0) {
        os_error = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, &disk->handle);
    }
    if (os_error != 0) {
        disk_destroy(disk);
        if (os_error == ENOTDIR || os_error == ELOOP) {
            /* The system has one answer for a file and for a link that is not followed. */
            return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_FILE, os_error,
                                   "open the folder %s: this is no folder, or a symbolic link, which is not followed",
                                   path);
        }
        if (os_error == ENOENT && makes) {
            return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_FILE, os_error,
                                   "make the folder %s: the folder that it is to be in does not exist", path);
        }
        return explain(error, "open the folder", path, os_error);
    }
    *folder = (pier__folder){&disk_ops, disk};
    return PIER_OK;
}
