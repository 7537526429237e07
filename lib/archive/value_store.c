/* Storing values: see <pier/value.h>.
 *
 * Floor 4 (archive). MessagePack has the values in the order of a walk through the tree. */
#include <pier/store.h>
#include <pier/value.h>

#include "archive/pack_internal.h"
#include "archive/value_internal.h"

/* Values with bytes of their own, and rare ones, by the calls that programs have. */
static void store_other(pier_archive *archive, const pier_value *value) {
    switch (value->kind) {
    case PIER_KIND_TEXT:
        pier_store_text(archive, pier_value_text(value));
        break;
    case PIER_KIND_BYTES:
        pier_store_bytes(archive, pier_value_bytes(value));
        break;
    case PIER_KIND_EXT:
        pier_store_ext(archive, pier_value_ext(value));
        break;
    case PIER_KIND_TIME:
        pier_store_time(archive, pier_value_time(value));
        break;
    case PIER_KIND_F32:
        pier_store_f32(archive, value->as.f32);
        break;
    default:
        pier_store_nil(archive);
        break;
    }
}

/* Whether a value is stored here: those that are most of most trees. */
static inline bool is_usual(const pier_value *value) {
    const unsigned usual = 1u << PIER_KIND_BOOL | 1u << PIER_KIND_UINT | 1u << PIER_KIND_INT | 1u << PIER_KIND_F64 |
                           1u << PIER_KIND_ARRAY | 1u << PIER_KIND_MAP;
    return (usual >> value->kind & 1u) != 0;
}

static inline void store_one(pier_archive *archive, const pier_value *value) {
    if (!is_usual(value)) {
        store_other(archive, value);
        return;
    }
    if (!pier__begin_value(archive, PIER__TOKEN_BYTES_MAX)) {
        return;
    }
    switch (value->kind) {
    case PIER_KIND_BOOL:
        if (value->as.boolean) {
            msgpack_pack_true(archive);
        } else {
            msgpack_pack_false(archive);
        }
        break;
    case PIER_KIND_UINT:
        msgpack_pack_uint64(archive, value->as.uint);
        break;
    case PIER_KIND_INT:
        msgpack_pack_int64(archive, value->as.sint);
        break;
    case PIER_KIND_F64:
        msgpack_pack_double(archive, value->as.f64);
        break;
    case PIER_KIND_ARRAY:
        pier__count_container(archive, value->size);
        msgpack_pack_array(archive, value->size);
        break;
    default:
        pier__count_container(archive, (uint64_t)value->size * 2);
        msgpack_pack_map(archive, value->size);
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
