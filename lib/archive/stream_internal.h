/* How the pieces of a framed stream follow one another: what the next one must say, and what is wrong with it.
 *
 * Floor 4 (archive), and for the session floor, which appends blocks that no loader has taken. Pure functions
 * (loader_check.c, loader_length.c); knows nothing of where the bytes lie. */
#ifndef PIER_ARCHIVE_STREAM_INTERNAL_H
#define PIER_ARCHIVE_STREAM_INTERNAL_H

#include "archive/wire_internal.h"

/* Where a framed loader stands in its stream. */
typedef enum pier__loader_phase {
    PIER__PHASE_START = 0,  /* a preamble must come */
    PIER__PHASE_STREAM = 1, /* blocks come, up to the end mark */
    PIER__PHASE_ENDED = 2   /* the end mark was seen: a preamble may come, or nothing */
} pier__loader_phase;

/* A framed stream as far as its pieces were taken, and what the next one must therefore say. A value that may be
 * copied: pier_archive_has_next tries on a copy what is in memory. */
typedef struct pier__stream {
    pier__loader_phase phase;
    bool preamble_is_known;
    pier__preamble peer; /* the last preamble */
    bool is_known;       /* `id` is worth comparing: from the first piece on */
    uint64_t id;
    uint64_t next_record; /* first record of the next block */
    uint32_t next_block;
    uint32_t epoch;
    bool epoch_has_blocks;
    bool in_raw;        /* raw bytes were begun and not ended: only their blocks may come */
    bool enters;        /* a part of a stream: its first block says which numbers come */
    uint64_t enters_at; /* the part before it ended here; 0: there was none, or damage */
    bool is_alone;      /* the parts of one stream and nothing else: no other one begins, and nothing goes back */
    bool has_lost;      /* likewise: there was damage before the next part */
} pier__stream;

/* A preamble was taken: the stream begins. */
void pier__stream_begin(pier__stream *stream, const pier__preamble *preamble);

/* A header was taken: the stream goes on behind its block. */
void pier__stream_pass(pier__stream *stream, const pier__header *header);

/* What is wrong with the first `size` bytes of a piece, before all of it is there. */
pier__fault pier__begin_fault(const pier__stream *stream, const uint8_t *piece, size_t size);

/* What is wrong with the 64 bytes of a piece. */
pier__fault pier__piece_fault(const pier__stream *stream, const uint8_t *piece, const pier_limits *limits);

/* What is wrong with the fields of a piece that passed its check: of a header all but the numbers that a stream goes on
 * with, for a loader that knows no stream yet. */
pier__fault pier__preamble_fault(const pier__stream *stream, const pier__preamble *preamble, const pier_limits *limits);
pier__fault pier__header_fault(const pier__stream *stream, const pier__header *header, const pier_limits *limits);

/* The most payload that a header may announce to be taken into memory. */
uint64_t pier__payload_max(const pier__stream *stream, const pier__header *header, const pier_limits *limits);

/* Returns whether a record of this block is too large, or would inflate too much, so that the block is passed over by
 * its header alone. */
bool pier__block_is_skipped(const pier__stream *stream, const pier__header *header, const pier_limits *limits);

/* What is wrong with the lengths of a header, and how they belong together. */
pier__fault pier__length_fault(const pier__stream *stream, const pier__header *header, const pier_limits *limits);

#endif
