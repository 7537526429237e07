/* What the file floor asks of the system.
 *
 * Floor 3 (file). One file for each system implements it whole (platform_posix.c). Knows paths and handles, and nothing
 * of pier_file. Has no state: any thread may call it.
 *
 * Every function that returns int returns 0 or the system's error number, for pier__os_status and pier__os_words. None
 * shows an interruption by a signal; none raises SIGPIPE. */
#ifndef PIER_FILE_PLATFORM_INTERNAL_H
#define PIER_FILE_PLATFORM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/bytes.h>
#include <pier/file.h>

/* What is behind a handle. */
typedef enum pier__handle_kind {
    PIER__HANDLE_DISK,      /* never waits */
    PIER__HANDLE_FOLDER,    /* carries no bytes */
    PIER__HANDLE_SOCKET,    /* waits, and each call can be told not to */
    PIER__HANDLE_DATAGRAMS, /* a socket that carries no stream */
    PIER__HANDLE_STREAM     /* a pipe, a terminal, a device: waits, and only its flags could tell it not to */
} pier__handle_kind;

/* Opens a path; close-on-exec, and never waiting for the other end of a pipe. is_new: whether the file was made, with
 * mode 0600 less the umask. What stands at the path is neither emptied nor changed otherwise. */
int pier__disk_open(const char *path, pier_file_mode mode, int *handle, bool *is_new);

/* Locks the file for this opening of it, until the handle and all its copies are closed; others can lock it no more,
 * but read and write it. Never waits. is_taken: whether somebody else has locked it; the answer is 0 then. */
int pier__disk_lock(int handle, bool *is_taken);

/* Cuts the file off behind its first `length_bytes` bytes. */
int pier__disk_truncate(int handle, uint64_t length_bytes);

/* Moves the point of reading. */
int pier__disk_seek(int handle, uint64_t offset);

int pier__disk_length(int handle, uint64_t *length_bytes);

/* Makes the bytes of the file survive the machine. */
int pier__disk_sync(int handle);

/* Makes the name of the file at `path` survive the machine, by the folder it is in; `path` may be changed on the way
 * and is as it was afterwards. */
int pier__disk_sync_name(char *path);

/* Closes; the handle is gone whatever the answer. */
int pier__disk_close(int handle);

/* Tells what a handle is, and whether it is open for reading and for writing. */
int pier__handle_examine(int handle, pier__handle_kind *kind, bool *reads, bool *writes);

/* Reads what is there; 0 bytes are the end. A socket never waits; the others do as their flags say. */
int pier__handle_read(int handle, pier__handle_kind kind, void *buffer, size_t capacity_bytes, size_t *size);

/* Writes up to `most_bytes` of the spans, likewise. */
int pier__handle_write(int handle, pier__handle_kind kind, const pier_bytes *spans, size_t count, size_t most_bytes,
                       size_t *size);

#endif
