/* Printing a record straight from its bytes: see pier_tree_print in <pier/tree.h>.
 *
 * Floor 5 (record). The text is what value_print.c makes of the tree that tree_load.c makes; this is the short way for
 * the records that come in millions. It goes over the bytes once and gives up whenever it meets what asks for more than
 * that: a map that is no JSON object or is large, text that is not UTF-8, a field of a kind that it does not know,
 * colours. Then the record is printed anew, by way of a tree, which decides everything; so what is added to the naming
 * of records is right here from the first day, and may be made fast later, in pier__definition_prints_straight and
 * open_array. */
#include <pier/tree.h>

#include <math.h>
#include <string.h>

#include "archive/token_internal.h"
#include "archive/value_digits_internal.h"
#include "archive/value_internal.h"
#include "base/utf8_internal.h"
#include "record/definition_internal.h"

enum {
    /* How deep a record may be, and how many keys its open maps may have together, to be printed here. */
    LEVELS = 64,
    KEYS = 128,
    /* Room that is asked for at once: any scalar without its text, or a name with its quotes. */
    ROOM_BYTES = 64 + PIER__NAME_BYTES_MAX,
    SPARE_BYTES = 2 * ROOM_BYTES
};

/* An array, a map or a record that is open. */
typedef struct level {
    const pier_definition *definition; /* of a record, or of the elements of an array; NULL: none */
    uint32_t left;                     /* elements, pairs or slots */
    uint32_t place;                    /* a record's next field; where the keys of a map begin */
    uint8_t form;
    bool has_child;
} level;

enum { FORM_ARRAY, FORM_MAP, FORM_RECORD };

/* A key of an open map. Those with different marks differ. */
typedef struct key {
    uint64_t mark;
    pier_bytes text;
} key;

typedef struct printer {
    const uint8_t *from; /* the next value */
    /* Where the text goes: straight into the caller's buffer, and once that is full into `spare`, to be counted. */
    char *at;
    char *end;
    char *begin;
    pier__output out;
    const uint8_t *valid_end; /* text before it is known to be UTF-8 */
    uint32_t level_count;
    uint32_t key_count;
    level levels[LEVELS];
    key keys[KEYS];
    char spare[SPARE_BYTES];
} printer;

/* Making text ----------------------------------------------------------------------------------------------------- */

/* Takes the text that was made, and goes on in memory of its own. */
static void turn_page(printer *p) {
    size_t size = (size_t)(p->at - p->begin);
    if (p->begin == p->spare) {
        pier__output_add(&p->out, p->spare, size);
    } else {
        p->out.length += size;
    }
    p->begin = p->spare;
    p->at = p->spare;
    p->end = p->spare + SPARE_BYTES;
}

static inline void make_room(printer *p) {
    if (PIER_UNLIKELY((size_t)(p->end - p->at) < ROOM_BYTES)) {
        turn_page(p);
    }
}

/* These write where there is room. */
static inline void put_char(printer *p, char character) {
    *p->at++ = character;
}

static inline void put(printer *p, const char *text, size_t size) {
    memcpy(p->at, text, size);
    p->at += size;
}

static inline void put_signed(printer *p, int64_t number) {
    if (number < 0) {
        put_char(p, '-');
    }
    p->at = pier__write_unsigned(p->at, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

/* Text ------------------------------------------------------------------------------------------------------------ */

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether all eight bytes are plain in JSON: from U+0020 to U+007E, and neither quote nor backslash. */
static inline bool is_plain(uint64_t eight) {
    uint64_t quote = eight ^ EACH_BYTE('"');
    uint64_t backslash = eight ^ EACH_BYTE('\\');
    uint64_t low = (eight - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1));
    uint64_t high = eight | (eight + EACH_BYTE(1));
    return ((low | high) & EACH_BYTE(0x80)) == 0;
}

/* Puts the bytes of a text from `at` to before `stop`, or a byte further where a character ends there: what may have to
 * be escaped. Returns where it stopped; NULL to give up. */
static const uint8_t *put_odd(printer *p, const uint8_t *at, const uint8_t *stop, const uint8_t *end) {
    while (at < stop) {
        uint8_t byte = *at;
        if (byte >= 0x80 && at >= p->valid_end) {
            size_t left = (size_t)(end - at);
            if (pier__utf8_valid_bytes((const char *)at, left) != left) {
                return NULL;
            }
            p->valid_end = end;
        }
        if (byte == 0xc2 && at[1] < 0xa0) {
            p->at = pier__write_escaped(p->at, at[1]);
            at += 2;
            continue;
        }
        if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f) {
            p->at = pier__write_escaped(p->at, byte);
        } else {
            put_char(p, (char)byte);
        }
        at++;
    }
    return at;
}

/* Puts text in quotes. Returns false to give up. */
static inline bool put_text(printer *p, const uint8_t *at, size_t size) {
    const uint8_t *end = at + size;
    put_char(p, '"');
    while (at < end) {
        size_t left = (size_t)(end - at);
        make_room(p);
        /* Behind a record there is padding. What is not of the text counts as plain, and is written over. */
        uint64_t eight = pier__load_le64(at);
        uint64_t looked_at = left >= 8 ? eight : eight & ~(~UINT64_C(0) << left * 8);
        uint64_t filler = left >= 8 ? 0 : EACH_BYTE(' ') << left * 8;
        if (PIER_LIKELY(is_plain(looked_at | filler))) {
            size_t taken = left < 8 ? left : 8;
            memcpy(p->at, at, 8);
            p->at += taken;
            at += taken;
            continue;
        }
        at = put_odd(p, at, left < 8 ? end : at + 8, end);
        if (at == NULL) {
            return false;
        }
    }
    make_room(p);
    put_char(p, '"');
    return true;
}

/* Puts bytes in quotes as base64, a piece at a time. */
static void put_base64(printer *p, pier_bytes bytes) {
    enum { PIECE_BYTES = ROOM_BYTES / 8 * 3 };
    const uint8_t *at = (const uint8_t *)bytes.data;
    size_t left = bytes.size;
    put_char(p, '"');
    while (left > 0) {
        size_t size = left < PIECE_BYTES ? left : PIECE_BYTES;
        make_room(p);
        pier__output piece = pier__output_begin(p->at, ROOM_BYTES);
        pier__output_base64_bare(&piece, (pier_bytes){at, size});
        p->at += piece.length;
        at += size;
        left -= size;
    }
    make_room(p);
    put_char(p, '"');
}

/* Scalars --------------------------------------------------------------------------------------------------------- */

static void put_float(printer *p, double value) {
    if (PIER_LIKELY(isfinite(value))) {
        p->at += pier__float_text(value, p->at);
    } else if (isnan(value)) {
        put(p, "{\"$float\":\"NaN\"}", 16);
    } else if (value < 0) {
        put(p, "{\"$float\":\"-Infinity\"}", 22);
    } else {
        put(p, "{\"$float\":\"Infinity\"}", 21);
    }
}

static void put_bytes(printer *p, pier_bytes bytes) {
    put(p, "{\"$bin\":", 8);
    put_base64(p, bytes);
    put_char(p, '}');
}

static void put_ext(printer *p, pier_ext ext) {
    put(p, "{\"$ext\":[", 9);
    put_signed(p, ext.type);
    put_char(p, ',');
    put_base64(p, ext.bytes);
    put(p, "]}", 2);
}

static void put_time(printer *p, pier_time time) {
    put(p, "{\"$time\":[", 10);
    put_signed(p, time.seconds);
    put_char(p, ',');
    p->at = pier__write_unsigned(p->at, time.nanoseconds);
    put(p, "]}", 2);
}

/* Arrays, maps and records ---------------------------------------------------------------------------------------- */

static bool open_level(printer *p, uint32_t count, const pier_definition *definition, uint8_t form) {
    if (p->level_count == LEVELS) {
        return false;
    }
    p->levels[p->level_count++] = (level){definition, count, form == FORM_MAP ? p->key_count : 0, form, false};
    put_char(p, form == FORM_ARRAY ? '[' : '{');
    return true;
}

/* Opens an array: a record of its class where it has as many elements as that has slots. `type` is the class of the
 * value, or, where the field is repeated, of its elements; NULL: none. */
static bool open_array(printer *p, uint32_t count, const pier_definition *type, bool is_repeated) {
    if (type != NULL && !is_repeated && count == type->slot_count) {
        return open_level(p, count, type, FORM_RECORD);
    }
    return open_level(p, count, is_repeated ? type : NULL, FORM_ARRAY);
}

static uint64_t mark_of(const uint8_t *text, size_t size) {
    uint64_t first = pier__load_le64(text);
    if (size < 8) {
        return (first & ~(~UINT64_C(0) << size * 8)) + (uint64_t)size * UINT64_C(0x9e3779b97f4a7c15);
    }
    return (first ^ pier__load_le64(text + size - 8) * UINT64_C(0x9e3779b97f4a7c15)) + size;
}

/* Puts the key of the next pair. Returns false to give up: when it is no text, or came before, or when the map could be
 * taken for one of the objects that stand for what JSON lacks. */
static bool put_key(printer *p, const level *map) {
    pier_token token;
    size_t size = pier__read_token(p->from, &token);
    if (token.kind != PIER_KIND_TEXT) {
        return false;
    }
    pier_bytes text = {token.as.text.data, token.as.text.size};
    const uint8_t *begin = (const uint8_t *)text.data;
    if (!map->has_child && map->left == 0 && text.size > 0 && *begin == '$') {
        return false;
    }
    uint64_t mark = mark_of(begin, text.size);
    for (uint32_t i = map->place; i < p->key_count; i++) {
        if (PIER_UNLIKELY(p->keys[i].mark == mark) && p->keys[i].text.size == text.size &&
            memcmp(p->keys[i].text.data, begin, text.size) == 0) {
            return false;
        }
    }
    p->keys[p->key_count++] = (key){mark, text};
    p->from += size;
    if (!put_text(p, begin, text.size)) {
        return false;
    }
    put_char(p, ':');
    return true;
}

static void put_name(printer *p, const pier__defined_field *field) {
    put_char(p, '"');
    memcpy(p->at, field->name, PIER__NAME_PADDING);
    if (PIER_UNLIKELY(field->name_bytes > PIER__NAME_PADDING)) {
        memcpy(p->at, field->name, field->name_bytes);
    }
    p->at += field->name_bytes;
    put(p, "\":", 2);
}

/* Puts a value, or the beginning of an array, map or record. `type`, `is_repeated`: as open_array. Returns false to give
 * up. */
static bool put_value(printer *p, const pier_definition *type, bool is_repeated) {
    pier_token token;
    p->from += pier__read_token(p->from, &token);
    switch (token.kind) {
    case PIER_KIND_UINT:
        p->at = pier__write_unsigned(p->at, token.as.uint);
        return true;
    case PIER_KIND_TEXT:
        return put_text(p, (const uint8_t *)token.as.text.data, token.as.text.size);
    case PIER_KIND_F64:
        put_float(p, token.as.f64);
        return true;
    case PIER_KIND_F32:
        put_float(p, (double)token.as.f32);
        return true;
    case PIER_KIND_INT:
        put_signed(p, token.as.sint);
        return true;
    case PIER_KIND_BOOL:
        put(p, token.as.boolean ? "true" : "false", token.as.boolean ? 4 : 5);
        return true;
    case PIER_KIND_BYTES:
        put_bytes(p, token.as.bytes);
        return true;
    case PIER_KIND_EXT:
        put_ext(p, token.as.ext);
        return true;
    case PIER_KIND_TIME:
        put_time(p, token.as.time);
        return true;
    case PIER_KIND_ARRAY:
        return open_array(p, token.as.count, type, is_repeated);
    case PIER_KIND_MAP:
        return token.as.count <= KEYS - p->key_count && open_level(p, token.as.count, NULL, FORM_MAP);
    default:
        put(p, "null", 4);
        return true;
    }
}

/* Puts what comes next in the innermost array, map or record, or its end. Returns false to give up. */
static bool put_next(printer *p) {
    level *in = &p->levels[p->level_count - 1];
    make_room(p);
    if (in->left == 0) {
        put_char(p, in->form == FORM_ARRAY ? ']' : '}');
        p->key_count = in->form == FORM_MAP ? in->place : p->key_count;
        p->level_count--;
        return true;
    }
    in->left--;
    const pier__defined_field *field = NULL;
    if (in->form == FORM_RECORD) {
        field = &in->definition->fields[in->place++];
        if ((field->flags & PIER_FIELD_PRESENCE) != 0 && *p->from == 0xc0) {
            p->from++;
            return true;
        }
    }
    if (in->has_child) {
        put_char(p, ',');
    }
    if (in->form == FORM_MAP && !put_key(p, in)) {
        return false;
    }
    in->has_child = true;
    if (field == NULL) {
        make_room(p);
        return put_value(p, in->definition, false);
    }
    put_name(p, field);
    make_room(p);
    return put_value(p, field->type, (field->flags & PIER_FIELD_REPEATED) != 0);
}

/* Whether the tree would take whatever a record of so many bytes can hold: each value takes a byte at least, and has a
 * name at most beside it. */
static bool takes_all(const pier_tree *tree, size_t bytes) {
    return tree->depth_max >= LEVELS && !tree->options.refuses_duplicates && !tree->options.refuses_bad_text &&
           tree->limits.text_bytes_max >= bytes && tree->limits.record_bytes_max >= bytes &&
           tree->limits.elements_max / 2 > bytes;
}

/* Prints the record without the tree. Returns false when it cannot be, or when there is none. */
static bool print_straight(const pier_tree *tree, pier_archive *archive, char *buffer, size_t capacity_bytes,
                           size_t *length) {
    pier_bytes bytes = pier_archive_record_bytes(archive);
    const pier_definition *definition = pier_archive_definition(archive);
    if (bytes.size == 0 || pier_archive_status(archive) != PIER_OK || !takes_all(tree, bytes.size) ||
        (definition != NULL && !definition->prints_straight)) {
        return false;
    }
    printer p; /* without zeroes, which would cost more than a short record */
    p.from = (const uint8_t *)bytes.data;
    p.valid_end = p.from;
    p.out = pier__output_begin(capacity_bytes > 0 ? buffer : NULL, capacity_bytes);
    p.begin = p.out.capacity > 0 ? buffer : p.spare;
    p.at = p.begin;
    p.end = p.out.capacity > 0 ? buffer + p.out.capacity : p.spare + SPARE_BYTES;
    p.level_count = 0;
    p.key_count = 0;
    make_room(&p);
    bool goes_on = put_value(&p, definition, false);
    while (goes_on && p.level_count > 0) {
        goes_on = put_next(&p);
    }
    turn_page(&p);
    *length = pier__output_end(&p.out);
    return goes_on;
}

/* Whether JSON takes a name as it is. A class with one field could be taken for what JSON lacks, by its $. */
static bool is_plain_name(const pier__defined_field *field) {
    for (uint32_t i = 0; i < field->name_bytes; i++) {
        unsigned char byte = (unsigned char)field->name[i];
        if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\' || byte == '$') {
            return false;
        }
    }
    return true;
}

bool pier__definition_prints_straight(const pier_definition *root) {
    for (uint32_t i = 0; i < root->type_count; i++) {
        for (uint32_t j = 0; j < root[i].field_count; j++) {
            const pier__defined_field *field = &root[i].fields[j];
            bool is_known =
                field->kind >= PIER_FIELD_BOOL && field->kind <= PIER_FIELD_RECORD &&
                field->kind != PIER_FIELD_DURATION &&
                (field->flags & ~(uint32_t)(PIER_FIELD_REPEATED | PIER_FIELD_PRESENCE | PIER_FIELD_FIXED)) == 0;
            if (!is_known || field->oneof != 0 || !is_plain_name(field)) {
                return false;
            }
        }
    }
    return true;
}

pier_status pier_tree_print(pier_tree *tree, pier_archive *archive, const pier_print_options *options, char *buffer,
                            size_t capacity_bytes, size_t *length) {
    if (options != NULL && options->size != sizeof *options) {
        return pier_value_print(NULL, options, buffer, capacity_bytes, length);
    }
    bool has_colours = options != NULL && options->colours;
    if (!has_colours && print_straight(tree, archive, buffer, capacity_bytes, length)) {
        return PIER_OK;
    }
    pier_status status = pier_tree_load(tree, archive);
    const pier_value *printed = status == PIER_OK ? pier_tree_root(tree) : NULL;
    pier_status print_status = pier_value_print(printed, options, buffer, capacity_bytes, length);
    return status == PIER_OK ? print_status : status;
}
