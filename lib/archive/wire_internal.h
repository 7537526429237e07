/* The pieces of a framed stream as numbers: proto/wire.md in C.
 *
 * Floor 4 (archive). Pure functions between structs and 64 bytes; knows nothing of buffers and files. */
#ifndef PIER_ARCHIVE_WIRE_INTERNAL_H
#define PIER_ARCHIVE_WIRE_INTERNAL_H

#include <pier/archive.h>

#define PIER__EXT_TYPE 80 /* of everything that is Pier's own in a stream */

#define PIER__PIECE_BYTES 64    /* a preamble, a block header, an end mark */
#define PIER__CONSTANT_BYTES 10 /* at the start of a preamble: what guessing compares */
#define PIER__PREFIX_BYTES 3    /* at the start of each piece: ext 8, 61 bytes, type 80 */

#define PIER__FLAG_MESSAGE_END 1u
#define PIER__FLAG_CHECKSUM 2u
#define PIER__FLAG_EPOCH_BEGIN 4u
#define PIER__FLAGS_KNOWN 7u
#define PIER__FLAG_RAW_BEGIN 8u      /* raw blocks: the first of its bytes */
#define PIER__FLAG_RAW_END 16u       /* the last */
#define PIER__FLAG_RAW_ABANDONED 32u /* with RAW_END: the sender gave up, the bytes are not whole */
#define PIER__FLAGS_OF_RAW                                                                                             \
    (PIER__FLAG_CHECKSUM | PIER__FLAG_EPOCH_BEGIN | PIER__FLAG_RAW_BEGIN | PIER__FLAG_RAW_END |                        \
     PIER__FLAG_RAW_ABANDONED)

#define PIER__DEFINITION_KIND 0x10
#define PIER__COMPRESSED_KIND 0x11

#define PIER__CODEC_NONE 0
#define PIER__CODEC_DEFLATE 1
/* Those that are loaded, as bits by their numbers. */
#define PIER__CODECS_KNOWN ((1u << PIER__CODEC_NONE) | (1u << PIER__CODEC_DEFLATE))

/* Required: the stream may hold blocks of codec 1. */
#define PIER__REQUIRES_DEFLATE 1u
/* Required: the stream is a part of a longer one. Its numbers go on from those of its first block, and it may have
 * control blocks. */
#define PIER__REQUIRES_PART 2u
#define PIER__REQUIRED_KNOWN 3u
/* Ignorable: this side of a connection loads blocks of codec 1. */
#define PIER__TAKES_DEFLATE 1u

/* A record above this needs the consent of the other side of a connection: its preamble. */
#define PIER__CONSENT_BYTES 65536

/* The longest payload of a control block. */
#define PIER__CONTROL_BYTES_MAX 65536

/* The head of the bin that a raw block holds, at its longest; written ones have that length. */
#define PIER__RAW_HEAD_BYTES 5

/* The longest class switch. */
#define PIER__SWITCH_BYTES_MAX 4

/* How many bytes a class switch takes. */
static inline size_t pier__switch_bytes(uint16_t id) {
    return id <= UINT8_MAX ? 3 : 4;
}

/* Reads a class switch at `at`, where `there` bytes are. Returns how many it has; 0: it is none, or not whole. */
static inline size_t pier__read_switch(const uint8_t *at, size_t there, uint16_t *id) {
    size_t size = there < 3 || (at[0] | 1) != 0xd5 ? 0 : at[0] == 0xd4 ? 3 : 4;
    if (size == 0 || size > there || at[1] != PIER__EXT_TYPE) {
        return 0;
    }
    *id = (uint16_t)(at[2] | (size == 4 ? at[3] << 8 : 0));
    return size;
}

/* The constant start of a preamble. */
extern const uint8_t pier__preamble_constant[PIER__CONSTANT_BYTES];

typedef struct pier__preamble {
    uint8_t version_major;
    uint8_t version_minor;
    uint32_t features_required;
    uint32_t features_ignorable;
    uint64_t record_bytes_max;
    uint32_t block_target_bytes;
    uint32_t classes_max;
    uint32_t depth_max;
    uint64_t stream_id;
    uint64_t time_unix_ns;
} pier__preamble;

typedef struct pier__header {
    uint8_t kind; /* pier_block_kind but the preamble */
    uint8_t flags;
    uint8_t codec;
    uint8_t lane;
    uint8_t reserved;
    uint64_t stream_id;
    uint64_t first_record;
    uint32_t number;
    uint32_t epoch;
    uint32_t records;
    uint32_t stored_bytes;
    uint32_t raw_bytes;
    uint64_t time_unix_ns;
    uint64_t payload_check;
} pier__header;

/* Write 64 bytes, their check included. */
void pier__preamble_encode(const pier__preamble *preamble, uint8_t *piece);
void pier__header_encode(const pier__header *header, uint8_t *piece);

/* Return whether the first `size` bytes of a piece (up to 64) may begin one; `wrong` gets the index of the first
 * byte that cannot. */
bool pier__piece_may_begin(const uint8_t *bytes, size_t size, size_t *wrong);

/* Return whether the 64 bytes of a piece pass their own check, by its kind. */
bool pier__piece_proves_itself(const uint8_t *piece);

/* Take 64 bytes that passed their check apart. */
void pier__preamble_decode(const uint8_t *piece, pier__preamble *preamble);
void pier__header_decode(const uint8_t *piece, pier__header *header);

/* What is wrong with a piece. */
typedef struct pier__fault {
    pier_status status; /* PIER_OK: nothing */
    size_t at;          /* byte of the piece */
    const char *text;
    /* Of PIER_LIMIT: what was found, the limit and its name. NULL: the text says all. */
    uint64_t found;
    uint64_t limit;
    const char *limit_name;
} pier__fault;

static const pier__fault pier__no_fault = {PIER_OK, 0, NULL, 0, 0, NULL};

static inline pier__fault pier__fault_of(pier_status status, size_t at, const char *text) {
    return (pier__fault){status, at, text, 0, 0, NULL};
}

/* A value above a limit; the text says which value, and is told with both. */
static inline pier__fault pier__limit_fault(size_t at, const char *text, uint64_t found, uint64_t limit,
                                            const char *limit_name) {
    return (pier__fault){PIER_LIMIT, at, text, found, limit, limit_name};
}

/* Writes the head of an ext of Pier's with `length` payload bytes; returns its length, at most 6 bytes. */
size_t pier__ext_head_encode(size_t length, uint8_t *at);

/* Returns the check over a payload. */
uint64_t pier__payload_check(const uint8_t *payload, size_t size);

#endif
