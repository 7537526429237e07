/* Files over handles of somebody else that are no disk files: pipes, devices, terminals.
 *
 * Floor 3 (file). Other handles, disk files, memory and sockets are in kinds_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/file.h>

static void a_pipe_with_a_deadline_takes_little_at_once(void **state) {
    (void)state;
    static char bytes[1 << 20];
    int pair[2];
    size_t size = 0;
    size_t total = 0;
    pier_file *writer = NULL;
    pier_bytes spans[2] = {{bytes, 3000}, {bytes, sizeof bytes}};
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(pier_file_open_handle(&writer, pair[1], PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        status = pier_file_write(writer, spans, 2, &size, pier_deadline_after_ms(20));
        assert_int_equal(size, status == PIER_OK ? 4096 : 0);
        total += size;
    }
    assert_int_equal(status, PIER_TIMEOUT);
    assert_true(total >= 4096);
    pier_file_destroy(writer);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void a_pipe_that_does_not_block_is_waited_for(void **state) {
    (void)state;
    static char bytes[1 << 20];
    int pair[2];
    char got[4];
    size_t size = 0;
    pier_file *reader = NULL;
    pier_file *writer = NULL;
    pier_bytes span = {bytes, sizeof bytes};
    assert_int_equal(pipe2(pair, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(pier_file_open_handle(&reader, pair[0], PIER_FILE_CAN_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_handle(&writer, pair[1], PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        assert_int_equal(usleep(30000), 0);
        _exit(write(pair[1], "abcd", 4) == 4 ? 0 : 1);
    }
    assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NEVER), PIER_OK);
    assert_int_equal(size, 4);
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    /* As much as it takes, then nothing; and when it is emptied, again. */
    assert_int_equal(pier_file_write(writer, &span, 1, &size, PIER_NEVER), PIER_OK);
    assert_in_range(size, 4096, sizeof bytes - 1);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        assert_int_equal(usleep(30000), 0);
        for (size_t done = 0; done < size;) {
            ssize_t part = read(pair[0], bytes, sizeof bytes);
            if (part <= 0) {
                _exit(1);
            }
            done += (size_t)part;
        }
        _exit(0);
    }
    size_t taken = 0;
    assert_int_equal(pier_file_write(writer, &span, 1, &taken, PIER_NEVER), PIER_OK);
    assert_int_equal(waitpid(child, &how, 0), child);
    pier_file_destroy(reader);
    pier_file_destroy(writer);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void a_pipe_without_a_reader_raises_no_signal(void **state) {
    (void)state;
    static const pier_deadline deadlines[] = {PIER_NOW, 1, PIER_NEVER};
    int pair[2];
    size_t size = 99;
    pier_file *writer = NULL;
    pier_bytes span = {"x", 1};
    sigset_t mask;
    sigset_t pending;
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(pier_file_open_handle(&writer, pair[1], PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
    assert_int_equal(close(pair[0]), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pier_file_write(writer, &span, 1, &size, deadlines[i]), PIER_CLOSED);
        assert_int_equal(size, 0);
        assert_int_equal(pier_file_error(writer)->os_error, EPIPE);
        /* Neither is one left waiting, nor is the thread's mask another one. */
        assert_int_equal(sigpending(&pending), 0);
        assert_int_equal(sigismember(&pending, SIGPIPE), 0);
        assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
        assert_int_equal(sigismember(&mask, SIGPIPE), 0);
    }
    pier_file_destroy(writer);
    assert_int_equal(close(pair[1]), 0);
}

static void a_signal_that_waited_before_still_waits(void **state) {
    (void)state;
    int pair[2];
    size_t size = 99;
    pier_file *writer = NULL;
    pier_bytes span = {"x", 1};
    sigset_t pipe_alone;
    sigset_t before;
    sigset_t pending;
    int number = 0;
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(pier_file_open_handle(&writer, pair[1], PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(sigemptyset(&pipe_alone), 0);
    assert_int_equal(sigaddset(&pipe_alone, SIGPIPE), 0);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &pipe_alone, &before), 0);
    assert_int_equal(raise(SIGPIPE), 0);
    assert_int_equal(pier_file_write(writer, &span, 1, &size, PIER_NEVER), PIER_CLOSED);
    assert_int_equal(sigpending(&pending), 0);
    assert_int_equal(sigismember(&pending, SIGPIPE), 1);
    assert_int_equal(sigwait(&pipe_alone, &number), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    pier_file_destroy(writer);
    assert_int_equal(close(pair[1]), 0);
}

static void devices_are_read_and_written(void **state) {
    (void)state;
    char got[16];
    size_t size = 0;
    pier_file *file = NULL;
    pier_bytes span = {"x", 1};
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_int_equal(pier_file_open_handle(&file, zero, PIER_FILE_CAN_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, sizeof got);
    pier_file_destroy(file);
    assert_int_equal(close(zero), 0);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(pier_file_open_handle(&file, full, PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_write(file, &span, 1, &size, pier_deadline_after_ms(1000)), PIER_NO_SPACE);
    assert_int_equal(pier_file_error(file)->os_error, ENOSPC);
    pier_file_destroy(file);
    assert_int_equal(close(full), 0);
}

static void a_terminal_gives_its_lines(void **state) {
    (void)state;
    int control = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(control >= 0);
    assert_int_equal(grantpt(control), 0);
    assert_int_equal(unlockpt(control), 0);
    char name[128];
    assert_int_equal(ptsname_r(control, name, sizeof name), 0);
    int terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0);
    pier_file *file = NULL;
    char got[32];
    size_t size = 0;
    assert_int_equal(pier_file_open_handle(&file, terminal, PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE, NULL, NULL),
                     PIER_OK);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    /* Half a line is not there yet; Return makes it one. */
    assert_int_equal(write(control, "half", 4), 4);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, pier_deadline_after_ms(20)), PIER_TIMEOUT);
    assert_int_equal(write(control, " whole\n", 7), 7);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, pier_deadline_after_ms(5000)), PIER_OK);
    assert_int_equal(size, 11);
    assert_memory_equal(got, "half whole\n", 11);
    assert_int_equal(fcntl(terminal, F_GETFL) & O_NONBLOCK, 0);
    pier_bytes span = {"out", 3};
    assert_int_equal(pier_file_write(file, &span, 1, &size, pier_deadline_after_ms(5000)), PIER_OK);
    assert_int_equal(size, 3);
    pier_file_destroy(file);
    assert_int_equal(close(terminal), 0);
    assert_int_equal(close(control), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_with_a_deadline_takes_little_at_once),
        cmocka_unit_test(a_pipe_that_does_not_block_is_waited_for),
        cmocka_unit_test(a_pipe_without_a_reader_raises_no_signal),
        cmocka_unit_test(a_signal_that_waited_before_still_waits),
        cmocka_unit_test(devices_are_read_and_written),
        cmocka_unit_test(a_terminal_gives_its_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
