/* Values between a tree and an archive: see value_archive.h. */
#include "value_archive.h"

#include <string.h>

#include <pier/definition.h>
#include <pier/store.h>

static void store_token(const pier_token *token, pier_archive *archive) {
    switch (token->kind) {
    case PIER_KIND_NONE:
        break;
    case PIER_KIND_NIL:
        pier_store_nil(archive);
        break;
    case PIER_KIND_BOOL:
        pier_store_bool(archive, token->as.boolean);
        break;
    case PIER_KIND_UINT:
        pier_store_u64(archive, token->as.uint);
        break;
    case PIER_KIND_INT:
        pier_store_i64(archive, token->as.sint);
        break;
    case PIER_KIND_F32:
        pier_store_f32(archive, token->as.f32);
        break;
    case PIER_KIND_F64:
        pier_store_f64(archive, token->as.f64);
        break;
    case PIER_KIND_TEXT:
        pier_store_text(archive, token->as.text);
        break;
    case PIER_KIND_BYTES:
        pier_store_bytes(archive, token->as.bytes);
        break;
    case PIER_KIND_ARRAY:
        pier_store_array(archive, token->as.count);
        break;
    case PIER_KIND_MAP:
        pier_store_map(archive, token->as.count);
        break;
    case PIER_KIND_EXT:
        pier_store_ext(archive, token->as.ext);
        break;
    case PIER_KIND_TIME:
        pier_store_time(archive, token->as.time);
        break;
    }
}

void value_tree_store(const value_tree *tree, pier_archive *archive) {
    for (uint32_t i = 0; i < tree->count; i++) {
        store_token(&tree->nodes[i].token, archive);
    }
}

/* A record while it is loaded. */
typedef struct load {
    value_tree *tree;
    pier_archive *archive;
    pier_status status;
} load;

/* Appends a token. Returns its index; UINT32_MAX ends the loading. */
static uint32_t push(load *l, pier_token token) {
    uint32_t index = value_tree_push(l->tree, token, 0);
    if (index == UINT32_MAX) {
        l->status = PIER_NO_MEMORY;
    }
    return index;
}

/* Takes the next token of the archive, which must have one. */
static bool take(load *l, pier_token *token) {
    *token = pier_load_token(l->archive);
    if (token->kind == PIER_KIND_NONE && l->status == PIER_OK) {
        pier_status status = pier_archive_status(l->archive);
        l->status = status != PIER_OK ? status : PIER_PROTOCOL;
    }
    return l->status == PIER_OK;
}

static uint64_t children_of(const pier_token *token) {
    return token->kind == PIER_KIND_ARRAY ? token->as.count
           : token->kind == PIER_KIND_MAP ? (uint64_t)token->as.count * 2
                                          : 0;
}

/* Loads so many values as they come. MessagePack has them in the order of the tree, so no depth has to be kept. */
static void load_values(load *l, uint64_t count) {
    for (; count > 0; count--) {
        pier_token token;
        if (!take(l, &token) || push(l, token) == UINT32_MAX) {
            return;
        }
        count += children_of(&token);
    }
}

/* Appends a token and loads all that it holds. */
static void load_rest(load *l, pier_token token) {
    if (push(l, token) != UINT32_MAX) {
        load_values(l, children_of(&token));
    }
}

static void load_typed(load *l, const pier_definition *definition);

/* Loads the value of a field. */
static void load_field(load *l, const pier_definition_field *field) {
    if (field->type == NULL) {
        load_values(l, 1);
    } else if (!field->repeated) {
        load_typed(l, field->type);
    } else {
        pier_token token;
        if (!take(l, &token)) {
            return;
        }
        if (token.kind != PIER_KIND_ARRAY) {
            load_rest(l, token);
            return;
        }
        (void)push(l, token);
        for (uint32_t i = 0; i < token.as.count && l->status == PIER_OK; i++) {
            load_typed(l, field->type);
        }
    }
}

/* Loads a typed record, which should be an array with a slot for each field, as a map; what is not stays as it is. */
static void load_typed(load *l, const pier_definition *definition) {
    pier_token token;
    if (!take(l, &token)) {
        return;
    }
    uint32_t fields = pier_definition_field_count(definition);
    if (token.kind != PIER_KIND_ARRAY || token.as.count != fields) {
        load_rest(l, token);
        return;
    }
    uint32_t map = push(l, (pier_token){.kind = PIER_KIND_MAP, .as.count = 0});
    for (uint32_t i = 0; i < fields && l->status == PIER_OK; i++) {
        pier_definition_field field = pier_definition_field_at(definition, i);
        if (field.presence && pier_load_kind(l->archive) == PIER_KIND_NIL) {
            pier_load_skip(l->archive);
            continue;
        }
        pier_text name = {field.name, strlen(field.name)};
        if (push(l, (pier_token){.kind = PIER_KIND_TEXT, .as.text = name}) != UINT32_MAX) {
            l->tree->nodes[map].token.as.count++;
            load_field(l, &field);
        }
    }
}

pier_status value_tree_load(value_tree *tree, pier_archive *archive) {
    load l = {tree, archive, PIER_OK};
    value_tree_clear(tree);
    const pier_definition *definition = pier_archive_definition(archive);
    if (definition != NULL) {
        load_typed(&l, definition);
    } else {
        load_values(&l, 1);
    }
    value_tree_seal(tree);
    return l.status;
}
