/* A storing archive inside: one buffer that holds what is sent, ready, and being made.
 *
 *     buffer  0 ───── sent ═════════ ready ───────────────── cursor ┄┄┄┄ limit
 *             gone          queued         the open block           room
 *
 * Floor 4 (archive). storer.c begins records and takes them back, storer_end.c ends them, storer_block.c makes blocks,
 * storer_output.c sends, storer_class.c defines classes, storer_raw.c stores raw bytes, store_token.c stores values,
 * run.c has runs. */
#ifndef PIER_ARCHIVE_STORER_INTERNAL_H
#define PIER_ARCHIVE_STORER_INTERNAL_H

#include "archive/archive_internal.h"
#include "archive/compress_internal.h"
#include "archive/scan_internal.h"
#include "archive/wire_internal.h"

/* A class that this stream has defined. The same one may be there more than once, for several classes of the caller
 * that are defined alike. */
typedef struct pier__stored_class {
    const void *class_of_caller; /* NULL: it was forwarded */
    uint64_t fingerprint_high;
    uint64_t fingerprint_low;
    uint16_t id;
} pier__stored_class;

/* How many classes are found at once, without looking at all that the stream has defined. */
enum { PIER__CLASS_HINTS = 16 };

/* What is put back when a record is refused, as it was before the record was begun; the bytes before `cursor` are not
 * changed meanwhile, but for the room of the open block's header. */
typedef struct pier__rollback {
    size_t cursor;
    size_t ready;
    uint16_t block_class;
    bool has_defined; /* a class was defined for the record; else the rest is not filled */
    bool block_is_open;
    bool epoch_begins;
    uint64_t epoch_bytes;
    uint32_t block_records;
    uint32_t next_block;
    size_t classes;
    uint32_t ids_given;
} pier__rollback;

/* What the values stored by token calls come to, so that the form of most records is known without a look at their
 * bytes. Bytes that come in other ways are not counted: then values are missing here, and the bytes are looked at. */
typedef struct pier__tally {
    uint64_t awaited;    /* values that must still come */
    uint64_t overrun;    /* its highest bit is set when more came than was awaited */
    uint64_t elements;   /* values that the record has when all have come */
    uint64_t containers; /* arrays and maps: as many may be in one another at most */
} pier__tally;

typedef struct pier__storer {
    pier__archive common;
    pier__tally tally;
    uint8_t *buffer;
    size_t capacity;
    size_t sent;
    size_t ready;
    uint64_t stream_id;
    uint64_t stream_bytes_max; /* of the whole stream, its end mark included; 0: no limit */
    pier__buffer closure;      /* of the class that was encoded last */
    const void *closure_class; /* which one that is; NULL: none */
    uint64_t next_record;      /* number of the next record, from 1 */
    uint32_t next_block;       /* number of the next records block */
    uint32_t epoch;
    uint64_t epoch_bytes; /* made since the epoch began */
    bool epoch_begins;    /* the next block is the first of its epoch */
    bool preamble_is_made;
    bool requires_deflate; /* it says that blocks may be compressed */
    bool is_ended;         /* the end mark is made */
    bool in_session;       /* each block has records, and there are no raw bytes */
    bool message_is_open;  /* records since the last flush */
    bool block_is_open;    /* a header's room is at `ready` */
    uint32_t block_records;
    uint16_t block_class;   /* in force at the end of the block */
    bool raw_is_open;       /* raw bytes are being stored */
    bool raw_has_blocks;    /* the first block of them is made */
    bool raw_block_is_open; /* a raw block's header's room is at `ready` */
    uint64_t raw_bytes;     /* stored of them so far */
    bool in_record;
    bool is_typed;       /* the record's codec vouches for its form */
    bool is_encoded;     /* the record came as bytes */
    size_t value;        /* where the record's value begins, behind a class switch */
    pier_status refusal; /* of the record being stored */
    pier__rollback rollback;
    pier__stored_class *classes;
    size_t class_count;
    size_t class_capacity;
    uint32_t ids_given; /* in this epoch: the highest id, which is how many classes are defined or more */
    const pier__stored_class *last_class;
    uint16_t hints[PIER__CLASS_HINTS]; /* index in `classes` at which a class may be, by bits of the caller's address */
    pier__deflater deflater;
    pier__scan scan;
} pier__storer;

static inline pier__storer *pier__storer_of(pier_archive *archive) {
    if (archive->run.class_of_run != NULL) {
        pier__archive_end_run(archive);
    }
    return (pier__storer *)archive;
}

/* The same for what only looks: ending a run changes nothing that can be seen. Archives are never constant objects. */
static inline const pier__storer *pier__storer_of_const(const pier_archive *archive) {
    return pier__storer_of((pier_archive *)(uintptr_t)archive);
}

/* Where the cursor stands in the buffer. */
static inline size_t pier__storer_cursor(const pier__storer *storer) {
    return storer->buffer == NULL ? 0 : (size_t)(storer->common.window.cursor - storer->buffer);
}

/* How many bytes may be sent: what a record made ready that is still being stored may yet be taken back. */
static inline size_t pier__storer_queued(const pier__storer *storer) {
    return (storer->in_record ? storer->rollback.ready : storer->ready) - storer->sent;
}

/* Puts the cursor at `position` with an empty window. */
void pier__storer_set_cursor(pier__storer *storer, size_t position);

/* Makes room for `bytes` at the cursor whatever is being stored. Returns false when there is no memory. */
bool pier__storer_make_room(pier__storer *storer, size_t bytes);

/* Refuses the current record; see pier__archive_refuse. */
void pier__storer_refuse(pier__storer *storer, pier_status status, const char *format, ...) PIER_PRINTF(3, 4);

/* storer_block.c ------------------------------------------------------------------------------------------------- */

/* Makes the preamble, once; takes a guessed format over. Returns PIER_OK, PIER_NO_MEMORY, or, while the format is not
 * known, PIER_WOULD_BLOCK. */
pier_status pier__storer_open_stream(pier__storer *storer);

/* Begins a new epoch, in which no class is known, when a checkpoint is due. No block is open, and no record was
 * begun: to take one back must not need the classes of the epoch before. */
void pier__storer_check_epoch(pier__storer *storer);

/* Begins a new epoch, in which no class is known; ends the open block. No record was begun. */
void pier__storer_begin_epoch(pier__storer *storer);

/* Opens a records block if none is open. Returns false when there is no memory. */
bool pier__storer_open_block(pier__storer *storer);

/* Ends the open block at the cursor, which makes it ready; `flags` are added to its own. When it is compressed, the
 * cursor moves back with its end; bytes behind the cursor stay where they are. */
void pier__storer_end_block(pier__storer *storer, unsigned flags);

/* As pier__storer_end_block, and leaves the payload as it is: the block may yet be opened again when the record that
 * made it end is taken back. */
void pier__storer_end_block_raw(pier__storer *storer);

/* Ends what is open as a message. Returns false when there is no memory. */
bool pier__storer_end_message(pier__storer *storer);

/* Appends the end mark. Returns false when there is no memory. */
bool pier__storer_end_stream(pier__storer *storer);

/* Opens a raw block at the cursor, with room for `bytes`. No block is open. Returns false when there is no memory. */
bool pier__storer_open_raw_block(pier__storer *storer, size_t bytes);

/* Ends the open raw block at the cursor, which makes it ready; `flags` are added to its own. */
void pier__storer_end_raw_block(pier__storer *storer, unsigned flags);

/* Appends a class switch. Room for it is there. */
void pier__storer_switch_class(pier__storer *storer, uint16_t id);

/* Appends a definitions block that holds one definition. No block is open. Returns false when there is no memory. */
bool pier__storer_define(pier__storer *storer, const pier__stored_class *class_to_define, pier_bytes closure);

/* storer_class.c ------------------------------------------------------------------------------------------------- */

/* Begins an epoch's table, in which no class is defined. */
static inline void pier__storer_forget_classes(pier__storer *storer) {
    storer->class_count = 0;
    storer->ids_given = 0;
    storer->last_class = NULL;
}

/* Begins a record of the class whose closure has this fingerprint, defining it by `closure` if need be. */
pier_status pier__storer_begin_class(pier__storer *storer, const void *class_of_caller, uint64_t fingerprint_high,
                                     uint64_t fingerprint_low, pier_bytes closure);

/* Returns what the stream has defined for a class of the caller in this epoch; NULL: nothing yet. */
const pier__stored_class *pier__storer_find_caller(pier__storer *storer, const void *class_of_caller);

/* Returns the class that has an id in this epoch; NULL: none. */
const pier__stored_class *pier__storer_find_id(const pier__storer *storer, uint16_t id);

/* Defines a class of another stream under the id that it has there, which is free here, within a record that was begun
 * and is empty. Returns PIER_OK, or what the record is refused with. */
pier_status pier__storer_define_as(pier__storer *storer, const pier__stream_class *found);

/* Switches a record that was begun and is empty to the class with this id. */
pier_status pier__storer_switch_to_id(pier__storer *storer, uint16_t id);

/* storer_forward.c ----------------------------------------------------------------------------------------------- */

/* Begins a record of the current class of `load`, whose bytes will be stored as they are. Where they may hold ids of
 * other classes, all classes of the loader's epoch are defined under the ids that they have there, in a new epoch if
 * others have them here. */
pier_status pier__storer_begin_forwarded(pier__storer *storer, const pier_archive *load,
                                         pier__stream_class *class_of_record);

/* storer_output.c ------------------------------------------------------------------------------------------------ */

/* Sends what is ready, within the deadline, until at most `keep` bytes are queued. Returns PIER_OK, PIER_WOULD_BLOCK,
 * PIER_TIMEOUT, or a failure, which sticks. Without a file: PIER_OK when at most `keep` bytes are queued. */
pier_status pier__storer_send(pier__storer *storer, uint64_t keep);

/* storer_raw.c --------------------------------------------------------------------------------------------------- */

/* Ends raw bytes that are being stored as abandoned. Returns PIER_OK, also when there are none, or PIER_NO_MEMORY. */
pier_status pier__storer_abandon_raw(pier__storer *storer);

/* storer.c ------------------------------------------------------------------------------------------------------- */

/* The part of pier_archive_begin that typed records share. */
pier_status pier__storer_begin(pier__storer *storer);

/* Opens a record at the cursor, in the room that is left in the buffer. */
static inline void pier__storer_open_record(pier__storer *storer) {
    storer->in_record = true;
    storer->is_typed = false;
    storer->is_encoded = false;
    storer->refusal = PIER_OK;
    storer->tally = (pier__tally){.awaited = 1, .elements = 1};
    storer->value = pier__storer_cursor(storer);
    storer->rollback.cursor = storer->value;
    storer->rollback.ready = storer->ready;
    storer->rollback.block_class = storer->block_class;
    storer->rollback.has_defined = false;
    storer->common.window.limit = storer->buffer + storer->capacity;
}

/* Puts everything back as it was before the record was begun. */
void pier__storer_roll_back(pier__storer *storer);

#endif
