/* Bytes kept until they are whole: see spool.h. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".XXXXXX";

bool spool_init(spool *kept, const char *path) {
    size_t size = strlen(path) + sizeof(suffix);
    *kept = (spool){.handle = -1, .beside = malloc(size)};
    if (kept->beside != NULL) {
        (void)snprintf(kept->beside, size, "%s%s", path, suffix);
    }
    return kept->beside != NULL;
}

void spool_clear(spool *kept) {
    kept->at = 0;
    kept->bytes = 0;
}

static bool open_file(spool *kept) {
    kept->handle = mkostemp(kept->beside, O_CLOEXEC);
    return kept->handle >= 0 && unlink(kept->beside) == 0;
}

bool spool_add(spool *kept, pier_bytes bytes) {
    if (kept->handle < 0 && !open_file(kept)) {
        return false;
    }
    const char *data = bytes.data;
    size_t left = bytes.size;
    while (left > 0) {
        ssize_t taken = pwrite(kept->handle, data, left, (off_t)kept->bytes);
        if (taken < 0 && errno != EINTR) {
            return false;
        }
        size_t moved = taken > 0 ? (size_t)taken : 0;
        data += moved;
        left -= moved;
        kept->bytes += moved;
    }
    return true;
}

bool spool_read(spool *kept, void *buffer, size_t capacity_bytes, pier_bytes *part) {
    size_t left = kept->bytes - kept->at;
    size_t wanted = left < capacity_bytes ? left : capacity_bytes;
    *part = (pier_bytes){buffer, 0};
    while (part->size < wanted) {
        ssize_t came =
            pread(kept->handle, (char *)buffer + part->size, wanted - part->size, (off_t)(kept->at + part->size));
        if (came == 0) {
            errno = EIO; /* somebody cut the file off */
        }
        if (came == 0 || (came < 0 && errno != EINTR)) {
            return false;
        }
        part->size += came > 0 ? (size_t)came : 0;
    }
    kept->at += part->size;
    return true;
}

void spool_deinit(spool *kept) {
    if (kept->handle >= 0) {
        (void)close(kept->handle);
    }
    free(kept->beside);
    *kept = (spool){.handle = -1};
}
