/* Printing a record straight from its bytes: see pier_tree_print in <pier/tree.h>.
 *
 * Floor 5 (record). The text is what value_print.c makes of the tree that tree_load.c makes; this is the short way for
 * the records that come in millions. It goes over the bytes once and gives up whenever it meets what asks for more than
 * that: a map that is no JSON object or is large, text that is not UTF-8, a field of a kind that it does not know,
 * colours. Then the record is printed anew, by way of a tree, which decides everything; so what is added to the naming
 * of records is right here from the first day, and may be made fast later, in pier__definition_prints_straight and
 * level_of. */
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
    /* Room that is asked for at once: a name with its quotes, and any scalar without its text. */
    ROOM_BYTES = 64 + PIER__NAME_BYTES_MAX,
    SPARE_BYTES = 2 * ROOM_BYTES
};

/* The record itself, or an array, a map or a record that is open in it. */
typedef struct level {
    const pier_definition *definition; /* the class of its elements; NULL: none */
    const pier__defined_field *field;  /* of a record: the next one */
    uint32_t left;                     /* elements, pairs or slots that are to come */
    uint32_t first_key;                /* where the keys of a map begin */
    uint8_t form;
    bool has_child;
} level;

enum { FORM_TOP, FORM_ARRAY, FORM_MAP, FORM_RECORD };

/* A key of an open map. Those with different marks differ. */
typedef struct key {
    uint64_t mark;
    pier_bytes text;
} key;

/* The functions below take where the text goes on and return where it does then, and NULL to give up: what is kept
 * here would have to be read again after each byte that was written. */
typedef struct printer {
    /* The text goes straight into the caller's buffer, and once that is full into `spare`, to be counted. */
    char *page;
    char *page_end;
    pier__output out;         /* what was made before this page */
    const uint8_t *valid_end; /* text before it is known to be UTF-8 */
    uint32_t level_count;
    uint32_t key_count;
    level levels[LEVELS]; /* around the innermost one */
    key keys[KEYS];
    char spare[SPARE_BYTES];
} printer;

/* Text ------------------------------------------------------------------------------------------------------------ */

/* Takes the page, and begins a new one. */
static char *turn_page(printer *p, const char *at) {
    size_t size = (size_t)(at - p->page);
    if (p->page == p->spare) {
        pier__output_add(&p->out, p->spare, size);
    } else {
        p->out.length += size;
    }
    p->page = p->spare;
    p->page_end = p->spare + SPARE_BYTES;
    return p->page;
}

/* Makes sure of ROOM_BYTES. */
static inline char *make_room(printer *p, char *at) {
    return PIER_LIKELY((size_t)(p->page_end - at) >= ROOM_BYTES) ? at : turn_page(p, at);
}

static inline char *put(char *at, const char *text, size_t size) {
    memcpy(at, text, size);
    return at + size;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether all eight bytes are plain in JSON: from U+0020 to U+007E, and neither quote nor backslash. */
static inline bool is_plain(uint64_t eight) {
    uint64_t quote = eight ^ EACH_BYTE('"');
    uint64_t backslash = eight ^ EACH_BYTE('\\');
    uint64_t low = (eight - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1));
    uint64_t high = eight | (eight + EACH_BYTE(1));
    return ((low | high) & EACH_BYTE(0x80)) == 0;
}

/* Puts text up to `stop`, or a byte further where a character ends there: what may have to be escaped. from: where it
 * begins; gets where it stopped. `end` is the end of the whole text. */
static char *put_odd(printer *p, char *at, const uint8_t **from, const uint8_t *stop, const uint8_t *end) {
    const uint8_t *text = *from;
    while (text < stop) {
        uint8_t byte = *text;
        if (byte >= 0x80 && text >= p->valid_end) {
            size_t left = (size_t)(end - text);
            if (pier__utf8_valid_bytes((const char *)text, left) != left) {
                return NULL;
            }
            p->valid_end = end;
        }
        bool is_upper_control = byte == 0xc2 && text[1] < 0xa0;
        text += is_upper_control ? 1 : 0;
        if (is_upper_control || byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f) {
            at = pier__write_escaped(at, *text);
        } else {
            *at++ = (char)byte;
        }
        text++;
    }
    *from = text;
    return at;
}

/* Puts text in quotes. Eight bytes may be read wherever it ends: behind a record there is padding. */
static inline char *put_text(printer *p, char *at, const uint8_t *text, size_t size) {
    const uint8_t *end = text + size;
    *at++ = '"';
    while (text < end) {
        size_t left = (size_t)(end - text);
        uint64_t eight = pier__load_le64(text);
        /* What is behind the end counts as plain, and is written over. */
        uint64_t others = left >= 8 ? 0 : ~UINT64_C(0) << left * 8;
        at = make_room(p, at);
        if (PIER_LIKELY(is_plain((eight & ~others) | (EACH_BYTE(' ') & others)))) {
            size_t taken = left < 8 ? left : 8;
            memcpy(at, text, 8);
            at += taken;
            text += taken;
            continue;
        }
        at = put_odd(p, at, &text, left < 8 ? end : text + 8, end);
        if (at == NULL) {
            return NULL;
        }
    }
    at = make_room(p, at);
    *at++ = '"';
    return at;
}

/* Puts bytes in quotes as base64, a piece at a time. */
static char *put_base64(printer *p, char *at, pier_bytes bytes) {
    enum { PIECE_BYTES = ROOM_BYTES / 8 * 3 };
    const uint8_t *from = (const uint8_t *)bytes.data;
    size_t left = bytes.size;
    *at++ = '"';
    while (left > 0) {
        size_t size = left < PIECE_BYTES ? left : PIECE_BYTES;
        at = make_room(p, at);
        pier__output piece = pier__output_begin(at, ROOM_BYTES);
        pier__output_base64_bare(&piece, (pier_bytes){from, size});
        at += piece.length;
        from += size;
        left -= size;
    }
    at = make_room(p, at);
    *at++ = '"';
    return at;
}

/* Scalars --------------------------------------------------------------------------------------------------------- */

static inline char *put_signed(char *at, int64_t number) {
    if (number < 0) {
        *at++ = '-';
    }
    return pier__write_unsigned(at, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static inline char *put_float(char *at, double value) {
    if (PIER_LIKELY(isfinite(value))) {
        return at + pier__float_text(value, at);
    }
    return isnan(value) ? put(at, "{\"$float\":\"NaN\"}", 16)
           : value < 0  ? put(at, "{\"$float\":\"-Infinity\"}", 22)
                        : put(at, "{\"$float\":\"Infinity\"}", 21);
}

static char *put_ext(printer *p, char *at, pier_ext ext) {
    at = put_signed(put(at, "{\"$ext\":[", 9), ext.type);
    *at++ = ',';
    return put(put_base64(p, at, ext.bytes), "]}", 2);
}

static char *put_time(char *at, pier_time time) {
    at = put_signed(put(at, "{\"$time\":[", 10), time.seconds);
    *at++ = ',';
    return put(pier__write_unsigned(at, time.nanoseconds), "]}", 2);
}

static inline char *put_scalar(printer *p, char *at, const pier_token *token) {
    switch (token->kind) {
    case PIER_KIND_BOOL:
        return token->as.boolean ? put(at, "true", 4) : put(at, "false", 5);
    case PIER_KIND_UINT:
        return pier__write_unsigned(at, token->as.uint);
    case PIER_KIND_INT:
        return put_signed(at, token->as.sint);
    case PIER_KIND_F32:
        return put_float(at, (double)token->as.f32);
    case PIER_KIND_F64:
        return put_float(at, token->as.f64);
    case PIER_KIND_TEXT:
        return put_text(p, at, (const uint8_t *)token->as.text.data, token->as.text.size);
    case PIER_KIND_BYTES:
        at = put_base64(p, put(at, "{\"$bin\":", 8), token->as.bytes);
        *at++ = '}';
        return at;
    case PIER_KIND_EXT:
        return put_ext(p, at, token->as.ext);
    case PIER_KIND_TIME:
        return put_time(at, token->as.time);
    default:
        return put(at, "null", 4);
    }
}

/* Arrays, maps and records ---------------------------------------------------------------------------------------- */

static inline bool is_absent(const pier__defined_field *field, const uint8_t *slot) {
    return (field->flags & PIER_FIELD_PRESENCE) != 0 && *slot == 0xc0;
}

static inline char *put_name(char *at, const pier__defined_field *field) {
    *at++ = '"';
    memcpy(at, field->name, PIER__NAME_PADDING);
    if (PIER_UNLIKELY(field->name_bytes > PIER__NAME_PADDING)) {
        memcpy(at, field->name, field->name_bytes);
    }
    return put(at + field->name_bytes, "\":", 2);
}

static uint64_t mark_of(const uint8_t *text, size_t size) {
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15); /* its bits are as good as random */
    uint64_t first = pier__load_le64(text);
    if (size < 8) {
        return (first & ~(~UINT64_C(0) << size * 8)) + size * odd;
    }
    return (first ^ pier__load_le64(text + size - 8) * odd) + size;
}

/* Puts the key of the next pair of a map, and the colon. Gives up when it is no text, or came before, or when the map
 * could be taken for one of the objects that stand for what JSON lacks. */
static char *put_key(printer *p, char *at, const uint8_t **from, const level *map) {
    pier_token token;
    size_t token_size = pier__read_token(*from, &token);
    if (token.kind != PIER_KIND_TEXT || p->key_count == KEYS) {
        return NULL;
    }
    *from += token_size;
    const uint8_t *text = (const uint8_t *)token.as.text.data;
    size_t size = token.as.text.size;
    if (!map->has_child && map->left == 0 && size > 0 && *text == '$') {
        return NULL;
    }
    uint64_t mark = mark_of(text, size);
    for (uint32_t i = map->first_key; i < p->key_count; i++) {
        if (PIER_UNLIKELY(p->keys[i].mark == mark) && p->keys[i].text.size == size &&
            memcmp(p->keys[i].text.data, text, size) == 0) {
            return NULL;
        }
    }
    p->keys[p->key_count++] = (key){mark, {text, size}};
    at = put_text(p, at, text, size);
    if (at != NULL) {
        *at++ = ':';
        at = make_room(p, at);
    }
    return at;
}

/* What an array or map opens: an array is a record of its class where it has as many elements as that has slots. `type`
 * is the class of the value, or, where the field is repeated, of its elements; NULL: none. */
static inline level level_of(const printer *p, const pier_token *token, const pier_definition *type, bool is_repeated) {
    level opened = {.left = token->as.count, .first_key = p->key_count};
    if (token->kind == PIER_KIND_MAP) {
        opened.form = FORM_MAP;
    } else if (type != NULL && !is_repeated && token->as.count == type->slot_count) {
        opened.form = FORM_RECORD;
        opened.field = type->fields;
    } else {
        opened.form = FORM_ARRAY;
        opened.definition = is_repeated ? type : NULL;
    }
    return opened;
}

/* Puts the value at `from`, which is of the class, and all that is in it. */
static char *put_all(printer *p, char *at, const uint8_t *from, const pier_definition *definition) {
    level in = {.definition = definition, .left = 1, .form = FORM_TOP};
    for (;;) {
        at = make_room(p, at);
        if (in.left == 0) {
            if (in.form == FORM_TOP) {
                return at;
            }
            *at++ = in.form == FORM_ARRAY ? ']' : '}';
            p->key_count = in.first_key;
            in = p->levels[--p->level_count];
            continue;
        }
        in.left--;
        const pier__defined_field *field = in.form == FORM_RECORD ? in.field++ : NULL;
        if (field != NULL && is_absent(field, from)) {
            from++;
            continue;
        }
        if (in.has_child) {
            *at++ = ',';
        }
        if (field != NULL) {
            at = put_name(at, field);
        } else if (in.form == FORM_MAP) {
            at = put_key(p, at, &from, &in);
        }
        if (at == NULL) {
            return NULL;
        }
        in.has_child = true;
        if (*from <= 0x7f) {
            at = pier__write_four(at, *from++);
            continue;
        }
        pier_token token;
        from += pier__read_token(from, &token);
        bool is_repeated = field != NULL && (field->flags & PIER_FIELD_REPEATED) != 0;
        if (token.kind == PIER_KIND_EXT && is_repeated) {
            return NULL; /* it may be a typed array */
        }
        if (token.kind != PIER_KIND_ARRAY && token.kind != PIER_KIND_MAP) {
            at = put_scalar(p, at, &token);
        } else if (p->level_count < LEVELS) {
            p->levels[p->level_count++] = in;
            in = field != NULL ? level_of(p, &token, field->type, is_repeated)
                               : level_of(p, &token, in.definition, false);
            *at++ = in.form == FORM_ARRAY ? '[' : '{';
        } else {
            at = NULL;
        }
        if (at == NULL) {
            return NULL;
        }
    }
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
    p.out = pier__output_begin(capacity_bytes > 0 ? buffer : NULL, capacity_bytes);
    p.page = p.out.capacity > 0 ? buffer : p.spare;
    p.page_end = p.page + (p.out.capacity > 0 ? p.out.capacity : (size_t)SPARE_BYTES);
    p.valid_end = (const uint8_t *)bytes.data;
    p.level_count = 0;
    p.key_count = 0;
    const char *end = put_all(&p, p.page, (const uint8_t *)bytes.data, definition);
    if (end == NULL) {
        return false;
    }
    (void)turn_page(&p, end);
    *length = pier__output_end(&p.out);
    return true;
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
