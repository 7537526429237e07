/* Records as a table: a column for each field, a line for each record.
 *
 * Part of the command. Lines are held back until there are enough to know how wide the columns are, or until
 * table_print: records of one class in a row then have their columns one below the other, under a head that is printed
 * again when the class, or what columns there are, changes. Numbers stand to the right. A typed record has the columns
 * of its class, whether it fills them or not; another one those of its keys; what is no map has one, `value`.
 * A time that is a cell of its own is a date. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/definition.h>
#include <pier/value.h>

#include "text_buffer.h"
#include "text_index.h"

/* One column. */
typedef struct table_column {
    char *name;
    size_t width;            /* characters, of the widest cell so far */
    bool is_left;            /* a cell of it is no number */
    const pier_value *value; /* of the record at work; NULL: none */
} table_column;

typedef struct table {
    char *class_name; /* of the lines; NULL: none */
    table_column *columns;
    size_t column_count;
    size_t column_capacity;
    text_index places;    /* of the columns, by name */
    text_buffer cells;    /* of all lines that are held back, each ended by a zero byte */
    size_t row_count;     /* held back */
    bool head_is_printed; /* of these columns */
    bool failed;          /* memory ran out */
} table;

/* Adds a record. definition: of its class; NULL: none. Prints to `out` what is held back when that is enough. */
void table_add(table *rows, const pier_value *record, const pier_definition *definition, text_buffer *out);

/* Prints what is held back. When memory ran out `out->failed` is set. */
void table_print(table *rows, text_buffer *out);

void table_deinit(table *rows);

#endif
