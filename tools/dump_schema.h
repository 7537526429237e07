/* What `pier dump --schema` prints: the classes of an archive as a schema.
 *
 * Part of the command. */
#ifndef DUMP_SCHEMA_H
#define DUMP_SCHEMA_H

#include "options.h"
#include "output.h"

/* Prints the classes of the records of an archive, or the one named `class_name` (NULL: all), with all that they reach,
 * as one `.proto` file. Of several versions of a class the last is printed, and that there are others is told.
 * Returns EXIT_DONE, or what to exit with, and it was told. */
int dump_schema(const char *command, const char *path, const common_options *common, const char *class_name,
                output *out);

#endif
