/* What the tests of journals share: records with a known content, stored, and read back. */
#ifndef PIER_TESTS_JOURNAL_SUPPORT_H
#define PIER_TESTS_JOURNAL_SUPPORT_H

#include "archive/archive_support.h"
#include "session/journal_internal.h"
#include "session/simulated_folder.h"

/* Opens a journal on a simulated disk. options: their size is filled in; NULL for the defaults. */
pier_journal *test_journal_open(sim_disk *disk, const pier_journal_options *options);
pier_status test_journal_try(pier_journal **out, sim_disk *disk, const pier_journal_options *options,
                             pier_error *error);

/* Opens one in a folder of the machine. */
pier_journal *test_journal_open_disk(const char *folder, const pier_journal_options *options);

/* A program that stores to a journal: record n is an array of n and a text whose length and letter n tell. Every third
 * is of a class. */
typedef struct test_writer {
    pier_journal *journal;
    pier_archive *archive;
} test_writer;

void test_writer_open(test_writer *writer, pier_journal *journal, const pier_archive_options *options);
void test_writer_close(test_writer *writer);

/* Stores `count` records, the next ones, and flushes. Returns what the flush answered. */
pier_status test_writer_store(test_writer *writer, uint64_t count);

/* Fails the test unless the record that an archive has begun to load is that of its number. */
void test_check_record(pier_archive *load);

/* Reads all records from `from` on with a new reader, and checks each one. Returns how many there were; fails the test
 * when the numbers are not one row, or when it does not end well. */
uint64_t test_journal_count(pier_journal *journal, uint64_t from);

/* Compares the bytes of the blocks that a reader gives from `from` on with those of a loader: counts the records. */
uint64_t test_journal_count_blocks(pier_journal *journal, uint64_t from);

#endif
