/* A journal as the file of a storing archive; see <pier/journal.h>.
 *
 * Floor 6 (session). The archive writes whole pieces, one flush or block at a time; they are appended as they come. */
#include "base/error_internal.h"
#include "session/journal_internal.h"

/* A full disk is "not now" to an archive: what it has stored stays in its queue. */
static pier_status as_file(pier_journal *journal, pier_status status, pier_error *error) {
    if (journal->failure == PIER_OK && (status == PIER_NO_SPACE || status == PIER_NO_MEMORY)) {
        return PIER_WOULD_BLOCK;
    }
    if (status < 0) {
        *error = journal->error;
        error->status = status;
    }
    return status;
}

static pier_status store_write(void *self, const pier_bytes *spans, size_t count, size_t *size, pier_deadline deadline,
                               pier_error *error) {
    pier_journal *journal = self;
    (void)deadline;
    /* An archive writes one span; a piece never lies in two. */
    for (size_t i = 0; i < count; i++) {
        pier_status status = pier_journal_append(journal, spans[i]);
        if (status != PIER_OK) {
            return *size > 0 ? PIER_OK : as_file(journal, status, error);
        }
        *size += spans[i].size;
    }
    return PIER_OK;
}

static pier_status store_sync(void *self, pier_error *error) {
    pier_journal *journal = self;
    pier_status status = pier_journal_sync(journal, NULL);
    return status == PIER_OK ? status : as_file(journal, status, error);
}

static const pier_file_ops store_ops = {
    .size = sizeof store_ops,
    .capabilities = PIER_FILE_CAN_WRITE | PIER_FILE_CAN_SYNC,
    .write = store_write,
    .sync = store_sync,
};

pier_status pier_journal_open_store(pier_archive **out, pier_journal *journal, const pier_archive_options *options,
                                    pier_error *error) {
    *out = NULL;
    pier_status status = pier__journal_may_write(journal);
    if (status == PIER_OK && options != NULL && options->size != sizeof *options) {
        status = pier__journal_tell(journal, PIER_USAGE, "pier_archive_options.size is %zu, this library has %zu",
                                    options->size, sizeof *options);
    }
    status = status == PIER_OK ? pier__journal_abandon_raw(journal) : status;
    if (status != PIER_OK) {
        if (error != NULL) {
            *error = journal->error;
        }
        return status;
    }
    if (journal->store_file == NULL) {
        status = pier_file_create(&journal->store_file, &store_ops, journal, &journal->allocator, error);
        if (status != PIER_OK) {
            return status;
        }
    }
    pier_archive_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
    }
    chosen.allocator = chosen.allocator != NULL ? chosen.allocator : &journal->allocator;
    chosen.format = PIER_FORMAT_FRAMED;
    chosen.stream_id = journal->stream.id;
    chosen.checksum_off = false;
    chosen.checkpoint_bytes = 0;
    chosen.limits = &journal->limits;
    status = pier_archive_open_store(out, journal->store_file, &chosen, error);
    if (status == PIER_OK) {
        const pier__stream *stream = &journal->stream;
        const pier__standing standing = {stream->id,    stream->next_record,      stream->next_block,
                                         stream->epoch, stream->epoch_has_blocks, false};
        pier__archive_go_on(*out, &standing);
    }
    return status;
}
