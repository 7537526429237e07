/* A file by its name on the command line: see path_file.h. */
#include "path_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pier_status open_handle(path_file *opened, int handle, bool reads, pier_error *error) {
    return pier_file_open_handle(&opened->file, handle, reads ? PIER_FILE_CAN_READ : PIER_FILE_CAN_WRITE, NULL, error);
}

bool path_file_is_device(const char *path) {
    struct stat meta;
    return stat(path, &meta) == 0 && !S_ISREG(meta.st_mode) && !S_ISDIR(meta.st_mode);
}

/* Opens a pipe or a device, waiting for a pipe's other end. There is nothing to create, to empty or to append to. Returns
 * false when it cannot be opened. */
static bool open_device(path_file *opened, const char *path, bool reads) {
    pier_error of_handle;
    opened->handle = open(path, (reads ? O_RDONLY : O_WRONLY) | O_CLOEXEC | O_NOCTTY);
    if (opened->handle < 0 || open_handle(opened, opened->handle, reads, &of_handle) != PIER_OK) {
        path_file_destroy(opened);
        return false;
    }
    return true;
}

pier_status path_file_open(path_file *opened, const char *path, pier_file_mode mode, pier_error *error) {
    bool reads = mode == PIER_FILE_READ;
    *opened = (path_file){.name = path, .handle = -1};
    if (strcmp(path, "-") == 0) {
        opened->name = reads ? "standard input" : "standard output";
        return open_handle(opened, reads ? STDIN_FILENO : STDOUT_FILENO, reads, error);
    }
    /* Asked before anything is opened: a writer that finds its pipe opened may write, close and be gone, and what it
     * wrote goes with the first handle that is closed. */
    if (path_file_is_device(path) && open_device(opened, path, reads)) {
        return PIER_OK;
    }
    return reads ? pier_file_open_disk(&opened->file, path, mode, NULL, error)
                 : pier_file_open_disk_locked(&opened->file, path, mode, NULL, error);
}

pier_status path_file_close(path_file *closed) {
    return pier_file_close(closed->file);
}

void path_file_destroy(path_file *destroyed) {
    pier_file_destroy(destroyed->file);
    destroyed->file = NULL;
    if (destroyed->handle >= 0) {
        (void)close(destroyed->handle);
        destroyed->handle = -1;
    }
}
