/* Sockets: stream sockets that listen, accept, connect, read and write within a deadline.
 *
 * <pier/datagram.h> has datagrams, over the same object: what is said here of waiting, cancelling, closing, addresses
 * and errors holds for both kinds, and what carries a stream refuses a datagram socket.
 *
 * Floor 2 (socket). Knows addresses; knows nothing of files and archives. A socket may move between threads and serves
 * one at a time; of a connected one, one thread may read while another writes (each then asks for the error of its own
 * direction). Every descriptor is close-on-exec, and non-blocking for who asks for it (a read may wait in the one call
 * of the system that also reads, by a handle that nobody has asked for); no call raises SIGPIPE or shows EINTR.
 *
 * One set of calls serves both styles: with a deadline they wait, with PIER_NOW they answer PIER_WOULD_BLOCK, and
 * pier_socket_handle with any poll loop, level-triggered, tells when to ask again. A call first tries, and waits only
 * when it would block: what is ready is done even if the deadline has passed or the cancel object was fired. Every call
 * that waits answers PIER_CANCELLED when that ends it (pier_socket_set_cancel). */
#ifndef PIER_SOCKET_H
#define PIER_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/access.h>
#include <pier/address.h>
#include <pier/allocator.h>
#include <pier/bytes.h>
#include <pier/cancel.h>
#include <pier/clock.h>
#include <pier/error.h>
#include <pier/event.h>

typedef struct pier_socket pier_socket;

/* How many spans one write may have. */
#define PIER_SPANS_MAX 64

/* One option and its value, as pier_socket_set_option takes them. */
typedef struct pier_socket_setting {
    int option; /* pier_socket_option, of <pier/socket_option.h> */
    int64_t value;
} pier_socket_setting;

/* Choices at creation. Zero it, set what differs, and set `size`. */
typedef struct pier_socket_options {
    size_t size;                     /* sizeof(pier_socket_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default() */
    uint32_t backlog;                /* listening: connections that may wait to be accepted; 0: 4,096 */
    bool delay;                      /* TCP: let the system gather small writes (Nagle); otherwise it sends at once */
    pier_cancel *cancel; /* as pier_socket_set_cancel; NULL: none. Connections that a listener accepts get it */
    uint32_t stagger_ms; /* pier_socket_connect_any: how long one address has before the next is tried, too; 0: 250 */
    const pier_socket_setting *settings; /* set before the socket is bound or connected; Linux hands those of a listener
                                            on to the connections that it accepts */
    size_t settings_count;
    const char
        *interface_name; /* TCP and UDP: uses this interface alone, "eth0" for instance; NULL: whatever the address
                                   reaches */
    const pier_access *
        access; /* listening and taking datagrams: from whom; borrowed until the socket is destroyed; NULL: everybody */
    uint16_t port_last; /* listening at TCP or UDP: the first free port from the address' one up to this one is taken;
                                   0: that of the address alone */
} pier_socket_options;

/* Makes a socket that listens at `address`, TCP or Unix. Port 0 lets the system choose: pier_socket_local_address
 * tells which. The IPv6 wildcard takes IPv4 connections too, and where there is no IPv6 it is opened as 0.0.0.0; any
 * other IPv6 address takes IPv6 alone. TCP addresses are reused while old connections linger.
 * A Unix path gets mode 0600, less what the process' umask takes away: only its owner may connect. A path that is
 * taken is refused, unless it is a socket that no process holds any more: that one is replaced, by one process when
 * several try. The path is removed when the socket is closed by the process that made it, if it is still this
 * socket's; a process that changes its directory names the path from the root.
 * out: the socket, owned: freed by pier_socket_destroy; NULL on failure. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for an address that cannot listen (UDP, none) and for a range of ports that is none;
 * PIER_IN_USE for a port or a path at which somebody listens; PIER_EXISTS for a path that is no socket; PIER_NOT_FOUND
 * for a path whose folder does not exist; PIER_DENIED; PIER_NO_SPACE; PIER_UNREACHABLE for a family that this system
 * does not have; PIER_NO_MEMORY; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_listen(pier_socket **out, const pier_address *address,
                                        const pier_socket_options *options, pier_error *error) PIER_MUST_USE;

/* Returns how many connections, or datagrams, a socket has turned away because its access list denies their address. */
PIER_API uint64_t pier_socket_denied_count(const pier_socket *listener);

/* Takes the next connection that waits at a listening socket. One whose address the access list denies is reset at once
 * and counted, and the next is taken.
 * out: as in pier_socket_listen. peer: NULL, or gets the address of the other side.
 * Returns PIER_OK; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_USAGE when it does not listen; PIER_NO_MEMORY; PIER_SYSTEM (no
 * descriptor left, for instance: the connection waits on, and the call may be repeated later; a call that may wait has
 * tried for 100 ms by then, so that a loop around it does not spin, and in a poll loop the listener is left out for a
 * while). A connection that went away while it waited is passed over. The error is the listener's. Blocks until
 * `deadline`. */
PIER_API pier_status pier_socket_accept(pier_socket *listener, pier_socket **out, pier_address *peer,
                                        pier_deadline deadline) PIER_MUST_USE;

/* Connects to `address`, TCP or Unix.
 * With PIER_NOW it answers PIER_OK at once with a socket that is still connecting: it becomes writable when the
 * connection stands or has failed, and pier_socket_connected tells which.
 * out, error: as in pier_socket_listen; on PIER_TIMEOUT and PIER_CANCELLED `*out` is NULL and the error filled, too.
 * Returns PIER_OK; PIER_TIMEOUT; PIER_REFUSED (also for an abstract name that nobody listens at); PIER_RESET;
 * PIER_UNREACHABLE; PIER_NOT_FOUND for a Unix path that does not exist; PIER_DENIED; PIER_USAGE; PIER_NO_MEMORY;
 * PIER_SYSTEM; PIER_WOULD_BLOCK with PIER_NOW for a Unix listener whose queue is full: nothing is left connecting then,
 * and `*out` is NULL. Blocks until `deadline`. */
PIER_API pier_status pier_socket_connect(pier_socket **out, const pier_address *address, pier_deadline deadline,
                                         const pier_socket_options *options, pier_error *error) PIER_MUST_USE;

/* How many addresses one connect may try. */
#define PIER_CONNECT_ADDRESSES_MAX 64

/* Connects to whichever of several TCP addresses of one server answers first, as RFC 8305 has it: they are tried in
 * their order, IPv6 and IPv4 in turns, beginning with the family of the first; each gets `stagger_ms` before the next
 * is tried beside it, and a failure calls the next at once. So an address that is dead costs a fraction of a second.
 * addresses: `count` of them, 1 to PIER_CONNECT_ADDRESSES_MAX; a single one may be Unix, too. With PIER_NOW the first
 * at which connecting could be begun is taken, as pier_socket_connect answers it.
 * error: NULL, or filled unless PIER_OK; its text names what became of each address, as far as there is room.
 * Returns PIER_OK; PIER_TIMEOUT; PIER_CANCELLED; PIER_USAGE; after all have failed the status of the first that could
 * be reached at all, else PIER_UNREACHABLE; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_socket_connect_any(pier_socket **out, const pier_address *addresses, size_t count,
                                             pier_deadline deadline, const pier_socket_options *options,
                                             pier_error *error) PIER_MUST_USE;

/* Tells how a connect that was started with PIER_NOW stands: PIER_OK connected, PIER_WOULD_BLOCK not yet, else the
 * failure, as in pier_socket_connect, as often as it is asked; PIER_USAGE when it listens or is closed. Never blocks.
 * Reading and writing before that wait for the connection within their own deadline, and meet its failure. Two threads
 * may share the socket only after PIER_OK. */
PIER_API pier_status pier_socket_connected(pier_socket *socket) PIER_MUST_USE;

/* Makes a connected pair of Unix stream sockets, for two threads or a child process.
 * Returns PIER_OK; PIER_NO_MEMORY; PIER_SYSTEM; on failure both outputs are NULL. Never blocks. */
PIER_API pier_status pier_socket_pair(pier_socket **first, pier_socket **second, const pier_socket_options *options,
                                      pier_error *error) PIER_MUST_USE;

/* Reads what is there, up to `capacity_bytes` (at least 1), waiting for the first byte.
 * size: gets how many bytes were read, at least 1 with PIER_OK, otherwise 0.
 * Returns PIER_OK; PIER_END when the peer has ended its direction; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_RESET;
 * PIER_USAGE on a listening socket; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_socket_read(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                      pier_deadline deadline) PIER_MUST_USE;

/* Writes as much of the spans as the system takes at once, waiting until it takes something.
 * spans: `count` pieces, 1 to PIER_SPANS_MAX, with at least one byte together; written as one. size: gets how many
 * bytes were taken, at least 1 with PIER_OK, otherwise 0.
 * Returns PIER_OK; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_CLOSED when the peer no longer reads; PIER_RESET; PIER_USAGE;
 * PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_socket_write(pier_socket *socket, const pier_bytes *spans, size_t count, size_t *size,
                                       pier_deadline deadline) PIER_MUST_USE;

/* Waits until one of `events` (PIER_READABLE, PIER_WRITABLE, PIER_URGENT) is there; an error or the end of both
 * directions counts as both. A listening socket is readable when a connection waits, a connecting one is writable when
 * it is decided. ready: gets which of them are; 0 unless PIER_OK. Returns PIER_OK; PIER_WOULD_BLOCK with PIER_NOW;
 * PIER_TIMEOUT; PIER_USAGE; PIER_SYSTEM. Blocks until `deadline`. */
PIER_API pier_status pier_socket_wait(pier_socket *socket, uint32_t events, uint32_t *ready,
                                      pier_deadline deadline) PIER_MUST_USE;

/* Names the cancel object that ends the calls which wait with this socket: while it is fired, accepting, connecting,
 * reading, writing and waiting answer PIER_CANCELLED, within 10 ms for a connect that waits for room in the queue of a
 * Unix listener and for a read that has just begun to wait, and at once for everything else. Nothing is lost or half
 * done by that, no error is kept, and the socket goes on when the object is cleared. Calls with PIER_NOW never wait,
 * and take no notice of it. It costs no system call as long as nothing has to wait.
 * cancel: borrowed until another one is named or the socket is destroyed; NULL: none. For the thread that uses the
 * socket: name it before a second thread shares it. Returns PIER_OK; PIER_USAGE for a NULL socket. Never blocks. */
PIER_API pier_status pier_socket_set_cancel(pier_socket *socket, pier_cancel *cancel) PIER_MUST_USE;

/* Ends the sending direction: the peer reads PIER_END after what was written; reading goes on.
 * Returns PIER_OK, also when repeated; PIER_RESET; PIER_USAGE; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_shutdown(pier_socket *socket) PIER_MUST_USE;

/* Closes the descriptor and reports; may be repeated. What was written is still sent by the system; what was not
 * read is lost, and resets the connection. Returns PIER_OK; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_close(pier_socket *socket) PIER_MUST_USE;

/* Closes if need be, and frees. NULL is allowed. */
PIER_API void pier_socket_destroy(pier_socket *socket);

/* Returns the system's handle for a poll loop, borrowed until the socket is closed; -1 when it is closed. It does not
 * block, and reads that wait take three calls of the system instead of one from then on. Never blocks. */
PIER_API int pier_socket_handle(const pier_socket *socket);

/* Gets the address that the socket is bound to, the chosen port included; IPv4 in IPv6 is given as IPv4. Returns
 * PIER_OK; PIER_USAGE when closed; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_local_address(pier_socket *socket, pier_address *address) PIER_MUST_USE;

/* Gets the address of the other side, IPv4 in IPv6 as IPv4; a Unix peer that is not bound to a name has an empty one.
 * Returns PIER_OK; PIER_USAGE when listening, not yet connected or closed; PIER_RESET when the peer is gone;
 * PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_peer_address(pier_socket *socket, pier_address *address) PIER_MUST_USE;

/* Returns the last failure of this socket, borrowed until its next call; its status is PIER_OK when there was none.
 * What is "not now" (positive) is no failure. For the one thread that uses the socket. */
PIER_API const pier_error *pier_socket_error(const pier_socket *socket);

/* As pier_socket_error, of one direction alone, for a thread that shares the socket with one of the other direction:
 * reading means accepting, connecting, reading, waiting for PIER_READABLE, closing and the addresses; writing means
 * writing, waiting for PIER_WRITABLE alone and shutting down. */
PIER_API const pier_error *pier_socket_read_error(const pier_socket *socket);
PIER_API const pier_error *pier_socket_write_error(const pier_socket *socket);

#endif
