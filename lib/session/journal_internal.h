/* A journal over any folder: for the session floor's own files, and for tests that have a folder of their own.
 *
 * Floor 6 (session). */
#ifndef PIER_SESSION_JOURNAL_INTERNAL_H
#define PIER_SESSION_JOURNAL_INTERNAL_H

#include <pier/journal.h>

#include "file/folder_internal.h"

/* As pier_journal_open, in a folder that is open. folder: taken, on failure too. */
pier_status pier__journal_open_in(pier_journal **out, pier__folder folder, const pier_journal_options *options,
                                  pier_error *error) PIER_MUST_USE;

#endif
