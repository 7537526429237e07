/* What a peer may not take its time with: its first byte, and the rest of what it has begun; see loader_internal.h.
 *
 * Floor 4 (archive). Time is looked at only where input is lacking, so that records which are there cost nothing. The
 * clock of a frame begins when the loader first lacks its rest; a byte now and then does not begin it anew. */
#include "archive/loader_internal.h"

/* Where the frame begins that is half there: a value of a plain stream, a piece of a framed one with its payload. */
static uint64_t frame_start(const pier__loader *loader) {
    return loader->skip_bytes > 0 ? loader->skip_from : loader->taken;
}

static bool is_in_frame(const pier__loader *loader) {
    return loader->skip_bytes > 0 || loader->end > loader->taken;
}

/* Now, or 0 when nobody told. */
static int64_t now_ns(const pier__loader *loader) {
    return loader->common.file == NULL ? loader->now_ns : pier_clock_monotonic_ns();
}

static pier_deadline after(int64_t from_ns, uint32_t timeout_ms) {
    return timeout_ms == 0 ? PIER_NEVER : from_ns + (int64_t)timeout_ms * 1000000;
}

void pier__loader_begin_time(pier__loader *loader) {
    const pier_archive_options *options = &loader->common.options;
    loader->is_timed = options->first_byte_timeout_ms != 0 || options->frame_timeout_ms != 0;
    loader->due_frame = PIER_NO_OFFSET;
    loader->due = PIER_NEVER;
    int64_t now = loader->is_timed ? now_ns(loader) : 0;
    if (now != 0) {
        loader->due = after(now, options->first_byte_timeout_ms);
    }
}

/* Notes until when what is lacking must be there. */
static void note_due(pier__loader *loader) {
    const pier_archive_options *options = &loader->common.options;
    if (is_in_frame(loader)) {
        if (loader->due_frame != frame_start(loader)) {
            int64_t now = now_ns(loader);
            loader->due_frame = now != 0 ? frame_start(loader) : PIER_NO_OFFSET;
            loader->due = now != 0 ? after(now, options->frame_timeout_ms) : PIER_NEVER;
        }
    } else if (loader->end > 0) {
        loader->due_frame = PIER_NO_OFFSET;
        loader->due = PIER_NEVER;
    }
}

static pier_status fail_overdue(pier__loader *loader) {
    const pier_archive_options *options = &loader->common.options;
    if (loader->end == 0) {
        return pier__loader_fail(loader, PIER_LIMIT, 0, "no byte came within %u ms (first_byte_timeout_ms)",
                                 options->first_byte_timeout_ms);
    }
    uint64_t start = frame_start(loader);
    return pier__loader_fail(loader, PIER_LIMIT, start,
                             "of what began here %llu bytes came, and not the rest, within %u ms (frame_timeout_ms)",
                             (unsigned long long)(loader->end - start), options->frame_timeout_ms);
}

pier_deadline pier__loader_clip(pier__loader *loader, pier_deadline deadline) {
    note_due(loader);
    return loader->due < deadline ? loader->due : deadline;
}

pier_status pier__loader_lack(pier__loader *loader, pier_status status) {
    note_due(loader);
    bool is_overdue = loader->due != PIER_NEVER && now_ns(loader) >= loader->due;
    return is_overdue ? fail_overdue(loader) : status;
}

pier_deadline pier_archive_due(const pier_archive *archive) {
    const pier__loader *loader = pier__loader_of_const(archive);
    bool is_waited_for = !archive->storing && loader->common.failure == PIER_OK && !loader->input_is_ended;
    return is_waited_for && loader->is_timed ? loader->due : PIER_NEVER;
}

void pier_archive_set_now(pier_archive *archive, int64_t monotonic_ns) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || loader->common.file != NULL) {
        return;
    }
    bool is_first = loader->now_ns == 0;
    loader->now_ns = monotonic_ns;
    if (is_first && loader->end == 0) {
        pier__loader_begin_time(loader);
    }
}

void pier_archive_renew(pier_archive *archive) {
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || !loader->is_timed) {
        return;
    }
    if (loader->end == 0) {
        pier__loader_begin_time(loader);
    } else {
        loader->due_frame = PIER_NO_OFFSET;
        note_due(loader);
    }
}
