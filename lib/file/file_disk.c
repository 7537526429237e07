/* Files on disk.
 *
 * Floor 3 (file). Knows the platform by its contract, and nothing of what the bytes mean. A file serves one thread at a
 * time. Disk files never say "not now", so that deadlines mean nothing to them. */
#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "file/file_internal.h"
#include "file/platform_internal.h"
#include "socket/platform_internal.h"

/* How much of a long path an error shows, from its end: the reason stands behind it and must still fit. */
#define PATH_WORDS_BYTES 96

typedef struct disk_file {
    pier_allocator allocator;
    int handle;
    bool is_name_unsynced; /* the file was made, and its folder not synced since */
    bool has_moved;        /* writing moved the handle's own point, from which reading goes on */
    uint64_t position;     /* where reading goes on; for errors */
    size_t path_size;      /* with its terminator */
    char path[];
} disk_file;

/* Fills the error with "VERB PATH: WORDS". */
static pier_status explain_words(pier_error *error, pier_status status, const char *verb, const char *path,
                                 const char *words, int os_error) {
    size_t length = strlen(path);
    bool is_long = length > PATH_WORDS_BYTES;
    return pier__error_set(error, status, PIER_FLOOR_FILE, os_error, "%s %s%s: %s", verb, is_long ? "..." : "",
                           is_long ? path + length - PATH_WORDS_BYTES : path, words);
}

/* The same for a number of the system's. */
static pier_status explain(pier_error *error, const char *verb, const char *path, int os_error) {
    char words[PIER__OS_WORDS_BYTES];
    return explain_words(error, pier__os_status(os_error), verb, path, pier__os_words(os_error, words), os_error);
}

static pier_status disk_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                             pier_error *error) {
    disk_file *disk = self;
    (void)deadline;
    int os_error = disk->has_moved ? pier__disk_seek(disk->handle, disk->position) : 0;
    if (os_error == 0) {
        disk->has_moved = false;
        os_error = pier__handle_read(disk->handle, PIER__HANDLE_DISK, buffer, capacity_bytes, size);
    }
    if (os_error != 0) {
        pier_status status = explain(error, "read from", disk->path, os_error);
        error->offset = disk->position;
        return status;
    }
    disk->position += *size;
    return *size > 0 ? PIER_OK : PIER_END;
}

static pier_status disk_write(void *self, const pier_bytes *spans, size_t count, size_t *size, pier_deadline deadline,
                              pier_error *error) {
    disk_file *disk = self;
    (void)deadline;
    disk->has_moved = true;
    int os_error = pier__handle_write(disk->handle, PIER__HANDLE_DISK, spans, count, SIZE_MAX, size);
    return os_error == 0 ? PIER_OK : explain(error, "write to", disk->path, os_error);
}

static pier_status disk_seek(void *self, uint64_t offset, pier_error *error) {
    disk_file *disk = self;
    int os_error = pier__disk_seek(disk->handle, offset);
    if (os_error != 0) {
        return explain(error, "seek in", disk->path, os_error);
    }
    disk->position = offset;
    disk->has_moved = false;
    return PIER_OK;
}

static pier_status disk_truncate(void *self, uint64_t length_bytes, pier_error *error) {
    disk_file *disk = self;
    int os_error = pier__disk_truncate(disk->handle, length_bytes);
    return os_error == 0 ? PIER_OK : explain(error, "take away the end of", disk->path, os_error);
}

static pier_status disk_length(void *self, uint64_t *length_bytes, pier_error *error) {
    disk_file *disk = self;
    int os_error = pier__disk_length(disk->handle, length_bytes);
    return os_error == 0 ? PIER_OK : explain(error, "ask for the length of", disk->path, os_error);
}

static pier_status disk_sync(void *self, pier_error *error) {
    disk_file *disk = self;
    int os_error = pier__disk_sync(disk->handle);
    if (os_error != 0) {
        return explain(error, "sync", disk->path, os_error);
    }
    if (disk->is_name_unsynced) {
        os_error = pier__disk_sync_name(disk->path);
        if (os_error != 0) {
            return explain(error, "sync the folder of", disk->path, os_error);
        }
        disk->is_name_unsynced = false;
    }
    return PIER_OK;
}

static pier_status disk_close(void *self, pier_error *error) {
    disk_file *disk = self;
    if (disk->handle == PIER__NO_HANDLE) {
        return PIER_OK;
    }
    int os_error = pier__disk_close(disk->handle);
    disk->handle = PIER__NO_HANDLE;
    return os_error == 0 ? PIER_OK : explain(error, "close", disk->path, os_error);
}

static void disk_destroy(void *self) {
    disk_file *disk = self;
    pier_allocator allocator = disk->allocator;
    pier__release(&allocator, disk, sizeof *disk + disk->path_size);
}

static const pier_file_ops read_ops = {
    .size = sizeof read_ops,
    .capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_SEEK,
    .read = disk_read,
    .seek = disk_seek,
    .length = disk_length,
    .close = disk_close,
    .destroy = disk_destroy,
};

static const pier_file_ops write_ops = {
    .size = sizeof write_ops,
    .capabilities = PIER_FILE_CAN_WRITE | PIER_FILE_CAN_SEEK | PIER_FILE_CAN_SYNC,
    .write = disk_write,
    .length = disk_length,
    .sync = disk_sync,
    .close = disk_close,
    .destroy = disk_destroy,
};

static const pier_file_ops update_ops = {
    .size = sizeof update_ops,
    .capabilities =
        PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE | PIER_FILE_CAN_SEEK | PIER_FILE_CAN_SYNC | PIER_FILE_CAN_TRUNCATE,
    .read = disk_read,
    .write = disk_write,
    .seek = disk_seek,
    .length = disk_length,
    .sync = disk_sync,
    .close = disk_close,
    .destroy = disk_destroy,
    .truncate = disk_truncate,
};

static const char *const verbs[] = {"open", "create", "replace", "append to", "update"};

static pier_status lock_file(const disk_file *disk, pier_file_mode mode, pier_error *error) {
    bool is_taken = false;
    int os_error = pier__disk_lock(disk->handle, &is_taken);
    if (os_error != 0) {
        return explain(error, "lock", disk->path, os_error);
    }
    return is_taken ? explain_words(error, PIER_IN_USE, verbs[mode], disk->path, "it is locked by another writer", 0)
                    : PIER_OK;
}

/* Opens the path and makes sure that it is a disk file, and nobody else's, before it is emptied. On failure a
 * new file stays, empty: to remove it by name could hit another one. */
static pier_status open_path(disk_file *disk, pier_file_mode mode, bool locks, pier_error *error) {
    pier__handle_kind kind = PIER__HANDLE_DISK;
    bool reads = false;
    bool writes = false;
    int os_error = pier__disk_open(disk->path, mode, &disk->handle, &disk->is_name_unsynced);
    if (os_error != 0) {
        return explain(error, verbs[mode], disk->path, os_error);
    }
    pier_status status = PIER_OK;
    os_error = pier__handle_examine(disk->handle, &kind, &reads, &writes);
    if (os_error == 0 && kind != PIER__HANDLE_DISK) {
        status = explain_words(
            error, PIER_UNSUPPORTED, verbs[mode], disk->path,
            kind == PIER__HANDLE_FOLDER ? "this is a folder" : "this is no disk file, but a pipe or a device", 0);
    } else if (os_error == 0 && locks) {
        status = lock_file(disk, mode, error);
    }
    if (os_error == 0 && status == PIER_OK && mode == PIER_FILE_REPLACE) {
        os_error = pier__disk_truncate(disk->handle, 0);
    }
    if (os_error != 0) {
        status = explain(error, verbs[mode], disk->path, os_error);
    }
    return status;
}

static pier_status open_disk(pier_file **out, const char *path, pier_file_mode mode, bool locks,
                             const pier_allocator *allocator, pier_error *error) {
    if (out != NULL) {
        *out = NULL;
    }
    if (out == NULL || path == NULL || path[0] == '\0' || (int)mode < PIER_FILE_READ || (int)mode > PIER_FILE_UPDATE) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0,
                               "opening a file needs a path, one of the five modes, and a place for the file");
    }
    pier_allocator chosen = pier__allocator_choose(allocator);
    size_t path_size = strlen(path) + 1;
    disk_file *disk = pier__allocate(&chosen, sizeof *disk + path_size);
    if (disk == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_FILE, 0, "there is no memory for a file");
    }
    *disk = (disk_file){.allocator = chosen, .handle = PIER__NO_HANDLE, .path_size = path_size};
    memcpy(disk->path, path, path_size);
    /* The file is made before the path is touched, so that a lack of memory leaves nothing behind on the disk. */
    pier_status status = pier_file_create(out,
                                          mode == PIER_FILE_READ     ? &read_ops
                                          : mode == PIER_FILE_UPDATE ? &update_ops
                                                                     : &write_ops,
                                          disk, &chosen, error);
    if (status != PIER_OK) {
        disk_destroy(disk);
        return status;
    }
    status = open_path(disk, mode, locks, error);
    if (status != PIER_OK) {
        pier_file_destroy(*out);
        *out = NULL;
    }
    return status;
}

pier_status pier_file_open_disk(pier_file **out, const char *path, pier_file_mode mode, const pier_allocator *allocator,
                                pier_error *error) {
    return open_disk(out, path, mode, false, allocator, error);
}

pier_status pier_file_open_disk_locked(pier_file **out, const char *path, pier_file_mode mode,
                                       const pier_allocator *allocator, pier_error *error) {
    if (mode == PIER_FILE_READ) {
        if (out != NULL) {
            *out = NULL;
        }
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "only a file that is written can be locked");
    }
    return open_disk(out, path, mode, true, allocator, error);
}
