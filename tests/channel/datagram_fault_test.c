/* Datagram channels when memory and system calls fail: nothing leaks, and the answer is honest.
 *
 * Floor 7 (channel). The whole life of two channels, by one thread that serves both. */
#include "channel/channel_support.h"

#include <pier/datagram_channel.h>
#include <pier/record.h>

#include "socket/joint.h"
#include "socket/mole.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

#define READING(FIELD)                                                                                                 \
    FIELD(1, u32, number)                                                                                              \
    FIELD(2, text(16), place)
PIER_RECORD(reading, "test.Reading", READING)

/* One life of two channels, from the opened sockets to the last record. */
static pier_status live(const pier_allocator *allocator, mole_kind kind, unsigned rounds) {
    pier_datagram_channel_options options = {.size = sizeof options, .allocator = allocator};
    pier_datagram_channel *left = NULL;
    pier_datagram_channel *right = NULL;
    mole sockets;
    pier_error error;
    mole_open(&sockets, kind, NULL);
    pier_status status = pier_datagram_channel_open(&left, sockets.left, &options, &error);
    if (status == PIER_OK) {
        sockets.left = NULL;
        status = pier_datagram_channel_open(&right, sockets.right, &options, &error);
    }
    if (status == PIER_OK) {
        sockets.right = NULL;
    }
    for (unsigned i = 0; i < rounds && status == PIER_OK; i++) {
        reading sent = {.number = i};
        reading got;
        status = reading_store(pier_datagram_channel_store_archive(left), &sent);
        if (status == PIER_OK) {
            status = pier_datagram_channel_send(left, &sockets.right_address, joint_patience());
        }
        if (status == PIER_OK) {
            status = pier_datagram_channel_receive(right, NULL, joint_patience());
        }
        if (status == PIER_OK) {
            status = pier_archive_next(pier_datagram_channel_load_archive(right));
        }
        if (status == PIER_OK) {
            status = reading_load(pier_datagram_channel_load_archive(right), &got);
            assert_true(status != PIER_OK || got.number == i);
        }
    }
    pier_datagram_channel_destroy(left);
    pier_datagram_channel_destroy(right);
    mole_close(&sockets);
    return status;
}

static void memory_pass(fault_allocator *faults, void *user) {
    pier_status status = live(&faults->allocator, *(const mole_kind *)user, 2);
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
}

static void memory_that_lacks_leaks_nothing(void **state) {
    (void)state;
    mole_kind kind = MOLE_IPV4;
    assert_true(fault_allocator_sweep(memory_pass, &kind) > 5);
}

static void system_calls_fail_honestly(void **state) {
    (void)state;
    static const struct {
        fault_call call;
        int error;
        pier_status status;
    } rows[] = {
        {FAULT_SENDMSG, ENOBUFS, PIER_NO_MEMORY},        {FAULT_SENDMSG, EMSGSIZE, PIER_LIMIT},
        {FAULT_SENDMSG, ECONNREFUSED, PIER_REFUSED},     {FAULT_RECVMSG, ENOMEM, PIER_NO_MEMORY},
        {FAULT_RECVMSG, ECONNREFUSED, PIER_REFUSED},     {FAULT_GETRANDOM, ENOSYS, PIER_SYSTEM},
        {FAULT_SENDMSG, EHOSTUNREACH, PIER_UNREACHABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint64_t nth = 1; nth <= 2; nth++) {
            fault_system_reset();
            fault_system_fail(rows[i].call, nth, true, rows[i].error);
            pier_status status = live(NULL, MOLE_IPV4, 3);
            assert_true(fault_system_struck() > 0);
            fault_system_reset();
            assert_status(status, rows[i].status);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_lacks_leaks_nothing),
        cmocka_unit_test(system_calls_fail_honestly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
