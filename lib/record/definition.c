/* What callers may ask of a definition; see <pier/definition.h>. */
#include <string.h>

#include "base/error_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

const char *pier_field_kind_name(pier_field_kind kind) {
    static const char *const names[] = {
        "unknown", "bool", "i8",   "i16",   "i32",  "i64",      "u8",     "u16",  "u32", "u64",
        "f32",     "f64",  "text", "bytes", "time", "duration", "record", "enum", "any",
    };
    size_t index = (size_t)kind;
    return index < sizeof names / sizeof names[0] ? names[index] : names[0];
}

pier_definition_kind pier_definition_kind_of(const pier_definition *definition) {
    return (pier_definition_kind)definition->kind;
}

const char *pier_definition_name(const pier_definition *definition) {
    return definition->name;
}

uint32_t pier_definition_version(const pier_definition *definition) {
    return definition->version;
}

void pier_definition_fingerprint(const pier_definition *definition, uint8_t fingerprint[PIER_FINGERPRINT_BYTES]) {
    memcpy(fingerprint, pier__definition_root(definition)->fingerprint, PIER_FINGERPRINT_BYTES);
}

uint32_t pier_definition_field_count(const pier_definition *definition) {
    return definition->field_count;
}

pier_definition_field pier_definition_field_at(const pier_definition *definition, uint32_t index) {
    pier_definition_field answer = {.number = 0};
    if (index >= definition->field_count) {
        return answer;
    }
    const pier__defined_field *field = &definition->fields[index];
    answer.number = field->number;
    answer.name = field->name;
    answer.kind = (pier_field_kind)field->kind;
    answer.flags = field->flags;
    answer.repeated = (field->flags & PIER_FIELD_REPEATED) != 0;
    answer.presence = (field->flags & PIER_FIELD_PRESENCE) != 0;
    answer.oneof = field->oneof;
    answer.oneof_name = field->oneof_name;
    answer.type = field->type != NULL && field->type->kind <= PIER_DEFINITION_ENUM ? field->type : NULL;
    answer.default_value = (pier_bytes){field->default_data, field->default_bytes};
    return answer;
}

uint32_t pier_definition_oneof_count(const pier_definition *definition) {
    return definition->oneof_count;
}

uint32_t pier_definition_slot_count(const pier_definition *definition) {
    return definition->slot_count;
}

uint32_t pier_definition_value_count(const pier_definition *definition) {
    return definition->value_count;
}

pier_enum_value pier_definition_value_at(const pier_definition *definition, uint32_t index) {
    pier_enum_value answer = {0, NULL};
    if (index < definition->value_count) {
        answer.number = definition->values[index].number;
        answer.name = definition->values[index].name;
    }
    return answer;
}

const char *pier_definition_value_name(const pier_definition *definition, int32_t number) {
    uint32_t low = 0;
    uint32_t high = definition->value_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (definition->values[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_there = low < definition->value_count && definition->values[low].number == number;
    return is_there ? definition->values[low].name : NULL;
}

void pier__definition_tell(pier_archive *archive, const pier__stream_class *of_stream,
                           const pier__definition_error *error) {
    pier__archive *common = pier__archive_of(archive);
    (void)pier__record_fail(archive, error->status, error->path, "%s", error->text);
    /* The fault is not in the record but where its class was defined. */
    common->error.offset = of_stream->offset + error->position;
    common->error.block_offset = PIER_NO_OFFSET;
    common->error.payload_offset = PIER_NO_OFFSET;
}

/* Keeps what is wrong with a definition, so that it is not read again with each record of its class. Without memory
 * it is. */
static void keep_refusal(const pier_allocator *allocator, pier__stream_class *of_stream,
                         const pier__definition_error *error) {
    if (error->status == PIER_NO_MEMORY) {
        return;
    }
    of_stream->refusal = pier__allocate(allocator, sizeof *error);
    if (of_stream->refusal != NULL) {
        memcpy(of_stream->refusal, error, sizeof *error);
        of_stream->refusal_bytes = sizeof *error;
    }
}

const pier_definition *pier__definition_of(pier_archive *archive, pier__stream_class *of_stream) {
    if (of_stream->refusal != NULL) {
        pier__definition_tell(archive, of_stream, (const pier__definition_error *)of_stream->refusal);
        return NULL;
    }
    if (of_stream->definition != NULL) {
        return (const pier_definition *)of_stream->definition;
    }
    pier__archive *common = pier__archive_of(archive);
    pier_definition *definition = NULL;
    pier__definition_error error;
    pier_status status = pier__definition_parse(of_stream->closure, of_stream->closure_bytes,
                                                common->limits.classes_max, &common->allocator, &definition, &error);
    if (status != PIER_OK) {
        keep_refusal(&common->allocator, of_stream, &error);
        pier__definition_tell(archive, of_stream, &error);
        return NULL;
    }
    of_stream->definition = definition;
    of_stream->release = pier__definition_destroy;
    return definition;
}

const pier_definition *pier_archive_definition(pier_archive *archive) {
    pier__stream_class *of_stream = pier__archive_record_class(archive);
    if (of_stream == NULL || pier_archive_status(archive) != PIER_OK) {
        return NULL;
    }
    return pier__definition_of(archive, of_stream);
}
