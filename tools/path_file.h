/* A file by its name on the command line: a disk file, a pipe or a device, or "-".
 *
 * Part of the command. The library's disk files are disk files alone; `/dev/full`, a named pipe and the shell's
 * `<(command)` are names of handles. */
#ifndef PATH_FILE_H
#define PATH_FILE_H

#include <stdbool.h>

#include <pier/file.h>

typedef struct path_file {
    pier_file *file;
    const char *name; /* for messages; as given, or that of the standard handle */
    int handle;       /* opened here, -1 when the library has it */
} path_file;

/* Returns whether `path` is a pipe or a device, which can be read once. */
bool path_file_is_device(const char *path);

/* Opens `path`; a disk file that is written is locked. Returns as pier_file_open_disk and
 * pier_file_open_disk_locked. */
pier_status path_file_open(path_file *opened, const char *path, pier_file_mode mode, pier_error *error);

/* Closes what is open, and reports. Returns as pier_file_close; the error is the file's. */
pier_status path_file_close(path_file *closed);

/* Closes if need be, and frees. */
void path_file_destroy(path_file *destroyed);

#endif
