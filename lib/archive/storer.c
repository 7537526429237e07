/* Storing archives: records begun, ended, refused, flushed; see storer_internal.h. */
#include "archive/storer_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "archive/loader_internal.h"
#include "base/error_internal.h"

/* The buffer's first size: a preamble, a header and a few small records. */
enum { BUFFER_BYTES_MIN = 256 };

void pier__storer_set_cursor(pier__storer *storer, size_t position) {
    storer->common.window.cursor = storer->buffer == NULL ? NULL : storer->buffer + position;
    storer->common.window.limit = storer->common.window.cursor;
}

/* Opens the window up to the end of the buffer: from here inline code stores without asking. */
static void open_window(pier__storer *storer) {
    storer->common.window.limit = storer->buffer + storer->capacity;
}

/* Moves what is not sent to the front. Nothing outside holds a pointer into a storer's buffer but the window. */
static void compact(pier__storer *storer) {
    size_t gone = storer->sent;
    if (gone == 0) {
        return;
    }
    size_t cursor = pier__storer_cursor(storer);
    memmove(storer->buffer, storer->buffer + gone, cursor - gone);
    storer->sent = 0;
    storer->ready -= gone;
    storer->value -= storer->in_record ? gone : 0;
    storer->rollback.cursor -= storer->in_record ? gone : 0;
    storer->rollback.ready -= storer->in_record ? gone : 0;
    pier__storer_set_cursor(storer, cursor - gone);
}

bool pier__storer_make_room(pier__storer *storer, size_t bytes) {
    size_t cursor = pier__storer_cursor(storer);
    if (bytes <= storer->capacity - cursor) {
        return true;
    }
    size_t used = cursor - storer->sent;
    if (bytes > (size_t)PTRDIFF_MAX / 4 - used) {
        return false;
    }
    /* What is sent makes way. When that is less than half of the buffer it would be moved too often: then the buffer
     * grows, to twice of what is in use and no more, so that a queue within its limit has a buffer within bounds. */
    size_t capacity = (used + bytes) * 2 > BUFFER_BYTES_MIN ? (used + bytes) * 2 : BUFFER_BYTES_MIN;
    compact(storer);
    if (capacity <= storer->capacity) {
        return true;
    }
    uint8_t *buffer =
        (uint8_t *)pier__reallocate(&storer->common.allocator, storer->buffer, storer->capacity, capacity);
    if (buffer == NULL) {
        return false;
    }
    storer->buffer = buffer;
    storer->capacity = capacity;
    pier__storer_set_cursor(storer, used);
    return true;
}

static void refuse(pier__storer *storer, pier_status status, const char *path, const char *text) {
    if (!storer->in_record || storer->refusal != PIER_OK) {
        return;
    }
    storer->refusal = pier__archive_tell(&storer->common, status, "%s", text);
    storer->common.error.record = storer->next_record;
    if (path != NULL) {
        (void)snprintf(storer->common.error.path, sizeof storer->common.error.path, "%s", path);
    }
    pier__archive_close_window(&storer->common);
}

void pier__storer_refuse(pier__storer *storer, pier_status status, const char *format, ...) {
    char text[sizeof storer->common.error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    refuse(storer, status, NULL, text);
}

void pier__archive_refuse(pier_archive *archive, pier_status status, const char *path, const char *format, ...) {
    pier__storer *storer = pier__storer_of(archive);
    char text[sizeof storer->common.error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    refuse(storer, status, path, text);
}

bool pier__archive_reserve(pier_archive *archive, size_t bytes) {
    if (PIER_LIKELY(bytes <= (size_t)(archive->limit - archive->cursor))) {
        return true;
    }
    pier__storer *storer = pier__storer_of(archive);
    if (!storer->in_record || storer->refusal != PIER_OK || storer->common.failure != PIER_OK) {
        return false;
    }
    /* A codec asks for its worst case, so the limit is checked again, exactly, when the record ends; here it only
     * keeps memory bounded. */
    size_t stored = pier__storer_cursor(storer) - storer->value;
    uint64_t record_bytes_max = storer->common.limits.record_bytes_max;
    if (bytes > record_bytes_max * 2 + PIER__CONSENT_BYTES || stored > record_bytes_max) {
        pier__storer_refuse(storer, PIER_LIMIT, "a record of more than %llu bytes (record_bytes_max)",
                            (unsigned long long)record_bytes_max);
        return false;
    }
    if (!pier__storer_make_room(storer, bytes)) {
        pier__storer_refuse(storer, PIER_NO_MEMORY, "no memory for a record");
        return false;
    }
    open_window(storer);
    return true;
}

/* Puts everything back as it was before the record was begun. */
static void roll_back(pier__storer *storer) {
    const pier__rollback *rollback = &storer->rollback;
    storer->ready = rollback->ready;
    storer->block_is_open = rollback->block_is_open;
    storer->block_class = rollback->block_class;
    storer->block_records = rollback->block_records;
    storer->epoch_begins = rollback->epoch_begins;
    storer->epoch_bytes = rollback->epoch_bytes;
    storer->next_block = rollback->next_block;
    if (storer->class_count > rollback->classes) {
        storer->class_count = rollback->classes;
        storer->last_class = NULL;
    }
    storer->in_record = false;
    pier__storer_set_cursor(storer, rollback->cursor);
}

/* What a read that did not bring the format means to who wants to store. */
static pier_status tell_unknown_format(pier__storer *storer, const pier__loader *loader, pier_status status) {
    if (status == PIER_MORE) {
        return PIER_WOULD_BLOCK;
    }
    if (status == PIER_END) {
        return pier__archive_tell(&storer->common, PIER_END,
                                  "the peer ended its side before its format could be guessed");
    }
    if (status < 0) {
        storer->common.error = loader->common.error;
    }
    return status;
}

/* Learns the format of a connection whose peer speaks first, within the deadline. */
static pier_status learn_format(pier__storer *storer) {
    pier__loader *loader = pier__loader_of_pair(&storer->common);
    pier_status status = pier__storer_open_stream(storer);
    if (status == PIER_WOULD_BLOCK && loader == NULL) {
        return pier__archive_tell(&storer->common, PIER_USAGE, "a guessing archive stores only when it is paired");
    }
    while (status == PIER_WOULD_BLOCK) {
        pier_status filled = loader->common.failure;
        if (filled == PIER_OK) {
            filled = pier__loader_fill(loader, storer->common.deadline);
            pier__loader_guess(loader);
            status = pier__storer_open_stream(storer);
        }
        if (status == PIER_WOULD_BLOCK && filled != PIER_OK) {
            return tell_unknown_format(storer, loader, filled);
        }
    }
    if (status == PIER_NO_MEMORY) {
        return pier__archive_tell(&storer->common, status, "no memory for the preamble");
    }
    return status;
}

pier_status pier__storer_begin(pier__storer *storer) {
    pier__archive *common = &storer->common;
    if (common->failure != PIER_OK) {
        return common->failure;
    }
    if (storer->in_record || storer->is_ended) {
        return pier__archive_tell(common, PIER_USAGE, "%s",
                                  storer->in_record ? "a record is begun within a record" : "the archive is closed");
    }
    pier_status status = learn_format(storer);
    if (status == PIER_OK && pier__storer_queued(storer) >= common->limits.queue_bytes_max) {
        status = pier__storer_send(storer, common->limits.queue_bytes_max - 1);
    }
    if (status != PIER_OK) {
        return status;
    }
    if (common->format == PIER_FORMAT_FRAMED && !pier__storer_open_block(storer)) {
        return pier__archive_tell(common, PIER_NO_MEMORY, "no memory for a block");
    }
    storer->in_record = true;
    storer->is_typed = false;
    storer->is_encoded = false;
    storer->refusal = PIER_OK;
    storer->value = pier__storer_cursor(storer);
    storer->rollback = (pier__rollback){
        .cursor = storer->value,
        .ready = storer->ready,
        .block_is_open = storer->block_is_open,
        .epoch_begins = storer->epoch_begins,
        .epoch_bytes = storer->epoch_bytes,
        .block_class = storer->block_class,
        .block_records = storer->block_records,
        .next_block = storer->next_block,
        .classes = storer->class_count,
    };
    if (!pier__archive_reserve(&common->window, 16)) {
        roll_back(storer);
        return PIER_NO_MEMORY;
    }
    return PIER_OK;
}

/* Switches back to records without a class; the record has just begun. */
static bool switch_to_untyped(pier__storer *storer) {
    if (storer->common.format != PIER_FORMAT_FRAMED || storer->block_class == 0) {
        return true;
    }
    if (!pier__archive_reserve(&storer->common.window, PIER__SWITCH_BYTES_MAX)) {
        return false;
    }
    pier__storer_switch_class(storer, 0);
    storer->value = pier__storer_cursor(storer);
    open_window(storer);
    return true;
}

pier_status pier_archive_begin(pier_archive *archive) {
    if (!archive->storing) {
        return pier_archive_next(archive);
    }
    pier__storer *storer = pier__storer_of(archive);
    pier_status status = pier__storer_begin(storer);
    if (status == PIER_OK && !switch_to_untyped(storer)) {
        roll_back(storer);
        return PIER_NO_MEMORY;
    }
    return status;
}

void pier_archive_abandon(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    if (archive->storing && storer->in_record) {
        roll_back(storer);
    }
}

/* Whether a value is an ext of Pier's own type, which may not stand where a record does. */
static bool is_own_ext(const uint8_t *value) {
    bool is_ext = (value[0] >= 0xc7 && value[0] <= 0xc9) || (value[0] >= 0xd4 && value[0] <= 0xd8);
    return is_ext && value[pier__heads[value[0]].head_bytes - 1] == PIER__EXT_TYPE;
}

/* The form of a record that no codec vouches for: exactly one value, within the limits. */
static void check_form(pier__storer *storer) {
    const uint8_t *value = storer->buffer + storer->value;
    size_t size = pier__storer_cursor(storer) - storer->value;
    /* Tokens in a wrong order are the program's fault, bytes from elsewhere are not. */
    pier_status malformed = storer->is_encoded ? PIER_PROTOCOL : PIER_USAGE;
    pier__scan_begin(&storer->scan);
    pier_status status = pier__scan_run(&storer->scan, value, size);
    if (status == PIER_OK && storer->scan.position != size) {
        pier__storer_refuse(storer, malformed, "a record is one value: %zu bytes follow it",
                            size - storer->scan.position);
    } else if (status == PIER_MORE) {
        pier__storer_refuse(storer, malformed, "%s",
                            size == 0 ? "a record without a value" : "an array or map lacks some of its values");
    } else if (status == PIER_LIMIT) {
        pier__storer_refuse(storer, PIER_LIMIT, "%llu %s, the limit is %llu", (unsigned long long)storer->scan.found,
                            storer->scan.reason, (unsigned long long)storer->scan.limit);
    } else if (status != PIER_OK) {
        pier__storer_refuse(storer, status, "%s", storer->scan.reason);
    } else if (storer->common.format == PIER_FORMAT_FRAMED && is_own_ext(value)) {
        pier__storer_refuse(storer, PIER_USAGE, "ext type %d is Pier's own and cannot be a record", PIER__EXT_TYPE);
    }
}

/* A record of some size needs the peer's word: waits for its preamble, and refuses the record when it is too large for
 * the peer. Returns "not now", or PIER_OK with or without a refusal. */
static pier_status ask_consent(pier__storer *storer, size_t size) {
    pier__loader *loader = pier__loader_of_pair(&storer->common);
    if (loader == NULL || storer->common.format != PIER_FORMAT_FRAMED) {
        return PIER_OK;
    }
    if (size > PIER__CONSENT_BYTES) {
        pier_status status = pier__loader_await_preamble(loader, storer->common.deadline);
        if (status > 0) {
            return status;
        }
        if (status < 0) {
            pier__storer_refuse(storer, status, "the limits of the peer cannot be learnt: %s",
                                loader->common.error.text);
            return PIER_OK;
        }
    }
    if (loader->stream.preamble_is_known && size > loader->stream.peer.record_bytes_max) {
        pier__storer_refuse(storer, PIER_LIMIT, "a record of %zu bytes, the peer loads at most %llu", size,
                            (unsigned long long)loader->stream.peer.record_bytes_max);
    }
    return PIER_OK;
}

/* A record above the target stands alone, and no block of several records is above twice the target. */
static bool needs_own_block(const pier__storer *storer, size_t size) {
    uint32_t target = storer->common.limits.block_target_bytes;
    size_t payload = pier__storer_cursor(storer) - storer->ready - PIER__PIECE_BYTES;
    return storer->common.format == PIER_FORMAT_FRAMED && storer->block_records > 0 &&
           (size > target || payload > (size_t)target * 2);
}

/* The block before the record ends, and the record moves behind a header of its own. */
static bool give_own_block(pier__storer *storer, size_t size) {
    uint16_t class_id = storer->block_class;
    size_t shift = PIER__PIECE_BYTES + PIER__SWITCH_BYTES_MAX;
    if (!pier__storer_make_room(storer, shift)) {
        return false;
    }
    /* Places are asked for when nothing in the buffer moves any more. */
    size_t end_of_others = storer->rollback.cursor;
    size_t value = storer->value;
    pier__storer_set_cursor(storer, end_of_others);
    pier__storer_end_block(storer, end_of_others, 0);
    /* The record's bytes still lie behind the cursor: out of the way of the header first, then back to its end. */
    size_t aside = value + shift;
    memmove(storer->buffer + aside, storer->buffer + value, size);
    if (!pier__storer_open_block(storer)) {
        return false;
    }
    if (class_id != 0) {
        pier__storer_switch_class(storer, class_id);
    }
    storer->value = pier__storer_cursor(storer);
    memmove(storer->buffer + storer->value, storer->buffer + aside, size);
    pier__storer_set_cursor(storer, storer->value + size);
    return true;
}

/* The record is in: counts it, and ends the block when it is full. Returns whether there is a block's worth to send. */
static bool accept_record(pier__storer *storer, size_t size) {
    uint32_t target = storer->common.limits.block_target_bytes;
    storer->in_record = false;
    storer->next_record++;
    storer->block_records++;
    storer->message_is_open = true;
    pier__archive_close_window(&storer->common);
    size_t cursor = pier__storer_cursor(storer);
    if (storer->common.format == PIER_FORMAT_PLAIN) {
        storer->ready = cursor;
        return pier__storer_queued(storer) >= target;
    }
    bool is_full = size > target || cursor - storer->ready - PIER__PIECE_BYTES >= target;
    if (is_full) {
        pier__storer_end_block(storer, cursor, 0);
        pier__storer_check_epoch(storer);
    }
    return is_full;
}

pier_status pier__storer_end(pier__storer *storer) {
    pier__archive *common = &storer->common;
    if (common->failure != PIER_OK) {
        return common->failure;
    }
    if (!storer->in_record) {
        return pier__archive_tell(common, PIER_USAGE, "a record is ended that was not begun");
    }
    size_t size = pier__storer_cursor(storer) - storer->value;
    if (storer->refusal == PIER_OK && size > common->limits.record_bytes_max) {
        pier__storer_refuse(storer, PIER_LIMIT, "a record of %zu bytes, the limit is %llu (record_bytes_max)", size,
                            (unsigned long long)common->limits.record_bytes_max);
    }
    if (storer->refusal == PIER_OK && !storer->is_typed) {
        check_form(storer);
    }
    if (storer->refusal == PIER_OK) {
        pier_status status = ask_consent(storer, size);
        if (status != PIER_OK) {
            return status;
        }
    }
    if (storer->refusal == PIER_OK && needs_own_block(storer, size) && !give_own_block(storer, size)) {
        pier__storer_refuse(storer, PIER_NO_MEMORY, "no memory for a block");
    }
    if (storer->refusal != PIER_OK) {
        roll_back(storer);
        return storer->refusal;
    }
    if (!accept_record(storer, size) || common->file == NULL) {
        return PIER_OK;
    }
    /* "Not now" is no news to who ends a record: the queue keeps the block. */
    pier_status status = pier__storer_send(storer, 0);
    return status < 0 ? status : PIER_OK;
}

pier_status pier_archive_end(pier_archive *archive) {
    if (archive->storing) {
        return pier__storer_end(pier__storer_of(archive));
    }
    pier__loader *loader = pier__loader_of(archive);
    return loader->common.failure != PIER_OK ? loader->common.failure : pier__loader_end_record(loader);
}

/* The end of a record that one call stores: when it is not now, nothing is left open, and the call may be repeated. */
static pier_status end_or_abandon(pier__storer *storer) {
    pier_status status = pier__storer_end(storer);
    if (status > 0) {
        pier_archive_abandon(&storer->common.window);
    }
    return status;
}

pier_status pier__archive_end_typed(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    storer->is_typed = true;
    return end_or_abandon(storer);
}

/* Stores the bytes of a value into the record that was begun, and ends it. */
static pier_status store_bytes_and_end(pier__storer *storer, pier_bytes value) {
    pier_archive *archive = &storer->common.window;
    storer->is_encoded = true;
    if (value.size > 0 && pier__archive_reserve(archive, value.size)) {
        memcpy(archive->cursor, value.data, value.size);
        archive->cursor += value.size;
    }
    return end_or_abandon(storer);
}

pier_status pier_archive_store_encoded(pier_archive *archive, pier_bytes value) {
    if (!archive->storing) {
        return pier__archive_tell(pier__archive_of(archive), PIER_USAGE, "a loading archive does not store");
    }
    pier_status status = pier_archive_begin(archive);
    return status == PIER_OK ? store_bytes_and_end(pier__storer_of(archive), value) : status;
}

pier_status pier_archive_forward(pier_archive *store, pier_archive *load) {
    pier__archive *common = pier__archive_of(store);
    if (!store->storing || load->storing) {
        return pier__archive_tell(common, PIER_USAGE, "forwarding goes from a loading to a storing archive");
    }
    pier_bytes value = pier_archive_record_bytes(load);
    if (value.size == 0) {
        pier_status failure = pier_archive_status(load);
        return failure == PIER_OK ? pier__archive_tell(common, PIER_USAGE, "there is no record to forward")
                                  : pier__archive_tell(common, failure, "the record to forward cannot be loaded: %s",
                                                       pier_archive_error(load)->text);
    }
    const pier__stream_class *class_of_record = pier__archive_record_class(load);
    if (class_of_record == NULL) {
        return pier_archive_store_encoded(store, value);
    }
    pier__storer *storer = pier__storer_of(store);
    pier_status status = pier__storer_begin(storer);
    if (status != PIER_OK) {
        return status;
    }
    if (common->format == PIER_FORMAT_PLAIN) {
        pier_archive_abandon(store);
        return pier__archive_tell(common, PIER_UNSUPPORTED,
                                  "a typed record cannot be forwarded into a plain archive: its class would be lost");
    }
    status =
        pier__storer_begin_class(storer, NULL, (pier_bytes){class_of_record->closure, class_of_record->closure_bytes});
    return status == PIER_OK ? store_bytes_and_end(storer, value) : status;
}

/* Memory that lacks for a mark is no failure of the stream: nothing was done, the call may be repeated. */
static pier_status no_memory_for(pier__storer *storer, const char *what) {
    return pier__archive_tell(&storer->common, PIER_NO_MEMORY, "no memory for %s", what);
}

/* Makes ready what is open, and when `ends_stream` the end mark. */
static pier_status make_ready(pier__storer *storer, bool ends_stream) {
    pier_status status = pier__storer_open_stream(storer);
    if (status == PIER_WOULD_BLOCK) {
        /* The format was never learnt: nothing was stored, and nothing may be sent. */
        storer->is_ended = ends_stream;
        return PIER_OK;
    }
    if (status != PIER_OK || !pier__storer_end_message(storer)) {
        return no_memory_for(storer, "a block");
    }
    return ends_stream && !pier__storer_end_stream(storer) ? no_memory_for(storer, "the end mark") : PIER_OK;
}

/* What flush and close have in common: what is open becomes ready, and all that is ready is sent. */
static pier_status finish(pier__storer *storer, bool ends_stream) {
    pier_status status = storer->is_ended ? PIER_OK : make_ready(storer, ends_stream);
    return status == PIER_OK && storer->common.file != NULL ? pier__storer_send(storer, 0) : status;
}

pier_status pier_archive_flush(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    if (!archive->storing || storer->in_record) {
        return pier__archive_tell(pier__archive_of(archive), PIER_USAGE, "%s",
                                  archive->storing ? "a flush within a record" : "a loading archive is not flushed");
    }
    return storer->common.failure != PIER_OK ? storer->common.failure : finish(storer, false);
}

pier_status pier_archive_close(pier_archive *archive) {
    if (!archive->storing) {
        return PIER_OK;
    }
    pier__storer *storer = pier__storer_of(archive);
    if (storer->common.failure != PIER_OK) {
        return storer->common.failure;
    }
    pier_archive_abandon(archive);
    return finish(storer, true);
}
