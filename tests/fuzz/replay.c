/* Replays a corpus through a fuzz entry, where there is no fuzzer: `program FOLDER-OR-FILE …`.
 *
 * Shared by the fuzz entries of all floors. Each input lies in a block of its own size, so that a sanitizer or valgrind
 * sees a read past its end; each is given whole and cut in half. An empty corpus is a failure: nothing was tested. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static unsigned long replayed;

static void replay_bytes(const uint8_t *data, size_t size) {
    uint8_t *exact = calloc(1, size > 0 ? size : 1);
    FUZZ_REQUIRE(exact != NULL);
    if (size > 0) {
        memcpy(exact, data, size);
    }
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void replay_file(const char *path, size_t size) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size > 0 ? size : 1);
    FUZZ_REQUIRE(file != NULL && data != NULL);
    FUZZ_REQUIRE(fread(data, 1, size, file) == size);
    (void)fclose(file);
    replay_bytes(data, size);
    replay_bytes(data, size / 2);
    free(data);
    replayed++;
}

static void replay_path(const char *path) {
    struct stat status;
    FUZZ_REQUIRE(stat(path, &status) == 0);
    if (!S_ISDIR(status.st_mode)) {
        replay_file(path, (size_t)status.st_size);
        return;
    }
    DIR *folder = opendir(path);
    FUZZ_REQUIRE(folder != NULL);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            char inside[4096];
            int length = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
            FUZZ_REQUIRE(length > 0 && (size_t)length < sizeof inside);
            replay_path(inside);
        }
    }
    (void)closedir(folder);
}

int main(int argc, char **argv) {
    replay_bytes(NULL, 0);
    for (int i = 1; i < argc; i++) {
        replay_path(argv[i]);
    }
    printf("%lu inputs replayed\n", replayed);
    return replayed > 0 ? 0 : 1;
}
