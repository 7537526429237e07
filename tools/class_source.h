/* The classes that a file has: an archive, or, where the schema compiler is built, a schema.
 *
 * Part of the command. An archive is known by its first bytes, and a pipe is one. Of an archive these are the classes of
 * its records, each version of one; of a schema all messages of the files that no other file imports. */
#ifndef CLASS_SOURCE_H
#define CLASS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/class.h>

#include "options.h"

typedef struct class_source {
    const pier_class **classes; /* by the order in which they were found */
    size_t count;
    size_t capacity;
    bool is_archive;
    void *schema; /* whose classes they are; NULL: each was made by itself */
} class_source;

/* Reads the classes of a file. command: for messages. Returns EXIT_DONE, or what to exit with, and it was told. Either
 * way class_source_close is due. */
int class_source_open(class_source *source, const char *command, const char *path, const common_options *common);

/* As class_source_open, for an archive; path may be "-", standard input. Damage is told; the classes behind it are
 * found, too, and what it answers is EXIT_DATA. */
int class_source_read_archive(class_source *source, const char *command, const char *path,
                              const common_options *common);

/* Writes the names of the classes for a message, as many as there is room for: "a.One, a.Two", "none" when there is
 * none. Returns `names`. */
#define CLASS_SOURCE_NAMES_BYTES 192
const char *class_source_names(const class_source *source, char names[CLASS_SOURCE_NAMES_BYTES]);

void class_source_close(class_source *source);

#endif
