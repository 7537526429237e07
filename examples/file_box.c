/* Keeps files of any size in one archive, one behind the other:
 *
 *     file_box add BOX FILE…     appends them, also behind what a killed program left
 *     file_box list BOX          tells their names and sizes
 *     file_box get BOX NAME      prints the content of the first of that name
 *
 * A file is a record with its name, and its content as raw bytes behind it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pier/pier.h>

#define ENTRY(FIELD) FIELD(1, text(256), name)
PIER_RECORD(entry, "box.Entry", ENTRY)

static int complain(const char *what, pier_status status, const pier_error *error) {
    fprintf(stderr, "file_box: %s: %s\n", what, error->status < 0 ? error->text : pier_status_text(status));
    return 1;
}

/* [guide: store-raw] */
/* Stores what a file holds, however long it is: a piece of it is in memory at a time. */
static pier_status store_content(pier_archive *box, FILE *from) {
    char bytes[16384];
    pier_status status = pier_archive_begin_raw(box);
    while (status == PIER_OK) {
        size_t stored = 0;
        size_t size = fread(bytes, 1, sizeof bytes, from);
        if (size == 0) {
            /* What could not be read whole must not look whole. */
            return ferror(from) ? pier_archive_abandon_raw(box) : pier_archive_end_raw(box);
        }
        status = pier_archive_store_raw(box, (pier_bytes){bytes, size}, &stored);
    }
    return status;
}
/* [end] */

static pier_status store_file(pier_archive *box, const char *path) {
    entry about = {.name = ""};
    (void)snprintf(about.name, sizeof about.name, "%s", path);
    FILE *from = fopen(path, "rb");
    if (from == NULL) {
        perror(path);
        return PIER_NOT_FOUND;
    }
    pier_status status = entry_store(box, &about);
    if (status == PIER_OK) {
        status = store_content(box, from);
    }
    (void)fclose(from);
    return status;
}

/* [guide: append] */
/* Opens a box for adding to it; of a block that a killed program left half written, the rest is taken away. */
static pier_status open_box(pier_file **file, pier_archive **box, const char *path, pier_error *error) {
    uint64_t cut_bytes = 0;
    pier_status status = pier_file_open_disk_locked(file, path, PIER_FILE_UPDATE, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_open_append(box, *file, NULL, &cut_bytes, error);
    }
    if (cut_bytes > 0) {
        fprintf(stderr, "file_box: %s ended within a block: %" PRIu64 " bytes are gone\n", path, cut_bytes);
    }
    return status;
}
/* [end] */

static int add(const char *path, int count, char **files) {
    pier_error error = {0};
    pier_file *file = NULL;
    pier_archive *box = NULL;
    pier_status status = open_box(&file, &box, path, &error);
    for (int i = 0; i < count && status == PIER_OK; i++) {
        status = store_file(box, files[i]);
    }
    if (status == PIER_OK) {
        status = pier_archive_close(box);
    }
    if (box != NULL) {
        error = *pier_archive_error(box);
    }
    pier_archive_destroy(box);
    pier_file_destroy(file);
    return status == PIER_OK ? 0 : complain(path, status, &error);
}

/* [guide: load-raw] */
/* Loads the raw bytes that the archive stands at, part by part, as they come. to: NULL to count them only. */
static pier_status load_content(pier_archive *box, FILE *to, uint64_t *bytes) {
    pier_bytes part;
    pier_status status;
    *bytes = 0;
    while ((status = pier_archive_load_raw(box, &part)) == PIER_OK) {
        *bytes += part.size;
        if (to != NULL && fwrite(part.data, 1, part.size, to) != part.size) {
            return PIER_SYSTEM;
        }
    }
    return status == PIER_END ? PIER_OK : status;
}
/* [end] */

/* [guide: mark] */
/* Whether raw bytes follow: looks at what comes next, and goes back to where the archive stood. */
static bool has_content(pier_archive *box) {
    bool found = false;
    if (pier_archive_mark(box) == PIER_OK) {
        found = pier_archive_next(box) == PIER_OK && pier_archive_is_raw(box);
        (void)(pier_archive_rewind(box) == PIER_OK);
        pier_archive_release(box);
    }
    return found;
}
/* [end] */

/* Goes through the box; `wanted` NULL lists it, else the content of that entry is printed. */
static pier_status walk(pier_archive *box, const char *wanted, bool *is_found) {
    entry about;
    pier_status status;
    while ((status = entry_next(box, &about)) == PIER_OK) {
        uint64_t bytes = 0;
        bool is_wanted = wanted != NULL && strcmp(about.name, wanted) == 0;
        if (!has_content(box)) {
            printf(wanted == NULL ? "%s has no content\n" : "", about.name);
            continue;
        }
        if ((status = pier_archive_next(box)) != PIER_OK) {
            break;
        }
        if (wanted == NULL || is_wanted) {
            status = load_content(box, is_wanted ? stdout : NULL, &bytes);
        }
        if (status != PIER_OK || is_wanted) {
            *is_found = *is_found || (is_wanted && status == PIER_OK);
            break;
        }
        if (wanted == NULL) {
            printf("%s %" PRIu64 "\n", about.name, bytes);
        }
    }
    return status == PIER_END ? PIER_OK : status;
}

static int show(const char *path, const char *wanted) {
    pier_error error = {0};
    pier_file *file = NULL;
    pier_archive *box = NULL;
    bool is_found = wanted == NULL;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_READ, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&box, file, NULL, &error);
    }
    while (status == PIER_OK) {
        status = walk(box, wanted, &is_found);
        error = *pier_archive_error(box);
        if (status == PIER_OK) {
            break;
        }
        /* A stream that was not ended is told, and what was appended behind it comes all the same. */
        (void)complain(path, status, &error);
        status = status > 0 ? PIER_OK : pier_archive_recover(box, NULL);
    }
    pier_archive_destroy(box);
    pier_file_destroy(file);
    if (!is_found) {
        fprintf(stderr, "file_box: %s: there is no %s\n", path, wanted);
    }
    return status == PIER_OK && is_found ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc > 3 && strcmp(argv[1], "add") == 0) {
        return add(argv[2], argc - 3, argv + 3);
    }
    if (argc == 3 && strcmp(argv[1], "list") == 0) {
        return show(argv[2], NULL);
    }
    if (argc == 4 && strcmp(argv[1], "get") == 0) {
        return show(argv[2], argv[3]);
    }
    fprintf(stderr, "usage: file_box add BOX FILE… | list BOX | get BOX NAME\n");
    return 2;
}
