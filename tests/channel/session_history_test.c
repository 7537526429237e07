/* Sessions whose folders, limits or age do not fit any more: put back to an older state, lost, expired, full, changed;
 * and records that the peer never takes. Everything is told by its own status, and nothing begins at 1 again by itself.
 *
 * Floor 7 (channel). The reasons are those of proto/session.md. */
#define _GNU_SOURCE /* popen */
#include "channel/session_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "channel/session_channel_internal.h"
#include "channel/session_host_internal.h"
#include "session/link_control_internal.h"
#include "support/fault_allocator.h"

static void copy(const char *from, const char *to) {
    char command[1200];
    (void)snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", session_path(to), session_path(from),
                   session_path(to));
    assert_int_equal(system(command), 0);
}

static void lose(const char *folder) {
    char command[600];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", session_path(folder));
    assert_int_equal(system(command), 0);
}

static void close_client(session_pair *pair) {
    pier_session_channel_destroy(pair->client);
    pair->client = NULL;
}

static void close_host(session_pair *pair) {
    pier_session_host_destroy(pair->host);
    pair->host = NULL;
    pair->server = NULL;
}

static void exchange(session_pair *pair, uint64_t number) {
    session_send(pair, pair->client, number);
    session_receive(pair, true, number);
    session_settle(pair, pair->client);
}

/* Takes turns until the client is refused, with that reason; 0: it found out by itself. */
static void until_refused(session_pair *pair, pier_status expected, unsigned reason) {
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_status status;
    while ((status = pier_session_channel_next(pair->client)) == PIER_WOULD_BLOCK) {
        if (pier_clock_monotonic_ns() > deadline) {
            fail_msg("nobody is refused: %s", pair->refusal.text);
        }
        session_pair_turn(pair);
    }
    assert_status(status, expected);
    pier_session_event event;
    bool is_told = reason == 0;
    while (pier_session_channel_next_event(pair->client, &event) == PIER_OK) {
        is_told = is_told || (event.kind == PIER_SESSION_REFUSED && event.number == reason);
    }
    assert_true(is_told);
    /* Waiting for what cannot happen ends, too. */
    assert_status(pier_session_channel_await(pair->client,
                                             pier_session_sent(pier_session_channel_session(pair->client)).last,
                                             PIER_SESSION_STAGE_COMMITTED),
                  expected);
}

static void begin(session_pair *pair) {
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    exchange(pair, 1);
}

/* Folders ---------------------------------------------------------------------------------------------------------- */

static pier_session_folder_state read_folder(const char *folder) {
    pier_session_folder_state told;
    pier_error error = {0};
    pier_status status = pier_session_folder_read(&told, session_path(folder), NULL, &error);
    if (status != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return told;
}

static void an_older_folder_of_the_client_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    close_client(pair);
    copy("client", "old");
    for (uint64_t number = 2; number <= 4; number++) {
        session_pair_open_client(pair);
        exchange(pair, number);
        close_client(pair);
    }
    copy("old", "client");
    session_pair_open_client(pair);
    /* It can be stored, and is not sent. */
    session_send(pair, pair->client, 22);
    until_refused(pair, PIER_MISMATCH, PIER__CLIENT_IS_OLDER);
    assert_int_equal(pier_session_received(pier_session_channel_session(pair->server)).last, 4);
    /* What was not sent can be taken out. */
    close_client(pair);
    pier_journal *journal = NULL;
    pier_journal_reader *reader = NULL;
    const pier_journal_options options = {.size = sizeof options, .read_only = true, .must_exist = true};
    pier_session_folder_state told = read_folder("client");
    assert_int_equal(told.role, PIER_SESSION_CLIENT);
    assert_string_equal(told.name, "test");
    assert_int_equal(told.sent_first, 1);
    assert_int_equal(told.sent_last, 2);
    assert_int_equal(told.peer_kept, 1);
    assert_int_equal(told.received_first, 1);
    assert_int_equal(told.received_last, 0);
    assert_int_equal(told.committed, 0);
    const pier_journal_from from = {.size = sizeof from, .record = told.peer_kept + 1};
    assert_status(pier_journal_open(&journal, session_path("client/sent"), &options, NULL), PIER_OK);
    assert_status(pier_journal_reader_open(&reader, journal, &from, NULL), PIER_OK);
    pier_archive *archive = pier_journal_reader_archive(reader);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u64(archive), 22);
    assert_status(pier_archive_next(archive), PIER_END);
    pier_journal_reader_destroy(reader);
    pier_journal_destroy(journal);
    /* The server's is in use. */
    told = read_folder("host/test");
    assert_int_equal(told.role, PIER_SESSION_SERVER);
    assert_string_equal(told.name, "test");
    assert_int_equal(told.sent_last, 0);
    assert_int_equal(told.received_last, 4);
    assert_int_equal(told.committed, 4);
}

static void assert_not_read(const char *folder, pier_status expected, const char *words) {
    pier_session_folder_state told = {.sent_last = 7};
    pier_error error = {0};
    assert_status(pier_session_folder_read(&told, session_path(folder), NULL, &error), expected);
    assert_status(error.status, expected);
    assert_non_null(strstr(error.text, session_path(folder)));
    assert_non_null(strstr(error.text, words));
    assert_int_equal(told.sent_last, 0);
    assert_status(pier_session_folder_read(&told, session_path(folder), NULL, NULL), expected);
}

static void what_is_no_folder_of_a_session_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    assert_not_read("nowhere", PIER_NOT_FOUND, "nowhere");
    session_pair_open_host(pair);
    assert_not_read("host", PIER_NOT_FOUND, "is no session's folder");
    session_pair_open_client(pair);
    pier_session_folder_state told = read_folder("client");
    assert_int_equal(told.sent_last, 0);
    assert_int_equal(told.sent_first, 1);
    exchange(pair, 1);
    close_client(pair);
    /* Without `received` it still tells what was sent. */
    copy("client", "half");
    lose("half/received");
    told = read_folder("half");
    assert_int_equal(told.sent_last, 1);
    assert_int_equal(told.peer_kept, 1);
    copy("host/test/received", "half/received");
    session_send(pair, pair->server, 1);
    assert_not_read("half", PIER_MISMATCH, "of another stream");
    copy("host/test", "half");
    lose("half/sent");
    assert_not_read("half", PIER_NOT_FOUND, "is no session's folder");
    /* A journal of records, and no session's. */
    pier_journal *journal = NULL;
    pier_archive *archive = NULL;
    assert_status(pier_journal_open(&journal, session_path("half/sent"), NULL, NULL), PIER_OK);
    assert_status(pier_journal_open_store(&archive, journal, NULL, NULL), PIER_OK);
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store(archive, (uint64_t)1);
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_status(pier_archive_close(archive), PIER_OK);
    pier_archive_destroy(archive);
    pier_journal_destroy(journal);
    assert_not_read("half", PIER_CORRUPT, "sent is no session's");
    pier_error error = {0};
    assert_status(pier_session_folder_read(&told, "", NULL, &error), PIER_USAGE);
    assert_status(pier_session_folder_read(&told, NULL, NULL, NULL), PIER_USAGE);
}

/* Writes what no session does into the note of whose a folder is. */
static void note_identity(const char *folder, pier_session_role role, pier_bytes name) {
    pier_journal *sent = NULL;
    uint8_t note[PIER_JOURNAL_NOTE_BYTES_MAX];
    assert_status(pier_journal_open(&sent, session_path(folder), NULL, NULL), PIER_OK);
    pier_bytes before = pier_journal_noted(sent, PIER__IDENTITY_NOTE);
    assert_true(before.size > 17);
    memcpy(note, before.data, 16);
    note[16] = (uint8_t)role;
    memcpy(note + 17, name.data, name.size);
    assert_status(pier_journal_note(sent, PIER__IDENTITY_NOTE, (pier_bytes){note, 17 + name.size}), PIER_OK);
    assert_status(pier_journal_close(sent), PIER_OK);
    pier_journal_destroy(sent);
}

/* What the note says is put into texts: it is a name, or the folder is no session's. */
static void names_of_no_session_are_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    static const char long_name[256] = {1};
    static const pier_bytes names[] = {
        {"te\0st", 5}, {"test", 5}, {"\0", 1}, {"te\xff", 3}, {"test\xc3", 5}, {"", 0}, {long_name, 256},
    };
    begin(pair);
    close_client(pair);
    close_host(pair);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        copy("client", "noted");
        note_identity("noted/sent", PIER_SESSION_CLIENT, names[i]);
        assert_not_read("noted", PIER_CORRUPT, "sent is no session's");
        pier_error error = {0};
        assert_status(pier_session_open(&pair->client, "test", session_path("noted"), pair->endpoint,
                                        &pair->client_options, &error),
                      PIER_CORRUPT);
        assert_null(pair->client);
        assert_non_null(strstr(error.text, "noted/sent is no session's"));
        /* No host makes it its own either: with its lock it would be no session's for good. */
        assert_status(pier_session_host_open(&pair->host, session_path("noted"), NULL, &error), PIER_MISMATCH);
        assert_null(pair->host);
        assert_non_null(strstr(error.text, "/noted is the folder of a session, and was opened as a host's"));
        assert_int_not_equal(access(session_path("noted/lock"), F_OK), 0);
        lose("noted");
    }
    copy("client", "noted");
    note_identity("noted/sent", (pier_session_role)(PIER_SESSION_SERVER + 1), (pier_bytes){"test", 4});
    assert_not_read("noted", PIER_CORRUPT, "sent is no session's");
}

static void memory_that_lacks_leaves_nothing_of_a_folder(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    fault_allocator faults;
    fault_allocator_init(&faults);
    pier_status status = PIER_NO_MEMORY;
    for (uint64_t call = 1; status != PIER_OK; call++) {
        pier_session_folder_state told = {.sent_last = 7};
        fault_allocator_fail(&faults, call, false);
        status = pier_session_folder_read(&told, session_path("client"), &faults.allocator, NULL);
        assert_true(status == PIER_OK || status == PIER_NO_MEMORY);
        assert_int_equal(told.sent_last, status == PIER_OK ? 1 : 0);
        assert_int_equal(faults.live_blocks, 0);
        assert_null(faults.misuse);
        assert_true(call < 1000);
    }
}

/* What was dropped segment by segment was kept, whether that was noted or not. */
static void a_folder_in_use_is_read(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->client_options.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST;
    pair->server_options.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    for (uint64_t number = 1; number <= 200; number++) {
        exchange(pair, number);
        pier_session_folder_state told = read_folder("client");
        assert_int_equal(told.sent_last, number);
        assert_in_range(told.peer_kept, told.sent_first - 1, number);
        told = read_folder("host/test");
        assert_in_range(told.received_last, number - 1, number);
        assert_in_range(told.committed, told.received_first - 1, number);
    }
    assert_true(read_folder("client").sent_first > 1);
    assert_true(read_folder("client").peer_kept > 0);
    close_client(pair);
    assert_int_equal(read_folder("client").peer_kept, 200);
    assert_int_equal(read_folder("host/test").committed, 200);
}

static void an_older_folder_of_the_server_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    close_client(pair);
    close_host(pair);
    copy("host", "old");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    exchange(pair, 2);
    close_client(pair);
    close_host(pair);
    copy("old", "host");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 3);
    until_refused(pair, PIER_MISMATCH, PIER__SERVER_IS_OLDER);
    assert_int_equal(pier_session_sent(pier_session_channel_session(pair->client)).kept, 2);
}

static void a_server_that_lost_its_folder_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    close_client(pair);
    close_host(pair);
    lose("host");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    /* Its key was there, too: it cannot tell this client from a stranger. */
    until_refused(pair, PIER_DENIED, PIER__UNKNOWN);
    assert_null(pair->server);
}

static void assert_not_opened(session_pair *pair, const char *name, const char *folder, const char *words) {
    pier_error error = {0};
    assert_status(
        pier_session_open(&pair->client, name, session_path(folder), pair->endpoint, &pair->client_options, &error),
        PIER_MISMATCH);
    assert_null(pair->client);
    assert_non_null(strstr(error.text, words));
}

/* A session is that of one name, at one side: opened otherwise, it is left as it is. */
static void a_folder_of_another_session_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    close_client(pair);
    assert_not_opened(pair, "other", "client", "session test, and was opened as that of other");
    close_host(pair);
    assert_not_opened(pair, "test", "host/test", "a session's server, and was opened as a client's");
    assert_not_opened(pair, "test", "host", "/host is a host's folder, and was opened as a session's");
    pier_error error = {0};
    assert_status(pier_session_host_open(&pair->host, session_path("client"), NULL, &error), PIER_MISMATCH);
    assert_null(pair->host);
    assert_non_null(strstr(error.text, "/client is the folder of session test, and was opened as a host's"));
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    exchange(pair, 2);
    /* A client's folder at the host's place tells who comes. */
    close_client(pair);
    close_host(pair);
    copy("client", "host/test");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    unsigned refused = pair->refused;
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    while (pair->refused == refused) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    assert_status(pair->refusal.status, PIER_MISMATCH);
    assert_non_null(strstr(pair->refusal.text, "a session's client, and was opened as a server's"));
}

/* Cuts the journal of what a host's session sends behind its first pieces: its preamble, and its checkpoint. */
static void cut_behind_pieces(const char *folder, unsigned pieces) {
    char path[600];
    uint8_t bytes[1024];
    pier__header header;
    (void)snprintf(path, sizeof path, "%s/0000000001-00000000000000000001.pier", session_path(folder));
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(bytes, 1, sizeof bytes, file) > 2 * (size_t)PIER__PIECE_BYTES);
    assert_int_equal(fclose(file), 0);
    pier__header_decode(bytes + PIER__PIECE_BYTES, &header);
    size_t checkpoint = PIER__PIECE_BYTES + (size_t)header.stored_bytes;
    assert_int_equal(truncate(path, (off_t)(PIER__PIECE_BYTES + (pieces > 1 ? checkpoint : 0))), 0);
}

/* A host that died while it made a session, before it noted whose it is: the session is that of the client that it was
 * made for, and of nobody who comes first. */
static void a_creation_that_was_cut_waits_for_its_client(void **state) {
    session_pair *pair = (session_pair *)*state;
    for (unsigned pieces = 1; pieces <= 2; pieces++) {
        lose("client");
        lose("host");
        session_pair_open_client(pair);
        close_client(pair);
        copy("client", "fresh");
        begin(pair);
        close_client(pair);
        close_host(pair);
        lose("host/test/received");
        cut_behind_pieces("host/test/sent", pieces);
        session_pair_open_host(pair);
        pier_session_channel *session = NULL;
        pier_error error = {0};
        assert_status(pier_session_host_open_session(pair->host, "test", &session, &error), PIER_NOT_FOUND);
        assert_null(session);
        assert_non_null(strstr(error.text, pieces == 1 ? "host/test/sent: there is no journal in the folder: no block "
                                                       : "host/test/sent: no session has begun here"));
        if (pieces > 1) {
            /* Of another client it tells the stream ids. */
            lose("client");
            session_pair_open_client(pair);
            session_send(pair, pair->client, 1);
            until_refused(pair, PIER_DENIED, PIER__UNKNOWN);
            close_client(pair);
        }
        copy("fresh", "client");
        session_pair_open_client(pair);
        exchange(pair, 1);
        close_client(pair);
        close_host(pair);
    }
}

/* The longest name stands in both folders, whole; one that differs in its last byte is another. */
static void the_longest_name_is_that_of_one_session(void **state) {
    session_pair *pair = (session_pair *)*state;
    char name[PIER_SESSION_NAME_BYTES_MAX + 1] = "";
    for (size_t i = 0; i + 2 < sizeof name - 1; i += 2) {
        memcpy(name + i, "\xc3\xa4", 3);
    }
    name[sizeof name - 2] = 'x';
    name[sizeof name - 1] = '\0';
    assert_int_equal(strlen(name), PIER_SESSION_NAME_BYTES_MAX);
    session_pair_open_host(pair);
    for (uint64_t number = 1; number <= 2; number++) {
        assert_status(
            pier_session_open(&pair->client, name, session_path("client"), pair->endpoint, &pair->client_options, NULL),
            PIER_OK);
        pier_session_channel_set_deadline(pair->client, PIER_NOW);
        exchange(pair, number);
        close_client(pair);
        close_host(pair);
        session_pair_open_host(pair);
    }
    char part[PIER__SESSION_FOLDER_BYTES];
    char folder[PIER__SESSION_FOLDER_BYTES + 8];
    assert_true(pier__session_folder_name(name, part));
    (void)snprintf(folder, sizeof folder, "host/%s", part);
    assert_string_equal(read_folder("client").name, name);
    assert_string_equal(read_folder(folder).name, name);
    name[sizeof name - 2] = 'y';
    assert_not_opened(pair, name, "client", "client is the folder of session ");
}

/* Two copies of a folder whose next token was drawn already, and which store the same: the token tells them apart. */
static void copies_that_store_the_same_are_told_apart(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->client_options.durability = PIER_DURABILITY_DISK;
    pair->server_options.durability = PIER_DURABILITY_DISK;
    begin(pair);
    close_client(pair);
    close_host(pair);
    session_pair_open_client(pair);
    session_pair_until(pair, PIER_SESSION_LINK_MEETING);
    close_client(pair);
    copy("client", "copy");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    exchange(pair, 2);
    close_client(pair);
    copy("copy", "client");
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    until_refused(pair, PIER_MISMATCH, PIER__CONFLICT);
    /* Whoever keeps the server's log learns more than that it was refused. */
    assert_status(pair->refusal.status, PIER_MISMATCH);
    assert_non_null(
        strstr(pair->refusal.text, "test: a copy of the client's folder, or a newer state of it, was used"));
}

static const char key[] = "shared beforehand";

static void with_a_shared_key_a_lost_folder_is_told_apart(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->client_options.shared_key = (pier_bytes){key, sizeof key};
    pair->server_options.shared_key = (pier_bytes){key, sizeof key};
    begin(pair);
    close_client(pair);
    copy("client", "kept");
    lose("client");
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    until_refused(pair, PIER_MISMATCH, PIER__NAME_EXISTS);
    close_client(pair);
    close_host(pair);
    copy("kept", "client");
    lose("host");
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    until_refused(pair, PIER_MISMATCH, PIER__SERVER_IS_OLDER);
}

static void a_client_that_lost_its_folder_is_a_stranger(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    close_client(pair);
    lose("client");
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    until_refused(pair, PIER_DENIED, PIER__UNKNOWN);
    /* Nothing of the session was touched. */
    assert_int_equal(pier_session_received(pier_session_channel_session(pair->server)).last, 1);
}

static void half_a_folder_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    session_send(pair, pair->server, 1);
    session_receive(pair, false, 1);
    session_settle(pair, pair->server);
    close_client(pair);
    copy("client", "kept");
    /* What was acknowledged is gone, and so is the rest of what the server would send. */
    lose("client/received");
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    until_refused(pair, PIER_MISMATCH, PIER__CLIENT_IS_OLDER);
    close_client(pair);
    /* Nor is a new session begun over the other half of an old one. */
    copy("kept", "client");
    lose("client/sent");
    pier_error error = {0};
    assert_status(
        pier_session_open(&pair->client, "test", session_path("client"), pair->endpoint, &pair->client_options, &error),
        PIER_MISMATCH);
    assert_true(error.text[0] != '\0');
}

/* Flips a bit `back` bytes before the end of the journal's one segment. */
static void damage(const char *journal, long back) {
    char command[1200];
    (void)snprintf(command, sizeof command, "ls '%s'/*.pier", session_path(journal));
    char path[1000] = "";
    FILE *names = popen(command, "r");
    assert_non_null(names);
    assert_non_null(fgets(path, sizeof path, names));
    assert_int_equal(pclose(names), 0);
    path[strcspn(path, "\n")] = '\0';
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -back, SEEK_END), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, -back, SEEK_END), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
}

/* What cannot be read any more is told, not sent. */
/* A client with damage among what the server lacks, and the server. */
static void open_damaged(session_pair *pair) {
    begin(pair);
    close_host(pair);
    for (uint64_t number = 2; number <= 20; number++) {
        session_send(pair, pair->client, number);
    }
    close_client(pair);
    damage("client/sent", 600);
    session_pair_open_host(pair);
    session_pair_open_client(pair);
}

static void damage_in_a_journal_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    open_damaged(pair);
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_status status;
    while ((status = pier_session_channel_next(pair->client)) == PIER_WOULD_BLOCK) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    assert_status(status, PIER_CORRUPT);
    assert_status(pier_session_channel_status(pair->client), PIER_CORRUPT);
    assert_non_null(strstr(pier_session_channel_error(pair->client)->text, "/client/sent: "));
    uint64_t number = 2;
    while (pair->server != NULL && pier_session_channel_next(pair->server) == PIER_OK) {
        assert_int_equal(pier_load_u64(pier_session_channel_load_archive(pair->server)), number++);
    }
    assert_true(number <= 20);
}

/* To a program that has nothing but a loop, too. */
static void damage_in_a_journal_is_told_by_a_step(void **state) {
    session_pair *pair = (session_pair *)*state;
    open_damaged(pair);
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    while (pier_session_channel_status(pair->client) == PIER_OK) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    assert_status(pier_session_channel_step(pair->client), PIER_CORRUPT);
    assert_status(pier_session_channel_error(pair->client)->status, PIER_CORRUPT);
    assert_non_null(strstr(pier_session_channel_error(pair->client)->text, "/client/sent: "));
}

/* Time and terms --------------------------------------------------------------------------------------------------- */

static void a_session_expires(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->server_options.expiry_s = 1;
    begin(pair);
    close_client(pair);
    close_host(pair);
    (void)sleep(3);
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 2);
    until_refused(pair, PIER_DENIED, PIER__UNKNOWN);
    assert_int_equal(pier_session_sent(pier_session_channel_session(pair->client)).last, 2);
}

static void assert_other_terms_are_refused(session_pair *pair) {
    pier_session_channel_options options = pair->client_options;
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 12345};
    pier_session_channel *opened = NULL;
    pier_error error = {0};
    options.limits = &limits;
    assert_status(pier_session_open(&opened, "test", session_path("client"), pair->endpoint, &options, &error),
                  PIER_MISMATCH);
    options = pair->client_options;
    options.durability = PIER_DURABILITY_DISK;
    assert_status(pier_session_open(&opened, "test", session_path("client"), pair->endpoint, &options, &error),
                  PIER_MISMATCH);
    assert_null(opened);
}

/* Before anybody has welcomed it, too: what is in its journal was stored under them. */
static void limits_and_durability_are_fixed_by_the_first_opening(void **state) {
    session_pair *pair = (session_pair *)*state;
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    close_client(pair);
    assert_other_terms_are_refused(pair);
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_receive(pair, true, 1);
    exchange(pair, 2);
}

static void limits_and_durability_are_fixed(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    close_client(pair);
    assert_other_terms_are_refused(pair);
    session_pair_open_client(pair);
    exchange(pair, 2);
}

/* What the program kept in its own transaction is older than what it committed. */
static void an_older_transaction_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    begin(pair);
    for (uint64_t number = 1; number <= 3; number++) {
        session_send(pair, pair->server, number);
        session_receive(pair, false, number);
    }
    session_settle(pair, pair->server);
    close_client(pair);
    pair->client_options.has_committed = true;
    for (pair->client_options.committed = 0; pair->client_options.committed < 3; pair->client_options.committed++) {
        pier_session_channel *opened = NULL;
        pier_error error = {0};
        assert_status(
            pier_session_open(&opened, "test", session_path("client"), pair->endpoint, &pair->client_options, &error),
            PIER_MISMATCH);
        assert_null(opened);
        assert_non_null(strstr(error.text, "committed up to 3"));
    }
    session_pair_open_client(pair);
    exchange(pair, 2);
    session_send(pair, pair->server, 4);
    session_receive(pair, false, 4);
}

/* What the program kept is of another session: its numbers would be passed over, and nobody would be told. */
static void a_transaction_of_another_session_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    pier_session_channel_options options = pair->client_options;
    options.has_committed = true;
    options.committed = 2;
    pier_session_channel *opened = NULL;
    pier_error error = {0};
    assert_status(pier_session_open(&opened, "test", session_path("client"), pair->endpoint, &options, &error),
                  PIER_MISMATCH);
    assert_non_null(strstr(error.text, "up to 2, and this session has not begun"));
    assert_null(opened);
    begin(pair);
    session_send(pair, pair->server, 1);
    session_receive(pair, false, 1);
    close_client(pair);
    /* This one has, and its peer never sent so many. */
    pair->client_options = options;
    session_pair_open_client(pair);
    until_refused(pair, PIER_MISMATCH, 0);
    assert_non_null(strstr(pier_session_channel_error(pair->client)->text, "never sent"));
    close_client(pair);
    pair->client_options.has_committed = false;
    session_pair_open_client(pair);
    exchange(pair, 2);
}

static pier_status find_of_another(void *user, const char *name, bool begins, pier_session_home *home) {
    (void)name;
    (void)begins;
    home->has_committed = true;
    home->committed = *(const uint64_t *)user;
    return PIER_OK;
}

/* The same of a host's program: the session is not made, and the client comes again. */
static void a_host_with_the_transaction_of_another_session_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    uint64_t committed = 2;
    pair->host_options.find = find_of_another;
    pair->host_options.user = &committed;
    session_pair_open_host(pair);
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    until_refused(pair, PIER_DENIED, PIER__UNKNOWN);
    assert_status(pair->refusal.status, PIER_MISMATCH);
    assert_non_null(strstr(pair->refusal.text, "this session has not begun"));
    committed = 0;
    close_client(pair);
    session_pair_open_client(pair);
    session_receive(pair, true, 1);
    exchange(pair, 2);
}

/* Bounds ----------------------------------------------------------------------------------------------------------- */

static void bounds_of_the_journal_push_back(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->client_options.sent_records_max = 50;
    pair->client_options.segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST;
    begin(pair);
    close_host(pair);
    /* Nobody is there: the journal takes as many as it may, and the next flush waits. */
    pier_archive *archive = pier_session_channel_store_archive(pair->client);
    uint64_t stored = 1;
    pier_status status = PIER_OK;
    while (status == PIER_OK) {
        assert_status(pier_archive_begin(archive), PIER_OK);
        pier_store(archive, ++stored);
        assert_status(pier_archive_end(archive), PIER_OK);
        status = pier_session_channel_flush(pair->client, NULL);
        assert_true(stored < 1000);
    }
    assert_status(status, PIER_WOULD_BLOCK);
    assert_in_range(stored, 40, 60);
    session_pair_open_host(pair);
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    for (uint64_t number = 2; number <= stored; number++) {
        session_receive(pair, true, number);
    }
    while (pier_session_channel_flush(pair->client, NULL) != PIER_OK) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    exchange(pair, stored + 1);
}

/* Bounds that are met within one segment, by messages of many records: both sides push back, and make room. */
static void bounds_give_way_within_a_segment(void **state) {
    session_pair *pair = (session_pair *)*state;
    pair->client_options.sent_records_max = 50;
    pair->client_options.sent_bytes_max = 4000;
    pair->server_options.received_records_max = 20;
    pair->server_options.received_bytes_max = 3000;
    begin(pair);
    pier_archive *archive = pier_session_channel_store_archive(pair->client);
    uint64_t stored = 1;
    uint64_t received = 1;
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    for (int message = 0; message < 30; message++) {
        for (int i = 0; i < 40; i++) {
            assert_status(pier_archive_begin(archive), PIER_OK);
            pier_store(archive, ++stored);
            assert_status(pier_archive_end(archive), PIER_OK);
        }
        while (pier_session_channel_flush(pair->client, NULL) != PIER_OK) {
            assert_true(pier_clock_monotonic_ns() < deadline);
            session_pair_turn(pair);
            while (received < stored && pier_session_channel_next(pair->server) == PIER_OK) {
                uint64_t found = 0;
                pier_load(pier_session_channel_load_archive(pair->server), &found);
                assert_int_equal(found, ++received);
                assert_status(pier_session_channel_commit(pair->server, received), PIER_OK);
            }
        }
    }
    while (received < stored) {
        session_receive(pair, true, ++received);
    }
    exchange(pair, stored + 1);
}

/* Stored before the first connection: the client does not know yet what the server takes. */
static void a_record_that_the_peer_never_takes_is_withdrawn(void **state) {
    session_pair *pair = (session_pair *)*state;
    static const char text[100000];
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 65536};
    pair->server_options.limits = &limits;
    session_pair_open_client(pair);
    session_send(pair, pair->client, 1);
    pier_archive *archive = pier_session_channel_store_archive(pair->client);
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_bytes(archive, (pier_bytes){text, sizeof text});
    assert_status(pier_archive_end(archive), PIER_OK);
    assert_status(pier_session_channel_flush(pair->client, NULL), PIER_OK);
    session_send(pair, pair->client, 3);
    session_pair_open_host(pair);
    session_receive(pair, true, 1);
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_status status;
    while ((status = pier_session_channel_next(pair->server)) == PIER_WOULD_BLOCK) {
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    assert_status(status, PIER_SKIPPED);
    assert_int_equal(pier_session_channel_record_number(pair->server), 2);
    session_receive(pair, true, 3);
    assert_int_equal(pier_session_channel_record_number(pair->server), 3);
    session_settle(pair, pair->client);
    pier_session_event event;
    uint64_t withdrawn = 0;
    while (pier_session_channel_next_event(pair->client, &event) == PIER_OK) {
        withdrawn = event.kind == PIER_SESSION_WITHDRAWN ? event.number : withdrawn;
    }
    assert_int_equal(withdrawn, 2);
    /* Now it knows. */
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_bytes(archive, (pier_bytes){text, sizeof text});
    assert_status(pier_archive_end(archive), PIER_LIMIT);
    session_send(pair, pair->client, 4);
    session_receive(pair, true, 4);
}

/* One that shares its block with others leaves with them, and the peer passes over it: that is told, too. */
static void a_record_that_the_peer_passes_over_in_a_block_is_told(void **state) {
    session_pair *pair = (session_pair *)*state;
    static const char text[3000];
    const size_t sizes[] = {10, 2500, 1000, 10};
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 1003, .block_target_bytes = 512};
    pair->server_options.limits = &limits;
    session_pair_open_client(pair);
    pier_archive *archive = pier_session_channel_store_archive(pair->client);
    for (size_t i = 0; i < 4; i++) {
        assert_status(pier_archive_begin(archive), PIER_OK);
        pier_store_bytes(archive, (pier_bytes){text, sizes[i]});
        assert_status(pier_archive_end(archive), PIER_OK);
    }
    assert_status(pier_session_channel_flush(pair->client, NULL), PIER_OK);
    session_pair_open_host(pair);
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    for (uint64_t number = 1; number <= 4;) {
        pier_status status = pair->server != NULL ? pier_session_channel_next(pair->server) : PIER_WOULD_BLOCK;
        if (status != PIER_WOULD_BLOCK) {
            assert_status(status, number == 2 ? PIER_SKIPPED : PIER_OK);
            assert_int_equal(pier_session_channel_record_number(pair->server), number);
            number++;
        }
        assert_true(pier_clock_monotonic_ns() < deadline);
        session_pair_turn(pair);
    }
    pier_session_event event;
    uint64_t withdrawn = 0;
    while (pier_session_channel_next_event(pair->client, &event) == PIER_OK) {
        if (event.kind == PIER_SESSION_WITHDRAWN) {
            assert_int_equal(withdrawn, 0);
            withdrawn = event.number;
            assert_non_null(strstr(event.text, "record 2 of 2503 bytes: the peer loads at most 1003"));
        }
    }
    assert_int_equal(withdrawn, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_folder_of_the_client_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_folder_of_a_session_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(names_of_no_session_are_told, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(memory_that_lacks_leaves_nothing_of_a_folder, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_folder_in_use_is_read, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(an_older_folder_of_the_server_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_lost_its_folder_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(with_a_shared_key_a_lost_folder_is_told_apart, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_folder_of_another_session_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_creation_that_was_cut_waits_for_its_client, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(the_longest_name_is_that_of_one_session, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(copies_that_store_the_same_are_told_apart, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_client_that_lost_its_folder_is_a_stranger, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(half_a_folder_is_told, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(damage_in_a_journal_is_told, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(damage_in_a_journal_is_told_by_a_step, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_session_expires, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(limits_and_durability_are_fixed, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(limits_and_durability_are_fixed_by_the_first_opening, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(an_older_transaction_is_told, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_of_another_session_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_host_with_the_transaction_of_another_session_is_told, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(bounds_of_the_journal_push_back, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(bounds_give_way_within_a_segment, session_pair_set_up, session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_the_peer_never_takes_is_withdrawn, session_pair_set_up,
                                        session_pair_tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_the_peer_passes_over_in_a_block_is_told, session_pair_set_up,
                                        session_pair_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
