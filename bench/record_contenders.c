/* Whole records by one call each: 1,024 ticks (W1 of bench/README.md) through archives in memory, beside a copy of the
 * structs, which is the least that anything can cost. */
#include <string.h>

#include <pier/pier.h>

#include "contenders.h"
#include "demand.h"
#include "record_workloads.h"

enum { RECORDS = 1024 };

typedef struct ticks {
    tick records[RECORDS];
    tick loaded[RECORDS];
    pier_archive *store;
    pier_archive *load;
    uint8_t *stream;
    size_t stream_bytes;
} ticks;

static void store_by_copy(void *state) {
    ticks *work = (ticks *)state;
    for (size_t i = 0; i < RECORDS; i++) {
        memcpy(&work->loaded[i], &work->records[i], sizeof(tick));
    }
    /* Or a compiler sees that nobody reads the copy. */
    __asm__ volatile("" : : "r"(work->loaded) : "memory");
}

static void store_by_pier(void *state) {
    ticks *work = (ticks *)state;
    for (size_t i = 0; i < RECORDS; i++) {
        demand(tick_store(work->store, &work->records[i]) == PIER_OK, "a record is not stored");
    }
    demand(pier_archive_flush(work->store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(work->store, pier_archive_drain(work->store).size);
}

static void load_by_pier(void *state) {
    ticks *work = (ticks *)state;
    demand(pier_archive_reset(work->load) == PIER_OK &&
               pier_archive_feed(work->load, (pier_bytes){work->stream, work->stream_bytes}) == PIER_OK,
           "a stream is not taken");
    for (size_t i = 0; i < RECORDS; i++) {
        demand(pier_archive_next(work->load) == PIER_OK && tick_load(work->load, &work->loaded[i]) == PIER_OK,
               "a record is not loaded");
    }
}

/* records: NULL to make some. */
static ticks *prepare(bool checksum_off, const tick *records) {
    ticks *work = (ticks *)allocate(sizeof *work);
    const pier_archive_options options = {.size = sizeof options, .checksum_off = checksum_off};
    pier_archive *made = NULL;
    pier_error error;
    demand(pier_archive_open_store(&work->store, NULL, &options, &error) == PIER_OK &&
               pier_archive_open_store(&made, NULL, &options, &error) == PIER_OK &&
               pier_archive_open_load(&work->load, NULL, &options, &error) == PIER_OK,
           "no archive");
    for (size_t i = 0; i < RECORDS; i++) {
        if (records != NULL) {
            work->records[i] = records[i];
        } else {
            fill_tick(&work->records[i], i);
        }
        demand(tick_store(made, &work->records[i]) == PIER_OK, "a record is not stored");
    }
    demand(pier_archive_close(made) == PIER_OK, "a stream is not closed");
    pier_bytes stream = pier_archive_drain(made);
    work->stream = (uint8_t *)allocate(stream.size);
    memcpy(work->stream, stream.data, stream.size);
    work->stream_bytes = stream.size;
    pier_archive_destroy(made);
    load_by_pier(work);
    for (size_t i = 0; i < RECORDS; i++) {
        const tick *one = &work->records[i];
        const tick *other = &work->loaded[i];
        demand(one->id == other->id && one->time == other->time && memcmp(&one->price, &other->price, 16) == 0 &&
                   one->flags == other->flags && one->kind == other->kind && one->live == other->live &&
                   strcmp(one->symbol, other->symbol) == 0,
               "what was loaded is not what was stored");
    }
    return work;
}

size_t add_record_contenders(contender *contenders) {
    ticks *checked = prepare(false, NULL);
    ticks *unchecked = prepare(true, checked->records);
    const contender all[] = {
        {.group = "records/store", .name = "copy of the struct", .run = store_by_copy, .state = checked},
        {.group = "records/store", .name = "Pier", .run = store_by_pier, .state = checked},
        {.group = "records/store", .name = "Pier, checksum off", .run = store_by_pier, .state = unchecked},
        {.group = "records/load", .name = "copy of the struct", .run = store_by_copy, .state = checked},
        {.group = "records/load", .name = "Pier", .run = load_by_pier, .state = checked},
        {.group = "records/load", .name = "Pier, checksum off", .run = load_by_pier, .state = unchecked},
    };
    size_t count = sizeof all / sizeof all[0];
    for (size_t i = 0; i < count; i++) {
        contenders[i] = all[i];
        contenders[i].unit = "records";
        contenders[i].items = RECORDS;
        contenders[i].bytes = checked->stream_bytes;
    }
    return count;
}
