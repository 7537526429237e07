/* Checkpoints that a crash tore: the definitions of an epoch that goes on are there all the same.
 *
 * Floor 6 (session). The blocks are those of one program that lives on, as a peer's blocks are: it defines a class once
 * in its epoch, whatever becomes of the process that writes the journal. Of the tears the share of PIER_TEST_SHARE is
 * tried (support/share.h). */
#include "session/journal_support.h"

#include "support/share.h"

static const test_class classes[] = {{.name = "torn.One", .closure_bytes = 60},
                                     {.name = "torn.Two", .closure_bytes = 90}};

enum { FIRST_RECORDS = 3, ALL_RECORDS = 6 };

/* What the program makes, in two portions of the same epoch; the second defines nothing. */
typedef struct scene {
    sim_disk disk;
    pier_journal_options options;
    pier_archive *program;
    pier__buffer first;
    pier__buffer second;
    size_t before; /* changes of the disk before the second process wrote */
} scene;

static void store(scene *of, uint64_t number, size_t text_bytes) {
    char text[4000];
    if (text_bytes == 0) {
        assert_status(test_store_typed(of->program, &classes[number % 2], number), PIER_OK);
    } else {
        memset(text, 't', text_bytes);
        assert_status(pier_archive_begin(of->program), PIER_OK);
        pier_store(of->program, ((pier_text){text, text_bytes}));
        assert_status(pier_archive_end(of->program), PIER_OK);
    }
    assert_status(pier_archive_flush(of->program), PIER_OK);
}

static void drain(scene *of, pier__buffer *out) {
    pier_bytes ready;
    while ((ready = pier_archive_drain(of->program)).size > 0) {
        assert_true(pier__buffer_append(out, ready.data, ready.size));
        pier_archive_drained(of->program, ready.size);
    }
}

/* One process writes the first portion, and is killed; another one notes something, which begins a stint. */
static void play(scene *of, pier_durability durability, size_t text_bytes) {
    memset(of, 0, sizeof *of);
    sim_init(&of->disk);
    pier__buffer_init(&of->first, pier_allocator_default());
    pier__buffer_init(&of->second, pier_allocator_default());
    of->options = (pier_journal_options){
        .segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST, .reserve_bytes = 1024, .durability = durability};
    const pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_FRAMED, .stream_id = STREAM_ID};
    assert_status(pier_archive_open_store(&of->program, NULL, &options, NULL), PIER_OK);
    store(of, 1, 0);
    store(of, 2, 0);
    store(of, 3, text_bytes);
    drain(of, &of->first);
    store(of, 4, 0);
    store(of, 5, 0);
    store(of, 6, text_bytes);
    drain(of, &of->second);
    pier_archive_destroy(of->program);
    pier_journal *journal = test_journal_open(&of->disk, &of->options);
    assert_status(pier_journal_append(journal, (pier_bytes){of->first.data, of->first.size}), PIER_OK);
    assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    pier_journal_destroy(journal);
    of->before = of->disk.trace_count;
    journal = test_journal_open(&of->disk, &of->options);
    assert_status(pier_journal_note(journal, 1, (pier_bytes){"n", 1}), PIER_OK);
    pier_journal_destroy(journal);
}

static void forget(scene *of) {
    pier__buffer_deinit(&of->first);
    pier__buffer_deinit(&of->second);
    sim_deinit(&of->disk);
}

/* Loads all records from `from` on, whose classes must be known. */
static void check_records(pier_journal *journal, uint64_t from, size_t text_bytes) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from where = {.size = sizeof where, .record = from};
    assert_status(pier_journal_reader_open(&reader, journal, &where, NULL), PIER_OK);
    pier_archive *load = pier_journal_reader_archive(reader);
    for (uint64_t number = from; number <= ALL_RECORDS; number++) {
        pier_status status = pier_archive_next(load);
        if (status != PIER_OK) {
            fail_msg("record %llu: %s", (unsigned long long)number, pier_archive_error(load)->text);
        }
        assert_int_equal(pier_archive_record_number(load), number);
        if (number % 3 == 0 && text_bytes > 0) {
            pier_text text = {NULL, 0};
            pier_load(load, &text);
            assert_int_equal(text.size, text_bytes);
        } else {
            uint64_t found = 0;
            assert_non_null(pier__archive_record_class(load));
            assert_int_equal(pier_load_array(load), 1);
            pier_load(load, &found);
            assert_int_equal(found, number);
        }
        assert_status(pier_archive_status(load), PIER_OK);
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_journal_reader_destroy(reader);
}

/* A third process goes on with what the crash has left. */
static void go_on(const scene *of, sim_disk *left, size_t text_bytes) {
    pier_journal *journal = test_journal_open(left, &of->options);
    assert_int_equal(pier_journal_info(journal).next_record, FIRST_RECORDS + 1);
    assert_int_equal(pier_journal_info(journal).damaged_bytes, 0);
    assert_status(pier_journal_append(journal, (pier_bytes){of->second.data, of->second.size}), PIER_OK);
    check_records(journal, 1, text_bytes);
    check_records(journal, FIRST_RECORDS + 2, text_bytes);
    pier_journal_destroy(journal);
    assert_int_equal(left->files_open, 0);
    /* A fourth one reads the same. */
    journal = test_journal_open(left, &of->options);
    check_records(journal, FIRST_RECORDS + 1, text_bytes);
    pier_journal_destroy(journal);
    sim_deinit(left);
}

typedef struct choice {
    size_t at; /* the write that is torn */
    size_t bytes;
} choice;

static size_t tear(void *user, size_t at, const sim_change *change) {
    const choice *of = user;
    return at == of->at ? of->bytes : change->size + 1;
}

/* Tears each write of the second process at each byte: by a kill and by a power cut, or by a power cut alone. */
static void tear_everywhere(pier_durability durability, size_t text_bytes, bool kills) {
    scene of;
    play(&of, durability, text_bytes);
    size_t torn = 0;
    for (size_t n = of.before; n < of.disk.trace_count; n++) {
        const sim_change *change = &of.disk.trace[n];
        for (size_t bytes = 0; change->kind == SIM_WRITE && bytes <= change->size; bytes += test_share(), torn++) {
            sim_disk left;
            if (kills) {
                sim_init(&left);
                sim_kill(&of.disk, n + 1, bytes, &left);
                go_on(&of, &left, text_bytes);
            }
            /* Later changes may have reached the disk: the name of the new segment. */
            for (size_t end = n + 1; end <= of.disk.trace_count && (kills ? end == n + 1 : true); end++) {
                choice chosen = {.at = n, .bytes = bytes};
                sim_init(&left);
                sim_cut_power(&of.disk, end, &left, tear, &chosen);
                go_on(&of, &left, text_bytes);
            }
        }
    }
    assert_true(torn > 100 / test_share());
    forget(&of);
}

static void keeps_definitions_in_a_segment(void **state) {
    (void)state;
    tear_everywhere(PIER_DURABILITY_DISK, 0, true);
    tear_everywhere(PIER_DURABILITY_PROCESS, 0, true);
}

/* The second process begins a new segment, the one before it being half full. */
static void keeps_definitions_in_a_new_segment(void **state) {
    (void)state;
    tear_everywhere(PIER_DURABILITY_DISK, 2500, true);
    tear_everywhere(PIER_DURABILITY_PROCESS, 2500, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_definitions_in_a_segment),
        cmocka_unit_test(keeps_definitions_in_a_new_segment),
    };
    return cmocka_run_group_tests_name("torn checkpoints of journals", tests, NULL, NULL);
}
