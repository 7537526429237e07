/* What a definition is made of; see definition_parse.c.
 *
 * Floor 5 (record). All types of a closure, their fields and names lie in one piece of memory; the type that stands
 * first is the one that callers hold. */
#ifndef PIER_RECORD_DEFINITION_INTERNAL_H
#define PIER_RECORD_DEFINITION_INTERNAL_H

#include <pier/definition.h>

/* A field as the stream has it. */
typedef struct pier__defined_field {
    const char *name; /* terminated */
    uint32_t name_bytes;
    uint16_t number;
    bool has_type_name;
    uint64_t kind; /* may be one that this version does not know */
    uint64_t flags;
    const char *type_name; /* not terminated, in the closure until the type is found */
    uint32_t type_name_bytes;
    uint32_t type_position;             /* in the closure, of the type's name */
    uint32_t position;                  /* in the closure, of the field */
    const struct pier_definition *type; /* NULL: none */
} pier__defined_field;

struct pier_definition {
    const char *name; /* terminated */
    uint32_t name_bytes;
    uint32_t version;
    pier__defined_field *fields; /* by ascending number */
    uint32_t field_count;
    uint32_t position; /* in the closure */
    bool is_class;     /* otherwise a type of a later version, of which only the name is known */
    bool is_reached;   /* from the first type */
    /* Of the first type alone */
    uint32_t type_count;
    size_t memory_bytes; /* of the whole piece */
};

/* The flags of a field that travel; those above are of the struct in memory. */
enum { PIER__DEFINED_FLAGS = 0xff };

#endif
