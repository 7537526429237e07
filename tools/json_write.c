/* JSON out: see json_write.h. */
#include "json_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base64.h"
#include "float_text.h"
#include "utf8.h"

/* Colours as ECMA-48 has them, SGR. */
#define COLOUR_KEY "\033[34m"
#define COLOUR_TEXT "\033[32m"
#define COLOUR_OTHER "\033[33m"
#define COLOUR_NONE "\033[0m"

typedef struct writer {
    text_buffer *out;
    const value_tree *tree;
    bool colour;
} writer;

static void write_escaped(text_buffer *out, unsigned char character) {
    static const char names[] = "btn-fr"; /* of U+0008 to U+000D; U+000B has none */
    if (character == '"' || character == '\\') {
        text_buffer_append_char(out, '\\');
        text_buffer_append_char(out, (char)character);
    } else if (character >= 8 && character <= 13 && character != 11) {
        text_buffer_append_char(out, '\\');
        text_buffer_append_char(out, names[character - 8]);
    } else {
        char escape[8];
        int size = snprintf(escape, sizeof(escape), "\\u%04x", character);
        text_buffer_append(out, escape, (size_t)size);
    }
}

/* Writes valid UTF-8 in quotes, with no more escapes than JSON asks for. */
static void write_quoted(text_buffer *out, pier_text text) {
    text_buffer_append_char(out, '"');
    size_t plain = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char character = (unsigned char)text.data[i];
        if (character < 0x20 || character == '"' || character == '\\') {
            text_buffer_append(out, text.data + plain, i - plain);
            write_escaped(out, character);
            plain = i + 1;
        }
    }
    if (text.size > plain) {
        text_buffer_append(out, text.data + plain, text.size - plain);
    }
    text_buffer_append_char(out, '"');
}

static void write_base64(text_buffer *out, const void *data, size_t size_bytes) {
    size_t text_size = BASE64_TEXT_SIZE(size_bytes);
    text_buffer_append_char(out, '"');
    char *room = text_buffer_reserve(out, text_size);
    if (room != NULL) {
        base64_encode(data, size_bytes, room);
        out->size += text_size;
    }
    text_buffer_append_char(out, '"');
}

static bool is_utf8(pier_text text) {
    return text.size == 0 || utf8_valid_bytes(text.data, text.size) == text.size;
}

static void write_text(text_buffer *out, pier_text text) {
    if (is_utf8(text)) {
        write_quoted(out, text);
    } else {
        text_buffer_append_string(out, "{\"$str\":");
        write_base64(out, text.data, text.size);
        text_buffer_append_char(out, '}');
    }
}

static void write_float(text_buffer *out, double value) {
    if (isnan(value)) {
        text_buffer_append_string(out, "{\"$float\":\"NaN\"}");
    } else if (isinf(value)) {
        text_buffer_append_string(out, value < 0 ? "{\"$float\":\"-Infinity\"}" : "{\"$float\":\"Infinity\"}");
    } else {
        char text[FLOAT_TEXT_SIZE];
        text_buffer_append(out, text, float_text(value, text));
    }
}

static void write_integer(text_buffer *out, bool negative, uint64_t magnitude) {
    char text[24];
    int size = snprintf(text, sizeof(text), "%s%" PRIu64, negative ? "-" : "", magnitude);
    text_buffer_append(out, text, (size_t)size);
}

static void write_ext(text_buffer *out, pier_ext ext) {
    char type[16];
    int size = snprintf(type, sizeof(type), "{\"$ext\":[%d,", ext.type);
    text_buffer_append(out, type, (size_t)size);
    write_base64(out, ext.bytes.data, ext.bytes.size);
    text_buffer_append_string(out, "]}");
}

static void write_time(text_buffer *out, pier_time time) {
    char text[64];
    int size = snprintf(text, sizeof(text), "{\"$time\":[%" PRId64 ",%" PRIu32 "]}", time.seconds, time.nanoseconds);
    text_buffer_append(out, text, (size_t)size);
}

static void write_scalar(writer *w, const pier_token *token) {
    text_buffer *out = w->out;
    if (w->colour) {
        text_buffer_append_string(out, token->kind == PIER_KIND_TEXT ? COLOUR_TEXT : COLOUR_OTHER);
    }
    switch (token->kind) {
    case PIER_KIND_BOOL:
        text_buffer_append_string(out, token->as.boolean ? "true" : "false");
        break;
    case PIER_KIND_UINT:
        write_integer(out, false, token->as.uint);
        break;
    case PIER_KIND_INT:
        write_integer(out, true, 0 - (uint64_t)token->as.sint);
        break;
    case PIER_KIND_F32:
        write_float(out, (double)token->as.f32);
        break;
    case PIER_KIND_F64:
        write_float(out, token->as.f64);
        break;
    case PIER_KIND_TEXT:
        write_text(out, token->as.text);
        break;
    case PIER_KIND_BYTES:
        text_buffer_append_string(out, "{\"$bin\":");
        write_base64(out, token->as.bytes.data, token->as.bytes.size);
        text_buffer_append_char(out, '}');
        break;
    case PIER_KIND_EXT:
        write_ext(out, token->as.ext);
        break;
    case PIER_KIND_TIME:
        write_time(out, token->as.time);
        break;
    case PIER_KIND_NIL:
    case PIER_KIND_NONE:
    case PIER_KIND_ARRAY:
    case PIER_KIND_MAP:
        text_buffer_append_string(out, "null");
        break;
    }
    if (w->colour) {
        text_buffer_append_string(out, COLOUR_NONE);
    }
}

/* Returns whether the map at `index` can be a JSON object and come back as the same map. */
static bool is_object(writer *w, uint32_t index) {
    const value_node *nodes = w->tree->nodes;
    uint32_t pairs = nodes[index].token.as.count;
    uint32_t at = index + 1;
    for (uint32_t pair = 0; pair < pairs; pair++) {
        const pier_token *key = &nodes[at].token;
        if (key->kind != PIER_KIND_TEXT || !is_utf8(key->as.text)) {
            return false;
        }
        if (pairs == 1 && key->as.text.size > 0 && key->as.text.data[0] == '$') {
            return false;
        }
        at = nodes[at + 1].end;
    }
    uint32_t duplicate;
    int found = value_map_duplicate(w->tree, index, &duplicate);
    w->out->failed = w->out->failed || found < 0;
    return found == 0;
}

static uint32_t write_value(writer *w, uint32_t index);

static void write_array(writer *w, uint32_t index) {
    uint32_t at = index + 1;
    text_buffer_append_char(w->out, '[');
    for (uint32_t i = 0; i < w->tree->nodes[index].token.as.count; i++) {
        if (i > 0) {
            text_buffer_append_char(w->out, ',');
        }
        at = write_value(w, at);
    }
    text_buffer_append_char(w->out, ']');
}

static void write_key(writer *w, pier_text key) {
    if (w->colour) {
        text_buffer_append_string(w->out, COLOUR_KEY);
    }
    write_quoted(w->out, key);
    if (w->colour) {
        text_buffer_append_string(w->out, COLOUR_NONE);
    }
}

static void write_map(writer *w, uint32_t index) {
    const value_node *nodes = w->tree->nodes;
    bool object = is_object(w, index);
    uint32_t at = index + 1;
    text_buffer_append_string(w->out, object ? "{" : "{\"$map\":[");
    for (uint32_t pair = 0; pair < nodes[index].token.as.count; pair++) {
        if (pair > 0) {
            text_buffer_append_char(w->out, ',');
        }
        if (object) {
            write_key(w, nodes[at].token.as.text);
            text_buffer_append_char(w->out, ':');
            at = write_value(w, at + 1);
        } else {
            text_buffer_append_char(w->out, '[');
            at = write_value(w, at);
            text_buffer_append_char(w->out, ',');
            at = write_value(w, at);
            text_buffer_append_char(w->out, ']');
        }
    }
    text_buffer_append_string(w->out, object ? "}" : "]}");
}

/* Writes the value at `index` and returns the index of the next one. Its depth is that of the record, which has a
 * limit. */
static uint32_t write_value(writer *w, uint32_t index) {
    const value_node *node = &w->tree->nodes[index];
    if (node->token.kind == PIER_KIND_ARRAY) {
        write_array(w, index);
    } else if (node->token.kind == PIER_KIND_MAP) {
        write_map(w, index);
    } else {
        write_scalar(w, &node->token);
    }
    return node->end;
}

void json_write(text_buffer *out, const value_tree *tree, bool colour) {
    writer w = {out, tree, colour};
    (void)write_value(&w, 0);
}
