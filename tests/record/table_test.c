/* Every kind of field in every shape, by the table alone: there and back in all forms, in pieces, in small buffers,
 * with memory that ends, and into memory of the caller. */
#include "record/table_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <pier/keep.h>
#include <pier/record_generic.h>

#include "record/record_support.h"
#include "support/fault_allocator.h"

enum { SEEDS = 60, FORMS = 3 };

/* Options for one of the forms: framed, plain maps, plain arrays. */
static pier_archive_options options_of(int form, const pier_allocator *allocator) {
    pier_archive_options options = {.size = sizeof options, .allocator = allocator};
    options.format = form == 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN;
    options.plain_form = form == 2 ? PIER_PLAIN_ARRAY : PIER_PLAIN_MAP;
    return options;
}

static test_stream store_tables(int form, const table *records, size_t count) {
    pier_archive_options options = options_of(form, NULL);
    pier_archive *store = test_open_store(&options);
    for (size_t i = 0; i < count; i++) {
        pier_status status = pier_store_record(store, &table_class, &records[i]);
        if (status != PIER_OK) {
            print_error("%s: %s\n", pier_archive_error(store)->path, pier_archive_error(store)->text);
        }
        assert_status(status, PIER_OK);
    }
    return test_finish(store);
}

/* Asserts that two records hold the same: by comparing and by printing. */
static void assert_same_table(const pier_class *type, const void *one, const void *other) {
    static char texts[2][1 << 16];
    size_t sizes[2] = {pier_record_print(type, one, texts[0], sizeof texts[0]),
                       pier_record_print(type, other, texts[1], sizeof texts[1])};
    assert_true(sizes[0] < sizeof texts[0] && sizes[1] < sizeof texts[1]);
    assert_string_equal(texts[0], texts[1]);
    assert_int_equal(pier_record_compare(type, one, other), 0);
    assert_int_equal(pier_record_compare(type, other, one), 0);
}

static void records_go_there_and_back_in_all_forms(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int form = 0; form < FORMS; form++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            pier_arena_reset(&arena);
            table records[3];
            for (size_t i = 0; i < 3; i++) {
                test_fill_table(&records[i], &arena, seed * 3 + i);
            }
            test_stream stream = store_tables(form, records, 3);
            pier_archive_options options = options_of(form, NULL);
            pier_archive *load = test_open_stream(&stream, &options);
            table kept[3];
            for (size_t i = 0; i < 3; i++) {
                table loaded;
                memset(&loaded, 0x5a, sizeof loaded);
                assert_status(pier_archive_next(load), PIER_OK);
                assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
                assert_same_table(&table_class, &records[i], &loaded);
                memset(&kept[i], 0x5a, sizeof kept[i]);
                assert_status(pier_load_record_into(load, &table_class, &kept[i], &arena), PIER_OK);
                /* Loaded twice, the first stays as it was. */
                assert_same_table(&table_class, &records[i], &loaded);
            }
            assert_status(pier_archive_next(load), PIER_END);
            pier_archive_destroy(load);
            test_stream_free(&stream);
            for (size_t i = 0; i < 3; i++) {
                assert_same_table(&table_class, &records[i], &kept[i]);
            }
        }
    }
    pier_arena_deinit(&arena);
}

static void pieces_of_any_size_give_the_same(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int form = 0; form < FORMS; form++) {
        table records[2];
        test_fill_table(&records[0], &arena, 5);
        test_fill_table(&records[1], &arena, 6);
        test_stream stream = store_tables(form, records, 2);
        for (size_t cut = 0; cut <= stream.size; cut++) {
            pier_archive_options options = options_of(form, NULL);
            pier_archive *load = test_open_load(&options);
            size_t fed = cut;
            assert_status(pier_archive_feed(load, (pier_bytes){stream.data, cut}), PIER_OK);
            for (size_t i = 0; i < 2;) {
                pier_status status = pier_archive_next(load);
                if (status == PIER_MORE) {
                    assert_true(fed < stream.size);
                    assert_status(pier_archive_feed(load, (pier_bytes){stream.data + fed, stream.size - fed}), PIER_OK);
                    fed = stream.size;
                    continue;
                }
                assert_status(status, PIER_OK);
                table loaded;
                assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
                assert_int_equal(pier_record_compare(&table_class, &records[i], &loaded), 0);
                i++;
            }
            pier_archive_destroy(load);
        }
        test_stream_free(&stream);
    }
    pier_arena_deinit(&arena);
}

static void small_buffers_give_the_same(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    table records[4];
    for (size_t i = 0; i < 4; i++) {
        test_fill_table(&records[i], &arena, 40 + i);
    }
    for (int form = 0; form < FORMS; form++) {
        test_stream stream = store_tables(form, records, 4);
        pier_file *file = NULL;
        assert_status(pier_file_open_view(&file, (pier_bytes){stream.data, stream.size}, NULL, NULL), PIER_OK);
        pier_archive_options options = options_of(form, NULL);
        options.read_bytes = 33;
        pier_archive *load = NULL;
        assert_status(pier_archive_open_load(&load, file, &options, NULL), PIER_OK);
        for (size_t i = 0; i < 4; i++) {
            table loaded;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
            assert_same_table(&table_class, &records[i], &loaded);
        }
        assert_status(pier_archive_next(load), PIER_END);
        pier_archive_destroy(load);
        pier_file_destroy(file);
        test_stream_free(&stream);
    }
    pier_arena_deinit(&arena);
}

/* Memory ----------------------------------------------------------------------------------------------------------- */

static void loading_takes_no_memory_once_it_has_some(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    table records[40];
    for (size_t i = 0; i < 40; i++) {
        test_fill_table(&records[i], &arena, i % 10);
    }
    for (int form = 0; form < FORMS; form++) {
        test_stream stream = store_tables(form, records, 40);
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive_options options = options_of(form, &faults.allocator);
        pier_archive *load = test_open_stream(&stream, &options);
        uint64_t calls = 0;
        for (size_t i = 0; i < 40; i++) {
            table loaded;
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
            calls = i == 10 ? faults.calls : calls;
        }
        assert_int_equal(faults.calls, calls);
        pier_archive_destroy(load);
        fault_allocator_check(&faults);
        test_stream_free(&stream);
    }
    pier_arena_deinit(&arena);
}

#define READING(FIELD)                                                                                                 \
    FIELD(1, u64, id) FIELD(2, text, note) FIELD(3, list(text), words) FIELD(4, typed_list(f32), values)
PIER_RECORD(reading, "test.Reading", READING)

/* By codecs: a record without variable parts takes no memory from the first one behind its definition on, one with
 * lists none once the arena has some; loading into an arena of the caller takes none but there. */
static void codecs_take_no_memory(void **state) {
    (void)state;
    pier_archive *store = test_open_store(NULL);
    vec3 point = {1, 2, 3};
    pier_text words[3] = {{"one", 3}, {"two", 3}, {"three", 5}};
    float values[4] = {1, 2, 3, 4};
    reading record = {7, {"note", 4}, 3, words, 4, values};
    for (size_t i = 0; i < 20; i++) {
        assert_status(vec3_store(store, &point), PIER_OK);
        assert_status(reading_store(store, &record), PIER_OK);
    }
    test_stream stream = test_finish(store);
    fault_allocator faults;
    fault_allocator own_faults;
    fault_allocator_init(&faults);
    fault_allocator_init(&own_faults);
    pier_archive_options options = {.size = sizeof options, .allocator = &faults.allocator};
    pier_archive *load = test_open_stream(&stream, &options);
    pier_arena arena;
    pier_arena_init(&arena, &own_faults.allocator, 0);
    uint64_t calls = 0;
    for (size_t i = 0; i < 20; i++) {
        vec3 loaded;
        reading heard;
        reading owned;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_true(i == 0 || faults.calls == calls);
        assert_status(vec3_load(load, &loaded), PIER_OK);
        assert_int_equal(pier_record_compare(&vec3_class, &loaded, &point), 0);
        assert_true(i == 0 || faults.calls == calls);
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(reading_load(load, &heard), PIER_OK);
        calls = i == 0 ? faults.calls : calls;
        assert_int_equal(faults.calls, calls);
        assert_status(pier_load_record_into(load, &reading_class, &owned, &arena), PIER_OK);
        assert_int_equal(faults.calls, calls);
        assert_int_equal(pier_record_compare(&reading_class, &heard, &record), 0);
        assert_int_equal(pier_record_compare(&reading_class, &owned, &record), 0);
        assert_ptr_not_equal(heard.note.data, owned.note.data);
        pier_arena_reset(&arena);
    }
    assert_int_equal(own_faults.calls, 1);
    pier_archive_destroy(load);
    pier_arena_deinit(&arena);
    fault_allocator_check(&faults);
    fault_allocator_check(&own_faults);
    test_stream_free(&stream);
}

/* What the archive's arena holds is kept together with what was borrowed; loading goes on in other memory. */
static void kept_records_stay_whole(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    table records[20];
    for (size_t i = 0; i < 20; i++) {
        test_fill_table(&records[i], &arena, 300 + i);
    }
    for (int form = 0; form < FORMS; form++) {
        test_stream stream = store_tables(form, records, 20);
        fault_allocator faults;
        fault_allocator_init(&faults);
        pier_archive_options options = options_of(form, &faults.allocator);
        pier_archive *load = test_open_stream(&stream, &options);
        table loaded[20];
        table again[20];
        pier_kept_block *blocks[20];
        for (size_t i = 0; i < 20; i++) {
            assert_status(pier_archive_next(load), PIER_OK);
            assert_status(pier_load_record(load, &table_class, &loaded[i]), PIER_OK);
            assert_status(pier_archive_keep_block(load, &blocks[i]), PIER_OK);
            /* What is loaded behind that is kept when it is kept again. */
            assert_status(pier_load_record(load, &table_class, &again[i]), PIER_OK);
            if (i % 2 == 0) {
                pier_kept_block *same = NULL;
                assert_status(pier_archive_keep_block(load, &same), PIER_OK);
                assert_ptr_equal(same, blocks[i]);
                pier_kept_block_release(same);
            }
            for (size_t j = 0; j <= i; j++) {
                assert_int_equal(pier_record_compare(&table_class, &loaded[j], &records[j]), 0);
            }
        }
        pier_archive_destroy(load);
        for (size_t i = 0; i < 20; i++) {
            assert_same_table(&table_class, &loaded[i], &records[i]);
            if (i % 2 == 0)
                assert_same_table(&table_class, &again[i], &records[i]);
            pier_kept_block_release(blocks[i]);
        }
        fault_allocator_check(&faults);
        test_stream_free(&stream);
    }
    pier_arena_deinit(&arena);
}

typedef struct fault_case {
    int form;
    const test_stream *stream;
    const table *record;
} fault_case;

static void store_and_load(fault_allocator *faults, void *user) {
    const fault_case *test = (const fault_case *)user;
    pier_archive_options options = options_of(test->form, &faults->allocator);
    pier_archive *load = NULL;
    pier_arena arena;
    pier_arena_init(&arena, &faults->allocator, 0);
    pier_error error;
    pier_status status = pier_archive_open_load(&load, NULL, &options, &error);
    table loaded;
    table owned;
    if (status == PIER_OK)
        status = pier_archive_feed(load, (pier_bytes){test->stream->data, test->stream->size});
    if (status == PIER_OK)
        status = pier_archive_next(load);
    if (status == PIER_OK)
        status = pier_load_record_into(load, &table_class, &owned, &arena);
    if (status == PIER_OK)
        status = pier_load_record(load, &table_class, &loaded);
    if (status == PIER_OK) {
        assert_same_table(&table_class, test->record, &loaded);
        assert_same_table(&table_class, test->record, &owned);
    } else {
        assert_status(status, PIER_NO_MEMORY);
        assert_true(faults->struck > 0);
        assert_true(load == NULL || pier_archive_error(load)->text[0] != '\0');
    }
    pier_archive *store = NULL;
    options.stream_id = 9;
    if (pier_archive_open_store(&store, NULL, &options, &error) == PIER_OK) {
        status = pier_store_record(store, &table_class, test->record);
        assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    }
    void *clone = NULL;
    status = pier_record_clone(&table_class, test->record, &faults->allocator, &clone);
    assert_true(status == PIER_OK ? clone != NULL : clone == NULL && status == PIER_NO_MEMORY && faults->struck > 0);
    if (clone != NULL)
        assert_same_table(&table_class, test->record, clone);
    pier_record_free(clone);
    pier_arena_deinit(&arena);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

static void lack_of_memory_is_told_and_leaks_nothing(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    for (int form = 0; form < FORMS; form++) {
        table record;
        test_fill_table(&record, &arena, 17);
        test_stream stream = store_tables(form, &record, 1);
        fault_case test = {form, &stream, &record};
        assert_true(fault_allocator_sweep(store_and_load, &test) > 10);
        test_stream_free(&stream);
    }
    pier_arena_deinit(&arena);
}

/* Init, copy, compare, print --------------------------------------------------------------------------------------- */

static void an_empty_record_has_its_defaults(void **state) {
    (void)state;
    table record;
    memset(&record, 0x5a, sizeof record);
    pier_record_init(&table_class, &record);
    assert_int_equal(record.seven, 7);
    assert_int_equal(record.none.size, 4);
    assert_memory_equal(record.none.data, "none", 4);
    assert_false(record.has_minus_five);
    assert_int_equal(record.minus_five, -5);
    assert_string_equal(record.label, "label");
    assert_int_equal(record.choice_case, 0);
    assert_int_equal(record.bools_count, 0);
    assert_null(record.tree);
    /* A plain record that has nothing, and one whose fields are all nil, are the same. */
    /* A map without a field, an array without one, a map with two of nil, an array of 49 of nil. */
    static const char *const hex[] = {"80", "90", "82 a5 736576656e c0 a6 63686f696365 c0", NULL};
    char nils[128] = "dc 0031 ";
    for (size_t i = 0; i < 49; i++) {
        (void)strcat(nils, "c0");
    }
    for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++) {
        uint8_t bytes[64];
        test_stream stream = {bytes, test_hex(hex[i] != NULL ? hex[i] : nils, bytes, sizeof bytes)};
        pier_archive_options options = options_of(1, NULL);
        pier_archive *load = test_open_stream(&stream, &options);
        table loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &table_class, &loaded), PIER_OK);
        assert_same_table(&table_class, &record, &loaded);
        pier_archive_destroy(load);
    }
}

static void copies_are_whole_and_independent(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        pier_arena arena;
        pier_arena copy_arena;
        pier_arena_init(&arena, &faults.allocator, 0);
        pier_arena_init(&copy_arena, &faults.allocator, 0);
        table record;
        table copy;
        void *clone = NULL;
        static char before[1 << 16];
        static char after[1 << 16];
        test_fill_table(&record, &arena, seed);
        (void)pier_record_print(&table_class, &record, before, sizeof before);
        assert_status(pier_record_copy(&table_class, &record, &copy_arena, &copy), PIER_OK);
        assert_status(pier_record_clone(&table_class, &record, &faults.allocator, &clone), PIER_OK);
        assert_same_table(&table_class, &record, &copy);
        /* The allocator overwrites what it gets back. */
        pier_arena_deinit(&arena);
        memset(&record, 0x5a, sizeof record);
        assert_same_table(&table_class, clone, &copy);
        pier_arena_deinit(&copy_arena);
        (void)pier_record_print(&table_class, clone, after, sizeof after);
        assert_string_equal(before, after);
        pier_record_free(clone);
        fault_allocator_check(&faults);
    }
    pier_record_free(NULL);
}

static void copies_that_cannot_be_are_refused(void **state) {
    (void)state;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 4096);
    table record;
    table copy;
    static const table zero;
    pier_record_init(&table_class, &record);
    record.i32s_count = 3;
    assert_status(pier_record_copy(&table_class, &record, &arena, &copy), PIER_RANGE);
    assert_memory_equal(&copy, &zero, sizeof zero);
    record.i32s_count = 0;
    record.few_sides_count = 4;
    assert_status(pier_record_copy(&table_class, &record, &arena, &copy), PIER_RANGE);
    record.few_sides_count = 0;
    int32_t many[2000] = {0};
    record.i32s = many;
    record.i32s_count = 2000;
    assert_status(pier_record_copy(&table_class, &record, &arena, &copy), PIER_LIMIT);
    assert_memory_equal(&copy, &zero, sizeof zero);
    assert_int_equal(pier_arena_used_bytes(&arena), 0);
    record.i32s_count = 0;
    /* A circle is deeper than anything. */
    pier_arena_deinit(&arena);
    pier_arena_init(&arena, NULL, 0);
    node circle = {.value = 1, .next = &circle};
    record.tree = &circle;
    assert_status(pier_record_copy(&table_class, &record, &arena, &copy), PIER_LIMIT);
    assert_int_equal(pier_arena_used_bytes(&arena), 0);
    void *clone = &copy;
    assert_status(pier_record_clone(&table_class, &record, NULL, &clone), PIER_LIMIT);
    assert_null(clone);
    node other = {.value = 1, .next = &other};
    table second = record;
    second.tree = &other;
    assert_int_equal(pier_record_compare(&table_class, &record, &second), 0);
    assert_true(pier_record_print(&table_class, &record, NULL, 0) > 1000);
    pier_arena_deinit(&arena);
}

static void assert_order(const pier_class *type, const void *lower, const void *higher) {
    assert_true(pier_record_compare(type, lower, higher) < 0);
    assert_true(pier_record_compare(type, higher, lower) > 0);
    assert_int_equal(pier_record_compare(type, lower, lower), 0);
    assert_int_equal(pier_record_compare(type, higher, higher), 0);
}

#define ORDER(lower_init, higher_init)                                                                                 \
    do {                                                                                                               \
        table lower;                                                                                                   \
        table higher;                                                                                                  \
        pier_record_init(&table_class, &lower);                                                                        \
        pier_record_init(&table_class, &higher);                                                                       \
        lower.lower_init;                                                                                              \
        higher.higher_init;                                                                                            \
        assert_order(&table_class, &lower, &higher);                                                                   \
    } while (0)

static void records_have_a_total_order(void **state) {
    (void)state;
    ORDER(f_i8 = -2, f_i8 = 1);
    ORDER(f_i64 = INT64_MIN, f_i64 = 0);
    ORDER(f_u8 = 1, f_u8 = 200);
    ORDER(f_u64 = 1, f_u64 = UINT64_MAX);
    ORDER(side = -1, side = 1);
    ORDER(has_maybe_side = false, has_maybe_side = true);
    ORDER(span = ((pier_duration){-1, -5}), span = ((pier_duration){-1, -4}));
    ORDER(choice_case = 0, choice_case = TABLE_CHOICE_NUMBER);
    ORDER(none = ((pier_text){"a", 1}), none = ((pier_text){"ab", 2}));
    ORDER(none = ((pier_text){"ab", 2}), none = ((pier_text){"b", 1}));
    double doubles[] = {-INFINITY, -1.5, -0.0, 0.0, 1e300, INFINITY, NAN};
    for (size_t i = 0; i < 7; i++) {
        for (size_t j = 0; j < 7; j++) {
            table one;
            table other;
            pier_record_init(&table_class, &one);
            pier_record_init(&table_class, &other);
            one.f64s_count = other.f64s_count = 1;
            one.f64s = &doubles[i];
            other.f64s = &doubles[j];
            int order = pier_record_compare(&table_class, &one, &other);
            assert_int_equal(order < 0 ? -1 : order > 0, i < j ? -1 : i > j);
            other.f64s_count = 0;
            assert_order(&table_class, &other, &one);
        }
    }
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    table records[12];
    for (size_t i = 0; i < 12; i++) {
        test_fill_table(&records[i], &arena, i);
    }
    for (size_t i = 0; i < 12; i++) {
        for (size_t j = 0; j < 12; j++) {
            int order = pier_record_compare(&table_class, &records[i], &records[j]);
            int back = pier_record_compare(&table_class, &records[j], &records[i]);
            assert_true((order == 0) == (i == j) && (order < 0) == (back > 0));
            for (size_t k = 0; k < 12 && order < 0; k++) {
                if (pier_record_compare(&table_class, &records[j], &records[k]) < 0) {
                    assert_true(pier_record_compare(&table_class, &records[i], &records[k]) < 0);
                }
            }
        }
    }
    pier_arena_deinit(&arena);
}

static void records_print_as_json(void **state) {
    (void)state;
    leaf leaves[2] = {{1, {"a\"b", 3}}, {-2, {NULL, 0}}};
    float few = 0.5F;
    node kid = {.value = 2};
    node tree = {.value = 1, .next = &kid};
    word_entry words[2] = {{{"x", 1}, 1}, {{"y", 1}, 2}};
    word_entry dollar = {{"$x", 2}, 1};
    leaf_entry numbers[1] = {{7, {8, {"z", 1}}}};
    pier_bytes blob = {"\x01\x02", 2};
    pier_time time = {3, 4};
    node *const pointed = &kid;
    table record;
    pier_record_init(&table_class, &record);
    record.side = 1;
    record.has_maybe_side = true;
    record.maybe_side = 77;
    record.span = (pier_duration){-1, -2};
    record.leaves_count = 2;
    record.leaves = leaves;
    record.t_few_count = 1;
    record.t_few[0] = few;
    record.tree = &tree;
    record.words_count = 2;
    record.words = words;
    record.by_number_count = 1;
    record.by_number = numbers;
    record.blobs_count = 1;
    record.blobs = &blob;
    record.times_count = 1;
    record.times = &time;
    record.choice_case = TABLE_CHOICE_POINTER;
    record.choice.pointer = pointed;
    static const char expected[] =
        "{\"f_i8\":0,\"f_i16\":0,\"f_i32\":0,\"f_i64\":0,\"f_u8\":0,\"f_u16\":0,\"f_u32\":0,\"f_u64\":0,\"side\":\"ASK\","
        "\"maybe_side\":77,\"span\":\"-1.000000002s\",\"bools\":[],\"i32s\":[],\"u64s\":[],\"f64s\":[],\"texts\":[],"
        "\"inline_texts\":[],\"blobs\":[{\"$bin\":\"AQI=\"}],\"times\":[{\"$time\":[3,4]}],\"spans\":[],\"sides\":[],"
        "\"leaves\":[{\"x\":1,\"name\":\"a\\\"b\"},{\"x\":-2,\"name\":\"\"}],\"few_sides\":[],\"t_i8\":[],\"t_i16\":[],"
        "\"t_i32\":[],\"t_i64\":[],\"t_u8\":[],\"t_u16\":[],\"t_u32\":[],\"t_u64\":[],\"t_f32\":[],\"t_f64\":[],"
        "\"t_few\":[0.5],\"words\":{\"x\":1,\"y\":2},\"by_number\":{\"$map\":[[7,{\"x\":8,\"name\":\"z\"}]]},"
        "\"by_flag\":{},\"a_leaf\":{\"x\":0,\"name\":\"\"},\"tree\":{\"value\":1,\"next\":{\"value\":2,\"kids\":[]},"
        "\"kids\":[]},\"pointer\":{\"value\":2,\"kids\":[]},\"seven\":7,\"none\":\"none\",\"label\":\"label\"}";
    char text[4096];
    assert_int_equal(pier_record_print(&table_class, &record, text, sizeof text), sizeof expected - 1);
    assert_string_equal(text, expected);
    /* As snprintf: cut, terminated, and its whole length told. */
    for (size_t capacity = 0; capacity < 40; capacity++) {
        memset(text, 'x', sizeof text);
        assert_int_equal(pier_record_print(&table_class, &record, text, capacity), sizeof expected - 1);
        if (capacity > 0) {
            assert_int_equal(strlen(text), capacity - 1);
            assert_memory_equal(text, expected, capacity - 1);
        }
        assert_int_equal(text[capacity], 'x');
    }
    record.words_count = 1;
    record.words = &dollar;
    (void)pier_record_print(&table_class, &record, text, sizeof text);
    assert_non_null(strstr(text, "\"words\":{\"$map\":[[\"$x\",1]]}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_go_there_and_back_in_all_forms),
        cmocka_unit_test(pieces_of_any_size_give_the_same),
        cmocka_unit_test(small_buffers_give_the_same),
        cmocka_unit_test(loading_takes_no_memory_once_it_has_some),
        cmocka_unit_test(codecs_take_no_memory),
        cmocka_unit_test(kept_records_stay_whole),
        cmocka_unit_test(lack_of_memory_is_told_and_leaks_nothing),
        cmocka_unit_test(an_empty_record_has_its_defaults),
        cmocka_unit_test(copies_are_whole_and_independent),
        cmocka_unit_test(copies_that_cannot_be_are_refused),
        cmocka_unit_test(records_have_a_total_order),
        cmocka_unit_test(records_print_as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
