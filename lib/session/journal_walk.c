/* Walking over a segment: what is whole in it, what is damaged, and where its stream stands; see journal_internal.h.
 *
 * Floor 6 (session). A loading archive does the looking, and goes on over damage as for any stream. */
#include <string.h>

#include "base/error_internal.h"
#include "session/journal_internal.h"

/* What a walk reads at once. */
enum { READ_BYTES = 256 << 10 };

/* A segment as a file, from its start to its end as it was when the walk began. */
typedef struct segment_file {
    const pier__folder *folder;
    int file;
    uint64_t at;
    uint64_t size;
} segment_file;

static pier_status segment_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                                pier_error *error) {
    segment_file *segment = self;
    uint64_t left = segment->size - segment->at;
    (void)deadline;
    if (left == 0) {
        return PIER_END;
    }
    size_t wanted = left < capacity_bytes ? (size_t)left : capacity_bytes;
    pier_status status =
        segment->folder->ops->read(segment->folder->self, segment->file, segment->at, buffer, wanted, size, error);
    segment->at += *size;
    return status == PIER_OK && *size == 0 ? PIER_END : status;
}

static const pier_file_ops segment_ops = {
    .size = sizeof segment_ops,
    .capabilities = PIER_FILE_CAN_READ,
    .read = segment_read,
};

void pier__walk_deinit(pier__walk *walk) {
    pier__buffer_deinit(&walk->definitions);
}

static void take_note(pier__walk *walk, const pier__note *note) {
    if (walk->notes != NULL && note->number < PIER_JOURNAL_NOTES_MAX &&
        note->value.size <= PIER_JOURNAL_NOTE_BYTES_MAX) {
        pier__note_slot *slot = &walk->notes[note->number];
        slot->is_set = true;
        slot->size = (uint16_t)note->value.size;
        memcpy(slot->value, note->value.data, note->value.size);
    }
}

static void take_synced(pier__walk *walk, const pier__synced *synced) {
    if (pier__place_is_before(walk->synced.place, synced->place)) {
        walk->synced = *synced;
    }
}

/* ordinal: of the segment. */
static void take_control(pier__walk *walk, uint64_t ordinal, pier_bytes payload) {
    pier__control control;
    pier__note note;
    pier__synced synced;
    for (size_t at = 0; pier__control_next(payload, &at, &control);) {
        if (pier__checkpoint_decode(&control, &walk->checkpoint)) {
            bool is_stray = walk->checkpoint.ordinal != ordinal && walk->stray_ordinal == 0;
            walk->stray_ordinal = is_stray ? walk->checkpoint.ordinal : walk->stray_ordinal;
            walk->has_checkpoint = true;
            walk->awaited = walk->checkpoint.definitions;
            take_synced(walk, &walk->checkpoint.synced);
        } else if (pier__note_decode(&control, &note)) {
            take_note(walk, &note);
        } else if (pier__synced_decode(&control, &synced)) {
            take_synced(walk, &synced);
        }
    }
}

/* A block is whole. Returns false when there is no memory. */
static bool take_block(pier__walk *walk, uint64_t ordinal, uint64_t offset, pier_bytes piece) {
    pier__header header;
    pier__header_decode(piece.data, &header);
    pier_bytes payload = pier__bytes_from(piece, PIER__PIECE_BYTES);
    if ((header.flags & PIER__FLAG_EPOCH_BEGIN) != 0 || header.epoch != walk->epoch) {
        /* The block that began the epoch may have been damaged. */
        walk->definitions.size = 0;
        walk->epoch = header.epoch;
    }
    bool is_awaited = header.kind == PIER_BLOCK_DEFINITIONS && walk->awaited > 0;
    walk->awaited = is_awaited ? walk->awaited - 1 : 0;
    if (header.kind == PIER_BLOCK_DEFINITIONS && !pier__definitions_add(&walk->definitions, payload)) {
        return false;
    }
    if (header.kind == PIER_BLOCK_CONTROL) {
        take_control(walk, ordinal, payload);
    }
    if (header.time_unix_ns != 0) {
        walk->time_unix_ns = header.time_unix_ns;
    }
    if (walk->first_record == 0 && header.kind != PIER_BLOCK_DEFINITIONS && header.kind != PIER_BLOCK_CONTROL) {
        walk->first_record = header.first_record;
        walk->first_offset = offset;
    }
    if (walk->index != NULL) {
        pier__index_note(walk->index, offset, &header);
    }
    return true;
}

/* The loader told damage from `walk->whole_until` on. Returns whether the walk goes on. */
static bool pass_damage(pier__walk *walk, pier_archive *archive, uint64_t tolerated) {
    if (walk->damage == PIER_NO_OFFSET && walk->whole_until >= tolerated) {
        walk->damage = walk->whole_until;
        walk->torn_from = walk->awaited > 0 ? walk->stint : walk->whole_until;
        walk->error = *pier_archive_error(archive);
    }
    uint64_t skipped = 0;
    if (pier_archive_recover(archive, &skipped) != PIER_OK) {
        return false;
    }
    walk->last_damage = walk->whole_until;
    walk->damaged_bytes += skipped;
    return true;
}

/* What the walk takes of a piece that the loader told. Returns PIER_OK or PIER_NO_MEMORY. */
static pier_status take_piece(pier__walk *walk, uint64_t ordinal, pier_archive *archive, const pier_block *block) {
    pier_bytes piece = pier__archive_piece(archive);
    walk->has_ended = block->kind == PIER_BLOCK_END;
    walk->whole_until = block->offset + PIER__PIECE_BYTES;
    if (block->kind == PIER_BLOCK_PREAMBLE) {
        /* It tells no numbers yet: those of its first block count. */
        walk->definitions.size = 0;
        walk->stint = block->offset;
        walk->awaited = 1;
        return PIER_OK;
    }
    walk->whole_until += block->stored_bytes;
    walk->standing = pier__archive_standing(archive);
    walk->has_standing = true;
    return piece.size == 0 || take_block(walk, ordinal, block->offset, piece) ? PIER_OK : PIER_NO_MEMORY;
}

/* What ends a walk, for no other piece can be looked at. */
static bool is_final(pier_status status) {
    return status == PIER_VERSION || status == PIER_NO_MEMORY ||
           pier_status_category_of(status) == PIER_CATEGORY_SYSTEM;
}

static pier_status walk_on(pier__walk *walk, uint64_t ordinal, pier_archive *archive, uint64_t tolerated) {
    for (;;) {
        pier_block block;
        pier_status status = pier_archive_next_block(archive, &block);
        if (status == PIER_OK || status == PIER_SKIPPED) {
            /* One that is passed over by its header may be cut off. */
            bool is_whole = block.offset + PIER__PIECE_BYTES + block.stored_bytes <= walk->size;
            status = is_whole ? take_piece(walk, ordinal, archive, &block) : PIER_OK;
            if (status != PIER_OK) {
                return status;
            }
            continue;
        }
        if (is_final(status)) {
            walk->error = *pier_archive_error(archive);
            return status;
        }
        /* At the very end nothing is missing but the end mark. */
        if (status > 0 || walk->whole_until == walk->size || !pass_damage(walk, archive, tolerated)) {
            return PIER_OK;
        }
    }
}

static pier_status open_archive(pier_journal *journal, segment_file *opened, pier_file **file, pier_archive **archive,
                                pier_error *error) {
    /* Whatever its records are, they are passed over. */
    const pier_limits limits = {
        .size = sizeof limits,
        .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
        .queue_bytes_max = UINT64_MAX,
    };
    const pier_archive_options options = {
        .size = sizeof options,
        .allocator = &journal->allocator,
        .limits = &limits,
        .read_bytes = opened->size < READ_BYTES ? (uint32_t)opened->size + 1 : READ_BYTES,
    };
    pier_status status = pier_file_create(file, &segment_ops, opened, &journal->allocator, error);
    status = status == PIER_OK ? pier_archive_open_load(archive, *file, &options, error) : status;
    if (status == PIER_OK) {
        pier__archive_keep_alone(*archive);
    }
    return status;
}

pier_status pier__walk_segment(pier_journal *journal, const pier__segment *segment, uint64_t tolerated,
                               pier__walk *walk, pier_error *error) {
    *walk = (pier__walk){
        .notes = walk->notes, .index = walk->index, .damage = PIER_NO_OFFSET, .last_damage = PIER_NO_OFFSET};
    pier_error_clear(&walk->error);
    pier__buffer_init(&walk->definitions, &journal->allocator);
    char name[PIER__NAME_BYTES];
    pier__name_format(name, PIER__NAME_SEGMENT, segment->ordinal, segment->first_record);
    const pier__folder_ops *ops = journal->folder.ops;
    segment_file opened = {.folder = &journal->folder, .file = PIER__FOLDER_NO_FILE};
    pier_status status = ops->open(journal->folder.self, name, false, &opened.file, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    status = ops->size(journal->folder.self, opened.file, &opened.size, error);
    if (journal->options.read_only && opened.size > segment->size) {
        /* What would have been cut off is not there; nor what another process writes meanwhile. */
        opened.size = segment->size;
    }
    walk->size = opened.size;
    if (status == PIER_OK) {
        status = open_archive(journal, &opened, &file, &archive, error);
    }
    if (status == PIER_OK) {
        status = walk_on(walk, segment->ordinal, archive, tolerated);
        if (status != PIER_OK) {
            (void)pier__error_set(error, status, PIER_FLOOR_SESSION, walk->error.os_error, "%s: %s", name,
                                  walk->error.status == status ? walk->error.text : pier_status_text(status));
        }
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    (void)ops->close(journal->folder.self, opened.file, NULL);
    return status;
}
