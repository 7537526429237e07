/* The file that `pier record` writes: what passed between two programs, in the order in which it came.
 *
 * Part of the command; proto/recording.md describes the file. A file that takes no more ends the recording, and not the
 * connections: that is told once, and the file is left as far as it is whole. */
#ifndef RECORDING_H
#define RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/tree.h>

#include "keep.h"
#include "side_reader.h"

/* The sides of a connection, by their places in arrays. */
enum { SIDE_OF_CLIENT, SIDE_OF_SERVER, SIDES };

/* What they are called: in messages, and in records, as the values of pier.recording.Side. */
extern const char *const recording_side_words[SIDES];
extern const char *const recording_side_names[SIDES];

typedef struct recording {
    const char *command; /* for messages */
    const char *path;
    keep kept;
    pier_tree *tree; /* NULL: memory ran out */
    int64_t unix_ns; /* when the recording began */
    int64_t monotonic_ns;
    int exit_status; /* EXIT_DONE, or why the file takes no more */
    uint64_t connections;
    uint64_t bytes[SIDES]; /* that are kept */
    uint64_t records[SIDES];
} recording;

/* Opens the file. Returns EXIT_DONE; otherwise what to exit with, and it is told. Either way recording_close is due. */
int recording_open(recording *out, const char *command, const char *path, const keep_options *chosen);

/* Takes note of what happens, now. */
void recording_start(recording *out, const char *listening, const char *target);
void recording_open_connection(recording *out, uint64_t connection, const char *client, const char *target);

/* offset: how many bytes of this side came before. */
void recording_pass(recording *out, uint64_t connection, int side, uint64_t offset, pier_bytes bytes);

/* how: of recording_classes.h. text: "" for none. */
void recording_end_side(recording *out, uint64_t connection, int side, uint64_t offset, int how, const char *text);

/* Shows what a reader came upon, event by event, until there is nothing whole any more. name: of the connection and its
 * side, for what is told of it. */
void recording_show(recording *out, uint64_t connection, int side, side_reader *reader, const char *name);

/* Writes what is gathered. */
void recording_flush(recording *out);

/* Ends the file and frees. Returns EXIT_DONE; otherwise what to exit with, and it is told. */
int recording_close(recording *out);

#endif
