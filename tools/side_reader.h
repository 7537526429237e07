/* What one side of a connection says: bytes as they come, and the records in them.
 *
 * Part of the command; `pier record` shows them, `pier replay` compares them. Whether the bytes are a framed stream,
 * bare MessagePack values, a session's connection or something else is seen in the first of them. Where they cannot be
 * read any more they are bytes alone from there on: nobody who passes them on is held up by that. */
#ifndef SIDE_READER_H
#define SIDE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/tree.h>

/* What the bytes are taken for. */
typedef enum side_form {
    SIDE_GUESS,  /* as the first bytes tell; nothing came yet */
    SIDE_STREAM, /* framed, or values whose first one is no small integer: all text would begin with one */
    SIDE_PLAIN,  /* values, whatever they begin with */
    SIDE_BYTES   /* not looked at */
} side_form;

/* What came. */
typedef enum side_event {
    SIDE_NOTHING, /* nothing whole: more bytes are needed */
    SIDE_RECORD,  /* a record: the tree holds it, and the archive stands at it */
    SIDE_RAW,     /* raw bytes, all of them: `raw_bytes` and `raw_check` */
    SIDE_SKIPPED, /* a record, or raw bytes, that are not shown: `error` tells why */
    SIDE_FAULT    /* what came cannot be read: `error` tells. From here on there are bytes alone */
} side_event;

typedef struct side_reader {
    side_form form;
    uint64_t record_bytes_max;
    pier_archive *load; /* NULL: no byte came, or bytes alone */
    uint64_t records;   /* so far, raw bytes and what is skipped among them */
    bool in_raw;
    uint64_t raw_bytes;
    uint64_t raw_check; /* XXH3 of them */
    void *raw_state;    /* of the check, while they come */
    bool has_fault;     /* taking bytes failed, which is to be told */
    bool is_session;    /* it is the connection of a session: a fault was told for that */
    size_t first_bytes; /* how many came that a session's connection may begin with, before anything is decided */
    bool has_ended;     /* end mark or end of the input, and nothing behind it */
    pier_error error;
} side_reader;

/* Begins. form: what the bytes are to be taken for. */
void side_reader_init(side_reader *reader, side_form form, uint64_t record_bytes_max);

void side_reader_deinit(side_reader *reader);

/* Takes bytes; what came before has been read until SIDE_NOTHING. Without memory for them they are bytes alone. */
void side_reader_feed(side_reader *reader, pier_bytes bytes);

/* Takes note that no more bytes come: what is cut off is then SIDE_FAULT. */
void side_reader_end(side_reader *reader);

/* Moves to the next record. tree: gets it; its text is borrowed until the next call. */
side_event side_reader_next(side_reader *reader, pier_tree *tree);

/* Returns the name of the class that the current record has; NULL when it has none. */
const char *side_reader_class(const side_reader *reader);

#endif
