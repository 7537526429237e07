/* Session channels made, asked and ended; see <pier/session_channel.h> and session_channel_internal.h. */
#include "channel/session_channel_internal.h"

#include <string.h>

#include "base/error_internal.h"
#include "session/driven_internal.h"
#include "session/link_control_internal.h"

static pier_status check_options(const pier_session_channel_options *options, const pier__session_plan *plan,
                                 pier_error *error) {
    const char *wrong = NULL;
    size_t name_bytes = plan->name != NULL ? strlen(plan->name) : 0;
    if (options->size != sizeof *options) {
        wrong = "pier_session_channel_options.size is that of another version of this library";
    } else if (name_bytes == 0 || name_bytes > PIER_SESSION_NAME_BYTES_MAX ||
               !pier_text_is_valid(plan->name, name_bytes)) {
        wrong = "the name of a session has 1 to 255 bytes of UTF-8";
    } else if (plan->folder == NULL || plan->folder[0] == '\0') {
        wrong = "a session needs a folder for its journals";
    }
    return wrong == NULL ? PIER_OK : pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0, "%s", wrong);
}

static pier_status make_session(pier_session_channel *channel, const pier__session_plan *plan,
                                const pier_session_channel_options *options, const pier_session_found found[2],
                                pier_error *error) {
    const pier_session_options chosen = {
        .size = sizeof chosen,
        .allocator = &channel->allocator,
        .limits = options->limits,
        .role = plan->role,
        .name = plan->name,
        .shared_key = options->shared_key,
        .durability = options->durability,
        .has_committed = options->has_committed,
        .committed = options->committed,
        .compression_level = options->compression_level,
        .handshake_timeout_ms = options->handshake_timeout_ms,
        .heartbeat_ms = options->heartbeat_ms,
        .dead_peer_ms = options->dead_peer_ms,
        .expiry_s = options->expiry_s,
        .draw = pier__session_draw,
    };
    pier_status status = pier_session_create(&channel->session, &chosen, &found[PIER_SESSION_SENT],
                                             &found[PIER_SESSION_RECEIVED], error);
    if (status == PIER_OK) {
        pier_session_set_now(channel->session, pier_clock_monotonic_ns(), (uint64_t)pier_clock_unix_ns());
    }
    return status;
}

static char *copy_text(pier_session_channel *channel, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = (char *)pier__allocate(&channel->allocator, size);
    return copy != NULL ? (char *)memcpy(copy, text, size) : NULL;
}

static void release_text(pier_session_channel *channel, char *text) {
    if (text != NULL) {
        pier__release(&channel->allocator, text, strlen(text) + 1);
    }
}

static pier_status fill(pier_session_channel *channel, const pier__session_plan *plan,
                        const pier_session_channel_options *options, pier_error *error) {
    pier_session_found found[2];
    memset(found, 0, sizeof found);
    channel->name = copy_text(channel, plan->name);
    channel->folder = copy_text(channel, plan->folder);
    if (channel->name == NULL || channel->folder == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a session");
    }
    pier_status status = PIER_OK;
    if (plan->role == PIER_SESSION_CLIENT) {
        status = pier__dial_init(channel, plan->endpoint, options, error);
    }
    status = status == PIER_OK ? pier__session_disk_open(channel, plan, options, found, error) : status;
    return status == PIER_OK ? make_session(channel, plan, options, found, error) : status;
}

pier_status pier__session_channel_make(pier_session_channel **out, const pier__session_plan *plan,
                                       const pier_session_channel_options *options, pier_error *error) {
    *out = NULL;
    pier_status status = check_options(options, plan, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_session_channel *channel = (pier_session_channel *)pier__allocate(&allocator, sizeof *channel);
    if (channel == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a session");
    }
    memset(channel, 0, sizeof *channel);
    channel->allocator = allocator;
    channel->role = plan->role;
    channel->deadline = PIER_NEVER;
    channel->cancel = options->cancel;
    channel->is_dirty = true;
    pier_error_clear(&channel->error);
    pier__buffer_init(&channel->blocks, &channel->allocator);
    status = fill(channel, plan, options, error);
    if (status != PIER_OK) {
        pier_session_channel_destroy(channel);
        return status;
    }
    *out = channel;
    return PIER_OK;
}

pier_status pier_session_open(pier_session_channel **out, const char *name, const char *folder, const char *endpoint,
                              const pier_session_channel_options *options, pier_error *error) {
    static const pier_session_channel_options defaults = {.size = sizeof defaults};
    const pier__session_plan plan = {.role = PIER_SESSION_CLIENT, .name = name, .folder = folder, .endpoint = endpoint};
    return pier__session_channel_make(out, &plan, options != NULL ? options : &defaults, error);
}

pier_status pier__session_channel_shut(pier_session_channel *channel) {
    if (channel->is_closed) {
        return PIER_OK;
    }
    channel->is_closed = true;
    channel->stays_away = true;
    pier_socket_destroy(channel->leaving);
    channel->leaving = NULL;
    if (channel->session != NULL) {
        if (channel->socket != NULL && !channel->is_connecting) {
            /* What was said last is with the system, which sends it. */
            pier__wire_drop(channel, PIER_CLOSED, "the session was closed");
        }
        if (pier_session_rest(channel->session) == PIER_OK) {
            (void)pier__session_disk_work(channel);
        }
        (void)pier__session_channel_take_events(channel);
    }
    pier_socket_destroy(channel->socket);
    channel->socket = NULL;
    channel->is_connecting = false;
    pier__release(&channel->allocator, channel->input, PIER__WIRE_BYTES);
    channel->input = NULL;
    pier__dial_deinit(channel);
    pier_status status = channel->session != NULL
                             ? pier__session_channel_keep(channel, pier_session_status(channel->session),
                                                          pier_session_error(channel->session))
                             : PIER_OK;
    pier_status closed = pier__session_disk_close(channel);
    return status != PIER_OK ? status : closed;
}

void pier_session_channel_destroy(pier_session_channel *channel) {
    if (channel == NULL) {
        return;
    }
    if (channel->host != NULL) {
        pier__session_host_forget(channel->host, channel);
    }
    (void)pier__session_channel_shut(channel);
    pier_session_destroy(channel->session);
    pier__buffer_deinit(&channel->blocks);
    pier_allocator allocator = channel->allocator;
    release_text(channel, channel->name);
    release_text(channel, channel->folder);
    pier__release(&allocator, channel, sizeof *channel);
}

void pier_session_channel_set_deadline(pier_session_channel *channel, pier_deadline deadline) {
    channel->deadline = deadline;
}

void pier_session_channel_set_cancel(pier_session_channel *channel, pier_cancel *cancel) {
    channel->cancel = cancel;
}

/* Events ----------------------------------------------------------------------------------------------------------- */

/* Whether a client that was refused so is refused for good, as long as nobody does anything about it. */
static bool is_final(uint64_t reason) {
    return reason != PIER__BUSY && reason != PIER__HAS_FAILED;
}

static void refuse(pier_session_channel *channel, const pier_session_event *event, pier_status status) {
    channel->refused = status;
    (void)pier__error_set(&channel->error, status, PIER_FLOOR_SESSION, 0, "%s", event->text);
}

bool pier__session_channel_take_events(pier_session_channel *channel) {
    pier_session_event event;
    bool has_any = false;
    while (pier_session_next_event(channel->session, &event) == PIER_OK) {
        bool is_client = channel->role == PIER_SESSION_CLIENT;
        if (event.kind == PIER_SESSION_FINISHED) {
            channel->peer_finished = true;
        } else if (event.kind == PIER_SESSION_FAILED) {
            channel->error = *pier_session_error(channel->session);
        } else if (event.kind == PIER_SESSION_REFUSED && is_client && is_final(event.number)) {
            refuse(channel, &event, event.status);
        } else if (event.kind == PIER_SESSION_CONFLICT && is_client) {
            refuse(channel, &event, PIER_MISMATCH);
        }
        pier__events_put(&channel->events, &event);
        has_any = true;
    }
    return has_any;
}

pier_status pier_session_channel_next_event(pier_session_channel *channel, pier_session_event *event) {
    return pier__events_take(&channel->events, event);
}

/* Asked ------------------------------------------------------------------------------------------------------------ */

const pier_session *pier_session_channel_session(const pier_session_channel *channel) {
    return channel->session;
}

const char *pier_session_channel_name(const pier_session_channel *channel) {
    return channel->name;
}

pier_socket *pier_session_channel_socket(pier_session_channel *channel) {
    return channel->is_connecting ? NULL : channel->socket;
}

pier_status pier_session_channel_status(const pier_session_channel *channel) {
    return pier_session_status(channel->session);
}

pier_status pier__session_channel_keep(pier_session_channel *channel, pier_status status, const pier_error *error) {
    if (status < 0 || status == PIER_SKIPPED) {
        channel->error = *error;
    }
    return status;
}

const pier_error *pier_session_channel_error(const pier_session_channel *channel) {
    return &channel->error;
}
