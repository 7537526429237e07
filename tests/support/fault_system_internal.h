/* What the two halves of the system-call faults share.
 *
 * Shared by the tests of all floors. Everything is kept a thread. */
#ifndef PIER_TESTS_FAULT_SYSTEM_INTERNAL_H
#define PIER_TESTS_FAULT_SYSTEM_INTERNAL_H

#include "support/fault_system.h"

/* Counts a call, and returns the errno with which it must fail, or 0. */
int fault__strike(fault_call call);

/* Returns how many of `size` bytes a transfer may move. */
size_t fault__shorten(size_t size);

#endif
