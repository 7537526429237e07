/* What a folder on the command line holds: a journal, or both journals of a session.
 *
 * Part of the command. */
#ifndef JOURNAL_FOLDER_H
#define JOURNAL_FOLDER_H

typedef enum journal_folder {
    JOURNAL_FOLDER_NONE,    /* neither, or no folder */
    JOURNAL_FOLDER_JOURNAL, /* segments of a journal */
    JOURNAL_FOLDER_SESSION, /* no segment, and the journal of what a session sends in `sent` */
} journal_folder;

/* The journals of a session's folder, by pier_session_journal. */
extern const char *const journal_folder_parts[2];

/* Looks at the names in a folder. */
journal_folder journal_folder_look(const char *path);

/* Returns what to append to an error about `path`, which was taken for a file: which command shows it; "" when none
 * does. */
const char *journal_folder_hint(const char *path);

#endif
