/* A journal inside.
 *
 *     segment 1 ─ segment 2 ─ … ─ the last one  ═══ synced ═══════ end ┄┄┄ reserved
 *                                                               gathered
 *
 * Floor 6 (session). journal.c opens, closes and answers, journal_files.c lists segments and cuts them,
 * journal_recover.c finds out where a journal stands, journal_walk.c walks over a segment, journal_segment.c begins
 * segments, journal_write.c appends, journal_sync.c syncs, journal_trim.c drops segments, journal_index.c finds places
 * in segments, journal_store.c makes a journal the file of an archive, journal_source.c is the file that readers load
 * from, journal_reader.c reads.
 *
 * A process that goes on with a journal begins with a checkpoint, in a new segment or behind the end mark of the last
 * one: preamble, checkpoint with notes, definitions. What one process writes from there on is a *stint*. */
#ifndef PIER_SESSION_JOURNAL_INTERNAL_H
#define PIER_SESSION_JOURNAL_INTERNAL_H

#include <pier/journal.h>

#include "archive/archive_internal.h"
#include "session/journal_piece_internal.h"

typedef struct pier__segment {
    uint64_t ordinal;
    uint64_t first_record; /* as its name says */
    uint64_t size;         /* bytes in it; of the last one: pier_journal.end */
    uint64_t time_unix_ns; /* of its last block, as far as known; 0: not known */
} pier__segment;

/* Where blocks lie in a segment: every block from which a reader may enter, as dense as INDEX_STEP_BYTES. */
typedef struct pier__index_entry {
    uint64_t offset;
    uint64_t first_record;
    uint64_t time_unix_ns;
    uint32_t epoch;
} pier__index_entry;

/* A block of definitions in a segment. */
typedef struct pier__index_definitions {
    uint64_t offset;
    uint32_t epoch;
    bool begins; /* those before it do not count any more */
} pier__index_definitions;

typedef struct pier__index {
    pier__buffer entries;     /* of pier__index_entry */
    pier__buffer definitions; /* of pier__index_definitions */
    bool is_incomplete;       /* memory lacked: of no use */
} pier__index;

/* Segments that were left unsynced, and stay open until they are: their errors are told to who had them open. */
enum { PIER__UNSYNCED_MAX = 8 };

typedef struct pier__unsynced {
    uint64_t ordinal;
    int file;
} pier__unsynced;

typedef struct pier__note_slot {
    bool is_set;
    uint16_t size;
    uint8_t value[PIER_JOURNAL_NOTE_BYTES_MAX];
} pier__note_slot;

struct pier_journal {
    pier_allocator allocator;
    pier_limits limits;
    pier_journal_options options; /* with the defaults filled in */
    pier__folder folder;
    uint8_t life[PIER__FOLDER_LIFE_BYTES];
    uint64_t time_unix_ns;
    bool is_closed;
    pier_status failure; /* the one that sticks */
    pier_error error;
    /* What is there */
    pier__segment *segments;
    size_t segment_count;
    size_t segment_capacity;
    uint64_t trimmed_to;      /* in this process; 0: nothing */
    pier__stream stream;      /* behind everything that was appended, gathered blocks too */
    pier__buffer definitions; /* of the epoch: pier__definitions_add */
    pier__note_slot notes[PIER_JOURNAL_NOTES_MAX];
    pier_journal_state found; /* what opening found */
    /* The last segment */
    int file;           /* PIER__FOLDER_NO_FILE: not open for writing */
    bool stint_is_open; /* blocks can follow */
    bool needs_end;     /* it has no end mark, and was left by another process */
    bool prefers_new;   /* it is so full that the next stint begins a new one */
    bool ends_early;    /* within pier__journal_end_segment */
    uint64_t full_at;   /* bytes at which it is full: pier__journal_size_segments */
    uint64_t end;       /* bytes in it */
    uint64_t reserved;  /* it can grow to here */
    bool cannot_reserve;
    pier__index index;
    pier__buffer gathered; /* not yet handed to the system */
    pier__buffer scratch;
    /* What is synced */
    pier__synced synced;
    uint64_t inherited_end; /* of the last segment, as another process of the same life left it: up to there it must be
                               written once more before it is synced; 0: nothing */
    uint64_t inherited_ordinal;
    bool mark_is_due;                            /* something was synced that no mark tells yet */
    bool names_unsynced;                         /* the folder has names that may not survive */
    pier__unsynced unsynced[PIER__UNSYNCED_MAX]; /* by ordinal */
    size_t unsynced_count;
    pier_file *store_file; /* of archives that store here; NULL: none yet */
};

/* journal.c -------------------------------------------------------------------------------------------------------- */

/* As pier_journal_open, in a folder that is open. folder: taken, on failure too. */
pier_status pier__journal_open_in(pier_journal **out, pier__folder folder, const pier_journal_options *options,
                                  pier_error *error) PIER_MUST_USE;

/* Fills the error of the journal without making it stick. Returns `status`. */
pier_status pier__journal_tell(pier_journal *journal, pier_status status, const char *format, ...) PIER_PRINTF(3, 4);

/* The error that the journal has already filled sticks: it is read-only from here. Returns its status. */
pier_status pier__journal_poison(pier_journal *journal);

/* Returns PIER_OK when the journal can be written, else why not. */
pier_status pier__journal_may_write(pier_journal *journal);

static inline pier__segment *pier__journal_last(pier_journal *journal) {
    return journal->segment_count > 0 ? &journal->segments[journal->segment_count - 1] : NULL;
}

/* Opens the file of a segment. file: gets it. Returns PIER_OK, or what the folder answers, in `error`. */
pier_status pier__journal_open_segment(const pier_journal *journal, const pier__segment *segment, bool writes,
                                       int *file, pier_error *error);

/* The bytes of all segments, and of what is gathered. */
uint64_t pier__journal_bytes(const pier_journal *journal);

/* Whether a status says that nothing was done, and the same may be asked again. What leaves the disk unsure must not
 * answer such a one. */
static inline bool pier__journal_may_retry(pier_status status) {
    return status > PIER_OK || status == PIER_NO_SPACE || status == PIER_NO_MEMORY;
}

/* Makes room for one segment more in the table. */
bool pier__journal_reserve_segment(pier_journal *journal);

/* The preamble that the journal's segments have. */
pier__preamble pier__journal_preamble(const pier_journal *journal);

/* journal_files.c -------------------------------------------------------------------------------------------------- */

/* Lists the segments in the folder, with their sizes, and takes away those that were not finished. Returns PIER_OK;
 * PIER_CORRUPT for two with the same ordinal; PIER_NO_MEMORY; or what the folder answers. */
pier_status pier__journal_list(pier_journal *journal, pier_error *error);

/* Looks for segments that another process has made meanwhile. */
pier_status pier__journal_refresh(pier_journal *journal, pier_error *error);

/* Takes the segments behind the first `count` away. */
pier_status pier__journal_drop_behind(pier_journal *journal, size_t count, pier_error *error);

/* Takes away what lies behind `offset` in the last segment. */
pier_status pier__journal_cut_last(pier_journal *journal, uint64_t offset, pier_error *error);

/* journal_walk.c --------------------------------------------------------------------------------------------------- */

/* What a walk over a segment found. */
typedef struct pier__walk {
    pier__standing standing;     /* behind the last block that proved itself */
    bool has_standing;           /* there was one */
    uint64_t first_record;       /* of the first block that has records, raw bytes or a gap; 0: there was none */
    uint64_t first_offset;       /* where that one is */
    pier__buffer definitions;    /* of its epoch */
    uint32_t epoch;              /* that epoch */
    pier__note_slot *notes;      /* PIER_JOURNAL_NOTES_MAX of them, changed by the notes that came; NULL: nobody asks */
    pier__index *index;          /* NULL: nobody asks */
    pier__checkpoint checkpoint; /* the last one */
    bool has_checkpoint;
    uint64_t stray_ordinal; /* that of the first one of another segment than this; 0: there was none */
    uint64_t stint;         /* where the last one begins */
    uint32_t awaited;    /* so many blocks of its beginning did not come: its checkpoint, then that one's definitions */
    pier__synced synced; /* the furthest that a checkpoint or mark told */
    uint64_t size;       /* of the file */
    uint64_t whole_until;
    bool has_ended; /* the last piece is an end mark */
    /* The first damage from `tolerated` on */
    uint64_t damage;        /* where; PIER_NO_OFFSET: none */
    uint64_t torn_from;     /* likewise; where the stint begins, when its beginning is torn there */
    uint64_t damaged_bytes; /* all that was passed over between pieces */
    uint64_t last_damage;   /* where the last of it begins that something whole follows; PIER_NO_OFFSET: none */
    uint64_t time_unix_ns;  /* the last that a block told */
    pier_error error;       /* of the first damage */
} pier__walk;

/* Walks over a segment, and over damage. tolerated: damage before this offset is not told in `damage`. walk: `notes`
 * and `index` are set; the rest is made; to be freed by pier__walk_deinit, on failure too.
 * Returns PIER_OK whatever the content is; PIER_VERSION; PIER_NO_MEMORY; or what the folder answers. */
pier_status pier__walk_segment(pier_journal *journal, const pier__segment *segment, uint64_t tolerated,
                               pier__walk *walk, pier_error *error);
void pier__walk_deinit(pier__walk *walk);

/* journal_recover.c ------------------------------------------------------------------------------------------------ */

/* Finds out where the journal stands, and cuts what is torn. is_untold: gets whether damage that stays, or may be there,
 * lies behind all that the rest of the journal calls synced: once the journal is synced, it must be told anew
 * (pier__journal_tell_synced), or who opens it next cuts there. */
pier_status pier__journal_recover(pier_journal *journal, bool *is_untold, pier_error *error);

/* journal_segment.c ------------------------------------------------------------------------------------------------ */

/* Sees to it that blocks can be written: begins a stint, and a segment when the last one is full. Returns PIER_OK;
 * PIER_NO_SPACE or PIER_NO_MEMORY, and nothing has changed that matters; or a failure. may_use_reserve: see below. */
pier_status pier__journal_ready(pier_journal *journal, bool may_use_reserve);

/* Decides how large the last segment, which has `size` bytes, or the next one (0) may become: what the options say,
 * but a small part of the disk at most, because room comes back by whole segments, and the last one cannot be left
 * while there is no room for the next. */
void pier__journal_size_segments(pier_journal *journal, uint64_t size);

/* Begins a new segment though the last one is not full, unless raw bytes go on. Returns as pier__journal_ready. */
pier_status pier__journal_end_segment(pier_journal *journal);

/* Writes at the end of the last segment, all or nothing. may_use_reserve: what is kept free for closing may be used. */
pier_status pier__journal_put(pier_journal *journal, const pier_bytes *spans, size_t count, bool may_use_reserve);

/* Writes the end of the stint, if one is open. */
pier_status pier__journal_end_stint(pier_journal *journal);

/* journal_write.c -------------------------------------------------------------------------------------------------- */

/* Writes what was gathered. */
pier_status pier__journal_write_out(pier_journal *journal, bool may_use_reserve);

/* Appends the block that ends raw bytes, and moves the stream behind it. Returns false when there is no memory. */
bool pier__journal_add_abandoned(pier_journal *journal, pier__buffer *bytes);

/* Ends raw bytes that nobody will end. */
pier_status pier__journal_abandon_raw(pier_journal *journal);

/* journal_sync.c --------------------------------------------------------------------------------------------------- */

/* Syncs all files that need it, and the names. Fails for good. */
pier_status pier__journal_sync_files(pier_journal *journal);

/* Begins a stint, whose checkpoint tells what is synced, and syncs it. Without room for it nothing is done. Returns as
 * pier__journal_sync_files. */
pier_status pier__journal_tell_synced(pier_journal *journal);

/* Leaves the file of a segment open until it is synced, or syncs others to make room for it. */
pier_status pier__journal_leave_unsynced(pier_journal *journal, uint64_t ordinal, int file);

/* Segments up to this one are gone: what is open of them needs no sync, and would keep their room from the disk. */
void pier__journal_forget_unsynced(pier_journal *journal, uint64_t ordinal);

/* journal_trim.c --------------------------------------------------------------------------------------------------- */

/* Whether so much more is above a bound and nothing may be dropped. Drops what may be. */
bool pier__journal_is_full(pier_journal *journal, uint64_t bytes, uint64_t records);

/* Removes the first `count` segments. */
pier_status pier__journal_drop(pier_journal *journal, size_t count);

/* journal_index.c -------------------------------------------------------------------------------------------------- */

void pier__index_init(pier__index *index, const pier_allocator *allocator);
void pier__index_deinit(pier__index *index);
void pier__index_clear(pier__index *index);

/* Notes a block that lies at `offset`. */
void pier__index_note(pier__index *index, uint64_t offset, const pier__header *header);

/* Writes the index of a segment to its file; what fails is no failure: it is made again when it is needed. */
void pier__index_save(pier_journal *journal, const pier__segment *segment, const pier__index *index);

/* Gets the index of a segment: that of the last one as it is, another from its file, or made by a walk over the
 * segment, which saves it if the journal may write. index: initialised. */
pier_status pier__index_get(pier_journal *journal, const pier__segment *segment, pier__index *index, pier_error *error);

static inline const pier__index_entry *pier__index_entries(const pier__index *index, size_t *count) {
    *count = index->entries.size / sizeof(pier__index_entry);
    return (const pier__index_entry *)(const void *)index->entries.data;
}

static inline const pier__index_definitions *pier__index_defined(const pier__index *index, size_t *count) {
    *count = index->definitions.size / sizeof(pier__index_definitions);
    return (const pier__index_definitions *)(const void *)index->definitions.data;
}

#endif
