/* Reading text files with open, read and close: stdio would open them without close-on-exec or in ways of its own.
 *
 * Floor 1 (address), POSIX. Knows nothing of what the lines mean. */
#include "address/lines_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int pier__lines_open(pier__lines *lines, const char *path) {
    lines->begin = 0;
    lines->end = 0;
    do {
        /* Without O_NONBLOCK a pipe in the place of the file would hold the caller until somebody writes to it. */
        lines->handle = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    } while (lines->handle < 0 && errno == EINTR);
    return lines->handle < 0 ? errno : 0;
}

/* Reads more; the buffer is used up. */
static int refill(pier__lines *lines) {
    ssize_t got = 0;
    do {
        got = read(lines->handle, lines->buffer, sizeof lines->buffer);
    } while (got < 0 && errno == EINTR);
    lines->begin = 0;
    lines->end = got > 0 ? (size_t)got : 0;
    if (got >= 0) {
        return 0;
    }
    /* A pipe with nothing in it: that is no file, and not "try again". */
    return errno == EAGAIN ? ENXIO : errno;
}

int pier__lines_next(pier__lines *lines, char **line) {
    size_t length = 0;
    bool has_any = false;
    bool is_comment = false;
    *line = NULL;
    for (;;) {
        if (lines->begin == lines->end) {
            int os_error = refill(lines);
            if (os_error != 0) {
                return os_error;
            }
            if (lines->end == 0) {
                break;
            }
        }
        char byte = lines->buffer[lines->begin++];
        has_any = true;
        if (byte == '\n') {
            break;
        }
        is_comment = is_comment || byte == '#';
        if (!is_comment && length < PIER__LINE_BYTES_MAX) {
            lines->line[length++] = byte;
        }
    }
    if (has_any) {
        lines->line[length] = '\0';
        *line = lines->line;
    }
    return 0;
}

void pier__lines_close(pier__lines *lines) {
    /* It was only read: nothing can be lost. */
    (void)close(lines->handle);
}

char *pier__line_word(char **rest) {
    static const char blanks[] = " \t\r\f\v";
    char *word = *rest + strspn(*rest, blanks);
    size_t size = strcspn(word, blanks);
    if (size == 0) {
        return NULL;
    }
    *rest = word + size + (word[size] != '\0');
    word[size] = '\0';
    return word;
}

static char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

bool pier__word_equals(const char *word, const char *other, size_t other_bytes) {
    for (size_t i = 0; i < other_bytes; i++) {
        if (lower(word[i]) != lower(other[i])) {
            return false;
        }
    }
    return word[other_bytes] == '\0';
}
