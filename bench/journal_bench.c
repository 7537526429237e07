/* Measures journals: appends at each durability and group size beside a loop of write and fdatasync and beside SQLite;
 * replay, and opening after a crash.
 *
 *   journal_bench FOLDER [--slices N] [--records N] [--mebibytes N]
 *
 * FOLDER is made and removed. Prints JSON lines. The raw loop writes as many bytes as the journal came to, in as many
 * writes, and syncs as often. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pier/pier.h>

#include "journal.h"

enum { SLICES_MAX = 101, BLOCK_BYTES = 64 << 10 };

static uint64_t slices = 5;
static uint64_t records_wanted = 1000000;
static uint64_t mebibytes = 1024;
static tick ticks[JOURNAL_TICKS];

/* The folder ------------------------------------------------------------------------------------------------------- */

/* Removes what is in the folder, and returns how many bytes that was. */
static uint64_t empty_folder(const char *folder) {
    uint64_t bytes = 0;
    DIR *names = opendir(folder);
    for (const struct dirent *entry = names != NULL ? readdir(names) : NULL; entry != NULL; entry = readdir(names)) {
        char path[1024];
        struct stat status;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && stat(path, &status) == 0) {
            bytes += (uint64_t)status.st_size;
            demand(unlink(path) == 0, "a file cannot be removed");
        }
    }
    if (names != NULL) {
        (void)closedir(names);
    }
    return bytes;
}

/* Pier ------------------------------------------------------------------------------------------------------------- */

static pier_journal *open_journal(const char *folder, pier_durability durability) {
    pier_journal *journal = NULL;
    pier_error error;
    const pier_journal_options options = {.size = sizeof options, .durability = durability};
    demand(pier_journal_open(&journal, folder, &options, &error) == PIER_OK, "a journal cannot be opened");
    return journal;
}

int64_t journal_pier(journal_task *task) {
    pier_journal *journal = open_journal(task->folder, task->syncs ? PIER_DURABILITY_DISK : PIER_DURABILITY_PROCESS);
    pier_archive *store = NULL;
    demand(pier_journal_open_store(&store, journal, NULL, NULL) == PIER_OK, "a journal cannot be stored to");
    /* A segment is made with the first record: that is opening, as it is for a file and a database. */
    demand(tick_store(store, &task->ticks[0]) == PIER_OK && pier_archive_flush(store) == PIER_OK,
           "a journal cannot be begun");
    int64_t start = now_ns();
    for (uint64_t i = 0; i < task->records; i += task->group) {
        for (uint64_t j = i; j < i + task->group && j < task->records; j++) {
            demand(tick_store(store, &task->ticks[j % JOURNAL_TICKS]) == PIER_OK, "a record cannot be stored");
        }
        demand(pier_archive_flush(store) == PIER_OK, "a journal cannot be flushed");
        if (task->syncs) {
            demand(pier_journal_sync(journal, NULL) == PIER_OK, "a journal cannot be synced");
        }
    }
    int64_t took = now_ns() - start;
    task->bytes_stored = pier_journal_info(journal).bytes;
    pier_archive_destroy(store);
    pier_journal_destroy(journal);
    return took;
}

/* The raw loop ----------------------------------------------------------------------------------------------------- */

int64_t journal_raw(journal_task *task) {
    static uint8_t block[BLOCK_BYTES];
    char path[512];
    (void)snprintf(path, sizeof path, "%s/raw", task->folder);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    demand(file >= 0, "a file cannot be made");
    uint64_t groups = (task->records + task->group - 1) / task->group;
    int64_t start = now_ns();
    for (uint64_t i = 0; i < groups; i++) {
        /* The bytes of this group, in blocks as an archive makes them. */
        uint64_t left = task->bytes * (i + 1) / groups - task->bytes * i / groups;
        while (left > 0) {
            size_t size = left < sizeof block ? (size_t)left : sizeof block;
            demand(write(file, block, size) == (ssize_t)size, "a file cannot be written");
            left -= size;
        }
        demand(!task->syncs || fdatasync(file) == 0, "a file cannot be synced");
    }
    int64_t took = now_ns() - start;
    (void)close(file);
    return took;
}

/* Appends ---------------------------------------------------------------------------------------------------------- */

typedef struct contender {
    const char *name;
    journal_program *program;
} contender;

static const contender contenders[] = {
    {"Pier", journal_pier},
    {"raw write", journal_raw},
#ifdef BENCH_SQLITE
    {"SQLite, WAL", journal_sqlite},
#endif
};

enum { CONTENDERS = sizeof contenders / sizeof contenders[0] };

static void measure_appends(const char *folder, bool syncs, uint64_t group, uint64_t records) {
    static double rates[CONTENDERS][SLICES_MAX];
    static double cpu[CONTENDERS][SLICES_MAX];
    uint64_t bytes[CONTENDERS] = {0};
    for (uint64_t slice = 0; slice < slices; slice++) {
        uint64_t written = 0;
        for (size_t i = 0; i < CONTENDERS; i++) {
            journal_task task = {folder, ticks, records, group, syncs, written, 0};
            int64_t before = cpu_ns();
            int64_t took = contenders[i].program(&task);
            cpu[i][slice] = (double)(cpu_ns() - before) / (double)records / 1e3;
            rates[i][slice] = (double)records * 1e9 / (double)took;
            uint64_t left = empty_folder(folder);
            bytes[i] = task.bytes_stored != 0 ? task.bytes_stored : left;
            written = i == 0 ? task.bytes_stored : written;
        }
    }
    for (size_t i = 0; i < CONTENDERS; i++) {
        printf("{\"part\":\"journal\",\"what\":\"append\",\"name\":\"%s\",\"level\":\"%s\",\"group\":%llu,"
               "\"bytes\":%.1f,\"records_per_second\":[",
               contenders[i].name, syncs ? "disk" : "process", (unsigned long long)group,
               (double)bytes[i] / (double)records);
        for (uint64_t slice = 0; slice < slices; slice++) {
            printf("%s%.0f", slice > 0 ? "," : "", rates[i][slice]);
        }
        printf("],\"cpu_s_a_million\":[");
        for (uint64_t slice = 0; slice < slices; slice++) {
            printf("%s%.4f", slice > 0 ? "," : "", cpu[i][slice]);
        }
        printf("]}\n");
        (void)fflush(stdout);
    }
}

/* Replay and recovery ---------------------------------------------------------------------------------------------- */

static void print_slices(const char *what, const char *unit, const double *values, uint64_t bytes) {
    printf("{\"part\":\"journal\",\"what\":\"%s\",\"name\":\"Pier\",\"bytes\":%llu,\"%s\":[", what,
           (unsigned long long)bytes, unit);
    for (uint64_t slice = 0; slice < slices; slice++) {
        printf("%s%.6g", slice > 0 ? "," : "", values[slice]);
    }
    printf("]}\n");
    (void)fflush(stdout);
}

/* cpu: gets the processor's seconds a million records. */
static double replay_rate(const char *folder, double *cpu) {
    pier_journal *journal = open_journal(folder, PIER_DURABILITY_PROCESS);
    pier_journal_reader *reader = NULL;
    demand(pier_journal_reader_open(&reader, journal, NULL, NULL) == PIER_OK, "a journal cannot be read");
    pier_archive *load = pier_journal_reader_archive(reader);
    uint64_t count = 0;
    uint64_t sum = 0;
    tick record;
    pier_status status;
    int64_t start = now_ns();
    int64_t busy = cpu_ns();
    while ((status = tick_next(load, &record)) == PIER_OK) {
        sum += record.id;
        count++;
    }
    int64_t took = now_ns() - start;
    *cpu = (double)(cpu_ns() - busy) / (double)count / 1e3;
    demand(status == PIER_END && sum != 0 && count + 1 == pier_journal_info(journal).next_record,
           "a replay does not end");
    pier_journal_reader_destroy(reader);
    pier_journal_destroy(journal);
    return (double)count * 1e9 / (double)took;
}

/* A journal of so many bytes and more, left as a killed process leaves it. */
static void measure_large(const char *folder) {
    static double rates[SLICES_MAX];
    static double cpu[SLICES_MAX];
    static double opened[SLICES_MAX];
    pier_journal *journal = open_journal(folder, PIER_DURABILITY_PROCESS);
    pier_archive *store = NULL;
    demand(pier_journal_open_store(&store, journal, NULL, NULL) == PIER_OK, "a journal cannot be stored to");
    uint64_t i = 0;
    /* So that the last segment, which opening looks at, is nearly full. */
    while (pier_journal_info(journal).bytes < (mebibytes + 60) << 20) {
        for (uint64_t j = 0; j < 10000; j++, i++) {
            demand(tick_store(store, &ticks[i % JOURNAL_TICKS]) == PIER_OK, "a record cannot be stored");
        }
    }
    demand(pier_archive_flush(store) == PIER_OK, "a journal cannot be flushed");
    uint64_t bytes = pier_journal_info(journal).bytes;
    pier_archive_destroy(store);
    pier_journal_destroy(journal);
    for (uint64_t slice = 0; slice < slices; slice++) {
        int64_t start = now_ns();
        journal = open_journal(folder, PIER_DURABILITY_PROCESS);
        opened[slice] = (double)(now_ns() - start) / 1e9;
        demand(pier_journal_info(journal).bytes == bytes, "a journal lost something");
        pier_journal_destroy(journal);
        rates[slice] = replay_rate(folder, &cpu[slice]);
    }
    print_slices("recover", "seconds", opened, bytes);
    print_slices("replay", "records_per_second", rates, bytes);
    print_slices("replay", "cpu_s_a_million", cpu, bytes);
    (void)empty_folder(folder);
}

static uint64_t number_of(const char *text) {
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    demand(end != text && *end == '\0' && value > 0, "a number above 0 is needed");
    return value;
}

int main(int argc, char **argv) {
    demand(argc >= 2 && argc % 2 == 0, "usage: journal_bench FOLDER [--slices N] [--records N] [--mebibytes N]");
    for (int i = 2; i < argc; i += 2) {
        uint64_t *to = strcmp(argv[i], "--slices") == 0    ? &slices
                       : strcmp(argv[i], "--records") == 0 ? &records_wanted
                                                           : &mebibytes;
        *to = number_of(argv[i + 1]);
    }
    demand(slices <= SLICES_MAX, "too many slices");
    const char *folder = argv[1];
    demand(mkdir(folder, 0700) == 0 || errno == EEXIST, "the folder cannot be made");
    for (size_t i = 0; i < JOURNAL_TICKS; i++) {
        fill_tick(&ticks[i], i);
    }
    static const uint64_t groups[] = {1, 10, 100, 1000};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        /* One by one there is much to wait for. */
        uint64_t most = i == 0 ? records_wanted / 20 : records_wanted;
        measure_appends(folder, false, groups[i], most);
    }
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        uint64_t syncs = records_wanted / 5000 > 0 ? records_wanted / 5000 : 1;
        measure_appends(folder, true, groups[i], syncs * groups[i]);
    }
    measure_large(folder);
    (void)rmdir(folder);
    return 0;
}
