/* Giving a record's values their names: see tree_load.c.
 *
 * Floor 5 (record). tree_name.c makes single values readable: what a definition says of them is all that is needed. */
#ifndef PIER_RECORD_TREE_NAME_INTERNAL_H
#define PIER_RECORD_TREE_NAME_INTERNAL_H

#include "archive/value_internal.h"
#include "record/definition_internal.h"

/* Steps from a container to a value within it: the slot of a record, then of a oneof or any its second element, of a
 * graph its first, and so on. */
enum { PIER__STEPS = 5 };

typedef struct pier__steps {
    uint32_t index[PIER__STEPS];
    uint32_t count;
} pier__steps;

/* A record, or an array, map or table of objects whose values get names, on the way down. It is kept in the tree's own
 * memory. */
typedef struct pier__level pier__level;
struct pier__level {
    pier__level *outer;
    const pier_definition *definition; /* of a record, and of the root of a graph that objects are of */
    const pier__defined_field *field;  /* of an array or map: what its values are */
    const pier_value *from;            /* the next slot, element or value of a pair */
    pier_value *to;                    /* of a record: where the key of the next field goes */
    uint32_t left;                     /* slots, elements or pairs */
    uint32_t next;                     /* of a record: its next field; else what was taken so far */
    uint8_t kind;
    bool in_graph; /* the objects of a graph around it are what references refer to */
    /* Where it lay in the record's bytes. */
    pier__level *around;
    pier__steps steps;
};

enum pier__level_kind { PIER__LEVEL_RECORD, PIER__LEVEL_ARRAY, PIER__LEVEL_MAP, PIER__LEVEL_OBJECTS };

typedef struct pier__naming {
    pier_tree *tree;
    pier_archive *archive;
    pier__level *innermost;
    pier__level *unused;
    pier__steps steps; /* from the innermost level to the value that is at work */
    pier__name names[PIER__NAMES];
} pier__naming;

/* Makes a value the text of a definition: borrowed, or a copy that lasts as long as the tree, one for each name.
 * Returns false, with the failure told, when there is no memory; so do those below. */
bool pier__name_text(pier__naming *n, pier_value *value, const char *name, size_t bytes);

/* Makes a value text that lasts for ever. */
void pier__name_word(pier_value *value, const char *word);

/* Makes a value a map of `count` pairs, all of them nil, which the caller fills in. */
bool pier__name_map(pier__naming *n, pier_value *value, uint32_t count);

/* Makes the number of an enum the name that it has. */
bool pier__name_enum(pier__naming *n, pier_value *value, const pier_definition *type);

/* Makes the array that a duration is text as JSON has it: "1.5s". */
bool pier__name_duration(pier__naming *n, pier_value *value);

/* Makes a reference to an object a map: {"@ref": 1}. */
bool pier__name_reference(pier__naming *n, pier_value *value);

/* Makes a typed array an array of numbers. */
bool pier__name_typed(pier__naming *n, pier_value *value);

#endif
