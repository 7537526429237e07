/* Streams in which classes are of other versions: several of them, in several epochs, in files that were put together,
 * and while reading ahead.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdlib.h>

#include <pier/load.h>
#include <pier/mark.h>
#include <pier/store.h>

#include "support/fault_allocator.h"

/* Three versions of a class, and what is always the same. */
#define SHIP_1(FIELD) FIELD(1, u32, id) FIELD(2, text(16), name) FIELD(3, i16, draught)
PIER_RECORD_VERSION(ship_1, "yard.Ship", 1, SHIP_1)
#define SHIP_2(FIELD) FIELD(1, u64, id) FIELD(2, text, title) FIELD(4, list(u16), masts)
PIER_RECORD_VERSION(ship_2, "yard.Ship", 2, SHIP_2)
#define SHIP_3(FIELD) FIELD(1, u64, id) FIELD(2, bytes, title) FIELD(3, optional(i64), draught) FIELD(4, u16, masts)
PIER_RECORD_VERSION(ship_3, "yard.Ship", 3, SHIP_3)
#define SHIP_BAD(FIELD) FIELD(1, u64, id) FIELD(2, f64, title)
PIER_RECORD(ship_bad, "yard.Ship", SHIP_BAD)
#define CREW_1(FIELD) FIELD(1, text(8), name) FIELD(2, record(ship_1), ship)
PIER_RECORD(crew_1, "yard.Crew", CREW_1)
#define CREW_2(FIELD) FIELD(1, text(8), name) FIELD(2, optional(record(ship_3)), ship) FIELD(3, bool, paid)
PIER_RECORD(crew_2, "yard.Crew", CREW_2)

static ship_1 a_ship_1(uint32_t id) {
    ship_1 ship = {.id = id, .name = "Anna", .draught = (int16_t)(id % 100)};
    return ship;
}

static ship_2 a_ship_2(uint64_t id, uint16_t *mast) {
    *mast = (uint16_t)(id % 4);
    ship_2 ship = {.id = id, .title = {"Berta", 5}, .masts_count = 1, .masts = mast};
    return ship;
}

static void check_ship_of_1(const ship_3 *ship, uint32_t id) {
    assert_int_equal(ship->id, id);
    assert_int_equal(ship->title.size, 4);
    assert_memory_equal(ship->title.data, "Anna", 4);
    assert_true(ship->has_draught);
    assert_int_equal(ship->draught, id % 100);
    assert_int_equal(ship->masts, 0);
}

static void check_ship_of_2(const ship_3 *ship, uint64_t id) {
    assert_int_equal(ship->id, id);
    assert_int_equal(ship->title.size, 5);
    assert_memory_equal(ship->title.data, "Berta", 5);
    assert_false(ship->has_draught);
    assert_int_equal(ship->masts, id % 4);
}

/* Several classes in one stream ------------------------------------------------------------------------------------ */

static void classes_of_several_versions_share_a_stream(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    for (uint32_t i = 0; i < 30; i++) {
        ship_1 ship = a_ship_1(i);
        crew_1 crew = {.name = "Carl", .ship = ship};
        market_tick tick;
        test_fill_tick(&tick, i);
        assert_status(ship_1_store(store, &ship), PIER_OK);
        assert_status(crew_1_store(store, &crew), PIER_OK);
        assert_status(market_tick_store(store, &tick), PIER_OK);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    for (uint32_t i = 0; i < 30; i++) {
        ship_3 ship;
        assert_status(ship_3_next(load, &ship), PIER_OK);
        check_ship_of_1(&ship, i);
        /* A record may be loaded again, as another class: plans are kept for each. */
        ship_1 own;
        ship_bad bad;
        assert_status(ship_1_load(load, &own), PIER_OK);
        assert_int_equal(own.draught, i % 100);
        assert_status(ship_3_load(load, &ship), PIER_OK);
        check_ship_of_1(&ship, i);
        assert_status(ship_bad_load(load, &bad), PIER_MISMATCH);
        assert_string_equal(pier_archive_error(load)->path, "yard.Ship.title");
        assert_string_equal(pier_archive_error(load)->text, "field 2 is f64 here and text in the stream");
        assert_status(pier_archive_recover(load, NULL), PIER_OK);
        crew_2 crew;
        assert_status(crew_2_next(load, &crew), PIER_OK);
        assert_true(crew.has_ship && !crew.paid);
        check_ship_of_1(&crew.ship, i);
        market_tick tick;
        market_tick expected;
        test_fill_tick(&expected, i);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_true(pier_archive_record_is(load, &market_tick_class));
        assert_status(market_tick_load(load, &tick), PIER_OK);
        assert_same_record(&market_tick_class, &expected, &tick);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

static void a_class_of_another_name_is_another_class(void **state) {
    (void)state;
    ship_1 ship = a_ship_1(1);
    pier_archive *store = test_open_store(NULL);
    assert_status(ship_1_store(store, &ship), PIER_OK);
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    crew_2 crew;
    assert_status(crew_2_next(load, &crew), PIER_TYPE);
    assert_string_equal(pier_archive_error(load)->path, "yard.Crew");
    assert_string_equal(pier_archive_error(load)->text, "expected class yard.Crew, found yard.Ship");
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Epochs and files ------------------------------------------------------------------------------------------------- */

static test_stream ships_in_epochs(bool are_second, uint32_t count) {
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 33};
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .checkpoint_bytes = 200};
    pier_archive *store = test_open_store(&options);
    for (uint32_t i = 0; i < count; i++) {
        uint16_t mast;
        ship_1 first = a_ship_1(i);
        ship_2 second = a_ship_2(i, &mast);
        assert_status(are_second ? ship_2_store(store, &second) : ship_1_store(store, &first), PIER_OK);
    }
    return test_finish(store);
}

static void plans_are_made_anew_in_each_epoch(void **state) {
    (void)state;
    test_stream stream = ships_in_epochs(false, 50);
    pier_archive *load = test_open_stream(&stream, NULL);
    for (uint32_t i = 0; i < 50; i++) {
        ship_3 ship;
        assert_status(ship_3_next(load, &ship), PIER_OK);
        check_ship_of_1(&ship, i);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Two writers' files, one behind the other, twice. */
static test_stream put_together(uint32_t count) {
    test_stream parts[2] = {ships_in_epochs(false, count), ships_in_epochs(true, count)};
    test_stream whole = {NULL, 2 * (parts[0].size + parts[1].size)};
    whole.data = (uint8_t *)malloc(whole.size);
    assert_non_null(whole.data);
    size_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        memcpy(whole.data + at, parts[i % 2].data, parts[i % 2].size);
        at += parts[i % 2].size;
    }
    test_stream_free(&parts[0]);
    test_stream_free(&parts[1]);
    return whole;
}

static void one_class_loads_two_writers_versions(void **state) {
    (void)state;
    test_stream stream = put_together(20);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *load = test_open_stream(&stream, &options);
    uint32_t count = 0;
    for (;;) {
        pier_status status = pier_archive_next(load);
        if (status == PIER_END && count % 20 == 0 && count < 80) {
            continue;
        }
        if (status == PIER_END) {
            break;
        }
        assert_status(status, PIER_OK);
        ship_3 ship;
        assert_status(ship_3_load(load, &ship), PIER_OK);
        if (count / 20 % 2 == 0) {
            check_ship_of_1(&ship, count % 20);
        } else {
            check_ship_of_2(&ship, count % 20);
        }
        count++;
    }
    assert_int_equal(count, 80);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    test_stream_free(&stream);
}

/* Reading ahead ---------------------------------------------------------------------------------------------------- */

/* Sets a mark at each record in turn, goes on over epochs and into the other version, and comes back. */
static void plans_outlive_reading_ahead(void **state) {
    (void)state;
    enum { RECORDS = 12, AHEAD = 18 };
    test_stream stream = put_together(RECORDS);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *load = test_open_stream(&stream, &options);
    for (uint32_t i = 0; i < 2 * RECORDS; i++) {
        ship_3 ship;
        pier_status status = pier_archive_next(load);
        assert_status(status == PIER_END ? pier_archive_next(load) : status, PIER_OK);
        for (uint32_t loads_before = 0; loads_before < 2; loads_before++) {
            assert_status(pier_archive_mark(load), PIER_OK);
            if (loads_before == 1) {
                assert_status(ship_3_load(load, &ship), PIER_OK);
            }
            for (uint32_t ahead = 0; ahead < AHEAD; ahead++) {
                status = pier_archive_next(load);
                assert_status(status == PIER_END ? pier_archive_next(load) : status, PIER_OK);
                assert_status(ship_3_load(load, &ship), PIER_OK);
            }
            assert_status(pier_archive_rewind(load), PIER_OK);
            pier_archive_release(load);
        }
        assert_status(ship_3_load(load, &ship), PIER_OK);
        if (i < RECORDS) {
            check_ship_of_1(&ship, i);
        } else {
            check_ship_of_2(&ship, i - RECORDS);
        }
    }
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    test_stream_free(&stream);
}

/* Memory ----------------------------------------------------------------------------------------------------------- */

static void records_take_no_memory_of_their_own(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    for (uint32_t i = 0; i < 200; i++) {
        crew_1 crew = {.name = "Dora", .ship = a_ship_1(i)};
        assert_status(crew_1_store(store, &crew), PIER_OK);
    }
    test_stream stream = test_finish(store);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *load = test_open_stream(&stream, &options);
    crew_2 crew;
    assert_status(crew_2_next(load, &crew), PIER_OK);
    uint64_t calls = faults.calls;
    for (uint32_t i = 1; i < 200; i++) {
        assert_status(crew_2_next(load, &crew), PIER_OK);
        check_ship_of_1(&crew.ship, i);
    }
    assert_int_equal(faults.calls, calls);
    pier_archive_destroy(load);
    fault_allocator_check(&faults);
    fault_allocator_deinit(&faults);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_of_several_versions_share_a_stream),
        cmocka_unit_test(a_class_of_another_name_is_another_class),
        cmocka_unit_test(plans_are_made_anew_in_each_epoch),
        cmocka_unit_test(one_class_loads_two_writers_versions),
        cmocka_unit_test(plans_outlive_reading_ahead),
        cmocka_unit_test(records_take_no_memory_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
