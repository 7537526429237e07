/* JSON lines from standard input become records of an archive.
 *
 * Part of the command; used by store and connect. A line that is no JSON, or no record, is told with its line and
 * column, or its line and the field of its class, and ends the input; what came before it is stored. Empty lines are
 * passed over. */
#ifndef FEEDER_H
#define FEEDER_H

#include <stdbool.h>

#include <pier/tree.h>

#include "lines.h"
#include "typed_record.h"

typedef struct feeder {
    const char *command; /* for messages */
    pier_archive *archive;
    lines input;
    pier_tree *tree;     /* NULL: memory ran out */
    typed_record *typed; /* what lines are records of; borrowed; NULL: of no class */
    bool has_value;      /* the tree holds a value that is not stored yet */
    bool in_record;      /* the value is in the archive, and its record is not ended yet */
    bool is_over;        /* the input has ended, or a line was bad: nothing more comes */
    int exit_status;     /* what a bad line or a bad input exits with; EXIT_DONE without */
} feeder;

/* typed: borrowed; NULL: records have no class. */
void feeder_init(feeder *feed, const char *command, pier_archive *archive, typed_record *typed,
                 uint64_t record_bytes_max);
void feeder_deinit(feeder *feed);

/* Reads once from the input. A failure is told, and sets `is_over` and `exit_status`. Returns whether bytes came. */
bool feeder_read(feeder *feed);

/* Stores what lines there are. A bad line is told, and sets `is_over` and `exit_status`. Returns PIER_OK when all are
 * stored; PIER_WOULD_BLOCK or PIER_TIMEOUT when the archive takes no more now; or the failure of the archive, which is
 * not told. */
pier_status feeder_store(feeder *feed);

/* As feeder_store, but for one value at most. Returns PIER_OK when one was stored; PIER_MORE when there is none now, or
 * it was bad. */
pier_status feeder_store_one(feeder *feed);

/* Returns whether a value waits for the archive. */
bool feeder_has_value(const feeder *feed);

/* Ends the input where it is. */
void feeder_stop(feeder *feed);

#endif
