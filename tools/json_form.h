/* The `$` forms of JSON: objects of one key that stand for what JSON lacks.
 *
 *     {"$float":"NaN"}              also "Infinity", "-Infinity"
 *     {"$bin":"BASE64"}             bytes
 *     {"$ext":[TYPE,"BASE64"]}      a value of an application's own type, -128 to 127
 *     {"$time":[SECONDS,NANOS]}     a timestamp
 *     {"$str":"BASE64"}             text that is not UTF-8
 *     {"$map":[[KEY,VALUE],…]}      a map whose keys are not distinct valid text, or one `$` key
 *
 * Part of the command; used by json_read.c. The library prints them (pier_value_print). */
#ifndef JSON_FORM_H
#define JSON_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/tree.h>

/* What is wrong with a form, and where in it. */
typedef struct json_form_fault {
    const char *why;
    bool is_key;      /* the key; else its value */
    bool is_element;  /* or an element of that */
    uint32_t element; /* which */
} json_form_fault;

/* Turns a map of the tree, complete, into what it stands for if it is a form; else it stays. Returns PIER_OK; what
 * sticks in the tree; PIER_NO_MEMORY; or PIER_PROTOCOL with the fault. */
pier_status json_form_read(pier_tree *tree, pier_value *map, json_form_fault *fault);

#endif
