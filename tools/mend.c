/* Making an archive on disk fit to be appended to: see mend.h.
 *
 * proto/wire.md, "Going on after damage", says why: a loader believes no preamble within a payload whose header has
 * proved itself, since a record may hold the bytes of another stream. Whatever else is damaged, a loader finds its way
 * from there to what is appended. */
#include "mend.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pier/archive.h>

#include "path_file.h"
#include "report.h"

/* Of a preamble, a header and an end mark (proto/wire.md). */
#define PIECE_BYTES 64

/* What is known of the file. */
typedef struct look {
    uint64_t size;
    uint64_t whole_until; /* behind the last piece that is whole */
    bool has_piece;
    bool is_torn;     /* it ends within the piece at `whole_until` */
    pier_error error; /* the first failure; PIER_OK when there is none */
} look;

/* Walks over all pieces, and over damage. */
static void walk(pier_archive *archive, look *found) {
    for (;;) {
        pier_block block;
        pier_status status = pier_archive_next_block(archive, &block);
        if (status == PIER_OK) {
            found->has_piece = true;
            found->whole_until =
                block.offset + PIECE_BYTES + (block.kind == PIER_BLOCK_PREAMBLE ? 0 : block.stored_bytes);
        } else if (status > 0 && status != PIER_SKIPPED) {
            return;
        } else if (status < 0) {
            const pier_error *error = pier_archive_error(archive);
            if (found->error.status == PIER_OK) {
                found->error = *error;
            }
            if (status == PIER_TRUNCATED && error->offset == found->size) {
                found->is_torn = found->whole_until < found->size;
                return;
            }
            if (pier_archive_recover(archive, NULL) != PIER_OK) {
                return;
            }
        }
    }
}

/* Returns EXIT_DONE with `found` filled, or what to exit with. */
static int look_at(const char *command, const char *path, look *found) {
    /* Whatever its records are, they are passed over. */
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
        .queue_bytes_max = UINT64_MAX,
    };
    pier_archive_options options = {.size = sizeof(options), .limits = &limits};
    path_file file;
    pier_archive *archive = NULL;
    pier_error error;
    pier_status status = path_file_open(&file, path, PIER_FILE_READ, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&archive, file.file, &options, &error);
    }
    int exit_status = EXIT_DONE;
    if (status == PIER_OK) {
        walk(archive, found);
    } else {
        exit_status = report_error(command, &error, path, "");
    }
    pier_archive_destroy(archive);
    path_file_destroy(&file);
    return exit_status;
}

int mend(const char *command, const char *path) {
    struct stat about;
    if (strcmp(path, "-") == 0 || stat(path, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0) {
        return EXIT_DONE;
    }
    look found = {.size = (uint64_t)about.st_size};
    int exit_status = look_at(command, path, &found);
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    pier_status status = found.error.status;
    bool is_archive = found.has_piece || found.is_torn;
    if (status != PIER_OK && (!is_archive || report_exit(status) != EXIT_DATA)) {
        return report_error(command, &found.error, path, "; nothing is appended to it");
    }
    if (!found.is_torn) {
        return EXIT_DONE;
    }
    if (truncate(path, (off_t)found.whole_until) != 0) {
        return report_errno(command, errno, path);
    }
    (void)report(command, PIER_TRUNCATED,
                 "%s: it ends within a block, of which %" PRIu64 " bytes are taken away (byte %" PRIu64 ")", path,
                 found.size - found.whole_until, found.whole_until);
    return EXIT_DONE;
}
