/* Checking the pieces of a framed stream; see loader_internal.h and proto/wire.md, "What a loader checks".
 *
 * Floor 4 (archive). All here are functions of a pier__stream and bytes, and know no loader: taking a piece checks it
 * against the loader's own stream, pier_archive_has_next against a copy of it. */
#include "archive/loader_internal.h"

/* How a stream goes on behind its pieces -------------------------------------------------------------------------- */

void pier__stream_begin(pier__stream *stream, const pier__preamble *preamble) {
    bool goes_on = stream->is_known && stream->id == preamble->stream_id &&
                   (preamble->features_required & PIER__REQUIRES_PART) != 0;
    bool goes_on_alone = goes_on && stream->is_alone;
    *stream = (pier__stream){
        .phase = PIER__PHASE_STREAM,
        .preamble_is_known = true,
        .peer = *preamble,
        .is_known = true,
        .id = preamble->stream_id,
        .next_record = goes_on_alone ? stream->next_record : 1,
        .epoch = goes_on_alone ? stream->epoch : 0,
        .enters = (preamble->features_required & PIER__REQUIRES_PART) != 0,
        .enters_at = goes_on && !stream->has_lost ? stream->next_record : 0,
        .is_alone = stream->is_alone,
    };
}

/* Whether a control block has no place among the records: it may come before anybody knows which numbers do. */
static bool is_free(const pier__header *header) {
    return header->kind == PIER_BLOCK_CONTROL && header->first_record == 0;
}

PIER__HOT void pier__stream_pass(pier__stream *stream, const pier__header *header) {
    if (is_free(header)) {
        return;
    }
    if (stream->enters) {
        stream->enters = false;
        stream->next_record = header->first_record;
        stream->next_block = header->number;
    }
    stream->epoch = header->epoch;
    if (header->kind == PIER_BLOCK_CONTROL) {
        stream->next_record += header->records;
        stream->next_block = header->number;
        stream->epoch_has_blocks = stream->epoch_has_blocks || (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0;
        return;
    }
    /* An end mark names the epoch, and is not one of its blocks. */
    stream->epoch_has_blocks = stream->epoch_has_blocks || header->kind != PIER_BLOCK_END;
    if (header->kind == PIER_BLOCK_RECORDS || header->kind == PIER_BLOCK_RAW) {
        stream->next_record = header->first_record + header->records;
        stream->next_block = header->number + 1;
        stream->in_raw = header->kind == PIER_BLOCK_RAW && (header->flags & PIER__FLAG_RAW_END) == 0;
    } else if (header->kind == PIER_BLOCK_END) {
        stream->phase = PIER__PHASE_ENDED;
    }
}

/* The checks ------------------------------------------------------------------------------------------------------ */

pier__fault pier__preamble_fault(const pier__stream *stream, const pier__preamble *preamble,
                                 const pier_limits *limits) {
    if (preamble->version_major != 1) {
        return pier__fault_of(PIER_VERSION, 10, "the stream has another major version than 1");
    }
    if ((preamble->features_required & ~PIER__REQUIRED_KNOWN) != 0) {
        return pier__fault_of(PIER_VERSION, 12, "the stream requires features that are not known here");
    }
    if (preamble->block_target_bytes == 0 || preamble->block_target_bytes > PIER_BLOCK_TARGET_BYTES_HIGHEST) {
        return pier__fault_of(PIER_PROTOCOL, 28, "a block target of 0 or above 16 MiB");
    }
    if (preamble->block_target_bytes > limits->queue_bytes_max) {
        return pier__limit_fault(28, "the stream has a block target", preamble->block_target_bytes,
                                 limits->queue_bytes_max, "queue_bytes_max");
    }
    if (preamble->stream_id == 0) {
        return pier__fault_of(PIER_PROTOCOL, 40, "a stream id of 0");
    }
    if (stream->is_alone && stream->is_known && preamble->stream_id != stream->id) {
        return pier__fault_of(PIER_CORRUPT, 40, "a part of another stream");
    }
    if (stream->is_alone && stream->is_known && (preamble->features_required & PIER__REQUIRES_PART) == 0) {
        /* Its numbers would begin anew. */
        return pier__fault_of(PIER_CORRUPT, 12, "a stream that is no part begins behind a part");
    }
    return pier__no_fault;
}

/* Whether the stream is known not to be a part of a longer one: it has no control blocks then. */
static bool is_whole(const pier__stream *stream) {
    return stream->preamble_is_known && (stream->peer.features_required & PIER__REQUIRES_PART) == 0;
}

/* What is wrong with a count of records where there are none, or with the fields of a control block without a place. */
static pier__fault count_fault(const pier__header *header) {
    if (header->kind == PIER_BLOCK_RAW && header->records != ((header->flags & PIER__FLAG_RAW_BEGIN) != 0 ? 1 : 0)) {
        return pier__fault_of(PIER_PROTOCOL, 32, "raw bytes are counted once, where they begin");
    }
    if ((header->kind == PIER_BLOCK_DEFINITIONS || header->kind == PIER_BLOCK_END) && header->records != 0) {
        return pier__fault_of(PIER_PROTOCOL, 32, "records are counted where there are none");
    }
    if (is_free(header) && (header->number != 0 || header->epoch != 0 || header->records != 0)) {
        return pier__fault_of(PIER_PROTOCOL,
                              header->number != 0  ? 24
                              : header->epoch != 0 ? 28
                                                   : 32,
                              "a control block has a number, and no place among records");
    }
    return pier__no_fault;
}

PIER__HOT pier__fault pier__header_fault(const pier__stream *stream, const pier__header *header,
                                         const pier_limits *limits) {
    unsigned flags_of_kind = header->kind == PIER_BLOCK_RECORDS ? PIER__FLAGS_KNOWN
                             : header->kind == PIER_BLOCK_RAW   ? PIER__FLAGS_OF_RAW
                             : header->kind == PIER_BLOCK_END   ? 0
                             : is_free(header)                  ? PIER__FLAG_CHECKSUM
                                                                : PIER__FLAG_CHECKSUM | PIER__FLAG_EPOCH_BEGIN;
    if (header->kind == PIER_BLOCK_CONTROL && is_whole(stream)) {
        return pier__fault_of(PIER_CORRUPT, 3, "a control block in a stream that has none");
    }
    if ((header->flags & ~flags_of_kind) != 0) {
        return pier__fault_of(PIER_PROTOCOL, 4, "a block with flags that its kind does not have");
    }
    if (header->kind == PIER_BLOCK_RAW && pier__raw_flags_clash(header->flags)) {
        return pier__fault_of(PIER_PROTOCOL, 4, "a raw block with flags that do not go together");
    }
    if (header->codec > PIER__CODEC_DEFLATE) {
        return pier__fault_of(PIER_VERSION, 5, "a block with an unknown codec");
    }
    if (header->codec != PIER__CODEC_NONE && header->kind != PIER_BLOCK_RECORDS) {
        return pier__fault_of(PIER_PROTOCOL, 5, "only blocks of records are compressed");
    }
    if (header->lane != 0 || header->reserved != 0) {
        return pier__fault_of(PIER_PROTOCOL, header->lane != 0 ? 6 : 7, "a block with a reserved field that is not 0");
    }
    pier__fault fault = count_fault(header);
    if (fault.status == PIER_OK) {
        fault = pier__length_fault(stream, header, limits);
    }
    if (fault.status == PIER_OK && (header->flags & PIER__FLAG_CHECKSUM) == 0 && header->payload_check != 0) {
        fault = pier__fault_of(PIER_PROTOCOL, 52, "a block with a check that its flags deny");
    }
    return fault;
}

/* The numbers of the first block of a part, which may be any that a stream can have. */
static pier__fault enter_fault(const pier__stream *stream, const pier__header *header) {
    bool goes_back = stream->is_alone && header->first_record < stream->next_record;
    if ((stream->enters_at != 0 && header->first_record != stream->enters_at) || goes_back) {
        return pier__fault_of(PIER_CORRUPT, 16, "records are missing or doubled between two parts of a stream");
    }
    if (header->first_record == 0 || header->records > UINT64_MAX - header->first_record) {
        return pier__fault_of(PIER_PROTOCOL, 16, "a record number that no stream has");
    }
    bool needs_epoch = header->kind != PIER_BLOCK_END && header->kind != PIER_BLOCK_CONTROL;
    if (needs_epoch && (header->flags & PIER__FLAG_EPOCH_BEGIN) == 0) {
        return pier__fault_of(PIER_CORRUPT, 28, "a part of a stream goes on with an epoch that it did not begin");
    }
    if (stream->is_alone && header->epoch < stream->epoch) {
        return pier__fault_of(PIER_CORRUPT, 28, "a block of another epoch");
    }
    return pier__no_fault;
}

/* The numbers by which a stream goes on: nothing missing, doubled, out of order or of another stream. The stream has
 * begun: before, pier__begin_fault takes nothing but a preamble. */
static pier__fault number_fault(const pier__stream *stream, const pier__header *header) {
    if (header->stream_id != stream->id) {
        return pier__fault_of(PIER_CORRUPT, 8, "a block of another stream");
    }
    if (is_free(header)) {
        return pier__no_fault;
    }
    if (stream->enters) {
        return enter_fault(stream, header);
    }
    if (header->first_record != stream->next_record) {
        return pier__fault_of(PIER_CORRUPT, 16, "records are missing or doubled: the number is not the next one");
    }
    /* What a gap passes over had blocks and epochs, too; how many, its sender may not know. */
    bool is_gap = header->kind == PIER_BLOCK_CONTROL && header->records > 0;
    if (header->number != stream->next_block &&
        (!is_gap || header->number - stream->next_block > (uint32_t)INT32_MAX)) {
        return pier__fault_of(PIER_CORRUPT, 24, "a block is missing or doubled: its number is not the next one");
    }
    if (header->kind == PIER_BLOCK_CONTROL && header->records > UINT64_MAX - header->first_record) {
        return pier__fault_of(PIER_PROTOCOL, 32, "more numbers are passed over than there are");
    }
    bool begins = (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0;
    bool must_begin = !stream->epoch_has_blocks && header->kind != PIER_BLOCK_END && header->kind != PIER_BLOCK_CONTROL;
    uint32_t expected = begins && stream->epoch_has_blocks ? stream->epoch + 1 : stream->epoch;
    /* Of a part an epoch may be missing that brought no record: a crash left nothing of it but definitions. */
    bool is_later = begins && header->epoch > expected && !is_whole(stream);
    if ((header->epoch != expected && !is_later) || (must_begin && !begins)) {
        return pier__fault_of(PIER_CORRUPT, 28, "a block of another epoch");
    }
    return pier__no_fault;
}

/* Of two faults the one that stands first in the header, so that the offset told is that of the first wrong byte. */
static pier__fault first_fault(pier__fault left, pier__fault right) {
    bool takes_left = left.status != PIER_OK && (right.status == PIER_OK || left.at <= right.at);
    return takes_left ? left : right;
}

pier__fault pier__begin_fault(const pier__stream *stream, const uint8_t *piece, size_t size) {
    size_t wrong = 0;
    bool is_wrong = !pier__piece_may_begin(piece, size, &wrong);
    if (!is_wrong && stream->phase != PIER__PHASE_STREAM && size > 3 && piece[3] != PIER_BLOCK_PREAMBLE) {
        wrong = 3;
        is_wrong = true;
    }
    if (!is_wrong && size > 3 && piece[3] == PIER_BLOCK_CONTROL && is_whole(stream)) {
        wrong = 3;
        is_wrong = true;
    }
    const char *text =
        stream->phase != PIER__PHASE_STREAM ? "this does not begin a framed stream" : "no block begins here";
    return is_wrong ? pier__fault_of(PIER_CORRUPT, wrong, text) : pier__no_fault;
}

PIER__HOT pier__fault pier__piece_fault(const pier__stream *stream, const uint8_t *piece, const pier_limits *limits) {
    bool is_preamble = piece[3] == PIER_BLOCK_PREAMBLE;
    if (!pier__piece_proves_itself(piece)) {
        return pier__fault_of(PIER_CORRUPT, 0,
                              is_preamble ? "the check of the preamble fails" : "the check of the block header fails");
    }
    if (!is_preamble) {
        pier__header header;
        pier__header_decode(piece, &header);
        pier__fault fault = first_fault(pier__header_fault(stream, &header, limits), number_fault(stream, &header));
        return first_fault(fault, pier__raw_order_fault(stream, &header));
    }
    if (stream->phase == PIER__PHASE_STREAM) {
        return pier__fault_of(PIER_TRUNCATED, 0, "a new stream begins before the end mark of the one before it");
    }
    pier__preamble preamble;
    pier__preamble_decode(piece, &preamble);
    return pier__preamble_fault(stream, &preamble, limits);
}
