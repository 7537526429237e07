/* See ledger.h. */
#include "kill/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include <pier/clock.h>

enum { TAKE_BACK, COMMITTED, SAY, HEAR, MOVE, STATEMENTS, BUSY_MS = 10000 };

struct ledger {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENTS];
};

static const char *const texts[STATEMENTS] = {
    [TAKE_BACK] = "DELETE FROM said WHERE number > ?",
    [COMMITTED] = "SELECT committed FROM state",
    [SAY] = "INSERT INTO said (number, value) VALUES (?, ?)",
    [HEAR] = "INSERT INTO heard (number, value, repeated) VALUES (?, ?, ?)",
    [MOVE] = "UPDATE state SET committed = ?, passed = passed + ?",
};

/* Nothing is unique in `heard`: what comes twice has to be seen. */
static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
    "CREATE TABLE IF NOT EXISTS said (number INTEGER PRIMARY KEY, value INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS heard (place INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL,"
    " value INTEGER NOT NULL, repeated INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS state (only INTEGER PRIMARY KEY CHECK (only = 0), committed INTEGER NOT NULL,"
    " passed INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO state VALUES (0, 0, 0);";

static void need(ledger *book, bool is_done) {
    if (!is_done) {
        fprintf(stderr, "ledger: %s\n", sqlite3_errmsg(book->database));
        exit(1);
    }
}

/* SQLite waits by itself while somebody else reads or writes, but not where it makes the file one with a log or where it
 * mends what a killed process left: there it only says that it is busy. */
static void run(ledger *book, const char *text) {
    pier_deadline deadline = pier_deadline_after_ms(BUSY_MS);
    int status;
    while ((status = sqlite3_exec(book->database, text, NULL, NULL, NULL)) == SQLITE_BUSY &&
           pier_clock_monotonic_ns() < deadline) {
        (void)sqlite3_sleep(1);
    }
    need(book, status == SQLITE_OK);
}

ledger *ledger_open(const char *path) {
    ledger *made = (ledger *)calloc(1, sizeof *made);
    if (made == NULL) {
        exit(1);
    }
    need(made, sqlite3_open(path, &made->database) == SQLITE_OK);
    need(made, sqlite3_busy_timeout(made->database, BUSY_MS) == SQLITE_OK);
    run(made, schema);
    for (int i = 0; i < STATEMENTS; i++) {
        need(made, sqlite3_prepare_v2(made->database, texts[i], -1, &made->statements[i], NULL) == SQLITE_OK);
    }
    return made;
}

void ledger_close(ledger *book) {
    for (int i = 0; i < STATEMENTS; i++) {
        (void)sqlite3_finalize(book->statements[i]);
    }
    (void)sqlite3_close(book->database);
    free(book);
}

/* Runs a statement that gives no row. */
static void step(ledger *book, int which, uint64_t first, uint64_t second, uint64_t third) {
    sqlite3_stmt *statement = book->statements[which];
    const uint64_t values[] = {first, second, third};
    int count = sqlite3_bind_parameter_count(statement);
    for (int i = 0; i < count; i++) {
        need(book, sqlite3_bind_int64(statement, i + 1, (sqlite3_int64)values[i]) == SQLITE_OK);
    }
    need(book, sqlite3_step(statement) == SQLITE_DONE);
    need(book, sqlite3_reset(statement) == SQLITE_OK);
}

void ledger_take_back(ledger *book, uint64_t last_record) {
    step(book, TAKE_BACK, last_record, 0, 0);
}

uint64_t ledger_committed(ledger *book) {
    sqlite3_stmt *statement = book->statements[COMMITTED];
    need(book, sqlite3_step(statement) == SQLITE_ROW);
    uint64_t committed = (uint64_t)sqlite3_column_int64(statement, 0);
    need(book, sqlite3_reset(statement) == SQLITE_OK);
    return committed;
}

void ledger_begin(ledger *book) {
    run(book, "BEGIN IMMEDIATE");
}

void ledger_commit(ledger *book) {
    run(book, "COMMIT");
}

void ledger_say(ledger *book, uint64_t number, uint64_t value) {
    step(book, SAY, number, value, 0);
}

void ledger_hear(ledger *book, uint64_t number, uint64_t value, bool is_repeated) {
    step(book, HEAR, number, value, is_repeated);
    step(book, MOVE, number, 0, 0);
}

void ledger_pass_over(ledger *book, uint64_t number) {
    step(book, MOVE, number, 1, 0);
}
