/* What dump, check and repair read: a file on disk, a pipe, or standard input, as a pier_file.
 *
 * Part of the command. Before a read would wait for more input, what was printed so far is written out, and the wait
 * has the time limit of --timeout; a signal that is caught ends it with PIER_CANCELLED. Unlike a pipe's own file it
 * never says that more may come behind an end mark: dump reads to the end of the input. */
#ifndef DUMP_INPUT_H
#define DUMP_INPUT_H

#include <stdint.h>

#include <pier/file.h>

#include "output.h"
#include "path_file.h"
#include "progress.h"

typedef struct dump_input {
    pier_file *file;        /* for the archive */
    path_file inner;        /* what is read in truth */
    output *out;            /* written out before a wait */
    pier_status out_status; /* of that: PIER_OK as long as it works */
    uint64_t timeout_ms;    /* 0: none */
    uint64_t bytes;         /* read so far */
    uint64_t total_bytes;   /* 0 when it is not known */
    bool is_on_disk;
    progress progress;
    void (*before_wait)(void *user); /* prints what was held back; NULL: nothing is */
    void *user;                      /* handed on to it */
} dump_input;

/* Opens `path`, "-" for standard input. may_show: progress is shown, if standard error is a terminal and the input is
 * long. Returns PIER_OK or the failure in `error`. */
pier_status dump_input_open(dump_input *input, const char *path, output *out, uint64_t timeout_ms, bool may_show,
                            pier_error *error);

/* Takes the progress from the terminal, for good. */
void dump_input_end_progress(dump_input *input);

void dump_input_close(dump_input *input);

#endif
