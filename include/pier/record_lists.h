/* The kernels of what has no bound in a struct, in both directions: lists, maps, records behind pointers; of typed
 * arrays, and of oneofs. For the code that PIER_RECORD and the schema compiler make; see record_encode.h and
 * record_decode.h for what holds of all kernels.
 *
 * Floor 5 (record). What such a record leads to is counted, against the limits of the archive: the values of lists,
 * maps and pointers for as many as their class has at most, which may refuse a record that is within the limits but
 * never takes one that is not; what is refused goes the slow way, which counts exactly. `depth_left` holds the array of
 * the record at work, too: a codec takes one from it around a record that lies in its own, two around elements. What
 * asks for memory is out of line: it looks at the end first, and takes no more memory than for an element a byte that
 * is there. */
#ifndef PIER_RECORD_LISTS_H
#define PIER_RECORD_LISTS_H

#include <pier/record_decode.h>
#include <pier/record_encode.h>

/* The alignment that the type of an expression needs. */
#if defined(__GNUC__)
#define PIER__ALIGN(expression) __alignof__(expression)
#elif defined(__cplusplus)
#define PIER__ALIGN(expression) alignof(std::max_align_t)
#else
#define PIER__ALIGN(expression) _Alignof(max_align_t)
#endif

/* What lies in a list, or behind a pointer. */
typedef struct pier__element {
    size_t bytes; /* from one to the next */
    size_t alignment;
    uint32_t values; /* each has at most, those apart that are counted on their own */
    uint32_t depth;  /* arrays that must still be allowed, from that of the record that has the list on; 0 for scalars,
                        which the depth of the class has in it */
} pier__element;

/* Measuring -------------------------------------------------------------------------------------------------------- */

/* Returns how many elements of an array in the struct to measure: 0 when it is said to have more than fit, which
 * storing finds out. */
PIER__KERNEL uint32_t pier__measure_array(uint32_t count, uint32_t capacity) {
    return count <= capacity ? count : 0;
}

/* Returns how many elements of a list to measure: all of them; 0 when the list is empty, or NULL, which storing finds
 * out, and when a limit is passed, which is noted in `counts` for good. */
PIER__KERNEL uint32_t pier__measure_list(pier__measuring *counts, const void *elements, uint32_t count, uint32_t values,
                                         uint32_t depth) {
    uint64_t more = (uint64_t)count * values;
    if (elements == NULL || count == 0) {
        return 0;
    }
    if (PIER_UNLIKELY(depth > counts->depth_left || more > counts->elements_max ||
                      counts->elements > counts->elements_max - more)) {
        counts->elements = UINT64_MAX;
        return 0;
    }
    counts->elements += more;
    return count;
}

/* Returns whether to measure what a pointer points to: as above. */
PIER__KERNEL bool pier__measure_pointer(pier__measuring *counts, const void *pointed, uint32_t values, uint32_t depth) {
    return pier__measure_list(counts, pointed, 1, values, depth) != 0;
}

/* Returns what measuring answers for a whole record that needs `bytes`. */
PIER__KERNEL uint64_t pier__measured(const pier__measuring *counts, uint64_t bytes) {
    return counts->elements <= counts->elements_max ? bytes : UINT64_MAX;
}

/* Storing ---------------------------------------------------------------------------------------------------------- */

/* Returns how many elements an array in the struct has; 0, which is wrong, when it is said to have more than fit. */
PIER__KERNEL uint32_t pier__array_count(uint32_t count, uint32_t capacity, unsigned *wrong) {
    *wrong |= count > capacity;
    return count <= capacity ? count : 0;
}

/* Returns how many elements a list has; 0, which is wrong, when there is no list. */
PIER__KERNEL uint32_t pier__list_count(const void *elements, uint32_t count, unsigned *wrong) {
    *wrong |= elements == NULL && count != 0;
    return elements != NULL ? count : 0;
}

/* The head of a map. */
PIER__KERNEL uint8_t *pier__put_pairs(uint8_t *at, uint32_t count) {
    return pier__put_head(at, count, 0x80, 16, 0, 0xde);
}

/* The head of a oneof whose member `number` is set. */
PIER__KERNEL uint8_t *pier__put_case(uint8_t *at, uint16_t number) {
    at[0] = 0x92;
    return pier__put_unsigned(at + 1, number);
}

/* The ext type of typed arrays: proto/wire.md. */
#define PIER__TYPED 65

/* The most bytes that stand before the elements of a typed array: an ext 32, its type, their kind. */
#define PIER__TYPED_HEAD_BYTES 7

/* Copies elements from the machine's order to the wire's or back; `width` is 1, 2, 4 or 8. In library code, for
 * machines that have their most significant byte first. */
PIER_API void pier__swap_elements(void *to, const void *from, size_t count, size_t width);

PIER__KERNEL void pier__copy_elements(void *to, const void *from, size_t count, size_t width) {
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (count > 0) {
        memcpy(to, from, count * width);
    }
#else
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, sizeof first);
    if (first == 0) {
        pier__swap_elements(to, from, count, width);
    } else if (count > 0) {
        memcpy(to, from, count * width);
    }
#endif
}

/* A typed array: its ext, smallest form, with the kind of the elements and the elements. */
PIER__KERNEL uint8_t *pier__put_typed_count(uint8_t *at, const void *elements, uint32_t count, pier_field_kind kind,
                                            size_t width) {
    uint64_t size = 1 + (uint64_t)count * width;
    if (size <= 16 && (size & (size - 1)) == 0) {
        at[0] = (uint8_t)(0xd4 + pier__lowest_bit(size));
        at += 1;
    } else {
        at = pier__put_head(at, size, 0, 0, 0xc7, 0xc8);
    }
    at[0] = PIER__TYPED;
    at[1] = (uint8_t)kind;
    pier__copy_elements(at + 2, elements, count, width);
    return at + 1 + size;
}

/* The same of an array in the struct, which has `capacity` elements and is nearly always full; of a list: 0. `count` is
 * that of pier__array_count or pier__list_count. All of a full one is constant, and a small one needs no call. */
PIER__KERNEL uint8_t *pier__put_typed(uint8_t *at, const void *elements, uint32_t count, uint32_t capacity,
                                      pier_field_kind kind, size_t width) {
    return count == capacity ? pier__put_typed_count(at, elements, capacity, kind, width)
                             : pier__put_typed_count(at, elements, count, kind, width);
}

/* Loading ---------------------------------------------------------------------------------------------------------- */

/* Takes the head of a list and makes room for its elements in the arena. count, elements: members of the struct that
 * get how many there are, and where; NULL when there are none. Elements that are records are all zero. Returns where
 * the first one begins; NULL when it is no list, when a limit is passed, and when there is no memory. */
PIER_API const uint8_t *pier__take_list(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                                        const pier__element *element, pier__decoding *how);

/* As above, for the pairs of a map. */
PIER_API const uint8_t *pier__take_pairs(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                                         const pier__element *element, pier__decoding *how);

/* Makes room for a record behind a pointer, which `pointer`, a member of the struct, gets; it is all zero. Returns
 * `at`; NULL as above. */
PIER_API const uint8_t *pier__take_pointer(const uint8_t *at, const uint8_t *end, void *pointer,
                                           const pier__element *element, pier__decoding *how);

/* Takes a typed array, of this kind of elements, into a list in the arena: as pier__take_list, but returns its end. */
PIER_API const uint8_t *pier__take_typed_list(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                                              pier_field_kind kind, const pier__element *element, pier__decoding *how);

/* Takes the head of a typed array, and looks at `end`. `count` gets how many elements stand at what is returned. */
PIER__KERNEL const uint8_t *pier__take_typed_head(const uint8_t *at, const uint8_t *end, uint32_t *count,
                                                  pier_field_kind kind, size_t width, unsigned *wrong) {
    unsigned head = at[0];
    uint64_t word = pier__take_word(at + 1);
    uint64_t size;
    if (head == 0xc7) {
        size = word >> 56;
        at += 2;
    } else if (head >= 0xd4 && head <= 0xd8) {
        size = UINT64_C(1) << (head - 0xd4);
        at += 1;
    } else if (head == 0xc8) {
        size = word >> 48;
        at += 3;
    } else {
        *wrong |= head ^ 0xc9u;
        size = word >> 32;
        at += 5;
    }
    *wrong |= (at[0] ^ (unsigned)PIER__TYPED) | (at[1] ^ (unsigned)kind);
    at += 2;
    size -= 1;
    if (at > end || size > (uint64_t)(end - at) || size % width != 0) {
        *wrong |= 1;
        size = 0;
    }
    *count = (uint32_t)(size / width);
    return at;
}

/* Takes a typed array into an array in the struct, of at most `capacity` elements. */
PIER__KERNEL const uint8_t *pier__take_typed(const uint8_t *at, const uint8_t *end, uint32_t *count, void *elements,
                                             uint32_t capacity, pier_field_kind kind, size_t width, unsigned *wrong) {
    const uint64_t whole = (uint64_t)capacity * width;
    if (whole < UINT8_MAX && (whole > 15 || (whole & (whole + 1)) != 0)) {
        /* A full one has one head; what stands behind it is constant, too. */
        const uint32_t head = 0xc7000000 | (uint32_t)(whole + 1) << 16 | PIER__TYPED << 8 | (uint32_t)kind;
        if (PIER_LIKELY((uint32_t)(pier__take_word(at) >> 32) == head && at <= end &&
                        (uint64_t)(end - at) >= whole + 4)) {
            *count = capacity;
            pier__copy_elements(elements, at + 4, capacity, width);
            return at + 4 + whole;
        }
    }
    uint32_t found;
    at = pier__take_typed_head(at, end, &found, kind, width, wrong);
    found = pier__array_count(found, capacity, wrong);
    *count = found;
    pier__copy_elements(elements, at, found, width);
    return at + (size_t)found * width;
}

/* Takes the head of a oneof: which of its members is set; 0 for none. */
PIER__KERNEL const uint8_t *pier__take_case(const uint8_t *at, uint32_t *number, unsigned *wrong) {
    if (at[0] == 0xc0) {
        *number = 0;
        return at + 1;
    }
    uint64_t found;
    *wrong |= at[0] ^ 0x92u;
    at = pier__take_unsigned(at + 1, 2, &found, wrong);
    *wrong |= found == 0;
    *number = (uint32_t)found;
    return at;
}

#endif
