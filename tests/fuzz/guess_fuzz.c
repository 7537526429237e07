/* A loader that guesses answers what one answers that was told the right format.
 *
 * Floor 4 (archive). */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include "archive/wire_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < FUZZ_CHOICES_BYTES) {
        return 0;
    }
    const uint8_t *stream = data + FUZZ_CHOICES_BYTES;
    size_t stream_bytes = size - FUZZ_CHOICES_BYTES;
    size_t compared = stream_bytes < PIER__CONSTANT_BYTES ? stream_bytes : PIER__CONSTANT_BYTES;
    bool is_framed = compared > 0 && memcmp(stream, pier__preamble_constant, compared) == 0;
    pier_limits limits;
    fuzz_limits(&limits, data[1]);
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .format = PIER_FORMAT_GUESS};
    fuzz_answers guessed = fuzz_load(&options, stream, stream_bytes, data[0], data[2]);
    options.format = is_framed ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN;
    fuzz_answers told = fuzz_load(&options, stream, stream_bytes, data[0], data[2]);
    FUZZ_REQUIRE(guessed.hash == told.hash && guessed.records == told.records && guessed.last == told.last);
    return 0;
}
