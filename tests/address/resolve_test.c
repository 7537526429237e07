/* Names, waited for: numbers, this machine's own names, and name servers that are good, slow, lying or dead, each with
 * the time that it took.
 *
 * Floor 1 (address). The name servers are the test's own; the resolver object is in resolver_test.c, what breaks
 * underneath in resolve_faults_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pier/network.h>
#include <pier/resolve.h>

#include "support/dns_server.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define X10 "xxxxxxxxxx"
#define LABEL63 X10 X10 X10 X10 X10 X10 "xxx"

/* How much later than promised an answer may come; sanitizers and valgrind need more. */
enum { SLACK_MS = 100 * TIME_FACTOR, ROOM = 8 };

/* What one look-up gave. */
typedef struct outcome {
    pier_status status;
    pier_address addresses[ROOM];
    size_t count;
    pier_error error;
    int64_t took_ms;
} outcome;

static int64_t now_ms(void) {
    return pier_clock_monotonic_ns() / 1000000;
}

/* Looks up with these options; a timeout below 0 is none. */
static outcome look_up(const char *text, const pier_resolve_options *options, int64_t timeout_ms) {
    outcome result;
    memset(&result, 0, sizeof result);
    int64_t begun = now_ms();
    result.status = pier_address_resolve(text, result.addresses, ROOM, &result.count,
                                         pier_deadline_after_ms(timeout_ms), options, &result.error);
    result.took_ms = now_ms() - begun;
    assert_int_equal(result.status == PIER_OK, result.count > 0);
    if (result.status != PIER_OK) {
        assert_int_equal(result.error.status, result.status);
        assert_int_equal(result.error.floor, PIER_FLOOR_ADDRESS);
    }
    return result;
}

/* Options that ask these servers and nothing of this machine. */
static pier_resolve_options ask_only(const pier_address *servers, size_t count) {
    return (pier_resolve_options){
        .size = sizeof(pier_resolve_options), .servers = servers, .server_count = count, .hosts_path = ""};
}

/* Checks that the addresses are those of `expected`, texts with blanks between, in that order or in any. */
static void assert_addresses(const outcome *result, const char *expected, bool in_order, const char *what) {
    char found[ROOM * 64] = "";
    char copy[512];
    size_t wanted = 0;
    (void)snprintf(copy, sizeof copy, "%s", expected);
    for (size_t i = 0; i < result->count; i++) {
        char text[PIER_ADDRESS_TEXT_BYTES_MAX];
        (void)pier_address_format(&result->addresses[i], text, sizeof text);
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i > 0 ? " " : "", text);
    }
    char *rest = copy;
    for (const char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        wanted++;
        if (strstr(found, word) == NULL) {
            fail_msg("%s: %s is missing in %s", what, word, found);
        }
    }
    if (wanted != result->count || (in_order && strcmp(found, expected) != 0)) {
        fail_msg("%s: found %s", what, found);
    }
}

static void assert_took(const outcome *result, int64_t least_ms, int64_t most_ms, const char *what) {
    if (result->took_ms < least_ms || result->took_ms > most_ms + SLACK_MS) {
        fail_msg("%s took %" PRId64 " ms instead of %" PRId64 " to %" PRId64, what, result->took_ms, least_ms, most_ms);
    }
}

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

/* Writes a file of this test's, and returns its path in `path`. */
static void write_file(char path[64], const char *contents) {
    (void)snprintf(path, 64, "/tmp/pier-resolve-XXXXXX");
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, contents, strlen(contents)), strlen(contents));
    assert_int_equal(close(handle), 0);
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

/* One server, and what it may do. */

typedef struct lookup_case {
    const char *what;
    const char *text;
    dns_rule rules[2];
    size_t rule_count;
    int64_t timeout_ms; /* below 0: none */
    int64_t least_ms;
    int64_t most_ms;
    pier_status status;
    const char *expected; /* the addresses in any order, or the text of the error; `@` in it is the server */
    bool without_tcp;
    pier_family family;
} lookup_case;

static const lookup_case cases[] = {
    {.what = "both families",
     .text = "tcp://host.example:80",
     .rules = {{.name = "host.example", .addresses = "127.0.0.2 ::1 127.0.0.3"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://[::1]:80 tcp://127.0.0.2:80 tcp://127.0.0.3:80"},
    {.what = "IPv4 alone is there",
     .text = "udp://Host.Example.:80",
     .rules = {{.name = "host.example", .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "udp://127.0.0.2:80"},
    {.what = "IPv6 alone is asked",
     .text = "host.example:80",
     .rules = {{.type = DNS_TYPE_AAAA, .addresses = "::1"}, {.conduct = DNS_SILENT}},
     .rule_count = 2,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://[::1]:80",
     .family = PIER_FAMILY_IPV6},
    {.what = "IPv4 alone is asked",
     .text = "host.example:80",
     .rules = {{.type = DNS_TYPE_A, .addresses = "127.0.0.2"}, {.conduct = DNS_SILENT}},
     .rule_count = 2,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80",
     .family = PIER_FAMILY_IPV4},
    {.what = "a chain of aliases",
     .text = "www.example:80",
     .rules = {{.aliases = "web.example host-7.provider.example", .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://[::1]:80 tcp://127.0.0.2:80"},
    {.what = "an address twice",
     .text = "host.example:80",
     .rules = {{.addresses = "127.0.0.2 127.0.0.2 127.0.0.3 127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80 tcp://127.0.0.3:80"},
    {.what = "IPv4 in IPv6's clothes",
     .text = "host.example:80",
     .rules = {{.addresses = "::ffff:127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "the same, and only IPv6 wanted",
     .text = "host.example:80",
     .rules = {{.addresses = "::ffff:127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_NOT_FOUND,
     .expected = "there is no IPv6 address of the host host.example (",
     .family = PIER_FAMILY_IPV6},
    {.what = "slow",
     .text = "host.example:80",
     .rules = {{.delay_ms = 150, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .least_ms = 150,
     .most_ms = 150,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "slower than the first try",
     .text = "host.example:80",
     .rules = {{.delay_ms = 300, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 1000,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "slower than the deadline",
     .text = "tcp://host.example:80",
     .rules = {{.delay_ms = 900, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 300,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_TIMEOUT,
     .expected = "there was no time left to look up host.example (~ ms): @ did not answer"},
    {.what = "the first questions are lost",
     .text = "host.example:80",
     .rules = {{.drop_first = 2, .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 2000,
     .least_ms = 240,
     .most_ms = 250,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80 tcp://[::1]:80"},
    {.what = "IPv6 is never answered",
     .text = "host.example:80",
     .rules = {{.type = DNS_TYPE_A, .addresses = "127.0.0.2"}, {.conduct = DNS_SILENT}},
     .rule_count = 2,
     .timeout_ms = 1600,
     .least_ms = 390,
     .most_ms = 400,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "the same, without a deadline",
     .text = "host.example:80",
     .rules = {{.type = DNS_TYPE_A, .addresses = "127.0.0.2"}, {.conduct = DNS_SILENT}},
     .rule_count = 2,
     .timeout_ms = -1,
     .least_ms = 1000,
     .most_ms = 1000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "IPv6 does not exist, IPv4 does",
     .text = "host.example:80",
     .rules = {{.type = DNS_TYPE_AAAA, .rcode = DNS_NXDOMAIN}, {.addresses = "127.0.0.2"}},
     .rule_count = 2,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "IPv6 fails, IPv4 is there",
     .text = "host.example:80",
     .rules = {{.type = DNS_TYPE_AAAA, .rcode = DNS_SERVFAIL}, {.addresses = "127.0.0.2"}},
     .rule_count = 2,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "no such name",
     .text = "tcp://nosuch.example:80",
     .timeout_ms = 5000,
     .status = PIER_NOT_FOUND,
     .expected = "there is no host of the name nosuch.example (~ ms): @ answered NXDOMAIN"},
    {.what = "no address",
     .text = "tcp://host.example:80",
     .rules = {{.name = "host.example"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_NOT_FOUND,
     .expected = "there is no address of the host host.example (~ ms): @ answered that there is none"},
    {.what = "no address of the family",
     .text = "tcp://host.example:80",
     .rules = {{.addresses = "::1"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_NOT_FOUND,
     .expected = "there is no IPv4 address of the host host.example (~ ms): @ answered that there is none",
     .family = PIER_FAMILY_IPV4},
    {.what = "an alias of nothing",
     .text = "tcp://host.example:80",
     .rules = {{.aliases = "gone.example"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_NOT_FOUND,
     .expected = "there is no address of the host host.example (~ ms): @ answered that there is none"},
    {.what = "onions are not for name servers",
     .text = "tcp://name.onion:80",
     .rules = {{.addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_NOT_FOUND,
     .expected = "there is no host of the name name.onion (~ ms): no name server was asked"},
    {.what = "refusing",
     .text = "tcp://host.example:80",
     .rules = {{.rcode = DNS_REFUSED}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_SYSTEM,
     .expected = "the name servers fail to tell about host.example (~ ms): @ answered REFUSED"},
    {.what = "failing",
     .text = "tcp://host.example:80",
     .rules = {{.rcode = DNS_SERVFAIL}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_SYSTEM,
     .expected = "the name servers fail to tell about host.example (~ ms): @ answered SERVFAIL"},
    {.what = "unable",
     .text = "tcp://host.example:80",
     .rules = {{.rcode = DNS_NOTIMP}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_SYSTEM,
     .expected = "the name servers fail to tell about host.example (~ ms): @ answered NOTIMP"},
    {.what = "calling the question malformed",
     .text = "tcp://host.example:80",
     .rules = {{.rcode = DNS_FORMERR}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_SYSTEM,
     .expected = "the name servers fail to tell about host.example (~ ms): @ answered FORMERR"},
    {.what = "failing in two ways",
     .text = "tcp://host.example:80",
     .rules = {{.type = DNS_TYPE_A, .rcode = DNS_SERVFAIL}, {.rcode = DNS_REFUSED}},
     .rule_count = 2,
     .timeout_ms = 5000,
     .status = PIER_SYSTEM,
     .expected = "the name servers fail to tell about host.example (~ ms): @ answered SERVFAIL (A), answered REFUSED "
                 "(AAAA)"},
    {.what = "lying: another id",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_WRONG_ID, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 300,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_TIMEOUT,
     .expected = "there was no time left to look up host.example (~ ms): @ sent what is no answer to the question"},
    {.what = "lying: another question",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_WRONG_QUESTION, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 300,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_TIMEOUT,
     .expected = "there was no time left to look up host.example (~ ms): @ sent what is no answer to the question"},
    {.what = "lying: five bytes",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_SHORT}},
     .rule_count = 1,
     .timeout_ms = 300,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_TIMEOUT,
     .expected = "there was no time left to look up host.example (~ ms): @ sent what is no answer to the question"},
    {.what = "lying: a flood",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_FLOOD}},
     .rule_count = 1,
     .timeout_ms = 300,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_TIMEOUT,
     .expected = "there was no time left to look up host.example (~ ms): @ sent what is no answer to the question"},
    {.what = "an empty datagram before the answer",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_EMPTY, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "malformed: cut off",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_BROKEN, .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_PROTOCOL,
     .expected = "the name servers talk nonsense about host.example (~ ms): @ answered what cannot be read"},
    {.what = "malformed: a name that points at itself",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_LOOP}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_PROTOCOL,
     .expected = "the name servers talk nonsense about host.example (~ ms): @ answered what cannot be read"},
    {.what = "malformed: 65,535 answers claimed",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_MANY_CLAIMED, .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_PROTOCOL,
     .expected = "the name servers talk nonsense about host.example (~ ms): @ answered what cannot be read"},
    {.what = "4,000 bytes in a datagram, TCP closed",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_HUGE, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_PROTOCOL,
     .expected = "the name servers talk nonsense about host.example (~ ms): @ has more to say than a datagram holds, "
                 "and did not say it over TCP",
     .without_tcp = true},
    {.what = "4,000 bytes in a datagram, TCP open",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_HUGE, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80"},
    {.what = "cut short, whole over TCP",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT, .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80 tcp://[::1]:80"},
    {.what = "cut short, whole over TCP byte by byte",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT_BYTEWISE, .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .most_ms = 100,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80 tcp://[::1]:80"},
    {.what = "cut short, refused over TCP",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT, .rcode = DNS_REFUSED}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_SYSTEM,
     .expected = "the name servers fail to tell about host.example (~ ms): @ answered REFUSED"},
    {.what = "cut short, slow over TCP",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT_SLOW, .addresses = "127.0.0.2 ::1"}},
     .rule_count = 1,
     .timeout_ms = 2000,
     .least_ms = 700,
     .most_ms = 1500,
     .status = PIER_OK,
     .expected = "tcp://127.0.0.2:80",
     .family = PIER_FAMILY_IPV4},
    {.what = "cut short, nothing over TCP",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT_SILENT, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 300,
     .least_ms = 300,
     .most_ms = 300,
     .status = PIER_TIMEOUT,
     .expected =
         "there was no time left to look up host.example (~ ms): @ has more to say than a datagram holds, and did not say it over TCP"},
    {.what = "cut short, closed over TCP",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT_CLOSED, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_PROTOCOL,
     .expected =
         "the name servers talk nonsense about host.example (~ ms): @ has more to say than a datagram holds, and did not "
         "say it over TCP"},
    {.what = "cut short, TCP not there",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_CUT, .addresses = "127.0.0.2"}},
     .rule_count = 1,
     .timeout_ms = 5000,
     .status = PIER_PROTOCOL,
     .expected =
         "the name servers talk nonsense about host.example (~ ms): @ has more to say than a datagram holds, and did not "
         "say it over TCP",
     .without_tcp = true},
    {.what = "silent",
     .text = "tcp://host.example:80",
     .rules = {{.conduct = DNS_SILENT}},
     .rule_count = 1,
     .timeout_ms = 400,
     .least_ms = 400,
     .most_ms = 400,
     .status = PIER_TIMEOUT,
     .expected = "there was no time left to look up host.example (~ ms): @ did not answer"},
};

/* Compares a text with a pattern, in which `@` stands for the server and `~` for a number; the pattern may end
 * early. */
static bool text_fits(const char *text, const char *pattern, const pier_address *server) {
    char address[PIER_ADDRESS_TEXT_BYTES_MAX];
    (void)pier_address_format(server, address, sizeof address);
    while (*pattern != '\0') {
        size_t size = 1;
        if (*pattern == '@') {
            size = strlen(address) - 6;
            if (strncmp(text, address + 6, size) != 0) {
                return false;
            }
        } else if (*pattern == '~') {
            size = strspn(text, "0123456789");
            if (size == 0) {
                return false;
            }
        } else if (*text != *pattern) {
            return false;
        }
        text += size;
        pattern++;
    }
    return true;
}

static void one_server_behaves_in_many_ways(void **state) {
    (void)state;
    print_message("%-42s %-12s %6s\n", "case", "status", "ms");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const lookup_case *row = &cases[i];
        dns_server *server = dns_server_start(row->rules, row->rule_count, !row->without_tcp);
        pier_address address = dns_server_address(server);
        pier_resolve_options options = ask_only(&address, 1);
        options.family = row->family;
        outcome result = look_up(row->text, &options, row->timeout_ms);
        print_message("%-42s %-12s %6" PRId64 "\n", row->what, pier_status_name(result.status), result.took_ms);
        if (result.status != row->status) {
            fail_msg("%s: %s: %s", row->what, pier_status_name(result.status), result.error.text);
        }
        if (row->status == PIER_OK) {
            assert_addresses(&result, row->expected, false, row->what);
        } else {
            if (!text_fits(result.error.text, row->expected, &address)) {
                fail_msg("%s: %s", row->what, result.error.text);
            }
            assert_int_equal(result.error.offset, strstr(row->text, "://") != NULL ? 6 : 0);
        }
        assert_took(&result, row->least_ms, row->most_ms, row->what);
        dns_server_stop(server);
    }
}

static void a_dead_server_is_told_at_once(void **state) {
    (void)state;
    pier_address dead = dns_dead_address();
    pier_resolve_options options = ask_only(&dead, 1);
    outcome result = look_up("tcp://host.example:80", &options, 5000);
    assert_int_equal(result.status, PIER_UNREACHABLE);
    assert_true(text_fits(result.error.text,
                          "no name server answers about host.example (~ ms): @ cannot be asked: the connection was "
                          "refused",
                          &dead));
    assert_int_equal(result.error.os_error, 111);
    assert_took(&result, 0, 0, "a dead server");
}

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
    struct timespec moment = {0, 50000000};
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
    assert_took(&result, 50, 50, "cancelling");
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
        cmocka_unit_test(numbers_are_never_looked_up),
        cmocka_unit_test(malformed_text_is_never_looked_up),
        cmocka_unit_test(numbers_alone_when_asked_for),
        cmocka_unit_test(a_number_of_the_other_family_is_refused),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(localhost_is_the_loopback_and_nobody_is_asked),
        cmocka_unit_test(the_hosts_file_comes_first),
        cmocka_unit_test(a_hosts_file_that_is_not_there_has_nothing),
        cmocka_unit_test(a_service_gives_its_port),
        cmocka_unit_test(one_server_behaves_in_many_ways),
        cmocka_unit_test(a_dead_server_is_told_at_once),
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
