/* Any bytes as a line of JSON for the command: they are refused with an offset inside the line, or they are a value
 * that is written as text which reads back as the same value.
 *
 * The pier command. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "fuzz/json_tree_fuzz.h"
#include "json_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *feed = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t line_size = feed != NULL ? (size_t)(feed - data) : size;
    char *line = malloc(line_size + 1);
    FUZZ_REQUIRE(line != NULL);
    if (line_size > 0) {
        memcpy(line, data, line_size);
    }
    line[line_size] = '\n';

    pier_tree *tree = record_tree_create();
    FUZZ_REQUIRE(tree != NULL);
    json_problem problem;
    pier_status status = json_read(line, line_size, tree, &problem);
    FUZZ_REQUIRE(status == problem.status);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(status == PIER_PROTOCOL || status == PIER_RANGE || status == PIER_TEXT || status == PIER_LIMIT);
        FUZZ_REQUIRE(problem.offset <= line_size && problem.text[0] != '\0');
        FUZZ_REQUIRE(json_column(line, problem.offset) <= line_size + 1);
    } else {
        fuzz_require_round_trip(tree);
    }
    pier_tree_destroy(tree);
    free(line);
    return 0;
}
