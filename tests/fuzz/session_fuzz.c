/* A hostile peer: it knows the key and the wire, and says whatever it likes to a client's or a server's session, which
 * is killed, disconnected and begun again in between. Whatever it says, the session does not fail, its journals get
 * nothing but blocks that go on from what they have, no record is acknowledged before the sync that covers it, records
 * come in order, and a later process can begin with what was written.
 *
 * Floor 6 (session). An input is choices (a byte), and steps: a byte that says which, and what it needs. Headers,
 * checks and proofs are made here, so that inputs get behind them. */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/store.h>

#include "session/door_internal.h"
#include "session/session_internal.h"
#include "session/sim_journal.h"

static const char shared[] = "a key that the peer knows, too";

typedef struct world {
    const uint8_t *at; /* what is left of the input */
    size_t left;
    bool is_server; /* the session that is attacked */
    bool has_shared_key;
    pier_durability durability;
    uint64_t secrets;
    int64_t now_ns;
    sim_journal journals[2];
    pier_session *session;
    pier_session_door *door;
    uint64_t delivered;
    bool disk_failed;
} world;

static uint8_t take(world *of) {
    if (of->left == 0) {
        return 0;
    }
    of->left--;
    return *of->at++;
}

static pier_bytes take_bytes(world *of, size_t size) {
    size = size < of->left ? size : of->left;
    pier_bytes bytes = {of->at, size};
    of->at += size;
    of->left -= size;
    return bytes;
}

/* A number that matters: small, at a border, or near one that the session knows. */
static uint64_t take_number(world *of, uint64_t near) {
    static const uint64_t borders[] = {UINT64_MAX, UINT64_MAX - 1, INT64_MAX, UINT32_MAX, (uint64_t)1 << 32, INT32_MAX};
    uint8_t byte = take(of);
    if (byte < 100) {
        return near + byte - 50;
    }
    return byte < 200 ? (uint64_t)byte - 100 : borders[byte % (sizeof borders / sizeof borders[0])];
}

static bool draw(void *user, void *bytes, size_t size) {
    world *of = (world *)user;
    for (size_t i = 0; i < size; i++) {
        of->secrets = of->secrets * 6364136223846793005u + 1442695040888963407u;
        ((uint8_t *)bytes)[i] = (uint8_t)(of->secrets >> 33);
    }
    return true;
}

/* The session ------------------------------------------------------------------------------------------------------ */

static void begin(world *of) {
    pier_session_found found[2];
    for (unsigned i = 0; i < 2; i++) {
        FUZZ_REQUIRE(sim_journal_open(&of->journals[i], &found[i]) == NULL);
    }
    const pier_limits limits = {.size = sizeof limits,
                                .block_target_bytes = 256,
                                .record_bytes_max = 4096,
                                .classes_max = 4,
                                .queue_bytes_max = 4096};
    const pier_session_options options = {
        .size = sizeof options,
        .limits = &limits,
        .role = of->is_server ? PIER_SESSION_SERVER : PIER_SESSION_CLIENT,
        .name = "attacked",
        .shared_key = {of->has_shared_key ? shared : NULL, of->has_shared_key ? sizeof shared : 0},
        .durability = of->durability,
        .draw = draw,
        .user = of,
    };
    FUZZ_REQUIRE(pier_session_create(&of->session, &options, &found[0], &found[1], NULL) == PIER_OK);
    of->session->sent.reserved_ahead = 8;
    of->session->received.reserved_ahead = 8;
    of->session->received.pending_max = 2000;
    of->session->out_max = 2000;
    pier_session_set_now(of->session, of->now_ns, (uint64_t)of->now_ns);
    of->delivered = pier_session_record_number(of->session);
}

static void kill_session(world *of, bool loses_power) {
    pier_session_door_destroy(of->door);
    of->door = NULL;
    pier_session_destroy(of->session);
    of->session = NULL;
    for (unsigned i = 0; i < 2; i++) {
        sim_journal_crash(&of->journals[i], loses_power, of->left);
    }
    of->disk_failed = false;
}

/* The last record that survives a power cut. */
static uint64_t synced_record(const sim_journal *journal) {
    for (size_t i = journal->synced; i-- > 0;) {
        const sim_entry *entry = &journal->entries[i];
        if (!entry->is_note && entry->header.kind != PIER_BLOCK_DEFINITIONS) {
            return entry->header.first_record + entry->header.records - 1;
        }
    }
    return 0;
}

/* What the session says is well-formed, and no more than true. */
static void check_said(const world *of, pier_bytes said) {
    const uint8_t *at = (const uint8_t *)said.data;
    for (size_t left = said.size; left > 0;) {
        pier__header header;
        pier__link_control control;
        FUZZ_REQUIRE(left >= PIER__PIECE_BYTES && pier__piece_proves_itself(at));
        pier__header_decode(at, &header);
        size_t size = PIER__PIECE_BYTES + (size_t)header.stored_bytes;
        FUZZ_REQUIRE(size <= left);
        if (pier__link_control_is_free(&header)) {
            pier_bytes payload = {at + PIER__PIECE_BYTES, header.stored_bytes};
            FUZZ_REQUIRE(pier__link_control_decode(payload, &control) == PIER_OK);
            if (control.type == PIER__ACKNOWLEDGEMENT) {
                FUZZ_REQUIRE(control.numbers[1] <= control.numbers[0] && control.numbers[2] <= control.numbers[1]);
                FUZZ_REQUIRE(of->durability != PIER_DURABILITY_DISK ||
                             control.numbers[1] <= synced_record(&of->journals[PIER_SESSION_RECEIVED]));
            }
        } else if (of->durability == PIER_DURABILITY_DISK && pier__block_counts(&header)) {
            FUZZ_REQUIRE(header.first_record + header.records - 1 <= synced_record(&of->journals[PIER_SESSION_SENT]));
        }
        at += size;
        left -= size;
    }
}

static void drain(world *of) {
    pier_bytes said = pier_session_drain(of->session);
    check_said(of, said);
    pier_session_drained(of->session, said.size);
    if (pier_session_link_state(of->session) == PIER_SESSION_LINK_ENDING) {
        pier_session_disconnect(of->session);
    }
}

static void look(const world *of) {
    FUZZ_REQUIRE(pier_session_status(of->session) == PIER_OK || of->disk_failed);
    pier_session_progress in = pier_session_received(of->session);
    FUZZ_REQUIRE(in.durable <= in.last && in.kept <= in.durable && pier_session_record_number(of->session) <= in.last);
    FUZZ_REQUIRE(of->session->link.in.size - of->session->link.in_at <= PIER__IN_BYTES + 8192);
    FUZZ_REQUIRE(of->session->received.pending.size <= 4096 + 2 * 8192);
    pier_session_event event;
    while (pier_session_next_event(of->session, &event) == PIER_OK) {
        FUZZ_REQUIRE(event.text[0] != '\0');
    }
}

/* Carries one request out, or fails it. */
static bool disk(world *of, pier_status failure) {
    pier_session_request request;
    if (pier_session_next_request(of->session, &request) != PIER_OK) {
        return false;
    }
    uint8_t *data = NULL;
    size_t size = 0;
    const char *wrong = NULL;
    pier_status status = failure;
    if (failure == PIER_OK) {
        status = sim_journal_do(&of->journals[request.journal], &request, 7, &data, &size, &wrong);
        FUZZ_REQUIRE(wrong == NULL);
    }
    of->disk_failed = of->disk_failed || status == PIER_SYSTEM;
    pier_session_complete(of->session, request.id, status, (pier_bytes){data, size}, NULL);
    free(data);
    return true;
}

static void load(world *of) {
    for (int i = 0; i < 4; i++) {
        pier_status status = pier_session_next(of->session);
        pier_archive *archive = pier_session_load_archive(of->session);
        if (status == PIER_OK || status == PIER_SKIPPED) {
            uint64_t number = pier_session_record_number(of->session);
            FUZZ_REQUIRE(number > of->delivered);
            of->delivered = number;
        } else if (status < 0 && pier_session_status(of->session) == PIER_OK) {
            (void)(pier_archive_recover(archive, NULL) == PIER_OK);
        } else {
            return;
        }
    }
}

static void store(world *of) {
    pier_archive *archive = pier_session_store_archive(of->session);
    if (pier_archive_begin(archive) == PIER_OK) {
        pier_store_bytes(archive, take_bytes(of, take(of)));
        (void)(pier_archive_end(archive) == PIER_OK);
    }
    (void)(pier_session_flush(of->session, NULL) == PIER_OK);
}

/* The peer --------------------------------------------------------------------------------------------------------- */

static void connect(world *of) {
    pier_session_disconnect(of->session);
    pier_session_door_destroy(of->door);
    of->door = NULL;
    if (of->is_server) {
        FUZZ_REQUIRE(pier_session_door_open(&of->door, NULL, of->now_ns, draw, of) == PIER_OK);
    } else {
        (void)(pier_session_connect(of->session) == PIER_OK);
    }
}

/* Bytes reach the door, or the session. */
static void say(world *of, pier_bytes bytes) {
    const uint8_t *from = (const uint8_t *)bytes.data;
    size_t taken = 0;
    if (of->door != NULL) {
        pier_status status = pier_session_door_feed(of->door, bytes, &taken);
        FUZZ_REQUIRE(taken <= bytes.size);
        if (status == PIER_OK) {
            status = pier_session_accept(of->session, of->door);
            FUZZ_REQUIRE(status == PIER_OK || status == PIER_DENIED);
            if (status == PIER_DENIED) {
                pier_session_door_refuse(of->door, (pier_bytes){NULL, 0});
            }
        }
        (void)pier_session_door_drain(of->door);
        if (status != PIER_MORE) {
            pier_session_door_destroy(of->door);
            of->door = NULL;
        }
    }
    if (of->door == NULL && taken < bytes.size) {
        size_t more = 0;
        pier_session_feed(of->session, (pier_bytes){from + taken, bytes.size - taken}, &more);
        FUZZ_REQUIRE(more <= bytes.size - taken);
    }
}

static void say_block(world *of, pier__header *header, pier_bytes payload) {
    uint8_t block[PIER__PIECE_BYTES + 1024];
    header->flags |= PIER__FLAG_CHECKSUM;
    header->stored_bytes = (uint32_t)payload.size;
    header->raw_bytes = header->codec == PIER__CODEC_NONE ? header->stored_bytes : header->raw_bytes;
    if (payload.size > 0) {
        memcpy(block + PIER__PIECE_BYTES, payload.data, payload.size);
    }
    header->payload_check = pier__payload_check(block + PIER__PIECE_BYTES, payload.size);
    pier__header_encode(header, block);
    say(of, (pier_bytes){block, PIER__PIECE_BYTES + payload.size});
}

static void say_control(world *of, const pier__link_control *control, pier__link_control_text *text) {
    pier__header header = {.kind = PIER_BLOCK_CONTROL};
    text->size = pier__link_control_encode(control, text->bytes);
    say_block(of, &header, (pier_bytes){text->bytes, text->size});
}

/* Hello or greeting, as they should be. */
static void say_first(world *of) {
    pier__link_control control = {.type = of->is_server ? PIER__HELLO : PIER__GREETING, .name = "attacked"};
    pier__link_control_text text;
    memcpy(control.id, of->session->id, sizeof control.id);
    say_control(of, &control, &text);
}

/* Resume or welcome, proven. is_raw: the standing is the input's own bytes. */
static void say_standing(world *of, bool is_raw) {
    pier_session *session = of->session;
    const pier__lane *sent = &session->sent;
    pier__link_control control = {.type = of->is_server ? PIER__RESUME : PIER__WELCOME};
    pier__standing_told standing;
    pier__session_stand(session, &standing);
    uint8_t choices = take(of);
    standing.begins = (choices & 1) != 0;
    standing.received = take_number(of, sent->made);
    standing.received_blocks = (uint32_t)take_number(of, sent->stream.next_block);
    standing.received_epoch = (uint32_t)take_number(of, sent->stream.epoch);
    standing.received_check = take_number(of, 0);
    standing.durable = (choices & 2) != 0 ? standing.received : take_number(of, standing.received);
    standing.committed = (choices & 2) != 0 ? standing.received : take_number(of, standing.durable);
    standing.sent = take_number(of, session->received.made);
    if ((choices & 4) != 0) {
        standing.terms.block_target_bytes = take_number(of, 256);
        standing.terms.record_bytes_max = take_number(of, 4096);
    }
    standing.has_key = !of->is_server && (choices & 8) != 0;
    memset(standing.key, 7, sizeof standing.key);
    memset(standing.token, 0, sizeof standing.token);
    memset(standing.next_token, 0, sizeof standing.next_token);
    const pier__lane_note *held = &session->sent.notes[PIER__NOTE_TOKENS];
    if (of->is_server && held->size == PIER__TOKEN_BYTES && (choices & 16) == 0) {
        memcpy(standing.token, held->bytes, sizeof standing.token);
    }
    if (of->is_server) {
        (void)pier__token_draw(standing.token, draw, of, standing.next_token);
    }
    control.standing_bytes = pier__standing_encode(&standing, control.standing);
    if (is_raw) {
        pier_bytes own = take_bytes(of, take(of));
        control.standing_bytes = own.size;
        memcpy(control.standing, own.data, own.size);
    }
    const pier__link *link = &session->link;
    pier_bytes key = pier__session_key(session);
    if (of->is_server && standing.begins && !of->has_shared_key) {
        key = (pier_bytes){NULL, 0};
    }
    const pier__link_control_text *hello = of->door != NULL ? &of->door->hello_text : &link->hello;
    const pier__link_control_text *greeting = of->door != NULL ? &of->door->greeting_text : &link->greeting;
    pier__link_control_text text;
    (void)pier__proof_make(key, hello, greeting, of->is_server ? NULL : &link->resume,
                           (pier_bytes){control.standing, control.standing_bytes}, control.proof);
    say_control(of, &control, &text);
}

static void say_small(world *of) {
    static const pier__link_control_type types[] = {PIER__ACKNOWLEDGEMENT, PIER__CLOSE,  PIER__PING, PIER__PONG,
                                                    PIER__ERROR,           PIER__REFUSED};
    pier__link_control control = {.type = types[take(of) % (sizeof types / sizeof types[0])], .status = -500};
    pier__link_control_text text;
    uint64_t near = control.type == PIER__CLOSE ? of->session->received.made : of->session->sent.made;
    control.numbers[0] = take_number(of, near);
    control.numbers[1] = take_number(of, control.numbers[0]);
    control.numbers[2] = take_number(of, control.numbers[1]);
    say_control(of, &control, &text);
}

/* A block with a place: records, definitions, a gap, or what the input says. */
static void say_numbered(world *of) {
    static const uint8_t gap[] = {0xc7, 1, PIER__EXT_TYPE, 0x30};
    const pier__stream *stream = &of->session->received.stream;
    uint8_t choices = take(of);
    uint8_t kind = choices & 7;
    pier__header header = {
        .kind = kind < 3   ? PIER_BLOCK_RECORDS
                : kind < 5 ? PIER_BLOCK_DEFINITIONS
                           : PIER_BLOCK_CONTROL,
        .flags = stream->epoch_has_blocks ? 0 : PIER__FLAG_EPOCH_BEGIN,
        .stream_id = stream->id,
        .first_record = stream->next_record,
        .number = stream->next_block,
        .epoch = stream->epoch,
        .records = kind < 3 || kind > 4 ? 1 : 0,
    };
    if ((choices & 8) != 0) {
        header.first_record = take_number(of, stream->next_record);
        header.number = (uint32_t)take_number(of, stream->next_block);
        header.records = (uint32_t)take_number(of, 1);
    }
    if ((choices & 16) != 0) {
        header.epoch = (uint32_t)take_number(of, stream->epoch);
        header.flags ^= PIER__FLAG_EPOCH_BEGIN;
    }
    if ((choices & 32) != 0) {
        header.kind = take(of);
        header.flags = take(of);
        header.codec = take(of);
        header.raw_bytes = (uint32_t)take_number(of, 300);
    }
    pier_bytes payload = {gap, sizeof gap};
    if (kind != 5) {
        payload = take_bytes(of, take(of));
    }
    say_block(of, &header, payload);
}

/* A control block without a place whose payload is the input's, in an ext of Pier's or bare. */
static void say_any_control(world *of, bool is_bare) {
    uint8_t payload[5 + 256] = {0xc8, 0, 0, PIER__EXT_TYPE, 0x31};
    pier__header header = {.kind = PIER_BLOCK_CONTROL};
    pier_bytes own = take_bytes(of, take(of));
    size_t head = is_bare ? 0 : 5;
    payload[2] = (uint8_t)(own.size + 1);
    payload[1] = (uint8_t)((own.size + 1) >> 8);
    if (is_bare) {
        say_block(of, &header, own);
        return;
    }
    if (own.size > 0) {
        memcpy(payload + head, own.data, own.size);
    }
    say_block(of, &header, (pier_bytes){payload, head + own.size});
}

static void step(world *of) {
    static const pier_status failures[] = {PIER_NO_SPACE, PIER_WOULD_BLOCK, PIER_NO_MEMORY, PIER_SYSTEM};
    switch (take(of) % 17) {
    case 0:
        connect(of);
        break;
    case 1:
        say_first(of);
        break;
    case 2:
        say_standing(of, false);
        break;
    case 3:
        say_standing(of, true);
        break;
    case 4:
        say_small(of);
        break;
    case 5:
    case 6:
        say_numbered(of);
        break;
    case 7:
        say_any_control(of, false);
        break;
    case 8:
        say_any_control(of, true);
        break;
    case 9:
        say(of, take_bytes(of, take(of)));
        break;
    case 10:
        while (disk(of, PIER_OK)) {
        }
        break;
    case 11:
        (void)disk(of, PIER_OK);
        break;
    case 12:
        (void)disk(of, failures[take(of) % 4]);
        break;
    case 13:
        load(of);
        (void)(pier_session_commit(of->session, of->delivered) == PIER_OK);
        break;
    case 14:
        store(of);
        break;
    case 15:
        of->now_ns += (int64_t)take(of) * 100000000;
        pier_session_set_now(of->session, of->now_ns, (uint64_t)of->now_ns);
        break;
    default:
        kill_session(of, (take(of) & 1) != 0 && of->durability == PIER_DURABILITY_DISK);
        begin(of);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    world of = {.at = data, .left = size, .now_ns = 1000000000};
    uint8_t choices = take(&of);
    of.is_server = (choices & 1) != 0;
    of.has_shared_key = (choices & 2) != 0;
    of.durability = (pier_durability)((choices >> 2) % 3);
    of.secrets = choices;
    for (unsigned i = 0; i < 2; i++) {
        sim_journal_make(&of.journals[i], 100 + i, of.durability, false, 1);
    }
    begin(&of);
    for (unsigned steps = 0; of.left > 0 && steps < 200; steps++) {
        step(&of);
        drain(&of);
        look(&of);
    }
    kill_session(&of, false);
    begin(&of);
    kill_session(&of, false);
    sim_journal_free(&of.journals[0]);
    sim_journal_free(&of.journals[1]);
    return 0;
}
