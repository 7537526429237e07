/* Multicast within this machine: joined and left by interface, sent to, looped or not; and its options.
 *
 * Floor 2 (socket). IPv4 goes over the loopback interface. That of Linux has no route for IPv6 multicast, so that IPv6
 * goes over the first interface that has one, to interface-local groups, which never leave the machine; where there is
 * no such interface that half is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <pier/interface.h>
#include <pier/multicast.h>
#include <pier/socket_option.h>

#include "socket/joint.h"
#include "socket/mole.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

/* Groups for tests: the administratively scoped block of RFC 2365, and interface-local of RFC 4291. */
static const char *const groups[2] = {"udp://239.255.71.3:0", "udp://[ff01::7103]:0"};
static const char *const places[2] = {"udp://0.0.0.0:0", "udp://[::]:0"};

/* Finds an interface for IPv6 multicast; 0 when there is none. */
static uint32_t ipv6_interface(void) {
    const uint32_t wanted = PIER_INTERFACE_UP | PIER_INTERFACE_RUNNING | PIER_INTERFACE_MULTICAST;
    pier_interfaces *interfaces = NULL;
    uint32_t found = 0;
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, NULL), PIER_OK);
    for (size_t i = 0; i < pier_interfaces_count(interfaces) && found == 0; i++) {
        const pier_interface *one = pier_interfaces_at(interfaces, i);
        for (size_t j = 0; j < one->address_count && (one->flags & wanted) == wanted; j++) {
            found = one->addresses[j].address.family == PIER_FAMILY_IPV6 ? one->index : found;
        }
    }
    pier_interfaces_destroy(interfaces);
    return found;
}

/* Says what is left out, so that nobody takes a test for more than it was. */
static bool family_is_here(size_t family) {
    bool is_here = family == 0 || (mole_kind_is_here(MOLE_IPV6) && ipv6_interface() != 0);
    if (!is_here) {
        print_message("IPv6 is left out: this machine has no interface with IPv6 and multicast\n");
    }
    return is_here;
}

static uint32_t loopback(void) {
    uint32_t number = 0;
    pier_error error;
    if (pier_interface_find("lo", &number, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return number;
}

/* The interface over which a family's groups are reached. */
static uint32_t interface_of(size_t family) {
    return family == 0 ? loopback() : ipv6_interface();
}

static void assert_nothing_comes(pier_socket *socket) {
    char buffer[8];
    size_t size = 0;
    pier_deadline deadline = pier_deadline_after_ms(JOINT_GLANCE_MS);
    assert_int_equal(pier_datagram_receive(socket, buffer, sizeof buffer, &size, NULL, deadline), PIER_TIMEOUT);
}

static void join_receive_and_leave(void **state) {
    (void)state;
    for (size_t family = 0; family < 2 && family_is_here(family); family++) {
        pier_address at = joint_parse(places[family]);
        pier_address group = joint_parse(groups[family]);
        pier_address bound;
        pier_address sender_bound;
        pier_socket *receiver = NULL;
        pier_socket *sender = NULL;
        uint32_t lo = interface_of(family);
        mole_open_one(&receiver, &at, NULL, &bound);
        mole_open_one(&sender, &at, NULL, &sender_bound);
        group.port = bound.port;
        assert_int_equal(pier_multicast_interface(sender), 0);
        assert_int_equal(pier_multicast_set_interface(sender, lo), PIER_OK);
        assert_int_equal(pier_multicast_interface(sender), lo);
        mole_send(sender, &group, "too early");
        assert_nothing_comes(receiver);
        assert_int_equal(pier_multicast_join(receiver, &group, lo), PIER_OK);
        assert_int_equal(pier_multicast_join(receiver, &group, lo), PIER_IN_USE);
        assert_non_null(strstr(pier_socket_error(receiver)->text, "this socket has joined it already"));
        mole_send(sender, &group, "to the group");
        mole_receive(receiver, "to the group", NULL);
        assert_int_equal(pier_multicast_leave(receiver, &group, lo), PIER_OK);
        mole_send(sender, &group, "too late");
        assert_nothing_comes(receiver);
        assert_int_equal(pier_multicast_leave(receiver, &group, lo), PIER_UNREACHABLE);
        assert_non_null(strstr(pier_socket_error(receiver)->text, "has not joined it there"));
        pier_socket_destroy(receiver);
        pier_socket_destroy(sender);
    }
}

static void interface_name(uint32_t number, char name[PIER_INTERFACE_NAME_BYTES]) {
    pier_interfaces *interfaces = NULL;
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, NULL), PIER_OK);
    const pier_interface *one = pier_interfaces_by_index(interfaces, number);
    assert_non_null(one);
    memcpy(name, one->name, PIER_INTERFACE_NAME_BYTES);
    pier_interfaces_destroy(interfaces);
}

/* Who opens at a group's address has joined, shares it, and takes nothing else. */
static void a_group_is_an_address_to_open_at(void **state) {
    (void)state;
    for (size_t family = 0; family < 2 && family_is_here(family); family++) {
        pier_address group = joint_parse(groups[family]);
        pier_address bound;
        pier_address again;
        pier_socket *first = NULL;
        pier_socket *second = NULL;
        pier_socket *sender = NULL;
        char name[PIER_INTERFACE_NAME_BYTES];
        interface_name(interface_of(family), name);
        pier_socket_options options = {.size = sizeof options, .interface_name = name};
        mole_open_one(&first, &group, &options, &bound);
        bound.scope = 0;
        mole_open_one(&second, &bound, &options, &again);
        assert_int_equal(again.port, bound.port);
        assert_int_equal(pier_multicast_interface(first), interface_of(family));
        pier_address at = joint_parse(places[family]);
        mole_open_one(&sender, &at, NULL, &again);
        assert_int_equal(pier_multicast_set_interface(sender, interface_of(family)), PIER_OK);
        mole_send(sender, &bound, "for both");
        mole_receive(first, "for both", NULL);
        mole_receive(second, "for both", NULL);
        pier_address own = joint_parse(family == 0 ? "udp://127.0.0.1:0" : "udp://[::1]:0");
        own.port = bound.port;
        mole_send(sender, &own, "not for it");
        assert_nothing_comes(first);
        pier_socket_destroy(first);
        pier_socket_destroy(second);
        pier_socket_destroy(sender);
    }
}

static void what_others_joined_does_not_come(void **state) {
    (void)state;
    for (size_t family = 0; family < 2 && family_is_here(family); family++) {
        pier_address at = joint_parse(places[family]);
        pier_address group = joint_parse(groups[family]);
        pier_address bound;
        pier_address other;
        pier_socket *bystander = NULL;
        pier_socket *member = NULL;
        mole_open_one(&bystander, &at, NULL, &bound);
        mole_open_one(&member, &at, NULL, &other);
        assert_int_equal(pier_multicast_join(member, &group, interface_of(family)), PIER_OK);
        assert_int_equal(pier_multicast_set_interface(member, interface_of(family)), PIER_OK);
        group.port = bound.port;
        mole_send(member, &group, "whose port is it");
        assert_nothing_comes(bystander);
        pier_socket_destroy(bystander);
        pier_socket_destroy(member);
    }
}

static void a_dual_stack_socket_joins_both_families(void **state) {
    (void)state;
    if (!family_is_here(1)) {
        skip();
    }
    pier_address at = joint_parse("udp://:0");
    pier_address bound;
    pier_socket *socket = NULL;
    mole_open_one(&socket, &at, NULL, &bound);
    for (size_t family = 0; family < 2; family++) {
        pier_address group = joint_parse(groups[family]);
        group.port = bound.port;
        assert_int_equal(pier_multicast_set_interface(socket, interface_of(family)), PIER_OK);
        assert_int_equal(pier_multicast_join(socket, &group, interface_of(family)), PIER_OK);
        mole_send(socket, &group, "to both");
        mole_receive(socket, "to both", NULL);
    }
    pier_socket_destroy(socket);
}

static void options_are_set_and_read_back(void **state) {
    (void)state;
    static const struct {
        pier_socket_option option;
        int64_t first;
        int64_t value;
    } rows[] = {
        {PIER_OPTION_HOPS, 64, 7},
        {PIER_OPTION_MULTICAST_HOPS, 1, 33},
        {PIER_OPTION_MULTICAST_LOOP, 1, 0},
    };
    for (size_t family = 0; family < 2 && family_is_here(family); family++) {
        pier_address at = joint_parse(places[family]);
        pier_address bound;
        pier_socket *socket = NULL;
        mole_open_one(&socket, &at, NULL, &bound);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            int64_t got = -9;
            assert_int_equal(pier_socket_get_option(socket, rows[i].option, &got), PIER_OK);
            assert_int_equal(got, rows[i].first);
            assert_int_equal(pier_socket_set_option(socket, rows[i].option, rows[i].value), PIER_OK);
            assert_int_equal(pier_socket_get_option(socket, rows[i].option, &got), PIER_OK);
            assert_int_equal(got, rows[i].value);
        }
        /* Not looped: this machine does not get its own, unless it is the loopback interface that it goes through. */
        if (family == 0) {
            pier_socket_destroy(socket);
            continue;
        }
        pier_address group = joint_parse(groups[family]);
        group.port = bound.port;
        assert_int_equal(pier_multicast_join(socket, &group, interface_of(family)), PIER_OK);
        assert_int_equal(pier_multicast_set_interface(socket, interface_of(family)), PIER_OK);
        mole_send(socket, &group, "to others");
        assert_nothing_comes(socket);
        pier_socket_destroy(socket);
    }
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_address at = joint_parse("udp://127.0.0.1:0");
    pier_address group = joint_parse(groups[0]);
    pier_address ipv6_group = joint_parse(groups[1]);
    pier_address bound;
    pier_socket *socket = NULL;
    pier_socket *pair[2];
    mole_open_one(&socket, &at, NULL, &bound);
    assert_int_equal(pier_multicast_join(socket, &bound, 0), PIER_USAGE);
    assert_non_null(strstr(pier_socket_error(socket)->text, "a group is a multicast address"));
    assert_int_equal(pier_multicast_join(socket, NULL, 0), PIER_USAGE);
    assert_int_equal(pier_multicast_join(socket, &ipv6_group, 0), PIER_USAGE);
    assert_int_equal(pier_multicast_join(socket, &group, 9999), PIER_NOT_FOUND);
    assert_int_equal(pier_socket_error(socket)->offset, PIER_NO_OFFSET);
    assert_int_equal(pier_multicast_set_interface(socket, 9999), PIER_UNREACHABLE);
    assert_int_equal(pier_multicast_join(NULL, &group, 0), PIER_USAGE);
    assert_int_equal(pier_multicast_set_interface(NULL, 0), PIER_USAGE);
    assert_int_equal(pier_multicast_interface(NULL), 0);
    assert_int_equal(pier_socket_pair(&pair[0], &pair[1], NULL, NULL), PIER_OK);
    assert_int_equal(pier_multicast_join(pair[0], &group, 0), PIER_USAGE);
    assert_int_equal(pier_socket_set_option(pair[0], PIER_OPTION_MULTICAST_LOOP, 1), PIER_UNSUPPORTED);
    assert_int_equal(pier_socket_set_option(pair[0], PIER_OPTION_HOPS, 1), PIER_UNSUPPORTED);
    pier_socket_destroy(pair[0]);
    pier_socket_destroy(pair[1]);
    /* Where no route tells, the interface must be named. */
    fault_system_reset();
    fault_system_fail(FAULT_SETSOCKOPT, 1, false, ENODEV);
    assert_int_equal(pier_multicast_join(socket, &group, 0), PIER_NOT_FOUND);
    assert_non_null(strstr(pier_socket_error(socket)->text, "name an interface"));
    fault_system_fail(FAULT_SETSOCKOPT, 1, false, ENOBUFS);
    assert_int_equal(pier_multicast_join(socket, &group, 0), PIER_NO_MEMORY);
    fault_system_reset();
    pier_socket_destroy(socket);
}

static void interfaces_are_found_by_name_number_and_address(void **state) {
    (void)state;
    uint32_t lo = loopback();
    uint32_t number = 0;
    char text[16];
    pier_error error;
    (void)snprintf(text, sizeof text, "%u", (unsigned)lo);
    assert_int_equal(pier_interface_find(text, &number, NULL, NULL), PIER_OK);
    assert_int_equal(number, lo);
    assert_int_equal(pier_interface_find("127.0.0.1", &number, NULL, NULL), PIER_OK);
    assert_int_equal(number, lo);
    if (family_is_here(1)) {
        assert_int_equal(pier_interface_find("::1", &number, NULL, NULL), PIER_OK);
        assert_int_equal(number, lo);
    }
    assert_int_equal(pier_interface_find("no-such-if", &number, NULL, &error), PIER_NOT_FOUND);
    assert_int_equal(number, 0);
    assert_non_null(strstr(error.text, "no-such-if"));
    assert_int_equal(pier_interface_find("192.0.2.254", &number, NULL, &error), PIER_NOT_FOUND);
    assert_int_equal(pier_interface_find(NULL, &number, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_interface_find("lo", NULL, NULL, &error), PIER_USAGE);
}

static void find_pass(fault_allocator *faults, void *user) {
    (void)user;
    uint32_t number = 0;
    pier_status status = pier_interface_find("lo", &number, &faults->allocator, NULL);
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    assert_int_equal(number != 0, status == PIER_OK);
}

static void finding_without_memory_leaves_nothing(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(find_pass, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(join_receive_and_leave),
        cmocka_unit_test(a_group_is_an_address_to_open_at),
        cmocka_unit_test(what_others_joined_does_not_come),
        cmocka_unit_test(a_dual_stack_socket_joins_both_families),
        cmocka_unit_test(options_are_set_and_read_back),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(interfaces_are_found_by_name_number_and_address),
        cmocka_unit_test(finding_without_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
