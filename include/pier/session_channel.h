/* Session channels: sessions over sockets, with their journals in a folder, that reconnect and resume by themselves.
 *
 * Floor 7 (channel). Drives a pier_session (<pier/session.h>): carries out what it asks of its two journals, connects,
 * moves bytes, keeps time. A client's is opened here; a server's are found by a pier_session_host
 * (<pier/session_host.h>). A session channel may move between threads and serves one at a time.
 *
 * What waits, and what does not: the disk is written, read and synced inside the calls of this header, which block as
 * long as the disk takes, whatever the deadline: at PIER_DURABILITY_DISK a flush is a sync. The network is never waited
 * for beyond the deadline: pier_session_channel_set_deadline, as for a channel. With PIER_NOW nothing waits for it, and
 * a poll loop of the program's own drives the session: it polls what pier_session_channel_interests tells, no longer
 * than pier_session_channel_due, and then calls pier_session_channel_step.
 *
 * A simple program: open, store with pier_session_channel_store_archive, pier_session_channel_flush;
 * pier_session_channel_next, load with pier_session_channel_load_archive, pier_session_channel_commit; at the end
 * pier_session_channel_close. Nothing has to be done about connections: while there is none, what is stored goes to the
 * journal, and leaves when there is one. A connection is looked after in these calls alone, none of which may be far
 * from the last: a peer that hears nothing for its dead-peer time gives the connection up.
 *
 * Whenever the process dies, the folder has all that was acknowledged, and opening it goes on. */
#ifndef PIER_SESSION_CHANNEL_H
#define PIER_SESSION_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/cancel.h>
#include <pier/channel.h>
#include <pier/clock.h>
#include <pier/event.h>
#include <pier/resolve.h>
#include <pier/session.h>
#include <pier/socket.h>

typedef struct pier_session_channel pier_session_channel;

/* Defaults. */
#define PIER_SESSION_CONNECT_TIMEOUT_MS_DEFAULT 10000u
#define PIER_SESSION_FIRST_WAIT_MS_DEFAULT 200u
#define PIER_SESSION_LONGEST_WAIT_MS_DEFAULT 30000u

/* How many handles a session channel may want to be polled at a time. */
#define PIER_SESSION_CHANNEL_HANDLES_MAX (PIER_RESOLVE_HANDLES_MAX + 2)

/* Choices when a session is opened. Zero it, set what differs, and set `size`. Limits, durability and, on its side, the
 * key are those of the session for good: at a later opening others are PIER_MISMATCH. */
typedef struct pier_session_channel_options {
    size_t size;                     /* sizeof(pier_session_channel_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    const pier_limits *limits;       /* NULL: the defaults; copied */
    pier_cancel *cancel;             /* as pier_session_channel_set_cancel; NULL: none */
    pier_bytes shared_key;         /* of at most 64 bytes, copied; empty: the server issues one, as secret as that first
                                   connection was */
    pier_durability durability;    /* PIER_DURABILITY_DISK by default */
    bool has_committed;            /* `committed` counts */
    uint64_t committed;            /* the last record that the program has dealt with, from its own transaction; not
                                   below what it has committed */
    uint32_t compression_level;    /* as in pier_session_options */
    bool delay;                    /* as in pier_channel_options */
    uint32_t handshake_timeout_ms; /* 0: 10,000: how long each step of the introduction may take */
    uint32_t heartbeat_ms;         /* 0: 15,000: how long this side says nothing */
    uint32_t dead_peer_ms;         /* 0: 45,000: how long the other side may say nothing */
    uint32_t expiry_s;             /* server: 0: 604,800: a client that was away for longer is refused */
    uint64_t segment_bytes;        /* of both journals: see pier_journal_options */
    uint64_t sent_bytes_max;     /* bound of the journal of what is sent: what the peer has not made durable; 0: none */
    uint64_t sent_records_max;   /* likewise, in records */
    uint64_t received_bytes_max; /* bound of the journal of what is received: what is not committed; 0: none */
    uint64_t received_records_max; /* likewise */
    /* Of a client alone */
    uint32_t connect_timeout_ms; /* 0: 10,000: of one try, with the look-up of the name */
    uint32_t first_wait_ms;      /* 0: 200. Behind the n-th try in a row that came to nothing, the next one waits for a
                                      time drawn anew between 0 and first_wait_ms × 2^(n − 1), ... */
    uint32_t longest_wait_ms;    /* 0: 30,000: ... but never for longer than this. A connection that did not last as
                                      long as the wait before it counts as such a try */
} pier_session_channel_options;

/* Opens a client's session from its folder, or begins a new one, and connects by itself from then on, in the calls that
 * follow: a server that cannot be reached is no failure.
 * out: owned: freed by pier_session_channel_destroy; NULL on failure. name: 1 to 255 bytes of UTF-8, as the server
 * knows it; copied. folder: path, copied; made of mode 0700 when it does not exist, what leads there must; its folders
 * `sent` and `received` are journals (<pier/journal.h>), locked while the session is open. endpoint: as for
 * pier_channel_connect, copied; its name is looked up at each try. options: NULL for the defaults. error: NULL, or
 * filled on failure.
 * Returns PIER_OK; PIER_IN_USE when another one has the folder open; PIER_ADDRESS for an endpoint that is none;
 * PIER_MISMATCH for limits, a durability or codecs of blocks other than the session has, and for a `committed` that is
 * too low, or not 0 where the session has not begun: one above what the peer ever sent is told when it is met;
 * PIER_CORRUPT and PIER_VERSION for a folder that holds no such session; PIER_USAGE; PIER_DENIED, PIER_NOT_FOUND,
 * PIER_NO_SPACE, PIER_UNSUPPORTED and PIER_SYSTEM as pier_journal_open; PIER_NO_MEMORY. Blocks for the disk, as
 * pier_journal_open does; not for the network. */
PIER_API pier_status pier_session_open(pier_session_channel **out, const char *name, const char *folder,
                                       const char *endpoint, const pier_session_channel_options *options,
                                       pier_error *error) PIER_MUST_USE;

/* Ends the connection at once, takes back what was reserved, closes both journals and frees. What was stored and not
 * flushed is dropped; what was flushed is in the folder, and leaves when that is opened again. NULL is allowed. Blocks
 * for the disk. */
PIER_API void pier_session_channel_destroy(pier_session_channel *channel);

/* Sets until when the calls below wait for the network; PIER_NEVER at first, PIER_NOW for the sessions of a host. */
PIER_API void pier_session_channel_set_deadline(pier_session_channel *channel, pier_deadline deadline);

/* Names the cancel object that ends the calls which wait: they answer PIER_CANCELLED, which never sticks and loses
 * nothing; clear it, and repeat the call. Borrowed until another one is named or the session channel is destroyed;
 * NULL: none. */
PIER_API void pier_session_channel_set_cancel(pier_session_channel *channel, pier_cancel *cancel);

/* Records --------------------------------------------------------------------------------------------------------- */

/* Returns the archive that records are stored with, borrowed until the session channel is destroyed. Beginning a record
 * is PIER_WOULD_BLOCK when more is stored than its queue takes: call pier_session_channel_flush, and store it again.
 * It has no raw bytes, is never closed, and is flushed by pier_session_channel_flush alone. */
PIER_API pier_archive *pier_session_channel_store_archive(pier_session_channel *channel);

/* Ends the message: all that was stored goes to the journal, survives what the durability says, and leaves as far as
 * the connection takes it at once.
 * last_record: NULL, or gets the number of the last record that was stored.
 * Returns PIER_OK once that is so, whether there is a connection or not; PIER_WOULD_BLOCK or PIER_TIMEOUT while the
 * journal is at its bound or the disk is full: nothing is lost, call again; PIER_CANCELLED; PIER_NO_MEMORY, likewise;
 * PIER_USAGE after pier_session_channel_finish; or the failure that sticks. Blocks for the disk, and until the deadline
 * for room. */
PIER_API pier_status pier_session_channel_flush(pier_session_channel *channel, uint64_t *last_record) PIER_MUST_USE;

/* As pier_session_channel_flush, and returns once all records up to the last one survive the machine here, whatever
 * durability the session has; see pier_session_flush_synced. */
PIER_API pier_status pier_session_channel_flush_synced(pier_session_channel *channel,
                                                       uint64_t *last_record) PIER_MUST_USE;

/* Returns the archive that records are loaded with after pier_session_channel_next said PIER_OK, borrowed likewise. */
PIER_API pier_archive *pier_session_channel_load_archive(pier_session_channel *channel);

/* Moves to the next record of the peer, in order and without a gap that is not told.
 * Returns PIER_OK; PIER_WOULD_BLOCK, PIER_TIMEOUT or PIER_CANCELLED when there is none yet; PIER_SKIPPED for records
 * that were withdrawn or lost before they were durable, or are passed over: pier_session_channel_error tells which;
 * PIER_END once when the peer has finished and all its records were delivered: call again for what later connections
 * bring; PIER_DENIED or PIER_MISMATCH when all that is here was delivered and the server has refused this session
 * (pier_session_channel_connect tries again); PIER_NO_MEMORY, to be tried again; otherwise as pier_archive_next, and
 * pier_archive_recover goes on likewise; or the failure that sticks. Blocks for the disk, and until the deadline. */
PIER_API pier_status pier_session_channel_next(pier_session_channel *channel) PIER_MUST_USE;

/* Returns the number of the current record among the peer's, from 1; behind PIER_SKIPPED that of the last one that was
 * passed over, and before the first pier_session_channel_next that of the last one that is committed, 0 for none. */
PIER_API uint64_t pier_session_channel_record_number(const pier_session_channel *channel);

/* Returns whether the current record may have been delivered before: it was not committed when the process before this
 * one ended. */
PIER_API bool pier_session_channel_is_repeated(const pier_session_channel *channel);

/* Says that all records up to a number have been dealt with: they are not delivered again, and the peer learns it, once
 * that is on the disk: with the next pier_session_channel_step, or call that waits or flushes, so that many commits
 * share one sync. Returns PIER_OK; PIER_USAGE for a number above what was delivered; or the failure that sticks. Never
 * blocks. */
PIER_API pier_status pier_session_channel_commit(pier_session_channel *channel, uint64_t number) PIER_MUST_USE;

/* How far the peer is with a record of this side. */
typedef enum pier_session_stage {
    PIER_SESSION_STAGE_RECEIVED = 0, /* it has it */
    PIER_SESSION_STAGE_KEPT = 1,     /* it has it in its journal, to the session's durability */
    PIER_SESSION_STAGE_COMMITTED = 2 /* its program has dealt with it */
} pier_session_stage;

/* Waits until the peer is as far with the records up to a number. Records that come meanwhile wait in the journal.
 * Returns PIER_OK; PIER_WOULD_BLOCK, PIER_TIMEOUT, PIER_CANCELLED; PIER_USAGE for a number that was not flushed;
 * PIER_DENIED or PIER_MISMATCH when the server has refused this session; or the failure that sticks. Blocks for the
 * disk, and until the deadline. */
PIER_API pier_status pier_session_channel_await(pier_session_channel *channel, uint64_t number,
                                                pier_session_stage stage) PIER_MUST_USE;

/* Says that nothing more is stored: what there is leaves, and then the peer is told that this was all (its
 * pier_session_channel_next answers PIER_END). Holds until the session is opened anew. Loading goes on. */
PIER_API void pier_session_channel_finish(pier_session_channel *channel);

/* Finishes, waits until the peer has all records of this side in its journal, ends the connection, takes back what was
 * reserved and closes the journals; pier_session_sent of pier_session_channel_session tells how far the peer is.
 * Returns PIER_OK; PIER_WOULD_BLOCK, PIER_TIMEOUT, PIER_CANCELLED: nothing was closed, call again, or destroy: what the
 * peer lacks stays in the folder; PIER_DENIED or PIER_MISMATCH when the server has refused this session, or the failure
 * that sticks, with all closed. May be repeated; afterwards other calls are PIER_USAGE. Blocks for the disk, and until
 * the deadline. */
PIER_API pier_status pier_session_channel_close(pier_session_channel *channel) PIER_MUST_USE;

/* Folders --------------------------------------------------------------------------------------------------------- */

/* What a session's folder tells without the session. Numbers are 0 for none. */
typedef struct pier_session_folder_state {
    pier_session_role role;                     /* of this side */
    char name[PIER_SESSION_NAME_BYTES_MAX + 1]; /* of the session, terminated */
    uint64_t sent_last;  /* the last number of this side that is in the journal: a record, or below PIER_DURABILITY_DISK
                            the end of a hole */
    uint64_t sent_first; /* the oldest one that is kept; sent_last + 1: none */
    uint64_t peer_kept;  /* at least up to this one the peer has this side's records in its journal: that is noted every
                           4,096 records and when a connection ends, so it may have more of them */
    uint64_t received_last;  /* the last number of the peer that is in the journal, likewise */
    uint64_t received_first; /* the oldest one that is kept; received_last + 1: none */
    uint64_t committed;      /* the last record of the peer that was committed, as far as it was noted */
} pier_session_folder_state;

/* Reads what a session's folder tells, a client's or one of a host's, and changes nothing. The session may be in use
 * meanwhile, or have been refused for good. What the peer lacks is behind peer_kept: a reader of the journal `sent`,
 * opened `read_only`, gives it from record peer_kept + 1 on, if that is not above sent_last.
 * state: filled; zeros on failure. folder: its path. allocator: NULL: pier_allocator_default(). error: NULL, or filled on
 * failure.
 * Returns PIER_OK; PIER_NOT_FOUND for a folder that does not exist or is no session's; PIER_CORRUPT for one whose
 * journals or notes are damaged, or whose journal `sent` is no session's; PIER_MISMATCH when its two journals belong to
 * different sessions; PIER_USAGE for an empty path; PIER_VERSION, PIER_DENIED, PIER_UNSUPPORTED and PIER_SYSTEM as
 * pier_journal_open; PIER_NO_MEMORY. A journal `received` that is not there is as one without records. Blocks for the
 * disk, as pier_journal_open does. */
PIER_API pier_status pier_session_folder_read(pier_session_folder_state *state, const char *folder,
                                              const pier_allocator *allocator, pier_error *error) PIER_MUST_USE;

/* Connections ----------------------------------------------------------------------------------------------------- */

/* Waits until a connection stands over which records pass. A client tries at once, without the rest of the wait before
 * the next try, and also after the server has refused the session.
 * Returns PIER_OK; PIER_WOULD_BLOCK, PIER_TIMEOUT, PIER_CANCELLED; PIER_DENIED when the server knows no such session,
 * or it has expired, or the key is wrong; PIER_MISMATCH when the two sides do not fit: a copied folder, an older one,
 * other limits or codecs, a name that is taken; or the failure that sticks. Blocks for the disk, and until the
 * deadline. */
PIER_API pier_status pier_session_channel_connect(pier_session_channel *channel) PIER_MUST_USE;

/* Does all that can be done by now: for the disk, the connection and the clock. Call it when a handle is ready and when
 * the time has come; calling it more often does no harm. Afterwards records may be there, and events.
 * Returns PIER_OK, also without a connection; or the failure that sticks. Blocks for the disk alone. */
PIER_API pier_status pier_session_channel_step(pier_session_channel *channel) PIER_MUST_USE;

/* Tells which handles to poll, level-triggered, and for what; the cancel object's is not among them. interests: gets up
 * to `capacity` of them; PIER_SESSION_CHANNEL_HANDLES_MAX is room enough. Returns how many there are: 0 when only time
 * is waited for. They change with every call: ask anew before each poll, and before it call pier_session_channel_next
 * until it answers "not now": what is in memory or in the journal raises no event. Never blocks. */
PIER_API size_t pier_session_channel_interests(pier_session_channel *channel, pier_interest *interests,
                                               size_t capacity);

/* Returns when pier_session_channel_step must be called at the latest, ready or not; PIER_NOW for at once. Never
 * blocks. */
PIER_API pier_deadline pier_session_channel_due(pier_session_channel *channel);

/* Gets the oldest event that was not told yet, as pier_session_next_event; also PIER_SESSION_WAITING. Returns PIER_OK,
 * or PIER_MORE when there is none. Never blocks. */
PIER_API pier_status pier_session_channel_next_event(pier_session_channel *channel,
                                                     pier_session_event *event) PIER_MUST_USE;

/* Returns the state machine, to be asked: pier_session_sent, pier_session_received, pier_session_link_state. Borrowed
 * until the session channel is destroyed. */
PIER_API const pier_session *pier_session_channel_session(const pier_session_channel *channel);

/* Returns the name of the session, borrowed until the session channel is destroyed. */
PIER_API const char *pier_session_channel_name(const pier_session_channel *channel);

/* Returns the connection's socket, for its addresses, borrowed until the next call; NULL when there is none. */
PIER_API pier_socket *pier_session_channel_socket(pier_session_channel *channel);

/* Returns PIER_OK, or the failure that sticks: a journal failed. The folder can be opened anew. */
PIER_API pier_status pier_session_channel_status(const pier_session_channel *channel);

/* Returns what went wrong last: the failure that sticks, a refusal, or a record that was passed over; its status is
 * PIER_OK when there was nothing. Borrowed until the next call. */
PIER_API const pier_error *pier_session_channel_error(const pier_session_channel *channel);

#endif
