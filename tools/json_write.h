/* JSON out: a value becomes text on one line.
 *
 * Part of the command. What json_read.h reads back as the same value: floats as the shortest text with a point or an
 * exponent, a map as an object when its keys are distinct valid text and it is not a single `$` key, all else that JSON
 * lacks in the forms of json_form.h. A float 32 is written as the number that it is, exactly. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "text_buffer.h"
#include "value.h"

/* Appends the whole tree, which is sealed and not empty, in colours for a terminal if `colour`. When memory ran out
 * `out->failed` is set. */
void json_write(text_buffer *out, const value_tree *tree, bool colour);

#endif
