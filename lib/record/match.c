/* Matching a class with what the stream says of it, when its first record comes.
 *
 * Floor 5 (record). Equal fingerprints are equal definitions: the straight-line codec loads the records, and nothing is
 * compared again. Otherwise the definitions are gone through for the first difference, which the error names. A plan
 * that bridges differences would be made where that error is told, and be kept beside `bound`. */
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error_internal.h"
#include "record/definition_internal.h"
#include "record/record_internal.h"

/* Where two definitions differ, in words. */
typedef struct difference {
    pier__path path;
    char text[sizeof((pier_error *)0)->text];
} difference;

/* Writes what a field is: "u32", "array of f32", "optional record geo.Vec3". */
static void write_shape(char *text, size_t capacity, uint64_t kind, bool repeated, bool presence, const char *type) {
    const char *before = repeated ? "array of " : presence ? "optional " : "";
    const char *name = kind <= PIER_FIELD_ANY ? pier_field_kind_name((pier_field_kind)kind) : "unknown";
    if (type != NULL) {
        (void)snprintf(text, capacity, "%s%s %.40s", before, name, type);
    } else if (strcmp(name, "unknown") == 0) {
        (void)snprintf(text, capacity, "%sunknown kind %llu", before, (unsigned long long)kind);
    } else {
        (void)snprintf(text, capacity, "%s%s", before, name);
    }
}

/* Compares two fields of one number. Returns whether they differ. */
static bool fields_differ(const pier_field *own, const pier__defined_field *other, difference *found) {
    unsigned flags = own->flags & PIER__DEFINED_FLAGS;
    const char *own_type = own->type != NULL ? own->type->name : own->enum_type != NULL ? own->enum_type->name : NULL;
    const char *other_type = other->type != NULL ? other->type->name : NULL;
    bool same_type =
        own_type == NULL || other_type == NULL ? own_type == other_type : strcmp(own_type, other_type) == 0;
    (void)pier__path_field(&found->path, own->name);
    if ((uint64_t)own->kind != other->kind || flags != other->flags || !same_type) {
        char own_shape[64];
        char other_shape[64];
        write_shape(own_shape, sizeof own_shape, (uint64_t)own->kind, (own->flags & PIER_FIELD_REPEATED) != 0,
                    (own->flags & PIER_FIELD_PRESENCE) != 0, own_type);
        write_shape(other_shape, sizeof other_shape, other->kind, (other->flags & PIER_FIELD_REPEATED) != 0,
                    (other->flags & PIER_FIELD_PRESENCE) != 0, other_type);
        if (strcmp(own_shape, other_shape) == 0) {
            (void)snprintf(found->text, sizeof found->text, "field %u has flags %u here and %llu in the stream",
                           own->number, flags, (unsigned long long)other->flags);
        } else {
            (void)snprintf(found->text, sizeof found->text, "field %u is %s here and %s in the stream", own->number,
                           own_shape, other_shape);
        }
        return true;
    }
    if (strcmp(own->name, other->name) != 0) {
        (void)snprintf(found->text, sizeof found->text, "field %u is named %.50s here and %.50s in the stream",
                       own->number, own->name, other->name);
        return true;
    }
    return false;
}

static bool classes_differ(const pier_class *own, const pier_definition *other, difference *found) {
    const pier_field *fields = own->fields(own);
    uint32_t i = 0;
    uint32_t j = 0;
    while (i < own->field_count || j < other->field_count) {
        const pier_field *field = i < own->field_count ? &fields[i] : NULL;
        const pier__defined_field *defined = j < other->field_count ? &other->fields[j] : NULL;
        pier__path_init(&found->path, own->name);
        if (defined == NULL || (field != NULL && field->number < defined->number)) {
            (void)pier__path_field(&found->path, field->name);
            (void)snprintf(found->text, sizeof found->text, "field %u is not in the stream", field->number);
            return true;
        }
        if (field == NULL || defined->number < field->number) {
            (void)pier__path_field(&found->path, defined->name);
            (void)snprintf(found->text, sizeof found->text, "field %u is in the stream and not here", defined->number);
            return true;
        }
        if (fields_differ(field, defined, found)) {
            return true;
        }
        i++;
        j++;
    }
    pier__path_init(&found->path, own->name);
    if (own->version != other->version) {
        (void)snprintf(found->text, sizeof found->text, "version %u here and %u in the stream", own->version,
                       other->version);
        return true;
    }
    return false;
}

/* Goes through a class and all that it reaches. Each class that a compared field names is in both: the names are equal.
 * */
static bool closures_differ(const pier__buffer *list, const pier_definition *root, difference *found) {
    for (size_t i = 0; i < pier__class_list_count(list); i++) {
        const pier_class *own = pier__class_list_at(list, i);
        const pier_definition *other = pier__definition_find(root, own->name, strlen(own->name));
        if (classes_differ(own, other, found)) {
            return true;
        }
    }
    return false;
}

/* Fails with the first difference. */
static pier_status tell_difference(pier_archive *archive, const pier_class *own, const pier_definition *other,
                                   const pier_allocator *allocator) {
    pier__buffer list;
    pier__buffer_init(&list, allocator);
    difference found;
    pier__path_init(&found.path, own->name);
    (void)snprintf(found.text, sizeof found.text, "the definitions differ");
    pier_status status;
    if (!pier__class_collect(own, &list)) {
        status = pier__record_fail(archive, PIER_NO_MEMORY, own->name, "no memory to match a class");
    } else {
        (void)closures_differ(&list, other, &found);
        status = pier__record_fail(archive, PIER_MISMATCH, found.path.text, "%s", found.text);
    }
    pier__buffer_deinit(&list);
    return status;
}

/* Compares the fingerprint of the class with the stream's. */
static pier_status compare_fingerprints(pier_archive *archive, const pier__stream_class *of_stream,
                                        const pier_class *own, bool *equal) {
    pier__archive *common = pier__archive_of(archive);
    pier__buffer closure;
    pier_error error;
    pier__error_clear(&error);
    pier__buffer_init(&closure, &common->allocator);
    pier_status status = pier__class_encode_closure(own, &closure, &error);
    if (status == PIER_OK) {
        XXH128_hash_t fingerprint = XXH3_128bits(closure.data, closure.size);
        *equal = fingerprint.high64 == of_stream->fingerprint_high && fingerprint.low64 == of_stream->fingerprint_low;
    } else {
        status = pier__record_fail(archive, status, own->name, "%s", error.text);
    }
    pier__buffer_deinit(&closure);
    return status;
}

pier_status pier__class_match(pier_archive *archive, pier__stream_class *of_stream, const pier_class *class_of_record) {
    bool equal = false;
    pier_status status = compare_fingerprints(archive, of_stream, class_of_record, &equal);
    if (status != PIER_OK) {
        return status;
    }
    if (equal) {
        of_stream->bound = class_of_record;
        return PIER_OK;
    }
    const pier_definition *definition = pier__definition_of(archive, of_stream);
    if (definition == NULL) {
        return pier_archive_status(archive);
    }
    if (strcmp(definition->name, class_of_record->name) != 0) {
        return pier__record_fail(archive, PIER_TYPE, class_of_record->name, "expected class %.80s, found %.80s",
                                 class_of_record->name, definition->name);
    }
    return tell_difference(archive, class_of_record, definition, &pier__archive_of(archive)->allocator);
}
