/* Copying what a walk comes upon: see record_copy.h. */
#include "record_copy.h"

#include <errno.h>

#include <pier/raw.h>

#include "report.h"

/* Raw bytes are copied in pieces of this size, as a block has. */
enum { COPY_BYTES = 64 << 10 };

/* Makes the storing archive do something. Returns whether it did; a failure is told. */
static bool has_done(record_copy *copy, pier_status status) {
    if (status != PIER_OK) {
        copy->exit_status = repair_output_report(&copy->out);
    }
    return status == PIER_OK;
}

/* A new piece: what a flush ended there, a flush ends here. */
static bool take_piece(record_copy *copy, const pier_block *piece) {
    bool ends_message = copy->ends_message;
    copy->ends_message = piece->kind == PIER_BLOCK_RECORDS && piece->message_end;
    if (ends_message && !has_done(copy, pier_archive_flush(copy->out.archive))) {
        return false;
    }
    if (piece->kind == PIER_BLOCK_RECORDS) {
        pier_archive_set_time(copy->out.archive, piece->time_unix_ns);
    }
    return true;
}

/* Stores the raw bytes that were kept. */
static bool store_kept(record_copy *copy) {
    char buffer[COPY_BYTES];
    pier_bytes part;
    if (!has_done(copy, pier_archive_begin_raw(copy->out.archive))) {
        return false;
    }
    for (;;) {
        size_t stored = 0;
        if (!spool_read(&copy->kept, buffer, sizeof(buffer), &part)) {
            copy->exit_status = report_errno(copy->out.command, errno, "raw bytes kept for a moment");
            return false;
        }
        if (part.size == 0) {
            return has_done(copy, pier_archive_end_raw(copy->out.archive));
        }
        if (!has_done(copy, pier_archive_store_raw(copy->out.archive, part, &stored))) {
            return false;
        }
    }
}

/* Copies the raw bytes that the walk stands at, if they are whole: that shows at their end alone, and the new archive
 * is to have nothing that is not. What is wrong with them the walk tells. */
static bool take_raw(record_copy *copy, walk *w) {
    pier_bytes part;
    pier_status status;
    spool_clear(&copy->kept);
    while ((status = walk_load_raw(w, &part)) == PIER_OK) {
        if (!spool_add(&copy->kept, part)) {
            copy->exit_status = report_errno(copy->out.command, errno, "raw bytes kept for a moment");
            return false;
        }
    }
    return status != PIER_END || store_kept(copy);
}

/* Writes the current record. One that the new archive cannot hold is left out, and told. */
static bool take_record(record_copy *copy, walk *w) {
    pier_status status = pier_archive_forward(copy->out.archive, w->archive);
    if (status < 0 && status != PIER_NO_MEMORY && pier_archive_status(copy->out.archive) == PIER_OK) {
        (void)repair_output_report(&copy->out);
        w->is_damaged = true;
        w->stats.records--;
        w->stats.records_skipped++;
        return true;
    }
    return has_done(copy, status);
}

bool record_copy_take(record_copy *copy, walk *w, walk_event event) {
    return event == WALK_PIECE               ? take_piece(copy, &w->piece)
           : pier_archive_is_raw(w->archive) ? take_raw(copy, w)
                                             : take_record(copy, w);
}

int record_copy_open(record_copy *copy, const char *command, const char *path, const char *source, bool force,
                     const common_options *common) {
    pier_limits limits = walk_limits(common);
    *copy = (record_copy){.out.handle = -1, .kept.handle = -1};
    copy->exit_status = repair_output_open(&copy->out, command, path, source, force, &limits);
    if (copy->exit_status == EXIT_DONE && !spool_init(&copy->kept, path)) {
        copy->exit_status = report(command, PIER_NO_MEMORY, "%s: %s", path, pier_status_text(PIER_NO_MEMORY));
    }
    return copy->exit_status;
}

void record_copy_deinit(record_copy *copy) {
    spool_deinit(&copy->kept);
    repair_output_deinit(&copy->out);
}
