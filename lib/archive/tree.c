/* The tree itself: its memory, its limits and its failure; see <pier/tree.h>.
 *
 * Floor 4 (archive). Memory comes in pieces of which each is twice as large as the one before, and a reset keeps the
 * largest: so a tree that is used again soon has one piece that all fits in. */
#include <pier/tree.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "archive/value_internal.h"
#include "base/limits_internal.h"

enum {
    PIECE_BYTES_FIRST = 4096,
    PIECE_BYTES_KEPT_MAX = 1 << 20, /* one huge record must not cost memory for ever */
    PIECE_BYTES_GROWTH_MAX = 8 << 20
};

/* All that is taken is a multiple of this, so that everything is aligned. */
enum { ALIGNMENT = 8 };

_Static_assert(_Alignof(pier_value) <= ALIGNMENT && sizeof(pier__piece) % ALIGNMENT == 0,
               "what lies in a piece is aligned by the sizes before it");

static pier_status check_options(const pier_tree_options *options, pier_error *error) {
    if (options->size != sizeof *options) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0,
                               "pier_tree_options.size is %zu, this library has %zu", options->size, sizeof *options);
    }
    if (options->depth_max > PIER_TREE_DEPTH_MAX_HIGHEST) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0,
                               "pier_tree_options.depth_max is %u, and may be %u at most", (unsigned)options->depth_max,
                               (unsigned)PIER_TREE_DEPTH_MAX_HIGHEST);
    }
    return PIER_OK;
}

pier_status pier_tree_create(pier_tree **out, const pier_tree_options *options, pier_error *error) {
    pier_tree_options chosen = {.size = sizeof chosen};
    pier_limits limits;
    *out = NULL;
    pier_error_clear(error);
    if (options != NULL) {
        pier_status status = check_options(options, error);
        if (status != PIER_OK) {
            return status;
        }
        chosen = *options;
    }
    pier_status status = pier__limits_resolve(chosen.limits, &limits, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_allocator allocator = pier__allocator_choose(chosen.allocator);
    pier_tree *tree = (pier_tree *)pier__allocate(&allocator, sizeof *tree);
    if (tree == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_ARCHIVE, 0, "there is no memory for a tree");
    }
    memset(tree, 0, sizeof *tree);
    tree->allocator = allocator;
    tree->options = chosen;
    tree->limits = limits;
    tree->depth_max = chosen.depth_max != 0 ? chosen.depth_max : limits.depth_max;
    pier_tree_reset(tree);
    *out = tree;
    return PIER_OK;
}

static void release_pieces(pier_tree *tree, pier__piece *piece) {
    while (piece != NULL) {
        pier__piece *next = piece->next;
        pier__release(&tree->allocator, piece, piece->bytes);
        piece = next;
    }
}

void pier_tree_destroy(pier_tree *tree) {
    if (tree != NULL) {
        release_pieces(tree, tree->pieces);
        pier__scan_deinit(&tree->scan, &tree->allocator);
        pier_allocator allocator = tree->allocator;
        pier__release(&allocator, tree, sizeof *tree);
    }
}

void pier_tree_reset(pier_tree *tree) {
    pier__piece *kept = tree->pieces;
    if (kept != NULL && kept->bytes > PIECE_BYTES_KEPT_MAX) {
        release_pieces(tree, kept);
        kept = NULL;
    } else if (kept != NULL) {
        release_pieces(tree, kept->next);
        kept->next = NULL;
    }
    tree->pieces = kept;
    tree->free_at = kept != NULL ? (uint8_t *)(kept + 1) : NULL;
    tree->free_bytes = kept != NULL ? kept->bytes - sizeof *kept : 0;
    tree->elements = 1;
    tree->text_bytes = 0;
    tree->failure = PIER_OK;
    if (tree->error.status != PIER_OK || tree->error.record != PIER_NO_OFFSET) {
        pier_error_clear(&tree->error);
    }
    tree->root[0] = (pier_value){.kind = PIER_KIND_NIL};
    tree->root[1] = (pier_value){.kind = PIER__KIND_LAST, .as.link = NULL};
}

pier_value *pier_tree_root(pier_tree *tree) {
    return tree->root;
}

pier_status pier_tree_status(const pier_tree *tree) {
    return tree->failure;
}

const pier_error *pier_tree_error(const pier_tree *tree) {
    return &tree->error;
}

/* Gets a new piece with room for `bytes`. */
static bool add_piece(pier_tree *tree, size_t bytes) {
    size_t wanted = tree->pieces == NULL ? PIECE_BYTES_FIRST : tree->pieces->bytes;
    wanted = tree->pieces != NULL && wanted <= PIECE_BYTES_GROWTH_MAX / 2 ? wanted * 2 : wanted;
    wanted = wanted > PIECE_BYTES_GROWTH_MAX ? PIECE_BYTES_GROWTH_MAX : wanted;
    if (wanted < bytes + sizeof(pier__piece)) {
        wanted = bytes + sizeof(pier__piece);
    }
    pier__piece *piece = (pier__piece *)pier__allocate(&tree->allocator, wanted);
    if (piece == NULL) {
        return false;
    }
    piece->next = tree->pieces;
    piece->bytes = wanted;
    tree->pieces = piece;
    tree->free_at = (uint8_t *)(piece + 1);
    tree->free_bytes = wanted - sizeof *piece;
    return true;
}

void *pier__tree_allocate(pier_tree *tree, size_t bytes) {
    /* What cannot be rounded up, no machine has either. */
    bool is_sane = bytes <= (size_t)PTRDIFF_MAX - sizeof(pier__piece) - ALIGNMENT;
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (PIER_UNLIKELY(!is_sane || rounded > tree->free_bytes) && (!is_sane || !add_piece(tree, rounded))) {
        (void)pier__tree_fail(tree, PIER_NO_MEMORY, NULL, "there is no memory for %zu bytes", bytes);
        return NULL;
    }
    void *memory = tree->free_at;
    tree->free_at += rounded;
    tree->free_bytes -= rounded;
    return memory;
}

pier_status pier__tree_fail(pier_tree *tree, pier_status status, const pier_value *where, const char *format, ...) {
    if (tree->failure != PIER_OK) {
        return tree->failure;
    }
    char text[sizeof tree->error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    tree->failure = pier__error_set(&tree->error, status, PIER_FLOOR_ARCHIVE, 0, "%s", text);
    if (where != NULL) {
        (void)pier_value_path(where, tree->error.path, sizeof tree->error.path);
    }
    return status;
}

pier_status pier__tree_fail_limit(pier_tree *tree, const pier_value *where, const char *what, uint64_t found,
                                  uint64_t limit, const char *name) {
    return pier__tree_fail(tree, PIER_LIMIT, where, "%s: %llu, the limit is %llu (%s)", what, (unsigned long long)found,
                           (unsigned long long)limit, name);
}

bool pier__tree_count(pier_tree *tree, const pier_value *where, uint64_t count) {
    if (PIER_UNLIKELY(count > tree->limits.elements_max - tree->elements)) {
        (void)pier__tree_fail_limit(tree, where, "values in a tree", tree->elements + count, tree->limits.elements_max,
                                    "elements_max");
        return false;
    }
    tree->elements += count;
    return true;
}

bool pier__tree_make_children(pier_tree *tree, pier_value *container, uint32_t count) {
    uint64_t bytes = sizeof(pier__chunk) + ((uint64_t)count + 1) * sizeof(pier_value);
    /* What a size_t cannot hold no machine has; the allocator says so. */
    size_t asked = bytes > SIZE_MAX ? SIZE_MAX : (size_t)bytes;
    pier__chunk *chunk = (pier__chunk *)pier__tree_allocate(tree, asked);
    if (PIER_UNLIKELY(chunk == NULL)) {
        return false;
    }
    chunk->last = chunk;
    chunk->used = count;
    chunk->capacity = count;
    chunk->nodes[count].kind = PIER__KIND_LAST;
    chunk->nodes[count].as.link = container;
    container->as.children = chunk;
    return true;
}

void *pier__tree_keep(pier_tree *tree, const pier_value *where, pier_bytes bytes) {
    if (PIER_UNLIKELY(bytes.size > tree->limits.record_bytes_max - tree->text_bytes)) {
        (void)pier__tree_fail_limit(tree, where, "bytes copied into a tree", tree->text_bytes + bytes.size,
                                    tree->limits.record_bytes_max, "record_bytes_max");
        return NULL;
    }
    /* From the end of the piece, so that what must be aligned stays so from its beginning. */
    if (PIER_UNLIKELY(bytes.size > tree->free_bytes) && !add_piece(tree, bytes.size)) {
        (void)pier__tree_fail(tree, PIER_NO_MEMORY, where, "there is no memory for %zu bytes", bytes.size);
        return NULL;
    }
    tree->free_bytes -= bytes.size;
    tree->text_bytes += bytes.size;
    return memcpy(tree->free_at + tree->free_bytes, bytes.data, bytes.size);
}

bool pier__tree_take_bytes(pier_tree *tree, pier_value *value, pier_bytes bytes, bool borrows) {
    value->size = (uint32_t)bytes.size;
    value->as.data = bytes.size > 0 ? bytes.data : NULL;
    if (PIER_UNLIKELY(bytes.size > tree->limits.text_bytes_max || bytes.size > UINT32_MAX)) {
        value->size = 0;
        (void)pier__tree_fail_limit(tree, value, "bytes of one text, bin or ext", bytes.size,
                                    tree->limits.text_bytes_max, "text_bytes_max");
        return false;
    }
    if (borrows || bytes.size == 0) {
        return true;
    }
    value->as.data = pier__tree_keep(tree, value, bytes);
    return value->as.data != NULL;
}
