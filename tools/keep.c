/* Opening an archive on disk: see keep.h. */
#include "keep.h"

#include "mend.h"
#include "report.h"

static pier_status open_archive(keep *kept, const keep_options *chosen, pier_error *error) {
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = chosen->record_bytes_max,
        .text_bytes_max = chosen->record_bytes_max,
    };
    if (chosen->takes_anything) {
        limits.elements_max = UINT64_MAX;
        limits.depth_max = PIER_DEPTH_MAX_HIGHEST;
        limits.classes_max = PIER_CLASSES_MAX_HIGHEST;
    }
    pier_archive_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .format = chosen->plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED,
        .plain_form = chosen->plain_form,
        .compression_level = chosen->compression_level,
    };
    return pier_archive_open_store(&kept->archive, kept->file.file, &options, error);
}

int keep_open(keep *kept, const char *command, const char *path, const keep_options *chosen) {
    pier_file_mode mode = chosen->append ? PIER_FILE_APPEND : chosen->force ? PIER_FILE_REPLACE : PIER_FILE_CREATE;
    pier_error error;
    *kept = (keep){.command = command};
    pier_status status = path_file_open(&kept->file, path, mode, &error);
    /* Not before: what another one still writes looks torn, and is locked. */
    int mended = status == PIER_OK && chosen->append ? mend(command, path) : EXIT_DONE;
    if (mended != EXIT_DONE) {
        path_file_destroy(&kept->file);
        return mended;
    }
    if (status == PIER_OK) {
        status = open_archive(kept, chosen, &error);
    }
    if (status != PIER_OK) {
        int exit_status = report_error(command, &error, kept->file.name,
                                       status == PIER_EXISTS ? "; --force replaces it, --append adds to it" : "");
        path_file_destroy(&kept->file);
        return exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
    }
    return EXIT_DONE;
}

int keep_close(keep *kept) {
    int exit_status = EXIT_DONE;
    if (kept->archive != NULL && pier_archive_status(kept->archive) == PIER_OK) {
        if (pier_archive_close(kept->archive) != PIER_OK) {
            exit_status = report_error(kept->command, pier_archive_error(kept->archive), kept->file.name, "");
        } else if (path_file_close(&kept->file) != PIER_OK) {
            exit_status = report_error(kept->command, pier_file_error(kept->file.file), kept->file.name, "");
        }
    }
    pier_archive_destroy(kept->archive);
    kept->archive = NULL;
    path_file_destroy(&kept->file);
    return exit_status;
}
