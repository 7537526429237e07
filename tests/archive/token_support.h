/* What the tests of single values share: a plain record stored or loaded, so that the bytes are its own.
 *
 * Every test that includes it uses all of it. */
#ifndef PIER_TESTS_TOKEN_SUPPORT_H
#define PIER_TESTS_TOKEN_SUPPORT_H

#include "archive/archive_support.h"

#include <pier/serialize.h>

static const pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};

/* A loading archive that stands on the one record that `bytes` is. */
static inline pier_archive *load_of(const void *bytes, size_t size) {
    pier_archive *archive = test_open_load(NULL, &plain);
    assert_status(pier_archive_feed(archive, (pier_bytes){bytes, size}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    return archive;
}

/* A storing archive in a record that was begun; end_stored compares its bytes. */
static inline pier_archive *begin_store(void) {
    pier_archive *archive = test_open_store(NULL, &plain);
    assert_status(pier_archive_begin(archive), PIER_OK);
    return archive;
}

static inline void end_stored(pier_archive *archive, const void *bytes, size_t size) {
    test_bytes stream = {0};
    assert_status(pier_archive_end(archive), PIER_OK);
    test_close(archive, &stream);
    if (stream.size != size || memcmp(stream.data, bytes, size) != 0) {
        fail_msg("stored %zu bytes from %02x on, expected %zu from %02x on", stream.size, stream.data[0], size,
                 ((const uint8_t *)bytes)[0]);
    }
    test_bytes_free(&stream);
}

static inline void assert_loaded(pier_archive *archive) {
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_int_equal(pier_load_kind(archive), PIER_KIND_NONE);
    pier_archive_destroy(archive);
}

#endif
