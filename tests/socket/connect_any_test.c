/* Connecting to one of several addresses: which is taken, when, and what is told when none is.
 *
 * Floor 2 (socket). The table of cases runs over loopback alone: a listener whose queue is full does not answer, like
 * a host that is off, and a port without a listener refuses. The times are printed with each case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "socket/joint.h"
#include "support/nobody.h"
#include "support/fault_system.h"

enum { WAITING_MAX = 8, ADDRESSES_MAX = 6, STAGGER_MS = 250 };

/* What the cases are made of. */
typedef enum place {
    NONE,
    GOOD4, /* answers */
    GOOD6,
    DEAD4, /* does not answer */
    DEAD6,
    REFUSED4, /* says no */
    REFUSED6,
    PLACE_COUNT
} place;

typedef struct world {
    pier_socket *listeners[PLACE_COUNT];
    pier_address addresses[PLACE_COUNT];
    pier_socket *waiting[PLACE_COUNT][WAITING_MAX];
    size_t waiting_count[PLACE_COUNT];
} world;

static world all;

static void open_place(place where, const char *text, uint32_t backlog) {
    pier_address address = joint_parse(text);
    pier_socket_options options = {.size = sizeof options, .backlog = backlog};
    assert_int_equal(pier_socket_listen(&all.listeners[where], &address, &options, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(all.listeners[where], &all.addresses[where]), PIER_OK);
    if (backlog == 1) {
        all.waiting_count[where] = joint_fill_queue(&all.addresses[where], all.waiting[where], WAITING_MAX);
    }
}

static int open_world(void **state) {
    (void)state;
    open_place(GOOD4, "tcp://127.0.0.1:0", 0);
    open_place(DEAD4, "tcp://127.0.0.1:0", 1);
    all.addresses[REFUSED4] = test_nobody_at("tcp://127.0.0.1:0");
    if (joint_kind_is_here(JOINT_TCP_IPV6)) {
        open_place(GOOD6, "tcp://[::1]:0", 0);
        open_place(DEAD6, "tcp://[::1]:0", 1);
        all.addresses[REFUSED6] = test_nobody_at("tcp://[::1]:0");
    }
    return 0;
}

static int close_world(void **state) {
    (void)state;
    for (int where = 0; where < PLACE_COUNT; where++) {
        for (size_t i = 0; i < all.waiting_count[where]; i++) {
            pier_socket_destroy(all.waiting[where][i]);
        }
        pier_socket_destroy(all.listeners[where]);
    }
    return 0;
}

static size_t gather(const place *places, pier_address *addresses) {
    size_t count = 0;
    for (; count < ADDRESSES_MAX && places[count] != NONE; count++) {
        if (all.addresses[places[count]].transport == PIER_TRANSPORT_NONE) {
            skip();
        }
        addresses[count] = all.addresses[places[count]];
    }
    return count;
}

/* A case: the addresses, and which must answer, between these times. */
typedef struct one_case {
    const char *name;
    place places[ADDRESSES_MAX + 1];
    uint32_t stagger_ms;
    int deadline_ms;
    pier_status status;
    place winner;
    int least_ms;
    const char *text; /* of the error, in part */
} one_case;

/* How much later than the least an answer may come on a busy machine. */
enum { LATE_MS = 230 };

static const one_case cases[] = {
    {"a dead IPv6 costs one delay", {DEAD6, GOOD4}, 0, 5000, PIER_OK, GOOD4, STAGGER_MS, NULL},
    {"a dead IPv4 costs one delay", {DEAD4, GOOD6}, 0, 5000, PIER_OK, GOOD6, STAGGER_MS, NULL},
    {"a refusal costs nothing", {REFUSED6, GOOD4}, 0, 5000, PIER_OK, GOOD4, 0, NULL},
    {"the first that works is taken", {GOOD6, GOOD4}, 0, 5000, PIER_OK, GOOD6, 0, NULL},
    {"the order of the addresses counts", {GOOD4, GOOD6}, 0, 5000, PIER_OK, GOOD4, 0, NULL},
    {"dead ones behind it cost nothing", {GOOD4, DEAD6, DEAD4}, 0, 5000, PIER_OK, GOOD4, 0, NULL},
    {"the families take turns", {DEAD6, DEAD6, DEAD6, GOOD4}, 0, 5000, PIER_OK, GOOD4, STAGGER_MS, NULL},
    {"one family costs a delay each", {DEAD4, DEAD4, DEAD4, GOOD4}, 0, 5000, PIER_OK, GOOD4, 3 * STAGGER_MS, NULL},
    {"a refusal between dead ones", {DEAD6, REFUSED4, GOOD6}, 0, 5000, PIER_OK, GOOD6, STAGGER_MS, NULL},
    {"several refusals", {REFUSED6, REFUSED4, REFUSED6, REFUSED4, GOOD4}, 0, 5000, PIER_OK, GOOD4, 0, NULL},
    {"the delay as the program wants it", {DEAD4, DEAD4, GOOD4}, 20, 5000, PIER_OK, GOOD4, 40, NULL},
    {"all refuse", {REFUSED6, REFUSED4}, 0, 5000, PIER_REFUSED, NONE, 0, "the connection was refused"},
    {"nobody answers", {DEAD6, DEAD4}, 0, 400, PIER_TIMEOUT, NONE, 400, "no answer"},
    {"the deadline is before the second", {DEAD6, GOOD4}, 0, 100, PIER_TIMEOUT, NONE, 100, "not tried yet"},
    {"a deadline that has passed", {DEAD6, GOOD4}, 0, 0, PIER_TIMEOUT, NONE, 0, "not tried yet"},
    {"refused and dead", {REFUSED4, DEAD4}, 0, 100, PIER_TIMEOUT, NONE, 100, "the connection was refused; "},
};

/* What was given must be told: the status, and every address in the text. */
static void assert_told(const one_case *this, const pier_address *addresses, size_t count, pier_status status,
                        const pier_error *error) {
    assert_int_equal(error->status, status);
    assert_non_null(strstr(error->text, this->text));
    for (size_t i = 0; i < count; i++) {
        char name[PIER_ADDRESS_TEXT_BYTES_MAX];
        (void)pier_address_format(&addresses[i], name, sizeof name);
        assert_non_null(strstr(error->text, name));
    }
}

/* Plays a case once; returns how many milliseconds it took. */
static int64_t play(const one_case *this, const pier_address *addresses, size_t count) {
    pier_socket_options options = {.size = sizeof options, .stagger_ms = this->stagger_ms};
    pier_socket *client = (pier_socket *)&options;
    pier_error error;
    size_t descriptors = fault_system_descriptors();
    memset(&error, 0, sizeof error);
    int64_t begin_ns = pier_clock_monotonic_ns();
    pier_status status =
        pier_socket_connect_any(&client, addresses, count, pier_deadline_after_ms(this->deadline_ms), &options, &error);
    int64_t took_ms = (pier_clock_monotonic_ns() - begin_ns) / 1000000;
    print_message("  %-36s %-8s %4ld ms  %s\n", this->name, pier_status_name(status), (long)took_ms, error.text);
    assert_int_equal(status, this->status);
    if (status == PIER_OK) {
        pier_address peer;
        assert_int_equal(pier_socket_peer_address(client, &peer), PIER_OK);
        assert_true(pier_address_equal(&peer, &all.addresses[this->winner]));
        pier_socket *server = NULL;
        assert_int_equal(pier_socket_accept(all.listeners[this->winner], &server, NULL, joint_patience()), PIER_OK);
        pier_socket_destroy(server);
        pier_socket_destroy(client);
    } else {
        assert_null(client);
        assert_told(this, addresses, count, status, &error);
    }
    assert_int_equal(fault_system_descriptors(), descriptors);
    return took_ms;
}

static void a_case_takes_its_time(void **state) {
    const one_case *this = *state;
    pier_address addresses[ADDRESSES_MAX];
    size_t count = gather(this->places, addresses);
    int64_t least_ms = this->least_ms > 0 ? this->least_ms - 1 : 0;
    int64_t took_ms = INT64_MAX;
    /* Never too early; and in time at least once, because a busy machine may hold up any single call. */
    for (int i = 0; i < 5 && took_ms > this->least_ms + LATE_MS; i++) {
        took_ms = play(this, addresses, count);
        assert_true(took_ms >= least_ms);
    }
    assert_in_range(took_ms, least_ms, this->least_ms + LATE_MS);
}

static void *fire_later(void *argument) {
    struct timespec time = {0, 30 * 1000000L};
    (void)nanosleep(&time, NULL);
    pier_cancel_fire(argument);
    return NULL;
}

static void it_is_cancelled(void **state) {
    (void)state;
    pier_address addresses[2] = {all.addresses[DEAD4], all.addresses[DEAD4]};
    pier_cancel *cancel = NULL;
    pthread_t thread;
    pier_socket *client = NULL;
    pier_error error;
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    pier_socket_options options = {.size = sizeof options, .cancel = cancel};
    /* Before the thread, which may run at once. */
    int64_t begin_ns = pier_clock_monotonic_ns();
    assert_int_equal(pthread_create(&thread, NULL, fire_later, cancel), 0);
    assert_int_equal(pier_socket_connect_any(&client, addresses, 2, PIER_NEVER, &options, &error), PIER_CANCELLED);
    assert_in_range((pier_clock_monotonic_ns() - begin_ns) / 1000000, 29, JOINT_PATIENCE_MS);
    assert_null(client);
    assert_int_equal(error.status, PIER_CANCELLED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pier_cancel_destroy(cancel);
}

static void without_waiting_the_first_that_begins_is_taken(void **state) {
    (void)state;
    pier_address addresses[2] = {joint_parse("tcp://[ff02::1]:9"), all.addresses[GOOD4]};
    pier_socket *client = NULL;
    uint32_t ready = 0;
    assert_int_equal(pier_socket_connect_any(&client, addresses, 2, PIER_NOW, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_wait(client, PIER_WRITABLE, &ready, joint_patience()), PIER_OK);
    assert_int_equal(pier_socket_connected(client), PIER_OK);
    pier_socket *server = NULL;
    assert_int_equal(pier_socket_accept(all.listeners[GOOD4], &server, NULL, joint_patience()), PIER_OK);
    pier_socket_destroy(server);
    pier_socket_destroy(client);
    /* The other one begins, and fails when it is asked. */
    addresses[0] = addresses[1] = all.addresses[DEAD4];
    assert_int_equal(pier_socket_connect_any(&client, addresses, 2, PIER_NOW, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_connected(client), PIER_WOULD_BLOCK);
    pier_socket_destroy(client);
    /* And when none begins, that is told. */
    pier_error error;
    addresses[0] = addresses[1] = joint_parse("tcp://[ff02::1]:9");
    assert_true(pier_socket_connect_any(&client, addresses, 2, PIER_NOW, NULL, &error) < 0);
    assert_null(client);
    assert_non_null(strstr(error.text, "no connection to tcp://[ff02::1]:9, tcp://[ff02::1]:9: "));
}

static void more_addresses_than_words_are_counted(void **state) {
    (void)state;
    pier_address addresses[PIER_CONNECT_ADDRESSES_MAX];
    pier_socket *client = NULL;
    pier_error error;
    for (size_t i = 0; i < PIER_CONNECT_ADDRESSES_MAX; i++) {
        addresses[i] = all.addresses[REFUSED4];
    }
    assert_int_equal(
        pier_socket_connect_any(&client, addresses, PIER_CONNECT_ADDRESSES_MAX, joint_patience(), NULL, &error),
        PIER_REFUSED);
    assert_int_equal(error.os_error, ECONNREFUSED);
    const char *more = strstr(error.text, ", and ");
    assert_non_null(more);
    assert_non_null(strstr(more, " more"));
    assert_non_null(strstr(error.text, ": the connection was refused"));
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_address addresses[2] = {all.addresses[GOOD4], joint_parse("unix:@nobody")};
    pier_socket_options options = {.size = 1};
    pier_socket *client = (pier_socket *)&options;
    pier_error error;
    assert_int_equal(pier_socket_connect_any(NULL, addresses, 1, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_socket_connect_any(&client, addresses, 2, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_null(client);
    assert_non_null(strstr(error.text, "address 1 is none"));
    assert_int_equal(pier_socket_connect_any(&client, addresses, 0, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_socket_connect_any(&client, NULL, 1, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_socket_connect_any(&client, addresses, 65, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_socket_connect_any(&client, addresses, 1, PIER_NOW, &options, &error), PIER_USAGE);
    /* A single one may be Unix. */
    assert_int_equal(pier_socket_connect_any(&client, &addresses[1], 1, PIER_NOW, NULL, &error), PIER_REFUSED);
}

/* One whole connect, for the faults. */
static void connect_once(void) {
    pier_address addresses[2] = {all.addresses[REFUSED4], all.addresses[GOOD4]};
    pier_socket *client = NULL;
    pier_error error;
    pier_status status = pier_socket_connect_any(&client, addresses, 2, joint_patience(), NULL, &error);
    assert_true((status == PIER_OK) == (client != NULL));
    if (status != PIER_OK) {
        assert_true(fault_system_struck() != 0);
        assert_int_equal(error.status, status);
        assert_true(error.text[0] != '\0');
    }
    pier_socket_destroy(client);
    /* The struck ones may have connected, too. */
    pier_socket *server = NULL;
    fault_system_reset();
    while (pier_socket_accept(all.listeners[GOOD4], &server, NULL, PIER_NOW) == PIER_OK) {
        pier_socket_destroy(server);
    }
}

static void faults_are_honest(void **state) {
    (void)state;
    for (int call = 0; call < FAULT_CALL_COUNT; call++) {
        for (uint64_t nth = 1; nth < 6; nth++) {
            size_t descriptors = fault_system_descriptors();
            fault_system_reset();
            fault_system_fail((fault_call)call, nth, nth > 3, ENOBUFS);
            connect_once();
            fault_system_reset();
            assert_int_equal(fault_system_descriptors(), descriptors);
        }
    }
}

int main(void) {
    enum { CASES = sizeof cases / sizeof cases[0] };
    static one_case copies[CASES];
    struct CMUnitTest tests[CASES + 5];
    size_t count = 0;
    memcpy(copies, cases, sizeof cases);
    for (; count < CASES; count++) {
        tests[count] = (struct CMUnitTest){cases[count].name, a_case_takes_its_time, NULL, NULL, &copies[count]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(it_is_cancelled);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(without_waiting_the_first_that_begins_is_taken);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(more_addresses_than_words_are_counted);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(misuse_is_refused);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(faults_are_honest);
    return _cmocka_run_group_tests("connect to any", tests, count, open_world, close_world);
}
