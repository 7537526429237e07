/* Connected sockets of every kind.
 *
 * Shared by the tests of the socket and file floors. */
#include "socket/joint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "socket/far_side.h"

const char *joint_kind_name(joint_kind kind) {
    static const char *const names[] = {"tcp_ipv4", "tcp_ipv6", "unix_path", "unix_abstract", "pair"};
    return names[kind];
}

bool joint_kind_is_here(joint_kind kind) {
    if (kind != JOINT_TCP_IPV6) {
        return true;
    }
    pier_address address = joint_parse("tcp://[::1]:0");
    pier_socket *socket = NULL;
    bool is_here = pier_socket_listen(&socket, &address, NULL, NULL) == PIER_OK;
    pier_socket_destroy(socket);
    return is_here;
}

pier_address joint_parse(const char *text) {
    pier_address address;
    pier_error error;
    if (pier_address_parse(text, &address, &error) != PIER_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    return address;
}

pier_address joint_address(joint *ends, joint_kind kind) {
    static unsigned names;
    char text[128];
    if (kind == JOINT_TCP_IPV4) {
        return joint_parse("tcp://127.0.0.1:0");
    }
    if (kind == JOINT_TCP_IPV6) {
        return joint_parse("tcp://[::1]:0");
    }
    if (kind == JOINT_UNIX_ABSTRACT) {
        (void)snprintf(text, sizeof text, "unix:@pier-test-%ld-%u", (long)getpid(), ++names);
        return joint_parse(text);
    }
    (void)snprintf(ends->folder, sizeof ends->folder, "/tmp/pier-test-XXXXXX");
    assert_non_null(mkdtemp(ends->folder));
    (void)snprintf(text, sizeof text, "unix:%s/socket", ends->folder);
    return joint_parse(text);
}

pier_deadline joint_patience(void) {
    return pier_deadline_after_ms(JOINT_PATIENCE_MS);
}

static void listen_at(joint *ends, const pier_address *address) {
    pier_error error;
    if (pier_socket_listen(&ends->listener, address, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(pier_socket_local_address(ends->listener, &ends->address), PIER_OK);
}

/* Listens on the far side of a cable, so that what the test connects goes over it. */
static void listen_in_far(joint *ends, pier_family family) {
    far_side_enter();
    pier_address address = far_side_address(family);
    listen_at(ends, &address);
    far_side_leave();
    ends->address = far_side_seen_from_near(&ends->address);
}

void joint_listen(joint *ends, joint_kind kind) {
    memset(ends, 0, sizeof *ends);
    ends->kind = kind;
    if (kind == JOINT_PAIR) {
        return;
    }
    if (kind == JOINT_TCP_IPV4 && far_side_is_crossed(PIER_FAMILY_IPV4)) {
        listen_in_far(ends, PIER_FAMILY_IPV4);
    } else if (kind == JOINT_TCP_IPV6 && far_side_is_crossed(PIER_FAMILY_IPV6)) {
        listen_in_far(ends, PIER_FAMILY_IPV6);
    } else {
        pier_address address = joint_address(ends, kind);
        listen_at(ends, &address);
    }
}

void joint_connect(joint *ends, pier_socket **client, pier_socket **server) {
    pier_error error;
    if (pier_socket_connect(client, &ends->address, joint_patience(), NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    if (pier_socket_accept(ends->listener, server, NULL, joint_patience()) != PIER_OK) {
        fail_msg("%s", pier_socket_error(ends->listener)->text);
    }
}

void joint_open(joint *ends, joint_kind kind) {
    joint_listen(ends, kind);
    if (kind == JOINT_PAIR) {
        assert_int_equal(pier_socket_pair(&ends->client, &ends->server, NULL, NULL), PIER_OK);
    } else {
        joint_connect(ends, &ends->client, &ends->server);
    }
}

size_t joint_fill_queue(const pier_address *address, pier_socket **waiting, size_t capacity) {
    size_t count = 0;
    while (count < capacity) {
        pier_deadline deadline = pier_deadline_after_ms(200);
        pier_status status = pier_socket_connect(&waiting[count], address, deadline, NULL, NULL);
        if (status != PIER_OK) {
            assert_int_equal(status, PIER_TIMEOUT);
            break;
        }
        count++;
    }
    assert_true(count < capacity);
    return count;
}

void joint_close(joint *ends) {
    pier_socket_destroy(ends->client);
    pier_socket_destroy(ends->server);
    pier_socket_destroy(ends->listener);
    if (ends->folder[0] != '\0') {
        /* Empty by now, because the listener removed its file: what is left over is a fault that this shows. */
        assert_int_equal(rmdir(ends->folder), 0);
    }
    memset(ends, 0, sizeof *ends);
}

bool joint_try_write(pier_socket *socket, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        pier_bytes span = {(const char *)bytes + done, size - done};
        size_t taken = 0;
        if (pier_socket_write(socket, &span, 1, &taken, joint_patience()) != PIER_OK) {
            return false;
        }
        done += taken;
    }
    return true;
}

bool joint_try_read(pier_socket *socket, void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        size_t got = 0;
        if (pier_socket_read(socket, (char *)bytes + done, size - done, &got, joint_patience()) != PIER_OK) {
            return false;
        }
        done += got;
    }
    return true;
}

void joint_write(pier_socket *socket, const void *bytes, size_t size) {
    if (!joint_try_write(socket, bytes, size)) {
        fail_msg("%s", pier_socket_error(socket)->text);
    }
}

void joint_read(pier_socket *socket, void *bytes, size_t size) {
    if (!joint_try_read(socket, bytes, size)) {
        fail_msg("%s", pier_socket_error(socket)->text);
    }
}

unsigned char joint_pattern(size_t index) {
    return (unsigned char)(index * 131 + (index >> 8) * 29 + (index >> 16) * 7);
}
