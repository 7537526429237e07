/* Storing records by programs; see program_internal.h.
 *
 * Floor 5 (record). Room is made once a record for all that has a bound, and once more for each piece that has none:
 * after it, what is left of the record has room again. What is nested is counted against the limits as it is met. */
#include <pier/record_encode.h>
#include <pier/record_lists.h>

#include "record/program_internal.h"

/* A record being stored. Each function returns where the next value goes; NULL when the record is not for programs. */
typedef struct storing {
    const pier__program *program;
    pier_archive *archive; /* NULL: there is no more room than that */
    const pier_limits *limits;
    uint8_t *end; /* of the room, without what kernels write behind a value */
    uint32_t depth_left;
    uint64_t elements_left;
} storing;

static uint8_t *put_record(storing *to, uint32_t index, uint8_t *at, const uint8_t *record);

static void open_room(storing *to, uint8_t *at, const uint8_t *end) {
    size_t there = (size_t)(end - at);
    to->end = at + (there > PIER__OVERHANG_BYTES ? there - PIER__OVERHANG_BYTES : 0);
}

/* Makes the archive's buffer larger. More than a record may have is not asked for: the record may be smaller. */
static uint8_t *grow(storing *to, uint8_t *at, uint64_t bytes) {
    if (to->archive == NULL) {
        return NULL;
    }
    to->archive->cursor = at;
    uint64_t record_bytes_max = to->limits->record_bytes_max;
    if (bytes > record_bytes_max || pier__archive_stored_bytes(to->archive) > record_bytes_max ||
        !pier__archive_reserve(to->archive, (size_t)bytes + PIER__OVERHANG_BYTES)) {
        return NULL;
    }
    open_room(to, to->archive->cursor, to->archive->limit);
    return to->archive->cursor;
}

PIER__KERNEL uint8_t *make_room(storing *to, uint8_t *at, uint64_t bytes) {
    return PIER_LIKELY(at <= to->end && bytes <= (uint64_t)(to->end - at)) ? at : grow(to, at, bytes);
}

/* Counts an array or map and the values in it. Returns whether both are within the limits. */
PIER__KERNEL bool open_level(storing *to, uint64_t values) {
    if (PIER_UNLIKELY(to->depth_left == 0 || values > to->elements_left)) {
        return false;
    }
    to->depth_left--;
    to->elements_left -= values;
    return true;
}

/* Values ----------------------------------------------------------------------------------------------------------- */

/* Copies what counts of an array in the struct: in pieces, the last of which overlaps. There is room for all of it. */
PIER__KERNEL uint8_t *put_inline(uint8_t *at, const uint8_t *from, size_t size, size_t capacity) {
    if (capacity >= 16) {
        for (size_t i = 0; i < size; i += 16) {
            size_t piece = i + 16 <= capacity ? i : capacity - 16;
            memcpy(at + piece, from + piece, 16);
        }
    } else if (capacity >= 8) {
        memcpy(at, from, 8);
        memcpy(at + (capacity - 8), from + (capacity - 8), 8);
    } else if (size > 0) {
        memcpy(at, from, size);
    }
    return at + size;
}

PIER__KERNEL uint8_t *put_inline_text(uint8_t *at, const char *text, uint32_t capacity) {
    uint64_t odd = 0;
    size_t size = pier__inline_text_bytes(NULL, text, capacity, &odd);
    if (PIER_UNLIKELY(odd != 0 && (size == capacity || !pier_text_is_valid(text, size)))) {
        return NULL;
    }
    return put_inline(pier__put_text_head(at, size), (const uint8_t *)text, size, capacity);
}

PIER__KERNEL uint8_t *put_inline_bytes(uint8_t *at, const uint8_t *value, uint32_t capacity) {
    uint32_t size;
    memcpy(&size, value, sizeof size);
    return size <= capacity ? put_inline(pier__put_bytes_head(at, size), value + sizeof size, size, capacity) : NULL;
}

/* Stores a view, with room for `rest` behind it. */
PIER__KERNEL uint8_t *put_view(storing *to, bool is_text, uint8_t *at, const uint8_t *value, uint64_t rest) {
    pier_bytes view;
    memcpy(&view, value, sizeof view);
    if (PIER_UNLIKELY((view.data == NULL && view.size > 0) || view.size > to->limits->text_bytes_max ||
                      view.size > UINT32_MAX)) {
        return NULL;
    }
    at = make_room(to, at, view.size + rest);
    if (PIER_UNLIKELY(at == NULL)) {
        return NULL;
    }
    if (!is_text) {
        return pier__put_body(pier__put_bytes_head(at, view.size), view.data, view.size);
    }
    at = pier__put_text_head(at, view.size);
    return pier__copy_text((char *)at, (const char *)view.data, view.size) ? at + view.size : NULL;
}

PIER__KERNEL uint8_t *put_fixed(const pier__op *op, uint8_t *at, const uint8_t *value) {
    bool is_signed = pier__kind_is_signed(op->kind);
    uint64_t number = is_signed ? (uint64_t)pier__read_signed((pier_field_kind)op->kind, value)
                                : pier__read_unsigned((pier_field_kind)op->kind, value);
    at[0] = (uint8_t)((is_signed ? 0xd0u : 0xccu) + pier__lowest_bit(op->width));
    pier__put_word(at + 1, number << (64 - 8 * op->width));
    return at + 1 + op->width;
}

#define PUT(type, kernel)                                                                                              \
    {                                                                                                                  \
        type number;                                                                                                   \
        memcpy(&number, value, sizeof number);                                                                         \
        return kernel(at, number, wrong);                                                                              \
    }

/* Stores one value that is a single token and needs no more room than its operation has at most. Sets `*wrong`, or
 * returns NULL, when it is not for programs. */
PIER__KERNEL uint8_t *put_scalar(unsigned kind, const pier__op *op, uint8_t *at, const uint8_t *value,
                                 unsigned *wrong) {
    switch (kind) {
    case PIER_FIELD_BOOL:
        return pier__put_boolean(at, *value != 0, wrong);
    case PIER_FIELD_I8:
        PUT(int8_t, pier__put_i8)
    case PIER_FIELD_I16:
        PUT(int16_t, pier__put_i16)
    case PIER_FIELD_I32:
        PUT(int32_t, pier__put_i32)
    case PIER_FIELD_I64:
        PUT(int64_t, pier__put_i64)
    case PIER_FIELD_U8:
        PUT(uint8_t, pier__put_u8)
    case PIER_FIELD_U16:
        PUT(uint16_t, pier__put_u16)
    case PIER_FIELD_U32:
        PUT(uint32_t, pier__put_u32)
    case PIER_FIELD_U64:
        PUT(uint64_t, pier__put_u64)
    case PIER_FIELD_F32:
        PUT(float, pier__put_f32)
    case PIER_FIELD_F64:
        PUT(double, pier__put_f64)
    case PIER_FIELD_TIME:
        PUT(pier_time, pier__put_time)
    case PIER__VALUE_INLINE_TEXT:
        return put_inline_text(at, (const char *)value, op->capacity);
    case PIER__VALUE_INLINE_BYTES:
        return put_inline_bytes(at, value, op->capacity);
    case PIER__VALUE_FIXED:
        return put_fixed(op, at, value);
    default:
        return NULL;
    }
}

static uint8_t *put_duration(storing *to, uint8_t *at, const uint8_t *value) {
    unsigned wrong = 0;
    pier_duration duration;
    memcpy(&duration, value, sizeof duration);
    if (!open_level(to, 2)) {
        return NULL;
    }
    to->depth_left++;
    at = pier__put_duration(at, duration, &wrong);
    return wrong == 0 ? at : NULL;
}

/* Stores one value; there is room for what its operation has at most and `rest`. */
static uint8_t *put_value(storing *to, const pier__op *op, uint8_t *at, const uint8_t *value, uint64_t rest) {
    unsigned wrong = 0;
    switch (op->put) {
    case PIER_FIELD_DURATION:
        return put_duration(to, at, value);
    case PIER_FIELD_TEXT:
        return put_view(to, true, at, value, rest);
    case PIER_FIELD_BYTES:
        return put_view(to, false, at, value, rest);
    case PIER_FIELD_RECORD:
        return put_record(to, op->record, at, value);
    case PIER__VALUE_POINTED:
        value = (const uint8_t *)pier__read_pointer(value);
        return value != NULL ? put_record(to, op->record, at, value) : NULL;
    default:
        at = put_scalar(op->put, op, at, value, &wrong);
        return wrong == 0 ? at : NULL;
    }
}

/* Arrays and maps -------------------------------------------------------------------------------------------------- */

/* Numbers that are stored between two looks at the room. */
enum { CHUNK = 1024 };

static uint8_t *put_numbers(storing *to, const pier__op *op, uint8_t *at, const uint8_t *elements, uint32_t count) {
    for (uint32_t i = 0, chunk; i < count; i += chunk) {
        chunk = count - i < CHUNK ? count - i : CHUNK;
        const uint8_t *from = elements + (size_t)i * op->width;
        unsigned wrong = 0;
        at = make_room(to, at, (uint64_t)chunk * (op->width + 1));
        if (at == NULL) {
            return NULL;
        }
        if (op->put < PIER_FIELD_F32) {
            at = pier__put_integers(at, from, chunk, (pier_field_kind)op->put);
        } else if (op->put == PIER_FIELD_F32) {
            for (uint32_t j = 0; j < chunk; j++) {
                float number;
                memcpy(&number, from + j * sizeof number, sizeof number);
                at = pier__put_f32(at, number, &wrong);
            }
        } else {
            for (uint32_t j = 0; j < chunk; j++) {
                double number;
                memcpy(&number, from + j * sizeof number, sizeof number);
                at = pier__put_f64(at, number, &wrong);
            }
        }
    }
    return at;
}

static uint8_t *put_typed(storing *to, const pier__op *op, uint8_t *at, const uint8_t *elements, uint32_t count) {
    uint64_t size = (uint64_t)count * op->width + 1;
    if (size > to->limits->text_bytes_max || size > UINT32_MAX) {
        return NULL;
    }
    at = make_room(to, at, size + PIER__TYPED_HEAD_BYTES);
    return at != NULL ? pier__put_typed_count(at, elements, count, (pier_field_kind)op->kind, op->width) : NULL;
}

static uint8_t *put_each(storing *to, const pier__op *op, uint8_t *at, const uint8_t *elements, uint32_t count) {
    for (uint32_t i = 0; i < count && at != NULL; i++, elements += op->element_bytes) {
        at = make_room(to, at, op->most);
        at = at != NULL ? put_value(to, op, at, elements, op->most) : NULL;
    }
    return at;
}

static uint8_t *put_fields(storing *to, const pier__program_record *type, uint8_t *at, const uint8_t *record);

static uint8_t *put_pairs(storing *to, const pier__op *op, uint8_t *at, const uint8_t *entries, uint32_t count) {
    const pier__program_record *type = &to->program->records[op->record];
    at = pier__put_pairs(at, count);
    for (uint32_t i = 0; i < count && at != NULL; i++, entries += op->element_bytes) {
        at = make_room(to, at, type->most);
        at = at != NULL ? put_fields(to, type, at, entries) : NULL;
    }
    return at;
}

static uint8_t *put_repeated(storing *to, const pier__op *op, uint8_t *at, const uint8_t *record) {
    uint32_t count;
    memcpy(&count, record + op->aside, sizeof count);
    const uint8_t *elements = record + op->offset;
    if ((op->rules & PIER__OP_LIST) != 0) {
        elements = (const uint8_t *)pier__read_pointer(elements);
    }
    if (count > op->count || (elements == NULL && count > 0)) {
        return NULL;
    }
    if ((op->rules & PIER__OP_TYPED) != 0) {
        return put_typed(to, op, at, elements, count);
    }
    bool is_map = op->shape == PIER__OP_PAIRS;
    if (!open_level(to, is_map ? (uint64_t)count * 2 : count)) {
        return NULL;
    }
    bool is_tight = (op->rules & PIER__OP_TIGHT) != 0 && op->put >= PIER_FIELD_I8 && op->put <= PIER_FIELD_F64;
    at = is_map     ? put_pairs(to, op, at, elements, count)
         : is_tight ? put_numbers(to, op, pier__put_count(at, count), elements, count)
                    : put_each(to, op, pier__put_count(at, count), elements, count);
    to->depth_left++;
    return at;
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

/* Whether there is a value at a place; `number` is what stands at `aside` of a member. */
PIER__KERNEL bool is_set(const pier__op *op, const uint8_t *record) {
    bool is_there;
    uint32_t number;
    switch (op->shape) {
    case PIER__OP_OPTIONAL:
        memcpy(&is_there, record + op->aside, sizeof is_there);
        return is_there;
    case PIER__OP_POINTER:
        return pier__read_pointer(record + op->offset) != NULL;
    case PIER__OP_MEMBER:
        memcpy(&number, record + op->aside, sizeof number);
        return number == op->number &&
               (op->put != PIER__VALUE_POINTED || pier__read_pointer(record + op->offset) != NULL);
    default:
        return op->shape != PIER__OP_GAP;
    }
}

/* Stores the slot of a oneof. */
static uint8_t *put_oneof(storing *to, const pier__op *oneof, uint8_t *at, const uint8_t *record, uint64_t rest) {
    uint32_t number;
    memcpy(&number, record + oneof->aside, sizeof number);
    if (number == 0) {
        return pier__put_nil(at);
    }
    for (uint32_t i = 1; i <= oneof->count; i++) {
        if (oneof[i].number == number && is_set(&oneof[i], record)) {
            if (!open_level(to, 2)) {
                return NULL;
            }
            at = pier__put_case(at, (uint16_t)number);
            at = put_value(to, &oneof[i], at, record + oneof[i].offset, rest);
            to->depth_left++;
            return at;
        }
    }
    return NULL;
}

/* Stores what stands at a place whose value is not simply there, and makes room for the rest. */
static uint8_t *put_other(storing *to, const pier__op *op, uint8_t *at, const uint8_t *record, uint64_t rest) {
    switch (op->shape) {
    case PIER__OP_GAP:
        memset(at, 0xc0, op->count);
        return at + op->count;
    case PIER__OP_ONEOF:
        at = put_oneof(to, op, at, record, rest);
        break;
    case PIER__OP_ELEMENTS:
    case PIER__OP_PAIRS:
        at = put_repeated(to, op, at, record);
        break;
    default:
        at = is_set(op, record) ? put_value(to, op, at, record + op->offset, rest) : pier__put_nil(at);
        break;
    }
    return at != NULL && (op->rules & PIER__OP_GROWS) != 0 ? make_room(to, at, rest) : at;
}

/* Stores what stands at a place: most of the work of most records. */
PIER__KERNEL uint8_t *put_place(storing *to, const pier__program_record *type, const pier__op *op, uint8_t *at,
                                const uint8_t *record) {
    if (PIER_UNLIKELY(op->put_whole == PIER__VALUE_NONE)) {
        return put_other(to, op, at, record, type->most);
    }
    unsigned wrong = 0;
    at = put_scalar(op->put_whole, op, at, record + op->offset, &wrong);
    return PIER_LIKELY(wrong == 0) ? at : NULL;
}

/* Stores the values of a record, without a head. There is room for what it has at most. */
static uint8_t *put_fields(storing *to, const pier__program_record *type, uint8_t *at, const uint8_t *record) {
    const pier__op *op = to->program->ops + type->first;
    for (const pier__op *end = op + type->op_count; op < end; op++) {
        at = put_place(to, type, op, at, record);
        if (PIER_UNLIKELY(at == NULL)) {
            return NULL;
        }
        op += op->shape == PIER__OP_ONEOF ? op->count : 0;
    }
    return at;
}

/* Copies a key of any length; behind the last one there is more to read. */
PIER__KERNEL uint8_t *put_key(uint8_t *at, const uint8_t *key, size_t size) {
    memcpy(at, key, 16);
    if (size > 16) {
        memcpy(at + 16, key + 16, 16);
        if (size > 32) {
            memcpy(at + 32, key + 32, size - 32);
        }
    }
    return at + size;
}

static uint8_t *put_map(storing *to, const pier__program_record *type, uint8_t *at, const uint8_t *record) {
    const pier__op *begin = to->program->ops + type->first;
    const pier__op *end = begin + type->op_count;
    uint32_t present = type->op_count;
    for (const pier__op *op = begin; !type->is_whole && op < end; op++) {
        present -= is_set(op, record) ? 0 : 1;
    }
    if (!open_level(to, (uint64_t)present * 2)) {
        return NULL;
    }
    at = pier__put_pairs(at, present);
    for (const pier__op *op = begin; op < end; op++) {
        if (op->shape != PIER__OP_ALWAYS && !is_set(op, record)) {
            continue;
        }
        at = put_key(at, to->program->keys + op->key_at, op->key_bytes);
        at = put_place(to, type, op, at, record);
        if (PIER_UNLIKELY(at == NULL)) {
            return NULL;
        }
    }
    to->depth_left++;
    return at;
}

/* Whether each oneof says that one of its members is set, or none. */
static bool check_cases(const pier_class *own, const uint8_t *record) {
    const pier_field *fields = own->fields(own);
    for (uint32_t oneof = 1; oneof <= own->oneof_count; oneof++) {
        uint32_t number = pier__oneof_case(own, oneof, record);
        bool is_known = number == 0;
        for (uint32_t i = 0; i < own->field_count && !is_known; i++) {
            is_known = fields[i].oneof == oneof && fields[i].number == number;
        }
        if (!is_known) {
            return false;
        }
    }
    return true;
}

static uint8_t *put_record(storing *to, uint32_t index, uint8_t *at, const uint8_t *record) {
    const pier__program_record *type = &to->program->records[index];
    at = make_room(to, at, type->most);
    if (PIER_UNLIKELY(at == NULL || (type->has_oneofs && !check_cases(type->own, record)))) {
        return NULL;
    }
    if (to->program->form == PIER__FORM_MAP) {
        return put_map(to, type, at, record);
    }
    if (!open_level(to, type->places)) {
        return NULL;
    }
    at = put_fields(to, type, pier__put_count(at, type->places), record);
    to->depth_left++;
    return at;
}

/* Stores a whole record at `at`, where there is room up to `end`. */
static uint8_t *put_whole(storing *to, uint8_t *at, const uint8_t *end, const void *record) {
    /* Names have up to 255 bytes. */
    const pier_limits *limits = to->limits;
    uint64_t bytes_min = to->program->inline_most > UINT8_MAX ? to->program->inline_most : UINT8_MAX;
    if (limits->text_bytes_max < bytes_min || limits->elements_max == 0) {
        return NULL;
    }
    to->depth_left = limits->depth_max;
    to->elements_left = limits->elements_max - 1;
    open_room(to, at, end);
    return put_record(to, 0, at, (const uint8_t *)record);
}

bool pier__program_store(const pier__program *program, pier_archive *archive, const void *record) {
    storing to = {.program = program, .archive = archive, .limits = &pier__archive_of(archive)->limits};
    uint8_t *end = put_whole(&to, archive->cursor, archive->limit, record);
    if (end == NULL) {
        return false;
    }
    archive->cursor = end;
    return true;
}

bool pier__program_store_in_run(const pier__program *program, pier_archive *archive, const void *record) {
    storing to = {.program = program, .limits = &pier__archive_of(archive)->limits};
    uint8_t *end = put_whole(&to, archive->cursor, archive->run.end, record);
    if (end == NULL) {
        return false;
    }
    archive->cursor = end;
    archive->limit = end;
    archive->run.count++;
    return true;
}
