/* What `pier replay` found: each difference as a line on standard output, and a line that sums it up.
 *
 * Part of the command. A line is for people, or JSON. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/value.h>

#include "output.h"

typedef struct verdict {
    output *out;
    bool json;
    uint64_t connections;
    uint64_t sent_bytes;
    uint64_t records; /* that were compared */
    uint64_t bytes;   /* that were compared as bytes alone */
    uint64_t differences;
} verdict;

/* Where something is different. */
typedef struct verdict_place {
    uint64_t connection;
    int side;        /* SIDE_OF_CLIENT or SIDE_OF_SERVER */
    uint64_t record; /* its number in what the side says; 0: none */
} verdict_place;

/* A field differs; NULL: it is not there. path: "" for the whole record. */
void verdict_add_field(verdict *found, verdict_place at, const char *path, const pier_value *expected,
                       const pier_value *came);

/* Something else differs, in words: "EXPECTED was recorded, CAME". */
void verdict_add(verdict *found, verdict_place at, const char *expected, const char *came);

/* Adds the last line. */
void verdict_sum_up(verdict *found);

#endif
