/* Going on after a failure; see loader_internal.h and proto/wire.md, "Going on after damage".
 *
 * A failure inside a record, or in one block whose check held, costs that record or what is left of the block. Damage
 * to the stream itself costs what lies up to the next piece that proves itself: its own check, its payload's, the id
 * of the stream, and numbers that go forward, so that nothing is delivered twice. The lengths in the damaged piece are
 * tried first: a record may hold a whole Pier stream as bytes, and must not be taken for the stream itself.
 *
 * Each place is looked at once, however the input comes: what looking costs is counted (pier__loader_may_look), and
 * must not depend on how often a search had to wait. */
#include <string.h>

#include "archive/loader_internal.h"

/* What became of a place that was looked at. */
typedef enum outcome {
    PROVEN,  /* a piece that can be gone on with: the loader stands before it */
    NOTHING, /* no such piece */
    AT_END,  /* the input ends here */
    NOT_NOW  /* more input is needed: the status is in the search's `waiting` */
} outcome;

typedef struct search {
    pier__loader *loader;
    pier_status waiting; /* with NOT_NOW */
} search;

/* A header may claim any bytes behind it for its payload, and the next header the same ones again. So that looking
 * costs no more than the input is long, payloads that fail are paid for from an account: some of the longest payloads
 * in advance, and a few bytes with each byte of the input. What proves itself is passed over whole and costs
 * nothing. */
bool pier__loader_may_look(const pier__loader *loader, const pier__header *header, uint64_t position) {
    enum { PAYLOADS_IN_ADVANCE = 4, BYTES_A_BYTE = 16 };
    uint64_t longest = loader->common.limits.record_bytes_max;
    longest = longest > PIER_RECORD_BYTES_MAX_DEFAULT ? longest : PIER_RECORD_BYTES_MAX_DEFAULT;
    return (header->flags & PIER__FLAG_CHECKSUM) == 0 ||
           (loader->refuted_bytes <= longest * PAYLOADS_IN_ADVANCE + position * BYTES_A_BYTE);
}

bool pier__loader_look(pier__loader *loader, const pier__header *header, uint64_t position) {
    const uint8_t *payload = pier__loader_at(loader, position + PIER__PIECE_BYTES);
    if ((header->flags & PIER__FLAG_CHECKSUM) == 0 ||
        pier__payload_check(payload, header->stored_bytes) == header->payload_check) {
        return true;
    }
    loader->refuted_bytes += header->stored_bytes;
    loader->refuted = position;
    return false;
}

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
    if (position < loader->trusted_end ||
        pier__preamble_fault(&loader->stream, &preamble, &loader->common.limits).status != PIER_OK) {
        return NOTHING;
    }
    loader->stream.phase = PIER__PHASE_ENDED;
    /* What is missing before it is told. */
    loader->stream.has_lost = true;
    return PROVEN;
}

/* Whether a block may be gone on with: one of the stream known so far, and not behind what was loaded of it; behind an
 * end mark, one of any other stream. Numbers that no stream can have would wrap, and come again. */
static bool goes_forward(const pier__stream *stream, const pier__header *header) {
    if (header->first_record == 0 || header->records > UINT64_MAX - header->first_record) {
        return false;
    }
    if (!stream->is_known) {
        return true;
    }
    if (header->stream_id != stream->id) {
        return stream->phase == PIER__PHASE_ENDED && !stream->is_alone;
    }
    /* An older epoch is one of an older life, which may have used the same numbers for other records. */
    bool is_older = stream->is_alone && header->epoch < stream->epoch;
    return header->first_record >= stream->next_record && !is_older;
}

/* Takes over the numbers of a block that proved itself: the stream goes on there. */
static void adopt(pier__loader *loader, const pier__header *header) {
    pier__stream *stream = &loader->stream;
    if (stream->phase != PIER__PHASE_STREAM || !stream->is_known || header->epoch != stream->epoch) {
        pier__loader_forget_classes(loader);
    }
    stream->phase = PIER__PHASE_STREAM;
    stream->is_known = true;
    stream->enters = false;
    stream->id = header->stream_id;
    stream->next_record = header->first_record;
    stream->next_block = header->number;
    stream->epoch = header->epoch;
    stream->epoch_has_blocks = (header->flags & PIER__FLAG_EPOCH_BEGIN) == 0;
    stream->in_raw = header->kind == PIER_BLOCK_RAW && (header->flags & PIER__FLAG_RAW_BEGIN) == 0;
}

static outcome try_block(search *looking, uint64_t position, const uint8_t *piece) {
    pier__loader *loader = looking->loader;
    const pier_limits *limits = &loader->common.limits;
    pier__header header;
    pier__header_decode(piece, &header);
    if (position == loader->refuted || !goes_forward(&loader->stream, &header) ||
        pier__header_fault(&loader->stream, &header, limits).status != PIER_OK) {
        return NOTHING;
    }
    if (!pier__block_is_skipped(&loader->stream, &header, limits)) {
        if (!pier__loader_may_look(loader, &header, position)) {
            loader->refuted = position;
            return NOTHING;
        }
        outcome there = await(looking, position, PIER__PIECE_BYTES + (uint64_t)header.stored_bytes);
        if (there != PROVEN) {
            return there == AT_END ? NOTHING : there;
        }
        if (!pier__loader_look(loader, &header, position)) {
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
    return piece[3] == PIER_BLOCK_PREAMBLE ? try_preamble(loader, position, piece)
                                           : try_block(looking, position, piece);
}

/* Whether the damaged piece begins as a preamble, which has no lengths. */
static bool is_preamble(const uint8_t *piece) {
    return memcmp(piece, pier__preamble_constant, PIER__CONSTANT_BYTES) == 0;
}

/* The most payload that any block may have which is taken into memory. Of a damaged header neither the kind nor the
 * count of records can be believed. */
static uint64_t any_payload_max(const pier__loader *loader) {
    static const pier__header kinds[] = {{.kind = PIER_BLOCK_RECORDS, .records = 1},
                                         {.kind = PIER_BLOCK_RAW},
                                         {.kind = PIER_BLOCK_RECORDS, .records = 2},
                                         {.kind = PIER_BLOCK_DEFINITIONS}};
    uint64_t most = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint64_t payload_max = pier__payload_max(&loader->stream, &kinds[i], &loader->common.limits);
        most = payload_max > most ? payload_max : most;
    }
    return most;
}

/* The places that the damaged piece tells, of which each is looked at once: itself, and where its stored and its raw
 * length say that the next piece begins. */
enum { PLACES_TOLD = 3 };

/* Finds the place of a step. Returns false when there is none. */
static bool find_told_place(pier__loader *loader, unsigned step, uint64_t *place) {
    *place = loader->damage;
    if (step == 0) {
        return true;
    }
    if (pier__loader_there(loader, loader->damage) < PIER__PIECE_BYTES) {
        return false;
    }
    const uint8_t *piece = pier__loader_at(loader, loader->damage);
    if (is_preamble(piece)) {
        return false;
    }
    pier__header header;
    pier__header_decode(piece, &header);
    uint64_t payload = loader->damage + PIER__PIECE_BYTES;
    size_t wrong = 0;
    bool is_proven = pier__piece_may_begin(piece, PIER__PIECE_BYTES, &wrong) && pier__piece_proves_itself(piece);
    /* The raw length of a compressed block leads nowhere; of a damaged header the codec may be what is wrong. */
    uint32_t raw_bytes = is_proven && header.codec != PIER__CODEC_NONE ? header.stored_bytes : header.raw_bytes;
    if (is_proven) {
        loader->trusted_end = payload + (header.stored_bytes > raw_bytes ? header.stored_bytes : raw_bytes);
    }
    uint32_t length = step == 1 ? header.stored_bytes : raw_bytes;
    *place = payload + length;
    return length <= any_payload_max(loader) && (step == 1 || length != header.stored_bytes);
}

/* Of the parts of one stream and nothing else: finds out whether the piece that was refused is a block from further on,
 * put in between, because the one behind it goes forward, too, and less far. Taken for what comes next, it would cost
 * all that it passes over. */
static outcome look_behind(search *looking, bool *is_put_in) {
    pier__loader *loader = looking->loader;
    const pier__stream *stream = &loader->stream;
    uint64_t place = 0;
    pier__header refused;
    pier__header behind;
    *is_put_in = false;
    if (pier__loader_there(loader, loader->damage) < PIER__PIECE_BYTES ||
        !pier__piece_proves_itself(pier__loader_at(loader, loader->damage)) || !find_told_place(loader, 1, &place)) {
        return NOTHING;
    }
    pier__header_decode(pier__loader_at(loader, loader->damage), &refused);
    outcome there = goes_forward(stream, &refused) ? await(looking, place, PIER__PIECE_BYTES) : NOTHING;
    if (there != PROVEN) {
        return there == NOT_NOW ? NOT_NOW : NOTHING;
    }
    const uint8_t *piece = pier__loader_at(loader, place);
    size_t wrong = 0;
    if (!pier__piece_may_begin(piece, PIER__PIECE_BYTES, &wrong) || !pier__piece_proves_itself(piece)) {
        return NOTHING;
    }
    pier__header_decode(piece, &behind);
    *is_put_in = piece[3] == PIER_BLOCK_PREAMBLE
                     ? stream->phase == PIER__PHASE_ENDED
                     : goes_forward(stream, &behind) && behind.first_record < refused.first_record;
    return NOTHING;
}

/* Whether the input may be over where the damaged piece tells that the next one begins. A header that fails its check may
 * lead to the end by chance, over all that is whole. Where the input is parts of one stream and nothing else, what is
 * between is looked at instead: a stream that a record holds is not taken for that one. */
static bool may_end_there(const pier__loader *loader) {
    return loader->search_step == 0 || !loader->stream.is_alone || loader->trusted_end != 0;
}

/* Looks at the places that the damaged piece tells. */
static outcome try_told_places(search *looking, uint64_t *found) {
    pier__loader *loader = looking->loader;
    bool is_put_in = false;
    outcome result = loader->stream.is_alone && loader->search_step == 0 ? look_behind(looking, &is_put_in) : NOTHING;
    if (is_put_in) {
        loader->search_step = 1;
    }
    while (result == NOTHING && loader->search_step < PLACES_TOLD) {
        if (find_told_place(loader, loader->search_step, found)) {
            result = try_at(looking, *found);
            result = result == AT_END && !may_end_there(loader) ? NOTHING : result;
        }
        if (result == NOTHING) {
            loader->search_step++;
        }
    }
    return result;
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
    *skipped_bytes = position - loader->damage;
    pier__loader_take(loader, position);
    loader->is_recovering = false;
}

/* A failure that costs one record, or the rest of one block. Returns whether it was one. */
static bool recover_in_block(pier__loader *loader, uint64_t *skipped_bytes) {
    if (loader->in_record) {
        uint64_t record = loader->record;
        loader->common.failure = PIER_OK;
        if (pier__loader_end_record(loader) == PIER_OK) {
            *skipped_bytes = loader->record_end - record;
            return true;
        }
    }
    if (!loader->in_block) {
        return false;
    }
    *skipped_bytes = loader->payload_end - (loader->in_record ? loader->record : loader->next_at);
    loader->in_record = false;
    pier__loader_end_views(loader);
    pier__loader_leave_block(loader);
    return true;
}

/* What another try, or other bytes, cannot mend: the file itself failed, the stream speaks another version, or the
 * archive was detached. */
static bool is_final(const pier__loader *loader, pier_status status) {
    return status == PIER_VERSION || status == loader->held.status || loader->common.is_detached;
}

/* What costs nothing: memory that lacked for a piece, which was not taken; a value loaded outside a record. */
static bool is_without_loss(const pier__loader *loader, pier_status status) {
    return (status == PIER_NO_MEMORY || status == PIER_USAGE) && !loader->in_record;
}

static void begin_search(pier__loader *loader) {
    loader->is_recovering = true;
    loader->search_step = 0;
    loader->damage = loader->taken;
    loader->search_at = loader->taken + 1;
    loader->trusted_end = 0;
    loader->skip_bytes = 0;
}

/* Searches on from where it stopped. */
static pier_status search_further(pier__loader *loader, uint64_t *skipped_bytes) {
    pier_status failure = loader->common.failure;
    /* While the search goes on, reading must not find the old failure. */
    loader->common.failure = PIER_OK;
    search looking = {loader, PIER_OK};
    uint64_t found = loader->damage;
    outcome result = try_told_places(&looking, &found);
    if (result == NOTHING) {
        result = search_on(&looking, &found);
    }
    if (result == NOT_NOW) {
        if (loader->common.failure == PIER_OK) {
            loader->common.failure = failure;
        }
        return looking.waiting;
    }
    if (result == AT_END) {
        loader->stream.phase = PIER__PHASE_ENDED;
        loader->end_is_told = true;
    }
    end_search(loader, result == AT_END ? loader->end : found, skipped_bytes);
    return result == AT_END ? PIER_END : PIER_OK;
}

pier_status pier_archive_recover(pier_archive *archive, uint64_t *skipped_bytes) {
    pier__loader *loader = pier__loader_of(archive);
    uint64_t unasked = 0;
    skipped_bytes = skipped_bytes != NULL ? skipped_bytes : &unasked;
    *skipped_bytes = 0;
    if (archive->storing) {
        return pier__archive_tell(&loader->common, PIER_USAGE, "a storing archive does not recover");
    }
    if (loader->is_recovering) {
        return search_further(loader, skipped_bytes);
    }
    pier_status failure = loader->common.failure;
    if (failure == PIER_OK) {
        return PIER_OK;
    }
    if (is_final(loader, failure)) {
        return failure;
    }
    pier__loader_release_marks(loader);
    if (loader->raw == PIER__RAW_OPEN && !loader->in_block) {
        pier__loader_end_raw(loader);
    }
    if (is_without_loss(loader, failure) || recover_in_block(loader, skipped_bytes)) {
        loader->common.failure = PIER_OK;
        return PIER_OK;
    }
    if (loader->common.format != PIER_FORMAT_FRAMED) {
        loader->common.failure = failure;
        return failure;
    }
    begin_search(loader);
    return search_further(loader, skipped_bytes);
}
