/* Raw bytes as they come: see <pier/raw.h>, loader_internal.h and proto/wire.md, "Raw bytes".
 *
 * Floor 4 (archive). Each block is checked whole before its part is given out. While its part is in the program's hands
 * the loader stays in the block, so that the memory behind it is kept like that of a record's views. */
#include <pier/raw.h>

#include "archive/loader_internal.h"
#include "base/endian_internal.h"

pier__fault pier__raw_order_fault(const pier__stream *stream, const pier__header *header) {
    if (header->kind != PIER_BLOCK_RAW) {
        /* A control block that passes over no number is no part of what it stands between. */
        return stream->in_raw && (header->kind != PIER_BLOCK_CONTROL || header->records != 0)
                   ? pier__fault_of(PIER_CORRUPT, 3, "raw bytes are cut off by another block")
                   : pier__no_fault;
    }
    bool begins = (header->flags & PIER__FLAG_RAW_BEGIN) != 0;
    if (begins == stream->in_raw) {
        return pier__fault_of(PIER_CORRUPT, 4,
                              begins ? "raw bytes begin within raw bytes" : "raw bytes go on that were not begun");
    }
    return pier__no_fault;
}

bool pier__raw_flags_clash(unsigned flags) {
    bool epoch_begins_within = (flags & (PIER__FLAG_EPOCH_BEGIN | PIER__FLAG_RAW_BEGIN)) == PIER__FLAG_EPOCH_BEGIN;
    bool goes_on_abandoned = (flags & (PIER__FLAG_RAW_ABANDONED | PIER__FLAG_RAW_END)) == PIER__FLAG_RAW_ABANDONED;
    return epoch_begins_within || goes_on_abandoned;
}

size_t pier__raw_head_bytes(const uint8_t *payload, size_t size) {
    if (size >= 2 && payload[0] == 0xc4) {
        return payload[1] == size - 2 ? 2 : 0;
    }
    if (size >= 3 && payload[0] == 0xc5) {
        return pier__load_be16(payload + 1) == size - 3 ? 3 : 0;
    }
    if (size >= 5 && payload[0] == 0xc6) {
        return pier__load_be32(payload + 1) == size - 5 ? 5 : 0;
    }
    return 0;
}

static size_t head_bytes(const pier__loader *loader) {
    uint64_t payload = loader->block + PIER__PIECE_BYTES;
    return pier__raw_head_bytes(pier__loader_at(loader, payload), (size_t)(loader->payload_end - payload));
}

static pier_status check_form(pier__loader *loader) {
    if (head_bytes(loader) == 0) {
        return pier__loader_fail(loader, PIER_PROTOCOL, loader->block + PIER__PIECE_BYTES,
                                 "a raw block is not one bin from its first byte to its last");
    }
    return PIER_OK;
}

static bool is_last_block(const pier__loader *loader) {
    return (loader->header.flags & PIER__FLAG_RAW_END) != 0;
}

pier_status pier__loader_enter_raw(pier__loader *loader) {
    pier_status status = check_form(loader);
    if (status != PIER_OK) {
        return status;
    }
    loader->records_left = 0;
    if ((loader->header.flags & PIER__FLAG_RAW_BEGIN) == 0) {
        loader->raw = is_last_block(loader) ? PIER__RAW_NONE : PIER__RAW_PASSING;
        pier__loader_leave_block(loader);
        return PIER_MORE;
    }
    loader->raw = PIER__RAW_OPEN;
    loader->raw_is_given = false;
    loader->raw_bytes = 0;
    loader->in_record = true;
    loader->record = loader->next_at;
    loader->record_end = loader->payload_end;
    loader->record_memory = pier__loader_at(loader, loader->record);
    loader->record_number = loader->next_number++;
    return PIER_OK;
}

void pier__loader_end_raw(pier__loader *loader) {
    loader->in_record = false;
    loader->raw = loader->stream.in_raw ? PIER__RAW_PASSING : PIER__RAW_NONE;
    pier__archive_close_window(&loader->common);
    pier__loader_end_views(loader);
    if (loader->in_block) {
        pier__loader_leave_block(loader);
    }
}

bool pier_archive_is_raw(const pier_archive *archive) {
    return !archive->storing && ((const pier__loader *)archive)->raw == PIER__RAW_OPEN;
}

/* Gives the part of the current block. Returns PIER_OK, with an empty part when the block has none; or PIER_SKIPPED. */
static pier_status give_part(pier__loader *loader, pier_bytes *part) {
    uint64_t payload = loader->block + PIER__PIECE_BYTES;
    size_t head = head_bytes(loader);
    size_t size = (size_t)(loader->payload_end - payload) - head;
    uint64_t raw_bytes_max = loader->common.limits.raw_bytes_max;
    if (size > raw_bytes_max - loader->raw_bytes) {
        (void)pier__archive_tell(&loader->common, PIER_LIMIT,
                                 "raw bytes are passed over: more than %llu of them, the limit is %llu (raw_bytes_max)",
                                 (unsigned long long)(loader->raw_bytes + size - 1), (unsigned long long)raw_bytes_max);
        pier__loader_locate(loader, payload);
        pier__loader_end_raw(loader);
        return PIER_SKIPPED;
    }
    loader->raw_bytes += size;
    loader->raw_is_given = true;
    *part = (pier_bytes){size > 0 ? pier__loader_at(loader, payload) + head : NULL, size};
    return PIER_OK;
}

/* The last block is done with. */
static pier_status finish(pier__loader *loader) {
    bool is_abandoned = (loader->header.flags & PIER__FLAG_RAW_ABANDONED) != 0;
    if (is_abandoned) {
        (void)pier__archive_tell(&loader->common, PIER_TRUNCATED, "the sender abandoned the raw bytes after %llu",
                                 (unsigned long long)loader->raw_bytes);
        pier__loader_locate(loader, loader->block);
        loader->common.error.payload_offset = PIER_NO_OFFSET;
    }
    pier__loader_end_raw(loader);
    return is_abandoned ? PIER_SKIPPED : PIER_END;
}

/* Moves to the next block of the raw bytes. */
static pier_status next_block(pier__loader *loader) {
    if (loader->in_block) {
        pier__loader_leave_block(loader);
    }
    pier__loader_end_views(loader);
    pier_status status = pier__loader_take_piece(loader, NULL);
    if (status != PIER_OK) {
        return status;
    }
    if (loader->header.kind == PIER_BLOCK_CONTROL) {
        pier__loader_leave_block(loader);
        return PIER_OK;
    }
    loader->records_left = 0;
    loader->raw_is_given = false;
    loader->record = loader->next_at;
    loader->record_end = loader->payload_end;
    loader->record_memory = pier__loader_at(loader, loader->record);
    return check_form(loader);
}

pier_status pier_archive_load_raw(pier_archive *archive, pier_bytes *part) {
    pier__loader *loader = pier__loader_of(archive);
    *part = (pier_bytes){NULL, 0};
    if (archive->storing || loader->common.failure != PIER_OK || loader->raw != PIER__RAW_OPEN) {
        return !archive->storing && loader->common.failure != PIER_OK
                   ? loader->common.failure
                   : pier__archive_tell(&loader->common, PIER_USAGE, "there are no raw bytes to load here");
    }
    for (;;) {
        pier_status status = PIER_OK;
        if (loader->in_block && !loader->raw_is_given) {
            status = give_part(loader, part);
            if (status != PIER_OK || part->size > 0) {
                return status;
            }
        }
        if (loader->in_block && is_last_block(loader)) {
            return finish(loader);
        }
        status = next_block(loader);
        if (status != PIER_OK) {
            return status;
        }
    }
}
