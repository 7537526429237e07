/* JSON out: a value becomes text on one line, as pier_value_print has it.
 *
 * Part of the command. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>

#include <pier/value.h>

#include "text_buffer.h"

/* Appends a value, in colours for a terminal if `colours`. When memory ran out `out->failed` is set. */
void json_write(text_buffer *out, const pier_value *value, bool colours);

/* Appends terminated text as JSON; likewise. */
void json_write_text(text_buffer *out, const char *text);

#endif
