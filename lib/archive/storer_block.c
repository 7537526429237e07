/* Making the pieces of a framed stream in the storer's buffer; see storer_internal.h.
 *
 * A header's room is left when its block begins, and filled in place when it ends; there the payload is compressed in
 * place, too, when that is wanted, the peer has said that it inflates, and it becomes shorter. Nothing here sends. */
#include <string.h>

#include "archive/loader_internal.h"
#include "archive/storer_internal.h"
#include "base/endian_internal.h"

/* Shorter payloads are left as they are: there is little to gain, and beginning to deflate costs more than sending so
 * few bytes. */
enum { COMPRESSED_BYTES_MIN = 64 };

/* Moves the cursor over bytes that were written at it. */
static void advance(pier__storer *storer, size_t bytes) {
    pier__storer_set_cursor(storer, pier__storer_cursor(storer) + bytes);
}

PIER__HOT pier_status pier__storer_open_stream(pier__storer *storer) {
    pier__archive *common = &storer->common;
    if (common->format == PIER_FORMAT_GUESS && common->other != NULL) {
        common->format = common->other->format;
    }
    if (common->format == PIER_FORMAT_GUESS) {
        return PIER_WOULD_BLOCK;
    }
    if (common->format == PIER_FORMAT_PLAIN || storer->preamble_is_made) {
        return PIER_OK;
    }
    if (!pier__storer_make_room(storer, PIER__PIECE_BYTES)) {
        return PIER_NO_MEMORY;
    }
    /* The storing direction of a connection compresses when the peer's preamble allows it. Where no peer can tell, who
     * loads the stream must be able to inflate. */
    storer->requires_deflate = common->options.compression_level > 0 && common->other == NULL;
    pier__preamble preamble = {
        .version_major = 1,
        .features_required = storer->requires_deflate ? PIER__REQUIRES_DEFLATE : 0,
        .features_ignorable = pier__loader_of_pair(common) != NULL ? PIER__TAKES_DEFLATE : 0,
        .record_bytes_max = common->limits.record_bytes_max,
        .block_target_bytes = common->limits.block_target_bytes,
        .classes_max = common->limits.classes_max,
        .depth_max = common->limits.depth_max,
        .stream_id = storer->stream_id,
        .time_unix_ns = pier__archive_time(common),
    };
    pier__preamble_encode(&preamble, common->window.cursor);
    advance(storer, PIER__PIECE_BYTES);
    storer->ready = pier__storer_cursor(storer);
    storer->preamble_is_made = true;
    return PIER_OK;
}

void pier__archive_go_on(pier_archive *archive, const pier__standing *standing) {
    pier__storer *storer = pier__storer_of(archive);
    storer->stream_id = standing->stream_id;
    storer->next_record = standing->next_record;
    storer->next_block = standing->next_block;
    storer->epoch = standing->epoch + (standing->epoch_has_blocks ? 1 : 0);
    storer->epoch_begins = true;
    storer->preamble_is_made = true;
    /* Nobody tells whether blocks may be compressed but who asked for it. */
    storer->requires_deflate = storer->common.options.compression_level > 0;
}

void pier__archive_enter_session(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    storer->in_session = true;
    storer->requires_deflate = false;
}

void pier__archive_allow_codecs(pier_archive *archive, uint64_t codecs) {
    pier__storer *storer = pier__storer_of(archive);
    storer->requires_deflate = storer->common.options.compression_level > 0 && (codecs >> PIER__CODEC_DEFLATE & 1) != 0;
}

void pier__archive_limit_records(pier_archive *archive, uint64_t record_bytes_max) {
    /* Not of the run either: its records were measured against the limit that was. */
    pier__archive *common = &pier__storer_of(archive)->common;
    if (record_bytes_max < common->limits.record_bytes_max) {
        common->limits.record_bytes_max = record_bytes_max;
    }
}

uint64_t pier__archive_next_number(const pier_archive *archive) {
    return pier__storer_of((pier_archive *)(uintptr_t)archive)->next_record;
}

void pier__storer_check_epoch(pier__storer *storer) {
    uint64_t checkpoint_bytes = storer->common.options.checkpoint_bytes;
    if (checkpoint_bytes != 0 && storer->epoch_bytes >= checkpoint_bytes) {
        pier__storer_begin_epoch(storer);
    }
}

void pier__storer_begin_epoch(pier__storer *storer) {
    if (storer->block_is_open && storer->block_records > 0) {
        pier__storer_end_block(storer, 0);
    } else if (storer->block_is_open) {
        pier__storer_set_cursor(storer, storer->ready);
        storer->block_is_open = false;
    }
    storer->epoch++;
    storer->epoch_bytes = 0;
    storer->epoch_begins = true;
    pier__storer_forget_classes(storer);
}

PIER__HOT bool pier__storer_open_block(pier__storer *storer) {
    if (storer->block_is_open) {
        return true;
    }
    if (!pier__storer_make_room(storer, PIER__PIECE_BYTES)) {
        return false;
    }
    advance(storer, PIER__PIECE_BYTES);
    storer->block_is_open = true;
    storer->block_records = 0;
    storer->block_class = 0;
    return true;
}

/* Fills the header at `at` for a payload up to `end`, which is compressed when it is shorter than `raw_bytes`, and
 * counts what was made. */
static PIER__HOT void fill_header(pier__storer *storer, pier_block_kind kind, size_t at, size_t end, size_t raw_bytes,
                                  unsigned flags) {
    pier__archive *common = &storer->common;
    const uint8_t *payload = storer->buffer + at + PIER__PIECE_BYTES;
    size_t payload_bytes = end - at - PIER__PIECE_BYTES;
    bool has_check = !common->options.checksum_off && kind != PIER_BLOCK_END;
    /* An epoch that no block has begun yet is not told by an end mark. */
    bool is_silent_epoch = kind == PIER_BLOCK_END && storer->epoch_begins && storer->epoch > 0;
    uint32_t records = kind == PIER_BLOCK_RECORDS ? storer->block_records : (flags & PIER__FLAG_RAW_BEGIN) != 0 ? 1 : 0;
    pier__header header = {
        .kind = (uint8_t)kind,
        .flags = (uint8_t)(flags | (has_check ? PIER__FLAG_CHECKSUM : 0) |
                           (storer->epoch_begins && kind != PIER_BLOCK_END ? PIER__FLAG_EPOCH_BEGIN : 0)),
        .codec = raw_bytes != payload_bytes ? PIER__CODEC_DEFLATE : PIER__CODEC_NONE,
        .stream_id = storer->stream_id,
        .first_record = storer->next_record - (kind == PIER_BLOCK_RECORDS ? records : 0),
        .number = storer->next_block,
        .epoch = storer->epoch - (is_silent_epoch ? 1 : 0),
        .records = records,
        .stored_bytes = (uint32_t)payload_bytes,
        .raw_bytes = (uint32_t)raw_bytes,
        .time_unix_ns = pier__archive_time(common),
        .payload_check = has_check ? pier__payload_check(payload, payload_bytes) : 0,
    };
    pier__header_encode(&header, storer->buffer + at);
    storer->epoch_bytes += end - at;
    if (kind != PIER_BLOCK_END) {
        storer->epoch_begins = false;
    }
}

/* Whether who loads this stream inflates, as far as is known: nobody waits to learn it. */
static bool may_compress(pier__storer *storer) {
    if (storer->common.options.compression_level == 0 || storer->requires_deflate) {
        return storer->requires_deflate;
    }
    pier__loader *loader = pier__loader_of_pair(&storer->common);
    return loader != NULL && pier__loader_notice_preamble(loader) &&
           (loader->stream.peer.features_ignorable & PIER__TAKES_DEFLATE) != 0;
}

/* Ends the open block, whose payload had `raw_bytes`, at the cursor. */
static PIER__HOT void end_block(pier__storer *storer, size_t raw_bytes, unsigned flags) {
    size_t end = pier__storer_cursor(storer);
    fill_header(storer, PIER_BLOCK_RECORDS, storer->ready, end, raw_bytes, flags);
    storer->next_block++;
    storer->ready = end;
    storer->block_is_open = false;
}

bool pier__storer_open_raw_block(pier__storer *storer, size_t bytes) {
    if (!pier__storer_make_room(storer, PIER__PIECE_BYTES + PIER__RAW_HEAD_BYTES + bytes)) {
        return false;
    }
    advance(storer, PIER__PIECE_BYTES + PIER__RAW_HEAD_BYTES);
    storer->raw_block_is_open = true;
    return true;
}

void pier__storer_end_raw_block(pier__storer *storer, unsigned flags) {
    size_t end = pier__storer_cursor(storer);
    uint8_t *head = storer->buffer + storer->ready + PIER__PIECE_BYTES;
    head[0] = 0xc6;
    pier__store_be32(head + 1, (uint32_t)(storer->common.window.cursor - head - PIER__RAW_HEAD_BYTES));
    flags |= storer->raw_has_blocks ? 0 : PIER__FLAG_RAW_BEGIN;
    fill_header(storer, PIER_BLOCK_RAW, storer->ready, end, end - storer->ready - PIER__PIECE_BYTES, flags);
    storer->next_record += storer->raw_has_blocks ? 0 : 1;
    storer->next_block++;
    storer->ready = end;
    storer->raw_has_blocks = true;
    storer->raw_block_is_open = false;
}

void pier__storer_end_block_raw(pier__storer *storer) {
    end_block(storer, pier__storer_cursor(storer) - storer->ready - PIER__PIECE_BYTES, 0);
}

PIER__HOT void pier__storer_end_block(pier__storer *storer, unsigned flags) {
    pier__archive *common = &storer->common;
    uint8_t *payload = storer->buffer + storer->ready + PIER__PIECE_BYTES;
    size_t raw_bytes = (size_t)(common->window.cursor - payload);
    pier_bytes stored;
    if (raw_bytes >= COMPRESSED_BYTES_MIN && may_compress(storer) &&
        pier__deflate_payload(&storer->deflater, &common->allocator, common->options.compression_level,
                              common->limits.inflation_ratio_max, (pier_bytes){payload, raw_bytes}, &stored)) {
        memcpy(payload, stored.data, stored.size);
        pier__storer_set_cursor(storer, storer->ready + PIER__PIECE_BYTES + stored.size);
    }
    end_block(storer, raw_bytes, flags);
}

PIER__HOT bool pier__storer_end_message(pier__storer *storer) {
    if (storer->common.format == PIER_FORMAT_PLAIN) {
        storer->ready = pier__storer_cursor(storer);
        return true;
    }
    if (storer->raw_is_open) {
        /* Raw bytes that go on are no message yet: what there is of them becomes ready. */
        if (storer->raw_block_is_open) {
            pier__storer_end_raw_block(storer, 0);
        }
        return true;
    }
    if (storer->in_session && (!storer->block_is_open || storer->block_records == 0)) {
        storer->message_is_open = false;
    }
    if (storer->message_is_open) {
        /* When the last record ended its block by size, an empty block carries the mark. */
        if (!pier__storer_open_block(storer)) {
            return false;
        }
        pier__storer_end_block(storer, PIER__FLAG_MESSAGE_END);
        pier__storer_check_epoch(storer);
        storer->message_is_open = false;
    } else if (storer->block_is_open) {
        pier__storer_set_cursor(storer, storer->ready);
        storer->block_is_open = false;
    }
    return true;
}

bool pier__storer_end_stream(pier__storer *storer) {
    if (storer->common.format == PIER_FORMAT_FRAMED) {
        if (!pier__storer_make_room(storer, PIER__PIECE_BYTES)) {
            return false;
        }
        size_t at = pier__storer_cursor(storer);
        fill_header(storer, PIER_BLOCK_END, at, at + PIER__PIECE_BYTES, 0, 0);
        advance(storer, PIER__PIECE_BYTES);
        storer->ready = pier__storer_cursor(storer);
    }
    storer->is_ended = true;
    return true;
}

PIER__HOT void pier__storer_switch_class(pier__storer *storer, uint16_t id) {
    uint8_t *at = storer->common.window.cursor;
    if (id <= UINT8_MAX) {
        at[0] = 0xd4;
        at[1] = PIER__EXT_TYPE;
        at[2] = (uint8_t)id;
        advance(storer, 3);
    } else {
        at[0] = 0xd5;
        at[1] = PIER__EXT_TYPE;
        pier__store_le16(at + 2, id);
        advance(storer, 4);
    }
    storer->block_class = id;
}

/* Writes `[ id, fingerprint, ` up to the closure; returns its length, at most 23 bytes. */
static size_t write_definition_head(const pier__stored_class *class_to_define, uint8_t *at) {
    uint8_t *begin = at;
    *at++ = 0x93;
    if (class_to_define->id < 128) {
        *at++ = (uint8_t)class_to_define->id;
    } else if (class_to_define->id <= UINT8_MAX) {
        *at++ = 0xcc;
        *at++ = (uint8_t)class_to_define->id;
    } else {
        *at++ = 0xcd;
        pier__store_be16(at, class_to_define->id);
        at += 2;
    }
    *at++ = 0xc4;
    *at++ = 16;
    pier__store_be64(at, class_to_define->fingerprint_high);
    pier__store_be64(at + 8, class_to_define->fingerprint_low);
    return (size_t)(at + 16 - begin);
}

bool pier__storer_define(pier__storer *storer, const pier__stored_class *class_to_define, pier_bytes closure) {
    uint8_t head[32];
    size_t head_bytes = write_definition_head(class_to_define, head);
    size_t ext_bytes = 1 + head_bytes + closure.size;
    if (!pier__storer_make_room(storer, PIER__PIECE_BYTES + 6 + ext_bytes)) {
        return false;
    }
    size_t at = pier__storer_cursor(storer);
    uint8_t *to = storer->common.window.cursor + PIER__PIECE_BYTES;
    to += pier__ext_head_encode(ext_bytes, to);
    *to++ = PIER__DEFINITION_KIND;
    memcpy(to, head, head_bytes);
    memcpy(to + head_bytes, closure.data, closure.size);
    size_t end = (size_t)(to + head_bytes + closure.size - storer->buffer);
    fill_header(storer, PIER_BLOCK_DEFINITIONS, at, end, end - at - PIER__PIECE_BYTES, 0);
    pier__storer_set_cursor(storer, end);
    storer->ready = end;
    return true;
}
