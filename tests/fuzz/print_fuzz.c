/* Records printed from their bytes and by way of a tree: the same text, whatever the record is.
 *
 * Floor 5 (record). An input is a byte of choices and a stream: plain, framed, or framed with its checks made right. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include <pier/tree.h>

static void require_same_text(pier_archive *archive, const pier_tree_options *options, uint8_t room) {
    pier_tree *by_tree = NULL;
    pier_tree *straight = NULL;
    FUZZ_REQUIRE(pier_tree_create(&by_tree, options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_tree_create(&straight, options, NULL) == PIER_OK);
    pier_status status = pier_tree_load(by_tree, archive);
    const pier_value *root = status == PIER_OK ? pier_tree_root(by_tree) : NULL;
    size_t expected_length;
    FUZZ_REQUIRE(pier_value_print(root, NULL, NULL, 0, &expected_length) == PIER_OK);
    char *expected = (char *)malloc(expected_length + 1);
    /* Room for all of it, or too little by some. */
    size_t capacity = expected_length + 1 > room ? expected_length + 1 - room : 0;
    char *text = (char *)malloc(capacity > 0 ? capacity : 1);
    FUZZ_REQUIRE(expected != NULL && text != NULL);
    FUZZ_REQUIRE(pier_value_print(root, NULL, expected, expected_length + 1, &expected_length) == PIER_OK);
    size_t length;
    FUZZ_REQUIRE(pier_tree_print(straight, archive, NULL, text, capacity, &length) == status);
    FUZZ_REQUIRE(length == expected_length);
    if (capacity > 0) {
        FUZZ_REQUIRE(memcmp(text, expected, capacity - 1) == 0 && text[capacity - 1] == '\0');
    }
    free(expected);
    free(text);
    pier_tree_destroy(by_tree);
    pier_tree_destroy(straight);
}

static void print_all(pier_format format, const uint8_t *stream, size_t size, uint8_t choice) {
    pier_limits limits = {.size = sizeof limits, .depth_max = 200};
    pier_archive_options options = {.size = sizeof options, .format = format, .limits = &limits};
    pier_tree_options tree_options = {.size = sizeof tree_options,
                                      .limits = &limits,
                                      .borrows = (choice & 4) != 0,
                                      .refuses_duplicates = (choice & 24) == 24,
                                      .refuses_bad_text = (choice & 40) == 40};
    pier_archive *archive = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&archive, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(archive, (pier_bytes){stream, size}) == PIER_OK);
    pier_archive_feed_end(archive);
    for (;;) {
        pier_status status = pier_archive_next(archive);
        if (status == PIER_OK) {
            require_same_text(archive, &tree_options, choice >> 6);
            status = pier_archive_status(archive);
        }
        if (status == PIER_END || (status < 0 && pier_archive_recover(archive, NULL) != PIER_OK)) {
            break;
        }
        FUZZ_REQUIRE(status <= 0 || status == PIER_SKIPPED);
    }
    pier_archive_destroy(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    uint8_t choice = data[0];
    if ((choice & 1) == 0) {
        print_all(PIER_FORMAT_PLAIN, data + 1, size - 1, choice);
        return 0;
    }
    uint8_t *stream = (uint8_t *)malloc(size);
    FUZZ_REQUIRE(stream != NULL);
    memcpy(stream, data + 1, size - 1);
    if ((choice & 2) != 0) {
        fuzz_repair(stream, size - 1);
    }
    print_all(PIER_FORMAT_FRAMED, stream, size - 1, choice);
    free(stream);
    return 0;
}
