/* Checking the pieces of a framed stream; see loader_internal.h and proto/wire.md, "What a loader checks". */
#include "archive/loader_internal.h"

void pier__loader_begin_epoch(pier__loader *loader, uint32_t epoch) {
    pier__loader_forget_classes(loader);
    loader->epoch = epoch;
    loader->epoch_has_blocks = false;
}

void pier__loader_begin_stream(pier__loader *loader, const pier__preamble *preamble) {
    loader->peer = *preamble;
    loader->preamble_is_known = true;
    loader->stream_id = preamble->stream_id;
    loader->stream_is_known = true;
    loader->next_record = 1;
    loader->next_block = 0;
    loader->phase = PIER__PHASE_STREAM;
    loader->end_is_told = false;
    pier__loader_begin_epoch(loader, 0);
}

pier__fault pier__loader_check_preamble(const pier__loader *loader, const pier__preamble *preamble) {
    if (preamble->version_major != 1) {
        return (pier__fault){PIER_VERSION, 10, "the stream has another major version than 1"};
    }
    if (preamble->features_required != 0) {
        return (pier__fault){PIER_VERSION, 12, "the stream requires features that are not known here"};
    }
    if (preamble->block_target_bytes == 0 || preamble->block_target_bytes > PIER_BLOCK_TARGET_BYTES_HIGHEST) {
        return (pier__fault){PIER_PROTOCOL, 28, "a block target of 0 or above 16 MiB"};
    }
    if (preamble->block_target_bytes > loader->common.limits.queue_bytes_max) {
        return (pier__fault){PIER_LIMIT, 28, "the blocks of the stream are above queue_bytes_max"};
    }
    if (preamble->stream_id == 0) {
        return (pier__fault){PIER_PROTOCOL, 40, "a stream id of 0"};
    }
    return (pier__fault){PIER_OK, 0, NULL};
}

uint64_t pier__loader_payload_max(const pier__loader *loader, const pier__header *header) {
    const pier_limits *limits = &loader->common.limits;
    if (header->kind == PIER_BLOCK_DEFINITIONS) {
        /* A loader of small records reads definitions of the ordinary size all the same. */
        return limits->record_bytes_max > PIER__CONSENT_BYTES ? limits->record_bytes_max : PIER__CONSENT_BYTES;
    }
    if (header->records <= 1) {
        return limits->record_bytes_max + PIER__SWITCH_BYTES_MAX;
    }
    return loader->preamble_is_known ? (uint64_t)loader->peer.block_target_bytes * 2 : limits->queue_bytes_max;
}

pier__fault pier__loader_check_header(const pier__loader *loader, const pier__header *header) {
    unsigned flags_of_kind = header->kind == PIER_BLOCK_RECORDS       ? PIER__FLAGS_KNOWN
                             : header->kind == PIER_BLOCK_DEFINITIONS ? PIER__FLAG_CHECKSUM | PIER__FLAG_EPOCH_BEGIN
                                                                      : 0;
    if ((header->flags & ~flags_of_kind) != 0) {
        return (pier__fault){PIER_PROTOCOL, 4, "a block with flags that its kind does not have"};
    }
    if (header->codec != 0) {
        return (pier__fault){PIER_VERSION, 5, "a block with an unknown codec"};
    }
    if (header->lane != 0 || header->reserved != 0) {
        return (pier__fault){PIER_PROTOCOL, header->lane != 0 ? 6 : 7, "a block with a reserved field that is not 0"};
    }
    if (loader->stream_is_known && header->stream_id != loader->stream_id) {
        return (pier__fault){PIER_CORRUPT, 8, "a block of another stream"};
    }
    if (header->kind != PIER_BLOCK_RECORDS && header->records != 0) {
        return (pier__fault){PIER_PROTOCOL, 32, "records are counted where there are none"};
    }
    if (header->kind == PIER_BLOCK_END && header->stored_bytes != 0) {
        return (pier__fault){PIER_PROTOCOL, 36, "an end mark with a payload"};
    }
    if (header->raw_bytes != header->stored_bytes) {
        return (pier__fault){PIER_PROTOCOL, 40, "a block that is not compressed has two lengths"};
    }
    if (header->stored_bytes > pier__loader_payload_max(loader, header) && header->records != 1) {
        return (pier__fault){PIER_LIMIT, 36, "a block is longer than its stream may have"};
    }
    if ((header->flags & PIER__FLAG_CHECKSUM) == 0 && header->payload_check != 0) {
        return (pier__fault){PIER_PROTOCOL, 52, "a block with a check that its flags deny"};
    }
    return (pier__fault){PIER_OK, 0, NULL};
}

/* The numbers by which a stream goes on: nothing missing, doubled or out of order. */
static pier__fault check_numbers(const pier__loader *loader, const pier__header *header) {
    if (header->first_record != loader->next_record) {
        return (pier__fault){PIER_CORRUPT, 16, "records are missing or doubled: the number is not the next one"};
    }
    if (header->number != loader->next_block) {
        return (pier__fault){PIER_CORRUPT, 24, "a block is missing or doubled: its number is not the next one"};
    }
    bool begins = (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0;
    bool must_begin = !loader->epoch_has_blocks && header->kind != PIER_BLOCK_END;
    uint32_t expected = begins && loader->epoch_has_blocks ? loader->epoch + 1 : loader->epoch;
    if (header->epoch != expected || (must_begin && !begins)) {
        return (pier__fault){PIER_CORRUPT, 28, "a block of another epoch"};
    }
    return (pier__fault){PIER_OK, 0, NULL};
}

/* Of two faults the one that stands first in the header, so that the offset told is that of the first wrong byte. */
static pier__fault first_fault(pier__fault left, pier__fault right) {
    bool takes_left = left.status != PIER_OK && (right.status == PIER_OK || left.at <= right.at);
    return takes_left ? left : right;
}

/* At the start and behind an end mark only a preamble may stand. */
static bool lacks_preamble(const pier__loader *loader, size_t there, size_t *wrong) {
    *wrong = 3;
    return loader->phase != PIER__PHASE_STREAM && there > 3 &&
           pier__loader_at(loader, loader->taken)[3] != PIER_BLOCK_PREAMBLE;
}

/* Waits for the 64 bytes of a piece; bytes that cannot begin one fail as soon as they are there. */
static pier_status await_piece(pier__loader *loader) {
    for (;;) {
        size_t there = pier__loader_there(loader, loader->taken);
        size_t wrong = 0;
        if (!pier__piece_may_begin(pier__loader_at(loader, loader->taken), there, &wrong) ||
            lacks_preamble(loader, there, &wrong)) {
            return pier__loader_fail(loader, PIER_CORRUPT, loader->taken + wrong,
                                     loader->phase != PIER__PHASE_STREAM ? "this does not begin a framed stream"
                                                                         : "no block begins here");
        }
        if (there >= PIER__PIECE_BYTES) {
            return PIER_OK;
        }
        pier_status status = pier__loader_need(loader, there + 1);
        if (status == PIER_END) {
            if (there == 0 && loader->phase == PIER__PHASE_ENDED) {
                return PIER_END;
            }
            return pier__loader_fail(loader, PIER_TRUNCATED, loader->end,
                                     loader->phase == PIER__PHASE_START ? "the input ends before a preamble"
                                     : there == 0                       ? "the input ends without an end mark"
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
    };
}

static pier_status take_preamble(pier__loader *loader, const uint8_t *piece, pier_block *block) {
    if (loader->phase == PIER__PHASE_STREAM) {
        return pier__loader_fail(loader, PIER_TRUNCATED, loader->taken,
                                 "a new stream begins before the end mark of the one before it");
    }
    pier__preamble preamble;
    pier__preamble_decode(piece, &preamble);
    pier__fault fault = pier__loader_check_preamble(loader, &preamble);
    if (fault.status != PIER_OK) {
        return pier__loader_fail(loader, fault.status, loader->taken + fault.at, "%s", fault.text);
    }
    if (block != NULL) {
        describe_preamble(loader, &preamble, block);
    }
    pier__loader_begin_stream(loader, &preamble);
    pier__loader_take(loader, loader->taken + PIER__PIECE_BYTES);
    return PIER_OK;
}

/* A record above the limit stands alone in its block: it is passed over by the header. */
static pier_status skip_block(pier__loader *loader, const pier__header *header) {
    uint64_t limit = loader->common.limits.record_bytes_max;
    (void)pier__archive_tell(&loader->common, PIER_LIMIT, "a record of %u bytes is passed over, the limit is %llu (record_bytes_max)",
                             header->stored_bytes, (unsigned long long)limit);
    loader->common.error.record = header->first_record;
    pier__loader_locate(loader, loader->taken);
    loader->skip_bytes = header->stored_bytes;
    loader->next_record++;
    loader->next_block++;
    pier__loader_take(loader, loader->taken + PIER__PIECE_BYTES);
    return PIER_SKIPPED;
}

/* Waits for the payload and compares its check. */
static pier_status await_payload(pier__loader *loader, const pier__header *header) {
    pier_status status = pier__loader_need(loader, PIER__PIECE_BYTES + (uint64_t)header->stored_bytes);
    if (status == PIER_END) {
        return pier__loader_fail(loader, PIER_TRUNCATED, loader->end, "the input ends within a block of %u bytes",
                                 header->stored_bytes);
    }
    if (status != PIER_OK) {
        return status;
    }
    uint64_t payload = loader->taken + PIER__PIECE_BYTES;
    if ((header->flags & PIER__FLAG_CHECKSUM) != 0 &&
        pier__payload_check(pier__loader_at(loader, payload), header->stored_bytes) != header->payload_check) {
        return pier__loader_fail(loader, PIER_CORRUPT, payload, "the check of the payload fails");
    }
    return PIER_OK;
}

static void enter_block(pier__loader *loader, const pier__header *header) {
    loader->header = *header;
    loader->in_block = true;
    loader->block = loader->taken;
    loader->next_at = loader->taken + PIER__PIECE_BYTES;
    loader->payload_end = loader->next_at + header->stored_bytes;
    loader->records_left = header->records;
    loader->class_id = 0;
    loader->class_in_force = NULL;
    loader->next_block++;
    loader->taken = loader->next_at;
}

/* A piece that passed its checks takes effect. */
static pier_status take_header(pier__loader *loader, const pier__header *header) {
    if ((header->flags & PIER__FLAG_EPOCH_BEGIN) != 0) {
        pier__loader_begin_epoch(loader, header->epoch);
    }
    if (header->kind == PIER_BLOCK_RECORDS) {
        loader->epoch_has_blocks = true;
        enter_block(loader, header);
        return PIER_OK;
    }
    uint64_t payload = loader->taken + PIER__PIECE_BYTES;
    pier_status status = PIER_OK;
    if (header->kind == PIER_BLOCK_DEFINITIONS) {
        loader->block = loader->taken;
        status = pier__loader_take_definitions(loader, payload, payload + header->stored_bytes);
        loader->block = PIER_NO_OFFSET;
    } else {
        loader->phase = PIER__PHASE_ENDED;
    }
    if (status != PIER_NO_MEMORY) {
        /* Bad definitions are passed over: recovering must not meet them again. Those that memory lacked for are
         * taken when it is there. */
        loader->epoch_has_blocks = true;
        pier__loader_take(loader, payload + header->stored_bytes);
    }
    return status;
}

pier_status pier__loader_take_piece(pier__loader *loader, pier_block *block) {
    pier_status status = pier__loader_skip(loader);
    if (status == PIER_END) {
        return pier__loader_fail(loader, PIER_TRUNCATED, loader->end, "the input ends within a block that is passed over");
    }
    if (status != PIER_OK) {
        return status;
    }
    bool at_end = loader->phase == PIER__PHASE_ENDED && loader->taken == loader->end;
    bool may_wait = loader->common.file == NULL || (pier_file_capabilities(loader->common.file) & PIER_FILE_CAN_WAIT) != 0;
    if (at_end && may_wait && !loader->end_is_told) {
        loader->end_is_told = loader->common.file != NULL;
        return PIER_END;
    }
    status = await_piece(loader);
    if (status != PIER_OK) {
        return status;
    }
    const uint8_t *piece = pier__loader_at(loader, loader->taken);
    if (!pier__piece_proves_itself(piece)) {
        return pier__loader_fail(loader, PIER_CORRUPT, loader->taken, "the check of the %s fails",
                                 piece[3] == PIER_BLOCK_PREAMBLE ? "preamble" : "block header");
    }
    if (piece[3] == PIER_BLOCK_PREAMBLE) {
        return take_preamble(loader, piece, block);
    }
    pier__header header;
    pier__header_decode(piece, &header);
    pier__fault fault = first_fault(pier__loader_check_header(loader, &header), check_numbers(loader, &header));
    if (fault.status != PIER_OK) {
        return pier__loader_fail(loader, fault.status, loader->taken + fault.at, "%s", fault.text);
    }
    if (block != NULL) {
        describe_header(loader, &header, block);
    }
    if (header.stored_bytes > pier__loader_payload_max(loader, &header)) {
        return skip_block(loader, &header);
    }
    status = await_payload(loader, &header);
    return status == PIER_OK ? take_header(loader, &header) : status;
}

pier_status pier__loader_await_preamble(pier__loader *loader, pier_deadline deadline) {
    while (!loader->preamble_is_known) {
        if (loader->phase != PIER__PHASE_START || loader->common.failure != PIER_OK) {
            return loader->common.failure != PIER_OK ? loader->common.failure : PIER_TRUNCATED;
        }
        if (pier__loader_there(loader, loader->taken) >= PIER__PIECE_BYTES) {
            pier_status status = pier__loader_take_piece(loader, NULL);
            if (status < 0) {
                return status;
            }
            continue;
        }
        pier_status status = pier__loader_fill(loader, deadline);
        if (status == PIER_END) {
            return PIER_TRUNCATED;
        }
        if (status == PIER_MORE) {
            return PIER_WOULD_BLOCK;
        }
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}
