/* The ledger of one side of a session, in SQLite: what it said, what it heard, and how far it came.
 *
 * Tests only. One transaction notes records that were heard together with the number that is committed, so that both
 * hold or neither. What is to be said is noted before it is stored, and taken back at the next start when the process
 * was killed between. Who is killed leaves everything to the next opening. What fails ends the process with status 1:
 * there is nothing to go on with. One thread. */
#ifndef PIER_TESTS_KILL_LEDGER_H
#define PIER_TESTS_KILL_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ledger ledger;

/* Opens a ledger, or makes one. Never NULL. */
ledger *ledger_open(const char *path);

void ledger_close(ledger *book);

/* Takes back what is said behind the last record that the journal has. */
void ledger_take_back(ledger *book, uint64_t last_record);

/* Returns the number of the last record that was heard, as the last transaction has left it. */
uint64_t ledger_committed(ledger *book);

void ledger_begin(ledger *book);
void ledger_commit(ledger *book);

/* Within a transaction: one record is to be said. */
void ledger_say(ledger *book, uint64_t number, uint64_t value);

/* Within a transaction: one record was heard, and is committed. */
void ledger_hear(ledger *book, uint64_t number, uint64_t value, bool is_repeated);

/* Within a transaction: numbers up to this one were passed over. */
void ledger_pass_over(ledger *book, uint64_t number);

#endif
