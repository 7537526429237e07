/* Loads plain records of test.Table, whoever wrote them, and prints them: languages_peer FILE */
#include "record/table_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/pier.h>

static int load_all(pier_archive *archive) {
    for (;;) {
        table record;
        pier_status status = pier_archive_next(archive);
        if (status == PIER_END) {
            return 0;
        }
        if (status == PIER_OK) {
            status = pier_load_record(archive, &table_class, &record);
        }
        if (status != PIER_OK) {
            char line[512];
            (void)pier_error_format(pier_archive_error(archive), line, sizeof line);
            fprintf(stderr, "%s\n", line);
            return 1;
        }
        size_t size = pier_record_print(&table_class, &record, NULL, 0) + 1;
        char *text = (char *)malloc(size);
        if (text == NULL) {
            return 1;
        }
        (void)pier_record_print(&table_class, &record, text, size);
        puts(text);
        free(text);
    }
}

int main(int argc, char **argv) {
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    pier_error error = {0};
    pier_status status = pier_file_open_disk(&file, argc > 1 ? argv[1] : "", PIER_FILE_READ, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&archive, file, &options, &error);
    }
    int exit_code = 1;
    if (status == PIER_OK) {
        exit_code = load_all(archive);
    } else {
        fprintf(stderr, "%s\n", error.text);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return exit_code;
}
