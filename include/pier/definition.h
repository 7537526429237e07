/* Definitions: what a stream says of its classes, so that any tool can show its records with field names.
 *
 * Floor 5 (record). A framed stream carries the definition of each class before the first record of it. Definitions
 * belong to the loading archive that gave them and are gone when the epoch ends in which the stream made them: at
 * pier_archive_next and every other call that moves to another record. */
#ifndef PIER_DEFINITION_H
#define PIER_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>

/* The kinds of fields, by their numbers on the wire. Numbers that are not here may come from a later version. */
typedef enum pier_field_kind {
    PIER_FIELD_BOOL = 1,
    PIER_FIELD_I8 = 2,
    PIER_FIELD_I16 = 3,
    PIER_FIELD_I32 = 4,
    PIER_FIELD_I64 = 5,
    PIER_FIELD_U8 = 6,
    PIER_FIELD_U16 = 7,
    PIER_FIELD_U32 = 8,
    PIER_FIELD_U64 = 9,
    PIER_FIELD_F32 = 10,
    PIER_FIELD_F64 = 11,
    PIER_FIELD_TEXT = 12,
    PIER_FIELD_BYTES = 13,
    PIER_FIELD_TIME = 14,
    PIER_FIELD_DURATION = 15,
    PIER_FIELD_RECORD = 16,
    PIER_FIELD_ENUM = 17,
    PIER_FIELD_ANY = 18
} pier_field_kind;

/* What else a definition says of a field: a set of bits, by their values on the wire. */
enum {
    PIER_FIELD_REPEATED = 1, /* an array of values */
    PIER_FIELD_PRESENCE = 2, /* nil stands for "no value" */
    PIER_FIELD_FIXED = 4,    /* an integer of the kind's own width, whatever its value */
    PIER_FIELD_TYPED = 8,    /* repeated: all elements in one ext */
    PIER_FIELD_SHARED = 16,  /* a record that other fields may point to, too: a place in the table of objects */
    PIER_FIELD_MAP = 32      /* repeated: a map; the fields of its type are the key and the value */
};

/* What a stream says of a class. */
typedef struct pier_definition pier_definition;

/* What a stream says of a field. */
typedef struct pier_definition_field {
    uint32_t number;  /* 1 to 65,535; fields come by ascending number, which is the order of the slots */
    const char *name; /* UTF-8; lives as long as the definition */
    pier_field_kind kind;
    bool repeated;               /* an array of values */
    bool presence;               /* nil stands for "no value" */
    const pier_definition *type; /* the class of a record; NULL for other kinds, and for types of a later version */
} pier_definition_field;

/* Returns the definition of the current record's class. NULL when the record has no class, when there is no record, and
 * when the definition breaks the rules or memory runs out: then the failure sticks. Lives until the archive moves to
 * another record. Never blocks. */
PIER_API const pier_definition *pier_archive_definition(pier_archive *archive);

/* Returns the full name of the class, "market.Tick" for instance; lives as long as the definition. */
PIER_API const char *pier_definition_name(const pier_definition *definition);

/* Returns the version that the writer gave the class; 0 when it gave none. */
PIER_API uint32_t pier_definition_version(const pier_definition *definition);

/* Returns how many fields the class has. */
PIER_API uint32_t pier_definition_field_count(const pier_definition *definition);

/* Returns the field at `index`, from 0; all of it 0 for an index that is too large. */
PIER_API pier_definition_field pier_definition_field_at(const pier_definition *definition, uint32_t index);

/* Returns the word for a kind, "u32" for instance; "unknown" for a number that this version has no word for. The text
 * is static. */
PIER_API const char *pier_field_kind_name(pier_field_kind kind);

#endif
