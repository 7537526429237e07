/* JSON out: see json_write.h. */
#include "json_write.h"

#include <inttypes.h>
#include <stdio.h>

#include "record_tree.h"

/* Most records are shorter, and are printed at once; a longer one is printed again when there is room. */
#define ROOM_BYTES 1024

void json_write(text_buffer *out, const pier_value *value, bool colours) {
    pier_print_options options = {.size = sizeof(options), .colours = colours};
    size_t length = ROOM_BYTES;
    for (;;) {
        char *room = text_buffer_reserve(out, length + 1);
        if (room == NULL) {
            return;
        }
        size_t room_bytes = out->capacity - out->size;
        if (pier_value_print(value, &options, room, room_bytes, &length) != PIER_OK) {
            out->failed = true;
            return;
        }
        if (length < room_bytes) {
            out->size += length;
            return;
        }
    }
}

pier_status json_write_record(text_buffer *out, pier_tree *tree, pier_archive *archive, bool colours) {
    pier_print_options options = {.size = sizeof(options), .colours = colours};
    size_t length = ROOM_BYTES;
    for (;;) {
        char *room = text_buffer_reserve(out, length + 1);
        if (room == NULL) {
            return PIER_OK;
        }
        size_t room_bytes = out->capacity - out->size;
        pier_status status = pier_tree_print(tree, archive, &options, room, room_bytes, &length);
        if (status != PIER_OK) {
            return status;
        }
        if (length < room_bytes) {
            out->size += length;
            return PIER_OK;
        }
    }
}

void json_write_raw(text_buffer *out, uint64_t bytes) {
    char text[48];
    int size = bytes == UINT64_MAX ? snprintf(text, sizeof(text), "{\"$raw\":null}")
                                   : snprintf(text, sizeof(text), "{\"$raw\":%" PRIu64 "}", bytes);
    text_buffer_append(out, text, (size_t)size);
}

void json_write_text(text_buffer *out, const char *text) {
    pier_tree *tree = record_tree_create();
    if (tree == NULL) {
        out->failed = true;
        return;
    }
    pier_tree_set_string(tree, pier_tree_root(tree), text);
    if (pier_tree_status(tree) == PIER_OK) {
        json_write(out, pier_tree_root(tree), false);
    } else {
        out->failed = true;
    }
    pier_tree_destroy(tree);
}
