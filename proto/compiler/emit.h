/* Writing C: lines with their indentation, and the parts that a pair of files is made of.
 *
 * Part of protoc-gen-pier. Memory that runs out is remembered: what is written later is dropped, and only the end asks.
 *
 * Lines above 120 columns are broken behind a comma or before an operator, so that nobody who emits has to count. */
#ifndef EMIT_H
#define EMIT_H

#include <stdarg.h>

#include "schema.h"

enum {
    EMIT_COLUMNS = 120,
    EMIT_INDENT = 4,
    EMIT_NAME_BYTES = 2048 /* room for any name that is made of those of a message and a field */
};

typedef struct emit_output {
    char *data;
    size_t size;
    size_t capacity;
    unsigned depth; /* blocks that are open */
    bool failed;    /* memory ran out */
} emit_output;

void emit_init(emit_output *output);
void emit_deinit(emit_output *output);

/* Writes a line: the indentation, the text, the line end. */
void emit_line(emit_output *output, const char *format, ...) PIER_PRINTF(2, 3);

/* Writes a line with a comment of a schema behind it, or before it when it does not fit; note: NULL for none. */
void emit_noted(emit_output *output, const char *note, const char *format, ...) PIER_PRINTF(3, 4);

/* Writes a comment of one line and the line end. */
void emit_note(emit_output *output, const char *text, size_t size);

/* Writes an empty line. */
void emit_gap(emit_output *output);

/* Writes a line that opens a block: "if (x) {", "typedef struct x {". What follows is indented by one step more. */
void emit_open(emit_output *output, const char *format, ...) PIER_PRINTF(2, 3);

/* Closes the block that was opened last, with a line like "}" or "} x;". */
void emit_close(emit_output *output, const char *format, ...) PIER_PRINTF(2, 3);

/* Writes text as it is, without indentation or line end. */
void emit_text(emit_output *output, const char *format, ...) PIER_PRINTF(2, 3);

/* Writes a comment of C in lines of their own. `text` comes from a schema; nothing is written for NULL and "". */
void emit_comment(emit_output *output, const char *text);

/* Writes "#define" and its like: a line without indentation. */
void emit_directive(emit_output *output, const char *format, ...) PIER_PRINTF(2, 3);

/* Writes bytes as they are. */
void emit_bytes(emit_output *output, const char *text, size_t size);

/* Writes text as a literal of C, in quotes, and in several lines when it is long; the last one does not end. */
void emit_literal(emit_output *output, const char *text, size_t size);

/* Returns the type in C of one value of a field, of one element of a repeated one: "uint64_t", "pier_text",
 * "market_tick". For inline text "char"; NULL for inline bytes, whose type has no name. */
const char *emit_type(const schema_field *field);

/* Returns the expression for the value of a field in the struct that `record` points to, "record->kind.limit" for a
 * member of a oneof, in the caller's memory of `capacity` bytes. */
const char *emit_member(char *text, size_t capacity, const schema_field *field);

/* Writes, into the header, what the codecs of a file name before it is written: constants and prototypes. */
void emit_codec_prototypes(emit_output *output, const schema_file *file);

/* Writes, into the source, the functions that the class of a message points to. */
void emit_codec_wrappers(emit_output *output, const schema_message *message);

/* Writes the codecs of a message into the header, behind its struct and those that it consists of: static inline
 * functions. The class names them as emit_codec_name does. */
void emit_codecs(emit_output *output, const schema_message *message);

/* Returns the name of a function for the class of a message, or "NULL" when the library shall go the slow way.
 * which: "measure", "encode" or "decode". `name` has room for `capacity` bytes. */
const char *emit_codec_name(char *name, size_t capacity, const schema_message *message, const char *which);

/* Writes the struct of a message, with its comments. */
void emit_struct(emit_output *output, const schema_message *message);

/* Writes the functions of a message that only hand on to the library. */
void emit_functions(emit_output *output, const schema_message *message);

/* Writes the tables of an enum, or of a message and its fields. */
void emit_enum_table(emit_output *output, const schema_enum *from);
void emit_class_table(emit_output *output, const schema_message *message);

/* Writes what a field is when it is missing, if that is not zero; emit_default_name names it, "NULL" for zero. */
void emit_default(emit_output *output, const schema_field *field);
const char *emit_default_name(char *name, size_t capacity, const schema_field *field);

/* Writes the header and the source of a file. */
void emit_header(emit_output *output, const schema_file *file);
void emit_source(emit_output *output, const schema_file *file);

/* Writes the name of a generated file: "market/tick.proto" with ".pier.h" becomes "market/tick.pier.h". */
void emit_file_name(emit_output *output, const schema_file *file, const char *suffix);

#endif
