/* Reading a journal; see journal_reader_internal.h.
 *
 * Floor 6 (session). Loading is the archive's work. Blocks to be sent again come through the same archive: what it has
 * checked, and what of it was on the wire. */
#include <string.h>

#include "archive/scan_internal.h"
#include "base/endian_internal.h"
#include "base/error_internal.h"
#include "session/journal_reader_internal.h"

/* Where to begin --------------------------------------------------------------------------------------------------- */

/* A place that a reader may enter at. */
typedef struct entry_point {
    const pier__segment *segment; /* NULL: none was found */
    pier__index index;
    bool has_entry; /* false: the start of the segment */
    pier__index_entry entry;
} entry_point;

static void take_entry(entry_point *found, const pier__index_entry *entry) {
    found->has_entry = entry != NULL;
    if (entry != NULL) {
        found->entry = *entry;
    }
}

/* Whether a block is the first one wanted. */
static bool is_wanted(const pier__header *header, uint64_t record, uint64_t time_unix_ns) {
    bool begins = header->kind == PIER_BLOCK_RECORDS ||
                  (header->kind == PIER_BLOCK_RAW && (header->flags & PIER__FLAG_RAW_BEGIN) != 0);
    return begins && header->records > 0 && header->first_record + (header->records - 1) >= record &&
           header->time_unix_ns >= time_unix_ns;
}

/* Entries stand apart: goes from block to block to the one that is wanted, if nothing is in the way: neither damage, nor
 * a block of an older life, nor one that leaves the wanted record out. From the entry on these are met, and told. */
static void refine(pier_journal *journal, entry_point *found, uint64_t record, uint64_t time_unix_ns) {
    const pier__folder_ops *ops = journal->folder.ops;
    int file = PIER__FOLDER_NO_FILE;
    if (!found->has_entry || pier__journal_open_segment(journal, found->segment, false, &file, NULL) != PIER_OK) {
        return;
    }
    uint64_t at = found->entry.offset;
    uint32_t epoch = found->entry.epoch;
    for (;;) {
        uint8_t piece[PIER__PIECE_BYTES];
        size_t got = 0;
        size_t wrong = 0;
        if (ops->read(journal->folder.self, file, at, piece, sizeof piece, &got, NULL) != PIER_OK ||
            got != sizeof piece || !pier__piece_may_begin(piece, got, &wrong) || !pier__piece_proves_itself(piece)) {
            break;
        }
        pier__header header = {.kind = PIER_BLOCK_PREAMBLE, .epoch = epoch};
        if (piece[3] != PIER_BLOCK_PREAMBLE) {
            pier__header_decode(piece, &header);
        }
        bool is_behind = time_unix_ns == 0 && header.first_record > record;
        if (header.epoch < epoch || is_behind) {
            break;
        }
        epoch = header.epoch;
        if (is_wanted(&header, record, time_unix_ns)) {
            found->entry = (pier__index_entry){at, header.first_record, header.time_unix_ns, header.epoch};
            break;
        }
        at += PIER__PIECE_BYTES + header.stored_bytes;
    }
    (void)ops->close(journal->folder.self, file, NULL);
}

/* The last entry at or before a number. */
static const pier__index_entry *entry_of_record(const pier__index *index, uint64_t record) {
    size_t count = 0;
    const pier__index_entry *entries = pier__index_entries(index, &count);
    const pier__index_entry *found = count > 0 ? &entries[0] : NULL;
    for (size_t i = 1; i < count && entries[i].first_record <= record; i++) {
        found = &entries[i];
    }
    return found;
}

static pier_status find_record(pier_journal *journal, uint64_t record, entry_point *found, pier_error *error) {
    for (size_t i = journal->segment_count; i > 0 && found->segment == NULL; i--) {
        bool is_it = journal->segments[i - 1].first_record <= record || i == 1;
        found->segment = is_it ? &journal->segments[i - 1] : NULL;
    }
    if (found->segment == NULL) {
        return PIER_OK;
    }
    pier_status status = pier__index_get(journal, found->segment, &found->index, error);
    if (status == PIER_OK) {
        uint64_t wanted = record > found->segment->first_record ? record : found->segment->first_record;
        take_entry(found, entry_of_record(&found->index, wanted));
        /* A segment that does not begin as its name says is entered at its start, and what is missing is told. */
        found->has_entry = found->has_entry && found->entry.first_record <= wanted;
        refine(journal, found, wanted, 0);
    }
    return status;
}

/* The last entry before the first block of this time or later. */
static const pier__index_entry *entry_of_time(const pier__index *index, uint64_t time_unix_ns) {
    size_t count = 0;
    const pier__index_entry *entries = pier__index_entries(index, &count);
    const pier__index_entry *found = NULL;
    for (size_t i = 0; i < count && entries[i].time_unix_ns < time_unix_ns; i++) {
        found = &entries[i];
    }
    return found;
}

static pier_status find_time(pier_journal *journal, uint64_t time_unix_ns, entry_point *found, pier_error *error) {
    for (size_t i = journal->segment_count; i > 0; i--) {
        found->segment = &journal->segments[i - 1];
        pier_status status = pier__index_get(journal, found->segment, &found->index, error);
        if (status != PIER_OK) {
            return status;
        }
        take_entry(found, entry_of_time(&found->index, time_unix_ns));
        if (found->has_entry) {
            refine(journal, found, 0, time_unix_ns);
            return PIER_OK;
        }
    }
    if (found->segment != NULL) {
        take_entry(found, entry_of_record(&found->index, 0));
    }
    return PIER_OK;
}

/* Skips the head of a MessagePack array. Returns false when there is none. */
static bool skip_array(pier_bytes value, size_t *at) {
    if (*at >= value.size) {
        return false;
    }
    uint8_t head = *pier__bytes_at(value, *at);
    *at += head >= 0x90 && head <= 0x9f ? 1 : head == 0xdc ? 3 : head == 0xdd ? 5 : value.size;
    return *at < value.size;
}

/* Skips a whole value. */
static bool skip_value(pier_bytes value, size_t *at) {
    size_t extent = *at < value.size ? pier__scan_extent(pier__bytes_at(value, *at), value.size - *at) : 0;
    *at += extent;
    return extent > 0 && *at < value.size;
}

/* Whether a definition, the content of its ext, is of a class of this name: [ id, fingerprint, [ [ 0, name, … */
static bool is_named(pier_bytes definition, const char *name) {
    size_t at = 1;
    if (*pier__bytes_at(definition, 0) != PIER__DEFINITION_KIND || !skip_array(definition, &at) ||
        !skip_value(definition, &at) || !skip_value(definition, &at) || !skip_array(definition, &at) ||
        !skip_array(definition, &at) || !skip_value(definition, &at)) {
        return false;
    }
    const uint8_t *text = pier__bytes_at(definition, at);
    size_t there = definition.size - at;
    size_t head = text[0] >= 0xa0 && text[0] <= 0xbf ? 1 : text[0] == 0xd9 ? 2 : 0;
    if (head == 0 || there < head) {
        return false;
    }
    size_t length = head == 1 ? text[0] & 0x1fu : text[1];
    return length == strlen(name) && length <= there - head && memcmp(text + head, name, length) == 0;
}

/* Whether the block at `offset` defines a class of this name. payload: room for what it holds. */
static bool defines(const pier_journal *journal, int file, uint64_t offset, const char *name, pier__buffer *payload) {
    pier__header header;
    if (!pier__journal_read_block(journal, file, offset, &header, payload) || header.kind != PIER_BLOCK_DEFINITIONS) {
        return false;
    }
    pier__control definition;
    bool found = false;
    for (size_t at = 0; !found && pier__control_next((pier_bytes){payload->data, payload->size}, &at, &definition);) {
        found = is_named(definition.content, name);
    }
    return found;
}

/* The first entry behind the block that defines a class of this name; there may be none. */
static bool find_class_in(pier_journal *journal, entry_point *found, const char *name) {
    size_t count = 0;
    const pier__index_definitions *defined = pier__index_defined(&found->index, &count);
    int file = PIER__FOLDER_NO_FILE;
    if (pier__journal_open_segment(journal, found->segment, false, &file, NULL) != PIER_OK) {
        return false;
    }
    pier__buffer payload;
    pier__buffer_init(&payload, &journal->allocator);
    size_t at = 0;
    while (at < count && !defines(journal, file, defined[at].offset, name, &payload)) {
        at++;
    }
    pier__buffer_deinit(&payload);
    (void)journal->folder.ops->close(journal->folder.self, file, NULL);
    size_t entry_count = 0;
    const pier__index_entry *entries = pier__index_entries(&found->index, &entry_count);
    /* Entries stand apart: the block behind the definition may lie before the next one. */
    const pier__index_entry *entry = NULL;
    for (size_t i = 0; at < count && i < entry_count; i++) {
        bool is_before = entries[i].offset < defined[at].offset;
        entry = is_before || entry == NULL ? &entries[i] : entry;
    }
    take_entry(found, entry);
    return at < count;
}

static pier_status find_class(pier_journal *journal, const char *name, entry_point *found, pier_error *error) {
    for (size_t i = 0; i < journal->segment_count; i++) {
        found->segment = &journal->segments[i];
        pier_status status = pier__index_get(journal, found->segment, &found->index, error);
        if (status != PIER_OK) {
            return status;
        }
        if (find_class_in(journal, found, name)) {
            return PIER_OK;
        }
    }
    return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_SESSION, 0, "no class %s is defined in the journal", name);
}

static pier_status check_from(const pier_journal *journal, const pier_journal_from *from, pier_error *error) {
    int chosen = (from->record != 0) + (from->time_unix_ns != 0) + (from->class_name != NULL);
    if (from->size != sizeof *from || chosen > 1) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SESSION, 0,
                               "a reader begins at a number, a time or a class, and pier_journal_from.size is %zu",
                               sizeof *from);
    }
    uint64_t first = journal->segment_count > 0 ? journal->segments[0].first_record : journal->stream.next_record;
    if (from->record != 0 && (from->record < first || from->record > journal->stream.next_record)) {
        return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_SESSION, 0,
                               "record %llu is not in the journal, which has those from %llu to %llu",
                               (unsigned long long)from->record, (unsigned long long)first,
                               (unsigned long long)(journal->stream.next_record - 1));
    }
    return PIER_OK;
}

static pier_status find_entry(pier_journal *journal, const pier_journal_from *from, entry_point *found,
                              pier_error *error) {
    pier_status status = check_from(journal, from, error);
    if (status == PIER_OK && journal->gathered.size > 0 && journal->failure == PIER_OK) {
        /* What is gathered is read, too. A disk without room for it leaves it where it is. */
        (void)pier__journal_write_out(journal, false);
    }
    if (status != PIER_OK) {
        return status;
    }
    if (from->class_name != NULL) {
        return find_class(journal, from->class_name, found, error);
    }
    return from->time_unix_ns != 0 ? find_time(journal, from->time_unix_ns, found, error)
                                   : find_record(journal, from->record, found, error);
}

/* Opening ---------------------------------------------------------------------------------------------------------- */

static pier_status begin(pier_journal_reader *reader, pier_journal *journal, const pier_journal_from *from,
                         pier_error *error) {
    entry_point found = {.segment = NULL};
    pier__index_init(&found.index, &journal->allocator);
    pier_status status = find_entry(journal, from, &found, error);
    if (status == PIER_OK && found.segment != NULL) {
        bool is_end = from->record != 0 && from->record == journal->stream.next_record;
        status = is_end ? pier__source_enter_end(&reader->source, error)
                        : pier__source_enter(&reader->source, found.segment, &found.index,
                                             found.has_entry ? &found.entry : NULL, error);
    }
    pier__index_deinit(&found.index);
    if (status != PIER_OK) {
        return status;
    }
    status = pier_file_create(&reader->file, from->follows ? &pier__source_follow_ops : &pier__source_ops,
                              &reader->source, &journal->allocator, error);
    if (status != PIER_OK) {
        return status;
    }
    const pier_archive_options options = {
        .size = sizeof options, .allocator = &journal->allocator, .limits = &journal->limits, .read_bytes = 256 << 10};
    status = pier_archive_open_load(&reader->archive, reader->file, &options, error);
    if (status == PIER_OK) {
        pier__archive_keep_alone(reader->archive);
    }
    if (status == PIER_OK && found.segment != NULL && reader->source.prelude.size == 0) {
        pier__archive_expect(reader->archive, journal->stream.id, found.segment->first_record);
    }
    return status;
}

pier_status pier_journal_reader_open(pier_journal_reader **out, pier_journal *journal, const pier_journal_from *from,
                                     pier_error *error) {
    static const pier_journal_from start = {.size = sizeof start};
    *out = NULL;
    pier_journal_reader *reader = pier__allocate(&journal->allocator, sizeof *reader);
    if (reader == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for a reader");
    }
    from = from != NULL ? from : &start;
    *reader = (pier_journal_reader){
        .allocator = journal->allocator, .from_record = from->record, .from_time = from->time_unix_ns};
    pier__source_init(&reader->source, journal, from->follows);
    pier_status status = begin(reader, journal, from, error);
    if (status != PIER_OK) {
        pier_journal_reader_destroy(reader);
        return status;
    }
    *out = reader;
    return PIER_OK;
}

void pier_journal_reader_destroy(pier_journal_reader *reader) {
    if (reader == NULL) {
        return;
    }
    pier_archive_destroy(reader->archive);
    pier_file_destroy(reader->file);
    pier__source_deinit(&reader->source);
    pier_allocator allocator = reader->allocator;
    pier__release(&allocator, reader, sizeof *reader);
}

pier_archive *pier_journal_reader_archive(pier_journal_reader *reader) {
    if (!reader->has_passed && (reader->from_record != 0 || reader->from_time != 0)) {
        /* What fails here sticks to the archive. */
        pier_status status = pier__archive_pass(reader->archive, reader->from_record, reader->from_time);
        reader->has_passed = status == PIER_OK;
    }
    return reader->archive;
}

/* Blocks ----------------------------------------------------------------------------------------------------------- */

/* A control block of the journal's own that says where the stream stands; what was on the wire of it is that its epoch
 * has begun. */
static bool take_checkpoint(pier_journal_reader *reader, const pier__header *header, const pier__checkpoint *checkpoint,
                            pier_bytes *bytes) {
    bool is_first = !reader->is_within;
    reader->is_within = true;
    reader->duplicates = is_first ? 0 : checkpoint->definitions;
    if (!is_first || (header->flags & PIER__FLAG_EPOCH_BEGIN) == 0) {
        return false;
    }
    pier__header alone = *header;
    alone.stored_bytes = 0;
    alone.raw_bytes = 0;
    alone.payload_check = pier__payload_check(reader->epoch_begin, 0);
    pier__header_encode(&alone, reader->epoch_begin);
    *bytes = (pier_bytes){reader->epoch_begin, PIER__PIECE_BYTES};
    return true;
}

/* Whether a control block was on the wire. */
static bool is_control_of_wire(pier_journal_reader *reader, const pier__header *header, pier_bytes *bytes) {
    const pier_bytes payload = pier__bytes_from(*bytes, PIER__PIECE_BYTES);
    pier__control control;
    pier__checkpoint checkpoint;
    size_t at = 0;
    if (!pier__control_next(payload, &at, &control)) {
        /* The prelude's, or one that passes over numbers. */
        bool is_first = !reader->is_within;
        reader->is_within = true;
        return header->records > 0 || (is_first && (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0);
    }
    if (pier__checkpoint_decode(&control, &checkpoint)) {
        return take_checkpoint(reader, header, &checkpoint, bytes);
    }
    return header->records > 0 || (control.kind != PIER__CONTROL_NOTE && control.kind != PIER__CONTROL_SYNCED);
}

/* Whether a block is to be sent. */
static bool is_of_wire(pier_journal_reader *reader, pier_bytes *bytes) {
    if (bytes->size == 0) {
        return false;
    }
    pier__header header;
    pier__header_decode(bytes->data, &header);
    if (header.kind == PIER_BLOCK_CONTROL) {
        return is_control_of_wire(reader, &header, bytes);
    }
    if (header.kind == PIER_BLOCK_DEFINITIONS && reader->duplicates > 0) {
        reader->duplicates--;
        return false;
    }
    reader->duplicates = 0;
    return header.kind != PIER_BLOCK_END;
}

pier_status pier_journal_reader_next(pier_journal_reader *reader, pier_bytes *bytes, pier_block *block) {
    pier_block unasked;
    block = block != NULL ? block : &unasked;
    for (;;) {
        pier_status status = pier_archive_next_block(reader->archive, block);
        *bytes = (pier_bytes){NULL, 0};
        if (status == PIER_END && reader->source.follows) {
            return PIER_WOULD_BLOCK;
        }
        if (status != PIER_OK) {
            return status;
        }
        *bytes = pier__archive_piece(reader->archive);
        if (is_of_wire(reader, bytes)) {
            return PIER_OK;
        }
    }
}

pier_status pier_journal_reader_recover(pier_journal_reader *reader, uint64_t *skipped_bytes) {
    return pier_archive_recover(reader->archive, skipped_bytes);
}

void pier_journal_reader_place(const pier_journal_reader *reader, uint64_t offset, char name[64],
                               uint64_t *offset_in_file) {
    const pier__source_part *parts = (const pier__source_part *)(const void *)reader->source.parts.data;
    size_t count = reader->source.parts.size / sizeof *parts;
    name[0] = '\0';
    *offset_in_file = 0;
    for (size_t i = 0; i < count && parts[i].begin <= offset; i++) {
        pier__name_format(name, PIER__NAME_SEGMENT, parts[i].ordinal, parts[i].first_record);
        *offset_in_file = parts[i].offset + (offset - parts[i].begin);
    }
}
