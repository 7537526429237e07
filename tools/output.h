/* Standard output: whole lines, gathered and written without waiting.
 *
 * Part of the command. The event loops of listen and connect write when poll says so and stop making text while too
 * much of it waits; store and dump wait. Never writes more to a pipe or terminal than it takes at once, unless it may
 * wait. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/clock.h>
#include <pier/status.h>

#include "text_buffer.h"

typedef struct output {
    text_buffer text; /* what is made; `begin` of it is written */
    size_t begin;
    int handle;
    bool is_file;  /* takes all at once, as disks do */
    bool may_wait; /* writes are for all there is, and wait where they have to */
    bool colours;  /* a terminal */
    int os_error;  /* of the write that failed, 0 when none did */
} output;

/* Begins to write to `handle`. */
void output_init(output *out, int handle);

/* Lets writes wait, in large pieces: for a command that has nothing else to do meanwhile, and no signal to heed. */
void output_may_wait(output *out);

void output_deinit(output *out);

/* Returns how many bytes wait. */
size_t output_pending(const output *out);

/* Returns whether so much waits that no more should be made. */
bool output_is_full(const output *out);

/* Returns whether it is worth a write although more is to come. */
bool output_is_ripe(const output *out);

/* Writes what is taken at once. Returns PIER_OK when nothing waits any more; PIER_WOULD_BLOCK; PIER_NO_MEMORY when text
 * was lost while it was made; or a failure: `os_error` tells. */
pier_status output_pump(output *out);

/* Writes all, and waits for it. Returns as output_pump, and PIER_TIMEOUT. */
pier_status output_drain(output *out, pier_deadline deadline);

/* Tells that standard output failed. Returns what to exit with. */
int output_report(const output *out, const char *command, pier_status status);

#endif
