/* Archives: one direction of records over a file, or fed and drained by hand.
 *
 * Floor 4 (archive). Knows files by their contract alone, and nothing of sockets or of typed records. A storing archive
 * gathers records into blocks (framed) or writes bare MessagePack values (plain); a loading archive takes whole records
 * out of what came in and never waits inside one. proto/wire.md says what the bytes are. An archive may move between
 * threads and serves one at a time.
 *
 * Statuses: a positive one ("not now") loses nothing and never sticks. A record that is refused while it is stored is
 * rolled back by pier_archive_end, and the archive goes on. Every other failure sticks: later loads give zero, later
 * stores do nothing, and every call answers the same status until pier_archive_recover or pier_archive_reset. */
#ifndef PIER_ARCHIVE_H
#define PIER_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/budget.h>
#include <pier/bytes.h>
#include <pier/clock.h>
#include <pier/error.h>
#include <pier/file.h>
#include <pier/limits.h>

/* Readable bytes behind every block that codecs decode from: they may read so far past its end, and check the end
 * afterwards. */
#define PIER_PADDING_BYTES 512

/* Records that follow one another in one block. While a run lasts, the record floor stores or loads the next one straight
 * at the cursor, and the archive learns of all of them at the next call that is for it. Its class is that of its last
 * record: one of another class needs a class switch before it, and nothing else. */
typedef struct pier__run {
    const void *class_of_run; /* NULL: there is no run */
    const void *stored_class; /* the same when the class's codec stores; else NULL */
    uint8_t *end;             /* storing: what a record may need ends here at the latest; loading: the end of the block,
                                 or, plain, of what may be loaded of what came in */
    uint8_t *last;            /* loading: where the last record of the run begins; NULL: there is none yet */
    uint32_t left;            /* loading: how many records may still come */
    uint32_t count; /* storing: records of the run that the archive has not learnt of; loading: what `left` was */
} pier__run;

/* An archive. The first three members are the window that inline functions work in; all else is inside. Cursor and limit
 * are no neighbours: where both are set, compilers would make one vector of them, and then the next record waits longer
 * for the cursor. */
typedef struct pier_archive {
    uint8_t *cursor; /* the next byte to store or to load */
    bool storing;    /* the direction, for life */
    uint8_t *limit;  /* where the window ends; equal to `cursor` when a failure emptied it */
    pier__run run;
} pier_archive;

/* How records become bytes. */
typedef enum pier_format {
    PIER_FORMAT_FRAMED = 0, /* between Pier peers and in files: blocks with checks, classes, numbers, an end mark */
    PIER_FORMAT_PLAIN = 1,  /* bare MessagePack values, to talk with any MessagePack peer */
    PIER_FORMAT_GUESS = 2   /* an accepting side: as the peer's first bytes tell; nothing is sent before */
} pier_format;

/* How a typed record is stored in a plain archive. */
typedef enum pier_plain_form {
    PIER_PLAIN_MAP = 0,  /* a map by field name */
    PIER_PLAIN_ARRAY = 1 /* an array: a field's place is its number less one, nil in the gaps */
} pier_plain_form;

/* What pier_archive_options.compression_level may be at most. */
#define PIER_COMPRESSION_LEVEL_HIGHEST 9u

/* Choices at creation. Zero it, set what differs, and set `size`. */
typedef struct pier_archive_options {
    size_t size;                     /* sizeof(pier_archive_options) */
    const pier_allocator *allocator; /* NULL: pier_allocator_default(); copied. libdeflate takes its own from malloc */
    const pier_limits *limits;       /* NULL: the defaults of limits.h; copied */
    pier_format format;
    pier_plain_form plain_form;
    bool checksum_off;         /* storing, framed: leave out the check over each block's payload; headers keep theirs */
    uint64_t stream_id;        /* storing, framed: identifies the stream; 0: drawn at random */
    uint32_t read_bytes;       /* loading: how much room a read is offered at least; 0: 64 KiB, less than 1 never */
    uint64_t checkpoint_bytes; /* storing, framed: definitions are repeated when so many bytes have passed since they
                                  began, so that a damaged or growing file can be entered there; 0: 1 MiB over a file
                                  that can seek, never else */
    uint32_t first_byte_timeout_ms; /* loading: how long the first byte may take, from opening on; 0: for ever */
    uint32_t frame_timeout_ms;      /* loading: how long the rest of a block, or of a plain value, may take once it is
                                  lacking; 0: for ever. See pier_archive_due */
    pier_budget *budget;            /* loading: what many connections may take together; borrowed until the archive is
                                  destroyed; NULL: none */
    uint32_t compression_level;     /* storing, framed: 0: off; 1 (fastest) to 9 (smallest): blocks are compressed by
                                   deflate, where that makes them shorter. In the storing direction of a connection
                                   (pier_archive_pair) from the peer's preamble on, if it says that it inflates; by
                                   itself, in a file for instance, from the start: it then takes a loader that
                                   inflates. What is loaded is inflated without being asked */
} pier_archive_options;

/* Opens an archive for storing.
 * out: owned: freed by pier_archive_destroy; NULL on failure. file: borrowed until the archive is destroyed; NULL: the
 * bytes are taken out by pier_archive_drain. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for options or limits that are out of range; PIER_UNSUPPORTED for a file that cannot be
 * written; PIER_NO_MEMORY; PIER_SYSTEM when the system gives no random number. Never blocks: the preamble leaves with
 * the first flush. */
PIER_API pier_status pier_archive_open_store(pier_archive **out, pier_file *file, const pier_archive_options *options,
                                             pier_error *error) PIER_MUST_USE;

/* Opens an archive for loading; as pier_archive_open_store. Without a file the bytes are put in by
 * pier_archive_feed. */
PIER_API pier_status pier_archive_open_load(pier_archive **out, pier_file *file, const pier_archive_options *options,
                                            pier_error *error) PIER_MUST_USE;

/* Frees the archive; what was not flushed is dropped. The file stays. NULL is allowed. */
PIER_API void pier_archive_destroy(pier_archive *archive);

/* Begins a new stream with the same file, options and buffers, after success and after failure: what was queued, fed
 * or wrong is forgotten. Returns PIER_OK; PIER_SYSTEM when the system gives no random number. Never blocks. */
PIER_API pier_status pier_archive_reset(pier_archive *archive) PIER_MUST_USE;

/* Joins the two directions of one connection: the storing side then keeps the peer's limits, learns a guessed format,
 * and takes input in while it cannot write, so that two sides which both send do not wait for each other. The loading
 * side sends what the storing one has gathered before it waits for input over the same connection, whole records alone
 * and not marked as a message; what fails by that sticks to the storing side. Both must live as long as either is used;
 * `load` NULL parts them. Returns PIER_OK; PIER_USAGE for wrong directions, and for options that ask for different
 * formats. */
PIER_API pier_status pier_archive_pair(pier_archive *store, pier_archive *load) PIER_MUST_USE;

/* Sets the deadline of all later calls that read or write the file; PIER_NEVER at first. With PIER_NOW they answer
 * PIER_WOULD_BLOCK where they would wait. */
PIER_API void pier_archive_set_deadline(pier_archive *archive, pier_deadline deadline);

/* Sets the time that later blocks are marked with, in nanoseconds since 1970 (UTC); 0 marks none. An archive over a
 * file takes the system's clock until this is called once. */
PIER_API void pier_archive_set_time(pier_archive *archive, uint64_t unix_ns);

/* Returns until when a peer must have sent what is lacking, by first_byte_timeout_ms and frame_timeout_ms: a loop waits
 * for its handle no longer, and then calls pier_archive_next, which answers PIER_LIMIT, a failure that sticks, if it
 * still lacks. PIER_NEVER when nothing is awaited by a clock. The point is absolute: a byte now and then does not move
 * it. The clock of a block or value begins when pier_archive_next first lacks its rest. Calls that wait end there by
 * themselves. Never blocks. */
PIER_API pier_deadline pier_archive_due(const pier_archive *archive);

/* Begins the time of what is lacking anew, for a side that did not read for a while because it did not want to. Never
 * blocks. */
PIER_API void pier_archive_renew(pier_archive *archive);

/* Tells a loading archive without a file the time, as pier_clock_monotonic_ns gives it, for the calls that follow;
 * until the first time it counts none. An archive over a file asks the clock itself. Never blocks. */
PIER_API void pier_archive_set_now(pier_archive *archive, int64_t monotonic_ns);

/* Returns PIER_OK, or the failure that sticks. */
PIER_API pier_status pier_archive_status(const pier_archive *archive);

/* Returns the last failure, refusal or skipped record in full, borrowed until the next call; its status is PIER_OK when
 * there was none. */
PIER_API const pier_error *pier_archive_error(const pier_archive *archive);

/* Returns the format; PIER_FORMAT_GUESS until it has been guessed. */
PIER_API pier_format pier_archive_format(const pier_archive *archive);

/* Begins a record. Storing: room for it is made in the current block. Loading: the same as pier_archive_next, so that
 * one function serves both directions.
 * Returns PIER_OK; PIER_WOULD_BLOCK or PIER_TIMEOUT when the queue is full or the format is not guessed yet; PIER_END
 * when the peer ended its side before its format could be guessed; PIER_USAGE inside a record and after closing;
 * PIER_NO_MEMORY (does not stick); or the failure that sticks. Blocks until the deadline only to
 * empty a full queue or to learn the format. */
PIER_API pier_status pier_archive_begin(pier_archive *archive) PIER_MUST_USE;

/* Ends a record. Storing: it must be one whole value within the limits; otherwise it is refused: taken back whole, and
 * the archive goes on. When the block has reached its size it is written to the file. Loading: what was not loaded
 * is passed over.
 * Returns PIER_OK; when refused PIER_USAGE (not exactly one value), PIER_LIMIT, PIER_TEXT, PIER_RANGE or
 * PIER_NO_MEMORY; PIER_WOULD_BLOCK or PIER_TIMEOUT when the record is above 64 KiB and the peer's limits are not
 * known yet: the record stays open, call again; or the failure that sticks. A file that cannot take the block at once
 * leaves it in the queue, which is no error. Blocks until the deadline. */
PIER_API pier_status pier_archive_end(pier_archive *archive) PIER_MUST_USE;

/* Takes back the record that was begun, as if it had never been. Nothing happens outside a record. */
PIER_API void pier_archive_abandon(pier_archive *archive);

/* Stores `value`, the bytes of one whole MessagePack value, as a record without a class.
 * Returns as pier_archive_begin and pier_archive_end, and PIER_PROTOCOL for bytes that are no value. */
PIER_API pier_status pier_archive_store_encoded(pier_archive *archive, pier_bytes value) PIER_MUST_USE;

/* Stores the current record of `load` as it came, with its class and definition.
 * Returns as pier_archive_store_encoded; PIER_UNSUPPORTED for a typed record into a plain archive. */
PIER_API pier_status pier_archive_forward(pier_archive *store, pier_archive *load) PIER_MUST_USE;

/* Ends the block, marks it as the end of a message, and writes all that is queued to the file.
 * Returns PIER_OK when all is written, or, without a file, queued for pier_archive_drain; PIER_WOULD_BLOCK or
 * PIER_TIMEOUT when bytes remain in the queue: call again; PIER_WOULD_BLOCK before the deadline too, when this side
 * cannot write and its own unread input is at its limit, the queue's or the budget's: load first. PIER_USAGE inside a
 * record or when loading; PIER_NO_MEMORY, which does not stick; what the file answers sticks. Blocks until the
 * deadline. */
PIER_API pier_status pier_archive_flush(pier_archive *archive) PIER_MUST_USE;

/* Writes the end mark, flushes and reports; nothing can be stored afterwards. A record that was begun is taken back.
 * May be repeated, and must be while it answers "not now". On a loading archive: PIER_OK. Returns as
 * pier_archive_flush. The file stays open. */
PIER_API pier_status pier_archive_close(pier_archive *archive) PIER_MUST_USE;

/* Gets the bytes that are ready to be sent, without a file: borrowed until the next call but pier_archive_drained.
 * An empty view means nothing is ready: blocks become ready at their size and at flush. Never blocks. */
PIER_API pier_bytes pier_archive_drain(pier_archive *archive);

/* Takes `size_bytes` of the bytes that pier_archive_drain gave as sent. More than it gave is a misuse: PIER_USAGE
 * sticks. */
PIER_API void pier_archive_drained(pier_archive *archive, size_t size_bytes);

/* Returns how many bytes are ready to be sent and not sent yet. */
PIER_API uint64_t pier_archive_queued_bytes(const pier_archive *archive);

/* Moves to the next record; what is left of the current one is passed over.
 * Returns PIER_OK: a whole record is in memory, load it; PIER_SKIPPED: a record was passed over, pier_archive_error
 * tells which and why, go on; PIER_MORE: feed more (without a file); PIER_WOULD_BLOCK or PIER_TIMEOUT (with a file);
 * PIER_END: the end mark, or in a plain archive the end of the input between two values; when storing PIER_USAGE;
 * otherwise a failure, which sticks: PIER_TRUNCATED, PIER_CORRUPT, PIER_PROTOCOL, PIER_VERSION, PIER_LIMIT,
 * PIER_NO_MEMORY (it sticks for a definition and for a block to inflate, after which pier_archive_recover loses
 * nothing but marks, and does not for input), or what the file answers. After PIER_END it may be called again: a
 * stream appended behind the end mark is gone on with. Over a file that may wait (a socket, a pipe) the end mark is
 * PIER_END at once, and the call after it reads on. Views given for the current record end here. Blocks until the
 * deadline. */
PIER_API pier_status pier_archive_next(pier_archive *archive) PIER_MUST_USE;

/* Returns whether pier_archive_next would answer from memory, without reading: loop while it does before waiting for
 * the handle to be readable. */
PIER_API bool pier_archive_has_next(pier_archive *archive);

/* Returns whether the current record is the last one before a flush of its sender; false in a plain archive. */
PIER_API bool pier_archive_is_message_end(const pier_archive *archive);

/* Returns the number of the current record in its stream, from 1; 0 when there is none. */
PIER_API uint64_t pier_archive_record_number(const pier_archive *archive);

/* Gets the bytes of the current record: one MessagePack value, borrowed until the next record. Empty when there is none
 * or when it is not a whole value: then the failure sticks. */
PIER_API pier_bytes pier_archive_record_bytes(pier_archive *archive);

/* Gives a loading archive bytes, copied. Returns PIER_OK; PIER_LIMIT when more would wait than the queue's limit: call
 * pier_archive_next until it answers PIER_MORE, and feed again, nothing was taken; PIER_USAGE with a file or after
 * pier_archive_feed_end; PIER_NO_MEMORY, nothing was taken. None of these sticks. Never blocks. */
PIER_API pier_status pier_archive_feed(pier_archive *archive, pier_bytes bytes) PIER_MUST_USE;

/* Gets room of at least one byte to read into, so that nothing is copied; pier_archive_feed_filled tells how much was
 * filled. Returns as pier_archive_feed. */
PIER_API pier_status pier_archive_feed_space(pier_archive *archive, void **space, size_t *space_bytes) PIER_MUST_USE;

/* Takes `size_bytes` of the room of pier_archive_feed_space as filled. */
PIER_API void pier_archive_feed_filled(pier_archive *archive, size_t size_bytes);

/* Tells a loading archive that no more bytes come. */
PIER_API void pier_archive_feed_end(pier_archive *archive);

/* Goes on after a failure that sticks, or after one in the current record: a framed archive passes over what is
 * damaged to the next block that proves itself, by its header's check and its payload's; a plain one can only go on
 * after a failure inside a record that is a whole value.
 * skipped_bytes: NULL, or gets how many bytes were passed over: on the wire or, in a compressed block, of its raw
 * payload. Returns PIER_OK: call pier_archive_next;
 * PIER_MORE, PIER_WOULD_BLOCK, PIER_TIMEOUT: call again for the rest; PIER_END: there is no such block; PIER_USAGE when
 * storing; the old failure when it cannot be gone on after. Blocks until the deadline. */
PIER_API pier_status pier_archive_recover(pier_archive *archive, uint64_t *skipped_bytes) PIER_MUST_USE;

/* What a piece of a framed stream is. */
typedef enum pier_block_kind {
    PIER_BLOCK_PREAMBLE = 0,
    PIER_BLOCK_RECORDS = 1,
    PIER_BLOCK_DEFINITIONS = 2,
    PIER_BLOCK_END = 3,
    PIER_BLOCK_RAW = 4,    /* a part of raw bytes: raw.h */
    PIER_BLOCK_CONTROL = 5 /* of a session or a journal, no records: the stream says that it may have them */
} pier_block_kind;

/* A piece of a framed stream, as its header has it. */
typedef struct pier_block {
    pier_block_kind kind;
    uint64_t offset; /* where it begins on the wire */
    uint64_t stream_id;
    uint64_t first_record; /* number of its first record, from 1; 0: a control block that has no place among records */
    uint32_t number;       /* of the block in its stream, from 0, modulo 2^32; definitions are not numbered */
    uint32_t epoch;        /* class ids hold within one epoch */
    uint32_t records;      /* how many records; of a control block: how many numbers have none */
    uint32_t stored_bytes; /* payload on the wire */
    uint32_t raw_bytes;    /* payload when it is not compressed */
    uint64_t time_unix_ns; /* when it was ended; 0: not told */
    bool message_end;      /* a flush ended it */
    bool checksum;         /* its payload has a check */
    bool raw_begin;        /* raw block: the first of its bytes */
    bool raw_end;          /* raw block: the last */
    bool raw_abandoned;    /* raw block: the sender gave up */
    uint8_t version_major; /* preamble: version of the wire */
    uint8_t version_minor;
    uint8_t codec; /* 0: the payload is not compressed; 1: by deflate */
    bool is_part;  /* preamble: the stream is a part of a longer one, and begins at any record */
} pier_block;

/* Moves to the next piece of a framed stream, whatever it is, and passes over records that were not loaded; for tools
 * that show how a stream is made. When all records of a block were taken by pier_archive_next, what else stands in the
 * block is PIER_PROTOCOL, as there. Returns as pier_archive_next, PIER_OK for each piece; PIER_SKIPPED for a block that
 * is passed over by its header: `block` describes it. */
PIER_API pier_status pier_archive_next_block(pier_archive *archive, pier_block *block) PIER_MUST_USE;

#endif
