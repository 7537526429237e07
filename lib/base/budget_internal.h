/* How the floors above take from a budget.
 *
 * Floor 0 (base). Any thread may call it. */
#ifndef PIER_BASE_BUDGET_INTERNAL_H
#define PIER_BASE_BUDGET_INTERNAL_H

#include <stdbool.h>

#include <pier/budget.h>

/* Takes a connection out of the budget. Returns whether there was one left. */
bool pier__budget_connect(pier_budget *budget);

/* Gives it back. */
void pier__budget_disconnect(pier_budget *budget);

/* Says that a connection, which last had `*charged` unread bytes, has `bytes` now. Returns whether it may take in
 * more; it has what it has all the same. */
bool pier__budget_charge(pier_budget *budget, uint64_t *charged, uint64_t bytes);

/* The limit that pier__budget_charge told of. */
uint64_t pier__budget_unread_max(const pier_budget *budget);

#endif
