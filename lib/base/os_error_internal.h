/* What the system's error numbers mean to Pier: the one table.
 *
 * Floor 0 (base), for the floors above. Knows nothing of what failed. Has no state: any thread may call it. */
#ifndef PIER_BASE_OS_ERROR_INTERNAL_H
#define PIER_BASE_OS_ERROR_INTERNAL_H

#include <stddef.h>

#include <pier/status.h>

/* Room for the words of any error number. */
#define PIER__OS_WORDS_BYTES 96

/* Returns the status of an error number; PIER_OK for 0, PIER_WOULD_BLOCK for those that say "not now", and PIER_SYSTEM
 * for those that are not in the table. */
pier_status pier__os_status(int os_error);

/* Returns the same of a call that failed and is not made again: PIER_SYSTEM for those that say "not now", for there is
 * nothing that anybody could wait for. */
pier_status pier__os_failure(int os_error);

/* Writes what an error number means, in lower case and without a full stop, and returns `words`. They do not change
 * with the language of the user: a program may look at them. */
const char *pier__os_words(int os_error, char words[PIER__OS_WORDS_BYTES]);

#endif
