/* The far side of a test that runs between two network namespaces.
 *
 * Shared by the tests of the socket and file floors. */
#define _GNU_SOURCE /* setns */
#include "socket/far_side.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "socket/joint.h"

/* The own namespace, while the thread is in the other one. */
static _Thread_local int near_handle = -1;

bool far_side_is_there(void) {
    return getenv("PIER_TEST_FAR_NAMESPACE") != NULL;
}

static const char *far_host(pier_family family) {
    return family == PIER_FAMILY_IPV4   ? getenv("PIER_TEST_FAR_IPV4")
           : family == PIER_FAMILY_IPV6 ? getenv("PIER_TEST_FAR_IPV6")
                                        : NULL;
}

bool far_side_is_crossed(pier_family family) {
    return far_side_is_there() && far_host(family) != NULL;
}

void far_side_enter(void) {
    assert_int_equal(near_handle, -1);
    near_handle = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    assert_true(near_handle >= 0);
    int far_handle = open(getenv("PIER_TEST_FAR_NAMESPACE"), O_RDONLY | O_CLOEXEC);
    assert_true(far_handle >= 0);
    assert_int_equal(setns(far_handle, CLONE_NEWNET), 0);
    (void)close(far_handle);
}

void far_side_leave(void) {
    assert_int_equal(setns(near_handle, CLONE_NEWNET), 0);
    (void)close(near_handle);
    near_handle = -1;
}

pier_address far_side_address(pier_family family) {
    char text[128];
    bool is_ipv6 = family == PIER_FAMILY_IPV6;
    (void)snprintf(text, sizeof text, "tcp://%s%s%s:0", is_ipv6 ? "[" : "", far_host(family), is_ipv6 ? "]" : "");
    return joint_parse(text);
}

pier_address far_side_seen_from_near(const pier_address *address) {
    pier_address seen = *address;
    if (seen.scope != 0) {
        seen.scope = if_nametoindex(getenv("PIER_TEST_NEAR_INTERFACE"));
        assert_true(seen.scope != 0);
    }
    return seen;
}
