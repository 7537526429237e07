/* The file that `pier repair` writes: under a name of its own until it is whole.
 *
 * Part of the command. Whatever happens meanwhile, the name that was asked for holds what it held before, or all that
 * was repaired. What a killed process leaves behind is OUT with a dot and six characters added, and lacks its end mark.
 */
#ifndef REPAIR_OUTPUT_H
#define REPAIR_OUTPUT_H

#include <stdbool.h>

#include <pier/archive.h>

typedef struct repair_output {
    const char *command; /* for messages */
    const char *path;    /* the name that was asked for, borrowed */
    bool force;          /* a file of that name is replaced */
    char *draft;         /* the name for the time being; NULL when there is no such file */
    int handle;
    pier_file *file;
    pier_archive *archive;
} repair_output;

/* Begins OUT for the records of `source`, a file that must not be OUT itself ("-": standard input). A regular file of
 * that name is refused without `force`, anything else always.
 * limits: of the records. Returns EXIT_DONE; otherwise what to exit with, and it is told. Either way
 * repair_output_deinit is due. */
int repair_output_open(repair_output *out, const char *command, const char *path, const char *source, bool force,
                       const pier_limits *limits);

/* Ends the archive, waits until the disk has it, and gives it its name. Returns as repair_output_open. */
int repair_output_finish(repair_output *out);

/* Tells why the archive takes nothing more. Returns what to exit with. */
int repair_output_report(const repair_output *out);

/* Frees everything, and removes what was not finished. */
void repair_output_deinit(repair_output *out);

#endif
