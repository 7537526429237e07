/* Raw bytes stored: see <pier/raw.h>, storer_internal.h and proto/wire.md, "Raw bytes".
 *
 * Floor 4 (archive). What is taken lies in the storer's buffer until its block is full, so that a block's header can
 * tell its length and its check. */
#include <pier/raw.h>

#include <string.h>

#include "archive/storer_internal.h"

/* What every call but beginning asks first. */
static pier_status check_open(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    if (archive->storing && common->failure != PIER_OK) {
        return common->failure;
    }
    if (!archive->storing || !pier__storer_of(archive)->raw_is_open) {
        return pier__archive_tell(common, PIER_USAGE, "%s",
                                  archive->storing ? "raw bytes are stored that were not begun"
                                                   : "a loading archive does not store raw bytes");
    }
    return PIER_OK;
}

pier_status pier_archive_begin_raw(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    if (!archive->storing) {
        return pier__archive_tell(common, PIER_USAGE, "a loading archive does not store raw bytes");
    }
    pier__storer *storer = pier__storer_of(archive);
    if (storer->in_session) {
        return pier__archive_tell(common, PIER_UNSUPPORTED,
                                  "a session has no raw bytes: what is lost of them halfway "
                                  "could not be sent again");
    }
    /* A record is begun and taken back: what must be so for one, must be so here. */
    pier_status status = pier__storer_begin(storer);
    if (status != PIER_OK) {
        return status;
    }
    pier__storer_roll_back(storer);
    if (common->format == PIER_FORMAT_PLAIN) {
        return pier__archive_tell(common, PIER_UNSUPPORTED,
                                  "a plain archive has no raw bytes in mid-stream: pier_archive_detach leaves it");
    }
    if (storer->block_records > 0) {
        pier__storer_end_block(storer, 0);
        pier__storer_check_epoch(storer);
    } else {
        pier__storer_set_cursor(storer, storer->ready);
        storer->block_is_open = false;
    }
    storer->raw_is_open = true;
    storer->raw_has_blocks = false;
    storer->raw_bytes = 0;
    return PIER_OK;
}

/* How many bytes the open block holds. */
static size_t block_size(const pier__storer *storer) {
    return pier__storer_cursor(storer) - storer->ready - PIER__PIECE_BYTES - PIER__RAW_HEAD_BYTES;
}

/* Opens a block if none is open, and makes room for `bytes` in it. */
static bool make_room(pier__storer *storer, size_t bytes) {
    return storer->raw_block_is_open ? pier__storer_make_room(storer, bytes)
                                     : pier__storer_open_raw_block(storer, bytes);
}

/* Takes as many of the bytes as the current block has room for. Returns how many, 0 for want of memory. */
static size_t take_some(pier__storer *storer, const uint8_t *bytes, size_t size) {
    size_t room = storer->common.limits.block_target_bytes - (storer->raw_block_is_open ? block_size(storer) : 0);
    size_t taken = size < room ? size : room;
    if (!make_room(storer, taken)) {
        return 0;
    }
    memcpy(storer->common.window.cursor, bytes, taken);
    pier__storer_set_cursor(storer, pier__storer_cursor(storer) + taken);
    storer->raw_bytes += taken;
    if (block_size(storer) >= storer->common.limits.block_target_bytes) {
        pier__storer_end_raw_block(storer, 0);
    }
    return taken;
}

/* Waits until the queue takes more; sends what is ready. */
static pier_status make_way(pier__storer *storer) {
    uint64_t queue_bytes_max = storer->common.limits.queue_bytes_max;
    pier_status status = PIER_OK;
    if (storer->common.file != NULL && pier__storer_queued(storer) > 0) {
        status = pier__storer_send(storer, 0);
    }
    if (status > 0) {
        status = PIER_OK;
    }
    return status == PIER_OK && pier__storer_queued(storer) >= queue_bytes_max
               ? pier__storer_send(storer, queue_bytes_max - 1)
               : status;
}

pier_status pier_archive_store_raw(pier_archive *archive, pier_bytes bytes, size_t *stored_bytes) {
    *stored_bytes = 0;
    pier_status status = check_open(archive);
    if (status != PIER_OK) {
        return status;
    }
    pier__storer *storer = pier__storer_of(archive);
    uint64_t raw_bytes_max = storer->common.limits.raw_bytes_max;
    if (bytes.size > raw_bytes_max - storer->raw_bytes) {
        return pier__archive_tell(&storer->common, PIER_LIMIT,
                                  "%zu raw bytes behind %llu, the limit is %llu (raw_bytes_max)", bytes.size,
                                  (unsigned long long)storer->raw_bytes, (unsigned long long)raw_bytes_max);
    }
    while (*stored_bytes < bytes.size) {
        status = make_way(storer);
        if (status != PIER_OK) {
            return status;
        }
        size_t taken = take_some(storer, (const uint8_t *)bytes.data + *stored_bytes, bytes.size - *stored_bytes);
        if (taken == 0) {
            return pier__archive_tell(&storer->common, PIER_NO_MEMORY, "no memory for a block of raw bytes");
        }
        *stored_bytes += taken;
    }
    return PIER_OK;
}

/* Ends the raw bytes with a last block, an empty one if need be. */
static pier_status end_raw(pier__storer *storer, unsigned flags) {
    if (!make_room(storer, 0)) {
        return pier__archive_tell(&storer->common, PIER_NO_MEMORY, "no memory for the end of raw bytes");
    }
    pier__storer_end_raw_block(storer, PIER__FLAG_RAW_END | flags);
    storer->raw_is_open = false;
    storer->message_is_open = true;
    pier__storer_check_epoch(storer);
    return PIER_OK;
}

pier_status pier_archive_end_raw(pier_archive *archive) {
    pier_status status = check_open(archive);
    if (status != PIER_OK) {
        return status;
    }
    pier__storer *storer = pier__storer_of(archive);
    status = end_raw(storer, 0);
    if (status != PIER_OK || storer->common.file == NULL) {
        return status;
    }
    /* "Not now" is no news to who ends raw bytes: the queue keeps them. */
    status = pier__storer_send(storer, 0);
    return status < 0 ? status : PIER_OK;
}

pier_status pier__storer_abandon_raw(pier__storer *storer) {
    return storer->raw_is_open ? end_raw(storer, PIER__FLAG_RAW_ABANDONED) : PIER_OK;
}

pier_status pier_archive_abandon_raw(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    if (!archive->storing) {
        return pier__archive_tell(common, PIER_USAGE, "a loading archive does not store raw bytes");
    }
    return common->failure != PIER_OK ? common->failure : pier__storer_abandon_raw(pier__storer_of(archive));
}
