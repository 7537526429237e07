/* Values stored by token calls in any order: the count that is kept of them takes just what a scan of their bytes takes,
 * and every usual form that a call loads is what the general reader makes of it.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdlib.h>
#include <string.h>

#include <pier/load.h>
#include <pier/store.h>

#include "archive/archive_internal.h"
#include "support/random.h"

enum { RECORDS = 20000, BYTES_MAX = 4096 };

static const pier_limits narrow = {
    .size = sizeof narrow, .depth_max = 3, .elements_max = 9, .record_bytes_max = 60, .text_bytes_max = 12};

static uint64_t any_number(uint64_t *seed) {
    uint64_t number = test_random(seed);
    return number >> number % 64;
}

/* Stores a value; more arrays and maps at first. */
static void store_value(pier_archive *archive, uint64_t *seed, unsigned place) {
    static const char letters[] = "thirteen bytes";
    switch (test_random(seed) % (place < 3 ? 6 : 12)) {
    case 0:
    case 1:
    case 2:
        pier_store_array(archive, (uint32_t)(test_random(seed) % 4));
        break;
    case 3:
        pier_store_map(archive, (uint32_t)(test_random(seed) % 3));
        break;
    case 4:
        pier_store_u64(archive, any_number(seed));
        break;
    case 5:
        pier_store_text(archive, (pier_text){letters, test_random(seed) % sizeof letters});
        break;
    case 6:
        pier_store_i64(archive, (int64_t)(0 - any_number(seed)));
        break;
    case 7:
        pier_store_f64(archive, 0.1);
        break;
    case 8:
        pier_store_time(archive, (pier_time){(int64_t)any_number(seed), (uint32_t)(test_random(seed) % 2)});
        break;
    case 9:
        pier_store_bytes(archive, (pier_bytes){letters, test_random(seed) % 5});
        break;
    case 10:
        pier_store_ext(archive, (pier_ext){(int8_t)test_random(seed), {letters, test_random(seed) % 5}});
        break;
    default:
        pier_store_bool(archive, true);
        break;
    }
}

static pier_archive *open_store(pier_format format, const pier_limits *limits) {
    const pier_archive_options options = {.size = sizeof options, .format = format, .limits = limits};
    pier_archive *archive = NULL;
    assert_int_equal(pier_archive_open_store(&archive, NULL, &options, NULL), PIER_OK);
    return archive;
}

/* Stores values as a record, and their bytes as another one, which are scanned. Returns whether they were taken. */
static bool try_record(pier_archive *counted, pier_archive *scanned, uint64_t *seed) {
    uint8_t bytes[BYTES_MAX];
    assert_int_equal(pier_archive_begin(counted), PIER_OK);
    unsigned values = (unsigned)(test_random(seed) % 9);
    for (unsigned i = 0; i < values; i++) {
        store_value(counted, seed, i);
    }
    size_t size = pier__archive_stored_bytes(counted);
    assert_in_range(size, 0, sizeof bytes);
    if (size > 0) {
        memcpy(bytes, pier__archive_stored_at(counted, 0), size);
    }
    bool is_refused_early = pier_archive_error(counted)->status == PIER_LIMIT;
    pier_status status = pier_archive_end(counted);
    if (status == PIER_LIMIT && is_refused_early) {
        return false;
    }
    pier_status expected = pier_archive_store_encoded(scanned, (pier_bytes){bytes, size});
    assert_int_equal(status, expected == PIER_PROTOCOL ? PIER_USAGE : expected);
    return status == PIER_OK;
}

static void a_count_takes_what_a_scan_takes(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    unsigned taken = 0;
    for (unsigned i = 0; i < RECORDS; i++) {
        pier_format format = i % 2 == 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN;
        const pier_limits *limits = i % 3 == 0 ? NULL : &narrow;
        pier_archive *counted = open_store(format, limits);
        pier_archive *scanned = open_store(format, limits);
        taken += try_record(counted, scanned, &seed);
        pier_archive_destroy(counted);
        pier_archive_destroy(scanned);
    }
    assert_in_range(taken, RECORDS / 20, RECORDS - RECORDS / 20);
}

/* One number, loaded by a call for it, and by the token that the general reader makes of it. */
static void load_number(const uint8_t *bytes, size_t size) {
    const pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    for (int way = 0; way < 6; way++) {
        pier_archive *load = NULL;
        pier_archive *tokens = NULL;
        assert_int_equal(pier_archive_open_load(&load, NULL, &plain, NULL), PIER_OK);
        assert_int_equal(pier_archive_open_load(&tokens, NULL, &plain, NULL), PIER_OK);
        assert_int_equal(pier_archive_feed(load, (pier_bytes){bytes, size}), PIER_OK);
        assert_int_equal(pier_archive_feed(tokens, (pier_bytes){bytes, size}), PIER_OK);
        assert_int_equal(pier_archive_next(load), PIER_OK);
        assert_int_equal(pier_archive_next(tokens), PIER_OK);
        pier_token token = pier_load_token(tokens);
        bool is_below = token.kind == PIER_KIND_INT;
        uint64_t number = token.as.uint;
        int64_t below = token.as.sint;
        bool fits = true;
        bool is_same = true;
        if (way == 0) {
            uint8_t found = pier_load_u8(load);
            fits = !is_below && number <= UINT8_MAX;
            is_same = found == (uint8_t)number;
        } else if (way == 1) {
            uint32_t found = pier_load_u32(load);
            fits = !is_below && number <= UINT32_MAX;
            is_same = found == (uint32_t)number;
        } else if (way == 2) {
            uint64_t found = pier_load_u64(load);
            fits = !is_below;
            is_same = found == number;
        } else if (way == 3) {
            int8_t found = pier_load_i8(load);
            fits = is_below ? below >= INT8_MIN : number <= INT8_MAX;
            is_same = found == (int8_t)below;
        } else if (way == 4) {
            int32_t found = pier_load_i32(load);
            fits = is_below ? below >= INT32_MIN : number <= INT32_MAX;
            is_same = found == (int32_t)below;
        } else {
            int64_t found = pier_load_i64(load);
            fits = is_below || number <= INT64_MAX;
            is_same = found == below;
        }
        assert_int_equal(pier_archive_status(load), fits ? PIER_OK : PIER_RANGE);
        assert_true(is_same || !fits);
        if (fits) {
            assert_int_equal(pier_archive_end(load), PIER_OK);
            assert_int_equal(pier_archive_next(load), PIER_MORE);
        }
        pier_archive_destroy(load);
        pier_archive_destroy(tokens);
    }
}

static void numbers_load_in_every_form(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    for (unsigned head = 0; head < 256; head++) {
        bool is_number = head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3);
        for (unsigned i = 0; is_number && i < 12; i++) {
            uint8_t bytes[9] = {(uint8_t)head};
            uint64_t number = i < 4 ? (uint64_t)0 - (i & 1u) : test_random(&seed) >> 8 * (i % 8);
            size_t width = head < 0x80 || head >= 0xe0 ? 0 : (size_t)1 << (head & 3u);
            for (size_t j = 0; j < width; j++) {
                bytes[1 + j] = (uint8_t)(number >> 8 * (width - 1 - j));
            }
            load_number(bytes, 1 + width);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_takes_what_a_scan_takes),
        cmocka_unit_test(numbers_load_in_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
