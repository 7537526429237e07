/* Paths for errors; see record_internal.h. */
#include <stdio.h>

#include "record/record_internal.h"

/* Appends what fits; the length counts on, so that cutting back stays exact. */
static size_t append(pier__path *path, const char *before, const char *text) {
    size_t length = path->length;
    for (int part = 0; part < 2; part++) {
        for (const char *at = part == 0 ? before : text; *at != '\0'; at++) {
            if (path->length + 1 < sizeof path->text) {
                path->text[path->length] = *at;
                path->text[path->length + 1] = '\0';
            }
            path->length++;
        }
    }
    return length;
}

void pier__path_init(pier__path *path, const char *class_name) {
    path->text[0] = '\0';
    path->length = 0;
    (void)append(path, "", class_name);
}

size_t pier__path_field(pier__path *path, const char *name) {
    return append(path, ".", name);
}

size_t pier__path_index(pier__path *path, uint32_t index) {
    char digits[16];
    (void)snprintf(digits, sizeof digits, "[%u]", (unsigned)index);
    return append(path, "", digits);
}

void pier__path_cut(pier__path *path, size_t length) {
    path->length = length;
    if (length < sizeof path->text) {
        path->text[length] = '\0';
    }
}
