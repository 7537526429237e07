/* Control blocks of a connection, written and read; see link_control_internal.h and proto/session.md.
 *
 * Written with MessagePack forms of fixed width, read with any. */
#include "session/link_control_internal.h"

#include <string.h>

#include "archive/scan_internal.h"
#include "base/endian_internal.h"
#include "session/journal_piece_internal.h"

/* Writing ---------------------------------------------------------------------------------------------------------- */

/* Head of an ext 16, and the byte that says whose it is. */
enum { EXT_BYTES = 5 };

static uint8_t *put_array(uint8_t *at, unsigned count) {
    *at = (uint8_t)(0x90 | count);
    return at + 1;
}

static uint8_t *put_number(uint8_t *at, uint64_t number) {
    if (number < 128) {
        *at = (uint8_t)number;
        return at + 1;
    }
    *at = 0xcf;
    pier__store_be64(at + 1, number);
    return at + 9;
}

static uint8_t *put_status(uint8_t *at, int64_t status) {
    *at = 0xd3;
    pier__store_be64(at + 1, (uint64_t)status);
    return at + 9;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t size) {
    *at = 0xc5;
    pier__store_be16(at + 1, (uint16_t)size);
    if (size > 0) {
        memcpy(at + 3, bytes, size);
    }
    return at + 3 + size;
}

static uint8_t *put_text(uint8_t *at, const char *text) {
    size_t size = strlen(text);
    *at = 0xd9;
    at[1] = (uint8_t)size;
    memcpy(at + 2, text, size);
    return at + 2 + size;
}

static uint8_t *put_token(uint8_t *at, const uint8_t *token) {
    return put_bytes(at, token, pier__token_is_none(token) ? 0 : PIER__TOKEN_BYTES);
}

size_t pier__standing_encode(const pier__standing_told *standing, uint8_t *bytes) {
    uint8_t *at = put_array(bytes, 12);
    *at++ = standing->begins ? 0xc3 : 0xc2;
    at = put_number(at, standing->received);
    at = put_number(at, standing->received_blocks);
    at = put_number(at, standing->received_epoch);
    at = put_number(at, standing->received_check);
    at = put_number(at, standing->durable);
    at = put_number(at, standing->committed);
    at = put_number(at, standing->sent);
    at = put_token(at, standing->token);
    at = put_token(at, standing->next_token);
    at = put_array(at, 6);
    at = put_number(at, standing->terms.record_bytes_max);
    at = put_number(at, standing->terms.block_target_bytes);
    at = put_number(at, standing->terms.classes_max);
    at = put_number(at, standing->terms.depth_max);
    at = put_number(at, standing->terms.durability);
    at = put_number(at, standing->terms.codecs);
    at = put_bytes(at, standing->key, standing->has_key ? PIER__KEY_BYTES : 0);
    return (size_t)(at - bytes);
}

size_t pier__link_control_encode(const pier__link_control *control, uint8_t *payload) {
    static const uint8_t numbers[] = {
        [PIER__REFUSED] = 1, [PIER__ACKNOWLEDGEMENT] = 3, [PIER__CLOSE] = 1, [PIER__PING] = 1, [PIER__PONG] = 1};
    /* An ext 16 around the array. */
    uint8_t *at = payload + EXT_BYTES;
    switch (control->type) {
    case PIER__HELLO:
        at = put_number(put_number(put_array(at, 5), PIER__HELLO), PIER__SESSION_VERSION);
        at = put_text(at, control->name);
        at = put_bytes(at, control->id, PIER__ID_BYTES);
        at = put_bytes(at, control->nonce, PIER__NONCE_BYTES);
        break;
    case PIER__GREETING:
        at = put_number(put_number(put_array(at, 3), PIER__GREETING), PIER__SESSION_VERSION);
        at = put_bytes(at, control->nonce, PIER__NONCE_BYTES);
        break;
    case PIER__RESUME:
    case PIER__WELCOME:
        at = put_number(put_array(at, 3), (uint64_t)control->type);
        at = put_bytes(at, control->standing, control->standing_bytes);
        at = put_bytes(at, control->proof, PIER__PROOF_BYTES);
        break;
    case PIER__ERROR:
        at = put_number(put_array(at, 3), PIER__ERROR);
        at = put_number(put_status(at, control->status), control->numbers[0]);
        break;
    default:
        at = put_number(put_array(at, 1u + numbers[control->type]), (uint64_t)control->type);
        for (unsigned i = 0; i < numbers[control->type]; i++) {
            at = put_number(at, control->numbers[i]);
        }
        break;
    }
    size_t size = (size_t)(at - payload);
    payload[0] = 0xc8;
    pier__store_be16(payload + 1, (uint16_t)(size - EXT_BYTES + 1));
    payload[3] = PIER__EXT_TYPE;
    payload[4] = PIER__CONTROL_SESSION;
    return size;
}

size_t pier__link_control_block(const uint8_t *payload, size_t payload_bytes, uint8_t *block) {
    pier__header header = {
        .kind = PIER_BLOCK_CONTROL,
        .flags = PIER__FLAG_CHECKSUM,
        .stored_bytes = (uint32_t)payload_bytes,
        .raw_bytes = (uint32_t)payload_bytes,
        .payload_check = pier__payload_check(payload, payload_bytes),
    };
    memcpy(block + PIER__PIECE_BYTES, payload, payload_bytes);
    pier__header_encode(&header, block);
    return PIER__PIECE_BYTES + payload_bytes;
}

bool pier__link_control_is_free(const pier__header *header) {
    return header->kind == PIER_BLOCK_CONTROL && header->flags == PIER__FLAG_CHECKSUM && header->codec == 0 &&
           header->lane == 0 && header->reserved == 0 && header->stream_id == 0 && header->first_record == 0 &&
           header->number == 0 && header->epoch == 0 && header->records == 0 &&
           header->stored_bytes == header->raw_bytes && header->stored_bytes <= PIER__LINK_CONTROL_BYTES_MAX;
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* What is left to read; `fails` once something was wrong. */
typedef struct cursor {
    const uint8_t *at;
    size_t left;
    bool fails;
} cursor;

/* Takes `size` bytes; NULL when there are not so many. */
static const uint8_t *take(cursor *from, size_t size) {
    if (from->fails || from->left < size) {
        from->fails = true;
        return NULL;
    }
    const uint8_t *at = from->at;
    from->at += size;
    from->left -= size;
    return at;
}

/* Takes a big-endian number of `width` bytes. */
static uint64_t take_wide(cursor *from, size_t width) {
    const uint8_t *at = take(from, width);
    uint64_t number = 0;
    for (size_t i = 0; at != NULL && i < width; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

static uint8_t take_head(cursor *from) {
    const uint8_t *at = take(from, 1);
    return at != NULL ? *at : 0xc1;
}

/* An integer of any width: whether it is below zero, and its bits. */
static uint64_t get_integer(cursor *from, bool *is_negative) {
    uint8_t head = take_head(from);
    *is_negative = head >= 0xe0;
    if (head < 0x80 || head >= 0xe0) {
        return (uint64_t)(int8_t)head;
    }
    if (head < 0xcc || head > 0xd3) {
        from->fails = true;
        return 0;
    }
    size_t width = (size_t)1 << (head & 3u);
    uint64_t number = take_wide(from, width);
    *is_negative = head >= 0xd0 && (number >> (8 * width - 1) & 1) != 0;
    return *is_negative && width < 8 ? number | ~UINT64_C(0) << (8 * width) : number;
}

static uint64_t get_number(cursor *from) {
    bool is_negative = false;
    uint64_t number = get_integer(from, &is_negative);
    from->fails = from->fails || is_negative;
    return number;
}

/* A status is below zero. */
static int64_t get_status(cursor *from) {
    bool is_negative = false;
    uint64_t number = get_integer(from, &is_negative);
    from->fails = from->fails || !is_negative;
    return (int64_t)number;
}

/* An array of at least `count` elements. Returns how many it has behind them. */
static uint64_t get_array(cursor *from, unsigned count) {
    uint8_t head = take_head(from);
    uint64_t size = head >= 0x90 && head <= 0x9f ? head & 0x0fu : 0;
    if (head == 0xdc || head == 0xdd) {
        size = take_wide(from, head == 0xdc ? 2 : 4);
    }
    from->fails = from->fails || size < count;
    return from->fails ? 0 : size - count;
}

/* Passes over the elements behind those that are known. Each has a byte at least, so what a head claims costs no more
 * than the bytes that are there. */
static void skip_elements(cursor *from, uint64_t count) {
    from->fails = from->fails || count > from->left;
    for (uint64_t i = 0; !from->fails && i < count; i++) {
        size_t size = pier__scan_extent(from->at, from->left);
        from->fails = size == 0;
        (void)take(from, size);
    }
}

static bool get_bool(cursor *from) {
    uint8_t head = take_head(from);
    from->fails = from->fails || (head != 0xc2 && head != 0xc3);
    return head == 0xc3;
}

static pier_bytes get_bytes(cursor *from) {
    uint8_t head = take_head(from);
    from->fails = from->fails || head < 0xc4 || head > 0xc6;
    size_t size = from->fails ? 0 : (size_t)take_wide(from, (size_t)1 << (head - 0xc4));
    const uint8_t *at = take(from, size);
    return (pier_bytes){at, at != NULL ? size : 0};
}

/* Bytes of exactly this size. */
static void get_exact(cursor *from, uint8_t *to, size_t size) {
    pier_bytes bytes = get_bytes(from);
    from->fails = from->fails || bytes.size != size;
    if (!from->fails) {
        memcpy(to, bytes.data, size);
    }
}

/* Bytes of this size, or none: zeros. Returns whether there were any. */
static bool get_optional(cursor *from, uint8_t *to, size_t size) {
    pier_bytes bytes = get_bytes(from);
    from->fails = from->fails || (bytes.size != size && bytes.size != 0);
    bool is_there = !from->fails && bytes.size == size;
    if (is_there) {
        memcpy(to, bytes.data, size);
    } else {
        memset(to, 0, size);
    }
    return is_there;
}

/* A session id: neither half is 0, and they differ. */
static void get_id(cursor *from, uint8_t *id) {
    get_exact(from, id, PIER__ID_BYTES);
    uint64_t up = pier__load_le64(id);
    uint64_t down = pier__load_le64(id + 8);
    from->fails = from->fails || up == 0 || down == 0 || up == down;
}

static void get_name(cursor *from, char *name) {
    uint8_t head = take_head(from);
    bool is_short = head >= 0xa0 && head <= 0xbf;
    bool is_wide = head >= 0xd9 && head <= 0xdb;
    size_t size = is_short ? head & 0x1fu : is_wide ? (size_t)take_wide(from, (size_t)1 << (head - 0xd9)) : 0;
    const uint8_t *at = take(from, size);
    if (at == NULL || size == 0 || size > PIER_SESSION_NAME_BYTES_MAX || memchr(at, 0, size) != NULL ||
        !pier_text_is_valid((const char *)at, size)) {
        from->fails = true;
        return;
    }
    memcpy(name, at, size);
    name[size] = '\0';
}

pier_status pier__standing_decode(pier_bytes bytes, pier__standing_told *standing) {
    cursor from = {(const uint8_t *)bytes.data, bytes.size, false};
    memset(standing, 0, sizeof *standing);
    uint64_t behind = get_array(&from, 12);
    standing->begins = get_bool(&from);
    standing->received = get_number(&from);
    standing->received_blocks = get_number(&from);
    standing->received_epoch = get_number(&from);
    standing->received_check = get_number(&from);
    standing->durable = get_number(&from);
    standing->committed = get_number(&from);
    standing->sent = get_number(&from);
    (void)get_optional(&from, standing->token, PIER__TOKEN_BYTES);
    (void)get_optional(&from, standing->next_token, PIER__TOKEN_BYTES);
    uint64_t behind_terms = get_array(&from, 6);
    standing->terms.record_bytes_max = get_number(&from);
    standing->terms.block_target_bytes = get_number(&from);
    standing->terms.classes_max = get_number(&from);
    standing->terms.depth_max = get_number(&from);
    standing->terms.durability = get_number(&from);
    standing->terms.codecs = get_number(&from);
    skip_elements(&from, behind_terms);
    standing->has_key = get_optional(&from, standing->key, PIER__KEY_BYTES);
    skip_elements(&from, behind);
    bool is_true = standing->received <= UINT64_MAX - 1 && standing->sent <= UINT64_MAX - 1 &&
                   standing->received_blocks <= UINT32_MAX && standing->received_epoch <= UINT32_MAX &&
                   standing->durable <= standing->received && standing->committed <= standing->durable &&
                   standing->terms.block_target_bytes > 0 &&
                   standing->terms.block_target_bytes <= PIER_BLOCK_TARGET_BYTES_HIGHEST &&
                   standing->terms.classes_max <= UINT32_MAX && standing->terms.depth_max <= UINT32_MAX &&
                   standing->terms.durability <= PIER_DURABILITY_MEMORY && standing->terms.codecs <= UINT32_MAX &&
                   (standing->terms.codecs >> PIER__CODEC_NONE & 1) != 0;
    return from.fails || !is_true ? PIER_PROTOCOL : PIER_OK;
}

static void get_standing(cursor *from, pier__link_control *control) {
    pier_bytes standing = get_bytes(from);
    if (from->fails || standing.size > PIER__STANDING_BYTES_MAX) {
        from->fails = true;
        return;
    }
    if (standing.size > 0) {
        memcpy(control->standing, standing.data, standing.size);
    }
    control->standing_bytes = standing.size;
    get_exact(from, control->proof, PIER__PROOF_BYTES);
}

pier_status pier__link_control_decode(pier_bytes payload, pier__link_control *control) {
    static const uint8_t counts[] = {0, 5, 3, 3, 3, 2, 4, 2, 3, 2, 2};
    memset(control, 0, sizeof *control);
    size_t end = 0;
    pier__control ext;
    if (!pier__control_next(payload, &end, &ext) || ext.kind != PIER__CONTROL_SESSION) {
        return PIER_PROTOCOL;
    }
    pier_bytes array = pier__bytes_from(ext.content, 1);
    cursor from = {(const uint8_t *)array.data, array.size, false};
    cursor ahead = from;
    (void)get_array(&ahead, 1);
    uint64_t type = get_number(&ahead);
    if (ahead.fails || type < PIER__HELLO || type > PIER__PONG) {
        return PIER_PROTOCOL;
    }
    uint64_t behind = get_array(&from, counts[type]);
    control->type = (pier__link_control_type)get_number(&from);
    uint64_t version = PIER__SESSION_VERSION;
    if (type == PIER__HELLO || type == PIER__GREETING) {
        version = get_number(&from);
        if (type == PIER__HELLO) {
            get_name(&from, control->name);
            get_id(&from, control->id);
        }
        get_exact(&from, control->nonce, PIER__NONCE_BYTES);
    } else if (type == PIER__RESUME || type == PIER__WELCOME) {
        get_standing(&from, control);
    } else {
        control->status = type == PIER__ERROR ? get_status(&from) : 0;
        unsigned numbers = counts[type] - (type == PIER__ERROR ? 2u : 1u);
        for (unsigned i = 0; i < numbers; i++) {
            control->numbers[i] = get_number(&from);
        }
    }
    skip_elements(&from, behind);
    if (from.fails) {
        return PIER_PROTOCOL;
    }
    return version == PIER__SESSION_VERSION ? PIER_OK : PIER_VERSION;
}

/* Tokens ----------------------------------------------------------------------------------------------------------- */

unsigned pier__tokens_judge(const uint8_t *server, const uint8_t *token, const uint8_t *next_token) {
    if (memcmp(server, token, PIER__TOKEN_BYTES) == 0 || memcmp(server, next_token, PIER__TOKEN_BYTES) == 0) {
        return 0;
    }
    uint64_t count = pier__load_be64(server);
    if (count < pier__load_be64(token)) {
        return PIER__SERVER_IS_OLDER;
    }
    return count > pier__load_be64(next_token) ? PIER__CLIENT_IS_OLDER : PIER__CONFLICT;
}

bool pier__token_draw(const uint8_t *token, bool (*draw)(void *, void *, size_t), void *user, uint8_t *next) {
    pier__store_be64(next, pier__load_be64(token) + 1);
    return draw(user, next + 8, 8);
}
