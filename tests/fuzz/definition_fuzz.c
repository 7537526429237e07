/* Any bytes as the closure of a class: it is refused at a place inside it, or read into a definition that holds what it
 * promises and took memory in proportion. A class is made of it at run time, unless it says what no class can be, and
 * that one defines the same bytes.
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

static void check_name(const char *name) {
    FUZZ_REQUIRE(strlen(name) > 0 && strlen(name) <= 255 && pier_text_is_valid(name, strlen(name)));
}

static void check_enum(const pier_definition *definition) {
    uint32_t count = pier_definition_value_count(definition);
    FUZZ_REQUIRE(count > 0 && pier_definition_field_count(definition) == 0);
    for (uint32_t i = 0; i < count; i++) {
        pier_enum_value value = pier_definition_value_at(definition, i);
        check_name(value.name);
        FUZZ_REQUIRE(i == 0 || pier_definition_value_at(definition, i - 1).number <= value.number);
        FUZZ_REQUIRE(pier_definition_value_name(definition, value.number) != NULL);
    }
}

/* Oneofs are numbered by their first fields, so that a number is at most one more than those before it. */
static void check_oneof(const pier_definition_field *field, uint32_t *oneofs, uint32_t *slots) {
    FUZZ_REQUIRE((field->oneof != 0) == (field->oneof_name != NULL));
    FUZZ_REQUIRE(field->oneof <= *oneofs + 1);
    if (field->oneof == 0) {
        (*slots)++;
        return;
    }
    check_name(field->oneof_name);
    if (field->oneof > *oneofs) {
        (*oneofs)++;
        (*slots)++;
    }
}

/* Fields ascend, names are text, and types are what kinds say; all types are gone through once. */
static void check_type(const pier_definition *definition, const pier_definition **seen, size_t *count) {
    for (size_t i = 0; i < *count; i++) {
        if (seen[i] == definition) {
            return;
        }
    }
    FUZZ_REQUIRE(*count < CLASSES_MAX);
    seen[(*count)++] = definition;
    check_name(pier_definition_name(definition));
    if (pier_definition_kind_of(definition) == PIER_DEFINITION_ENUM) {
        check_enum(definition);
        return;
    }
    uint32_t last = 0;
    uint32_t oneofs = 0;
    uint32_t slots = 0;
    for (uint32_t i = 0; i < pier_definition_field_count(definition); i++) {
        pier_definition_field field = pier_definition_field_at(definition, i);
        FUZZ_REQUIRE(field.number > last && field.number <= 65535);
        check_name(field.name);
        FUZZ_REQUIRE(!(field.repeated && field.presence));
        FUZZ_REQUIRE(field.kind != PIER_FIELD_RECORD ||
                     (field.type != NULL && pier_definition_kind_of(field.type) == PIER_DEFINITION_CLASS));
        FUZZ_REQUIRE(field.kind != PIER_FIELD_ENUM ||
                     (field.type != NULL && pier_definition_kind_of(field.type) == PIER_DEFINITION_ENUM));
        check_oneof(&field, &oneofs, &slots);
        last = field.number;
        if (field.type != NULL) {
            check_type(field.type, seen, count);
        }
    }
    FUZZ_REQUIRE(pier_definition_oneof_count(definition) == oneofs);
    FUZZ_REQUIRE(pier_definition_slot_count(definition) == slots);
}

/* Makes a class of the definition, if one can be. Its closure has the same bytes. */
static void check_class(const pier_definition *definition, const pier_allocator *allocator, const uint8_t *closure,
                        size_t size) {
    const pier_class *made = NULL;
    pier_error error;
    pier_status status = pier_class_create(definition, allocator, &made, &error);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(status == PIER_VERSION || status == PIER_LIMIT || status == PIER_PROTOCOL);
        FUZZ_REQUIRE(made == NULL && error.text[0] != '\0');
        return;
    }
    pier__buffer again;
    pier__buffer_init(&again, allocator);
    FUZZ_REQUIRE(pier__class_encode_closure(made, &again, &error) == PIER_OK);
    FUZZ_REQUIRE(again.size == size && memcmp(again.data, closure, size) == 0);
    pier__buffer_deinit(&again);
    pier_class_destroy(made);
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
        check_type(definition, seen, &count);
        FUZZ_REQUIRE(memory.peak <= 32 * size);
        check_class(definition, &allocator, data, size);
        pier__definition_destroy(&allocator, definition);
    } else {
        FUZZ_REQUIRE(status == PIER_PROTOCOL || status == PIER_LIMIT);
        FUZZ_REQUIRE(definition == NULL && error.status == status);
        FUZZ_REQUIRE(error.position <= size && error.text[0] != '\0');
    }
    FUZZ_REQUIRE(memory.live == 0);
    return 0;
}
