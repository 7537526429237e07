/* Making a schema from descriptors, step by step, and what is asked of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

/* protobuf-c takes its memory from the schema, and the schema gives all of it back at once. */
static void *allocate_for_protobuf(void *user, size_t size) {
    return schema__allocate((schema *)user, size);
}

static void free_for_protobuf(void *user, void *memory) {
    (void)user;
    (void)memory;
}

static void mark_root(schema *made, const char *name) {
    for (size_t i = 0; i < made->file_count; i++) {
        if (name != NULL && strcmp(made->files[i]->name, name) == 0) {
            made->files[i]->is_root = true;
        }
    }
}

static void mark_roots_of_set(schema *made) {
    for (size_t i = 0; i < made->file_count; i++) {
        made->files[i]->is_root = true;
    }
    for (size_t i = 0; i < made->file_count; i++) {
        for (size_t j = 0; j < made->files[i]->import_count; j++) {
            made->files[i]->imports[j].file->is_root = false;
        }
    }
}

static bool read_source(schema *made, const schema_source *source) {
    ProtobufCAllocator allocator = {allocate_for_protobuf, free_for_protobuf, made};
    const uint8_t *bytes = (const uint8_t *)source->bytes;
    made->parameter = "";
    if (!source->is_request) {
        Google__Protobuf__FileDescriptorSet *set =
            google__protobuf__file_descriptor_set__unpack(&allocator, source->size, bytes);
        if (set == NULL) {
            return schema__malformed(made, "the bytes are not a set of descriptors");
        }
        if (!schema__declare(made, set->file, set->n_file)) {
            return false;
        }
        mark_roots_of_set(made);
        return true;
    }
    Google__Protobuf__Compiler__CodeGeneratorRequest *request =
        google__protobuf__compiler__code_generator_request__unpack(&allocator, source->size, bytes);
    if (request == NULL) {
        return schema__malformed(made, "the bytes are not a request of protoc");
    }
    if (request->parameter != NULL) {
        made->parameter = request->parameter;
    }
    if (!schema__declare(made, request->proto_file, request->n_proto_file)) {
        return false;
    }
    for (size_t i = 0; i < request->n_file_to_generate; i++) {
        mark_root(made, request->file_to_generate[i]);
    }
    return true;
}

static bool make(schema *made, const schema_source *source) {
    if (!read_source(made, source) || !schema__resolve(made) || !schema__find_needed(made) ||
        !schema__read_options(made) || !schema__find_cycles(made) || !schema__name(made)) {
        return false;
    }
    schema__check(made);
    if (!schema__check_clashes(made) || !schema__order(made)) {
        return false;
    }
    schema__measure(made);
    return true;
}

static int compare_text(const char *one, const char *other) {
    return one == other ? 0 : strcmp(one, other);
}

static int compare_problems(const void *one, const void *other) {
    const schema_problem *a = (const schema_problem *)one;
    const schema_problem *b = (const schema_problem *)other;
    int order = compare_text(a->place.file, b->place.file);
    if (order == 0 && a->place.line != b->place.line) {
        order = a->place.line < b->place.line ? -1 : 1;
    }
    if (order == 0 && a->place.column != b->place.column) {
        order = a->place.column < b->place.column ? -1 : 1;
    }
    return order != 0 ? order : compare_text(a->text, b->text);
}

static pier_status fail(pier_error *error, pier_status status, const char *text) {
    if (error != NULL) {
        pier_error_clear(error);
        error->status = status;
        error->floor = PIER_FLOOR_RECORD;
        memcpy(error->text, text, strlen(text) + 1);
    }
    return status;
}

pier_status schema_create(const schema_source *source, const pier_allocator *allocator, schema **out,
                          pier_error *error) {
    *out = NULL;
    pier_status status = schema__scan(source);
    if (status != PIER_OK) {
        return fail(error, status,
                    status == PIER_LIMIT ? "messages are in one another more than 100 deep"
                                         : "the bytes are not descriptors of protobuf");
    }
    const pier_allocator *chosen = allocator != NULL ? allocator : pier_allocator_default();
    schema *made = (schema *)chosen->allocate(chosen->user, sizeof *made);
    if (made == NULL) {
        return fail(error, PIER_NO_MEMORY, "no memory for a schema");
    }
    memset(made, 0, sizeof *made);
    made->allocator = *chosen;
    pier_arena_init(&made->arena, chosen, 0);
    bool is_made = make(made, source);
    /* protobuf-c answers NULL for want of memory, too. */
    if (made->no_memory) {
        schema_destroy(made);
        return fail(error, PIER_NO_MEMORY, "no memory for a schema");
    }
    if (!is_made) {
        status = fail(error, made->error.status, made->error.text);
        schema_destroy(made);
        return status;
    }
    if (made->problems.count != 0) {
        qsort(made->problems.items, made->problems.count, sizeof(schema_problem), compare_problems);
    }
    *out = made;
    return PIER_OK;
}

void schema_destroy(schema *destroyed) {
    if (destroyed != NULL) {
        pier_arena_deinit(&destroyed->arena);
        destroyed->allocator.release(destroyed->allocator.user, destroyed, sizeof *destroyed);
    }
}

const schema_problem *schema_problems(const schema *asked, size_t *count) {
    *count = asked->problems.count;
    return (const schema_problem *)asked->problems.items;
}

size_t schema_problem_format(const schema_problem *problem, char *buffer, size_t capacity_bytes) {
    const schema_place *place = &problem->place;
    int length = place->line != 0 ? snprintf(buffer, capacity_bytes, "%s:%u:%u: %s", place->file, place->line,
                                             place->column, problem->text)
                                  : snprintf(buffer, capacity_bytes, "%s: %s", place->file, problem->text);
    return length >= 0 ? (size_t)length : 0;
}

schema_file *const *schema_files(const schema *asked, size_t *count) {
    *count = asked->file_count;
    return asked->files;
}

const char *schema_parameter(const schema *asked) {
    return asked->parameter;
}

const schema_message *schema_find_message(const schema *asked, const char *full_name) {
    const schema__symbol *symbol = schema__find(asked, full_name);
    const schema_message *found =
        symbol != NULL && symbol->kind == SCHEMA__MESSAGE ? (const schema_message *)symbol->object : NULL;
    return found != NULL && found->is_needed ? found : NULL;
}
