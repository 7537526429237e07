/* Opening an archive on disk to keep records in: what store and listen --save have in common.
 *
 * Part of the command. */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/file.h>

typedef struct keep {
    const char *command; /* for messages */
    const char *path;
    pier_file *file;
    pier_archive *archive;
} keep;

/* Opens `path` for a framed archive; "-" is standard output if `may_be_output`. A file that exists is refused unless it
 * may be replaced (`force`) or added to (`append`). Returns EXIT_DONE; otherwise what to exit with, and it is told. */
int keep_open(keep *kept, const char *command, const char *path, bool may_be_output, bool force, bool append,
              uint64_t record_bytes_max);

/* Writes the end mark, closes and frees. Returns EXIT_DONE; otherwise what to exit with, and it is told. Nothing is
 * told of a failure that the archive had before: its user has done so. */
int keep_close(keep *kept);

#endif
