/* A machine with two cables: which of them a socket uses, chosen by address, by name, and by the scope of an address.
 *
 * Floors 1 and 2 (address, socket). Runs in the namespaces that network.py makes; the addresses are those of its
 * table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pier/access.h>
#include <pier/interface.h>

#include "socket/far_side.h"
#include "socket/joint.h"

static pier_socket *listen_at(const char *text, const char *interface_name) {
    pier_socket_options options = {.size = sizeof options, .interface_name = interface_name};
    pier_address address = joint_parse(text);
    pier_socket *listener = NULL;
    pier_error error;
    if (pier_socket_listen(&listener, &address, &options, &error) != PIER_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    return listener;
}

static uint16_t port_of(pier_socket *listener) {
    pier_address address;
    assert_int_equal(pier_socket_local_address(listener, &address), PIER_OK);
    return pier_address_port(&address);
}

/* Connects to a host, as it is written before the colon of a port. */
static pier_status connect_to(const char *host, uint16_t port, const char *interface_name, pier_socket **client,
                              pier_error *error) {
    pier_socket_options options = {.size = sizeof options, .interface_name = interface_name};
    char text[128];
    (void)snprintf(text, sizeof text, "tcp://%s:%u", host, (unsigned)port);
    pier_address address = joint_parse(text);
    return pier_socket_connect(client, &address, joint_patience(), &options, error);
}

static pier_status connect_from_far(const char *host, uint16_t port, pier_socket **client) {
    pier_error error;
    far_side_enter();
    pier_status status = connect_to(host, port, NULL, client, &error);
    far_side_leave();
    return status;
}

/* Takes a connection that must be there, and asserts where it came from: the text of its address without the port. */
static void accept_one(pier_socket *listener, const char *from) {
    pier_socket *server = NULL;
    pier_address peer;
    char host[PIER_ADDRESS_TEXT_BYTES_MAX];
    assert_int_equal(pier_socket_accept(listener, &server, &peer, joint_patience()), PIER_OK);
    (void)pier_address_format(&peer, host, sizeof host);
    *strrchr(host, ':') = '\0';
    assert_string_equal(host, from);
    pier_socket_destroy(server);
}

static void accept_none(pier_socket *listener) {
    pier_socket *server = NULL;
    assert_int_equal(pier_socket_accept(listener, &server, NULL, PIER_NOW), PIER_WOULD_BLOCK);
}

/* Whoever listens on the near side: asserts that the far side reaches it at one host, and not at another. */
static void reached_at_one_alone(pier_socket *listener, const char *host, const char *from, const char *other_host) {
    pier_socket *client = NULL;
    assert_int_equal(connect_from_far(host, port_of(listener), &client), PIER_OK);
    accept_one(listener, from);
    pier_socket_destroy(client);
    assert_int_equal(connect_from_far(other_host, port_of(listener), &client), PIER_REFUSED);
    accept_none(listener);
    pier_socket_destroy(listener);
}

static void both_cables_are_listed(void **state) {
    static const struct {
        const char *name;
        uint32_t index;
        const char *addresses[3];
        const char *broadcast;
    } rows[] = {
        {"near0", 10, {"tcp://10.77.0.1:0", "tcp://[fd77::1]:0", "tcp://[fe80::1%10]:0"}, "tcp://10.77.0.255:0"},
        {"near1", 11, {"tcp://10.77.1.1:0", "tcp://[fd77:1::1]:0", "tcp://[fe80::1%11]:0"}, "tcp://10.77.1.255:0"},
    };
    (void)state;
    pier_interfaces *interfaces = NULL;
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, NULL), PIER_OK);
    assert_int_equal(pier_interfaces_count(interfaces), 3);
    for (size_t i = 0; i < 2; i++) {
        const pier_interface *cable = pier_interfaces_by_name(interfaces, rows[i].name);
        assert_non_null(cable);
        assert_ptr_equal(pier_interfaces_by_index(interfaces, rows[i].index), cable);
        uint32_t wanted =
            PIER_INTERFACE_UP | PIER_INTERFACE_RUNNING | PIER_INTERFACE_BROADCAST | PIER_INTERFACE_MULTICAST;
        assert_int_equal(cable->flags, wanted);
        assert_int_equal(cable->address_count, 3);
        for (size_t j = 0; j < 3; j++) {
            pier_address address = joint_parse(rows[i].addresses[j]);
            assert_ptr_equal(pier_interfaces_by_address(interfaces, &address), cable);
        }
        for (size_t j = 0; j < 3; j++) {
            const pier_interface_address *own = &cable->addresses[j];
            bool is_ipv4 = own->address.family == PIER_FAMILY_IPV4;
            assert_int_equal(own->prefix_bits, is_ipv4 ? 24 : 64);
            assert_string_equal(pier_address_as_text(&own->broadcast).text, is_ipv4 ? rows[i].broadcast : "none");
        }
    }
    pier_interfaces_destroy(interfaces);
}

static void a_listener_takes_all_interfaces_by_default(void **state) {
    static const struct {
        const char *host;
        const char *from;
    } rows[] = {
        {"10.77.0.1", "tcp://10.77.0.2"},         {"10.77.1.1", "tcp://10.77.1.2"},
        {"[fd77::1]", "tcp://[fd77::2]"},         {"[fd77:1::1]", "tcp://[fd77:1::2]"},
        {"[fe80::1%far0]", "tcp://[fe80::2%10]"}, {"[fe80::1%far1]", "tcp://[fe80::2%11]"},
    };
    (void)state;
    pier_socket *listener = listen_at("tcp://:0", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier_socket *client = NULL;
        assert_int_equal(connect_from_far(rows[i].host, port_of(listener), &client), PIER_OK);
        accept_one(listener, rows[i].from);
        pier_socket_destroy(client);
    }
    pier_socket_destroy(listener);
}

static void a_listener_takes_one_address(void **state) {
    (void)state;
    reached_at_one_alone(listen_at("tcp://10.77.0.1:0", NULL), "10.77.0.1", "tcp://10.77.0.2", "10.77.1.1");
    reached_at_one_alone(listen_at("tcp://[fd77:1::1]:0", NULL), "[fd77:1::1]", "tcp://[fd77:1::2]", "[fd77::1]");
    reached_at_one_alone(listen_at("tcp://[fe80::1%near1]:0", NULL), "[fe80::1%far1]", "tcp://[fe80::2%11]",
                         "[fe80::1%far0]");
}

static void a_listener_takes_one_interface_by_its_name(void **state) {
    (void)state;
    reached_at_one_alone(listen_at("tcp://0.0.0.0:0", "near0"), "10.77.0.1", "tcp://10.77.0.2", "10.77.1.1");
    reached_at_one_alone(listen_at("tcp://:0", "near1"), "[fd77:1::1]", "tcp://[fd77:1::2]", "[fd77::1]");
}

static void one_port_has_a_listener_a_cable(void **state) {
    (void)state;
    pier_socket *client = NULL;
    pier_socket *first = listen_at("tcp://0.0.0.0:0", "near0");
    char text[64];
    (void)snprintf(text, sizeof text, "tcp://0.0.0.0:%u", (unsigned)port_of(first));
    pier_socket *second = listen_at(text, "near1");
    assert_int_equal(connect_from_far("10.77.1.1", port_of(first), &client), PIER_OK);
    accept_one(second, "tcp://10.77.1.2");
    accept_none(first);
    pier_socket_destroy(client);
    pier_socket_destroy(first);
    pier_socket_destroy(second);
}

static void a_connection_goes_over_the_interface_that_is_named(void **state) {
    (void)state;
    static const char *const names[] = {"near0", "near1"};
    static const char *const from[] = {"tcp://10.77.0.1", "tcp://10.77.1.1"};
    static const char *const hosts[] = {"10.77.0.2", "10.77.1.2"};
    pier_error error;
    far_side_enter();
    pier_socket *listener = listen_at("tcp://0.0.0.0:0", NULL);
    far_side_leave();
    for (size_t i = 0; i < 2; i++) {
        pier_socket *client = NULL;
        pier_address local;
        assert_int_equal(connect_to(hosts[i], port_of(listener), names[i], &client, &error), PIER_OK);
        assert_int_equal(pier_socket_local_address(client, &local), PIER_OK);
        assert_int_equal(strncmp(pier_address_as_text(&local).text, from[i], strlen(from[i])), 0);
        accept_one(listener, from[i]);
        pier_socket_destroy(client);
    }
    pier_socket *client = NULL;
    assert_int_equal(connect_to("10.77.0.2", port_of(listener), "near2", &client, &error), PIER_NOT_FOUND);
    assert_null(client);
    assert_non_null(strstr(error.text, "there is no such interface"));
    pier_socket_destroy(listener);
}

/* The same address at the end of both cables, and at the same port: the scope alone chooses. */
static void the_scope_chooses_the_cable(void **state) {
    static const char *const scopes[2][2] = {{"[fe80::2%near0]", "[fe80::2%10]"}, {"[fe80::2%near1]", "[fe80::2%11]"}};
    static const char *const from[2] = {"tcp://[fe80::1%20]", "tcp://[fe80::1%21]"};
    (void)state;
    char text[64];
    pier_error error;
    pier_socket *listeners[2];
    far_side_enter();
    listeners[0] = listen_at("tcp://[fe80::2%far0]:0", NULL);
    (void)snprintf(text, sizeof text, "tcp://[fe80::2%%far1]:%u", (unsigned)port_of(listeners[0]));
    listeners[1] = listen_at(text, NULL);
    far_side_leave();
    for (size_t cable = 0; cable < 2; cable++) {
        for (size_t i = 0; i < 2; i++) {
            pier_socket *client = NULL;
            pier_address peer;
            if (connect_to(scopes[cable][i], port_of(listeners[0]), NULL, &client, &error) != PIER_OK) {
                fail_msg("%s", error.text);
            }
            assert_int_equal(pier_socket_peer_address(client, &peer), PIER_OK);
            assert_int_equal(peer.scope, cable == 0 ? 10 : 11);
            accept_one(listeners[cable], from[cable]);
            accept_none(listeners[1 - cable]);
            pier_socket_destroy(client);
        }
    }
    pier_socket_destroy(listeners[0]);
    pier_socket_destroy(listeners[1]);
}

static void a_link_local_address_without_its_interface_is_explained(void **state) {
    (void)state;
    pier_error error;
    pier_socket *client = NULL;
    assert_int_equal(connect_to("[fe80::2]", 7000, NULL, &client, &error), PIER_UNREACHABLE);
    assert_null(client);
    assert_non_null(strstr(error.text, "a link-local address names its interface"));
    pier_address address = joint_parse("tcp://[fe80::1]:0");
    assert_int_equal(pier_socket_listen(&client, &address, NULL, &error), PIER_UNREACHABLE);
    assert_null(client);
    assert_non_null(strstr(error.text, "a link-local address names its interface"));
}

static void a_list_tells_the_cables_apart(void **state) {
    (void)state;
    pier_access *access = NULL;
    pier_error error;
    pier_socket *client = NULL;
    assert_int_equal(pier_access_create(&access, PIER_ALLOW, NULL, &error), PIER_OK);
    assert_int_equal(pier_access_add_text(access, "deny 10.77.1.0/24, deny [fd77:1::]/64", &error), PIER_OK);
    pier_socket_options options = {.size = sizeof options, .access = access};
    pier_socket *listener = NULL;
    pier_address address = joint_parse("tcp://:0");
    assert_int_equal(pier_socket_listen(&listener, &address, &options, &error), PIER_OK);
    static const char *const denied[] = {"10.77.1.1", "[fd77:1::1]"};
    for (size_t i = 0; i < 2; i++) {
        char got[1];
        size_t size = 0;
        assert_int_equal(connect_from_far(denied[i], port_of(listener), &client), PIER_OK);
        accept_none(listener);
        assert_int_equal(pier_socket_denied_count(listener), i + 1);
        assert_int_equal(pier_socket_read(client, got, 1, &size, joint_patience()), PIER_RESET);
        pier_socket_destroy(client);
    }
    assert_int_equal(connect_from_far("10.77.0.1", port_of(listener), &client), PIER_OK);
    accept_one(listener, "tcp://10.77.0.2");
    pier_socket_destroy(client);
    pier_socket_destroy(listener);
    pier_access_destroy(access);
}

static void switch_interface(const char *name, bool on) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_int_equal(ioctl(handle, SIOCGIFFLAGS, &request), 0);
    request.ifr_flags = (short)(on ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
    assert_int_equal(ioctl(handle, SIOCSIFFLAGS, &request), 0);
    (void)close(handle);
}

/* The last one: the system forgets the IPv6 addresses of an interface that is switched off. */
static void a_cable_that_is_off_is_told(void **state) {
    (void)state;
    pier_error error;
    pier_socket *client = NULL;
    pier_interfaces *interfaces = NULL;
    switch_interface("near1", false);
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, NULL), PIER_OK);
    assert_int_equal(pier_interfaces_by_name(interfaces, "near1")->flags & (PIER_INTERFACE_UP | PIER_INTERFACE_RUNNING),
                     0);
    pier_interfaces_destroy(interfaces);
    assert_int_equal(connect_to("10.77.1.2", 7000, NULL, &client, &error), PIER_UNREACHABLE);
    assert_string_equal(error.text, "connect to tcp://10.77.1.2:7000: there is no way to the network");
    switch_interface("near1", true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_cables_are_listed),
        cmocka_unit_test(a_listener_takes_all_interfaces_by_default),
        cmocka_unit_test(a_listener_takes_one_address),
        cmocka_unit_test(a_listener_takes_one_interface_by_its_name),
        cmocka_unit_test(one_port_has_a_listener_a_cable),
        cmocka_unit_test(a_connection_goes_over_the_interface_that_is_named),
        cmocka_unit_test(the_scope_chooses_the_cable),
        cmocka_unit_test(a_link_local_address_without_its_interface_is_explained),
        cmocka_unit_test(a_list_tells_the_cables_apart),
        cmocka_unit_test(a_cable_that_is_off_is_told),
    };
    if (!far_side_is_there()) {
        print_message("run by network.py: there is no far side\n");
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
