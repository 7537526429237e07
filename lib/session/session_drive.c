/* Sessions driven: requests, time, events, and what each input sets going; see <pier/session.h> and
 * session_internal.h. */
#include "session/session_internal.h"

#include <string.h>

#include "base/error_internal.h"

static bool is_settled(const pier__lane *lane) {
    return lane->pending_whole == 0 && lane->writing.size == 0 && !lane->is_under_way;
}

/* Takes reservations back once everything has been written: the next life then goes on without a gap. */
static void rest(pier_session *session) {
    pier__lane *lanes[] = {&session->sent, &session->received};
    if (!session->is_resting || session->is_rested || !is_settled(lanes[0]) || !is_settled(lanes[1])) {
        return;
    }
    static const uint8_t none[16] = {0};
    session->is_rested = true;
    for (size_t i = 0; i < 2 && session->options.durability != PIER_DURABILITY_DISK; i++) {
        (void)pier__lane_note_bytes(lanes[i], PIER__NOTE_RESERVED, none, sizeof none, true);
    }
}

/* Tells that what was to survive the machine does. */
static void tell_synced(pier_session *session) {
    const pier__lane *lane = &session->sent;
    if (lane->sync_mark > session->sync_told && lane->synced >= lane->sync_mark) {
        session->sync_told = lane->sync_mark;
        pier__session_tell(session, PIER_SESSION_SYNCED, PIER_OK, lane->sync_mark,
                           "all records up to this one survive the machine");
    }
}

void pier__session_run(pier_session *session) {
    if (session->failure != PIER_OK) {
        return;
    }
    pier__lane_reserve(&session->sent);
    pier__lane_reserve(&session->received);
    pier__delivery_settle(session);
    pier__meet_go_on(session);
    pier__accept_go_on(session);
    pier__link_take_in(session);
    pier__sending_gather(session);
    pier__sending_pump(session);
    pier__delivery_settle(session);
    pier__link_keep_up(session);
    tell_synced(session);
    rest(session);
}

pier_status pier_session_status(const pier_session *session) {
    return session->failure;
}

const pier_error *pier_session_error(const pier_session *session) {
    return &session->error;
}

/* The clock ------------------------------------------------------------------------------------------------------- */

void pier_session_set_now(pier_session *session, int64_t monotonic_ns, uint64_t unix_ns) {
    session->now_ns = monotonic_ns;
    session->unix_ns = unix_ns;
    pier_archive_set_time(session->store, unix_ns);
    pier__session_run(session);
}

static void earlier(pier_deadline *due, int64_t at) {
    *due = at < *due ? at : *due;
}

pier_deadline pier_session_due(const pier_session *session) {
    const pier__link *link = &session->link;
    pier_deadline due = PIER_NEVER;
    if (session->failure != PIER_OK) {
        return due;
    }
    const int64_t retries[] = {session->sent.retry_at,     session->sent.read_at,     session->sent.sync_at,
                               session->received.retry_at, session->received.read_at, session->received.sync_at};
    for (size_t i = 0; i < sizeof retries / sizeof retries[0]; i++) {
        if (retries[i] > session->now_ns) {
            earlier(&due, retries[i]);
        }
    }
    if (link->phase == PIER__LINK_OPEN) {
        earlier(&due, link->heard + (int64_t)session->options.dead_peer_ms * 1000000);
        earlier(&due, link->said + (int64_t)session->options.heartbeat_ms * 1000000);
    } else if (link->phase != PIER__LINK_NONE && link->phase != PIER__LINK_ENDING) {
        earlier(&due, link->since + (int64_t)session->options.handshake_timeout_ms * 1000000);
    }
    return due;
}

/* The disk -------------------------------------------------------------------------------------------------------- */

/* The first read of the received journal: which definitions it has in its epoch. */
static void ask_to_learn(pier_session *session) {
    pier__lane *lane = &session->received;
    if (session->knows || lane->is_under_way || session->now_ns < lane->retry_at) {
        return;
    }
    lane->is_under_way = true;
    lane->is_asked = false;
    lane->request = (pier_session_request){.id = ++session->requests,
                                           .work = PIER_SESSION_READ,
                                           .journal = PIER_SESSION_RECEIVED,
                                           .number = session->learn_from,
                                           .bytes_max = SIZE_MAX};
    session->is_learning = true;
}

pier_status pier_session_next_request(pier_session *session, pier_session_request *request) {
    pier__lane *lanes[] = {&session->sent, &session->received};
    if (session->failure != PIER_OK) {
        return PIER_WOULD_BLOCK;
    }
    ask_to_learn(session);
    for (size_t i = 0; i < 2; i++) {
        pier__lane *lane = lanes[i];
        if (!lane->is_under_way && pier__lane_choose(lane, session->now_ns, session->requests + 1)) {
            session->requests++;
        }
        if (lane->is_under_way && !lane->is_asked) {
            lane->is_asked = true;
            *request = lane->request;
            return PIER_OK;
        }
    }
    return PIER_WOULD_BLOCK;
}

/* What the journal knows of definitions has been read; all of its records may be gone by now. */
static pier_status complete_learning(pier_session *session, pier_status status, pier_bytes data) {
    session->is_learning = false;
    session->received.is_under_way = false;
    if (status == PIER_OK) {
        status = pier__intake_learn(session, data);
    }
    if (status == PIER_NO_MEMORY || status == PIER_WOULD_BLOCK || status == PIER_NO_SPACE) {
        session->received.retry_at = session->now_ns + PIER__LANE_RETRY_NS;
        return PIER_OK;
    }
    if (status == PIER_NOT_FOUND && session->learn_from <= session->received.made) {
        /* Its records are gone; its definitions are not. */
        session->learn_from = session->received.made + 1;
        return PIER_OK;
    }
    return status <= 0 ? status : PIER_SYSTEM;
}

void pier_session_complete(pier_session *session, uint64_t id, pier_status status, pier_bytes data,
                           const pier_error *error) {
    pier__lane *lanes[] = {&session->sent, &session->received};
    for (size_t i = 0; i < 2 && session->failure == PIER_OK; i++) {
        pier__lane *lane = lanes[i];
        if (!lane->is_under_way || !lane->is_asked || lane->request.id != id) {
            continue;
        }
        pier_status failure = session->is_learning && i == 1 ? complete_learning(session, status, data)
                                                             : pier__lane_complete(lane, status, data, session->now_ns);
        if (failure != PIER_OK) {
            pier__session_fail(session, failure, error, "a journal of the session failed");
        }
        pier__session_run(session);
        return;
    }
}

/* The connection -------------------------------------------------------------------------------------------------- */

pier_session_link pier_session_link_state(const pier_session *session) {
    switch (session->link.phase) {
    case PIER__LINK_NONE:
        return PIER_SESSION_LINK_NONE;
    case PIER__LINK_OPEN:
        return PIER_SESSION_LINK_OPEN;
    case PIER__LINK_ENDING:
        return PIER_SESSION_LINK_ENDING;
    default:
        return PIER_SESSION_LINK_MEETING;
    }
}

uint64_t pier_session_link_number(const pier_session *session) {
    return session->link.number;
}

void pier_session_disconnect(pier_session *session) {
    pier__link *link = &session->link;
    if (link->phase == PIER__LINK_NONE) {
        return;
    }
    bool has_reason = link->phase == PIER__LINK_ENDING;
    pier__session_tell(session, PIER_SESSION_LOST, has_reason ? link->why : PIER_CLOSED, 0,
                       has_reason ? link->why_text : "the connection is gone");
    if (session->peer_noted != session->peer_durable) {
        (void)pier__session_note_peer(session, false);
    }
    if (session->options.role == PIER_SESSION_SERVER) {
        pier__session_note_seen(session);
    }
    pier__link_reset(session);
    pier__session_run(session);
}

/* The program ----------------------------------------------------------------------------------------------------- */

pier_archive *pier_session_store_archive(pier_session *session) {
    return session->store;
}

pier_archive *pier_session_load_archive(pier_session *session) {
    return session->load;
}

pier_status pier_session_flush(pier_session *session, uint64_t *last_record) {
    if (session->failure != PIER_OK) {
        return session->failure;
    }
    if (session->is_finishing) {
        return pier__error_set(&session->error, PIER_USAGE, PIER_FLOOR_SESSION, 0, "the session is finished");
    }
    pier_status status = pier_archive_flush(session->store);
    if (status != PIER_OK) {
        session->error = *pier_archive_error(session->store);
        return status;
    }
    if (last_record != NULL) {
        *last_record = pier__archive_next_number(session->store) - 1;
    }
    pier__session_run(session);
    return PIER_OK;
}

pier_status pier_session_flush_synced(pier_session *session, uint64_t *last_record) {
    uint64_t last = 0;
    pier_status status = pier_session_flush(session, &last);
    if (last_record != NULL && status == PIER_OK) {
        *last_record = last;
    }
    if (status == PIER_OK && last > session->sent.sync_mark) {
        session->sent.sync_mark = last;
        if (session->options.durability != PIER_DURABILITY_DISK) {
            (void)pier__session_note_peer(session, true);
        }
        pier__session_run(session);
    }
    return status;
}

void pier_session_finish(pier_session *session) {
    if (!session->is_finishing) {
        (void)(pier_archive_flush(session->store) == PIER_OK);
        session->is_finishing = true;
        pier__session_run(session);
    }
}

bool pier_session_is_finished(const pier_session *session) {
    return session->is_finishing && pier_archive_queued_bytes(session->store) == 0 &&
           session->peer_durable >= session->sent.made;
}

pier_session_progress pier_session_sent(const pier_session *session) {
    return (pier_session_progress){session->sent.made,    session->sent.durable,   session->peer_received,
                                   session->peer_durable, session->peer_committed, session->sent.synced};
}

pier_session_progress pier_session_received(const pier_session *session) {
    return (pier_session_progress){session->received.made, session->received.durable,  session->received.made,
                                   session->link.told[1],  session->committed_durable, session->received.synced};
}

pier_status pier_session_rest(pier_session *session) {
    if (session->link.phase != PIER__LINK_NONE) {
        return pier__error_set(&session->error, PIER_USAGE, PIER_FLOOR_SESSION, 0, "a connection stands");
    }
    session->is_resting = true;
    session->sent.is_resting = true;
    session->received.is_resting = true;
    pier__session_run(session);
    return session->failure;
}

pier_status pier_session_next_event(pier_session *session, pier_session_event *event) {
    return pier__events_take(&session->events, event);
}
