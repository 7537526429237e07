/* Journals with two faults, opened twice: what the first opening has kept, damage that it told as well, the second one
 * keeps, byte for byte.
 *
 * Floor 6 (session). One fault is in what was synced, and stays; the other is wherever a power cut may leave one, also
 * in what tells how far the journal was synced. Of the pairs the share of PIER_TEST_SHARE is tried
 * (support/share.h). */
#include "session/journal_support.h"

#include "base/endian_internal.h"
#include "support/share.h"

enum { STEP_BYTES = 16, BYTES_MAX = 8192 };

/* What a crash has left: a journal of one segment. */
typedef struct scene {
    sim_disk disk;
    pier_journal_options options;
    size_t synced; /* bytes before the last sync that the journal can tell */
} scene;

/* A process that syncs twice is killed; another one goes on, and is killed in its turn, if `goes_on`. */
static void build(scene *of, pier_durability durability, bool goes_on) {
    memset(of, 0, sizeof *of);
    sim_init(&of->disk);
    of->options = (pier_journal_options){.durability = durability};
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    for (int i = 0; i < 2; i++) {
        assert_status(test_writer_store(&writer, 2), PIER_OK);
        assert_status(test_writer_store(&writer, 2), PIER_OK);
        assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    }
    of->synced = (size_t)pier_journal_info(journal).bytes;
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    if (!goes_on) {
        return;
    }
    journal = test_journal_open(&of->disk, &of->options);
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, 2), PIER_OK);
    assert_status(test_writer_store(&writer, 2), PIER_OK);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
}

/* What an opening kept. */
typedef struct kept {
    pier_status status;
    pier_journal_state state;
    size_t size;
    uint8_t bytes[BYTES_MAX];
} kept;

static void open_once(sim_disk *disk, const scene *of, kept *got) {
    pier_journal *journal = NULL;
    got->status = test_journal_try(&journal, disk, &of->options, NULL);
    if (got->status == PIER_OK) {
        got->state = pier_journal_info(journal);
    }
    pier_journal_destroy(journal);
    const char *name = sim_first_name(disk, ".pier");
    got->size = 0;
    if (name != NULL) {
        const sim_inode *inode = sim_find(disk, name);
        assert_true(inode->size <= BYTES_MAX);
        got->size = inode->size;
        memcpy(got->bytes, inode->bytes, inode->size);
    }
}

static void flip(sim_disk *disk, size_t at) {
    sim_find(disk, sim_first_name(disk, ".pier"))->bytes[at] ^= 0x10;
}

static size_t pairs;
static size_t damaged;

/* life: of the machine at the first opening; 1: that of who wrote. */
static void open_twice(const scene *of, size_t first, size_t second, uint8_t life) {
    static kept once;
    static kept again;
    sim_disk disk;
    sim_init(&disk);
    sim_kill(&of->disk, of->disk.trace_count, SIZE_MAX, &disk);
    disk.life = life;
    flip(&disk, first);
    flip(&disk, second);
    open_once(&disk, of, &once);
    disk.life = (uint8_t)(life + 1);
    open_once(&disk, of, &again);
    pairs++;
    damaged += once.status == PIER_OK && once.state.damaged_bytes > 0;
    bool is_kept =
        again.status == once.status && again.size >= once.size && memcmp(again.bytes, once.bytes, once.size) == 0;
    is_kept = is_kept && (once.status != PIER_OK ||
                          (again.state.next_record == once.state.next_record &&
                           again.state.damaged_bytes == once.state.damaged_bytes && again.state.cut_bytes == 0));
    if (!is_kept) {
        fail_msg("damaged at %zu and %zu: %s, next %llu, %llu bytes damaged; opened again: %s, next %llu, %llu bytes "
                 "damaged, %llu cut",
                 first, second, pier_status_name(once.status), (unsigned long long)once.state.next_record,
                 (unsigned long long)once.state.damaged_bytes, pier_status_name(again.status),
                 (unsigned long long)again.state.next_record, (unsigned long long)again.state.damaged_bytes,
                 (unsigned long long)again.state.cut_bytes);
    }
    sim_deinit(&disk);
}

static void open_all_twice(pier_durability durability, bool goes_on, uint8_t life) {
    scene of;
    build(&of, durability, goes_on);
    size_t size = sim_find(&of.disk, sim_first_name(&of.disk, ".pier"))->size;
    size_t step = STEP_BYTES * (size_t)test_share();
    pairs = 0;
    damaged = 0;
    for (size_t first = 0; first < of.synced; first += step) {
        for (size_t second = first + STEP_BYTES; second < size; second += STEP_BYTES) {
            open_twice(&of, first, second, life);
        }
    }
    print_message("%zu pairs, %zu of them left damage\n", pairs, damaged);
    assert_true(damaged > 0);
    sim_deinit(&of.disk);
}

/* The place that is synced is told behind it: with an end mark between that is torn, what tells it is cut off. */
static void after_a_power_cut(void **state) {
    (void)state;
    open_all_twice(PIER_DURABILITY_DISK, false, 2);
    open_all_twice(PIER_DURABILITY_DISK, true, 2);
    open_all_twice(PIER_DURABILITY_PROCESS, true, 2);
}

/* Damage of the same life stays, for all is synced when the journal is open: and in the next life. */
static void after_a_kill(void **state) {
    (void)state;
    open_all_twice(PIER_DURABILITY_DISK, false, 1);
    open_all_twice(PIER_DURABILITY_DISK, true, 1);
}

/* What is told anew needs room. Without any the journal is opened all the same. */
static void on_a_full_disk(void **state) {
    (void)state;
    scene of;
    build(&of, PIER_DURABILITY_DISK, false);
    flip(&of.disk, of.synced - 192);
    of.disk.capacity = 1;
    sim_find(&of.disk, sim_first_name(&of.disk, ".pier"))->reserved = 0;
    pier_journal *journal = test_journal_open(&of.disk, &of.options);
    assert_true(pier_journal_info(journal).damaged_bytes > 0);
    assert_int_equal(pier_journal_info(journal).next_record, 9);
    pier_journal_destroy(journal);
    sim_deinit(&of.disk);
}

/* The end of a segment is damaged that another one follows: what that one has follows all the same. */
static void a_segment_whose_end_is_damaged(void **state) {
    (void)state;
    enum { DAMAGED_BYTES = 200 };
    const pier_journal_options options = {.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST, .reserve_bytes = 1024};
    sim_disk disk;
    sim_init(&disk);
    pier_journal *journal = test_journal_open(&disk, &options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    while (pier_journal_info(journal).segments < 2) {
        assert_status(test_writer_store(&writer, 1), PIER_OK);
    }
    uint64_t next = pier_journal_info(journal).next_record;
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_inode *inode = sim_find(&disk, sim_first_name(&disk, ".pier"));
    memset(inode->bytes + inode->size - DAMAGED_BYTES, 0, DAMAGED_BYTES);
    for (int i = 0; i < 2; i++) {
        journal = test_journal_open(&disk, &options);
        assert_int_equal(pier_journal_info(journal).next_record, next);
        assert_int_equal(pier_journal_info(journal).cut_bytes, 0);
        pier_journal_destroy(journal);
        disk.life++;
    }
    sim_deinit(&disk);
}

/* The offset of the first block of a kind in a segment. */
static size_t first_of_kind(const sim_inode *inode, pier_block_kind kind) {
    size_t at = 0;
    size_t wrong = 0;
    while (!pier__piece_may_begin(inode->bytes + at, PIER__PIECE_BYTES, &wrong) || inode->bytes[at + 3] != kind) {
        at++;
        assert_true(at + PIER__PIECE_BYTES <= inode->size);
    }
    return at;
}

/* Opens the journal in another life of the machine, twice, with the segment as it is then. Returns the first answer. */
static pier_status open_after_power_cut(sim_disk *disk, const pier_journal_options *options, uint64_t next_record) {
    pier_status first = PIER_OK;
    for (int i = 0; i < 2; i++) {
        pier_journal *journal = NULL;
        disk->life++;
        pier_status status = test_journal_try(&journal, disk, options, NULL);
        first = i == 0 ? status : first;
        assert_status(status, first);
        if (status == PIER_OK) {
            assert_int_equal(pier_journal_info(journal).next_record, next_record);
            assert_int_equal(pier_journal_info(journal).cut_bytes, 0);
        }
        pier_journal_destroy(journal);
    }
    return first;
}

/* What a segment begins with is damaged, and nothing but that beginning tells what was synced: it was, before the
 * segment had its name. What goes on from there stays; when nothing does the journal is not opened. In neither case is
 * anything taken away. */
static void a_segment_whose_beginning_is_damaged(void **state) {
    (void)state;
    enum { RECORDS = 6, ROOM = 8192 };
    pier_journal_options options = {.reserve_bytes = 1024};
    sim_disk disk;
    sim_init(&disk);
    pier_journal *journal = test_journal_open(&disk, &options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, RECORDS), PIER_OK);
    assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    assert_int_equal(pier_journal_info(journal).durable_record, RECORDS);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_inode *inode = sim_find(&disk, sim_first_name(&disk, ".pier"));
    static uint8_t whole[ROOM];
    size_t size = inode->size;
    assert_in_range(size, 1, ROOM);
    memcpy(whole, inode->bytes, size);
    size_t beginning = first_of_kind(inode, PIER_BLOCK_RECORDS);
    for (size_t at = 0; at < beginning; at += test_share()) {
        options.must_exist = at % 2 == 0;
        inode->bytes[at] ^= 1;
        assert_status(open_after_power_cut(&disk, &options, RECORDS + 1), PIER_OK);
        inode = sim_find(&disk, sim_first_name(&disk, ".pier"));
        assert_true(inode->size >= size);
        inode->size = size;
        memcpy(inode->bytes, whole, size);
    }
    /* The records, too: nothing is left that could go on. */
    for (int must_exist = 0; must_exist < 2; must_exist++) {
        options.must_exist = must_exist != 0;
        memset(inode->bytes, 1, size);
        assert_status(open_after_power_cut(&disk, &options, 0), PIER_CORRUPT);
        inode = sim_find(&disk, sim_first_name(&disk, ".pier"));
        assert_int_equal(inode->size, size);
        /* All but the first of the records: what is there does not follow. */
        memcpy(inode->bytes, whole, size);
        memset(inode->bytes, 1, beginning + PIER__PIECE_BYTES);
        assert_status(open_after_power_cut(&disk, &options, 0), PIER_CORRUPT);
        assert_int_equal(sim_find(&disk, sim_first_name(&disk, ".pier"))->size, size);
    }
    /* Below the disk's level the beginning may never have been there. Of a journal that must exist it stays. */
    options.durability = PIER_DURABILITY_PROCESS;
    memcpy(inode->bytes, whole, size);
    inode->bytes[70] ^= 1;
    assert_status(open_after_power_cut(&disk, &options, 0), PIER_NOT_FOUND);
    assert_int_equal(sim_find(&disk, sim_first_name(&disk, ".pier"))->size, size);
    sim_deinit(&disk);
}

/* The header of a block is damaged, so that its length leads to the end of the journal: what is between is whole, and
 * what was synced of it stays. */
static void a_length_that_leads_to_the_end(void **state) {
    (void)state;
    enum { STORED_BYTES_AT = 36 };
    for (int kind = PIER_BLOCK_RECORDS; kind <= PIER_BLOCK_DEFINITIONS; kind++) {
        scene of;
        build(&of, PIER_DURABILITY_DISK, false);
        sim_inode *inode = sim_find(&of.disk, sim_first_name(&of.disk, ".pier"));
        size_t at = first_of_kind(inode, (pier_block_kind)kind);
        pier__store_le32(inode->bytes + at + STORED_BYTES_AT, (uint32_t)(inode->size - at - PIER__PIECE_BYTES));
        assert_status(open_after_power_cut(&of.disk, &of.options, 9), PIER_OK);
        pier_journal *journal = test_journal_open(&of.disk, &of.options);
        assert_true(pier_journal_info(journal).damaged_bytes > 0);
        pier_journal_destroy(journal);
        sim_deinit(&of.disk);
    }
}

/* The offset of the last preamble in a segment. */
static size_t last_stint(const sim_inode *inode) {
    size_t found = 0;
    for (size_t at = 0; at + PIER__PIECE_BYTES <= inode->size; at++) {
        const uint8_t *piece = inode->bytes + at;
        size_t wrong = 0;
        found = pier__piece_may_begin(piece, PIER__PIECE_BYTES, &wrong) && piece[3] == PIER_BLOCK_PREAMBLE ? at : found;
    }
    return found;
}

/* A process of another life notes a number, `times` times, in the epoch that the journal is in, and syncs each time. */
static void note(scene *of, uint8_t value, int times) {
    of->disk.life++;
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    assert_int_equal(pier_journal_info(journal).cut_bytes, 0);
    assert_int_equal(pier__definitions_count(&journal->definitions), 2);
    pier_bytes noted = pier_journal_noted(journal, 1);
    assert_true(value == 0 || (noted.size == 1 && *(const uint8_t *)noted.data == value - 1));
    for (int i = 0; i < times; i++) {
        assert_status(pier_journal_note(journal, 1, (pier_bytes){&value, 1}), PIER_OK);
        assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    }
    pier_journal_destroy(journal);
}

/* A stint whose beginning is damaged, but not the definitions behind it, which so come a second time in their epoch. The
 * next checkpoint has them once: a loader refuses those that come twice, and what is behind them would be cut off. */
static void definitions_that_come_twice_are_repeated_once(void **state) {
    (void)state;
    scene of;
    build(&of, PIER_DURABILITY_DISK, false);
    /* The mark before the second one tells that the first was synced: what is before it is damage, and stays. */
    note(&of, 0, 2);
    sim_inode *inode = sim_find(&of.disk, sim_first_name(&of.disk, ".pier"));
    memset(inode->bytes + last_stint(inode), 0, (size_t)2 * PIER__PIECE_BYTES);
    note(&of, 1, 1);
    note(&of, 2, 1);
    sim_deinit(&of.disk);
}

/* Opening that fails at any call of the system costs nothing of what the next one keeps. */
static void whatever_fails(void **state) {
    (void)state;
    scene of;
    build(&of, PIER_DURABILITY_DISK, false);
    pier_status status = PIER_SYSTEM;
    for (uint64_t n = 1; status != PIER_OK; n++) {
        sim_disk disk;
        sim_init(&disk);
        sim_kill(&of.disk, of.disk.trace_count, SIZE_MAX, &disk);
        disk.life = of.disk.life;
        flip(&disk, of.synced - 192);
        disk.fail_any_in = n;
        pier_journal *journal = NULL;
        pier_error error;
        pier_error_clear(&error);
        status = test_journal_try(&journal, &disk, &of.options, &error);
        assert_int_equal(error.status, status);
        pier_journal_destroy(journal);
        assert_int_equal(disk.files_open, 0);
        disk.fail_any_in = 0;
        journal = test_journal_open(&disk, &of.options);
        assert_int_equal(pier_journal_info(journal).next_record, 9);
        assert_true(pier_journal_info(journal).damaged_bytes > 0);
        pier_journal_destroy(journal);
        sim_deinit(&disk);
        assert_true(n < 1000);
    }
    sim_deinit(&of.disk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_power_cut),
        cmocka_unit_test(after_a_kill),
        cmocka_unit_test(on_a_full_disk),
        cmocka_unit_test(a_segment_whose_beginning_is_damaged),
        cmocka_unit_test(a_segment_whose_end_is_damaged),
        cmocka_unit_test(a_length_that_leads_to_the_end),
        cmocka_unit_test(definitions_that_come_twice_are_repeated_once),
        cmocka_unit_test(whatever_fails),
    };
    return cmocka_run_group_tests_name("journals opened twice", tests, NULL, NULL);
}
