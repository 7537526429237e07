/* Standard output: see output.h. */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

/* Enough for few system calls, and little enough for a reader that wants to see something. */
#define RIPE_BYTES ((size_t)64 << 10)

/* What may wait for a reader that is slow. */
#define FULL_BYTES ((size_t)1 << 20)

void output_init(output *out, int handle) {
    struct stat status;
    *out = (output){.handle = handle};
    out->is_file = fstat(handle, &status) == 0 && S_ISREG(status.st_mode);
    out->colours = report_has_colours(handle);
}

void output_may_wait(output *out) {
    out->may_wait = true;
}

void output_deinit(output *out) {
    text_buffer_deinit(&out->text);
}

size_t output_pending(const output *out) {
    return out->text.size - out->begin;
}

bool output_is_full(const output *out) {
    return output_pending(out) >= FULL_BYTES;
}

bool output_is_ripe(const output *out) {
    return output_pending(out) >= RIPE_BYTES;
}

/* Returns whether a write would be taken at once. */
static bool is_ready(const output *out) {
    struct pollfd poll_entry = {out->handle, POLLOUT, 0};
    return out->is_file || out->may_wait || poll(&poll_entry, 1, 0) > 0;
}

pier_status output_pump(output *out) {
    while (output_pending(out) > 0 && is_ready(out)) {
        /* A pipe that is ready has room for PIPE_BUF bytes (pipe(7)); more could block. */
        size_t size = output_pending(out);
        size = out->is_file || out->may_wait || size < PIPE_BUF ? size : PIPE_BUF;
        ssize_t written = write(out->handle, out->text.data + out->begin, size);
        if (written >= 0) {
            out->begin += (size_t)written;
        } else if (errno == EAGAIN) {
            return PIER_WOULD_BLOCK;
        } else if (errno != EINTR) {
            out->os_error = errno;
            return report_status_of_errno(errno);
        }
    }
    if (output_pending(out) > 0) {
        /* The front is given back now and then, so that a slow reader does not make the buffer grow for ever. */
        if (out->begin >= FULL_BYTES) {
            memmove(out->text.data, out->text.data + out->begin, output_pending(out));
            out->text.size -= out->begin;
            out->begin = 0;
        }
        return PIER_WOULD_BLOCK;
    }
    out->begin = 0;
    out->text.size = 0;
    return out->text.failed ? PIER_NO_MEMORY : PIER_OK;
}

pier_status output_drain(output *out, pier_deadline deadline) {
    for (;;) {
        pier_status status = output_pump(out);
        if (status != PIER_WOULD_BLOCK) {
            return status;
        }
        int timeout_ms = -1;
        if (deadline != PIER_NEVER) {
            int64_t left_ns = deadline - pier_clock_monotonic_ns();
            if (left_ns <= 0) {
                return PIER_TIMEOUT;
            }
            timeout_ms = (int)(left_ns / 1000000 + 1);
        }
        struct pollfd poll_entry = {out->handle, POLLOUT, 0};
        (void)poll(&poll_entry, 1, timeout_ms);
    }
}

int output_report(const output *out, const char *command, pier_status status) {
    return out->os_error != 0 ? report_errno(command, out->os_error, "standard output")
                              : report(command, status, "standard output: %s", pier_status_text(status));
}
