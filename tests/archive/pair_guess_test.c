/* A connection whose format the first bytes of the peer tell: nothing is sent before.
 *
 * Floor 4 (archive). */
#include "archive/pair_support.h"

#include "support/scripted_file.h"

static const test_class one = {.name = "test.One"};

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(storing_waits_for_the_format),
        cmocka_unit_test(a_format_that_never_comes),
        cmocka_unit_test(the_format_is_waited_for_over_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
