/* What a folder on the command line holds: see journal_folder.h. */
#include "journal_folder.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "segments.h"

const char *const journal_folder_parts[2] = {"sent", "received"};

static bool has_segments(const char *path) {
    segments found;
    bool has = segments_read(&found, path) == PIER_OK && found.count > 0;
    segments_deinit(&found);
    return has;
}

journal_folder journal_folder_look(const char *path) {
    char sent[PATH_MAX];
    if (has_segments(path)) {
        return JOURNAL_FOLDER_JOURNAL;
    }
    int size = snprintf(sent, sizeof(sent), "%s/%s", path, journal_folder_parts[0]);
    return size > 0 && (size_t)size < sizeof(sent) && has_segments(sent) ? JOURNAL_FOLDER_SESSION : JOURNAL_FOLDER_NONE;
}

const char *journal_folder_hint(const char *path) {
    switch (journal_folder_look(path)) {
    case JOURNAL_FOLDER_JOURNAL:
        return ", of a journal: pier journal lists, verifies and exports it";
    case JOURNAL_FOLDER_SESSION:
        return ", of a session: pier journal shows it";
    default:
        return "";
    }
}
