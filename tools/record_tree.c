/* The trees that the command holds records in: see record_tree.h. */
#include "record_tree.h"

pier_tree *record_tree_create(void) {
    pier_limits limits = {
        .size = sizeof(limits),
        .record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST,
        .text_bytes_max = UINT64_MAX,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
    };
    pier_tree_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .depth_max = JSON_DEPTH_MAX,
        .borrows = true,
    };
    pier_tree *tree;
    return pier_tree_create(&tree, &options, NULL) == PIER_OK ? tree : NULL;
}
