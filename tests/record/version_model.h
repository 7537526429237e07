/* Classes that tests make up as they run, values of them, and what must become of the values in another class.
 *
 * A *model* says what a class and all that it reaches are; pier_class tables, with a struct layout of their own, are
 * made of it. A *value* is what a record holds, whatever its layout. The *oracle* knows docs/versions.md and nothing of
 * the library: it tells what a value of one model becomes when it is loaded as another.
 *
 * Everything here fails the running test when something is wrong with the test itself. */
#ifndef PIER_TESTS_VERSION_MODEL_H
#define PIER_TESTS_VERSION_MODEL_H

#include "record/record_support.h"

enum { MODEL_FIELDS = 16, MODEL_TYPES = 40, MODEL_ONEOFS = 4, MODEL_NAME = 48 };

typedef struct model_field {
    char name[MODEL_NAME];
    uint32_t number;
    pier_field_kind kind;
    unsigned flags;     /* all of pier_field's */
    uint32_t count_max; /* repeated, without PIER_FIELD_LIST */
    uint32_t capacity;  /* text and bytes: as in pier_field */
    int type;           /* of a record or an enum: index in the model; else -1 */
    unsigned oneof;     /* as in pier_field */
    int32_t otherwise;  /* default, of integers that are alone; 0: none */
    unsigned place;     /* in the struct */
} model_field;

typedef struct model_type {
    char name[MODEL_NAME];
    bool is_enum;
    uint32_t version;
    unsigned field_count;
    model_field fields[MODEL_FIELDS]; /* by ascending number */
    unsigned oneof_count;
    char oneofs[MODEL_ONEOFS][MODEL_NAME];
    unsigned value_count;
    int32_t values[MODEL_FIELDS];
    char value_names[MODEL_FIELDS][MODEL_NAME];
} model_type;

typedef struct model {
    unsigned type_count;
    model_type types[MODEL_TYPES]; /* the first is the class; others may not be reached */
} model;

/* Adds a type. Returns its index. */
int model_add_type(model *to, const char *name);

/* Finds a type by name; -1 when there is none. */
int model_find_type(const model *in, const char *name);

/* Finds a field by number; NULL when there is none. */
const model_field *model_find_field(const model_type *type, uint32_t number);

/* Adds to a type the fields that a text describes, as the tables of docs/versions.md do. */
void model_describe(model *to, int type, const char *text);

/* Puts the fields of a type into the order of their numbers. */
void model_sort(model_type *type);

/* Makes the classes of a model. The first one is the class; it lives until model_release, as long as the model does. */
const pier_class *model_build(const model *of);
void model_release(const pier_class *built);

/* Makes up a class and what it reaches. */
void model_random(model *made, uint64_t *seed);

/* Makes of a model a later version of it: fields come, go and change in every way that there is. */
void model_evolve(model *evolved, uint64_t *seed);

/* Values ----------------------------------------------------------------------------------------------------------- */

typedef enum value_is {
    VALUE_ABSENT = 0, /* not there: optional, or of a oneof that has another member set */
    VALUE_BOOL,
    VALUE_INTEGER,
    VALUE_F32,
    VALUE_F64,
    VALUE_TEXT,
    VALUE_BYTES,
    VALUE_TIME,
    VALUE_DURATION,
    VALUE_RECORD, /* one child for each field of the type */
    VALUE_LIST    /* of a repeated field; a map has records */
} value_is;

typedef struct value value;
struct value {
    value_is is;
    bool negative;   /* an integer below zero: `number` is its two's complement */
    uint64_t number; /* bool: 0 or 1 */
    double real;
    const char *data;
    size_t size;
    int64_t seconds;
    int32_t nanoseconds;
    unsigned count;
    value *children;
};

/* Memory for values and records: all of it is taken back at once. */
void *pool_take(size_t bytes);
void pool_reset(void);

/* Makes up a record of a type. */
value value_random(const model *of, int type, uint64_t *seed);

/* What stands in a field that nothing was loaded into. */
value value_of_nothing(const model *of, const model_field *field);

/* What stands in a record that nothing was loaded into. */
value value_of_defaults(const model *of, int type);

/* Makes a struct of a record, in the pool. `type` is the built class of the value's type. */
void *value_to_record(const model *of, int type_index, const pier_class *type, const value *from);

/* Asserts that a struct holds the record. */
void assert_record_holds(const model *of, int type_index, const pier_class *type, const value *expected,
                         const void *record);

/* The oracle ------------------------------------------------------------------------------------------------------- */

typedef enum oracle_verdict { ORACLE_LOADS = 0, ORACLE_CHECKED = 1, ORACLE_REFUSED = 2 } oracle_verdict;

/* What becomes of the classes as a whole: the worst of all that meet. */
oracle_verdict oracle_meet(const model *loader, const model *writer);

typedef struct oracle_answer {
    pier_status status;
    char path[256]; /* of the failure */
    value record;   /* without one */
} oracle_answer;

/* What a record of the writer's class becomes in the loader's, which are not refused as a whole. */
oracle_answer oracle_load(const model *loader, const model *writer, const value *stored);

/* The library against the oracle ----------------------------------------------------------------------------------- */

/* How many records loaded, and how many were refused one by one. */
typedef struct version_counts {
    unsigned loaded;
    unsigned refused;
} version_counts;

/* Stores `records` records of the writer's class, made up, and loads them as the loader's: each must be what the oracle
 * says. Their classes must not be refused as a whole. */
version_counts version_check_records(const model *loader, const model *writer, unsigned records, uint64_t *seed);

/* Checks that the classes are refused as a whole, at the definition. */
void version_check_refusal(const model *loader, const model *writer);

/* Asserts that pier_compat_find says of two versions what the oracle does, both ways. */
void version_check_compat(const model *old_one, const model *new_one);

#endif
