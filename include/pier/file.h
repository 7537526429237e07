/* Files: a byte stream with capabilities, whatever carries it.
 *
 * Floor 3 (file). An archive reads and writes through this contract alone, so that a socket, a disk file, memory or a
 * file of the program's own serve it alike. What a file cannot do answers PIER_UNSUPPORTED. A file may move between
 * threads and serves one at a time; over a socket, one thread may read while another writes (each then asks for the
 * error of its own direction). */
#ifndef PIER_FILE_H
#define PIER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/bytes.h>
#include <pier/clock.h>
#include <pier/error.h>
#include <pier/socket.h>

typedef struct pier_file pier_file;

/* What a file can do; or-ed in pier_file_ops.capabilities. */
#define PIER_FILE_CAN_READ 1u
#define PIER_FILE_CAN_WRITE 2u
#define PIER_FILE_CAN_WAIT 4u      /* more may come after "nothing now"; without it, reading gives bytes or the end */
#define PIER_FILE_CAN_SEEK 8u      /* length works, and seek if it can be read */
#define PIER_FILE_CAN_SYNC 16u     /* sync makes what was written survive the machine */
#define PIER_FILE_CAN_SHUTDOWN 32u /* the writing direction ends alone */
#define PIER_FILE_CAN_TRUNCATE 64u /* truncate takes bytes away from its end */

/* The contract, for a file kind of the program's own. Every function gets the `self` that the file was made with, and
 * fills `error` on failure only (it is never NULL; one that is left unfilled gets the words of the status). The
 * arguments have been checked: no call reaches a closed file or one that lacks the capability, sizes and counts are in
 * range, `*size` and `*ready` are 0. What a function answers is checked too: PIER_OK with no byte, or with more than
 * fits, is PIER_USAGE to the caller. Functions of a capability that is not claimed may be NULL; `close` may always be
 * NULL: it is called once, by pier_file_close or else by pier_file_destroy. The struct must outlive the file. */
typedef struct pier_file_ops {
    size_t size;           /* sizeof(pier_file_ops) */
    uint32_t capabilities; /* PIER_FILE_CAN_… */
    /* As pier_file_read, pier_file_write, … below. */
    pier_status (*read)(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                        pier_error *error);
    pier_status (*write)(void *self, const pier_bytes *spans, size_t count, size_t *size, pier_deadline deadline,
                         pier_error *error);
    pier_status (*wait)(void *self, uint32_t events, uint32_t *ready, pier_deadline deadline, pier_error *error);
    pier_status (*seek)(void *self, uint64_t offset, pier_error *error);
    pier_status (*length)(void *self, uint64_t *length_bytes, pier_error *error);
    pier_status (*sync)(void *self, pier_error *error);
    pier_status (*shutdown)(void *self, pier_error *error);
    pier_status (*close)(void *self, pier_error *error);
    /* Frees `self`; called once, by pier_file_destroy. NULL: nothing to free. */
    void (*destroy)(void *self);
    /* The handle to poll, or -1. NULL: -1. */
    int (*handle)(void *self);
    pier_status (*truncate)(void *self, uint64_t length_bytes, pier_error *error);
} pier_file_ops;

/* How pier_file_open_disk opens. */
typedef enum pier_file_mode {
    PIER_FILE_READ = 0,    /* an existing file, from its start */
    PIER_FILE_CREATE = 1,  /* a new file for writing; one that exists, a symbolic link too, is PIER_EXISTS */
    PIER_FILE_REPLACE = 2, /* for writing, emptied if it exists */
    PIER_FILE_APPEND = 3,  /* for writing at its end, made if it does not exist */
    PIER_FILE_UPDATE = 4   /* for reading from its start and writing at its end, made if it does not exist */
} pier_file_mode;

/* Makes a file of the program's own kind.
 * out: owned: freed by pier_file_destroy; NULL on failure. self: taken; on failure it stays the caller's.
 * allocator: NULL for the default. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for ops that lack a function they claim, or that claim neither reading nor writing;
 * PIER_NO_MEMORY. Never blocks. */
PIER_API pier_status pier_file_create(pier_file **out, const pier_file_ops *ops, void *self,
                                      const pier_allocator *allocator, pier_error *error) PIER_MUST_USE;

/* Makes a file over a connected stream socket; the socket is taken, on failure it stays the caller's. Its cancel object
 * goes on to hold: reading, writing and waiting answer PIER_CANCELLED then.
 * Returns PIER_OK; PIER_USAGE for a listening or closed socket, and for a datagram socket, which has no stream
 * (<pier/datagram_channel.h>); PIER_NO_MEMORY. Never blocks. */
PIER_API pier_status pier_file_open_socket(pier_file **out, pier_socket *socket, const pier_allocator *allocator,
                                           pier_error *error) PIER_MUST_USE;

/* Opens a file on disk; new ones get mode 0600. Reading and writing a disk file pay no attention to deadlines. Links
 * are followed, except by PIER_FILE_CREATE. The first sync of a new file makes its name survive, too, by the path that
 * is given here: a process that changes its directory names it from the root.
 * path: copied. mode: PIER_FILE_READ cannot write, PIER_FILE_UPDATE reads, writes and takes bytes away from the end,
 * and the others cannot read; all know their length.
 * Returns PIER_OK; PIER_NOT_FOUND; PIER_EXISTS; PIER_DENIED; PIER_NO_SPACE; PIER_UNSUPPORTED for what is no disk file
 * (a folder, a pipe, a device: pier_file_open_handle takes what carries bytes), which is left as it was; PIER_USAGE;
 * PIER_NO_MEMORY; PIER_SYSTEM. */
PIER_API pier_status pier_file_open_disk(pier_file **out, const char *path, pier_file_mode mode,
                                         const pier_allocator *allocator, pier_error *error) PIER_MUST_USE;

/* As pier_file_open_disk for a mode that writes, and locks the file before anything in it is changed, until it is
 * closed: a second one that opens it so, in this process or another, is refused. Who asks for no lock is not held off,
 * readers among them. The lock also ends with the process, however that ends; a child that was forked meanwhile shares
 * it. Returns as pier_file_open_disk; PIER_IN_USE when another one has the lock; PIER_SYSTEM also for a file system
 * that knows no locks. Does not wait for the lock. */
PIER_API pier_status pier_file_open_disk_locked(pier_file **out, const char *path, pier_file_mode mode,
                                                const pier_allocator *allocator, pier_error *error) PIER_MUST_USE;

/* Makes a file over a handle of the system that the caller keeps open, standard input or output for instance: a pipe, a
 * terminal, a socket or a disk file. Closing the file leaves the handle open, and its flags are left alone, because
 * other processes may share them: it need not be non-blocking. All but disk files wait as their deadlines say; a write
 * with a deadline then takes at most 4,096 bytes at once. If another process reads or writes the same pipe at the same
 * time, a call may wait beyond its deadline. No write raises SIGPIPE.
 * capabilities: PIER_FILE_CAN_READ, PIER_FILE_CAN_WRITE or both, as the handle was opened.
 * Returns PIER_OK; PIER_USAGE, also for a handle that is not open or not open for that, or a datagram socket;
 * PIER_NO_MEMORY; PIER_SYSTEM.
 * Never blocks. */
PIER_API pier_status pier_file_open_handle(pier_file **out, int handle, uint32_t capabilities,
                                           const pier_allocator *allocator, pier_error *error) PIER_MUST_USE;

/* Makes an empty file in memory: what is written is appended, what is read begins at the start and follows.
 * Returns PIER_OK; PIER_NO_MEMORY. Never blocks. */
PIER_API pier_status pier_file_open_memory(pier_file **out, const pier_allocator *allocator,
                                           pier_error *error) PIER_MUST_USE;

/* Makes a file for reading over the caller's bytes, borrowed until the file is destroyed.
 * Returns PIER_OK; PIER_NO_MEMORY. Never blocks. */
PIER_API pier_status pier_file_open_view(pier_file **out, pier_bytes bytes, const pier_allocator *allocator,
                                         pier_error *error) PIER_MUST_USE;

/* Returns all bytes of a file in memory, borrowed until it is next written or destroyed; none for other kinds. */
PIER_API pier_bytes pier_file_memory_bytes(const pier_file *file);

/* Returns the capabilities, PIER_FILE_CAN_… or-ed. */
PIER_API uint32_t pier_file_capabilities(const pier_file *file);

/* Reads what is there, up to `capacity_bytes` (at least 1). size: how many were read; 0 unless PIER_OK.
 * Returns PIER_OK with at least one byte; PIER_END; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_RESET; PIER_UNSUPPORTED;
 * PIER_USAGE when closed; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_file_read(pier_file *file, void *buffer, size_t capacity_bytes, size_t *size,
                                    pier_deadline deadline) PIER_MUST_USE;

/* Writes as much of the spans (1 to PIER_SPANS_MAX, at least one byte together) as the file takes at once. size: how
 * many bytes were taken; 0 unless PIER_OK.
 * Returns PIER_OK with at least one byte; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_CLOSED; PIER_RESET; PIER_NO_SPACE;
 * PIER_NO_MEMORY; PIER_UNSUPPORTED; PIER_USAGE; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_file_write(pier_file *file, const pier_bytes *spans, size_t count, size_t *size,
                                     pier_deadline deadline) PIER_MUST_USE;

/* Waits for PIER_READABLE and PIER_WRITABLE as pier_socket_wait does; a file that never waits is always ready.
 * Returns PIER_OK; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_UNSUPPORTED for an event of a direction that the file does not
 * have; PIER_USAGE; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_file_wait(pier_file *file, uint32_t events, uint32_t *ready,
                                    pier_deadline deadline) PIER_MUST_USE;

/* Moves the point of reading to byte `offset`, beyond the end if need be: reading there meets the end. Returns PIER_OK;
 * PIER_UNSUPPORTED; PIER_USAGE; PIER_SYSTEM. */
PIER_API pier_status pier_file_seek(pier_file *file, uint64_t offset) PIER_MUST_USE;

/* Gets the length in bytes. Returns PIER_OK; PIER_UNSUPPORTED; PIER_USAGE; PIER_SYSTEM. */
PIER_API pier_status pier_file_length(pier_file *file, uint64_t *length_bytes) PIER_MUST_USE;

/* Takes away what lies behind the first `length_bytes` bytes, so that writing goes on there. A point of reading behind
 * them meets the end. Returns PIER_OK; PIER_UNSUPPORTED; PIER_USAGE for a length above the file's; PIER_SYSTEM. */
PIER_API pier_status pier_file_truncate(pier_file *file, uint64_t length_bytes) PIER_MUST_USE;

/* Makes what was written survive a power cut (fdatasync). A failure is final: the system may have dropped what
 * it could not write, so that every later write and sync of this file answers the same failure. Returns PIER_OK;
 * PIER_UNSUPPORTED; PIER_NO_SPACE; PIER_USAGE; PIER_SYSTEM. Blocks as long as the disk takes. */
PIER_API pier_status pier_file_sync(pier_file *file) PIER_MUST_USE;

/* Ends the writing direction; writing is PIER_USAGE afterwards. Returns PIER_OK, also when repeated; PIER_UNSUPPORTED;
 * PIER_RESET; PIER_USAGE; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_file_shutdown(pier_file *file) PIER_MUST_USE;

/* Closes and reports; may be repeated. Returns PIER_OK; PIER_NO_SPACE; PIER_SYSTEM. */
PIER_API pier_status pier_file_close(pier_file *file) PIER_MUST_USE;

/* Closes if need be, and frees. NULL is allowed. */
PIER_API void pier_file_destroy(pier_file *file);

/* Returns the system's handle for a poll loop, borrowed until the file is closed; -1 when there is none. */
PIER_API int pier_file_handle(const pier_file *file);

/* Returns the last failure of this file, borrowed until its next call; its status is PIER_OK when there was none. For
 * the one thread that uses the file. */
PIER_API const pier_error *pier_file_error(const pier_file *file);

/* As pier_file_error, of one direction alone, for a thread that shares the file with one of the other direction:
 * reading means reading, waiting for PIER_READABLE, seek, length and close; writing means writing, waiting for
 * PIER_WRITABLE alone, truncate, sync and shutdown. */
PIER_API const pier_error *pier_file_read_error(const pier_file *file);
PIER_API const pier_error *pier_file_write_error(const pier_file *file);

#endif
