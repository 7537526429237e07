/* Opening an archive on disk: see keep.h. */
#include "keep.h"

#include <string.h>
#include <unistd.h>

#include "report.h"

static pier_status open_file(keep *kept, bool is_output, bool force, bool append, pier_error *error) {
    if (is_output) {
        return pier_file_open_handle(&kept->file, STDOUT_FILENO, PIER_FILE_CAN_WRITE, NULL, error);
    }
    pier_file_mode mode = append ? PIER_FILE_APPEND : force ? PIER_FILE_REPLACE : PIER_FILE_CREATE;
    return pier_file_open_disk(&kept->file, kept->path, mode, NULL, error);
}

int keep_open(keep *kept, const char *command, const char *path, bool may_be_output, bool force, bool append,
              uint64_t record_bytes_max) {
    /* All limits but the record's are as high as they go: what another limit let in is kept. */
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = record_bytes_max,
        .text_bytes_max = record_bytes_max,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
    };
    pier_archive_options options = {.size = sizeof(options), .limits = &limits};
    pier_error error;
    bool is_output = may_be_output && strcmp(path, "-") == 0;
    *kept = (keep){.command = command, .path = is_output ? "standard output" : path};
    pier_status status = open_file(kept, is_output, force, append, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_store(&kept->archive, kept->file, &options, &error);
    }
    if (status != PIER_OK) {
        int exit_status = report_error(command, &error, kept->path,
                                       status == PIER_EXISTS ? "; --force replaces it, --append adds to it" : "");
        pier_file_destroy(kept->file);
        *kept = (keep){0};
        return exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
    }
    return EXIT_DONE;
}

int keep_close(keep *kept) {
    int exit_status = EXIT_DONE;
    if (kept->archive != NULL && pier_archive_status(kept->archive) == PIER_OK) {
        if (pier_archive_close(kept->archive) != PIER_OK) {
            exit_status = report_error(kept->command, pier_archive_error(kept->archive), kept->path, "");
        } else if (pier_file_close(kept->file) != PIER_OK) {
            exit_status = report_error(kept->command, pier_file_error(kept->file), kept->path, "");
        }
    }
    pier_archive_destroy(kept->archive);
    pier_file_destroy(kept->file);
    *kept = (keep){0};
    return exit_status;
}
