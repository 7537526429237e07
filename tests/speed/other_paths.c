/* The paths through archives; see paths.h.
 *
 * Everything is counted once before, with what happens only once: memory, definitions, programs and plans. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demand.h"
#include "paths.h"
#include "record_workloads.h"
#include "record_workloads.pier.h"

#if defined(CALLGRIND_ZERO_STATS)

/* Two archives, and the classes that store and load. */
typedef struct ends {
    const pier_class *writer;
    const pier_class *reader;
    pier_archive *store;
    pier_archive *load;
} ends;

static ends open_ends(const pier_class *writer, const pier_class *reader, const pier_archive_options *options) {
    ends opened = {writer, reader, NULL, NULL};
    demand(pier_archive_open_store(&opened.store, NULL, options, NULL) == PIER_OK &&
               pier_archive_open_load(&opened.load, NULL, options, NULL) == PIER_OK,
           "no archive");
    return opened;
}

static pier_status store_all(const path *of, const ends *by) {
    const pier_class *type = by->writer;
    pier_archive *store = by->store;
    const uint8_t *record = of->records;
    pier_status status = PIER_OK;
    for (size_t i = 0; i < RECORDS && status == PIER_OK; i++, record += type->record_bytes) {
        status = pier_store_record(store, type, record);
    }
    return status == PIER_OK ? pier_archive_flush(store) : status;
}

static pier_status load_all(const path *of, const ends *by) {
    const pier_class *type = by->reader;
    pier_archive *load = by->load;
    uint8_t *record = of->loaded;
    pier_status status = PIER_OK;
    for (size_t i = 0; i < RECORDS && status == PIER_OK; i++, record += type->record_bytes) {
        status = pier_next_record(load, type, record);
    }
    return status;
}

/* Hands what was stored over to the loading side. */
static void pass_on(const ends *by) {
    pier_bytes stream = pier_archive_drain(by->store);
    demand(pier_archive_feed(by->load, stream) == PIER_OK, "a stream is not taken");
    pier_archive_drained(by->store, stream.size);
}

static void run_ends(const path *of, const ends *by, const char *what) {
    char name[40];
    for (unsigned round = 0; round < 2; round++) {
        if (round == 1) {
            begin();
        }
        pier_status status = store_all(of, by);
        if (round == 1) {
            (void)snprintf(name, sizeof name, "%s, store", what);
            end(of, name);
        }
        demand(status == PIER_OK, "a record is not stored");
        pass_on(by);
        if (round == 1) {
            begin();
        }
        status = load_all(of, by);
        if (round == 1) {
            (void)snprintf(name, sizeof name, "%s, load", what);
            end(of, name);
        }
        demand(status == PIER_OK, "a record is not loaded");
        compare(of);
    }
    pier_archive_destroy(by->store);
    pier_archive_destroy(by->load);
}

void run_archive(const path *of) {
    ends by = open_ends(of->type, of->type, NULL);
    run_ends(of, &by, "archive");
}

void run_forms(const path *of) {
    if (!of->has_forms) {
        return;
    }
    const pier_archive_options arrays = {
        .size = sizeof arrays, .format = PIER_FORMAT_PLAIN, .plain_form = PIER_PLAIN_ARRAY};
    const pier_archive_options maps = {.size = sizeof maps, .format = PIER_FORMAT_PLAIN};
    ends by = open_ends(of->type, of->type, &arrays);
    run_ends(of, &by, "plain array");
    by = open_ends(of->type, of->type, &maps);
    run_ends(of, &by, "plain map");
    pier_class table = *of->type;
    table.measure = NULL;
    table.encode = NULL;
    table.decode = NULL;
    by = open_ends(&table, &table, NULL);
    run_ends(of, &by, "table");
    pier_class later = *of->type;
    later.version++;
    by = open_ends(&later, of->type, NULL);
    run_ends(of, &by, "plan");
}

/* Records of two classes in turn, whose structs are alike: the next one of a class that is known, or asked for. */
static const pier_class *class_in_turn(size_t i) {
    return i % 2 == 0 ? &bench_tick_class : &bench_tick_fixed_class;
}

static void store_in_turn(const path *of, pier_archive *store) {
    for (size_t i = 0; i < RECORDS; i++) {
        demand(pier_store_record(store, class_in_turn(i), record_of(of, of->records, i)) == PIER_OK,
               "a record is not stored");
    }
}

static void load_in_turn(const path *of, pier_archive *load, bool asks) {
    for (size_t i = 0; i < RECORDS; i++) {
        void *record = record_of(of, of->loaded, i);
        pier_status status = asks ? pier_archive_next(load) : pier_next_record(load, class_in_turn(i), record);
        if (asks && status == PIER_OK) {
            const pier_class *found =
                pier_archive_record_is(load, &bench_tick_class) ? &bench_tick_class : &bench_tick_fixed_class;
            status = pier_load_record(load, found, record);
        }
        demand(status == PIER_OK, "a record is not loaded");
    }
}

static void run_in_turn(const path *of, bool asks) {
    ends by = open_ends(of->type, of->type, NULL);
    for (unsigned round = 0; round < 2; round++) {
        if (round == 1 && !asks) {
            begin();
        }
        store_in_turn(of, by.store);
        if (round == 1 && !asks) {
            end(of, "two classes, store");
        }
        demand(pier_archive_flush(by.store) == PIER_OK, "nothing is flushed");
        pass_on(&by);
        if (round == 1) {
            begin();
        }
        load_in_turn(of, by.load, asks);
        if (round == 1) {
            end(of, asks ? "two classes, next and load" : "two classes, load");
        }
        compare(of);
    }
    pier_archive_destroy(by.store);
    pier_archive_destroy(by.load);
}

/* Value by value --------------------------------------------------------------------------------------------------- */

static void store_tokens(pier_archive *archive, const bench_tick *record) {
    demand(pier_archive_begin(archive) == PIER_OK, "a record is not begun");
    pier_store_array(archive, 8);
    pier_store_u64(archive, record->id);
    pier_store_i64(archive, record->time);
    pier_store_f64(archive, record->price);
    pier_store_f64(archive, record->size);
    pier_store_u64(archive, record->flags);
    pier_store_u64(archive, record->kind);
    pier_store_bool(archive, record->live);
    pier_store_string(archive, record->symbol);
    demand(pier_archive_end(archive) == PIER_OK, "a record is refused");
}

static void load_tokens(pier_archive *archive, bench_tick *record) {
    demand(pier_archive_next(archive) == PIER_OK && pier_load_array(archive) == 8, "a record is not loaded");
    record->id = pier_load_u64(archive);
    record->time = pier_load_i64(archive);
    record->price = pier_load_f64(archive);
    record->size = pier_load_f64(archive);
    record->flags = pier_load_u32(archive);
    record->kind = pier_load_u8(archive);
    record->live = pier_load_bool(archive);
    (void)pier_load_string(archive, record->symbol, sizeof record->symbol);
}

static void run_tokens(const path *of) {
    ends by = open_ends(of->type, of->type, NULL);
    for (unsigned round = 0; round < 2; round++) {
        if (round == 1) {
            begin();
        }
        for (size_t i = 0; i < RECORDS; i++) {
            store_tokens(by.store, (const bench_tick *)record_of(of, of->records, i));
        }
        if (round == 1) {
            end(of, "tokens, store");
        }
        demand(pier_archive_flush(by.store) == PIER_OK, "nothing is flushed");
        pass_on(&by);
        if (round == 1) {
            begin();
        }
        for (size_t i = 0; i < RECORDS; i++) {
            load_tokens(by.load, (bench_tick *)record_of(of, of->loaded, i));
        }
        if (round == 1) {
            end(of, "tokens, load");
        }
        compare(of);
    }
    pier_archive_destroy(by.store);
    pier_archive_destroy(by.load);
}

/* Each record as a tree that borrows its bytes, and stored again. */
static void run_trees(const path *of) {
    const pier_archive_options plain = {
        .size = sizeof plain, .format = PIER_FORMAT_PLAIN, .plain_form = PIER_PLAIN_ARRAY};
    const pier_tree_options borrowing = {.size = sizeof borrowing, .borrows = true};
    ends by = open_ends(of->type, of->type, &plain);
    pier_tree *trees[RECORDS];
    uint8_t *bytes[RECORDS];
    size_t sizes[RECORDS];
    demand(store_all(of, &by) == PIER_OK, "a record is not stored");
    pass_on(&by);
    for (size_t i = 0; i < RECORDS; i++) {
        demand(pier_tree_create(&trees[i], &borrowing, NULL) == PIER_OK, "no tree");
        demand(pier_archive_next(by.load) == PIER_OK, "a record is not loaded");
        pier_bytes found = pier_archive_record_bytes(by.load);
        bytes[i] = (uint8_t *)allocate(found.size);
        memcpy(bytes[i], found.data, found.size);
        sizes[i] = found.size;
        demand(pier_tree_parse(trees[i], found) == PIER_OK, "a tree is not loaded");
    }
    begin();
    for (size_t i = 0; i < RECORDS; i++) {
        demand(pier_tree_parse(trees[i], (pier_bytes){bytes[i], sizes[i]}) == PIER_OK, "a tree is not loaded");
    }
    end(of, "tree, load");
    begin();
    for (size_t i = 0; i < RECORDS; i++) {
        demand(pier_archive_begin(by.store) == PIER_OK, "a record is not begun");
        pier_store_value(by.store, pier_tree_root(trees[i]));
        demand(pier_archive_end(by.store) == PIER_OK, "a record is refused");
    }
    end(of, "tree, store");
    for (size_t i = 0; i < RECORDS; i++) {
        pier_tree_destroy(trees[i]);
        free(bytes[i]);
    }
    pier_archive_destroy(by.store);
    pier_archive_destroy(by.load);
}

void run_values(void) {
    path of = {.name = "tick", .type = &bench_tick_class};
    of.records = (uint8_t *)allocate(RECORDS * of.type->record_bytes);
    of.loaded = (uint8_t *)allocate(RECORDS * of.type->record_bytes);
    for (size_t i = 0; i < RECORDS; i++) {
        fill_tick(record_of(&of, of.records, i), i);
    }
    run_tokens(&of);
    run_trees(&of);
    run_in_turn(&of, false);
    run_in_turn(&of, true);
    free(of.records);
    free(of.loaded);
}

#endif
