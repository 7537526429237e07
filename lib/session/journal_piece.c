/* What a journal puts among the blocks of a stream; see journal_piece_internal.h and proto/journal.md. */
#include "session/journal_piece_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/endian_internal.h"

enum { ORDINAL_DIGITS = 10, RECORD_DIGITS = 20 };

static const char *const suffixes[] = {"", ".pier", ".index", ".new"};

void pier__name_format(char name[PIER__NAME_BYTES], pier__name_kind kind, uint64_t ordinal, uint64_t first_record) {
    (void)snprintf(name, PIER__NAME_BYTES, "%010llu-%020llu%s", (unsigned long long)ordinal,
                   (unsigned long long)first_record, suffixes[kind]);
}

/* Reads the digits of a number, which must be as many as its least width says, or more without a zero before them. */
static bool take_number(const char **text, size_t digits_min, char end, uint64_t *number) {
    const char *at = *text;
    size_t digits = 0;
    *number = 0;
    while (at[digits] >= '0' && at[digits] <= '9') {
        uint64_t digit = (uint64_t)(at[digits] - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
        digits++;
    }
    *text = at + digits;
    return digits >= digits_min && (digits == digits_min || at[0] != '0') && at[digits] == end;
}

pier__name_kind pier__name_parse(const char *name, uint64_t *ordinal, uint64_t *first_record) {
    if (!take_number(&name, ORDINAL_DIGITS, '-', ordinal)) {
        return PIER__NAME_OTHER;
    }
    name++;
    if (!take_number(&name, RECORD_DIGITS, '.', first_record) || *ordinal == 0 || *first_record == 0) {
        return PIER__NAME_OTHER;
    }
    for (size_t kind = PIER__NAME_SEGMENT; kind <= PIER__NAME_NEW; kind++) {
        if (strcmp(name, suffixes[kind]) == 0) {
            return (pier__name_kind)kind;
        }
    }
    return PIER__NAME_OTHER;
}

/* Exts ------------------------------------------------------------------------------------------------------------- */

/* Lengths of the payloads. */
enum { CHECKPOINT_BYTES = 56, SYNCED_BYTES = 32, NOTE_HEAD_BYTES = 8 };

bool pier__control_next(pier_bytes payload, size_t *at, pier__control *found) {
    size_t there = payload.size - *at;
    const uint8_t *head = pier__bytes_at(payload, *at);
    size_t length_bytes = there > 0 && head[0] >= 0xc7 && head[0] <= 0xc9 ? (size_t)1 << (head[0] - 0xc7) : 0;
    if (length_bytes == 0 || there < length_bytes + 2 || head[1 + length_bytes] != PIER__EXT_TYPE) {
        return false;
    }
    size_t size = length_bytes == 1   ? head[1]
                  : length_bytes == 2 ? pier__load_be16(head + 1)
                                      : pier__load_be32(head + 1);
    if (size == 0 || size > there - length_bytes - 2) {
        return false;
    }
    const uint8_t *content = head + length_bytes + 2;
    *found = (pier__control){content[0], {content, size}};
    *at += length_bytes + 2 + size;
    return true;
}

static void load_synced(const uint8_t *at, pier__synced *synced) {
    *synced = (pier__synced){{pier__load_le64(at), pier__load_le64(at + 8)}, pier__load_le64(at + 16)};
}

static void store_synced(uint8_t *at, const pier__synced *synced) {
    pier__store_le64(at, synced->place.ordinal);
    pier__store_le64(at + 8, synced->place.offset);
    pier__store_le64(at + 16, synced->record);
}

bool pier__checkpoint_decode(const pier__control *control, pier__checkpoint *checkpoint) {
    if (control->kind != PIER__CONTROL_CHECKPOINT || control->content.size < CHECKPOINT_BYTES) {
        return false;
    }
    const uint8_t *at = control->content.data;
    checkpoint->definitions = pier__load_le32(at + 4);
    checkpoint->ordinal = pier__load_le64(at + 8);
    memcpy(checkpoint->life, at + 16, PIER__FOLDER_LIFE_BYTES);
    load_synced(at + 32, &checkpoint->synced);
    return true;
}

bool pier__note_decode(const pier__control *control, pier__note *note) {
    if (control->kind != PIER__CONTROL_NOTE || control->content.size < NOTE_HEAD_BYTES) {
        return false;
    }
    const uint8_t *at = control->content.data;
    note->number = pier__load_le32(at + 4);
    note->value = pier__bytes_from(control->content, NOTE_HEAD_BYTES);
    return true;
}

bool pier__synced_decode(const pier__control *control, pier__synced *synced) {
    if (control->kind != PIER__CONTROL_SYNCED || control->content.size < SYNCED_BYTES) {
        return false;
    }
    load_synced(pier__bytes_at(control->content, 8), synced);
    return true;
}

static bool put_ext(pier__buffer *payload, const uint8_t *content, size_t size, pier_bytes more) {
    uint8_t head[6];
    size_t head_bytes = pier__ext_head_encode(size + more.size, head);
    if (!pier__buffer_reserve(payload, head_bytes + size + more.size)) {
        return false;
    }
    (void)pier__buffer_append(payload, head, head_bytes);
    (void)pier__buffer_append(payload, content, size);
    return pier__buffer_append(payload, more.data, more.size);
}

bool pier__checkpoint_encode(pier__buffer *payload, const pier__checkpoint *checkpoint) {
    uint8_t content[CHECKPOINT_BYTES] = {PIER__CONTROL_CHECKPOINT};
    pier__store_le32(content + 4, checkpoint->definitions);
    pier__store_le64(content + 8, checkpoint->ordinal);
    memcpy(content + 16, checkpoint->life, PIER__FOLDER_LIFE_BYTES);
    store_synced(content + 32, &checkpoint->synced);
    return put_ext(payload, content, sizeof content, (pier_bytes){NULL, 0});
}

bool pier__note_encode(pier__buffer *payload, const pier__note *note) {
    uint8_t content[NOTE_HEAD_BYTES] = {PIER__CONTROL_NOTE};
    pier__store_le32(content + 4, note->number);
    return put_ext(payload, content, sizeof content, note->value);
}

bool pier__synced_encode(pier__buffer *payload, const pier__synced *synced) {
    uint8_t content[SYNCED_BYTES] = {PIER__CONTROL_SYNCED};
    store_synced(content + 8, synced);
    return put_ext(payload, content, sizeof content, (pier_bytes){NULL, 0});
}

/* Blocks ----------------------------------------------------------------------------------------------------------- */

bool pier__block_begin(pier__buffer *bytes, size_t *begin) {
    static const uint8_t room[PIER__PIECE_BYTES];
    *begin = bytes->size;
    return pier__buffer_append(bytes, room, sizeof room);
}

void pier__block_end(pier__buffer *bytes, size_t begin, const pier__stream *stream, pier_block_kind kind,
                     unsigned flags, uint64_t time_unix_ns) {
    const uint8_t *payload = bytes->data + begin + PIER__PIECE_BYTES;
    size_t size = bytes->size - begin - PIER__PIECE_BYTES;
    bool has_check = kind != PIER_BLOCK_END;
    pier__header header = {
        .kind = (uint8_t)kind,
        .flags = (uint8_t)(flags | (has_check ? PIER__FLAG_CHECKSUM : 0)),
        .stream_id = stream->id,
        .first_record = stream->next_record,
        .number = stream->next_block,
        .epoch = stream->epoch,
        .stored_bytes = (uint32_t)size,
        .raw_bytes = (uint32_t)size,
        .time_unix_ns = time_unix_ns,
        .payload_check = has_check ? pier__payload_check(payload, size) : 0,
    };
    pier__header_encode(&header, bytes->data + begin);
}

/* What stands before each definition that is kept: its length, and where later ones are, four ways on by two bits of
 * their checks, two more at each step (0: none). So one that is there is found in few steps: looking at all made 65,535
 * classes, the most that an epoch may have, cost nine seconds. */
enum { WAYS = 4, WAY_BITS = 2, LENGTH_BYTES = 4, HEAD_BYTES = LENGTH_BYTES + 8 * WAYS };
_Static_assert(HEAD_BYTES <= PIER__PIECE_BYTES, "the room of a block is enough for its definitions");

/* The bytes of the definition that is kept at `at`, and of what stands before it. */
static size_t kept_bytes(const pier__buffer *definitions, size_t at) {
    return HEAD_BYTES + pier__load_le32(definitions->data + at);
}

bool pier__definitions_add(pier__buffer *definitions, pier_bytes payload) {
    uint64_t check = pier__payload_check(payload.data, payload.size);
    size_t added = definitions->size;
    size_t at = 0;
    size_t way = 0; /* where the new one is told */
    bool goes_on = added > 0;
    while (goes_on) {
        if (kept_bytes(definitions, at) == HEAD_BYTES + payload.size &&
            memcmp(definitions->data + at + HEAD_BYTES, payload.data, payload.size) == 0) {
            return true;
        }
        way = at + LENGTH_BYTES + 8 * (size_t)(check >> (64 - WAY_BITS));
        check <<= WAY_BITS;
        at = (size_t)pier__load_le64(definitions->data + way);
        goes_on = at != 0;
    }
    uint8_t head[HEAD_BYTES] = {0};
    pier__store_le32(head, (uint32_t)payload.size);
    if (!pier__buffer_reserve(definitions, sizeof head + payload.size) ||
        !pier__buffer_append(definitions, head, sizeof head) ||
        !pier__buffer_append(definitions, payload.data, payload.size)) {
        return false;
    }
    if (added > 0) {
        pier__store_le64(definitions->data + way, added);
    }
    return true;
}

uint32_t pier__definitions_count(const pier__buffer *definitions) {
    uint32_t count = 0;
    for (size_t at = 0; at < definitions->size; at += kept_bytes(definitions, at)) {
        count++;
    }
    return count;
}

bool pier__definitions_put(pier__buffer *bytes, const pier__buffer *definitions, const pier__stream *stream,
                           uint64_t time_unix_ns) {
    size_t at = 0;
    while (at < definitions->size) {
        size_t size = pier__load_le32(definitions->data + at);
        size_t begin = 0;
        if (!pier__block_begin(bytes, &begin) ||
            !pier__buffer_append(bytes, definitions->data + at + HEAD_BYTES, size)) {
            return false;
        }
        pier__block_end(bytes, begin, stream, PIER_BLOCK_DEFINITIONS, 0, time_unix_ns);
        at += kept_bytes(definitions, at);
    }
    return true;
}
