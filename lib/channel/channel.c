/* Channels; see <pier/channel.h>.
 *
 * Floor 7 (channel). Owns its file (which owns the socket) and its two archives, and decides nothing about bytes. */
#include <pier/channel.h>

#include <string.h>

#include <pier/raw.h>
#include <pier/resolve.h>

#include "archive/archive_internal.h"
#include "archive/loader_internal.h"
#include "base/allocator_internal.h"
#include "base/budget_internal.h"
#include "base/error_internal.h"
#include "channel/channel_internal.h"
#include "file/file_internal.h"
#include "socket/socket_internal.h"

/* Of what is accepted. */
enum { FIRST_BYTE_TIMEOUT_MS_DEFAULT = 10000, FRAME_TIMEOUT_MS_DEFAULT = 30000 };

enum { CLOSE_TIMEOUT_MS_DEFAULT = 2000, LISTEN_RESOLVE_TIMEOUT_MS = 10000, ADDRESSES_MAX = 16 };

struct pier_channel {
    pier_allocator allocator;
    pier_socket *socket; /* owned by the file */
    pier_file *file;
    pier_archive *store;
    pier_archive *load;
    pier_deadline deadline;
    uint32_t close_timeout_ms;
    pier_budget *budget; /* a connection is taken out of it; NULL: none */
    bool is_shut;
    bool is_closing;           /* input is dropped from now on */
    bool input_is_ended;       /* while closing: the peer has ended its side, or reading failed */
    pier_deadline drain_until; /* 0: the end of the peer's side is not awaited yet */
    pier_error error;
};

static pier_status check_options(const pier_channel_options *options, pier_error *error) {
    if (options != NULL && options->size != sizeof *options) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "pier_channel_options.size is %zu, this library has %zu", options->size,
                               sizeof *options);
    }
    return PIER_OK;
}

/* Channels are streams. All addresses of an endpoint speak the same. */
static pier_status check_stream(const pier_address *address, pier_error *error) {
    return address->transport != PIER_TRANSPORT_UDP
               ? PIER_OK
               : pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                                 "a channel, and its archives, need a stream, and UDP has datagrams: "
                                 "pier_datagram_channel_open has archives for those");
}

/* Gets the address of a socket that listens; without it the socket is of no use, and goes. */
static pier_status tell_bound(pier_socket **listener, pier_address *bound, pier_error *error) {
    pier_status status = pier_socket_local_address(*listener, bound);
    if (status != PIER_OK) {
        if (error != NULL) {
            *error = *pier_socket_error(*listener);
        }
        pier_socket_destroy(*listener);
        *listener = NULL;
    }
    return status;
}

pier_status pier_channel_listen(pier_socket **out, pier_address *bound, const char *endpoint,
                                const pier_allocator *allocator, pier_error *error) {
    *out = NULL;
    pier_address addresses[ADDRESSES_MAX];
    size_t count = 0;
    pier_resolve_options resolve = {.size = sizeof resolve, .allocator = allocator};
    pier_status status = pier_address_resolve(endpoint, addresses, ADDRESSES_MAX, &count,
                                              pier_deadline_after_ms(LISTEN_RESOLVE_TIMEOUT_MS), &resolve, error);
    status = status == PIER_OK ? check_stream(&addresses[0], error) : status;
    if (status != PIER_OK) {
        return status;
    }
    pier_socket_options options = {.size = sizeof options, .allocator = allocator};
    for (size_t i = 0; i < count; i++) {
        status = pier_socket_listen(out, &addresses[i], &options, error);
        if (status == PIER_OK) {
            break;
        }
    }
    return status == PIER_OK && bound != NULL ? tell_bound(out, bound, error) : status;
}

/* Opens both archives over the file, each as the options say. */
static pier_status open_archives(pier_channel *channel, const pier_channel_options *options, pier_error *error) {
    pier_archive_options archive_options = {
        .size = sizeof archive_options,
        .allocator = &channel->allocator,
        .limits = options->limits,
        .format = options->format,
        .plain_form = options->plain_form,
        .checksum_off = options->checksum_off,
        .first_byte_timeout_ms = options->first_byte_timeout_ms != PIER_NO_TIMEOUT ? options->first_byte_timeout_ms : 0,
        .frame_timeout_ms = options->frame_timeout_ms != PIER_NO_TIMEOUT ? options->frame_timeout_ms : 0,
        .budget = options->budget,
        .compression_level = options->compression_level,
    };
    pier_status status = pier_archive_open_store(&channel->store, channel->file, &archive_options, error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&channel->load, channel->file, &archive_options, error);
    }
    return status == PIER_OK ? pier_archive_pair(channel->store, channel->load) : status;
}

/* Makes the channel of a socket; the budget's connection is taken already. */
static pier_status open_channel(pier_channel **out, pier_socket *socket, pier_bytes read,
                                const pier_channel_options *options, pier_error *error) {
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_channel *channel = (pier_channel *)pier__allocate(&allocator, sizeof *channel);
    if (channel == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a channel");
    }
    memset(channel, 0, sizeof *channel);
    channel->allocator = allocator;
    channel->deadline = PIER_NEVER;
    channel->close_timeout_ms = options->close_timeout_ms != 0 ? options->close_timeout_ms : CLOSE_TIMEOUT_MS_DEFAULT;
    channel->budget = options->budget;
    pier_error_clear(&channel->error);
    pier_status status = pier_file_open_socket(&channel->file, socket, &allocator, error);
    if (status != PIER_OK) {
        pier__release(&allocator, channel, sizeof *channel);
        return status;
    }
    channel->socket = socket;
    pier__socket_set_spin(socket, options->spin_us);
    status = open_archives(channel, options, error);
    if (status == PIER_OK && read.size > 0 && !pier__loader_put(pier__loader_of(channel->load), read)) {
        status = pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a channel");
    }
    if (status != PIER_OK) {
        pier_archive_destroy(channel->store);
        pier_archive_destroy(channel->load);
        pier__file_abandon(channel->file);
        pier__socket_set_spin(socket, 0);
        pier__release(&allocator, channel, sizeof *channel);
        return status;
    }
    if (options->cancel != NULL) {
        pier_channel_set_cancel(channel, options->cancel);
    }
    /* The peer waits for nothing but may want to know our limits: the preamble goes now, as far as it goes. What goes
     * wrong here is told by the first call that stores. */
    pier_archive_set_deadline(channel->store, PIER_NOW);
    (void)(pier_archive_flush(channel->store) == PIER_OK);
    pier_archive_set_deadline(channel->store, PIER_NEVER);
    *out = channel;
    return PIER_OK;
}

static pier_status tell_too_many(const pier_budget *budget, pier_error *error) {
    return pier__error_set(error, PIER_LIMIT, PIER_FLOOR_CHANNEL, 0,
                           "%u connections are there, the limit is %u (connections_max of pier_budget)",
                           pier_budget_connections(budget), pier_budget_connections_max(budget));
}

static const pier_channel_options defaults = {.size = sizeof defaults};

pier_status pier_channel_open(pier_channel **out, pier_socket *socket, const pier_channel_options *options,
                              pier_error *error) {
    return pier__channel_open_read(out, socket, (pier_bytes){NULL, 0}, options, error);
}

pier_status pier__channel_open_read(pier_channel **out, pier_socket *socket, pier_bytes read,
                                    const pier_channel_options *options, pier_error *error) {
    *out = NULL;
    pier_status status = check_options(options, error);
    if (status != PIER_OK) {
        return status;
    }
    options = options != NULL ? options : &defaults;
    if (options->budget != NULL && !pier__budget_connect(options->budget)) {
        return tell_too_many(options->budget, error);
    }
    status = open_channel(out, socket, read, options, error);
    if (status != PIER_OK && options->budget != NULL) {
        pier__budget_disconnect(options->budget);
    }
    return status;
}

pier_channel_options pier__channel_accepting(const pier_channel_options *options) {
    pier_channel_options chosen = options != NULL ? *options : defaults;
    if (chosen.first_byte_timeout_ms == 0) {
        chosen.first_byte_timeout_ms = FIRST_BYTE_TIMEOUT_MS_DEFAULT;
    }
    if (chosen.frame_timeout_ms == 0) {
        chosen.frame_timeout_ms = FRAME_TIMEOUT_MS_DEFAULT;
    }
    return chosen;
}

/* "Not now" has a sentence of its own: who makes a channel prints one error for all that is not PIER_OK. */
static pier_status tell_not_now(pier_status status, pier_error *error) {
    return pier__error_set(error, status, PIER_FLOOR_CHANNEL, 0, "%s", pier_status_text(status));
}

pier_status pier_channel_accept(pier_channel **out, pier_socket *listener, pier_deadline deadline,
                                const pier_channel_options *options, pier_error *error) {
    *out = NULL;
    pier_socket *socket = NULL;
    pier_status status = check_options(options, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_channel_options chosen = pier__channel_accepting(options);
    /* Asked before, so that the connection waits with the system, where it costs nothing. */
    if (chosen.budget != NULL && pier_budget_connections(chosen.budget) >= pier_budget_connections_max(chosen.budget)) {
        return tell_too_many(chosen.budget, error);
    }
    status = pier_socket_accept(listener, &socket, NULL, deadline);
    if (status != PIER_OK) {
        if (status > 0) {
            (void)tell_not_now(status, error);
        } else if (error != NULL) {
            *error = *pier_socket_error(listener);
        }
        return status;
    }
    status = pier_channel_open(out, socket, &chosen, error);
    if (status != PIER_OK) {
        pier_socket_destroy(socket);
    }
    return status;
}

pier_status pier_channel_connect(pier_channel **out, const char *endpoint, pier_deadline deadline,
                                 const pier_channel_options *options, pier_error *error) {
    *out = NULL;
    pier_address addresses[ADDRESSES_MAX];
    size_t count = 0;
    pier_status status = check_options(options, error);
    if (status == PIER_OK && options != NULL && options->format == PIER_FORMAT_GUESS) {
        status =
            pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0, "only an accepting side may guess the format");
    }
    if (status == PIER_OK) {
        pier_resolve_options resolve = {.size = sizeof resolve,
                                        .allocator = options != NULL ? options->allocator : NULL,
                                        .cancel = options != NULL ? options->cancel : NULL};
        status = pier_address_resolve(endpoint, addresses, ADDRESSES_MAX, &count, deadline, &resolve, error);
    }
    status = status == PIER_OK ? check_stream(&addresses[0], error) : status;
    if (status != PIER_OK) {
        return status;
    }
    pier_socket_options socket_options = {
        .size = sizeof socket_options,
        .allocator = options != NULL ? options->allocator : NULL,
        .delay = options != NULL && options->delay,
        .cancel = options != NULL ? options->cancel : NULL,
    };
    pier_socket *socket = NULL;
    status = pier_socket_connect_any(&socket, addresses, count, deadline, &socket_options, error);
    if (status > 0) {
        return tell_not_now(status, error);
    }
    if (status == PIER_OK) {
        status = pier_channel_open(out, socket, options, error);
        if (status != PIER_OK) {
            pier_socket_destroy(socket);
        }
    }
    return status;
}

pier_archive *pier_channel_store_archive(pier_channel *channel) {
    return channel->store;
}

pier_archive *pier_channel_load_archive(pier_channel *channel) {
    return channel->load;
}

pier_socket *pier_channel_socket(pier_channel *channel) {
    return channel->socket;
}

PIER__HOT void pier_channel_set_deadline(pier_channel *channel, pier_deadline deadline) {
    channel->deadline = deadline;
    pier_archive_set_deadline(channel->store, deadline);
    pier_archive_set_deadline(channel->load, deadline);
}

void pier_channel_set_cancel(pier_channel *channel, pier_cancel *cancel) {
    /* It cannot fail when there is a socket, and without one nothing waits. */
    (void)(pier_socket_set_cancel(channel->socket, cancel) == PIER_OK);
}

int pier_channel_handle(const pier_channel *channel) {
    return pier_file_handle(channel->file);
}

uint32_t pier_channel_wanted(pier_channel *channel) {
    if (pier_channel_handle(channel) < 0) {
        return 0;
    }
    bool reads = channel->is_closing ? !channel->input_is_ended : pier__loader_may_fill(pier__loader_of(channel->load));
    bool writes = pier_archive_queued_bytes(channel->store) > 0;
    return (reads ? PIER_READABLE : 0) | (writes ? PIER_WRITABLE : 0);
}

/* Keeps an error for pier_channel_error. Returns `status`. */
static pier_status keep(pier_channel *channel, pier_status status, const pier_error *error) {
    if (status < 0) {
        channel->error = *error;
    }
    return status;
}

/* Keeps the error of an archive, if it is a failure that sticks there. Returns `status`. */
static pier_status keep_failure(pier_channel *channel, pier_archive *archive, pier_status status) {
    return keep(channel, status, pier_archive_error(archive));
}

pier_status pier_channel_shutdown(pier_channel *channel) {
    if (channel->is_shut) {
        return PIER_OK;
    }
    pier_status status = pier_archive_close(channel->store);
    if (status != PIER_OK) {
        return keep(channel, status, pier_archive_error(channel->store));
    }
    status = pier_file_shutdown(channel->file);
    if (status == PIER_OK) {
        channel->is_shut = true;
    }
    return keep(channel, status, pier_file_error(channel->file));
}

/* Reads and drops what the peer sends within the deadline, some of it: a call that must not wait must end although
 * the peer never stops. Returns PIER_OK when more may be there; else as pier_file_read. */
static pier_status drop_input(pier_channel *channel, pier_deadline deadline) {
    enum { READS_MAX = 64 };
    uint8_t dropped[16384];
    pier_status status = PIER_OK;
    for (int i = 0; i < READS_MAX && status == PIER_OK; i++) {
        size_t size = 0;
        status = pier_file_read(channel->file, dropped, sizeof dropped, &size, deadline);
    }
    channel->input_is_ended = status == PIER_END || status < 0;
    return status;
}

/* Ends the storing side, and drops input meanwhile: a peer that cannot send may not read either. */
static pier_status send_rest(pier_channel *channel) {
    for (;;) {
        pier_archive_set_deadline(channel->store, PIER_NOW);
        pier_status status = pier_channel_shutdown(channel);
        pier_archive_set_deadline(channel->store, channel->deadline);
        if (status != PIER_WOULD_BLOCK) {
            return status;
        }
        uint32_t ready = PIER_READABLE;
        if (channel->deadline != PIER_NOW) {
            uint32_t events = channel->input_is_ended ? PIER_WRITABLE : PIER_READABLE | PIER_WRITABLE;
            status = pier_file_wait(channel->file, events, &ready, channel->deadline);
            if (status != PIER_OK) {
                return keep(channel, status, pier_file_error(channel->file));
            }
        }
        if ((ready & PIER_READABLE) != 0 && !channel->input_is_ended) {
            (void)drop_input(channel, PIER_NOW);
        }
        if (channel->deadline == PIER_NOW) {
            return PIER_WOULD_BLOCK;
        }
    }
}

/* Waits for the end of the peer's side, and drops what comes before it. */
static pier_status await_end(pier_channel *channel) {
    if (channel->drain_until == 0) {
        channel->drain_until = pier_deadline_after_ms(channel->close_timeout_ms);
    }
    pier_deadline deadline = channel->deadline < channel->drain_until ? channel->deadline : channel->drain_until;
    pier_status status;
    do {
        status = drop_input(channel, deadline);
        bool is_late = pier_clock_monotonic_ns() > channel->drain_until;
        if (is_late && (status == PIER_OK || status == PIER_WOULD_BLOCK)) {
            status = PIER_TIMEOUT;
        } else if (status == PIER_OK && deadline == PIER_NOW) {
            status = PIER_WOULD_BLOCK;
        }
    } while (status == PIER_OK);
    return status == PIER_END ? PIER_OK : keep(channel, status, pier_file_read_error(channel->file));
}

pier_status pier_channel_close(pier_channel *channel) {
    if (pier_channel_handle(channel) < 0) {
        return PIER_OK;
    }
    channel->is_closing = true;
    pier_status status = send_rest(channel);
    if (status > 0) {
        return status;
    }
    if (status == PIER_OK) {
        status = await_end(channel);
        if (status == PIER_CANCELLED || status == PIER_WOULD_BLOCK) {
            return status;
        }
    }
    pier_status closed = pier_file_close(channel->file);
    return status != PIER_OK ? status : keep(channel, closed, pier_file_error(channel->file));
}

/* Lets the archives go of the file. When the loading side stands wrongly, nothing is lost: it can be called again. */
static pier_status detach_archives(pier_channel *channel, pier_bytes *unread) {
    pier_status status = pier_archive_close(channel->store);
    if (status != PIER_OK) {
        return keep_failure(channel, channel->store, status);
    }
    status = pier_archive_detach(channel->load, unread);
    return status == PIER_OK ? pier_archive_detach(channel->store, NULL) : keep_failure(channel, channel->load, status);
}

pier_status pier_channel_detach(pier_channel *channel, pier_socket **socket, pier_bytes *unread) {
    *socket = NULL;
    *unread = (pier_bytes){NULL, 0};
    if (pier_channel_handle(channel) < 0 || channel->is_shut || channel->is_closing) {
        return pier__error_set(&channel->error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "a channel that was shut down or closed is not detached");
    }
    /* A closed file stands in for the real one afterwards, so that every call finds a channel that is closed. */
    pier_file *closed = NULL;
    pier_status status = pier_file_open_view(&closed, (pier_bytes){NULL, 0}, &channel->allocator, &channel->error);
    if (status != PIER_OK) {
        return status;
    }
    status = detach_archives(channel, unread);
    if (status != PIER_OK) {
        pier_file_destroy(closed);
        return status;
    }
    (void)(pier_file_close(closed) == PIER_OK);
    *socket = channel->socket;
    pier__socket_set_spin(channel->socket, 0);
    pier__file_abandon(channel->file);
    channel->file = closed;
    channel->socket = NULL;
    channel->is_shut = true;
    return PIER_OK;
}

void pier_channel_destroy(pier_channel *channel) {
    if (channel == NULL) {
        return;
    }
    pier_allocator allocator = channel->allocator;
    pier_archive_destroy(channel->store);
    pier_archive_destroy(channel->load);
    pier_file_destroy(channel->file);
    if (channel->budget != NULL) {
        pier__budget_disconnect(channel->budget);
    }
    pier__release(&allocator, channel, sizeof *channel);
}

const pier_error *pier_channel_error(const pier_channel *channel) {
    const pier_error *load = pier_archive_error(channel->load);
    const pier_error *store = pier_archive_error(channel->store);
    if (channel->error.status != PIER_OK) {
        return &channel->error;
    }
    if (pier_archive_status(channel->load) < 0) {
        return load;
    }
    if (pier_archive_status(channel->store) < 0 || store->status != PIER_OK) {
        return store;
    }
    return load->status != PIER_OK ? load : pier_file_error(channel->file);
}
