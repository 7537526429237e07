/* Networks and kinds of addresses: tables of texts with their bytes or the place of their fault, and what lies in what.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <pier/network.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Makes an address from the host part of an endpoint. */
static pier_address address_of(const char *host) {
    char text[128];
    pier_address address;
    pier_error error;
    (void)snprintf(text, sizeof text, strchr(host, ':') != NULL ? "[%s]:0" : "%s:0", host);
    if (pier_address_parse(text, &address, &error) != PIER_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    return address;
}

static pier_network network_of(const char *text) {
    pier_network network;
    pier_error error;
    if (pier_network_parse(text, &network, &error) != PIER_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    return network;
}

static void networks_are_read_and_written(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *written; /* NULL: the same */
    } rows[] = {
        {"10.0.0.0/8", NULL},
        {"0.0.0.0/0", NULL},
        {"255.255.255.255/32", NULL},
        {"192.168.4.0/22", NULL},
        {"128.0.0.0/1", NULL},
        {"127.0.0.1", "127.0.0.1/32"},
        {"fe80::/10", NULL},
        {"::/0", NULL},
        {"[::1]/128", "::1/128"},
        {"[::1]", "::1/128"},
        {"::1", "::1/128"},
        {"2001:DB8:0:0::/32", "2001:db8::/32"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", NULL},
        {"::ffff:10.0.0.0/104", "10.0.0.0/8"},
        {"[::ffff:0:0]/96", "0.0.0.0/0"},
        {"::ffff:1.2.3.4", "1.2.3.4/32"},
        {"8000::/1", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[PIER_NETWORK_TEXT_BYTES_MAX];
        const char *expected = rows[i].written != NULL ? rows[i].written : rows[i].text;
        pier_network network = network_of(rows[i].text);
        assert_int_equal(pier_network_format(&network, text, sizeof text), strlen(expected));
        assert_string_equal(text, expected);
        pier_network again = network_of(text);
        assert_true(pier_network_equal(&network, &again));
    }
    assert_int_equal(strlen("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128") + 1, 44);
}

static void text_is_cut_at_the_capacity(void **state) {
    (void)state;
    pier_network network = network_of("10.0.0.0/8");
    char text[5] = "zzzz";
    assert_int_equal(pier_network_format(&network, NULL, 0), 10);
    assert_int_equal(pier_network_format(&network, text, 4), 10);
    assert_string_equal(text, "10.");
    memset(&network, 0, sizeof network);
    assert_int_equal(pier_network_format(&network, text, sizeof text), 4);
    assert_string_equal(text, "none");
}

static void faults_are_told_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t offset;
        const char *words;
    } rows[] = {
        {"", 0, "a network begins with an address; 10.0.0.0/8 is one, for instance"},
        {"/8", 0, "a network begins with an address; 10.0.0.0/8 is one, for instance"},
        {"10.0.0/8", 6, "an IPv4 address has four numbers"},
        {"10.0.0.256/8", 7, "the number is too large"},
        {"10.0.0.0.0/8", 8, "an IPv4 address has four numbers"},
        {"10.0.0.00/8", 7, "a number has no leading zeros"},
        {" 10.0.0.0/8", 0, "only decimal digits may stand here"},
        {"host/8", 0, "only decimal digits may stand here"},
        {"10.0.0.0/", 9, "the length of the prefix is a number up to 32"},
        {"10.0.0.0/33", 9, "the length of the prefix is a number up to 32"},
        {"10.0.0.0/08", 9, "the length of the prefix is a number up to 32"},
        {"10.0.0.0/8 ", 10, "the length of the prefix is a number up to 32"},
        {"10.0.0.0/-1", 9, "the length of the prefix is a number up to 32"},
        {"10.0.0.0/8/8", 10, "the length of the prefix is a number up to 32"},
        {"10.0.0.0/4294967304", 9, "the length of the prefix is a number up to 32"},
        {"::/129", 3, "the length of the prefix is a number up to 128"},
        {"fe80::%eth0/10", 6, "a network is the same on every interface"},
        {"[fe80::%1]/10", 7, "a network is the same on every interface"},
        {"[::1/128", 0, "the bracket is not closed"},
        {"[", 0, "the bracket is not closed"},
        {"[]/0", 1, "an IPv6 address is missing"},
        {"[::1]x/128", 5, "`/` and the length of the prefix must follow the bracket"},
        {"[10.0.0.0]/8", 9, "an IPv6 address has eight groups, or fewer and `::`"},
        {"::1]/128", 3, "only hexadecimal digits and colons may stand here"},
        {"1:2:3/48", 5, "an IPv6 address has eight groups, or fewer and `::`"},
        {"::g/128", 2, "a group of hexadecimal digits must stand here"},
        {"10.1.0.0/8", 0, "the address has bits behind its prefix; the network is 10.0.0.0/8"},
        {"10.0.0.1/31", 0, "the address has bits behind its prefix; the network is 10.0.0.0/31"},
        {"fe80::1/64", 0, "the address has bits behind its prefix; the network is fe80::/64"},
        {"fec0::/9", 0, "the address has bits behind its prefix; the network is fe80::/9"},
        {"::ffff:10.0.0.0/64", 0, "the address has bits behind its prefix; the network is ::/64"},
        {"::ffff:10.1.0.0/104", 0, "the address has bits behind its prefix; the network is 10.0.0.0/8"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_network network;
        pier_error error;
        memset(&network, 0x77, sizeof network);
        assert_int_equal(pier_network_parse(rows[i].text, &network, &error), PIER_ADDRESS);
        if (error.offset != rows[i].offset || strncmp(error.text, rows[i].words, strlen(rows[i].words)) != 0) {
            fail_msg("%s: byte %llu: %s", rows[i].text, (unsigned long long)error.offset, error.text);
        }
        assert_int_equal(network.family, PIER_FAMILY_NONE);
        assert_int_equal(pier_network_parse(rows[i].text, &network, NULL), PIER_ADDRESS);
    }
    pier_network network;
    pier_error error;
    assert_int_equal(pier_network_parse(NULL, &network, &error), PIER_USAGE);
    assert_int_equal(pier_network_parse("::/0", NULL, &error), PIER_USAGE);
}

static void an_address_lies_in_a_network_or_not(void **state) {
    (void)state;
    static const struct {
        const char *network;
        const char *inside; /* NULL: nothing to see */
        const char *outside;
    } rows[] = {
        {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        {"10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:9.255.255.255"},
        {"::ffff:10.0.0.0/104", "10.1.2.3", "9.255.255.255"},
        {"192.168.4.0/22", "192.168.7.255", "192.168.8.0"},
        {"192.168.4.0/22", "192.168.4.0", "192.168.3.255"},
        {"127.0.0.1/32", "127.0.0.1", "127.0.0.2"},
        {"128.0.0.0/1", "255.255.255.255", "127.255.255.255"},
        {"0.0.0.0/0", "255.255.255.255", "::1"},
        {"0.0.0.0/0", "::ffff:1.2.3.4", "::1.2.3.4"},
        {"::/0", "ffff::", "127.0.0.1"},
        {"::/0", "::", "::ffff:127.0.0.1"},
        {"fe80::/10", "febf:ffff::1", "fec0::"},
        {"fe80::/10", "fe80::1%1", "fe00::"},
        {"::1/128", "::1", "::2"},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_network network = network_of(rows[i].network);
        pier_address inside = address_of(rows[i].inside);
        pier_address outside = address_of(rows[i].outside);
        if (!pier_network_contains(&network, &inside) || pier_network_contains(&network, &outside)) {
            fail_msg("%s: %s, %s", rows[i].network, rows[i].inside, rows[i].outside);
        }
    }
    pier_network nothing;
    pier_network everything = network_of("::/0");
    pier_address unix_address;
    pier_address none;
    memset(&nothing, 0, sizeof nothing);
    memset(&none, 0, sizeof none);
    assert_int_equal(pier_address_parse("unix:/run/x", &unix_address, NULL), PIER_OK);
    assert_false(pier_network_contains(&everything, &unix_address));
    assert_false(pier_network_contains(&nothing, &none));
}

static void a_network_is_made_of_an_address(void **state) {
    (void)state;
    static const struct {
        const char *address;
        uint32_t prefix_bits;
        const char *network; /* NULL: refused */
    } rows[] = {
        {"10.1.2.3", 8, "10.0.0.0/8"},
        {"10.1.2.3", 31, "10.1.2.2/31"},
        {"10.1.2.3", 0, "0.0.0.0/0"},
        {"10.1.2.3", 32, "10.1.2.3/32"},
        {"10.1.2.3", 33, NULL},
        {"fe80::1", 64, "fe80::/64"},
        {"fe80::1%1", 128, "fe80::1/128"},
        {"fe80::1", 129, NULL},
        {"::ffff:10.1.2.3", 104, "10.0.0.0/8"},
        {"::ffff:10.1.2.3", 95, NULL},
        {"::ffff:10.1.2.3", 96, "0.0.0.0/0"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_network network;
        pier_address address = address_of(rows[i].address);
        pier_status expected = rows[i].network != NULL ? PIER_OK : PIER_USAGE;
        assert_int_equal(pier_network_of(&address, rows[i].prefix_bits, &network), expected);
        if (rows[i].network != NULL) {
            pier_network same = network_of(rows[i].network);
            assert_true(pier_network_equal(&network, &same));
        } else {
            assert_int_equal(network.family, PIER_FAMILY_NONE);
        }
    }
    pier_address unix_address;
    pier_network network;
    assert_int_equal(pier_address_parse("unix:@x", &unix_address, NULL), PIER_OK);
    assert_int_equal(pier_network_of(&unix_address, 0, &network), PIER_USAGE);
}

static void networks_differ_in_all_their_parts(void **state) {
    (void)state;
    pier_network left = network_of("10.0.0.0/8");
    pier_network right = network_of("10.0.0.0/9");
    assert_false(pier_network_equal(&left, &right));
    right = network_of("11.0.0.0/8");
    assert_false(pier_network_equal(&left, &right));
    left = network_of("0.0.0.0/0");
    right = network_of("::/0");
    assert_false(pier_network_equal(&left, &right));
}

static void addresses_are_of_a_kind(void **state) {
    (void)state;
    static const struct {
        const char *address;
        pier_address_kind kind;
    } rows[] = {
        {"0.0.0.0", PIER_ADDRESS_UNSPECIFIED},
        {"0.0.0.1", PIER_ADDRESS_RESERVED},
        {"9.255.255.255", PIER_ADDRESS_GLOBAL},
        {"10.0.0.0", PIER_ADDRESS_PRIVATE},
        {"11.0.0.0", PIER_ADDRESS_GLOBAL},
        {"100.63.255.255", PIER_ADDRESS_GLOBAL},
        {"100.64.0.0", PIER_ADDRESS_PRIVATE},
        {"100.128.0.0", PIER_ADDRESS_GLOBAL},
        {"127.0.0.1", PIER_ADDRESS_LOOPBACK},
        {"127.255.255.255", PIER_ADDRESS_LOOPBACK},
        {"169.254.0.1", PIER_ADDRESS_LINK_LOCAL},
        {"172.15.255.255", PIER_ADDRESS_GLOBAL},
        {"172.16.0.0", PIER_ADDRESS_PRIVATE},
        {"172.31.255.255", PIER_ADDRESS_PRIVATE},
        {"172.32.0.0", PIER_ADDRESS_GLOBAL},
        {"192.0.0.8", PIER_ADDRESS_RESERVED},
        {"192.0.2.1", PIER_ADDRESS_RESERVED},
        {"192.168.1.1", PIER_ADDRESS_PRIVATE},
        {"198.18.0.0", PIER_ADDRESS_RESERVED},
        {"198.20.0.0", PIER_ADDRESS_GLOBAL},
        {"198.51.100.7", PIER_ADDRESS_RESERVED},
        {"203.0.113.7", PIER_ADDRESS_RESERVED},
        {"223.255.255.255", PIER_ADDRESS_GLOBAL},
        {"224.0.0.1", PIER_ADDRESS_MULTICAST},
        {"239.255.255.255", PIER_ADDRESS_MULTICAST},
        {"240.0.0.0", PIER_ADDRESS_RESERVED},
        {"255.255.255.254", PIER_ADDRESS_RESERVED},
        {"255.255.255.255", PIER_ADDRESS_BROADCAST},
        {"::", PIER_ADDRESS_UNSPECIFIED},
        {"::1", PIER_ADDRESS_LOOPBACK},
        {"::2", PIER_ADDRESS_RESERVED},
        {"::127.0.0.1", PIER_ADDRESS_RESERVED},
        {"::ffff:127.0.0.1", PIER_ADDRESS_LOOPBACK},
        {"::ffff:0.0.0.0", PIER_ADDRESS_UNSPECIFIED},
        {"::ffff:8.8.8.8", PIER_ADDRESS_GLOBAL},
        {"64:ff9b::8.8.8.8", PIER_ADDRESS_GLOBAL},
        {"100::1", PIER_ADDRESS_RESERVED},
        {"100:0:0:1::", PIER_ADDRESS_GLOBAL},
        {"2001:2::1", PIER_ADDRESS_RESERVED},
        {"2001:db8::1", PIER_ADDRESS_RESERVED},
        {"2001:4860:4860::8888", PIER_ADDRESS_GLOBAL},
        {"3fff:fff::1", PIER_ADDRESS_RESERVED},
        {"3fff:1000::", PIER_ADDRESS_GLOBAL},
        {"fc00::1", PIER_ADDRESS_PRIVATE},
        {"fdff:ffff::1", PIER_ADDRESS_PRIVATE},
        {"fe80::1", PIER_ADDRESS_LINK_LOCAL},
        {"febf::1", PIER_ADDRESS_LINK_LOCAL},
        {"fec0::1", PIER_ADDRESS_PRIVATE},
        {"ff02::1", PIER_ADDRESS_MULTICAST},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_address address = address_of(rows[i].address);
        pier_address_kind kind = pier_address_kind_of(&address);
        if (kind != rows[i].kind) {
            fail_msg("%s is %s", rows[i].address, pier_address_kind_name(kind));
        }
    }
    pier_address other;
    memset(&other, 0, sizeof other);
    assert_int_equal(pier_address_kind_of(&other), PIER_ADDRESS_NONE);
    assert_int_equal(pier_address_parse("unix:@x", &other, NULL), PIER_OK);
    assert_int_equal(pier_address_kind_of(&other), PIER_ADDRESS_NONE);
}

static void kinds_have_names(void **state) {
    (void)state;
    static const char *const names[] = {"none",      "unspecified", "loopback", "link-local", "private",
                                        "multicast", "broadcast",   "reserved", "global",     "unknown"};
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(pier_address_kind_name((pier_address_kind)i), names[i]);
    }
}

static void ipv4_comes_out_of_ipv6s_clothes(void **state) {
    (void)state;
    pier_address mapped = address_of("::ffff:192.0.2.1%7");
    pier_address plain = address_of("192.0.2.1");
    mapped.port = 80;
    plain.port = 80;
    assert_true(pier_address_is_mapped(&mapped));
    assert_false(pier_address_is_mapped(&plain));
    pier_address unmapped = pier_address_unmapped(&mapped);
    assert_true(pier_address_equal(&unmapped, &plain));
    unmapped = pier_address_unmapped(&plain);
    assert_true(pier_address_equal(&unmapped, &plain));
    pier_address ipv6 = address_of("::1");
    unmapped = pier_address_unmapped(&ipv6);
    assert_true(pier_address_equal(&unmapped, &ipv6));
}

/* In their order. */
static const char *const ordered[] = {
    "tcp://0.0.0.0:0",
    "tcp://1.2.3.4:79",
    "tcp://1.2.3.4:80",
    "udp://1.2.3.4:80",
    "tcp://1.2.3.5:1",
    "tcp://200.0.0.0:1",
    "tcp://[::]:0",
    "tcp://[fe80::1]:9",
    "tcp://[fe80::1%1]:9",
    "tcp://[fe80::1%2]:1",
    "tcp://[fe80::2]:1",
    "unix:/a",
    "unix:/ab",
    "unix:/b",
    "unix:@",
    "unix:@a",
    "unix:@%FF",
};

static void addresses_have_one_order(void **state) {
    (void)state;
    pier_address addresses[COUNT(ordered)];
    for (size_t i = 0; i < COUNT(ordered); i++) {
        memset(&addresses[i], 0, sizeof addresses[i]);
        if (strcmp(ordered[i], "unix:@") == 0) {
            addresses[i].transport = PIER_TRANSPORT_UNIX;
            addresses[i].family = PIER_FAMILY_UNIX_ABSTRACT;
        } else {
            assert_int_equal(pier_address_parse(ordered[i], &addresses[i], NULL), PIER_OK);
        }
    }
    for (size_t i = 0; i < COUNT(ordered); i++) {
        for (size_t j = 0; j < COUNT(ordered); j++) {
            int order = pier_address_compare(&addresses[i], &addresses[j]);
            if ((order < 0) != (i < j) || (order > 0) != (i > j)) {
                fail_msg("%s and %s: %d", ordered[i], ordered[j], order);
            }
            assert_int_equal(order == 0, pier_address_equal(&addresses[i], &addresses[j]));
            assert_int_equal(order == 0, pier_address_hash(&addresses[i], 1) == pier_address_hash(&addresses[j], 1));
        }
    }
}

static void hashes_spread(void **state) {
    (void)state;
    /* Neighbours in a table of 1,024 places: 16 to a place on average. A fair throw leaves no place with more than 45
     * in 10^7 tables (binomial tail); the low bits and the high ones are looked at. */
    enum { PLACES = 1024, ADDRESSES = PLACES * 16 };
    for (uint64_t seed = 0; seed < 4; seed++) {
        static unsigned low[PLACES];
        static unsigned high[PLACES];
        memset(low, 0, sizeof low);
        memset(high, 0, sizeof high);
        for (uint32_t i = 0; i < ADDRESSES; i++) {
            pier_address address = address_of(seed % 2 == 0 ? "10.0.0.0" : "2001:db8::");
            size_t last = address.name_bytes;
            address.name[last - 1] = (uint8_t)i;
            address.name[last - 2] = (uint8_t)(i >> 8);
            uint64_t hash = pier_address_hash(&address, seed);
            low[hash % PLACES]++;
            high[hash >> 54]++;
        }
        for (size_t i = 0; i < PLACES; i++) {
            assert_in_range(low[i], 0, 45);
            assert_in_range(high[i], 0, 45);
        }
    }
    pier_address address = address_of("10.0.0.0");
    assert_true(pier_address_hash(&address, 1) != pier_address_hash(&address, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_read_and_written),
        cmocka_unit_test(text_is_cut_at_the_capacity),
        cmocka_unit_test(faults_are_told_with_their_place),
        cmocka_unit_test(an_address_lies_in_a_network_or_not),
        cmocka_unit_test(a_network_is_made_of_an_address),
        cmocka_unit_test(networks_differ_in_all_their_parts),
        cmocka_unit_test(addresses_are_of_a_kind),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(ipv4_comes_out_of_ipv6s_clothes),
        cmocka_unit_test(addresses_have_one_order),
        cmocka_unit_test(hashes_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
