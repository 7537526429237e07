/* Sessions made and ended, and what they note of themselves; see <pier/session.h> and session_internal.h. */
#include "session/session_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/endian_internal.h"
#include "base/error_internal.h"
#include "base/limits_internal.h"
#include "session/driven_internal.h"

/* How often what the peer has acknowledged is noted: a later life compares with it, and an older one loses nothing. */
enum { PEER_NOTED_EVERY = 4096 };

/* What is noted of the peer: what it has acknowledged, and what is to survive the machine. */
enum { PEER_BYTES = 16 };
enum { COMMITTED_BYTES = 8 };

pier_bytes pier__session_key(const pier_session *session) {
    if (session->shared_key_bytes > 0) {
        return (pier_bytes){session->shared_key, session->shared_key_bytes};
    }
    /* A client that was never welcomed for good begins anew, whatever it has noted on the way. */
    const pier__lane_note *issued = &session->sent.notes[PIER__NOTE_KEY];
    bool counts =
        issued->size == PIER__KEY_BYTES && (session->is_begun || session->options.role == PIER_SESSION_SERVER);
    return (pier_bytes){issued->bytes, counts ? issued->size : 0};
}

void pier__session_tell(pier_session *session, pier_session_event_kind kind, pier_status status, uint64_t number,
                        const char *text) {
    pier_session_event event = {.kind = kind, .status = status, .number = number};
    (void)snprintf(event.text, sizeof event.text, "%s", text);
    pier__events_put(&session->events, &event);
}

void pier__session_fail(pier_session *session, pier_status status, const pier_error *why, const char *text) {
    if (session->failure != PIER_OK) {
        return;
    }
    session->failure = status;
    if (why != NULL && why->status != PIER_OK) {
        session->error = *why;
    } else {
        (void)pier__error_set(&session->error, status, PIER_FLOOR_SESSION, 0, "%s", text);
    }
    pier__session_tell(session, PIER_SESSION_FAILED, status, 0, session->error.text);
    pier__link_fail(session, PIER_SYSTEM, 0, session->error.text);
}

void pier__session_hear(pier_session *session) {
    if (!session->link.is_verified) {
        return;
    }
    const uint64_t *told = session->link.acknowledged;
    uint64_t durable = told[1];
    uint64_t committed = told[2];
    session->peer_received = told[0];
    session->peer_durable = durable > session->peer_durable ? durable : session->peer_durable;
    session->peer_committed = committed > session->peer_committed ? committed : session->peer_committed;
    pier__session_let_go(session);
    if (session->peer_durable >= session->peer_noted + PEER_NOTED_EVERY) {
        (void)pier__session_note_peer(session, false);
    }
}

void pier__session_let_go(pier_session *session) {
    pier__lane *lane = &session->sent;
    uint64_t to = session->peer_durable < lane->durable ? session->peer_durable : lane->durable;
    /* Below disk, what the peer calls durable is gone with the power of its machine. */
    if (lane->durability != PIER_DURABILITY_DISK && session->peer_committed < lane->sync_mark) {
        to = to < session->peer_committed ? to : session->peer_committed;
    }
    if (to > lane->trim_to) {
        lane->trim_to = to;
        lane->trim_is_blocked = false;
    }
}

uint64_t pier__session_note_peer(pier_session *session, bool is_wanted) {
    uint8_t bytes[PEER_BYTES];
    pier__store_le64(bytes, session->peer_durable);
    pier__store_le64(bytes + 8, session->sent.sync_mark);
    session->peer_noted = session->peer_durable;
    return pier__lane_note_bytes(&session->sent, PIER__NOTE_PEER, bytes, sizeof bytes, is_wanted);
}

/* Terms as they are noted ------------------------------------------------------------------------------------------ */

enum { TERMS_BYTES = 25 };

static void store_terms(const pier__terms *terms, uint8_t *bytes) {
    pier__store_le64(bytes, terms->record_bytes_max);
    pier__store_le32(bytes + 8, (uint32_t)terms->block_target_bytes);
    pier__store_le32(bytes + 12, (uint32_t)terms->classes_max);
    pier__store_le32(bytes + 16, (uint32_t)terms->depth_max);
    bytes[20] = (uint8_t)terms->durability;
    pier__store_le32(bytes + 21, (uint32_t)terms->codecs);
}

static void load_terms(const uint8_t *bytes, pier__terms *terms) {
    terms->record_bytes_max = pier__load_le64(bytes);
    terms->block_target_bytes = pier__load_le32(bytes + 8);
    terms->classes_max = pier__load_le32(bytes + 12);
    terms->depth_max = pier__load_le32(bytes + 16);
    terms->durability = bytes[20];
    terms->codecs = pier__load_le32(bytes + 21);
}

void pier__session_note_terms(pier_session *session, const pier__terms *peer) {
    uint8_t bytes[2 * TERMS_BYTES];
    pier__standing_told own;
    pier__session_stand(session, &own);
    store_terms(&own.terms, bytes);
    store_terms(peer, bytes + TERMS_BYTES);
    (void)pier__lane_note_bytes(&session->sent, PIER__NOTE_TERMS, bytes, sizeof bytes, true);
    session->peer_terms = *peer;
}

/* A client stores before anybody has welcomed it, under limits and a durability that its later lives have to know. */
static void note_own_terms(pier_session *session) {
    uint8_t bytes[TERMS_BYTES];
    pier__standing_told own;
    pier__session_stand(session, &own);
    store_terms(&own.terms, bytes);
    (void)pier__lane_note_bytes(&session->sent, PIER__NOTE_TERMS, bytes, sizeof bytes, false);
}

/* Whether the terms of this side are those of a life before this one. Codecs are agreed on when the session begins. */
static bool is_as_before(const pier_session *session, const pier__terms *before) {
    pier__standing_told own;
    pier__session_stand(session, &own);
    own.terms.codecs = before->codecs;
    return memcmp(before, &own.terms, sizeof *before) == 0;
}

/* Creation --------------------------------------------------------------------------------------------------------- */

static pier_status check_options(const pier_session_options *options, const pier_session_found *sent,
                                 const pier_session_found *received, pier_error *error) {
    const char *wrong = NULL;
    size_t name_bytes = options->name != NULL ? strlen(options->name) : 0;
    if (options->size != sizeof *options) {
        wrong = "pier_session_options.size is that of another version of this library";
    } else if (name_bytes == 0 || name_bytes > PIER_SESSION_NAME_BYTES_MAX ||
               !pier_text_is_valid(options->name, name_bytes)) {
        wrong = "the name of a session has 1 to 255 bytes of UTF-8";
    } else if (options->draw == NULL) {
        wrong = "a session needs a source of random bytes (draw)";
    } else if (options->shared_key.size > PIER_SESSION_KEY_BYTES_MAX) {
        wrong = "a shared key has at most 64 bytes";
    } else if (options->role > PIER_SESSION_SERVER || options->durability > PIER_DURABILITY_MEMORY) {
        wrong = "a role or durability that does not exist";
    } else if (sent->state.stream_id == 0 || received->state.stream_id == 0 ||
               sent->state.stream_id == received->state.stream_id) {
        wrong = "the two journals of a session need stream ids of their own";
    } else if (sent->state.next_record == 0 || received->state.next_record == 0 || sent->state.first_record == 0 ||
               received->state.first_record == 0) {
        wrong = "records are numbered from 1";
    }
    return wrong == NULL ? PIER_OK : pier__error_set(error, PIER_USAGE, PIER_FLOOR_SESSION, 0, "%s", wrong);
}

static void take_options(pier_session *session, const pier_session_options *options) {
    session->options = *options;
    pier_session_options *own = &session->options;
    own->handshake_timeout_ms =
        own->handshake_timeout_ms != 0 ? own->handshake_timeout_ms : PIER_SESSION_HANDSHAKE_TIMEOUT_MS_DEFAULT;
    own->heartbeat_ms = own->heartbeat_ms != 0 ? own->heartbeat_ms : PIER_SESSION_HEARTBEAT_MS_DEFAULT;
    own->dead_peer_ms = own->dead_peer_ms != 0 ? own->dead_peer_ms : PIER_SESSION_DEAD_PEER_MS_DEFAULT;
    own->expiry_s = own->expiry_s != 0 ? own->expiry_s : PIER_SESSION_EXPIRY_S_DEFAULT;
    memcpy(session->name, options->name, strlen(options->name) + 1);
    if (options->shared_key.size > 0) {
        memcpy(session->shared_key, options->shared_key.data, options->shared_key.size);
    }
    session->shared_key_bytes = options->shared_key.size;
    own->name = NULL;
    own->shared_key = (pier_bytes){NULL, 0};
}

static void take_id(pier_session *session) {
    bool is_client = session->options.role == PIER_SESSION_CLIENT;
    const pier__lane *up = is_client ? &session->sent : &session->received;
    const pier__lane *down = is_client ? &session->received : &session->sent;
    pier__store_le64(session->id, up->stream.id);
    pier__store_le64(session->id + 8, down->stream.id);
}

static pier_status refuse_notes(pier_error *error) {
    return pier__error_set(error, PIER_CORRUPT, PIER_FLOOR_SESSION, 0, "the journal has notes of no session");
}

pier_status pier__session_noted_read(pier__session_noted *noted, const pier_session_found *sent,
                                     const pier_session_found *received, pier_error *error) {
    pier_bytes peer = sent->notes[PIER__NOTE_PEER];
    pier_bytes committed = received->notes[PIER__NOTE_COMMITTED];
    *noted = (pier__session_noted){0};
    if ((peer.size != 0 && peer.size != PEER_BYTES) || (committed.size != 0 && committed.size != COMMITTED_BYTES)) {
        return refuse_notes(error);
    }
    if (peer.size != 0) {
        noted->peer_durable = pier__load_le64(peer.data);
        noted->sync_mark = pier__load_le64((const uint8_t *)peer.data + 8);
    }
    if (committed.size != 0) {
        noted->committed = pier__load_le64(committed.data);
    }
    return PIER_OK;
}

/* What a life before this one noted. */
static pier_status take_notes(pier_session *session, const pier_session_found *sent, const pier_session_found *received,
                              pier_error *error) {
    const pier__lane_note *terms = &session->sent.notes[PIER__NOTE_TERMS];
    pier__session_noted noted;
    pier_status status = pier__session_noted_read(&noted, sent, received, error);
    if (status != PIER_OK || (terms->size != 0 && terms->size != TERMS_BYTES && terms->size != 2 * TERMS_BYTES)) {
        return status != PIER_OK ? status : refuse_notes(error);
    }
    session->peer_record_bytes_max = session->limits.record_bytes_max;
    session->received.stream.peer.block_target_bytes = session->limits.block_target_bytes;
    session->codecs = PIER__CODECS_KNOWN;
    if (terms->size != 0) {
        pier__terms before;
        load_terms(terms->bytes, &before);
        session->is_begun = terms->size == 2 * TERMS_BYTES;
        if (session->is_begun && (before.codecs & ~(uint64_t)PIER__CODECS_KNOWN) != 0) {
            return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_SESSION, 0,
                                   "the session was created with codecs of blocks that this library does not load");
        }
        if (!is_as_before(session, &before)) {
            return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_SESSION, 0,
                                   "the session was created with other limits, or another durability");
        }
        if (session->is_begun) {
            /* A library that loads more goes on with what was agreed. */
            session->codecs = (uint32_t)before.codecs;
            load_terms(terms->bytes + TERMS_BYTES, &session->peer_terms);
            session->peer_record_bytes_max = session->peer_terms.record_bytes_max;
            session->received.stream.peer.block_target_bytes = (uint32_t)session->peer_terms.block_target_bytes;
        }
    } else if (session->options.role == PIER_SESSION_CLIENT) {
        note_own_terms(session);
    }
    session->is_answered = session->sent.notes[PIER__NOTE_ANSWERED].size != 0;
    session->peer_durable = noted.peer_durable;
    session->peer_noted = session->peer_durable;
    session->sent.sync_mark = noted.sync_mark;
    session->sync_told = session->sent.sync_mark;
    session->committed = noted.committed;
    session->commit_to = session->committed;
    session->commit_change = PIER__FOUND_CHANGE;
    if (!session->options.has_committed) {
        return PIER_OK;
    }
    if (session->options.committed < session->committed) {
        /* What lies between is gone here and missing there. */
        return pier__error_set(
            error, PIER_MISMATCH, PIER_FLOOR_SESSION, 0,
            "the program has dealt with records up to %llu, and committed up to %llu: what it kept is "
            "older than this folder",
            (unsigned long long)session->options.committed, (unsigned long long)session->committed);
    }
    if (!session->is_begun && session->options.committed > 0) {
        /* Its numbers begin at 1, and would be passed over. */
        return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_SESSION, 0,
                               "the program has dealt with records up to %llu, and this session has not begun: what it "
                               "kept is of another one",
                               (unsigned long long)session->options.committed);
    }
    session->committed = session->options.committed;
    return PIER_OK;
}

/* Where delivery begins: behind what the program has dealt with, as far as that is here. */
static void place_delivery(pier_session *session) {
    pier__lane *lane = &session->received;
    uint64_t from = session->committed < lane->made ? session->committed : lane->made;
    pier__lane_rewind(lane, from > lane->trimmed ? from : lane->trimmed);
    /* Below disk the note of what was committed may be lost, and what it let go of is gone all the same. */
    session->delivered = session->committed > lane->trimmed ? session->committed : lane->trimmed;
    session->repeated_to = lane->was_above;
    session->knows = lane->made == 0 && !lane->stream.epoch_has_blocks;
    session->learn_from = lane->made > 0 ? lane->made : 1;
}

/* Numbers that a life before this one may have used, and that are not in the journal, are declared as a gap. */
static bool put_gap(pier_session *session) {
    pier__lane *lane = &session->sent;
    if (lane->was_above <= lane->made) {
        return true;
    }
    const uint8_t *reserved = lane->notes[PIER__NOTE_RESERVED].bytes;
    pier__header gap = {
        .flags = PIER__FLAG_EPOCH_BEGIN,
        .stream_id = lane->stream.id,
        .first_record = lane->made + 1,
        .number = pier__load_le32(reserved + 8),
        .epoch = pier__load_le32(reserved + 12),
        .records = (uint32_t)(lane->was_above - lane->made),
    };
    return pier__gap_put(&session->scratch, &gap) && pier__lane_make(lane, &gap, session->scratch.data);
}

static pier_status open_archives(pier_session *session, pier_error *error) {
    const pier__stream *stream = &session->sent.stream;
    pier_archive_options options = {
        .size = sizeof options,
        .allocator = &session->allocator,
        .limits = &session->limits,
        .format = PIER_FORMAT_FRAMED,
        .stream_id = stream->id,
        .compression_level = session->options.compression_level,
    };
    pier_status status = pier_archive_open_store(&session->store, NULL, &options, error);
    if (status == PIER_OK) {
        options.compression_level = 0;
        status = pier_archive_open_load(&session->load, NULL, &options, error);
    }
    if (status == PIER_OK) {
        pier__standing standing = {.stream_id = stream->id,
                                   .next_record = stream->next_record,
                                   .next_block = stream->next_block,
                                   .epoch = stream->epoch,
                                   .epoch_has_blocks = stream->epoch_has_blocks};
        pier__archive_go_on(session->store, &standing);
        pier__archive_enter_session(session->store);
        pier__archive_limit_records(session->store, session->peer_record_bytes_max);
        if (session->is_begun) {
            pier__archive_allow_codecs(session->store, session->peer_terms.codecs);
        }
    }
    return status;
}

pier_status pier_session_create(pier_session **out, const pier_session_options *options, const pier_session_found *sent,
                                const pier_session_found *received, pier_error *error) {
    *out = NULL;
    pier_status status = check_options(options, sent, received, error);
    pier_limits limits;
    if (status == PIER_OK) {
        status = pier__limits_resolve(options->limits, &limits, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_session *session = (pier_session *)pier__allocate(&allocator, sizeof *session);
    if (session == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for a session");
    }
    memset(session, 0, sizeof *session);
    session->allocator = allocator;
    session->limits = limits;
    session->out_max = PIER__OUT_BYTES;
    pier_error_clear(&session->error);
    take_options(session, options);
    pier__lane_init(&session->sent, &session->allocator, PIER_SESSION_SENT, options->durability, sent);
    pier__lane_init(&session->received, &session->allocator, PIER_SESSION_RECEIVED, options->durability, received);
    pier__known_init(&session->known, &session->allocator);
    pier__known_init(&session->load_known, &session->allocator);
    pier__buffer_init(&session->feed, &session->allocator);
    pier__buffer_init(&session->scratch, &session->allocator);
    pier__buffer_init(&session->link.in, &session->allocator);
    pier__buffer_init(&session->link.out, &session->allocator);
    take_id(session);
    status = take_notes(session, sent, received, error);
    if (status == PIER_OK && !put_gap(session)) {
        status = pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for a session");
    }
    if (status == PIER_OK) {
        status = open_archives(session, error);
    }
    if (status != PIER_OK) {
        pier_session_destroy(session);
        return status;
    }
    place_delivery(session);
    *out = session;
    return PIER_OK;
}

void pier_session_destroy(pier_session *session) {
    if (session == NULL) {
        return;
    }
    pier_allocator allocator = session->allocator;
    pier_archive_destroy(session->store);
    pier_archive_destroy(session->load);
    pier__lane_deinit(&session->sent);
    pier__lane_deinit(&session->received);
    pier__known_deinit(&session->known);
    pier__known_deinit(&session->load_known);
    pier__buffer_deinit(&session->feed);
    pier__buffer_deinit(&session->scratch);
    pier__buffer_deinit(&session->link.in);
    pier__buffer_deinit(&session->link.out);
    pier__proof_wipe(session, sizeof *session);
    pier__release(&allocator, session, sizeof *session);
}
