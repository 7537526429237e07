/* Journals whose segments hold any bytes: opening them ends, with an answer; what is read is told once and in order; and a
 * journal that was opened can be appended to, and has what was appended when it is opened again.
 *
 * Floor 6 (session). An input is choices (a byte), the length of the first segment (two), and two segments. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include <pier/raw.h>

#include "session/journal_internal.h"
#include "session/simulated_folder.h"

#define WITNESS UINT64_C(0x7177a72e55)

static void put_file(const pier__folder *folder, uint64_t ordinal, uint64_t first_record, pier_bytes content) {
    char name[PIER__NAME_BYTES];
    int file = PIER__FOLDER_NO_FILE;
    pier__name_format(name, PIER__NAME_SEGMENT, ordinal, first_record);
    FUZZ_REQUIRE(folder->ops->create(folder->self, name, &file, NULL) == PIER_OK);
    if (content.size > 0) {
        FUZZ_REQUIRE(folder->ops->write(folder->self, file, 0, &content, 1, NULL) == PIER_OK);
    }
    FUZZ_REQUIRE(folder->ops->close(folder->self, file, NULL) == PIER_OK);
}

/* Reads all, over damage. Returns whether the last record was the witness. */
static bool read_all(pier_journal *journal) {
    pier_journal_reader *reader = NULL;
    bool found = false;
    if (pier_journal_reader_open(&reader, journal, NULL, NULL) != PIER_OK) {
        return false;
    }
    pier_archive *load = pier_journal_reader_archive(reader);
    for (;;) {
        pier_status status = pier_archive_next(load);
        if (status == PIER_OK) {
            found =
                !pier_archive_is_raw(load) && pier_load_kind(load) == PIER_KIND_UINT && pier_load_u64(load) == WITNESS;
        } else if (status == PIER_END || (status < 0 && pier_archive_recover(load, NULL) != PIER_OK)) {
            break;
        }
    }
    pier_journal_reader_destroy(reader);
    return found;
}

static void read_blocks(pier_journal *journal) {
    pier_journal_reader *reader = NULL;
    if (pier_journal_reader_open(&reader, journal, NULL, NULL) != PIER_OK) {
        return;
    }
    pier_bytes bytes;
    pier_status status = PIER_OK;
    while (status == PIER_OK || status == PIER_SKIPPED) {
        status = pier_journal_reader_next(reader, &bytes, NULL);
        if (status < 0) {
            status = pier_journal_reader_recover(reader, NULL);
        }
    }
    pier_journal_reader_destroy(reader);
}

/* Stores the witness. Returns whether that could be: a stream at the end of its numbers takes no more. */
static bool append_witness(pier_journal *journal) {
    pier_archive *store = NULL;
    if (pier_journal_info(journal).next_record > UINT64_MAX - 2 ||
        pier_journal_open_store(&store, journal, NULL, NULL) != PIER_OK) {
        return false;
    }
    FUZZ_REQUIRE(pier_archive_begin(store) == PIER_OK);
    pier_store_u64(store, WITNESS);
    FUZZ_REQUIRE(pier_archive_end(store) == PIER_OK && pier_archive_flush(store) == PIER_OK);
    pier_archive_destroy(store);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3) {
        return 0;
    }
    size_t first_bytes = (size_t)(data[1] | data[2] << 8);
    first_bytes = first_bytes < size - 3 ? first_bytes : size - 3;
    sim_disk disk;
    sim_init(&disk);
    disk.life = data[0] & 3;
    pier__folder folder = sim_open(&disk);
    put_file(&folder, 1, 1, (pier_bytes){data + 3, first_bytes});
    if (size - 3 - first_bytes > 0) {
        put_file(&folder, 2 + (data[0] >> 2 & 1), 4, (pier_bytes){data + 3 + first_bytes, size - 3 - first_bytes});
    }
    const pier_journal_options options = {
        .size = sizeof options,
        .durability = (data[0] & 8) != 0 ? PIER_DURABILITY_DISK : PIER_DURABILITY_PROCESS,
        .segment_bytes = (data[0] & 16) != 0 ? PIER_JOURNAL_SEGMENT_BYTES_LOWEST : 0,
        .read_only = (data[0] & 32) != 0,
    };
    pier_journal *journal = NULL;
    pier_error error;
    pier_error_clear(&error);
    pier_status status = pier__journal_open_in(&journal, folder, &options, &error);
    FUZZ_REQUIRE(status == PIER_OK || (journal == NULL && error.status == status && error.text[0] != '\0'));
    if (status == PIER_OK) {
        (void)read_all(journal);
        read_blocks(journal);
    }
    if (status == PIER_OK && !options.read_only && append_witness(journal)) {
        uint64_t next = pier_journal_info(journal).next_record;
        pier_journal_destroy(journal);
        FUZZ_REQUIRE(pier__journal_open_in(&journal, sim_open(&disk), &options, NULL) == PIER_OK);
        FUZZ_REQUIRE(pier_journal_info(journal).next_record == next && read_all(journal));
    }
    pier_journal_destroy(journal);
    sim_deinit(&disk);
    return 0;
}
