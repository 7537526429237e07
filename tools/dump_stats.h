/* What `pier dump` tells about an archive as a whole, and about its pieces, as lines of JSON.
 *
 * Part of the command. */
#ifndef DUMP_STATS_H
#define DUMP_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/definition.h>

#include "text_buffer.h"

/* How many records of a class there are. */
typedef struct class_count {
    char *name; /* owned, terminated */
    uint64_t records;
} class_count;

typedef struct dump_stats {
    uint64_t records;
    uint64_t untyped_records;
    uint64_t records_skipped; /* above a limit */
    uint64_t records_lost;    /* by damage, as far as the numbers in the stream tell */
    uint64_t bytes;
    uint64_t streams;
    uint64_t record_blocks;
    uint64_t definition_blocks;
    uint64_t raw_blocks;
    uint64_t control_blocks; /* of journals and sessions */
    uint64_t end_marks;
    uint64_t damages;
    uint64_t skipped_bytes;
    class_count *classes;
    size_t class_count;
    size_t class_capacity;
    const pier_definition
        *last; /* of the record counted last, NULL when that may be gone; and its place in `classes` */
    size_t last_class;
} dump_stats;

void dump_stats_deinit(dump_stats *stats);

void dump_stats_add_block(dump_stats *stats, const pier_block *block);

/* Counts a record; definition: of its class, NULL without. Returns false when there is no memory. */
bool dump_stats_add_record(dump_stats *stats, const pier_definition *definition);

/* Appends the whole as one line. */
void dump_stats_print(text_buffer *out, const dump_stats *stats);

/* Appends the rest of a line behind its `{`. */
void dump_stats_print_inside(text_buffer *out, const dump_stats *stats);

/* Appends a piece as one line. */
void dump_stats_print_block(text_buffer *out, const pier_block *block);

#endif
