/* Settings, counts and sweeps of the system-call faults; the calls themselves are in fault_system_calls.c.
 *
 * Shared by the tests of all floors. Everything is kept a thread. */
#include "support/fault_system_internal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <dirent.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned kinds;
    int error;
} calls[FAULT_CALL_COUNT] = {
#define FAULT_CALL_ROW(name, function, kinds, error) {#function, (kinds), (error)},
    FAULT_CALL_TABLE(FAULT_CALL_ROW)
#undef FAULT_CALL_ROW
};

/* One setting of fault_system_fail. */
typedef struct planned_fault {
    uint64_t countdown; /* calls until it strikes; 0: none is planned, or it has struck once */
    bool for_good;
    bool striking;
    int error;
} planned_fault;

static _Thread_local struct {
    planned_fault planned[FAULT_CALL_COUNT];
    uint64_t made[FAULT_CALL_COUNT];
    uint64_t struck;
    uint64_t interrupt_every;
    uint64_t interruptible_made;
    uint64_t stall_every;
    uint64_t transfers_made;
    uint64_t break_countdown;
    bool broken;
    size_t most_bytes;
} faults;

static bool planned_fault_strikes(planned_fault *planned) {
    if (planned->countdown > 0 && --planned->countdown == 0) {
        planned->striking = planned->for_good;
        return true;
    }
    return planned->striking;
}

int fault__strike(fault_call call) {
    faults.made[call]++;
    int error = 0;
    if (planned_fault_strikes(&faults.planned[call])) {
        error = faults.planned[call].error;
    }
    if ((calls[call].kinds & FAULT_IS_CONNECTION) != 0) {
        if (faults.break_countdown > 0 && --faults.break_countdown == 0) {
            faults.broken = true;
        }
        if (error == 0 && faults.broken) {
            error = ECONNRESET;
        }
    }
    if ((calls[call].kinds & FAULT_IS_TRANSFER) != 0) {
        faults.transfers_made++;
        if (error == 0 && faults.stall_every != 0 && faults.transfers_made % faults.stall_every == 0) {
            error = EAGAIN;
        }
    }
    if ((calls[call].kinds & FAULT_IS_INTERRUPTIBLE) != 0) {
        faults.interruptible_made++;
        if (error == 0 && faults.interrupt_every != 0 && faults.interruptible_made % faults.interrupt_every == 0) {
            error = EINTR;
        }
    }
    faults.struck += error != 0;
    return error;
}

size_t fault__shorten(size_t size) {
    return faults.most_bytes != 0 && size > faults.most_bytes ? faults.most_bytes : size;
}

void fault_system_reset(void) {
    memset(&faults, 0, sizeof faults);
}

void fault_system_fail(fault_call call, uint64_t nth, bool for_good, int error) {
    faults.planned[call] = (planned_fault){.countdown = nth, .for_good = for_good, .error = error};
}

void fault_system_interrupt(uint64_t every) {
    assert_int_not_equal(every, 1);
    faults.interrupt_every = every;
    faults.interruptible_made = 0;
}

void fault_system_stall(uint64_t every) {
    faults.stall_every = every;
    faults.transfers_made = 0;
}

void fault_system_shorten(size_t most_bytes) {
    faults.most_bytes = most_bytes;
}

void fault_system_break_connection(uint64_t nth) {
    faults.break_countdown = nth;
    faults.broken = false;
}

uint64_t fault_system_calls(fault_call call) {
    return faults.made[call];
}

uint64_t fault_system_struck(void) {
    return faults.struck;
}

const char *fault_system_name(fault_call call) {
    return calls[call].name;
}

size_t fault_system_descriptors(void) {
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    size_t count = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        count += entry->d_name[0] != '.';
    }
    assert_int_equal(closedir(directory), 0);
    /* The folder itself was one of them. */
    return count - 1;
}

/* Runs one pass with one setting; returns whether it was struck. */
static bool sweep_once(void (*pass)(void *user), void *user, fault_call call, uint64_t nth, bool for_good, int error) {
    size_t descriptors = fault_system_descriptors();
    fault_system_reset();
    fault_system_fail(call, nth, for_good, error);
    pass(user);
    bool struck = fault_system_struck() != 0;
    fault_system_reset();
    size_t left = fault_system_descriptors();
    if (left != descriptors) {
        fail_msg("%zu descriptors were open before and %zu after, with call %llu of %s failing %s with %s", descriptors,
                 left, (unsigned long long)nth, fault_system_name(call), for_good ? "for good" : "once",
                 strerror(error));
    }
    return struck;
}

uint64_t fault_system_sweep_call(void (*pass)(void *user), void *user, fault_call call, int error) {
    uint64_t struck_passes = 0;
    for (int for_good = 0; for_good < 2; for_good++) {
        uint64_t nth = 1;
        while (sweep_once(pass, user, call, nth, for_good != 0, error)) {
            struck_passes++;
            nth++;
        }
    }
    return struck_passes;
}

/* Runs a pass untouched, to learn which calls it makes. */
static void learn_calls(void (*pass)(void *user), void *user, bool is_made[FAULT_CALL_COUNT]) {
    fault_system_reset();
    pass(user);
    for (int call = 0; call < FAULT_CALL_COUNT; call++) {
        is_made[call] = fault_system_calls((fault_call)call) != 0;
    }
}

/* Lets one call after the other fail once, until a pass is not struck. Returns how many were. */
static uint64_t sweep_once_each(void (*pass)(void *user), void *user, fault_call call, int error) {
    uint64_t nth = 1;
    while (sweep_once(pass, user, call, nth, false, error)) {
        nth++;
    }
    return nth - 1;
}

uint64_t fault_system_sweep_shortages(void (*pass)(void *user), void *user, void (*prepare)(int error)) {
    static const int errors[] = {EAGAIN, EINTR, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM};
    bool is_made[FAULT_CALL_COUNT];
    uint64_t struck_passes = 0;
    learn_calls(pass, user, is_made);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (prepare != NULL) {
            prepare(errors[i]);
        }
        for (int call = 0; call < FAULT_CALL_COUNT; call++) {
            bool may = errors[i] != EINTR || (calls[call].kinds & FAULT_IS_INTERRUPTIBLE) != 0;
            if (!is_made[call] || !may) {
                continue;
            }
            struck_passes += errors[i] == EAGAIN || errors[i] == EINTR
                                 ? sweep_once_each(pass, user, (fault_call)call, errors[i])
                                 : fault_system_sweep_call(pass, user, (fault_call)call, errors[i]);
        }
    }
    return struck_passes;
}

uint64_t fault_system_sweep(void (*pass)(void *user), void *user) {
    bool is_made[FAULT_CALL_COUNT];
    learn_calls(pass, user, is_made);
    uint64_t struck_passes = 0;
    for (int call = 0; call < FAULT_CALL_COUNT; call++) {
        if (is_made[call]) {
            struck_passes += fault_system_sweep_call(pass, user, (fault_call)call, calls[call].error);
        }
    }
    return struck_passes;
}
