/* The scan: every first byte, every limit at its edge, and the same answer however the bytes arrive.
 *
 * Floor 4 (archive). What each first byte means is written down here a second time, from the specification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "archive/scan_internal.h"
#include "base/limits_internal.h"

/* What a run of the scan came to. */
typedef struct answer {
    pier_status status;
    size_t position;
    const char *reason;
    uint64_t found;
    uint64_t limit;
} answer;

static pier_limits limits_of(const pier_limits *given) {
    pier_limits limits;
    pier_error error;
    assert_int_equal(pier__limits_resolve(given, &limits, &error), PIER_OK);
    return limits;
}

static answer answer_of(const pier__scan *scan, pier_status status) {
    answer given = {.status = status, .position = scan->position};
    if (status < 0) {
        given.reason = scan->reason;
    }
    if (status == PIER_LIMIT) {
        given.found = scan->found;
        given.limit = scan->limit;
    }
    return given;
}

static void assert_same_answer(answer one, answer other) {
    assert_int_equal(one.status, other.status);
    assert_int_equal(one.position, other.position);
    assert_ptr_equal(one.reason, other.reason);
    assert_int_equal(one.found, other.found);
    assert_int_equal(one.limit, other.limit);
}

/* Scans `size` bytes that lie in a block of exactly that size. */
static answer scan_exactly(pier__scan *scan, const uint8_t *bytes, size_t size) {
    uint8_t *exact = (uint8_t *)malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    pier_status status = pier__scan_run(scan, exact, size);
    free(exact);
    return answer_of(scan, status);
}

/* Scans at once, byte by byte, and in two parts at every place; all must come to the same. Each part lies at another
 * address: the scan may keep no pointer. */
static answer scan_all_ways(const pier_limits *given, const void *value, size_t size) {
    const uint8_t *bytes = (const uint8_t *)value;
    pier_limits limits = limits_of(given);
    pier__scan scan;
    assert_true(pier__scan_init(&scan, &limits, pier_allocator_default()));
    answer at_once = scan_exactly(&scan, bytes, size);
    pier__scan_begin(&scan);
    answer piecewise = {.status = PIER_MORE};
    for (size_t there = 0; there <= size && piecewise.status == PIER_MORE; there++) {
        piecewise = scan_exactly(&scan, bytes, there);
    }
    assert_same_answer(at_once, piecewise);
    for (size_t cut = 0; cut <= size; cut++) {
        pier__scan_begin(&scan);
        answer halves = scan_exactly(&scan, bytes, cut);
        if (halves.status == PIER_MORE) {
            halves = scan_exactly(&scan, bytes, size);
        }
        assert_same_answer(at_once, halves);
    }
    pier__scan_deinit(&scan, pier_allocator_default());
    return at_once;
}

static void assert_whole(const void *value, size_t size) {
    answer given = scan_all_ways(NULL, value, size);
    assert_int_equal(given.status, PIER_OK);
    assert_int_equal(given.position, size);
    assert_int_equal(pier__scan_extent((const uint8_t *)value, size), size);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(pier__scan_extent((const uint8_t *)value, cut), 0);
    }
}

static void assert_limit(const pier_limits *limits, const void *value, size_t size, size_t position, const char *reason,
                         uint64_t found, uint64_t limit) {
    answer given = scan_all_ways(limits, value, size);
    assert_int_equal(given.status, PIER_LIMIT);
    assert_int_equal(given.position, position);
    assert_string_equal(given.reason, reason);
    assert_int_equal(given.found, found);
    assert_int_equal(given.limit, limit);
}

/* The specification's table: bytes of head, bytes of length in it, what it counts, and how many when the first byte
 * tells. */
typedef struct form {
    char counts; /* '.' nothing, 'b' bytes, 'v' values, 'p' pairs, '!' never used */
    size_t head;
    size_t length;
    size_t count;
} form;

static form form_of(unsigned byte) {
    static const form others[] = {
        {'.', 1, 0, 0}, {'!', 1, 0, 0}, {'.', 1, 0, 0}, {'.', 1, 0, 0},                  /* nil, never, false, true */
        {'b', 2, 1, 0}, {'b', 3, 2, 0}, {'b', 5, 4, 0},                                  /* bin */
        {'b', 3, 1, 0}, {'b', 4, 2, 0}, {'b', 6, 4, 0},                                  /* ext, with its type */
        {'.', 5, 0, 0}, {'.', 9, 0, 0},                                                  /* float */
        {'.', 2, 0, 0}, {'.', 3, 0, 0}, {'.', 5, 0, 0}, {'.', 9, 0, 0},                  /* uint */
        {'.', 2, 0, 0}, {'.', 3, 0, 0}, {'.', 5, 0, 0}, {'.', 9, 0, 0},                  /* int */
        {'b', 2, 0, 1}, {'b', 2, 0, 2}, {'b', 2, 0, 4}, {'b', 2, 0, 8}, {'b', 2, 0, 16}, /* fixext */
        {'b', 2, 1, 0}, {'b', 3, 2, 0}, {'b', 5, 4, 0},                                  /* str */
        {'v', 3, 2, 0}, {'v', 5, 4, 0},                                                  /* array */
        {'p', 3, 2, 0}, {'p', 5, 4, 0},                                                  /* map */
    };
    if (byte <= 0x7f || byte >= 0xe0) {
        return (form){'.', 1, 0, 0};
    }
    if (byte <= 0x8f) {
        return (form){'p', 1, 0, byte & 15};
    }
    if (byte <= 0x9f) {
        return (form){'v', 1, 0, byte & 15};
    }
    if (byte <= 0xbf) {
        return (form){'b', 1, 0, byte & 31};
    }
    return others[byte - 0xc0];
}

/* Writes the value that begins with `byte` and has `count` of what it counts, where the byte leaves that open. Elements
 * are 01. Returns its size. */
static size_t write_value(uint8_t *to, unsigned byte, size_t count) {
    form shape = form_of(byte);
    if (shape.length == 0) {
        count = shape.count;
    }
    memset(to, 0, shape.head);
    to[0] = (uint8_t)byte;
    for (size_t i = 0; i < shape.length; i++) {
        to[1 + i] = (uint8_t)(count >> (8 * (shape.length - 1 - i)));
    }
    size_t body = shape.counts == 'p' ? count * 2 : shape.counts == '.' ? 0 : count;
    memset(to + shape.head, 1, body);
    return shape.head + body;
}

static void every_first_byte_has_its_extent(void **state) {
    (void)state;
    uint8_t value[1024];
    for (unsigned byte = 0; byte < 256; byte++) {
        if (byte == 0xc1) {
            continue;
        }
        for (size_t count = 0; count < (form_of(byte).length > 0 ? 4u : 1u); count++) {
            size_t size = write_value(value, byte, count);
            assert_whole(value, size);
        }
    }
    /* A length that needs each of its bytes. */
    for (unsigned byte = 0xc4; byte <= 0xdf; byte++) {
        if (form_of(byte).length >= 2) {
            assert_whole(value, write_value(value, byte, 0x123));
        }
    }
}

/* Within an array there is a shorter way; it must know the same extents. */
static void every_first_byte_has_its_extent_within_an_array(void **state) {
    (void)state;
    uint8_t value[1024];
    for (unsigned byte = 0; byte < 256; byte++) {
        if (byte == 0xc1) {
            continue;
        }
        value[0] = 0x93;
        size_t size = 1;
        size += write_value(value + size, byte, 3);
        size += write_value(value + size, byte, 0);
        value[size++] = 0xc0;
        assert_whole(value, size);
        /* As the last value of the record, and of an array in it. */
        value[0] = 0x91;
        value[1] = 0x91;
        assert_whole(value, 2 + write_value(value + 2, byte, 5));
        size_t last = write_value(value + 1, byte, 5);
        assert_whole(value, 1 + last);
        /* A limit of bytes that is met within, and one of elements just before. */
        pier_limits limits = {.size = sizeof limits, .record_bytes_max = last};
        if (form_of(byte).counts == '.' || form_of(byte).counts == 'b') {
            assert_limit(&limits, value, 1 + last, 1, "bytes of a record", 1 + last, last);
        }
        limits = (pier_limits){.size = sizeof limits, .elements_max = 1};
        assert_limit(&limits, value, 1 + last, 0, "elements in a record", 2, 1);
    }
}

static void what_follows_a_value_is_not_looked_at(void **state) {
    (void)state;
    static const uint8_t value[] = {0x92, 0x01, 0x80, 0xc1, 0xc1};
    pier_limits limits = limits_of(NULL);
    pier__scan scan;
    assert_true(pier__scan_init(&scan, &limits, pier_allocator_default()));
    assert_int_equal(pier__scan_run(&scan, value, sizeof value), PIER_OK);
    assert_int_equal(scan.position, 3);
    /* Asked again, it answers the same and goes no further. */
    assert_int_equal(pier__scan_run(&scan, value, sizeof value), PIER_OK);
    assert_int_equal(scan.position, 3);
    assert_int_equal(pier__scan_extent(value, sizeof value), 3);
    pier__scan_begin(&scan);
    assert_int_equal(pier__scan_run(&scan, value + 2, 3), PIER_OK);
    assert_int_equal(scan.position, 1);
    pier__scan_deinit(&scan, pier_allocator_default());
}

static void a_failure_is_answered_again(void **state) {
    (void)state;
    static const uint8_t value[] = {0x93, 0x01, 0x02, 0x03};
    pier_limits limits = limits_of(&(pier_limits){.size = sizeof limits, .elements_max = 3});
    pier__scan scan;
    assert_true(pier__scan_init(&scan, &limits, pier_allocator_default()));
    answer first = answer_of(&scan, pier__scan_run(&scan, value, sizeof value));
    assert_int_equal(first.status, PIER_LIMIT);
    assert_same_answer(first, answer_of(&scan, pier__scan_run(&scan, value, sizeof value)));
    pier__scan_deinit(&scan, pier_allocator_default());
}

static void the_byte_that_is_never_used_is_refused(void **state) {
    (void)state;
    static const uint8_t alone[] = {0xc1};
    static const uint8_t inside[] = {0x82, 0xa1, 'a', 0x92, 0x01, 0xc1, 0x02};
    answer given = scan_all_ways(NULL, alone, sizeof alone);
    assert_int_equal(given.status, PIER_PROTOCOL);
    assert_int_equal(given.position, 0);
    assert_non_null(given.reason);
    given = scan_all_ways(NULL, inside, sizeof inside);
    assert_int_equal(given.status, PIER_PROTOCOL);
    assert_int_equal(given.position, 5);
    assert_int_equal(pier__scan_extent(inside, sizeof inside), 0);
    assert_int_equal(pier__scan_extent(alone, sizeof alone), 0);
}

/* `depth` arrays or maps in one another, the innermost empty or with one value. Returns the size. */
static size_t write_nest(uint8_t *to, size_t depth, bool maps, bool is_empty) {
    size_t size = 0;
    for (size_t i = 1; i <= depth; i++) {
        bool is_last = i == depth && is_empty;
        to[size++] = (uint8_t)((maps ? 0x80 : 0x90) | (is_last ? 0 : 1));
        if (maps && !is_last) {
            to[size++] = 0x00;
        }
    }
    if (!is_empty) {
        to[size++] = 0xc0;
    }
    return size;
}

static void depth_counts_arrays_and_maps_even_empty_ones(void **state) {
    (void)state;
    uint8_t value[600];
    for (int maps = 0; maps < 2; maps++) {
        for (int is_empty = 0; is_empty < 2; is_empty++) {
            assert_whole(value, write_nest(value, 127, maps, is_empty));
            assert_whole(value, write_nest(value, 128, maps, is_empty));
            size_t size = write_nest(value, 129, maps, is_empty);
            size_t innermost = maps ? 256 : 128;
            assert_limit(NULL, value, size, innermost, "depth of arrays and maps", 129, 128);
            /* The extent has no such limit. */
            assert_int_equal(pier__scan_extent(value, size), size);
        }
    }
    pier_limits shallow = {.size = sizeof shallow, .depth_max = 1};
    static const uint8_t two[] = {0x91, 0x90};
    assert_limit(&shallow, two, sizeof two, 1, "depth of arrays and maps", 2, 1);
    static const uint8_t one[] = {0x92, 0x01, 0x02};
    assert_int_equal(scan_all_ways(&shallow, one, sizeof one).status, PIER_OK);
    pier_limits deep = {.size = sizeof deep, .depth_max = PIER_DEPTH_MAX_HIGHEST};
    static uint8_t abyss[2200];
    assert_int_equal(scan_all_ways(&deep, abyss, write_nest(abyss, 1024, false, true)).status, PIER_OK);
    assert_limit(&deep, abyss, write_nest(abyss, 1025, false, true), 1024, "depth of arrays and maps", 1025, 1024);
}

static void elements_count_keys_and_containers(void **state) {
    (void)state;
    pier_limits seven = {.size = sizeof seven, .elements_max = 7};
    /* The map, two keys, two values: one of them an array of two. */
    static const uint8_t value[] = {0x82, 0xa1, 'a', 0x01, 0xa1, 'b', 0x92, 0x01, 0x02};
    assert_int_equal(scan_all_ways(&seven, value, sizeof value).status, PIER_OK);
    pier_limits six = {.size = sizeof six, .elements_max = 6};
    /* The array's head announces more than may come: refused before its elements are there. */
    assert_limit(&six, value, sizeof value, 6, "elements in a record", 7, 6);
    assert_limit(&six, value, 7, 6, "elements in a record", 7, 6);
    pier_limits three = {.size = sizeof three, .elements_max = 3};
    assert_limit(&three, value, sizeof value, 0, "elements in a record", 5, 3);
    pier_limits one = {.size = sizeof one, .elements_max = 1};
    static const uint8_t empty[] = {0x90};
    assert_int_equal(scan_all_ways(&one, empty, sizeof empty).status, PIER_OK);
    static const uint8_t single[] = {0x91, 0x01};
    assert_limit(&one, single, sizeof single, 0, "elements in a record", 2, 1);
    /* A sibling behind an inner array that used the rest up. */
    pier_limits four = {.size = sizeof four, .elements_max = 4};
    static const uint8_t sibling[] = {0x92, 0x92, 0x01, 0x02, 0x03};
    assert_limit(&four, sibling, sizeof sibling, 4, "elements in a record", 5, 4);
}

static void texts_have_a_limit_of_their_own(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .text_bytes_max = 4};
    static const unsigned firsts[] = {0xd9, 0xda, 0xdb, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9};
    uint8_t value[32];
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        assert_int_equal(scan_all_ways(&limits, value, write_value(value, firsts[i], 4)).status, PIER_OK);
        size_t size = write_value(value, firsts[i], 5);
        assert_limit(&limits, value, size, 0, "bytes of one text, bin or ext", 5, 4);
        /* Told by the head alone. */
        assert_limit(&limits, value, form_of(firsts[i]).head, 0, "bytes of one text, bin or ext", 5, 4);
    }
    assert_int_equal(scan_all_ways(&limits, value, write_value(value, 0xa4, 0)).status, PIER_OK);
    assert_limit(&limits, value, write_value(value, 0xa5, 0), 0, "bytes of one text, bin or ext", 5, 4);
    assert_int_equal(scan_all_ways(&limits, value, write_value(value, 0xd6, 0)).status, PIER_OK);
    assert_limit(&limits, value, write_value(value, 0xd7, 0), 0, "bytes of one text, bin or ext", 8, 4);
}

static void a_value_has_a_limit_in_bytes(void **state) {
    (void)state;
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 5};
    static const uint8_t fits[] = {0x92, 0xa2, 'a', 'b', 0x01};
    assert_int_equal(scan_all_ways(&limits, fits, sizeof fits).status, PIER_OK);
    static const uint8_t above[] = {0x93, 0xa2, 'a', 'b', 0x01, 0x02};
    assert_limit(&limits, above, sizeof above, 5, "bytes of a record", 6, 5);
    static const uint8_t text[] = {0x91, 0xa4, 'a', 'b', 'c', 'd'};
    assert_limit(&limits, text, sizeof text, 1, "bytes of a record", 6, 5);
    assert_limit(&limits, text, 2, 1, "bytes of a record", 6, 5);
    static const uint8_t number[] = {0xcf, 0, 0, 0, 0, 0, 0, 0, 1};
    assert_limit(&limits, number, sizeof number, 0, "bytes of a record", 9, 5);
    pier_limits one = {.size = sizeof one, .record_bytes_max = 1};
    assert_int_equal(scan_all_ways(&one, number + 8, 1).status, PIER_OK);
    assert_limit(&one, "\x91\x01", 2, 1, "bytes of a record", 2, 1);
}

/* Five bytes that announce gigabytes cost nothing: they are refused by their head, or more input is asked for. */
static void hostile_lengths_are_only_words(void **state) {
    (void)state;
    static const uint8_t array[] = {0xdd, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t map[] = {0xdf, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t text[] = {0xdb, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t bin[] = {0xc6, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t ext[] = {0xc9, 0xff, 0xff, 0xff, 0xff, 0x05};
    uint64_t most = UINT32_MAX;
    assert_limit(NULL, array, sizeof array, 0, "elements in a record", most + 1, 1 << 20);
    assert_limit(NULL, map, sizeof map, 0, "elements in a record", most * 2 + 1, 1 << 20);
    assert_limit(NULL, text, sizeof text, 0, "bytes of one text, bin or ext", most, 16 << 20);
    assert_limit(NULL, bin, sizeof bin, 0, "bytes of one text, bin or ext", most, 16 << 20);
    assert_limit(NULL, ext, sizeof ext, 0, "bytes of one text, bin or ext", most, 16 << 20);
    pier_limits wide = {.size = sizeof wide, .elements_max = UINT64_MAX, .text_bytes_max = UINT64_MAX};
    assert_int_equal(scan_all_ways(&wide, array, sizeof array).status, PIER_MORE);
    assert_int_equal(scan_all_ways(&wide, map, sizeof map).status, PIER_MORE);
    assert_limit(&wide, text, sizeof text, 0, "bytes of a record", most + 5, 16 << 20);
    assert_int_equal(pier__scan_extent(array, sizeof array), 0);
    assert_int_equal(pier__scan_extent(map, sizeof map), 0);
    assert_int_equal(pier__scan_extent(text, sizeof text), 0);
    /* Heads within heads, each of the widest count: nothing overflows. */
    uint8_t nest[129 * 5];
    for (size_t i = 0; i < 129; i++) {
        memcpy(nest + i * 5, map, 5);
    }
    assert_int_equal(scan_all_ways(&wide, nest, 128 * 5).status, PIER_MORE);
    assert_limit(&wide, nest, sizeof nest, 128 * 5, "depth of arrays and maps", 129, 128);
    assert_int_equal(pier__scan_extent(nest, sizeof nest), 0);
}

static void no_bytes_are_no_value(void **state) {
    (void)state;
    assert_int_equal(scan_all_ways(NULL, "", 0).status, PIER_MORE);
    assert_int_equal(pier__scan_extent((const uint8_t *)"", 0), 0);
}

/* Counts what a value holds by going down into it, the plain way; returns its size, 0 when it is not whole. */
static size_t walk(const uint8_t *bytes, size_t size, unsigned depth) {
    if (size == 0 || depth > 200) {
        return 0;
    }
    form shape = form_of(bytes[0]);
    if (shape.counts == '!' || shape.head > size) {
        return 0;
    }
    size_t count = shape.count;
    for (size_t i = 0; i < shape.length; i++) {
        count = count << 8 | bytes[1 + i];
    }
    size_t position = shape.head;
    if (shape.counts == '.') {
        return position;
    }
    if (shape.counts == 'b') {
        return count <= size - position ? position + count : 0;
    }
    for (size_t left = shape.counts == 'p' ? count * 2 : count; left > 0; left--) {
        size_t inner = walk(bytes + position, size - position, depth + 1);
        if (inner == 0) {
            return 0;
        }
        position += inner;
    }
    return position;
}

static void random_bytes_have_the_extent_that_a_walk_finds(void **state) {
    (void)state;
    uint64_t seed = 0x9e3779b97f4a7c15u;
    uint8_t bytes[48];
    size_t whole = 0;
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            /* Small counts and short texts come often, so that values within values do. */
            static const uint8_t often[] = {0x92, 0x81, 0xa2, 0xdc, 0x00, 0x01, 0xd9, 0xc7, 0xd4, 0xcd, 0x90, 0xdf};
            bytes[i] = seed % 3 != 0 ? often[(seed >> 32) % sizeof often] : (uint8_t)(seed >> 40);
        }
        size_t expected = walk(bytes, sizeof bytes, 0);
        assert_int_equal(pier__scan_extent(bytes, sizeof bytes), expected);
        pier_limits limits = limits_of(NULL);
        pier__scan scan;
        assert_true(pier__scan_init(&scan, &limits, pier_allocator_default()));
        pier_status status = pier__scan_run(&scan, bytes, sizeof bytes);
        assert_int_equal(status == PIER_OK, expected != 0);
        if (expected != 0) {
            assert_int_equal(scan.position, expected);
            whole++;
        }
        pier__scan_deinit(&scan, pier_allocator_default());
    }
    assert_true(whole > 1000);
}

static void without_memory_there_is_no_scan(void **state) {
    (void)state;
    pier_limits limits = limits_of(NULL);
    limits.depth_max = 0; /* an array of nothing is never allocated */
    pier__scan scan;
    assert_false(pier__scan_init(&scan, &limits, pier_allocator_default()));
    pier__scan_deinit(&scan, pier_allocator_default());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_first_byte_has_its_extent),
        cmocka_unit_test(every_first_byte_has_its_extent_within_an_array),
        cmocka_unit_test(what_follows_a_value_is_not_looked_at),
        cmocka_unit_test(a_failure_is_answered_again),
        cmocka_unit_test(the_byte_that_is_never_used_is_refused),
        cmocka_unit_test(depth_counts_arrays_and_maps_even_empty_ones),
        cmocka_unit_test(elements_count_keys_and_containers),
        cmocka_unit_test(texts_have_a_limit_of_their_own),
        cmocka_unit_test(a_value_has_a_limit_in_bytes),
        cmocka_unit_test(hostile_lengths_are_only_words),
        cmocka_unit_test(no_bytes_are_no_value),
        cmocka_unit_test(random_bytes_have_the_extent_that_a_walk_finds),
        cmocka_unit_test(without_memory_there_is_no_scan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
