/* Taking the pieces of a framed stream, and looking ahead at those that are there; see loader_internal.h. What is wrong
 * with a piece is found by loader_check.c. */
#include "archive/loader_internal.h"

/* Taking a piece -------------------------------------------------------------------------------------------------- */

/* A peer that closes without a word is more often met than one that stops within its preamble. */
static const char *text_of_no_preamble(const pier__loader *loader) {
    return loader->end == 0 ? "nothing came: the input ends before its first byte" : "the input ends before a preamble";
}

/* Waits for the 64 bytes of a piece; bytes that cannot begin one fail as soon as they are there. */
static pier_status await_piece(pier__loader *loader) {
    for (;;) {
        size_t there = pier__loader_there(loader, loader->taken);
        if (there > 0) {
            pier__fault fault = pier__begin_fault(&loader->stream, pier__loader_at(loader, loader->taken), there);
            if (fault.status != PIER_OK) {
                return pier__loader_fail_by(loader, loader->taken, fault);
            }
        }
        if (there >= PIER__PIECE_BYTES) {
            return PIER_OK;
        }
        pier_status status = pier__loader_need(loader, (uint64_t)there + 1);
        if (status == PIER_END) {
            if (there == 0 && loader->stream.phase == PIER__PHASE_ENDED) {
                return PIER_END;
            }
            return pier__loader_fail(loader, PIER_TRUNCATED, loader->end, "%s",
                                     loader->stream.phase == PIER__PHASE_START ? text_of_no_preamble(loader)
                                     : there == 0                              ? "the input ends without an end mark"
                                                                               : "the input ends within a header");
        }
        if (status != PIER_OK) {
            return status;
        }
    }
}

static void describe_preamble(const pier__loader *loader, const pier__preamble *preamble, pier_block *block) {
    *block = (pier_block){
        .kind = PIER_BLOCK_PREAMBLE,
        .offset = loader->taken,
        .stream_id = preamble->stream_id,
        .time_unix_ns = preamble->time_unix_ns,
        .version_major = preamble->version_major,
        .version_minor = preamble->version_minor,
        .is_part = (preamble->features_required & PIER__REQUIRES_PART) != 0,
    };
}

static void describe_header(const pier__loader *loader, const pier__header *header, pier_block *block) {
    *block = (pier_block){
        .kind = (pier_block_kind)header->kind,
        .offset = loader->taken,
        .stream_id = header->stream_id,
        .first_record = header->first_record,
        .number = header->number,
        .epoch = header->epoch,
        .records = header->records,
        .stored_bytes = header->stored_bytes,
        .raw_bytes = header->raw_bytes,
        .time_unix_ns = header->time_unix_ns,
        .message_end = (header->flags & PIER__FLAG_MESSAGE_END) != 0,
        .checksum = (header->flags & PIER__FLAG_CHECKSUM) != 0,
        .raw_begin = (header->flags & PIER__FLAG_RAW_BEGIN) != 0,
        .raw_end = (header->flags & PIER__FLAG_RAW_END) != 0,
        .raw_abandoned = (header->flags & PIER__FLAG_RAW_ABANDONED) != 0,
        .codec = header->codec,
    };
}

static void take_preamble(pier__loader *loader, const uint8_t *piece, pier_block *block) {
    pier__preamble preamble;
    pier__preamble_decode(piece, &preamble);
    if (block != NULL) {
        describe_preamble(loader, &preamble, block);
    }
    pier__stream_begin(&loader->stream, &preamble);
    if (loader->common.other != NULL) {
        /* What the other direction may store depends on what this side takes. */
        pier__archive_end_run(&loader->common.other->window);
    }
    loader->end_is_told = false;
    pier__loader_forget_classes(loader);
    pier__loader_take(loader, loader->taken + PIER__PIECE_BYTES);
}

/* A header that passed its checks takes effect. */
static PIER__HOT void pass(pier__loader *loader, const pier__header *header) {
    if ((header->flags & PIER__FLAG_EPOCH_BEGIN) != 0) {
        pier__loader_forget_classes(loader);
    }
    pier__stream_pass(&loader->stream, header);
}

/* A record above the limit stands alone in its block: it is passed over by the header. */
static pier_status skip_block(pier__loader *loader, const pier__header *header) {
    const pier_limits *limits = &loader->common.limits;
    if (header->raw_bytes > pier__payload_max(&loader->stream, header, limits)) {
        (void)pier__archive_tell(&loader->common, PIER_LIMIT,
                                 "a record of %u bytes is passed over, the limit is %llu (record_bytes_max)",
                                 header->raw_bytes, (unsigned long long)limits->record_bytes_max);
    } else {
        (void)pier__archive_tell(&loader->common, PIER_LIMIT,
                                 "a record of %u bytes is passed over, which would inflate from %u, the limit is %u "
                                 "for each (inflation_ratio_max)",
                                 header->raw_bytes, header->stored_bytes, limits->inflation_ratio_max);
    }
    loader->common.error.record = header->first_record;
    pier__loader_locate(loader, loader->taken);
    loader->skip_bytes = header->stored_bytes;
    loader->skip_from = loader->taken;
    pass(loader, header);
    pier__loader_take(loader, loader->taken + PIER__PIECE_BYTES);
    return PIER_SKIPPED;
}

/* Waits for the payload and compares its check. */
static pier_status await_payload(pier__loader *loader, const pier__header *header) {
    uint64_t payload = loader->taken + PIER__PIECE_BYTES;
    if (!pier__loader_may_look(loader, header, loader->taken)) {
        loader->refuted = loader->taken;
        return pier__loader_fail(loader, PIER_CORRUPT, payload,
                                 "payloads of %llu bytes have failed their checks, too many to look at this one",
                                 (unsigned long long)loader->refuted_bytes);
    }
    pier_status status = pier__loader_need(loader, PIER__PIECE_BYTES + (uint64_t)header->stored_bytes);
    if (status == PIER_END) {
        return pier__loader_fail(loader, PIER_TRUNCATED, loader->end, "the input ends within a block of %u bytes",
                                 header->stored_bytes);
    }
    if (status == PIER_OK && !pier__loader_look(loader, header, loader->taken)) {
        return pier__loader_fail(loader, PIER_CORRUPT, payload, "the check of the payload fails");
    }
    return status;
}

static void enter_block(pier__loader *loader, const pier__header *header) {
    loader->header = *header;
    loader->in_block = true;
    loader->block = loader->taken;
    loader->next_at = loader->taken + PIER__PIECE_BYTES;
    loader->block_end = loader->next_at + header->stored_bytes;
    loader->payload_end = loader->block_end;
    loader->is_inflated = false;
    loader->records_left = header->kind == PIER_BLOCK_CONTROL ? 0 : header->records;
    loader->next_number = header->first_record;
    loader->class_id = 0;
    loader->class_in_force = NULL;
    loader->taken = loader->next_at;
}

PIER__HOT void pier__loader_leave_block(pier__loader *loader) {
    loader->records_left = 0;
    loader->in_block = false;
    loader->is_inflated = false;
    loader->block = PIER_NO_OFFSET;
    pier__loader_trim_inflated(loader);
    pier__loader_take(loader, loader->block_end);
}

void pier__loader_trim_inflated(pier__loader *loader) {
    /* Going back to a mark must not need memory that is not there. */
    if (!loader->is_inflated && loader->marks == NULL && loader->kept_inflated == NULL) {
        pier__inflater_trim(&loader->inflater, &loader->common.allocator);
    }
}

pier_status pier__loader_inflate(pier__loader *loader) {
    pier_status status = pier__loader_ask_budget(loader, loader->header.raw_bytes);
    if (status != PIER_OK) {
        return status;
    }
    uint64_t payload = loader->block + PIER__PIECE_BYTES;
    pier__loader_leave_inflated(loader);
    pier__fault fault = pier__inflate_payload(&loader->inflater, &loader->common.allocator, &loader->header,
                                              pier__loader_at(loader, payload));
    if (fault.status != PIER_OK) {
        return pier__loader_fail_by(loader, loader->block, fault);
    }
    loader->is_inflated = true;
    loader->payload_end = payload + loader->header.raw_bytes;
    return PIER_OK;
}

pier__standing pier__archive_standing(const pier_archive *archive) {
    const pier__stream *stream = &pier__loader_of_const(archive)->stream;
    return (pier__standing){stream->id,    stream->next_record,      stream->next_block,
                            stream->epoch, stream->epoch_has_blocks, stream->in_raw};
}

pier_bytes pier__archive_piece(pier_archive *archive) {
    return pier__loader_of(archive)->piece;
}

/* A definitions block is left at once. After a failure the loader stays in it, so that recovering passes over it; for
 * want of memory it has not been taken, and is taken when there is memory. */
static pier_status take_definitions(pier__loader *loader, const pier__stream *before) {
    pier_status status = pier__loader_take_definitions(loader, loader->next_at, loader->payload_end);
    if (status == PIER_OK) {
        pier__loader_leave_block(loader);
    } else if (status == PIER_NO_MEMORY) {
        loader->stream = *before;
        loader->taken = loader->block;
        loader->in_block = false;
        loader->block = PIER_NO_OFFSET;
    }
    return status;
}

/* Takes a piece that is a header, with its payload. */
static PIER__HOT pier_status take_block(pier__loader *loader, const uint8_t *piece, pier_block *block) {
    pier__header header;
    pier__header_decode(piece, &header);
    if (block != NULL) {
        describe_header(loader, &header, block);
    }
    if (pier__block_is_skipped(&loader->stream, &header, &loader->common.limits)) {
        return skip_block(loader, &header);
    }
    pier_status status = await_payload(loader, &header);
    if (status != PIER_OK) {
        return status;
    }
    pier__stream before = loader->stream;
    loader->piece = (pier_bytes){pier__loader_at(loader, loader->taken), PIER__PIECE_BYTES + header.stored_bytes};
    pass(loader, &header);
    enter_block(loader, &header);
    if (header.kind == PIER_BLOCK_DEFINITIONS) {
        return take_definitions(loader, &before);
    }
    if (header.kind == PIER_BLOCK_END) {
        pier__loader_leave_block(loader);
    }
    return PIER_OK;
}

PIER__HOT pier_status pier__loader_take_piece(pier__loader *loader, pier_block *block) {
    loader->piece = (pier_bytes){NULL, 0};
    pier_status status = pier__loader_skip(loader);
    if (status == PIER_END) {
        return pier__loader_fail(loader, PIER_TRUNCATED, loader->end,
                                 "the input ends within a block that is passed over");
    }
    if (status != PIER_OK) {
        return status;
    }
    bool at_end = loader->stream.phase == PIER__PHASE_ENDED && loader->taken == loader->end;
    bool may_wait =
        loader->common.file == NULL || (pier_file_capabilities(loader->common.file) & PIER_FILE_CAN_WAIT) != 0;
    if (at_end && may_wait && !loader->end_is_told) {
        loader->end_is_told = loader->common.file != NULL;
        return PIER_END;
    }
    status = await_piece(loader);
    if (status != PIER_OK) {
        return status;
    }
    const uint8_t *piece = pier__loader_at(loader, loader->taken);
    pier__fault fault = pier__piece_fault(&loader->stream, piece, &loader->common.limits);
    if (fault.status != PIER_OK) {
        return pier__loader_fail_by(loader, loader->taken, fault);
    }
    if (piece[3] == PIER_BLOCK_PREAMBLE) {
        take_preamble(loader, piece, block);
        return PIER_OK;
    }
    return take_block(loader, piece, block);
}

/* Looking ahead --------------------------------------------------------------------------------------------------- */

static bool payload_proves_itself(const pier__header *header, const uint8_t *payload) {
    return (header->flags & PIER__FLAG_CHECKSUM) == 0 ||
           pier__payload_check(payload, header->stored_bytes) == header->payload_check;
}

/* A loader's stream as it will be when the pieces that are there have been taken. */
typedef struct preview {
    pier__stream stream;
    bool has_ended;    /* the end mark was the last piece */
    bool begins_epoch; /* the classes known so far do not count any more */
    bool has_ledger;   /* the ledger has been begun */
    pier__class_ledger ledger;
} preview;

/* Whether a piece that is whole tells something by itself, or else is passed. */
static bool piece_tells(const pier__loader *loader, preview *ahead, const uint8_t *piece) {
    const pier_limits *limits = &loader->common.limits;
    if (piece[3] == PIER_BLOCK_PREAMBLE) {
        pier__preamble preamble;
        pier__preamble_decode(piece, &preamble);
        pier__stream_begin(&ahead->stream, &preamble);
        ahead->has_ended = false;
        ahead->begins_epoch = true;
        ahead->has_ledger = false;
        return false;
    }
    pier__header header;
    pier__header_decode(piece, &header);
    const uint8_t *payload = piece + PIER__PIECE_BYTES;
    bool has_content = header.kind == PIER_BLOCK_RECORDS && (header.records > 0 || header.stored_bytes > 0);
    bool has_raw = header.kind == PIER_BLOCK_RAW && ((header.flags & PIER__FLAG_RAW_BEGIN) != 0 ||
                                                     pier__raw_head_bytes(payload, header.stored_bytes) == 0);
    if (has_content || has_raw || !payload_proves_itself(&header, payload)) {
        return true;
    }
    if ((header.flags & PIER__FLAG_EPOCH_BEGIN) != 0) {
        ahead->begins_epoch = true;
        ahead->has_ledger = false;
    }
    if (header.kind == PIER_BLOCK_DEFINITIONS) {
        if (!ahead->has_ledger) {
            pier__loader_begin_ledger(loader, ahead->begins_epoch, &ahead->ledger);
            ahead->has_ledger = true;
        }
        if (pier__definitions_fault(&ahead->ledger, limits, payload, header.stored_bytes).status != PIER_OK) {
            return true;
        }
    }
    pier__stream_pass(&ahead->stream, &header);
    ahead->has_ended = header.kind == PIER_BLOCK_END;
    return false;
}

bool pier__loader_pieces_tell(const pier__loader *loader, uint64_t position) {
    const pier_limits *limits = &loader->common.limits;
    preview ahead;
    ahead.stream = loader->stream;
    ahead.has_ended = false;
    ahead.begins_epoch = false;
    ahead.has_ledger = false;
    for (;;) {
        size_t there = pier__loader_there(loader, position);
        const uint8_t *piece = there > 0 ? pier__loader_at(loader, position) : NULL;
        if (there > 0 && pier__begin_fault(&ahead.stream, piece, there).status != PIER_OK) {
            return true;
        }
        if (there < PIER__PIECE_BYTES) {
            /* The end mark is told when nothing stands behind it yet. */
            return loader->input_is_ended || (ahead.has_ended && there == 0);
        }
        if (pier__piece_fault(&ahead.stream, piece, limits).status != PIER_OK) {
            return true;
        }
        size_t whole = PIER__PIECE_BYTES;
        if (piece[3] != PIER_BLOCK_PREAMBLE) {
            pier__header header;
            pier__header_decode(piece, &header);
            if (pier__block_is_skipped(&ahead.stream, &header, limits)) {
                return true;
            }
            if (!pier__loader_may_look(loader, &header, position)) {
                return true;
            }
            whole += header.stored_bytes;
        }
        if (whole > there) {
            return loader->input_is_ended;
        }
        if (piece_tells(loader, &ahead, piece)) {
            return true;
        }
        position += whole;
    }
}

pier_status pier__loader_await_preamble(pier__loader *loader, pier_deadline deadline) {
    while (!loader->stream.preamble_is_known) {
        if (loader->common.failure != PIER_OK) {
            return loader->common.failure;
        }
        if (loader->stream.phase != PIER__PHASE_START) {
            return pier__archive_tell(&loader->common, PIER_TRUNCATED, "the stream goes on without its preamble");
        }
        pier_status status = pier__loader_there(loader, loader->taken) >= PIER__PIECE_BYTES
                                 ? pier__loader_take_piece(loader, NULL)
                                 : pier__loader_fill(loader, deadline);
        if (status == PIER_MORE) {
            return PIER_WOULD_BLOCK;
        }
        if (status == PIER_END) {
            return pier__archive_tell(&loader->common, PIER_TRUNCATED, "%s", text_of_no_preamble(loader));
        }
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}

bool pier__loader_notice_preamble(pier__loader *loader) {
    bool is_awaited = !loader->stream.preamble_is_known && loader->stream.phase == PIER__PHASE_START &&
                      loader->common.format == PIER_FORMAT_FRAMED && loader->common.failure == PIER_OK;
    if (is_awaited && pier__loader_there(loader, loader->taken) < PIER__PIECE_BYTES) {
        (void)pier__loader_take_in(loader);
    }
    if (is_awaited && pier__loader_there(loader, loader->taken) >= PIER__PIECE_BYTES) {
        /* What is wrong with it is told to who loads. */
        (void)pier__loader_take_piece(loader, NULL);
    }
    return loader->stream.preamble_is_known;
}
