/* Going on after damage: it ends, and no record comes twice or is another one than stands there.
 *
 * Floor 4 (archive). */
#include "fuzz/archive_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_answers answers = fuzz_load_both_ways(PIER_FORMAT_FRAMED, data, size, FUZZ_RECOVERS);
    FUZZ_REQUIRE(answers.last == PIER_END || answers.last == PIER_VERSION);
    return 0;
}
