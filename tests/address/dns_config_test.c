/* The system's configuration of names, as c-ares reads it and Pier takes it.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address/dns_internal.h"

#define D59 "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

/* Writes a resolv.conf and reads it back. */
static pier__dns_config read_back(const char *contents, const char *search) {
    char path[] = "/tmp/pier-resolv-XXXXXX";
    int handle = mkstemp(path);
    pier__dns_config config;
    pier_error error;
    pier_resolve_options options = {.size = sizeof options, .resolv_conf_path = path, .search = search};
    assert_true(handle >= 0);
    assert_int_equal(write(handle, contents, strlen(contents)), strlen(contents));
    assert_int_equal(close(handle), 0);
    if (pier__dns_configure(&config, &options, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(unlink(path), 0);
    return config;
}

static void assert_servers(const pier__dns_config *config, const char *expected) {
    char found[1024] = "";
    for (size_t i = 0; i < config->server_count; i++) {
        size_t used = strlen(found);
        (void)snprintf(found + used, sizeof found - used, "%s%s", i > 0 ? " " : "",
                       pier_address_as_text(&config->servers[i].address).text);
    }
    assert_string_equal(found, expected);
}

static void a_configuration_is_read(void **state) {
    (void)state;
    pier__dns_config config = read_back("# a comment\n"
                                        "nameserver 192.0.2.1\n"
                                        "nameserver 2001:db8::53\n"
                                        "nameserver no.address\n"
                                        "nameserver ::ffff:192.0.2.2\n"
                                        "search a.example b.example\n"
                                        "options ndots:3 rotate timeout:1\n",
                                        NULL);
    assert_servers(&config, "udp://192.0.2.1:53 udp://[2001:db8::53]:53 udp://192.0.2.2:53");
    assert_string_equal(config.search, "a.example b.example");
    assert_int_equal(config.dots_first, 3);
    assert_true(config.rotates);
}

static void what_is_not_there_has_defaults(void **state) {
    (void)state;
    pier__dns_config config = read_back("domain example\n", NULL);
    assert_servers(&config, "udp://127.0.0.1:53");
    assert_string_equal(config.search, "example");
    assert_int_equal(config.dots_first, 1);
    assert_false(config.rotates);
}

static void the_callers_search_list_takes_its_place(void **state) {
    (void)state;
    pier__dns_config config = read_back("nameserver 192.0.2.1\nsearch a.example\n", "own.example other.example");
    assert_servers(&config, "udp://192.0.2.1:53");
    assert_string_equal(config.search, "own.example other.example");
    config = read_back("nameserver 192.0.2.1\nsearch a.example\n", "");
    assert_string_equal(config.search, "");
}

static void what_there_is_no_room_for_is_left_out(void **state) {
    (void)state;
    char contents[4096] = "";
    for (int i = 1; i <= PIER_RESOLVE_SERVERS_MAX + 4; i++) {
        size_t used = strlen(contents);
        (void)snprintf(contents + used, sizeof contents - used, "nameserver 192.0.2.%d\n", i);
    }
    /* Seventeen domains of 60 bytes and a blank each are too many. */
    (void)strcat(contents, "search");
    for (int i = 0; i < 17; i++) {
        size_t used = strlen(contents);
        (void)snprintf(contents + used, sizeof contents - used, " %c" D59, 'a' + i);
    }
    (void)strcat(contents, "\n");
    pier__dns_config config = read_back(contents, NULL);
    assert_int_equal(config.server_count, PIER_RESOLVE_SERVERS_MAX);
    assert_int_equal(config.servers[PIER_RESOLVE_SERVERS_MAX - 1].address.name[3], PIER_RESOLVE_SERVERS_MAX);
    assert_int_equal(strlen(config.search), 16 * 61 - 1);
}

static void the_callers_servers_are_taken_as_they_are(void **state) {
    (void)state;
    pier__dns_config config;
    pier_error error;
    pier_address servers[2];
    assert_int_equal(pier_address_parse("tcp://127.0.0.1:5353", &servers[0], NULL), PIER_OK);
    assert_int_equal(pier_address_parse("udp://[fe80::1%1]:0", &servers[1], NULL), PIER_OK);
    pier_resolve_options options = {
        .size = sizeof options, .servers = servers, .server_count = 2, .resolv_conf_path = "/nowhere"};
    assert_int_equal(pier__dns_configure(&config, &options, &error), PIER_OK);
    assert_servers(&config, "udp://127.0.0.1:5353 udp://[fe80::1%1]:53");
    assert_string_equal(config.search, "");
    assert_int_equal(config.dots_first, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_configuration_is_read),
        cmocka_unit_test(what_is_not_there_has_defaults),
        cmocka_unit_test(the_callers_search_list_takes_its_place),
        cmocka_unit_test(what_there_is_no_room_for_is_left_out),
        cmocka_unit_test(the_callers_servers_are_taken_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
