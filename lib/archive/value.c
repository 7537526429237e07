/* Walking values, and reading what may be missing: see <pier/value.h>.
 *
 * Floor 4 (archive). Nothing here changes a value or takes memory. */
#include <pier/value.h>

#include <string.h>

#include "archive/value_internal.h"

/* A lookup gives what its caller may change, with the tree at hand. */
static pier_value *given_out(const pier_value *value) {
    return (pier_value *)(uintptr_t)value;
}

pier_kind pier_value_kind(const pier_value *value) {
    return value == NULL ? PIER_KIND_NONE : (pier_kind)value->kind;
}

static pier_token container_token(const pier_value *value) {
    return (pier_token){.kind = (pier_kind)value->kind, .as.count = value->size};
}

pier_token pier_value_token(const pier_value *value) {
    pier_token token = {.kind = pier_value_kind(value)};
    switch (token.kind) {
    case PIER_KIND_BOOL:
        token.as.boolean = value->as.boolean;
        break;
    case PIER_KIND_UINT:
    case PIER_KIND_INT:
        token.as.uint = value->as.uint;
        break;
    case PIER_KIND_F32:
        token.as.f32 = value->as.f32;
        break;
    case PIER_KIND_F64:
        token.as.f64 = value->as.f64;
        break;
    case PIER_KIND_TEXT:
        token.as.text = (pier_text){(const char *)value->as.data, value->size};
        break;
    case PIER_KIND_BYTES:
        token.as.bytes = (pier_bytes){value->as.data, value->size};
        break;
    case PIER_KIND_EXT:
        token.as.ext = (pier_ext){value->ext_type, {value->as.data, value->size}};
        break;
    case PIER_KIND_TIME:
        token.as.time = (pier_time){value->as.sint, value->size};
        break;
    case PIER_KIND_ARRAY:
    case PIER_KIND_MAP:
        return container_token(value);
    case PIER_KIND_NIL:
    case PIER_KIND_NONE:
        break;
    }
    return token;
}

uint32_t pier_value_count(const pier_value *value) {
    return value != NULL && pier__value_is_container(value) ? value->size : 0;
}

pier_value *pier_value_first(const pier_value *value) {
    return pier_value_count(value) == 0 ? NULL : given_out(pier__first_child(value));
}

pier_value *pier_value_next(const pier_value *value) {
    if (value == NULL) {
        return NULL;
    }
    const pier_value *behind = pier__behind(value);
    return behind->kind == PIER__KIND_LAST ? NULL : given_out(behind);
}

pier_value *pier_value_parent(const pier_value *value) {
    if (value == NULL) {
        return NULL;
    }
    do {
        value = pier__behind(value);
    } while (value->kind != PIER__KIND_LAST);
    return value->as.link;
}

/* Returns the child of a container at `index`, which it has. Chunks grow as the container does, so they are few. */
static pier_value *child_at(const pier_value *container, uint64_t index) {
    pier__chunk *chunk = container->as.children;
    while (index >= chunk->used) {
        index -= chunk->used;
        /* The sentinel leads to the first child of the next chunk, which begins right before it. */
        pier_value *first = chunk->nodes[chunk->used].as.link;
        chunk = (pier__chunk *)(void *)((char *)first - offsetof(pier__chunk, nodes));
    }
    return &chunk->nodes[index];
}

pier_value *pier_value_at(const pier_value *value, uint32_t index) {
    bool is_there = pier_value_kind(value) == PIER_KIND_ARRAY && index < value->size;
    return is_there ? child_at(value, index) : NULL;
}

pier_value *pier_value_pair_at(const pier_value *value, uint32_t index, pier_value **key) {
    bool is_there = pier_value_kind(value) == PIER_KIND_MAP && index < value->size;
    pier_value *found = is_there ? child_at(value, (uint64_t)index * 2) : NULL;
    if (key != NULL) {
        *key = found;
    }
    return pier_value_next(found);
}

pier_value *pier_value_find_text(const pier_value *value, pier_text key) {
    if (pier_value_kind(value) != PIER_KIND_MAP) {
        return NULL;
    }
    const pier_value *at = pier__first_child(value);
    for (uint32_t i = 0; i < value->size; i++) {
        if (at->kind == PIER_KIND_TEXT && at->size == key.size &&
            (key.size == 0 || memcmp(at->as.data, key.data, key.size) == 0)) {
            return given_out(pier__behind(at));
        }
        at = pier__behind(pier__behind(at));
    }
    return NULL;
}

pier_value *pier_value_find(const pier_value *value, const char *key) {
    return key == NULL ? NULL : pier_value_find_text(value, (pier_text){key, strlen(key)});
}

pier_value *pier_value_find_key(const pier_value *value, const pier_value *key) {
    if (pier_value_kind(value) != PIER_KIND_MAP || key == NULL) {
        return NULL;
    }
    const pier_value *at = pier__first_child(value);
    for (uint32_t i = 0; i < value->size; i++) {
        if (pier_value_equal(at, key)) {
            return given_out(pier__behind(at));
        }
        at = pier__behind(pier__behind(at));
    }
    return NULL;
}

bool pier_value_bool(const pier_value *value, bool otherwise) {
    return pier_value_kind(value) == PIER_KIND_BOOL ? value->as.boolean : otherwise;
}

uint64_t pier_value_u64(const pier_value *value, uint64_t otherwise) {
    return pier_value_kind(value) == PIER_KIND_UINT ? value->as.uint : otherwise;
}

int64_t pier_value_i64(const pier_value *value, int64_t otherwise) {
    pier_kind kind = pier_value_kind(value);
    bool fits = kind == PIER_KIND_INT || (kind == PIER_KIND_UINT && value->as.uint <= INT64_MAX);
    return fits ? value->as.sint : otherwise;
}

uint32_t pier_value_u32(const pier_value *value, uint32_t otherwise) {
    uint64_t found = pier_value_u64(value, UINT64_MAX);
    return found <= UINT32_MAX ? (uint32_t)found : otherwise;
}

int32_t pier_value_i32(const pier_value *value, int32_t otherwise) {
    int64_t found = pier_value_i64(value, INT64_MAX);
    return found >= INT32_MIN && found <= INT32_MAX ? (int32_t)found : otherwise;
}

double pier_value_f64(const pier_value *value, double otherwise) {
    switch (pier_value_kind(value)) {
    case PIER_KIND_F32:
        return (double)value->as.f32;
    case PIER_KIND_F64:
        return value->as.f64;
    default:
        return otherwise;
    }
}

double pier_value_number(const pier_value *value, double otherwise) {
    switch (pier_value_kind(value)) {
    case PIER_KIND_UINT:
        return (double)value->as.uint;
    case PIER_KIND_INT:
        return (double)value->as.sint;
    default:
        return pier_value_f64(value, otherwise);
    }
}

pier_text pier_value_text(const pier_value *value) {
    return pier_value_kind(value) == PIER_KIND_TEXT ? pier_value_token(value).as.text : (pier_text){NULL, 0};
}

pier_bytes pier_value_bytes(const pier_value *value) {
    return pier_value_kind(value) == PIER_KIND_BYTES ? pier_value_token(value).as.bytes : (pier_bytes){NULL, 0};
}

pier_ext pier_value_ext(const pier_value *value) {
    return pier_value_kind(value) == PIER_KIND_EXT ? pier_value_token(value).as.ext : (pier_ext){0, {NULL, 0}};
}

pier_time pier_value_time(const pier_value *value) {
    return pier_value_kind(value) == PIER_KIND_TIME ? pier_value_token(value).as.time : (pier_time){0, 0};
}

bool pier_value_is_text(const pier_value *value, const char *text) {
    size_t size = strlen(text);
    return pier_value_kind(value) == PIER_KIND_TEXT && value->size == size &&
           (size == 0 || memcmp(value->as.data, text, size) == 0);
}
