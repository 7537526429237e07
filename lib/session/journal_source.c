/* A journal as the file of a loading archive; see journal_reader_internal.h.
 *
 * Floor 6 (session). */
#include <string.h>

#include "base/error_internal.h"
#include "session/journal_reader_internal.h"

void pier__source_init(pier__source *source, pier_journal *journal, bool follows) {
    *source = (pier__source){.journal = journal, .follows = follows, .file = PIER__FOLDER_NO_FILE};
    pier__buffer_init(&source->prelude, &journal->allocator);
    pier__buffer_init(&source->parts, &journal->allocator);
}

static void close_segment(pier__source *source) {
    if (source->file != PIER__FOLDER_NO_FILE) {
        (void)source->journal->folder.ops->close(source->journal->folder.self, source->file, NULL);
        source->file = PIER__FOLDER_NO_FILE;
    }
}

void pier__source_deinit(pier__source *source) {
    close_segment(source);
    pier__buffer_deinit(&source->prelude);
    pier__buffer_deinit(&source->parts);
}

static pier_status no_memory(pier_error *error) {
    return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory to read a journal");
}

/* Goes on at `offset` of a segment. */
static pier_status open_segment(pier__source *source, const pier__segment *segment, uint64_t offset,
                                pier_error *error) {
    pier_journal *journal = source->journal;
    const pier__source_part part = {source->input + source->prelude.size - source->prelude_at, segment->ordinal,
                                    segment->first_record, offset};
    if (!pier__buffer_reserve(&source->parts, sizeof part)) {
        return no_memory(error);
    }
    int file = PIER__FOLDER_NO_FILE;
    pier_status status = pier__journal_open_segment(journal, segment, false, &file, error);
    if (status != PIER_OK) {
        return status;
    }
    close_segment(source);
    (void)pier__buffer_append(&source->parts, &part, sizeof part);
    source->file = file;
    source->ordinal = segment->ordinal;
    source->offset = offset;
    return PIER_OK;
}

/* Entering --------------------------------------------------------------------------------------------------------- */

bool pier__journal_read_header(const pier_journal *journal, int file, uint64_t offset, pier__header *header) {
    uint8_t piece[PIER__PIECE_BYTES];
    size_t got = 0;
    size_t wrong = 0;
    if (journal->folder.ops->read(journal->folder.self, file, offset, piece, sizeof piece, &got, NULL) != PIER_OK ||
        got != sizeof piece || !pier__piece_may_begin(piece, got, &wrong) || piece[3] == PIER_BLOCK_PREAMBLE ||
        !pier__piece_proves_itself(piece)) {
        return false;
    }
    pier__header_decode(piece, header);
    return true;
}

bool pier__journal_read_block(const pier_journal *journal, int file, uint64_t offset, pier__header *header,
                              pier__buffer *payload) {
    size_t got = 0;
    payload->size = 0;
    if (!pier__journal_read_header(journal, file, offset, header) ||
        !pier__buffer_reserve(payload, header->stored_bytes) ||
        journal->folder.ops->read(journal->folder.self, file, offset + PIER__PIECE_BYTES, payload->data,
                                  header->stored_bytes, &got, NULL) != PIER_OK ||
        got != header->stored_bytes || pier__payload_check(payload->data, got) != header->payload_check) {
        return false;
    }
    payload->size = got;
    return true;
}

/* Gathers the definitions of the epoch that the block at `entry` is in. */
static bool gather_definitions(const pier__source *source, const pier__index *index, const pier__index_entry *entry,
                               pier__buffer *definitions) {
    size_t count = 0;
    const pier__index_definitions *defined = pier__index_defined(index, &count);
    pier__buffer payload;
    pier__buffer_init(&payload, &source->journal->allocator);
    bool fits = true;
    for (size_t i = 0; i < count && defined[i].offset < entry->offset && fits; i++) {
        pier__header header;
        if (defined[i].epoch != entry->epoch) {
            continue;
        }
        if (defined[i].begins) {
            definitions->size = 0;
        }
        fits = pier__journal_read_block(source->journal, source->file, defined[i].offset, &header, &payload);
        if (fits && header.kind == PIER_BLOCK_DEFINITIONS) {
            fits = pier__definitions_add(definitions, (pier_bytes){payload.data, payload.size});
        }
    }
    pier__buffer_deinit(&payload);
    return fits;
}

/* Makes the prelude for a block with this header. */
static bool make_prelude(pier__source *source, const pier__header *header, const pier__buffer *definitions) {
    uint8_t piece[PIER__PIECE_BYTES];
    const pier__preamble preamble = pier__journal_preamble(source->journal);
    bool begins_epoch = (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0;
    const pier__stream stream = {.id = header->stream_id,
                                 .next_record = header->first_record,
                                 .next_block = header->number,
                                 .epoch = header->epoch};
    size_t begin = 0;
    pier__preamble_encode(&preamble, piece);
    if (!pier__buffer_append(&source->prelude, piece, sizeof piece) || !pier__block_begin(&source->prelude, &begin)) {
        return false;
    }
    pier__block_end(&source->prelude, begin, &stream, PIER_BLOCK_CONTROL, begins_epoch ? 0 : PIER__FLAG_EPOCH_BEGIN,
                    header->time_unix_ns);
    return begins_epoch || pier__definitions_put(&source->prelude, definitions, &stream, header->time_unix_ns);
}

pier_status pier__source_enter(pier__source *source, const pier__segment *segment, const pier__index *index,
                               const pier__index_entry *entry, pier_error *error) {
    pier_status status = open_segment(source, segment, 0, error);
    if (status != PIER_OK || entry == NULL) {
        return status;
    }
    pier__buffer definitions;
    pier__buffer_init(&definitions, &source->journal->allocator);
    pier__header header;
    bool enters = pier__journal_read_header(source->journal, source->file, entry->offset, &header) &&
                  header.stream_id == source->journal->stream.id && header.first_record == entry->first_record &&
                  header.epoch == entry->epoch && gather_definitions(source, index, entry, &definitions) &&
                  make_prelude(source, &header, &definitions);
    pier__buffer_deinit(&definitions);
    if (enters) {
        pier__source_part *part = (pier__source_part *)(void *)source->parts.data;
        part->begin = source->prelude.size;
        part->offset = entry->offset;
        source->offset = entry->offset;
    } else {
        /* What stands in the way is met again from the start of the segment, and told there. */
        source->prelude.size = 0;
    }
    return PIER_OK;
}

pier_status pier__source_enter_end(pier__source *source, pier_error *error) {
    pier_journal *journal = source->journal;
    const pier__segment *last = pier__journal_last(journal);
    const pier__stream *stream = &journal->stream;
    const pier__header header = {.flags = stream->epoch_has_blocks ? 0 : PIER__FLAG_EPOCH_BEGIN,
                                 .stream_id = stream->id,
                                 .first_record = stream->next_record,
                                 .number = stream->next_block,
                                 .epoch = stream->epoch};
    if (!make_prelude(source, &header, &journal->definitions)) {
        return no_memory(error);
    }
    /* Where the stint has ended, its end mark is read, too: a new one begins behind it. */
    bool has_ended = !journal->stint_is_open && !journal->needs_end;
    return open_segment(source, last, last->size - (has_ended ? PIER__PIECE_BYTES : 0), error);
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* The segment that comes next; NULL: none is there. */
static const pier__segment *next_segment(const pier__source *source) {
    const pier_journal *journal = source->journal;
    for (size_t i = 0; i < journal->segment_count; i++) {
        if (journal->segments[i].ordinal > source->ordinal) {
            return &journal->segments[i];
        }
    }
    return NULL;
}

/* Where the segment that is read ends, as far as it is written. */
static pier_status find_end(pier__source *source, uint64_t *end, pier_error *error) {
    pier_journal *journal = source->journal;
    for (size_t i = 0; i < journal->segment_count; i++) {
        bool may_grow = journal->options.read_only && source->follows && i + 1 == journal->segment_count;
        if (journal->segments[i].ordinal == source->ordinal && !may_grow) {
            *end = journal->segments[i].size;
            return PIER_OK;
        }
    }
    /* Another process writes it; or it was trimmed meanwhile, and nobody does any more. */
    return journal->folder.ops->size(journal->folder.self, source->file, end, error);
}

static size_t take_prelude(pier__source *source, uint8_t *buffer, size_t capacity_bytes) {
    size_t left = source->prelude.size - source->prelude_at;
    size_t taken = left < capacity_bytes ? left : capacity_bytes;
    memcpy(buffer, source->prelude.data + source->prelude_at, taken);
    source->prelude_at += taken;
    return taken;
}

/* Makes up the end mark that a journal which is still being written does not have. Returns false without memory. */
static bool make_end(pier__source *source) {
    pier_journal *journal = source->journal;
    pier__stream before = journal->stream;
    size_t begin = 0;
    source->prelude.size = 0;
    source->prelude_at = 0;
    if (source->ordinal == 0) {
        /* Nothing was ever appended. */
        uint8_t piece[PIER__PIECE_BYTES];
        const pier__preamble preamble = pier__journal_preamble(journal);
        pier__preamble_encode(&preamble, piece);
        if (!pier__buffer_append(&source->prelude, piece, sizeof piece)) {
            return false;
        }
    }
    bool fits = (!journal->stream.in_raw || pier__journal_add_abandoned(journal, &source->prelude)) &&
                pier__block_begin(&source->prelude, &begin);
    if (fits) {
        pier__block_end(&source->prelude, begin, &journal->stream, PIER_BLOCK_END, 0, 0);
    }
    journal->stream = before;
    return fits;
}

/* All that is there was read: waits, ends, or, when something was still gathered, goes on. */
static pier_status meet_end(pier__source *source, bool *goes_on, pier_error *error) {
    pier_journal *journal = source->journal;
    if (journal->gathered.size > 0 && journal->failure == PIER_OK) {
        pier_status status = pier__journal_write_out(journal, false);
        if (status != PIER_OK) {
            *error = journal->error;
            return status;
        }
        *goes_on = true;
        return PIER_OK;
    }
    if (source->follows) {
        pier_status status = journal->options.read_only ? pier__journal_refresh(journal, error) : PIER_OK;
        *goes_on = status == PIER_OK && next_segment(source) != NULL;
        return status == PIER_OK && !*goes_on ? PIER_WOULD_BLOCK : status;
    }
    bool lacks_end = journal->stint_is_open || journal->needs_end || source->ordinal == 0;
    if (source->has_ended || !lacks_end) {
        return PIER_END;
    }
    if (!make_end(source)) {
        return no_memory(error);
    }
    source->has_ended = true;
    *goes_on = true;
    return PIER_OK;
}

/* Reads on in the segment, which has `left` bytes more. */
static pier_status read_segment(pier__source *source, uint64_t left, uint8_t *buffer, size_t capacity_bytes,
                                size_t *size, bool *goes_on, pier_error *error) {
    const pier_journal *journal = source->journal;
    size_t wanted = left < capacity_bytes ? (size_t)left : capacity_bytes;
    bool has_next = next_segment(source) != NULL;
    if (!has_next && source->follows && journal->options.read_only && wanted == left) {
        /* Another process may have begun one; what is not found now is looked for again. */
        has_next = pier__journal_refresh(source->journal, NULL) == PIER_OK && next_segment(source) != NULL;
    }
    /* The end mark of a segment is told together with what follows it: alone it would be the end. */
    wanted -= has_next && wanted == left && wanted == capacity_bytes && wanted > 1 ? 1 : 0;
    pier_status status =
        journal->folder.ops->read(journal->folder.self, source->file, source->offset, buffer, wanted, size, error);
    source->offset += *size;
    *goes_on = status == PIER_OK && *size == left && has_next;
    return status == PIER_OK && *size == 0
               ? pier__error_set(error, PIER_CORRUPT, PIER_FLOOR_SESSION, 0, "a segment became shorter")
               : status;
}

/* Reads what is to be had at once. goes_on: more is. */
static pier_status read_some(pier__source *source, uint8_t *buffer, size_t capacity_bytes, size_t *size, bool *goes_on,
                             pier_error *error) {
    if (source->prelude_at < source->prelude.size) {
        *size = take_prelude(source, buffer, capacity_bytes);
        *goes_on = true;
        return PIER_OK;
    }
    uint64_t end = 0;
    pier_status status = source->file == PIER__FOLDER_NO_FILE ? PIER_OK : find_end(source, &end, error);
    if (status != PIER_OK) {
        return status;
    }
    if (end > source->offset) {
        return read_segment(source, end - source->offset, buffer, capacity_bytes, size, goes_on, error);
    }
    const pier__segment *next = next_segment(source);
    if (next == NULL) {
        return meet_end(source, goes_on, error);
    }
    *goes_on = true;
    return open_segment(source, next, 0, error);
}

static pier_status source_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                               pier_error *error) {
    pier__source *source = self;
    pier_status status = PIER_OK;
    bool goes_on = true;
    (void)deadline;
    while (status == PIER_OK && goes_on && *size < capacity_bytes) {
        size_t more = 0;
        goes_on = false;
        status = read_some(source, (uint8_t *)buffer + *size, capacity_bytes - *size, &more, &goes_on, error);
        *size += more;
        source->input += more;
    }
    /* What fails behind bytes that were read fails again when they have been taken. */
    return *size > 0 ? PIER_OK : status;
}

/* Only a source that follows has this: nothing tells when more will come. */
static pier_status source_wait(void *self, uint32_t events, uint32_t *ready, pier_deadline deadline,
                               pier_error *error) {
    (void)self;
    (void)events;
    (void)ready;
    (void)deadline;
    (void)error;
    return PIER_WOULD_BLOCK;
}

const pier_file_ops pier__source_ops = {
    .size = sizeof pier__source_ops,
    .capabilities = PIER_FILE_CAN_READ,
    .read = source_read,
};

const pier_file_ops pier__source_follow_ops = {
    .size = sizeof pier__source_follow_ops,
    .capabilities = PIER_FILE_CAN_READ | PIER_FILE_CAN_WAIT,
    .read = source_read,
    .wait = source_wait,
};
