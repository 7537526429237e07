/* Any bytes as a line of JSON for the command: they are refused with an offset inside the line, or they are a value that
 * is written as text which reads back as the same value.
 *
 * The pier command. */
#include "fuzz/fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "json_read.h"
#include "json_write.h"

static bool same_bytes(const void *a, size_t a_size, const void *b, size_t b_size) {
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
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
        return false; /* JSON has neither */
    }
    return false;
}

static void require_same_tree(const value_tree *a, const value_tree *b) {
    FUZZ_REQUIRE(a->count > 0 && a->count == b->count);
    FUZZ_REQUIRE(a->nodes[0].end == a->count);
    for (uint32_t i = 0; i < a->count; i++) {
        FUZZ_REQUIRE(same_token(&a->nodes[i].token, &b->nodes[i].token));
        FUZZ_REQUIRE(a->nodes[i].end == b->nodes[i].end);
    }
}

/* Writes `tree`, reads that, and compares. */
static void require_round_trip(const value_tree *tree) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *feed = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t line_size = feed != NULL ? (size_t)(feed - data) : size;
    char *line = malloc(line_size + 1);
    FUZZ_REQUIRE(line != NULL);
    if (line_size > 0) {
        memcpy(line, data, line_size);
    }
    line[line_size] = '\n';

    value_tree tree = {0};
    json_problem problem;
    pier_status status = json_read(line, line_size, &tree, &problem);
    FUZZ_REQUIRE(status == problem.status);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(status == PIER_PROTOCOL || status == PIER_RANGE || status == PIER_TEXT || status == PIER_LIMIT);
        FUZZ_REQUIRE(problem.offset <= line_size && problem.text[0] != '\0');
        FUZZ_REQUIRE(json_column(line, problem.offset) <= line_size + 1);
    } else {
        require_round_trip(&tree);
    }
    value_tree_deinit(&tree);
    free(line);
    return 0;
}
