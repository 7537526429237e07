/* Values as JSON on one line: see <pier/value.h>; docs/values.md lists the forms.
 *
 * Floor 4 (archive). The way back up from an array or map is in the tree, but not what it was printed as and whether
 * the child that is left was a key: three bits keep that for each level. */
#include <pier/value.h>

#include <string.h>

#include "archive/value_internal.h"
#include "base/utf8_internal.h"

/* Colours as ECMA-48 has them, SGR. */
#define COLOUR_KEY "\033[34m"
#define COLOUR_TEXT "\033[32m"
#define COLOUR_OTHER "\033[33m"
#define COLOUR_NONE "\033[0m"

/* Bits, one for each level. */
typedef struct levels {
    uint64_t words[(PIER_TREE_DEPTH_MAX_HIGHEST + 1) / 64];
} levels;

typedef struct printer {
    pier__output out;
    bool colours;
    const pier_allocator *allocator;
    uint32_t level;   /* how many arrays and maps are open */
    levels is_array;  /* not initialised, like those below, where nothing was open yet */
    levels is_object; /* whether an open map is printed as an object */
    levels is_value;  /* whether the child of an open map that is printed is its key's value */
} printer;

static void set_level(levels *bits, uint32_t level, bool on) {
    uint64_t bit = UINT64_C(1) << level % 64;
    bits->words[level / 64] = on ? bits->words[level / 64] | bit : bits->words[level / 64] & ~bit;
}

static bool level_is(const levels *bits, uint32_t level) {
    return (bits->words[level / 64] >> level % 64 & 1) != 0;
}

static void print_colour(printer *p, const char *colour) {
    if (p->colours) {
        pier__output_string(&p->out, colour);
    }
}

static bool is_utf8(const pier_value *text) {
    return pier__utf8_valid_bytes((const char *)text->as.data, text->size) == text->size;
}

static void print_text(pier__output *out, const pier_value *value) {
    pier__output_text(out, (pier_text){(const char *)value->as.data, value->size});
}

static void print_ext(pier__output *out, const pier_value *value) {
    pier__output_string(out, "{\"$ext\":[");
    pier__output_signed(out, value->ext_type);
    pier__output_string(out, ",");
    pier__output_base64(out, (pier_bytes){value->as.data, value->size});
    pier__output_string(out, "]}");
}

static void print_scalar(printer *p, const pier_value *value) {
    pier__output *out = &p->out;
    print_colour(p, value->kind == PIER_KIND_TEXT ? COLOUR_TEXT : COLOUR_OTHER);
    switch (value->kind) {
    case PIER_KIND_BOOL:
        pier__output_string(out, value->as.boolean ? "true" : "false");
        break;
    case PIER_KIND_UINT:
        pier__output_unsigned(out, value->as.uint);
        break;
    case PIER_KIND_INT:
        pier__output_signed(out, value->as.sint);
        break;
    case PIER_KIND_F32:
        pier__output_float(out, (double)value->as.f32);
        break;
    case PIER_KIND_F64:
        pier__output_float(out, value->as.f64);
        break;
    case PIER_KIND_TEXT:
        print_text(out, value);
        break;
    case PIER_KIND_BYTES:
        pier__output_bytes(out, (pier_bytes){value->as.data, value->size});
        break;
    case PIER_KIND_EXT:
        print_ext(out, value);
        break;
    case PIER_KIND_TIME:
        pier__output_time(out, (pier_time){value->as.sint, value->size});
        break;
    default:
        pier__output_string(out, "null");
        break;
    }
    print_colour(p, COLOUR_NONE);
}

/* Tells whether a map can be a JSON object and be read back as the same map. Returns false when memory ran out. */
static bool ask_object(const printer *p, const pier_value *map, bool *is_object) {
    const pier_value *key = pier__first_child(map);
    *is_object = false;
    for (uint32_t i = 0; i < map->size; i++) {
        if (key->kind != PIER_KIND_TEXT || !is_utf8(key)) {
            return true;
        }
        if (map->size == 1 && key->size > 0 && *(const char *)key->as.data == '$') {
            return true;
        }
        key = pier__behind(pier__behind(key));
    }
    uint32_t pair;
    int found = pier__map_duplicate(map, p->allocator, &pair);
    *is_object = found == 0;
    return found >= 0;
}

/* Prints the beginning of an array or map, which has something in it, up to its first child. */
static bool open_container(printer *p, const pier_value *value) {
    bool is_object = false;
    if (value->kind == PIER_KIND_MAP && !ask_object(p, value, &is_object)) {
        return false;
    }
    set_level(&p->is_array, p->level, value->kind == PIER_KIND_ARRAY);
    set_level(&p->is_object, p->level, is_object);
    set_level(&p->is_value, p->level, false);
    p->level++;
    pier__output_string(&p->out, value->kind == PIER_KIND_ARRAY ? "[" : is_object ? "{" : "{\"$map\":[[");
    return true;
}

/* Prints what stands between two children of the innermost array or map. */
static void separate(printer *p) {
    uint32_t level = p->level - 1;
    if (level_is(&p->is_array, level)) {
        pier__output_string(&p->out, ",");
        return;
    }
    bool was_value = level_is(&p->is_value, level);
    bool is_object = level_is(&p->is_object, level);
    set_level(&p->is_value, level, !was_value);
    pier__output_string(&p->out, is_object ? (was_value ? "," : ":") : was_value ? "],[" : ",");
}

static void close_container(printer *p) {
    p->level--;
    pier__output_string(&p->out, level_is(&p->is_array, p->level)    ? "]"
                                 : level_is(&p->is_object, p->level) ? "}"
                                                                     : "]]}");
}

/* Prints a value that is no array or map with something in it. */
static void print_leaf(printer *p, const pier_value *value, bool is_key) {
    if (value->kind == PIER_KIND_ARRAY || value->kind == PIER_KIND_MAP) {
        pier__output_string(&p->out, value->kind == PIER_KIND_ARRAY ? "[]" : "{}");
    } else if (is_key) {
        print_colour(p, COLOUR_KEY);
        print_text(&p->out, value);
        print_colour(p, COLOUR_NONE);
    } else {
        print_scalar(p, value);
    }
}

/* Prints all of it. Returns false when memory ran out. */
static bool print(printer *p, const pier_value *top) {
    const pier_value *at = top;
    for (;;) {
        if (pier__value_is_container(at) && at->size > 0) {
            if (!open_container(p, at)) {
                return false;
            }
            at = pier__first_child(at);
            continue;
        }
        bool is_key = p->level > 0 && level_is(&p->is_object, p->level - 1) && !level_is(&p->is_value, p->level - 1);
        print_leaf(p, at, is_key);
        while (at != top) {
            at = pier__behind(at);
            if (at->kind != PIER__KIND_LAST) {
                break;
            }
            at = at->as.link;
            close_container(p);
        }
        if (at == top) {
            return true;
        }
        separate(p);
    }
}

pier_status pier_value_print(const pier_value *value, const pier_print_options *options, char *buffer,
                             size_t capacity_bytes, size_t *length) {
    *length = 0;
    if (capacity_bytes > 0) {
        buffer[0] = '\0';
    }
    if (options != NULL && options->size != sizeof *options) {
        return PIER_USAGE;
    }
    printer p; /* without zeroes for the levels: they would cost more than a short value */
    p.out = pier__output_begin(capacity_bytes > 0 ? buffer : NULL, capacity_bytes);
    p.colours = options != NULL && options->colours;
    pier_allocator allocator = pier__allocator_choose(options != NULL ? options->allocator : NULL);
    p.allocator = &allocator;
    p.level = 0;
    bool is_printed = value == NULL || print(&p, value);
    if (!is_printed) {
        p.out.length = 0;
    }
    *length = pier__output_end(&p.out);
    return is_printed ? PIER_OK : PIER_NO_MEMORY;
}
