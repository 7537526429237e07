/* Pier's dynamic values: ticks as trees, made of a plain record, looked into, and stored again. */
#include <string.h>

#include <pier/pier.h>

#include "codec.h"
#include "demand.h"
#include "record_workloads.h"
#include "record_workloads.pier.h"

typedef struct trees {
    pier_archive *store;
    pier_tree **made; /* one a record, to be stored */
    pier_tree *loaded;
    uint8_t *stream;
    size_t *ends; /* of each record in the stream */
} trees;

static void make_tree(pier_tree **out, const tick *from) {
    demand(pier_tree_create(out, NULL, NULL) == PIER_OK, "no tree");
    pier_tree *tree = *out;
    pier_value *root = pier_tree_root(tree);
    pier_tree_set_array(tree, root);
    pier_tree_set_u64(tree, pier_tree_append(tree, root), from->id);
    pier_tree_set_i64(tree, pier_tree_append(tree, root), from->time);
    pier_tree_set_f64(tree, pier_tree_append(tree, root), from->price);
    pier_tree_set_f64(tree, pier_tree_append(tree, root), from->size);
    pier_tree_set_u64(tree, pier_tree_append(tree, root), from->flags);
    pier_tree_set_u64(tree, pier_tree_append(tree, root), from->kind);
    pier_tree_set_bool(tree, pier_tree_append(tree, root), from->live);
    pier_tree_set_string(tree, pier_tree_append(tree, root), from->symbol);
    demand(pier_tree_status(tree) == PIER_OK, "no tree");
}

static void store_tree(pier_archive *store, pier_tree *tree) {
    demand(pier_archive_begin(store) == PIER_OK, "a record is not begun");
    pier_store_value(store, pier_tree_root(tree));
    demand(pier_archive_end(store) == PIER_OK, "a record is refused");
}

static void open_trees(codec *self) {
    trees *of = (trees *)allocate(sizeof *of);
    self->state = of;
    const pier_archive_options options = {.size = sizeof options, .format = PIER_FORMAT_PLAIN};
    demand(pier_archive_open_store(&of->store, NULL, &options, NULL) == PIER_OK, "no archive");
    const pier_tree_options borrowing = {.size = sizeof borrowing, .borrows = true};
    demand(pier_tree_create(&of->loaded, &borrowing, NULL) == PIER_OK, "no tree");
    of->made = (pier_tree **)allocate(self->work->count * sizeof(pier_tree *));
    of->ends = (size_t *)allocate(self->work->count * sizeof *of->ends);
    for (size_t i = 0; i < self->work->count; i++) {
        make_tree(&of->made[i], (const tick *)record_at(self, i));
        store_tree(of->store, of->made[i]);
        of->ends[i] = (size_t)pier_archive_queued_bytes(of->store);
    }
    demand(pier_archive_flush(of->store) == PIER_OK, "nothing is flushed");
    pier_bytes drained = pier_archive_drain(of->store);
    self->bytes = drained.size;
    of->stream = (uint8_t *)allocate(drained.size);
    memcpy(of->stream, drained.data, drained.size);
    pier_archive_drained(of->store, drained.size);
    demand(of->ends[self->work->count - 1] == self->bytes, "records are not counted");
}

static void store_trees(codec *self) {
    trees *of = (trees *)self->state;
    for (size_t i = 0; i < self->work->count; i++) {
        store_tree(of->store, of->made[i]);
    }
    demand(pier_archive_flush(of->store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(of->store, pier_archive_drain(of->store).size);
}

static void take_tree(const pier_value *root, tick *to) {
    demand(pier_value_count(root) == 8, "a tree has other values");
    const pier_value *at = pier_value_first(root);
    to->id = pier_value_u64(at, 0);
    at = pier_value_next(at);
    to->time = pier_value_i64(at, 0);
    at = pier_value_next(at);
    to->price = pier_value_f64(at, 0);
    at = pier_value_next(at);
    to->size = pier_value_f64(at, 0);
    at = pier_value_next(at);
    to->flags = pier_value_u32(at, 0);
    at = pier_value_next(at);
    to->kind = (uint8_t)pier_value_u32(at, 0);
    at = pier_value_next(at);
    to->live = pier_value_bool(at, false);
    pier_text symbol = pier_value_text(pier_value_next(at));
    demand(symbol.size < sizeof to->symbol, "a symbol is too long");
    memcpy(to->symbol, symbol.data, symbol.size);
    to->symbol[symbol.size] = '\0';
}

static void load_trees(codec *self) {
    trees *of = (trees *)self->state;
    size_t begin = 0;
    for (size_t i = 0; i < self->work->count; i++) {
        const pier_bytes bytes = {of->stream + begin, of->ends[i] - begin};
        demand(pier_tree_parse(of->loaded, bytes) == PIER_OK, "a tree is not loaded");
        take_tree(pier_tree_root(of->loaded), (tick *)loaded_at(self, i));
        begin = of->ends[i];
    }
}

void add_pier_values(void) {
    add_codec(&(codec){.name = "Pier, dynamic values",
                       .of = W1,
                       .open = open_trees,
                       .store_all = store_trees,
                       .load_all = load_trees});
}
