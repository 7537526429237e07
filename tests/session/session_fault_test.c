/* Sessions without memory: whichever allocation fails, once or for good, in both sides at once, nothing is lost,
 * doubled or leaked, and with memory again everything that was stored arrives.
 *
 * Floor 6 (session). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "session/session_internal.h"
#include "session/session_pair.h"
#include "support/fault_allocator.h"

enum { VALUES_MAX = 64 };

/* What the programs know. */
typedef struct program {
    uint64_t stored;    /* values from 1 that were stored, one record each */
    uint64_t loaded;    /* values of the peer that were loaded */
    uint64_t committed; /* the record number that was committed last */
} program;

typedef struct scene {
    test_pair pair;
    program programs[2];
    fault_allocator *faults;
} scene;

/* Memory fails for good only so long: from here on there is enough. */
static void heal(scene *of) {
    of->faults->fail_at = 0;
}

static bool may_fail(const scene *of, pier_status status) {
    return status == PIER_NO_MEMORY && of->faults->struck > 0;
}

static void start(scene *of, unsigned side) {
    pier_status status = pair_start(&of->pair, side);
    if (status != PIER_OK) {
        assert_true(may_fail(of, status));
        assert_null(of->pair.sides[side].session);
        if (of->faults->for_good) {
            heal(of);
        }
        assert_int_equal(pair_start(&of->pair, side), PIER_OK);
    }
}

/* No session ever fails for want of memory. */
static void check_alive(const scene *of) {
    for (unsigned side = 0; side < 2; side++) {
        const pier_session *session = of->pair.sides[side].session;
        assert_int_equal(pier_session_status(session), PIER_OK);
        const pier__lane *lanes[] = {&session->sent, &session->received};
        for (size_t i = 0; i < 2; i++) {
            assert_true(lanes[i]->trimmed <= lanes[i]->taken || lanes[i]->trimmed <= lanes[i]->written);
            assert_true(lanes[i]->durable <= lanes[i]->written && lanes[i]->written <= lanes[i]->made);
        }
    }
}

/* The record with the next value; what is refused for want of memory was not stored. */
static void store(scene *of, unsigned side, size_t padding) {
    program *self = &of->programs[side];
    pier_status status = pair_store(&of->pair, side, self->stored + 1, padding);
    pier_archive *archive = pier_session_store_archive(of->pair.sides[side].session);
    if (status == PIER_OK) {
        self->stored++;
        return;
    }
    assert_true(may_fail(of, status) || status == PIER_WOULD_BLOCK);
    assert_int_equal(pier_archive_status(archive), PIER_OK);
    /* Either the record was refused, or the flush was, and the record is there. */
    uint64_t numbers = pier__archive_next_number(archive) - 1;
    self->stored = numbers > self->stored ? self->stored + 1 : self->stored;
    assert_int_equal(numbers, self->stored);
}

/* What lacks memory is tried again; memory that fails for good comes back first. */
static bool tries_again(scene *of, pier_status status) {
    if (status == PIER_OK) {
        return false;
    }
    assert_true(may_fail(of, status));
    if (of->faults->for_good) {
        heal(of);
    }
    return true;
}

/* Loads the current record: from a mark as often as it takes. */
static uint64_t take(scene *of, unsigned side) {
    pier_archive *archive = pier_session_load_archive(of->pair.sides[side].session);
    uint64_t value = 0;
    while (tries_again(of, pier_archive_mark(archive))) {
    }
    while (tries_again(of, pair_take(&of->pair, side, &value))) {
        while (tries_again(of, pier_archive_rewind(archive))) {
        }
    }
    pier_archive_release(archive);
    return value;
}

/* Loads what there is, and commits it. */
static void load(scene *of, unsigned side) {
    program *self = &of->programs[side];
    pier_session *session = of->pair.sides[side].session;
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = pair_next(&of->pair, side);
        if (status == PIER_OK) {
            uint64_t value = take(of, side);
            assert_int_equal(value, self->loaded + 1);
            assert_int_equal(pier_session_record_number(session), value);
            self->loaded = value;
        }
    }
    assert_true(status == PIER_MORE || may_fail(of, status));
    status = pier_session_commit(session, self->loaded);
    assert_int_equal(status, PIER_OK);
    self->committed = self->loaded;
}

static bool is_done(const scene *of) {
    for (unsigned side = 0; side < 2; side++) {
        const pier_session *session = of->pair.sides[side].session;
        if (of->programs[1 - side].loaded < of->programs[side].stored ||
            pier_session_sent(session).committed < of->programs[side].stored) {
            return false;
        }
    }
    return true;
}

/* Goes on until all has arrived; connects anew when the connection ended. */
static void finish(scene *of) {
    for (unsigned turn = 0; turn < 40 && !is_done(of); turn++) {
        if (turn == 20) {
            heal(of);
        }
        if (!of->pair.is_connected) {
            pier_status status = pair_connect(&of->pair);
            assert_true(status == PIER_OK || may_fail(of, status));
        }
        pair_settle(&of->pair);
        check_alive(of);
        for (unsigned side = 0; side < 2; side++) {
            /* What a flush could not do before. */
            pier_status status = pier_session_flush(of->pair.sides[side].session, NULL);
            assert_true(status == PIER_OK || may_fail(of, status) || status == PIER_WOULD_BLOCK);
            load(of, side);
        }
    }
    assert_true(is_done(of));
}

/* Ends both processes well: what was reserved is given back. */
static void rest(scene *of) {
    pair_cut(&of->pair);
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(pier_session_rest(of->pair.sides[side].session), PIER_OK);
    }
    pair_settle(&of->pair);
    for (unsigned side = 0; side < 2; side++) {
        assert_true(of->pair.sides[side].session->is_rested);
        pair_kill(&of->pair, side);
    }
}

static scene of;

/* Creates, connects, exchanges, is killed, resumes, loads, rests, and begins once more. */
static void live(fault_allocator *faults, pier_durability durability, const char *key) {
    memset(&of, 0, sizeof of);
    of.faults = faults;
    pair_init(&of.pair, durability);
    of.pair.sides[0].allocator = &faults->allocator;
    of.pair.sides[1].allocator = &faults->allocator;
    of.pair.shared_key = (pier_bytes){key, key != NULL ? strlen(key) : 0};
    start(&of, PAIR_CLIENT);
    start(&of, PAIR_SERVER);
    for (unsigned i = 0; i < 3; i++) {
        store(&of, PAIR_CLIENT, 10);
        store(&of, PAIR_SERVER, 10000);
    }
    finish(&of);
    /* More than a block; then the connection goes, and both processes, when half has passed. */
    for (unsigned i = 0; i < 6; i++) {
        store(&of, PAIR_CLIENT, 30000);
        (void)pair_disk(&of.pair, PAIR_CLIENT);
        (void)pair_move(&of.pair, 20000);
    }
    store(&of, PAIR_SERVER, 100);
    if (durability == PIER_DURABILITY_DISK) {
        pair_settle(&of.pair);
        check_alive(&of);
        finish(&of);
        pair_kill(&of.pair, PAIR_CLIENT);
        pair_kill(&of.pair, PAIR_SERVER);
    } else {
        finish(&of);
        rest(&of);
    }
    start(&of, PAIR_SERVER);
    start(&of, PAIR_CLIENT);
    /* A life goes on behind what it had committed. */
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(pier_session_record_number(of.pair.sides[side].session), of.programs[side].committed);
    }
    store(&of, PAIR_CLIENT, 5);
    store(&of, PAIR_SERVER, 5);
    finish(&of);
    rest(&of);
    pair_deinit(&of.pair);
}

static void at_disk(fault_allocator *faults, void *user) {
    (void)user;
    live(faults, PIER_DURABILITY_DISK, NULL);
}

static void below_disk(fault_allocator *faults, void *user) {
    (void)user;
    live(faults, PIER_DURABILITY_PROCESS, "a shared key");
}

static void any_allocation_fails_at_disk(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(at_disk, NULL) > 100);
}

static void any_allocation_fails_below_disk(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(below_disk, NULL) > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_allocation_fails_at_disk),
        cmocka_unit_test(any_allocation_fails_below_disk),
    };
    return cmocka_run_group_tests_name("sessions without memory", tests, NULL, NULL);
}
