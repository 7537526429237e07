/* Values become typed records: see typed_record.h.
 *
 * A value is stored in its plain form in an archive in memory, and loaded from there as the class says: so it is held
 * to exactly what a loader of such records holds its peers to, and the library's errors name the field. */
#include "typed_record.h"

#include <stdio.h>

#include <pier/limits.h>
#include <pier/record.h>

#include "plain_form.h"

/* How many times as much memory as its bytes a record may take: a list of records that are mostly empty takes more. */
#define ARENA_BYTES_A_BYTE 8

struct typed_record {
    pier_allocator allocator;
    const pier_class *type;
    plain_form *form;
    pier_archive *store; /* where values become bytes */
    pier_archive *load;  /* and these the record */
    void *record;
};

/* Fills in an error without a field. */
static pier_status fail(const typed_record *record, pier_status status, const char *text, pier_error *error) {
    pier_error_clear(error);
    error->status = status;
    error->floor = PIER_FLOOR_RECORD;
    (void)snprintf(error->path, sizeof error->path, "%.90s", record->type->name);
    (void)snprintf(error->text, sizeof error->text, "%s", text);
    return status;
}

/* Whoever the record is for has limits of their own; here are only those that bound memory. */
static pier_limits memory_limits(uint64_t record_bytes_max) {
    uint64_t arena_bytes = record_bytes_max * ARENA_BYTES_A_BYTE;
    return (pier_limits){
        .size = sizeof(pier_limits),
        .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST,
        .text_bytes_max = UINT64_MAX,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .queue_bytes_max = 2 * PIER_RECORD_BYTES_MAX_HIGHEST,
        .arena_bytes_max = arena_bytes > PIER_ARENA_BYTES_MAX_DEFAULT ? arena_bytes : PIER_ARENA_BYTES_MAX_DEFAULT,
    };
}

static pier_status open_archives(typed_record *made, const pier_registry *registry, uint64_t record_bytes_max,
                                 pier_error *error) {
    pier_limits limits = memory_limits(record_bytes_max);
    pier_archive_options options = {
        .size = sizeof options, .allocator = &made->allocator, .limits = &limits, .format = PIER_FORMAT_PLAIN};
    pier_status status = pier_archive_open_store(&made->store, NULL, &options, error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&made->load, NULL, &options, error);
    }
    if (status == PIER_OK) {
        status = pier_archive_set_registry(made->load, registry, PIER_UNKNOWN_REFUSE);
        if (status != PIER_OK) {
            (void)fail(made, status, pier_status_text(status), error);
        }
    }
    return status;
}

/* A class without fields has no bytes. */
static size_t record_bytes(const pier_class *type) {
    return type->record_bytes > 0 ? type->record_bytes : 1;
}

pier_status typed_record_create(typed_record **out, const pier_class *type, const pier_registry *registry,
                                uint64_t record_bytes_max, const pier_allocator *allocator, pier_error *error) {
    const pier_allocator *from = allocator != NULL ? allocator : pier_allocator_default();
    typed_record *made = (typed_record *)from->allocate(from->user, sizeof *made);
    *out = NULL;
    if (made == NULL) {
        return fail(&(typed_record){.type = type}, PIER_NO_MEMORY, "no memory for its records", error);
    }
    *made = (typed_record){.allocator = *from, .type = type};
    made->form = plain_form_create(registry, from);
    made->record = from->allocate(from->user, record_bytes(type));
    pier_status status = made->form != NULL && made->record != NULL
                             ? open_archives(made, registry, record_bytes_max, error)
                             : fail(made, PIER_NO_MEMORY, "no memory for its records", error);
    if (status != PIER_OK) {
        typed_record_destroy(made);
        return status;
    }
    *out = made;
    return PIER_OK;
}

void typed_record_destroy(typed_record *record) {
    if (record != NULL) {
        pier_allocator allocator = record->allocator;
        pier_archive_destroy(record->load);
        pier_archive_destroy(record->store);
        plain_form_destroy(record->form);
        if (record->record != NULL) {
            allocator.release(allocator.user, record->record, record_bytes(record->type));
        }
        allocator.release(allocator.user, record, sizeof *record);
    }
}

/* Stores the value's plain form. */
static pier_status store_form(typed_record *record, const pier_value *value, pier_error *error) {
    pier_status status = pier_archive_begin(record->store);
    if (status == PIER_OK) {
        status = plain_form_store(record->form, record->store, record->type, value, error);
        if (status != PIER_OK) {
            pier_archive_abandon(record->store);
            return status;
        }
        status = pier_archive_end(record->store);
    }
    if (status == PIER_OK) {
        status = pier_archive_flush(record->store);
    }
    if (status != PIER_OK) {
        (void)fail(record, status, pier_archive_error(record->store)->text, error);
    }
    return status;
}

pier_status typed_record_take(typed_record *record, const pier_value *value, pier_error *error) {
    pier_status status = store_form(record, value, error);
    if (status != PIER_OK) {
        return status;
    }
    pier_bytes bytes = pier_archive_drain(record->store);
    status = pier_archive_feed(record->load, bytes);
    if (status == PIER_OK) {
        pier_archive_drained(record->store, bytes.size);
        status = pier_archive_next(record->load);
    }
    if (status == PIER_OK) {
        status = pier_load_record(record->load, record->type, record->record);
    }
    if (status != PIER_OK) {
        *error = *pier_archive_error(record->load);
        error->status = status;
    }
    return status;
}

pier_status typed_record_store(const typed_record *record, pier_archive *archive) {
    return pier_store_record(archive, record->type, record->record);
}
