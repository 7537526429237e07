/* A value of any class.
 *
 * Floor 5 (record). A field of kind any (google.protobuf.Any in a schema) holds one: the class, and a record of it.
 *
 *     pier_any any = {.type = &market_tick_class, .record = &tick};
 *
 * Storing asks for `type` and `record` alone. What is loaded is of a class that the archive's registry has
 * (pier/registry.h); a value of another class is kept as it came, with `type` NULL, if the archive is told to keep it.
 *
 * What was kept can be looked at (pier_tree_parse reads `raw`), and stored on, unchanged, in an archive of the format
 * that it came from, framed or plain. It cannot be when it may hold numbers that hold in its own record alone: of a
 * framed archive when its class has fields of kind any or shared references, `definition` is empty then; of a plain one
 * within a graph. */
#ifndef PIER_ANY_H
#define PIER_ANY_H

#include <stdbool.h>

#include <pier/bytes.h>

/* A value of any class, or none. Zero it, or set `type` and `record`. */
typedef struct pier_any {
    const struct pier_class *type; /* NULL: no value, or one of a class that is not known */
    const void *record;            /* the struct of that class. Storing: borrowed during the call. Loaded: in the arena
                                      that lists are in */
    pier_text name;                /* of a class that is not known: its full name. Loaded: borrowed as text is */
    pier_bytes raw;                /* its record as it came: one MessagePack value */
    pier_bytes definition;         /* framed: what the stream says of its class, to be stored on; else empty */
} pier_any;

/* Whether there is no value: what a zeroed struct says. */
static inline bool pier_any_is_none(const pier_any *any) {
    return any->type == NULL && any->name.size == 0;
}

#endif
