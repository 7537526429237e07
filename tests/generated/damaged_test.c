/* Damaged bytes of records: by its codec, generated or made by the macro, with the instructions of every processor or of
 * this one, by a program of its table, and by tokens, a record is the same, or the same error at the same byte. The same
 * for plain arrays and maps, in runs, too, and through a plan.
 *
 * PIER_TEST_SEED and PIER_TEST_INPUTS, when set, choose another sequence and a longer one: scripts/codecs.sh. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/integers_internal.h"

#include "generated/fill.h"
#include "generated/ways.h"
#include "support/share.h"

enum { BYTES_MAX = 1 << 20, INPUTS = 5040, MUTATIONS = 6, SHORT_BYTES = 400, STRIDE = 8, TURNS = 24 };

static uint8_t stored[BYTES_MAX];
static uint8_t changed[BYTES_MAX];
static uint8_t record[TEST_RECORD_BYTES];
static uint8_t loaded[TEST_RECORD_BYTES];

/* In which form the records are. */
typedef enum form { FRAMED, PLANNED, PLAIN_ARRAYS, PLAIN_MAPS, FORMS } form;

/* What came of the inputs. */
typedef struct tally {
    uint64_t inputs;
    uint64_t taken;   /* by the codec */
    uint64_t loaded;  /* by the codec or the slow way */
    uint64_t refused; /* with an error, the same one */
} tally;

static uint64_t inputs(void) {
    const char *chosen = getenv("PIER_TEST_INPUTS");
    return chosen != NULL ? strtoull(chosen, NULL, 10) : INPUTS;
}

/* Heads of MessagePack, the first and last of each kind. */
static const uint8_t heads[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x92, 0x9f, 0xa0, 0xbf, 0xc0,
                                0xc1, 0xc2, 0xc4, 0xc7, 0xca, 0xcb, 0xcc, 0xcf, 0xd0, 0xd3,
                                0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};

/* Cuts the bytes, or changes a few of them. Returns how many there are. */
static size_t mutate(uint64_t *seed, size_t size) {
    memcpy(changed, stored, size);
    for (uint64_t times = 1 + test_random(seed) % 3; times > 0; times--) {
        size_t place = test_random(seed) % size;
        place = test_random(seed) % 2 == 0 ? place % 40 % size : place;
        switch (test_random(seed) % 4) {
        case 0:
            changed[place] ^= (uint8_t)(1u << test_random(seed) % 8);
            break;
        case 1:
            changed[place] = heads[test_random(seed) % sizeof heads];
            break;
        case 2:
            memmove(changed + place, changed + place + 1, size - place - 1);
            break;
        default:
            size = place + 1;
            break;
        }
    }
    return size;
}

/* Tries one input in every way. */
static void try_input(const test_pair *pair, size_t size, pier_arena *arena, tally *of) {
    bool is_taken = test_take(pair->generated, changed, size, loaded, arena);
    pier_status status = test_load_ways(pair->generated, changed, size, record, arena, NULL);
    if (is_taken && status == PIER_OK) {
        assert_equal_records(pair->generated, record, loaded);
    }
    if (pair->described != NULL) {
        assert_int_equal(test_take(pair->described, changed, size, loaded, arena), is_taken);
        assert_status(test_load_ways(pair->described, changed, size, loaded, arena, NULL), status);
    }
    of->inputs += 1;
    of->taken += is_taken;
    of->loaded += status == PIER_OK;
    of->refused += status != PIER_OK;
}

/* Stores the record in a plain form. Returns how many bytes there are; 0 when it has no such form. */
static size_t put_plain(const pier_class *type, pier_plain_form plain_form) {
    const pier_archive_options options = {
        .size = sizeof options, .format = PIER_FORMAT_PLAIN, .plain_form = plain_form};
    if (test_store_ways(type, record, &options) != PIER_OK) {
        return 0;
    }
    pier_archive *store = test_open_store(&options);
    assert_status(pier_store_record(store, type, record), PIER_OK);
    test_stream stream = test_finish(store);
    assert_in_range(stream.size, 1, sizeof stored);
    memcpy(stored, stream.data, stream.size);
    test_stream_free(&stream);
    return stream.size;
}

/* The damaged record among whole ones. */
static void try_run(const pier_class *type, size_t whole, size_t size) {
    static uint8_t stream[3 * BYTES_MAX];
    memcpy(stream, stored, whole);
    memcpy(stream + whole, changed, size);
    memcpy(stream + whole + size, stored, whole);
    test_plain_run(type, stream, whole + size + whole);
}

/* Tries one input in every way that its form has. */
static void try_form(form in, const test_pair *pair, size_t whole, size_t size, pier_arena *arena, tally *of) {
    if (in == FRAMED || (in == PLANNED && !test_can_plan(pair->generated))) {
        try_input(pair, size, arena, of);
        return;
    }
    pier_status status = in == PLANNED ? test_plan_ways(pair->generated, changed, size, record, arena, NULL)
                                       : test_plain_ways(pair->generated, changed, size, record, arena);
    if (in != PLANNED && status == PIER_OK) {
        try_run(pair->generated, whole, size);
    }
    of->inputs += 1;
    of->loaded += status == PIER_OK;
    of->refused += status != PIER_OK;
}

static void test_damaged_bytes(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    const uint64_t wanted = inputs();
    tally of = {0, 0, 0, 0};
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (uint64_t i = 0; of.inputs < wanted; i++) {
        const test_pair *pair = &test_pairs[i % TEST_PAIRS];
        form in = (form)(i / TEST_PAIRS / 2 % FORMS);
        pier__limit_wide_instructions((pier__wide)(i / TEST_PAIRS % (PIER__WIDE_512_BITS + 1)));
        pier_arena_reset(&arena);
        test_fill(pair->generated, record, &seed, &arena);
        size_t whole = in < PLAIN_ARRAYS
                           ? test_put(pair->generated, record, stored, sizeof stored)
                           : put_plain(pair->generated, in == PLAIN_MAPS ? PIER_PLAIN_MAP : PIER_PLAIN_ARRAY);
        assert_true(whole > 0 || in == PLAIN_ARRAYS);
        if (whole == 0) {
            continue;
        }
        for (int j = 0; j < MUTATIONS && of.inputs < wanted; j++) {
            try_form(in, pair, whole, mutate(&seed, whole), &arena, &of);
            if (of.inputs % 500000 == 0) {
                printf("%" PRIu64 " inputs: %" PRIu64 " taken by the codec, %" PRIu64 " loaded, %" PRIu64 " refused\n",
                       of.inputs, of.taken, of.loaded, of.refused);
                (void)fflush(stdout);
            }
        }
    }
    pier__limit_wide_instructions(PIER__WIDE_512_BITS);
    pier_arena_deinit(&arena);
    /* Some damage changes a number into another; not all of it. */
    assert_in_range(of.taken, 1, wanted - 1);
    assert_in_range(of.refused, 1, wanted - 1);
}

/* Stores the fullest of some records that are short enough to try each byte of. Returns its size; 0: there is none. */
static size_t put_short(const pier_class *type, uint64_t *seed, pier_arena *arena) {
    size_t longest = 0;
    for (int i = 0; i < 12; i++) {
        pier_arena_reset(arena);
        test_fill(type, record, seed, arena);
        size_t size = test_put(type, record, changed, sizeof changed);
        if (size > longest && size <= SHORT_BYTES) {
            memcpy(stored, changed, size);
            longest = size;
        }
    }
    return longest;
}

/* Every STRIDE-th byte of a record becomes each kind of head, and is the last one. */
static void try_bytes(const test_pair *pair, size_t size, size_t from, pier_arena *arena, tally *of) {
    for (size_t place = from; place < size; place += STRIDE) {
        memcpy(changed, stored, size);
        for (size_t head = 0; head < sizeof heads; head++) {
            pier_arena_reset(arena);
            changed[place] = heads[head];
            try_input(pair, size, arena, of);
        }
        changed[place] = stored[place];
        try_input(pair, place, arena, of);
    }
}

/* Of several records of each class, so that each kind of field is there with each kind of head, and ends early. */
static void test_bytes_of_records(void **state) {
    (void)state;
    uint64_t seed = test_seed();
    tally of = {0, 0, 0, 0};
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (size_t i = 0; i < TEST_PAIRS; i++) {
        for (size_t turn = seed % test_share(); turn < TURNS; turn += test_share()) {
            size_t size = put_short(test_pairs[i].generated, &seed, &arena);
            try_bytes(&test_pairs[i], size, turn % STRIDE, &arena, &of);
        }
    }
    pier_arena_deinit(&arena);
    assert_in_range(of.taken, 1, of.inputs - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_bytes),
        cmocka_unit_test(test_bytes_of_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
