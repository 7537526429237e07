/* Cancel, deadline and close raced against completion.
 *
 * Floor 2 (socket). In each round one thread waits in a call, while another does at the same time, in any order and at
 * any moment: what completes the call, firing the cancel object, closing the other side or ending its direction; and
 * the deadline passes or not. Whatever wins, the call must end exactly once with something that is true, and what it
 * did not take must still be there, once: so a double completion shows. A wake-up that is lost shows as a round that
 * does not end, and descriptors are counted before and after.
 *
 *     cancel_race_test [ROUNDS]      each of the three calls; 3,000 if none is given */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pier/cancel.h>

#include "socket/joint.h"
#include "support/fault_system.h"

static unsigned long rounds = 3000;

/* What happens beside the waiting call; or-ed. */
enum { COMPLETES = 1, FIRES = 2, CLOSES = 4, HAS_DEADLINE = 8 };

typedef struct race race;

/* One call that is raced: how it waits, what completes it, and what must be true afterwards. */
typedef struct contender {
    void (*open)(race *all);
    pier_status (*wait)(race *all); /* in the waiting thread */
    void (*complete)(race *all);    /* beside it */
    void (*check)(race *all);       /* when both are done; leaves all as it was before the round */
    bool may_shut_down;             /* the other side may end its direction instead of closing */
} contender;

struct race {
    const contender *what;
    pier_cancel *cancel;
    joint ends;
    unsigned actions;
    unsigned delay_spins; /* before the call waits */
    pier_deadline deadline;
    pier_status status; /* how the call ended */
    size_t size;        /* what it moved */
    unsigned ended;     /* how often it ended in this round */
    bool is_closed;     /* or its direction ended */
    bool is_over;
    sem_t go;
    sem_t done;
    uint32_t random;
    unsigned long seen[6]; /* OK, CANCELLED, TIMEOUT, END, RESET, CLOSED: how the calls ended */
};

static uint32_t next_random(race *all) {
    /* xorshift32 of Marsaglia: a test needs variety, not chance. */
    all->random ^= all->random << 13;
    all->random ^= all->random >> 17;
    all->random ^= all->random << 5;
    return all->random;
}

static void spin(unsigned count) {
    for (volatile unsigned i = 0; i < count; i++) {
    }
}

static void semaphore_wait(sem_t *semaphore) {
    while (sem_wait(semaphore) != 0) {
    }
}

/* Waits until the round has ended, for longer than any round takes on any machine. */
static void await_the_end(race *all, unsigned long round) {
    enum { LOST_AFTER_S = 100 };
    struct timespec latest;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &latest), 0);
    latest.tv_sec += LOST_AFTER_S;
    while (sem_timedwait(&all->done, &latest) != 0) {
        if (errno == ETIMEDOUT) {
            fail_msg("a wake-up was lost in round %lu, in which %u happened", round, all->actions);
        }
    }
}

static void *wait_in_rounds(void *argument) {
    race *all = argument;
    for (;;) {
        semaphore_wait(&all->go);
        if (all->is_over) {
            return NULL;
        }
        spin(all->delay_spins);
        all->status = all->what->wait(all);
        all->ended++;
        (void)sem_post(&all->done);
    }
}

/* Does what the round wants, in an order and after pauses that chance chooses. */
static void act(race *all) {
    unsigned left = all->actions & (COMPLETES | FIRES | CLOSES);
    while (left != 0) {
        unsigned chosen = 1u << (next_random(all) % 3);
        if ((left & chosen) == 0) {
            continue;
        }
        left &= ~chosen;
        spin(next_random(all) % 4000);
        if (chosen == COMPLETES) {
            all->what->complete(all);
        } else if (chosen == FIRES) {
            pier_cancel_fire(all->cancel);
        } else {
            if (all->what->may_shut_down && next_random(all) % 2 == 0) {
                assert_int_equal(pier_socket_shutdown(all->ends.server), PIER_OK);
            } else {
                pier_socket_destroy(all->ends.server);
                all->ends.server = NULL;
            }
            all->is_closed = true;
            /* Nothing can complete what is closed. */
            all->actions &= ~(left & COMPLETES);
            left &= ~(unsigned)COMPLETES;
        }
    }
}

static void count_ending(race *all) {
    switch (all->status) {
    case PIER_OK:
        all->seen[0]++;
        break;
    case PIER_CANCELLED:
        all->seen[1]++;
        assert_true((all->actions & FIRES) != 0);
        break;
    case PIER_TIMEOUT:
        all->seen[2]++;
        assert_true((all->actions & HAS_DEADLINE) != 0);
        break;
    case PIER_END:
        all->seen[3]++;
        assert_true((all->actions & CLOSES) != 0);
        break;
    case PIER_RESET:
        all->seen[4]++;
        assert_true((all->actions & CLOSES) != 0);
        break;
    case PIER_CLOSED:
        all->seen[5]++;
        assert_true((all->actions & CLOSES) != 0);
        break;
    default:
        fail_msg("the call ended with %s", pier_status_name(all->status));
    }
}

static void run_rounds(race *all) {
    for (unsigned long round = 0; round < rounds; round++) {
        do {
            all->actions = next_random(all) % 16;
        } while ((all->actions & (COMPLETES | FIRES | CLOSES | HAS_DEADLINE)) == 0);
        if ((all->actions & CLOSES) != 0 && all->ends.server == NULL) {
            /* An acceptor has no other side that could close. */
            all->actions = (all->actions & ~(unsigned)CLOSES) | COMPLETES;
        }
        all->deadline = PIER_NEVER;
        if ((all->actions & HAS_DEADLINE) != 0) {
            all->deadline = pier_clock_monotonic_ns() + (int64_t)(next_random(all) % 60000);
        }
        all->delay_spins = next_random(all) % 4000;
        all->ended = 0;
        all->is_closed = false;
        (void)sem_post(&all->go);
        act(all);
        await_the_end(all, round);
        assert_int_equal(all->ended, 1);
        assert_int_equal(sem_trywait(&all->done), -1);
        count_ending(all);
        pier_cancel_clear(all->cancel);
        all->what->check(all);
    }
}

static void run(const contender *what) {
    size_t descriptors = fault_system_descriptors();
    race *all = calloc(1, sizeof *all);
    assert_non_null(all);
    pthread_t thread;
    all->what = what;
    all->random = 2463534242u;
    assert_int_equal(pier_cancel_create(&all->cancel, NULL, NULL), PIER_OK);
    assert_int_equal(sem_init(&all->go, 0, 0), 0);
    assert_int_equal(sem_init(&all->done, 0, 0), 0);
    what->open(all);
    assert_int_equal(pthread_create(&thread, NULL, wait_in_rounds, all), 0);
    run_rounds(all);
    all->is_over = true;
    (void)sem_post(&all->go);
    assert_int_equal(pthread_join(thread, NULL), 0);
    print_message("%lu rounds: %lu done, %lu cancelled, %lu timed out, %lu ended, %lu reset, %lu closed\n", rounds,
                  all->seen[0], all->seen[1], all->seen[2], all->seen[3], all->seen[4], all->seen[5]);
    /* The race was one: each side won sometimes. */
    assert_true(all->seen[0] != 0 && all->seen[1] != 0 && all->seen[2] != 0);
    joint_close(&all->ends);
    (void)sem_destroy(&all->go);
    (void)sem_destroy(&all->done);
    pier_cancel_destroy(all->cancel);
    free(all);
    assert_int_equal(fault_system_descriptors(), descriptors);
}

/* Reading: a byte completes it. */

static void open_pair(race *all) {
    joint_open(&all->ends, JOINT_PAIR);
    assert_int_equal(pier_socket_set_cancel(all->ends.client, all->cancel), PIER_OK);
}

static pier_status wait_to_read(race *all) {
    char byte = 0;
    pier_status status = pier_socket_read(all->ends.client, &byte, 1, &all->size, all->deadline);
    return status == PIER_OK && byte != 'x' ? PIER_CORRUPT : status;
}

static void send_byte(race *all) {
    pier_bytes span = {"x", 1};
    size_t taken = 0;
    assert_int_equal(pier_socket_write(all->ends.server, &span, 1, &taken, PIER_NOW), PIER_OK);
}

static void check_reading(race *all) {
    char byte = 0;
    size_t size = 0;
    bool was_sent = (all->actions & COMPLETES) != 0;
    bool was_read = all->status == PIER_OK;
    bool was_closed = all->is_closed;
    assert_int_equal(all->size, was_read);
    if (was_sent && !was_read) {
        assert_int_equal(pier_socket_read(all->ends.client, &byte, 1, &size, PIER_NOW), PIER_OK);
        assert_int_equal(byte, 'x');
    }
    assert_int_equal(pier_socket_read(all->ends.client, &byte, 1, &size, PIER_NOW),
                     was_closed ? PIER_END : PIER_WOULD_BLOCK);
    if (was_closed) {
        joint_close(&all->ends);
        open_pair(all);
    }
}

/* Writing into a full queue: reading some of it completes it. */

enum { PIECE = 4096 };

static void open_full(race *all) {
    static const char bytes[PIECE];
    pier_bytes span = {bytes, sizeof bytes};
    size_t taken = 0;
    open_pair(all);
    while (pier_socket_write(all->ends.client, &span, 1, &taken, PIER_NOW) == PIER_OK) {
    }
}

static pier_status wait_to_write(race *all) {
    pier_bytes span = {"x", 1};
    return pier_socket_write(all->ends.client, &span, 1, &all->size, all->deadline);
}

static void make_room(race *all) {
    /* All that is queued, so that there is room for sure. */
    static char bytes[PIECE];
    size_t got = 0;
    while (pier_socket_read(all->ends.server, bytes, sizeof bytes, &got, PIER_NOW) == PIER_OK) {
    }
}

static void check_writing(race *all) {
    assert_int_equal(all->size, all->status == PIER_OK);
    if (all->ends.server == NULL || (all->actions & COMPLETES) != 0) {
        pier_socket_destroy(all->ends.client);
        pier_socket_destroy(all->ends.server);
        all->ends.client = NULL;
        all->ends.server = NULL;
        open_full(all);
    }
}

/* Accepting: a connection completes it. */

static void open_listener(race *all) {
    joint_listen(&all->ends, JOINT_UNIX_ABSTRACT);
    assert_int_equal(pier_socket_set_cancel(all->ends.listener, all->cancel), PIER_OK);
}

/* What a round accepted stays here until it is checked: `server` would be closed by the round. */
static pier_socket *accepted;

static pier_status wait_to_accept(race *all) {
    pier_status status = pier_socket_accept(all->ends.listener, &accepted, NULL, all->deadline);
    all->size = accepted != NULL;
    return status;
}

static void connect_once(race *all) {
    assert_int_equal(pier_socket_connect(&all->ends.client, &all->ends.address, PIER_NOW, NULL, NULL), PIER_OK);
}

static void check_accepting(race *all) {
    assert_int_equal(all->size, all->status == PIER_OK);
    if ((all->actions & COMPLETES) != 0 && accepted == NULL) {
        assert_int_equal(pier_socket_accept(all->ends.listener, &accepted, NULL, PIER_NOW), PIER_OK);
    }
    pier_socket *second = NULL;
    assert_int_equal(pier_socket_accept(all->ends.listener, &second, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    pier_socket_destroy(accepted);
    pier_socket_destroy(all->ends.client);
    accepted = NULL;
    all->ends.client = NULL;
}

static void reading_is_raced(void **state) {
    static const contender what = {open_pair, wait_to_read, send_byte, check_reading, true};
    (void)state;
    run(&what);
}

static void writing_is_raced(void **state) {
    static const contender what = {open_full, wait_to_write, make_room, check_writing, false};
    (void)state;
    run(&what);
}

static void accepting_is_raced(void **state) {
    static const contender what = {open_listener, wait_to_accept, connect_once, check_accepting, false};
    (void)state;
    run(&what);
}

int main(int count, char **arguments) {
    if (count > 1) {
        rounds = strtoul(arguments[1], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_raced),
        cmocka_unit_test(writing_is_raced),
        cmocka_unit_test(accepting_is_raced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
