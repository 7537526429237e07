#include "record/definition_support.h"

#include "archive/archive_internal.h"
#include "record/record_internal.h"

#define LEAF(FIELD) FIELD(1, u8, value)
PIER_RECORD(leaf, "a.Leaf", LEAF)

/* A class of the test's caller whose closure is given bytes. */
typedef struct given_closure {
    const uint8_t *bytes;
    size_t size;
} given_closure;

static pier_status encode_given(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    (void)error;
    const given_closure *given = (const given_closure *)class_of_caller;
    return pier__buffer_append(closure, given->bytes, given->size) ? PIER_OK : PIER_NO_MEMORY;
}

test_stream test_stream_with_closure(const uint8_t *closure, size_t size) {
    given_closure given = {closure, size};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier__archive_begin_class(store, &given, encode_given), PIER_OK);
    assert_true(pier__archive_reserve(store, 1));
    *store->cursor++ = 0x90;
    assert_status(pier__archive_end_typed(store), PIER_OK);
    return test_finish(store);
}

/* Where the closure begins: behind the preamble, the header of the definitions block, the head of the ext, the kind,
 * the head of the array, the id and the fingerprint. */
static size_t closure_offset(size_t size) {
    size_t content = 1 + 1 + 1 + 18 + size;
    return 64 + 64 + (content <= 255 ? 3u : content <= 65535 ? 4u : 6u) + 1 + 1 + 1 + 18;
}

void test_check_lie_bytes(const uint8_t *closure, size_t size, pier_status status, size_t position, const char *path,
                          const char *text) {
    test_stream stream = test_stream_with_closure(closure, size);
    for (int question = 0; question < 3; question++) {
        pier_archive *load = test_open_stream(&stream, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        if (question == 0) {
            assert_null(pier_archive_definition(load));
        } else if (question == 1) {
            assert_false(pier_archive_record_is(load, &leaf_class));
        } else {
            leaf record;
            assert_status(leaf_load(load, &record), status);
        }
        const pier_error *error = pier_archive_error(load);
        assert_string_equal(error->text, text);
        assert_string_equal(error->path, path);
        assert_status(error->status, status);
        assert_int_equal(error->offset, closure_offset(size) + position);
        assert_int_equal(error->record, 1);
        assert_status(pier_archive_status(load), status);
        assert_null(pier_archive_definition(load));
        /* The record itself is whole: the archive goes on behind it. */
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
    }
    test_stream_free(&stream);
}

void test_check_lie(const char *hex, size_t position, const char *path, const char *text) {
    uint8_t closure[1024];
    size_t size = test_hex(hex, closure, sizeof closure);
    test_check_lie_bytes(closure, size, PIER_PROTOCOL, position, path, text);
}
