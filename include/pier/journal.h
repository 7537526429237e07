/* Journals: one direction of records on disk, in segments, that lives through a crash.
 *
 * Floor 6 (session). A journal is a folder of segments, each a Pier archive of its own that any tool reads: the blocks
 * in it are, byte for byte, those on the wire (proto/journal.md). Records have numbers from 1 that are never used
 * twice. Whoever writes a journal has its folder locked.
 *
 * What survives is a matter of three steps: what was appended (memory), what was handed to the system (process: it
 * survives this process), what was synced (disk: it survives the machine). pier_journal_options.durability says how far
 * an append goes by itself; pier_journal_sync takes all that was appended to the disk, many appends at once.
 *
 * A journal knows no clock and no thread: the time is told to it, and each call does its reading and writing itself and
 * may block as long as the disk takes. A journal and its readers and archives serve one thread at a time.
 *
 * Statuses: PIER_WOULD_BLOCK, PIER_NO_SPACE and PIER_NO_MEMORY never stick and change nothing: the same call may be
 * made again when there is room. A write or a sync that fails otherwise sticks: the journal can be read, and nothing
 * more is written to it, until it is opened anew. */
#ifndef PIER_JOURNAL_H
#define PIER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>

typedef struct pier_journal pier_journal;
typedef struct pier_journal_reader pier_journal_reader;

/* What an append must survive before it returns. */
typedef enum pier_durability {
    PIER_DURABILITY_DISK = 0,    /* the machine, once pier_journal_sync has answered; new segments are synced as well */
    PIER_DURABILITY_PROCESS = 1, /* the process: blocks are handed to the system at once */
    PIER_DURABILITY_MEMORY = 2   /* nothing: blocks are gathered, and written in larger pieces */
} pier_durability;

/* Defaults and bounds. */
#define PIER_JOURNAL_SEGMENT_BYTES_DEFAULT ((uint64_t)64 << 20)
#define PIER_JOURNAL_SEGMENT_BYTES_LOWEST ((uint64_t)4096)
#define PIER_JOURNAL_RESERVE_BYTES_DEFAULT ((uint64_t)256 << 10)
#define PIER_JOURNAL_GATHER_BYTES_DEFAULT ((uint64_t)1 << 20)
#define PIER_JOURNAL_NOTES_MAX 64
#define PIER_JOURNAL_NOTE_BYTES_MAX 512

/* Choices when a journal is opened. Zero it, set what differs, and set `size`. */
typedef struct pier_journal_options {
    size_t size;                     /* sizeof(pier_journal_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied */
    const pier_limits *limits;       /* of the blocks in it: at least those of who makes them; NULL: the defaults;
                                        copied */
    pier_durability durability;
    bool read_only;         /* nothing is locked, cut or written; another process may be writing */
    bool must_exist;        /* PIER_NOT_FOUND instead of a new journal */
    bool drops_oldest;      /* at a bound the oldest segments are dropped; else appending is PIER_WOULD_BLOCK */
    bool salvages;          /* only with read_only: opens also what nobody can go on with, where opening is PIER_CORRUPT
                               otherwise; all in it counts that is whole, in whatever row a power cut has left it */
    uint64_t stream_id;     /* of a new journal, 0: drawn at random; an existing one must have it, unless 0 */
    uint64_t segment_bytes; /* a segment ends when it has so many bytes, or an eighth of what the disk had free when
                               it began, but not below 64 KiB; 0: 64 MiB; at least 4,096 */
    uint64_t reserve_bytes; /* kept free behind the last segment, for notes and closing; 0: 256 KiB */
    uint64_t gather_bytes;  /* at PIER_DURABILITY_MEMORY: how many bytes are gathered; 0: 1 MiB */
    uint64_t bytes_max;    /* bound of all segments together, in bytes; 0: none. What is larger than a bound is appended
                               all the same where at most one record waits to be trimmed: nothing could make room */
    uint64_t records_max;  /* bound of the records that were not trimmed, or are there (drops_oldest); 0: none */
    uint64_t age_ns_max;   /* segments whose last block is older are dropped (only with drops_oldest); 0: none */
    uint64_t time_unix_ns; /* as pier_journal_set_time */
} pier_journal_options;

/* Opens a journal, or makes a new one, and recovers it: what is torn at its end is cut off and told by
 * pier_journal_info. Damage elsewhere is left and told to who reads there; what one opening keeps, damage as well, later
 * ones keep, as far as the durability goes.
 * out: owned: freed by pier_journal_destroy; NULL on failure. folder: path of its folder, copied; it is made when it
 * does not exist, what leads there must. options: NULL for the defaults. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_IN_USE when somebody else writes it; PIER_NOT_FOUND when it must exist and is not there, or has
 * no segment but one that was made and never written: it is empty or zeros or, below PIER_DURABILITY_DISK, no block in it
 * proves itself; it stays. PIER_MISMATCH for another stream id; PIER_CORRUPT when no block in the last segment proves
 * itself otherwise, or it is another one, or the beginning of one is damaged and nothing behind goes on from it: nothing
 * is changed then, and `salvages` opens what is left, if there is any;
 * PIER_VERSION; PIER_USAGE; PIER_NO_MEMORY; PIER_DENIED; PIER_NO_SPACE; PIER_UNSUPPORTED for what is no folder;
 * PIER_SYSTEM. Reads the last segment, and after a power cut those that were not synced before. */
PIER_API pier_status pier_journal_open(pier_journal **out, const char *folder, const pier_journal_options *options,
                                       pier_error *error) PIER_MUST_USE;

/* Writes the end mark of the last segment, syncs unless durability is memory, and unlocks. May be repeated while it
 * answers PIER_NO_MEMORY. What it writes has room in the reserve. Returns PIER_OK; what sticks; or as
 * pier_journal_sync. */
PIER_API pier_status pier_journal_close(pier_journal *journal) PIER_MUST_USE;

/* Frees; what was gathered and not written is dropped, as if the process had died. Its readers and archives must have
 * been destroyed. NULL is allowed. */
PIER_API void pier_journal_destroy(pier_journal *journal);

/* Tells the time, in nanoseconds since 1970 (UTC), for the calls that follow; 0: it is not known. */
PIER_API void pier_journal_set_time(pier_journal *journal, uint64_t unix_ns);

/* What there is to know of a journal. */
typedef struct pier_journal_state {
    uint64_t stream_id;
    uint64_t first_record;   /* the oldest number that is kept; equal to next_record when there is none */
    uint64_t next_record;    /* the number of the next record */
    uint64_t durable_record; /* every record up to this number survives the machine; 0: none */
    uint32_t next_block;     /* the number of the next block of records */
    uint32_t epoch;          /* of the last block */
    bool epoch_has_blocks;   /* false: that epoch has not begun */
    uint64_t bytes;          /* of all segments */
    uint64_t segments;
    /* What opening found */
    uint64_t cut_bytes;        /* torn, and cut off at the end: read_only leaves them */
    uint64_t damaged_bytes;    /* passed over elsewhere, as far as opening looked */
    uint64_t missing_segments; /* between those that are there */
    bool was_closed;           /* the last life ended with pier_journal_close */
} pier_journal_state;

/* Returns the state. Never blocks. */
PIER_API pier_journal_state pier_journal_info(const pier_journal *journal);

/* Returns PIER_OK, or the failure that sticks. */
PIER_API pier_status pier_journal_status(const pier_journal *journal);

/* Returns the last failure in full, borrowed until the next call. */
PIER_API const pier_error *pier_journal_error(const pier_journal *journal);

/* Appends blocks as they are on the wire: one or several, whole, of records, definitions, raw bytes, or control blocks
 * that have a place among the records; a preamble, an end mark and control blocks without a place are passed over. All
 * of them are appended, or none.
 * blocks: borrowed during the call, each with a check of its payload. The payloads are not looked at, those of control
 * blocks apart: who received them has done so.
 * Returns PIER_OK; PIER_WOULD_BLOCK at a bound; PIER_NO_SPACE when the disk is full; PIER_NO_MEMORY; PIER_CORRUPT,
 * PIER_PROTOCOL or PIER_LIMIT for bytes that are no blocks of this stream, or not those that come next, and for control
 * blocks with notes, marks or checkpoints of a journal; PIER_USAGE for a journal that is closed or read only; or what
 * sticks. */
PIER_API pier_status pier_journal_append(pier_journal *journal, pier_bytes blocks) PIER_MUST_USE;

/* Keeps a small value under a number below PIER_JOURNAL_NOTES_MAX, in place of the one before. It lives as records do,
 * in the order of appends. There is room for it when the disk is full, a few times.
 * value: at most PIER_JOURNAL_NOTE_BYTES_MAX bytes, copied. Returns as pier_journal_append, but never
 * PIER_WOULD_BLOCK. */
PIER_API pier_status pier_journal_note(pier_journal *journal, uint32_t number, pier_bytes value) PIER_MUST_USE;

/* Returns the value under a number, borrowed until it is noted anew; empty when there is none. */
PIER_API pier_bytes pier_journal_noted(const pier_journal *journal, uint32_t number);

/* Hands what is gathered to the system: it survives the process then. Returns as pier_journal_append. */
PIER_API pier_status pier_journal_flush(pier_journal *journal) PIER_MUST_USE;

/* Makes all that was appended and noted survive the machine. durable_record: NULL, or gets the number up to which
 * records do, on failure too. Returns PIER_OK; PIER_NO_SPACE or PIER_NO_MEMORY for what was gathered; or a failure,
 * which sticks: what was not durable before is never called so. */
PIER_API pier_status pier_journal_sync(pier_journal *journal, uint64_t *durable_record) PIER_MUST_USE;

/* Removes the segments that hold nothing but records up to a number; the last segment stays. Returns PIER_OK, also when
 * there is nothing to remove; PIER_USAGE; or what the system answers, which does not stick. */
PIER_API pier_status pier_journal_trim(pier_journal *journal, uint64_t through_record) PIER_MUST_USE;

/* Opens an archive that stores to the journal, framed, with the next number, in an epoch of its own: a flush hands what
 * was stored to pier_journal_append. Closing the archive flushes; no end mark is written.
 * options: NULL for the defaults; format, stream_id, checksum_off, checkpoint_bytes and limits are the journal's. Only
 * one such archive at a time, and no pier_journal_append meanwhile. When the disk is full, pier_archive_flush is
 * PIER_WOULD_BLOCK, and the records stay in the archive.
 * Returns as pier_archive_open_store; PIER_USAGE for a journal that is closed or read only; what sticks. */
PIER_API pier_status pier_journal_open_store(pier_archive **out, pier_journal *journal,
                                             const pier_archive_options *options, pier_error *error) PIER_MUST_USE;

/* Where a reader begins. Zero it, set at most one, and set `size`: the first record that is kept otherwise. */
typedef struct pier_journal_from {
    size_t size;           /* sizeof(pier_journal_from) */
    uint64_t record;       /* this number, or the first that is kept behind it */
    uint64_t time_unix_ns; /* the first block that was ended at this time or later */
    const char
        *class_name; /* the first block that may have a record of a class of this name; borrowed during the call */
    bool follows;    /* the end is "not now": what is appended later is read, too. Where another process writes,
                        PIER_END may be told between two segments: call again */
} pier_journal_from;

/* Opens a reader.
 * out: owned: freed by pier_journal_reader_destroy, before the journal; NULL on failure. from: NULL: the first record,
 * and to the end.
 * Returns PIER_OK; PIER_NOT_FOUND when records from there on were trimmed, or no class has that name; PIER_USAGE;
 * PIER_NO_MEMORY; PIER_CORRUPT; or what the system answers. */
PIER_API pier_status pier_journal_reader_open(pier_journal_reader **out, pier_journal *journal,
                                              const pier_journal_from *from, pier_error *error) PIER_MUST_USE;

/* Frees. NULL is allowed. */
PIER_API void pier_journal_reader_destroy(pier_journal_reader *reader);

/* Returns the archive that loads the records from where the reader began, borrowed until the reader is destroyed: load
 * with it as with any. At the end it answers PIER_END; if the reader follows, PIER_WOULD_BLOCK, and goes on when called
 * again. After damage pier_archive_recover goes on; called again then, this passes over what lies before the record or
 * time where the reader began. */
PIER_API pier_archive *pier_journal_reader_archive(pier_journal_reader *reader);

/* Instead of loading: gets the next block as it was on the wire, to send it again. First come the definitions of the
 * epoch, in blocks made anew, then blocks as they were appended; what the journal put among them is left out.
 * bytes: header and payload, borrowed until the next call. block: NULL, or gets what it is.
 * Returns PIER_OK; PIER_END; PIER_WOULD_BLOCK when the reader follows; PIER_CORRUPT and the others of
 * pier_archive_next_block, which stick until pier_journal_reader_recover. */
PIER_API pier_status pier_journal_reader_next(pier_journal_reader *reader, pier_bytes *bytes,
                                              pier_block *block) PIER_MUST_USE;

/* Goes on behind damage, as pier_archive_recover. */
PIER_API pier_status pier_journal_reader_recover(pier_journal_reader *reader, uint64_t *skipped_bytes) PIER_MUST_USE;

/* Tells in which file of the folder an offset lies that an error of the reader's archive tells, and where in it.
 * name: gets the name of the segment, terminated, "" when the offset is in none; at least 64 bytes. */
PIER_API void pier_journal_reader_place(const pier_journal_reader *reader, uint64_t offset, char name[64],
                                        uint64_t *offset_in_file);

#endif
