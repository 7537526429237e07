/* Reading ahead: see <pier/mark.h> and loader_internal.h.
 *
 * Floor 4 (archive). A mark is a copy of the loader as it stood. Going back puts the copy in place of the loader, but
 * for what only grows (the memory and what came in) and what belongs to the object and not to the place. The classes of
 * an epoch are not copied: those defined since are forgotten, and when an epoch ends while a mark needs its classes,
 * the mark takes them over. */
#include <pier/mark.h>

#include <string.h>

#include "archive/loader_internal.h"
#include "base/allocator_internal.h"

typedef struct pier__mark {
    struct pier__mark *below;
    pier__loader place;
    bool has_window; /* the token calls had begun, or a codec was done */
    size_t cursor;   /* from the record's first byte; so is `limit` */
    size_t limit;
    bool keeps_classes; /* the table below: of the epoch in which the mark was set */
    pier__class_row *classes;
    size_t class_count;
    size_t class_capacity;
    size_t closure_bytes;
} pier__mark;

uint64_t pier__loader_first_in_use(const pier__loader *loader) {
    return loader->in_block ? loader->block : loader->taken;
}

/* Makes a mark's kept classes the loader's, whose own are forgotten. */
static void take_back_classes(pier__loader *loader, pier__mark *mark) {
    pier__loader_forget_classes_from(loader, 0);
    pier__release(&loader->common.allocator, loader->classes, loader->class_capacity * sizeof *loader->classes);
    loader->classes = mark->classes;
    loader->class_count = mark->class_count;
    loader->class_capacity = mark->class_capacity;
    loader->closure_bytes = mark->closure_bytes;
    mark->keeps_classes = false;
}

bool pier__loader_keep_classes(pier__loader *loader) {
    pier__mark *mark = loader->marks;
    if (mark == NULL || mark->keeps_classes) {
        return false;
    }
    mark->keeps_classes = true;
    mark->classes = loader->classes;
    mark->class_count = loader->class_count;
    mark->class_capacity = loader->class_capacity;
    mark->closure_bytes = loader->closure_bytes;
    loader->classes = NULL;
    loader->class_count = 0;
    loader->class_capacity = 0;
    loader->closure_bytes = 0;
    return true;
}

/* Nobody goes back to these classes any more. */
static void drop_kept_classes(pier__loader *loader, pier__mark *mark) {
    pier__loader kept = *loader;
    kept.classes = mark->classes;
    kept.class_count = mark->class_count;
    kept.class_capacity = mark->class_capacity;
    kept.closure_bytes = mark->closure_bytes;
    pier__loader_forget_classes_from(&kept, 0);
    pier__release(&loader->common.allocator, kept.classes, kept.class_capacity * sizeof *kept.classes);
}

static unsigned count_marks(const pier__loader *loader) {
    unsigned count = 0;
    for (const pier__mark *mark = loader->marks; mark != NULL; mark = mark->below) {
        count++;
    }
    return count;
}

pier_status pier_archive_mark(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    if (archive->storing) {
        return pier__archive_tell(common, PIER_USAGE, "a storing archive has nothing to go back to");
    }
    pier__loader *loader = pier__loader_of(archive);
    if (common->failure != PIER_OK) {
        return common->failure;
    }
    if (count_marks(loader) >= PIER_MARKS_MAX) {
        return pier__archive_tell(common, PIER_LIMIT, "%d marks in one another, and no more may be", PIER_MARKS_MAX);
    }
    pier__mark *mark = (pier__mark *)pier__allocate(&common->allocator, sizeof *mark);
    if (mark == NULL) {
        return pier__archive_tell(common, PIER_NO_MEMORY, "no memory for a mark");
    }
    memset(mark, 0, sizeof *mark);
    mark->place = *loader;
    mark->has_window = loader->in_record && archive->cursor != NULL;
    if (mark->has_window) {
        mark->cursor = (size_t)(archive->cursor - loader->record_memory);
        mark->limit = (size_t)(archive->limit - loader->record_memory);
    }
    if (loader->marks == NULL) {
        loader->marked_from = pier__loader_first_in_use(loader);
    }
    mark->below = loader->marks;
    loader->marks = mark;
    return PIER_OK;
}

/* Puts the place of a mark in place of the loader's own, and keeps of that what does not belong to a place. */
static void go_to(pier__loader *loader, const pier__loader *place) {
    pier__loader here = *loader;
    *loader = *place;
    loader->common = here.common;
    loader->buffer = here.buffer;
    loader->capacity = here.capacity;
    loader->base = here.base;
    loader->end = here.end;
    loader->retired = NULL;
    loader->retired_capacity = 0;
    loader->kept_buffer = here.kept_buffer;
    loader->kept_retired = NULL;
    loader->kept_inflated = here.kept_inflated;
    loader->kept_record = NULL;
    loader->input_is_ended = here.input_is_ended;
    loader->held = here.held;
    loader->needed = 0;
    /* A peer gains no time by being looked at twice, and the budget knows of what came since. */
    loader->due = here.due;
    loader->due_frame = here.due_frame;
    loader->now_ns = here.now_ns;
    loader->charged = here.charged;
    loader->inflater = here.inflater;
    loader->arena = here.arena;
    loader->classes = here.classes;
    loader->class_count = here.class_count;
    loader->class_capacity = here.class_capacity;
    loader->closure_bytes = here.closure_bytes;
    loader->scan = here.scan;
    loader->scan_is_begun = false;
    loader->marks = here.marks;
    loader->marked_from = here.marked_from;
    if (here.stream.preamble_is_known && !loader->stream.preamble_is_known) {
        /* What the peer takes is known to the other direction, and stays so. */
        loader->stream.preamble_is_known = true;
        loader->stream.peer = here.stream.peer;
    }
}

/* The mark stands in a compressed block, and another one was inflated since: its own is inflated again, from the stored
 * payload, which the mark has kept. */
static pier_status inflate_again(pier__loader *loader, const pier__loader *place) {
    if (!place->is_inflated || (loader->is_inflated && loader->block == place->block)) {
        return PIER_OK;
    }
    loader->is_inflated = false;
    pier__loader_leave_inflated(loader);
    const uint8_t *payload = pier__loader_at(loader, place->block + PIER__PIECE_BYTES);
    pier__fault fault = pier__inflate_payload(&loader->inflater, &loader->common.allocator, &place->header, payload);
    return fault.status == PIER_OK ? PIER_OK : pier__loader_fail_by(loader, place->block, fault);
}

pier_status pier_archive_rewind(pier_archive *archive) {
    pier__archive *common = pier__archive_of(archive);
    pier__loader *loader = pier__loader_of(archive);
    if (archive->storing || common->is_detached || loader->marks == NULL) {
        return pier__archive_tell(common, PIER_USAGE, "there is no mark to go back to");
    }
    pier__mark *mark = loader->marks;
    pier__loader_end_views(loader);
    pier_status status = inflate_again(loader, &mark->place);
    if (status != PIER_OK) {
        return status;
    }
    if (mark->keeps_classes) {
        take_back_classes(loader, mark);
    }
    pier__loader_forget_classes_from(loader, mark->place.class_count);
    go_to(loader, &mark->place);
    common->failure = PIER_OK;
    archive->cursor = NULL;
    archive->limit = NULL;
    if (loader->in_record) {
        loader->record_memory = pier__loader_content_at(loader, loader->record);
    }
    if (mark->has_window) {
        archive->cursor = loader->record_memory + mark->cursor;
        archive->limit = loader->record_memory + mark->limit;
    }
    return PIER_OK;
}

/* Releases the last mark. The one below needs the classes of its epoch, if it did not keep them itself. */
static void release_last(pier__loader *loader) {
    pier__mark *mark = loader->marks;
    pier__mark *below = mark->below;
    if (mark->keeps_classes && below != NULL && !below->keeps_classes) {
        below->keeps_classes = true;
        below->classes = mark->classes;
        below->class_count = mark->class_count;
        below->class_capacity = mark->class_capacity;
        below->closure_bytes = mark->closure_bytes;
    } else if (mark->keeps_classes) {
        drop_kept_classes(loader, mark);
    }
    loader->marks = below;
    pier__release(&loader->common.allocator, mark, sizeof *mark);
    pier__loader_trim_inflated(loader);
}

void pier__loader_release_marks(pier__loader *loader) {
    while (loader->marks != NULL) {
        release_last(loader);
    }
}

void pier_archive_release(pier_archive *archive) {
    if (!archive->storing && pier__loader_of(archive)->marks != NULL) {
        release_last(pier__loader_of(archive));
    }
}
