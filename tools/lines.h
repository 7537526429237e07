/* Lines of input: bytes from a handle, cut at line feeds.
 *
 * Part of the command. One read at a time, so that a loop can wait for input and for other things at once. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/status.h>

#include "json_weight.h"

typedef struct lines {
    int handle;
    char *data;
    size_t begin;    /* where the next line begins */
    size_t searched; /* up to here there is no line feed behind `begin` */
    size_t end;      /* behind the last byte that came */
    size_t capacity;
    uint64_t line_bytes_max;
    uint64_t record_bytes_max;
    size_t weighed; /* how much of the line that is coming is in `weight`, once it is longer than a record may be */
    json_weight weight;
    uint64_t number; /* of the line that lines_next gave last, from 1 */
    bool is_ended;   /* the input has ended */
    int os_error;
} lines;

/* Lines of JSON, of which each may be `line_bytes_max` long, and stand for a record of `record_bytes_max`. */
void lines_init(lines *input, int handle, uint64_t line_bytes_max, uint64_t record_bytes_max);
void lines_deinit(lines *input);

/* Reads once. Lines that were given before are gone. Returns PIER_OK; PIER_END; PIER_WOULD_BLOCK; PIER_NO_MEMORY; or
 * PIER_SYSTEM with `os_error`. */
pier_status lines_read(lines *input);

/* Gets the next whole line, without its line feed, which stands behind it; at the end of the input also one that lacks
 * it. Returns PIER_OK; PIER_MORE: read first; PIER_END: that was all; PIER_LIMIT: the line is too long, or what
 * has come of it is more than a record may be, and `number` is its number. */
pier_status lines_next(lines *input, const char **line, size_t *size_bytes);

#endif
