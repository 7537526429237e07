/* Archives opened, destroyed and asked; what both directions share.
 *
 * Floor 4 (archive). storer.c and loader.c do the work; this file makes and ends them. */
#include <pier/archive.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "archive/loader_internal.h"
#include "archive/storer_internal.h"
#include "base/budget_internal.h"
#include "base/error_internal.h"
#include "base/limits_internal.h"
#include "base/random_internal.h"

/* What a read is offered at least, and a seekable file's distance of checkpoints: proto/wire.md, Definitions. */
enum { READ_BYTES_DEFAULT = 64 << 10, CHECKPOINT_BYTES_DEFAULT = 1 << 20 };

PIER__HOT uint64_t pier__archive_time(const pier__archive *archive) {
    if (archive->time_is_given || archive->file == NULL) {
        return archive->time_unix_ns;
    }
    return (uint64_t)pier_clock_unix_ns();
}

pier_status pier__archive_tell(pier__archive *archive, pier_status status, const char *format, ...) {
    char text[sizeof archive->error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return pier__error_set(&archive->error, status, PIER_FLOOR_ARCHIVE, 0, "%s", text);
}

pier_status pier__archive_fail_by_file(pier__archive *archive, const pier_error *error) {
    pier__archive_end_run(&archive->window);
    archive->error = *error;
    archive->failure = archive->error.status;
    pier__archive_close_window(archive);
    return archive->failure;
}

void pier__loader_locate(pier__loader *loader, uint64_t position) {
    pier_error *error = &loader->common.error;
    error->offset = position;
    if (loader->block != PIER_NO_OFFSET) {
        error->block_offset = loader->block;
        bool is_stored = loader->header.codec != PIER__CODEC_NONE && !loader->is_inflated;
        error->payload_offset = is_stored ? PIER_NO_OFFSET : position - loader->block - PIER__PIECE_BYTES;
        error->offset = loader->is_inflated ? loader->block : position;
    }
    if (loader->in_record) {
        error->record = loader->record_number;
    }
}

pier_status pier__loader_fail(pier__loader *loader, pier_status status, uint64_t position, const char *format, ...) {
    char text[sizeof loader->common.error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    loader->common.failure = pier__archive_tell(&loader->common, status, "%s", text);
    pier__loader_locate(loader, position);
    pier__archive_close_window(&loader->common);
    return status;
}

pier_status pier__archive_fail_at(pier_archive *archive, const uint8_t *at, pier_status status, const char *path,
                                  const char *format, ...) {
    pier__loader *loader = pier__loader_of(archive);
    char text[sizeof loader->common.error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)pier__loader_fail(loader, status, loader->record + (size_t)(at - loader->record_memory), "%s", text);
    if (path != NULL) {
        (void)snprintf(loader->common.error.path, sizeof loader->common.error.path, "%s", path);
    }
    return status;
}

pier_status pier__archive_tell_record(pier_archive *archive, pier_status status, const char *format, ...) {
    pier__loader *loader = pier__loader_of(archive);
    char text[sizeof loader->common.error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)pier__archive_tell(&loader->common, status, "%s", text);
    pier__loader_locate(loader, loader->record);
    return status;
}

static pier_status check_options(const pier_archive_options *options, pier_file *file, bool storing,
                                 pier_error *error) {
    if (options->size != sizeof *options) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0,
                               "pier_archive_options.size is %zu, this library has %zu", options->size,
                               sizeof *options);
    }
    if (options->format < PIER_FORMAT_FRAMED || options->format > PIER_FORMAT_GUESS ||
        options->plain_form < PIER_PLAIN_MAP || options->plain_form > PIER_PLAIN_ARRAY) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0, "a format or plain form that does not exist");
    }
    if (options->compression_level > PIER_COMPRESSION_LEVEL_HIGHEST) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0,
                               "compression_level is %u, and may be %u at most", options->compression_level,
                               PIER_COMPRESSION_LEVEL_HIGHEST);
    }
    uint32_t capability = storing ? PIER_FILE_CAN_WRITE : PIER_FILE_CAN_READ;
    if (file != NULL && (pier_file_capabilities(file) & capability) == 0) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_ARCHIVE, 0, "the file cannot be %s",
                               storing ? "written" : "read");
    }
    return PIER_OK;
}

pier_status pier__archive_init(pier__archive *archive, pier_file *file, const pier_archive_options *options,
                               bool storing, pier_error *error) {
    static const pier_archive_options none = {.size = sizeof none};
    archive->options = options != NULL ? *options : none;
    pier_status status = check_options(&archive->options, file, storing, error);
    if (status == PIER_OK) {
        status = pier__limits_resolve(archive->options.limits, &archive->limits, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    archive->window.storing = storing;
    archive->allocator = pier__allocator_choose(archive->options.allocator);
    archive->file = file;
    archive->format = archive->options.format;
    archive->deadline = PIER_NEVER;
    pier_error_clear(&archive->error);
    if (archive->options.read_bytes == 0) {
        archive->options.read_bytes = READ_BYTES_DEFAULT;
    }
    bool can_seek = file != NULL && (pier_file_capabilities(file) & PIER_FILE_CAN_SEEK) != 0;
    if (archive->options.checkpoint_bytes == 0 && can_seek) {
        archive->options.checkpoint_bytes = CHECKPOINT_BYTES_DEFAULT;
    }
    return PIER_OK;
}

/* Begins a stream from nothing; the buffer stays. */
static pier_status begin_storing(pier__storer *storer, pier_error *error) {
    pier__archive *common = &storer->common;
    storer->stream_id = common->options.stream_id;
    if (storer->stream_id == 0 && !pier__random_u64(&storer->stream_id)) {
        return pier__error_set(error, PIER_SYSTEM, PIER_FLOOR_ARCHIVE, 0, "the system gives no random number");
    }
    storer->sent = 0;
    storer->ready = 0;
    storer->next_record = 1;
    storer->next_block = 0;
    storer->epoch = 0;
    storer->epoch_bytes = 0;
    storer->epoch_begins = true;
    storer->preamble_is_made = false;
    storer->requires_deflate = false;
    storer->is_ended = false;
    storer->message_is_open = false;
    storer->block_is_open = false;
    storer->in_record = false;
    storer->raw_is_open = false;
    storer->raw_block_is_open = false;
    storer->refusal = PIER_OK;
    pier__storer_forget_classes(storer);
    pier__storer_set_cursor(storer, 0);
    return PIER_OK;
}

/* What is fed or read before is no longer there. */
static void settle_budget(pier__loader *loader) {
    if (loader->common.options.budget != NULL) {
        (void)pier__budget_charge(loader->common.options.budget, &loader->charged, 0);
    }
}

static void begin_loading(pier__loader *loader) {
    pier__loader_release_marks(loader);
    pier__loader_end_views(loader);
    pier__loader_forget_classes(loader);
    pier__loader_leave_buffer(loader);
    loader->base = 0;
    loader->taken = 0;
    loader->end = 0;
    loader->input_is_ended = false;
    loader->skip_bytes = 0;
    loader->needed = 0;
    loader->stream = (pier__stream){.phase = PIER__PHASE_START, .next_record = 1};
    loader->next_number = 1;
    pier_error_clear(&loader->held);
    loader->end_is_told = false;
    loader->in_block = false;
    loader->piece = (pier_bytes){NULL, 0};
    loader->is_inflated = false;
    pier__loader_trim_inflated(loader);
    loader->block = PIER_NO_OFFSET;
    loader->records_left = 0;
    loader->in_record = false;
    loader->raw = PIER__RAW_NONE;
    loader->scan_is_begun = false;
    loader->is_recovering = false;
    loader->refuted_bytes = 0;
    loader->refuted = PIER_NO_OFFSET;
    loader->common.window.cursor = NULL;
    loader->common.window.limit = NULL;
    pier__loader_begin_time(loader);
    settle_budget(loader);
}

pier_status pier_archive_open_store(pier_archive **out, pier_file *file, const pier_archive_options *options,
                                    pier_error *error) {
    *out = NULL;
    pier__storer draft = {0};
    pier_status status = pier__archive_init(&draft.common, file, options, true, error);
    if (status == PIER_OK) {
        status = begin_storing(&draft, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    pier__storer *storer = (pier__storer *)pier__allocate(&draft.common.allocator, sizeof *storer);
    if (storer == NULL || !pier__scan_init(&draft.scan, &draft.common.limits, &draft.common.allocator)) {
        pier__release(&draft.common.allocator, storer, sizeof *storer);
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_ARCHIVE, 0, "no memory for an archive");
    }
    *storer = draft;
    pier__buffer_init(&storer->closure, &storer->common.allocator);
    *out = &storer->common.window;
    return PIER_OK;
}

pier_status pier_archive_open_load(pier_archive **out, pier_file *file, const pier_archive_options *options,
                                   pier_error *error) {
    *out = NULL;
    pier__loader draft = {0};
    pier_status status = pier__archive_init(&draft.common, file, options, false, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_arena_init(&draft.arena, &draft.common.allocator, draft.common.limits.arena_bytes_max);
    begin_loading(&draft);
    pier__loader *loader = (pier__loader *)pier__allocate(&draft.common.allocator, sizeof *loader);
    if (loader == NULL || !pier__scan_init(&draft.scan, &draft.common.limits, &draft.common.allocator)) {
        pier__release(&draft.common.allocator, loader, sizeof *loader);
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_ARCHIVE, 0, "no memory for an archive");
    }
    *loader = draft;
    *out = &loader->common.window;
    return PIER_OK;
}

static void destroy_storer(pier__storer *storer) {
    pier_allocator allocator = storer->common.allocator;
    pier__buffer_deinit(&storer->closure);
    pier__release(&allocator, storer->buffer, storer->capacity);
    pier__deflater_deinit(&storer->deflater, &allocator);
    pier__release(&allocator, storer->classes, storer->class_capacity * sizeof *storer->classes);
    pier__scan_deinit(&storer->scan, &allocator);
    pier__release(&allocator, storer, sizeof *storer);
}

static void destroy_loader(pier__loader *loader) {
    pier_allocator allocator = loader->common.allocator;
    settle_budget(loader);
    pier__loader_release_marks(loader);
    pier__loader_end_views(loader);
    pier__loader_forget_classes(loader);
    pier__release(&allocator, loader->classes, loader->class_capacity * sizeof *loader->classes);
    pier__loader_leave_buffer(loader);
    pier__loader_leave_inflated(loader);
    pier__inflater_deinit(&loader->inflater, &allocator);
    pier_arena_deinit(&loader->arena);
    pier__release(&allocator, loader->buffer, loader->capacity + PIER_PADDING_BYTES);
    pier__scan_deinit(&loader->scan, &allocator);
    pier__release(&allocator, loader, sizeof *loader);
}

void pier_archive_destroy(pier_archive *archive) {
    if (archive == NULL) {
        return;
    }
    pier__archive *common = pier__archive_of(archive);
    if (common->other != NULL) {
        common->other->other = NULL;
    }
    if (common->records != NULL) {
        common->release_records(&common->allocator, common->records);
    }
    if (common->prepared != NULL) {
        common->release_prepared(&common->allocator, common->prepared);
    }
    if (archive->storing) {
        destroy_storer(pier__storer_of(archive));
    } else {
        destroy_loader(pier__loader_of(archive));
    }
}

pier_status pier_archive_reset(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    if (common->is_detached) {
        return common->failure;
    }
    common->failure = PIER_OK;
    common->format = common->options.format;
    pier_error_clear(&common->error);
    if (archive->storing) {
        common->failure = begin_storing(pier__storer_of(archive), &common->error);
        return common->failure;
    }
    begin_loading(pier__loader_of(archive));
    return PIER_OK;
}

void pier__archive_limit_stream(pier_archive *archive, uint64_t stream_bytes_max) {
    pier__storer_of(archive)->stream_bytes_max = stream_bytes_max;
}

void pier__archive_choose_format(pier_archive *archive, pier_format format) {
    pier__archive_of(archive)->options.format = format;
}

bool pier__archive_is_touched(const pier_archive *archive) {
    const pier__storer *storer = (const pier__storer *)archive;
    return storer->in_record || storer->next_record > 1;
}

pier_status pier_archive_pair(pier_archive *store, pier_archive *load) {
    pier__archive *storing = pier__archive_of(store);
    if (!store->storing || (load != NULL && load->storing)) {
        return pier__archive_tell(storing, PIER_USAGE, "a storing archive is paired with a loading one");
    }
    if (load != NULL && storing->options.format != pier__archive_of(load)->options.format) {
        return pier__archive_tell(storing, PIER_USAGE, "both directions of a connection have one format");
    }
    pier__archive_end_run(store);
    if (storing->other != NULL) {
        storing->other->other = NULL;
        storing->other = NULL;
    }
    if (load != NULL) {
        pier__archive *loading = pier__archive_of(load);
        if (loading->other != NULL) {
            loading->other->other = NULL;
        }
        storing->other = loading;
        loading->other = storing;
    }
    return PIER_OK;
}

PIER__HOT void pier_archive_set_deadline(pier_archive *archive, pier_deadline deadline) {
    pier__archive_of(archive)->deadline = deadline;
}

void pier_archive_set_time(pier_archive *archive, uint64_t unix_ns) {
    pier__archive_of(archive)->time_unix_ns = unix_ns;
    pier__archive_of(archive)->time_is_given = true;
}

pier_status pier_archive_status(const pier_archive *archive) {
    return pier__archive_of_const(archive)->failure;
}

const pier_error *pier_archive_error(const pier_archive *archive) {
    return &pier__archive_of_const(archive)->error;
}

pier_format pier_archive_format(const pier_archive *archive) {
    return pier__archive_of_const(archive)->format;
}
