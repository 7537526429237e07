/* Runs: records, of one class or of several, that are stored and loaded at the cursor alone, in the midst of everything
 * else that a program does with its archives. A class without a codec goes no run, and is the oracle.
 *
 * Floor 5 (record). */
#include "record/record_support.h"

#include <stdio.h>

#include <pier/load.h>
#include <pier/mark.h>
#include <pier/store.h>

#include "archive/archive_internal.h"

#define PAIR(FIELD) FIELD(1, u32, one) FIELD(2, i64, other)
PIER_RECORD(pair, "test.Pair", PAIR)

/* With a view, whose size counts. */
#define LINE(FIELD) FIELD(1, u16, number) FIELD(2, text, words) FIELD(3, text(12), author)
PIER_RECORD(line, "test.Line", LINE)

/* One that goes in no run. */
#define BAG(FIELD) FIELD(1, list(u16), marks)
PIER_RECORD(bag, "test.Bag", BAG)

/* Of the same name as a pair, and defined otherwise: it is loaded by a plan. */
#define OTHER_PAIR(FIELD) FIELD(1, u64, one) FIELD(2, i64, other)
PIER_RECORD(other_pair, "test.Pair", OTHER_PAIR)

enum { STEPS = 400, SEEDS = 120 };

static const char words[] =
    "The quick brown fox jumps over the lazy dog, and nobody asks it why it does not rise at last";

static pair make_pair(uint64_t drawn) {
    return (pair){.one = (uint32_t)(drawn >> 32 >> drawn % 32), .other = (int64_t)drawn >> drawn % 64};
}

/* Now and then one that is refused. */
static line make_line(uint64_t drawn) {
    line made = {.number = (uint16_t)drawn, .words = {words, (size_t)(drawn >> 16) % sizeof words}};
    (void)snprintf(made.author, sizeof made.author, "%u", (unsigned)(drawn >> 40));
    made.author[0] = (drawn >> 32) % 16 == 0 ? (char)0xff : made.author[0];
    return made;
}

/* The ways of a class: its own functions, or those of a class that has no codec. */
typedef struct way {
    pier_status (*store_pair)(pier_archive *archive, const pair *record);
    pier_status (*store_line)(pier_archive *archive, const line *record);
    pier_status (*next_pair)(pier_archive *archive, pair *record);
    pier_status (*load_pair)(pier_archive *archive, pair *record);
    pier_status (*next_line)(pier_archive *archive, line *record);
} way;

static pier_class slow_pair;
static pier_class slow_line;

static pier_status store_slow_pair(pier_archive *archive, const pair *record) {
    return pier_store_record(archive, &slow_pair, record);
}
static pier_status store_slow_line(pier_archive *archive, const line *record) {
    return pier_store_record(archive, &slow_line, record);
}
static pier_status next_slow_pair(pier_archive *archive, pair *record) {
    return pier_next_record(archive, &slow_pair, record);
}
static pier_status load_slow_pair(pier_archive *archive, pair *record) {
    return pier_load_record(archive, &slow_pair, record);
}
static pier_status next_slow_line(pier_archive *archive, line *record) {
    return pier_next_record(archive, &slow_line, record);
}

static const way in_runs = {pair_store, line_store, pair_next, pair_load, line_next};
static const way slowly = {store_slow_pair, store_slow_line, next_slow_pair, load_slow_pair, next_slow_line};

static int make_slow(void **state) {
    (void)state;
    slow_pair = test_slow_class(&pair_class);
    slow_line = test_slow_class(&line_class);
    return 0;
}

/* Storing ---------------------------------------------------------------------------------------------------------- */

static pier_status store_tokens(pier_archive *store, uint32_t value) {
    pier_status status = pier_archive_begin(store);
    pier_store_u32(store, value);
    return status == PIER_OK ? pier_archive_end(store) : status;
}

/* Does to a storing archive what the step says; returns what it answered. */
static pier_status store_step(pier_archive *store, const way *by, uint64_t step, uint64_t drawn) {
    pair of_pair = make_pair(drawn);
    line of_line = make_line(drawn);
    uint16_t marks[] = {7, 300};
    const bag two = {.marks_count = 2, .marks = marks};
    pier_status status;
    if (step < 24) {
        return by->store_pair(store, &of_pair);
    }
    if (step < 34) {
        return by->store_line(store, &of_line);
    }
    switch (step) {
    case 34:
        return bag_store(store, &two);
    case 35:
        return store_tokens(store, of_pair.one);
    case 36:
        /* Within a record there is no other. */
        assert_status(pier_archive_begin(store), PIER_OK);
        status = by->store_pair(store, &of_pair);
        pier_archive_abandon(store);
        return status;
    case 37:
        return pier_archive_flush(store);
    case 38:
        /* A storing archive loads nothing, and goes on. */
        return by->next_pair(store, &of_pair);
    default:
        /* A token outside of a record goes nowhere. */
        pier_store_u32(store, 1);
        return pier_archive_status(store);
    }
}

static test_stream store_all(uint64_t seed, const way *by, const pier_archive_options *options, pier_status *answers) {
    uint64_t random = seed;
    pier_archive *store = test_open_store(options);
    for (size_t i = 0; i < STEPS; i++) {
        uint64_t step = test_random(&random) % 40;
        answers[i] = store_step(store, by, step, test_random(&random));
    }
    return test_finish(store);
}

/* The options of a seed. */
static pier_archive_options options_of(uint64_t seed) {
    static const pier_limits tiny = {.size = sizeof tiny, .block_target_bytes = 256};
    static const pier_archive_options all[] = {
        {.size = sizeof(pier_archive_options)},
        {.size = sizeof(pier_archive_options), .limits = &tiny},
        {.size = sizeof(pier_archive_options), .limits = &tiny, .compression_level = 1},
        {.size = sizeof(pier_archive_options), .format = PIER_FORMAT_PLAIN},
        /* Here damage comes as far as to the records. */
        {.size = sizeof(pier_archive_options), .checksum_off = true},
    };
    return all[seed % 5];
}

static void what_is_stored_in_runs_is_the_same_to_the_byte(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    for (size_t i = 0; i < SEEDS; i++, seed++) {
        static pier_status answers[2][STEPS];
        pier_archive_options options = options_of(seed);
        test_stream fast = store_all(seed, &in_runs, &options, answers[0]);
        test_stream slow = store_all(seed, &slowly, &options, answers[1]);
        for (size_t step = 0; step < STEPS; step++) {
            assert_status(answers[0][step], answers[1][step]);
        }
        assert_int_equal(fast.size, slow.size);
        assert_memory_equal(fast.data, slow.data, fast.size);
        test_stream_free(&fast);
        test_stream_free(&slow);
    }
}

/* Loading ---------------------------------------------------------------------------------------------------------- */

/* What a step of loading has told. */
typedef struct told {
    pier_status status;
    pier_status recovered;
    uint64_t values;
    uint64_t number;
    size_t bytes;
    uint64_t offset;
    uint64_t error_record;
    bool has_next;
    bool ends_message;
} told;

/* Asks the archive what it says between two records, or does not. */
static void ask(pier_archive *load, uint64_t drawn, told *answer) {
    if (drawn % 4 == 0) {
        answer->number = pier_archive_record_number(load);
    } else if (drawn % 4 == 1) {
        answer->bytes = pier_archive_record_bytes(load).size;
    } else if (drawn % 4 == 2) {
        answer->has_next = pier_archive_has_next(load);
        answer->ends_message = pier_archive_is_message_end(load);
    }
    answer->offset = pier_archive_error(load)->offset;
    answer->error_record = pier_archive_error(load)->record;
}

/* Does to a loading archive what the step says. */
static pier_status load_step(pier_archive *load, const way *by, uint64_t step, uint64_t *values) {
    pair of_pair = {.one = 0};
    line of_line = {.number = 0};
    other_pair of_other = {.one = 0};
    pier_status status;
    switch (step) {
    case 0:
        return pier_archive_next(load);
    case 1:
        status = by->load_pair(load, &of_pair);
        break;
    case 2:
        status = by->next_line(load, &of_line);
        break;
    case 3:
        return pier_archive_mark(load);
    case 4:
        return pier_archive_rewind(load);
    case 5:
        pier_archive_release(load);
        return PIER_OK;
    case 6:
        status = by->store_pair(load, &of_pair);
        break;
    case 7:
        status = other_pair_next(load, &of_other);
        break;
    default:
        status = by->next_pair(load, &of_pair);
    }
    *values = of_pair.one ^ (uint64_t)of_pair.other ^ of_line.number ^ of_line.words.size ^ of_other.one;
    return status;
}

static void load_all(uint64_t seed, const way *by, pier_archive *load, told *answers) {
    uint64_t random = seed;
    /* Mostly pairs, or each step as often as another. */
    const uint64_t steps = seed / 5 % 2 == 0 ? 40 : 9;
    memset(answers, 0, STEPS * sizeof *answers);
    for (size_t i = 0; i < STEPS; i++) {
        uint64_t drawn = test_random(&random);
        told *answer = &answers[i];
        uint64_t values = 0;
        answer->status = load_step(load, by, drawn % steps, &values);
        answer->values = answer->status == PIER_OK ? values : 0;
        ask(load, drawn >> 32, answer);
        if (pier_archive_status(load) < 0) {
            uint64_t skipped = 0;
            answer->recovered = pier_archive_recover(load, &skipped);
        }
    }
}

static void what_is_loaded_in_runs_is_the_same(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    for (size_t i = 0; i < SEEDS; i++, seed++) {
        static pier_status ignored[STEPS];
        static told answers[2][STEPS];
        pier_archive_options options = options_of(seed);
        test_stream stream = store_all(seed, &in_runs, &options, ignored);
        if (seed % 3 == 0) {
            uint64_t random = seed;
            stream.data[test_random(&random) % stream.size] ^= (uint8_t)(1u << test_random(&random) % 8);
        }
        const way *ways[] = {&in_runs, &slowly};
        options.compression_level = 0;
        for (size_t way_at = 0; way_at < 2; way_at++) {
            pier_archive *load = test_open_stream(&stream, &options);
            load_all(seed, ways[way_at], load, answers[way_at]);
            pier_archive_destroy(load);
        }
        for (size_t step = 0; step < STEPS; step++) {
            const told *fast = &answers[0][step];
            const told *slow = &answers[1][step];
            assert_status(fast->status, slow->status);
            assert_status(fast->recovered, slow->recovered);
            assert_int_equal(fast->values, slow->values);
            assert_int_equal(fast->number, slow->number);
            assert_int_equal(fast->bytes, slow->bytes);
            assert_int_equal(fast->offset, slow->offset);
            assert_int_equal(fast->error_record, slow->error_record);
            assert_int_equal(fast->has_next, slow->has_next);
            assert_int_equal(fast->ends_message, slow->ends_message);
        }
        test_stream_free(&stream);
    }
}

/* What a run saves ------------------------------------------------------------------------------------------------- */

/* Opens a storing archive whose buffer has grown, which ends no run any more. */
static pier_archive *open_grown_store(void) {
    pier_archive *store = test_open_store(NULL);
    const pair record = {.one = 1, .other = -1};
    for (unsigned i = 0; i < 1000; i++) {
        assert_status(pair_store(store, &record), PIER_OK);
    }
    assert_status(pier_archive_flush(store), PIER_OK);
    pier_archive_drained(store, pier_archive_drain(store).size);
    assert_status(pier_archive_reset(store), PIER_OK);
    return store;
}

/* A record of a run is stored and loaded without the library: the archive has not learnt of it. */
static void a_run_needs_the_library_for_its_ends_alone(void **state) {
    (void)state;
    pier_archive *store = open_grown_store();
    const pair record = {.one = 1, .other = -1};
    for (unsigned i = 0; i < 101; i++) {
        assert_status(pair_store(store, &record), PIER_OK);
        assert_ptr_equal(store->run.stored_class, &pair_class);
        assert_int_equal(store->run.count, i);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    pair loaded;
    for (unsigned i = 0; i < 101; i++) {
        assert_status(pair_next(load, &loaded), PIER_OK);
        assert_int_equal(loaded.other, -1);
        assert_ptr_equal(load->run.class_of_run, &pair_class);
        assert_null(load->run.stored_class);
        assert_int_equal(load->run.left, 100 - i);
    }
    assert_int_equal(pier_archive_record_number(load), 101);
    assert_status(pair_next(load, &loaded), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* Where classes come in turn the archive learns of none of the records but the first of each. */
static void a_run_goes_on_with_another_class(void **state) {
    (void)state;
    pier_archive *store = open_grown_store();
    const pair of_pair = {.one = 1, .other = -1};
    const line of_line = {.number = 2, .words = {words, 5}, .author = "nobody"};
    for (unsigned i = 0; i < 101; i++) {
        assert_status(pair_store(store, &of_pair), PIER_OK);
        assert_status(line_store(store, &of_line), PIER_OK);
        assert_ptr_equal(store->run.stored_class, &line_class);
        assert_int_equal(store->run.count, 2 * i);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    pair found_pair;
    line found_line;
    for (unsigned i = 0; i < 101; i++) {
        assert_status(pair_next(load, &found_pair), PIER_OK);
        assert_status(line_next(load, &found_line), PIER_OK);
        assert_int_equal(found_pair.other, -1);
        assert_int_equal(found_line.words.size, 5);
        assert_ptr_equal(load->run.class_of_run, &line_class);
        assert_int_equal(load->run.left, 200 - 2 * i);
    }
    assert_int_equal(pier_archive_record_number(load), 202);
    assert_true(pier_archive_record_is(load, &line_class));
    assert_status(pair_next(load, &found_pair), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
}

/* A limit that is lowered holds for the next record, in a run as well. */
static void a_lower_limit_ends_a_run(void **state) {
    (void)state;
    pier_archive *store = open_grown_store();
    line record = {.number = 1, .words = {words, 50}, .author = "nobody"};
    for (unsigned i = 0; i < 3; i++) {
        assert_status(line_store(store, &record), PIER_OK);
    }
    assert_ptr_equal(store->run.stored_class, &line_class);
    assert_int_equal(store->run.count, 2);
    pier__archive_limit_records(store, 40);
    assert_status(line_store(store, &record), PIER_LIMIT);
    record.words.size = 10;
    assert_status(line_store(store, &record), PIER_OK);
    test_stream stream = test_finish(store);
    test_stream_free(&stream);
}

/* What waits to be sent is told with the records of a run, which in a plain stream are ready at once. */
static void what_waits_is_told_with_a_run(void **state) {
    (void)state;
    pier_archive_options plain = {.size = sizeof plain, .format = PIER_FORMAT_PLAIN};
    pier_archive *store = test_open_store(&plain);
    const pair record = {.one = 1, .other = -1};
    for (unsigned i = 0; i < 200; i++) {
        assert_status(pair_store(store, &record), PIER_OK);
    }
    assert_true(store->run.count > 0);
    uint64_t queued = pier_archive_queued_bytes(store);
    assert_int_equal(queued, pier_archive_drain(store).size);
    test_stream stream = test_finish(store);
    test_stream_free(&stream);
}

/* Where a definition has made the queue full, a record of another class waits behind a run as it does elsewhere. */
static void a_full_queue_ends_a_run(void **state) {
    (void)state;
    const pier_limits small = {.size = sizeof small, .queue_bytes_max = 200};
    pier_archive_options options = {.size = sizeof options, .limits = &small};
    const pair of_pair = {.one = 1, .other = -1};
    const line of_line = {.number = 2, .words = {words, 5}, .author = "nobody"};
    const way *ways[] = {&in_runs, &slowly};
    for (size_t i = 0; i < 2; i++) {
        pier_archive *store = test_open_store(&options);
        /* A long one, so that the buffer has room for a run; it is taken back. */
        assert_status(pier_archive_begin(store), PIER_OK);
        pier_store_text(store, (pier_text){words, sizeof words - 1});
        assert_true(pier__archive_reserve(store, 2000));
        pier_archive_abandon(store);
        assert_status(ways[i]->store_pair(store, &of_pair), PIER_OK);
        assert_status(ways[i]->store_line(store, &of_line), PIER_OK);
        assert_true(pier_archive_queued_bytes(store) > small.queue_bytes_max);
        assert_status(ways[i]->store_line(store, &of_line), PIER_OK);
        assert_status(ways[i]->store_pair(store, &of_pair), PIER_WOULD_BLOCK);
        pier_archive_drained(store, pier_archive_drain(store).size);
        assert_status(ways[i]->store_pair(store, &of_pair), PIER_OK);
        test_stream stream = test_finish(store);
        test_stream_free(&stream);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_in_runs_is_the_same_to_the_byte),
        cmocka_unit_test(what_is_loaded_in_runs_is_the_same),
        cmocka_unit_test(a_run_needs_the_library_for_its_ends_alone),
        cmocka_unit_test(a_run_goes_on_with_another_class),
        cmocka_unit_test(a_lower_limit_ends_a_run),
        cmocka_unit_test(what_waits_is_told_with_a_run),
        cmocka_unit_test(a_full_queue_ends_a_run),
    };
    return cmocka_run_group_tests(tests, make_slow, NULL);
}
