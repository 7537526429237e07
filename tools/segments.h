/* The segments of a journal, by the names of its files.
 *
 * Part of the command. What a journal itself knows of its segments it does not tell one by one; their names do. */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/status.h>

typedef struct segment {
    char name[64];
    uint64_t ordinal;      /* from 1; one more than that of the segment before it */
    uint64_t first_record; /* the number of the first record that it may have */
    uint64_t bytes;
    int64_t written_s; /* when it was last written to, since 1970 */
    uint32_t written_ns;
} segment;

typedef struct segments {
    segment *list; /* in their order */
    size_t count;
} segments;

/* Lists the segments in a folder. Returns PIER_OK; PIER_NO_MEMORY; or PIER_SYSTEM, with errno. */
pier_status segments_read(segments *found, const char *folder);

/* Returns whether a folder has a segment: a file with such a name. */
bool segments_are_in(const char *folder);

void segments_deinit(segments *found);

/* Writes the path of a segment, terminated. Returns `path`, or NULL when it is longer. */
const char *segments_path(const segment *of, const char *folder, char *path, size_t path_bytes);

#endif
