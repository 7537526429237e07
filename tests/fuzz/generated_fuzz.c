/* Any bytes as records of generated classes, with every kind of field in every shape: the generated codec, that of the
 * macro and the slow way load the same, or fail with the same status at the same byte, and codecs keep to the padding.
 * Without a class, as a map or an array, nothing breaks.
 *
 * Floor 5 (record). The first byte chooses; the rest is the record. */
#include "fuzz/fuzz.h"

#include "fuzz/record_ways_fuzz.h"
#include "generated/classes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    const test_pair *pair = &test_pairs[data[0] % 64 % TEST_PAIRS];
    const pier_class *type = (data[0] & 64) != 0 && pair->described != NULL ? pair->described : pair->generated;
    if (data[0] < 128) {
        fuzz_try_codec(type, data + 1, size - 1);
        fuzz_compare_ways(type, data + 1, size - 1);
    } else {
        fuzz_load_plain(type, data + 1, size - 1);
    }
    return 0;
}
