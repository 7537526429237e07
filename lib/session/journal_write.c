/* Appending blocks and notes; see journal_internal.h.
 *
 * Floor 6 (session). What is appended is looked at as a loader would look at it, payloads aside: a journal that was
 * written can be read. An append is one write, however many blocks it has. */
#include <string.h>

#include "base/endian_internal.h"
#include "session/journal_internal.h"

/* What an append will have changed. */
typedef struct draft {
    pier__stream stream;
    pier_bytes accepted;      /* what is to be written, when that lies in one piece */
    bool is_scattered;        /* it does not: the scratch buffer has it */
    size_t definitions_bytes; /* that definitions take at most */
    uint64_t records;
    uint64_t time_unix_ns;
} draft;

static pier_status refuse(pier_journal *journal, size_t at, pier__fault fault) {
    (void)pier__journal_tell(journal, fault.status, "a block cannot be appended: %s", fault.text);
    journal->error.offset = at + fault.at;
    return fault.status;
}

/* What belongs to a connection or a file, and not to the stream. */
static bool is_passed_over(const uint8_t *piece, const pier__header *header) {
    return piece[3] == PIER_BLOCK_END || (piece[3] == PIER_BLOCK_CONTROL && header->first_record == 0);
}

/* Whether a control block holds what only a journal says of itself: read back, it would be believed. */
static bool is_of_a_journal(const uint8_t *piece, const pier__header *header) {
    pier__control control;
    size_t at = 0;
    bool is_one = false;
    while (header->kind == PIER_BLOCK_CONTROL && !is_one &&
           pier__control_next((pier_bytes){piece + PIER__PIECE_BYTES, header->stored_bytes}, &at, &control)) {
        is_one = control.kind < PIER__CONTROL_GAP;
    }
    return is_one;
}

/* Looks at the piece at `at`. size: gets its length; 0 when it is to be passed over. */
static pier_status look_at(pier_journal *journal, draft *made, pier_bytes blocks, size_t at, size_t *size,
                           bool *is_accepted) {
    const uint8_t *piece = pier__bytes_at(blocks, at);
    size_t there = blocks.size - at;
    size_t wrong = 0;
    if (!pier__piece_may_begin(piece, there, &wrong)) {
        return refuse(journal, at, pier__fault_of(PIER_CORRUPT, wrong, "no block begins here"));
    }
    if (there < PIER__PIECE_BYTES) {
        return refuse(journal, at, pier__fault_of(PIER_PROTOCOL, 0, "it is not whole"));
    }
    if (piece[3] == PIER_BLOCK_PREAMBLE) {
        *size = PIER__PIECE_BYTES;
        *is_accepted = false;
        return PIER_OK;
    }
    pier__header header;
    pier__header_decode(piece, &header);
    *is_accepted = pier__piece_proves_itself(piece) && !is_passed_over(piece, &header);
    if (*is_accepted || !pier__piece_proves_itself(piece)) {
        pier__fault fault = pier__piece_fault(&made->stream, piece, &journal->limits);
        if (fault.status == PIER_OK && pier__block_is_skipped(&made->stream, &header, &journal->limits)) {
            fault = pier__fault_of(PIER_LIMIT, 40, "its record is above the limit of the journal (record_bytes_max)");
        }
        if (fault.status == PIER_OK && (header.flags & PIER__FLAG_CHECKSUM) == 0) {
            fault = pier__fault_of(PIER_PROTOCOL, 4, "its payload has no check");
        }
        if (fault.status != PIER_OK) {
            return refuse(journal, at, fault);
        }
    }
    *size = PIER__PIECE_BYTES + (size_t)header.stored_bytes;
    if (header.stored_bytes > there - PIER__PIECE_BYTES) {
        return refuse(journal, at, pier__fault_of(PIER_PROTOCOL, 0, "it is not whole"));
    }
    if (!*is_accepted) {
        return PIER_OK;
    }
    if (is_of_a_journal(piece, &header)) {
        return refuse(journal, at, pier__fault_of(PIER_PROTOCOL, PIER__PIECE_BYTES, "it holds notes of a journal"));
    }
    uint64_t before = made->stream.next_record;
    pier__stream_pass(&made->stream, &header);
    made->records += made->stream.next_record - before;
    made->definitions_bytes += header.kind == PIER_BLOCK_DEFINITIONS ? *size : 0;
    made->time_unix_ns = header.time_unix_ns != 0 ? header.time_unix_ns : made->time_unix_ns;
    return PIER_OK;
}

/* Adds a piece to what is to be written. */
static bool accept(pier_journal *journal, draft *made, pier_bytes piece) {
    if (made->is_scattered) {
        return pier__buffer_append(&journal->scratch, piece.data, piece.size);
    }
    if (made->accepted.size == 0) {
        made->accepted = piece;
        return true;
    }
    if (pier__bytes_at(made->accepted, made->accepted.size) == piece.data) {
        made->accepted.size += piece.size;
        return true;
    }
    made->is_scattered = true;
    journal->scratch.size = 0;
    return pier__buffer_append(&journal->scratch, made->accepted.data, made->accepted.size) &&
           pier__buffer_append(&journal->scratch, piece.data, piece.size);
}

static pier_status no_memory(pier_journal *journal) {
    return pier__journal_tell(journal, PIER_NO_MEMORY, "no memory to append blocks");
}

static pier_status draft_append(pier_journal *journal, pier_bytes blocks, draft *made) {
    *made = (draft){.stream = journal->stream};
    for (size_t at = 0; at < blocks.size;) {
        size_t size = 0;
        bool is_accepted = false;
        pier_status status = look_at(journal, made, blocks, at, &size, &is_accepted);
        if (status != PIER_OK) {
            return status;
        }
        if (is_accepted && !accept(journal, made, (pier_bytes){pier__bytes_at(blocks, at), size})) {
            return no_memory(journal);
        }
        at += size;
    }
    return pier__buffer_reserve(&journal->definitions, made->definitions_bytes) ? PIER_OK : no_memory(journal);
}

/* The blocks are written, or gathered, at `offset`: takes over what they say. Room for definitions is there. */
static void commit(pier_journal *journal, const draft *made, pier_bytes blocks, uint64_t offset) {
    for (size_t at = 0; at < blocks.size;) {
        pier__header header;
        pier__header_decode(pier__bytes_at(blocks, at), &header);
        if ((header.flags & PIER__FLAG_EPOCH_BEGIN) != 0) {
            journal->definitions.size = 0;
        }
        if (header.kind == PIER_BLOCK_DEFINITIONS) {
            (void)pier__definitions_add(
                &journal->definitions,
                (pier_bytes){pier__bytes_at(blocks, at + PIER__PIECE_BYTES), header.stored_bytes});
        }
        pier__index_note(&journal->index, offset + at, &header);
        at += PIER__PIECE_BYTES + header.stored_bytes;
    }
    journal->stream = made->stream;
    if (made->time_unix_ns != 0) {
        pier__journal_last(journal)->time_unix_ns = made->time_unix_ns;
    }
}

/* Builds the mark of what was synced, if one is due, in `mark`. */
static pier_bytes make_mark(pier_journal *journal, uint8_t *room, size_t room_bytes) {
    if (!journal->mark_is_due) {
        return (pier_bytes){NULL, 0};
    }
    /* The buffer has its room on the stack of the caller: nothing is allocated. */
    pier__buffer mark = {.data = room, .capacity = room_bytes, .allocator = &journal->allocator};
    size_t begin = 0;
    (void)pier__block_begin(&mark, &begin);
    (void)pier__synced_encode(&mark, &journal->synced);
    pier__block_end(&mark, begin, &journal->stream, PIER_BLOCK_CONTROL, 0, journal->time_unix_ns);
    return (pier_bytes){mark.data, mark.size};
}

/* A header and the ext of a mark. */
enum { MARK_BYTES = PIER__PIECE_BYTES + 6 + 32 };

/* Gathers bytes instead of writing them. */
static pier_status gather(pier_journal *journal, pier_bytes mark, pier_bytes bytes, bool may_use_reserve) {
    if (journal->gathered.size > 0 && journal->gathered.size + bytes.size + mark.size > journal->options.gather_bytes) {
        pier_status status = pier__journal_write_out(journal, may_use_reserve);
        if (status != PIER_OK) {
            return status;
        }
    }
    if (!pier__buffer_reserve(&journal->gathered, mark.size + bytes.size)) {
        return no_memory(journal);
    }
    (void)pier__buffer_append(&journal->gathered, mark.data, mark.size);
    (void)pier__buffer_append(&journal->gathered, bytes.data, bytes.size);
    return PIER_OK;
}

/* Writes or gathers blocks behind what is there. offset: gets where they lie. */
static pier_status append_bytes(pier_journal *journal, pier_bytes bytes, bool may_use_reserve, uint64_t *offset) {
    uint8_t room[MARK_BYTES];
    pier_bytes mark = make_mark(journal, room, sizeof room);
    pier_status status = PIER_OK;
    if (journal->options.durability == PIER_DURABILITY_MEMORY) {
        status = gather(journal, mark, bytes, may_use_reserve);
    } else if (mark.size > 0) {
        const pier_bytes spans[] = {mark, bytes};
        status = pier__journal_put(journal, spans, 2, may_use_reserve);
    } else {
        status = pier__journal_put(journal, &bytes, 1, may_use_reserve);
    }
    if (status == PIER_OK) {
        *offset = journal->end + journal->gathered.size - bytes.size;
        journal->mark_is_due = false;
    }
    return status;
}

pier_status pier__journal_write_out(pier_journal *journal, bool may_use_reserve) {
    if (journal->gathered.size == 0) {
        return PIER_OK;
    }
    const pier_bytes span = {journal->gathered.data, journal->gathered.size};
    pier_status status = pier__journal_put(journal, &span, 1, may_use_reserve);
    if (status == PIER_OK) {
        journal->gathered.size = 0;
    }
    return status;
}

pier_status pier_journal_append(pier_journal *journal, pier_bytes blocks) {
    pier_status status = pier__journal_may_write(journal);
    if (status != PIER_OK) {
        return status;
    }
    draft made;
    status = draft_append(journal, blocks, &made);
    if (status != PIER_OK) {
        return status;
    }
    pier_bytes bytes = made.accepted;
    if (bytes.size == 0) {
        return PIER_OK;
    }
    if (pier__journal_is_full(journal, bytes.size, made.records)) {
        return pier__journal_tell(journal, PIER_WOULD_BLOCK, "the journal is at its bound: trim it");
    }
    pier__buffer scattered = {.allocator = &journal->allocator};
    if (made.is_scattered) {
        /* Beginning a segment needs the scratch buffer, too. */
        scattered = journal->scratch;
        pier__buffer_init(&journal->scratch, &journal->allocator);
        bytes = (pier_bytes){scattered.data, scattered.size};
    }
    uint64_t offset = 0;
    status = pier__journal_ready(journal, false);
    if (status == PIER_OK) {
        status = append_bytes(journal, bytes, false, &offset);
    }
    if (status == PIER_OK) {
        commit(journal, &made, bytes, offset);
    }
    pier__buffer_deinit(&scattered);
    return status;
}

pier_status pier_journal_note(pier_journal *journal, uint32_t number, pier_bytes value) {
    pier_status status = pier__journal_may_write(journal);
    if (status != PIER_OK) {
        return status;
    }
    if (number >= PIER_JOURNAL_NOTES_MAX || value.size > PIER_JOURNAL_NOTE_BYTES_MAX) {
        return pier__journal_tell(journal, PIER_USAGE, "a note has a number below %d and at most %d bytes",
                                  PIER_JOURNAL_NOTES_MAX, PIER_JOURNAL_NOTE_BYTES_MAX);
    }
    status = pier__journal_ready(journal, true);
    if (status != PIER_OK) {
        return status;
    }
    uint8_t room[PIER__PIECE_BYTES + 6 + 8 + PIER_JOURNAL_NOTE_BYTES_MAX];
    pier__buffer block = {.data = room, .capacity = sizeof room, .allocator = &journal->allocator};
    const pier__note note = {number, value};
    size_t begin = 0;
    (void)pier__block_begin(&block, &begin);
    (void)pier__note_encode(&block, &note);
    pier__block_end(&block, begin, &journal->stream, PIER_BLOCK_CONTROL, 0, journal->time_unix_ns);
    uint64_t offset = 0;
    status = append_bytes(journal, (pier_bytes){block.data, block.size}, true, &offset);
    if (status == PIER_OK) {
        pier__note_slot *slot = &journal->notes[number];
        slot->is_set = true;
        slot->size = (uint16_t)value.size;
        if (value.size > 0) {
            memmove(slot->value, value.data, value.size);
        }
    }
    return status;
}

pier_bytes pier_journal_noted(const pier_journal *journal, uint32_t number) {
    bool is_set = number < PIER_JOURNAL_NOTES_MAX && journal->notes[number].is_set;
    return is_set ? (pier_bytes){journal->notes[number].value, journal->notes[number].size} : (pier_bytes){NULL, 0};
}

pier_status pier_journal_flush(pier_journal *journal) {
    pier_status status = pier__journal_may_write(journal);
    return status == PIER_OK ? pier__journal_write_out(journal, false) : status;
}

bool pier__journal_add_abandoned(pier_journal *journal, pier__buffer *bytes) {
    static const uint8_t empty[] = {0xc4, 0};
    size_t begin = 0;
    if (!pier__block_begin(bytes, &begin) || !pier__buffer_append(bytes, empty, sizeof empty)) {
        return false;
    }
    pier__block_end(bytes, begin, &journal->stream, PIER_BLOCK_RAW, PIER__FLAG_RAW_END | PIER__FLAG_RAW_ABANDONED,
                    journal->time_unix_ns);
    journal->stream.in_raw = false;
    journal->stream.next_block++;
    return true;
}

pier_status pier__journal_abandon_raw(pier_journal *journal) {
    if (!journal->stream.in_raw) {
        return PIER_OK;
    }
    if (!journal->stint_is_open) {
        /* What another process left is ended when this one begins. */
        return pier__journal_ready(journal, true);
    }
    pier__stream before = journal->stream;
    uint8_t room[PIER__PIECE_BYTES + 2];
    pier__buffer block = {.data = room, .capacity = sizeof room, .allocator = &journal->allocator};
    (void)pier__journal_add_abandoned(journal, &block);
    uint64_t offset = 0;
    pier__stream after = journal->stream;
    journal->stream = before;
    pier_status status = append_bytes(journal, (pier_bytes){block.data, block.size}, true, &offset);
    if (status == PIER_OK) {
        journal->stream = after;
    }
    return status;
}
