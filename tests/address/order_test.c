/* Which address comes first: the examples of RFC 6724, section 10.2, and what this machine makes of its loopback.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "address/order_internal.h"
#include "support/fault_system.h"

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

static pier_address address_of(const char *host) {
    char text[128];
    pier_address address;
    (void)snprintf(text, sizeof text, strchr(host, ':') != NULL ? "[%s]:0" : "%s:0", host);
    assert_int_equal(pier_address_parse(text, &address, NULL), PIER_OK);
    return address;
}

/* Makes a route; a NULL source is no way at all. */
static pier__route route_of(const char *destination, const char *source) {
    pier__route route;
    memset(&route, 0, sizeof route);
    route.destination = address_of(destination);
    route.is_usable = source != NULL;
    if (source != NULL) {
        route.source = address_of(source);
    }
    return route;
}

static void the_rules_decide(void **state) {
    (void)state;
    static const struct {
        const char *rule;
        const char *first;
        const char *first_source;
        const char *second;
        const char *second_source;
    } rows[] = {
        {"1, a way at all", "198.51.100.121", "198.51.100.117", "2001:db8:1::1", NULL},
        {"2, matching scope", "2001:db8:1::1", "2001:db8:1::2", "198.51.100.121", "169.254.13.78"},
        {"2, matching scope", "198.51.100.121", "198.51.100.117", "2001:db8:1::1", "fe80::1"},
        {"2, matching scope of multicast", "ff05::1", "fec0::1", "ff05::2", "2001:db8::1"},
        {"5, matching label", "2002:c633:6401::1", "2002:c633:6401::2", "2001:db8:1::1", "2002:c633:6401::2"},
        {"5, matching label", "198.51.100.1", "198.51.100.2", "2001::1", "2001:db8::1"},
        {"6, higher precedence", "2001:db8:1::1", "2001:db8:1::2", "10.1.2.3", "10.1.2.4"},
        {"6, higher precedence", "2001:db8:1::1", "2001:db8:1::2", "2002:c633:6401::1", "2002:c633:6401::2"},
        {"6, loopback", "::1", "::1", "127.0.0.1", "127.0.0.1"},
        {"6, IPv4 before unique local", "10.1.2.3", "10.1.2.4", "fd00::1", "fd00::2"},
        {"8, smaller scope", "fe80::1", "fe80::2", "2001:db8:1::1", "2001:db8:1::2"},
        {"9, longest prefix", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:3ffe::1", "2001:db8:3f44::2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier__route first = route_of(rows[i].first, rows[i].first_source);
        pier__route second = route_of(rows[i].second, rows[i].second_source);
        if (pier__route_compare(&first, &second) >= 0 || pier__route_compare(&second, &first) <= 0) {
            fail_msg("rule %s: %s and %s", rows[i].rule, rows[i].first, rows[i].second);
        }
    }
}

static void otherwise_it_is_all_the_same(void **state) {
    (void)state;
    static const struct {
        const char *left;
        const char *left_source;
        const char *right;
        const char *right_source;
    } rows[] = {
        {"192.0.2.1", NULL, "2001:db8::1", NULL},
        /* Rule 9 is not for IPv4: a server's own order stays. */
        {"198.51.100.1", "198.51.100.2", "10.0.0.1", "198.51.100.2"},
        /* Nor behind the part that names a network. */
        {"2001:db8::1", "2001:db8::3", "2001:db8::8000:0:0:1", "2001:db8::3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier__route left = route_of(rows[i].left, rows[i].left_source);
        pier__route right = route_of(rows[i].right, rows[i].right_source);
        assert_int_equal(pier__route_compare(&left, &right), 0);
        assert_int_equal(pier__route_compare(&right, &left), 0);
        assert_int_equal(pier__route_compare(&left, &left), 0);
    }
}

static void assert_order(const char *const *hosts, size_t count, const pier_address *addresses) {
    for (size_t i = 0; i < count; i++) {
        pier_address expected = address_of(hosts[i]);
        if (!pier_address_equal(&expected, &addresses[i])) {
            fail_msg("place %zu is not for %s", i, hosts[i]);
        }
    }
}

static void equals_stay_as_they_are(void **state) {
    (void)state;
    static const char *const hosts[] = {"127.0.0.4", "127.0.0.2", "127.0.0.3", "127.0.0.1"};
    static pier__route routes[4];
    pier_address addresses[4];
    for (size_t i = 0; i < 4; i++) {
        addresses[i] = address_of(hosts[i]);
    }
    pier__order_addresses(addresses, 4, routes);
    assert_order(hosts, 4, addresses);
    assert_int_equal(fault_system_calls(FAULT_SOCKET), 4);
}

static void what_cannot_be_reached_comes_last(void **state) {
    (void)state;
    /* No interface has the number 2,000,000,000. */
    static const char *const given[] = {"fe80::1%2000000000", "127.0.0.1"};
    static const char *const ordered[] = {"127.0.0.1", "fe80::1%2000000000"};
    static pier__route routes[2];
    pier_address addresses[2] = {address_of(given[0]), address_of(given[1])};
    pier__order_addresses(addresses, 2, routes);
    assert_order(ordered, 2, addresses);
}

static void without_a_descriptor_the_order_stays(void **state) {
    (void)state;
    static const char *const hosts[] = {"127.0.0.1", "::1", "127.0.0.2"};
    static pier__route routes[3];
    static const fault_call calls[] = {FAULT_SOCKET, FAULT_CONNECT, FAULT_GETSOCKNAME};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        size_t descriptors = fault_system_descriptors();
        pier_address addresses[3];
        for (size_t j = 0; j < 3; j++) {
            addresses[j] = address_of(hosts[j]);
        }
        fault_system_reset();
        fault_system_fail(calls[i], 1, true, EMFILE);
        pier__order_addresses(addresses, 3, routes);
        assert_int_equal(fault_system_struck(), 3);
        fault_system_reset();
        assert_order(hosts, 3, addresses);
        assert_int_equal(fault_system_descriptors(), descriptors);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_rules_decide, reset),
        cmocka_unit_test_setup(otherwise_it_is_all_the_same, reset),
        cmocka_unit_test_setup(equals_stay_as_they_are, reset),
        cmocka_unit_test_setup(what_cannot_be_reached_comes_last, reset),
        cmocka_unit_test_setup(without_a_descriptor_the_order_stays, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
