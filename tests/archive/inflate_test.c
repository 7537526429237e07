/* Compressed blocks that attack: bombs, flags and lengths that lie, data that are cut, damaged or followed by more.
 * Each is an exact error, costs no memory beyond the limit, and the stream goes on behind it.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <pier/mark.h>

#include "archive/wire_internal.h"

/* Counts what is live, and lets the C library move blocks: so does a program without an allocator of its own. */
typedef struct counter {
    pier_allocator allocator;
    size_t live;
    size_t peak;
} counter;

static void count(counter *of, size_t more, size_t less) {
    of->live += more - less;
    of->peak = of->live > of->peak ? of->live : of->peak;
}

static void *counted_allocate(void *user, size_t size) {
    count((counter *)user, size, 0);
    return malloc(size);
}

static void *counted_reallocate(void *user, void *memory, size_t old_size, size_t new_size) {
    count((counter *)user, new_size, old_size);
    return realloc(memory, new_size);
}

static void counted_release(void *user, void *memory, size_t size) {
    count((counter *)user, 0, size);
    free(memory);
}

static void count_begin(counter *of) {
    *of = (counter){{counted_allocate, counted_reallocate, counted_release, of}, 0, 0};
}

/* Deflates bytes by zlib itself. window_bits: -15 for raw data, 15 with zlib's own head. */
static void deflate_bytes(const void *bytes, size_t size, int window_bits, test_bytes *out) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, size);
    uint8_t *to = (uint8_t *)malloc(room);
    assert_non_null(to);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = to;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    test_bytes_append(out, to, room - stream.avail_out);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    free(to);
}

/* Wraps deflate data as the payload of a block. */
static void wrap(const test_bytes *data, test_bytes *payload) {
    uint8_t head[6];
    test_bytes_append(payload, head, pier__ext_head_encode(data->size + 1, head));
    test_bytes_append(payload, "\x11", 1);
    test_bytes_append(payload, data->data, data->size);
}

/* A stream: a preamble, the block in question, a block with the record 7, an end mark. The header of the block may be
 * changed before. */
static void make_stream(const pier__header *block, const test_bytes *payload, test_bytes *stream) {
    uint8_t piece[PIER__PIECE_BYTES];
    pier__preamble preamble = {.version_major = 1,
                               .features_required = PIER__REQUIRES_DEFLATE,
                               .record_bytes_max = 1,
                               .block_target_bytes = 8 << 20,
                               .stream_id = 7};
    pier__preamble_encode(&preamble, piece);
    test_bytes_append(stream, piece, sizeof piece);
    pier__header header = *block;
    header.kind = PIER_BLOCK_RECORDS;
    header.flags = (uint8_t)(header.flags | PIER__FLAG_EPOCH_BEGIN);
    header.stream_id = 7;
    header.first_record = 1;
    header.stored_bytes = header.stored_bytes != 0 ? header.stored_bytes : (uint32_t)payload->size;
    header.payload_check =
        (header.flags & PIER__FLAG_CHECKSUM) != 0 ? pier__payload_check(payload->data, payload->size) : 0;
    pier__header_encode(&header, piece);
    test_bytes_append(stream, piece, sizeof piece);
    test_bytes_append(stream, payload->data, payload->size);
    pier__header last = {.kind = PIER_BLOCK_RECORDS,
                         .stream_id = 7,
                         .first_record = 1 + (uint64_t)header.records,
                         .number = 1,
                         .records = 1,
                         .stored_bytes = 1,
                         .raw_bytes = 1};
    pier__header_encode(&last, piece);
    test_bytes_append(stream, piece, sizeof piece);
    test_bytes_append(stream, "\x07", 1);
    last = (pier__header){.kind = PIER_BLOCK_END, .stream_id = 7, .first_record = last.first_record + 1, .number = 2};
    pier__header_encode(&last, piece);
    test_bytes_append(stream, piece, sizeof piece);
}

/* Places of make_stream. */
enum {
    BLOCK = 64,
    RAW_LENGTH = BLOCK + 40,
    STORED_LENGTH = BLOCK + 36,
    PAYLOAD = BLOCK + 64,
    DEFAULT_LIMIT = 16 << 20
};

/* What a loader answers: one status at one offset, then the record 7 and the end; with little memory. */
static void expect_fed(const char *what, const test_bytes *stream, size_t chunk, uint32_t records_before,
                       pier_status status, uint64_t offset, uint64_t payload_offset) {
    counter counted;
    count_begin(&counted);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &counted.allocator});
    test_source source = {.input = test_bytes_view(stream), .chunk = chunk};
    pier_status found = PIER_MORE;
    uint64_t before = 0;
    do {
        found = pier_archive_next(load);
        before += found == PIER_OK ? 1 : 0;
    } while ((found == PIER_MORE && test_feed(load, &source)) || (found == PIER_OK && before <= records_before));
    const pier_error *error = pier_archive_error(load);
    if (found != status || error->offset != offset || error->payload_offset != payload_offset ||
        before != records_before) {
        fail_msg("%s, chunk %zu: %s at %llu, payload byte %llu, after %llu records; expected %s at %llu\n%s", what,
                 chunk, pier_status_name(found), (unsigned long long)error->offset,
                 (unsigned long long)error->payload_offset, (unsigned long long)before, pier_status_name(status),
                 (unsigned long long)offset, error->text);
    }
    if (status < 0) {
        assert_status(pier_archive_next(load), status);
        while ((found = pier_archive_recover(load, NULL)) == PIER_MORE) {
            assert_true(test_feed(load, &source));
        }
        assert_status(found, PIER_OK);
    }
    while ((found = pier_archive_next(load)) == PIER_MORE) {
        assert_true(test_feed(load, &source));
    }
    assert_status(found, PIER_OK);
    assert_int_equal(pier_load_u64(load), 7);
    while ((found = pier_archive_next(load)) == PIER_MORE) {
        assert_true(test_feed(load, &source));
    }
    assert_status(found, PIER_END);
    if (counted.peak > DEFAULT_LIMIT + (1 << 20)) {
        fail_msg("%s: %zu bytes of memory at most", what, counted.peak);
    }
    pier_archive_destroy(load);
    assert_int_equal(counted.live, 0);
}

static void expect(const char *what, const pier__header *block, const test_bytes *payload, uint32_t records_before,
                   pier_status status, uint64_t offset, uint64_t payload_offset) {
    test_bytes stream = {0};
    make_stream(block, payload, &stream);
    expect_fed(what, &stream, 0, records_before, status, offset, payload_offset);
    expect_fed(what, &stream, 4096, records_before, status, offset, payload_offset);
    if (stream.size < 10000) {
        expect_fed(what, &stream, 1, records_before, status, offset, payload_offset);
    }
    test_bytes_free(&stream);
}

/* A payload of `size` equal bytes, after some others. */
static void make_bomb(const char *head, size_t head_bytes, int fill, size_t size, test_bytes *payload) {
    uint8_t *raw = (uint8_t *)malloc(head_bytes + size);
    assert_non_null(raw);
    memcpy(raw, head, head_bytes);
    memset(raw + head_bytes, fill, size);
    test_bytes data = {0};
    deflate_bytes(raw, head_bytes + size, -15, &data);
    wrap(&data, payload);
    test_bytes_free(&data);
    free(raw);
}

static void bombs(void **state) {
    (void)state;
    enum { NILS = 1 << 26 };
    /* An array of 2^26 nils, whose header tells its length: above the limit of a record, so passed over. */
    test_bytes nils = {0};
    make_bomb("\xdd\x04\x00\x00\x00", 5, 0xc0, NILS, &nils);
    assert_true(nils.size < 70000);
    expect("2^26 nils", &(pier__header){.codec = 1, .records = 1, .raw_bytes = NILS + 5}, &nils, 0, PIER_SKIPPED, BLOCK,
           PIER_NO_OFFSET);
    /* The same as many records: no block may be so long. */
    expect("2^26 nils as records", &(pier__header){.codec = 1, .records = NILS, .raw_bytes = NILS + 5}, &nils, 0,
           PIER_LIMIT, RAW_LENGTH, PIER_NO_OFFSET);
    /* The header tells what is allowed, and the data are more. */
    uint32_t most = (uint32_t)nils.size * 256 < DEFAULT_LIMIT ? (uint32_t)nils.size * 256 : DEFAULT_LIMIT;
    expect("a header that plays the bomb down", &(pier__header){.codec = 1, .records = 1, .raw_bytes = most}, &nils, 0,
           PIER_PROTOCOL, RAW_LENGTH, PIER_NO_OFFSET);
    test_bytes_free(&nils);
    /* Zeros inflate by 1:1029, which is above the limit whatever the length. */
    test_bytes zeros = {0};
    make_bomb("\xc6\x00\x0f\x42\x40", 5, 0, 1000000, &zeros);
    assert_true(1000005 / zeros.size > 900);
    expect("1:1029", &(pier__header){.codec = 1, .records = 1, .raw_bytes = 1000005}, &zeros, 0, PIER_SKIPPED, BLOCK,
           PIER_NO_OFFSET);
    expect("1:1029 as records", &(pier__header){.codec = 1, .records = 1000005, .raw_bytes = 1000005}, &zeros, 0,
           PIER_LIMIT, RAW_LENGTH, PIER_NO_OFFSET);
    test_bytes_free(&zeros);
    /* The longest that may be told. */
    test_bytes few = {0};
    make_bomb("", 0, 0xc0, 5000, &few);
    expect("2^32 - 1", &(pier__header){.codec = 1, .records = 1, .raw_bytes = UINT32_MAX}, &few, 0, PIER_SKIPPED, BLOCK,
           PIER_NO_OFFSET);
    test_bytes_free(&few);
}

/* Compressed data in compressed data are a piece where a record should be; zlib's own head is no deflate data. */
static void zlib_in_zlib(void **state) {
    (void)state;
    test_bytes inner = {0};
    make_bomb("", 0, 0xc0, 100000, &inner);
    test_bytes again = {0};
    for (int i = 0; i < 8; i++) {
        test_bytes_append(&again, inner.data, inner.size);
    }
    test_bytes data = {0};
    test_bytes payload = {0};
    deflate_bytes(again.data, again.size, -15, &data);
    wrap(&data, &payload);
    pier__header block = {.codec = 1, .flags = PIER__FLAG_CHECKSUM, .records = 1, .raw_bytes = (uint32_t)again.size};
    expect("compressed twice", &block, &payload, 0, PIER_PROTOCOL, BLOCK, 0);
    data.size = payload.size = 0;
    deflate_bytes(again.data, again.size, 15, &data);
    wrap(&data, &payload);
    expect("with zlib's head", &block, &payload, 0, PIER_CORRUPT, PAYLOAD, PIER_NO_OFFSET);
    test_bytes_free(&inner);
    test_bytes_free(&again);
    test_bytes_free(&data);
    test_bytes_free(&payload);
}

/* A block of 100 records of 10 bytes, the last one wrong when `wrong` is not 0. */
static pier__header make_records(uint8_t wrong, test_bytes *data, test_bytes *payload) {
    uint8_t raw[1000];
    for (size_t i = 0; i < sizeof raw; i += 10) {
        memcpy(raw + i, "\xa9recordxx", 9);
        raw[i + 9] = (uint8_t)('a' + i % 7);
    }
    raw[990] = wrong != 0 ? wrong : raw[990];
    data->size = payload->size = 0;
    deflate_bytes(raw, sizeof raw, -15, data);
    wrap(data, payload);
    return (pier__header){.codec = 1, .flags = PIER__FLAG_CHECKSUM, .records = 100, .raw_bytes = sizeof raw};
}

static void flags_and_lengths_that_lie(void **state) {
    (void)state;
    test_bytes data = {0};
    test_bytes payload = {0};
    pier__header block = make_records(0, &data, &payload);
    uint64_t none = PIER_NO_OFFSET;
    block.raw_bytes++;
    expect("raw length + 1", &block, &payload, 0, PIER_PROTOCOL, RAW_LENGTH, none);
    block.raw_bytes -= 2;
    expect("raw length - 1", &block, &payload, 0, PIER_PROTOCOL, RAW_LENGTH, none);
    block.raw_bytes = (uint32_t)payload.size;
    expect("raw length as stored", &block, &payload, 0, PIER_PROTOCOL, RAW_LENGTH, none);
    block.raw_bytes = 0;
    expect("no raw length", &block, &payload, 0, PIER_PROTOCOL, RAW_LENGTH, none);
    block.raw_bytes = 1000;
    expect("nothing that inflates to something", &block, &(test_bytes){0}, 0, PIER_LIMIT, RAW_LENGTH, none);
    block.codec = 0;
    expect("no codec", &block, &payload, 0, PIER_PROTOCOL, RAW_LENGTH, none);
    block.codec = 1;
    /* What is wrong within is told at the block, with its place in the raw payload; the records before are loaded. */
    block = make_records(0xc1, &data, &payload);
    expect("a byte that begins no value", &block, &payload, 99, PIER_PROTOCOL, BLOCK, 990);
    block = make_records(0xaa, &data, &payload);
    expect("a record cut off by the block", &block, &payload, 99, PIER_PROTOCOL, BLOCK, 1000);
    block = make_records(0xa8, &data, &payload);
    expect("a byte too many", &block, &payload, 100, PIER_PROTOCOL, BLOCK, 999);
    block = make_records(0, &data, &payload);
    block.records = 101;
    expect("a record too few", &block, &payload, 100, PIER_PROTOCOL, BLOCK, 1000);
    /* The buffer is as large as the raw length tells, to the byte, and more comes. */
    static uint8_t numbers[40000];
    for (size_t i = 0; i < sizeof numbers; i++) {
        numbers[i] = (uint8_t)(i / 20 % 100);
    }
    data.size = payload.size = 0;
    deflate_bytes(numbers, sizeof numbers, -15, &data);
    wrap(&data, &payload);
    block = (pier__header){.codec = 1, .flags = PIER__FLAG_CHECKSUM, .records = 32768, .raw_bytes = 32768};
    expect("more than a full buffer", &block, &payload, 0, PIER_PROTOCOL, RAW_LENGTH, none);
    test_bytes_free(&data);
    test_bytes_free(&payload);
}

static void data_that_are_cut_or_followed(void **state) {
    (void)state;
    test_bytes data = {0};
    test_bytes payload = {0};
    pier__header block = make_records(0, &data, &payload);
    uint64_t none = PIER_NO_OFFSET;
    size_t whole = data.size;
    for (data.size = whole - 1; data.size > 0; data.size--) {
        payload.size = 0;
        wrap(&data, &payload);
        expect("cut", &block, &payload, 0, PIER_CORRUPT, PAYLOAD, none);
    }
    payload.size = 0;
    wrap(&data, &payload);
    expect("no data at all", &block, &payload, 0, payload.size * 256 < 1000 ? PIER_LIMIT : PIER_CORRUPT,
           payload.size * 256 < 1000 ? RAW_LENGTH : PAYLOAD, none);
    data.size = whole;
    for (size_t more = 1; more < 4; more++) {
        test_bytes_append(&data, "\0", 1);
        payload.size = 0;
        wrap(&data, &payload);
        expect("trailing bytes", &block, &payload, 0, PIER_PROTOCOL, PAYLOAD + payload.size - more, none);
    }
    /* The ext and the block do not agree about where it ends. */
    data.size = whole;
    payload.size = 0;
    wrap(&data, &payload);
    test_bytes_append(&payload, "\0", 1);
    expect("the ext ends before the block", &block, &payload, 0, PIER_PROTOCOL, PAYLOAD, none);
    payload.size -= 2;
    expect("the block ends before the ext", &block, &payload, 0, PIER_PROTOCOL, PAYLOAD, none);
    static const char *const others[] = {"\xc7", "\xc7\x01\x50", "\xd4\x50\x11", "\xc7\x01\x50\x10",
                                         "\xc4\x02\x11\x00"};
    static const size_t sizes[] = {1, 3, 3, 4, 4};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        payload.size = 0;
        test_bytes_append(&payload, others[i], sizes[i]);
        block.raw_bytes = 100;
        expect(others[i], &block, &payload, 0, PIER_PROTOCOL, PAYLOAD, none);
    }
    test_bytes_free(&data);
    test_bytes_free(&payload);
}

/* A length is announced and never comes: no memory is taken for it. */
static void an_announced_length_costs_nothing(void **state) {
    (void)state;
    counter counted;
    count_begin(&counted);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &counted.allocator});
    test_bytes payload = {0};
    test_bytes_append(&payload, "\xc9\x00\xf0\x00\x00\x50\x11", 7);
    test_bytes stream = {0};
    make_stream(&(pier__header){.codec = 1, .records = 1, .stored_bytes = 15 << 20, .raw_bytes = 16 << 20}, &payload,
                &stream);
    assert_status(pier_archive_feed(load, (pier_bytes){stream.data, PAYLOAD + 7}), PIER_OK);
    for (int i = 0; i < 1000; i++) {
        assert_status(pier_archive_next(load), PIER_MORE);
        assert_status(pier_archive_feed(load, (pier_bytes){"x", 1}), PIER_OK);
    }
    assert_true(counted.peak < 64 << 10);
    pier_archive_feed_end(load);
    assert_status(pier_archive_next(load), PIER_TRUNCATED);
    assert_int_equal(pier_archive_error(load)->offset, PAYLOAD + 7 + 1000);
    pier_archive_destroy(load);
    test_bytes_free(&payload);
    test_bytes_free(&stream);
}

enum { LARGE_BYTES = 1 << 20 };

/* Two streams in one: a compressed record of a mebibyte each, and a small one behind it in a block of its own. */
static void make_large(test_bytes *stream) {
    char *text = (char *)malloc(LARGE_BYTES);
    assert_non_null(text);
    for (size_t i = 0; i < LARGE_BYTES; i++) {
        text[i] = (char)('a' + (i / 100 + i % 7) % 26);
    }
    for (int i = 0; i < 2; i++) {
        pier_archive *store = test_open_store(NULL, &(pier_archive_options){.compression_level = 1});
        assert_status(pier_archive_begin(store), PIER_OK);
        pier_store(store, ((pier_text){text, LARGE_BYTES}));
        assert_status(pier_archive_end(store), PIER_OK);
        assert_status(pier_archive_flush(store), PIER_OK);
        test_store_u64(store, 7);
        test_close(store, stream);
    }
    free(text);
    assert_true(stream->size < LARGE_BYTES / 2);
}

/* Memory that a large block was inflated to is free behind it; not while a mark may go back there. */
static void large_blocks_leave_no_memory(void **state) {
    (void)state;
    test_bytes stream = {0};
    make_large(&stream);
    counter counted;
    count_begin(&counted);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &counted.allocator});
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    size_t in_large = counted.live;
    assert_true(in_large > LARGE_BYTES);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_true(counted.live <= in_large - LARGE_BYTES);
    assert_true(pier_load_u64(load) == 7);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_mark(load), PIER_OK);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_true(counted.live > LARGE_BYTES);
        assert_true(pier_load_u64(load) == 7);
        assert_status(pier_archive_rewind(load), PIER_OK);
        assert_int_equal(pier_load_text(load).size, LARGE_BYTES);
    }
    assert_status(pier_archive_next(load), PIER_OK);
    pier_archive_release(load);
    assert_true(counted.live <= in_large - LARGE_BYTES);
    assert_true(pier_load_u64(load) == 7);
    pier_archive_destroy(load);
    assert_int_equal(counted.live, 0);
    test_bytes_free(&stream);
}

/* What blocks are inflated to counts in the budget; a block for which it does not suffice costs no memory, and the
 * stream goes on behind it. */
static void inflated_bytes_count_in_the_budget(void **state) {
    (void)state;
    test_bytes stream = {0};
    make_large(&stream);
    pier_budget *budget = NULL;
    pier_budget_options chosen = {
        .size = sizeof chosen, .connections_max = 2, .unread_bytes_max = 3 * (uint64_t)LARGE_BYTES};
    assert_status(pier_budget_create(&budget, &chosen, NULL), PIER_OK);
    counter counted;
    count_begin(&counted);
    pier_archive_options options = {.allocator = &counted.allocator, .budget = budget};
    pier_archive *first = test_open_load(NULL, &options);
    pier_archive *second = test_open_load(NULL, &options);
    size_t most = stream.size - 10;
    assert_status(pier_archive_feed(first, (pier_bytes){stream.data, most}), PIER_OK);
    assert_status(pier_archive_feed(second, test_bytes_view(&stream)), PIER_OK);
    assert_int_equal(pier_budget_unread_bytes(budget), most + stream.size);
    assert_status(pier_archive_next(first), PIER_OK);
    uint64_t with_block = pier_budget_unread_bytes(budget);
    assert_true(with_block > LARGE_BYTES + most + stream.size - 300);
    /* More comes while the block is open: it is counted all the same. */
    assert_status(pier_archive_feed(first, (pier_bytes){stream.data + most, 10}), PIER_OK);
    assert_int_equal(pier_budget_unread_bytes(budget), with_block + 10);
    size_t live = counted.live;
    assert_status(pier_archive_next(second), PIER_LIMIT);
    const pier_error *error = pier_archive_error(second);
    assert_int_equal(error->offset, PAYLOAD);
    assert_int_equal(error->block_offset, PAYLOAD - PIER__PIECE_BYTES);
    assert_non_null(strstr(error->text, "the limit is 3145728 (unread_bytes_max of pier_budget)"));
    assert_int_equal(counted.live, live);
    assert_true(pier_budget_unread_bytes(budget) < LARGE_BYTES + 2 * stream.size);
    assert_status(pier_archive_recover(second, NULL), PIER_OK);
    assert_status(pier_archive_next(second), PIER_OK);
    assert_true(pier_load_u64(second) == 7);
    /* The first one is done with its block: there is room for the second one's other. */
    pier_archive_destroy(first);
    assert_status(pier_archive_next(second), PIER_OK);
    assert_int_equal(pier_load_text(second).size, LARGE_BYTES);
    assert_true(pier_budget_unread_bytes(budget) > LARGE_BYTES);
    assert_status(pier_archive_next(second), PIER_OK);
    assert_status(pier_archive_next(second), PIER_END);
    pier_archive_destroy(second);
    assert_int_equal(pier_budget_unread_bytes(budget), 0);
    assert_int_equal(counted.live, 0);
    pier_budget_destroy(budget);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bombs),
        cmocka_unit_test(zlib_in_zlib),
        cmocka_unit_test(flags_and_lengths_that_lie),
        cmocka_unit_test(data_that_are_cut_or_followed),
        cmocka_unit_test(an_announced_length_costs_nothing),
        cmocka_unit_test(large_blocks_leave_no_memory),
        cmocka_unit_test(inflated_bytes_count_in_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
