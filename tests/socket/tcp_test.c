/* What is TCP's own about listening and connecting: wildcards and families, ports, delays, resets, and sockets that
 * meet themselves.
 *
 * Floor 2 (socket). What all kinds do alike is in connect_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket/joint.h"

static int get_option(const pier_socket *socket, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    assert_int_equal(getsockopt(pier_socket_handle(socket), level, name, &value, &size), 0);
    return value;
}

static void small_writes_go_at_once_unless_told_otherwise(void **state) {
    (void)state;
    for (int delay = 0; delay < 2; delay++) {
        joint ends;
        pier_socket_options options = {.size = sizeof options, .delay = delay != 0};
        pier_address any = joint_parse("tcp://127.0.0.1:0");
        memset(&ends, 0, sizeof ends);
        assert_int_equal(pier_socket_listen(&ends.listener, &any, &options, NULL), PIER_OK);
        assert_int_equal(pier_socket_local_address(ends.listener, &ends.address), PIER_OK);
        assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), &options, NULL), PIER_OK);
        assert_int_equal(pier_socket_accept(ends.listener, &ends.server, NULL, joint_patience()), PIER_OK);
        assert_int_equal(get_option(ends.client, IPPROTO_TCP, TCP_NODELAY) != 0, delay == 0);
        assert_int_equal(get_option(ends.server, IPPROTO_TCP, TCP_NODELAY) != 0, delay == 0);
        joint_close(&ends);
    }
}

static void a_reset_by_the_peer_is_told(void **state) {
    (void)state;
    joint ends;
    joint_open(&ends, JOINT_TCP_IPV4);
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(pier_socket_handle(ends.server), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    assert_int_equal(pier_socket_close(ends.server), PIER_OK);
    char got[4];
    size_t size = 99;
    pier_address peer;
    assert_int_equal(pier_socket_read(ends.client, got, sizeof got, &size, joint_patience()), PIER_RESET);
    assert_int_equal(pier_socket_peer_address(ends.client, &peer), PIER_RESET);
    assert_int_equal(pier_socket_shutdown(ends.client), PIER_RESET);
    assert_int_equal(pier_socket_error(ends.client)->os_error, ENOTCONN);
    joint_close(&ends);
}

static void the_wildcard_takes_both_families(void **state) {
    (void)state;
    joint ends;
    memset(&ends, 0, sizeof ends);
    if (!joint_kind_is_here(JOINT_TCP_IPV6)) {
        skip();
    }
    pier_address wildcard = joint_parse("tcp://:0");
    char text[64];
    assert_int_equal(pier_socket_listen(&ends.listener, &wildcard, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &wildcard), PIER_OK);
    assert_int_equal(get_option(ends.listener, IPPROTO_IPV6, IPV6_V6ONLY), 0);
    static const char *const hosts[] = {"tcp://127.0.0.1:", "tcp://[::1]:"};
    for (size_t i = 0; i < 2; i++) {
        pier_address peer;
        pier_address local;
        (void)snprintf(text, sizeof text, "%s%u", hosts[i], (unsigned)pier_address_port(&wildcard));
        ends.address = joint_parse(text);
        assert_int_equal(pier_socket_connect(&ends.client, &ends.address, joint_patience(), NULL, NULL), PIER_OK);
        assert_int_equal(pier_socket_accept(ends.listener, &ends.server, &peer, joint_patience()), PIER_OK);
        /* An IPv4 peer is shown as what it is, not in IPv6's clothes. */
        assert_int_equal(peer.family, i == 0 ? PIER_FAMILY_IPV4 : PIER_FAMILY_IPV6);
        assert_int_equal(pier_socket_local_address(ends.server, &local), PIER_OK);
        assert_true(pier_address_equal(&local, &ends.address));
        pier_socket_destroy(ends.client);
        pier_socket_destroy(ends.server);
        ends.client = NULL;
        ends.server = NULL;
    }
    joint_close(&ends);
}

static void other_ipv6_addresses_take_ipv6_alone(void **state) {
    (void)state;
    joint ends;
    if (!joint_kind_is_here(JOINT_TCP_IPV6)) {
        skip();
    }
    joint_listen(&ends, JOINT_TCP_IPV6);
    assert_int_equal(get_option(ends.listener, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    joint_close(&ends);
    pier_address mapped = joint_parse("tcp://[::ffff:127.0.0.1]:0");
    pier_address local;
    assert_int_equal(pier_socket_listen(&ends.listener, &mapped, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(ends.listener, &local), PIER_OK);
    assert_int_equal(local.family, PIER_FAMILY_IPV4);
    joint_close(&ends);
}

static void an_address_of_another_machine_is_told(void **state) {
    (void)state;
    /* A documentation address (RFC 5737), which is nobody's. */
    pier_address address = joint_parse("tcp://203.0.113.77:0");
    pier_socket *socket = NULL;
    pier_error error;
    assert_int_equal(pier_socket_listen(&socket, &address, NULL, &error), PIER_UNREACHABLE);
    assert_null(socket);
    assert_int_equal(error.os_error, EADDRNOTAVAIL);
    assert_string_equal(error.text, "listen on tcp://203.0.113.77:0: this machine has no such address, or no free port "
                                    "for it: choose an address of this machine, or tcp://:PORT for all of them");
}

/* Runs in a child that has no privilege; returns what `run` returned. */
static int run_unprivileged(int (*run)(void *argument), void *argument) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* 65534 is nobody. A test that does not run as root has no privilege to lose. */
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(99);
        }
        _exit(run(argument));
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

static int listen_on_a_low_port(void *argument) {
    pier_address address = joint_parse("tcp://127.0.0.1:80");
    pier_socket *socket = NULL;
    pier_error error;
    (void)argument;
    if (pier_socket_listen(&socket, &address, NULL, &error) != PIER_DENIED || error.os_error != EACCES) {
        return 1;
    }
    return strcmp(error.text, "listen on tcp://127.0.0.1:80: permission denied: ports below 1024 need a privilege; "
                              "choose a higher port or 0");
}

static void a_low_port_needs_a_privilege(void **state) {
    (void)state;
    int first = 0;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &first), 1);
    assert_int_equal(fclose(file), 0);
    if (first <= 80) {
        /* A container that gives every port to everybody. */
        skip();
    }
    assert_int_equal(run_unprivileged(listen_on_a_low_port, NULL), 0);
}

/* In a network of its own that has one port alone to give: connecting there can only meet itself. */
static int connect_to_itself(pier_deadline deadline) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 && unshare(CLONE_NEWNET) != 0) {
        return 77;
    }
    int control = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq loopback = {.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING};
    (void)snprintf(loopback.ifr_name, sizeof loopback.ifr_name, "lo");
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
    if (control < 0 || ioctl(control, SIOCSIFFLAGS, &loopback) != 0 || range == NULL ||
        fprintf(range, "40000 40000\n") < 0 || fclose(range) != 0) {
        return 77;
    }
    pier_address address = joint_parse("tcp://127.0.0.1:40000");
    pier_socket *socket = NULL;
    pier_error error;
    pier_status status = pier_socket_connect(&socket, &address, deadline, NULL, &error);
    if (status == PIER_OK && deadline == PIER_NOW) {
        uint32_t ready = 0;
        status = pier_socket_wait(socket, PIER_WRITABLE, &ready, joint_patience());
        status = status == PIER_OK ? pier_socket_connected(socket) : status;
    }
    pier_socket_destroy(socket);
    return status == PIER_REFUSED ? 0 : 1;
}

static void a_socket_that_meets_itself_is_refused(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            _exit(connect_to_itself(i == 0 ? PIER_NOW : joint_patience()));
        }
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFEXITED(how));
        if (WEXITSTATUS(how) == 77) {
            skip();
        }
        assert_int_equal(WEXITSTATUS(how), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_writes_go_at_once_unless_told_otherwise),
        cmocka_unit_test(a_reset_by_the_peer_is_told),
        cmocka_unit_test(the_wildcard_takes_both_families),
        cmocka_unit_test(other_ipv6_addresses_take_ipv6_alone),
        cmocka_unit_test(an_address_of_another_machine_is_told),
        cmocka_unit_test(a_low_port_needs_a_privilege),
        cmocka_unit_test(a_socket_that_meets_itself_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
