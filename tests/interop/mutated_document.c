/* Documents that went wrong: see mutated_document.h. */
#include "interop/mutated_document.h"

#include <stdbool.h>
#include <string.h>

#include "support/random.h"

static uint64_t random_state;

void document_seed(uint64_t seed) {
    random_state = seed;
}

static uint64_t random_u64(void) {
    return test_random(&random_state);
}

static size_t below(size_t limit) {
    return (size_t)(random_u64() % limit);
}

static void put(document *to, const void *bytes, size_t size) {
    if (size <= sizeof to->bytes - to->size) {
        memcpy(to->bytes + to->size, bytes, size);
        to->size += size;
    }
}

static void put_byte(document *to, unsigned byte) {
    uint8_t one = (uint8_t)byte;
    put(to, &one, 1);
}

/* Puts the low `bytes` bytes of a number, the highest first. */
static void put_number(document *to, uint64_t number, unsigned bytes) {
    while (bytes-- > 0) {
        put_byte(to, (unsigned)(number >> 8 * bytes & 0xff));
    }
}

static void put_random(document *to, size_t size) {
    for (size_t i = 0; i < size; i++) {
        put_byte(to, (unsigned)below(256));
    }
}

/* Puts a head with a length of 1, 2 or 4 bytes, of which `first` is the first byte of the shortest. */
static void put_length(document *to, unsigned first, size_t length, unsigned shortest_bytes) {
    unsigned step = (unsigned)below(shortest_bytes == 1 ? 3 : 2);
    put_byte(to, first + step);
    put_number(to, length, shortest_bytes << step);
}

static void put_scalar(document *to) {
    static const unsigned number_heads[] = {0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3};
    static const unsigned number_bytes[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8};
    size_t length = below(8) == 0 ? below(400) : below(12);
    size_t which = below(10);
    switch (below(8)) {
    case 0:
        put_byte(to, (unsigned)below(128));
        break;
    case 1:
        put_byte(to, 0xe0 + (unsigned)below(32));
        break;
    case 2:
        put_byte(to, below(3) == 0 ? 0xc0 : 0xc2 + (unsigned)below(2));
        break;
    case 3:
        put_byte(to, number_heads[which]);
        put_number(to, random_u64() >> below(64), number_bytes[which]);
        break;
    case 4:
        put_byte(to, 0xa0 + (unsigned)(length % 32));
        put_random(to, length % 32);
        break;
    case 5:
        put_length(to, below(2) == 0 ? 0xd9 : 0xc4, length, 1);
        put_random(to, length);
        break;
    case 6:
        put_byte(to, 0xd4 + (unsigned)(which % 5));
        put_byte(to, below(2) == 0 ? 0xff : (unsigned)below(256));
        put_random(to, (size_t)1 << which % 5);
        break;
    default:
        length = below(2) == 0 ? 12 : length;
        put_length(to, 0xc7, length, 1);
        put_byte(to, below(2) == 0 ? 0xff : (unsigned)below(256));
        /* Of a timestamp, nanoseconds that are often allowed. */
        put_byte(to, (unsigned)below(64));
        put_random(to, length == 0 ? 0 : length - 1);
        break;
    }
}

static void put_value(document *to, unsigned levels) {
    if (levels == 0 || below(3) != 0) {
        put_scalar(to);
        return;
    }
    bool is_map = below(2) == 0;
    size_t count = below(6);
    if (below(3) == 0) {
        put_length(to, is_map ? 0xde : 0xdc, count, 2);
    } else {
        put_byte(to, (is_map ? 0x80u : 0x90u) + (unsigned)count);
    }
    for (size_t i = 0; i < (is_map ? count * 2 : count); i++) {
        put_value(to, levels - 1);
    }
}

static void insert(document *to, size_t at, const void *bytes, size_t size) {
    if (size <= sizeof to->bytes - to->size) {
        memmove(to->bytes + at + size, to->bytes + at, to->size - at);
        memcpy(to->bytes + at, bytes, size);
        to->size += size;
    }
}

static void mutate(document *to) {
    static const size_t lengths[] = {1, 1, 2, 8};
    static const size_t depths[] = {1, 1, 2, 3, 5, 20, 30, 31, 32, 33, 99, 100, 101};
    size_t at = below(to->size + 1);
    uint8_t nested[128];
    document piece;
    switch (below(7)) {
    case 0:
        if (at < to->size) {
            to->bytes[at] ^= (uint8_t)(1u << below(8));
        }
        break;
    case 1:
        if (at < to->size) {
            to->bytes[at] = (uint8_t)below(256);
        }
        break;
    case 2:
        nested[0] = (uint8_t)below(256);
        insert(to, at, nested, 1);
        break;
    case 3: {
        size_t gone = lengths[below(4)];
        gone = gone < to->size - at ? gone : to->size - at;
        memmove(to->bytes + at, to->bytes + at + gone, to->size - at - gone);
        to->size -= gone;
        break;
    }
    case 4:
        piece.size = 0;
        put_value(&piece, 2);
        insert(to, at, piece.bytes, piece.size);
        break;
    case 5:
        to->size = below(3) == 0 ? at : to->size;
        break;
    default: {
        size_t depth = depths[below(sizeof depths / sizeof depths[0])];
        memset(nested, below(2) == 0 ? 0x91 : 0x81, depth);
        insert(to, at, nested, depth);
        break;
    }
    }
}

void document_make(document *to) {
    static const unsigned mutations[] = {0, 1, 1, 1, 2, 3, 8};
    to->size = 0;
    for (size_t values = 1 + below(3); values > 0; values--) {
        put_value(to, (unsigned)below(5));
    }
    for (unsigned count = mutations[below(7)]; count > 0; count--) {
        mutate(to);
    }
}
