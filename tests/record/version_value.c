/* Values of models: made up, put into structs, and compared with structs; see version_model.h. */
#include "record/version_model.h"

#include <math.h>
#include <stdlib.h>

#include "record/field_internal.h"

/* The pool --------------------------------------------------------------------------------------------------------- */

enum { POOL_BYTES = 4 << 20 };
static max_align_t pool[POOL_BYTES / sizeof(max_align_t)];
static size_t pool_used;

void *pool_take(size_t bytes) {
    size_t rounded = (bytes + sizeof pool[0] - 1) / sizeof pool[0];
    assert_true(pool_used + rounded <= sizeof pool / sizeof pool[0]);
    void *taken = &pool[pool_used];
    pool_used += rounded;
    memset(taken, 0, rounded * sizeof pool[0]);
    return taken;
}

void pool_reset(void) {
    pool_used = 0;
}

/* Making values up ------------------------------------------------------------------------------------------------- */

/* Behind so many records within one another come no optional ones. */
enum { DEPTH_MAX = 4 };

static bool coin(uint64_t *seed) {
    return test_random(seed) % 2 == 0;
}

static bool is_signed(pier_field_kind kind) {
    return (kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_I64) || kind == PIER_FIELD_ENUM;
}

/* An integer of a kind, of any width up to its own; 0 and 1 come often. */
static value random_integer(pier_field_kind kind, uint64_t *seed) {
    unsigned bits = (unsigned)pier__kind_bytes(kind) * 8;
    value made = {.is = VALUE_INTEGER};
    if (test_random(seed) % 3 == 0) {
        made.number = test_random(seed) % 2;
        return made;
    }
    made.number = test_random(seed) >> (64 - bits) >> (test_random(seed) % bits);
    if (is_signed(kind)) {
        made.number &= UINT64_MAX >> (65 - bits);
        if (coin(seed)) {
            made.negative = true;
            made.number = ~made.number;
        }
    }
    return made;
}

static const char words[] = "na\xC3\xAFve caf\xC3\xA9 \xE2\x82\xAC plain";

static value random_text(uint32_t capacity, uint64_t *seed) {
    value made = {.is = VALUE_TEXT};
    size_t most = capacity != 0 && capacity - 1 < sizeof words - 1 ? capacity - 1 : sizeof words - 1;
    made.size = test_random(seed) % (most + 1);
    while (!pier_text_is_valid(words, made.size)) {
        made.size--;
    }
    char *data = (char *)pool_take(made.size + 1);
    memcpy(data, words, made.size);
    if (capacity == 0 && made.size > 0 && test_random(seed) % 8 == 0) {
        data[made.size - 1] = (data[made.size - 1] & 0x80) != 0 ? data[made.size - 1] : '\0';
    }
    made.data = data;
    return made;
}

static value random_bytes(uint32_t capacity, uint64_t *seed) {
    value made = random_text(capacity != 0 ? capacity + 1 : 0, seed);
    made.is = VALUE_BYTES;
    if (made.size > 0 && test_random(seed) % 4 == 0) {
        char *data = (char *)pool_take(made.size);
        memcpy(data, made.data, made.size);
        data[test_random(seed) % made.size] = (char)0xff;
        made.data = data;
    }
    return made;
}

static value random_float(pier_field_kind kind, uint64_t *seed) {
    static const double rare[] = {0.0, -0.0, INFINITY, -INFINITY, 1e300, 0.1};
    value made = {.is = kind == PIER_FIELD_F32 ? VALUE_F32 : VALUE_F64};
    made.real = (double)(int32_t)test_random(seed) / 256.0;
    if (test_random(seed) % 4 == 0) {
        made.real = rare[test_random(seed) % 6];
    }
    if (kind == PIER_FIELD_F32) {
        made.real = made.real > 1e38 && !isinf(made.real) ? 1.5 : (double)(float)made.real;
    }
    return made;
}

/* How many more records there may be within the one that is made up. */
static unsigned records_left;

static value random_one(const model *of, const model_field *field, uint64_t *seed, unsigned depth);

static value random_record(const model *of, int type_index, uint64_t *seed, unsigned depth) {
    const model_type *type = &of->types[type_index];
    value made = {.is = VALUE_RECORD, .count = type->field_count};
    made.children = (value *)pool_take((type->field_count + 1) * sizeof(value));
    records_left -= records_left > 0;
    depth = records_left > 0 ? depth : DEPTH_MAX;
    unsigned chosen[MODEL_ONEOFS];
    for (unsigned i = 0; i < type->oneof_count; i++) {
        chosen[i] = (unsigned)(test_random(seed) % MODEL_FIELDS);
    }
    for (unsigned i = 0; i < type->field_count; i++) {
        const model_field *field = &type->fields[i];
        bool repeated = (field->flags & PIER_FIELD_REPEATED) != 0;
        bool nested = field->kind == PIER_FIELD_RECORD;
        if (field->oneof != 0) {
            /* The first member from a random one on, so that most have one set. */
            bool is_too_deep = nested && depth >= DEPTH_MAX;
            if (is_too_deep || i < chosen[field->oneof - 1] % (type->field_count + 1)) {
                continue;
            }
            chosen[field->oneof - 1] = MODEL_FIELDS * MODEL_FIELDS * (type->field_count + 1) + type->field_count;
        } else if ((field->flags & PIER_FIELD_PRESENCE) != 0 && (coin(seed) || (nested && depth >= DEPTH_MAX))) {
            continue;
        }
        if (!repeated) {
            made.children[i] = random_one(of, field, seed, depth);
            continue;
        }
        unsigned most = (field->flags & PIER_FIELD_LIST) != 0 ? 4 : field->count_max;
        value list = {.is = VALUE_LIST};
        list.count = nested && depth >= DEPTH_MAX ? 0 : (unsigned)(test_random(seed) % (most + 1));
        list.children = (value *)pool_take((list.count + 1) * sizeof(value));
        for (unsigned j = 0; j < list.count; j++) {
            list.children[j] = random_one(of, field, seed, depth);
        }
        made.children[i] = list;
    }
    return made;
}

static value random_one(const model *of, const model_field *field, uint64_t *seed, unsigned depth) {
    value made = {.is = VALUE_ABSENT};
    switch (field->kind) {
    case PIER_FIELD_RECORD:
        return random_record(of, field->type, seed, depth + 1);
    case PIER_FIELD_BOOL:
        made.is = VALUE_BOOL;
        made.number = coin(seed);
        return made;
    case PIER_FIELD_F32:
    case PIER_FIELD_F64:
        return random_float(field->kind, seed);
    case PIER_FIELD_TEXT:
        return random_text(field->capacity, seed);
    case PIER_FIELD_BYTES:
        return random_bytes(field->capacity, seed);
    case PIER_FIELD_TIME:
    case PIER_FIELD_DURATION:
        made.is = field->kind == PIER_FIELD_TIME ? VALUE_TIME : VALUE_DURATION;
        made.seconds = (int64_t)(test_random(seed) % 315576000000u);
        made.nanoseconds = coin(seed) ? 0 : (int32_t)(test_random(seed) % 1000000000u);
        return made;
    default:
        return random_integer(field->kind, seed);
    }
}

value value_random(const model *of, int type, uint64_t *seed) {
    records_left = 100;
    return random_record(of, type, seed, 0);
}

/* Defaults --------------------------------------------------------------------------------------------------------- */

value value_of_nothing(const model *of, const model_field *field) {
    value nothing = {.is = VALUE_ABSENT};
    if ((field->flags & PIER_FIELD_REPEATED) != 0) {
        nothing.is = VALUE_LIST;
        return nothing;
    }
    if (field->oneof != 0 || (field->flags & (PIER_FIELD_PRESENCE | PIER_FIELD_POINTER)) != 0) {
        return nothing;
    }
    switch (field->kind) {
    case PIER_FIELD_RECORD:
        return value_of_defaults(of, field->type);
    case PIER_FIELD_BOOL:
        nothing.is = VALUE_BOOL;
        break;
    case PIER_FIELD_F32:
    case PIER_FIELD_F64:
        nothing.is = field->kind == PIER_FIELD_F32 ? VALUE_F32 : VALUE_F64;
        break;
    case PIER_FIELD_TEXT:
    case PIER_FIELD_BYTES:
        nothing.is = field->kind == PIER_FIELD_TEXT ? VALUE_TEXT : VALUE_BYTES;
        nothing.data = "";
        break;
    case PIER_FIELD_TIME:
    case PIER_FIELD_DURATION:
        nothing.is = field->kind == PIER_FIELD_TIME ? VALUE_TIME : VALUE_DURATION;
        break;
    default:
        nothing.is = VALUE_INTEGER;
        nothing.number = (uint64_t)(int64_t)field->otherwise;
        break;
    }
    return nothing;
}

value value_of_defaults(const model *of, int type_index) {
    const model_type *type = &of->types[type_index];
    value made = {.is = VALUE_RECORD, .count = type->field_count};
    made.children = (value *)pool_take((type->field_count + 1) * sizeof(value));
    for (unsigned i = 0; i < type->field_count; i++) {
        made.children[i] = value_of_nothing(of, &type->fields[i]);
    }
    return made;
}
