/* Runs the paths that are used most, one after the other, for speed.py to count their instructions: it is run under
 * valgrind's callgrind, which counts from each begin() to the end() behind it and writes a file with the name.
 *
 * What it runs are the records of bench/README.md: by their generated codec alone, through an archive in memory, and
 * in the ways beside that (other_paths.c). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/pier.h>

#include "demand.h"
#include "paths.h"
#include "record_workloads.h"
#include "record_workloads.pier.h"

#if !defined(CALLGRIND_ZERO_STATS)
int main(void) {
    puts("skipped: compiled without valgrind/callgrind.h");
    return 77;
}
#else

void begin(void) {
    CALLGRIND_ZERO_STATS;
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_TOGGLE_COLLECT;
}

void end(const path *of, const char *what) {
    char name[64];
    CALLGRIND_TOGGLE_COLLECT;
    (void)snprintf(name, sizeof name, "%s, %s", of->name, what);
    CALLGRIND_DUMP_STATS_AT(name);
}

void compare(const path *of) {
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

int main(void) {
    static const path all[] = {
        {.name = "tick", .type = &bench_tick_class, .fill = fill_tick, .has_forms = true},
        {.name = "tick, fixed", .type = &bench_tick_fixed_class, .fill = fill_tick_fixed},
        {.name = "monster", .type = &bench_monster_class, .fill = fill_monster, .has_forms = true},
        {.name = "monster, typed", .type = &bench_monster_typed_class, .fill = fill_monster_typed},
        {.name = "series", .type = &bench_series_class, .fill = fill_series, .has_forms = true},
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
        run_forms(&one);
        free(one.records);
        free(one.loaded);
    }
    run_values();
    return 0;
}
#endif
