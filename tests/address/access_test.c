/* Lists of allowed and denied networks: who decides, what is refused and where, and that nothing is half applied.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <pier/access.h>

#include "support/fault_allocator.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static pier_access *new_access(pier_verdict otherwise, const char *rules) {
    pier_access *access = NULL;
    pier_error error;
    assert_int_equal(pier_access_create(&access, otherwise, NULL, &error), PIER_OK);
    if (pier_access_add_text(access, rules, &error) != PIER_OK) {
        fail_msg("%s: %s", rules, error.text);
    }
    return access;
}

static pier_address address_of(const char *text) {
    pier_address address;
    assert_int_equal(pier_address_parse(text, &address, NULL), PIER_OK);
    return address;
}

static void the_first_rule_decides(void **state) {
    (void)state;
    pier_access *access =
        new_access(PIER_DENY, "deny 10.0.0.13, allow 10.0.0.0/8, allow [fe80::]/10, deny 10.0.0.0/24");
    static const struct {
        const char *address;
        bool allowed;
        size_t rule;
    } rows[] = {
        {"10.0.0.13:1", false, 0}, {"[::ffff:10.0.0.13]:1", false, 0}, {"10.0.0.14:1", true, 1},
        {"10.9.9.9:1", true, 1},   {"[fe80::1%1]:1", true, 2},         {"11.0.0.1:1", false, 4},
        {"[::1]:1", false, 4},     {"unix:/run/x", false, 4},          {"udp://10.9.9.9:1", true, 1},
    };
    assert_int_equal(pier_access_count(access), 4);
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_address address = address_of(rows[i].address);
        size_t rule = 99;
        assert_int_equal(pier_access_allows(access, &address, &rule), rows[i].allowed);
        assert_int_equal(rule, rows[i].rule);
        assert_int_equal(pier_access_allows(access, &address, NULL), rows[i].allowed);
    }
    pier_access_destroy(access);
    pier_access_destroy(NULL);
}

static void without_rules_the_stated_answer_holds(void **state) {
    (void)state;
    pier_address address = address_of("10.0.0.1:1");
    static const char *const empty[] = {"", " \t\r\n", ",,\n,", "# nothing\n", "# nothing at the end"};
    for (size_t i = 0; i < COUNT(empty); i++) {
        pier_access *access = new_access(PIER_ALLOW, empty[i]);
        assert_int_equal(pier_access_count(access), 0);
        assert_true(pier_access_allows(access, &address, NULL));
        pier_access_destroy(access);
        access = new_access(PIER_DENY, empty[i]);
        assert_false(pier_access_allows(access, &address, NULL));
        pier_access_destroy(access);
    }
}

static void rules_are_read_from_a_file_as_people_write_it(void **state) {
    (void)state;
    pier_access *access = new_access(PIER_DENY, "# the office\r\n  allow\t10.0.0.0/8 ,deny 11.0.0.0/8# both\r\n\r\n"
                                                "allow [ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]/128");
    assert_int_equal(pier_access_count(access), 3);
    pier_address address = address_of("10.0.0.1:1");
    assert_true(pier_access_allows(access, &address, NULL));
    pier_access_destroy(access);
}

static void faults_are_told_and_change_nothing(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t offset;
        const char *words;
    } rows[] = {
        {"10.0.0.0/8", 0, "a rule begins with `allow` or `deny`"},
        {"allow ::1, permit ::1", 11, "a rule begins with `allow` or `deny`"},
        {"allow ::1, Deny ::1", 11, "a rule begins with `allow` or `deny`"},
        {"allow", 5, "a network begins with an address"},
        {"allow ,", 6, "a network begins with an address"},
        {"allow 10.0.0/8", 12, "an IPv4 address has four numbers"},
        {"deny ::1\nallow 10.1.0.0/8", 15, "the address has bits behind its prefix"},
        {"allow ::1 deny ::1", 10, "a comma or the end of the line must follow a rule"},
        {"allow 1111111111111111111111111111111111111111111111111111111111111111", 6, "no network is that long"},
    };
    pier_access *access = new_access(PIER_DENY, "allow 127.0.0.1");
    for (size_t i = 0; i < COUNT(rows); i++) {
        pier_error error;
        assert_int_equal(pier_access_add_text(access, rows[i].text, &error), PIER_ADDRESS);
        if (error.offset != rows[i].offset || strncmp(error.text, rows[i].words, strlen(rows[i].words)) != 0) {
            fail_msg("%s: byte %llu: %s", rows[i].text, (unsigned long long)error.offset, error.text);
        }
        assert_int_equal(pier_access_add_text(access, rows[i].text, NULL), PIER_ADDRESS);
        assert_int_equal(pier_access_count(access), 1);
    }
    pier_access_destroy(access);
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_access *access = NULL;
    pier_error error;
    pier_network network;
    assert_int_equal(pier_network_parse("::/0", &network, &error), PIER_OK);
    assert_int_equal(pier_access_create(NULL, PIER_DENY, NULL, &error), PIER_USAGE);
    /* The answer must be stated: a zeroed one is none. */
    assert_int_equal(pier_access_create(&access, (pier_verdict)0, NULL, &error), PIER_USAGE);
    assert_null(access);
    access = new_access(PIER_DENY, "");
    assert_int_equal(pier_access_add(access, (pier_verdict)3, &network, &error), PIER_USAGE);
    assert_int_equal(pier_access_add(access, PIER_DENY, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_access_add(NULL, PIER_DENY, &network, &error), PIER_USAGE);
    network.family = PIER_FAMILY_NONE;
    assert_int_equal(pier_access_add(access, PIER_DENY, &network, &error), PIER_USAGE);
    assert_int_equal(pier_access_add_text(access, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_access_add_text(NULL, "", &error), PIER_USAGE);
    assert_int_equal(pier_access_count(access), 0);
    pier_access_destroy(access);
}

static void a_list_has_an_end(void **state) {
    (void)state;
    pier_access *access = new_access(PIER_DENY, "");
    pier_error error;
    pier_network network;
    assert_int_equal(pier_network_parse("::1", &network, &error), PIER_OK);
    for (size_t i = 0; i < PIER_ACCESS_RULES_MAX - 1; i++) {
        assert_int_equal(pier_access_add(access, PIER_DENY, &network, &error), PIER_OK);
    }
    /* The second of these is one too many, so the first does not stay either. */
    assert_int_equal(pier_access_add_text(access, "allow ::2, allow ::3", &error), PIER_LIMIT);
    assert_int_equal(pier_access_count(access), PIER_ACCESS_RULES_MAX - 1);
    assert_int_equal(pier_access_add(access, PIER_DENY, &network, &error), PIER_OK);
    assert_int_equal(pier_access_add(access, PIER_DENY, &network, &error), PIER_LIMIT);
    pier_access_destroy(access);
}

static void fill_a_list(fault_allocator *faults, void *user) {
    (void)user;
    pier_access *access = NULL;
    pier_error error;
    pier_status status = pier_access_create(&access, PIER_DENY, &faults->allocator, &error);
    if (status != PIER_OK) {
        assert_int_equal(status, PIER_NO_MEMORY);
        assert_int_equal(error.status, PIER_NO_MEMORY);
        assert_true(faults->struck > 0);
        assert_null(access);
        return;
    }
    for (size_t i = 0; i < 10; i++) {
        status = pier_access_add_text(access, "allow 10.0.0.0/8, deny ::1, allow ::2", &error);
        if (status != PIER_OK) {
            assert_int_equal(status, PIER_NO_MEMORY);
            assert_true(faults->struck > 0);
        }
        /* All three or none of them. */
        assert_int_equal(pier_access_count(access) % 3, 0);
    }
    pier_access_destroy(access);
}

static void without_memory_the_list_stays_as_it_was(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(fill_a_list, NULL) >= 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rule_decides),
        cmocka_unit_test(without_rules_the_stated_answer_holds),
        cmocka_unit_test(rules_are_read_from_a_file_as_people_write_it),
        cmocka_unit_test(faults_are_told_and_change_nothing),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(a_list_has_an_end),
        cmocka_unit_test(without_memory_the_list_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
