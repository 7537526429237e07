/* What the command says on standard error: see report.h. */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pier/bytes.h>

#include "report_queue.h"

/* Longer than any error of the library; what does not fit is cut. */
#define LINE_BYTES 1536

/* SGR of ECMA-48: bold red, and back. */
#define COLOUR_STATUS "\033[1;31m"
#define COLOUR_NONE "\033[0m"

/* Whether a progress text stands on the terminal. */
static bool progress_is_shown;

bool report_has_colours(int handle) {
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(handle) == 1 && (no_colour == NULL || no_colour[0] == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

int report_exit(pier_status status) {
    switch (pier_status_category_of(status)) {
    case PIER_CATEGORY_DONE:
        return EXIT_DONE;
    case PIER_CATEGORY_NOT_NOW:
        return status == PIER_TIMEOUT ? EXIT_DEADLINE : EXIT_DATA;
    case PIER_CATEGORY_USAGE:
        return EXIT_USAGE;
    case PIER_CATEGORY_MEMORY:
    case PIER_CATEGORY_SYSTEM:
        return EXIT_SYSTEM;
    case PIER_CATEGORY_PROTOCOL:
    case PIER_CATEGORY_LIMIT:
    case PIER_CATEGORY_CORRUPT:
        break;
    }
    return EXIT_DATA;
}

/* Writes all of it, or lets it wait its turn; there is nobody to tell that standard error fails. */
static void write_to_error(const char *data, size_t size) {
    if (report_queue_take(data, size)) {
        return;
    }
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, data, size);
        if (written < 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            data += written;
            size -= (size_t)written;
        }
    }
}

/* Replaces the control characters of valid UTF-8, those of U+0080 to U+009F among them. */
static void replace_controls(char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f) {
            text[i] = '?';
        } else if (byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0) {
            text[i] = '?';
            text[i + 1] = '?';
        }
    }
}

/* What came from outside must not make two lines of one, nor steer the terminal. */
static void make_harmless(char *text) {
    size_t size = strlen(text);
    for (size_t i = 0; i < size;) {
        size_t valid = pier_text_valid_bytes(text + i, size - i);
        replace_controls(text + i, valid);
        i += valid;
        if (i < size) {
            text[i++] = '?';
        }
    }
}

/* text: is made harmless. */
static void write_line(const char *command, const char *status, char *text) {
    char line[LINE_BYTES];
    make_harmless(text);
    bool colours = report_has_colours(STDERR_FILENO);
    report_progress("");
    int head = snprintf(line, sizeof(line), "pier%s%s: ", command[0] != '\0' ? " " : "", command);
    size_t prefix = (size_t)head < sizeof(line) ? (size_t)head : sizeof(line) - 1;
    int rest = snprintf(line + prefix, sizeof(line) - prefix, "%s%s%s: %s", colours ? COLOUR_STATUS : "", status,
                        colours ? COLOUR_NONE : "", text);
    size_t size = prefix + (size_t)rest;
    size = size < sizeof(line) - 1 ? size : sizeof(line) - 2;
    line[size] = '\n';
    write_to_error(line, size + 1);
}

void report_plain(const char *line) {
    write_to_error(line, strlen(line));
}

int report(const char *command, pier_status status, const char *format, ...) {
    char text[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    write_line(command, pier_status_name(status), text);
    return report_exit(status);
}

int report_error(const char *command, const pier_error *error, const char *subject, const char *tail) {
    char line[LINE_BYTES / 2];
    (void)pier_error_format(error, line, sizeof(line));
    const char *name = pier_status_name(error->status);
    size_t prefix = strlen(name) + strlen(": ");
    const char *text = strncmp(line, name, strlen(name)) == 0 && strlen(line) > prefix ? line + prefix : line;
    /* Most errors of sockets and files name what they are about. */
    bool is_named = subject[0] == '\0' || strstr(text, subject) != NULL;
    return report(command, error->status, "%s%s%s%s", is_named ? "" : subject, is_named ? "" : ": ", text, tail);
}

pier_status report_status_of_errno(int os_error) {
    switch (os_error) {
    case EPIPE:
        return PIER_CLOSED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return PIER_NO_SPACE;
    case ENOMEM:
        return PIER_NO_MEMORY;
    case ENOENT:
    case ENOTDIR:
        return PIER_NOT_FOUND;
    case EEXIST:
        return PIER_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return PIER_DENIED;
    default:
        return PIER_SYSTEM;
    }
}

int report_errno(const char *command, int os_error, const char *subject) {
    return report(command, report_status_of_errno(os_error), "%s: %s (errno %d)", subject, strerror(os_error),
                  os_error);
}

void report_progress(const char *text) {
    if (text[0] == '\0' && !progress_is_shown) {
        return;
    }
    /* EL of ECMA-48 clears what stood there before. */
    char line[160];
    int size = snprintf(line, sizeof(line), "\r%s\033[K", text);
    progress_is_shown = text[0] != '\0';
    write_to_error(line, (size_t)size < sizeof(line) ? (size_t)size : sizeof(line) - 1);
}
