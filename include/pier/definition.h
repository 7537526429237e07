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
#include <pier/bytes.h>

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

/* What a definition defines, by its number on the wire. Numbers that are not here come from a later version: of such a
 * type only the name is known. */
typedef enum pier_definition_kind { PIER_DEFINITION_CLASS = 0, PIER_DEFINITION_ENUM = 1 } pier_definition_kind;

/* What a stream says of a class, or of an enum that is the type of a field. */
typedef struct pier_definition pier_definition;

/* What a stream says of a field. All that it points to lives as long as the definition. */
typedef struct pier_definition_field {
    uint32_t number;  /* 1 to 65,535; fields come by ascending number, which is the order of the slots */
    const char *name; /* UTF-8 */
    pier_field_kind kind;
    uint32_t flags;         /* PIER_FIELD_REPEATED …; others may come from a later version */
    bool repeated;          /* an array of values, or a map */
    bool presence;          /* nil stands for "no value" */
    uint32_t oneof;         /* 0: not of a oneof; else which of the class's: they count from 1, by the lowest number
                                    among their fields. The fields of one share a slot, at the place of that number */
    const char *oneof_name; /* UTF-8; NULL: not of a oneof */
    const pier_definition *type; /* the class of a record, the enum of an enum; NULL for other kinds, and for types of
                                    a later version */
    pier_bytes default_value;    /* what the field is where it is missing, as one value of MessagePack in its smallest
                                    form; of size 0: zero */
} pier_definition_field;

/* One value of an enum, or one of several names of it. */
typedef struct pier_enum_value {
    int32_t number;
    const char *name; /* UTF-8, 1 to 255 bytes */
} pier_enum_value;

/* Returns the definition of the current record's class. NULL when the record has no class, when there is no record, and
 * when the definition breaks the rules or memory runs out: then the failure sticks. Lives until the archive moves to
 * another record. Never blocks. */
PIER_API const pier_definition *pier_archive_definition(pier_archive *archive);

/* Returns whether it is a class or an enum, or, of a type of a later version, its number on the wire. */
PIER_API pier_definition_kind pier_definition_kind_of(const pier_definition *definition);

/* Returns the full name of the class or enum, "market.Tick" for instance; lives as long as the definition. */
PIER_API const char *pier_definition_name(const pier_definition *definition);

/* Returns the version that the writer gave the class; 0 when it gave none, and of an enum. */
PIER_API uint32_t pier_definition_version(const pier_definition *definition);

/* How long the fingerprint of a definition is. */
#define PIER_FINGERPRINT_BYTES 16

/* Gets the fingerprint of the definition that an archive or pier_definition_create gave, with all that it reaches: two
 * are equal when, and for all that chance allows only when, the definitions say the same; these are the bytes that
 * stand in the stream (proto/wire.md, Definitions). Of a type that was reached through a field it is that of the whole
 * definition which it stands in. fingerprint: filled in. */
PIER_API void pier_definition_fingerprint(const pier_definition *definition,
                                          uint8_t fingerprint[PIER_FINGERPRINT_BYTES]);

/* Returns how many fields the class has; 0 of an enum. */
PIER_API uint32_t pier_definition_field_count(const pier_definition *definition);

/* Returns the field at `index`, from 0; all of it 0 for an index that is too large. */
PIER_API pier_definition_field pier_definition_field_at(const pier_definition *definition, uint32_t index);

/* Returns how many oneofs the class has; 0 of an enum. */
PIER_API uint32_t pier_definition_oneof_count(const pier_definition *definition);

/* Returns how many slots a typed record of the class has: one for each field, and one for all fields of a oneof. */
PIER_API uint32_t pier_definition_slot_count(const pier_definition *definition);

/* Returns how many values an enum has, each name of one counted; 0 of a class. */
PIER_API uint32_t pier_definition_value_count(const pier_definition *definition);

/* Returns the value of an enum at `index`, from 0: by ascending number, those of one number by ascending name. All of
 * it 0 for an index that is too large. */
PIER_API pier_enum_value pier_definition_value_at(const pier_definition *definition, uint32_t index);

/* Returns the name that an enum has for a number, the first of several; NULL when it has none. Takes log n steps. */
PIER_API const char *pier_definition_value_name(const pier_definition *definition, int32_t number);

/* Returns the word for a kind, "u32" for instance; "unknown" for a number that this version has no word for. The text
 * is static. */
PIER_API const char *pier_field_kind_name(pier_field_kind kind);

#endif
