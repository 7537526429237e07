/* Making programs of classes; see program_internal.h.
 *
 * Floor 5 (record). Types are found as they are met, each once for each of its two uses: as a record, and as the pair
 * of a map. What a record takes at most is known when all types are, and adds up along structs that lie in one another;
 * those are only as deep as the program has them. */
#include "record/program_internal.h"

#include <pier/record_encode.h>

typedef struct maker {
    pier__program_parts parts;
    pier__form form;
    bool is_done; /* false: programs do not do it */
} maker;

void pier__program_parts_init(pier__program_parts *parts, const pier_allocator *allocator) {
    pier__buffer_init(&parts->records, allocator);
    pier__buffer_init(&parts->ops, allocator);
    pier__buffer_init(&parts->keys, allocator);
}

void pier__program_parts_deinit(pier__program_parts *parts) {
    pier__buffer_deinit(&parts->records);
    pier__buffer_deinit(&parts->ops);
    pier__buffer_deinit(&parts->keys);
}

static pier__program_record *record_at(const pier__program_parts *parts, size_t index) {
    return (pier__program_record *)(void *)parts->records.data + index;
}

static pier__op *op_at(const pier__program_parts *parts, size_t index) {
    return (pier__op *)(void *)parts->ops.data + index;
}

static uint32_t record_count(const pier__program_parts *parts) {
    return (uint32_t)(parts->records.size / sizeof(pier__program_record));
}

static uint32_t op_count(const pier__program_parts *parts) {
    return (uint32_t)(parts->ops.size / sizeof(pier__op));
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

/* What a value takes at most, when it is not a record: the largest is a time. */
enum { SCALAR_BYTES = 16 };

static bool fill_value(const pier_field *field, pier__op *op) {
    bool is_fixed = (field->flags & PIER_FIELD_FIXED) != 0;
    bool is_inline = field->capacity != 0;
    op->take = (uint8_t)field->kind;
    op->most = SCALAR_BYTES;
    op->width = (uint32_t)pier__kind_bytes(field->kind);
    op->member_bytes = field->kind != PIER_FIELD_RECORD ? (uint32_t)pier__field_bytes(field) : 0;
    switch (field->kind) {
    case PIER_FIELD_ENUM:
        op->take = PIER_FIELD_I32;
        is_fixed = false;
        break;
    case PIER_FIELD_TEXT:
        op->take = is_inline ? PIER__VALUE_INLINE_TEXT : PIER_FIELD_TEXT;
        break;
    case PIER_FIELD_BYTES:
        op->take = is_inline ? PIER__VALUE_INLINE_BYTES : PIER_FIELD_BYTES;
        break;
    case PIER_FIELD_RECORD:
        op->take = pier__field_is_pointer(field) ? PIER__VALUE_POINTED : PIER_FIELD_RECORD;
        break;
    default:
        break;
    }
    if (field->kind == PIER_FIELD_TEXT || field->kind == PIER_FIELD_BYTES) {
        op->capacity = field->capacity;
        op->most += field->capacity;
        op->rules |= is_inline ? 0 : PIER__OP_GROWS;
    }
    bool is_integer = op->take >= PIER_FIELD_I8 && op->take <= PIER_FIELD_U64;
    op->put = is_fixed && is_integer ? PIER__VALUE_FIXED : op->take;
    op->kind = op->take <= PIER_FIELD_F64 ? op->take : (uint8_t)field->kind;
    return field->kind >= PIER_FIELD_BOOL && field->kind <= PIER_FIELD_ENUM && (field->flags & PIER_FIELD_SHARED) == 0;
}

bool pier__op_of_field(const pier_field *field, pier__op *op) {
    *op = (pier__op){.number = field->number, .offset = field->offset};
    if (!fill_value(field, op)) {
        return false;
    }
    if (!pier__field_is_repeated(field)) {
        if (pier__field_is_pointer(field)) {
            op->shape = PIER__OP_POINTER;
        } else if ((field->flags & PIER_FIELD_PRESENCE) != 0) {
            op->shape = PIER__OP_OPTIONAL;
            op->aside = field->presence_offset;
        }
        op->rules |= (field->flags & PIER_FIELD_REQUIRED) != 0 ? PIER__OP_REQUIRED : 0;
        op->rules |= op->shape == PIER__OP_POINTER ? PIER__OP_GROWS : 0;
        return true;
    }
    op->shape = (field->flags & PIER_FIELD_MAP) != 0 ? PIER__OP_PAIRS : PIER__OP_ELEMENTS;
    op->count = field->count_max;
    op->aside = field->count_offset;
    op->element_bytes = field->element_bytes;
    op->rules |= PIER__OP_GROWS;
    op->rules |= (field->flags & PIER_FIELD_LIST) != 0 ? PIER__OP_LIST : 0;
    op->rules |= (field->flags & PIER_FIELD_REQUIRED) != 0 ? PIER__OP_REQUIRED : 0;
    bool is_number = op->take >= PIER_FIELD_I8 && op->take <= PIER_FIELD_F64 && field->kind != PIER_FIELD_ENUM;
    bool is_tight = op->width != 0 && field->element_bytes == op->width;
    op->rules |= is_tight ? PIER__OP_TIGHT : 0;
    op->rules |= (field->flags & PIER_FIELD_TYPED) != 0 ? PIER__OP_TYPED : 0;
    return (field->flags & PIER_FIELD_TYPED) == 0 || (is_number && is_tight);
}

/* Types ------------------------------------------------------------------------------------------------------------ */

/* Gets the index of a type in one of its uses, which is added when it is new. */
static bool find_record(maker *m, const pier_class *own, bool is_entry, uint32_t *index) {
    uint32_t count = record_count(&m->parts);
    for (*index = 0; *index < count; ++*index) {
        const pier__program_record *known = record_at(&m->parts, *index);
        if (known->own == own && known->is_entry == is_entry) {
            return true;
        }
    }
    pier__program_record added = {.own = own, .is_entry = is_entry};
    return pier__buffer_append(&m->parts.records, &added, sizeof added);
}

static bool add_gap(maker *m, uint32_t places) {
    pier__op gap = {.shape = PIER__OP_GAP, .count = places, .most = places};
    return places == 0 || pier__buffer_append(&m->parts.ops, &gap, sizeof gap);
}

static bool add_key(maker *m, const pier_field *field, pier__op *op) {
    uint8_t head[16];
    size_t head_bytes = (size_t)(pier__put_text_head(head, field->name_bytes) - head);
    op->key_at = (uint32_t)m->parts.keys.size;
    op->key_bytes = (uint32_t)(head_bytes + field->name_bytes);
    char first[8] = {0};
    size_t bytes = op->key_bytes < sizeof first ? op->key_bytes : sizeof first;
    memcpy(first, head, head_bytes);
    memcpy(first + head_bytes, field->name, bytes - head_bytes);
    op->key_word = pier__text_word(first);
    op->key_mask = UINT64_MAX >> (64 - 8 * bytes);
    return pier__buffer_append(&m->parts.keys, head, head_bytes) &&
           pier__buffer_append(&m->parts.keys, field->name, field->name_bytes);
}

/* Adds the operation of a field; in a oneof's slot, or in a place of its own. Returns false when there is no memory. */
static bool add_field(maker *m, const pier_class *own, bool is_entry, const pier_field *field) {
    pier__op op;
    if (!pier__op_of_field(field, &op)) {
        m->is_done = false;
        return true;
    }
    bool is_plain = m->form != PIER__FORM_SLOTS;
    bool may_be_nil = (field->flags & PIER_FIELD_PRESENCE) != 0 || op.shape == PIER__OP_POINTER || is_plain;
    if (field->oneof != 0) {
        op.shape = PIER__OP_MEMBER;
        op.aside = own->oneofs[field->oneof - 1].case_offset;
    }
    /* A key is there; a member whose slot is not nil has a value. */
    may_be_nil = may_be_nil && !(is_entry && field == own->fields(own)) && (is_plain || field->oneof == 0);
    op.rules |= may_be_nil ? PIER__OP_NIL : 0;
    bool is_record = field->kind == PIER_FIELD_RECORD;
    return (!is_record || find_record(m, field->type, op.shape == PIER__OP_PAIRS, &op.record)) &&
           (m->form != PIER__FORM_MAP || is_entry || add_key(m, field, &op)) &&
           pier__buffer_append(&m->parts.ops, &op, sizeof op);
}

static bool add_oneof(maker *m, const pier_class *own, uint32_t oneof) {
    const pier_field *fields = own->fields(own);
    size_t begin = op_count(&m->parts);
    pier__op op = {.shape = PIER__OP_ONEOF,
                   .aside = own->oneofs[oneof - 1].case_offset,
                   .rules = PIER__OP_GROWS,
                   .most = SCALAR_BYTES};
    if (!pier__buffer_append(&m->parts.ops, &op, sizeof op)) {
        return false;
    }
    for (uint32_t i = 0; i < own->field_count; i++) {
        if (fields[i].oneof == oneof && !add_field(m, own, false, &fields[i])) {
            return false;
        }
    }
    op_at(&m->parts, begin)->count = (uint32_t)(op_count(&m->parts) - begin - 1);
    return true;
}

static bool add_slots(maker *m, const pier_class *own, bool is_entry) {
    const pier_field *fields = own->fields(own);
    for (uint32_t i = 0; i < own->field_count; i++) {
        bool added = fields[i].oneof == 0            ? add_field(m, own, is_entry, &fields[i])
                     : pier__oneof_begins(fields, i) ? add_oneof(m, own, fields[i].oneof)
                                                     : true;
        if (!added) {
            return false;
        }
    }
    return true;
}

/* Adds the fields each for itself; in an array, with the gaps between them. */
static bool add_each(maker *m, const pier_class *own, bool is_entry) {
    const pier_field *fields = own->fields(own);
    uint32_t place = 0;
    for (uint32_t i = 0; i < own->field_count; i++) {
        uint32_t gap = m->form == PIER__FORM_PLACES && fields[i].number > place + 1 ? fields[i].number - place - 1 : 0;
        if (!add_gap(m, gap) || !add_field(m, own, is_entry, &fields[i])) {
            return false;
        }
        place = fields[i].number;
    }
    return true;
}

/* Adds the operations of the type at `index`. Returns false when there is no memory. */
static bool add_record(maker *m, uint32_t index) {
    const pier_class *own = record_at(&m->parts, index)->own;
    bool is_entry = record_at(&m->parts, index)->is_entry;
    const pier_field *fields = own->fields(own);
    uint32_t first = op_count(&m->parts);
    bool is_plain = m->form != PIER__FORM_SLOTS;
    if (!(is_plain ? add_each(m, own, is_entry) : add_slots(m, own, is_entry))) {
        return false;
    }
    pier__program_record *record = record_at(&m->parts, index);
    record->first = first;
    record->op_count = op_count(&m->parts) - first;
    record->has_defaults = pier__class_has_defaults(own);
    record->has_oneofs = own->oneof_count > 0 && is_plain;
    record->is_whole = true;
    for (uint32_t i = 0; i < record->op_count; i++) {
        const pier__op *op = op_at(&m->parts, first + i);
        record->required = (uint16_t)(record->required + ((op->rules & PIER__OP_REQUIRED) != 0));
        record->is_whole = record->is_whole && (op->shape == PIER__OP_ALWAYS || op->shape == PIER__OP_ELEMENTS ||
                                                op->shape == PIER__OP_PAIRS);
    }
    uint32_t last = own->field_count > 0 ? fields[own->field_count - 1].number : 0;
    record->places = m->form == PIER__FORM_PLACES ? last
                     : m->form == PIER__FORM_MAP  ? own->field_count
                                                  : pier__class_slots(own);
    m->is_done = m->is_done && !(is_plain && record->places > PIER__PLACES_MAX);
    return true;
}

/* Finds out what a record takes at most, and whether it may take more. */
static void add_up(const pier__program_parts *parts, uint32_t index) {
    enum { HEAD_BYTES = 5, AROUND_BYTES = 4 };
    pier__program_record *record = record_at(parts, index);
    if (record->most != 0) {
        return;
    }
    uint64_t most = HEAD_BYTES;
    for (uint32_t i = 0; i < record->op_count; i++) {
        pier__op *op = op_at(parts, record->first + i);
        bool is_apart = op->shape == PIER__OP_ELEMENTS || op->shape == PIER__OP_PAIRS;
        if (op->put == PIER_FIELD_RECORD && !is_apart) {
            add_up(parts, op->record);
            op->most = record_at(parts, op->record)->most;
            op->rules = (uint16_t)(op->rules | (record_at(parts, op->record)->grows ? PIER__OP_GROWS : 0));
        }
        most += op->key_bytes + AROUND_BYTES + (is_apart ? HEAD_BYTES : op->most);
        record->grows = record->grows || (op->rules & PIER__OP_GROWS) != 0;
    }
    record->most = most;
}

/* The whole -------------------------------------------------------------------------------------------------------- */

/* Notes what is most of the work: values that are simply there. */
static void shorten(pier__op *op) {
    bool is_simple = op->shape == PIER__OP_ALWAYS && op->take != PIER_FIELD_RECORD && op->take != PIER_FIELD_DURATION;
    op->put_whole = is_simple && (op->rules & PIER__OP_GROWS) == 0 ? op->put : PIER__VALUE_NONE;
    op->take_whole = is_simple ? op->take : PIER__VALUE_NONE;
}

pier__program *pier__program_finish(const pier__program_parts *parts, pier__form form,
                                    const pier_allocator *allocator) {
    size_t memory_bytes =
        sizeof(pier__program) + parts->ops.size + parts->records.size + parts->keys.size + PIER__KEY_PADDING;
    pier__program *program = (pier__program *)pier__allocate(allocator, memory_bytes);
    if (program == NULL) {
        return NULL;
    }
    memset((void *)program, 0, memory_bytes);
    uint8_t *ops = (uint8_t *)(program + 1);
    uint8_t *records = ops + parts->ops.size;
    uint8_t *keys = records + parts->records.size;
    const pier__buffer *pieces[] = {&parts->ops, &parts->records, &parts->keys};
    uint8_t *places[] = {ops, records, keys};
    for (size_t i = 0; i < 3; i++) {
        if (pieces[i]->size > 0) {
            memcpy(places[i], pieces[i]->data, pieces[i]->size);
        }
    }
    *program = (pier__program){.memory_bytes = memory_bytes,
                               .form = form,
                               .records = (const pier__program_record *)(const void *)records,
                               .ops = (const pier__op *)(const void *)ops,
                               .keys = keys};
    for (uint32_t i = 0; i < op_count(parts); i++) {
        shorten((pier__op *)(void *)ops + i);
        uint32_t capacity = program->ops[i].capacity;
        program->inline_most = capacity > program->inline_most ? capacity : program->inline_most;
    }
    return program;
}

static bool add_records(maker *m, const pier_class *own) {
    uint32_t root;
    if (!find_record(m, own, false, &root)) {
        return false;
    }
    for (uint32_t i = 0; m->is_done && i < record_count(&m->parts); i++) {
        if (!add_record(m, i)) {
            return false;
        }
    }
    for (uint32_t i = 0; m->is_done && i < record_count(&m->parts); i++) {
        add_up(&m->parts, i);
    }
    return true;
}

bool pier__program_create(const pier_class *own, pier__form form, const pier_allocator *allocator,
                          pier__program **out) {
    maker m = {.form = form, .is_done = (own->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) == 0};
    *out = NULL;
    if (!m.is_done) {
        return true;
    }
    pier__program_parts_init(&m.parts, allocator);
    bool is_made = add_records(&m, own);
    if (is_made && m.is_done) {
        *out = pier__program_finish(&m.parts, form, allocator);
        is_made = *out != NULL;
    }
    pier__program_parts_deinit(&m.parts);
    return is_made;
}

void pier__program_destroy(const pier_allocator *allocator, pier__program *program) {
    if (program != NULL) {
        pier__release(allocator, program, program->memory_bytes);
    }
}
