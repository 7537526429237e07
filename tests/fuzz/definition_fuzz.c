/* Any bytes as the closure of a class: it is refused at a place inside it, or read into a definition that holds what it
 * promises and took memory in proportion.
 *
 * Floor 5 (record). */
#include "fuzz/fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "record/record_internal.h"

enum { CLASSES_MAX = 64 };

typedef struct meter {
    size_t live;
    size_t peak;
} meter;

static void *meter_allocate(void *user, size_t size) {
    meter *of = (meter *)user;
    of->live += size;
    of->peak = of->live > of->peak ? of->live : of->peak;
    return malloc(size);
}

static void *meter_reallocate(void *user, void *memory, size_t old_size, size_t new_size) {
    meter *of = (meter *)user;
    of->live += new_size - old_size;
    return realloc(memory, new_size);
}

static void meter_release(void *user, void *memory, size_t size) {
    ((meter *)user)->live -= size;
    free(memory);
}

/* Fields ascend, names are text, and what a record field names is a class; all types are gone through once. */
static void check_class(const pier_definition *definition, const pier_definition **seen, size_t *count) {
    for (size_t i = 0; i < *count; i++) {
        if (seen[i] == definition) {
            return;
        }
    }
    FUZZ_REQUIRE(*count < CLASSES_MAX);
    seen[(*count)++] = definition;
    const char *name = pier_definition_name(definition);
    FUZZ_REQUIRE(strlen(name) > 0 && pier_text_is_valid(name, strlen(name)));
    uint32_t last = 0;
    for (uint32_t i = 0; i < pier_definition_field_count(definition); i++) {
        pier_definition_field field = pier_definition_field_at(definition, i);
        FUZZ_REQUIRE(field.number > last && field.number <= 65535);
        FUZZ_REQUIRE(strlen(field.name) > 0 && pier_text_is_valid(field.name, strlen(field.name)));
        FUZZ_REQUIRE(!(field.repeated && field.presence));
        FUZZ_REQUIRE(field.kind != PIER_FIELD_RECORD || field.type != NULL);
        last = field.number;
        if (field.type != NULL) {
            check_class(field.type, seen, count);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    meter memory = {0, 0};
    pier_allocator allocator = {meter_allocate, meter_reallocate, meter_release, &memory};
    uint8_t *exact = (uint8_t *)malloc(size > 0 ? size : 1);
    FUZZ_REQUIRE(exact != NULL);
    if (size > 0) {
        memcpy(exact, data, size);
    }
    pier_definition *definition = NULL;
    pier__definition_error error;
    pier_status status = pier__definition_parse(exact, size, CLASSES_MAX, &allocator, &definition, &error);
    free(exact);
    if (status == PIER_OK) {
        const pier_definition *seen[CLASSES_MAX];
        size_t count = 0;
        check_class(definition, seen, &count);
        FUZZ_REQUIRE(memory.peak <= 32 * size);
        pier__definition_destroy(&allocator, definition);
    } else {
        FUZZ_REQUIRE(status == PIER_PROTOCOL || status == PIER_LIMIT);
        FUZZ_REQUIRE(definition == NULL && error.status == status);
        FUZZ_REQUIRE(error.position <= size && error.text[0] != '\0');
    }
    FUZZ_REQUIRE(memory.live == 0);
    return 0;
}
