/* Channels: a connection with an archive each way.
 *
 * Floor 7 (channel). Joins what the floors below offer: an address is resolved, a socket connected or accepted, a file
 * put over it, and a storing and a loading archive over that, paired so that two sides which both send do not wait for
 * each other. A channel may move between threads and serves one at a time. */
#ifndef PIER_CHANNEL_H
#define PIER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/socket.h>

typedef struct pier_channel pier_channel;

/* Stands in a timeout of pier_channel_options for none. */
#define PIER_NO_TIMEOUT UINT32_MAX

/* Choices at creation. Zero it, set what differs, and set `size`. */
typedef struct pier_channel_options {
    size_t size;                     /* sizeof(pier_channel_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    const pier_limits *limits;       /* NULL: the defaults; both directions; copied */
    pier_format format;              /* PIER_FORMAT_GUESS: on an accepting side only */
    pier_plain_form plain_form;
    bool checksum_off;
    bool delay;                /* TCP, connecting: let the system gather small writes; otherwise it sends at once */
    uint32_t close_timeout_ms; /* how long closing waits for the peer to end its side; 0: 2,000 */
    pier_cancel *cancel;       /* as pier_channel_set_cancel; NULL: none, or that of the listener or socket */
    uint32_t first_byte_timeout_ms; /* how long the peer's first byte may take: see pier_archive_due; 0: 10,000 for
                                       pier_channel_accept, else for ever; PIER_NO_TIMEOUT: for ever */
    uint32_t frame_timeout_ms; /* how long the rest of a block or plain value may take once it is lacking; 0: 30,000 for
                                  pier_channel_accept, else for ever; PIER_NO_TIMEOUT: for ever */
    pier_budget *budget;       /* what the channels that name it may take together; borrowed until they are destroyed;
                                  NULL: each has its own limits alone */
    uint32_t compression_level; /* of what is stored: 0: off; 1 (fastest) to 9 (smallest): see pier_archive_options */
    uint32_t spin_us; /* how many microseconds a load that lacks input asks for it again and again before it sleeps, at
                         most, on a processor of its own: what comes meanwhile is there sooner than a sleeper wakes; 0:
                         it sleeps at once. The deadline and the cancel object hold meanwhile */
} pier_channel_options;

/* Makes a socket that listens at an endpoint given as text, `tcp://127.0.0.1:0` or `unix:/run/chat.sock` for instance;
 * see pier_address_resolve and pier_socket_listen. Of a name's addresses the first that works is taken.
 * out: owned: freed by pier_socket_destroy; NULL on failure. bound: NULL, or gets the address that it listens at, with
 * the port that the system chose for port 0; pier_address_as_text makes a text of it. allocator: NULL for the default.
 * error: NULL, or filled. Returns as those two. Blocks only to resolve a name, for 10 seconds at most. */
PIER_API pier_status pier_channel_listen(pier_socket **out, pier_address *bound, const char *endpoint,
                                         const pier_allocator *allocator, pier_error *error) PIER_MUST_USE;

/* Accepts the next connection of a listening socket as a channel. Faces strangers: a peer that does not send its first
 * byte in time, or not the rest of what it began, ends with PIER_LIMIT, unless the options say otherwise.
 * out: owned: freed by pier_channel_destroy; NULL on failure and on "not now". error: NULL, or filled unless PIER_OK.
 * Returns as pier_socket_accept and pier_channel_open; PIER_LIMIT when the budget has no connection left: the next one
 * waits with the system, accept again when a channel was destroyed (of several threads that accept at the same moment,
 * one may take a connection too many, which is closed). Blocks until `deadline`. */
PIER_API pier_status pier_channel_accept(pier_channel **out, pier_socket *listener, pier_deadline deadline,
                                         const pier_channel_options *options, pier_error *error) PIER_MUST_USE;

/* Connects to an endpoint given as text: to whichever of a name's addresses answers first (pier_socket_connect_any).
 * Returns as pier_address_resolve, pier_socket_connect_any and pier_channel_open; PIER_USAGE for `udp://`, which has
 * datagrams and no stream. Blocks until `deadline`. */
PIER_API pier_status pier_channel_connect(pier_channel **out, const char *endpoint, pier_deadline deadline,
                                          const pier_channel_options *options, pier_error *error) PIER_MUST_USE;

/* Makes a channel over a connected stream socket, which is taken; on failure it stays the caller's. The preamble of the
 * storing side leaves as far as the system takes it at once.
 * Returns PIER_OK; PIER_USAGE for a listening, closed or datagram socket or bad options; PIER_LIMIT when the budget has
 * no connection left; PIER_NO_MEMORY; PIER_SYSTEM when the system gives no random number. Never blocks. */
PIER_API pier_status pier_channel_open(pier_channel **out, pier_socket *socket, const pier_channel_options *options,
                                       pier_error *error) PIER_MUST_USE;

/* Returns the archive that stores to the peer, borrowed until the channel is destroyed. */
PIER_API pier_archive *pier_channel_store_archive(pier_channel *channel);

/* Returns the archive that loads from the peer, borrowed until the channel is destroyed. */
PIER_API pier_archive *pier_channel_load_archive(pier_channel *channel);

/* Returns the socket, borrowed until the channel is destroyed; for its addresses. NULL when it was detached. */
PIER_API pier_socket *pier_channel_socket(pier_channel *channel);

/* Sets the deadline of both archives; PIER_NEVER at first. */
PIER_API void pier_channel_set_deadline(pier_channel *channel, pier_deadline deadline);

/* Names the cancel object that ends every call which waits with this channel, connecting and closing among them: they
 * answer PIER_CANCELLED, which never sticks and loses no byte; clear it, and repeat the call. Borrowed until another
 * one is named or the channel is destroyed; NULL: none. See pier_socket_set_cancel. */
PIER_API void pier_channel_set_cancel(pier_channel *channel, pier_cancel *cancel);

/* Returns the system's handle for a poll loop; -1 when closed. */
PIER_API int pier_channel_handle(const pier_channel *channel);

/* Returns the events to poll for, level-triggered: PIER_READABLE unless unread input is at its limit or has ended,
 * PIER_WRITABLE while bytes are queued. First ask pier_archive_has_next: what is in memory raises no event. */
PIER_API uint32_t pier_channel_wanted(pier_channel *channel);

/* Ends the storing side: end mark, flush, and the peer reads the end; loading goes on. May be repeated, and must be
 * while it answers "not now". Returns as pier_archive_close and pier_file_shutdown. Blocks until the deadline. */
PIER_API pier_status pier_channel_shutdown(pier_channel *channel) PIER_MUST_USE;

/* Ends the storing side, reads what the peer still sends and drops it, so that the system resets nothing, and closes.
 * Returns PIER_OK; PIER_TIMEOUT when the peer did not end its side within `close_timeout_ms` (everything is closed all
 * the same) or the deadline passed before all was sent (then it may be repeated); PIER_WOULD_BLOCK with PIER_NOW:
 * call again when the handle is ready; PIER_CANCELLED: likewise, once the object is cleared; or the first failure, with
 * everything closed. May be repeated. */
PIER_API pier_status pier_channel_close(pier_channel *channel) PIER_MUST_USE;

/* Ends the channel's use of its socket, so that the program goes on with another protocol over the same connection. The
 * storing side is closed and written as pier_archive_close does (framed: with the end mark, plain: without a byte of
 * its own); the connection stays open both ways. The loading side must stand between two records of a plain stream; of
 * a framed one all records must have been loaded, and its end mark is waited for, so that both sides leave it together.
 * The current record is passed over. Where records are still to come the answer is PIER_USAGE, and the storing side is
 * closed all the same: load on, and call again.
 * socket: gets the socket, owned: freed by pier_socket_destroy; NULL unless PIER_OK. unread: gets the bytes that came
 * and belong to no record that was loaded, to be dealt with before those that the socket gives; borrowed until the
 * channel is destroyed, which is all that is left to do with it.
 * Returns PIER_OK; "not now" as pier_archive_close: call again; PIER_USAGE within a block, for what is closed, shut
 * down or detached; PIER_NO_MEMORY, nothing was done; or the failure that sticks. Blocks until the deadline. */
PIER_API pier_status pier_channel_detach(pier_channel *channel, pier_socket **socket, pier_bytes *unread) PIER_MUST_USE;

/* Closes at once if need be, and frees. NULL is allowed. */
PIER_API void pier_channel_destroy(pier_channel *channel);

/* Returns what went wrong: a failure that sticks, in either direction or in the connection, or else the last record
 * that was refused or passed over; its status is PIER_OK when there was nothing. Borrowed until the next call. */
PIER_API const pier_error *pier_channel_error(const pier_channel *channel);

#endif
