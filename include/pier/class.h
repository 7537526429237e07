/* Classes: all that the library knows of a struct, as tables and a codec.
 *
 * Floor 5 (record). PIER_RECORD (pier/record.h) and the schema compiler make these tables; programs hand them on by
 * their address. A class and all that it points to are constant, and live as long as any archive that has met it. */
#ifndef PIER_CLASS_H
#define PIER_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/bytes.h>
#include <pier/definition.h>
#include <pier/error.h>

typedef struct pier_class pier_class;
typedef struct pier_arena pier_arena;

/* An enum: open, so that a field of it may hold numbers that are not here. */
typedef struct pier_enum {
    const char *name; /* full name, "market.Side": UTF-8, 1 to 255 bytes */
    uint32_t value_count;
    const pier_enum_value *values; /* by ascending number; those of one number by ascending name (bytes) */
} pier_enum;

/* A oneof: a union and a number that says which of its members is set. */
typedef struct pier_oneof {
    const char *name;   /* UTF-8, 1 to 255 bytes */
    size_t case_offset; /* where the uint32_t lies that holds the number of the member that is set; 0: none */
} pier_oneof;

/* How the value of a field lies in the struct, beside the flags of definition.h. */
enum {
    /* `offset` holds a pointer to the value; NULL is "no value". Of records alone. */
    PIER_FIELD_POINTER = 0x100,
    /* Repeated: `offset` holds a pointer to the elements. Without it they lie in the struct. */
    PIER_FIELD_LIST = 0x200,
    /* A record of a plain archive, or of a writer that does not know the field, is refused when it lacks it. */
    PIER_FIELD_REQUIRED = 0x400
};

/* A field of a class: what it is on the wire and where it lies in the struct. Members of a oneof lie in its union. */
typedef struct pier_field {
    const char *name;
    size_t name_bytes;
    uint16_t number;
    uint16_t flags;         /* PIER_FIELD_REPEATED … */
    uint16_t oneof;         /* 0: not of a oneof; else its index in the class's oneofs, plus one */
    uint32_t count_max;     /* repeated: the most elements; UINT32_MAX for a list */
    size_t element_bytes;   /* repeated: from one element to the next */
    size_t count_offset;    /* repeated: where their count, a uint32_t, lies in the struct */
    size_t presence_offset; /* presence, not a pointer: where the bool lies that tells */
    size_t offset;          /* where the value lies */
    pier_field_kind kind;
    uint32_t capacity;          /* text and bytes: the size of the array that holds them; 0: they are borrowed */
    const pier_class *type;     /* record: its class; of a map: that of an entry, whose fields are `key` and `value` */
    const pier_enum *enum_type; /* enum */
    const void *default_value;  /* what stands in the struct when the field is missing: a value of the member's type;
                                   NULL: zero. Not of repeated fields, records, and members of a oneof */
} pier_field;

/* What a codec needs beside the bytes when it loads. */
typedef struct pier__decoding {
    pier_arena *arena;      /* where lists and what pointers point to come from */
    bool owns;              /* text and bytes are copied into the arena instead of borrowed */
    uint32_t depth_left;    /* how many more arrays may be opened within one another */
    uint64_t elements_left; /* how many more values lists, maps and pointers may lead to */
} pier__decoding;

/* What a codec counts while it measures a record before storing it. */
typedef struct pier__measuring {
    uint32_t depth_left;   /* as above */
    uint64_t elements;     /* values in lists and maps, and behind pointers, so far */
    uint64_t elements_max; /* a codec that comes to more, or has no depth left, gives up and answers UINT64_MAX */
} pier__measuring;

/* What is special in a class, or in a class that it reaches. */
enum {
    /* Lists, maps or pointers: `values_max` and `depth` are those without them, and the codec counts. */
    PIER_CLASS_UNBOUNDED = 1,
    /* Shared references: a record is stored with a table of objects. */
    PIER_CLASS_GRAPH = 2,
    /* Fields of kind any. */
    PIER_CLASS_ANY = 4,
    /* Text or bytes that are borrowed, so that a record may point into the archive. */
    PIER_CLASS_VIEWS = 8
};

/* A class. */
struct pier_class {
    size_t size;      /* sizeof(pier_class) when the program was compiled */
    const char *name; /* full name, "market.Tick": UTF-8, 1 to 255 bytes */
    uint32_t version; /* the program's own; 0: none */
    uint32_t flags;   /* PIER_CLASS_UNBOUNDED … */
    uint32_t field_count;
    uint32_t oneof_count;
    uint32_t values_max; /* the most values in one record, arrays and records counted, too */
    uint32_t depth;      /* how many arrays are in one another, the record itself counted, too */
    size_t record_bytes; /* sizeof the struct */
    /* Returns the table of `self`, by ascending number. */
    const pier_field *(*fields)(const pier_class *self);
    const pier_oneof *oneofs; /* NULL when there are none */
    /* Returns the most bytes that storing `record` writes. NULL: the class has no codec of its own, and its records
     * are stored and loaded by the table alone. */
    uint64_t (*measure)(const void *record, pier__measuring *counts);
    /* Stores `record` at `at`, where there is room for that many bytes. Returns its end; NULL when a value may not be
     * stored. */
    uint8_t *(*encode)(uint8_t *at, const void *record);
    /* Loads the record at `at`; `end` is the end of the block, behind which PIER_PADDING_BYTES may be read. Returns the
     * record's end; NULL when it is not in the form that `encode` gives, or memory runs out. */
    const uint8_t *(*decode)(const uint8_t *at, const uint8_t *end, void *record, pier__decoding *how);
};

/* Makes a class of a definition at run time, so that a program without the struct loads, checks and stores typed
 * records of it: they lie in memory of `record_bytes`, as its table says. Its own definition is the same to the byte.
 * Nested records that may be absent are pointers, text and bytes are borrowed, repeated fields are lists; there is no
 * codec (`measure`, `encode` and `decode` are NULL). Each class that the table names may be used by itself.
 * definition: of a class; read during the call alone. allocator: copied; NULL for the default. out: NULL when the call
 * fails; otherwise lives until pier_class_destroy, and must outlive every archive that has met it.
 * Returns PIER_OK; PIER_USAGE (an enum); PIER_VERSION (a field or type of a later version); PIER_LIMIT (a record of
 * more than 16 MiB, lists apart); PIER_PROTOCOL (a class that holds itself without end); PIER_NO_MEMORY. error: filled
 * when it fails, with the field's path; may be NULL. Never blocks. */
PIER_API pier_status pier_class_create(const pier_definition *definition, const pier_allocator *allocator,
                                       const pier_class **out, pier_error *error) PIER_MUST_USE;

/* Frees a class that pier_class_create made, with all that it names. NULL is allowed. */
PIER_API void pier_class_destroy(const pier_class *made);

/* Makes the definition of a class, as a stream would have it: to compare it, or to show it.
 * class_of_record: read during the call alone. allocator: copied; NULL for the default. out: NULL when the call fails;
 * otherwise lives until pier_definition_destroy.
 * Returns PIER_OK; PIER_USAGE (the class breaks the rules); PIER_NO_MEMORY. error: filled when it fails; may be NULL.
 * Never blocks. */
PIER_API pier_status pier_definition_create(const pier_class *class_of_record, const pier_allocator *allocator,
                                            const pier_definition **out, pier_error *error) PIER_MUST_USE;

/* Frees a definition that pier_definition_create made. NULL is allowed. */
PIER_API void pier_definition_destroy(const pier_definition *definition);

#endif
