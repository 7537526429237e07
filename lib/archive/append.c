/* Appending: the tail of a file is looked at, and what is torn of it taken away; see <pier/append.h>.
 *
 * Floor 4 (archive). Knows files by their contract alone. The walk over the pieces is that of every loader, which goes
 * on over damage; only what it meets at the very end can swallow what is appended. */
#include <pier/append.h>

#include "archive/loader_internal.h"
#include "base/error_internal.h"

/* What is known of the file. */
typedef struct look {
    uint64_t size;
    uint64_t whole_until; /* behind the last piece that is whole, damaged or not */
    bool has_piece;
    bool is_torn;     /* it ends within the piece at `whole_until` */
    pier_error error; /* the first failure; PIER_OK when there is none */
} look;

/* A block is being passed over by its header alone, which proved itself: its bytes may be there or not. */
static void take_skipped(const pier__loader *loader, look *found) {
    uint64_t end = loader->taken + loader->skip_bytes;
    found->has_piece = true;
    found->whole_until = end <= found->size ? end : loader->skip_from;
}

/* Walks over all pieces, and over damage. */
static void walk(pier_archive *archive, look *found) {
    for (;;) {
        pier_block block;
        pier_status status = pier_archive_next_block(archive, &block);
        if (status == PIER_OK) {
            found->has_piece = true;
            found->whole_until =
                block.offset + PIER__PIECE_BYTES + (block.kind == PIER_BLOCK_PREAMBLE ? 0 : block.stored_bytes);
        } else if (status == PIER_SKIPPED) {
            take_skipped(pier__loader_of(archive), found);
        } else if (status > 0) {
            return;
        } else {
            const pier_error *error = pier_archive_error(archive);
            if (found->error.status == PIER_OK) {
                found->error = *error;
            }
            if (status == PIER_TRUNCATED && error->offset == found->size) {
                found->is_torn = found->whole_until < found->size;
                return;
            }
            const pier__loader *loader = pier__loader_of(archive);
            if (pier_archive_recover(archive, NULL) != PIER_OK) {
                /* Nothing is left to go on with: a header that proves itself claims bytes beyond the end all the
                 * same. */
                if (loader->trusted_end > found->size) {
                    found->is_torn = true;
                    found->whole_until = loader->damage;
                }
                return;
            }
            /* What it went on over is all there. */
            found->whole_until = loader->taken;
        }
    }
}

static pier_status take_error(pier_error *error, const pier_error *from) {
    if (error != NULL) {
        *error = *from;
    }
    return from->status;
}

/* Looks at the whole file. */
static pier_status look_at(pier_file *file, const pier_allocator *allocator, look *found, pier_error *error) {
    /* Whatever its records are, they are passed over. */
    const pier_limits limits = {
        .size = sizeof limits,
        .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
        .queue_bytes_max = UINT64_MAX,
    };
    const pier_archive_options options = {.size = sizeof options, .allocator = allocator, .limits = &limits};
    pier_archive *archive = NULL;
    pier_status status = pier_archive_open_load(&archive, file, &options, error);
    if (status != PIER_OK) {
        return status;
    }
    walk(archive, found);
    pier_archive_destroy(archive);
    return PIER_OK;
}

/* What a loader can go on after leaves an archive; all else leaves the file as it is. */
static bool is_damage(pier_status status) {
    pier_status_category category = pier_status_category_of(status);
    return category == PIER_CATEGORY_CORRUPT || (category == PIER_CATEGORY_PROTOCOL && status != PIER_VERSION) ||
           status == PIER_LIMIT;
}

static pier_status seek_to_start(pier_file *file, pier_error *error) {
    return pier_file_seek(file, 0) == PIER_OK ? PIER_OK : take_error(error, pier_file_error(file));
}

pier_status pier_archive_mend(pier_file *file, const pier_allocator *allocator, uint64_t *cut_bytes,
                              pier_error *error) {
    const uint32_t needed = PIER_FILE_CAN_READ | PIER_FILE_CAN_SEEK | PIER_FILE_CAN_TRUNCATE;
    if (cut_bytes != NULL) {
        *cut_bytes = 0;
    }
    if ((pier_file_capabilities(file) & needed) != needed) {
        return pier__error_set(error, PIER_UNSUPPORTED, PIER_FLOOR_ARCHIVE, 0,
                               "appending needs a file that can be read, sought in and truncated");
    }
    look found = {.size = 0};
    pier_error_clear(&found.error);
    if (pier_file_length(file, &found.size) != PIER_OK) {
        return take_error(error, pier_file_error(file));
    }
    pier_status status = seek_to_start(file, error);
    if (status == PIER_OK && found.size > 0) {
        status = look_at(file, allocator, &found, error);
    }
    if (status != PIER_OK) {
        return status;
    }
    bool is_archive = found.has_piece || found.is_torn;
    if (found.error.status != PIER_OK && (!is_archive || !is_damage(found.error.status))) {
        return take_error(error, &found.error);
    }
    if (found.is_torn) {
        if (pier_file_truncate(file, found.whole_until) != PIER_OK) {
            return take_error(error, pier_file_write_error(file));
        }
        if (cut_bytes != NULL) {
            *cut_bytes = found.size - found.whole_until;
        }
    }
    return seek_to_start(file, error);
}

pier_status pier_archive_open_append(pier_archive **out, pier_file *file, const pier_archive_options *options,
                                     uint64_t *cut_bytes, pier_error *error) {
    *out = NULL;
    if (cut_bytes != NULL) {
        *cut_bytes = 0;
    }
    /* The archive first: it costs nothing, and what fails afterwards must not have changed the file in vain. */
    pier_archive *archive = NULL;
    pier_status status = pier_archive_open_store(&archive, file, options, error);
    if (status == PIER_OK && pier_archive_format(archive) != PIER_FORMAT_FRAMED) {
        status = pier__error_set(error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0, "only a framed archive is appended to");
    }
    if (status == PIER_OK) {
        status = pier_archive_mend(file, &pier__archive_of(archive)->allocator, cut_bytes, error);
    }
    if (status != PIER_OK) {
        pier_archive_destroy(archive);
        return status;
    }
    *out = archive;
    return PIER_OK;
}
