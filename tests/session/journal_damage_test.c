/* Journals that were damaged: each truncation of each segment and each flipped bit is told or harmless, and no record
 * is ever given that was not stored.
 *
 * Floor 6 (session). By default one bit of each second byte is flipped, another one each time, and of that the share of
 * PIER_TEST_SHARE (support/share.h); PIER_TEST_ALL_BITS=1 flips them all. */
#include "session/journal_support.h"

#include <stdlib.h>

#include "support/share.h"

enum { JOURNAL_BYTES = 64 << 10, SEGMENT_BYTES = 24 << 10, SEGMENTS_MAX = 8 };

typedef struct scene {
    sim_disk disk;
    pier_journal_options options;
    uint64_t records;
    uint64_t marked; /* the record up to which a mark in the journal tells of a sync */
    char names[SEGMENTS_MAX][64];
    size_t segments;
    bool ends_well;
} scene;

static int by_name(const void *left, const void *right) {
    return strcmp(left, right);
}

/* Writes a journal of the size. It is left without an end, if `dies`. */
static void build(scene *of, bool dies) {
    memset(of, 0, sizeof *of);
    sim_init(&of->disk);
    of->options = (pier_journal_options){.segment_bytes = SEGMENT_BYTES, .reserve_bytes = 1024};
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    for (uint64_t i = 0; pier_journal_info(journal).bytes < JOURNAL_BYTES; i++) {
        assert_status(test_writer_store(&writer, 8), PIER_OK);
        if (i % 5 == 0) {
            assert_status(pier_journal_note(journal, 1, (pier_bytes){&i, sizeof i}), PIER_OK);
        }
        if (i % 4 == 0) {
            of->marked = pier_journal_info(journal).durable_record;
            assert_status(pier_journal_sync(journal, NULL), PIER_OK);
        }
    }
    of->records = pier_journal_info(journal).next_record - 1;
    test_writer_close(&writer);
    if (!dies) {
        assert_status(pier_journal_close(journal), PIER_OK);
    }
    pier_journal_destroy(journal);
    for (size_t i = 0; i < of->disk.name_count; i++) {
        const char *name = of->disk.names[i].name;
        if (strstr(name, ".pier") != NULL) {
            assert_true(of->segments < SEGMENTS_MAX);
            (void)strcpy(of->names[of->segments++], name);
        }
    }
    assert_true(of->segments >= 3);
    qsort(of->names, of->segments, sizeof of->names[0], by_name);
}

/* Reads over all damage. Returns how many records came; told: anything was wrong. */
static uint64_t read_all(pier_journal *journal, bool *told) {
    pier_journal_reader *reader = NULL;
    pier_status status = pier_journal_reader_open(&reader, journal, NULL, NULL);
    if (status != PIER_OK) {
        *told = true;
        return 0;
    }
    pier_archive *load = pier_journal_reader_archive(reader);
    uint64_t count = 0;
    uint64_t last = 0;
    while (status != PIER_END) {
        status = pier_archive_next(load);
        if (status == PIER_OK) {
            assert_true(pier_archive_record_number(load) > last);
            last = pier_archive_record_number(load);
            test_check_record(load);
            count++;
        } else if (status != PIER_END) {
            *told = true;
            status = pier_archive_recover(load, NULL);
            assert_true(status == PIER_OK || status == PIER_END);
        }
    }
    pier_journal_reader_destroy(reader);
    return count;
}

/* Opens and reads what is there, without changing it. */
static void examine(scene *of, bool may_lack) {
    bool told = false;
    pier_journal *journal = NULL;
    pier_error error;
    pier_error_clear(&error);
    pier_journal_options options = of->options;
    options.read_only = true;
    pier_status status = test_journal_try(&journal, &of->disk, &options, &error);
    if (status != PIER_OK) {
        pier_status_category category = pier_status_category_of(status);
        assert_true(category == PIER_CATEGORY_CORRUPT || category == PIER_CATEGORY_PROTOCOL);
        assert_string_not_equal(error.text, "");
        return;
    }
    pier_journal_state info = pier_journal_info(journal);
    told = info.cut_bytes > 0 || info.damaged_bytes > 0 || info.missing_segments > 0;
    uint64_t count = read_all(journal, &told);
    if (!told && count != of->records && !may_lack) {
        fail_msg("%llu records of %llu, and nothing was told", (unsigned long long)count,
                 (unsigned long long)of->records);
    }
    /* What a mark calls synced is never cut off. */
    assert_true(may_lack || info.next_record > of->marked);
    pier_journal_destroy(journal);
}

static bool wants_all(void) {
    const char *all = getenv("PIER_TEST_ALL_BITS");
    return all != NULL && all[0] == '1';
}

/* Flips bits of all files. same_life: the machine has not lost its power since. */
static void flip_everywhere(scene *of, bool same_life) {
    bool all = wants_all();
    uint8_t life = of->disk.life;
    of->disk.life = (uint8_t)(same_life ? life : life + 1);
    size_t step = all ? 1 : 2 * (size_t)test_share();
    for (size_t i = 0; i < of->segments; i++) {
        sim_inode *inode = sim_find(&of->disk, of->names[i]);
        for (size_t at = same_life ? 0 : 1; at < inode->size; at += step) {
            for (unsigned bit = 0; bit < (all ? 8 : 1); bit++) {
                uint8_t flipped = (uint8_t)(1u << (all ? bit : at / step * 5 % 8));
                inode->bytes[at] ^= flipped;
                examine(of, false);
                inode->bytes[at] ^= flipped;
            }
        }
    }
    of->disk.life = life;
}

static void flipped_bits_are_told(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    build(of, false);
    flip_everywhere(of, true);
    sim_deinit(&of->disk);
    build(of, true);
    flip_everywhere(of, false);
    sim_deinit(&of->disk);
    free(of);
}

/* Cuts each segment off at each of its bytes. The last one may end where a block does: what a program did not finish is
 * no damage. */
static void cut_segments_are_told(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    build(of, true);
    for (size_t i = 0; i < of->segments; i++) {
        sim_inode *inode = sim_find(&of->disk, of->names[i]);
        size_t size = inode->size;
        bool is_last = strcmp(of->names[i], of->names[of->segments - 1]) == 0;
        for (size_t cut = 0; cut < size; cut += test_share()) {
            inode->size = cut;
            examine(of, is_last);
        }
        inode->size = size;
    }
    sim_deinit(&of->disk);
    free(of);
}

/* The damage of a segment in the middle costs its blocks alone, and what comes behind is gone on with and appended
 * to. */
static void goes_on_behind_damage(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    build(of, true);
    sim_inode *inode = sim_find(&of->disk, of->names[1]);
    inode->bytes[inode->size / 2] ^= 0x10;
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    assert_int_equal(pier_journal_info(journal).next_record, of->records + 1);
    bool told = false;
    uint64_t count = read_all(journal, &told);
    assert_true(told);
    assert_true(count < of->records && count >= of->records - 8);
    pier_journal_reader *reader = NULL;
    assert_status(pier_journal_reader_open(&reader, journal, NULL, NULL), PIER_OK);
    pier_bytes bytes;
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = pier_journal_reader_next(reader, &bytes, NULL);
    }
    assert_status(status, PIER_CORRUPT);
    /* The place that is told is one in the file. */
    const pier_error *error = pier_archive_error(pier_journal_reader_archive(reader));
    char name[64];
    uint64_t offset = 0;
    pier_journal_reader_place(reader, error->offset, name, &offset);
    assert_string_equal(name, of->names[1]);
    assert_true(offset <= inode->size / 2 && offset + 2048 > inode->size / 2);
    uint64_t skipped = 0;
    assert_status(pier_journal_reader_recover(reader, &skipped), PIER_OK);
    assert_true(skipped > 0);
    assert_status(pier_journal_reader_next(reader, &bytes, NULL), PIER_OK);
    pier_journal_reader_destroy(reader);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, 4), PIER_OK);
    assert_int_equal(test_journal_count(journal, of->records + 1), 4);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_deinit(&of->disk);
    free(of);
}

/* A segment that was synced whole, as the checkpoint behind it tells, has lost its end: that is damage, and costs nothing
 * of what comes behind, after a power cut neither. */
static void keeps_what_follows_a_lost_end(void **state) {
    (void)state;
    scene *of = calloc(1, sizeof *of);
    assert_non_null(of);
    sim_init(&of->disk);
    of->options = (pier_journal_options){.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST, .reserve_bytes = 1024};
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    while (pier_journal_info(journal).segments < 2) {
        assert_status(test_writer_store(&writer, 2), PIER_OK);
    }
    assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    of->records = pier_journal_info(journal).durable_record;
    test_writer_close(&writer);
    pier_journal_destroy(journal);
    sim_inode *inode = sim_find(&of->disk, sim_first_name(&of->disk, ".pier"));
    size_t size = inode->size;
    of->disk.life++;
    of->options.read_only = true;
    for (size_t cut = 0; cut < size; cut += test_share()) {
        inode->size = cut;
        journal = test_journal_open(&of->disk, &of->options);
        assert_int_equal(pier_journal_info(journal).next_record, of->records + 1);
        assert_int_equal(pier_journal_info(journal).cut_bytes, 0);
        pier_journal_destroy(journal);
    }
    sim_deinit(&of->disk);
    free(of);
}

/* All definitions of an epoch are damaged. Its records have no class then: not one of an epoch before, where the same id
 * was another one's, wherever they are read from. */
static void an_epoch_without_definitions(void **state) {
    (void)state;
    enum { BEFORE = 5, RECORDS = 3000, AT_ONCE = 100 };
    sim_disk disk;
    sim_init(&disk);
    for (int epoch = 0; epoch < 2; epoch++) {
        pier_journal *journal = test_journal_open(&disk, NULL);
        test_writer writer;
        test_writer_open(&writer, journal, NULL);
        for (uint64_t stored = 0; stored < (epoch == 0 ? BEFORE : RECORDS);) {
            uint64_t count = epoch == 0 ? BEFORE : AT_ONCE;
            assert_status(test_writer_store(&writer, count), PIER_OK);
            stored += count;
        }
        test_writer_close(&writer);
        pier_journal_destroy(journal);
    }
    sim_inode *inode = sim_find(&disk, sim_first_name(&disk, ".pier"));
    unsigned damaged = 0;
    for (size_t at = 0; at + PIER__PIECE_BYTES <= inode->size; at++) {
        size_t wrong = 0;
        pier__header header;
        pier__header_decode(inode->bytes + at, &header);
        if (pier__piece_may_begin(inode->bytes + at, PIER__PIECE_BYTES, &wrong) &&
            header.kind == PIER_BLOCK_DEFINITIONS && header.epoch == 1) {
            inode->bytes[at + 8] ^= 1;
            damaged++;
        }
    }
    assert_int_equal(damaged, 2);
    pier_journal *journal = test_journal_open(&disk, NULL);
    pier_journal_reader *reader = NULL;
    const pier_journal_from where = {.size = sizeof where, .record = BEFORE + RECORDS - AT_ONCE};
    assert_status(pier_journal_reader_open(&reader, journal, &where, NULL), PIER_OK);
    pier_archive *load = pier_journal_reader_archive(reader);
    pier_status status;
    while ((status = pier_archive_next(load)) != PIER_END) {
        assert_true(status != PIER_OK || pier__archive_record_class(load) == NULL);
        assert_true(status == PIER_OK || pier_archive_recover(load, NULL) >= 0);
    }
    pier_journal_reader_destroy(reader);
    pier_journal_destroy(journal);
    sim_deinit(&disk);
}

/* An index that is missing, damaged or another segment's is made again. */
static void does_not_trust_indexes(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    build(of, false);
    char names[SEGMENTS_MAX][64];
    size_t count = 0;
    for (size_t i = 0; i < of->disk.name_count; i++) {
        if (strstr(of->disk.names[i].name, ".index") != NULL) {
            (void)strcpy(names[count++], of->disk.names[i].name);
        }
    }
    assert_int_equal(count, of->segments);
    sim_inode *first = sim_find(&of->disk, names[0]);
    for (size_t at = 0; at < first->size; at++) {
        first->bytes[at] ^= 0x20;
        pier_journal *journal = test_journal_open(&of->disk, &(pier_journal_options){.read_only = true});
        assert_int_equal(test_journal_count(journal, 9), of->records - 8);
        pier_journal_destroy(journal);
        first->bytes[at] ^= 0x20;
    }
    for (size_t i = 0; i < count; i++) {
        assert_status(sim_open(&of->disk).ops->remove(&of->disk, names[i], NULL), PIER_OK);
    }
    pier_journal *journal = test_journal_open(&of->disk, NULL);
    assert_int_equal(test_journal_count(journal, 9), of->records - 8);
    assert_non_null(sim_find(&of->disk, names[0]));
    pier_journal_destroy(journal);
    sim_deinit(&of->disk);
    free(of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flipped_bits_are_told),        cmocka_unit_test(cut_segments_are_told),
        cmocka_unit_test(goes_on_behind_damage),        cmocka_unit_test(keeps_what_follows_a_lost_end),
        cmocka_unit_test(an_epoch_without_definitions), cmocka_unit_test(does_not_trust_indexes),
    };
    return cmocka_run_group_tests_name("journal damaged", tests, NULL, NULL);
}
