/* What a channel costs once it is under way: no allocation, one call of the system for each block that is sent, and no
 * more than a read or two for each that comes.
 *
 * Floor 7 (channel). Over TCP and Unix sockets, in both directions; everything in one thread, so that the counts of
 * system calls are those of the channels. */
#include "channel/channel_support.h"

#include <pthread.h>
#include <time.h>

#include <pier/record.h>

#include "support/fault_allocator.h"
#include "support/fault_system.h"

#define SAMPLE(FIELD) FIELD(1, u64, id) FIELD(2, f64, value) FIELD(3, text(16), name)
PIER_RECORD(sample, "test.Sample", SAMPLE)

/* With a list, which the loader has in its arena, and a view: no run of either. */
#define TRAIL(FIELD) FIELD(1, text, name) FIELD(2, list(f64), points)
PIER_RECORD(trail, "test.Trail", TRAIL)

enum { WARM_BLOCKS = 12, BLOCKS = 25 };

typedef struct ends {
    fault_allocator memory[2];
    pier_channel *channels[2];
} ends;

static void open_ends(ends *both, const char *endpoint, pier_channel_options options) {
    pier_channel_options own[2] = {options, options};
    for (int i = 0; i < 2; i++) {
        fault_allocator_init(&both->memory[i]);
        own[i].size = sizeof own[i];
        own[i].allocator = &both->memory[i].allocator;
    }
    test_connect(endpoint, &own[0], &own[1], &both->channels[0], &both->channels[1]);
}

static void close_ends(ends *both) {
    for (int i = 0; i < 2; i++) {
        pier_channel_destroy(both->channels[i]);
        fault_allocator_check(&both->memory[i]);
        fault_allocator_deinit(&both->memory[i]);
    }
}

/* A kind of record: stores the one with a number, and loads the next one, which must be that. */
typedef struct kind {
    pier_status (*store)(pier_archive *archive, uint64_t number);
    void (*load)(pier_archive *archive, uint64_t number);
} kind;

static pier_status store_sample(pier_archive *archive, uint64_t number) {
    const sample record = {.id = number, .value = (double)number / 2, .name = "pressure"};
    return sample_store(archive, &record);
}

static void load_sample(pier_archive *archive, uint64_t number) {
    sample record;
    assert_status(sample_next(archive, &record), PIER_OK);
    assert_int_equal(record.id, number);
}

static pier_status store_trail(pier_archive *archive, uint64_t number) {
    double points[9] = {(double)number, 1, 2, 3, 4, 5, 6, 7, 8};
    const trail record = {.name = {"north", 5}, .points_count = 9, .points = points};
    return trail_store(archive, &record);
}

static void load_trail(pier_archive *archive, uint64_t number) {
    trail record;
    assert_status(trail_next(archive, &record), PIER_OK);
    assert_true(record.points[0] >= (double)number && record.points[0] <= (double)number);
}

static const kind kinds[] = {{store_sample, load_sample}, {store_trail, load_trail}};

/* Stores until a block has left, and loads it at the other side. */
static void pass_block(pier_channel *from, pier_channel *to, const kind *of, uint64_t *number) {
    uint64_t sent = fault_system_calls(FAULT_SENDMSG);
    uint64_t first = *number;
    while (fault_system_calls(FAULT_SENDMSG) == sent) {
        assert_status(of->store(pier_channel_store_archive(from), (*number)++), PIER_OK);
    }
    assert_true(*number - first > 100);
    for (uint64_t i = first; i < *number; i++) {
        of->load(pier_channel_load_archive(to), i);
    }
}

static void check_way(ends *both, int from, const kind *of) {
    uint64_t number = 0;
    for (int i = 0; i < WARM_BLOCKS; i++) {
        pass_block(both->channels[from], both->channels[1 - from], of, &number);
    }
    fault_system_reset();
    uint64_t allocations = both->memory[0].calls + both->memory[1].calls;
    for (int i = 0; i < BLOCKS; i++) {
        pass_block(both->channels[from], both->channels[1 - from], of, &number);
    }
    assert_int_equal(both->memory[0].calls + both->memory[1].calls, allocations);
    assert_int_equal(fault_system_calls(FAULT_SENDMSG), BLOCKS);
    assert_in_range(fault_system_calls(FAULT_RECV), BLOCKS, 2 * BLOCKS);
    assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
}

static void a_stream_allocates_nothing_and_sends_once_a_block(void **state) {
    (void)state;
    for (size_t endpoint = 0; endpoint < TEST_ENDPOINTS; endpoint++) {
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            for (int from = 0; from < 2; from++) {
                ends both;
                open_ends(&both, test_endpoint(endpoint), (pier_channel_options){.checksum_off = from == 1});
                check_way(&both, from, &kinds[i]);
                close_ends(&both);
            }
        }
    }
}

/* Back and forth: a turn is one send, and of the loader one read for what is there. */
static void an_exchange_allocates_nothing_and_sends_once_a_turn(void **state) {
    (void)state;
    for (size_t endpoint = 0; endpoint < TEST_ENDPOINTS; endpoint++) {
        ends both;
        open_ends(&both, test_endpoint(endpoint), (pier_channel_options){.checksum_off = false});
        uint64_t allocations = 0;
        for (uint64_t i = 0; i < 40; i++) {
            if (i == 20) {
                fault_system_reset();
                allocations = both.memory[0].calls + both.memory[1].calls;
            }
            for (int from = 0; from < 2; from++) {
                assert_status(store_sample(pier_channel_store_archive(both.channels[from]), i), PIER_OK);
                assert_status(test_flush(both.channels[from]), PIER_OK);
                load_sample(pier_channel_load_archive(both.channels[1 - from]), i);
            }
        }
        assert_int_equal(both.memory[0].calls + both.memory[1].calls, allocations);
        assert_int_equal(fault_system_calls(FAULT_SENDMSG), 40);
        assert_int_equal(fault_system_calls(FAULT_RECV), 40);
        assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
        close_ends(&both);
    }
}

/* A channel that spins ------------------------------------------------------------------------------------------- */

static void *answer_once(void *argument) {
    pier_channel *channel = (pier_channel *)argument;
    const struct timespec while_it_spins = {0, 3000000};
    (void)nanosleep(&while_it_spins, NULL);
    bool is_sent = store_sample(pier_channel_store_archive(channel), 7) == PIER_OK && test_flush(channel) == PIER_OK;
    return is_sent ? channel : NULL;
}

/* Loads one record that is answered after a while. Returns how often it was asked for, without sleeping. */
static uint64_t spin_once(const ends *both) {
    pthread_t thread;
    void *is_sent = NULL;
    fault_system_reset();
    assert_int_equal(pthread_create(&thread, NULL, answer_once, both->channels[1]), 0);
    load_sample(pier_channel_load_archive(both->channels[0]), 7);
    assert_int_equal(pthread_join(thread, &is_sent), 0);
    assert_non_null(is_sent);
    assert_int_equal(fault_system_calls(FAULT_PPOLL), 0);
    return fault_system_calls(FAULT_RECV);
}

static void a_channel_spins_as_long_as_it_may(void **state) {
    (void)state;
    ends both;
    open_ends(&both, test_endpoint(0), (pier_channel_options){.spin_us = 60000000});
    /* On a busy machine the answer may be there before the other side goes on, but not each time. */
    uint64_t asked = 0;
    for (int rounds = 0; rounds < 100 && asked <= 3; rounds++) {
        asked = spin_once(&both);
    }
    assert_true(asked > 3);
    /* The deadline is nearer than the end of the spin. */
    pier_channel_set_deadline(both.channels[0], pier_deadline_after_ms(20));
    sample none;
    assert_status(sample_next(pier_channel_load_archive(both.channels[0]), &none), PIER_TIMEOUT);
    close_ends(&both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_allocates_nothing_and_sends_once_a_block),
        cmocka_unit_test(an_exchange_allocates_nothing_and_sends_once_a_turn),
        cmocka_unit_test(a_channel_spins_as_long_as_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
