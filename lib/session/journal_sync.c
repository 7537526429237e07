/* Syncing: what was appended is made to survive the machine; see journal_internal.h.
 *
 * Floor 6 (session). A sync that fails is final. The system may have thrown away what it could not write, shows it all
 * the same, and answers the next sync with success: so nothing is tried twice, and who opens the journal again in the
 * same life of the machine writes once more what no mark calls synced, before he believes a sync of it. */
#include "session/journal_internal.h"

/* What is written once more at a time. */
enum { COPY_BYTES = 256 << 10 };

/* A sync that fails for want of room or memory is as final as any: what it answers must not look like "not now". */
static pier_status judge(pier_journal *journal, pier_status status) {
    if (pier__journal_may_retry(status)) {
        journal->error.status = PIER_SYSTEM;
        return PIER_SYSTEM;
    }
    return status;
}

static pier_status sync_file(pier_journal *journal, int file) {
    return judge(journal, journal->folder.ops->sync(journal->folder.self, file, &journal->error));
}

/* Writes the bytes of a segment from `from` to `end` over themselves. */
static pier_status rewrite(pier_journal *journal, int file, uint64_t from, uint64_t end) {
    const pier__folder_ops *ops = journal->folder.ops;
    pier__buffer *copy = &journal->scratch;
    copy->size = 0;
    if (!pier__buffer_reserve(copy, COPY_BYTES)) {
        return pier__journal_tell(journal, PIER_NO_MEMORY, "no memory to sync what another process wrote");
    }
    while (from < end) {
        size_t size = 0;
        size_t wanted = end - from < COPY_BYTES ? (size_t)(end - from) : (size_t)COPY_BYTES;
        pier_status status = ops->read(journal->folder.self, file, from, copy->data, wanted, &size, &journal->error);
        if (status == PIER_OK && size == 0) {
            break;
        }
        const pier_bytes span = {copy->data, size};
        status = status == PIER_OK ? ops->write(journal->folder.self, file, from, &span, 1, &journal->error) : status;
        if (status != PIER_OK) {
            return status;
        }
        from += size;
    }
    return PIER_OK;
}

/* Writes once more, and syncs, what a process of the same life left unsynced in a segment. */
static pier_status sync_inherited_segment(pier_journal *journal, const pier__segment *segment) {
    const pier__folder_ops *ops = journal->folder.ops;
    int file = PIER__FOLDER_NO_FILE;
    pier_status status = pier__journal_open_segment(journal, segment, true, &file, &journal->error);
    if (status != PIER_OK) {
        return status;
    }
    uint64_t from = segment->ordinal == journal->synced.place.ordinal ? journal->synced.place.offset : 0;
    uint64_t end = segment->ordinal == journal->inherited_ordinal ? journal->inherited_end : segment->size;
    status = rewrite(journal, file, from, end);
    status = status == PIER_OK ? sync_file(journal, file) : status;
    (void)ops->close(journal->folder.self, file, NULL);
    return status;
}

static pier_status sync_inherited(pier_journal *journal) {
    for (size_t i = 0; i < journal->segment_count && journal->inherited_ordinal != 0; i++) {
        const pier__segment *segment = &journal->segments[i];
        bool is_inherited =
            segment->ordinal >= journal->synced.place.ordinal && segment->ordinal <= journal->inherited_ordinal;
        pier_status status = is_inherited ? sync_inherited_segment(journal, segment) : PIER_OK;
        if (status != PIER_OK) {
            return status;
        }
    }
    journal->inherited_ordinal = 0;
    journal->inherited_end = 0;
    return PIER_OK;
}

/* Closes the oldest of those that were left. */
static void close_left(pier_journal *journal) {
    (void)journal->folder.ops->close(journal->folder.self, journal->unsynced[0].file, NULL);
    journal->unsynced_count--;
    memmove(journal->unsynced, journal->unsynced + 1, journal->unsynced_count * sizeof journal->unsynced[0]);
}

/* Syncs the oldest of those that were left. */
static pier_status sync_left(pier_journal *journal) {
    pier_status status = sync_file(journal, journal->unsynced[0].file);
    close_left(journal);
    return status;
}

void pier__journal_forget_unsynced(pier_journal *journal, uint64_t ordinal) {
    while (journal->unsynced_count > 0 && journal->unsynced[0].ordinal <= ordinal) {
        close_left(journal);
    }
}

pier_status pier__journal_leave_unsynced(pier_journal *journal, uint64_t ordinal, int file) {
    if (journal->unsynced_count == PIER__UNSYNCED_MAX && sync_left(journal) != PIER_OK) {
        (void)journal->folder.ops->close(journal->folder.self, file, NULL);
        return pier__journal_poison(journal);
    }
    journal->unsynced[journal->unsynced_count++] = (pier__unsynced){ordinal, file};
    return PIER_OK;
}

static pier_status sync_all(pier_journal *journal) {
    const pier__folder_ops *ops = journal->folder.ops;
    pier_status status = sync_inherited(journal);
    while (status == PIER_OK && journal->unsynced_count > 0) {
        status = sync_left(journal);
    }
    if (status == PIER_OK && journal->file != PIER__FOLDER_NO_FILE) {
        status = sync_file(journal, journal->file);
    }
    if (status == PIER_OK && journal->names_unsynced) {
        status = judge(journal, ops->sync_folder(journal->folder.self, &journal->error));
        journal->names_unsynced = status != PIER_OK;
    }
    return status;
}

pier_status pier__journal_sync_files(pier_journal *journal) {
    const pier__segment *last = pier__journal_last(journal);
    if (last == NULL) {
        return PIER_OK;
    }
    const pier__place end = {last->ordinal, journal->end};
    bool is_due = pier__place_is_before(journal->synced.place, end) || journal->names_unsynced ||
                  journal->unsynced_count > 0 || journal->inherited_ordinal != 0;
    if (!is_due) {
        return PIER_OK;
    }
    pier_status status = sync_all(journal);
    if (status == PIER_NO_MEMORY || status == PIER_NO_SPACE) {
        /* Of writing once more: no sync was asked for yet. */
        return status;
    }
    if (status != PIER_OK) {
        return pier__journal_poison(journal);
    }
    journal->synced = (pier__synced){end, journal->stream.next_record - 1};
    journal->mark_is_due = true;
    return PIER_OK;
}

pier_status pier__journal_tell_synced(pier_journal *journal) {
    pier_status status = pier__journal_ready(journal, true);
    if (status == PIER_NO_SPACE) {
        /* A journal on a full disk can be read and trimmed all the same. */
        pier_error_clear(&journal->error);
        return PIER_OK;
    }
    return status == PIER_OK ? pier__journal_sync_files(journal) : status;
}

pier_status pier_journal_sync(pier_journal *journal, uint64_t *durable_record) {
    pier_status status = pier__journal_may_write(journal);
    status = status == PIER_OK ? pier__journal_write_out(journal, false) : status;
    status = status == PIER_OK ? pier__journal_sync_files(journal) : status;
    if (durable_record != NULL) {
        *durable_record = journal->synced.record;
    }
    return status;
}
