/* The contract of files: arguments are checked here, once for all kinds, and the error is kept here.
 *
 * Floor 3 (file). Knows nothing of any kind of file, nor of what the bytes mean. A file serves one thread at a time, or
 * one that reads and one that writes: what belongs to a direction (its error, its end) is touched by its thread alone,
 * and what both would touch (which direction failed last) is atomic. */
#include "file/file_internal.h"

#include <stdatomic.h>
#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"

#define CAPABILITIES_ALL                                                                                               \
    (PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE | PIER_FILE_CAN_WAIT | PIER_FILE_CAN_SEEK | PIER_FILE_CAN_SYNC |         \
     PIER_FILE_CAN_SHUTDOWN | PIER_FILE_CAN_TRUNCATE)

typedef enum direction { DIRECTION_READ = 0, DIRECTION_WRITE = 1 } direction;

struct pier_file {
    pier_allocator allocator;
    const pier_file_ops *ops;
    void *self;
    bool is_closed;
    bool is_shut;            /* the writing direction was ended */
    pier_status sync_status; /* of the sync that failed and made an end of writing; PIER_OK: none */
    int sync_os_error;
    atomic_uchar failed_last; /* direction */
    pier_error errors[2];     /* by direction */
};

/* Returns whether ops claim only what is known and have a function for all of it. */
static bool ops_are_whole(const pier_file_ops *ops) {
    if (ops == NULL || ops->size != sizeof *ops) {
        return false;
    }
    uint32_t can = ops->capabilities;
    bool reads = (can & PIER_FILE_CAN_READ) != 0;
    bool writes = (can & PIER_FILE_CAN_WRITE) != 0;
    bool seeks = (can & PIER_FILE_CAN_SEEK) != 0;
    return (can & ~CAPABILITIES_ALL) == 0 && (reads || writes) && (!reads || ops->read != NULL) &&
           (!writes || ops->write != NULL) && ((can & PIER_FILE_CAN_WAIT) == 0 || ops->wait != NULL) &&
           (!seeks || (ops->length != NULL && (!reads || ops->seek != NULL))) &&
           ((can & PIER_FILE_CAN_SYNC) == 0 || (writes && ops->sync != NULL)) &&
           ((can & PIER_FILE_CAN_SHUTDOWN) == 0 || (writes && ops->shutdown != NULL)) &&
           ((can & PIER_FILE_CAN_TRUNCATE) == 0 || (writes && seeks && ops->truncate != NULL));
}

pier_status pier_file_create(pier_file **out, const pier_file_ops *ops, void *self, const pier_allocator *allocator,
                             pier_error *error) {
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "out may not be NULL");
    }
    *out = NULL;
    if (!ops_are_whole(ops)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0,
                               "the functions of this file do not fit what it claims to be capable of");
    }
    pier_allocator chosen = pier__allocator_choose(allocator);
    pier_file *file = pier__allocate(&chosen, sizeof *file);
    if (file == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_FILE, 0, "there is no memory for a file");
    }
    memset(file, 0, sizeof *file);
    file->allocator = chosen;
    file->ops = ops;
    file->self = self;
    atomic_init(&file->failed_last, (unsigned char)DIRECTION_READ);
    pier_error_clear(&file->errors[DIRECTION_READ]);
    pier_error_clear(&file->errors[DIRECTION_WRITE]);
    *out = file;
    return PIER_OK;
}

/* Notes which direction failed, and puts words where the file gave none. Positive statuses pass through. */
static PIER__HOT pier_status settle(pier_file *file, direction way, pier_status status) {
    if (PIER_LIKELY(status >= 0)) {
        return status;
    }
    pier_error *error = &file->errors[way];
    if (error->status != status) {
        (void)pier__error_set(error, status, PIER_FLOOR_FILE, 0, "%s", pier_status_text(status));
    }
    atomic_store_explicit(&file->failed_last, (unsigned char)way, memory_order_relaxed);
    return status;
}

static pier_status fail(pier_file *file, direction way, pier_status status, const char *words) {
    return settle(file, way, pier__error_set(&file->errors[way], status, PIER_FLOOR_FILE, 0, "%s", words));
}

/* Answers for a call that this file cannot take: it is closed, or lacks the capability. */
static pier_status fail_call(pier_file *file, direction way, const char *words) {
    return file->is_closed ? fail(file, way, PIER_USAGE, "the file is closed")
                           : fail(file, way, PIER_UNSUPPORTED, words);
}

static bool can(const pier_file *file, uint32_t capability) {
    return !file->is_closed && (file->ops->capabilities & capability) == capability;
}

PIER__HOT pier_status pier_file_read(pier_file *file, void *buffer, size_t capacity_bytes, size_t *size,
                                     pier_deadline deadline) {
    if (size != NULL) {
        *size = 0;
    }
    if (file == NULL) {
        return PIER_USAGE;
    }
    if (buffer == NULL || capacity_bytes == 0 || size == NULL) {
        return fail(file, DIRECTION_READ, PIER_USAGE, "reading needs a buffer of one byte at least");
    }
    if (!can(file, PIER_FILE_CAN_READ)) {
        return fail_call(file, DIRECTION_READ, "this file cannot be read");
    }
    pier_error *error = &file->errors[DIRECTION_READ];
    pier_status status = file->ops->read(file->self, buffer, capacity_bytes, size, deadline, error);
    if (status != PIER_OK) {
        *size = 0;
        return settle(file, DIRECTION_READ, status);
    }
    if (PIER_UNLIKELY(*size == 0 || *size > capacity_bytes)) {
        *size = 0;
        return fail(file, DIRECTION_READ, PIER_USAGE, "the file's own read answered OK with a size that cannot be");
    }
    return PIER_OK;
}

/* Returns how many bytes the spans have, 0 for spans that cannot be written. A total beyond SIZE_MAX counts as that:
 * the file takes less at once anyway. */
static PIER__HOT size_t spans_size(const pier_bytes *spans, size_t count) {
    size_t total = 0;
    if (spans == NULL || count > PIER_SPANS_MAX) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (spans[i].data == NULL && spans[i].size != 0) {
            return 0;
        }
        total = spans[i].size > SIZE_MAX - total ? SIZE_MAX : total + spans[i].size;
    }
    return total;
}

/* Answers again what the sync answered that failed. */
static pier_status fail_after_sync(pier_file *file) {
    pier_error *error = &file->errors[DIRECTION_WRITE];
    return settle(file, DIRECTION_WRITE,
                  pier__error_set(error, file->sync_status, PIER_FLOOR_FILE, file->sync_os_error,
                                  "an earlier sync failed, and what was written before it may be lost"));
}

PIER__HOT pier_status pier_file_write(pier_file *file, const pier_bytes *spans, size_t count, size_t *size,
                                      pier_deadline deadline) {
    if (size != NULL) {
        *size = 0;
    }
    if (file == NULL) {
        return PIER_USAGE;
    }
    size_t total = spans_size(spans, count);
    if (total == 0 || size == NULL) {
        return fail(file, DIRECTION_WRITE, PIER_USAGE, "writing needs 1 to 64 spans with one byte at least");
    }
    if (!can(file, PIER_FILE_CAN_WRITE)) {
        return fail_call(file, DIRECTION_WRITE, "this file cannot be written");
    }
    if (file->is_shut) {
        return fail(file, DIRECTION_WRITE, PIER_USAGE, "the writing direction was ended");
    }
    if (file->sync_status != PIER_OK) {
        return fail_after_sync(file);
    }
    pier_error *error = &file->errors[DIRECTION_WRITE];
    pier_status status = file->ops->write(file->self, spans, count, size, deadline, error);
    if (status != PIER_OK) {
        *size = 0;
        return settle(file, DIRECTION_WRITE, status);
    }
    if (PIER_UNLIKELY(*size == 0 || *size > total)) {
        *size = 0;
        return fail(file, DIRECTION_WRITE, PIER_USAGE, "the file's own write answered OK with a size that cannot be");
    }
    return PIER_OK;
}

pier_status pier_file_wait(pier_file *file, uint32_t events, uint32_t *ready, pier_deadline deadline) {
    if (ready != NULL) {
        *ready = 0;
    }
    if (file == NULL) {
        return PIER_USAGE;
    }
    direction way = (events & PIER_READABLE) != 0 ? DIRECTION_READ : DIRECTION_WRITE;
    if (ready == NULL || events == 0 || (events & ~(PIER_READABLE | PIER_WRITABLE)) != 0) {
        return fail(file, way, PIER_USAGE, "waiting needs PIER_READABLE, PIER_WRITABLE or both");
    }
    uint32_t needed = ((events & PIER_READABLE) != 0 ? PIER_FILE_CAN_READ : 0) |
                      ((events & PIER_WRITABLE) != 0 ? PIER_FILE_CAN_WRITE : 0);
    if (!can(file, needed)) {
        return fail_call(file, way, "this file does not have the direction that is waited for");
    }
    if (!can(file, PIER_FILE_CAN_WAIT)) {
        *ready = events;
        return PIER_OK;
    }
    pier_status status = file->ops->wait(file->self, events, ready, deadline, &file->errors[way]);
    if (status != PIER_OK) {
        *ready = 0;
        return settle(file, way, status);
    }
    *ready &= events;
    if (PIER_UNLIKELY(*ready == 0)) {
        return fail(file, way, PIER_USAGE, "the file's own wait answered OK with nothing ready");
    }
    return PIER_OK;
}

pier_status pier_file_seek(pier_file *file, uint64_t offset) {
    if (file == NULL) {
        return PIER_USAGE;
    }
    if (!can(file, PIER_FILE_CAN_SEEK | PIER_FILE_CAN_READ)) {
        return fail_call(file, DIRECTION_READ, "this file has no point of reading that could be moved");
    }
    return settle(file, DIRECTION_READ, file->ops->seek(file->self, offset, &file->errors[DIRECTION_READ]));
}

pier_status pier_file_length(pier_file *file, uint64_t *length_bytes) {
    if (length_bytes != NULL) {
        *length_bytes = 0;
    }
    if (file == NULL) {
        return PIER_USAGE;
    }
    if (length_bytes == NULL) {
        return fail(file, DIRECTION_READ, PIER_USAGE, "length_bytes may not be NULL");
    }
    if (!can(file, PIER_FILE_CAN_SEEK)) {
        return fail_call(file, DIRECTION_READ, "this file has no length");
    }
    return settle(file, DIRECTION_READ, file->ops->length(file->self, length_bytes, &file->errors[DIRECTION_READ]));
}

pier_status pier_file_truncate(pier_file *file, uint64_t length_bytes) {
    if (file == NULL) {
        return PIER_USAGE;
    }
    if (!can(file, PIER_FILE_CAN_TRUNCATE)) {
        return fail_call(file, DIRECTION_WRITE, "bytes cannot be taken away from the end of this file");
    }
    pier_error *error = &file->errors[DIRECTION_WRITE];
    uint64_t there = 0;
    pier_status status = file->ops->length(file->self, &there, error);
    if (status == PIER_OK && length_bytes > there) {
        return fail(file, DIRECTION_WRITE, PIER_USAGE, "a file cannot be truncated to more than its length");
    }
    return settle(file, DIRECTION_WRITE,
                  status == PIER_OK ? file->ops->truncate(file->self, length_bytes, error) : status);
}

pier_status pier_file_sync(pier_file *file) {
    if (file == NULL) {
        return PIER_USAGE;
    }
    if (!can(file, PIER_FILE_CAN_SYNC)) {
        return fail_call(file, DIRECTION_WRITE, "this file cannot be made to survive the machine");
    }
    if (file->sync_status != PIER_OK) {
        return fail_after_sync(file);
    }
    pier_error *error = &file->errors[DIRECTION_WRITE];
    pier_status status = settle(file, DIRECTION_WRITE, file->ops->sync(file->self, error));
    if (status < 0) {
        file->sync_status = status;
        file->sync_os_error = error->os_error;
    }
    return status;
}

pier_status pier_file_shutdown(pier_file *file) {
    if (file == NULL) {
        return PIER_USAGE;
    }
    if (!can(file, PIER_FILE_CAN_SHUTDOWN)) {
        return fail_call(file, DIRECTION_WRITE, "the writing direction of this file does not end alone");
    }
    if (file->is_shut) {
        return PIER_OK;
    }
    pier_error *error = &file->errors[DIRECTION_WRITE];
    pier_status status = settle(file, DIRECTION_WRITE, file->ops->shutdown(file->self, error));
    file->is_shut = status == PIER_OK;
    return status;
}

static pier_status close_file(pier_file *file) {
    if (file->is_closed) {
        return PIER_OK;
    }
    /* Closed whatever the answer: the system gives a handle back even when it reports an error. */
    file->is_closed = true;
    if (file->ops->close == NULL) {
        return PIER_OK;
    }
    return settle(file, DIRECTION_READ, file->ops->close(file->self, &file->errors[DIRECTION_READ]));
}

pier_status pier_file_close(pier_file *file) {
    return file != NULL ? close_file(file) : PIER_USAGE;
}

void pier_file_destroy(pier_file *file) {
    if (file == NULL) {
        return;
    }
    (void)close_file(file);
    if (file->ops->destroy != NULL) {
        file->ops->destroy(file->self);
    }
    pier_allocator allocator = file->allocator;
    pier__release(&allocator, file, sizeof *file);
}

void pier__file_abandon(pier_file *file) {
    pier_allocator allocator = file->allocator;
    pier__release(&allocator, file, sizeof *file);
}

PIER__HOT uint32_t pier_file_capabilities(const pier_file *file) {
    return file->ops->capabilities;
}

int pier_file_handle(const pier_file *file) {
    return file->is_closed || file->ops->handle == NULL ? -1 : file->ops->handle(file->self);
}

const pier_error *pier_file_error(const pier_file *file) {
    return &file->errors[atomic_load_explicit(&file->failed_last, memory_order_relaxed)];
}

PIER__HOT const pier_error *pier_file_read_error(const pier_file *file) {
    return &file->errors[DIRECTION_READ];
}

PIER__HOT const pier_error *pier_file_write_error(const pier_file *file) {
    return &file->errors[DIRECTION_WRITE];
}

void *pier__file_self(const pier_file *file, const pier_file_ops *ops) {
    return file->ops == ops ? file->self : NULL;
}
