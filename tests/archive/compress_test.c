/* Compressed blocks: what is compressed, when, and that all else stays as it was.
 *
 * Floor 4 (archive). Attacks are in inflate_test.c, the golden vectors in vectors_test.c. */
#include "archive/pair_support.h"

#include <pier/load.h>
#include <pier/store.h>

#include "archive/wire_internal.h"

static const test_class classes[] = {{.name = "test.One"}, {.name = "test.Two", .closure_bytes = 300}};

/* Stores 300 records of some sizes, typed and untyped ones, with a flush now and then. */
static void store_mix(pier_archive *store) {
    for (uint64_t i = 0; i < 300; i++) {
        if (i % 7 == 3) {
            assert_status(test_store_typed(store, &classes[i / 7 % 2], i), PIER_OK);
        } else {
            test_store_text(store, (size_t)(i * i % 400), (char)('a' + i % 3));
        }
        if (i % 50 == 49) {
            assert_status(pier_archive_flush(store), PIER_OK);
        }
    }
}

static void make_mix(const pier_archive_options *options, test_bytes *stream) {
    pier_archive *store = test_open_store(NULL, options);
    store_mix(store);
    test_close(store, stream);
}

/* What a stream says, without the places, which differ with the compression: the lines of its records. */
static void log_records(pier_bytes stream, const pier_archive_options *options, size_t chunk, unsigned choices,
                        test_log *log) {
    test_load_bytes(log, options, stream, 0, chunk, choices);
    assert_int_equal(test_log_count(log, "failure"), 0);
    assert_int_equal(test_log_count(log, "END"), 1);
}

/* Counts the blocks of a stream by their codec. */
static void count_codecs(pier_bytes stream, unsigned counts[2]) {
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, stream), PIER_OK);
    pier_archive_feed_end(load);
    counts[0] = counts[1] = 0;
    pier_block block;
    pier_status status;
    /* A block that this loader would not inflate is told all the same. */
    while ((status = pier_archive_next_block(load, &block)) == PIER_OK || status == PIER_SKIPPED) {
        assert_true(block.codec <= 1);
        assert_true(block.codec == 0 ? block.stored_bytes == block.raw_bytes : block.stored_bytes < block.raw_bytes);
        counts[block.codec] += block.kind == PIER_BLOCK_RECORDS ? 1 : 0;
    }
    assert_status(status, PIER_END);
    pier_archive_destroy(load);
}

static void each_level_brings_the_same_records(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 1000};
    pier_archive_options options = {.limits = &limits};
    test_bytes plain = {0};
    test_log expected = {0};
    make_mix(&options, &plain);
    log_records(test_bytes_view(&plain), NULL, 0, 0, &expected);
    for (uint32_t level = 1; level <= PIER_COMPRESSION_LEVEL_HIGHEST; level++) {
        options.compression_level = level;
        test_bytes stream = {0};
        make_mix(&options, &stream);
        assert_true(stream.size < plain.size / 2);
        unsigned counts[2];
        count_codecs(test_bytes_view(&stream), counts);
        assert_true(counts[1] > 20);
        /* All at once, byte by byte, and through a window of 33 bytes. */
        static const size_t chunks[] = {0, 1, 7, 33};
        for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
            pier_archive_options small = {.read_bytes = 33};
            test_log log = {0};
            log_records(test_bytes_view(&stream), &small, chunks[i], i % 2 == 0 ? TEST_HAS_NEXT : 0, &log);
            assert_string_equal(test_log_text(&log), test_log_text(&expected));
            test_log_free(&log);
        }
        test_bytes_free(&stream);
    }
    test_log_free(&expected);
    test_bytes_free(&plain);
}

/* Every cut into two of a small stream gives the same answers. */
static void cuts_change_nothing(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
    test_store_text(store, 300, 'x');
    assert_status(pier_archive_flush(store), PIER_OK);
    assert_status(test_store_typed(store, &classes[0], 5), PIER_OK);
    test_store_text(store, 200, 'y');
    test_bytes stream = {0};
    test_close(store, &stream);
    test_log whole = {0};
    log_records(test_bytes_view(&stream), NULL, 0, 0, &whole);
    for (size_t cut = 1; cut < stream.size; cut++) {
        test_log log = {0};
        log_records(test_bytes_view(&stream), NULL, cut, TEST_HAS_NEXT, &log);
        assert_string_equal(test_log_text(&log), test_log_text(&whole));
        test_log_free(&log);
    }
    test_log_free(&whole);
    test_bytes_free(&stream);
}

/* Records that stay as they are: too short, too random, too regular, and with compression off. */
static void what_is_left_as_it_is(void **state) {
    (void)state;
    uint8_t random[5000];
    uint32_t seed = 12345;
    for (size_t i = 0; i < sizeof random; i++) {
        seed = seed * 1664525u + 1013904223u;
        random[i] = (uint8_t)(seed >> 24);
    }
    static const uint8_t zeros[60000];
    static const struct {
        size_t size;
        bool is_random;
        uint32_t level;
        uint32_t ratio_max;
        unsigned compressed;
    } cases[] = {
        {20, false, 9, 0, 0},    {4000, false, 9, 0, 1},     {4000, false, 0, 0, 0},  {5000, true, 9, 0, 0},
        {60000, false, 9, 0, 0}, {60000, false, 9, 1032, 1}, {60000, false, 9, 2, 0}, {60000, false, 9, 256, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_limits limits = {.size = sizeof limits, .inflation_ratio_max = cases[i].ratio_max};
        pier_archive *store =
            test_open_store(NULL, &(pier_archive_options){.compression_level = cases[i].level, .limits = &limits});
        assert_status(pier_archive_begin(store), PIER_OK);
        pier_store(store, ((pier_bytes){cases[i].is_random ? random : zeros, cases[i].size}));
        assert_status(pier_archive_end(store), PIER_OK);
        test_bytes stream = {0};
        test_close(store, &stream);
        unsigned counts[2];
        pier_archive *load = test_open_load(NULL, &(pier_archive_options){.limits = &limits});
        assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_load_bytes(load).size, cases[i].size);
        pier_archive_destroy(load);
        count_codecs(test_bytes_view(&stream), counts);
        if (counts[1] != cases[i].compressed) {
            fail_msg("case %zu: %u compressed blocks", i, counts[1]);
        }
        test_bytes_free(&stream);
    }
}

/* Blocks whose raw or compressed lengths lie about a step of the buffers, or about what pays: all come back, and none
 * is longer than it was. */
static void lengths_at_the_edges(void **state) {
    (void)state;
    enum { BYTES_MAX = 70000 };
    static const size_t raw_bytes[] = {6, 7, 8, 9, 300, 4000, 8190, 16382, 32768, 65536};
    uint8_t *value = (uint8_t *)test_malloc(BYTES_MAX);
    unsigned counts[2] = {0, 0};
    for (size_t i = 0; i < sizeof raw_bytes / sizeof raw_bytes[0]; i++) {
        /* Bytes without any order, but for `same` of them at the end. */
        for (size_t same = 0; same < (raw_bytes[i] == 4000 ? 300 : 30); same++) {
            size_t head = raw_bytes[i] < 258 ? 2 : raw_bytes[i] < 65539 ? 3 : 5;
            size_t size = raw_bytes[i] - head;
            uint32_t seed = 99;
            for (size_t j = 0; j < size; j++) {
                seed = seed * 1664525u + 1013904223u;
                value[j] = j + same >= size || (raw_bytes[i] >= 32768 && j % 2 == 0) ? 0 : (uint8_t)(seed >> 24);
            }
            pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 1});
            assert_status(pier_archive_begin(store), PIER_OK);
            pier_store(store, ((pier_bytes){value, size}));
            assert_status(pier_archive_end(store), PIER_OK);
            test_bytes stream = {0};
            test_close(store, &stream);
            pier__header header;
            pier__header_decode(stream.data + PIER__PIECE_BYTES, &header);
            assert_int_equal(header.raw_bytes, raw_bytes[i]);
            assert_true(header.codec == 0 ? header.stored_bytes == header.raw_bytes
                                          : header.stored_bytes < header.raw_bytes);
            counts[header.codec]++;
            pier_archive *load = test_open_load(NULL, NULL);
            assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
            assert_status(pier_archive_next(load), PIER_OK);
            pier_bytes loaded = pier_load_bytes(load);
            assert_int_equal(loaded.size, size);
            assert_memory_equal(loaded.data, value, size);
            pier_archive_destroy(load);
            test_bytes_free(&stream);
        }
    }
    test_free(value);
    assert_true(counts[0] > 100 && counts[1] > 100);
}

static void a_level_that_does_not_exist(void **state) {
    (void)state;
    pier_archive *archive = NULL;
    pier_error error;
    pier_archive_options options = {.size = sizeof options, .compression_level = 10};
    assert_status(pier_archive_open_store(&archive, NULL, &options, &error), PIER_USAGE);
    assert_null(archive);
    assert_string_equal(error.text, "compression_level is 10, and may be 9 at most");
}

/* Takes back records that defined classes, and goes on: blocks that were ended for a definition are opened again. */
static void refused_records_leave_no_trace(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 2000};
    pier_archive_options options = {.limits = &limits, .compression_level = 6};
    test_bytes streams[2] = {{0}, {0}};
    for (int refuses = 0; refuses < 2; refuses++) {
        pier_archive *store = test_open_store(NULL, &options);
        for (uint64_t i = 0; i < 20; i++) {
            test_store_text(store, 500, 'z');
            if (refuses == 1 && i % 5 == 0) {
                const void *caller = &classes[1];
                assert_status(pier__archive_begin_class(store, caller, test_encode_closure), PIER_OK);
                pier_store_nil(store);
                pier_store_nil(store);
                assert_status(pier_archive_end(store), PIER_USAGE);
            }
        }
        assert_status(test_store_typed(store, &classes[1], 1), PIER_OK);
        test_close(store, &streams[refuses]);
    }
    assert_int_equal(streams[0].size, streams[1].size);
    assert_memory_equal(streams[0].data, streams[1].data, streams[0].size);
    test_bytes_free(&streams[0]);
    test_bytes_free(&streams[1]);
}

/* Reads the header of the block that begins at `at`. */
static pier__header header_at(const test_bytes *bytes, size_t at) {
    assert_true(at + PIER__PIECE_BYTES <= bytes->size);
    pier__header header;
    pier__header_decode(bytes->data + at, &header);
    return header;
}

/* Stores a text and flushes; returns the codec of its block. */
static uint8_t codec_of_next(pier_archive *store, test_bytes *sent) {
    size_t before = sent->size;
    test_store_text(store, 1000, 'p');
    assert_status(pier_archive_flush(store), PIER_OK);
    (void)test_drain(store, sent);
    return header_at(sent, before).codec;
}

/* Two archives by hand, as one side of a connection whose peer's preamble is fed when it pleases. */
static void compression_begins_with_the_peers_preamble(void **state) {
    (void)state;
    for (uint32_t ignorable = 0; ignorable < 4; ignorable++) {
        pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
        pier_archive *load = test_open_load(NULL, NULL);
        assert_status(pier_archive_pair(store, load), PIER_OK);
        test_bytes sent = {0};
        (void)test_drain(store, &sent);
        pier__preamble own;
        pier__preamble_decode(sent.data, &own);
        assert_int_equal(own.features_required, 0);
        assert_int_equal(own.features_ignorable, PIER__TAKES_DEFLATE);
        assert_int_equal(codec_of_next(store, &sent), 0);
        pier__preamble peer = own;
        peer.features_ignorable = ignorable;
        uint8_t piece[PIER__PIECE_BYTES];
        pier__preamble_encode(&peer, piece);
        assert_status(pier_archive_feed(load, (pier_bytes){piece, 63}), PIER_OK);
        assert_int_equal(codec_of_next(store, &sent), 0);
        assert_status(pier_archive_feed(load, (pier_bytes){piece + 63, 1}), PIER_OK);
        /* The program need not load for it. */
        assert_int_equal(codec_of_next(store, &sent), ignorable & 1);
        assert_int_equal(codec_of_next(store, &sent), ignorable & 1);
        assert_status(pier_archive_pair(store, NULL), PIER_OK);
        assert_int_equal(codec_of_next(store, &sent), 0);
        pier_archive_destroy(store);
        pier_archive_destroy(load);
        test_bytes_free(&sent);
    }
}

/* A preamble that is wrong is no news to who stores. */
static void a_bad_preamble_compresses_nothing(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    test_bytes sent = {0};
    (void)test_drain(store, &sent);
    uint8_t piece[PIER__PIECE_BYTES];
    memcpy(piece, sent.data, sizeof piece);
    piece[40] ^= 1;
    assert_status(pier_archive_feed(load, (pier_bytes){piece, sizeof piece}), PIER_OK);
    assert_int_equal(codec_of_next(store, &sent), 0);
    assert_status(pier_archive_next(load), PIER_CORRUPT);
    assert_int_equal(codec_of_next(store, &sent), 0);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    test_bytes_free(&sent);
}

/* A preamble that was lost on the way is not awaited any more, and neither is one that a plain stream never has. */
static void without_a_preamble_nothing_is_compressed(void **state) {
    (void)state;
    test_bytes other = {0};
    pier_archive *peer = test_open_store(NULL, NULL);
    test_store_u64(peer, 1);
    test_close(peer, &other);
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    test_bytes sent = {0};
    (void)test_drain(store, &sent);
    assert_status(pier_archive_feed(load, (pier_bytes){other.data + 1, other.size - 1}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_CORRUPT);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_int_equal(codec_of_next(store, &sent), 0);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(codec_of_next(store, &sent), 0);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    test_bytes_free(&sent);
    /* One side guesses, and has learnt from the other that both are plain. */
    const pier_archive_options guessing = {.format = PIER_FORMAT_GUESS, .compression_level = 6};
    store = test_open_store(NULL, &guessing);
    load = test_open_load(NULL, &guessing);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){"\x05", 1}), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    test_store_text(store, 1000, 'p');
    assert_status(pier_archive_flush(store), PIER_OK);
    sent = (test_bytes){0};
    assert_int_equal(test_drain(store, &sent), 1003);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    test_bytes_free(&sent);
    test_bytes_free(&other);
}

/* Input that ended brings no preamble, and one that begins anew in any format has none yet. */
static void a_preamble_that_does_not_come_is_not_awaited(void **state) {
    (void)state;
    const pier_archive_options guessing = {.format = PIER_FORMAT_GUESS, .compression_level = 6};
    pier_archive *store = test_open_store(NULL, &guessing);
    pier_archive *load = test_open_load(NULL, &guessing);
    const pier__preamble peer = {.version_major = 1,
                                 .features_ignorable = PIER__TAKES_DEFLATE,
                                 .record_bytes_max = 100000,
                                 .block_target_bytes = 65536,
                                 .stream_id = 7};
    uint8_t piece[PIER__PIECE_BYTES];
    test_bytes sent = {0};
    pier__preamble_encode(&peer, piece);
    pier_bytes preamble = {piece, sizeof piece};
    assert_status(pier_archive_pair(store, load), PIER_OK);
    assert_status(pier_archive_feed(load, preamble), PIER_OK);
    assert_status(pier_archive_next(load), PIER_MORE);
    test_store_u64(store, 1);
    assert_status(pier_archive_flush(store), PIER_OK);
    (void)test_drain(store, &sent);
    assert_int_equal(codec_of_next(store, &sent), 1);
    assert_status(pier_archive_reset(load), PIER_OK);
    assert_int_equal(codec_of_next(store, &sent), 0);
    assert_status(pier_archive_feed(load, preamble), PIER_OK);
    assert_status(pier_archive_next(load), PIER_MORE);
    assert_int_equal(codec_of_next(store, &sent), 1);
    assert_status(pier_archive_reset(load), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){piece, 20}), PIER_OK);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_TRUNCATED);
    assert_int_equal(pier_archive_error(load)->offset, 20);
    assert_int_equal(codec_of_next(store, &sent), 0);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    /* Framed from the beginning, and nobody has loaded yet. */
    store = test_open_store(NULL, &(pier_archive_options){.compression_level = 6});
    load = test_open_load(NULL, NULL);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    assert_status(pier_archive_feed(load, (pier_bytes){piece, 20}), PIER_OK);
    pier_archive_feed_end(load);
    sent.size = 0;
    (void)test_drain(store, &sent);
    assert_int_equal(codec_of_next(store, &sent), 0);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
    test_bytes_free(&sent);
}

/* Both sides of a connection over a socket: each compresses once it has heard of the other. */
static void both_sides_of_a_connection(void **state) {
    (void)state;
    side sides[2];
    pier_archive_options options = {.compression_level = 6};
    open_sides(sides, &options, &options);
    for (int round = 0; round < 3; round++) {
        for (int from = 0; from < 2; from++) {
            test_store_text(sides[from].store, 5000, (char)('a' + round));
            assert_status(pier_archive_flush(sides[from].store), PIER_OK);
            pier_archive *load = sides[1 - from].load;
            assert_status(pier_archive_next(load), PIER_OK);
            pier_text text = pier_load_text(load);
            assert_int_equal(text.size, 5000);
            assert_int_equal(text.data[4999], 'a' + round);
            assert_true(pier_archive_is_message_end(load));
        }
    }
    close_side(&sides[0]);
    close_side(&sides[1]);
}

static void an_archive_is_reset_and_compresses_again(void **state) {
    (void)state;
    pier_archive_options options = {.compression_level = 3};
    pier_archive *store = test_open_store(NULL, &options);
    pier_archive *load = test_open_load(NULL, NULL);
    test_bytes streams[3] = {{0}, {0}, {0}};
    for (int i = 0; i < 3; i++) {
        store_mix(store);
        assert_status(pier_archive_close(store), PIER_OK);
        (void)test_drain(store, &streams[i]);
        assert_status(pier_archive_reset(store), PIER_OK);
        assert_status(pier_archive_feed(load, test_bytes_view(&streams[i])), PIER_OK);
        /* Left in the middle of a compressed block. */
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_archive_reset(load), PIER_OK);
        assert_int_equal(streams[i].size, streams[0].size);
        assert_memory_equal(streams[i].data, streams[0].data, streams[0].size);
    }
    for (int i = 0; i < 3; i++) {
        test_bytes_free(&streams[i]);
    }
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_brings_the_same_records),
        cmocka_unit_test(cuts_change_nothing),
        cmocka_unit_test(what_is_left_as_it_is),
        cmocka_unit_test(lengths_at_the_edges),
        cmocka_unit_test(a_level_that_does_not_exist),
        cmocka_unit_test(refused_records_leave_no_trace),
        cmocka_unit_test(compression_begins_with_the_peers_preamble),
        cmocka_unit_test(a_bad_preamble_compresses_nothing),
        cmocka_unit_test(without_a_preamble_nothing_is_compressed),
        cmocka_unit_test(a_preamble_that_does_not_come_is_not_awaited),
        cmocka_unit_test(both_sides_of_a_connection),
        cmocka_unit_test(an_archive_is_reset_and_compresses_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
