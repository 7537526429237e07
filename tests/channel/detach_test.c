/* A channel left for another protocol on the same connection; raw bytes over a connection.
 *
 * Floor 7 (channel). */
#include "channel/channel_support.h"

#include <pier/raw.h>

#include "support/fault_allocator.h"

/* Reads from a socket until `size` bytes are there. */
static void read_all(pier_socket *socket, uint8_t *bytes, size_t size) {
    while (size > 0) {
        size_t came = 0;
        assert_status(pier_socket_read(socket, bytes, size, &came, pier_deadline_after_ms(PATIENCE_MS)), PIER_OK);
        bytes += came;
        size -= came;
    }
}

static void write_all(pier_socket *socket, const char *text) {
    pier_bytes span = {text, strlen(text)};
    size_t size = 0;
    assert_status(pier_socket_write(socket, &span, 1, &size, pier_deadline_after_ms(PATIENCE_MS)), PIER_OK);
    assert_int_equal(size, span.size);
}

/* Loads both records of a framed side and leaves it. */
static void leave_framed(pier_channel *side, pier_socket **socket) {
    pier_bytes unread;
    test_receive(side, 1);
    /* Another record of the block is to come. */
    assert_status(pier_channel_detach(side, socket, &unread), PIER_USAGE);
    test_receive(side, 2);
    assert_status(pier_channel_detach(side, socket, &unread), PIER_OK);
    assert_int_equal(unread.size, 0);
}

/* Both sides leave the channel; what one sent behind its records is with the other, read ahead or not. */
static void switch_protocol(pier_format format, size_t kind) {
    pier_channel_options options = {.size = sizeof options, .format = format};
    pier_channel *sides[2];
    test_connect(test_endpoint(kind), &options, &options, &sides[0], &sides[1]);
    assert_status(test_send(sides[0], 1), PIER_OK);
    assert_status(test_send(sides[0], 2), PIER_OK);
    pier_socket *sockets[2];
    pier_bytes unread;
    static const char words[] = "GET / of another protocol";
    if (format == PIER_FORMAT_FRAMED) {
        /* The end mark of the other side is waited for. */
        pier_channel_set_deadline(sides[0], PIER_NOW);
        assert_status(pier_channel_detach(sides[0], &sockets[0], &unread), PIER_WOULD_BLOCK);
        pier_channel_set_deadline(sides[0], pier_deadline_after_ms(PATIENCE_MS));
        leave_framed(sides[1], &sockets[1]);
    }
    assert_status(pier_channel_detach(sides[0], &sockets[0], &unread), PIER_OK);
    assert_int_equal(unread.size, 0);
    assert_non_null(sockets[0]);
    assert_int_equal(pier_channel_handle(sides[0]), -1);
    assert_int_equal(pier_channel_wanted(sides[0]), 0);
    assert_null(pier_channel_socket(sides[0]));
    pier_channel_set_cancel(sides[0], NULL);
    pier_socket *again = sockets[0];
    assert_status(pier_channel_detach(sides[0], &again, &unread), PIER_USAGE);
    assert_null(again);
    assert_status(pier_channel_close(sides[0]), PIER_OK);
    assert_status(pier_archive_begin(pier_channel_store_archive(sides[0])), PIER_USAGE);
    pier_channel_destroy(sides[0]);
    write_all(sockets[0], words);
    unread = (pier_bytes){NULL, 0};
    if (format == PIER_FORMAT_PLAIN) {
        test_receive(sides[1], 1);
        test_receive(sides[1], 2);
        assert_status(pier_channel_detach(sides[1], &sockets[1], &unread), PIER_OK);
    }
    uint8_t found[sizeof words] = {0};
    assert_true(unread.size < sizeof words);
    if (unread.size > 0) {
        memcpy(found, unread.data, unread.size);
    }
    size_t ahead = unread.size;
    pier_channel_destroy(sides[1]);
    read_all(sockets[1], found + ahead, sizeof words - 1 - ahead);
    assert_string_equal((const char *)found, words);
    write_all(sockets[1], "200");
    uint8_t answer[4] = {0};
    read_all(sockets[0], answer, 3);
    assert_string_equal((const char *)answer, "200");
    pier_socket_destroy(sockets[0]);
    pier_socket_destroy(sockets[1]);
}

static void the_connection_goes_on_with_another_protocol(void **state) {
    (void)state;
    for (size_t kind = 0; kind < TEST_ENDPOINTS; kind++) {
        switch_protocol(PIER_FORMAT_PLAIN, kind);
        switch_protocol(PIER_FORMAT_FRAMED, kind);
    }
}

static void one_that_is_closed_is_not_detached(void **state) {
    (void)state;
    pier_channel *one;
    pier_channel *other;
    pier_socket *socket;
    pier_bytes unread;
    test_pair(NULL, NULL, &one, &other);
    assert_status(pier_channel_shutdown(one), PIER_OK);
    assert_status(pier_channel_detach(one, &socket, &unread), PIER_USAGE);
    assert_status(pier_channel_error(one)->status, PIER_USAGE);
    pier_channel_destroy(one);
    pier_channel_destroy(other);
}

/* 20 MiB of raw bytes between records, each side at its own pace, with small queues. */
static void raw_bytes_pass_a_connection(void **state) {
    (void)state;
    enum { PARTS = 320, PART_BYTES = 65536 };
    static uint8_t content[PART_BYTES];
    fault_allocator memory;
    fault_allocator_init(&memory);
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 300000};
    pier_channel_options options = {.size = sizeof options, .limits = &limits, .allocator = &memory.allocator};
    pier_channel *one;
    pier_channel *other;
    test_pair(&options, &options, &one, &other);
    pier_archive *store = pier_channel_store_archive(one);
    pier_archive *load = pier_channel_load_archive(other);
    pier_channel_set_deadline(one, PIER_NOW);
    pier_channel_set_deadline(other, PIER_NOW);
    assert_status(pier_archive_begin_raw(store), PIER_OK);
    uint64_t stored = 0;
    uint64_t loaded = 0;
    bool is_ended = false;
    bool is_begun = false;
    while (!is_ended) {
        if (stored < (uint64_t)PARTS * PART_BYTES) {
            size_t at = (size_t)(stored % PART_BYTES);
            size_t size = 0;
            pier_status status = pier_archive_store_raw(store, (pier_bytes){content + at, sizeof content - at}, &size);
            assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
            stored += size;
            if (stored == (uint64_t)PARTS * PART_BYTES) {
                assert_status(pier_archive_end_raw(store), PIER_OK);
            }
        } else {
            pier_status status = pier_archive_flush(store);
            assert_true(status == PIER_OK || status == PIER_WOULD_BLOCK);
        }
        if (!is_begun) {
            is_begun = pier_archive_next(load) == PIER_OK;
            continue;
        }
        pier_bytes part;
        pier_status status;
        while ((status = pier_archive_load_raw(load, &part)) == PIER_OK) {
            loaded += part.size;
        }
        assert_true(status == PIER_END || status == PIER_WOULD_BLOCK);
        is_ended = status == PIER_END;
    }
    assert_true(loaded == stored);
    assert_true(memory.peak_bytes < 2500000);
    assert_status(test_send(one, 7), PIER_OK);
    assert_status(test_flush(one), PIER_OK);
    pier_channel_set_deadline(other, pier_deadline_after_ms(PATIENCE_MS));
    test_receive(other, 7);
    pier_channel_destroy(one);
    pier_channel_destroy(other);
    fault_allocator_check(&memory);
    fault_allocator_deinit(&memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_connection_goes_on_with_another_protocol),
        cmocka_unit_test(one_that_is_closed_is_not_detached),
        cmocka_unit_test(raw_bytes_pass_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
