/* What the files of the printer of schemas share; see proto_print.h.
 *
 * proto_types.c finds the types and where they stand, proto_symbols.c looks for names that stand for two things,
 * proto_field.c prints a field, proto_default.c the default of one, proto_print.c everything around them. */
#ifndef PROTO_PRINT_INTERNAL_H
#define PROTO_PRINT_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "proto_print.h"
#include "text_index.h"

enum { PROTO_NAME_BYTES = 256 };

/* A type that the file prints or imports. */
typedef struct proto_type {
    const char *name;
    size_t name_bytes;
    const pier_definition *definition; /* NULL: only a part of names, printed as a message */
    const pier_definition *same;       /* the last one that was found to say the same */
    const char *import;                /* the file of protobuf that has it; NULL: printed */
    bool is_entry;                     /* of a map: protoc makes it of the field */
} proto_type;

typedef struct proto_printer {
    proto_type *types; /* by ascending name, when all are found */
    size_t count;
    size_t capacity;
    size_t sorted;        /* how many are in order */
    text_index added;     /* where the others are */
    size_t package_bytes; /* of the first type's name; 0: no package */
    char package[PROTO_NAME_BYTES];
    text_buffer body;
    bool hides_pier;  /* a type or a part of the package is called as the package of the options */
    bool has_options; /* the text needs pier/options.proto, */
    bool has_time;    /* or one of those of protobuf */
    bool has_duration;
    bool has_any;
    pier_status status;
    pier_error *error;
} proto_printer;

/* Fails with a text, and the path of a class and field or value, which may be NULL. Returns false. */
bool proto_fail(proto_printer *p, pier_status status, const char *type, const char *field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Finds the types, their package and the parts of names that are printed as messages. Returns false after a failure,
 * as all that follow here. */
bool proto_find_types(proto_printer *p, const pier_definition *const *definitions, size_t count);

/* Returns the type of that name, or NULL. */
const proto_type *proto_find(const proto_printer *p, const char *name, size_t name_bytes);

/* Whether a field of the class is one of a map. */
bool proto_is_map(const pier_definition_field *field);

/* Looks for names that protoc would take for two things. */
bool proto_check_symbols(proto_printer *p);

/* Appends the name of a type as it can be written within a message. */
void proto_append_name(proto_printer *p, const char *scope, const pier_definition *type);

/* Appends an option of Pier's: "(pier." and `rest`, which begins with the option's name. */
void proto_append_option(proto_printer *p, const char *rest);

/* Appends a field, its options and its end. */
bool proto_append_field(proto_printer *p, const pier_definition *owner, const pier_definition_field *field);

/* Appends the option of the field's default. */
bool proto_append_default(proto_printer *p, const pier_definition *owner, const pier_definition_field *field);

#endif
