/* The cancel object over Linux's eventfd.
 *
 * Floor 0 (base), POSIX with eventfd. Knows nothing of who waits. All calls but create and destroy serve any thread.
 *
 * Two things tell that it is fired: a state in memory, which costs nothing to ask, and the handle, which wakes who
 * waits. They must not come apart when one thread fires while another clears, or a wake-up would be lost or never end.
 * Two flags set one after the other do come apart, in either order. So the state has steps in between: who moves it
 * out of IDLE writes to the handle, who moves it out of FIRED empties it, and everybody else leaves the handle alone.
 *
 *     IDLE -fire-> FIRING -written-> FIRED -clear-> CLEARING -emptied-> IDLE
 *                                      ^                +-fire-> REFIRED -emptied, written again-+
 *                                      +---------------------------------------------------------+
 *
 * Firing never waits: in FIRING, FIRED and REFIRED it is fired already, in CLEARING the one who clears will write for
 * it. That is what lets a signal handler fire while its own thread is anywhere in here. Clearing waits for a step that
 * another thread is in the middle of. */
#include <pier/cancel.h>

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

typedef enum cancel_state { STATE_IDLE, STATE_FIRING, STATE_FIRED, STATE_CLEARING, STATE_REFIRED } cancel_state;

struct pier_cancel {
    atomic_uint state; /* cancel_state */
    int handle;
    pier_allocator allocator;
};

/* A signal handler may use an atomic object only when it needs no lock (C11, 7.14.1.1). */
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "firing in a signal handler needs atomic integers without locks");

pier_status pier_cancel_create(pier_cancel **out, const pier_allocator *allocator, pier_error *error) {
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_BASE, 0, "out may not be NULL");
    }
    *out = NULL;
    pier_allocator chosen = pier__allocator_choose(allocator);
    pier_cancel *cancel = (pier_cancel *)pier__allocate(&chosen, sizeof *cancel);
    if (cancel == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_BASE, 0, "no memory for a cancel object");
    }
    cancel->allocator = chosen;
    atomic_init(&cancel->state, STATE_IDLE);
    cancel->handle = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cancel->handle < 0) {
        int os_error = errno;
        char words[PIER__OS_WORDS_BYTES];
        pier__release(&chosen, cancel, sizeof *cancel);
        return pier__error_set(error, pier__os_status(os_error), PIER_FLOOR_BASE, os_error,
                               "a cancel object cannot be made: %s", pier__os_words(os_error, words));
    }
    *out = cancel;
    return PIER_OK;
}

void pier_cancel_destroy(pier_cancel *cancel) {
    if (cancel != NULL) {
        /* Nothing was promised to anybody that a failing close could break. */
        (void)close(cancel->handle);
        pier_allocator allocator = cancel->allocator;
        pier__release(&allocator, cancel, sizeof *cancel);
    }
}

/* Makes the handle readable. The count is 0 here, so that there is always room and the call cannot wait. */
static void show(const pier_cancel *cancel) {
    const uint64_t one = 1;
    ssize_t written = 0;
    do {
        written = write(cancel->handle, &one, sizeof one);
    } while (written < 0 && errno == EINTR);
}

/* Makes the handle unreadable again: a read takes the whole count. */
static void hide(const pier_cancel *cancel) {
    uint64_t count = 0;
    ssize_t got = 0;
    do {
        got = read(cancel->handle, &count, sizeof count);
    } while (got < 0 && errno == EINTR);
}

void pier_cancel_fire(pier_cancel *cancel) {
    int errno_before = errno;
    unsigned state = atomic_load(&cancel->state);
    for (;;) {
        if (state == STATE_IDLE) {
            if (atomic_compare_exchange_weak(&cancel->state, &state, STATE_FIRING)) {
                show(cancel);
                atomic_store(&cancel->state, STATE_FIRED);
                break;
            }
        } else if (state == STATE_CLEARING) {
            if (atomic_compare_exchange_weak(&cancel->state, &state, STATE_REFIRED)) {
                break;
            }
        } else {
            break;
        }
    }
    errno = errno_before;
}

void pier_cancel_clear(pier_cancel *cancel) {
    unsigned state = atomic_load(&cancel->state);
    while (state != STATE_FIRED || !atomic_compare_exchange_weak(&cancel->state, &state, STATE_CLEARING)) {
        if (state == STATE_IDLE) {
            return;
        }
        if (state != STATE_FIRED) {
            (void)sched_yield();
            state = atomic_load(&cancel->state);
        }
    }
    hide(cancel);
    state = STATE_CLEARING;
    if (!atomic_compare_exchange_strong(&cancel->state, &state, STATE_IDLE)) {
        show(cancel);
        atomic_store(&cancel->state, STATE_FIRED);
    }
}

bool pier_cancel_is_fired(const pier_cancel *cancel) {
    unsigned state = atomic_load(&cancel->state);
    return state == STATE_FIRING || state == STATE_FIRED || state == STATE_REFIRED;
}

int pier_cancel_handle(const pier_cancel *cancel) {
    return cancel->handle;
}
