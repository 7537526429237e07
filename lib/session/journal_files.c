/* The segments in the folder of a journal: listed, measured, cut and taken away; see journal_internal.h.
 *
 * Floor 6 (session). Nothing here looks into a segment but for the time in its preamble. Where a journal is opened to
 * be read alone its folder is not changed: what would be cut off is only passed over, and told. */
#include <stdlib.h>
#include <string.h>

#include "base/error_internal.h"
#include "session/journal_internal.h"

/* Listing ---------------------------------------------------------------------------------------------------------- */

typedef struct listing {
    pier_journal *journal;
    uint64_t behind;   /* segments up to this one are known */
    pier__buffer news; /* of pier__segment: half made ones */
    bool is_short;     /* of memory */
} listing;

static bool visit(void *user, const char *name) {
    listing *list = user;
    pier_journal *journal = list->journal;
    pier__segment segment = {0};
    pier__name_kind kind = pier__name_parse(name, &segment.ordinal, &segment.first_record);
    if (kind == PIER__NAME_SEGMENT && segment.ordinal > list->behind) {
        list->is_short = !pier__journal_reserve_segment(journal);
        if (!list->is_short) {
            journal->segments[journal->segment_count++] = segment;
        }
    } else if (kind == PIER__NAME_NEW) {
        list->is_short = !pier__buffer_append(&list->news, &segment, sizeof segment);
    }
    return !list->is_short;
}

static int by_ordinal(const void *left, const void *right) {
    uint64_t a = ((const pier__segment *)left)->ordinal;
    uint64_t b = ((const pier__segment *)right)->ordinal;
    return a < b ? -1 : a > b ? 1 : 0;
}

static void remove_file(pier_journal *journal, pier__name_kind kind, const pier__segment *segment) {
    char name[PIER__NAME_BYTES];
    pier__name_format(name, kind, segment->ordinal, segment->first_record);
    (void)journal->folder.ops->remove(journal->folder.self, name, NULL);
}

static pier_status no_memory(pier_error *error) {
    return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_SESSION, 0, "no memory for a journal");
}

static pier_status list_all(pier_journal *journal, pier_error *error) {
    listing list = {.journal = journal};
    pier__buffer_init(&list.news, &journal->allocator);
    pier_status status = journal->folder.ops->list(journal->folder.self, visit, &list, error);
    status = status == PIER_OK && list.is_short ? no_memory(error) : status;
    for (size_t at = 0; status == PIER_OK && !journal->options.read_only && at < list.news.size;
         at += sizeof(pier__segment)) {
        pier__segment segment;
        memcpy(&segment, list.news.data + at, sizeof segment);
        remove_file(journal, PIER__NAME_NEW, &segment);
    }
    pier__buffer_deinit(&list.news);
    if (status != PIER_OK || journal->segment_count == 0) {
        return status;
    }
    qsort(journal->segments, journal->segment_count, sizeof *journal->segments, by_ordinal);
    for (size_t i = 1; i < journal->segment_count; i++) {
        uint64_t step = journal->segments[i].ordinal - journal->segments[i - 1].ordinal;
        if (step == 0) {
            return pier__error_set(error, PIER_CORRUPT, PIER_FLOOR_SESSION, 0, "two segments with the number %llu",
                                   (unsigned long long)journal->segments[i].ordinal);
        }
        journal->found.missing_segments += step - 1;
    }
    return PIER_OK;
}

/* Gets the size of a segment, and when it was begun: the one before it had its last block by then. */
static pier_status measure(pier_journal *journal, size_t at, pier_error *error) {
    const pier__folder_ops *ops = journal->folder.ops;
    pier__segment *segment = &journal->segments[at];
    int file = PIER__FOLDER_NO_FILE;
    pier_status status = pier__journal_open_segment(journal, segment, false, &file, error);
    if (status != PIER_OK) {
        return status;
    }
    status = ops->size(journal->folder.self, file, &segment->size, error);
    uint8_t piece[PIER__PIECE_BYTES];
    size_t got = 0;
    if (status == PIER_OK && journal->options.age_ns_max != 0 && at > 0 &&
        ops->read(journal->folder.self, file, 0, piece, sizeof piece, &got, NULL) == PIER_OK && got == sizeof piece &&
        piece[3] == PIER_BLOCK_PREAMBLE && pier__piece_proves_itself(piece)) {
        pier__preamble preamble;
        pier__preamble_decode(piece, &preamble);
        journal->segments[at - 1].time_unix_ns = preamble.time_unix_ns;
    }
    (void)ops->close(journal->folder.self, file, NULL);
    return status;
}

pier_status pier__journal_list(pier_journal *journal, pier_error *error) {
    pier_status status = list_all(journal, error);
    for (size_t i = 0; status == PIER_OK && i < journal->segment_count; i++) {
        status = measure(journal, i, error);
    }
    return status;
}

pier_status pier__journal_refresh(pier_journal *journal, pier_error *error) {
    size_t known = journal->segment_count;
    listing list = {.journal = journal, .behind = known > 0 ? journal->segments[known - 1].ordinal : 0};
    pier__buffer_init(&list.news, &journal->allocator);
    pier_status status = journal->folder.ops->list(journal->folder.self, visit, &list, error);
    pier__buffer_deinit(&list.news);
    if (status != PIER_OK || list.is_short) {
        journal->segment_count = known;
        return status != PIER_OK ? status : no_memory(error);
    }
    qsort(journal->segments + known, journal->segment_count - known, sizeof *journal->segments, by_ordinal);
    for (size_t i = known > 0 ? known - 1 : 0; known < journal->segment_count && i < journal->segment_count; i++) {
        status = measure(journal, i, error);
        if (status != PIER_OK) {
            journal->segment_count = known;
            return status;
        }
    }
    return PIER_OK;
}

/* Cutting ---------------------------------------------------------------------------------------------------------- */

pier_status pier__journal_drop_behind(pier_journal *journal, size_t count, pier_error *error) {
    const pier__folder_ops *ops = journal->folder.ops;
    while (journal->segment_count > count) {
        pier__segment *last = pier__journal_last(journal);
        journal->found.cut_bytes += last->size;
        if (!journal->options.read_only) {
            char name[PIER__NAME_BYTES];
            remove_file(journal, PIER__NAME_INDEX, last);
            pier__name_format(name, PIER__NAME_SEGMENT, last->ordinal, last->first_record);
            pier_status status = ops->remove(journal->folder.self, name, error);
            status = status == PIER_OK ? ops->sync_folder(journal->folder.self, error) : status;
            if (status != PIER_OK) {
                return status;
            }
        }
        journal->segment_count--;
    }
    return PIER_OK;
}

pier_status pier__journal_cut_last(pier_journal *journal, uint64_t offset, pier_error *error) {
    const pier__folder_ops *ops = journal->folder.ops;
    pier__segment *last = pier__journal_last(journal);
    journal->found.cut_bytes += last->size - offset;
    last->size = offset;
    if (journal->options.read_only) {
        return PIER_OK;
    }
    remove_file(journal, PIER__NAME_INDEX, last);
    int file = PIER__FOLDER_NO_FILE;
    pier_status status = pier__journal_open_segment(journal, last, true, &file, error);
    if (status != PIER_OK) {
        return status;
    }
    status = ops->cut(journal->folder.self, file, offset, error);
    status = status == PIER_OK ? ops->sync(journal->folder.self, file, error) : status;
    (void)ops->close(journal->folder.self, file, NULL);
    return status;
}
