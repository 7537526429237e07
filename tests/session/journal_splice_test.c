/* Journals into which whole blocks, stints and segments of elsewhere were copied: each one proves itself, and none is
 * taken for the journal's own.
 *
 * Floor 6 (session). Each block has one record, which says whose it is and which number it had: a journal may give none
 * but its own, each one once and under its number, tells what was in the way, and gives all that lies behind it. */
#include "session/journal_support.h"

#include <stdlib.h>

enum { RECORDS = 100, FIRST_LIFE = 30, SECOND_LIFE = 35, PADDING_BYTES = 60, SEGMENTS_MAX = 8 };

/* Who wrote a record. */
enum { OWN = 1, OTHER = 2, OLDER = 3 };

static const pier_journal_options small = {.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST, .reserve_bytes = 1024};

/* A journal on a disk of its own. */
typedef struct shelf {
    sim_disk disk;
    uint64_t records;
} shelf;

static void store(shelf *of, uint64_t stream_id, unsigned writer, uint64_t last) {
    static const char padding[PADDING_BYTES];
    pier_journal_options options = small;
    options.stream_id = stream_id;
    pier_journal *journal = test_journal_open(&of->disk, &options);
    test_writer to;
    test_writer_open(&to, journal, NULL);
    while (of->records < last) {
        assert_status(pier_archive_begin(to.archive), PIER_OK);
        pier_store_array(to.archive, 3);
        pier_store_u64(to.archive, ++of->records);
        pier_store_u64(to.archive, writer);
        pier_store(to.archive, ((pier_bytes){padding, sizeof padding}));
        assert_status(pier_archive_end(to.archive), PIER_OK);
        assert_status(pier_archive_flush(to.archive), PIER_OK);
    }
    test_writer_close(&to);
    assert_status(pier_journal_close(journal), PIER_OK);
    pier_journal_destroy(journal);
}

/* Where a block is, or a whole segment. */
typedef struct place {
    char name[64];
    size_t segment;
    size_t offset;
    size_t size;
} place;

static int by_name(const void *left, const void *right) {
    return strcmp(left, right);
}

/* The names of the segments, in order. Returns how many there are. */
static size_t list(const shelf *of, char names[SEGMENTS_MAX][64]) {
    size_t count = 0;
    for (size_t i = 0; i < of->disk.name_count; i++) {
        if (strstr(of->disk.names[i].name, ".pier") != NULL) {
            assert_true(count < SEGMENTS_MAX);
            (void)strcpy(names[count++], of->disk.names[i].name);
        }
    }
    qsort(names, count, sizeof names[0], by_name);
    return count;
}

/* Finds the block of a record. */
static place find(shelf *of, uint64_t record) {
    char names[SEGMENTS_MAX][64];
    place found = {.size = 0};
    size_t count = list(of, names);
    for (size_t i = 0; i < count; i++) {
        const sim_inode *inode = sim_find(&of->disk, names[i]);
        for (size_t at = 0; at < inode->size;) {
            pier__header header = {.stored_bytes = 0};
            if (inode->bytes[at + 3] != PIER_BLOCK_PREAMBLE) {
                pier__header_decode(inode->bytes + at, &header);
            }
            size_t size = PIER__PIECE_BYTES + header.stored_bytes;
            if (inode->bytes[at + 3] == PIER_BLOCK_RECORDS && header.first_record == record) {
                found = (place){.segment = i, .offset = at, .size = size};
                (void)strcpy(found.name, names[i]);
                return found;
            }
            at += size;
        }
    }
    fail_msg("record %llu has no block", (unsigned long long)record);
    return found;
}

/* Puts bytes into a file in the place of `gone` of its own. */
static void splice(shelf *of, const char *name, size_t at, size_t gone, pier_bytes bytes) {
    sim_inode *inode = sim_find(&of->disk, name);
    size_t size = inode->size - gone + bytes.size;
    uint8_t *made = malloc(size);
    assert_non_null(made);
    memcpy(made, inode->bytes, at);
    memcpy(made + at, bytes.data, bytes.size);
    memcpy(made + at + bytes.size, inode->bytes + at + gone, inode->size - at - gone);
    free(inode->bytes);
    inode->bytes = made;
    inode->size = size;
    inode->capacity = size;
}

static pier_bytes bytes_at(shelf *of, place at) {
    return (pier_bytes){sim_find(&of->disk, at.name)->bytes + at.offset, at.size};
}

/* What was read of a journal. */
typedef struct reading {
    bool has[RECORDS + 1];
    unsigned faults;
    uint64_t skipped;
} reading;

/* Reads all records from `from` on, over all faults: each one is the journal's own, none comes twice, and none is left
 * out before a fault was told. */
static void read_all(pier_journal *journal, uint64_t from, reading *got) {
    memset(got, 0, sizeof *got);
    pier_journal_reader *reader = NULL;
    const pier_journal_from where = {.size = sizeof where, .record = from};
    assert_status(pier_journal_reader_open(&reader, journal, &where, NULL), PIER_OK);
    pier_archive *load = pier_journal_reader_archive(reader);
    uint64_t last = from > 0 ? from - 1 : 0;
    bool is_told = false;
    pier_status status = PIER_OK;
    while (status != PIER_END) {
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            uint64_t number = pier_archive_record_number(load);
            assert_int_equal(pier_load_array(load), 3);
            assert_int_equal(pier_load_u64(load), number);
            assert_int_equal(pier_load_u64(load), OWN);
            assert_true(number > last && number <= RECORDS);
            assert_true(number == last + 1 || is_told);
            is_told = false;
            last = number;
            got->has[number] = true;
        } else if (status != PIER_END) {
            uint64_t skipped = 0;
            assert_status(status, PIER_CORRUPT);
            status = pier_archive_recover(load, &skipped);
            assert_true(status == PIER_OK || status == PIER_END);
            is_told = true;
            got->faults++;
            got->skipped += skipped;
            /* What lies before the first one that was asked for is passed over. */
            load = pier_journal_reader_archive(reader);
        }
    }
    pier_journal_reader_destroy(reader);
}

/* Reads the blocks of a journal, as a session does to send them again. Returns whether a fault was told. */
static bool blocks_are_told(pier_journal *journal) {
    pier_journal_reader *reader = NULL;
    pier_bytes bytes;
    pier_status status = PIER_OK;
    assert_status(pier_journal_reader_open(&reader, journal, NULL, NULL), PIER_OK);
    while (status == PIER_OK) {
        status = pier_journal_reader_next(reader, &bytes, NULL);
    }
    pier_journal_reader_destroy(reader);
    return status == PIER_CORRUPT;
}

/* What a journal is to give. */
typedef struct expected {
    uint64_t missing_from; /* 0: none is missing */
    uint64_t missing_to;
    unsigned faults;  /* that are told while it is read; 0: one at least, and any number of bytes */
    uint64_t skipped; /* bytes over all */
    uint64_t cut;     /* or so many are torn, and nothing is told while it is read */
} expected;

static void check_reading(pier_journal *journal, uint64_t from, const expected *wanted) {
    reading got;
    bool is_whole = true;
    read_all(journal, from, &got);
    for (uint64_t number = from > 0 ? from : 1; number <= RECORDS; number++) {
        bool may_miss = number >= wanted->missing_from && number <= wanted->missing_to;
        if (got.has[number] ? may_miss && from == 0 : !may_miss) {
            fail_msg("record %llu %s, read from %llu", (unsigned long long)number,
                     got.has[number] ? "is there" : "is missing", (unsigned long long)from);
        }
        is_whole = is_whole && got.has[number];
    }
    if (from > 0) {
        /* Who begins behind the fault does not meet it. */
        assert_true(is_whole || got.faults > 0);
        return;
    }
    if (wanted->cut > 0) {
        assert_int_equal(got.faults, 0);
    } else if (wanted->faults > 0) {
        assert_int_equal(got.faults, wanted->faults);
        assert_int_equal(got.skipped, wanted->skipped);
    } else {
        assert_true(got.faults > 0);
    }
}

/* Opens a journal to read it, in the same life of the machine and in another one, and then to go on with it. */
static void check(shelf *of, const expected *wanted) {
    pier_journal_options options = small;
    for (int turn = 0; turn < 3; turn++) {
        options.read_only = turn < 2;
        of->disk.life = (uint8_t)(turn == 0 ? 1 : 2);
        pier_journal *journal = test_journal_open(&of->disk, &options);
        pier_journal_state info = pier_journal_info(journal);
        assert_int_equal(info.next_record, RECORDS + 1);
        assert_int_equal(info.cut_bytes, wanted->cut);
        check_reading(journal, 0, wanted);
        assert_true(blocks_are_told(journal) == (wanted->cut == 0));
        for (uint64_t from = 1; from <= RECORDS; from += 13) {
            check_reading(journal, from, wanted);
        }
        if (wanted->missing_from != 0) {
            check_reading(journal, wanted->missing_from, wanted);
        }
        pier_journal_destroy(journal);
    }
    store(of, STREAM_ID, OWN, RECORDS + 3);
    pier_journal *journal = test_journal_open(&of->disk, &options);
    assert_int_equal(pier_journal_info(journal).next_record, RECORDS + 4);
    pier_journal_destroy(journal);
    sim_deinit(&of->disk);
}

/* The journal, one of another session with the same numbers, and the same journal as another life of it went on. */
typedef struct scene {
    shelf own;
    shelf other;
    shelf older;
    char names[SEGMENTS_MAX][64];
    size_t segments;
} scene;

static void copy(const shelf *from, shelf *to) {
    sim_init(&to->disk);
    sim_kill(&from->disk, from->disk.trace_count, SIZE_MAX, &to->disk);
    to->records = from->records;
}

static int build(void **state) {
    static scene of;
    sim_init(&of.own.disk);
    sim_init(&of.other.disk);
    store(&of.own, STREAM_ID, OWN, FIRST_LIFE);
    copy(&of.own, &of.older);
    store(&of.older, STREAM_ID, OLDER, RECORDS);
    store(&of.own, STREAM_ID, OWN, SECOND_LIFE);
    store(&of.own, STREAM_ID, OWN, RECORDS);
    store(&of.other, STREAM_ID + 1, OTHER, FIRST_LIFE);
    store(&of.other, STREAM_ID + 1, OTHER, SECOND_LIFE);
    store(&of.other, STREAM_ID + 1, OTHER, RECORDS);
    of.segments = list(&of.own, of.names);
    *state = &of;
    return of.segments == 4 ? 0 : -1;
}

static int forget(void **state) {
    scene *of = *state;
    sim_deinit(&of->own.disk);
    sim_deinit(&of->other.disk);
    sim_deinit(&of->older.disk);
    return 0;
}

/* Puts a block before the one of a record of the journal, or into its place, and checks what it gives then. */
static void put(scene *of, uint64_t record, bool replaces, pier_bytes block, unsigned faults) {
    shelf spliced;
    place at = find(&of->own, record);
    const expected wanted = {.missing_from = replaces ? record : 0,
                             .missing_to = replaces ? record : 0,
                             .faults = faults,
                             .skipped = block.size};
    copy(&of->own, &spliced);
    splice(&spliced, at.name, at.offset, replaces ? at.size : 0, block);
    check(&spliced, &wanted);
}

/* One in each segment. */
static const uint64_t records[] = {10, 45, 80, 95};
enum { RECORDS_TRIED = sizeof records / sizeof records[0] };

static void blocks_of_another_session_are_passed_over(void **state) {
    scene *of = *state;
    for (size_t i = 0; i < RECORDS_TRIED; i++) {
        pier_bytes block = bytes_at(&of->other, find(&of->other, records[i]));
        put(of, records[i], false, block, 1);
        put(of, records[i], true, block, 1);
    }
}

/* The same stream and the same numbers: its epoch alone tells. */
static void blocks_of_an_older_life_are_passed_over(void **state) {
    scene *of = *state;
    for (uint64_t record = SECOND_LIFE + 2; record < RECORDS; record++) {
        pier_bytes block = bytes_at(&of->older, find(&of->older, record));
        assert_int_equal(block.size, find(&of->own, record).size);
        put(of, record, false, block, 1);
        put(of, record, true, block, 1);
    }
}

/* Those before and behind, of this segment and of others; what lies behind the place is not lost with them. */
static void blocks_from_elsewhere_are_passed_over(void **state) {
    scene *of = *state;
    for (size_t i = 0; i < RECORDS_TRIED; i++) {
        for (uint64_t from = 1; from <= RECORDS; from += 7) {
            pier_bytes block = bytes_at(&of->own, find(&of->own, from));
            put(of, records[i], false, block, 1);
            if (from != records[i]) {
                put(of, records[i], true, block, 1);
            }
        }
        /* Instead of the one before it a block is taken, and comes again. */
        put(of, records[i], true, bytes_at(&of->own, find(&of->own, records[i] + 1)), 2);
    }
}

static void doubled_blocks_are_passed_over(void **state) {
    scene *of = *state;
    for (uint64_t record = 1; record < RECORDS; record += 3) {
        put(of, record, false, bytes_at(&of->own, find(&of->own, record)), 1);
    }
}

/* Behind the end of a segment, where a preamble has to come. Behind the last one it is a torn tail. */
static void append(scene *of, size_t segment, pier_bytes bytes, unsigned faults) {
    shelf spliced;
    bool is_last = segment + 1 == of->segments;
    const expected wanted = {.faults = is_last ? 0 : faults, .skipped = bytes.size, .cut = is_last ? bytes.size : 0};
    copy(&of->own, &spliced);
    splice(&spliced, of->names[segment], sim_find(&spliced.disk, of->names[segment])->size, 0, bytes);
    check(&spliced, &wanted);
}

static void blocks_behind_an_end_are_passed_over(void **state) {
    scene *of = *state;
    for (size_t i = 0; i < of->segments; i++) {
        for (uint64_t record = 2; record <= RECORDS; record += 14) {
            append(of, i, bytes_at(&of->own, find(&of->own, record)), 1);
            append(of, i, bytes_at(&of->other, find(&of->other, record)), 1);
        }
    }
}

/* The whole file of a segment. */
static pier_bytes segment_of(shelf *of, size_t segment) {
    char names[SEGMENTS_MAX][64];
    assert_true(segment < list(of, names));
    const sim_inode *inode = sim_find(&of->disk, names[segment]);
    return (pier_bytes){inode->bytes, inode->size};
}

/* The first record of a segment, as its name says. */
static uint64_t first_of(const scene *of, size_t segment) {
    return segment < of->segments ? strtoull(strchr(of->names[segment], '-') + 1, NULL, 10) : RECORDS + 1;
}

/* Gives a segment's name to other bytes. */
static void rename_in(scene *of, size_t segment, pier_bytes bytes, shelf *spliced) {
    copy(&of->own, spliced);
    splice(spliced, of->names[segment], 0, sim_find(&spliced->disk, of->names[segment])->size, bytes);
}

static void segments_of_another_session_are_passed_over(void **state) {
    scene *of = *state;
    for (size_t i = 0; i < of->segments; i++) {
        shelf spliced;
        pier_bytes theirs = segment_of(&of->other, i);
        append(of, i, theirs, 1);
        rename_in(of, i, theirs, &spliced);
        if (i + 1 < of->segments) {
            const expected wanted = {first_of(of, i), first_of(of, i + 1) - 1, .faults = 1, .skipped = theirs.size};
            check(&spliced, &wanted);
            continue;
        }
        pier_journal *journal = NULL;
        assert_status(test_journal_try(&journal, &spliced.disk, &small, NULL), PIER_MISMATCH);
        sim_deinit(&spliced.disk);
    }
}

/* Behind damage a part may go on anywhere further on, but not with an older epoch. Who begins to read in it knows of no
 * other one. */
static void segments_of_an_older_life_are_passed_over(void **state) {
    scene *of = *state;
    const size_t segment = 2;
    shelf spliced;
    const expected wanted = {first_of(of, segment), first_of(of, segment + 1) - 1, .faults = 0};
    rename_in(of, segment, segment_of(&of->older, segment), &spliced);
    splice(&spliced, of->names[segment], 0, 0, bytes_at(&of->other, find(&of->other, 1)));
    pier_journal *journal = test_journal_open(&spliced.disk, &small);
    check_reading(journal, 0, &wanted);
    pier_journal_destroy(journal);
    sim_deinit(&spliced.disk);
}

/* Another segment under a segment's name, or behind it: what is missing is told, and nothing comes twice. Where the
 * journal stands its last segment says, which must be that. */
static void segments_from_elsewhere_are_passed_over(void **state) {
    scene *of = *state;
    for (size_t i = 0; i < of->segments; i++) {
        if (i + 1 < of->segments) {
            append(of, i, segment_of(&of->own, i), 0);
        }
        for (size_t from = 0; from < of->segments; from++) {
            shelf spliced;
            if (from == i) {
                continue;
            }
            rename_in(of, i, segment_of(&of->own, from), &spliced);
            if (i + 1 < of->segments) {
                /* Records go forward: those of a later segment cost those of the segments between, for who reads all. */
                const expected wanted = {first_of(of, i), first_of(of, from > i ? from : i + 1) - 1, .faults = 0};
                check(&spliced, &wanted);
                continue;
            }
            pier_journal *journal = NULL;
            pier_error error;
            assert_status(test_journal_try(&journal, &spliced.disk, &small, &error), PIER_CORRUPT);
            assert_non_null(strstr(error.text, "the last segment, number 4, holds what belongs to number"));
            sim_deinit(&spliced.disk);
        }
    }
}

/* The same stream, but whole and no part: its numbers would begin anew, and the records come twice. */
static void whole_streams_are_passed_over(void **state) {
    scene *of = *state;
    pier_bytes first = segment_of(&of->own, 0);
    uint8_t *whole = malloc(first.size);
    pier__preamble preamble;
    assert_non_null(whole);
    memcpy(whole, first.data, first.size);
    pier__preamble_decode(whole, &preamble);
    preamble.features_required &= ~PIER__REQUIRES_PART;
    pier__preamble_encode(&preamble, whole);
    for (size_t i = 0; i + 1 < of->segments; i++) {
        append(of, i, (pier_bytes){whole, first.size}, 0);
    }
    free(whole);
}

/* What another segment holds, before what is the last one's own: also in another life of the machine, when what is not
 * known to be synced is cut, nothing is cut by what it tells. */
static void what_belongs_elsewhere_cuts_nothing(void **state) {
    scene *of = *state;
    const char *last = of->names[of->segments - 1];
    for (size_t from = 0; from + 1 < of->segments; from++) {
        for (uint8_t life = 1; life <= 2; life++) {
            shelf spliced;
            pier_journal *journal = NULL;
            copy(&of->own, &spliced);
            splice(&spliced, last, 0, 0, segment_of(&of->own, from));
            size_t size = sim_find(&spliced.disk, last)->size;
            spliced.disk.life = life;
            assert_status(test_journal_try(&journal, &spliced.disk, &small, NULL), PIER_CORRUPT);
            assert_int_equal(sim_find(&spliced.disk, last)->size, size);
            sim_deinit(&spliced.disk);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_another_session_are_passed_over),
        cmocka_unit_test(blocks_of_an_older_life_are_passed_over),
        cmocka_unit_test(blocks_from_elsewhere_are_passed_over),
        cmocka_unit_test(doubled_blocks_are_passed_over),
        cmocka_unit_test(blocks_behind_an_end_are_passed_over),
        cmocka_unit_test(segments_of_another_session_are_passed_over),
        cmocka_unit_test(segments_of_an_older_life_are_passed_over),
        cmocka_unit_test(segments_from_elsewhere_are_passed_over),
        cmocka_unit_test(whole_streams_are_passed_over),
        cmocka_unit_test(what_belongs_elsewhere_cuts_nothing),
    };
    return cmocka_run_group_tests_name("journals with pieces of others", tests, build, forget);
}
