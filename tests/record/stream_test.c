/* Records in streams: refused ones leave no trace, misuse spoils nothing, several classes are told apart.
 *
 * Floor 5 (record). Limits are in stream_limit_test.c, streams that end anywhere in stream_cut_test.c. */
#include "record/record_support.h"

#include <pier/load.h>
#include <pier/store.h>

/* Refused records -------------------------------------------------------------------------------------------------- */

#define LIMITED(FIELD)                                                                                                 \
    FIELD(1, text(8), name)                                                                                            \
    FIELD(2, text, note)                                                                                               \
    FIELD(3, bytes(4), key)                                                                                            \
    FIELD(4, time, when)                                                                                               \
    FIELD(5, array(u16, 2), marks)                                                                                     \
    FIELD(6, array(text(4), 2), tags)                                                                                  \
    FIELD(7, optional(text(4)), nick)                                                                                  \
    FIELD(8, bytes, raw)                                                                                               \
    FIELD(9, text(40), title)
PIER_RECORD(limited, "test.Limited", LIMITED)

static void spoil_name(limited *record) {
    memset(record->name, 'x', sizeof record->name);
}
static void spoil_name_utf8(limited *record) {
    memcpy(record->name, "ab\xC3", 4);
}
static void spoil_note(limited *record) {
    record->note.data = "abc\xFF";
    record->note.size = 4;
}
static void spoil_key(limited *record) {
    record->key.size = 5;
}
static void spoil_when(limited *record) {
    record->when.nanoseconds = 1000000000;
}
static void spoil_marks(limited *record) {
    record->marks_count = 3;
}
static void spoil_tags_count(limited *record) {
    record->tags_count = UINT32_MAX;
}
static void spoil_tags(limited *record) {
    record->tags_count = 2;
    memset(record->tags, 'x', sizeof record->tags);
    record->tags[0][3] = '\0';
}
static void spoil_nick(limited *record) {
    record->has_nick = true;
    memset(record->nick, 'x', sizeof record->nick);
}
static void spoil_title(limited *record) {
    memset(record->title, 'x', sizeof record->title);
}
static void spoil_title_utf8(limited *record) {
    memcpy(record->title, "\xED\xA0\x80", 4);
}

typedef struct spoiled {
    void (*spoil)(limited *record);
    pier_status status;
    const char *path;
    const char *text;
} spoiled;

static const spoiled spoilers[] = {
    {spoil_name, PIER_RANGE, "test.Limited.name", "the text is not terminated within its 8 bytes"},
    {spoil_name_utf8, PIER_TEXT, "test.Limited.name", "byte 2 of the text is not UTF-8"},
    {spoil_note, PIER_TEXT, "test.Limited.note", "byte 3 of the text is not UTF-8"},
    {spoil_key, PIER_RANGE, "test.Limited.key", "the size is 5, and there is room for 4 bytes"},
    {spoil_when, PIER_RANGE, "test.Limited.when",
     "a time with 1000000000 nanoseconds: at most 999999999 are less than a second"},
    {spoil_marks, PIER_RANGE, "test.Limited.marks", "the count is 3, and there is room for 2 elements"},
    {spoil_tags_count, PIER_RANGE, "test.Limited.tags", "the count is 4294967295, and there is room for 2 elements"},
    {spoil_tags, PIER_RANGE, "test.Limited.tags[1]", "the text is not terminated within its 4 bytes"},
    {spoil_nick, PIER_RANGE, "test.Limited.nick", "the text is not terminated within its 4 bytes"},
    {spoil_title, PIER_RANGE, "test.Limited.title", "the text is not terminated within its 40 bytes"},
    {spoil_title_utf8, PIER_TEXT, "test.Limited.title", "byte 0 of the text is not UTF-8"},
};

enum { SPOILERS = sizeof spoilers / sizeof spoilers[0] };

static void a_refused_record_says_why(void **state) {
    (void)state;
    static const pier_archive_options formats[] = {
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_FRAMED},
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_PLAIN, .plain_form = PIER_PLAIN_MAP},
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_PLAIN, .plain_form = PIER_PLAIN_ARRAY},
    };
    for (size_t format = 0; format < 3; format++) {
        pier_archive *store = test_open_store(&formats[format]);
        for (size_t i = 0; i < SPOILERS; i++) {
            limited record;
            memset(&record, 0, sizeof record);
            assert_status(limited_store(store, &record), PIER_OK);
            spoilers[i].spoil(&record);
            assert_status(limited_store(store, &record), spoilers[i].status);
            const pier_error *error = pier_archive_error(store);
            assert_status(error->status, spoilers[i].status);
            assert_string_equal(error->path, spoilers[i].path);
            assert_string_equal(error->text, spoilers[i].text);
            assert_int_equal(error->record, i + 2);
            assert_int_equal(error->floor, PIER_FLOOR_RECORD);
            assert_status(pier_archive_status(store), PIER_OK);
        }
        pier_archive_destroy(store);
    }
}

/* Stores three ticks, with or without refused records of two classes before, between and behind them. */
static test_stream stream_of_three(bool with_refused, const pier_archive_options *options) {
    pier_archive *store = test_open_store(options);
    for (uint64_t id = 1; id <= 4; id++) {
        for (size_t i = 0; with_refused && i < SPOILERS; i++) {
            limited record;
            memset(&record, 0, sizeof record);
            spoilers[i].spoil(&record);
            assert_status(limited_store(store, &record), spoilers[i].status);
            market_tick tick = test_numbered_tick(id);
            memset(tick.symbol, 'x', sizeof tick.symbol);
            assert_status(market_tick_store(store, &tick), PIER_RANGE);
        }
        if (id <= 3) {
            market_tick tick = test_numbered_tick(id);
            assert_status(market_tick_store(store, &tick), PIER_OK);
        }
    }
    return test_finish(store);
}

static void a_refused_record_leaves_no_trace(void **state) {
    (void)state;
    pier_limits small = {.size = sizeof small, .block_target_bytes = 33};
    pier_archive_options several[] = {
        {.size = sizeof(pier_archive_options)},
        {.size = sizeof(pier_archive_options), .limits = &small},
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_PLAIN},
        {.size = sizeof(pier_archive_options), .checkpoint_bytes = 200},
    };
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        test_stream with = stream_of_three(true, &several[i]);
        test_stream without = stream_of_three(false, &several[i]);
        assert_int_equal(with.size, without.size);
        assert_memory_equal(with.data, without.data, with.size);
        test_stream_free(&with);
        test_stream_free(&without);
    }
}

static void a_class_is_switched_to_once(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    vec3 vector = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        assert_status(vec3_store(store, &vector), PIER_OK);
    }
    test_stream stream = test_finish(store);
    assert_hex(stream.data + stream.size - 64 - 3 * 16 - 3, 3 + 3 * 16,
               "d45001 93ca00000000ca00000000ca00000000 93ca00000000ca00000000ca00000000 "
               "93ca00000000ca00000000ca00000000");
    test_stream_free(&stream);
}

/* Misuse ----------------------------------------------------------------------------------------------------------- */

static void misuse_is_told_and_spoils_nothing(void **state) {
    (void)state;
    market_tick tick = test_numbered_tick(1);
    market_tick loaded;
    static const market_tick zero;
    pier_archive *store = test_open_store(NULL);
    memset(&loaded, 0x5A, sizeof loaded);
    assert_status(market_tick_load(store, &loaded), PIER_USAGE);
    assert_memory_equal(&loaded, &zero, sizeof zero);
    assert_string_equal(pier_archive_error(store)->text, "a storing archive loads no record");
    assert_string_equal(pier_archive_error(store)->path, "market.Tick");
    assert_false(pier_archive_record_is(store, &market_tick_class));
    assert_null(pier_archive_definition(store));
    assert_status(pier_archive_begin(store), PIER_OK);
    assert_status(market_tick_store(store, &tick), PIER_USAGE);
    pier_store_u64(store, 5);
    assert_status(pier_archive_end(store), PIER_OK);
    assert_status(market_tick_store(store, &tick), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(market_tick_store(load, &tick), PIER_USAGE);
    assert_string_equal(pier_archive_error(load)->text, "a loading archive stores no record");
    memset(&loaded, 0x5A, sizeof loaded);
    assert_status(market_tick_load(load, &loaded), PIER_USAGE);
    assert_memory_equal(&loaded, &zero, sizeof zero);
    assert_string_equal(pier_archive_error(load)->text, "there is no record to load");
    assert_false(pier_archive_record_is(load, &market_tick_class));
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_u64(load), 5);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(market_tick_load(load, &loaded), PIER_OK);
    /* Again, and by tokens. */
    assert_status(market_tick_load(load, &loaded), PIER_OK);
    assert_same_record(&market_tick_class, &tick, &loaded);
    assert_status(pier_archive_next(load), PIER_END);
    assert_status(market_tick_load(load, &loaded), PIER_USAGE);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static const pier_field odd_fields[] = {
    {"odd", 3, 1, 0, 0, 0, 0, 0, 0, 0, (pier_field_kind)31, 0, NULL, NULL, NULL},
};

static const pier_field *fields_of_odd(const pier_class *self) {
    (void)self;
    return odd_fields;
}

/* A class that no PIER_RECORD made. */
static void classes_that_the_library_does_not_know_are_refused(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    pier_archive *load = test_open_load(NULL);
    pier_class other = vec3_class;
    vec3 vector = {1, 2, 3};
    other.size--;
    assert_status(pier_store_record(store, &other, &vector), PIER_USAGE);
    assert_string_equal(pier_archive_error(store)->text, "the program was compiled for another version of pier_class");
    assert_status(pier_load_record(load, &other, &vector), PIER_USAGE);
    assert_false(pier_archive_record_is(load, &other));
    pier_archive_destroy(load);
    other = test_slow_class(&vec3_class);
    other.name = "test.Odd";
    other.field_count = 1;
    other.fields = fields_of_odd;
    assert_status(pier_store_record(store, &other, &vector), PIER_USAGE);
    assert_string_equal(pier_archive_error(store)->text, "a field of unknown kind 31");
    assert_string_equal(pier_archive_error(store)->path, "test.Odd.odd");
    test_store_raw(store, &other, "\x91\x05", 2);
    test_stream stream = test_finish(store);
    load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &other, &vector), PIER_USAGE);
    assert_string_equal(pier_archive_error(load)->text, "a field of unknown kind 31");
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* A struct that the program has anyway, with types that are only alike and a member that is nobody's business. */
typedef struct own_struct {
    void *mine;
    unsigned long long id;
    long when;
    enum { LOW = 1, HIGH = 200 } level;
    char name[9];
    unsigned parts_count;
    struct {
        unsigned size;
        unsigned char data[6];
    } parts[2];
} own_struct;

#define OWN_STRUCT(FIELD)                                                                                              \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, i64, when) FIELD(3, u32, level) FIELD(4, text(9), name) FIELD(5, array(bytes(6), 2), parts)
PIER_DESCRIBE(own_struct, "test.Own", OWN_STRUCT)

static void structs_of_the_program_are_described(void **state) {
    (void)state;
    own_struct own;
    memset(&own, 0xA5, sizeof own);
    own.id = 1u << 20;
    own.when = -77;
    own.level = HIGH;
    memcpy(own.name, "a name", 7);
    own.parts_count = 2;
    own.parts[0].size = 0;
    own.parts[1].size = 1;
    own.parts[1].data[0] = 9;
    pier_archive *store = test_open_store(NULL);
    assert_status(own_struct_store(store, &own), PIER_OK);
    test_store_raw(store, &own_struct_class, "\x95\xc0", 2);
    test_stream stream = test_finish(store);
    assert_hex(stream.data + stream.size - 64 - 2 - 23, 23, "95 ce00100000 d0b3 ccc8 a661206e616d65 92 c400 c40109");
    pier_class slow = test_slow_class(&own_struct_class);
    const pier_class *ways[] = {&own_struct_class, &slow};
    for (size_t i = 0; i < 2; i++) {
        static const own_struct zero;
        own_struct loaded;
        memset(&loaded, 0, sizeof loaded);
        loaded.mine = &loaded;
        pier_archive *load = test_open_stream(&stream, NULL);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, ways[i], &loaded), PIER_OK);
        assert_same_record(&own_struct_class, &own, &loaded);
        assert_int_equal(loaded.when, -77);
        assert_int_equal(loaded.level, HIGH);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, ways[i], &loaded), PIER_PROTOCOL);
        assert_memory_equal(&loaded, &zero, sizeof zero);
        pier_archive_destroy(load);
    }
    test_stream_free(&stream);
}

static void a_stream_of_one_class_needs_one_call(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    for (uint64_t i = 0; i < 3; i++) {
        market_tick tick = test_numbered_tick(i);
        assert_status(market_tick_store(store, &tick), PIER_OK);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    market_tick loaded;
    for (uint64_t i = 0; i < 3; i++) {
        market_tick expected = test_numbered_tick(i);
        assert_status(market_tick_next(load, &loaded), PIER_OK);
        assert_same_record(&market_tick_class, &expected, &loaded);
    }
    assert_status(market_tick_next(load, &loaded), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* A large record over a connection needs the peer's preamble. Until that has come nothing is stored and nothing is left
 * open; the same call later stores it. */
static void a_record_that_must_wait_is_not_half_stored(void **state) {
    (void)state;
    static char text[70000];
    memset(text, 'x', sizeof text);
    limited record;
    memset(&record, 0, sizeof record);
    record.note.data = text;
    record.note.size = sizeof text;
    pier_class slow = test_slow_class(&limited_class);
    const pier_class *ways[] = {&limited_class, &slow};
    for (size_t i = 0; i < 2; i++) {
        pier_archive *store = test_open_store(NULL);
        pier_archive *load = test_open_load(NULL);
        pier_archive *peer = test_open_store(NULL);
        assert_status(pier_archive_pair(store, load), PIER_OK);
        pier_archive_set_deadline(store, PIER_NOW);
        assert_true(pier_store_record(store, ways[i], &record) > 0);
        assert_true(pier_store_record(store, ways[i], &record) > 0);
        assert_status(pier_archive_status(store), PIER_OK);
        assert_status(pier_archive_end(store), PIER_USAGE);
        assert_status(pier_archive_flush(peer), PIER_OK);
        vec3 vector = {1, 2, 3};
        assert_status(vec3_store(peer, &vector), PIER_OK);
        test_stream stream = test_finish(peer);
        pier_bytes bytes = {stream.data, stream.size};
        assert_status(pier_archive_feed(load, bytes), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_store_record(store, ways[i], &record), PIER_OK);
        test_stream stored = test_finish(store);
        assert_true(stored.size > sizeof text && stored.size < sizeof text + 1000);
        pier_archive_destroy(load);
        test_stream_free(&stream);
        test_stream_free(&stored);
    }
}

static void tokens_and_records_meet(void **state) {
    (void)state;
    vec3 vector = {1, 2, 3};
    pier_archive *store = test_open_store(NULL);
    for (int i = 0; i < 3; i++) {
        assert_status(vec3_store(store, &vector), PIER_OK);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    vec3 loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_array(load), 3);
    assert_true(pier_load_f32(load) == 1.0f);
    /* Loading the record begins at its first byte, whatever was loaded before. */
    assert_status(vec3_load(load, &loaded), PIER_OK);
    assert_same_record(&vec3_class, &vector, &loaded);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_load_array(load), 3);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_int_equal(pier_archive_record_bytes(load).size, 16);
    assert_status(vec3_load(load, &loaded), PIER_OK);
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Several classes -------------------------------------------------------------------------------------------------- */

static void classes_are_told_apart(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    vec3 vector = {1, 2, 3};
    limited other;
    memset(&other, 0, sizeof other);
    static everything all;
    for (uint64_t i = 0; i < 300; i++) {
        market_tick tick = test_numbered_tick(i);
        test_fill_everything(&all, i);
        assert_status(i % 3 == 0   ? market_tick_store(store, &tick)
                      : i % 3 == 1 ? vec3_store(store, &vector)
                                   : everything_store(store, &all),
                      PIER_OK);
        if (i % 50 == 0) {
            assert_status(limited_store(store, &other), PIER_OK);
        }
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    size_t counts[4] = {0, 0, 0, 0};
    uint64_t next_tick = 0;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK) {
        if (pier_archive_record_is(load, &market_tick_class)) {
            market_tick tick;
            market_tick expected = test_numbered_tick(next_tick);
            assert_status(market_tick_load(load, &tick), PIER_OK);
            assert_same_record(&market_tick_class, &tick, &expected);
            next_tick += 3;
            counts[0]++;
        } else if (pier_archive_record_is(load, &vec3_class)) {
            vec3 loaded;
            assert_status(vec3_load(load, &loaded), PIER_OK);
            assert_same_record(&vec3_class, &vector, &loaded);
            counts[1]++;
        } else if (pier_archive_record_is(load, &everything_class)) {
            static everything loaded;
            assert_status(everything_load(load, &loaded), PIER_OK);
            counts[2]++;
        } else {
            /* Not loaded: passed over. */
            assert_string_equal(pier_definition_name(pier_archive_definition(load)), "test.Limited");
            counts[3]++;
        }
    }
    assert_status(status, PIER_END);
    assert_int_equal(counts[0], 100);
    assert_int_equal(counts[1], 100);
    assert_int_equal(counts[2], 100);
    assert_int_equal(counts[3], 6);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* The same class in two source files has two descriptors: the stream has one definition, and either loads. */
static void descriptors_of_two_files_are_one_class(void **state) {
    (void)state;
    pier_class twin = market_tick_class;
    market_tick tick = test_numbered_tick(1);
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &market_tick_class, &tick), PIER_OK);
    assert_status(pier_store_record(store, &twin, &tick), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *other = test_open_store(NULL);
    assert_status(pier_store_record(other, &twin, &tick), PIER_OK);
    assert_status(pier_store_record(other, &twin, &tick), PIER_OK);
    test_stream expected = test_finish(other);
    assert_int_equal(stream.size, expected.size);
    assert_memory_equal(stream.data, expected.data, stream.size);
    pier_archive *load = test_open_stream(&stream, NULL);
    for (int i = 0; i < 2; i++) {
        market_tick loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &twin, &loaded), PIER_OK);
        assert_status(pier_load_record(load, &market_tick_class, &loaded), PIER_OK);
        assert_same_record(&market_tick_class, &tick, &loaded);
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
    test_stream_free(&expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_record_says_why),
        cmocka_unit_test(a_refused_record_leaves_no_trace),
        cmocka_unit_test(a_class_is_switched_to_once),
        cmocka_unit_test(misuse_is_told_and_spoils_nothing),
        cmocka_unit_test(classes_that_the_library_does_not_know_are_refused),
        cmocka_unit_test(structs_of_the_program_are_described),
        cmocka_unit_test(a_stream_of_one_class_needs_one_call),
        cmocka_unit_test(a_record_that_must_wait_is_not_half_stored),
        cmocka_unit_test(tokens_and_records_meet),
        cmocka_unit_test(classes_are_told_apart),
        cmocka_unit_test(descriptors_of_two_files_are_one_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
