/* Plain streams: the same answers in whatever chunks, and the values that msgpack-c finds.
 *
 * Floor 4 (archive). msgpack-c takes memory by what a head claims and stops at depth 32: it is asked only about bytes
 * that the scan let through with small limits. */
#include "fuzz/archive_fuzz.h"

#include <string.h>

#include <msgpack/unpack.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)fuzz_load_both_ways(PIER_FORMAT_PLAIN, data, size, 0);
    if (size <= FUZZ_CHOICES_BYTES) {
        return 0;
    }
    data += FUZZ_CHOICES_BYTES;
    size -= FUZZ_CHOICES_BYTES;
    pier_limits limits = {.size = sizeof limits, .depth_max = 30, .elements_max = 5000};
    pier_archive_options options = {.size = sizeof options, .limits = &limits, .format = PIER_FORMAT_PLAIN};
    pier_archive *archive = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&archive, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(archive, (pier_bytes){data, size}) == PIER_OK);
    size_t position = 0;
    for (;;) {
        pier_status status = pier_archive_next(archive);
        if (status == PIER_LIMIT) {
            break;
        }
        size_t behind = position;
        msgpack_unpacked unpacked;
        msgpack_unpacked_init(&unpacked);
        /* An array that announces more than has come would cost its announcement in memory; its elements have been
         * limited by the scan, so that this is bounded. */
        msgpack_unpack_return answer = position < size
                                           ? msgpack_unpack_next(&unpacked, (const char *)data, size, &behind)
                                           : MSGPACK_UNPACK_CONTINUE;
        msgpack_unpacked_destroy(&unpacked);
        if (status == PIER_OK) {
            FUZZ_REQUIRE(answer == MSGPACK_UNPACK_SUCCESS || answer == MSGPACK_UNPACK_EXTRA_BYTES);
            FUZZ_REQUIRE(behind - position == pier_archive_record_bytes(archive).size);
            position = behind;
            continue;
        }
        FUZZ_REQUIRE(answer == (status == PIER_MORE ? MSGPACK_UNPACK_CONTINUE : MSGPACK_UNPACK_PARSE_ERROR));
        break;
    }
    pier_archive_destroy(archive);
    return 0;
}
