/* JSON out: a value becomes text on one line, as pier_value_print has it.
 *
 * Part of the command. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/tree.h>

#include "text_buffer.h"

/* Appends a value, in colours for a terminal if `colours`. When memory ran out `out->failed` is set. */
void json_write(text_buffer *out, const pier_value *value, bool colours);

/* Appends the current record of an archive, typed ones as an object of their fields. tree: used for a record that needs
 * one. Returns PIER_OK, also when `out->failed` is set; or the failure of the tree or the archive, and appends
 * nothing. */
pier_status json_write_record(text_buffer *out, pier_tree *tree, pier_archive *archive, bool colours);

/* Appends what is shown for raw bytes, which are no value: `{"$raw":N}` with their number; null when it is
 * UINT64_MAX. */
void json_write_raw(text_buffer *out, uint64_t bytes);

/* Appends terminated text as JSON; likewise. */
void json_write_text(text_buffer *out, const char *text);

#endif
