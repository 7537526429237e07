/* Known definitions; see known_internal.h. */
#include "session/known_internal.h"

#include "base/endian_internal.h"

enum { FINGERPRINT_BYTES = 16, CLASSES_AT_ONCE = 16 };

void pier__known_init(pier__known *known, const pier_allocator *allocator) {
    memset(known, 0, sizeof *known);
    known->allocator = allocator;
}

void pier__known_deinit(pier__known *known) {
    pier__release(known->allocator, known->classes, known->capacity * sizeof *known->classes);
    known->classes = NULL;
    known->count = 0;
    known->capacity = 0;
}

void pier__known_settle(pier__known *known, uint32_t epoch) {
    size_t kept = 0;
    for (size_t i = 0; i < known->count; i++) {
        if (known->classes[i].epoch >= epoch) {
            known->classes[kept++] = known->classes[i];
        }
    }
    known->count = kept;
}

/* A definition within a payload. */
typedef struct definition {
    size_t size; /* with its head */
    uint16_t id;
    uint64_t fingerprint;
} definition;

/* Reads the head of the ext at `at`, its id and its fingerprint. Returns false when it is none. */
static bool read_definition(const uint8_t *at, size_t left, definition *found) {
    if (left < 2 || at[0] < 0xc7 || at[0] > 0xc9) {
        return false;
    }
    size_t width = (size_t)1 << (at[0] - 0xc7);
    size_t head = 2 + width;
    if (left < head) {
        return false;
    }
    size_t size = 0;
    for (size_t i = 0; i < width; i++) {
        size = size << 8 | at[1 + i];
    }
    /* Kind, array of three, an id of up to three bytes, bin of 16. */
    if (at[head - 1] != PIER__EXT_TYPE || size > left - head || size < 3 + 2 + FINGERPRINT_BYTES) {
        return false;
    }
    found->size = head + size;
    const uint8_t *payload = at + head;
    if (payload[0] != PIER__DEFINITION_KIND || payload[1] != 0x93) {
        return false;
    }
    size_t id_bytes = payload[2] < 0x80 ? 1 : payload[2] == 0xcc ? 2 : payload[2] == 0xcd ? 3 : 0;
    if (id_bytes == 0 || size < 2 + id_bytes + 2 + FINGERPRINT_BYTES) {
        return false;
    }
    found->id = id_bytes == 1 ? payload[2] : id_bytes == 2 ? payload[3] : pier__load_be16(payload + 3);
    const uint8_t *fingerprint = payload + 2 + id_bytes;
    found->fingerprint = pier__load_be64(fingerprint + 2);
    return found->id != 0 && fingerprint[0] == 0xc4 && fingerprint[1] == FINGERPRINT_BYTES;
}

/* Finds a class of an epoch. of_epoch: gets how many are known of that, when it is not among them. */
static const pier__known_class *find(const pier__known *known, uint32_t epoch, uint16_t id, size_t *of_epoch) {
    *of_epoch = 0;
    for (size_t i = 0; i < known->count; i++) {
        if (known->classes[i].epoch == epoch && known->classes[i].id == id) {
            return &known->classes[i];
        }
        *of_epoch += known->classes[i].epoch == epoch;
    }
    return NULL;
}

/* Adds a class. Returns false when there is no memory. */
static bool add(pier__known *known, uint32_t epoch, const definition *found) {
    if (known->count == known->capacity) {
        size_t size = known->capacity * sizeof *known->classes;
        void *classes =
            pier__reallocate(known->allocator, known->classes, size, size + CLASSES_AT_ONCE * sizeof *known->classes);
        if (classes == NULL) {
            return false;
        }
        known->classes = (pier__known_class *)classes;
        known->capacity += CLASSES_AT_ONCE;
    }
    known->classes[known->count++] = (pier__known_class){epoch, found->id, found->fingerprint};
    return true;
}

/* Takes the definitions of a payload that are not known over into `out`. */
static pier_status take_unknown(pier__known *known, const pier_limits *limits, const pier__header *header,
                                const uint8_t *payload, pier__buffer *out) {
    size_t size = header->stored_bytes;
    for (size_t at = 0; at < size;) {
        definition found;
        if (!read_definition(payload + at, size - at, &found)) {
            return PIER_PROTOCOL;
        }
        size_t of_epoch = 0;
        const pier__known_class *same = find(known, header->epoch, found.id, &of_epoch);
        if (same != NULL && same->fingerprint != found.fingerprint) {
            return PIER_PROTOCOL;
        }
        if (same == NULL) {
            if (of_epoch >= limits->classes_max) {
                return PIER_LIMIT;
            }
            if (!pier__buffer_append(out, payload + at, found.size) || !add(known, header->epoch, &found)) {
                return PIER_NO_MEMORY;
            }
        }
        at += found.size;
    }
    return PIER_OK;
}

pier_status pier__known_remake(pier__known *known, const pier__stream *stream, const pier_limits *limits,
                               const pier__header *header, const uint8_t *payload, pier__buffer *out,
                               pier__header *made) {
    made->kind = 0;
    bool begins = !stream->epoch_has_blocks || header->epoch != stream->epoch;
    if (header->epoch < stream->epoch) {
        /* Sent again, and nothing that comes can need it any more. */
        return PIER_OK;
    }
    size_t before = out->size;
    size_t known_before = known->count;
    if (!pier__buffer_reserve(out, PIER__PIECE_BYTES)) {
        return PIER_NO_MEMORY;
    }
    out->size += PIER__PIECE_BYTES;
    pier_status status = take_unknown(known, limits, header, payload, out);
    size_t payload_bytes = out->size - before - PIER__PIECE_BYTES;
    if (status != PIER_OK || payload_bytes == 0) {
        known->count = known_before;
        out->size = before;
        return status;
    }
    *made = (pier__header){
        .kind = PIER_BLOCK_DEFINITIONS,
        .flags = (uint8_t)(PIER__FLAG_CHECKSUM | (begins ? PIER__FLAG_EPOCH_BEGIN : 0)),
        .stream_id = stream->id,
        .first_record = stream->next_record,
        .number = stream->next_block,
        .epoch = header->epoch,
        .stored_bytes = (uint32_t)payload_bytes,
        .raw_bytes = (uint32_t)payload_bytes,
        .time_unix_ns = header->time_unix_ns,
    };
    uint8_t *at = out->data + before;
    made->payload_check = pier__payload_check(at + PIER__PIECE_BYTES, payload_bytes);
    pier__header_encode(made, at);
    return PIER_OK;
}
