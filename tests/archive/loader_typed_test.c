/* Loading archives and the record floor: records whose end a codec finds, and what hangs on a class.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include "archive/wire_internal.h"

static const test_class one = {.name = "test.One"};
static const test_class two = {.name = "test.Two"};

static void feed(pier_archive *archive, const test_bytes *bytes, size_t from, size_t to) {
    assert_status(pier_archive_feed(archive, (pier_bytes){bytes->data + from, to - from}), PIER_OK);
}

/* Gives the class of the current record a codec, as the record floor does. */
static void bind_class(pier_archive *load) {
    static const int bound;
    pier__archive_record_class(load)->bound = &bound;
}

static void a_codec_finds_the_end_of_its_record(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    for (uint64_t i = 0; i < 6; i++) {
        assert_status(test_store_typed(store, &one, i), PIER_OK);
    }
    test_store_u64(store, 9);
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    const uint8_t *begin = NULL;
    const uint8_t *end = NULL;
    assert_false(pier__archive_typed_window(load, &begin, &end));
    assert_false(pier__archive_open_record(load));
    feed(load, &stream, 0, stream.size);
    assert_status(pier_archive_next(load), PIER_OK);
    bind_class(load);
    /* Taken whole by a codec. */
    assert_status(pier_archive_next(load), PIER_OK);
    assert_true(pier_archive_has_next(load));
    assert_true(pier__archive_typed_window(load, &begin, &end));
    assert_memory_equal(begin, "\x91\x01", 2);
    pier__archive_typed_done(load, begin + 2);
    assert_int_equal(pier_load_kind(load), PIER_KIND_NONE);
    assert_int_equal(pier_archive_record_bytes(load).size, 2);
    /* Loaded by tokens all the same. */
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_kind(load), PIER_KIND_ARRAY);
    assert_int_equal(pier_load_kind(load), PIER_KIND_ARRAY);
    assert_int_equal(pier_load_array(load), 1);
    assert_int_equal(pier_load_u8(load), 2);
    /* Looked at as bytes; not looked at; passed over. */
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_archive_record_bytes(load).size, 2);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_load_skip(load);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_null(pier__archive_record_class(load));
    assert_int_equal(pier_load_u8(load), 9);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

/* A stream with a class and these bytes as the payload behind two good records of it. */
static void make_typed_stream(test_bytes *stream, const void *bytes, size_t size, uint32_t records) {
    pier_archive *store = test_open_store(NULL, NULL);
    assert_status(test_store_typed(store, &one, 1), PIER_OK);
    assert_status(test_store_typed(store, &one, 2), PIER_OK);
    test_close(store, stream);
    /* Definitions, then records of 7 bytes, then the end mark. */
    size_t at = stream->size - 64 - 7 - 64;
    pier__header header;
    pier__header_decode(stream->data + at, &header);
    assert_int_equal(header.stored_bytes, 7);
    uint8_t end[64];
    memcpy(end, stream->data + stream->size - 64, 64);
    stream->size = at + 64 + 7;
    test_bytes_append(stream, bytes, size);
    header.records += records;
    header.stored_bytes = header.raw_bytes = 7 + (uint32_t)size;
    header.payload_check = pier__payload_check(stream->data + at + 64, 7 + size);
    pier__header_encode(&header, stream->data + at);
    pier__header_decode(end, &header);
    header.first_record += records;
    pier__header_encode(&header, end);
    test_bytes_append(stream, end, 64);
}

/* Loads such a stream up to the second record, whose end its codec is to find. */
static pier_archive *open_at_second(const test_bytes *stream) {
    pier_archive *load = test_open_load(NULL, NULL);
    feed(load, stream, 0, stream->size);
    assert_status(pier_archive_next(load), PIER_OK);
    bind_class(load);
    assert_status(pier_archive_next(load), PIER_OK);
    return load;
}

static void a_bad_record_of_a_codec_is_found_when_it_is_passed_over(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        size_t wrong;
    } cases[] = {{"\x92\x01", 2, 2}, {"\x92\x01\xc1", 3, 2}, {"\xdd\xff\xff\xff\xff\x01", 6, 6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int way = 0; way < 3; way++) {
            test_bytes stream = {0};
            make_typed_stream(&stream, cases[i].bytes, cases[i].size, 1);
            pier_archive *load = open_at_second(&stream);
            assert_status(pier_archive_next(load), PIER_OK);
            assert_int_equal(pier_archive_record_number(load), 3);
            if (way == 1) {
                assert_int_equal(pier_archive_record_bytes(load).size, 0);
            } else if (way == 2) {
                assert_int_equal(pier_load_array(load), 0);
            }
            /* The limit on elements is met before the end of the block is. */
            bool is_limit = way > 0 && i == 2;
            assert_status(pier_archive_next(load), is_limit ? PIER_LIMIT : PIER_PROTOCOL);
            assert_int_equal(pier_archive_error(load)->payload_offset, 7 + (is_limit ? 0 : cases[i].wrong));
            uint64_t skipped = 0;
            assert_status(pier_archive_recover(load, &skipped), PIER_OK);
            assert_int_equal(skipped, cases[i].size);
            assert_status(pier_archive_next(load), PIER_END);
            pier_archive_destroy(load);
            test_bytes_free(&stream);
        }
    }
}

/* What stands behind a record that a codec has taken is looked at as behind one that nobody has loaded. */
static void what_stands_behind_a_record_is_judged_alike(void **state) {
    (void)state;
    enum { SWITCH = 0xd4, LONG_SWITCH = 0xd5, EXT_8 = 0xc7 };
    static const struct {
        uint8_t bytes[8];
        size_t size;
        pier_status status;
        size_t wrong; /* from the end of the good records on; unless all is well */
    } cases[] = {
        {{0x91, 3}, 2, PIER_OK, 0},
        {{SWITCH, PIER__EXT_TYPE, 1, 0x91, 3}, 5, PIER_OK, 0},
        {{LONG_SWITCH, PIER__EXT_TYPE, 1, 0, 0x91, 3}, 6, PIER_OK, 0},
        {{SWITCH, PIER__EXT_TYPE, 1, SWITCH, PIER__EXT_TYPE, 1, 0x91, 3}, 8, PIER_OK, 0},
        {{0}, 0, PIER_PROTOCOL, 0},
        {{SWITCH, PIER__EXT_TYPE}, 2, PIER_PROTOCOL, 2},
        {{SWITCH, PIER__EXT_TYPE, 1}, 3, PIER_PROTOCOL, 3},
        {{LONG_SWITCH, PIER__EXT_TYPE, 1}, 3, PIER_PROTOCOL, 3},
        {{SWITCH, PIER__EXT_TYPE, 1, EXT_8, 1, PIER__EXT_TYPE, 0}, 7, PIER_PROTOCOL, 3},
        {{EXT_8, 1, PIER__EXT_TYPE, 0}, 4, PIER_PROTOCOL, 0},
        {{SWITCH, PIER__EXT_TYPE, 9, 0x91, 3}, 5, PIER_UNKNOWN_CLASS, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int is_taken = 0; is_taken < 2; is_taken++) {
            test_bytes stream = {0};
            make_typed_stream(&stream, cases[i].bytes, cases[i].size, 1);
            pier_archive *load = open_at_second(&stream);
            const uint8_t *begin = NULL;
            const uint8_t *end = NULL;
            assert_true(pier__archive_typed_window(load, &begin, &end));
            if (is_taken) {
                pier__archive_typed_done(load, begin + 2);
            }
            assert_status(pier_archive_next(load), cases[i].status);
            if (cases[i].status == PIER_OK) {
                assert_int_equal(pier_archive_record_number(load), 3);
                assert_int_equal(pier__archive_record_class(load)->id, 1);
                assert_int_equal(pier_load_array(load), 1);
                assert_int_equal(pier_load_u8(load), 3);
                assert_status(pier_archive_next(load), PIER_END);
            } else {
                assert_int_equal(pier_archive_error(load)->payload_offset, 7 + cases[i].wrong);
            }
            pier_archive_destroy(load);
            test_bytes_free(&stream);
        }
    }
}

/* Two classes in turn, of which every record is taken by a codec. */
static void classes_in_turn_are_told_apart(void **state) {
    (void)state;
    enum { RECORDS = 8 };
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, NULL);
    assert_status(test_store_typed(store, &two, 0), PIER_OK);
    assert_status(test_store_typed(store, &one, 0), PIER_OK);
    for (uint64_t i = 0; i < RECORDS; i++) {
        assert_status(test_store_typed(store, i % 2 == 0 ? &two : &one, i), PIER_OK);
    }
    test_close(store, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    feed(load, &stream, 0, stream.size);
    for (uint64_t i = 0; i < 2; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        bind_class(load);
    }
    for (uint8_t i = 0; i < RECORDS; i++) {
        const uint8_t *begin = NULL;
        const uint8_t *end = NULL;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_archive_record_number(load), 3 + i);
        assert_int_equal(pier__archive_record_class(load)->id, 1 + i % 2);
        assert_true(pier__archive_typed_window(load, &begin, &end));
        assert_int_equal(begin[1], i);
        pier__archive_typed_done(load, begin + 2);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

/* A record that a codec left at a place which is not its block's end: the count tells that something follows. */
static void bytes_behind_the_last_record_are_told_before_waiting(void **state) {
    (void)state;
    for (int is_bound = 0; is_bound < 2; is_bound++) {
        test_bytes stream = {0};
        make_typed_stream(&stream, "\x05", 1, 0);
        pier_archive *load = test_open_load(NULL, NULL);
        feed(load, &stream, 0, stream.size - 64);
        assert_status(pier_archive_next(load), PIER_OK);
        if (is_bound) {
            bind_class(load);
        }
        assert_status(pier_archive_next(load), PIER_OK);
        const uint8_t *begin = NULL;
        const uint8_t *end = NULL;
        assert_true(pier__archive_typed_window(load, &begin, &end));
        pier__archive_typed_done(load, begin + 2);
        assert_true(pier_archive_has_next(load));
        assert_status(pier_archive_end(load), PIER_OK);
        assert_true(pier_archive_has_next(load));
        assert_status(pier_archive_next(load), PIER_PROTOCOL);
        assert_int_equal(pier_archive_error(load)->payload_offset, 7);
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
        feed(load, &stream, stream.size - 64, stream.size);
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        test_bytes_free(&stream);
    }
}

static int released;

static void release_definition(const pier_allocator *allocator, void *definition) {
    (void)allocator;
    assert_ptr_equal(definition, &released);
    released++;
}

static void what_the_record_floor_hangs_on_a_class_goes_with_it(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.checkpoint_bytes = 1});
    for (uint64_t i = 0; i < 3; i++) {
        assert_status(test_store_typed(store, &one, i), PIER_OK);
        assert_status(pier_archive_flush(store), PIER_OK);
    }
    test_close(store, &stream);
    released = 0;
    pier_archive *load = test_open_load(NULL, NULL);
    feed(load, &stream, 0, stream.size);
    for (int i = 0; i < 3; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        assert_int_equal(released, i);
        pier__archive_record_class(load)->definition = &released;
        pier__archive_record_class(load)->release = release_definition;
    }
    assert_status(pier_archive_reset(load), PIER_OK);
    assert_int_equal(released, 3);
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_codec_finds_the_end_of_its_record),
        cmocka_unit_test(a_bad_record_of_a_codec_is_found_when_it_is_passed_over),
        cmocka_unit_test(what_stands_behind_a_record_is_judged_alike),
        cmocka_unit_test(classes_in_turn_are_told_apart),
        cmocka_unit_test(bytes_behind_the_last_record_are_told_before_waiting),
        cmocka_unit_test(what_the_record_floor_hangs_on_a_class_goes_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
