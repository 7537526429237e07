/* How long the codecs of the contenders take, in memory.
 *
 *     codec_bench [--slices N] [--slice-us N] [--only TEXT] [--count]
 *
 * Every codec is tried once, and what it loads compared with what it stored. Then each runs a slice in turn, so that
 * what else the machine does meets all alike. Prints JSON: a line with the versions of the libraries, and one a codec
 * and direction with the nanoseconds of the processor a record in each turn. --count runs each once, between marks for
 * callgrind, under which scripts/bench.sh runs it; --only takes the codecs whose workload and name have TEXT in them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define COUNT_BEGIN() CALLGRIND_ZERO_STATS
#define COUNT_END(name) CALLGRIND_DUMP_STATS_AT(name)
#else
#define COUNT_BEGIN() (void)0
#define COUNT_END(name) (void)(name)
#endif

enum { CODECS_MAX = 160, VERSIONS_MAX = 32, NAME_BYTES = 160, SLICES_MAX = 1000 };

static workload workloads[WORKLOADS] = {
    [W1] = {.name = "W1", .type = &tick_class, .count = 1024, .fill = fill_tick},
    [W1_FIXED] = {.name = "W1 fixed", .type = &tick_fixed_class, .count = 1024, .fill = fill_tick_fixed},
    [W2] = {.name = "W2", .type = &monster_class, .count = 128, .fill = fill_monster},
    [W2_TYPED] = {.name = "W2 typed", .type = &monster_typed_class, .count = 128, .fill = fill_monster_typed},
    [W3] = {.name = "W3", .type = &series_class, .count = 16, .fill = fill_series},
    [W3_TYPED] = {.name = "W3 typed", .type = &series_typed_class, .count = 16, .fill = fill_series_typed},
    [W3_SHORT] = {.name = "W3 one byte", .type = &series_class, .count = 16, .fill = fill_series_short},
    [W3_LONG] = {.name = "W3 nine bytes", .type = &series_class, .count = 16, .fill = fill_series_long},
    [W3_RUNS] = {.name = "W3 runs", .type = &series_class, .count = 16, .fill = fill_series_runs},
};

/* A codec and a direction. */
typedef struct lane {
    codec *of;
    codec_pass pass;
    bool stores;
    size_t runs; /* in a slice */
    double *ns;  /* a record, in each slice */
} lane;

static codec codecs[CODECS_MAX];
static size_t codec_count;
static lane lanes[2 * CODECS_MAX];
static size_t lane_count;
static const char *versions[VERSIONS_MAX][2];
static size_t version_count;
static const char *only = "";

void add_codec(const codec *added) {
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s: %s", workloads[added->of].name, added->name);
    if (strstr(name, only) == NULL) {
        return;
    }
    demand(codec_count < CODECS_MAX, "too many codecs");
    codecs[codec_count] = *added;
    codecs[codec_count].work = &workloads[added->of];
    codec_count++;
}

void add_version(const char *name, const char *version) {
    demand(version_count < VERSIONS_MAX, "too many versions");
    versions[version_count][0] = name;
    versions[version_count][1] = version;
    version_count++;
}

/* Passes over all records ------------------------------------------------------------------------------------------ */

/* What a pass needs at each record, out of reach of the codec that is called: to read it again from `codec`, which the
 * call may have changed for all that the compiler knows, cost up to 1.5 ns a record. */
typedef struct walk {
    size_t count;
    size_t record_bytes;
    size_t stride;
    size_t *sizes;
    bool is_chained;
} walk;

static walk walk_of(const codec *self) {
    return (walk){.count = self->work->count,
                  .record_bytes = self->work->type->record_bytes,
                  .stride = self->stride,
                  .sizes = self->sizes,
                  .is_chained = self->chained};
}

static void store_each(codec *self) {
    const walk on = walk_of(self);
    size_t (*store)(codec *, const void *) = self->store;
    const uint8_t *record = self->work->records;
    uint8_t *at = self->room;
    for (size_t i = 0; i < on.count; i++) {
        self->at = at;
        on.sizes[i] = store(self, record);
        record += on.record_bytes;
        at += on.stride;
    }
}

static void load_each(codec *self) {
    const walk on = walk_of(self);
    void (*load)(codec *, const uint8_t *, size_t, void *) = self->load;
    const uint8_t *at = self->encoded;
    uint8_t *record = self->loaded;
    for (size_t i = 0; i < on.count; i++) {
        load(self, at, on.sizes[i], record);
        record += on.record_bytes;
        at += on.stride;
    }
}

static void encode_each(codec *self) {
    const walk on = walk_of(self);
    uint8_t *(*encode)(uint8_t *, const void *) = self->encode;
    const uint8_t *record = self->work->records;
    uint8_t *at = self->room;
    for (size_t i = 0; i < on.count; i++) {
        uint8_t *end = encode(at, record);
        demand(end != NULL, "a record is refused");
        on.sizes[i] = (size_t)(end - at);
        record += on.record_bytes;
        at = on.is_chained ? end : at + on.stride;
    }
}

static void decode_each(codec *self) {
    const walk on = walk_of(self);
    const uint8_t *(*decode)(const uint8_t *, const uint8_t *, void *, pier__decoding *) = self->decode;
    const uint8_t *at = self->encoded;
    const uint8_t *end_of_all = at + self->bytes;
    uint8_t *record = self->loaded;
    for (size_t i = 0; i < on.count; i++) {
        pier__decoding how = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = PIER_ELEMENTS_MAX_DEFAULT};
        const uint8_t *end = decode(at, on.is_chained ? end_of_all : at + on.sizes[i], record, &how);
        demand(end != NULL, "a record is not loaded");
        record += on.record_bytes;
        at = on.is_chained ? end : at + on.stride;
    }
}

/* Preparing -------------------------------------------------------------------------------------------------------- */

static void fill_workload(workload *work) {
    work->records = (uint8_t *)allocate(work->count * work->type->record_bytes);
    for (size_t i = 0; i < work->count; i++) {
        work->fill(work->records + i * work->type->record_bytes, i);
    }
}

/* What was loaded holds what was stored: both are stored again by the class, in a form that each value has once. */
static void compare(const codec *self) {
    const pier_class *type = self->work->type;
    pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_max = UINT64_MAX};
    size_t room = 16;
    for (size_t i = 0; i < self->work->count; i++) {
        size_t measured = (size_t)type->measure(record_at(self, i), &counts);
        room = measured > room ? measured : room;
    }
    uint8_t *one = (uint8_t *)allocate(4 * room + 64);
    uint8_t *other = (uint8_t *)allocate(4 * room + 64);
    for (size_t i = 0; i < self->work->count; i++) {
        const uint8_t *one_end = type->encode(one, record_at(self, i));
        const uint8_t *other_end = type->encode(other, loaded_at(self, i));
        if (one_end == NULL || other_end == NULL || one_end - one != other_end - other ||
            memcmp(one, other, (size_t)(one_end - one)) != 0) {
            fprintf(stderr, "bench: %s, %s, record %zu: what was loaded is not what was stored\n", self->work->name,
                    self->name, i);
            exit(1);
        }
    }
    free(one);
    free(other);
}

/* Stores every record once, to see how far they must lie apart, and puts them where loading finds them. */
static void lay_out_single_records(codec *self, size_t room) {
    uint8_t *copy = (uint8_t *)allocate(room * self->work->count);
    size_t longest = 0;
    self->bytes = 0;
    for (size_t i = 0; i < self->work->count; i++) {
        self->at = self->room;
        if (self->store != NULL) {
            self->sizes[i] = self->store(self, record_at(self, i));
        } else {
            self->sizes[i] = (size_t)(self->encode(self->room, record_at(self, i)) - self->room);
        }
        demand(self->sizes[i] > 0 && self->sizes[i] <= room, "a record has no bytes or too many");
        memcpy(copy + i * room, self->at, self->sizes[i]);
        longest = self->sizes[i] > longest ? self->sizes[i] : longest;
        self->bytes += self->sizes[i];
    }
    self->stride = (longest + 15) / 16 * 16;
    self->encoded = (uint8_t *)allocate(self->stride * self->work->count + room);
    for (size_t i = 0; i < self->work->count; i++) {
        memcpy(self->encoded + i * self->stride, copy + i * room, self->sizes[i]);
    }
    free(copy);
}

static void lay_out(codec *self) {
    size_t room = 2 * self->work->type->record_bytes + 512; /* for one record, whatever its form */
    self->room = (uint8_t *)allocate(room * self->work->count);
    self->sizes = (size_t *)allocate(self->work->count * sizeof *self->sizes);
    self->loaded = (uint8_t *)allocate(self->work->count * self->work->type->record_bytes);
    if (self->open != NULL) {
        self->open(self);
    }
    if (self->store_all != NULL) {
        self->store_all(self);
    } else if (self->chained) {
        encode_each(self);
        for (size_t i = 0; i < self->work->count; i++) {
            self->bytes += self->sizes[i];
        }
        self->encoded = (uint8_t *)allocate(self->bytes + room);
        memcpy(self->encoded, self->room, self->bytes);
    } else {
        lay_out_single_records(self, room);
    }
}

static void add_lane(codec *of, codec_pass pass, bool stores) {
    if (pass != NULL) {
        lanes[lane_count++] = (lane){.of = of, .pass = pass, .stores = stores, .runs = 1};
    }
}

static void prepare(codec *self) {
    if (self->work->records == NULL) {
        fill_workload(&workloads[self->of]);
    }
    lay_out(self);
    codec_pass load = self->load_all;
    if (self->store_all != NULL) {
        add_lane(self, self->store_all, true);
    } else {
        add_lane(self, self->encode != NULL ? encode_each : store_each, true);
        load = self->decode != NULL ? decode_each : self->load != NULL ? load_each : NULL;
    }
    add_lane(self, load, false);
    if (load != NULL) {
        load(self);
        compare(self);
    }
}

/* Measuring -------------------------------------------------------------------------------------------------------- */

static double time_of(const lane *of) {
    int64_t begin = cpu_ns();
    for (size_t run = 0; run < of->runs; run++) {
        of->pass(of->of);
    }
    return (double)(cpu_ns() - begin) / (double)(of->runs * of->of->work->count);
}

/* Sees how many runs fill a slice, by the best of a few, each of which warms the caches for the next. */
static void calibrate(lane *of, double slice_ns) {
    double best = time_of(of);
    for (size_t i = 0; i < 4; i++) {
        double again = time_of(of);
        best = again < best ? again : best;
    }
    of->runs = 1 + (size_t)(slice_ns / (best * (double)of->of->work->count + 1));
}

static void print_lane(const lane *of, size_t slices) {
    const codec *self = of->of;
    printf("{\"part\":\"codec\",\"workload\":\"%s\",\"name\":\"%s\",\"way\":\"%s\",\"bytes\":%.1f,\"ns\":[",
           self->work->name, self->name, of->stores ? "store" : "load",
           (double)self->bytes / (double)self->work->count);
    for (size_t i = 0; i < slices; i++) {
        printf("%s%.2f", i > 0 ? "," : "", of->ns[i]);
    }
    printf("]}\n");
}

/* The lanes of one workload take turns: those are what is compared. */
static void measure(size_t slices, double slice_ns) {
    for (size_t i = 0; i < lane_count; i++) {
        lanes[i].ns = (double *)allocate(slices * sizeof(double));
        calibrate(&lanes[i], slice_ns);
    }
    for (size_t slice = 0; slice < slices; slice++) {
        for (size_t i = 0; i < lane_count; i++) {
            /* Once to have in the caches what the one before has displaced. */
            lanes[i].pass(lanes[i].of);
            lanes[i].ns[slice] = time_of(&lanes[i]);
        }
        fprintf(stderr, "\rcodec: %zu of %zu turns of %zu lanes%s", slice + 1, slices, lane_count,
                slice + 1 == slices ? "\n" : "");
    }
    for (size_t i = 0; i < lane_count; i++) {
        if (!lanes[i].stores) {
            compare(lanes[i].of);
        }
        print_lane(&lanes[i], slices);
    }
}

/* One pass to have everything in place, and one that is counted. callgrind.out.N says the name of the N-th. */
static void count_instructions(void) {
    for (size_t i = 0; i < lane_count; i++) {
        static char name[2 * NAME_BYTES];
        (void)snprintf(name, sizeof name, "%s|%s|%s|%zu", lanes[i].of->work->name, lanes[i].of->name,
                       lanes[i].stores ? "store" : "load", lanes[i].of->work->count);
        lanes[i].pass(lanes[i].of);
        COUNT_BEGIN();
        lanes[i].pass(lanes[i].of);
        COUNT_END(name);
    }
}

static void add_all(void) {
    add_copy();
    add_pier();
    add_pier_archives();
    add_pier_values();
    add_pier_tokens();
    add_msgpack_c();
    add_msgpack_local();
#ifdef BENCH_MSGPACK_CXX
    add_msgpack_cxx();
#endif
#ifdef BENCH_PROTOBUF
    add_protobuf();
#endif
#ifdef BENCH_PROTOBUF_C
    add_protobuf_c();
#endif
#ifdef BENCH_FLATBUFFERS
    add_flatbuffers();
#endif
#ifdef BENCH_CAPNP
    add_capnp();
#endif
#ifdef BENCH_CEREAL
    add_cereal();
#endif
#ifdef BENCH_BOOST
    add_boost();
#endif
#ifdef BENCH_QT
    add_qt();
#endif
#ifdef BENCH_ZPP_BITS
    add_zpp_bits();
#endif
}

int main(int argc, char **argv) {
    size_t slices = 21;
    double slice_us = 4000;
    bool count = false;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--count") == 0) {
            count = true;
            continue;
        }
        demand(*value != '\0', "usage: codec_bench [--slices N] [--slice-us N] [--only TEXT] [--count]");
        if (strcmp(argv[i], "--slices") == 0) {
            slices = (size_t)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--slice-us") == 0) {
            slice_us = strtod(value, NULL);
        } else {
            demand(strcmp(argv[i], "--only") == 0, "usage: see codec_bench.c");
            only = value;
        }
        i++;
    }
    demand(slices > 0 && slices <= SLICES_MAX, "slices: 1 to 1,000");
    stay_on_processor();
    add_all();
    for (size_t i = 0; i < codec_count; i++) {
        prepare(&codecs[i]);
    }
    if (count) {
        count_instructions();
        return 0;
    }
    printf("{\"part\":\"codec\",\"versions\":{");
    for (size_t i = 0; i < version_count; i++) {
        printf("%s\"%s\":\"%s\"", i > 0 ? "," : "", versions[i][0], versions[i][1]);
    }
    printf("}}\n");
    measure(slices, slice_us * 1000);
    return 0;
}
