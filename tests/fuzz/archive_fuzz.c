/* What the fuzz entries of archives share; see archive_fuzz.h. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include <pier/mark.h>
#include <pier/raw.h>

#include "archive/loader_internal.h"
#include "base/endian_internal.h"

void fuzz_limits(pier_limits *limits, uint8_t choice) {
    *limits = (pier_limits){.size = sizeof *limits};
    if ((choice & 1) != 0) {
        limits->record_bytes_max = 40;
    }
    if ((choice & 2) != 0) {
        limits->depth_max = 3;
        limits->elements_max = 9;
    }
    if ((choice & 4) != 0) {
        limits->text_bytes_max = 12;
    }
    if ((choice & 8) != 0) {
        limits->queue_bytes_max = 700;
    }
    if ((choice & 16) != 0) {
        limits->classes_max = 2;
    }
}

void fuzz_repair(uint8_t *stream, size_t size) {
    for (size_t at = 0; size - at >= PIER__PIECE_BYTES;) {
        uint8_t *piece = stream + at;
        memcpy(piece, pier__preamble_constant, PIER__PREFIX_BYTES);
        at += PIER__PIECE_BYTES;
        if (piece[3] == PIER_BLOCK_PREAMBLE) {
            memcpy(piece, pier__preamble_constant, PIER__CONSTANT_BYTES);
            pier__store_le64(piece + 56, pier__payload_check(piece, 56));
            continue;
        }
        pier__header header;
        pier__header_decode(piece, &header);
        if (header.stored_bytes > size - at) {
            header.stored_bytes = (uint32_t)(size - at);
            header.raw_bytes = header.stored_bytes;
        }
        header.payload_check =
            (header.flags & PIER__FLAG_CHECKSUM) != 0 ? pier__payload_check(stream + at, header.stored_bytes) : 0;
        pier__header_encode(&header, piece);
        at += header.stored_bytes;
    }
}

/* A loader that is being fed, and what it answered. */
typedef struct session {
    pier_archive *archive;
    const uint8_t *stream;
    size_t size;
    size_t fed;
    uint64_t seed;
    bool is_ended;
    uint64_t behind;     /* on the wire: behind the last record, or behind the header of its compressed block */
    uint64_t raw_behind; /* in that block: behind the record; 0: another kind of block */
    fuzz_answers answers;
} session;

static void note(session *now, const void *bytes, size_t size) {
    uint64_t hash = size > 0 ? pier__payload_check((const uint8_t *)bytes, size) : 0;
    now->answers.hash = (now->answers.hash ^ hash) * 0x9e3779b97f4a7c15u + size;
}

static void note_number(session *now, uint64_t number) {
    note(now, &number, sizeof number);
}

/* Feeds so many bytes out of a block of their own size. */
static pier_status feed_exactly(session *now, size_t size) {
    uint8_t *exact = (uint8_t *)malloc(size);
    FUZZ_REQUIRE(exact != NULL);
    memcpy(exact, now->stream + now->fed, size);
    pier_status status = pier_archive_feed(now->archive, (pier_bytes){exact, size});
    free(exact);
    return status;
}

/* Feeds the next chunk, or tells the end. */
static void feed(session *now) {
    size_t left = now->size - now->fed;
    if (left == 0) {
        FUZZ_REQUIRE(!now->is_ended);
        now->is_ended = true;
        pier_archive_feed_end(now->archive);
        return;
    }
    size_t size = left;
    if (now->seed != 0) {
        now->seed ^= now->seed << 13;
        now->seed ^= now->seed >> 7;
        now->seed ^= now->seed << 17;
        size = 1 + now->seed % (now->seed % 5 == 0 ? 200 : 9);
    }
    size = size < left ? size : left;
    void *space = NULL;
    size_t space_bytes = 0;
    if (size % 2 == 0 && pier_archive_feed_space(now->archive, &space, &space_bytes) == PIER_OK) {
        FUZZ_REQUIRE(space_bytes > 0);
        size = size < space_bytes ? size : space_bytes;
        memcpy(space, now->stream + now->fed, size);
        pier_archive_feed_filled(now->archive, size);
    } else {
        pier_status status = feed_exactly(now, size);
        while (status == PIER_LIMIT && size > 1) {
            /* More than may wait: then less, and a byte always. */
            size /= 2;
            status = feed_exactly(now, size);
        }
        FUZZ_REQUIRE(status == PIER_OK);
    }
    now->fed += size;
}

/* Loads a record value by value, or some of it. */
static void walk(session *now, bool skips) {
    uint64_t left = 1;
    while (left > 0) {
        pier_kind kind = pier_load_kind(now->archive);
        if (skips && left % 3 == 2) {
            pier_load_skip(now->archive);
            left--;
            continue;
        }
        pier_token token = pier_load_token(now->archive);
        FUZZ_REQUIRE(kind == token.kind && kind != PIER_KIND_NONE);
        note_number(now, kind);
        left--;
        if (kind == PIER_KIND_TEXT) {
            note(now, token.as.text.data, token.as.text.size);
        } else if (kind == PIER_KIND_BYTES) {
            note(now, token.as.bytes.data, token.as.bytes.size);
        } else if (kind == PIER_KIND_EXT) {
            note(now, token.as.ext.bytes.data, token.as.ext.bytes.size);
        } else if (kind == PIER_KIND_TIME) {
            FUZZ_REQUIRE(token.as.time.nanoseconds <= 999999999);
        } else if (kind == PIER_KIND_ARRAY) {
            left += token.as.count;
        } else if (kind == PIER_KIND_MAP) {
            left += (uint64_t)token.as.count * 2;
        }
    }
    FUZZ_REQUIRE(pier_load_kind(now->archive) == PIER_KIND_NONE);
    FUZZ_REQUIRE(pier_archive_status(now->archive) == PIER_OK);
}

static void take_record(session *now, uint8_t how) {
    const pier__loader *loader = pier__loader_of(now->archive);
    pier_bytes bytes = pier_archive_record_bytes(now->archive);
    FUZZ_REQUIRE(bytes.size > 0);
    /* Records stand one behind the other, none comes twice, and each is what stands there. */
    if (loader->is_inflated) {
        uint64_t begin = loader->block + PIER__PIECE_BYTES;
        uint64_t behind = begin == now->behind && now->raw_behind != 0 ? now->raw_behind : begin;
        FUZZ_REQUIRE(begin >= now->behind && loader->block_end <= now->fed);
        FUZZ_REQUIRE(loader->record >= behind && loader->record_end <= begin + loader->header.raw_bytes);
        now->behind = begin;
        now->raw_behind = loader->record_end;
    } else {
        FUZZ_REQUIRE(loader->record >= now->behind && loader->record_end <= now->fed);
        FUZZ_REQUIRE(memcmp(bytes.data, now->stream + loader->record, bytes.size) == 0);
        now->behind = loader->record_end;
        now->raw_behind = 0;
    }
    now->answers.records++;
    note_number(now, pier_archive_record_number(now->archive));
    note_number(now, pier_archive_is_message_end(now->archive));
    note(now, bytes.data, bytes.size);
    const pier__stream_class *of = pier__archive_record_class(now->archive);
    if (of != NULL) {
        note(now, of->closure, of->closure_bytes);
    }
    if ((how & FUZZ_WALKS) != 0) {
        walk(now, (how & FUZZ_SKIPS) != 0);
    }
    if ((how & FUZZ_SKIPS) != 0 && now->answers.records % 5 == 4) {
        (void)pier_load_text(now->archive); /* may fail, and then sticks */
        if (pier_archive_status(now->archive) != PIER_OK) {
            FUZZ_REQUIRE(pier_archive_recover(now->archive, NULL) == PIER_OK);
        }
    }
}

/* Loads raw bytes to their end, or leaves them. Returns as pier_archive_load_raw, PIER_OK when all came. */
static pier_status take_raw(session *now, uint8_t how) {
    now->answers.records++;
    note_number(now, pier_archive_record_number(now->archive));
    FUZZ_REQUIRE(pier_archive_record_bytes(now->archive).size == 0);
    if ((how & FUZZ_SKIPS) != 0 && now->answers.records % 3 == 0) {
        return PIER_OK;
    }
    for (;;) {
        pier_bytes part;
        pier_status status = pier_archive_load_raw(now->archive, &part);
        if (status == PIER_OK) {
            FUZZ_REQUIRE(part.size > 0);
            note(now, part.data, part.size);
        } else if (status == PIER_MORE) {
            feed(now);
        } else {
            note_number(now, (uint64_t)status);
            return status == PIER_END ? PIER_OK : status;
        }
    }
}

/* Reads ahead what is there, from two marks, and goes back: nothing that comes afterwards may be another. */
static void read_ahead(session *now) {
    size_t things = now->answers.records % 4;
    bool has_two = false;
    uint64_t number = pier_archive_record_number(now->archive);
    FUZZ_REQUIRE(pier_archive_mark(now->archive) == PIER_OK);
    for (size_t i = 0; i <= things && pier_archive_next(now->archive) == PIER_OK; i++) {
        pier_bytes part;
        if (pier_archive_is_raw(now->archive)) {
            (void)(pier_archive_load_raw(now->archive, &part) == PIER_OK);
        } else {
            (void)pier_load_token(now->archive);
        }
        if (i == 1 && pier_archive_status(now->archive) == PIER_OK) {
            FUZZ_REQUIRE(pier_archive_mark(now->archive) == PIER_OK);
            has_two = true;
        }
    }
    FUZZ_REQUIRE(pier_archive_rewind(now->archive) == PIER_OK);
    if (has_two) {
        pier_archive_release(now->archive);
        FUZZ_REQUIRE(pier_archive_rewind(now->archive) == PIER_OK);
    }
    pier_archive_release(now->archive);
    FUZZ_REQUIRE(pier_archive_record_number(now->archive) == number);
    FUZZ_REQUIRE(pier__loader_of(now->archive)->marks == NULL);
}

static void take_error(session *now, pier_status status) {
    const pier_error *error = pier_archive_error(now->archive);
    FUZZ_REQUIRE(error->text[0] != '\0' && error->offset <= now->fed);
    FUZZ_REQUIRE(status == PIER_SKIPPED ? error->status == PIER_LIMIT || error->status == PIER_TRUNCATED
                                        : error->status == status);
    note_number(now, (uint64_t)status);
    note_number(now, error->offset);
    note_number(now, error->block_offset);
    note_number(now, error->record);
}

/* Goes on after a failure; returns whether that went. */
static bool go_on(session *now) {
    for (;;) {
        uint64_t skipped = 0;
        pier_status status = pier_archive_recover(now->archive, &skipped);
        if (status == PIER_MORE) {
            FUZZ_REQUIRE(pier_archive_status(now->archive) < 0);
            feed(now);
            continue;
        }
        FUZZ_REQUIRE(skipped <= now->size * PIER_INFLATION_RATIO_MAX_HIGHEST);
        note_number(now, (uint64_t)status);
        note_number(now, skipped);
        return status >= 0;
    }
}

fuzz_answers fuzz_load(const pier_archive_options *options, const uint8_t *stream, size_t size, uint8_t how,
                       uint8_t chunk_seed) {
    session now = {.stream = stream, .size = size, .seed = chunk_seed * (uint64_t)0x9e3779b97f4a7c15u};
    FUZZ_REQUIRE(pier_archive_open_load(&now.archive, NULL, options, NULL) == PIER_OK);
    for (;;) {
        bool has_next = pier_archive_has_next(now.archive);
        pier_status status = pier_archive_next(now.archive);
        /* Exactly what is in memory is told; the end behind an end mark is told again when nothing came. */
        FUZZ_REQUIRE(has_next == (status != PIER_MORE) || (!has_next && status == PIER_END));
        bool is_raw = status == PIER_OK && pier_archive_is_raw(now.archive);
        if (status == PIER_OK && (how & FUZZ_MARKS) != 0) {
            read_ahead(&now);
        }
        if (is_raw) {
            status = take_raw(&now, how);
        }
        if (status == PIER_OK) {
            if (!is_raw) {
                take_record(&now, how);
            }
        } else if (status == PIER_MORE || (status == PIER_END && !now.is_ended)) {
            feed(&now);
        } else if (status == PIER_SKIPPED) {
            take_error(&now, status);
        } else if (status == PIER_END) {
            now.answers.last = status;
            break;
        } else {
            FUZZ_REQUIRE(status < 0 && pier_archive_status(now.archive) == status);
            FUZZ_REQUIRE(pier_archive_next(now.archive) == status && pier_archive_has_next(now.archive));
            take_error(&now, status);
            now.answers.last = status;
            /* Every failure that is gone on after costs a byte at least, of a raw payload maybe, or a block, or a
             * definition. */
            FUZZ_REQUIRE(++now.answers.failures <= size * PIER_INFLATION_RATIO_MAX_HIGHEST + 2);
            if ((how & FUZZ_RECOVERS) == 0 || !go_on(&now)) {
                break;
            }
        }
    }
    pier_archive_destroy(now.archive);
    return now.answers;
}

fuzz_answers fuzz_load_both_ways(pier_format format, const uint8_t *data, size_t size, uint8_t how_at_least) {
    fuzz_answers whole = {.last = PIER_END};
    if (size < FUZZ_CHOICES_BYTES) {
        return whole;
    }
    uint8_t how = data[0] | how_at_least;
    pier_limits limits;
    fuzz_limits(&limits, data[1]);
    pier_archive_options options = {
        .size = sizeof options, .limits = &limits, .format = format, .read_bytes = 1 + data[2] % 100u};
    size -= FUZZ_CHOICES_BYTES;
    uint8_t *stream = (uint8_t *)malloc(size > 0 ? size : 1);
    FUZZ_REQUIRE(stream != NULL);
    memcpy(stream, data + FUZZ_CHOICES_BYTES, size);
    if ((how & FUZZ_REPAIRS) != 0) {
        fuzz_repair(stream, size);
    }
    whole = fuzz_load(&options, stream, size, how, 0);
    fuzz_answers chunked = fuzz_load(&options, stream, size, how, (uint8_t)(data[2] | 1));
    FUZZ_REQUIRE(whole.hash == chunked.hash && whole.records == chunked.records && whole.failures == chunked.failures &&
                 whole.last == chunked.last);
    free(stream);
    return whole;
}
