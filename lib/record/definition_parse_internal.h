/* Reading the values that a closure consists of, each in its smallest form; see definition_parse.c.
 *
 * Floor 5 (record). Every function fails at the first byte that is wrong, with the path that it is given. */
#ifndef PIER_RECORD_DEFINITION_PARSE_INTERNAL_H
#define PIER_RECORD_DEFINITION_PARSE_INTERNAL_H

#include "record/definition_internal.h"
#include "record/record_internal.h"

typedef struct pier__parser {
    const uint8_t *begin;
    size_t size;
    size_t position;
    uint32_t classes_max;
    bool fills; /* the second time */
    /* Counted the first time, handed out the second. */
    size_t types;
    size_t fields;
    size_t values;
    size_t copied_bytes; /* names with terminators, and defaults */
    pier_definition *next_type;
    pier__defined_field *next_field;
    pier__defined_value *next_value;
    char *next_copy;
    pier__definition_error *error;
} pier__parser;

typedef struct pier__name_view {
    const char *data;
    size_t size;
} pier__name_view;

#define PIER__PARSE_FAIL(from, position, path, ...)                                                                    \
    pier__definition_fail((from)->error, PIER_PROTOCOL, (position), (path), __VA_ARGS__)

/* Reads the head of an array. */
bool pier__parse_count(pier__parser *from, const char *path, const char *what, uint64_t *count);

/* Reads the head of an array of exactly `count` values. */
bool pier__parse_tuple(pier__parser *from, const char *path, const char *what, uint64_t count);

/* Reads an integer from 0 to `most`. */
bool pier__parse_unsigned(pier__parser *from, const char *path, const char *what, uint64_t most, uint64_t *value);

/* Reads an integer of 32 bits. */
bool pier__parse_i32(pier__parser *from, const char *path, const char *what, int32_t *value);

/* Reads a name: 1 to 255 bytes of UTF-8 without a zero. */
bool pier__parse_name(pier__parser *from, const char *path, const char *what, pier__name_view *name);

/* Reads nil, if it comes next. Returns whether it did. */
bool pier__parse_nil(pier__parser *from);

/* Passes over a value of any kind. */
bool pier__parse_any(pier__parser *from, const char *path, const char *what);

/* Reads the default of a field, which must be one that its kind can have, unless the field is of a later version. */
bool pier__parse_default(pier__parser *from, const char *path, pier__defined_field *field);

/* Counts a name, or copies and terminates it. */
const char *pier__parse_keep_name(pier__parser *from, pier__name_view name);

/* Counts bytes, or copies them. */
const void *pier__parse_keep(pier__parser *from, const void *bytes, size_t size);

#endif
