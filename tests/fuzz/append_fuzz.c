/* Appending behind any bytes: what is appended is loaded, unless something that is damaged was there before; and a file
 * that was mended needs no more mending.
 *
 * Floor 4 (archive). An input is a choice and the content of a file. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include <pier/append.h>
#include <pier/raw.h>

#define WITNESS UINT64_C(0x7177a72e55)

/* Whether the file, which is loaded from its start, ends with the witness; `is_damaged` gets whether anything else was
 * wrong but an end mark that was missing. */
static bool ends_with_witness(pier_file *file, bool *is_damaged) {
    const pier_archive_options options = {.size = sizeof options};
    pier_archive *archive = NULL;
    bool found = false;
    *is_damaged = false;
    FUZZ_REQUIRE(pier_archive_open_load(&archive, file, &options, NULL) == PIER_OK);
    for (;;) {
        pier_status status = pier_archive_next(archive);
        if (status == PIER_OK) {
            found = !pier_archive_is_raw(archive) && pier_load_kind(archive) == PIER_KIND_UINT &&
                    pier_load_u64(archive) == WITNESS;
        } else if (status < 0) {
            *is_damaged = *is_damaged || status != PIER_TRUNCATED;
            if (pier_archive_recover(archive, NULL) != PIER_OK) {
                break;
            }
        } else if (status == PIER_SKIPPED) {
            *is_damaged = true;
        } else {
            FUZZ_REQUIRE(status == PIER_END);
            break;
        }
    }
    pier_archive_destroy(archive);
    return found;
}

/* Stores the witness, and looks for it. */
static void append_witness(pier_file *file, pier_archive *store) {
    uint64_t again = 0;
    pier_error error;
    bool is_damaged = false;
    /* A length in a damaged header may lead to where the torn piece began, which is the end now: what lies before is
     * its payload, and no archive when nothing else proves itself. */
    pier_status status = pier_archive_mend(file, NULL, &again, &error);
    FUZZ_REQUIRE((status == PIER_OK || status == PIER_CORRUPT) && again == 0);
    FUZZ_REQUIRE(pier_file_seek(file, 0) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_begin(store) == PIER_OK);
    pier_store_u64(store, WITNESS);
    FUZZ_REQUIRE(pier_archive_end(store) == PIER_OK && pier_archive_close(store) == PIER_OK);
    bool found = ends_with_witness(file, &is_damaged);
    FUZZ_REQUIRE(found || is_damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    uint8_t *content = (uint8_t *)malloc(size);
    pier_file *file = NULL;
    FUZZ_REQUIRE(content != NULL && pier_file_open_memory(&file, NULL, NULL) == PIER_OK);
    memcpy(content, data + 1, size - 1);
    if ((data[0] & FUZZ_REPAIRS) != 0) {
        fuzz_repair(content, size - 1);
    }
    size_t written = 0;
    pier_bytes span = {content, size - 1};
    if (size > 1) {
        FUZZ_REQUIRE(pier_file_write(file, &span, 1, &written, PIER_NEVER) == PIER_OK && written == size - 1);
    }
    pier_archive *store = NULL;
    uint64_t cut_bytes = 0;
    pier_error error;
    pier_status status = pier_archive_open_append(&store, file, NULL, &cut_bytes, &error);
    FUZZ_REQUIRE(pier_file_memory_bytes(file).size == size - 1 - cut_bytes && (status == PIER_OK || cut_bytes == 0));
    if (status == PIER_OK) {
        append_witness(file, store);
    }
    pier_archive_destroy(store);
    pier_file_destroy(file);
    free(content);
    return 0;
}
