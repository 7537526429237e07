/* Which fields of one oneof may meet more than one value in a record of the writer's; see meet_internal.h.
 *
 * Floor 5 (record). Classes that are made at run time have as many oneofs and fields as a definition says, which comes
 * from outside: each field is looked at once. */
#include "record/meet_internal.h"

/* What the writer's records have for a oneof of the loader's. */
typedef struct stored_oneof {
    uint64_t slot;       /* that of the first field; 0: the writer has none of them */
    bool has_more_slots; /* another field lies in another one */
    uint32_t always;     /* how many fields are in every record, 2 at most */
    uint32_t always_at[2];
} stored_oneof;

static stored_oneof *oneof_at(const pier__buffer *oneofs, uint32_t number) {
    return (stored_oneof *)(void *)oneofs->data + (number - 1);
}

/* Notes a field at `index` of the loader's type, which the writer stores. */
static void note(stored_oneof *oneof, uint32_t index, const pier__shape *writer) {
    /* A field of no oneof has a slot to itself. */
    uint64_t slot = writer->oneof != NULL ? writer->oneof_number : UINT64_C(1) << 32 | writer->number;
    oneof->has_more_slots = oneof->has_more_slots || (oneof->slot != 0 && oneof->slot != slot);
    oneof->slot = slot;
    if (oneof->always < 2 && pier__shape_is_always_there(writer)) {
        oneof->always_at[oneof->always++] = index;
    }
}

bool pier__oneofs_look(pier__buffer *oneofs, const pier__pair *pair) {
    size_t bytes = pier__side_oneof_count(pair->loader) * sizeof(stored_oneof);
    oneofs->size = 0;
    if (!pier__buffer_reserve(oneofs, bytes)) {
        return false;
    }
    if (bytes == 0) {
        return true;
    }
    memset(oneofs->data, 0, bytes);
    oneofs->size = bytes;
    for (uint32_t i = 0; i < pier__side_field_count(pair->loader); i++) {
        pier__shape loader = pier__side_field(pair->loader, i);
        uint32_t there = loader.oneof != NULL ? pier__side_find(pair->writer, loader.number) : UINT32_MAX;
        if (there < pier__side_field_count(pair->writer)) {
            pier__shape writer = pier__side_field(pair->writer, there);
            note(oneof_at(oneofs, loader.oneof_number), i, &writer);
        }
    }
    return true;
}

bool pier__oneofs_rival(const pier__buffer *oneofs, const pier__shape *loader) {
    return loader->oneof != NULL && oneof_at(oneofs, loader->oneof_number)->has_more_slots;
}

bool pier__oneofs_clash(const pier__buffer *oneofs, uint32_t *one, uint32_t *other) {
    bool is_found = false;
    for (uint32_t i = 1; i <= oneofs->size / sizeof(stored_oneof); i++) {
        const stored_oneof *oneof = oneof_at(oneofs, i);
        if (oneof->always == 2 && (!is_found || oneof->always_at[0] < *one)) {
            *one = oneof->always_at[0];
            *other = oneof->always_at[1];
            is_found = true;
        }
    }
    return is_found;
}
