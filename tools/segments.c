/* The segments of a journal: see segments.h. */
#include "segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* How many digits the two numbers of a name have at least. */
enum { ORDINAL_DIGITS = 10, RECORD_DIGITS = 20 };

/* Reads a number of so many digits or more. Returns what follows it, or NULL. */
static const char *read_number(const char *text, size_t digits_min, uint64_t *number) {
    size_t digits = strspn(text, "0123456789");
    char *end = NULL;
    if (digits < digits_min || digits > RECORD_DIGITS) {
        return NULL;
    }
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *number != 0 ? end : NULL;
}

/* Reads a name: `0000000001-00000000000000000001.pier`. Returns whether it is that of a segment. */
static bool read_name(const char *name, segment *read) {
    const char *at = read_number(name, ORDINAL_DIGITS, &read->ordinal);
    if (at == NULL || *at != '-') {
        return false;
    }
    at = read_number(at + 1, RECORD_DIGITS, &read->first_record);
    return at != NULL && strcmp(at, ".pier") == 0 && strlen(name) < sizeof(read->name);
}

static bool add(segments *found, const segment *added) {
    /* Doubled at each power of two. */
    bool is_full = (found->count & (found->count - 1)) == 0;
    if (is_full) {
        segment *list = realloc(found->list, (found->count == 0 ? 1 : found->count * 2) * sizeof(*list));
        if (list == NULL) {
            return false;
        }
        found->list = list;
    }
    found->list[found->count++] = *added;
    return true;
}

static int compare(const void *a, const void *b) {
    uint64_t left = ((const segment *)a)->ordinal;
    uint64_t right = ((const segment *)b)->ordinal;
    return left < right ? -1 : left > right ? 1 : 0;
}

/* Reads the name of a file, and what there is to know of it. Returns whether it is a segment: a folder is none (sessions
 * of a host may be called so), nor is a link, as to who opens the journal, nor what was removed meanwhile. */
static bool look(DIR *folder, const char *name, segment *read, struct stat *about) {
    return read_name(name, read) && fstatat(dirfd(folder), name, about, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(about->st_mode);
}

/* Takes the file of a name, if it is a segment. */
static pier_status take(segments *found, DIR *folder, const char *name) {
    segment taken = {.bytes = 0};
    struct stat about;
    if (!look(folder, name, &taken, &about)) {
        return PIER_OK;
    }
    memcpy(taken.name, name, strlen(name) + 1); /* it has room: read_name saw to that */
    taken.bytes = (uint64_t)about.st_size;
    taken.written_s = about.st_mtim.tv_sec;
    taken.written_ns = (uint32_t)about.st_mtim.tv_nsec;
    return add(found, &taken) ? PIER_OK : PIER_NO_MEMORY;
}

pier_status segments_read(segments *found, const char *folder) {
    *found = (segments){.count = 0};
    DIR *opened = opendir(folder);
    if (opened == NULL) {
        return PIER_SYSTEM;
    }
    pier_status status = PIER_OK;
    struct dirent *entry;
    errno = 0;
    while (status == PIER_OK && (entry = readdir(opened)) != NULL) {
        status = take(found, opened, entry->d_name);
        errno = 0;
    }
    int os_error = errno;
    (void)closedir(opened);
    errno = os_error;
    status = status == PIER_OK && os_error != 0 ? PIER_SYSTEM : status;
    if (found->count > 0) {
        qsort(found->list, found->count, sizeof(*found->list), compare);
    }
    return status;
}

bool segments_are_in(const char *folder) {
    DIR *opened = opendir(folder);
    segment read;
    struct stat about;
    bool are_in = false;
    const struct dirent *entry;
    while (opened != NULL && !are_in && (entry = readdir(opened)) != NULL) {
        are_in = look(opened, entry->d_name, &read, &about);
    }
    if (opened != NULL) {
        (void)closedir(opened);
    }
    return are_in;
}

void segments_deinit(segments *found) {
    free(found->list);
    *found = (segments){.count = 0};
}

const char *segments_path(const segment *of, const char *folder, char *path, size_t path_bytes) {
    int size = snprintf(path, path_bytes, "%s/%s", folder, of->name);
    return size > 0 && (size_t)size < path_bytes ? path : NULL;
}
