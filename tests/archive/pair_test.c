/* The two directions of one connection: who may be paired, and the limits that the peer tells.
 *
 * Floor 4 (archive). */
#include "archive/pair_support.h"

#include <stdlib.h>

#include "archive/wire_internal.h"

static const test_class one = {.name = "test.One"};
static const test_class two = {.name = "test.Two"};
static const test_class three = {.name = "test.Three"};

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

/* Use -------------------------------------------------------------------------------------------------------------- */

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

/* The peer's limits ------------------------------------------------------------------------------------------------ */

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

/* A peer whose preamble was damaged is gone on with by its blocks; but its limits are never known. */
static void limits_that_were_damaged_refuse_the_record(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *peer = test_open_store(NULL, NULL);
    test_store_u64(peer, 1);
    assert_status(pier_archive_flush(peer), PIER_OK);
    (void)test_drain(peer, &stream);
    pier_archive_destroy(peer);
    stream.data[22] ^= 1;
    side here;
    open_side(&here, NULL, NULL);
    assert_status(pier_archive_feed(here.load, test_bytes_view(&stream)), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_CORRUPT);
    assert_status(store_sized(here.store, 70000), PIER_CORRUPT);
    assert_status(pier_archive_recover(here.load, NULL), PIER_OK);
    assert_status(pier_archive_next(here.load), PIER_OK);
    assert_status(store_sized(here.store, 70000), PIER_TRUNCATED);
    assert_status(store_sized(here.store, 60000), PIER_OK);
    close_side(&here);
    test_bytes_free(&stream);
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
        cmocka_unit_test(limits_that_were_damaged_refuse_the_record),
        cmocka_unit_test(over_a_socket_the_preamble_is_waited_for),
        cmocka_unit_test(the_third_class_and_other_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
