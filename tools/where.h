/* Conditions on records: `price >= 10`, `symbol = PIER`, `lines[0].count != 3`.
 *
 * Part of the command. A field is a path (pier/value.h). A value is written as JSON, or as it is when that is no JSON:
 * `symbol = PIER`. Numbers compare as numbers, whatever their kinds; text by its bytes, and durations ("1.5s") by their
 * length; times with a number of seconds since 1970, with a date ("2026-11-28", "2026-11-28T10:30:00.5Z", UTC), or in
 * the form that dump prints. A field that is not there is null. Values of different sorts are not equal, and neither is
 * below the other. */
#ifndef WHERE_H
#define WHERE_H

#include <stdbool.h>

#include <pier/tree.h>

typedef struct where_condition where_condition;

/* Conditions that must all hold. Zero it first. */
typedef struct where {
    where_condition *last;
} where;

/* Adds a condition. Returns PIER_OK; PIER_USAGE, with `error` filled, when the text is none; PIER_NO_MEMORY. */
pier_status where_add(where *conditions, const char *text, pier_error *error);

/* Returns whether the record meets all conditions, and notes which fields it has. */
bool where_holds(where *conditions, const pier_value *record);

/* Returns the field, as it was written, of the first condition whose field no record had that where_holds was asked
 * about: a typing error, most likely. Conditions with null ask for just that, and do not count. NULL: there is none.
 * Borrowed until where_deinit. */
const char *where_unknown(const where *conditions);

void where_deinit(where *conditions);

#endif
