/* Any MessagePack as a line of JSON: every record that an archive delivers is written, and what was written reads back
 * as the same value.
 *
 * The pier command. An input is a plain stream. */
#include "fuzz/fuzz.h"

#include "fuzz/json_tree_fuzz.h"
#include "json_write.h"
#include "record_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pier_limits limits = {.size = sizeof limits, .elements_max = 20000};
    pier_archive_options options = {
        .size = sizeof options, .limits = &limits, .format = PIER_FORMAT_PLAIN, .read_bytes = 1024};
    pier_archive *archive = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&archive, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(archive, (pier_bytes){data, size}) == PIER_OK);
    pier_tree *tree = record_tree_create();
    FUZZ_REQUIRE(tree != NULL);
    while (pier_archive_next(archive) == PIER_OK) {
        FUZZ_REQUIRE(pier_tree_load(tree, archive) == PIER_OK);
        fuzz_require_round_trip(tree);
        text_buffer coloured = {0};
        json_write(&coloured, pier_tree_root(tree), true);
        FUZZ_REQUIRE(!coloured.failed);
        text_buffer_deinit(&coloured);
    }
    pier_tree_destroy(tree);
    pier_archive_destroy(archive);
    return 0;
}
