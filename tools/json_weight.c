/* What a line of JSON weighs: see json_weight.h.
 *
 * Each value takes a byte at least, and of an array or object all but one follow a comma. A text takes a byte for each
 * of its characters, or three for four where it is base64; the names of {"$float":"-Infinity"} and its like vanish, and
 * none of them has more than nine characters. */
#include "json_weight.h"

#define VANISHING_CHARACTERS 9

static uint64_t weight_of_text(uint64_t characters) {
    return characters > VANISHING_CHARACTERS ? (characters - VANISHING_CHARACTERS) / 4 * 3 : 0;
}

/* Takes a byte of text. */
static void take_character(json_weight *weight, char byte) {
    if (weight->skipped > 0) {
        weight->skipped--;
    } else if (weight->in_escape) {
        weight->in_escape = false;
        weight->skipped = byte == 'u' ? 4 : 0;
        weight->characters++;
    } else if (byte == '\\') {
        weight->in_escape = true;
    } else if (byte == '"') {
        weight->in_text = false;
        weight->bytes += weight_of_text(weight->characters);
        weight->characters = 0;
    } else {
        weight->characters++;
    }
}

uint64_t json_weigh(json_weight *weight, const char *data, size_t size_bytes) {
    for (size_t i = 0; i < size_bytes; i++) {
        if (weight->in_text) {
            take_character(weight, data[i]);
        } else if (data[i] == '"') {
            weight->in_text = true;
        } else {
            weight->bytes += data[i] == ',' ? 1 : 0;
        }
    }
    return weight->bytes + weight_of_text(weight->characters);
}
