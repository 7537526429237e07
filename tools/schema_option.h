/* The options --schema, --class, --map and --array: what store and connect have in common.
 *
 * Part of the command. */
#ifndef SCHEMA_OPTION_H
#define SCHEMA_OPTION_H

#include <stdbool.h>

#include "class_source.h"
#include "options.h"
#include "typed_record.h"

typedef struct schema_option {
    const char *path;       /* NULL: there is none, and records have no class */
    const char *class_name; /* NULL: the only one that the schema has */
    bool map;               /* the plain form */
    bool array;
} schema_option;

/* The specs of `schema_option *chosen`, for the table of a command. */
#define SCHEMA_OPTIONS(chosen)                                                                                         \
    {"--schema", OPTION_TEXT, &(chosen)->path, 0, 0}, {"--class", OPTION_TEXT, &(chosen)->class_name, 0, 0},           \
        {"--map", OPTION_FLAG, &(chosen)->map, 0, 0}, {                                                                \
        "--array", OPTION_FLAG, &(chosen)->array, 0, 0                                                                 \
    }

/* What they say about themselves in --help. */
#define SCHEMA_OPTIONS_HELP                                                                                            \
    "  --schema FILE        each line is a record of a class in FILE: an archive, a .proto file (protoc\n"             \
    "                       reads it), or a descriptor set; a line that is none is told, with the field\n"             \
    "  --class NAME         which class (the only one in FILE)\n"                                                      \
    "  --map, --array       what such a record is with --plain: a map by field name (the default), or an\n"            \
    "                       array in which a field's place is its number less one\n"

/* Checks what was asked for together. Returns -1 to go on; otherwise what to exit with, and it is told. */
int schema_option_check(const schema_option *chosen, const char *command, bool is_plain);

/* How a typed record is stored in a plain archive. */
pier_plain_form schema_option_form(const schema_option *chosen);

/* A class of a schema, in use. */
typedef struct schema_use {
    class_source source;
    pier_registry *registry;
    typed_record *record; /* NULL: no schema was asked for */
} schema_use;

/* Reads the schema, if one was asked for. Returns EXIT_DONE, or what to exit with, and it was told. Either way
 * schema_use_close is due, behind all archives that records were stored in. */
int schema_use_open(schema_use *use, const char *command, const schema_option *chosen, const common_options *common);

void schema_use_close(schema_use *use);

#endif
