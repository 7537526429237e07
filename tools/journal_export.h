/* The records of a journal, or of several, as one archive.
 *
 * Part of the command; `pier journal --export`. Of several the blocks come by their time, those of each in their
 * order. */
#ifndef JOURNAL_EXPORT_H
#define JOURNAL_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/journal.h>

#include "options.h"
#include "output.h"

typedef struct journal_export_options {
    const char *command;
    common_options common;
    const char *folders[OPTION_TEXTS_MAX + 1];
    size_t folder_count;
    const char *path; /* where to write */
    bool force;
    uint64_t from;          /* the first record; 0: the first that there is */
    uint64_t through;       /* the last */
    uint64_t since_unix_ns; /* instead of `from`: the first block of that time or later; 0: none */
} journal_export_options;

/* Writes the archive, and prints what it has. Returns what to exit with; what is wrong is told. */
int journal_export(const journal_export_options *chosen, output *out);

/* Opens a journal to be read, also one that nobody can go on with. is_salvaged: gets whether it is such a one, which is
 * told. Returns EXIT_DONE; otherwise what to exit with, and it is told. */
int journal_open_to_read(pier_journal **out, const char *command, const char *folder, const common_options *common,
                         bool *is_salvaged);

#endif
