/* The slow ways: records stored and loaded by tokens, as a class's table says.
 *
 * Floor 5 (record). interpret_load.c loads records, load_fields.c their fields, load_typed.c typed arrays,
 * load_scalar.c single values; interpret_store.c, store_fields.c and store_scalar.c do the same the other way round.
 * Values and fields can be loaded one by one, for loaders that do not find the slots of the class itself. */
#ifndef PIER_RECORD_INTERPRET_INTERNAL_H
#define PIER_RECORD_INTERPRET_INTERNAL_H

#include <pier/arena.h>
#include <pier/load.h>
#include <pier/store.h>

#include "record/field_internal.h"
#include "record/record_internal.h"

/* Loading --------------------------------------------------------------------------------------------------------- */

/* A record being loaded. It has passed the scan, so that every value that begins in it also ends in it, and nothing is
 * nested deeper than the limit: what recurses here for each array or map recurses no deeper than that. */
typedef struct pier__loading {
    pier_archive *archive;
    pier_arena *arena; /* for lists and what pointers point to */
    bool owns;         /* text and bytes are copied into the arena */
    bool is_typed;     /* in the framed form: slots; otherwise a map or an array of the plain one */
    pier_status status;
    pier__path path;           /* of what is being loaded */
    struct pier__links *links; /* for values of any class and shared references; NULL: the class has none */
} pier__loading;

/* What stands at one place of the record. */
typedef struct pier__found {
    const uint8_t *at;
    pier_token token;
} pier__found;

/* Takes the next token: of an array or map its head. */
static inline pier__found pier__load_take(pier__loading *from) {
    pier__found value;
    value.at = from->archive->cursor;
    value.token = pier_load_token(from->archive);
    return value;
}

/* Fails for what the path names, at a byte of the record. Returns false, as all that follow here do after a failure. */
bool pier__load_fail(pier__loading *from, const uint8_t *at, pier_status status, const char *format, ...)
    PIER_PRINTF(4, 5);

/* Fails because another kind of value was expected: "expected float, found str". */
bool pier__load_fail_type(pier__loading *from, const pier__found *value, const char *expected);

/* Tells whether a head is that of an array of 2. Otherwise fails. expected: the kinds of value that may stand there,
 * "array" among them; parts: what the two values are. */
bool pier__load_pair(pier__loading *from, const pier__found *head, const char *expected, const char *parts);

/* Gets room from the arena, all zero, for `count` things of `element_bytes` each, not 0 of them. at: where the value
 * stands that needs it. Returns NULL after a failure. */
uint8_t *pier__load_allocate(pier__loading *from, const uint8_t *at, size_t count, size_t element_bytes);

/* Loads a value that is one token, or a duration, into the member `to`: every kind but records and any. The head was
 * taken already. */
bool pier__load_scalar(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *to);

/* Loads one value of a field, not nil: that of a single field, or an element. `to` is the member, all zero. */
bool pier__load_value(pier__loading *from, const pier_field *field, uint8_t *to);

/* Loads all that a field holds: a value, elements, a map, or nil where that may stand. Presence and the case of a oneof
 * are set. The record has the defaults (pier__init_fields). The path gets the field's name, and loses it again. */
bool pier__load_field(pier__loading *from, const pier_class *type, const pier_field *field, uint8_t *record);

/* Loads the slot of a oneof: nil, or number and value. oneof: as in pier_field. */
bool pier__load_oneof(pier__loading *from, const pier_class *type, uint32_t oneof, uint8_t *record);

/* Makes room for the elements of a repeated field, in the struct or in the arena, and sets the count. Returns false
 * after a failure: more than there is room for, or no memory. elements: NULL when count is 0 and it is a list. */
bool pier__load_room(pier__loading *from, const pier_field *field, const uint8_t *at, uint64_t count, uint8_t *record,
                     uint8_t **elements);

/* A typed array that was found. */
typedef struct pier__typed {
    pier_field_kind kind;    /* of its elements: a number */
    const uint8_t *elements; /* little-endian */
    size_t count;
} pier__typed;

/* Reads the ext of a typed array. */
bool pier__load_typed_open(pier__loading *from, const pier__found *value, pier__typed *typed);

/* Returns the element at `index`, which is below the count, as the token that would stand for it alone. */
pier__found pier__load_typed_element(const pier__typed *typed, size_t index);

/* Loads a typed array whose ext was found, into a repeated field of numbers. */
bool pier__load_typed(pier__loading *from, const pier_field *field, const pier__found *value, uint8_t *record);

/* Loads a record in the form that is being loaded. It has the defaults (pier__init_fields), or is all zero. */
bool pier__load_record(pier__loading *from, const pier_class *type, uint8_t *record);

/* Loads a value of any class, or nil, into a member that is a pier_any: any_load.c. */
bool pier__load_any(pier__loading *from, const pier_field *field, uint8_t *member);

/* Loads a shared reference, or nil, into a member that is a pointer or a pier_any: graph_load.c. */
bool pier__load_shared(pier__loading *from, const pier_field *field, uint8_t *member);

/* Puts the defaults of a class into a struct that is all zero; of records within it, too, if they are always there. */
void pier__init_fields(const pier_class *type, uint8_t *record);

/* Storing --------------------------------------------------------------------------------------------------------- */

/* How a record becomes one value. */
typedef enum pier__form {
    PIER__FORM_SLOTS, /* framed: an array with a slot for each field */
    PIER__FORM_MAP,   /* plain: by name, absent fields left out */
    PIER__FORM_PLACES /* plain: an array by number less one */
} pier__form;

/* The most fields that the plain array form may have places for: beyond, nil in gaps would outweigh the record. */
enum { PIER__PLACES_MAX = 256 };

/* A record being stored. */
typedef struct pier__storing {
    pier_archive *archive;
    pier__form form;
    pier__path path; /* of what is being stored */
    const pier_limits *limits;
    uint32_t depth_left;       /* how many more arrays and maps may be opened within one another */
    uint64_t elements_left;    /* how many more values the record may have */
    struct pier__links *links; /* for values of any class and shared references; NULL: the class has none */
} pier__storing;

/* Refuses the record for what the path names. Returns false, as all that follow here do when they refuse. */
bool pier__store_refuse(pier__storing *to, pier_status status, const char *format, ...) PIER_PRINTF(3, 4);

/* Begins an array or a map: counts the values in it, and one level more. pier__store_close ends the level. */
bool pier__store_array(pier__storing *to, uint32_t count);
bool pier__store_map(pier__storing *to, uint32_t pairs);

static inline void pier__store_close(pier__storing *to) {
    to->depth_left++;
}

/* Stores a single value of a kind that is not record or any. */
bool pier__store_scalar(pier__storing *to, const pier_field *field, const uint8_t *value);

/* Stores one value of a field, as pier__load_value loads it. */
bool pier__store_value(pier__storing *to, const pier_field *field, const uint8_t *value);

/* Stores all that a field holds, which is set (pier__field_is_set). The path gets the name for the time being. */
bool pier__store_field(pier__storing *to, const pier_field *field, const uint8_t *record);

/* Stores a value of any class, or nil: any_store.c; and a shared reference, or nil: graph_store.c. */
bool pier__store_any(pier__storing *to, const pier_field *field, const uint8_t *member);
bool pier__store_shared(pier__storing *to, const pier_field *field, const uint8_t *member);

/* Stores a record in the form that is being stored. */
bool pier__store_record(pier__storing *to, const pier_class *type, const uint8_t *record);

#endif
