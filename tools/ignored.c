/* Fields that do not count when records are compared: see ignored.h. */
#include "ignored.h"

#include <stdio.h>
#include <string.h>

#include <pier/value.h>

/* The longest path that is taken. */
enum { PATH_BYTES_MAX = 512 };

/* A step of a path, with its brackets and without the dot before it. */
typedef struct step {
    const char *text;
    size_t size;
} step;

/* Returns the size of a step in brackets; one in quotes may have brackets of its own. */
static size_t bracketed_size(const char *text) {
    bool in_quotes = false;
    size_t at = 1;
    for (; text[at] != '\0'; at++) {
        if (in_quotes && text[at] == '\\' && text[at + 1] != '\0') {
            at++;
        } else if (text[at] == '"') {
            in_quotes = !in_quotes;
        } else if (!in_quotes && (text[at] == ']' || text[at] == '}')) {
            return at + 1;
        }
    }
    return at;
}

/* Gets the next step of a path and goes behind it. Returns false at the end. */
static bool next_step(const char **path, step *next) {
    *path += **path == '.' ? 1 : 0;
    if (**path == '\0') {
        return false;
    }
    bool is_bracketed = **path == '[' || **path == '{';
    *next = (step){*path, is_bracketed ? bracketed_size(*path) : strcspn(*path, ".[{")};
    *path += next->size;
    return next->size > 0;
}

static bool is_step(const step *a, const char *text) {
    return a->size == strlen(text) && memcmp(a->text, text, a->size) == 0;
}

/* Returns whether a step of a pattern stands for the one of a path. */
static bool matches(const step *pattern, const step *found) {
    if (is_step(pattern, "[*]") || is_step(pattern, "{*}")) {
        return found->text[0] == pattern->text[0];
    }
    if (is_step(pattern, "*")) {
        return found->text[0] != '[' || found->text[1] == '"';
    }
    return pattern->size == found->size && memcmp(pattern->text, found->text, found->size) == 0;
}

/* Returns whether the path leads to where the pattern does, or into it. */
static bool leads_into(const char *pattern, const char *path) {
    step wanted;
    step found;
    while (next_step(&pattern, &wanted)) {
        if (!next_step(&path, &found) || !matches(&wanted, &found)) {
            return false;
        }
    }
    return true;
}

/* Returns whether the path leads through a field of this name. */
static bool leads_through(const char *name, const char *path) {
    step found;
    while (next_step(&path, &found)) {
        if (is_step(&found, name)) {
            return true;
        }
    }
    return false;
}

static bool is_name(const char *field) {
    return strpbrk(field, ".[{*") == NULL;
}

bool ignored_is(const ignored *fields, const char *path) {
    for (size_t i = 0; i < fields->fields.count; i++) {
        const char *field = fields->fields.texts[i];
        if (is_name(field) ? leads_through(field, path) : leads_into(field, path)) {
            return true;
        }
    }
    return false;
}

int ignored_check(const ignored *fields, const char *command) {
    for (size_t i = 0; i < fields->fields.count; i++) {
        char path[PATH_BYTES_MAX];
        const char *field = fields->fields.texts[i];
        pier_error error;
        int size = snprintf(path, sizeof(path), "%s", field);
        if (size <= 0 || (size_t)size >= sizeof(path)) {
            return options_refuse(command, "--ignore takes a path, not ",
                                  size == 0 ? "nothing" : "one as long as this");
        }
        for (char *star = path; (star = strchr(star, '*')) != NULL;) {
            *star = '0';
        }
        if (pier_path_check(path, &error) != PIER_OK) {
            char why[sizeof(error.text) + PATH_BYTES_MAX + 16];
            (void)snprintf(why, sizeof(why), "--ignore %s: %s", field, error.text);
            return options_refuse(command, why, "");
        }
    }
    return -1;
}
