/* The codecs of messages. A class without one is served by the library, table in hand. */
#include "emit.h"

void emit_codecs(emit_output *output, const schema_message *message) {
    (void)output;
    (void)message;
}

const char *emit_codec_name(char *name, size_t capacity, const schema_message *message, const char *which) {
    (void)name;
    (void)capacity;
    (void)message;
    (void)which;
    return "NULL";
}
