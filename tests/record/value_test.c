/* Single values of each kind by the table: the bytes that they have, and the error of each that breaks a rule, with its
 * place and its path. */
#include "record/table_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <pier/record_generic.h>

#include "record/record_support.h"
#include "support/fault_allocator.h"

/* The slots of a record in which one field differs from zero. The place of a field's slot: those of the oneof share
 * that of the lowest number. */
static size_t slot_of(unsigned number) {
    size_t slot = number - 1;
    if (number == TABLE_CHOICE_WORD || number == TABLE_CHOICE_RECORD || number == TABLE_CHOICE_POINTER ||
        number == TABLE_CHOICE_SPAN) {
        return TABLE_CHOICE_NUMBER - 1;
    }
    slot -= number > TABLE_CHOICE_WORD;
    slot -= number > TABLE_CHOICE_RECORD;
    slot -= number > TABLE_CHOICE_POINTER;
    return slot;
}

/* Makes the record with the bytes `hex` in the slot of a field, and zero in all others. *at: where they begin. */
static size_t with_value(unsigned number, const char *hex, uint8_t *to, size_t capacity, size_t *at) {
    size_t size = test_hex("dc 002e", to, capacity);
    to[2] = TABLE_SLOTS;
    for (size_t slot = 0; slot < TABLE_SLOTS; slot++) {
        if (slot == slot_of(number)) {
            *at = size;
            size += test_hex(hex, to + size, capacity - size);
            continue;
        }
        static const char *const zeroes[] = {"d000", "d10000", "d200000000", "d30000000000000000",
                                             "cc00", "cd0000", "ce00000000", "cf0000000000000000"};
        size_t field = slot + 1;
        const char *zero = slot < 8                                         ? zeroes[slot]
                           : field == TABLE_SIDE                            ? "00"
                           : field == TABLE_SPAN                            ? "920000"
                           : field >= TABLE_WORDS && field <= TABLE_BY_FLAG ? "80"
                           : field >= TABLE_T_I8 && field <= TABLE_T_FEW    ? "d44102"
                           : field >= TABLE_BOOLS && field <= TABLE_T_FEW   ? "90"
                           : field == TABLE_A_LEAF                          ? "9200a0"
                           : field == TABLE_SEVEN                           ? "00"
                           : slot == slot_of(TABLE_NONE)                    ? "a0"
                           : slot == slot_of(TABLE_LABEL)                   ? "a0"
                                                                            : "c0";
        size += test_hex(zero, to + size, capacity - size);
    }
    return size;
}

/* Loads a record with the value; what it prints for the field is `json`. */
static void gives(unsigned number, const char *hex, const char *json) {
    uint8_t bytes[1024];
    size_t at = 0;
    size_t size = with_value(number, hex, bytes, sizeof bytes, &at);
    test_stream stream = test_typed_stream(&table_class, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    table loaded;
    pier_status status = pier_load_record(load, &table_class, &loaded);
    if (status != PIER_OK) {
        print_error("%s: %s\n", pier_archive_error(load)->path, pier_archive_error(load)->text);
    }
    assert_status(status, PIER_OK);
    char text[4096];
    (void)pier_record_print(&table_class, &loaded, text, sizeof text);
    if (strstr(text, json) == NULL) {
        fail_msg("%s is not in %s", json, text);
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* As above, and storing what was loaded gives the same bytes. */
static void is(unsigned number, const char *hex, const char *json) {
    gives(number, hex, json);
    uint8_t bytes[1024];
    size_t at = 0;
    size_t size = with_value(number, hex, bytes, sizeof bytes, &at);
    test_stream stream = test_typed_stream(&table_class, bytes, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    table loaded;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &table_class, &loaded), PIER_OK);
    test_stream again = test_finish(store);
    /* The table's empty typed arrays are of the kind of their field, so only what is in question is compared. */
    size_t head = again.size - 64;
    while (head > 0 &&
           !(again.data[head] == 0xdc && again.data[head + 1] == 0 && again.data[head + 2] == TABLE_SLOTS)) {
        head--;
    }
    uint8_t value[512];
    size_t value_size = test_hex(hex, value, sizeof value);
    assert_memory_equal(again.data + head + at, value, value_size);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    test_stream_free(&again);
}

/* Loading the value fails, with all that the error says; the struct is zero, and the next record loads. */
static void refuses(unsigned number, const char *hex, pier_status status, size_t byte, const char *path,
                    const char *text) {
    uint8_t bytes[1024];
    uint8_t good[1024];
    size_t at = 0;
    size_t size = with_value(number, hex, bytes, sizeof bytes, &at);
    size_t good_at;
    size_t good_size = with_value(TABLE_SEVEN, "05", good, sizeof good, &good_at);
    pier_archive *store = test_open_store(NULL);
    test_store_raw(store, &table_class, good, good_size);
    test_store_raw(store, &table_class, bytes, size);
    test_store_raw(store, &table_class, good, good_size);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    table loaded;
    static const table zero;
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    memset(&loaded, 0x5a, sizeof loaded);
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    assert_status(pier_load_record_into(load, &table_class, &loaded, &arena), status);
    assert_memory_equal(&loaded, &zero, sizeof zero);
    assert_int_equal(pier_arena_used_bytes(&arena), 0);
    pier_arena_deinit(&arena);
    const pier_error *error = pier_archive_error(load);
    assert_string_equal(error->text, text);
    assert_string_equal(error->path, path);
    assert_int_equal(error->offset, stream.size - 64 - good_size - size + at + byte);
    assert_int_equal(error->record, 2);
    assert_int_equal(error->floor, PIER_FLOOR_RECORD);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
    assert_int_equal(loaded.seven, 5);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void values_have_these_bytes(void **state) {
    (void)state;
    is(TABLE_F_I8, "d0 ff", "\"f_i8\":-1,");
    is(TABLE_F_I16, "d1 0001", "\"f_i16\":1,");
    is(TABLE_F_I32, "d2 80000000", "\"f_i32\":-2147483648,");
    is(TABLE_F_I64, "d3 0000000000000007", "\"f_i64\":7,");
    is(TABLE_F_U8, "cc 07", "\"f_u8\":7,");
    is(TABLE_F_U16, "cd 0007", "\"f_u16\":7,");
    is(TABLE_F_U32, "ce 00000007", "\"f_u32\":7,");
    is(TABLE_F_U64, "cf ffffffffffffffff", "\"f_u64\":18446744073709551615,");
    is(TABLE_SIDE, "01", "\"side\":\"ASK\"");
    is(TABLE_SIDE, "ff", "\"side\":\"OFF\"");
    is(TABLE_SIDE, "cd 012c", "\"side\":\"SELL\"");
    is(TABLE_SIDE, "d2 80000000", "\"side\":-2147483648");
    is(TABLE_MAYBE_SIDE, "4d", "\"maybe_side\":77");
    is(TABLE_SPAN, "92 fe ff", "\"span\":\"-2.000000001s\"");
    is(TABLE_SPAN, "92 cf 0000004979cb9e00 ce 3b9ac9ff", "\"span\":\"315576000000.999999999s\"");
    is(TABLE_SPAN, "92 01 ce 1dcd6500", "\"span\":\"1.500s\"");
    is(TABLE_SPAN, "92 00 d1 fc18", "\"span\":\"-0.000001s\"");
    is(TABLE_SPAN, "92 05 00", "\"span\":\"5s\"");
    is(TABLE_BOOLS, "92 c3 c2", "\"bools\":[true,false]");
    is(TABLE_U64S, "91 cf 0000000000000001", "\"u64s\":[1]");
    is(TABLE_TEXTS, "92 a0 a2 c3a9", "\"texts\":[\"\",\"\xC3\xA9\"]");
    is(TABLE_T_I8, "d5 41 02 ff", "\"t_i8\":[-1]");
    is(TABLE_T_U16, "c7 05 41 07 0100 0002", "\"t_u16\":[1,512]");
    is(TABLE_T_F64, "c7 09 41 0b 000000000000f03f", "\"t_f64\":[1.0]");
    is(TABLE_T_U8, "d8 41 06 000102030405060708090a0b0c0d0e", "\"t_u8\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14]");
    is(TABLE_T_U8, "d4 41 06", "\"t_u8\":[]");
    is(TABLE_WORDS, "82 a1 61 01 a1 61 02", "\"words\":{\"$map\":[[\"a\",1],[\"a\",2]]}");
    is(TABLE_BY_NUMBER, "81 ff 92 01 a0", "\"by_number\":{\"$map\":[[-1,{\"x\":1,\"name\":\"\"}]]}");
    is(TABLE_BY_FLAG, "81 c3 01", "\"by_flag\":{\"$map\":[[true,\"ASK\"]]}");
    is(TABLE_TREE, "93 01 93 02 c0 90 91 93 03 c0 90",
       "\"tree\":{\"value\":1,\"next\":{\"value\":2,\"kids\":[]},\"kids\":[{\"value\":3,\"kids\":[]}]}");
    is(TABLE_CHOICE_NUMBER, "92 2a 05", "\"number\":5");
    is(TABLE_CHOICE_WORD, "92 2c a1 78", "\"word\":\"x\"");
    is(TABLE_CHOICE_RECORD, "92 2d 92 01 a0", "\"record\":{\"x\":1,\"name\":\"\"}");
    is(TABLE_CHOICE_POINTER, "92 2e 93 01 c0 90", "\"pointer\":{\"value\":1,\"kids\":[]}");
    is(TABLE_CHOICE_SPAN, "92 32 92 01 02", "\"choice_span\":\"1.000000002s\"");
}

static void other_forms_are_taken(void **state) {
    (void)state;
    gives(TABLE_F_I64, "07", "\"f_i64\":7,");
    gives(TABLE_F_U8, "cf 00000000000000ff", "\"f_u8\":255,");
    gives(TABLE_SPAN, "dd 00000002 d0 05 cf 0000000000000007", "\"span\":\"5.000000007s\"");
    gives(TABLE_SIDE, "d3 0000000000000001", "\"side\":\"ASK\"");
    gives(TABLE_WORDS, "df 00000001 d9 01 61 cc 01", "\"words\":{\"a\":1}");
    /* Typed arrays of another kind, and of another form; arrays value by value where they could be typed. */
    gives(TABLE_T_I8, "c7 09 41 05 ffffffffffffffff", "\"t_i8\":[-1]");
    gives(TABLE_T_U64, "d6 41 06 010203", "\"t_u64\":[1,2,3]");
    gives(TABLE_T_F64, "c7 05 41 0a 0000c03f", "\"t_f64\":[1.5]");
    gives(TABLE_T_F32, "c7 09 41 0b 000000000000f83f", "\"t_f32\":[1.5]");
    gives(TABLE_T_F32, "92 ca 3fc00000 cb 3ff8000000000000", "\"t_f32\":[1.5,1.5]");
    gives(TABLE_T_FEW, "c9 00000005 41 0a 0000c03f", "\"t_few\":[1.5]");
    gives(TABLE_I32S, "d6 41 06 010203", "\"i32s\":[1,2,3]");
    gives(TABLE_F64S, "c7 05 41 0a 0000c03f", "\"f64s\":[1.5]");
}

/* Paths of the class. */
#define AT(field) "test.Table." field

static void values_that_break_a_rule_are_told(void **state) {
    (void)state;
    refuses(TABLE_SIDE, "a3 41534b", PIER_TYPE, 0, AT("side"), "expected integer, found str");
    refuses(TABLE_SIDE, "ce 80000000", PIER_RANGE, 0, AT("side"), "2147483648 does not fit enum");
    refuses(TABLE_SPAN, "05", PIER_TYPE, 0, AT("span"), "expected array, found integer");
    refuses(TABLE_SPAN, "91 05", PIER_PROTOCOL, 0, AT("span"),
            "expected an array of 2, seconds and nanoseconds, found 1");
    refuses(TABLE_SPAN, "92 01 ff", PIER_RANGE, 0, AT("span"), "1 seconds and -1 nanoseconds are not of one sign");
    refuses(TABLE_SPAN, "92 cf 0000004979cb9e01 00", PIER_RANGE, 1, AT("span"),
            "315576000001 seconds of a duration, at most 315576000000 either way");
    refuses(TABLE_SPAN, "92 cf ffffffffffffffff 00", PIER_RANGE, 1, AT("span"),
            "18446744073709551615 seconds of a duration, at most 315576000000 either way");
    refuses(TABLE_SPAN, "92 00 ce 3b9aca00", PIER_RANGE, 2, AT("span"),
            "1000000000 nanoseconds of a duration, at most 999999999 either way");
    refuses(TABLE_SPAN, "92 00 a0", PIER_TYPE, 2, AT("span"), "expected integer, found str");
    refuses(TABLE_BOOLS, "93 c3 c2 01", PIER_TYPE, 3, AT("bools[2]"), "expected bool, found integer");
    refuses(TABLE_TEXTS, "92 a0 a1 ff", PIER_TEXT, 3, AT("texts[1]"), "the text is not UTF-8");
    refuses(TABLE_INLINE_TEXTS, "91 a8 6162636465666768", PIER_RANGE, 1, AT("inline_texts[0]"),
            "a text of 8 bytes, and there is room for 7");
    refuses(TABLE_LEAVES, "92 92 01 a0 91 01", PIER_PROTOCOL, 4, AT("leaves[1]"),
            "expected an array of 2 slots, found 1");
    refuses(TABLE_LEAVES, "91 92 01 01", PIER_TYPE, 3, AT("leaves[0].name"), "expected str, found integer");
    refuses(TABLE_FEW_SIDES, "94 00 00 00 00", PIER_RANGE, 0, AT("few_sides"), "4 elements, and there is room for 3");
    refuses(TABLE_I32S, "c0", PIER_TYPE, 0, AT("i32s"), "expected array, found nil");
    refuses(TABLE_WORDS, "90", PIER_TYPE, 0, AT("words"), "expected map, found array");
    refuses(TABLE_WORDS, "81 01 01", PIER_TYPE, 1, AT("words[0].key"), "expected str, found integer");
    refuses(TABLE_WORDS, "82 a0 01 a0 a0", PIER_TYPE, 4, AT("words[1].value"), "expected integer, found str");
    refuses(TABLE_BY_NUMBER, "81 00 92 00 00", PIER_TYPE, 4, AT("by_number[0].value.name"),
            "expected str, found integer");
    refuses(TABLE_TREE, "93 01 93 02 c0 91 01 90", PIER_TYPE, 6, AT("tree.next.kids[0]"),
            "expected array, found integer");
    refuses(TABLE_A_LEAF, "c0", PIER_TYPE, 0, AT("a_leaf"), "expected array, found nil");
}

static void typed_arrays_that_break_a_rule_are_told(void **state) {
    (void)state;
    refuses(TABLE_T_U16, "c7 00 41", PIER_PROTOCOL, 0, AT("t_u16"), "a typed array without the kind of its elements");
    refuses(TABLE_T_U16, "d4 41 01", PIER_PROTOCOL, 2, AT("t_u16"), "a typed array of unknown kind 1");
    refuses(TABLE_T_U16, "d4 41 0c", PIER_PROTOCOL, 2, AT("t_u16"), "a typed array of unknown kind 12");
    refuses(TABLE_T_U16, "d5 41 07 00", PIER_PROTOCOL, 0, AT("t_u16"),
            "a typed array of u16 with 1 bytes: no whole elements");
    refuses(TABLE_T_U16, "d5 42 07 00", PIER_TYPE, 0, AT("t_u16"), "expected typed array, found ext 66");
    refuses(TABLE_T_U16, "05", PIER_TYPE, 0, AT("t_u16"), "expected typed array, found integer");
    refuses(TABLE_T_U8, "c7 05 41 07 0100 0001", PIER_RANGE, 6, AT("t_u8[1]"), "256 does not fit u8");
    refuses(TABLE_T_U8, "d5 41 02 ff", PIER_RANGE, 3, AT("t_u8[0]"), "-1 does not fit u8");
    refuses(TABLE_T_U8, "c7 05 41 0a 00000000", PIER_TYPE, 4, AT("t_u8[0]"), "expected integer, found float");
    refuses(TABLE_T_F32, "d5 41 06 01", PIER_TYPE, 3, AT("t_f32[0]"), "expected float, found integer");
    refuses(TABLE_T_F32, "c7 09 41 0b 9a9999999999b93f", PIER_RANGE, 4, AT("t_f32[0]"),
            "0.10000000000000001 is not exact in f32");
    refuses(TABLE_T_FEW, "c7 15 41 0a 0000000000000000000000000000000000000000", PIER_RANGE, 0, AT("t_few"),
            "5 elements, and there is room for 4");
    refuses(TABLE_SIDES, "d5 41 04 00", PIER_TYPE, 0, AT("sides"), "expected array, found ext 65");
}

static void oneofs_that_break_a_rule_are_told(void **state) {
    (void)state;
    refuses(TABLE_CHOICE_NUMBER, "05", PIER_TYPE, 0, AT("choice"), "expected array or nil, found integer");
    refuses(TABLE_CHOICE_NUMBER, "93 2a 05 05", PIER_PROTOCOL, 0, AT("choice"),
            "expected an array of 2, number and value, found 3");
    refuses(TABLE_CHOICE_NUMBER, "92 2b 05", PIER_PROTOCOL, 1, AT("choice"), "no field of the oneof has the number 43");
    refuses(TABLE_CHOICE_NUMBER, "92 ff 05", PIER_PROTOCOL, 1, AT("choice"), "no field of the oneof has the number -1");
    refuses(TABLE_CHOICE_NUMBER, "92 a0 05", PIER_TYPE, 1, AT("choice"), "expected integer, found str");
    refuses(TABLE_CHOICE_NUMBER, "92 2a a0", PIER_TYPE, 2, AT("number"), "expected integer, found str");
    refuses(TABLE_CHOICE_POINTER, "92 2e c0", PIER_TYPE, 2, AT("pointer"), "expected a value, found nil");
    refuses(TABLE_CHOICE_RECORD, "92 2d 92 01 c0", PIER_TYPE, 4, AT("record.name"), "expected str, found nil");
}

/* Plain records ---------------------------------------------------------------------------------------------------- */

static pier_archive *open_plain(const char *hex, uint8_t *bytes, size_t capacity) {
    test_stream stream = {bytes, test_hex(hex, bytes, capacity)};
    pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    pier_archive *load = test_open_stream(&stream, &options);
    assert_status(pier_archive_next(load), PIER_OK);
    return load;
}

static void plain_gives(const pier_class *type, const char *hex, const char *json) {
    uint8_t bytes[512];
    pier_archive *load = open_plain(hex, bytes, sizeof bytes);
    union {
        table table;
        strict strict;
    } loaded;
    assert_status(pier_load_record(load, type, &loaded), PIER_OK);
    char text[4096];
    (void)pier_record_print(type, &loaded, text, sizeof text);
    if (strstr(text, json) == NULL) {
        fail_msg("%s is not in %s", json, text);
    }
    pier_archive_destroy(load);
}

static void plain_refuses(const pier_class *type, const char *hex, pier_status status, size_t byte, const char *path,
                          const char *words) {
    uint8_t bytes[512];
    pier_archive *load = open_plain(hex, bytes, sizeof bytes);
    union {
        table table;
        strict strict;
    } loaded;
    assert_status(pier_load_record(load, type, &loaded), status);
    const pier_error *error = pier_archive_error(load);
    assert_string_equal(error->text, words);
    assert_string_equal(error->path, path);
    assert_int_equal(error->offset, byte);
    pier_archive_destroy(load);
}

static void plain_records_are_taken_as_peers_make_them(void **state) {
    (void)state;
    const pier_class *type = &table_class;
    plain_gives(type, "81 a4 73696465 a4 53454c4c", "\"side\":\"SELL\"");
    plain_gives(type, "81 a4 73696465 a3 425559", "\"side\":\"ASK\"");
    plain_gives(type, "81 a5 7369646573 92 a3 425559 05", "\"sides\":[\"ASK\",5]");
    plain_gives(type, "81 a4 776f7264 a1 78", "\"word\":\"x\"");
    plain_gives(type, "82 a6 6e756d626572 c0 a4 776f7264 a1 78", "\"word\":\"x\"");
    plain_gives(type, "82 a4 776f7264 a1 78 a6 6e756d626572 c0", "\"word\":\"x\"");
    plain_gives(type, "81 a5 7365 76656e 01", "\"seven\":1");
    plain_gives(type, "81 a4 73657665 01", "\"seven\":7");
    plain_gives(type, "81 aa 6d696e75735f66697665 01", "\"minus_five\":1");
    plain_gives(type, "81 a4 74726565 81 a4 6b696473 91 80",
                "\"tree\":{\"value\":0,\"kids\":[{\"value\":0,\"kids\":[]}]}");
    plain_gives(type, "81 a6 61 5f6c656166 91 05", "\"a_leaf\":{\"x\":5,\"name\":\"\"}");
    plain_gives(&strict_class, "82 a6 7265636f7264 80 a1 78 01", "{\"x\":1,\"record\":{\"x\":0,\"name\":\"\"}}");
    plain_gives(&strict_class, "94 01 c0 80 05", "{\"x\":1,\"record\":{\"x\":0,\"name\":\"\"}}");
}

static void plain_records_that_break_a_rule_are_told(void **state) {
    (void)state;
    const pier_class *type = &table_class;
    plain_refuses(type, "81 a4 73696465 a3 425558", PIER_RANGE, 6, AT("side"), "enum test.Side has no value \"BUX\"");
    plain_refuses(type, "81 a4 73696465 c3", PIER_TYPE, 6, AT("side"), "expected integer or str, found bool");
    plain_refuses(type, "82 a4 776f7264 a1 78 a6 6e756d626572 05", PIER_PROTOCOL, 8, AT("number"),
                  "a second field of oneof choice");
    plain_refuses(type, "81 a5 776f726473 81 c0 01", PIER_TYPE, 8, AT("words[0].key"), "expected str, found nil");
    plain_refuses(&strict_class, "81 a1 78 01", PIER_MISMATCH, 0, "test.Strict.record",
                  "the field is required, and is missing");
    plain_refuses(&strict_class, "82 a6 7265636f7264 80 a1 78 c0", PIER_MISMATCH, 11, "test.Strict.x",
                  "the field is required, and is nil");
    plain_refuses(&strict_class, "92 01 c0", PIER_MISMATCH, 0, "test.Strict.record",
                  "the field is required, and is missing");
    plain_refuses(&strict_class, "93 01 c0 c0", PIER_MISMATCH, 3, "test.Strict.record",
                  "the field is required, and is nil");
}

/* Limits ----------------------------------------------------------------------------------------------------------- */

/* Makes a chain of nodes, one behind the other. */
static node *make_chain(pier_arena *arena, unsigned count) {
    node *first = NULL;
    for (unsigned i = 0; i < count; i++) {
        node *made = (node *)pier_arena_allocate(arena, sizeof *made, sizeof(void *));
        assert_non_null(made);
        *made = (node){.value = (int32_t)i, .next = first};
        first = made;
    }
    return first;
}

static void depth_is_limited_exactly(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int form = 0; form < 3; form++) {
        pier_archive_options options = {.size = sizeof options};
        options.format = form == 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN;
        options.plain_form = form == 2 ? PIER_PLAIN_ARRAY : PIER_PLAIN_MAP;
        for (unsigned count = 126; count <= 130; count++) {
            /* Each node is an array, and within it one for the children of the last. */
            unsigned depth = count + 1;
            pier_archive *store = test_open_store(&options);
            pier_status status = pier_store_record(store, &node_class, make_chain(&arena, count));
            assert_status(status, depth <= PIER_DEPTH_MAX_DEFAULT ? PIER_OK : PIER_LIMIT);
            if (status != PIER_OK) {
                const pier_error *error = pier_archive_error(store);
                assert_string_equal(error->text, "129 arrays and maps in one another, the limit is 128 (depth_max)");
                assert_memory_equal(error->path, "test.Node.next.next.", 20);
                pier_archive_destroy(store);
                continue;
            }
            test_stream stream = test_finish(store);
            pier_limits limits = {.size = sizeof limits, .depth_max = depth};
            pier_archive_options loading = options;
            loading.limits = &limits;
            pier_archive *load = test_open_stream(&stream, &loading);
            node loaded;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_record(load, &node_class, &loaded), PIER_OK);
            unsigned found = 0;
            for (const node *at = &loaded; at != NULL; at = at->next) {
                found++;
            }
            assert_int_equal(found, count);
            pier_archive_destroy(load);
            limits.depth_max = depth - 1;
            load = test_open_stream(&stream, &loading);
            assert_status(pier_archive_next(load), form == 0 ? PIER_SKIPPED : PIER_LIMIT);
            pier_archive_destroy(load);
            test_stream_free(&stream);
        }
    }
    pier_arena_deinit(&arena);
}

static void circles_are_refused(void **state) {
    (void)state;
    node circle = {.value = 1, .next = &circle};
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &node_class, &circle), PIER_LIMIT);
    assert_string_equal(pier_archive_error(store)->text,
                        "129 arrays and maps in one another, the limit is 128 (depth_max)");
    pier_archive_destroy(store);
}

static void elements_are_limited_exactly(void **state) {
    (void)state;
    node kids[20];
    memset(kids, 0, sizeof kids);
    node root = {.value = 1, .kids_count = 20, .kids = kids};
    /* The root and its three slots, twenty nodes and their three slots. */
    for (uint64_t limit = 83; limit <= 85; limit++) {
        pier_limits limits = {.size = sizeof limits, .elements_max = limit};
        pier_archive_options options = {.size = sizeof options, .limits = &limits};
        pier_archive *store = test_open_store(&options);
        pier_status status = pier_store_record(store, &node_class, &root);
        assert_status(status, limit >= 84 ? PIER_OK : PIER_LIMIT);
        if (status != PIER_OK) {
            assert_string_equal(pier_archive_error(store)->text,
                                "84 elements in a record, the limit is 83 (elements_max)");
            assert_string_equal(pier_archive_error(store)->path, "test.Node.kids[19]");
        }
        pier_archive_destroy(store);
    }
}

/* The memory of a record has a limit; what a list claims and what is there are the same, so that nothing is taken for
 * less. */
static void memory_is_limited_exactly(void **state) {
    (void)state;
    leaf leaves[100];
    memset(leaves, 0, sizeof leaves);
    table record;
    pier_record_init(&table_class, &record);
    record.leaves_count = 100;
    record.leaves = leaves;
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, &table_class, &record), PIER_OK);
    test_stream stream = test_finish(store);
    for (uint64_t limit = sizeof leaves - 1; limit <= sizeof leaves; limit++) {
        pier_limits limits = {.size = sizeof limits, .arena_bytes_max = limit};
        pier_archive_options options = {.size = sizeof options, .limits = &limits};
        pier_archive *load = test_open_stream(&stream, &options);
        table loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        pier_status status = pier_load_record(load, &table_class, &loaded);
        assert_status(status, limit == sizeof leaves ? PIER_OK : PIER_LIMIT);
        if (status != PIER_OK) {
            char text[128];
            (void)snprintf(text, sizeof text, "%zu bytes more of memory: the limit is %zu in all (arena_bytes_max)",
                           sizeof leaves, sizeof leaves - 1);
            assert_string_equal(pier_archive_error(load)->text, text);
            assert_string_equal(pier_archive_error(load)->path, AT("leaves"));
        }
        pier_archive_destroy(load);
    }
    test_stream_free(&stream);
}

/* Heads that lie about how much follows never get memory for it. */
static void claims_take_no_memory(void **state) {
    (void)state;
    static const char *const claims[] = {"dd ffffffff 00", "df ffffffff 00", "c9 ffffffff 41 02 00"};
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        uint8_t bytes[1024];
        size_t at;
        size_t size = with_value(TABLE_I32S, claims[i], bytes, sizeof bytes, &at);
        test_stream stream = test_typed_stream(&table_class, bytes, size);
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
        pier_archive *load = test_open_stream(&stream, &options);
        size_t before = faults.peak_bytes;
        pier_status status = pier_archive_next(load);
        assert_true(status == PIER_SKIPPED || status == PIER_PROTOCOL || status == PIER_LIMIT);
        /* Classes and buffers take some; what is claimed is a million times that. */
        assert_true(faults.peak_bytes <= before + 65536);
        pier_archive_destroy(load);
        fault_allocator_check(&faults);
        test_stream_free(&stream);
    }
}

/* Storing ---------------------------------------------------------------------------------------------------------- */

#define REFUSES_TO_STORE(change, status, path_, text_)                                                                 \
    do {                                                                                                               \
        table record;                                                                                                  \
        pier_record_init(&table_class, &record);                                                                       \
        change;                                                                                                        \
        pier_archive *store = test_open_store(NULL);                                                                   \
        assert_status(pier_store_record(store, &table_class, &record), status);                                        \
        assert_string_equal(pier_archive_error(store)->text, text_);                                                   \
        assert_string_equal(pier_archive_error(store)->path, path_);                                                   \
        pier_record_init(&table_class, &record);                                                                       \
        assert_status(pier_store_record(store, &table_class, &record), PIER_OK);                                       \
        pier_archive_destroy(store);                                                                                   \
    } while (0)

static void values_that_may_not_be_stored_are_told(void **state) {
    (void)state;
    pier_text text = {"\xff", 1};
    node hollow = {.kids_count = 1};
    REFUSES_TO_STORE(record.span = ((pier_duration){1, -1}), PIER_RANGE, AT("span"),
                     "1 seconds and -1 nanoseconds are not of one sign");
    REFUSES_TO_STORE(record.span.seconds = 315576000001, PIER_RANGE, AT("span"),
                     "315576000001 seconds of a duration, at most 315576000000 either way");
    REFUSES_TO_STORE(record.span.nanoseconds = -1000000000, PIER_RANGE, AT("span"),
                     "-1000000000 nanoseconds of a duration, at most 999999999 either way");
    REFUSES_TO_STORE(record.i32s_count = 1, PIER_RANGE, AT("i32s"), "the count is 1, and the list is NULL");
    REFUSES_TO_STORE(record.words_count = 1, PIER_RANGE, AT("words"), "the count is 1, and the list is NULL");
    REFUSES_TO_STORE(record.few_sides_count = 4, PIER_RANGE, AT("few_sides"),
                     "the count is 4, and there is room for 3 elements");
    REFUSES_TO_STORE(record.choice_case = 5, PIER_RANGE, AT("choice"), "no field of the oneof has the number 5");
    REFUSES_TO_STORE(record.tree = &hollow, PIER_RANGE, AT("tree.kids"), "the count is 1, and the list is NULL");
    REFUSES_TO_STORE((record.texts_count = 1, record.texts = &text), PIER_TEXT, AT("texts[0]"),
                     "byte 0 of the text is not UTF-8");
    REFUSES_TO_STORE(record.none = ((pier_text){NULL, 3}), PIER_RANGE, AT("none"),
                     "the size is 3, and the text is NULL");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_these_bytes),
        cmocka_unit_test(other_forms_are_taken),
        cmocka_unit_test(values_that_break_a_rule_are_told),
        cmocka_unit_test(typed_arrays_that_break_a_rule_are_told),
        cmocka_unit_test(oneofs_that_break_a_rule_are_told),
        cmocka_unit_test(plain_records_are_taken_as_peers_make_them),
        cmocka_unit_test(plain_records_that_break_a_rule_are_told),
        cmocka_unit_test(depth_is_limited_exactly),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(elements_are_limited_exactly),
        cmocka_unit_test(memory_is_limited_exactly),
        cmocka_unit_test(claims_take_no_memory),
        cmocka_unit_test(values_that_may_not_be_stored_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
