/* The memory of a schema: it grows until all of it goes. */
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schema_internal.h"

void *schema__allocate(schema *owner, size_t size) {
    size_t bytes = size != 0 ? size : 1;
    void *answer = owner->no_memory ? NULL : pier_arena_allocate(&owner->arena, bytes, alignof(max_align_t));
    if (answer == NULL) {
        owner->no_memory = true;
        return NULL;
    }
    return memset(answer, 0, bytes);
}

void *schema__allocate_array(schema *owner, size_t count, size_t size) {
    return schema__allocate(owner, count <= PTRDIFF_MAX / size ? count * size : SIZE_MAX);
}

PIER_PRINTF(2, 0) static const char *print_list(schema *owner, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length >= 0 ? (char *)schema__allocate(owner, (size_t)length + 1) : NULL;
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    }
    return text;
}

const char *schema__print(schema *owner, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = print_list(owner, format, arguments);
    va_end(arguments);
    return text;
}

void *schema__append(schema *owner, schema__list *list, size_t item_bytes) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity != 0 ? 2 * list->capacity : 8;
        void *items = schema__allocate_array(owner, capacity, item_bytes);
        if (items == NULL) {
            return NULL;
        }
        if (list->count != 0) {
            memcpy(items, list->items, list->count * item_bytes);
        }
        list->items = items;
        list->capacity = capacity;
    }
    return (unsigned char *)list->items + item_bytes * list->count++;
}

void schema__problem(schema *owner, schema_place place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = print_list(owner, format, arguments);
    va_end(arguments);
    schema_problem *problem = (schema_problem *)schema__append(owner, &owner->problems, sizeof *problem);
    if (problem != NULL && text != NULL) {
        problem->place = place;
        problem->text = text;
    }
}

bool schema__malformed(schema *owner, const char *format, ...) {
    if (owner->error.status == PIER_OK) {
        owner->error.status = PIER_PROTOCOL;
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(owner->error.text, sizeof owner->error.text, format, arguments);
        va_end(arguments);
    }
    return false;
}
