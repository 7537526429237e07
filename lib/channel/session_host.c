/* Session hosts made, waited for and asked; see <pier/session_host.h> and session_host_internal.h. */
#include "channel/session_host_internal.h"

#include <stdio.h>
#include <string.h>

#include "address/platform_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

/* How many connections are taken from a listener before everything else is looked at again. */
enum { ACCEPTED_MAX = 16 };

/* How much is told before everything is looked at again, though there is more to tell: what the program does at one
 * session may make others ready, over and over. */
enum { TOLD_MAX = 64 };

/* How long strangers are looked at before everything else is. */
enum { STRANGERS_NS = 2000000 };

static pier_status check_options(const char *folder, const pier_session_host_options *options, pier_error *error) {
    const char *wrong = NULL;
    if (options->size != sizeof *options) {
        wrong = "pier_session_host_options.size is that of another version of this library";
    } else if (options->session != NULL && options->session->size != sizeof *options->session) {
        wrong = "pier_session_channel_options.size is that of another version of this library";
    } else if (options->plain != NULL && options->plain->size != sizeof *options->plain) {
        wrong = "pier_channel_options.size is that of another version of this library";
    } else if (folder == NULL && options->find == NULL) {
        wrong = "a host needs a folder, or a function that finds those of its sessions";
    } else if (options->session != NULL && options->session->shared_key.size > PIER_SESSION_KEY_BYTES_MAX) {
        wrong = "a shared key has at most 64 bytes";
    }
    return wrong == NULL ? PIER_OK : pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0, "%s", wrong);
}

/* Copies what the options point at. */
static void take_options(pier_session_host *host, const pier_session_host_options *options) {
    host->options = *options;
    host->session_options.size = sizeof host->session_options;
    host->plain_options.size = sizeof host->plain_options;
    if (options->session != NULL) {
        host->session_options = *options->session;
    }
    if (options->plain != NULL) {
        host->plain_options = *options->plain;
    }
    if (host->session_options.limits != NULL) {
        host->session_limits = *host->session_options.limits;
        host->session_options.limits = &host->session_limits;
    }
    pier_bytes *key = &host->session_options.shared_key;
    if (key->size > 0) {
        memcpy(host->shared_key, key->data, key->size);
        key->data = host->shared_key;
    }
    host->session_options.cancel =
        host->session_options.cancel != NULL ? host->session_options.cancel : options->cancel;
    host->options.session = &host->session_options;
    host->options.plain = &host->plain_options;
}

static pier_status take_folder(pier_session_host *host, const char *folder, pier_error *error) {
    host->folder = (char *)pier__allocate(&host->allocator, strlen(folder) + 1);
    if (host->folder == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a host of sessions");
    }
    memcpy(host->folder, folder, strlen(folder) + 1);
    return pier__host_take_folder(host, error);
}

pier_status pier_session_host_open(pier_session_host **out, const char *folder,
                                   const pier_session_host_options *options, pier_error *error) {
    static const pier_session_host_options defaults = {.size = sizeof defaults};
    *out = NULL;
    options = options != NULL ? options : &defaults;
    pier_status status = check_options(folder, options, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_session_host *host = (pier_session_host *)pier__allocate(&allocator, sizeof *host);
    if (host == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a host of sessions");
    }
    memset(host, 0, sizeof *host);
    host->allocator = allocator;
    pier_error_clear(&host->refusal);
    take_options(host, options);
    status = folder != NULL ? take_folder(host, folder, error) : PIER_OK;
    if (status != PIER_OK) {
        pier_session_host_destroy(host);
        return status;
    }
    *out = host;
    return PIER_OK;
}

void pier_session_host_destroy(pier_session_host *host) {
    if (host == NULL) {
        return;
    }
    while (host->session_count > 0) {
        pier_session_channel_destroy(host->sessions[host->session_count - 1]);
    }
    while (host->stranger_count > 0) {
        pier__stranger_destroy(host, host->strangers[--host->stranger_count]);
    }
    pier_channel_destroy(host->plain);
    pier_allocator allocator = host->allocator;
    pier__release(&allocator, host->sessions, host->session_capacity * sizeof *host->sessions);
    pier__release(&allocator, host->strangers, host->stranger_capacity * sizeof *host->strangers);
    pier__release(&allocator, host->interests, host->interest_capacity * sizeof *host->interests);
    pier__release(&allocator, host->poll_memory, host->interest_capacity * pier__platform_poll_bytes());
    pier__folder_close(&host->root);
    if (host->folder != NULL) {
        pier__release(&allocator, host->folder, strlen(host->folder) + 1);
    }
    memset(host, 0, sizeof *host);
    pier__release(&allocator, host, sizeof *host);
}

pier_status pier_session_host_add_listener(pier_session_host *host, pier_socket *listener) {
    if (host->listener_count == PIER_SESSION_HOST_LISTENERS_MAX) {
        return PIER_LIMIT;
    }
    host->listeners[host->listener_count++] = (pier__host_listener){.socket = listener, .paused_until = PIER_NOW};
    return PIER_OK;
}

void pier_session_host_remove_listener(pier_session_host *host, const pier_socket *listener) {
    for (size_t i = 0; i < host->listener_count; i++) {
        if (host->listeners[i].socket == listener) {
            host->listeners[i] = host->listeners[--host->listener_count];
            return;
        }
    }
}

/* What is to be told --------------------------------------------------------------------------------------------- */

void pier__host_refuse(pier_session_host *host, const char *name, pier_status status, const char *text) {
    if (host->refusal.status == PIER_OK) {
        (void)pier__error_set(&host->refusal, status, PIER_FLOOR_CHANNEL, 0, "%.100s: %s", name, text);
        /* The name is what anybody says: it must neither break the line of a log nor steer a terminal. */
        for (uint8_t *at = (uint8_t *)host->refusal.text; *at != '\0'; at++) {
            /* U+0080 to U+009f are control characters, too: 0xc2 and a byte behind it. */
            bool is_upper = at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f;
            at[1] = is_upper ? '?' : at[1];
            *at = is_upper || *at < 0x20 || *at == 0x7f ? '?' : *at;
        }
    }
}

void pier__host_queue(pier_session_host *host, pier_session_channel *session) {
    if (session->is_queued) {
        return;
    }
    session->is_queued = true;
    session->queue_next = NULL;
    if (host->queue_last != NULL) {
        host->queue_last->queue_next = session;
    } else {
        host->queue_first = session;
    }
    host->queue_last = session;
}

/* Takes the next thing that is to be told. Returns false when there is none. */
static bool tell(pier_session_host *host, pier_session_host_event *event) {
    memset(event, 0, sizeof *event);
    pier_error_clear(&event->error);
    if (host->refusal.status != PIER_OK) {
        event->kind = PIER_SESSION_HOST_REFUSED;
        event->error = host->refusal;
        pier_error_clear(&host->refusal);
        return true;
    }
    if (host->plain != NULL) {
        event->kind = PIER_SESSION_HOST_PLAIN;
        event->plain = host->plain;
        host->plain = NULL;
        return true;
    }
    pier_session_channel *first = host->queue_first;
    if (first == NULL && host->away != NULL) {
        event->kind = PIER_SESSION_HOST_CLOSING;
        event->session = host->away;
        host->left = host->away;
        host->away = NULL;
        return true;
    }
    if (first == NULL) {
        return false;
    }
    event->session = first;
    event->kind = first->is_new ? PIER_SESSION_HOST_OPENED : PIER_SESSION_HOST_READY;
    if (first->is_new) {
        /* That it is ready, too, is told by the next call. */
        first->is_new = false;
        return true;
    }
    host->queue_first = first->queue_next;
    host->queue_last = host->queue_first != NULL ? host->queue_last : NULL;
    first->is_queued = false;
    return true;
}

/* Waiting ---------------------------------------------------------------------------------------------------------- */

static bool takes_strangers(const pier_session_host *host) {
    uint32_t given = host->options.strangers_max;
    return host->stranger_count < (given != 0 ? given : PIER_SESSION_HOST_STRANGERS_DEFAULT);
}

/* Returns from when on somebody could be taken from a listener: PIER_NOW, or when a stranger that says nothing makes
 * room. */
static pier_deadline takes_at(const pier_session_host *host) {
    pier_deadline at = PIER_NEVER;
    if (takes_strangers(host)) {
        return PIER_NOW;
    }
    for (size_t i = 0; i < host->stranger_count; i++) {
        pier_deadline yields_at = pier__stranger_yields_at(host, host->strangers[i]);
        at = yields_at < at ? yields_at : at;
    }
    return at;
}

/* Adds one interest, if there is room for it. */
static void add(pier_interest *interests, size_t capacity, size_t *count, int handle, uint32_t events) {
    if (*count < capacity) {
        interests[*count] = (pier_interest){.handle = handle, .events = events};
    }
    ++*count;
}

size_t pier_session_host_interests(pier_session_host *host, pier_interest *interests, size_t capacity) {
    size_t count = 0;
    host->listens = takes_at(host) <= pier_clock_monotonic_ns();
    for (size_t i = 0; i < host->listener_count; i++) {
        pier__host_listener *listener = &host->listeners[i];
        listener->poll_at = count;
        if (host->listens && listener->paused_until == PIER_NOW) {
            add(interests, capacity, &count, pier_socket_handle(listener->socket), PIER_READABLE);
        }
        listener->poll_count = count - listener->poll_at;
    }
    for (size_t i = 0; i < host->stranger_count; i++) {
        pier__stranger *stranger = host->strangers[i];
        uint32_t events = pier__stranger_events(stranger);
        stranger->poll_at = count;
        if (events != 0) {
            add(interests, capacity, &count, pier_socket_handle(stranger->socket), events);
        }
        stranger->poll_count = count - stranger->poll_at;
    }
    for (size_t i = 0; i < host->session_count; i++) {
        pier_session_channel *session = host->sessions[i];
        size_t left = count < capacity ? capacity - count : 0;
        session->poll_at = count;
        session->poll_count = pier_session_channel_interests(session, left > 0 ? interests + count : interests, left);
        count += session->poll_count;
    }
    return count;
}

/* Returns when the client of a session has been away for too long; PIER_NOW: it has to be looked at, since when. */
static pier_deadline leaves_at(const pier_session_host *host, const pier_session_channel *session) {
    uint32_t timeout_ms = host->options.away_timeout_ms;
    if (timeout_ms == 0 || session->socket != NULL) {
        return PIER_NEVER;
    }
    return session->away_since != 0 ? session->away_since + (int64_t)timeout_ms * 1000000 : PIER_NOW;
}

static void earlier(pier_deadline *due, pier_deadline at) {
    *due = at < *due ? at : *due;
}

pier_deadline pier_session_host_due(pier_session_host *host) {
    pier_deadline due = PIER_NEVER;
    if (host->queue_first != NULL || host->away != NULL || host->left != NULL || host->plain != NULL ||
        host->refusal.status != PIER_OK) {
        return PIER_NOW;
    }
    for (size_t i = 0; i < host->listener_count; i++) {
        if (host->listeners[i].paused_until != PIER_NOW) {
            earlier(&due, host->listeners[i].paused_until);
        }
    }
    pier_deadline at = takes_at(host);
    if (at != PIER_NOW && (!host->listens || at > pier_clock_monotonic_ns())) {
        /* From then on the listeners are among the interests. */
        earlier(&due, at);
    }
    for (size_t i = 0; i < host->stranger_count; i++) {
        earlier(&due, host->strangers[i]->is_held ? PIER_NOW : host->strangers[i]->until);
    }
    for (size_t i = 0; i < host->session_count; i++) {
        earlier(&due, pier_session_channel_due(host->sessions[i]));
        earlier(&due, leaves_at(host, host->sessions[i]));
    }
    return due;
}

/* Makes room for the interests of everything, and gets them. Returns their count; 0 and `lacks` when there is no
 * memory. */
static size_t gather(pier_session_host *host, bool *lacks) {
    *lacks = false;
    for (;;) {
        /* One more for the cancel object. */
        size_t capacity = host->interest_capacity > 0 ? host->interest_capacity - 1 : 0;
        pier_interest none;
        size_t count = pier_session_host_interests(host, host->interests != NULL ? host->interests : &none, capacity);
        if (count <= capacity && host->interest_capacity > 0) {
            return count;
        }
        size_t wanted = count * 2 + 16;
        pier_interest *interests = (pier_interest *)pier__allocate_array(&host->allocator, wanted, sizeof *interests);
        void *memory = pier__allocate_array(&host->allocator, wanted, pier__platform_poll_bytes());
        if (interests == NULL || memory == NULL) {
            pier__release(&host->allocator, interests, wanted * sizeof *interests);
            pier__release(&host->allocator, memory, wanted * pier__platform_poll_bytes());
            *lacks = true;
            return 0;
        }
        pier__release(&host->allocator, host->interests, host->interest_capacity * sizeof *interests);
        pier__release(&host->allocator, host->poll_memory, host->interest_capacity * pier__platform_poll_bytes());
        host->interests = interests;
        host->poll_memory = memory;
        host->interest_capacity = wanted;
    }
}

static bool is_ready(const pier_session_host *host, size_t at, size_t count) {
    for (size_t i = at; i < at + count; i++) {
        if (host->interests[i].events != 0) {
            return true;
        }
    }
    return false;
}

/* Takes the connections that wait at a listener. */
static void accept_some(pier_session_host *host, pier__host_listener *listener, int64_t now_ns) {
    for (unsigned i = 0; i < ACCEPTED_MAX && (takes_strangers(host) || pier__host_has_silent(host, now_ns)); i++) {
        pier_socket *socket = NULL;
        pier_status status = pier_socket_accept(listener->socket, &socket, NULL, PIER_NOW);
        if (status == PIER_WOULD_BLOCK) {
            return;
        }
        if (status != PIER_OK) {
            pier__host_refuse(host, "a listener", status, pier_socket_error(listener->socket)->text);
            listener->paused_until = now_ns + PIER__LISTENER_PAUSE_NS;
            return;
        }
        if (!takes_strangers(host)) {
            pier__host_drop_silent(host, now_ns);
        }
        if (pier__host_welcome(host, socket) != PIER_OK) {
            pier__host_refuse(host, "a connection", PIER_NO_MEMORY, "no memory for it");
        }
    }
}

/* Goes on with strangers, by turns and for a bounded time: to open a session is work for the disk, and a crowd that
 * comes at once must not hold up the sessions that are open. Who had no turn is as ready at the next call. */
static void serve_strangers(pier_session_host *host, int64_t now_ns) {
    int64_t until_ns = now_ns + STRANGERS_NS;
    for (size_t left = host->stranger_count; left > 0 && now_ns < until_ns; left--) {
        size_t at = host->stranger_turn < host->stranger_count ? host->stranger_turn : 0;
        pier__stranger *stranger = host->strangers[at];
        bool is_due = stranger->is_held || now_ns >= stranger->until;
        host->stranger_turn = at + 1;
        if ((is_ready(host, stranger->poll_at, stranger->poll_count) || is_due) &&
            !pier__stranger_step(host, stranger, now_ns)) {
            pier__stranger_destroy(host, stranger);
            host->strangers[at] = host->strangers[--host->stranger_count];
            /* The one that came here from the end has its turn. */
            host->stranger_turn = at;
        }
        now_ns = pier_clock_monotonic_ns();
    }
}

/* Looks whether a session's client is away, and since when. What has happened at it is told before it goes. */
static void watch(pier_session_host *host, pier_session_channel *session, int64_t now_ns) {
    if (session->socket != NULL) {
        session->away_since = 0;
    } else if (session->away_since == 0) {
        session->away_since = now_ns;
    } else if (now_ns >= leaves_at(host, session) && host->away == NULL && !session->is_queued) {
        host->away = session;
    }
}

/* Goes on with everything that is ready or due. New strangers and sessions come behind those that were polled, and are
 * looked at when they are polled. */
static void serve(pier_session_host *host) {
    int64_t now_ns = pier_clock_monotonic_ns();
    size_t sessions = host->session_count;
    for (size_t i = 0; i < sessions; i++) {
        pier_session_channel *session = host->sessions[i];
        if (is_ready(host, session->poll_at, session->poll_count) || pier_session_channel_due(session) <= now_ns) {
            (void)pier__session_channel_turn(session);
        }
        watch(host, session, now_ns);
    }
    serve_strangers(host, now_ns);
    for (size_t i = 0; i < host->listener_count; i++) {
        pier__host_listener *listener = &host->listeners[i];
        if (listener->paused_until != PIER_NOW && now_ns >= listener->paused_until) {
            listener->paused_until = PIER_NOW;
            accept_some(host, listener, now_ns);
        } else if (is_ready(host, listener->poll_at, listener->poll_count)) {
            accept_some(host, listener, now_ns);
        }
    }
}

/* Polls everything, and goes on with what is ready. */
static pier_status look(pier_session_host *host, pier_cancel *cancel, pier_deadline deadline) {
    bool lacks = false;
    size_t count = gather(host, &lacks);
    if (lacks) {
        return PIER_NO_MEMORY;
    }
    if (cancel != NULL && deadline != PIER_NOW) {
        host->interests[count++] = (pier_interest){.handle = pier_cancel_handle(cancel), .events = PIER_READABLE};
    }
    pier_deadline due = pier_session_host_due(host);
    int os_error = pier__platform_poll_many(host->interests, count, host->poll_memory, due < deadline ? due : deadline);
    if (os_error != 0) {
        return pier__os_failure(os_error);
    }
    host->told = 0;
    serve(host);
    return PIER_OK;
}

pier_status pier_session_host_next(pier_session_host *host, pier_session_host_event *event, pier_deadline deadline) {
    pier_cancel *cancel = host->options.cancel;
    bool has_looked = false;
    pier_session_channel_destroy(host->left);
    if (host->told >= TOLD_MAX) {
        pier_status status = look(host, NULL, PIER_NOW);
        if (status != PIER_OK) {
            return status;
        }
    }
    while (!tell(host, event)) {
        if (has_looked && deadline == PIER_NOW) {
            return PIER_WOULD_BLOCK;
        }
        if (deadline != PIER_NOW && cancel != NULL && pier_cancel_is_fired(cancel)) {
            return PIER_CANCELLED;
        }
        if (has_looked && deadline != PIER_NEVER && pier_clock_monotonic_ns() >= deadline) {
            return PIER_TIMEOUT;
        }
        pier_status status = look(host, cancel, deadline);
        if (status != PIER_OK) {
            return status;
        }
        has_looked = true;
    }
    host->told++;
    return PIER_OK;
}
