/* Compressed payloads; see compress_internal.h and proto/wire.md, "Compressed blocks".
 *
 * Blocks are independent: each is a deflate stream of its own, and the state is only reset between them. A window that
 * lived on between blocks gained little, and would tie every block to those before it. */
#include "archive/compress_internal.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "archive/inflate_whole_internal.h"
#include "base/allocator_internal.h"
#include "base/endian_internal.h"

/* Behind an ext head of at most 6 bytes stands the kind of the piece, then the data. */
enum { HEAD_BYTES_MAX = 6, DATA_AT = HEAD_BYTES_MAX + 1 };

/* What the buffers begin with and grow from; they double, so that a header's claim costs no more than twice of what
 * has really been inflated. */
enum { DEFLATE_STEP_BYTES = 8 << 10, INFLATE_STEP_BYTES = 32 << 10 };

/* What a loader keeps between blocks: a block of several records, twice the default block target at most, fits in. */
enum { INFLATE_KEPT_BYTES = 128 << 10 };

/* A block above that gets its memory at once, to be inflated in one call, when it says that it inflates by no more than
 * this: then memory is still bounded by what has come. Records seldom inflate by more. */
enum { INFLATE_WHOLE_RATIO_MAX = 4 };

/* 32 KiB of window and the memory level that zlib recommends; negative: raw deflate, the block has its own check. */
enum { WINDOW_BITS = -15, MEMORY_LEVEL = 8 };

/* Where the raw length stands in a header: proto/wire.md, Blocks. */
enum { RAW_LENGTH_AT = 40 };

struct pier__zlib {
    z_stream stream;
    pier_allocator allocator; /* zlib asks it for as long as the state lives */
};

/* zlib does not tell the size of what it gives back, so it is kept in front. */
typedef union size_before {
    size_t bytes;
    max_align_t aligned;
} size_before;

static void *zlib_allocate(void *opaque, uInt items, uInt size) {
    const pier_allocator *allocator = (const pier_allocator *)opaque;
    /* Both are below 2^32, so that neither product nor sum can overflow. */
    size_t bytes = (size_t)((uint64_t)items * size) + sizeof(size_before);
    size_before *memory = (size_before *)pier__allocate(allocator, bytes);
    if (memory == NULL) {
        return NULL;
    }
    /* zlib's own allocation is cleared by some systems and not by others, and old versions read what was not set. */
    memset(memory, 0, bytes);
    memory->bytes = bytes;
    return memory + 1;
}

static void zlib_release(void *opaque, void *address) {
    size_before *memory = (size_before *)address - 1;
    pier__release((const pier_allocator *)opaque, memory, memory->bytes);
}

static struct pier__zlib *create_state(const pier_allocator *allocator) {
    struct pier__zlib *state = (struct pier__zlib *)pier__allocate(allocator, sizeof *state);
    if (state != NULL) {
        memset(state, 0, sizeof *state);
        state->allocator = *allocator;
        state->stream.zalloc = zlib_allocate;
        state->stream.zfree = zlib_release;
        state->stream.opaque = &state->allocator;
    }
    return state;
}

/* Twice of what is there, a step at least and `most` at most, in whole steps: so blocks of slowly growing sizes do not
 * allocate one by one. */
static size_t next_capacity(size_t size, size_t most, size_t step) {
    size_t wanted = size < step ? step : size * 2;
    size_t capacity = wanted < most ? wanted : most;
    return (capacity + step - 1) / step * step;
}

/* Storing --------------------------------------------------------------------------------------------------------- */

/* Makes the state for the first block, or begins anew. Returns false when there is no memory. */
static bool begin_deflate(pier__deflater *deflater, const pier_allocator *allocator, uint32_t level) {
    if (deflater->state != NULL) {
        return deflateReset(&deflater->state->stream) == Z_OK;
    }
    struct pier__zlib *state = create_state(allocator);
    if (state != NULL &&
        deflateInit2(&state->stream, (int)level, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        pier__release(allocator, state, sizeof *state);
        state = NULL;
    }
    deflater->state = state;
    return state != NULL;
}

/* Makes the buffer, which is smaller than `most`, larger, up to that. Returns false when there is no memory. */
static bool grow_deflated(pier__deflater *deflater, const pier_allocator *allocator, size_t most) {
    size_t capacity = next_capacity(deflater->capacity, most, DEFLATE_STEP_BYTES);
    uint8_t *buffer = (uint8_t *)pier__reallocate(allocator, deflater->buffer, deflater->capacity, capacity);
    if (buffer == NULL) {
        return false;
    }
    deflater->buffer = buffer;
    deflater->capacity = capacity;
    return true;
}

/* Deflates all of `raw` behind the room for a head. Returns how many bytes that are; 0 when they are too many. */
static size_t deflate_all(pier__deflater *deflater, const pier_allocator *allocator, pier_bytes raw) {
    z_stream *stream = &deflater->state->stream;
    /* Above this the payload is not shorter than it was: the kind, and the head for as much, stand before the data. */
    uint8_t head[HEAD_BYTES_MAX];
    size_t data_max = raw.size - 1 - 1 - pier__ext_head_encode(raw.size, head);
    stream->next_in = (const Bytef *)raw.data;
    stream->avail_in = (uInt)raw.size;
    size_t size = 0;
    for (;;) {
        size_t end_max = DATA_AT + data_max;
        if (DATA_AT + size >= end_max ||
            (DATA_AT + size >= deflater->capacity && !grow_deflated(deflater, allocator, end_max))) {
            return 0;
        }
        size_t end = deflater->capacity < end_max ? deflater->capacity : end_max;
        stream->next_out = deflater->buffer + DATA_AT + size;
        stream->avail_out = (uInt)(end - DATA_AT - size);
        int result = deflate(stream, Z_FINISH);
        size = end - DATA_AT - stream->avail_out;
        if (result == Z_STREAM_END) {
            return size;
        }
    }
}

bool pier__deflate_payload(pier__deflater *deflater, const pier_allocator *allocator, uint32_t level,
                           uint32_t ratio_max, pier_bytes raw, pier_bytes *stored) {
    if (raw.size <= DATA_AT || !begin_deflate(deflater, allocator, level)) {
        return false;
    }
    size_t data = deflate_all(deflater, allocator, raw);
    if (data == 0) {
        return false;
    }
    uint8_t head[HEAD_BYTES_MAX];
    size_t head_bytes = pier__ext_head_encode(data + 1, head);
    size_t size = head_bytes + 1 + data;
    if (raw.size > (uint64_t)size * ratio_max) {
        return false;
    }
    uint8_t *begin = deflater->buffer + DATA_AT - 1 - head_bytes;
    memcpy(begin, head, head_bytes);
    begin[head_bytes] = PIER__COMPRESSED_KIND;
    *stored = (pier_bytes){begin, size};
    return true;
}

void pier__deflater_deinit(pier__deflater *deflater, const pier_allocator *allocator) {
    if (deflater->state != NULL) {
        (void)deflateEnd(&deflater->state->stream);
        pier__release(allocator, deflater->state, sizeof *deflater->state);
    }
    pier__release(allocator, deflater->buffer, deflater->capacity);
    *deflater = (pier__deflater){0};
}

/* Loading --------------------------------------------------------------------------------------------------------- */

/* Makes the state for the first block, or begins anew. Returns false when there is no memory. */
static bool begin_inflate(pier__inflater *inflater, const pier_allocator *allocator) {
    if (inflater->state != NULL) {
        return inflateReset(&inflater->state->stream) == Z_OK;
    }
    struct pier__zlib *state = create_state(allocator);
    if (state != NULL && inflateInit2(&state->stream, WINDOW_BITS) != Z_OK) {
        pier__release(allocator, state, sizeof *state);
        state = NULL;
    }
    inflater->state = state;
    return state != NULL;
}

/* Makes room for more than `size` bytes, up to `most`. Returns false when there is no memory. */
static bool grow_inflated(pier__inflater *inflater, const pier_allocator *allocator, size_t size, size_t most) {
    size_t capacity = next_capacity(size, most, INFLATE_STEP_BYTES);
    size_t old_bytes = inflater->bytes == NULL ? 0 : inflater->capacity + PIER_PADDING_BYTES;
    uint8_t *bytes = (uint8_t *)pier__reallocate(allocator, inflater->bytes, old_bytes, capacity + PIER_PADDING_BYTES);
    if (bytes == NULL) {
        return false;
    }
    inflater->bytes = bytes;
    inflater->capacity = capacity;
    return true;
}

/* Finds the deflate data in a payload, which must be one ext that holds it. Returns where it begins; 0: it does not. */
static size_t find_data(const uint8_t *payload, size_t size) {
    size_t length_bytes = payload[0] >= 0xc7 && payload[0] <= 0xc9 ? (size_t)1 << (payload[0] - 0xc7) : 0;
    size_t data = length_bytes + 3;
    if (length_bytes == 0 || data > size || payload[data - 2] != PIER__EXT_TYPE ||
        payload[data - 1] != PIER__COMPRESSED_KIND) {
        return 0;
    }
    uint64_t length = length_bytes == 1   ? payload[1]
                      : length_bytes == 2 ? pier__load_be16(payload + 1)
                                          : pier__load_be32(payload + 1);
    return length == size - (data - 1) ? data : 0;
}

/* Inflates on until the data ends, step by step while the buffer grows, and then in one call. `*size` gets how many
 * bytes came out. */
static pier__fault inflate_all(pier__inflater *inflater, const pier_allocator *allocator, size_t raw_bytes,
                               size_t *size) {
    z_stream *stream = &inflater->state->stream;
    *size = 0;
    for (;;) {
        if (*size >= inflater->capacity && !grow_inflated(inflater, allocator, *size, raw_bytes)) {
            return pier__fault_of(PIER_NO_MEMORY, 0, "no memory to inflate a block");
        }
        /* When there is room for all, that is told: zlib then keeps no copy of the last 32 KiB. And the padding behind
         * it is given, too, which shows whether more comes, and lets zlib go fast up to the last byte. */
        bool is_last = inflater->capacity >= raw_bytes;
        size_t room = (is_last ? raw_bytes + PIER_PADDING_BYTES : inflater->capacity) - *size;
        stream->next_out = inflater->bytes + *size;
        stream->avail_out = (uInt)room;
        int result = inflate(stream, is_last ? Z_FINISH : Z_NO_FLUSH);
        *size += room - stream->avail_out;
        if (result == Z_MEM_ERROR) {
            return pier__fault_of(PIER_NO_MEMORY, 0, "no memory to inflate a block");
        }
        if (*size > raw_bytes) {
            return pier__fault_of(PIER_PROTOCOL, RAW_LENGTH_AT, "a block inflates to more than its raw length");
        }
        if (result == Z_DATA_ERROR) {
            return pier__fault_of(PIER_CORRUPT, PIER__PIECE_BYTES, "the compressed data of a block are damaged");
        }
        if (result != Z_OK) {
            /* There was room, so the input has come to its end, of the data or before. */
            return result == Z_STREAM_END
                       ? pier__fault_of(PIER_OK, 0, NULL)
                       : pier__fault_of(PIER_CORRUPT, PIER__PIECE_BYTES, "the compressed data of a block are cut off");
        }
    }
}

/* Makes room for all of a block, when that is no more than a loader may take before anything was inflated. */
static bool make_room_for_whole(pier__inflater *inflater, const pier_allocator *allocator, const pier__header *header) {
    size_t raw_bytes = header->raw_bytes;
    if (raw_bytes <= inflater->capacity) {
        return true;
    }
    return (raw_bytes <= INFLATE_KEPT_BYTES || raw_bytes <= (uint64_t)header->stored_bytes * INFLATE_WHOLE_RATIO_MAX) &&
           grow_inflated(inflater, allocator, raw_bytes, raw_bytes);
}

/* Inflates the block in one call. Returns false when that cannot be done, for whatever reason; nothing is told, because
 * going step by step finds the same. */
static bool inflate_whole(pier__inflater *inflater, const pier_allocator *allocator, const pier__header *header,
                          pier_bytes data) {
    if (inflater->is_stepwise) {
        return false;
    }
    if (inflater->whole == NULL) {
        inflater->whole = pier__whole_create();
        inflater->is_stepwise = inflater->whole == NULL;
    }
    return inflater->whole != NULL && make_room_for_whole(inflater, allocator, header) &&
           pier__whole_inflate(inflater->whole, data, inflater->bytes, header->raw_bytes);
}

/* Inflates the block step by step. Returns what is wrong. */
static pier__fault inflate_stepwise(pier__inflater *inflater, const pier_allocator *allocator,
                                    const pier__header *header, pier_bytes data) {
    if (!begin_inflate(inflater, allocator)) {
        return pier__fault_of(PIER_NO_MEMORY, 0, "no memory to inflate a block");
    }
    z_stream *stream = &inflater->state->stream;
    stream->next_in = (const Bytef *)data.data;
    stream->avail_in = (uInt)data.size;
    size_t size = 0;
    pier__fault fault = inflate_all(inflater, allocator, header->raw_bytes, &size);
    if (fault.status != PIER_OK) {
        return fault;
    }
    if (size < header->raw_bytes) {
        return pier__fault_of(PIER_PROTOCOL, RAW_LENGTH_AT, "a block inflates to less than its raw length");
    }
    if (stream->avail_in > 0) {
        return pier__fault_of(PIER_PROTOCOL, PIER__PIECE_BYTES + (size_t)header->stored_bytes - stream->avail_in,
                              "bytes follow the compressed data of a block");
    }
    return fault;
}

pier__fault pier__inflate_payload(pier__inflater *inflater, const pier_allocator *allocator, const pier__header *header,
                                  const uint8_t *payload) {
    size_t data = find_data(payload, header->stored_bytes);
    if (data == 0) {
        return pier__fault_of(PIER_PROTOCOL, PIER__PIECE_BYTES, "a compressed block has no piece of compressed data");
    }
    pier_bytes deflated = {payload + data, header->stored_bytes - data};
    pier__fault fault = inflate_whole(inflater, allocator, header, deflated)
                            ? pier__fault_of(PIER_OK, 0, NULL)
                            : inflate_stepwise(inflater, allocator, header, deflated);
    if (fault.status == PIER_OK) {
        memset(inflater->bytes + header->raw_bytes, 0, PIER_PADDING_BYTES);
    }
    return fault;
}

void pier__inflater_trim(pier__inflater *inflater, const pier_allocator *allocator) {
    if (inflater->capacity > INFLATE_KEPT_BYTES) {
        pier__release(allocator, inflater->bytes, inflater->capacity + PIER_PADDING_BYTES);
        inflater->bytes = NULL;
        inflater->capacity = 0;
    }
}

void pier__inflater_deinit(pier__inflater *inflater, const pier_allocator *allocator) {
    pier__whole_destroy(inflater->whole);
    if (inflater->state != NULL) {
        (void)inflateEnd(&inflater->state->stream);
        pier__release(allocator, inflater->state, sizeof *inflater->state);
    }
    pier__release(allocator, inflater->bytes, inflater->capacity + PIER_PADDING_BYTES);
    *inflater = (pier__inflater){0};
}
