/* Datagram sockets of every kind.
 *
 * Shared by the tests of the socket and channel floors. */
#include "socket/mole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "socket/joint.h"

const char *mole_kind_name(mole_kind kind) {
    static const char *const names[] = {"udp_ipv4", "udp_ipv6", "unix_path", "unix_abstract"};
    return names[kind];
}

bool mole_is_unix(mole_kind kind) {
    return kind == MOLE_UNIX_PATH || kind == MOLE_UNIX_ABSTRACT;
}

bool mole_kind_is_here(mole_kind kind) {
    return kind != MOLE_IPV6 || joint_kind_is_here(JOINT_TCP_IPV6);
}

pier_address mole_address(mole *ends, mole_kind kind) {
    static unsigned names;
    char text[128];
    if (kind == MOLE_IPV4) {
        return joint_parse("udp://127.0.0.1:0");
    }
    if (kind == MOLE_IPV6) {
        return joint_parse("udp://[::1]:0");
    }
    if (kind == MOLE_UNIX_ABSTRACT) {
        (void)snprintf(text, sizeof text, "unix:@pier-datagram-%ld-%u", (long)getpid(), ++names);
        return joint_parse(text);
    }
    if (ends->folder[0] == '\0') {
        (void)snprintf(ends->folder, sizeof ends->folder, "/tmp/pier-test-XXXXXX");
        assert_non_null(mkdtemp(ends->folder));
    }
    (void)snprintf(text, sizeof text, "unix:%s/socket-%u", ends->folder, ++names);
    return joint_parse(text);
}

void mole_open_one(pier_socket **socket, const pier_address *address, const pier_socket_options *options,
                   pier_address *bound) {
    pier_error error;
    if (pier_datagram_open(socket, address, options, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(pier_socket_local_address(*socket, bound), PIER_OK);
}

void mole_open(mole *ends, mole_kind kind, const pier_socket_options *options) {
    memset(ends, 0, sizeof *ends);
    ends->kind = kind;
    pier_address left = mole_address(ends, kind);
    pier_address right = mole_address(ends, kind);
    mole_open_one(&ends->left, &left, options, &ends->left_address);
    mole_open_one(&ends->right, &right, options, &ends->right_address);
}

void mole_close(mole *ends) {
    pier_socket_destroy(ends->left);
    pier_socket_destroy(ends->right);
    if (ends->folder[0] != '\0') {
        /* Empty by now, because the sockets removed their files: what is left over is a fault that this shows. */
        assert_int_equal(rmdir(ends->folder), 0);
    }
    memset(ends, 0, sizeof *ends);
}

void mole_send(pier_socket *socket, const pier_address *to, const char *text) {
    pier_bytes span = {text, strlen(text)};
    if (pier_datagram_send(socket, to, &span, 1, joint_patience()) != PIER_OK) {
        fail_msg("%s", pier_socket_error(socket)->text);
    }
}

void mole_receive(pier_socket *socket, const char *text, pier_address *from) {
    char buffer[512];
    size_t size = 0;
    pier_status status = pier_datagram_receive(socket, buffer, sizeof buffer, &size, from, joint_patience());
    if (status != PIER_OK) {
        fail_msg("%s: %s", pier_status_name(status), pier_socket_error(socket)->text);
    }
    assert_int_equal(size, strlen(text));
    assert_memory_equal(buffer, text, size);
}
