/* Connecting a client's session, and connecting it again; see session_channel_internal.h.
 *
 * A try looks the name up, and goes through its addresses one after the other, each with its share of the time that is
 * left. Between two tries it waits: the bound doubles with each failure in a row, and the wait is drawn anew below it
 * ("full jitter"), so that clients which lost their server together do not come back together. */
#include "channel/session_channel_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "base/random_internal.h"

static const int64_t millisecond_ns = 1000000;

static int64_t choose_ns(uint32_t given_ms, uint32_t default_ms) {
    return (int64_t)(given_ms != 0 ? given_ms : default_ms) * millisecond_ns;
}

/* Tells a malformed endpoint when the session is opened, and not at each try. A look-up that is begun tells it. */
static pier_status check_endpoint(const pier_session_channel *channel, const char *endpoint, pier_error *error) {
    pier_resolver *resolver = NULL;
    const pier_resolve_options options = {.size = sizeof options, .allocator = &channel->allocator};
    if (endpoint == NULL || strncmp(endpoint, "udp:", 4) == 0) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "a session needs an endpoint that has a stream, tcp:// or unix:");
    }
    pier_status status = pier_resolver_start(&resolver, endpoint, pier_deadline_after_ms(0), &options, error);
    pier_resolver_destroy(resolver);
    /* A service may be known later. */
    return status == PIER_NOT_FOUND ? PIER_OK : pier__error_about(error, status, endpoint);
}

pier_status pier__dial_init(pier_session_channel *channel, const char *endpoint,
                            const pier_session_channel_options *options, pier_error *error) {
    pier__dial *dial = &channel->dial;
    pier_status status = check_endpoint(channel, endpoint, error);
    if (status != PIER_OK) {
        return status;
    }
    dial->endpoint = (char *)pier__allocate(&channel->allocator, strlen(endpoint) + 1);
    if (dial->endpoint == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a session");
    }
    memcpy(dial->endpoint, endpoint, strlen(endpoint) + 1);
    dial->timeout_ns = choose_ns(options->connect_timeout_ms, PIER_SESSION_CONNECT_TIMEOUT_MS_DEFAULT);
    dial->first_wait_ns = choose_ns(options->first_wait_ms, PIER_SESSION_FIRST_WAIT_MS_DEFAULT);
    dial->longest_wait_ns = choose_ns(options->longest_wait_ms, PIER_SESSION_LONGEST_WAIT_MS_DEFAULT);
    dial->delay = options->delay;
    dial->retry_at = PIER_NOW;
    return PIER_OK;
}

void pier__dial_deinit(pier_session_channel *channel) {
    pier__dial *dial = &channel->dial;
    pier_resolver_destroy(dial->resolver);
    dial->resolver = NULL;
    if (dial->endpoint != NULL) {
        pier__release(&channel->allocator, dial->endpoint, strlen(dial->endpoint) + 1);
        dial->endpoint = NULL;
    }
}

static int64_t draw_below(int64_t bound_ns) {
    uint64_t number = 0;
    /* Without a random number all wait for the longest: late is better than all at once. */
    return pier__random_u64(&number) ? (int64_t)(number % (uint64_t)(bound_ns + 1)) : bound_ns;
}

void pier__dial_wait(pier_session_channel *channel, pier_status status, const char *text) {
    pier__dial *dial = &channel->dial;
    if (dial->endpoint == NULL || channel->refused != PIER_OK || channel->stays_away) {
        return;
    }
    int64_t bound_ns = dial->first_wait_ns;
    for (unsigned i = 0; i < dial->failures && bound_ns < dial->longest_wait_ns; i++) {
        bound_ns *= 2;
    }
    dial->bound_ns = bound_ns < dial->longest_wait_ns ? bound_ns : dial->longest_wait_ns;
    dial->failures += dial->failures < 64 ? 1 : 0;
    int64_t wait_ns = draw_below(dial->bound_ns);
    dial->retry_at = pier_clock_monotonic_ns() + wait_ns;
    pier_session_event event = {
        .kind = PIER_SESSION_WAITING, .status = status, .number = (uint64_t)(wait_ns / millisecond_ns)};
    (void)snprintf(event.text, sizeof event.text, "%s", text);
    pier__events_put(&channel->events, &event);
}

void pier__dial_hurry(pier_session_channel *channel) {
    channel->dial.retry_at = PIER_NOW;
    channel->dial.failures = 0;
}

/* Ends the try. */
static void give_up(pier_session_channel *channel, pier_status status, const char *text) {
    pier__dial *dial = &channel->dial;
    pier_resolver_destroy(dial->resolver);
    dial->resolver = NULL;
    pier_socket_destroy(channel->socket);
    channel->socket = NULL;
    channel->is_connecting = false;
    pier__dial_wait(channel, status, text);
}

/* Begins with the address that is next, or one behind it that can be begun with. */
static void try_addresses(pier_session_channel *channel, int64_t now_ns, pier_status status, const char *text) {
    pier__dial *dial = &channel->dial;
    const pier_socket_options options = {
        .size = sizeof options, .allocator = &channel->allocator, .delay = dial->delay};
    pier_error error;
    pier_socket_destroy(channel->socket);
    channel->socket = NULL;
    while (dial->address_at < dial->address_count && now_ns < dial->until) {
        const pier_address *address = &dial->addresses[dial->address_at++];
        int64_t left_ns = dial->until - now_ns;
        dial->address_until = now_ns + left_ns / (int64_t)(dial->address_count - dial->address_at + 1);
        pier_error_clear(&error);
        status = pier_socket_connect(&channel->socket, address, PIER_NOW, &options, &error);
        if (status == PIER_OK) {
            channel->is_connecting = true;
            return;
        }
        text = status > 0 ? "the server takes no more connections at the moment" : error.text;
    }
    give_up(channel, status, text);
}

static void start_try(pier_session_channel *channel, int64_t now_ns) {
    pier__dial *dial = &channel->dial;
    const pier_resolve_options options = {.size = sizeof options, .allocator = &channel->allocator};
    pier_error error;
    dial->until = now_ns + dial->timeout_ns;
    pier_status status = pier_resolver_start(&dial->resolver, dial->endpoint, dial->until, &options, &error);
    if (status != PIER_OK) {
        give_up(channel, status, error.text);
    }
}

static bool step_resolver(pier_session_channel *channel, int64_t now_ns) {
    pier__dial *dial = &channel->dial;
    pier_status status = pier_resolver_step(dial->resolver);
    if (status == PIER_WOULD_BLOCK) {
        return false;
    }
    if (status == PIER_OK) {
        status = pier_resolver_result(dial->resolver, dial->addresses, PIER__DIAL_ADDRESSES_MAX, &dial->address_count);
    }
    if (status != PIER_OK) {
        pier_error error = *pier_resolver_error(dial->resolver);
        give_up(channel, status, error.text);
        return true;
    }
    pier_resolver_destroy(dial->resolver);
    dial->resolver = NULL;
    dial->address_at = 0;
    try_addresses(channel, now_ns, PIER_TIMEOUT, "there was no time left to connect");
    return true;
}

static bool step_connect(pier_session_channel *channel, int64_t now_ns) {
    pier_status status = pier_socket_connected(channel->socket);
    if (status == PIER_WOULD_BLOCK) {
        if (now_ns < channel->dial.address_until) {
            return false;
        }
        try_addresses(channel, now_ns, PIER_TIMEOUT, "the server does not answer");
        return true;
    }
    if (status != PIER_OK) {
        pier_error error = *pier_socket_error(channel->socket);
        try_addresses(channel, now_ns, status, error.text);
        return true;
    }
    pier_socket *socket = channel->socket;
    channel->socket = NULL;
    channel->is_connecting = false;
    status = pier__wire_attach(channel, socket, (pier_bytes){NULL, 0});
    status = status == PIER_OK ? pier_session_connect(channel->session) : status;
    if (status != PIER_OK) {
        pier__wire_drop(channel, status, pier_status_text(status));
    }
    return true;
}

/* Whether there is to be another try when its time has come. */
static bool awaits_try(const pier_session_channel *channel) {
    return channel->socket == NULL && channel->refused == PIER_OK && pier_session_status(channel->session) == PIER_OK;
}

bool pier__dial_step(pier_session_channel *channel, int64_t now_ns) {
    pier__dial *dial = &channel->dial;
    if (dial->endpoint == NULL || channel->stays_away) {
        return false;
    }
    if (channel->is_connecting) {
        return step_connect(channel, now_ns);
    }
    if (dial->resolver != NULL) {
        return step_resolver(channel, now_ns);
    }
    bool tries = awaits_try(channel) && now_ns >= dial->retry_at;
    if (tries) {
        start_try(channel, now_ns);
    }
    return tries;
}

size_t pier__dial_interests(const pier_session_channel *channel, pier_interest *interests, size_t capacity) {
    if (channel->dial.resolver != NULL) {
        return pier_resolver_interests(channel->dial.resolver, interests, capacity);
    }
    if (!channel->is_connecting) {
        return 0;
    }
    if (capacity > 0) {
        interests[0] = (pier_interest){.handle = pier_socket_handle(channel->socket), .events = PIER_WRITABLE};
    }
    return 1;
}

pier_deadline pier__dial_due(const pier_session_channel *channel) {
    const pier__dial *dial = &channel->dial;
    if (dial->endpoint == NULL || channel->stays_away) {
        return PIER_NEVER;
    }
    if (channel->is_connecting) {
        return dial->address_until;
    }
    if (dial->resolver != NULL) {
        return pier_resolver_next(dial->resolver);
    }
    return awaits_try(channel) ? dial->retry_at : PIER_NEVER;
}
