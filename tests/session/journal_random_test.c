/* Journals with random faults, opened twice: what the first opening keeps, or refuses, the second one does in the next
 * life of the machine, byte for byte; nothing is read that was not stored; and writing goes on.
 *
 * Floor 6 (session). Up to three processes write a journal, in one life of the machine or in several. Then bits are
 * flipped, bytes turned to zeros and segments cut short. Each round is made of its own seed: a failure tells it, and
 * PIER_TEST_SEED=THAT PIER_TEST_ROUNDS=1 repeats it alone and tells its faults. PIER_TEST_ROUNDS runs more rounds than
 * the share of PIER_TEST_SHARE (support/share.h) of those that are run by default, from PIER_TEST_SEED on or from 1. */
#include "session/journal_support.h"

#include <stdlib.h>

#include "support/random.h"
#include "support/share.h"

/* The rounds take about four seconds. */
enum { ROUNDS = 20000, PROCESSES_MAX = 3, PORTIONS_MAX = 20, FAULTS_MAX = 4, FAULT_BYTES_MAX = 200, FILES_MAX = 64 };

/* A journal and the machine that it is on. */
typedef struct scene {
    uint64_t random; /* what is left of the round's seed */
    bool is_told;    /* the round is run alone */
    sim_disk disk;
    pier_journal_options options;
} scene;

/* What came of all rounds. */
typedef struct tally {
    uint64_t rounds;
    uint64_t refused; /* the journal was not opened */
    uint64_t cut;     /* opening took something away */
    uint64_t damaged; /* it told damage that stays */
    uint64_t segments;
    uint64_t passed_over; /* damage that readers met */
    uint64_t salvaged;    /* records that were read where the journal was refused */
} tally;

static uint64_t seed_at_work;

/* Tells where it stopped. */
static int tell_seed(void **state) {
    (void)state;
    print_message("the last round was PIER_TEST_SEED=%llu PIER_TEST_ROUNDS=1\n", (unsigned long long)seed_at_work);
    return 0;
}

static uint64_t pick(scene *of, uint64_t count) {
    return test_random(&of->random) % count;
}

static bool is_segment(const char *name) {
    static const char suffix[] = ".pier";
    size_t length = strlen(name);
    return length >= sizeof suffix && strcmp(name + length - (sizeof suffix - 1), suffix) == 0;
}

/* Writing ---------------------------------------------------------------------------------------------------------- */

/* Notes something: before a process has stored anything that begins a stint in the epoch of the process before it. */
static void note(scene *of, pier_journal *journal) {
    uint64_t value = pick(of, 1000);
    assert_status(pier_journal_note(journal, (uint32_t)pick(of, 2), (pier_bytes){&value, sizeof value}), PIER_OK);
}

/* One process: it is killed, or closes the journal. */
static void run_process(scene *of) {
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    test_writer writer;
    if (pick(of, 3) == 0) {
        note(of, journal);
    }
    test_writer_open(&writer, journal, NULL);
    for (uint64_t left = pick(of, PORTIONS_MAX); left > 0; left--) {
        assert_status(test_writer_store(&writer, 1 + pick(of, 5)), PIER_OK);
        if (pick(of, 3) == 0) {
            assert_status(pier_journal_sync(journal, NULL), PIER_OK);
        }
    }
    if (pick(of, 2) == 0) {
        assert_status(pier_journal_close(journal), PIER_OK);
    }
    test_writer_close(&writer);
    pier_journal_destroy(journal);
}

static void build(scene *of) {
    static const pier_durability durabilities[] = {PIER_DURABILITY_DISK, PIER_DURABILITY_PROCESS,
                                                   PIER_DURABILITY_MEMORY};
    sim_init(&of->disk);
    of->options = (pier_journal_options){
        .durability = durabilities[pick(of, 3)],
        .segment_bytes = pick(of, 2) == 0 ? 0 : PIER_JOURNAL_SEGMENT_BYTES_LOWEST,
        .reserve_bytes = 1024,
    };
    for (uint64_t left = 1 + pick(of, PROCESSES_MAX); left > 0; left--) {
        run_process(of);
        of->disk.life = (uint8_t)(of->disk.life + (pick(of, 3) == 0 ? 1 : 0));
    }
}

/* Faults ----------------------------------------------------------------------------------------------------------- */

/* Picks a segment, the last one twice as often as another. NULL: there is none. */
static sim_name *pick_segment(scene *of) {
    sim_name *segments[FILES_MAX];
    sim_name *last = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < of->disk.name_count; i++) {
        sim_name *name = &of->disk.names[i];
        if (is_segment(name->name)) {
            assert_true(count < FILES_MAX);
            segments[count++] = name;
            last = last == NULL || strcmp(name->name, last->name) > 0 ? name : last;
        }
    }
    uint64_t picked = count > 0 ? pick(of, count + 1) : 0;
    return picked < count ? segments[picked] : last;
}

/* Where the first stint begins at or behind `at`; `at` when there is none. */
static size_t stint_behind(const sim_inode *inode, size_t at) {
    for (size_t i = at; i + PIER__PIECE_BYTES <= inode->size; i++) {
        size_t wrong = 0;
        if (inode->bytes[i + 3] == PIER_BLOCK_PREAMBLE &&
            pier__piece_may_begin(inode->bytes + i, PIER__PIECE_BYTES, &wrong)) {
            return i;
        }
    }
    return at;
}

/* Does something to a byte or more of a segment. */
static void damage(scene *of) {
    sim_name *segment = pick_segment(of);
    sim_inode *inode = segment != NULL ? &of->disk.inodes[segment->inode] : NULL;
    if (inode == NULL || inode->size == 0) {
        return;
    }
    size_t at = (size_t)pick(of, inode->size);
    at = pick(of, 3) == 0 ? stint_behind(inode, at) : at;
    size_t behind = inode->size - at;
    size_t bytes = 1 + (size_t)pick(of, FAULT_BYTES_MAX);
    const char *done = "flipped";
    switch (pick(of, 4)) {
    case 0:
        done = "zeros";
        bytes = bytes < behind ? bytes : behind;
        memset(inode->bytes + at, 0, bytes);
        break;
    case 1:
        done = "cut";
        at = pick(of, 3) == 0 || bytes > inode->size ? at : inode->size - bytes;
        inode->size = at;
        bytes = 0;
        break;
    default:
        bytes = 1;
        inode->bytes[at] ^= (uint8_t)(1u << pick(of, 8));
        break;
    }
    if (of->is_told) {
        print_message("%s at %zu: %s, %zu bytes\n", segment->name, at, done, bytes);
    }
}

/* Opening ---------------------------------------------------------------------------------------------------------- */

typedef struct kept_file {
    char name[64];
    uint8_t *bytes;
    size_t size;
} kept_file;

/* What an opening kept. */
typedef struct kept {
    pier_status status;
    pier_journal_state state;
    pier_error error;
    kept_file files[FILES_MAX];
    size_t count;
} kept;

static void open_once(scene *of, kept *got) {
    pier_journal *journal = NULL;
    got->state = (pier_journal_state){.next_record = 0};
    pier_error_clear(&got->error);
    got->status = test_journal_try(&journal, &of->disk, &of->options, &got->error);
    if (got->status == PIER_OK) {
        got->state = pier_journal_info(journal);
    }
    pier_journal_destroy(journal);
    got->count = 0;
    for (size_t i = 0; i < of->disk.name_count; i++) {
        const sim_name *name = &of->disk.names[i];
        if (!is_segment(name->name)) {
            continue;
        }
        const sim_inode *inode = &of->disk.inodes[name->inode];
        assert_true(got->count < FILES_MAX);
        kept_file *file = &got->files[got->count++];
        memcpy(file->name, name->name, sizeof file->name);
        file->size = inode->size;
        file->bytes = malloc(inode->size + 1);
        assert_non_null(file->bytes);
        if (inode->size > 0) {
            memcpy(file->bytes, inode->bytes, inode->size);
        }
    }
    if (of->is_told) {
        print_message("opened: %s %s\n  next %llu, %llu bytes cut, %llu damaged, %zu segments\n",
                      pier_status_name(got->status), got->error.text, (unsigned long long)got->state.next_record,
                      (unsigned long long)got->state.cut_bytes, (unsigned long long)got->state.damaged_bytes,
                      got->count);
    }
}

static void forget(kept *got) {
    for (size_t i = 0; i < got->count; i++) {
        free(got->files[i].bytes);
    }
}

/* Whether an opening left all files there that the one before it had left, with all of their bytes. */
static bool has_all_files(const kept *once, const kept *again) {
    bool has_all = true;
    for (size_t i = 0; i < once->count && has_all; i++) {
        const kept_file *file = &once->files[i];
        size_t at = 0;
        while (at < again->count && strcmp(again->files[at].name, file->name) != 0) {
            at++;
        }
        has_all = at < again->count && again->files[at].size >= file->size &&
                  memcmp(again->files[at].bytes, file->bytes, file->size) == 0;
    }
    return has_all;
}

static void open_twice(scene *of, tally *so_far) {
    static kept once;
    static kept again;
    open_once(of, &once);
    of->disk.life++;
    open_once(of, &again);
    bool is_kept = again.status == once.status && has_all_files(&once, &again) &&
                   again.state.next_record == once.state.next_record && again.state.cut_bytes == 0;
    if (!is_kept) {
        fail_msg("%s, next %llu; opened again: %s, next %llu, %llu bytes cut", pier_status_name(once.status),
                 (unsigned long long)once.state.next_record, pier_status_name(again.status),
                 (unsigned long long)again.state.next_record, (unsigned long long)again.state.cut_bytes);
    }
    so_far->refused += once.status != PIER_OK ? 1 : 0;
    so_far->cut += once.state.cut_bytes > 0 ? 1 : 0;
    so_far->damaged += once.state.damaged_bytes > 0 ? 1 : 0;
    so_far->segments += once.count;
    forget(&once);
    forget(&again);
}

/* Going on --------------------------------------------------------------------------------------------------------- */

/* Reads from a record on, over all damage. Returns how many records came. is_told: gets whether anything was wrong. */
static uint64_t read_from(pier_journal *journal, uint64_t from, bool *is_told, tally *so_far) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from where = {.size = sizeof where, .record = from};
    pier_status status = pier_journal_reader_open(&reader, journal, &where, NULL);
    uint64_t next = pier_journal_info(journal).next_record;
    if (status == PIER_NOT_FOUND) {
        assert_true(from > next);
        return 0;
    }
    assert_status(status, PIER_OK);
    pier_archive *load = pier_journal_reader_archive(reader);
    uint64_t count = 0;
    uint64_t last = 0;
    while (status != PIER_END) {
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            uint64_t number = pier_archive_record_number(load);
            assert_in_range(number, last + 1, next - 1);
            assert_true(number >= from);
            last = number;
            test_check_record(load);
            count++;
        } else if (status != PIER_END) {
            *is_told = true;
            so_far->passed_over++;
            status = pier_archive_recover(load, NULL);
            assert_true(status == PIER_OK || status == PIER_END);
            load = pier_journal_reader_archive(reader);
        }
    }
    pier_journal_reader_destroy(reader);
    return count;
}

/* Another process opens the journal, to write or to read, and reads all of it and from anywhere. */
static void read_all(scene *of, tally *so_far) {
    pier_journal_options options = of->options;
    options.read_only = pick(of, 2) == 0;
    pier_journal *journal = NULL;
    assert_status(test_journal_try(&journal, &of->disk, &options, NULL), PIER_OK);
    const pier_journal_state state = pier_journal_info(journal);
    bool is_told = state.missing_segments > 0;
    uint64_t count = read_from(journal, 0, &is_told, so_far);
    assert_true(is_told || count == state.next_record - state.first_record);
    for (int i = 0; i < 2; i++) {
        (void)read_from(journal, 1 + pick(of, state.next_record + 3), &is_told, so_far);
    }
    pier_journal_destroy(journal);
}

/* What nobody can go on with is read all the same, and nothing is changed by that. */
static void salvage(scene *of, tally *so_far) {
    pier_journal_options options = of->options;
    options.read_only = true;
    options.salvages = true;
    pier_journal *journal = NULL;
    size_t changes = of->disk.trace_count;
    pier_status status = test_journal_try(&journal, &of->disk, &options, NULL);
    if (status == PIER_OK) {
        bool is_told = false;
        so_far->salvaged += read_from(journal, 0, &is_told, so_far);
        assert_true(is_told || pier_journal_info(journal).damaged_bytes + pier_journal_info(journal).cut_bytes > 0);
    } else {
        assert_status(status, PIER_CORRUPT);
    }
    pier_journal_destroy(journal);
    assert_int_equal(of->disk.trace_count, changes);
}

static void go_on(scene *of, tally *so_far) {
    enum { MORE = 2 };
    pier_journal *journal = NULL;
    pier_status status = test_journal_try(&journal, &of->disk, &of->options, NULL);
    if (status == PIER_CORRUPT) {
        salvage(of, so_far);
        return;
    }
    assert_status(status, PIER_OK);
    uint64_t next = pier_journal_info(journal).next_record;
    note(of, journal);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, MORE), PIER_OK);
    assert_status(pier_journal_flush(journal), PIER_OK);
    assert_int_equal(pier_journal_info(journal).next_record, next + MORE);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    read_all(of, so_far);
}

static void run_round(uint64_t seed, bool is_told, tally *so_far) {
    seed_at_work = seed;
    scene of = {.random = seed, .is_told = is_told};
    build(&of);
    /* Below the disk's level nothing promises that what is damaged in the same life stays in the next one. */
    bool is_same_life = of.options.durability == PIER_DURABILITY_DISK && pick(&of, 2) == 0;
    of.disk.life = (uint8_t)(of.disk.life + (is_same_life ? 0 : 1));
    for (uint64_t left = 1 + pick(&of, FAULTS_MAX); left > 0; left--) {
        damage(&of);
    }
    so_far->rounds++;
    open_twice(&of, so_far);
    go_on(&of, so_far);
    assert_int_equal(of.disk.files_open, 0);
    sim_deinit(&of.disk);
}

static uint64_t number_of(const char *name, uint64_t otherwise) {
    const char *given = getenv(name);
    return given != NULL ? strtoull(given, NULL, 0) : otherwise;
}

static void what_is_kept_once_is_kept(void **state) {
    (void)state;
    uint64_t seed = number_of("PIER_TEST_SEED", 1);
    uint64_t rounds = number_of("PIER_TEST_ROUNDS", ROUNDS / test_share());
    tally counted = {.rounds = 0};
    print_message("PIER_TEST_SEED=%llu, %llu rounds\n", (unsigned long long)seed, (unsigned long long)rounds);
    for (uint64_t i = 0; i < rounds; i++) {
        run_round(seed + i, rounds == 1, &counted);
    }
    print_message(
        "%llu refused, %llu records salvaged of them, %llu cut, %llu damaged, %llu segments, damage passed over %llu times\n",
        (unsigned long long)counted.refused, (unsigned long long)counted.salvaged, (unsigned long long)counted.cut,
        (unsigned long long)counted.damaged, (unsigned long long)counted.segments,
        (unsigned long long)counted.passed_over);
    /* The test is worth something only while all of that happens. */
    uint64_t some = rounds / 500;
    assert_true(rounds < 500 ||
                (counted.refused >= some && counted.cut >= some && counted.damaged >= some &&
                 counted.salvaged >= some && counted.passed_over >= some && counted.segments >= rounds + some));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_kept_once_is_kept, tell_seed),
    };
    return cmocka_run_group_tests_name("journals with random faults", tests, NULL, NULL);
}
