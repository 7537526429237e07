/* A meter whose readings live through anything:
 *
 *     meter take FOLDER COUNT    takes readings, one after the other, and prints how many are safe after each hundred;
 *                                kill it whenever you like, and start it again: it goes on
 *     meter sum FOLDER           adds up those that it has not added yet, and notes how far it came
 *     meter show FOLDER [FROM]   prints the readings from a number on
 *     meter tail FOLDER          prints readings as another process takes them */
#define _POSIX_C_SOURCE 200809L /* nanosleep */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pier/pier.h>

#define READING(FIELD) FIELD(1, i64, time_ns) FIELD(2, i32, watts)
PIER_RECORD(reading, "meter.Reading", READING)

static int complain(const char *what, pier_status status, const pier_error *error) {
    fprintf(stderr, "meter: %s: %s\n", what, error->status < 0 ? error->text : pier_status_text(status));
    return 1;
}

/* [guide: open-journal] */
/* Opens the journal, or makes it. What a killed process left half written is cut off. */
static pier_status open_journal(pier_journal **journal, const char *folder, pier_error *error) {
    const pier_journal_options options = {
        .size = sizeof options,
        .segment_bytes = 1 << 20,
        .bytes_max = 64 << 20,
        .drops_oldest = true,
        .time_unix_ns = (uint64_t)pier_clock_unix_ns(),
    };
    pier_status status = pier_journal_open(journal, folder, &options, error);
    if (status == PIER_OK && pier_journal_info(*journal).cut_bytes > 0) {
        fprintf(stderr, "meter: %" PRIu64 " bytes were torn, and cut off\n", pier_journal_info(*journal).cut_bytes);
    }
    return status;
}
/* [end] */

/* [guide: append-journal] */
/* Takes readings. A hundred of them share a sync: until then the machine's end may take them. */
static pier_status take(pier_journal *journal, pier_archive *store, long count) {
    pier_status status = PIER_OK;
    for (long i = 1; i <= count && status == PIER_OK; i++) {
        const reading now = {.time_ns = pier_clock_unix_ns(), .watts = (int32_t)(i % 500)};
        status = reading_store(store, &now);
        if (status == PIER_OK && (i % 100 == 0 || i == count)) {
            uint64_t durable = 0;
            status = pier_archive_flush(store);
            status = status == PIER_OK ? pier_journal_sync(journal, &durable) : status;
            if (status == PIER_OK) {
                printf("%" PRIu64 " are safe\n", durable);
                (void)fflush(stdout);
            }
        }
    }
    return status;
}
/* [end] */

static int run_take(const char *folder, long count) {
    pier_journal *journal = NULL;
    pier_archive *store = NULL;
    pier_error error;
    pier_status status = open_journal(&journal, folder, &error);
    if (status == PIER_OK) {
        status = pier_journal_open_store(&store, journal, NULL, &error);
    }
    if (status != PIER_OK) {
        pier_journal_destroy(journal);
        return complain(folder, status, &error);
    }
    status = take(journal, store, count);
    if (status == PIER_OK) {
        status = pier_journal_close(journal);
    }
    int result = status == PIER_OK ? 0 : complain("readings are lost", status, pier_journal_error(journal));
    pier_archive_destroy(store);
    pier_journal_destroy(journal);
    return result;
}

/* [guide: note] */
/* What was added up so far, kept in the journal itself: both survive, or neither. */
typedef struct progress {
    uint64_t next;
    int64_t sum;
} progress;

enum { PROGRESS = 0 /* the number of the note */ };

static progress find_progress(const pier_journal *journal) {
    progress found = {.next = pier_journal_info(journal).first_record};
    pier_bytes noted = pier_journal_noted(journal, PROGRESS);
    if (noted.size == sizeof found) {
        memcpy(&found, noted.data, sizeof found);
    }
    return found;
}

static pier_status note_progress(pier_journal *journal, const progress *reached) {
    pier_status status = pier_journal_note(journal, PROGRESS, (pier_bytes){reached, sizeof *reached});
    return status == PIER_OK ? pier_journal_sync(journal, NULL) : status;
}
/* [end] */

/* [guide: read-journal] */
/* Adds up the readings from where it stopped last time. */
static pier_status add_up(pier_journal *journal, progress *reached, pier_error *error) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = reached->next};
    pier_status status = pier_journal_reader_open(&reader, journal, &from, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_archive *load = pier_journal_reader_archive(reader);
    reading one;
    while ((status = reading_next(load, &one)) == PIER_OK) {
        reached->sum += one.watts;
        reached->next = pier_archive_record_number(load) + 1;
    }
    *error = *pier_archive_error(load);
    pier_journal_reader_destroy(reader);
    return status == PIER_END ? PIER_OK : status;
}
/* [end] */

static int run_sum(const char *folder) {
    pier_journal *journal = NULL;
    pier_error error;
    pier_status status = open_journal(&journal, folder, &error);
    if (status != PIER_OK) {
        return complain(folder, status, &error);
    }
    progress reached = find_progress(journal);
    status = add_up(journal, &reached, &error);
    if (status == PIER_OK) {
        status = note_progress(journal, &reached);
    }
    if (status == PIER_OK) {
        status = pier_journal_close(journal);
    }
    if (status == PIER_OK) {
        printf("%" PRIu64 " readings, %" PRId64 " together\n", reached.next - 1, reached.sum);
    } else {
        (void)complain(folder, status, &error);
    }
    pier_journal_destroy(journal);
    return status == PIER_OK ? 0 : 1;
}

/* [guide: follow-journal] */
/* Prints readings; with `follows`, those too that another process takes meanwhile. Damage costs what it hit, and is
 * told. */
static pier_status print_all(pier_journal *journal, uint64_t from_record, bool follows, pier_error *error) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = from_record, .follows = follows};
    pier_status status = pier_journal_reader_open(&reader, journal, &from, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_archive *load = pier_journal_reader_archive(reader);
    while (status == PIER_OK || status == PIER_WOULD_BLOCK || (follows && status == PIER_END)) {
        reading one;
        status = reading_next(load, &one);
        if (status == PIER_OK) {
            printf("%" PRIu64 ": %d W\n", pier_archive_record_number(load), (int)one.watts);
        } else if (status == PIER_CORRUPT) {
            uint64_t skipped = 0;
            status = pier_archive_recover(load, &skipped);
            fprintf(stderr, "meter: %" PRIu64 " bytes are damaged\n", skipped);
        } else if (follows) {
            const struct timespec pause = {.tv_nsec = 50000000};
            (void)fflush(stdout);
            (void)nanosleep(&pause, NULL);
        }
    }
    *error = *pier_archive_error(load);
    pier_journal_reader_destroy(reader);
    return status == PIER_END ? PIER_OK : status;
}
/* [end] */

static int run_print(const char *folder, uint64_t from_record, bool follows) {
    pier_journal *journal = NULL;
    pier_error error;
    const pier_journal_options options = {.size = sizeof options, .read_only = true, .must_exist = true};
    pier_status status = pier_journal_open(&journal, folder, &options, &error);
    if (status == PIER_OK) {
        status = print_all(journal, from_record, follows, &error);
    }
    pier_journal_destroy(journal);
    return status == PIER_OK ? 0 : complain(folder, status, &error);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "take") == 0) {
        return run_take(argv[2], strtol(argv[3], NULL, 10));
    }
    if (argc == 3 && strcmp(argv[1], "sum") == 0) {
        return run_sum(argv[2]);
    }
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "show") == 0) {
        return run_print(argv[2], argc == 4 ? strtoull(argv[3], NULL, 10) : 0, false);
    }
    if (argc == 3 && strcmp(argv[1], "tail") == 0) {
        return run_print(argv[2], 0, true);
    }
    fprintf(stderr, "usage: meter take FOLDER COUNT | sum FOLDER | show FOLDER [FROM] | tail FOLDER\n");
    return 2;
}
