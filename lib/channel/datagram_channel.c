/* Datagram channels; see <pier/datagram_channel.h>.
 *
 * Floor 7 (channel). Owns its socket and two archives without a file: the storing one is drained into a datagram, the
 * loading one is fed with a datagram. Both are reset for each, which keeps their buffers: after the first few nothing
 * is allocated, but for what a loader keeps of a definition. */
#include <pier/datagram_channel.h>

#include <string.h>

#include "archive/archive_internal.h"
#include "base/allocator_internal.h"
#include "base/error_internal.h"
#include "base/limits_internal.h"

/* A frame without records has 128 bytes; below this, hardly anything would fit in. */
#define BYTES_MAX_LOWEST 512

struct pier_datagram_channel {
    pier_allocator allocator;
    pier_socket *socket;
    pier_archive *store;
    pier_archive *load;
    pier_format format;   /* as it was asked for */
    pier_format received; /* of the last datagram that came; framed before the first */
    size_t bytes_max;
    size_t room_bytes; /* for what is received */
    pier_error error;
};

static pier_status fail(pier_datagram_channel *channel, const pier_error *error) {
    channel->error = *error;
    return error->status;
}

/* Begins the next datagram. What fails here is told by the first call that stores. */
static void begin_storing(pier_datagram_channel *channel) {
    pier_format format = channel->format == PIER_FORMAT_GUESS ? channel->received : channel->format;
    pier__archive_choose_format(channel->store, format);
    (void)(pier_archive_reset(channel->store) == PIER_OK);
    pier_archive_set_time(channel->store, (uint64_t)pier_clock_unix_ns());
}

static pier_status check_options(const pier_datagram_channel_options *options, pier_error *error) {
    if (options->size != sizeof *options) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "pier_datagram_channel_options.size is %zu, this library has %zu", options->size,
                               sizeof *options);
    }
    if (options->datagram_bytes_max != 0 && options->datagram_bytes_max < BYTES_MAX_LOWEST) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "datagram_bytes_max is %u, and must be %d at least",
                               (unsigned)options->datagram_bytes_max, BYTES_MAX_LOWEST);
    }
    return PIER_OK;
}

/* Finds out how large datagrams may be, both ways. */
static pier_status measure(pier_datagram_channel *channel, const pier_datagram_channel_options *options,
                           pier_error *error) {
    size_t most = 0;
    if (pier_datagram_bytes_max(channel->socket, NULL, &most) != PIER_OK) {
        *error = *pier_socket_error(channel->socket);
        return error->status;
    }
    if (options->datagram_bytes_max > most) {
        return pier__error_set(error, PIER_LIMIT, PIER_FLOOR_CHANNEL, 0,
                               "datagram_bytes_max is %u, and the socket carries %zu at most",
                               (unsigned)options->datagram_bytes_max, most);
    }
    channel->bytes_max = options->datagram_bytes_max != 0 ? options->datagram_bytes_max : most;
    channel->room_bytes = channel->bytes_max;
    if (options->datagram_bytes_max == 0 && channel->room_bytes < PIER_DATAGRAM_IPV6_BYTES_MAX) {
        /* Whatever a peer of the other family of IP may send. */
        channel->room_bytes = PIER_DATAGRAM_IPV6_BYTES_MAX;
    }
    return PIER_OK;
}

/* Opens both archives. */
static pier_status open_archives(pier_datagram_channel *channel, const pier_datagram_channel_options *options,
                                 pier_error *error) {
    pier_limits limits;
    pier_status status = pier__limits_resolve(options->limits, &limits, error);
    if (status != PIER_OK) {
        return status;
    }
    /* The records of a datagram are one block, whatever the target is elsewhere. */
    limits.block_target_bytes = channel->bytes_max < PIER_BLOCK_TARGET_BYTES_HIGHEST ? (uint32_t)channel->bytes_max
                                                                                     : PIER_BLOCK_TARGET_BYTES_HIGHEST;
    if (limits.queue_bytes_max < channel->bytes_max) {
        /* A datagram is never sent in part: it has its own limit. */
        limits.queue_bytes_max = channel->bytes_max;
    }
    pier_archive_options archive_options = {
        .size = sizeof archive_options,
        .allocator = &channel->allocator,
        .limits = &limits,
        .format = options->format == PIER_FORMAT_GUESS ? PIER_FORMAT_FRAMED : options->format,
        .plain_form = options->plain_form,
        .checksum_off = options->checksum_off,
    };
    status = pier_archive_open_store(&channel->store, NULL, &archive_options, error);
    if (status == PIER_OK) {
        archive_options.format = options->format;
        archive_options.read_bytes = (uint32_t)channel->room_bytes;
        status = pier_archive_open_load(&channel->load, NULL, &archive_options, error);
    }
    return status;
}

pier_status pier_datagram_channel_open(pier_datagram_channel **out, pier_socket *socket,
                                       const pier_datagram_channel_options *options, pier_error *error) {
    static const pier_datagram_channel_options defaults = {.size = sizeof defaults};
    pier_error scratch;
    error = error != NULL ? error : &scratch;
    if (out == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0, "out may not be NULL");
    }
    *out = NULL;
    if (!pier_socket_is_datagram(socket)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_CHANNEL, 0,
                               "a datagram channel needs a datagram socket; pier_channel_open takes streams");
    }
    options = options != NULL ? options : &defaults;
    pier_status status = check_options(options, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(options->allocator);
    pier_datagram_channel *channel = (pier_datagram_channel *)pier__allocate(&allocator, sizeof *channel);
    if (channel == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_CHANNEL, 0, "no memory for a channel");
    }
    memset(channel, 0, sizeof *channel);
    channel->allocator = allocator;
    channel->socket = socket;
    channel->format = options->format;
    channel->received = PIER_FORMAT_FRAMED;
    pier_error_clear(&channel->error);
    status = measure(channel, options, error);
    if (status == PIER_OK) {
        status = open_archives(channel, options, error);
    }
    if (status != PIER_OK) {
        channel->socket = NULL;
        pier_datagram_channel_destroy(channel);
        return status;
    }
    pier__archive_limit_stream(channel->store, channel->bytes_max);
    begin_storing(channel);
    pier_archive_feed_end(channel->load);
    *out = channel;
    return PIER_OK;
}

pier_archive *pier_datagram_channel_store_archive(pier_datagram_channel *channel) {
    return channel->store;
}

pier_archive *pier_datagram_channel_load_archive(pier_datagram_channel *channel) {
    return channel->load;
}

pier_socket *pier_datagram_channel_socket(pier_datagram_channel *channel) {
    return channel->socket;
}

size_t pier_datagram_channel_bytes(const pier_datagram_channel *channel) {
    return (size_t)pier__archive_stream_bytes(channel->store);
}

size_t pier_datagram_channel_bytes_max(const pier_datagram_channel *channel) {
    return channel->bytes_max;
}

const pier_error *pier_datagram_channel_error(const pier_datagram_channel *channel) {
    return &channel->error;
}

pier_status pier_datagram_channel_send(pier_datagram_channel *channel, const pier_address *to, pier_deadline deadline) {
    pier_archive *store = channel->store;
    pier_archive_set_time(store, (uint64_t)pier_clock_unix_ns());
    /* Only the first of these does something; they answer the same when a datagram is sent again. */
    pier_status status = pier_archive_flush(store);
    if (status == PIER_OK) {
        status = pier_archive_close(store);
    }
    if (status != PIER_OK) {
        return fail(channel, pier_archive_error(store));
    }
    pier_bytes bytes = pier_archive_drain(store);
    status = pier_datagram_send(channel->socket, to, &bytes, 1, deadline);
    if (status < 0) {
        return fail(channel, pier_socket_write_error(channel->socket));
    }
    if (status == PIER_OK) {
        begin_storing(channel);
    }
    return status;
}

void pier_datagram_channel_abandon(pier_datagram_channel *channel) {
    begin_storing(channel);
}

/* Tells the format of what came before anybody loads from it, so that an answer can be stored in the same. */
static void learn_format(pier_datagram_channel *channel) {
    if (channel->format != PIER_FORMAT_GUESS || !pier_archive_has_next(channel->load)) {
        return;
    }
    pier_format format = pier_archive_format(channel->load);
    if (format == channel->received || format == PIER_FORMAT_GUESS) {
        return;
    }
    channel->received = format;
    if (!pier__archive_is_touched(channel->store)) {
        begin_storing(channel);
    }
}

pier_status pier_datagram_channel_receive(pier_datagram_channel *channel, pier_address *from, pier_deadline deadline) {
    pier_archive *load = channel->load;
    void *room = NULL;
    size_t room_bytes = 0;
    size_t size = 0;
    if (from != NULL) {
        memset(from, 0, sizeof *from);
    }
    pier_status status = pier_archive_reset(load);
    if (status == PIER_OK) {
        status = pier_archive_feed_space(load, &room, &room_bytes);
    }
    if (status != PIER_OK) {
        status = fail(channel, pier_archive_error(load));
        pier_archive_feed_end(load);
        return status;
    }
    /* The buffer of the archive may have grown beyond the limit, which holds all the same. */
    room_bytes = room_bytes < channel->room_bytes ? room_bytes : channel->room_bytes;
    status = pier_datagram_receive(channel->socket, room, room_bytes, &size, from, deadline);
    if (status == PIER_OK) {
        pier_archive_feed_filled(load, size);
    }
    pier_archive_feed_end(load);
    if (status < 0) {
        return fail(channel, pier_socket_read_error(channel->socket));
    }
    if (status == PIER_OK) {
        learn_format(channel);
    }
    return status;
}

void pier_datagram_channel_destroy(pier_datagram_channel *channel) {
    if (channel == NULL) {
        return;
    }
    pier_archive_destroy(channel->store);
    pier_archive_destroy(channel->load);
    pier_socket_destroy(channel->socket);
    pier_allocator allocator = channel->allocator;
    pier__release(&allocator, channel, sizeof *channel);
}
