/* Beginning stints and segments, and writing at the end; see journal_internal.h.
 *
 * Floor 6 (session). Room is reserved before anything is written, so that a full disk is met before the first byte: a
 * write then cannot end half done, and what must be written last has room (reserve_bytes). Where a file system
 * promises no room, a write that meets the end of it is cut back. */
#include "session/journal_internal.h"

/* Room is asked for in such pieces, for each asking is a call of the system. */
enum { RESERVE_STEP_BYTES = 4 << 20 };

/* What part of the free room of a disk a segment may take, and what it may have all the same. */
enum { SEGMENT_SHARE = 8, SEGMENT_BYTES_ANYWHERE = 64 << 10 };

void pier__journal_size_segments(pier_journal *journal, uint64_t size) {
    uint64_t room = journal->folder.ops->room(journal->folder.self);
    uint64_t share = room / SEGMENT_SHARE + size / SEGMENT_SHARE;
    share = share > SEGMENT_BYTES_ANYWHERE ? share : SEGMENT_BYTES_ANYWHERE;
    journal->full_at = share < journal->options.segment_bytes ? share : journal->options.segment_bytes;
}

/* Reserves room up to `size` in a file, and some more if there is. Returns PIER_OK or PIER_NO_SPACE. */
static pier_status reserve(pier_journal *journal, int file, uint64_t size, uint64_t *reserved) {
    const pier__folder_ops *ops = journal->folder.ops;
    if (journal->cannot_reserve || size <= *reserved) {
        return PIER_OK;
    }
    /* Not beyond what the segment will have: it would be given back unused. */
    uint64_t segment_max = journal->full_at + journal->options.reserve_bytes;
    uint64_t wanted = size + RESERVE_STEP_BYTES < segment_max ? size + RESERVE_STEP_BYTES : segment_max;
    wanted = wanted > size ? wanted : size;
    pier_status status = ops->reserve(journal->folder.self, file, wanted, &journal->error);
    if (status == PIER_NO_SPACE && wanted > size) {
        wanted = size;
        status = ops->reserve(journal->folder.self, file, wanted, &journal->error);
    }
    if (status == PIER_OK) {
        *reserved = wanted;
    } else if (status != PIER_NO_SPACE) {
        /* Whatever is wrong, it is no promise that can be had here; writing will tell more. */
        journal->cannot_reserve = true;
    }
    return status == PIER_NO_SPACE ? status : PIER_OK;
}

static uint64_t size_of(const pier_bytes *spans, size_t count) {
    uint64_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += spans[i].size;
    }
    return size;
}

pier_status pier__journal_put(pier_journal *journal, const pier_bytes *spans, size_t count, bool may_use_reserve) {
    const pier__folder_ops *ops = journal->folder.ops;
    uint64_t size = size_of(spans, count);
    uint64_t kept = may_use_reserve ? 0 : journal->options.reserve_bytes;
    pier_status status = reserve(journal, journal->file, journal->end + size + kept, &journal->reserved);
    if (status != PIER_OK) {
        return status;
    }
    status = ops->write(journal->folder.self, journal->file, journal->end, spans, count, &journal->error);
    if (status == PIER_OK) {
        journal->end += size;
        pier__journal_last(journal)->size = journal->end;
        return PIER_OK;
    }
    pier_error error = journal->error;
    journal->reserved = journal->end;
    if (ops->cut(journal->folder.self, journal->file, journal->end, NULL) != PIER_OK || status != PIER_NO_SPACE) {
        journal->error = error;
        return pier__journal_poison(journal);
    }
    journal->error = error;
    return status;
}

/* Checkpoints ------------------------------------------------------------------------------------------------------ */

pier__preamble pier__journal_preamble(const pier_journal *journal) {
    return (pier__preamble){
        .version_major = 1,
        .features_required = PIER__REQUIRES_PART | PIER__REQUIRES_DEFLATE,
        .record_bytes_max = journal->limits.record_bytes_max,
        .block_target_bytes = journal->limits.block_target_bytes,
        .classes_max = journal->limits.classes_max,
        .depth_max = journal->limits.depth_max,
        .stream_id = journal->stream.id,
        .time_unix_ns = journal->time_unix_ns,
    };
}

static bool add_notes(const pier_journal *journal, pier__buffer *payload) {
    bool fits = true;
    for (uint32_t i = 0; i < PIER_JOURNAL_NOTES_MAX && fits; i++) {
        const pier__note_slot *slot = &journal->notes[i];
        const pier__note note = {i, {slot->value, slot->size}};
        fits = !slot->is_set || pier__note_encode(payload, &note);
    }
    return fits;
}

/* Appends what a stint begins with. */
static bool add_checkpoint(const pier_journal *journal, uint64_t ordinal, pier__buffer *bytes) {
    uint8_t piece[PIER__PIECE_BYTES];
    const pier__preamble preamble = pier__journal_preamble(journal);
    pier__preamble_encode(&preamble, piece);
    pier__checkpoint checkpoint = {
        .ordinal = ordinal, .definitions = pier__definitions_count(&journal->definitions), .synced = journal->synced};
    memcpy(checkpoint.life, journal->life, sizeof checkpoint.life);
    size_t begin = 0;
    if (!pier__buffer_append(bytes, piece, sizeof piece) || !pier__block_begin(bytes, &begin) ||
        !pier__checkpoint_encode(bytes, &checkpoint) || !add_notes(journal, bytes)) {
        return false;
    }
    pier__block_end(bytes, begin, &journal->stream, PIER_BLOCK_CONTROL,
                    journal->stream.epoch_has_blocks ? PIER__FLAG_EPOCH_BEGIN : 0, journal->time_unix_ns);
    return pier__definitions_put(bytes, &journal->definitions, &journal->stream, journal->time_unix_ns);
}

static bool add_end_mark(const pier_journal *journal, pier__buffer *bytes) {
    size_t begin = 0;
    if (!pier__block_begin(bytes, &begin)) {
        return false;
    }
    pier__block_end(bytes, begin, &journal->stream, PIER_BLOCK_END, 0, journal->time_unix_ns);
    return true;
}

static pier_status no_memory(pier_journal *journal) {
    return pier__journal_tell(journal, PIER_NO_MEMORY, "no memory for a checkpoint");
}

/* Notes in the index what a checkpoint that lies at `offset` has. */
static void note_checkpoint(pier_journal *journal, uint64_t offset, const pier__buffer *bytes) {
    size_t at = 0;
    while (at < bytes->size) {
        const uint8_t *piece = bytes->data + at;
        pier__header header;
        if (piece[3] == PIER_BLOCK_PREAMBLE) {
            at += PIER__PIECE_BYTES;
            continue;
        }
        pier__header_decode(piece, &header);
        pier__index_note(&journal->index, offset + at, &header);
        at += PIER__PIECE_BYTES + header.stored_bytes;
    }
}

/* Stints ----------------------------------------------------------------------------------------------------------- */

pier_status pier__journal_end_stint(pier_journal *journal) {
    if (!journal->stint_is_open) {
        return PIER_OK;
    }
    journal->scratch.size = 0;
    bool fits = true;
    if (journal->mark_is_due) {
        size_t begin = 0;
        fits = pier__block_begin(&journal->scratch, &begin) && pier__synced_encode(&journal->scratch, &journal->synced);
        if (fits) {
            pier__block_end(&journal->scratch, begin, &journal->stream, PIER_BLOCK_CONTROL, 0, journal->time_unix_ns);
        }
    }
    if (!fits || !add_end_mark(journal, &journal->scratch)) {
        return no_memory(journal);
    }
    const pier_bytes span = {journal->scratch.data, journal->scratch.size};
    pier_status status = pier__journal_put(journal, &span, 1, true);
    if (status == PIER_OK) {
        journal->stint_is_open = false;
        journal->mark_is_due = false;
    }
    return status;
}

/* Opens the last segment for writing. */
static pier_status open_last(pier_journal *journal) {
    const pier__segment *last = pier__journal_last(journal);
    if (journal->file != PIER__FOLDER_NO_FILE) {
        return PIER_OK;
    }
    journal->reserved = journal->end;
    return pier__journal_open_segment(journal, last, true, &journal->file, &journal->error);
}

/* Writes the end that another process did not write: of raw bytes that will not go on, and of its stint. */
static pier_status end_other_stint(pier_journal *journal, bool may_use_reserve) {
    pier_status status = journal->needs_end ? open_last(journal) : PIER_OK;
    if (status != PIER_OK || !journal->needs_end) {
        return status;
    }
    pier__stream before = journal->stream;
    journal->scratch.size = 0;
    bool fits = !journal->stream.in_raw || pier__journal_add_abandoned(journal, &journal->scratch);
    if (!fits || !add_end_mark(journal, &journal->scratch)) {
        journal->stream = before;
        return no_memory(journal);
    }
    const pier_bytes span = {journal->scratch.data, journal->scratch.size};
    status = pier__journal_put(journal, &span, 1, may_use_reserve);
    if (status != PIER_OK) {
        journal->stream = before;
    }
    journal->needs_end = status != PIER_OK;
    return status;
}

/* Goes on in the last segment, behind the end mark of who wrote it before. */
static pier_status begin_here(pier_journal *journal, bool may_use_reserve) {
    pier_status status = end_other_stint(journal, may_use_reserve);
    status = status == PIER_OK ? open_last(journal) : status;
    if (status != PIER_OK) {
        return status;
    }
    journal->scratch.size = 0;
    if (!add_checkpoint(journal, pier__journal_last(journal)->ordinal, &journal->scratch)) {
        return no_memory(journal);
    }
    uint64_t at = journal->end;
    const pier_bytes span = {journal->scratch.data, journal->scratch.size};
    status = pier__journal_put(journal, &span, 1, may_use_reserve);
    if (status == PIER_OK) {
        note_checkpoint(journal, at, &journal->scratch);
        journal->stint_is_open = true;
        journal->mark_is_due = false;
    }
    return status;
}

/* Segments --------------------------------------------------------------------------------------------------------- */

/* Makes the file of a new segment, with room for what it begins with. */
static pier_status make_file(pier_journal *journal, const char *name, uint64_t bytes, int *file, uint64_t *reserved) {
    const pier__folder_ops *ops = journal->folder.ops;
    pier_status status = ops->create(journal->folder.self, name, file, &journal->error);
    if (status == PIER_EXISTS) {
        /* Left by one that could not be finished. */
        status = ops->remove(journal->folder.self, name, &journal->error);
        status = status == PIER_OK ? ops->create(journal->folder.self, name, file, &journal->error) : status;
    }
    *reserved = 0;
    return status == PIER_OK ? reserve(journal, *file, bytes + journal->options.reserve_bytes, reserved) : status;
}

/* Writes the checkpoint into the new file, and gives it its name. */
static pier_status fill_file(pier_journal *journal, const char *new_name, const char *name, int file) {
    const pier__folder_ops *ops = journal->folder.ops;
    const pier_bytes span = {journal->scratch.data, journal->scratch.size};
    bool syncs = journal->options.durability == PIER_DURABILITY_DISK;
    pier_status status = ops->write(journal->folder.self, file, 0, &span, 1, &journal->error);
    if (status == PIER_OK && syncs && ops->sync(journal->folder.self, file, &journal->error) != PIER_OK) {
        return pier__journal_poison(journal);
    }
    return status == PIER_OK ? ops->rename(journal->folder.self, new_name, name, &journal->error) : status;
}

/* The segment before ends: nothing is written to it any more. */
static pier_status leave_segment(pier_journal *journal) {
    const pier__folder_ops *ops = journal->folder.ops;
    const pier__segment *last = pier__journal_last(journal);
    pier_status status = journal->stint_is_open ? pier__journal_end_stint(journal) : end_other_stint(journal, true);
    if (status == PIER_OK && journal->options.durability == PIER_DURABILITY_DISK) {
        status = pier__journal_sync_files(journal);
    }
    if (status == PIER_OK && last != NULL && journal->file != PIER__FOLDER_NO_FILE) {
        /* What was reserved and is not needed; that it stays harms nobody. */
        (void)ops->cut(journal->folder.self, journal->file, journal->end, NULL);
    }
    return status;
}

/* The new segment is there: it becomes the last one. */
static pier_status enter_segment(pier_journal *journal, uint64_t ordinal, int file, uint64_t reserved) {
    const pier__folder_ops *ops = journal->folder.ops;
    pier__segment *left = pier__journal_last(journal);
    uint64_t ordinal_left = left != NULL ? left->ordinal : 0;
    int file_left = journal->file;
    bool is_synced =
        left == NULL || !pier__place_is_before(journal->synced.place, (pier__place){left->ordinal, journal->end});
    if (left != NULL) {
        pier__index_save(journal, left, &journal->index);
    }
    journal->segments[journal->segment_count++] =
        (pier__segment){ordinal, journal->stream.next_record, journal->scratch.size, journal->time_unix_ns};
    journal->file = file;
    journal->reserved = reserved;
    journal->end = journal->scratch.size;
    journal->needs_end = false;
    journal->prefers_new = false;
    journal->stint_is_open = true;
    journal->mark_is_due = false;
    journal->names_unsynced = true;
    pier__index_clear(&journal->index);
    note_checkpoint(journal, 0, &journal->scratch);
    pier_status status = PIER_OK;
    if (journal->options.durability == PIER_DURABILITY_DISK) {
        status = ops->sync_folder(journal->folder.self, &journal->error);
        journal->names_unsynced = status != PIER_OK;
        status = status == PIER_OK ? status : pier__journal_poison(journal);
    }
    if (file_left == PIER__FOLDER_NO_FILE) {
        return status;
    }
    if (is_synced || status != PIER_OK) {
        (void)ops->close(journal->folder.self, file_left, NULL);
        return status;
    }
    return pier__journal_leave_unsynced(journal, ordinal_left, file_left);
}

static pier_status begin_segment(pier_journal *journal) {
    const pier__folder_ops *ops = journal->folder.ops;
    const pier__segment *last = pier__journal_last(journal);
    uint64_t ordinal = last != NULL ? last->ordinal + 1 : 1;
    char name[PIER__NAME_BYTES];
    char new_name[PIER__NAME_BYTES];
    pier__name_format(name, PIER__NAME_SEGMENT, ordinal, journal->stream.next_record);
    pier__name_format(new_name, PIER__NAME_NEW, ordinal, journal->stream.next_record);
    journal->scratch.size = 0;
    if (!pier__journal_reserve_segment(journal) || !add_checkpoint(journal, ordinal, &journal->scratch)) {
        return no_memory(journal);
    }
    pier__journal_size_segments(journal, 0);
    int file = PIER__FOLDER_NO_FILE;
    uint64_t reserved = 0;
    pier_status status = make_file(journal, new_name, journal->scratch.size, &file, &reserved);
    /* There is room for the new one: only now the old one ends, so that closing has where to write if there is none. */
    status = status == PIER_OK ? leave_segment(journal) : status;
    if (status == PIER_OK) {
        /* Once more: what was synced meanwhile is told in it. Its size is the same. */
        journal->scratch.size = 0;
        status = add_checkpoint(journal, ordinal, &journal->scratch) ? PIER_OK : no_memory(journal);
    }
    status = status == PIER_OK ? fill_file(journal, new_name, name, file) : status;
    if (status != PIER_OK) {
        if (file != PIER__FOLDER_NO_FILE) {
            (void)ops->close(journal->folder.self, file, NULL);
            (void)ops->remove(journal->folder.self, new_name, NULL);
        }
        return status;
    }
    return enter_segment(journal, ordinal, file, reserved);
}

pier_status pier__journal_ready(pier_journal *journal, bool may_use_reserve) {
    uint64_t size = journal->end + journal->gathered.size;
    bool is_full = (size >= journal->full_at || journal->ends_early) && !journal->stream.in_raw;
    if (journal->stint_is_open && !is_full) {
        return PIER_OK;
    }
    if (is_full && journal->gathered.size > 0) {
        pier_status status = pier__journal_write_out(journal, may_use_reserve);
        if (status != PIER_OK) {
            return status;
        }
    }
    bool begins_here = journal->segment_count > 0 && !journal->prefers_new && !is_full;
    pier_status status = begins_here ? begin_here(journal, may_use_reserve) : begin_segment(journal);
    if (status == PIER_NO_SPACE && may_use_reserve && journal->segment_count > 0 && !begins_here) {
        /* No room for another file: the last one takes what must be written, full as it is. */
        status = journal->stint_is_open ? PIER_OK : begin_here(journal, true);
    }
    return status;
}

pier_status pier__journal_end_segment(pier_journal *journal) {
    journal->ends_early = true;
    pier_status status = pier__journal_ready(journal, false);
    journal->ends_early = false;
    return status;
}
