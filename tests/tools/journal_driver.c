/* Writes a journal, for the tests of `pier journal`: journal_driver FOLDER RECORDS [SEGMENT_BYTES [kill|hold|session]]
 *
 * Record n is {"n": n, "text": "…"}; every fourth is a typed test.Tick. Each four are a block, whose time is that of
 * its last n, in seconds after 1970. With `kill` the journal is left as a process leaves it that is killed;
 * with `hold` too, but not before the standard input ends. With `session` FOLDER is that of a session, "till 5", whose
 * journal of what is sent has these records, of which the peer has noted to keep the first half. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pier/pier.h>

#define TICK(FIELD) FIELD(1, u64, n) FIELD(2, f64, price)
PIER_RECORD(tick, "test.Tick", TICK)

static void fail(const char *what, const pier_error *error) {
    fprintf(stderr, "%s: %s\n", what, error->text);
    exit(1);
}

static void store(pier_archive *archive, uint64_t n) {
    tick made = {.n = n, .price = (double)n / 4};
    pier_status status = PIER_OK;
    pier_archive_set_time(archive, (n + 3) / 4 * 4 * 1000000000);
    if (n % 4 == 0) {
        status = tick_store(archive, &made);
    } else {
        status = pier_archive_begin(archive);
        pier_store_map(archive, 2);
        pier_store_string(archive, "n");
        pier_store_u64(archive, n);
        pier_store_string(archive, "text");
        pier_store_string(archive, "so that a segment is soon full");
        status = status == PIER_OK ? pier_archive_end(archive) : status;
    }
    if (status == PIER_OK && n % 4 == 0) {
        status = pier_archive_flush(archive);
    }
    if (status != PIER_OK) {
        fail("store", pier_archive_error(archive));
    }
}

/* Opens a session that never connects, for the folder that it leaves. */
static void write_session(const char *folder, uint64_t records, uint64_t segment_bytes) {
    const pier_session_channel_options options = {
        .size = sizeof(options), .durability = PIER_DURABILITY_PROCESS, .segment_bytes = segment_bytes};
    pier_session_channel *session = NULL;
    pier_error error;
    if (pier_session_open(&session, "till 5", folder, "unix:/nowhere", &options, &error) != PIER_OK) {
        fail(folder, &error);
    }
    for (uint64_t n = 1; n <= records; n++) {
        store(pier_session_channel_store_archive(session), n);
    }
    if (pier_session_channel_flush(session, NULL) != PIER_OK) {
        fail("flush", pier_session_channel_error(session));
    }
    pier_session_channel_destroy(session);
    /* As lib/session notes it: what the peer keeps, and what is to survive the machine. */
    uint8_t note[16] = {(uint8_t)(records / 2)};
    char path[1024];
    pier_journal *sent = NULL;
    const pier_journal_options of_sent = {.size = sizeof(of_sent), .durability = PIER_DURABILITY_PROCESS};
    (void)snprintf(path, sizeof(path), "%s/sent", folder);
    if (pier_journal_open(&sent, path, &of_sent, &error) != PIER_OK) {
        fail(path, &error);
    }
    if (pier_journal_note(sent, 5, (pier_bytes){note, sizeof(note)}) != PIER_OK ||
        pier_journal_close(sent) != PIER_OK) {
        fail("note", pier_journal_error(sent));
    }
    pier_journal_destroy(sent);
}

int main(int argc, char **argv) {
    pier_journal_options options = {.size = sizeof(options), .durability = PIER_DURABILITY_PROCESS};
    pier_journal *journal = NULL;
    pier_archive *archive = NULL;
    pier_error error;
    if (argc < 3) {
        return 2;
    }
    options.segment_bytes = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    if (argc > 4 && strcmp(argv[4], "session") == 0) {
        write_session(argv[1], strtoull(argv[2], NULL, 10), options.segment_bytes);
        return 0;
    }
    if (pier_journal_open(&journal, argv[1], &options, &error) != PIER_OK ||
        pier_journal_open_store(&archive, journal, NULL, &error) != PIER_OK) {
        fail(argv[1], &error);
    }
    uint64_t first = pier_journal_info(journal).next_record;
    for (uint64_t n = first; n < first + strtoull(argv[2], NULL, 10); n++) {
        store(archive, n);
    }
    if (argc > 4) {
        if (pier_archive_flush(archive) != PIER_OK) {
            fail("flush", pier_archive_error(archive));
        }
        if (strcmp(argv[4], "hold") == 0) {
            puts("ready");
            fflush(stdout);
            (void)getchar();
        }
        _exit(0);
    }
    if (pier_archive_close(archive) != PIER_OK) {
        fail("close", pier_archive_error(archive));
    }
    pier_archive_destroy(archive);
    if (pier_journal_close(journal) != PIER_OK) {
        fail("close", pier_journal_error(journal));
    }
    pier_journal_destroy(journal);
    return 0;
}
