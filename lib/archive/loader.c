/* Loading archives: the next record, whatever the format; see loader_internal.h. */
#include "archive/loader_internal.h"

#include <string.h>

/* A block gave all its records; not a status of the public table, since it never leaves this file. */
#define BLOCK_DONE PIER_MORE

static void close_window(pier__loader *loader) {
    loader->common.window.cursor = NULL;
    loader->common.window.limit = NULL;
}

/* Makes the bytes of the current record the window. */
static void open_window(pier__loader *loader, uint64_t begin, uint64_t end) {
    loader->common.window.cursor = loader->record_memory + (size_t)(begin - loader->record);
    loader->common.window.limit = loader->record_memory + (size_t)(end - loader->record);
}

/* A record begins at `position`; `end` is 0 when only a codec will know. */
static PIER__HOT void begin_record(pier__loader *loader, uint64_t position, uint64_t end) {
    loader->in_record = true;
    loader->record = position;
    loader->record_end = end;
    loader->record_memory = pier__loader_content_at(loader, position);
    loader->record_number = loader->next_number++;
    if (end != 0) {
        open_window(loader, position, end);
    }
}

/* Tells a limit that the scan met at `wrong`. */
static pier_status tell_limit(pier__loader *loader, uint64_t wrong, const char *what) {
    (void)pier__archive_tell(&loader->common, PIER_LIMIT, "%s: %llu %s, the limit is %llu (%s)", what,
                             (unsigned long long)loader->scan.found, loader->scan.reason,
                             (unsigned long long)loader->scan.limit, loader->scan.limit_name);
    pier__loader_locate(loader, wrong);
    return PIER_LIMIT;
}

/* The limit that the scan met cannot be passed over. */
static pier_status fail_by_limit(pier__loader *loader, uint64_t wrong) {
    loader->common.failure = tell_limit(loader, wrong, "a record cannot be loaded");
    pier__archive_close_window(&loader->common);
    return PIER_LIMIT;
}

/* The record at `position` of a block, which lies at `value`, is no whole value. */
static pier_status fail_by_form(pier__loader *loader, uint64_t position, const uint8_t *value) {
    size_t there = (size_t)(loader->payload_end - position);
    size_t wrong = pier__scan_wrong_byte(value, there);
    return pier__loader_fail(loader, PIER_PROTOCOL, position + wrong, "%s",
                             wrong == there ? "a record runs past the end of its block" : "byte 0xc1 begins no value");
}

/* Scans a record in a block. Returns PIER_OK with its size; PIER_SKIPPED with its size when it is above a limit; or a
 * failure. */
static pier_status scan_in_block(pier__loader *loader, uint64_t position, size_t *size) {
    const uint8_t *value = pier__loader_content_at(loader, position);
    size_t there = (size_t)(loader->payload_end - position);
    pier__scan_begin(&loader->scan);
    pier_status status = pier__scan_run(&loader->scan, value, there);
    *size = status == PIER_OK ? loader->scan.position : status == PIER_LIMIT ? pier__scan_extent(value, there) : 0;
    if (*size == 0) {
        return fail_by_form(loader, position, value);
    }
    if (status == PIER_LIMIT) {
        (void)tell_limit(loader, position + loader->scan.position, "a record is passed over");
        loader->common.error.record = loader->next_number;
        return PIER_SKIPPED;
    }
    return PIER_OK;
}

/* Whether a value is an ext of Pier's type; `there` is at least 1. */
static bool is_own_ext(const uint8_t *at, size_t there) {
    bool is_ext = (at[0] >= 0xc7 && at[0] <= 0xc9) || (at[0] >= 0xd4 && at[0] <= 0xd8);
    return is_ext && pier__heads[at[0]].head_bytes <= there && at[pier__heads[at[0]].head_bytes - 1] == PIER__EXT_TYPE;
}

/* Takes the class switches at the current place. */
static PIER__HOT pier_status take_switches(pier__loader *loader) {
    loader->switch_at = loader->next_at;
    while (loader->next_at < loader->payload_end) {
        const uint8_t *at = pier__loader_content_at(loader, loader->next_at);
        size_t there = (size_t)(loader->payload_end - loader->next_at);
        if (!is_own_ext(at, there)) {
            return PIER_OK;
        }
        if ((at[0] | 1) != 0xd5) {
            return pier__loader_fail(loader, PIER_PROTOCOL, loader->next_at,
                                     "a piece of the stream where a record should be");
        }
        size_t switch_bytes = pier__read_switch(at, there, &loader->class_id);
        if (switch_bytes == 0) {
            break;
        }
        loader->class_in_force = pier__loader_find_class(loader, loader->class_id);
        loader->switch_at = loader->next_at;
        loader->next_at += switch_bytes;
    }
    return pier__loader_fail(loader, PIER_PROTOCOL, loader->payload_end, "a block ends before its last record");
}

/* Whether codecs find the ends of the records in the current block. */
static inline bool has_codec_records(const pier__loader *loader) {
    return loader->in_block && loader->header.kind == PIER_BLOCK_RECORDS &&
           (loader->header.codec == PIER__CODEC_NONE || loader->is_inflated) &&
           loader->header.raw_bytes <= loader->common.limits.record_bytes_max;
}

/* Moves to the next record of the current block. */
static PIER__HOT pier_status next_in_block(pier__loader *loader) {
    if (loader->header.kind == PIER_BLOCK_RAW) {
        return pier__loader_enter_raw(loader);
    }
    if (loader->header.kind == PIER_BLOCK_CONTROL) {
        pier__loader_leave_block(loader);
        return BLOCK_DONE;
    }
    if (loader->header.codec != PIER__CODEC_NONE && !loader->is_inflated) {
        pier_status inflated = pier__loader_inflate(loader);
        if (inflated != PIER_OK) {
            return inflated;
        }
    }
    if (loader->records_left == 0) {
        if (loader->next_at != loader->payload_end) {
            return pier__loader_fail(loader, PIER_PROTOCOL, loader->next_at, "bytes follow the last record of a block");
        }
        pier__loader_leave_block(loader);
        return BLOCK_DONE;
    }
    pier_status status = take_switches(loader);
    if (status != PIER_OK) {
        return status;
    }
    const pier__stream_class *in_force = loader->class_in_force;
    size_t size = 0;
    bool codec_finds_end = in_force != NULL && in_force->bound != NULL && has_codec_records(loader);
    if (!codec_finds_end) {
        status = scan_in_block(loader, loader->next_at, &size);
        if (status < 0) {
            return status;
        }
    }
    loader->records_left--;
    if (status == PIER_SKIPPED) {
        loader->next_at += size;
        loader->next_number++;
        return status;
    }
    begin_record(loader, loader->next_at, codec_finds_end ? 0 : loader->next_at + size);
    if (loader->class_id != 0 && in_force == NULL) {
        return pier__loader_fail(loader, PIER_UNKNOWN_CLASS, loader->switch_at,
                                 "class id %u is not defined in epoch %u of the stream", loader->class_id,
                                 loader->stream.epoch);
    }
    return PIER_OK;
}

PIER__HOT pier_status pier__loader_end_record(pier__loader *loader) {
    if (!loader->in_record) {
        return PIER_OK;
    }
    if (loader->raw == PIER__RAW_OPEN) {
        pier__loader_end_raw(loader);
        return PIER_OK;
    }
    if (loader->record_end == 0) {
        size_t size = pier__scan_extent(loader->record_memory, (size_t)(loader->payload_end - loader->record));
        if (size == 0) {
            return fail_by_form(loader, loader->record, loader->record_memory);
        }
        loader->record_end = loader->record + size;
    }
    loader->in_record = false;
    close_window(loader);
    pier__loader_end_views(loader);
    if (loader->in_block) {
        loader->next_at = loader->record_end;
    } else {
        pier__loader_take(loader, loader->record_end);
    }
    return PIER_OK;
}

/* Goes on scanning the value at `position` of a plain stream. Returns as pier__scan_run. */
static pier_status scan_plain(pier__loader *loader, uint64_t position) {
    if (!loader->scan_is_begun) {
        pier__scan_begin(&loader->scan);
        loader->scan_is_begun = true;
    }
    size_t there = pier__loader_there(loader, position);
    return there == 0 ? PIER_MORE : pier__scan_run(&loader->scan, pier__loader_at(loader, position), there);
}

static pier_status next_plain(pier__loader *loader) {
    for (;;) {
        pier_status status = scan_plain(loader, loader->taken);
        if (status == PIER_OK) {
            loader->scan_is_begun = false;
            begin_record(loader, loader->taken, loader->taken + loader->scan.position);
            return PIER_OK;
        }
        if (status == PIER_LIMIT) {
            return fail_by_limit(loader, loader->taken + loader->scan.position);
        }
        if (status != PIER_MORE) {
            return pier__loader_fail(loader, status, loader->taken + loader->scan.position, "%s", loader->scan.reason);
        }
        status = pier__loader_need(loader, (uint64_t)pier__loader_there(loader, loader->taken) + 1);
        if (status == PIER_END) {
            return loader->end == loader->taken
                       ? PIER_END
                       : pier__loader_fail(loader, PIER_TRUNCATED, loader->end, "the input ends within a value");
        }
        if (status != PIER_OK) {
            return status;
        }
    }
}

static PIER__HOT pier_status next_framed(pier__loader *loader) {
    for (;;) {
        pier_status status = BLOCK_DONE;
        if (loader->in_block) {
            status = next_in_block(loader);
        }
        if (status == BLOCK_DONE && !loader->in_block) {
            status = pier__loader_take_piece(loader, NULL);
            if (status == PIER_OK) {
                continue;
            }
        }
        return status;
    }
}

void pier__loader_guess(pier__loader *loader) {
    if (loader->common.format != PIER_FORMAT_GUESS) {
        return;
    }
    size_t there = pier__loader_there(loader, loader->taken);
    size_t compared = there < PIER__CONSTANT_BYTES ? there : PIER__CONSTANT_BYTES;
    if (compared > 0 && memcmp(pier__loader_at(loader, loader->taken), pier__preamble_constant, compared) != 0) {
        loader->common.format = PIER_FORMAT_PLAIN;
    } else if (compared == PIER__CONSTANT_BYTES) {
        loader->common.format = PIER_FORMAT_FRAMED;
    } else if (loader->input_is_ended && there > 0) {
        /* A cut preamble: the framed loader tells best what is missing. */
        loader->common.format = PIER_FORMAT_FRAMED;
    }
}

/* Waits until the format can be told. Returns PIER_OK; PIER_END when nothing ever came; "not now"; or a failure. */
static pier_status await_format(pier__loader *loader) {
    for (;;) {
        pier__loader_guess(loader);
        if (loader->common.format != PIER_FORMAT_GUESS) {
            return PIER_OK;
        }
        pier_status status = pier__loader_need(loader, (uint64_t)pier__loader_there(loader, loader->taken) + 1);
        if (status != PIER_OK && !(status == PIER_END && loader->end > loader->taken)) {
            return status;
        }
    }
}

/* Moves from a record that was loaded to the next one in its block, when nothing but the record changes by it, or its
 * class: the straight way of most typed records. Returns whether it was so; otherwise nothing was done. */
static inline bool next_at_once(pier__loader *loader) {
    /* The buffer has moved under a record whose memory is retired. */
    const bool has_moved = loader->kept_retired != NULL || loader->retired != NULL;
    if (loader->class_in_force == NULL || loader->common.failure != PIER_OK || !loader->in_record ||
        loader->record_end == 0 || has_moved || loader->records_left == 0 || !has_codec_records(loader)) {
        return false;
    }
    uint8_t *at = loader->record_memory + (size_t)(loader->record_end - loader->record);
    size_t there = (size_t)(loader->payload_end - loader->record_end);
    uint16_t id;
    size_t switch_bytes = pier__read_switch(at, there, &id);
    pier__stream_class *in_force = switch_bytes == 0 ? loader->class_in_force : pier__loader_find_class(loader, id);
    at += switch_bytes;
    /* One more switch, or what may not be there, is for the usual way; no record of a class is a number, as what lies
     * between the exts is. */
    bool may_be_ext = at[0] >= 0xc7 && at[0] <= 0xd8;
    if (there == switch_bytes || may_be_ext || in_force == NULL || in_force->bound == NULL) {
        return false;
    }
    if (loader->arena.current != NULL || loader->kept_record != NULL) {
        pier__loader_end_views(loader);
    }
    loader->switch_at = loader->record_end;
    loader->class_id = in_force->id;
    loader->class_in_force = in_force;
    loader->records_left--;
    loader->next_at = loader->record_end + switch_bytes;
    close_window(loader);
    begin_record(loader, loader->next_at, 0);
    return true;
}

PIER__HOT pier_status pier_archive_next(pier_archive *archive) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "a storing archive has no next record");
    }
    if (PIER_LIKELY(next_at_once(loader))) {
        return PIER_OK;
    }
    if (loader->common.failure != PIER_OK) {
        return loader->common.failure;
    }
    pier_status status = loader->in_record ? pier__loader_end_record(loader) : PIER_OK;
    if (status == PIER_OK && loader->common.format == PIER_FORMAT_GUESS) {
        status = await_format(loader);
    }
    if (status != PIER_OK) {
        return status;
    }
    return loader->common.format == PIER_FORMAT_PLAIN ? next_plain(loader) : next_framed(loader);
}

pier_status pier_archive_next_block(pier_archive *archive, pier_block *block) {
    pier__loader *loader = pier__loader_of(archive);
    *block = (pier_block){0};
    if (archive->storing) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "a storing archive has no next block");
    }
    if (loader->common.failure != PIER_OK) {
        return loader->common.failure;
    }
    pier_status status = await_format(loader);
    if (status != PIER_OK) {
        return status;
    }
    if (loader->common.format != PIER_FORMAT_FRAMED) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "a plain archive has no blocks");
    }
    if (loader->raw == PIER__RAW_OPEN) {
        pier__loader_end_raw(loader);
    } else if (loader->in_block && loader->records_left == 0) {
        /* No record is passed over: what else stands in the block is looked at, as pier_archive_next does. */
        status = pier__loader_end_record(loader);
        if (status == PIER_OK) {
            status = next_in_block(loader);
        }
        if (status != BLOCK_DONE) {
            return status;
        }
    }
    loader->in_record = false;
    close_window(loader);
    pier__loader_end_views(loader);
    if (loader->in_block) {
        pier__loader_leave_block(loader);
    }
    return pier__loader_take_piece(loader, block);
}

/* As pier_archive_has_next, framed. */
static bool framed_has_next(const pier__loader *loader) {
    if (!loader->in_block) {
        return loader->skip_bytes <= pier__loader_there(loader, loader->taken)
                   ? pier__loader_pieces_tell(loader, loader->taken + loader->skip_bytes)
                   : loader->input_is_ended;
    }
    bool is_passed = loader->header.kind == PIER_BLOCK_RAW || loader->header.kind == PIER_BLOCK_CONTROL;
    if (is_passed && loader->records_left == 0) {
        return pier__loader_pieces_tell(loader, loader->payload_end);
    }
    /* Of a record that a codec has not finished yet, the end is not known. */
    uint64_t behind = !loader->in_record        ? loader->next_at
                      : loader->record_end != 0 ? loader->record_end
                                                : loader->payload_end;
    return loader->records_left > 0 || behind != loader->payload_end ||
           pier__loader_pieces_tell(loader, loader->block_end);
}

bool pier_archive_has_next(pier_archive *archive) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing) {
        return false;
    }
    if (loader->common.failure != PIER_OK) {
        return true;
    }
    pier__loader_guess(loader);
    if (loader->common.format == PIER_FORMAT_GUESS) {
        return loader->input_is_ended;
    }
    if (loader->common.format == PIER_FORMAT_FRAMED) {
        return framed_has_next(loader);
    }
    uint64_t position = loader->in_record ? loader->record_end : loader->taken;
    return scan_plain(loader, position) != PIER_MORE || loader->input_is_ended;
}

bool pier_archive_is_message_end(const pier_archive *archive) {
    const pier__loader *loader = pier__loader_of_const(archive);
    return !archive->storing && loader->in_record && loader->in_block && loader->records_left == 0 &&
           (loader->header.flags & PIER__FLAG_MESSAGE_END) != 0;
}

uint64_t pier_archive_record_number(const pier_archive *archive) {
    const pier__loader *loader = pier__loader_of_const(archive);
    return !archive->storing && loader->in_record ? loader->record_number : 0;
}

pier_bytes pier_archive_record_bytes(pier_archive *archive) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || !loader->in_record || loader->common.failure != PIER_OK) {
        return (pier_bytes){NULL, 0};
    }
    if (loader->raw == PIER__RAW_OPEN || (loader->record_end == 0 && !pier__archive_open_record(archive))) {
        return (pier_bytes){NULL, 0};
    }
    return (pier_bytes){loader->record_memory, (size_t)(loader->record_end - loader->record)};
}

/* Whether the current record holds values; fails when it is raw bytes. */
static bool has_values(pier__loader *loader) {
    if (loader->raw == PIER__RAW_OPEN) {
        (void)pier__loader_fail(loader, PIER_TYPE, loader->record,
                                "raw bytes stand here, and no record: pier_archive_load_raw loads them");
        return false;
    }
    return true;
}

bool pier__archive_open_record(pier_archive *archive) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || !loader->in_record || loader->common.failure != PIER_OK || !has_values(loader)) {
        return false;
    }
    if (loader->record_end == 0) {
        /* A record above a limit is only passed over before it is current; this one fails. */
        pier__scan_begin(&loader->scan);
        size_t there = (size_t)(loader->payload_end - loader->record);
        pier_status status = pier__scan_run(&loader->scan, loader->record_memory, there);
        if (status != PIER_OK) {
            (void)(status == PIER_LIMIT ? fail_by_limit(loader, loader->record + loader->scan.position)
                                        : fail_by_form(loader, loader->record, loader->record_memory));
            return false;
        }
        loader->record_end = loader->record + loader->scan.position;
    }
    open_window(loader, loader->record, loader->record_end);
    return true;
}

PIER__HOT bool pier__archive_typed_window(pier_archive *archive, const uint8_t **begin, const uint8_t **end) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || !loader->in_record || loader->common.failure != PIER_OK || !has_values(loader)) {
        return false;
    }
    *begin = loader->record_memory;
    *end = loader->record_memory +
           (size_t)((loader->in_block ? loader->payload_end : loader->record_end) - loader->record);
    return true;
}

pier_arena *pier__archive_arena(pier_archive *archive) {
    return &pier__loader_of(archive)->arena;
}

PIER__HOT void pier__archive_typed_done(pier_archive *archive, const uint8_t *end) {
    pier__loader *loader = pier__loader_of(archive);
    loader->record_end = loader->record + (size_t)(end - loader->record_memory);
    loader->common.window.cursor = loader->record_memory + (size_t)(end - loader->record_memory);
    loader->common.window.limit = loader->common.window.cursor;
}
