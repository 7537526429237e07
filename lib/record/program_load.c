/* Loading records by programs; see program_internal.h.
 *
 * Floor 5 (record). The kernels of the straight-line codecs (record_decode.h) take the values, and the end is looked at
 * behind each of them. Nothing was scanned: what is nested is counted as it is opened, and what is passed over counts
 * as if each of its bytes were a value. */
#include "archive/scan_internal.h"
#include "record/program_take_internal.h"

typedef pier__taking loading;

static const uint8_t *take_record(loading *from, const pier__program_record *type, const uint8_t *at, uint8_t *record);

PIER__KERNEL bool open_level(loading *from, uint64_t values) {
    if (PIER_UNLIKELY(from->how->depth_left == 0 || values > from->how->elements_left)) {
        return false;
    }
    from->how->depth_left--;
    from->how->elements_left -= values;
    return true;
}

PIER__KERNEL void close_level(loading *from) {
    from->how->depth_left++;
}

/* Passes over a value. One that could be deeper or have more values than what is left of the limits is not taken. */
static const uint8_t *skip(loading *from, const uint8_t *at) {
    const pier__head *head = &pier__heads[at[0]];
    size_t there = (size_t)(from->end - at);
    if (head->kind == PIER__HEAD_BARE) {
        return head->head_bytes <= there ? at + head->head_bytes : NULL;
    }
    size_t extent = pier__scan_extent(at, there);
    if (extent == 0 || head->kind == PIER__HEAD_BYTES) {
        return extent > 0 ? at + extent : NULL;
    }
    if (extent > from->how->elements_left || extent >= from->how->depth_left) {
        return NULL;
    }
    from->how->elements_left -= extent;
    return at + extent;
}

static const uint8_t *skip_places(loading *from, const uint8_t *at, uint32_t count) {
    for (uint32_t i = 0; i < count && at != NULL; i++) {
        at = skip(from, at);
    }
    return at;
}

/* Passes over places of which nothing is known here: in most cases one, with a value of a few bytes. */
PIER__KERNEL const uint8_t *take_gap(loading *from, const pier__op *op, const uint8_t *at) {
    const pier__head *head = &pier__heads[at[0]];
    if (PIER_LIKELY(op->count == 1 && head->kind == PIER__HEAD_BARE)) {
        return head->head_bytes <= (size_t)(from->end - at) ? at + head->head_bytes : NULL;
    }
    return skip_places(from, at, op->count);
}

/* Values ----------------------------------------------------------------------------------------------------------- */

/* Returns memory for `count` things, which is all zero; NULL when there is none. */
static uint8_t *allocate(loading *from, uint64_t count, size_t bytes) {
    if (count > (uint64_t)PTRDIFF_MAX / bytes) {
        return NULL;
    }
    uint8_t *memory =
        (uint8_t *)pier_arena_allocate(from->how->arena, (size_t)count * bytes, pier__alignment_of(bytes));
    if (memory != NULL) {
        memset(memory, 0, (size_t)count * bytes);
    }
    return memory;
}

/* Takes a record into a struct that is all zero. */
static const uint8_t *take_fresh(loading *from, uint32_t index, const uint8_t *at, uint8_t *record) {
    const pier__program_record *type = &from->program->records[index];
    if (type->has_defaults) {
        pier__init_fields(type->own, record);
    }
    return take_record(from, type, at, record);
}

static const uint8_t *take_pointed(loading *from, const pier__op *op, const uint8_t *at, uint8_t *member) {
    uint8_t *pointed = at < from->end ? allocate(from, 1, from->program->records[op->record].own->record_bytes) : NULL;
    memcpy(member, &pointed, sizeof pointed);
    return pointed != NULL ? take_fresh(from, op->record, at, pointed) : NULL;
}

/* Takes one value that is not nil; `is_fresh`: of a record its defaults are not there yet. */
static const uint8_t *take_value(loading *from, const pier__op *op, const uint8_t *at, uint8_t *to, bool is_fresh) {
    if (op->take == PIER_FIELD_RECORD) {
        return is_fresh ? take_fresh(from, op->record, at, to)
                        : take_record(from, &from->program->records[op->record], at, to);
    }
    if (op->take == PIER__VALUE_POINTED) {
        return take_pointed(from, op, at, to);
    }
    if (op->take == PIER_FIELD_DURATION) {
        if (!open_level(from, 2)) {
            return NULL;
        }
        close_level(from);
    }
    unsigned wrong = 0;
    at = pier__take_scalar(from, op->take, op, at, to, &wrong);
    return PIER_LIKELY(wrong == 0 && at <= from->end) ? at : NULL;
}

/* Arrays and maps -------------------------------------------------------------------------------------------------- */

/* Gets where the elements go, and sets their count. Each has `bytes_min` bytes at least, so that memory is only taken
 * for what is there. */
static bool get_elements(loading *from, const pier__op *op, const uint8_t *at, uint32_t count, uint32_t bytes_min,
                         uint8_t *record, uint8_t **elements) {
    if (count > op->count || at > from->end || (uint64_t)count * bytes_min > (uint64_t)(from->end - at)) {
        return false;
    }
    *elements = record + op->offset;
    if ((op->rules & PIER__OP_LIST) != 0) {
        *elements = count > 0 ? allocate(from, count, op->element_bytes) : NULL;
        memcpy(record + op->offset, elements, sizeof *elements);
    }
    memcpy(record + op->aside, &count, sizeof count);
    return *elements != NULL || count == 0;
}

static const uint8_t *take_floats(const loading *from, const pier__op *op, const uint8_t *at, uint8_t *elements,
                                  uint32_t count) {
    unsigned wrong = 0;
    if ((uint64_t)count * (op->width + 1) > (uint64_t)(from->end - at)) {
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++, elements += op->width) {
        if (op->take == PIER_FIELD_F32) {
            float number;
            at = pier__take_f32(at, from->end, &number, &wrong);
            memcpy(elements, &number, sizeof number);
        } else {
            double number;
            at = pier__take_f64(at, from->end, &number, &wrong);
            memcpy(elements, &number, sizeof number);
        }
    }
    return wrong == 0 ? at : NULL;
}

static const uint8_t *take_each(loading *from, const pier__op *op, const uint8_t *at, uint8_t *elements,
                                uint32_t count) {
    if ((op->rules & PIER__OP_TIGHT) != 0 && op->take >= PIER_FIELD_I8 && op->take <= PIER_FIELD_U64) {
        return pier__take_integers(at, from->end, elements, count, (pier_field_kind)op->take);
    }
    if ((op->rules & PIER__OP_TIGHT) != 0 && (op->take == PIER_FIELD_F32 || op->take == PIER_FIELD_F64)) {
        return take_floats(from, op, at, elements, count);
    }
    for (uint32_t i = 0; i < count && at != NULL; i++, elements += op->element_bytes) {
        at = take_value(from, op, at, elements, true);
    }
    return at;
}

/* Takes a typed array of the field's own kind. */
static const uint8_t *take_typed(loading *from, const pier__op *op, const uint8_t *at, uint8_t *record) {
    unsigned wrong = 0;
    uint32_t count;
    uint8_t *elements;
    bool is_number = op->kind >= PIER_FIELD_I8 && op->kind <= PIER_FIELD_F64;
    if (!is_number || (op->rules & PIER__OP_TIGHT) == 0) {
        return NULL;
    }
    at = pier__take_typed_head(at, from->end, &count, (pier_field_kind)op->kind, op->width, &wrong);
    if (wrong != 0 || !get_elements(from, op, at, count, op->width, record, &elements)) {
        return NULL;
    }
    pier__copy_elements(elements, at, count, op->width);
    return at + (size_t)count * op->width;
}

static const uint8_t *take_elements(loading *from, const pier__op *op, const uint8_t *at, uint8_t *record) {
    unsigned wrong = 0;
    uint32_t count;
    uint8_t *elements;
    if ((at[0] & 0xf0u) != 0x90u && (at[0] ^ 0xdcu) > 1) {
        return take_typed(from, op, at, record);
    }
    at = pier__take_count(at, &count, UINT32_MAX, &wrong);
    if (wrong != 0 || !get_elements(from, op, at, count, 1, record, &elements) || !open_level(from, count)) {
        return NULL;
    }
    at = take_each(from, op, at, elements, count);
    close_level(from);
    return at;
}

/* Takes the head of a map. */
PIER__KERNEL const uint8_t *take_pair_count(const uint8_t *at, uint32_t *count, unsigned *wrong) {
    uint64_t word = pier__take_word(at + 1);
    *count = at[0] & 15u;
    if (PIER_LIKELY((at[0] & 0xf0u) == 0x80u)) {
        return at + 1;
    }
    if (at[0] == 0xde) {
        *count = (uint32_t)(word >> 48);
        return at + 3;
    }
    *wrong |= at[0] ^ 0xdfu;
    *count = (uint32_t)(word >> 32);
    return at + 5;
}

static const uint8_t *take_places(loading *from, const pier__program_record *type, const uint8_t *at, uint8_t *record,
                                  uint32_t count);

static const uint8_t *take_pairs(loading *from, const pier__op *op, const uint8_t *at, uint8_t *record) {
    const pier__program_record *type = &from->program->records[op->record];
    unsigned wrong = 0;
    uint32_t count;
    uint8_t *entries;
    at = take_pair_count(at, &count, &wrong);
    if (wrong != 0 || !get_elements(from, op, at, count, 2, record, &entries) ||
        !open_level(from, (uint64_t)count * 2)) {
        return NULL;
    }
    for (uint32_t i = 0; i < count && at != NULL; i++, entries += op->element_bytes) {
        if (type->has_defaults) {
            pier__init_fields(type->own, entries);
        }
        at = take_places(from, type, at, entries, type->places);
    }
    close_level(from);
    return at;
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

/* Notes that a member is the one of its oneof that is set. Returns false when another one is. */
PIER__KERNEL bool choose(const pier__op *op, uint8_t *record) {
    uint32_t set;
    uint32_t number = op->number;
    memcpy(&set, record + op->aside, sizeof set);
    memcpy(record + op->aside, &number, sizeof number);
    return set == 0;
}

static const uint8_t *take_other(loading *from, const pier__op *op, const uint8_t *at, uint8_t *record);

/* Takes the slot of a oneof: nil, or number and value. */
static const uint8_t *take_oneof(loading *from, const pier__op *oneof, const uint8_t *at, uint8_t *record) {
    unsigned wrong = 0;
    uint32_t number;
    at = pier__take_case(at, &number, &wrong);
    if (wrong != 0 || at > from->end || number == 0) {
        return wrong == 0 && at <= from->end ? at : NULL;
    }
    const pier__op *member = NULL;
    for (uint32_t i = 1; i <= oneof->count && member == NULL; i++) {
        member = oneof[i].number == number ? &oneof[i] : NULL;
    }
    if ((member == NULL && (oneof->rules & PIER__OP_NIL) == 0) || !open_level(from, 2)) {
        return NULL;
    }
    at = member == NULL ? skip(from, at) : take_other(from, member, at, record);
    close_level(from);
    return at;
}

/* Takes what stands at a place that is not simply a value, and no gap. */
static const uint8_t *take_other(loading *from, const pier__op *op, const uint8_t *at, uint8_t *record) {
    const bool is_there = true;
    switch (op->shape) {
    case PIER__OP_ONEOF:
        return take_oneof(from, op, at, record);
    case PIER__OP_ELEMENTS:
        return take_elements(from, op, at, record);
    case PIER__OP_PAIRS:
        return take_pairs(from, op, at, record);
    case PIER__OP_OPTIONAL:
        memcpy(record + op->aside, &is_there, sizeof is_there);
        break;
    case PIER__OP_MEMBER:
        if (!choose(op, record)) {
            return NULL;
        }
        break;
    default:
        break;
    }
    /* The record around it has given a record that is always there its defaults. */
    return take_value(from, op, at, record + op->offset, op->shape != PIER__OP_ALWAYS);
}

/* Takes what stands at a place of any sort but a gap, nil where that may stand. */
static const uint8_t *take_place(loading *from, const pier__program_record *type, const pier__op *op, const uint8_t *at,
                                 uint8_t *record) {
    if ((op->rules & PIER__OP_NIL) != 0 && at[0] == 0xc0 && op->shape != PIER__OP_ONEOF) {
        bool has_default = op->take_whole != PIER__VALUE_NONE && type->has_defaults;
        return (op->rules & PIER__OP_REQUIRED) == 0 && at < from->end && !has_default ? at + 1 : NULL;
    }
    return take_other(from, op, at, record);
}

/* Deals with a place where another value stands than the usual one: nil, which leaves the member as it was before. Its
 * default has been overwritten, if it has one. */
static const uint8_t *take_unusual(const loading *from, const pier__program_record *type, const pier__op *op,
                                   const uint8_t *at, uint8_t *record) {
    bool is_nil = at < from->end && at[0] == 0xc0 && (op->rules & (PIER__OP_NIL | PIER__OP_REQUIRED)) == PIER__OP_NIL;
    if (!is_nil || type->has_defaults) {
        return NULL;
    }
    memset(record + op->offset, 0, op->member_bytes);
    return at + 1;
}

/* Takes the value of a field that is simply there: most of the work of most records. */
PIER__KERNEL const uint8_t *take_simple(loading *from, const pier__program_record *type, const pier__op *op,
                                        const uint8_t *at, uint8_t *record) {
    unsigned wrong = 0;
    const uint8_t *next = pier__take_scalar(from, op->take_whole, op, at, record + op->offset, &wrong);
    return PIER_LIKELY(wrong == 0 && next <= from->end) ? next : take_unusual(from, type, op, at, record);
}

/* Takes the values at the places from `op` to `end`. */
static const uint8_t *take_fields(loading *from, const pier__program_record *type, const pier__op *op,
                                  const pier__op *end, const uint8_t *at, uint8_t *record) {
    for (; op < end; op++) {
        if (PIER_LIKELY(op->take_whole != PIER__VALUE_NONE)) {
            at = take_simple(from, type, op, at, record);
        } else if (op->shape == PIER__OP_GAP) {
            at = take_gap(from, op, at);
        } else {
            at = take_place(from, type, op, at, record);
            op += op->shape == PIER__OP_ONEOF ? op->count : 0;
        }
        if (PIER_UNLIKELY(at == NULL)) {
            return NULL;
        }
    }
    return at;
}

/* Takes an array that has fewer places than the class, or more. */
static const uint8_t *take_other_places(loading *from, const pier__program_record *type, const uint8_t *at,
                                        uint8_t *record, uint32_t count) {
    const pier__op *begin = from->program->ops + type->first;
    const pier__op *end = begin + type->op_count;
    const pier__op *op = begin;
    for (uint32_t places = 0; op < end && places < count; op++) {
        places += op->shape == PIER__OP_GAP ? op->count : 1;
        if (places > count) {
            /* It ends within a gap. */
            break;
        }
    }
    uint32_t taken = 0;
    for (const pier__op *one = begin; one < op; one++) {
        taken += one->shape == PIER__OP_GAP ? one->count : 1;
    }
    for (const pier__op *one = op; one < end; one++) {
        if ((one->rules & PIER__OP_REQUIRED) != 0) {
            return NULL;
        }
    }
    at = take_fields(from, type, begin, op, at, record);
    return skip_places(from, at, count - taken);
}

/* Takes the values of an array's `count` places. */
static const uint8_t *take_places(loading *from, const pier__program_record *type, const uint8_t *at, uint8_t *record,
                                  uint32_t count) {
    if (PIER_UNLIKELY(count != type->places)) {
        /* A record in slots has as many as its definition says, or it is none. */
        return from->program->form == PIER__FORM_SLOTS ? NULL : take_other_places(from, type, at, record, count);
    }
    const pier__op *op = from->program->ops + type->first;
    return take_fields(from, type, op, op + type->op_count, at, record);
}

/* Plain maps ------------------------------------------------------------------------------------------------------- */

/* Whether the bytes at `at` are the key of a field, in its smallest form. */
PIER__KERNEL bool is_key(const pier__program *program, const pier__op *op, const uint8_t *at) {
    if (((pier__text_word(at) ^ op->key_word) & op->key_mask) != 0) {
        return false;
    }
    size_t size = op->key_bytes;
    const uint8_t *key = program->keys + op->key_at;
    return size <= 8 || (size <= 16 ? pier__text_word(at + (size - 8)) == pier__text_word(key + (size - 8))
                                    : memcmp(at + 8, key + 8, size - 8) == 0);
}

/* Takes a key that is not the expected one. Gets the field that has it, among `type`'s; NULL: none. */
static const uint8_t *find_key(const loading *from, const pier__program_record *type, const uint8_t *at,
                               const pier__op **found) {
    const pier__op *ops = from->program->ops + type->first;
    *found = NULL;
    for (uint32_t i = 0; i < type->op_count; i++) {
        if (is_key(from->program, &ops[i], at)) {
            *found = &ops[i];
            return at + ops[i].key_bytes;
        }
    }
    /* In the smallest form the key is of no field; one in another form may be. */
    size_t size;
    unsigned wrong = 0;
    const uint8_t *name = pier__take_text_head(at, from->end, &size, &wrong);
    uint8_t head[16];
    return wrong == 0 && pier__put_text_head(head, size) - head == name - at ? name + size : NULL;
}

/* Takes the pairs of a map from the first one on that does not come in the order of the fields. The fields before
 * `next` have come. */
static const uint8_t *take_any_order(loading *from, const pier__program_record *type, const pier__op *next,
                                     const uint8_t *at, uint8_t *record, uint32_t count) {
    const pier__op *begin = from->program->ops + type->first;
    const pier__op *end = begin + type->op_count;
    uint64_t seen[PIER__PLACES_MAX / 64] = {0};
    uint32_t required = 0;
    for (const pier__op *op = begin; op < next; op++) {
        seen[(op - begin) / 64] |= UINT64_C(1) << (op - begin) % 64;
        required += (op->rules & PIER__OP_REQUIRED) != 0;
    }
    for (; count > 0; count--) {
        const pier__op *op = next;
        if (op < end && is_key(from->program, op, at)) {
            at += op->key_bytes;
        } else {
            at = find_key(from, type, at, &op);
        }
        if (at == NULL || at >= from->end) {
            return NULL;
        }
        if (op == NULL) {
            at = skip(from, at);
        } else {
            uint64_t bit = UINT64_C(1) << (op - begin) % 64;
            if ((seen[(op - begin) / 64] & bit) != 0) {
                return NULL;
            }
            seen[(op - begin) / 64] |= bit;
            required += (op->rules & PIER__OP_REQUIRED) != 0;
            at = take_place(from, type, op, at, record);
            next = op + 1;
        }
        if (at == NULL) {
            return NULL;
        }
    }
    return required == type->required ? at : NULL;
}

/* Takes a map. Mostly its pairs come in the order of the fields: then none can come twice. */
static const uint8_t *take_map(loading *from, const pier__program_record *type, const uint8_t *at, uint8_t *record) {
    const pier__op *op = from->program->ops + type->first;
    const pier__op *end = op + type->op_count;
    uint32_t count;
    unsigned wrong = 0;
    at = take_pair_count(at, &count, &wrong);
    if (wrong != 0 || !open_level(from, (uint64_t)count * 2)) {
        return NULL;
    }
    for (; count > 0 && op < end && is_key(from->program, op, at); count--, op++) {
        at += op->key_bytes;
        if (PIER_UNLIKELY(at >= from->end)) {
            return NULL;
        }
        at = PIER_LIKELY(op->take_whole != PIER__VALUE_NONE) ? take_simple(from, type, op, at, record)
                                                             : take_place(from, type, op, at, record);
        if (PIER_UNLIKELY(at == NULL)) {
            return NULL;
        }
    }
    if (PIER_UNLIKELY(count > 0 || op < end)) {
        at = take_any_order(from, type, op, at, record, count);
    }
    close_level(from);
    return at;
}

/* Records ---------------------------------------------------------------------------------------------------------- */

static const uint8_t *take_record(loading *from, const pier__program_record *type, const uint8_t *at, uint8_t *record) {
    if (PIER_UNLIKELY(at >= from->end)) {
        return NULL;
    }
    if (from->program->form == PIER__FORM_MAP) {
        return take_map(from, type, at, record);
    }
    unsigned wrong = 0;
    uint32_t count;
    at = pier__take_count(at, &count, UINT32_MAX, &wrong);
    if (wrong != 0 || at > from->end || !open_level(from, count)) {
        return NULL;
    }
    at = take_places(from, type, at, record, count);
    close_level(from);
    return at;
}

const uint8_t *pier__program_load(const pier__program *program, const uint8_t *at, const uint8_t *end, void *record,
                                  pier__decoding *how) {
    const pier_class *own = program->records[0].own;
    loading from = {program, end, how};
    if (how->elements_left == 0) {
        return NULL;
    }
    how->elements_left--;
    memset(record, 0, own->record_bytes);
    return take_fresh(&from, 0, at, (uint8_t *)record);
}
