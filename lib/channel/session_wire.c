/* The bytes of a session channel's connection; see session_channel_internal.h.
 *
 * A connection that the session ends is not closed at once: what the peer sent and nobody read would reset it, and the
 * peer would not learn why. Its sending side ends, what comes is dropped for a moment, and meanwhile the next
 * connection may stand already. */
#include "channel/session_channel_internal.h"

#include <string.h>

/* How many reads and writes one turn makes, so that one busy connection does not hold up all others. */
enum { TURNS_MAX = 16 };

static void release_input(pier_session_channel *channel) {
    pier__release(&channel->allocator, channel->input, PIER__WIRE_BYTES);
    channel->input = NULL;
    channel->input_at = 0;
    channel->input_bytes = 0;
}

static void stop_leaving(pier_session_channel *channel) {
    pier_socket_destroy(channel->leaving);
    channel->leaving = NULL;
}

pier_status pier__wire_attach(pier_session_channel *channel, pier_socket *socket, pier_bytes unread) {
    pier_socket_destroy(channel->socket);
    channel->socket = NULL;
    channel->open_since = 0;
    channel->ending_until = 0;
    channel->peer_finished = false;
    channel->input_at = 0;
    channel->input_bytes = 0;
    if (channel->input == NULL) {
        channel->input = (uint8_t *)pier__allocate(&channel->allocator, PIER__WIRE_BYTES);
    }
    if (channel->input == NULL) {
        pier_socket_destroy(socket);
        return PIER_NO_MEMORY;
    }
    if (unread.size > 0) {
        memcpy(channel->input, unread.data, unread.size);
        channel->input_bytes = unread.size;
    }
    channel->socket = socket;
    return PIER_OK;
}

/* The connection is no longer the session's. */
static void forget(pier_session_channel *channel, pier_status status, const char *text) {
    int64_t stood_ns = channel->open_since != 0 ? pier_clock_monotonic_ns() - channel->open_since : 0;
    channel->socket = NULL;
    channel->open_since = 0;
    channel->ending_until = 0;
    release_input(channel);
    pier_session_disconnect(channel->session);
    (void)pier__session_channel_take_events(channel);
    if (stood_ns > channel->dial.bound_ns) {
        channel->dial.failures = 0;
    }
    pier__dial_wait(channel, status, text);
}

void pier__wire_drop(pier_session_channel *channel, pier_status status, const char *text) {
    pier_socket_destroy(channel->socket);
    forget(channel, status, text);
}

void pier__wire_leave(pier_session_channel *channel, int64_t now_ns) {
    if (channel->socket == NULL || channel->is_connecting) {
        return;
    }
    stop_leaving(channel);
    if (pier_socket_shutdown(channel->socket) == PIER_OK) {
        channel->leaving = channel->socket;
        channel->leaving_until = now_ns + PIER__WIRE_LINGER_NS;
    } else {
        pier_socket_destroy(channel->socket);
    }
    forget(channel, PIER_CLOSED, "the connection was ended");
}

/* Drops what still comes over the connection before. */
static bool move_leaving(pier_session_channel *channel, int64_t now_ns) {
    uint8_t dropped[4096];
    size_t size = 0;
    pier_status status = PIER_OK;
    for (unsigned i = 0; i < TURNS_MAX && status == PIER_OK; i++) {
        status = pier_socket_read(channel->leaving, dropped, sizeof dropped, &size, PIER_NOW);
    }
    if ((status != PIER_OK && status != PIER_WOULD_BLOCK) || now_ns >= channel->leaving_until) {
        stop_leaving(channel);
        return true;
    }
    return false;
}

/* Returns whether any were sent; a failure drops the connection. */
static bool move_out(pier_session_channel *channel) {
    for (unsigned i = 0; i < TURNS_MAX; i++) {
        pier_bytes ready = pier_session_drain(channel->session);
        if (ready.size == 0) {
            return i > 0;
        }
        size_t size = 0;
        pier_status status = pier_socket_write(channel->socket, &ready, 1, &size, PIER_NOW);
        if (status == PIER_WOULD_BLOCK) {
            return i > 0;
        }
        if (status != PIER_OK) {
            pier_error error = *pier_socket_error(channel->socket);
            pier__wire_drop(channel, status, error.text);
            return true;
        }
        pier_session_drained(channel->session, size);
    }
    return true;
}

/* Gives the session what was read. Returns whether it took any. */
static bool feed(pier_session_channel *channel) {
    size_t taken = 0;
    pier_bytes unread = {channel->input + channel->input_at, channel->input_bytes - channel->input_at};
    if (unread.size == 0) {
        return false;
    }
    pier_session_feed(channel->session, unread, &taken);
    channel->input_at += taken;
    return taken > 0;
}

static bool move_in(pier_session_channel *channel) {
    bool has_moved = feed(channel);
    for (unsigned i = 0; i < TURNS_MAX; i++) {
        if (channel->input_at < channel->input_bytes || !pier_session_wants_input(channel->session)) {
            return has_moved;
        }
        size_t size = 0;
        pier_status status = pier_socket_read(channel->socket, channel->input, PIER__WIRE_BYTES, &size, PIER_NOW);
        if (status == PIER_WOULD_BLOCK) {
            return has_moved;
        }
        if (status != PIER_OK) {
            pier_error error = *pier_socket_error(channel->socket);
            bool is_end = status == PIER_END;
            pier__wire_drop(channel, is_end ? PIER_CLOSED : status, is_end ? "the peer has gone" : error.text);
            return true;
        }
        channel->input_at = 0;
        channel->input_bytes = size;
        has_moved = feed(channel) || has_moved;
    }
    return has_moved;
}

/* Ends the connection when the session has said its last. Returns whether it ended. */
static bool end_when_said(pier_session_channel *channel, int64_t now_ns) {
    if (channel->ending_until == 0) {
        channel->ending_until = now_ns + PIER__WIRE_LINGER_NS;
    }
    if (pier_session_drain(channel->session).size > 0 && now_ns < channel->ending_until) {
        return false;
    }
    pier__wire_leave(channel, now_ns);
    return true;
}

bool pier__wire_move(pier_session_channel *channel, int64_t now_ns) {
    bool has_moved = channel->leaving != NULL && move_leaving(channel, now_ns);
    if (channel->socket == NULL || channel->is_connecting) {
        return has_moved;
    }
    has_moved = move_out(channel) || has_moved;
    if (channel->socket != NULL && pier_session_link_state(channel->session) != PIER_SESSION_LINK_ENDING) {
        has_moved = move_in(channel) || has_moved;
    }
    if (channel->socket == NULL) {
        return true;
    }
    pier_session_link state = pier_session_link_state(channel->session);
    if (state == PIER_SESSION_LINK_OPEN && channel->open_since == 0) {
        channel->open_since = now_ns;
    }
    return (state == PIER_SESSION_LINK_ENDING && end_when_said(channel, now_ns)) || has_moved;
}

size_t pier__wire_interests(const pier_session_channel *channel, pier_interest *interests, size_t capacity) {
    size_t count = 0;
    if (channel->leaving != NULL) {
        if (count < capacity) {
            interests[count] = (pier_interest){.handle = pier_socket_handle(channel->leaving), .events = PIER_READABLE};
        }
        count++;
    }
    if (channel->socket == NULL || channel->is_connecting) {
        return count;
    }
    bool reads = channel->input_at == channel->input_bytes && pier_session_wants_input(channel->session);
    uint32_t events = (reads ? PIER_READABLE : 0) | (pier_session_drain(channel->session).size > 0 ? PIER_WRITABLE : 0);
    if (events != 0) {
        if (count < capacity) {
            interests[count] = (pier_interest){.handle = pier_socket_handle(channel->socket), .events = events};
        }
        count++;
    }
    return count;
}

pier_deadline pier__wire_due(const pier_session_channel *channel) {
    pier_deadline due = channel->leaving != NULL ? channel->leaving_until : PIER_NEVER;
    if (channel->ending_until != 0 && channel->ending_until < due) {
        due = channel->ending_until;
    }
    bool is_held_up = channel->input_at < channel->input_bytes && channel->socket != NULL;
    return is_held_up && pier_session_wants_input(channel->session) ? PIER_NOW : due;
}
