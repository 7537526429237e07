/* Lanes; see lane_internal.h. */
#include "session/lane_internal.h"

#include <string.h>

#include "base/endian_internal.h"
#include "session/journal_piece_internal.h"

/* What a reservation says: record, block, epoch. */
enum { RESERVED_BYTES = 16 };

static void load_notes(pier__lane *lane, const pier_session_found *found) {
    for (unsigned i = 0; i < PIER_SESSION_NOTES; i++) {
        size_t size = found->notes[i].size < PIER__NOTE_BYTES ? found->notes[i].size : PIER__NOTE_BYTES;
        if (size > 0) {
            memcpy(lane->notes[i].bytes, found->notes[i].data, size);
        }
        lane->notes[i].size = size;
    }
}

void pier__lane_init(pier__lane *lane, const pier_allocator *allocator, pier_session_journal journal,
                     pier_durability durability, const pier_session_found *found) {
    const pier_journal_state *state = &found->state;
    memset(lane, 0, sizeof *lane);
    lane->allocator = allocator;
    lane->pending_max = PIER__LANE_PENDING_BYTES;
    lane->portion_max = PIER__LANE_PORTION_BYTES;
    lane->reserved_ahead = PIER__LANE_RESERVED_AHEAD;
    lane->journal = journal;
    lane->durability = durability;
    uint64_t last = state->next_record - 1;
    lane->stream = (pier__stream){
        .phase = PIER__PHASE_STREAM,
        .preamble_is_known = true,
        .peer = {.features_required = PIER__REQUIRES_PART},
        .is_known = true,
        .id = state->stream_id,
        .next_record = state->next_record,
        .next_block = state->next_block,
        .epoch = state->epoch,
        .epoch_has_blocks = state->epoch_has_blocks,
    };
    lane->made = last;
    lane->written = last;
    lane->durable = durability == PIER_DURABILITY_DISK ? state->durable_record : last;
    lane->synced = state->durable_record;
    lane->taken = last;
    lane->portion_to = last;
    lane->trimmed = state->first_record - 1;
    lane->trim_to = lane->trimmed;
    lane->was_above = last;
    lane->found_to = last;
    load_notes(lane, found);
    /* What was found may be with the system alone: the first sync covers the notes, too. */
    lane->changes = PIER__FOUND_CHANGE;
    lane->wanted = PIER__FOUND_CHANGE;
    lane->noted = PIER__FOUND_CHANGE;
    lane->is_unsynced = true;
    const pier__lane_note *reserved = &lane->notes[PIER__NOTE_RESERVED];
    if (reserved->size == RESERVED_BYTES && pier__load_le64(reserved->bytes) > last + 1) {
        lane->was_above = pier__load_le64(reserved->bytes) - 1;
    }
    pier__buffer_init(&lane->pending, allocator);
    pier__buffer_init(&lane->writing, allocator);
    pier__buffer_init(&lane->portion, allocator);
}

void pier__lane_deinit(pier__lane *lane) {
    pier__buffer_deinit(&lane->pending);
    pier__buffer_deinit(&lane->writing);
    pier__buffer_deinit(&lane->portion);
}

uint64_t pier__lane_note_bytes(pier__lane *lane, unsigned number, const void *bytes, size_t size, bool is_wanted) {
    pier__lane_note *note = &lane->notes[number];
    bool is_leaving = lane->is_under_way && lane->request.work == PIER_SESSION_NOTE && lane->request.number == number;
    if (size > 0) {
        memcpy(note->bytes, bytes, size);
    }
    note->size = size;
    /* One that waits is replaced in its place: who waits for it is served by a newer one. */
    if (!note->is_new || is_leaving) {
        note->change = ++lane->changes;
    }
    note->is_new = true;
    if (is_wanted && lane->wanted < note->change) {
        lane->wanted = note->change;
    }
    return note->change;
}

bool pier__lane_make(pier__lane *lane, const pier__header *header, const uint8_t *block) {
    if (!pier__buffer_append(&lane->pending, block, PIER__PIECE_BYTES + (size_t)header->stored_bytes)) {
        return false;
    }
    pier__stream_pass(&lane->stream, header);
    lane->pending_whole = pier__block_counts(header) ? lane->pending.size : lane->pending_whole;
    lane->made = lane->stream.next_record - 1;
    return true;
}

/* Taking ----------------------------------------------------------------------------------------------------------- */

const uint8_t *pier__lane_next(const pier__lane *lane, size_t *size, pier__header *header) {
    size_t at = lane->portion_at;
    while (lane->portion.size - at >= PIER__PIECE_BYTES) {
        pier__header_decode(lane->portion.data + at, header);
        at += PIER__PIECE_BYTES + (size_t)header->stored_bytes;
        if (pier__block_counts(header)) {
            *size = at - lane->portion_at;
            return lane->portion.data + lane->portion_at;
        }
    }
    return NULL;
}

uint64_t pier__lane_limit(const pier__lane *lane) {
    uint64_t limit = lane->durable;
    if (lane->durability != PIER_DURABILITY_DISK && limit >= lane->reserved) {
        limit = lane->reserved > 0 ? lane->reserved - 1 : 0;
    }
    return limit;
}

void pier__lane_take(pier__lane *lane, size_t size, const pier__header *header) {
    lane->portion_at += size;
    lane->taken = header->first_record + header->records - 1;
    if (lane->portion_at == lane->portion.size) {
        lane->portion.size = 0;
        lane->portion_at = 0;
    }
}

void pier__lane_rewind(pier__lane *lane, uint64_t record) {
    lane->taken = record;
    lane->portion.size = 0;
    lane->portion_at = 0;
    lane->portion_to = record;
    lane->must_read = true;
}

/* Whether what was just written goes on where the portion ends. */
static bool continues_portion(const pier__lane *lane) {
    if (lane->must_read) {
        return false;
    }
    if (lane->portion.size == 0) {
        return lane->writing_from == lane->taken;
    }
    return lane->writing_from == lane->portion_to && lane->portion.size < lane->portion_max;
}

/* Keeps what was just written as the portion, if it comes next; for want of memory it is read again. */
static void keep_written(pier__lane *lane) {
    if (!continues_portion(lane)) {
        lane->must_read = true;
        return;
    }
    if (lane->portion.size == 0) {
        pier__buffer swapped = lane->portion;
        lane->portion = lane->writing;
        lane->writing = swapped;
        lane->portion_at = 0;
        lane->portion_to = lane->writing_to;
    } else if (pier__buffer_append(&lane->portion, lane->writing.data, lane->writing.size)) {
        lane->portion_to = lane->writing_to;
    } else {
        lane->must_read = true;
    }
}

/* Requests --------------------------------------------------------------------------------------------------------- */

static void ask(pier__lane *lane, pier_session_work work, uint64_t id) {
    lane->is_under_way = true;
    lane->is_asked = false;
    lane->request = (pier_session_request){.id = id, .work = work, .journal = lane->journal};
}

/* Moves what is pending, up to the last block that counts, to what is being written. Returns false when there is no
 * memory. */
static bool move_pending(pier__lane *lane) {
    size_t rest = lane->pending.size - lane->pending_whole;
    if (!pier__buffer_append(&lane->writing, lane->pending.data + lane->pending_whole, rest)) {
        return false;
    }
    pier__buffer swapped = lane->writing;
    lane->writing = lane->pending;
    lane->pending = swapped;
    lane->writing.size = lane->pending_whole;
    lane->pending_whole = 0;
    lane->writing_from = lane->written;
    lane->writing_to = lane->made;
    return true;
}

static void ask_write(pier__lane *lane, uint64_t id) {
    ask(lane, PIER_SESSION_WRITE, id);
    lane->request.bytes = (pier_bytes){lane->writing.data, lane->writing.size};
}

/* The oldest note that the journal does not have. */
static pier__lane_note *find_new_note(pier__lane *lane, uint64_t *number) {
    pier__lane_note *oldest = NULL;
    for (unsigned i = 0; i < PIER_SESSION_NOTES; i++) {
        pier__lane_note *note = &lane->notes[i];
        if (note->is_new && (oldest == NULL || note->change < oldest->change)) {
            oldest = note;
            *number = i;
        }
    }
    return oldest;
}

static bool needs_sync(const pier__lane *lane) {
    bool records = lane->durability == PIER_DURABILITY_DISK && lane->durable < lane->written;
    bool marked = lane->synced < lane->sync_mark && lane->written >= lane->sync_mark;
    return lane->is_unsynced && (records || marked || lane->noted_durable < lane->wanted);
}

/* Whether the taker waits for blocks that are not in memory. */
static bool needs_read(const pier__lane *lane) {
    size_t size = 0;
    pier__header header;
    return lane->is_awaited && lane->taken < lane->written && lane->taken < pier__lane_limit(lane) &&
           pier__lane_next(lane, &size, &header) == NULL;
}

bool pier__lane_choose(pier__lane *lane, int64_t now_ns, uint64_t id) {
    if (lane->is_under_way) {
        return false;
    }
    /* What waits for room must not hold up what makes room: nothing is trimmed before the peer's last block was
     * read. */
    bool may_grow = now_ns >= lane->retry_at;
    uint64_t number = 0;
    const pier__lane_note *note = find_new_note(lane, &number);
    if (may_grow && note != NULL) {
        ask(lane, PIER_SESSION_NOTE, id);
        lane->request.number = number;
        lane->request.bytes = (pier_bytes){note->bytes, note->size};
        lane->sync_change = note->change;
    } else if (may_grow && (lane->writing.size > 0 || (lane->pending_whole > 0 && move_pending(lane)))) {
        ask_write(lane, id);
    } else if (now_ns >= lane->sync_at && needs_sync(lane)) {
        ask(lane, PIER_SESSION_SYNC, id);
        lane->sync_to = lane->written;
        lane->sync_change = lane->noted;
        lane->is_unsynced = false;
    } else if (now_ns >= lane->read_at && needs_read(lane)) {
        ask(lane, PIER_SESSION_READ, id);
        lane->request.number = lane->taken + 1;
        lane->request.bytes_max = lane->portion_max;
    } else if (lane->trim_to > lane->trimmed && !lane->trim_is_blocked) {
        ask(lane, PIER_SESSION_TRIM, id);
        lane->request.number = lane->trim_to;
    } else {
        return false;
    }
    return true;
}

static bool is_not_now(pier_status status) {
    return status == PIER_WOULD_BLOCK || status == PIER_NO_SPACE || status == PIER_NO_MEMORY;
}

static void complete_write(pier__lane *lane) {
    lane->written = lane->writing_to;
    lane->is_unsynced = true;
    if (lane->durability != PIER_DURABILITY_DISK) {
        lane->durable = lane->written;
    }
    keep_written(lane);
    lane->writing.size = 0;
}

static const uint8_t gap_payload[] = {0xc7, 0x01, PIER__EXT_TYPE, PIER__CONTROL_GAP};

uint64_t pier__gap_check(void) {
    return pier__payload_check(gap_payload, sizeof gap_payload);
}

bool pier__gap_is(pier_bytes payload) {
    size_t at = 0;
    pier__control control;
    return pier__control_next(payload, &at, &control) && control.kind == PIER__CONTROL_GAP;
}

bool pier__gap_put(pier__buffer *out, pier__header *gap) {
    size_t size = gap->records > 0 ? sizeof gap_payload : 0;
    if (!pier__buffer_reserve(out, PIER__PIECE_BYTES + size)) {
        return false;
    }
    gap->kind = PIER_BLOCK_CONTROL;
    gap->flags |= PIER__FLAG_CHECKSUM;
    gap->stored_bytes = (uint32_t)size;
    gap->raw_bytes = (uint32_t)size;
    gap->payload_check = pier__payload_check(gap_payload, size);
    pier__header_encode(gap, out->data + out->size);
    memcpy(out->data + out->size + PIER__PIECE_BYTES, gap_payload, size);
    out->size += PIER__PIECE_BYTES + size;
    return true;
}

/* A journal that is read from within a gap gives what comes behind it: the rest of the gap is put before that. Damage it
 * would have told. Returns false when there is no memory. */
static bool put_gap_before(pier__lane *lane, pier_bytes data) {
    const uint8_t *at = (const uint8_t *)data.data;
    pier__header header = {.first_record = 0};
    for (size_t left = data.size; left >= PIER__PIECE_BYTES && !pier__block_counts(&header);) {
        pier__header_decode(at, &header);
        size_t size = PIER__PIECE_BYTES + (size_t)header.stored_bytes;
        size = size < left ? size : left;
        at += size;
        left -= size;
    }
    uint64_t first = lane->request.number;
    if (!pier__block_counts(&header) || header.first_record <= first || header.first_record - first > UINT32_MAX) {
        return true;
    }
    bool begins = (header.flags & PIER__FLAG_EPOCH_BEGIN) != 0;
    pier__header gap = {.stream_id = header.stream_id,
                        .first_record = first,
                        .number = header.number,
                        .epoch = header.epoch - (begins && header.epoch > 0 ? 1 : 0),
                        .records = (uint32_t)(header.first_record - first)};
    return pier__gap_put(&lane->portion, &gap);
}

/* Takes the blocks of a read over as the portion. They are the taker's to check. */
static pier_status complete_read(pier__lane *lane, pier_bytes data, int64_t now_ns) {
    lane->portion.size = 0;
    lane->portion_at = 0;
    if (!put_gap_before(lane, data) || !pier__buffer_append(&lane->portion, data.data, data.size)) {
        lane->portion.size = 0;
        lane->read_at = now_ns + PIER__LANE_RETRY_NS;
        return PIER_OK;
    }
    bool has_records = false;
    size_t at = 0;
    while (lane->portion.size - at >= PIER__PIECE_BYTES) {
        pier__header header;
        pier__header_decode(lane->portion.data + at, &header);
        if (!pier__piece_proves_itself(lane->portion.data + at) ||
            lane->portion.size - at - PIER__PIECE_BYTES < header.stored_bytes) {
            return PIER_CORRUPT;
        }
        at += PIER__PIECE_BYTES + (size_t)header.stored_bytes;
        if (pier__block_counts(&header)) {
            has_records = true;
            lane->portion_to = header.first_record + header.records - 1;
        }
    }
    lane->must_read = lane->portion_to <= lane->found_to;
    /* It was asked for records that the journal has. */
    return at == lane->portion.size && has_records ? PIER_OK : PIER_CORRUPT;
}

pier_status pier__lane_complete(pier__lane *lane, pier_status status, pier_bytes data, int64_t now_ns) {
    pier_session_work work = lane->request.work;
    lane->is_under_way = false;
    if (work == PIER_SESSION_TRIM) {
        lane->trim_is_blocked = status != PIER_OK;
        lane->trimmed = status == PIER_OK ? lane->request.number : lane->trimmed;
        lane->retry_at = 0;
        return PIER_OK;
    }
    if (status != PIER_OK) {
        if (!is_not_now(status)) {
            return status < 0 ? status : PIER_SYSTEM;
        }
        int64_t *again = work == PIER_SESSION_READ   ? &lane->read_at
                         : work == PIER_SESSION_SYNC ? &lane->sync_at
                                                     : &lane->retry_at;
        *again = now_ns + PIER__LANE_RETRY_NS;
        lane->is_unsynced = lane->is_unsynced || work == PIER_SESSION_SYNC;
        return PIER_OK;
    }
    if (work == PIER_SESSION_WRITE) {
        complete_write(lane);
    } else if (work == PIER_SESSION_NOTE) {
        pier__lane_note *note = &lane->notes[lane->request.number];
        /* It may have been noted anew meanwhile. */
        note->is_new = note->change != lane->sync_change;
        lane->noted = lane->sync_change;
        lane->is_unsynced = true;
    } else if (work == PIER_SESSION_SYNC) {
        lane->durable = lane->durable > lane->sync_to ? lane->durable : lane->sync_to;
        lane->synced = lane->synced > lane->sync_to ? lane->synced : lane->sync_to;
        lane->noted_durable = lane->sync_change;
    } else {
        return complete_read(lane, data, now_ns);
    }
    return PIER_OK;
}

/* Reservations ----------------------------------------------------------------------------------------------------- */

void pier__lane_reserve(pier__lane *lane) {
    if (lane->durability == PIER_DURABILITY_DISK) {
        return;
    }
    if (lane->reserve_change != 0 && pier__lane_note_is_durable(lane, lane->reserve_change)) {
        lane->reserved = lane->reserve_to;
        lane->reserve_change = 0;
    }
    bool is_due = lane->made + lane->reserved_ahead / 2 >= lane->reserved;
    if (lane->is_resting || !is_due || lane->reserve_change != 0) {
        return;
    }
    uint8_t bytes[RESERVED_BYTES];
    lane->reserve_to = lane->made + lane->reserved_ahead;
    pier__store_le64(bytes, lane->reserve_to);
    /* Each block has records. */
    pier__store_le32(bytes + 8, lane->stream.next_block + (uint32_t)(lane->reserve_to - lane->made));
    /* That of this life may not have begun yet. */
    pier__store_le32(bytes + 12, lane->stream.epoch + 2);
    lane->reserve_change = pier__lane_note_bytes(lane, PIER__NOTE_RESERVED, bytes, sizeof bytes, true);
}
