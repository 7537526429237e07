/* Going on after a failure; see loader_internal.h and proto/wire.md, "Going on after damage".
 *
 * A failure inside a record, or in one block whose check held, costs that record or what is left of the block. Damage
 * to the stream itself costs what lies up to the next piece that proves itself: its own check, its payload's, the id
 * of the stream, and numbers that go forward, so that nothing is delivered twice. The lengths in the damaged piece are
 * tried first: a record may hold a whole Pier stream as bytes, and must not be taken for the stream itself. */
#include <string.h>

#include "archive/loader_internal.h"

/* What became of a place that was looked at. */
typedef enum outcome {
    PROVEN,    /* a piece that can be gone on with: the loader stands before it */
    NOTHING,   /* no such piece */
    AT_END,    /* the input ends here */
    NOT_NOW    /* more input is needed: the status is in the loader's `waiting` */
} outcome;

typedef struct search {
    pier__loader *loader;
    pier_status waiting; /* with NOT_NOW */
} search;

/* Fills until `bytes` lie from `position` on. */
static outcome await(search *looking, uint64_t position, uint64_t bytes) {
    pier__loader *loader = looking->loader;
    pier_status status = pier__loader_need(loader, position - loader->taken + bytes);
    if (status == PIER_OK) {
        return PROVEN;
    }
    looking->waiting = status;
    return status == PIER_END ? AT_END : NOT_NOW;
}

static outcome try_preamble(pier__loader *loader, uint64_t position, const uint8_t *piece) {
    pier__preamble preamble;
    pier__preamble_decode(piece, &preamble);
    if (position < loader->trusted_end || pier__loader_check_preamble(loader, &preamble).status != PIER_OK) {
        return NOTHING;
    }
    loader->phase = PIER__PHASE_ENDED;
    return PROVEN;
}

/* Adopts the numbers of a block that proved itself: the stream goes on there. */
static void adopt(pier__loader *loader, const pier__header *header) {
    if (loader->phase != PIER__PHASE_STREAM || !loader->stream_is_known || header->epoch != loader->epoch) {
        pier__loader_begin_epoch(loader, header->epoch);
    }
    loader->phase = PIER__PHASE_STREAM;
    loader->stream_is_known = true;
    loader->stream_id = header->stream_id;
    loader->next_record = header->first_record;
    loader->next_block = header->number;
    loader->epoch_has_blocks = (header->flags & PIER__FLAG_EPOCH_BEGIN) == 0;
}

static outcome try_block(search *looking, uint64_t position, const uint8_t *piece) {
    pier__loader *loader = looking->loader;
    pier__header header;
    pier__header_decode(piece, &header);
    bool goes_forward = !loader->stream_is_known || header.first_record >= loader->next_record;
    if (!goes_forward || pier__loader_check_header(loader, &header).status != PIER_OK) {
        return NOTHING;
    }
    bool is_skipped = header.stored_bytes > pier__loader_payload_max(loader, &header);
    if (!is_skipped) {
        outcome there = await(looking, position, PIER__PIECE_BYTES + (uint64_t)header.stored_bytes);
        if (there != PROVEN) {
            return there == AT_END ? NOTHING : there;
        }
        const uint8_t *payload = pier__loader_at(loader, position + PIER__PIECE_BYTES);
        if ((header.flags & PIER__FLAG_CHECKSUM) != 0 &&
            pier__payload_check(payload, header.stored_bytes) != header.payload_check) {
            return NOTHING;
        }
    }
    adopt(loader, &header);
    return PROVEN;
}

/* Looks for a piece at `position`. */
static outcome try_at(search *looking, uint64_t position) {
    pier__loader *loader = looking->loader;
    outcome there = await(looking, position, PIER__PIECE_BYTES);
    if (there != PROVEN) {
        return there == AT_END && loader->end != position ? NOTHING : there;
    }
    const uint8_t *piece = pier__loader_at(loader, position);
    size_t wrong = 0;
    if (!pier__piece_may_begin(piece, PIER__PIECE_BYTES, &wrong) || !pier__piece_proves_itself(piece)) {
        return NOTHING;
    }
    return piece[3] == PIER_BLOCK_PREAMBLE ? try_preamble(loader, position, piece) : try_block(looking, position, piece);
}

/* Looks at the damaged piece itself, and where its lengths say that the next one begins. */
static outcome try_by_length(search *looking, uint64_t *found) {
    pier__loader *loader = looking->loader;
    *found = loader->damage;
    outcome result = try_at(looking, loader->damage);
    if (result != NOTHING) {
        return result;
    }
    const uint8_t *piece = pier__loader_at(loader, loader->damage);
    if (pier__loader_there(loader, loader->damage) < PIER__PIECE_BYTES) {
        return NOTHING;
    }
    pier__header header;
    pier__header_decode(piece, &header);
    uint64_t payload = loader->damage + PIER__PIECE_BYTES;
    bool is_header = pier__piece_proves_itself(piece) && piece[3] != PIER_BLOCK_PREAMBLE;
    uint64_t lengths[2] = {header.stored_bytes, header.raw_bytes};
    if (piece[3] == PIER_BLOCK_PREAMBLE) {
        lengths[0] = 0;
        lengths[1] = 0;
    }
    for (size_t i = 0; i < 2; i++) {
        if (lengths[i] > pier__loader_payload_max(loader, &header)) {
            continue;
        }
        if (is_header) {
            loader->trusted_end = payload + lengths[i];
        }
        *found = payload + lengths[i];
        result = try_at(looking, *found);
        if (result != NOTHING) {
            return result;
        }
    }
    return NOTHING;
}

/* Looks at every place from `search_at` on where a piece may begin. What was looked at is let go. */
static outcome search_on(search *looking, uint64_t *found) {
    pier__loader *loader = looking->loader;
    for (;;) {
        pier__loader_take(loader, loader->search_at);
        outcome there = await(looking, loader->search_at, 1);
        if (there != PROVEN) {
            return there;
        }
        const uint8_t *from = pier__loader_at(loader, loader->search_at);
        size_t size = pier__loader_there(loader, loader->search_at);
        const uint8_t *at = (const uint8_t *)memchr(from, pier__preamble_constant[0], size);
        if (at == NULL) {
            loader->search_at += size;
            continue;
        }
        loader->search_at += (uint64_t)(at - from);
        *found = loader->search_at;
        outcome result = try_at(looking, loader->search_at);
        if (result == PROVEN || result == NOT_NOW) {
            return result;
        }
        loader->search_at++;
    }
}

/* Ends the search: the loader stands at `position`, `skipped` bytes behind the damage. */
static void end_search(pier__loader *loader, uint64_t position, uint64_t *skipped_bytes) {
    if (skipped_bytes != NULL) {
        *skipped_bytes = position - loader->damage;
    }
    pier__loader_take(loader, position);
    loader->is_recovering = false;
    loader->is_searching = false;
}

/* A failure that costs one record, or the rest of one block. Returns whether it was one. */
static bool recover_in_block(pier__loader *loader, uint64_t *skipped_bytes) {
    if (loader->in_record) {
        loader->common.failure = PIER_OK;
        if (pier__loader_end_record(loader) == PIER_OK) {
            return true;
        }
    }
    if (!loader->in_block) {
        return false;
    }
    if (skipped_bytes != NULL) {
        *skipped_bytes = loader->payload_end - loader->next_at;
    }
    loader->in_record = false;
    pier__loader_release_retired(loader);
    loader->next_record = loader->header.first_record + loader->header.records;
    loader->records_left = 0;
    loader->in_block = false;
    loader->block = PIER_NO_OFFSET;
    pier__loader_take(loader, loader->payload_end);
    return true;
}

/* What another try, or other bytes, cannot mend: the file itself fails, or the stream speaks another version. */
static bool is_final(pier_status status) {
    return pier_status_category_of(status) == PIER_CATEGORY_SYSTEM || status == PIER_VERSION;
}

static void begin_search(pier__loader *loader) {
    loader->is_recovering = true;
    loader->is_searching = false;
    loader->damage = loader->taken;
    loader->search_at = loader->taken + 1;
    loader->trusted_end = 0;
    loader->skip_bytes = 0;
}

pier_status pier_archive_recover(pier_archive *archive, uint64_t *skipped_bytes) {
    pier__loader *loader = pier__loader_of(archive);
    if (skipped_bytes != NULL) {
        *skipped_bytes = 0;
    }
    if (archive->storing) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "a storing archive does not recover");
    }
    pier_status failure = loader->common.failure;
    if (failure == PIER_OK && !loader->is_recovering) {
        return PIER_OK;
    }
    if (!loader->is_recovering) {
        if (is_final(failure)) {
            return failure;
        }
        if (failure == PIER_NO_MEMORY && !loader->in_record) {
            loader->common.failure = PIER_OK;
            return PIER_OK;
        }
        if (recover_in_block(loader, skipped_bytes)) {
            loader->common.failure = PIER_OK;
            return PIER_OK;
        }
        if (loader->common.format != PIER_FORMAT_FRAMED) {
            loader->common.failure = failure;
            return failure;
        }
        begin_search(loader);
    }
    /* While the search goes on, reading must not find the old failure. */
    loader->common.failure = PIER_OK;
    search looking = {loader, PIER_OK};
    uint64_t found = loader->damage;
    outcome result = loader->is_searching ? NOTHING : try_by_length(&looking, &found);
    if (result == NOTHING) {
        loader->is_searching = true;
        result = search_on(&looking, &found);
    }
    if (result == NOT_NOW) {
        if (loader->common.failure == PIER_OK) {
            loader->common.failure = failure;
        }
        return looking.waiting;
    }
    if (result == AT_END) {
        loader->phase = PIER__PHASE_ENDED;
        loader->end_is_told = true;
        end_search(loader, loader->end, skipped_bytes);
        return PIER_END;
    }
    end_search(loader, found, skipped_bytes);
    return PIER_OK;
}
