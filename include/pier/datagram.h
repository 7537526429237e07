/* Datagrams: messages that arrive whole or not at all, over UDP and Unix sockets.
 *
 * Floor 2 (socket). A datagram socket is a pier_socket: it is waited for, cancelled, set, released, closed and asked
 * for its errors by the calls of <pier/socket.h> and its neighbours, with the same rules for deadlines and threads (one
 * thread may receive while another sends). What carries a stream (pier_socket_read, pier_socket_write, a file, an
 * archive, a channel) refuses it with PIER_USAGE: <pier/datagram_channel.h> has records over datagrams.
 *
 * A datagram may be lost, doubled, or overtake another one; what arrives is as it was sent. Over Unix sockets none of
 * this happens, and a sender waits for a receiver that is slow. */
#ifndef PIER_DATAGRAM_H
#define PIER_DATAGRAM_H

#include <pier/socket.h>

/* The most bytes that UDP can carry: 65,535 less the headers of UDP, and over IPv4 of IP, too (RFC 768, RFC 791,
 * RFC 8200). */
#define PIER_DATAGRAM_IPV4_BYTES_MAX 65507
#define PIER_DATAGRAM_IPV6_BYTES_MAX 65527

/* Makes a socket that takes datagrams at `address`, UDP or Unix, and sends from there.
 * Port 0 lets the system choose, and pier_socket_options.port_last names a range, as when listening. The IPv6 wildcard
 * takes IPv4, too. A multicast address takes what is sent to that group alone, and is joined as pier_multicast_join
 * does it: on the interface of `interface_name`, else on that of the address, else on one that the system chooses;
 * other programs may share such an address. Any other UDP address is this socket's alone, unless the settings reuse it.
 * A Unix path is treated as pier_socket_listen does.
 * out: owned: freed by pier_socket_destroy; NULL on failure. options: allocator, cancel, settings, interface_name and
 * port_last hold; so does `access`: datagrams of those whom it denies are dropped and counted
 * (pier_socket_denied_count). error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for a TCP address, none, or a range that is none; PIER_IN_USE; PIER_EXISTS;
 * PIER_NOT_FOUND for a folder or an interface that does not exist; PIER_DENIED; PIER_NO_SPACE; PIER_UNREACHABLE;
 * PIER_UNSUPPORTED for a setting that this kind of socket does not have; PIER_RANGE; PIER_NO_MEMORY; PIER_SYSTEM. Never
 * blocks. */
PIER_API pier_status pier_datagram_open(pier_socket **out, const pier_address *address,
                                        const pier_socket_options *options, pier_error *error) PIER_MUST_USE;

/* Makes a socket with an address that the system chooses, and names `peer` as pier_datagram_set_peer does: for the side
 * that speaks first. Over Unix it gets an abstract name, so that it can be answered.
 * out, options, error: as in pier_datagram_open; port_last and access are not looked at.
 * Returns as pier_datagram_open and pier_datagram_set_peer. Never blocks. */
PIER_API pier_status pier_datagram_connect(pier_socket **out, const pier_address *peer,
                                           const pier_socket_options *options, pier_error *error) PIER_MUST_USE;

/* Names whom datagrams go to that name nobody, and from whom alone they are taken from now on; those that wait already
 * stay. Nothing is sent by this. Over UDP the answers of routers and of the peer's system then reach this socket, too:
 * PIER_REFUSED when nobody is at the port. May be called again with another one.
 * Returns PIER_OK; PIER_USAGE for a socket that is no open datagram socket, and for an address that it cannot reach;
 * PIER_REFUSED and PIER_NOT_FOUND for a Unix address at which nobody is; PIER_DENIED; PIER_UNREACHABLE; PIER_NO_MEMORY;
 * PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_datagram_set_peer(pier_socket *socket, const pier_address *peer) PIER_MUST_USE;

/* Makes a datagram socket of a handle that is one, UDP or Unix; as pier_socket_adopt, which takes streams. */
PIER_API pier_status pier_datagram_adopt(pier_socket **out, int handle, const pier_socket_options *options,
                                         pier_error *error) PIER_MUST_USE;

/* Returns whether the socket is a datagram socket that is open. */
PIER_API bool pier_socket_is_datagram(const pier_socket *socket);

/* Sends one datagram, whole or not at all.
 * to: NULL: the peer that was named. An IPv6 socket that takes IPv4 sends to IPv4, too. spans: up to PIER_SPANS_MAX
 * pieces, sent as one; none, or empty ones, are an empty datagram, which arrives as well.
 * Returns PIER_OK: the system has taken it, which is not to say that it arrives; PIER_WOULD_BLOCK; PIER_TIMEOUT;
 * PIER_CANCELLED; PIER_LIMIT when it is larger than pier_datagram_bytes_max tells, with both numbers in the text;
 * PIER_REFUSED with a peer: of an earlier datagram came back that nobody is there, and this one was not sent (told
 * once: the call may be repeated), over Unix: of this one; PIER_UNREACHABLE; PIER_DENIED, also for a broadcast address
 * without PIER_OPTION_BROADCAST; PIER_NOT_FOUND; PIER_RESET; PIER_NO_MEMORY when the system has no buffer just now;
 * PIER_USAGE; PIER_SYSTEM. None of these ends the socket.
 * Blocks until `deadline` while the system's buffers are full, over Unix while the receiver's are. A Unix socket
 * without a peer cannot be polled for room at the receiver's: there waiting calls look every 10 ms, and a poll loop
 * should name a peer. */
PIER_API pier_status pier_datagram_send(pier_socket *socket, const pier_address *to, const pier_bytes *spans,
                                        size_t count, pier_deadline deadline) PIER_MUST_USE;

/* Receives one datagram, the next that waits.
 * buffer: room for `capacity_bytes`; NULL when that is 0. size: gets how many bytes it has, 0 for an empty one; a
 * datagram is never cut unseen: one that is larger than the buffer is PIER_LIMIT, with its own size in `size` and its
 * sender in `from`, and is gone (pier_datagram_peek tells the size before). from: NULL, or gets the sender, zeroed
 * unless one came; that of a Unix socket without a name is an empty name, which cannot be answered.
 * Returns PIER_OK; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_CANCELLED; PIER_LIMIT; PIER_REFUSED with a peer: what was sent
 * to it found nobody there (told once); PIER_UNREACHABLE likewise; PIER_NO_MEMORY; PIER_USAGE; PIER_SYSTEM. None of
 * these ends the socket. Blocks until `deadline`. */
PIER_API pier_status pier_datagram_receive(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                           pier_address *from, pier_deadline deadline) PIER_MUST_USE;

/* Looks at the next datagram and leaves it where it is.
 * buffer: gets its beginning, as much as fits; NULL with a capacity of 0. size: gets its whole size, which may be
 * above the capacity: here that is no error. Otherwise as pier_datagram_receive. Blocks until `deadline`. */
PIER_API pier_status pier_datagram_peek(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                        pier_address *from, pier_deadline deadline) PIER_MUST_USE;

/* Tells how many bytes one datagram may have: over UDP the constants above, by the family of the receiver; over Unix
 * what the send buffer holds, PIER_OPTION_SEND_BUFFER_BYTES as it is read back less 32 for the system. Networks cut
 * what is above some 1,400 bytes into pieces, and lose it with any one of them: docs/sockets.md has a table.
 * to: as in pier_datagram_send; NULL without a peer: for any receiver of the socket's own kind. bytes: 0 on failure.
 * Returns PIER_OK; PIER_USAGE; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_datagram_bytes_max(pier_socket *socket, const pier_address *to, size_t *bytes) PIER_MUST_USE;

#endif
