/* What a connection brings of the peer's records; see session_internal.h and proto/session.md.
 *
 * Definitions that are known are dropped, the rest is made anew; a gap gives up the numbers that are there already;
 * blocks of records are taken as they are. All of it then has to be what comes next, and goes into the received
 * lane. */
#include "session/session_internal.h"

/* Adds a block that was checked to the lane. */
static pier_status make(pier_session *session, const pier__header *header, const uint8_t *block, const char **text) {
    pier__lane *lane = &session->received;
    pier__fault fault = pier__piece_fault(&lane->stream, block, &session->limits);
    if (fault.status != PIER_OK) {
        *text = fault.text;
        return fault.status == PIER_CORRUPT ? PIER_PROTOCOL : fault.status;
    }
    if (!pier__lane_make(lane, header, block)) {
        return PIER_NO_MEMORY;
    }
    if (header->kind != PIER_BLOCK_DEFINITIONS) {
        session->last_check = header->payload_check;
    }
    return PIER_OK;
}

/* How many bytes of definitions wait for the record that needs them; no more than queue_bytes_max. */
static uint64_t definitions_waiting(const pier_session *session) {
    return session->received.pending.size - session->received.pending_whole;
}

static pier_status take_definitions(pier_session *session, const pier__header *header, const uint8_t *block,
                                    const char **text) {
    pier__lane *lane = &session->received;
    pier__header made;
    session->scratch.size = 0;
    size_t known_before = session->known.count;
    pier_status status = pier__known_remake(&session->known, &lane->stream, &session->limits, header,
                                            block + PIER__PIECE_BYTES, &session->scratch, &made);
    if (status == PIER_OK && made.kind != 0 &&
        session->scratch.size > session->limits.queue_bytes_max - definitions_waiting(session)) {
        /* They are not written without a record: a peer that sends nothing else must not fill the memory. */
        session->known.count = known_before;
        *text = "definitions that no record needs (queue_bytes_max)";
        return PIER_LIMIT;
    }
    if (status == PIER_OK && made.kind != 0) {
        status = make(session, &made, session->scratch.data, text);
        if (status == PIER_OK) {
            pier__known_settle(&session->known, lane->stream.epoch);
        } else {
            session->known.count = known_before;
        }
    } else if (status != PIER_OK) {
        *text = "a definition that cannot be taken";
    }
    return status;
}

/* A gap goes on from where this side stands, and passes over what is there already. It is made anew: what else its
 * payload holds would be this side's own notes in the journal. */
static pier_status take_gap(pier_session *session, const pier__header *header, const uint8_t *block,
                            const char **text) {
    pier__lane *lane = &session->received;
    uint64_t next = lane->stream.next_record;
    if (header->records == 0 || header->first_record > next || header->first_record == 0 ||
        header->records > UINT64_MAX - header->first_record || header->first_record + header->records <= next) {
        *text = "a gap that does not go on from what came";
        return PIER_PROTOCOL;
    }
    if (!pier__gap_is((pier_bytes){block + PIER__PIECE_BYTES, header->stored_bytes})) {
        *text = "a control block with a place that is no gap";
        return PIER_PROTOCOL;
    }
    pier__header made = *header;
    made.first_record = next;
    if ((made.flags & PIER__FLAG_EPOCH_BEGIN) == 0) {
        made.epoch = lane->stream.epoch;
    }
    made.records = (uint32_t)(header->first_record + header->records - next);
    session->scratch.size = 0;
    if (!pier__gap_put(&session->scratch, &made)) {
        return PIER_NO_MEMORY;
    }
    return make(session, &made, session->scratch.data, text);
}

pier_status pier__intake_take(pier_session *session, const pier__header *header, const uint8_t *block,
                              const char **text) {
    *text = "a block that does not belong here";
    if (header->stream_id != session->received.stream.id) {
        *text = "a block of another session";
        return PIER_PROTOCOL;
    }
    switch (header->kind) {
    case PIER_BLOCK_DEFINITIONS:
        return take_definitions(session, header, block, text);
    case PIER_BLOCK_CONTROL:
        return take_gap(session, header, block, text);
    case PIER_BLOCK_RECORDS:
        if (header->records == 0) {
            *text = "a block without records";
            return PIER_PROTOCOL;
        }
        if (header->codec <= PIER__CODEC_DEFLATE && (session->codecs >> header->codec & 1) == 0) {
            *text = "a block in a codec that this side has not told";
            return PIER_PROTOCOL;
        }
        return make(session, header, block, text);
    default:
        return PIER_PROTOCOL;
    }
}

pier_status pier__intake_learn(pier_session *session, pier_bytes blocks) {
    const pier__stream *stream = &session->received.stream;
    const uint8_t *at = (const uint8_t *)blocks.data;
    size_t left = blocks.size;
    while (left >= PIER__PIECE_BYTES) {
        pier__header header;
        pier__header_decode(at, &header);
        size_t size = PIER__PIECE_BYTES + (size_t)header.stored_bytes;
        if (size > left) {
            break;
        }
        if (header.kind == PIER_BLOCK_DEFINITIONS && header.epoch == stream->epoch) {
            pier__header made;
            session->scratch.size = 0;
            pier_status status = pier__known_remake(&session->known, stream, &session->limits, &header,
                                                    at + PIER__PIECE_BYTES, &session->scratch, &made);
            if (status != PIER_OK) {
                return status;
            }
        }
        uint64_t last = header.first_record + header.records - 1;
        if (pier__block_counts(&header) && last == stream->next_record - 1) {
            session->last_check = header.payload_check;
        }
        at += size;
        left -= size;
    }
    session->knows = true;
    return PIER_OK;
}
