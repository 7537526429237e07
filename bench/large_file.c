/* Makes a large archive: ticks, with a monster behind a thousand of them and a series behind ten thousand, from one
 * seed.
 *
 *   large_file FILE MIB
 *
 * scripts/large_file.sh runs it, and the command on what it made. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <pier/archive.h>
#include <pier/file.h>

#include "record_workloads.h"

static int fail(const pier_error *error) {
    char text[1024];
    (void)pier_error_format(error, text, sizeof text);
    (void)fprintf(stderr, "large_file: %s\n", text);
    return 1;
}

/* Stores records until there are so many bytes. */
static pier_status fill(pier_archive *archive, pier_file *file, uint64_t bytes) {
    static tick ticks[1000];
    static monster monsters[100];
    static series one_series;
    uint64_t length = 0;
    for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
        fill_tick(&ticks[i], i);
    }
    for (size_t i = 0; i < sizeof monsters / sizeof monsters[0]; i++) {
        fill_monster(&monsters[i], i);
    }
    fill_series(&one_series, 0);
    for (uint64_t round = 0; length < bytes; round++) {
        for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
            ticks[i].id += 1000;
            ticks[i].time += 1000000;
            pier_status status = tick_store(archive, &ticks[i]);
            if (status != PIER_OK) {
                return status;
            }
        }
        pier_status status = monster_store(archive, &monsters[round % (sizeof monsters / sizeof monsters[0])]);
        if (status == PIER_OK && round % 10 == 0) {
            status = series_store(archive, &one_series);
        }
        if (status == PIER_OK && round % 100 == 0) {
            status = pier_file_length(file, &length);
        }
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}

int main(int argc, char **argv) {
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    pier_error error;
    uint64_t mebibytes = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    if (mebibytes == 0) {
        (void)fprintf(stderr, "usage: large_file FILE MIB\n");
        return 2;
    }
    if (pier_file_open_disk(&file, argv[1], PIER_FILE_REPLACE, NULL, &error) != PIER_OK ||
        pier_archive_open_store(&archive, file, NULL, &error) != PIER_OK) {
        return fail(&error);
    }
    if (fill(archive, file, mebibytes << 20) != PIER_OK || pier_archive_close(archive) != PIER_OK) {
        return fail(pier_archive_error(archive));
    }
    pier_archive_destroy(archive);
    if (pier_file_close(file) != PIER_OK) {
        return fail(pier_file_error(file));
    }
    pier_file_destroy(file);
    return 0;
}
