/* Reading the single values of a closure; see definition_parse_internal.h. */
#include <string.h>

#include "archive/scan_internal.h"
#include "archive/token_internal.h"
#include "base/utf8_internal.h"
#include "record/definition_parse_internal.h"

#define FAIL PIER__PARSE_FAIL

/* Reads a number behind the head at the current place, of `bytes` bytes. */
static bool read_number(const pier__parser *from, size_t bytes, uint64_t *value) {
    const uint8_t *at = from->begin + from->position + 1;
    if (from->size - from->position <= bytes) {
        return false;
    }
    *value = bytes == 1   ? at[0]
             : bytes == 2 ? pier__load_be16(at)
             : bytes == 4 ? pier__load_be32(at)
                          : pier__load_be64(at);
    return true;
}

/* What a head says in its smallest form. `fixed` is the mask of the form that holds its length itself, with lengths
 * below `fixed_max`; `head` the first byte of the form with 8, or when it is 0, `head_16` with 16 bits. */
static bool read_head(pier__parser *from, unsigned fixed, unsigned fixed_max, unsigned head_8, unsigned head_16,
                      uint64_t *length) {
    if (from->position == from->size) {
        return false;
    }
    unsigned head = from->begin[from->position];
    if (head >= fixed && head < fixed + fixed_max) {
        *length = head - fixed;
        from->position += 1;
        return true;
    }
    size_t bytes = head_8 != 0 && head == head_8 ? 1 : head == head_16 ? 2 : head == head_16 + 1 ? 4 : 0;
    if (head_8 == 0xcc && head == 0xcf) {
        bytes = 8;
    }
    if (bytes == 0 || !read_number(from, bytes, length)) {
        return false;
    }
    uint64_t below = bytes == 8                  ? UINT32_MAX
                     : bytes == 4                ? UINT16_MAX
                     : bytes == 2 && head_8 != 0 ? UINT8_MAX
                                                 : (uint64_t)fixed_max - 1;
    if (*length <= below) {
        return false;
    }
    from->position += 1 + bytes;
    return true;
}

bool pier__parse_count(pier__parser *from, const char *path, const char *what, uint64_t *count) {
    size_t position = from->position;
    return read_head(from, 0x90, 16, 0, 0xdc, count) || FAIL(from, position, path, "expected an array: %s", what);
}

bool pier__parse_tuple(pier__parser *from, const char *path, const char *what, uint64_t count) {
    size_t position = from->position;
    uint64_t found = 0;
    if (!pier__parse_count(from, path, what, &found)) {
        return false;
    }
    return found == count || FAIL(from, position, path, "expected an array of %u values: %s", (unsigned)count, what);
}

bool pier__parse_unsigned(pier__parser *from, const char *path, const char *what, uint64_t most, uint64_t *value) {
    size_t position = from->position;
    if (!read_head(from, 0, 128, 0xcc, 0xcd, value)) {
        return FAIL(from, position, path, "expected an integer in its smallest form: %s", what);
    }
    return *value <= most || FAIL(from, position, path, "%llu is too large: %s", (unsigned long long)*value, what);
}

bool pier__parse_i32(pier__parser *from, const char *path, const char *what, int32_t *value) {
    const uint8_t *at = from->begin + from->position;
    size_t position = from->position;
    bool is_signed = position < from->size && (at[0] >= 0xe0 || (at[0] >= 0xd0 && at[0] <= 0xd3));
    if (!is_signed) {
        uint64_t number = 0;
        bool is_read = pier__parse_unsigned(from, path, what, INT32_MAX, &number);
        *value = (int32_t)number;
        return is_read;
    }
    size_t extent = pier__scan_extent(at, from->size - position);
    pier_token token = {.kind = PIER_KIND_NIL};
    if (extent > 0) {
        (void)pier__read_token(at, &token);
    }
    uint8_t smallest[PIER__OVERHANG_BYTES + 16];
    bool is_smallest =
        token.kind == PIER_KIND_INT && (size_t)(pier__put_signed(smallest, token.as.sint) - smallest) == extent;
    if (!is_smallest) {
        return FAIL(from, position, path, "expected an integer in its smallest form: %s", what);
    }
    if (token.as.sint < INT32_MIN) {
        return FAIL(from, position, path, "%lld is too small: %s", (long long)token.as.sint, what);
    }
    *value = (int32_t)token.as.sint;
    from->position += extent;
    return true;
}

bool pier__parse_name(pier__parser *from, const char *path, const char *what, pier__name_view *name) {
    size_t position = from->position;
    uint64_t length = 0;
    if (!read_head(from, 0xa0, 32, 0xd9, 0xda, &length)) {
        return FAIL(from, position, path, "expected text in its smallest form: %s", what);
    }
    if (length > from->size - from->position) {
        return FAIL(from, position, path, "the definition ends within it: %s", what);
    }
    name->data = (const char *)from->begin + from->position;
    name->size = (size_t)length;
    if (length < 1 || length > PIER__NAME_BYTES_MAX) {
        return FAIL(from, position, path, "a name has 1 to %d bytes, not %u: %s", PIER__NAME_BYTES_MAX,
                    (unsigned)length, what);
    }
    if (pier__utf8_valid_bytes(name->data, name->size) != name->size || memchr(name->data, 0, name->size) != NULL) {
        return FAIL(from, position, path, "a name is not valid text: %s", what);
    }
    from->position += name->size;
    return true;
}

bool pier__parse_nil(pier__parser *from) {
    bool is_nil = from->position < from->size && from->begin[from->position] == 0xc0;
    from->position += is_nil ? 1 : 0;
    return is_nil;
}

bool pier__parse_any(pier__parser *from, const char *path, const char *what) {
    size_t extent = pier__scan_extent(from->begin + from->position, from->size - from->position);
    if (extent == 0) {
        return FAIL(from, from->position, path, "the definition ends within it: %s", what);
    }
    from->position += extent;
    return true;
}

const void *pier__parse_keep(pier__parser *from, const void *bytes, size_t size) {
    if (!from->fills) {
        from->copied_bytes += size;
        return NULL;
    }
    char *kept = from->next_copy;
    memcpy(kept, bytes, size);
    from->next_copy += size;
    return kept;
}

const char *pier__parse_keep_name(pier__parser *from, pier__name_view name) {
    const char *kept = (const char *)pier__parse_keep(from, name.data, name.size);
    (void)pier__parse_keep(from, "", 1);
    return kept;
}
