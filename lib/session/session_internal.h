/* A session inside.
 *
 * Floor 6 (session). session.c makes one, session_drive.c drives it and answers about it; lane.c moves blocks through
 * the journals; link_control.c is the wire of control blocks; proof.c proves; door.c is the accepting side before its
 * session is known; meet.c and accept.c introduce the two sides to each other; link.c takes and gives the bytes of a
 * connection; intake.c takes blocks, sending.c sends them; known.c tells which definitions are known; delivery.c gives
 * records to the program; events.c keeps what is to be told. After every input pier__session_run (session_drive.c) does
 * whatever can be done. */
#ifndef PIER_SESSION_SESSION_INTERNAL_H
#define PIER_SESSION_SESSION_INTERNAL_H

#include "archive/archive_internal.h"
#include "session/link_control_internal.h"
#include "session/events_internal.h"
#include "session/known_internal.h"
#include "session/lane_internal.h"

#define PIER__TAKEOVERS_MAX 8
#define PIER__TAKEOVERS_NS ((int64_t)10 * 1000 * 1000 * 1000)

/* Bytes for the connection that are made ahead, beside one block of any size. */
#define PIER__OUT_BYTES ((size_t)256 << 10)
/* Bytes of the connection that are taken ahead, beside one block. */
#define PIER__IN_BYTES ((size_t)256 << 10)

/* Where a connection stands. */
typedef enum pier__phase {
    PIER__LINK_NONE = 0,
    PIER__LINK_GREETING = 1,  /* client: the hello is sent */
    PIER__LINK_PREPARING = 2, /* client: the next token becomes durable */
    PIER__LINK_RESUMING = 3,  /* client: the resume is sent */
    PIER__LINK_SETTLING = 4,  /* both: what was agreed becomes durable */
    PIER__LINK_OPEN = 5,
    PIER__LINK_ENDING = 6
} pier__phase;

typedef struct pier__link {
    pier__phase phase;
    uint64_t number;
    pier__link_control_text hello; /* payloads that the proofs are over */
    pier__link_control_text greeting;
    pier__link_control_text resume;
    pier__standing_told peer; /* what the peer told */
    uint64_t settled;         /* change of the sent lane that must be durable */
    bool is_creation;         /* the server issues a key */
    pier__buffer in;
    size_t in_at;
    pier__buffer out;
    size_t out_at;
    int64_t since;            /* when the phase began */
    int64_t heard;            /* when something came */
    int64_t said;             /* when something was made for it */
    uint64_t acknowledged[3]; /* by the peer on this connection */
    uint64_t told[3];         /* the acknowledgement that was sent last */
    bool is_told;             /* one was sent on this connection */
    bool finish_is_sent;
    bool peer_finished;
    bool is_verified; /* the block at which the peer stands is the one that stands here */
    bool owes_pong;
    uint64_t pong;
    uint64_t pings;
    pier_status why; /* it ends */
    char why_text[160];
} pier__link;

struct pier_session {
    pier_allocator allocator;
    pier_limits limits;
    pier_session_options options; /* pointers in it are not used */
    char name[PIER_SESSION_NAME_BYTES_MAX + 1];
    uint8_t shared_key[PIER_SESSION_KEY_BYTES_MAX];
    size_t shared_key_bytes;
    uint8_t id[PIER__ID_BYTES];
    pier_status failure;
    pier_error error;
    int64_t now_ns;
    uint64_t unix_ns;
    uint64_t requests; /* given ids */
    /* Lanes and their ends */
    pier__lane sent;
    pier__lane received;
    pier_archive *store;
    pier_archive *load;
    uint64_t peer_received; /* what the peer has acknowledged; kept through connections */
    uint64_t peer_durable;
    uint64_t peer_committed;
    uint64_t peer_noted; /* peer_durable as it was noted last */
    uint64_t sync_told;  /* sent.sync_mark as it was told last that it is reached */
    uint64_t peer_record_bytes_max;
    pier__terms peer_terms;
    uint32_t codecs;  /* of blocks that this side loads in this session: those that were told at its creation */
    bool is_begun;    /* the session was welcomed: terms are noted */
    bool is_answered; /* server: the client has shown that it knows the key */
    /* Delivery */
    uint64_t committed; /* as the program says */
    uint64_t committed_durable;
    uint64_t commit_change;
    uint64_t commit_to;
    uint64_t delivered;
    uint64_t repeated_to; /* may have been delivered before */
    bool load_is_begun;
    pier__known load_known;
    pier__buffer feed; /* what the loader is to be fed */
    size_t feed_at;
    /* Intake */
    pier__known known;
    bool knows;          /* `known` holds what the journal has */
    uint64_t last_check; /* of the payload of the last block of records or gap received; 0: not known */
    uint64_t learn_from; /* where the read for that begins */
    bool is_learning;    /* the read that is under way is for that */
    pier__buffer scratch;
    bool is_finishing;
    bool is_resting;
    bool is_rested;
    int64_t takeovers[PIER__TAKEOVERS_MAX]; /* when the last ones were */
    unsigned takeover_at;
    int64_t opened_ns; /* when the door of the last client that was taken was opened */
    size_t out_max;    /* PIER__OUT_BYTES; tests have less */
    pier__link link;
    pier__events events;
};

/* session_drive.c -------------------------------------------------------------------------------------------------- */

/* Does whatever can be done. */
void pier__session_run(pier_session *session);

/* session.c -------------------------------------------------------------------------------------------------------- */

/* Fails for good. */
void pier__session_fail(pier_session *session, pier_status status, const pier_error *why, const char *text);

/* Tells an event. text: what happened, or why. */
void pier__session_tell(pier_session *session, pier_session_event_kind kind, pier_status status, uint64_t number,
                        const char *text);

/* The last record of the peer's that the program is done with and that may be told so: it is durable, too. */
static inline uint64_t pier__session_committed(const pier_session *session) {
    uint64_t durable = session->received.durable;
    return session->committed_durable < durable ? session->committed_durable : durable;
}

/* The key of proofs: shared, issued, or none yet. */
pier_bytes pier__session_key(const pier_session *session);

/* Takes what the peer has acknowledged, and lets go of it; not before the peer's last block was compared: it may be of
 * other records under the same numbers, and what is let go of cannot be compared. */
void pier__session_hear(pier_session *session);

/* Notes what the peer has acknowledged, for a later life to compare, and up to which record all are to survive the
 * machine. Returns the change that it is. */
uint64_t pier__session_note_peer(pier_session *session, bool is_wanted);

/* Lets go of what the peer has: not of what is to survive the machine before the peer's program has dealt with it. */
void pier__session_let_go(pier_session *session);

/* Notes what was agreed when the session was created: the terms of both sides. */
void pier__session_note_terms(pier_session *session, const pier__terms *peer);

/* Notes when a client was here (accept.c). */
void pier__session_note_seen(pier_session *session);

/* link.c ----------------------------------------------------------------------------------------------------------- */

/* Begins and forgets a connection. */
void pier__link_reset(pier_session *session);

/* Ends the connection after what was made for it: tells the program why. */
void pier__link_end(pier_session *session, pier_status status, const char *text);

/* Ends it by an error that the peer is told. */
void pier__link_fail(pier_session *session, pier_status status, uint64_t record, const char *text);

void pier__link_enter(pier_session *session, pier__phase phase);

/* Makes a control block for the peer. Returns false when there is no memory: the connection is ended. */
bool pier__link_say(pier_session *session, const pier__link_control *control);

/* Takes the control blocks and blocks that came as far as the phase allows. */
void pier__link_take_in(pier_session *session);

/* Sends acknowledgements, pings, the close, as they are due. */
void pier__link_keep_up(pier_session *session);

/* meet.c, accept.c ------------------------------------------------------------------------------------------------- */

/* What this side tells about itself. */
void pier__session_stand(const pier_session *session, pier__standing_told *standing);

/* Compares the peer's standing with this side's. Returns whether they fit; `reason`, `text`: why not. */
bool pier__session_fits(pier_session *session, const pier__standing_told *peer, unsigned *reason, const char **text);

/* The peer is known and fits: from here on records pass. */
void pier__session_open_link(pier_session *session);

/* A control block came before the connection is open. */
void pier__meet_take(pier_session *session, const pier__link_control *control, pier_bytes payload);

/* Goes on when what was awaited is durable. */
void pier__meet_go_on(pier_session *session);
void pier__accept_go_on(pier_session *session);

/* Of a server: the client has said something on the connection that it was welcomed to. */
void pier__accept_hear(pier_session *session);

/* intake.c, sending.c, delivery.c ---------------------------------------------------------------------------------- */

/* Takes a block of definitions or records or a gap that came whole. Returns PIER_OK; PIER_NO_MEMORY, to be tried again;
 * or what is wrong with it, `text` says what. */
pier_status pier__intake_take(pier_session *session, const pier__header *header, const uint8_t *block,
                              const char **text);

/* Learns from the journal which definitions it has: blocks of a read. Returns PIER_OK; PIER_NO_MEMORY, to be tried
 * again; or what is wrong with them. */
pier_status pier__intake_learn(pier_session *session, pier_bytes blocks);

/* Moves what was stored into the lane. */
void pier__sending_gather(pier_session *session);

/* Moves blocks of the lane into the connection's bytes. */
void pier__sending_pump(pier_session *session);

/* A record was committed and that is durable. */
void pier__delivery_settle(pier_session *session);

#endif
