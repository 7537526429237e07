/* Handles of the system: taken over, given back, inherited, and passed to another process.
 *
 * Floor 2 (socket). A handle that is an open stream socket can become a pier_socket, and the other way round. The calls
 * are for the thread that uses the socket; its reading error tells what failed, of sending a handle the writing one. */
#ifndef PIER_SOCKET_HANDLE_H
#define PIER_SOCKET_HANDLE_H

#include <pier/socket.h>

/* Longest name of an inherited handle, in bytes, without a terminator (sd_listen_fds_with_names(3)). */
#define PIER_INHERITED_NAME_BYTES_MAX 255

/* A handle that the process was started with. */
typedef struct pier_inherited {
    int handle;
    char name[PIER_INHERITED_NAME_BYTES_MAX + 1]; /* as the service manager names it; "unknown" when it does not */
} pier_inherited;

/* Who is at the other end of a Unix socket, as the system noted when it was connected. */
typedef struct pier_credentials {
    int64_t process; /* 0 for one that this process cannot see */
    uint32_t user;
    uint32_t group;
} pier_credentials;

/* Makes a socket of a handle that is open: a stream socket of TCP or Unix that listens or is connected. It is made
 * close-on-exec, and for every process that shares it non-blocking, until a read here has waited: then it blocks until
 * pier_socket_handle or pier_socket_release is called. A Unix path is not removed when it is closed.
 * out: owned; NULL on failure. handle: taken; on failure it stays the caller's, as it was. options: allocator, delay
 * (of TCP that is connected or accepted), cancel and settings hold. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for a handle that is not open, no stream socket, of another family, or neither listening
 * nor connected; PIER_NO_MEMORY; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_adopt(pier_socket **out, int handle, const pier_socket_options *options,
                                       pier_error *error) PIER_MUST_USE;

/* Gives the handle to the caller; the socket is closed, without closing that, and is to be destroyed. The handle is
 * non-blocking and close-on-exec. The file of a listening Unix socket stays, and is the caller's, too.
 * handle: gets it; -1 on failure. Returns PIER_OK; PIER_USAGE when it is closed. Never blocks. */
PIER_API pier_status pier_socket_release(pier_socket *socket, int *handle) PIER_MUST_USE;

/* Returns whether the socket listens. */
PIER_API bool pier_socket_is_listening(const pier_socket *socket);

/* Reads what a service manager says by systemd's protocol (sd_listen_fds(3)); a pure function of its arguments.
 * listen_pid, listen_fds, listen_fdnames: the variables LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, NULL when not set.
 * process: whom they must be meant for. inherited: gets up to `capacity`. count: how many there are.
 * Returns PIER_OK, with no handle when the variables are not set or are meant for another process; PIER_ADDRESS for
 * text that breaks the protocol; PIER_LIMIT for more than `capacity`; PIER_USAGE. Never blocks. */
PIER_API pier_status pier_inherited_parse(const char *listen_pid, const char *listen_fds, const char *listen_fdnames,
                                          int64_t process, pier_inherited *inherited, size_t capacity, size_t *count,
                                          pier_error *error) PIER_MUST_USE;

/* The same from this process' environment, which is left as it is; makes the handles close-on-exec. What is a stream
 * socket among them goes to pier_socket_adopt, a datagram socket to pier_datagram_adopt: call it once for each.
 * Returns as pier_inherited_parse; PIER_USAGE for a handle that is not open. Not beside a thread that changes the
 * environment. */
PIER_API pier_status pier_inherited_handles(pier_inherited *inherited, size_t capacity, size_t *count,
                                            pier_error *error) PIER_MUST_USE;

/* Sends a copy of a handle over a connected Unix socket, with one byte that carries it: the other side must take it by
 * pier_socket_receive_handle at that very place of the stream.
 * handle: stays the caller's, and may be closed afterwards. Returns PIER_OK; PIER_WOULD_BLOCK; PIER_TIMEOUT;
 * PIER_CANCELLED; PIER_CLOSED; PIER_RESET; PIER_UNSUPPORTED for a socket that is not Unix; PIER_USAGE, also for a
 * handle that is not open; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_socket_send_handle(pier_socket *socket, int handle, pier_deadline deadline) PIER_MUST_USE;

/* Receives a handle that pier_socket_send_handle sent; close-on-exec.
 * handle: owned; -1 on failure. Returns PIER_OK; PIER_END; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_CANCELLED; PIER_RESET;
 * PIER_PROTOCOL when a byte without a handle, or with several, came instead: the byte is lost, and the handles are
 * closed; PIER_SYSTEM when this process has no descriptor left: the handle is lost; PIER_UNSUPPORTED; PIER_USAGE.
 * Blocks until `deadline`. */
PIER_API pier_status pier_socket_receive_handle(pier_socket *socket, int *handle, pier_deadline deadline) PIER_MUST_USE;

/* Gets who is at the other end of a connected Unix socket. Trust it as far as you trust the system: it is who connected
 * or listened, and may have handed the socket on since.
 * Returns PIER_OK; PIER_UNSUPPORTED for a socket that is not Unix; PIER_USAGE; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_peer_credentials(pier_socket *socket, pier_credentials *credentials) PIER_MUST_USE;

#endif
