/* How fast blocks are compressed and inflated: an archive beside zlib itself, at the same level on the same blocks of
 * 64 KiB, which hold ticks (W1). The archive's time of storing has the storing of the records in it; that of
 * loading ends with whole blocks, whose checksums are checked.
 *
 *     compress_bench [SLICES [LEVEL]]
 *
 * In a slice both run twice in turn, and before the first that is timed the other has run: so what else the machine
 * does meets both alike, and so does what the caches hold; who inflates next to deflating takes up to a tenth more. The
 * archive is fed 64 KiB at a time, as it reads from a file, and each block is taken out when it is made, as it is sent;
 * zlib reuses its state and its room for a block, as the archive does. Prints a line of JSON for each and direction,
 * with the seconds of the processor that a run took in each slice. What comes out of the archive is compared with what
 * was stored, and zlib's output, too. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <pier/pier.h>

#include "demand.h"
#include "record_workloads.h"

enum { BLOCKS = 64, RECORDS_A_BLOCK = 1400, TICKS = 1024, FED_BYTES = 64 << 10 };
enum { SLICES_DEFAULT = 21, SLICES_MAX = 1000, TURNS = 2, LEVEL_DEFAULT = 6 };

typedef struct work {
    uint32_t level;
    tick ticks[TICKS];
    pier_archive *store;
    pier_archive *load;
    pier_bytes stream;     /* of the archive, at first borrowed */
    pier_bytes raw;        /* the payloads, end to end */
    size_t ends[BLOCKS];   /* of each payload in `raw` */
    size_t stored[BLOCKS]; /* bytes of each block's deflate data by zlib */
    uint8_t *packed;       /* those data, end to end, from a multiple of `room` on */
    size_t room;
    uint8_t *made; /* what zlib made last, while the clock runs, or inflated last */
    z_stream deflater;
    z_stream inflater;
    bool checks; /* whether what is made is kept, and compared; not while the clock runs */
} work;

/* Takes out what is ready, as who sends it does; at first all is kept, to be loaded. */
static void take_out(work *of) {
    pier_bytes ready = pier_archive_drain(of->store);
    if (of->checks) {
        of->stream = ready;
    } else {
        pier_archive_drained(of->store, ready.size);
    }
}

static void store_by_archive(work *of) {
    demand(pier_archive_reset(of->store) == PIER_OK, "an archive cannot be reset");
    for (uint32_t block = 0; block < BLOCKS; block++) {
        for (uint32_t i = 0; i < RECORDS_A_BLOCK; i++) {
            demand(tick_store(of->store, &of->ticks[i % TICKS]) == PIER_OK, "a record is not stored");
        }
        demand(pier_archive_flush(of->store) == PIER_OK, "an archive cannot be flushed");
        take_out(of);
    }
    demand(pier_archive_close(of->store) == PIER_OK, "an archive cannot be closed");
    take_out(of);
}

static void load_by_archive(work *of) {
    demand(pier_archive_reset(of->load) == PIER_OK, "an archive cannot be reset");
    const uint8_t *at = (const uint8_t *)of->stream.data;
    uint64_t records = 0;
    for (size_t left = of->stream.size; left > 0;) {
        size_t size = left < FED_BYTES ? left : FED_BYTES;
        demand(pier_archive_feed(of->load, (pier_bytes){at, size}) == PIER_OK, "an archive cannot be fed");
        at += size;
        left -= size;
        pier_block block;
        while (pier_archive_next_block(of->load, &block) == PIER_OK) {
            records += block.records;
            /* The first of its records makes the archive expand the block; the others are passed over. */
            demand(block.kind != PIER_BLOCK_RECORDS || pier_archive_next(of->load) == PIER_OK, "a block is empty");
        }
    }
    demand(records == (uint64_t)BLOCKS * RECORDS_A_BLOCK, "records are missing");
}

/* The records of what was expanded are those that were stored. */
static void compare(work *of) {
    demand(pier_archive_reset(of->load) == PIER_OK && pier_archive_feed(of->load, of->stream) == PIER_OK,
           "an archive cannot be fed");
    uint64_t records = 0;
    for (; pier_archive_next(of->load) == PIER_OK; records++) {
        const tick *stored = &of->ticks[records % RECORDS_A_BLOCK % TICKS];
        tick record;
        demand(tick_load(of->load, &record) == PIER_OK && record.id == stored->id && record.time == stored->time,
               "what was loaded is not what was stored");
    }
    demand(records == (uint64_t)BLOCKS * RECORDS_A_BLOCK, "records are missing");
}

static void deflate_by_zlib(work *of) {
    size_t begin = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        z_stream *stream = &of->deflater;
        demand(deflateReset(stream) == Z_OK, "zlib cannot be reset");
        stream->next_in = (Bytef *)(uintptr_t)of->raw.data + begin;
        stream->avail_in = (uInt)(of->ends[i] - begin);
        stream->next_out = of->checks ? of->packed + i * of->room : of->made;
        stream->avail_out = (uInt)of->room;
        demand(deflate(stream, Z_FINISH) == Z_STREAM_END, "zlib does not compress");
        of->stored[i] = of->room - stream->avail_out;
        begin = of->ends[i];
    }
}

static void inflate_by_zlib(work *of) {
    size_t begin = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        z_stream *stream = &of->inflater;
        demand(inflateReset(stream) == Z_OK, "zlib cannot be reset");
        stream->next_in = of->packed + i * of->room;
        stream->avail_in = (uInt)of->stored[i];
        stream->next_out = of->made;
        stream->avail_out = (uInt)of->room;
        demand(inflate(stream, Z_FINISH) == Z_STREAM_END, "zlib does not inflate");
        size_t size = of->ends[i] - begin;
        demand(of->room - stream->avail_out == size, "zlib gives more or less back");
        demand(!of->checks || memcmp(of->made, (const uint8_t *)of->raw.data + begin, size) == 0,
               "zlib gives something else back");
        begin = of->ends[i];
    }
}

/* Takes the payloads of the blocks out of a stream that is not compressed. */
static void take_payloads(work *of) {
    pier_archive *plain = NULL;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 1 << 20, .queue_bytes_max = 1 << 30};
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .stream_id = 1};
    demand(pier_archive_open_store(&plain, NULL, &options, NULL) == PIER_OK, "no archive");
    pier_archive *compressing = of->store;
    of->store = plain;
    store_by_archive(of);
    uint8_t *raw = (uint8_t *)allocate(of->stream.size);
    load_by_archive(of);
    demand(pier_archive_reset(of->load) == PIER_OK, "an archive cannot be reset");
    demand(pier_archive_feed(of->load, of->stream) == PIER_OK, "an archive cannot be fed");
    pier_block block;
    size_t at = 0;
    size_t blocks = 0;
    while (blocks < BLOCKS && pier_archive_next_block(of->load, &block) == PIER_OK) {
        if (block.kind == PIER_BLOCK_RECORDS && block.records > 0) {
            memcpy(raw + at, (const uint8_t *)of->stream.data + block.offset + 64, block.raw_bytes);
            at += block.raw_bytes;
            of->ends[blocks++] = at;
        }
    }
    demand(blocks == BLOCKS, "blocks are missing");
    of->raw = (pier_bytes){raw, at};
    pier_archive_destroy(plain);
    of->store = compressing;
}

static void prepare(work *of, uint32_t level) {
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 1 << 20, .queue_bytes_max = 1 << 30};
    pier_archive_options options = {
        .size = sizeof options, .limits = &limits, .stream_id = 1, .compression_level = level, .checksum_off = false};
    of->level = level;
    of->checks = true;
    for (size_t i = 0; i < TICKS; i++) {
        fill_tick(&of->ticks[i], i);
    }
    demand(pier_archive_open_store(&of->store, NULL, &options, NULL) == PIER_OK, "no archive");
    demand(pier_archive_open_load(&of->load, NULL, &options, NULL) == PIER_OK, "no archive");
    take_payloads(of);
    demand(deflateInit2(&of->deflater, (int)level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK, "no zlib");
    demand(inflateInit2(&of->inflater, -15) == Z_OK, "no zlib");
    of->room = deflateBound(&of->deflater, of->raw.size / BLOCKS * 2);
    of->packed = (uint8_t *)allocate(of->room * BLOCKS);
    of->made = (uint8_t *)allocate(of->room);
    deflate_by_zlib(of);
    inflate_by_zlib(of);
    store_by_archive(of);
    compare(of);
    uint8_t *stream = (uint8_t *)allocate(of->stream.size);
    memcpy(stream, of->stream.data, of->stream.size);
    of->stream.data = stream;
    of->checks = false;
}

static double time_of(work *of, void (*contender)(work *of)) {
    int64_t begin = cpu_ns();
    contender(of);
    return (double)(cpu_ns() - begin) / 1e9;
}

/* The mean run of each of two contenders in a slice: before each runs the other. */
static void time_pair(work *of, void (*const pair[2])(work *of), double seconds[2]) {
    pair[1](of);
    seconds[0] = seconds[1] = 0;
    for (size_t turn = 0; turn < TURNS; turn++) {
        seconds[0] += time_of(of, pair[0]) / TURNS;
        seconds[1] += time_of(of, pair[1]) / TURNS;
    }
}

int main(int argc, char **argv) {
    long slices = argc > 1 ? strtol(argv[1], NULL, 10) : SLICES_DEFAULT;
    long level = argc > 2 ? strtol(argv[2], NULL, 10) : LEVEL_DEFAULT;
    demand(slices > 0 && slices <= SLICES_MAX && level >= 1 && level <= 9, "usage: compress_bench [SLICES [LEVEL]]");
    static void (*const contenders[])(work * of) = {store_by_archive, deflate_by_zlib, load_by_archive,
                                                    inflate_by_zlib};
    static double seconds[4][SLICES_MAX];
    static work of;
    stay_on_processor();
    prepare(&of, (uint32_t)level);
    for (long slice = 0; slice < slices; slice++) {
        for (size_t i = 0; i < 4; i += 2) {
            double pair[2];
            time_pair(&of, contenders + i, pair);
            seconds[i][slice] = pair[0];
            seconds[i + 1][slice] = pair[1];
        }
    }
    static const char *const names[] = {"Pier", "zlib", "Pier", "zlib"};
    for (size_t i = 0; i < 4; i++) {
        printf("{\"part\":\"compress\",\"level\":%ld,\"name\":\"%s\",\"way\":\"%s\",\"raw_bytes\":%zu,"
               "\"stored_bytes\":%zu,\"seconds\":[",
               level, names[i], i < 2 ? "store" : "load", of.raw.size, of.stream.size);
        for (long slice = 0; slice < slices; slice++) {
            printf("%s%.6f", slice > 0 ? "," : "", seconds[i][slice]);
        }
        printf("]}\n");
    }
    return 0;
}
