/* Records on their way to the program; see session_internal.h.
 *
 * Blocks of the received lane are fed to a loading archive, one at a time and only when it has nothing left, as one
 * part of a stream: what came again with other numbers (definitions) is made anew for it. */
#include "session/session_internal.h"

#include <string.h>

#include "base/endian_internal.h"
#include "base/error_internal.h"

/* How much the archive is fed at once. */
enum { FEED_BYTES = 64 << 10 };

/* The part begins at the first block that it is fed, within its epoch or not. */
static bool put_beginning(pier_session *session, const pier__header *header) {
    pier__buffer *out = &session->feed;
    if (!pier__buffer_reserve(out, PIER__PIECE_BYTES)) {
        return false;
    }
    pier__preamble preamble = {
        .version_major = 1,
        .features_required = PIER__REQUIRES_PART | PIER__REQUIRES_DEFLATE,
        .record_bytes_max = session->limits.record_bytes_max,
        .block_target_bytes = session->received.stream.peer.block_target_bytes,
        .classes_max = session->limits.classes_max,
        .depth_max = session->limits.depth_max,
        .stream_id = header->stream_id,
    };
    pier__header begin = {
        .flags = PIER__FLAG_EPOCH_BEGIN,
        .stream_id = header->stream_id,
        .first_record = header->first_record,
        .number = header->number,
        .epoch = header->epoch,
    };
    bool begins = (header->flags & PIER__FLAG_EPOCH_BEGIN) != 0;
    pier__preamble_encode(&preamble, out->data + out->size);
    out->size += PIER__PIECE_BYTES;
    return begins || pier__gap_put(out, &begin);
}

/* Where the archive stands, or will stand when it has taken the beginning. */
static pier__stream load_stream(const pier_session *session, const pier__header *header) {
    pier__standing standing = pier__archive_standing(session->load);
    pier__stream stream = {.id = header->stream_id,
                           .next_record = standing.next_record,
                           .next_block = standing.next_block,
                           .epoch = standing.epoch,
                           .epoch_has_blocks = standing.epoch_has_blocks};
    if (!session->load_is_begun) {
        stream.next_record = header->first_record;
        stream.next_block = header->number;
        stream.epoch = header->epoch;
        stream.epoch_has_blocks = (header->flags & PIER__FLAG_EPOCH_BEGIN) == 0;
    }
    return stream;
}

/* Makes what the archive is fed of the next block: the definitions that it does not know, and the block. */
static pier_status prepare(pier_session *session, const uint8_t *blocks, size_t size, const pier__header *header) {
    pier__buffer *feed = &session->feed;
    feed->size = 0;
    session->feed_at = 0;
    size_t known_before = session->load_known.count;
    pier__stream stream = load_stream(session, header);
    pier_status status = session->load_is_begun || put_beginning(session, header) ? PIER_OK : PIER_NO_MEMORY;
    while (status == PIER_OK && size > 0) {
        pier__header each;
        pier__header_decode(blocks, &each);
        size_t bytes = PIER__PIECE_BYTES + (size_t)each.stored_bytes;
        if (each.kind == PIER_BLOCK_DEFINITIONS) {
            pier__header made;
            status = pier__known_remake(&session->load_known, &stream, &session->limits, &each,
                                        blocks + PIER__PIECE_BYTES, feed, &made);
            if (status == PIER_OK && made.kind != 0) {
                pier__stream_pass(&stream, &made);
            }
        } else if (pier__block_counts(&each)) {
            size_t at = feed->size;
            status = pier__buffer_append(feed, blocks, bytes) ? PIER_OK : PIER_NO_MEMORY;
            if (status == PIER_OK && each.kind == PIER_BLOCK_CONTROL && (each.flags & PIER__FLAG_EPOCH_BEGIN) == 0) {
                each.epoch = stream.epoch;
                pier__header_encode(&each, feed->data + at);
            }
        }
        blocks += bytes;
        size -= bytes;
    }
    if (status == PIER_OK) {
        pier__known_settle(&session->load_known, stream.epoch);
    } else {
        session->load_known.count = known_before;
        feed->size = 0;
    }
    return status;
}

/* A gap that comes next: the program is told once, the archive takes it like a block. */
static void tell_gap(pier_session *session, const pier__header *header) {
    uint64_t last = header->first_record + header->records - 1;
    (void)pier__error_set(
        &session->error, PIER_SKIPPED, PIER_FLOOR_SESSION, 0,
        "records %llu to %llu were withdrawn, or lost in a crash of the peer before they were durable",
        (unsigned long long)header->first_record, (unsigned long long)last);
    session->error.record = header->first_record;
}

/* Prepares the next block. Returns PIER_OK; PIER_MORE when none may be delivered yet; PIER_SKIPPED for a gap that the
 * program has not passed; or a failure. */
static pier_status take_next(pier_session *session) {
    pier__lane *lane = &session->received;
    size_t size = 0;
    pier__header header;
    const uint8_t *blocks = pier__lane_next(lane, &size, &header);
    lane->is_awaited = blocks == NULL;
    if (blocks == NULL) {
        return PIER_MORE;
    }
    uint64_t last = header.first_record + header.records - 1;
    bool is_next = header.first_record <= lane->taken + 1 && last > lane->taken;
    if (last > pier__lane_limit(lane)) {
        return PIER_MORE;
    }
    if (!is_next) {
        pier__session_fail(session, PIER_CORRUPT, NULL, "records are missing in the journal");
        return session->failure;
    }
    pier_status status = prepare(session, blocks, size, &header);
    if (status == PIER_NO_MEMORY) {
        return pier__error_set(&session->error, status, PIER_FLOOR_SESSION, 0, "no memory for a block to deliver");
    }
    if (status != PIER_OK) {
        pier__session_fail(session, status, NULL, "definitions in the journal cannot be taken");
        return session->failure;
    }
    session->load_is_begun = true;
    pier__lane_take(lane, size, &header);
    if (header.kind == PIER_BLOCK_CONTROL && last > session->committed) {
        tell_gap(session, &header);
        session->delivered = last;
        return PIER_SKIPPED;
    }
    return PIER_OK;
}

/* Feeds the archive some more of what is prepared. */
static pier_status feed_some(pier_session *session) {
    size_t left = session->feed.size - session->feed_at;
    size_t size = left < FEED_BYTES ? left : FEED_BYTES;
    pier_status status = pier_archive_feed(session->load, (pier_bytes){session->feed.data + session->feed_at, size});
    if (status == PIER_OK) {
        session->feed_at += size;
    }
    return status;
}

/* As pier_archive_next, and tries again what lacked memory before: that cost nothing, where it was not within a
 * record. */
static pier_status load_next(pier_session *session) {
    pier_archive *load = session->load;
    if (pier_archive_status(load) == PIER_NO_MEMORY && pier_archive_record_number(load) == 0 &&
        pier_archive_recover(load, NULL) != PIER_OK) {
        return pier_archive_status(load);
    }
    return pier_archive_next(load);
}

pier_status pier_session_next(pier_session *session) {
    for (;;) {
        pier_status status = load_next(session);
        if (status == PIER_OK || status == PIER_SKIPPED) {
            uint64_t number = status == PIER_OK ? pier_archive_record_number(session->load)
                                                : pier_archive_error(session->load)->record;
            if (number <= session->committed && number != PIER_NO_OFFSET) {
                continue;
            }
            session->delivered = number != PIER_NO_OFFSET ? number : session->delivered;
            if (status == PIER_SKIPPED) {
                session->error = *pier_archive_error(session->load);
            }
            return status;
        }
        if (status != PIER_MORE) {
            session->error = *pier_archive_error(session->load);
            return status;
        }
        if (session->feed_at == session->feed.size) {
            status = session->failure != PIER_OK ? session->failure : take_next(session);
            pier__session_run(session);
            if (status != PIER_OK) {
                return status;
            }
        }
        status = feed_some(session);
        if (status != PIER_OK) {
            session->error = *pier_archive_error(session->load);
            return status;
        }
    }
}

uint64_t pier_session_record_number(const pier_session *session) {
    return session->delivered;
}

bool pier_session_is_repeated(const pier_session *session) {
    return session->delivered <= session->repeated_to;
}

pier_status pier_session_commit(pier_session *session, uint64_t number) {
    if (session->failure != PIER_OK) {
        return session->failure;
    }
    if (number > session->delivered && number > session->committed) {
        return pier__error_set(&session->error, PIER_USAGE, PIER_FLOOR_SESSION, 0,
                               "record %llu is committed, and %llu was delivered last", (unsigned long long)number,
                               (unsigned long long)session->delivered);
    }
    if (number > session->committed) {
        session->committed = number;
    }
    pier__session_run(session);
    return PIER_OK;
}

void pier__delivery_settle(pier_session *session) {
    pier__lane *lane = &session->received;
    if (session->commit_change != 0 && pier__lane_note_is_safe(lane, session->commit_change)) {
        session->committed_durable = session->commit_to;
        session->commit_change = 0;
    }
    /* What the program knows already may still have to be passed over; and the last block stays, whatever a crash leaves:
     * its check is what the peer compares. */
    uint64_t trim_to = session->committed_durable < lane->taken ? session->committed_durable : lane->taken;
    trim_to = trim_to < lane->durable ? trim_to : lane->durable > 0 ? lane->durable - 1 : 0;
    if (trim_to > lane->trim_to) {
        lane->trim_to = trim_to;
        lane->trim_is_blocked = false;
    }
    /* A number that the program hands in may be above what is here, and wrong: it is believed as far as records come. */
    uint64_t reached = session->committed < lane->made ? session->committed : lane->made;
    if (session->commit_change == 0 && reached > session->committed_durable) {
        uint8_t bytes[8];
        pier__store_le64(bytes, reached);
        session->commit_to = reached;
        session->commit_change = pier__lane_note_bytes(lane, PIER__NOTE_COMMITTED, bytes, sizeof bytes,
                                                       lane->durability == PIER_DURABILITY_DISK);
    }
}
