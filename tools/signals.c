/* The signals that ask a command to stop: see signals.h. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int pipe_ends[2] = {-1, -1};
static volatile sig_atomic_t caught;

static void on_signal(int signal) {
    int errno_before = errno;
    if (caught == 0) {
        caught = signal;
    }
    /* The pipe takes one byte at least; a second one is not needed. */
    ssize_t written = write(pipe_ends[1], "", 1);
    (void)written;
    errno = errno_before;
}

void signals_ignore_pipe(void) {
    (void)signal(SIGPIPE, SIG_IGN);
}

bool signals_catch(void) {
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0 && sigaction(SIGTERM, &action, NULL) == 0;
}

int signals_handle(void) {
    return pipe_ends[0];
}

int signals_caught(void) {
    return caught;
}

void signals_end_by(int signal_number) {
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}
