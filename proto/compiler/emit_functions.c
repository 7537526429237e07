/* What a program calls for a message: each function names the class, and the library does the rest. */
#include "emit.h"

/* Whether records of a class go in runs by the inline half of <pier/record_run.h>: those that keep no counts. */
static bool goes_in_runs(const schema_message *message) {
    return (message->class_flags & (PIER_CLASS_GRAPH | PIER_CLASS_ANY | PIER_CLASS_UNBOUNDED)) == 0;
}

static void emit_stored_run(emit_output *output, const schema_message *message) {
    const char *name = message->c_name;
    emit_line(output, "uint64_t bytes = (uint64_t)%s__most + PIER__OVERHANG_BYTES;", name);
    if (message->is_variable) {
        emit_line(output, "pier__measuring counts = {0, 0, 0};");
        emit_line(output, "bytes += %s__measure(record, &counts);", name);
    }
    emit_line(output, "if (pier__run_stores(archive, &%s, bytes) &&", message->c_class);
    emit_open(output, "    pier__run_stored(archive, %s__put(archive->cursor, record))) {", name);
    emit_line(output, "return PIER_OK;");
    emit_close(output, "}");
}

static void emit_loaded_run(emit_output *output, const schema_message *message) {
    emit_open(output, "if (pier__run_loads(archive, &%s)) {", message->c_class);
    emit_line(output, "pier__decoding how = {NULL, false, 0, 0};");
    emit_open(output, "if (pier__run_loaded(archive, %s__take(archive->cursor, archive->run.end, record, &how))) {",
              message->c_name);
    emit_line(output, "return PIER_OK;");
    emit_close(output, "}");
    emit_close(output, "}");
}

static void emit_storing(emit_output *output, const schema_message *message) {
    const char *name = message->c_name;
    const char *class_name = message->c_class;
    bool runs = goes_in_runs(message);
    emit_line(output, "/* Stores a %s: as pier_store_record. */", name);
    emit_open(output, "PIER_MUST_USE PIER__CODEC pier_status %s_store(pier_archive *archive, const %s *record) {", name,
              name);
    if (runs) {
        emit_stored_run(output, message);
    }
    emit_line(output, "return pier_store_record(archive, &%s, record);", class_name);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Loads the current record: as pier_load_record. */");
    emit_open(output, "PIER_MUST_USE PIER__CODEC pier_status %s_load(pier_archive *archive, %s *record) {", name, name);
    emit_line(output, "return pier_load_record(archive, &%s, record);", class_name);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Loads the next record: as pier_next_record. */");
    emit_open(output, "PIER_MUST_USE PIER__CODEC pier_status %s_next(pier_archive *archive, %s *record) {", name, name);
    if (runs) {
        emit_loaded_run(output, message);
    }
    emit_line(output, "return pier_next_record(archive, &%s, record);", class_name);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Loads the current record with all that it holds into an arena: as pier_load_record_into. */");
    emit_open(
        output,
        "PIER_MUST_USE PIER__CODEC pier_status %s_load_into(pier_archive *archive, %s *record, pier_arena *arena) "
        "{",
        name, name);
    emit_line(output, "return pier_load_record_into(archive, &%s, record, arena);", class_name);
    emit_close(output, "}");
    emit_gap(output);
}

static void emit_copying(emit_output *output, const char *name, const char *class_name) {
    emit_line(output, "/* Makes it empty, every field its default: as pier_record_init. */");
    emit_open(output, "PIER__CODEC void %s_init(%s *record) {", name, name);
    emit_line(output, "pier_record_init(&%s, record);", class_name);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Copies it, with all that it holds in the arena: as pier_record_copy. */");
    emit_open(output, "PIER_MUST_USE PIER__CODEC pier_status %s_copy(const %s *from, pier_arena *arena, %s *to) {",
              name, name, name);
    emit_line(output, "return pier_record_copy(&%s, from, arena, to);", class_name);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Copies it with struct and all, until %s_free: as pier_record_clone. */", name);
    emit_open(output,
              "PIER_MUST_USE PIER__CODEC pier_status %s_clone(const %s *from, const pier_allocator *allocator, "
              "%s **out) {",
              name, name, name);
    emit_line(output, "void *clone = NULL;");
    emit_line(output, "pier_status status = pier_record_clone(&%s, from, allocator, &clone);", class_name);
    emit_line(output, "*out = (%s *)clone;", name);
    emit_line(output, "return status;");
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Frees what %s_clone made, however deep it is; NULL is allowed: as pier_record_free. */",
              name);
    emit_open(output, "PIER__CODEC void %s_free(%s *record) {", name, name);
    emit_line(output, "pier_record_free(record);");
    emit_close(output, "}");
    emit_gap(output);
}

static void emit_showing(emit_output *output, const char *name, const char *class_name) {
    emit_line(output, "/* Compares two, in a total order: as pier_record_compare. */");
    emit_open(output, "PIER__CODEC int %s_compare(const %s *one, const %s *other) {", name, name, name);
    emit_line(output, "return pier_record_compare(&%s, one, other);", class_name);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Writes it as JSON in one line: as pier_record_print. */");
    emit_open(output, "PIER__CODEC size_t %s_print(const %s *record, char *buffer, size_t capacity_bytes) {", name,
              name);
    emit_line(output, "return pier_record_print(&%s, record, buffer, capacity_bytes);", class_name);
    emit_close(output, "}");
    emit_gap(output);
}

void emit_functions(emit_output *output, const schema_message *message) {
    emit_storing(output, message);
    emit_copying(output, message->c_name, message->c_class);
    emit_showing(output, message->c_name, message->c_class);
}
