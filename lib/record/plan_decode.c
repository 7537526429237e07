/* Loading records through a plan in one go, without a scan before it; see plan_internal.h.
 *
 * Floor 5 (record). For plans that are *flat*: numbers, text, bytes, times, and records within the struct, one by one.
 * The kernels of the straight-line codecs (record_decode.h) take the values, and the end is looked at behind each of
 * them. What a kernel does not take (a value that does not fit, a rare form) is loaded again by plan_load.c, which
 * takes all that is legal and has the exact error for all else. */
#include <string.h>

#include <pier/record_decode.h>

#include "archive/scan_internal.h"
#include "record/interpret_internal.h"
#include "record/plan_internal.h"

typedef struct decoder {
    const pier__plan *plan;
    const uint8_t *end;
    pier__decoding *how;
} decoder;

static const uint8_t *decode_record(decoder *d, const uint8_t *at, uint32_t index, uint32_t depth_left,
                                    uint8_t *record);

bool pier__step_is_flat(const pier__step *step) {
    const pier_field *field = step->field;
    if (step->kind != PIER__STEP_FIELD) {
        return step->kind == PIER__STEP_SKIP;
    }
    bool is_single = (step->from & (PIER__FROM_REPEATED | PIER__FROM_MAP)) == 0 && !pier__field_is_repeated(field) &&
                     field->oneof == 0 && !pier__field_is_pointer(field);
    bool is_own = step->conversion == PIER__AS_OWN && field->kind != PIER_FIELD_ANY;
    return is_single && (is_own || step->conversion == PIER__AS_RECORD);
}

/* Passes over a value. One that could be deeper than what is left of the limit is not taken. */
static const uint8_t *skip(const decoder *d, const uint8_t *at, uint32_t depth_left) {
    const pier__head *head = &pier__heads[at[0]];
    size_t there = (size_t)(d->end - at);
    if (head->kind == PIER__HEAD_BARE) {
        return head->head_bytes <= there ? at + head->head_bytes : NULL;
    }
    size_t extent = pier__scan_extent(at, there);
    bool is_text = head->kind == PIER__HEAD_BYTES;
    return extent > 0 && (is_text || extent < depth_left) ? at + extent : NULL;
}

#define TAKE(type, kernel)                                                                                             \
    {                                                                                                                  \
        type value;                                                                                                    \
        at = kernel(at, d->end, &value, &wrong);                                                                       \
        memcpy(to, &value, sizeof value);                                                                              \
        break;                                                                                                         \
    }

/* Takes a value that has a kernel. Returns its end, or NULL. */
static const uint8_t *decode_scalar(const decoder *d, const uint8_t *at, const pier_field *field, uint8_t *to) {
    unsigned wrong = 0;
    switch (field->kind) {
    case PIER_FIELD_BOOL:
        TAKE(bool, pier__take_boolean)
    case PIER_FIELD_I8:
        TAKE(int8_t, pier__take_i8)
    case PIER_FIELD_I16:
        TAKE(int16_t, pier__take_i16)
    case PIER_FIELD_I32:
    case PIER_FIELD_ENUM:
        TAKE(int32_t, pier__take_i32)
    case PIER_FIELD_I64:
        TAKE(int64_t, pier__take_i64)
    case PIER_FIELD_U8:
        TAKE(uint8_t, pier__take_u8)
    case PIER_FIELD_U16:
        TAKE(uint16_t, pier__take_u16)
    case PIER_FIELD_U32:
        TAKE(uint32_t, pier__take_u32)
    case PIER_FIELD_U64:
        TAKE(uint64_t, pier__take_u64)
    case PIER_FIELD_F32:
        TAKE(float, pier__take_f32)
    case PIER_FIELD_F64:
        TAKE(double, pier__take_f64)
    case PIER_FIELD_TIME:
        TAKE(pier_time, pier__take_time)
    case PIER_FIELD_DURATION:
        TAKE(pier_duration, pier__take_duration)
    case PIER_FIELD_TEXT:
        if (field->capacity != 0) {
            at = pier__take_inline_text(at, d->end, (char *)to, field->capacity, &wrong);
        } else {
            pier_text text;
            at = pier__take_text(at, d->end, &text, d->how, &wrong);
            memcpy(to, &text, sizeof text);
        }
        break;
    case PIER_FIELD_BYTES:
        if (field->capacity != 0) {
            uint32_t size;
            at = pier__take_inline_bytes(at, d->end, to + sizeof size, &size, field->capacity, &wrong);
            memcpy(to, &size, sizeof size);
        } else {
            pier_bytes bytes;
            at = pier__take_bytes(at, d->end, &bytes, d->how, &wrong);
            memcpy(to, &bytes, sizeof bytes);
        }
        break;
    default:
        return NULL;
    }
    return wrong == 0 && at <= d->end ? at : NULL;
}

static const uint8_t *decode_field(decoder *d, const uint8_t *at, const pier__step *step, uint32_t depth_left,
                                   uint8_t *record) {
    const pier_field *field = step->field;
    if ((step->from & PIER__FROM_OPTIONAL) != 0 && at[0] == 0xc0) {
        return (field->flags & PIER_FIELD_REQUIRED) == 0 ? at + 1 : NULL;
    }
    if ((field->flags & PIER_FIELD_PRESENCE) != 0) {
        bool has = true;
        memcpy(record + field->presence_offset, &has, sizeof has);
    }
    uint8_t *to = record + field->offset;
    if (step->conversion != PIER__AS_RECORD) {
        return decode_scalar(d, at, field, to);
    }
    if ((field->flags & PIER_FIELD_PRESENCE) != 0 && d->plan->has_defaults) {
        pier__init_fields(field->type, to);
    }
    return decode_record(d, at, step->record, depth_left, to);
}

static const uint8_t *decode_record(decoder *d, const uint8_t *at, uint32_t index, uint32_t depth_left,
                                    uint8_t *record) {
    const pier__plan_record *types = &d->plan->records[index];
    const pier__step *step = d->plan->steps + types->first_step;
    const pier__step *end = step + types->step_count;
    unsigned wrong = 0;
    at = pier__take_slots(at, types->slots, &wrong);
    if (wrong != 0 || depth_left == 0) {
        return NULL;
    }
    for (; step < end; step++) {
        for (uint32_t i = 0; i < step->count; i++) {
            at = at < d->end ? skip(d, at, depth_left) : NULL;
            if (at == NULL) {
                return NULL;
            }
        }
        if (step->kind == PIER__STEP_FIELD) {
            at = at < d->end ? decode_field(d, at, step, depth_left - 1, record) : NULL;
            if (at == NULL) {
                return NULL;
            }
        }
    }
    return at <= d->end ? at : NULL;
}

const uint8_t *pier__plan_decode(const pier__plan *plan, const uint8_t *at, const uint8_t *end, void *record,
                                 pier__decoding *how) {
    const pier_class *own = plan->records[0].own;
    if (!plan->is_flat || how->owns) {
        return NULL;
    }
    memset(record, 0, own->record_bytes);
    if (plan->has_defaults) {
        pier__init_fields(own, (uint8_t *)record);
    }
    decoder d = {plan, end, how};
    const uint8_t *record_end = decode_record(&d, at, 0, how->depth_left, (uint8_t *)record);
    /* A record has no more values than bytes. */
    bool is_within = record_end != NULL && (uint64_t)(record_end - at) <= how->elements_left;
    return is_within ? record_end : NULL;
}
