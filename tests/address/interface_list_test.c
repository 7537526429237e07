/* Interfaces of machines that are not here: labels, point-to-point, addresses without an interface, thousands of them.
 *
 * Floor 1 (address). The linker puts __wrap_getifaddrs in the place of the system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/interface.h>

/* A row of what the system tells: an interface by its index, or an address by its text. */
typedef struct row {
    const char *name;
    unsigned flags;
    int index; /* of an interface; 0: the row is an address */
    const char *address;
    const char *mask;
    const char *other;
} row;

/* An entry of the list, with the room that its addresses need. */
typedef struct entry {
    struct ifaddrs interface;
    char name[IF_NAMESIZE + 8];
    struct sockaddr_storage addresses[3];
} entry;

static struct {
    entry *entries;
    size_t count;
    int live;
} machine;

static struct sockaddr *make_address(struct sockaddr_storage *storage, const char *text, int scope) {
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)storage;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)storage;
    memset(storage, 0, sizeof *storage);
    if (text == NULL) {
        return NULL;
    }
    if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
    } else if (inet_pton(AF_INET6, text, &ipv6->sin6_addr) == 1) {
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_scope_id = strncmp(text, "fe80", 4) == 0 ? (uint32_t)scope : 0;
    } else {
        storage->ss_family = AF_APPLETALK;
    }
    return (struct sockaddr *)storage;
}

static void add(const row *from, int scope) {
    entry *made = &machine.entries[machine.count++];
    memset(made, 0, sizeof *made);
    (void)snprintf(made->name, sizeof made->name, "%s", from->name);
    made->interface.ifa_name = made->name;
    made->interface.ifa_flags = from->flags;
    if (from->index != 0) {
        struct sockaddr_ll *link = (struct sockaddr_ll *)&made->addresses[0];
        link->sll_family = AF_PACKET;
        link->sll_ifindex = from->index;
        made->interface.ifa_addr = (struct sockaddr *)link;
        return;
    }
    made->interface.ifa_addr = make_address(&made->addresses[0], from->address, scope);
    made->interface.ifa_netmask = make_address(&made->addresses[1], from->mask, 0);
    made->interface.ifa_dstaddr = make_address(&made->addresses[2], from->other, 0);
}

int __wrap_getifaddrs(struct ifaddrs **list);
void __wrap_freeifaddrs(struct ifaddrs *list);

int __wrap_getifaddrs(struct ifaddrs **list) {
    machine.live++;
    for (size_t i = 0; i + 1 < machine.count; i++) {
        machine.entries[i].interface.ifa_next = &machine.entries[i + 1].interface;
    }
    *list = machine.count > 0 ? &machine.entries[0].interface : NULL;
    return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *list) {
    (void)list;
    machine.live--;
}

static int begin(void **state) {
    (void)state;
    machine.count = 0;
    machine.entries = calloc(8192, sizeof *machine.entries);
    return machine.entries == NULL;
}

static int end(void **state) {
    (void)state;
    free(machine.entries);
    return machine.live;
}

static pier_interfaces *list_interfaces(void) {
    pier_interfaces *interfaces = NULL;
    pier_error error;
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, &error), PIER_OK);
    assert_int_equal(machine.live, 0);
    return interfaces;
}

static void assert_text(const pier_address *address, const char *expected) {
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    (void)pier_address_format(address, text, sizeof text);
    assert_string_equal(text, expected);
}

static const unsigned ethernet = IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST;

static void addresses_come_to_their_interfaces(void **state) {
    (void)state;
    const row rows[] = {
        {"eth1", ethernet, 7, NULL, NULL, NULL},
        {"lo", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, 1, NULL, NULL, NULL},
        {"tun0", IFF_UP | IFF_POINTOPOINT, 9, NULL, NULL, NULL},
        {"eth0", IFF_BROADCAST, 8, NULL, NULL, NULL},
        {"lo", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, 0, "127.0.0.1", "255.0.0.0", NULL},
        {"eth1", ethernet, 0, "192.168.4.7", "255.255.252.0", "192.168.7.255"},
        {"tun0", IFF_UP | IFF_POINTOPOINT, 0, "10.8.0.2", "255.255.255.255", "10.8.0.1"},
        {"eth1", ethernet, 0, "appletalk", NULL, NULL},
        {"eth1", ethernet, 0, NULL, NULL, NULL},
        {"lo", IFF_UP | IFF_RUNNING | IFF_LOOPBACK, 0, "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
        {"eth1", ethernet, 0, "fe80::1", "ffff:ffff:ffff:ffff::", NULL},
        {"eth1", ethernet, 0, "2001:db8::1", "ffff:fe00::", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add(&rows[i], 7);
    }
    pier_interfaces *interfaces = list_interfaces();
    static const char *const names[] = {"lo", "eth1", "eth0", "tun0"};
    assert_int_equal(pier_interfaces_count(interfaces), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(pier_interfaces_at(interfaces, i)->name, names[i]);
    }
    const pier_interface *eth1 = pier_interfaces_by_index(interfaces, 7);
    assert_int_equal(eth1->flags,
                     PIER_INTERFACE_UP | PIER_INTERFACE_RUNNING | PIER_INTERFACE_BROADCAST | PIER_INTERFACE_MULTICAST);
    assert_int_equal(eth1->address_count, 3);
    assert_text(&eth1->addresses[0].address, "tcp://192.168.4.7:0");
    assert_text(&eth1->addresses[0].broadcast, "tcp://192.168.7.255:0");
    assert_text(&eth1->addresses[0].peer, "none");
    assert_int_equal(eth1->addresses[0].prefix_bits, 22);
    assert_int_equal(eth1->addresses[0].kind, PIER_ADDRESS_PRIVATE);
    assert_text(&eth1->addresses[1].address, "tcp://[fe80::1%7]:0");
    assert_text(&eth1->addresses[1].broadcast, "none");
    assert_int_equal(eth1->addresses[1].prefix_bits, 64);
    assert_int_equal(eth1->addresses[1].kind, PIER_ADDRESS_LINK_LOCAL);
    assert_int_equal(eth1->addresses[2].prefix_bits, 23);

    const pier_interface *tunnel = pier_interfaces_by_name(interfaces, "tun0");
    assert_int_equal(tunnel->flags, PIER_INTERFACE_UP | PIER_INTERFACE_POINT_TO_POINT);
    assert_text(&tunnel->addresses[0].peer, "tcp://10.8.0.1:0");
    assert_text(&tunnel->addresses[0].broadcast, "none");
    const pier_interface *down = pier_interfaces_by_name(interfaces, "eth0");
    assert_int_equal(down->flags, PIER_INTERFACE_BROADCAST);
    assert_int_equal(down->address_count, 0);
    assert_null(down->addresses);
    pier_interfaces_destroy(interfaces);
}

static void a_labelled_address_belongs_to_its_interface(void **state) {
    (void)state;
    const row rows[] = {
        {"eth1", ethernet, 7, NULL, NULL, NULL},
        {"eth1:1", ethernet, 0, "10.0.0.1", "255.255.255.0", NULL},
        {"eth1:a-long-label", ethernet, 0, "10.0.0.2", "255.255.255.0", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add(&rows[i], 0);
    }
    pier_interfaces *interfaces = list_interfaces();
    assert_int_equal(pier_interfaces_count(interfaces), 1);
    assert_int_equal(pier_interfaces_at(interfaces, 0)->address_count, 2);
    pier_interfaces_destroy(interfaces);
}

static void an_interface_is_found_by_its_address(void **state) {
    (void)state;
    const row rows[] = {
        {"a", ethernet, 2, NULL, NULL, NULL},
        {"b", ethernet, 3, NULL, NULL, NULL},
        {"b", ethernet, 0, "10.0.0.1", "255.255.255.0", NULL},
        {"b", ethernet, 0, "2001:db8::1", "ffff::", NULL},
    };
    static const struct {
        const char *address;
        const char *name; /* NULL: nobody has it */
    } wanted[] = {
        {"10.0.0.1:80", "b"},      {"udp://10.0.0.1:0", "b"},   {"[::ffff:10.0.0.1]:80", "b"}, {"10.0.0.2:80", NULL},
        {"[2001:db8::1]:80", "b"}, {"[2001:db8::1%3]:80", "b"}, {"[2001:db8::1%2]:80", NULL},  {"unix:/x", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add(&rows[i], 0);
    }
    pier_interfaces *interfaces = list_interfaces();
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        pier_address address;
        assert_int_equal(pier_address_parse(wanted[i].address, &address, NULL), PIER_OK);
        const pier_interface *found = pier_interfaces_by_address(interfaces, &address);
        if (wanted[i].name == NULL ? found != NULL : found == NULL || strcmp(found->name, wanted[i].name) != 0) {
            fail_msg("%s is found at %s", wanted[i].address, found != NULL ? found->name : "nobody");
        }
    }
    pier_interfaces_destroy(interfaces);
}

static void addresses_may_come_without_their_interface(void **state) {
    (void)state;
    /* The index is then asked for by name: the loopback of this machine has one, the other name has none. */
    char loopback[IF_NAMESIZE] = "";
    assert_non_null(if_indextoname(1, loopback));
    const row rows[] = {
        {loopback, IFF_UP | IFF_LOOPBACK, 0, "127.0.0.1", "255.0.0.0", NULL},
        {"gone-again", IFF_UP, 0, "10.0.0.1", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        add(&rows[i], 0);
    }
    pier_interfaces *interfaces = list_interfaces();
    assert_int_equal(pier_interfaces_by_name(interfaces, loopback)->index, 1);
    assert_int_equal(pier_interfaces_by_name(interfaces, "gone-again")->index, 0);
    assert_int_equal(pier_interfaces_by_name(interfaces, "gone-again")->addresses[0].prefix_bits, 0);
    pier_interfaces_destroy(interfaces);
}

static void a_machine_may_have_none(void **state) {
    (void)state;
    pier_interfaces *interfaces = list_interfaces();
    assert_int_equal(pier_interfaces_count(interfaces), 0);
    assert_null(pier_interfaces_at(interfaces, 0));
    pier_interfaces_destroy(interfaces);
}

static void a_machine_may_have_thousands(void **state) {
    (void)state;
    enum { INTERFACES = 4000 };
    char name[IF_NAMESIZE];
    for (int i = INTERFACES; i > 0; i--) {
        (void)snprintf(name, sizeof name, "veth%d", i);
        add(&(row){name, ethernet, i, NULL, NULL, NULL}, 0);
    }
    for (int i = 1; i <= INTERFACES; i++) {
        char text[INET_ADDRSTRLEN];
        (void)snprintf(name, sizeof name, "veth%d", i);
        (void)snprintf(text, sizeof text, "10.0.%d.%d", i / 256, i % 256);
        add(&(row){name, ethernet, 0, text, "255.255.255.255", NULL}, 0);
    }
    pier_interfaces *interfaces = list_interfaces();
    assert_int_equal(pier_interfaces_count(interfaces), INTERFACES);
    for (uint32_t i = 1; i <= INTERFACES; i++) {
        const pier_interface *interface = pier_interfaces_at(interfaces, i - 1);
        assert_int_equal(interface->index, i);
        assert_int_equal(interface->address_count, 1);
        assert_int_equal(interface->addresses[0].address.name[3], i % 256);
    }
    pier_interfaces_destroy(interfaces);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(addresses_come_to_their_interfaces, begin, end),
        cmocka_unit_test_setup_teardown(a_labelled_address_belongs_to_its_interface, begin, end),
        cmocka_unit_test_setup_teardown(an_interface_is_found_by_its_address, begin, end),
        cmocka_unit_test_setup_teardown(addresses_may_come_without_their_interface, begin, end),
        cmocka_unit_test_setup_teardown(a_machine_may_have_none, begin, end),
        cmocka_unit_test_setup_teardown(a_machine_may_have_thousands, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
