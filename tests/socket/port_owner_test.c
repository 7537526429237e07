/* Who has a port: this process, nobody, and questions that make no sense.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include <pier/port_owner.h>
#include <pier/socket.h>

#include "support/nobody.h"

/* Listens, and finds who has the port. Returns false on a machine without the address. */
static bool find_own(const char *endpoint, pier_port_owner *owner) {
    pier_address address;
    pier_socket *listener = NULL;
    pier_error error;
    assert_int_equal(pier_address_parse(endpoint, &address, NULL), PIER_OK);
    if (pier_socket_listen(&listener, &address, NULL, NULL) != PIER_OK) {
        return false;
    }
    assert_int_equal(pier_socket_local_address(listener, &address), PIER_OK);
    assert_int_equal(pier_port_owner_find(address.port, PIER_TRANSPORT_TCP, owner, &error), PIER_OK);
    pier_socket_destroy(listener);
    return true;
}

static void a_listener_of_this_process_is_found(void **state) {
    (void)state;
    static const char *const endpoints[] = {"tcp://127.0.0.1:0", "tcp://[::1]:0"};
    for (size_t i = 0; i < 2; i++) {
        pier_port_owner owner = {.process = 0};
        /* Another program may have the same number at an address of the other family, but not each time. */
        for (int tries = 0; tries < 10 && owner.process != getpid(); tries++) {
            if (!find_own(endpoints[i], &owner)) {
                assert_int_equal(i, 1); /* a machine without IPv6 */
                return;
            }
        }
        assert_int_equal(owner.process, getpid());
        assert_int_equal(owner.user, geteuid());
        assert_true(owner.program[0] != '\0');
    }
}

/* The port is held at every address, as another program may have its number at one of the other family. */
static void a_port_that_nobody_has_is_told(void **state) {
    (void)state;
    pier_port_owner owner;
    pier_error error;
    pier_address address;
    pier_socket *listener = NULL;
    assert_int_equal(pier_address_parse("tcp://[::1]:0", &address, NULL), PIER_OK);
    bool has_ipv6 = pier_socket_listen(&listener, &address, NULL, NULL) == PIER_OK;
    address = test_nobody_at(has_ipv6 ? "tcp://:0" : "tcp://0.0.0.0:0");
    memset(&owner, 7, sizeof owner);
    assert_int_equal(pier_port_owner_find(address.port, PIER_TRANSPORT_TCP, &owner, &error), PIER_NOT_FOUND);
    assert_int_equal(error.status, PIER_NOT_FOUND);
    assert_int_equal(owner.process, 0);
    assert_int_equal(owner.program[0], 0);
    pier_socket_destroy(listener);
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_port_owner owner;
    pier_error error;
    assert_int_equal(pier_port_owner_find(0, PIER_TRANSPORT_TCP, &owner, &error), PIER_USAGE);
    assert_int_equal(error.status, PIER_USAGE);
    assert_int_equal(pier_port_owner_find(1, PIER_TRANSPORT_UNIX, &owner, NULL), PIER_USAGE);
    assert_int_equal(pier_port_owner_find(1, PIER_TRANSPORT_UDP, NULL, NULL), PIER_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_of_this_process_is_found),
        cmocka_unit_test(a_port_that_nobody_has_is_told),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
