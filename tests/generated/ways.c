/* Comparing the ways; see ways.h. */
#include "generated/ways.h"

#include <stdlib.h>

#include <pier/record_generic.h>

#include "record/record_internal.h"

/* More than any record of the tests has. */
enum { ELEMENTS_MAX = 1 << 20 };

size_t test_put(const pier_class *type, const void *record, uint8_t *to, size_t capacity) {
    pier__measuring counts = {.depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_max = ELEMENTS_MAX};
    uint64_t room = type->measure(record, &counts);
    assert_true(room < UINT64_MAX && room < (uint64_t)1 << 26);
    uint8_t *exact = (uint8_t *)malloc((size_t)room);
    assert_non_null(exact);
    uint8_t *end = type->encode(exact, record);
    size_t size = end != NULL ? (size_t)(end - exact) : 0;
    assert_true(size + PIER__OVERHANG_BYTES <= room && size <= capacity);
    memcpy(to, exact, size);
    free(exact);
    return size;
}

static pier_class by_table(const pier_class *type) {
    pier_class slow = *type;
    slow.measure = NULL;
    slow.encode = NULL;
    slow.decode = NULL;
    return slow;
}

pier_status test_store_ways(const pier_class *type, const void *record, const pier_archive_options *options) {
    pier_class slow = by_table(type);
    pier_archive *stores[2] = {test_open_store(options), test_open_store(options)};
    pier_status status = pier_store_record(stores[0], type, record);
    assert_status(pier_store_record(stores[1], &slow, record), status);
    if (status != PIER_OK) {
        const pier_error *error = pier_archive_error(stores[0]);
        const pier_error *other = pier_archive_error(stores[1]);
        assert_string_equal(error->path, other->path);
        assert_string_equal(error->text, other->text);
    }
    test_stream streams[2] = {test_finish(stores[0]), test_finish(stores[1])};
    assert_int_equal(streams[0].size, streams[1].size);
    assert_memory_equal(streams[0].data, streams[1].data, streams[0].size);
    test_stream_free(&streams[0]);
    test_stream_free(&streams[1]);
    return status;
}

void assert_equal_records(const pier_class *type, const void *one, const void *other) {
    if (pier_record_compare(type, one, other) != 0) {
        static char shown[2][4000];
        (void)pier_record_print(type, one, shown[0], sizeof shown[0]);
        (void)pier_record_print(type, other, shown[1], sizeof shown[1]);
        fail_msg("%s: %s is not %s", type->name, shown[0], shown[1]);
    }
}

/* Loads the record of a stream. Returns the archive, which the record may point into. */
static pier_archive *load_way(const test_stream *stream, const pier_class *type, void *record, pier_arena *arena,
                              const pier_archive_options *options, pier_status *status) {
    pier_archive *load = test_open_stream(stream, options);
    *status = pier_archive_next(load);
    if (*status == PIER_OK) {
        *status =
            arena != NULL ? pier_load_record_into(load, type, record, arena) : pier_load_record(load, type, record);
    }
    return load;
}

static void compare_errors(const pier_archive *one, const pier_archive *other) {
    const pier_error *error = pier_archive_error(one);
    const pier_error *second = pier_archive_error(other);
    assert_int_equal(error->offset, second->offset);
    assert_string_equal(error->path, second->path);
    assert_string_equal(error->text, second->text);
}

pier_status test_load_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena,
                           const pier_archive_options *options) {
    static uint8_t others[2][TEST_RECORD_BYTES];
    pier_class slow = by_table(type);
    test_stream stream = test_typed_stream(type, bytes, size);
    pier_status statuses[3];
    pier_archive *loads[3] = {
        load_way(&stream, type, record, arena, options, &statuses[0]),
        load_way(&stream, type, others[0], NULL, options, &statuses[1]),
        load_way(&stream, &slow, others[1], NULL, options, &statuses[2]),
    };
    test_stream_free(&stream);
    for (size_t i = 1; i < 3; i++) {
        assert_status(statuses[i], statuses[0]);
        if (statuses[0] == PIER_OK) {
            assert_equal_records(type, record, others[i - 1]);
        } else {
            compare_errors(loads[0], loads[i]);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        pier_archive_destroy(loads[i]);
    }
    return statuses[0];
}

bool test_take(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena) {
    uint8_t *block = (uint8_t *)malloc(size + PIER_PADDING_BYTES);
    assert_non_null(block);
    memcpy(block, bytes, size);
    /* What lies behind a record looks like more of it, so that nothing is stopped by chance. */
    memset(block + size, size > 0 ? bytes[size - 1] : 0, PIER_PADDING_BYTES);
    pier__decoding how = {
        .arena = arena, .owns = true, .depth_left = PIER_DEPTH_MAX_DEFAULT, .elements_left = ELEMENTS_MAX};
    const uint8_t *end = type->decode(block, block + size, record, &how);
    assert_true(end == NULL || (end > block && end <= block + size));
    free(block);
    return end != NULL;
}
