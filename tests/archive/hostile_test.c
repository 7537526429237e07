/* Values that are made to hurt, plain and in blocks whose checks are right: each has its status and its place, costs no
 * memory before its bytes are there, and what follows it is loaded.
 *
 * Floor 4 (archive). The process has 256 MiB of address space. */
#include "archive/hostile_support.h"

#include <stdio.h>
#include <stdlib.h>

/* A value: what a plain loader answers, and whether it is a whole one, for the framed loader passes over those. */
typedef struct hostile_value {
    const char *name;
    hostile_bytes bytes;
    pier_status status;
    uint64_t offset;
    bool is_whole;
} hostile_value;

#define TAIL(literal) .tail = (literal), .tail_bytes = sizeof(literal) - 1
#define UNITS(literal, count) .unit = (literal), .unit_bytes = sizeof(literal) - 1, .repeats = (count)

static const hostile_value values[] = {
    /* Heads that claim what never comes. */
    {"array32 of 2^32-1", {TAIL("\xdd\xff\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"map32 of 2^32-1", {TAIL("\xdf\xff\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"str32 of 2^32-1", {TAIL("\xdb\xff\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"bin32 of 2^32-1", {TAIL("\xc6\xff\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"ext32 of 2^32-1", {TAIL("\xc9\xff\xff\xff\xff\x05")}, PIER_LIMIT, 0, false},
    {"array32 of 2^31-1", {TAIL("\xdd\x7f\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"array32 of 2^31+1", {TAIL("\xdd\x80\x00\x00\x01")}, PIER_LIMIT, 0, false},
    {"map32 of 2^31-1", {TAIL("\xdf\x7f\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"map32 of 2^31+1", {TAIL("\xdf\x80\x00\x00\x01")}, PIER_LIMIT, 0, false},
    {"str32 of 2^31-1", {TAIL("\xdb\x7f\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"str32 of 2^31+1", {TAIL("\xdb\x80\x00\x00\x01")}, PIER_LIMIT, 0, false},
    {"bin32 of 2^31-1", {TAIL("\xc6\x7f\xff\xff\xff")}, PIER_LIMIT, 0, false},
    {"bin32 of 2^31+1", {TAIL("\xc6\x80\x00\x00\x01")}, PIER_LIMIT, 0, false},
    {"ext32 of 2^31-1", {TAIL("\xc9\x7f\xff\xff\xff\x05")}, PIER_LIMIT, 0, false},
    {"ext32 of 2^31+1", {TAIL("\xc9\x80\x00\x00\x01\x05")}, PIER_LIMIT, 0, false},
    {"a claim within", {TAIL("\x93\x01\xdd\xff\xff\xff\xff")}, PIER_LIMIT, 2, false},
    {"a claim as a key", {TAIL("\x81\xdb\xff\xff\xff\xff")}, PIER_LIMIT, 1, false},
    /* The limits at their edges. The limit of a record is met before that of a text, which is as high. */
    {"str of limit+1", {TAIL("\xdb\x01\x00\x00\x01")}, PIER_LIMIT, 0, false},
    {"str as long as the limit, and its head", {TAIL("\xdb\x01\x00\x00\x00")}, PIER_LIMIT, 0, false},
    {"a record of limit+1", {TAIL("\xdb\x00\xff\xff\xfc")}, PIER_LIMIT, 0, false},
    {"elements: limit+1, claimed", {TAIL("\xdd\x00\x10\x00\x00")}, PIER_LIMIT, 0, false},
    {"elements: limit+1, there", {UNITS("\x91\xdd\x00\x0f\xff\xff", 1), TAIL("\xc0")}, PIER_LIMIT, 1, false},
    {"elements of a map: limit+1", {TAIL("\xdf\x00\x08\x00\x00")}, PIER_LIMIT, 0, false},
    /* Nests. */
    {"31 nested array32 of 2^26", {UNITS("\xdd\x04\x00\x00\x00", 31), .tail = ""}, PIER_LIMIT, 0, false},
    {"31 nested map32 of 2^26", {UNITS("\xdf\x04\x00\x00\x00", 31), .tail = ""}, PIER_LIMIT, 0, false},
    {"24,000 times array16 of 65,535", {UNITS("\xdc\xff\xff", 24000), .tail = ""}, PIER_LIMIT, 3 * 128, false},
    {"24,000 times map16 of 65,535", {UNITS("\xde\xff\xff", 24000), .tail = ""}, PIER_LIMIT, 3 * 128, false},
    {"a million arrays of one", {UNITS("\x91", 1000000), TAIL("\xc0")}, PIER_LIMIT, 128, true},
    {"a million arrays of one, cut", {UNITS("\x91", 1000000), .tail = ""}, PIER_LIMIT, 128, false},
    {"a million maps of one", {UNITS("\x81\x00", 1000000), TAIL("\xc0")}, PIER_LIMIT, 256, true},
    {"a million maps as keys", {UNITS("\x81", 1000000), .tail = ""}, PIER_LIMIT, 128, false},
    {"depth 127", {UNITS("\x91", 127), TAIL("\xc0")}, PIER_OK, 0, true},
    {"depth 128", {UNITS("\x91", 128), TAIL("\xc0")}, PIER_OK, 0, true},
    {"depth 128, empty", {UNITS("\x91", 127), TAIL("\x90")}, PIER_OK, 0, true},
    {"depth 129", {UNITS("\x91", 129), TAIL("\xc0")}, PIER_LIMIT, 128, true},
    {"depth 129, empty", {UNITS("\x91", 128), TAIL("\x80")}, PIER_LIMIT, 128, true},
    {"depth 127 of maps", {UNITS("\x81\x00", 127), TAIL("\xc0")}, PIER_OK, 0, true},
    {"depth 128 of maps", {UNITS("\x81\x00", 128), TAIL("\xc0")}, PIER_OK, 0, true},
    {"depth 129 of maps", {UNITS("\x81\x00", 129), TAIL("\xc0")}, PIER_LIMIT, 256, true},
    {"elements: the limit", {UNITS("\xdd\x00\x0f\xff\xff", 1), .tail = ""}, PIER_TRUNCATED, 5, false},
    /* Lengths of 0, and what no value begins with. */
    {"str8 of 0", {TAIL("\xd9\x00")}, PIER_OK, 0, true},
    {"str16 of 0", {TAIL("\xda\x00\x00")}, PIER_OK, 0, true},
    {"str32 of 0", {TAIL("\xdb\x00\x00\x00\x00")}, PIER_OK, 0, true},
    {"bin32 of 0", {TAIL("\xc6\x00\x00\x00\x00")}, PIER_OK, 0, true},
    {"ext32 of 0", {TAIL("\xc9\x00\x00\x00\x00\x05")}, PIER_OK, 0, true},
    {"array32 of 0", {TAIL("\xdd\x00\x00\x00\x00")}, PIER_OK, 0, true},
    {"map32 of 0", {TAIL("\xdf\x00\x00\x00\x00")}, PIER_OK, 0, true},
    {"c1", {TAIL("\xc1")}, PIER_PROTOCOL, 0, false},
    {"c1 within", {TAIL("\x92\x01\xc1")}, PIER_PROTOCOL, 2, false},
    {"c1 behind a claim within the limits", {TAIL("\xdd\x00\x0f\xff\x00\xc1")}, PIER_PROTOCOL, 5, false},
};

enum { VALUES = sizeof values / sizeof values[0] };

/* What any of these may cost: twice its bytes as they come, a read, and what an archive is. None is above the limit of
 * a record. */
static void expect_little_memory(const char *what, const counted_memory *memory, size_t bytes) {
    size_t most = 2 * bytes + 256 * 1024;
    if (memory->peak_bytes > most || memory->peak_bytes > 17 * MIB) {
        fail_msg("%s: %zu bytes of memory, %zu are allowed", what, memory->peak_bytes, most);
    }
}

static void expect_the_good_record(const char *what, pier_archive *load, test_source *source) {
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_MORE && test_feed(load, source)) {
    }
    if (status != PIER_OK || pier_load_u64(load) != 7) {
        fail_msg("%s: the record behind it is not loaded: %s", what, pier_status_name(status));
    }
}

static void load_plain(const hostile_value *value, size_t chunk) {
    test_bytes bytes = {0};
    counted_memory memory;
    counted_memory_init(&memory);
    hostile_append(&bytes, &value->bytes);
    pier_archive *load =
        test_open_load(NULL, &(pier_archive_options){.allocator = &memory.allocator, .format = PIER_FORMAT_PLAIN});
    hostile_answer answer;
    (void)hostile_load(load, test_bytes_view(&bytes), chunk, &answer);
    if (value->status == PIER_OK) {
        hostile_expect(value->name, &answer, PIER_END, bytes.size, 1);
    } else {
        hostile_expect(value->name, &answer, value->status, value->offset, 0);
        /* It sticks: nothing tells where such a value would end. */
        assert_status(pier_archive_next(load), value->status);
        assert_status(pier_archive_recover(load, NULL), value->status);
    }
    expect_little_memory(value->name, &memory, bytes.size);
    /* The archive serves the next connection. */
    assert_status(pier_archive_reset(load), PIER_OK);
    test_source source = {.input = {"\x07", 1}};
    expect_the_good_record(value->name, load, &source);
    pier_archive_destroy(load);
    assert_int_equal(memory.live_bytes, 0);
    test_bytes_free(&bytes);
}

static void plain_values(void **state) {
    (void)state;
    for (size_t i = 0; i < VALUES; i++) {
        load_plain(&values[i], 0);
        load_plain(&values[i], 7000);
        if (values[i].bytes.repeats < 200) {
            load_plain(&values[i], 1);
        }
    }
}

static void load_framed(const hostile_value *value, size_t chunk) {
    test_bytes payload = {0};
    test_bytes bytes = {0};
    counted_memory memory;
    counted_memory_init(&memory);
    hostile_append(&payload, &value->bytes);
    hostile_append_stream(&bytes, &payload);
    pier_archive *load = test_open_load(NULL, &(pier_archive_options){.allocator = &memory.allocator});
    hostile_answer answer;
    size_t fed = hostile_load(load, test_bytes_view(&bytes), chunk, &answer);
    const uint64_t record = 2 * PIER__PIECE_BYTES;
    if (value->status == PIER_OK) {
        hostile_expect(value->name, &answer, PIER_END, bytes.size, 2);
    } else {
        /* What is whole is passed over. What is not breaks the rules, since a block has whole records; where it stops
         * being a value is told. */
        bool is_form = value->status == PIER_PROTOCOL;
        pier_status status = value->is_whole ? PIER_SKIPPED : PIER_PROTOCOL;
        uint64_t offset = record + (value->is_whole || is_form ? value->offset : payload.size);
        hostile_expect(value->name, &answer, status, offset, 0);
        assert_int_equal(pier_archive_error(load)->payload_offset, offset - record);
        assert_int_equal(pier_archive_error(load)->block_offset, PIER__PIECE_BYTES);
        if (status != PIER_SKIPPED) {
            assert_status(pier_archive_next(load), PIER_PROTOCOL);
            assert_status(pier_archive_recover(load, NULL), PIER_OK);
        }
        test_source source = {.input = test_bytes_view(&bytes), .chunk = chunk, .fed = fed};
        expect_the_good_record(value->name, load, &source);
    }
    expect_little_memory(value->name, &memory, bytes.size);
    pier_archive_destroy(load);
    assert_int_equal(memory.live_bytes, 0);
    test_bytes_free(&payload);
    test_bytes_free(&bytes);
}

static void framed_values(void **state) {
    (void)state;
    for (size_t i = 0; i < VALUES; i++) {
        load_framed(&values[i], 0);
        load_framed(&values[i], 7000);
        if (values[i].bytes.repeats < 200) {
            load_framed(&values[i], 1);
        }
    }
}

/* What comes in is refused on its way out as well, and costs the record alone. */
static void stored_values(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * VALUES; i++) {
        const hostile_value *value = &values[i / 2];
        test_bytes bytes = {0};
        counted_memory memory;
        counted_memory_init(&memory);
        hostile_append(&bytes, &value->bytes);
        pier_archive *store = test_open_store(
            NULL, &(pier_archive_options){.allocator = &memory.allocator,
                                          .format = i % 2 == 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN});
        pier_status status = pier_archive_store_encoded(store, test_bytes_view(&bytes));
        /* An end inside a value is no end of the input here. */
        pier_status expected = value->status == PIER_TRUNCATED ? PIER_PROTOCOL : value->status;
        if (status != expected) {
            fail_msg("%s: expected %s, found %s", value->name, pier_status_name(expected), pier_status_name(status));
        }
        test_store_u64(store, 7);
        expect_little_memory(value->name, &memory, 2 * bytes.size);
        pier_archive_destroy(store);
        test_bytes_free(&bytes);
    }
}

static pier_status store_nest(pier_archive *store, size_t depth, bool maps) {
    assert_status(pier_archive_begin(store), PIER_OK);
    for (size_t i = 0; i < depth; i++) {
        if (maps) {
            pier_store_map(store, 1);
            pier_store_u64(store, 0);
        } else {
            pier_store_array(store, 1);
        }
    }
    pier_store_nil(store);
    return pier_archive_end(store);
}

/* Depth, lengths and counts, value by value: nothing is read or taken for a length that is refused. */
static void stored_tokens(void **state) {
    (void)state;
    for (int maps = 0; maps < 2; maps++) {
        pier_archive *store = test_open_store(NULL, NULL);
        assert_status(store_nest(store, 127, maps != 0), PIER_OK);
        assert_status(store_nest(store, 128, maps != 0), PIER_OK);
        assert_status(store_nest(store, 129, maps != 0), PIER_LIMIT);
        assert_status(store_nest(store, 500000, maps != 0), PIER_LIMIT);
        test_store_u64(store, 7);
        pier_archive_destroy(store);
    }
    static const uint64_t lengths[] = {16 * MIB + 1,        ((uint64_t)1 << 31) - 1,  ((uint64_t)1 << 31) + 1,
                                       UINT32_MAX,          (uint64_t)UINT32_MAX + 1, (uint64_t)1 << 63,
                                       (uint64_t)UINT64_MAX};
    counted_memory memory;
    counted_memory_init(&memory);
    pier_archive *store = test_open_store(NULL, &(pier_archive_options){.allocator = &memory.allocator});
    for (size_t i = 0; i < 3 * sizeof lengths / sizeof lengths[0]; i++) {
        size_t length = (size_t)lengths[i / 3];
        assert_status(pier_archive_begin(store), PIER_OK);
        if (i % 3 == 0) {
            pier_store_text(store, (pier_text){"x", length});
        } else if (i % 3 == 1) {
            pier_store_bytes(store, (pier_bytes){"x", length});
        } else {
            pier_store_ext(store, (pier_ext){5, {"x", length}});
        }
        assert_status(pier_archive_end(store), PIER_LIMIT);
    }
    assert_true(memory.peak_bytes < MIB);
    test_store_u64(store, 7);
    pier_archive_destroy(store);
}

/* A record exactly as long as it may be, in chunks as a socket gives them, takes its own size and less than 1 MiB. */
static void the_longest_record(void **state) {
    (void)state;
    char *text = (char *)calloc(16 * MIB, 1);
    assert_non_null(text);
    memcpy(text, "\xdb\x00\xff\xff\xfb", 5);
    for (int framed = 0; framed < 2; framed++) {
        test_bytes payload = {0};
        test_bytes bytes = {0};
        test_bytes_append(&payload, text, 16 * MIB);
        if (framed) {
            hostile_append_stream(&bytes, &payload);
        } else {
            test_bytes_append(&bytes, payload.data, payload.size);
        }
        test_bytes_free(&payload);
        counted_memory memory;
        counted_memory_init(&memory);
        pier_archive *load =
            test_open_load(NULL, &(pier_archive_options){.allocator = &memory.allocator,
                                                         .format = framed ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN});
        hostile_answer answer;
        (void)hostile_load(load, test_bytes_view(&bytes), 65536, &answer);
        hostile_expect("the longest record", &answer, PIER_END, bytes.size, framed ? 2 : 1);
        print_message("%s: a record of 16 MiB takes %zu bytes\n", framed ? "framed" : "plain", memory.peak_bytes);
        assert_true(memory.peak_bytes < 17 * MIB);
        pier_archive_destroy(load);
        test_bytes_free(&bytes);
    }
    free(text);
}

/* Exactly the limit of elements is one record, and no memory is taken for them. */
static void the_most_elements(void **state) {
    (void)state;
    test_bytes bytes = {0};
    hostile_append(&bytes, &(hostile_bytes){.tail = "\xdd\x00\x0f\xff\xff", .tail_bytes = 5});
    hostile_append(&bytes, &(hostile_bytes){UNITS("\xc0", 0xfffff), .tail = ""});
    counted_memory memory;
    counted_memory_init(&memory);
    pier_archive *load =
        test_open_load(NULL, &(pier_archive_options){.allocator = &memory.allocator, .format = PIER_FORMAT_PLAIN});
    hostile_answer answer;
    (void)hostile_load(load, test_bytes_view(&bytes), 4096, &answer);
    hostile_expect("elements: the limit", &answer, PIER_END, bytes.size, 1);
    expect_little_memory("elements: the limit", &memory, bytes.size);
    pier_archive_destroy(load);
    test_bytes_free(&bytes);
}

/* Limits that are set beyond what there may be are refused, not wrapped. */
static void limits_beyond_their_range(void **state) {
    (void)state;
    const pier_limits wrong[] = {
        {.size = sizeof wrong[0], .record_bytes_max = (uint64_t)1 << 63},
        {.size = sizeof wrong[0], .record_bytes_max = ((uint64_t)1 << 31) + 1},
        {.size = sizeof wrong[0], .record_bytes_max = UINT32_MAX},
        {.size = sizeof wrong[0], .block_target_bytes = UINT32_MAX},
        {.size = sizeof wrong[0], .depth_max = UINT32_MAX},
        {.size = sizeof wrong[0], .classes_max = UINT32_MAX},
        {.size = 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        pier_archive *archive = NULL;
        pier_archive_options options = {.size = sizeof options, .limits = &wrong[i]};
        assert_status(pier_archive_open_load(&archive, NULL, &options, NULL), PIER_USAGE);
        assert_null(archive);
        assert_status(pier_archive_open_store(&archive, NULL, &options, NULL), PIER_USAGE);
        assert_null(archive);
    }
    /* These may be anything. */
    pier_limits all = {
        .size = sizeof all, .text_bytes_max = UINT64_MAX, .elements_max = UINT64_MAX, .queue_bytes_max = UINT64_MAX};
    counted_memory memory;
    counted_memory_init(&memory);
    pier_archive *load = test_open_load(
        NULL, &(pier_archive_options){.allocator = &memory.allocator, .limits = &all, .format = PIER_FORMAT_PLAIN});
    hostile_answer answer;
    (void)hostile_load(load, (pier_bytes){"\xdd\xff\xff\xff\xff", 5}, 0, &answer);
    hostile_expect("without limits", &answer, PIER_TRUNCATED, 5, 0);
    expect_little_memory("without limits", &memory, 5);
    pier_archive_destroy(load);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values),
        cmocka_unit_test(framed_values),
        cmocka_unit_test(stored_values),
        cmocka_unit_test(stored_tokens),
        cmocka_unit_test(the_most_elements),
        cmocka_unit_test(the_longest_record),
        cmocka_unit_test(limits_beyond_their_range),
    };
    hostile_limit_address_space();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
