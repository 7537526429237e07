/* Fields that do not count when records are compared: times, ids, whatever differs each time.
 *
 * Part of the command. A name alone stands for every field of that name, wherever it is; a path (value.h) leads from the
 * record, and in it `[*]` stands for any element, `{*}` for any pair and `*` for any field. What lies within something
 * that is ignored is, too. */
#ifndef IGNORED_H
#define IGNORED_H

#include <stdbool.h>

#include "options.h"

typedef struct ignored {
    option_texts fields; /* as they were given */
    bool times;          /* every value that is a time */
} ignored;

/* Looks whether all fields are paths. Returns -1 to go on; otherwise what to exit with, and it is told. */
int ignored_check(const ignored *fields, const char *command);

/* Returns whether a value at `path`, as pier_value_path writes it, is ignored. */
bool ignored_is(const ignored *fields, const char *path);

#endif
