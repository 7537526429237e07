/* A program outside Pier, compiled as C and as C++: it stores a typed record in a file in memory and loads it back,
 * which takes a piece of every floor that the package must carry. */
#include <pier/pier.h>

#include <stdio.h>
#include <string.h>

#define CARGO(FIELD)                                                                                                   \
    FIELD(1, u32, crates)                                                                                              \
    FIELD(2, text(16), port)
PIER_RECORD(cargo, "consumer.Cargo", CARGO)

static pier_status store_one(pier_file *file, const cargo *stored, pier_error *error) {
    pier_archive *archive = NULL;
    pier_status status = pier_archive_open_store(&archive, file, NULL, error);
    if (status == PIER_OK) {
        status = cargo_store(archive, stored);
        if (status == PIER_OK) {
            status = pier_archive_close(archive);
        }
        *error = *pier_archive_error(archive);
    }
    pier_archive_destroy(archive);
    return status;
}

static pier_status load_one(pier_file *file, cargo *loaded, pier_error *error) {
    pier_archive *archive = NULL;
    pier_status status = pier_archive_open_load(&archive, file, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_next(archive);
        if (status == PIER_OK) {
            status = cargo_load(archive, loaded);
        }
        *error = *pier_archive_error(archive);
    }
    pier_archive_destroy(archive);
    return status;
}

int main(void) {
    cargo stored = {12, "Hamburg"};
    cargo loaded = {0, ""};
    pier_error error;
    pier_address address;
    pier_file *file = NULL;
    pier_status status = pier_file_open_memory(&file, NULL, &error);
    if (status == PIER_OK) {
        status = store_one(file, &stored, &error);
    }
    if (status == PIER_OK) {
        status = load_one(file, &loaded, &error);
    }
    pier_file_destroy(file);
    if (status == PIER_OK) {
        status = pier_address_parse("tcp://127.0.0.1:7000", &address, &error);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "%s: %s\n", pier_status_name(status), error.text);
        return 1;
    }
    if (strcmp(pier_version(), PIER_VERSION_TEXT) != 0 || loaded.crates != 12 || strcmp(loaded.port, "Hamburg") != 0) {
        fprintf(stderr, "headers of %s, library of %s\n", PIER_VERSION_TEXT, pier_version());
        return 1;
    }
    printf("pier %s, %u crates for %s\n", pier_version(), (unsigned)loaded.crates, loaded.port);
    return 0;
}
