/* A session channel inside.
 *
 * Floor 7 (channel). session_channel.c makes one and answers about it; session_disk.c carries out what the session asks
 * of its journals; session_folder.c reads them without a session; session_dial.c connects a client, again and again;
 * session_wire.c moves bytes over the connection; session_step.c does all of that by turns, and waits;
 * session_records.c has the calls of the program that may wait for it. session_host.c and its like hold many of them. */
#ifndef PIER_CHANNEL_SESSION_CHANNEL_INTERNAL_H
#define PIER_CHANNEL_SESSION_CHANNEL_INTERNAL_H

#include <pier/resolve.h>
#include <pier/session_channel.h>
#include <pier/session_host.h>

#include "base/buffer_internal.h"
#include "session/events_internal.h"

/* What is read from a connection at once. */
#define PIER__WIRE_BYTES ((size_t)32 << 10)

/* How long a connection that was ended may take to give its last bytes to the peer. */
#define PIER__WIRE_LINGER_NS ((int64_t)1000000000)

#define PIER__DIAL_ADDRESSES_MAX 16

/* How a client connects. */
typedef struct pier__dial {
    char *endpoint; /* NULL: a server's session */
    pier_resolver *resolver;
    pier_address addresses[PIER__DIAL_ADDRESSES_MAX];
    size_t address_count;
    size_t address_at;
    int64_t timeout_ns;
    int64_t first_wait_ns;
    int64_t longest_wait_ns;
    bool delay;
    pier_deadline until;         /* of the try under way */
    pier_deadline address_until; /* of the address that is tried */
    pier_deadline retry_at;      /* of the next try; PIER_NOW: at once */
    int64_t bound_ns;            /* what the last wait was drawn below */
    unsigned failures;           /* in a row */
} pier__dial;

struct pier_session_channel {
    pier_allocator allocator;
    pier_session *session;
    char *name;
    char *folder;
    pier_session_role role;
    pier_deadline deadline;
    pier_cancel *cancel;
    bool is_closed;
    bool stays_away;     /* it is being closed: no further connection */
    pier_status refused; /* a client's: the server has refused, or does not fit; PIER_OK: no */
    pier_error error;
    /* The disk */
    pier_journal *journals[2]; /* by pier_session_journal */
    pier__buffer blocks;       /* of a read */
    bool is_dirty;             /* something may be asked of the disk that was not looked for */
    bool has_news;             /* something has come in the middle of a call, and the program was not told */
    /* The connection */
    pier__dial dial;
    pier_socket *socket;
    bool is_connecting;
    int64_t open_since;         /* records pass since then; 0: they do not */
    pier_deadline ending_until; /* 0: it does not end */
    uint8_t *input;             /* PIER__WIRE_BYTES, while there is a connection */
    size_t input_at;
    size_t input_bytes;
    pier_socket *leaving; /* the connection before, of which the peer may still read the end; NULL: none */
    pier_deadline leaving_until;
    bool peer_finished;
    int64_t stepped_ns;
    pier__events events; /* the session's, and the driver's own */
    /* In a host */
    pier_session_host *host; /* NULL: none */
    size_t host_at;          /* where in its table */
    bool is_new;             /* that it was opened was not told */
    bool is_queued;
    int64_t away_since; /* it has no connection since then; 0: it has one, or was not looked at */
    pier_session_channel *queue_next;
    size_t poll_at;
    size_t poll_count;
};

/* session_channel.c ------------------------------------------------------------------------------------------------ */

/* What a session is made of. */
typedef struct pier__session_plan {
    pier_session_role role;
    const char *name;
    const char *folder;
    const char *endpoint;       /* of a client */
    const uint64_t *stream_ids; /* of journals that have to be made, by pier_session_journal; NULL: drawn */
    bool must_exist;            /* PIER_NOT_FOUND instead of a new session */
} pier__session_plan;

/* Makes a session channel. options: not NULL. Returns as pier_session_open, and PIER_NOT_FOUND. */
pier_status pier__session_channel_make(pier_session_channel **out, const pier__session_plan *plan,
                                       const pier_session_channel_options *options, pier_error *error);

/* Ends a session's connection, rests, and closes the journals. Returns PIER_OK or what failed. */
pier_status pier__session_channel_shut(pier_session_channel *channel);

/* Keeps an error, if it is a failure or a skipped record. Returns `status`. */
pier_status pier__session_channel_keep(pier_session_channel *channel, pier_status status, const pier_error *error);

/* Takes over the events of the session, and what follows from them. Returns whether there were any. */
bool pier__session_channel_take_events(pier_session_channel *channel);

/* session_disk.c --------------------------------------------------------------------------------------------------- */

/* Makes the path of one of the two journals in a session's folder: owned, released with its length and one more. NULL
 * when there is no memory. */
char *pier__session_journal_path(const pier_allocator *allocator, const char *folder, pier_session_journal which);

/* The driver's own note in the journal of what is sent: both stream ids, that of what is sent first, little-endian; the
 * role, as a byte; the name. */
#define PIER__IDENTITY_NOTE ((uint32_t)PIER_SESSION_NOTES)

typedef struct pier__session_identity {
    uint64_t received_id;
    pier_session_role role;
    pier_bytes name; /* borrowed from the note, not terminated */
} pier__session_identity;

/* Reads the note. sent_id: the stream id of the journal that it is in. Returns false when no session has written it. */
bool pier__session_identity_load(pier__session_identity *identity, pier_bytes noted, uint64_t sent_id);

/* Whether nothing is in a journal that a session would know of: it was made, and then its process died. */
bool pier__session_journal_is_unused(const pier_journal *journal);

/* Opens both journals, and tells what they hold. */
pier_status pier__session_disk_open(pier_session_channel *channel, const pier__session_plan *plan,
                                    const pier_session_channel_options *options, pier_session_found found[2],
                                    pier_error *error);

/* Carries out what the session asks for, until there is nothing left. Returns whether there was anything. */
bool pier__session_disk_work(pier_session_channel *channel);

/* Closes and destroys the journals. Returns the first failure. */
pier_status pier__session_disk_close(pier_session_channel *channel);

/* session_dial.c --------------------------------------------------------------------------------------------------- */

/* Sets a client's choices. */
pier_status pier__dial_init(pier_session_channel *channel, const char *endpoint,
                            const pier_session_channel_options *options, pier_error *error);
void pier__dial_deinit(pier_session_channel *channel);

/* Goes on connecting. Returns whether anything changed. */
bool pier__dial_step(pier_session_channel *channel, int64_t now_ns);

/* A try came to nothing, or a connection was lost: there will be another one. */
void pier__dial_wait(pier_session_channel *channel, pier_status status, const char *text);

/* The next try is due at once. */
void pier__dial_hurry(pier_session_channel *channel);

size_t pier__dial_interests(const pier_session_channel *channel, pier_interest *interests, size_t capacity);
pier_deadline pier__dial_due(const pier_session_channel *channel);

/* session_wire.c --------------------------------------------------------------------------------------------------- */

/* A connection stands and is the session's: its socket is taken. unread: what was read of it already, at most
 * PIER__WIRE_BYTES. Returns PIER_OK, or PIER_NO_MEMORY: the socket is closed. */
pier_status pier__wire_attach(pier_session_channel *channel, pier_socket *socket, pier_bytes unread);

/* Ends the connection at once, and tells the session. */
void pier__wire_drop(pier_session_channel *channel, pier_status status, const char *text);

/* Ends the connection, if there is one, so that the peer reads what was sent, and the end. */
void pier__wire_leave(pier_session_channel *channel, int64_t now_ns);

/* Moves bytes both ways, some. Returns whether anything moved or changed. */
bool pier__wire_move(pier_session_channel *channel, int64_t now_ns);

size_t pier__wire_interests(const pier_session_channel *channel, pier_interest *interests, size_t capacity);
pier_deadline pier__wire_due(const pier_session_channel *channel);

/* session_step.c --------------------------------------------------------------------------------------------------- */

/* Does what can be done by now. Returns whether anything was. */
bool pier__session_channel_turn(pier_session_channel *channel);

/* Waits for something to do, until the deadline. Returns PIER_OK: take another turn; PIER_WOULD_BLOCK, PIER_TIMEOUT,
 * PIER_CANCELLED; or PIER_SYSTEM. */
pier_status pier__session_channel_wait(pier_session_channel *channel);

/* session_host.c --------------------------------------------------------------------------------------------------- */

/* Tells a session next, unless that is to be done already. */
void pier__host_queue(pier_session_host *host, pier_session_channel *session);

/* A session of a host is destroyed. */
void pier__session_host_forget(pier_session_host *host, pier_session_channel *channel);

#endif
