/* Lines of C that fit into 120 columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"

enum { NESTING_MAX = 32 };

void emit_init(emit_output *output) {
    memset(output, 0, sizeof *output);
}

void emit_deinit(emit_output *output) {
    free(output->data);
    emit_init(output);
}

void emit_bytes(emit_output *output, const char *text, size_t size) {
    if (output->failed || size == 0) {
        return;
    }
    if (size > output->capacity - output->size) {
        size_t capacity = 2 * output->capacity + size + 4096;
        char *data = (char *)realloc(output->data, capacity);
        if (data == NULL) {
            output->failed = true;
            return;
        }
        output->data = data;
        output->capacity = capacity;
    }
    memcpy(output->data + output->size, text, size);
    output->size += size;
}

static void emit_spaces(emit_output *output, size_t count) {
    for (size_t i = 0; i < count; i++) {
        emit_bytes(output, " ", 1);
    }
}

/* Returns text put together as printf does, to be freed; NULL, remembered, when there is no memory. */
PIER_PRINTF(2, 0) static char *format_text(emit_output *output, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length >= 0 ? (char *)malloc((size_t)length + 1) : NULL;
    if (text == NULL) {
        output->failed = true;
        return NULL;
    }
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

/* How good a place is to break a line at: the fewer brackets are open the better, then the further right. */
typedef struct line_break {
    size_t length; /* of the part before; 0: there is none */
    size_t nesting;
    size_t next_column; /* where the rest begins */
} line_break;

static bool is_operator(const char *text) {
    static const char *const operators[] = {"&& ", "|| ", "| ", "? ", ": ", "+ "};
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (strncmp(text, operators[i], strlen(operators[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Finds where to break a line that begins at `column`: behind a comma, or before an operator that has blanks around
 * it. The rest begins behind the bracket that is open there, at `step` when none is. */
static line_break find_break(const char *text, size_t column, size_t step) {
    size_t brackets[NESTING_MAX];
    size_t nesting = 0;
    char quote = '\0';
    line_break best = {0, SIZE_MAX, step};
    for (size_t i = 0; text[i] != '\0' && column + i <= EMIT_COLUMNS; i++) {
        if (quote != '\0') {
            i += text[i] == '\\' && text[i + 1] != '\0';
            quote = text[i] == quote ? '\0' : quote;
            continue;
        }
        if (text[i] == '"' || text[i] == '\'') {
            quote = text[i];
        } else if (strchr("([{", text[i]) != NULL && nesting < NESTING_MAX) {
            brackets[nesting++] = column + i + 1;
        } else if (strchr(")]}", text[i]) != NULL && nesting > 0) {
            nesting--;
        }
        bool is_good = text[i] == ' ' && i > 0 && (text[i - 1] == ',' || is_operator(text + i + 1));
        if (is_good && nesting <= best.nesting) {
            best.length = i;
            best.nesting = nesting;
            best.next_column = nesting != 0 ? brackets[nesting - 1] : step;
        }
    }
    return best;
}

static void emit_wrapped(emit_output *output, const char *text) {
    size_t column = (size_t)output->depth * EMIT_INDENT;
    size_t step = column + EMIT_INDENT;
    while (column + strlen(text) > EMIT_COLUMNS) {
        line_break at = find_break(text, column, step);
        if (at.length == 0) {
            break;
        }
        emit_spaces(output, column);
        emit_bytes(output, text, at.length);
        emit_bytes(output, "\n", 1);
        text += at.length + 1;
        /* What is left of the brackets of this line stays open in the next. A rest that does not fit behind them
         * begins further left. */
        column = at.next_column;
        if (column + strlen(text) > EMIT_COLUMNS && find_break(text, column, column).length == 0) {
            column = (size_t)(output->depth + 2) * EMIT_INDENT;
        }
        step = column;
    }
    emit_spaces(output, column);
    emit_bytes(output, text, strlen(text));
    emit_bytes(output, "\n", 1);
}

PIER_PRINTF(2, 0) static void emit_list(emit_output *output, const char *format, va_list arguments) {
    char *text = format_text(output, format, arguments);
    size_t length = text != NULL ? strlen(text) : 0;
    size_t column = (size_t)output->depth * EMIT_INDENT;
    if (length > 6 && column + length > EMIT_COLUMNS && strncmp(text, "/* ", 3) == 0 &&
        strcmp(text + length - 3, " */") == 0) {
        /* A comment has its own way of being broken. */
        text[length - 3] = '\0';
        emit_comment(output, text + 3);
    } else if (text != NULL) {
        emit_wrapped(output, text);
    }
    free(text);
}

void emit_line(emit_output *output, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    emit_list(output, format, arguments);
    va_end(arguments);
}

void emit_noted(emit_output *output, const char *note, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(output, format, arguments);
    va_end(arguments);
    if (text == NULL) {
        return;
    }
    size_t blank = note != NULL && note[0] == ' ' ? 1 : 0;
    size_t length = note != NULL ? strcspn(note + blank, "\n") : 0;
    bool is_line = length != 0 && note[blank + length + (note[blank + length] == '\n')] == '\0' &&
                   output->depth * EMIT_INDENT + strlen(text) + length + strlen(" /*  */") <= EMIT_COLUMNS;
    if (!is_line) {
        emit_comment(output, note);
        emit_wrapped(output, text);
    } else {
        emit_spaces(output, (size_t)output->depth * EMIT_INDENT);
        emit_bytes(output, text, strlen(text));
        emit_note(output, note + blank, length);
    }
    free(text);
}

void emit_gap(emit_output *output) {
    emit_bytes(output, "\n", 1);
}

void emit_open(emit_output *output, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    emit_list(output, format, arguments);
    va_end(arguments);
    output->depth++;
}

void emit_close(emit_output *output, const char *format, ...) {
    output->depth -= output->depth > 0;
    va_list arguments;
    va_start(arguments, format);
    emit_list(output, format, arguments);
    va_end(arguments);
}

void emit_text(emit_output *output, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(output, format, arguments);
    va_end(arguments);
    if (text != NULL) {
        emit_bytes(output, text, strlen(text));
        free(text);
    }
}

void emit_directive(emit_output *output, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(output, format, arguments);
    va_end(arguments);
    if (text != NULL) {
        emit_bytes(output, text, strlen(text));
        emit_bytes(output, "\n", 1);
        free(text);
    }
}
