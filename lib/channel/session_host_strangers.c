/* Connections of which it is not known yet what they are; see session_host_internal.h.
 *
 * The first bytes tell a session from everything else, which is a plain channel and gets them as if nobody had read
 * them. A stranger costs a little memory for a bounded time, and nothing of the disk before it has said its resume. */
#include "channel/session_host_internal.h"

#include <stdio.h>
#include <string.h>

#include "channel/channel_internal.h"

enum { STRANGER_TIMEOUT_MS_DEFAULT = 10000, INPUT_BYTES = 4096 };

static int64_t timeout_ns(const pier_session_host *host) {
    uint32_t given_ms = host->options.stranger_timeout_ms;
    return (int64_t)(given_ms != 0 ? given_ms : STRANGER_TIMEOUT_MS_DEFAULT) * 1000000;
}

static bool make_room(pier_session_host *host) {
    if (host->stranger_count < host->stranger_capacity) {
        return true;
    }
    size_t capacity = host->stranger_capacity == 0 ? 8 : host->stranger_capacity * 2;
    pier__stranger **strangers = (pier__stranger **)pier__reallocate(
        &host->allocator, host->strangers, host->stranger_capacity * sizeof *strangers, capacity * sizeof *strangers);
    if (strangers == NULL) {
        return false;
    }
    host->strangers = strangers;
    host->stranger_capacity = capacity;
    return true;
}

pier_status pier__host_welcome(pier_session_host *host, pier_socket *socket) {
    pier__stranger *stranger =
        make_room(host) ? (pier__stranger *)pier__allocate(&host->allocator, sizeof *stranger) : NULL;
    if (stranger == NULL) {
        pier_socket_destroy(socket);
        return PIER_NO_MEMORY;
    }
    memset(stranger, 0, sizeof *stranger);
    stranger->socket = socket;
    stranger->until = pier_clock_monotonic_ns() + timeout_ns(host);
    host->strangers[host->stranger_count++] = stranger;
    return PIER_OK;
}

void pier__stranger_destroy(pier_session_host *host, pier__stranger *stranger) {
    pier_socket_destroy(stranger->socket);
    pier_session_door_destroy(stranger->door);
    pier__release(&host->allocator, stranger, sizeof *stranger);
}

void pier__stranger_say(pier__stranger *stranger) {
    pier_bytes said = pier_session_door_drain(stranger->door);
    /* A greeting and a refusal are far from filling the room. */
    size_t left = sizeof stranger->out - stranger->out_bytes;
    size_t size = said.size < left ? said.size : left;
    if (size > 0) {
        memcpy(stranger->out + stranger->out_bytes, said.data, size);
        stranger->out_bytes += size;
    }
}

void pier__stranger_refuse(pier__stranger *stranger) {
    pier__stranger_say(stranger);
    stranger->phase = PIER__STRANGER_LEAVING;
}

/* Sends what is to be sent. Returns false when the connection is gone. */
static bool send_out(pier__stranger *stranger) {
    while (stranger->out_bytes > 0) {
        const pier_bytes out = {stranger->out, stranger->out_bytes};
        size_t size = 0;
        pier_status status = pier_socket_write(stranger->socket, &out, 1, &size, PIER_NOW);
        if (status != PIER_OK) {
            return status == PIER_WOULD_BLOCK;
        }
        memmove(stranger->out, stranger->out + size, stranger->out_bytes - size);
        stranger->out_bytes -= size;
    }
    return true;
}

/* Hands it out as a plain channel, when the one before has been told. Returns false when the stranger is gone. */
static bool hand_out(pier_session_host *host, pier__stranger *stranger) {
    const pier_channel_options options = pier__channel_accepting(&host->plain_options);
    pier_error error;
    pier_error_clear(&error);
    stranger->is_held = host->plain != NULL;
    if (stranger->is_held) {
        return true;
    }
    pier_status status = pier__channel_open_read(
        &host->plain, stranger->socket, (pier_bytes){stranger->first, stranger->first_bytes}, &options, &error);
    if (status == PIER_OK) {
        stranger->socket = NULL;
    } else {
        pier__host_refuse(host, "a channel", status, error.text);
    }
    return false;
}

/* Opens the door, and puts the first bytes in. Returns false when there is none. */
static bool open_door(pier_session_host *host, pier__stranger *stranger, int64_t now_ns) {
    size_t taken = 0;
    pier_status status = pier_session_door_open(&stranger->door, &host->allocator, now_ns, pier__session_draw, NULL);
    if (status != PIER_OK) {
        pier__host_refuse(host, "a session", status, "no door can be opened");
        return false;
    }
    stranger->phase = PIER__STRANGER_MEETING;
    status = pier_session_door_feed(stranger->door, (pier_bytes){stranger->first, stranger->first_bytes}, &taken);
    return status == PIER_MORE;
}

/* Reads the first bytes. Returns false when the stranger is gone. */
static bool recognise(pier_session_host *host, pier__stranger *stranger, int64_t now_ns) {
    for (;;) {
        pier_status what = pier__session_recognise(stranger->first, stranger->first_bytes);
        if (what == PIER_OK) {
            return open_door(host, stranger, now_ns);
        }
        if (what != PIER_MORE || (now_ns >= stranger->until && stranger->first_bytes > 0)) {
            return hand_out(host, stranger);
        }
        size_t size = 0;
        pier_status status = pier_socket_read(stranger->socket, stranger->first + stranger->first_bytes,
                                              sizeof stranger->first - stranger->first_bytes, &size, PIER_NOW);
        if (status == PIER_END && stranger->first_bytes > 0) {
            return hand_out(host, stranger);
        }
        if (status != PIER_OK) {
            return status == PIER_WOULD_BLOCK;
        }
        stranger->first_bytes += size;
    }
}

/* Goes on with the introduction. Returns false when the stranger is gone. */
static bool meet(pier_session_host *host, pier__stranger *stranger) {
    uint8_t input[INPUT_BYTES];
    while (stranger->phase == PIER__STRANGER_MEETING && stranger->socket != NULL) {
        size_t size = 0;
        pier_status status = pier_socket_read(stranger->socket, input, sizeof input, &size, PIER_NOW);
        if (status != PIER_OK) {
            return status == PIER_WOULD_BLOCK;
        }
        size_t taken = 0;
        status = pier_session_door_feed(stranger->door, (pier_bytes){input, size}, &taken);
        if (status < 0) {
            pier__host_refuse(host, "a session", status, "its hello or resume is none");
            return false;
        }
        pier__stranger_say(stranger);
        if (status == PIER_OK) {
            pier__host_join(host, stranger, (pier_bytes){input + taken, size - taken});
            break;
        }
        if (!send_out(stranger)) {
            return false;
        }
    }
    return stranger->socket != NULL;
}

/* Tells a refusal, then waits for the peer to end its side, so that nothing resets what it has not read. */
static bool leave(pier__stranger *stranger, int64_t now_ns) {
    if (stranger->phase == PIER__STRANGER_LEAVING && stranger->out_bytes == 0) {
        stranger->phase = PIER__STRANGER_LEFT;
        stranger->until = now_ns + PIER__WIRE_LINGER_NS;
        if (pier_socket_shutdown(stranger->socket) != PIER_OK) {
            return false;
        }
    }
    if (stranger->phase != PIER__STRANGER_LEFT) {
        return true;
    }
    uint8_t dropped[INPUT_BYTES];
    size_t size = 0;
    pier_status status = pier_socket_read(stranger->socket, dropped, sizeof dropped, &size, PIER_NOW);
    return status == PIER_OK || status == PIER_WOULD_BLOCK;
}

bool pier__stranger_step(pier_session_host *host, pier__stranger *stranger, int64_t now_ns) {
    if (stranger->phase == PIER__STRANGER_FIRST && !recognise(host, stranger, now_ns)) {
        return false;
    }
    if (!send_out(stranger)) {
        return false;
    }
    if (stranger->phase == PIER__STRANGER_MEETING && !meet(host, stranger)) {
        return false;
    }
    if (stranger->phase >= PIER__STRANGER_LEAVING && (!send_out(stranger) || !leave(stranger, now_ns))) {
        return false;
    }
    if (now_ns >= stranger->until && !stranger->is_held) {
        if (stranger->phase < PIER__STRANGER_LEAVING) {
            pier__host_refuse(host, "a connection", PIER_TIMEOUT, "it did not say in time what it is");
        }
        return false;
    }
    return true;
}

pier_deadline pier__stranger_yields_at(const pier_session_host *host, const pier__stranger *stranger) {
    bool is_silent = stranger->phase == PIER__STRANGER_FIRST && stranger->first_bytes == 0;
    return is_silent ? stranger->until - timeout_ns(host) + PIER__STRANGER_SILENCE_NS : PIER_NEVER;
}

/* The one that has said nothing for longest, and may be dropped; stranger_count when there is none. */
static size_t find_silent(const pier_session_host *host, int64_t now_ns) {
    size_t oldest = host->stranger_count;
    pier_deadline since = now_ns + 1;
    for (size_t i = 0; i < host->stranger_count; i++) {
        pier_deadline at = pier__stranger_yields_at(host, host->strangers[i]);
        if (at < since) {
            oldest = i;
            since = at;
        }
    }
    return oldest;
}

static void remove_at(pier_session_host *host, size_t at) {
    pier__stranger_destroy(host, host->strangers[at]);
    host->strangers[at] = host->strangers[--host->stranger_count];
}

bool pier__host_has_silent(pier_session_host *host, int64_t now_ns) {
    for (size_t at; (at = find_silent(host, now_ns)) < host->stranger_count;) {
        pier__stranger *stranger = host->strangers[at];
        if (!pier__stranger_step(host, stranger, now_ns)) {
            remove_at(host, at);
            return true;
        }
        if (pier__stranger_yields_at(host, stranger) != PIER_NEVER) {
            return true;
        }
    }
    return false;
}

void pier__host_drop_silent(pier_session_host *host, int64_t now_ns) {
    char text[96];
    (void)snprintf(text, sizeof text, "it said nothing, and others wait: %zu are not known yet (strangers_max)",
                   host->stranger_count);
    size_t at = find_silent(host, now_ns);
    if (at < host->stranger_count) {
        pier__host_refuse(host, "a connection", PIER_LIMIT, text);
        remove_at(host, at);
    }
}

uint32_t pier__stranger_events(const pier__stranger *stranger) {
    return stranger->is_held ? 0 : PIER_READABLE | (stranger->out_bytes > 0 ? PIER_WRITABLE : 0);
}
