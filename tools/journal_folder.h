/* What a folder on the command line holds: a journal, both journals of a session, or the sessions of a host.
 *
 * Part of the command. */
#ifndef JOURNAL_FOLDER_H
#define JOURNAL_FOLDER_H

#include <stddef.h>

/* The longest name in a folder, and its end. */
#define JOURNAL_FOLDER_NAME_BYTES 256

typedef enum journal_folder {
    JOURNAL_FOLDER_NONE,    /* nothing of these, or no folder */
    JOURNAL_FOLDER_JOURNAL, /* segments of a journal */
    JOURNAL_FOLDER_SESSION, /* no segment, and the journal of what a session sends in `sent` */
    JOURNAL_FOLDER_HOST,    /* folders of sessions */
    JOURNAL_FOLDER_UNUSED,  /* a lock and nothing else: of a journal, or a host, to which nothing came yet */
} journal_folder;

/* The journals of a session's folder, by pier_session_journal. */
extern const char *const journal_folder_parts[2];

/* Looks at what is in a folder. */
journal_folder journal_folder_look(const char *path);

/* Returns how many folders of sessions are in a folder; `first` gets the name of the first of them, "" for none. */
size_t journal_folder_sessions(const char *path, char first[JOURNAL_FOLDER_NAME_BYTES]);

/* Returns what to append to an error about `path`, which was taken for a file: which command shows it; "" when none
 * does. */
const char *journal_folder_hint(const char *path);

#endif
