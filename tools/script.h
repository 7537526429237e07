/* A recording, read back event by event: what `pier replay` plays.
 *
 * Part of the command. Reads what recording.c wrote, or what `pier repair` saved of it; the records that are shown
 * there beside the bytes are passed over. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "recording.h"
#include "walk.h"

typedef enum script_kind {
    SCRIPT_STARTED, /* a recording begins; connections count from 1 again */
    SCRIPT_OPENED,
    SCRIPT_PASSED,
    SCRIPT_ENDED
} script_kind;

typedef struct script_event {
    script_kind kind;
    int64_t unix_ns;
    uint64_t connection;
    int side; /* SIDE_OF_CLIENT or SIDE_OF_SERVER */
    uint64_t offset;
    pier_bytes bytes; /* SCRIPT_PASSED; borrowed until the next event */
    int how;          /* SCRIPT_ENDED: of recording_classes.h */
} script_event;

/* What there is of something in a whole recording. */
typedef struct script_totals {
    uint64_t events;
    uint64_t connections;
} script_totals;

typedef struct script {
    walk from;
    int exit_status; /* EXIT_DONE, or why there is nothing more to read */
} script;

/* Opens a recording. is_again: it was read before, and what is wrong with it was told. Returns EXIT_DONE; otherwise
 * what to exit with, and it is told. Either way script_close is due. */
int script_open(script *read, const char *command, const char *path, const common_options *common, output *out,
                bool is_again);

/* Goes on to the next event. Returns false when there is none: `exit_status` tells why. */
bool script_next(script *read, script_event *event);

void script_close(script *read);

/* Reads all of a recording once, and tells what is wrong with it: damage, and a file that is no recording. Returns
 * EXIT_DONE; EXIT_DATA for damage, behind which `totals` are of what proves itself; otherwise what to exit with. */
int script_survey(const char *command, const char *path, const common_options *common, output *out,
                  script_totals *totals);

#endif
