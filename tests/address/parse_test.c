/* Addresses as text: what is taken, what is refused and at which byte, and the way back.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <pier/address.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define E10 "%01%02%03%04%05%06%07%08%09%0A"
#define E100 E10 E10 E10 E10 E10 E10 E10 E10 E10 E10
#define LABEL63 X10 X10 X10 X10 X10 X10 "xxx"

/* What is taken: the text, what it stands for, and how it is written. */
static const struct {
    const char *text;
    const char *written; /* NULL: the same */
    pier_transport transport;
    pier_family family;
    uint16_t port;
    uint32_t scope;
} good[] = {
    {"tcp://127.0.0.1:7000", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV4, 7000, 0},
    {"127.0.0.1:7000", "tcp://127.0.0.1:7000", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV4, 7000, 0},
    {"udp://127.0.0.1:7000", NULL, PIER_TRANSPORT_UDP, PIER_FAMILY_IPV4, 7000, 0},
    {"tcp://0.0.0.0:0", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV4, 0, 0},
    {"tcp://255.255.255.255:65535", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV4, 65535, 0},
    {"tcp://[::1]:0", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 0, 0},
    {"[::1]:9", "tcp://[::1]:9", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 9, 0},
    {"tcp://:7000", "tcp://[::]:7000", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 7000, 0},
    {"udp://:7000", "udp://[::]:7000", PIER_TRANSPORT_UDP, PIER_FAMILY_IPV6, 7000, 0},
    {":7000", "tcp://[::]:7000", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 7000, 0},
    {"tcp://[::]:1", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[fe80::1%1]:7000", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 7000, 1},
    {"tcp://[fe80::1%4294967295]:1", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, UINT32_MAX},
    {"tcp://[2001:DB8:0:0:8:800:200C:417A]:1", "tcp://[2001:db8::8:800:200c:417a]:1", PIER_TRANSPORT_TCP,
     PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[1:2:3:4:5:6:7:8]:1", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[0001:0002::]:1", "tcp://[1:2::]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[1:2:3:4:5:6:7::]:1", "tcp://[1:2:3:4:5:6:7:0]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[::2:3:4:5:6:7:8]:1", "tcp://[0:2:3:4:5:6:7:8]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[1:0:0:4:0:0:0:8]:1", "tcp://[1:0:0:4::8]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[1:0:0:4:5:0:0:8]:1", "tcp://[1::4:5:0:0:8]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 65535, 0},
    {"tcp://[::ffff:127.0.0.1]:1", NULL, PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[::ffff:7f00:1]:1", "tcp://[::ffff:127.0.0.1]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[64:ff9b::192.0.2.33]:1", "tcp://[64:ff9b::c000:221]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[1:2:3:4:5:6:1.2.3.4]:1", "tcp://[1:2:3:4:5:6:102:304]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"tcp://[::1.2.3.4]:1", "tcp://[::102:304]:1", PIER_TRANSPORT_TCP, PIER_FAMILY_IPV6, 1, 0},
    {"unix:/run/chat.sock", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_PATH, 0, 0},
    {"unix:relative", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_PATH, 0, 0},
    {"unix:///run/x", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_PATH, 0, 0},
    {"unix:/run/with space%41:é", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_PATH, 0, 0},
    {"unix:" X100 "1234567", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_PATH, 0, 0},
    {"unix:@name", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_ABSTRACT, 0, 0},
    {"unix:@a b", "unix:@a%20b", PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_ABSTRACT, 0, 0},
    {"unix:@%00%ff%25%4a", "unix:@%00%FF%25J", PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_ABSTRACT, 0, 0},
    {"unix:@@/:~", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_ABSTRACT, 0, 0},
    {"unix:@" X100 "1234567", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_ABSTRACT, 0, 0},
    {"unix:@" E100 "%01%02%03%04%05%06%07", NULL, PIER_TRANSPORT_UNIX, PIER_FAMILY_UNIX_ABSTRACT, 0, 0},
};

/* What is refused, and the byte that is told. */
static const struct {
    const char *text;
    uint64_t offset;
} bad[] = {
    {"", 0},
    /* schemes */
    {"http://127.0.0.1:80", 0},
    {"TCP://127.0.0.1:80", 0},
    {"://127.0.0.1:80", 0},
    {"tcp:/127.0.0.1:80", 4},
    {"tcp:127.0.0.1:80", 7},
    /* the end comes too early, or too late */
    {"tcp://", 6},
    {"tcp://127.0.0.1", 15},
    {"127.0.0.1", 9},
    {"tcp://127.0.0.1:80/", 18},
    {"tcp://127.0.0.1:80 ", 18},
    {" tcp://127.0.0.1:80", 0},
    {"tcp://[::1]", 11},
    {"tcp://[::1]80", 11},
    {"tcp://[::1]]:80", 11},
    /* ports */
    {"tcp://127.0.0.1:", 16},
    {"tcp://:", 7},
    {"tcp://127.0.0.1:65536", 16},
    {"tcp://127.0.0.1:99999999999999999999", 16},
    {"tcp://127.0.0.1:+80", 16},
    {"tcp://127.0.0.1:-80", 16},
    {"tcp://127.0.0.1:8-0", 17},
    {"tcp://127.0.0.1:8_0", 17},
    {"tcp://127.0.0.1: 80", 16},
    {"tcp://127.0.0.1:0x50", 16},
    {"tcp://127.0.0.1:080", 16},
    {"tcp://127.0.0.1:http", 16},
    {"tcp://127.0.0.1:80:90", 18},
    {"tcp://127.0.0.1:" X10 X10 X10 X10 X10 X10 "xxxx", 79},
    /* IPv4 */
    {"tcp://256.0.0.1:1", 6},
    {"tcp://1.2.3.999:1", 12},
    {"tcp://1.2.3:1", 11},
    {"tcp://1:1", 7},
    {"tcp://1.2.3.4.5:1", 13},
    {"tcp://1.2.3.4.:1", 13},
    {"tcp://1..3.4:1", 8},
    {"tcp://.1.2.3:1", 6},
    {"tcp://...:1", 6},
    {"tcp://01.2.3.4:1", 6},
    {"tcp://1.2.3.04:1", 12},
    {"tcp://0x7f.0.0.1:1", 7},
    {"tcp://0x7f000001:1", 7},
    {"tcp://1.2.3.0x4:1", 13},
    {"tcp://2130706433:1", 6},
    {"tcp://example.com.4:1", 6},
    /* IPv6 */
    {"tcp://[::1:80", 6},
    {"tcp://[]:80", 7},
    {"tcp://::1:80", 7},
    {"::1", 1},
    {"tcp://[:::]:1", 9},
    {"tcp://[::1::]:1", 11},
    {"tcp://[1::2::3]:1", 12},
    {"tcp://[:1]:1", 7},
    {"tcp://[1:]:1", 8},
    {"tcp://[1::2:]:1", 11},
    {"tcp://[1:2:3:4:5:6:7]:1", 20},
    {"tcp://[1:2:3:4:5:6:7:8:9]:1", 23},
    {"tcp://[1:2:3:4::5:6:7:8]:1", 14},
    {"tcp://[12345::]:1", 11},
    {"tcp://[g::]:1", 7},
    {"tcp://[1;2::]:1", 8},
    {"tcp://[127.0.0.1]:1", 16},
    {"tcp://[::256.0.0.1]:1", 9},
    {"tcp://[::1.2.3]:1", 14},
    {"tcp://[::1.2.3.4:5]:1", 16},
    {"tcp://[1:2:3:4:5:6:7:1.2.3.4]:1", 21},
    /* scopes */
    {"tcp://[fe80::1%]:1", 15},
    {"tcp://[fe80::1%0]:1", 15},
    {"tcp://[fe80::1%01]:1", 15},
    {"tcp://[fe80::1%nosuch0]:1", 15},
    {"tcp://[fe80::1%averyveryverylongname]:1", 15},
    {"tcp://[fe80::1%4294967296]:1", 15},
    {"tcp://[%1]:1", 7},
    /* names, which are for pier_address_resolve, and hosts that are not even names */
    {"tcp://localhost:80", 6},
    {"localhost:80", 0},
    {"tcp://a..b:80", 8},
    {"tcp://-a:80", 6},
    {"tcp://a b:80", 7},
    {"tcp://user@host:80", 10},
    {"tcp://h\xC3\xB6st:80", 7},
    {"tcp://x%20:80", 7},
    {"tcp://" LABEL63 "x:80", 69},
    {"tcp://" LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ":80", 259},
    /* Unix */
    {"unix:", 5},
    {"unix:@", 6},
    {"unix:" X100 "12345678", 112},
    {"unix:@" X100 "12345678", 113},
    {"unix:@" E100 "%01%02%03%04%05%06%07%08", 327},
    {"unix:@a%", 7},
    {"unix:@a%4", 7},
    {"unix:@a%4g", 7},
    {"unix:@a%g4", 7},
    {"unix:@a%%41", 7},
};

static void good_texts_are_taken(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        pier_address address;
        pier_error error;
        memset(&address, 0x77, sizeof address);
        if (pier_address_parse(good[i].text, &address, &error) != PIER_OK) {
            fail_msg("%s: %s at %llu", good[i].text, error.text, (unsigned long long)error.offset);
        }
        assert_int_equal(address.transport, good[i].transport);
        assert_int_equal(address.family, good[i].family);
        assert_int_equal(pier_address_port(&address), good[i].port);
        assert_int_equal(address.scope, good[i].scope);
    }
}

static void every_address_comes_back_from_its_text(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        pier_address first;
        pier_address second;
        char text[PIER_ADDRESS_TEXT_BYTES_MAX];
        assert_int_equal(pier_address_parse(good[i].text, &first, NULL), PIER_OK);
        size_t length = pier_address_format(&first, text, sizeof text);
        assert_int_equal(length, strlen(text));
        assert_string_equal(text, good[i].written != NULL ? good[i].written : good[i].text);
        assert_int_equal(pier_address_parse(text, &second, NULL), PIER_OK);
        assert_true(pier_address_equal(&first, &second));
        /* The whole value, unused bytes too: so it may be hashed and compared as bytes. */
        assert_memory_equal(&first, &second, sizeof first);
    }
}

static void bad_texts_are_refused_at_their_byte(void **state) {
    (void)state;
    static const pier_address zeroed;
    for (size_t i = 0; i < COUNT(bad); i++) {
        pier_address address;
        pier_error error;
        memset(&address, 0x77, sizeof address);
        if (pier_address_parse(bad[i].text, &address, &error) != PIER_ADDRESS) {
            fail_msg("%s was taken", bad[i].text);
        }
        if (error.offset != bad[i].offset) {
            fail_msg("%s: %s at %llu instead of %llu", bad[i].text, error.text, (unsigned long long)error.offset,
                     (unsigned long long)bad[i].offset);
        }
        assert_int_equal(error.status, PIER_ADDRESS);
        assert_int_equal(error.floor, PIER_FLOOR_ADDRESS);
        assert_true(error.text[0] != '\0');
        assert_memory_equal(&address, &zeroed, sizeof address);
        assert_int_equal(pier_address_parse(bad[i].text, &address, NULL), PIER_ADDRESS);
    }
}

/* Every beginning of a good text is taken or refused, and where it is refused the byte lies within it or at its end. */
static void every_cut_has_its_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        size_t length = strlen(good[i].text);
        for (size_t cut = 0; cut < length; cut++) {
            char text[PIER_ADDRESS_TEXT_BYTES_MAX];
            pier_address address;
            pier_error error;
            (void)snprintf(text, sizeof text, "%.*s", (int)cut, good[i].text);
            pier_status status = pier_address_parse(text, &address, &error);
            assert_true(status == PIER_OK || (status == PIER_ADDRESS && error.offset <= cut));
        }
    }
}

static void the_errors_explain_themselves(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"tcp://127.0.0.1:65536", "a port is a decimal number up to 65535, without leading zeros"},
        {"tcp://localhost:80",
         "the host is a name, and only numbers are taken here; pier_address_resolve looks names up"},
        {"tcp://[::1:80", "the bracket is not closed"},
        {"tcp://::1:80", "a second colon; an IPv6 address stands in brackets"},
        {"tcp://127.0.0.1:", "the port is missing; 0 lets the system choose one"},
        {"ftp://127.0.0.1:1", "the scheme is unknown: an address begins with tcp://, udp:// or unix:"},
        {"unix:@a%4", "`%` and two hexadecimal digits stand for a byte; write %25 for `%` itself"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_address address;
        pier_error error;
        assert_int_equal(pier_address_parse(rows[i].text, &address, &error), PIER_ADDRESS);
        assert_string_equal(error.text, rows[i].words);
    }
}

static void an_interface_may_be_named(void **state) {
    (void)state;
    char text[64];
    char name[IF_NAMESIZE];
    /* The loopback interface is called lo or lo0, and is the first one, wherever the tests run. */
    assert_non_null(if_indextoname(1, name));
    (void)snprintf(text, sizeof text, "tcp://[fe80::1%%%s]:7000", name);
    pier_address address;
    assert_int_equal(pier_address_parse(text, &address, NULL), PIER_OK);
    assert_int_equal(address.scope, 1);
    (void)pier_address_format(&address, text, sizeof text);
    assert_string_equal(text, "tcp://[fe80::1%1]:7000");
}

static void null_is_refused(void **state) {
    (void)state;
    pier_address address;
    pier_error error;
    assert_int_equal(pier_address_parse(NULL, &address, &error), PIER_USAGE);
    assert_int_equal(error.status, PIER_USAGE);
    assert_int_equal(pier_address_parse("127.0.0.1:1", NULL, NULL), PIER_USAGE);
}

static void writing_is_cut_and_counted(void **state) {
    (void)state;
    pier_address address;
    assert_int_equal(pier_address_parse("tcp://127.0.0.1:7000", &address, NULL), PIER_OK);
    const char *whole = "tcp://127.0.0.1:7000";
    assert_int_equal(pier_address_format(&address, NULL, 0), 20);
    for (size_t capacity = 1; capacity < 24; capacity++) {
        char buffer[24];
        memset(buffer, '#', sizeof buffer);
        assert_int_equal(pier_address_format(&address, buffer, capacity), 20);
        size_t kept = capacity - 1 < 20 ? capacity - 1 : 20;
        assert_int_equal(strlen(buffer), kept);
        assert_memory_equal(buffer, whole, kept);
        for (size_t i = capacity; i < sizeof buffer; i++) {
            assert_int_equal(buffer[i], '#');
        }
    }
}

static void the_longest_text_fits(void **state) {
    (void)state;
    pier_address address = {.transport = PIER_TRANSPORT_UNIX, .family = PIER_FAMILY_UNIX_ABSTRACT};
    address.name_bytes = PIER_UNIX_NAME_BYTES_MAX;
    memset(address.name, 0xFF, PIER_UNIX_NAME_BYTES_MAX);
    assert_true(pier_address_format(&address, NULL, 0) < PIER_ADDRESS_TEXT_BYTES_MAX);
}

static void addresses_that_no_text_gives_are_written(void **state) {
    (void)state;
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_address address = {.transport = PIER_TRANSPORT_NONE};
    (void)pier_address_format(&address, text, sizeof text);
    assert_string_equal(text, "none");
    address.transport = PIER_TRANSPORT_UNIX;
    address.family = PIER_FAMILY_UNIX_PATH;
    (void)pier_address_format(&address, text, sizeof text);
    assert_string_equal(text, "unix:");
    address.name_bytes = 2;
    memcpy(address.name, "@a", 2);
    (void)pier_address_format(&address, text, sizeof text);
    assert_string_equal(text, "unix:./@a");
    address.family = 99;
    (void)pier_address_format(&address, text, sizeof text);
    assert_string_equal(text, "none");
}

static void addresses_differ_in_every_part(void **state) {
    (void)state;
    static const char *const texts[] = {
        "tcp://1.2.3.4:5", "udp://1.2.3.4:5",          "tcp://1.2.3.5:5", "tcp://1.2.3.4:6", "tcp://[::1.2.3.4]:5",
        "tcp://[::1%1]:5", "tcp://[::1%2]:5",          "unix:a",          "unix:b",          "unix:aa",
        "unix:@a",         "tcp://[::ffff:1.2.3.4]:5",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t j = 0; j < COUNT(texts); j++) {
            pier_address left;
            pier_address right;
            assert_int_equal(pier_address_parse(texts[i], &left, NULL), PIER_OK);
            assert_int_equal(pier_address_parse(texts[j], &right, NULL), PIER_OK);
            assert_int_equal(pier_address_equal(&left, &right), i == j);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts_are_taken),
        cmocka_unit_test(every_address_comes_back_from_its_text),
        cmocka_unit_test(bad_texts_are_refused_at_their_byte),
        cmocka_unit_test(every_cut_has_its_byte),
        cmocka_unit_test(the_errors_explain_themselves),
        cmocka_unit_test(an_interface_may_be_named),
        cmocka_unit_test(null_is_refused),
        cmocka_unit_test(writing_is_cut_and_counted),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(addresses_that_no_text_gives_are_written),
        cmocka_unit_test(addresses_differ_in_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
