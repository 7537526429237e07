/* Datagram channels: records over datagrams, one complete stream in each.
 *
 * Floor 7 (channel). A datagram that arrives can be read by itself, whatever was lost before it: it holds its own
 * preamble, the definitions of its classes, its records and its end mark (framed), or bare values (plain). So the
 * storing archive begins anew with each datagram that is sent, and the loading one with each that is received; both
 * keep their memory. A channel may move between threads and serves one at a time.
 *
 *     pier_datagram_channel_open(&channel, socket, NULL, &error);
 *     store records into pier_datagram_channel_store_archive(channel), then
 *     pier_datagram_channel_send(channel, &to, deadline);
 *     pier_datagram_channel_receive(channel, &from, deadline);
 *     load records from pier_datagram_channel_load_archive(channel) until PIER_END
 *
 * The two archives are the channel's: begin, end, abandon, next and all stores and loads are for the program; flush,
 * close, drain, feed, reset and pair are not. */
#ifndef PIER_DATAGRAM_CHANNEL_H
#define PIER_DATAGRAM_CHANNEL_H

#include <pier/archive.h>
#include <pier/datagram.h>

typedef struct pier_datagram_channel pier_datagram_channel;

/* Choices at creation. Zero it, set what differs, and set `size`. */
typedef struct pier_datagram_channel_options {
    size_t size;                     /* sizeof(pier_datagram_channel_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    const pier_limits *limits; /* NULL: the defaults; both directions; copied. A datagram has one block of any size */
    pier_format
        format; /* PIER_FORMAT_GUESS: of each that is received as its first bytes tell, and of those that are sent
                           as of the one that was received last, framed before the first */
    pier_plain_form plain_form;
    bool checksum_off;
    uint32_t datagram_bytes_max; /* the largest that is sent or received; 0: the most that the socket's kind can carry
                                    (pier_datagram_bytes_max), and what any peer of UDP may send. Some 1,400 pass every
                                    network in one piece. At least 512 */
} pier_datagram_channel_options;

/* Makes a channel over a datagram socket, which is taken; on failure it stays the caller's.
 * out: owned: freed by pier_datagram_channel_destroy; NULL on failure. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for a socket that is no open datagram socket, and bad options; PIER_LIMIT for a
 * datagram_bytes_max above what the socket can carry; PIER_NO_MEMORY; PIER_SYSTEM. Never blocks. */
PIER_API pier_status pier_datagram_channel_open(pier_datagram_channel **out, pier_socket *socket,
                                                const pier_datagram_channel_options *options,
                                                pier_error *error) PIER_MUST_USE;

/* Returns the archive in which the next datagram is made, borrowed until the channel is destroyed. A record that would
 * make the datagram larger than pier_datagram_channel_bytes_max is refused by pier_archive_end, and by whatever ends a
 * record: it is taken back whole, its definition with it, and PIER_LIMIT names the size and the limit. Send what is
 * there, and store it again. */
PIER_API pier_archive *pier_datagram_channel_store_archive(pier_datagram_channel *channel);

/* Returns the archive with the records of the datagram that was received last, borrowed likewise. Whatever is wrong in
 * it sticks until the next one is received, and no longer: offsets are bytes of this datagram. */
PIER_API pier_archive *pier_datagram_channel_load_archive(pier_datagram_channel *channel);

/* Returns how many bytes the datagram has so far, frame and end mark included: what would be sent now. */
PIER_API size_t pier_datagram_channel_bytes(const pier_datagram_channel *channel);

/* Returns how many bytes a datagram of this channel may have. */
PIER_API size_t pier_datagram_channel_bytes_max(const pier_datagram_channel *channel);

/* Sends what was stored as one datagram, and begins the next. Without a record a framed one says that there is none,
 * and a plain one is empty.
 * to: NULL: the socket's peer. Returns PIER_OK; PIER_USAGE within a record; PIER_NO_MEMORY; else as pier_datagram_send.
 * Unless PIER_OK the datagram stays as it is, complete: call again for the same or another receiver, or abandon it;
 * until then nothing can be stored. Blocks until `deadline`. */
PIER_API pier_status pier_datagram_channel_send(pier_datagram_channel *channel, const pier_address *to,
                                                pier_deadline deadline) PIER_MUST_USE;

/* Drops what was stored and not sent. */
PIER_API void pier_datagram_channel_abandon(pier_datagram_channel *channel);

/* Receives the next datagram; what was not loaded of the one before is dropped.
 * from: NULL, or gets the sender, zeroed unless a datagram came. Returns PIER_OK: load its records by pier_archive_next
 * until PIER_END; PIER_LIMIT for one that is larger than the limit, which is gone; PIER_NO_MEMORY; else as
 * pier_datagram_receive. Unless PIER_OK there is no record to load. Blocks until `deadline`. */
PIER_API pier_status pier_datagram_channel_receive(pier_datagram_channel *channel, pier_address *from,
                                                   pier_deadline deadline) PIER_MUST_USE;

/* Returns the socket, borrowed until the channel is destroyed: for its handle, its addresses, options and groups. */
PIER_API pier_socket *pier_datagram_channel_socket(pier_datagram_channel *channel);

/* Returns what went wrong with sending or receiving last; what was wrong inside a datagram tells the archive. Borrowed
 * until the next call; its status is PIER_OK when there was nothing. */
PIER_API const pier_error *pier_datagram_channel_error(const pier_datagram_channel *channel);

/* Closes the socket and frees; what was not sent is dropped. NULL is allowed. */
PIER_API void pier_datagram_channel_destroy(pier_datagram_channel *channel);

#endif
