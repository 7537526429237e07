/* The way from a value to one within it, and back: see <pier/value.h>.
 *
 * Floor 4 (archive). A path is taken apart while it is followed: it has no form but its text, and needs no memory but
 * for a key in quotes with escapes, which is compared without being put together. */
#include <pier/value.h>

#include <string.h>

#include "archive/value_internal.h"
#include "base/utf8_internal.h"

typedef enum step_kind { STEP_NAME, STEP_QUOTED, STEP_INDEX, STEP_PAIR } step_kind;

typedef struct step {
    step_kind kind;
    pier_text text;     /* STEP_NAME: the name; STEP_QUOTED: what stands between the quotes, escapes and all */
    bool is_negative;   /* STEP_INDEX */
    uint64_t magnitude; /* STEP_INDEX, STEP_PAIR */
} step;

typedef struct reader {
    const char *path;
    size_t at; /* behind the last step */
    pier_error *error;
} reader;

/* Refuses the path for what stands at `at`. */
static pier_status refuse(const reader *r, size_t at, const char *why) {
    pier_status status = pier__error_set(r->error, PIER_USAGE, PIER_FLOOR_ARCHIVE, 0, "not a path: %s", why);
    if (r->error != NULL) {
        r->error->offset = at;
    }
    return status;
}

static bool ends_name(char character) {
    return character == '\0' || strchr(".[]{}\"", character) != NULL;
}

/* Reads a name at `at`. */
static pier_status read_name(reader *r, size_t at, step *out) {
    size_t end = at;
    while (!ends_name(r->path[end])) {
        end++;
    }
    if (end == at) {
        return refuse(r, at, "a name is missing");
    }
    *out = (step){.kind = STEP_NAME, .text = {r->path + at, end - at}};
    r->at = end;
    return PIER_OK;
}

/* Reads digits at `at`. Returns where they end; `at` when there are none or too many. */
static size_t read_digits(const reader *r, size_t at, uint64_t *number) {
    size_t end = at;
    *number = 0;
    for (; r->path[end] >= '0' && r->path[end] <= '9'; end++) {
        uint64_t digit = (uint64_t)(r->path[end] - '0');
        if (*number > (UINT64_MAX - digit) / 10) {
            return at;
        }
        *number = *number * 10 + digit;
    }
    return end;
}

static int hex_digit(char character) {
    return character >= '0' && character <= '9'   ? character - '0'
           : character >= 'a' && character <= 'f' ? character - 'a' + 10
           : character >= 'A' && character <= 'F' ? character - 'A' + 10
                                                  : -1;
}

/* Reads the four digits of an escape behind \u. Returns the number, or -1. */
static int32_t read_unicode(const char *at) {
    int32_t number = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) {
            return -1;
        }
        number = number * 16 + digit;
    }
    return number;
}

/* Writes a character as UTF-8. Returns its length. */
static size_t encode_utf8(uint32_t character, char bytes[4]) {
    if (character < 0x80) {
        bytes[0] = (char)character;
        return 1;
    }
    size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    /* The first byte begins with as many ones as there are bytes. */
    bytes[0] = (char)((uint32_t)(0xf00 >> length & 0xff) | character);
    return length;
}

/* Reads an escape at `at`, its backslash, into at most four bytes. Returns how many characters it takes; 0 when it is
 * none. */
static size_t read_escape(const char *at, char bytes[4], size_t *count) {
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *name = at[1] == '\0' ? NULL : strchr(names, at[1]);
    if (name != NULL) {
        bytes[0] = meanings[name - names];
        *count = 1;
        return 2;
    }
    int32_t first = at[1] == 'u' ? read_unicode(at + 2) : -1;
    if (first < 0 || (first >= 0xdc00 && first <= 0xdfff)) {
        return 0;
    }
    if (first < 0xd800 || first > 0xdbff) {
        *count = encode_utf8((uint32_t)first, bytes);
        return 6;
    }
    int32_t second = at[6] == '\\' && at[7] == 'u' ? read_unicode(at + 8) : -1;
    if (second < 0xdc00 || second > 0xdfff) {
        return 0;
    }
    *count = encode_utf8(0x10000 + (uint32_t)(first - 0xd800) * 0x400 + (uint32_t)(second - 0xdc00), bytes);
    return 12;
}

/* Reads text in quotes; `at` is behind the first one. Returns where the last one is; 0 with the error told. */
static size_t read_quoted(reader *r, size_t at) {
    while (r->path[at] != '"') {
        char bytes[4];
        size_t count = 0;
        size_t taken = r->path[at] == '\\' ? read_escape(r->path + at, bytes, &count) : 1;
        if (r->path[at] == '\0' || taken == 0) {
            (void)refuse(r, at, taken == 0 ? "there is no such escape" : "the text is not ended");
            return 0;
        }
        at += taken;
    }
    return at;
}

/* Reads what stands in brackets; `at` is behind the opening one. */
static pier_status read_bracket(reader *r, size_t at, step *out) {
    size_t end = 0;
    if (r->path[at] == '"') {
        end = read_quoted(r, at + 1);
        if (end == 0) {
            return PIER_USAGE;
        }
        *out = (step){.kind = STEP_QUOTED, .text = {r->path + at + 1, end - at - 1}};
        end++;
    } else {
        *out = (step){.kind = STEP_INDEX, .is_negative = r->path[at] == '-'};
        size_t digits = at + out->is_negative;
        end = read_digits(r, digits, &out->magnitude);
        if (end == digits || (out->is_negative && out->magnitude > (uint64_t)1 << 63)) {
            return refuse(r, at, "between [ and ] stands an integer or text in quotes");
        }
    }
    if (r->path[end] != ']') {
        return refuse(r, end, "a ] is missing");
    }
    r->at = end + 1;
    return PIER_OK;
}

static pier_status read_pair(reader *r, size_t at, step *out) {
    *out = (step){.kind = STEP_PAIR};
    size_t end = read_digits(r, at, &out->magnitude);
    if (end == at) {
        return refuse(r, at, "between { and } stands a number");
    }
    if (r->path[end] != '}') {
        return refuse(r, end, "a } is missing");
    }
    r->at = end + 1;
    return PIER_OK;
}

/* Reads the next step of a path that has not ended. Returns PIER_OK, or PIER_USAGE with the error told. */
static pier_status read_step(reader *r, step *out) {
    char character = r->path[r->at];
    if (character == '[') {
        return read_bracket(r, r->at + 1, out);
    }
    if (character == '{') {
        return read_pair(r, r->at + 1, out);
    }
    if (character == '.' && r->at > 0) {
        return read_name(r, r->at + 1, out);
    }
    return r->at == 0 ? read_name(r, 0, out) : refuse(r, r->at, "a step begins with . [ or {");
}

/* Returns whether a key is the text of a quoted step. */
static bool is_quoted(const pier_value *key, pier_text quoted) {
    if (key->kind != PIER_KIND_TEXT || key->size > quoted.size) {
        return false;
    }
    const char *text = (const char *)key->as.data;
    size_t compared = 0;
    for (size_t at = 0; at < quoted.size;) {
        char bytes[4] = {quoted.data[at]};
        size_t count = 1;
        at += quoted.data[at] == '\\' ? read_escape(quoted.data + at, bytes, &count) : 1;
        if (key->size - compared < count || memcmp(text + compared, bytes, count) != 0) {
            return false;
        }
        compared += count;
    }
    return compared == key->size;
}

static bool is_integer(const pier_value *key, const step *wanted) {
    bool is_negative = wanted->is_negative && wanted->magnitude > 0;
    uint64_t bits = is_negative ? 0 - wanted->magnitude : wanted->magnitude;
    return key->kind == (is_negative ? PIER_KIND_INT : PIER_KIND_UINT) && key->as.uint == bits;
}

/* Returns the value whose key a step names. */
static pier_value *find_key(const pier_value *map, const step *wanted) {
    if (wanted->kind == STEP_NAME) {
        return pier_value_find_text(map, wanted->text);
    }
    for (pier_value *key = pier_value_first(map); key != NULL; key = pier_value_next(pier_value_next(key))) {
        if (wanted->kind == STEP_QUOTED ? is_quoted(key, wanted->text) : is_integer(key, wanted)) {
            return pier_value_next(key);
        }
    }
    return NULL;
}

/* Takes a step from a value. Returns PIER_OK, PIER_NOT_FOUND or PIER_TYPE. */
static pier_status take_step(const pier_value *from, const step *wanted, pier_value **out) {
    pier_kind kind = pier_value_kind(from);
    uint32_t count = pier_value_count(from);
    *out = NULL;
    if (kind == PIER_KIND_ARRAY && wanted->kind == STEP_INDEX) {
        uint64_t index = wanted->is_negative && wanted->magnitude > 0 ? count - wanted->magnitude : wanted->magnitude;
        *out = index < count ? pier_value_at(from, (uint32_t)index) : NULL;
    } else if (kind == PIER_KIND_MAP && wanted->kind == STEP_PAIR) {
        *out = wanted->magnitude < count ? pier_value_pair_at(from, (uint32_t)wanted->magnitude, NULL) : NULL;
    } else if (kind == PIER_KIND_MAP) {
        *out = find_key(from, wanted);
    } else {
        return PIER_TYPE;
    }
    return *out != NULL ? PIER_OK : PIER_NOT_FOUND;
}

pier_status pier_path_check(const char *path, pier_error *error) {
    reader r = {path, 0, error};
    pier_error_clear(error);
    while (path[r.at] != '\0') {
        step unused;
        pier_status status = read_step(&r, &unused);
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}

/* Tells that a step at `offset` cannot be taken from a value. */
static pier_status tell(const pier_value *from, pier_status status, const char *path, size_t offset, size_t end,
                        pier_error *error) {
    static const char *const holders[] = {"nothing", "nil",     "a bool",     "an integer", "an integer",
                                          "a float", "a float", "text",       "bytes",      "an array",
                                          "a map",   "an ext",  "a timestamp"};
    int shown = end - offset > 100 ? 100 : (int)(end - offset);
    if (status == PIER_TYPE) {
        (void)pier__error_set(error, status, PIER_FLOOR_ARCHIVE, 0, "%.*s leads into %s", shown, path + offset,
                              holders[pier_value_kind(from)]);
    } else {
        (void)pier__error_set(error, status, PIER_FLOOR_ARCHIVE, 0, "there is no %.*s among %u", shown, path + offset,
                              (unsigned)pier_value_count(from));
    }
    if (error != NULL) {
        error->offset = offset;
        (void)pier_value_path(from, error->path, sizeof error->path);
    }
    return status;
}

pier_status pier_value_resolve(const pier_value *value, const char *path, pier_value **out, pier_error *error) {
    *out = NULL;
    pier_status status = pier_path_check(path, error);
    if (status != PIER_OK) {
        return status;
    }
    if (value == NULL) {
        return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_ARCHIVE, 0, "there is no value to begin with");
    }
    reader r = {path, 0, NULL};
    pier_value *at = (pier_value *)(uintptr_t)value;
    while (path[r.at] != '\0') {
        size_t offset = r.at;
        step wanted;
        pier_value *next;
        (void)read_step(&r, &wanted);
        status = take_step(at, &wanted, &next);
        if (status != PIER_OK) {
            return tell(at, status, path, offset, r.at, error);
        }
        at = next;
    }
    *out = at;
    return PIER_OK;
}

/* Returns the place of a value among the children of its container. */
static uint32_t place_of(const pier_value *container, const pier_value *value) {
    uint32_t place = 0;
    for (const pier_value *at = pier__first_child(container); at != value; at = pier__behind(at)) {
        place++;
    }
    return place;
}

static bool is_name(const pier_value *key) {
    const char *text = (const char *)key->as.data;
    for (uint32_t i = 0; i < key->size; i++) {
        if ((unsigned char)text[i] < 0x20 || ends_name(text[i])) {
            return false;
        }
    }
    return key->size > 0;
}

/* Writes the step that leads from a map to a value of it. A key that another one hides, and one that no step can name,
 * is told by its place. */
static void write_map_step(pier__output *out, const pier_value *map, uint32_t pair, bool is_first) {
    pier_value *key;
    const pier_value *value = pier_value_pair_at(map, pair, &key);
    pier_text text = pier_value_text(key);
    bool is_named = key->kind == PIER_KIND_TEXT && pier__utf8_valid_bytes(text.data, text.size) == text.size;
    bool is_number = key->kind == PIER_KIND_UINT || key->kind == PIER_KIND_INT;
    if ((!is_named && !is_number) || pier_value_find_key(map, key) != value) {
        pier__output_string(out, "{");
        pier__output_unsigned(out, pair);
        pier__output_string(out, "}");
    } else if (is_number) {
        pier__output_string(out, "[");
        if (key->kind == PIER_KIND_INT) {
            pier__output_signed(out, key->as.sint);
        } else {
            pier__output_unsigned(out, key->as.uint);
        }
        pier__output_string(out, "]");
    } else if (is_name(key)) {
        pier__output_string(out, is_first ? "" : ".");
        pier__output_add(out, text.data, text.size);
    } else {
        pier__output_string(out, "[");
        pier__output_quoted(out, text);
        pier__output_string(out, "]");
    }
}

/* Writes the step that leads to a value from the array or map that holds it. */
static void write_step(pier__output *out, const pier_value *container, const pier_value *value) {
    uint32_t place = place_of(container, value);
    if (container->kind == PIER_KIND_MAP) {
        write_map_step(out, container, place / 2, pier_value_parent(container) == NULL);
    } else {
        pier__output_string(out, "[");
        pier__output_unsigned(out, place);
        pier__output_string(out, "]");
    }
}

size_t pier_value_path(const pier_value *value, char *buffer, size_t capacity_bytes) {
    pier__output out = pier__output_begin(capacity_bytes > 0 ? buffer : NULL, capacity_bytes);
    /* The steps are met from the last to the first, and so each is written before the one that was. */
    pier__output measured = {NULL, 0, 0};
    const pier_value *at = value;
    for (const pier_value *up = pier_value_parent(at); up != NULL; up = pier_value_parent(up)) {
        write_step(&measured, up, at);
        at = up;
    }
    size_t length = measured.length;
    at = value;
    for (const pier_value *up = pier_value_parent(at); up != NULL; up = pier_value_parent(up)) {
        pier__output step_alone = {NULL, 0, 0};
        write_step(&step_alone, up, at);
        measured.length -= step_alone.length;
        out.length = measured.length;
        write_step(&out, up, at);
        at = up;
    }
    out.length = length;
    return pier__output_end(&out);
}
