/* What the files of the record floor share: paths for errors, the closure of a class, and the slow ways.
 *
 * Floor 5 (record). Of the archive floor it uses archive_internal.h's last part and nothing deeper.
 *
 * record.c stores and loads; the straight-line codecs of <pier/record.h> do the work, or programs (program_internal.h)
 * where the form is not theirs, and whatever neither takes goes the slow way, driven by the class's table
 * (interpret_internal.h). reach.c finds the types that a class reaches, closure.c writes its definition;
 * definition_parse.c reads a stream's with definition_read.c and definition_default.c, definition_check.c and
 * definition_names.c check what it means, definition.c answers for it, match.c compares the two, and has a plan made
 * where they differ (plan_internal.h), by the table in meet.c. */
#ifndef PIER_RECORD_RECORD_INTERNAL_H
#define PIER_RECORD_RECORD_INTERNAL_H

#include <string.h>

#include <pier/record.h>

#include "archive/archive_internal.h"
#include "base/buffer_internal.h"

/* A path for errors, "market.Order.lines[3].price", which grows and shrinks with the field that is at work. It is cut
 * at the capacity of an error's. */
typedef struct pier__path {
    char text[sizeof((pier_error *)0)->path];
    size_t length; /* that the whole path has */
} pier__path;

/* Begins with the name of a class. */
void pier__path_init(pier__path *path, const char *class_name);

/* Appends a field or an index. Each returns the length before, for pier__path_cut. */
size_t pier__path_field(pier__path *path, const char *name);
size_t pier__path_index(pier__path *path, uint32_t index);

/* Takes back what was appended since the path had `length`. */
void pier__path_cut(pier__path *path, size_t length);

/* Encodes the closure of a class: proto/wire.md, Definitions. A pier__encode_closure. */
pier_status pier__class_encode_closure(const void *class_to_encode, pier__buffer *closure, pier_error *error);

/* A type that a class reaches: one of the two is not NULL. */
typedef struct pier__type {
    const char *name;
    const pier_class *of_class;
    const pier_enum *of_enum;
} pier__type;

/* Makes the list of the types that a class reaches, itself among them, each once by address and by ascending name
 * (bytes): `types` gets a pier__type each; `classes` gets pointers to the classes among them, the class itself first.
 * Returns false when there is no memory. */
bool pier__types_collect(const pier_class *root, pier__buffer *types, pier__buffer *classes);

static inline size_t pier__type_count(const pier__buffer *types) {
    return types->size / sizeof(pier__type);
}

static inline pier__type pier__type_at(const pier__buffer *types, size_t index) {
    pier__type found;
    memcpy(&found, types->data + index * sizeof found, sizeof found);
    return found;
}

/* Makes the list of the classes that a class reaches, itself first, each once by address: `list` gets pointers.
 * Returns false when there is no memory. */
bool pier__class_collect(const pier_class *root, pier__buffer *list);

static inline size_t pier__class_list_count(const pier__buffer *list) {
    return list->size / sizeof(pier_class *);
}

static inline const pier_class *pier__class_list_at(const pier__buffer *list, size_t index) {
    const pier_class *found;
    memcpy(&found, list->data + index * sizeof found, sizeof found);
    return found;
}

/* A definition that breaks the rules: where, and in what words. */
typedef struct pier__definition_error {
    pier_status status;
    size_t position; /* in the closure */
    char path[sizeof((pier_error *)0)->path];
    char text[160];
} pier__definition_error;

/* Reads a closure, strictly, into one piece of memory. classes_max: the most types in it. Returns PIER_OK, or, with
 * `error` filled, PIER_PROTOCOL, PIER_LIMIT or PIER_NO_MEMORY. */
pier_status pier__definition_parse(const uint8_t *closure, size_t closure_bytes, uint32_t classes_max,
                                   const pier_allocator *allocator, pier_definition **out,
                                   pier__definition_error *error);

/* Frees what pier__definition_parse made; `definition` is a pier_definition. */
void pier__definition_destroy(const pier_allocator *allocator, void *definition);

/* Sets the error, and returns false. */
bool pier__definition_fail(pier__definition_error *error, pier_status status, size_t position, const char *path,
                           const char *format, ...) PIER_PRINTF(5, 6);

/* Checks how the types of a definition that was read go together, and finds the types of its fields. `scratch` has room
 * for an index of each type, field or value. Returns false, with the error set, when they do not. */
bool pier__definition_check(pier_definition *root, uint32_t *scratch, pier__definition_error *error);

/* The part of it that is about names and oneofs: definition_names.c. */
bool pier__definition_check_names(pier_definition *root, uint32_t *scratch, pier__definition_error *error);

/* Whether the default of a class's field is one that its kind can have, and be defined. */
bool pier__default_is_good(const pier_field *field);

/* Makes a member of a struct of a default that was read, `encoded`, of a kind that has defaults. Text and bytes are
 * views of `encoded`. */
void pier__default_decode(uint32_t kind, const uint8_t *encoded, void *member);

/* Appends the default of a class's field as a definition has it: nil for none. Returns false when there is no
 * memory. */
bool pier__default_encode(const pier_field *field, pier__buffer *out);

/* Returns the type of this name in the closure of `root`, or NULL. */
const pier_definition *pier__definition_find(const pier_definition *root, const char *name, size_t name_bytes);

/* Reads the definition of the stream's class, once. Returns NULL, with the failure told, when that cannot be. */
const pier_definition *pier__definition_of(pier_archive *archive, pier__stream_class *of_stream);

/* Fails the loading of the current record by what is wrong with the definition of its class: sticks, with the offset of
 * the fault in the definition. */
void pier__definition_tell(pier_archive *archive, const pier__stream_class *of_stream,
                           const pier__definition_error *error);

/* Matches a class with what the stream says of it, once. Returns PIER_OK when records of the stream can be loaded as
 * the class: `bound` is it, and `plan` how, if they are not in its own form. Otherwise the failure sticks: PIER_TYPE
 * (another class), PIER_MISMATCH or PIER_LIMIT (at the definition), PIER_NO_MEMORY, PIER_USAGE (the class breaks the
 * rules), or the definition's own. */
pier_status pier__class_match(pier_archive *archive, pier__stream_class *of_stream, const pier_class *class_of_record);

/* Fails the loading of the current record at its first byte, as pier__archive_fail_at. */
pier_status pier__record_fail(pier_archive *archive, pier_status status, const char *path, const char *format, ...)
    PIER_PRINTF(4, 5);

/* Stores a record by tokens, between begin and end: whatever the format, and with the exact error when a value may not
 * be stored. */
void pier__interpret_store(pier_archive *archive, const pier_class *class_of_record, const void *record);

/* Loads the current record by tokens, into memory that is all zero. is_typed: the record is in the class's framed form;
 * otherwise it is a map or an array of the plain one. how: where lists and what pointers point to come from, and
 * whether text and bytes are copied there; its counts do not matter, as the record was scanned. Returns PIER_OK, or a
 * failure, which sticks. */
pier_status pier__interpret_load(pier_archive *archive, const pier_class *class_of_record, void *record, bool is_typed,
                                 const pier__decoding *how);

#endif
