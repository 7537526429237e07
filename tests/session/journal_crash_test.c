/* Journals after a crash: from the trace of all that a program did to its disk, every state that a kill or a power cut
 * may leave. What is there after recovery is always a row of records from the first on, with all in it that was told to
 * be safe.
 *
 * Floor 6 (session). Of the states the share of PIER_TEST_SHARE is looked at (support/share.h). */
#include "session/journal_support.h"

#include <stdlib.h>

#include "support/random.h"
#include "support/share.h"

/* What was promised when so many changes had been made. */
typedef struct promise {
    size_t changes;
    uint64_t records; /* appended: they survive the process */
    uint64_t durable; /* they survive the machine */
    uint64_t notes;   /* the number noted last */
    uint64_t noted;   /* likewise, safe from the machine's end */
} promise;

enum { PROMISES_MAX = 4000 };

typedef struct scene {
    sim_disk disk;
    promise promises[PROMISES_MAX];
    size_t count;
    promise now;
    pier_journal_options options;
} scene;

static void promise_now(scene *of) {
    assert_true(of->count < PROMISES_MAX);
    of->now.changes = of->disk.trace_count;
    of->promises[of->count++] = of->now;
}

static void append(scene *of, test_writer *writer, uint64_t count) {
    assert_status(test_writer_store(writer, count), PIER_OK);
    of->now.records += count;
    promise_now(of);
}

static void note(scene *of, pier_journal *journal) {
    uint64_t value = of->now.notes + 1;
    assert_status(pier_journal_note(journal, 5, (pier_bytes){&value, sizeof value}), PIER_OK);
    of->now.notes = value;
    promise_now(of);
}

static void sync(scene *of, pier_journal *journal) {
    uint64_t durable = 0;
    assert_status(pier_journal_sync(journal, &durable), PIER_OK);
    assert_int_equal(durable, of->now.records);
    of->now.durable = durable;
    of->now.noted = of->now.notes;
    promise_now(of);
}

/* A program that appends, notes and syncs, is killed and goes on, ends well and goes on, over several segments. */
static void play(scene *of, pier_durability durability, uint64_t syncs_every) {
    memset(of, 0, sizeof *of);
    sim_init(&of->disk);
    of->options = (pier_journal_options){
        .segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST, .reserve_bytes = 1024, .durability = durability};
    promise_now(of);
    for (uint64_t life = 0; life < 3; life++) {
        pier_journal *journal = test_journal_open(&of->disk, &of->options);
        test_writer writer;
        test_writer_open(&writer, journal, NULL);
        for (uint64_t i = 1; i <= 14; i++) {
            append(of, &writer, 1 + i % 4);
            if (i % 3 == 0) {
                note(of, journal);
            }
            if (syncs_every != 0 && i % syncs_every == 0) {
                sync(of, journal);
            }
            if (i == 9 && life == 1) {
                assert_status(pier_journal_trim(journal, of->now.records / 2), PIER_OK);
            }
        }
        test_writer_close(&writer);
        if (life == 1) {
            assert_status(pier_journal_close(journal), PIER_OK);
        }
        pier_journal_destroy(journal);
    }
    promise_now(of);
}

/* What holds when the first `changes` changes were made: what was promised last is what may be there already. */
static void find_promise(const scene *of, size_t changes, promise *held, promise *begun) {
    *held = of->promises[0];
    *begun = of->promises[of->count - 1];
    for (size_t i = 0; i < of->count; i++) {
        if (of->promises[i].changes <= changes) {
            *held = of->promises[i];
        } else {
            *begun = of->promises[i];
            break;
        }
    }
}

static uint64_t noted(const pier_journal *journal) {
    uint64_t value = 0;
    pier_bytes bytes = pier_journal_noted(journal, 5);
    if (bytes.size == sizeof value) {
        memcpy(&value, bytes.data, sizeof value);
    }
    return value;
}

static uint64_t states;

/* Opens what is there, and compares. goes_on: a program can go on with it. */
static void examine(const scene *of, sim_disk *disk, size_t changes, bool power_cut, bool goes_on) {
    promise held;
    promise begun;
    find_promise(of, changes, &held, &begun);
    uint64_t records_min = power_cut ? held.durable : held.records;
    uint64_t notes_min = power_cut ? held.noted : held.notes;
    states++;
    pier_journal *journal = test_journal_open(disk, &of->options);
    pier_journal_state info = pier_journal_info(journal);
    uint64_t there = info.next_record - 1;
    if (there < records_min || there > begun.records || noted(journal) < notes_min || noted(journal) > begun.notes) {
        fail_msg("after %zu changes: %llu records of %llu to %llu, note %llu of %llu to %llu", changes,
                 (unsigned long long)there, (unsigned long long)records_min, (unsigned long long)begun.records,
                 (unsigned long long)noted(journal), (unsigned long long)notes_min, (unsigned long long)begun.notes);
    }
    if (of->options.durability == PIER_DURABILITY_DISK) {
        assert_int_equal(info.durable_record, there);
    }
    assert_int_equal(info.missing_segments, 0);
    assert_int_equal(info.damaged_bytes, 0);
    assert_int_equal(test_journal_count(journal, 0), info.next_record - info.first_record);
    if (goes_on) {
        test_writer writer;
        test_writer_open(&writer, journal, NULL);
        assert_status(test_writer_store(&writer, 3), PIER_OK);
        assert_status(pier_journal_sync(journal, NULL), PIER_OK);
        test_writer_close(&writer);
        pier_journal_destroy(journal);
        journal = test_journal_open(disk, &of->options);
        assert_int_equal(pier_journal_info(journal).next_record, there + 4);
        assert_int_equal(test_journal_count(journal, 0), there + 4 - info.first_record);
    }
    pier_journal_destroy(journal);
    assert_int_equal(disk->files_open, 0);
}

/* How the power cut treats what was not synced. */
typedef struct choice {
    size_t tear_at;      /* this change, */
    size_t tear_bytes;   /* of which so much is left */
    size_t others_bytes; /* and so much of all others */
    uint64_t random;     /* not 0: as it likes instead */
} choice;

static size_t choose(void *user, size_t at, const sim_change *change) {
    choice *of = user;
    if (of->random != 0) {
        uint64_t drawn = test_random(&of->random);
        return drawn % 4 == 0   ? 0
               : drawn % 4 == 1 ? SIM_ZEROS
               : drawn % 4 == 2 ? (size_t)(drawn / 4 % (change->size + 1))
                                : SIM_ZEROS - 1;
    }
    return at == of->tear_at ? of->tear_bytes : of->others_bytes;
}

/* Whether the next state is one of the share. */
static bool is_due(void) {
    static unsigned long long met;
    return met++ % test_share() == 0;
}

static void cut_power(const scene *of, size_t changes, choice chosen, bool goes_on) {
    if (!is_due()) {
        return;
    }
    sim_disk disk;
    sim_init(&disk);
    sim_cut_power(&of->disk, changes, &disk, choose, &chosen);
    examine(of, &disk, changes, true, goes_on);
    sim_deinit(&disk);
}

static void kill_process(const scene *of, size_t changes, size_t bytes, bool goes_on) {
    if (!is_due()) {
        return;
    }
    sim_disk disk;
    sim_init(&disk);
    sim_kill(&of->disk, changes, bytes, &disk);
    examine(of, &disk, bytes != SIZE_MAX ? changes - 1 : changes, false, goes_on);
    sim_deinit(&disk);
}

/* All but zeros: every byte. */
enum { WHOLE = 1 << 30 };

/* Each prefix of the trace, with nothing and with all of what was not synced; each tear of its last write; each one of
 * the unsynced changes lost, or zeros, alone; and some at random. */
static void cut_power_everywhere(const scene *of, uint64_t seed) {
    for (size_t n = 0; n <= of->disk.trace_count; n++) {
        cut_power(of, n, (choice){.tear_at = SIZE_MAX}, n % 8 == 0);
        cut_power(of, n, (choice){.tear_at = SIZE_MAX, .others_bytes = WHOLE}, n % 8 == 1);
        const sim_change *last = n > 0 ? &of->disk.trace[n - 1] : NULL;
        for (size_t bytes = 0; last != NULL && last->kind == SIM_WRITE && bytes < last->size; bytes++) {
            cut_power(of, n, (choice){.tear_at = n - 1, .tear_bytes = bytes, .others_bytes = WHOLE}, bytes % 64 == 5);
        }
        for (size_t at = 0; at < n; at++) {
            if (of->disk.trace[at].synced_by == 0 || of->disk.trace[at].synced_by > n) {
                cut_power(of, n, (choice){.tear_at = at, .others_bytes = WHOLE}, false);
                cut_power(of, n, (choice){.tear_at = at, .tear_bytes = SIM_ZEROS, .others_bytes = WHOLE}, false);
            }
        }
        for (int i = 0; i < 12; i++) {
            cut_power(of, n, (choice){.random = test_random(&seed) | 1}, i == 0);
        }
    }
}

static void survives_power_cuts(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    states = 0;
    play(of, PIER_DURABILITY_DISK, 2);
    cut_power_everywhere(of, test_seed());
    sim_deinit(&of->disk);
    print_message("%llu states\n", (unsigned long long)states);
    free(of);
}

/* Without a promise beyond the process, what is there is one row all the same. */
static void survives_power_cuts_without_syncs(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    states = 0;
    play(of, PIER_DURABILITY_PROCESS, 0);
    uint64_t seed = test_seed();
    for (size_t n = 0; n <= of->disk.trace_count; n++) {
        cut_power(of, n, (choice){.tear_at = SIZE_MAX}, n % 8 == 0);
        for (int i = 0; i < 40; i++) {
            cut_power(of, n, (choice){.random = test_random(&seed) | 1}, i == 0);
        }
    }
    sim_deinit(&of->disk);
    play(of, PIER_DURABILITY_PROCESS, 5);
    for (size_t n = 0; n <= of->disk.trace_count; n++) {
        for (int i = 0; i < 40; i++) {
            cut_power(of, n, (choice){.random = test_random(&seed) | 1}, i == 0);
        }
    }
    sim_deinit(&of->disk);
    print_message("%llu states\n", (unsigned long long)states);
    free(of);
}

/* A process that is killed has done what it did, and of the last write a part. */
static void survives_kills(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    states = 0;
    for (pier_durability durability = PIER_DURABILITY_DISK; durability <= PIER_DURABILITY_PROCESS; durability++) {
        play(of, durability, 2);
        for (size_t n = 0; n <= of->disk.trace_count; n++) {
            kill_process(of, n, SIZE_MAX, n % 4 == 0);
            const sim_change *last = n > 0 ? &of->disk.trace[n - 1] : NULL;
            for (size_t bytes = 0; last != NULL && last->kind == SIM_WRITE && bytes < last->size; bytes++) {
                kill_process(of, n, bytes, bytes % 64 == 5);
            }
        }
        sim_deinit(&of->disk);
    }
    print_message("%llu states\n", (unsigned long long)states);
    free(of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_power_cuts),
        cmocka_unit_test(survives_power_cuts_without_syncs),
        cmocka_unit_test(survives_kills),
    };
    return cmocka_run_group_tests_name("journal after crashes", tests, NULL, NULL);
}
