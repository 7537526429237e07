/* Comments of a schema as comments of C, and text as literals. */
#include <stdio.h>
#include <string.h>

#include "emit.h"

/* Writes a piece of a comment's line, where nothing may end the comment, begin another one in it, or hide the line
 * end. */
static void emit_inert(emit_output *output, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        char next = i + 1 < size ? text[i + 1] : '\0';
        unsigned char byte = (unsigned char)text[i];
        emit_bytes(output, byte < ' ' || byte == 0x7f ? " " : text + i, 1);
        if ((text[i] == '*' && next == '/') || (text[i] == '/' && next == '*') || (text[i] == '?' && next == '?') ||
            (text[i] == '\\' && next == '\0')) {
            emit_bytes(output, " ", 1);
        }
    }
}

static size_t without_end(const char *text, size_t size) {
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t' || text[size - 1] == '\r')) {
        size--;
    }
    return size;
}

void emit_note(emit_output *output, const char *text, size_t size) {
    emit_text(output, " /* ");
    emit_inert(output, text, without_end(text, size));
    emit_text(output, " */\n");
}

/* Returns how many bytes of a line go before column 120: all, or those before a blank. */
static size_t fitting(const char *text, size_t size, size_t room) {
    if (size <= room) {
        return size;
    }
    size_t at = room;
    while (at > 0 && text[at] != ' ') {
        at--;
    }
    if (at == 0) {
        /* A word that is longer than a line stays whole. */
        while (at < size && (text[at] != ' ' || at == 0)) {
            at++;
        }
    }
    return at;
}

void emit_comment(emit_output *output, const char *text) {
    if (text == NULL) {
        return;
    }
    size_t end = strlen(text);
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' ')) {
        end--;
    }
    size_t column = (size_t)output->depth * EMIT_INDENT + 3;
    size_t room = EMIT_COLUMNS - 3 > column ? EMIT_COLUMNS - 3 - column : 1;
    bool is_first = true;
    for (size_t at = 0; at < end;) {
        const char *stop = memchr(text + at, '\n', end - at);
        size_t size = stop != NULL ? (size_t)(stop - text) - at : end - at;
        /* `// text` leaves the blank behind its mark. */
        size_t blank = size > 0 && text[at] == ' ' ? 1 : 0;
        const char *line = text + at + blank;
        size_t left = without_end(line, size - blank);
        at += size + 1;
        do {
            size_t part = fitting(line, left, room);
            if (!is_first) {
                emit_bytes(output, "\n", 1);
            }
            emit_text(output, "%*s%s", (int)column - 3, "", is_first ? "/*" : " *");
            emit_text(output, "%s", part != 0 ? " " : "");
            emit_inert(output, line, part);
            is_first = false;
            size_t skip = part < left ? part + 1 : part;
            line += skip;
            left -= skip;
        } while (left != 0);
    }
    if (!is_first) {
        emit_text(output, " */\n");
    }
}

void emit_literal(emit_output *output, const char *text, size_t size) {
    size_t column = (size_t)output->depth * EMIT_INDENT;
    size_t written = 0;
    emit_text(output, "%*s\"", (int)column, "");
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (column + written > EMIT_COLUMNS - 8) {
            emit_text(output, "\"\n%*s\"", (int)column, "");
            written = 0;
        }
        char escaped[8];
        int length;
        if (byte < ' ' || byte >= 0x7f || byte == '?') {
            /* Three octal digits are whole, whatever comes behind them. A question mark could begin a trigraph. */
            length = snprintf(escaped, sizeof escaped, "\\%03o", byte);
        } else {
            length = snprintf(escaped, sizeof escaped, "%s%c", byte == '"' || byte == '\\' ? "\\" : "", byte);
        }
        emit_bytes(output, escaped, (size_t)length);
        written += (size_t)length;
    }
    emit_text(output, "\"");
}
