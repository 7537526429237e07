/* The bytes of a connection, both ways; see session_internal.h. */
#include "session/session_internal.h"

#include <stdio.h>

void pier__link_reset(pier_session *session) {
    pier__link *link = &session->link;
    pier__buffer in = link->in;
    pier__buffer out = link->out;
    uint64_t number = link->number;
    memset(link, 0, sizeof *link);
    link->in = in;
    link->out = out;
    link->number = number;
    link->in.size = 0;
    link->out.size = 0;
}

void pier__link_enter(pier_session *session, pier__phase phase) {
    session->link.phase = phase;
    session->link.since = session->now_ns;
}

void pier__link_end(pier_session *session, pier_status status, const char *text) {
    pier__link *link = &session->link;
    if (link->phase == PIER__LINK_NONE || link->phase == PIER__LINK_ENDING) {
        return;
    }
    link->why = status;
    (void)snprintf(link->why_text, sizeof link->why_text, "%s", text);
    pier__link_enter(session, PIER__LINK_ENDING);
}

bool pier__link_say(pier_session *session, const pier__link_control *control) {
    pier__link *link = &session->link;
    uint8_t payload[PIER__CONTROL_TEXT_BYTES_MAX];
    size_t size = pier__link_control_encode(control, payload);
    if (!pier__buffer_reserve(&link->out, PIER__PIECE_BYTES + size)) {
        pier__link_end(session, PIER_NO_MEMORY, "no memory for a control block");
        return false;
    }
    link->out.size += pier__link_control_block(payload, size, link->out.data + link->out.size);
    link->said = session->now_ns;
    return true;
}

void pier__link_fail(pier_session *session, pier_status status, uint64_t record, const char *text) {
    pier__phase phase = session->link.phase;
    if (phase == PIER__LINK_NONE || phase == PIER__LINK_ENDING) {
        return;
    }
    pier__link_control error = {.type = PIER__ERROR, .numbers = {record}, .status = status};
    (void)pier__link_say(session, &error);
    pier__link_end(session, status, text);
}

/* What comes ----------------------------------------------------------------------------------------------------- */

static void take_acknowledgement(pier_session *session, const uint64_t *numbers) {
    uint64_t *before = session->link.acknowledged;
    uint64_t sent = session->sent.taken > before[0] ? session->sent.taken : before[0];
    bool is_true = numbers[0] <= sent && numbers[1] <= numbers[0] && numbers[2] <= numbers[1] &&
                   numbers[0] >= before[0] && numbers[1] >= before[1] && numbers[2] >= before[2];
    if (!is_true) {
        pier__link_fail(session, PIER_PROTOCOL, numbers[0], "an acknowledgement above what was sent, or below another");
        return;
    }
    memcpy(before, numbers, sizeof session->link.acknowledged);
    pier__accept_hear(session);
    pier__session_hear(session);
}

static void take_close(pier_session *session, uint64_t last) {
    pier__link *link = &session->link;
    if (link->peer_finished || last != session->received.made) {
        pier__link_fail(session, PIER_PROTOCOL, last, "a close that does not tell the last record");
        return;
    }
    link->peer_finished = true;
    pier__session_tell(session, PIER_SESSION_FINISHED, PIER_OK, last, "the peer sends no more on this connection");
}

static void take_error(pier_session *session, const pier__link_control *control) {
    pier_status status = control->status < 0 && control->status >= -999 ? (pier_status)control->status : PIER_PROTOCOL;
    char text[160];
    /* What does not fit between two sides is not what its status says elsewhere, of classes. */
    const char *words = status == PIER_MISMATCH ? "one of both folders is older than what the other has met, or lost"
                                                : pier_status_text(status);
    (void)snprintf(text, sizeof text, "the peer found a fault: %s (record %llu)", words,
                   (unsigned long long)control->numbers[0]);
    if (status == PIER_MISMATCH) {
        pier__session_tell(session, PIER_SESSION_CONFLICT, status, control->numbers[0], text);
    }
    pier__link_end(session, status, text);
}

static void take_open_control(pier_session *session, const pier__link_control *control) {
    pier__link *link = &session->link;
    switch (control->type) {
    case PIER__ACKNOWLEDGEMENT:
        take_acknowledgement(session, control->numbers);
        break;
    case PIER__CLOSE:
        take_close(session, control->numbers[0]);
        break;
    case PIER__PING:
        /* The last one is answered: a peer that only pings takes no room. */
        link->owes_pong = true;
        link->pong = control->numbers[0];
        break;
    case PIER__PONG:
        break;
    default:
        pier__link_fail(session, PIER_PROTOCOL, 0, "a control block at the wrong time");
        break;
    }
}

static void take_control(pier_session *session, pier_bytes payload) {
    pier__link_control control;
    pier_status status = pier__link_control_decode(payload, &control);
    if (status != PIER_OK) {
        pier__link_fail(session, status, 0, "a control block that says nothing that is known");
    } else if (control.type == PIER__ERROR) {
        take_error(session, &control);
    } else if (session->link.phase == PIER__LINK_OPEN) {
        take_open_control(session, &control);
    } else {
        pier__meet_take(session, &control, payload);
    }
}

/* How many bytes the piece at `at` has; 0: the connection was failed. */
static size_t piece_bytes(pier_session *session, const uint8_t *at, size_t there, pier__header *header) {
    size_t wrong = 0;
    size_t first = there < PIER__PIECE_BYTES ? there : PIER__PIECE_BYTES;
    bool may_begin = pier__piece_may_begin(at, first, &wrong) && (first < 4 || at[3] != PIER_BLOCK_PREAMBLE);
    if (may_begin && there < PIER__PIECE_BYTES) {
        return PIER__PIECE_BYTES;
    }
    if (!may_begin || !pier__piece_proves_itself(at)) {
        pier__link_fail(session, PIER_CORRUPT, 0, "what came is no block");
        return 0;
    }
    pier__header_decode(at, header);
    bool is_control = header->kind == PIER_BLOCK_CONTROL && header->first_record == 0;
    bool is_short =
        is_control ? pier__link_control_is_free(header)
                   : header->stored_bytes <= pier__payload_max(&session->received.stream, header, &session->limits);
    if (!is_short || (header->flags & PIER__FLAG_CHECKSUM) == 0) {
        pier__link_fail(session, is_control ? PIER_PROTOCOL : PIER_LIMIT, header->first_record,
                        "a block that is longer than this side takes, or has no check");
        return 0;
    }
    return PIER__PIECE_BYTES + (size_t)header->stored_bytes;
}

/* Takes one piece that came whole. Returns whether it was taken. */
static bool take_piece(pier_session *session, const pier__header *header, const uint8_t *at) {
    pier__link *link = &session->link;
    pier_bytes payload = {at + PIER__PIECE_BYTES, header->stored_bytes};
    if (pier__payload_check(at + PIER__PIECE_BYTES, payload.size) != header->payload_check) {
        pier__link_fail(session, PIER_CORRUPT, header->first_record, "the check of a block fails");
        return false;
    }
    if (pier__link_control_is_free(header)) {
        take_control(session, payload);
        return true;
    }
    if (link->phase != PIER__LINK_OPEN || link->peer_finished) {
        pier__link_fail(session, PIER_PROTOCOL, header->first_record, "records at the wrong time");
        return false;
    }
    if (!session->knows || !pier__lane_has_room(&session->received)) {
        return false;
    }
    const char *text = "";
    pier_status status = pier__intake_take(session, header, at, &text);
    if (status != PIER_OK && status != PIER_NO_MEMORY) {
        pier__link_fail(session, status, header->first_record, text);
    }
    return status == PIER_OK;
}

static bool is_taking(const pier_session *session) {
    pier__phase phase = session->link.phase;
    return session->failure == PIER_OK &&
           (phase == PIER__LINK_GREETING || phase == PIER__LINK_RESUMING || phase == PIER__LINK_OPEN);
}

void pier__link_take_in(pier_session *session) {
    pier__link *link = &session->link;
    while (is_taking(session) && link->in.size > link->in_at) {
        const uint8_t *at = link->in.data + link->in_at;
        size_t there = link->in.size - link->in_at;
        pier__header header;
        size_t size = piece_bytes(session, at, there, &header);
        if (size == 0 || size > there || !take_piece(session, &header, at)) {
            break;
        }
        link->in_at += size;
    }
    if (link->in_at == link->in.size) {
        link->in.size = 0;
        link->in_at = 0;
    }
}

/* How much may lie untaken: some, or the piece that is awaited. */
static size_t input_max(const pier_session *session) {
    const pier__link *link = &session->link;
    size_t there = link->in.size - link->in_at;
    if (there < PIER__PIECE_BYTES) {
        return PIER__IN_BYTES;
    }
    pier__header header;
    pier__header_decode(link->in.data + link->in_at, &header);
    uint64_t longest = pier__payload_max(&session->received.stream, &header, &session->limits);
    size_t needed = PIER__PIECE_BYTES + (size_t)(header.stored_bytes < longest ? header.stored_bytes : longest);
    return needed > PIER__IN_BYTES ? needed : PIER__IN_BYTES;
}

bool pier_session_wants_input(const pier_session *session) {
    const pier__link *link = &session->link;
    return link->phase != PIER__LINK_NONE && link->phase != PIER__LINK_ENDING &&
           link->in.size - link->in_at < input_max(session);
}

void pier_session_feed(pier_session *session, pier_bytes bytes, size_t *taken_bytes) {
    pier__link *link = &session->link;
    *taken_bytes = 0;
    const uint8_t *from = (const uint8_t *)bytes.data;
    while (*taken_bytes < bytes.size && pier_session_wants_input(session)) {
        if (link->in_at > 0) {
            memmove(link->in.data, link->in.data + link->in_at, link->in.size - link->in_at);
            link->in.size -= link->in_at;
            link->in_at = 0;
        }
        size_t room = input_max(session) - link->in.size;
        size_t left = bytes.size - *taken_bytes;
        size_t size = room < left ? room : left;
        if (!pier__buffer_append(&link->in, from + *taken_bytes, size)) {
            break;
        }
        *taken_bytes += size;
        link->heard = session->now_ns;
        size_t before = link->in.size;
        pier__session_run(session);
        if (link->in.size - link->in_at >= before) {
            break;
        }
    }
}

pier_bytes pier_session_drain(pier_session *session) {
    const pier__link *link = &session->link;
    return (pier_bytes){link->out.size > link->out_at ? link->out.data + link->out_at : NULL,
                        link->out.size - link->out_at};
}

void pier_session_drained(pier_session *session, size_t size_bytes) {
    pier__link *link = &session->link;
    size_t there = link->out.size - link->out_at;
    link->out_at += size_bytes < there ? size_bytes : there;
    if (link->out_at == link->out.size) {
        link->out.size = 0;
        link->out_at = 0;
    } else if (link->out_at > PIER__OUT_BYTES) {
        memmove(link->out.data, link->out.data + link->out_at, link->out.size - link->out_at);
        link->out.size -= link->out_at;
        link->out_at = 0;
    }
    pier__session_run(session);
}

/* What is due ------------------------------------------------------------------------------------------------------ */

static void acknowledge(pier_session *session) {
    pier__link *link = &session->link;
    const pier__lane *lane = &session->received;
    uint64_t now[3] = {lane->made, lane->durable, pier__session_committed(session)};
    if (link->is_told && memcmp(now, link->told, sizeof now) == 0) {
        return;
    }
    pier__link_control control = {.type = PIER__ACKNOWLEDGEMENT, .numbers = {now[0], now[1], now[2]}};
    if (pier__link_say(session, &control)) {
        memcpy(link->told, now, sizeof now);
        link->is_told = true;
    }
}

static void answer(pier_session *session) {
    pier__link *link = &session->link;
    if (link->owes_pong) {
        pier__link_control pong = {.type = PIER__PONG, .numbers = {link->pong}};
        link->owes_pong = !pier__link_say(session, &pong);
    }
    bool is_sent = session->sent.taken == session->sent.made && pier_archive_queued_bytes(session->store) == 0;
    if (session->is_finishing && is_sent && !link->finish_is_sent) {
        pier__link_control close = {.type = PIER__CLOSE, .numbers = {session->sent.made}};
        link->finish_is_sent = pier__link_say(session, &close);
    }
    int64_t heartbeat = (int64_t)session->options.heartbeat_ms * 1000000;
    if (session->now_ns - link->said >= heartbeat) {
        pier__link_control ping = {.type = PIER__PING, .numbers = {++link->pings}};
        (void)pier__link_say(session, &ping);
    }
}

void pier__link_keep_up(pier_session *session) {
    pier__link *link = &session->link;
    if (link->phase == PIER__LINK_NONE || link->phase == PIER__LINK_ENDING) {
        return;
    }
    int64_t patience = (int64_t)1000000 * (link->phase == PIER__LINK_OPEN ? session->options.dead_peer_ms
                                                                          : session->options.handshake_timeout_ms);
    int64_t from = link->phase == PIER__LINK_OPEN ? link->heard : link->since;
    if (session->now_ns - from >= patience) {
        pier__link_end(session, PIER_TIMEOUT, "the peer says nothing");
        return;
    }
    if (link->phase == PIER__LINK_OPEN && link->out.size - link->out_at < session->out_max) {
        acknowledge(session);
        answer(session);
    }
}
