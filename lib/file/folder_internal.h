/* What a journal asks of a disk: a folder of files that are made, written at their ends, synced, renamed and read.
 *
 * Floor 3 (file). folder_posix.c is the real one; tests have one that loses power. Knows nothing of what the files mean.
 * Every call is synchronous: it may block as long as the disk takes, and who wants it elsewhere runs it elsewhere. A
 * folder serves one thread at a time.
 *
 * What a power cut does to what was not synced: of a file, what was written since its last sync may be there, lost, torn
 * or zeros, in any order; of the folder, names made, changed or removed since its last sync may be as before or as
 * after. A sync that fails may have lost what it should have kept, though reading still shows it and the next sync
 * succeeds: who gets one never trusts that file's unsynced bytes again, unless he writes them once more.
 *
 * Every function fills `error` on failure only (NULL: nobody wants to know) and returns PIER_OK, PIER_USAGE for a name
 * that is not one part of a path, PIER_NO_MEMORY, or what the system answers: PIER_NO_SPACE, PIER_DENIED (a folder or
 * file system that is read-only, too), PIER_NOT_FOUND, PIER_EXISTS, PIER_SYSTEM. */
#ifndef PIER_FILE_FOLDER_INTERNAL_H
#define PIER_FILE_FOLDER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/bytes.h>
#include <pier/error.h>

/* The longest name of a file in a folder, without its terminator. */
#define PIER__FOLDER_NAME_BYTES_MAX 63

/* The file that is locked. It holds nothing and stays when the lock is given up: to remove it would let two lock files
 * of one name at once. */
#define PIER__FOLDER_LOCK_NAME "lock"

/* Stands for no open file. */
#define PIER__FOLDER_NO_FILE (-1)

/* Identifies the life of a machine, from its start to its end. */
#define PIER__FOLDER_LIFE_BYTES 16

/* Is told a name in the folder, "." and ".." not among them; the name is borrowed during the call. Returns whether to go
 * on. */
typedef bool pier__folder_visit(void *user, const char *name);

typedef struct pier__folder_ops {
    /* Makes a new file for writing and reading, of mode 0600, closed on exec. PIER_EXISTS when the name stands for
     * anything, a symbolic link that leads nowhere too. */
    pier_status (*create)(void *self, const char *name, int *file, pier_error *error);
    /* Opens a file, for writing as well if `writes`. No link is followed, and nothing but a disk file is opened:
     * PIER_UNSUPPORTED. */
    pier_status (*open)(void *self, const char *name, bool writes, int *file, pier_error *error);
    /* Closes; the file is gone whatever the answer. */
    pier_status (*close)(void *self, int file, pier_error *error);
    pier_status (*size)(void *self, int file, uint64_t *size_bytes, pier_error *error);
    /* Reads up to `capacity_bytes`; fewer than that only at the end. */
    pier_status (*read)(void *self, int file, uint64_t offset, void *buffer, size_t capacity_bytes, size_t *size_bytes,
                        pier_error *error);
    /* Writes all of the spans (1 to PIER_SPANS_MAX) at `offset`. When it fails, some of them may have been written. */
    pier_status (*write)(void *self, int file, uint64_t offset, const pier_bytes *spans, size_t count,
                         pier_error *error);
    /* Makes the file end behind its first `size_bytes` bytes, and gives back what was reserved behind them. */
    pier_status (*cut)(void *self, int file, uint64_t size_bytes, pier_error *error);
    /* Sees to it that the file can grow to `size_bytes` without PIER_NO_SPACE; its size stays. PIER_UNSUPPORTED where
     * the file system cannot promise that. */
    pier_status (*reserve)(void *self, int file, uint64_t size_bytes, pier_error *error);
    /* Returns how many bytes this user may still fill on the disk; UINT64_MAX when that is not known. */
    uint64_t (*room)(void *self);
    /* Makes the bytes and the size of a file survive the machine. */
    pier_status (*sync)(void *self, int file, pier_error *error);
    /* Makes the names survive the machine. */
    pier_status (*sync_folder)(void *self, pier_error *error);
    /* Gives a file another name; what had that name before is no more. */
    pier_status (*rename)(void *self, const char *from, const char *to, pier_error *error);
    pier_status (*remove)(void *self, const char *name, pier_error *error);
    /* Tells all names, in no order. */
    pier_status (*list)(void *self, pier__folder_visit *visit, void *user, pier_error *error);
    /* Locks the folder until it is closed, against all others that lock it, in this process or another. PIER_IN_USE. */
    pier_status (*lock)(void *self, pier_error *error);
    /* Tells which life of the machine this is; zeros when that is not known. What was written in the same life and not
     * cut back is still there. */
    void (*life)(void *self, uint8_t life[PIER__FOLDER_LIFE_BYTES]);
    /* Unlocks, and frees `self`; its files have been closed. */
    void (*destroy)(void *self);
} pier__folder_ops;

/* A folder: a value, owned by who opened it. */
typedef struct pier__folder {
    const pier__folder_ops *ops; /* NULL: there is none */
    void *self;
} pier__folder;

/* Opens a folder on disk.
 * path: copied. makes: a folder that does not exist is made, of mode 0700, and its name synced; what leads there must
 * exist. A symbolic link as its last part is refused. allocator: copied. folder: no folder on failure.
 * Returns PIER_OK; PIER_NOT_FOUND; PIER_UNSUPPORTED for what is no folder; or as above. */
pier_status pier__folder_open_disk(pier__folder *folder, const char *path, bool makes, const pier_allocator *allocator,
                                   pier_error *error) PIER_MUST_USE;

/* Closes; what was no folder is left alone. */
static inline void pier__folder_close(pier__folder *folder) {
    if (folder->ops != NULL) {
        folder->ops->destroy(folder->self);
        folder->ops = NULL;
        folder->self = NULL;
    }
}

#endif
