/* Sessions: two streams of numbered records, one each way, that outlive connections and processes.
 *
 * Floor 6 (session). A pier_session is a state machine and nothing else: it is fed the bytes of a connection and gives
 * bytes for it, is told the time, and asks for what is to be done with its two journals by requests that are completed
 * later. It knows no socket, clock, file or thread: whoever drives it moves bytes and carries requests out, in a loop
 * of any kind. proto/session.md says what the bytes are. A session may move between threads and serves one at a time.
 * No call blocks.
 *
 * What is promised: records arrive in order; one that was acknowledged as durable is not lost; one that the program
 * committed is not delivered again. One that was delivered and not committed before a crash is delivered again, with
 * the mark pier_session_is_repeated. A program that keeps the number of the last record in the same transaction as
 * what the record did, and hands it in when the session is created anew, has each effect once.
 *
 * What is not promised below PIER_DURABILITY_DISK: that a session outlives the power of a machine. What was not synced
 * is gone, and where the peer had been told of it the two sides part (PIER_SESSION_CONFLICT), with all that is left in
 * their journals. And that a folder which was put back to an older copy is told in every case: where the peer stands
 * among numbers that a crash left without records, nobody has anything to compare (proto/session.md). At
 * PIER_DURABILITY_DISK both are promised.
 *
 * Most programs do not call this: <pier/session_channel.h> drives a session over sockets, and carries out what it asks
 * for. */
#ifndef PIER_SESSION_H
#define PIER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/journal.h>

typedef struct pier_session pier_session;

/* Who asks for a session, and who grants it. */
typedef enum pier_session_role { PIER_SESSION_CLIENT = 0, PIER_SESSION_SERVER = 1 } pier_session_role;

/* The two journals of a session. */
typedef enum pier_session_journal { PIER_SESSION_SENT = 0, PIER_SESSION_RECEIVED = 1 } pier_session_journal;

#define PIER_SESSION_NAME_BYTES_MAX 255
#define PIER_SESSION_KEY_BYTES_MAX 64
/* Notes that a session keeps in each journal, by numbers below this. */
#define PIER_SESSION_NOTES 8

/* Defaults. */
#define PIER_SESSION_HANDSHAKE_TIMEOUT_MS_DEFAULT 10000u
#define PIER_SESSION_HEARTBEAT_MS_DEFAULT 15000u
#define PIER_SESSION_DEAD_PEER_MS_DEFAULT 45000u
#define PIER_SESSION_EXPIRY_S_DEFAULT 604800u /* a week */

/* What stands in a journal when the session is created. */
typedef struct pier_session_found {
    pier_journal_state state;
    pier_bytes notes[PIER_SESSION_NOTES]; /* borrowed during the call; empty: none */
} pier_session_found;

/* Choices at creation. Zero it, set what must be set and what differs, and set `size`. */
typedef struct pier_session_options {
    size_t size;                     /* sizeof(pier_session_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    const pier_limits *limits;       /* NULL: the defaults; fixed with the session; copied */
    pier_session_role role;
    const char *name;      /* 1 to 255 bytes of UTF-8; copied */
    pier_bytes shared_key; /* of at most 64 bytes, copied; empty: the server issues a key when it creates the session */
    pier_durability durability; /* PIER_DURABILITY_DISK by default */
    bool has_committed;         /* `committed` counts */
    uint64_t committed;         /* the last number that the program has dealt with, from its own transaction; not
                                   below what it has committed */
    uint32_t compression_level; /* as in pier_archive_options; blocks that end before the peer has told, at the creation
                                   of the session, that it inflates are not compressed */
    uint32_t handshake_timeout_ms; /* for each step of the introduction; 0: 10 s */
    uint32_t heartbeat_ms;         /* a ping is sent when nothing else was for so long; 0: 15 s */
    uint32_t dead_peer_ms;         /* a connection ends on which nothing came for so long; 0: 45 s */
    uint32_t expiry_s;             /* a server refuses a client that was away for longer; 0: a week */
    /* Fills `bytes` with random bytes that nobody can guess; returns false when there are none. Must be set. */
    bool (*draw)(void *user, void *bytes, size_t size_bytes);
    void *user;
} pier_session_options;

/* Creates a session over what its two journals hold; new ones hold nothing. The stream ids of the two journals are the
 * identity of the session, and must differ. Nothing happens before pier_session_set_now.
 * out: owned: freed by pier_session_destroy; NULL on failure. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for options out of range; PIER_CORRUPT for notes that no session wrote; PIER_MISMATCH for
 * limits or a durability other than the session was created with, for codecs of its blocks that this library does not
 * load, and for a `committed` that is too low, or not 0 where the session has not begun; PIER_SYSTEM when `draw` gives
 * nothing; PIER_NO_MEMORY. */
PIER_API pier_status pier_session_create(pier_session **out, const pier_session_options *options,
                                         const pier_session_found *sent, const pier_session_found *received,
                                         pier_error *error) PIER_MUST_USE;

/* Frees. What was not written to a journal is lost, as by a crash. NULL is allowed. */
PIER_API void pier_session_destroy(pier_session *session);

/* Returns PIER_OK, or the failure that sticks: a journal failed, or its content. Nothing is acknowledged or taken from
 * then on. */
PIER_API pier_status pier_session_status(const pier_session *session);

/* Returns the last failure in full, borrowed until the next call. */
PIER_API const pier_error *pier_session_error(const pier_session *session);

/* The clock ------------------------------------------------------------------------------------------------------- */

/* Tells the time, as pier_clock_monotonic_ns and pier_clock_unix_ns give it, and does what is due. */
PIER_API void pier_session_set_now(pier_session *session, int64_t monotonic_ns, uint64_t unix_ns);

/* Returns when pier_session_set_now must be called at the latest; PIER_NEVER: not for the sake of time. */
PIER_API pier_deadline pier_session_due(const pier_session *session);

/* The disk -------------------------------------------------------------------------------------------------------- */

/* What is to be done. READ: blocks as pier_journal_reader_next gives them from record `number` on, which may be the
 * next one that there will be: at least one that has records, if there is any, then up to `bytes_max` bytes, or to the
 * end; PIER_NOT_FOUND when records from there on are gone. */
typedef enum pier_session_work {
    PIER_SESSION_WRITE = 0, /* pier_journal_append of `bytes` */
    PIER_SESSION_NOTE = 1,  /* pier_journal_note of `bytes` under `number` */
    PIER_SESSION_SYNC = 2,  /* pier_journal_sync */
    PIER_SESSION_READ = 3,
    PIER_SESSION_TRIM = 4 /* pier_journal_trim through record `number` */
} pier_session_work;

/* A piece of work that the session asks for. */
typedef struct pier_session_request {
    uint64_t id; /* what pier_session_complete names it by */
    pier_session_work work;
    pier_session_journal journal; /* which journal it is for */
    uint64_t number;              /* as `work` says */
    pier_bytes bytes;             /* borrowed until the request is completed */
    size_t bytes_max;
} pier_session_request;

/* Gets the next request. Of each journal one at a time is under way. Returns PIER_OK; PIER_WOULD_BLOCK when there is
 * none: completing one, a record, bytes or the time may bring the next. */
PIER_API pier_status pier_session_next_request(pier_session *session, pier_session_request *request) PIER_MUST_USE;

/* Tells what became of a request. status: as the journal answers: PIER_WOULD_BLOCK, PIER_NO_SPACE and PIER_NO_MEMORY
 * are tried again later: they say that nothing was done, of a sync too, which a disk that failed to sync never answers;
 * any other failure of a write, note, sync or read sticks. data: of a read, whole blocks, copied. error: NULL, or what
 * the journal tells. */
PIER_API void pier_session_complete(pier_session *session, uint64_t id, pier_status status, pier_bytes data,
                                    const pier_error *error);

/* The connection -------------------------------------------------------------------------------------------------- */

/* The accepting side of a connection before it is known whose session it is. */
typedef struct pier_session_door pier_session_door;

/* Opens a door.
 * out: owned: freed by pier_session_door_destroy; NULL on failure. allocator: NULL: pier_allocator_default(); copied.
 * monotonic_ns: when the connection came. draw, user: as in the options; called now alone.
 * Returns PIER_OK; PIER_NO_MEMORY; PIER_SYSTEM when `draw` gives nothing. */
PIER_API pier_status pier_session_door_open(pier_session_door **out, const pier_allocator *allocator,
                                            int64_t monotonic_ns,
                                            bool (*draw)(void *user, void *bytes, size_t size_bytes),
                                            void *user) PIER_MUST_USE;

/* Frees. NULL is allowed. */
PIER_API void pier_session_door_destroy(pier_session_door *door);

/* Takes bytes from the connection, up to the end of the resume; `taken_bytes` gets how many. Returns PIER_MORE;
 * PIER_OK: the client is known by its name and what it says, and a session may take it; a failure: close the
 * connection. */
PIER_API pier_status pier_session_door_feed(pier_session_door *door, pier_bytes bytes,
                                            size_t *taken_bytes) PIER_MUST_USE;

/* Gets bytes for the connection, borrowed until the next pier_session_door_drain, which takes all of them as sent. */
PIER_API pier_bytes pier_session_door_drain(pier_session_door *door);

/* Returns the name that the client asks for, terminated; of no meaning before pier_session_door_feed said PIER_OK. */
PIER_API const char *pier_session_door_name(const pier_session_door *door);

/* Returns the 16 bytes of the session id that the client tells: the stream id of the journal RECEIVED, then that of
 * SENT, little-endian. */
PIER_API pier_bytes pier_session_door_id(const pier_session_door *door);

/* Returns whether the client asks to create a session. When the server has a key that is shared beforehand and the
 * proof is wrong, nothing may be created: pier_session_door_proves tells. */
PIER_API bool pier_session_door_begins(const pier_session_door *door);

/* Returns whether the client proves that it has a key; false before pier_session_door_feed said PIER_OK. */
PIER_API bool pier_session_door_proves(const pier_session_door *door, pier_bytes key);

/* Makes the answer of a server that has no such session: one answer for all who prove nothing; who proves to have the
 * shared key learns that it is lost here. Drain it, and close the connection. */
PIER_API void pier_session_door_refuse(pier_session_door *door, pier_bytes shared_key);

/* A server's session gets a client, whose connection is the session's from now on; one before it has been shut out.
 * Returns PIER_OK: the door is not needed any more; PIER_DENIED: it is refused, the session is as before: drain the
 * door, and close the connection; PIER_USAGE for a client's session or a door that is not ready; PIER_SYSTEM when
 * `draw` gives nothing. */
PIER_API pier_status pier_session_accept(pier_session *session, pier_session_door *door) PIER_MUST_USE;

/* Tells why a door was refused, for the program alone: the client is told as little as pier_session_door_refuse says.
 * text: gets words for it, static. Returns PIER_MISMATCH when both sides do not fit (an older folder or a copied one,
 * other limits, a name that is taken), PIER_DENIED for the rest; PIER_OK when the door was not refused. */
PIER_API pier_status pier_session_door_refusal(const pier_session_door *door, const char **text);

/* A client's connection stands. Returns PIER_OK; PIER_USAGE for a server's session or when one stands already;
 * PIER_SYSTEM when `draw` gives nothing; or the failure that sticks. */
PIER_API pier_status pier_session_connect(pier_session *session) PIER_MUST_USE;

/* The connection is gone. */
PIER_API void pier_session_disconnect(pier_session *session);

/* What the driver of a connection does next. */
typedef enum pier_session_link {
    PIER_SESSION_LINK_NONE = 0,    /* there is no connection */
    PIER_SESSION_LINK_MEETING = 1, /* the two sides are being introduced */
    PIER_SESSION_LINK_OPEN = 2,    /* records pass */
    PIER_SESSION_LINK_ENDING = 3   /* send what pier_session_drain still gives, and close */
} pier_session_link;

/* Returns what stands of the connection, and what is to be done with it. */
PIER_API pier_session_link pier_session_link_state(const pier_session *session);

/* Counts the connections that were taken; a driver whose number is another one has been shut out, and closes. */
PIER_API uint64_t pier_session_link_number(const pier_session *session);

/* Takes bytes from the connection. taken_bytes: how many were taken; the rest has to wait until a request is completed
 * or a record loaded. Faults end the connection (PIER_SESSION_LINK_ENDING), not the session. */
PIER_API void pier_session_feed(pier_session *session, pier_bytes bytes, size_t *taken_bytes);

/* Returns whether pier_session_feed would take a byte. */
PIER_API bool pier_session_wants_input(const pier_session *session);

/* Gets bytes for the connection, borrowed until the next call. They are given again until pier_session_drained. */
PIER_API pier_bytes pier_session_drain(pier_session *session);

/* Takes the first `size_bytes` of what pier_session_drain gave as sent. */
PIER_API void pier_session_drained(pier_session *session, size_t size_bytes);

/* The program ----------------------------------------------------------------------------------------------------- */

/* Returns the archive that records are stored with, borrowed until the session is destroyed. Its begin is
 * PIER_WOULD_BLOCK while the journal or the disk does not take more. It has no raw bytes. */
PIER_API pier_archive *pier_session_store_archive(pier_session *session);

/* Ends the message, and hands it to the journal; once that is written (and synced, as the durability says) it leaves.
 * last_record: NULL, or gets the number of the last record. Returns as pier_archive_flush, PIER_USAGE after
 * pier_session_finish, or the failure that sticks. */
PIER_API pier_status pier_session_flush(pier_session *session, uint64_t *last_record) PIER_MUST_USE;

/* As pier_session_flush, and all records up to the last one are to survive the machine here, whatever durability the
 * session has: one sync is asked for that covers them, and as many others as come by then. Reached is that when
 * pier_session_sent tells it as `synced`; PIER_SESSION_SYNCED is told then. Below PIER_DURABILITY_DISK the records
 * leave as all do, before their sync, and the peer keeps them as the session's durability says: so this side lets go of
 * them only when the peer's program has committed them. Of a session at PIER_DURABILITY_DISK it is pier_session_flush,
 * with the event.
 *
 * No record has a lower durability than its session: it would leave before records with lower numbers are safe, and
 * after a crash its number would be another record's. Returns as pier_session_flush. */
PIER_API pier_status pier_session_flush_synced(pier_session *session, uint64_t *last_record) PIER_MUST_USE;

/* Returns the archive that records are loaded with after pier_session_next said PIER_OK, borrowed likewise. */
PIER_API pier_archive *pier_session_load_archive(pier_session *session);

/* Moves to the next record. Returns PIER_OK; PIER_MORE when there is none yet; PIER_SKIPPED for a record that is passed
 * over and for numbers that a gap declares, pier_session_error tells which; PIER_NO_MEMORY, to be tried again; the
 * failure that sticks; otherwise as pier_archive_next, and pier_archive_recover goes on likewise. A record whose
 * loading lacked memory is loaded again from a mark (pier/mark.h); without one pier_archive_recover passes over it. */
PIER_API pier_status pier_session_next(pier_session *session) PIER_MUST_USE;

/* Returns the number of the last record that was delivered, or passed over. */
PIER_API uint64_t pier_session_record_number(const pier_session *session);

/* Returns whether the current record may have been delivered before a crash. */
PIER_API bool pier_session_is_repeated(const pier_session *session);

/* Says that all records up to a number have been dealt with. The peer learns it once that is durable. Returns PIER_OK;
 * PIER_USAGE for a number above what was delivered; or the failure that sticks. */
PIER_API pier_status pier_session_commit(pier_session *session, uint64_t number) PIER_MUST_USE;

/* No more records are stored on this connection: what there is leaves, and the peer is told where it ends. */
PIER_API void pier_session_finish(pier_session *session);

/* How far the records of one direction have come. */
typedef struct pier_session_progress {
    uint64_t last;      /* the last one: stored here, or received */
    uint64_t durable;   /* durable here */
    uint64_t received;  /* by the peer; of what comes in: here */
    uint64_t kept;      /* durable at the peer; of what comes in: told so to the peer */
    uint64_t committed; /* by the peer's program; of what comes in: by this one, and durable */
    uint64_t synced;    /* up to here all survive the machine here, as far as syncs were made for any reason */
} pier_session_progress;

/* Returns how far the records of this side have come. */
PIER_API pier_session_progress pier_session_sent(const pier_session *session);

/* Returns how far the records of the peer have come. */
PIER_API pier_session_progress pier_session_received(const pier_session *session);

/* Returns whether pier_session_finish was called and all that was stored is durable at the peer. */
PIER_API bool pier_session_is_finished(const pier_session *session);

/* Ends a process's use of a session without a connection: takes back what was reserved, so that the next one goes on
 * without a gap. Carry out the requests until there is none; then destroy. Returns PIER_OK; PIER_USAGE while a
 * connection stands; or the failure that sticks. */
PIER_API pier_status pier_session_rest(pier_session *session) PIER_MUST_USE;

/* What happened, by kind: of each kind that was not asked for yet, the newest is kept. */
typedef enum pier_session_event_kind {
    PIER_SESSION_CONNECTED = 0, /* records pass, for the first time in the life of the session; number: how many
                                   records of this side the peer lacks, which are sent now */
    PIER_SESSION_RESUMING = 1,  /* a connection stands, both sides are being introduced; number: 0 */
    PIER_SESSION_RESUMED = 2,   /* records pass again; number: as of PIER_SESSION_CONNECTED, whether they were sent
                                   before or not */
    PIER_SESSION_LOST = 3,      /* the connection, and why: status and text; number: 0 */
    PIER_SESSION_REFUSED = 4,   /* by the server; number: the reason of proto/session.md */
    PIER_SESSION_CONFLICT = 5,  /* the two sides do not fit: a copied folder, an older one: status and text */
    PIER_SESSION_WITHDRAWN = 6, /* a record that the peer never takes; number: which */
    PIER_SESSION_FAILED = 7,    /* a journal failed; it sticks: status and text; number: 0 */
    PIER_SESSION_FINISHED = 8,  /* the peer sends no more on this connection; number: its last record */
    PIER_SESSION_SYNCED = 9,    /* what pier_session_flush_synced asked for last is reached; number: the record */
    PIER_SESSION_WAITING = 10   /* of a pier_session_channel alone: a client is not connected, and tries again; number:
                                   in how many milliseconds; status and text: why */
} pier_session_event_kind;

/* What happened, in full. */
typedef struct pier_session_event {
    pier_session_event_kind kind;
    pier_status status; /* why; PIER_OK where nothing failed */
    uint64_t number;    /* as the kind says */
    char text[224];     /* terminated; what happened or why, in words */
} pier_session_event;

/* Gets the oldest event that was not told yet. Returns PIER_OK, or PIER_MORE when there is none. */
PIER_API pier_status pier_session_next_event(pier_session *session, pier_session_event *event) PIER_MUST_USE;

#endif
