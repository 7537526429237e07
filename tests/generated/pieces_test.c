/* Records of generated classes in streams that come piece by piece, or end anywhere: what is loaded is what was stored,
 * however the input is cut, and a record of which a byte lacks is never delivered. */
#include <stdlib.h>

#include <pier/arena.h>

#include "generated/fill.h"
#include "generated/ways.h"

enum { RECORDS = 3, CUTS = 400 };

static uint8_t record[TEST_RECORD_BYTES];
static uint8_t loaded[TEST_RECORD_BYTES];

/* Fills the record that a seed stands for. */
static void make(const pier_class *type, uint64_t seed, pier_arena *arena) {
    pier_arena_reset(arena);
    test_fill(type, record, &seed, arena);
}

static test_stream make_stream(const pier_class *type, uint64_t seed, const pier_archive_options *options,
                               pier_arena *arena) {
    assert_true(type->record_bytes <= TEST_RECORD_BYTES);
    pier_archive *store = test_open_store(options);
    for (unsigned i = 0; i < RECORDS; i++) {
        make(type, seed + i, arena);
        assert_status(pier_store_record(store, type, record), PIER_OK);
    }
    return test_finish(store);
}

/* Loads what is whole so far. Returns how many records there are then; `status` gets why there are no more. */
static unsigned load_all(pier_archive *load, const pier_class *type, uint64_t seed, unsigned count, pier_arena *arena,
                         pier_status *status) {
    while ((*status = pier_archive_next(load)) == PIER_OK) {
        assert_true(count < RECORDS);
        assert_status(pier_load_record(load, type, loaded), PIER_OK);
        make(type, seed + count, arena);
        assert_equal_records(type, record, loaded);
        count++;
    }
    return count;
}

static void load_in_pieces(const pier_class *type, uint64_t seed, const test_stream *stream, pier_format format,
                           size_t piece, pier_arena *arena) {
    const pier_archive_options options = {.size = sizeof options, .format = format, .read_bytes = 1};
    pier_archive *load = test_open_load(&options);
    unsigned count = 0;
    pier_status status = PIER_MORE;
    for (size_t at = 0; at < stream->size; at += piece) {
        size_t size = stream->size - at < piece ? stream->size - at : piece;
        assert_status(pier_archive_feed(load, (pier_bytes){stream->data + at, size}), PIER_OK);
        count = load_all(load, type, seed, count, arena, &status);
        assert_true(status == PIER_MORE || status == PIER_END);
    }
    assert_int_equal(count, RECORDS);
    pier_archive_destroy(load);
}

static void load_cut(const pier_class *type, uint64_t seed, const test_stream *stream,
                     const pier_archive_options *options, size_t size, pier_arena *arena) {
    test_stream part = {stream->data, size};
    pier_archive *load = test_open_stream(&part, options);
    pier_status status = PIER_OK;
    unsigned count = load_all(load, type, seed, 0, arena, &status);
    assert_true(count < RECORDS || options->format == PIER_FORMAT_FRAMED);
    assert_true(status == PIER_TRUNCATED || (status == PIER_END && options->format == PIER_FORMAT_PLAIN));
    pier_archive_destroy(load);
}

static void each_class_in_each_format(void (*check)(const pier_class *, uint64_t, const test_stream *,
                                                    const pier_archive_options *, pier_arena *)) {
    static const pier_archive_options formats[] = {
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_FRAMED},
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_PLAIN},
    };
    uint64_t seed = test_seed();
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (unsigned i = 0; i < TEST_PAIRS; i++) {
        for (unsigned j = 0; j < 2; j++) {
            const pier_class *type = test_pairs[i].generated;
            test_stream stream = make_stream(type, seed, &formats[j], &arena);
            check(type, seed, &stream, &formats[j], &arena);
            test_stream_free(&stream);
        }
        seed += RECORDS;
    }
    pier_arena_deinit(&arena);
}

static void check_pieces(const pier_class *type, uint64_t seed, const test_stream *stream,
                         const pier_archive_options *options, pier_arena *arena) {
    const size_t pieces[] = {1, 7, 33, 500, stream->size};
    /* Byte by byte takes long when there are many. */
    for (unsigned i = stream->size > 20000 ? 2 : 0; i < 5; i++) {
        load_in_pieces(type, seed, stream, options->format, pieces[i], arena);
    }
}

static void check_cuts(const pier_class *type, uint64_t seed, const test_stream *stream,
                       const pier_archive_options *options, pier_arena *arena) {
    for (size_t size = 0; size < stream->size; size += 1 + stream->size / CUTS) {
        load_cut(type, seed, stream, options, size, arena);
    }
    load_cut(type, seed, stream, options, stream->size - 1, arena);
}

static void records_come_in_any_pieces(void **state) {
    (void)state;
    each_class_in_each_format(check_pieces);
}

static void streams_end_anywhere(void **state) {
    (void)state;
    each_class_in_each_format(check_cuts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_in_any_pieces),
        cmocka_unit_test(streams_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
