/* What `pier repair` writes: see repair_output.h. */
#include "repair_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

/* Definitions are repeated so often, as in every archive on disk: it can be entered in its middle. */
#define CHECKPOINT_BYTES ((uint64_t)1 << 20)

static const char suffix[] = ".XXXXXX";

static int refuse_existing(const repair_output *out) {
    return report(out->command, PIER_EXISTS, "%s: it exists; --force replaces it", out->path);
}

/* Whether what bears the name may be replaced. */
static int check_path(const repair_output *out, const char *source) {
    struct stat there;
    struct stat of_source;
    if (stat(out->path, &there) != 0) {
        return errno == ENOENT ? EXIT_DONE : report_errno(out->command, errno, out->path);
    }
    if (strcmp(source, "-") != 0 && stat(source, &of_source) == 0 && of_source.st_dev == there.st_dev &&
        of_source.st_ino == there.st_ino) {
        return report(out->command, PIER_USAGE, "%s is the damaged archive itself, which stays as it is", out->path);
    }
    if (!S_ISREG(there.st_mode)) {
        return report(out->command, PIER_USAGE, "%s is no file that could be replaced", out->path);
    }
    return out->force ? EXIT_DONE : refuse_existing(out);
}

/* Makes the draft. Nobody else may read it, as in every archive that Pier makes. */
static int make_draft(repair_output *out) {
    size_t size = strlen(out->path) + sizeof(suffix);
    char *draft = malloc(size);
    if (draft == NULL) {
        return report(out->command, PIER_NO_MEMORY, "%s: %s", out->path, pier_status_text(PIER_NO_MEMORY));
    }
    (void)snprintf(draft, size, "%s%s", out->path, suffix);
    out->handle = mkostemp(draft, O_CLOEXEC);
    if (out->handle < 0) {
        int os_error = errno;
        free(draft);
        return report_errno(out->command, os_error, out->path);
    }
    out->draft = draft;
    return EXIT_DONE;
}

int repair_output_open(repair_output *out, const char *command, const char *path, const char *source, bool force,
                       const pier_limits *limits) {
    *out = (repair_output){.command = command, .path = path, .force = force, .handle = -1};
    int exit_status = check_path(out, source);
    if (exit_status == EXIT_DONE) {
        exit_status = make_draft(out);
    }
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    pier_archive_options options = {.size = sizeof(options), .limits = limits, .checkpoint_bytes = CHECKPOINT_BYTES};
    pier_error error;
    pier_status status = pier_file_open_handle(&out->file, out->handle, PIER_FILE_CAN_WRITE, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_store(&out->archive, out->file, &options, &error);
    }
    return status == PIER_OK ? EXIT_DONE : report_error(command, &error, path, "");
}

int repair_output_report(const repair_output *out) {
    int exit_status = report_error(out->command, pier_archive_error(out->archive), out->path, "");
    return exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
}

/* Gives the draft its name. Without --force a file that got the name meanwhile stays. */
static int rename_draft(repair_output *out) {
    if (out->force) {
        if (rename(out->draft, out->path) != 0) {
            return report_errno(out->command, errno, out->path);
        }
        free(out->draft);
        out->draft = NULL;
        return EXIT_DONE;
    }
    /* A link never replaces anything; the draft's own name goes when everything is freed. Where there are no links,
     * nothing better can be had than looking once more. */
    if (link(out->draft, out->path) == 0) {
        return EXIT_DONE;
    }
    if (errno == EEXIST) {
        return refuse_existing(out);
    }
    struct stat there;
    if (lstat(out->path, &there) == 0) {
        return refuse_existing(out);
    }
    out->force = true;
    return rename_draft(out);
}

int repair_output_finish(repair_output *out) {
    if (pier_archive_close(out->archive) != PIER_OK) {
        return repair_output_report(out);
    }
    if (fsync(out->handle) != 0 && errno != EINVAL && errno != ENOSYS) {
        return report_errno(out->command, errno, out->path);
    }
    int handle = out->handle;
    pier_file_destroy(out->file);
    out->file = NULL;
    out->handle = -1;
    /* Some file systems tell only now that they are full. */
    if (close(handle) != 0) {
        return report_errno(out->command, errno, out->path);
    }
    return rename_draft(out);
}

void repair_output_deinit(repair_output *out) {
    pier_archive_destroy(out->archive);
    pier_file_destroy(out->file);
    if (out->handle >= 0) {
        (void)close(out->handle);
    }
    if (out->draft != NULL) {
        (void)unlink(out->draft);
    }
    free(out->draft);
    *out = (repair_output){.handle = -1};
}
