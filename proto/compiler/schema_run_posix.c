/* Files and programs on POSIX; see schema_run.h. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema_run.h"

extern char **environ;

void schema_run_release(schema_run_bytes *bytes) {
    if (bytes->data != NULL) {
        bytes->allocator->release(bytes->allocator->user, bytes->data, bytes->capacity);
    }
    bytes->data = NULL;
    bytes->size = 0;
    bytes->capacity = 0;
}

pier_status schema_run_fail(pier_error *error, pier_status status, int os_error, const char *format, ...) {
    pier_error_clear(error);
    error->status = status;
    error->os_error = os_error;
    error->floor = PIER_FLOOR_RECORD;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return status;
}

static pier_status fail_system(pier_error *error, int os_error, const char *what, const char *name) {
    pier_status status = os_error == ENOENT                        ? PIER_NOT_FOUND
                         : os_error == EACCES || os_error == EPERM ? PIER_DENIED
                         : os_error == ENOMEM                      ? PIER_NO_MEMORY
                                                                   : PIER_SYSTEM;
    return schema_run_fail(error, status, os_error, "%.100s: %s: %s", name, what, strerror(os_error));
}

static pier_status make_room(schema_run_bytes *bytes, const char *name, pier_error *error) {
    if (bytes->size < bytes->capacity) {
        return PIER_OK;
    }
    if (bytes->size >= SCHEMA_RUN_BYTES_MAX) {
        return schema_run_fail(error, PIER_LIMIT, 0, "%.100s: descriptors are above 256 MiB", name);
    }
    const pier_allocator *from = bytes->allocator;
    size_t capacity = bytes->capacity != 0 ? 2 * bytes->capacity : 16384;
    void *data = bytes->data == NULL ? from->allocate(from->user, capacity)
                                     : from->reallocate(from->user, bytes->data, bytes->capacity, capacity);
    if (data == NULL) {
        return schema_run_fail(error, PIER_NO_MEMORY, 0, "no memory for a schema");
    }
    bytes->data = (uint8_t *)data;
    bytes->capacity = capacity;
    return PIER_OK;
}

static pier_status read_all(int handle, const char *name, schema_run_bytes *bytes, pier_error *error) {
    for (;;) {
        pier_status status = make_room(bytes, name, error);
        if (status != PIER_OK) {
            return status;
        }
        ssize_t size = read(handle, bytes->data + bytes->size, bytes->capacity - bytes->size);
        if (size == 0) {
            return PIER_OK;
        }
        if (size > 0) {
            bytes->size += (size_t)size;
        } else if (errno != EINTR) {
            return fail_system(error, errno, "it cannot be read", name);
        }
    }
}

static pier_status open_file(const char *path, int *handle, pier_error *error) {
    do {
        *handle = open(path, O_RDONLY | O_CLOEXEC);
    } while (*handle < 0 && errno == EINTR);
    return *handle < 0 ? fail_system(error, errno, "it cannot be opened", path) : PIER_OK;
}

pier_status schema_run_check_file(const char *path, pier_error *error) {
    int handle;
    pier_status status = open_file(path, &handle, error);
    if (status == PIER_OK) {
        (void)close(handle);
    }
    return status;
}

pier_status schema_run_read_file(const char *path, schema_run_bytes *bytes, pier_error *error) {
    int handle;
    pier_status status = open_file(path, &handle, error);
    if (status != PIER_OK) {
        return status;
    }
    status = read_all(handle, path, bytes, error);
    (void)close(handle);
    return status;
}

static int wait_for(pid_t child) {
    int how;
    pid_t answer;
    do {
        answer = waitpid(child, &how, 0);
    } while (answer < 0 && errno == EINTR);
    if (answer < 0) {
        /* A program that ignores its children cannot be told; what the child has written then decides. */
        return 0;
    }
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

/* Starts the program with the pipe as its standard output. Returns an errno. */
static int start(const char *const *arguments, int output, pid_t *child) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    }
    if (error == 0) {
        /* The arguments are only read, which the prototype of an older time does not say. */
        error = posix_spawnp(child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

pier_status schema_run_program(const char *const *arguments, schema_run_bytes *output, int *exit_status,
                               pier_error *error) {
    int ends[2];
    pid_t child;
    *exit_status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return fail_system(error, errno, "no pipe for what it writes", arguments[0]);
    }
    int failure = start(arguments, ends[1], &child);
    (void)close(ends[1]);
    if (failure != 0) {
        (void)close(ends[0]);
        return fail_system(error, failure, "it cannot be run", arguments[0]);
    }
    pier_status status = read_all(ends[0], arguments[0], output, error);
    /* Closed first: a child that goes on writing ends by that. */
    (void)close(ends[0]);
    *exit_status = wait_for(child);
    return status;
}

void schema_run_own_folder(char *folder, size_t capacity) {
    ssize_t length = readlink("/proc/self/exe", folder, capacity - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

bool schema_run_file_exists(const char *path) {
    return access(path, R_OK) == 0;
}
