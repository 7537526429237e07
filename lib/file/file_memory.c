/* Files in memory: one that grows as it is written, and a view of bytes that are there.
 *
 * Floor 3 (file). Knows nothing of what the bytes mean. A file serves one thread at a time. It never waits, so that
 * deadlines mean nothing to it. */
#include <string.h>

#include "base/allocator_internal.h"
#include "base/buffer_internal.h"
#include "base/error_internal.h"
#include "file/file_internal.h"

typedef struct memory_file {
    pier_allocator allocator;
    pier__buffer written; /* empty in a view */
    pier_bytes bytes;     /* all bytes: the caller's, or those written */
    uint64_t position;    /* where reading goes on; may lie beyond the end */
} memory_file;

static pier_status memory_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                               pier_error *error) {
    memory_file *memory = self;
    (void)deadline;
    (void)error;
    if (memory->position >= memory->bytes.size) {
        return PIER_END;
    }
    size_t left = memory->bytes.size - (size_t)memory->position;
    *size = left < capacity_bytes ? left : capacity_bytes;
    memcpy(buffer, (const uint8_t *)memory->bytes.data + memory->position, *size);
    memory->position += *size;
    return PIER_OK;
}

/* Takes all spans or none, so that the bytes in memory end where the caller's records do. */
static pier_status memory_write(void *self, const pier_bytes *spans, size_t count, size_t *size, pier_deadline deadline,
                                pier_error *error) {
    memory_file *memory = self;
    size_t total = 0;
    (void)deadline;
    for (size_t i = 0; i < count; i++) {
        /* Spans may be one long run given several times, so that their sum can overflow. */
        total = spans[i].size > SIZE_MAX - total ? SIZE_MAX : total + spans[i].size;
    }
    if (!pier__buffer_reserve(&memory->written, total)) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_FILE, 0,
                               "there is no memory for %zu more bytes behind the %zu of a file in memory", total,
                               memory->written.size);
    }
    for (size_t i = 0; i < count; i++) {
        (void)pier__buffer_append(&memory->written, spans[i].data, spans[i].size);
    }
    memory->bytes = (pier_bytes){memory->written.data, memory->written.size};
    *size = total;
    return PIER_OK;
}

static pier_status memory_seek(void *self, uint64_t offset, pier_error *error) {
    memory_file *memory = self;
    (void)error;
    memory->position = offset;
    return PIER_OK;
}

static pier_status memory_length(void *self, uint64_t *length_bytes, pier_error *error) {
    const memory_file *memory = self;
    (void)error;
    *length_bytes = memory->bytes.size;
    return PIER_OK;
}

static pier_status memory_truncate(void *self, uint64_t length_bytes, pier_error *error) {
    memory_file *memory = self;
    (void)error;
    memory->written.size = (size_t)length_bytes;
    memory->bytes.size = (size_t)length_bytes;
    return PIER_OK;
}

static void memory_destroy(void *self) {
    memory_file *memory = self;
    pier_allocator allocator = memory->allocator;
    pier__buffer_deinit(&memory->written);
    pier__release(&allocator, memory, sizeof *memory);
}

static const pier_file_ops memory_ops = {
    .size = sizeof memory_ops,
    .capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE | PIER_FILE_CAN_SEEK | PIER_FILE_CAN_TRUNCATE,
    .read = memory_read,
    .write = memory_write,
    .seek = memory_seek,
    .length = memory_length,
    .destroy = memory_destroy,
    .truncate = memory_truncate,
};

static const pier_file_ops view_ops = {
    .size = sizeof view_ops,
    .capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_SEEK,
    .read = memory_read,
    .seek = memory_seek,
    .length = memory_length,
    .destroy = memory_destroy,
};

static pier_status open_memory(pier_file **out, const pier_file_ops *ops, pier_bytes bytes,
                               const pier_allocator *allocator, pier_error *error) {
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "out may not be NULL");
    }
    *out = NULL;
    pier_allocator chosen = pier__allocator_choose(allocator);
    memory_file *memory = pier__allocate(&chosen, sizeof *memory);
    if (memory == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_FILE, 0, "there is no memory for a file");
    }
    memset(memory, 0, sizeof *memory);
    memory->allocator = chosen;
    memory->bytes = bytes;
    pier__buffer_init(&memory->written, &memory->allocator);
    pier_status status = pier_file_create(out, ops, memory, &chosen, error);
    if (status != PIER_OK) {
        memory_destroy(memory);
    }
    return status;
}

pier_status pier_file_open_memory(pier_file **out, const pier_allocator *allocator, pier_error *error) {
    return open_memory(out, &memory_ops, (pier_bytes){NULL, 0}, allocator, error);
}

pier_status pier_file_open_view(pier_file **out, pier_bytes bytes, const pier_allocator *allocator, pier_error *error) {
    if (bytes.data == NULL && bytes.size != 0) {
        if (out != NULL) {
            *out = NULL;
        }
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "%zu bytes at NULL cannot be viewed", bytes.size);
    }
    return open_memory(out, &view_ops, bytes, allocator, error);
}

pier_bytes pier_file_memory_bytes(const pier_file *file) {
    const memory_file *memory = pier__file_self(file, &memory_ops);
    if (memory == NULL) {
        memory = pier__file_self(file, &view_ops);
    }
    return memory != NULL ? memory->bytes : (pier_bytes){NULL, 0};
}
