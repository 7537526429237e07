/* Names, waited for: several name servers, search domains, the system's configuration, many answers, deadlines and
 * cancel, each with the time that it took.
 *
 * Floor 1 (address). The name servers are the test's own; what one of them may do is in resolve_server_test.c, names
 * that never leave this machine in resolve_local_test.c, the resolver object in resolver_test.c, what breaks underneath
 * in resolve_faults_test.c. */
#include "address/resolve_support.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/dns_server.h"

#define X10 "xxxxxxxxxx"
#define LABEL63 X10 X10 X10 X10 X10 X10 "xxx"

/* Several servers. */

static void the_next_server_is_asked_soon(void **state) {
    (void)state;
    static const dns_rule good[] = {{.addresses = "127.0.0.2 ::1"}};
    static const dns_rule failing[] = {{.rcode = DNS_SERVFAIL}};
    static const dns_rule refusing[] = {{.rcode = DNS_REFUSED}};
    static const dns_rule silent[] = {{.conduct = DNS_SILENT}};
    static const dns_rule lying[] = {{.conduct = DNS_WRONG_ID, .addresses = "127.0.0.9"}};
    static const dns_rule late[] = {{.delay_ms = 200, .addresses = "127.0.0.2 ::1"}};
    static const struct {
        const char *what;
        const dns_rule *first; /* NULL: dead */
        const dns_rule *second;
        int64_t timeout_ms;
        int64_t least_ms;
        int64_t most_ms;
    } rows[] = {
        {"dead, then good", NULL, good, 5000, 0, 0},
        {"failing, then good", failing, good, 5000, 0, 0},
        {"refusing, then good", refusing, good, 5000, 0, 0},
        {"silent, then good", silent, good, 1000, 95, 100},
        {"silent, then good, with more time", silent, good, 8000, 490, 500},
        {"lying, then good", lying, good, 1000, 95, 100},
        /* The first one's answer counts although the second was asked meanwhile. */
        {"late, then silent", late, silent, 1600, 200, 200},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        dns_server *first = rows[i].first != NULL ? dns_server_start(rows[i].first, 1, true) : NULL;
        dns_server *second = dns_server_start(rows[i].second, 1, true);
        pier_address servers[2] = {first != NULL ? dns_server_address(first) : dns_dead_address(),
                                   dns_server_address(second)};
        pier_resolve_options options = ask_only(servers, 2);
        outcome result = look_up("host.example:80", &options, rows[i].timeout_ms);
        print_message("%-42s %-12s %6" PRId64 "\n", rows[i].what, pier_status_name(result.status), result.took_ms);
        assert_int_equal(result.status, PIER_OK);
        assert_addresses(&result, "tcp://127.0.0.2:80 tcp://[::1]:80", false, rows[i].what);
        assert_took(&result, rows[i].least_ms, rows[i].most_ms, rows[i].what);
        dns_server_stop(first);
        dns_server_stop(second);
    }
}

static void what_each_server_did_is_told(void **state) {
    (void)state;
    static const dns_rule failing[] = {{.rcode = DNS_SERVFAIL}};
    static const dns_rule broken[] = {{.conduct = DNS_SILENT}};
    dns_server *first = dns_server_start(failing, 1, false);
    dns_server *second = dns_server_start(broken, 1, false);
    pier_address servers[3] = {dns_server_address(first), dns_dead_address(), dns_server_address(second)};
    pier_resolve_options options = ask_only(servers, 3);
    outcome result = look_up("host.example:80", &options, 500);
    assert_int_equal(result.status, PIER_TIMEOUT);
    char expected[256];
    (void)snprintf(expected, sizeof expected,
                   "127.0.0.1:%u answered SERVFAIL; 127.0.0.1:%u cannot be asked: the connection was refused; "
                   "127.0.0.1:%u did not answer",
                   servers[0].port, servers[1].port, servers[2].port);
    const char *tail = strstr(result.error.text, "ms): ");
    assert_non_null(tail);
    if (strncmp(tail + 5, expected, strlen(tail + 5)) != 0 || strlen(tail + 5) < 100) {
        fail_msg("%s", result.error.text);
    }
    dns_server_stop(first);
    dns_server_stop(second);
}

/* Search domains. */

static void search_domains_are_tried_in_order(void **state) {
    (void)state;
    static const dns_rule rules[] = {
        {.name = "short.a.example", .rcode = DNS_NXDOMAIN},
        {.name = "short.b.example", .addresses = "127.0.0.2"},
        {.name = "short", .addresses = "127.0.0.9"},
        {.name = "mixed.a.example", .type = DNS_TYPE_A, .addresses = "127.0.0.3"},
        {.name = "mixed.b.example", .addresses = "::1"},
        {.name = "with.dot", .addresses = "127.0.0.4"},
        {.name = "with.dot.a.example", .addresses = "127.0.0.9"},
        {.name = "other.dot.b.example", .addresses = "127.0.0.5"},
        {.name = "empty.a.example"},
        {.name = "fails.a.example", .rcode = DNS_SERVFAIL},
        {.name = "fails.b.example", .addresses = "127.0.0.9"},
        {.name = "alone", .addresses = "127.0.0.6"},
    };
    static const struct {
        const char *text;
        const char *search;
        pier_status status;
        const char *expected;
    } rows[] = {
        {"short:1", "a.example b.example", PIER_OK, "tcp://127.0.0.2:1"},
        {"short:1", "  b.example.\ta.example ", PIER_OK, "tcp://127.0.0.2:1"},
        {"short.:1", "a.example b.example", PIER_OK, "tcp://127.0.0.9:1"},
        {"short:1", "", PIER_OK, "tcp://127.0.0.9:1"},
        {"short:1", NULL, PIER_OK, "tcp://127.0.0.9:1"},
        {"short:1", ". .. " LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".toolong b.example", PIER_OK,
         "tcp://127.0.0.2:1"},
        /* Both families are of one name, not of two. */
        {"mixed:1", "a.example b.example", PIER_OK, "tcp://127.0.0.3:1"},
        {"with.dot:1", "a.example b.example", PIER_OK, "tcp://127.0.0.4:1"},
        {"other.dot:1", "a.example b.example", PIER_OK, "tcp://127.0.0.5:1"},
        {"alone:1", "a.example b.example", PIER_OK, "tcp://127.0.0.6:1"},
        {"empty:1", "a.example", PIER_NOT_FOUND,
         "there is no address of the host empty (~ ms, last of 2 names): @ answered NXDOMAIN"},
        {"nosuch:1", "a.example b.example", PIER_NOT_FOUND,
         "there is no host of the name nosuch (~ ms, last of 3 names): @ answered NXDOMAIN"},
        /* A server that fails may know the name: another one's address would be a guess. */
        {"fails:1", "a.example b.example", PIER_SYSTEM,
         "the name servers fail to tell about fails (~ ms): @ answered SERVFAIL"},
    };
    dns_server *server = dns_server_start(rules, COUNT(rules), false);
    pier_address address = dns_server_address(server);
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_resolve_options options = ask_only(&address, 1);
        options.search = rows[i].search;
        outcome result = look_up(rows[i].text, &options, 5000);
        if (result.status != rows[i].status) {
            fail_msg("%s: %s: %s", rows[i].text, pier_status_name(result.status), result.error.text);
        }
        if (rows[i].status == PIER_OK) {
            assert_addresses(&result, rows[i].expected, true, rows[i].text);
        } else if (!text_fits(result.error.text, rows[i].expected, &address)) {
            fail_msg("%s: %s", rows[i].text, result.error.text);
        }
    }
    dns_server_stop(server);
}

static void the_longest_name_is_asked_for(void **state) {
    (void)state;
    /* 253 bytes: three labels of 63 and one of 61. */
    static const char name[] = LABEL63 "." LABEL63 "." LABEL63 "." X10 X10 X10 X10 X10 X10 "x";
    static const dns_rule rules[] = {{.name = name, .addresses = "127.0.0.2"}};
    char text[300];
    assert_int_equal(strlen(name), 253);
    /* The answer names it again, and is too long for a datagram. */
    dns_server *server = dns_server_start(rules, COUNT(rules), true);
    pier_address address = dns_server_address(server);
    pier_resolve_options options = ask_only(&address, 1);
    options.search = "too.long";
    (void)snprintf(text, sizeof text, "tcp://%s:80", name);
    outcome result = look_up(text, &options, 5000);
    assert_int_equal(result.status, PIER_OK);
    assert_addresses(&result, "tcp://127.0.0.2:80", true, "a long name");
    dns_server_stop(server);
}

/* The system's configuration. */

static void the_systems_configuration_is_read(void **state) {
    (void)state;
    /* Its servers have port 53, where nobody can be; what is told of them shows who would have been asked. */
    char path[64];
    write_file(path, "nameserver 127.77.0.1\nnameserver 127.77.0.2\nsearch a.example b.example\noptions ndots:2\n");
    pier_resolve_options options = {.size = sizeof options, .hosts_path = "", .resolv_conf_path = path};
    outcome result = look_up("host:80", &options, 2000);
    assert_int_equal(result.status, PIER_UNREACHABLE);
    assert_non_null(strstr(result.error.text, "127.77.0.1:53 cannot be asked: the connection was refused; "
                                              "127.77.0.2:53 cannot be asked: the connection was refused"));
    assert_int_equal(unlink(path), 0);
    /* Without the file c-ares asks this machine. */
    options.resolv_conf_path = "/nowhere/resolv.conf";
    result = look_up("host:80", &options, 2000);
    assert_int_equal(result.status, PIER_UNREACHABLE);
    assert_non_null(strstr(result.error.text, "127.0.0.1:53 cannot be asked"));
    static char too_long[8192];
    memset(too_long, 'x', sizeof too_long - 1);
    options.resolv_conf_path = too_long;
    result = look_up("tcp://host:80", &options, 2000);
    assert_int_equal(result.status, PIER_SYSTEM);
    assert_int_equal(result.error.offset, 6);
    assert_non_null(strstr(result.error.text, "the system's configuration of names cannot be read: "));
}

/* Many answers. */

static void of_many_addresses_as_many_as_there_is_room_for(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.conduct = DNS_CUT, .address_count = 300}};
    static pier_address addresses[PIER_RESOLVE_ADDRESSES_MAX + 1];
    size_t count = 0;
    pier_error error;
    dns_server *server = dns_server_start(rules, COUNT(rules), true);
    pier_address address = dns_server_address(server);
    pier_resolve_options options = ask_only(&address, 1);
    assert_int_equal(pier_address_resolve("host.example:80", addresses, COUNT(addresses), &count,
                                          pier_deadline_after_ms(5000), &options, &error),
                     PIER_OK);
    assert_int_equal(count, PIER_RESOLVE_ADDRESSES_MAX);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(addresses[i].port, 80);
        for (size_t j = 0; j < i; j++) {
            assert_false(pier_address_equal(&addresses[i], &addresses[j]));
        }
    }
    memset(addresses, 0x77, sizeof addresses);
    assert_int_equal(
        pier_address_resolve("host.example:80", addresses, 2, &count, pier_deadline_after_ms(5000), &options, &error),
        PIER_OK);
    assert_int_equal(count, 2);
    assert_int_equal(addresses[2].transport, 0x77);
    dns_server_stop(server);
}

/* Deadlines and cancel. */

static void what_would_have_to_wait_says_so(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.addresses = "127.0.0.2"}};
    dns_server *server = dns_server_start(rules, COUNT(rules), false);
    pier_address address = dns_server_address(server);
    pier_resolve_options options = ask_only(&address, 1);
    pier_address found;
    size_t count = 99;
    pier_error error;
    assert_int_equal(pier_address_resolve("tcp://host.example:80", &found, 1, &count, PIER_NOW, &options, &error),
                     PIER_WOULD_BLOCK);
    assert_int_equal(count, 0);
    assert_int_equal(error.status, PIER_WOULD_BLOCK);
    assert_int_equal(error.offset, 6);
    assert_int_equal(pier_address_resolve("tcp://host.example:80", &found, 1, &count, PIER_NOW, &options, NULL),
                     PIER_WOULD_BLOCK);
    outcome result = look_up("tcp://host.example:80", &options, 0);
    assert_int_equal(result.status, PIER_TIMEOUT);
    assert_string_equal(result.error.text, "no name server was asked about host.example: the deadline has passed");
    assert_int_equal(dns_server_questions(server, 0), 0);
    assert_int_equal(pier_address_resolve("tcp://localhost:80", &found, 1, &count, PIER_NOW, &options, NULL), PIER_OK);
    dns_server_stop(server);
}

static void deadlines_are_met(void **state) {
    (void)state;
    static const int64_t timeouts_ms[] = {1, 20, 100, 350, 1200};
    int handle = -1;
    pier_address servers[3];
    servers[0] = dns_deaf_address(&handle);
    servers[1] = servers[0];
    servers[2] = servers[0];
    for (size_t count = 1; count <= 3; count += 2) {
        for (size_t i = 0; i < COUNT(timeouts_ms); i++) {
            pier_resolve_options options = ask_only(servers, count);
            outcome result = look_up("host.example:80", &options, timeouts_ms[i]);
            print_message("deadline of %4" PRId64 " ms, %zu silent: %6" PRId64 " ms\n", timeouts_ms[i], count,
                          result.took_ms);
            assert_int_equal(result.status, PIER_TIMEOUT);
            assert_took(&result, timeouts_ms[i], timeouts_ms[i], "a deadline");
        }
    }
    assert_int_equal(close(handle), 0);
}

static void *fire_soon(void *user) {
    struct timespec moment = {0, 200000000};
    (void)nanosleep(&moment, NULL);
    pier_cancel_fire((pier_cancel *)user);
    return NULL;
}

static void another_thread_ends_the_wait(void **state) {
    (void)state;
    int handle = -1;
    pier_address deaf = dns_deaf_address(&handle);
    pier_cancel *cancel = NULL;
    pthread_t thread;
    assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
    pier_resolve_options options = ask_only(&deaf, 1);
    options.cancel = cancel;
    assert_int_equal(pthread_create(&thread, NULL, fire_soon, cancel), 0);
    outcome result = look_up("tcp://host.example:80", &options, -1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(result.status, PIER_CANCELLED);
    assert_int_equal(result.error.offset, 6);
    assert_true(
        text_fits(result.error.text, "it was cancelled to look up host.example (~ ms): @ did not answer", &deaf));
    /* The thread may have slept for some of its time before the look-up began. */
    assert_took(&result, 0, 200, "cancelling");
    /* It is latched: the next one ends before it begins, and what needs no waiting is done all the same. */
    result = look_up("tcp://host.example:80", &options, -1);
    assert_int_equal(result.status, PIER_CANCELLED);
    assert_string_equal(result.error.text, "no name server was asked about host.example: the call was cancelled");
    result = look_up("tcp://localhost:80", &options, -1);
    assert_int_equal(result.status, PIER_OK);
    pier_cancel_clear(cancel);
    result = look_up("tcp://host.example:80", &options, 30);
    assert_int_equal(result.status, PIER_TIMEOUT);
    pier_cancel_destroy(cancel);
    assert_int_equal(close(handle), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_server_is_asked_soon),
        cmocka_unit_test(what_each_server_did_is_told),
        cmocka_unit_test(search_domains_are_tried_in_order),
        cmocka_unit_test(the_longest_name_is_asked_for),
        cmocka_unit_test(the_systems_configuration_is_read),
        cmocka_unit_test(of_many_addresses_as_many_as_there_is_room_for),
        cmocka_unit_test(what_would_have_to_wait_says_so),
        cmocka_unit_test(deadlines_are_met),
        cmocka_unit_test(another_thread_ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
