/* What values and trees are made of.
 *
 *     value ──→ chunk: last, used, capacity │ child │ child │ … │ sentinel ──→ next chunk, or back to the value
 *
 * Floor 4 (archive). The children of an array or map lie side by side in chunks: one when it was loaded, more when it
 * grew, so that no value ever moves and pointers to it hold. Behind the children in use of each chunk stands a
 * sentinel, which leads to the next chunk or, in the last one, back to the array or map itself. So a walk over a tree
 * needs no stack, and depth costs nothing: there is no recursion anywhere. The root has a sentinel behind it, too, that
 * leads to NULL, and so have the children of a value that became something else, as long as their memory lasts.
 *
 * msgpack_object was the other choice. It is 24 bytes where these are 16, has no place for the way back, takes malloc
 * for its zone's pieces, and its text is not limited. */
#ifndef PIER_ARCHIVE_VALUE_INTERNAL_H
#define PIER_ARCHIVE_VALUE_INTERNAL_H

#include <pier/tree.h>

#include "archive/scan_internal.h"
#include "base/error_internal.h"

/* Kinds beside those of pier_kind, which no caller sees. */
enum {
    PIER__KIND_LINK = 254, /* a sentinel: `link` is the first child in the next chunk */
    PIER__KIND_LAST = 255  /* a sentinel: `link` is the array or map whose children end here; NULL: none */
};

typedef struct pier__chunk pier__chunk;

struct pier_value {
    uint8_t kind;
    int8_t ext_type; /* ext */
    uint16_t depth;  /* how many arrays and maps are around it */
    uint32_t size;   /* text, bytes, ext: bytes; array: elements; map: pairs; time: nanoseconds */
    union {
        bool boolean;
        uint64_t uint;
        int64_t sint; /* time: seconds */
        float f32;
        double f64;
        const void *data;      /* text, bytes, ext; NULL when they are empty */
        pier__chunk *children; /* array, map: the first chunk; NULL when there is none */
        pier_value *link;      /* a sentinel */
    } as;
};

struct pier__chunk {
    pier__chunk *last; /* of the first chunk: the last one */
    uint32_t used;     /* children, without the sentinel */
    uint32_t capacity;
    pier_value nodes[];
};

_Static_assert(sizeof(pier__chunk) % _Alignof(pier_value) == 0, "children begin right behind the head of their chunk");

/* A piece of the tree's memory. */
typedef struct pier__piece pier__piece;
struct pier__piece {
    pier__piece *next; /* an older one */
    size_t bytes;      /* with this head */
};

/* The names of fields that were copied in the load under way, found by their address: a record of many parts has each
 * name once. */
enum { PIER__NAMES = 64 };
typedef struct pier__name {
    const char *name; /* of the definition; NULL: none */
    const char *copy;
} pier__name;

struct pier_tree {
    pier_allocator allocator;
    pier_tree_options options;
    pier_limits limits;
    uint32_t depth_max;
    pier__piece *pieces; /* the newest first */
    uint8_t *free_at;    /* in the newest one */
    size_t free_bytes;
    uint64_t elements;   /* made since the last reset */
    uint64_t text_bytes; /* copied since the last reset: text, or whole records with their text */
    pier_status failure;
    pier_error error;
    pier_value root[2]; /* with its sentinel */
    pier__scan scan;    /* for parsing; taken when it is first needed */
};

static inline bool pier__value_is_container(const pier_value *value) {
    return value->kind == PIER_KIND_ARRAY || value->kind == PIER_KIND_MAP;
}

static inline bool pier__value_has_bytes(const pier_value *value) {
    return value->kind == PIER_KIND_TEXT || value->kind == PIER_KIND_BYTES || value->kind == PIER_KIND_EXT;
}

/* The first child; NULL when there is none. */
static inline const pier_value *pier__first_child(const pier_value *container) {
    return container->size == 0 ? NULL : container->as.children->nodes;
}

/* What stands behind a value: the next one, or the last sentinel. */
static inline const pier_value *pier__behind(const pier_value *value) {
    value++;
    return value->kind == PIER__KIND_LINK ? value->as.link : value;
}

/* Lets the children of a container know where it is; NULL: nowhere any more. */
static inline void pier__link_children(pier_value *container, pier_value *parent) {
    if (pier__value_is_container(container) && container->as.children != NULL) {
        pier__chunk *last = container->as.children->last;
        last->nodes[last->used].as.link = parent;
    }
}

/* tree.c --------------------------------------------------------------------------------------------------------- */

/* Takes memory of the tree, aligned for pointers and numbers. NULL, with the failure told, when there is none. */
void *pier__tree_allocate(pier_tree *tree, size_t bytes);

/* Copies bytes into the tree's memory, and counts them as text. NULL, with the failure told, when they are above the
 * limit or there is no memory. where: as pier__tree_fail. */
void *pier__tree_keep(pier_tree *tree, const pier_value *where, pier_bytes bytes);

/* Fails: sticks. where: the value whose path the error gets; NULL: none. Returns `status`. */
pier_status pier__tree_fail(pier_tree *tree, pier_status status, const pier_value *where, const char *format, ...)
    PIER_PRINTF(4, 5);

/* Tells a limit that is exceeded; as pier__tree_fail. */
pier_status pier__tree_fail_limit(pier_tree *tree, const pier_value *where, const char *what, uint64_t found,
                                  uint64_t limit, const char *name);

/* Counts `count` more values. Returns false, with the failure told, when they are above the limit. */
bool pier__tree_count(pier_tree *tree, const pier_value *where, uint64_t count);

/* Gives a container that has no children room for `count`, all in use and none filled in; the sentinel stands. They are
 * not counted. Returns false, with the failure told, when there is no memory. */
bool pier__tree_make_children(pier_tree *tree, pier_value *container, uint32_t count);

/* Gives a value of text, bytes or ext its content: copied, or where it is. Returns false, with the failure told, when
 * it is above a limit or there is no memory. */
bool pier__tree_take_bytes(pier_tree *tree, pier_value *value, pier_bytes bytes, bool borrows);

/* tree_parse.c --------------------------------------------------------------------------------------------------- */

/* Where the bytes of a value lie, to tell where in them something is wrong. */
typedef struct pier__source {
    pier_archive *archive; /* in its current record; NULL: none */
    const uint8_t *begin;  /* the value's bytes, or their copy */
    size_t offset;         /* of the value in the record */
} pier__source;

/* Decodes the value at `at`, which has passed the scan, into `top`; text and bytes stay where they are. Returns the end
 * of its bytes; NULL, with the failure told and `top` nil, when the tree does not take it. */
const uint8_t *pier__tree_decode(pier_tree *tree, pier_value *top, const uint8_t *at, const pier__source *source);

/* Decodes the current record of an archive as the root, after a reset. Returns as pier_tree_load. */
pier_status pier__tree_load_record(pier_tree *tree, pier_archive *archive);

/* tree_keys.c ---------------------------------------------------------------------------------------------------- */

/* Looks for two equal keys in a map. Returns 1 and the first pair whose key came before in `pair`; 0 when all keys
 * differ; -1 when memory ran out, of which up to 16 pairs need none. */
int pier__map_duplicate(const pier_value *map, const pier_allocator *allocator, uint32_t *pair);

/* Looks for such a map in all that the value holds. Returns PIER_OK; or the failure of the tree, told, and for
 * PIER_PROTOCOL the key that came before in `wrong`. */
pier_status pier__tree_check_keys(pier_tree *tree, const pier_value *value, const pier_value **wrong);

/* value_number.c ------------------------------------------------------------------------------------------------- */

/* Room for any float: sign, 17 digits, a point of the locale, exponent, terminator. */
enum { PIER__FLOAT_TEXT_BYTES = 40 };

/* Writes a finite float as the shortest text that is the same number, terminated. Returns the length. */
size_t pier__float_text(double value, char text[PIER__FLOAT_TEXT_BYTES]);

/* value_output.c ------------------------------------------------------------------------------------------------- */

/* Text that goes into a caller's buffer as far as there is room, and is counted whole. */
typedef struct pier__output {
    char *buffer;
    size_t capacity; /* without the terminator */
    size_t length;
} pier__output;

/* Begins text in a buffer of `capacity_bytes`. */
pier__output pier__output_begin(char *buffer, size_t capacity_bytes);

/* Ends it with its terminator. Returns the length of the whole text. */
size_t pier__output_end(const pier__output *out);

void pier__output_add(pier__output *out, const char *text, size_t size);
void pier__output_string(pier__output *out, const char *text);

/* Writes a character that is not plain in JSON's text, as an escape: a control up to U+009F, a quote or a backslash.
 * Returns the end of it, at most PIER__ESCAPE_BYTES on. */
enum { PIER__ESCAPE_BYTES = 6 };
char *pier__write_escaped(char *to, unsigned char character);

/* Adds valid UTF-8 in quotes, with the escapes that JSON asks for and those of U+007F to U+009F, with which a
 * stranger's text could steer a terminal. */
void pier__output_quoted(pier__output *out, pier_text text);

/* Adds bytes as base64 of RFC 4648, section 4, without and with quotes. */
void pier__output_base64_bare(pier__output *out, pier_bytes bytes);
void pier__output_base64(pier__output *out, pier_bytes bytes);

void pier__output_unsigned(pier__output *out, uint64_t number);
void pier__output_signed(pier__output *out, int64_t number);

/* What JSON has no form for is an object with one key that begins with `$`: docs/values.md. Text that is UTF-8 stands
 * in quotes, a finite float is its shortest text. */
void pier__output_text(pier__output *out, pier_text text);
void pier__output_bytes(pier__output *out, pier_bytes bytes);
void pier__output_float(pier__output *out, double value);
void pier__output_time(pier__output *out, pier_time time);

#endif
