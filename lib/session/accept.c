/* The server's way through the introduction; see session_internal.h and proto/session.md.
 *
 * Whether a client is taken is decided at once, by its proof, its tokens and where it stands; it is welcomed when the
 * new token is durable. The connection before it is dropped with the decision: nothing more of it is looked at. */
#include "session/session_internal.h"

#include <string.h>

#include "base/endian_internal.h"
#include "session/door_internal.h"

static pier_bytes shared_key(const pier_session *session) {
    return (pier_bytes){session->shared_key, session->shared_key_bytes};
}

static bool is_same_id(const pier_session *session, const pier_session_door *door) {
    return memcmp(session->id, door->hello.id, PIER__ID_BYTES) == 0;
}

/* The token that the server holds; zeros before the first. */
static const uint8_t *held_token(const pier_session *session) {
    static const uint8_t none[PIER__TOKEN_BYTES] = {0};
    const pier__lane_note *note = &session->sent.notes[PIER__NOTE_TOKENS];
    return note->size == PIER__TOKEN_BYTES ? note->bytes : none;
}

static bool is_token(const pier__lane_note *note, const uint8_t *token) {
    return note->size == PIER__TOKEN_BYTES && memcmp(note->bytes, token, PIER__TOKEN_BYTES) == 0;
}

/* Whether who tells these tokens is a copy of the client that has settled them: a client has a welcome on its disk
 * before it says anything on the connection, and draws a new token for the next one. Below disk it may lose it again. */
static bool is_settled(const pier_session *session, const pier__standing_told *told) {
    bool is_disk = session->peer_terms.durability == PIER_DURABILITY_DISK;
    return is_disk && memcmp(told->next_token, held_token(session), PIER__TOKEN_BYTES) == 0 &&
           is_token(&session->sent.notes[PIER__NOTE_ANSWERED], told->next_token);
}

static void note_answered(pier_session *session, const uint8_t *token) {
    (void)pier__lane_note_bytes(&session->sent, PIER__NOTE_ANSWERED, token, PIER__TOKEN_BYTES, !session->is_answered);
    session->is_answered = true;
}

void pier__accept_hear(pier_session *session) {
    bool is_server = session->options.role == PIER_SESSION_SERVER;
    const uint8_t *held = held_token(session);
    if (is_server && session->peer_terms.durability == PIER_DURABILITY_DISK &&
        !is_token(&session->sent.notes[PIER__NOTE_ANSWERED], held)) {
        note_answered(session, held);
    }
}

static bool has_expired(const pier_session *session) {
    const pier__lane_note *seen = &session->sent.notes[PIER__NOTE_SEEN];
    if (seen->size != 8 || session->link.phase != PIER__LINK_NONE) {
        return false;
    }
    uint64_t now_s = session->unix_ns / 1000000000u;
    uint64_t seen_s = pier__load_le64(seen->bytes);
    return now_s > seen_s && now_s - seen_s > session->options.expiry_s;
}

/* A session without a shared key is created by whoever asks first; the welcome of that may be lost, and is then asked
 * for again by the one who knows its id and tokens, until it has answered once. */
static unsigned judge_issued(const pier_session *session, const pier_session_door *door) {
    const pier__standing_told *told = &door->standing;
    if (!told->begins) {
        return session->is_begun && pier_session_door_proves(door, pier__session_key(session)) ? 0 : PIER__UNKNOWN;
    }
    if (!pier_session_door_proves(door, (pier_bytes){NULL, 0})) {
        return PIER__UNKNOWN;
    }
    bool is_again = session->is_begun && !session->is_answered &&
                    pier__tokens_judge(held_token(session), told->token, told->next_token) == 0;
    return !session->is_begun || is_again ? 0 : PIER__UNKNOWN;
}

/* Returns 0 when the client has proven to be the one whose session this is, or a reason to refuse. */
static unsigned judge_proof(const pier_session *session, const pier_session_door *door) {
    bool is_shared = session->shared_key_bytes > 0;
    if (is_shared && !pier_session_door_proves(door, shared_key(session))) {
        return PIER__UNKNOWN;
    }
    if (has_expired(session)) {
        return PIER__UNKNOWN;
    }
    if (!is_shared) {
        unsigned reason = judge_issued(session, door);
        return is_same_id(session, door) ? reason : PIER__UNKNOWN;
    }
    if (!is_same_id(session, door)) {
        return door->standing.begins ? PIER__NAME_EXISTS : PIER__SERVER_IS_OLDER;
    }
    return session->is_begun || door->standing.begins ? 0 : PIER__SERVER_IS_OLDER;
}

/* Takes note of a take-over. Returns whether there were too many. */
static bool is_too_often(pier_session *session) {
    if (session->link.phase == PIER__LINK_NONE || session->link.phase == PIER__LINK_ENDING) {
        return false;
    }
    int64_t *oldest = &session->takeovers[session->takeover_at];
    if (*oldest != 0 && session->now_ns - *oldest < PIER__TAKEOVERS_NS) {
        return true;
    }
    *oldest = session->now_ns;
    session->takeover_at = (session->takeover_at + 1) % PIER__TAKEOVERS_MAX;
    return false;
}

static unsigned judge(pier_session *session, pier_session_door *door) {
    const pier__standing_told *told = &door->standing;
    const char *text = "";
    unsigned reason = judge_proof(session, door);
    if (reason == 0 && session->failure != PIER_OK) {
        reason = PIER__HAS_FAILED;
    }
    if (reason == 0 && pier__token_is_none(told->next_token)) {
        reason = PIER__CONFLICT;
    }
    if (reason == 0 && door->opened_ns < session->opened_ns) {
        /* It comes late: the client has connected anew since, and what it tells here is no longer true. */
        return PIER__BUSY;
    }
    if (reason == 0 && session->is_begun) {
        reason = pier__tokens_judge(held_token(session), told->token, told->next_token);
        reason = reason == 0 && is_settled(session, told) ? PIER__CONFLICT : reason;
    }
    if (reason == 0) {
        (void)pier__session_fits(session, told, &reason, &text);
        door->why = reason != 0 ? text : NULL;
    }
    return reason == 0 && is_too_often(session) ? PIER__BUSY : reason;
}

static void refuse(pier_session *session, pier_session_door *door, unsigned reason) {
    const char *text = "";
    pier__door_refuse_with(door, reason);
    (void)pier_session_door_refusal(door, &text);
    if (reason == PIER__CONFLICT || reason == PIER__CLIENT_IS_OLDER || reason == PIER__SERVER_IS_OLDER) {
        pier__session_tell(session, PIER_SESSION_CONFLICT, PIER_MISMATCH, reason, text);
    }
}

/* Notes what is agreed by a creation. Returns false when no key can be drawn. */
static bool create(pier_session *session, const pier__standing_told *told) {
    pier__lane *lane = &session->sent;
    if (session->shared_key_bytes == 0 && lane->notes[PIER__NOTE_KEY].size == 0) {
        uint8_t key[PIER__KEY_BYTES];
        if (!session->options.draw(session->options.user, key, sizeof key)) {
            return false;
        }
        (void)pier__lane_note_bytes(lane, PIER__NOTE_KEY, key, sizeof key, true);
        pier__proof_wipe(key, sizeof key);
    }
    if (!session->is_begun) {
        pier__session_note_terms(session, &told->terms);
    }
    return true;
}

void pier__session_note_seen(pier_session *session) {
    uint8_t bytes[8];
    pier__store_le64(bytes, session->unix_ns / 1000000000u);
    (void)pier__lane_note_bytes(&session->sent, PIER__NOTE_SEEN, bytes, sizeof bytes, false);
}

pier_status pier_session_accept(pier_session *session, pier_session_door *door) {
    if (session->options.role != PIER_SESSION_SERVER || !door->is_ready) {
        return PIER_USAGE;
    }
    unsigned reason = judge(session, door);
    if (reason != 0) {
        refuse(session, door, reason);
        return PIER_DENIED;
    }
    const pier__standing_told *told = &door->standing;
    if (told->begins && !create(session, told)) {
        return PIER_SYSTEM;
    }
    pier__link *link = &session->link;
    if (link->phase != PIER__LINK_NONE) {
        pier__session_tell(session, PIER_SESSION_LOST, PIER_CANCELLED, 0, "another connection took over");
    }
    pier__link_reset(session);
    session->opened_ns = door->opened_ns;
    link->number++;
    link->hello = door->hello_text;
    link->greeting = door->greeting_text;
    link->resume = door->resume_text;
    link->peer = *told;
    link->is_creation = told->begins && session->shared_key_bytes == 0;
    link->heard = session->now_ns;
    pier__session_note_seen(session);
    if (!told->begins && !session->is_answered) {
        static const uint8_t none[PIER__TOKEN_BYTES] = {0};
        note_answered(session, none);
    }
    link->settled = pier__lane_note_bytes(&session->sent, PIER__NOTE_TOKENS, told->next_token, PIER__TOKEN_BYTES, true);
    pier__link_enter(session, PIER__LINK_SETTLING);
    pier__session_tell(session, PIER_SESSION_RESUMING, PIER_OK, 0,
                       "a connection stands, and both sides are being introduced");
    pier__session_run(session);
    return PIER_OK;
}

void pier__accept_go_on(pier_session *session) {
    pier__link *link = &session->link;
    if (session->options.role != PIER_SESSION_SERVER || link->phase != PIER__LINK_SETTLING || !session->knows ||
        !pier__lane_note_is_durable(&session->sent, link->settled)) {
        return;
    }
    pier__standing_told standing;
    pier__link_control welcome = {.type = PIER__WELCOME};
    pier__session_stand(session, &standing);
    pier_bytes key = pier__session_key(session);
    if (link->is_creation) {
        memcpy(standing.key, key.data, PIER__KEY_BYTES);
        standing.has_key = true;
        key = (pier_bytes){NULL, 0};
    }
    welcome.standing_bytes = pier__standing_encode(&standing, welcome.standing);
    if (!pier__proof_make(key, &link->hello, &link->greeting, &link->resume,
                          (pier_bytes){welcome.standing, welcome.standing_bytes}, welcome.proof)) {
        pier__link_end(session, PIER_SYSTEM, "a proof cannot be made");
        return;
    }
    if (pier__link_say(session, &welcome)) {
        pier__session_open_link(session);
    }
}
