/* A reader inside: a file that shows a journal from some place on as one input, and the archive that loads it.
 *
 *     prelude ── the segment, from the entry on ── the next segment, whole ── … ── end mark, made up if need be
 *
 * Floor 6 (session). The prelude makes the loader take any block for the next one: a preamble, a control block with the
 * numbers, and the definitions of the epoch. */
#ifndef PIER_SESSION_JOURNAL_READER_INTERNAL_H
#define PIER_SESSION_JOURNAL_READER_INTERNAL_H

#include "session/journal_internal.h"

/* Where a part of a segment lies in the input. */
typedef struct pier__source_part {
    uint64_t begin; /* in the input */
    uint64_t ordinal;
    uint64_t first_record;
    uint64_t offset; /* in the segment, of the byte at `begin` */
} pier__source_part;

typedef struct pier__source {
    pier_journal *journal;
    bool follows;
    bool has_ended;       /* all is told, an end mark too */
    pier__buffer prelude; /* at last: the end mark that is made up */
    size_t prelude_at;
    uint64_t ordinal; /* of the segment that is read; 0: none is there yet */
    int file;
    uint64_t offset;
    uint64_t input;     /* bytes told so far */
    pier__buffer parts; /* of pier__source_part */
} pier__source;

extern const pier_file_ops pier__source_ops;
extern const pier_file_ops pier__source_follow_ops; /* "not now" instead of the end */

void pier__source_init(pier__source *source, pier_journal *journal, bool follows);
void pier__source_deinit(pier__source *source);

/* Lets the input begin in this segment, at `entry`, or at its start when that is NULL or does not prove itself. Returns
 * PIER_OK, or what the folder answers. */
pier_status pier__source_enter(pier__source *source, const pier__segment *segment, const pier__index *index,
                               const pier__index_entry *entry, pier_error *error);

/* Lets the input begin behind all that is there. */
pier_status pier__source_enter_end(pier__source *source, pier_error *error);

/* Reads the header of the block at `offset` of a segment that is open. Returns false unless it proves itself; a
 * preamble has none. */
bool pier__journal_read_header(const pier_journal *journal, int file, uint64_t offset, pier__header *header);

/* Reads a block whole. payload: gets its payload in place of what it had. Returns false unless header and payload prove
 * themselves, and without memory. */
bool pier__journal_read_block(const pier_journal *journal, int file, uint64_t offset, pier__header *header,
                              pier__buffer *payload);

struct pier_journal_reader {
    pier_allocator allocator;
    pier__source source;
    pier_file *file;
    pier_archive *archive;
    uint64_t from_record;
    uint64_t from_time;
    bool has_passed;     /* what lies before them was passed over */
    bool is_within;      /* reading blocks: a preamble has come */
    uint32_t duplicates; /* reading blocks: how many blocks of definitions are to be left out */
    uint8_t epoch_begin[PIER__PIECE_BYTES];
};

#endif
