/* Loading parts of one stream: what a journal asks of the archives that read its segments; see archive_internal.h.
 *
 * Floor 4 (archive). Nothing here knows of journals: a part is told which stream it belongs to and where it begins, and
 * is moved to a record without loading those before it. */
#include "archive/loader_internal.h"

void pier__archive_keep_alone(pier_archive *archive) {
    pier__loader_of(archive)->stream.is_alone = true;
}

void pier__archive_expect(pier_archive *archive, uint64_t stream_id, uint64_t record) {
    pier__stream *stream = &pier__loader_of(archive)->stream;
    stream->is_known = true;
    stream->id = stream_id;
    stream->next_record = record;
}

pier_status pier__archive_pass(pier_archive *archive, uint64_t number, uint64_t time_unix_ns) {
    pier__loader *loader = pier__loader_of(archive);
    for (;;) {
        const pier__header *header = &loader->header;
        bool has_records = loader->in_block && (header->kind == PIER_BLOCK_RECORDS || header->kind == PIER_BLOCK_RAW) &&
                           header->records > 0;
        if (has_records && header->time_unix_ns >= time_unix_ns && header->first_record >= number) {
            return PIER_OK;
        }
        pier_status status = PIER_OK;
        if (has_records && header->kind == PIER_BLOCK_RECORDS && header->time_unix_ns >= time_unix_ns &&
            header->records > number - header->first_record) {
            while (status == PIER_OK && loader->next_number < number) {
                status = pier_archive_next(archive);
                status = status == PIER_SKIPPED ? PIER_OK : status;
            }
            return status;
        }
        pier_block block;
        status = pier_archive_next_block(archive, &block);
        if (status != PIER_OK && status != PIER_SKIPPED) {
            return status;
        }
    }
}
