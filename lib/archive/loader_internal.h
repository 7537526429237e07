/* A loading archive inside: one buffer that holds what came in and is not loaded yet.
 *
 *     wire    base ───── taken ═════════════ end ┄┄┄┄ capacity ┄┄ padding
 *             gone       block, record        room
 *
 * Floor 4 (archive). All positions are offsets on the wire, so that they stay true when the buffer moves. A view that
 * was given out for the current record must stay true as well: when the buffer has to move under one, the old memory
 * is kept until the next record ("retired").
 *
 * loader.c answers pier_archive_next, loader_input.c takes bytes in, loader_piece.c takes the pieces of a framed
 * stream, loader_check.c checks them, loader_length.c their lengths, loader_time.c watches the clock, loader_class.c
 * keeps its definitions, loader_raw.c gives raw bytes, loader_mark.c reads ahead, loader_keep.c lets the program keep
 * memory, loader_part.c enters parts of a stream, loader_recover.c goes on after damage, load_token.c loads values,
 * run.c has runs. */
#ifndef PIER_ARCHIVE_LOADER_INTERNAL_H
#define PIER_ARCHIVE_LOADER_INTERNAL_H

#include "archive/archive_internal.h"
#include "archive/compress_internal.h"
#include "archive/scan_internal.h"
#include "archive/stream_internal.h"

/* What becomes of the raw bytes that are coming. */
typedef enum pier__raw {
    PIER__RAW_NONE = 0,
    PIER__RAW_OPEN = 1,   /* they are the current record: pier_archive_load_raw gives them */
    PIER__RAW_PASSING = 2 /* nobody wants what is left of them */
} pier__raw;

/* A row of the classes of an epoch. The memory holds two tables: the classes as they were defined, which marks go back
 * in, and their ids in order, for ids that do not count up: a hostile stream may have 65,535 of them in any order. */
typedef struct pier__class_row {
    pier__stream_class *defined;
    uint16_t sorted_id;
    uint16_t sorted_row; /* the row in which the class of `sorted_id` was defined */
} pier__class_row;

/* Memory that a program keeps: loader_keep.c. */
typedef struct pier__kept_memory pier__kept_memory;

typedef struct pier__loader {
    pier__archive common;
    uint8_t *buffer;
    size_t capacity;  /* without the padding */
    uint64_t base;    /* on the wire, of the first byte in the buffer */
    uint64_t taken;   /* on the wire: what is before it is dealt with */
    uint64_t end;     /* on the wire: behind the last byte that came */
    uint8_t *retired; /* memory that views of the current record point into, or NULL */
    size_t retired_capacity;
    bool input_is_ended; /* the file said END, or pier_archive_feed_end was called */
    uint64_t skip_bytes; /* of a block that is passed over, not come yet */
    uint64_t skip_from;  /* on the wire: where that block begins */
    uint64_t needed;     /* bytes that must come from `taken` on before anything can be told; 0: not known */
    bool is_timed;       /* the options name a time */
    pier_deadline due;   /* until when what is lacking must be there; PIER_NEVER: it may take its time */
    uint64_t due_frame;  /* on the wire: the frame that `due` is for; PIER_NO_OFFSET: none, or the first byte */
    int64_t now_ns;      /* as told; 0: it was not */
    uint64_t charged;    /* unread bytes that the budget knows of, inflated ones included */
    pier_error held;     /* of the read that failed: told when more input is needed than is there */
    pier__stream stream;
    bool end_is_told; /* PIER_END was answered for the end mark */
    /* The block */
    pier_bytes piece; /* the last block that was taken, as it came; true until anything else happens */
    bool in_block;
    pier__header header;
    uint64_t block;     /* on the wire, of its header */
    uint64_t block_end; /* on the wire */
    uint64_t payload_end;
    bool is_inflated; /* its payload lies in the inflater, up to payload_end: see pier__loader_content_at */
    pier__inflater inflater;
    uint32_t records_left; /* after the current record */
    uint16_t class_id;     /* in force */
    uint64_t switch_at;    /* on the wire, of the class switch just before the record; else the record itself */
    pier__stream_class *class_in_force; /* NULL: none */
    /* The record */
    uint64_t next_at; /* on the wire: where the next record of the block begins */
    bool in_record;
    uint64_t record;        /* on the wire */
    uint64_t record_end;    /* 0 until it is known: a codec finds it */
    uint8_t *record_memory; /* where the record lies; views and the window point here */
    uint64_t record_number;
    uint64_t next_number; /* of the record after it */
    pier_arena arena;     /* what the record floor made of the record: lists, and what pointers point to */
    /* Kept by the program: the memory of the same name, or NULL; nothing in it may move */
    pier__kept_memory *kept_buffer;
    pier__kept_memory *kept_retired;
    pier__kept_memory *kept_inflated;
    struct pier_kept_block *kept_record; /* of the current record; NULL: it is not kept */
    /* Raw bytes */
    pier__raw raw;
    bool raw_is_given;  /* the block's part was given out */
    uint64_t raw_bytes; /* given out so far */
    /* Classes of the epoch */
    pier__class_row *classes;
    size_t class_count;
    size_t class_capacity;
    size_t closure_bytes; /* of all of them */
    /* Reading ahead */
    struct pier__mark *marks; /* the last one set; NULL: none */
    uint64_t marked_from;     /* on the wire: what the first mark keeps from there on */
    pier__scan scan;
    bool scan_is_begun; /* plain: a value is half scanned */
    /* Going on after damage */
    bool is_recovering;
    uint8_t search_step;  /* how many of the places that the damaged piece tells have been looked at; then all others */
    uint64_t damage;      /* on the wire: where the damage begins */
    uint64_t search_at;   /* on the wire: the next place to look at */
    uint64_t trusted_end; /* before it no preamble is believed: it may be part of a record */
    /* What looking at payloads has cost so far, over all of the input */
    uint64_t refuted_bytes; /* of payloads that failed their check, each time one was looked at */
    uint64_t refuted;       /* on the wire: of the header whose payload was refused last; PIER_NO_OFFSET: none */
} pier__loader;

static inline pier__loader *pier__loader_of(pier_archive *archive) {
    if (archive->run.class_of_run != NULL) {
        pier__archive_end_run(archive);
    }
    return (pier__loader *)archive;
}

/* The same for what only looks: ending a run changes nothing that can be seen. Archives are never constant objects. */
static inline const pier__loader *pier__loader_of_const(const pier_archive *archive) {
    return pier__loader_of((pier_archive *)(uintptr_t)archive);
}

/* The loading side of a connection, seen from either side; NULL when there is none. */
static inline pier__loader *pier__loader_of_pair(pier__archive *archive) {
    return archive->other != NULL && !archive->other->window.storing ? pier__loader_of(&archive->other->window) : NULL;
}

/* The memory at a position on the wire. */
static inline uint8_t *pier__loader_at(const pier__loader *loader, uint64_t position) {
    return loader->buffer + (size_t)(position - loader->base);
}

/* The memory at a position in the payload of the current block. In a compressed block such positions are counted as if
 * the raw payload lay on the wire behind the header. */
static inline uint8_t *pier__loader_content_at(const pier__loader *loader, uint64_t position) {
    return loader->is_inflated ? loader->inflater.bytes + (size_t)(position - loader->block - PIER__PIECE_BYTES)
                               : pier__loader_at(loader, position);
}

/* How many bytes lie from `position` on. */
static inline size_t pier__loader_there(const pier__loader *loader, uint64_t position) {
    return loader->end > position ? (size_t)(loader->end - position) : 0;
}

/* Fails: sticks, and empties the window. `position` is on the wire. Returns `status`. */
pier_status pier__loader_fail(pier__loader *loader, pier_status status, uint64_t position, const char *format, ...)
    PIER_PRINTF(4, 5);

/* Sets the offsets of the last error from a position on the wire. */
void pier__loader_locate(pier__loader *loader, uint64_t position);

/* loader_input.c ------------------------------------------------------------------------------------------------- */

/* Returns whether reading makes sense: the input has not ended or failed, and may grow before something is loaded. */
bool pier__loader_may_fill(const pier__loader *loader);

/* Returns whether only the limit of unread input forbids reading. */
bool pier__loader_is_full(const pier__loader *loader);

/* Reads once from the file into the buffer. Returns PIER_OK with more bytes; PIER_END (then input_is_ended); PIER_MORE
 * without a file; PIER_WOULD_BLOCK; PIER_TIMEOUT; PIER_NO_MEMORY; or what the file answers, which sticks. */
pier_status pier__loader_fill(pier__loader *loader, pier_deadline deadline);

/* Puts the first bytes of a file in, a few, which were read from it before it was known who takes them. Returns false
 * when there is no memory. */
bool pier__loader_put(pier__loader *loader, pier_bytes bytes);

/* As pier__loader_fill with PIER_NOW, for the storing side: what the file answers is held back until the records that
 * are already there have been loaded. Returns PIER_LIMIT when the budget has no room for more: nothing has failed
 * yet. */
pier_status pier__loader_take_in(pier__loader *loader);

/* Tells the budget what lies unread, and that `inflating` bytes will come of the current block. Returns PIER_OK, or
 * PIER_LIMIT when that is too much: it sticks, and the budget knows of what there is without them. */
pier_status pier__loader_ask_budget(pier__loader *loader, uint64_t inflating);

/* Fills until `bytes` lie from `taken` on. Returns PIER_OK; PIER_END when the input ends before; else as
 * pier__loader_fill. */
pier_status pier__loader_need(pier__loader *loader, uint64_t bytes);

/* Takes everything up to `position` as dealt with. No block is open, and no view but those of raw bytes between their
 * blocks, which keep nothing. */
void pier__loader_take(pier__loader *loader, uint64_t position);

/* Passes over the bytes of a block that is skipped. Returns as pier__loader_need. */
pier_status pier__loader_skip(pier__loader *loader);

/* The current record is left: frees what was kept for the views of it, and what was loaded into the arena. */
void pier__loader_end_views(pier__loader *loader);

/* loader_time.c -------------------------------------------------------------------------------------------------- */

/* Begins to wait for the first byte of a stream. */
void pier__loader_begin_time(pier__loader *loader);

/* Returns `deadline`, or when what is lacking must be there if that is earlier. Only for a loader that is timed, as the
 * next one. */
pier_deadline pier__loader_clip(pier__loader *loader, pier_deadline deadline);

/* Input was lacking, and is still, as `status` tells. Returns it, or PIER_LIMIT when that is too late: it sticks. */
pier_status pier__loader_lack(pier__loader *loader, pier_status status);

/* loader.c ------------------------------------------------------------------------------------------------------- */

/* Learns the format from what came in, if that is still unknown and enough is there. */
void pier__loader_guess(pier__loader *loader);

/* Ends the current record; what of it was not loaded is passed over. Returns PIER_OK or a failure. */
pier_status pier__loader_end_record(pier__loader *loader);

/* loader_length.c ------------------------------------------------------------------------------------------------ */

/* Fails by a fault, whose place is counted from `begin` on the wire. Returns its status. */
pier_status pier__loader_fail_by(pier__loader *loader, uint64_t begin, pier__fault fault);

/* loader_piece.c ------------------------------------------------------------------------------------------------- */

/* Takes the next piece of a framed stream and checks it: afterwards the loader is in a block, or at another place.
 * block: NULL, or gets what the piece is. Returns PIER_OK; PIER_SKIPPED; PIER_END; "not now"; or a failure. */
pier_status pier__loader_take_piece(pier__loader *loader, pier_block *block);

/* Returns whether the pieces from `position` on, as far as they are there, bring a record, the end or a failure. */
bool pier__loader_pieces_tell(const pier__loader *loader, uint64_t position);

/* Waits for the preamble of a framed stream, and takes it. Returns PIER_OK, "not now", or a failure:
 * PIER_TRUNCATED when the input ends before. */
pier_status pier__loader_await_preamble(pier__loader *loader, pier_deadline deadline);

/* Inflates the payload of the current block, which is compressed. Returns PIER_OK or a failure, PIER_LIMIT by the
 * budget included; for want of memory nothing has changed, and recovering goes on with the block. */
pier_status pier__loader_inflate(pier__loader *loader);

/* Frees the memory of a large block that was inflated, unless the block or a mark still needs it. */
void pier__loader_trim_inflated(pier__loader *loader);

/* Returns whether the peer's preamble is known, after looking, without waiting, whether it has come. */
bool pier__loader_notice_preamble(pier__loader *loader);

/* Ends the block; records of it that were not loaded are passed over. */
void pier__loader_leave_block(pier__loader *loader);

/* loader_raw.c --------------------------------------------------------------------------------------------------- */

/* What is wrong with a raw block among the blocks before it, or with its kind while raw bytes are coming. */
pier__fault pier__raw_order_fault(const pier__stream *stream, const pier__header *header);

/* Returns whether a raw block has flags that do not go together. */
bool pier__raw_flags_clash(unsigned flags);

/* Returns the length of the head of the bin that fills a raw block's payload; 0 when there is no such bin. */
size_t pier__raw_head_bytes(const uint8_t *payload, size_t size);

/* The current block is raw: begins the record that it is the first block of, or passes over it. Returns PIER_OK with a
 * record begun, PIER_MORE when the block was left, or a failure. */
pier_status pier__loader_enter_raw(pier__loader *loader);

/* Ends the raw bytes that are the current record; what is left of them will be passed over. */
void pier__loader_end_raw(pier__loader *loader);

/* loader_mark.c -------------------------------------------------------------------------------------------------- */

/* On the wire: the first byte that must stay in memory for what is being loaded, marks aside. */
uint64_t pier__loader_first_in_use(const pier__loader *loader);

/* Releases all marks. */
void pier__loader_release_marks(pier__loader *loader);

/* The classes of an epoch are to be forgotten, and a mark may still need them: keeps them with it. Returns whether they
 * were kept: then the loader has none. */
bool pier__loader_keep_classes(pier__loader *loader);

/* loader_keep.c -------------------------------------------------------------------------------------------------- */

/* The loader does not use this memory any more; who else holds it still does. */
void pier__kept_memory_release(pier__kept_memory *memory);

/* If the buffer is kept, or what was inflated, leaves it to the program: the loader has none then. */
void pier__loader_leave_buffer(pier__loader *loader);
void pier__loader_leave_inflated(pier__loader *loader);

/* loader_recover.c ----------------------------------------------------------------------------------------------- */

/* Returns whether the payload of the block whose header stands at `position` may be looked at, as wire.md bounds it;
 * true when it has no check. */
bool pier__loader_may_look(const pier__loader *loader, const pier__header *header, uint64_t position);

/* Compares the payload of the block whose header stands at `position` with its check, and keeps count of what failed.
 * All of it is there. Returns whether the payload proves itself. */
bool pier__loader_look(pier__loader *loader, const pier__header *header, uint64_t position);

/* loader_class.c ------------------------------------------------------------------------------------------------- */

/* The classes of an epoch as far as new definitions must know them. */
typedef struct pier__class_ledger {
    const pier__loader *known;               /* whose classes are among them; NULL: nobody's */
    uint8_t taken_ids[(UINT16_MAX + 1) / 8]; /* of the others, a bit an id */
    size_t classes;                          /* all of them */
    size_t closure_bytes;
} pier__class_ledger;

/* Begins a ledger with the classes known so far, or with none when a new epoch begins. */
void pier__loader_begin_ledger(const pier__loader *loader, bool begins_epoch, pier__class_ledger *ledger);

/* What is wrong with the payload of a definitions block, places counted from its first byte. Its classes are put into
 * the ledger. */
pier__fault pier__definitions_fault(pier__class_ledger *ledger, const pier_limits *limits, const uint8_t *payload,
                                    size_t size);

/* Takes the definitions in the payload of the current definitions block, all or none. Returns PIER_OK or a failure. */
pier_status pier__loader_take_definitions(pier__loader *loader, uint64_t payload, uint64_t payload_end);

/* Returns the class with this id, or NULL. */
pier__stream_class *pier__loader_find_class(const pier__loader *loader, uint16_t id);

/* Forgets the classes from the `first`-th on. */
void pier__loader_forget_classes_from(pier__loader *loader, size_t first);

/* Forgets all classes. */
void pier__loader_forget_classes(pier__loader *loader);

#endif
