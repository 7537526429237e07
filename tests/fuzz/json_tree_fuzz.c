/* Trees of values through JSON; see json_tree_fuzz.h. */
#include "fuzz/json_tree_fuzz.h"

#include <math.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "json_read.h"
#include "json_write.h"

/* Makes floats of all that a value holds what JSON keeps of them. */
static void normalise(pier_tree *tree, pier_value *top) {
    for (pier_value *at = top; at != NULL;) {
        if (pier_value_kind(at) == PIER_KIND_F32 || pier_value_kind(at) == PIER_KIND_F64) {
            double value = pier_value_f64(at, 0);
            pier_tree_set_f64(tree, at, isnan(value) ? (double)NAN : value);
        }
        pier_value *next = pier_value_first(at);
        while (next == NULL && at != NULL) {
            next = pier_value_next(at);
            at = next == NULL ? pier_value_parent(at) : at;
        }
        at = next;
    }
}

void fuzz_require_round_trip(pier_tree *tree) {
    text_buffer out = {0};
    pier_tree *back = record_tree_create();
    FUZZ_REQUIRE(back != NULL);
    json_problem problem;
    json_write(&out, pier_tree_root(tree), false);
    text_buffer_append_char(&out, '\n');
    FUZZ_REQUIRE(!out.failed);
    FUZZ_REQUIRE(memchr(out.data, '\n', out.size) == out.data + out.size - 1);
    FUZZ_REQUIRE(json_read(out.data, out.size - 1, back, &problem) == PIER_OK);
    normalise(tree, pier_tree_root(tree));
    FUZZ_REQUIRE(pier_value_equal(pier_tree_root(tree), pier_tree_root(back)));
    pier_tree_destroy(back);
    text_buffer_deinit(&out);
}
