/* JSON in: one line of text becomes a value.
 *
 * Part of the command. Integers have no point and no exponent and reach from -2^63 to 2^64-1; numbers with either are
 * floats; the forms of json_form.h stand for what JSON lacks. Nothing is changed on the way: what would be (a number
 * beyond its range, a key that comes twice, half of a surrogate pair, bytes that are not UTF-8) is a problem, and its
 * place is told. */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stddef.h>

#include <pier/tree.h>

/* What is wrong with a line, and where. */
typedef struct json_problem {
    pier_status
        status;    /* PIER_PROTOCOL: not JSON, or no such form; PIER_RANGE, PIER_TEXT, PIER_LIMIT, PIER_NO_MEMORY */
    size_t offset; /* byte of the line, from 0 */
    char text[224];
} json_problem;

/* Reads the JSON value in `line`, `size_bytes` long, behind which there must be a line feed, as the root of `tree`
 * (record_tree.h), which is reset first; its text is borrowed from `line` in part. Returns PIER_OK or the status in
 * `problem`. */
pier_status json_read(const char *line, size_t size_bytes, pier_tree *tree, json_problem *problem);

/* Returns the column, from 1, of the byte at `offset`: its place among the characters of the line. */
size_t json_column(const char *line, size_t offset);

#endif
