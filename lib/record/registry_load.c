/* Loading records of several classes; see <pier/registry.h>.
 *
 * Floor 5 (record). */
#include <pier/registry.h>

#include <string.h>

#include "base/arena_internal.h"
#include "base/error_internal.h"
#include "record/interpret_internal.h"

static pier_status tell_usage(pier_archive *archive, const char *text) {
    return pier__error_set(&pier__archive_of(archive)->error, PIER_USAGE, PIER_FLOOR_RECORD, 0, "%s", text);
}

/* The record has no class, or one that the registry does not have. */
static pier_status pass(pier_archive *archive, pier_tree *tree, pier_any *found) {
    if (tree != NULL) {
        pier_status status = pier_tree_load(tree, archive);
        if (status == PIER_OK) {
            found->raw = pier_archive_record_bytes(archive);
        }
        return status;
    }
    int shown = (int)(found->name.size < 120 ? found->name.size : 120);
    pier__archive_tell_record(archive, PIER_SKIPPED,
                              found->name.size > 0 ? "class %.*s is not in the registry"
                                                   : "a record without a class%.*s",
                              shown, found->name.size > 0 ? found->name.data : "");
    return PIER_SKIPPED;
}

/* Makes a struct of the class, and loads the record into it. */
static pier_status load_as(pier_archive *archive, const pier_class *type, pier_arena *arena, pier_any *found) {
    pier_arena *from = arena != NULL ? arena : pier__archive_arena(archive);
    pier__arena_place place = pier__arena_here(from);
    void *record = pier_arena_allocate(from, type->record_bytes, pier__alignment_of(type->record_bytes));
    if (record == NULL) {
        return pier__record_fail(archive, pier_arena_status(from), type->name, "no memory for a record of %zu bytes",
                                 type->record_bytes);
    }
    pier_status status =
        arena != NULL ? pier_load_record_into(archive, type, record, arena) : pier_load_record(archive, type, record);
    if (status == PIER_OK) {
        found->type = type;
        found->record = record;
    } else {
        pier__arena_go_back(from, &place);
    }
    return status;
}

static pier_status find_and_load(pier_archive *archive, const pier_registry *registry, pier_arena *arena,
                                 pier_tree *tree, pier_any *found) {
    const uint8_t *begin;
    const uint8_t *end;
    if (!pier__archive_typed_window(archive, &begin, &end)) {
        pier_status status = pier_archive_status(archive);
        return status != PIER_OK ? status : tell_usage(archive, "there is no record to load");
    }
    pier__stream_class *of_stream = pier__archive_record_class(archive);
    if (of_stream == NULL) {
        return pass(archive, tree, found);
    }
    const pier_definition *definition = pier__definition_of(archive, of_stream);
    if (definition == NULL) {
        return pier_archive_status(archive);
    }
    found->name = (pier_text){pier_definition_name(definition), strlen(pier_definition_name(definition))};
    const pier_class *type = pier_registry_find(registry, found->name);
    if (type == NULL) {
        return pass(archive, tree, found);
    }
    found->name = (pier_text){NULL, 0};
    return load_as(archive, type, arena, found);
}

pier_status pier_load_any(pier_archive *archive, const pier_registry *registry, pier_arena *arena, pier_tree *tree,
                          pier_any *found) {
    memset(found, 0, sizeof *found);
    if (archive->storing) {
        return tell_usage(archive, "a storing archive loads no record");
    }
    pier_status status = find_and_load(archive, registry, arena, tree, found);
    if (status != PIER_OK && status != PIER_SKIPPED) {
        memset(found, 0, sizeof *found);
    }
    return status;
}
