/* The programs of plans; see plan_internal.h and program_internal.h.
 *
 * Floor 5 (record). A step that has the loader's own form, or a record of two types, is one operation; slots that nobody
 * wants are a gap. A plan with other steps (a bool of an integer, one value as an array) is loaded by tokens alone. */
#include "record/plan_internal.h"
#include "record/program_internal.h"

/* Fills the operation of a field. Returns false when programs do not do it. */
static bool fill_op(const pier__plan_record *types, const pier__step *step, pier__op *op) {
    const pier_field *field = step->field;
    bool is_repeated = (step->from & PIER__FROM_REPEATED) != 0;
    bool is_map = (step->from & PIER__FROM_MAP) != 0;
    bool is_record = step->conversion == PIER__AS_RECORD;
    if ((!is_record && step->conversion != PIER__AS_OWN) || is_record != (field->kind == PIER_FIELD_RECORD) ||
        is_repeated != pier__field_is_repeated(field) || is_map != ((field->flags & PIER_FIELD_MAP) != 0) ||
        !pier__op_of_field(field, op)) {
        return false;
    }
    if (field->oneof != 0) {
        op->shape = PIER__OP_MEMBER;
        op->aside = types->own->oneofs[field->oneof - 1].case_offset;
    }
    op->number = step->number;
    op->record = step->record;
    op->rules = (uint16_t)(op->rules | ((step->from & PIER__FROM_OPTIONAL) != 0 ? PIER__OP_NIL : 0));
    return true;
}

/* Adds the operation of a step. Returns false when there is no memory. */
static bool add_op(pier__program_parts *parts, const pier__plan_record *types, const pier__step *step, bool *is_done) {
    pier__op op = {.shape = PIER__OP_GAP, .count = step->count};
    if (step->kind == PIER__STEP_ONEOF) {
        op.shape = PIER__OP_ONEOF;
        op.rules = PIER__OP_NIL;
    }
    if (step->kind == PIER__STEP_FIELD) {
        *is_done = *is_done && fill_op(types, step, &op);
    }
    return pier__buffer_append(&parts->ops, &op, sizeof op);
}

/* Adds the operations of two types that meet. Returns false when there is no memory. */
static bool add_record(pier__program_parts *parts, const pier__plan *plan, const pier__plan_record *types,
                       bool *is_done) {
    pier__program_record record = {.own = types->own,
                                   .first = (uint32_t)(parts->ops.size / sizeof(pier__op)),
                                   .op_count = types->step_count,
                                   .places = types->slots,
                                   .has_defaults = pier__class_has_defaults(types->own)};
    const pier__step *steps = plan->steps + types->first_step;
    for (uint32_t i = 0; i < types->step_count; i++) {
        if (!add_op(parts, types, &steps[i], is_done)) {
            return false;
        }
        for (uint32_t j = 1; steps[i].kind == PIER__STEP_ONEOF && j <= steps[i].count; j++) {
            /* A member that must be set has an error of its own. */
            *is_done = *is_done && (steps[i + j].field->flags & PIER_FIELD_REQUIRED) == 0;
        }
    }
    return pier__buffer_append(&parts->records, &record, sizeof record);
}

bool pier__plan_make_program(const pier__plan *plan, const pier_allocator *allocator, struct pier__program **out) {
    pier__program_parts parts;
    bool is_made = true;
    bool is_done = !plan->writer_is_graph && (plan->records[0].own->flags & (PIER_CLASS_ANY | PIER_CLASS_GRAPH)) == 0;
    *out = NULL;
    pier__program_parts_init(&parts, allocator);
    for (uint32_t i = 0; is_made && is_done && i < plan->record_count; i++) {
        is_made = add_record(&parts, plan, &plan->records[i], &is_done);
    }
    if (is_made && is_done) {
        *out = pier__program_finish(&parts, PIER__FORM_SLOTS, allocator);
        is_made = *out != NULL;
    }
    pier__program_parts_deinit(&parts);
    return is_made;
}
