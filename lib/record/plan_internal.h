/* Plans: how the records of one class of a stream are loaded as a class of this program that differs from it.
 *
 * Floor 5 (record). A plan is made once for a class of the stream and a class of the program, when the first record
 * comes, by the table of docs/versions.md (meet.c). It is a run of small steps for each pair of types that meet, one
 * step for each slot that the loader has a use for, so that loading looks nothing up and compares no names. */
#ifndef PIER_RECORD_PLAN_INTERNAL_H
#define PIER_RECORD_PLAN_INTERNAL_H

#include "record/interpret_internal.h"
#include "record/meet_internal.h"
#include "record/record_internal.h"

typedef enum pier__step_kind {
    PIER__STEP_SKIP = 0, /* `count` slots that the loader has no use for */
    PIER__STEP_FIELD,    /* a slot with the value of a field */
    PIER__STEP_ONEOF     /* a slot with the number and value of a member; `count` steps of members follow */
} pier__step_kind;

/* What the writer's value is, beside its kind. */
enum { PIER__FROM_REPEATED = 1, PIER__FROM_MAP = 2, PIER__FROM_OPTIONAL = 4 };

typedef struct pier__step {
    const pier_field *field; /* the loader's; NULL: of steps that have none */
    uint8_t kind;            /* pier__step_kind */
    uint8_t conversion;      /* pier__conversion */
    uint8_t from;            /* PIER__FROM_REPEATED … */
    uint16_t number;         /* of the field */
    uint32_t count;
    uint32_t record; /* PIER__AS_RECORD: index of the plan for the values */
} pier__step;

/* Two types that meet. */
typedef struct pier__plan_record {
    const pier_class *own;
    const pier_definition *writer;
    uint32_t slots; /* that the writer stores */
    uint32_t first_step;
    uint32_t step_count;
} pier__plan_record;

typedef struct pier__plan {
    size_t memory_bytes; /* of the whole piece */
    uint32_t record_count;
    uint32_t step_count;
    bool writer_is_graph;             /* a record is its root and a table of objects */
    struct pier__program *program;    /* that loads records in their usual form; NULL: there is none */
    const pier__plan_record *records; /* the first is the class's own */
    const pier__step *steps;
} pier__plan;

/* Makes the plan for loading records that `writer` defines as `own`. Returns PIER_OK; or, with `error` filled,
 * PIER_MISMATCH (a field cannot be loaded), PIER_LIMIT or PIER_NO_MEMORY. */
pier_status pier__plan_create(pier__plan **out, const pier_class *own, const pier_definition *writer,
                              const pier_allocator *allocator, pier__definition_error *error);

/* Loads the current record, whose window is open, into memory that is all zero. Returns PIER_OK, or a failure, which
 * sticks. */
pier_status pier__plan_load(pier_archive *archive, const pier__plan *plan, void *record, const pier__decoding *how);

/* Makes the program of a plan. out: NULL when programs do not do it. Returns false when there is no memory. */
bool pier__plan_make_program(const pier__plan *plan, const pier_allocator *allocator, struct pier__program **out);

/* Loads a record of a plan into a struct that has the defaults. */
bool pier__plan_load_record(pier__loading *from, const pier__plan *plan, uint32_t index, uint8_t *record);

void pier__plan_destroy(const pier_allocator *allocator, pier__plan *plan);

#endif
