/* Files over handles that belong to somebody else: standard input and output, pipes, terminals.
 *
 * Floor 3 (file). Knows the platform by its contract. One thread may read while another writes.
 *
 * The handle's flags are left alone: O_NONBLOCK belongs to the open file, which other processes share, and a shell
 * whose terminal was made non-blocking is broken. So a call with a deadline asks poll first, and then reads what is
 * there, or writes no more than a pipe takes without waiting once it is writable. */
#include <string.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"
#include "file/file_internal.h"
#include "file/platform_internal.h"
#include "socket/platform_internal.h"

/* A pipe that poll calls writable has room for this many bytes (PIPE_BUF of Linux, pipe(7)). */
#define PIPE_WRITE_BYTES_MAX 4096

typedef struct handle_file {
    pier_allocator allocator;
    pier_file_ops ops; /* of this file alone: its capabilities depend on the handle */
    int handle;
    pier__handle_kind kind;
} handle_file;

static pier_status explain(pier_error *error, const char *verb, const handle_file *file, int os_error) {
    char words[PIER__OS_WORDS_BYTES];
    static const char *const names[] = {"standard input", "standard output", "standard error"};
    if (file->handle <= 2) {
        return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_FILE, os_error, "%s %s: %s", verb,
                               names[file->handle], pier__os_words(os_error, words));
    }
    return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_FILE, os_error, "%s handle %d: %s", verb,
                           file->handle, pier__os_words(os_error, words));
}

/* Waits until one of `events` is there, or the deadline has passed. */
static pier_status await(const handle_file *file, uint32_t events, uint32_t *ready, pier_deadline deadline,
                         pier_error *error) {
    int os_error = pier__platform_wait(file->handle, events, ready, deadline);
    if (os_error != 0) {
        return explain(error, "wait for", file, os_error);
    }
    if (*ready != 0) {
        return PIER_OK;
    }
    return deadline == PIER_NOW ? PIER_WOULD_BLOCK : PIER_TIMEOUT;
}

/* Returns whether a call must ask poll before it reads or writes: whenever the handle could wait longer than the
 * deadline allows. */
static bool polls_first(const handle_file *file, pier_deadline deadline) {
    return file->kind == PIER__HANDLE_STREAM && deadline != PIER_NEVER;
}

/* Answers for a handle that is not ready: goes on (PIER_OK) once it is. */
static pier_status await_again(const handle_file *file, uint32_t event, pier_deadline deadline, pier_error *error) {
    uint32_t ready = 0;
    if (deadline != PIER_NOW && deadline != PIER_NEVER && pier_clock_monotonic_ns() >= deadline) {
        return PIER_TIMEOUT;
    }
    return await(file, event, &ready, deadline, error);
}

static pier_status handle_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                               pier_error *error) {
    handle_file *file = self;
    pier_status status = PIER_OK;
    uint32_t ready = 0;
    if (polls_first(file, deadline)) {
        status = await(file, PIER_READABLE, &ready, deadline, error);
    }
    while (status == PIER_OK) {
        int os_error = pier__handle_read(file->handle, file->kind, buffer, capacity_bytes, size);
        if (os_error == 0) {
            return *size > 0 ? PIER_OK : PIER_END;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return explain(error, "read from", file, os_error);
        }
        if (deadline == PIER_NOW) {
            return PIER_WOULD_BLOCK;
        }
        status = await_again(file, PIER_READABLE, deadline, error);
    }
    return status;
}

static pier_status handle_write(void *self, const pier_bytes *spans, size_t count, size_t *size, pier_deadline deadline,
                                pier_error *error) {
    handle_file *file = self;
    pier_status status = PIER_OK;
    uint32_t ready = 0;
    size_t most_bytes = SIZE_MAX;
    if (polls_first(file, deadline)) {
        most_bytes = PIPE_WRITE_BYTES_MAX;
        status = await(file, PIER_WRITABLE, &ready, deadline, error);
    }
    while (status == PIER_OK) {
        int os_error = pier__handle_write(file->handle, file->kind, spans, count, most_bytes, size);
        if (os_error == 0) {
            return PIER_OK;
        }
        if (pier__os_status(os_error) != PIER_WOULD_BLOCK) {
            return explain(error, "write to", file, os_error);
        }
        if (deadline == PIER_NOW) {
            return PIER_WOULD_BLOCK;
        }
        status = await_again(file, PIER_WRITABLE, deadline, error);
    }
    return status;
}

static pier_status handle_wait(void *self, uint32_t events, uint32_t *ready, pier_deadline deadline,
                               pier_error *error) {
    return await(self, events, ready, deadline, error);
}

static void handle_destroy(void *self) {
    handle_file *file = self;
    pier_allocator allocator = file->allocator;
    pier__release(&allocator, file, sizeof *file);
}

static int handle_of(void *self) {
    const handle_file *file = self;
    return file->kind == PIER__HANDLE_DISK ? PIER__NO_HANDLE : file->handle;
}

pier_status pier_file_open_handle(pier_file **out, int handle, uint32_t capabilities, const pier_allocator *allocator,
                                  pier_error *error) {
    bool wants_read = (capabilities & PIER_FILE_CAN_READ) != 0;
    bool wants_write = (capabilities & PIER_FILE_CAN_WRITE) != 0;
    bool reads = false;
    bool writes = false;
    handle_file made = {.handle = handle, .kind = PIER__HANDLE_DISK};
    if (out != NULL) {
        *out = NULL;
    }
    if (out == NULL || handle < 0 || capabilities == 0 ||
        (capabilities & ~(PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE)) != 0) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0,
                               "a handle is opened for reading, writing or both, and needs a place for the file");
    }
    int os_error = pier__handle_examine(handle, &made.kind, &reads, &writes);
    if (os_error != 0) {
        return explain(error, "open", &made, os_error);
    }
    if ((wants_read && !reads) || (wants_write && !writes) || made.kind == PIER__HANDLE_FOLDER) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0, "handle %d is not open for %s", handle,
                               made.kind == PIER__HANDLE_FOLDER ? "bytes: it is a folder"
                               : wants_read && !reads           ? "reading"
                                                                : "writing");
    }
    if (made.kind == PIER__HANDLE_DATAGRAMS) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_FILE, 0,
                               "handle %d is a datagram socket, and a file is a stream: pier_datagram_adopt takes it",
                               handle);
    }
    made.allocator = pier__allocator_choose(allocator);
    made.ops = (pier_file_ops){.size = sizeof made.ops,
                               .capabilities = capabilities,
                               .read = handle_read,
                               .write = handle_write,
                               .wait = handle_wait,
                               .destroy = handle_destroy,
                               .handle = handle_of};
    if (made.kind != PIER__HANDLE_DISK) {
        made.ops.capabilities |= PIER_FILE_CAN_WAIT;
    }
    handle_file *file = pier__allocate(&made.allocator, sizeof *file);
    if (file == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_FILE, 0, "there is no memory for a file");
    }
    *file = made;
    pier_status status = pier_file_create(out, &file->ops, file, &made.allocator, error);
    if (status != PIER_OK) {
        handle_destroy(file);
    }
    return status;
}
