/* The two directions of one connection: the peer's limits, a guessed format, and input taken in while output waits.
 *
 * Floor 4 (archive). Each side of a connection here is a storing and a loading archive over one end of a socket pair, or
 * by hand. */
#include "archive/archive_support.h"

#include <stdlib.h>

#include "archive/wire_internal.h"
#include "support/fault_allocator.h"
#include "support/scripted_file.h"

static const test_class one = {.name = "test.One"};
static const test_class two = {.name = "test.Two"};
static const test_class three = {.name = "test.Three"};

/* One side of a connection. */
typedef struct side {
    pier_file *file;
    pier_archive *store;
    pier_archive *load;
} side;

static void open_side(side *of, pier_file *file, const pier_archive_options *options) {
    of->file = file;
    of->store = test_open_store(file, options);
    of->load = test_open_load(file, options);
    assert_status(pier_archive_pair(of->store, of->load), PIER_OK);
}

static void set_deadline(side *of, pier_deadline deadline) {
    pier_archive_set_deadline(of->store, deadline);
    pier_archive_set_deadline(of->load, deadline);
}

static void close_side(side *of) {
    pier_archive_destroy(of->store);
    pier_archive_destroy(of->load);
    pier_file_destroy(of->file);
}

static void open_sides(side sides[2], const pier_archive_options *first, const pier_archive_options *second) {
    pier_socket *sockets[2];
    pier_file *files[2];
    assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_file_open_socket(&files[i], sockets[i], NULL, NULL), PIER_OK);
        open_side(&sides[i], files[i], i == 0 ? first : second);
    }
}

/* A text of `size` bytes, stored with what its end answers. */
static pier_status store_sized(pier_archive *archive, size_t size) {
    static char *text;
    text = (char *)realloc(text, size + 1);
    assert_non_null(text);
    memset(text, 't', size);
    pier_status status = pier_archive_begin(archive);
    if (status == PIER_OK) {
        pier_store_text(archive, (pier_text){text, size});
        status = pier_archive_end(archive);
    }
    free(text);
    text = NULL;
    return status;
}

/* Use ------------------------------------------------------------------------------------------------------------------- */

static void only_two_directions_of_one_format_are_paired(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL, NULL);
    pier_archive *other_store = test_open_store(NULL, NULL);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_archive *plain = test_open_load(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    assert_status(pier_archive_pair(store, other_store), PIER_USAGE);
    assert_status(pier_archive_error(store)->status, PIER_USAGE);
    assert_status(pier_archive_pair(load, store), PIER_USAGE);
    assert_status(pier_archive_pair(load, NULL), PIER_USAGE);
    assert_status(pier_archive_pair(store, plain), PIER_USAGE);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    /* The last pairing holds; whoever goes leaves the other alone. */
    assert_status(pier_archive_pair(other_store, load), PIER_OK);
    assert_status(store_sized(store, 70000), PIER_OK);
    pier_archive_set_deadline(other_store, PIER_NOW);
    assert_status(store_sized(other_store, 70000), PIER_WOULD_BLOCK);
    pier_archive_destroy(load);
    assert_status(pier_archive_end(other_store), PIER_OK);
    load = test_open_load(NULL, NULL);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    assert_status(pier_archive_pair(store, NULL), PIER_OK);
    assert_status(pier_archive_pair(store, NULL), PIER_OK);
    assert_status(store_sized(store, 70000), PIER_OK);
    assert_status(pier_archive_pair(store, load), PIER_OK);
    pier_archive_destroy(store);
    assert_status(pier_archive_next(load), PIER_MORE);
    pier_archive_destroy(other_store);
    pier_archive_destroy(load);
    pier_archive_destroy(plain);
}

/* The peer's limits ------------------------------------------------------------------------------------------------------- */

/* The preamble of a peer that takes records of so many bytes. */
static void make_preamble(uint8_t *piece, uint64_t record_bytes_max, uint32_t classes_max) {
    pier__preamble preamble = {.version_major = 1,
                               .record_bytes_max = record_bytes_max,
                               .block_target_bytes = 65536,
                               .classes_max = classes_max,
                               .depth_max = 128,
                               .stream_id = 77};
    pier__preamble_encode(&preamble, piece);
}

static void a_large_record_waits_for_the_peers_preamble(void **state) {
    (void)state;
    uint8_t piece[64];
    make_preamble(piece, 100000, 10);
    side here;
    open_side(&here, NULL, NULL);
    assert_status(store_sized(here.store, 65533), PIER_OK); /* 65,536 bytes with its head */
    assert_status(store_sized(here.store, 65534), PIER_WOULD_BLOCK);
    /* The record stays open: it can be ended again, or taken back. */
    for (size_t i = 0; i < 63; i++) {
        assert_status(pier_archive_end(here.store), PIER_WOULD_BLOCK);
        assert_status(pier_archive_feed(here.load, (pier_bytes){piece + i, 1}), PIER_OK);
    }
    pier_archive_abandon(here.store);
    assert_status(store_sized(here.store, 65534), PIER_WOULD_BLOCK);
    assert_status(pier_archive_feed(here.load, (pier_bytes){piece + 63, 1}), PIER_OK);
    assert_status(pier_archive_end(here.store), PIER_OK);
    assert_status(store_sized(here.store, 99995), PIER_OK);
    assert_status(store_sized(here.store, 99996), PIER_LIMIT);
    assert_non_null(strstr(pier_archive_error(here.store)->text, "the peer loads at most 100000"));
    test_bytes stream = {0};
    assert_status(pier_archive_close(here.store), PIER_OK);
    (void)test_drain(here.store, &stream);
    test_log log = {0};
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, 0);
    assert_int_equal(test_log_count(&log, "record"), 3);
    test_log_free(&log);
    test_bytes_free(&stream);
    /* The loading side goes on behind the preamble that was taken for the storing one. */
    assert_status(pier_archive_next(here.load), PIER_MORE);
    close_side(&here);
}

static void small_records_obey_limits_that_are_known(void **state) {
    (void)state;
    uint8_t piece[64];
    make_preamble(piece, 50, 1);
    side here;
    open_side(&here, NULL, NULL);
    assert_status(store_sized(here.store, 100), PIER_OK); /* not known yet */
    assert_status(test_store_typed(here.store, &one, 1), PIER_OK);
    assert_status(pier_archive_feed(here.load, (pier_bytes){piece, 64}), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_MORE);
    assert_status(store_sized(here.store, 48), PIER_OK);
    assert_status(store_sized(here.store, 49), PIER_LIMIT);
    assert_status(test_store_typed(here.store, &one, 2), PIER_OK);
    assert_status(test_store_typed(here.store, &two, 3), PIER_LIMIT);
    assert_status(pier_archive_status(here.store), PIER_OK);
    close_side(&here);
}

/* Calls that store a whole record at once leave nothing open when they answer "not now". */
static void whole_records_wait_without_staying_open(void **state) {
    (void)state;
    uint8_t piece[64];
    make_preamble(piece, 1 << 20, 10);
    size_t size = 70000;
    uint8_t *encoded = (uint8_t *)malloc(size + 5);
    assert_non_null(encoded);
    memset(encoded, 0, size + 5);
    memcpy(encoded, "\xc6\x00\x01\x11\x70", 5);
    side here;
    open_side(&here, NULL, NULL);
    /* A loader with a typed and an untyped record to forward. */
    test_bytes source = {0};
    pier_archive *from = test_open_store(NULL, NULL);
    assert_status(pier__archive_begin_class(from, &one, test_encode_closure), PIER_OK);
    pier_store_bytes(from, (pier_bytes){encoded, size});
    assert_status(pier__archive_end_typed(from), PIER_OK);
    test_close(from, &source);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&source)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    for (int i = 0; i < 2; i++) {
        pier_status expected = i == 0 ? PIER_WOULD_BLOCK : PIER_OK;
        assert_status(pier_archive_store_encoded(here.store, (pier_bytes){encoded, size + 5}), expected);
        assert_status(pier_archive_forward(here.store, load), expected);
        assert_status(pier__archive_begin_class(here.store, &two, test_encode_closure), PIER_OK);
        pier_store_bytes(here.store, (pier_bytes){encoded, size});
        assert_status(pier__archive_end_typed(here.store), expected);
        test_store_u64(here.store, 5);
        assert_status(pier_archive_feed(here.load, (pier_bytes){piece, 64}), PIER_OK);
    }
    test_bytes stream = {0};
    test_log log = {0};
    assert_status(pier_archive_close(here.store), PIER_OK);
    (void)test_drain(here.store, &stream);
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, TEST_HAS_NEXT);
    assert_int_equal(test_log_count(&log, "record"), 5);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_log_free(&log);
    test_bytes_free(&stream);
    test_bytes_free(&source);
    pier_archive_destroy(load);
    close_side(&here);
    free(encoded);
}

static void limits_that_never_come_refuse_the_record(void **state) {
    (void)state;
    uint8_t piece[64];
    make_preamble(piece, 1 << 20, 10);
    static const struct {
        size_t size;
        size_t flip;
        pier_status status;
    } cases[] = {{0, 64, PIER_TRUNCATED}, {40, 64, PIER_TRUNCATED}, {64, 5, PIER_CORRUPT}, {64, 30, PIER_CORRUPT}};
    for (size_t i = 0; i < 4; i++) {
        side here;
        open_side(&here, NULL, NULL);
        uint8_t damaged[65];
        memcpy(damaged, piece, 64);
        damaged[cases[i].flip] ^= 1;
        assert_status(pier_archive_feed(here.load, (pier_bytes){damaged, cases[i].size}), PIER_OK);
        pier_archive_feed_end(here.load);
        for (int again = 0; again < 2; again++) {
            assert_status(store_sized(here.store, 70000), cases[i].status);
            assert_non_null(strstr(pier_archive_error(here.store)->text, "the limits of the peer cannot be learnt"));
            assert_status(pier_archive_status(here.store), PIER_OK);
            assert_status(store_sized(here.store, 100), PIER_OK);
        }
        assert_status(pier_archive_next(here.load), cases[i].status);
        close_side(&here);
    }
}

static void over_a_socket_the_preamble_is_waited_for(void **state) {
    (void)state;
    side sides[2];
    open_sides(sides, NULL, NULL);
    set_deadline(&sides[0], pier_deadline_after_ms(20));
    assert_status(store_sized(sides[0].store, 70000), PIER_TIMEOUT);
    set_deadline(&sides[0], PIER_NOW);
    assert_status(pier_archive_end(sides[0].store), PIER_WOULD_BLOCK);
    assert_status(pier_archive_flush(sides[1].store), PIER_OK);
    set_deadline(&sides[0], pier_deadline_after_ms(10000));
    assert_status(pier_archive_end(sides[0].store), PIER_OK);
    /* A peer that ends without a word. */
    assert_status(pier_archive_reset(sides[0].store), PIER_OK);
    assert_status(pier_archive_reset(sides[0].load), PIER_OK);
    assert_status(pier_file_shutdown(sides[1].file), PIER_OK);
    assert_status(store_sized(sides[0].store, 70000), PIER_TRUNCATED);
    close_side(&sides[0]);
    close_side(&sides[1]);
}

/* A guessed format ------------------------------------------------------------------------------------------------------- */

static const pier_archive_options guess = {.size = sizeof guess, .format = PIER_FORMAT_GUESS};

static void storing_waits_for_the_format(void **state) {
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        test_bytes stream = {0};
        pier_archive *peer =
            test_open_store(NULL, &(pier_archive_options){.format = plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED});
        test_store_u64(peer, 7);
        test_close(peer, &stream);
        side here;
        open_side(&here, NULL, &guess);
        assert_status(pier_archive_begin(here.store), PIER_WOULD_BLOCK);
        assert_status(pier_archive_store_encoded(here.store, (pier_bytes){"\x01", 1}), PIER_WOULD_BLOCK);
        assert_status(test_store_typed(here.store, &one, 1), PIER_WOULD_BLOCK);
        assert_status(pier_archive_flush(here.store), PIER_OK); /* nothing to send */
        assert_int_equal(pier_archive_drain(here.store).size, 0);
        assert_int_equal(pier_archive_format(here.store), PIER_FORMAT_GUESS);
        for (size_t i = 0; i < stream.size; i++) {
            assert_status(pier_archive_feed(here.load, (pier_bytes){stream.data + i, 1}), PIER_OK);
            if (i + 1 < (plain ? 1 : 10)) {
                assert_status(pier_archive_next(here.load), PIER_MORE);
                assert_int_equal(pier_archive_format(here.load), PIER_FORMAT_GUESS);
                assert_status(pier_archive_begin(here.store), PIER_WOULD_BLOCK);
            }
        }
        assert_status(pier_archive_next(here.load), PIER_OK);
        assert_int_equal(pier_archive_format(here.load), plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED);
        test_store_u64(here.store, 9);
        assert_int_equal(pier_archive_format(here.store), plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED);
        assert_int_equal(pier_load_u8(here.load), 7);
        assert_status(pier_archive_close(here.store), PIER_OK);
        assert_int_equal(pier_archive_queued_bytes(here.store), plain ? 1 : 64 + 65 + 64);
        /* Anew, it guesses anew. */
        assert_status(pier_archive_reset(here.store), PIER_OK);
        assert_status(pier_archive_reset(here.load), PIER_OK);
        assert_status(pier_archive_begin(here.store), PIER_WOULD_BLOCK);
        close_side(&here);
        test_bytes_free(&stream);
    }
}

static void a_format_that_never_comes(void **state) {
    (void)state;
    /* By hand: the input ends without a byte. */
    side here;
    open_side(&here, NULL, &guess);
    pier_archive_feed_end(here.load);
    assert_status(pier_archive_begin(here.store), PIER_END);
    assert_status(pier_archive_status(here.store), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_END);
    assert_status(pier_archive_close(here.store), PIER_OK);
    assert_status(pier_archive_close(here.store), PIER_OK);
    assert_status(pier_archive_begin(here.store), PIER_USAGE);
    assert_int_equal(pier_archive_drain(here.store).size, 0);
    close_side(&here);
    /* Half a preamble: framed, as far as anybody can tell. */
    open_side(&here, NULL, &guess);
    assert_status(pier_archive_feed(here.load, (pier_bytes){"\xc7\x3d\x50", 3}), PIER_OK);
    pier_archive_feed_end(here.load);
    assert_status(pier_archive_begin(here.store), PIER_OK);
    assert_int_equal(pier_archive_format(here.store), PIER_FORMAT_FRAMED);
    assert_status(pier_archive_next(here.load), PIER_TRUNCATED);
    close_side(&here);
    /* Closed before it was known, nothing is sent afterwards either: a preamble alone would be a cut stream. */
    open_side(&here, NULL, &guess);
    assert_status(pier_archive_close(here.store), PIER_OK);
    assert_status(pier_archive_feed(here.load, (pier_bytes){"\xc7\x3d\x50\x00PIER\r\n", 10}), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_MORE);
    assert_status(pier_archive_close(here.store), PIER_OK);
    assert_int_equal(pier_archive_drain(here.store).size, 0);
    close_side(&here);
    /* Alone, a storing archive can guess nothing. */
    pier_archive *alone = test_open_store(NULL, &guess);
    assert_status(pier_archive_begin(alone), PIER_USAGE);
    assert_status(pier_archive_close(alone), PIER_OK);
    pier_archive_destroy(alone);
}

static void the_format_is_waited_for_over_a_file(void **state) {
    (void)state;
    static const pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    side sides[2];
    open_sides(sides, &guess, &plain);
    set_deadline(&sides[0], pier_deadline_after_ms(20));
    assert_status(pier_archive_begin(sides[0].store), PIER_TIMEOUT);
    set_deadline(&sides[0], PIER_NOW);
    assert_status(pier_archive_begin(sides[0].store), PIER_WOULD_BLOCK);
    test_store_u64(sides[1].store, 5);
    assert_status(pier_archive_flush(sides[1].store), PIER_OK);
    test_store_u64(sides[0].store, 6); /* what is ready is read even so */
    assert_status(pier_archive_flush(sides[0].store), PIER_OK);
    assert_status(pier_archive_next(sides[1].load), PIER_OK);
    assert_int_equal(pier_load_u8(sides[1].load), 6);
    close_side(&sides[0]);
    close_side(&sides[1]);
    /* The file ends or fails before. */
    for (int fails = 0; fails < 2; fails++) {
        scripted_file script;
        scripted_file_init(&script, (pier_bytes){"\xc7\x3d", 2});
        if (fails) {
            scripted_file_at(&script, PIER_READABLE, 2, PIER_RESET, SCRIPTED_FOR_GOOD);
        } else {
            scripted_file_at(&script, PIER_READABLE, 0, PIER_END, SCRIPTED_FOR_GOOD);
        }
        side here;
        open_side(&here, scripted_file_open(&script, NULL), &guess);
        assert_status(pier_archive_begin(here.store), fails ? PIER_RESET : PIER_END);
        assert_status(pier_archive_begin(here.store), fails ? PIER_RESET : PIER_END);
        if (fails) {
            assert_status(pier_archive_error(here.store)->status, PIER_RESET);
            assert_status(pier_archive_status(here.load), PIER_RESET);
        }
        close_side(&here);
        scripted_file_deinit(&script);
    }
}

/* Taking input in ---------------------------------------------------------------------------------------------------------- */

/* Fills a connection until neither side can write: both queues and the system's buffers are full. */
static uint64_t fill(side *of, size_t size) {
    uint64_t stored = 0;
    for (;;) {
        pier_status status = store_sized(of->store, size);
        if (status != PIER_OK) {
            assert_status(status, PIER_WOULD_BLOCK);
            return stored;
        }
        stored++;
    }
}

static void a_side_that_only_stores_is_told_to_load(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 200000};
    pier_archive_options options = {.limits = &limits};
    side sides[2];
    open_sides(sides, &options, &options);
    set_deadline(&sides[1], PIER_NOW);
    uint64_t sent[2];
    sent[1] = fill(&sides[1], 5000);
    /* The first side may wait as long as it takes, and must not: its own unread input is full, and so is the peer's. */
    set_deadline(&sides[0], pier_deadline_after_ms(20000));
    int64_t begun = pier_clock_monotonic_ns();
    sent[0] = 0;
    pier_status status;
    while ((status = store_sized(sides[0].store, 5000)) == PIER_OK) {
        sent[0]++;
        /* The peer goes on filling what this side has taken in. */
        sent[1] += fill(&sides[1], 5000);
    }
    assert_status(status, PIER_WOULD_BLOCK);
    assert_true(pier_clock_monotonic_ns() - begun < 10000000000);
    assert_status(pier_archive_flush(sides[0].store), PIER_WOULD_BLOCK);
    assert_non_null(strstr(pier_archive_error(sides[0].store)->text, "queue_bytes_max"));
    assert_status(pier_archive_status(sides[0].store), PIER_OK);
    /* Loading makes it go on; everything arrives on both sides. */
    uint64_t loaded[2] = {0, 0};
    set_deadline(&sides[0], PIER_NOW);
    bool closed[2] = {false, false};
    bool ended[2] = {false, false};
    while (!ended[0] || !ended[1]) {
        for (int i = 0; i < 2; i++) {
            if (!closed[i]) {
                status = pier_archive_close(sides[i].store);
                assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
                closed[i] = status == PIER_OK;
            }
            while (!ended[i] && (status = pier_archive_next(sides[i].load)) == PIER_OK) {
                assert_int_equal(pier_load_text(sides[i].load).size, 5000);
                loaded[i]++;
            }
            assert_true(status == PIER_WOULD_BLOCK || status == PIER_END || status == PIER_OK);
            ended[i] = ended[i] || status == PIER_END;
        }
    }
    assert_int_equal(loaded[0], sent[1]);
    assert_int_equal(loaded[1], sent[0]);
    close_side(&sides[0]);
    close_side(&sides[1]);
}

/* While the storing side takes input in, what was loaded of the current record stays as it is. */
static void views_stay_while_input_is_taken_in(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.allocator = &faults.allocator, .read_bytes = 100};
    side sides[2];
    open_sides(sides, &options, NULL);
    set_deadline(&sides[1], PIER_NOW);
    for (char letter = 'a'; letter < 'e'; letter++) {
        test_store_text(sides[1].store, 3000, letter);
        assert_status(pier_archive_flush(sides[1].store), PIER_OK);
    }
    char expected[3000];
    for (char letter = 'a'; letter < 'd'; letter++) {
        assert_status(pier_archive_next(sides[0].load), PIER_OK);
        pier_text text = pier_load_text(sides[0].load);
        pier_bytes bytes = pier_archive_record_bytes(sides[0].load);
        /* A flush that cannot end, with much coming in meanwhile. */
        assert_status(store_sized(sides[1].store, 60000), PIER_OK);
        (void)(pier_archive_flush(sides[1].store) == PIER_OK);
        set_deadline(&sides[0], pier_deadline_after_ms(15));
        test_store_text(sides[0].store, 65000, letter);
        for (int i = 0; i < 8; i++) {
            test_store_text(sides[0].store, 65000, letter);
        }
        (void)(pier_archive_flush(sides[0].store) == PIER_OK);
        set_deadline(&sides[0], PIER_NEVER);
        memset(expected, letter, sizeof expected);
        assert_int_equal(text.size, sizeof expected);
        assert_memory_equal(text.data, expected, sizeof expected);
        assert_memory_equal((const uint8_t *)bytes.data + 3, expected, sizeof expected);
        assert_int_equal(pier_archive_record_bytes(sides[0].load).size, 3003);
    }
    assert_true(pier_archive_queued_bytes(sides[0].store) > 0);
    close_side(&sides[0]);
    close_side(&sides[1]);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

/* A side over a script: what is read and when writing stops is told byte by byte. */
static void open_scripted(side *of, scripted_file *script, const pier_archive_options *options) {
    open_side(of, scripted_file_open(script, NULL), options);
}

static void input_that_fails_meanwhile_is_told_after_what_came(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *peer = test_open_store(NULL, NULL);
    for (uint64_t i = 0; i < 5; i++) {
        test_store_u64(peer, i);
        assert_status(pier_archive_flush(peer), PIER_OK);
    }
    (void)test_drain(peer, &stream);
    pier_archive_destroy(peer);
    static const pier_status fates[] = {PIER_RESET, PIER_END};
    for (int i = 0; i < 2; i++) {
        scripted_file script;
        scripted_file_init(&script, test_bytes_view(&stream));
        scripted_file_at(&script, PIER_READABLE, stream.size, fates[i], SCRIPTED_FOR_GOOD);
        scripted_file_at(&script, PIER_WRITABLE, 100, PIER_WOULD_BLOCK, 12);
        side here;
        open_scripted(&here, &script, &(pier_archive_options){.read_bytes = 129});
        assert_status(pier_archive_next(here.load), PIER_OK);
        /* The flush meets the fate of the input three times over, and ends well. */
        test_store_u64(here.store, 9);
        pier_status status;
        do {
            status = pier_archive_flush(here.store);
        } while (status == PIER_TIMEOUT);
        assert_status(status, PIER_OK);
        assert_int_equal(script.read_offset, stream.size);
        assert_status(pier_archive_status(here.store), PIER_OK);
        assert_status(pier_archive_status(here.load), PIER_OK);
        assert_int_equal(pier_load_u8(here.load), 0); /* the record that was current all the time */
        for (uint64_t j = 1; j < 5; j++) {
            assert_true(pier_archive_has_next(here.load));
            assert_status(pier_archive_next(here.load), PIER_OK);
            assert_int_equal(pier_load_u8(here.load), j);
        }
        assert_status(pier_archive_next(here.load), i == 0 ? PIER_RESET : PIER_TRUNCATED);
        assert_int_equal(pier_archive_error(here.load)->offset, stream.size);
        close_side(&here);
        scripted_file_deinit(&script);
    }
    test_bytes_free(&stream);
}

/* A loading side that has failed takes nothing in any more, and hinders no flush. */
static void a_failed_loader_hinders_no_flush(void **state) {
    (void)state;
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){"no stream of Pier's, and more of it", 35});
    scripted_file_at(&script, PIER_WRITABLE, 64, PIER_WOULD_BLOCK, 3);
    side here;
    open_scripted(&here, &script, &(pier_archive_options){.read_bytes = 4});
    assert_status(pier_archive_next(here.load), PIER_CORRUPT);
    uint64_t read = script.read_offset;
    test_store_u64(here.store, 1);
    pier_status status;
    do {
        status = pier_archive_flush(here.store);
    } while (status == PIER_TIMEOUT);
    assert_status(status, PIER_OK);
    assert_int_equal(script.read_offset, read);
    assert_status(pier_archive_next(here.load), PIER_CORRUPT);
    close_side(&here);
    scripted_file_deinit(&script);
}

static void without_memory_for_input_the_flush_is_not_now(void **state) {
    (void)state;
    static const uint8_t input[5000];
    fault_allocator faults;
    fault_allocator_init(&faults);
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){input, sizeof input});
    scripted_file_at(&script, PIER_WRITABLE, 0, PIER_WOULD_BLOCK, 1);
    static const pier_archive_options options = {.format = PIER_FORMAT_PLAIN, .read_bytes = 500};
    pier_archive_options poor = options;
    poor.allocator = &faults.allocator;
    pier_file *file = scripted_file_open(&script, NULL);
    side here = {.file = file, .store = test_open_store(file, &options), .load = test_open_load(file, &poor)};
    assert_status(pier_archive_pair(here.store, here.load), PIER_OK);
    test_store_u64(here.store, 1);
    fault_allocator_fail(&faults, 1, true);
    assert_status(pier_archive_flush(here.store), PIER_WOULD_BLOCK);
    assert_non_null(strstr(pier_archive_error(here.store)->text, "memory"));
    assert_status(pier_archive_status(here.store), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_NO_MEMORY);
    assert_status(pier_archive_status(here.load), PIER_OK);
    fault_allocator_fail(&faults, 0, false);
    assert_status(pier_archive_flush(here.store), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_OK);
    close_side(&here);
    scripted_file_deinit(&script);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

/* Nothing is read beyond the limit, whatever room the buffer has. */
static void unread_input_stays_within_its_limit(void **state) {
    (void)state;
    static const uint8_t input[100000];
    scripted_file script;
    scripted_file_init(&script, (pier_bytes){input, sizeof input});
    scripted_file_at(&script, PIER_WRITABLE, 0, PIER_WOULD_BLOCK, 1000);
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 10000, .block_target_bytes = 5000};
    side here;
    open_scripted(&here, &script,
                  &(pier_archive_options){.limits = &limits, .format = PIER_FORMAT_PLAIN, .read_bytes = 700});
    test_store_u64(here.store, 1);
    pier_status status;
    do {
        status = pier_archive_flush(here.store);
        assert_true(script.read_offset <= 10000);
    } while (status == PIER_TIMEOUT);
    assert_status(status, PIER_WOULD_BLOCK);
    assert_int_equal(script.read_offset, 10000);
    /* One record less: the room of one is read, and no more. */
    assert_status(pier_archive_next(here.load), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_OK);
    assert_status(pier_archive_flush(here.store), PIER_WOULD_BLOCK);
    assert_int_equal(script.read_offset, 10001);
    close_side(&here);
    scripted_file_deinit(&script);
}

static void the_third_class_and_other_leftovers(void **state) {
    (void)state;
    /* A record of a new class above 64 KiB, taken back while it waits, leaves no definition behind. */
    side here;
    open_side(&here, NULL, NULL);
    static const char text[70000];
    assert_status(pier__archive_begin_class(here.store, &three, test_encode_closure), PIER_OK);
    pier_store_text(here.store, (pier_text){text, sizeof text});
    assert_status(pier__archive_end_typed(here.store), PIER_WOULD_BLOCK);
    test_store_u64(here.store, 1);
    test_bytes stream = {0};
    assert_status(pier_archive_close(here.store), PIER_OK);
    (void)test_drain(here.store, &stream);
    assert_int_equal(stream.size, 64 + 65 + 64);
    test_bytes_free(&stream);
    close_side(&here);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_two_directions_of_one_format_are_paired),
        cmocka_unit_test(a_large_record_waits_for_the_peers_preamble),
        cmocka_unit_test(small_records_obey_limits_that_are_known),
        cmocka_unit_test(whole_records_wait_without_staying_open),
        cmocka_unit_test(limits_that_never_come_refuse_the_record),
        cmocka_unit_test(over_a_socket_the_preamble_is_waited_for),
        cmocka_unit_test(storing_waits_for_the_format),
        cmocka_unit_test(a_format_that_never_comes),
        cmocka_unit_test(the_format_is_waited_for_over_a_file),
        cmocka_unit_test(a_side_that_only_stores_is_told_to_load),
        cmocka_unit_test(views_stay_while_input_is_taken_in),
        cmocka_unit_test(input_that_fails_meanwhile_is_told_after_what_came),
        cmocka_unit_test(a_failed_loader_hinders_no_flush),
        cmocka_unit_test(without_memory_for_input_the_flush_is_not_now),
        cmocka_unit_test(unread_input_stays_within_its_limit),
        cmocka_unit_test(the_third_class_and_other_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
