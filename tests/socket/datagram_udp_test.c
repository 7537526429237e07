/* What UDP and Unix datagrams each have of their own: dual stack, ranges, denied senders, broadcast, slow receivers,
 * and how errors are told.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pier/socket_handle.h>
#include <pier/socket_option.h>

#include "socket/joint.h"
#include "socket/mole.h"
#include "support/fault_system.h"

/* An address at which `bound`'s port is reached on this machine. */
static pier_address reach(const char *text, const pier_address *bound) {
    pier_address address = joint_parse(text);
    address.port = bound->port;
    return address;
}

static void the_wildcard_takes_both_families(void **state) {
    (void)state;
    if (!mole_kind_is_here(MOLE_IPV6)) {
        skip();
    }
    pier_address wildcard = joint_parse("udp://:0");
    pier_address ipv4_only = joint_parse("udp://127.0.0.1:0");
    pier_address bound;
    pier_address ipv4_bound;
    pier_address from;
    pier_socket *both = NULL;
    pier_socket *ipv4 = NULL;
    size_t most = 0;
    mole_open_one(&both, &wildcard, NULL, &bound);
    mole_open_one(&ipv4, &ipv4_only, NULL, &ipv4_bound);
    assert_int_equal(bound.transport, PIER_TRANSPORT_UDP);
    pier_address to = reach("udp://127.0.0.1:0", &bound);
    mole_send(ipv4, &to, "over IPv4");
    mole_receive(both, "over IPv4", &from);
    assert_true(pier_address_equal(&from, &ipv4_bound));
    /* The answer goes to an IPv4 address through the IPv6 socket. */
    assert_int_equal(pier_datagram_bytes_max(both, &from, &most), PIER_OK);
    assert_int_equal(most, PIER_DATAGRAM_IPV4_BYTES_MAX);
    mole_send(both, &from, "back");
    mole_receive(ipv4, "back", NULL);
    pier_address ipv6 = reach("udp://[::1]:0", &bound);
    mole_send(both, &ipv6, "to itself");
    mole_receive(both, "to itself", NULL);
    /* An IPv4 socket reaches IPv4 in IPv6's clothes, and no IPv6. */
    pier_address dressed = reach("udp://[::ffff:127.0.0.1]:0", &bound);
    mole_send(ipv4, &dressed, "dressed");
    mole_receive(both, "dressed", NULL);
    pier_bytes span = {"x", 1};
    assert_int_equal(pier_datagram_send(ipv4, &ipv6, &span, 1, PIER_NOW), PIER_USAGE);
    assert_string_equal(pier_socket_error(ipv4)->text, "this socket cannot reach an address of that kind");
    pier_socket_destroy(both);
    pier_socket_destroy(ipv4);
}

static void without_ipv6_the_wildcard_is_ipv4(void **state) {
    (void)state;
    pier_address wildcard = joint_parse("udp://:0");
    pier_address bound;
    pier_socket *socket = NULL;
    fault_system_reset();
    fault_system_fail(FAULT_SOCKET, 1, false, EAFNOSUPPORT);
    mole_open_one(&socket, &wildcard, NULL, &bound);
    fault_system_reset();
    assert_int_equal(bound.family, PIER_FAMILY_IPV4);
    pier_socket_destroy(socket);
}

static void a_range_gives_the_first_free_port(void **state) {
    (void)state;
    pier_address address = joint_parse("udp://127.0.0.1:0");
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    pier_error error;
    pier_address bound;
    mole_open_one(&first, &address, NULL, &bound);
    pier_socket_options options = {.size = sizeof options, .port_last = bound.port};
    assert_int_equal(pier_datagram_open(&second, &bound, &options, &error), PIER_IN_USE);
    assert_int_equal(pier_datagram_open(&second, &address, &options, &error), PIER_USAGE);
    assert_null(second);
    if (bound.port < UINT16_MAX - 50) {
        options.port_last = (uint16_t)(bound.port + 50);
        pier_address got;
        mole_open_one(&second, &bound, &options, &got);
        assert_true(got.port > bound.port && got.port <= options.port_last);
        pier_socket_destroy(second);
    }
    pier_socket_destroy(first);
}

static void denied_senders_are_dropped_and_counted(void **state) {
    (void)state;
    pier_access *access = NULL;
    pier_address at = joint_parse("udp://127.0.0.1:0");
    pier_address also = joint_parse("udp://127.0.0.2:0");
    pier_address bound;
    pier_address good;
    pier_address bad;
    pier_socket *receiver = NULL;
    pier_socket *friend_of_ours = NULL;
    pier_socket *stranger = NULL;
    char buffer[16];
    size_t size = 0;
    assert_int_equal(pier_access_create(&access, PIER_ALLOW, NULL, NULL), PIER_OK);
    assert_int_equal(pier_access_add_text(access, "deny 127.0.0.2", NULL), PIER_OK);
    pier_socket_options options = {.size = sizeof options, .access = access};
    mole_open_one(&receiver, &at, &options, &bound);
    mole_open_one(&friend_of_ours, &at, NULL, &good);
    mole_open_one(&stranger, &also, NULL, &bad);
    /* More than are passed over before a call looks at its deadline. */
    for (int i = 0; i < 70; i++) {
        mole_send(stranger, &bound, "noise");
    }
    mole_send(friend_of_ours, &bound, "signal");
    assert_int_equal(pier_datagram_peek(receiver, buffer, sizeof buffer, &size, NULL, joint_patience()), PIER_OK);
    assert_int_equal(size, 6);
    mole_receive(receiver, "signal", NULL);
    assert_int_equal(pier_socket_denied_count(receiver), 70);
    mole_send(stranger, &bound, "noise");
    assert_int_equal(pier_datagram_receive(receiver, buffer, sizeof buffer, &size, NULL, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_socket_denied_count(receiver), 71);
    pier_socket_destroy(receiver);
    pier_socket_destroy(friend_of_ours);
    pier_socket_destroy(stranger);
    pier_access_destroy(access);
}

static void broadcast_must_be_allowed(void **state) {
    (void)state;
    pier_address at = joint_parse("udp://0.0.0.0:0");
    pier_address bound;
    pier_socket *socket = NULL;
    pier_bytes span = {"all", 3};
    mole_open_one(&socket, &at, NULL, &bound);
    /* The broadcast address of the loopback interface's network. */
    pier_address everybody = reach("udp://127.255.255.255:0", &bound);
    assert_int_equal(pier_datagram_send(socket, &everybody, &span, 1, joint_patience()), PIER_DENIED);
    assert_non_null(strstr(pier_socket_error(socket)->text, "PIER_OPTION_BROADCAST allows broadcast addresses"));
    assert_int_equal(pier_socket_set_option(socket, PIER_OPTION_BROADCAST, 1), PIER_OK);
    if (pier_datagram_send(socket, &everybody, &span, 1, joint_patience()) != PIER_OK) {
        fail_msg("%s", pier_socket_error(socket)->text);
    }
    mole_receive(socket, "all", NULL);
    pier_socket_destroy(socket);
}

/* A Unix receiver that is slow holds its sender up; with PIER_NOW that is told. */
static size_t fill(pier_socket *sender, const pier_address *to) {
    pier_bytes span = {"full", 4};
    for (size_t count = 0; count < 100000; count++) {
        pier_status status = pier_datagram_send(sender, to, &span, 1, PIER_NOW);
        if (status != PIER_OK) {
            assert_int_equal(status, PIER_WOULD_BLOCK);
            return count;
        }
    }
    fail_msg("the receiver's queue has no end");
    return 0;
}

static void *receive_one(void *user) {
    char buffer[8];
    size_t size = 0;
    /* Late, so that the sender waits, most often. */
    (void)usleep(20000);
    (void)(pier_datagram_receive(user, buffer, sizeof buffer, &size, NULL, joint_patience()) == PIER_OK);
    return NULL;
}

static void a_slow_unix_receiver_is_waited_for(void **state) {
    (void)state;
    for (int with_peer = 0; with_peer < 2; with_peer++) {
        mole ends;
        pthread_t thread;
        pier_cancel *cancel = NULL;
        pier_bytes span = {"more", 4};
        mole_open(&ends, MOLE_UNIX_ABSTRACT, NULL);
        const pier_address *to = &ends.right_address;
        if (with_peer != 0) {
            assert_int_equal(pier_datagram_set_peer(ends.left, to), PIER_OK);
            to = NULL;
        }
        assert_true(fill(ends.left, to) > 0);
        pier_deadline deadline = pier_deadline_after_ms(JOINT_GLANCE_MS);
        assert_int_equal(pier_datagram_send(ends.left, to, &span, 1, deadline), PIER_TIMEOUT);
        assert_true(pier_clock_monotonic_ns() >= deadline);
        assert_int_equal(pier_cancel_create(&cancel, NULL, NULL), PIER_OK);
        assert_int_equal(pier_socket_set_cancel(ends.left, cancel), PIER_OK);
        pier_cancel_fire(cancel);
        assert_int_equal(pier_datagram_send(ends.left, to, &span, 1, joint_patience()), PIER_CANCELLED);
        pier_cancel_clear(cancel);
        assert_int_equal(pthread_create(&thread, NULL, receive_one, ends.right), 0);
        assert_int_equal(pier_datagram_send(ends.left, to, &span, 1, joint_patience()), PIER_OK);
        assert_int_equal(pthread_join(thread, NULL), 0);
        mole_close(&ends);
        pier_cancel_destroy(cancel);
    }
}

static void a_unix_sender_without_a_name_is_seen_as_such(void **state) {
    (void)state;
    mole ends;
    pier_address from;
    pier_socket *nameless = NULL;
    pier_bytes span = {"x", 1};
    pier_error error;
    mole_open(&ends, MOLE_UNIX_ABSTRACT, NULL);
    int handle = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    if (pier_datagram_adopt(&nameless, handle, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    mole_send(nameless, &ends.right_address, "who am I");
    mole_receive(ends.right, "who am I", &from);
    assert_int_equal(from.transport, PIER_TRANSPORT_UNIX);
    assert_int_equal(from.name_bytes, 0);
    assert_int_equal(pier_datagram_send(ends.right, &from, &span, 1, PIER_NOW), PIER_USAGE);
    pier_socket_destroy(nameless);
    mole_close(&ends);
}

static void addresses_that_cannot_be_are_refused(void **state) {
    (void)state;
    pier_socket *socket = NULL;
    pier_error error;
    pier_address address = joint_parse("tcp://127.0.0.1:0");
    assert_int_equal(pier_datagram_open(&socket, &address, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "datagrams go over UDP and Unix addresses"));
    assert_int_equal(pier_datagram_connect(&socket, &address, NULL, &error), PIER_USAGE);
    memset(&address, 0, sizeof address);
    assert_int_equal(pier_datagram_open(&socket, &address, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_datagram_open(&socket, NULL, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_datagram_open(NULL, &address, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_datagram_adopt(NULL, 0, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_datagram_adopt(&socket, -1, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_datagram_send(NULL, NULL, NULL, 0, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_datagram_set_peer(NULL, &address), PIER_USAGE);
    assert_false(pier_socket_is_datagram(NULL));
    /* TEST-NET-1 of RFC 5737: no machine has it. */
    address = joint_parse("udp://192.0.2.77:0");
    assert_int_equal(pier_datagram_open(&socket, &address, NULL, &error), PIER_UNREACHABLE);
    assert_non_null(strstr(error.text, "udp://:PORT for all of them"));
    assert_int_equal(error.offset, PIER_NO_OFFSET);
    pier_socket_options options = {.size = sizeof options, .interface_name = "no-such-if"};
    address = joint_parse("udp://127.0.0.1:0");
    assert_int_equal(pier_datagram_open(&socket, &address, &options, &error), PIER_NOT_FOUND);
    assert_null(socket);
    /* Streams say where datagrams are at home. */
    assert_int_equal(pier_socket_listen(&socket, &address, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "pier_datagram_open"));
    assert_int_equal(pier_socket_connect(&socket, &address, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "pier_datagram_connect"));
    assert_int_equal(pier_socket_connect_any(&socket, &address, 1, PIER_NOW, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "pier_datagram_connect"));
}

static void other_handles_are_not_adopted(void **state) {
    (void)state;
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    pier_socket *adopted = NULL;
    pier_error error;
    int ends[2];
    assert_int_equal(pier_socket_pair(&first, &second, NULL, NULL), PIER_OK);
    assert_int_equal(pier_datagram_adopt(&adopted, pier_socket_handle(first), NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "it is a stream socket; pier_socket_adopt takes it"));
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pier_datagram_adopt(&adopted, ends[0], NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "it is no datagram socket of UDP or Unix"));
    assert_null(adopted);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
    pier_socket_destroy(first);
    pier_socket_destroy(second);
}

/* What the system may answer when a datagram is sent, and what becomes of it. */
static void failures_of_sending_are_told_and_end_nothing(void **state) {
    (void)state;
    static const struct {
        int os_error;
        pier_status status;
        const char *words;
    } rows[] = {
        {EMSGSIZE, PIER_LIMIT, "a datagram of 4 bytes, and the way there takes less"},
        {ENOBUFS, PIER_NO_MEMORY, "the system has no buffers left"},
        {ENOMEM, PIER_NO_MEMORY, "the system has no memory left"},
        {ECONNREFUSED, PIER_REFUSED, "an earlier datagram found nobody there"},
        {EHOSTUNREACH, PIER_UNREACHABLE, "there is no way to the host"},
        {ENETUNREACH, PIER_UNREACHABLE, "there is no way to the network"},
        {ENETDOWN, PIER_UNREACHABLE, "the network is down"},
        {EPERM, PIER_DENIED, "a firewall is in the way"},
    };
    mole ends;
    pier_bytes span = {"data", 4};
    mole_open(&ends, MOLE_IPV4, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fault_system_reset();
        fault_system_fail(FAULT_SENDMSG, 1, false, rows[i].os_error);
        assert_int_equal(pier_datagram_send(ends.left, &ends.right_address, &span, 1, joint_patience()),
                         rows[i].status);
        const pier_error *error = pier_socket_write_error(ends.left);
        assert_int_equal(error->status, rows[i].status);
        assert_int_equal(error->offset, PIER_NO_OFFSET);
        assert_int_equal(strncmp(error->text, "send to udp://127.0.0.1:", 24), 0);
        if (strstr(error->text, rows[i].words) == NULL) {
            fail_msg("%s", error->text);
        }
        fault_system_reset();
        mole_send(ends.left, &ends.right_address, "goes on");
        mole_receive(ends.right, "goes on", NULL);
    }
    /* Without a peer to name, receiving names the own address. */
    char buffer[8];
    size_t size = 0;
    fault_system_fail(FAULT_RECVMSG, 1, false, ENOMEM);
    assert_int_equal(pier_datagram_receive(ends.right, buffer, sizeof buffer, &size, NULL, PIER_NOW), PIER_NO_MEMORY);
    assert_int_equal(strncmp(pier_socket_read_error(ends.right)->text, "receive at udp://127.0.0.1:", 27), 0);
    fault_system_reset();
    mole_close(&ends);
}

static void a_link_local_address_needs_its_interface(void **state) {
    (void)state;
    if (!mole_kind_is_here(MOLE_IPV6)) {
        skip();
    }
    pier_socket *socket = NULL;
    pier_error error;
    pier_address nowhere = joint_parse("udp://[fe80::1]:7");
    assert_int_equal(pier_datagram_connect(&socket, &nowhere, NULL, &error), PIER_SYSTEM);
    assert_non_null(strstr(error.text, "names its interface, as in [fe80::1%eth0]"));
    assert_null(socket);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wildcard_takes_both_families),
        cmocka_unit_test(without_ipv6_the_wildcard_is_ipv4),
        cmocka_unit_test(a_range_gives_the_first_free_port),
        cmocka_unit_test(denied_senders_are_dropped_and_counted),
        cmocka_unit_test(broadcast_must_be_allowed),
        cmocka_unit_test(a_slow_unix_receiver_is_waited_for),
        cmocka_unit_test(a_unix_sender_without_a_name_is_seen_as_such),
        cmocka_unit_test(addresses_that_cannot_be_are_refused),
        cmocka_unit_test(other_handles_are_not_adopted),
        cmocka_unit_test(failures_of_sending_are_told_and_end_nothing),
        cmocka_unit_test(a_link_local_address_needs_its_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
