/* Conditions on records: see where.h. */
#include "where.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date_text.h"
#include "json_read.h"
#include "record_tree.h"

typedef enum operation { IS_EQUAL, IS_NOT_EQUAL, IS_BELOW, IS_AT_MOST, IS_ABOVE, IS_AT_LEAST } operation;

struct where_condition {
    where_condition *before;
    pier_tree *tree;   /* holds the value */
    pier_value *value; /* as JSON has it; NULL: it is no JSON */
    pier_text raw;     /* as it was written */
    operation does;
    bool was_found; /* some record had the field */
    bool is_time;   /* it is also a date: `time` */
    pier_time time;
    char path[]; /* of the field; behind its terminator the value as it was written, and a line feed */
};

/* Reading conditions ----------------------------------------------------------------------------------------------- */

static pier_status refuse(pier_error *error, const char *text, size_t offset, const char *why) {
    pier_error_clear(error);
    error->status = PIER_USAGE;
    error->offset = offset;
    (void)snprintf(error->text, sizeof(error->text), "%.100s: %s", text, why);
    return PIER_USAGE;
}

/* Returns where the operator begins: the first of its characters that is not quoted within the path. */
static const char *find_operator(const char *text) {
    bool is_quoted = false;
    for (; *text != '\0'; text++) {
        if (is_quoted && *text == '\\' && text[1] != '\0') {
            text++;
        } else if (*text == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && strchr("=!<>", *text) != NULL) {
            return text;
        }
    }
    return NULL;
}

/* Reads the operator. Returns where it ends; NULL when it is none. */
static const char *read_operator(const char *text, operation *does) {
    bool has_equals = text[1] == '=';
    switch (text[0]) {
    case '=':
        *does = IS_EQUAL;
        break;
    case '!':
        *does = IS_NOT_EQUAL;
        break;
    case '<':
        *does = has_equals ? IS_AT_MOST : IS_BELOW;
        break;
    default:
        *does = has_equals ? IS_AT_LEAST : IS_ABOVE;
        break;
    }
    if (text[0] == '!' && !has_equals) {
        return NULL;
    }
    return text + 1 + (has_equals ? 1 : 0);
}

static size_t trimmed(const char **text, const char *end) {
    while (*text < end && **text == ' ') {
        (*text)++;
    }
    while (end > *text && end[-1] == ' ') {
        end--;
    }
    return (size_t)(end - *text);
}

/* Reads the value, whose line feed stands behind it. Returns PIER_OK or PIER_NO_MEMORY. */
static pier_status read_value(where_condition *condition) {
    json_problem problem;
    pier_status status = json_read(condition->raw.data, condition->raw.size, condition->tree, &problem);
    if (status == PIER_OK) {
        condition->value = pier_tree_root(condition->tree);
        if (pier_value_kind(condition->value) == PIER_KIND_TEXT) {
            condition->raw = pier_value_text(condition->value);
        }
    }
    condition->is_time = date_text_read(condition->raw.data, condition->raw.size, &condition->time);
    return status == PIER_NO_MEMORY ? status : PIER_OK;
}

pier_status where_add(where *conditions, const char *text, pier_error *error) {
    operation does = IS_EQUAL;
    const char *operator_begin = find_operator(text);
    const char *value = operator_begin != NULL ? read_operator(operator_begin, &does) : NULL;
    if (value == NULL) {
        return refuse(error, text, operator_begin != NULL ? (size_t)(operator_begin - text) : strlen(text),
                      "expected FIELD OP VALUE, with one of = != < <= > >=");
    }
    const char *path = text;
    size_t path_bytes = trimmed(&path, operator_begin);
    size_t value_bytes = trimmed(&value, value + strlen(value));
    where_condition *added = (where_condition *)calloc(1, sizeof *added + path_bytes + value_bytes + 3);
    if (added == NULL) {
        return PIER_NO_MEMORY;
    }
    memcpy(added->path, path, path_bytes);
    char *raw = added->path + path_bytes + 1;
    memcpy(raw, value, value_bytes);
    raw[value_bytes] = '\n';
    added->raw = (pier_text){raw, value_bytes};
    added->does = does;
    added->before = conditions->last;
    added->tree = record_tree_create();
    conditions->last = added;
    pier_error fault;
    if (path_bytes == 0 || pier_path_check(added->path, &fault) != PIER_OK) {
        return refuse(error, text, 0, "in front of the operator stands no path of a field");
    }
    return added->tree == NULL ? PIER_NO_MEMORY : read_value(added);
}

void where_deinit(where *conditions) {
    while (conditions->last != NULL) {
        where_condition *last = conditions->last;
        conditions->last = last->before;
        pier_tree_destroy(last->tree);
        free(last);
    }
}

/* Comparing ------------------------------------------------------------------------------------------------------- */

/* How a field compares with a value: its order, or that there is none. */
typedef enum order { LESS = -1, SAME = 0, MORE = 1, UNRELATED = 2 } order;

static order order_of(bool is_less, bool is_more) {
    return is_less ? LESS : is_more ? MORE : SAME;
}

static bool is_integer(pier_kind kind) {
    return kind == PIER_KIND_INT || kind == PIER_KIND_UINT;
}

static bool is_number(pier_kind kind) {
    return is_integer(kind) || kind == PIER_KIND_F32 || kind == PIER_KIND_F64;
}

static order compare_numbers(const pier_value *one, const pier_value *other) {
    if (is_integer(pier_value_kind(one)) && is_integer(pier_value_kind(other))) {
        int found = pier_value_compare(one, other);
        return order_of(found<0, found> 0);
    }
    double a = pier_value_number(one, 0);
    double b = pier_value_number(other, 0);
    /* A NaN is neither. */
    return a == b || a < b || a > b ? order_of(a<b, a> b) : UNRELATED;
}

/* Compares two durations, or two times. */
static order compare_spans(int64_t one_seconds, int64_t one_nanoseconds, int64_t seconds, int64_t nanoseconds) {
    return one_seconds != seconds ? order_of(one_seconds < seconds, true)
                                  : order_of(one_nanoseconds<nanoseconds, one_nanoseconds> nanoseconds);
}

static order compare_texts(pier_text one, pier_text other) {
    int64_t seconds[2];
    int32_t nanoseconds[2];
    if (duration_text_read(one.data, one.size, &seconds[0], &nanoseconds[0]) &&
        duration_text_read(other.data, other.size, &seconds[1], &nanoseconds[1])) {
        return compare_spans(seconds[0], nanoseconds[0], seconds[1], nanoseconds[1]);
    }
    size_t shorter = one.size < other.size ? one.size : other.size;
    int found = shorter > 0 ? memcmp(one.data, other.data, shorter) : 0;
    return found != 0 ? order_of(found<0, found> 0) : order_of(one.size<other.size, one.size> other.size);
}

static order compare_times(pier_time one, const where_condition *with) {
    pier_kind kind = pier_value_kind(with->value);
    pier_time other = with->time;
    if (is_number(kind)) {
        double a = (double)one.seconds + one.nanoseconds * 1e-9;
        double b = pier_value_number(with->value, 0);
        return order_of(a<b, a> b);
    }
    if (kind == PIER_KIND_TIME) {
        other = pier_value_time(with->value);
    } else if (!with->is_time) {
        return UNRELATED;
    }
    return compare_spans(one.seconds, one.nanoseconds, other.seconds, other.nanoseconds);
}

static order compare(const pier_value *field, const where_condition *with) {
    pier_kind kind = pier_value_kind(field);
    pier_kind other = pier_value_kind(with->value);
    if (kind == PIER_KIND_TEXT) {
        return compare_texts(pier_value_text(field), with->raw);
    }
    if (kind == PIER_KIND_TIME) {
        return compare_times(pier_value_time(field), with);
    }
    if (is_number(kind)) {
        return is_number(other) ? compare_numbers(field, with->value) : UNRELATED;
    }
    if (with->value == NULL || kind != other) {
        return UNRELATED;
    }
    int found = pier_value_compare(field, with->value);
    return order_of(found<0, found> 0);
}

static bool wants_null(const where_condition *condition) {
    return condition->value != NULL && pier_value_kind(condition->value) == PIER_KIND_NIL;
}

static bool condition_holds(where_condition *condition, const pier_value *record) {
    pier_value *field = NULL;
    bool is_there = pier_value_resolve(record, condition->path, &field, NULL) == PIER_OK;
    order found = UNRELATED;
    condition->was_found = condition->was_found || is_there;
    if (!is_there || pier_value_kind(field) == PIER_KIND_NIL) {
        found = wants_null(condition) ? SAME : UNRELATED;
    } else if (!wants_null(condition)) {
        found = compare(field, condition);
    }
    switch (condition->does) {
    case IS_EQUAL:
        return found == SAME;
    case IS_NOT_EQUAL:
        return found != SAME;
    case IS_BELOW:
        return found == LESS;
    case IS_AT_MOST:
        return found == LESS || found == SAME;
    case IS_ABOVE:
        return found == MORE;
    default:
        return found == MORE || found == SAME;
    }
}

bool where_holds(where *conditions, const pier_value *record) {
    bool holds = true;
    for (where_condition *condition = conditions->last; condition != NULL; condition = condition->before) {
        /* One that cannot change the answer any more is still asked for its field, until that was found once. */
        if (holds || !condition->was_found) {
            holds = condition_holds(condition, record) && holds;
        }
    }
    return holds;
}

const char *where_unknown(const where *conditions) {
    const char *unknown = NULL;
    for (const where_condition *condition = conditions->last; condition != NULL; condition = condition->before) {
        if (!condition->was_found && !wants_null(condition)) {
            unknown = condition->path; /* the list begins with the last one */
        }
    }
    return unknown;
}
