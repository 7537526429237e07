/* Notes every error that a test meets, so that check_error_texts.py can tell which texts a test has produced.
 *
 * Shared by the tests of the floors 1 to 3. With --wrap=pier__error_set the linker sends each call of the library here
 * first. When PIER_TEST_ERROR_LOG names a file, a line goes there for each error that somebody wanted to know: its
 * status and its text. */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error_internal.h"

/* Where descriptors are out of the way of tests that count on low numbers. */
#define LOG_HANDLE_LOWEST 500

static int log_handle = -1;

/* Before main: no test sees it come and go. The system calls are made without the C library's functions, which the
 * faults of tests/support/fault_system.h would strike. */
__attribute__((constructor)) static void open_log(void) {
    const char *path = getenv("PIER_TEST_ERROR_LOG");
    if (path == NULL) {
        return;
    }
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
    int low = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0666);
    log_handle = (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, LOG_HANDLE_LOWEST);
    (void)syscall(SYS_close, low);
    /* A program that the test executes must not begin the file anew. */
    (void)unsetenv("PIER_TEST_ERROR_LOG");
    if (log_handle < 0) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        abort();
    }
}

static void note(pier_status status, const char *text) {
    char line[1024];
    int length = snprintf(line, sizeof line, "%s: %s", pier_status_name(status), text);
    size_t size = length > 0 && (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    for (size_t i = 0; i < size; i++) {
        line[i] = line[i] == '\n' ? '?' : line[i];
    }
    line[size] = '\n';
    (void)syscall(SYS_write, log_handle, line, size + 1);
}

pier_status __real_pier__error_set(pier_error *error, pier_status status, pier_floor floor, int os_error,
                                   const char *format, ...) PIER_PRINTF(5, 6);
pier_status __wrap_pier__error_set(pier_error *error, pier_status status, pier_floor floor, int os_error,
                                   const char *format, ...) PIER_PRINTF(5, 6);

pier_status __wrap_pier__error_set(pier_error *error, pier_status status, pier_floor floor, int os_error,
                                   const char *format, ...) {
    int errno_before = errno;
    char text[4 * sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (log_handle >= 0 && error != NULL) {
        note(status, text);
    }
    (void)__real_pier__error_set(error, status, floor, os_error, "%s", written > 0 ? text : "");
    errno = errno_before;
    return status;
}
