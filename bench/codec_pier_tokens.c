/* Pier's tokens, one call each: the fields of a tick and the head of its array, nine calls a record. */
#include <string.h>

#include <pier/pier.h>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"

typedef struct tokens {
    pier_archive *store;
    pier_archive *load;
    uint8_t *stream;
    size_t stream_bytes;
} tokens;

static void store_record(pier_archive *archive, const tick *record) {
    demand(pier_archive_begin(archive) == PIER_OK, "a record is not begun");
    pier_store_array(archive, 8);
    pier_store_u64(archive, record->id);
    pier_store_i64(archive, record->time);
    pier_store_f64(archive, record->price);
    pier_store_f64(archive, record->size);
    pier_store_u64(archive, record->flags);
    pier_store_u64(archive, record->kind);
    pier_store_bool(archive, record->live);
    pier_store_text(archive, (pier_text){record->symbol, strlen(record->symbol)});
    demand(pier_archive_end(archive) == PIER_OK, "a record is refused");
}

static void store_records(codec *self) {
    tokens *of = (tokens *)self->state;
    for (size_t i = 0; i < self->work->count; i++) {
        store_record(of->store, (const tick *)record_at(self, i));
    }
    demand(pier_archive_flush(of->store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(of->store, pier_archive_drain(of->store).size);
}

static void load_record(pier_archive *archive, tick *record) {
    demand(pier_archive_next(archive) == PIER_OK && pier_load_array(archive) == 8, "a record is not loaded");
    record->id = pier_load_u64(archive);
    record->time = pier_load_i64(archive);
    record->price = pier_load_f64(archive);
    record->size = pier_load_f64(archive);
    record->flags = pier_load_u32(archive);
    record->kind = pier_load_u8(archive);
    record->live = pier_load_bool(archive);
    (void)pier_load_string(archive, record->symbol, sizeof record->symbol);
}

static void load_records(codec *self) {
    tokens *of = (tokens *)self->state;
    demand(pier_archive_reset(of->load) == PIER_OK &&
               pier_archive_feed(of->load, (pier_bytes){of->stream, of->stream_bytes}) == PIER_OK,
           "a stream is not taken");
    for (size_t i = 0; i < self->work->count; i++) {
        load_record(of->load, (tick *)loaded_at(self, i));
    }
    demand(pier_archive_status(of->load) == PIER_OK, "a record is another");
}

static void open_tokens(codec *self, pier_format format) {
    tokens *of = (tokens *)allocate(sizeof *of);
    self->state = of;
    const pier_archive_options options = {.size = sizeof options, .format = format};
    demand(pier_archive_open_store(&of->store, NULL, &options, NULL) == PIER_OK &&
               pier_archive_open_load(&of->load, NULL, &options, NULL) == PIER_OK,
           "no archive");
    for (size_t i = 0; i < self->work->count; i++) {
        store_record(of->store, (const tick *)record_at(self, i));
    }
    demand(pier_archive_flush(of->store) == PIER_OK, "nothing is flushed");
    pier_bytes drained = pier_archive_drain(of->store);
    of->stream = (uint8_t *)allocate(drained.size);
    memcpy(of->stream, drained.data, drained.size);
    of->stream_bytes = drained.size;
    self->bytes = drained.size;
    pier_archive_drained(of->store, drained.size);
}

static void open_framed(codec *self) {
    open_tokens(self, PIER_FORMAT_FRAMED);
}

static void open_plain(codec *self) {
    open_tokens(self, PIER_FORMAT_PLAIN);
}

void add_pier_tokens(void) {
    codec added = {.name = "Pier, tokens, framed",
                   .of = W1,
                   .open = open_framed,
                   .store_all = store_records,
                   .load_all = load_records};
    add_codec(&added);
    added.name = "Pier, tokens, plain";
    added.open = open_plain;
    add_codec(&added);
}
