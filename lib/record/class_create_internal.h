/* A class being made at run time; see class_create.c.
 *
 * Floor 5 (record). class_create_layout.c finds places in the structs, and what is special in the classes. */
#ifndef PIER_RECORD_CLASS_CREATE_INTERNAL_H
#define PIER_RECORD_CLASS_CREATE_INTERNAL_H

#include <stdalign.h>

#include "base/error_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

/* Room for a default of any kind. */
typedef union pier__default_slot {
    uint64_t number;
    double f64;
    pier_text text;
    pier_bytes bytes;
    pier_time time;
    pier_duration duration;
} pier__default_slot;

/* The memory that the class, all that it reaches and their tables lie in; it begins with this, and the
 * defaults stand right behind it. */
typedef struct pier__made_closure {
    alignas(pier__default_slot) pier_allocator allocator;
    size_t memory_bytes;
} pier__made_closure;

/* A class with its table behind it. */
typedef struct pier__made_class {
    pier_class made;
    pier_field *fields;
    pier__made_closure *closure;
} pier__made_class;

typedef struct pier__made_type {
    union {
        pier__made_class of_class;
        pier_enum of_enum;
    } of;
} pier__made_type;

#define PIER__NO_PLACE UINT32_MAX

typedef struct pier__making {
    const pier_definition *root; /* all types of its closure lie behind it */
    pier_error *error;           /* may be NULL */
    uint32_t *place;             /* of each type of the closure: which of those that are made, or PIER__NO_PLACE */
    uint32_t *order;             /* of each that is made: its index in the closure */
    uint32_t *stack;             /* room for as many */
    uint32_t count;              /* that are made */
    size_t field_count;
    size_t oneof_count;
    size_t value_count;
    size_t default_count;
    size_t edge_count; /* fields that have a type */
    size_t text_bytes;
    pier__made_closure *closure;
    pier__made_type *types;
    pier_field *next_field;
    pier_oneof *next_oneof;
    pier__default_slot *next_default;
    pier_enum_value *next_value;
    char *next_text;
} pier__making;

/* Fills the error. owner, field: what its path names; NULL for less of it. Returns `status`. */
pier_status pier__making_fail(pier__making *m, pier_status status, const pier_definition *owner,
                              const pier__defined_field *field, const char *text);

/* Lays out the struct of each class. Returns PIER_OK, PIER_LIMIT or PIER_PROTOCOL. */
pier_status pier__making_lay_out(pier__making *m);

/* Sets the flags of each class. Returns PIER_OK or PIER_NO_MEMORY. */
pier_status pier__making_flag(pier__making *m, const pier_allocator *allocator);

#endif
