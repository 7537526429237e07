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

/* A class with all of it ------------------------------------------------------------------------------------------- */

const pier_enum_value test_side_values[5] = {{-1, "OFF"}, {0, "NONE"}, {2, "ASK"}, {2, "SELL"}, {200, "MUCH"}};
static const pier_enum side = {"k.Side", 5, test_side_values};

static const int32_t default_side = 2;
static const pier_duration default_span = {-1, -500000000};
static const uint32_t default_fixed = 7;
static const char default_title[8] = "untold";
static const pier_text default_note = {"\xC3\xBC", 2};
static const struct {
    uint32_t size;
    uint8_t data[4];
} default_mark = {2, {1, 2}};
static const pier_time default_since = {1, 5};
static const bool default_live = true;
static const int16_t default_low = -300;
static const float default_half = 0.5f;
static const double default_zero = 0.0;

static const pier_field *all_fields_of(const pier_class *self);
static const pier_field *entry_fields_of(const pier_class *self);
static const pier_oneof all_oneofs[] = {{"choice", 0}, {"other", 0}};

const pier_class test_all_class = {.size = sizeof(pier_class),
                                   .name = "k.All",
                                   .version = 3,
                                   .field_count = 20,
                                   .oneof_count = 2,
                                   .fields = all_fields_of,
                                   .oneofs = all_oneofs};
static const pier_class entry_class = {
    .size = sizeof(pier_class), .name = "k.All.ByNameEntry", .field_count = 2, .fields = entry_fields_of};

#define NAMED(text) .name = (text), .name_bytes = sizeof(text) - 1

static const pier_field all_fields[] = {
    {NAMED("side"), .number = 1, .kind = PIER_FIELD_ENUM, .enum_type = &side, .default_value = &default_side},
    {NAMED("span"), .number = 2, .kind = PIER_FIELD_DURATION, .default_value = &default_span},
    {NAMED("what"), .number = 3, .kind = PIER_FIELD_ANY},
    {NAMED("by_name"), .number = 4, .kind = PIER_FIELD_RECORD,
     .flags = PIER_FIELD_REPEATED | PIER_FIELD_MAP | PIER_FIELD_LIST, .type = &entry_class},
    {NAMED("code"), .number = 5, .kind = PIER_FIELD_U32, .flags = PIER_FIELD_FIXED, .default_value = &default_fixed},
    {NAMED("samples"), .number = 6, .kind = PIER_FIELD_F32,
     .flags = PIER_FIELD_REPEATED | PIER_FIELD_TYPED | PIER_FIELD_LIST},
    {NAMED("next"), .number = 7, .kind = PIER_FIELD_RECORD, .flags = PIER_FIELD_SHARED | PIER_FIELD_POINTER,
     .type = &test_all_class},
    {NAMED("a"), .number = 8, .kind = PIER_FIELD_TEXT, .oneof = 1},
    {NAMED("b"), .number = 9, .kind = PIER_FIELD_I64, .oneof = 2},
    {NAMED("c"), .number = 10, .kind = PIER_FIELD_RECORD, .oneof = 1, .type = &test_all_class},
    {NAMED("title"), .number = 11, .kind = PIER_FIELD_TEXT, .capacity = 8, .default_value = default_title},
    {NAMED("note"), .number = 12, .kind = PIER_FIELD_TEXT, .default_value = &default_note},
    {NAMED("mark"), .number = 13, .kind = PIER_FIELD_BYTES, .capacity = 4, .default_value = &default_mark},
    {NAMED("since"), .number = 14, .kind = PIER_FIELD_TIME, .default_value = &default_since},
    {NAMED("live"), .number = 15, .kind = PIER_FIELD_BOOL, .flags = PIER_FIELD_PRESENCE,
     .default_value = &default_live},
    {NAMED("low"), .number = 16, .kind = PIER_FIELD_I16, .default_value = &default_low},
    {NAMED("half"), .number = 17, .kind = PIER_FIELD_F32, .default_value = &default_half},
    {NAMED("zero"), .number = 18, .kind = PIER_FIELD_F64, .default_value = &default_zero},
    {NAMED("sides"), .number = 19, .kind = PIER_FIELD_ENUM, .flags = PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .enum_type = &side},
    {NAMED("any_shared"), .number = 300, .kind = PIER_FIELD_ANY, .flags = PIER_FIELD_SHARED | PIER_FIELD_PRESENCE},
};
static const pier_field entry_fields[] = {
    {NAMED("key"), .number = 1, .kind = PIER_FIELD_U64, .flags = PIER_FIELD_FIXED},
    {NAMED("value"), .number = 2, .kind = PIER_FIELD_RECORD, .flags = PIER_FIELD_SHARED, .type = &test_all_class},
};

static const pier_field *all_fields_of(const pier_class *self) {
    (void)self;
    return all_fields;
}

static const pier_field *entry_fields_of(const pier_class *self) {
    (void)self;
    return entry_fields;
}
