/* Single values that do not fit: told with their place, zero given, and gone on after.
 *
 * Floor 4 (archive). */
#include "archive/token_support.h"

#define KINDS(X)                                                                                                       \
    X(NIL, "\xc0", nil)                                                                                                \
    X(BOOL, "\xc3", boolean)                                                                                           \
    X(UINT, "\x05", integer)                                                                                           \
    X(INT, "\xfb", integer)                                                                                            \
    X(F32, "\xca\x00\x00\x00\x00", number)                                                                             \
    X(F64, "\xcb\x00\x00\x00\x00\x00\x00\x00\x00", number)                                                             \
    X(TEXT, "\xa1x", text)                                                                                             \
    X(BYTES, "\xc4\x01x", bytes)                                                                                       \
    X(ARRAY, "\x90", array)                                                                                            \
    X(MAP, "\x80", map)                                                                                                \
    X(EXT, "\xd4\x05x", ext)                                                                                           \
    X(TIME, "\xd6\xff\x00\x00\x00\x00", time)

/* Loads with one of the calls, by the kinds that it takes. */
static void load_by(pier_archive *archive, int call) {
    switch (call) {
    case 0:
        pier_load_nil(archive);
        break;
    case 1:
        assert_false(pier_load_bool(archive) && pier_archive_status(archive) != PIER_OK);
        break;
    case 2:
        (void)pier_load_u64(archive);
        break;
    case 3:
        (void)pier_load_i64(archive);
        break;
    case 4:
        (void)pier_load_f32(archive);
        break;
    case 5:
        (void)pier_load_f64(archive);
        break;
    case 6:
        (void)pier_load_text(archive);
        break;
    case 7:
        (void)pier_load_bytes(archive);
        break;
    case 8:
        (void)pier_load_array(archive);
        break;
    case 9:
        (void)pier_load_map(archive);
        break;
    case 10:
        (void)pier_load_ext(archive);
        break;
    default:
        (void)pier_load_time(archive);
        break;
    }
}

static void every_call_takes_its_kinds_alone(void **state) {
    (void)state;
    static const struct {
        pier_kind kind;
        const char *bytes;
        size_t size;
    } values[] = {
#define VALUE(kind, bytes, name) {PIER_KIND_##kind, bytes, sizeof(bytes) - 1},
        KINDS(VALUE)
#undef VALUE
    };
    /* By call: a mask of the kinds that it takes; integers are told apart by their range. */
    static const unsigned taken[] = {
        1u << PIER_KIND_NIL,
        1u << PIER_KIND_BOOL,
        1u << PIER_KIND_UINT | 1u << PIER_KIND_INT,
        1u << PIER_KIND_UINT | 1u << PIER_KIND_INT,
        1u << PIER_KIND_F32 | 1u << PIER_KIND_F64,
        1u << PIER_KIND_F32 | 1u << PIER_KIND_F64,
        1u << PIER_KIND_TEXT,
        1u << PIER_KIND_BYTES,
        1u << PIER_KIND_ARRAY,
        1u << PIER_KIND_MAP,
        1u << PIER_KIND_EXT,
        1u << PIER_KIND_TIME,
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (int call = 0; call < 12; call++) {
            /* Behind a 7 in an array: the offset is 2. */
            uint8_t record[16] = {0x92, 0x07};
            memcpy(record + 2, values[i].bytes, values[i].size);
            pier_archive *archive = load_of(record, 2 + values[i].size);
            assert_int_equal(pier_load_array(archive), 2);
            assert_int_equal(pier_load_u8(archive), 7);
            assert_int_equal(pier_load_kind(archive), values[i].kind);
            load_by(archive, call);
            bool fits = (taken[call] >> values[i].kind & 1) != 0;
            pier_status expected = !fits                                          ? PIER_TYPE
                                   : call == 2 && values[i].kind == PIER_KIND_INT ? PIER_RANGE
                                                                                  : PIER_OK;
            assert_status(pier_archive_status(archive), expected);
            if (expected != PIER_OK) {
                assert_int_equal(pier_archive_error(archive)->offset, 2);
                assert_int_equal(pier_archive_error(archive)->record, 1);
                /* It sticks: what comes is zero, and the next record is not reached. */
                assert_int_equal(pier_load_kind(archive), PIER_KIND_NONE);
                load_by(archive, call);
                pier_load_skip(archive);
                assert_int_equal(pier_archive_record_bytes(archive).size, 0);
                assert_int_equal(pier_archive_error(archive)->offset, 2);
                assert_status(pier_archive_next(archive), expected);
                assert_status(pier_archive_end(archive), expected);
                assert_true(pier_archive_has_next(archive));
            }
            pier_archive_destroy(archive);
        }
    }
}

static void a_value_that_is_not_there_is_told(void **state) {
    (void)state;
    pier_archive *archive = load_of("\x91\x05", 2);
    assert_int_equal(pier_load_array(archive), 1);
    assert_int_equal(pier_load_i8(archive), 5);
    assert_int_equal(pier_load_token(archive).kind, PIER_KIND_NONE); /* no failure */
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_int_equal(pier_load_i8(archive), 0);
    assert_status(pier_archive_status(archive), PIER_TYPE);
    assert_int_equal(pier_archive_error(archive)->offset, 2);
    pier_archive_destroy(archive);

    /* Outside a record it is a misuse; nothing is lost by going on. */
    archive = test_open_load(NULL, &plain);
    assert_int_equal(pier_load_u8(archive), 0);
    assert_status(pier_archive_status(archive), PIER_USAGE);
    assert_status(pier_archive_next(archive), PIER_USAGE);
    assert_status(pier_archive_recover(archive, NULL), PIER_OK);
    assert_status(pier_archive_feed(archive, (pier_bytes){"\x01\x02", 2}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u8(archive), 1);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_int_equal(pier_load_token(archive).kind, PIER_KIND_NONE);
    assert_status(pier_archive_status(archive), PIER_USAGE);
    uint64_t skipped = 9;
    assert_status(pier_archive_recover(archive, &skipped), PIER_OK);
    assert_int_equal(skipped, 0);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u8(archive), 2);
    pier_archive_destroy(archive);
}

static void values_are_passed_over_whole(void **state) {
    (void)state;
    static const char record[] = "\x94\x82\xa1"
                                 "a\x92\x01\x02\xa1"
                                 "b\x80\xc4\x03xyz\xcb\x00\x00\x00\x00\x00\x00\x00\x00\x09";
    pier_archive *archive = load_of(record, sizeof record - 1);
    assert_int_equal(pier_load_array(archive), 4);
    pier_load_skip(archive);
    pier_load_skip(archive);
    pier_load_skip(archive);
    assert_int_equal(pier_load_u8(archive), 9);
    pier_load_skip(archive);
    assert_status(pier_archive_status(archive), PIER_TYPE);
    pier_archive_destroy(archive);
    /* The whole record, and what of one is left when the next begins. */
    archive = test_open_load(NULL, &plain);
    assert_status(pier_archive_feed(archive, (pier_bytes){"\x92\x01\x02\x92\x03\x04\x92\x05\x06", 9}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    pier_load_skip(archive);
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_array(archive), 2);
    assert_status(pier_archive_begin(archive), PIER_OK);
    assert_int_equal(pier_load_array(archive), 2);
    assert_int_equal(pier_load_u8(archive), 5);
    assert_int_equal(pier_load_u8(archive), 6);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_status(pier_archive_end(archive), PIER_OK);
    pier_archive_destroy(archive);
}

/* Loading on behind a value that did not fit: the record is lost, and no other. */
static void recovering_costs_the_record(void **state) {
    (void)state;
    pier_archive *archive = test_open_load(NULL, &plain);
    assert_status(pier_archive_feed(archive, (pier_bytes){"\x92\x01\xa1x\x02\x03", 6}), PIER_OK);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u32(archive), 0);
    assert_status(pier_archive_status(archive), PIER_TYPE);
    assert_non_null(strstr(pier_archive_error(archive)->text, "expected u32, found array"));
    uint64_t skipped = 0;
    assert_status(pier_archive_recover(archive, &skipped), PIER_OK);
    assert_int_equal(skipped, 4);
    assert_status(pier_archive_recover(archive, &skipped), PIER_OK);
    assert_int_equal(skipped, 0);
    assert_int_equal(pier_archive_record_number(archive), 0);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_archive_record_number(archive), 2);
    assert_int_equal(pier_load_u8(archive), 2);
    pier_archive_destroy(archive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_takes_its_kinds_alone),
        cmocka_unit_test(a_value_that_is_not_there_is_told),
        cmocka_unit_test(values_are_passed_over_whole),
        cmocka_unit_test(recovering_costs_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
