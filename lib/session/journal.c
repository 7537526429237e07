/* Journals opened, closed and asked; see journal_internal.h.
 *
 * Floor 6 (session). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "base/limits_internal.h"
#include "session/journal_internal.h"

pier_status pier__journal_tell(pier_journal *journal, pier_status status, const char *format, ...) {
    char text[sizeof journal->error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return pier__error_set(&journal->error, status, PIER_FLOOR_SESSION, 0, "%s", text);
}

pier_status pier__journal_poison(pier_journal *journal) {
    /* What fails for want of room, a handle or memory leaves the disk as unsure as what fails for good: it must not
     * look as if it could be tried again. */
    if (pier__journal_may_retry(journal->error.status)) {
        journal->error.status = PIER_SYSTEM;
    }
    journal->failure = journal->error.status;
    return journal->failure;
}

pier_status pier__journal_may_write(pier_journal *journal) {
    if (journal->failure != PIER_OK) {
        return journal->failure;
    }
    if (journal->is_closed || journal->options.read_only) {
        return pier__journal_tell(journal, PIER_USAGE, "%s",
                                  journal->is_closed ? "the journal is closed" : "the journal was opened to be read");
    }
    return PIER_OK;
}

pier_status pier__journal_open_segment(const pier_journal *journal, const pier__segment *segment, bool writes,
                                       int *file, pier_error *error) {
    char name[PIER__NAME_BYTES];
    pier__name_format(name, PIER__NAME_SEGMENT, segment->ordinal, segment->first_record);
    return journal->folder.ops->open(journal->folder.self, name, writes, file, error);
}

uint64_t pier__journal_bytes(const pier_journal *journal) {
    uint64_t bytes = journal->gathered.size;
    for (size_t i = 0; i < journal->segment_count; i++) {
        bytes += journal->segments[i].size;
    }
    return bytes;
}

bool pier__journal_reserve_segment(pier_journal *journal) {
    if (journal->segment_count < journal->segment_capacity) {
        return true;
    }
    size_t capacity = journal->segment_capacity == 0 ? 8 : journal->segment_capacity * 2;
    pier__segment *segments =
        pier__reallocate(&journal->allocator, journal->segments, journal->segment_capacity * sizeof *segments,
                         capacity * sizeof *segments);
    if (segments == NULL) {
        return false;
    }
    journal->segments = segments;
    journal->segment_capacity = capacity;
    return true;
}

static pier_status take_options(pier_journal *journal, const pier_journal_options *options, pier_error *error) {
    static const pier_journal_options none = {.size = sizeof none};
    pier_journal_options *taken = &journal->options;
    *taken = options != NULL ? *options : none;
    if (taken->size != sizeof *taken) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SESSION, 0,
                               "pier_journal_options.size is %zu, this library has %zu", taken->size, sizeof *taken);
    }
    bool is_bad = (int)taken->durability < PIER_DURABILITY_DISK || taken->durability > PIER_DURABILITY_MEMORY ||
                  (taken->segment_bytes != 0 && taken->segment_bytes < PIER_JOURNAL_SEGMENT_BYTES_LOWEST) ||
                  (taken->age_ns_max != 0 && !taken->drops_oldest) || (taken->salvages && !taken->read_only);
    if (is_bad) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SESSION, 0,
                               "a durability that there is, segments of 4,096 bytes at least, an age only where the "
                               "oldest is dropped, and salvaging only what is read");
    }
    taken->segment_bytes = taken->segment_bytes != 0 ? taken->segment_bytes : PIER_JOURNAL_SEGMENT_BYTES_DEFAULT;
    taken->reserve_bytes = taken->reserve_bytes != 0 ? taken->reserve_bytes : PIER_JOURNAL_RESERVE_BYTES_DEFAULT;
    taken->gather_bytes = taken->gather_bytes != 0 ? taken->gather_bytes : PIER_JOURNAL_GATHER_BYTES_DEFAULT;
    /* Both are borrowed during the call; what is kept are copies. */
    pier_status status = pier__limits_resolve(taken->limits, &journal->limits, error);
    taken->allocator = NULL;
    taken->limits = NULL;
    journal->time_unix_ns = taken->time_unix_ns;
    return status;
}

static pier_journal *make(const pier_allocator *given) {
    pier_allocator allocator = pier__allocator_choose(given);
    pier_journal *journal = pier__allocate(&allocator, sizeof *journal);
    if (journal != NULL) {
        memset(journal, 0, sizeof *journal);
        journal->allocator = allocator;
        journal->file = PIER__FOLDER_NO_FILE;
        pier_error_clear(&journal->error);
        pier__buffer_init(&journal->definitions, &journal->allocator);
        pier__buffer_init(&journal->gathered, &journal->allocator);
        pier__buffer_init(&journal->scratch, &journal->allocator);
        pier__index_init(&journal->index, &journal->allocator);
    }
    return journal;
}

/* Finds out what is there, and makes it survive the machine if that is wanted. */
static pier_status begin(pier_journal *journal, pier_error *error) {
    pier_status status = PIER_OK;
    if (!journal->options.read_only) {
        status = journal->folder.ops->lock(journal->folder.self, error);
    }
    bool is_untold = false;
    status = status == PIER_OK ? pier__journal_recover(journal, &is_untold, error) : status;
    if (status != PIER_OK || journal->options.read_only) {
        return status;
    }
    status = journal->options.durability == PIER_DURABILITY_DISK ? pier__journal_sync_files(journal) : PIER_OK;
    status = status == PIER_OK && is_untold ? pier__journal_tell_synced(journal) : status;
    if (status != PIER_OK && error != NULL) {
        *error = journal->error;
    }
    return status;
}

pier_status pier__journal_open_in(pier_journal **out, pier__folder folder, const pier_journal_options *options,
                                  pier_error *error) {
    *out = NULL;
    pier_journal *journal = make(options != NULL && options->size == sizeof *options ? options->allocator : NULL);
    if (journal == NULL) {
        pier__folder_close(&folder);
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for a journal");
    }
    journal->folder = folder;
    pier_status status = take_options(journal, options, error);
    status = status == PIER_OK ? begin(journal, error) : status;
    if (status != PIER_OK) {
        pier_journal_destroy(journal);
        return status;
    }
    *out = journal;
    return PIER_OK;
}

pier_status pier_journal_open(pier_journal **out, const char *folder, const pier_journal_options *options,
                              pier_error *error) {
    *out = NULL;
    pier__folder opened;
    bool has_options = options != NULL && options->size == sizeof *options;
    bool makes = !has_options || (!options->must_exist && !options->read_only);
    pier_status status = pier__folder_open_disk(&opened, folder, makes, has_options ? options->allocator : NULL, error);
    return status == PIER_OK ? pier__journal_open_in(out, opened, options, error) : status;
}

static void close_files(pier_journal *journal) {
    const pier__folder_ops *ops = journal->folder.ops;
    while (journal->unsynced_count > 0) {
        (void)ops->close(journal->folder.self, journal->unsynced[--journal->unsynced_count].file, NULL);
    }
    if (journal->file != PIER__FOLDER_NO_FILE) {
        (void)ops->close(journal->folder.self, journal->file, NULL);
        journal->file = PIER__FOLDER_NO_FILE;
    }
}

/* Writes what a journal ends with. */
static pier_status end(pier_journal *journal) {
    bool syncs = journal->options.durability != PIER_DURABILITY_MEMORY;
    pier_status status = pier__journal_write_out(journal, true);
    status = status == PIER_OK && journal->stint_is_open ? pier__journal_abandon_raw(journal) : status;
    status = status == PIER_OK ? pier__journal_write_out(journal, true) : status;
    /* Before the end mark, so that the mark before it tells of all there is; and behind it. */
    status = status == PIER_OK && syncs ? pier__journal_sync_files(journal) : status;
    bool has_written = journal->file != PIER__FOLDER_NO_FILE;
    status = status == PIER_OK ? pier__journal_end_stint(journal) : status;
    if (status == PIER_OK && has_written) {
        (void)journal->folder.ops->cut(journal->folder.self, journal->file, journal->end, NULL);
        status = syncs ? pier__journal_sync_files(journal) : status;
        pier__index_save(journal, pier__journal_last(journal), &journal->index);
    }
    return status;
}

pier_status pier_journal_close(pier_journal *journal) {
    if (journal->is_closed || journal->options.read_only) {
        journal->is_closed = true;
        return journal->failure;
    }
    pier_status status = journal->failure != PIER_OK ? journal->failure : end(journal);
    if (status == PIER_NO_MEMORY && journal->failure == PIER_OK) {
        return status;
    }
    close_files(journal);
    journal->is_closed = true;
    journal->failure = status;
    return status;
}

void pier_journal_destroy(pier_journal *journal) {
    if (journal == NULL) {
        return;
    }
    close_files(journal);
    pier_file_destroy(journal->store_file);
    pier__folder_close(&journal->folder);
    pier_allocator allocator = journal->allocator;
    pier__release(&allocator, journal->segments, journal->segment_capacity * sizeof *journal->segments);
    pier__buffer_deinit(&journal->definitions);
    pier__buffer_deinit(&journal->gathered);
    pier__buffer_deinit(&journal->scratch);
    pier__index_deinit(&journal->index);
    pier__release(&allocator, journal, sizeof *journal);
}

void pier_journal_set_time(pier_journal *journal, uint64_t unix_ns) {
    journal->time_unix_ns = unix_ns;
}

pier_journal_state pier_journal_info(const pier_journal *journal) {
    pier_journal_state state = journal->found;
    state.stream_id = journal->stream.id;
    state.next_record = journal->stream.next_record;
    state.first_record = journal->segment_count > 0 ? journal->segments[0].first_record : state.next_record;
    state.durable_record = journal->synced.record;
    state.next_block = journal->stream.next_block;
    state.epoch = journal->stream.epoch;
    state.epoch_has_blocks = journal->stream.epoch_has_blocks;
    state.segments = journal->segment_count;
    state.bytes = pier__journal_bytes(journal);
    return state;
}

pier_status pier_journal_status(const pier_journal *journal) {
    return journal->failure;
}

const pier_error *pier_journal_error(const pier_journal *journal) {
    return &journal->error;
}
