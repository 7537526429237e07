/* The interfaces of the machine that runs the test: every machine has a loopback, and what else it has must agree with
 * itself; and what becomes of a system or an allocator that fails.
 *
 * Floor 1 (address). What other machines have is in interface_list_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>
#include <string.h>

#include <pier/interface.h>

#include "support/fault_allocator.h"
#include "support/fault_system.h"

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

static void the_loopback_is_there(void **state) {
    (void)state;
    pier_interfaces *interfaces = NULL;
    pier_address loopback;
    pier_error error;
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, &error), PIER_OK);
    assert_int_equal(pier_address_parse("127.0.0.1:80", &loopback, NULL), PIER_OK);
    const pier_interface *found = pier_interfaces_by_address(interfaces, &loopback);
    assert_non_null(found);
    assert_true((found->flags & PIER_INTERFACE_LOOPBACK) != 0);
    assert_true((found->flags & PIER_INTERFACE_UP) != 0);
    assert_int_equal(found->index, if_nametoindex(found->name));
    bool seen = false;
    for (size_t i = 0; i < found->address_count; i++) {
        pier_network network;
        const pier_interface_address *address = &found->addresses[i];
        if (address->address.family == PIER_FAMILY_IPV4 && address->prefix_bits == 8) {
            assert_int_equal(pier_network_of(&address->address, address->prefix_bits, &network), PIER_OK);
            seen = seen || pier_network_contains(&network, &loopback);
            assert_int_equal(address->kind, PIER_ADDRESS_LOOPBACK);
            assert_int_equal(address->address.port, 0);
        }
    }
    assert_true(seen);
    pier_interfaces_destroy(interfaces);
    pier_interfaces_destroy(NULL);
}

static void the_list_agrees_with_itself_and_the_system(void **state) {
    (void)state;
    pier_interfaces *interfaces = NULL;
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, NULL), PIER_OK);
    size_t count = pier_interfaces_count(interfaces);
    assert_true(count >= 1);
    for (size_t i = 0; i < count; i++) {
        const pier_interface *interface = pier_interfaces_at(interfaces, i);
        assert_int_equal(interface->index, if_nametoindex(interface->name));
        assert_ptr_equal(pier_interfaces_by_name(interfaces, interface->name), interface);
        assert_ptr_equal(pier_interfaces_by_index(interfaces, interface->index), interface);
        for (size_t j = 0; j < interface->address_count; j++) {
            const pier_address *address = &interface->addresses[j].address;
            assert_int_equal(interface->addresses[j].kind, pier_address_kind_of(address));
            assert_in_range(interface->addresses[j].prefix_bits, 0, address->family == PIER_FAMILY_IPV4 ? 32 : 128);
            if (interface->addresses[j].kind == PIER_ADDRESS_LINK_LOCAL && address->family == PIER_FAMILY_IPV6) {
                assert_int_equal(address->scope, interface->index);
            }
        }
        if (i > 0) {
            assert_true(interface->index > pier_interfaces_at(interfaces, i - 1)->index);
        }
    }
    assert_null(pier_interfaces_at(interfaces, count));
    assert_null(pier_interfaces_by_name(interfaces, "no-such-one"));
    assert_null(pier_interfaces_by_index(interfaces, 0));
    pier_interfaces_destroy(interfaces);
}

static void a_system_that_does_not_tell_is_told(void **state) {
    (void)state;
    pier_interfaces *interfaces = (pier_interfaces *)state;
    pier_error error;
    fault_system_fail(FAULT_GETIFADDRS, 1, false, EMFILE);
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, &error), PIER_SYSTEM);
    assert_null(interfaces);
    assert_int_equal(error.os_error, EMFILE);
    assert_string_equal(error.text,
                        "the interfaces cannot be listed: no descriptor is left in this process; close some, "
                        "or raise its limit (ulimit -n)");
    fault_system_fail(FAULT_GETIFADDRS, 1, false, EINTR);
    assert_int_equal(pier_interfaces_create(&interfaces, NULL, &error), PIER_OK);
    pier_interfaces_destroy(interfaces);
    assert_int_equal(pier_interfaces_create(NULL, NULL, &error), PIER_USAGE);
}

static void list(fault_allocator *faults, void *user) {
    (void)user;
    pier_interfaces *interfaces = NULL;
    pier_error error;
    pier_status status = pier_interfaces_create(&interfaces, &faults->allocator, &error);
    if (faults->struck == 0) {
        assert_int_equal(status, PIER_OK);
    } else {
        assert_int_equal(status, PIER_NO_MEMORY);
        assert_int_equal(error.status, PIER_NO_MEMORY);
        assert_null(interfaces);
    }
    pier_interfaces_destroy(interfaces);
}

static void without_memory_there_is_no_list(void **state) {
    (void)state;
    assert_int_equal(fault_allocator_sweep(list, NULL), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_loopback_is_there, reset),
        cmocka_unit_test_setup(the_list_agrees_with_itself_and_the_system, reset),
        cmocka_unit_test_setup(a_system_that_does_not_tell_is_told, reset),
        cmocka_unit_test_setup(without_memory_there_is_no_list, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
