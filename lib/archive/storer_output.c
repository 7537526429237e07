/* Sending what a storer has ready; see storer_internal.h.
 *
 * When the system takes no more and the other direction of the connection is known, input is taken in meanwhile: two
 * sides that both send would else wait for each other for ever. When that input has reached its limit too, the answer
 * is "not now" at once, and the program must load. */
#include "archive/loader_internal.h"
#include "archive/storer_internal.h"
#include "base/budget_internal.h"

/* Everything is sent: begin at the front of the buffer again. */
static PIER__HOT void rewind_buffer(pier__storer *storer) {
    size_t cursor = pier__storer_cursor(storer);
    if (storer->sent == cursor && !storer->block_is_open && !storer->in_record) {
        storer->sent = 0;
        storer->ready = 0;
        pier__storer_set_cursor(storer, 0);
    }
}

/* The program must load before anything can be sent. */
static pier_status tell_full(pier__storer *storer, const pier__loader *loader) {
    return pier__archive_tell(&storer->common, PIER_WOULD_BLOCK,
                              "cannot send, and unread input is at its limit of %llu bytes (queue_bytes_max): load "
                              "records, then flush again",
                              (unsigned long long)loader->common.limits.queue_bytes_max);
}

/* Input would be reported again and again, and cannot be taken in: so it is told, instead of tried for ever. */
static pier_status tell_stuck(pier__storer *storer, pier_status status, const pier__loader *loader) {
    if (status == PIER_NO_MEMORY) {
        return pier__archive_tell(&storer->common, PIER_WOULD_BLOCK,
                                  "cannot send, and there is no memory to take input in");
    }
    return pier__archive_tell(
        &storer->common, PIER_WOULD_BLOCK,
        "cannot send, and unread input has no room: the limit is %llu (unread_bytes_max of pier_budget); load records, "
        "then flush again",
        (unsigned long long)pier__budget_unread_max(loader->common.options.budget));
}

/* Waits until the file takes more, and takes input in while it waits. */
static pier_status wait_with_input(pier__storer *storer, pier__loader *loader) {
    if (pier__loader_is_full(loader)) {
        return tell_full(storer, loader);
    }
    pier_file *file = storer->common.file;
    bool reads = loader->common.file == file && pier__loader_may_fill(loader);
    uint32_t ready = 0;
    pier_status status =
        pier_file_wait(file, reads ? PIER_READABLE | PIER_WRITABLE : PIER_WRITABLE, &ready, storer->common.deadline);
    if (status < 0) {
        return pier__archive_fail_by_file(&storer->common, pier_file_error(file));
    }
    if (status == PIER_OK && (ready & PIER_READABLE) != 0) {
        pier_status taken = pier__loader_take_in(loader);
        if (taken == PIER_NO_MEMORY || taken == PIER_LIMIT) {
            return tell_stuck(storer, taken, loader);
        }
    }
    return status;
}

/* Sends until at most `keep` bytes are queued, or until the loader has so many bytes of input that are not taken yet:
 * PIER_WOULD_BLOCK. */
static pier_status send_until(pier__storer *storer, uint64_t keep, uint64_t input_bytes) {
    pier__archive *common = &storer->common;
    if (common->file == NULL) {
        return pier__storer_queued(storer) <= keep ? PIER_OK : PIER_WOULD_BLOCK;
    }
    pier__loader *loader = pier__loader_of_pair(common);
    while (pier__storer_queued(storer) > keep) {
        pier_bytes span = {storer->buffer + storer->sent, pier__storer_queued(storer)};
        size_t taken = 0;
        pier_status status =
            pier_file_write(common->file, &span, 1, &taken, loader != NULL ? PIER_NOW : common->deadline);
        storer->sent += taken;
        if (status < 0) {
            return pier__archive_fail_by_file(common, pier_file_write_error(common->file));
        }
        if (status == PIER_WOULD_BLOCK && loader != NULL && common->deadline != PIER_NOW) {
            status = wait_with_input(storer, loader);
            if (status == PIER_OK && loader->end - loader->taken >= input_bytes) {
                status = PIER_WOULD_BLOCK;
            }
        }
        if (status != PIER_OK) {
            return status;
        }
    }
    rewind_buffer(storer);
    return PIER_OK;
}

PIER__HOT pier_status pier__storer_send(pier__storer *storer, uint64_t keep) {
    return send_until(storer, keep, UINT64_MAX);
}

PIER__HOT void pier__archive_send_open(pier__archive *archive, uint64_t input_bytes, pier_deadline deadline) {
    if (!archive->window.storing || archive->file == NULL || archive->failure != PIER_OK) {
        return;
    }
    pier__storer *storer = pier__storer_of(&archive->window);
    if (storer->in_record || storer->raw_is_open) {
        return;
    }
    if (storer->block_is_open && storer->block_records > 0) {
        pier__storer_end_block(storer, 0);
        pier__storer_check_epoch(storer);
    }
    pier_deadline own = archive->deadline;
    archive->deadline = deadline;
    (void)send_until(storer, 0, input_bytes);
    archive->deadline = own;
}

pier_bytes pier_archive_drain(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    if (!archive->storing || storer->common.file != NULL || storer->common.failure != PIER_OK) {
        return (pier_bytes){NULL, 0};
    }
    if (!storer->is_ended) {
        /* The preamble is ready from the first moment. Without memory for it there is nothing to send yet. */
        (void)pier__storer_open_stream(storer);
    }
    size_t queued = pier__storer_queued(storer);
    return (pier_bytes){queued > 0 ? storer->buffer + storer->sent : NULL, queued};
}

void pier_archive_drained(pier_archive *archive, size_t size_bytes) {
    pier__storer *storer = pier__storer_of(archive);
    if (!archive->storing || storer->common.failure != PIER_OK) {
        return;
    }
    size_t queued = storer->common.file == NULL ? pier__storer_queued(storer) : 0;
    if (size_bytes > queued) {
        storer->common.failure = pier__archive_tell(
            &storer->common, PIER_USAGE, "%zu bytes were told as drained, %zu were ready", size_bytes, queued);
        pier__archive_close_window(&storer->common);
        return;
    }
    storer->sent += size_bytes;
    rewind_buffer(storer);
}

uint64_t pier_archive_queued_bytes(const pier_archive *archive) {
    return archive->storing ? pier__storer_queued(pier__storer_of_const(archive)) : 0;
}

/* Memory that lacks for a mark is no failure of the stream: nothing was done, the call may be repeated. */
static pier_status no_memory_for(pier__storer *storer, const char *what) {
    return pier__archive_tell(&storer->common, PIER_NO_MEMORY, "no memory for %s", what);
}

/* Makes ready what is open, and when `ends_stream` the end mark. */
static PIER__HOT pier_status make_ready(pier__storer *storer, bool ends_stream) {
    pier_status status = pier__storer_open_stream(storer);
    if (status == PIER_WOULD_BLOCK) {
        /* The format was never learnt: nothing was stored, and nothing may be sent. */
        storer->is_ended = ends_stream;
        return PIER_OK;
    }
    if (status != PIER_OK || !pier__storer_end_message(storer)) {
        return no_memory_for(storer, "a block");
    }
    return ends_stream && !pier__storer_end_stream(storer) ? no_memory_for(storer, "the end mark") : PIER_OK;
}

/* What flush and close have in common: what is open becomes ready, and all that is ready is sent. */
static PIER__HOT pier_status finish(pier__storer *storer, bool ends_stream) {
    pier_status status = storer->is_ended ? PIER_OK : make_ready(storer, ends_stream);
    return status == PIER_OK && storer->common.file != NULL ? pier__storer_send(storer, 0) : status;
}

PIER__HOT pier_status pier_archive_flush(pier_archive *archive) {
    pier__storer *storer = pier__storer_of(archive);
    if (!archive->storing || storer->in_record) {
        return pier__archive_tell(pier__archive_of(archive), PIER_USAGE, "%s",
                                  archive->storing ? "a flush within a record" : "a loading archive is not flushed");
    }
    return storer->common.failure != PIER_OK ? storer->common.failure : finish(storer, false);
}

pier_status pier_archive_close(pier_archive *archive) {
    if (!archive->storing) {
        return PIER_OK;
    }
    pier__storer *storer = pier__storer_of(archive);
    if (storer->common.failure != PIER_OK) {
        return storer->common.failure;
    }
    pier_archive_abandon(archive);
    if (pier__storer_abandon_raw(storer) != PIER_OK) {
        return no_memory_for(storer, "the end of raw bytes");
    }
    return finish(storer, true);
}
