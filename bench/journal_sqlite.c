/* SQLite in WAL mode as it is meant to be used: one prepared statement, a transaction a group. */
#include <sqlite3.h>

#include "journal.h"

static void run(sqlite3 *database, const char *sql) {
    demand(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(database));
}

static void insert(sqlite3_stmt *statement, const tick *record) {
    bool is_bound = sqlite3_bind_int64(statement, 1, (sqlite3_int64)record->id) == SQLITE_OK &&
                    sqlite3_bind_int64(statement, 2, record->time) == SQLITE_OK &&
                    sqlite3_bind_double(statement, 3, record->price) == SQLITE_OK &&
                    sqlite3_bind_double(statement, 4, record->size) == SQLITE_OK &&
                    sqlite3_bind_int64(statement, 5, record->flags) == SQLITE_OK &&
                    sqlite3_bind_int(statement, 6, record->kind) == SQLITE_OK &&
                    sqlite3_bind_int(statement, 7, record->live) == SQLITE_OK &&
                    sqlite3_bind_text(statement, 8, record->symbol, -1, SQLITE_STATIC) == SQLITE_OK;
    demand(is_bound && sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK,
           "SQLite cannot insert");
}

int64_t journal_sqlite(journal_task *task) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/database", task->folder);
    sqlite3 *database = NULL;
    demand(sqlite3_open(path, &database) == SQLITE_OK, "SQLite cannot open");
    run(database, "PRAGMA journal_mode=WAL");
    run(database, task->syncs ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    run(database, "CREATE TABLE ticks (number INTEGER PRIMARY KEY, id INTEGER, time INTEGER, price REAL, size REAL, "
                  "flags INTEGER, kind INTEGER, live INTEGER, symbol TEXT)");
    sqlite3_stmt *statement = NULL;
    demand(sqlite3_prepare_v2(database,
                              "INSERT INTO ticks (id, time, price, size, flags, kind, live, symbol) VALUES "
                              "(?, ?, ?, ?, ?, ?, ?, ?)",
                              -1, &statement, NULL) == SQLITE_OK,
           "SQLite cannot prepare");
    int64_t start = now_ns();
    for (uint64_t i = 0; i < task->records; i += task->group) {
        run(database, "BEGIN");
        for (uint64_t j = i; j < i + task->group && j < task->records; j++) {
            insert(statement, &task->ticks[j % JOURNAL_TICKS]);
        }
        run(database, "COMMIT");
    }
    int64_t took = now_ns() - start;
    (void)sqlite3_finalize(statement);
    demand(sqlite3_close(database) == SQLITE_OK, "SQLite cannot close");
    return took;
}
