/* A million records that nobody has acknowledged: they are stored without a connection, in journals on the machine's
 * disk, and resumed with memory that does not grow with their number.
 *
 * Floor 6 (session). What is counted is what sessions and journals allocate on both sides, with the blocks that are
 * read back; the process's own peak is looked at, too. */
#include "session/journal_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <pier/session.h>

#include "base/endian_internal.h"
#include "support/fault_allocator.h"
#include "support/random.h"

enum { FEW = 200000, MILLION = 1000000, MESSAGE = 500, MESSAGES_A_SYNC = 20, CONTENT_BYTES = 30 };

/* What the lanes of two sessions hold at once (1 MiB pending and being written, a portion, what is read of it), the
 * connection's bytes and a writer's and reader's buffers: measured as 5.2 MiB, however many records there are. */
static const size_t peak_bytes_max = (size_t)8 << 20;

typedef struct side {
    pier_journal *journals[2];
    pier_session *session;
} side;

typedef struct scene {
    fault_allocator memory; /* of all that is measured */
    char folder[64];
    side sides[2]; /* the client, the server */
    uint64_t random;
    uint64_t reads;
} scene;

static bool draw(void *user, void *bytes, size_t size) {
    scene *of = (scene *)user;
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)bytes)[i] = (uint8_t)test_random(&of->random);
    }
    return true;
}

static void open_side(scene *of, unsigned which) {
    side *self = &of->sides[which];
    pier_session_found found[2] = {{.state = {0}}};
    for (unsigned i = 0; i < 2; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "%s-%u-%u", of->folder, which, i);
        /* What one sends is what the other receives. */
        self->journals[i] = test_journal_open_disk(path, &(pier_journal_options){.allocator = &of->memory.allocator,
                                                                                 .stream_id = which == i ? 17 : 18,
                                                                                 .segment_bytes = (uint64_t)4 << 20});
        found[i].state = pier_journal_info(self->journals[i]);
        for (uint32_t note = 0; note < PIER_SESSION_NOTES; note++) {
            found[i].notes[note] = pier_journal_noted(self->journals[i], note);
        }
    }
    const pier_session_options options = {
        .size = sizeof options,
        .allocator = &of->memory.allocator,
        .role = which == 1 ? PIER_SESSION_SERVER : PIER_SESSION_CLIENT,
        .name = "million",
        .draw = draw,
        .user = of,
    };
    assert_status(pier_session_create(&self->session, &options, &found[0], &found[1], NULL), PIER_OK);
    pier_session_set_now(self->session, 1, 1);
}

static void close_side(side *self) {
    pier_session_destroy(self->session);
    pier_journal_destroy(self->journals[0]);
    pier_journal_destroy(self->journals[1]);
}

/* The blocks from a record on; the caller frees them. */
static pier_status read_blocks(scene *of, pier_journal *journal, const pier_session_request *request,
                               pier__buffer *data) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = request->number};
    pier_status status = pier_journal_reader_open(&reader, journal, &from, NULL);
    of->reads++;
    while (status == PIER_OK) {
        pier_bytes bytes;
        pier_block block;
        status = pier_journal_reader_next(reader, &bytes, &block);
        bool is_before = block.records > 0 && block.first_record + block.records <= request->number;
        if (status != PIER_OK || bytes.size == 0 || is_before) {
            continue;
        }
        assert_true(pier__buffer_append(data, bytes.data, bytes.size));
        if (block.records > 0 && data->size >= request->bytes_max) {
            break;
        }
    }
    pier_journal_reader_destroy(reader);
    return status == PIER_END ? PIER_OK : status;
}

/* Carries out what a session asks for. Returns whether there was anything. */
static bool disk(scene *of, side *self) {
    bool any = false;
    pier_session_request request;
    while (pier_session_next_request(self->session, &request) == PIER_OK) {
        pier_journal *journal = self->journals[request.journal];
        pier__buffer data;
        pier_status status = PIER_OK;
        pier__buffer_init(&data, &of->memory.allocator);
        switch (request.work) {
        case PIER_SESSION_WRITE:
            status = pier_journal_append(journal, request.bytes);
            break;
        case PIER_SESSION_NOTE:
            status = pier_journal_note(journal, (uint32_t)request.number, request.bytes);
            break;
        case PIER_SESSION_SYNC:
            status = pier_journal_sync(journal, NULL);
            break;
        case PIER_SESSION_READ:
            status = read_blocks(of, journal, &request, &data);
            break;
        case PIER_SESSION_TRIM:
            status = pier_journal_trim(journal, request.number);
            break;
        }
        assert_status(status, PIER_OK);
        pier_session_complete(self->session, request.id, status, (pier_bytes){data.data, data.size}, NULL);
        pier__buffer_deinit(&data);
        any = true;
    }
    return any;
}

/* Stores records `from` to `to` without a connection. */
static void store(scene *of, uint64_t from, uint64_t to) {
    side *client = &of->sides[0];
    pier_archive *archive = pier_session_store_archive(client->session);
    for (uint64_t i = from; i <= to; i++) {
        assert_status(pier_archive_begin(archive), PIER_OK);
        uint8_t content[CONTENT_BYTES] = {0};
        pier__store_le64(content, i);
        pier_store_bytes(archive, (pier_bytes){content, sizeof content});
        assert_status(pier_archive_end(archive), PIER_OK);
        if (i % MESSAGE == 0) {
            assert_status(pier_session_flush(client->session, NULL), PIER_OK);
        }
        if (i % (MESSAGE * MESSAGES_A_SYNC) == 0) {
            (void)disk(of, client);
        }
    }
    assert_int_equal(pier_session_sent(client->session).durable, to);
}

static size_t pass(pier_session *from, pier_session *to) {
    pier_bytes ready = pier_session_drain(from);
    size_t taken = 0;
    pier_session_feed(to, ready, &taken);
    pier_session_drained(from, taken);
    return taken;
}

static void meet(scene *of) {
    pier_session *client = of->sides[0].session;
    pier_session_door *door = NULL;
    pier_status status = PIER_MORE;
    assert_status(pier_session_door_open(&door, &of->memory.allocator, 1, draw, of), PIER_OK);
    assert_status(pier_session_connect(client), PIER_OK);
    for (int turn = 0; turn < 100 && status == PIER_MORE; turn++) {
        size_t taken = 0;
        status = pier_session_door_feed(door, pier_session_drain(client), &taken);
        pier_session_drained(client, taken);
        pier_session_feed(client, pier_session_door_drain(door), &taken);
        (void)disk(of, &of->sides[0]);
    }
    assert_status(status, PIER_OK);
    assert_status(pier_session_accept(of->sides[1].session, door), PIER_OK);
    pier_session_door_destroy(door);
}

/* Connects, and moves all up to a record, which is loaded and committed. */
static void resume(scene *of, uint64_t loaded, uint64_t last) {
    pier_session *client = of->sides[0].session;
    pier_session *server = of->sides[1].session;
    meet(of);
    for (uint64_t idle = 0; pier_session_sent(client).committed < last;) {
        bool moves = disk(of, &of->sides[0]);
        moves = disk(of, &of->sides[1]) || moves;
        moves = pass(client, server) + pass(server, client) > 0 || moves;
        while (pier_session_next(server) == PIER_OK) {
            pier_bytes content = pier_load_bytes(pier_session_load_archive(server));
            assert_int_equal(content.size, CONTENT_BYTES);
            assert_int_equal(pier__load_le64(content.data), ++loaded);
            moves = true;
        }
        assert_status(pier_session_commit(server, loaded), PIER_OK);
        idle = moves ? 0 : idle + 1;
        assert_true(idle < 3);
    }
    assert_int_equal(loaded, last);
    assert_int_equal(pier_session_link_state(server), PIER_SESSION_LINK_OPEN);
    pier_session_disconnect(client);
    pier_session_disconnect(server);
    (void)disk(of, &of->sides[0]);
    (void)disk(of, &of->sides[1]);
}

static long process_peak_kib(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void begin(scene *of) {
    memset(of, 0, sizeof *of);
    fault_allocator_init(&of->memory);
    (void)snprintf(of->folder, sizeof of->folder, "/tmp/pier-test-%ld-million", (long)getpid());
    of->random = 1;
}

static int remove_folders(void **state) {
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf /tmp/pier-test-%ld-million-*", (long)getpid());
    return system(command);
}

static void a_million_records_resume_with_flat_memory(void **state) {
    (void)state;
    scene *of = malloc(sizeof *of);
    assert_non_null(of);
    begin(of);
    /* A few first: what they need is what a million needs. */
    open_side(of, 0);
    open_side(of, 1);
    store(of, 1, FEW);
    close_side(&of->sides[0]);
    open_side(of, 0);
    resume(of, 0, FEW);
    size_t few_bytes = of->memory.peak_bytes;
    long few_kib = process_peak_kib();
    store(of, FEW + 1, FEW + MILLION);
    close_side(&of->sides[0]);
    open_side(of, 0);
    resume(of, FEW, FEW + MILLION);
    print_message("peak: %zu bytes for %d records, %zu for %d; process %ld and %ld KiB; %llu reads\n", few_bytes, FEW,
                  of->memory.peak_bytes, MILLION, few_kib, process_peak_kib(), (unsigned long long)of->reads);
    assert_true(of->memory.peak_bytes < peak_bytes_max);
    assert_true(of->memory.peak_bytes < few_bytes + few_bytes / 4);
    assert_true(of->reads > 10);
    close_side(&of->sides[0]);
    close_side(&of->sides[1]);
    fault_allocator_check(&of->memory);
    fault_allocator_deinit(&of->memory);
    free(of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_million_records_resume_with_flat_memory, remove_folders),
    };
    return cmocka_run_group_tests_name("a million records", tests, NULL, NULL);
}
