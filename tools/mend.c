/* Making an archive on disk fit to be appended to: see mend.h. The library does it (append.h); here it is told. */
#include "mend.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <pier/append.h>

#include "report.h"

/* Mends an open file, and tells what was taken away. */
static int mend_file(const char *command, const char *path, pier_file *file) {
    uint64_t cut_bytes = 0;
    uint64_t length = 0;
    pier_error error;
    pier_status status = pier_archive_mend(file, NULL, &cut_bytes, &error);
    if (status != PIER_OK) {
        return report_error(command, &error, path, "; nothing is appended to it");
    }
    if (pier_file_length(file, &length) != PIER_OK) {
        return report_error(command, pier_file_error(file), path, "");
    }
    if (cut_bytes > 0) {
        (void)report(command, PIER_TRUNCATED,
                     "%s: it ends within a block, of which %" PRIu64 " bytes are taken away (byte %" PRIu64 ")", path,
                     cut_bytes, length);
    }
    return EXIT_DONE;
}

int mend(const char *command, const char *path) {
    struct stat about;
    if (strcmp(path, "-") == 0 || stat(path, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0) {
        return EXIT_DONE;
    }
    pier_file *file = NULL;
    pier_error error;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_UPDATE, NULL, &error);
    int exit_status = status == PIER_OK ? mend_file(command, path, file) : report_error(command, &error, path, "");
    pier_file_destroy(file);
    return exit_status;
}
