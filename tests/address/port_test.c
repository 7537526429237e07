/* Ports and services: ranges, names both ways, files as people write them, files that are not there or break.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pier/port.h>

#include "support/fault_system.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10

/* The services file of these tests. */
static char services_path[64];

static const char services[] =
    "# Network services\n"
    "\n"
    "tcpmux\t\t1/tcp\t\t\t\t# TCP port service multiplexer\n"
    "http\t\t80/tcp\t\twww\t\t# WorldWideWeb HTTP\r\n"
    "domain 53/tcp\n"
    "domain 53/udp nameserver\n"
    "http 8000/tcp # a second one of the name: the first counts\n"
    "sctpthing 9/sctp www2\n"
    "noport\n"
    "bad1 x/tcp bad\n"
    "bad2 0/tcp bad\n"
    "bad3 65536/tcp bad\n"
    "bad4 077/tcp bad\n"
    "bad5 77 bad\n"
    "bad6 77/tcp6 bad\n"
    "# hidden 99/tcp\n"
    "highest 65535/udp\n" X60 "123 100/tcp sixtythree\n" X60 "1234 101/tcp sixtyfour\n"
    "long 102/tcp " X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 X60 " behind\n"
    "last 103/tcp end";

static int make_file(void **state) {
    (void)state;
    fault_system_reset();
    (void)snprintf(services_path, sizeof services_path, "/tmp/pier-services-XXXXXX");
    int handle = mkstemp(services_path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, services, sizeof services - 1), sizeof services - 1);
    assert_int_equal(close(handle), 0);
    return 0;
}

static int remove_file(void **state) {
    (void)state;
    fault_system_reset();
    return unlink(services_path);
}

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

static void ports_have_a_range(void **state) {
    (void)state;
    static const struct {
        uint16_t port;
        pier_port_range range;
        const char *name;
    } rows[] = {
        {0, PIER_PORT_ANY, "any"},
        {1, PIER_PORT_RESERVED, "reserved"},
        {1023, PIER_PORT_RESERVED, "reserved"},
        {1024, PIER_PORT_REGISTERED, "registered"},
        {49151, PIER_PORT_REGISTERED, "registered"},
        {49152, PIER_PORT_DYNAMIC, "dynamic"},
        {65535, PIER_PORT_DYNAMIC, "dynamic"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(pier_port_range_of(rows[i].port), rows[i].range);
        assert_string_equal(pier_port_range_name(rows[i].range), rows[i].name);
    }
    assert_string_equal(pier_port_range_name((pier_port_range)4), "unknown");
}

static void services_are_found_by_name(void **state) {
    (void)state;
    static const struct {
        const char *asked;
        pier_transport transport;
        const char *name; /* NULL: not there */
        uint16_t port;
        pier_transport of;
    } rows[] = {
        {"http", PIER_TRANSPORT_TCP, "http", 80, PIER_TRANSPORT_TCP},
        {"HTTP", PIER_TRANSPORT_TCP, "http", 80, PIER_TRANSPORT_TCP},
        {"WwW", PIER_TRANSPORT_NONE, "http", 80, PIER_TRANSPORT_TCP},
        {"http", PIER_TRANSPORT_UDP, NULL, 0, 0},
        {"htt", PIER_TRANSPORT_TCP, NULL, 0, 0},
        {"httpx", PIER_TRANSPORT_TCP, NULL, 0, 0},
        {"domain", PIER_TRANSPORT_NONE, "domain", 53, PIER_TRANSPORT_TCP},
        {"domain", PIER_TRANSPORT_UDP, "domain", 53, PIER_TRANSPORT_UDP},
        {"nameserver", PIER_TRANSPORT_NONE, "domain", 53, PIER_TRANSPORT_UDP},
        {"nameserver", PIER_TRANSPORT_TCP, NULL, 0, 0},
        {"tcpmux", PIER_TRANSPORT_TCP, "tcpmux", 1, PIER_TRANSPORT_TCP},
        {"highest", PIER_TRANSPORT_NONE, "highest", 65535, PIER_TRANSPORT_UDP},
        {"end", PIER_TRANSPORT_NONE, "last", 103, PIER_TRANSPORT_TCP},
        {"sixtythree", PIER_TRANSPORT_NONE, X60 "123", 100, PIER_TRANSPORT_TCP},
        {"sixtyfour", PIER_TRANSPORT_NONE, NULL, 0, 0},
        {"sctpthing", PIER_TRANSPORT_NONE, NULL, 0, 0},
        {"noport", PIER_TRANSPORT_NONE, NULL, 0, 0},
        {"bad", PIER_TRANSPORT_NONE, NULL, 0, 0},
        {"hidden", PIER_TRANSPORT_NONE, NULL, 0, 0},
        {"long", PIER_TRANSPORT_NONE, "long", 102, PIER_TRANSPORT_TCP},
        {"behind", PIER_TRANSPORT_NONE, NULL, 0, 0},
        /* Pier's own list is for machines without a file. */
        {"https", PIER_TRANSPORT_TCP, NULL, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_service service;
        pier_error error;
        memset(&service, 0x77, sizeof service);
        pier_status status = pier_service_by_name(rows[i].asked, rows[i].transport, services_path, &service, &error);
        if (status != (rows[i].name != NULL ? PIER_OK : PIER_NOT_FOUND)) {
            fail_msg("%s: %s", rows[i].asked, pier_status_name(status));
        }
        assert_string_equal(service.name, rows[i].name != NULL ? rows[i].name : "");
        assert_int_equal(service.port, rows[i].port);
        assert_int_equal(service.transport, rows[i].of);
        assert_int_equal(service.is_from_file, rows[i].name != NULL);
    }
}

static void services_are_found_by_port(void **state) {
    (void)state;
    static const struct {
        uint16_t port;
        pier_transport transport;
        const char *name; /* NULL: not there */
    } rows[] = {
        {80, PIER_TRANSPORT_TCP, "http"},       {80, PIER_TRANSPORT_UDP, NULL},  {53, PIER_TRANSPORT_UDP, "domain"},
        {53, PIER_TRANSPORT_NONE, "domain"},    {9, PIER_TRANSPORT_NONE, NULL},  {77, PIER_TRANSPORT_NONE, NULL},
        {65535, PIER_TRANSPORT_UDP, "highest"}, {443, PIER_TRANSPORT_TCP, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_service service;
        pier_error error;
        assert_int_equal(pier_service_by_port(rows[i].port, rows[i].transport, services_path, &service, &error),
                         rows[i].name != NULL ? PIER_OK : PIER_NOT_FOUND);
        assert_string_equal(service.name, rows[i].name != NULL ? rows[i].name : "");
        assert_int_equal(service.port, rows[i].name != NULL ? rows[i].port : 0);
    }
}

static void what_is_not_there_is_told(void **state) {
    (void)state;
    pier_service service;
    pier_error error;
    char expected[200];
    assert_int_equal(pier_service_by_name("nosuch", PIER_TRANSPORT_TCP, services_path, &service, &error),
                     PIER_NOT_FOUND);
    (void)snprintf(expected, sizeof expected, "no TCP service of the name nosuch is in %s", services_path);
    assert_string_equal(error.text, expected);
    assert_int_equal(error.floor, PIER_FLOOR_ADDRESS);
    assert_int_equal(pier_service_by_port(4711, PIER_TRANSPORT_UDP, services_path, &service, &error), PIER_NOT_FOUND);
    (void)snprintf(expected, sizeof expected, "no UDP service of port 4711 is in %s", services_path);
    assert_string_equal(error.text, expected);
    assert_int_equal(pier_service_by_port(4711, PIER_TRANSPORT_NONE, "/nowhere/services", &service, &error),
                     PIER_NOT_FOUND);
    assert_string_equal(error.text, "no service of port 4711 is known to Pier itself, and there is no "
                                    "/nowhere/services");
    assert_int_equal(error.os_error, ENOENT);
    assert_int_equal(pier_service_by_name("nosuch", PIER_TRANSPORT_NONE, services_path, &service, NULL),
                     PIER_NOT_FOUND);
}

static void without_a_file_piers_own_list_stands_in(void **state) {
    (void)state;
    pier_service service;
    pier_error error;
    assert_int_equal(pier_service_by_name("https", PIER_TRANSPORT_TCP, "/nowhere/services", &service, &error), PIER_OK);
    assert_int_equal(service.port, 443);
    assert_false(service.is_from_file);
    assert_int_equal(pier_service_by_port(53, PIER_TRANSPORT_UDP, "/nowhere/services", &service, &error), PIER_OK);
    assert_string_equal(service.name, "domain");
    assert_int_equal(service.transport, PIER_TRANSPORT_UDP);
    assert_false(service.is_from_file);
    assert_int_equal(pier_service_by_name("MQTT", PIER_TRANSPORT_NONE, "/nowhere/services", &service, &error), PIER_OK);
    assert_string_equal(service.name, "mqtt");
    assert_int_equal(service.port, 1883);
}

static void the_systems_file_is_asked_by_default(void **state) {
    (void)state;
    pier_service service;
    pier_error error;
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_TCP, NULL, &service, &error), PIER_OK);
    assert_int_equal(service.port, 80);
    assert_int_equal(service.is_from_file, access("/etc/services", F_OK) == 0);
}

static void a_file_that_cannot_be_read_is_told(void **state) {
    (void)state;
    pier_service service;
    pier_error error;
    char expected[200];
    /* A folder opens and does not read. */
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_TCP, "/", &service, &error), PIER_UNSUPPORTED);
    assert_int_equal(error.os_error, EISDIR);
    assert_string_equal(error.text, "/ cannot be read: this is a folder");
    fault_system_fail(FAULT_OPEN, 1, false, EACCES);
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_TCP, services_path, &service, &error), PIER_DENIED);
    (void)snprintf(expected, sizeof expected, "%s cannot be read: permission denied", services_path);
    assert_string_equal(error.text, expected);
    assert_int_equal(service.port, 0);
}

static void a_pipe_in_the_place_of_the_file_holds_nobody(void **state) {
    (void)state;
    char path[64];
    pier_service service;
    pier_error error;
    (void)snprintf(path, sizeof path, "/tmp/pier-services-pipe-%d", (int)getpid());
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_TCP, path, &service, &error), PIER_NOT_FOUND);
    /* Nor one that somebody might write to. */
    int writer = open(path, O_RDWR);
    assert_true(writer >= 0);
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_TCP, path, &service, &error), PIER_UNSUPPORTED);
    assert_int_equal(close(writer), 0);
    assert_int_equal(unlink(path), 0);
}

static void look_up(void *user) {
    (void)user;
    pier_service service;
    pier_error error;
    pier_status status = pier_service_by_name("highest", PIER_TRANSPORT_UDP, services_path, &service, &error);
    if (status == PIER_OK) {
        assert_int_equal(service.port, 65535);
    } else {
        assert_true(fault_system_struck() > 0);
        assert_true(error.os_error != 0);
        assert_int_equal(service.port, 0);
    }
}

static void faults_of_the_system_are_told_and_leave_nothing_open(void **state) {
    (void)state;
    assert_true(fault_system_sweep(look_up, NULL) >= 6);
    assert_true(fault_system_sweep_shortages(look_up, NULL, NULL) >= 36);
    /* Interruptions and short reads change nothing. */
    fault_system_interrupt(2);
    fault_system_shorten(1);
    pier_service service;
    assert_int_equal(pier_service_by_name("end", PIER_TRANSPORT_NONE, services_path, &service, NULL), PIER_OK);
    assert_int_equal(service.port, 103);
    assert_true(fault_system_struck() > 100);
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_service service;
    pier_error error;
    assert_int_equal(pier_service_by_name(NULL, PIER_TRANSPORT_TCP, NULL, &service, &error), PIER_USAGE);
    assert_int_equal(pier_service_by_name("", PIER_TRANSPORT_TCP, NULL, &service, &error), PIER_USAGE);
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_UNIX, NULL, &service, &error), PIER_USAGE);
    assert_int_equal(pier_service_by_name("http", PIER_TRANSPORT_TCP, NULL, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_service_by_port(0, PIER_TRANSPORT_TCP, NULL, &service, &error), PIER_USAGE);
    assert_int_equal(pier_service_by_port(80, (pier_transport)9, NULL, &service, &error), PIER_USAGE);
    assert_int_equal(pier_service_by_port(80, PIER_TRANSPORT_TCP, NULL, NULL, &error), PIER_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_have_a_range),
        cmocka_unit_test_setup_teardown(services_are_found_by_name, make_file, remove_file),
        cmocka_unit_test_setup_teardown(services_are_found_by_port, make_file, remove_file),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_told, make_file, remove_file),
        cmocka_unit_test_setup(without_a_file_piers_own_list_stands_in, reset),
        cmocka_unit_test_setup(the_systems_file_is_asked_by_default, reset),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_is_told, make_file, remove_file),
        cmocka_unit_test_setup(a_pipe_in_the_place_of_the_file_holds_nobody, reset),
        cmocka_unit_test_setup_teardown(faults_of_the_system_are_told_and_leave_nothing_open, make_file, remove_file),
        cmocka_unit_test_setup(misuse_is_refused, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
