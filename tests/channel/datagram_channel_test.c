/* Records over datagrams: one complete stream in each, whatever was lost before, and whatever strangers send.
 *
 * Floor 7 (channel), over every kind of datagram socket. */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/channel.h>
#include <pier/datagram_channel.h>
#include <pier/record.h>

#include "socket/joint.h"
#include "socket/mole.h"
#include "support/fault_allocator.h"

#define READING(FIELD)                                                                                                 \
    FIELD(1, u32, number)                                                                                              \
    FIELD(2, text(16), place)
PIER_RECORD(reading, "test.Reading", READING)

/* Two channels that know each other's address. */
typedef struct ends {
    mole sockets;
    pier_datagram_channel *left;
    pier_datagram_channel *right;
} ends;

static void open_channel(pier_datagram_channel **channel, pier_socket **socket,
                         const pier_datagram_channel_options *options) {
    pier_error error;
    if (pier_datagram_channel_open(channel, *socket, options, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    *socket = NULL;
}

static void open_ends(ends *both, mole_kind kind, const pier_datagram_channel_options *left,
                      const pier_datagram_channel_options *right) {
    memset(both, 0, sizeof *both);
    if (!mole_kind_is_here(kind)) {
        skip();
    }
    mole_open(&both->sockets, kind, NULL);
    open_channel(&both->left, &both->sockets.left, left);
    open_channel(&both->right, &both->sockets.right, right);
}

static void close_ends(ends *both) {
    pier_datagram_channel_destroy(both->left);
    pier_datagram_channel_destroy(both->right);
    mole_close(&both->sockets);
}

static void store_number(pier_datagram_channel *channel, uint64_t number) {
    pier_archive *store = pier_datagram_channel_store_archive(channel);
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store_u64(store, number);
    assert_status(pier_archive_end(store), PIER_OK);
}

static void send_to(pier_datagram_channel *channel, const pier_address *to) {
    if (pier_datagram_channel_send(channel, to, joint_patience()) != PIER_OK) {
        fail_msg("%s", pier_datagram_channel_error(channel)->text);
    }
}

static void receive(pier_datagram_channel *channel, pier_address *from) {
    if (pier_datagram_channel_receive(channel, from, joint_patience()) != PIER_OK) {
        fail_msg("%s", pier_datagram_channel_error(channel)->text);
    }
}

static void expect_number(pier_datagram_channel *channel, uint64_t number) {
    pier_archive *load = pier_datagram_channel_load_archive(channel);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u64(load), number);
}

static void expect_end(pier_datagram_channel *channel) {
    assert_status(pier_archive_next(pier_datagram_channel_load_archive(channel)), PIER_END);
}

static void records_travel_in_whole_streams(void **state) {
    ends both;
    pier_address from;
    open_ends(&both, *(const mole_kind *)*state, NULL, NULL);
    /* Without anything received there is nothing to load. */
    assert_status(pier_archive_next(pier_datagram_channel_load_archive(both.right)), PIER_TRUNCATED);
    for (uint64_t round = 0; round < 3; round++) {
        store_number(both.left, round);
        store_number(both.left, round + 100);
        size_t bytes = pier_datagram_channel_bytes(both.left);
        size_t whole = 0;
        send_to(both.left, &both.sockets.right_address);
        assert_int_equal(
            pier_datagram_peek(pier_datagram_channel_socket(both.right), NULL, 0, &whole, NULL, joint_patience()),
            PIER_OK);
        assert_int_equal(whole, bytes);
        receive(both.right, &from);
        assert_true(pier_address_equal(&from, &both.sockets.left_address));
        expect_number(both.right, round);
        assert_int_equal(pier_archive_record_number(pier_datagram_channel_load_archive(both.right)), 1);
        expect_number(both.right, round + 100);
        expect_end(both.right);
        expect_end(both.right);
    }
    /* A datagram without records says so. */
    send_to(both.right, &from);
    receive(both.left, NULL);
    expect_end(both.left);
    close_ends(&both);
}

static void each_datagram_stands_for_itself(void **state) {
    ends both;
    open_ends(&both, *(const mole_kind *)*state, NULL, NULL);
    pier_archive *store = pier_datagram_channel_store_archive(both.left);
    pier_archive *load = pier_datagram_channel_load_archive(both.right);
    for (uint32_t i = 1; i <= 3; i++) {
        reading sent = {.number = i};
        assert_status(reading_store(store, &sent), PIER_OK);
        send_to(both.left, &both.sockets.right_address);
        if (i == 1) {
            /* As if it had been lost: the next one has its own definition. */
            receive(both.right, NULL);
            continue;
        }
        reading got;
        receive(both.right, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(reading_load(load, &got), PIER_OK);
        assert_int_equal(got.number, i);
        expect_end(both.right);
    }
    close_ends(&both);
}

static void what_was_not_loaded_is_dropped(void **state) {
    ends both;
    open_ends(&both, *(const mole_kind *)*state, NULL, NULL);
    store_number(both.left, 1);
    store_number(both.left, 2);
    send_to(both.left, &both.sockets.right_address);
    store_number(both.left, 3);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    expect_number(both.right, 1);
    receive(both.right, NULL);
    expect_number(both.right, 3);
    expect_end(both.right);
    /* Nothing came: nothing is to be loaded. */
    assert_status(pier_datagram_channel_receive(both.right, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    assert_status(pier_archive_next(pier_datagram_channel_load_archive(both.right)), PIER_TRUNCATED);
    close_ends(&both);
}

/* Stores texts of `size` bytes until one is refused; returns how many were taken. */
static size_t store_until_full(pier_datagram_channel *channel, size_t size) {
    pier_archive *store = pier_datagram_channel_store_archive(channel);
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'x', size);
    size_t count = 0;
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        assert_status(pier_archive_begin(store), PIER_OK);
        pier_store_text(store, (pier_text){text, size});
        status = pier_archive_end(store);
        count += status == PIER_OK ? 1u : 0u;
    }
    assert_status(status, PIER_LIMIT);
    free(text);
    return count;
}

static void what_does_not_fit_is_refused_before_it_is_sent(void **state) {
    ends both;
    char expected[96];
    pier_datagram_channel_options options = {.size = sizeof options, .datagram_bytes_max = 1200};
    open_ends(&both, *(const mole_kind *)*state, &options, NULL);
    assert_int_equal(pier_datagram_channel_bytes_max(both.left), 1200);
    /* Preamble, header and end mark take 192 bytes; a text of 98 has a head of 2. */
    size_t count = store_until_full(both.left, 98);
    assert_int_equal(count, 10);
    const pier_error *error = pier_archive_error(pier_datagram_channel_store_archive(both.left));
    (void)snprintf(expected, sizeof expected, "with this record the datagram has %d bytes, the limit is 1200", 1292);
    assert_string_equal(error->text, expected);
    assert_int_equal(error->record, 11);
    /* Up to the last byte: 8 are left, and a text of 7 has a head of 1. */
    assert_int_equal(store_until_full(both.left, 8), 0);
    assert_int_equal(store_until_full(both.left, 7), 1);
    assert_int_equal(pier_datagram_channel_bytes(both.left), 1200);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    for (size_t i = 0; i < 11; i++) {
        assert_status(pier_archive_next(pier_datagram_channel_load_archive(both.right)), PIER_OK);
    }
    expect_end(both.right);
    close_ends(&both);
}

static void a_refused_record_takes_its_definition_along(void **state) {
    (void)state;
    ends both;
    pier_datagram_channel_options options = {.size = sizeof options, .datagram_bytes_max = 512};
    open_ends(&both, MOLE_IPV4, &options, NULL);
    pier_archive *store = pier_datagram_channel_store_archive(both.left);
    reading sent = {.number = 7};
    assert_status(pier_archive_begin(store), PIER_OK);
    static const char filler[250];
    pier_store_bytes(store, (pier_bytes){filler, sizeof filler});
    assert_status(pier_archive_end(store), PIER_OK);
    size_t before = pier_datagram_channel_bytes(both.left);
    assert_status(reading_store(store, &sent), PIER_LIMIT);
    assert_int_equal(pier_datagram_channel_bytes(both.left), before);
    send_to(both.left, &both.sockets.right_address);
    /* It fits into the next one. */
    assert_status(reading_store(store, &sent), PIER_OK);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    assert_status(pier_archive_next(pier_datagram_channel_load_archive(both.right)), PIER_OK);
    expect_end(both.right);
    receive(both.right, NULL);
    assert_status(pier_archive_next(pier_datagram_channel_load_archive(both.right)), PIER_OK);
    expect_end(both.right);
    close_ends(&both);
}

static void the_largest_arrives(void **state) {
    ends both;
    open_ends(&both, *(const mole_kind *)*state, NULL, NULL);
    size_t most = pier_datagram_channel_bytes_max(both.left);
    pier_archive *store = pier_datagram_channel_store_archive(both.left);
    /* A record that fills it: 192 bytes of frame, a head of 5, or of 3 below 64 KiB. */
    size_t head = most - 195 > UINT16_MAX ? 5 : 3;
    size_t size = most - 192 - head;
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    assert_status(pier_archive_begin(store), PIER_OK);
    pier_store_bytes(store, (pier_bytes){bytes, size});
    assert_status(pier_archive_end(store), PIER_OK);
    assert_int_equal(pier_datagram_channel_bytes(both.left), most);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    assert_status(pier_archive_next(pier_datagram_channel_load_archive(both.right)), PIER_OK);
    pier_bytes got = pier_load_bytes(pier_datagram_channel_load_archive(both.right));
    assert_int_equal(got.size, size);
    expect_end(both.right);
    free(bytes);
    close_ends(&both);
}

static void a_larger_one_costs_itself_alone(void **state) {
    ends both;
    pier_datagram_channel_options small = {.size = sizeof small, .datagram_bytes_max = 512};
    open_ends(&both, *(const mole_kind *)*state, NULL, &small);
    (void)store_until_full(both.left, 10000);
    send_to(both.left, &both.sockets.right_address);
    pier_address from;
    assert_status(pier_datagram_channel_receive(both.right, &from, joint_patience()), PIER_LIMIT);
    assert_non_null(strstr(pier_datagram_channel_error(both.right)->text, "the buffer has 512: it is dropped"));
    assert_true(pier_address_equal(&from, &both.sockets.left_address));
    store_number(both.left, 5);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    expect_number(both.right, 5);
    close_ends(&both);
}

static void plain_datagrams_are_bare_values(void **state) {
    ends both;
    unsigned char buffer[64];
    size_t size = 0;
    pier_datagram_channel_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    open_ends(&both, *(const mole_kind *)*state, &plain, &plain);
    store_number(both.left, 1);
    store_number(both.left, 300);
    assert_int_equal(pier_datagram_channel_bytes(both.left), 4);
    send_to(both.left, &both.sockets.right_address);
    pier_socket *raw = pier_datagram_channel_socket(both.right);
    assert_int_equal(pier_datagram_peek(raw, buffer, sizeof buffer, &size, NULL, joint_patience()), PIER_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(buffer, "\x01\xcd\x01\x2c", 4);
    receive(both.right, NULL);
    expect_number(both.right, 1);
    expect_number(both.right, 300);
    expect_end(both.right);
    close_ends(&both);
}

/* A guessing side answers in the format in which it was asked. */
static void the_format_is_guessed_for_each(void **state) {
    ends both;
    pier_datagram_channel_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    pier_datagram_channel_options guess = {.size = sizeof guess, .format = PIER_FORMAT_GUESS};
    open_ends(&both, *(const mole_kind *)*state, &plain, &guess);
    pier_datagram_channel *framed = NULL;
    pier_socket *socket = NULL;
    pier_address place = mole_address(&both.sockets, both.sockets.kind);
    pier_address bound;
    mole_open_one(&socket, &place, NULL, &bound);
    open_channel(&framed, &socket, NULL);
    for (uint64_t round = 0; round < 4; round++) {
        pier_datagram_channel *asks = round % 2 == 0 ? both.left : framed;
        pier_address from;
        store_number(asks, round);
        send_to(asks, &both.sockets.right_address);
        receive(both.right, &from);
        assert_int_equal(pier_archive_format(pier_datagram_channel_load_archive(both.right)),
                         round % 2 == 0 ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED);
        expect_number(both.right, round);
        expect_end(both.right);
        store_number(both.right, round + 10);
        send_to(both.right, &from);
        receive(asks, NULL);
        expect_number(asks, round + 10);
        expect_end(asks);
    }
    /* What was begun stays as it was begun. */
    store_number(both.right, 1);
    store_number(both.left, 2);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    send_to(both.right, &bound);
    receive(framed, NULL);
    expect_number(framed, 1);
    pier_datagram_channel_destroy(framed);
    close_ends(&both);
}

/* What was not sent stays, complete; what is given up is gone. */
static void a_datagram_that_was_not_sent_stays(void **state) {
    (void)state;
    ends both;
    open_ends(&both, MOLE_UNIX_ABSTRACT, NULL, NULL);
    unsigned sent = 0;
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        store_number(both.left, sent);
        status = pier_datagram_channel_send(both.left, &both.sockets.right_address, PIER_NOW);
        sent += status == PIER_OK ? 1u : 0u;
        assert_true(sent < 100000);
    }
    assert_status(status, PIER_WOULD_BLOCK);
    pier_archive *store = pier_datagram_channel_store_archive(both.left);
    assert_status(pier_archive_begin(store), PIER_USAGE);
    receive(both.right, NULL);
    expect_number(both.right, 0);
    send_to(both.left, &both.sockets.right_address);
    for (unsigned i = 1; i <= sent; i++) {
        receive(both.right, NULL);
        expect_number(both.right, i);
    }
    /* A failure keeps it, too; it may go to somebody else. */
    pier_address nobody = joint_parse("unix:@pier-test-nobody-at-all");
    store_number(both.left, 77);
    assert_status(pier_datagram_channel_send(both.left, &nobody, joint_patience()), PIER_REFUSED);
    assert_status(pier_datagram_channel_error(both.left)->status, PIER_REFUSED);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    expect_number(both.right, 77);
    store_number(both.left, 78);
    assert_status(pier_datagram_channel_send(both.left, &nobody, joint_patience()), PIER_REFUSED);
    pier_datagram_channel_abandon(both.left);
    store_number(both.left, 79);
    assert_status(pier_archive_begin(store), PIER_OK);
    assert_status(pier_datagram_channel_send(both.left, &both.sockets.right_address, joint_patience()), PIER_USAGE);
    pier_archive_abandon(store);
    send_to(both.left, &both.sockets.right_address);
    receive(both.right, NULL);
    expect_number(both.right, 79);
    expect_end(both.right);
    close_ends(&both);
}

/* Hostile datagrams: every golden vector, good or bad, answers as it does from a file, and the next one is read as if
 * nothing had been. */
typedef struct hostile {
    ends both;
    pier_socket *stranger;
    pier_datagram_channel *receiver;
    size_t refused;
} hostile;

static void send_vector(const char *name, pier_bytes content, void *user) {
    hostile *of = (hostile *)user;
    if (content.size > PIER_DATAGRAM_IPV4_BYTES_MAX) {
        return;
    }
    pier_archive_options options = {.format = pier_archive_format(pier_datagram_channel_load_archive(of->receiver))};
    pier_archive *expected = test_open_load(NULL, &options);
    assert_status(pier_archive_feed(expected, content), PIER_OK);
    pier_archive_feed_end(expected);
    assert_int_equal(pier_datagram_send(of->stranger, &of->both.sockets.right_address, &content, 1, joint_patience()),
                     PIER_OK);
    receive(of->receiver, NULL);
    pier_archive *load = pier_datagram_channel_load_archive(of->receiver);
    pier_status wanted;
    do {
        wanted = pier_archive_next(expected);
        pier_status status = pier_archive_next(load);
        if (status != wanted ||
            (status < 0 && (pier_archive_error(load)->offset != pier_archive_error(expected)->offset))) {
            fail_msg("%s: %s, wanted %s", name, pier_status_name(status), pier_status_name(wanted));
        }
    } while (wanted == PIER_OK || wanted == PIER_SKIPPED);
    if (wanted < 0) {
        of->refused++;
        /* The first line of NAME.error is what a loader answers that does not go on. */
        test_bytes lines = {0};
        char first[64];
        test_read_errors(name, &lines);
        int length = snprintf(first, sizeof first, "%s %llu\n", pier_status_name(wanted),
                              (unsigned long long)pier_archive_error(load)->offset);
        assert_true(lines.size >= (size_t)length);
        assert_memory_equal(lines.data, first, (size_t)length);
        test_bytes_free(&lines);
    }
    pier_archive_destroy(expected);
    store_number(of->both.left, 4242);
    send_to(of->both.left, &of->both.sockets.right_address);
    receive(of->receiver, NULL);
    expect_number(of->receiver, 4242);
    expect_end(of->receiver);
}

static void hostile_datagrams_cost_themselves_alone(void **state) {
    (void)state;
    static const struct {
        pier_format format;
        const char *suffix;
    } rows[] = {{PIER_FORMAT_FRAMED, ".pier"}, {PIER_FORMAT_PLAIN, ".msgpack"}};
    for (size_t i = 0; i < 2; i++) {
        hostile of = {.refused = 0};
        pier_datagram_channel_options options = {.size = sizeof options, .format = rows[i].format};
        open_ends(&of.both, MOLE_IPV4, &options, &options);
        pier_address place = joint_parse("udp://127.0.0.1:0");
        pier_address bound;
        mole_open_one(&of.stranger, &place, NULL, &bound);
        of.receiver = of.both.right;
        assert_true(test_each_vector(rows[i].suffix, send_vector, &of) > 3);
        assert_true(i == 1 || of.refused > 20);
        pier_socket_destroy(of.stranger);
        close_ends(&of.both);
    }
}

/* After the first few, datagrams cost no memory any more: none for bare records, and of typed ones what a loader keeps
 * of each definition, which goes again with the next datagram. */
static void buffers_are_used_again(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_datagram_channel_options options = {.size = sizeof options, .allocator = &faults.allocator};
    ends both;
    open_ends(&both, MOLE_IPV4, &options, &options);
    pier_archive *store = pier_datagram_channel_store_archive(both.left);
    uint64_t calls = 0;
    size_t bytes = 0;
    for (uint64_t i = 0; i < 200; i++) {
        store_number(both.left, i);
        send_to(both.left, &both.sockets.right_address);
        receive(both.right, NULL);
        expect_number(both.right, i);
        calls = i < 4 ? faults.calls : calls;
        bytes = i < 4 ? faults.live_bytes : bytes;
    }
    assert_int_equal(faults.calls, calls);
    assert_int_equal(faults.live_bytes, bytes);
    for (uint32_t i = 0; i < 200; i++) {
        reading sent = {.number = i};
        assert_status(reading_store(store, &sent), PIER_OK);
        send_to(both.left, &both.sockets.right_address);
        calls = i < 4 ? faults.calls : calls;
        receive(both.right, NULL);
        pier_datagram_channel_abandon(both.left);
    }
    /* Nobody has loaded the records by their fields: storing alone allocates nothing. */
    assert_int_equal(faults.calls, calls);
    close_ends(&both);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    pier_datagram_channel *channel = NULL;
    pier_channel *stream = NULL;
    pier_file *file = NULL;
    pier_error error;
    ends both;
    assert_int_equal(pier_socket_pair(&first, &second, NULL, NULL), PIER_OK);
    assert_status(pier_datagram_channel_open(&channel, first, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "a datagram channel needs a datagram socket"));
    assert_status(pier_datagram_channel_open(&channel, NULL, NULL, &error), PIER_USAGE);
    assert_status(pier_datagram_channel_open(NULL, first, NULL, NULL), PIER_USAGE);
    pier_socket_destroy(first);
    pier_socket_destroy(second);
    open_ends(&both, MOLE_IPV4, NULL, NULL);
    mole spare;
    mole_open(&spare, MOLE_IPV4, NULL);
    /* A file, an archive over it and a channel are streams, and say so. */
    assert_status(pier_file_open_socket(&file, spare.left, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "need a stream, and this is a datagram socket: pier_datagram_channel_open"));
    assert_null(file);
    int handle = pier_socket_handle(spare.left);
    assert_status(pier_file_open_handle(&file, handle, PIER_FILE_CAN_READ, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "is a datagram socket, and a file is a stream"));
    assert_status(pier_channel_open(&stream, spare.left, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "this is a datagram socket"));
    assert_status(pier_channel_connect(&stream, "udp://127.0.0.1:9", PIER_NOW, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "UDP has datagrams: pier_datagram_channel_open"));
    assert_status(pier_channel_listen(&first, NULL, "udp://127.0.0.1:0", NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "UDP has datagrams: pier_datagram_channel_open"));
    pier_datagram_channel_options options = {.size = 3};
    assert_status(pier_datagram_channel_open(&channel, spare.left, &options, &error), PIER_USAGE);
    options = (pier_datagram_channel_options){.size = sizeof options, .datagram_bytes_max = 511};
    assert_status(pier_datagram_channel_open(&channel, spare.left, &options, &error), PIER_USAGE);
    options.datagram_bytes_max = 65508;
    assert_status(pier_datagram_channel_open(&channel, spare.left, &options, &error), PIER_LIMIT);
    assert_string_equal(error.text, "datagram_bytes_max is 65508, and the socket carries 65507 at most");
    options = (pier_datagram_channel_options){.size = sizeof options, .format = (pier_format)9};
    assert_status(pier_datagram_channel_open(&channel, spare.left, &options, &error), PIER_USAGE);
    pier_limits limits = {.size = sizeof limits, .depth_max = 99999};
    options = (pier_datagram_channel_options){.size = sizeof options, .limits = &limits};
    assert_status(pier_datagram_channel_open(&channel, spare.left, &options, &error), PIER_USAGE);
    assert_null(channel);
    pier_datagram_channel_destroy(NULL);
    mole_close(&spare);
    close_ends(&both);
}

typedef void suite_test(void **state);

static const struct {
    const char *name;
    suite_test *run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(records_travel_in_whole_streams),
    ROW(each_datagram_stands_for_itself),
    ROW(what_was_not_loaded_is_dropped),
    ROW(what_does_not_fit_is_refused_before_it_is_sent),
    ROW(the_largest_arrives),
    ROW(a_larger_one_costs_itself_alone),
    ROW(plain_datagrams_are_bare_values),
    ROW(the_format_is_guessed_for_each),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0], ALONE_COUNT = 5 };

int main(void) {
    static struct CMUnitTest tests[MOLE_KIND_COUNT * SUITE_COUNT + ALONE_COUNT] = {
        cmocka_unit_test(a_refused_record_takes_its_definition_along),
        cmocka_unit_test(a_datagram_that_was_not_sent_stays),
        cmocka_unit_test(hostile_datagrams_cost_themselves_alone),
        cmocka_unit_test(buffers_are_used_again),
        cmocka_unit_test(misuse_is_refused),
    };
    static char names[MOLE_KIND_COUNT * SUITE_COUNT][96];
    static mole_kind kinds[MOLE_KIND_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < MOLE_KIND_COUNT; kind++) {
        kinds[kind] = (mole_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            (void)snprintf(names[count], sizeof names[count], "%s_%s", mole_kind_name(kinds[kind]), suite[i].name);
            tests[ALONE_COUNT + count] = (struct CMUnitTest){names[count], suite[i].run, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    return _cmocka_run_group_tests("datagram channel", tests, ALONE_COUNT + count, NULL, NULL);
}
