/* From bytes to values: see <pier/tree.h>.
 *
 * Floor 4 (archive). The bytes have passed the scan, so whatever a head claims is there, and memory is asked for by
 * true counts alone. MessagePack has a container before what it holds, which is the order in which this goes: down into
 * each container as it comes, and at the sentinel behind its last child back to it. */
#include <pier/tree.h>

#include <string.h>

#include "archive/loader_internal.h"
#include "archive/token_internal.h"
#include "archive/value_internal.h"
#include "base/utf8_internal.h"

/* Tells where the failure of the tree is that was just told: at `at`. */
static void locate(pier_tree *tree, const pier__source *source, const uint8_t *at) {
    size_t position = (size_t)(at - source->begin) + source->offset;
    if (source->archive == NULL) {
        tree->error.offset = position;
        return;
    }
    /* The loader knows where its record lies, but tells it only of its own errors. */
    pier__loader *loader = pier__loader_of(source->archive);
    pier_error kept = loader->common.error;
    loader->common.error = tree->error;
    pier__loader_locate(loader, loader->record + position);
    tree->error = loader->common.error;
    loader->common.error = kept;
}

/* Makes `value` a text, bin or ext whose bytes stay where they are. */
static bool take_bytes(pier_tree *tree, pier_value *value, pier_bytes bytes) {
    if (value->kind == PIER_KIND_TEXT && tree->options.refuses_bad_text &&
        pier__utf8_valid_bytes((const char *)bytes.data, bytes.size) != bytes.size) {
        (void)pier__tree_fail(tree, PIER_TEXT, value, "the text is not valid UTF-8");
        return false;
    }
    return pier__tree_take_bytes(tree, value, bytes, true);
}

/* Makes `value` a container of so many elements or pairs, with room for them. */
static bool take_container(pier_tree *tree, pier_value *value, uint32_t count) {
    /* A pair takes two bytes at least, so that the scan has bounded twice the count by the bytes of a record. */
    uint32_t children = value->kind == PIER_KIND_MAP ? count * 2 : count;
    if (PIER_UNLIKELY(value->depth >= tree->depth_max)) {
        (void)pier__tree_fail_limit(tree, value, "depth of arrays and maps", (uint64_t)value->depth + 1,
                                    tree->depth_max, "depth_max");
        return false;
    }
    value->as.children = NULL;
    if (count == 0) {
        return true;
    }
    if (!pier__tree_count(tree, value, children) || !pier__tree_make_children(tree, value, children)) {
        return false;
    }
    /* A failure looks for the way up over values that are not there yet. */
    pier_value *nodes = value->as.children->nodes;
    for (uint32_t i = 0; i < children; i++) {
        nodes[i].kind = PIER_KIND_NONE;
    }
    value->size = count;
    return true;
}

/* Fills a value in from its token. Returns false when the tree does not take it. */
static inline bool take_token(pier_tree *tree, pier_value *value, const pier_token *token) {
    value->kind = (uint8_t)token->kind;
    switch (token->kind) {
    case PIER_KIND_BOOL:
        value->as.boolean = token->as.boolean;
        return true;
    case PIER_KIND_UINT:
    case PIER_KIND_INT:
        value->as.uint = token->as.uint;
        return true;
    case PIER_KIND_F32:
        value->as.f32 = token->as.f32;
        return true;
    case PIER_KIND_F64:
        value->as.f64 = token->as.f64;
        return true;
    case PIER_KIND_TEXT:
        return take_bytes(tree, value, (pier_bytes){token->as.text.data, token->as.text.size});
    case PIER_KIND_BYTES:
        return take_bytes(tree, value, token->as.bytes);
    case PIER_KIND_EXT:
        value->ext_type = token->as.ext.type;
        return take_bytes(tree, value, token->as.ext.bytes);
    case PIER_KIND_TIME:
        value->as.sint = token->as.time.seconds;
        value->size = token->as.time.nanoseconds;
        return true;
    case PIER_KIND_ARRAY:
    case PIER_KIND_MAP:
        return take_container(tree, value, token->as.count);
    case PIER_KIND_NIL:
    case PIER_KIND_NONE:
        break;
    }
    return true;
}

/* Reads a number of so many bytes; nothing can be read behind it. */
static inline uint64_t read_big(const uint8_t *at, unsigned width) {
    return width == 1   ? at[0]
           : width == 2 ? pier__load_be16(at)
           : width == 4 ? pier__load_be32(at)
                        : pier__load_be64(at);
}

/* Fills a value in that is of a usual sort: a number, a bool, or a short text. Returns the end of its bytes; NULL when it
 * is another one. */
static inline const uint8_t *take_usual(pier_value *value, const uint8_t *at, bool takes_text) {
    uint8_t byte = *at++;
    if (byte <= 0x7f) {
        value->kind = PIER_KIND_UINT;
        value->as.uint = byte;
        return at;
    }
    if (byte >= 0xe0) {
        value->kind = PIER_KIND_INT;
        value->as.sint = (int8_t)byte;
        return at;
    }
    if ((byte & 0xe0) == 0xa0 && takes_text) {
        value->kind = PIER_KIND_TEXT;
        value->size = byte & 0x1f;
        value->as.data = at;
        return at + value->size;
    }
    if ((byte & 0xfc) == 0xcc) {
        unsigned width = 1u << (byte & 3);
        value->kind = PIER_KIND_UINT;
        value->as.uint = read_big(at, width);
        return at + width;
    }
    if (byte == 0xcb) {
        uint64_t bits = pier__load_be64(at);
        value->kind = PIER_KIND_F64;
        memcpy(&value->as.f64, &bits, sizeof bits);
        return at + 8;
    }
    if ((byte & 0xfe) == 0xc2) {
        value->kind = PIER_KIND_BOOL;
        value->as.boolean = byte == 0xc3;
        return at;
    }
    return NULL;
}

const uint8_t *pier__tree_decode(pier_tree *tree, pier_value *top, const uint8_t *at, const pier__source *source) {
    bool takes_text = !tree->options.refuses_bad_text && tree->limits.text_bytes_max >= 0x1f;
    uint16_t depth = top->depth;
    for (pier_value *value = top;;) {
        value->depth = depth;
        value->size = 0;
        const uint8_t *end = take_usual(value, at, takes_text);
        if (end == NULL) {
            pier_token token;
            size_t size = pier__read_token(at, &token);
            if (PIER_UNLIKELY(!take_token(tree, value, &token))) {
                locate(tree, source, at);
                pier__link_children(top, NULL);
                top->kind = PIER_KIND_NIL;
                return NULL;
            }
            end = at + size;
            if (pier__value_is_container(value) && value->size > 0) {
                at = end;
                value = value->as.children->nodes;
                depth++;
                continue;
            }
        }
        at = end;
        /* On to what comes next, which is to be filled in, and out of what is whole. */
        for (;; depth--) {
            if (value == top) {
                return at;
            }
            value++;
            if (value->kind != PIER__KIND_LAST) {
                break;
            }
            value = value->as.link;
        }
    }
}

/* Tells where the failure of the tree is that was just told: at `wrong`, a value in `top`, whose bytes begin at
 * `at`. */
static void locate_value(pier_tree *tree, const pier_value *top, const pier_value *wrong, const uint8_t *at,
                         const pier__source *source) {
    while (top != wrong) {
        pier_token token;
        at += pier__read_token(at, &token);
        if (pier__value_is_container(top) && top->size > 0) {
            top = top->as.children->nodes;
            continue;
        }
        for (top++; top->kind == PIER__KIND_LAST; top++) {
            top = top->as.link;
        }
    }
    locate(tree, source, at);
}

/* Copies bytes that are to be decoded, unless they are borrowed: all at once, because a copy of every text by itself
 * costs more than the heads and numbers that come with them. Returns NULL, with the failure told, when they cannot
 * be. */
static const uint8_t *keep_bytes(pier_tree *tree, pier_bytes bytes) {
    if (tree->options.borrows) {
        return (const uint8_t *)bytes.data;
    }
    return (const uint8_t *)pier__tree_keep(tree, NULL, bytes);
}

/* Decodes the value that `bytes` are, which have passed the scan. They lie `offset` bytes
 * into the current record of an archive, or are all there is. Refuses keys that come twice if the tree does. A failure
 * is told, and leaves nil. */
static void decode(pier_tree *tree, pier_value *value, pier_bytes bytes, pier_archive *archive, size_t offset) {
    const uint8_t *at = keep_bytes(tree, bytes);
    pier__source source = {archive, at, offset};
    const pier_value *wrong = NULL;
    if (at == NULL || pier__tree_decode(tree, value, at, &source) == NULL || !tree->options.refuses_duplicates ||
        pier__tree_check_keys(tree, value, &wrong) == PIER_OK) {
        return;
    }
    if (wrong != NULL) {
        locate_value(tree, value, wrong, at, &source);
    }
    pier__link_children(value, NULL);
    value->kind = PIER_KIND_NIL;
}

pier_status pier__tree_load_record(pier_tree *tree, pier_archive *archive) {
    pier_tree_reset(tree);
    pier_bytes bytes = pier_archive_record_bytes(archive);
    if (bytes.size == 0) {
        pier_status status = pier_archive_status(archive);
        if (status == PIER_OK) {
            return pier__tree_fail(tree, PIER_USAGE, NULL, "there is no record to load");
        }
        tree->error = *pier_archive_error(archive);
        tree->failure = status;
        return status;
    }
    decode(tree, tree->root, bytes, archive, 0);
    return tree->failure;
}

void pier_load_value(pier_archive *archive, pier_tree *tree, pier_value *value) {
    uint8_t *at = archive->cursor;
    pier_token token = pier_load_token(archive);
    if (token.kind == PIER_KIND_NONE) {
        /* The record has ended, which is a failure here; the call tells. */
        pier_load_nil(archive);
        pier_tree_set_nil(tree, value);
        return;
    }
    uint8_t *begin = pier__loader_of(archive)->record_memory;
    /* Where the value opened the window, the cursor was not there yet. */
    at = at != NULL ? at : begin;
    archive->cursor = at;
    pier_load_skip(archive);
    if (tree->failure == PIER_OK && value != NULL) {
        pier_tree_set_nil(tree, value);
        decode(tree, value, (pier_bytes){at, (size_t)(archive->cursor - at)}, archive, (size_t)(at - begin));
    }
}

/* Scans bytes from outside. Returns PIER_OK, or the failure of the tree, told. */
static pier_status scan(pier_tree *tree, pier_bytes bytes) {
    if (tree->scan.open == NULL && !pier__scan_init(&tree->scan, &tree->limits, &tree->allocator)) {
        return pier__tree_fail(tree, PIER_NO_MEMORY, NULL, "there is no memory to parse with");
    }
    pier__scan_begin(&tree->scan);
    pier_status status =
        bytes.size == 0 ? PIER_MORE : pier__scan_run(&tree->scan, (const uint8_t *)bytes.data, bytes.size);
    if (status == PIER_LIMIT) {
        status = pier__tree_fail(tree, PIER_LIMIT, NULL, "%s: %llu, the limit is %llu", tree->scan.reason,
                                 (unsigned long long)tree->scan.found, (unsigned long long)tree->scan.limit);
    } else if (status == PIER_MORE) {
        status = pier__tree_fail(tree, PIER_TRUNCATED, NULL, "the bytes end within the value");
        tree->scan.position = bytes.size;
    } else if (status != PIER_OK) {
        status = pier__tree_fail(tree, status, NULL, "%s", tree->scan.reason);
    } else if (tree->scan.position != bytes.size) {
        status = pier__tree_fail(tree, PIER_PROTOCOL, NULL, "%zu bytes stand behind the value",
                                 bytes.size - tree->scan.position);
    }
    if (status != PIER_OK) {
        tree->error.offset = tree->scan.position;
    }
    return status;
}

pier_status pier_tree_parse(pier_tree *tree, pier_bytes bytes) {
    pier_tree_reset(tree);
    pier_status status = scan(tree, bytes);
    if (status == PIER_OK) {
        decode(tree, tree->root, bytes, NULL, 0);
    }
    return tree->failure;
}
