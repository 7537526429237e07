/* What `pier dump` tells about an archive: see dump_stats.h. */
#include "dump_stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json_write.h"

void dump_stats_deinit(dump_stats *stats) {
    for (size_t i = 0; i < stats->class_count; i++) {
        free(stats->classes[i].name);
    }
    free(stats->classes);
    *stats = (dump_stats){0};
}

void dump_stats_add_block(dump_stats *stats, const pier_block *block) {
    stats->last = NULL; /* a definition lives as long as its epoch, which may end here */
    switch (block->kind) {
    case PIER_BLOCK_PREAMBLE:
        stats->streams++;
        break;
    case PIER_BLOCK_RECORDS:
        stats->record_blocks++;
        break;
    case PIER_BLOCK_DEFINITIONS:
        stats->definition_blocks++;
        break;
    case PIER_BLOCK_END:
        stats->end_marks++;
        break;
    case PIER_BLOCK_RAW:
        stats->raw_blocks++;
        break;
    case PIER_BLOCK_CONTROL:
        stats->control_blocks++;
        break;
    }
}

static class_count *add_class(dump_stats *stats, const char *name) {
    if (stats->class_count == stats->class_capacity) {
        size_t capacity = stats->class_capacity == 0 ? 16 : stats->class_capacity * 2;
        class_count *classes = realloc(stats->classes, capacity * sizeof(*classes));
        if (classes == NULL) {
            return NULL;
        }
        stats->classes = classes;
        stats->class_capacity = capacity;
    }
    class_count *added = &stats->classes[stats->class_count];
    *added = (class_count){strdup(name), 0};
    if (added->name == NULL) {
        return NULL;
    }
    stats->class_count++;
    return added;
}

bool dump_stats_add_record(dump_stats *stats, const pier_definition *definition) {
    stats->records++;
    if (definition == NULL) {
        stats->untyped_records++;
        return true;
    }
    if (definition == stats->last) {
        stats->classes[stats->last_class].records++;
        return true;
    }
    const char *name = pier_definition_name(definition);
    class_count *found = NULL;
    for (size_t i = 0; i < stats->class_count && found == NULL; i++) {
        found = strcmp(stats->classes[i].name, name) == 0 ? &stats->classes[i] : NULL;
    }
    found = found != NULL ? found : add_class(stats, name);
    if (found != NULL) {
        found->records++;
        stats->last = definition;
        stats->last_class = (size_t)(found - stats->classes);
    }
    return found != NULL;
}

void dump_stats_print(text_buffer *out, const dump_stats *stats) {
    text_buffer_append_char(out, '{');
    dump_stats_print_inside(out, stats);
}

void dump_stats_print_inside(text_buffer *out, const dump_stats *stats) {
    text_buffer_append_format(
        out, "\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"streams\":%" PRIu64 ",\"record_blocks\":%" PRIu64,
        stats->records, stats->bytes, stats->streams, stats->record_blocks);
    text_buffer_append_format(out,
                              ",\"definition_blocks\":%" PRIu64 ",\"raw_blocks\":%" PRIu64
                              ",\"control_blocks\":%" PRIu64 ",\"end_marks\":%" PRIu64,
                              stats->definition_blocks, stats->raw_blocks, stats->control_blocks, stats->end_marks);
    text_buffer_append_format(out, ",\"untyped_records\":%" PRIu64 ",\"classes\":{", stats->untyped_records);
    for (size_t i = 0; i < stats->class_count; i++) {
        text_buffer_append_string(out, i > 0 ? "," : "");
        json_write_text(out, stats->classes[i].name);
        text_buffer_append_format(out, ":%" PRIu64, stats->classes[i].records);
    }
    text_buffer_append_format(out, "},\"records_skipped\":%" PRIu64 ",\"records_lost\":%" PRIu64,
                              stats->records_skipped, stats->records_lost);
    text_buffer_append_format(out, ",\"damages\":%" PRIu64 ",\"bytes_skipped\":%" PRIu64 "}\n", stats->damages,
                              stats->skipped_bytes);
}

/* Appends a time in nanoseconds since 1970; 0 was not told. */
static void append_time(text_buffer *out, uint64_t unix_ns) {
    if (unix_ns == 0) {
        text_buffer_append_string(out, ",\"time\":null");
    } else {
        text_buffer_append_format(out, ",\"time\":{\"$time\":[%" PRIu64 ",%" PRIu64 "]}", unix_ns / 1000000000,
                                  unix_ns % 1000000000);
    }
}

void dump_stats_print_block(text_buffer *out, const pier_block *block) {
    static const char *const kinds[] = {
        [PIER_BLOCK_PREAMBLE] = "preamble", [PIER_BLOCK_RECORDS] = "records", [PIER_BLOCK_DEFINITIONS] = "definitions",
        [PIER_BLOCK_END] = "end",           [PIER_BLOCK_RAW] = "raw",         [PIER_BLOCK_CONTROL] = "control",
    };
    text_buffer_append_format(out, "{\"kind\":\"%s\",\"offset\":%" PRIu64 ",\"stream\":%" PRIu64, kinds[block->kind],
                              block->offset, block->stream_id);
    append_time(out, block->time_unix_ns);
    if (block->kind == PIER_BLOCK_PREAMBLE) {
        text_buffer_append_format(out, ",\"version\":[%u,%u]}\n", block->version_major, block->version_minor);
        return;
    }
    text_buffer_append_format(
        out, ",\"number\":%" PRIu32 ",\"epoch\":%" PRIu32 ",\"first_record\":%" PRIu64 ",\"records\":%" PRIu32,
        block->number, block->epoch, block->first_record, block->records);
    text_buffer_append_format(out, ",\"codec\":\"%s\"", block->codec == 1 ? "deflate" : "none");
    text_buffer_append_format(
        out, ",\"stored_bytes\":%" PRIu32 ",\"raw_bytes\":%" PRIu32 ",\"message_end\":%s,\"checksum\":%s}\n",
        block->stored_bytes, block->raw_bytes, block->message_end ? "true" : "false",
        block->checksum ? "true" : "false");
}
