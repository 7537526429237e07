/* Storing archives: the buffer, and records begun, refused and taken back; see storer_internal.h. */
#include "archive/storer_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "archive/loader_internal.h"
#include "base/error_internal.h"

/* The buffer's first size: a preamble, a header and a few small records. */
enum { BUFFER_BYTES_MIN = 256 };

/* Room that a record begins with: for a class switch and a number. */
enum { RECORD_BYTES_MIN = 16 };

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

PIER__HOT bool pier__storer_make_room(pier__storer *storer, size_t bytes) {
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

size_t pier__archive_stored_bytes(const pier_archive *archive) {
    const pier__storer *storer = (const pier__storer *)archive;
    return pier__storer_cursor(storer) - storer->value;
}

uint8_t *pier__archive_stored_at(pier_archive *archive, size_t position) {
    pier__storer *storer = pier__storer_of(archive);
    return storer->buffer + storer->value + position;
}

void pier__storer_roll_back(pier__storer *storer) {
    const pier__rollback *rollback = &storer->rollback;
    storer->ready = rollback->ready;
    storer->block_class = rollback->block_class;
    if (rollback->has_defined) {
        storer->block_is_open = rollback->block_is_open;
        storer->block_records = rollback->block_records;
        storer->next_block = rollback->next_block;
        storer->epoch_begins = rollback->epoch_begins;
        storer->epoch_bytes = rollback->epoch_bytes;
        storer->class_count = rollback->classes;
        storer->ids_given = rollback->ids_given;
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

PIER__HOT pier_status pier__storer_begin(pier__storer *storer) {
    pier__archive *common = &storer->common;
    if (common->failure != PIER_OK) {
        return common->failure;
    }
    if (storer->in_record || storer->raw_is_open || storer->is_ended) {
        return pier__archive_tell(common, PIER_USAGE, "%s",
                                  storer->in_record     ? "a record is begun within a record"
                                  : storer->raw_is_open ? "a record is begun within raw bytes"
                                                        : "the archive is closed");
    }
    pier_status status = storer->block_is_open ? PIER_OK : learn_format(storer);
    if (status == PIER_OK && pier__storer_queued(storer) >= common->limits.queue_bytes_max) {
        status = pier__storer_send(storer, common->limits.queue_bytes_max - 1);
    }
    if (status != PIER_OK) {
        return status;
    }
    if (common->format == PIER_FORMAT_FRAMED && !pier__storer_open_block(storer)) {
        return pier__archive_tell(common, PIER_NO_MEMORY, "no memory for a block");
    }
    if (PIER_UNLIKELY(storer->capacity - pier__storer_cursor(storer) < RECORD_BYTES_MIN) &&
        !pier__storer_make_room(storer, RECORD_BYTES_MIN)) {
        return pier__archive_tell(common, PIER_NO_MEMORY, "no memory for a record");
    }
    pier__storer_open_record(storer);
    return PIER_OK;
}

/* Switches back to records without a class; the record has just begun, and its first room holds a switch. */
static void switch_to_untyped(pier__storer *storer) {
    pier__storer_switch_class(storer, 0);
    storer->value = pier__storer_cursor(storer);
    open_window(storer);
}

pier_status pier_archive_begin(pier_archive *archive) {
    if (!archive->storing) {
        return pier_archive_next(archive);
    }
    pier__storer *storer = pier__storer_of(archive);
    /* Behind a record of the same sort nothing changes but the record. That the format is known and the stream has not
     * ended is told by an open block; that the queue is not full was asked when its first record began. */
    if (storer->block_is_open && storer->block_records > 0 && storer->block_class == 0 && !storer->in_record &&
        storer->common.failure == PIER_OK) {
        pier__storer_open_record(storer);
        return PIER_OK;
    }
    pier_status status = pier__storer_begin(storer);
    if (status == PIER_OK && storer->common.format == PIER_FORMAT_FRAMED && storer->block_class != 0) {
        switch_to_untyped(storer);
    }
    return status;
}

void pier_archive_abandon(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    if (archive->storing && storer->in_record) {
        pier__storer_roll_back(storer);
    }
}
