/* More ways to read: looking ahead, into several places, the urgent byte; and ending the reading direction.
 *
 * Floor 2 (socket). Beside pier_socket_read and pier_socket_write, with the same rules for threads and deadlines. */
#ifndef PIER_SOCKET_TRANSFER_H
#define PIER_SOCKET_TRANSFER_H

#include <pier/socket.h>

/* Room for bytes that are read. `data` may be NULL when `size` is 0. */
typedef struct pier_room {
    void *data;
    size_t size; /* bytes */
} pier_room;

/* Reads as pier_socket_read does, into one room after the other.
 * rooms: `count` of them, 1 to PIER_SPANS_MAX, with at least one byte together. size: how many bytes were read in all.
 * Returns as pier_socket_read. Blocks until `deadline`. */
PIER_API pier_status pier_socket_read_rooms(pier_socket *socket, const pier_room *rooms, size_t count, size_t *size,
                                            pier_deadline deadline) PIER_MUST_USE;

/* Reads as pier_socket_read does, and leaves the bytes where they are: the next call reads them again.
 * Returns as pier_socket_read. Blocks until `deadline`, for the first byte. */
PIER_API pier_status pier_socket_peek(pier_socket *socket, void *buffer, size_t capacity_bytes, size_t *size,
                                      pier_deadline deadline) PIER_MUST_USE;

/* Gets how many bytes wait to be read; 0 also at the end. Returns PIER_OK; PIER_USAGE unless connected; PIER_SYSTEM.
 * Never blocks. */
PIER_API pier_status pier_socket_bytes_waiting(pier_socket *socket, size_t *bytes) PIER_MUST_USE;

/* Ends the reading direction: reading answers PIER_END from now on, writing goes on. What the peer still sends is
 * dropped by TCP, and refused by a Unix socket (the peer meets PIER_CLOSED).
 * Returns PIER_OK, also when repeated; PIER_RESET; PIER_USAGE unless connected; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_socket_shutdown_reading(pier_socket *socket) PIER_MUST_USE;

/* Sends one urgent byte over TCP. It takes its place among the others, and the peer learns of it at once: PIER_URGENT.
 * TCP knows one at a time: a later one makes an earlier one that was not read an ordinary byte or nothing (RFC 6093,
 * which advises against it; a second socket serves better).
 * Returns as pier_socket_write; PIER_UNSUPPORTED for a socket that is not TCP. Blocks until `deadline`. */
PIER_API pier_status pier_socket_write_urgent(pier_socket *socket, uint8_t byte, pier_deadline deadline) PIER_MUST_USE;

/* Takes the urgent byte out of the stream, unless PIER_OPTION_URGENT_INLINE leaves it there.
 * byte: 0 unless PIER_OK. Returns PIER_OK; PIER_WOULD_BLOCK when there is none, or it is announced and not there yet;
 * PIER_END; PIER_RESET; PIER_UNSUPPORTED; PIER_USAGE; PIER_SYSTEM. Never blocks: pier_socket_wait with PIER_URGENT
 * does. */
PIER_API pier_status pier_socket_read_urgent(pier_socket *socket, uint8_t *byte) PIER_MUST_USE;

/* Gets whether the next byte is the one that follows the urgent byte, or is that byte when it stays inline; an ordinary
 * read never reads over this mark in one go. Returns PIER_OK; PIER_UNSUPPORTED; PIER_USAGE; PIER_SYSTEM. */
PIER_API pier_status pier_socket_is_at_mark(pier_socket *socket, bool *is_at_mark) PIER_MUST_USE;

#endif
