/* What a program calls for a message: each function names the class, and the library does the rest. */
#include "emit.h"

void emit_functions(emit_output *output, const schema_message *message) {
    const char *name = message->c_name;
    emit_line(output, "/* Stores a %s: as pier_store_record. */", name);
    emit_line(output, "PIER_MUST_USE PIER__CODEC pier_status %s_store(pier_archive *archive, const %s *record) {", name,
              name);
    output->depth++;
    emit_line(output, "return pier_store_record(archive, &%s, record);", message->c_class);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Loads the current record: as pier_load_record. */");
    emit_line(output, "PIER_MUST_USE PIER__CODEC pier_status %s_load(pier_archive *archive, %s *record) {", name, name);
    output->depth++;
    emit_line(output, "return pier_load_record(archive, &%s, record);", message->c_class);
    emit_close(output, "}");
    emit_gap(output);
    emit_line(output, "/* Loads the next record: as pier_archive_next, then %s_load. */", name);
    emit_line(output, "PIER_MUST_USE PIER__CODEC pier_status %s_next(pier_archive *archive, %s *record) {", name, name);
    output->depth++;
    emit_line(output, "pier_status status = pier_archive_next(archive);");
    emit_line(output, "return status == PIER_OK ? pier_load_record(archive, &%s, record) : status;", message->c_class);
    emit_close(output, "}");
    emit_gap(output);
}
