/* The `$` forms of JSON: see json_form.h. */
#include "json_form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"

/* A form while it is read. */
typedef struct form {
    pier_tree *tree;
    pier_value *map;
    pier_value *value; /* of its key */
    json_form_fault *fault;
} form;

static pier_status refuse_value(form *f, const char *why) {
    *f->fault = (json_form_fault){.why = why};
    return PIER_PROTOCOL;
}

static pier_status refuse_element(form *f, uint32_t element, const char *why) {
    *f->fault = (json_form_fault){.why = why, .is_element = true, .element = element};
    return PIER_PROTOCOL;
}

/* Decodes base64 into memory that the caller frees. Returns why that is impossible, or NULL; without memory `*data` is
 * NULL then, too. */
static const char *decode(const pier_value *value, void **data, size_t *size) {
    *data = NULL;
    *size = 0;
    if (pier_value_kind(value) != PIER_KIND_TEXT) {
        return "bytes are text in base64";
    }
    pier_text text = pier_value_text(value);
    *data = malloc(BASE64_DATA_SIZE(text.size) + 1);
    if (*data != NULL && !base64_decode(text.data, text.size, *data, size)) {
        free(*data);
        *data = NULL;
        return "the text is not base64";
    }
    return NULL;
}

static pier_status read_float(form *f) {
    double value = 0;
    if (pier_value_is_text(f->value, "NaN")) {
        value = NAN;
    } else if (pier_value_is_text(f->value, "Infinity")) {
        value = INFINITY;
    } else if (pier_value_is_text(f->value, "-Infinity")) {
        value = -INFINITY;
    } else {
        return refuse_value(f, "$float is \"NaN\", \"Infinity\" or \"-Infinity\"");
    }
    pier_tree_set_f64(f->tree, f->map, value);
    return pier_tree_status(f->tree);
}

/* Makes text or bytes of the map. */
static pier_status read_bytes(form *f, bool is_text) {
    void *data;
    size_t size;
    const char *why = decode(f->value, &data, &size);
    if (why != NULL) {
        return refuse_value(f, why);
    }
    if (data == NULL) {
        return PIER_NO_MEMORY;
    }
    if (is_text) {
        pier_tree_set_text(f->tree, f->map, (pier_text){data, size});
    } else {
        pier_tree_set_bytes(f->tree, f->map, (pier_bytes){data, size});
    }
    free(data);
    return pier_tree_status(f->tree);
}

static pier_status read_bin(form *f) {
    return read_bytes(f, false);
}

static pier_status read_str(form *f) {
    return read_bytes(f, true);
}

static bool is_array_of_two(const pier_value *value) {
    return pier_value_kind(value) == PIER_KIND_ARRAY && pier_value_count(value) == 2;
}

/* Gets an integer that lies within `lowest` and `highest`. */
static bool get_integer(const pier_value *value, int64_t lowest, int64_t highest, int64_t *integer) {
    return pier_value_get_i64(value, integer, NULL) == PIER_OK && *integer >= lowest && *integer <= highest;
}

static pier_status read_ext(form *f) {
    int64_t type;
    if (!is_array_of_two(f->value)) {
        return refuse_value(f, "$ext is an array of a type and bytes");
    }
    if (!get_integer(pier_value_at(f->value, 0), INT8_MIN, INT8_MAX, &type)) {
        return refuse_element(f, 0, "the type of an ext is an integer from -128 to 127");
    }
    void *data;
    size_t size;
    const char *why = decode(pier_value_at(f->value, 1), &data, &size);
    if (why != NULL) {
        return refuse_element(f, 1, why);
    }
    if (data == NULL) {
        return PIER_NO_MEMORY;
    }
    pier_tree_set_ext(f->tree, f->map, (pier_ext){(int8_t)type, {data, size}});
    free(data);
    return pier_tree_status(f->tree);
}

static pier_status read_time(form *f) {
    int64_t seconds;
    int64_t nanoseconds;
    if (!is_array_of_two(f->value)) {
        return refuse_value(f, "$time is an array of seconds and nanoseconds");
    }
    if (!get_integer(pier_value_at(f->value, 0), INT64_MIN, INT64_MAX, &seconds)) {
        return refuse_element(f, 0, "seconds are an integer from -2^63 to 2^63-1");
    }
    if (!get_integer(pier_value_at(f->value, 1), 0, 999999999, &nanoseconds)) {
        return refuse_element(f, 1, "nanoseconds are an integer from 0 to 999999999");
    }
    pier_tree_set_time(f->tree, f->map, (pier_time){seconds, (uint32_t)nanoseconds});
    return pier_tree_status(f->tree);
}

static pier_status read_map(form *f) {
    if (pier_value_kind(f->value) != PIER_KIND_ARRAY) {
        return refuse_value(f, "$map is an array of [key,value]");
    }
    pier_value *first = pier_value_first(f->value);
    uint32_t count = 0;
    for (pier_value *entry = first; entry != NULL; entry = pier_value_next(entry), count++) {
        if (!is_array_of_two(entry)) {
            return refuse_element(f, count, "an entry of $map is an array [key,value]");
        }
    }
    /* The entries stay where they are while the map becomes another one: nothing is freed before the tree is reset. */
    pier_tree_set_map(f->tree, f->map);
    for (pier_value *entry = first; entry != NULL; entry = pier_value_next(entry)) {
        pier_value *key;
        pier_value *value = pier_tree_append_pair(f->tree, f->map, &key);
        pier_tree_move(f->tree, key, pier_value_at(entry, 0));
        pier_tree_move(f->tree, value, pier_value_at(entry, 1));
    }
    return pier_tree_status(f->tree);
}

pier_status json_form_read(pier_tree *tree, pier_value *map, json_form_fault *fault) {
    static const struct {
        const char *key;
        pier_status (*read)(form *f);
    } forms[] = {{"$float", read_float}, {"$bin", read_bin}, {"$ext", read_ext},
                 {"$time", read_time},   {"$str", read_str}, {"$map", read_map}};
    const pier_value *key = pier_value_first(map);
    pier_text name = pier_value_text(key);
    if (pier_value_count(map) != 1 || name.size == 0 || name.data[0] != '$') {
        return PIER_OK;
    }
    form f = {tree, map, pier_value_next(key), fault};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (pier_value_is_text(key, forms[i].key)) {
            return forms[i].read(&f);
        }
    }
    *fault = (json_form_fault){
        .why = "an object with one key that begins with $ is a form, and there is none of this name", .is_key = true};
    return PIER_PROTOCOL;
}
