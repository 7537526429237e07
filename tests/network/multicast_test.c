/* Multicast over two cables: who joined on one of them hears that one alone, and who sends through one reaches that
 * one.
 *
 * Floor 2 (socket). Runs in the namespaces that network.py makes; the addresses are those of its table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <pier/datagram.h>
#include <pier/interface.h>
#include <pier/multicast.h>
#include <pier/socket_option.h>

#include "socket/far_side.h"
#include "socket/joint.h"

/* A group of this site's (RFC 2365), and one of a link. */
static const char *const groups[] = {"udp://239.77.7.7:0", "udp://[ff02::7:7]:0"};
static const char *const wildcards[] = {"udp://0.0.0.0:0", "udp://[::]:0"};

/* The numbers that network.py gives the ends of the cables. */
static const uint32_t near_cables[] = {10, 11};
static const uint32_t far_cables[] = {20, 21};

static pier_socket *open_at(const char *text) {
    pier_address address = joint_parse(text);
    pier_socket *socket = NULL;
    pier_error error;
    if (pier_datagram_open(&socket, &address, NULL, &error) != PIER_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    return socket;
}

static void assert_ok(pier_status status, pier_socket *socket) {
    if (status != PIER_OK) {
        fail_msg("%s: %s", pier_status_name(status), pier_socket_error(socket)->text);
    }
}

/* Sends one byte from far to the group, through a cable. */
static void send_through(pier_socket *sender, const pier_address *group, uint32_t cable, char byte) {
    pier_bytes span = {&byte, 1};
    pier_address to = *group;
    assert_ok(pier_multicast_set_interface(sender, cable), sender);
    assert_ok(pier_datagram_send(sender, &to, &span, 1, joint_patience()), sender);
}

static void assert_next(pier_socket *receiver, char wanted) {
    char byte = 0;
    size_t size = 0;
    pier_address from;
    assert_ok(pier_datagram_receive(receiver, &byte, 1, &size, &from, joint_patience()), receiver);
    assert_int_equal(size, 1);
    assert_int_equal(byte, wanted);
}

static void assert_nothing(pier_socket *receiver) {
    char byte = 0;
    size_t size = 0;
    pier_status status =
        pier_datagram_receive(receiver, &byte, 1, &size, NULL, pier_deadline_after_ms(JOINT_GLANCE_MS));
    if (status == PIER_OK) {
        fail_msg("'%c' came", byte);
    }
    assert_int_equal(status, PIER_TIMEOUT);
}

/* One group: a receiver that joined on the first cable, then on both, then on the second. */
static void a_group_is_joined_on_one_cable(size_t which) {
    pier_socket *receiver = open_at(wildcards[which]);
    pier_address own;
    assert_ok(pier_socket_local_address(receiver, &own), receiver);
    pier_address group = joint_parse(groups[which]);
    group.port = pier_address_port(&own);
    assert_ok(pier_multicast_join(receiver, &group, near_cables[0]), receiver);
    far_side_enter();
    pier_socket *sender = open_at(wildcards[which]);
    far_side_leave();
    /* What comes over the other cable is not for this socket: so the first that it gets is the second that was sent. */
    send_through(sender, &group, far_cables[1], '1');
    send_through(sender, &group, far_cables[0], '0');
    assert_next(receiver, '0');
    assert_nothing(receiver);
    assert_ok(pier_multicast_join(receiver, &group, near_cables[1]), receiver);
    send_through(sender, &group, far_cables[1], 'b');
    assert_next(receiver, 'b');
    assert_ok(pier_multicast_leave(receiver, &group, near_cables[0]), receiver);
    send_through(sender, &group, far_cables[0], 'a');
    send_through(sender, &group, far_cables[1], 'c');
    assert_next(receiver, 'c');
    assert_nothing(receiver);
    pier_socket_destroy(receiver);
    pier_socket_destroy(sender);
}

static void ipv4_groups_are_joined_on_one_cable(void **state) {
    (void)state;
    a_group_is_joined_on_one_cable(0);
}

static void ipv6_groups_are_joined_on_one_cable(void **state) {
    (void)state;
    a_group_is_joined_on_one_cable(1);
}

/* The group and the interface as an address and a name: what a program is given as text. */
static void an_interface_is_named(void **state) {
    (void)state;
    pier_error error;
    pier_socket *receiver = NULL;
    pier_socket_options options = {.size = sizeof options, .interface_name = "near1"};
    pier_address group = joint_parse(groups[1]);
    assert_int_equal(pier_datagram_open(&receiver, &group, &options, &error), PIER_OK);
    pier_address own;
    assert_ok(pier_socket_local_address(receiver, &own), receiver);
    group.port = pier_address_port(&own);
    far_side_enter();
    pier_socket *sender = open_at(wildcards[1]);
    far_side_leave();
    send_through(sender, &group, far_cables[0], '0');
    send_through(sender, &group, far_cables[1], '1');
    assert_next(receiver, '1');
    assert_nothing(receiver);
    pier_socket_destroy(sender);
    pier_socket_destroy(receiver);
}

/* The sender's address is link-local, and its scope is the interface over which it came: so it can be answered. */
static void a_sender_can_be_answered(void **state) {
    (void)state;
    char byte = 0;
    size_t size = 0;
    pier_address own;
    pier_address from;
    pier_bytes span = {"y", 1};
    pier_socket *receiver = open_at(wildcards[1]);
    assert_ok(pier_socket_local_address(receiver, &own), receiver);
    pier_address group = joint_parse(groups[1]);
    group.port = pier_address_port(&own);
    assert_ok(pier_multicast_join(receiver, &group, near_cables[1]), receiver);
    far_side_enter();
    pier_socket *sender = open_at("udp://[fe80::2%far1]:0");
    far_side_leave();
    send_through(sender, &group, far_cables[1], 'x');
    assert_ok(pier_datagram_receive(receiver, &byte, 1, &size, &from, joint_patience()), receiver);
    assert_int_equal(from.scope, near_cables[1]);
    assert_ok(pier_datagram_send(receiver, &from, &span, 1, joint_patience()), receiver);
    assert_next(sender, 'y');
    pier_socket_destroy(sender);
    pier_socket_destroy(receiver);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_groups_are_joined_on_one_cable),
        cmocka_unit_test(ipv6_groups_are_joined_on_one_cable),
        cmocka_unit_test(an_interface_is_named),
        cmocka_unit_test(a_sender_can_be_answered),
    };
    if (!far_side_is_there()) {
        print_message("run by network.py: there is no far side\n");
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
