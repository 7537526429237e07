/* The turns of a session channel: the disk, the connection and the clock, one after the other, and waiting for them;
 * see session_channel_internal.h. */
#include "channel/session_channel_internal.h"

#include "address/platform_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

_Static_assert(PIER_SESSION_CHANNEL_HANDLES_MAX + 1 <= PIER__POLL_HANDLES_MAX, "all handles can be polled at once");

/* How often everything is looked at in one turn while something moves: what is left over waits for the next one. */
enum { ROUNDS_MAX = 16 };

bool pier__session_channel_turn(pier_session_channel *channel) {
    bool has_moved = false;
    bool goes_on = !channel->is_closed;
    for (unsigned i = 0; i < ROUNDS_MAX && goes_on; i++) {
        int64_t now_ns = pier_clock_monotonic_ns();
        uint64_t unix_ns = (uint64_t)pier_clock_unix_ns();
        channel->stepped_ns = now_ns;
        pier_journal_set_time(channel->journals[PIER_SESSION_SENT], unix_ns);
        pier_journal_set_time(channel->journals[PIER_SESSION_RECEIVED], unix_ns);
        pier_session_set_now(channel->session, now_ns, unix_ns);
        goes_on = pier__dial_step(channel, now_ns);
        goes_on = pier__wire_move(channel, now_ns) || goes_on;
        goes_on = pier__session_disk_work(channel) || goes_on;
        goes_on = pier__session_channel_take_events(channel) || goes_on;
        has_moved = has_moved || goes_on;
    }
    /* Something may be left to be done. */
    channel->is_dirty = goes_on;
    if (has_moved && channel->host != NULL) {
        pier__host_queue(channel->host, channel);
    }
    return has_moved;
}

pier_status pier_session_channel_step(pier_session_channel *channel) {
    if (channel->is_closed) {
        return PIER_USAGE;
    }
    channel->has_news = false;
    (void)pier__session_channel_turn(channel);
    return pier_session_channel_status(channel);
}

size_t pier_session_channel_interests(pier_session_channel *channel, pier_interest *interests, size_t capacity) {
    if (channel->is_closed) {
        return 0;
    }
    size_t count = pier__wire_interests(channel, interests, capacity);
    size_t left = count < capacity ? capacity - count : 0;
    return count + pier__dial_interests(channel, left > 0 ? interests + count : interests, left);
}

/* When the next turn must be taken. */
static pier_deadline turn_due(const pier_session_channel *channel) {
    if (channel->is_dirty) {
        return PIER_NOW;
    }
    pier_deadline due = pier_session_due(channel->session);
    pier_deadline dial = pier__dial_due(channel);
    pier_deadline wire = pier__wire_due(channel);
    due = dial < due ? dial : due;
    return wire < due ? wire : due;
}

pier_deadline pier_session_channel_due(pier_session_channel *channel) {
    if (channel->is_closed) {
        return PIER_NEVER;
    }
    return channel->has_news ? PIER_NOW : turn_due(channel);
}

pier_status pier__session_channel_wait(pier_session_channel *channel) {
    pier_deadline deadline = channel->deadline;
    if (deadline == PIER_NOW) {
        return PIER_WOULD_BLOCK;
    }
    if (channel->cancel != NULL && pier_cancel_is_fired(channel->cancel)) {
        return PIER_CANCELLED;
    }
    if (deadline != PIER_NEVER && pier_clock_monotonic_ns() >= deadline) {
        return PIER_TIMEOUT;
    }
    pier_interest interests[PIER_SESSION_CHANNEL_HANDLES_MAX + 1];
    size_t count = pier_session_channel_interests(channel, interests, PIER_SESSION_CHANNEL_HANDLES_MAX);
    if (channel->cancel != NULL) {
        interests[count++] = (pier_interest){.handle = pier_cancel_handle(channel->cancel), .events = PIER_READABLE};
    }
    /* News are for the program: it is told when the call is over, and no turn makes them fewer. */
    pier_deadline due = turn_due(channel);
    int os_error = pier__platform_poll(interests, count, due < deadline ? due : deadline);
    if (os_error != 0) {
        char words[PIER__OS_WORDS_BYTES];
        return pier__error_set(&channel->error, pier__os_failure(os_error), PIER_FLOOR_CHANNEL, os_error,
                               "waiting for a session failed: %s", pier__os_words(os_error, words));
    }
    return PIER_OK;
}
