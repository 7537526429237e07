/* Storing values: see <pier/value.h>.
 *
 * Floor 4 (archive). MessagePack has the values in the order of a walk through the tree. */
#include <pier/store.h>
#include <pier/value.h>

#include "archive/value_internal.h"

static void store_one(pier_archive *archive, const pier_value *value) {
    switch (value->kind) {
    case PIER_KIND_BOOL:
        pier_store_bool(archive, value->as.boolean);
        break;
    case PIER_KIND_UINT:
        pier_store_u64(archive, value->as.uint);
        break;
    case PIER_KIND_INT:
        pier_store_i64(archive, value->as.sint);
        break;
    case PIER_KIND_F32:
        pier_store_f32(archive, value->as.f32);
        break;
    case PIER_KIND_F64:
        pier_store_f64(archive, value->as.f64);
        break;
    case PIER_KIND_TEXT:
        pier_store_text(archive, pier_value_text(value));
        break;
    case PIER_KIND_BYTES:
        pier_store_bytes(archive, pier_value_bytes(value));
        break;
    case PIER_KIND_ARRAY:
        pier_store_array(archive, value->size);
        break;
    case PIER_KIND_MAP:
        pier_store_map(archive, value->size);
        break;
    case PIER_KIND_EXT:
        pier_store_ext(archive, pier_value_ext(value));
        break;
    case PIER_KIND_TIME:
        pier_store_time(archive, pier_value_time(value));
        break;
    default:
        pier_store_nil(archive);
        break;
    }
}

void pier_store_value(pier_archive *archive, const pier_value *value) {
    static const pier_value nil = {.kind = PIER_KIND_NIL};
    const pier_value *top = value != NULL ? value : &nil;
    for (const pier_value *at = top;;) {
        store_one(archive, at);
        if (pier__value_is_container(at) && at->size > 0) {
            at = pier__first_child(at);
            continue;
        }
        while (at != top) {
            at = pier__behind(at);
            if (at->kind != PIER__KIND_LAST) {
                break;
            }
            at = at->as.link;
        }
        if (at == top) {
            return;
        }
    }
}
