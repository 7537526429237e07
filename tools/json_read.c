/* JSON in: see json_read.h.
 *
 * yajl finds the tokens and keeps the rules of JSON; its callbacks give numbers as text and so lose nothing. What it
 * does not see is looked for before: it takes overlong UTF-8, and makes a question mark of half a surrogate pair.
 *
 * Where a mistake is: yajl tells only how far it had read, which is behind a token that it did not like, and somewhere
 * in what is no token. The start of the token is found by walking the line once more. */
#include "json_read.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "json_form.h"
#include "json_memory.h"
#include "json_text.h"
#include "record_tree.h"

/* An array or map around the next value. */
typedef struct container {
    pier_value *value;
    pier_value *next; /* of a map: the value of the key that came last */
    size_t begin;     /* where its bracket is in the line */
} container;

typedef struct reader {
    const char *line;
    size_t size;
    yajl_handle parser;
    json_memory memory; /* the parser's */
    pier_tree *tree;
    json_problem *problem;
    uint32_t depth;
    container open[JSON_DEPTH_MAX];
} reader;

/* Notes a problem and stops the parser. */
static int refuse(reader *r, pier_status status, size_t offset, const char *text) {
    r->problem->status = status;
    r->problem->offset = offset;
    (void)snprintf(r->problem->text, sizeof(r->problem->text), "%s", text);
    return 0;
}

static int out_of_memory(reader *r) {
    return refuse(r, PIER_NO_MEMORY, 0, pier_status_text(PIER_NO_MEMORY));
}

/* Refuses the token that ended at `position`. */
static int refuse_token(reader *r, pier_status status, size_t position, const char *text) {
    return refuse(r, status, json_token_start(r->line, r->size, position - 1), text);
}

static size_t position_now(const reader *r) {
    return yajl_get_bytes_consumed(r->parser);
}

/* Tells a failure of the tree. Returns 1 when there is none, and yajl goes on. */
static int check_tree(reader *r) {
    pier_status status = pier_tree_status(r->tree);
    return status == PIER_OK ? 1 : refuse(r, status, 0, pier_tree_error(r->tree)->text);
}

/* Returns where the next value goes; NULL when the tree failed. */
static pier_value *place(reader *r) {
    if (r->depth == 0) {
        return pier_tree_root(r->tree);
    }
    container *in = &r->open[r->depth - 1];
    return pier_value_kind(in->value) == PIER_KIND_MAP ? in->next : pier_tree_append(r->tree, in->value);
}

static int on_null(void *user) {
    reader *r = user;
    pier_tree_set_nil(r->tree, place(r));
    return check_tree(r);
}

static int on_boolean(void *user, int value) {
    reader *r = user;
    pier_tree_set_bool(r->tree, place(r), value != 0);
    return check_tree(r);
}

static int add_float(reader *r, const char *text, size_t size) {
    /* strtod wants a terminator, which the line has not. */
    char few[64];
    char *copy = size < sizeof(few) ? few : malloc(size + 1);
    if (copy == NULL) {
        return out_of_memory(r);
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    double value = strtod(copy, NULL);
    if (copy != few) {
        free(copy);
    }
    if (value - value != 0) {
        return refuse_token(r, PIER_RANGE, position_now(r), "the number is too large for a float");
    }
    pier_tree_set_f64(r->tree, place(r), value);
    return check_tree(r);
}

static int add_integer(reader *r, const char *text, size_t size) {
    bool negative = text[0] == '-';
    uint64_t magnitude = 0;
    bool fits = true;
    for (size_t i = negative ? 1 : 0; i < size && fits; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        fits = magnitude < UINT64_MAX / 10 || (magnitude == UINT64_MAX / 10 && digit <= UINT64_MAX % 10);
        magnitude = magnitude * 10 + digit;
    }
    if (!fits || (negative && magnitude > (uint64_t)1 << 63)) {
        return refuse_token(r, PIER_RANGE, position_now(r), "the integer is beyond -2^63 or 2^64-1");
    }
    if (negative && magnitude > 0) {
        /* In two steps, because 2^63 is no int64_t. */
        pier_tree_set_i64(r->tree, place(r), -(int64_t)(magnitude - 1) - 1);
    } else {
        pier_tree_set_u64(r->tree, place(r), magnitude);
    }
    return check_tree(r);
}

static int on_number(void *user, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.' || text[i] == 'e' || text[i] == 'E') {
            return add_float(user, text, size);
        }
    }
    return add_integer(user, text, size);
}

static int set_text(reader *r, pier_value *value, const unsigned char *text, size_t size) {
    pier_text content = {(const char *)text, size};
    /* Without escapes the text lies in the line; otherwise in memory that yajl uses again. */
    if ((uintptr_t)text < (uintptr_t)r->line || (uintptr_t)text >= (uintptr_t)r->line + r->size) {
        pier_tree_set_text(r->tree, value, content);
    } else {
        pier_tree_borrow_text(r->tree, value, content);
    }
    return check_tree(r);
}

static int on_string(void *user, const unsigned char *text, size_t size) {
    reader *r = user;
    return set_text(r, place(r), text, size);
}

static int on_key(void *user, const unsigned char *text, size_t size) {
    reader *r = user;
    container *in = &r->open[r->depth - 1];
    pier_value *key;
    in->next = pier_tree_append_pair(r->tree, in->value, &key);
    return set_text(r, key, text, size);
}

/* Opens an array or map. Returns NULL when that is refused. */
static container *begin(reader *r) {
    if (r->depth == JSON_DEPTH_MAX) {
        (void)refuse_token(r, PIER_LIMIT, position_now(r), "arrays and objects are nested too deep");
        return NULL;
    }
    container opened = {place(r), NULL, position_now(r) - 1};
    container *in = &r->open[r->depth++];
    *in = opened;
    return in;
}

static int on_begin_array(void *user) {
    reader *r = user;
    container *opened = begin(r);
    if (opened == NULL) {
        return 0;
    }
    pier_tree_set_array(r->tree, opened->value);
    return check_tree(r);
}

static int on_end_array(void *user) {
    reader *r = user;
    r->depth--;
    return 1;
}

static int on_begin_map(void *user) {
    reader *r = user;
    container *opened = begin(r);
    if (opened == NULL) {
        return 0;
    }
    pier_tree_set_map(r->tree, opened->value);
    return check_tree(r);
}

/* Returns where the fault of a form is, whose bracket is at `begin`. */
static size_t place_of_fault(const reader *r, size_t begin, const json_form_fault *fault) {
    size_t at = json_child_start(r->line, r->size, begin, fault->is_key ? 0 : 1);
    return fault->is_element ? json_child_start(r->line, r->size, at, fault->element) : at;
}

static int on_end_map(void *user) {
    reader *r = user;
    container closed = r->open[--r->depth];
    uint32_t pair;
    if (pier_tree_find_duplicate(r->tree, closed.value, &pair)) {
        return refuse(r, PIER_PROTOCOL, json_child_start(r->line, r->size, closed.begin, pair * 2),
                      "the key came before");
    }
    json_form_fault fault;
    pier_status status = check_tree(r) == 1 ? json_form_read(r->tree, closed.value, &fault) : PIER_OK;
    if (status == PIER_PROTOCOL) {
        return refuse(r, status, place_of_fault(r, closed.begin, &fault), fault.why);
    }
    return status == PIER_NO_MEMORY ? out_of_memory(r) : check_tree(r);
}

static yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_begin_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end_map,
    .yajl_start_array = on_begin_array,
    .yajl_end_array = on_end_array,
};

/* Returns where the mistake is that yajl met after it had consumed so many bytes. */
static size_t place_of(const reader *r, size_t consumed, bool lexical) {
    size_t token = json_token_start(r->line, r->size, consumed == 0 ? 0 : consumed - 1);
    bool in_text = r->line[token] == '"' && json_token_end(r->line, r->size, token) > consumed;
    bool at_comment = consumed < r->size && r->line[consumed] == '/';
    bool at_end = r->line[token] == '"' && consumed >= r->size;
    /* A character that may not stand in text, the start of a comment, text that is not ended; or else a token. */
    return lexical && (in_text || at_comment || at_end) ? consumed : token;
}

/* Tells what yajl found wrong, in its own words but for its prefix and its line feed. */
static void tell_syntax(reader *r) {
    static const char lexical[] = "lexical error: ";
    static const char parse[] = "parse error: ";
    size_t consumed = yajl_get_bytes_consumed(r->parser);
    char text[sizeof(r->problem->text)] = "not JSON";
    unsigned char *message = yajl_get_error(r->parser, 0, NULL, 0);
    if (message != NULL) {
        (void)snprintf(text, sizeof(text), "%s", (const char *)message);
        yajl_free_error(r->parser, message);
    }
    text[strcspn(text, "\n")] = '\0';
    bool is_lexical = strncmp(text, lexical, sizeof(lexical) - 1) == 0;
    size_t prefix = is_lexical                                     ? sizeof(lexical) - 1
                    : strncmp(text, parse, sizeof(parse) - 1) == 0 ? sizeof(parse) - 1
                                                                   : 0;
    size_t offset = place_of(r, consumed, is_lexical);
    (void)refuse(r, PIER_PROTOCOL, offset, offset >= r->size ? "the line ends within text" : text + prefix);
}

static void parse(reader *r) {
    const char *why;
    size_t sound = json_sound_bytes(r->line, r->size, &why);
    /* With the line feed behind it a number at the end of the line is complete. */
    size_t size = sound == r->size ? sound + 1 : sound;
    r->parser = yajl_alloc(&callbacks, &r->memory.functions, r);
    (void)yajl_config(r->parser, yajl_dont_validate_strings, 1);
    yajl_status status = yajl_parse(r->parser, (const unsigned char *)r->line, size);
    if (status == yajl_status_error) {
        tell_syntax(r);
    } else if (status == yajl_status_ok && sound < r->size) {
        (void)refuse(r, PIER_TEXT, sound, why);
    } else if (status == yajl_status_ok && yajl_complete_parse(r->parser) != yajl_status_ok) {
        (void)refuse(r, PIER_PROTOCOL, r->size, "the line ends before its value does");
    }
}

/* A function of its own: what it has locally must not change between the two ways out of setjmp. */
static void parse_guarded(reader *r) {
    if (JSON_MEMORY_RAN_OUT(&r->memory) != 0) {
        (void)out_of_memory(r);
    } else {
        parse(r);
    }
}

pier_status json_read(const char *line, size_t size_bytes, pier_tree *tree, json_problem *problem) {
    reader r; /* without zeroes for `open`: they would cost more than a short line */
    r.line = line;
    r.size = size_bytes;
    r.tree = tree;
    r.problem = problem;
    r.depth = 0;
    pier_tree_reset(tree);
    *problem = (json_problem){.status = PIER_OK};
    json_memory_init(&r.memory);
    parse_guarded(&r);
    json_memory_release(&r.memory);
    return problem->status;
}

size_t json_column(const char *line, size_t offset) {
    size_t column = 1;
    for (size_t i = 0; i < offset; i++) {
        column += ((unsigned char)line[i] & 0xc0) != 0x80;
    }
    return column;
}
