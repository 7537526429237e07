/* Making plans; see plan_internal.h.
 *
 * Floor 5 (record). The writer's definition comes from outside: a plan has no more steps than both closures have
 * fields, times eight, however the types of one side meet those of the other. Slots that nobody wants are one step
 * together. */
#include <stdio.h>
#include <string.h>

#include "record/plan_internal.h"
#include "record/program_internal.h"

enum { STEPS_A_FIELD_MAX = 8 };

typedef struct builder {
    pier__pairs pairs;
    pier__buffer records; /* of pier__plan_record */
    pier__buffer steps;   /* of pier__step */
    pier__buffer oneofs;  /* of the pair at work */
    uint64_t steps_max;   /* records counted, too */
    pier__definition_error *error;
} builder;

static bool fail_no_memory(builder *b, const char *path) {
    return pier__definition_fail(b->error, PIER_NO_MEMORY, 0, path, "no memory for the plan of a class");
}

static uint32_t count_steps(const builder *b) {
    return (uint32_t)(b->steps.size / sizeof(pier__step));
}

static pier__step *step_at(const builder *b, uint32_t index) {
    return (pier__step *)(void *)(b->steps.data + index * sizeof(pier__step));
}

static bool add_step(builder *b, const pier__pair *pair, const pier__step *step) {
    if (count_steps(b) + b->pairs.count >= b->steps_max) {
        return pier__definition_fail(b->error, PIER_LIMIT, pair->writer.defined->position, pair->loader.own->name,
                                     "the types meet in too many ways: a plan has at most %llu steps",
                                     (unsigned long long)b->steps_max);
    }
    return pier__buffer_append(&b->steps, step, sizeof *step) || fail_no_memory(b, pair->loader.own->name);
}

/* Passes over one slot more, of the record whose steps began at `first`. */
static bool add_skip(builder *b, const pier__pair *pair, uint32_t first) {
    uint32_t count = count_steps(b);
    if (count > first && step_at(b, count - 1)->kind == PIER__STEP_SKIP) {
        step_at(b, count - 1)->count++;
        return true;
    }
    pier__step skip = {.kind = PIER__STEP_SKIP, .count = 1};
    return add_step(b, pair, &skip);
}

/* The words of a refusal ------------------------------------------------------------------------------------------- */

static void path_of(const pier__pair *pair, const char *field, pier__path *path) {
    pier__path_init(path, pair->loader.own->name);
    (void)pier__path_field(path, field);
}

static bool refuse(builder *b, const pier__pair *pair, const pier__shape *loader, const pier__shape *writer,
                   const char *remark) {
    pier__path path;
    char here[80];
    char there[80];
    path_of(pair, loader->name, &path);
    pier__shape_write(loader, false, here, sizeof here);
    pier__shape_write(writer, false, there, sizeof there);
    bool tells = strcmp(here, there) != 0;
    return pier__definition_fail(b->error, PIER_MISMATCH, writer->position, path.text,
                                 "field %u is %s here and %s in the stream%s%s", loader->number, here, there,
                                 tells ? "" : ": ", tells ? "" : remark);
}

/* Fields ----------------------------------------------------------------------------------------------------------- */

static uint8_t form_of(const pier__shape *writer) {
    unsigned form = 0;
    form |= (writer->flags & PIER_FIELD_REPEATED) != 0 ? PIER__FROM_REPEATED : 0;
    form |= (writer->flags & PIER_FIELD_MAP) != 0 ? PIER__FROM_MAP : 0;
    form |= (writer->flags & PIER_FIELD_PRESENCE) != 0 ? PIER__FROM_OPTIONAL : 0;
    return (uint8_t)form;
}

/* Adds the step for a field of the writer, when the loader has it. Gets in `added` whether it has. */
static bool add_field(builder *b, const pier__pair *pair, uint32_t index, bool *added) {
    pier__shape writer = pier__side_field(pair->writer, index);
    uint32_t own = pier__side_find(pair->loader, writer.number);
    *added = own < pier__side_field_count(pair->loader);
    if (!*added) {
        return true;
    }
    pier__shape loader = pier__side_field(pair->loader, own);
    pier__meeting meeting = pier__fields_meet(&loader, &writer);
    if (meeting.verdict == PIER__REFUSED) {
        return refuse(b, pair, &loader, &writer, meeting.remark);
    }
    pier__step step = {.field = loader.own,
                       .kind = PIER__STEP_FIELD,
                       .conversion = (uint8_t)meeting.conversion,
                       .from = form_of(&writer),
                       .number = (uint16_t)writer.number};
    if (meeting.conversion == PIER__AS_RECORD && !pier__pairs_add(&b->pairs, loader.type, writer.type, &step.record)) {
        return fail_no_memory(b, pair->loader.own->name);
    }
    return add_step(b, pair, &step);
}

/* Adds the steps for the slot of a oneof, which begins with the writer's field at `index`. */
static bool add_oneof(builder *b, const pier__pair *pair, uint32_t index, uint32_t first) {
    const pier_definition *type = pair->writer.defined;
    uint32_t begin = count_steps(b);
    pier__step step = {.kind = PIER__STEP_ONEOF};
    if (!add_step(b, pair, &step)) {
        return false;
    }
    uint32_t members = 0;
    uint32_t member = index;
    do {
        bool added = false;
        if (!add_field(b, pair, member, &added)) {
            return false;
        }
        members += added;
        member = type->fields[member].next_member;
    } while (member != 0);
    step_at(b, begin)->count = members;
    if (members == 0) {
        b->steps.size = begin * sizeof(pier__step);
        return add_skip(b, pair, first);
    }
    return true;
}

/* What the loader needs and the writer does not have. */
static bool check_missing(builder *b, const pier__pair *pair) {
    for (uint32_t i = 0; i < pier__side_field_count(pair->loader); i++) {
        pier__shape loader = pier__side_field(pair->loader, i);
        if (pier__field_alone(&loader, NULL).verdict == PIER__REFUSED &&
            pier__side_find(pair->writer, loader.number) == pier__side_field_count(pair->writer)) {
            pier__path path;
            path_of(pair, loader.name, &path);
            return pier__definition_fail(b->error, PIER_MISMATCH, pair->writer.defined->position, path.text,
                                         "field %u is required here and not in the stream", loader.number);
        }
    }
    return true;
}

/* Two fields that are in each of the writer's records cannot both be the one that is set. */
static bool check_oneofs(builder *b, const pier__pair *pair) {
    uint32_t other = 0;
    uint32_t field = 0;
    if (!pier__oneofs_look(&b->oneofs, pair)) {
        return fail_no_memory(b, pair->loader.own->name);
    }
    if (!pier__oneofs_clash(&b->oneofs, &other, &field)) {
        return true;
    }
    pier__shape loader = pier__side_field(pair->loader, field);
    pier__shape clash = pier__side_field(pair->loader, other);
    pier__path path;
    path_of(pair, loader.name, &path);
    return pier__definition_fail(b->error, PIER_MISMATCH, pair->writer.defined->position, path.text,
                                 "fields %u and %u are of one oneof here, and both in every record of the stream",
                                 clash.number, loader.number);
}

/* Adds the steps for two types that meet. */
static bool add_record(builder *b, uint32_t index) {
    pier__pair pair = pier__pairs_at(&b->pairs, index);
    const pier_definition *writer = pair.writer.defined;
    uint32_t first = count_steps(b);
    for (uint32_t i = 0; i < writer->field_count; i++) {
        bool added = true;
        if (!writer->fields[i].opens_slot) {
            continue;
        }
        if (writer->fields[i].oneof != 0 ? !add_oneof(b, &pair, i, first) : !add_field(b, &pair, i, &added)) {
            return false;
        }
        if (!added && !add_skip(b, &pair, first)) {
            return false;
        }
    }
    if (!check_missing(b, &pair) || !check_oneofs(b, &pair)) {
        return false;
    }
    pier__plan_record record = {pair.loader.own, writer, writer->slot_count, first, count_steps(b) - first};
    return pier__buffer_append(&b->records, &record, sizeof record) || fail_no_memory(b, pair.loader.own->name);
}

static bool add_records(builder *b, const pier_class *own, const pier_definition *writer) {
    pier__side loader = {.own = own};
    pier__side defined = {.defined = writer};
    uint64_t own_fields = 0;
    uint64_t defined_fields = 0;
    const pier_allocator *allocator = b->steps.allocator;
    uint32_t root;
    if (!pier__side_count_all(loader, allocator, &own_fields) ||
        !pier__side_count_all(defined, allocator, &defined_fields) ||
        !pier__pairs_add(&b->pairs, loader, defined, &root)) {
        return fail_no_memory(b, own->name);
    }
    b->steps_max = STEPS_A_FIELD_MAX * (own_fields + defined_fields);
    for (uint32_t i = 0; i < b->pairs.count; i++) {
        if (!add_record(b, i)) {
            return false;
        }
    }
    return true;
}

static bool is_graph(const pier_definition *root) {
    for (uint32_t i = 0; i < root->type_count; i++) {
        for (uint32_t j = 0; j < root[i].field_count; j++) {
            if ((root[i].fields[j].flags & PIER_FIELD_SHARED) != 0) {
                return true;
            }
        }
    }
    return false;
}

/* Puts what was built into one piece of memory of its size. */
static pier__plan *finish(builder *b, const pier_class *own, const pier_definition *writer) {
    size_t memory_bytes = sizeof(pier__plan) + b->records.size + b->steps.size;
    pier__plan *plan = (pier__plan *)pier__allocate(b->steps.allocator, memory_bytes);
    if (plan == NULL) {
        (void)fail_no_memory(b, own->name);
        return NULL;
    }
    pier__step *steps = (pier__step *)(void *)(plan + 1);
    pier__plan_record *records = (pier__plan_record *)(void *)((uint8_t *)steps + b->steps.size);
    if (b->steps.size > 0) {
        memcpy(steps, b->steps.data, b->steps.size);
    }
    memcpy(records, b->records.data, b->records.size);
    *plan = (pier__plan){.memory_bytes = memory_bytes,
                         .record_count = b->pairs.count,
                         .step_count = count_steps(b),
                         .writer_is_graph = is_graph(writer),
                         .records = records,
                         .steps = steps};
    if (!pier__plan_make_program(plan, b->steps.allocator, &plan->program)) {
        pier__plan_destroy(b->steps.allocator, plan);
        (void)fail_no_memory(b, own->name);
        return NULL;
    }
    return plan;
}

pier_status pier__plan_create(pier__plan **out, const pier_class *own, const pier_definition *writer,
                              const pier_allocator *allocator, pier__definition_error *error) {
    builder b = {.error = error};
    pier__pairs_init(&b.pairs, allocator);
    pier__buffer_init(&b.records, allocator);
    pier__buffer_init(&b.steps, allocator);
    pier__buffer_init(&b.oneofs, allocator);
    *out = add_records(&b, own, writer) ? finish(&b, own, writer) : NULL;
    pier__pairs_deinit(&b.pairs);
    pier__buffer_deinit(&b.records);
    pier__buffer_deinit(&b.steps);
    pier__buffer_deinit(&b.oneofs);
    return *out != NULL ? PIER_OK : error->status;
}

void pier__plan_destroy(const pier_allocator *allocator, pier__plan *plan) {
    if (plan != NULL) {
        pier__program_destroy(allocator, plan->program);
        pier__release(allocator, plan, plan->memory_bytes);
    }
}
