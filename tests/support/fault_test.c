/* The fault injection itself: a test tool that does not strike would let every test pass.
 *
 * Shared by the tests of all floors. The static library makes no system call on the base floor, so this program calls
 * them itself: its own calls are wrapped like the library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/allocator_internal.h"
#include "support/fault_allocator.h"
#include "support/fault_system.h"

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

static void open_pair(int pair[2]) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
}

static void close_pair(int pair[2]) {
    fault_system_reset();
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void one_call_fails_once(void **state) {
    (void)state;
    int pair[2];
    open_pair(pair);
    fault_system_fail(FAULT_SEND, 2, false, EPIPE);
    assert_int_equal(send(pair[0], "a", 1, 0), 1);
    errno = 0;
    assert_int_equal(send(pair[0], "b", 1, 0), -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(send(pair[0], "c", 1, 0), 1);
    assert_int_equal(fault_system_calls(FAULT_SEND), 3);
    assert_int_equal(fault_system_struck(), 1);
    char got[4];
    assert_int_equal(recv(pair[1], got, sizeof got, 0), 2);
    assert_memory_equal(got, "ac", 2);
    close_pair(pair);
}

static void calls_fail_for_good(void **state) {
    (void)state;
    int pair[2];
    open_pair(pair);
    fault_system_fail(FAULT_RECV, 1, true, EIO);
    char got[4];
    for (int i = 0; i < 3; i++) {
        errno = 0;
        assert_int_equal(recv(pair[1], got, sizeof got, 0), -1);
        assert_int_equal(errno, EIO);
    }
    assert_int_equal(fault_system_struck(), 3);
    close_pair(pair);
}

static void every_third_call_is_interrupted(void **state) {
    (void)state;
    int pair[2];
    open_pair(pair);
    fault_system_interrupt(3);
    struct pollfd ready = {.fd = pair[0], .events = POLLOUT, .revents = 0};
    for (int i = 1; i <= 9; i++) {
        errno = 0;
        assert_int_equal(poll(&ready, 1, 0), i % 3 == 0 ? -1 : 1);
        assert_int_equal(errno, i % 3 == 0 ? EINTR : 0);
    }
    close_pair(pair);
}

static void transfers_stall_and_break(void **state) {
    (void)state;
    int pair[2];
    open_pair(pair);
    fault_system_stall(2);
    assert_int_equal(write(pair[0], "a", 1), 1);
    errno = 0;
    assert_int_equal(write(pair[0], "b", 1), -1);
    assert_int_equal(errno, EAGAIN);
    fault_system_stall(0);
    fault_system_break_connection(2);
    assert_int_equal(write(pair[0], "b", 1), 1);
    char got[4];
    for (int i = 0; i < 2; i++) {
        errno = 0;
        assert_int_equal(read(pair[1], got, sizeof got), -1);
        assert_int_equal(errno, ECONNRESET);
    }
    close_pair(pair);
}

static void transfers_fall_short(void **state) {
    (void)state;
    int pair[2];
    open_pair(pair);
    char got[16];
    struct iovec spans[3] = {{"ab", 2}, {NULL, 0}, {"cdef", 4}};
    struct msghdr message = {.msg_iov = spans, .msg_iovlen = 3};
    fault_system_shorten(3);
    assert_int_equal(writev(pair[0], spans, 3), 3);
    assert_int_equal(sendmsg(pair[0], &message, 0), 3);
    fault_system_shorten(1);
    assert_int_equal(writev(pair[0], spans, 3), 1);
    assert_int_equal(send(pair[0], "xyz", 3, 0), 1);
    assert_int_equal(read(pair[1], got, sizeof got), 1);
    fault_system_shorten(0);
    assert_int_equal(read(pair[1], got + 1, sizeof got - 1), 7);
    assert_memory_equal(got, "abcabcax", 8);
    assert_int_equal(fault_system_struck(), 0);
    close_pair(pair);
}

static void a_struck_close_has_closed(void **state) {
    (void)state;
    size_t before = fault_system_descriptors();
    int pair[2];
    open_pair(pair);
    assert_int_equal(fault_system_descriptors(), before + 2);
    fault_system_fail(FAULT_CLOSE, 1, true, EIO);
    assert_int_equal(close(pair[0]), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(close(pair[1]), -1);
    assert_int_equal(fault_system_descriptors(), before);
}

/* Opens, writes and closes, and counts the passes that came through. */
static void file_pass(void *user) {
    int *whole = user;
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        assert_int_equal(errno, EMFILE);
        return;
    }
    bool written = write(fd, "abc", 3) == 3;
    bool closed = close(fd) == 0;
    *whole += written && closed;
    if (fault_system_struck() == 0) {
        assert_true(written && closed);
    }
}

static void a_sweep_strikes_every_call(void **state) {
    (void)state;
    int whole = 0;
    /* open, write and close, each once and for good. */
    assert_int_equal(fault_system_sweep(file_pass, &whole), 6);
    /* The untouched pass, and for each call and manner the last pass, which found nothing more to strike. */
    assert_int_equal(whole, 1 + 6);
}

typedef struct allocation_results {
    int whole;
    int refused;
} allocation_results;

static void allocation_pass(fault_allocator *faults, void *user) {
    allocation_results *results = user;
    void *first = pier__allocate(&faults->allocator, 10);
    void *second = first != NULL ? pier__allocate(&faults->allocator, 20) : NULL;
    void *grown = second != NULL ? pier__reallocate(&faults->allocator, second, 20, 40) : NULL;
    results->whole += grown != NULL;
    results->refused += grown == NULL;
    assert_int_equal(faults->struck == 0, grown != NULL);
    pier__release(&faults->allocator, grown != NULL ? grown : second, grown != NULL ? 40 : 20);
    pier__release(&faults->allocator, first, 10);
}

static void an_allocation_sweep_strikes_every_call(void **state) {
    (void)state;
    allocation_results results = {0, 0};
    assert_int_equal(fault_allocator_sweep(allocation_pass, &results), 6);
    assert_int_equal(results.refused, 6);
    assert_int_equal(results.whole, 4);
}

static void the_allocator_sees_misuse(void **state) {
    (void)state;
    fault_allocator faults;
    fault_allocator_init(&faults);
    const pier_allocator *allocator = &faults.allocator;
    char *memory = allocator->allocate(allocator->user, 8);
    assert_non_null(memory);
    allocator->release(allocator->user, memory, 9);
    assert_string_equal(faults.misuse, "a block was given back with a wrong size");

    fault_allocator_init(&faults);
    memory = allocator->allocate(allocator->user, 8);
    memory[8] = 1;
    allocator->release(allocator->user, memory, 8);
    assert_string_equal(faults.misuse, "the bytes behind a block were overwritten");

    fault_allocator_init(&faults);
    char stranger[8];
    allocator->release(allocator->user, stranger, 8);
    assert_string_equal(faults.misuse, "a block was given back that is not live");

    fault_allocator_init(&faults);
    assert_null(allocator->reallocate(allocator->user, NULL, 0, 8));
    assert_non_null(faults.misuse);

    fault_allocator_init(&faults);
    memory = allocator->allocate(allocator->user, 8);
    assert_int_equal(faults.live_blocks, 1);
    assert_int_equal(faults.live_bytes, 8);
    char *moved = allocator->reallocate(allocator->user, memory, 8, 30);
    assert_ptr_not_equal(moved, memory);
    assert_int_equal(faults.live_bytes, 30);
    assert_int_equal(faults.peak_bytes, 38);
    fault_allocator_deinit(&faults);
    assert_int_equal(faults.live_blocks, 0);
    fault_allocator_check(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_call_fails_once, reset),
        cmocka_unit_test_setup(calls_fail_for_good, reset),
        cmocka_unit_test_setup(every_third_call_is_interrupted, reset),
        cmocka_unit_test_setup(transfers_stall_and_break, reset),
        cmocka_unit_test_setup(transfers_fall_short, reset),
        cmocka_unit_test_setup(a_struck_close_has_closed, reset),
        cmocka_unit_test_setup(a_sweep_strikes_every_call, reset),
        cmocka_unit_test_setup(an_allocation_sweep_strikes_every_call, reset),
        cmocka_unit_test_setup(the_allocator_sees_misuse, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
