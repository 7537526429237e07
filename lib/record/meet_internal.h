/* What meets what: a field as the loader's class has it, and as the writer's definition says; docs/versions.md has the
 * table.
 *
 * Floor 5 (record). One place decides it for plans (plan.c) and for comparing schemas (compat.c). Either side may be a
 * class of this program or a definition of a stream, so both are looked at as *types* and *shapes*. */
#ifndef PIER_RECORD_MEET_INTERNAL_H
#define PIER_RECORD_MEET_INTERNAL_H

#include <pier/class.h>

#include "base/buffer_internal.h"
#include "record/definition_internal.h"

/* A class, one of the two ways. Both NULL: none. */
typedef struct pier__side {
    const pier_class *own;
    const pier_definition *defined;
} pier__side;

/* A field. What one side cannot tell is as if nothing were limited or demanded. */
typedef struct pier__shape {
    const char *name;
    uint32_t number;
    uint64_t kind;  /* may be one that this version does not know */
    uint64_t flags; /* those that travel, those of a later version included */
    bool is_required;
    const char *oneof;     /* its name; NULL: none */
    uint32_t oneof_number; /* among those of its type, from 1; 0: none */
    uint32_t count_max;    /* repeated: the most elements; UINT32_MAX: any number */
    uint32_t capacity;     /* text and bytes: the size of the array that holds them; 0: any size */
    const char *type_name; /* of a record or an enum; NULL: none */
    pier__side type;       /* of a record */
    uint32_t position;     /* in the closure, of a defined one */
    const pier_field *own; /* NULL: a defined one */
} pier__shape;

/* What becomes of a field. */
typedef enum pier__verdict {
    PIER__LOADS = 0,   /* whatever the writer stores */
    PIER__CHECKED = 1, /* what fits; each value is looked at */
    PIER__REFUSED = 2  /* nothing: at the definition, before the first record */
} pier__verdict;

/* How a value of the writer's kind becomes one of the loader's. */
typedef enum pier__conversion {
    PIER__AS_OWN = 0, /* in a form that the loader's own kind takes */
    PIER__AS_RECORD,  /* a record of the two types */
    PIER__BOOL_OF_INTEGER,
    PIER__INTEGER_OF_BOOL,
    PIER__TEXT_OF_BYTES,
    PIER__BYTES_OF_TEXT
} pier__conversion;

typedef struct pier__meeting {
    pier__verdict verdict;
    pier__conversion conversion;
    const char *remark; /* what is checked, or why it is refused; NULL: nothing to say. Static */
} pier__meeting;

static inline bool pier__side_is_none(pier__side type) {
    return type.own == NULL && type.defined == NULL;
}

const char *pier__side_name(pier__side type);
uint32_t pier__side_field_count(pier__side type);
uint32_t pier__side_oneof_count(pier__side type);

/* Returns the field at `index`, which is below the count. */
pier__shape pier__side_field(pier__side type, uint32_t index);

/* Decides about a field that both sides have. */
pier__meeting pier__fields_meet(const pier__shape *loader, const pier__shape *writer);

/* Decides about a field that one side lacks: `writer` or `loader` is NULL. */
pier__meeting pier__field_alone(const pier__shape *loader, const pier__shape *writer);

/* Returns whether the writer's field has a value in every record: then no other may be of the same oneof at the
 * loader's. */
bool pier__shape_is_always_there(const pier__shape *shape);

/* Finds the field of a number. Returns its index, or the count of fields when there is none. */
uint32_t pier__side_find(pier__side type, uint32_t number);

/* Writes what a field is: "u32", "array of f32", "optional record geo.Vec3"; with limits, if it has any: "text of at
 * most 15 bytes", "array of at most 4 f32". */
void pier__shape_write(const pier__shape *shape, bool with_limits, char *text, size_t capacity);

/* Going through two closures --------------------------------------------------------------------------------------- */

typedef struct pier__pair {
    pier__side loader;
    pier__side writer;
} pier__pair;

/* The pairs of types that meet, in the order in which they were found, each once. */
typedef struct pier__pairs {
    pier__buffer list;    /* of pier__pair */
    uint32_t *places;     /* a hash table: index in the list plus one; 0: free */
    uint32_t place_count; /* a power of two, or 0 */
    uint32_t count;
} pier__pairs;

void pier__pairs_init(pier__pairs *pairs, const pier_allocator *allocator);
void pier__pairs_deinit(pier__pairs *pairs);

/* Gets the index of the pair, which is added when it is new. Returns false when there is no memory. */
bool pier__pairs_add(pier__pairs *pairs, pier__side loader, pier__side writer, uint32_t *index);

pier__pair pier__pairs_at(const pier__pairs *pairs, uint32_t index);

/* Counts the fields of a type and of all that it reaches, and the types. Returns false when there is no memory. */
bool pier__side_count_all(pier__side type, const pier_allocator *allocator, uint64_t *fields);

/* Oneofs of the loader --------------------------------------------------------------------------------------------- */

/* Looks at the oneofs of the loader's type, and at the slots in which the writer stores their fields: once for all
 * fields, of which there may be very many. oneofs: keeps what is found until it is looked again. Returns false when
 * there is no memory. */
bool pier__oneofs_look(pier__buffer *oneofs, const pier__pair *pair);

/* Returns whether the writer stores another field of the field's oneof in another slot, so that both may be set at
 * once. loader: a field that both sides have, of any oneof or none. */
bool pier__oneofs_rival(const pier__buffer *oneofs, const pier__shape *loader);

/* Finds two fields of one oneof that the writer has both in every record: their indices in the loader's type. Returns
 * whether there are such. */
bool pier__oneofs_clash(const pier__buffer *oneofs, uint32_t *one, uint32_t *other);

#endif
