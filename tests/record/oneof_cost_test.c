/* What definitions with very many oneofs cost: no more than in proportion to their size.
 *
 * Floor 5 (record). Measured is the processor time of this process, of a definition and of one eight times as large,
 * with room for machines that are slow: what grows with the square takes sixty-four times as much. */
#include "record/definition_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <pier/compat.h>

enum { FEW = 8191, MANY = 65535 };

#define LOADED(FIELD) FIELD(1, u8, f1)
PIER_RECORD(loaded, "test.Many", LOADED)

static size_t put_text(uint8_t *at, const char *text) {
    size_t size = strlen(text);
    at[0] = (uint8_t)(0xa0 + size);
    memcpy(at + 1, text, size);
    return size + 1;
}

static size_t put_number(uint8_t *at, uint32_t number) {
    size_t head = number < 128 ? 0 : number < 256 ? 1 : 2;
    if (head > 0) {
        at[0] = head == 1 ? 0xcc : 0xcd;
    }
    if (head == 2) {
        at[1] = (uint8_t)(number >> 8);
    }
    at[head == 2 ? 2 : head] = (uint8_t)number;
    return head == 2 ? 3 : head + 1;
}

/* Makes a class of `fields` fields, of a oneof each or all of one. The caller frees it. */
static uint8_t *make_closure(uint32_t fields, bool is_one, size_t *size) {
    uint8_t *closure = (uint8_t *)malloc(64 + (size_t)fields * 32);
    assert_non_null(closure);
    size_t at = 0;
    memcpy(closure, "\x91\x94\x00", 3);
    at = 3 + put_text(closure + 3, "test.Many");
    closure[at++] = 0;
    closure[at++] = 0xdc;
    closure[at++] = (uint8_t)(fields >> 8);
    closure[at++] = (uint8_t)fields;
    for (uint32_t i = 1; i <= fields; i++) {
        char name[16];
        closure[at++] = 0x97;
        at += put_number(closure + at, i);
        (void)snprintf(name, sizeof name, "f%u", (unsigned)i);
        at += put_text(closure + at, name);
        memcpy(closure + at, "\x06\x00\xc0", 3);
        at += 3;
        (void)snprintf(name, sizeof name, "o%u", is_one ? 1u : (unsigned)i);
        at += put_text(closure + at, name);
        closure[at++] = 0xc0;
    }
    *size = at;
    return closure;
}

static double seconds(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Loads a record by a plan, which is refused: it has none of the slots. Returns what that took. */
static double plan(uint32_t fields, bool is_one) {
    size_t size = 0;
    uint8_t *closure = make_closure(fields, is_one, &size);
    test_stream stream = test_stream_with_closure(closure, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    loaded record;
    double begin = seconds();
    assert_status(loaded_load(load, &record), PIER_PROTOCOL);
    double taken = seconds() - begin;
    assert_non_null(strstr(pier_archive_error(load)->text, "slots, found 0"));
    pier_archive_destroy(load);
    test_stream_free(&stream);
    free(closure);
    return taken;
}

/* Compares the definition with itself. Returns what that took. */
static double compare(uint32_t fields, bool is_one) {
    size_t size = 0;
    uint8_t *closure = make_closure(fields, is_one, &size);
    test_stream stream = test_stream_with_closure(closure, size);
    pier_archive *load = test_open_stream(&stream, NULL);
    assert_status(pier_archive_next(load), PIER_OK);
    pier_compat_side side = {.definition = pier_archive_definition(load)};
    assert_non_null(side.definition);
    pier_compat_verdict worst = PIER_COMPAT_BREAKS;
    double begin = seconds();
    assert_status(pier_compat_find(&side, &side, NULL, NULL, NULL, &worst, NULL), PIER_OK);
    double taken = seconds() - begin;
    assert_int_equal(worst, PIER_COMPAT_LOADS);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    free(closure);
    return taken;
}

static void check(double (*measure)(uint32_t fields, bool is_one), bool is_one) {
    double few = measure(FEW, is_one);
    double many = measure(MANY, is_one);
    if (many > 24 * few + 0.5) {
        fail_msg("%d fields take %.3f s, %d take %.3f s", FEW, few, MANY, many);
    }
}

static void plans_of_many_oneofs_cost_what_they_are(void **state) {
    (void)state;
    check(plan, false);
    check(plan, true);
}

static void comparing_many_oneofs_costs_what_they_are(void **state) {
    (void)state;
    check(compare, false);
    check(compare, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_of_many_oneofs_cost_what_they_are),
        cmocka_unit_test(comparing_many_oneofs_costs_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
