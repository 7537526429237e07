/* Making the definition of a class by itself: see <pier/class.h>.
 *
 * Floor 5 (record). What a stream would have is written, and read as from a stream. */
#include <pier/class.h>

#include <stdio.h>

#include "base/error_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

/* Reads the closure of a class, which has as many types as it likes. */
static pier_status parse(const pier__buffer *closure, const pier_allocator *allocator, pier_definition **made,
                         pier_error *error) {
    pier__definition_error wrong;
    pier_status status = pier__definition_parse(closure->data, closure->size, UINT32_MAX, allocator, made, &wrong);
    if (status != PIER_OK) {
        (void)pier__error_set(error, status, PIER_FLOOR_RECORD, 0, "%s", wrong.text);
        (void)snprintf(error->path, sizeof error->path, "%s", wrong.path);
    }
    return status;
}

/* Keeps where the memory of a definition came from. */
static pier_status own(pier_definition *made, const pier_allocator *allocator, pier_error *error) {
    made->owner = (pier_allocator *)pier__allocate(allocator, sizeof *made->owner);
    if (made->owner == NULL) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_RECORD, 0, "no memory for a definition");
    }
    *made->owner = *allocator;
    return PIER_OK;
}

pier_status pier_definition_create(const pier_class *class_of_record, const pier_allocator *allocator,
                                   const pier_definition **out, pier_error *error) {
    pier_error unasked;
    const pier_allocator chosen = allocator != NULL ? *allocator : *pier_allocator_default();
    pier_definition *made = NULL;
    pier__buffer closure;
    pier__buffer_init(&closure, &chosen);
    error = error != NULL ? error : &unasked;
    pier_error_clear(error);
    *out = NULL;
    pier_status status = pier__class_encode_closure(class_of_record, &closure, error);
    if (status == PIER_OK) {
        status = parse(&closure, &chosen, &made, error);
    }
    if (status == PIER_OK) {
        status = own(made, &chosen, error);
    }
    if (status == PIER_OK) {
        *out = made;
    } else if (made != NULL) {
        pier__definition_destroy(&chosen, made);
    }
    pier__buffer_deinit(&closure);
    return status;
}

void pier_definition_destroy(const pier_definition *definition) {
    if (definition == NULL) {
        return;
    }
    const pier_allocator allocator = *definition->owner;
    pier__release(&allocator, definition->owner, sizeof *definition->owner);
    pier__definition_destroy(&allocator, (void *)(uintptr_t)definition);
}
