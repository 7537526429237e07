/* Loading records through a plan; see plan_internal.h.
 *
 * Floor 5 (record). The record has passed the scan, so that its depth and its values are within the limits, and what
 * recurses here recurses no deeper. Where the writer's slot has the loader's own form, the loaders of fields and values
 * (interpret_internal.h) do the work; here is what differs. Nothing is allocated but for lists and pointers. */
#include <string.h>

#include "record/links_internal.h"

static bool load_steps(pier__loading *from, const pier__plan *plan, const pier__plan_record *types, uint8_t *record);

static bool is_nil(pier__loading *from) {
    return pier_load_kind(from->archive) == PIER_KIND_NIL;
}

/* Values ----------------------------------------------------------------------------------------------------------- */

/* Loads a value that is one token of another kind than the field's. */
static bool load_converted(pier__loading *from, const pier__step *step, pier__found *value, uint8_t *to) {
    pier_token *token = &value->token;
    bool is_integer = token->kind == PIER_KIND_UINT || token->kind == PIER_KIND_INT;
    switch ((pier__conversion)step->conversion) {
    case PIER__BOOL_OF_INTEGER:
        if (!is_integer) {
            return pier__load_fail_type(from, value, "integer");
        }
        if (token->kind == PIER_KIND_INT || token->as.uint > 1) {
            return token->kind == PIER_KIND_INT ? pier__load_fail(from, value->at, PIER_RANGE, "%lld does not fit bool",
                                                                  (long long)token->as.sint)
                                                : pier__load_fail(from, value->at, PIER_RANGE, "%llu does not fit bool",
                                                                  (unsigned long long)token->as.uint);
        }
        *token = (pier_token){.kind = PIER_KIND_BOOL, .as.boolean = token->as.uint == 1};
        break;
    case PIER__INTEGER_OF_BOOL:
        if (token->kind != PIER_KIND_BOOL) {
            return pier__load_fail_type(from, value, "bool");
        }
        *token = (pier_token){.kind = PIER_KIND_UINT, .as.uint = token->as.boolean ? 1 : 0};
        break;
    case PIER__TEXT_OF_BYTES:
        if (token->kind != PIER_KIND_BYTES) {
            return pier__load_fail_type(from, value, "bin");
        }
        *token =
            (pier_token){.kind = PIER_KIND_TEXT, .as.text = {(const char *)token->as.bytes.data, token->as.bytes.size}};
        break;
    case PIER__BYTES_OF_TEXT:
        if (token->kind != PIER_KIND_TEXT) {
            return pier__load_fail_type(from, value, "str");
        }
        *token = (pier_token){.kind = PIER_KIND_BYTES, .as.bytes = {token->as.text.data, token->as.text.size}};
        break;
    default:
        break;
    }
    return pier__load_scalar(from, step->field, value, to);
}

/* Loads a record into the member `to`, behind a pointer if it is one. */
static bool load_nested(pier__loading *from, const pier__plan *plan, const pier__step *step, uint8_t *to) {
    const pier_class *type = step->field->type;
    if ((step->field->flags & PIER_FIELD_SHARED) != 0) {
        return pier__load_reference(from, step->field, plan, step->record, to);
    }
    if (pier__field_is_pointer(step->field)) {
        uint8_t *pointed = pier__load_allocate(from, from->archive->cursor, 1, type->record_bytes);
        if (pointed == NULL) {
            return false;
        }
        memcpy(to, &pointed, sizeof pointed);
        to = pointed;
    }
    pier__init_fields(type, to);
    return pier__plan_load_record(from, plan, step->record, to);
}

/* Loads one value that is not nil: that of a single field, or an element. */
static bool load_value(pier__loading *from, const pier__plan *plan, const pier__step *step, uint8_t *to) {
    if (step->conversion == PIER__AS_OWN) {
        return pier__load_value(from, step->field, to);
    }
    if (step->conversion == PIER__AS_RECORD) {
        return load_nested(from, plan, step, to);
    }
    pier__found value = pier__load_take(from);
    return load_converted(from, step, &value, to);
}

/* Repeated fields -------------------------------------------------------------------------------------------------- */

/* Loads `count` elements, or the pairs of a map. `head` has been taken. */
static bool load_elements(pier__loading *from, const pier__plan *plan, const pier__step *step, const pier__found *head,
                          uint8_t *record) {
    const pier_field *field = step->field;
    uint32_t count = head->token.as.count;
    uint8_t *elements = NULL;
    if (!pier__load_room(from, field, head->at, count, record, &elements)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t before = pier__path_index(&from->path, i);
        uint8_t *element = elements + i * field->element_bytes;
        if ((step->from & PIER__FROM_MAP) != 0) {
            pier__init_fields(field->type, element);
            if (!load_steps(from, plan, &plan->records[step->record], element)) {
                return false;
            }
        } else if (!load_value(from, plan, step, element)) {
            return false;
        }
        pier__path_cut(&from->path, before);
    }
    return true;
}

/* Loads the elements of a typed array, whose ext was found, each as if it stood alone. */
static bool load_typed(pier__loading *from, const pier__step *step, const pier__found *ext, uint8_t *record) {
    const pier_field *field = step->field;
    if (step->conversion == PIER__AS_OWN) {
        return pier__load_typed(from, field, ext, record);
    }
    pier__typed typed;
    uint8_t *elements = NULL;
    if (!pier__load_typed_open(from, ext, &typed) ||
        !pier__load_room(from, field, ext->at, typed.count, record, &elements)) {
        return false;
    }
    for (size_t i = 0; i < typed.count; i++) {
        pier__found element = pier__load_typed_element(&typed, i);
        size_t before = pier__path_index(&from->path, (uint32_t)i);
        if (!load_converted(from, step, &element, elements + i * field->element_bytes)) {
            return false;
        }
        pier__path_cut(&from->path, before);
    }
    return true;
}

static bool is_typed_array(const pier__found *head) {
    return head->token.kind == PIER_KIND_EXT && head->token.as.ext.type == PIER__EXT_TYPED;
}

/* Whether the elements may come as a typed array. */
static bool is_of_numbers(const pier__step *step) {
    pier_field_kind kind = step->field->kind;
    return (kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_F64) || kind == PIER_FIELD_ENUM ||
           step->conversion == PIER__BOOL_OF_INTEGER;
}

static bool load_array(pier__loading *from, const pier__plan *plan, const pier__step *step, uint8_t *record) {
    pier__found head = pier__load_take(from);
    bool is_map = (step->from & PIER__FROM_MAP) != 0;
    if (!is_map && is_typed_array(&head) && is_of_numbers(step)) {
        return load_typed(from, step, &head, record);
    }
    if (head.token.kind != (is_map ? PIER_KIND_MAP : PIER_KIND_ARRAY)) {
        return pier__load_fail_type(from, &head, is_map ? "map" : "array");
    }
    return load_elements(from, plan, step, &head, record);
}

/* Loads a single value as an array of one. */
static bool load_as_element(pier__loading *from, const pier__plan *plan, const pier__step *step, uint8_t *record) {
    uint8_t *element = NULL;
    return pier__load_room(from, step->field, from->archive->cursor, 1, record, &element) &&
           load_value(from, plan, step, element);
}

/* Single fields ---------------------------------------------------------------------------------------------------- */

/* Tells that a field is there. Returns false, with the failure told, when another of its oneof is, too. at: where the
 * value stands. */
static bool announce(pier__loading *from, const pier_class *type, const pier_field *field, const uint8_t *at,
                     uint8_t *record) {
    if (field->oneof != 0) {
        const pier_oneof *oneof = &type->oneofs[field->oneof - 1];
        uint32_t set = pier__oneof_case(type, field->oneof, record);
        uint32_t number = field->number;
        if (set != 0) {
            return pier__load_fail(from, at, PIER_RANGE, "a second field of oneof %.60s, beside field %u", oneof->name,
                                   set);
        }
        memcpy(record + oneof->case_offset, &number, sizeof number);
    } else if ((field->flags & PIER_FIELD_PRESENCE) != 0 && !pier__field_is_pointer(field)) {
        bool has = true;
        memcpy(record + field->presence_offset, &has, sizeof has);
    }
    return true;
}

static bool load_absent(pier__loading *from, const pier_field *field, const uint8_t *at, const char *as) {
    return (field->flags & PIER_FIELD_REQUIRED) == 0 ||
           pier__load_fail(from, at, PIER_MISMATCH, "the field is required, and is %s", as);
}

static bool load_single(pier__loading *from, const pier__plan *plan, const pier_class *type, const pier__step *step,
                        uint8_t *record) {
    return announce(from, type, step->field, from->archive->cursor, record) &&
           load_value(from, plan, step, record + step->field->offset);
}

/* Loads an array that must have one element at most. */
static bool load_only_element(pier__loading *from, const pier__plan *plan, const pier_class *type,
                              const pier__step *step, uint8_t *record) {
    pier__found head = pier__load_take(from);
    pier__typed typed = {.count = 0};
    bool is_typed = is_typed_array(&head) && is_of_numbers(step);
    if (!is_typed && head.token.kind != PIER_KIND_ARRAY) {
        return pier__load_fail_type(from, &head, "array");
    }
    if (is_typed && !pier__load_typed_open(from, &head, &typed)) {
        return false;
    }
    uint64_t count = is_typed ? typed.count : head.token.as.count;
    if (count == 0) {
        return load_absent(from, step->field, head.at, "an empty array");
    }
    if (count > 1) {
        return pier__load_fail(from, head.at, PIER_RANGE, "%llu elements, and there is room for one",
                               (unsigned long long)count);
    }
    if (!is_typed) {
        return load_single(from, plan, type, step, record);
    }
    pier__found element = pier__load_typed_element(&typed, 0);
    return announce(from, type, step->field, head.at, record) &&
           load_converted(from, step, &element, record + step->field->offset);
}

/* Slots ------------------------------------------------------------------------------------------------------------ */

/* Loads what stands in a slot, nil included, or with the number of a oneof's member. */
static bool load_field(pier__loading *from, const pier__plan *plan, const pier_class *type, const pier__step *step,
                       uint8_t *record) {
    const pier_field *field = step->field;
    size_t before = pier__path_field(&from->path, field->name);
    bool is_repeated = pier__field_is_repeated(field);
    bool loaded;
    if ((step->from & PIER__FROM_OPTIONAL) != 0 && is_nil(from)) {
        pier__found nil = pier__load_take(from);
        loaded = load_absent(from, field, nil.at, "nil");
    } else if ((step->from & PIER__FROM_REPEATED) != 0) {
        loaded = is_repeated ? load_array(from, plan, step, record) : load_only_element(from, plan, type, step, record);
    } else {
        loaded = is_repeated ? load_as_element(from, plan, step, record) : load_single(from, plan, type, step, record);
    }
    if (loaded) {
        pier__path_cut(&from->path, before);
    }
    return loaded;
}

/* The members that the loader requires must be the one that is set. set: its number; 0: none. */
static bool check_members(pier__loading *from, const pier__step *oneof, uint64_t set, const uint8_t *at) {
    for (uint32_t i = 1; i <= oneof->count; i++) {
        if (oneof[i].number != set && (oneof[i].field->flags & PIER_FIELD_REQUIRED) != 0) {
            (void)pier__path_field(&from->path, oneof[i].field->name);
            return pier__load_fail(from, at, PIER_MISMATCH, "the field is required, and is not set");
        }
    }
    return true;
}

/* Loads the slot of a oneof: nil, or number and value. The steps of its members follow. */
static bool load_oneof(pier__loading *from, const pier__plan *plan, const pier_class *type, const pier__step *oneof,
                       uint8_t *record) {
    pier__found head = pier__load_take(from);
    if (head.token.kind == PIER_KIND_NIL) {
        return check_members(from, oneof, 0, head.at);
    }
    if (!pier__load_pair(from, &head, "array or nil", "number and value")) {
        return false;
    }
    pier__found number = pier__load_take(from);
    if (number.token.kind != PIER_KIND_UINT) {
        return pier__load_fail_type(from, &number, "number of a field");
    }
    if (!check_members(from, oneof, number.token.as.uint, head.at)) {
        return false;
    }
    for (uint32_t i = 1; i <= oneof->count; i++) {
        if (oneof[i].number == number.token.as.uint) {
            return load_field(from, plan, type, &oneof[i], record);
        }
    }
    pier_load_skip(from->archive);
    return true;
}

static bool load_steps(pier__loading *from, const pier__plan *plan, const pier__plan_record *types, uint8_t *record) {
    const pier__step *end = plan->steps + types->first_step + types->step_count;
    for (const pier__step *step = plan->steps + types->first_step; step < end; step++) {
        switch ((pier__step_kind)step->kind) {
        case PIER__STEP_SKIP:
            for (uint32_t i = 0; i < step->count; i++) {
                pier_load_skip(from->archive);
            }
            break;
        case PIER__STEP_FIELD:
            if (!load_field(from, plan, types->own, step, record)) {
                return false;
            }
            break;
        case PIER__STEP_ONEOF:
            if (!load_oneof(from, plan, types->own, step, record)) {
                return false;
            }
            step += step->count;
            break;
        }
    }
    return true;
}

/* Loads a record into a struct that has the defaults. */
bool pier__plan_load_record(pier__loading *from, const pier__plan *plan, uint32_t index, uint8_t *record) {
    const pier__plan_record *types = &plan->records[index];
    pier__found head = pier__load_take(from);
    if (head.token.kind != PIER_KIND_ARRAY) {
        return pier__load_fail_type(from, &head, "array");
    }
    if (head.token.as.count != types->slots) {
        return pier__load_fail(from, head.at, PIER_PROTOCOL, "expected an array of %u slots, found %u", types->slots,
                               head.token.as.count);
    }
    return load_steps(from, plan, types, record);
}

pier_status pier__plan_load(pier_archive *archive, const pier__plan *plan, void *record, const pier__decoding *how) {
    const pier_class *own = plan->records[0].own;
    pier__loading from = {
        .archive = archive, .arena = how->arena, .owns = how->owns, .is_typed = true, .status = PIER_OK};
    pier__path_init(&from.path, own->name);
    pier__init_fields(own, (uint8_t *)record);
    if (plan->writer_is_graph || (own->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) != 0) {
        (void)pier__load_linked(&from, own, plan, (uint8_t *)record);
    } else {
        (void)pier__plan_load_record(&from, plan, 0, (uint8_t *)record);
    }
    return from.status;
}
