/* Runs the paths that are used most, one after the other, for speed.py to count their instructions: it is run under
 * valgrind's callgrind, which counts from each begin() to the end() behind it and writes a file with the name.
 *
 * What it runs are the records of bench/README.md: by their generated codec alone, and through an archive in memory. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/pier.h>

#include "demand.h"
#include "record_workloads.h"
#include "record_workloads.pier.h"

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif

#if !defined(CALLGRIND_ZERO_STATS)
int main(void) {
    puts("skipped: compiled without valgrind/callgrind.h");
    return 77;
}
#else

enum { RECORDS = 64 };

typedef struct path {
    const char *name;
    const pier_class *type;
    void (*fill)(void *to, size_t index);
    uint8_t *records;
    uint8_t *loaded;
} path;

static void begin(void) {
    CALLGRIND_ZERO_STATS;
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_TOGGLE_COLLECT;
}

static void end(const path *of, const char *what) {
    char name[64];
    CALLGRIND_TOGGLE_COLLECT;
    (void)snprintf(name, sizeof name, "%s, %s", of->name, what);
    CALLGRIND_DUMP_STATS_AT(name);
}

static void *record_of(const path *of, uint8_t *records, size_t i) {
    return records + i * of->type->record_bytes;
}

static void compare(const path *of) {
    for (size_t i = 0; i < RECORDS; i++) {
        demand(pier_record_compare(of->type, record_of(of, of->records, i), record_of(of, of->loaded, i)) == 0,
               "what was loaded is not what was stored");
    }
    memset(of->loaded, 0, RECORDS * of->type->record_bytes);
}

static void run_codec(const path *of) {
    uint64_t room = 0;
    for (size_t i = 0; i < RECORDS; i++) {
        pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_max = PIER_ELEMENTS_MAX_DEFAULT};
        room += of->type->measure(record_of(of, of->records, i), &counts);
    }
    uint8_t *bytes = (uint8_t *)allocate((size_t)room + PIER_PADDING_BYTES);
    uint8_t *at = bytes;
    begin();
    for (size_t i = 0; i < RECORDS && at != NULL; i++) {
        at = of->type->encode(at, record_of(of, of->records, i));
    }
    end(of, "codec, store");
    demand(at != NULL, "a record is refused");
    const uint8_t *from = bytes;
    pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    begin();
    for (size_t i = 0; i < RECORDS && from != NULL; i++) {
        from = of->type->decode(from, at, record_of(of, of->loaded, i), &how);
    }
    end(of, "codec, load");
    demand(from == at, "a record is not loaded");
    compare(of);
    free(bytes);
}

static pier_status store_all(const path *of, pier_archive *archive) {
    pier_status status = PIER_OK;
    for (size_t i = 0; i < RECORDS && status == PIER_OK; i++) {
        status = pier_store_record(archive, of->type, record_of(of, of->records, i));
    }
    return status;
}

static pier_status load_all(const path *of, pier_archive *archive) {
    pier_status status = PIER_OK;
    for (size_t i = 0; i < RECORDS && status == PIER_OK; i++) {
        status = pier_next_record(archive, of->type, record_of(of, of->loaded, i));
    }
    return status;
}

/* Everything is counted once before, with what happens only once: memory, and the definition of the class. */
static void run_archive(const path *of) {
    pier_error error;
    pier_archive *store = NULL;
    pier_archive *load = NULL;
    demand(pier_archive_open_store(&store, NULL, NULL, &error) == PIER_OK &&
               pier_archive_open_load(&load, NULL, NULL, &error) == PIER_OK,
           "no archive");
    for (unsigned round = 0; round < 2; round++) {
        if (round == 1) {
            begin();
        }
        pier_status status = store_all(of, store);
        if (status == PIER_OK) {
            status = pier_archive_flush(store);
        }
        if (round == 1) {
            end(of, "archive, store");
        }
        demand(status == PIER_OK, "a record is not stored");
        pier_bytes stream = pier_archive_drain(store);
        demand(pier_archive_feed(load, stream) == PIER_OK, "a stream is not taken");
        pier_archive_drained(store, stream.size);
        if (round == 1) {
            begin();
        }
        status = load_all(of, load);
        if (round == 1) {
            end(of, "archive, load");
        }
        demand(status == PIER_OK, "a record is not loaded");
        compare(of);
    }
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

int main(void) {
    static const path all[] = {
        {.name = "tick", .type = &bench_tick_class, .fill = fill_tick},
        {.name = "tick, fixed", .type = &bench_tick_fixed_class, .fill = fill_tick_fixed},
        {.name = "monster", .type = &bench_monster_class, .fill = fill_monster},
        {.name = "monster, typed", .type = &bench_monster_typed_class, .fill = fill_monster_typed},
        {.name = "series", .type = &bench_series_class, .fill = fill_series},
        {.name = "series, one byte each", .type = &bench_series_class, .fill = fill_series_short},
        {.name = "series, nine bytes each", .type = &bench_series_class, .fill = fill_series_long},
        {.name = "series, runs of one width", .type = &bench_series_class, .fill = fill_series_runs},
        {.name = "series, typed", .type = &bench_series_typed_class, .fill = fill_series_typed},
    };
    printf("records %d\n", RECORDS);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        path one = all[i];
        one.records = (uint8_t *)allocate(RECORDS * one.type->record_bytes);
        one.loaded = (uint8_t *)allocate(RECORDS * one.type->record_bytes);
        for (size_t j = 0; j < RECORDS; j++) {
            one.fill(record_of(&one, one.records, j), j);
        }
        run_codec(&one);
        run_archive(&one);
        free(one.records);
        free(one.loaded);
    }
    return 0;
}
#endif
