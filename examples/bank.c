/* Books what tills send in a database, each booking exactly once: the number of the last is in the same transaction.
 *
 *     bank FOLDER DATABASE [ENDPOINT]      tcp://127.0.0.1:0 if none is given; ends when it is killed
 *
 * The database is SQLite's: `sqlite3 DATABASE "SELECT * FROM accounts"` shows what is on the accounts. */
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "till_booking.h"

enum { BEGIN, COMMIT, BOOK, COMMITTED, MOVE, STATEMENTS };

static sqlite3 *database;
static sqlite3_stmt *statements[STATEMENTS];

/* Nothing that could be gone on with: whoever starts it again finds what the last transaction left. */
static void need(bool is_done) {
    if (!is_done) {
        fprintf(stderr, "bank: %s\n", sqlite3_errmsg(database));
        exit(1);
    }
}

static void open_database(const char *path) {
    static const char *const texts[STATEMENTS] = {
        [BEGIN] = "BEGIN IMMEDIATE",
        [COMMIT] = "COMMIT",
        [BOOK] = "INSERT INTO accounts VALUES (?1, ?2) ON CONFLICT DO UPDATE SET cents = cents + ?2",
        [COMMITTED] = "SELECT last FROM tills WHERE name = ?1",
        [MOVE] = "INSERT INTO tills VALUES (?1, ?2) ON CONFLICT DO UPDATE SET last = ?2",
    };
    need(sqlite3_open(path, &database) == SQLITE_OK);
    /* Somebody may look into the books. */
    need(sqlite3_busy_timeout(database, 10000) == SQLITE_OK);
    need(sqlite3_exec(database,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, cents INTEGER NOT NULL);"
                      "CREATE TABLE IF NOT EXISTS tills (name TEXT PRIMARY KEY, last INTEGER NOT NULL);",
                      NULL, NULL, NULL) == SQLITE_OK);
    for (int i = 0; i < STATEMENTS; i++) {
        need(sqlite3_prepare_v2(database, texts[i], -1, &statements[i], NULL) == SQLITE_OK);
    }
}

/* Runs a statement for a name and a number, as far as it has parameters. Returns its number, or 0 when it has none. */
static sqlite3_int64 run(int which, const char *name, sqlite3_int64 number) {
    sqlite3_stmt *statement = statements[which];
    int parameters = sqlite3_bind_parameter_count(statement);
    need(parameters < 1 || sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT) == SQLITE_OK);
    need(parameters < 2 || sqlite3_bind_int64(statement, 2, number) == SQLITE_OK);
    int answer = sqlite3_step(statement);
    sqlite3_int64 found = answer == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    need((answer == SQLITE_ROW || answer == SQLITE_DONE) && sqlite3_reset(statement) == SQLITE_OK);
    return found;
}

/* [sessions: committed] */
/* Where a session goes on is what the database says, whatever its journal knows. */
static pier_status find_till(void *user, const char *name, bool begins, pier_session_home *home) {
    (void)user;
    (void)begins;
    home->has_committed = true;
    home->committed = (uint64_t)run(COMMITTED, name, 0);
    return PIER_OK;
}
/* [end] */

/* [sessions: once] */
/* Books all that has come in one transaction, with the number of the last one: either both hold or neither. */
static void book(pier_session_channel *till) {
    pier_archive *archive = pier_session_channel_load_archive(till);
    const char *name = pier_session_channel_name(till);
    uint64_t before = pier_session_channel_record_number(till);
    pier_status status;
    (void)run(BEGIN, NULL, 0);
    while ((status = pier_session_channel_next(till)) == PIER_OK || status == PIER_SKIPPED) {
        till_booking booking;
        if (status == PIER_OK && pier_load_record(archive, &till_booking_class, &booking) == PIER_OK) {
            (void)run(BOOK, booking.account, booking.cents);
        }
    }
    uint64_t last = pier_session_channel_record_number(till);
    if (last > before) {
        (void)run(MOVE, name, (sqlite3_int64)last);
    }
    (void)run(COMMIT, NULL, 0);
    /* Only now the till learns it; and if this process is killed before, the database knows. */
    if (pier_session_channel_commit(till, last) != PIER_OK || status < 0) {
        fprintf(stderr, "bank: %s\n", pier_session_channel_error(till)->text);
        pier_session_channel_destroy(till);
    }
}
/* [end] */

int main(int argc, char **argv) {
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: bank FOLDER DATABASE [ENDPOINT]\n");
        return 2;
    }
    pier_socket *listener = NULL;
    pier_session_host *host = NULL;
    pier_address address;
    pier_error error = {0};
    const pier_session_host_options options = {.size = sizeof options, .find = find_till};
    open_database(argv[2]);
    pier_status status =
        pier_channel_listen(&listener, &address, argc > 3 ? argv[3] : "tcp://127.0.0.1:0", NULL, &error);
    if (status == PIER_OK) {
        status = pier_session_host_open(&host, argv[1], &options, &error);
    }
    if (status == PIER_OK) {
        status = pier_session_host_add_listener(host, listener);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "bank: %s\n", error.text);
    } else {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    pier_session_host_event event;
    while (status == PIER_OK && (status = pier_session_host_next(host, &event, PIER_NEVER)) == PIER_OK) {
        if (event.kind == PIER_SESSION_HOST_READY) {
            book(event.session);
        }
        pier_channel_destroy(event.plain);
    }
    pier_session_host_destroy(host);
    pier_socket_destroy(listener);
    return 1;
}
