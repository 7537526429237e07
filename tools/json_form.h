/* The `$` forms of JSON: objects of one key that stand for what JSON lacks.
 *
 *     {"$float":"NaN"}              also "Infinity", "-Infinity"
 *     {"$bin":"BASE64"}             bytes
 *     {"$ext":[TYPE,"BASE64"]}      a value of an application's own type, -128 to 127
 *     {"$time":[SECONDS,NANOS]}     a timestamp
 *     {"$str":"BASE64"}             text that is not UTF-8
 *     {"$map":[[KEY,VALUE],…]}      a map whose keys are not distinct valid text, or one `$` key
 *
 * Part of the command; used by json_read.c. */
#ifndef JSON_FORM_H
#define JSON_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/status.h>

#include "value.h"

/* Turns the map at `index`, the last value of the tree and complete, into what it stands for if it is a form; else it
 * stays. {"$map":…} leaves nodes of PIER_KIND_NONE behind and sets `has_hidden`.
 * Returns PIER_OK; PIER_NO_MEMORY; or PIER_PROTOCOL with the index of the wrong node and what is wrong with it. */
pier_status json_form_read(value_tree *tree, uint32_t index, bool *has_hidden, uint32_t *wrong, const char **why);

#endif
