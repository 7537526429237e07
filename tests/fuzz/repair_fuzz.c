/* Repairing: whatever the bytes are, OUT is an archive that is whole, and holds the records, with their classes, that a
 * loader which goes on after damage finds in FILE; exit status 0 tells that there was no damage.
 *
 * The pier command. An input is one byte of choices (1: the checks of its pieces are made right) and the archive. */
#include "fuzz/archive_fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pier/definition.h>
#include <pier/limits.h>

#include "archive/archive_internal.h"
#include "commands.h"

static char folder[] = "/dev/shm/repair_fuzz_XXXXXX";
static char out_path[sizeof folder + 8];

static void remove_folder(void) {
    (void)unlink(out_path);
    (void)rmdir(folder);
}

/* Makes the folder for OUT, in memory: repair waits until the disk has it. */
static void make_folder(void) {
    if (out_path[0] == '\0') {
        FUZZ_REQUIRE(mkdtemp(folder) != NULL);
        (void)snprintf(out_path, sizeof out_path, "%s/out", folder);
        FUZZ_REQUIRE(atexit(remove_folder) == 0);
    }
}

/* Runs the command without a word on standard output and error. */
static int repair(const char *path) {
    char force[] = "--force";
    char *argv[] = {(char *)(uintptr_t)path, out_path, force};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int standard[2];
    FUZZ_REQUIRE(nowhere >= 0);
    for (int i = 0; i < 2; i++) {
        standard[i] = dup(i + 1);
        FUZZ_REQUIRE(standard[i] >= 0 && dup2(nowhere, i + 1) >= 0);
    }
    int status = command_repair(3, argv);
    for (int i = 0; i < 2; i++) {
        FUZZ_REQUIRE(dup2(standard[i], i + 1) >= 0 && close(standard[i]) == 0);
    }
    FUZZ_REQUIRE(close(nowhere) == 0);
    return status;
}

typedef struct content {
    uint64_t hash;
    uint64_t records;
    uint64_t failures;
} content;

static void note(content *found, const void *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        found->hash = (found->hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    }
    found->hash = (found->hash ^ size) * 0x100000001b3u;
}

/* Takes the current record, if its class is defined right. */
static void take_record(content *found, pier_archive *archive) {
    (void)pier_archive_definition(archive);
    const pier__stream_class *of = pier__archive_record_class(archive);
    pier_bytes bytes = pier_archive_record_bytes(archive);
    if (bytes.size > 0) {
        found->records++;
        note(found, bytes.data, bytes.size);
        note(found, of != NULL ? of->closure : NULL, of != NULL ? of->closure_bytes : 0);
    }
}

/* Loads what proves itself, with the limits of the command. */
static content load(const char *path) {
    pier_limits limits = {
        .size = sizeof limits,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
    };
    pier_archive_options options = {.size = sizeof options, .limits = &limits};
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    content found = {0};
    FUZZ_REQUIRE(pier_file_open_disk(&file, path, PIER_FILE_READ, NULL, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_open_load(&archive, file, &options, NULL) == PIER_OK);
    for (;;) {
        pier_status status = pier_archive_next(archive);
        if (status == PIER_OK) {
            take_record(&found, archive);
            status = pier_archive_status(archive);
        }
        if (status == PIER_END) {
            break;
        }
        found.failures += status != PIER_OK ? 1 : 0;
        if (status < 0 && pier_archive_recover(archive, NULL) != PIER_OK) {
            break;
        }
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    make_folder();
    size_t stream_size = size - 1;
    uint8_t *stream = (uint8_t *)malloc(size);
    FUZZ_REQUIRE(stream != NULL);
    memcpy(stream, data + 1, stream_size);
    if ((data[0] & 1) != 0) {
        fuzz_repair(stream, stream_size);
    }
    int handle = memfd_create("repair_fuzz", MFD_CLOEXEC);
    char path[40];
    FUZZ_REQUIRE(handle >= 0 && write(handle, stream, stream_size) == (ssize_t)stream_size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", handle);

    content before = load(path);
    int status = repair(path);
    content after = load(out_path);
    FUZZ_REQUIRE(status == (before.failures > 0 ? 1 : 0));
    FUZZ_REQUIRE(after.failures == 0 && after.records == before.records && after.hash == before.hash);

    FUZZ_REQUIRE(close(handle) == 0);
    free(stream);
    return 0;
}
