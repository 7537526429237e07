/* Programs: what a class's table, or a plan, comes to for every record, found out once.
 *
 * Floor 5 (record). The table of a class says of a field all that there is; which of it matters is the same for each
 * record. A program is that: one operation for each place in which a value stands, in their order, with where the
 * member lies and how its value is stored and loaded. program.c makes those of classes, plan.c those of plans;
 * program_store.c and program_load.c run them, by the kernels of the straight-line codecs.
 *
 * Programs are for what is right. Whatever they do not take (a value that may not be stored or does not fit, a rare
 * form, a limit) is stored or loaded again by tokens (interpret_internal.h, plan_load.c), which have the exact
 * error. */
#ifndef PIER_RECORD_PROGRAM_INTERNAL_H
#define PIER_RECORD_PROGRAM_INTERNAL_H

#include "record/interpret_internal.h"

/* What stands at a place. */
typedef enum pier__op_shape {
    PIER__OP_ALWAYS = 0, /* a value */
    PIER__OP_OPTIONAL,   /* a value, if the bool at `aside` says so */
    PIER__OP_POINTER,    /* a record, if the pointer to it is not NULL */
    PIER__OP_MEMBER,     /* a value, if the number at `aside` is that of the field */
    PIER__OP_ONEOF,      /* number and value of one of the `count` members, whose operations follow */
    PIER__OP_ELEMENTS,   /* an array of at most `count` values; how many there are stands at `aside` */
    PIER__OP_PAIRS,      /* a map, as above */
    PIER__OP_GAP         /* `count` places of which nothing is known here */
} pier__op_shape;

/* How a value is stored and loaded: a pier_field_kind up to that of durations and records, where text and bytes are
 * views, or one of these. Enums are integers of 32 bits. */
typedef enum pier__op_value {
    PIER__VALUE_NONE = 0,
    PIER__VALUE_INLINE_TEXT = 32,
    PIER__VALUE_INLINE_BYTES,
    PIER__VALUE_POINTED, /* a record behind a pointer */
    PIER__VALUE_FIXED    /* storing: an integer of its kind's own width */
} pier__op_value;

/* What else holds of a place. */
enum {
    PIER__OP_NIL = 1,      /* loading: nil is no value; of a oneof: other members are passed over */
    PIER__OP_REQUIRED = 2, /* loading: but there must be one */
    PIER__OP_LIST = 4,     /* the elements lie behind a pointer */
    PIER__OP_TYPED = 8,    /* storing: the elements are one ext */
    PIER__OP_GROWS = 16,   /* storing: it may need more room than `most` */
    PIER__OP_TIGHT = 32    /* the elements are numbers that lie side by side */
};

typedef struct pier__op {
    uint8_t
        put_whole; /* all that storing the place is: a pier__op_value that is always there; 0: there is more to it */
    uint8_t take_whole; /* the same of loading; nil is looked for when there is no such value */
    uint8_t shape;      /* pier__op_shape */
    uint8_t put;        /* pier__op_value */
    uint8_t take;       /* pier__op_value */
    uint8_t kind;       /* pier_field_kind */
    uint16_t rules;
    uint16_t number; /* of the field */
    uint32_t count;
    uint32_t capacity; /* of text and bytes in the struct */
    uint32_t record;   /* of records and maps: index in the program */
    uint32_t key_at;   /* where the field's name stands in the keys, as a value */
    uint32_t key_bytes;
    uint64_t key_word; /* its first bytes, as pier__text_word loads them, and which of the eight are its own */
    uint64_t key_mask;
    uint32_t width;        /* of a number */
    uint32_t member_bytes; /* of one value in the struct; of a record 0 */
    size_t offset;
    size_t aside;
    size_t element_bytes;
    uint64_t most; /* storing: bytes that a value takes, unless it grows */
} pier__op;

/* The records of one type. */
typedef struct pier__program_record {
    const pier_class *own;
    uint32_t first; /* operation */
    uint32_t op_count;
    uint32_t places;   /* in the array; of a map the most pairs */
    uint16_t required; /* how many fields may not be missing */
    bool is_entry;     /* a pair of a map: its values alone */
    bool is_whole;     /* map: every field is always there */
    bool has_oneofs;
    bool has_defaults; /* fields that are not zero when they are missing */
    bool grows;
    uint64_t most; /* storing: bytes that a record takes, apart from what grows; 0: not known yet */
} pier__program_record;

typedef struct pier__program {
    size_t memory_bytes; /* of the whole piece */
    pier__form form;
    uint32_t inline_most;                /* the largest array for text or bytes */
    const pier__program_record *records; /* the first is the class's own */
    const pier__op *ops;
    const uint8_t *keys; /* PIER__KEY_PADDING bytes behind the last may be read */
} pier__program;

enum { PIER__KEY_PADDING = 32 };

/* Putting a program together: program.c. The buffers are all zero but for their allocator. */
typedef struct pier__program_parts {
    pier__buffer records; /* of pier__program_record */
    pier__buffer ops;     /* of pier__op */
    pier__buffer keys;
} pier__program_parts;

void pier__program_parts_init(pier__program_parts *parts, const pier_allocator *allocator);
void pier__program_parts_deinit(pier__program_parts *parts);

/* Fills what follows from a field alone: the value, and where it lies. Returns false for what programs do not do: any,
 * shared references, kinds that are not known. */
bool pier__op_of_field(const pier_field *field, pier__op *op);

/* Puts the parts into one piece of memory. Returns NULL when there is none. */
pier__program *pier__program_finish(const pier__program_parts *parts, pier__form form, const pier_allocator *allocator);

/* Makes the program of a class in a form. out: NULL when programs do not do the class. Returns false when there is no
 * memory. */
bool pier__program_create(const pier_class *own, pier__form form, const pier_allocator *allocator, pier__program **out);

void pier__program_destroy(const pier_allocator *allocator, pier__program *program);

/* Stores a record at the archive's cursor, within one that was begun. Returns whether that was possible; otherwise the
 * cursor is anywhere in the record. */
bool pier__program_store(const pier__program *program, pier_archive *archive, const void *record);

/* Stores the next record of a run that began with this program. Returns whether that was possible. */
bool pier__program_store_in_run(const pier__program *program, pier_archive *archive, const void *record);

/* Loads the record at `at`; `end` and `how` as those of pier_class.decode. Returns its end; NULL when it is to be
 * loaded by tokens: then the arena has more in it than before. */
const uint8_t *pier__program_load(const pier__program *program, const uint8_t *at, const uint8_t *end, void *record,
                                  pier__decoding *how);

/* What an archive has prepared for a class: prepared.c ------------------------------------------------------------- */

typedef struct pier__prepared {
    struct pier__prepared *next;
    const pier_class *of;
    bool is_dense;                /* its plain array is, to the byte, what its codec stores */
    bool is_tried[3];             /* by pier__form: there is nothing to try again */
    pier__program *programs[3];   /* by pier__form; NULL: none, or not yet */
    const pier__program *running; /* in a run of this class by a program: which */
} pier__prepared;

/* Returns what is prepared for a class; NULL when there is no memory. */
pier__prepared *pier__prepared_of(pier_archive *archive, const pier_class *class_of_record);

/* Returns the program of a class in a form; NULL when it has none. */
const pier__program *pier__prepared_program(pier_archive *archive, const pier_class *class_of_record, pier__form form);

/* For tests: `allowed` false has every record go by tokens where a program would do. */
void pier__allow_programs(bool allowed);

/* Whether a class, or one whose struct lies in its own, has fields that are not zero when they are missing. */
bool pier__class_has_defaults(const pier_class *type);

#endif
