/* Lines of input: see lines.h. */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 << 10)

void lines_init(lines *input, int handle, uint64_t line_bytes_max, uint64_t record_bytes_max) {
    *input = (lines){.handle = handle, .line_bytes_max = line_bytes_max, .record_bytes_max = record_bytes_max};
}

void lines_deinit(lines *input) {
    free(input->data);
    *input = (lines){.handle = -1};
}

/* Makes room for one read and a line feed behind it. */
static bool make_room(lines *input) {
    size_t kept = input->end - input->begin;
    if (input->begin > 0) {
        if (kept > 0) {
            memmove(input->data, input->data + input->begin, kept);
        }
        input->searched -= input->begin;
        input->begin = 0;
        input->end = kept;
    }
    if (input->capacity - kept > READ_BYTES) {
        return true;
    }
    size_t capacity = kept < READ_BYTES ? READ_BYTES * 2 : kept * 2;
    char *data = capacity < kept ? NULL : realloc(input->data, capacity + 1);
    if (data == NULL) {
        return false;
    }
    input->data = data;
    input->capacity = capacity + 1;
    return true;
}

pier_status lines_read(lines *input) {
    if (input->is_ended) {
        return PIER_END;
    }
    if (!make_room(input)) {
        return PIER_NO_MEMORY;
    }
    for (;;) {
        ssize_t size = read(input->handle, input->data + input->end, READ_BYTES);
        if (size > 0) {
            input->end += (size_t)size;
            return PIER_OK;
        }
        if (size == 0) {
            input->is_ended = true;
            return PIER_END;
        }
        if (errno == EAGAIN) {
            return PIER_WOULD_BLOCK;
        }
        if (errno != EINTR) {
            input->os_error = errno;
            return PIER_SYSTEM;
        }
    }
}

/* Whether the line that is coming is certainly more than a record may be. Most lines are whole long before. */
static bool is_too_heavy(lines *input) {
    size_t size = input->end - input->begin;
    if (size <= input->record_bytes_max) {
        return false;
    }
    uint64_t bytes = json_weigh(&input->weight, input->data + input->begin + input->weighed, size - input->weighed);
    input->weighed = size;
    return bytes > input->record_bytes_max;
}

pier_status lines_next(lines *input, const char **line, size_t *size_bytes) {
    const char *feed = NULL;
    if (input->end > input->searched) {
        feed = memchr(input->data + input->searched, '\n', input->end - input->searched);
    }
    size_t end = feed != NULL ? (size_t)(feed - input->data) : input->end;
    if (end - input->begin > input->line_bytes_max || (feed == NULL && is_too_heavy(input))) {
        input->number++;
        return PIER_LIMIT;
    }
    if (feed == NULL) {
        input->searched = input->end;
        if (!input->is_ended) {
            return PIER_MORE;
        }
        if (input->end == input->begin) {
            return PIER_END;
        }
        /* make_room leaves a byte for it. */
        input->data[input->end++] = '\n';
    }
    *line = input->data + input->begin;
    *size_bytes = end - input->begin;
    input->begin = end + 1;
    input->weighed = 0;
    input->weight = (json_weight){0};
    input->searched = input->begin;
    input->number++;
    return PIER_OK;
}
