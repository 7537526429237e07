/* Comparing the ways; see ways.h. */
#include "generated/ways.h"

#include <stdlib.h>

#include <pier/record_generic.h>

#include "record/program_internal.h"

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
    enum { WAYS = 3 };
    pier_class slow = by_table(type);
    pier_archive *stores[WAYS];
    test_stream streams[WAYS];
    pier_status statuses[WAYS];
    for (size_t i = 0; i < WAYS; i++) {
        stores[i] = test_open_store(options);
        pier__allow_programs(i < 2);
        statuses[i] = pier_store_record(stores[i], i == 0 ? type : &slow, record);
        pier__allow_programs(true);
        assert_status(statuses[i], statuses[0]);
        if (statuses[0] != PIER_OK) {
            const pier_error *error = pier_archive_error(stores[0]);
            const pier_error *other = pier_archive_error(stores[i]);
            assert_string_equal(error->path, other->path);
            assert_string_equal(error->text, other->text);
        }
    }
    for (size_t i = 0; i < WAYS; i++) {
        streams[i] = test_finish(stores[i]);
        assert_int_equal(streams[0].size, streams[i].size);
        assert_memory_equal(streams[0].data, streams[i].data, streams[0].size);
    }
    for (size_t i = 0; i < WAYS; i++) {
        test_stream_free(&streams[i]);
    }
    return statuses[0];
}

void assert_equal_records(const pier_class *type, const void *one, const void *other) {
    if (pier_record_compare(type, one, other) != 0) {
        static char shown[2][4000];
        (void)pier_record_print(type, one, shown[0], sizeof shown[0]);
        (void)pier_record_print(type, other, shown[1], sizeof shown[1]);
        fail_msg("%s: %s is not %s", type->name, shown[0], shown[1]);
    }
}

/* A way to load: by which class, with programs or by tokens where it has no codec, and into what. */
typedef struct way {
    const pier_class *type;
    bool by_tokens;
    pier_arena *arena;
} way;

/* Loads the record of a stream. Returns the archive, which the record may point into. */
static pier_archive *load_way(const test_stream *stream, const way *chosen, void *record,
                              const pier_archive_options *options, pier_status *status) {
    pier__allow_programs(!chosen->by_tokens);
    pier_archive *load = test_open_stream(stream, options);
    *status = pier_archive_next(load);
    if (*status == PIER_OK) {
        *status = chosen->arena != NULL ? pier_load_record_into(load, chosen->type, record, chosen->arena)
                                        : pier_load_record(load, chosen->type, record);
    }
    pier__allow_programs(true);
    return load;
}

static void compare_errors(const pier_archive *one, const pier_archive *other) {
    const pier_error *error = pier_archive_error(one);
    const pier_error *second = pier_archive_error(other);
    assert_int_equal(error->offset, second->offset);
    assert_string_equal(error->path, second->path);
    assert_string_equal(error->text, second->text);
}

/* Loads the record of a stream in all ways; `record` is that of the first. */
static pier_status load_ways(const test_stream *stream, const way *ways, size_t count, void *record,
                             const pier_archive_options *options) {
    enum { WAYS_MAX = 5 };
    static uint8_t others[WAYS_MAX][TEST_RECORD_BYTES];
    pier_archive *loads[WAYS_MAX];
    pier_status statuses[WAYS_MAX];
    assert_true(count <= WAYS_MAX);
    for (size_t i = 0; i < count; i++) {
        loads[i] = load_way(stream, &ways[i], i == 0 ? record : others[i], options, &statuses[i]);
    }
    for (size_t i = 1; i < count; i++) {
        assert_status(statuses[i], statuses[0]);
        if (statuses[0] == PIER_OK) {
            assert_equal_records(ways[i].type, record, others[i]);
        } else {
            compare_errors(loads[0], loads[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        pier_archive_destroy(loads[i]);
    }
    return statuses[0];
}

pier_status test_load_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena,
                           const pier_archive_options *options) {
    pier_class slow = by_table(type);
    test_stream stream = test_typed_stream(type, bytes, size);
    const way ways[] = {
        {type, false, arena}, {type, false, NULL}, {&slow, false, NULL}, {&slow, true, NULL}, {&slow, false, arena}};
    pier_status status = load_ways(&stream, ways, 5, record, options);
    test_stream_free(&stream);
    return status;
}

/* The class with another version, for a writer. */
static pier_class later_class(const pier_class *type) {
    pier_class later = *type;
    later.version++;
    return later;
}

bool test_can_plan(const pier_class *type) {
    pier_class later = later_class(type);
    const pier_definition *definition = NULL;
    pier_status status = pier_definition_create(&later, NULL, &definition, NULL);
    pier_definition_destroy(definition);
    return status == PIER_OK;
}

pier_status test_plan_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record, pier_arena *arena,
                           const pier_archive_options *options) {
    pier_class later = later_class(type);
    test_stream stream = test_typed_stream(&later, bytes, size);
    const way ways[] = {{type, false, arena}, {type, false, NULL}, {type, true, NULL}};
    pier_status status = load_ways(&stream, ways, 3, record, options);
    test_stream_free(&stream);
    return status;
}

/* The bytes as a stream. */
static test_stream copy_of(const uint8_t *bytes, size_t size) {
    test_stream stream = {(uint8_t *)malloc(size), size};
    assert_non_null(stream.data);
    memcpy(stream.data, bytes, size);
    return stream;
}

pier_status test_plain_ways(const pier_class *type, const uint8_t *bytes, size_t size, void *record,
                            pier_arena *arena) {
    const pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_class slow = by_table(type);
    test_stream stream = copy_of(bytes, size);
    const way ways[] = {
        {type, false, arena}, {type, false, NULL}, {&slow, false, NULL}, {&slow, true, NULL}, {&slow, false, arena}};
    pier_status status = load_ways(&stream, ways, 5, record, &options);
    test_stream_free(&stream);
    return status;
}

void test_plain_run(const pier_class *type, const uint8_t *bytes, size_t size) {
    static uint8_t records[2][TEST_RECORD_BYTES];
    const pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_class slow = by_table(type);
    test_stream stream = copy_of(bytes, size);
    pier_archive *run = test_open_stream(&stream, &options);
    pier_archive *steps = test_open_stream(&stream, &options);
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = pier_next_record(run, type, records[0]);
        pier__allow_programs(false);
        pier_status other = pier_archive_next(steps);
        other = other == PIER_OK ? pier_load_record(steps, &slow, records[1]) : other;
        pier__allow_programs(true);
        assert_status(status, other);
        if (status == PIER_OK) {
            assert_equal_records(type, records[0], records[1]);
        } else {
            compare_errors(run, steps);
        }
        assert_int_equal(pier_archive_record_number(run), pier_archive_record_number(steps));
    }
    pier_archive_destroy(run);
    pier_archive_destroy(steps);
    test_stream_free(&stream);
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
