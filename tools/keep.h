/* Opening an archive on disk to keep records in: what store and listen --save have in common.
 *
 * Part of the command. */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/archive.h>

#include "path_file.h"

typedef struct keep {
    const char *command; /* for messages */
    path_file file;
    pier_archive *archive;
} keep;

typedef struct keep_options {
    bool force;          /* a file that exists is replaced */
    bool append;         /* or added to */
    bool takes_anything; /* the limits but that of a record are as high as they go: what came in is kept */
    bool plain;          /* bare MessagePack values, and not framed */
    pier_plain_form plain_form;
    uint64_t record_bytes_max;
    uint32_t compression_level; /* 0: off */
} keep_options;

/* Opens `path` for an archive; "-" is standard output. A file that exists is refused unless the options say more.
 * Returns EXIT_DONE; otherwise what to exit with, and it is told. */
int keep_open(keep *kept, const char *command, const char *path, const keep_options *chosen);

/* Writes the end mark, closes and frees. Returns EXIT_DONE; otherwise what to exit with, and it is told. Nothing is
 * told of a failure that the archive had before: its user has done so. */
int keep_close(keep *kept);

#endif
