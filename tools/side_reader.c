/* What one side of a connection says: see side_reader.h. */
#include "side_reader.h"

#include <stdio.h>
#include <string.h>

#include <pier/definition.h>
#include <pier/raw.h>
#include <xxhash.h>

#include "session_first.h"

/* What may wait beside one record: a chunk that was read, a header. */
#define QUEUE_BYTES_MORE ((uint64_t)1 << 20)

/* First bytes of MessagePack: below, integers; 0xc1 is none; from the last on, integers again. */
enum { FIRST_CONTAINER = 0x80, NEVER_USED = 0xc1, FIRST_NEGATIVE = 0xe0 };

void side_reader_init(side_reader *reader, side_form form, uint64_t record_bytes_max) {
    *reader = (side_reader){.form = form, .record_bytes_max = record_bytes_max};
}

void side_reader_deinit(side_reader *reader) {
    pier_archive_destroy(reader->load);
    (void)XXH3_freeState(reader->raw_state);
    *reader = (side_reader){.form = SIDE_BYTES};
}

/* Gives up: bytes alone from here on. */
static side_event give_up(side_reader *reader, const pier_error *error) {
    reader->error = *error;
    reader->form = SIDE_BYTES;
    pier_archive_destroy(reader->load);
    reader->load = NULL;
    reader->has_fault = false;
    return SIDE_FAULT;
}

static side_event give_up_without_memory(side_reader *reader) {
    pier_error error;
    pier_error_clear(&error);
    error.status = PIER_NO_MEMORY;
    (void)snprintf(error.text, sizeof(error.text), "%s", pier_status_text(PIER_NO_MEMORY));
    return give_up(reader, &error);
}

static pier_status open_archive(side_reader *reader, pier_error *error) {
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = reader->record_bytes_max,
        .text_bytes_max = reader->record_bytes_max,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
        .queue_bytes_max = reader->record_bytes_max + QUEUE_BYTES_MORE,
    };
    pier_archive_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .format = reader->form == SIDE_PLAIN ? PIER_FORMAT_PLAIN : PIER_FORMAT_GUESS,
    };
    return pier_archive_open_load(&reader->load, NULL, &options, error);
}

/* What is no stream of records is told as a fault once, and its bytes are not looked at. */
static void refuse(side_reader *reader, uint8_t first) {
    pier_error error;
    pier_error_clear(&error);
    error.status = PIER_PROTOCOL;
    error.offset = 0;
    (void)snprintf(error.text, sizeof(error.text), "no Pier stream, and no MessagePack: it begins with 0x%02x", first);
    (void)give_up(reader, &error);
    reader->has_fault = true;
}

/* A session's connection is neither to be read by itself nor to be played: session_first.h tells why. */
static void refuse_session(side_reader *reader) {
    pier_error error;
    pier_error_clear(&error);
    error.status = PIER_UNSUPPORTED;
    error.offset = 0;
    (void)snprintf(error.text, sizeof(error.text),
                   "a session's connection: its records are not shown, and it cannot be replayed");
    (void)give_up(reader, &error);
    reader->has_fault = true;
    reader->is_session = true;
}

/* Decides by the first byte what is coming. */
static void decide(side_reader *reader, uint8_t first) {
    pier_error error;
    bool is_integer = first < FIRST_CONTAINER || first >= FIRST_NEGATIVE;
    if (reader->form == SIDE_GUESS && (is_integer || first == NEVER_USED)) {
        refuse(reader, first);
        return;
    }
    reader->form = reader->form == SIDE_GUESS ? SIDE_STREAM : reader->form;
    if (open_archive(reader, &error) != PIER_OK) {
        (void)give_up(reader, &error);
        reader->has_fault = true;
    }
}

/* Takes bytes as long as a session's connection may begin with them. Returns how many of `bytes`. */
static size_t take_session_first(side_reader *reader, pier_bytes bytes) {
    size_t taken = 0;
    while (taken < bytes.size && reader->first_bytes < SESSION_FIRST_BYTES &&
           ((const uint8_t *)bytes.data)[taken] == session_first[reader->first_bytes]) {
        reader->first_bytes++;
        taken++;
    }
    return taken;
}

static void feed(side_reader *reader, pier_bytes bytes) {
    if (reader->load != NULL && pier_archive_feed(reader->load, bytes) != PIER_OK) {
        (void)give_up(reader, pier_archive_error(reader->load));
        reader->has_fault = true;
    }
}

/* It is no session's connection: what was taken for its beginning comes first. next: the byte behind that. */
static void begin(side_reader *reader, uint8_t next) {
    pier_bytes before = {session_first, reader->first_bytes};
    decide(reader, before.size > 0 ? session_first[0] : next);
    feed(reader, before);
}

void side_reader_feed(side_reader *reader, pier_bytes bytes) {
    if (reader->load == NULL && reader->form != SIDE_BYTES && bytes.size > 0) {
        size_t taken = reader->form == SIDE_GUESS ? take_session_first(reader, bytes) : 0;
        if (reader->first_bytes == SESSION_FIRST_BYTES) {
            refuse_session(reader);
            return;
        }
        if (taken == bytes.size) {
            return; /* the next bytes tell */
        }
        bytes = (pier_bytes){(const uint8_t *)bytes.data + taken, bytes.size - taken};
        begin(reader, *(const uint8_t *)bytes.data);
    }
    feed(reader, bytes);
}

void side_reader_end(side_reader *reader) {
    if (reader->load == NULL && reader->form != SIDE_BYTES && reader->first_bytes > 0) {
        begin(reader, 0);
    }
    if (reader->load != NULL) {
        pier_archive_feed_end(reader->load);
    }
}

const char *side_reader_class(const side_reader *reader) {
    const pier_definition *definition = reader->load != NULL ? pier_archive_definition(reader->load) : NULL;
    return definition != NULL ? pier_definition_name(definition) : NULL;
}

static side_event skip(side_reader *reader, const pier_error *error) {
    reader->error = *error;
    reader->records++;
    return SIDE_SKIPPED;
}

/* Goes on with raw bytes. */
static side_event go_on_raw(side_reader *reader) {
    pier_bytes part;
    pier_status status;
    while ((status = pier_archive_load_raw(reader->load, &part)) == PIER_OK) {
        (void)XXH3_64bits_update(reader->raw_state, part.data, part.size);
        reader->raw_bytes += part.size;
    }
    reader->in_raw = status == PIER_MORE;
    if (status == PIER_END) {
        reader->records++;
        reader->raw_check = XXH3_64bits_digest(reader->raw_state);
        return SIDE_RAW;
    }
    if (status == PIER_SKIPPED) {
        return skip(reader, pier_archive_error(reader->load));
    }
    return status == PIER_MORE ? SIDE_NOTHING : give_up(reader, pier_archive_error(reader->load));
}

static side_event begin_raw(side_reader *reader) {
    reader->raw_state = reader->raw_state != NULL ? reader->raw_state : XXH3_createState();
    if (reader->raw_state == NULL) {
        return give_up_without_memory(reader);
    }
    (void)XXH3_64bits_reset(reader->raw_state);
    reader->raw_bytes = 0;
    return go_on_raw(reader);
}

static side_event take_record(side_reader *reader, pier_tree *tree) {
    reader->has_ended = false;
    if (pier_archive_is_raw(reader->load)) {
        return begin_raw(reader);
    }
    pier_status status = tree != NULL ? pier_tree_load(tree, reader->load) : PIER_NO_MEMORY;
    if (status == PIER_OK) {
        reader->records++;
        return SIDE_RECORD;
    }
    if (tree == NULL) {
        return give_up_without_memory(reader);
    }
    bool is_archive = pier_archive_status(reader->load) != PIER_OK;
    return is_archive ? give_up(reader, pier_archive_error(reader->load)) : skip(reader, pier_tree_error(tree));
}

side_event side_reader_next(side_reader *reader, pier_tree *tree) {
    if (reader->load == NULL) {
        bool has_fault = reader->has_fault;
        reader->has_fault = false;
        return has_fault ? SIDE_FAULT : SIDE_NOTHING;
    }
    if (reader->in_raw) {
        return go_on_raw(reader);
    }
    pier_status status = pier_archive_next(reader->load);
    if (status == PIER_END) {
        /* A framed stream may be gone on with behind its end mark. */
        reader->has_ended = true;
        status = pier_archive_next(reader->load);
    }
    if (status == PIER_OK) {
        return take_record(reader, tree);
    }
    if (status == PIER_SKIPPED) {
        return skip(reader, pier_archive_error(reader->load));
    }
    return status > 0 ? SIDE_NOTHING : give_up(reader, pier_archive_error(reader->load));
}
