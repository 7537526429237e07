/* Framed streams, as they come and with their checks made right: the same answers in whatever chunks.
 *
 * Floor 4 (archive). */
#include "fuzz/archive_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)fuzz_load_both_ways(PIER_FORMAT_FRAMED, data, size, 0);
    return 0;
}
