/* How the two sides get to know where the other stands, and the client's way through it; see session_internal.h and
 * proto/session.md. accept.c is the server's. */
#include "session/session_internal.h"

#include <string.h>

void pier__session_stand(const pier_session *session, pier__standing_told *standing) {
    const pier__lane *lane = &session->received;
    memset(standing, 0, sizeof *standing);
    standing->begins = !session->is_begun;
    standing->received = lane->made;
    standing->received_blocks = lane->stream.next_block;
    standing->received_epoch = lane->stream.epoch;
    standing->received_check = session->last_check;
    standing->durable = lane->durable;
    standing->committed = pier__session_committed(session);
    standing->sent = session->sent.made;
    standing->terms = (pier__terms){
        .record_bytes_max = session->limits.record_bytes_max,
        .block_target_bytes = session->limits.block_target_bytes,
        .classes_max = session->limits.classes_max,
        .depth_max = session->limits.depth_max,
        .durability = (uint64_t)session->options.durability,
        .codecs = session->codecs,
    };
}

bool pier__session_fits(pier_session *session, const pier__standing_told *peer, unsigned *reason, const char **text) {
    bool is_server = session->options.role == PIER_SESSION_SERVER;
    unsigned mine = is_server ? PIER__SERVER_IS_OLDER : PIER__CLIENT_IS_OLDER;
    unsigned others = is_server ? PIER__CLIENT_IS_OLDER : PIER__SERVER_IS_OLDER;
    if (session->is_begun && memcmp(&session->peer_terms, &peer->terms, sizeof peer->terms) != 0) {
        *reason = PIER__TERMS_DIFFER;
        *text = session->peer_terms.codecs != peer->terms.codecs
                    ? "the peer's codecs of blocks are not those that the session was created with"
                    : "the peer's limits or durability are not those that the session was created with";
    } else if (peer->received > session->sent.made) {
        *reason = mine;
        *text = "the peer has records that are not known here: this side's folder is older, or a copy";
    } else if (peer->received < session->peer_durable || peer->received < session->sent.trimmed) {
        *reason = others;
        *text = "the peer lacks records that it had made durable: its folder is older, or lost";
    } else if (session->received.made > peer->sent) {
        *reason = others;
        *text = "the peer does not know records that it sent: its folder is older, or lost";
    } else if (session->committed > peer->sent) {
        /* Below disk the journal may have lost what the program has kept. */
        *reason = others;
        *text = "the peer never sent records that the program has dealt with: its folder is older, or what the program "
                "kept is of another session";
    } else {
        return true;
    }
    return false;
}

void pier__session_open_link(pier_session *session) {
    pier__link *link = &session->link;
    const pier__standing_told *peer = &link->peer;
    pier__lane *sent = &session->sent;
    /* From the block on at which the peer stands, so that it can be compared; it may be gone, or never have been: what
     * a crash took. */
    bool is_in_gap = peer->received > sent->found_to && peer->received <= sent->was_above;
    link->is_verified = peer->received <= sent->trimmed || is_in_gap;
    pier__lane_rewind(sent, peer->received - (link->is_verified ? 0 : 1));
    link->acknowledged[0] = peer->received;
    link->acknowledged[1] = peer->durable;
    link->acknowledged[2] = peer->committed;
    session->peer_terms = peer->terms;
    session->peer_record_bytes_max = peer->terms.record_bytes_max;
    pier__archive_limit_records(session->store, session->peer_record_bytes_max);
    pier__archive_allow_codecs(session->store, peer->terms.codecs);
    session->received.stream.peer.block_target_bytes = (uint32_t)peer->terms.block_target_bytes;
    pier__session_hear(session);
    link->heard = session->now_ns;
    pier__link_enter(session, PIER__LINK_OPEN);
    bool was_begun = session->is_begun;
    session->is_begun = true;
    pier__session_tell(session, was_begun ? PIER_SESSION_RESUMED : PIER_SESSION_CONNECTED, PIER_OK,
                       sent->made - peer->received,
                       was_begun ? "records pass again" : "the session has begun, records pass");
}

/* The client ------------------------------------------------------------------------------------------------------ */

static void split_tokens(const pier_session *session, uint8_t *token, uint8_t *next) {
    const pier__lane_note *note = &session->sent.notes[PIER__NOTE_TOKENS];
    memset(token, 0, PIER__TOKEN_BYTES);
    memset(next, 0, PIER__TOKEN_BYTES);
    if (note->size == 2 * PIER__TOKEN_BYTES) {
        memcpy(token, note->bytes, PIER__TOKEN_BYTES);
        memcpy(next, note->bytes + PIER__TOKEN_BYTES, PIER__TOKEN_BYTES);
    }
}

static uint64_t note_tokens(pier_session *session, const uint8_t *token, const uint8_t *next) {
    uint8_t bytes[2 * PIER__TOKEN_BYTES];
    memcpy(bytes, token, PIER__TOKEN_BYTES);
    memcpy(bytes + PIER__TOKEN_BYTES, next, PIER__TOKEN_BYTES);
    return pier__lane_note_bytes(&session->sent, PIER__NOTE_TOKENS, bytes, sizeof bytes, true);
}

/* Sees to it that there is a next token. */
static bool prepare_token(pier_session *session) {
    uint8_t token[PIER__TOKEN_BYTES];
    uint8_t next[PIER__TOKEN_BYTES];
    split_tokens(session, token, next);
    const pier__lane_note *noted = &session->sent.notes[PIER__NOTE_TOKENS];
    if (!pier__token_is_none(next)) {
        /* What a life before this one noted may not have been synced. */
        session->link.settled = noted->change != 0 ? noted->change : note_tokens(session, token, next);
        return true;
    }
    if (!pier__token_draw(token, session->options.draw, session->options.user, next)) {
        return false;
    }
    session->link.settled = note_tokens(session, token, next);
    return true;
}

pier_status pier_session_connect(pier_session *session) {
    pier__link *link = &session->link;
    if (session->options.role != PIER_SESSION_CLIENT || link->phase != PIER__LINK_NONE) {
        return PIER_USAGE;
    }
    if (session->failure != PIER_OK) {
        return session->failure;
    }
    pier__link_control hello = {.type = PIER__HELLO};
    memcpy(hello.name, session->name, sizeof hello.name);
    memcpy(hello.id, session->id, sizeof hello.id);
    if (!session->options.draw(session->options.user, hello.nonce, sizeof hello.nonce) || !prepare_token(session)) {
        return PIER_SYSTEM;
    }
    uint64_t settled = link->settled;
    pier__link_reset(session);
    link->settled = settled;
    link->number++;
    link->hello.size = pier__link_control_encode(&hello, link->hello.bytes);
    pier__link_enter(session, PIER__LINK_GREETING);
    link->heard = session->now_ns;
    pier__session_tell(session, PIER_SESSION_RESUMING, PIER_OK, 0,
                       "a connection stands, and both sides are being introduced");
    (void)pier__link_say(session, &hello);
    pier__session_run(session);
    return PIER_OK;
}

static void say_resume(pier_session *session) {
    pier__link *link = &session->link;
    pier__standing_told standing;
    pier__link_control resume = {.type = PIER__RESUME};
    pier__session_stand(session, &standing);
    split_tokens(session, standing.token, standing.next_token);
    resume.standing_bytes = pier__standing_encode(&standing, resume.standing);
    if (!pier__proof_make(pier__session_key(session), &link->hello, &link->greeting, NULL,
                          (pier_bytes){resume.standing, resume.standing_bytes}, resume.proof)) {
        pier__link_end(session, PIER_SYSTEM, "a proof cannot be made");
        return;
    }
    link->resume.size = pier__link_control_encode(&resume, link->resume.bytes);
    pier__link_enter(session, PIER__LINK_RESUMING);
    (void)pier__link_say(session, &resume);
}

static const char *refusal_text(uint64_t reason) {
    static const char *const texts[] = {
        "the server refuses",
        "the server knows no such session, or it has expired, or the key is wrong, or the name is another folder's",
        "a copy of this folder, or a newer state of it, was used since",
        "this folder is in an older state than the server has met: put back, or a copy",
        "the server's folder is in an older state than this one has met, or lost",
        "the limits, durability or codecs are not those that the session was created with",
        "too many take-overs in a short time, or a later connection was taken",
        "this folder is new, and the server has a session of that name",
        "the server's disk failed",
    };
    return texts[reason < sizeof texts / sizeof texts[0] ? reason : 0];
}

static void take_refusal(pier_session *session, uint64_t reason) {
    const char *text = refusal_text(reason);
    bool is_conflict = reason >= PIER__CONFLICT && reason <= PIER__TERMS_DIFFER;
    pier_status status = is_conflict || reason == PIER__NAME_EXISTS ? PIER_MISMATCH : PIER_DENIED;
    pier__session_tell(session, PIER_SESSION_REFUSED, status, reason, text);
    if (status == PIER_MISMATCH) {
        pier__session_tell(session, PIER_SESSION_CONFLICT, status, reason, text);
    }
    pier__link_end(session, status, text);
}

/* Notes what was agreed: the token that the server has now, and of a creation its terms and the key. */
static void settle(pier_session *session) {
    pier__link *link = &session->link;
    uint8_t token[PIER__TOKEN_BYTES];
    uint8_t next[PIER__TOKEN_BYTES];
    static const uint8_t none[PIER__TOKEN_BYTES] = {0};
    split_tokens(session, token, next);
    if (link->peer.has_key && session->shared_key_bytes == 0) {
        (void)pier__lane_note_bytes(&session->sent, PIER__NOTE_KEY, link->peer.key, PIER__KEY_BYTES, true);
    }
    if (!session->is_begun) {
        pier__session_note_terms(session, &link->peer.terms);
    }
    link->settled = note_tokens(session, next, none);
    pier__link_enter(session, PIER__LINK_SETTLING);
}

static void take_welcome(pier_session *session, const pier__link_control *welcome) {
    pier__link *link = &session->link;
    uint8_t proof[PIER__PROOF_BYTES];
    pier_bytes standing = {welcome->standing, welcome->standing_bytes};
    unsigned reason = 0;
    const char *text = "";
    if (!pier__proof_make(pier__session_key(session), &link->hello, &link->greeting, &link->resume, standing, proof) ||
        !pier__proof_equals(proof, welcome->proof)) {
        pier__link_end(session, PIER_DENIED, "the server does not prove that it has the key");
    } else if (pier__standing_decode(standing, &link->peer) != PIER_OK) {
        pier__link_fail(session, PIER_PROTOCOL, 0, "a welcome that says nothing that is known");
    } else if (!session->is_begun && session->shared_key_bytes == 0 && !link->peer.has_key) {
        pier__link_fail(session, PIER_PROTOCOL, 0, "a welcome without a key");
    } else if (!pier__session_fits(session, &link->peer, &reason, &text)) {
        pier__session_tell(session, PIER_SESSION_CONFLICT, PIER_MISMATCH, reason, text);
        pier__link_fail(session, PIER_MISMATCH, link->peer.received, text);
    } else {
        settle(session);
    }
}

void pier__meet_take(pier_session *session, const pier__link_control *control, pier_bytes payload) {
    pier__link *link = &session->link;
    if (link->phase == PIER__LINK_GREETING && control->type == PIER__GREETING &&
        payload.size <= sizeof link->greeting.bytes) {
        memcpy(link->greeting.bytes, payload.data, payload.size);
        link->greeting.size = payload.size;
        pier__link_enter(session, PIER__LINK_PREPARING);
        pier__meet_go_on(session);
    } else if (link->phase == PIER__LINK_RESUMING && control->type == PIER__WELCOME) {
        take_welcome(session, control);
    } else if (control->type == PIER__REFUSED) {
        take_refusal(session, control->numbers[0]);
    } else {
        pier__link_fail(session, PIER_PROTOCOL, 0, "a control block at the wrong time");
    }
}

void pier__meet_go_on(pier_session *session) {
    pier__link *link = &session->link;
    if (session->options.role != PIER_SESSION_CLIENT || !pier__lane_note_is_durable(&session->sent, link->settled)) {
        return;
    }
    if (link->phase == PIER__LINK_PREPARING && session->knows) {
        say_resume(session);
    } else if (link->phase == PIER__LINK_SETTLING) {
        pier__session_open_link(session);
    }
}
