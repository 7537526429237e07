/* What a journal puts among the blocks of a stream: checkpoints, notes, marks of what is synced; and the names of its
 * files. proto/journal.md in C.
 *
 * Floor 6 (session). Pure functions between structs and bytes; knows nothing of folders. */
#ifndef PIER_SESSION_JOURNAL_PIECE_INTERNAL_H
#define PIER_SESSION_JOURNAL_PIECE_INTERNAL_H

#include "archive/stream_internal.h"
#include "base/buffer_internal.h"
#include "file/folder_internal.h"

/* First payload bytes of the exts in a control block: those below PIER__CONTROL_GAP are a journal's own. */
#define PIER__CONTROL_CHECKPOINT 0x20
#define PIER__CONTROL_NOTE 0x21
#define PIER__CONTROL_SYNCED 0x22
#define PIER__CONTROL_GAP 0x30     /* numbers pass without a record */
#define PIER__CONTROL_SESSION 0x31 /* of a connection: an array follows (link_control.c) */

/* Parts of bytes: the byte at `at`, and all from there on. */
static inline const uint8_t *pier__bytes_at(pier_bytes bytes, size_t at) {
    const uint8_t *data = (const uint8_t *)bytes.data;
    return data + at;
}
static inline pier_bytes pier__bytes_from(pier_bytes bytes, size_t at) {
    return (pier_bytes){pier__bytes_at(bytes, at), bytes.size - at};
}

/* Names ------------------------------------------------------------------------------------------------------------ */

typedef enum pier__name_kind {
    PIER__NAME_OTHER = 0,
    PIER__NAME_SEGMENT = 1,
    PIER__NAME_INDEX = 2,
    PIER__NAME_NEW = 3 /* a segment that is being made */
} pier__name_kind;

/* Room for any name of a journal's file. */
#define PIER__NAME_BYTES 64

/* Writes the name of a file of the segment with this ordinal, whose first record has this number. */
void pier__name_format(char name[PIER__NAME_BYTES], pier__name_kind kind, uint64_t ordinal, uint64_t first_record);

/* Returns what a name stands for, and the numbers in it unless that is something else. */
pier__name_kind pier__name_parse(const char *name, uint64_t *ordinal, uint64_t *first_record);

/* Places ----------------------------------------------------------------------------------------------------------- */

/* A place in a journal. */
typedef struct pier__place {
    uint64_t ordinal; /* of the segment, from 1; 0: before all of them */
    uint64_t offset;  /* in it */
} pier__place;

static inline bool pier__place_is_before(pier__place left, pier__place right) {
    return left.ordinal != right.ordinal ? left.ordinal < right.ordinal : left.offset < right.offset;
}

/* What is known to survive the machine: all bytes before a place, and so all records up to a number. */
typedef struct pier__synced {
    pier__place place;
    uint64_t record; /* 0: none */
} pier__synced;

/* Pieces ----------------------------------------------------------------------------------------------------------- */

typedef struct pier__checkpoint {
    uint64_t ordinal;                      /* of the segment that it is in */
    uint8_t life[PIER__FOLDER_LIFE_BYTES]; /* of the machine that wrote it */
    uint32_t definitions;                  /* how many blocks of definitions behind it belong to it */
    pier__synced synced;                   /* when it was written */
} pier__checkpoint;

typedef struct pier__note {
    uint32_t number;
    pier_bytes value;
} pier__note;

/* What a control block holds; what else it may hold is passed over. */
typedef struct pier__control {
    uint8_t kind;       /* the first payload byte of the ext */
    pier_bytes content; /* the whole payload, that byte included */
} pier__control;

/* Takes the next ext from a control block's payload, from `*at` on. Returns false at the end, and at what is no ext of
 * Pier's: what stands behind it cannot be told. */
bool pier__control_next(pier_bytes payload, size_t *at, pier__control *found);

/* Take a piece apart. Return false when it is not of that form. */
bool pier__checkpoint_decode(const pier__control *control, pier__checkpoint *checkpoint);
bool pier__note_decode(const pier__control *control, pier__note *note);
bool pier__synced_decode(const pier__control *control, pier__synced *synced);

/* Append an ext to a payload. Return false when there is no memory. */
bool pier__checkpoint_encode(pier__buffer *payload, const pier__checkpoint *checkpoint);
bool pier__note_encode(pier__buffer *payload, const pier__note *note);
bool pier__synced_encode(pier__buffer *payload, const pier__synced *synced);

/* Leaves room for a header, which pier__block_end fills: returns false when there is no memory. begin: where it is. */
bool pier__block_begin(pier__buffer *bytes, size_t *begin);

/* Fills the header of a block that was begun at `begin` and ends with the buffer: its lengths and check, and of the
 * rest where the stream stands. */
void pier__block_end(pier__buffer *bytes, size_t begin, const pier__stream *stream, pier_block_kind kind,
                     unsigned flags, uint64_t time_unix_ns);

/* The definitions of an epoch are kept as the payloads of their blocks, in their order. A buffer that is emptied has none.
 * Each takes at most as many bytes more as a header has, so that the room of its block is enough. Appends one, unless it is
 * there: what a checkpoint repeats comes again where the beginning of its stint is damaged. Returns false when there is
 * no memory. */
bool pier__definitions_add(pier__buffer *definitions, pier_bytes payload);

/* Returns how many there are. */
uint32_t pier__definitions_count(const pier__buffer *definitions);

/* Appends the definitions as blocks. */
bool pier__definitions_put(pier__buffer *bytes, const pier__buffer *definitions, const pier__stream *stream,
                           uint64_t time_unix_ns);

#endif
