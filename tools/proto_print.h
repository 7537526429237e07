/* Definitions as a schema: the text of a `.proto` file that compiles again to the same classes.
 *
 * Part of the command. Knows protobuf's language and Pier's options, and of the library only definitions. What has no
 * form in proto3 is told by name instead of being printed as something else. */
#ifndef PROTO_PRINT_H
#define PROTO_PRINT_H

#include <pier/definition.h>
#include <pier/error.h>

#include "text_buffer.h"

/* Appends one file with the classes of all definitions, what they reach, and the imports that it needs.
 * definitions: `count` of them, of classes; those of one name must say the same. out: unchanged when the call fails.
 * Returns PIER_OK, or with `error` filled, and its path the class and field: PIER_UNSUPPORTED (what a `.proto` file
 * cannot say), PIER_MISMATCH (two classes of one name), PIER_NO_MEMORY. */
pier_status proto_print(const pier_definition *const *definitions, size_t count, text_buffer *out, pier_error *error);

#endif
