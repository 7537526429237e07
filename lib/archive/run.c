/* Runs: records that follow one another in a block, stored or loaded by the record floor at the cursor alone; see
 * pier__run in <pier/archive.h>.
 *
 * Floor 4 (archive). A run begins behind a record that went the usual way, and what the archive must know of its records
 * is found out when it ends. A record of another class needs a class switch and nothing else: the run goes on. */
#include "archive/loader_internal.h"
#include "archive/storer_internal.h"

/* Storing ---------------------------------------------------------------------------------------------------------- */

/* Takes the records of a run over. */
static inline void take_stored(pier__storer *storer) {
    storer->next_record += storer->common.window.run.count;
    storer->block_records += storer->common.window.run.count;
    if (storer->common.format == PIER_FORMAT_PLAIN) {
        storer->ready = pier__storer_cursor(storer);
    }
}

/* Begins a run of plain records, which ends before there is a block's worth to send, the queue is full, or a record
 * could be above a limit. */
static void begin_plain_stored(pier__storer *storer, const void *run_by, const void *stored_class) {
    const pier__archive *common = &storer->common;
    const pier_limits *limits = &common->limits;
    uint64_t most =
        limits->record_bytes_max < limits->text_bytes_max ? limits->record_bytes_max : limits->text_bytes_max;
    uint64_t target = limits->block_target_bytes;
    uint64_t full = common->file != NULL && target < limits->queue_bytes_max ? target : limits->queue_bytes_max;
    size_t cursor = pier__storer_cursor(storer);
    uint64_t queued = cursor - storer->sent;
    if (storer->in_record || common->failure != PIER_OK || storer->stream_bytes_max != 0 || queued >= full) {
        return;
    }
    most = full - queued < most ? full - queued : most;
    most = storer->capacity - cursor < most ? storer->capacity - cursor : most;
    storer->common.window.run = (pier__run){
        .class_of_run = run_by, .stored_class = stored_class, .end = storer->common.window.cursor + (size_t)most};
}

static void begin_stored(pier__storer *storer, const void *class_of_run, const void *run_by) {
    const pier__archive *common = &storer->common;
    const pier__stored_class *last = storer->last_class;
    const void *stored_class = run_by == class_of_run ? class_of_run : NULL;
    if (common->format == PIER_FORMAT_PLAIN) {
        begin_plain_stored(storer, run_by, stored_class);
        return;
    }
    bool is_open = storer->block_is_open && storer->block_records > 0 && !storer->in_record && last != NULL &&
                   last->class_of_caller == class_of_run && last->id == storer->block_class;
    /* A definition may have made the queue full: then a record of another class waits. */
    bool is_full = pier__storer_queued(storer) >= common->limits.queue_bytes_max;
    if (!is_open || is_full || common->format != PIER_FORMAT_FRAMED || common->failure != PIER_OK ||
        storer->stream_bytes_max != 0) {
        return;
    }
    /* A record of the run is smaller than the target, and passes each limit that is not below it. */
    const pier__loader *loader = (const pier__loader *)common->other;
    uint64_t target = common->limits.block_target_bytes;
    bool is_within =
        target <= common->limits.record_bytes_max && target <= common->limits.text_bytes_max &&
        target <= PIER__CONSENT_BYTES &&
        (loader == NULL || !loader->stream.preamble_is_known || target <= loader->stream.peer.record_bytes_max);
    if (!is_within) {
        return;
    }
    uint64_t block_end = storer->ready + PIER__PIECE_BYTES + target;
    storer->common.window.run = (pier__run){
        .class_of_run = run_by,
        .stored_class = stored_class,
        .end = storer->buffer + (size_t)(block_end < storer->capacity ? block_end : storer->capacity),
    };
}

PIER__HOT size_t pier__archive_switch_room(pier_archive *archive, const void *class_of_caller) {
    /* The run must not end, as pier__storer_of would have it. */
    pier__storer *storer = (pier__storer *)archive;
    if (archive->run.stored_class == NULL || storer->common.format != PIER_FORMAT_FRAMED) {
        return 0;
    }
    const pier__stored_class *found = pier__storer_find_caller(storer, class_of_caller);
    return found == NULL || found->id == storer->block_class ? 0 : pier__switch_bytes(found->id);
}

PIER__HOT void pier__archive_switch_stored(pier_archive *archive, const void *class_of_caller) {
    pier__storer *storer = (pier__storer *)archive;
    storer->last_class = pier__storer_find_caller(storer, class_of_caller);
    pier__storer_switch_class(storer, storer->last_class->id);
    archive->run.class_of_run = class_of_caller;
    archive->run.stored_class = class_of_caller;
}

/* Loading ---------------------------------------------------------------------------------------------------------- */

/* Takes the records of a run over: the last of them is the current one. */
static inline void take_loaded(pier__loader *loader) {
    const pier__run *run = &loader->common.window.run;
    if (run->last == NULL) {
        return;
    }
    loader->record += (size_t)(run->last - loader->record_memory);
    loader->record_memory = run->last;
    loader->record_end = loader->record + (size_t)(loader->common.window.cursor - run->last);
    if (loader->in_block) {
        loader->next_at = loader->record;
        loader->switch_at = loader->record;
        loader->records_left = run->left;
    }
    loader->next_number += run->count - run->left;
    loader->record_number = loader->next_number - 1;
}

/* Begins a run over what came in behind a plain record: a record that is not whole yet ends beyond it. */
static void begin_plain_loaded(pier__loader *loader, const void *run_by) {
    const pier_limits *limits = &loader->common.limits;
    uint64_t most =
        limits->record_bytes_max < limits->text_bytes_max ? limits->record_bytes_max : limits->text_bytes_max;
    uint64_t there = pier__loader_there(loader, loader->record_end);
    most = there < most ? there : most;
    if (most == 0 || loader->scan_is_begun) {
        return;
    }
    loader->common.window.run = (pier__run){
        .class_of_run = run_by,
        .end = pier__loader_at(loader, loader->record_end) + (size_t)most,
        .left = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX,
        .count = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX,
    };
}

static void begin_loaded(pier__loader *loader, const void *run_by) {
    const pier_limits *limits = &loader->common.limits;
    /* Memory that waits for its record to be left would wait for the end of the run. */
    bool is_free = loader->kept_record == NULL && loader->retired == NULL;
    bool is_loaded = loader->in_record && loader->record_end != 0 &&
                     loader->common.window.cursor == pier__loader_content_at(loader, loader->record_end);
    if (is_loaded && is_free && loader->common.format == PIER_FORMAT_PLAIN) {
        begin_plain_loaded(loader, run_by);
    }
    if (!is_loaded || !loader->in_block || loader->records_left == 0 || !is_free ||
        loader->header.raw_bytes > limits->record_bytes_max || loader->header.raw_bytes > limits->text_bytes_max) {
        return;
    }
    loader->common.window.run = (pier__run){
        .class_of_run = run_by,
        .end = loader->record_memory + (size_t)(loader->payload_end - loader->record),
        .left = loader->records_left,
        .count = loader->records_left,
    };
}

PIER__HOT pier__stream_class *pier__archive_see_switch(pier_archive *archive, const uint8_t **record) {
    const pier__loader *loader = (const pier__loader *)archive;
    uint16_t id;
    size_t there = (size_t)(archive->run.end - archive->cursor);
    size_t switch_bytes = pier__read_switch(archive->cursor, there, &id);
    if (archive->run.left == 0 || loader->common.format != PIER_FORMAT_FRAMED || switch_bytes == 0) {
        return NULL;
    }
    *record = archive->cursor + switch_bytes;
    return pier__loader_find_class(loader, id);
}

PIER__HOT void pier__archive_switch_loaded(pier_archive *archive, pier__stream_class *to, const uint8_t *record) {
    pier__loader *loader = (pier__loader *)archive;
    loader->class_id = to->id;
    loader->class_in_force = to;
    archive->run.class_of_run = to->bound;
    archive->cursor += record - archive->cursor;
}

/* Both ------------------------------------------------------------------------------------------------------------- */

PIER__HOT void pier__archive_end_run(pier_archive *archive) {
    if (archive->storing) {
        take_stored((pier__storer *)archive);
    } else {
        take_loaded((pier__loader *)archive);
    }
    archive->run = (pier__run){0};
}

PIER__HOT void pier__archive_begin_run(pier_archive *archive, const void *class_of_run, const void *run_by) {
    if (archive->storing) {
        begin_stored((pier__storer *)archive, class_of_run, run_by);
    } else {
        begin_loaded((pier__loader *)archive, run_by);
    }
}
