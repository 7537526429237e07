/* One total order over all values: see <pier/value.h>.
 *
 * Floor 4 (archive). Two values are walked side by side as long as they are the same, so that where one goes up to the
 * array or map around it, the other does too. */
#include <pier/value.h>

#include <string.h>

#include "archive/value_internal.h"

/* The order of the kinds, by pier_kind; integers of both signs are one. */
static const uint8_t ranks[] = {
    [PIER_KIND_NONE] = 0, [PIER_KIND_NIL] = 1,  [PIER_KIND_BOOL] = 2,  [PIER_KIND_UINT] = 3,  [PIER_KIND_INT] = 3,
    [PIER_KIND_F32] = 4,  [PIER_KIND_F64] = 5,  [PIER_KIND_TEXT] = 6,  [PIER_KIND_BYTES] = 7, [PIER_KIND_ARRAY] = 8,
    [PIER_KIND_MAP] = 9,  [PIER_KIND_EXT] = 10, [PIER_KIND_TIME] = 11,
};

static int order_of_unsigned(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

static int order_of_signed(int64_t a, int64_t b) {
    return a < b ? -1 : a > b;
}

static int order_of_integers(const pier_value *a, const pier_value *b) {
    if (a->kind != b->kind) {
        return a->kind == PIER_KIND_INT ? -1 : 1;
    }
    return a->kind == PIER_KIND_INT ? order_of_signed(a->as.sint, b->as.sint)
                                    : order_of_unsigned(a->as.uint, b->as.uint);
}

/* Turns the bits of a float (IEEE 754) into a number that has the order of totalOrder: what is negative is turned
 * around, and all else goes above it. */
static uint64_t ordered_bits(uint64_t bits, uint64_t sign) {
    return (bits & sign) != 0 ? (sign | (sign - 1)) - bits : bits + sign;
}

static int order_of_f32(float a, float b) {
    uint32_t a_bits;
    uint32_t b_bits;
    memcpy(&a_bits, &a, sizeof a_bits);
    memcpy(&b_bits, &b, sizeof b_bits);
    return order_of_unsigned(ordered_bits(a_bits, UINT64_C(1) << 31), ordered_bits(b_bits, UINT64_C(1) << 31));
}

static int order_of_f64(double a, double b) {
    uint64_t a_bits;
    uint64_t b_bits;
    memcpy(&a_bits, &a, sizeof a_bits);
    memcpy(&b_bits, &b, sizeof b_bits);
    return order_of_unsigned(ordered_bits(a_bits, UINT64_C(1) << 63), ordered_bits(b_bits, UINT64_C(1) << 63));
}

static int order_of_bytes(const pier_value *a, const pier_value *b) {
    uint32_t both = a->size < b->size ? a->size : b->size;
    int order = both == 0 ? 0 : memcmp(a->as.data, b->as.data, both);
    return order != 0 ? order : order_of_unsigned(a->size, b->size);
}

/* Compares two values but for what arrays and maps hold. */
static int order_of_heads(const pier_value *a, const pier_value *b) {
    if (ranks[a->kind] != ranks[b->kind]) {
        return ranks[a->kind] < ranks[b->kind] ? -1 : 1;
    }
    switch (a->kind) {
    case PIER_KIND_BOOL:
        return order_of_unsigned(a->as.boolean, b->as.boolean);
    case PIER_KIND_UINT:
    case PIER_KIND_INT:
        return order_of_integers(a, b);
    case PIER_KIND_F32:
        return order_of_f32(a->as.f32, b->as.f32);
    case PIER_KIND_F64:
        return order_of_f64(a->as.f64, b->as.f64);
    case PIER_KIND_EXT:
        return a->ext_type != b->ext_type ? (a->ext_type < b->ext_type ? -1 : 1) : order_of_bytes(a, b);
    case PIER_KIND_TEXT:
    case PIER_KIND_BYTES:
        return order_of_bytes(a, b);
    case PIER_KIND_TIME:
        return a->as.sint != b->as.sint ? order_of_signed(a->as.sint, b->as.sint) : order_of_unsigned(a->size, b->size);
    default:
        return 0;
    }
}

int pier_value_compare(const pier_value *a, const pier_value *b) {
    if (a == b || a == NULL || b == NULL) {
        return a == b ? 0 : a == NULL ? -1 : 1;
    }
    const pier_value *top = a;
    for (;;) {
        int order = order_of_heads(a, b);
        if (order != 0) {
            return order;
        }
        if (pier__value_is_container(a) && (a->size == 0 || b->size == 0)) {
            if (a->size != b->size) {
                return a->size < b->size ? -1 : 1;
            }
        } else if (pier__value_is_container(a)) {
            a = pier__first_child(a);
            b = pier__first_child(b);
            continue;
        }
        for (;;) {
            if (a == top) {
                return 0;
            }
            a = pier__behind(a);
            b = pier__behind(b);
            bool a_ends = a->kind == PIER__KIND_LAST;
            bool b_ends = b->kind == PIER__KIND_LAST;
            if (a_ends != b_ends) {
                return a_ends ? -1 : 1;
            }
            if (!a_ends) {
                break;
            }
            a = a->as.link;
            b = b->as.link;
        }
    }
}

/* Values that differ in size differ, however much of them would have to be compared to know their order. */
bool pier_value_equal(const pier_value *a, const pier_value *b) {
    if (a != NULL && b != NULL && (a->kind != b->kind || (a->size != b->size && a->kind >= PIER_KIND_TEXT))) {
        return false;
    }
    return pier_value_compare(a, b) == 0;
}
