/* Taking bytes in: from the file or by hand; see loader_internal.h.
 *
 * Memory grows with the bytes that are there, never with what they announce: room for twice of what has come, and no
 * less than one read. */
#include <pier/keep.h>

#include <string.h>

#include "archive/loader_internal.h"
#include "base/arena_internal.h"
#include "base/budget_internal.h"

/* Behind the capacity: what codecs may read past a block. */
enum { PADDING = PIER_PADDING_BYTES };

/* What an arena keeps from record to record; what a large one took beyond goes back. */
enum { ARENA_KEPT_BYTES = 1 << 20 };

PIER__HOT void pier__loader_end_views(pier__loader *loader) {
    if (loader->arena.current != NULL) {
        pier__arena_trim(&loader->arena, ARENA_KEPT_BYTES);
    }
    if (loader->kept_record != NULL) {
        pier_kept_block_release(loader->kept_record);
        loader->kept_record = NULL;
    }
    if (loader->kept_retired != NULL) {
        pier__kept_memory_release(loader->kept_retired);
    } else if (loader->retired != NULL) {
        pier__release(&loader->common.allocator, loader->retired, loader->retired_capacity + PADDING);
    }
    loader->kept_retired = NULL;
    loader->retired = NULL;
}

/* On the wire: the first byte that must stay in memory. */
static uint64_t first_in_use(const pier__loader *loader) {
    return loader->marks != NULL ? loader->marked_from : pier__loader_first_in_use(loader);
}

/* Views and the window of the current record point into the buffer, and would not see it move. */
static bool is_viewed(const pier__loader *loader) {
    return loader->in_record && !loader->is_inflated && loader->retired == NULL &&
           (loader->raw != PIER__RAW_OPEN || loader->in_block);
}

/* Whether the buffer must stay as it is: under views of the current record, or of those that the program keeps. */
static bool is_pinned(const pier__loader *loader) {
    return is_viewed(loader) || loader->kept_buffer != NULL;
}

/* Moves what is in use to the front of the same memory. */
static void compact(pier__loader *loader) {
    uint64_t first = first_in_use(loader);
    size_t size = (size_t)(loader->end - first);
    if (size > 0) {
        memmove(loader->buffer, pier__loader_at(loader, first), size);
    }
    loader->base = first;
}

/* Views and kept blocks keep the memory that they point into: what is in use is copied into new memory of `capacity`
 * bytes. */
static bool copy_out(pier__loader *loader, size_t capacity) {
    uint8_t *buffer = (uint8_t *)pier__allocate(&loader->common.allocator, capacity + PADDING);
    if (buffer == NULL) {
        return false;
    }
    uint64_t first = first_in_use(loader);
    memcpy(buffer, pier__loader_at(loader, first), (size_t)(loader->end - first));
    if (is_viewed(loader)) {
        loader->retired = loader->buffer;
        loader->retired_capacity = loader->capacity;
        loader->kept_retired = loader->kept_buffer;
        loader->kept_buffer = NULL;
    } else {
        pier__loader_leave_buffer(loader);
    }
    loader->buffer = buffer;
    loader->base = first;
    return true;
}

/* Makes the memory itself larger: what is in use is never there twice, if the allocator can help it. */
static bool stretch(pier__loader *loader, size_t capacity) {
    size_t old_bytes = loader->buffer != NULL ? loader->capacity + PADDING : 0;
    if (loader->buffer != NULL) {
        compact(loader);
    } else {
        loader->base = first_in_use(loader);
    }
    uint8_t *buffer =
        (uint8_t *)pier__reallocate(&loader->common.allocator, loader->buffer, old_bytes, capacity + PADDING);
    if (buffer != NULL) {
        loader->buffer = buffer;
    }
    return buffer != NULL;
}

/* Makes room for `capacity` bytes from the first in use on. */
static bool grow(pier__loader *loader, size_t capacity) {
    if (!(loader->buffer != NULL && is_pinned(loader) ? copy_out(loader, capacity) : stretch(loader, capacity))) {
        return false;
    }
    /* Codecs read past the end of what came, and throw away what they find there; it must only be something. */
    size_t size = (size_t)(loader->end - loader->base);
    memset(loader->buffer + size, 0, capacity + PADDING - size);
    loader->capacity = capacity;
    return true;
}

/* How much may lie unread: the limit, or what the piece being awaited has and a read behind it. */
static PIER__HOT uint64_t unread_max(const pier__loader *loader) {
    /* Behind a mark only what the queue's limit allows; at the mark itself a piece may have what it needs. */
    bool is_ahead = loader->marks != NULL && loader->marked_from < loader->taken;
    uint64_t needed = is_ahead ? 0 : loader->needed + loader->common.options.read_bytes;
    uint64_t queue_bytes_max = loader->common.limits.queue_bytes_max;
    return needed > queue_bytes_max ? needed : queue_bytes_max;
}

/* How much lies unread, or is kept by a mark to be read again. */
static uint64_t unread(const pier__loader *loader) {
    return loader->end - (loader->marks != NULL ? loader->marked_from : loader->taken);
}

/* The most that room is made for before it is needed: what may lie unread, with what is in use before it. Of a plain
 * value nothing but its limit tells how long it will be. A part more, so that a full buffer is not moved for each few
 * bytes that were taken out of it. */
static PIER__HOT uint64_t capacity_max(const pier__loader *loader) {
    uint64_t most = unread_max(loader);
    uint64_t value = loader->common.limits.record_bytes_max + loader->common.options.read_bytes;
    if (loader->common.format == PIER_FORMAT_PLAIN && value > most) {
        most = value;
    }
    /* Above this the address space is the limit. */
    most = most < UINT64_MAX / 4 ? most : UINT64_MAX / 4;
    return loader->taken - first_in_use(loader) + most + most / 32;
}

/* Makes room for at least `bytes` behind what came. Returns false when there is no memory. */
static PIER__HOT bool make_room(pier__loader *loader, size_t bytes) {
    size_t used = (size_t)(loader->end - loader->base);
    if (loader->buffer != NULL && loader->capacity - used >= bytes) {
        return true;
    }
    size_t kept = (size_t)(loader->end - first_in_use(loader));
    if (bytes > (size_t)PTRDIFF_MAX / 4 - kept) {
        return false;
    }
    uint64_t most = capacity_max(loader);
    size_t capacity = kept * 2 < most ? kept * 2 : (size_t)most;
    if (capacity < kept + bytes) {
        capacity = kept + bytes;
    }
    if (loader->buffer != NULL && !is_pinned(loader) && capacity <= loader->capacity) {
        compact(loader);
        return true;
    }
    return grow(loader, capacity);
}

static bool is_below_limit(const pier__loader *loader) {
    return unread(loader) < unread_max(loader);
}

/* Whether reading could bring anything that somebody will load. */
static bool is_open(const pier__loader *loader) {
    bool is_stopped = loader->common.failure != PIER_OK && !loader->is_recovering;
    return !loader->input_is_ended && loader->held.status == PIER_OK && !is_stopped;
}

PIER__HOT bool pier__loader_may_fill(const pier__loader *loader) {
    return is_open(loader) && is_below_limit(loader);
}

bool pier__loader_is_full(const pier__loader *loader) {
    return is_open(loader) && !is_below_limit(loader);
}

/* The room that a read is offered: at least one byte, all that is left in the buffer, and no more than may lie
 * unread. */
static PIER__HOT bool make_read_room(pier__loader *loader, uint8_t **space, size_t *size) {
    uint64_t may_come = unread_max(loader) - unread(loader);
    uint32_t read_bytes = loader->common.options.read_bytes;
    if (!make_room(loader, may_come < read_bytes ? (size_t)may_come : read_bytes)) {
        return false;
    }
    *space = pier__loader_at(loader, loader->end);
    *size = loader->capacity - (size_t)(loader->end - loader->base);
    if (*size > may_come) {
        *size = (size_t)may_come;
    }
    return true;
}

/* What lies unread, and what the current block was inflated to: it stays as long as the program takes over the
 * block. */
static uint64_t held_bytes(const pier__loader *loader) {
    return unread(loader) + (loader->is_inflated ? loader->header.raw_bytes : 0);
}

/* Tells the budget how much is held. Returns whether more may be. */
static PIER__HOT bool charge(pier__loader *loader) {
    pier_budget *budget = loader->common.options.budget;
    return budget == NULL || pier__budget_charge(budget, &loader->charged, held_bytes(loader));
}

static pier_status fail_by_budget(pier__loader *loader) {
    const pier_budget *budget = loader->common.options.budget;
    return pier__loader_fail(loader, PIER_LIMIT, loader->taken,
                             "%llu bytes lie unread here, %llu in all connections, the limit is %llu "
                             "(unread_bytes_max of pier_budget)",
                             (unsigned long long)loader->charged, (unsigned long long)pier_budget_unread_bytes(budget),
                             (unsigned long long)pier__budget_unread_max(budget));
}

pier_status pier__loader_ask_budget(pier__loader *loader, uint64_t inflating) {
    pier_budget *budget = loader->common.options.budget;
    if (budget == NULL || pier__budget_charge(budget, &loader->charged, unread(loader) + inflating)) {
        return PIER_OK;
    }
    pier_status status = fail_by_budget(loader);
    (void)charge(loader);
    return status;
}

/* Reads once from the file. A failure of the file is only returned. */
static PIER__HOT pier_status read_once(pier__loader *loader, pier_deadline deadline) {
    pier__archive *common = &loader->common;
    uint8_t *space = NULL;
    size_t size = 0;
    if (!make_read_room(loader, &space, &size)) {
        return pier__archive_tell(common, PIER_NO_MEMORY, "no memory to read %u bytes", common->options.read_bytes);
    }
    size_t came = 0;
    pier_status status = pier_file_read(common->file, space, size, &came, deadline);
    if (status == PIER_OK) {
        loader->end += came;
        (void)charge(loader);
    } else if (status == PIER_END) {
        loader->input_is_ended = true;
    } else if (status < 0) {
        loader->held = *pier_file_read_error(common->file);
        loader->held.offset = loader->end;
    }
    return status;
}

bool pier__loader_put(pier__loader *loader, pier_bytes bytes) {
    if (!make_room(loader, bytes.size)) {
        return false;
    }
    memcpy(pier__loader_at(loader, loader->end), bytes.data, bytes.size);
    loader->end += bytes.size;
    (void)charge(loader);
    return true;
}

PIER__HOT pier_status pier__loader_fill(pier__loader *loader, pier_deadline deadline) {
    pier__archive *common = &loader->common;
    if (loader->input_is_ended) {
        return PIER_END;
    }
    if (loader->marks != NULL && !is_below_limit(loader)) {
        return pier__archive_tell(common, PIER_LIMIT,
                                  "a mark keeps %llu bytes, the limit is %llu (queue_bytes_max): rewind or release",
                                  (unsigned long long)unread(loader), (unsigned long long)unread_max(loader));
    }
    if (!charge(loader)) {
        return fail_by_budget(loader);
    }
    pier_status status = PIER_MORE;
    if (common->file != NULL) {
        pier_deadline until = loader->is_timed ? pier__loader_clip(loader, deadline) : deadline;
        status = loader->held.status == PIER_OK ? read_once(loader, until) : loader->held.status;
    }
    if (loader->is_timed && (status == PIER_MORE || status == PIER_WOULD_BLOCK || status == PIER_TIMEOUT)) {
        return pier__loader_lack(loader, status);
    }
    if (loader->held.status != PIER_OK) {
        common->error = loader->held;
        common->failure = loader->held.status;
        pier__archive_close_window(common);
    }
    return status;
}

pier_status pier__loader_take_in(pier__loader *loader) {
    if (!pier__loader_may_fill(loader) || loader->common.file == NULL) {
        return PIER_WOULD_BLOCK;
    }
    return charge(loader) ? read_once(loader, PIER_NOW) : PIER_LIMIT;
}

PIER__HOT pier_status pier__loader_need(pier__loader *loader, uint64_t bytes) {
    loader->needed = bytes;
    while (loader->end - loader->taken < bytes) {
        if (loader->common.file != NULL && loader->common.other != NULL) {
            /* What is awaited may be the answer to what still lies here. It may come while that is sent. */
            pier__archive_send_open(loader->common.other, bytes, loader->common.deadline);
            if (loader->end - loader->taken >= bytes) {
                break;
            }
        }
        pier_status status = pier__loader_fill(loader, loader->common.deadline);
        if (status != PIER_OK) {
            return status;
        }
    }
    loader->needed = 0;
    return PIER_OK;
}

PIER__HOT void pier__loader_take(pier__loader *loader, uint64_t position) {
    loader->taken = position;
    if (loader->taken == loader->end && loader->marks == NULL && loader->kept_buffer == NULL) {
        loader->base = loader->end;
    }
}

pier_status pier__loader_skip(pier__loader *loader) {
    while (loader->skip_bytes > 0) {
        uint64_t there = pier__loader_there(loader, loader->taken);
        if (there == 0) {
            pier_status status = pier__loader_need(loader, 1);
            if (status != PIER_OK) {
                return status;
            }
            continue;
        }
        uint64_t passed = there < loader->skip_bytes ? there : loader->skip_bytes;
        loader->skip_bytes -= passed;
        pier__loader_take(loader, loader->taken + passed);
    }
    return PIER_OK;
}

/* What feeding by hand may not do, or PIER_OK. Of a storing archive only what both kinds have is looked at. */
static pier_status check_feeding(pier__loader *loader, size_t bytes) {
    pier__archive *common = &loader->common;
    if (common->window.storing || common->file != NULL || loader->input_is_ended) {
        return pier__archive_tell(common, PIER_USAGE, "%s",
                                  common->window.storing ? "a storing archive is not fed"
                                  : common->file != NULL ? "an archive over a file is not fed"
                                                         : "bytes are fed after the end of the input");
    }
    uint64_t most = unread_max(loader);
    uint64_t there = unread(loader);
    if (there > most || bytes > most - there) {
        return pier__archive_tell(common, PIER_LIMIT,
                                  "%zu bytes more would make the unread input exceed %llu (queue_bytes_max)", bytes,
                                  (unsigned long long)most);
    }
    return PIER_OK;
}

pier_status pier_archive_feed(pier_archive *archive, pier_bytes bytes) {
    pier__loader *loader = pier__loader_of(archive);
    pier_status status = check_feeding(loader, bytes.size);
    if (status != PIER_OK || bytes.size == 0) {
        return status;
    }
    if (!make_room(loader, bytes.size)) {
        return pier__archive_tell(&loader->common, PIER_NO_MEMORY, "no memory for %zu bytes of input", bytes.size);
    }
    memcpy(pier__loader_at(loader, loader->end), bytes.data, bytes.size);
    loader->end += bytes.size;
    (void)charge(loader);
    return PIER_OK;
}

pier_status pier_archive_feed_space(pier_archive *archive, void **space, size_t *space_bytes) {
    pier__loader *loader = pier__loader_of(archive);
    *space = NULL;
    *space_bytes = 0;
    pier_status status = check_feeding(loader, 1);
    if (status != PIER_OK) {
        return status;
    }
    uint8_t *room = NULL;
    if (!make_read_room(loader, &room, space_bytes)) {
        return pier__archive_tell(&loader->common, PIER_NO_MEMORY, "no memory for %u bytes of input",
                                  loader->common.options.read_bytes);
    }
    *space = room;
    return PIER_OK;
}

void pier_archive_feed_filled(pier_archive *archive, size_t size_bytes) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || loader->common.file != NULL || loader->buffer == NULL) {
        return;
    }
    size_t room = loader->capacity - (size_t)(loader->end - loader->base);
    loader->end += size_bytes < room ? size_bytes : room;
    (void)charge(loader);
}

void pier_archive_feed_end(pier_archive *archive) {
    if (!archive->storing && pier__archive_of(archive)->file == NULL) {
        pier__loader_of(archive)->input_is_ended = true;
    }
}
