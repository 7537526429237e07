/* Sends the passages of a file to the office, and prints what each ship owes: gate ENDPOINT FILE */
#include <stdio.h>
#include <pier/pier.h>

#include "lock.pier.h"
#include "tell.h"

/* One passage goes to the office, one toll comes back. */
static pier_status ask(pier_channel *office, const lock_passage *passage) {
    lock_toll toll;
    pier_status status = lock_passage_store(pier_channel_store_archive(office), passage);
    if (status == PIER_OK) {
        status = pier_archive_flush(pier_channel_store_archive(office));
    }
    if (status == PIER_OK) {
        status = lock_toll_next(pier_channel_load_archive(office), &toll);
    }
    if (status == PIER_OK) {
        tell(passage, &toll);
    }
    return status;
}

static pier_status ask_for_all(pier_archive *passages, pier_channel *office) {
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        lock_passage passage;
        status = lock_passage_next(passages, &passage);
        if (status == PIER_END) {
            return pier_channel_close(office);
        }
        if (status == PIER_OK) {
            status = ask(office, &passage);
        }
    }
    return status;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: gate ENDPOINT FILE\n");
        return 2;
    }
    pier_error error = {0};
    pier_file *file = NULL;
    pier_archive *passages = NULL;
    pier_channel *office = NULL;
    pier_channel_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    pier_deadline deadline = pier_deadline_after_ms(10000);
    pier_status status = pier_file_open_disk(&file, argv[2], PIER_FILE_READ, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&passages, file, NULL, &error);
    }
    if (status == PIER_OK) {
        status = pier_channel_connect(&office, argv[1], deadline, &plain, &error);
    }
    if (status == PIER_OK) {
        pier_channel_set_deadline(office, deadline);
        status = ask_for_all(passages, office);
        error = pier_archive_status(passages) < 0 ? *pier_archive_error(passages) : *pier_channel_error(office);
    }
    if (status != PIER_OK) {
        char line[400];
        pier_error_format(&error, line, sizeof line);
        fprintf(stderr, "gate: %s\n", status < 0 ? line : pier_status_text(status));
    }
    pier_channel_destroy(office);
    pier_archive_destroy(passages);
    pier_file_destroy(file);
    return status == PIER_OK ? 0 : 1;
}
