/* Copying what a walk comes upon into a new archive: what repair and journal have in common.
 *
 * Part of the command. Records keep their class, blocks their time and the ends of messages; records are numbered
 * anew. */
#ifndef RECORD_COPY_H
#define RECORD_COPY_H

#include "repair_output.h"
#include "spool.h"
#include "walk.h"

typedef struct record_copy {
    repair_output out;
    spool kept;        /* raw bytes, until it is known that they are whole */
    bool ends_message; /* a flush ended the current block */
    int exit_status;   /* EXIT_DONE, or why nothing more is written, which is told */
} record_copy;

/* Opens the new archive, as repair_output_open. Returns EXIT_DONE; otherwise what to exit with, and it is told. Either way
 * record_copy_deinit is due. */
int record_copy_open(record_copy *copy, const char *command, const char *path, const char *source, bool force,
                     const common_options *common);

/* Copies a piece or record that a walk has just come upon. Returns false when nothing more can be written. */
bool record_copy_take(record_copy *copy, walk *w, walk_event event);

void record_copy_deinit(record_copy *copy);

#endif
