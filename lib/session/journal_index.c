/* The index of a segment: where a reader may enter it; see journal_internal.h and proto/journal.md.
 *
 * Floor 6 (session). An index is made while blocks are appended, and saved when the segment ends. It is never needed:
 * one that is missing, damaged or of another content of the segment is made again from the segment. */
#include <string.h>

#include "base/endian_internal.h"
#include "base/error_internal.h"
#include "session/journal_internal.h"

/* Entries are no denser: less than a read. */
enum { INDEX_STEP_BYTES = 64 << 10 };

/* The file: one ext of Pier's, whose payload is a head, the definitions, the entries and a check of all that. */
enum { INDEX_KIND = 0x28, EXT_BYTES = 6, HEAD_BYTES = 48, DEFINITIONS_BYTES = 16, ENTRY_BYTES = 32, CHECK_BYTES = 8 };

void pier__index_init(pier__index *index, const pier_allocator *allocator) {
    pier__buffer_init(&index->entries, allocator);
    pier__buffer_init(&index->definitions, allocator);
    index->is_incomplete = false;
}

void pier__index_deinit(pier__index *index) {
    pier__buffer_deinit(&index->entries);
    pier__buffer_deinit(&index->definitions);
}

void pier__index_clear(pier__index *index) {
    index->entries.size = 0;
    index->definitions.size = 0;
    index->is_incomplete = false;
}

static bool is_far_enough(const pier__index *index, uint64_t offset) {
    size_t count = 0;
    const pier__index_entry *entries = pier__index_entries(index, &count);
    return count == 0 || offset - entries[count - 1].offset >= INDEX_STEP_BYTES;
}

void pier__index_note(pier__index *index, uint64_t offset, const pier__header *header) {
    bool begins_epoch = (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0;
    bool is_raw_begin = header->kind == PIER_BLOCK_RAW && (header->flags & PIER__FLAG_RAW_BEGIN) != 0;
    bool fits = true;
    if (header->kind == PIER_BLOCK_DEFINITIONS || begins_epoch) {
        const pier__index_definitions definitions = {offset, header->epoch, begins_epoch};
        fits = pier__buffer_append(&index->definitions, &definitions, sizeof definitions);
    }
    if (fits && (header->kind == PIER_BLOCK_RECORDS || is_raw_begin) && is_far_enough(index, offset)) {
        const pier__index_entry entry = {offset, header->first_record, header->time_unix_ns, header->epoch};
        fits = pier__buffer_append(&index->entries, &entry, sizeof entry);
    }
    index->is_incomplete = index->is_incomplete || !fits;
}

/* Saving ----------------------------------------------------------------------------------------------------------- */

static void put_head(uint8_t *at, const pier_journal *journal, const pier__segment *segment, size_t definitions,
                     size_t entries) {
    memset(at, 0, HEAD_BYTES);
    at[0] = INDEX_KIND;
    pier__store_le64(at + 8, journal->stream.id);
    pier__store_le64(at + 16, segment->ordinal);
    pier__store_le64(at + 24, segment->size);
    pier__store_le32(at + 32, (uint32_t)definitions);
    pier__store_le32(at + 36, (uint32_t)entries);
    pier__store_le64(at + 40, segment->time_unix_ns);
}

static bool encode(const pier_journal *journal, const pier__segment *segment, const pier__index *index,
                   pier__buffer *bytes) {
    size_t entry_count = 0;
    size_t definitions_count = 0;
    const pier__index_entry *entries = pier__index_entries(index, &entry_count);
    const pier__index_definitions *definitions = pier__index_defined(index, &definitions_count);
    size_t size = HEAD_BYTES + definitions_count * DEFINITIONS_BYTES + entry_count * ENTRY_BYTES + CHECK_BYTES;
    if (!pier__buffer_reserve(bytes, EXT_BYTES + size)) {
        return false;
    }
    uint8_t *at = bytes->data;
    at[0] = 0xc9;
    pier__store_be32(at + 1, (uint32_t)size);
    at[5] = PIER__EXT_TYPE;
    at += EXT_BYTES;
    put_head(at, journal, segment, definitions_count, entry_count);
    at += HEAD_BYTES;
    for (size_t i = 0; i < definitions_count; i++, at += DEFINITIONS_BYTES) {
        pier__store_le64(at, definitions[i].offset);
        pier__store_le32(at + 8, definitions[i].epoch);
        pier__store_le32(at + 12, definitions[i].begins ? 1 : 0);
    }
    for (size_t i = 0; i < entry_count; i++, at += ENTRY_BYTES) {
        pier__store_le64(at, entries[i].offset);
        pier__store_le64(at + 8, entries[i].first_record);
        pier__store_le64(at + 16, entries[i].time_unix_ns);
        pier__store_le32(at + 24, entries[i].epoch);
        pier__store_le32(at + 28, 0);
    }
    pier__store_le64(at, pier__payload_check(bytes->data + EXT_BYTES, size - CHECK_BYTES));
    bytes->size = EXT_BYTES + size;
    return true;
}

void pier__index_save(pier_journal *journal, const pier__segment *segment, const pier__index *index) {
    if (index->is_incomplete || journal->options.read_only) {
        return;
    }
    const pier__folder_ops *ops = journal->folder.ops;
    char name[PIER__NAME_BYTES];
    pier__name_format(name, PIER__NAME_INDEX, segment->ordinal, segment->first_record);
    pier__buffer bytes;
    pier__buffer_init(&bytes, &journal->allocator);
    int file = PIER__FOLDER_NO_FILE;
    if (encode(journal, segment, index, &bytes)) {
        (void)ops->remove(journal->folder.self, name, NULL);
        if (ops->create(journal->folder.self, name, &file, NULL) == PIER_OK) {
            const pier_bytes span = {bytes.data, bytes.size};
            pier_status status = ops->write(journal->folder.self, file, 0, &span, 1, NULL);
            (void)ops->close(journal->folder.self, file, NULL);
            if (status != PIER_OK) {
                (void)ops->remove(journal->folder.self, name, NULL);
            }
        }
    }
    pier__buffer_deinit(&bytes);
}

/* Getting ---------------------------------------------------------------------------------------------------------- */

/* Reads the whole of a file. Returns false when that cannot be, or when it is longer than `bytes_max`. */
static bool read_file(pier_journal *journal, const char *name, uint64_t bytes_max, pier__buffer *bytes) {
    const pier__folder_ops *ops = journal->folder.ops;
    int file = PIER__FOLDER_NO_FILE;
    if (ops->open(journal->folder.self, name, false, &file, NULL) != PIER_OK) {
        return false;
    }
    uint64_t size = 0;
    size_t got = 0;
    bool is_read = ops->size(journal->folder.self, file, &size, NULL) == PIER_OK && size <= bytes_max &&
                   pier__buffer_reserve(bytes, (size_t)size) &&
                   ops->read(journal->folder.self, file, 0, bytes->data, (size_t)size, &got, NULL) == PIER_OK;
    bytes->size = is_read ? got : 0;
    (void)ops->close(journal->folder.self, file, NULL);
    return is_read && got == size;
}

/* Whether the bytes are the index of this segment as it is. */
static bool is_trusted(const pier_journal *journal, const pier__segment *segment, const pier__buffer *bytes) {
    if (bytes->size < EXT_BYTES + HEAD_BYTES + CHECK_BYTES || bytes->data[0] != 0xc9 ||
        pier__load_be32(bytes->data + 1) != bytes->size - EXT_BYTES || bytes->data[5] != PIER__EXT_TYPE) {
        return false;
    }
    const uint8_t *at = bytes->data + EXT_BYTES;
    size_t size = bytes->size - EXT_BYTES;
    uint64_t counted = HEAD_BYTES + (uint64_t)pier__load_le32(at + 32) * DEFINITIONS_BYTES +
                       (uint64_t)pier__load_le32(at + 36) * ENTRY_BYTES + CHECK_BYTES;
    return at[0] == INDEX_KIND && counted == size && pier__load_le64(at + 8) == journal->stream.id &&
           pier__load_le64(at + 16) == segment->ordinal && pier__load_le64(at + 24) == segment->size &&
           pier__load_le64(at + size - CHECK_BYTES) == pier__payload_check(at, size - CHECK_BYTES);
}

/* Takes an index apart that is trusted. Returns false when there is no memory. */
static bool decode(const pier__buffer *bytes, pier__index *index) {
    const uint8_t *at = bytes->data + EXT_BYTES;
    size_t definitions_count = pier__load_le32(at + 32);
    size_t entry_count = pier__load_le32(at + 36);
    at += HEAD_BYTES;
    if (!pier__buffer_reserve(&index->definitions, definitions_count * sizeof(pier__index_definitions)) ||
        !pier__buffer_reserve(&index->entries, entry_count * sizeof(pier__index_entry))) {
        return false;
    }
    for (size_t i = 0; i < definitions_count; i++, at += DEFINITIONS_BYTES) {
        const pier__index_definitions definitions = {pier__load_le64(at), pier__load_le32(at + 8),
                                                     pier__load_le32(at + 12) != 0};
        (void)pier__buffer_append(&index->definitions, &definitions, sizeof definitions);
    }
    for (size_t i = 0; i < entry_count; i++, at += ENTRY_BYTES) {
        const pier__index_entry entry = {pier__load_le64(at), pier__load_le64(at + 8), pier__load_le64(at + 16),
                                         pier__load_le32(at + 24)};
        (void)pier__buffer_append(&index->entries, &entry, sizeof entry);
    }
    return true;
}

static bool copy(pier__index *to, const pier__index *from) {
    return pier__buffer_append(&to->entries, from->entries.data, from->entries.size) &&
           pier__buffer_append(&to->definitions, from->definitions.data, from->definitions.size);
}

pier_status pier__index_get(pier_journal *journal, const pier__segment *segment, pier__index *index,
                            pier_error *error) {
    pier__index_clear(index);
    bool fits = true;
    bool is_last = segment->ordinal == pier__journal_last(journal)->ordinal;
    if (is_last && !journal->index.is_incomplete) {
        fits = copy(index, &journal->index);
        return fits ? PIER_OK : pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for an index");
    }
    char name[PIER__NAME_BYTES];
    pier__name_format(name, PIER__NAME_INDEX, segment->ordinal, segment->first_record);
    pier__buffer bytes;
    pier__buffer_init(&bytes, &journal->allocator);
    /* No index is longer than its segment: each entry stands for a block, which is longer. */
    bool is_there = !is_last && read_file(journal, name, segment->size, &bytes) && is_trusted(journal, segment, &bytes);
    fits = !is_there || decode(&bytes, index);
    pier__buffer_deinit(&bytes);
    pier_status status = PIER_OK;
    if (!is_there) {
        pier__walk walk = {.index = index};
        status = pier__walk_segment(journal, segment, 0, &walk, error);
        pier__walk_deinit(&walk);
        if (status == PIER_OK && !is_last) {
            pier__index_save(journal, segment, index);
        }
        fits = !index->is_incomplete;
    }
    return status != PIER_OK || fits
               ? status
               : pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for an index");
}
