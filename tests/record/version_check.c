/* The library against the oracle; see version_model.h. */
#include "record/version_model.h"

#include <pier/arena.h>
#include <pier/compat.h>

static void check_failure(pier_archive *load, pier_status status, const oracle_answer *expected, bool is_graph) {
    const pier_error *error = pier_archive_error(load);
    if (is_graph) {
        /* Objects are loaded behind the root, and have paths of their own: another failure may come first. */
        assert_true(status == PIER_RANGE || status == PIER_TEXT || status == PIER_MISMATCH);
    } else {
        assert_status(status, expected->status);
        assert_int_equal(strncmp(error->path, expected->path, sizeof error->path - 1), 0);
    }
    assert_true(error->text[0] != '\0');
    assert_int_equal(error->floor, PIER_FLOOR_RECORD);
    assert_status(pier_archive_recover(load, NULL), PIER_OK);
}

/* Loads the next record and compares it with what the oracle says. Returns whether it was loaded. */
static bool check_next(pier_archive *load, const model *loader, const pier_class *own, const oracle_answer *expected,
                       pier_arena *arena) {
    uint8_t *record = (uint8_t *)pool_take(own->record_bytes);
    memset(record, 0x5A, own->record_bytes);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_status status =
        arena != NULL ? pier_load_record_into(load, own, record, arena) : pier_load_record(load, own, record);
    if (expected->status != PIER_OK) {
        for (size_t i = 0; i < own->record_bytes; i++) {
            assert_int_equal(record[i], 0);
        }
        check_failure(load, status, expected, (own->flags & PIER_CLASS_GRAPH) != 0);
        return false;
    }
    if (status != PIER_OK) {
        print_error("%s: %s\n", pier_archive_error(load)->path, pier_archive_error(load)->text);
    }
    assert_status(status, PIER_OK);
    assert_record_holds(loader, 0, own, &expected->record, record);
    return true;
}

version_counts version_check_records(const model *loader, const model *writer, unsigned records, uint64_t *seed) {
    version_counts counts = {0, 0};
    const pier_class *stored_class = model_build(writer);
    const pier_class *own = model_build(loader);
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    pier_archive *store = test_open_store(NULL);
    uint64_t again = *seed;
    for (unsigned i = 0; i < records; i++) {
        pool_reset();
        value made = value_random(writer, 0, seed);
        pier_status status = pier_store_record(store, stored_class, value_to_record(writer, 0, stored_class, &made));
        if (status != PIER_OK) {
            print_error("%s: %s\n", pier_archive_error(store)->path, pier_archive_error(store)->text);
        }
        assert_status(status, PIER_OK);
    }
    test_stream stream = test_finish(store);
    pier_archive *load = test_open_stream(&stream, NULL);
    for (unsigned i = 0; i < records; i++) {
        pool_reset();
        pier_arena_reset(&arena);
        value made = value_random(writer, 0, &again);
        oracle_answer expected = oracle_load(loader, writer, &made);
        bool loaded = check_next(load, loader, own, &expected, i % 2 == 0 ? NULL : &arena);
        counts.loaded += loaded;
        counts.refused += !loaded;
    }
    assert_status(pier_archive_next(load), PIER_END);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    pier_arena_deinit(&arena);
    model_release(stored_class);
    model_release(own);
    return counts;
}

void version_check_refusal(const model *loader, const model *writer) {
    const pier_class *stored_class = model_build(writer);
    const pier_class *own = model_build(loader);
    pool_reset();
    /* Not a record of the class: nobody must look at it. */
    test_stream stream = test_typed_stream(stored_class, "\xc0", 1);
    pier_archive *load = test_open_stream(&stream, NULL);
    for (unsigned i = 0; i < 2; i++) {
        void *record = pool_take(own->record_bytes);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, own, record), PIER_MISMATCH);
        const pier_error *error = pier_archive_error(load);
        assert_true(strchr(error->path, '.') != NULL && error->text[0] != '\0');
        /* In the definition: behind the preamble and a header, before the header of the records. */
        assert_true(error->offset > 128 && error->offset < stream.size - 64 - 1 - 64);
        if (i == 0) {
            pier_archive_destroy(load);
            load = test_open_stream(&stream, NULL);
        }
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
    model_release(stored_class);
    model_release(own);
}

typedef struct worst {
    pier_compat_verdict of_new;
    pier_compat_verdict of_old;
} worst;

static void note(const pier_compat_finding *finding, void *user) {
    worst *so_far = (worst *)user;
    pier_compat_verdict *verdict = finding->old_loads ? &so_far->of_old : &so_far->of_new;
    *verdict = finding->verdict > *verdict ? finding->verdict : *verdict;
    assert_true(finding->class_name[0] != '\0' && finding->text[0] != '\0');
    assert_int_equal(finding->number == 0, finding->field[0] == '\0');
}

void version_check_compat(const model *old_one, const model *new_one) {
    const pier_class *before = model_build(old_one);
    const pier_class *after = model_build(new_one);
    pier_compat_side old_side = {.class_of_program = before};
    pier_compat_side new_side = {.class_of_program = after};
    worst found = {PIER_COMPAT_LOADS, PIER_COMPAT_LOADS};
    pier_compat_verdict of_all;
    pier_error error;
    assert_status(pier_compat_find(&old_side, &new_side, NULL, note, &found, &of_all, &error), PIER_OK);
    assert_int_equal((int)found.of_new, (int)oracle_meet(new_one, old_one));
    assert_int_equal((int)found.of_old, (int)oracle_meet(old_one, new_one));
    assert_int_equal(of_all, found.of_new > found.of_old ? found.of_new : found.of_old);
    model_release(before);
    model_release(after);
}
