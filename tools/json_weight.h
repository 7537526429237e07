/* How much a line of JSON weighs as a record, while it is still being read.
 *
 * Part of the command. A line may be many times longer than its record: white space, escapes, digits. What no spelling
 * can shrink is told here, from what has come of the line, so that one that never ends is refused long before it is as
 * long as a line may be. */
#ifndef JSON_WEIGHT_H
#define JSON_WEIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero it for a new line. */
typedef struct json_weight {
    uint64_t bytes;      /* of what is whole */
    uint64_t characters; /* of the text that is open */
    uint8_t skipped;     /* digits of an escape that are to come */
    bool in_text;
    bool in_escape;
} json_weight;

/* Goes on over the next bytes of the line. Returns how many bytes the record has at least. */
uint64_t json_weigh(json_weight *weight, const char *data, size_t size_bytes);

#endif
