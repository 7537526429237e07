/* Pier's records through archives in memory: begun, checked, gathered in blocks and given out on one side; taken in,
 * found and loaded on the other. */
#include <string.h>

#include <pier/pier.h>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"
#include "record_workloads.pier.h"

/* A tick by another version of the program: a field more, and a wider kind. */
#define OTHER_TICK(FIELD)                                                                                              \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, i64, time)                                                                                                \
    FIELD(3, f64, price)                                                                                               \
    FIELD(4, f64, size)                                                                                                \
    FIELD(5, u32, flags)                                                                                               \
    FIELD(6, u32, kind)                                                                                                \
    FIELD(7, bool, live)                                                                                               \
    FIELD(8, text(10), symbol)                                                                                         \
    FIELD(9, u32, venue)
PIER_RECORD(other_tick, "bench.Tick", OTHER_TICK)

/* The two archives of a codec, and what its records are loaded by. */
typedef struct archives {
    const pier_class *type;
    /* As the program calls them, by the class's own functions; NULL: the class has none. */
    pier_status (*put)(pier_archive *store, const void *record);
    pier_status (*next)(pier_archive *load, void *record);
    pier_archive *store;
    pier_archive *load;
    uint8_t *stream; /* all records, stored */
    size_t stream_bytes;
} archives;

static archives *make(const pier_class *type, pier_archive_options options) {
    archives *of = (archives *)allocate(sizeof *of);
    of->type = type;
    options.size = sizeof options;
    demand(pier_archive_open_store(&of->store, NULL, &options, NULL) == PIER_OK &&
               pier_archive_open_load(&of->load, NULL, &options, NULL) == PIER_OK,
           "no archive");
    return of;
}

static void store_record(codec *self, const void *record) {
    archives *of = (archives *)self->state;
    pier_status status = of->put != NULL ? of->put(of->store, record) : pier_store_record(of->store, of->type, record);
    demand(status == PIER_OK, "a record is not stored");
}

/* Keeps what was stored for loading. */
static void take_stream(codec *self) {
    archives *of = (archives *)self->state;
    demand(pier_archive_close(of->store) == PIER_OK, "an archive is not closed");
    pier_bytes drained = pier_archive_drain(of->store);
    of->stream = (uint8_t *)allocate(drained.size);
    memcpy(of->stream, drained.data, drained.size);
    of->stream_bytes = drained.size;
    self->bytes = drained.size;
    demand(pier_archive_reset(of->store) == PIER_OK, "an archive is not reset");
}

/* Stores a stream from its beginning, and keeps it for loading. */
static void keep_stream(codec *self, void (*store)(codec *self, const void *record)) {
    archives *of = (archives *)self->state;
    demand(pier_archive_reset(of->store) == PIER_OK, "an archive is not reset");
    for (size_t i = 0; i < self->work->count; i++) {
        store(self, record_at(self, i));
    }
    take_stream(self);
}

/* As in codec_bench.c, the loops read nothing of their own again at each record. */
static void store_records(codec *self) {
    const archives of = *(const archives *)self->state;
    const size_t count = self->work->count;
    const size_t record_bytes = self->work->type->record_bytes;
    const uint8_t *record = self->work->records;
    for (size_t i = 0; i < count; i++, record += record_bytes) {
        pier_status status = of.put != NULL ? of.put(of.store, record) : pier_store_record(of.store, of.type, record);
        demand(status == PIER_OK, "a record is not stored");
    }
    demand(pier_archive_flush(of.store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(of.store, pier_archive_drain(of.store).size);
}

static void load_records(codec *self) {
    const archives of = *(const archives *)self->state;
    const size_t count = self->work->count;
    const size_t record_bytes = self->work->type->record_bytes;
    uint8_t *record = self->loaded;
    demand(pier_archive_reset(of.load) == PIER_OK &&
               pier_archive_feed(of.load, (pier_bytes){of.stream, of.stream_bytes}) == PIER_OK,
           "a stream is not taken");
    for (size_t i = 0; i < count; i++, record += record_bytes) {
        pier_status status = of.next != NULL ? of.next(of.load, record) : pier_next_record(of.load, of.type, record);
        demand(status == PIER_OK, "a record is not loaded");
    }
}

#define OWN(name)                                                                                                      \
    static pier_status put_##name(pier_archive *store, const void *record) {                                           \
        return bench_##name##_store(store, (const bench_##name *)record);                                              \
    }                                                                                                                  \
    static pier_status next_##name(pier_archive *load, void *record) {                                                 \
        return bench_##name##_next(load, (bench_##name *)record);                                                      \
    }
OWN(tick)
OWN(tick_fixed)
OWN(monster)
OWN(series)

static const pier_class *class_of(const codec *self) {
    return self->of == W1         ? &bench_tick_class
           : self->of == W1_FIXED ? &bench_tick_fixed_class
           : self->of == W2       ? &bench_monster_class
                                  : &bench_series_class;
}

static archives *make_own(const codec *self, pier_archive_options options) {
    archives *of = make(class_of(self), options);
    of->next = self->of == W1         ? next_tick
               : self->of == W1_FIXED ? next_tick_fixed
               : self->of == W2       ? next_monster
                                      : next_series;
    of->put = self->of == W1         ? put_tick
              : self->of == W1_FIXED ? put_tick_fixed
              : self->of == W2       ? put_monster
                                     : put_series;
    return of;
}

static void open_framed(codec *self) {
    self->state = make_own(self, (pier_archive_options){.format = PIER_FORMAT_FRAMED});
    keep_stream(self, store_record);
}

static void open_unchecked(codec *self) {
    self->state = make_own(self, (pier_archive_options){.checksum_off = true});
    keep_stream(self, store_record);
}

static void open_plain_array(codec *self) {
    const pier_archive_options options = {.format = PIER_FORMAT_PLAIN, .plain_form = PIER_PLAIN_ARRAY};
    self->state = make_own(self, options);
    keep_stream(self, store_record);
}

static void open_plain_map(codec *self) {
    const pier_archive_options options = {.format = PIER_FORMAT_PLAIN, .plain_form = PIER_PLAIN_MAP};
    self->state = make_own(self, options);
    keep_stream(self, store_record);
}

/* By the table alone: a class without a codec. */
static void open_by_table(codec *self) {
    pier_class *type = (pier_class *)allocate(sizeof *type);
    *type = *class_of(self);
    type->measure = NULL;
    type->encode = NULL;
    type->decode = NULL;
    self->state = make(type, (pier_archive_options){.checksum_off = true});
    keep_stream(self, store_record);
}

static void store_other(codec *self, const void *record) {
    archives *of = (archives *)self->state;
    const tick *from = (const tick *)record;
    other_tick other = {.id = from->id,
                        .time = from->time,
                        .price = from->price,
                        .size = from->size,
                        .flags = from->flags,
                        .kind = from->kind,
                        .live = from->live,
                        .venue = (uint32_t)from->id};
    memcpy(other.symbol, from->symbol, sizeof other.symbol);
    demand(other_tick_store(of->store, &other) == PIER_OK, "a record is not stored");
}

static void open_planned(codec *self) {
    self->state = make_own(self, (pier_archive_options){.checksum_off = true});
    keep_stream(self, store_other);
}

static void store_others(codec *self) {
    archives *of = (archives *)self->state;
    for (size_t i = 0; i < self->work->count; i++) {
        store_other(self, record_at(self, i));
    }
    demand(pier_archive_flush(of->store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(of->store, pier_archive_drain(of->store).size);
}

/* Every second tick is one of another class, whose integers have fixed widths: a program that has several. The same values
 * lie in both structs at the same places. */
static pier_status put_in_turn(pier_archive *store, const void *record, size_t i) {
    return i % 2 == 0 ? put_tick(store, record) : put_tick_fixed(store, record);
}

static void store_in_turn(codec *self) {
    const archives of = *(const archives *)self->state;
    const size_t count = self->work->count;
    const tick *record = (const tick *)(const void *)self->work->records;
    for (size_t i = 0; i < count; i++, record++) {
        demand(put_in_turn(of.store, record, i) == PIER_OK, "a record is not stored");
    }
    demand(pier_archive_flush(of.store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(of.store, pier_archive_drain(of.store).size);
}

/* Asks of which class each record is, as a program does that does not know. */
static void load_in_turn(codec *self) {
    const archives of = *(const archives *)self->state;
    const size_t count = self->work->count;
    tick *record = (tick *)(void *)self->loaded;
    demand(pier_archive_reset(of.load) == PIER_OK &&
               pier_archive_feed(of.load, (pier_bytes){of.stream, of.stream_bytes}) == PIER_OK,
           "a stream is not taken");
    for (size_t i = 0; i < count; i++, record++) {
        demand(pier_archive_next(of.load) == PIER_OK, "a record is not there");
        pier_status status = pier_archive_record_is(of.load, &bench_tick_class)
                                 ? bench_tick_load(of.load, (bench_tick *)(void *)record)
                                 : bench_tick_fixed_load(of.load, (bench_tick_fixed *)(void *)record);
        demand(status == PIER_OK, "a record is not loaded");
    }
}

static void open_in_turn(codec *self) {
    archives *of = make_own(self, (pier_archive_options){.checksum_off = true});
    self->state = of;
    for (size_t i = 0; i < self->work->count; i++) {
        demand(put_in_turn(of->store, record_at(self, i), i) == PIER_OK, "a record is not stored");
    }
    take_stream(self);
}

void add_pier_archives(void) {
    const struct {
        const char *name;
        void (*open)(codec *self);
    } ways[] = {
        {"Pier, archive, framed", open_framed},
        {"Pier, archive, framed, no checksum", open_unchecked},
        {"Pier, archive, plain arrays", open_plain_array},
        {"Pier, archive, plain maps", open_plain_map},
    };
    const workload_kind kinds[] = {W1, W2, W3};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
            add_codec(&(codec){.name = ways[way].name,
                               .of = kinds[i],
                               .open = ways[way].open,
                               .store_all = store_records,
                               .load_all = load_records});
        }
        add_codec(&(codec){.name = "Pier, archive, by the table alone",
                           .of = kinds[i],
                           .open = open_by_table,
                           .store_all = store_records,
                           .load_all = load_records});
    }
    add_codec(&(codec){.name = "Pier, archive, framed, no checksum",
                       .of = W1_FIXED,
                       .open = open_unchecked,
                       .store_all = store_records,
                       .load_all = load_records});
    add_codec(&(codec){.name = "Pier, archive, two classes in turn",
                       .of = W1,
                       .open = open_in_turn,
                       .store_all = store_in_turn,
                       .load_all = load_in_turn});
    add_codec(&(codec){.name = "Pier, archive, through a plan",
                       .of = W1,
                       .open = open_planned,
                       .store_all = store_others,
                       .load_all = load_records});
}
