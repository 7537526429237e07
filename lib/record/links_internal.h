/* What records reach beyond themselves: values of any class, and objects that they share.
 *
 * Floor 5 (record). An archive whose records have such fields keeps a pier__links, made when it is first needed: the
 * registry for values of kind any, the registered objects, and the tables of the graph at hand. They are emptied with
 * each record, and keep some of their memory for the next one.
 *
 * links.c keeps all this, places.c the places of objects by address; any_store.c, any_load.c, graph_store.c and
 * graph_load.c are the parts of the interpreters (interpret_internal.h) that need it. */
#ifndef PIER_RECORD_LINKS_INTERNAL_H
#define PIER_RECORD_LINKS_INTERNAL_H

#include <pier/any.h>
#include <pier/registry.h>

#include "record/interpret_internal.h"
#include "record/plan_internal.h"

/* places.c -------------------------------------------------------------------------------------------------------- */

/* The number of an object. */
typedef struct pier__place {
    const void *object;
    int32_t number;
    uint32_t stamp; /* of the table, when it is in use */
} pier__place;

/* A hash table from the addresses of objects to numbers. Zero it to begin. */
typedef struct pier__places {
    pier__place *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    uint32_t stamp;
} pier__places;

/* Empties the table, and keeps its memory, of which at most `kept_bytes`. */
void pier__places_clear(pier__places *places, const pier_allocator *allocator, size_t kept_bytes);
void pier__places_deinit(pier__places *places, const pier_allocator *allocator);

/* Finds the number of an object. Returns false when it has none. */
bool pier__places_find(const pier__places *places, const void *object, int32_t *number);

/* Gives an object, which has none, a number. Returns false when there is no memory. */
bool pier__places_add(pier__places *places, const pier_allocator *allocator, const void *object, int32_t number);

/* links.c --------------------------------------------------------------------------------------------------------- */

/* The types that a class reaches, numbered as graphs number them: proto/wire.md, Graphs. */
typedef struct pier__numbered_type {
    const char *name;
    const pier_class *type; /* NULL: an enum */
    uint32_t number;
} pier__numbered_type;

typedef struct pier__numbering {
    const pier_class *root;
    pier__numbered_type *types; /* by ascending name; of one name there may be several, with one number */
    uint32_t *by_number;        /* the first of each number, as an index in `types` */
    uint32_t type_count;
    uint32_t number_count;
} pier__numbering;

/* An object of the graph at hand; its place in the table is its place in the list, from 1. */
typedef struct pier__object {
    void *object;           /* where it lies; loading: NULL until its class is known */
    const pier_class *type; /* NULL: of a class that is not known, and `object` is a pier_any; or not known yet */
    /* Loading alone */
    pier_any *any;          /* the fields of kind any that wait for the object, each with the next one in `record` */
    const pier__plan *plan; /* of the first reference, and which of its records; NULL: none */
    uint32_t plan_record;
    bool is_met;       /* something refers to it */
    const uint8_t *at; /* its entry, when the graph is relaxed */
} pier__object;

typedef struct pier__registered {
    uint32_t number;
    const pier_class *type;
    void *object;
} pier__registered;

/* The graph that is being stored or loaded. */
typedef struct pier__graph {
    bool is_open;
    const pier_class *root_type;
    void *root;
    const pier__numbering *numbering; /* of the root's class */
    pier__places places;              /* storing */
    pier__object *objects;
    size_t object_capacity;
    uint32_t count; /* objects met so far */
    /* Loading: see graph_load.c */
    const pier__plan *plan; /* of the root; NULL: none */
    uint8_t *table;         /* the first entry */
    uint8_t *table_end;     /* behind the last one, when the graph is relaxed */
    uint32_t table_count;   /* objects in the table */
    bool is_relaxed;        /* objects may be met in any order, or not at all */
    uint32_t *ways; /* for each type of the writer's: the record of the plan that was found for it last, plus one */
    size_t way_capacity;
    uint32_t *order; /* relaxed: the objects, in the order in which they were met */
    size_t order_capacity;
    /* Storing */
    const pier_class *last; /* storing: the class whose number was found last */
    int64_t last_number;
} pier__graph;

typedef struct pier__links {
    pier_allocator allocator;
    const pier_registry *registry; /* NULL: none */
    pier_unknown unknown;
    pier__graph graph;
    pier__registered *registered; /* by ascending number */
    size_t registered_count;
    size_t registered_capacity;
    pier__places registered_places; /* of each the negative number */
    pier__numbering **numberings;   /* of the classes that graphs began with */
    size_t numbering_count;
    size_t numbering_capacity;
    pier__further_class *further; /* storing: classes that the record at hand needs and the stream does not know */
    size_t further_count;
    size_t further_capacity;
    const void *copied_from; /* loading: what the stream said of a class, and where that was copied */
    pier_text copied_name;
    pier_bytes copied_definition;
} pier__links;

/* Returns what the archive keeps; NULL when there is no memory to begin it. */
pier__links *pier__links_of(pier_archive *archive);

/* Forgets what belongs to the last record. */
void pier__links_clear(pier__links *links);

/* Returns the numbering of the types that a class reaches, or NULL with the status: PIER_NO_MEMORY. */
const pier__numbering *pier__links_numbering(pier__links *links, const pier_class *root);

/* Returns the number of a class, or -1; and the class of a number, or of a name: NULL when there is none. */
int64_t pier__numbering_number(const pier__numbering *numbering, const pier_class *type);
const pier_class *pier__numbering_class(const pier__numbering *numbering, uint64_t number);
const pier_class *pier__numbering_find(const pier__numbering *numbering, pier_text name);

/* Finds the object that was registered under a number; NULL: none. */
const pier__registered *pier__links_registered(const pier__links *links, uint64_t number);

/* Adds an object to the graph at hand. Returns NULL when there is no memory. */
pier__object *pier__graph_add(pier__links *links);

/* Makes room for one more element of an array. Returns false when there is no memory. */
bool pier__links_room(const pier_allocator *allocator, void *array_pointer, size_t count, size_t *capacity,
                      size_t element_bytes);

/* Whether two classes are the same one, which several source files may have described. */
static inline bool pier__class_is_same(const pier_class *one, const pier_class *other) {
    return one == other || strcmp(one->name, other->name) == 0;
}

/* Storing --------------------------------------------------------------------------------------------------------- */

/* Stores a record of a class with fields of kind any or shared references; begins again with the classes defined that
 * the stream did not know. Returns false when it refuses. */
bool pier__store_linked(pier__storing *to, const pier_class *type, const uint8_t *record);

/* Stores a record as a graph, or, within a graph or when its class reaches no shared references, as a record. */
bool pier__store_whole(pier__storing *to, const pier_class *type, const uint8_t *record);

/* Stores the class of a value: its id or its name; in a table of objects its number, or the id below zero. any: the
 * value, when `type` is NULL. */
bool pier__store_class(pier__storing *to, const pier_class *type, const pier_any *any, bool is_in_table);

/* Stores a reference to an object. type: NULL when `object` is a value that was kept as it came, a pier_any. */
bool pier__store_reference(pier__storing *to, const pier_class *type, const void *object);

/* Stores the bytes of a value that was kept as it came. */
bool pier__store_kept(pier__storing *to, const pier_any *any);

/* Loading --------------------------------------------------------------------------------------------------------- */

/* A class that was found in the record, in place of a value's class. */
typedef struct pier__found_class {
    const uint8_t *at;             /* where it stands */
    const pier_class *type;        /* NULL: not known here */
    pier_text name;                /* of a class that is not known; borrowed */
    pier__stream_class *of_stream; /* framed, not told by a number of the numbering; else NULL */
    const pier_definition *writer; /* told by a number of a graph that is loaded by a plan; else NULL */
    const pier__plan *plan;        /* NULL: records of it are in the class's own form */
    uint32_t plan_record;          /* which record of the plan */
} pier__found_class;

/* Loads a record of a class with fields of kind any or shared references, here or at the writer's. plan: NULL: it is in
 * the class's own form. */
bool pier__load_linked(pier__loading *from, const pier_class *type, const pier__plan *plan, uint8_t *record);

/* Loads a record as pier__store_whole stores it. plan_record: which record of the plan. */
bool pier__load_whole(pier__loading *from, const pier_class *type, const pier__plan *plan, uint32_t plan_record,
                      uint8_t *record);

/* Loads a shared reference to an object of the field's class, or of any when the field is of that kind. plan: what the
 * object is loaded by unless its own class tells it; or NULL. */
bool pier__load_reference(pier__loading *from, const pier_field *field, const pier__plan *plan, uint32_t plan_record,
                          uint8_t *member);

/* Lets the objects of the graph at hand be met in any order, or not at all: a record is loaded by a plan, which may
 * pass over references. */
bool pier__graph_relax(pier__loading *from);

/* Loads the class of a value: an id or a name, within a table of objects a number, too. */
bool pier__load_class(pier__loading *from, bool is_in_table, pier__found_class *found);

/* Loads a value of the class into an any that is all zero: its struct is `object`, in the arena and all zero; NULL: it
 * is made. A value of a class that is not known is kept or refused. */
bool pier__load_of_class(pier__loading *from, const pier__found_class *found, void *object, pier_any *any);

#endif
