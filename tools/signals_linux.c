/* The signals that ask a command to stop: see signals.h.
 *
 * No handler: one may run between the last look at its flag and a sleep, and ThreadSanitizer keeps it back for as long
 * as that sleep lasts. The signals are blocked and read from a signalfd, by whoever comes first: the command, which
 * asks when it looks at what happened, so that a signal counts before what happened after it; or a thread that does
 * nothing else, so that a second signal ends even what is stuck in a write to a pipe that nobody reads. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* It calls little; the usual 8 MiB would count where address space is limited. Sanitizers need some room. */
#define STACK_BYTES ((size_t)256 << 10)

static int pipe_ends[2] = {-1, -1};
static int signal_handle = -1;

/* Who reads a signal notes it before the other one can ask. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int caught;

static sigset_t stop_signals(void) {
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    return set;
}

/* Reads a signal and notes it if it is the first one. Returns it, 0 when none waits. With the lock. */
static int take_signal(void) {
    struct signalfd_siginfo info;
    if (read(signal_handle, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
        return 0;
    }
    if (caught == 0) {
        caught = (int)info.ssi_signo;
        /* The pipe is empty, and takes a byte. */
        ssize_t written = write(pipe_ends[1], "", 1);
        (void)written;
    }
    return (int)info.ssi_signo;
}

static void *watch(void *unused) {
    struct pollfd waited_for = {signal_handle, POLLIN, 0};
    for (;;) {
        (void)poll(&waited_for, 1, -1);
        (void)pthread_mutex_lock(&lock);
        int before = caught;
        int taken = take_signal();
        (void)pthread_mutex_unlock(&lock);
        if (taken != 0 && before != 0) {
            signals_end_by(taken);
        }
    }
    return unused;
}

/* Starts the thread that watches. Returns 0 or an errno. */
static int start_watching(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    int failed = pthread_attr_init(&attributes);
    if (failed != 0) {
        return failed;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &attributes, watch, NULL);
    (void)pthread_attr_destroy(&attributes);
    return failed;
}

void signals_ignore_writing(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
}

bool signals_catch(void) {
    sigset_t set = stop_signals();
    if (signal_handle >= 0) {
        return true;
    }
    signal_handle = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signal_handle < 0 || pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    int failed = pthread_sigmask(SIG_BLOCK, &set, NULL);
    failed = failed != 0 ? failed : start_watching();
    if (failed != 0) {
        (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
        errno = failed;
    }
    return failed == 0;
}

int signals_handle(void) {
    return pipe_ends[0];
}

int signals_caught(void) {
    (void)pthread_mutex_lock(&lock);
    if (caught == 0 && signal_handle >= 0) {
        (void)take_signal();
    }
    int first = caught;
    (void)pthread_mutex_unlock(&lock);
    return first;
}

void signals_end_by(int signal_number) {
    sigset_t set = stop_signals();
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
