/* Dropping segments: when they were trimmed, and at the bounds of a journal; see journal_internal.h.
 *
 * Floor 6 (session). Segments go whole and from the oldest on, one after the other, so that those that are there are
 * always one row. */
#include "session/journal_internal.h"

pier_status pier__journal_drop(pier_journal *journal, size_t count) {
    const pier__folder_ops *ops = journal->folder.ops;
    /* What stays carries the numbers and notes on, and must be there when what goes is not. Below disk, too, where it may
     * not be synced yet: that is once in a segment. */
    pier_status status = count > 0 ? pier__journal_sync_files(journal) : PIER_OK;
    size_t dropped = 0;
    while (dropped < count && status == PIER_OK) {
        const pier__segment *segment = &journal->segments[dropped];
        char name[PIER__NAME_BYTES];
        pier__name_format(name, PIER__NAME_INDEX, segment->ordinal, segment->first_record);
        (void)ops->remove(journal->folder.self, name, NULL);
        pier__name_format(name, PIER__NAME_SEGMENT, segment->ordinal, segment->first_record);
        status = ops->remove(journal->folder.self, name, &journal->error);
        if (status == PIER_NOT_FOUND) {
            status = PIER_OK;
        }
        dropped += status == PIER_OK ? 1 : 0;
        if (status == PIER_OK) {
            /* So that no later one can be gone after a power cut while this one is back, now or at the next trim: that
             * would be a hole. */
            status = ops->sync_folder(journal->folder.self, &journal->error);
        }
    }
    if (dropped == 0) {
        return status;
    }
    journal->segment_count -= dropped;
    pier__journal_forget_unsynced(journal, journal->segments[dropped - 1].ordinal);
    memmove(journal->segments, journal->segments + dropped, journal->segment_count * sizeof *journal->segments);
    return status;
}

/* Whether the last segment is to end before it is full: it has trimmed records, and their room may soon be wanted. */
static bool is_last_to_end(const pier_journal *journal) {
    const pier_journal_options *options = &journal->options;
    return options->bytes_max != 0 && !options->drops_oldest && journal->segment_count > 0 &&
           journal->segments[journal->segment_count - 1].first_record <= journal->trimmed_to &&
           pier__journal_bytes(journal) > options->bytes_max / 2;
}

pier_status pier_journal_trim(pier_journal *journal, uint64_t through_record) {
    pier_status status = pier__journal_may_write(journal);
    if (status != PIER_OK) {
        return status;
    }
    uint64_t last_record = journal->stream.next_record - 1;
    uint64_t through = through_record < last_record ? through_record : last_record;
    journal->trimmed_to = through > journal->trimmed_to ? through : journal->trimmed_to;
    if (is_last_to_end(journal)) {
        status = pier__journal_end_segment(journal);
        if (status != PIER_OK && status != PIER_NO_SPACE && status != PIER_NO_MEMORY) {
            return status;
        }
    }
    size_t count = 0;
    while (count + 1 < journal->segment_count && journal->segments[count + 1].first_record - 1 <= through_record) {
        count++;
    }
    return pier__journal_drop(journal, count);
}

/* How many records are in the segments, or wait to be trimmed where that makes room. */
static uint64_t count_records(const pier_journal *journal) {
    uint64_t next = journal->stream.next_record;
    uint64_t first = journal->segment_count > 0 ? journal->segments[0].first_record : next;
    bool is_trimmed = !journal->options.drops_oldest && journal->trimmed_to >= first;
    return next - (is_trimmed ? journal->trimmed_to + 1 : first);
}

/* Whether so many bytes and records more are above a bound. */
static bool is_above_bound(const pier_journal *journal, uint64_t bytes, uint64_t records) {
    const pier_journal_options *options = &journal->options;
    return (options->bytes_max != 0 && pier__journal_bytes(journal) + bytes > options->bytes_max) ||
           (options->records_max != 0 && count_records(journal) + records > options->records_max);
}

/* Whether the oldest segment is to go: there is another one, and a bound asks for it. */
static bool is_one_too_many(const pier_journal *journal, uint64_t bytes, uint64_t records) {
    const pier_journal_options *options = &journal->options;
    if (journal->segment_count < 2) {
        return false;
    }
    const pier__segment *oldest = &journal->segments[0];
    bool is_old = options->age_ns_max != 0 && oldest->time_unix_ns != 0 &&
                  journal->time_unix_ns > oldest->time_unix_ns &&
                  journal->time_unix_ns - oldest->time_unix_ns > options->age_ns_max;
    return is_old || is_above_bound(journal, bytes, records);
}

bool pier__journal_is_full(pier_journal *journal, uint64_t bytes, uint64_t records) {
    const pier_journal_options *options = &journal->options;
    if (options->bytes_max == 0 && options->records_max == 0 && options->age_ns_max == 0) {
        return false;
    }
    if (!options->drops_oldest) {
        /* What is larger than the bound passes alone: trimming could not make room for it. A session keeps its last
         * record, to compare it. */
        return count_records(journal) > 1 && is_above_bound(journal, bytes, records);
    }
    while (is_one_too_many(journal, bytes, records) && pier__journal_drop(journal, 1) == PIER_OK) {
    }
    return false;
}
