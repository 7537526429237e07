/* The `$` forms of JSON: see json_form.h. */
#include "json_form.h"

#include <math.h>
#include <string.h>

#include "base64.h"

/* A form while it is read. The map's node is followed by its key and its value. */
typedef struct form {
    value_tree *tree;
    uint32_t map;
    uint32_t value;
    bool *has_hidden;
    uint32_t *wrong;
    const char **why;
} form;

static pier_status refuse(form *f, uint32_t index, const char *why) {
    *f->wrong = index;
    *f->why = why;
    return PIER_PROTOCOL;
}

static const pier_token *token_at(const form *f, uint32_t index) {
    return &f->tree->nodes[index].token;
}

/* Puts `token` in the place of the whole map. */
static pier_status become(form *f, pier_token token) {
    f->tree->nodes[f->map].token = token;
    f->tree->nodes[f->map].end = f->map + 1;
    f->tree->count = f->map + 1;
    return PIER_OK;
}

static pier_status decode(form *f, uint32_t index, pier_bytes *bytes) {
    const pier_token *token = token_at(f, index);
    if (token->kind != PIER_KIND_TEXT) {
        return refuse(f, index, "bytes are text in base64");
    }
    char *data = value_tree_allocate(f->tree, BASE64_DATA_SIZE(token->as.text.size));
    if (data == NULL) {
        return PIER_NO_MEMORY;
    }
    bytes->data = data;
    if (!base64_decode(token->as.text.data, token->as.text.size, data, &bytes->size)) {
        return refuse(f, index, "the text is not base64");
    }
    return PIER_OK;
}

static bool is_text(const pier_token *token, const char *text) {
    size_t size = strlen(text);
    return token->kind == PIER_KIND_TEXT && token->as.text.size == size && memcmp(token->as.text.data, text, size) == 0;
}

static pier_status read_float(form *f) {
    const pier_token *token = token_at(f, f->value);
    double value = 0;
    if (is_text(token, "NaN")) {
        value = NAN;
    } else if (is_text(token, "Infinity")) {
        value = INFINITY;
    } else if (is_text(token, "-Infinity")) {
        value = -INFINITY;
    } else {
        return refuse(f, f->value, "$float is \"NaN\", \"Infinity\" or \"-Infinity\"");
    }
    return become(f, (pier_token){.kind = PIER_KIND_F64, .as.f64 = value});
}

static pier_status read_bin(form *f) {
    pier_bytes bytes;
    pier_status status = decode(f, f->value, &bytes);
    return status == PIER_OK ? become(f, (pier_token){.kind = PIER_KIND_BYTES, .as.bytes = bytes}) : status;
}

static pier_status read_str(form *f) {
    pier_bytes bytes;
    pier_status status = decode(f, f->value, &bytes);
    pier_text text = {bytes.data, bytes.size};
    return status == PIER_OK ? become(f, (pier_token){.kind = PIER_KIND_TEXT, .as.text = text}) : status;
}

static bool is_array_of_two(const pier_token *token) {
    return token->kind == PIER_KIND_ARRAY && token->as.count == 2;
}

/* Gets an integer that lies within `lowest` and `highest`. */
static bool get_integer(const pier_token *token, int64_t lowest, int64_t highest, int64_t *value) {
    if (token->kind == PIER_KIND_UINT && token->as.uint <= (uint64_t)highest) {
        *value = (int64_t)token->as.uint;
        return true;
    }
    *value = token->as.sint;
    return token->kind == PIER_KIND_INT && *value >= lowest;
}

static pier_status read_ext(form *f) {
    int64_t type;
    pier_ext ext;
    if (!is_array_of_two(token_at(f, f->value))) {
        return refuse(f, f->value, "$ext is an array of a type and bytes");
    }
    if (!get_integer(token_at(f, f->value + 1), INT8_MIN, INT8_MAX, &type)) {
        return refuse(f, f->value + 1, "the type of an ext is an integer from -128 to 127");
    }
    ext.type = (int8_t)type;
    pier_status status = decode(f, f->tree->nodes[f->value + 1].end, &ext.bytes);
    return status == PIER_OK ? become(f, (pier_token){.kind = PIER_KIND_EXT, .as.ext = ext}) : status;
}

static pier_status read_time(form *f) {
    int64_t seconds;
    int64_t nanoseconds;
    if (!is_array_of_two(token_at(f, f->value))) {
        return refuse(f, f->value, "$time is an array of seconds and nanoseconds");
    }
    if (!get_integer(token_at(f, f->value + 1), INT64_MIN, INT64_MAX, &seconds)) {
        return refuse(f, f->value + 1, "seconds are an integer from -2^63 to 2^63-1");
    }
    if (!get_integer(token_at(f, f->value + 2), 0, 999999999, &nanoseconds)) {
        return refuse(f, f->value + 2, "nanoseconds are an integer from 0 to 999999999");
    }
    pier_time time = {seconds, (uint32_t)nanoseconds};
    return become(f, (pier_token){.kind = PIER_KIND_TIME, .as.time = time});
}

static pier_status read_map(form *f) {
    value_node *nodes = f->tree->nodes;
    if (nodes[f->value].token.kind != PIER_KIND_ARRAY) {
        return refuse(f, f->value, "$map is an array of [key,value]");
    }
    uint32_t pairs = nodes[f->value].token.as.count;
    uint32_t at = f->value + 1;
    for (uint32_t pair = 0; pair < pairs; pair++) {
        if (!is_array_of_two(&nodes[at].token)) {
            return refuse(f, at, "an entry of $map is an array [key,value]");
        }
        nodes[at].token.kind = PIER_KIND_NONE;
        at = nodes[at].end;
    }
    nodes[f->map + 1].token.kind = PIER_KIND_NONE;
    nodes[f->value].token.kind = PIER_KIND_NONE;
    nodes[f->map].token.as.count = pairs;
    *f->has_hidden = true;
    return PIER_OK;
}

pier_status json_form_read(value_tree *tree, uint32_t index, bool *has_hidden, uint32_t *wrong, const char **why) {
    static const struct {
        const char *key;
        pier_status (*read)(form *f);
    } forms[] = {{"$float", read_float}, {"$bin", read_bin}, {"$ext", read_ext},
                 {"$time", read_time},   {"$str", read_str}, {"$map", read_map}};
    const pier_token *map = &tree->nodes[index].token;
    if (map->as.count != 1 || tree->nodes[index + 1].token.as.text.size == 0 ||
        tree->nodes[index + 1].token.as.text.data[0] != '$') {
        return PIER_OK;
    }
    form f = {tree, index, index + 2, has_hidden, wrong, why};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (is_text(token_at(&f, index + 1), forms[i].key)) {
            return forms[i].read(&f);
        }
    }
    return refuse(&f, index + 1, "an object with one key that begins with $ is a form, and there is none of this name");
}
