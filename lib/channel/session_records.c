/* The calls of a session channel with which a program stores and loads, and that may wait for the peer; see
 * session_channel_internal.h. */
#include "channel/session_channel_internal.h"

#include "base/error_internal.h"

/* How long a program that never waits may load before the connection is looked after. */
static const int64_t look_after_ns = 10000000;

static pier_status refuse_closed(pier_session_channel *channel) {
    return pier__error_set(&channel->error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0, "the session is closed");
}

/* A failure of the session itself. */
static pier_status failure_of(pier_session_channel *channel) {
    return pier__session_channel_keep(channel, pier_session_status(channel->session),
                                      pier_session_error(channel->session));
}

/* Takes a turn in the middle of a call: what it brings, the program has to be told of. A host tells its own. */
static void turn_aside(pier_session_channel *channel) {
    bool has_moved = pier__session_channel_turn(channel);
    channel->has_news = channel->has_news || (has_moved && channel->host == NULL);
}

pier_archive *pier_session_channel_store_archive(pier_session_channel *channel) {
    return pier_session_store_archive(channel->session);
}

pier_archive *pier_session_channel_load_archive(pier_session_channel *channel) {
    return pier_session_load_archive(channel->session);
}

static pier_status flush(pier_session_channel *channel, bool is_synced, uint64_t *last_record) {
    if (channel->is_closed) {
        return refuse_closed(channel);
    }
    uint64_t last = 0;
    pier_status status =
        is_synced ? pier_session_flush_synced(channel->session, &last) : pier_session_flush(channel->session, &last);
    if (last_record != NULL && status == PIER_OK) {
        *last_record = last;
    }
    if (status < 0) {
        return pier__session_channel_keep(channel, status, pier_session_error(channel->session));
    }
    for (;;) {
        turn_aside(channel);
        status = failure_of(channel);
        pier_session_progress sent = pier_session_sent(channel->session);
        if (status != PIER_OK || (is_synced ? sent.synced : sent.durable) >= last) {
            return status;
        }
        status = pier__session_channel_wait(channel);
        if (status != PIER_OK) {
            return status;
        }
    }
}

pier_status pier_session_channel_flush(pier_session_channel *channel, uint64_t *last_record) {
    return flush(channel, false, last_record);
}

pier_status pier_session_channel_flush_synced(pier_session_channel *channel, uint64_t *last_record) {
    return flush(channel, true, last_record);
}

/* Asks the session for its next record. Returns PIER_MORE when there is none. */
static pier_status ask_next(pier_session_channel *channel) {
    pier_status status = pier_session_next(channel->session);
    if (status != PIER_MORE) {
        (void)pier__session_channel_keep(channel, status, pier_session_error(channel->session));
    }
    return status;
}

/* What there is to say when no record is there. */
static pier_status nothing_left(pier_session_channel *channel) {
    pier_status status = failure_of(channel);
    if (status != PIER_OK) {
        return status;
    }
    uint64_t delivered = pier_session_record_number(channel->session);
    if (channel->peer_finished && delivered >= pier_session_received(channel->session).last) {
        channel->peer_finished = false;
        return PIER_END;
    }
    return channel->refused;
}

/* The next record of a host's session that does not wait: of what is here alone. What the connection has, the host
 * reads by turns, so that one that never stops does not hold up the others. */
static pier_status next_here(pier_session_channel *channel) {
    pier_status status = ask_next(channel);
    if (status == PIER_MORE && pier__session_disk_work(channel)) {
        status = ask_next(channel);
        channel->is_dirty = true;
    }
    if (status != PIER_MORE) {
        return status;
    }
    (void)pier__session_channel_take_events(channel);
    status = nothing_left(channel);
    return status == PIER_OK ? PIER_WOULD_BLOCK : status;
}

pier_status pier_session_channel_next(pier_session_channel *channel) {
    if (channel->is_closed) {
        return refuse_closed(channel);
    }
    if (channel->host != NULL && channel->deadline == PIER_NOW) {
        return next_here(channel);
    }
    if (pier_clock_monotonic_ns() - channel->stepped_ns > look_after_ns) {
        (void)pier__session_channel_turn(channel);
    }
    pier_status status = ask_next(channel);
    while (status == PIER_MORE) {
        (void)pier__session_channel_turn(channel);
        status = ask_next(channel);
        if (status == PIER_MORE) {
            channel->has_news = false;
            status = nothing_left(channel);
            status = status == PIER_OK ? pier__session_channel_wait(channel) : status;
            if (status != PIER_OK) {
                return status;
            }
            status = PIER_MORE;
        }
    }
    return status;
}

uint64_t pier_session_channel_record_number(const pier_session_channel *channel) {
    return pier_session_record_number(channel->session);
}

bool pier_session_channel_is_repeated(const pier_session_channel *channel) {
    return pier_session_is_repeated(channel->session);
}

pier_status pier_session_channel_commit(pier_session_channel *channel, uint64_t number) {
    if (channel->is_closed) {
        return refuse_closed(channel);
    }
    channel->is_dirty = true;
    return pier__session_channel_keep(channel, pier_session_commit(channel->session, number),
                                      pier_session_error(channel->session));
}

static uint64_t stage_of(const pier_session_channel *channel, pier_session_stage stage) {
    pier_session_progress sent = pier_session_sent(channel->session);
    switch (stage) {
    case PIER_SESSION_STAGE_RECEIVED:
        return sent.received;
    case PIER_SESSION_STAGE_KEPT:
        return sent.kept;
    default:
        return sent.committed;
    }
}

pier_status pier_session_channel_await(pier_session_channel *channel, uint64_t number, pier_session_stage stage) {
    if (channel->is_closed) {
        return refuse_closed(channel);
    }
    turn_aside(channel);
    uint64_t last = pier_session_sent(channel->session).last;
    if (number > last) {
        return pier__error_set(&channel->error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "record %llu is awaited, and %llu was flushed last", (unsigned long long)number,
                               (unsigned long long)last);
    }
    while (stage_of(channel, stage) < number) {
        pier_status status = failure_of(channel);
        status = status == PIER_OK ? channel->refused : status;
        status = status == PIER_OK ? pier__session_channel_wait(channel) : status;
        if (status != PIER_OK) {
            return status;
        }
        turn_aside(channel);
    }
    return PIER_OK;
}

pier_status pier_session_channel_connect(pier_session_channel *channel) {
    if (channel->is_closed) {
        return refuse_closed(channel);
    }
    channel->refused = PIER_OK;
    pier__dial_hurry(channel);
    for (;;) {
        turn_aside(channel);
        pier_status status = failure_of(channel);
        if (status == PIER_OK && pier_session_link_state(channel->session) == PIER_SESSION_LINK_OPEN) {
            return PIER_OK;
        }
        status = status == PIER_OK ? channel->refused : status;
        status = status == PIER_OK ? pier__session_channel_wait(channel) : status;
        if (status != PIER_OK) {
            return status;
        }
    }
}

void pier_session_channel_finish(pier_session_channel *channel) {
    if (!channel->is_closed) {
        pier_session_finish(channel->session);
        channel->is_dirty = true;
    }
}

/* Waits until the peer has everything; and, of a connection, until the last of it was sent. */
static pier_status see_off(pier_session_channel *channel) {
    for (;;) {
        (void)pier__session_channel_turn(channel);
        pier_status status = failure_of(channel);
        status = status == PIER_OK ? channel->refused : status;
        if (status != PIER_OK) {
            return status;
        }
        if (pier_session_is_finished(channel->session) && pier_session_drain(channel->session).size == 0) {
            return PIER_OK;
        }
        status = pier__session_channel_wait(channel);
        if (status != PIER_OK) {
            return status;
        }
    }
}

/* Ends the connection so that the peer reads all that was sent, and waits a moment for it to end its side. Returns
 * PIER_OK, or "not now". */
static pier_status say_goodbye(pier_session_channel *channel) {
    channel->stays_away = true;
    pier__wire_leave(channel, pier_clock_monotonic_ns());
    while (channel->leaving != NULL) {
        (void)pier__session_channel_turn(channel);
        pier_status status = channel->leaving != NULL ? pier__session_channel_wait(channel) : PIER_OK;
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}

pier_status pier_session_channel_close(pier_session_channel *channel) {
    if (channel->is_closed) {
        return PIER_OK;
    }
    pier_session_channel_finish(channel);
    pier_status status = see_off(channel);
    if (status > 0) {
        return status;
    }
    if (status == PIER_OK && say_goodbye(channel) == PIER_WOULD_BLOCK) {
        return PIER_WOULD_BLOCK;
    }
    pier_status shut = pier__session_channel_shut(channel);
    return status != PIER_OK ? status : shut;
}
