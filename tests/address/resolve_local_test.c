/* Names that are never looked up, and those that never leave this machine: numbers, malformed text, misuse, localhost,
 * the hosts file, services.
 *
 * Floor 1 (address). What name servers are asked is in resolve_test.c and resolve_server_test.c. */
#include "address/resolve_support.h"

#include <string.h>
#include <unistd.h>

#include "support/dns_server.h"

/* Numbers, malformed text, misuse. */

static void numbers_are_never_looked_up(void **state) {
    (void)state;
    static const char *const texts[] = {"tcp://127.0.0.1:7000", "udp://[::1]:7000", "tcp://[::]:1", "unix:/run/x",
                                        "unix:@x"};
    pier_address dead = dns_dead_address();
    pier_resolve_options options = ask_only(&dead, 1);
    for (size_t i = 0; i < COUNT(texts); i++) {
        outcome result = look_up(texts[i], &options, 0);
        assert_int_equal(result.status, PIER_OK);
        assert_addresses(&result, texts[i], true, texts[i]);
        pier_address address;
        size_t count = 0;
        assert_int_equal(pier_address_resolve(texts[i], &address, 1, &count, PIER_NOW, NULL, NULL), PIER_OK);
        assert_int_equal(count, 1);
    }
}

static void malformed_text_is_never_looked_up(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t offset;
    } rows[] = {
        {"", 0},          {"http://host:80", 0}, {"host", 4},       {"host:", 5},      {"ho st:80", 2},
        {"1.2.3:80", 5},  {"0x7f.1:80", 1},      {"host:+80", 5},   {"host:8/", 6},    {"1.2.3.4.:80", 7},
        {"host:80:x", 7}, {"host:65536", 5},     {"host:-http", 5}, {"host:ht tp", 7}, {"h\xC3\xA4user:80", 1},
    };
    pier_address dead = dns_dead_address();
    pier_resolve_options options = ask_only(&dead, 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        outcome result = look_up(rows[i].text, &options, 1000);
        assert_int_equal(result.status, PIER_ADDRESS);
        assert_int_equal(result.error.offset, rows[i].offset);
        assert_took(&result, 0, 0, rows[i].text);
    }
}

static void numbers_alone_when_asked_for(void **state) {
    (void)state;
    static const struct {
        const char *text;
        pier_status status;
        uint64_t offset;
    } rows[] = {
        {"tcp://127.0.0.1:80", PIER_OK, 0},
        {"tcp://localhost:80", PIER_ADDRESS, 6},
        {"tcp://host:80", PIER_ADDRESS, 6},
        {"tcp://127.0.0.1:http", PIER_ADDRESS, 16},
        {"unix:/x", PIER_OK, 0},
    };
    pier_resolve_options options = {.size = sizeof options, .numeric_only = true};
    for (size_t i = 0; i < COUNT(rows); i++) {
        outcome result = look_up(rows[i].text, &options, 1000);
        assert_int_equal(result.status, rows[i].status);
        if (rows[i].status != PIER_OK) {
            assert_int_equal(result.error.offset, rows[i].offset);
        }
    }
}

static void a_number_of_the_other_family_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        pier_family family;
        pier_status status;
    } rows[] = {
        {"tcp://127.0.0.1:80", PIER_FAMILY_IPV4, PIER_OK},
        {"tcp://127.0.0.1:80", PIER_FAMILY_IPV6, PIER_ADDRESS},
        {"tcp://[::1]:80", PIER_FAMILY_IPV6, PIER_OK},
        {"tcp://[::1]:80", PIER_FAMILY_IPV4, PIER_ADDRESS},
        {"unix:/x", PIER_FAMILY_IPV4, PIER_OK},
    };
    for (int numeric = 0; numeric < 2; numeric++) {
        for (size_t i = 0; i < COUNT(rows); i++) {
            pier_resolve_options options = {
                .size = sizeof options, .family = rows[i].family, .numeric_only = numeric != 0};
            outcome result = look_up(rows[i].text, &options, 1000);
            assert_int_equal(result.status, rows[i].status);
            if (rows[i].status != PIER_OK) {
                assert_non_null(
                    strstr(result.error.text, rows[i].family == PIER_FAMILY_IPV4 ? "this is IPv6" : "this is IPv4"));
            }
        }
    }
}

static void note_done(pier_resolver *resolver, pier_status status, void *user) {
    (void)resolver;
    (void)status;
    (void)user;
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_address address;
    pier_error error;
    size_t count = 99;
    pier_address unix_server = {.family = PIER_FAMILY_UNIX_PATH};
    pier_address servers[PIER_RESOLVE_SERVERS_MAX + 1];
    for (size_t i = 0; i < COUNT(servers); i++) {
        servers[i] = dns_dead_address();
    }
    const pier_resolve_options wrong[] = {
        {.size = 0},
        {.size = 1},
        {.size = sizeof(pier_resolve_options), .family = PIER_FAMILY_UNIX_PATH},
        {.size = sizeof(pier_resolve_options), .done = note_done},
        {.size = sizeof(pier_resolve_options), .servers = servers, .server_count = 0},
        {.size = sizeof(pier_resolve_options), .servers = servers, .server_count = COUNT(servers)},
        {.size = sizeof(pier_resolve_options), .servers = &unix_server, .server_count = 1},
    };
    assert_int_equal(pier_address_resolve(NULL, &address, 1, &count, PIER_NEVER, NULL, &error), PIER_USAGE);
    assert_int_equal(count, 0);
    assert_int_equal(pier_address_resolve("host:80", NULL, 1, &count, PIER_NEVER, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_address_resolve("host:80", &address, 0, &count, PIER_NEVER, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_address_resolve("host:80", &address, 1, NULL, PIER_NEVER, NULL, &error), PIER_USAGE);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        pier_resolve_options options = wrong[i];
        options.hosts_path = "";
        outcome result = look_up("host:80", &options, 1000);
        if (result.status != PIER_USAGE) {
            fail_msg("row %zu: %s", i, pier_status_name(result.status));
        }
    }
}

/* Names that never leave this machine. */

static void localhost_is_the_loopback_and_nobody_is_asked(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.addresses = "192.0.2.1 2001:db8::1"}};
    static const struct {
        const char *text;
        pier_family family;
        const char *expected; /* NULL: an ordinary name */
    } rows[] = {
        {"tcp://localhost:80", PIER_FAMILY_NONE, "tcp://[::1]:80 tcp://127.0.0.1:80"},
        {"tcp://LocalHost.:80", PIER_FAMILY_NONE, "tcp://[::1]:80 tcp://127.0.0.1:80"},
        {"udp://some.thing.localhost:80", PIER_FAMILY_NONE, "udp://[::1]:80 udp://127.0.0.1:80"},
        {"tcp://localhost:80", PIER_FAMILY_IPV4, "tcp://127.0.0.1:80"},
        {"tcp://localhost:80", PIER_FAMILY_IPV6, "tcp://[::1]:80"},
        {"tcp://mylocalhost:80", PIER_FAMILY_NONE, NULL},
        {"tcp://localhost.example:80", PIER_FAMILY_NONE, NULL},
    };
    dns_server *server = dns_server_start(rules, COUNT(rules), false);
    pier_address address = dns_server_address(server);
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_resolve_options options = ask_only(&address, 1);
        options.family = rows[i].family;
        uint32_t asked = dns_server_questions(server, 0);
        outcome result = look_up(rows[i].text, &options, 5000);
        assert_int_equal(result.status, PIER_OK);
        assert_int_equal(dns_server_questions(server, 0) > asked, rows[i].expected == NULL);
        if (rows[i].expected != NULL) {
            assert_addresses(&result, rows[i].expected, false, rows[i].text);
        }
    }
    dns_server_stop(server);
}

static void the_hosts_file_comes_first(void **state) {
    (void)state;
    static const char contents[] = "# hosts\n"
                                   "127.0.0.2  one One.Example\t# comment two\n"
                                   "::1 one six\r\n"
                                   "127.0.0.3 one\n"
                                   "127.0.0.2 one again\n"
                                   "127.0.0.9 localhost\n"
                                   "bad.address broken\n"
                                   "1.2.3 broken\n"
                                   "fe80::1%no-such-if broken\n"
                                   "::ffff::1 broken\n"
                                   "fe80::7%1 scoped\n"
                                   "127.0.0.4\n"
                                   "127.0.0.5 last";
    static const dns_rule rules[] = {{.name = "six", .type = DNS_TYPE_A, .addresses = "127.0.0.7"},
                                     {.name = "broken", .addresses = "127.0.0.8"},
                                     {.name = "two", .addresses = "127.0.0.8"}};
    static const struct {
        const char *text;
        pier_family family;
        const char *expected;
        bool from_server;
    } rows[] = {
        {"one:1", PIER_FAMILY_NONE, "tcp://[::1]:1 tcp://127.0.0.2:1 tcp://127.0.0.3:1", false},
        {"ONE.EXAMPLE.:1", PIER_FAMILY_NONE, "tcp://127.0.0.2:1", false},
        {"one:1", PIER_FAMILY_IPV4, "tcp://127.0.0.2:1 tcp://127.0.0.3:1", false},
        {"six:1", PIER_FAMILY_IPV6, "tcp://[::1]:1", false},
        {"six:1", PIER_FAMILY_IPV4, "tcp://127.0.0.7:1", true},
        {"udp://last:1", PIER_FAMILY_NONE, "udp://127.0.0.5:1", false},
        {"scoped:1", PIER_FAMILY_NONE, "tcp://[fe80::7%1]:1", false},
        {"broken:1", PIER_FAMILY_IPV4, "tcp://127.0.0.8:1", true},
        {"two:1", PIER_FAMILY_IPV4, "tcp://127.0.0.8:1", true},
        /* What ends in localhost is not looked for in the file. */
        {"localhost:1", PIER_FAMILY_IPV4, "tcp://127.0.0.1:1", false},
    };
    char path[64];
    write_file(path, contents);
    dns_server *server = dns_server_start(rules, COUNT(rules), false);
    pier_address address = dns_server_address(server);
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_resolve_options options = ask_only(&address, 1);
        options.hosts_path = path;
        options.family = rows[i].family;
        uint32_t asked = dns_server_questions(server, 0);
        outcome result = look_up(rows[i].text, &options, 5000);
        assert_int_equal(result.status, PIER_OK);
        assert_addresses(&result, rows[i].expected, false, rows[i].text);
        assert_int_equal(dns_server_questions(server, 0) > asked, rows[i].from_server);
    }
    dns_server_stop(server);
    assert_int_equal(unlink(path), 0);
}

static void a_hosts_file_that_is_not_there_has_nothing(void **state) {
    (void)state;
    static const dns_rule rules[] = {{.type = DNS_TYPE_A, .addresses = "127.0.0.7"}};
    dns_server *server = dns_server_start(rules, COUNT(rules), false);
    pier_address address = dns_server_address(server);
    pier_resolve_options options = ask_only(&address, 1);
    options.family = PIER_FAMILY_IPV4;
    options.hosts_path = "/nowhere/hosts";
    outcome result = look_up("one:1", &options, 5000);
    assert_int_equal(result.status, PIER_OK);
    /* One that is there and breaks is told: what it would have said is not known. */
    options.hosts_path = "/";
    result = look_up("tcp://one:1", &options, 5000);
    assert_int_equal(result.status, PIER_UNSUPPORTED);
    assert_int_equal(result.error.offset, 6);
    assert_string_equal(result.error.text, "the hosts file cannot be read for one: this is a folder");
    dns_server_stop(server);
}

static void a_service_gives_its_port(void **state) {
    (void)state;
    char path[64];
    write_file(path, "chat 7000/tcp talk\nchat 7001/udp\n");
    static const struct {
        const char *text;
        const char *expected; /* NULL: not found */
        uint64_t offset;
    } rows[] = {
        {"tcp://127.0.0.1:chat", "tcp://127.0.0.1:7000", 0},
        {"udp://127.0.0.1:chat", "udp://127.0.0.1:7001", 0},
        {"udp://127.0.0.1:talk", NULL, 16},
        {"tcp://localhost:TALK", "tcp://127.0.0.1:7000", 0},
        {"tcp://[::1]:nosuch", NULL, 12},
        {"tcp://nosuch.example:nosuch", NULL, 21},
    };
    pier_address dead = dns_dead_address();
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_resolve_options options = ask_only(&dead, 1);
        options.services_path = path;
        options.family = strstr(rows[i].text, "localhost") != NULL ? PIER_FAMILY_IPV4 : PIER_FAMILY_NONE;
        outcome result = look_up(rows[i].text, &options, 1000);
        if (rows[i].expected != NULL) {
            assert_int_equal(result.status, PIER_OK);
            assert_addresses(&result, rows[i].expected, true, rows[i].text);
        } else {
            assert_int_equal(result.status, PIER_NOT_FOUND);
            assert_int_equal(result.error.offset, rows[i].offset);
            assert_non_null(strstr(result.error.text, "service of the name"));
        }
    }
    assert_int_equal(unlink(path), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_never_looked_up),
        cmocka_unit_test(malformed_text_is_never_looked_up),
        cmocka_unit_test(numbers_alone_when_asked_for),
        cmocka_unit_test(a_number_of_the_other_family_is_refused),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(localhost_is_the_loopback_and_nobody_is_asked),
        cmocka_unit_test(the_hosts_file_comes_first),
        cmocka_unit_test(a_hosts_file_that_is_not_there_has_nothing),
        cmocka_unit_test(a_service_gives_its_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
