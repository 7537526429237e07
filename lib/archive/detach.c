/* An archive handed its file back: see <pier/raw.h>.
 *
 * Floor 4 (archive). What was read ahead stays in the loader's memory, where the program finds it. */
#include <pier/raw.h>

#include "archive/loader_internal.h"
#include "archive/storer_internal.h"

/* Everything that is queued must be gone. */
static pier_status detach_storing(pier__storer *storer) {
    pier__archive *common = &storer->common;
    if (storer->raw_is_open) {
        return pier__archive_tell(common, PIER_USAGE, "an archive is detached within raw bytes");
    }
    pier_status status = pier_archive_flush(&common->window);
    if (status == PIER_OK && pier__storer_queued(storer) > 0) {
        return pier__archive_tell(common, PIER_WOULD_BLOCK, "%zu bytes are not drained yet",
                                  pier__storer_queued(storer));
    }
    return status;
}

/* Waits for the end mark of a framed stream, and takes it: only behind it can be what is no piece of the stream. */
static pier_status await_end_mark(pier__loader *loader) {
    pier__archive *common = &loader->common;
    if (loader->stream.phase == PIER__PHASE_ENDED) {
        return PIER_OK;
    }
    pier_status status = pier__loader_need(loader, PIER__PIECE_BYTES);
    if (status == PIER_END) {
        return pier__loader_fail(loader, PIER_TRUNCATED, loader->end, "the input ends without an end mark");
    }
    if (status != PIER_OK) {
        return status;
    }
    bool is_preamble = loader->stream.phase == PIER__PHASE_START;
    if (!is_preamble && pier__loader_at(loader, loader->taken)[3] != PIER_BLOCK_END) {
        return pier__archive_tell(common, PIER_USAGE, "an archive is detached before the end mark of its stream");
    }
    status = pier__loader_take_piece(loader, NULL);
    return status == PIER_OK && is_preamble ? await_end_mark(loader) : status;
}

/* The loader must stand where its format ends a thing. */
static pier_status detach_loading(pier__loader *loader, pier_bytes *unread) {
    pier__archive *common = &loader->common;
    pier_status status = loader->raw == PIER__RAW_NONE ? pier__loader_end_record(loader) : PIER_OK;
    if (status != PIER_OK) {
        return status;
    }
    if (loader->in_block && loader->raw == PIER__RAW_NONE && loader->records_left == 0 &&
        loader->next_at == loader->payload_end) {
        pier__loader_leave_block(loader);
    }
    if (loader->in_block || loader->skip_bytes > 0 || loader->raw != PIER__RAW_NONE) {
        return pier__archive_tell(common, PIER_USAGE, "an archive is detached within a block of its stream");
    }
    if (common->format == PIER_FORMAT_FRAMED) {
        status = await_end_mark(loader);
        if (status != PIER_OK) {
            return status;
        }
    }
    pier__loader_release_marks(loader);
    size_t size = pier__loader_there(loader, loader->taken);
    *unread = (pier_bytes){size > 0 ? pier__loader_at(loader, loader->taken) : NULL, size};
    return PIER_OK;
}

pier_status pier_archive_detach(pier_archive *archive, pier_bytes *unread) {
    pier__archive *common = pier__archive_of(archive);
    if (unread != NULL) {
        *unread = (pier_bytes){NULL, 0};
    }
    if (common->failure != PIER_OK) {
        return common->failure;
    }
    if (!archive->storing && unread == NULL) {
        return pier__archive_tell(common, PIER_USAGE, "what was read ahead needs a place");
    }
    pier_status status =
        archive->storing ? detach_storing(pier__storer_of(archive)) : detach_loading(pier__loader_of(archive), unread);
    if (status != PIER_OK) {
        return status;
    }
    if (common->other != NULL) {
        common->other->other = NULL;
        common->other = NULL;
    }
    common->file = NULL;
    common->is_detached = true;
    common->failure = pier__archive_tell(common, PIER_USAGE, "the archive was detached from its file");
    pier__archive_close_window(common);
    return PIER_OK;
}
