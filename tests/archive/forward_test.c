/* Records stored as they came: forwarded with their class, or given as bytes.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include "archive/wire_internal.h"

static const test_class one = {.name = "test.One"};
static const test_class two = {.name = "test.Two"};

/* The payload of the n-th block (from 0) of a stream. */
static pier_bytes payload_of(const test_bytes *stream, size_t n) {
    size_t at = 64;
    for (;;) {
        pier__header header;
        assert_true(at + 64 <= stream->size);
        pier__header_decode(stream->data + at, &header);
        if (n-- == 0) {
            return (pier_bytes){stream->data + at + 64, header.stored_bytes};
        }
        at += 64 + header.stored_bytes;
    }
}

static void assert_payload(const test_bytes *stream, size_t n, const char *bytes, size_t size) {
    pier_bytes payload = payload_of(stream, n);
    assert_int_equal(payload.size, size);
    assert_memory_equal(payload.data, bytes, size);
}

static void forwarding_keeps_class_and_bytes(void **state) {
    (void)state;
    test_bytes stream = {0};
    test_bytes forwarded = {0};
    pier_archive *from = test_open_store(NULL, NULL);
    for (uint64_t i = 0; i < 20; i++) {
        assert_status(test_store_typed(from, i % 3 == 0 ? &one : &two, i), PIER_OK);
        assert_status(pier_archive_store_encoded(from, (pier_bytes){"\xcd\x00\x01", 3}),
                      PIER_OK); /* not the smallest form */
    }
    test_close(from, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_archive *store = test_open_store(NULL, NULL);
    /* The storer knows a class already, under another id. */
    assert_status(test_store_typed(store, &two, 99), PIER_OK);
    assert_status(pier_archive_forward(store, load), PIER_USAGE);
    assert_status(pier_archive_forward(load, store), PIER_USAGE);
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    test_log expected = {0};
    while (pier_archive_next(load) == PIER_OK) {
        pier_bytes bytes = pier_archive_record_bytes(load);
        const pier__stream_class *of = pier__archive_record_class(load);
        test_log_line(&expected, "%s %.*s",
                      of == NULL    ? "none"
                      : of->id == 1 ? "one"
                                    : "two",
                      (int)bytes.size, (const char *)bytes.data);
        assert_status(pier_archive_forward(store, load), PIER_OK);
    }
    assert_status(test_store_typed(store, &one, 98), PIER_OK);
    assert_status(pier_archive_forward(store, load), PIER_USAGE);
    test_close(store, &forwarded);
    pier_archive_destroy(load);
    load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&forwarded)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier__archive_record_class(load)->id, 1); /* two */
    test_log found = {0};
    for (int i = 0; i < 40; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        pier_bytes bytes = pier_archive_record_bytes(load);
        const pier__stream_class *of = pier__archive_record_class(load);
        test_log_line(&found, "%s %.*s",
                      of == NULL    ? "none"
                      : of->id == 1 ? "two"
                                    : "one",
                      (int)bytes.size, (const char *)bytes.data);
    }
    assert_string_equal(test_log_text(&found), test_log_text(&expected));
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier__archive_record_class(load)->id, 2);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_log_free(&found);
    test_log_free(&expected);
    test_bytes_free(&stream);
    test_bytes_free(&forwarded);
}

static void forwarding_refuses_what_cannot_be_kept(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *from = test_open_store(NULL, NULL);
    assert_status(test_store_typed(from, &one, 1), PIER_OK);
    test_store_u64(from, 2);
    test_close(from, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_archive *plain = test_open_store(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 1};
    pier_archive *small = test_open_store(NULL, &(pier_archive_options){.limits = &limits});
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_forward(plain, load), PIER_UNSUPPORTED);
    assert_status(pier_archive_error(plain)->status, PIER_UNSUPPORTED);
    assert_status(pier_archive_forward(small, load), PIER_LIMIT);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_archive_forward(plain, load), PIER_OK);
    assert_status(pier_archive_forward(small, load), PIER_OK);
    /* A record in which loading failed is not forwarded, and the failure is told. */
    (void)pier_load_text(load);
    assert_status(pier_archive_forward(plain, load), PIER_TYPE);
    test_bytes plain_bytes = {0};
    test_close(plain, &plain_bytes);
    assert_int_equal(plain_bytes.size, 1);
    pier_archive_destroy(small);
    pier_archive_destroy(load);
    test_bytes_free(&plain_bytes);
    test_bytes_free(&stream);
}

static void encoded_bytes_must_be_one_value(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        pier_status status;
    } cases[] = {
        {"\x2a", 1, PIER_OK},           {"\xdd\x00\x00\x00\x01\xc0", 6, PIER_OK}, {"", 0, PIER_PROTOCOL},
        {"\x92\x01", 2, PIER_PROTOCOL}, {"\x01\x02", 2, PIER_PROTOCOL},           {"\xc1", 1, PIER_PROTOCOL},
        {"\x91\xc1", 2, PIER_PROTOCOL}, {"\xdb\xff\xff\xff\xff", 5, PIER_LIMIT},  {"\xd4\x50\x01", 3, PIER_USAGE},
    };
    pier_archive *archive = test_open_store(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_bytes value = {cases[i].size > 0 ? cases[i].bytes : NULL, cases[i].size};
        assert_status(pier_archive_store_encoded(archive, value), cases[i].status);
    }
    test_bytes stream = {0};
    test_close(archive, &stream);
    assert_payload(&stream, 0, "\x2a\xdd\x00\x00\x00\x01\xc0", 7);
    test_bytes_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forwarding_keeps_class_and_bytes),
        cmocka_unit_test(forwarding_refuses_what_cannot_be_kept),
        cmocka_unit_test(encoded_bytes_must_be_one_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
