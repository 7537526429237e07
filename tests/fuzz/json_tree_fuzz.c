/* Trees of values through JSON; see json_tree_fuzz.h. */
#include "fuzz/json_tree_fuzz.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "json_read.h"
#include "json_write.h"

static bool same_bytes(const void *a, size_t a_size, const void *b, size_t b_size) {
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* A token as JSON keeps it: a float 32 is the number that it is, and one NaN is like another. */
static pier_token normal(const pier_token *token) {
    pier_token result = *token;
    if (result.kind == PIER_KIND_F32) {
        result.kind = PIER_KIND_F64;
        result.as.f64 = (double)token->as.f32;
    }
    if (result.kind == PIER_KIND_F64 && isnan(result.as.f64)) {
        result.as.f64 = (double)NAN;
    }
    return result;
}

static bool same_token(const pier_token *a, const pier_token *b) {
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case PIER_KIND_BOOL:
        return a->as.boolean == b->as.boolean;
    case PIER_KIND_UINT:
    case PIER_KIND_INT:
        return a->as.uint == b->as.uint;
    case PIER_KIND_F64:
        return memcmp(&a->as.f64, &b->as.f64, sizeof a->as.f64) == 0;
    case PIER_KIND_TEXT:
        return same_bytes(a->as.text.data, a->as.text.size, b->as.text.data, b->as.text.size);
    case PIER_KIND_BYTES:
        return same_bytes(a->as.bytes.data, a->as.bytes.size, b->as.bytes.data, b->as.bytes.size);
    case PIER_KIND_EXT:
        return a->as.ext.type == b->as.ext.type &&
               same_bytes(a->as.ext.bytes.data, a->as.ext.bytes.size, b->as.ext.bytes.data, b->as.ext.bytes.size);
    case PIER_KIND_TIME:
        return a->as.time.seconds == b->as.time.seconds && a->as.time.nanoseconds == b->as.time.nanoseconds;
    case PIER_KIND_ARRAY:
    case PIER_KIND_MAP:
        return a->as.count == b->as.count;
    case PIER_KIND_NIL:
        return true;
    case PIER_KIND_NONE:
    case PIER_KIND_F32:
        return false; /* no value has the one, and no normal one the other */
    }
    return false;
}

static void require_same_tree(const value_tree *a, const value_tree *b) {
    FUZZ_REQUIRE(a->count > 0 && a->count == b->count);
    FUZZ_REQUIRE(a->nodes[0].end == a->count);
    for (uint32_t i = 0; i < a->count; i++) {
        pier_token written = normal(&a->nodes[i].token);
        pier_token read = normal(&b->nodes[i].token);
        FUZZ_REQUIRE(same_token(&written, &read));
        FUZZ_REQUIRE(a->nodes[i].end == b->nodes[i].end);
    }
}

void fuzz_require_round_trip(const value_tree *tree) {
    text_buffer out = {0};
    value_tree back = {0};
    json_problem problem;
    json_write(&out, tree, false);
    text_buffer_append_char(&out, '\n');
    FUZZ_REQUIRE(!out.failed);
    FUZZ_REQUIRE(memchr(out.data, '\n', out.size) == out.data + out.size - 1);
    FUZZ_REQUIRE(json_read(out.data, out.size - 1, &back, &problem) == PIER_OK);
    require_same_tree(tree, &back);
    value_tree_deinit(&back);
    text_buffer_deinit(&out);
}
