/* A lane: one direction of a session between whoever makes its blocks, its journal, and whoever takes them.
 *
 *     made ──> pending ──WRITE──> journal ──READ or kept──> portion ──> taken
 *              (bounded)             │ SYNC, NOTE, TRIM       (bounded)
 *
 * The sent lane goes from the program to the connection, the received lane from the connection to the program; both are
 * the same machine. Of each lane one request is under way at a time. What was just written and comes next is kept as
 * the portion; when it is not, because nobody took blocks for a while, it is read from the journal.
 *
 * Floor 6 (session). Knows nothing of connections and of what the blocks hold. */
#ifndef PIER_SESSION_LANE_INTERNAL_H
#define PIER_SESSION_LANE_INTERNAL_H

#include <pier/session.h>

#include "archive/stream_internal.h"
#include "base/buffer_internal.h"

/* Bounds of what a lane holds in memory, each beside one block of any size. */
#define PIER__LANE_PENDING_BYTES ((size_t)1 << 20)
#define PIER__LANE_PORTION_BYTES ((size_t)512 << 10)

/* How long a request that was "not now" waits. */
#define PIER__LANE_RETRY_NS ((int64_t)100 * 1000 * 1000)

/* How many numbers a reservation reaches ahead. */
#define PIER__LANE_RESERVED_AHEAD ((uint64_t)65536)

/* The notes. */
enum {
    PIER__NOTE_KEY = 1,       /* sent: the key that was issued */
    PIER__NOTE_TOKENS = 2,    /* sent: a client's two, a server's one */
    PIER__NOTE_RESERVED = 3,  /* both: below which record, block and in which epoch; record 0: taken back */
    PIER__NOTE_TERMS = 4,     /* sent: both sides' when the session was begun; before it, of a client, its own alone */
    PIER__NOTE_PEER = 5,      /* sent: what the peer has acknowledged, and what is to survive the machine */
    PIER__NOTE_SEEN = 6,      /* sent, of a server: when the client was last here, seconds since 1970 */
    PIER__NOTE_COMMITTED = 7, /* received: up to which number */
    PIER__NOTE_ANSWERED = 0   /* sent, of a server: the client has the key, and the last token that it has settled */
};

#define PIER__NOTE_BYTES 64

/* The change that stands for the notes that were found. */
#define PIER__FOUND_CHANGE 1

typedef struct pier__lane_note {
    uint8_t bytes[PIER__NOTE_BYTES];
    size_t size;
    uint64_t change; /* which change of the lane it was */
    bool is_new;     /* not handed to the journal yet */
} pier__lane_note;

typedef struct pier__lane {
    const pier_allocator *allocator;
    size_t pending_max; /* PIER__LANE_… above; tests have smaller ones */
    size_t portion_max;
    uint64_t reserved_ahead;
    pier_session_journal journal;
    pier_durability durability;
    pier__stream stream; /* what the next block that is made must say */
    /* Records that ... */
    uint64_t made;      /* ... are pending, or further */
    uint64_t written;   /* ... the journal has */
    uint64_t durable;   /* ... survive what the durability says */
    uint64_t synced;    /* ... survive the machine, as far as is known */
    uint64_t sync_mark; /* ... are to survive it, whatever the durability says */
    uint64_t taken;     /* ... the taker has */
    uint64_t trimmed;   /* ... the journal may have dropped */
    uint64_t trim_to;   /* ... it is to drop */
    uint64_t reserved;  /* below it may be taken, when durability is below disk */
    uint64_t found_to;  /* ... were found at creation; definitions may stand behind them */
    uint64_t was_above; /* at creation: the highest that may have been taken before */
    pier__buffer pending;
    size_t pending_whole; /* bytes of it up to its last block that counts: definitions are not written alone */
    pier__buffer writing;
    uint64_t writing_from; /* the record behind which its first stands */
    uint64_t writing_to;
    pier__buffer portion;
    size_t portion_at;
    uint64_t portion_to; /* the last record in it */
    pier__lane_note notes[PIER_SESSION_NOTES];
    uint64_t changes;        /* of notes, so far */
    uint64_t wanted;         /* the last change that a sync must cover */
    uint64_t noted;          /* changes up to it are with the journal */
    uint64_t noted_durable;  /* ... and durable */
    uint64_t reserve_change; /* of the reservation that was asked for */
    uint64_t reserve_to;
    bool is_unsynced; /* something is with the journal that no sync covers */
    bool is_resting;  /* nothing more is reserved */
    bool is_awaited;  /* the taker waits for blocks */
    bool must_read;   /* ... which need the definitions before them, from the journal */
    /* The request under way */
    bool is_asked; /* it was given out */
    bool is_under_way;
    pier_session_request request;
    uint64_t sync_to; /* what a sync covers */
    uint64_t sync_change;
    bool trim_is_blocked; /* it failed: not tried again by itself */
    int64_t retry_at;
    int64_t read_at; /* a read that was "not now" waits until then */
    int64_t sync_at; /* a sync likewise: it must not hold up what makes room */
} pier__lane;

void pier__lane_init(pier__lane *lane, const pier_allocator *allocator, pier_session_journal journal,
                     pier_durability durability, const pier_session_found *found);
void pier__lane_deinit(pier__lane *lane);

/* Notes a value, to be synced soon if `is_wanted`; returns the change that it is. */
uint64_t pier__lane_note_bytes(pier__lane *lane, unsigned number, const void *bytes, size_t size, bool is_wanted);

/* Whether a change that was wanted survives the machine. */
static inline bool pier__lane_note_is_durable(const pier__lane *lane, uint64_t change) {
    return lane->noted_durable >= change;
}

/* Whether it survives what the lane's durability says. */
static inline bool pier__lane_note_is_safe(const pier__lane *lane, uint64_t change) {
    return (lane->durability == PIER_DURABILITY_DISK ? lane->noted_durable : lane->noted) >= change;
}

/* Whether a block may be made. */
static inline bool pier__lane_has_room(const pier__lane *lane) {
    return lane->pending_whole < lane->pending_max;
}

/* Appends a block that was checked against the lane's stream, which goes on behind it. Returns false when there is no
 * memory. */
bool pier__lane_make(pier__lane *lane, const pier__header *header, const uint8_t *block);

/* Whether a block passes numbers; the others are definitions, and control blocks that say where an epoch begins. */
static inline bool pier__block_counts(const pier__header *header) {
    return header->records > 0 && header->kind != PIER_BLOCK_DEFINITIONS;
}

/* Returns the check of a gap's payload, which is the same for all. */
uint64_t pier__gap_check(void);

/* Whether a payload is that of a gap. */
bool pier__gap_is(pier_bytes payload);

/* Appends a gap, or, where it has no records, the block that says where an epoch begins. gap: stream id, first record,
 * number, epoch, records and flag 4 are set; the rest is filled in. Returns false when there is no memory. */
bool pier__gap_put(pier__buffer *out, pier__header *gap);

/* The next block to be taken, with the definitions before it. Returns NULL when there is none in memory; then one may
 * be asked of the journal. `size`: gets the bytes of all of them. `header`: of the block, which is the last of them. */
const uint8_t *pier__lane_next(const pier__lane *lane, size_t *size, pier__header *header);

/* The last record that may be taken now, by durability and reservation. */
uint64_t pier__lane_limit(const pier__lane *lane);

/* Takes what pier__lane_next gave. */
void pier__lane_take(pier__lane *lane, size_t size, const pier__header *header);

/* The taker begins anew behind `record`, with what the journal tells: it may lack definitions taken before. */
void pier__lane_rewind(pier__lane *lane, uint64_t record);

/* Chooses the next request, if none is under way. id: its id. Returns whether there is one. */
bool pier__lane_choose(pier__lane *lane, int64_t now_ns, uint64_t id);

/* The request under way was done. Returns PIER_OK, also for "not now", or the failure, which ends the lane. */
pier_status pier__lane_complete(pier__lane *lane, pier_status status, pier_bytes data, int64_t now_ns);

/* Reserves numbers ahead when that is due, and takes the reservation back when the lane rests. */
void pier__lane_reserve(pier__lane *lane);

#endif
