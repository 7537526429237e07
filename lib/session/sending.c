/* Records on their way to the peer: from the archive that the program stores with into the lane, and from the lane into
 * the connection; see session_internal.h. */
#include "session/session_internal.h"

#include <stdio.h>

#include "archive/scan_internal.h"
#include "base/error_internal.h"

void pier__sending_gather(pier_session *session) {
    pier__lane *lane = &session->sent;
    while (session->failure == PIER_OK && pier__lane_has_room(lane)) {
        pier_bytes ready = pier_archive_drain(session->store);
        if (ready.size < PIER__PIECE_BYTES) {
            return;
        }
        pier__header header;
        pier__header_decode((const uint8_t *)ready.data, &header);
        if (!pier__lane_make(lane, &header, (const uint8_t *)ready.data)) {
            /* It stays in the archive, which pushes back when it has too much. */
            return;
        }
        pier_archive_drained(session->store, PIER__PIECE_BYTES + (size_t)header.stored_bytes);
    }
}

/* Whether the peer said that it never takes this block: its one record is too large. */
static bool is_too_large(const pier_session *session, const pier__header *header) {
    return header->kind == PIER_BLOCK_RECORDS && header->records == 1 &&
           header->raw_bytes > session->peer_record_bytes_max + PIER__SWITCH_BYTES_MAX;
}

static void withdraw(pier_session *session, uint64_t record, size_t bytes) {
    char text[160];
    (void)snprintf(text, sizeof text, "record %llu of %zu bytes: the peer loads at most %llu",
                   (unsigned long long)record, bytes, (unsigned long long)session->peer_record_bytes_max);
    (void)pier__error_set(&session->error, PIER_LIMIT, PIER_FLOOR_SESSION, 0, "%s", text);
    session->error.record = record;
    pier__session_tell(session, PIER_SESSION_WITHDRAWN, PIER_LIMIT, record, text);
}

/* Tells the records that the peer will pass over in a block that leaves: they were put there with others before its
 * limit was known, when nothing is compressed either. */
static void tell_passed_over(pier_session *session, const pier__header *header, const uint8_t *payload) {
    if (header->kind != PIER_BLOCK_RECORDS || header->codec != PIER__CODEC_NONE ||
        header->stored_bytes <= session->peer_record_bytes_max) {
        return;
    }
    uint64_t record = header->first_record;
    for (size_t at = 0; at < header->stored_bytes;) {
        uint16_t id;
        size_t left = (size_t)header->stored_bytes - at;
        size_t extent = pier__read_switch(payload + at, left, &id);
        if (extent == 0) {
            extent = pier__scan_extent(payload + at, left);
            if (extent == 0) {
                return; /* the peer tells what is wrong with it */
            }
            if (extent > session->peer_record_bytes_max) {
                withdraw(session, record, extent);
            }
            record++;
        }
        at += extent;
    }
}

/* Puts the next block, and the definitions before it, into the connection's bytes. Returns false when there is no
 * memory: it is tried again. */
static bool put_block(pier_session *session, const uint8_t *blocks, size_t size, const pier__header *header) {
    pier__buffer *out = &session->link.out;
    size_t before = out->size;
    const uint8_t *payload = blocks + size - (size_t)header->stored_bytes;
    bool is_withdrawn = is_too_large(session, header);
    if (is_withdrawn) {
        /* Later records may need the definitions before it. */
        size -= PIER__PIECE_BYTES + (size_t)header->stored_bytes;
    }
    while (size > 0) {
        pier__header each;
        pier__header_decode(blocks, &each);
        size_t bytes = PIER__PIECE_BYTES + (size_t)each.stored_bytes;
        bool leaves = each.kind == PIER_BLOCK_DEFINITIONS || pier__block_counts(&each);
        if (leaves && !pier__buffer_append(out, blocks, bytes)) {
            out->size = before;
            return false;
        }
        blocks += bytes;
        size -= bytes;
    }
    if (is_withdrawn) {
        pier__header gap = *header;
        gap.flags &= PIER__FLAG_EPOCH_BEGIN;
        gap.codec = PIER__CODEC_NONE;
        gap.number = header->number + 1;
        if (!pier__gap_put(out, &gap)) {
            out->size = before;
            return false;
        }
        withdraw(session, header->first_record, header->raw_bytes);
    } else {
        tell_passed_over(session, header, payload);
    }
    return true;
}

/* The two sides do not fit. */
static void part(pier_session *session, uint64_t record, const char *text) {
    pier__session_tell(session, PIER_SESSION_CONFLICT, PIER_MISMATCH, record, text);
    pier__link_fail(session, PIER_MISMATCH, record, text);
}

/* Whether the check that the peer tells is that of this block of records, or of the gap that stood for it when it was
 * withdrawn. */
static bool has_check(const pier_session *session, const pier__header *header) {
    uint64_t told = session->link.peer.received_check;
    return told == 0 || told == header->payload_check || (told == pier__gap_check() && is_too_large(session, header));
}

/* Compares the block at which the peer says that it stands with the one here, and passes over it: two lives that went
 * apart used the same numbers for different records. A gap may reach further than the peer has taken of it. */
static bool verify(pier_session *session, size_t size, const pier__header *header) {
    pier__link *link = &session->link;
    const pier__standing_told *peer = &link->peer;
    uint64_t last = header->first_record + header->records - 1;
    bool is_gap = header->kind == PIER_BLOCK_CONTROL;
    uint32_t blocks = header->number + (is_gap ? 0 : 1);
    /* The peer may have begun a later epoch, of which it has no record yet. */
    bool is_same = last == peer->received && blocks == peer->received_blocks && header->epoch <= peer->received_epoch &&
                   (is_gap || has_check(session, header));
    if (!is_same && (!is_gap || header->first_record > peer->received)) {
        part(session, peer->received, "the peer has other records under these numbers: a folder is older, or a copy");
        return false;
    }
    link->is_verified = true;
    if (last == peer->received) {
        pier__lane_take(&session->sent, size, header);
    } else {
        session->sent.taken = peer->received;
    }
    pier__session_hear(session);
    return true;
}

void pier__sending_pump(pier_session *session) {
    pier__lane *lane = &session->sent;
    pier__link *link = &session->link;
    lane->is_awaited = false;
    if (link->phase != PIER__LINK_OPEN || session->failure != PIER_OK) {
        return;
    }
    if (!link->is_verified && link->peer.received <= lane->trimmed) {
        /* What could be compared is gone by now. */
        pier__lane_rewind(lane, link->peer.received);
        link->is_verified = true;
        pier__session_hear(session);
    }
    while (link->out.size - link->out_at < session->out_max) {
        size_t size = 0;
        pier__header header;
        const uint8_t *blocks = pier__lane_next(lane, &size, &header);
        if (blocks == NULL) {
            lane->is_awaited = true;
            return;
        }
        if (!link->is_verified) {
            if (!verify(session, size, &header)) {
                return;
            }
            continue;
        }
        uint64_t next = lane->taken + 1;
        uint64_t last = header.first_record + header.records - 1;
        if (last > pier__lane_limit(lane)) {
            return;
        }
        if (header.first_record != next && (header.kind != PIER_BLOCK_CONTROL || header.first_record > next)) {
            /* The peer stands where no block of this side ends, or the journal has a hole. */
            part(session, next, "no block begins at the record that the peer lacks: a folder is older, or a copy");
            return;
        }
        if (!put_block(session, blocks, size, &header)) {
            return;
        }
        pier__lane_take(lane, size, &header);
        link->said = session->now_ns;
    }
}
