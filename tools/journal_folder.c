/* What a folder on the command line holds: see journal_folder.h. */
#include "journal_folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "segments.h"

const char *const journal_folder_parts[2] = {"sent", "received"};

/* What a process locks that uses a journal or a host's folder. */
static const char lock_name[] = "lock";

/* Returns whether what a session sends has a journal there. */
static bool is_session(const char *path) {
    char sent[PATH_MAX];
    int size = snprintf(sent, sizeof(sent), "%s/%s", path, journal_folder_parts[0]);
    return size > 0 && (size_t)size < sizeof(sent) && segments_are_in(sent);
}

/* Returns the next name in a folder that is neither itself nor the one above; NULL behind the last. */
static const char *next_name(DIR *folder) {
    const struct dirent *entry;
    do {
        entry = readdir(folder);
    } while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry != NULL ? entry->d_name : NULL;
}

size_t journal_folder_sessions(const char *path, char first[JOURNAL_FOLDER_NAME_BYTES]) {
    DIR *folder = opendir(path);
    size_t count = 0;
    const char *name;
    first[0] = '\0';
    while (folder != NULL && (name = next_name(folder)) != NULL) {
        char inner[PATH_MAX];
        int size = snprintf(inner, sizeof(inner), "%s/%s", path, name);
        if (size < 0 || (size_t)size >= sizeof(inner) || !is_session(inner)) {
            continue;
        }
        if (count++ == 0 || strcmp(name, first) < 0) {
            (void)snprintf(first, JOURNAL_FOLDER_NAME_BYTES, "%s", name);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return count;
}

/* Returns whether there is a lock, and nothing else. */
static bool has_lock_alone(const char *path) {
    DIR *folder = opendir(path);
    bool has_lock = false;
    bool has_more = false;
    const char *name;
    while (folder != NULL && !has_more && (name = next_name(folder)) != NULL) {
        bool is_lock = strcmp(name, lock_name) == 0;
        has_lock = has_lock || is_lock;
        has_more = !is_lock;
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return has_lock && !has_more;
}

journal_folder journal_folder_look(const char *path) {
    char first[JOURNAL_FOLDER_NAME_BYTES];
    return segments_are_in(path)                      ? JOURNAL_FOLDER_JOURNAL
           : is_session(path)                         ? JOURNAL_FOLDER_SESSION
           : journal_folder_sessions(path, first) > 0 ? JOURNAL_FOLDER_HOST
           : has_lock_alone(path)                     ? JOURNAL_FOLDER_UNUSED
                                                      : JOURNAL_FOLDER_NONE;
}

const char *journal_folder_hint(const char *path) {
    switch (journal_folder_look(path)) {
    case JOURNAL_FOLDER_JOURNAL:
        return ", of a journal: pier journal lists, verifies and exports it";
    case JOURNAL_FOLDER_SESSION:
        return ", of a session: pier journal shows it";
    case JOURNAL_FOLDER_HOST:
        return ", of a host: pier journal shows one of its sessions";
    default:
        return "";
    }
}
