/* Storing archives: records ended, by tokens, by a codec and as bytes; see storer_internal.h.
 *
 * Floor 4 (archive). A record is looked at once more when it ends: its form, unless a codec vouches for it, its
 * size, and whether the peer takes it. */
#include <string.h>

#include <pier/raw.h>

#include "archive/loader_internal.h"
#include "archive/storer_internal.h"

/* Whether a value is an ext of Pier's own type, which may not stand where a record does. */
static bool is_own_ext(const uint8_t *value) {
    bool is_ext = (value[0] >= 0xc7 && value[0] <= 0xc9) || (value[0] >= 0xd4 && value[0] <= 0xd8);
    return is_ext && value[pier__heads[value[0]].head_bytes - 1] == PIER__EXT_TYPE;
}

/* Whether the token calls have stored exactly one value within the limits, as far as they can tell. */
static bool is_whole_by_tally(const pier__storer *storer) {
    enum { TIME_BYTES_MAX = 12 }; /* of which no call asks whether they are within the limit of an ext */
    const pier__tally *tally = &storer->tally;
    const pier_limits *limits = &storer->common.limits;
    return tally->awaited == 0 && tally->overrun >> 63 == 0 && tally->elements <= limits->elements_max &&
           tally->containers <= limits->depth_max && limits->text_bytes_max >= TIME_BYTES_MAX;
}

static void refuse_own_ext(pier__storer *storer) {
    pier__storer_refuse(storer, PIER_USAGE, "ext type %d is Pier's own and cannot be a record", PIER__EXT_TYPE);
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
        pier__storer_refuse(storer, PIER_LIMIT, "%llu %s, the limit is %llu (%s)",
                            (unsigned long long)storer->scan.found, storer->scan.reason,
                            (unsigned long long)storer->scan.limit, storer->scan.limit_name);
    } else if (status != PIER_OK) {
        pier__storer_refuse(storer, status, "%s", storer->scan.reason);
    } else if (storer->common.format == PIER_FORMAT_FRAMED && is_own_ext(value)) {
        refuse_own_ext(storer);
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
    pier__storer_end_block(storer, 0);
    /* The record's bytes still lie behind the cursor: out of the way of the header first, then back to its end. */
    size_t aside = value + shift;
    memmove(storer->buffer + aside, storer->buffer + value, size);
    /* The room for it was made above. */
    (void)pier__storer_open_block(storer);
    if (class_id != 0) {
        pier__storer_switch_class(storer, class_id);
    }
    storer->value = pier__storer_cursor(storer);
    memmove(storer->buffer + storer->value, storer->buffer + aside, size);
    pier__storer_set_cursor(storer, storer->value + size);
    return true;
}

/* The record is in: counts it, and ends the block when it is full. Returns whether there is a block's worth to send. */
static PIER__HOT bool accept_record(pier__storer *storer, size_t size) {
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
        pier__storer_end_block(storer, 0);
        pier__storer_check_epoch(storer);
    }
    return is_full;
}

uint64_t pier__archive_stream_bytes(const pier_archive *archive) {
    const pier__storer *storer = (const pier__storer *)archive;
    uint64_t made = pier__storer_cursor(storer);
    if (storer->common.format == PIER_FORMAT_PLAIN || storer->is_ended) {
        return made;
    }
    /* What is missing of the frame: the preamble of a stream that has not begun, and the end mark. */
    return made + (storer->preamble_is_made ? 0 : PIER__PIECE_BYTES) + PIER__PIECE_BYTES;
}

/* A stream of limited size must not become larger by this record. */
static void check_stream(pier__storer *storer) {
    uint64_t bytes = pier__archive_stream_bytes(&storer->common.window);
    if (storer->stream_bytes_max != 0 && bytes > storer->stream_bytes_max) {
        pier__storer_refuse(storer, PIER_LIMIT, "with this record the datagram has %llu bytes, the limit is %llu",
                            (unsigned long long)bytes, (unsigned long long)storer->stream_bytes_max);
    }
}

/* Ends a record of which nothing is to be asked and that fills no block: the straight way of most. Returns whether it
 * was one; otherwise nothing was done. */
static inline bool end_at_once(pier__storer *storer) {
    pier__archive *common = &storer->common;
    const pier__loader *loader = (const pier__loader *)common->other;
    if (!storer->in_record || storer->refusal != PIER_OK || common->failure != PIER_OK ||
        storer->stream_bytes_max != 0 || common->format != PIER_FORMAT_FRAMED) {
        return false;
    }
    const uint64_t most_there = loader == NULL                      ? UINT64_MAX
                                : !loader->stream.preamble_is_known ? PIER__CONSENT_BYTES
                                                                    : loader->stream.peer.record_bytes_max;
    const uint8_t *value = storer->buffer + storer->value;
    size_t size = (size_t)(common->window.cursor - value);
    size_t payload = pier__storer_cursor(storer) - storer->ready - PIER__PIECE_BYTES;
    if (payload >= common->limits.block_target_bytes || size > common->limits.record_bytes_max || size > most_there ||
        (!storer->is_typed && (!is_whole_by_tally(storer) || is_own_ext(value)))) {
        return false;
    }
    storer->in_record = false;
    storer->next_record++;
    storer->block_records++;
    storer->message_is_open = true;
    pier__archive_close_window(common);
    return true;
}

static PIER__HOT pier_status end_record(pier__storer *storer) {
    pier__archive *common = &storer->common;
    if (PIER_LIKELY(end_at_once(storer))) {
        return PIER_OK;
    }
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
        if (PIER_UNLIKELY(!is_whole_by_tally(storer))) {
            check_form(storer);
        } else if (common->format == PIER_FORMAT_FRAMED && is_own_ext(storer->buffer + storer->value)) {
            refuse_own_ext(storer);
        }
    }
    if (storer->refusal == PIER_OK) {
        check_stream(storer);
    }
    if (storer->refusal == PIER_OK && common->other != NULL) {
        pier_status status = ask_consent(storer, size);
        if (status != PIER_OK) {
            return status;
        }
    }
    if (storer->refusal == PIER_OK && needs_own_block(storer, size) && !give_own_block(storer, size)) {
        pier__storer_refuse(storer, PIER_NO_MEMORY, "no memory for a block");
    }
    if (storer->refusal != PIER_OK) {
        pier__storer_roll_back(storer);
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
        return end_record(pier__storer_of(archive));
    }
    pier__loader *loader = pier__loader_of(archive);
    return loader->common.failure != PIER_OK ? loader->common.failure : pier__loader_end_record(loader);
}

/* The end of a record that one call stores: when it is not now, nothing is left open, and the call may be repeated. */
static PIER__HOT pier_status end_or_abandon(pier__storer *storer) {
    pier_status status = end_record(storer);
    if (status > 0) {
        pier_archive_abandon(&storer->common.window);
    }
    return status;
}

PIER__HOT pier_status pier__archive_end_typed(pier_archive *archive) {
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
    if (pier_archive_is_raw(load)) {
        return pier__archive_tell(common, PIER_UNSUPPORTED,
                                  "raw bytes are passed on by pier_archive_load_raw and pier_archive_store_raw");
    }
    pier_bytes value = pier_archive_record_bytes(load);
    if (value.size == 0) {
        pier_status failure = pier_archive_status(load);
        return failure == PIER_OK ? pier__archive_tell(common, PIER_USAGE, "there is no record to forward")
                                  : pier__archive_tell(common, failure, "the record to forward cannot be loaded: %s",
                                                       pier_archive_error(load)->text);
    }
    pier__stream_class *class_of_record = pier__archive_record_class(load);
    if (class_of_record == NULL) {
        return pier_archive_store_encoded(store, value);
    }
    pier__storer *storer = pier__storer_of(store);
    pier_status status = pier__storer_begin_forwarded(storer, load, class_of_record);
    if (status != PIER_OK) {
        return status;
    }
    if (common->format == PIER_FORMAT_PLAIN) {
        pier_archive_abandon(store);
        return pier__archive_tell(common, PIER_UNSUPPORTED,
                                  "a typed record cannot be forwarded into a plain archive: its class would be lost");
    }
    return store_bytes_and_end(storer, value);
}
