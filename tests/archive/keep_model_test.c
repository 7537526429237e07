/* Marks, going back, giving up, keeping, recovering and beginning anew in any order, with an allocator that fails now
 * and then, against a model that only counts: what comes is what the stream holds there, and what is kept stays.
 *
 * PIER_TEST_SEED repeats a run; PIER_MODEL_STEPS sets how many steps each format takes, 20,000 when not given.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include <stdlib.h>

#include <pier/keep.h>
#include <pier/mark.h>

#include "support/fault_allocator.h"
#include "support/random.h"

enum { RECORDS = 200, KEPT_MAX = 12, FORMATS = 4 };

/* Framed, compressed, plain, and framed with a block that is damaged: its records are lost. */
enum { FRAMED, COMPRESSED, PLAIN, DAMAGED };

enum { SEEN_RECORD, SEEN_END, SEEN_REWOUND, SEEN_KEPT, SEEN_MISREAD, SEEN_RECOVERED, SEEN_NO_MEMORY, SEEN_KINDS };

typedef struct kept {
    pier_kept_block *block;
    pier_bytes view;
    size_t record;
} kept;

typedef struct model {
    fault_allocator faults;
    pier_archive *load;
    test_source source;
    test_bytes stream;
    int format;
    uint64_t random;
    size_t next;         /* which record comes next, from 0 */
    bool has_record;     /* the one before it is the current one */
    pier_status failure; /* what sticks: PIER_CORRUPT at the damaged block, PIER_TYPE in a record; or PIER_OK */
    size_t lost_from;    /* the records of the damaged block, when there is one */
    size_t lost_to;
    size_t marks[PIER_MARKS_MAX]; /* what came next where they stand */
    size_t mark_count;
    kept kept[KEPT_MAX];
    size_t kept_count;
    size_t seen[SEEN_KINDS]; /* how often each came about */
} model;

static size_t below(model *m, size_t limit) {
    return (size_t)(test_random(&m->random) % limit);
}

static size_t size_of(size_t record) {
    uint64_t seed = record;
    return record % 50 == 49 ? 20000 : test_random(&seed) % 300;
}

/* A record is one text: a head, and its letter. */
static void check_view(pier_bytes view, size_t record) {
    const char *bytes = (const char *)view.data;
    size_t size = size_of(record);
    size_t head = size < 32 ? 1 : size < 256 ? 2 : 3;
    assert_int_equal(view.size, head + size);
    for (size_t i = head; i < view.size; i++) {
        assert_int_equal(bytes[i], 'a' + (char)(record % 26));
    }
}

static void check_kept(const model *m) {
    for (size_t i = 0; i < m->kept_count; i++) {
        check_view(m->kept[i].view, m->kept[i].record);
    }
}

/* Stores the stream, and damages the payload of the block that holds record 100. */
static void make_stream(model *m) {
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 2000};
    pier_archive_options options = {.limits = &limits, .compression_level = m->format == COMPRESSED ? 6 : 0};
    options.format = m->format == PLAIN ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
    pier_archive *store = test_open_store(NULL, &options);
    for (size_t i = 0; i < RECORDS; i++) {
        test_store_text(store, size_of(i), (char)('a' + i % 26));
    }
    test_close(store, &m->stream);
    m->lost_from = m->lost_to = SIZE_MAX;
    if (m->format != DAMAGED) {
        return;
    }
    options = (pier_archive_options){.format = PIER_FORMAT_FRAMED};
    pier_archive *load = test_open_load(NULL, &options);
    assert_status(pier_archive_feed(load, test_bytes_view(&m->stream)), PIER_OK);
    pier_block block;
    do {
        assert_status(pier_archive_next_block(load, &block), PIER_OK);
    } while (block.kind != PIER_BLOCK_RECORDS || block.first_record + block.records <= 100);
    m->lost_from = (size_t)block.first_record - 1;
    m->lost_to = m->lost_from + block.records;
    m->stream.data[block.offset + 64 + block.stored_bytes / 2] ^= 1;
    pier_archive_destroy(load);
}

/* Lets the next allocation fail now and then. Returns whether it did, after the call. */
static void may_fail(model *m) {
    fault_allocator_fail(&m->faults, below(m, 4) == 0 ? 1 : 0, false);
}

static bool has_struck(model *m) {
    bool struck = m->faults.struck > 0;
    fault_allocator_fail(&m->faults, 0, false);
    return struck;
}

/* Feeds when asked to; lack of memory leaves everything as it was, so the call is made again. */
static pier_status move(model *m) {
    for (;;) {
        may_fail(m);
        pier_status status = pier_archive_next(m->load);
        bool struck = has_struck(m);
        if (status == PIER_NO_MEMORY) {
            assert_true(struck);
            m->seen[SEEN_NO_MEMORY]++;
            if (pier_archive_status(m->load) != PIER_OK) {
                /* It sticks for what a block is inflated to; recovering loses nothing but the marks. */
                assert_int_equal(m->format, COMPRESSED);
                assert_status(pier_archive_recover(m->load, NULL), PIER_OK);
                m->mark_count = 0;
            }
        } else if (status != PIER_MORE || !test_feed(m->load, &m->source)) {
            return status;
        }
    }
}

static void step_next(model *m) {
    pier_status status = move(m);
    m->has_record = false;
    if (m->failure == PIER_OK && m->next == m->lost_from) {
        m->failure = PIER_CORRUPT;
    }
    if (m->failure != PIER_OK) {
        assert_status(status, m->failure);
        assert_status(pier_archive_status(m->load), m->failure);
    } else if (m->next == RECORDS) {
        assert_status(status, PIER_END);
        m->seen[SEEN_END]++;
    } else {
        m->seen[SEEN_RECORD]++;
        assert_status(status, PIER_OK);
        m->next++;
        m->has_record = true;
        if (m->format != PLAIN) {
            assert_int_equal(pier_archive_record_number(m->load), m->next);
        }
        check_view(pier_archive_record_bytes(m->load), m->next - 1);
    }
}

static void step_mark(model *m) {
    may_fail(m);
    pier_status status = pier_archive_mark(m->load);
    bool struck = has_struck(m);
    if (m->failure != PIER_OK) {
        assert_status(status, m->failure);
    } else if (m->mark_count == PIER_MARKS_MAX) {
        assert_status(status, PIER_LIMIT);
    } else if (status == PIER_NO_MEMORY) {
        assert_true(struck);
    } else {
        assert_status(status, PIER_OK);
        m->marks[m->mark_count++] = m->next;
    }
}

static void step_rewind(model *m) {
    may_fail(m);
    pier_status status = pier_archive_rewind(m->load);
    bool struck = has_struck(m);
    if (m->mark_count == 0) {
        assert_status(status, PIER_USAGE);
    } else if (status == PIER_NO_MEMORY) {
        assert_true(struck && m->format == COMPRESSED);
        assert_status(pier_archive_rewind(m->load), PIER_OK);
    } else {
        assert_status(status, PIER_OK);
    }
    if (m->mark_count > 0) {
        m->next = m->marks[m->mark_count - 1];
        m->has_record = false;
        m->failure = PIER_OK;
        m->seen[SEEN_REWOUND]++;
    }
}

static void step_release(model *m) {
    pier_archive_release(m->load);
    m->mark_count -= m->mark_count > 0 ? 1 : 0;
}

static void step_keep(model *m) {
    if (m->kept_count == KEPT_MAX || (!m->has_record && m->failure == PIER_OK)) {
        return;
    }
    pier_kept_block *block = NULL;
    may_fail(m);
    pier_status status = pier_archive_keep_block(m->load, &block);
    bool struck = has_struck(m);
    if (m->failure != PIER_OK) {
        assert_status(status, m->failure);
        assert_null(block);
    } else if (status == PIER_NO_MEMORY) {
        assert_true(struck);
        assert_null(block);
        m->seen[SEEN_NO_MEMORY]++;
    } else {
        assert_status(status, PIER_OK);
        m->seen[SEEN_KEPT]++;
        m->kept[m->kept_count++] = (kept){block, pier_archive_record_bytes(m->load), m->next - 1};
    }
}

static void step_give_back(model *m) {
    if (m->kept_count > 0) {
        size_t which = below(m, m->kept_count);
        check_view(m->kept[which].view, m->kept[which].record);
        pier_kept_block_release(m->kept[which].block);
        m->kept[which] = m->kept[--m->kept_count];
    }
}

/* Loads a text as a number, which fails. */
static void step_misread(model *m) {
    if (m->has_record && m->failure == PIER_OK) {
        assert_int_equal(pier_load_u64(m->load), 0);
        assert_status(pier_archive_status(m->load), PIER_TYPE);
        m->failure = PIER_TYPE;
        m->seen[SEEN_MISREAD]++;
    }
}

/* Marks end, and the record or the records of the damaged block are passed over. */
static void step_recover(model *m) {
    if (m->failure == PIER_OK) {
        return;
    }
    pier_status status;
    while ((status = pier_archive_recover(m->load, NULL)) == PIER_MORE) {
        assert_true(test_feed(m->load, &m->source));
    }
    assert_status(status, PIER_OK);
    m->next = m->failure == PIER_CORRUPT ? m->lost_to : m->next;
    m->failure = PIER_OK;
    m->has_record = false;
    m->mark_count = 0;
    m->seen[SEEN_RECOVERED]++;
}

static void step_reset(model *m) {
    if (below(m, 40) != 0 && m->next < RECORDS) {
        return;
    }
    assert_status(pier_archive_reset(m->load), PIER_OK);
    m->source.fed = 0;
    m->source.is_ended = false;
    m->source.chunk = 1 + below(m, 6000);
    m->next = m->mark_count = 0;
    m->has_record = false;
    m->failure = PIER_OK;
}

static void run(int format, size_t steps, uint64_t seed) {
    static void (*const kinds[])(model *) = {
        step_next,   step_next,    step_next, step_next, step_next,      step_next,    step_next,    step_mark,
        step_rewind, step_release, step_keep, step_keep, step_give_back, step_misread, step_recover, step_reset};
    static model m;
    m = (model){.format = format, .random = seed};
    make_stream(&m);
    fault_allocator_init(&m.faults);
    pier_archive_options options = {.allocator = &m.faults.allocator};
    options.format = format == PLAIN ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED;
    m.load = test_open_load(NULL, &options);
    m.source = (test_source){.input = test_bytes_view(&m.stream), .chunk = 1000};
    for (size_t i = 0; i < steps; i++) {
        kinds[below(&m, sizeof kinds / sizeof kinds[0])](&m);
        if (i % 16 == 0) {
            check_kept(&m);
        }
    }
    check_kept(&m);
    for (size_t i = 0; i < SEEN_KINDS; i++) {
        assert_true(m.seen[i] > 0 || steps < 20000);
    }
    pier_archive_destroy(m.load);
    check_kept(&m);
    while (m.kept_count > 0) {
        pier_kept_block_release(m.kept[--m.kept_count].block);
    }
    fault_allocator_check(&m.faults);
    test_bytes_free(&m.stream);
}

static void any_order_comes_to_what_the_model_says(void **state) {
    (void)state;
    const char *steps = getenv("PIER_MODEL_STEPS");
    uint64_t seed = test_seed();
    for (int format = 0; format < FORMATS; format++) {
        run(format, steps != NULL ? strtoul(steps, NULL, 10) : 20000, seed + (uint64_t)format);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_order_comes_to_what_the_model_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
