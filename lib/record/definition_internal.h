/* What a definition is made of; see definition_parse.c.
 *
 * Floor 5 (record). All types of a closure, their fields, values and names lie in one piece of memory; the type that
 * stands first is the one that callers hold. */
#ifndef PIER_RECORD_DEFINITION_INTERNAL_H
#define PIER_RECORD_DEFINITION_INTERNAL_H

#include <pier/definition.h>

/* A field as the stream has it. Positions are in the closure. */
typedef struct pier__defined_field {
    const char *name;                   /* terminated */
    const char *type_name;              /* not terminated, in the closure: until the type is found */
    const struct pier_definition *type; /* NULL: none */
    const char *oneof_name;             /* terminated; NULL: not of a oneof */
    const uint8_t *default_data;        /* NULL: zero */
    uint32_t name_bytes;
    uint32_t type_name_bytes;
    uint32_t oneof_bytes;
    uint32_t default_bytes;
    uint32_t kind;        /* may be one that this version does not know */
    uint32_t flags;       /* may have some */
    uint32_t oneof;       /* 0: not of a oneof; else its number among the class's, from 1, by their first fields */
    uint32_t next_member; /* the index of the next field of its oneof; 0: it is the last, or of none */
    uint32_t position;
    uint32_t type_position;
    uint32_t oneof_position;
    uint16_t number;
    bool has_type_name;
    bool opens_slot; /* false: its value lies in the slot of an earlier field of its oneof */
} pier__defined_field;

/* A value of an enum, under one of its names. */
typedef struct pier__defined_value {
    const char *name; /* terminated */
    uint32_t name_bytes;
    int32_t number;
    uint32_t position; /* in the closure */
} pier__defined_value;

struct pier_definition {
    const char *name; /* terminated */
    uint32_t name_bytes;
    uint32_t version;
    pier__defined_field *fields; /* by ascending number */
    pier__defined_value *values; /* of an enum: by ascending number and name */
    uint32_t field_count;
    uint32_t value_count;
    uint32_t oneof_count;
    uint32_t slot_count;
    uint32_t position; /* in the closure */
    uint32_t kind;     /* pier_definition_kind; others are of a later version, and only their name is known */
    bool is_class;     /* kind is PIER_DEFINITION_CLASS */
    bool is_reached;   /* from the first type */
    /* Of the first type alone */
    uint32_t type_count;
    bool prints_straight; /* pier__definition_prints_straight */
    bool has_shared;      /* a type of the closure has a field of shared references: its records are graphs */
    size_t memory_bytes;  /* of the whole piece */
    uint8_t fingerprint[PIER_FINGERPRINT_BYTES];
    pier_allocator *owner; /* of one that pier_definition_create made: where it came from, a piece by itself */
};

enum {
    /* The flags of a field that travel; those above are of the struct in memory. */
    PIER__DEFINED_FLAGS = 0xff,
    /* Those that this version knows. */
    PIER__KNOWN_FLAGS = PIER_FIELD_REPEATED | PIER_FIELD_PRESENCE | PIER_FIELD_FIXED | PIER_FIELD_TYPED |
                        PIER_FIELD_SHARED | PIER_FIELD_MAP,
    PIER__NAME_BYTES_MAX = 255,
    /* Behind any name so many bytes may be read, so that a short one is copied without a look at its length. */
    PIER__NAME_PADDING = 16
};

/* Compares names by their bytes. */
int pier__names_compare(const char *one, size_t one_bytes, const char *other, size_t other_bytes);

/* The definition that the others of its closure lie behind. */
static inline const pier_definition *pier__definition_root(const pier_definition *definition) {
    while (definition->type_count == 0) {
        definition--;
    }
    return definition;
}

static inline bool pier__kind_is_known(uint64_t kind) {
    return kind >= PIER_FIELD_BOOL && kind <= PIER_FIELD_ANY;
}

static inline bool pier__kind_is_integer(uint32_t kind) {
    return kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_U64;
}

static inline bool pier__kind_is_number(uint32_t kind) {
    return kind >= PIER_FIELD_I8 && kind <= PIER_FIELD_F64;
}

/* Whether a field is all of this version: otherwise what its flags and its default mean is not for us to judge. */
static inline bool pier__field_is_known(const pier__defined_field *field) {
    return pier__kind_is_known(field->kind) && (field->flags & ~(uint32_t)PIER__KNOWN_FLAGS) == 0;
}

/* Whether a record of the class is printed without a tree: all that its closure has is of the kinds that tree_print.c
 * knows, under names that JSON takes as they are. */
bool pier__definition_prints_straight(const pier_definition *root);

#endif
