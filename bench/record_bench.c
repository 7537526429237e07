/* How long records take: the codec of <pier/record.h> alone and within an archive, beside that which the schema
 * compiler makes of the same structs, a copy of the struct, and msgpack-c.
 *
 *     record_bench [SLICES]
 *
 * Every contender runs a slice in turn, so that what else the machine does meets all alike; the median and the minimum
 * of the slices are printed, in nanoseconds a record, with the ratio of the medians to the copy. Compare ratios, never
 * times of different runs. What is loaded is compared with what was stored. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/pier.h>

#include <msgpack/unpack.h>

#include "demand.h"
#include "record_msgpack.h"
#include "record_workloads.pier.h"

/* Contenders ------------------------------------------------------------------------------------------------------- */

typedef struct workload {
    const char *name;
    const pier_class *type;
    const pier_class *generated; /* of the same struct */
    size_t count;                /* records, stored in turn */
    void (*fill)(void *to, size_t index);
    void (*pack)(uint8_t **to, const void *from); /* NULL: msgpack-c has no such form */
    /* Made once */
    uint8_t *records;
    uint8_t *loaded;
    uint8_t *encoded; /* all records, end to end, with the padding behind */
    size_t encoded_bytes;
    uint8_t *room;
    size_t room_bytes;
    pier_archive *store;
    pier_bytes stream; /* all records, framed */
    pier_archive *load;
} workload;

static void store_by_copy(workload *work) {
    size_t bytes = work->type->record_bytes;
    uint8_t *at = work->room;
    for (size_t i = 0; i < work->count; i++) {
        memcpy(at, work->records + i * bytes, bytes);
        at += bytes;
    }
}

static void store_by(workload *work, const pier_class *type) {
    const uint8_t *record = work->records;
    uint8_t *at = work->room;
    for (size_t i = work->count; i > 0; i--) {
        at = type->encode(at, record);
        demand(at != NULL, "a record is refused");
        record += type->record_bytes;
    }
}

static void store_by_codec(workload *work) {
    store_by(work, work->type);
}

static void store_by_generated(workload *work) {
    store_by(work, work->generated);
}

static void store_into_archive(workload *work) {
    for (size_t i = 0; i < work->count; i++) {
        demand(pier_store_record(work->store, work->type, work->records + i * work->type->record_bytes) == PIER_OK,
               "a record is not stored");
    }
    pier_archive_drained(work->store, pier_archive_drain(work->store).size);
}

static void store_by_msgpack(workload *work) {
    const uint8_t *record = work->records;
    uint8_t *at = work->room;
    for (size_t i = work->count; i > 0; i--) {
        work->pack(&at, record);
        record += work->type->record_bytes;
    }
    demand((size_t)(at - work->room) == work->encoded_bytes, "msgpack-c stores other bytes");
}

static void load_by_copy(workload *work) {
    size_t bytes = work->type->record_bytes;
    for (size_t i = 0; i < work->count; i++) {
        memcpy(work->loaded + i * bytes, work->records + i * bytes, bytes);
    }
}

static void load_by(workload *work, const pier_class *type) {
    const uint8_t *at = work->encoded;
    const uint8_t *end = at + work->encoded_bytes;
    uint8_t *record = work->loaded;
    pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
    for (size_t i = work->count; i > 0; i--) {
        at = type->decode(at, end, record, &how);
        demand(at != NULL, "a record is not loaded");
        record += type->record_bytes;
    }
}

static void load_by_codec(workload *work) {
    load_by(work, work->type);
}

static void load_by_generated(workload *work) {
    load_by(work, work->generated);
}

static void load_from_archive(workload *work) {
    demand(pier_archive_reset(work->load) == PIER_OK && pier_archive_feed(work->load, work->stream) == PIER_OK,
           "a stream is not taken");
    for (size_t i = 0; i < work->count; i++) {
        demand(pier_archive_next(work->load) == PIER_OK &&
                   pier_load_record(work->load, work->type, work->loaded + i * work->type->record_bytes) == PIER_OK,
               "a record is not loaded");
    }
}

static void load_by_msgpack(workload *work) {
    msgpack_unpacked object;
    msgpack_unpacked_init(&object);
    size_t offset = 0;
    for (size_t i = 0; i < work->count; i++) {
        demand(msgpack_unpack_next(&object, (const char *)work->encoded, work->encoded_bytes, &offset) ==
                   MSGPACK_UNPACK_SUCCESS,
               "msgpack-c loads nothing");
    }
    msgpack_unpacked_destroy(&object);
}

static const struct {
    const char *name;
    void (*run)(workload *work);
} contenders[] = {
    {"store: copy of the struct", store_by_copy},
    {"store: codec", store_by_codec},
    {"store: codec of a schema", store_by_generated},
    {"store: into an archive", store_into_archive},
    {"store: msgpack-c, inlined", store_by_msgpack},
    {"load: copy of the struct", load_by_copy},
    {"load: codec", load_by_codec},
    {"load: codec of a schema", load_by_generated},
    {"load: from an archive", load_from_archive},
    {"load: msgpack-c, objects only", load_by_msgpack},
};

enum { CONTENDERS = sizeof contenders / sizeof contenders[0], COPY_TO_LOAD = 5 };

/* Measuring -------------------------------------------------------------------------------------------------------- */

static void prepare(workload *work) {
    size_t bytes = work->type->record_bytes;
    work->records = (uint8_t *)allocate(work->count * bytes);
    work->loaded = (uint8_t *)allocate(work->count * bytes);
    uint64_t most = 0;
    for (size_t i = 0; i < work->count; i++) {
        work->fill(work->records + i * bytes, i);
        pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_DEFAULT};
        uint64_t measured = work->type->measure(work->records + i * bytes, &counts);
        most = measured > most ? measured : most;
    }
    work->room_bytes = work->count * (most > bytes ? (size_t)most : bytes);
    work->room = (uint8_t *)allocate(work->room_bytes);
    uint8_t *at = work->room;
    for (size_t i = 0; i < work->count; i++) {
        at = work->type->encode(at, work->records + i * bytes);
        demand(at != NULL, "a record is refused");
    }
    work->encoded_bytes = (size_t)(at - work->room);
    work->encoded = (uint8_t *)allocate(work->encoded_bytes + PIER_PADDING_BYTES);
    memcpy(work->encoded, work->room, work->encoded_bytes);
    pier_error error;
    pier_archive *made = NULL;
    demand(pier_archive_open_store(&work->store, NULL, NULL, &error) == PIER_OK &&
               pier_archive_open_store(&made, NULL, NULL, &error) == PIER_OK &&
               pier_archive_open_load(&work->load, NULL, NULL, &error) == PIER_OK,
           "no archive");
    for (size_t i = 0; i < work->count; i++) {
        demand(pier_store_record(made, work->type, work->records + i * bytes) == PIER_OK, "a record is not stored");
    }
    demand(pier_archive_close(made) == PIER_OK, "a stream is not closed");
    pier_bytes stream = pier_archive_drain(made);
    void *copy = allocate(stream.size);
    memcpy(copy, stream.data, stream.size);
    work->stream.data = copy;
    work->stream.size = stream.size;
    pier_archive_destroy(made);
}

static void finish(workload *work) {
    pier_archive_destroy(work->store);
    pier_archive_destroy(work->load);
    free((void *)(uintptr_t)work->stream.data);
    free(work->records);
    free(work->loaded);
    free(work->encoded);
    free(work->room);
}

/* What was loaded holds what was stored. */
static void compare(const workload *work) {
    size_t bytes = work->type->record_bytes;
    uint8_t *one = (uint8_t *)allocate(work->room_bytes);
    uint8_t *other = (uint8_t *)allocate(work->room_bytes);
    for (size_t i = 0; i < work->count; i++) {
        uint8_t *one_end = work->type->encode(one, work->records + i * bytes);
        uint8_t *other_end = work->type->encode(other, work->loaded + i * bytes);
        demand(one_end != NULL && other_end != NULL && one_end - one == other_end - other &&
                   memcmp(one, other, (size_t)(one_end - one)) == 0,
               "what was loaded is not what was stored");
    }
    free(one);
    free(other);
}

static int by_size(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

static bool takes_part(const workload *work, size_t i) {
    return work->pack != NULL || (contenders[i].run != store_by_msgpack && contenders[i].run != load_by_msgpack);
}

static void measure(workload *work, size_t slices) {
    prepare(work);
    size_t runs = 1 + 4000000 / (work->encoded_bytes * 8);
    double *times = (double *)allocate(CONTENDERS * slices * sizeof *times);
    for (size_t slice = 0; slice < slices; slice++) {
        for (size_t i = 0; i < CONTENDERS; i++) {
            if (!takes_part(work, i)) {
                continue;
            }
            int64_t begin = pier_clock_monotonic_ns();
            for (size_t run = 0; run < runs; run++) {
                contenders[i].run(work);
            }
            int64_t end = pier_clock_monotonic_ns();
            times[i * slices + slice] = (double)(end - begin) / (double)(runs * work->count);
            if (slice == 0 && i > COPY_TO_LOAD && contenders[i].run != load_by_msgpack) {
                compare(work);
            }
        }
    }
    printf("%s: %zu records of %zu bytes in memory, %.1f stored\n", work->name, work->count, work->type->record_bytes,
           (double)work->encoded_bytes / (double)work->count);
    for (size_t i = 0; i < CONTENDERS; i++) {
        qsort(times + i * slices, slices, sizeof *times, by_size);
    }
    for (size_t i = 0; i < CONTENDERS; i++) {
        if (!takes_part(work, i)) {
            continue;
        }
        const double *sorted = times + i * slices;
        double copy = times[(i < COPY_TO_LOAD ? 0 : COPY_TO_LOAD) * slices + slices / 2];
        printf("  %-30s %9.1f (%.1f) ns, %5.1f times the copy\n", contenders[i].name, sorted[slices / 2], sorted[0],
               sorted[slices / 2] / copy);
    }
    free(times);
    finish(work);
}

int main(int argc, char **argv) {
    size_t slices = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 51;
    demand(slices > 0, "usage: record_bench [SLICES]");
    static workload workloads[] = {
        {.name = "tick",
         .type = &tick_class,
         .generated = &bench_tick_class,
         .count = 1024,
         .fill = fill_tick,
         .pack = pack_tick},
        {.name = "tick, fixed",
         .type = &tick_fixed_class,
         .generated = &bench_tick_fixed_class,
         .count = 1024,
         .fill = fill_tick_fixed},
        {.name = "monster",
         .type = &monster_class,
         .generated = &bench_monster_class,
         .count = 128,
         .fill = fill_monster,
         .pack = pack_monster},
        {.name = "monster, typed",
         .type = &monster_typed_class,
         .generated = &bench_monster_typed_class,
         .count = 128,
         .fill = fill_monster_typed},
        {.name = "series",
         .type = &series_class,
         .generated = &bench_series_class,
         .count = 16,
         .fill = fill_series,
         .pack = pack_series},
        {.name = "series, one byte each",
         .type = &series_class,
         .generated = &bench_series_class,
         .count = 16,
         .fill = fill_series_short,
         .pack = pack_series},
        {.name = "series, nine bytes each",
         .type = &series_class,
         .generated = &bench_series_class,
         .count = 16,
         .fill = fill_series_long,
         .pack = pack_series},
        {.name = "series, runs of one width",
         .type = &series_class,
         .generated = &bench_series_class,
         .count = 16,
         .fill = fill_series_runs,
         .pack = pack_series},
        {.name = "series, typed",
         .type = &series_typed_class,
         .generated = &bench_series_typed_class,
         .count = 16,
         .fill = fill_series_typed},
    };
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        demand(workloads[i].generated->record_bytes == workloads[i].type->record_bytes, "the structs differ");
        measure(&workloads[i], slices);
    }
    return 0;
}
