/* The part of the codecs that is not in their headers: what takes memory; see <pier/record_lists.h>.
 *
 * Floor 5 (record). Members of structs are written with memcpy, since the library does not know their types. */
#include <string.h>

#include <pier/arena.h>
#include <pier/record_lists.h>

const void *pier__own(pier__decoding *how, const void *bytes, size_t size) {
    if (size == 0) {
        return "";
    }
    void *copy = pier_arena_allocate(how->arena, size, 1);
    if (copy != NULL) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

void pier__swap_elements(void *to, const void *from, size_t count, size_t width) {
    uint8_t *out = (uint8_t *)to;
    const uint8_t *in = (const uint8_t *)from;
    for (size_t i = 0; i < count * width; i += width) {
        for (size_t j = 0; j < width; j++) {
            out[i + j] = in[i + width - 1 - j];
        }
    }
}

/* Gets room for `count` elements, and has `member` point to it; NULL for none. Records are cleared, as a struct may
 * have members that its class does not name. Returns false when there is no room, or a limit is passed. */
static bool make_room(uint32_t count, void *member, const pier__element *element, pier__decoding *how) {
    void *elements = NULL;
    if (count > 0) {
        uint64_t values = (uint64_t)count * element->values;
        if (values > how->elements_left || element->depth > how->depth_left || count > SIZE_MAX / element->bytes) {
            return false;
        }
        how->elements_left -= values;
        elements = pier_arena_allocate(how->arena, count * element->bytes, element->alignment);
        if (elements == NULL) {
            return false;
        }
        if (element->depth > 0) {
            memset(elements, 0, count * element->bytes);
        }
    }
    memcpy(member, &elements, sizeof elements);
    return true;
}

/* Makes room for as many elements as were found; each has a byte at least, `width` of a map's pairs. */
static const uint8_t *take_elements(const uint8_t *at, const uint8_t *end, uint32_t found, uint32_t width,
                                    uint32_t *count, void *elements, const pier__element *element,
                                    pier__decoding *how) {
    if (at > end || (uint64_t)found * width > (uint64_t)(end - at) || !make_room(found, elements, element, how)) {
        return NULL;
    }
    *count = found;
    return at;
}

const uint8_t *pier__take_list(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                               const pier__element *element, pier__decoding *how) {
    unsigned wrong = 0;
    uint32_t found;
    at = pier__take_count(at, &found, UINT32_MAX, &wrong);
    return wrong == 0 ? take_elements(at, end, found, 1, count, elements, element, how) : NULL;
}

const uint8_t *pier__take_pairs(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                                const pier__element *element, pier__decoding *how) {
    unsigned head = at[0];
    uint64_t word = pier__take_word(at + 1);
    uint32_t found = head & 15u;
    if ((head & 0xf0u) == 0x80u) {
        at += 1;
    } else if (head == 0xde) {
        found = (uint32_t)(word >> 48);
        at += 3;
    } else if (head == 0xdf) {
        found = (uint32_t)(word >> 32);
        at += 5;
    } else {
        return NULL;
    }
    return take_elements(at, end, found, 2, count, elements, element, how);
}

const uint8_t *pier__take_pointer(const uint8_t *at, const uint8_t *end, void *pointer, const pier__element *element,
                                  pier__decoding *how) {
    return at <= end && make_room(1, pointer, element, how) ? at : NULL;
}

const uint8_t *pier__take_typed_list(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                                     pier_field_kind kind, const pier__element *element, pier__decoding *how) {
    unsigned wrong = 0;
    uint32_t found;
    at = pier__take_typed_head(at, end, &found, kind, element->bytes, &wrong);
    if (wrong != 0 || !make_room(found, elements, element, how)) {
        return NULL;
    }
    void *list;
    memcpy(&list, elements, sizeof list);
    pier__copy_elements(list, at, found, element->bytes);
    *count = found;
    return at + (size_t)found * element->bytes;
}
