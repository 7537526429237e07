/* The two lengths in a block header against the limits, before memory is taken for them; see loader_internal.h. */
#include "archive/loader_internal.h"

PIER__HOT uint64_t pier__payload_max(const pier__stream *stream, const pier__header *header,
                                     const pier_limits *limits) {
    if (header->kind == PIER_BLOCK_DEFINITIONS) {
        /* A loader of small records reads definitions of the ordinary size all the same. */
        return limits->record_bytes_max > PIER__CONSENT_BYTES ? limits->record_bytes_max : PIER__CONSENT_BYTES;
    }
    if (header->kind == PIER_BLOCK_CONTROL) {
        return PIER__CONTROL_BYTES_MAX;
    }
    if (header->kind == PIER_BLOCK_RAW) {
        return stream->preamble_is_known ? (uint64_t)stream->peer.block_target_bytes + PIER__RAW_HEAD_BYTES
                                         : limits->queue_bytes_max;
    }
    if (header->records <= 1) {
        return limits->record_bytes_max + PIER__SWITCH_BYTES_MAX;
    }
    return stream->preamble_is_known ? (uint64_t)stream->peer.block_target_bytes * 2 : limits->queue_bytes_max;
}

/* Which limit pier__payload_max comes from, in words. */
static const char *payload_limit_name(const pier__stream *stream, const pier__header *header) {
    if (header->kind == PIER_BLOCK_CONTROL) {
        return "what a control block may have";
    }
    if (header->kind == PIER_BLOCK_RAW && stream->preamble_is_known) {
        return "the stream's block target";
    }
    if (header->kind != PIER_BLOCK_RAW && (header->kind == PIER_BLOCK_DEFINITIONS || header->records <= 1)) {
        return "record_bytes_max";
    }
    return stream->preamble_is_known ? "twice the stream's block target" : "queue_bytes_max";
}

/* Whether a compressed block inflates by more than the limit. */
static bool inflates_too_much(const pier__header *header, const pier_limits *limits) {
    return header->raw_bytes > (uint64_t)header->stored_bytes * limits->inflation_ratio_max;
}

PIER__HOT bool pier__block_is_skipped(const pier__stream *stream, const pier__header *header,
                                      const pier_limits *limits) {
    return header->kind == PIER_BLOCK_RECORDS && header->records == 1 &&
           (header->raw_bytes > pier__payload_max(stream, header, limits) || inflates_too_much(header, limits));
}

PIER__HOT pier__fault pier__length_fault(const pier__stream *stream, const pier__header *header,
                                         const pier_limits *limits) {
    uint64_t payload_max = pier__payload_max(stream, header, limits);
    bool is_alone = header->kind == PIER_BLOCK_RECORDS && header->records == 1;
    if (header->kind == PIER_BLOCK_END && header->stored_bytes != 0) {
        return pier__fault_of(PIER_PROTOCOL, 36, "an end mark with a payload");
    }
    if (header->stored_bytes > payload_max && !is_alone) {
        return pier__limit_fault(36, "a block is longer than its stream may have", header->stored_bytes, payload_max,
                                 payload_limit_name(stream, header));
    }
    if (header->codec == PIER__CODEC_NONE) {
        return header->raw_bytes == header->stored_bytes
                   ? pier__no_fault
                   : pier__fault_of(PIER_PROTOCOL, 40, "a block that is not compressed has two lengths");
    }
    if (header->raw_bytes <= header->stored_bytes) {
        return pier__fault_of(PIER_PROTOCOL, 40, "a compressed block is not shorter than its raw length");
    }
    if (header->raw_bytes > payload_max && !is_alone) {
        return pier__limit_fault(40, "a block inflates to more than its stream may have", header->raw_bytes,
                                 payload_max, payload_limit_name(stream, header));
    }
    if (inflates_too_much(header, limits) && !is_alone) {
        uint64_t stored_bytes = header->stored_bytes != 0 ? header->stored_bytes : 1;
        return pier__limit_fault(40, "a block inflates too much, by",
                                 (header->raw_bytes + stored_bytes - 1) / stored_bytes, limits->inflation_ratio_max,
                                 "inflation_ratio_max");
    }
    return pier__no_fault;
}

pier_status pier__loader_fail_by(pier__loader *loader, uint64_t begin, pier__fault fault) {
    if (fault.limit_name != NULL) {
        return pier__loader_fail(loader, fault.status, begin + fault.at, "%s: %llu, the limit is %llu (%s)", fault.text,
                                 (unsigned long long)fault.found, (unsigned long long)fault.limit, fault.limit_name);
    }
    return pier__loader_fail(loader, fault.status, begin + fault.at, "%s", fault.text);
}
