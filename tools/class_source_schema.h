/* The part of class_source.h that knows schemas: class_source_schema.c, or, without the schema compiler,
 * class_source_none.c.
 *
 * Part of the command. */
#ifndef CLASS_SOURCE_SCHEMA_H
#define CLASS_SOURCE_SCHEMA_H

#include "class_source.h"

/* Reads the classes of a schema. Returns as class_source_open. */
int class_source_read_schema(class_source *source, const char *command, const char *path);

/* Frees the schema, if there is one. */
void class_source_free_schema(class_source *source);

/* Adds a class. Returns false when there is no memory. */
bool class_source_add(class_source *source, const pier_class *added);

#endif
