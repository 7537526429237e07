/* What `pier replay` found: see verdict.h. */
#include "verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "json_write.h"
#include "recording.h"

static void append_count(text_buffer *out, uint64_t count, const char *thing) {
    text_buffer_append_format(out, "%" PRIu64 " %s%s", count, thing, count == 1 ? "" : "s");
}

static void append_place(const verdict *found, verdict_place at) {
    text_buffer *out = &found->out->text;
    if (found->json) {
        text_buffer_append_format(out, "{\"connection\":%" PRIu64 ",\"from\":\"%s\"", at.connection,
                                  recording_side_names[at.side]);
    } else {
        text_buffer_append_format(out, "connection %" PRIu64 ", %s", at.connection, recording_side_words[at.side]);
    }
    if (at.record != 0) {
        text_buffer_append_format(out, found->json ? ",\"record\":%" PRIu64 : ", record %" PRIu64, at.record);
    }
    text_buffer_append_string(out, found->json ? "" : ": ");
}

static void append_value(text_buffer *out, const pier_value *value, bool colours) {
    if (value == NULL) {
        text_buffer_append_string(out, "nothing");
    } else {
        json_write(out, value, colours);
    }
}

void verdict_add_field(verdict *found, verdict_place at, const char *path, const pier_value *expected,
                       const pier_value *came) {
    text_buffer *out = &found->out->text;
    found->differences++;
    append_place(found, at);
    if (!found->json) {
        text_buffer_append_string(out, path);
        text_buffer_append_string(out, path[0] != '\0' ? ": " : "");
        append_value(out, expected, found->out->colours);
        text_buffer_append_string(out, " was recorded, ");
        append_value(out, came, found->out->colours);
        text_buffer_append_string(out, " came\n");
        return;
    }
    text_buffer_append_string(out, ",\"path\":");
    json_write_text(out, path);
    text_buffer_append_string(out, expected != NULL ? ",\"recorded\":" : "");
    json_write(out, expected, false);
    text_buffer_append_string(out, came != NULL ? ",\"came\":" : "");
    json_write(out, came, false);
    text_buffer_append_string(out, "}\n");
}

void verdict_add(verdict *found, verdict_place at, const char *expected, const char *came) {
    char text[512];
    text_buffer *out = &found->out->text;
    found->differences++;
    (void)snprintf(text, sizeof(text), "%s was recorded, %s", expected, came);
    append_place(found, at);
    if (found->json) {
        text_buffer_append_string(out, ",\"problem\":");
        json_write_text(out, text);
    } else {
        text_buffer_append_string(out, text);
    }
    text_buffer_append_string(out, found->json ? "}\n" : "\n");
}

void verdict_sum_up(verdict *found) {
    text_buffer *out = &found->out->text;
    if (found->json) {
        text_buffer_append_format(out, "{\"connections\":%" PRIu64 ",\"sent_bytes\":%" PRIu64, found->connections,
                                  found->sent_bytes);
        text_buffer_append_format(out, ",\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"differences\":%" PRIu64 "}\n",
                                  found->records, found->bytes, found->differences);
        return;
    }
    append_count(out, found->connections, "connection");
    text_buffer_append_string(out, ", ");
    append_count(out, found->sent_bytes, "byte");
    text_buffer_append_string(out, " sent, ");
    append_count(out, found->records, "record");
    if (found->bytes > 0) {
        text_buffer_append_string(out, " and ");
        append_count(out, found->bytes, "byte");
    }
    text_buffer_append_string(out, " compared: ");
    append_count(out, found->differences, "difference");
    text_buffer_append_char(out, '\n');
}
